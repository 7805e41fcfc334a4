//! Which frames make a file: by age, by number, and never over midnight UTC.

use std::time::Duration;

use canlake_shared::can::CanFrame;
use canlake_shared::time::{NS_PER_DAY, Timestamp};

/// When a batch is closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// From its first frame.
    pub interval: Duration,
    /// Frames in it.
    pub max_frames: usize,
}

impl Limits {
    /// The original's.
    pub const DEFAULT: Self = Self {
        interval: Duration::from_mins(1),
        max_frames: 100_000,
    };
}

/// Frames of one UTC day in order of arrival; never empty.
#[derive(Clone, Debug, PartialEq)]
pub struct Batch {
    /// The frames.
    pub frames: Vec<CanFrame>,
    /// The instant up to which this batch speaks for the recorder, and from which the next one does.
    pub until: Timestamp,
}

impl Batch {
    /// The earliest time of a frame.
    pub fn first(&self) -> Timestamp {
        let times = self.frames.iter().map(|frame| frame.timestamp);
        times.min().unwrap_or(self.until)
    }
}

/// Collects frames into batches.
#[derive(Debug)]
pub struct Batcher {
    limits: Limits,
    frames: Vec<CanFrame>,
}

impl Batcher {
    /// An empty one.
    pub const fn new(limits: Limits) -> Self {
        Self {
            limits,
            frames: Vec::new(),
        }
    }

    /// Adds a frame and returns the batch that it does not belong to any more.
    pub fn push(&mut self, frame: CanFrame) -> Option<Batch> {
        let closed = match self.frames.first() {
            Some(first) if self.is_behind(first.timestamp, frame.timestamp) => {
                let midnight = next_midnight(first.timestamp);
                self.close(frame.timestamp.min(midnight))
            }
            _ => None,
        };
        self.frames.push(frame);
        closed
    }

    /// Closes the open batch if it is old enough, whether or not more frames come.
    pub fn close_if_due(&mut self, now: Timestamp) -> Option<Batch> {
        let first = self.frames.first()?.timestamp;
        if !self.is_old(first, now) {
            return None;
        }
        self.close(now.min(next_midnight(first)))
    }

    /// Closes the open batch: nothing more is known after `until`.
    pub fn close(&mut self, until: Timestamp) -> Option<Batch> {
        if self.frames.is_empty() {
            return None;
        }
        let last = self.frames.iter().map(|frame| frame.timestamp).max();
        Some(Batch {
            frames: std::mem::take(&mut self.frames),
            until: last.map_or(until, |last| until.max(last + 1)),
        })
    }

    fn is_behind(&self, first: Timestamp, next: Timestamp) -> bool {
        self.frames.len() >= self.limits.max_frames
            || self.is_old(first, next)
            || first.utc_day_number() != next.utc_day_number()
    }

    fn is_old(&self, first: Timestamp, now: Timestamp) -> bool {
        let age = u64::try_from(now.ns_since(first)).unwrap_or(0);
        Duration::from_nanos(age) >= self.limits.interval
    }
}

fn next_midnight(at: Timestamp) -> Timestamp {
    Timestamp::from_ns((at.utc_day_number() + 1).saturating_mul(NS_PER_DAY))
}

#[cfg(test)]
mod tests {
    use super::*;
    use canlake_shared::can::{CanId, ChannelIdx, Payload};
    use canlake_shared::time::NS_PER_SEC;

    fn frame(secs: i64) -> CanFrame {
        let id = CanId::standard(1).unwrap();
        let at = Timestamp::from_ns(secs * NS_PER_SEC);
        CanFrame::data(at, ChannelIdx(0), id, Payload::EMPTY)
    }

    /// Seconds of the frames of each batch, and until when it speaks.
    fn batches(limits: Limits, secs: &[i64]) -> Vec<(Vec<i64>, i64)> {
        let mut batcher = Batcher::new(limits);
        let mut closed: Vec<Batch> = secs
            .iter()
            .filter_map(|at| batcher.push(frame(*at)))
            .collect();
        closed.extend(batcher.close(Timestamp::from_ns(0)));
        let seconds = |at: Timestamp| at.as_ns().div_euclid(NS_PER_SEC);
        closed
            .iter()
            .map(|batch| {
                let frames = batch.frames.iter().map(|frame| seconds(frame.timestamp));
                (frames.collect(), seconds(batch.until))
            })
            .collect()
    }

    #[test]
    fn closed_by_age_number_and_day() {
        let limits = Limits {
            interval: Duration::from_mins(1),
            max_frames: 3,
        };
        assert_eq!(
            batches(limits, &[0, 59, 60, 61, 62, 63]),
            [(vec![0, 59], 60), (vec![60, 61, 62], 63), (vec![63], 63)]
        );
        let day = 86_400;
        assert_eq!(
            batches(limits, &[day - 1, day, day + 1]),
            [(vec![day - 1], day), (vec![day, day + 1], day + 1)]
        );
        // A clock that goes back a little stays in the file, one that goes back a day does not.
        assert_eq!(
            batches(limits, &[day + 5, day + 4, day - 1]),
            [(vec![day + 5, day + 4], day + 5), (vec![day - 1], day - 1)]
        );
        assert_eq!(batches(limits, &[]), []);
    }

    #[test]
    fn a_quiet_bus_does_not_keep_a_batch_open() {
        let mut batcher = Batcher::new(Limits::DEFAULT);
        assert_eq!(batcher.push(frame(100)), None);
        assert_eq!(batcher.close_if_due(frame(159).timestamp), None);
        let batch = batcher.close_if_due(frame(161).timestamp).unwrap();
        assert_eq!(batch.until, frame(161).timestamp);
        assert_eq!(batch.first(), frame(100).timestamp);
        assert_eq!(batcher.close_if_due(frame(999).timestamp), None);
    }
}
