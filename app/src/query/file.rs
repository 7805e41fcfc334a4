//! A decoded file as a query sees it: where it is and what can be known without reading its rows.

use std::path::Path;
use std::sync::Arc;

use arrow::datatypes::{DataType, Field, FieldRef, Schema, SchemaRef, TimeUnit};
use canlake_shared::schema::SignalKey;
use canlake_shared::time::TimeRange;

/// One decoded file, as far as it concerns one vehicle.
#[derive(Debug, Clone)]
pub(crate) struct DecodedFile {
    /// Where it is.
    pub(crate) path: Arc<Path>,
    /// Its size in bytes when it was listed.
    pub(crate) bytes: u64,
    /// Its columns, as they are to be read ([`readable_schema`]).
    pub(crate) schema: SchemaRef,
    /// From the first row to after the last.
    pub(crate) range: TimeRange,
    /// The keys of the signals inside, sorted; shared by files with the same signals.
    pub(crate) signals: Arc<[SignalKey]>,
    /// Whether rows of other vehicles are in the file too, so that the column must be looked at.
    pub(crate) has_other_vehicles: bool,
}

impl DecodedFile {
    /// Whether a signal occurs in the file.
    pub(crate) fn has_signal(&self, key: &SignalKey) -> bool {
        self.signals.binary_search(key).is_ok()
    }

    /// Whether time stamps are nanoseconds, so that any instant compares exactly.
    pub(crate) fn has_exact_times(&self) -> bool {
        self.schema.field_with_name("timestamp").is_ok_and(|field| {
            matches!(
                field.data_type(),
                DataType::Timestamp(TimeUnit::Nanosecond, _)
            )
        })
    }
}

/// The columns of a file with all text as views: they are read without copying a text per row.
///
/// Dictionaries, which writers may have kept in the file's Arrow schema, become views as well, so
/// that predicates meet one type.
pub(crate) fn readable_schema(schema: &Schema) -> SchemaRef {
    let fields: Vec<FieldRef> = schema
        .fields()
        .iter()
        .map(|field| match text_view(field) {
            Some(view) => Arc::new(view),
            None => Arc::clone(field),
        })
        .collect();
    // Key-value metadata of the schema plays no part in reading.
    Arc::new(Schema::new(fields))
}

fn text_view(field: &Field) -> Option<Field> {
    let is_text = |data_type: &DataType| matches!(data_type, DataType::Utf8 | DataType::LargeUtf8);
    let becomes_view = match field.data_type() {
        DataType::Dictionary(_, values) => is_text(values),
        data_type => is_text(data_type),
    };
    becomes_view.then(|| Field::new(field.name(), DataType::Utf8View, field.is_nullable()))
}
