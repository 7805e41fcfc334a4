//! Reads logs that are records of bytes, whatever the records look like.

use std::fmt;

use super::input::LogInput;
use super::sink::{FrameSink, Seen};
use super::window::Window;
use super::{LogError, LogFormat, LogReader, SkipReport, TimeBasis};
use crate::can::{CanFrame, ChannelTable};

/// What a record says.
pub(super) trait RecordFormat: Send {
    /// What it is called.
    const FORMAT: LogFormat;

    /// Takes the next piece of the log, a record or a few, and passes over it. `false` is the end.
    fn read_piece(
        &mut self,
        log: &mut Window<LogInput>,
        frames: &mut FrameSink<'_>,
        skipped: &mut SkipReport,
    ) -> bool;
}

/// A log of records.
pub(super) struct RecordReader<F> {
    log: Window<LogInput>,
    format: F,
    seen: Seen,
    skipped: SkipReport,
    is_at_end: bool,
}

impl<F: RecordFormat> RecordReader<F> {
    pub(super) fn new(input: LogInput, format: F) -> Self {
        Self {
            log: Window::new(input),
            format,
            seen: Seen::default(),
            skipped: SkipReport::default(),
            is_at_end: false,
        }
    }
}

impl<F: RecordFormat> LogReader for RecordReader<F> {
    fn format(&self) -> LogFormat {
        F::FORMAT
    }

    fn read(&mut self, frames: &mut Vec<CanFrame>, max: usize) -> Result<usize, LogError> {
        let mut sink = FrameSink::new(frames, &mut self.seen);
        while sink.count() < max && !self.is_at_end {
            self.is_at_end = !self
                .format
                .read_piece(&mut self.log, &mut sink, &mut self.skipped);
        }
        let count = sink.count();
        if !self.is_at_end {
            return Ok(count);
        }
        let offset = self.log.offset();
        if let Some(source) = self.log.take_failure() {
            let reason = self.log.get_ref().reason_of(source, offset)?;
            self.skipped.add(None, offset, reason, b"");
        }
        Ok(count)
    }

    fn channels(&self) -> &ChannelTable {
        self.seen.channels.table()
    }

    fn skipped(&self) -> &SkipReport {
        &self.skipped
    }

    fn time_basis(&self) -> TimeBasis {
        self.seen.basis
    }

    fn bytes_read(&self) -> u64 {
        self.log.get_ref().consumed()
    }
}

impl<F: RecordFormat> fmt::Debug for RecordReader<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RecordReader")
            .field("format", &F::FORMAT)
            .field("name", &self.log.get_ref().name())
            .field("offset", &self.log.offset())
            .finish_non_exhaustive()
    }
}
