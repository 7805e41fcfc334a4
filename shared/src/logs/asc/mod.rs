//! Vector's ASCII log (`.asc`), as `CANoe` and `CANalyzer` write it and many tools after them.
//!
//! ```text
//! date Sam Sep 30 15:06:13.191 2017                      begin of the measurement
//! base hex  timestamps absolute                          numbers; times since the begin, or deltas
//! internal events logged
//! // version 9.0.0
//! Begin Triggerblock Sam Sep 30 15:06:13.191 2017
//!    0.000000 Start of measurement
//!    0.015991 CAN 1 Status:chip status error active
//!    1.015991 1  Statistic: D 0 R 0 XD 0 XR 0 E 0 O 0 B 0.00%
//!   17.876708 1  6F9             Rx   d 8 05 0C 00 00 00 00 00 00  Length = 240015 BitCount = 124 ID = 1785
//!    3.098426 1  18EBFF00x       Rx   d 8 01 A0 0F A6 60 3B D1 40
//!    2.584921 4  300             Tx   r 8 Length = 1704000 BitCount = 145
//!    2.501010 1  ErrorFrame ECC: 10100010
//!   30.005071 CANFD   3 Rx  30a  Name  1 1 8  8 01 02 03 04 05 06 07 08  102203 133 303000 e0006659 …
//! End TriggerBlock
//! ```
//!
//! Source: the published "CAN, Log & Trigger ASC Logging Format" in what it says of these lines, and
//! files of Vector, python-can and mdf4-converters.
//!
//! - **Times** count from the `date` line. Where `Start of measurement` follows a `Begin Triggerblock`
//!   with a date of its own, from that one: python-can puts the time of writing into the header. A log
//!   without any date is relative. With `timestamps relative` each line counts from the line before.
//!   Up to three digits behind the seconds of a date are a number of milliseconds: python-can writes
//!   84 ms as `.84`.
//! - **Classic lines** have the length as a data length code. Some writers put CAN FD frames there,
//!   of which more than 8 bytes follow; they are read as CAN FD when the bytes are as many as the
//!   code says in either base.
//! - **`CANFD` lines** may end behind the data. Where flags follow, bit 12 says that the frame is CAN
//!   FD and bit 4 that it is a remote frame; CAN FD has none, so that those are classic.
//! - A **symbolic name** may stand behind the identifier, or in its place; then the number is taken
//!   from `ID = ` at the end.
//! - `TxRq` lines ask for a transmission, of which the `Tx` line follows. They are passed over, like
//!   statistics, states and the like, and reassembled `J1939TP` messages, whose frames are there too.
//! - Channels count from 1: `CAN1`.

mod clock;
mod line;

use super::input::Format;
use super::text::{TextReader, has_a_frame, lines};
use line::AscLines;

pub(super) const FORMAT: Format = Format {
    looks_like,
    open: |input| Ok(Box::new(TextReader::new(input, AscLines::default()))),
};

/// A header, or else a frame: a measurement in which nothing was sent is a log too.
fn looks_like(head: &[u8]) -> bool {
    lines(head).any(line::is_base_line) || has_a_frame(head, AscLines::default())
}
