//! Files as they are found in lakes, and beside them.

use std::fs::File;
use std::path::Path;
use std::sync::Arc;

use arrow::array::{
    ArrayRef, BinaryArray, Float64Array, RecordBatch, StringArray, TimestampNanosecondArray,
    UInt8Array, UInt32Array,
};
use canlake_shared::schema::SignalKey;
use canlake_shared::time::{NS_PER_SEC, TimeRange, Timestamp};
use parquet::arrow::ArrowWriter;

/// One row of a file.
#[derive(Clone)]
pub(crate) struct Row {
    /// Null in files of others; such rows are never plotted.
    pub(crate) time: Option<i64>,
    pub(crate) vehicle: &'static str,
    pub(crate) key: SignalKey,
    pub(crate) value: Option<f64>,
    pub(crate) label: Option<&'static str>,
}

/// Columns of a file.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Columns {
    /// The lake's nine.
    Ours,
    /// The original's six.
    Original,
    /// The original's, vehicle in the folder alone.
    WithoutVehicle,
}

pub(crate) fn write(path: &Path, columns: Columns, rows: &[Row]) {
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    let text = |of: &dyn Fn(&Row) -> Option<String>| -> ArrayRef {
        Arc::new(rows.iter().map(of).collect::<StringArray>())
    };
    let times: TimestampNanosecondArray = rows.iter().map(|row| row.time).collect();
    let values: Float64Array = rows.iter().map(|row| row.value).collect();
    let ids: UInt32Array = rows.iter().map(|row| row.key.arbitration_id).collect();
    let all: [(&str, ArrayRef); 9] = [
        ("timestamp", Arc::new(times)),
        ("vehicle_id", text(&|row| Some(row.vehicle.to_owned()))),
        (
            "message_name",
            text(&|row| Some(row.key.message.to_string())),
        ),
        ("signal_name", text(&|row| Some(row.key.signal.to_string()))),
        ("value", Arc::new(values)),
        ("unit", text(&|_row| Some("A".to_owned()))),
        ("channel", text(&|row| Some(row.key.channel.to_string()))),
        ("arb_id", Arc::new(ids)),
        ("label", text(&|row| row.label.map(str::to_owned))),
    ];
    let kept = match columns {
        Columns::Ours => &all[..],
        Columns::Original | Columns::WithoutVehicle => &all[..6],
    };
    let kept = kept
        .iter()
        .filter(|(name, _)| columns != Columns::WithoutVehicle || *name != "vehicle_id");
    let kept = kept.map(|(name, column)| (*name, Arc::clone(column), true));
    let batch = RecordBatch::try_from_iter_with_nullable(kept).unwrap();
    save(path, &batch);
}

fn save(path: &Path, batch: &RecordBatch) {
    let file = File::create(path).unwrap();
    let mut writer = ArrowWriter::try_new(file, batch.schema(), None).unwrap();
    writer.write(batch).unwrap();
    writer.close().unwrap();
}

/// Midnight of New Year.
const NEW_YEAR: i64 = 1_767_225_600 * NS_PER_SEC;

pub(crate) fn row(vehicle: &'static str, key: &SignalKey, offset_ns: i64, value: f64) -> Row {
    Row {
        time: Some(NEW_YEAR + offset_ns),
        vehicle,
        key: key.clone(),
        value: Some(value),
        label: None,
    }
}

pub(crate) fn around_new_year(from_secs: i64, to_secs: i64) -> TimeRange {
    let at = |secs: i64| Timestamp::from_ns(NEW_YEAR + secs * NS_PER_SEC);
    TimeRange::new(at(from_secs), at(to_secs))
}

pub(crate) fn key(channel: &str, id: u32, signal: &str) -> SignalKey {
    SignalKey::new(channel, "Drive", Some(id), signal)
}

/// A lake with everything that is found in lakes, at `root`.
pub(crate) fn write_lake(root: &Path) {
    let file = |vehicle: &str, day: &str, name: &str| {
        root.join(format!(
            "decoded/vehicle_id={vehicle}/{day}/{name}_decoded.parquet"
        ))
    };
    let (old, new) = ("year=2025/month=12/day=31", "year=2026/month=01/day=01");
    let keys = [
        key("can0", 0x123, "Speed"),
        key("can1", 0x123, "Speed"),
        key("can0", 0x18FF_0001, "Speed"),
        key("can0", 0x123, "Gear"),
    ];
    let odd = [f64::NAN, -0.0, f64::INFINITY, 5e-324, 0.1 + 0.2, 1e300];
    let mut ours = Vec::new();
    for (n, key) in keys.iter().enumerate() {
        // Not by time, and every second time three times.
        for i in [4, 1, 3, 0, 2, 5_usize] {
            let offset = i as i64 * NS_PER_SEC / 2 - 3 * NS_PER_SEC + 1;
            let mut row = row("V", key, offset, odd[(n + i) % odd.len()]);
            if n == 3 {
                row.label = ["park", "it's \"D\", é", "a\nb"].get(i % 4).copied();
            }
            if i % 2 == 0 {
                ours.push(Row {
                    value: Some(-0.0),
                    ..row.clone()
                });
                ours.push(Row {
                    value: None,
                    ..row.clone()
                });
            }
            ours.push(row);
        }
        let timeless = row("V", key, 0, 7.0);
        ours.push(Row {
            time: None,
            ..timeless
        });
    }
    let first = file("V", old, "20251231T235957Z");
    write(&first, Columns::Ours, &ours);
    std::fs::copy(&first, root.join("copy.parquet")).unwrap();
    for row in &mut ours {
        row.time = row.time.map(|time| time + 4 * NS_PER_SEC);
    }
    write(&file("V", new, "20260101T000001Z"), Columns::Ours, &ours);
    // The original's, from before midnight to after it, signals in turn.
    let mut original = Vec::new();
    for i in -4..6_i64 {
        for message in ["Drive", "Other"] {
            let key = SignalKey::new("", message, None, "Speed");
            original.push(row("V", &key, i * NS_PER_SEC / 2, i as f64));
        }
    }
    let of = |vehicle: &'static str| -> Vec<Row> {
        original
            .iter()
            .map(|row| Row {
                vehicle,
                ..row.clone()
            })
            .collect()
    };
    let name = "20251231T235958Z";
    write(&file("V", old, name), Columns::Original, &original);
    write(&file("O", old, name), Columns::Original, &of("O"));
    write(&file("N", old, name), Columns::WithoutVehicle, &original);
    write(&file("RENAMED", old, name), Columns::Original, &of("X"));
    write(
        &file("VIN%201%27", old, name),
        Columns::Original,
        &of("VIN 1'"),
    );
    let mut mixed = of("STRAY");
    mixed.extend(of("O"));
    for row in &mut mixed {
        row.time = row.time.map(|time| time + 3);
    }
    write(
        &root.join("decoded/stray_decoded.parquet"),
        Columns::Original,
        &mixed,
    );
    let without_day = root.join("decoded/vehicle_id=X/y_decoded.parquet");
    write(&without_day, Columns::Original, &of("COLUMN"));
    // What is no decoded file, or not finished.
    write_raw(&root.join(format!("raw/vehicle_id=V/{old}/x_raw.parquet")));
    std::fs::write(root.join("canlake-notes.json"), "{}").unwrap();
    std::fs::write(first.with_file_name(".y.parquet"), "half a file").unwrap();
}

fn write_raw(path: &Path) {
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    let columns: [(&str, ArrayRef); 5] = [
        (
            "timestamp",
            Arc::new(TimestampNanosecondArray::from(vec![NEW_YEAR])),
        ),
        ("arb_id", Arc::new(UInt32Array::from(vec![0x123]))),
        ("dlc", Arc::new(UInt8Array::from(vec![0]))),
        ("data", Arc::new(BinaryArray::from(vec![&b""[..]]))),
        ("vehicle_id", Arc::new(StringArray::from(vec!["V"]))),
    ];
    save(path, &RecordBatch::try_from_iter(columns).unwrap());
}
