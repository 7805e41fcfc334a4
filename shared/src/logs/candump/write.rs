//! Frames to lines of candump's log format.

use std::io::{self, Write};

use super::parse::ERROR_FLAG;
use crate::can::{CanFrame, FrameFlags};
use crate::time::NS_PER_SEC;

/// Writes one frame as a line of `candump -l`, line end included.
///
/// Microseconds as candump writes them; all nine digits where the time has nanoseconds, so that
/// reading the line gives the frame back. `channel` is one word; white space in it becomes `_`.
pub fn write_line(out: &mut impl Write, frame: &CanFrame, channel: &str) -> io::Result<()> {
    let ns = frame.timestamp.as_ns();
    let sign = if ns < 0 { "-" } else { "" };
    let (secs, fraction) = (
        ns.unsigned_abs() / NS_PER_SEC.unsigned_abs(),
        ns.unsigned_abs() % NS_PER_SEC.unsigned_abs(),
    );
    if fraction.is_multiple_of(1000) {
        write!(out, "({sign}{secs}.{:06}) ", fraction / 1000)?;
    } else {
        write!(out, "({sign}{secs}.{fraction:09}) ")?;
    }
    if channel.contains(char::is_whitespace) || channel.is_empty() {
        let word: Vec<&str> = channel.split_whitespace().collect();
        let word = if word.is_empty() {
            "_".to_owned()
        } else {
            word.join("_")
        };
        out.write_all(word.as_bytes())?;
    } else {
        out.write_all(channel.as_bytes())?;
    }
    let flags = frame.flags;
    if flags.contains(FrameFlags::ERROR) {
        write!(out, " {:08X}#", frame.id.number() | ERROR_FLAG)?;
    } else {
        write!(out, " {}#", frame.id)?;
    }
    if flags.contains(FrameFlags::REMOTE) {
        match frame.len {
            0 => out.write_all(b"R")?,
            len => write!(out, "R{len:X}")?,
        }
    } else {
        if flags.contains(FrameFlags::FD) {
            let bits = u8::from(flags.contains(FrameFlags::BRS))
                | u8::from(flags.contains(FrameFlags::ESI)) << 1;
            write!(out, "#{bits:X}")?;
        }
        for byte in &*frame.payload {
            write!(out, "{byte:02X}")?;
        }
    }
    let direction: &[u8] = if flags.contains(FrameFlags::TX) {
        b" T\n"
    } else {
        b"\n"
    };
    out.write_all(direction)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::can::{CanId, ChannelIdx, Payload};
    use crate::time::Timestamp;

    #[test]
    fn lines_as_candump_writes_them() {
        let frame = |ns, id, data: &[u8]| {
            CanFrame::data(
                Timestamp::from_ns(ns),
                ChannelIdx(0),
                id,
                Payload::new(data).unwrap(),
            )
        };
        let standard = CanId::standard(0x44).unwrap();
        let extended = CanId::extended(0x44).unwrap();
        let cases = [
            (
                frame(1_436_509_052_249_713_000, standard, &[0x2A, 0x36]),
                "(1436509052.249713) can0 044#2A36\n",
            ),
            (frame(1, extended, &[]), "(0.000000001) can0 00000044#\n"),
            (
                frame(0, standard, &[0; 12]),
                "(0.000000) can0 044##0000000000000000000000000\n",
            ),
        ];
        for (frame, expected) in cases {
            let mut line = Vec::new();
            write_line(&mut line, &frame, "can0").unwrap();
            assert_eq!(String::from_utf8(line).unwrap(), expected);
        }
    }
}
