//! Columns, order and types; the first five and six are those of the original.

use std::fmt::Write as _;

use arrow::datatypes::Schema;
use canlake_shared::schema::{decoded_schema, raw_schema};
use parquet::arrow::ArrowSchemaConverter;
use parquet::schema::printer::print_schema;

fn arrow_text(schema: &Schema) -> String {
    let mut text = String::new();
    for field in schema.fields() {
        let nullable = if field.is_nullable() {
            "nullable"
        } else {
            "required"
        };
        writeln!(text, "{} {} {nullable}", field.name(), field.data_type()).unwrap();
    }
    text
}

fn parquet_text(schema: &Schema) -> String {
    let converted = ArrowSchemaConverter::new().convert(schema).unwrap();
    let mut text = Vec::new();
    print_schema(&mut text, converted.root_schema());
    String::from_utf8(text).unwrap()
}

#[test]
fn raw_columns() {
    assert_eq!(
        arrow_text(&raw_schema()),
        "\
timestamp Timestamp(ns) nullable
arb_id UInt32 nullable
dlc UInt8 nullable
data Binary nullable
vehicle_id Utf8 nullable
channel Utf8 nullable
is_extended Boolean nullable
is_fd Boolean nullable
is_remote Boolean nullable
is_error Boolean nullable
bitrate_switch Boolean nullable
error_state_indicator Boolean nullable
is_tx Boolean nullable
"
    );
    assert_eq!(
        parquet_text(&raw_schema()),
        "\
message arrow_schema {
  OPTIONAL INT64 timestamp (TIMESTAMP(NANOS,false));
  OPTIONAL INT32 arb_id (INTEGER(32,false));
  OPTIONAL INT32 dlc (INTEGER(8,false));
  OPTIONAL BYTE_ARRAY data;
  OPTIONAL BYTE_ARRAY vehicle_id (STRING);
  OPTIONAL BYTE_ARRAY channel (STRING);
  OPTIONAL BOOLEAN is_extended;
  OPTIONAL BOOLEAN is_fd;
  OPTIONAL BOOLEAN is_remote;
  OPTIONAL BOOLEAN is_error;
  OPTIONAL BOOLEAN bitrate_switch;
  OPTIONAL BOOLEAN error_state_indicator;
  OPTIONAL BOOLEAN is_tx;
}
"
    );
}

#[test]
fn decoded_columns() {
    assert_eq!(
        arrow_text(&decoded_schema()),
        "\
timestamp Timestamp(ns) nullable
vehicle_id Utf8 nullable
message_name Utf8 nullable
signal_name Utf8 nullable
value Float64 nullable
unit Utf8 nullable
channel Utf8 nullable
arb_id UInt32 nullable
label Utf8 nullable
"
    );
    assert_eq!(
        parquet_text(&decoded_schema()),
        "\
message arrow_schema {
  OPTIONAL INT64 timestamp (TIMESTAMP(NANOS,false));
  OPTIONAL BYTE_ARRAY vehicle_id (STRING);
  OPTIONAL BYTE_ARRAY message_name (STRING);
  OPTIONAL BYTE_ARRAY signal_name (STRING);
  OPTIONAL DOUBLE value;
  OPTIONAL BYTE_ARRAY unit (STRING);
  OPTIONAL BYTE_ARRAY channel (STRING);
  OPTIONAL INT32 arb_id (INTEGER(32,false));
  OPTIONAL BYTE_ARRAY label (STRING);
}
"
    );
}
