//! `canlake dbc`: what DBC files say, and what they make of a log.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::lake::write_raw;
use crate::{canlake, stderr, stdout};

const CAR: &str = "BU_: ECU N\nBO_ 291 Drive: 2 ECU\n \
    SG_ Speed : 0|16@1+ (0.5,-10) [0|100] \"km/h\" N\n\
    BO_ 5 Doors: 1 ECU\n SG_ Left : 0|1@1+ (1,0) [0|0] \"\" N\n\
    CM_ SG_ 291 Speed \"over ground\";\nVAL_ 5 Left 0 \"shut\" 1 \"open\";\n";

/// The same identifiers, of other lengths.
const OTHER: &str = "BU_: ECU N\nBO_ 291 Lamp: 8 ECU\n SG_ On : 60|1@1+ (1,0) [0|0] \"\" N\n\
    BO_ 292 Horn: 2 ECU\n SG_ Loud : 0|1@1+ (1,0) [0|0] \"\" N\n";

const LOG: &str = "(1767225598.000000) can0 123#0A00\n(1767225598.500000) can0 124#01\n\
    (1767225599.500000) can0 123#14\n(1767225599.600000) can1 7FF#00\n";

struct Folder(tempfile::TempDir);

impl Folder {
    fn new(files: &[(&str, &str)]) -> Self {
        let folder = Self(tempfile::tempdir().unwrap());
        for (name, text) in files {
            let path = folder.path(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        folder
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn text(&self, name: &str) -> String {
        self.path(name).to_str().unwrap().to_owned()
    }
}

/// Exit code, standard output and standard error, in which the folder is called `DIR`.
fn run(folder: &Folder, args: &[&str]) -> (i32, String, String) {
    let args: Vec<String> = args
        .iter()
        .map(|arg| match arg.strip_prefix("DIR/") {
            Some(name) => folder.text(name),
            None => (*arg).to_owned(),
        })
        .collect();
    let args: Vec<&str> = ["dbc"]
        .into_iter()
        .chain(args.iter().map(String::as_str))
        .collect();
    let output = canlake(&args);
    let called = |text: String| text.replace(folder.0.path().to_str().unwrap(), "DIR");
    (
        output.status.code().unwrap(),
        called(stdout(&output)),
        called(stderr(&output)),
    )
}

fn json_of(folder: &Folder, args: &[&str]) -> (i32, Value) {
    let (code, text, told) = run(folder, &[args, &["--json"]].concat());
    (
        code,
        serde_json::from_str(&text).unwrap_or_else(|_| panic!("{told}")),
    )
}

#[test]
fn remarks_are_a_line_each_and_errors_fail() {
    let odd = "BU_: N\nBO_ 1 A: 8 N\n SG_ X : 0|8@1+ (0,0) [0|0] \"\" N\n";
    let bad = "BU_: N\nBO_ 1 A: 8 N\n SG_ X : 0|8@1+ (1,0) [0|0] \"\" N\n \
        SG_ Y : 4|8@1+ (1,0) [0|0] \"\" N\nBA_ rubbish;\n";
    let folder = Folder::new(&[
        ("lib/car.dbc", CAR),
        ("lib/deep/odd.DBC", odd),
        ("lib/notes.txt", "no"),
        ("bad.dbc", bad),
        ("empty/notes.txt", "no"),
    ]);
    let (code, out, told) = run(&folder, &["check", "DIR/lib"]);
    assert_eq!(code, 0, "{told}");
    let line = "DIR/lib/deep/odd.DBC:3: warning: signal X has factor 0: its value is always 0\n";
    assert_eq!(out, line);
    assert_eq!(told, "canlake: files: 2, errors: 0, warnings: 1\n");
    let (code, out, _) = run(&folder, &["check", "DIR/bad.dbc", "DIR/lib"]);
    assert_eq!(code, 1);
    let lines: Vec<&str> = out.lines().collect();
    assert_eq!(lines.len(), 3, "{out}");
    assert_eq!(
        lines[0],
        "DIR/bad.dbc:4: error: message A: signals X and Y share bits"
    );
    assert!(
        lines[1].starts_with("DIR/bad.dbc:5: error: BA_ rubbish;"),
        "{out}"
    );
    let (code, answer) = json_of(&folder, &["check", "DIR/bad.dbc"]);
    assert_eq!(code, 1);
    assert_eq!(answer["complete"], true);
    let file = &answer["files"][0];
    let counts = json!([
        file["messages"],
        file["signals"],
        file["errors"],
        file["warnings"]
    ]);
    assert_eq!(counts, json!([1, 2, 2, 0]));
    let expected = json!({"severity": "error", "line": 4, "kind": "overlap",
        "text": "message A: signals X and Y share bits"});
    assert_eq!(file["remarks"][0], expected);

    let (code, _, told) = run(&folder, &["check", "DIR/empty"]);
    assert_eq!(code, 2, "{told}");
    assert!(told.contains("no DBC file"), "{told}");
    let (code, _, told) = run(&folder, &["check", "DIR/absent.dbc"]);
    assert_eq!(code, 1, "{told}");
    assert!(told.contains("cannot read DIR/absent.dbc"), "{told}");
}

#[test]
fn messages_and_signals_are_listed_and_found() {
    let folder = Folder::new(&[("lib/car.dbc", CAR), ("lib/other.dbc", OTHER)]);
    let names = |args: &[&str], column: usize| -> Vec<String> {
        let (code, out, told) = run(&folder, args);
        assert_eq!(code, 0, "{told}");
        let cell = |line: &str| line.split_whitespace().nth(column).unwrap().to_owned();
        out.lines().skip(1).map(cell).collect()
    };
    let all = names(&["show", "DIR/lib/car.dbc"], 0);
    assert_eq!(all, ["Drive", "Drive.Speed", "Doors", "Doors.Left"]);
    for words in [&["GROUND", "0x123"][..], &["km/h"], &["291", "spe"]] {
        let args = [&["show", "DIR/lib/car.dbc"], words].concat();
        assert_eq!(names(&args, 0), ["Drive.Speed"], "{words:?}");
    }
    let (_, out, _) = run(&folder, &["show", "DIR/lib/car.dbc", "ground"]);
    let row = out.lines().nth(1).unwrap();
    let cells: Vec<&str> = row
        .split("  ")
        .map(str::trim)
        .filter(|it| !it.is_empty())
        .collect();
    let expected = [
        "Drive.Speed",
        "123",
        "0|16 Intel",
        "unsigned",
        "* 0.5 - 10",
        "0 to 100",
        "km/h",
        "over ground",
    ];
    assert_eq!(cells, expected);
    // A library is searched as a whole.
    assert_eq!(names(&["show", "DIR/lib", "loud"], 1), ["Horn.Loud"]);
    let (_, answer) = json_of(&folder, &["show", "DIR/lib", "shut"]);
    let message = &answer["messages"][0];
    assert_eq!(answer["messages"].as_array().unwrap().len(), 1);
    assert_eq!(
        (&message["message"], &message["arb_id"]),
        (&json!("Doors"), &json!(5))
    );
    assert_eq!(
        message["signals"][0]["labels"],
        json!([[0, "shut"], [1, "open"]])
    );
    let (_, _, told) = run(&folder, &["show", "DIR/lib", "Sped"]);
    assert!(told.contains("similar"), "{told}");
    assert_eq!(names(&["show", "DIR/lib", "nothing_like_it"], 0), [""; 0]);
}

#[test]
fn differences_are_told_and_give_one() {
    let changed = CAR
        .replace("Doors", "Hatches")
        .replace("(0.5,-10)", "(0.25,-10)");
    let folder = Folder::new(&[("a.dbc", CAR), ("b.dbc", &changed)]);
    let (code, out, _) = run(&folder, &["diff", "DIR/a.dbc", "DIR/a.dbc"]);
    assert_eq!((code, out.as_str()), (0, ""));
    let (code, out, _) = run(&folder, &["diff", "DIR/a.dbc", "DIR/b.dbc"]);
    let expected = "~ 005 Doors -> 005 Hatches (renamed)\n~ 123 Drive\n  ~ Speed\n      \
        factor: 0.5 -> 0.25\n";
    assert_eq!((code, out.as_str()), (1, expected));
    let (code, answer) = json_of(&folder, &["diff", "DIR/a.dbc", "DIR/b.dbc"]);
    assert_eq!((code, &answer["same"]), (1, &json!(false)));
    let renamed = json!({"kind": "renamed",
        "before": {"name": "Doors", "arb_id": 5, "is_extended": false},
        "after": {"name": "Hatches", "arb_id": 5, "is_extended": false},
        "changes": [], "signals": []});
    assert_eq!(answer["messages"][0], renamed);
    let (code, _, told) = run(&folder, &["diff", "DIR/a.dbc", "DIR/c.dbc"]);
    assert_eq!(code, 2);
    assert!(told.contains("cannot read DIR/c.dbc"), "{told}");
}

#[test]
fn frames_are_explained_and_what_is_not_is_listed() {
    let folder = Folder::new(&[("car.dbc", CAR), ("other.dbc", OTHER), ("drive.log", LOG)]);
    let ask = ["coverage", "DIR/drive.log", "--dbc", "DIR/car.dbc"];
    let (code, answer) = json_of(&folder, &ask);
    assert_eq!((code, &answer["complete"]), (0, &json!(true)));
    assert_eq!(answer["vehicle"], "drive");
    let can0 = &answer["channels"][0];
    assert_eq!(
        (&can0["channel"], &can0["frames"]),
        (&json!("can0"), &json!(3))
    );
    assert_eq!(can0["explained_frames"], 2);
    let drive = json!({"arb_id": 291, "is_extended": false, "frames": 2, "carried_frames": 0,
        "explained": true, "transport": false, "dbc": can0["dbc"][0], "messages": ["Drive"],
        "as_stated": 1, "too_short": 1, "other_length": 0});
    assert_eq!(can0["ids"][0], drive);
    assert_eq!(can0["ids"][1]["explained"], false);
    assert_eq!(can0["unseen"][0]["message"], "Doors");
    assert_eq!(can0["proposal"], json!([]));
    assert_eq!(answer["channels"][1]["explained_frames"], 0);
    let (_, out, _) = run(&folder, &ask);
    let lines: Vec<&str> = out.lines().collect();
    let first = "can0: 2 of 3 frames (66.7 %) explained by DIR/car.dbc";
    assert_eq!(lines[0], first);
    assert!(
        lines
            .iter()
            .any(|it| it.starts_with("124") && it.ends_with("not explained"))
    );
    assert!(out.contains("frames too short for its signals: 1"), "{out}");
    assert!(out.contains("never came of DIR/car.dbc: Doors"), "{out}");

    // Several files: the first that has a message explains it.
    let both = [&ask[..], &["DIR/other.dbc"]].concat();
    let (_, answer) = json_of(&folder, &both);
    let can0 = &answer["channels"][0];
    assert_eq!(can0["explained_frames"], 3);
    assert_eq!(can0["ids"][1]["messages"], json!(["Horn"]));
    assert!(
        can0["proposal"][0]["dbc"]
            .as_str()
            .unwrap()
            .ends_with("/car.dbc")
    );
    assert!(can0["proposal"][1]["misfitting_ids"].as_u64() > Some(0));

    let (code, _, told) = run(&folder, &["coverage", "DIR/drive.log"]);
    assert_eq!(code, 2);
    assert!(told.contains("--dbc"), "{told}");
    let no_dbc = ["coverage", "DIR/drive.log", "--dbc", "DIR/drive.log"];
    let (code, _, told) = run(&folder, &no_dbc);
    assert_eq!(code, 1);
    assert!(told.contains("are these DBC files"), "{told}");
}

#[test]
fn a_folder_of_dbc_files_is_a_choice() {
    let folder = Folder::new(&[
        ("lib/a_other.dbc", OTHER),
        ("lib/car.dbc", CAR),
        ("drive.log", LOG),
    ]);
    let (code, out, told) = run(&folder, &["coverage", "DIR/drive.log", "--dbc", "DIR/lib"]);
    assert_eq!(code, 0, "{told}");
    assert!(
        out.starts_with("can0: 2 of 3 frames (66.7 %) explained by DIR/lib/car.dbc\n"),
        "{out}"
    );
    assert!(out.contains("what fits best:\nDIR/lib/car.dbc"), "{out}");
    // Nothing of the library explains the other channel.
    assert!(
        out.contains("can1: 0 of 1 frames (0.0 %) explained by no DBC file"),
        "{out}"
    );
}

#[test]
fn a_manifest_chooses_by_vehicle_and_channel() {
    let rules = "[[rule]]\nvehicle = \"V2\"\ndbc = \"other.dbc\"\n\n\
        [[rule]]\nchannel = \"can0\"\ndbc = \"car.dbc\"\n";
    let folder = Folder::new(&[
        ("car.dbc", CAR),
        ("other.dbc", OTHER),
        ("manifest.toml", rules),
    ]);
    write_raw(&folder.path("v1.parquet"), "V1", 0, 1);
    write_raw(&folder.path("v2.parquet"), "V2", 0, 1);
    let message = |logs: &[&str], more: &[&str]| {
        let args = [
            &["coverage"],
            logs,
            &["--manifest", "DIR/manifest.toml"],
            more,
        ]
        .concat();
        let (code, answer) = json_of(&folder, &args);
        assert_eq!(code, 0);
        answer["channels"][0]["ids"][0]["messages"][0].clone()
    };
    assert_eq!(message(&["DIR/v1.parquet"], &[]), "Drive");
    assert_eq!(message(&["DIR/v2.parquet"], &[]), "Lamp");
    assert_eq!(message(&["DIR/v1.parquet"], &["--vehicle", "V2"]), "Lamp");
    let logs = ["DIR/v1.parquet", "DIR/v2.parquet"];
    assert_eq!(message(&logs, &["--vehicle", "V1"]), "Drive");
    let args = [
        &["coverage"],
        &logs[..],
        &["--manifest", "DIR/manifest.toml"],
    ]
    .concat();
    let (code, _, told) = run(&folder, &args);
    assert_eq!(code, 2);
    assert!(told.contains("V1, V2"), "{told}");
}

#[test]
fn a_log_that_can_be_read_in_part_gives_three() {
    let log = format!("{LOG}rubbish\n");
    let folder = Folder::new(&[("car.dbc", CAR), ("drive.log", &log)]);
    let ask = ["coverage", "DIR/drive.log", "--dbc", "DIR/car.dbc"];
    let (code, answer) = json_of(&folder, &ask);
    assert_eq!((code, &answer["complete"]), (3, &json!(false)));
    assert!(Path::new(answer["problems"][0]["path"].as_str().unwrap()).ends_with("drive.log"));
    assert_eq!(answer["channels"][0]["explained_frames"], 2);
}
