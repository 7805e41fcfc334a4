//! What one Parquet file is and holds, from its footer; from one scan where the footer does not say.

use std::fs::File;
use std::path::Path;
use std::sync::Arc;

use arrow::datatypes::SchemaRef;
use canlake_shared::lake::{FileCoverage, ObjectKey};
use canlake_shared::schema::{
    FileKind, FileSummary, FooterWarning, SchemaError, SignalSummary, read_summary,
};
use canlake_shared::time::{TimeRange, Timestamp};
use parquet::arrow::arrow_reader::{ArrowReaderMetadata, ArrowReaderOptions};
use parquet::file::metadata::{PageIndexPolicy, ParquetMetaData, ParquetMetaDataReader};

use super::foreign;
use crate::query::readable_schema;

/// What a file is.
#[derive(Debug)]
pub(super) enum FileContent {
    /// Decoded signals.
    Decoded(Box<DecodedContent>),
    /// Frames, and whose they are where the folders or the file say so.
    Raw(Option<Arc<str>>),
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

/// Looks into a file. `gap_ns` is the longest recording gap within a session, for files that must be scanned
/// for theirs.
pub(super) fn read(path: &Path, gap_ns: i64) -> Result<FileContent, FooterError> {
    let file = File::open(path).map_err(|source| FooterError::Open { source })?;
    // First, because it refuses footers that are made to harm.
    let (summary, warnings) = read_summary(&file)?;
    match summary.kind {
        FileKind::Decoded => {}
        FileKind::Raw => {
            let vehicle = vehicle_of_path(path).or(summary.vehicle);
            return Ok(FileContent::Raw(vehicle.map(Arc::from)));
        }
        FileKind::Rollup => return Ok(FileContent::Other),
    }
    let metadata = ParquetMetaDataReader::new()
        .with_page_index_policy(PageIndexPolicy::Skip)
        .parse_and_finish(&file)
        .map_err(SchemaError::from)?;
    let metadata = Arc::new(metadata);
    let arrow = ArrowReaderMetadata::try_new(Arc::clone(&metadata), ArrowReaderOptions::new())
        .map_err(SchemaError::from)?;
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
        let rows = self.summary.rows;
        if rows == 0 {
            return Ok(());
        }
        // Metadata that was copied to other rows tells nothing about them.
        let signals = self.summary.signals.iter().flatten();
        let is_trusted = signals.map(|signal| signal.rows).sum::<u64>() == rows;
        let of_path = vehicle_of_path(path);
        let vehicle = of_path.clone().or_else(|| self.summary.vehicle.clone());
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

/// The vehicle that the folders name.
fn vehicle_of_path(path: &Path) -> Option<String> {
    let text = path.to_string_lossy().replace('\\', "/");
    let (_, key) = ObjectKey::parse_with_prefix(&text).ok()?;
    Some(key.partition()?.vehicle.as_str().to_owned())
}

/// The smallest range that contains both instants, in nanoseconds.
pub(super) fn inclusive(first: i64, last: i64) -> TimeRange {
    TimeRange::inclusive(Timestamp::from_ns(first), Timestamp::from_ns(last))
}
