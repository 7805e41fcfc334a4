//! The commands as scripts see them: the real program, its output, its exit code.

#![expect(
    clippy::unwrap_used,
    reason = "a helper of a test that cannot go on fails the test"
)]

use std::fs::File;
use std::path::Path;
use std::process::{Command, Output};
use std::sync::Arc;

use arrow::array::{ArrayRef, Float64Array, RecordBatch, StringArray, TimestampNanosecondArray};
use canlake::export::{Column, ExportSignal, write_parquet};
use canlake_shared::can::{CanFrame, CanId, ChannelIdx, Payload};
use canlake_shared::lake::VehicleId;
use canlake_shared::schema::footer::Recording;
use canlake_shared::schema::{
    RawBatchBuilder, RawFileInfo, RawFileWriter, SignalDeclaration, SignalKey,
};
use canlake_shared::time::Timestamp;
use parquet::arrow::ArrowWriter;
use serde_json::{Value, json};

/// 2025-12-31T23:59:58Z.
const START: i64 = 1_767_225_598_000_000_000;
const SEC: i64 = 1_000_000_000;

fn canlake(args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_canlake"));
    // The zone of the machine must not matter.
    command.args(args).env("TZ", "Asia/Kolkata");
    command.output().expect("the program starts")
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

fn json_of(args: &[&str]) -> Value {
    let output = canlake(args);
    assert!(output.status.success(), "{}", stderr(&output));
    serde_json::from_slice(&output.stdout).unwrap()
}

fn write_ours(path: &Path, vehicle: &str, signals: &[(SignalKey, &str, &[i64], &[f64])]) {
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
                labels: &[],
            },
        })
        .collect();
    write_parquet(File::create(path).unwrap(), vehicle, &signals).unwrap();
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
fn lake() -> tempfile::TempDir {
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

fn path_of(lake: &tempfile::TempDir) -> &str {
    lake.path().to_str().unwrap()
}

#[test]
fn vehicles_are_listed() {
    let lake = lake();
    let answer = json_of(&["vehicles", path_of(&lake), "--json"]);
    assert_eq!(answer["complete"], true);
    assert_eq!(answer["raw_files"], json!([]));
    let mut v1 = answer["vehicles"][0].clone();
    assert!(v1["bytes"].take().as_u64().unwrap() > 0);
    let expected = json!({
        "vehicle": "V1", "first": "2025-12-31T23:59:58.000000000Z",
        "last": "2026-01-01T00:00:02.000000000Z", "rows": 7, "bytes": null, "files": 1,
        "sessions": 1, "signals": 2,
    });
    assert_eq!(v1, expected);
    let table = stdout(&canlake(&["vehicles", path_of(&lake)]));
    assert!(table.starts_with("vehicle  first "), "{table}");
    assert!(
        table.contains("W        2025-12-31T23:59:58.000000000Z"),
        "{table}"
    );
}

#[test]
fn sessions_are_listed() {
    let lake = lake();
    let answer = json_of(&["sessions", path_of(&lake), "--vehicle", "W", "--json"]);
    let mut session = answer["sessions"][0].clone();
    session["bytes"].take();
    let expected = json!({
        "vehicle": "W", "number": 1, "first": "2025-12-31T23:59:58.000000000Z",
        "last": "2026-01-01T00:00:01.000000000Z", "duration_s": 3.000_000_001, "rows": 5,
        "bytes": null, "estimated": false, "files": 1, "signals": 2, "gaps": [],
        "overlapping": false, "lost_frames": 0, "lost_at_least": false,
    });
    assert_eq!(session, expected);
    assert_eq!(answer["sessions"].as_array().unwrap().len(), 1);
}

#[test]
fn signals_are_listed() {
    let lake = lake();
    let answer = json_of(&["signals", path_of(&lake), "--vehicle", "V1", "--json"]);
    let expected = json!({
        "vehicle": "V1", "name": "Drive.Speed", "key": "can0:Drive[0x123].Speed",
        "message": "Drive", "signal": "Speed", "channel": "can0", "arb_id": 291, "unit": "km/h",
        "rows": 5, "min": 10.0, "max": 40.0, "first": "2025-12-31T23:59:58.000000000Z",
        "last": "2026-01-01T00:00:02.000000000Z", "cycle_time_ms": 1000, "on_change": false,
        "integer": false, "labels": [],
    });
    assert_eq!(answer["signals"][1], expected);
    // Two messages with a signal of the same name are two signals, and units are known.
    let answer = json_of(&["signals", path_of(&lake), "--vehicle", "W", "--json"]);
    let names = answer["signals"].as_array().unwrap().iter();
    let names: Vec<_> = names
        .map(|it| (it["name"].clone(), it["unit"].clone()))
        .collect();
    let expected = [
        (json!("Front.Temp"), json!("A")),
        (json!("Rear.Temp"), json!("A")),
    ];
    assert_eq!(names, expected);
}

#[test]
fn samples_come_as_csv() {
    let lake = lake();
    let output = canlake(&[
        "query",
        path_of(&lake),
        "--vehicle",
        "V1",
        "--signal",
        "Drive.Speed",
        "Battery.Current, A",
        "--from",
        "2026-01-01T05:29:59+05:30",
        "--to",
        "2026-01-01T00:00:01Z",
        "--explain",
    ]);
    let expected = "timestamp,Drive.Speed [km/h],\"Battery.Current, A\"\r\n\
        2025-12-31T23:59:59.000000000Z,20,-1\r\n\
        2026-01-01T00:00:00.000000000Z,NaN,0.0000001\r\n";
    assert_eq!(stdout(&output), expected, "{}", stderr(&output));
    let explained = stderr(&output);
    for line in [
        "files:      1 of 1 read, 0 pruned",
        "row groups: ",
        "pages:      ",
        "bytes:      ",
    ] {
        assert!(explained.contains(line), "{explained}");
    }
}

#[test]
fn samples_come_as_json() {
    let lake = lake();
    let answer = json_of(&[
        "query",
        path_of(&lake),
        "--vehicle",
        "V1",
        "--signal",
        "Speed",
        "--to",
        "2026-01-01T00:00:01Z",
        "--format",
        "json",
        "--labels",
    ]);
    let expected = json!({
        "complete": true, "problems": [], "vehicle": "V1", "from": null,
        "to": "2026-01-01T00:00:01.000000000Z", "downsampled": false,
        "signals": [{
            "name": "Drive.Speed", "key": "can0:Drive[0x123].Speed", "unit": "km/h", "rows": 3,
            "times": ["2025-12-31T23:59:58.000000000Z", "2025-12-31T23:59:59.000000000Z",
                "2026-01-01T00:00:00.000000000Z"],
            "values": [10.0, 20.0, "NaN"], "labels": [null, null, null],
        }],
    });
    assert_eq!(answer, expected);
}

#[test]
fn thinned_out_samples_say_so() {
    let lake = lake();
    let answer = json_of(&[
        "query",
        path_of(&lake),
        "--vehicle",
        "V1",
        "--signal",
        "Speed",
        "--format",
        "json",
        "--max-points",
        "3",
    ]);
    assert_eq!(answer["downsampled"], true);
    assert_eq!(answer["signals"][0]["rows"], 5);
    assert_eq!(answer["signals"][0]["values"], json!([10.0, 40.0, 10.5]));
}

#[test]
fn an_export_opens_again() {
    let lake = lake();
    let out = tempfile::tempdir().unwrap();
    let file = out.path().join("part.parquet");
    let file = file.to_str().unwrap();
    let signals = ["--signal", "Speed", "Current, A"];
    let query = [
        &["query", path_of(&lake), "--vehicle", "V1"][..],
        &signals[..],
    ]
    .concat();
    let export = [&query[..], &["--format", "parquet", "-o", file]].concat();
    let written = canlake(&export);
    assert!(written.status.success(), "{}", stderr(&written));
    let exported = canlake(&[&["query", file][..], &signals[..]].concat());
    assert_eq!(stdout(&exported), stdout(&canlake(&query)));
    assert_eq!(stdout(&exported).lines().count(), 6);
}

#[test]
fn statistics_name_both_means() {
    let lake = lake();
    let stats = [
        "stats",
        path_of(&lake),
        "--vehicle",
        "W",
        "--signal",
        "Front.Temp",
    ];
    let answer = json_of(&[&stats[..], &["--json"]].concat());
    let front = &answer["stats"][0];
    assert_eq!(front["count"], 3);
    let is_near = |name: &str, expected: f64| {
        let found = front[name].as_f64().unwrap();
        assert!((found - expected).abs() < 1e-12, "{name}: {found}");
    };
    is_near("sample_mean", 7.0 / 3.0);
    is_near("time_weighted_mean", 5.0 / 3.0);
    let max = json!({"time": "2026-01-01T00:00:01.000000000Z", "value": 4.0});
    assert_eq!(front["max"], max);
    let table = stdout(&canlake(&stats));
    assert!(table.contains("sample mean"), "{table}");
    assert!(table.contains("time-weighted mean"), "{table}");
}

#[test]
fn a_damaged_file_costs_itself_and_is_named() {
    let lake = lake();
    let folder = lake
        .path()
        .join("decoded/vehicle_id=V1/year=2025/month=12/day=31");
    std::fs::write(
        folder.join("b_decoded.parquet"),
        b"PAR1 this is no footer PAR1",
    )
    .unwrap();
    let query = |vehicle, signal| {
        canlake(&[
            "query",
            path_of(&lake),
            "--vehicle",
            vehicle,
            "--signal",
            signal,
        ])
    };
    let output = query("V1", "Speed");
    assert_eq!(output.status.code(), Some(3));
    assert_eq!(stdout(&output).lines().count(), 6);
    assert!(
        stderr(&output).contains("b_decoded.parquet"),
        "{}",
        stderr(&output)
    );
    // It cannot have held rows of the other vehicle.
    let output = query("W", "Front.Temp");
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let listed = canlake(&["vehicles", path_of(&lake), "--json"]);
    assert_eq!(listed.status.code(), Some(3));
    let listed: Value = serde_json::from_slice(&listed.stdout).unwrap();
    assert_eq!(listed["complete"], false);
    assert_eq!(listed["vehicles"].as_array().unwrap().len(), 2);
}

/// A log and a DBC file in, samples out; a line that is no frame is named.
#[test]
fn a_log_is_decoded_with_a_dbc() {
    let folder = tempfile::tempdir().unwrap();
    let (log, dbc) = (
        folder.path().join("drive.log"),
        folder.path().join("car.dbc"),
    );
    let lines = "(1767225598.000000) can0 123#0A00\nrubbish\n(1767225599.500000) can0 123#1400\n";
    std::fs::write(&log, lines).unwrap();
    let text = "VERSION \"\"\n\nBU_: ECU\n\nBO_ 291 Drive: 2 ECU\n \
        SG_ Speed : 0|16@1+ (0.5,0) [0|0] \"km/h\" ECU\n";
    std::fs::write(&dbc, text).unwrap();
    let (log, dbc) = (log.to_str().unwrap(), dbc.to_str().unwrap());
    let run = |args: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_canlake"));
        command.args(args).env("XDG_CACHE_HOME", folder.path());
        command.output().unwrap()
    };
    let expected = "timestamp,Drive.Speed [km/h]\r\n\
        2025-12-31T23:59:58.000000000Z,5\r\n2025-12-31T23:59:59.500000000Z,10\r\n";
    // The second time out of the cache, the third as the only log of a folder.
    let logs = folder.path().join("logs");
    std::fs::create_dir(&logs).unwrap();
    std::fs::copy(log, logs.join("drive.log")).unwrap();
    for source in [log, log, logs.to_str().unwrap()] {
        let output = run(&["query", "--signal", "Drive.Speed", "--dbc", dbc, source]);
        assert_eq!(stdout(&output), expected, "{}", stderr(&output));
        assert_eq!(output.status.code(), Some(3), "{}", stderr(&output));
        let told = stderr(&output);
        assert!(
            told.contains("drive.log") && told.contains("line 2"),
            "{told}"
        );
    }
    // The decoder's manifest does as well, and its rules count.
    let manifest = folder.path().join("manifest.toml");
    for (channel, is_decoded) in [("can0", true), ("can1", false)] {
        let rule = format!("[[rule]]\nchannel = \"{channel}\"\ndbc = \"car.dbc\"\n");
        std::fs::write(&manifest, rule).unwrap();
        let dbc = manifest.to_str().unwrap();
        let output = run(&["query", log, "--signal", "Drive.Speed", "--dbc", dbc]);
        assert_eq!(
            stdout(&output) == expected,
            is_decoded,
            "{}",
            stderr(&output)
        );
    }
    let output = run(&["query", log, "--signal", "Drive.Speed"]);
    assert_eq!(output.status.code(), Some(2), "{}", stderr(&output));
    assert!(stderr(&output).contains("--dbc"), "{}", stderr(&output));
}

/// What a recorder leaves: a folder of raw files in which nothing is decoded.
#[test]
fn a_lake_of_raw_files_is_decoded_with_a_dbc() {
    let folder = tempfile::tempdir().unwrap();
    let raw = folder
        .path()
        .join("raw/vehicle_id=V1/year=2025/month=12/day=31");
    std::fs::create_dir_all(&raw).unwrap();
    for (idx, secs) in [(0, 0), (1, 10)] {
        let file = File::create(raw.join(format!("{idx}_raw.parquet"))).unwrap();
        let info = RawFileInfo {
            vehicle: VehicleId::new("V1").unwrap(),
            writer: "test".to_owned(),
            recording: Recording::default(),
        };
        let mut writer = RawFileWriter::new(file, info).unwrap();
        let mut builder = RawBatchBuilder::new("V1");
        let frame = CanFrame::data(
            Timestamp::from_ns(START + secs * SEC),
            ChannelIdx(0),
            CanId::standard(0x123).unwrap(),
            Payload::new(&[10 + idx, 0]).unwrap(),
        );
        builder.push(&frame, "can0");
        writer.write(&builder.finish()).unwrap();
        writer.close().unwrap();
    }
    let dbc = folder.path().join("car.dbc");
    let text = "BO_ 291 Drive: 2 ECU\n SG_ Speed : 0|16@1+ (0.5,0) [0|0] \"km/h\" ECU\n";
    std::fs::write(&dbc, text).unwrap();
    let run = |more: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_canlake"));
        command.arg("query").arg(folder.path().join("raw"));
        command.args(["--signal", "Drive.Speed"]).args(more);
        command.env("XDG_CACHE_HOME", folder.path());
        command.output().unwrap()
    };
    let output = run(&["--dbc", dbc.to_str().unwrap()]);
    let expected = "timestamp,Drive.Speed [km/h]\r\n\
        2025-12-31T23:59:58.000000000Z,5\r\n2026-01-01T00:00:08.000000000Z,5.5\r\n";
    assert_eq!(stdout(&output), expected, "{}", stderr(&output));
    assert!(output.status.success(), "{}", stderr(&output));
    let output = run(&[]);
    assert!(!output.status.success());
    assert!(stderr(&output).contains("--dbc"), "{}", stderr(&output));
}

#[test]
fn failures_are_one_line_and_have_their_code() {
    let lake = lake();
    let lake = path_of(&lake);
    let v1 = |more: &[&'static str]| -> Vec<String> {
        let start = ["query", lake, "--vehicle", "V1", "--signal"];
        start.iter().chain(more).map(|&it| it.to_owned()).collect()
    };
    let args = |args: &[&str]| -> Vec<String> { args.iter().map(|&it| it.to_owned()).collect() };
    let cases = [
        (
            args(&["query", lake, "--signal", "Speed"]),
            2,
            "name one with --vehicle: V1, W",
        ),
        (
            args(&["query", lake, "--vehicle", "X", "--signal", "Speed"]),
            1,
            "no vehicle \"X\"",
        ),
        (v1(&["Nope"]), 1, "no signal Nope"),
        (v1(&["Speed", "--from", "yesterday"]), 2, "RFC 3339"),
        (
            v1(&[
                "Speed",
                "--from",
                "2026-01-02T00:00:00Z",
                "--to",
                "2026-01-01T00:00:00Z",
            ]),
            2,
            "the range is empty",
        ),
        (v1(&["Speed", "--format", "parquet"]), 2, "--output"),
        (
            args(&["vehicles", "/nowhere/at/all"]),
            1,
            "cannot open /nowhere/at/all",
        ),
        (
            args(&["vehicles", "s3://lake/prefix"]),
            1,
            "not in this version",
        ),
        (args(&["vehicles"]), 2, "SOURCE"),
    ];
    for (args, code, text) in cases {
        let args: Vec<&str> = args.iter().map(String::as_str).collect();
        let output = canlake(&args);
        let said = stderr(&output);
        assert_eq!(output.status.code(), Some(code), "{args:?}: {said}");
        assert!(said.contains(text), "{args:?}: {said}");
        assert_eq!(stdout(&output), "", "{args:?}");
        if code == 1 {
            assert_eq!(said.lines().count(), 1, "{args:?}: {said}");
        }
    }
}
