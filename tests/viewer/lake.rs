//! Files for tests of the window.

use std::fs::{self, File};
use std::path::Path;
use std::sync::Arc;

use arrow::array::{Int32Array, RecordBatch, StringArray};
use arrow::datatypes::{DataType, Field, Schema};
use canlake_shared::schema::{DecodedFileWriter, Labels, SignalColumn, SignalKey};
use canlake_shared::time::{TimeRange, Timestamp};
use parquet::arrow::ArrowWriter;
use test_support::info;

/// 2026-04-05T06:00:00Z.
pub(crate) const START_NS: i64 = 1_775_368_800_000_000_000;

/// A signal and its samples.
pub(crate) struct SignalData {
    pub(crate) message: String,
    pub(crate) signal: String,
    /// In nanoseconds since 1970.
    pub(crate) times: Vec<i64>,
    pub(crate) values: Vec<f64>,
}

/// Writes a decoded file of one vehicle.
pub(crate) fn write_decoded(path: &Path, vehicle: &str, mut signals: Vec<SignalData>) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    let key = |data: &SignalData| SignalKey::new("can0", &data.message, Some(0x100), &data.signal);
    signals.sort_by_key(key);
    let mut info = info(vehicle);
    let times = signals.iter().flat_map(|data| data.times.iter().copied());
    let (first, last) = (times.clone().min().unwrap(), times.max().unwrap());
    let range = TimeRange::inclusive(Timestamp::from_ns(first), Timestamp::from_ns(last));
    info.recording.coverage.push(range);
    let mut writer = DecodedFileWriter::new(File::create(path).unwrap(), info).unwrap();
    for data in &signals {
        let column = SignalColumn {
            key: &key(data),
            unit: "",
            declared: None,
            timestamps: &data.times,
            values: &data.values,
            labels: Labels::None,
        };
        writer.write_signal(column).unwrap();
    }
    writer.close(Vec::new()).unwrap();
}

/// A whole Parquet file that has nothing to do with CAN.
pub(crate) fn parquet_of_another_kind() -> Vec<u8> {
    let schema = Schema::new(vec![
        Field::new("customer", DataType::Utf8, false),
        Field::new("orders", DataType::Int32, false),
    ]);
    let batch = RecordBatch::try_new(
        Arc::new(schema),
        vec![
            Arc::new(StringArray::from(vec!["Ada", "Grace"])),
            Arc::new(Int32Array::from(vec![3, 5])),
        ],
    )
    .unwrap();
    let mut bytes = Vec::new();
    let mut writer = ArrowWriter::try_new(&mut bytes, batch.schema(), None).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
    bytes
}
