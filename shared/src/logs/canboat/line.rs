//! One line of any of the three.

use super::fast_packet::{FastPackets, MAX_LEN};
use crate::can::{CanId, FrameFlags};
use crate::logs::dates::{DayClock, TimeOfDay, date_time};
use crate::logs::digits::{NumberBase, byte_words, decimal_number, hex_bytes, hex_number, word};
use crate::logs::frames::CLASSIC_MAX_LEN;
use crate::logs::sink::FrameSink;
use crate::logs::text::LineFormat;
use crate::logs::{LogFormat, SkipReason};
use crate::time::Timestamp;

const CHANNEL: &[u8] = b"can0";

/// See the [module](super).
#[derive(Debug, Default)]
pub(super) struct CanboatLines {
    clock: DayClock,
    packets: FastPackets,
}

impl LineFormat for CanboatLines {
    const FORMAT: LogFormat = LogFormat::Canboat;

    fn line(&mut self, line: &[u8], frames: &mut FrameSink<'_>) -> Result<(), SkipReason> {
        let line = line.trim_ascii();
        match line {
            [] | [b'#', ..] => Ok(()),
            [b'A', rest @ ..] => self.actisense(rest, frames),
            _ if line.contains(&b',') => self.canboat(line, frames),
            _ => self.yacht_devices(line, frames),
        }
    }
}

impl CanboatLines {
    /// `time,priority,pgn,source,destination,length,data…`.
    fn canboat(&mut self, line: &[u8], frames: &mut FrameSink<'_>) -> Result<(), SkipReason> {
        let mut fields = line.split(|byte| *byte == b',');
        let mut next = || fields.next().ok_or(SkipReason::NotAFrame);
        let time = next()?;
        let [priority, pgn, source, destination, len] =
            [next()?, next()?, next()?, next()?, next()?].map(decimal_number);
        let id = nmea_id(priority, pgn, source, destination)?;
        let at = date_time(time).ok_or(SkipReason::BadTime)?;
        let mut bytes = [0; MAX_LEN];
        let len = len.and_then(|len| usize::try_from(len).ok());
        let bytes = len.and_then(|len| bytes.get_mut(..len));
        let bytes = bytes.ok_or(SkipReason::BadPayload)?;
        for byte in &mut *bytes {
            let field = fields.next().ok_or(SkipReason::BadPayload)?;
            let value = NumberBase::Hex.byte(field.trim_ascii());
            *byte = value.ok_or(SkipReason::BadPayload)?;
        }
        self.packets
            .push(at, id, FrameFlags::NONE, bytes, CHANNEL, frames)
    }

    /// `hh:mm:ss.mmm R id data…`.
    fn yacht_devices(&mut self, line: &[u8], frames: &mut FrameSink<'_>) -> Result<(), SkipReason> {
        let (time, rest) = word(line).ok_or(SkipReason::NotAFrame)?;
        let (direction, rest) = word(rest).ok_or(SkipReason::NotAFrame)?;
        let flags = match direction {
            b"R" => FrameFlags::NONE,
            b"T" => FrameFlags::TX,
            _ => return Err(SkipReason::NotAFrame),
        };
        let at = self.at(TimeOfDay::parse(time))?;
        let (id, rest) = word(rest).ok_or(SkipReason::NotAFrame)?;
        let id = hex_number(id).and_then(|number| CanId::extended(number).ok());
        let id = id.ok_or(SkipReason::BadIdentifier)?;
        let mut bytes = [0; CLASSIC_MAX_LEN];
        let (count, tail) = byte_words(rest, NumberBase::Hex, &mut bytes);
        if !tail.is_empty() {
            return Err(SkipReason::BadPayload);
        }
        let bytes = bytes.get(..count).unwrap_or_default();
        self.packets.push(at, id, flags, bytes, CHANNEL, frames)
    }

    /// `hhmmss.mmm <source, destination, priority> <pgn> data`, behind the `A`.
    fn actisense(&mut self, text: &[u8], frames: &mut FrameSink<'_>) -> Result<(), SkipReason> {
        let (time, rest) = word(text).ok_or(SkipReason::NotAFrame)?;
        let (addresses, rest) = word(rest).ok_or(SkipReason::NotAFrame)?;
        let (pgn, rest) = word(rest).ok_or(SkipReason::NotAFrame)?;
        let at = self.at(TimeOfDay::parse_compact(time))?;
        let addresses = hex_number(addresses).filter(|_| addresses.len() <= 5);
        let addresses = u64::from(addresses.ok_or(SkipReason::BadIdentifier)?);
        let (source, destination) = (addresses >> 12, addresses >> 4 & 0xFF);
        let pgn = hex_number(pgn).map(u64::from);
        let id = nmea_id(Some(addresses & 0xF), pgn, Some(source), Some(destination))?;
        let mut bytes = [0; MAX_LEN];
        let bytes = hex_bytes(rest.trim_ascii(), &mut bytes).ok_or(SkipReason::BadPayload)?;
        self.packets
            .push(at, id, FrameFlags::NONE, bytes, CHANNEL, frames)
    }

    fn at(&mut self, time: Option<TimeOfDay<'_>>) -> Result<Timestamp, SkipReason> {
        let since_midnight = time.and_then(TimeOfDay::ns).ok_or(SkipReason::BadTime)?;
        Ok(Timestamp::from_ns(self.clock.at(since_midnight)))
    }
}

/// The identifier of a message; the destination is in it where the PGN is addressed (PDU1).
fn nmea_id(
    priority: Option<u64>,
    pgn: Option<u64>,
    source: Option<u64>,
    destination: Option<u64>,
) -> Result<CanId, SkipReason> {
    let id = || {
        let part = |number: Option<u64>, max: u32| {
            let number = u32::try_from(number?).ok()?;
            (number <= max).then_some(number)
        };
        let (priority, pgn) = (part(priority, 7)?, part(pgn, 0x3_FFFF)?);
        let (source, destination) = (part(source, 0xFF)?, part(destination, 0xFF)?);
        let is_addressed = (pgn >> 8) & 0xFF < 240;
        let pgn = if is_addressed { pgn | destination } else { pgn };
        CanId::extended(priority << 26 | pgn << 8 | source).ok()
    };
    id().ok_or(SkipReason::BadIdentifier)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::can::CanFrame;
    use crate::logs::sink::Seen;

    fn read(text: &str) -> Result<Vec<CanFrame>, SkipReason> {
        let (mut frames, mut seen) = (Vec::new(), Seen::default());
        let mut lines = CanboatLines::default();
        for line in text.lines() {
            let mut sink = FrameSink::new(&mut frames, &mut seen);
            lines.line(line.as_bytes(), &mut sink)?;
        }
        Ok(frames)
    }

    #[test]
    fn lines_of_all_three() {
        let cases = [
            (
                "# note\n\n2011-11-24-22:42:04.388,2,127251,36,255,8,7d,0b,7d,02,00,ff,ff,ff",
                "2011-11-24T22:42:04.388000000Z",
                "09F11324",
                "7D0B7D0200FFFFFF",
                1,
            ),
            (
                "2020-04-19T00:35:55.571Z,6,59904,0,67,3,14,f0,01",
                "2020-04-19T00:35:55.571000000Z",
                "18EA4300",
                "14F001",
                1,
            ),
            (
                "2020-04-19T00:35:55.571Z,2,126208,0,67,9,01,16,f0,01,ff,01,02,0e,01",
                "2020-04-19T00:35:55.571000000Z",
                "09ED4300",
                "00090116F001FF01",
                2,
            ),
            (
                "17:33:21.107 T 19F51323 01 2F",
                "1970-01-01T17:33:21.107000000Z",
                "19F51323",
                "012F",
                1,
            ),
            (
                "A173321.107 23FF7 1F513 012F3070002F3070",
                "1970-01-01T17:33:21.107000000Z",
                "1DF51323",
                "012F3070002F3070",
                1,
            ),
        ];
        for (text, at, id, payload, count) in cases {
            let frames = read(text).unwrap();
            assert_eq!(frames.len(), count, "{text}");
            assert_eq!(frames[0].timestamp.to_string(), at, "{text}");
            assert_eq!(frames[0].id.to_string(), id, "{text}");
            let bytes = frames[0].payload.iter().map(|byte| format!("{byte:02X}"));
            assert_eq!(bytes.collect::<String>(), payload, "{text}");
        }
        let midnight = "23:59:59.999 R 19F51323\n00:00:00.001 R 19F51323";
        let frames = read(midnight).unwrap();
        assert_eq!(frames[1].timestamp.ns_since(frames[0].timestamp), 2_000_000);
    }

    #[test]
    fn what_is_no_frame_has_a_reason() {
        let cases = [
            ("hello", SkipReason::NotAFrame),
            ("1,2,3", SkipReason::NotAFrame),
            ("x,2,127251,36,255,1,7d", SkipReason::BadTime),
            (
                "2011-11-24-22:42:04,8,127251,36,255,1,7d",
                SkipReason::BadIdentifier,
            ),
            (
                "2011-11-24-22:42:04,2,127251,256,255,1,7d",
                SkipReason::BadIdentifier,
            ),
            (
                "2011-11-24-22:42:04,2,127251,36,255,2,7d",
                SkipReason::BadPayload,
            ),
            (
                "2011-11-24-22:42:04,2,127251,36,255,1,7",
                SkipReason::BadPayload,
            ),
            (
                "2011-11-24-22:42:04,2,127251,36,255,224,7d",
                SkipReason::BadPayload,
            ),
            ("17:33:21.107 R 39F51323 01", SkipReason::BadIdentifier),
            ("17:33:21.107 R 19F51323 01 2", SkipReason::BadPayload),
            ("25:33:21.107 R 19F51323 01", SkipReason::BadTime),
            ("A173321.107 23FF9 1F513 01", SkipReason::BadIdentifier),
            ("A173321.107 23FF7 1F513 012", SkipReason::BadPayload),
        ];
        for (line, reason) in cases {
            assert_eq!(read(line), Err(reason), "{line}");
        }
    }
}
