//! Bus logging in MDF 4: against what python-can reads, all ways of storing records, and damage of
//! every kind.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod log;
mod mf4_files;
mod python_can;
mod test_data;

use bytes::Bytes;
use canlake_shared::can::{CanFrame, FrameFlags};
use canlake_shared::logs::{self, LogError, LogFormat, SkipReason};
use flate2::Compression;
use flate2::write::GzEncoder;
use log::Log;
use mf4_files::{Cn, Mf4};
use proptest::prelude::*;
use python_can::{assert_equal, expected, read_file};
use std::io::Write as _;

#[test]
fn frames_equal_those_of_python_can() {
    let Some(dir) = test_data::data_dir("formats/frames_expected.parquet") else {
        return;
    };
    for name in [
        "mf4/uds_kona_leaf_original.MF4",
        "converted/j1939_tractor_6130.mf4",
        "converted/nmea2000_a.mf4",
    ] {
        let log = read_file(&dir.join("formats").join(name));
        assert_eq!(log.skipped(), [""; 0], "{name}");
        assert_eq!(log.reader.format(), LogFormat::Mf4);
        assert_equal(name, &log, &expected(&dir, name), |n| format!("CAN{n}"));
        println!("{name}: {} frames equal", log.frames.len());
    }
}

#[test]
fn a_measurement_without_a_bus_has_no_frames() {
    let Some(dir) = test_data::data_dir("formats/mf4/test_batch.mf4") else {
        return;
    };
    for name in ["test_batch.mf4", "test_metadata.mf4"] {
        let log = read_file(&dir.join("formats/mf4").join(name));
        assert_eq!((log.frames.len(), log.skipped().len()), (0, 0));
    }
}

const START_NS: u64 = 1_700_000_000_000_000_000;

/// How the bytes of frames are stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Store {
    /// In the record.
    InRecord,
    /// In records of their own, behind their frame or before it.
    Behind,
    Before,
    /// In a stream of their own.
    Stream,
}

/// How records are stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Blocks {
    One,
    Packed,
    Transposed,
    List,
    PackedList,
    /// A block that says it is empty.
    Unfinished,
}

/// Time (8), identifier and IDE (4), bus (1), length (1), then bytes (8) or their place (8).
const RECORD_BYTES: usize = 22;

fn record(i: u32, place: Option<u64>) -> Vec<u8> {
    let mut record = (u64::from(i) * 1000).to_le_bytes().to_vec();
    record.extend((i | 0x8000_0000).to_le_bytes());
    record.extend([1 + (i % 2) as u8, 8]);
    match place {
        Some(place) => record.extend(place.to_le_bytes()),
        None => record.extend(value(i)),
    }
    record
}

fn value(i: u32) -> [u8; 8] {
    (u64::from(i) << 32 | 0x00C0_FFEE).to_be_bytes()
}

fn number(frame: &CanFrame) -> u32 {
    u32::from_be_bytes(*frame.payload.first_chunk().unwrap())
}

fn frame_channels(file: &mut Mf4, store: Store, values: u64) -> u64 {
    let seconds = file.linear(0.0, 1e-9);
    let data = Cn {
        kind: u8::from(store != Store::InRecord),
        data_type: 10,
        data: values,
        ..Cn::unsigned("CAN_DataFrame.DataBytes", 14, 0, 64)
    };
    let mut next = file.channel(0, 0, 0, data);
    for cn in [
        Cn::unsigned("CAN_DataFrame.DataLength", 13, 0, 8),
        Cn::unsigned("CAN_DataFrame.BusChannel", 12, 0, 8),
        Cn::unsigned("CAN_DataFrame.IDE", 11, 7, 1),
        Cn::unsigned("CAN_DataFrame.ID", 8, 0, 29),
    ] {
        next = file.channel(next, 0, 0, cn);
    }
    let whole = file.channel(0, next, 0, Cn::unsigned("CAN_DataFrame", 8, 0, 112));
    let time = Cn {
        kind: 2,
        ..Cn::unsigned("Timestamp", 0, 0, 64)
    };
    file.channel(whole, 0, seconds, time)
}

fn some_log(n: u32, store: Store, blocks: Blocks) -> Vec<u8> {
    let mut file = Mf4::new(
        START_NS,
        if blocks == Blocks::Unfinished {
            0x25
        } else {
            0
        },
    );
    let mut bytes = Vec::new();
    let mut stream = Vec::new();
    for i in 0..n {
        let place = u64::from(i) * 12;
        let value = [&8_u32.to_le_bytes()[..], &value(i)].concat();
        match store {
            Store::InRecord => bytes.extend(record(i, None)),
            Store::Stream => {
                bytes.extend(record(i, Some(place)));
                stream.extend(value);
            }
            Store::Behind => {
                bytes.extend([&[1][..], &record(i, Some(place)), &[2], &value].concat());
            }
            Store::Before => {
                bytes.extend([&[2][..], &value, &[1], &record(i, Some(place))].concat());
            }
        }
    }
    let is_unsorted = matches!(store, Store::Behind | Store::Before);
    let values = match store {
        Store::InRecord => 0,
        Store::Stream => file.packed(*b"SD", &stream, 0),
        Store::Behind | Store::Before => file.group(0, 0, 2, 1, 0),
    };
    let channels = frame_channels(&mut file, store, values);
    let following = if is_unsorted { values } else { 0 };
    let group = file.group(following, channels, 1, 6, RECORD_BYTES as u32);
    let group_data = |file: &mut Mf4, data| file.data_group(0, group, data, u8::from(is_unsorted));
    if blocks == Blocks::Unfinished {
        // All that describes stands before what grows.
        let data = file.0.len().next_multiple_of(8) as u64 + 24 + 4 * 8 + 8;
        let first = group_data(&mut file, data);
        assert_eq!(file.block(*b"DT", &[], &[]), data);
        file.0.extend(bytes);
        return file.finish(first);
    }
    let data = match blocks {
        Blocks::One => file.block(*b"DT", &[], &bytes),
        Blocks::Packed => file.packed(*b"DT", &bytes, 0),
        Blocks::Transposed => file.packed(*b"DT", &bytes, RECORD_BYTES),
        _ => {
            let parts: Vec<(u64, usize)> = (bytes.chunks(1000).enumerate())
                .map(|(i, part)| match blocks {
                    Blocks::List => (file.block(*b"DT", &[], part), part.len()),
                    _ => (file.packed(*b"DT", part, i % 3 * 11), part.len()),
                })
                .collect();
            let list = file.list(&parts);
            file.block(*b"HL", &[list], &[0; 8])
        }
    };
    let first = group_data(&mut file, data);
    file.finish(first)
}

const STORES: [Store; 4] = [Store::InRecord, Store::Behind, Store::Before, Store::Stream];
const BLOCKS: [Blocks; 6] = [
    Blocks::One,
    Blocks::Packed,
    Blocks::Transposed,
    Blocks::List,
    Blocks::PackedList,
    Blocks::Unfinished,
];

#[test]
fn every_way_of_storing_gives_the_same_frames() {
    let whole = Log::read(some_log(500, Store::InRecord, Blocks::One));
    assert!(whole.frames.iter().map(number).eq(0..500));
    let frame = whole.frames[7];
    assert_eq!(frame.timestamp.as_ns(), START_NS as i64 + 7000);
    assert_eq!(frame.id.to_string(), "00000007");
    assert_eq!((whole.channel(&frame), frame.len), ("CAN2", 8));
    for store in STORES {
        for blocks in BLOCKS {
            let log = Log::read(some_log(500, store, blocks));
            assert_eq!(log.frames, whole.frames, "{store:?} {blocks:?}");
            assert_eq!(log.skipped(), [""; 0], "{store:?} {blocks:?}");
        }
    }
}

/// Records of frames of another kind: time (8), identifier (4), flags (1), DLC (1), bytes (12).
fn other_kind(file: &mut Mf4, kind: &str, next: u64, records: &[[u8; 26]]) -> u64 {
    let mut last = 0;
    let names =
        ["ID", "BRS", "ESI", "EDL", "Dir", "DLC", "DataBytes"].map(|name| format!("{kind}.{name}"));
    let [id, brs, esi, edl, dir, dlc, bytes] = names.each_ref().map(String::as_str);
    for cn in [
        Cn::unsigned(id, 8, 0, 32),
        Cn::unsigned(brs, 12, 0, 1),
        Cn::unsigned(esi, 12, 1, 1),
        Cn::unsigned(edl, 12, 2, 1),
        Cn::unsigned(dir, 12, 3, 1),
        Cn::unsigned(dlc, 13, 0, 8),
        Cn {
            data_type: 10,
            ..Cn::unsigned(bytes, 14, 0, 96)
        },
    ] {
        last = file.channel(last, 0, 0, cn);
    }
    let time = Cn {
        kind: 2,
        data_type: 4,
        ..Cn::unsigned("t", 0, 0, 64)
    };
    let first = file.channel(last, 0, 0, time);
    let group = file.group(0, first, 1, 6, 26);
    let data = file.block(*b"DT", &[], &records.concat());
    file.data_group(next, group, data, 0)
}

fn other_record(seconds: f64, id: u32, flags: u8, dlc: u8) -> [u8; 26] {
    let mut record = [0xAB; 26];
    record[..8].copy_from_slice(&seconds.to_le_bytes());
    record[8..12].copy_from_slice(&id.to_le_bytes());
    record[12..14].copy_from_slice(&[flags, dlc]);
    record
}

#[test]
fn groups_of_all_kinds_are_merged_by_time() {
    let mut file = Mf4::new(START_NS, 0);
    let errors = [other_record(0.25, 5, 0, 1), other_record(4.0, 0x20, 8, 0)];
    let last = other_kind(&mut file, "CAN_ErrorFrame", 0, &errors);
    let remote = [other_record(0.5, 0x123, 0, 4)];
    let last = other_kind(&mut file, "CAN_RemoteFrame", last, &remote);
    let data = [
        other_record(0.0, 0x8000_0001, 0, 3),
        other_record(1.5, 0x12345, 0b1111, 9),
        other_record(f64::NAN, 1, 0, 1),
        other_record(2.0, 0x123, 0, 13),
        other_record(2.5, 0x123, 4, 10),
    ];
    let first = other_kind(&mut file, "CAN_DataFrame", last, &data);
    let log = Log::read(file.finish(first));
    let found: Vec<String> = (log.frames.iter())
        .map(|frame| {
            let after = frame.timestamp.as_ns() - START_NS as i64;
            let ms = after / 1_000_000;
            format!(
                "{ms} {} {:?} {} {}",
                frame.id,
                frame.flags,
                frame.len,
                frame.payload.len()
            )
        })
        .collect();
    assert_eq!(
        found,
        [
            "0 00000001 {} 3 3",
            r#"250 005 {"ERROR"} 1 1"#,
            r#"500 123 {"REMOTE"} 4 0"#,
            r#"1500 00012345 {"FD", "BRS", "ESI", "TX"} 12 12"#,
            "2000 123 {} 8 8",
            r#"4000 020 {"ERROR", "TX"} 0 0"#,
        ]
    );
    let skipped = log.reader.skipped();
    assert_eq!(skipped.count(SkipReason::BadTime), 1);
    assert_eq!(skipped.count(SkipReason::BadPayload), 1, "16 of 12 bytes");
    assert_eq!(skipped.total(), 2);
}

#[test]
fn a_file_that_was_cut_gives_what_is_there() {
    for store in [Store::InRecord, Store::Behind, Store::Before] {
        let whole = some_log(1000, store, Blocks::Unfinished);
        let per_frame = (whole.len() as f64 - 2500.0) / 1000.0;
        for len in (3000..whole.len()).step_by(41) {
            let log = Log::read(whole[..len].to_vec());
            let n = log.frames.len();
            assert!(
                log.frames.iter().map(number).eq(0..n as u32),
                "{store:?} {len}"
            );
            let missing = (whole.len() - len) as f64 / per_frame;
            assert!(n as f64 > 1000.0 - missing - 3.0, "{n} in {len}");
        }
    }
}

#[test]
fn damage_costs_the_block_it_is_in() {
    for store in STORES {
        let mut file = some_log(2000, store, Blocks::PackedList);
        // Behind the values of the stream, which come first.
        let middle = file.len() * 3 / 4;
        file[middle..middle + 30].fill(0xA5);
        let log = Log::read(file);
        let n = log.frames.len();
        assert!(
            (1800..2000).contains(&n),
            "{store:?} {n} {:?}",
            log.skipped()
        );
        assert!(log.frames.iter().map(number).is_sorted());
        assert_eq!(log.frames.last().map(number), Some(1999), "{store:?}");
        for frame in &log.frames {
            let is_whole = frame.payload[4..] == [0, 0xC0, 0xFF, 0xEE];
            assert!(
                is_whole && frame.id.number() == number(frame),
                "{store:?} {frame:?}"
            );
        }
        assert!(log.reader.skipped().total() >= 1);
    }
}

#[test]
fn a_packed_log_is_unpacked_into_memory_and_no_bomb_is() {
    let gzip = |bytes: &[u8]| {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    };
    let file = some_log(300, Store::Behind, Blocks::List);
    let log = Log::read(gzip(&file));
    assert_eq!((log.frames.len(), log.skipped().len()), (300, 0));
    let mut large = file;
    large.resize(300 << 20, 0);
    let error = logs::open(Bytes::from(gzip(&large)), "a.mf4.gz").unwrap_err();
    assert!(matches!(
        error,
        LogError::MustBeUnpacked { limit_mib: 256, .. }
    ));
    assert!(
        error.to_string().ends_with("unpack it first: a.mf4.gz"),
        "{error}"
    );
}

#[test]
fn the_real_file_is_read_wherever_it_ends() {
    let Some(dir) = test_data::data_dir("formats/mf4/uds_kona_leaf_original.MF4") else {
        return;
    };
    let bytes = std::fs::read(dir.join("formats/mf4/uds_kona_leaf_original.MF4")).unwrap();
    let whole = Log::read(bytes.clone());
    for len in (7480..bytes.len()).step_by(997) {
        let log = Log::read(bytes[..len].to_vec());
        let n = log.frames.len();
        assert_eq!(log.frames, whole.frames[..n]);
        assert!(n + 2 >= (len - 7480) / 36, "{n} in {len}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn arbitrary_bytes_never_panic(bytes: Vec<u8>, cut in 64_usize..2000) {
        let mut file = some_log(3, Store::Behind, Blocks::List);
        file.truncate(cut);
        file.extend(bytes);
        Log::read(file);
    }

    #[test]
    fn damaged_bytes_never_panic(
        damage in proptest::collection::vec((0_usize..100_000, any::<u8>()), 1..20),
        store in proptest::sample::select(&STORES[..]),
        blocks in proptest::sample::select(&BLOCKS[..]),
    ) {
        let mut file = some_log(50, store, blocks);
        for (at, byte) in damage {
            let at = 32 + at % (file.len() - 32);
            file[at] = byte;
        }
        let log = Log::read(file);
        prop_assert!(log.frames.len() <= 5000);
        prop_assert!(log.frames.iter().all(|frame| !frame.flags.contains(FrameFlags::FD)));
    }
}
