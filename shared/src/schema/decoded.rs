//! Decoded signals as Arrow columns: one row per value of a signal.
//!
//! Rows of a file are sorted by message, signal, channel, arbitration id and time, in one or more
//! runs. Foreign files hold them in any order.

use std::sync::{Arc, LazyLock};

use arrow::datatypes::{DataType, Field, Schema, SchemaRef, TimeUnit};

pub use super::raw::{ARB_ID, CHANNEL, TIMESTAMP, VEHICLE_ID};

/// The message of the DBC.
pub const MESSAGE_NAME: &str = "message_name";
/// The signal of the DBC.
pub const SIGNAL_NAME: &str = "signal_name";
/// The physical value.
pub const VALUE: &str = "value";
/// The unit; empty where the DBC gives none.
pub const UNIT: &str = "unit";
/// The value description of the value; null where there is none.
pub const LABEL: &str = "label";

/// The columns of decoded files, in order. The first six are the original's.
///
/// All are nullable, as the original wrote them; only `label` ever is null.
pub fn decoded_schema() -> SchemaRef {
    static SCHEMA: LazyLock<SchemaRef> = LazyLock::new(|| {
        let columns = [
            (TIMESTAMP, DataType::Timestamp(TimeUnit::Nanosecond, None)),
            (VEHICLE_ID, DataType::Utf8),
            (MESSAGE_NAME, DataType::Utf8),
            (SIGNAL_NAME, DataType::Utf8),
            (VALUE, DataType::Float64),
            (UNIT, DataType::Utf8),
            (CHANNEL, DataType::Utf8),
            (ARB_ID, DataType::UInt32),
            (LABEL, DataType::Utf8),
        ];
        let fields = columns.map(|(name, data_type)| Field::new(name, data_type, true));
        Arc::new(Schema::new(fields.to_vec()))
    });
    Arc::clone(&SCHEMA)
}
