//! One input of several that are merged: its next frame is always known.

use super::{ConvertError, ConvertInput, ConvertedInput, Selection};
use crate::can::{CanFrame, ChannelIdx, ChannelName, ChannelTable};
use crate::logs::TimeBasis;
use crate::time::Timestamp;

/// Frames read at once.
const CHUNK_FRAMES: usize = 1024;

/// See the [module](self).
#[derive(Debug)]
pub(super) struct Stream {
    input: ConvertInput,
    frames: Vec<CanFrame>,
    next: usize,
    /// Where the frames of each channel go.
    routes: Vec<Route>,
    report: ConvertedInput,
}

#[derive(Clone, Copy, Debug)]
enum Route {
    /// Not wanted.
    Nowhere,
    /// Wanted, and no frame went there yet.
    Somewhere,
    To(ChannelIdx),
}

impl Stream {
    pub(super) fn new(input: ConvertInput) -> Self {
        let report = ConvertedInput {
            name: input.name().to_owned(),
            format: input.format(),
            ..ConvertedInput::default()
        };
        Self {
            input,
            frames: Vec::new(),
            next: 0,
            routes: Vec::new(),
            report,
        }
    }

    /// The time of the first frame. Refuses an input that has no time in common with others.
    pub(super) fn first(&mut self, has_others: bool) -> Result<Option<Timestamp>, ConvertError> {
        let first = self.peek()?;
        let is_anchored = matches!(
            self.input.time_basis(),
            TimeBasis::Unknown | TimeBasis::Absolute | TimeBasis::Mixed
        );
        if has_others && !is_anchored {
            return Err(ConvertError::NoCommonTime {
                name: self.report.name.clone(),
            });
        }
        Ok(first)
    }

    /// The time of the next frame; `None` at the end.
    pub(super) fn peek(&mut self) -> Result<Option<Timestamp>, ConvertError> {
        if self.is_at_piece_end() {
            self.frames.clear();
            self.next = 0;
            let n_read = self.input.read(&mut self.frames, CHUNK_FRAMES)?;
            self.report.frames += n_read as u64;
        }
        Ok(self.frames.get(self.next).map(|frame| frame.timestamp))
    }

    /// The next frame, if its time fits.
    pub(super) fn next_if(
        &mut self,
        is_due: impl Fn(Timestamp) -> bool,
    ) -> Result<Option<CanFrame>, ConvertError> {
        if !self.peek()?.is_some_and(is_due) {
            return Ok(None);
        }
        let frame = self.frames.get(self.next).copied();
        self.next += 1;
        Ok(frame)
    }

    /// Whether the next frame has to be read first.
    pub(super) fn is_at_piece_end(&self) -> bool {
        self.next >= self.frames.len()
    }

    /// The frame with its channel in `merged`, if it is wanted.
    pub(super) fn select(
        &mut self,
        frame: &CanFrame,
        selection: &Selection,
        merged: &mut ChannelTable,
    ) -> Option<CanFrame> {
        let names = self.input.channels().names();
        for name in names.get(self.routes.len()..).unwrap_or_default() {
            self.routes.push(if selection.has_channel(name) {
                Route::Somewhere
            } else {
                Route::Nowhere
            });
        }
        let route = self.routes.get_mut(usize::from(frame.channel.0))?;
        if matches!(route, Route::Nowhere) || !selection.has_frame(frame) {
            return None;
        }
        let channel = match *route {
            Route::To(channel) => channel,
            Route::Nowhere | Route::Somewhere => {
                let channel = merged.intern(names.get(usize::from(frame.channel.0))?.as_str());
                *route = Route::To(channel);
                channel
            }
        };
        self.report.selected += 1;
        Some(CanFrame { channel, ..*frame })
    }

    pub(super) fn channel_names(&self) -> &[ChannelName] {
        self.input.channels().names()
    }

    pub(super) fn bytes_read(&self) -> u64 {
        self.input.bytes_read()
    }

    pub(super) fn into_report(self) -> ConvertedInput {
        let (skipped, details) = self.input.skipped();
        ConvertedInput {
            skipped,
            details,
            ..self.report
        }
    }
}
