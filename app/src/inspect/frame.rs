//! From a sample to the frame that it was decoded from.
//!
//! A sample has the time stamp of its frame, so the frame is one of the signal's identifier and
//! channel at exactly that time. Several such frames are told apart by decoding them. Raw files are
//! read around the instant alone; a log has to be read from its beginning.

use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use arrow::record_batch::RecordBatch;
use canlake_shared::can::{CanId, FrameFlags};
use canlake_shared::dbc::plan::CompiledMessage;
use canlake_shared::decode::{FrameBatches, FramesError};
use canlake_shared::lake::ObjectKey;
use canlake_shared::schema::{RawRangeReader, RawView, SchemaError, SignalKey};
use canlake_shared::time::{TimeRange, Timestamp};
use parking_lot::Mutex;

use super::Definition;
use super::origin::{FileOrigin, RawHashes, RawPlace};
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

/// What is kept from one question to the next: hashes of raw files, and of the log that was read last
/// the frames around the last answer, because the next sample is mostly near.
#[derive(Debug, Default)]
pub struct FrameMemory {
    /// Hashes of raw files.
    pub hashes: RawHashes,
    last: Mutex<Option<LastBatch>>,
}

/// A log as it was when it was read.
#[derive(Clone, Debug, PartialEq, Eq)]
struct LogIdentity {
    path: PathBuf,
    bytes: u64,
    modified: Option<SystemTime>,
}

/// Frames of a log that follow each other.
#[derive(Clone, Debug)]
struct LastBatch {
    log: LogIdentity,
    first_row: u64,
    batch: RecordBatch,
}

impl LogIdentity {
    fn of(file: &File, path: &Path) -> Self {
        let metadata = file.metadata().ok();
        Self {
            path: path.to_owned(),
            bytes: metadata.as_ref().map_or(0, std::fs::Metadata::len),
            modified: metadata.and_then(|it| it.modified().ok()),
        }
    }
}

impl FrameMemory {
    fn last_of(&self, log: &LogIdentity) -> Option<LastBatch> {
        self.last.lock().clone().filter(|last| last.log == *log)
    }

    fn keep(&self, log: LogIdentity, first_row: u64, batch: RecordBatch) {
        *self.last.lock() = Some(LastBatch {
            log,
            first_row,
            batch,
        });
    }
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

/// What the frame has to be.
struct Matcher {
    question: FrameQuestion,
    id: u32,
    message: Option<(CompiledMessage, usize)>,
}

/// The best frame of a file so far.
#[derive(Default)]
struct Best {
    found: Option<FoundFrame>,
    candidates: usize,
}

impl Best {
    fn of_log(mut self) -> Self {
        if let Some(found) = &mut self.found {
            found.place.is_log = true;
        }
        self
    }
}

impl Matcher {
    fn new(question: FrameQuestion) -> Result<Self, FrameError> {
        let definition = question.definition.as_ref();
        let declared = definition.map(|definition| definition.message().id.number());
        let message = definition.map(|definition| {
            let compiled = CompiledMessage::new(definition.message());
            (compiled, definition.signal_idx())
        });
        match question.key.arbitration_id.or(declared) {
            Some(id) => Ok(Self {
                question,
                id,
                message,
            }),
            None => Err(FrameError::NoId { key: question.key }),
        }
    }

    async fn find_in(
        &self,
        place: &RawPlace,
        memory: &FrameMemory,
    ) -> Result<Option<FoundFrame>, FrameError> {
        let path = &place.path;
        let is_log = kind_of(path)? == InputKind::Log;
        let file = File::open(path).map_err(|source| FrameError::Open {
            source,
            path: path.clone(),
        })?;
        let searched = if is_log {
            self.search_log(file, place, memory).await
        } else {
            self.search_raw(file, place).await
        };
        let best = searched.map_err(|source| FrameError::Read {
            source,
            path: path.clone(),
        })?;
        Ok(best.found.map(|found| FoundFrame {
            candidates: best.candidates,
            ..found
        }))
    }

    async fn search_raw(&self, file: File, place: &RawPlace) -> Result<Best, FramesError> {
        let range = TimeRange::inclusive(self.question.time, self.question.time);
        let mut best = Best::default();
        for frames in RawRangeReader::open(file, range)? {
            let frames = frames?;
            let row = |idx: usize| frames.rows.get(idx).copied().unwrap_or(0);
            self.take(&frames.batch, row, place, &mut best)?;
            tokio::task::yield_now().await;
        }
        Ok(best)
    }

    async fn search_log(
        &self,
        file: File,
        place: &RawPlace,
        memory: &FrameMemory,
    ) -> Result<Best, FramesError> {
        let log = LogIdentity::of(&file, &place.path);
        if let Some(near) = memory.last_of(&log) {
            let mut best = Best::default();
            let row = |idx: usize| near.first_row + idx as u64;
            self.take(&near.batch, row, place, &mut best)?;
            if self.is_settled(&best) {
                return Ok(best.of_log());
            }
        }
        let name = place.path.to_string_lossy();
        let mut best = Best::default();
        let mut passed = 0;
        for batch in FrameBatches::log(Box::new(BufReader::new(file)), &name)? {
            let batch = batch?;
            self.take(&batch, |idx| passed + idx as u64, place, &mut best)?;
            if self.is_settled(&best) {
                memory.keep(log, passed, batch);
                break;
            }
            passed += batch.num_rows() as u64;
            tokio::task::yield_now().await;
        }
        Ok(best.of_log())
    }

    /// Whether nothing better can come: frames of one instant follow each other in a log.
    fn is_settled(&self, best: &Best) -> bool {
        let found = best.found.as_ref();
        found.is_some_and(|found| found.is_confirmed || self.message.is_none())
    }

    fn take(
        &self,
        batch: &RecordBatch,
        row: impl Fn(usize) -> u64,
        place: &RawPlace,
        best: &mut Best,
    ) -> Result<(), SchemaError> {
        let view = RawView::new(batch)?;
        let wanted = self.question.time.as_ns();
        let times = view.timestamps().iter().enumerate();
        for (idx, _) in times.filter(|(_, time)| **time == wanted) {
            let Some(found) = self.frame(&view, idx, row(idx), place) else {
                continue;
            };
            best.candidates += 1;
            let is_better = |known: &FoundFrame| found.is_confirmed && !known.is_confirmed;
            if best.found.as_ref().is_none_or(is_better) {
                best.found = Some(found);
            }
        }
        Ok(())
    }

    /// A frame of the instant, if it may be the one.
    fn frame(
        &self,
        view: &RawView<'_>,
        idx: usize,
        row: u64,
        place: &RawPlace,
    ) -> Option<FoundFrame> {
        let id = view.id(idx).filter(|id| id.number() == self.id)?;
        let channel = view.channel(idx);
        let key = &self.question.key;
        if !view.flags(idx).is_data() || !key.channel.is_empty() && *key.channel != *channel {
            return None;
        }
        let payload = view.payload(idx);
        let (signals, own) = match &self.message {
            Some((message, signal_idx)) => (message.decode_payload(payload), Some(*signal_idx)),
            None => (Vec::new(), None),
        };
        let decoded = signals.iter().find(|it| Some(it.signal_idx) == own);
        if self.message.is_some() && decoded.is_none() {
            // Another page of a multiplexed message at the same instant.
            return None;
        }
        let value = decoded.map(|decoded| decoded.physical);
        let raw = decoded.map(|decoded| decoded.raw);
        Some(FoundFrame {
            time: self.question.time,
            id,
            channel: channel.to_owned(),
            flags: view.flags(idx),
            len: view.lens().get(idx).copied().unwrap_or(0),
            payload: payload.to_vec(),
            place: FramePlace {
                path: place.path.clone(),
                key: lake_key(&place.path),
                row,
                is_log: false,
                check: place.check,
            },
            raw,
            value,
            signals: signals
                .into_iter()
                .map(|signal| FrameSignal {
                    signal_idx: signal.signal_idx,
                    value: signal.physical,
                    label: signal.label,
                })
                .collect(),
            candidates: 0,
            is_confirmed: value.is_some_and(|value| is_same(value, self.question.value)),
        })
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
