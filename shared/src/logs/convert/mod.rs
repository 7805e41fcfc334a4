//! Logs and raw files to one log of another format.
//!
//! ```text
//! input ─▶ reader ─┐
//! input ─▶ reader ─┼─▶ merged by time ─▶ selected ─▶ LogWriter
//! input ─▶ reader ─┘
//! ```
//!
//! - **Inputs** are anything that [`super::open`] reads, and raw Parquet files. Several are taken for
//!   parts of one recording: channels of one name are one channel, frames are merged by time, and at
//!   equal times the input named first comes first. Within an input frames keep their order.
//! - An input whose times count from an unknown start, or that has none, cannot be merged with others:
//!   nobody knows what came first, and to put one behind the other would make up times. It is
//!   [refused](ConvertError::NoCommonTime), alone it is converted.
//! - **Memory** is bounded for each input: a reader and some hundred frames.
//! - What an input did not give as a frame and what the format could not hold is told by the
//!   [`Conversion`].

mod input;
mod raw;
mod selection;
mod stream;

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::ops::ControlFlow;

use super::LogError;
use super::write::{LogWriter, LossReport, WriteError};
use crate::can::{CanFrame, ChannelName, ChannelTable};
use crate::schema::SchemaError;
use crate::time::{TimeRange, Timestamp};
use stream::Stream;

pub use input::ConvertInput;
pub use selection::{IdRange, IdRangeError, Selection};

/// Frames handed to the writer at once.
const PIECE_FRAMES: usize = 4096;

/// Why a conversion ended without a log.
#[derive(Debug, thiserror::Error)]
pub enum ConvertError {
    /// An input is no log, or its device failed.
    #[error(transparent)]
    Log(#[from] LogError),
    /// An input is Parquet and holds no raw frames, or is damaged.
    #[error("cannot read the frames of {name}")]
    Raw {
        /// What is wrong with it.
        #[source]
        source: SchemaError,
        /// The name given by the caller.
        name: String,
    },
    /// The inputs cannot be merged by time.
    #[error(
        "times of this log count from an unknown start, so that it cannot be merged with others; convert it alone: {name}"
    )]
    NoCommonTime {
        /// The name given by the caller.
        name: String,
    },
    /// The log cannot be written.
    #[error(transparent)]
    Write(#[from] WriteError),
    /// Whoever watched wanted no more.
    #[error("the conversion was cancelled")]
    Cancelled,
}

/// How far a conversion is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ConvertProgress {
    /// Bytes of all inputs read, as they are stored.
    pub bytes: u64,
    /// Frames written.
    pub frames: u64,
}

/// What a conversion did.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Conversion {
    /// Frames written.
    pub frames: u64,
    /// From the first frame written to the last; `None` without frames.
    pub range: Option<TimeRange>,
    /// The inputs, in the order given.
    pub inputs: Vec<ConvertedInput>,
    /// The channels of the inputs, whether they were asked for or not.
    pub channels: Vec<ChannelName>,
    /// What the format could not hold.
    pub losses: LossReport,
}

/// What became of an input.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ConvertedInput {
    /// The name given by the caller.
    pub name: String,
    /// What it was recognised as.
    pub format: String,
    /// Frames read.
    pub frames: u64,
    /// Those among them that were asked for, and written.
    pub selected: u64,
    /// What gave no frame: exact counts by reason.
    pub skipped: Vec<(String, u64)>,
    /// The first of each reason with their places, where the format has places.
    pub details: Vec<String>,
}

/// Converts inputs into one log, which is finished when this returns without an error.
///
/// `watch` is told how far it is, every thousand frames of an input, and ends the work by
/// [`ControlFlow::Break`].
pub fn convert(
    inputs: Vec<ConvertInput>,
    mut writer: Box<dyn LogWriter + '_>,
    selection: &Selection,
    mut watch: impl FnMut(ConvertProgress) -> ControlFlow<()>,
) -> Result<Conversion, ConvertError> {
    let mut streams: Vec<Stream> = inputs.into_iter().map(Stream::new).collect();
    let mut merged = Merged::default();
    let mut queue = BinaryHeap::new();
    let has_several = streams.len() > 1;
    for (i, stream) in streams.iter_mut().enumerate() {
        let first = stream.first(has_several)?;
        queue.extend(first.map(|first| Reverse((first, i))));
    }
    while let Some(Reverse((_, i))) = queue.pop() {
        let until = queue.peek().map(|Reverse(next)| *next);
        let Some(stream) = streams.get_mut(i) else {
            break;
        };
        let is_due = |at: Timestamp| until.is_none_or(|until| (at, i) <= until);
        while let Some(frame) = stream.next_if(is_due)? {
            if let Some(frame) = stream.select(&frame, selection, &mut merged.channels) {
                merged.push(frame);
            }
            if stream.is_at_piece_end() || merged.frames.len() >= PIECE_FRAMES {
                break;
            }
        }
        let has_read_on = stream.is_at_piece_end();
        queue.extend(stream.peek()?.map(|next| Reverse((next, i))));
        if merged.frames.len() >= PIECE_FRAMES {
            merged.flush(&mut *writer)?;
        }
        if has_read_on {
            let bytes = streams.iter().map(Stream::bytes_read).sum();
            let frames = merged.n_written;
            if watch(ConvertProgress { bytes, frames }).is_break() {
                return Err(ConvertError::Cancelled);
            }
        }
    }
    merged.flush(&mut *writer)?;
    let names = streams.iter().flat_map(Stream::channel_names);
    let channels = ChannelTable::new(names.cloned());
    Ok(Conversion {
        frames: merged.n_written,
        range: merged.range,
        channels: channels.names().to_vec(),
        losses: writer.finish()?,
        inputs: streams.into_iter().map(Stream::into_report).collect(),
    })
}

/// Frames on their way to the writer.
#[derive(Debug, Default)]
struct Merged {
    channels: ChannelTable,
    frames: Vec<CanFrame>,
    n_written: u64,
    range: Option<TimeRange>,
}

impl Merged {
    fn push(&mut self, frame: CanFrame) {
        let own = TimeRange::inclusive(frame.timestamp, frame.timestamp);
        self.range = Some(self.range.map_or(own, |range| range.union(own)));
        self.frames.push(frame);
    }

    fn flush(&mut self, writer: &mut dyn LogWriter) -> Result<(), WriteError> {
        writer.write(&self.frames, &self.channels)?;
        self.n_written += self.frames.len() as u64;
        self.frames.clear();
        Ok(())
    }
}
