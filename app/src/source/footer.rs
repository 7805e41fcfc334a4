//! What one Parquet file is and holds, from its footer; from one scan where the footer does not say.

use std::fs::File;
use std::path::Path;
use std::sync::Arc;

use arrow::datatypes::SchemaRef;
use canlake_shared::lake::{FileCoverage, ObjectKey};
use canlake_shared::schema::footer::{FileKind, FileSummary, SCHEMA};
use canlake_shared::schema::{FooterWarning, SchemaError, SignalSummary};
use canlake_shared::time::{TimeRange, Timestamp};
use parquet::arrow::arrow_reader::{ArrowReaderMetadata, ArrowReaderOptions};
use parquet::file::metadata::{PageIndexPolicy, ParquetMetaData, ParquetMetaDataReader};
use parquet::file::statistics::Statistics;

use super::foreign;
use crate::query::readable_schema;

/// What a file is.
#[derive(Debug)]
pub(super) enum FileContent {
    /// Decoded signals.
    Decoded(Box<DecodedContent>),
    /// Frames.
    Raw,
    /// Something of the lake that is no signal: roll-ups.
    Other,
}

/// A file of decoded signals.
#[derive(Debug)]
pub(super) struct DecodedContent {
    pub(super) summary: FileSummary,
    pub(super) schema: SchemaRef,
    pub(super) metadata: Arc<ParquetMetaData>,
    /// What it has of each vehicle.
    pub(super) vehicles: Vec<VehicleContent>,
    /// Metadata that could not be read.
    pub(super) warnings: Vec<FooterWarning>,
}

/// What a file has of one vehicle.
#[derive(Debug, Clone)]
pub(super) struct VehicleContent {
    pub(super) vehicle: Arc<str>,
    pub(super) rows: u64,
    pub(super) range: TimeRange,
    pub(super) coverage: FileCoverage,
    pub(super) signals: Vec<SignalSummary>,
}

/// Looks into a file. `gap_ns` is the longest hole within a session, for files that must be scanned
/// for theirs.
pub(super) fn read(path: &Path, gap_ns: i64) -> Result<FileContent, FooterError> {
    let file = File::open(path).map_err(|source| FooterError::Open { source })?;
    let metadata = ParquetMetaDataReader::new()
        .with_page_index_policy(PageIndexPolicy::Skip)
        .parse_and_finish(&file)
        .map_err(SchemaError::from)?;
    let metadata = Arc::new(metadata);
    let arrow = ArrowReaderMetadata::try_new(Arc::clone(&metadata), ArrowReaderOptions::new())
        .map_err(SchemaError::from)?;
    let has = |names: &[&str]| {
        names
            .iter()
            .all(|name| arrow.schema().column_with_name(name).is_some())
    };
    if is_rollup(&metadata) {
        return Ok(FileContent::Other);
    }
    if has(&["timestamp", "arb_id", "data"]) {
        return Ok(FileContent::Raw);
    }
    if !has(&["timestamp", "message_name", "signal_name", "value"]) {
        let names = arrow.schema().fields().iter().take(12);
        let columns: Vec<&str> = names.map(|field| field.name().as_str()).collect();
        let columns = columns.join(", ");
        return Err(SchemaError::UnknownKind { columns }.into());
    }
    let (summary, warnings) =
        FileSummary::from_key_values(FileKind::Decoded, key_values(&metadata));
    let mut content = DecodedContent {
        summary,
        schema: readable_schema(arrow.schema()),
        metadata,
        vehicles: Vec::new(),
        warnings,
    };
    content.describe(path, &file, gap_ns)?;
    Ok(FileContent::Decoded(Box::new(content)))
}

/// Why a file tells nothing.
#[derive(Debug, thiserror::Error)]
pub(super) enum FooterError {
    /// It cannot be opened.
    #[error("cannot open it")]
    Open {
        /// What the operating system says.
        #[source]
        source: std::io::Error,
    },
    /// It is no file of a lake.
    #[error(transparent)]
    Schema(#[from] SchemaError),
}

impl DecodedContent {
    fn describe(&mut self, path: &Path, file: &File, gap_ns: i64) -> Result<(), FooterError> {
        let rows = self.metadata.file_metadata().num_rows();
        let rows = u64::try_from(rows).unwrap_or(0);
        // Metadata that was copied to other rows tells nothing about them.
        let is_trusted = self.summary.schema_version.is_some() && self.summary.rows == rows;
        self.summary.rows = rows;
        if rows == 0 {
            return Ok(());
        }
        let of_path = vehicle_of_path(path);
        let of_column = || constant_text(&self.metadata, "vehicle_id");
        let vehicle = of_path.clone().or_else(of_column);
        if let (true, Some(vehicle), Some(signals), Some(range)) = (
            is_trusted,
            &vehicle,
            &self.summary.signals,
            self.summary.time_range,
        ) {
            self.vehicles.push(VehicleContent {
                vehicle: vehicle.as_str().into(),
                rows,
                range,
                coverage: FileCoverage::from(&self.summary),
                signals: signals.clone(),
            });
            return Ok(());
        }
        self.vehicles = foreign::scan(
            file,
            &self.metadata,
            &self.schema,
            of_path.as_deref(),
            gap_ns,
        )?;
        let ranges = self.vehicles.iter().map(|vehicle| vehicle.range);
        self.summary.time_range = ranges.reduce(TimeRange::union);
        Ok(())
    }
}

fn key_values(metadata: &ParquetMetaData) -> impl Iterator<Item = (&str, &str)> {
    let pairs = metadata.file_metadata().key_value_metadata();
    pairs
        .into_iter()
        .flatten()
        .filter_map(|pair| Some((pair.key.as_str(), pair.value.as_deref()?)))
}

fn is_rollup(metadata: &ParquetMetaData) -> bool {
    let rollup = FileKind::Rollup.as_str();
    key_values(metadata).any(|(key, value)| key == SCHEMA && value.starts_with(rollup))
}

/// The vehicle that the folders name.
fn vehicle_of_path(path: &Path) -> Option<String> {
    let text = path.to_string_lossy().replace('\\', "/");
    let (_, key) = ObjectKey::parse_with_prefix(&text).ok()?;
    Some(key.partition()?.vehicle.as_str().to_owned())
}

/// The text that all rows of a column share, as far as statistics tell.
fn constant_text(metadata: &ParquetMetaData, column: &str) -> Option<String> {
    let schema = metadata.file_metadata().schema_descr();
    let columns = schema.columns().iter();
    let idx = columns.enumerate().find(|(_, it)| it.name() == column)?.0;
    let mut constant: Option<&[u8]> = None;
    for row_group in metadata.row_groups() {
        let Some(Statistics::ByteArray(statistics)) = row_group.column(idx).statistics() else {
            return None;
        };
        let is_exact = statistics.min_is_exact() && statistics.max_is_exact();
        let (min, max) = (statistics.min_bytes_opt()?, statistics.max_bytes_opt()?);
        let agrees = constant.is_none_or(|known| known == min);
        if min != max || !is_exact || !agrees || statistics.null_count_opt() != Some(0) {
            return None;
        }
        constant = Some(min);
    }
    String::from_utf8(constant?.to_vec()).ok()
}

/// The smallest range that contains both instants, in nanoseconds.
pub(super) fn inclusive(first: i64, last: i64) -> TimeRange {
    TimeRange::inclusive(Timestamp::from_ns(first), Timestamp::from_ns(last))
}
