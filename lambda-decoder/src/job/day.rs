//! The frames of one UTC day out of an input.

use std::collections::BTreeSet;

use arrow::array::BooleanArray;
use arrow::compute::filter_record_batch;
use arrow::record_batch::RecordBatch;
use canlake_shared::decode::{FrameBatches, FramesError};
use canlake_shared::schema::{RawView, SchemaError};
use canlake_shared::time::{NS_PER_DAY, TimeRange, Timestamp};

use super::MAX_DAYS;

/// From the first instant of a day, numbered from 1970-01-01, to that of the next.
pub(super) fn range(day: i64) -> TimeRange {
    let start = Timestamp::from_ns(day.saturating_mul(NS_PER_DAY));
    TimeRange::new(start, start + NS_PER_DAY)
}

/// The batches of an input with the frames of other days left out, which are noted.
pub(super) struct DayFrames<'a> {
    frames: &'a mut FrameBatches,
    pending: Option<RecordBatch>,
    day: i64,
    on_rows: &'a (dyn Fn(u64, Option<u64>) + Sync),
    n_rows: u64,
    first: Option<i64>,
    days: BTreeSet<i64>,
}

impl<'a> DayFrames<'a> {
    /// `first_batch` is what was read of `frames` already; `on_rows` gets the rows so far, and the
    /// bytes where they are known.
    pub(super) fn new(
        frames: &'a mut FrameBatches,
        first_batch: Option<RecordBatch>,
        day: i64,
        on_rows: &'a (dyn Fn(u64, Option<u64>) + Sync),
    ) -> Self {
        Self {
            frames,
            pending: first_batch,
            day,
            on_rows,
            n_rows: 0,
            first: None,
            days: BTreeSet::new(),
        }
    }

    /// The earliest time of the day's frames so far.
    pub(super) fn first(&self) -> Option<Timestamp> {
        self.first.map(Timestamp::from_ns)
    }

    /// The days of all frames, a few more than [`MAX_DAYS`] at most.
    pub(super) fn into_days(self) -> BTreeSet<i64> {
        self.days
    }

    fn of_the_day(&mut self, batch: RecordBatch) -> Result<RecordBatch, SchemaError> {
        let view = RawView::new(&batch)?;
        let times = view.timestamps();
        let is_inside = |time: &i64| Timestamp::from_ns(*time).utc_day_number() == self.day;
        let first = times.iter().copied().filter(is_inside).min();
        self.first = self.first.into_iter().chain(first).min();
        if times.iter().all(is_inside) {
            self.days.insert(self.day);
            return Ok(batch);
        }
        for time in times {
            let day = Timestamp::from_ns(*time).utc_day_number();
            // Hostile times must not fill the memory.
            if self.days.len() <= MAX_DAYS || day == self.day {
                self.days.insert(day);
            }
        }
        let mask: BooleanArray = times.iter().map(|time| Some(is_inside(time))).collect();
        Ok(filter_record_batch(&batch, &mask)?)
    }
}

impl Iterator for DayFrames<'_> {
    type Item = Result<RecordBatch, FramesError>;

    fn next(&mut self) -> Option<Self::Item> {
        let batch = match self.pending.take() {
            Some(batch) => batch,
            None => match self.frames.next()? {
                Ok(batch) => batch,
                Err(error) => return Some(Err(error)),
            },
        };
        self.n_rows += batch.num_rows() as u64;
        (self.on_rows)(self.n_rows, self.frames.bytes_read());
        Some(self.of_the_day(batch).map_err(FramesError::from))
    }
}
