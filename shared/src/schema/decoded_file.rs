//! Decoded signals as Parquet files, laid out so that one signal is read by touching its pages alone.
//!
//! Signals come in sorted order inside a run and each is contiguous. Row groups end where a signal
//! ends once they hold [`ROW_GROUP_ROWS`] rows, and anyway at [`ROW_GROUP_MAX_ROWS`]; pages hold at
//! most [`PAGE_ROWS`] rows, and the page index says which signals and times are in each.
//!
//! Invariants: the same calls give the same bytes; the footer says of the file what a full scan of
//! it would find.

use std::collections::BTreeMap;
use std::fmt;
use std::io::Write;

use parquet::basic::Encoding;
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::schema::types::ColumnPath;

use super::content_hash::ContentHash;
use super::decoded::TIMESTAMP;
use super::error::SchemaError;
use super::footer::{DbcProvenance, FileKind, FileSummary, Recording, SCHEMA_VERSION, Undecoded};
use super::raw_file::zstd;
use super::row_group::{RowGroupBuffer, RowGroupSink};
use super::signal_key::SignalKey;
use super::signal_summary::{SignalDeclaration, SignalSummary};
use crate::lake::VehicleId;

/// A row group ends with the first signal that fills it to this many rows.
pub const ROW_GROUP_ROWS: usize = 128 * 1024;
/// A row group ends here even inside a signal.
pub const ROW_GROUP_MAX_ROWS: usize = 1024 * 1024;
/// The most rows of a page: 200 s of a signal at 100 Hz.
pub const PAGE_ROWS: usize = 20_000;

/// What a new decoded file says about itself.
#[derive(Clone, Debug)]
pub struct DecodedFileInfo {
    /// The vehicle of all rows.
    pub vehicle: VehicleId,
    /// Program and version.
    pub writer: String,
    /// What the frames were decoded with.
    pub dbc: Option<DbcProvenance>,
    /// Content hashes of the raw files inside.
    pub sources: Vec<ContentHash>,
    /// Coverage, loss and clock of the raw files.
    pub recording: Recording,
}

/// The value description of each row of a signal.
#[derive(Clone, Copy, Debug, Default)]
pub enum Labels<'a> {
    /// The signal has none.
    #[default]
    None,
    /// Per row a position in `texts`, or [`Labels::NONE`].
    PerRow {
        /// As long as the signal's rows.
        indices: &'a [u32],
        /// The texts.
        texts: &'a [&'a str],
    },
}

impl Labels<'_> {
    /// The index of a row without a label.
    pub const NONE: u32 = u32::MAX;
}

/// All rows of one signal in one run, in order of time.
#[derive(Clone, Copy, Debug)]
pub struct SignalColumn<'a> {
    /// Which signal.
    pub key: &'a SignalKey,
    /// Its unit, empty if it has none.
    pub unit: &'a str,
    /// What is known of it, for the footer; of several the first counts, with the labels of all.
    pub declared: Option<&'a SignalDeclaration>,
    /// Nanoseconds since the Unix epoch.
    pub timestamps: &'a [i64],
    /// The physical values, as many as timestamps.
    pub values: &'a [f64],
    /// The value descriptions.
    pub labels: Labels<'a>,
}

/// Writes one decoded file.
pub struct DecodedFileWriter<W: Write + Send> {
    sink: RowGroupSink<W>,
    buffer: RowGroupBuffer,
    summary: FileSummary,
    signals: BTreeMap<SignalKey, SignalSummary>,
    last_key: Option<SignalKey>,
}

impl<W: Write + Send> DecodedFileWriter<W> {
    /// Begins a file.
    pub fn new(sink: W, info: DecodedFileInfo) -> Result<Self, SchemaError> {
        let mut summary = FileSummary::unknown(FileKind::Decoded);
        summary.schema_version = Some(SCHEMA_VERSION);
        summary.vehicle = Some(info.vehicle.as_str().to_owned());
        summary.recording = info.recording;
        summary.dbc = info.dbc;
        summary.sources = info.sources;
        summary.sources.sort_unstable();
        summary.sources.dedup();
        let sink = RowGroupSink::new(sink, properties(&info.writer), info.vehicle.as_str())?;
        summary.writer = Some(info.writer);
        Ok(Self {
            sink,
            buffer: RowGroupBuffer::default(),
            summary,
            signals: BTreeMap::new(),
            last_key: None,
        })
    }

    /// Appends the rows of one signal. Inside a run keys come in ascending order, each once.
    pub fn write_signal(&mut self, column: SignalColumn<'_>) -> Result<(), SchemaError> {
        check_lengths(&column)?;
        if let Some(previous) = self.last_key.as_ref().filter(|last| *last >= column.key) {
            return Err(SchemaError::Order {
                signal: column.key.to_string(),
                previous: previous.to_string(),
            });
        }
        self.last_key = Some(column.key.clone());
        self.note(&column);
        let mut done = 0;
        while done < column.timestamps.len() {
            let room = ROW_GROUP_MAX_ROWS.saturating_sub(self.buffer.rows());
            let end = (done + room).min(column.timestamps.len());
            self.buffer.push(&column, done..end);
            done = end;
            if self.buffer.rows() >= ROW_GROUP_MAX_ROWS {
                self.flush()?;
            }
        }
        if self.buffer.rows() >= ROW_GROUP_ROWS {
            self.flush()?;
        }
        Ok(())
    }

    /// Ends a sorted run: the next signal may be any. Row groups never span two runs.
    pub fn end_run(&mut self) -> Result<(), SchemaError> {
        self.last_key = None;
        self.flush()?;
        // Many files may be open between two runs, so none keeps row groups in memory.
        self.sink.flush()
    }

    /// Coverage, loss and clock: may change until the file is closed.
    pub fn recording_mut(&mut self) -> &mut Recording {
        &mut self.summary.recording
    }

    /// What the frames were decoded with, for those who know it only when they are done.
    pub fn set_dbc(&mut self, dbc: DbcProvenance) {
        self.summary.dbc = Some(dbc);
    }

    /// Number of rows so far.
    pub fn rows(&self) -> u64 {
        self.summary.rows
    }

    /// Ends the file with what gave no value. It is complete only after this; the sink is handed
    /// back unsynced.
    pub fn close(mut self, mut undecoded: Vec<Undecoded>) -> Result<(W, FileSummary), SchemaError> {
        self.flush()?;
        undecoded.sort();
        let mut summary = self.summary;
        summary.undecoded = undecoded;
        summary.time_range = self
            .signals
            .values()
            .map(SignalSummary::time_range)
            .reduce(crate::time::TimeRange::union);
        if summary.rows == 0 {
            summary.vehicle = None;
        }
        summary.signals = Some(self.signals.into_values().collect());
        let sink = self.sink.close(&summary.to_key_values())?;
        Ok((sink, summary))
    }

    fn note(&mut self, column: &SignalColumn<'_>) {
        let part =
            SignalSummary::of_rows(column.key, column.unit, column.timestamps, column.values);
        let Some(mut part) = part else { return };
        self.summary.rows = self.summary.rows.saturating_add(part.rows);
        if let Some(known) = self.signals.get_mut(column.key) {
            known.merge(&part);
            if let Some(declared) = column.declared {
                known.declared.add_labels(&declared.labels);
            }
        } else {
            part.declared = column.declared.cloned().unwrap_or_default();
            self.signals.insert(column.key.clone(), part);
        }
    }

    fn flush(&mut self) -> Result<(), SchemaError> {
        if self.buffer.rows() > 0 {
            self.sink.write(std::mem::take(&mut self.buffer))?;
        }
        Ok(())
    }
}

impl<W: Write + Send> fmt::Debug for DecodedFileWriter<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DecodedFileWriter")
            .field("summary", &self.summary)
            .finish_non_exhaustive()
    }
}

fn check_lengths(column: &SignalColumn<'_>) -> Result<(), SchemaError> {
    let timestamps = column.timestamps.len();
    let check = |values, what| {
        if timestamps == values {
            Ok(())
        } else {
            Err(SchemaError::Lengths {
                signal: column.key.to_string(),
                timestamps,
                values,
                what,
            })
        }
    };
    check(column.values.len(), "values")?;
    match column.labels {
        Labels::None => Ok(()),
        Labels::PerRow { indices, .. } => check(indices.len(), "labels"),
    }
}

fn properties(writer: &str) -> WriterProperties {
    let timestamp = || ColumnPath::from(TIMESTAMP);
    WriterProperties::builder()
        .set_created_by(writer.to_owned())
        .set_compression(zstd())
        .set_statistics_enabled(EnabledStatistics::Page)
        .set_data_page_row_count_limit(PAGE_ROWS)
        // The row limit is checked after each of these.
        .set_write_batch_size(1000)
        .set_max_row_group_row_count(Some(ROW_GROUP_MAX_ROWS))
        .set_column_dictionary_enabled(timestamp(), false)
        .set_column_encoding(timestamp(), Encoding::DELTA_BINARY_PACKED)
        .build()
}
