//! Reads logs that have a line per frame, whatever the lines look like.

use std::fmt;
use std::io;

use super::input::LogInput;
use super::lines::LineReader;
use super::sink::{FrameSink, Seen};
use super::{LogError, LogFormat, LogReader, SkipReason, SkipReport, TimeBasis};
use crate::can::{CanFrame, ChannelTable};

pub(crate) const UTF8_BOM: &[u8] = b"\xEF\xBB\xBF";

/// What a line says. One that is worth nothing (blank, a comment, a header) gives no frame and no
/// reason.
pub(super) trait LineFormat: Send {
    /// What it is called.
    const FORMAT: LogFormat;

    /// Takes a line without its end.
    fn line(&mut self, line: &[u8], frames: &mut FrameSink<'_>) -> Result<(), SkipReason>;
}

/// The lines at the head of a log, without their ends.
pub(crate) fn lines(head: &[u8]) -> impl Iterator<Item = &[u8]> {
    let head = head.strip_prefix(UTF8_BOM).unwrap_or(head);
    let lines = head.split(|byte| *byte == b'\n');
    lines.map(|line| line.strip_suffix(b"\r").unwrap_or(line))
}

/// Whether one of the lines is a frame: rubbish at the head of a log does not hide what it is.
pub(super) fn has_a_frame(head: &[u8], mut format: impl LineFormat) -> bool {
    let (mut frames, mut seen) = (Vec::new(), Seen::default());
    lines(head).any(|line| {
        let mut sink = FrameSink::new(&mut frames, &mut seen);
        format.line(line, &mut sink).is_ok() && sink.count() > 0
    })
}

/// A log of lines.
pub(super) struct TextReader<F> {
    lines: LineReader<LogInput>,
    format: F,
    seen: Seen,
    skipped: SkipReport,
    is_at_end: bool,
}

impl<F: LineFormat> TextReader<F> {
    pub(super) fn new(input: LogInput, format: F) -> Self {
        Self {
            lines: LineReader::new(input),
            format,
            seen: Seen::default(),
            skipped: SkipReport::default(),
            is_at_end: false,
        }
    }

    fn stop(&mut self, source: io::Error) -> Result<(), LogError> {
        self.is_at_end = true;
        let (line, offset) = (self.lines.next_number(), self.lines.offset());
        let reason = self.lines.get_ref().reason_of(source, offset)?;
        let unfinished = self.lines.abandon();
        self.skipped.add(Some(line), offset, reason, unfinished);
        Ok(())
    }
}

impl<F: LineFormat> LogReader for TextReader<F> {
    fn format(&self) -> LogFormat {
        F::FORMAT
    }

    fn read(&mut self, frames: &mut Vec<CanFrame>, max: usize) -> Result<usize, LogError> {
        let mut sink = FrameSink::new(frames, &mut self.seen);
        let mut failure = None;
        while sink.count() < max && !self.is_at_end {
            let line = match self.lines.next_line() {
                Ok(Some(line)) => line,
                Ok(None) => {
                    self.is_at_end = true;
                    break;
                }
                Err(error) => {
                    failure = Some(error);
                    break;
                }
            };
            let text = match line.number {
                1 => line.bytes.strip_prefix(UTF8_BOM).unwrap_or(line.bytes),
                _ => line.bytes,
            };
            let outcome = if line.is_too_long {
                Err(SkipReason::LineTooLong)
            } else {
                self.format.line(text, &mut sink)
            };
            if let Err(reason) = outcome {
                self.skipped
                    .add(Some(line.number), line.offset, reason, line.bytes);
            }
        }
        let count = sink.count();
        failure.map_or(Ok(()), |error| self.stop(error))?;
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
        self.lines.get_ref().consumed()
    }
}

impl<F: LineFormat> fmt::Debug for TextReader<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TextReader")
            .field("format", &F::FORMAT)
            .field("name", &self.lines.get_ref().name())
            .field("offset", &self.lines.offset())
            .finish_non_exhaustive()
    }
}
