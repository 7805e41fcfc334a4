//! What candump writes to the screen, kept in a file.
//!
//! ```text
//!   can0  123   [8]  11 22 33 44 55 66 77 88                     no time at all
//!  (1436509052.249713)  can0  12345678   [2]  11 22   '."'       -t a, with -a
//!  (2015-07-10 08:17:32.249713)  can0  123   [0]  remote request -t A
//!  (000.010203)  can0  TX B E  123  [12]  11 22 …                -t z or -t d, with -x; CAN FD
//!   can0  20000004   [8]  00 08 00 00 00 00 00 00   ERRORFRAME
//! <0x15fd0723> [8] 00 ff ff ff ff 7f ff ff                       candump of before can-utils
//! ```
//!
//! Source: can-utils `lib.c` (`snprintf_long_canframe`) and `candump.c`; of the old style a recording
//! of canboat.
//!
//! - **Without times** frames are taken in their order: see [`TimeBasis::Order`].
//! - `-t z` (since the first frame) and `-t d` (since the frame before) look the same. Where one in
//!   four of the times at the head of the log is less than the one before, they are differences.
//! - A length of two digits marks a CAN FD frame; `-x` tells BRS and ESI.
//! - Bytes in reversed order (`-S`) or as bits (`-i`) are not read.
//!
//! [`TimeBasis::Order`]: crate::logs::TimeBasis::Order

use super::parse::parse_id;
use crate::can::{CanFrame, CanId, FrameFlags, Payload};
use crate::logs::dates::date_time;
use crate::logs::digits::{
    NumberBase, byte_words, decimal_number, hex_number, scaled, split_once, word,
};
use crate::logs::frames;
use crate::logs::input::Format;
use crate::logs::sink::FrameSink;
use crate::logs::text::{LineFormat, TextReader, has_a_frame, lines};
use crate::logs::{LogFormat, SkipReason};
use crate::time::{NS_PER_SEC, Timestamp};

pub(in crate::logs) const FORMAT: Format = Format {
    looks_like: |head| has_a_frame(head, ScreenLines::default()),
    open: |input| {
        let lines = ScreenLines::new(input.head());
        Ok(Box::new(TextReader::new(input, lines)))
    },
};

/// The channel of lines in the old style, until a line names the interface.
const OLD_STYLE_CHANNEL: &[u8] = b"can0";

/// See the [module](self).
#[derive(Debug)]
struct ScreenLines {
    has_differences: bool,
    elapsed: i64,
    interface: Vec<u8>,
}

impl Default for ScreenLines {
    fn default() -> Self {
        Self {
            has_differences: false,
            elapsed: 0,
            interface: OLD_STYLE_CHANNEL.to_vec(),
        }
    }
}

/// When a frame was received.
#[derive(Clone, Copy, Debug)]
enum When {
    Instant(Timestamp),
    /// Nanoseconds since the first frame, or since the one before.
    Elapsed(i64),
    Unknown,
}

impl LineFormat for ScreenLines {
    const FORMAT: LogFormat = LogFormat::CandumpScreen;

    fn line(&mut self, line: &[u8], frames: &mut FrameSink<'_>) -> Result<(), SkipReason> {
        let line = line.trim_ascii();
        if let Some(text) = line.strip_prefix(b"interface = ") {
            let end = text.iter().position(|byte| *byte == b',' || *byte == b' ');
            if let Some(name) = text.get(..end.unwrap_or(text.len())) {
                self.interface = name.to_vec();
            }
            return Ok(());
        }
        if line.is_empty() || line.starts_with(b"#") || line.starts_with(b"DROPCOUNT:") {
            return Ok(());
        }
        if let Some(text) = line.strip_prefix(b"<") {
            let (id, rest) = split_once(text, b'>').ok_or(SkipReason::NotAFrame)?;
            let frame = old_style_id(id).and_then(|id| parse_frame(id, FrameFlags::NONE, rest))?;
            return frames.push_untimed(&self.interface, frame);
        }
        let (when, rest) = parse_when(line)?;
        let (channel, rest) = word(rest).ok_or(SkipReason::NotAFrame)?;
        let (flags, rest) = parse_extra(rest);
        let (id, rest) = word(rest).ok_or(SkipReason::NotAFrame)?;
        let (id, id_flags) = parse_id(id)?;
        let mut frame = parse_frame(id, flags | id_flags, rest)?;
        frame.timestamp = match when {
            When::Unknown => return frames.push_untimed(channel, frame),
            When::Instant(at) => at,
            When::Elapsed(ns) => {
                self.elapsed = if self.has_differences {
                    self.elapsed.saturating_add(ns)
                } else {
                    ns
                };
                Timestamp::from_ns(self.elapsed)
            }
        };
        frames.push(channel, frame)
    }
}

impl ScreenLines {
    fn new(head: &[u8]) -> Self {
        let times = lines(head).filter_map(|line| match parse_when(line.trim_ascii()) {
            Ok((When::Elapsed(ns), _)) => Some(ns),
            _ => None,
        });
        let (mut steps, mut steps_back, mut last) = (0_u32, 0_u32, None);
        for ns in times {
            steps += 1;
            steps_back += u32::from(last.is_some_and(|last| ns < last));
            last = Some(ns);
        }
        Self {
            has_differences: steps_back > 0 && steps_back * 4 >= steps,
            ..Self::default()
        }
    }
}

/// `(1436509052.249713)`, `(2015-07-10 08:17:32.249713)`, or nothing.
fn parse_when(line: &[u8]) -> Result<(When, &[u8]), SkipReason> {
    let Some(text) = line.strip_prefix(b"(") else {
        return Ok((When::Unknown, line));
    };
    let (time, rest) = split_once(text, b')').ok_or(SkipReason::NotAFrame)?;
    let whole_digits = time.iter().take_while(|it| it.is_ascii_digit()).count();
    let when = match scaled(time, NS_PER_SEC) {
        // candump writes the seconds since 1970 with ten digits, and those of -z and -d with three.
        Some(ns) if whole_digits >= 10 => When::Instant(Timestamp::from_ns(ns)),
        Some(ns) => When::Elapsed(ns),
        None => When::Instant(date_time(time).ok_or(SkipReason::BadTime)?),
    };
    Ok((when, rest))
}

/// `RX - -`, `TX B E`, or nothing.
fn parse_extra(text: &[u8]) -> (FrameFlags, &[u8]) {
    let parsed = || {
        let (direction, rest) = word(text)?;
        let (brs, rest) = word(rest)?;
        let (esi, rest) = word(rest)?;
        let direction = match direction {
            b"RX" => FrameFlags::NONE,
            b"TX" => FrameFlags::TX,
            _ => return None,
        };
        let flags = direction
            .with(FrameFlags::BRS, brs == b"B")
            .with(FrameFlags::ESI, esi == b"E");
        Some((flags, rest))
    };
    parsed().unwrap_or((FrameFlags::NONE, text))
}

fn old_style_id(text: &[u8]) -> Result<CanId, SkipReason> {
    let number = hex_number(text).ok_or(SkipReason::BadIdentifier)?;
    let is_extended = text.len() > b"0x123".len();
    CanId::new(number, is_extended).map_err(|_out_of_range| SkipReason::BadIdentifier)
}

/// `[8]  11 22 …`: the length in brackets, and the data.
fn parse_frame(id: CanId, flags: FrameFlags, text: &[u8]) -> Result<CanFrame, SkipReason> {
    let (len, rest) = word(text).ok_or(SkipReason::NotAFrame)?;
    let (digits, is_raw_dlc) = match len {
        [b'[', digits @ .., b']'] => (digits, false),
        [b'{', digits @ .., b'}'] => (digits, true),
        _ => return Err(SkipReason::NotAFrame),
    };
    if digits.len() == 4 {
        return Err(SkipReason::CanXl);
    }
    let (is_fd, len) = if is_raw_dlc {
        let dlc = hex_number(digits).map(u64::from);
        (false, dlc.and_then(|dlc| frames::len_of_dlc(dlc, false)))
    } else {
        let len = decimal_number(digits).and_then(|len| usize::try_from(len).ok());
        (digits.len() == 2, len)
    };
    let len = len.ok_or(SkipReason::BadPayload)?;
    let at = Timestamp::from_ns(0); // set by the caller
    if rest.trim_ascii_start().starts_with(b"remote request") {
        return frames::remote(at, id, flags, len as u64);
    }
    let mut bytes = [0; Payload::MAX_LEN];
    let bytes = bytes.get_mut(..len).ok_or(SkipReason::BadPayload)?;
    let (count, _) = byte_words(rest, NumberBase::Hex, bytes);
    let max = if is_fd {
        Payload::MAX_LEN
    } else {
        frames::CLASSIC_MAX_LEN
    };
    if count < len || len > max {
        return Err(SkipReason::BadPayload);
    }
    let flags = if is_fd {
        flags | FrameFlags::FD
    } else {
        flags.with(FrameFlags::BRS | FrameFlags::ESI, false)
    };
    frames::data(at, id, flags, bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::logs::TimeBasis;
    use crate::logs::sink::Seen;

    fn read(text: &str) -> (Vec<CanFrame>, Seen, Vec<SkipReason>) {
        let (mut frames, mut seen, mut skipped) = (Vec::new(), Seen::default(), Vec::new());
        let mut lines = ScreenLines::new(text.as_bytes());
        for line in text.lines() {
            let mut sink = FrameSink::new(&mut frames, &mut seen);
            skipped.extend(lines.line(line.as_bytes(), &mut sink).err());
        }
        (frames, seen, skipped)
    }

    #[test]
    fn kinds_of_frames() {
        let (none, fd, brs) = (FrameFlags::NONE, FrameFlags::FD, FrameFlags::BRS);
        let cases: [(&str, &str, FrameFlags, u8); 10] = [
            ("  can0  123   [2]  11 22", "123", none, 2),
            ("can0       123   [2]  11 22   '.\"'", "123", none, 2),
            ("  vcan0  12345678   [0] ", "12345678", none, 0),
            (
                "  can0  123   [4]  remote request",
                "123",
                FrameFlags::REMOTE,
                4,
            ),
            ("  can0  123  [02]  11 22", "123", fd, 2),
            ("  can0  RX B -  123  [03]  11 22 33", "123", fd | brs, 3),
            ("  can0  TX - -  123   [1]  11", "123", FrameFlags::TX, 1),
            ("  can0  123   {B}  11 22 33 44 55 66 77 88", "123", none, 8),
            (
                "  can0  20000004   [1]  01   ERRORFRAME",
                "00000004",
                FrameFlags::ERROR,
                1,
            ),
            ("<0x15fd0723> [2] 00 ff ", "15FD0723", none, 2),
        ];
        for (line, id, flags, len) in cases {
            let (frames, seen, skipped) = read(line);
            assert_eq!(skipped, [], "{line}");
            assert_eq!(frames[0].id.to_string(), id, "{line}");
            assert_eq!((frames[0].flags, frames[0].len), (flags, len), "{line}");
            assert_eq!(seen.basis, TimeBasis::Order, "{line}");
        }
    }

    #[test]
    fn times_of_all_kinds() {
        let line = |time: &str| format!(" ({time})  can0  123   [1]  11\n");
        let times = |texts: &[&str]| {
            let text: String = texts.iter().map(|time| line(time)).collect();
            let (frames, seen, skipped) = read(&text);
            assert_eq!(skipped, []);
            let times = frames.iter().map(|frame| frame.timestamp.as_ns() / 1_000);
            (times.collect::<Vec<i64>>(), seen.basis)
        };
        let (at, basis) = times(&["1436509052.249713"]);
        assert_eq!((at[0], basis), (1_436_509_052_249_713, TimeBasis::Absolute));
        let (at, basis) = times(&["2015-07-10 06:17:32.249713"]);
        assert_eq!((at[0], basis), (1_436_509_052_249_713, TimeBasis::Absolute));
        let since_first = [
            "000.000000",
            "000.000500",
            "000.000400",
            "000.001000",
            "000.002000",
        ];
        assert_eq!(times(&since_first).0, [0, 500, 400, 1_000, 2_000]);
        let differences = [
            "000.000000",
            "000.000500",
            "000.000400",
            "000.001000",
            "000.000100",
        ];
        assert_eq!(times(&differences).0, [0, 500, 900, 1_900, 2_000]);
        let untimed = "can0  1   [0] \n".repeat(3);
        let ns = read(&untimed)
            .0
            .iter()
            .map(|frame| frame.timestamp.as_ns())
            .sum::<i64>();
        assert_eq!(ns, 3_000_000);
    }

    #[test]
    fn what_is_no_frame_has_a_reason() {
        let cases = [
            ("hello", SkipReason::NotAFrame),
            ("can0 123 11 22", SkipReason::NotAFrame),
            ("(x) can0 123 [1] 11", SkipReason::BadTime),
            ("can0 12G [1] 11", SkipReason::BadIdentifier),
            ("<0x800> [1] 11", SkipReason::BadIdentifier),
            ("can0 123 [2] 11", SkipReason::BadPayload),
            ("can0 123 [2] 11 2", SkipReason::BadPayload),
            (
                "can0 123 [9] 11 22 33 44 55 66 77 88 99",
                SkipReason::BadPayload,
            ),
            ("can0 123 [65] 11", SkipReason::BadPayload),
            ("can0 123 [2] 22`11", SkipReason::BadPayload),
            ("can0 123 [0012] (00|81:00:12345678) 11", SkipReason::CanXl),
        ];
        for (line, reason) in cases {
            assert_eq!(read(line).2, [reason], "{line}");
        }
        let head = "interface = can7, family = 29, type = 3, proto = 1\n<0x123> [0] \n# note\n\n";
        let (_, seen, skipped) = read(head);
        assert_eq!(skipped, []);
        assert_eq!(seen.channels.table().names()[0].as_str(), "can7");
    }
}
