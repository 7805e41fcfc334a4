//! Raw frames as Parquet files: writing ours, reading ours, the original's and other people's.
//!
//! The reader turns whatever converts without loss into batches of [`raw_schema`]; rows whose values
//! are impossible are left out and counted by reason, and everything else of the file is read.

use std::collections::BTreeMap;
use std::fmt;
use std::io::Write;

use arrow::array::RecordBatch;
use parquet::arrow::ArrowWriter;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder};
use parquet::basic::{Compression, Encoding, ZstdLevel};
use parquet::file::metadata::KeyValue;
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::file::reader::ChunkReader;
use parquet::schema::types::ColumnPath;

use super::error::SchemaError;
use super::footer::{FileKind, FileSummary, FooterWarning, Recording, SCHEMA_VERSION};
use super::limits::open_footer;
use super::normalise::Normaliser;
use super::opened::summary_of;
use super::raw::{DATA, RawView, TIMESTAMP, raw_schema};
use crate::lake::VehicleId;
use crate::time::{TimeRange, Timestamp};

/// Rows per batch that readers hand out.
const BATCH_ROWS: usize = 64 * 1024;

/// What a new raw file says about itself.
#[derive(Clone, Debug)]
pub struct RawFileInfo {
    /// The vehicle of all frames.
    pub vehicle: VehicleId,
    /// Program and version.
    pub writer: String,
    /// Coverage, loss and clock as far as known; see [`RawFileWriter::recording_mut`].
    pub recording: Recording,
}

/// Writes batches of [`raw_schema`] to one file.
pub struct RawFileWriter<W: Write + Send> {
    inner: ArrowWriter<W>,
    summary: FileSummary,
    first_last: Option<(i64, i64)>,
}

impl<W: Write + Send> RawFileWriter<W> {
    /// Begins a file.
    pub fn new(sink: W, info: RawFileInfo) -> Result<Self, SchemaError> {
        let path = |name: &str| ColumnPath::from(name);
        let properties = WriterProperties::builder()
            .set_created_by(info.writer.clone())
            .set_compression(zstd())
            .set_statistics_enabled(EnabledStatistics::Page)
            .set_column_dictionary_enabled(path(TIMESTAMP), false)
            .set_column_encoding(path(TIMESTAMP), Encoding::DELTA_BINARY_PACKED)
            // Payloads of counters never repeat, and those that do are for zstd to find.
            .set_column_dictionary_enabled(path(DATA), false)
            .set_column_statistics_enabled(path(DATA), EnabledStatistics::None)
            .build();
        let inner = ArrowWriter::try_new(sink, raw_schema(), Some(properties))?;
        let mut summary = FileSummary::unknown(FileKind::Raw);
        summary.schema_version = Some(SCHEMA_VERSION);
        summary.writer = Some(info.writer);
        summary.vehicle = Some(info.vehicle.as_str().to_owned());
        summary.recording = info.recording;
        Ok(Self {
            inner,
            summary,
            first_last: None,
        })
    }

    /// Appends frames.
    pub fn write(&mut self, batch: &RecordBatch) -> Result<(), SchemaError> {
        let view = RawView::new(batch)?;
        self.inner.write(batch)?;
        let timestamps = view.timestamps();
        for &timestamp in timestamps {
            let (first, last) = self.first_last.get_or_insert((timestamp, timestamp));
            *first = timestamp.min(*first);
            *last = timestamp.max(*last);
        }
        self.summary.rows += u64::try_from(timestamps.len()).unwrap_or(0);
        Ok(())
    }

    /// Coverage, loss and clock: may change until the file is closed.
    pub fn recording_mut(&mut self) -> &mut Recording {
        &mut self.summary.recording
    }

    /// Number of frames so far.
    pub fn rows(&self) -> u64 {
        self.summary.rows
    }

    /// Ends the file. It is complete only after this; the sink is handed back unsynced.
    pub fn close(mut self) -> Result<(W, FileSummary), SchemaError> {
        self.summary.time_range = self.first_last.map(|(first, last)| {
            TimeRange::inclusive(Timestamp::from_ns(first), Timestamp::from_ns(last))
        });
        for (key, value) in self.summary.to_key_values() {
            self.inner
                .append_key_value_metadata(KeyValue::new(key.to_owned(), value));
        }
        if self.summary.rows == 0 {
            self.summary.vehicle = None;
        }
        Ok((self.inner.into_inner()?, self.summary))
    }
}

impl<W: Write + Send> fmt::Debug for RawFileWriter<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RawFileWriter")
            .field("summary", &self.summary)
            .finish_non_exhaustive()
    }
}

/// How hard files are compressed: more costs time and wins little.
pub(super) const ZSTD_LEVEL: i32 = 3;

/// Level 3, as the original.
pub(super) fn zstd() -> Compression {
    Compression::ZSTD(ZstdLevel::try_new(ZSTD_LEVEL).expect("3 is a level of zstd"))
}

/// Why a row was left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RowFault {
    /// No timestamp, or one that nanoseconds cannot express.
    Timestamp,
    /// No arbitration id, or one that does not fit its format.
    ArbitrationId,
    /// More payload than a CAN FD frame carries.
    Payload,
}

impl fmt::Display for RowFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Timestamp => "no valid timestamp",
            Self::ArbitrationId => "no valid arbitration id",
            Self::Payload => "more than 64 payload bytes",
        })
    }
}

/// Reads one raw file as batches of [`raw_schema`].
///
/// An error ends the iteration: what came before it is intact.
pub struct RawFileReader {
    rows: ParquetRecordBatchReader,
    summary: FileSummary,
    warnings: Vec<FooterWarning>,
    normaliser: Normaliser,
    has_failed: bool,
}

impl RawFileReader {
    /// Opens a file: reads and checks its footer.
    pub fn open<R: ChunkReader + 'static>(reader: R) -> Result<Self, SchemaError> {
        let metadata = open_footer(&reader, false)?;
        let (summary, warnings) = summary_of(&metadata)?;
        if summary.kind != FileKind::Raw {
            return Err(SchemaError::OtherKind {
                found: summary.kind,
                expected: FileKind::Raw,
            });
        }
        let normaliser = Normaliser::new(metadata.schema())?;
        let wanted = raw_schema();
        let roots = metadata.schema().fields().iter().enumerate();
        let roots: Vec<usize> = roots
            .filter(|(_, field)| wanted.index_of(field.name()).is_ok())
            .map(|(idx, _)| idx)
            .collect();
        let mask = ProjectionMask::roots(metadata.parquet_schema(), roots);
        let rows = ParquetRecordBatchReaderBuilder::new_with_metadata(reader, metadata)
            .with_projection(mask)
            .with_batch_size(BATCH_ROWS)
            .build()?;
        Ok(Self {
            rows,
            summary,
            warnings,
            normaliser,
            has_failed: false,
        })
    }

    /// What the footer says.
    pub fn summary(&self) -> &FileSummary {
        &self.summary
    }

    /// Metadata that could not be read.
    pub fn warnings(&self) -> &[FooterWarning] {
        &self.warnings
    }

    /// Rows left out so far, by reason.
    pub fn skipped(&self) -> &BTreeMap<RowFault, u64> {
        self.normaliser.skipped()
    }
}

impl fmt::Debug for RawFileReader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RawFileReader")
            .field("summary", &self.summary)
            .finish_non_exhaustive()
    }
}

impl Iterator for RawFileReader {
    type Item = Result<RecordBatch, SchemaError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.has_failed {
            return None;
        }
        let batch = self.rows.next()?;
        let batch = batch
            .map_err(SchemaError::from)
            .and_then(|batch| self.normaliser.normalise(&batch));
        self.has_failed = batch.is_err();
        Some(batch)
    }
}
