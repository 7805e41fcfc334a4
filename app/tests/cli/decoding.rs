//! Raw files and logs given to a command are decoded first.

use std::path::Path;
use std::process::{Command, Output};

use canlake_shared::schema::SignalKey;

use crate::lake::{START, write_ours, write_raw};
use crate::{stderr, stdout};

const DBC: &str = "VERSION \"\"\n\nBU_: ECU\n\nBO_ 291 Drive: 2 ECU\n \
    SG_ Speed : 0|16@1+ (0.5,0) [0|0] \"km/h\" ECU\n";

/// A run that keeps decoded files in `folder`.
fn run(folder: &Path, args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_canlake"));
    command.args(args).env("XDG_CACHE_HOME", folder);
    command.output().unwrap()
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
    std::fs::write(&dbc, DBC).unwrap();
    let (log, dbc) = (log.to_str().unwrap(), dbc.to_str().unwrap());
    let run = |args: &[&str]| run(folder.path(), args);
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
        if is_decoded {
            assert_eq!(stdout(&output), expected, "{}", stderr(&output));
            assert_eq!(output.status.code(), Some(3), "{}", stderr(&output));
        } else {
            assert_eq!(stdout(&output), "");
            assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
            let told = stderr(&output);
            assert!(told.contains("0 of 2 frames gave values"), "{told}");
            assert!(told.contains("no decoded signals"), "{told}");
        }
    }
    let output = run(&["query", log, "--signal", "Drive.Speed"]);
    assert_eq!(output.status.code(), Some(2), "{}", stderr(&output));
    assert!(stderr(&output).contains("--dbc"), "{}", stderr(&output));
}

/// What a recorder leaves: a folder of raw files in which nothing is decoded.
#[test]
fn a_lake_of_raw_files_is_decoded_with_a_dbc() {
    let folder = tempfile::tempdir().unwrap();
    let lake = folder.path().join("lake");
    let day = lake.join("raw/vehicle_id=V1/year=2025/month=12/day=31");
    for (value, secs) in [(10, 0), (11, 10)] {
        write_raw(&day.join(format!("{secs}_raw.parquet")), "V1", secs, value);
    }
    let dbc = folder.path().join("car.dbc");
    std::fs::write(&dbc, DBC).unwrap();
    let ask = |more: &[&str]| {
        let args = ["query", lake.to_str().unwrap(), "--signal", "Drive.Speed"];
        run(folder.path(), &[&args, more].concat())
    };
    let with_dbc = ["--dbc", dbc.to_str().unwrap()];
    let expected = "timestamp,Drive.Speed [km/h]\r\n\
        2025-12-31T23:59:58.000000000Z,5\r\n2026-01-01T00:00:08.000000000Z,5.5\r\n";
    let output = ask(&with_dbc);
    assert_eq!(stdout(&output), expected, "{}", stderr(&output));
    assert!(output.status.success(), "{}", stderr(&output));
    let output = ask(&[]);
    assert!(!output.status.success());
    assert!(stderr(&output).contains("--dbc"), "{}", stderr(&output));

    // Beside another vehicle that is decoded, which keeps its samples once.
    let key = SignalKey::new("can0", "Drive", Some(0x123), "Speed");
    write_ours(
        &lake.join("decoded/vehicle_id=V2/year=2025/month=12/day=31/a_decoded.parquet"),
        "V2",
        &[(key, "km/h", &[START], &[1.0])],
    );
    let raw = lake.join("raw/vehicle_id=V2/year=2025/month=12/day=31/a_raw.parquet");
    write_raw(&raw, "V2", 0, 2);
    let output = ask(&[&with_dbc[..], &["--vehicle", "V1"]].concat());
    assert_eq!(stdout(&output), expected, "{}", stderr(&output));
    let output = ask(&[&with_dbc[..], &["--vehicle", "V2"]].concat());
    let expected = "timestamp,Drive.Speed [km/h]\r\n2025-12-31T23:59:58.000000000Z,1\r\n";
    assert_eq!(stdout(&output), expected, "{}", stderr(&output));
}

/// Tables of other programs need no DBC files; what the app writes, it reads.
#[test]
fn measured_tables_are_opened_as_they_are() {
    let folder = tempfile::tempdir().unwrap();
    let table = folder.path().join("bench.csv");
    std::fs::write(
        &table,
        "time [s];U [V];Mode\n0,5;12,25;on\n1,5;13;off\nx;1;on\n",
    )
    .unwrap();
    let run = |args: &[&str]| run(folder.path(), args);
    let out = folder.path().join("out.csv");
    let (table, copy) = (table.to_str().unwrap(), out.to_str().unwrap());
    let output = run(&["query", table, "--signal", "bench.U", "-o", copy]);
    assert_eq!(output.status.code(), Some(3), "{}", stderr(&output));
    let told = stderr(&output);
    assert!(
        told.contains("line 4") && told.contains("4 measured values"),
        "{told}"
    );
    let expected = "timestamp,bench.U [V]\r\n\
        1970-01-01T00:00:00.500000000Z,12.25\r\n1970-01-01T00:00:01.500000000Z,13\r\n";
    assert_eq!(std::fs::read_to_string(&out).unwrap(), expected);
    let output = run(&["query", copy, "--signal", "bench.U"]);
    assert_eq!(stdout(&output), expected, "{}", stderr(&output));
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
}
