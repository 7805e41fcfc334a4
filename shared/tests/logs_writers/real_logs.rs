//! Every log of the test data in every format.

use std::path::{Path, PathBuf};

use canlake_shared::logs;
use canlake_shared::logs::write::TargetFormat;

use crate::differences::{Recording, round_trip};
use crate::test_data::data_dir;

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap();
    let mut files = Vec::new();
    for path in entries.map(|entry| entry.unwrap().path()) {
        if path.is_dir() {
            files.extend(self::files(&path));
        } else {
            files.push(path);
        }
    }
    files.sort();
    files
}

/// What a reader makes of a file, whatever it skips; `None` where it is no log.
fn recording(path: &Path) -> Option<Recording> {
    let bytes = std::fs::read(path).unwrap();
    let mut reader = logs::open(bytes::Bytes::from(bytes), "test").ok()?;
    let mut recording = Recording::default();
    while reader.read(&mut recording.frames, 1000).unwrap() > 0 {}
    recording.channels = reader.channels().clone();
    (!recording.frames.is_empty()).then_some(recording)
}

/// Some of them, of different formats; none where the data is not there.
pub(crate) fn some_logs() -> Vec<(String, Recording)> {
    const NAMES: [&str; 6] = [
        "css-multi/multiple_CAN.log",
        "fd/fd_fleetwise.blf",
        "mf4/uds_kona_leaf_original.MF4",
        "python-can/logfile.asc",
        "converted/nmea2000_a.asc",
        "python-can/test_CanMessage_V2_1.trc",
    ];
    let Some(dir) = data_dir("formats/frames_expected.parquet") else {
        return Vec::new();
    };
    let read = |name: &&str| {
        let recording = recording(&dir.join("formats").join(name));
        ((*name).to_owned(), recording.unwrap())
    };
    NAMES.iter().map(read).collect()
}

#[test]
fn real_logs_come_back() {
    let Some(dir) = data_dir("formats/frames_expected.parquet") else {
        return;
    };
    let mut n_logs = 0;
    for folder in ["formats", "logs"] {
        for path in files(&dir.join(folder)) {
            let Some(recording) = recording(&path) else {
                continue;
            };
            n_logs += 1;
            for format in TargetFormat::ALL {
                let lost = round_trip(*format, &recording);
                println!(
                    "{}: {} frames as {format}, lost {lost:?}",
                    path.strip_prefix(&dir).unwrap().display(),
                    recording.frames.len(),
                );
            }
        }
    }
    assert!(n_logs > 30, "{n_logs}");
}
