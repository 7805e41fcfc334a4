//! Faults of the system that this one replaces, where they touch the way from frames to samples.
//! Each test names the fault. Those of queries and plots alone are tested beside that code.

use std::fs;
use std::fs::File;

use canlake_shared::can::{CanFrame, CanId, ChannelIdx, Payload};
use canlake_shared::dbc::DbcFile;
use canlake_shared::lake::{BootId, ObjectKey, RawName, VehicleId};
use canlake_shared::schema::footer::Recording;
use canlake_shared::schema::{ContentHash, RawBatchBuilder, RawFileInfo, RawFileWriter};
use canlake_shared::time::Timestamp;
use test_support::{Asked, TestLake};

const VEHICLE: &str = "V1";
/// 2026-03-01T12:00:00Z and some digits that are neither whole microseconds nor multiples of 256.
const START: i64 = 1_772_366_400_000_000_123;

fn raw_file(frames: &[(i64, CanId, &[u8])]) -> Vec<u8> {
    let info = RawFileInfo {
        vehicle: VehicleId::new(VEHICLE).unwrap(),
        writer: "test".to_owned(),
        recording: Recording::default(),
    };
    let mut builder = RawBatchBuilder::new(VEHICLE);
    for (time, id, data) in frames {
        let payload = Payload::new(data).unwrap();
        let frame = CanFrame::data(Timestamp::from_ns(*time), ChannelIdx(0), *id, payload);
        builder.push(&frame, "can0");
    }
    let mut writer = RawFileWriter::new(Vec::new(), info).unwrap();
    writer.write(&builder.finish()).unwrap();
    writer.close().unwrap().0
}

/// Stores a raw file where a recorder does, and gives its key.
fn store(lake: &TestLake, frames: &[(i64, CanId, &[u8])], sequence: u32) -> ObjectKey {
    let bytes = raw_file(frames);
    let start = Timestamp::from_ns(frames[0].0);
    let name = RawName::new(start, BootId(7), sequence, ContentHash::of(&bytes));
    let key = ObjectKey::raw(VehicleId::new(VEHICLE).unwrap(), &name);
    let path = lake.path(&key.to_string());
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    assert!(!path.exists(), "{key} is there already");
    fs::write(path, bytes).unwrap();
    key
}

/// Frames to an opened source, through the files of a lake.
fn opened(dbc: &str, frames: &[(i64, CanId, &[u8])]) -> (TestLake, Asked) {
    let lake = TestLake::new();
    store(&lake, frames, 0);
    lake.decode(&[DbcFile::new("test.dbc", dbc.as_bytes())]);
    let asked = Asked::open(lake.root());
    assert!(asked.catalogue.problems.is_empty());
    (lake, asked)
}

type Rows = Vec<(i64, f64, Option<String>)>;

fn rows(asked: &Asked, message: &str, signal: &str) -> Rows {
    let key = asked.signal(VEHICLE, message, signal).key.clone();
    let answer = asked.query(VEHICLE, &[key], (i64::MIN, i64::MAX));
    assert!(answer.completeness.is_complete());
    let found = &answer.signals[0];
    let label = |idx: usize| found.labels.get(idx)?.as_deref().map(str::to_owned);
    let sample = |idx: usize| (found.times[idx], found.values[idx], label(idx));
    (0..found.times.len()).map(sample).collect()
}

fn std_id(number: u32) -> CanId {
    CanId::standard(number).unwrap()
}

/// D5: a value with a description ended the frame for all signals after it.
#[test]
fn d5_a_described_value_does_not_end_the_frame() {
    let dbc = r#"BO_ 256 Drive: 3 Vcu
 SG_ Gear : 0|8@1+ (1,0) [0|7] "" X
 SG_ Speed : 8|16@1+ (0.1,0) [0|300] "km/h" X
VAL_ 256 Gear 3 "Drive" 1 "Park" ;
"#;
    let frames: [(i64, CanId, &[u8]); 2] = [
        (START, std_id(256), &[3, 0x64, 0]),
        (START + 10, std_id(256), &[2, 0xC8, 0]),
    ];
    let (_lake, asked) = opened(dbc, &frames);
    let gear = [
        (START, 3.0, Some("Drive".to_owned())),
        (START + 10, 2.0, None),
    ];
    assert_eq!(rows(&asked, "Drive", "Gear"), gear);
    let speed = [(START, 10.0, None), (START + 10, 20.0, None)];
    assert_eq!(rows(&asked, "Drive", "Speed"), speed);
}

/// D6: a signal without a range (`[0|0]`) ended the frame as well. And values outside of a range
/// that is given are values.
#[test]
fn d6_ranges_decide_nothing() {
    let dbc = r#"BO_ 256 Drive: 3 Vcu
 SG_ Free : 0|8@1+ (1,0) [0|0] "" X
 SG_ Narrow : 8|8@1+ (1,0) [0|10] "" X
 SG_ Last : 16|8@1- (1,0) [0|0] "" X
"#;
    let frames: [(i64, CanId, &[u8]); 1] = [(START, std_id(256), &[200, 100, 0xFF])];
    let (_lake, asked) = opened(dbc, &frames);
    for (signal, value) in [("Free", 200.0), ("Narrow", 100.0), ("Last", -1.0)] {
        assert_eq!(rows(&asked, "Drive", signal), [(START, value, None)]);
    }
}

const COUNTER: &str = "BO_ 256 Counter: 1 Vcu\n SG_ Count : 0|8@1+ (1,0) [0|0] \"\" X\n";

/// D2 and E16: times that were no whole microseconds could not be decoded, and all were rounded to
/// a grid of 256 ns.
#[test]
fn d2_and_e16_every_nanosecond_arrives() {
    let times: Vec<i64> = (0..200).map(|idx| START + idx * 10_000_001).collect();
    let data: Vec<[u8; 1]> = (0..200).map(|idx| [idx]).collect();
    let frames: Vec<(i64, CanId, &[u8])> = times
        .iter()
        .zip(&data)
        .map(|(time, data)| (*time, std_id(256), data.as_slice()))
        .collect();
    let (_lake, asked) = opened(COUNTER, &frames);
    let read = rows(&asked, "Counter", "Count");
    let read: Vec<(i64, f64)> = read.into_iter().map(|row| (row.0, row.1)).collect();
    let sent: Vec<(i64, f64)> = times
        .iter()
        .enumerate()
        .map(|(idx, time)| (*time, idx as f64))
        .collect();
    assert_eq!(read, sent);
    // A range ends exactly where it says: its first nanosecond is inside, its last is not.
    let key = asked.signal(VEHICLE, "Counter", "Count").key.clone();
    let exact = asked.query(VEHICLE, &[key], (times[10], times[12]));
    assert_eq!(exact.signals[0].times, times[10..12]);
}

/// E9: a second file of the same second took the first one's name and replaced it.
#[test]
fn e9_files_of_one_second_have_names_of_their_own() {
    let lake = TestLake::new();
    let mut keys = vec![
        store(&lake, &[(START, std_id(256), &[1])], 0),
        store(&lake, &[(START, std_id(256), &[2])], 0),
        store(&lake, &[(START, std_id(256), &[3])], 1),
    ];
    keys.sort_by_key(ToString::to_string);
    keys.dedup();
    assert_eq!(keys.len(), 3);
    lake.decode(&[DbcFile::new("test.dbc", COUNTER.as_bytes())]);
    let asked = Asked::open(lake.root());
    let mut values: Vec<f64> = rows(&asked, "Counter", "Count")
        .iter()
        .map(|row| row.1)
        .collect();
    values.sort_by(f64::total_cmp);
    assert_eq!(values, [1.0, 2.0, 3.0]);
}

/// D11: frames of the standard and the extended format with the same number are different messages.
#[test]
fn d11_standard_and_extended_ids_are_told_apart() {
    let dbc = r#"BO_ 291 Short: 1 Vcu
 SG_ Value : 0|8@1+ (1,0) [0|0] "" X
BO_ 2147483939 Long: 1 Vcu
 SG_ Value : 0|8@1+ (2,0) [0|0] "" X
"#;
    let frames: [(i64, CanId, &[u8]); 3] = [
        (START, std_id(291), &[1]),
        (START + 1, CanId::extended(291).unwrap(), &[2]),
        (START + 2, std_id(291), &[3]),
    ];
    let (_lake, asked) = opened(dbc, &frames);
    let short = [(START, 1.0, None), (START + 2, 3.0, None)];
    assert_eq!(rows(&asked, "Short", "Value"), short);
    assert_eq!(rows(&asked, "Long", "Value"), [(START + 1, 4.0, None)]);
}

/// D13: the vehicle is a column of the file and a folder of its path; a reader must not stumble over
/// having it twice, nor find the vehicle twice.
#[test]
fn d13_the_vehicle_in_the_path_and_in_the_file_is_one() {
    let lake = TestLake::new();
    let key = store(&lake, &[(START, std_id(256), &[1])], 0);
    lake.decode(&[DbcFile::new("test.dbc", COUNTER.as_bytes())]);
    let decoded = key.to_decoded().to_string();
    assert!(decoded.contains("/vehicle_id=V1/"), "{decoded}");
    for path in [lake.path(&key.to_string()), lake.path(&decoded)] {
        let file = File::open(path).unwrap();
        let reader =
            parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder::try_new(file).unwrap();
        assert!(reader.schema().column_with_name("vehicle_id").is_some());
    }
    let asked = Asked::open(lake.root());
    let ids: Vec<&str> = asked.catalogue.vehicles.iter().map(|it| &*it.id).collect();
    assert_eq!(ids, [VEHICLE]);
    assert_eq!(rows(&asked, "Counter", "Count"), [(START, 1.0, None)]);
}
