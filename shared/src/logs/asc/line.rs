//! One line of an ASC log.

use super::clock::Clock;
use crate::can::{CanId, FrameFlags, Payload};
use crate::logs::dates::date_in_words;
use crate::logs::digits::{NumberBase, byte_words, decimal_number, parse_time, word};
use crate::logs::frames::{self, CLASSIC_MAX_LEN, len_of_dlc};
use crate::logs::sink::{FrameSink, NumberedChannels};
use crate::logs::text::LineFormat;
use crate::logs::{LogFormat, SkipReason};
use crate::time::Timestamp;

/// See the [module](super).
#[derive(Debug, Default)]
pub(super) struct AscLines {
    base: NumberBase,
    clock: Clock,
    channels: NumberedChannels,
}

impl LineFormat for AscLines {
    const FORMAT: LogFormat = LogFormat::Asc;

    fn line(&mut self, line: &[u8], frames: &mut FrameSink<'_>) -> Result<(), SkipReason> {
        let Some((first, rest)) = word(line) else {
            return Ok(());
        };
        match first {
            [b'0'..=b'9' | b'-' | b'.', ..] => {
                let written = parse_time(first).ok_or(SkipReason::BadTime)?;
                let at = self.clock.advance(written.as_ns());
                self.event(at, rest, frames)
            }
            [b'/', b'/', ..] | [b';', ..] => Ok(()),
            _ => self.header(first, rest),
        }
    }
}

/// Whether a line says the base of numbers, as every header does.
pub(super) fn is_base_line(line: &[u8]) -> bool {
    let parsed = word(line).filter(|(first, _)| first.eq_ignore_ascii_case(b"base"));
    let Some((base, rest)) = parsed.and_then(|(_, rest)| word(rest)) else {
        return false;
    };
    let stamps = word(rest).is_some_and(|(it, _)| it.eq_ignore_ascii_case(b"timestamps"));
    stamps && base_named(base).is_some()
}

fn base_named(name: &[u8]) -> Option<NumberBase> {
    match name.to_ascii_lowercase().as_slice() {
        b"hex" => Some(NumberBase::Hex),
        b"dec" => Some(NumberBase::Decimal),
        _ => None,
    }
}

impl AscLines {
    /// A line that does not begin with a time.
    fn header(&mut self, first: &[u8], rest: &[u8]) -> Result<(), SkipReason> {
        match first.to_ascii_lowercase().as_slice() {
            b"date" => {
                let date = date_in_words(rest);
                self.clock.restart(date);
                date.map(|_| ()).ok_or(SkipReason::BadTime)
            }
            b"base" => self.base_line(rest),
            b"begin" => {
                let date = word(rest).and_then(|(_, rest)| date_in_words(rest));
                self.clock.begin_block(date);
                Ok(())
            }
            b"end" | b"internal" | b"no" => Ok(()),
            _ => Err(SkipReason::NotAFrame),
        }
    }

    /// `base hex  timestamps absolute`.
    fn base_line(&mut self, rest: &[u8]) -> Result<(), SkipReason> {
        let (base, rest) = word(rest).ok_or(SkipReason::NotAFrame)?;
        self.base = base_named(base).ok_or(SkipReason::NotAFrame)?;
        let kind = word(rest).and_then(|(_, rest)| word(rest));
        self.clock.is_relative =
            kind.is_some_and(|(kind, _)| kind.eq_ignore_ascii_case(b"relative"));
        Ok(())
    }

    /// What follows a time.
    fn event(
        &mut self,
        at: Timestamp,
        text: &[u8],
        frames: &mut FrameSink<'_>,
    ) -> Result<(), SkipReason> {
        let (first, rest) = word(text).ok_or(SkipReason::NotAFrame)?;
        if let Some(channel) = decimal_number(first) {
            return self.classic(at, channel, rest, frames);
        }
        match first {
            b"CANFD" => self.fd(at, rest, frames),
            b"CANXL" => Err(SkipReason::CanXl),
            b"Start" => {
                self.clock.start_measurement();
                Ok(())
            }
            _ if is_other_bus(first) => Err(SkipReason::OtherBus),
            _ if is_internal_event(first) => Ok(()),
            _ => Err(SkipReason::NotAFrame),
        }
    }

    /// What follows `<time> <channel>`.
    fn classic(
        &mut self,
        at: Timestamp,
        channel: u64,
        text: &[u8],
        frames: &mut FrameSink<'_>,
    ) -> Result<(), SkipReason> {
        let (id, rest) = word(text).ok_or(SkipReason::NotAFrame)?;
        match id {
            b"ErrorFrame" => {
                let frame = frames::error(at, FrameFlags::NONE)?;
                return frames.push(self.channels.one_based(channel), frame);
            }
            b"Statistic:" | b"J1939TP" | b"OverloadFrame" => return Ok(()),
            _ => {}
        }
        let Some((direction, rest)) = direction(rest)? else {
            return Ok(());
        };
        let (kind, rest) = word(rest).ok_or(SkipReason::NotAFrame)?;
        let frame = match kind {
            b"d" | b"D" => {
                let mut bytes = [0; Payload::MAX_LEN];
                let (len, tail) = self.classic_data(rest, &mut bytes)?;
                let id = self.id(id, tail)?;
                let bytes = bytes.get(..len).unwrap_or_default();
                frames::data(at, id, direction, bytes)?
            }
            b"r" | b"R" => {
                let len = word(rest).and_then(|(len, _)| self.base.number(len));
                let len = len_of_dlc(len.unwrap_or(0).into(), false);
                let len = len.ok_or(SkipReason::BadPayload)?;
                frames::remote(at, self.id(id, rest)?, direction, len as u64)?
            }
            _ => return Err(SkipReason::NotAFrame),
        };
        frames.push(self.channels.one_based(channel), frame)
    }

    /// `<dlc> <bytes>` of a classic line, and what follows.
    fn classic_data<'a>(
        &self,
        text: &'a [u8],
        bytes: &mut [u8],
    ) -> Result<(usize, &'a [u8]), SkipReason> {
        let (dlc, rest) = word(text).ok_or(SkipReason::BadPayload)?;
        let written = self.base.number(dlc).ok_or(SkipReason::BadPayload)?;
        let (count, tail) = byte_words(rest, self.base, bytes);
        let classic_len = len_of_dlc(written.into(), false);
        if let Some(len) = classic_len
            && count >= len
            && (count <= CLASSIC_MAX_LEN || usize::try_from(written).is_ok_and(|it| it == len))
        {
            return Ok((len, tail));
        }
        // CAN FD in a classic line: a code or a length, in the base of the log or in decimal.
        let decimal = decimal_number(dlc).unwrap_or(u64::MAX);
        let fits = [u64::from(written), decimal]
            .iter()
            .any(|code| *code == count as u64 || len_of_dlc(*code, true) == Some(count));
        if fits && count > CLASSIC_MAX_LEN {
            Ok((count, tail))
        } else {
            Err(SkipReason::BadPayload)
        }
    }

    /// An identifier, with `x` behind it where it is extended; one that does not fit 11 bits is too.
    fn id(&self, text: &[u8], tail: &[u8]) -> Result<CanId, SkipReason> {
        let numeric = |text: &[u8], base: NumberBase| {
            let (digits, is_extended) = match text {
                [digits @ .., b'x' | b'X'] => (digits, true),
                digits => (digits, false),
            };
            let number = base.number(digits)?;
            CanId::new(number, is_extended || number > CanId::MAX_STANDARD).ok()
        };
        let id = numeric(text, self.base).or_else(|| {
            let position = tail.windows(5).position(|at| at == b"ID = ")?;
            let (number, _) = word(tail.get(position + 5..)?)?;
            numeric(number, NumberBase::Decimal)
        });
        id.ok_or(SkipReason::BadIdentifier)
    }

    /// What follows `<time> CANFD`.
    fn fd(
        &mut self,
        at: Timestamp,
        text: &[u8],
        frames: &mut FrameSink<'_>,
    ) -> Result<(), SkipReason> {
        let (channel, rest) = word(text).ok_or(SkipReason::NotAFrame)?;
        let channel = decimal_number(channel).ok_or(SkipReason::NotAFrame)?;
        let Some((direction, rest)) = direction_word(rest)? else {
            return Ok(());
        };
        let (id, rest) = word(rest).ok_or(SkipReason::NotAFrame)?;
        if id == b"ErrorFrame" {
            let frame = frames::error(at, direction | FrameFlags::FD)?;
            return frames.push(self.channels.one_based(channel), frame);
        }
        let (mut brs, mut rest) = word(rest).ok_or(SkipReason::NotAFrame)?;
        if !matches!(brs, b"0" | b"1") {
            (brs, rest) = word(rest).ok_or(SkipReason::NotAFrame)?; // behind the symbolic name
        }
        let (esi, rest) = word(rest).ok_or(SkipReason::NotAFrame)?;
        if !matches!((brs, esi), (b"0" | b"1", b"0" | b"1")) {
            return Err(SkipReason::NotAFrame);
        }
        let (dlc, rest) = word(rest).ok_or(SkipReason::BadPayload)?;
        let dlc = self.base.number(dlc).ok_or(SkipReason::BadPayload)?;
        let (len, rest) = word(rest).ok_or(SkipReason::BadPayload)?;
        let len = decimal_number(len).and_then(|len| usize::try_from(len).ok());
        let len = len.ok_or(SkipReason::BadPayload)?;
        let mut bytes = [0; Payload::MAX_LEN];
        let bytes = bytes.get_mut(..len).ok_or(SkipReason::BadPayload)?;
        let (count, tail) = byte_words(rest, self.base, bytes);
        if count < len {
            return Err(SkipReason::BadPayload);
        }
        let id = self.id(id, b"")?;
        let kind = FdKind::of(tail, dlc, len);
        let frame = match kind {
            FdKind::Remote => frames::remote(at, id, direction, dlc.into())?,
            FdKind::Classic => frames::data(at, id, direction, bytes)?,
            FdKind::Fd => {
                let flags = (direction | FrameFlags::FD)
                    .with(FrameFlags::BRS, brs == b"1")
                    .with(FrameFlags::ESI, esi == b"1");
                frames::data(at, id, flags, bytes)?
            }
        };
        frames.push(self.channels.one_based(channel), frame)
    }
}

enum FdKind {
    Classic,
    Remote,
    Fd,
}

impl FdKind {
    /// By the flags in `<duration> <length> <flags>`, where these follow the data.
    fn of(tail: &[u8], dlc: u32, len: usize) -> Self {
        const REMOTE: u32 = 1 << 4;
        const EDL: u32 = 1 << 12;
        let flags = word(tail)
            .and_then(|(_, rest)| word(rest))
            .and_then(|(_, rest)| word(rest))
            .and_then(|(flags, _)| NumberBase::Hex.number(flags));
        let is_remote = flags.map_or(len == 0 && dlc > 0, |flags| flags & REMOTE != 0);
        let is_classic = flags.is_some_and(|flags| flags & EDL == 0) && len <= CLASSIC_MAX_LEN;
        match (is_remote, is_classic) {
            (true, _) => Self::Remote,
            (false, true) => Self::Classic,
            (false, false) => Self::Fd,
        }
    }
}

/// The direction, perhaps behind a symbolic name; `None` where nothing was sent yet.
fn direction(text: &[u8]) -> Result<Option<(FrameFlags, &[u8])>, SkipReason> {
    direction_word(text).or_else(|reason| {
        let (_, behind_name) = word(text).ok_or(reason)?;
        direction_word(behind_name)
    })
}

fn direction_word(text: &[u8]) -> Result<Option<(FrameFlags, &[u8])>, SkipReason> {
    let (direction, rest) = word(text).ok_or(SkipReason::NotAFrame)?;
    match direction {
        b"Rx" => Ok(Some((FrameFlags::NONE, rest))),
        b"Tx" => Ok(Some((FrameFlags::TX, rest))),
        b"TxRq" => Ok(None),
        _ => Err(SkipReason::NotAFrame),
    }
}

/// `L1` (LIN), `Fr`, `ETH` and the other buses that these logs may hold.
fn is_other_bus(word: &[u8]) -> bool {
    match word {
        [b'L', b'i' | b'1'..=b'9', ..] => true,
        _ => [
            &b"LIN"[..],
            b"Fr",
            b"FR",
            b"ETH",
            b"Ethernet",
            b"MOST",
            b"M150",
            b"A429",
            b"A664",
            b"AFDX",
            b"WLAN",
        ]
        .contains(&word),
    }
}

/// Words that begin lines about the measurement, not the bus.
fn is_internal_event(word: &[u8]) -> bool {
    const WORDS: [&[u8]; 16] = [
        b"CAN",
        b"log",
        b"SV:",
        b"EnvVar",
        b"SysVar",
        b"TFS:",
        b"Comment:",
        b"Trigger",
        b"GPS",
        b"GMR",
        b"Diag",
        b"Text",
        b"Test",
        b"Stop",
        b"Macro:",
        b"Signal:",
    ];
    WORDS.contains(&word)
}
