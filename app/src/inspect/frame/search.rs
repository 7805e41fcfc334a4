//! Looks through one raw file or log for the frame of a sample.

use std::fs::File;
use std::path::Path;

use arrow::record_batch::RecordBatch;
use canlake_shared::dbc::plan::CompiledMessage;
use canlake_shared::decode::{FrameBatches, FramesError};
use canlake_shared::lake::ObjectKey;
use canlake_shared::schema::{RawRangeReader, RawView, SchemaError};
use canlake_shared::time::TimeRange;

use super::memory::{FrameMemory, LogIdentity};
use super::{FoundFrame, FrameError, FramePlace, FrameQuestion, FrameSignal};
use crate::inspect::origin::RawPlace;
use crate::source::kind::{InputKind, kind_of};

/// What the frame has to be.
pub(super) struct Matcher {
    pub(super) question: FrameQuestion,
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
    pub(super) fn new(question: FrameQuestion) -> Result<Self, FrameError> {
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

    pub(super) async fn find_in(
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
        for batch in FrameBatches::log(file, &name)? {
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
