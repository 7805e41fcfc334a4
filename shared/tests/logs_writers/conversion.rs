//! Inputs merged, selected and refused.

use std::fmt::Write as _;
use std::io::{self, Cursor, Seek, SeekFrom, Write};
use std::ops::ControlFlow;

use bytes::Bytes;
use canlake_shared::lake::VehicleId;
use canlake_shared::logs::convert::{Conversion, ConvertError, ConvertInput, Selection, convert};
use canlake_shared::logs::write::{Loss, TargetFormat, TargetInfo, WriteError, create};

use canlake_shared::can::ChannelName;
use canlake_shared::error_chain;

fn info() -> TargetInfo {
    TargetInfo {
        writer: "test".to_owned(),
        vehicle: VehicleId::new("V1").unwrap(),
    }
}

fn inputs(logs: &[&str]) -> Vec<ConvertInput> {
    let open = |(i, text): (usize, &&str)| {
        let bytes = Bytes::from((*text).to_owned());
        ConvertInput::open(bytes, &format!("{i}.log")).unwrap()
    };
    logs.iter().enumerate().map(open).collect()
}

fn converted(
    format: TargetFormat,
    logs: &[&str],
    selection: &Selection,
) -> Result<(String, Conversion), ConvertError> {
    let mut file = Cursor::new(Vec::new());
    let writer = create(format, &mut file, info()).unwrap();
    let go_on = |_progress| ControlFlow::Continue(());
    let done = convert(inputs(logs), writer, selection, go_on)?;
    let bytes = file.into_inner();
    Ok((String::from_utf8_lossy(&bytes).into_owned(), done))
}

const BODY: &str = "(1700000000.000000) can0 100#01\n(1700000002.000000) can0 101#02\n\
    rubbish\n(1700000004.000000) can1 00000100#03\n";
const DRIVE: &str = "(1700000001.000000) can2 200#04\n(1700000002.000000) can0 7DF#05\n\
    (1700000001.500000) can2 20000004#06\n";

#[test]
fn inputs_are_merged_by_time() {
    let all = Selection::default();
    let (text, done) = converted(TargetFormat::Candump, &[BODY, DRIVE], &all).unwrap();
    // Equal times: what was named first; what is out of order in an input stays where it was.
    let expected = "(1700000000.000000) can0 100#01\n(1700000001.000000) can2 200#04\n\
        (1700000002.000000) can0 101#02\n(1700000002.000000) can0 7DF#05\n\
        (1700000001.500000) can2 20000004#06\n(1700000004.000000) can1 00000100#03\n";
    assert_eq!(text, expected);
    assert_eq!(done.frames, 6);
    let range = done.range.unwrap();
    assert_eq!(range.start.as_ns(), 1_700_000_000_000_000_000);
    assert_eq!((range.end - 1).as_ns(), 1_700_000_004_000_000_000);
    assert!(done.losses.is_empty());
    let [body, drive] = done.inputs.as_slice() else {
        panic!("{:?}", done.inputs);
    };
    assert_eq!(
        (body.frames, body.selected, body.format.as_str()),
        (3, 3, "candump")
    );
    assert_eq!(body.skipped, [("not a frame".to_owned(), 1)]);
    assert_eq!(body.details, ["line 3 (byte 64): not a frame: \"rubbish\""]);
    assert_eq!((drive.frames, drive.skipped.len()), (3, 0));
}

#[test]
fn frames_are_selected() {
    let select = |channels: &[&str], ids: &[&str], from: i64, to: i64| {
        let mut selection = Selection {
            channels: channels.iter().map(|name| ChannelName::new(name)).collect(),
            ids: ids.iter().map(|ids| ids.parse().unwrap()).collect(),
            ..Selection::default()
        };
        if to > 0 {
            let start: canlake_shared::time::Timestamp = "2023-11-14T22:13:20Z".parse().unwrap();
            selection.range.start = start + from * 1_000_000_000;
            selection.range.end = start + to * 1_000_000_000;
        }
        let (text, done) = converted(TargetFormat::Candump, &[BODY, DRIVE], &selection).unwrap();
        let frames = text
            .lines()
            .map(|line| line.split(' ').nth(2).unwrap().to_owned());
        let frames: Vec<String> = frames.collect();
        assert_eq!(frames.len() as u64, done.frames);
        (frames.join(" "), done.channels)
    };
    assert_eq!(select(&["can1"], &[], 0, 0).0, "00000100#03");
    assert_eq!(select(&[], &["100"], 0, 0).0, "100#01");
    assert_eq!(select(&[], &["100x", "7DF"], 0, 0).0, "7DF#05 00000100#03");
    assert_eq!(select(&[], &["000-1FF"], 0, 0).0, "100#01 101#02");
    assert_eq!(select(&[], &["00000000-1FFFFFFF"], 0, 0).0, "00000100#03");
    assert_eq!(select(&[], &[], 1, 2).0, "200#04 20000004#06");
    assert_eq!(select(&["can0"], &["100-101"], 1, 3).0, "101#02");
    let (frames, channels) = select(&["can0", "can9"], &["100"], 0, 0);
    let all = ["can0", "can1", "can2"].map(ChannelName::new);
    assert_eq!((frames.as_str(), channels.as_slice()), ("100#01", &all[..]));
}

#[test]
fn times_without_a_date_stand_alone() {
    let relative = "(0.500000) can0 100#01\n";
    let all = Selection::default();
    let (text, _) = converted(TargetFormat::Candump, &[relative], &all).unwrap();
    assert_eq!(text, relative);
    for logs in [[relative, relative], [BODY, relative]] {
        let error = converted(TargetFormat::Candump, &logs, &all).unwrap_err();
        assert!(
            matches!(error, ConvertError::NoCommonTime { .. }),
            "{error}"
        );
        assert!(error.to_string().contains("convert it alone"), "{error}");
    }
}

#[test]
fn losses_are_told() {
    let all = Selection::default();
    let (_, done) = converted(TargetFormat::Csv, &[DRIVE], &all).unwrap();
    assert_eq!(done.losses.count(Loss::ChannelName), 2);
    let renamed = done.losses.renamed();
    assert_eq!(
        (renamed[0].name.as_str(), renamed[0].written.as_str()),
        ("can2", "can0")
    );
    let (_, done) = converted(TargetFormat::Blf, &[DRIVE], &all).unwrap();
    let renamed = done.losses.renamed().iter();
    let renamed: Vec<_> = renamed.map(|it| it.written.as_str()).collect();
    assert_eq!(renamed, ["CAN3", "CAN1"]);
}

#[test]
fn raw_files_are_inputs() {
    let all = Selection::default();
    let mut raw = Cursor::new(Vec::new());
    let writer = create(TargetFormat::Parquet, &mut raw, info()).unwrap();
    let go_on = |_progress| ControlFlow::Continue(());
    convert(inputs(&[BODY]), writer, &all, go_on).unwrap();
    let raw = ConvertInput::open(Bytes::from(raw.into_inner()), "a.parquet").unwrap();
    assert_eq!(raw.vehicle(), Some("V1"));
    let mut file = Cursor::new(Vec::new());
    let writer = create(TargetFormat::Candump, &mut file, info()).unwrap();
    let mut inputs = inputs(&[DRIVE]);
    inputs.insert(0, raw);
    let done = convert(inputs, writer, &all, go_on).unwrap();
    assert_eq!(done.inputs[0].format, "raw Parquet");
    let both = converted(TargetFormat::Candump, &[BODY, DRIVE], &all).unwrap();
    assert_eq!(file.into_inner(), both.0.as_bytes());

    let error = ConvertInput::open(Bytes::from_static(b"PAR1 and no more"), "b.parquet");
    let error = error_chain(&error.unwrap_err());
    assert!(error.contains("b.parquet"), "{error}");
}

/// A log of so many frames.
fn long_log(n: usize) -> String {
    let mut text = String::new();
    for i in 0..n {
        writeln!(text, "({}.5) can0 123#0011", 1_700_000_000 + i).unwrap();
    }
    text
}

#[test]
fn whoever_watches_can_end_it() {
    let log = long_log(50_000);
    let mut told = Vec::new();
    let watch = |progress| {
        told.push(progress);
        if told.len() == 20 {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    };
    let mut file = Cursor::new(Vec::new());
    let writer = create(TargetFormat::Blf, &mut file, info()).unwrap();
    let error = convert(inputs(&[&log]), writer, &Selection::default(), watch).unwrap_err();
    assert!(matches!(error, ConvertError::Cancelled));
    assert_eq!(told.len(), 20);
    assert!(
        told.is_sorted_by_key(|it| (it.bytes, it.frames)),
        "{told:?}"
    );
    assert!(told.last().unwrap().frames > 10_000, "{told:?}");
}

/// A disk that is full after so many bytes.
struct FullDisk(Cursor<Vec<u8>>, u64);

impl Write for FullDisk {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.0.position() + bytes.len() as u64 > self.1 {
            return Err(io::ErrorKind::StorageFull.into());
        }
        self.0.write_all(bytes)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Seek for FullDisk {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.0.seek(to)
    }
}

#[test]
fn a_full_disk_is_told_as_such() {
    let log = long_log(30_000);
    for format in TargetFormat::ALL {
        for room in [0, 60_000] {
            let disk = FullDisk(Cursor::new(Vec::new()), room);
            let go_on = |_progress| ControlFlow::Continue(());
            let outcome = create(*format, disk, info())
                .map_err(ConvertError::from)
                .and_then(|writer| convert(inputs(&[&log]), writer, &Selection::default(), go_on));
            let Err(error) = outcome else {
                // It was small enough.
                assert!(room > 0, "{format}");
                continue;
            };
            let text = error_chain(&error);
            let kind = io::Error::from(io::ErrorKind::StorageFull).to_string();
            assert!(text.contains(&kind), "{format}: {text}");
            assert!(matches!(
                error,
                ConvertError::Write(WriteError::Io { .. } | WriteError::Parquet(_))
            ));
        }
    }
}
