//! From a sample to the frame that it was decoded from.
//!
//! A sample has the time stamp of its frame, so the frame is one of the signal's identifier and
//! channel at exactly that time. Several such frames are told apart by decoding them. Raw files are
//! read around the instant alone; a log has to be read from its beginning.

use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};

use canlake_shared::can::{CanId, FrameFlags};
use canlake_shared::dbc::plan::CompiledMessage;
use canlake_shared::decode::{FrameBatches, FramesError};
use canlake_shared::lake::ObjectKey;
use canlake_shared::schema::{RawRangeReader, RawView, SchemaError, SignalKey};
use canlake_shared::time::{TimeRange, Timestamp};

use super::origin::{FileOrigin, RawHashes};
use super::Definition;
use crate::source::decode::{InputError, InputKind, kind_of};

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
    /// The raw file has no such frame.
    #[error("no frame of {key} at exactly this time in {path}", path = path.display())]
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
    question: &FrameQuestion,
    hashes: &RawHashes,
) -> Result<FoundFrame, FrameError> {
    let files = question.files.iter();
    let mut files = files
        .filter(|file| file.range.contains(question.time))
        .peekable();
    if files.peek().is_none() {
        return Err(FrameError::NoFile);
    }
    let matcher = Matcher::new(question)?;
    let mut last = None;
    let mut unconfirmed = None;
    for file in files {
        let places = file.raw_files(hashes);
        if places.is_empty() && last.is_none() {
            last = Some(FrameError::NoRaw {
                decoded: file.decoded.clone(),
            });
        }
        for place in places {
            match matcher.find_in(&place.path, place.check).await {
                Ok(Some(found)) if found.is_confirmed => return Ok(found),
                Ok(Some(found)) => unconfirmed = unconfirmed.or(Some(found)),
                Ok(None) => {
                    last = Some(FrameError::NotThere {
                        key: question.key.clone(),
                        path: place.path,
                    });
                }
                Err(error) => last = Some(error),
            }
        }
    }
    unconfirmed.ok_or_else(|| last.unwrap_or(FrameError::NoFile))
}

/// What the frame has to be.
struct Matcher<'a> {
    question: &'a FrameQuestion,
    id: u32,
    message: Option<(CompiledMessage, usize)>,
}

/// The best frame of a file so far.
#[derive(Default)]
struct Best {
    found: Option<FoundFrame>,
    candidates: usize,
}

impl<'a> Matcher<'a> {
    fn new(question: &'a FrameQuestion) -> Result<Self, FrameError> {
        let definition = question.definition.as_ref();
        let declared = definition.map(|definition| definition.message().id.number());
        let id = question.key.arbitration_id.or(declared);
        Ok(Self {
            question,
            id: id.ok_or_else(|| FrameError::NoId {
                key: question.key.clone(),
            })?,
            message: definition.map(|definition| {
                let compiled = CompiledMessage::new(definition.message());
                (compiled, definition.signal_idx())
            }),
        })
    }

    async fn find_in(
        &self,
        path: &Path,
        check: SourceCheck,
    ) -> Result<Option<FoundFrame>, FrameError> {
        let is_log = kind_of(path)? == InputKind::Log;
        let file = File::open(path).map_err(|source| FrameError::Open {
            source,
            path: path.to_owned(),
        })?;
        let read_error = |source| FrameError::Read {
            source,
            path: path.to_owned(),
        };
        let place = |row| FramePlace {
            path: path.to_owned(),
            key: lake_key(path),
            row,
            is_log,
            check,
        };
        let mut best = Best::default();
        if is_log {
            let name = path.to_string_lossy();
            let frames = FrameBatches::log(Box::new(BufReader::new(file)), &name);
            let mut passed = 0;
            for batch in frames.map_err(read_error)? {
                let batch = batch.map_err(read_error)?;
                let view = RawView::new(&batch).map_err(|error| read_error(error.into()))?;
                let row_of = |idx: usize| passed + idx as u64;
                self.take(&view, &row_of, &place, &mut best);
                passed += view.len() as u64;
                if self.is_settled(&best) {
                    break;
                }
                tokio::task::yield_now().await;
            }
        } else {
            let range = TimeRange::inclusive(self.question.time, self.question.time);
            let schema_error = |error: SchemaError| read_error(error.into());
            for frames in RawRangeReader::open(file, range).map_err(schema_error)? {
                let frames = frames.map_err(schema_error)?;
                let view = RawView::new(&frames.batch).map_err(schema_error)?;
                let row_of = |idx: usize| frames.rows.get(idx).copied().unwrap_or(0);
                self.take(&view, &row_of, &place, &mut best);
                tokio::task::yield_now().await;
            }
        }
        Ok(best.found.map(|found| FoundFrame {
            candidates: best.candidates,
            ..found
        }))
    }

    /// Whether nothing better can come: frames of one instant follow each other in a log.
    fn is_settled(&self, best: &Best) -> bool {
        let found = best.found.as_ref();
        found.is_some_and(|found| found.is_confirmed || self.message.is_none())
    }

    fn take(
        &self,
        view: &RawView<'_>,
        row_of: &dyn Fn(usize) -> u64,
        place: &dyn Fn(u64) -> FramePlace,
        best: &mut Best,
    ) {
        let wanted = self.question.time.as_ns();
        let times = view.timestamps().iter().enumerate();
        for (idx, _) in times.filter(|(_, time)| **time == wanted) {
            let Some(id) = view.id(idx).filter(|id| id.number() == self.id) else {
                continue;
            };
            let channel = view.channel(idx);
            let key = &self.question.key;
            if !view.flags(idx).is_data() || !key.channel.is_empty() && *key.channel != *channel {
                continue;
            }
            let decoded = self.message.as_ref().and_then(|(message, signal_idx)| {
                let signals = message.decode_payload(view.payload(idx));
                signals.into_iter().find(|it| it.signal_idx == *signal_idx)
            });
            let value = decoded.as_ref().map(|decoded| decoded.physical);
            if self.message.is_some() && value.is_none() {
                // Another page of a multiplexed message at the same instant.
                continue;
            }
            best.candidates += 1;
            let is_confirmed = value.is_some_and(|value| is_same(value, self.question.value));
            let is_better = best
                .found
                .as_ref()
                .is_none_or(|known| is_confirmed && !known.is_confirmed);
            if is_better {
                best.found = Some(FoundFrame {
                    time: self.question.time,
                    id,
                    channel: channel.to_owned(),
                    flags: view.flags(idx),
                    len: view.lens().get(idx).copied().unwrap_or(0),
                    payload: view.payload(idx).to_vec(),
                    place: place(row_of(idx)),
                    raw: decoded.map(|decoded| decoded.raw),
                    value,
                    candidates: 0,
                    is_confirmed,
                });
            }
        }
    }
}

/// Other decoders multiply in another order, which costs the last digits.
fn is_same(a: f64, b: f64) -> bool {
    a == b || a.is_nan() && b.is_nan() || (a - b).abs() <= 1e-9 * a.abs().max(b.abs())
}

/// The key of a file in a lake.
fn lake_key(path: &Path) -> Option<String> {
    let text = path.to_string_lossy().replace('\\', "/");
    let (_, key) = ObjectKey::parse_with_prefix(&text).ok()?;
    key.partition()?;
    Some(key.to_string())
}
