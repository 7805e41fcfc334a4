//! CRTD, the text log of the Open Vehicle Monitoring System, which `SavvyCAN` writes too.
//!
//! ```text
//! 1320745424.000 CXX OVMS Tesla Roadster log       comment
//! 1320745424.002 R11 402 FA 01 C3 A0 96 00 07 01   received, standard id
//! 1320745424.015 2T29 18FEF100 01 02               sent, extended id, bus 2
//! 1320745424.106 CEV Open charge port door         event
//! ```
//!
//! Source: the CRTD page of the OVMS documentation, and a file of `SavvyCAN`.
//! Buses count from 1; where none is told it is the first. Records that begin with `C` tell about the
//! recording (comments, events, errors, versions) and are passed over.

use super::digits::{NumberBase, byte_words, decimal_number, hex_number, parse_time, word};
use super::frames;
use super::input::Format;
use super::sink::{FrameSink, NumberedChannels};
use super::text::{LineFormat, TextReader, has_a_frame};
use super::{LogFormat, SkipReason};
use crate::can::{CanId, FrameFlags, Payload};

pub(super) const FORMAT: Format = Format {
    looks_like: |head| has_a_frame(head, CrtdLines::default()),
    open: |input| Ok(Box::new(TextReader::new(input, CrtdLines::default()))),
};

/// See the [module](self).
#[derive(Debug, Default)]
struct CrtdLines {
    channels: NumberedChannels,
}

impl LineFormat for CrtdLines {
    const FORMAT: LogFormat = LogFormat::Crtd;

    fn line(&mut self, line: &[u8], frames: &mut FrameSink<'_>) -> Result<(), SkipReason> {
        let Some((time, rest)) = word(line) else {
            return Ok(());
        };
        let (kind, rest) = word(rest).ok_or(SkipReason::NotAFrame)?;
        let digits = kind.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let (bus, kind) = kind.split_at_checked(digits).unwrap_or((b"", kind));
        let (direction, is_extended) = match kind {
            b"R11" => (FrameFlags::NONE, false),
            b"R29" => (FrameFlags::NONE, true),
            b"T11" => (FrameFlags::TX, false),
            b"T29" => (FrameFlags::TX, true),
            [b'C', _, _] => return Ok(()),
            _ => return Err(SkipReason::NotAFrame),
        };
        let at = parse_time(time).ok_or(SkipReason::BadTime)?;
        let (id, rest) = word(rest).ok_or(SkipReason::NotAFrame)?;
        let id = hex_number(id).and_then(|number| CanId::new(number, is_extended).ok());
        let id = id.ok_or(SkipReason::BadIdentifier)?;
        let mut bytes = [0; Payload::MAX_LEN];
        let (count, tail) = byte_words(rest, NumberBase::Hex, &mut bytes);
        if !tail.trim_ascii().is_empty() {
            return Err(SkipReason::BadPayload);
        }
        let bytes = bytes.get(..count).unwrap_or_default();
        let frame = frames::data(at, id, direction, bytes)?;
        let bus = decimal_number(bus).unwrap_or(1);
        frames.push(self.channels.one_based(bus), frame)
    }
}
