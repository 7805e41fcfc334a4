//! The decoded files of one input: one for each UTC day that it has frames of.

use std::collections::{BTreeMap, BTreeSet};

use arrow::record_batch::RecordBatch;
use canlake_shared::decode::{DecodeStats, FrameBatches, FramesError, Run};
use canlake_shared::lake::{Partition, VehicleId};
use canlake_shared::schema::footer::{DbcProvenance, Recording};
use canlake_shared::schema::{DecodedFileInfo, DecodedFileWriter};
use canlake_shared::time::{NS_PER_DAY, TimeRange, Timestamp};

use super::{JobSummary, Lake, MAX_DAYS, RawObject, place, recording};
use crate::WRITER;
use crate::error::JobError;

/// From the first instant of a day, numbered from 1970-01-01, to that of the next.
pub(super) fn range(day: i64) -> TimeRange {
    let start = Timestamp::from_ns(day.saturating_mul(NS_PER_DAY));
    TimeRange::new(start, start + NS_PER_DAY)
}

/// The files that are being written.
pub(super) struct DayFiles<'a, L: Lake> {
    object: &'a RawObject<'a>,
    vehicle: &'a VehicleId,
    lake: &'a mut L,
    files: BTreeMap<i64, DayFile<L::Sink>>,
    // Days beyond the most that are decoded; as many are remembered, hostile times must not fill
    // the memory.
    too_many: BTreeSet<i64>,
}

struct DayFile<S: std::io::Write + Send> {
    partition: Partition,
    writer: DecodedFileWriter<S>,
    stats: DecodeStats,
}

impl<'a, L: Lake> DayFiles<'a, L> {
    pub(super) fn new(object: &'a RawObject<'a>, vehicle: &'a VehicleId, lake: &'a mut L) -> Self {
        Self {
            object,
            vehicle,
            lake,
            files: BTreeMap::new(),
            too_many: BTreeSet::new(),
        }
    }

    pub(super) fn first_day(&self) -> Option<i64> {
        self.files.keys().next().copied()
    }

    /// Decodes a run into the file of its day.
    pub(super) fn write(&mut self, day: i64, run: &mut Run) -> Result<(), JobError> {
        if !self.files.contains_key(&day) {
            if self.files.len() == MAX_DAYS {
                run.clear();
                if self.too_many.len() < MAX_DAYS {
                    self.too_many.insert(day);
                }
                return Ok(());
            }
            let file = self.begin(day)?;
            self.files.insert(day, file);
        }
        if let Some(file) = self.files.get_mut(&day) {
            let stats = run.write_to(&mut file.writer).map_err(JobError::Encode)?;
            file.stats.merge(&stats);
        }
        Ok(())
    }

    fn begin(&mut self, day: i64) -> Result<DayFile<L::Sink>, JobError> {
        let partition = Partition::of(self.vehicle.clone(), range(day).start);
        let sink = self.lake.begin(&partition, self.object.content)?;
        let info = DecodedFileInfo {
            vehicle: self.vehicle.clone(),
            writer: WRITER.to_owned(),
            dbc: None,
            sources: vec![self.object.content],
            recording: Recording::default(),
        };
        Ok(DayFile {
            partition,
            writer: DecodedFileWriter::new(sink, info).map_err(JobError::Encode)?,
            stats: DecodeStats::default(),
        })
    }

    /// Ends all files, each with its part of the recording.
    pub(super) fn close(
        self,
        dbc: &DbcProvenance,
        recording: &Recording,
        summary: &mut JobSummary,
    ) -> Result<(), JobError> {
        let days: BTreeSet<i64> = self.files.keys().copied().collect();
        for (day, mut file) in self.files {
            file.writer.set_dbc(dbc.clone());
            *file.writer.recording_mut() = recording::of_day(recording, day, &days);
            let closed = file.writer.close(file.stats.undecoded());
            let (sink, _) = closed.map_err(JobError::Encode)?;
            let first = file.stats.first.unwrap_or(range(day).start);
            let key = place::key(self.object, file.partition, first)?;
            self.lake.finish(sink, &key, self.object.content)?;
            summary.stats.merge(&file.stats);
            summary.outputs.push(key);
        }
        if self.too_many.is_empty() {
            return Ok(());
        }
        Err(JobError::TooManyDays {
            days: days.len() + self.too_many.len(),
            limit: MAX_DAYS,
        })
    }
}

/// The batches of an input, telling how far it has been read.
pub(super) struct Progress<'a> {
    frames: &'a mut FrameBatches,
    len_bytes: u64,
    rows_in_all: u64,
    rows: u64,
    on_bytes: &'a (dyn Fn(u64) + Sync),
}

impl<'a> Progress<'a> {
    /// `rows_in_all` of a Parquet file stands for its bytes, of which nothing is known on the way.
    pub(super) fn new(
        frames: &'a mut FrameBatches,
        len_bytes: u64,
        rows_in_all: u64,
        on_bytes: &'a (dyn Fn(u64) + Sync),
    ) -> Self {
        Self {
            frames,
            len_bytes,
            rows_in_all,
            rows: 0,
            on_bytes,
        }
    }
}

impl Iterator for Progress<'_> {
    type Item = Result<RecordBatch, FramesError>;

    fn next(&mut self) -> Option<Self::Item> {
        let batch = self.frames.next()?;
        if let Ok(batch) = &batch {
            self.rows += batch.num_rows() as u64;
            let share = self.rows as f64 / self.rows_in_all.max(1) as f64;
            let bytes = self.frames.bytes_read();
            (self.on_bytes)(bytes.unwrap_or((self.len_bytes as f64 * share) as u64));
        }
        Some(batch)
    }
}
