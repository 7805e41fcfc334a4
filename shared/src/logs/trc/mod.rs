//! PEAK's trace files (`.trc`), versions 1.0 to 2.1.
//!
//! ```text
//!      1)      1841  0001  8  00 00 00 00 00 00 00 00                  1.0: number, ms, id, length, data
//!      2)      1842  0008  4  ERROR 00 19 08 08                        1.0: an error frame
//!      3)     17540.3  Warng  FFFFFFFF  4  00 00 00 08  BUSHEAVY       1.1: with a type; a warning
//!     12)     48937.6  Rx         0704  1  RTR                         1.1: a remote frame
//!      1)     17535.400 1  Tx    00000100 -  8    00 00 00 …           1.3: with a bus; 1.2: without the -
//!
//! ;$FILEVERSION=2.1
//! ;$STARTTIME=44548.6028595139                                         days since 1899-12-30
//! ;$COLUMNS=N,O,T,B,I,d,R,L,D
//!       1     17535.400 DT 1  00000100 Tx -  8    00 00 00 00 00 00 00 00
//!       2     17540.300 ST 1         - Rx -  4    00 00 00 08           hardware status
//!      12     48937.600 RR 1      0704 Rx -  1                          remote frame
//! ```
//!
//! Source: "PEAK CAN TRC File Format" (PEAK-System, 2020-07-27) and files of `PCAN-View`,
//! PEAK-Converter, python-can and mdf4-converters.
//!
//! - The lines of 1.0 to 1.3 tell their columns themselves, so that they are read also where the head
//!   is missing or damaged. In 2.0 and 2.1 `$COLUMNS` says them; without it those of PEAK's programs
//!   are taken.
//! - Types of 2.x: `DT` data, `FD`, `FB` (with bit rate switch), `FE` (with error state), `BI` (both),
//!   `RR` remote, `ER` error frame. Status, error counters and events are passed over.
//! - **Times** are milliseconds since the start. The start is a decimal number of days of which the
//!   writers keep an IEEE double: less than a microsecond of it is noise, so that it is rounded to
//!   microseconds. A log of version 1.0 has its start in words, `Start time: 18.12.2021 14:28:07.062`.
//! - Identifiers of up to four digits are standard ones.
//! - Channels count from 1; where the log says none it is `CAN1`.

mod columns;
mod line;
mod start;

use super::input::Format;
use super::text::{TextReader, has_a_frame, lines};
use line::TrcLines;

pub(super) const FORMAT: Format = Format {
    looks_like,
    open: |input| Ok(Box::new(TextReader::new(input, TrcLines::default()))),
};

/// The line that every head since 1.1 begins with, or else a frame of 1.x: of 2.x lines alone cannot
/// be told from other lists of words.
fn looks_like(head: &[u8]) -> bool {
    lines(head).any(|line| line.trim_ascii_start().starts_with(b";$FILEVERSION="))
        || has_a_frame(head, TrcLines::numbered_only())
}
