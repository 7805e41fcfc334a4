//! The log of BUSMASTER, which `SavvyCAN` writes too.
//!
//! ```text
//! ***BUSMASTER Ver 2.4.0***
//! ***START DATE AND TIME 23:9:2015 22:17:28:928***
//! ***HEX***                                        or DEC: of identifiers and data
//! ***SYSTEM MODE***                                times of day; ABSOLUTE: since the start;
//!                                                  RELATIVE: since the line before
//! ***<Time><Tx/Rx><Channel><CAN ID><Type><DLC><DataBytes>***
//! 22:20:14:9920 Rx 1 0x21A s 8 FE 36 12 FE 69 05 07 AD
//! 22:20:14:9930 Tx 1 0x18FEF100 xr 8
//! ```
//!
//! Source: files of BUSMASTER 2 and `SavvyCAN`, whose digits behind the last colon are a decimal
//! fraction of a second. Types: `s` standard, `x` extended, with `r` behind for remote frames.
//! Channels bear the number written: `CAN1`.

use super::dates::{DayClock, TimeOfDay, instant};
use super::digits::{NumberBase, byte_words, decimal_number, split_once, word};
use super::frames;
use super::input::Format;
use super::sink::{FrameSink, NumberedChannels};
use super::text::{LineFormat, TextReader, has_a_frame};
use super::{LogFormat, SkipReason};
use crate::can::{CanId, FrameFlags, Payload};
use crate::time::Timestamp;

pub(super) const FORMAT: Format = Format {
    looks_like: |head| has_a_frame(head, BusmasterLines::default()),
    open: |input| Ok(Box::new(TextReader::new(input, BusmasterLines::default()))),
};

/// See the [module](self).
#[derive(Debug, Default)]
struct BusmasterLines {
    base: NumberBase,
    mode: Mode,
    /// Midnight before the start, and the start.
    start: Option<(Timestamp, Timestamp)>,
    clock: DayClock,
    elapsed: i64,
    channels: NumberedChannels,
}

/// What the times count from.
#[derive(Clone, Copy, Debug, Default)]
enum Mode {
    #[default]
    System,
    Absolute,
    Relative,
}

impl LineFormat for BusmasterLines {
    const FORMAT: LogFormat = LogFormat::Busmaster;

    fn line(&mut self, line: &[u8], frames: &mut FrameSink<'_>) -> Result<(), SkipReason> {
        let line = line.trim_ascii();
        if let Some(head) = line.strip_prefix(b"***") {
            return self.head(head.strip_suffix(b"***").unwrap_or(head));
        }
        let Some((time, rest)) = word(line) else {
            return Ok(());
        };
        let (direction, rest) = word(rest).ok_or(SkipReason::NotAFrame)?;
        let direction = match direction {
            b"Rx" => FrameFlags::NONE,
            b"Tx" => FrameFlags::TX,
            _ => return Err(SkipReason::NotAFrame),
        };
        let time = TimeOfDay::parse(time).and_then(TimeOfDay::ns);
        let at = self.at(time.ok_or(SkipReason::BadTime)?);
        let (channel, rest) = word(rest).ok_or(SkipReason::NotAFrame)?;
        let channel = decimal_number(channel).ok_or(SkipReason::NotAFrame)?;
        let (id, rest) = word(rest).ok_or(SkipReason::NotAFrame)?;
        let (kind, rest) = word(rest).ok_or(SkipReason::NotAFrame)?;
        let (is_extended, is_remote) = match kind {
            b"s" => (false, false),
            b"x" => (true, false),
            b"sr" => (false, true),
            b"xr" => (true, true),
            _ => return Err(SkipReason::NotAFrame),
        };
        let number = self.base.number(id).ok_or(SkipReason::BadIdentifier)?;
        let id = CanId::new(number, is_extended);
        let id = id.map_err(|_out_of_range| SkipReason::BadIdentifier)?;
        let (len, rest) = word(rest).ok_or(SkipReason::BadPayload)?;
        let len = decimal_number(len).ok_or(SkipReason::BadPayload)?;
        let frame = if is_remote {
            frames::remote(at, id, direction, len)?
        } else {
            let mut bytes = [0; Payload::MAX_LEN];
            let bytes = usize::try_from(len)
                .ok()
                .and_then(|len| bytes.get_mut(..len));
            let bytes = bytes.ok_or(SkipReason::BadPayload)?;
            let (count, _) = byte_words(rest, self.base, bytes);
            if count < bytes.len() {
                return Err(SkipReason::BadPayload);
            }
            frames::data(at, id, direction, bytes)?
        };
        frames.push(self.channels.one_based(channel), frame)
    }
}

impl BusmasterLines {
    fn head(&mut self, text: &[u8]) -> Result<(), SkipReason> {
        if let Some(date) = text.strip_prefix(b"START DATE AND TIME ") {
            self.clock = DayClock::default();
            self.elapsed = 0;
            self.start = start(date);
            self.start.map(|_| ()).ok_or(SkipReason::BadTime)?;
        }
        match text {
            b"HEX" => self.base = NumberBase::Hex,
            b"DEC" => self.base = NumberBase::Decimal,
            b"SYSTEM MODE" => self.mode = Mode::System,
            b"ABSOLUTE MODE" => self.mode = Mode::Absolute,
            b"RELATIVE MODE" => self.mode = Mode::Relative,
            _ => {}
        }
        Ok(())
    }

    fn at(&mut self, written_ns: i64) -> Timestamp {
        let (midnight, start) = self.start.unwrap_or_default();
        match self.mode {
            Mode::System => midnight + self.clock.at(written_ns),
            Mode::Absolute => start + self.clock.at(written_ns),
            Mode::Relative => {
                self.elapsed = self.elapsed.saturating_add(written_ns);
                start + self.elapsed
            }
        }
    }
}

/// `23:9:2015 22:17:28:928`: the midnight before, and the instant.
fn start(text: &[u8]) -> Option<(Timestamp, Timestamp)> {
    let (date, rest) = word(text)?;
    let (clock, _) = word(rest)?;
    let (day, rest) = split_once(date, b':')?;
    let (month, year) = split_once(rest, b':')?;
    let [day, month, year] = [day, month, year].map(decimal_number);
    let midnight = instant(year?, month?, day?, 0)?;
    Some((midnight, midnight + TimeOfDay::parse(clock)?.ns()?))
}
