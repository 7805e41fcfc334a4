//! The log format of can-utils: what `candump -l` writes and `canplayer` reads.
//!
//! ```text
//! (1436509052.249713) vcan0 044#2A366C2BBA      classic, standard id
//! (1436509052.249847) vcan0 0CF00400#F0FF7D00   classic, extended id (8 digits)
//! (1436509052.449847) vcan0 123#R4              remote frame announcing 4 bytes
//! (1436509052.449847) vcan0 123##3112233        CAN FD: one digit of flags (1 BRS, 2 ESI, 4 FDF)
//! (1436509052.449847) vcan0 20000004#0001000000000000   error frame (0x20000000 set)
//! (1436509052.449847) vcan0 044#2A T            with direction: R received, T sent
//! ```
//!
//! Source: can-utils `lib.c` (`parse_canframe`, `snprintf_canframe`) and `candump.c`.
//! Like `parse_canframe` this accepts `.` between bytes and a raw DLC behind `_`; CAN XL frames are
//! reported, not read. Blank lines and lines that begin with `#`, `;` or `//` carry nothing and are
//! passed over. The screen formats of candump (`-t a`, `-t z`, `-t d`) are not this format.
//!
//! Times are kept to the nanosecond exactly as written; digits past the ninth are cut off.

mod line;
mod parse;
mod write;

pub use write::write_line;

use super::input::Format;
use super::text::TextReader;
use line::CandumpLines;

use parse::{Parsed, parse_line};

pub(super) const FORMAT: Format = Format {
    looks_like,
    open: |input| Ok(Box::new(TextReader::new(input, CandumpLines))),
};

/// Whether one of the lines is a frame: rubbish at the head of a log does not hide what it is.
fn looks_like(head: &[u8]) -> bool {
    let is_frame = |line| matches!(parse_line(line), Ok(Parsed::Frame { .. }));
    head.split(|byte| *byte == b'\n').any(is_frame)
}
