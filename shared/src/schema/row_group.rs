//! One row group of a decoded file: collected in memory, then encoded and written as a whole.
//!
//! Constant columns are written as stretches of equal values ([`super::constant_column`]), values
//! through a dictionary ([`super::value_column`]), the rest as Arrow columns. Two row groups are
//! encoded side by side. Signals of one message have the same time stamps, so a
//! chunk of time stamps that equals the last one is not encoded again.

use std::fmt;
use std::io::Write;
use std::ops::Range;
use std::sync::Arc;
use std::thread;

use arrow::array::{Array as _, ArrayRef, DictionaryArray, Float64Array, Int32Array, StringArray};
use arrow::datatypes::{Field, Int32Type};
use bytes::Bytes;
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_writer::{ArrowColumnChunk, ArrowRowGroupWriterFactory, compute_leaves};
use parquet::column::writer::{ColumnCloseResult, get_column_writer, get_typed_column_writer};
use parquet::data_type::Int64Type;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::{SerializedFileWriter, SerializedPageWriter, TrackedWrite};
use parquet::schema::types::ColumnDescPtr;

use super::constant_column::{Constant, Stretch, column_chunk};
use super::decoded::decoded_schema;
use super::decoded_file::{Labels, SignalColumn};
use super::error::SchemaError;
use super::signal_key::SignalKey;
use super::value_column;

/// Position of the values in the schema.
const VALUE: usize = 4;

/// Rows of one signal that follow each other.
#[derive(Clone, Debug)]
struct Run {
    key: SignalKey,
    unit: Arc<str>,
    rows: usize,
}

/// The rows of a row group so far.
#[derive(Debug, Default)]
pub(super) struct RowGroupBuffer {
    runs: Vec<Run>,
    timestamps: Vec<i64>,
    values: Vec<f64>,
    /// Positions in `label_texts`; empty until a signal with labels comes.
    labels: Vec<Option<i32>>,
    label_texts: Vec<String>,
}

impl RowGroupBuffer {
    pub(super) fn rows(&self) -> usize {
        self.timestamps.len()
    }

    /// Appends a part of a signal's rows, whose lengths were checked.
    pub(super) fn push(&mut self, column: &SignalColumn<'_>, rows: Range<usize>) {
        let before = self.rows();
        self.timestamps
            .extend_from_slice(column.timestamps.get(rows.clone()).unwrap_or_default());
        self.values
            .extend_from_slice(column.values.get(rows.clone()).unwrap_or_default());
        self.runs.push(Run {
            key: column.key.clone(),
            unit: column.unit.into(),
            rows: self.rows() - before,
        });
        if let Labels::PerRow { indices, texts } = column.labels {
            self.labels.resize(before, None);
            // Texts of one signal follow each other, so an index only needs to be moved.
            let base = self.label_texts.len();
            self.label_texts
                .extend(texts.iter().map(|text| (*text).to_owned()));
            let position = |idx: u32| {
                let idx = usize::try_from(idx).ok().filter(|idx| *idx < texts.len())?;
                i32::try_from(base + idx).ok()
            };
            let indices = indices.get(rows).unwrap_or_default();
            self.labels.extend(indices.iter().map(|idx| position(*idx)));
        }
    }

    /// The values or labels, if the column at this position of the schema is of these.
    fn varying(&self, column: usize) -> Result<Option<ArrayRef>, SchemaError> {
        Ok(match column {
            VALUE => Some(Arc::new(Float64Array::from(self.values.clone()))),
            8 if !self.label_texts.is_empty() => {
                let mut labels = self.labels.clone();
                labels.resize(self.rows(), None);
                Some(Arc::new(DictionaryArray::<Int32Type>::try_new(
                    Int32Array::from(labels),
                    Arc::new(StringArray::from_iter_values(&self.label_texts)),
                )?))
            }
            _ => None,
        })
    }

    /// The constant columns by position in the schema: labels only where there are none.
    fn stretches<'a>(&'a self, column: usize, vehicle: &'a str) -> Vec<Stretch<'a>> {
        let value = |run: &'a Run| match column {
            1 => Some(Constant::Text(vehicle)),
            2 => Some(Constant::Text(&run.key.message)),
            3 => Some(Constant::Text(&run.key.signal)),
            5 => Some(Constant::Text(&run.unit)),
            6 => Some(Constant::Text(&run.key.channel)),
            7 => run.key.arbitration_id.map(Constant::Number),
            _ => None,
        };
        self.runs.iter().map(|run| (value(run), run.rows)).collect()
    }
}

/// Encodes row groups into a file, column by column.
pub(super) struct RowGroupSink<W: Write + Send> {
    file: SerializedFileWriter<W>,
    columns: ArrowRowGroupWriterFactory,
    vehicle: String,
    /// Whole, but not encoded yet.
    pending: Option<RowGroupBuffer>,
    last_times: Option<Arc<TimesChunk>>,
}

/// An encoded column chunk of time stamps.
struct TimesChunk {
    times: Vec<i64>,
    bytes: Bytes,
    close: ColumnCloseResult,
}

/// An encoded column chunk.
enum Chunk {
    Times(Arc<TimesChunk>),
    Bytes(Bytes, ColumnCloseResult),
    Arrow(ArrowColumnChunk),
}

impl<W: Write + Send> RowGroupSink<W> {
    pub(super) fn new(
        sink: W,
        properties: WriterProperties,
        vehicle: &str,
    ) -> Result<Self, SchemaError> {
        let writer = ArrowWriter::try_new(sink, decoded_schema(), Some(properties))?;
        let (file, columns) = writer.into_serialized_writer()?;
        Ok(Self {
            file,
            columns,
            vehicle: vehicle.to_owned(),
            pending: None,
            last_times: None,
        })
    }

    /// Takes a row group; it is in the file after the next one or [`Self::flush`].
    pub(super) fn write(&mut self, buffer: RowGroupBuffer) -> Result<(), SchemaError> {
        let Some(first) = self.pending.take() else {
            self.pending = Some(buffer);
            return Ok(());
        };
        let first_times = self.times(&first)?;
        let second_times = self.times(&buffer)?;
        let encoder = Encoder::of(self);
        let (first, second) = thread::scope(|scope| {
            let helper = thread::Builder::new()
                .name("encode-row-group".to_owned())
                .spawn_scoped(scope, || encoder.encode(&buffer, &second_times));
            let first = encoder.encode(&first, &first_times);
            let second = match helper {
                Ok(helper) => match helper.join() {
                    Ok(chunks) => chunks,
                    Err(panic) => std::panic::resume_unwind(panic),
                },
                // Without a second thread the same work is done here.
                Err(_) => encoder.encode(&buffer, &second_times),
            };
            (first, second)
        });
        self.append(first?)?;
        self.append(second?)
    }

    /// Writes what waits, and forgets what was kept for later row groups.
    pub(super) fn flush(&mut self) -> Result<(), SchemaError> {
        if let Some(buffer) = self.pending.take() {
            let times = self.times(&buffer)?;
            let chunks = Encoder::of(self).encode(&buffer, &times)?;
            self.append(chunks)?;
        }
        self.last_times = None;
        Ok(())
    }

    fn append(&mut self, chunks: Vec<Chunk>) -> Result<(), SchemaError> {
        let mut row_group = self.file.next_row_group()?;
        for chunk in chunks {
            match chunk {
                Chunk::Times(times) => {
                    row_group.append_column(&times.bytes, times.close.clone())?;
                }
                Chunk::Bytes(bytes, close) => row_group.append_column(&bytes, close)?,
                Chunk::Arrow(chunk) => chunk.append_to_row_group(&mut row_group)?,
            }
        }
        row_group.close()?;
        Ok(())
    }

    fn times(&mut self, buffer: &RowGroupBuffer) -> Result<Arc<TimesChunk>, SchemaError> {
        if let Some(last) = self
            .last_times
            .as_ref()
            .filter(|last| last.times == buffer.timestamps)
        {
            return Ok(Arc::clone(last));
        }
        let column = self.file.schema_descr().column(0);
        let mut bytes = TrackedWrite::new(Vec::new());
        let pages = Box::new(SerializedPageWriter::new(&mut bytes));
        let writer = get_column_writer(column, Arc::clone(self.file.properties()), pages);
        let mut writer = get_typed_column_writer::<Int64Type>(writer);
        let levels = vec![1; buffer.rows()];
        writer.write_batch(&buffer.timestamps, Some(&levels), None)?;
        let close = writer.close()?;
        let chunk = Arc::new(TimesChunk {
            times: buffer.timestamps.clone(),
            bytes: bytes.into_inner()?.into(),
            close,
        });
        self.last_times = Some(Arc::clone(&chunk));
        Ok(chunk)
    }

    pub(super) fn close(mut self, metadata: &[(&'static str, String)]) -> Result<W, SchemaError> {
        self.flush()?;
        for (key, value) in metadata {
            let pair = KeyValue::new((*key).to_owned(), value.clone());
            self.file.append_key_value_metadata(pair);
        }
        Ok(self.file.into_inner()?)
    }
}

/// What threads share that encode row groups.
struct Encoder<'a> {
    columns: &'a ArrowRowGroupWriterFactory,
    descriptors: &'a [ColumnDescPtr],
    page_rows: usize,
    vehicle: &'a str,
}

impl<'a> Encoder<'a> {
    fn of<W: Write + Send>(sink: &'a RowGroupSink<W>) -> Self {
        Self {
            columns: &sink.columns,
            descriptors: sink.file.schema_descr().columns(),
            page_rows: sink.file.properties().data_page_row_count_limit(),
            vehicle: &sink.vehicle,
        }
    }

    fn encode(
        &self,
        buffer: &RowGroupBuffer,
        times: &Arc<TimesChunk>,
    ) -> Result<Vec<Chunk>, SchemaError> {
        // The index of the row group only matters to encrypted files.
        let writers = self.columns.create_column_writers(0)?;
        let mut times = Some(Arc::clone(times));
        let mut chunks = Vec::with_capacity(writers.len());
        for (position, (mut writer, descriptor)) in
            writers.into_iter().zip(self.descriptors).enumerate()
        {
            chunks.push(if let Some(times) = times.take() {
                Chunk::Times(times)
            } else if let Some((bytes, close)) = self.dictionary(position, buffer)? {
                Chunk::Bytes(bytes, close)
            } else if let Some(column) = buffer.varying(position)? {
                let field = Field::new(descriptor.name(), column.data_type().clone(), true);
                for leaf in compute_leaves(&field, &column)? {
                    writer.write(&leaf)?;
                }
                Chunk::Arrow(writer.close()?)
            } else {
                let stretches = buffer.stretches(position, self.vehicle);
                let (bytes, close) = column_chunk(descriptor, &stretches, self.page_rows)?;
                Chunk::Bytes(bytes, close)
            });
        }
        Ok(chunks)
    }

    /// The values, where they fit into a dictionary.
    fn dictionary(
        &self,
        position: usize,
        buffer: &RowGroupBuffer,
    ) -> Result<Option<(Bytes, ColumnCloseResult)>, SchemaError> {
        match self.descriptors.get(position) {
            Some(descriptor) if position == VALUE => Ok(value_column::column_chunk(
                descriptor,
                &buffer.values,
                self.page_rows,
            )?),
            _ => Ok(None),
        }
    }
}

impl<W: Write + Send> fmt::Debug for RowGroupSink<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RowGroupSink").finish_non_exhaustive()
    }
}
