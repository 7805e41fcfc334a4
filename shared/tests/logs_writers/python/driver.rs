//! The Python that is run, what it is asked and what it answers.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use canlake_shared::can::{CanFrame, FrameFlags};
use serde_json::{Value, json};

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
pub(super) fn python() -> Option<PathBuf> {
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
pub(super) fn run(python: &Path, jobs: &[(&str, PathBuf, PathBuf)]) {
    let folder = tempfile::tempdir().unwrap();
    let (script, list) = (folder.path().join("driver.py"), folder.path().join("jobs"));
    std::fs::write(&script, DRIVER).unwrap();
    let lines: Vec<String> = jobs.iter().map(|job| json!(job).to_string()).collect();
    std::fs::write(&list, lines.join("\n")).unwrap();
    let mut command = Command::new(python);
    // python-can takes dates in ASC for local times.
    command.arg(&script).arg(&list).env("TZ", "UTC");
    let output = command.output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
}

/// A frame as the driver tells it.
pub(super) fn row(frame: &CanFrame, channel: &Value) -> Vec<Value> {
    let is = |flag| Value::from(frame.flags.contains(flag));
    let mut data = String::new();
    for byte in &*frame.payload {
        write!(data, "{byte:02x}").unwrap();
    }
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

pub(super) fn answer(path: &Path) -> Vec<Vec<Value>> {
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}
