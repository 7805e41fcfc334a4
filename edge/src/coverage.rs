//! When the recorder listened, cut into what each file says of it.
//!
//! The recorder listens while at least one channel hears. Every instant of listening goes to exactly
//! one file.

use std::collections::BTreeSet;

use canlake_shared::bus::ChannelState;
use canlake_shared::can::ChannelIdx;
use canlake_shared::time::{TimeRange, Timestamp};

/// Follows the channels' states.
#[derive(Debug, Default)]
pub struct Coverage {
    hearing: BTreeSet<ChannelIdx>,
    /// Since when at least one channel hears, or since the last cut.
    since: Option<Timestamp>,
    /// Over, and not yet in a file.
    closed: Vec<TimeRange>,
}

impl Coverage {
    /// A channel changed its state.
    pub fn note(&mut self, channel: ChannelIdx, at: Timestamp, state: ChannelState) {
        if state.hears() {
            self.hearing.insert(channel);
            self.since.get_or_insert(at);
            return;
        }
        self.hearing.remove(&channel);
        if self.hearing.is_empty()
            && let Some(since) = self.since.take()
        {
            self.push(TimeRange::new(since, at));
        }
    }

    /// The listening before `until` that no file has yet.
    pub fn take_until(&mut self, until: Timestamp) -> Vec<TimeRange> {
        let before = TimeRange::new(Timestamp::MIN, until);
        let after = TimeRange::new(until, Timestamp::MAX);
        let mut taken = Vec::new();
        for range in std::mem::take(&mut self.closed) {
            taken.extend(Some(range.intersection(before)).filter(|it| !it.is_empty()));
            self.push(range.intersection(after));
        }
        if let Some(since) = self.since.filter(|since| *since < until) {
            taken.push(TimeRange::new(since, until));
            self.since = Some(until);
        }
        taken
    }

    fn push(&mut self, range: TimeRange) {
        if !range.is_empty() {
            self.closed.push(range);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(ns: i64) -> Timestamp {
        Timestamp::from_ns(ns)
    }

    fn range(start: i64, end: i64) -> TimeRange {
        TimeRange::new(at(start), at(end))
    }

    #[test]
    fn listening_is_cut_at_files_and_ends_with_the_last_channel() {
        let (a, b) = (ChannelIdx(0), ChannelIdx(1));
        let mut coverage = Coverage::default();
        assert_eq!(coverage.take_until(at(5)), []);
        coverage.note(a, at(10), ChannelState::Active);
        coverage.note(b, at(12), ChannelState::Active);
        assert_eq!(coverage.take_until(at(20)), [range(10, 20)]);
        coverage.note(a, at(25), ChannelState::BusOff);
        coverage.note(b, at(30), ChannelState::Down);
        coverage.note(b, at(40), ChannelState::Passive);
        assert_eq!(coverage.take_until(at(28)), [range(20, 28)]);
        assert_eq!(coverage.take_until(at(50)), [range(28, 30), range(40, 50)]);
        assert_eq!(coverage.take_until(at(50)), []);
    }
}
