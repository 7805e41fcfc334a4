//! Text logs of NMEA 2000 that canboat reads: its own, and those of two gateways.
//!
//! ```text
//! 2017-04-15-14:57:58.468,2,127245,204,255,8,fc,f8,ff,7f,ff,7f,ff,ff          canboat
//! 2020-04-19T00:35:55.571Z,2,126208,0,67,21,01,16,f0,01,ff,01,02,0e,01,…      canboat, assembled
//! 17:33:21.107 R 19F51323 01 2F 30 70 00 2F 30 70                             Yacht Devices
//! A173321.107 23FF7 1F513 012F3070002F30709F                                  Actisense, assembled
//! ```
//!
//! Source: the comments and recordings of canboat; "RAW format" in the manual of Yacht Devices'
//! gateways; "N2K ASCII" of Actisense's.
//!
//! - The fields of canboat are time, priority, PGN, source, destination, length and data.
//! - **Assembled messages** of more than 8 bytes become the frames of the fast packet that they were,
//!   all at the time of the line. The sequence number of the packet is not in the log; a running one
//!   is given. A message of at most 8 bytes is taken for a single frame: lines of single frames and
//!   of short fast packets look the same.
//! - Yacht Devices and Actisense write times of day without a date; they become times since a
//!   midnight.
//! - The channel is `can0`.

mod fast_packet;
mod line;

use super::input::Format;
use super::text::{TextReader, has_a_frame};
use line::CanboatLines;

pub(super) const FORMAT: Format = Format {
    looks_like: |head| has_a_frame(head, CanboatLines::default()),
    open: |input| Ok(Box::new(TextReader::new(input, CanboatLines::default()))),
};
