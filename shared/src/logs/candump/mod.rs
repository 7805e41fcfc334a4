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
//! passed over. What candump writes to the screen is another format: `screen`.
//!
//! Times are kept to the nanosecond exactly as written; digits past the ninth are cut off.

mod line;
mod parse;
pub(super) mod screen;
mod write;

pub use write::{channel_word, write_line};

use super::input::Format;
use super::text::{TextReader, has_a_frame};
use line::CandumpLines;

pub(super) const FORMAT: Format = Format {
    looks_like: |head| has_a_frame(head, CandumpLines),
    open: |input| Ok(Box::new(TextReader::new(input, CandumpLines))),
};
