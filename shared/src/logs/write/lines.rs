//! Writes logs that have a line per frame, whatever the lines look like.

use std::fmt;
use std::io::{self, Write};
use std::marker::PhantomData;

use super::channels::Written;
use super::fit::{Fitter, Holds};
use super::start::Start;
use super::{LogWriter, LossReport, TargetFormat, WriteError};
use crate::can::{CanFrame, ChannelTable};

/// Text kept before it is handed on.
const BUFFER_BYTES: usize = 64 * 1024;

/// How a frame becomes a line.
pub(super) trait LineTarget: Send {
    const FORMAT: TargetFormat;
    const HOLDS: Holds;

    /// What stands before the first line.
    fn head(out: &mut Vec<u8>, start: Start) -> io::Result<()>;

    /// A frame that [fits](Fitter::fit), line end included.
    fn line(out: &mut Vec<u8>, frame: &CanFrame, channel: &Written, start: Start)
    -> io::Result<()>;

    /// What stands behind the last line.
    fn tail(out: &mut Vec<u8>, start: Start) -> io::Result<()>;
}

/// A log of lines.
pub(super) struct LineWriter<W, F> {
    sink: W,
    text: Vec<u8>,
    fitter: Fitter,
    has_begun: bool,
    target: PhantomData<F>,
}

impl<W: Write, F: LineTarget> LineWriter<W, F> {
    pub(super) fn new(sink: W) -> Self {
        Self {
            sink,
            text: Vec::with_capacity(BUFFER_BYTES + 1024),
            fitter: Fitter::new(F::FORMAT, F::HOLDS),
            has_begun: false,
            target: PhantomData,
        }
    }

    fn begin(&mut self, frames: &[CanFrame]) -> io::Result<()> {
        if !self.has_begun {
            self.has_begun = true;
            self.fitter.start = Start::of(frames);
            F::head(&mut self.text, self.fitter.start)?;
        }
        Ok(())
    }

    fn lines(&mut self, frames: &[CanFrame]) -> io::Result<()> {
        self.begin(frames)?;
        let start = self.fitter.start;
        for frame in frames {
            if let Some((held, channel)) = self.fitter.fit(frame) {
                F::line(&mut self.text, &held, channel, start)?;
            }
            if self.text.len() >= BUFFER_BYTES {
                self.flush()?;
            }
        }
        Ok(())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.sink.write_all(&self.text)?;
        self.text.clear();
        Ok(())
    }

    fn end(&mut self) -> io::Result<()> {
        self.begin(&[])?;
        F::tail(&mut self.text, self.fitter.start)?;
        self.flush()?;
        self.sink.flush()
    }
}

fn failed<F: LineTarget>(source: io::Error) -> WriteError {
    WriteError::Io {
        format: F::FORMAT,
        source,
    }
}

impl<W: Write + Send, F: LineTarget> LogWriter for LineWriter<W, F> {
    fn format(&self) -> TargetFormat {
        F::FORMAT
    }

    fn write(&mut self, frames: &[CanFrame], channels: &ChannelTable) -> Result<(), WriteError> {
        self.fitter.channels(channels)?;
        self.lines(frames).map_err(failed::<F>)
    }

    fn finish(mut self: Box<Self>) -> Result<LossReport, WriteError> {
        self.end().map_err(failed::<F>)?;
        Ok(self.fitter.losses)
    }
}

impl<W, F: LineTarget> fmt::Debug for LineWriter<W, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LineWriter")
            .field("format", &F::FORMAT)
            .field("losses", &self.fitter.losses)
            .finish_non_exhaustive()
    }
}
