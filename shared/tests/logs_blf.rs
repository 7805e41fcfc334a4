//! Vector's binary logs: against what python-can reads, all types of objects, and damage of every
//! kind.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod log;
mod python_can;
mod test_data;

use std::io::Write as _;
use std::path::PathBuf;

use canlake_shared::can::{CanFrame, FrameFlags, Payload};
use canlake_shared::logs::{SkipReason, TimeBasis};
use flate2::Compression;
use flate2::write::ZlibEncoder;
use log::Log;
use proptest::prelude::*;
use python_can::{assert_equal, expected, read_file};

/// python-can counts channels from 0, the log from 1.
fn from_one(channel: &str) -> String {
    format!("CAN{}", channel.parse::<u32>().unwrap() + 1)
}

#[test]
fn frames_equal_those_of_python_can() {
    let Some(dir) = test_data::data_dir("formats/frames_expected.parquet") else {
        return;
    };
    for name in [
        "converted/j1939_tractor_6130.blf",
        "converted/nmea2000_a.blf",
        "fd/fd_fleetwise.blf",
        "python-can/issue_1905.blf",
    ] {
        let log = read_file(&dir.join("formats").join(name));
        assert_eq!(log.skipped(), [""; 0], "{name}");
        assert_eq!(log.reader.time_basis(), TimeBasis::Absolute);
        assert_equal(name, &log, &expected(&dir, name), from_one);
        println!("{name}: {} frames equal", log.frames.len());
    }
}

/// The objects of this file ask for frames to be sent, with identifiers of 31 bits and 51 bytes of
/// data. python-can takes them for frames.
#[test]
fn requests_to_send_are_no_frames() {
    let Some(dir) = test_data::data_dir("formats/python-can/test_CanMessage.blf") else {
        return;
    };
    let log = read_file(&dir.join("formats/python-can/test_CanMessage.blf"));
    assert_eq!(log.frames, []);
    assert_eq!(log.reader.skipped().count(SkipReason::RequestToSend), 2);
    assert_eq!(log.reader.skipped().total(), 2);
}

/// 2024-02-29T12:30:15.250Z as Windows writes it.
const START: [u16; 8] = [2024, 2, 4, 29, 12, 30, 15, 250];
const START_NS: i64 = 1_709_209_815_250_000_000;

fn file_head(start: [u16; 8]) -> Vec<u8> {
    let mut head = b"LOGG".to_vec();
    head.extend(144_u32.to_le_bytes());
    head.resize(40, 0);
    head.extend(start.iter().flat_map(|field| field.to_le_bytes()));
    head.resize(144, 0);
    head
}

/// An object with a header of version 1 or 2.
fn object(version: u16, kind: u32, flags: u32, time: u64, body: &[u8]) -> Vec<u8> {
    let header_len: u16 = if version == 1 { 32 } else { 40 };
    let mut object = b"LOBJ".to_vec();
    object.extend(header_len.to_le_bytes());
    object.extend(version.to_le_bytes());
    object.extend((u32::from(header_len) + body.len() as u32).to_le_bytes());
    object.extend(kind.to_le_bytes());
    object.extend(flags.to_le_bytes());
    object.extend([0; 4]);
    object.extend(time.to_le_bytes());
    object.resize(usize::from(header_len), 0);
    object.extend(body);
    object.resize(object.len() + body.len() % 4, 0);
    object
}

fn container(method: u16, bytes: &[u8]) -> Vec<u8> {
    let packed = if method == 2 {
        let mut encoder = ZlibEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    } else {
        bytes.to_vec()
    };
    let mut object = b"LOBJ".to_vec();
    object.extend(16_u16.to_le_bytes());
    object.extend(1_u16.to_le_bytes());
    object.extend((32 + packed.len() as u32).to_le_bytes());
    object.extend(10_u32.to_le_bytes());
    object.extend(method.to_le_bytes());
    object.extend([0; 6]);
    object.extend((bytes.len() as u32).to_le_bytes());
    object.extend([0; 4]);
    object.extend(&packed);
    object.resize(object.len() + packed.len() % 4, 0);
    object
}

fn can_message(channel: u16, flags: u8, dlc: u8, id: u32, data: [u8; 8]) -> Vec<u8> {
    let mut body = channel.to_le_bytes().to_vec();
    body.extend([flags, dlc]);
    body.extend(id.to_le_bytes());
    body.extend(data);
    body
}

/// A numbered frame of the kind most logs are full of.
fn numbered(i: u32) -> Vec<u8> {
    let id = if i.is_multiple_of(3) {
        i | 0x8000_0000
    } else {
        i % 0x800
    };
    let mut data = [0; 8];
    data[..4].copy_from_slice(&i.to_be_bytes());
    let mut body = can_message(1 + (i % 2) as u16, 0, 8, id, data);
    body.extend([0; 8]);
    object(1, 86, 2, u64::from(i) * 1_000_000, &body)
}

/// Packed in containers of `container_len` bytes, which objects cross.
fn some_log(n: u32, container_len: usize, method: u16) -> Vec<u8> {
    let objects: Vec<u8> = (0..n).flat_map(numbered).collect();
    let mut log = file_head(START);
    for piece in objects.chunks(container_len) {
        log.extend(container(method, piece));
    }
    log
}

/// The number that a frame of [`some_log`] carries.
fn number(frame: &CanFrame) -> u32 {
    u32::from_be_bytes(*frame.payload.first_chunk().unwrap())
}

#[test]
fn objects_cross_containers_of_any_size() {
    let whole = Log::read(some_log(1000, 1 << 20, 2));
    assert_eq!(whole.frames.len(), 1000);
    assert!(whole.frames.iter().map(number).eq(0..1000));
    assert_eq!(whole.frames[7].timestamp.as_ns(), START_NS + 7_000_000);
    for (container_len, method) in [(10, 0), (33, 2), (1000, 0), (4096, 2), (1 << 20, 0)] {
        let log = Log::read(some_log(1000, container_len, method));
        assert_eq!(log.frames, whole.frames, "{container_len}");
        assert_eq!(log.skipped(), [""; 0], "{container_len}");
    }
}

#[test]
fn every_type_of_frame() {
    let mut fd = can_message(2, 0x01, 13, 0x8000_0123, [0; 8]);
    fd.truncate(8);
    fd.extend([0, 0, 0, 0, 0, 0b111, 32, 0, 0, 0, 0, 0]);
    fd.extend((0..64).collect::<Vec<u8>>());
    let mut fd_64 = vec![3, 9, 12, 0];
    fd_64.extend(0x321_u32.to_le_bytes());
    fd_64.extend([0; 4]);
    fd_64.extend(0x7000_u32.to_le_bytes());
    fd_64.extend([0; 16]);
    fd_64.extend([0, 0, 1, 0, 0, 0, 0, 0]);
    fd_64.extend((1..=12).collect::<Vec<u8>>());
    let mut error_ext = vec![4, 0, 0, 0];
    error_ext.extend([0; 6]);
    error_ext.extend([2, 0, 0, 0, 0, 0]);
    error_ext.extend(0x8000_0044_u32.to_le_bytes());
    error_ext.extend([0; 4]);
    error_ext.extend([9, 8, 0, 0, 0, 0, 0, 0]);
    let mut fd_error = vec![5, 3, 3, 0, 0, 0, 0, 0, 0xC0, 0, 0, 0];
    fd_error.extend(0x55_u32.to_le_bytes());
    fd_error.extend([0; 28]);
    fd_error.extend([7, 6, 5]);
    let data = [1, 2, 3, 4, 5, 6, 7, 8];
    let objects = [
        object(1, 1, 2, 1, &can_message(1, 0x00, 3, 0x123, data)),
        object(2, 1, 1, 2, &can_message(1, 0x01, 15, 0x8000_0123, data)),
        object(1, 86, 2, 3, &can_message(1, 0x80, 4, 0x7FF, data)),
        object(1, 100, 2, 4, &fd),
        object(2, 101, 2, 5, &fd_64),
        object(1, 2, 2, 6, &[3, 0, 0, 0, 0, 0, 0, 0]),
        object(1, 73, 2, 7, &error_ext),
        object(1, 104, 2, 8, &fd_error),
        object(1, 1, 2, 9, &can_message(1, 0x02, 1, 0x1, data)),
        object(1, 1, 2, 10, &can_message(1, 0, 16, 0x1, data)),
        object(1, 1, 1, u64::MAX / 4, &can_message(1, 0, 1, 0x1, data)),
        object(1, 3, 2, 11, &[0; 8]),
        object(1, 65, 2, 12, &vec![b'x'; 100_001]),
        object(1, 1, 2, 13, &can_message(0x1111, 0, 0, 0x8000_0000, data)),
    ];
    let mut file = file_head(START);
    file.extend(container(2, &objects.concat()));
    let log = Log::read(file);
    let found: Vec<String> = (log.frames.iter())
        .map(|frame| {
            let after = frame.timestamp.as_ns() - START_NS;
            let (channel, id, flags, len) = (log.channel(frame), frame.id, frame.flags, frame.len);
            format!("{after} {channel} {id} {flags:?} {len} {:?}", frame.payload)
        })
        .collect();
    let fd_bytes = Payload::new(&(0..32).collect::<Vec<u8>>()).unwrap();
    let expected = [
        "1 CAN1 123 {} 3 Payload(010203)".to_owned(),
        r#"20000 CAN1 00000123 {"TX"} 8 Payload(0102030405060708)"#.to_owned(),
        r#"3 CAN1 7FF {"REMOTE"} 4 Payload()"#.to_owned(),
        format!(r#"4 CAN2 00000123 {{"FD", "BRS", "ESI", "TX"}} 32 {fd_bytes:?}"#),
        r#"5 CAN3 321 {"FD", "BRS", "ESI", "TX"} 12 Payload(0102030405060708090A0B0C)"#.to_owned(),
        r#"6 CAN3 000 {"ERROR"} 0 Payload()"#.to_owned(),
        r#"7 CAN4 00000044 {"ERROR"} 2 Payload(0908)"#.to_owned(),
        r#"8 CAN5 055 {"FD", "BRS", "ERROR"} 3 Payload(070605)"#.to_owned(),
        "13 CAN4369 00000000 {} 0 Payload()".to_owned(),
    ];
    assert_eq!(found, expected);
    assert_eq!(
        log.skipped(),
        [
            "byte 144: request to send, not a frame on the bus",
            "byte 144: payload is not hexadecimal or too long",
            "byte 144: time is not a number in range",
        ]
    );
}

#[test]
fn objects_outside_of_containers_and_an_unknown_start() {
    let mut file = file_head([0; 8]);
    file.extend(numbered(1));
    file.extend(object(1, 115, 2, 0, &vec![7; 300_000]));
    file.extend(container(2, &numbered(2)));
    file.extend(container(3, &numbered(3)));
    file.extend(numbered(4));
    let log = Log::read(file);
    assert!(log.frames.iter().map(number).eq([1, 2, 4]));
    assert_eq!(log.frames[0].timestamp.as_ns(), 1_000_000);
    assert_eq!(log.reader.time_basis(), TimeBasis::Relative);
    assert_eq!(log.skipped().len(), 1, "{:?}", log.skipped());
    assert!(log.skipped()[0].ends_with("packed in an unknown way"));
}

#[test]
fn logs_put_one_after_the_other_are_both_read() {
    let mut file = some_log(10, 200, 2);
    file.extend(file_head([2024, 2, 4, 29, 12, 30, 16, 250]));
    file.extend(container(2, &numbered(0)));
    let log = Log::read(file);
    assert_eq!(log.frames.len(), 11);
    assert_eq!(log.frames[10].timestamp.as_ns(), START_NS + 1_000_000_000);
    assert_eq!(log.skipped(), [""; 0]);
}

#[test]
fn an_unfinished_log_gives_what_is_there() {
    let whole = some_log(2000, 4096, 2);
    let n_whole = 2000;
    for len in (0..whole.len()).step_by(97).filter(|len| *len >= 4) {
        let log = Log::read(whole[..len].to_vec());
        let n = log.frames.len();
        assert!(log.frames.iter().map(number).eq(0..n as u32), "{len}");
        assert!(log.skipped().len() <= 2, "{len}: {:?}", log.skipped());
        // No more is missing than the container that was cut, and what crossed into it.
        let share = (len as f64 - 400.0) / whole.len() as f64;
        assert!(
            n as f64 > share * f64::from(n_whole) - 200.0,
            "{n} at {len}"
        );
    }
    // Space reserved and not written is no damage.
    let mut file = whole;
    file.resize(file.len() + 10_000, 0);
    let log = Log::read(file);
    assert_eq!((log.frames.len(), log.skipped().len()), (2000, 0));
}

#[test]
fn damage_costs_the_container_it_is_in() {
    let mut file = some_log(5000, 4096, 2);
    let middle = file.len() / 2;
    file[middle..middle + 40].fill(0xA5);
    let log = Log::read(file);
    let n = log.frames.len();
    assert!((4700..5000).contains(&n), "{n}");
    assert!(log.frames.iter().map(number).is_sorted());
    assert_eq!(log.frames.last().map(number), Some(4999));
    let skipped = log.reader.skipped();
    assert_eq!(skipped.count(SkipReason::RecordDamaged), skipped.total());
    assert!((1..=2).contains(&skipped.total()), "{:?}", log.skipped());
}

/// Two bytes that make a frame something else, 8 kB long, and nothing but zeros follows it.
#[test]
fn the_size_of_an_object_is_not_true_where_another_lies_in_it() {
    for len in [[0x38, 0x21, 0, 0], [0x38, 0x21, 0x30, 0]] {
        let mut file = some_log(300, 1000, 0);
        let at = 8548
            + file[8548..]
                .windows(4)
                .position(|at| at == b"LOBJ")
                .unwrap();
        file[at + 8..at + 12].copy_from_slice(&len);
        file[at + 12] = 3;
        let log = Log::read(file);
        assert_eq!(log.frames.len(), 299, "{len:?}");
        assert_eq!(log.reader.skipped().total(), 1, "{:?}", log.skipped());
    }
}

#[test]
fn a_container_that_unpacks_to_gigabytes_is_read_piece_by_piece() {
    let zeros = vec![0; 64 << 20];
    let mut file = file_head(START);
    file.extend(container(2, &[numbered(1), zeros, numbered(2)].concat()));
    let log = Log::read(file);
    assert!(log.frames.iter().map(number).eq([1, 2]));
    assert_eq!(log.reader.skipped().total(), 1);
}

#[test]
fn what_is_hidden_in_the_data_files_is_damaged_too() {
    let Some(dir) = test_data::data_dir("formats/fd/fd_fleetwise.blf") else {
        return;
    };
    let path: PathBuf = dir.join("formats/fd/fd_fleetwise.blf");
    let bytes = std::fs::read(path).unwrap();
    let whole = Log::read(bytes.clone());
    for at in (144..bytes.len()).step_by(bytes.len() / 200) {
        let log = Log::read(bytes[..at].to_vec());
        let n = log.frames.len();
        assert_eq!(log.frames, whole.frames[..n]);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn arbitrary_bytes_never_panic(bytes: Vec<u8>, n in 0_u32..4) {
        let mut file = some_log(n, 70, 0);
        file.extend(bytes);
        Log::read(file);
    }

    #[test]
    fn damaged_bytes_never_panic_and_cost_little(
        damage in proptest::collection::vec((0_usize..100_000, any::<u8>()), 1..4),
        method in prop_oneof![Just(0_u16), Just(2)],
    ) {
        let mut file = some_log(300, 1000, method);
        for (at, byte) in &damage {
            let at = 4 + at % (file.len() - 4);
            file[at] = *byte;
        }
        let log = Log::read(file);
        // Three places, each in a container of 20 frames that may take a neighbour along.
        prop_assert!(log.frames.len() > 150, "{} {:?}", log.frames.len(), log.skipped());
    }

    #[test]
    fn a_frame_survives_any_header(time in 0_u64..1 << 60, dlc: u8, flags: u8, id: u32) {
        let mut file = file_head(START);
        file.extend(object(1, 1, 2, time, &can_message(1, flags, dlc, id, [9; 8])));
        let log = Log::read(file);
        prop_assert_eq!(log.frames.len() as u64 + log.reader.skipped().total(), 1);
        if let Some(frame) = log.frames.first() {
            prop_assert_eq!(frame.flags.contains(FrameFlags::REMOTE), flags & 0x80 != 0);
        }
    }
}
