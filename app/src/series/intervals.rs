//! The intervals between the samples of a series: its measured period, its jitter, its coverage.
//!
//! Every interval within a segment counts; those over a gap are the gap's affair. All numbers but
//! the spread are exact: quantiles come from counting digits, pass by pass, so that they take the
//! same small memory whatever the number of samples. Reads all samples: not for the thread that
//! draws.

use super::{Gap, Prepared};

/// Bars of a histogram.
const BARS: usize = 32;
/// Bits of an interval that one pass over the samples decides.
const DIGIT_BITS: u32 = 16;

/// What the intervals of a series are like.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Intervals {
    /// How many.
    pub count: usize,
    /// Of these, between samples with the same time stamp.
    pub zeros: usize,
    /// Shortest, in nanoseconds.
    pub min_ns: u64,
    /// The middle one by length; of two the lower.
    pub median_ns: u64,
    /// Longest.
    pub max_ns: u64,
    /// Mean length.
    pub mean_ns: f64,
    /// Standard deviation (of the population): the jitter.
    pub std_ns: f64,
    /// How many there are of which length.
    pub histogram: Histogram,
}

/// How many intervals there are of which length, from the 1st to the 99th percentile.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Histogram {
    /// Where the first bar begins, in nanoseconds.
    pub start_ns: u64,
    /// Width of each bar; 0 when there are none.
    pub width_ns: u64,
    /// The bars.
    pub counts: Vec<usize>,
    /// Shorter intervals.
    pub below: usize,
    /// Longer intervals.
    pub above: usize,
}

impl Intervals {
    /// Of all segments of a series; `None` when no segment has two samples.
    pub fn of(data: &Prepared) -> Option<Self> {
        let all = || within_segments(data);
        let mut intervals = Self {
            min_ns: u64::MAX,
            ..Self::default()
        };
        let mut sum = 0.0;
        for interval in all() {
            intervals.count += 1;
            intervals.zeros += usize::from(interval == 0);
            intervals.min_ns = intervals.min_ns.min(interval);
            intervals.max_ns = intervals.max_ns.max(interval);
            sum += interval as f64;
        }
        let last = intervals.count.checked_sub(1)?;
        intervals.mean_ns = sum / intervals.count as f64;
        let squares: f64 = all()
            .map(|interval| (interval as f64 - intervals.mean_ns).powi(2))
            .sum();
        intervals.std_ns = (squares / intervals.count as f64).sqrt();
        let at = |rank: usize| nth(&all, rank, intervals.max_ns);
        intervals.median_ns = at(last / 2);
        let (low, high) = (at(last / 100), at(last - last / 100));
        intervals.histogram = Histogram::between(all(), low, high);
        Some(intervals)
    }
}

impl Histogram {
    fn between(intervals: impl Iterator<Item = u64>, low: u64, high: u64) -> Self {
        let bars = (high - low).saturating_add(1).min(BARS as u64);
        let width_ns = (high - low) / bars + 1;
        let mut histogram = Self {
            start_ns: low,
            width_ns,
            counts: vec![0; bars as usize],
            below: 0,
            above: 0,
        };
        for interval in intervals {
            match interval.checked_sub(low) {
                None => histogram.below += 1,
                Some(_) if interval > high => histogram.above += 1,
                Some(over) => histogram.counts[(over / width_ns) as usize] += 1,
            }
        }
        histogram
    }
}

fn within_segments(data: &Prepared) -> impl Iterator<Item = u64> + '_ {
    data.gaps().segments().flat_map(|segment| {
        let times = &data.times()[segment.samples];
        times.windows(2).map(|pair| pair[1].abs_diff(pair[0]))
    })
}

/// The interval of this rank by length, from 0.
fn nth<I: Iterator<Item = u64>>(all: &impl Fn() -> I, rank: usize, max: u64) -> u64 {
    let mut counts = vec![0_usize; 1 << DIGIT_BITS];
    let digits = (u64::BITS - max.leading_zeros()).div_ceil(DIGIT_BITS);
    let (mut prefix, mut rank) = (0, rank);
    for digit in (0..digits).rev() {
        let shift = digit * DIGIT_BITS;
        counts.fill(0);
        // The digits above are decided.
        let is_candidate = |interval: u64| {
            (interval ^ prefix)
                .checked_shr(shift + DIGIT_BITS)
                .unwrap_or(0)
                == 0
        };
        for interval in all().filter(|interval| is_candidate(*interval)) {
            counts[(interval >> shift) as usize & ((1 << DIGIT_BITS) - 1)] += 1;
        }
        let mut found = 0;
        for (value, count) in counts.iter().enumerate() {
            if rank < *count {
                found = value as u64;
                break;
            }
            rank -= count;
        }
        prefix |= found << shift;
    }
    prefix
}

/// How much of a stretch of time a series covers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Coverage {
    /// Nanoseconds with data. A sample holds until the next one, at the end of a segment for the
    /// median interval.
    pub covered_ns: u64,
    /// Nanoseconds of the stretch.
    pub of_ns: u64,
}

impl Coverage {
    /// Of a half-open range, in nanoseconds since the epoch.
    pub fn of(data: &Prepared, median_ns: u64, range: (i64, i64)) -> Self {
        let times = data.times();
        let mut covered_ns = 0_u64;
        for segment in data.gaps().segments() {
            let (Some(first), Some(last)) = (
                times.get(segment.samples.start),
                times.get(segment.samples.end - 1),
            ) else {
                continue;
            };
            let next = times.get(segment.samples.end).copied().unwrap_or(i64::MAX);
            let held = i64::try_from(median_ns).unwrap_or(i64::MAX);
            let start = (*first).max(range.0);
            let end = last.saturating_add(held).min(next).min(range.1);
            if start < end {
                covered_ns += end.abs_diff(start);
            }
        }
        Self {
            covered_ns,
            of_ns: range.1.max(range.0).abs_diff(range.0),
        }
    }

    /// From 0 to 1; 0 of nothing.
    pub fn share(self) -> f64 {
        if self.of_ns == 0 {
            0.0
        } else {
            self.covered_ns as f64 / self.of_ns as f64
        }
    }
}

/// The gaps of a series, in order: at most `max`, with the count and the length of all.
pub fn gap_list(data: &Prepared, max: usize) -> (Vec<Gap>, usize, u64) {
    let mut total_ns = 0_u64;
    let mut listed = Vec::with_capacity(data.gaps().len().min(max));
    for gap in data.gaps().iter(data.times()) {
        total_ns = total_ns.saturating_add(gap.duration_ns());
        if listed.len() < max {
            listed.push(gap);
        }
    }
    (listed, data.gaps().len(), total_ns)
}

/// For how long a series held each of some values, in nanoseconds, in their order. A sample holds
/// until the next one, not over a gap.
pub fn held(data: &Prepared, values: &[f64]) -> Vec<u64> {
    let mut sorted: Vec<usize> = (0..values.len()).collect();
    sorted.sort_by(|a, b| values[*a].total_cmp(&values[*b]));
    let mut held = vec![0_u64; values.len()];
    for segment in data.gaps().segments() {
        let samples = segment.samples;
        let times = &data.times()[samples.clone()];
        for (pair, value) in times.windows(2).zip(&data.values()[samples]) {
            let found = sorted.binary_search_by(|at| values[*at].total_cmp(value));
            if let Ok(found) = found {
                held[sorted[found]] += pair[1].abs_diff(pair[0]);
            }
        }
    }
    held
}

#[cfg(test)]
mod tests {
    use arrow::buffer::ScalarBuffer;
    use proptest::prelude::*;

    use super::super::{GapPolicy, Series};
    use super::*;

    const MS: i64 = 1_000_000;

    fn prepared(times: Vec<i64>, values: Vec<f64>, policy: &GapPolicy<'_>) -> Prepared {
        let series = Series::new(ScalarBuffer::from(times), ScalarBuffer::from(values));
        Prepared::new(series.unwrap(), policy)
    }

    #[test]
    fn intervals_over_gaps_do_not_count() {
        let cycle = GapPolicy {
            expected_period_ns: Some(10 * MS),
            ..GapPolicy::default()
        };
        let times = [0, 10, 20, 20, 32, 500, 509].map(|ms| ms * MS).to_vec();
        let data = prepared(times, vec![1.0, 1.0, 2.0, 2.0, 1.0, 2.0, 2.0], &cycle);
        let intervals = Intervals::of(&data).unwrap();
        assert_eq!((intervals.count, intervals.zeros), (5, 1));
        let ms = |ms: f64| (ms * 1e6) as u64;
        assert_eq!(intervals.min_ns, 0);
        assert_eq!(intervals.median_ns, ms(10.0));
        assert_eq!(intervals.max_ns, ms(12.0));
        assert_eq!(intervals.mean_ns, 8.2e6);
        let spread = [10.0, 10.0, 0.0, 12.0, 9.0].map(|it: f64| (it - 8.2).powi(2));
        let std = (spread.iter().sum::<f64>() / 5.0).sqrt() * 1e6;
        assert!((intervals.std_ns - std).abs() < 1.0);
        assert_eq!(intervals.histogram.counts.iter().sum::<usize>(), 5);

        let (gaps, count, total_ns) = gap_list(&data, 10);
        assert_eq!((gaps.len(), count, total_ns), (1, 1, ms(468.0)));
        assert_eq!(gap_list(&data, 0).0, []);
        let coverage = Coverage::of(&data, intervals.median_ns, (0, 1_000 * MS));
        assert_eq!(coverage.covered_ns, ms(32.0 + 10.0 + 9.0 + 10.0));
        assert_eq!(coverage.of_ns, ms(1_000.0));
        assert_eq!(held(&data, &[2.0, 7.0, 1.0]), [ms(12.0 + 9.0), 0, ms(20.0)]);
    }

    #[test]
    fn a_lone_sample_has_no_interval() {
        let data = prepared(vec![5], vec![1.0], &GapPolicy::default());
        assert_eq!(Intervals::of(&data), None);
        assert_eq!(Coverage::of(&data, 0, (5, 5)).share(), 0.0);
        assert_eq!(Coverage::of(&data, 3, (0, 10)).covered_ns, 3);
    }

    proptest! {
        #[test]
        fn quantiles_are_those_of_the_sorted_intervals(
            steps in prop::collection::vec(prop_oneof![0..5_i64, 1_000..200_000_i64, 1..1_i64 << 40], 2..300),
        ) {
            let mut time = 0;
            let times: Vec<i64> = steps.iter().map(|step| { time += step; time }).collect();
            let policy = GapPolicy { on_change: true, ..GapPolicy::default() };
            let n_times = times.len();
            let data = prepared(times.clone(), vec![0.0; n_times], &policy);
            let mut sorted: Vec<u64> = times.windows(2).map(|pair| pair[1].abs_diff(pair[0])).collect();
            sorted.sort_unstable();
            let intervals = Intervals::of(&data).unwrap();
            prop_assert_eq!(intervals.median_ns, sorted[(sorted.len() - 1) / 2]);
            let histogram = &intervals.histogram;
            let all = histogram.below + histogram.above + histogram.counts.iter().sum::<usize>();
            prop_assert_eq!(all, sorted.len());
            prop_assert!(histogram.below + histogram.above <= 2 * (sorted.len() / 100 + 1));
        }
    }
}
