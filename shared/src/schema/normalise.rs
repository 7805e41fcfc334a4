//! Turns raw batches of any type that converts into the columns of the contract.
//!
//! Missing columns get the obvious defaults: ids above 0x7FF are extended, payloads above 8 bytes are
//! FD, an announced length without payload is a remote frame, everything else is unset.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, AsArray, BinaryArray, BooleanArray, Int64Array, RecordBatch, StringArray,
    TimestampNanosecondArray, UInt8Array, UInt32Array,
};
use arrow::buffer::BooleanBuffer;
use arrow::compute::{cast, filter_record_batch};
use arrow::datatypes::{DataType, SchemaRef, UInt8Type, UInt32Type};

use super::error::SchemaError;
use super::opened::ns_per_unit;
use super::raw::{
    ARB_ID, BITRATE_SWITCH, CHANNEL, DATA, DLC, ERROR_STATE_INDICATOR, IS_ERROR, IS_EXTENDED,
    IS_FD, IS_REMOTE, IS_TX, TIMESTAMP, VEHICLE_ID, raw_schema,
};
use super::raw_file::RowFault;
use crate::can::{CanId, Payload};

#[derive(Debug)]
pub(super) struct Normaliser {
    skipped: BTreeMap<RowFault, u64>,
}

impl Normaliser {
    /// Checks that the columns convert, by name.
    pub(super) fn new(schema: &SchemaRef) -> Result<Self, SchemaError> {
        for expected in raw_schema().fields() {
            let Ok(field) = schema.field_with_name(expected.name()) else {
                continue;
            };
            let found = value_type(field.data_type());
            let converts = match expected.data_type() {
                DataType::Timestamp(..) => ns_per_unit(found).is_some(),
                DataType::UInt32 | DataType::UInt8 => found.is_integer(),
                DataType::Binary => matches!(
                    found,
                    DataType::Binary
                        | DataType::LargeBinary
                        | DataType::BinaryView
                        | DataType::FixedSizeBinary(_)
                ),
                DataType::Utf8 => {
                    found.is_integer()
                        || matches!(
                            found,
                            DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View
                        )
                }
                _ => *found == DataType::Boolean || found.is_integer(),
            };
            if !converts {
                return Err(SchemaError::ColumnType {
                    column: expected.name().clone(),
                    found: field.data_type().clone(),
                    expected: expected.data_type().clone(),
                });
            }
        }
        Ok(Self {
            skipped: BTreeMap::new(),
        })
    }

    /// Rows left out so far, by reason.
    pub(super) fn skipped(&self) -> &BTreeMap<RowFault, u64> {
        &self.skipped
    }

    pub(super) fn normalise(&mut self, batch: &RecordBatch) -> Result<RecordBatch, SchemaError> {
        let (batch, kept) = self.normalise_with_mask(batch)?;
        Ok(match kept {
            None => batch,
            Some(kept) => filter_record_batch(&batch, &kept)?,
        })
    }

    /// As [`Self::normalise`], with the impossible rows still in place; which are possible is told
    /// beside them, `None` when all are.
    pub(super) fn normalise_with_mask(
        &mut self,
        batch: &RecordBatch,
    ) -> Result<(RecordBatch, Option<BooleanArray>), SchemaError> {
        let len = batch.num_rows();
        let timestamps = timestamps_ns(required(batch, TIMESTAMP)?)?;
        let arb_ids = cast(required(batch, ARB_ID)?, &DataType::UInt32)?;
        let arb_ids = arb_ids.as_primitive::<UInt32Type>();
        let payloads = without_nulls(cast(&plain(required(batch, DATA)?)?, &DataType::Binary)?);
        let payloads = payloads.as_binary::<i32>();
        let announced = optional(batch, DLC, &DataType::UInt8)?;
        let lens = lens(payloads, announced.as_deref());

        let extended = optional(batch, IS_EXTENDED, &DataType::Boolean)?;
        let is_extended = flag(extended.as_deref(), len, |i| {
            arb_ids
                .values()
                .get(i)
                .is_some_and(|id| *id > CanId::MAX_STANDARD)
        });
        let mask = self.valid_rows(&timestamps, arb_ids, &is_extended, payloads);

        let flag_column = |name: &str, default: &dyn Fn(usize) -> bool| {
            let column = optional(batch, name, &DataType::Boolean)?;
            let flags: ArrayRef = Arc::new(flag(column.as_deref(), len, default));
            Ok::<_, SchemaError>(flags)
        };
        let payload_len = |i: usize| payloads.value_length(i);
        let is_announced = |i: usize| payload_len(i) == 0 && lens.values().get(i) != Some(&0);
        let columns: Vec<ArrayRef> = vec![
            Arc::new(zero_nulls_ns(&timestamps)),
            Arc::new(UInt32Array::new(arb_ids.values().clone(), None)),
            Arc::new(lens.clone()),
            Arc::new(payloads.clone()),
            text(batch, VEHICLE_ID)?,
            text(batch, CHANNEL)?,
            Arc::new(is_extended),
            flag_column(IS_FD, &|i| payload_len(i) > 8)?,
            flag_column(IS_REMOTE, &is_announced)?,
            flag_column(IS_ERROR, &|_| false)?,
            flag_column(BITRATE_SWITCH, &|_| false)?,
            flag_column(ERROR_STATE_INDICATOR, &|_| false)?,
            flag_column(IS_TX, &|_| false)?,
        ];
        let batch = RecordBatch::try_new(raw_schema(), columns)?;
        Ok((batch, mask))
    }

    /// Which rows are possible; `None` when all are.
    fn valid_rows(
        &mut self,
        timestamps: &Int64Array,
        arb_ids: &UInt32Array,
        is_extended: &BooleanArray,
        payloads: &BinaryArray,
    ) -> Option<BooleanArray> {
        let fault = |i: usize| {
            if timestamps.is_null(i) {
                return Some(RowFault::Timestamp);
            }
            let limit = if is_extended.value(i) {
                CanId::MAX_EXTENDED
            } else {
                CanId::MAX_STANDARD
            };
            if arb_ids.is_null(i) || arb_ids.value(i) > limit {
                return Some(RowFault::ArbitrationId);
            }
            let is_too_long =
                usize::try_from(payloads.value_length(i)).is_ok_and(|len| len > Payload::MAX_LEN);
            is_too_long.then_some(RowFault::Payload)
        };
        let mut all_valid = true;
        let mask = BooleanBuffer::collect_bool(timestamps.len(), |i| {
            let fault = fault(i);
            if let Some(fault) = fault {
                all_valid = false;
                *self.skipped.entry(fault).or_default() += 1;
            }
            fault.is_none()
        });
        (!all_valid).then(|| BooleanArray::new(mask, None))
    }
}

/// The type of the values behind a dictionary or run-end encoding.
fn value_type(data_type: &DataType) -> &DataType {
    match data_type {
        DataType::Dictionary(_, value) => value,
        other => other,
    }
}

fn plain(column: &ArrayRef) -> Result<ArrayRef, SchemaError> {
    match column.data_type() {
        DataType::Dictionary(_, value) => Ok(cast(column, value)?),
        _ => Ok(Arc::clone(column)),
    }
}

fn required<'a>(batch: &'a RecordBatch, name: &'static str) -> Result<&'a ArrayRef, SchemaError> {
    batch.column_by_name(name).ok_or(SchemaError::Batch {
        column: name,
        kind: super::footer::FileKind::Raw,
    })
}

fn optional(
    batch: &RecordBatch,
    name: &str,
    data_type: &DataType,
) -> Result<Option<ArrayRef>, SchemaError> {
    match batch.column_by_name(name) {
        None => Ok(None),
        Some(column) => Ok(Some(cast(&plain(column)?, data_type)?)),
    }
}

/// Nanoseconds, whatever the unit; null where they overflow. A time zone only says how to print the
/// instant, which is UTC either way.
pub(super) fn timestamps_ns(column: &ArrayRef) -> Result<Int64Array, SchemaError> {
    let column = plain(column)?;
    let factor = ns_per_unit(column.data_type()).ok_or_else(|| SchemaError::ColumnType {
        column: TIMESTAMP.to_owned(),
        found: column.data_type().clone(),
        expected: DataType::Timestamp(arrow::datatypes::TimeUnit::Nanosecond, None),
    })?;
    // Casting to integers keeps the stored number, zone or not.
    let units = cast(&column, &DataType::Int64)?;
    let units = units.as_primitive::<arrow::datatypes::Int64Type>();
    Ok(match factor {
        1 => units.clone(),
        factor => units.unary_opt(|unit| unit.checked_mul(factor)),
    })
}

/// The rows of null timestamps are left out afterwards.
fn zero_nulls_ns(timestamps: &Int64Array) -> TimestampNanosecondArray {
    TimestampNanosecondArray::new(timestamps.values().clone(), None)
}

/// A null payload is an empty one.
fn without_nulls(column: ArrayRef) -> ArrayRef {
    if column.null_count() == 0 {
        return column;
    }
    let payloads = column
        .as_binary::<i32>()
        .iter()
        .map(Option::unwrap_or_default);
    Arc::new(BinaryArray::from_iter_values(payloads))
}

/// The length of a payload counts; where there is none, the length announced.
fn lens(payloads: &BinaryArray, announced: Option<&dyn Array>) -> UInt8Array {
    let announced = announced.map(AsArray::as_primitive::<UInt8Type>);
    let lens = (0..payloads.len()).map(|i| match u8::try_from(payloads.value_length(i)) {
        Ok(0) => announced
            .filter(|column| column.is_valid(i))
            .map_or(0, |column| column.value(i).min(64)),
        Ok(len) => len,
        Err(_) => u8::MAX,
    });
    UInt8Array::from_iter_values(lens)
}

fn flag(column: Option<&dyn Array>, len: usize, default: impl Fn(usize) -> bool) -> BooleanArray {
    match column.map(AsArray::as_boolean) {
        Some(flags) if flags.null_count() == 0 => flags.clone(),
        Some(flags) => BooleanArray::new(
            BooleanBuffer::collect_bool(len, |i| {
                if flags.is_valid(i) {
                    flags.value(i)
                } else {
                    default(i)
                }
            }),
            None,
        ),
        None => BooleanArray::new(BooleanBuffer::collect_bool(len, default), None),
    }
}

fn text(batch: &RecordBatch, name: &str) -> Result<ArrayRef, SchemaError> {
    let Some(column) = optional(batch, name, &DataType::Utf8)? else {
        return Ok(Arc::new(StringArray::new_repeated("", batch.num_rows())));
    };
    if column.null_count() == 0 {
        return Ok(column);
    }
    let texts = column
        .as_string::<i32>()
        .iter()
        .map(Option::unwrap_or_default);
    Ok(Arc::new(StringArray::from_iter_values(texts)))
}
