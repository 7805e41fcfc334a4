//! One signal's samples as two columns, collected from batches and sorted by time.
//!
//! Knows nothing of names, units or labels: whoever asked for the signal keeps those.
//!
//! Invariants of [`Series`]: both columns have the same length, at most [`MAX_SAMPLES`]; times never
//! decrease; samples with equal times keep the order in which they arrived.

use std::error::Error;
use std::fmt;

use arrow::buffer::ScalarBuffer;

/// The most samples one series may hold, so that a sample's index fits 31 bits (34 GB of columns).
pub const MAX_SAMPLES: usize = (1 << 31) - 1;

/// Why samples were not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SeriesError {
    /// A batch has more times than values or the reverse; nothing of it was taken.
    LengthMismatch {
        /// Time stamps in the batch.
        times: usize,
        /// Values in the batch.
        values: usize,
    },
    /// The batch would push the series past [`MAX_SAMPLES`]; nothing of it was taken.
    /// Ask for a shorter time range.
    TooLong {
        /// Samples that the series would have had.
        samples: usize,
    },
}

impl fmt::Display for SeriesError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::LengthMismatch { times, values } => {
                write!(
                    f,
                    "a batch has {times} time stamps but {values} values; it was left out"
                )
            }
            Self::TooLong { samples } => write!(
                f,
                "{samples} samples of one signal are more than {MAX_SAMPLES}; choose a shorter time range"
            ),
        }
    }
}

impl Error for SeriesError {}

/// Collects the batches of a query, in any order, into a [`Series`].
///
/// Memory: the columns themselves; while out-of-order input is being sorted, twice that.
#[derive(Clone, Debug, Default)]
pub struct SeriesBuilder {
    times: Vec<i64>,
    values: Vec<f64>,
    latest: Option<i64>,
    out_of_order: usize,
    duplicates: usize,
}

impl SeriesBuilder {
    /// An empty builder.
    pub fn new() -> Self {
        Self::default()
    }

    /// An empty builder with room for `samples`, which is a hint and bounded by [`MAX_SAMPLES`].
    pub fn with_capacity(samples: usize) -> Self {
        let samples = samples.min(MAX_SAMPLES);
        Self {
            times: Vec::with_capacity(samples),
            values: Vec::with_capacity(samples),
            ..Self::default()
        }
    }

    /// Samples taken so far.
    pub fn len(&self) -> usize {
        self.times.len()
    }

    /// Whether nothing was taken so far.
    pub fn is_empty(&self) -> bool {
        self.times.is_empty()
    }

    /// Takes one batch: times in nanoseconds since the epoch, values with NaN where one is missing.
    pub fn append(&mut self, times: &[i64], values: &[f64]) -> Result<(), SeriesError> {
        check(times.len(), values.len(), self.len())?;
        for &time in times {
            match self.latest {
                Some(latest) if time < latest => self.out_of_order += 1,
                Some(latest) if time == latest => self.duplicates += 1,
                _ => self.latest = Some(time),
            }
        }
        self.times.extend_from_slice(times);
        self.values.extend_from_slice(values);
        Ok(())
    }

    /// What has arrived so far as a series of its own, for a first picture while the query runs.
    /// Costs a copy of the columns.
    pub fn snapshot(&self) -> Series {
        self.clone().finish()
    }

    /// Sorts what is not sorted and gives the series.
    pub fn finish(mut self) -> Series {
        if self.out_of_order > 0 {
            sort_by_time(&mut self.times, &mut self.values);
            self.duplicates = count_duplicates(&self.times);
        }
        self.times.shrink_to_fit();
        self.values.shrink_to_fit();
        Series {
            times: self.times.into(),
            values: self.values.into(),
            duplicates: self.duplicates,
            out_of_order: self.out_of_order,
        }
    }
}

/// One signal's samples, sorted by time. Cloning shares the columns.
#[derive(Clone, Debug)]
pub struct Series {
    times: ScalarBuffer<i64>,
    values: ScalarBuffer<f64>,
    duplicates: usize,
    out_of_order: usize,
}

impl Series {
    /// From whole columns; no copy when the times are sorted already.
    pub fn new(times: ScalarBuffer<i64>, values: ScalarBuffer<f64>) -> Result<Self, SeriesError> {
        check(times.len(), values.len(), 0)?;
        if times.is_sorted() {
            let duplicates = count_duplicates(&times);
            return Ok(Self {
                times,
                values,
                duplicates,
                out_of_order: 0,
            });
        }
        let mut builder = SeriesBuilder::with_capacity(times.len());
        builder.append(&times, &values)?;
        drop((times, values));
        Ok(builder.finish())
    }

    /// A series without samples.
    pub fn empty() -> Self {
        SeriesBuilder::new().finish()
    }

    /// The same samples `ns` later; the values are shared. The caller sees to it that no time leaves
    /// what an `i64` can hold.
    pub(super) fn shifted(&self, ns: i64) -> Self {
        if ns == 0 {
            return self.clone();
        }
        let times = self.times.iter().map(|time| time.saturating_add(ns));
        Self {
            times: times.collect(),
            ..self.clone()
        }
    }

    /// Time stamps in nanoseconds since the epoch, never decreasing.
    pub fn times(&self) -> &[i64] {
        &self.times
    }

    /// Values, NaN where one is missing; as many as there are times.
    pub fn values(&self) -> &[f64] {
        &self.values
    }

    /// Number of samples.
    pub fn len(&self) -> usize {
        self.times.len()
    }

    /// Whether there is no sample.
    pub fn is_empty(&self) -> bool {
        self.times.is_empty()
    }

    /// Times of the first and the last sample, both inclusive.
    pub fn time_span(&self) -> Option<(i64, i64)> {
        Some((*self.times.first()?, *self.times.last()?))
    }

    /// Samples that have the same time stamp as the sample before them.
    pub fn duplicates(&self) -> usize {
        self.duplicates
    }

    /// Samples that arrived after one with a later time stamp. They were sorted in.
    pub fn out_of_order(&self) -> usize {
        self.out_of_order
    }

    /// Bytes of the two columns.
    pub fn memory_bytes(&self) -> usize {
        self.len() * (size_of::<i64>() + size_of::<f64>())
    }
}

fn check(times: usize, values: usize, already: usize) -> Result<(), SeriesError> {
    if times != values {
        return Err(SeriesError::LengthMismatch { times, values });
    }
    let samples = already.saturating_add(times);
    if samples > MAX_SAMPLES {
        return Err(SeriesError::TooLong { samples });
    }
    Ok(())
}

fn count_duplicates(times: &[i64]) -> usize {
    times
        .iter()
        .zip(times.iter().skip(1))
        .map(|(a, b)| usize::from(a == b))
        .sum()
}

/// Stable. The standard library's sort finds sorted stretches and merges them, so a few late batches
/// cost little more than a copy.
fn sort_by_time(times: &mut Vec<i64>, values: &mut Vec<f64>) {
    let mut rows: Vec<(i64, f64)> = times.iter().copied().zip(values.iter().copied()).collect();
    // The columns make room before the sort takes its working space.
    *times = Vec::new();
    *values = Vec::new();
    rows.sort_by_key(|&(time, _)| time);
    *times = rows.iter().map(|&(time, _)| time).collect();
    *values = rows.into_iter().map(|(_, value)| value).collect();
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn refuses_columns_of_different_length_and_keeps_the_rest() {
        let mut builder = SeriesBuilder::new();
        builder.append(&[1, 2], &[1.0, 2.0]).unwrap();
        let error = builder.append(&[3], &[]).unwrap_err();
        assert_eq!(
            error.to_string(),
            "a batch has 1 time stamps but 0 values; it was left out"
        );
        assert_eq!(builder.finish().times(), [1, 2]);
        assert!(Series::new(vec![1].into(), Vec::new().into()).is_err());
        assert_eq!(
            check(1, 1, MAX_SAMPLES),
            Err(SeriesError::TooLong {
                samples: MAX_SAMPLES + 1
            })
        );
    }

    #[test]
    fn counts_late_and_repeated_samples() {
        let mut builder = SeriesBuilder::new();
        builder.append(&[10, 10, 30], &[0.0, 1.0, 2.0]).unwrap();
        builder
            .append(&[20, 20, 30, 40], &[3.0, 4.0, 5.0, 6.0])
            .unwrap();
        assert_eq!(builder.snapshot().len(), 7);
        let series = builder.finish();
        assert_eq!(series.times(), [10, 10, 20, 20, 30, 30, 40]);
        assert_eq!(series.values(), [0.0, 1.0, 3.0, 4.0, 2.0, 5.0, 6.0]);
        assert_eq!(series.out_of_order(), 2);
        assert_eq!(series.duplicates(), 3);
        assert_eq!(series.time_span(), Some((10, 40)));
    }

    #[test]
    fn an_empty_series_is_whole() {
        let series = Series::empty();
        assert!(series.is_empty());
        assert_eq!(series.time_span(), None);
        assert_eq!(series.memory_bytes(), 0);
    }

    proptest! {
        #[test]
        fn any_cut_into_batches_gives_the_stable_sort(
            rows in prop::collection::vec((-20_i64..20, any::<f64>()), 0..200),
            batch in 1_usize..50,
        ) {
            let mut builder = SeriesBuilder::new();
            for rows in rows.chunks(batch) {
                let (times, values): (Vec<_>, Vec<_>) = rows.iter().copied().unzip();
                builder.append(&times, &values).unwrap();
            }
            let late = (1..rows.len())
                .filter(|&i| rows[..i].iter().any(|r| r.0 > rows[i].0))
                .count();
            let series = builder.finish();
            let mut sorted = rows.clone();
            sorted.sort_by_key(|r| r.0);
            prop_assert!(series.times().iter().eq(sorted.iter().map(|r| &r.0)));
            prop_assert!(series
                .values()
                .iter()
                .zip(&sorted)
                .all(|(v, r)| v.to_bits() == r.1.to_bits()));
            prop_assert_eq!(series.out_of_order(), late);
            prop_assert_eq!(
                series.duplicates(),
                sorted.windows(2).filter(|w| w[0].0 == w[1].0).count()
            );
            let (times, values): (Vec<_>, Vec<_>) = rows.iter().copied().unzip();
            let whole = Series::new(times.into(), values.into()).unwrap();
            prop_assert_eq!(whole.times(), series.times());
            prop_assert_eq!(whole.out_of_order(), late);
        }
    }
}
