//! What "copy as" gives is run: pandas, Polars, `DuckDB` and this program read the rows that the app
//! plots, whatever files and names are like.
//!
//! Needs Python with pandas, pyarrow, polars and duckdb: `CANLAKE_PYTHON`, or `python3`. Without
//! them these tests say so and do nothing, unless `CANLAKE_NO_SKIP` is set.

#![expect(
    clippy::unwrap_used,
    reason = "a helper of a test that cannot go on fails the test"
)]

mod lake;
mod run;

use std::path::{Path, PathBuf};

use canlake::share::{CopyError, Kind, copy_as};
use canlake::source::SourceLocation;
use canlake_shared::schema::SignalKey;
use canlake_shared::time::TimeRange;

use lake::{Columns, around_new_year, key, row, write, write_lake};
use run::{Case, check};

fn case(name: &'static str, root: &Path, vehicle: &'static str, signals: &[SignalKey]) -> Case {
    Case {
        name,
        source: SourceLocation::path(root),
        vehicle,
        signals: signals.to_vec(),
        range: around_new_year(-2, 2),
        has_command: true,
    }
}

#[test]
fn rows_of_a_lake() {
    let lake = tempfile::tempdir().unwrap();
    let root = lake.path();
    write_lake(root);
    let speed = key("can0", 0x123, "Speed");
    let gear = key("can0", 0x123, "Gear");
    let other_bus = key("can1", 0x123, "Speed");
    let other_id = key("can0", 0x18FF_0001, "Speed");
    let buses = [other_bus, gear.clone(), other_id, speed.clone()];
    let plain = SignalKey::new("", "Drive", None, "Speed");
    let original = [SignalKey::new("", "Other", None, "Speed"), plain.clone()];
    let of_v = |name, signals: &[SignalKey]| case(name, root, "V", signals);
    let of_o = |name, from, to| Case {
        range: around_new_year(from, to),
        ..case(name, root, "O", &original)
    };
    let part = root.join("decoded/vehicle_id=V/year=2025");
    check(&[
        of_v("over New Year", &buses),
        case("the decoded part", &root.join("decoded"), "V", &buses[..2]),
        case(
            "a part of the lake",
            &part,
            "V",
            std::slice::from_ref(&gear),
        ),
        Case {
            range: TimeRange::ALL,
            ..of_v("all time", &buses)
        },
        of_o("a day's first second", 0, 1),
        of_o("a day's last second", -1, 0),
        Case {
            has_command: false,
            ..of_v("unknown bus", &[plain, speed.clone()])
        },
        Case {
            has_command: false,
            ..of_v("one twice", &[speed.clone(), gear, speed])
        },
        case("vehicle in the folder", root, "N", &original),
        case("renamed folder", root, "RENAMED", &original),
        case("escaped folder", root, "VIN 1'", &original),
        case("no folder", root, "STRAY", &original),
        case("folder without a day", root, "COLUMN", &original),
    ]);
}

#[test]
fn rows_of_files() {
    let lake = tempfile::tempdir().unwrap();
    let root = lake.path();
    write_lake(root);
    let ours = [key("can0", 0x123, "Speed"), key("can0", 0x123, "Gear")];
    let original = [SignalKey::new("", "Drive", None, "Speed")];
    // A file that says nowhere whose rows it holds.
    let nameless = root.join("nameless.parquet");
    write(
        &nameless,
        Columns::WithoutVehicle,
        &[row("", &original[0], 0, 1.5)],
    );
    let in_lake = |path: &str| root.join("decoded").join(path);
    let stray = in_lake("stray_decoded.parquet");
    let folder = in_lake("vehicle_id=O");
    let day = "year=2025/month=12/day=31";
    let of_o = folder.join(day).join("20251231T235958Z_decoded.parquet");
    let first = in_lake("vehicle_id=V")
        .join(day)
        .join("20251231T235957Z_decoded.parquet");
    let copy = root.join("copy.parquet");
    let several = |name, paths: &[&PathBuf], vehicle, signals: &[SignalKey]| Case {
        source: SourceLocation::Local(paths.iter().map(|&path| path.clone()).collect()),
        ..case(name, root, vehicle, signals)
    };
    check(&[
        case("a file", &copy, "V", &ours),
        case("a file of a lake", &first, "V", &ours),
        case("a file of two vehicles", &stray, "O", &original),
        case("a file without a vehicle", &nameless, "unknown", &original),
        several("two files", &[&stray, &of_o], "O", &original),
        several("twice the same", &[&copy, &first], "V", &ours),
        several("a file and a folder", &[&stray, &folder], "O", &original),
    ]);
}

#[test]
fn rows_whatever_names_are_like() {
    const ODD: &str = "it's \"x\" 100%s %41 {y} $(id) `id` \\n [a] *? #; -- ü\u{202E}\n\t!";
    const NAMES: [&str; 14] = [
        ODD,
        "-x",
        "=y",
        "'",
        "\"",
        "\\",
        "",
        "\0",
        "'''",
        "\"\"\"",
        "a.b:c[d]%",
        " ",
        "NULL",
        "~",
    ];
    let folder = tempfile::tempdir().unwrap();
    let mut rows = Vec::new();
    for (n, name) in NAMES.iter().enumerate() {
        let message = NAMES[(n + 1) % NAMES.len()];
        // A command line has no word for a signal with an id whose message has no name.
        let id = (!message.is_empty()).then_some(n as u32);
        let key = SignalKey::new(name, message, id, name);
        rows.extend((0..3).map(|i| row(ODD, &key, i - 1, i as f64)));
    }
    let keys: Vec<SignalKey> = rows.iter().step_by(3).map(|row| row.key.clone()).collect();
    let odd_file = folder.path().join(ODD).join("-[1]*?.parquet");
    // A backslash in a folder's name is more than DuckDB can search.
    let odd_folder = folder.path().join(ODD.replace('\\', "")).join("~ -x");
    write(&odd_file, Columns::Ours, &rows);
    write(&odd_folder.join("a.parquet"), Columns::Ours, &rows);
    check(&[
        case("odd folder", &odd_folder, ODD, &keys),
        case("odd file", &odd_file, ODD, &keys),
    ]);
    let with_backslash = case("", odd_file.parent().unwrap(), ODD, &keys);
    let refused = copy_as(&with_backslash.selection(&[]), Kind::DuckDb);
    assert!(
        matches!(refused, Err(CopyError::Misread { .. })),
        "{refused:?}"
    );
}

#[test]
#[ignore = "makes the demo lake, which takes a minute"]
fn rows_of_the_demo_lake() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("lake");
    canlake::demo::ensure(&root, &canlake::stop::Stop::default(), |_done, _all| {}).unwrap();
    let signal = |message, id, signal| SignalKey::new("can0", message, Some(id), signal);
    let signals = [
        signal("MotorCtrl_Status", 0x2B0, "Inverter_State"),
        signal("BMS_PackStatus", 0x1A1, "BMS_State"),
        signal("CoolantLoop", 0x400, "Coolant_Outlet"),
    ];
    let range = TimeRange::new(
        "2026-03-04T23:55:00Z".parse().unwrap(),
        "2026-03-05T00:05:00Z".parse().unwrap(),
    );
    let all = case("all", &root.join("decoded"), "EV_DEMO_3", &signals);
    check(&[
        Case {
            range,
            ..case("over midnight", &root, "EV_DEMO_1", &signals)
        },
        Case {
            range: TimeRange::ALL,
            ..all
        },
    ]);
}
