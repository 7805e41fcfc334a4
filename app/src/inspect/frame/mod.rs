//! From a sample to the frame that it was decoded from.
//!
//! A sample has the time stamp of its frame, so the frame is one of the signal's identifier and
//! channel at exactly that time. Several such frames are told apart by decoding them. Raw files are
//! read around the instant alone; a log has to be read from its beginning.

mod memory;
mod search;

use std::path::PathBuf;
use std::sync::Arc;

use canlake_shared::can::{CanId, FrameFlags};
use canlake_shared::decode::FramesError;
use canlake_shared::schema::SignalKey;
use canlake_shared::time::Timestamp;

use super::Definition;
use super::origin::FileOrigin;
use crate::source::decode::InputError;

pub use memory::FrameMemory;
use search::Matcher;

/// A sample whose frame is wanted.
#[derive(Clone, Debug)]
pub struct FrameQuestion {
    /// The signal.
    pub key: SignalKey,
    /// The time of the sample.
    pub time: Timestamp,
    /// Its value.
    pub value: f64,
    /// What the signal is in its message, where that is known.
    pub definition: Option<Definition>,
    /// The decoded files that may hold it.
    pub files: Vec<FileOrigin>,
}

/// How sure it is that a raw file is what the samples were decoded from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum SourceCheck {
    /// It is the input that this program decoded.
    Input,
    /// Its content has a hash that the decoded file names.
    Hash,
    /// Its name carries a hash that the decoded file names.
    HashInName,
    /// It has the name of the decoded file; the content could not be checked.
    Name,
    /// It has the name of the decoded file, which names the hashes of others.
    Differs,
}

/// Where a frame is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FramePlace {
    /// The file.
    pub path: PathBuf,
    /// Its key, in a lake.
    pub key: Option<String>,
    /// The frame's number in the file, from 0: its row, or its place among the frames of a log.
    pub row: u64,
    /// Whether the file is a log.
    pub is_log: bool,
    /// Whether the file is the right one.
    pub check: SourceCheck,
}

/// A signal in a frame.
#[derive(Clone, Debug, PartialEq)]
pub struct FrameSignal {
    /// Its position in the message.
    pub signal_idx: usize,
    /// Its value.
    pub value: f64,
    /// The text of the value, where there is one.
    pub label: Option<Arc<str>>,
}

/// The frame behind a sample.
#[derive(Clone, Debug, PartialEq)]
pub struct FoundFrame {
    /// When it was received.
    pub time: Timestamp,
    /// Its arbitration id.
    pub id: CanId,
    /// The bus as recorded; empty when unknown.
    pub channel: String,
    /// What kind of frame it is.
    pub flags: FrameFlags,
    /// Length as announced, in bytes.
    pub len: u8,
    /// The bytes.
    pub payload: Vec<u8>,
    /// Where it is.
    pub place: FramePlace,
    /// The signal's raw value in it; `None` where the signal is not in it, or has no definition.
    pub raw: Option<i64>,
    /// The signal's value in it.
    pub value: Option<f64>,
    /// All signals that it carries, where the message has a definition.
    pub signals: Vec<FrameSignal>,
    /// Frames of this time, identifier and channel in the file.
    pub candidates: usize,
    /// Whether it has the value of the sample. Without a definition nobody can say.
    pub is_confirmed: bool,
}

/// Why there is no frame behind a sample.
#[derive(Debug, thiserror::Error)]
pub enum FrameError {
    /// No decoded file holds the sample.
    #[error("no file of this source holds this sample")]
    NoFile,
    /// There is no raw file for the decoded one.
    #[error("no raw frames are kept for this sample: there is no raw file beside {decoded}", decoded = decoded.display())]
    NoRaw {
        /// The decoded file.
        decoded: PathBuf,
    },
    /// The decoded file does not say which identifier the signal has, and no DBC file does.
    #[error("the arbitration id of {key} is not known; choose its DBC file")]
    NoId {
        /// The signal.
        key: SignalKey,
    },
    /// The raw file has no such frame; the message may have come in several, under other identifiers.
    #[error("no single frame of {key} at exactly this time in {path}", path = path.display())]
    NotThere {
        /// The signal.
        key: SignalKey,
        /// The raw file, the last one that was looked at.
        path: PathBuf,
    },
    /// The kind of the raw file cannot be told.
    #[error(transparent)]
    Input(#[from] InputError),
    /// The raw file cannot be opened.
    #[error("cannot open {path}", path = path.display())]
    Open {
        /// What the operating system says.
        #[source]
        source: std::io::Error,
        /// The raw file.
        path: PathBuf,
    },
    /// The raw file cannot be read.
    #[error("cannot read {path}", path = path.display())]
    Read {
        /// Why.
        #[source]
        source: FramesError,
        /// The raw file.
        path: PathBuf,
    },
}

/// Looks for the frame of a sample. Lets go of the thread between two batches, so that it can be
/// cancelled there.
pub async fn find(
    mut question: FrameQuestion,
    memory: Arc<FrameMemory>,
) -> Result<FoundFrame, FrameError> {
    let mut files = std::mem::take(&mut question.files);
    files.retain(|file| file.range.contains(question.time));
    if files.is_empty() {
        return Err(FrameError::NoFile);
    }
    let matcher = Matcher::new(question)?;
    let mut last = None;
    let mut unconfirmed = None;
    for file in files {
        let places = file.raw_files(&memory.hashes);
        if places.is_empty() && last.is_none() {
            last = Some(FrameError::NoRaw {
                decoded: file.decoded.clone(),
            });
        }
        for place in places {
            match matcher.find_in(&place, &memory).await {
                Ok(Some(found)) if found.is_confirmed => return Ok(found),
                Ok(Some(found)) => unconfirmed = unconfirmed.or(Some(found)),
                Ok(None) => {
                    last = Some(FrameError::NotThere {
                        key: matcher.question.key.clone(),
                        path: place.path,
                    });
                }
                Err(error) => last = Some(error),
            }
        }
    }
    unconfirmed.ok_or_else(|| last.unwrap_or(FrameError::NoFile))
}
