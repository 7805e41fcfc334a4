//! One row group of a decoded file: collected in memory, then encoded and written as a whole.

use std::fmt;
use std::io::Write;
use std::ops::Range;
use std::sync::Arc;

use arrow::array::{
    Array as _, ArrayRef, DictionaryArray, Float64Array, Int32Array, StringArray,
    TimestampNanosecondArray,
};
use arrow::datatypes::{Field, Int32Type};
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_writer::{ArrowRowGroupWriterFactory, compute_leaves};
use parquet::file::metadata::KeyValue;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;

use super::constant_column::{Constant, Stretch, column_chunk};
use super::decoded::decoded_schema;
use super::decoded_file::{Labels, SignalColumn};
use super::error::SchemaError;
use super::signal_key::SignalKey;

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

    pub(super) fn clear(&mut self) {
        self.runs.clear();
        self.timestamps.clear();
        self.values.clear();
        self.labels.clear();
        self.label_texts.clear();
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

    /// The column at this position of the schema, if its values are not constant for a signal.
    fn varying(&self, column: usize) -> Result<Option<ArrayRef>, SchemaError> {
        Ok(match column {
            0 => Some(Arc::new(TimestampNanosecondArray::from(
                self.timestamps.clone(),
            ))),
            4 => Some(Arc::new(Float64Array::from(self.values.clone()))),
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

/// Encodes row groups into a file, column by column: constant columns as stretches of equal values,
/// the others as Arrow columns.
pub(super) struct RowGroupSink<W: Write + Send> {
    file: SerializedFileWriter<W>,
    columns: ArrowRowGroupWriterFactory,
    vehicle: String,
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
        })
    }

    pub(super) fn write(&mut self, buffer: &RowGroupBuffer) -> Result<(), SchemaError> {
        let group = self.file.flushed_row_groups().len();
        let page_rows = self.file.properties().data_page_row_count_limit();
        let descriptors = self.file.schema_descr().columns().to_vec();
        let writers = self.columns.create_column_writers(group)?;
        let mut row_group = self.file.next_row_group()?;
        for (position, (mut writer, descriptor)) in
            writers.into_iter().zip(&descriptors).enumerate()
        {
            if let Some(column) = buffer.varying(position)? {
                let field = Field::new(descriptor.name(), column.data_type().clone(), true);
                for leaf in compute_leaves(&field, &column)? {
                    writer.write(&leaf)?;
                }
                writer.close()?.append_to_row_group(&mut row_group)?;
            } else {
                let stretches = buffer.stretches(position, &self.vehicle);
                let (bytes, close) = column_chunk(descriptor, &stretches, page_rows)?;
                row_group.append_column(&bytes, close)?;
            }
        }
        row_group.close()?;
        Ok(())
    }

    pub(super) fn close(mut self, metadata: &[(&'static str, String)]) -> Result<W, SchemaError> {
        for (key, value) in metadata {
            let pair = KeyValue::new((*key).to_owned(), value.clone());
            self.file.append_key_value_metadata(pair);
        }
        Ok(self.file.into_inner()?)
    }
}

impl<W: Write + Send> fmt::Debug for RowGroupSink<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RowGroupSink").finish_non_exhaustive()
    }
}
