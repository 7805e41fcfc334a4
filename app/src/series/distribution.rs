//! How the values of signals are distributed over a range of time, from every sample.
//!
//! # Bins
//!
//! Signals that are shown together share their bins, so that their bars can be compared. Their width
//! follows Freedman and Diaconis (2 × interquartile range ÷ ∛n, the narrowest of all signals), between
//! one and [`MAX_AUTO_BINS`] bins; where more than half of the values are alike, that width would be
//! nothing, and Sturges' rule (log₂ n + 1 bins) stands in. Quartiles are read off [`N_FINE`] fine bins,
//! so they are exact to a 4096th of the span. Whole numbers get bins of whole width around them.
//!
//! # Weights
//!
//! A sample counts one, or the seconds for which its value held inside the range: to the next sample,
//! never across a gap, and not past the last sample (as in [`Stats`](super::Stats)).
//!
//! Values that are missing or infinite are counted and otherwise left out.
//! Work proportional to the samples of the range; `go_on` is asked now and then whether to go on.

use super::Prepared;

/// The most bins that a rule makes.
pub const MAX_AUTO_BINS: usize = 200;
/// The most bins that can be asked for.
pub const MAX_BINS: usize = 2_000;
/// Bins from which the quartiles are read.
const N_FINE: usize = 4_096;
/// Half the span over which every whole number can be told.
const MOST_WHOLE: f64 = (1_u64 << 52) as f64;
/// Samples between two questions whether to go on.
const PIECE: usize = 1 << 16;

/// What a sample counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Weight {
    /// One.
    #[default]
    Samples,
    /// The seconds for which its value held.
    Time,
}

/// How bins are chosen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum BinRule {
    /// By Freedman and Diaconis, within limits.
    #[default]
    FreedmanDiaconis,
    /// So many, from the least to the greatest value.
    Count(usize),
}

/// What values are sorted into.
#[derive(Clone, Debug, PartialEq)]
pub enum Bins {
    /// `count` bins of one width, from `start` on.
    Even {
        /// The lower end of the first.
        start: f64,
        /// Of each.
        width: f64,
        /// How many.
        count: usize,
    },
    /// Exactly these values, ascending; whatever is none of them counts as other.
    Values(Vec<f64>),
}

impl Bins {
    /// How many there are.
    pub fn len(&self) -> usize {
        match self {
            Self::Even { count, .. } => *count,
            Self::Values(values) => values.len(),
        }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The lower and upper end of a bin; both are the value where bins are values.
    pub fn range(&self, idx: usize) -> [f64; 2] {
        match self {
            Self::Even { start, width, .. } => {
                [start + width * idx as f64, start + width * (idx + 1) as f64]
            }
            Self::Values(values) => [values.get(idx).copied().unwrap_or(f64::NAN); 2],
        }
    }

    /// The bin of a finite value.
    pub fn of(&self, value: f64) -> Option<usize> {
        match self {
            Self::Even {
                start,
                width,
                count,
            } => {
                let offset = value - start;
                let position = if offset.is_finite() {
                    offset / width
                } else {
                    value / width - start / width
                };
                // The greatest value belongs to the last bin, and rounding may pass either end.
                Some((position.max(0.0) as usize).min(count.checked_sub(1)?))
            }
            Self::Values(values) => values
                .binary_search_by(|known| known.total_cmp(&(value + 0.0)))
                .ok(),
        }
    }
}

/// The weights of one signal's bins.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Distribution {
    /// Of each bin: samples, or seconds.
    pub weights: Vec<f64>,
    /// Of finite values that are in no bin.
    pub other: f64,
    /// Of all finite values.
    pub total: f64,
    /// Samples that are missing (NaN) or infinite.
    pub left_out: usize,
}

impl Distribution {
    /// Sorts the samples with `range.0 <= time < range.1` into bins; `None` when told to stop.
    pub fn compute(
        data: &Prepared,
        range: (i64, i64),
        bins: &Bins,
        weight: Weight,
        go_on: &dyn Fn() -> bool,
    ) -> Option<Self> {
        let mut histogram = Self {
            weights: vec![0.0; bins.len()],
            ..Self::default()
        };
        for (idx, (value, weight)) in weighted(data, range, weight).enumerate() {
            if idx % PIECE == PIECE - 1 && !go_on() {
                return None;
            }
            if !value.is_finite() {
                histogram.left_out += 1;
                continue;
            }
            histogram.total += weight;
            match bins.of(value) {
                Some(bin) => histogram.weights[bin] += weight,
                None => histogram.other += weight,
            }
        }
        Some(histogram)
    }
}

/// Even bins for all finite values that the signals have in a range; `None` when there are none, or
/// when told to stop. Of whole numbers, as `are_whole` tells, every bin has a whole width.
pub fn even_bins(
    signals: &[&Prepared],
    range: (i64, i64),
    rule: BinRule,
    are_whole: bool,
    go_on: &dyn Fn() -> bool,
) -> Option<Bins> {
    let extremes = signals.iter().filter_map(|data| {
        let (from, to) = held(data, range);
        data.pyramid().extremes(data.values(), from, to)
    });
    let (low, high) = extremes
        .map(|extremes| (extremes.min, extremes.max))
        .reduce(|a, b| (a.0.min(b.0), a.1.max(b.1)))?;
    // Halves, because the span of huge values may be more than a number can hold.
    let half_span = high / 2.0 - low / 2.0;
    if half_span <= 0.0 {
        let width = if are_whole {
            1.0
        } else {
            (low.abs() * 0.01).max(f64::MIN_POSITIVE * 4.0)
        };
        let width = if low == 0.0 { 1.0 } else { width };
        return Some(Bins::Even {
            start: low - width / 2.0,
            width,
            count: 1,
        });
    }
    let count = match rule {
        BinRule::Count(count) => count.clamp(1, MAX_BINS) as f64,
        BinRule::FreedmanDiaconis => {
            let mut most = 1.0_f64;
            for data in signals {
                most = most.max(freedman_diaconis(data, range, [low, high], go_on)?);
            }
            most.ceil().clamp(1.0, MAX_AUTO_BINS as f64)
        }
    };
    let width = half_span / count * 2.0;
    // Beyond that, numbers next to each other are more than one apart.
    if are_whole && half_span < MOST_WHOLE {
        let width = match rule {
            // Every value its own bin, as long as there are not too many.
            BinRule::FreedmanDiaconis if high - low < MAX_AUTO_BINS as f64 => 1.0,
            _ => width.ceil().max(1.0),
        };
        let count = ((high - low) / width).floor() as usize + 1;
        return Some(Bins::Even {
            start: low - 0.5,
            width,
            count,
        });
    }
    Some(Bins::Even {
        start: low,
        width: width.min(f64::MAX),
        count: count as usize,
    })
}

/// How many bins the rule wants for one signal over a span.
fn freedman_diaconis(
    data: &Prepared,
    range: (i64, i64),
    [low, high]: [f64; 2],
    go_on: &dyn Fn() -> bool,
) -> Option<f64> {
    let fine = Bins::Even {
        start: low,
        width: (high / 2.0 - low / 2.0) / (N_FINE as f64 / 2.0),
        count: N_FINE,
    };
    let counts = Distribution::compute(data, range, &fine, Weight::Samples, go_on)?;
    let n = counts.total;
    if n < 2.0 {
        return Some(1.0);
    }
    let quartile = |share: f64| {
        let mut below = 0.0;
        let reached = counts.weights.iter().position(|count| {
            below += count;
            below >= share * n
        });
        reached.unwrap_or(N_FINE - 1) as f64
    };
    let spread = (quartile(0.75) - quartile(0.25)) / N_FINE as f64;
    let sturges = n.log2() + 1.0;
    let bins = if spread > 0.0 {
        n.cbrt() / (2.0 * spread)
    } else {
        sturges
    };
    Some(bins)
}

/// The samples whose values count in a range: those in it, and the one before if its value still holds.
fn held(data: &Prepared, range: (i64, i64)) -> (usize, usize) {
    let (from, to) = (data.lower_bound(range.0), data.lower_bound(range.1));
    let holds = from > 0 && from < data.values().len() && !data.gaps().is_before(from);
    (from - usize::from(holds), to.max(from))
}

/// Values with what they count.
fn weighted(
    data: &Prepared,
    range: (i64, i64),
    weight: Weight,
) -> impl Iterator<Item = (f64, f64)> + '_ {
    let (times, values) = (data.times(), data.values());
    let first = data.lower_bound(range.0);
    let (from, to) = match weight {
        Weight::Samples => (first, data.lower_bound(range.1).max(first)),
        Weight::Time => held(data, range),
    };
    let mut cuts = data.gaps().starts(from + 1, to + 1).peekable();
    (from..to).map(move |index| {
        let weight = match weight {
            Weight::Samples => 1.0,
            Weight::Time => {
                let is_cut = cuts.next_if_eq(&(index + 1)).is_some();
                match times.get(index + 1) {
                    Some(next) if !is_cut => {
                        let (start, end) = (times[index].max(range.0), (*next).min(range.1));
                        end.saturating_sub(start).max(0) as f64 / 1e9
                    }
                    _ => 0.0,
                }
            }
        };
        (values[index], weight)
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::{GapPolicy, Series, Stats};
    use super::*;

    fn prepared(times: Vec<i64>, values: Vec<f64>) -> Prepared {
        let policy = GapPolicy {
            expected_period_ns: Some(10),
            ..GapPolicy::default()
        };
        Prepared::new(Series::new(times.into(), values.into()).unwrap(), &policy)
    }

    fn on() -> bool {
        true
    }

    const ALL: (i64, i64) = (i64::MIN, i64::MAX);

    fn auto(values: &[f64], are_whole: bool) -> Option<Bins> {
        let times = (0..values.len() as i64).collect();
        let data = prepared(times, values.to_vec());
        even_bins(&[&data], ALL, BinRule::FreedmanDiaconis, are_whole, &on)
    }

    #[test]
    fn freedman_and_diaconis_choose_the_width() {
        // Evenly spread: the interquartile range is half the span, n is 1000.
        let values: Vec<f64> = (0..1_000).map(|idx| f64::from(idx) / 999.0).collect();
        assert_eq!(auto(&values, false).unwrap().len(), 10);
        // Most values are alike: Sturges.
        let mut values = vec![0.0; 1_000];
        values.extend([1.0; 24]);
        assert_eq!(auto(&values, false).unwrap().len(), 11);
        // One far outlier does not make a million bins.
        let mut values: Vec<f64> = (0..1_000).map(f64::from).collect();
        values.push(1e12);
        assert!(auto(&values, false).unwrap().len() <= MAX_AUTO_BINS);
    }

    #[test]
    fn whole_numbers_stand_in_the_middle_of_whole_bins() {
        let bins = auto(&[3.0, 4.0, 4.0, 9.0], true).unwrap();
        assert_eq!(
            bins,
            Bins::Even {
                start: 2.5,
                width: 1.0,
                count: 7
            }
        );
        assert_eq!(bins.of(3.0), Some(0));
        assert_eq!(bins.of(9.0), Some(6));
    }

    #[test]
    fn strange_values_have_bins_too() {
        assert_eq!(auto(&[f64::NAN, f64::INFINITY], false), None);
        assert_eq!(auto(&[], false), None);
        for value in [0.0, 5.0, -1e300, f64::MIN_POSITIVE] {
            let bins = auto(&[value, value], false).unwrap();
            assert_eq!(bins.of(value), Some(0), "{value}");
            let [start, end] = bins.range(0);
            assert!(start <= value && value <= end && start < end, "{bins:?}");
        }
        for are_whole in [false, true] {
            let bins = auto(&[-f64::MAX, 0.0, f64::MAX], are_whole).unwrap();
            assert_eq!(bins.of(-f64::MAX), Some(0));
            assert_eq!(bins.of(f64::MAX), Some(bins.len() - 1));
        }
    }

    #[test]
    fn time_weighs_what_held_and_not_what_a_gap_hides() {
        // A gap from 30 to 1000.
        let data = prepared(
            vec![0, 10, 20, 30, 1_000, 1_010],
            vec![1.0, 2.0, 2.0, 1.0, 2.0, 1.0],
        );
        let bins = Bins::Values(vec![1.0, 2.0]);
        let time = Distribution::compute(&data, (5, 1_005), &bins, Weight::Time, &on).unwrap();
        assert_eq!(time.weights, [5e-9, 25e-9]);
        let samples =
            Distribution::compute(&data, (5, 1_005), &bins, Weight::Samples, &on).unwrap();
        assert_eq!(samples.weights, [1.0, 3.0]);
        assert_eq!(samples.total, 4.0);
    }

    #[test]
    fn values_without_a_name_are_other() {
        let data = prepared(vec![0, 1, 2, 3], vec![0.0, -0.0, 7.0, f64::NAN]);
        let bins = Bins::Values(vec![0.0, 1.0]);
        let counts = Distribution::compute(&data, ALL, &bins, Weight::Samples, &on).unwrap();
        assert_eq!(counts.weights, [2.0, 0.0]);
        assert_eq!((counts.other, counts.left_out), (1.0, 1));
    }

    #[test]
    fn it_stops_when_told_to() {
        let data = prepared((0..100_000).collect(), vec![1.0; 100_000]);
        let bins = Bins::Values(vec![1.0]);
        let stopped = Distribution::compute(&data, ALL, &bins, Weight::Samples, &|| false);
        assert_eq!(stopped, None);
    }

    proptest! {
        #[test]
        fn every_finite_sample_is_in_one_bin(
            rows in prop::collection::vec(
                (0_i64..80, prop_oneof![5 => -1e3..1e3_f64, 1 => Just(f64::NAN)]), 1..200),
            start in -10_i64..2_000,
            width in 1_i64..3_000,
            count in prop_oneof![Just(None), (1_usize..300).prop_map(Some)],
        ) {
            let times: Vec<i64> = rows
                .iter()
                .scan(0, |time, row| { *time += row.0; Some(*time) })
                .collect();
            let data = prepared(times, rows.iter().map(|row| row.1).collect());
            let range = (start, start + width);
            let rule = count.map_or(BinRule::FreedmanDiaconis, BinRule::Count);
            let Some(bins) = even_bins(&[&data], range, rule, false, &on) else {
                return Ok(());
            };
            let stats = Stats::compute(&data, range);
            let samples = Distribution::compute(&data, range, &bins, Weight::Samples, &on).unwrap();
            prop_assert_eq!(samples.total as usize, stats.count - stats.nan_count);
            prop_assert_eq!(samples.weights.iter().sum::<f64>(), samples.total);
            prop_assert_eq!(samples.other, 0.0);
            let time = Distribution::compute(&data, range, &bins, Weight::Time, &on).unwrap();
            prop_assert!((time.total * 1e9 - stats.held_ns as f64).abs() < 1e-3);
        }
    }
}
