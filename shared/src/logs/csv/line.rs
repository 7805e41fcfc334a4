//! One line of a CSV log, by its mapping.

use super::base64;
use super::fields::Fields;
use super::mapping::{ChannelNumbers, CsvData, CsvMapping, CsvTime, DataText};
use crate::can::{CanFrame, CanId, FrameFlags, Payload};
use crate::logs::dates::DayClock;
use crate::logs::digits::{NumberBase, byte_words, decimal_number, hex_bytes};
use crate::logs::frames;
use crate::logs::sink::{FrameSink, NumberedChannels};
use crate::logs::text::LineFormat;
use crate::logs::{LogFormat, SkipReason};
use crate::time::Timestamp;

/// The channel where no column tells one.
const ONLY_CHANNEL: &[u8] = b"can0";

/// See the [module](super).
#[derive(Debug)]
pub(super) struct CsvLines {
    mapping: CsvMapping,
    header: Vec<u8>,
    header_lines_left: u64,
    fields: Fields,
    clock: DayClock,
    channels: NumberedChannels,
}

impl LineFormat for CsvLines {
    const FORMAT: LogFormat = LogFormat::Csv;

    fn line(&mut self, line: &[u8], frames: &mut FrameSink<'_>) -> Result<(), SkipReason> {
        if self.header_lines_left > 0 {
            self.header_lines_left -= 1;
            self.header.clear();
            self.header.extend_from_slice(line);
            return Ok(());
        }
        let text = line.trim_ascii();
        if text.is_empty() || text.starts_with(b"#") || line == self.header {
            return Ok(());
        }
        self.fields.split(line, self.mapping.delimiter.byte());
        let record = Record {
            line,
            fields: &self.fields,
            mapping: &self.mapping,
        };
        let mut frame = record.frame()?;
        let has_time = match self.mapping.time {
            None => false,
            Some(time) => {
                frame.timestamp = record.time(time, &mut self.clock)?;
                true
            }
        };
        let channel = match self.mapping.channel {
            None => ONLY_CHANNEL,
            Some(channel) => {
                let name = record.field(channel.column)?;
                let number = || decimal_number(name).ok_or(SkipReason::NotAFrame);
                match channel.numbers {
                    ChannelNumbers::Names => name,
                    ChannelNumbers::FromZero => self.channels.zero_based(number()?),
                    ChannelNumbers::FromOne => self.channels.one_based(number()?),
                }
            }
        };
        if has_time {
            frames.push(channel, frame)
        } else {
            frames.push_untimed(channel, frame)
        }
    }
}

impl CsvLines {
    pub(super) fn new(mapping: CsvMapping) -> Self {
        Self {
            header: Vec::new(),
            header_lines_left: mapping.header_lines,
            fields: Fields::default(),
            clock: DayClock::default(),
            channels: NumberedChannels::default(),
            mapping,
        }
    }
}

/// What stands in a column of flags or directions. `s` and `x` are how some mark identifiers.
const YES: [&[u8]; 8] = [b"1", b"true", b"yes", b"y", b"x", b"tx", b"t", b"out"];
const NO: [&[u8]; 10] = [
    b"", b"0", b"false", b"no", b"n", b"-", b"rx", b"r", b"in", b"s",
];

/// A line that was split.
struct Record<'a> {
    line: &'a [u8],
    fields: &'a Fields,
    mapping: &'a CsvMapping,
}

impl<'a> Record<'a> {
    fn field(&self, column: usize) -> Result<&'a [u8], SkipReason> {
        let field = self.fields.get(self.line, column);
        field.ok_or(SkipReason::NotAFrame)
    }

    /// Whether the field of a column says yes; no where there is no such column.
    fn says(&self, column: Option<usize>) -> Result<bool, SkipReason> {
        let Some(column) = column else {
            return Ok(false);
        };
        let field = self.field(column)?;
        let is_in = |words: &[&[u8]]| words.iter().any(|word| field.eq_ignore_ascii_case(word));
        match (is_in(&YES), is_in(&NO)) {
            (true, _) => Ok(true),
            (_, true) => Ok(false),
            _ => Err(SkipReason::NotAFrame),
        }
    }

    /// All of the frame but its time and channel.
    fn frame(&self) -> Result<CanFrame, SkipReason> {
        let mapping = self.mapping;
        let at = Timestamp::from_ns(0); // set by the caller
        let id = self.id()?;
        let flags = FrameFlags::NONE
            .with(FrameFlags::TX, self.says(mapping.sent)?)
            .with(FrameFlags::ERROR, self.says(mapping.error)?)
            .with(FrameFlags::FD, self.says(mapping.fd)?)
            .with(FrameFlags::BRS, self.says(mapping.brs)?)
            .with(FrameFlags::ESI, self.says(mapping.esi)?);
        let announced = match mapping.len {
            None => None,
            Some(column) => {
                let len = decimal_number(self.field(column)?);
                Some(len.ok_or(SkipReason::BadPayload)?)
            }
        };
        if self.says(mapping.remote)? {
            return frames::remote(at, id, flags, announced.unwrap_or(0));
        }
        let mut bytes = [0; Payload::MAX_LEN];
        let bytes = self.data(&mut bytes)?;
        let bytes = match announced {
            None => Some(bytes),
            Some(dlc @ 9..) if frames::len_of_dlc(dlc, true) == Some(bytes.len()) => Some(bytes),
            Some(len) => usize::try_from(len).ok().and_then(|len| bytes.get(..len)),
        };
        frames::data(at, id, flags, bytes.ok_or(SkipReason::BadPayload)?)
    }

    fn id(&self) -> Result<CanId, SkipReason> {
        let (text, has_mark) = match self.field(self.mapping.id)? {
            [digits @ .., b'x' | b'X'] => (digits, true),
            digits => (digits, false),
        };
        let base = if text.starts_with(b"0x") {
            NumberBase::Hex
        } else {
            self.mapping.id_base
        };
        let number = base.number(text).ok_or(SkipReason::BadIdentifier)?;
        let is_extended =
            has_mark || number > CanId::MAX_STANDARD || self.says(self.mapping.extended)?;
        CanId::new(number, is_extended).map_err(|_out_of_range| SkipReason::BadIdentifier)
    }

    fn data<'b>(&self, target: &'b mut [u8; Payload::MAX_LEN]) -> Result<&'b [u8], SkipReason> {
        let bytes = match self.mapping.data {
            CsvData::Column { column, text } => data_text(self.field(column)?, text, target),
            CsvData::Bytes { first, base } => self.byte_fields(first, base, target),
        };
        bytes.ok_or(SkipReason::BadPayload)
    }

    /// Bytes in fields of their own, up to the first that is empty.
    fn byte_fields<'b>(
        &self,
        first: usize,
        base: NumberBase,
        target: &'b mut [u8],
    ) -> Option<&'b [u8]> {
        let mut count = 0;
        for column in first..self.fields.len() {
            let field = self.fields.get(self.line, column)?;
            if field.is_empty() {
                break;
            }
            *target.get_mut(count)? = base.byte(field)?;
            count += 1;
        }
        target.get(..count)
    }

    fn time(&self, time: CsvTime, clock: &mut DayClock) -> Result<Timestamp, SkipReason> {
        let text = self.field(time.column)?;
        let ns = time.format.parse(text, self.mapping.decimal, clock);
        Ok(Timestamp::from_ns(ns.ok_or(SkipReason::BadTime)?))
    }
}

fn data_text<'b>(text: &[u8], kind: DataText, target: &'b mut [u8]) -> Option<&'b [u8]> {
    let base = match kind {
        DataText::Base64 => return base64::decode(text, target),
        DataText::Hex if !text.contains(&b' ') => {
            return hex_bytes(text.strip_prefix(b"0x").unwrap_or(text), target);
        }
        DataText::Hex => NumberBase::Hex,
        DataText::Decimal => NumberBase::Decimal,
    };
    let (count, tail) = byte_words(text, base, target);
    tail.trim_ascii().is_empty().then_some(())?;
    target.get(..count)
}
