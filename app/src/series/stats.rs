//! Statistics of one series over a range of time, from every sample, never from drawn points.
//!
//! Definitions:
//! - The samples of a range are those with `start <= time < end`, repeated time stamps included.
//! - Values that are missing (NaN) or infinite are counted and otherwise left out.
//! - *Sample mean* and *standard deviation* (n − 1) give every sample the same weight.
//! - The *time-weighted mean* is the mean of the held signal: a value holds from its sample to the
//!   next one, so also from the range's start on if the sample before lies in the same segment. It
//!   does not hold across a gap, past the last sample, nor is anything held from a missing value on.
//!   Both means agree for evenly spaced samples only.
//!
//! Reads the samples of the range twice: work proportional to the data.

use super::Prepared;

/// A value with its time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Timed {
    /// Nanoseconds since the epoch.
    pub time: i64,
    /// The value.
    pub value: f64,
}

/// Statistics of a range. See the module's text for the definitions.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Stats {
    /// Samples in the range, whatever their value.
    pub count: usize,
    /// Samples whose value is missing (NaN).
    pub nan_count: usize,
    /// Samples whose value is infinite.
    pub infinite_count: usize,
    /// Least finite value, at its first sample.
    pub min: Option<Timed>,
    /// Greatest finite value, at its first sample.
    pub max: Option<Timed>,
    /// First finite value.
    pub first: Option<Timed>,
    /// Last finite value.
    pub last: Option<Timed>,
    /// Mean of the finite values.
    pub mean: Option<f64>,
    /// Mean of the held signal over the time for which it has a value.
    pub time_weighted_mean: Option<f64>,
    /// Standard deviation of the finite values, with n − 1; from two values on.
    pub std: Option<f64>,
    /// Nanoseconds from the first to the last sample of the range.
    pub duration_ns: u64,
    /// Nanoseconds of the range for which the signal has a value.
    pub held_ns: u64,
    /// Gaps that overlap the range.
    pub gap_count: usize,
    /// Nanoseconds of the range that lie in gaps.
    pub gap_ns: u64,
}

impl Stats {
    /// Statistics of the samples with `range.0 <= time < range.1`.
    pub fn compute(data: &Prepared, range: (i64, i64)) -> Self {
        let mut stats = Self::default();
        if range.0 >= range.1 {
            return stats;
        }
        let (from, to) = (data.lower_bound(range.0), data.lower_bound(range.1));
        let times = &data.times()[from..to];
        let values = &data.values()[from..to];
        stats.count = values.len();
        if let (Some(first), Some(last)) = (times.first(), times.last()) {
            stats.duration_ns = last.abs_diff(*first);
        }
        for gap in data.gaps().within(data.times(), range) {
            stats.gap_count += 1;
            stats.gap_ns += gap.end.min(range.1).abs_diff(gap.start.max(range.0));
        }
        let timed = |index: usize| Timed {
            time: data.times()[index],
            value: data.values()[index],
        };
        if let Some(extremes) = data.pyramid().extremes(data.values(), from, to) {
            stats.min = Some(timed(extremes.min_index));
            stats.max = Some(timed(extremes.max_index));
        }
        stats.first = (from..to).map(timed).find(|t| t.value.is_finite());
        stats.last = (from..to).rev().map(timed).find(|t| t.value.is_finite());
        stats.nan_count = values.iter().filter(|v| v.is_nan()).count();
        stats.infinite_count = values.iter().filter(|v| v.is_infinite()).count();
        if let Some(first) = stats.first {
            stats.moments(values, first.value);
        }
        stats.hold(data, range, from..to);
        stats
    }

    /// Mean and standard deviation in two passes over the differences from one of the values, which
    /// keeps the digits of a small change on a large value.
    fn moments(&mut self, values: &[f64], pivot: f64) {
        let finite = (self.count - self.nan_count - self.infinite_count) as f64;
        let present = |v: &&f64| v.is_finite();
        let shift = sum(values.iter().filter(present).map(|v| v - pivot)) / finite;
        let mean = pivot + shift;
        self.mean = Some(mean);
        if finite > 1.0 {
            let deviation = |v: &f64| (v - pivot) - shift;
            let squares = sum(values.iter().filter(present).map(|v| deviation(v).powi(2)));
            // What rounding left of the sum of deviations, which would be zero.
            let rest = sum(values.iter().filter(present).map(deviation));
            let variance = (squares - rest * rest / finite) / (finite - 1.0);
            self.std = Some(variance.max(0.0).sqrt());
        }
    }

    fn hold(&mut self, data: &Prepared, range: (i64, i64), samples: std::ops::Range<usize>) {
        let (times, values) = (data.times(), data.values());
        let (from, to) = data.with_neighbours(samples);
        let pivot = (from..to).map(|i| values[i]).find(|v| v.is_finite());
        let Some(pivot) = pivot else {
            return;
        };
        let mut cuts = data.gaps().starts(from + 1, to).peekable();
        let mut held = 0;
        let areas = (from + 1..to).filter_map(|next| {
            if cuts.next_if_eq(&next).is_some() || !values[next - 1].is_finite() {
                return None;
            }
            let (start, end) = (times[next - 1].max(range.0), times[next].min(range.1));
            let width = end.abs_diff(start);
            held += width;
            Some((values[next - 1] - pivot) * width as f64)
        });
        let area = sum(areas);
        self.held_ns = held;
        self.time_weighted_mean = (held > 0).then(|| pivot + area / held as f64);
    }
}

/// Neumaier's compensated sum (ZAMM 54, 1974): its error does not grow with the number of terms.
fn sum(terms: impl Iterator<Item = f64>) -> f64 {
    let (mut sum, mut lost) = (0.0_f64, 0.0_f64);
    for term in terms {
        let next = sum + term;
        lost += if sum.abs() >= term.abs() {
            (sum - next) + term
        } else {
            (term - next) + sum
        };
        sum = next;
    }
    // An infinite sum has nothing finite to be corrected by.
    if lost.is_finite() { sum + lost } else { sum }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::{GapPolicy, Series};
    use super::*;

    fn prepared(times: Vec<i64>, values: Vec<f64>, cycle: i64) -> Prepared {
        let policy = GapPolicy {
            expected_period_ns: Some(cycle),
            ..GapPolicy::default()
        };
        Prepared::new(Series::new(times.into(), values.into()).unwrap(), &policy)
    }

    #[test]
    fn definitions_by_example() {
        // A gap from 30 to 100, a missing value at 110, an infinite one at 130.
        let data = prepared(
            vec![0, 10, 20, 30, 100, 110, 120, 130],
            vec![4.0, 8.0, 2.0, 9.0, 1.0, f64::NAN, 3.0, f64::INFINITY],
            10,
        );
        let stats = Stats::compute(&data, (5, 125));
        let timed = |time, value| Some(Timed { time, value });
        assert_eq!(
            stats,
            Stats {
                count: 6,
                nan_count: 1,
                infinite_count: 0,
                min: timed(100, 1.0),
                max: timed(30, 9.0),
                first: timed(10, 8.0),
                last: timed(120, 3.0),
                mean: Some(4.6),
                // 4 for 5 ns, 8 and 2 for 10, nothing in the gap, 1 for 10, nothing from the missing
                // value on, 3 for 5.
                time_weighted_mean: Some((20.0 + 80.0 + 20.0 + 10.0 + 15.0) / 40.0),
                std: Some((53.2_f64 / 4.0).sqrt()),
                duration_ns: 110,
                held_ns: 40,
                gap_count: 1,
                gap_ns: 70,
            }
        );
        let inside_the_gap = Stats::compute(&data, (40, 50));
        assert_eq!(
            inside_the_gap,
            Stats {
                gap_count: 1,
                gap_ns: 10,
                ..Stats::default()
            }
        );
        let between_samples = Stats::compute(&data, (12, 18));
        assert_eq!(between_samples.count, 0);
        assert_eq!(between_samples.time_weighted_mean, Some(8.0));
        assert_eq!(Stats::compute(&data, (50, 5)), Stats::default());
        let all = Stats::compute(&data, (i64::MIN, i64::MAX));
        assert_eq!((all.count, all.infinite_count), (8, 1));
    }

    #[test]
    fn a_small_change_on_a_large_value_keeps_its_digits() {
        let values: Vec<f64> = (0..100_000).map(|i| 1e9 + f64::from(i % 2)).collect();
        let data = prepared((0..100_000).collect(), values, 10);
        let stats = Stats::compute(&data, (0, 100_000));
        assert_eq!(stats.mean, Some(1e9 + 0.5));
        assert!((stats.std.unwrap() - 0.5 * (1.0 + 0.5e-5)).abs() < 1e-9);
    }

    proptest! {
        #[test]
        fn as_by_the_definitions_one_by_one(
            rows in prop::collection::vec(
                (0_i64..30, prop_oneof![5 => -100.0..100.0_f64, 1 => Just(f64::NAN)]), 0..200),
            start in -10_i64..2_000,
            width in 0_i64..3_000,
        ) {
            let times: Vec<i64> = rows
                .iter()
                .scan(0, |time, row| { *time += row.0; Some(*time) })
                .collect();
            let values: Vec<f64> = rows.iter().map(|row| row.1).collect();
            let data = prepared(times.clone(), values.clone(), 4);
            let end = start + width;
            let stats = Stats::compute(&data, (start, end));
            let inside: Vec<f64> = (0..times.len())
                .filter(|&i| (start..end).contains(&times[i]))
                .map(|i| values[i])
                .collect();
            let finite: Vec<f64> = inside.iter().copied().filter(|v| v.is_finite()).collect();
            prop_assert_eq!(stats.count, inside.len());
            prop_assert_eq!(stats.nan_count, inside.len() - finite.len());
            prop_assert_eq!(stats.min.map(|m| m.value), finite.iter().copied().reduce(f64::min));
            prop_assert_eq!(stats.max.map(|m| m.value), finite.iter().copied().reduce(f64::max));
            prop_assert_eq!(stats.first.map(|f| f.value), finite.first().copied());
            prop_assert_eq!(stats.last.map(|l| l.value), finite.last().copied());
            let n = finite.len() as f64;
            let mean = finite.iter().sum::<f64>() / n;
            let close = |a: Option<f64>, b: f64| {
                a.map_or(b.is_nan(), |a| (a - b).abs() <= 1e-9 * (1.0 + b.abs()))
            };
            prop_assert!(close(stats.mean, mean));
            let squares: f64 = finite.iter().map(|v| (v - mean).powi(2)).sum();
            let std = if finite.len() < 2 { f64::NAN } else { (squares / (n - 1.0)).sqrt() };
            prop_assert!(close(stats.std, std));
            // Nanosecond by nanosecond.
            let (mut held, mut area, mut gap) = (0_u64, 0.0, 0_u64);
            for ns in start..end {
                let next = times.partition_point(|&t| t <= ns);
                if next == 0 || next == times.len() {
                    continue;
                }
                if data.gaps().is_before(next) {
                    gap += 1;
                } else if values[next - 1].is_finite() {
                    held += 1;
                    area += values[next - 1];
                }
            }
            prop_assert_eq!(stats.held_ns, held);
            prop_assert_eq!(stats.gap_ns, gap);
            prop_assert!(close(stats.time_weighted_mean, area / held as f64));
        }
    }
}
