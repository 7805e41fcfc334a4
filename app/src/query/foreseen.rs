//! How many bytes a scan will read: foreseen from footers, corrected by what units have taken.
//!
//! A footer tells the sizes of column chunks and which times and names are in them, not which of their
//! pages the scan will skip. So what is left is weighed by how much less, or more, than foreseen the
//! units have read that are done.

use std::collections::BTreeSet;

use canlake_shared::time::TimeRange;
use parquet::data_type::ByteArray;
use parquet::file::metadata::{ParquetMetaData, RowGroupMetaData};
use parquet::file::statistics::Statistics;

use super::SignalQuery;
use super::scan::Unit;

/// What decides which row groups are read, and how much of them.
pub(super) struct Wanted<'a> {
    /// `None` where time stamps are not all nanoseconds.
    range: Option<TimeRange>,
    messages: BTreeSet<&'a [u8]>,
    signals: BTreeSet<&'a [u8]>,
    columns: Vec<&'static str>,
}

impl<'a> Wanted<'a> {
    pub(super) fn new(
        query: &'a SignalQuery,
        exact_times: bool,
        columns: Vec<&'static str>,
    ) -> Self {
        let keys = || query.signals.iter();
        Self {
            range: exact_times.then_some(query.range),
            messages: keys().map(|key| key.message.as_bytes()).collect(),
            signals: keys().map(|key| key.signal.as_bytes()).collect(),
            columns,
        }
    }

    /// Bytes that a unit will read at most; all of it where its footer is not known.
    pub(super) fn bytes_of(&self, unit: &Unit, footer: Option<&ParquetMetaData>) -> u64 {
        let Some(footer) = footer else {
            return match unit.byte_range {
                Some((start, end)) => end.min(unit.file.bytes).saturating_sub(start),
                None => unit.file.bytes,
            };
        };
        let is_in_unit = |group: &&RowGroupMetaData| match unit.byte_range {
            Some((start, end)) => {
                let first = group.columns().first().map_or(0, |it| it.byte_range().0);
                (start..end).contains(&first)
            }
            None => true,
        };
        let groups = footer.row_groups().iter().filter(is_in_unit);
        let read = groups.filter(|group| self.may_be_in(group));
        read.map(|group| self.bytes_of_columns(group)).sum()
    }

    fn bytes_of_columns(&self, group: &RowGroupMetaData) -> u64 {
        let columns = group.columns().iter();
        let read = columns.filter(|column| {
            self.columns
                .contains(&column.column_path().string().as_str())
        });
        read.map(|column| column.byte_range().1).sum()
    }

    /// Whether a row group may have rows that are wanted.
    fn may_be_in(&self, group: &RowGroupMetaData) -> bool {
        group.columns().iter().all(|column| {
            let Some(statistics) = column.statistics() else {
                return true;
            };
            match (column.column_path().string().as_str(), statistics) {
                ("timestamp", Statistics::Int64(times)) => {
                    let ends = times.min_opt().zip(times.max_opt());
                    let ends = ends.zip(self.range);
                    ends.is_none_or(|((first, last), range)| {
                        *first < range.end.as_ns() && *last >= range.start.as_ns()
                    })
                }
                ("message_name", Statistics::ByteArray(names)) => {
                    any_between(&self.messages, names.min_opt(), names.max_opt())
                }
                ("signal_name", Statistics::ByteArray(names)) => {
                    any_between(&self.signals, names.min_opt(), names.max_opt())
                }
                _ => true,
            }
        })
    }
}

/// Whether any of the names is between two; where one of these is not known, any may be.
fn any_between(
    names: &BTreeSet<&[u8]>,
    least: Option<&ByteArray>,
    greatest: Option<&ByteArray>,
) -> bool {
    least.zip(greatest).is_none_or(|(least, greatest)| {
        let (least, greatest) = (least.data(), greatest.data());
        names.iter().any(|name| (least..=greatest).contains(name))
    })
}

/// The bytes of all units, from what was foreseen of them and what they have taken.
#[derive(Debug)]
pub(super) struct Foreseen {
    /// Of each unit.
    units: Vec<u64>,
    is_done: Vec<bool>,
    expected_of_done: u64,
    read_of_done: u64,
}

impl Foreseen {
    pub(super) fn new(units: Vec<u64>) -> Self {
        Self {
            is_done: vec![false; units.len()],
            units,
            expected_of_done: 0,
            read_of_done: 0,
        }
    }

    /// Notes that a unit is done, after it has read so many bytes.
    pub(super) fn done(&mut self, unit: usize, read: u64) {
        if let (Some(foreseen), Some(is_done @ false)) =
            (self.units.get(unit), self.is_done.get_mut(unit))
        {
            *is_done = true;
            self.expected_of_done += foreseen;
            self.read_of_done += read;
        }
    }

    /// All bytes, where units have read so many of them so far.
    pub(super) fn total(&self, read: impl Fn(usize) -> u64) -> u64 {
        let ratio = if self.expected_of_done > 0 {
            self.read_of_done as f64 / self.expected_of_done as f64
        } else {
            1.0
        };
        let left = self.units.iter().zip(&self.is_done).enumerate();
        let left = left.filter(|(_, (_, is_done))| !**is_done);
        let left = left.map(|(unit, (foreseen, _))| {
            let expected = (*foreseen as f64 * ratio).ceil() as u64;
            expected.max(read(unit))
        });
        self.read_of_done + left.sum::<u64>()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_is_weighed_by_what_is_done() {
        let mut foreseen = Foreseen::new(vec![100, 200, 300]);
        assert_eq!(foreseen.total(|_| 0), 600);
        // Half of its pages were skipped; so much is expected of the others.
        foreseen.done(0, 50);
        foreseen.done(0, 50);
        assert_eq!(foreseen.total(|_| 0), 50 + 100 + 150);
        // One has taken more already.
        assert_eq!(foreseen.total(|unit| if unit == 1 { 180 } else { 0 }), 380);
        foreseen.done(1, 180);
        foreseen.done(2, 120);
        assert_eq!(foreseen.total(|_| 0), 350);
        assert_eq!(Foreseen::new(Vec::new()).total(|_| 0), 0);
    }

    #[test]
    fn names_are_looked_for_between_the_ends() {
        let names = BTreeSet::from([b"Speed".as_slice()]);
        let text = |text: &str| ByteArray::from(text);
        let (a, m, z) = (text("Accel"), text("Motor"), text("Zero"));
        assert!(any_between(&names, Some(&a), Some(&z)));
        assert!(!any_between(&names, Some(&a), Some(&m)));
        assert!(any_between(&names, Some(&a), None));
    }
}
