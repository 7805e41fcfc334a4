//! Parquet files of decoded signals, as the lake has them: what is exported opens here again.

use std::io::Write;

use arrow::array::{
    ArrayRef, DictionaryArray, Float64Array, Int32Array, RecordBatch, StringArray,
    TimestampNanosecondArray, UInt32Array, new_null_array,
};
use arrow::compute::cast;
use arrow::datatypes::DataType;
use canlake_shared::schema::footer::SCHEMA_VERSION;
use canlake_shared::schema::{
    FileKind, FileSummary, SignalDeclaration, SignalKey, SignalSummary, decoded_schema,
};
use canlake_shared::time::TimeRange;
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::errors::ParquetError;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::WriterProperties;
use std::sync::Arc;

use super::table::Column;

/// One signal to write.
#[derive(Debug, Clone)]
pub struct ExportSignal<'a> {
    /// Its identity.
    pub key: &'a SignalKey,
    /// What the DBC says of it.
    pub declared: SignalDeclaration,
    /// Its samples; the name plays no part.
    pub samples: Column<'a>,
}

/// Rows of a page: few, so that a reader skips what it does not need.
const PAGE_ROWS: usize = 20_000;

/// Writes signals of one vehicle, sorted by their identity.
pub fn write_parquet(
    writer: impl Write + Send,
    vehicle: &str,
    signals: &[ExportSignal<'_>],
) -> Result<(), ParquetError> {
    let mut signals: Vec<&ExportSignal<'_>> = signals.iter().collect();
    signals.sort_by(|a, b| a.key.cmp(b.key));
    let summary = summary(&signals);
    let pairs = summary.to_key_values().into_iter();
    let pairs = pairs.map(|(key, value)| KeyValue::new(key.to_owned(), value));
    let properties = WriterProperties::builder()
        .set_created_by(WRITER.to_owned())
        .set_compression(Compression::ZSTD(ZstdLevel::try_new(3)?))
        .set_data_page_row_count_limit(PAGE_ROWS)
        .set_key_value_metadata(Some(pairs.collect()))
        .build();
    let mut writer = ArrowWriter::try_new(writer, decoded_schema(), Some(properties))?;
    for signal in signals {
        // In pieces, because the columns of text take more memory than the samples.
        let mut start = 0;
        while start < signal.samples.times.len() {
            let end = (start + PAGE_ROWS).min(signal.samples.times.len());
            writer.write(&batch(vehicle, signal, start..end)?)?;
            start = end;
        }
    }
    writer.close()?;
    Ok(())
}

const WRITER: &str = concat!("canlake ", env!("CARGO_PKG_VERSION"));

fn summary(signals: &[&ExportSignal<'_>]) -> FileSummary {
    let mut summary = FileSummary::unknown(FileKind::Decoded);
    summary.schema_version = Some(SCHEMA_VERSION);
    summary.writer = Some(WRITER.to_owned());
    let summaries: Vec<SignalSummary> = signals
        .iter()
        .filter_map(|signal| {
            let Column {
                unit,
                times,
                values,
                ..
            } = signal.samples;
            let mut summary = SignalSummary::of_rows(signal.key, unit, times, values)?;
            summary.declared = signal.declared.clone();
            Some(summary)
        })
        .collect();
    summary.rows = summaries.iter().map(|it| it.rows).sum();
    let ranges = summaries.iter().map(SignalSummary::time_range);
    summary.time_range = ranges.reduce(TimeRange::union);
    summary.signals = Some(summaries);
    summary
}

fn batch(
    vehicle: &str,
    signal: &ExportSignal<'_>,
    rows: std::ops::Range<usize>,
) -> Result<RecordBatch, ParquetError> {
    let n_rows = rows.len();
    let same = |text: &str| -> Result<ArrayRef, ParquetError> {
        let keys = Int32Array::from(vec![0; n_rows]);
        let text = Arc::new(StringArray::from(vec![text]));
        let constant = DictionaryArray::try_new(keys, text)?;
        Ok(cast(&constant, &DataType::Utf8)?)
    };
    let samples = signal.samples;
    let slice = |range: std::ops::Range<usize>| {
        let times = samples.times.get(range.clone()).unwrap_or_default();
        let values = samples.values.get(range.clone()).unwrap_or_default();
        (times, values, samples.labels.get(range).unwrap_or_default())
    };
    let (times, values, labels) = slice(rows);
    let labels: ArrayRef = if labels.is_empty() {
        new_null_array(&DataType::Utf8, n_rows)
    } else {
        Arc::new(labels.iter().map(Option::as_deref).collect::<StringArray>())
    };
    let columns: Vec<ArrayRef> = vec![
        Arc::new(TimestampNanosecondArray::from(times.to_vec())),
        same(vehicle)?,
        same(&signal.key.message)?,
        same(&signal.key.signal)?,
        Arc::new(Float64Array::from(values.to_vec())),
        same(samples.unit)?,
        same(&signal.key.channel)?,
        Arc::new(UInt32Array::from(vec![signal.key.arbitration_id; n_rows])),
        labels,
    ];
    Ok(RecordBatch::try_new(decoded_schema(), columns)?)
}
