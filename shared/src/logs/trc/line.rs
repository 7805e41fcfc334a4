//! One line of a trace.

use super::columns::Column;
use super::start::start_time;
use crate::can::{CanFrame, CanId, FrameFlags, Payload};
use crate::logs::dates::dotted_date_time;
use crate::logs::digits::{NumberBase, byte_words, decimal_number, hex_number, scaled, word};
use crate::logs::frames::{self, len_of_dlc};
use crate::logs::sink::{FrameSink, NumberedChannels};
use crate::logs::text::LineFormat;
use crate::logs::{LogFormat, SkipReason};
use crate::time::Timestamp;

const NS_PER_MILLISECOND: i64 = 1_000_000;

/// See the [module](super).
#[derive(Debug)]
pub(super) struct TrcLines {
    start: Option<Timestamp>,
    columns: Vec<Column>,
    takes_columns: bool,
    channels: NumberedChannels,
}

impl Default for TrcLines {
    fn default() -> Self {
        Self {
            start: None,
            columns: Column::list(b"N,O,T,B,I,d,R,L,D").unwrap_or_default(),
            takes_columns: true,
            channels: NumberedChannels::default(),
        }
    }
}

impl LineFormat for TrcLines {
    const FORMAT: LogFormat = LogFormat::Trc;

    fn line(&mut self, line: &[u8], frames: &mut FrameSink<'_>) -> Result<(), SkipReason> {
        let Some((first, rest)) = word(line) else {
            return Ok(());
        };
        let parsed = match first {
            [b';', ..] => return self.head(line.trim_ascii_start()),
            [number @ .., b')'] if decimal_number(number).is_some() => self.numbered(rest)?,
            _ if self.takes_columns => self.in_columns(line)?,
            _ => return Err(SkipReason::NotAFrame),
        };
        match parsed {
            Some((bus, frame)) => frames.push(self.channels.one_based(bus), frame),
            None => Ok(()),
        }
    }
}

/// A frame with its bus, or something that is none.
type Parsed = Option<(u64, CanFrame)>;

/// The bus where the log does not tell one.
const ONLY_BUS: u64 = 1;

impl TrcLines {
    /// Reads the lines of versions 1.x alone.
    pub(super) fn numbered_only() -> Self {
        Self {
            takes_columns: false,
            ..Self::default()
        }
    }

    /// A line that begins with `;`.
    fn head(&mut self, line: &[u8]) -> Result<(), SkipReason> {
        let text = line.trim_ascii_start();
        if text.starts_with(b";$FILEVERSION=") {
            *self = Self {
                takes_columns: self.takes_columns,
                ..Self::default()
            };
        } else if let Some(days) = text.strip_prefix(b";$STARTTIME=") {
            let start = start_time(days.trim_ascii()).ok_or(SkipReason::BadTime)?;
            self.start = Some(start);
        } else if let Some(names) = text.strip_prefix(b";$COLUMNS=") {
            self.columns = Column::list(names).ok_or(SkipReason::NotAFrame)?;
        } else if self.start.is_none()
            && let Some(words) = text.get(1..)
            && let Some(words) = words.trim_ascii_start().strip_prefix(b"Start time:")
        {
            self.start = dotted_date_time(words);
        }
        Ok(())
    }

    fn at(&self, time: &[u8]) -> Result<Timestamp, SkipReason> {
        let offset = scaled(time, NS_PER_MILLISECOND).ok_or(SkipReason::BadTime)?;
        Ok(self.start.unwrap_or_default() + offset)
    }

    /// What follows the number of a line of 1.x.
    fn numbered(&self, text: &[u8]) -> Result<Parsed, SkipReason> {
        let mut rest = text;
        let mut next = || {
            let (first, tail) = word(rest).ok_or(SkipReason::NotAFrame)?;
            rest = tail;
            Ok(first)
        };
        let at = self.at(next()?)?;
        let (second, third) = (next()?, next()?);
        let (bus, kind, id, len) = if is_type(second) {
            (ONLY_BUS, second, third, next()?)
        } else if is_type(third) {
            let bus = decimal_number(second).ok_or(SkipReason::NotAFrame)?;
            let (id, reserved_or_len) = (next()?, next()?);
            let len = if reserved_or_len == b"-" {
                next()?
            } else {
                reserved_or_len
            };
            (bus, third, id, len)
        } else {
            (ONLY_BUS, &b"Rx"[..], second, third)
        };
        let direction = match kind {
            b"Rx" => FrameFlags::NONE,
            b"Tx" => FrameFlags::TX,
            b"Error" => return Ok(Some((bus, frames::error(at, FrameFlags::NONE)?))),
            _ => return Ok(None),
        };
        if id == b"FFFFFFFF" {
            return Ok(None);
        }
        let announced = decimal_number(len).ok_or(SkipReason::BadPayload)?;
        let frame = match word(rest) {
            Some((b"ERROR", _)) => frames::error(at, direction)?,
            Some((b"RTR", _)) => frames::remote(at, parse_id(id)?, direction, announced)?,
            _ => {
                let len = len_of_dlc(announced, false);
                data(at, parse_id(id)?, direction, len, rest)?
            }
        };
        Ok(Some((bus, frame)))
    }

    /// A line of 2.x.
    fn in_columns(&self, line: &[u8]) -> Result<Parsed, SkipReason> {
        let mut fields = Fields::default();
        let mut rest = line;
        for column in &self.columns {
            if *column == Column::Data {
                fields.data = rest;
                continue;
            }
            if fields.is_error() && !matches!(column, Column::Bus | Column::Time) {
                break; // of an error frame the rest is about the error
            }
            let (field, tail) = word(rest).ok_or(SkipReason::NotAFrame)?;
            rest = tail;
            match column {
                Column::Time => fields.time = field,
                Column::Type if matches!(field, b"ST" | b"EC" | b"EV") => return Ok(None),
                Column::Type => fields.kind = field,
                Column::Bus => fields.bus = Some(field),
                Column::Id => fields.id = field,
                Column::Direction => fields.direction = field,
                Column::Length => fields.len = Some(field),
                Column::Dlc => fields.dlc = Some(field),
                Column::Data | Column::Other => {}
            }
        }
        let bus = match fields.bus {
            None => ONLY_BUS,
            Some(bus) => decimal_number(bus).ok_or(SkipReason::NotAFrame)?,
        };
        Ok(Some((bus, fields.frame(self.at(fields.time)?)?)))
    }
}

/// The fields of one line of 2.x.
#[derive(Clone, Copy, Debug, Default)]
struct Fields<'a> {
    time: &'a [u8],
    kind: &'a [u8],
    bus: Option<&'a [u8]>,
    id: &'a [u8],
    direction: &'a [u8],
    len: Option<&'a [u8]>,
    dlc: Option<&'a [u8]>,
    data: &'a [u8],
}

impl Fields<'_> {
    fn is_error(&self) -> bool {
        self.kind == b"ER"
    }

    fn frame(&self, at: Timestamp) -> Result<CanFrame, SkipReason> {
        let (fd, brs, esi) = (FrameFlags::FD, FrameFlags::BRS, FrameFlags::ESI);
        let kind = match self.kind {
            b"DT" => FrameFlags::NONE,
            b"FD" => fd,
            b"FB" => fd | brs,
            b"FE" => fd | esi,
            b"BI" => fd | brs | esi,
            b"RR" => FrameFlags::REMOTE,
            b"ER" => return frames::error(at, FrameFlags::NONE),
            _ => return Err(SkipReason::NotAFrame),
        };
        let flags = match self.direction {
            b"Rx" | b"" => kind,
            b"Tx" => kind | FrameFlags::TX,
            _ => return Err(SkipReason::NotAFrame),
        };
        let id = parse_id(self.id)?;
        let number = |text: &[u8]| decimal_number(text).ok_or(SkipReason::BadPayload);
        let len = match (self.len, self.dlc) {
            (Some(len), _) => usize::try_from(number(len)?).ok(),
            (None, Some(dlc)) => len_of_dlc(number(dlc)?, kind.contains(fd)),
            (None, None) => None,
        };
        if kind.contains(FrameFlags::REMOTE) {
            let len = len.ok_or(SkipReason::BadPayload)?;
            return frames::remote(at, id, flags, len as u64);
        }
        data(at, id, flags, len, self.data)
    }
}

fn data(
    at: Timestamp,
    id: CanId,
    flags: FrameFlags,
    len: Option<usize>,
    text: &[u8],
) -> Result<CanFrame, SkipReason> {
    let mut bytes = [0; Payload::MAX_LEN];
    let bytes = len.and_then(|len| bytes.get_mut(..len));
    let bytes = bytes.ok_or(SkipReason::BadPayload)?;
    let (count, _) = byte_words(text, NumberBase::Hex, bytes);
    if count < bytes.len() {
        return Err(SkipReason::BadPayload);
    }
    frames::data(at, id, flags, bytes)
}

/// The words that tell versions 1.1 to 1.3 from 1.0.
fn is_type(word: &[u8]) -> bool {
    matches!(word, b"Rx" | b"Tx" | b"Warng" | b"Error" | b"Event")
}

fn parse_id(text: &[u8]) -> Result<CanId, SkipReason> {
    let number = hex_number(text).ok_or(SkipReason::BadIdentifier)?;
    CanId::new(number, text.len() > 4).map_err(|_out_of_range| SkipReason::BadIdentifier)
}
