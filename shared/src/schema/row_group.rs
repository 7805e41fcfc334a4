//! One row group of a decoded file: collected in memory, then encoded and written as a whole.

use std::fmt;
use std::io::Write;
use std::ops::Range;
use std::sync::Arc;

use arrow::array::{
    ArrayRef, DictionaryArray, Float64Array, Int32Array, RecordBatch, StringArray,
    TimestampNanosecondArray, UInt32Array,
};
use arrow::datatypes::{Field, Int32Type, Schema, SchemaRef};
use parquet::arrow::ArrowWriter;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::WriterProperties;

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

    fn to_batch(&self, vehicle: &str) -> Result<RecordBatch, SchemaError> {
        let mut run_of_row: Vec<i32> = Vec::with_capacity(self.rows());
        for (idx, run) in (0_i32..).zip(&self.runs) {
            run_of_row.resize(run_of_row.len() + run.rows, idx);
        }
        let run_of_row = Int32Array::from(run_of_row);
        let text = |text_of: &dyn Fn(&Run) -> String| {
            let texts = StringArray::from_iter_values(self.runs.iter().map(text_of));
            let column = DictionaryArray::<Int32Type>::try_new(run_of_row.clone(), Arc::new(texts));
            column.map(|column| Arc::new(column) as ArrayRef)
        };
        let ids = self
            .runs
            .iter()
            .flat_map(|run| std::iter::repeat_n(run.key.arbitration_id, run.rows));
        let mut labels = self.labels.clone();
        labels.resize(self.rows(), None);
        let labels = DictionaryArray::<Int32Type>::try_new(
            Int32Array::from(labels),
            Arc::new(StringArray::from_iter_values(&self.label_texts)),
        )?;
        let columns: Vec<ArrayRef> = vec![
            Arc::new(TimestampNanosecondArray::from(self.timestamps.clone())),
            text(&|_| vehicle.to_owned())?,
            text(&|run| run.key.message.to_string())?,
            text(&|run| run.key.signal.to_string())?,
            Arc::new(Float64Array::from(self.values.clone())),
            text(&|run| run.unit.to_string())?,
            text(&|run| run.key.channel.to_string())?,
            Arc::new(ids.collect::<UInt32Array>()),
            Arc::new(labels),
        ];
        let contract = decoded_schema();
        let fields = contract
            .fields()
            .iter()
            .zip(&columns)
            .map(|(field, column)| Field::new(field.name(), column.data_type().clone(), true));
        let schema: SchemaRef = Arc::new(Schema::new(fields.collect::<Vec<_>>()));
        Ok(RecordBatch::try_new(schema, columns)?)
    }
}

/// Encodes row groups into a file.
pub(super) struct RowGroupSink<W: Write + Send> {
    inner: ArrowWriter<W>,
    vehicle: String,
}

impl<W: Write + Send> RowGroupSink<W> {
    pub(super) fn new(
        sink: W,
        properties: WriterProperties,
        vehicle: &str,
    ) -> Result<Self, SchemaError> {
        Ok(Self {
            inner: ArrowWriter::try_new(sink, decoded_schema(), Some(properties))?,
            vehicle: vehicle.to_owned(),
        })
    }

    pub(super) fn write(&mut self, buffer: &RowGroupBuffer) -> Result<(), SchemaError> {
        self.inner.write(&buffer.to_batch(&self.vehicle)?)?;
        Ok(self.inner.flush()?)
    }

    pub(super) fn close(mut self, metadata: &[(&'static str, String)]) -> Result<W, SchemaError> {
        for (key, value) in metadata {
            let pair = KeyValue::new((*key).to_owned(), value.clone());
            self.inner.append_key_value_metadata(pair);
        }
        Ok(self.inner.into_inner()?)
    }
}

impl<W: Write + Send> fmt::Debug for RowGroupSink<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RowGroupSink").finish_non_exhaustive()
    }
}
