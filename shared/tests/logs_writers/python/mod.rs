//! Python programs that read what we write, and write what we read: python-can and asammdf.

mod dialect;
mod driver;

use canlake_shared::logs::write::TargetFormat;
use serde_json::{Value, json};

use crate::differences::Recording;
use crate::real_logs::some_logs;
use crate::shapes::every_kind;
use dialect::{as_it_reads, as_it_writes, channel, is_bus_error, is_read};
use driver::{answer, python, row, run};

const FORMATS: [TargetFormat; 5] = [
    TargetFormat::Candump,
    TargetFormat::Asc,
    TargetFormat::Blf,
    TargetFormat::Mf4,
    TargetFormat::Csv,
];

/// Rows in an order of their own: MDF readers merge kinds of frames by time alone.
fn sorted(mut rows: Vec<Vec<Value>>) -> Vec<Vec<Value>> {
    let key = |row: &Vec<Value>| {
        let us = (row[0].as_f64().unwrap() * 1e5).round() as i64;
        (us, Value::from(row[1..].to_vec()).to_string())
    };
    rows.sort_by_cached_key(key);
    rows
}

fn assert_equal(
    what: &str,
    format: TargetFormat,
    [found, expected]: [Vec<Vec<Value>>; 2],
    tolerance_secs: f64,
) {
    assert_eq!(found.len(), expected.len(), "{what}");
    let [found, expected] = if format == TargetFormat::Mf4 {
        [sorted(found), sorted(expected)]
    } else {
        [found, expected]
    };
    for (found, expected) in found.into_iter().zip(expected) {
        let seconds = [&found, &expected].map(|row| row[0].as_f64().unwrap());
        let difference = seconds[0] - seconds[1];
        assert!(
            difference.abs() < tolerance_secs,
            "{what}: {found:?} {expected:?}"
        );
        assert_eq!(found[1..], expected[1..], "{what} at {}", seconds[0]);
    }
}

/// Logs with every kind of frame, and real ones.
fn logs() -> Vec<(String, Recording)> {
    let mut logs = vec![("every kind".to_owned(), every_kind())];
    logs.extend(some_logs());
    logs
}

#[test]
fn python_can_reads_what_we_write() {
    let Some(python) = python() else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let (mut jobs, mut expected) = (Vec::new(), Vec::new());
    for (i, (name, recording)) in logs().iter().enumerate() {
        for format in FORMATS {
            let (bytes, _) = recording.write(format);
            let file = folder.path().join(format!("{i}.{}", format.ending()));
            std::fs::write(&file, &bytes).unwrap();
            let answer = folder.path().join(format!("{i}.{}.json", format.ending()));
            let ours = Recording::read(bytes);
            let frames = ours.frames.iter();
            let rows = frames.filter(|frame| is_read(format, frame)).map(|frame| {
                let is_nameless = format == TargetFormat::Candump && is_bus_error(frame);
                let channel = channel(format, ours.channel(frame));
                let channel = if is_nameless { Value::Null } else { channel };
                row(&as_it_reads(format, frame), &channel)
            });
            let what = format!("{name} as {format}");
            expected.push((what, format, rows.collect(), answer.clone()));
            jobs.push(("read", file, answer));
        }
    }
    run(&python, &jobs);
    for (what, format, expected, path) in expected {
        let n_rows = answer(&path).len();
        assert_equal(&what, format, [answer(&path), expected], 1e-6);
        println!("{what}: python-can reads the same {n_rows} frames");
    }
}

#[test]
fn we_read_what_python_can_writes() {
    let Some(python) = python() else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let (mut jobs, mut expected) = (Vec::new(), Vec::new());
    for (i, (name, recording)) in logs().iter().enumerate() {
        for format in FORMATS {
            // What its frames are called where we read them.
            let ours = Recording::read(recording.write(format).0);
            let rows = recording.frames.iter().zip(&ours.frames);
            let rows: Vec<Vec<Value>> = rows
                .map(|(frame, read)| row(frame, &channel(format, ours.channel(read))))
                .collect();
            let file = folder.path().join(format!("{i}.{}", format.ending()));
            let messages = folder.path().join(format!("{i}.{}.json", format.ending()));
            std::fs::write(&messages, json!(rows).to_string()).unwrap();
            jobs.push(("write", file.clone(), messages));
            let rows = recording.frames.iter().zip(&ours.frames);
            let rows = rows
                .map(|(frame, read)| row(&as_it_writes(format, frame), &ours.channel(read).into()));
            let what = format!("{name} as {format}");
            expected.push((what, format, rows.collect(), file));
        }
    }
    run(&python, &jobs);
    for (what, format, expected, file) in expected {
        let read = Recording::read(std::fs::read(&file).unwrap());
        let rows = read.frames.iter();
        let rows = rows.map(|frame| row(frame, &read.channel(frame).into()));
        // The head that it writes to ASC has milliseconds, and its times count from the first frame.
        let tolerance = if format == TargetFormat::Asc {
            1e-3
        } else {
            2e-6
        };
        assert_equal(&what, format, [rows.collect(), expected], tolerance);
        println!(
            "{what}: the same {} frames as python-can wrote",
            read.frames.len()
        );
    }
}

/// asammdf sees frames of every kind, and its own copy of the file, sorted and packed by columns, gives
/// the same frames.
#[test]
fn asammdf_reads_and_copies_what_we_write() {
    let Some(python) = python() else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let (mut jobs, mut expected) = (Vec::new(), Vec::new());
    for (i, (name, recording)) in logs().iter().enumerate() {
        let (bytes, _) = recording.write(TargetFormat::Mf4);
        let file = folder.path().join(format!("{i}.mf4"));
        std::fs::write(&file, &bytes).unwrap();
        let path = |ending: &str| folder.path().join(format!("{i}.{ending}"));
        jobs.push(("asammdf", file.clone(), path("json")));
        jobs.push(("copy", file, path("copy.mf4")));
        expected.push((
            name.clone(),
            Recording::read(bytes),
            path("json"),
            path("copy.mf4"),
        ));
    }
    run(&python, &jobs);
    for (name, ours, read, copy) in expected {
        let rows = ours
            .frames
            .iter()
            .map(|frame| row(frame, &channel(TargetFormat::Mf4, ours.channel(frame))));
        let expected: Vec<_> = rows.collect();
        let mf4 = TargetFormat::Mf4;
        assert_equal(&name, mf4, [answer(&read), expected.clone()], 1e-6);
        let copy = Recording::read(std::fs::read(&copy).unwrap());
        let copied = copy.frames.iter();
        let copied =
            copied.map(|frame| row(frame, &channel(TargetFormat::Mf4, copy.channel(frame))));
        assert_equal(&name, mf4, [copied.collect(), expected], 1e-6);
        println!(
            "{name}: asammdf reads and copies {} frames",
            ours.frames.len()
        );
    }
}
