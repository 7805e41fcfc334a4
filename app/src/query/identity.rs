//! Which rows of a batch are of the same signal.
//!
//! Rows of a decoded file come either in long runs of one signal (sorted files) or in a cycle of
//! signals that repeats frame after frame (interleaved files). Guessing "as the row before" and then
//! "as the one that followed it last time" is right for nearly every row of both; a hash map
//! answers for the rest.

use std::collections::HashMap;

use arrow::array::{Array as _, ArrayRef, AsArray as _, RecordBatch, StringViewArray, UInt32Array};
use arrow::datatypes::UInt32Type;

/// The columns that say which signal of which vehicle a row is of. Columns that are not in the batch
/// tell nothing apart.
#[derive(Debug, Clone, Copy)]
pub(crate) struct IdentityColumns<'a> {
    messages: &'a StringViewArray,
    signals: &'a StringViewArray,
    vehicles: Option<&'a StringViewArray>,
    channels: Option<&'a StringViewArray>,
    arb_ids: Option<&'a UInt32Array>,
}

/// The identity of one row; text that is missing is empty, columns that are missing are `None`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Identity<'a> {
    pub(crate) message: &'a str,
    pub(crate) signal: &'a str,
    pub(crate) vehicle: Option<&'a str>,
    pub(crate) channel: Option<&'a str>,
    pub(crate) arb_id: ArbId,
}

/// The arbitration id of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum ArbId {
    /// The column was not read.
    NotRead,
    /// What the column says; null in files that do not know.
    Read(Option<u32>),
}

/// The rows of a batch by identity.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Grouping {
    /// For each row the number of its group; groups are numbered by first appearance.
    pub(crate) group_of_row: Vec<u32>,
    /// For each group its first row.
    pub(crate) first_rows: Vec<usize>,
}

impl<'a> IdentityColumns<'a> {
    /// The columns of a batch that has all text as views; `None` when the names are missing.
    pub(crate) fn new(batch: &'a RecordBatch) -> Option<Self> {
        let text = |name| {
            let column: Option<&'a ArrayRef> = batch.column_by_name(name);
            column.and_then(|column| column.as_string_view_opt())
        };
        Some(Self {
            messages: text("message_name")?,
            signals: text("signal_name")?,
            vehicles: text("vehicle_id"),
            channels: text("channel"),
            arb_ids: batch
                .column_by_name("arb_id")
                .and_then(|column| column.as_primitive_opt::<UInt32Type>()),
        })
    }

    /// The identity of a row.
    pub(crate) fn of_row(&self, row: usize) -> Identity<'a> {
        Identity {
            message: text_at(self.messages, row),
            signal: text_at(self.signals, row),
            vehicle: self.vehicles.map(|texts| text_at(texts, row)),
            channel: self.channels.map(|texts| text_at(texts, row)),
            arb_id: self
                .arb_ids
                .map_or(ArbId::NotRead, |ids| ArbId::Read(value_at(ids, row))),
        }
    }

    fn are_equal(&self, a: usize, b: usize) -> bool {
        let same =
            |texts: Option<&StringViewArray>| texts.is_none_or(|texts| equal_texts(texts, a, b));
        equal_texts(self.signals, a, b)
            && equal_texts(self.messages, a, b)
            && self
                .arb_ids
                .is_none_or(|ids| value_at(ids, a) == value_at(ids, b))
            && same(self.channels)
            && same(self.vehicles)
    }

    /// Groups all rows.
    pub(crate) fn group(&self) -> Grouping {
        let rows = self.signals.len();
        let mut grouping = Grouping {
            group_of_row: Vec::with_capacity(rows),
            first_rows: Vec::new(),
        };
        let mut numbers: HashMap<Identity<'a>, u32> = HashMap::new();
        // For each group the group that followed it last.
        let mut followers: Vec<u32> = Vec::new();
        let mut current = 0_u32;
        for row in 0..rows {
            let is_of = |group: u32| {
                let first = grouping.first_rows.get(group as usize);
                first.is_some_and(|&first| self.are_equal(first, row))
            };
            let follower = followers.get(current as usize).copied().unwrap_or(0);
            let group = if is_of(current) {
                current
            } else if is_of(follower) {
                follower
            } else {
                let next = grouping.first_rows.len() as u32;
                *numbers.entry(self.of_row(row)).or_insert_with(|| {
                    grouping.first_rows.push(row);
                    next
                })
            };
            followers.resize(grouping.first_rows.len(), 0);
            if group != current {
                followers[current as usize] = group;
            }
            current = group;
            grouping.group_of_row.push(group);
        }
        grouping
    }
}

fn equal_texts(texts: &StringViewArray, a: usize, b: usize) -> bool {
    // Equal views are equal texts: short ones inline, long ones from the same dictionary entry.
    let views = texts.views();
    (views[a] == views[b] && texts.null_count() == 0) || text_at(texts, a) == text_at(texts, b)
}

fn text_at(texts: &StringViewArray, row: usize) -> &str {
    if texts.is_null(row) {
        ""
    } else {
        texts.value(row)
    }
}

fn value_at(values: &UInt32Array, row: usize) -> Option<u32> {
    values.is_valid(row).then(|| values.value(row))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use proptest::prelude::*;

    use super::*;

    fn batch(rows: &[(Option<&str>, &str, Option<u32>)]) -> RecordBatch {
        let messages: StringViewArray = rows.iter().map(|row| row.0).collect();
        let signals: StringViewArray = rows.iter().map(|row| Some(row.1)).collect();
        let ids: UInt32Array = rows.iter().map(|row| row.2).collect();
        let columns: [(&str, ArrayRef); 3] = [
            ("message_name", Arc::new(messages)),
            ("signal_name", Arc::new(signals)),
            ("arb_id", Arc::new(ids)),
        ];
        RecordBatch::try_from_iter(columns).unwrap()
    }

    proptest! {
        #[test]
        fn rows_share_a_group_exactly_when_their_identities_are_equal(
            rows in prop::collection::vec((0..4_usize, 0..3_usize, 0..3_u32), 1..60),
        ) {
            let names = ["a", "a longer name than a view", "", "a longer name than a viev"];
            let rows: Vec<_> = rows
                .iter()
                .map(|&(m, s, id)| ((m > 0).then(|| names[m]), names[s], (id > 0).then_some(id)))
                .collect();
            let batch = batch(&rows);
            let columns = IdentityColumns::new(&batch).unwrap();
            let grouping = columns.group();
            for a in 0..rows.len() {
                for b in 0..rows.len() {
                    prop_assert_eq!(
                        grouping.group_of_row[a] == grouping.group_of_row[b],
                        columns.of_row(a) == columns.of_row(b)
                    );
                }
                let first = grouping.first_rows[grouping.group_of_row[a] as usize];
                prop_assert_eq!(columns.of_row(first), columns.of_row(a));
                prop_assert!(first <= a);
            }
        }
    }
}
