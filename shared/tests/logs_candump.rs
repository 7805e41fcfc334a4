//! Candump logs: against what python-can reads, against the numbering of decoded logs, and against
//! damage of every kind.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod test_data;

use std::fs::File;
use std::io::{self, Write as _};
use std::path::Path;

use arrow::array::{ArrayRef, AsArray as _, RecordBatch};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Float64Type, Int64Type};
use bytes::Bytes;
use canlake_shared::can::{CanFrame, CanId, ChannelIdx, FrameFlags, Payload};
use canlake_shared::logs::{self, LogError, LogReader, ReadAt, SkipReason, TimeBasis, candump};
use canlake_shared::time::Timestamp;
use flate2::Compression;
use flate2::write::GzEncoder;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use proptest::prelude::*;

fn read_all(reader: &mut dyn LogReader) -> Vec<CanFrame> {
    let mut frames = Vec::new();
    while reader.read(&mut frames, 1000).unwrap() > 0 {}
    frames
}

fn open(bytes: Vec<u8>) -> Result<Box<dyn LogReader>, LogError> {
    logs::open(Bytes::from(bytes), "test.log")
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// Numbered frames on two channels, as a log.
fn some_log(n: u32) -> Vec<u8> {
    let mut text = Vec::new();
    for i in 0..n {
        let at = Timestamp::from_ns(1_700_000_000_000_000_000 + i64::from(i) * 1_000_000);
        let id = CanId::standard(i % 0x800).unwrap();
        let payload = Payload::new(&i.wrapping_mul(2_654_435_761).to_be_bytes()).unwrap();
        let frame = CanFrame::data(at, ChannelIdx(0), id, payload);
        candump::write_line(&mut text, &frame, ["can0", "can1"][i as usize % 2]).unwrap();
    }
    text
}

#[test]
fn gzip_is_undone_also_in_several_members() {
    let log = some_log(5_000);
    let (head, tail) = log.split_at(70_001);
    let mut members = gzip(head);
    members.extend(gzip(tail));
    let plain = read_all(&mut *open(log.clone()).unwrap());
    let mut reader = open(members.clone()).unwrap();
    assert_eq!(read_all(&mut *reader), plain);
    assert_eq!(plain.len(), 5_000);
    assert_eq!(reader.skipped().total(), 0);
    assert_eq!(reader.time_basis(), TimeBasis::Absolute);
    assert_eq!(reader.bytes_read(), members.len() as u64);
    assert_eq!(reader.channels().names().len(), 2);
}

#[test]
fn a_truncated_gzip_gives_what_is_there_and_says_so() {
    let log = some_log(5_000);
    let plain = read_all(&mut *open(log.clone()).unwrap());
    let whole = gzip(&log);
    for len in [whole.len() / 2, whole.len() - 1, whole.len() - 9] {
        let mut reader = open(whole[..len].to_vec()).unwrap();
        let frames = read_all(&mut *reader);
        assert_eq!(frames, plain[..frames.len()]);
        assert!(frames.len() > 1_000, "{} of 5000 at {len}", frames.len());
        let skipped = reader.skipped();
        assert_eq!(
            skipped.count(SkipReason::CompressedDataCut),
            1,
            "{skipped:?}"
        );
        assert_eq!(skipped.total(), 1);
        assert_eq!(reader.read(&mut Vec::new(), 10).unwrap(), 0);
    }
}

#[test]
fn a_damaged_gzip_is_read_up_to_the_damage() {
    let mut bytes = gzip(&some_log(20_000));
    let middle = bytes.len() / 2;
    bytes[middle..middle + 64].fill(0xFF);
    let mut reader = open(bytes).unwrap();
    let n = read_all(&mut *reader).len();
    assert!((1_000..20_000).contains(&n), "{n}");
    let skipped = reader.skipped();
    let gzip_faults = skipped.count(SkipReason::CompressedDataDamaged)
        + skipped.count(SkipReason::CompressedDataCut);
    assert_eq!(gzip_faults, 1, "{skipped:?}");
}

/// Fails after its bytes.
struct Failing(Bytes);

impl ReadAt for Failing {
    fn size(&self) -> io::Result<u64> {
        self.0.size()
    }

    fn read_at(&self, offset: u64, target: &mut [u8]) -> io::Result<usize> {
        match self.0.read_at(offset, target)? {
            0 => Err(io::Error::other("pulled out")),
            n => Ok(n),
        }
    }
}

#[test]
fn a_failing_device_is_an_error_after_the_good_frames() {
    let device = Failing(Bytes::from(some_log(100)));
    let mut reader = logs::open(device, "stick/a.log").unwrap();
    let mut frames = Vec::new();
    let error = loop {
        match reader.read(&mut frames, 7) {
            Ok(n) => assert!(n > 0),
            Err(error) => break error,
        }
    };
    assert_eq!(frames.len(), 100);
    assert!(error.to_string().ends_with("stick/a.log"), "{error}");
    assert_eq!(reader.read(&mut frames, 7).unwrap(), 0);
}

#[test]
fn what_is_skipped_is_listed_with_its_place() {
    let text = b"\xEF\xBB\xBF# a comment\r\n\r\n(1.0) can0 1#11\r\nrubbish\r\n\
        (2.0) can0 12345678#AA\r\n(x) can0 1#\n(3.0) can1 1##\n(4.0) can1 2#22";
    let mut reader = open(text.to_vec()).unwrap();
    let frames = read_all(&mut *reader);
    assert_eq!(frames.len(), 3);
    assert_eq!(reader.time_basis(), TimeBasis::Relative);
    let details = reader.skipped().details().iter().map(ToString::to_string);
    let offset = |of: &[u8]| text.windows(of.len()).position(|at| at == of).unwrap();
    assert_eq!(
        details.collect::<Vec<String>>(),
        [
            format!(
                "line 4 (byte {}): not a frame: \"rubbish\"",
                offset(b"rubbish")
            ),
            format!(
                "line 6 (byte {}): time is not a number in range: \"(x) can0 1#\"",
                offset(b"(x)")
            ),
            format!(
                "line 7 (byte {}): payload is not hexadecimal or too long: \"(3.0) can1 1##\"",
                offset(b"(3.0)")
            ),
        ]
    );
}

#[test]
fn other_files_are_refused_with_a_clear_line() {
    let cases: [(&[u8], &str); 3] = [
        (b"", "the log is empty: test.log"),
        (
            b"PAR1 and more",
            "no known log format: it begins with \"PAR1 and more\"",
        ),
        (
            b"date Mon Jan 1 00:00:00 2024\nbase hex\n",
            "no known log format",
        ),
    ];
    for (bytes, expected) in cases {
        let message = open(bytes.to_vec()).unwrap_err().to_string();
        assert!(message.starts_with(expected), "{message}");
    }
    assert!(open(gzip(b"")).is_err());
    assert!(open(vec![0x1F, 0x8B, 0, 0]).is_err());
}

#[test]
fn rubbish_with_endless_lines_and_channels_is_bounded() {
    let mut text = some_log(1);
    text.extend(vec![b'('; 1_000_000]);
    text.push(b'\n');
    for i in 0..3_000 {
        writeln!(text, "(1.0) channel{i} 1#").unwrap();
    }
    let mut reader = open(text).unwrap();
    let n = read_all(&mut *reader).len();
    assert_eq!(reader.skipped().count(SkipReason::LineTooLong), 1);
    assert_eq!(reader.channels().names().len(), 1_024);
    assert_eq!(n, 1_024);
    let surplus = reader.skipped().count(SkipReason::TooManyChannels);
    assert_eq!(surplus, 3_001 - 1_024);
    assert!(reader.skipped().details().len() <= 21);
}

fn any_frame() -> impl Strategy<Value = CanFrame> {
    let id = prop_oneof![
        (0..=CanId::MAX_STANDARD).prop_map(|n| CanId::standard(n).unwrap()),
        (0..=CanId::MAX_EXTENDED).prop_map(|n| CanId::extended(n).unwrap()),
    ];
    let bytes = proptest::collection::vec(any::<u8>(), 0..=64);
    let parts = (any::<i64>(), id, 0..4_u8, bytes, any::<[bool; 3]>());
    parts.prop_map(|(ns, id, kind, bytes, bits)| {
        // i64::MIN has no positive counterpart; it lies in 1677.
        let at = Timestamp::from_ns(ns.max(-i64::MAX));
        let classic = Payload::new(&bytes[..bytes.len().min(8)]).unwrap();
        let mut frame = CanFrame::data(at, ChannelIdx(0), id, classic);
        match kind {
            0 => {}
            1 => {
                frame.flags = FrameFlags::FD
                    .with(FrameFlags::BRS, bits[0])
                    .with(FrameFlags::ESI, bits[1]);
                frame.payload = Payload::new(&bytes).unwrap();
                frame.len = frame.payload.len_u8();
            }
            2 => {
                frame.flags = FrameFlags::REMOTE;
                frame.payload = Payload::EMPTY;
            }
            _ => {
                frame.flags = FrameFlags::ERROR;
                frame.id = CanId::extended(id.number()).unwrap();
            }
        }
        frame.flags = frame.flags.with(FrameFlags::TX, bits[2]);
        frame
    })
}

proptest! {
    #[test]
    fn any_frame_is_written_and_read_back(frames in proptest::collection::vec(any_frame(), 1..20)) {
        let mut text = Vec::new();
        for frame in &frames {
            candump::write_line(&mut text, frame, "can0").unwrap();
        }
        let mut reader = open(text).unwrap();
        prop_assert_eq!(read_all(&mut *reader), frames);
        prop_assert_eq!(reader.skipped().total(), 0);
    }

    #[test]
    fn arbitrary_bytes_never_panic(bytes: Vec<u8>, is_after_a_frame: bool, is_gzip: bool) {
        let mut log = if is_after_a_frame { some_log(1) } else { Vec::new() };
        log.extend(bytes);
        let log = if is_gzip { gzip(&log) } else { log };
        if let Ok(mut reader) = open(log) {
            read_all(&mut *reader);
        }
    }

    #[test]
    fn every_line_is_a_frame_or_is_reported(
        damage in proptest::collection::vec((0_usize..3_000, any::<u8>()), 0..40)
    ) {
        let mut log = some_log(60);
        for (at, byte) in damage {
            let at = at % log.len();
            log[at] = byte;
        }
        let lines = log.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii);
        let lines = lines.filter(|line| !line.is_empty() && !b"#;".contains(&line[0]));
        let n_lines = lines.filter(|line| !line.starts_with(b"//")).count() as u64;
        if let Ok(mut reader) = open(log.clone()) {
            let n_frames = read_all(&mut *reader).len() as u64;
            prop_assert_eq!(n_frames + reader.skipped().total(), n_lines);
        }
    }
}

fn read_parquet(path: &Path) -> Vec<RecordBatch> {
    let builder = ParquetRecordBatchReaderBuilder::try_new(File::open(path).unwrap()).unwrap();
    builder.build().unwrap().map(Result::unwrap).collect()
}

fn open_path(path: &Path) -> Box<dyn LogReader> {
    logs::open(File::open(path).unwrap(), &path.display().to_string()).unwrap()
}

fn column(batch: &RecordBatch, name: &str, data_type: &DataType) -> ArrayRef {
    cast(batch.column_by_name(name).unwrap(), data_type).unwrap()
}

fn texts(batch: &RecordBatch, name: &str) -> Vec<String> {
    let texts = column(batch, name, &DataType::Utf8);
    let texts = texts.as_string::<i32>().iter();
    texts.map(|it| it.unwrap_or_default().to_owned()).collect()
}

fn integers(batch: &RecordBatch, name: &str) -> Vec<i64> {
    let integers = column(batch, name, &DataType::Int64);
    integers.as_primitive::<Int64Type>().values().to_vec()
}

fn flags(batch: &RecordBatch, name: &str) -> Vec<bool> {
    let flags = column(batch, name, &DataType::Boolean);
    flags
        .as_boolean()
        .iter()
        .map(|it| it.unwrap_or(false))
        .collect()
}

#[test]
fn frames_equal_those_of_python_can() {
    let Some(dir) = test_data::data_dir("formats/frames_expected.parquet") else {
        return;
    };
    let expected = read_parquet(&dir.join("formats/frames_expected.parquet"));
    for name in ["css-multi/multiple_CAN.log", "fd/fd_fleetwise.log"] {
        let mut reader = open_path(&dir.join("formats").join(name));
        let frames = read_all(&mut *reader);
        assert_eq!(
            reader.skipped().total(),
            0,
            "{:?}",
            reader.skipped().details()
        );
        let n_compared: usize = expected
            .iter()
            .map(|batch| compare_with_python_can(name, batch, &frames, &*reader))
            .sum();
        assert_eq!(n_compared, frames.len(), "{name}");
        println!("{name}: {n_compared} frames equal");
    }
}

fn compare_with_python_can(
    name: &str,
    batch: &RecordBatch,
    frames: &[CanFrame],
    reader: &dyn LogReader,
) -> usize {
    let files = texts(batch, "file");
    let channels = texts(batch, "channel");
    let numbers = integers(batch, "frame_no");
    let lens = integers(batch, "dlc");
    let ids = integers(batch, "arbitration_id");
    let extended = flags(batch, "is_extended");
    let seconds = column(batch, "timestamp_s", &DataType::Float64);
    let seconds = seconds.as_primitive::<Float64Type>().values();
    let data = column(batch, "data", &DataType::Binary);
    let data = data.as_binary::<i32>();
    let bits = [
        ("is_remote", FrameFlags::REMOTE),
        ("is_error", FrameFlags::ERROR),
        ("is_fd", FrameFlags::FD),
        ("brs", FrameFlags::BRS),
        ("esi", FrameFlags::ESI),
    ];
    let bits = bits.map(|(name, bit)| (name, bit, flags(batch, name)));
    let rows: Vec<usize> = (0..batch.num_rows())
        .filter(|row| files[*row].ends_with(name))
        .collect();
    for row in &rows {
        let row = *row;
        let frame = &frames[usize::try_from(numbers[row]).unwrap()];
        let place = format!("{name} frame {}", numbers[row]);
        let error = frame.timestamp.as_ns() as f64 / 1e9 - seconds[row];
        assert!(error.abs() < 1e-6, "{place}");
        let channel = reader.channels().name(frame.channel).unwrap();
        assert_eq!(channel.as_str(), channels[row], "{place}");
        assert_eq!(i64::from(frame.id.number()), ids[row], "{place}");
        assert_eq!(frame.id.is_extended(), extended[row], "{place}");
        assert_eq!(&*frame.payload, data.value(row), "{place}");
        assert_eq!(i64::from(frame.len), lens[row], "{place}");
        for (column, bit, expected) in &bits {
            assert_eq!(
                frame.flags.contains(*bit),
                expected[row],
                "{place} {column}"
            );
        }
    }
    rows.len()
}

#[test]
fn frame_numbers_of_the_decoded_logs_hold() {
    let Some(dir) = test_data::data_dir("formats/frames_expected.parquet") else {
        return;
    };
    let mut n_logs = 0;
    for entry in std::fs::read_dir(dir.join("logs")).unwrap() {
        let folder = entry.unwrap().path();
        let name = folder.file_name().unwrap().to_str().unwrap().to_owned();
        let mut reader = open_path(&folder.join(format!("{name}.log")));
        let frames = read_all(&mut *reader);
        assert_eq!(
            reader.skipped().total(),
            0,
            "{:?}",
            reader.skipped().details()
        );
        let basis = match name.as_str() {
            "tesla_model_s" => TimeBasis::Relative,
            _ => TimeBasis::Absolute,
        };
        assert_eq!(reader.time_basis(), basis, "{name}");
        for batch in read_parquet(&folder.join("expected.parquet")) {
            let numbers = integers(&batch, "frame_no");
            let times = integers(&batch, "timestamp_us");
            let channels = texts(&batch, "channel");
            let ids = integers(&batch, "arbitration_id");
            let extended = flags(&batch, "is_extended");
            for row in 0..batch.num_rows() {
                let frame = &frames[usize::try_from(numbers[row]).unwrap()];
                assert_eq!(
                    frame.timestamp.as_ns(),
                    times[row] * 1000,
                    "{name} row {row}"
                );
                assert_eq!(i64::from(frame.id.number()), ids[row], "{name} row {row}");
                assert_eq!(frame.id.is_extended(), extended[row], "{name} row {row}");
                let channel = reader.channels().name(frame.channel).unwrap();
                assert_eq!(channel.as_str(), channels[row]);
            }
        }
        println!("{name}: {} frames", frames.len());
        n_logs += 1;
    }
    assert!(n_logs >= 7, "{n_logs} logs");
}
