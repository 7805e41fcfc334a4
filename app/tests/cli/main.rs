//! The commands as scripts see them: the real program, its output, its exit code.

#![expect(
    clippy::unwrap_used,
    reason = "a helper of a test that cannot go on fails the test"
)]

mod convert;
mod dbc;
mod decoding;
mod lake;
mod layout;

use std::process::{Command, Output};

use serde_json::{Value, json};

use lake::lake;

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
        "integer": false, "labels": [], "comment": "",
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
