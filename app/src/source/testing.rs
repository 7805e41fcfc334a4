//! Lakes for tests, in every layout that has to open, and what catalogues know of signals.

use std::collections::BTreeMap;
use std::fs::File;
use std::path::Path;
use std::sync::Arc;

use arrow::array::{
    ArrayRef, DictionaryArray, Float64Array, RecordBatch, StringArray, StringViewArray,
    TimestampMicrosecondArray, TimestampNanosecondArray, UInt32Array,
};
use arrow::datatypes::Int32Type;
use canlake_shared::schema::footer::{FileKind, FileSummary, SCHEMA_VERSION};
use canlake_shared::schema::{SignalDeclaration, SignalKey, SignalSummary};
use canlake_shared::time::{TimeRange, Timestamp};
use parquet::arrow::ArrowWriter;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::{EnabledStatistics, WriterProperties};

use super::{MemorySignal, MemorySource, SignalInfo, SourceLocation};

/// The unit of every signal.
pub(crate) const UNIT: &str = "km/h";

/// One decoded sample.
#[derive(Debug, Clone)]
pub(crate) struct Row {
    pub(crate) vehicle: &'static str,
    pub(crate) time: i64,
    pub(crate) key: SignalKey,
    pub(crate) value: f64,
    pub(crate) label: Option<&'static str>,
}

/// How a lake is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Layout {
    /// As the original writes: interleaved, no metadata, six columns where nothing more is known.
    Original,
    /// Sorted, with metadata and page index.
    Ours,
    /// Files of both kinds in turn.
    Mixed,
    /// Files without folders; microseconds with a zone where that is exact, dictionaries.
    Stray,
    /// Everything in one file without folders.
    OneFile,
}

/// A signal of which nothing is known but its identity and its unit; tests say the rest.
pub(crate) fn signal_info(key: SignalKey, unit: &str) -> SignalInfo {
    SignalInfo {
        key,
        unit: unit.into(),
        rows: 1,
        min: None,
        max: None,
        first: Timestamp::from_ns(0),
        last: Timestamp::from_ns(0),
        cycle_time_ms: None,
        on_change: false,
        integer: false,
        labels: [].into(),
        comment: "".into(),
    }
}

/// Rows per file: few, so that small tests have several files.
const FILE_ROWS: usize = 16;

pub(crate) fn memory_source(rows: &[Row]) -> MemorySource {
    let mut signals: BTreeMap<(&str, &SignalKey), Vec<&Row>> = BTreeMap::new();
    for row in rows {
        signals
            .entry((row.vehicle, &row.key))
            .or_default()
            .push(row);
    }
    let signals = signals
        .into_iter()
        .map(|((vehicle, key), rows)| MemorySignal {
            vehicle: vehicle.into(),
            key: key.clone(),
            unit: UNIT.into(),
            declared: SignalDeclaration::default(),
            times: rows.iter().map(|row| row.time).collect(),
            values: rows.iter().map(|row| row.value).collect(),
            labels: Some(
                rows.iter()
                    .map(|row| row.label)
                    .collect::<StringViewArray>(),
            ),
        });
    MemorySource::new(SourceLocation::path("memory"), signals.collect())
}

/// Writes rows as files under a folder, in the order given.
pub(crate) fn write_lake(folder: &Path, rows: &[Row], layout: Layout) {
    if layout == Layout::OneFile {
        write_file(&folder.join("all.parquet"), rows, Layout::Original, true);
        return;
    }
    let mut vehicles: BTreeMap<&str, Vec<Row>> = BTreeMap::new();
    for row in rows {
        vehicles.entry(row.vehicle).or_default().push(row.clone());
    }
    for (vehicle, rows) in vehicles {
        for (number, chunk) in rows.chunks(FILE_ROWS).enumerate() {
            let layout = match layout {
                Layout::Mixed if number % 2 == 0 => Layout::Ours,
                Layout::Mixed => Layout::Original,
                other => other,
            };
            let first = chunk.iter().map(|row| row.time).min().unwrap();
            let date = Timestamp::from_ns(first).utc_date();
            let partition = format!(
                "vehicle_id={vehicle}/year={:04}/month={:02}/day={:02}",
                date.year, date.month, date.day
            );
            let name = format!("{vehicle}-{number:03}_decoded.parquet");
            let path = match layout {
                Layout::Stray => folder.join(name),
                _ => folder.join("decoded").join(partition).join(name),
            };
            write_file(&path, chunk, layout, layout == Layout::Stray);
        }
    }
}

pub(crate) fn write_file(path: &Path, rows: &[Row], layout: Layout, with_vehicle: bool) {
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    let mut rows = rows.to_vec();
    let is_ours = layout == Layout::Ours;
    if is_ours {
        rows.sort_by(|a, b| a.key.cmp(&b.key).then(a.time.cmp(&b.time)));
    }
    let batch = batch(&rows, layout, with_vehicle || is_ours);
    let mut properties = WriterProperties::builder()
        .set_max_row_group_row_count(Some(if is_ours { 8 } else { 1_000 }))
        .set_data_page_row_count_limit(4)
        .set_write_batch_size(4);
    if is_ours {
        let pairs = summary(&rows).to_key_values().into_iter();
        let pairs = pairs.map(|(key, value)| KeyValue::new(key.to_owned(), value));
        properties = properties.set_key_value_metadata(Some(pairs.collect()));
    } else {
        properties = properties
            .set_statistics_enabled(EnabledStatistics::Chunk)
            .set_offset_index_disabled(true);
    }
    let file = File::create(path).unwrap();
    let mut writer = ArrowWriter::try_new(file, batch.schema(), Some(properties.build())).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
}

fn batch(rows: &[Row], layout: Layout, with_vehicle: bool) -> RecordBatch {
    let text = |of: &dyn Fn(&Row) -> Option<String>| -> ArrayRef {
        let texts = rows.iter().map(of);
        if layout == Layout::Stray {
            let texts: Vec<Option<String>> = texts.collect();
            let texts = texts.iter().map(|text| text.as_deref());
            Arc::new(texts.collect::<DictionaryArray<Int32Type>>())
        } else {
            Arc::new(texts.collect::<StringArray>())
        }
    };
    let times = || rows.iter().map(|row| row.time);
    let time: ArrayRef = if layout == Layout::Stray && times().all(|time| time % 1_000 == 0) {
        let times = TimestampMicrosecondArray::from_iter_values(times().map(|time| time / 1_000));
        Arc::new(times.with_timezone("+00:00"))
    } else {
        Arc::new(TimestampNanosecondArray::from_iter_values(times()))
    };
    let mut columns: Vec<(&str, ArrayRef)> = vec![("timestamp", time)];
    if with_vehicle {
        columns.push(("vehicle_id", text(&|row| Some(row.vehicle.to_owned()))));
    }
    columns.push((
        "message_name",
        text(&|row| Some(row.key.message.to_string())),
    ));
    columns.push(("signal_name", text(&|row| Some(row.key.signal.to_string()))));
    let values: Float64Array = rows.iter().map(|row| Some(row.value)).collect();
    columns.push(("value", Arc::new(values)));
    columns.push(("unit", text(&|_row| Some(UNIT.to_owned()))));
    let knows_more = |row: &Row| {
        row.label.is_some() || row.key.arbitration_id.is_some() || !row.key.channel.is_empty()
    };
    if layout == Layout::Ours || rows.iter().any(knows_more) {
        let ids: UInt32Array = rows.iter().map(|row| row.key.arbitration_id).collect();
        columns.push(("channel", text(&|row| Some(row.key.channel.to_string()))));
        columns.push(("arb_id", Arc::new(ids)));
        columns.push(("label", text(&|row| row.label.map(str::to_owned))));
    }
    RecordBatch::try_from_iter_with_nullable(columns.into_iter().map(|(name, it)| (name, it, true)))
        .unwrap()
}

fn summary(rows: &[Row]) -> FileSummary {
    let mut summary = FileSummary::unknown(FileKind::Decoded);
    summary.schema_version = Some(SCHEMA_VERSION);
    summary.rows = rows.len() as u64;
    let times = rows.iter().map(|row| Timestamp::from_ns(row.time));
    summary.time_range = times
        .map(|time| TimeRange::inclusive(time, time))
        .reduce(TimeRange::union);
    let signals = rows.chunk_by(|a, b| a.key == b.key).map(|rows| {
        let times: Vec<i64> = rows.iter().map(|row| row.time).collect();
        let values: Vec<f64> = rows.iter().map(|row| row.value).collect();
        SignalSummary::of_rows(&rows[0].key, UNIT, &times, &values).unwrap()
    });
    summary.signals = Some(signals.collect());
    summary
}
