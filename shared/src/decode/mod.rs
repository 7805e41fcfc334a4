//! Raw frames → decoded signals, in sorted runs of bounded size.
//!
//! ```text
//! RecordBatch ──push──▶ Run ──write_to──▶ DecodedSink
//!                        │ one group per (channel, arbitration id):
//!                        │ timestamps, payloads one after the other
//! ```
//!
//! A [`Run`] takes frames until it is full. Writing it goes through its signals in the order
//! (message, signal, channel, arbitration id) and decodes each one's column from its group, so that
//! the rows come out sorted without a row ever being compared; only a group whose frames arrived out
//! of order is sorted by time, stably. [`Decoder`] does one after the other, [`decode_threaded`]
//! fills one run while the last one is written, and [`decode_days`] keeps the UTC days apart, as the
//! partitions of a lake do. Frames that are parts of transported messages are put together first
//! (`carriage`); reports of trouble codes give signals of their own (`codes`). [`FrameBatches`] reads
//! the frames of a raw file or a log.
//!
//! Not here: files ([`crate::schema`]), choice of DBC files ([`crate::dbc`]).
//!
//! No frame is lost silently: what gave no values is counted in [`DecodeStats`] by channel, id and
//! reason. Values that are not finite are kept. The same frames give the same rows in the same order.

mod carriage;
mod codes;
mod columns;
mod decoder;
mod frames;
mod run;
mod sink;
mod slot;
mod stats;
#[cfg(test)]
mod tests;
mod threaded;

pub use decoder::{DecodeError, Decoder};
pub use frames::{FrameBatches, FramesError};
pub use run::{Run, RunLimits};
pub use sink::{DecodedSink, MemorySignal, MemorySink};
pub use stats::DecodeStats;
pub use threaded::{decode_days, decode_threaded};
