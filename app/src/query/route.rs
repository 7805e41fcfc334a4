//! From rows of a file to samples of signals: the exact filter of a query.
//!
//! Takes nothing on trust of the scan: a row belongs to the answer when its message, signal, channel,
//! arbitration id, vehicle and time say so.
//!
//! Where a batch holds one signal in range, as sorted files do, its columns are handed on without
//! copying.

use arrow::array::{
    Array as _, ArrayRef, AsArray as _, Float64Array, RecordBatch, StringViewArray,
    StringViewBuilder, TimestampNanosecondArray,
};
use arrow::buffer::ScalarBuffer;
use arrow::datatypes::{Float64Type, TimestampNanosecondType};
use canlake_shared::time::Timestamp;

use super::identity::{ArbId, Identity, IdentityColumns};
use super::{SignalBatch, SignalQuery};

/// Sorts the rows of batches to the signals of one query.
#[derive(Debug)]
pub(super) struct Router {
    query: SignalQuery,
}

/// What one batch held.
#[derive(Debug, Default)]
pub(super) struct Routed {
    /// Samples by signal, in the order of the query.
    pub(super) batches: Vec<SignalBatch>,
    /// Rows of wanted signals without a time stamp.
    pub(super) rows_without_time: u64,
}

impl Routed {
    /// Whether there is nothing to tell.
    pub(super) fn is_empty(&self) -> bool {
        self.batches.is_empty() && self.rows_without_time == 0
    }
}

/// The columns of samples.
struct Samples<'a> {
    times: &'a TimestampNanosecondArray,
    values: Float64Array,
    labels: Option<&'a StringViewArray>,
}

impl<'a> Samples<'a> {
    fn new(batch: &'a RecordBatch) -> Option<Self> {
        let values: &ArrayRef = batch.column_by_name("value")?;
        Some(Self {
            times: batch
                .column_by_name("timestamp")?
                .as_primitive_opt::<TimestampNanosecondType>()?,
            values: without_nulls(values.as_primitive_opt::<Float64Type>()?),
            labels: batch
                .column_by_name("label")
                .and_then(|column| column.as_string_view_opt()),
        })
    }
}

/// A missing value is no number; it keeps its row, so that the gap it makes is seen.
fn without_nulls(values: &Float64Array) -> Float64Array {
    if values.null_count() == 0 {
        return values.clone();
    }
    let numbers = values.iter().map(|value| value.unwrap_or(f64::NAN));
    Float64Array::from_iter_values(numbers)
}

impl Router {
    pub(super) fn new(query: SignalQuery) -> Self {
        Self { query }
    }

    /// The samples in a batch; `None` when it lacks a column that every scan has.
    pub(super) fn route(&self, batch: &RecordBatch, part: usize) -> Option<Routed> {
        let identities = IdentityColumns::new(batch)?;
        let samples = Samples::new(batch)?;
        let grouping = identities.group();
        let first_rows = grouping.first_rows.iter();
        let mut groups: Vec<Collected> = first_rows
            .map(|&row| Collected::new(self.positions(&identities.of_row(row))))
            .collect();
        let mut routed = Routed::default();
        if let [only] = groups.as_slice()
            && self.is_whole(&samples)
        {
            let whole = |&signal: &usize| SignalBatch {
                signal,
                part,
                times: samples.times.values().clone(),
                values: samples.values.values().clone(),
                labels: samples.labels.cloned(),
            };
            routed.batches = only.positions.iter().map(whole).collect();
            return Some(routed);
        }
        for (row, &group) in grouping.group_of_row.iter().enumerate() {
            let group = &mut groups[group as usize];
            if group.positions.is_empty() {
                continue;
            }
            if samples.times.is_null(row) {
                routed.rows_without_time += 1;
            } else if self.query.range.contains(time_at(&samples, row)) {
                group.push(&samples, row);
            }
        }
        for group in groups {
            group.into_batches(part, &mut routed.batches);
        }
        routed.batches.sort_by_key(|batch| batch.signal);
        Some(routed)
    }

    /// Whether every row has a time stamp in range.
    fn is_whole(&self, samples: &Samples<'_>) -> bool {
        let mut times = samples.times.values().iter();
        samples.times.null_count() == 0
            && times.all(|&ns| self.query.range.contains(Timestamp::from_ns(ns)))
    }

    /// The positions of a signal in the query: none, one, or several if it was asked for several
    /// times.
    fn positions(&self, row: &Identity<'_>) -> Vec<usize> {
        if row
            .vehicle
            .is_some_and(|vehicle| *vehicle != *self.query.vehicle)
        {
            return Vec::new();
        }
        let wanted = self.query.signals.iter().enumerate();
        wanted
            .filter(|(_, key)| {
                *key.signal == *row.signal
                    && *key.message == *row.message
                    && row.channel.is_none_or(|channel| *key.channel == *channel)
                    && match row.arb_id {
                        ArbId::NotRead => true,
                        ArbId::Read(arb_id) => key.arbitration_id == arb_id,
                    }
            })
            .map(|(position, _)| position)
            .collect()
    }
}

fn time_at(samples: &Samples<'_>, row: usize) -> Timestamp {
    Timestamp::from_ns(samples.times.value(row))
}

/// Samples of one signal collected from scattered rows.
#[derive(Debug)]
struct Collected {
    positions: Vec<usize>,
    times: Vec<i64>,
    values: Vec<f64>,
    labels: Option<StringViewBuilder>,
}

impl Collected {
    fn new(positions: Vec<usize>) -> Self {
        Self {
            positions,
            times: Vec::new(),
            values: Vec::new(),
            labels: None,
        }
    }

    fn push(&mut self, samples: &Samples<'_>, row: usize) {
        self.times.push(samples.times.value(row));
        self.values.push(samples.values.value(row));
        if let Some(labels) = samples.labels {
            let label = labels.is_valid(row).then(|| labels.value(row));
            self.labels
                .get_or_insert_with(StringViewBuilder::new)
                .append_option(label);
        }
    }

    fn into_batches(self, part: usize, batches: &mut Vec<SignalBatch>) {
        if self.times.is_empty() {
            return;
        }
        let times = ScalarBuffer::from(self.times);
        let values = ScalarBuffer::from(self.values);
        let labels = self.labels.map(|mut labels| labels.finish());
        batches.extend(self.positions.into_iter().map(|signal| SignalBatch {
            signal,
            part,
            times: times.clone(),
            values: values.clone(),
            labels: labels.clone(),
        }));
    }
}
