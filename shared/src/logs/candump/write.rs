//! Frames to lines of candump's log format.

use std::borrow::Cow;
use std::io::{self, Write};

use super::parse::ERROR_FLAG;
use crate::can::{CanFrame, FrameFlags};
use crate::logs::write::text::{write_bytes, write_hex, write_seconds};

/// Writes one frame as a line of `candump -l`, line end included.
///
/// Microseconds as candump writes them; all nine digits where the time has nanoseconds, so that
/// reading the line gives the frame back. `channel` is written as [`channel_word`].
pub fn write_line(out: &mut impl Write, frame: &CanFrame, channel: &str) -> io::Result<()> {
    out.write_all(b"(")?;
    write_seconds(out, frame.timestamp.as_ns())?;
    out.write_all(b") ")?;
    out.write_all(channel_word(channel).as_bytes())?;
    out.write_all(b" ")?;
    let flags = frame.flags;
    let (number, is_extended) = (frame.id.number(), frame.id.is_extended());
    if flags.contains(FrameFlags::ERROR) {
        write_hex(out, number | ERROR_FLAG, 8)?;
    } else {
        write_hex(out, number, if is_extended { 8 } else { 3 })?;
    }
    out.write_all(b"#")?;
    if flags.contains(FrameFlags::REMOTE) {
        out.write_all(b"R")?;
        if frame.len > 0 {
            write_hex(out, frame.len.into(), 1)?;
        }
    } else {
        if flags.contains(FrameFlags::FD) {
            let bits = u32::from(flags.contains(FrameFlags::BRS))
                | u32::from(flags.contains(FrameFlags::ESI)) << 1;
            out.write_all(b"#")?;
            write_hex(out, bits, 1)?;
        }
        write_bytes(out, &frame.payload)?;
    }
    let direction: &[u8] = if flags.contains(FrameFlags::TX) {
        b" T\n"
    } else {
        b"\n"
    };
    out.write_all(direction)
}

/// A channel's name as one word: white space in it becomes `_`.
pub fn channel_word(channel: &str) -> Cow<'_, str> {
    if !channel.contains(char::is_whitespace) && !channel.is_empty() {
        return Cow::Borrowed(channel);
    }
    let words: Vec<&str> = channel.split_whitespace().collect();
    if words.is_empty() {
        return Cow::Borrowed("_");
    }
    Cow::Owned(words.join("_"))
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
