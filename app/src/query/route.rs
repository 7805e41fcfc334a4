//! From rows of a file to samples of signals: the exact filter of a query.
//!
//! Takes nothing on trust of the scan: a row belongs to the answer when its message, signal, channel,
//! arbitration id, vehicle and time say so.
//!
//! Where a batch holds one signal in range, as sorted files do, its columns are handed on without
//! copying.

use arrow::array::{
    Array as _, ArrayRef, AsArray as _, Float64Array, RecordBatch, StringViewArray,
    StringViewBuilder, TimestampNanosecondArray, UInt32Array,
};
use arrow::buffer::ScalarBuffer;
use arrow::datatypes::{Float64Type, TimestampNanosecondType, UInt32Type};
use canlake_shared::time::{TimeRange, Timestamp};

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

/// The columns of a batch, checked once.
struct Rows<'a> {
    times: &'a TimestampNanosecondArray,
    messages: &'a StringViewArray,
    signals: &'a StringViewArray,
    values: Float64Array,
    vehicles: Option<&'a StringViewArray>,
    channels: Option<&'a StringViewArray>,
    arb_ids: Option<&'a UInt32Array>,
    labels: Option<&'a StringViewArray>,
}

impl<'a> Rows<'a> {
    fn new(batch: &'a RecordBatch) -> Option<Self> {
        let text = |name| batch.column_by_name(name).and_then(|c| c.as_string_view_opt());
        let values: &ArrayRef = batch.column_by_name("value")?;
        Some(Self {
            times: batch
                .column_by_name("timestamp")?
                .as_primitive_opt::<TimestampNanosecondType>()?,
            messages: text("message_name")?,
            signals: text("signal_name")?,
            values: without_nulls(values.as_primitive_opt::<Float64Type>()?),
            vehicles: text("vehicle_id"),
            channels: text("channel"),
            arb_ids: batch
                .column_by_name("arb_id")
                .and_then(|column| column.as_primitive_opt::<UInt32Type>()),
            labels: text("label"),
        })
    }

    /// Whether two rows are of the same signal and vehicle.
    fn same_identity(&self, a: usize, b: usize) -> bool {
        let same_text =
            |texts: Option<&StringViewArray>| texts.is_none_or(|texts| equal_texts(texts, a, b));
        equal_texts(self.signals, a, b)
            && equal_texts(self.messages, a, b)
            && same_text(self.channels)
            && self
                .arb_ids
                .is_none_or(|ids| value_at(ids, a) == value_at(ids, b))
            && same_text(self.vehicles)
    }
}

/// A missing value is no number; it keeps its row, so that the gap it makes is seen.
fn without_nulls(values: &Float64Array) -> Float64Array {
    if values.null_count() == 0 {
        return values.clone();
    }
    values.iter().map(|value| value.unwrap_or(f64::NAN)).collect()
}

fn equal_texts(texts: &StringViewArray, a: usize, b: usize) -> bool {
    // Equal views are equal texts: short ones inline, long ones from the same dictionary entry.
    let views = texts.views();
    if views[a] == views[b] && texts.null_count() == 0 {
        return true;
    }
    text_at(texts, a) == text_at(texts, b)
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

impl Router {
    pub(super) fn new(query: SignalQuery) -> Self {
        Self { query }
    }

    /// The samples in a batch; `None` when it lacks a column that every scan has.
    pub(super) fn route(&self, batch: &RecordBatch, part: usize) -> Option<Routed> {
        let rows = Rows::new(batch)?;
        let mut collected: Vec<Collected> = Vec::new();
        let mut routed = Routed::default();
        let mut start = 0;
        while start < batch.num_rows() {
            let same = (start + 1..batch.num_rows()).find(|&row| !rows.same_identity(start, row));
            let end = same.unwrap_or(batch.num_rows());
            for signal in self.signals_of(&rows, start) {
                if start == 0 && end == batch.num_rows() && self.is_whole(&rows) {
                    routed.batches.push(whole(&rows, signal, part));
                } else {
                    let target = collected_of(&mut collected, signal);
                    routed.rows_without_time +=
                        target.take(&rows, start..end, self.query.range);
                }
            }
            start = end;
        }
        collected.sort_by_key(|collected| collected.signal);
        let batches = collected
            .into_iter()
            .filter(|collected| !collected.times.is_empty())
            .map(|collected| collected.into_batch(part));
        routed.batches.extend(batches);
        Some(routed)
    }

    /// Whether every row has a time stamp in range.
    fn is_whole(&self, rows: &Rows<'_>) -> bool {
        rows.times.null_count() == 0
            && rows
                .times
                .values()
                .iter()
                .all(|&ns| self.query.range.contains(Timestamp::from_ns(ns)))
    }

    /// The positions in the query of the signal in a row: none, one, or several if it was asked for
    /// several times.
    fn signals_of(&self, rows: &Rows<'_>, row: usize) -> Vec<usize> {
        let message = text_at(rows.messages, row);
        let signal = text_at(rows.signals, row);
        let channel = rows.channels.map(|channels| text_at(channels, row));
        let arb_id = rows.arb_ids.map(|ids| value_at(ids, row));
        let is_other_vehicle = rows
            .vehicles
            .is_some_and(|vehicles| text_at(vehicles, row) != &*self.query.vehicle);
        if is_other_vehicle {
            return Vec::new();
        }
        let wanted = self.query.signals.iter().enumerate();
        wanted
            .filter(|(_, key)| {
                *key.signal == *signal
                    && *key.message == *message
                    && channel.is_none_or(|channel| *key.channel == *channel)
                    && arb_id.is_none_or(|arb_id| key.arbitration_id == arb_id)
            })
            .map(|(position, _)| position)
            .collect()
    }
}

fn whole(rows: &Rows<'_>, signal: usize, part: usize) -> SignalBatch {
    SignalBatch {
        signal,
        part,
        times: rows.times.values().clone(),
        values: rows.values.values().clone(),
        labels: rows.labels.cloned(),
    }
}

/// Samples of one signal collected from several runs of rows.
#[derive(Debug)]
struct Collected {
    signal: usize,
    times: Vec<i64>,
    values: Vec<f64>,
    labels: Option<StringViewBuilder>,
}

fn collected_of(all: &mut Vec<Collected>, signal: usize) -> &mut Collected {
    let known = all.iter().position(|collected| collected.signal == signal);
    let position = known.unwrap_or_else(|| {
        all.push(Collected {
            signal,
            times: Vec::new(),
            values: Vec::new(),
            labels: None,
        });
        all.len() - 1
    });
    &mut all[position]
}

impl Collected {
    /// Takes the rows in range; gives the number of rows without a time stamp.
    fn take(&mut self, rows: &Rows<'_>, run: std::ops::Range<usize>, range: TimeRange) -> u64 {
        let mut without_time = 0;
        for row in run {
            if rows.times.is_null(row) {
                without_time += 1;
                continue;
            }
            let ns = rows.times.value(row);
            if !range.contains(Timestamp::from_ns(ns)) {
                continue;
            }
            self.times.push(ns);
            self.values.push(rows.values.value(row));
            if let Some(labels) = rows.labels {
                let label = labels.is_valid(row).then(|| labels.value(row));
                self.labels
                    .get_or_insert_with(StringViewBuilder::new)
                    .append_option(label);
            }
        }
        without_time
    }

    fn into_batch(self, part: usize) -> SignalBatch {
        SignalBatch {
            signal: self.signal,
            part,
            times: ScalarBuffer::from(self.times),
            values: ScalarBuffer::from(self.values),
            labels: self.labels.map(|mut labels| labels.finish()),
        }
    }
}
