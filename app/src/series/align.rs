//! Several series side by side: one row per time stamp that any of them has, for export.
//!
//! Streams; holds one row. Knows no file format.
//!
//! - Rows are the union of the time stamps in the range, in order. A series that has k samples with
//!   the same stamp makes k rows of that stamp, so every sample of the range stands in one row.
//! - A series without a sample in a row holds the value of its last one at or before it, also of one
//!   before the range. It holds nothing before its first sample, after its last, and in its gaps.

use super::Prepared;

/// What one series has in a row.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Cell {
    /// A sample of its own; NaN when the value is missing.
    Sampled(f64),
    /// The value of the last sample before; NaN when that one is missing.
    Held(f64),
    /// Nothing: before the first sample, after the last one, or in a gap.
    Absent,
}

impl Cell {
    /// The value, if there is one.
    pub fn value(self) -> Option<f64> {
        match self {
            Self::Sampled(value) | Self::Held(value) => Some(value),
            Self::Absent => None,
        }
    }
}

/// One time stamp with what every series has there.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Row<'a> {
    /// Nanoseconds since the epoch.
    pub time: i64,
    /// In the order of the series.
    pub cells: &'a [Cell],
}

/// The rows of several series over a range of time.
#[derive(Debug)]
pub struct Align<'a> {
    series: Vec<Cursor<'a>>,
    cells: Vec<Cell>,
}

#[derive(Debug)]
struct Cursor<'a> {
    data: &'a Prepared,
    /// Next sample to be taken.
    next: usize,
    /// One past the last sample of the range.
    end: usize,
    /// The first sample after `next - 1` that follows a gap, or the number of samples.
    gap: usize,
}

impl<'a> Align<'a> {
    /// Rows with `range.0 <= time < range.1`.
    pub fn new(series: impl IntoIterator<Item = &'a Prepared>, range: (i64, i64)) -> Self {
        let series: Vec<Cursor<'a>> = series
            .into_iter()
            .map(|data| {
                let next = data.lower_bound(range.0);
                let mut cursor = Cursor {
                    data,
                    next,
                    end: data.lower_bound(range.1).max(next),
                    gap: 0,
                };
                cursor.find_gap();
                cursor
            })
            .collect();
        let cells = vec![Cell::Absent; series.len()];
        Self { series, cells }
    }

    /// The next row; `None` at the end of the range.
    pub fn next_row(&mut self) -> Option<Row<'_>> {
        let time = self.series.iter().filter_map(Cursor::peek).min()?;
        for (cursor, cell) in self.series.iter_mut().zip(&mut self.cells) {
            *cell = cursor.advance(time);
        }
        Some(Row {
            time,
            cells: &self.cells,
        })
    }
}

impl Cursor<'_> {
    fn peek(&self) -> Option<i64> {
        (self.next < self.end).then(|| self.data.times()[self.next])
    }

    fn advance(&mut self, time: i64) -> Cell {
        if self.peek() == Some(time) {
            let value = self.data.values()[self.next];
            self.next += 1;
            if self.gap < self.next {
                self.find_gap();
            }
            return Cell::Sampled(value);
        }
        // At its own last stamp a sample still stands, whatever comes after it.
        let Some(before) = self.next.checked_sub(1) else {
            return Cell::Absent;
        };
        if self.next < self.gap || self.data.times()[before] == time {
            Cell::Held(self.data.values()[before])
        } else {
            Cell::Absent
        }
    }

    fn find_gap(&mut self) {
        let samples = self.data.series().len();
        self.gap = self
            .data
            .gaps()
            .starts(self.next.max(1), samples)
            .next()
            .unwrap_or(samples);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::{GapPolicy, Series};
    use super::*;
    use Cell::{Absent, Held, Sampled};

    fn prepared(rows: &[(i64, f64)], cycle: i64) -> Prepared {
        let (times, values): (Vec<i64>, Vec<f64>) = rows.iter().copied().unzip();
        let policy = GapPolicy {
            expected_period_ns: Some(cycle),
            ..GapPolicy::default()
        };
        Prepared::new(Series::new(times.into(), values.into()).unwrap(), &policy)
    }

    fn rows(series: &[&Prepared], range: (i64, i64)) -> Vec<(i64, Vec<Cell>)> {
        let mut align = Align::new(series.iter().copied(), range);
        let mut rows = Vec::new();
        while let Some(row) = align.next_row() {
            rows.push((row.time, row.cells.to_vec()));
        }
        rows
    }

    #[test]
    fn holds_the_sample_before_but_not_in_a_gap() {
        let a = prepared(
            &[(0, 1.0), (10, 2.0), (20, 3.0), (100, 4.0), (110, 5.0)],
            10,
        );
        let b = prepared(
            &[
                (5, 7.0),
                (5, 8.0),
                (20, 9.0),
                (50, 10.0),
                (90, 11.0),
                (120, 12.0),
            ],
            40,
        );
        assert_eq!(
            rows(&[&a, &b], (1, 200)),
            [
                (5, vec![Held(1.0), Sampled(7.0)]),
                (5, vec![Held(1.0), Sampled(8.0)]),
                (10, vec![Sampled(2.0), Held(8.0)]),
                (20, vec![Sampled(3.0), Sampled(9.0)]),
                (50, vec![Absent, Sampled(10.0)]),
                (90, vec![Absent, Sampled(11.0)]),
                (100, vec![Sampled(4.0), Held(11.0)]),
                (110, vec![Sampled(5.0), Held(11.0)]),
                (120, vec![Absent, Sampled(12.0)]),
            ]
        );
        assert_eq!(rows(&[&a, &b], (30, 40)), []);
        assert_eq!(rows(&[], (0, 40)), []);
    }

    proptest! {
        #[test]
        fn every_sample_stands_in_one_row_and_the_rest_is_held(
            columns in prop::collection::vec(
                prop::collection::vec((0_i64..20, -9.0..9.0_f64), 0..60), 0..4),
            start in -10_i64..300,
            width in 0_i64..600,
        ) {
            let series: Vec<Prepared> = columns
                .iter()
                .map(|steps| {
                    let rows: Vec<(i64, f64)> = steps
                        .iter()
                        .scan(0, |time, step| { *time += step.0; Some((*time, step.1)) })
                        .collect();
                    prepared(&rows, 3)
                })
                .collect();
            let range = (start, start + width);
            let found = rows(&series.iter().collect::<Vec<_>>(), range);
            prop_assert!(found.is_sorted_by_key(|row| row.0));
            for (column, data) in series.iter().enumerate() {
                let sampled: Vec<(i64, f64)> = found
                    .iter()
                    .filter_map(|(time, cells)| match cells[column] {
                        Sampled(value) => Some((*time, value)),
                        _ => None,
                    })
                    .collect();
                let expected: Vec<(i64, f64)> = data
                    .times()
                    .iter()
                    .copied()
                    .zip(data.values().iter().copied())
                    .filter(|row| range.0 <= row.0 && row.0 < range.1)
                    .collect();
                prop_assert_eq!(sampled, expected);
                for (time, cells) in &found {
                    let at = data.sample_at(*time);
                    match cells[column] {
                        Sampled(_) => {}
                        Held(value) => {
                            prop_assert_eq!(at.map(|s| (s.value, s.in_gap)), Some((value, false)));
                        }
                        Absent => prop_assert!(
                            at.is_none_or(|s| s.in_gap || s.index + 1 == data.series().len())),
                    }
                }
            }
        }
    }
}
