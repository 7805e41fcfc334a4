//! Small lakes to ask.

use std::fs::File;
use std::path::Path;
use std::sync::Arc;

use arrow::array::{ArrayRef, Float64Array, RecordBatch, StringArray, TimestampNanosecondArray};
use canlake::export::{Column, ExportSignal, Texts, write_parquet};
use canlake_shared::can::{CanFrame, CanId, ChannelIdx, Payload};
use canlake_shared::lake::VehicleId;
use canlake_shared::schema::footer::Recording;
use canlake_shared::schema::{
    RawBatchBuilder, RawFileInfo, RawFileWriter, SignalDeclaration, SignalKey,
};
use canlake_shared::time::Timestamp;
use parquet::arrow::ArrowWriter;

/// 2025-12-31T23:59:58Z.
pub(crate) const START: i64 = 1_767_225_598_000_000_000;
pub(crate) const SEC: i64 = 1_000_000_000;

pub(crate) fn write_ours(
    path: &Path,
    vehicle: &str,
    signals: &[(SignalKey, &str, &[i64], &[f64])],
) {
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    let signals: Vec<ExportSignal<'_>> = signals
        .iter()
        .map(|(key, unit, times, values)| ExportSignal {
            key,
            declared: SignalDeclaration {
                cycle_time_ms: Some(1_000),
                ..SignalDeclaration::default()
            },
            samples: Column {
                name: "",
                unit,
                times,
                values,
                texts: Texts::None,
                gaps: None,
            },
        })
        .collect();
    write_parquet(File::create(path).unwrap(), vehicle, None, &signals).unwrap();
}

/// A file as the original writes it: interleaved, six columns, no metadata.
fn write_original(path: &Path, vehicle: &str, rows: &[(i64, &str, &str, f64)]) {
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    let times = TimestampNanosecondArray::from_iter_values(rows.iter().map(|row| row.0));
    let messages: Vec<&str> = rows.iter().map(|row| row.1).collect();
    let signals: Vec<&str> = rows.iter().map(|row| row.2).collect();
    let values: Float64Array = rows.iter().map(|row| Some(row.3)).collect();
    let columns: [(&str, ArrayRef); 6] = [
        ("timestamp", Arc::new(times)),
        (
            "vehicle_id",
            Arc::new(StringArray::from(vec![vehicle; rows.len()])),
        ),
        ("message_name", Arc::new(StringArray::from(messages))),
        ("signal_name", Arc::new(StringArray::from(signals))),
        ("value", Arc::new(values)),
        ("unit", Arc::new(StringArray::from(vec!["A"; rows.len()]))),
    ];
    let batch = RecordBatch::try_from_iter(columns).unwrap();
    let file = File::create(path).unwrap();
    let mut writer = ArrowWriter::try_new(file, batch.schema(), None).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
}

/// Two vehicles: V1 over New Year in our files, W in the original's.
pub(crate) fn lake() -> tempfile::TempDir {
    let lake = tempfile::tempdir().unwrap();
    let day = |vehicle: &str| {
        let folder = format!("decoded/vehicle_id={vehicle}/year=2025/month=12/day=31");
        lake.path().join(folder)
    };
    let times: Vec<i64> = (0..5).map(|i| START + i * SEC).collect();
    write_ours(
        &day("V1").join("a_decoded.parquet"),
        "V1",
        &[
            (
                SignalKey::new("can0", "Drive", Some(0x123), "Speed"),
                "km/h",
                &times,
                &[10.0, 20.0, f64::NAN, 40.0, 10.5],
            ),
            (
                SignalKey::new("can0", "Battery", Some(0x200), "Current, A"),
                "",
                &times[1..3],
                &[-1.0, 1e-7],
            ),
        ],
    );
    write_original(
        &day("W").join("20251231T235958Z_decoded.parquet"),
        "W",
        &[
            (START, "Front", "Temp", 1.0),
            (START, "Rear", "Temp", 100.0),
            (START + SEC, "Front", "Temp", 2.0),
            (START + SEC, "Rear", "Temp", 200.0),
            (START + 3 * SEC, "Front", "Temp", 4.0),
        ],
    );
    lake
}

/// A recorder's file with one frame of identifier 0x123.
pub(crate) fn write_raw(path: &Path, vehicle: &str, secs: i64, value: u8) {
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    let info = RawFileInfo {
        vehicle: VehicleId::new(vehicle).unwrap(),
        writer: "test".to_owned(),
        recording: Recording::default(),
    };
    let mut writer = RawFileWriter::new(File::create(path).unwrap(), info).unwrap();
    let mut builder = RawBatchBuilder::new(vehicle);
    let frame = CanFrame::data(
        Timestamp::from_ns(START + secs * SEC),
        ChannelIdx(0),
        CanId::standard(0x123).unwrap(),
        Payload::new(&[value, 0]).unwrap(),
    );
    builder.push(&frame, "can0");
    writer.write(&builder.finish()).unwrap();
    writer.close().unwrap();
}
