//! Decoded files of the real command against what cantools and an independent decoder agree on.
//!
//! Tables, recordings and the list of known differences are those of the library's oracle tests:
//! what decodes in memory must come out of the files as well, with nothing more or less different.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::collections::{BTreeMap, HashMap};
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::time::Instant;

use canlake_shared::can::{CanFrame, CanId, ChannelIdx, FrameFlags, Payload};
use canlake_shared::dbc::plan::{CompiledDatabase, DecodedSignal};
use canlake_shared::dbc::{Matching, MessageDef, load};
use canlake_shared::lake::VehicleId;
use canlake_shared::schema::footer::Recording as RecordingInfo;
use canlake_shared::schema::{RawBatchBuilder, RawFileInfo, RawFileWriter};
use canlake_shared::time::Timestamp;
use serde_json::Value;

use expected::{Expected, Tally, assert_known, definition, message_at};
use recordings::RECORDINGS;
use table::Table;
use test_data::data_dir;

#[path = "../../shared/tests/decode_oracle/expected.rs"]
mod expected;
#[path = "../../shared/tests/decode_oracle/recordings.rs"]
mod recordings;
#[path = "../../shared/tests/decode_oracle/table.rs"]
mod table;
#[path = "../../shared/tests/test_data/mod.rs"]
mod test_data;

/// 2026-02-23T00:00:00Z.
const START_NS: i64 = 1_771_804_800_000_000_000;

/// Message as definitions are looked up: identifier, whether it is extended, which of several.
type MessageKey = (i64, i64, i64);
/// Per message and payload number: its bytes, and the rows of the table that are expected of it.
type Payloads = BTreeMap<(MessageKey, i64), (Vec<u8>, Vec<usize>)>;

/// A decoded value: signal, value, label.
type Decoded = (String, f64, Option<String>);

fn run(input: &Path, dbcs: &[PathBuf], matching: &str, out: &Path) -> Value {
    let mut command = Command::new(env!("CARGO_BIN_EXE_canlake-decoder"));
    command.arg("decode").arg(input);
    for dbc in dbcs {
        command.arg("--dbc").arg(dbc);
    }
    command
        .args(["--matching", matching, "--json", "--out"])
        .arg(out);
    let output = command.output().unwrap();
    let messages = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{}: {messages}", input.display());
    serde_json::from_slice(&output.stdout).unwrap()
}

/// All rows of the decoded files of a run.
fn read_lake(lake: &Path, summary: &Value) -> Vec<Table> {
    let outputs = summary["outputs"].as_array().unwrap().iter();
    outputs
        .map(|key| Table::read(&lake.join(key.as_str().unwrap())))
        .collect()
}

#[test]
fn every_value_of_every_dbc_file() {
    let Some(data) = data_dir("oracle") else {
        return;
    };
    let mut files: Vec<_> = fs::read_dir(data.join("oracle"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    let start = Instant::now();
    let mut tally = Tally::default();
    let (mut n_dbcs, mut n_payloads, mut n_too_long) = (0, 0, 0);
    for file in &files {
        let table = Table::read(file);
        let mut expected: Vec<_> = Expected::rows(&table).into_iter().map(Some).collect();
        for (dbc, payloads) in payloads_by_dbc(&table) {
            n_dbcs += 1;
            n_payloads += payloads.len();
            n_too_long += compare_dbc(&data, &dbc, &table, &payloads, &mut expected, &mut tally);
        }
    }
    println!(
        "{} values of {n_payloads} payloads ({n_too_long} too long for a frame, by the library) with {n_dbcs} DBC files in {:.1} s; {} bit for bit, else relative {:e} at most; {} known differences",
        tally.rows,
        start.elapsed().as_secs_f64(),
        tally.bit_exact,
        tally.largest_relative,
        tally.differences.len(),
    );
    assert_eq!(tally.rows, 495_244);
    let known = include_str!("../../shared/tests/decode_oracle/known_differences.txt");
    assert_known(&tally, known);
}

fn payloads_by_dbc(table: &Table) -> BTreeMap<String, Payloads> {
    let (dbcs, ids) = (table.text("dbc"), table.integers("frame_id"));
    let (extended, occurrences) = (
        table.integers("is_extended"),
        table.integers("msg_occurrence"),
    );
    let (numbers, bytes) = (table.integers("payload_no"), table.bytes("payload"));
    let mut by_dbc: BTreeMap<String, Payloads> = BTreeMap::new();
    for row in 0..table.len() {
        let payloads = by_dbc.entry(dbcs[row].clone().unwrap()).or_default();
        let key = ((ids[row], extended[row], occurrences[row]), numbers[row]);
        let payload = payloads.entry(key);
        let (_, rows) = payload.or_insert_with(|| (bytes[row].clone(), Vec::new()));
        rows.push(row);
    }
    by_dbc
}

fn compare_dbc(
    data: &Path,
    dbc: &str,
    table: &Table,
    payloads: &Payloads,
    expected: &mut [Option<Expected>],
    tally: &mut Tally,
) -> usize {
    let dir = tempfile::tempdir().unwrap();
    let raw = dir.path().join("frames_raw.parquet");
    let dbc_path = data.join("dbc").join(dbc);
    let (database, _) = load(&fs::read(&dbc_path).unwrap());
    // A message that no frame holds comes by a transport protocol; its payloads go to the library.
    let mut lengths: HashMap<CanId, usize> = HashMap::new();
    for message in &database.messages {
        let length = lengths.entry(message.id).or_default();
        *length = (*length).max(message.len_bytes as usize);
    }
    let is_transported = |key: &MessageKey, bytes: &[u8]| {
        let length = lengths.get(&id_of(key)).copied().unwrap_or(0);
        length.max(bytes.len()) > Payload::MAX_LEN
    };
    write_raw(&raw, payloads, is_transported);
    let summary = run(&raw, std::slice::from_ref(&dbc_path), "exact", dir.path());
    let frames = payloads
        .iter()
        .filter(|((key, _), (bytes, _))| !is_transported(key, bytes));
    let n_frames = frames.count() as u64;
    assert_eq!(summary["frames"].as_u64(), Some(n_frames), "{dbc}");

    // Message and time tell a frame's decoded rows from all others.
    let mut decoded: HashMap<(String, i64), Vec<Decoded>> = HashMap::new();
    for rows in read_lake(dir.path(), &summary) {
        let (messages, times) = (rows.text("message_name"), rows.integers("timestamp"));
        let (signals, values) = (rows.text("signal_name"), rows.floats("value"));
        let labels = rows.text("label");
        let values = signals.into_iter().zip(values).zip(labels);
        for ((message, time), ((signal, value), label)) in
            messages.into_iter().zip(times).zip(values)
        {
            let rows = decoded.entry((message.unwrap(), time)).or_default();
            rows.push((signal.unwrap(), value, label));
        }
    }
    let names = table.text("message");
    for ((key, _), (time, (bytes, rows))) in
        payloads.keys().zip((START_NS..).zip(payloads.values()))
    {
        let (_, _, occurrence) = key;
        let found = message_at(&database, id_of(key), usize::try_from(*occurrence).unwrap());
        let Some((message, compiled)) = found else {
            tally.rows += rows.len() as u64;
            let name = names[rows[0]].as_deref().unwrap();
            tally.differ(dbc, name, "*", "no such message");
            continue;
        };
        let expected: Vec<Expected> = rows
            .iter()
            .map(|row| expected[*row].take().unwrap())
            .collect();
        let decoded = if is_transported(key, bytes) {
            compiled.decode_payload(bytes)
        } else {
            let decoded = decoded.remove(&(message.name.clone(), time));
            as_signals(message, decoded.unwrap_or_default(), &expected)
        };
        tally.compare((dbc, message), &decoded, &expected);
    }
    payloads.len() - usize::try_from(n_frames).unwrap()
}

fn id_of((id, is_extended, _): &MessageKey) -> CanId {
    CanId::new(u32::try_from(*id).unwrap(), *is_extended == 1).unwrap()
}

/// Frames are those of CAN FD: classic ones are no messages of more than 8 bytes, but parts of them.
fn write_raw(
    path: &Path,
    payloads: &Payloads,
    is_transported: impl Fn(&MessageKey, &[u8]) -> bool,
) {
    let info = RawFileInfo {
        vehicle: VehicleId::new("oracle").unwrap(),
        writer: "test".to_owned(),
        recording: RecordingInfo::default(),
    };
    let mut writer = RawFileWriter::new(File::create(path).unwrap(), info).unwrap();
    let mut builder = RawBatchBuilder::new("oracle");
    for (time, ((key, _), (bytes, _))) in (START_NS..).zip(payloads) {
        if is_transported(key, bytes) {
            continue;
        }
        let payload = Payload::new(bytes).unwrap();
        let time = Timestamp::from_ns(time);
        let frame = CanFrame {
            flags: FrameFlags::FD,
            ..CanFrame::data(time, ChannelIdx(0), id_of(key), payload)
        };
        builder.push(&frame, "can0");
    }
    writer.write(&builder.finish()).unwrap();
    writer.close().unwrap();
}

/// Rows of a decoded file as the comparison takes them. Files have no raw values: they stand for
/// those expected.
fn as_signals(
    message: &MessageDef,
    decoded: Vec<Decoded>,
    expected: &[Expected],
) -> Vec<DecodedSignal> {
    let signal = |(name, physical, label): Decoded| {
        let mut signals = message.signals.iter();
        let signal_idx = signals.position(|signal| signal.name == name);
        let signal_idx = signal_idx.unwrap_or_else(|| panic!("{}.{name}", message.name));
        let short_name = &message.signals[signal_idx].short_name;
        let named = |one: &&Expected| one.signal == *short_name;
        let exactly = |one: &&Expected| named(one) && one.sig_idx == signal_idx;
        let found = expected.iter().find(exactly);
        let found = found.or_else(|| expected.iter().find(named));
        DecodedSignal {
            signal_idx,
            raw: found.map_or(0, |found| found.raw),
            physical,
            label: label.map(Arc::from),
        }
    };
    decoded.into_iter().map(signal).collect()
}

/// Values that the whole log gives: those of single frames, as the test data's manifest says, and of
/// transported messages and trouble codes.
const SIGNAL_VALUES: [(&str, u64); 7] = [
    ("j1939_tractor_6130", 8321 + 247),
    ("j1939_vehicle_imu", 288_706 + 677),
    ("nmea2000_a", 37_556),
    ("nmea2000_raymarine", 7312),
    ("obd2_imu_a", 407_192),
    ("tesla_model_s", 9898),
    ("uds_kona_leaf", 810),
];

#[test]
fn every_value_of_every_log() {
    let Some(data) = data_dir("oracle") else {
        return;
    };
    let mut n_rows = 0;
    for (recording, (name, signal_values)) in RECORDINGS.iter().zip(SIGNAL_VALUES) {
        assert_eq!(recording.name, name);
        let dir = tempfile::tempdir().unwrap();
        let log = data.join(format!("logs/{name}/{name}.log"));
        let dbcs: Vec<_> = recording
            .dbcs
            .iter()
            .map(|dbc| data.join("dbc").join(dbc))
            .collect();
        let matching = match recording.matching {
            Matching::Auto => "auto",
            Matching::Exact => "exact",
            Matching::J1939 => "j1939",
        };
        let summary = run(&log, &dbcs, matching, dir.path());
        let n_lines = fs::read_to_string(&log).unwrap().lines().count();
        assert_eq!(summary["frames"].as_u64(), Some(n_lines as u64), "{name}");
        let found = summary["signal_values"].as_u64();
        assert_eq!(found, Some(signal_values), "{name}");

        let mut decoded = LogRows::default();
        for table in read_lake(dir.path(), &summary) {
            decoded.add(&table);
        }
        let databases = recording.databases(&data);
        let compiled = CompiledDatabase::new(&databases, recording.matching);
        let table = recording.table(&data, "expected.parquet").unwrap();
        let (times, channels) = (table.integers("timestamp_us"), table.text("channel"));
        let (ids, extended) = (
            table.integers("arbitration_id"),
            table.integers("is_extended"),
        );
        for (row, expected) in Expected::rows(&table).into_iter().enumerate() {
            let number = u32::try_from(ids[row]).unwrap();
            let id = CanId::new(number, extended[row] == 1).unwrap();
            let [compiled] = compiled.lookup(id) else {
                panic!("{name}: not one message for {id}")
            };
            let message = definition(&databases, compiled);
            let has_name = |idx: &usize| message.signals[*idx].short_name == expected.signal;
            let signal_idx = Some(expected.sig_idx)
                .filter(|idx| *idx < message.signals.len())
                .filter(has_name)
                .or_else(|| (0..message.signals.len()).find(has_name))
                .unwrap();
            let key = LogKey {
                time: times[row] * 1000,
                channel: channels[row].clone().unwrap(),
                arb_id: ids[row],
                message: message.name.clone(),
                signal: message.signals[signal_idx].name.clone(),
            };
            decoded.take(&key, &expected);
            n_rows += 1;
        }
        println!(
            "{name}: {} frames, {signal_values} values",
            summary["frames"]
        );
    }
    println!("{n_rows} values compared");
    assert_eq!(n_rows, 179_649);
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct LogKey {
    time: i64,
    channel: String,
    arb_id: i64,
    message: String,
    signal: String,
}

/// Values by signal and time, in arrival order, and how many were taken.
#[derive(Default)]
struct LogRows(HashMap<LogKey, (Vec<LabelledValue>, usize)>);

type LabelledValue = (f64, Option<String>);

impl LogRows {
    fn add(&mut self, table: &Table) {
        let (times, ids) = (table.integers("timestamp"), table.integers("arb_id"));
        let (channels, messages) = (table.text("channel"), table.text("message_name"));
        let (signals, values) = (table.text("signal_name"), table.floats("value"));
        let labels = table.text("label");
        for row in 0..table.len() {
            let key = LogKey {
                time: times[row],
                channel: channels[row].clone().unwrap(),
                arb_id: ids[row],
                message: messages[row].clone().unwrap(),
                signal: signals[row].clone().unwrap(),
            };
            let (rows, _) = self.0.entry(key).or_default();
            rows.push((values[row], labels[row].clone()));
        }
    }

    /// Takes the next expected value of a signal and time. Expected values are a part of all, in
    /// order, and frames may share a time: those between are passed over.
    fn take(&mut self, key: &LogKey, expected: &Expected) {
        let (rows, next) = self
            .0
            .get_mut(key)
            .unwrap_or_else(|| panic!("{key:?} is missing"));
        let is_equal = |(value, label): &(f64, Option<String>)| {
            let is_close = (value - expected.physical).abs() <= 1e-12 * expected.physical.abs()
                || value.to_bits() == expected.physical.to_bits()
                || (value.is_nan() && expected.physical.is_nan());
            is_close && *label == expected.label
        };
        let found = rows[*next..].iter().position(is_equal);
        let found =
            found.unwrap_or_else(|| panic!("{key:?}: {expected:?} not in {:?}", &rows[*next..]));
        *next += found + 1;
    }
}
