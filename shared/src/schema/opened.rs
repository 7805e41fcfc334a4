//! What the footer of any file of the lake tells, ours or foreign.

use arrow::datatypes::{DataType, SchemaRef, TimeUnit};
use parquet::arrow::arrow_reader::ArrowReaderMetadata;
use parquet::file::metadata::{ParquetMetaData, RowGroupMetaData};
use parquet::file::reader::ChunkReader;
use parquet::file::statistics::Statistics;

use super::content_hash::ContentHash;
use super::decoded::{MESSAGE_NAME, SIGNAL_NAME, VALUE};
use super::error::SchemaError;
use super::footer::{FileKind, FileSummary, FooterWarning};
use super::limits::open_footer;
use super::raw::{ARB_ID, DATA, TIMESTAMP, VEHICLE_ID};
use crate::time::{TimeRange, Timestamp};

/// Reads the footer of a file and nothing else.
///
/// Of our own files the summary is complete. Of foreign ones it has the kind, the rows and, where
/// the file has statistics, time range and vehicle.
pub fn read_summary<R: ChunkReader>(
    reader: &R,
) -> Result<(FileSummary, Vec<FooterWarning>), SchemaError> {
    let metadata = open_footer(reader, false)?;
    summary_of(&metadata)
}

/// The kind of file that columns of these names make.
pub fn kind_of_columns(schema: &SchemaRef) -> Result<FileKind, SchemaError> {
    let has = |names: &[&str]| names.iter().all(|name| schema.index_of(name).is_ok());
    if has(&[TIMESTAMP, MESSAGE_NAME, SIGNAL_NAME, VALUE]) {
        Ok(FileKind::Decoded)
    } else if has(&[TIMESTAMP, ARB_ID, DATA]) {
        Ok(FileKind::Raw)
    } else if has(&["bucket", MESSAGE_NAME, SIGNAL_NAME, "m2"]) {
        Ok(FileKind::Rollup)
    } else {
        let names = schema
            .fields()
            .iter()
            .take(12)
            .map(|field| field.name().as_str());
        let columns: String = names
            .collect::<Vec<_>>()
            .join(", ")
            .chars()
            .take(200)
            .collect();
        Err(SchemaError::UnknownKind { columns })
    }
}

pub(super) fn summary_of(
    metadata: &ArrowReaderMetadata,
) -> Result<(FileSummary, Vec<FooterWarning>), SchemaError> {
    let kind = kind_of_columns(metadata.schema())?;
    let parquet = metadata.metadata();
    let pairs = parquet.file_metadata().key_value_metadata();
    let pairs = pairs
        .into_iter()
        .flatten()
        .filter_map(|pair| Some((pair.key.as_str(), pair.value.as_deref()?)));
    let (mut summary, warnings) = FileSummary::from_key_values(kind, pairs);
    // What the format itself counts holds, whatever the metadata claims.
    let rows = parquet
        .row_groups()
        .iter()
        .map(RowGroupMetaData::num_rows)
        .sum::<i64>();
    summary.rows = u64::try_from(rows).unwrap_or(0);
    if summary.time_range.is_none() {
        summary.time_range = time_range_of_statistics(metadata);
    }
    if summary.writer.is_none() {
        summary.writer = parquet.file_metadata().created_by().map(str::to_owned);
    }
    summary.vehicle = vehicle_of_statistics(parquet);
    Ok((summary, warnings))
}

fn time_range_of_statistics(metadata: &ArrowReaderMetadata) -> Option<TimeRange> {
    let field = metadata.schema().field_with_name(TIMESTAMP).ok()?;
    let factor = ns_per_unit(field.data_type())?;
    let parquet = metadata.metadata();
    let mut range: Option<TimeRange> = None;
    for group in parquet
        .row_groups()
        .iter()
        .filter(|group| group.num_rows() > 0)
    {
        let column = group
            .columns()
            .iter()
            .find(|it| it.column_path().string() == TIMESTAMP)?;
        let Statistics::Int64(statistics) = column.statistics()? else {
            return None;
        };
        let first = statistics.min_opt()?.checked_mul(factor)?;
        let last = statistics.max_opt()?.checked_mul(factor)?;
        let own = TimeRange::inclusive(Timestamp::from_ns(first), Timestamp::from_ns(last));
        range = Some(range.map_or(own, |range| range.union(own)));
    }
    range.filter(|range| !range.is_empty())
}

/// Nanoseconds per unit of a column that can hold our timestamps; plain integers are nanoseconds,
/// as Athena shows them.
pub(super) fn ns_per_unit(data_type: &DataType) -> Option<i64> {
    match data_type {
        DataType::Timestamp(TimeUnit::Second, _) => Some(1_000_000_000),
        DataType::Timestamp(TimeUnit::Millisecond, _) => Some(1_000_000),
        DataType::Timestamp(TimeUnit::Microsecond, _) => Some(1_000),
        DataType::Timestamp(TimeUnit::Nanosecond, _) | DataType::Int64 => Some(1),
        _ => None,
    }
}

/// The vehicle of all rows, where the statistics prove that it is one.
fn vehicle_of_statistics(parquet: &ParquetMetaData) -> Option<String> {
    let mut vehicle: Option<&[u8]> = None;
    for group in parquet
        .row_groups()
        .iter()
        .filter(|group| group.num_rows() > 0)
    {
        let column = group
            .columns()
            .iter()
            .find(|it| it.column_path().string() == VEHICLE_ID)?;
        let Statistics::ByteArray(statistics) = column.statistics()? else {
            return None;
        };
        if !(statistics.min_is_exact() && statistics.max_is_exact()) {
            return None;
        }
        let (min, max) = (statistics.min_bytes_opt()?, statistics.max_bytes_opt()?);
        if min != max || vehicle.is_some_and(|known| known != min) {
            return None;
        }
        vehicle = Some(min);
    }
    String::from_utf8(vehicle?.to_vec()).ok()
}

/// A hash of the first bytes of each column, with the number of rows: equal for copies of one
/// recording written by the same program. Reads at most 4 KiB per column.
pub fn first_pages_hash<R: ChunkReader>(reader: &R) -> Result<ContentHash, SchemaError> {
    const BYTES_PER_COLUMN: u64 = 4096;
    let metadata = open_footer(reader, false)?;
    let parquet = metadata.metadata();
    let mut bytes = parquet.file_metadata().num_rows().to_le_bytes().to_vec();
    for column in parquet
        .row_groups()
        .iter()
        .take(1)
        .flat_map(RowGroupMetaData::columns)
    {
        let (start, len) = column.byte_range();
        let len = usize::try_from(len.min(BYTES_PER_COLUMN)).unwrap_or(0);
        bytes.extend_from_slice(&reader.get_bytes(start, len)?);
    }
    Ok(ContentHash::of(&bytes))
}
