//! Tables of measured signals: CSV as several programs write it, Parquet of any schema, and damage.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::sync::Arc;

use arrow::array::{
    ArrayRef, BooleanArray, DictionaryArray, Float32Array, Float64Array, Int64Array, ListArray,
    RecordBatch, StringArray, TimestampMillisecondArray,
};
use arrow::datatypes::{Int32Type, Int64Type};
use bytes::Bytes;
use canlake_shared::decode::MemorySink;
use canlake_shared::logs::SkipReason;
use canlake_shared::measured::{self, MeasuredReader, MeasuredRun};
use parquet::arrow::ArrowWriter;
use proptest::prelude::*;

/// Reads all of a file called `drive.x`.
fn read(bytes: impl Into<Bytes>) -> Option<(MemorySink, Box<dyn MeasuredReader>)> {
    let mut reader = measured::open(bytes.into(), "/data/drive.x").unwrap()?;
    let (mut sink, mut run) = (MemorySink::default(), MeasuredRun::default());
    while reader.read(&mut run, 3).unwrap() > 0 {
        run.write_to(&mut sink).unwrap();
    }
    Some((sink, reader))
}

/// Key, unit and samples of each signal, as text.
fn told(sink: &MemorySink) -> Vec<String> {
    let signals = sink.signals().iter();
    let told = signals.map(|signal| {
        let samples = signal.timestamps.iter().zip(&signal.values).enumerate();
        let samples = samples.map(|(i, (ns, value))| match signal.label(i) {
            Some(label) => format!("{ns}:{value}={label}"),
            None => format!("{ns}:{value}"),
        });
        let samples: Vec<_> = samples.collect();
        let (key, unit) = (&signal.key, &signal.unit);
        format!(
            "{}.{} [{unit}] {}",
            key.message,
            key.signal,
            samples.join(" ")
        )
    });
    told.collect()
}

#[test]
fn csv_with_one_time() {
    let text = "# source: a test\r\n\
        time [ms],Speed [km/h],Battery.Voltage [V],Gear\r\n\
        1,10.5,400,D\r\n\
        2,,401,D\r\n\
        # remark\r\n\
        2.5,11,,R\r\n\
        late,1,2,D\r\n";
    let (sink, reader) = read(text).unwrap();
    assert_eq!(
        told(&sink),
        [
            "Battery.Voltage [V] 1000000:400 2000000:401",
            "drive.Gear [] 1000000:0=D 2000000:0=D 2500000:1=R",
            "drive.Speed [km/h] 1000000:10.5 2500000:11",
        ]
    );
    assert_eq!(reader.skipped().count(SkipReason::BadTime), 1);
    assert_eq!(reader.skipped().details()[0].line, Some(7));
    assert_eq!(reader.skipped().total(), 1);
}

#[test]
fn csv_as_spreadsheets_and_our_export_write_it() {
    let german = "Zeit;Drehzahl (rpm)\n2026-01-02 03:04:05,250;1500,5\n";
    let (sink, _) = read(german).unwrap();
    let told_german = told(&sink);
    assert_eq!(
        told_german,
        ["drive.Drehzahl [rpm] 1767323045250000000:1500.5"]
    );
    let own = "\u{feff}Drive.Speed timestamp,Drive.Speed [km/h],Gear timestamp,Gear,Gear (text)\r\n\
        1970-01-01T00:00:01Z,5,1970-01-01T00:00:02Z,4,D\r\n\
        ,,1970-01-01T00:00:03Z,NaN,\r\n";
    let (sink, reader) = read(own).unwrap();
    assert_eq!(
        told(&sink),
        [
            "Drive.Speed [km/h] 1000000000:5",
            "drive.Gear [] 2000000000:4=D 3000000000:NaN",
        ]
    );
    assert_eq!(reader.skipped().total(), 0);
}

#[test]
fn frames_and_other_texts_are_no_tables() {
    for text in [
        "(1436509052.249713) can0 044#2A366C2BBA\n",
        "timestamp,arbitration_id,extended,remote,error,dlc,data\n1.5,0x1,0,0,0,1,AA==\n",
        "date Mon Jan 1 00:00:00.000 2024\nbase hex  timestamps absolute\n",
        "a,b\n1,2\n",
        "PAR1 and then nothing",
    ] {
        assert!(read(text).is_none(), "{text}");
    }
}

fn parquet(columns: Vec<(&str, ArrayRef)>) -> Vec<u8> {
    let batch = RecordBatch::try_from_iter_with_nullable(
        columns.into_iter().map(|(name, array)| (name, array, true)),
    )
    .unwrap();
    let mut bytes = Vec::new();
    let mut writer = ArrowWriter::try_new(&mut bytes, batch.schema(), None).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
    bytes
}

#[test]
fn parquet_with_a_column_for_each_signal() {
    let lists = ListArray::from_iter_primitive::<Int64Type, _, _>([Some([Some(1)]), None, None]);
    let gear: DictionaryArray<Int32Type> = ["D", "D", "R"].into_iter().collect();
    let bytes = parquet(vec![
        ("index", Arc::new(Int64Array::from(vec![0, 1, 2]))),
        (
            "when",
            Arc::new(TimestampMillisecondArray::from(vec![
                Some(1),
                None,
                Some(3),
            ])),
        ),
        (
            "Speed [km/h]",
            Arc::new(Float32Array::from(vec![Some(0.5), Some(1.0), None])),
        ),
        ("on", Arc::new(BooleanArray::from(vec![true, false, false]))),
        ("Gear", Arc::new(gear)),
        ("bytes", Arc::new(lists)),
    ]);
    let (sink, reader) = read(bytes).unwrap();
    assert_eq!(
        told(&sink),
        [
            "drive.Gear [] 1000000:0=D 3000000:1=R",
            "drive.Speed [km/h] 1000000:0.5",
            "drive.index [] 1000000:0 3000000:2",
            "drive.on [] 1000000:1 3000000:0",
        ]
    );
    assert_eq!(reader.skipped().details()[0].excerpt, "bytes");
}

#[test]
fn parquet_with_a_row_for_each_sample() {
    let bytes = parquet(vec![
        (
            "t",
            Arc::new(Float64Array::from(vec![1.5, 1.5, 1_700_000_000.123_456])),
        ),
        (
            "signal",
            Arc::new(StringArray::from(vec!["A.x", "y", "A.x"])),
        ),
        (
            "value",
            Arc::new(Int64Array::from(vec![Some(1), Some(2), Some(3)])),
        ),
    ]);
    let (sink, _) = read(bytes).unwrap();
    let all = told(&sink);
    // As exact as seconds are in 64 bits.
    assert!(
        all[0].starts_with("A.x [] 1500000000:1 17000000001234560"),
        "{all:?}"
    );
    assert_eq!(all[1], "drive.y [] 1500000000:2");
}

#[test]
fn times_that_are_whole_numbers() {
    for (name, time, ns) in [
        ("time_us", 5, 5_000),
        ("timestamp", 1_700_000_000_123, 1_700_000_000_123_000_000),
        (
            "timestamp",
            1_700_000_000_123_456_789,
            1_700_000_000_123_456_789,
        ),
        ("time", 7, 7_000_000_000),
    ] {
        let bytes = parquet(vec![
            (name, Arc::new(Int64Array::from(vec![time]))),
            ("x", Arc::new(Int64Array::from(vec![1]))),
        ]);
        let (sink, _) = read(bytes).unwrap();
        assert_eq!(sink.signals()[0].timestamps, [ns], "{name}");
    }
}

proptest! {
    #[test]
    fn damage_never_panics(
        at in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
        is_csv: bool,
        cut: prop::sample::Index,
    ) {
        let mut bytes = if is_csv {
            "time,a [V],b\n".to_owned().into_bytes()
        } else {
            parquet(vec![
                ("time", Arc::new(Int64Array::from_iter_values(0..500))),
                ("x", Arc::new(Int64Array::from_iter_values(0..500))),
                ("s", Arc::new(StringArray::from_iter_values((0..500).map(|i| i.to_string())))),
            ])
        };
        if is_csv {
            bytes.extend((0..50).flat_map(|i| format!("{i},{},x{i}\n", 2 * i).into_bytes()));
        }
        for (place, byte) in &at {
            let place = place.index(bytes.len());
            bytes[place] = *byte;
        }
        read(bytes.clone());
        bytes.truncate(cut.index(bytes.len()));
        if !bytes.is_empty() {
            read(bytes);
        }
    }
}
