//! One sample by time: what a cursor reads and where the keys jump.
//!
//! The value at a time is that of the last sample at or before it, never the nearest one. Whether it
//! is still to be believed is the caller's judgement: the age and a gap in between are told.
//! All by binary search or down the pyramid; nothing here reads the samples of a range.

use super::{Gap, Prepared};

/// A sample as seen from an instant.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sample {
    /// Its index.
    pub index: usize,
    /// Its time in nanoseconds since the epoch.
    pub time: i64,
    /// Its value; NaN when missing.
    pub value: f64,
    /// Nanoseconds since it, at the instant asked for.
    pub age_ns: u64,
    /// Whether the instant lies inside a gap, so that the value is out of date.
    pub in_gap: bool,
}

impl Prepared {
    /// The last sample at or before `time`; of several with the same stamp the last.
    pub fn sample_at(&self, time: i64) -> Option<Sample> {
        let next = self.upper_bound(time);
        let index = next.checked_sub(1)?;
        let sample_time = self.times()[index];
        Some(Sample {
            index,
            time: sample_time,
            value: self.values()[index],
            age_ns: time.abs_diff(sample_time),
            in_gap: time > sample_time && next < self.series().len() && self.gaps().is_before(next),
        })
    }

    /// Index of the first sample after `time`.
    pub fn next_sample(&self, time: i64) -> Option<usize> {
        Some(self.upper_bound(time)).filter(|&index| index < self.series().len())
    }

    /// Index of the last sample before `time`.
    pub fn previous_sample(&self, time: i64) -> Option<usize> {
        self.lower_bound(time).checked_sub(1)
    }

    /// The first gap that begins after `time`.
    pub fn next_gap(&self, time: i64) -> Option<Gap> {
        let from = self.upper_bound(time);
        let index = self.gaps().starts(from + 1, self.series().len()).next()?;
        self.gap_before(index)
    }

    /// The last gap that begins before `time`.
    pub fn previous_gap(&self, time: i64) -> Option<Gap> {
        let to = self.lower_bound(time);
        let index = self.gaps().starts(0, to + 1).next_back()?;
        self.gap_before(index)
    }

    fn gap_before(&self, index: usize) -> Option<Gap> {
        let (start, end) = (self.times()[index.checked_sub(1)?], self.times()[index]);
        self.gaps().within(self.times(), (start, end)).next()
    }

    /// Index of the first sample after `time` that is a change: its value is not that of the sample
    /// before it, or a gap lies between them.
    pub fn next_change(&self, time: i64) -> Option<usize> {
        let values = self.values();
        let first = self.upper_bound(time).max(1);
        let held = *values.get(first - 1)?;
        let gap = self.gaps().starts(first, values.len()).next();
        self.pyramid()
            .first_different(values, first, gap.unwrap_or(values.len()), held)
            .or(gap)
    }

    /// Index of the last sample before `time` that is a change: its value is not that of the sample
    /// before it, or a gap lies between them.
    pub fn previous_change(&self, time: i64) -> Option<usize> {
        let values = self.values();
        let last = self.lower_bound(time).checked_sub(1)?;
        let gap = self.gaps().starts(1, last + 1).next_back();
        self.pyramid()
            .last_different(values, gap.unwrap_or(0), last, values[last])
            .map(|index| index + 1)
            .or(gap)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::pyramid::same;
    use super::super::{GapPolicy, Series};
    use super::*;

    fn prepared(times: Vec<i64>, values: Vec<f64>, cycle: Option<i64>) -> Prepared {
        let policy = GapPolicy {
            expected_period_ns: cycle,
            on_change: cycle.is_none(),
            ..GapPolicy::default()
        };
        Prepared::new(Series::new(times.into(), values.into()).unwrap(), &policy)
    }

    #[test]
    fn the_value_at_a_time_is_the_one_before_with_its_age() {
        let data = prepared(
            vec![10, 20, 20, 30, 90],
            vec![1.0, 2.0, 3.0, f64::NAN, 5.0],
            Some(10),
        );
        assert_eq!(data.sample_at(9), None);
        let at = |time: i64| {
            let sample = data.sample_at(time).unwrap();
            (sample.index, sample.age_ns, sample.in_gap)
        };
        assert_eq!(at(10), (0, 0, false));
        assert_eq!(at(19), (0, 9, false));
        assert_eq!(at(20), (2, 0, false));
        assert_eq!(at(30), (3, 0, false));
        assert_eq!(at(31), (3, 1, true));
        assert_eq!(at(i64::MAX), (4, i64::MAX.abs_diff(90), false));
        assert_eq!(data.sample_at(20).unwrap().value, 3.0);
        assert!(data.sample_at(30).unwrap().value.is_nan());
    }

    #[test]
    fn gaps_are_changes_too() {
        let data = prepared(vec![0, 10, 20, 90, 100], vec![7.0; 5], Some(10));
        assert_eq!(data.next_change(0), Some(3));
        assert_eq!(data.next_change(90), None);
        assert_eq!(data.previous_change(100), Some(3));
        assert_eq!(data.previous_change(90), None);
    }

    #[test]
    fn a_long_constant_is_jumped_over() {
        let mut values = vec![1.0; 300_000];
        values[299_990] = 2.0;
        let data = prepared((0..300_000).collect(), values, None);
        assert_eq!(data.next_change(5), Some(299_990));
        assert_eq!(data.next_change(299_990), Some(299_991));
        assert_eq!(data.previous_change(299_990), None);
        assert_eq!(data.previous_change(299_999), Some(299_991));
    }

    proptest! {
        #[test]
        fn as_by_reading_all_samples(
            rows in prop::collection::vec((0_i64..30, 0_u8..3), 0..300),
            cycle in prop::option::of(1_i64..8),
            probes in prop::collection::vec(-5_i64..4_000, 20),
        ) {
            let times: Vec<i64> = rows
                .iter()
                .scan(0, |time, row| { *time += row.0; Some(*time) })
                .collect();
            let values: Vec<f64> = rows
                .iter()
                .map(|row| if row.1 == 2 { f64::NAN } else { f64::from(row.1) })
                .collect();
            let data = prepared(times.clone(), values.clone(), cycle);
            let change = |&i: &usize| {
                !same(values[i], values[i - 1]) || data.gaps().is_before(i)
            };
            for time in probes {
                prop_assert_eq!(
                    data.sample_at(time).map(|s| s.index),
                    times.iter().rposition(|&t| t <= time)
                );
                prop_assert_eq!(data.next_sample(time), times.iter().position(|&t| t > time));
                prop_assert_eq!(data.previous_sample(time), times.iter().rposition(|&t| t < time));
                prop_assert_eq!(
                    data.next_change(time),
                    (1..times.len()).filter(|&i| times[i] > time).find(change)
                );
                prop_assert_eq!(
                    data.previous_change(time),
                    (1..times.len()).filter(|&i| times[i] < time).rev().find(change)
                );
            }
        }
    }
}
