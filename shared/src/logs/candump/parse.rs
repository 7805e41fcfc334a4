//! One line of candump's log format to one frame. Works on bytes: no UTF-8 check, no allocation.

use crate::can::{CanFrame, CanId, ChannelIdx, FrameFlags, Payload};
use crate::logs::SkipReason;
use crate::logs::digits::{nibble, parse_time, split_once, word};
use crate::time::Timestamp;

pub(super) const ERROR_FLAG: u32 = 0x2000_0000;
const EXTENDED_FLAG: u32 = 0x8000_0000;
const CLASSIC_MAX_LEN: usize = 8;

/// What a line turned out to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Parsed<'a> {
    /// A frame; its channel index is 0 until the reader has looked the name up.
    Frame { channel: &'a [u8], frame: CanFrame },
    /// A blank line or a comment.
    Nothing,
}

/// Parses a line without its line end.
pub(super) fn parse_line(line: &[u8]) -> Result<Parsed<'_>, SkipReason> {
    let line = line.trim_ascii_start();
    let rest = match line {
        [b'(', rest @ ..] => rest,
        [] | [b'#' | b';', ..] | [b'/', b'/', ..] => return Ok(Parsed::Nothing),
        _ => return Err(SkipReason::NotAFrame),
    };
    let (time, rest) = split_once(rest, b')').ok_or(SkipReason::NotAFrame)?;
    let timestamp = parse_time(time).ok_or(SkipReason::BadTime)?;
    let (channel, rest) = word(rest).ok_or(SkipReason::NotAFrame)?;
    let (text, rest) = word(rest).ok_or(SkipReason::NotAFrame)?;
    let mut frame = parse_frame(text, timestamp)?;
    match rest.trim_ascii() {
        [] | [b'R'] => {}
        [b'T'] => frame.flags = frame.flags | FrameFlags::TX,
        _ => return Err(SkipReason::TrailingText),
    }
    Ok(Parsed::Frame { channel, frame })
}

/// `ID#DATA`, `ID#R[len]`, `ID##<flags>DATA`.
fn parse_frame(text: &[u8], timestamp: Timestamp) -> Result<CanFrame, SkipReason> {
    let (id_digits, rest) = split_once(text, b'#').ok_or(SkipReason::NotAFrame)?;
    let (kind, body) = match rest {
        [b'#', flags, data @ ..] => (Kind::Fd(*flags), data),
        [b'#'] => return Err(SkipReason::BadPayload),
        [b'R' | b'r', len @ ..] => (Kind::Remote, len),
        data if data.contains(&b':') => return Err(SkipReason::CanXl),
        data => (Kind::Classic, data),
    };
    let (id, id_flags) = parse_id(id_digits)?;
    let mut frame = CanFrame {
        timestamp,
        channel: ChannelIdx(0),
        id,
        flags: id_flags,
        len: 0,
        payload: Payload::EMPTY,
    };
    match kind {
        Kind::Classic => {
            frame.payload = parse_payload(without_raw_dlc(body)?, CLASSIC_MAX_LEN)?;
            frame.len = frame.payload.len_u8();
        }
        Kind::Remote => {
            frame.flags = frame.flags | FrameFlags::REMOTE;
            frame.len = match without_raw_dlc(body)? {
                [] => 0,
                [digit @ b'0'..=b'8'] => digit - b'0',
                _ => return Err(SkipReason::BadPayload),
            };
        }
        Kind::Fd(flags) => {
            let bits = nibble(flags).ok_or(SkipReason::BadPayload)?;
            frame.flags = (frame.flags | FrameFlags::FD)
                .with(FrameFlags::BRS, bits & 1 != 0)
                .with(FrameFlags::ESI, bits & 2 != 0);
            frame.payload = parse_payload(body, Payload::MAX_LEN)?;
            frame.len = frame.payload.len_u8();
        }
    }
    Ok(frame)
}

enum Kind {
    Classic,
    Remote,
    Fd(u8),
}

/// Up to three digits are a standard identifier, more an extended one or an error class.
pub(super) fn parse_id(digits: &[u8]) -> Result<(CanId, FrameFlags), SkipReason> {
    if digits.is_empty() || digits.len() > 8 {
        return Err(SkipReason::BadIdentifier);
    }
    let mut number: u32 = 0;
    for byte in digits {
        let digit = nibble(*byte).ok_or(SkipReason::BadIdentifier)?;
        number = number << 4 | u32::from(digit);
    }
    if digits.len() <= 3 {
        let id = CanId::standard(number).map_err(|_out_of_range| SkipReason::BadIdentifier)?;
        return Ok((id, FrameFlags::NONE));
    }
    let is_error = number & ERROR_FLAG != 0;
    let number = number & !(EXTENDED_FLAG | if is_error { ERROR_FLAG } else { 0 });
    let id = CanId::extended(number).map_err(|_out_of_range| SkipReason::BadIdentifier)?;
    Ok((id, FrameFlags::NONE.with(FrameFlags::ERROR, is_error)))
}

/// Takes the raw DLC (9 to F) of an 8-byte classic frame away: `1122334455667788_F`.
fn without_raw_dlc(body: &[u8]) -> Result<&[u8], SkipReason> {
    match body {
        [head @ .., b'_', dlc] => match nibble(*dlc) {
            Some(9..=15) => Ok(head),
            _ => Err(SkipReason::BadPayload),
        },
        body => Ok(body),
    }
}

fn parse_payload(text: &[u8], max_len: usize) -> Result<Payload, SkipReason> {
    if text.len() > max_len * 2 && !text.contains(&b'.') {
        return Err(SkipReason::BadPayload);
    }
    let mut bytes = [0; Payload::MAX_LEN];
    let mut len = 0;
    let mut rest = text;
    while let [high, low, tail @ ..] = rest {
        if *high == b'.' && len > 0 {
            rest = rest.get(1..).unwrap_or_default();
            continue;
        }
        let (Some(high), Some(low)) = (nibble(*high), nibble(*low)) else {
            return Err(SkipReason::BadPayload);
        };
        match bytes.get_mut(len) {
            Some(byte) if len < max_len => *byte = high << 4 | low,
            _ => return Err(SkipReason::BadPayload),
        }
        len += 1;
        rest = tail;
    }
    if !rest.is_empty() {
        return Err(SkipReason::BadPayload); // half a byte
    }
    let data = bytes.get(..len).unwrap_or_default();
    Payload::new(data).map_err(|_too_long| SkipReason::BadPayload)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(line: &str) -> CanFrame {
        match parse_line(line.as_bytes()) {
            Ok(Parsed::Frame { frame, .. }) => frame,
            other => panic!("{line}: {other:?}"),
        }
    }

    #[test]
    fn kinds_of_frames() {
        let (none, fd, remote) = (FrameFlags::NONE, FrameFlags::FD, FrameFlags::REMOTE);
        let cases: [(&str, &str, FrameFlags, u8, &[u8]); 12] = [
            ("123#", "123", none, 0, &[]),
            ("123#12", "123", none, 1, &[0x12]),
            ("00000123#12aB", "00000123", none, 2, &[0x12, 0xAB]),
            ("123#11.22.33", "123", none, 3, &[0x11, 0x22, 0x33]),
            (
                "123#1122334455667788_F",
                "123",
                none,
                8,
                &[0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88],
            ),
            ("123#R", "123", remote, 0, &[]),
            ("123#R5", "123", remote, 5, &[]),
            ("123##0", "123", fd, 0, &[]),
            ("123##111", "123", fd | FrameFlags::BRS, 1, &[0x11]),
            ("123##6AA", "123", fd | FrameFlags::ESI, 1, &[0xAA]),
            ("20000004#0001", "00000004", FrameFlags::ERROR, 2, &[0, 1]),
            ("98FEF100#01", "18FEF100", none, 1, &[1]),
        ];
        for (text, id, flags, len, payload) in cases {
            let frame = frame(&format!("(1.5) can0 {text}"));
            assert_eq!(frame.id.to_string(), id, "{text}");
            assert_eq!(frame.flags, flags, "{text}");
            assert_eq!(frame.len, len, "{text}");
            assert_eq!(&*frame.payload, payload, "{text}");
        }
    }

    #[test]
    fn times_are_exact_to_the_nanosecond() {
        let cases = [
            ("1436509052.249713", 1_436_509_052_249_713_000),
            ("1700000000.123456789", 1_700_000_000_123_456_789),
            ("1700000000.1234567899", 1_700_000_000_123_456_789),
            ("1700000000", 1_700_000_000_000_000_000),
            ("0.5", 500_000_000),
            ("-0.000001", -1_000),
            ("9223372036.854775807", i64::MAX),
        ];
        for (text, ns) in cases {
            assert_eq!(
                frame(&format!("({text}) c 1#")).timestamp.as_ns(),
                ns,
                "{text}"
            );
        }
        for text in [
            "",
            ".",
            ".5",
            "x",
            "1.x",
            "9223372036.854775808",
            "1e9",
            "--1",
        ] {
            let line = format!("({text}) c 1#");
            assert_eq!(
                parse_line(line.as_bytes()),
                Err(SkipReason::BadTime),
                "{text}"
            );
        }
    }

    #[test]
    fn direction_and_spacing() {
        assert_eq!(frame("(1.0) can0 1#AA R").flags, FrameFlags::NONE);
        assert_eq!(frame("(1.0) can0 1#AA T").flags, FrameFlags::TX);
        assert_eq!(frame("  (1.0)\tcan0   1#AA  ").len, 1);
    }

    #[test]
    fn what_is_no_frame_has_a_reason() {
        let cases = [
            ("hello", SkipReason::NotAFrame),
            ("(1.0)", SkipReason::NotAFrame),
            ("(1.0) can0", SkipReason::NotAFrame),
            ("(1.0) can0 123", SkipReason::NotAFrame),
            ("(1.0 can0 123#", SkipReason::NotAFrame),
            ("(1.0) can0 #11", SkipReason::BadIdentifier),
            ("(1.0) can0 800#11", SkipReason::BadIdentifier),
            ("(1.0) can0 4000000A#", SkipReason::BadIdentifier),
            ("(1.0) can0 123456789#", SkipReason::BadIdentifier),
            ("(1.0) can0 12G#", SkipReason::BadIdentifier),
            ("(1.0) can0 123#1", SkipReason::BadPayload),
            ("(1.0) can0 123#1G", SkipReason::BadPayload),
            ("(1.0) can0 123#112233445566778899", SkipReason::BadPayload),
            ("(1.0) can0 123#R9", SkipReason::BadPayload),
            ("(1.0) can0 123##", SkipReason::BadPayload),
            ("(1.0) can0 123##G", SkipReason::BadPayload),
            ("(1.0) can0 123#11 22", SkipReason::TrailingText),
            ("(1.0) can0 00123#81:00:12345678#1122", SkipReason::CanXl),
        ];
        for (line, reason) in cases {
            assert_eq!(parse_line(line.as_bytes()), Err(reason), "{line}");
        }
        for line in ["", "   ", "# note", "; note", "// note"] {
            assert_eq!(parse_line(line.as_bytes()), Ok(Parsed::Nothing), "{line}");
        }
    }
}
