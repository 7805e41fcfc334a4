//! Measured signals: values with times that never were on a bus, from files of other programs.
//!
//! [`open`] gives a [`MeasuredReader`], which reads a file piece by piece into a [`MeasuredRun`]; a run
//! is written where decoded signals go ([`DecodedSink`](crate::decode::DecodedSink)), so that whatever
//! shows or stores decoded signals does so with measured ones. Channel and arbitration id of such a
//! signal are empty, its message is the group of signals that it was measured with.
//!
//! As with logs, nothing here opens a file, memory is bounded, and no reader fails because of what a
//! file contains: what is not read is in the [`SkipReport`]. Here: channel groups of MDF 4, and tables
//! with a column of times in CSV and in Parquet of any schema.

mod csv;
mod mf4;
mod names;
mod parquet;
mod run;

use std::fmt;

use crate::logs::{LogError, LogInput, ReadAt, SkipReport};

pub use run::{MeasuredRun, MeasuredSignal};

/// A file being read, front to back.
pub trait MeasuredReader: Send + fmt::Debug {
    /// Adds about `max` values to a run and returns how many; 0 is the end.
    ///
    /// After an error the values added so far are good, and a further call returns 0.
    fn read(&mut self, run: &mut MeasuredRun, max: usize) -> Result<usize, LogError>;

    /// What was not read so far, and where it was.
    fn skipped(&self) -> &SkipReport;

    /// Bytes of the file consumed so far, before they were unpacked.
    fn bytes_read(&self) -> u64;
}

/// Opens a file with measured signals; `None` where it is none of a known kind, or has none.
///
/// `name` appears in messages only.
///
/// # Errors
/// As [`crate::logs::open`]; the format not being known is none.
pub fn open(
    input: impl ReadAt + 'static,
    name: &str,
) -> Result<Option<Box<dyn MeasuredReader>>, LogError> {
    let input = LogInput::open(input, name)?;
    if crate::mdf4::looks_like(input.head()) {
        return mf4::open(input);
    }
    if parquet::looks_like(input.head()) {
        return parquet::open(input);
    }
    if crate::logs::csv::convention(input.head()).is_some() {
        return Ok(None);
    }
    Ok(csv::open(input))
}
