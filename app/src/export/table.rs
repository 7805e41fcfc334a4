//! Samples of several signals as one table.
//!
//! In the layouts with one row per sample, no sample is dropped: where signals repeat a time stamp,
//! the table repeats it, the n-th sample of each signal in the n-th row of that time.
//!
//! A value is held until the signal's next sample, but not over a gap: there is no value there.

use std::ops::Range;
use std::sync::Arc;

use canlake_shared::time::TimeRange;

use super::CsvLayout;
use crate::series::Gaps;

/// One signal of a table.
#[derive(Debug, Clone)]
pub struct Column<'a> {
    /// What to call it; from files, so any text.
    pub name: &'a str,
    /// The unit, empty when there is none.
    pub unit: &'a str,
    /// Nanoseconds since 1970, UTC, ascending.
    pub times: &'a [i64],
    /// One value per time.
    pub values: &'a [f64],
    /// Texts of the values.
    pub texts: Texts<'a>,
    /// Over these no value is held.
    pub gaps: Option<&'a Gaps>,
}

/// Texts of values.
#[derive(Debug, Clone, Copy, Default)]
pub enum Texts<'a> {
    /// The signal has none.
    #[default]
    None,
    /// One per sample, or none.
    PerSample(&'a [Option<Box<str>>]),
    /// By value, ascending.
    ByValue(&'a [(f64, Arc<str>)]),
}

impl<'a> Texts<'a> {
    /// Whether the signal has any.
    pub fn is_empty(self) -> bool {
        match self {
            Self::None => true,
            Self::PerSample(texts) => texts.is_empty(),
            Self::ByValue(texts) => texts.is_empty(),
        }
    }

    /// The text of a sample.
    pub fn of(self, sample: usize, value: f64) -> Option<&'a str> {
        match self {
            Self::None => None,
            Self::PerSample(texts) => texts.get(sample)?.as_deref(),
            Self::ByValue(texts) => texts
                .iter()
                .find(|(known, _)| *known == value)
                .map(|(_, text)| &**text),
        }
    }
}

impl Column<'_> {
    /// The samples inside a range of time.
    pub fn within(&self, range: TimeRange) -> Range<usize> {
        let from = self
            .times
            .partition_point(|time| *time < range.start.as_ns());
        let to = self.times.partition_point(|time| *time < range.end.as_ns());
        from..to.max(from)
    }

    /// Whether the value of a sample still holds at a later time.
    fn holds(&self, sample: usize, time: i64) -> bool {
        let is_gap = |gaps: &Gaps| sample + 1 < self.times.len() && gaps.is_before(sample + 1);
        self.times.get(sample) == Some(&time) || !self.gaps.is_some_and(is_gap)
    }
}

/// Goes through the rows of a table.
#[derive(Debug)]
pub struct Rows<'a> {
    columns: &'a [Column<'a>],
    layout: CsvLayout,
    range: TimeRange,
    /// For each column its samples that come yet.
    left: Vec<Range<usize>>,
    /// For each column the last sample that came, or that lies before the range.
    last: Vec<Option<usize>>,
    /// For each column the sample in the current row.
    current: Vec<Option<usize>>,
    /// Rows so far.
    past: i64,
}

impl<'a> Rows<'a> {
    /// Before the first row. `range` bounds samples and steps.
    pub fn new(columns: &'a [Column<'a>], layout: CsvLayout, range: TimeRange) -> Self {
        let left: Vec<_> = columns.iter().map(|column| column.within(range)).collect();
        Self {
            columns,
            layout,
            range,
            last: left.iter().map(|left| left.start.checked_sub(1)).collect(),
            current: vec![None; columns.len()],
            left,
            past: 0,
        }
    }

    /// How many samples or steps there are to come: a measure of how far it is.
    pub fn remaining(&self) -> u64 {
        if let CsvLayout::Steps(step) = self.layout {
            let all = self.range.duration_ns() / step.max(1) + 1;
            return all.saturating_sub(self.past).max(0) as u64;
        }
        self.left.iter().map(|left| left.len() as u64).sum()
    }

    /// Goes to the next row: its time, and for each column the position of its sample if it has one.
    /// Where signals have times of their own the row has none.
    pub fn advance(&mut self) -> Option<(i64, &[Option<usize>])> {
        let time = match self.layout {
            CsvLayout::Samples => self.next_sample_time(|_| None)?,
            CsvLayout::Hold => self.next_sample_time(|last| last)?,
            CsvLayout::Steps(step) => self.step(step)?,
            CsvLayout::PerSignal => {
                if self.left.iter().all(Range::is_empty) {
                    return None;
                }
                for (left, current) in self.left.iter_mut().zip(&mut self.current) {
                    *current = left.next();
                }
                0
            }
        };
        self.past += 1;
        Some((time, &self.current))
    }

    fn next_sample_time(&mut self, otherwise: fn(Option<usize>) -> Option<usize>) -> Option<i64> {
        let upcoming = self.columns.iter().zip(&self.left);
        let time = upcoming
            .filter(|(_, left)| !left.is_empty())
            .filter_map(|(column, left)| column.times.get(left.start))
            .min()
            .copied()?;
        for (idx, column) in self.columns.iter().enumerate() {
            let (Some(left), Some(last)) = (self.left.get_mut(idx), self.last.get_mut(idx)) else {
                continue;
            };
            let is_here = column.times.get(left.clone()).and_then(<[i64]>::first) == Some(&time);
            let sample = if is_here {
                *last = left.next();
                *last
            } else {
                otherwise(*last).filter(|sample| column.holds(*sample, time))
            };
            if let Some(current) = self.current.get_mut(idx) {
                *current = sample;
            }
        }
        Some(time)
    }

    fn step(&mut self, step: i64) -> Option<i64> {
        let since = self.past.checked_mul(step.max(1))?;
        let time = self.range.start.as_ns().checked_add(since)?;
        if time >= self.range.end.as_ns() {
            return None;
        }
        for (idx, column) in self.columns.iter().enumerate() {
            let (Some(left), Some(last)) = (self.left.get_mut(idx), self.last.get_mut(idx)) else {
                continue;
            };
            let upcoming = column.times.get(left.clone()).unwrap_or_default();
            for _ in upcoming.iter().take_while(|it| **it <= time) {
                *last = left.next();
            }
            if let Some(current) = self.current.get_mut(idx) {
                *current = last.filter(|sample| column.holds(*sample, time));
            }
        }
        Some(time)
    }
}

#[cfg(test)]
mod tests {
    use canlake_shared::time::Timestamp;

    use super::*;

    fn column(times: &'static [i64]) -> Column<'static> {
        Column {
            name: "",
            unit: "",
            times,
            values: &[],
            texts: Texts::None,
            gaps: None,
        }
    }

    fn rows(
        columns: &[Column<'_>],
        layout: CsvLayout,
        range: (i64, i64),
    ) -> Vec<(i64, Vec<Option<usize>>)> {
        let range = TimeRange::new(Timestamp::from_ns(range.0), Timestamp::from_ns(range.1));
        let mut rows = Rows::new(columns, layout, range);
        let mut table = Vec::new();
        while let Some((time, samples)) = rows.advance() {
            table.push((time, samples.to_vec()));
        }
        assert_eq!(rows.advance(), None);
        table
    }

    #[test]
    fn a_repeated_time_repeats_the_row() {
        let columns = [column(&[1, 2, 2, 5]), column(&[2, 2, 2, 4])];
        let expected = [
            (1, vec![Some(0), None]),
            (2, vec![Some(1), Some(0)]),
            (2, vec![Some(2), Some(1)]),
            (2, vec![None, Some(2)]),
            (4, vec![None, Some(3)]),
            (5, vec![Some(3), None]),
        ];
        assert_eq!(rows(&columns, CsvLayout::Samples, (0, 10)), expected);
    }

    #[test]
    fn values_are_held_from_before_the_range_but_not_over_a_gap() {
        // A gap lies before the third sample, at 8.
        let gaps = Gaps::before(&[2], 4);
        let mut held = column(&[0, 3, 8, 9]);
        held.gaps = Some(&gaps);
        let columns = [held, column(&[2, 3, 5, 9])];
        let expected = [
            (2, vec![Some(0), Some(0)]),
            (3, vec![Some(1), Some(1)]),
            (5, vec![None, Some(2)]),
            (8, vec![Some(2), Some(2)]),
        ];
        assert_eq!(rows(&columns, CsvLayout::Hold, (1, 9)), expected);
        let expected = [
            (1, vec![Some(0), None]),
            (4, vec![None, Some(1)]),
            (7, vec![None, Some(2)]),
            (10, vec![Some(3), Some(3)]),
        ];
        assert_eq!(rows(&columns, CsvLayout::Steps(3), (1, 11)), expected);
    }

    #[test]
    fn each_signal_from_the_top() {
        let columns = [column(&[1, 2, 2]), column(&[7])];
        let expected = [(0, vec![Some(1), Some(0)]), (0, vec![Some(2), None])];
        assert_eq!(rows(&columns, CsvLayout::PerSignal, (2, 10)), expected);
    }
}
