//! The summary of a decoded file by reading all its rows, for files whose footer does not say.

use std::collections::{BTreeMap, HashMap};

use arrow::array::{Array as _, ArrayRef, AsArray, DictionaryArray, Float64Array, RecordBatch};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Float64Type, Int32Type, UInt32Type};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::file::reader::ChunkReader;

use super::decoded::{
    ARB_ID, CHANNEL, MESSAGE_NAME, SIGNAL_NAME, TIMESTAMP, UNIT, VALUE, decoded_schema,
};
use super::error::SchemaError;
use super::footer::{FileKind, FileSummary};
use super::limits::open_footer;
use super::normalise::timestamps_ns;
use super::opened::summary_of;
use super::signal_key::SignalKey;
use super::signal_summary::SignalSummary;
use crate::time::TimeRange;

const BATCH_ROWS: usize = 64 * 1024;

/// Reads every row of a decoded file and summarises its signals.
///
/// Works on any order of rows and any types that convert. Rows without a timestamp are not counted
/// for any signal; null names are empty ones, null values are NaN. Of a signal's units the first
/// counts.
pub fn summarise_decoded<R: ChunkReader + 'static>(reader: R) -> Result<FileSummary, SchemaError> {
    let metadata = open_footer(&reader, false)?;
    let (mut summary, _) = summary_of(&metadata)?;
    if summary.kind != FileKind::Decoded {
        return Err(SchemaError::OtherKind {
            found: summary.kind,
            expected: FileKind::Decoded,
        });
    }
    let declared: BTreeMap<SignalKey, _> = summary
        .signals
        .take()
        .into_iter()
        .flatten()
        .map(|signal| (signal.key, signal.declared))
        .collect();
    let wanted = decoded_schema();
    let roots = metadata.schema().fields().iter().enumerate();
    let roots: Vec<usize> = roots
        .filter(|(_, field)| wanted.index_of(field.name()).is_ok())
        .map(|(idx, _)| idx)
        .collect();
    let mask = ProjectionMask::roots(metadata.parquet_schema(), roots);
    let batches = ParquetRecordBatchReaderBuilder::new_with_metadata(reader, metadata)
        .with_projection(mask)
        .with_batch_size(BATCH_ROWS)
        .build()?;
    let mut signals = BTreeMap::new();
    for batch in batches {
        scan_batch(&batch?, &mut signals)?;
    }
    summary.time_range = signals
        .values()
        .map(SignalSummary::time_range)
        .reduce(TimeRange::union);
    for (key, signal) in &mut signals {
        if let Some(declared) = declared.get(key) {
            signal.declared = declared.clone();
        }
    }
    summary.signals = Some(signals.into_values().collect());
    Ok(summary)
}

/// The rows of one signal inside one batch.
#[derive(Default)]
struct Rows {
    timestamps: Vec<i64>,
    values: Vec<f64>,
}

fn scan_batch(
    batch: &RecordBatch,
    signals: &mut BTreeMap<SignalKey, SignalSummary>,
) -> Result<(), SchemaError> {
    let missing = |column| SchemaError::Batch {
        column,
        kind: FileKind::Decoded,
    };
    let timestamps = batch
        .column_by_name(TIMESTAMP)
        .ok_or_else(|| missing(TIMESTAMP))?;
    let timestamps = timestamps_ns(timestamps)?;
    let values = batch.column_by_name(VALUE).ok_or_else(|| missing(VALUE))?;
    let values = convert(values, VALUE, &DataType::Float64)?;
    let values: &Float64Array = values.as_primitive::<Float64Type>();
    let names = [MESSAGE_NAME, SIGNAL_NAME, CHANNEL, UNIT].map(|name| text(batch, name));
    let [message, signal, channel, unit] = names;
    let (message, signal, channel, unit) = (message?, signal?, channel?, unit?);
    let arb_ids = batch.column_by_name(ARB_ID);
    let arb_ids = arb_ids
        .map(|ids| convert(ids, ARB_ID, &DataType::UInt32))
        .transpose()?;
    let arb_ids = arb_ids.as_ref().map(AsArray::as_primitive::<UInt32Type>);

    // Names are compared as positions in the batch's dictionaries, not as text.
    let key_at = |row: usize| {
        let id = arb_ids
            .filter(|ids| ids.is_valid(row))
            .map(|ids| ids.value(row));
        (message.at(row), signal.at(row), channel.at(row), id)
    };
    let mut rows: HashMap<_, (usize, Rows)> = HashMap::new();
    for row in (0..batch.num_rows()).filter(|row| timestamps.is_valid(*row)) {
        let (_, rows) = rows
            .entry(key_at(row))
            .or_insert_with(|| (row, Rows::default()));
        rows.timestamps.push(timestamps.value(row));
        let value = if values.is_valid(row) {
            values.value(row)
        } else {
            f64::NAN
        };
        rows.values.push(value);
    }
    let mut found: Vec<(usize, Rows)> = rows.into_values().collect();
    found.sort_unstable_by_key(|(first_row, _)| *first_row);
    for (row, rows) in found {
        let (_, _, _, id) = key_at(row);
        let key = SignalKey::new(channel.text(row), message.text(row), id, signal.text(row));
        let part = SignalSummary::of_rows(&key, unit.text(row), &rows.timestamps, &rows.values);
        let Some(part) = part else { continue };
        match signals.get_mut(&key) {
            Some(known) => known.merge(&part),
            None => {
                signals.insert(key, part);
            }
        }
    }
    Ok(())
}

/// A text column as positions in a dictionary; all empty when the file has none.
struct Text(Option<DictionaryArray<Int32Type>>);

impl Text {
    fn at(&self, row: usize) -> Option<i32> {
        let column = self.0.as_ref()?;
        column.is_valid(row).then(|| column.keys().value(row))
    }

    fn text(&self, row: usize) -> &str {
        let text = || {
            let idx = usize::try_from(self.at(row)?).ok()?;
            let texts = self.0.as_ref()?.values().as_string_opt::<i32>()?;
            (idx < texts.len()).then(|| texts.value(idx))
        };
        text().unwrap_or_default()
    }
}

fn text(batch: &RecordBatch, name: &'static str) -> Result<Text, SchemaError> {
    let Some(column) = batch.column_by_name(name) else {
        return Ok(Text(None));
    };
    let texts = convert(column, name, &DataType::Utf8)?;
    let target = DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8));
    let column = cast(&texts, &target)?;
    Ok(Text(column.as_dictionary_opt::<Int32Type>().cloned()))
}

fn convert(
    column: &ArrayRef,
    name: &'static str,
    target: &DataType,
) -> Result<ArrayRef, SchemaError> {
    let found = column.data_type();
    let value_type = match found {
        DataType::Dictionary(_, value) => value,
        other => other,
    };
    let converts = match target {
        DataType::Utf8 => value_type.is_string() || value_type.is_integer(),
        _ => value_type.is_numeric(),
    };
    if !converts {
        return Err(SchemaError::ColumnType {
            column: name.to_owned(),
            found: found.clone(),
            expected: target.clone(),
        });
    }
    Ok(cast(column, target)?)
}
