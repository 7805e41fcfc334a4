//! Logs become other logs.

use std::path::Path;

use serde_json::json;

use crate::lake::write_raw;
use crate::{canlake, json_of, stderr, stdout};

const BODY: &str =
    "(1767225598.000000) can0 100#01\nrubbish\n(1767225600.000000) can1 00000100#03\n";
const DRIVE: &str = "(1767225599.000000) can0 7DF#05 T\n";

fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("body.log"), BODY).unwrap();
    std::fs::write(folder.path().join("drive.log"), DRIVE).unwrap();
    folder
}

fn path(folder: &Path, name: &str) -> String {
    folder.join(name).to_str().unwrap().to_owned()
}

#[test]
fn logs_are_merged_and_told_about() {
    let folder = folder();
    let [body, drive, all] = ["body.log", "drive.log", "all.blf"].map(|it| path(folder.path(), it));
    let output = canlake(&["convert", &body, &drive, "-o", &all, "--json"]);
    // A line was skipped.
    assert_eq!(output.status.code(), Some(3), "{}", stderr(&output));
    let answer: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let expected = json!({
        "complete": false,
        "problems": [{"path": body, "text": "line 2 (byte 32): not a frame: \"rubbish\""}],
        "output": all, "format": "BLF", "frames": 3,
        "first": "2025-12-31T23:59:58.000000000Z", "last": "2026-01-01T00:00:00.000000000Z",
        "inputs": [
            {"path": body, "format": "candump", "frames": 2, "written": 2,
                "skipped": [{"reason": "not a frame", "count": 1}]},
            {"path": drive, "format": "candump", "frames": 1, "written": 1, "skipped": []},
        ],
        "lost": [{"what": "channel_name", "frames": 3}],
        "channels": [
            {"name": "can0", "written": "CAN1"}, {"name": "can1", "written": "CAN2"},
        ],
    });
    assert_eq!(answer, expected);

    // And back, which loses nothing more; what was there is replaced.
    let back = path(folder.path(), "back.log");
    std::fs::write(&back, "old").unwrap();
    let output = canlake(&["convert", &all, "-o", &back]);
    assert!(output.status.success(), "{}", stderr(&output));
    let expected = "(1767225598.000000) CAN1 100#01\n(1767225599.000000) CAN1 7DF#05 T\n\
        (1767225600.000000) CAN2 00000100#03\n";
    assert_eq!(std::fs::read_to_string(&back).unwrap(), expected);
    let table = stdout(&output);
    assert!(table.starts_with("input "), "{table}");
    assert!(
        table.contains("all.blf  BLF     3       3        0"),
        "{table}"
    );
    assert!(stderr(&output).contains("3 frames written as candump"));
}

#[test]
fn a_part_is_selected() {
    let folder = folder();
    let part = path(folder.path(), "part.csv");
    let source = folder.path().to_str().unwrap();
    let more = [
        "--channel",
        "can0",
        "--id",
        "100-1FF",
        "--id",
        "7DF",
        "--from",
        "2025-12-31T23:59:59Z",
    ];
    let output = canlake(&[&["convert", source, "-o", &part], &more[..]].concat());
    let text = std::fs::read_to_string(&part).unwrap();
    let expected = "timestamp,arbitration_id,extended,remote,error,dlc,data\n\
        1767225599.000000,0x7df,0,0,0,1,BQ==\n";
    assert_eq!(text, expected, "{}", stderr(&output));
    let told = stderr(&output);
    assert!(
        told.contains("CSV does not hold of 1 frames: whether it was sent"),
        "{told}"
    );
}

/// No frame is no failure: an empty log says so.
#[test]
fn nothing_may_be_selected() {
    let folder = folder();
    let [drive, none] = ["drive.log", "none.mf4"].map(|it| path(folder.path(), it));
    let answer = json_of(&["convert", &drive, "-o", &none, "--id", "001", "--json"]);
    assert_eq!(answer["frames"], 0);
    assert_eq!(
        (&answer["first"], &answer["last"]),
        (&json!(null), &json!(null))
    );
    assert_eq!(answer["inputs"][0]["frames"], 1);
    let back = path(folder.path(), "back.blf");
    let answer = json_of(&["convert", &none, "-o", &back, "--json"]);
    assert_eq!(answer["inputs"][0]["format"], "MDF 4");
}

#[test]
fn raw_files_are_read_and_written() {
    let folder = folder();
    let [a, b, all] = ["a.parquet", "b.parquet", "all.parquet"].map(|it| path(folder.path(), it));
    write_raw(Path::new(&a), "V7", 5, 1);
    write_raw(Path::new(&b), "V7", 1, 2);
    let answer = json_of(&["convert", &a, &b, "-o", &all, "--json"]);
    assert_eq!(answer["frames"], 2);
    assert_eq!(answer["lost"], json!([]));
    let log = path(folder.path(), "all.log");
    let output = canlake(&["convert", &all, "-o", &log]);
    assert!(output.status.success(), "{}", stderr(&output));
    let expected = "(1767225599.000000) can0 123#0200\n(1767225603.000000) can0 123#0100\n";
    assert_eq!(std::fs::read_to_string(&log).unwrap(), expected);
    let listed = canlake(&["vehicles", &all, "--json"]);
    assert!(
        stderr(&listed).contains("raw frames"),
        "{}",
        stderr(&listed)
    );
}

#[test]
fn what_cannot_be_done_is_told_and_leaves_nothing() {
    let folder = folder();
    let [body, drive] = ["body.log", "drive.log"].map(|it| path(folder.path(), it));
    let relative = path(folder.path(), "relative.log");
    std::fs::write(&relative, "(0.5) can0 123#00\n").unwrap();
    let empty = path(folder.path(), "empty.log");
    std::fs::write(&empty, "").unwrap();
    let [out, same, trc, away] =
        ["out.asc", "body.log", "out.trc", "away/out.asc"].map(|it| path(folder.path(), it));
    let later = [
        "--from",
        "2026-01-02T00:00:00Z",
        "--to",
        "2026-01-01T00:00:00Z",
    ];
    let cases: [(&[&str], i32, &str); 9] = [
        (&[&body, "-o", &trc], 2, "names no format"),
        (&[&body, &drive, "-o", &same], 2, "input too"),
        (&[&body, "-o", &out, "--id", "12G"], 2, "no arbitration id"),
        (
            &[&body, "-o", &out, later[0], later[1], later[2], later[3]],
            2,
            "range is empty",
        ),
        (
            &[&body, "-o", &out, "--channel", "can9"],
            1,
            "they have can0, can1",
        ),
        (&[&body, &relative, "-o", &out], 1, "convert it alone"),
        (&[&empty, "-o", &out], 2, "no frames in it"),
        (&["nowhere.log", "-o", &out], 1, "nowhere.log"),
        (&[&body, "-o", &away], 1, "away/out.asc"),
    ];
    let before = std::fs::read_dir(folder.path()).unwrap().count();
    for (args, code, told) in cases {
        let output = canlake(&[&["convert"], args].concat());
        let text = stderr(&output);
        assert_eq!(output.status.code(), Some(code), "{args:?}: {text}");
        assert!(text.contains(told), "{args:?}: {text}");
        assert_eq!(stdout(&output), "");
    }
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), before);
    assert_eq!(std::fs::read_to_string(&body).unwrap(), BODY);

    // One that cannot be read does not keep the others back.
    let output = canlake(&["convert", &drive, &empty, "-o", &out]);
    assert_eq!(output.status.code(), Some(3), "{}", stderr(&output));
    assert!(stderr(&output).contains("empty.log"), "{}", stderr(&output));
    assert!(Path::new(&out).exists());
}
