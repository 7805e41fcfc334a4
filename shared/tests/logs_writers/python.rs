//! Python programs that read what we write, and write what we read: python-can and asammdf.

use std::path::{Path, PathBuf};
use std::process::Command;

use canlake_shared::can::{CanFrame, CanId, FrameFlags, Payload};
use canlake_shared::logs::write::TargetFormat;
use serde_json::{Value, json};

use crate::differences::Recording;
use crate::real_logs::some_logs;
use crate::shapes::every_kind;

/// Jobs, a line each: `read FILE OUT` tells what python-can makes of a log, `write FILE IN` is the same
/// the other way, `asammdf FILE OUT` tells what asammdf makes of a log, `copy FILE OUT` has it saved.
const DRIVER: &str = r#"
import json, sys, asammdf, can

def rows(path):
    if path.endswith(".asc"):
        reader = can.ASCReader(path, relative_timestamp=False)
    else:
        reader = can.LogReader(path)
    for m in reader:
        yield [m.timestamp, m.channel, m.arbitration_id, m.is_extended_id, m.is_fd, m.bitrate_switch,
               m.error_state_indicator, m.is_remote_frame, m.is_error_frame, not m.is_rx, m.dlc,
               bytes(m.data or b"").hex()]

def message(row):
    at, channel, id, extended, fd, brs, esi, remote, error, tx, dlc, data = row
    return can.Message(timestamp=at, channel=channel, arbitration_id=id, is_extended_id=extended,
        is_fd=fd, bitrate_switch=brs, error_state_indicator=esi, is_remote_frame=remote,
        is_error_frame=error, is_rx=not tx, dlc=dlc, data=bytes.fromhex(data))

def bus_rows(mdf):
    start = mdf.header.start_time.timestamp()
    for index, group in enumerate(mdf.groups):
        names = [channel.name for channel in group.channels]
        kind = next(name for name in names if name.startswith("CAN_") and "." not in name)
        part = lambda name: mdf.get(f"{kind}.{name}", group=index) if f"{kind}.{name}" in names else None
        columns = [part(name) for name in ("BusChannel", "ID", "IDE", "EDL", "BRS", "ESI", "Dir",
                                           "DataLength", "DataBytes")]
        for i, at in enumerate(columns[0].timestamps):
            bus, id, extended, fd, brs, esi, tx, length, data = (
                None if column is None else column.samples[i] for column in columns)
            yield [start + float(at), int(bus), int(id), bool(extended), bool(fd), bool(brs), bool(esi),
                   kind == "CAN_RemoteFrame", kind == "CAN_ErrorFrame", bool(tx), int(length),
                   "" if data is None else bytes(data)[:int(length)].hex()]

for line in open(sys.argv[1]):
    what, path, other = json.loads(line)
    if what == "read":
        json.dump(list(rows(path)), open(other, "w"))
    elif what == "write":
        with can.Logger(path) as logger:
            for row in json.load(open(other)):
                logger(message(row))
    elif what == "asammdf":
        with asammdf.MDF(path) as mdf:
            json.dump(list(bus_rows(mdf)), open(other, "w"))
    elif what == "copy":
        with asammdf.MDF(path) as mdf:
            mdf.save(other, compression=2)
"#;

/// The interpreter that has what is imported; `None`, after saying so, where there is none.
fn python() -> Option<PathBuf> {
    let python = std::env::var_os("CANLAKE_PYTHON").unwrap_or_else(|| "python3".into());
    let imports = "import can, asammdf";
    let output = Command::new(&python).args(["-c", imports]).output();
    let problem = match output {
        Ok(output) if output.status.success() => return Some(python.into()),
        Ok(output) => {
            let said = String::from_utf8_lossy(&output.stderr);
            said.lines().next_back().unwrap_or_default().to_owned()
        }
        Err(error) => error.to_string(),
    };
    assert!(
        std::env::var_os("CANLAKE_NO_SKIP").is_none(),
        "would be skipped: {imports}: {problem}"
    );
    #[expect(
        clippy::print_stderr,
        reason = "the runner shows why a test did nothing"
    )]
    {
        eprintln!("skipped: {}: {imports}: {problem}", python.display());
    }
    None
}

/// Runs the driver over jobs, each a word and two paths.
fn run(python: &Path, jobs: &[(&str, PathBuf, PathBuf)]) {
    let folder = tempfile::tempdir().unwrap();
    let (script, list) = (folder.path().join("driver.py"), folder.path().join("jobs"));
    std::fs::write(&script, DRIVER).unwrap();
    let lines = jobs.iter().map(|job| json!(job).to_string() + "\n");
    std::fs::write(&list, lines.collect::<String>()).unwrap();
    let mut command = Command::new(python);
    // python-can takes dates in ASC for local times.
    command.arg(&script).arg(&list).env("TZ", "UTC");
    let output = command.output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
}

/// A frame as the driver tells it.
fn row(frame: &CanFrame, channel: &Value) -> Vec<Value> {
    let is = |flag| Value::from(frame.flags.contains(flag));
    let data: String = frame
        .payload
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    vec![
        (frame.timestamp.as_ns() as f64 / 1e9).into(),
        channel.clone(),
        frame.id.number().into(),
        frame.id.is_extended().into(),
        is(FrameFlags::FD),
        is(FrameFlags::BRS),
        is(FrameFlags::ESI),
        is(FrameFlags::REMOTE),
        is(FrameFlags::ERROR),
        is(FrameFlags::TX),
        frame.len.into(),
        data.into(),
    ]
}

/// What python-can calls a channel that our reader names.
fn channel(format: TargetFormat, name: &str) -> Value {
    let number: i64 = name.trim_start_matches("CAN").parse().unwrap_or(0);
    match format {
        TargetFormat::Candump => name.into(),
        TargetFormat::Csv | TargetFormat::Parquet => Value::Null,
        TargetFormat::Asc | TargetFormat::Blf => (number - 1).into(),
        TargetFormat::Mf4 => number.into(),
    }
}

const FORMATS: [TargetFormat; 5] = [
    TargetFormat::Candump,
    TargetFormat::Asc,
    TargetFormat::Blf,
    TargetFormat::Mf4,
    TargetFormat::Csv,
];

/// A frame in a file, as python-can reads it: what it does not look at is as it is by default.
fn as_it_reads(format: TargetFormat, frame: &CanFrame) -> CanFrame {
    let is_error = frame.flags.contains(FrameFlags::ERROR);
    let is_fd = frame.flags.contains(FrameFlags::FD);
    match format {
        // It takes those for errors that are errors of the bus, and forgets all about them.
        TargetFormat::Candump if is_bus_error(frame) => bare_error(frame),
        TargetFormat::Candump => CanFrame {
            flags: frame.flags.with(FrameFlags::ERROR, false),
            ..*frame
        },
        // It takes an empty frame of CAN FD for a remote frame, which it cannot be.
        TargetFormat::Asc if is_fd && !is_error && frame.len == 0 => CanFrame {
            flags: frame.flags | FrameFlags::REMOTE,
            ..*frame
        },
        TargetFormat::Csv => CanFrame {
            flags: frame.flags.with(FrameFlags::FD, false),
            ..*frame
        },
        _ => *frame,
    }
}

/// Of objects for errors of CAN FD it knows nothing.
fn is_read(format: TargetFormat, frame: &CanFrame) -> bool {
    let fd_error = FrameFlags::FD | FrameFlags::ERROR;
    format != TargetFormat::Blf || !frame.flags.contains(fd_error)
}

/// A frame as python-can writes it and we read it.
fn as_it_writes(format: TargetFormat, frame: &CanFrame) -> CanFrame {
    let is_error = frame.flags.contains(FrameFlags::ERROR);
    let is_remote = frame.flags.contains(FrameFlags::REMOTE);
    let fd = FrameFlags::FD | FrameFlags::BRS | FrameFlags::ESI;
    match format {
        TargetFormat::Candump if is_remote => CanFrame { len: 0, ..*frame },
        TargetFormat::Candump if is_error => CanFrame {
            id: CanId::extended(BUS_ERROR).unwrap(),
            flags: frame.flags.with(FrameFlags::TX, false),
            ..*frame
        },
        TargetFormat::Asc if is_error => CanFrame {
            flags: FrameFlags::ERROR,
            ..bare_error(frame)
        },
        TargetFormat::Blf if is_error => CanFrame {
            flags: FrameFlags::ERROR,
            ..*frame
        },
        TargetFormat::Csv => CanFrame {
            flags: frame
                .flags
                .with(fd | FrameFlags::TX, false)
                .with(FrameFlags::FD, frame.len > 8),
            ..*frame
        },
        _ => *frame,
    }
}

/// The class of errors that controllers tell of what they saw on the bus.
const BUS_ERROR: u32 = 0x80;

fn is_bus_error(frame: &CanFrame) -> bool {
    frame.flags.contains(FrameFlags::ERROR) && frame.id.number() & BUS_ERROR != 0
}

fn bare_error(frame: &CanFrame) -> CanFrame {
    CanFrame {
        id: CanId::extended(0).unwrap(),
        len: 0,
        payload: Payload::EMPTY,
        ..*frame
    }
}

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

fn answer(path: &Path) -> Vec<Vec<Value>> {
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
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
