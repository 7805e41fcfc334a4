//! The real `canlake-decoder` binary: files, exit codes, messages, summary.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::collections::BTreeMap;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use arrow::array::AsArray as _;
use arrow::datatypes::{Float64Type, TimestampNanosecondType};
use canlake_shared::can::{CanFrame, CanId, ChannelIdx, Payload};
use canlake_shared::lake::{BootId, ObjectKey, RawName, VehicleId};
use canlake_shared::schema::footer::{FileSummary, Loss, LossPlace, Recording};
use canlake_shared::schema::{
    ContentHash, RawBatchBuilder, RawFileInfo, RawFileWriter, read_summary,
};
use canlake_shared::time::{TimeRange, Timestamp};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use serde_json::Value;
use tempfile::TempDir;

const DBC: &str = "BO_ 256 Engine: 8 N\n SG_ Speed : 0|16@1+ (0.5,0) [0|0] \"rpm\" N\n SG_ Temp : 16|8@1- (1,-40) [0|0] \"degC\" N\n";
const OTHER_DBC: &str = "BO_ 256 Rival: 8 N\n SG_ Speed : 0|16@1+ (1,0) [0|0] \"\" N\n\nBO_ 512 Body: 8 N\n SG_ Door : 0|1@1+ (1,0) [0|0] \"\" N\n";
/// 2026-02-23T23:59:58Z, in seconds.
const LATE: i64 = 1_771_891_198;

struct Place {
    dir: TempDir,
}

impl Place {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("a.dbc"), DBC).unwrap();
        fs::write(dir.path().join("b.dbc"), OTHER_DBC).unwrap();
        Self { dir }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    fn write(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, bytes).unwrap();
        path
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_canlake-decoder"));
        command.current_dir(self.dir.path()).arg("decode");
        command.args(args);
        command
    }

    fn decode(&self, args: &[&str]) -> Output {
        self.command(args).output().unwrap()
    }

    /// The summary of a run that must end with this code.
    fn json(&self, args: &[&str], code: i32) -> Value {
        let output = self.decode(&[args, &["--json", "--out", "lake"]].concat());
        assert_eq!(output.status.code(), Some(code), "{}", stderr(&output));
        serde_json::from_slice(&output.stdout).unwrap()
    }

    /// Every file of the lake by its path in it.
    fn lake(&self) -> BTreeMap<String, Vec<u8>> {
        let mut files = BTreeMap::new();
        collect(&self.path("lake"), &self.path("lake"), &mut files);
        files
    }
}

fn collect(root: &Path, dir: &Path, files: &mut BTreeMap<String, Vec<u8>>) {
    for entry in fs::read_dir(dir).into_iter().flatten() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(root, &path, files);
        } else {
            let name = path.strip_prefix(root).unwrap().to_str().unwrap();
            files.insert(name.to_owned(), fs::read(&path).unwrap());
        }
    }
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

/// Time, `Message.Signal` and value of each row, in file order, and the footer.
fn rows(bytes: &[u8]) -> (Vec<(i64, String, f64)>, FileSummary) {
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(bytes).unwrap();
    let (summary, warnings) = read_summary(&file).unwrap();
    assert_eq!(warnings, []);
    let reader = ParquetRecordBatchReaderBuilder::try_new(file).unwrap();
    let mut rows = Vec::new();
    for batch in reader.build().unwrap() {
        let batch = batch.unwrap();
        let column = |name| batch.column_by_name(name).unwrap();
        let times = column("timestamp").as_primitive::<TimestampNanosecondType>();
        let values = column("value").as_primitive::<Float64Type>();
        let (messages, signals) = (column("message_name"), column("signal_name"));
        let (messages, signals) = (messages.as_string::<i32>(), signals.as_string::<i32>());
        for i in 0..batch.num_rows() {
            let name = format!("{}.{}", messages.value(i), signals.value(i));
            rows.push((times.value(i), name, values.value(i)));
        }
    }
    assert_eq!(summary.rows, rows.len() as u64);
    (rows, summary)
}

/// One frame a second from [`LATE`] on, the clock stepping back over midnight once.
fn log_over_midnight() -> String {
    let line =
        |(i, secs): (i64, i64)| format!("({}.5) can0 100#{i:02X}00000000000000\n", LATE + secs);
    [0, 1, 2, 1, 3, 4]
        .into_iter()
        .zip(0..)
        .map(|(secs, i)| line((i, secs)))
        .collect()
}

fn raw_file(times: &[i64], recording: Recording) -> Vec<u8> {
    let info = RawFileInfo {
        vehicle: VehicleId::new("TRUCK").unwrap(),
        writer: "test".to_owned(),
        recording,
    };
    let mut writer = RawFileWriter::new(Vec::new(), info).unwrap();
    let mut builder = RawBatchBuilder::new("TRUCK");
    for time in times {
        let payload = Payload::new(&[7, 0, 1, 0, 0, 0, 0, 0]).unwrap();
        let id = CanId::standard(256).unwrap();
        let frame = CanFrame::data(Timestamp::from_ns(*time), ChannelIdx(0), id, payload);
        builder.push(&frame, "can1");
    }
    writer.write(&builder.finish()).unwrap();
    writer.close().unwrap().0
}

#[test]
fn a_log_over_midnight_gives_a_file_a_day_and_loses_no_row() {
    let place = Place::new();
    let log = log_over_midnight();
    place.write("drive.log", &log);
    let summary = place.json(&["drive.log", "--dbc", "a.dbc"], 0);
    assert_eq!(summary["frames"], 6);
    assert_eq!(summary["decoded_frames"], 6);
    assert_eq!(summary["signal_values"], 12);
    let lake = place.lake();
    let hash = ContentHash::of(log.as_bytes());
    let key = |day, start| {
        let short = hash.short();
        format!(
            "decoded/vehicle_id=drive/year=2026/month=02/day={day}/{start}-00000000-00000000-{short}_decoded.parquet"
        )
    };
    let (first, second) = (key("23", "20260223T235958Z"), key("24", "20260224T000000Z"));
    assert_eq!(lake.keys().collect::<Vec<_>>(), [&first, &second]);
    let mut all: Vec<Vec<(i64, f64)>> = Vec::new();
    for (path, bytes) in &lake {
        let (rows, footer) = rows(bytes);
        assert_eq!(footer.sources, [hash], "{path}");
        assert_eq!(footer.vehicle.as_deref(), Some("drive"));
        let dbc = footer.dbc.unwrap();
        assert_eq!(dbc.files[0].name, "a.dbc");
        assert_eq!(dbc.files[0].sha256, ContentHash::of(DBC.as_bytes()));
        assert!(footer.recording.coverage.is_empty());
        let speeds = rows.iter().filter(|(_, name, _)| name == "Engine.Speed");
        all.push(
            speeds
                .map(|(time, _, value)| (time / 1_000_000_000 - LATE, *value))
                .collect(),
        );
    }
    let expected: [Vec<(i64, f64)>; 2] = [
        vec![(0, 0.0), (1, 0.5), (1, 1.5)],
        vec![(2, 1.0), (3, 2.0), (4, 2.5)],
    ];
    assert_eq!(all, expected);

    let before = place.lake();
    place.json(&["drive.log", "--dbc", "a.dbc"], 0);
    assert_eq!(place.lake(), before, "running twice changes nothing");
}

#[test]
fn a_log_of_too_many_days_gives_the_first_of_them_and_says_so() {
    let place = Place::new();
    let line = |day: i64| format!("({}.0) can0 100#0100000000000000\n", LATE + day * 86_400);
    // Day after day and back again: every day is met twice, far apart.
    let log: String = (0..405).chain((0..405).rev()).map(line).collect();
    place.write("year.log", log);
    let output = place.decode(&["year.log", "--dbc", "a.dbc", "--out", "lake", "--json"]);
    assert_eq!(output.status.code(), Some(1));
    let text = stderr(&output);
    assert!(text.contains("405 different days; the first 400"), "{text}");
    let summary: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(summary["frames"], 800);
    let lake = place.lake();
    assert_eq!(lake.len(), 400);
    assert!(lake.values().all(|bytes| rows(bytes).0.len() == 4));
}

#[test]
fn a_raw_lake_file_keeps_its_place_and_what_is_known_of_its_recording() {
    let place = Place::new();
    let at = |secs: i64| (LATE + secs) * 1_000_000_000;
    let ns = Timestamp::from_ns;
    let loss = Loss {
        place: LossPlace::Socket,
        channel: "can1".to_owned(),
        frames: 3,
        exact: true,
        from: ns(at(0)),
        to: ns(at(1)),
    };
    let recording = Recording {
        coverage: vec![TimeRange::new(ns(at(-5)), ns(at(10)))],
        loss: vec![loss.clone()],
        clock: None,
    };
    // As other people write them: over midnight.
    let bytes = raw_file(&[at(0), at(1), at(2)], recording);
    let hash = ContentHash::of(&bytes);
    let name = RawName::new(ns(at(0)), BootId(0xABCD_EF01), 7, hash);
    let key = ObjectKey::raw(VehicleId::new("TRUCK").unwrap(), &name);
    place.write(&key.to_string(), &bytes);
    let summary = place.json(&["raw", "--dbc", "a.dbc"], 0);
    assert_eq!(summary["inputs"], 1);
    let lake = place.lake();
    let expected = key.to_decoded().to_string();
    let next_day = expected.replace("day=23", "day=24");
    assert_eq!(lake.keys().collect::<Vec<_>>(), [&expected, &next_day]);
    let midnight = ns(at(2));
    let (first_rows, first) = rows(&lake[&expected]);
    assert_eq!(first_rows.len(), 4);
    assert_eq!(first.sources, [hash]);
    assert_eq!(
        first.recording.coverage,
        [TimeRange::new(ns(at(-5)), midnight)]
    );
    assert_eq!(first.recording.loss, [loss]);
    let (second_rows, second) = rows(&lake[&next_day]);
    assert_eq!(second_rows.len(), 2);
    assert_eq!(
        second.recording.coverage,
        [TimeRange::new(midnight, ns(at(10)))]
    );
    assert_eq!(second.recording.loss, []);
}

#[test]
fn a_folder_holds_inputs_of_all_kinds_and_other_things() {
    let place = Place::new();
    let at = (LATE - 100) * 1_000_000_000;
    place.write(
        "in/deep/one.log",
        "(1.0) can0 100#01\nrubbish\n(2.0) can0 300#01\n",
    );
    let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gz.write_all(b"(3.0) can0 100#0100000000000000\n").unwrap();
    place.write("in/two.log.gz", gz.finish().unwrap());
    place.write(
        "in/three.parquet",
        raw_file(&[at, at + 1], Recording::default()),
    );
    place.write("in/notes.txt", "not an input");
    place.write("in/.hidden.log", "not an input");
    place.write("in/old_decoded.parquet", "not an input");
    let summary = place.json(&["in", "in/two.log.gz", "--dbc", "a.dbc"], 0);
    assert_eq!(summary["inputs"], 3);
    assert_eq!(summary["frames"], 5);
    assert_eq!(summary["unknown_ids"], 1);
    // One frame of an unknown id; one too short for all its signals.
    assert_eq!(summary["undecoded"]["unknown_id"], 1);
    assert_eq!(summary["skipped"]["not a frame"], 1);
    let vehicles: Vec<String> = place.lake().into_keys().collect();
    let of = |name: &str| vehicles.iter().filter(|key| key.contains(name)).count();
    assert_eq!((of("=one/"), of("=two/"), of("=TRUCK/")), (1, 1, 1));
    // The decoder's own output is no input.
    let again = place.json(&["lake", "--dbc", "a.dbc"], 1);
    assert_eq!(again["inputs"], 0);
}

#[test]
fn the_first_dbc_that_has_a_message_wins() {
    let place = Place::new();
    place.write(
        "x.log",
        "(1.0) can0 100#0200000000000000\n(2.0) can1 200#0100000000000000\n",
    );
    let names = |args: &[&str]| -> Vec<String> {
        place.json(args, 0);
        let lake = place.lake();
        let (rows, _) = rows(lake.values().next().unwrap());
        rows.into_iter()
            .map(|(_, name, value)| format!("{name}={value}"))
            .collect()
    };
    assert_eq!(
        names(&["x.log", "--dbc", "a.dbc", "--dbc", "b.dbc"]),
        ["Body.Door=1", "Engine.Speed=1", "Engine.Temp=-40"]
    );
    assert_eq!(
        names(&["x.log", "--dbc", "b.dbc", "--dbc", "a.dbc"]),
        ["Body.Door=1", "Rival.Speed=2"]
    );
    place.write(
        "m/manifest.toml",
        "[[rule]]\nvehicle = \"x\"\nchannel = \"can0\"\ndbc = \"sub/a.dbc\"\n",
    );
    place.write("m/sub/a.dbc", DBC);
    assert_eq!(
        names(&["x.log", "--manifest", "m/manifest.toml"]),
        ["Engine.Speed=1", "Engine.Temp=-40"]
    );
}

#[test]
fn bad_inputs_cost_no_other_and_say_why() {
    let place = Place::new();
    let good = raw_file(&[LATE * 1_000_000_000], Recording::default());
    place.write("cut.parquet", &good[..good.len() / 2]);
    place.write("empty.log", "");
    place.write("picture.log", [0x89, b'P', b'N', b'G', 0, 0]);
    place.write("good.log", "(1.0) can0 100#0200000000000000\n");
    fs::create_dir(place.path("nothing")).unwrap();
    let bad = [
        "cut.parquet",
        "empty.log",
        "picture.log",
        "missing.log",
        "nothing",
    ];
    let args = [
        &bad[..],
        &["good.log", "--dbc", "a.dbc", "--out", "lake", "--json"],
    ]
    .concat();
    let output = place.decode(&args);
    assert_eq!(output.status.code(), Some(1));
    let summary: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(summary["failed"], 5);
    assert_eq!(summary["frames"], 1);
    let messages = stderr(&output);
    for name in bad {
        let lines = messages.lines().filter(|line| line.contains(name)).count();
        assert_eq!(lines, 1, "{name}: {messages}");
    }
    // Nothing half done is left over.
    assert_eq!(place.lake().len(), 1);
    assert!(
        messages.contains("good.log: has times before 1980"),
        "{messages}"
    );
    // A decoded file is no input.
    let lake = place.lake();
    let decoded = format!("lake/{}", lake.keys().next().unwrap());
    let output = place.decode(&[&decoded, "--dbc", "a.dbc", "--out", "lake"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(
        stderr(&output).contains("decoded rows"),
        "{}",
        stderr(&output)
    );
}

#[test]
fn equal_names_of_different_recordings_never_overwrite_each_other() {
    let place = Place::new();
    let at = LATE * 1_000_000_000;
    let folder = "raw/vehicle_id=TRUCK/year=2026/month=02/day=23/x_raw.parquet";
    place.write(
        &format!("one/{folder}"),
        raw_file(&[at], Recording::default()),
    );
    place.write(
        &format!("two/{folder}"),
        raw_file(&[at, at + 1], Recording::default()),
    );
    let output = place.decode(&["one", "two", "--dbc", "a.dbc", "--out", "lake"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(
        stderr(&output).contains("another input"),
        "{}",
        stderr(&output)
    );
    let lake = place.lake();
    assert_eq!(lake.len(), 1);
    assert_eq!(rows(lake.values().next().unwrap()).0.len(), 2);
}

#[test]
fn exit_codes_and_the_summary_for_people() {
    let place = Place::new();
    place.write(
        "good.log",
        format!("({LATE}.0) can0 100#0200000000000000\n"),
    );
    for args in [
        &["good.log"][..],
        &[],
        &["good.log", "--dbc", "a.dbc", "--wrong"],
    ] {
        assert_eq!(place.decode(args).status.code(), Some(2), "{args:?}");
    }
    for dbc in ["missing.dbc", "good.log"] {
        let output = place.decode(&["good.log", "--dbc", dbc, "--out", "lake"]);
        assert_eq!(output.status.code(), Some(1));
        assert!(stderr(&output).contains(dbc), "{}", stderr(&output));
    }
    let args = [
        "good.log",
        "--dbc",
        "a.dbc",
        "--out",
        "lake",
        "--vehicle",
        "V1",
    ];
    let output = place.decode(&args);
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(stderr(&output), "");
    let text = String::from_utf8(output.stdout).unwrap();
    for line in [
        "frames",
        "decoded frames",
        "signal values",
        "unknown ids",
        "frames/s",
    ] {
        assert!(text.contains(line), "{line}: {text}");
    }
    assert!(
        place
            .lake()
            .keys()
            .all(|key| key.contains("vehicle_id=V1/"))
    );
}

#[test]
fn decodes_where_nobody_reads_stderr() {
    let place = Place::new();
    place.write("drive.log", log_over_midnight());
    let run = |inputs: &[&str]| {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let mut command = place.command(inputs);
        command.args(["--dbc", "a.dbc", "--out", "lake", "-v"]);
        command.stderr(writer).output().unwrap()
    };
    let output = run(&["absent.log", "drive.log"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(!output.stdout.is_empty());
    assert_eq!(place.lake().len(), 2);
    assert_eq!(run(&["drive.log"]).status.code(), Some(0));
}
