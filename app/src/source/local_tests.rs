//! What is particular to files: duplicates, generations, damage, and how little is read.

use std::fs::File;
use std::sync::Arc;
use std::time::{Duration, Instant};

use canlake_shared::lake::VehicleId;
use canlake_shared::schema::footer::Recording;
use canlake_shared::schema::{
    ContentHash, DecodedFileInfo, DecodedFileWriter, Labels, SignalColumn, SignalKey,
};
use canlake_shared::time::NS_PER_SEC;

use super::conformance::{ask, catalogue, key, ns, query, row};
use super::testing::{Layout, Row, write_file, write_lake};
use super::{LocalSource, SignalSource};
use crate::query::{Completeness, QueryEvent};
use crate::runtime::{Next, Runtimes, no_wake};
use crate::stop::Stop;

fn open(folder: &tempfile::TempDir) -> Arc<dyn SignalSource> {
    Arc::new(LocalSource::new(vec![folder.path().to_owned()]))
}

fn info(sources: &[&[u8]]) -> DecodedFileInfo {
    DecodedFileInfo {
        vehicle: VehicleId::new("V").unwrap(),
        writer: "test".to_owned(),
        dbc: None,
        sources: sources.iter().map(|it| ContentHash::of(it)).collect(),
        recording: Recording::default(),
    }
}

fn write_signal(
    writer: &mut DecodedFileWriter<File>,
    key: &SignalKey,
    times: &[i64],
    values: &[f64],
) {
    let column = SignalColumn {
        key,
        unit: "",
        declared: None,
        timestamps: times,
        values,
        labels: Labels::None,
    };
    writer.write_signal(column).unwrap();
}

/// The same recording uploaded twice is read once; another one over the same time is kept and told.
#[test]
fn a_recording_that_arrives_twice_is_read_once() {
    let runtimes = Runtimes::new().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let speed = key("Drive", "Speed");
    let start = ns("2026-01-01T00:00:00Z");
    let rows = |value: f64| -> Vec<Row> {
        (0..10)
            .map(|i| row("V", start + i * NS_PER_SEC, &speed, value))
            .collect()
    };
    for (name, value) in [("a", 1.0), ("b", 1.0), ("c", 2.0)] {
        let path = folder.path().join(format!("{name}_decoded.parquet"));
        write_file(&path, &rows(value), Layout::Original, true);
    }
    let source = open(&folder);
    let listed = catalogue(&runtimes, &source);
    assert_eq!(listed.superseded.len(), 1, "{:?}", listed.superseded);
    assert!(listed.vehicles[0].sessions[0].overlapping);
    let answer = ask(&runtimes, &source, query("V", &[speed], i64::MIN, i64::MAX)).unwrap();
    assert_eq!(answer.signals[0].times.len(), 20);
    assert_eq!(answer.signals[0].values[..2], [1.0, 2.0]);
}

/// Of two files over the same raw file the newer one is read.
#[test]
fn only_the_newer_generation_is_read() {
    let runtimes = Runtimes::new().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let speed = key("Drive", "Speed");
    for (name, value) in [("old", 1.0), ("new", 2.0)] {
        let file = File::create(folder.path().join(format!("{name}.parquet"))).unwrap();
        let mut writer = DecodedFileWriter::new(file, info(&[b"raw"])).unwrap();
        write_signal(&mut writer, &speed, &[1, 2, 3], &[value; 3]);
        let (file, _summary) = writer.close(Vec::new()).unwrap();
        let day = if name == "old" { 1 } else { 2 };
        let modified = std::time::UNIX_EPOCH + Duration::from_secs(day * 86_400);
        file.set_modified(modified).unwrap();
    }
    let source = open(&folder);
    let answer = ask(&runtimes, &source, query("V", &[speed], i64::MIN, i64::MAX)).unwrap();
    assert_eq!(answer.signals[0].values, [2.0; 3]);
    assert!(answer.completeness.is_complete());
    assert!(catalogue(&runtimes, &source).superseded[0].ends_with("old.parquet"));
}

/// Damage to the pages of one file costs the rest of that file and is told; nothing panics.
#[test]
fn damaged_pages_make_the_answer_partial() {
    let runtimes = Runtimes::new().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let speed = key("Drive", "Speed");
    let rows: Vec<Row> = (0..32)
        .map(|i| row("V", i * 1_000, &speed, i as f64))
        .collect();
    write_lake(folder.path(), &rows, Layout::Ours);
    let mut paths = Vec::new();
    let found = super::walk::find(&[folder.path().to_owned()], &Stop::default(), |_| {}).unwrap();
    paths.extend(found.files.into_iter().map(|file| file.path));
    let mut bytes = std::fs::read(&paths[1]).unwrap();
    for byte in &mut bytes[4..200] {
        *byte = !*byte;
    }
    std::fs::write(&paths[1], bytes).unwrap();
    let answer = ask(
        &runtimes,
        &open(&folder),
        query("V", &[speed], i64::MIN, i64::MAX),
    )
    .unwrap();
    assert_eq!(
        answer.signals[0].times[..16],
        (0..16).map(|i| i * 1_000).collect::<Vec<_>>()
    );
    let Completeness::Partial { problems, .. } = &answer.completeness else {
        panic!("it should say that it is partial");
    };
    assert_eq!(problems[0].path, paths[1].display().to_string());
}

/// One signal for one minute out of a file of our writer: its own pages, a small part of the bytes.
/// Dropping a query that reads everything ends it.
#[test]
fn little_is_read_and_reading_stops() {
    const N_SIGNALS: u32 = 20;
    const N_ROWS: i64 = 200_000;
    let runtimes = Runtimes::new().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let start = ns("2026-01-01T00:00:00Z");
    let period = 10_000_000;
    let keys: Vec<SignalKey> = (0..N_SIGNALS)
        .map(|i| {
            SignalKey::new(
                "can0",
                &format!("Message{:02}", i / 4),
                Some(i / 4),
                &format!("Signal{i:02}"),
            )
        })
        .collect();
    let path = folder.path().join("day_decoded.parquet");
    let mut writer = DecodedFileWriter::new(File::create(&path).unwrap(), info(&[])).unwrap();
    let times: Vec<i64> = (0..N_ROWS)
        .map(|i| start + i * period + (i * 7_919) % 4_001)
        .collect();
    let mut noise = 1_u64;
    for key in &keys {
        let values: Vec<f64> = (0..N_ROWS)
            .map(|_| {
                // Numbers that do not compress, as unquantised signals are (xorshift64, Marsaglia).
                noise ^= noise << 13;
                noise ^= noise >> 7;
                noise ^= noise << 17;
                noise as f64
            })
            .collect();
        write_signal(&mut writer, key, &times, &values);
    }
    writer.close(Vec::new()).unwrap();

    let source = open(&folder);
    let asked = &keys[9..10];
    let minute = query(
        "V",
        asked,
        start + 600 * NS_PER_SEC,
        start + 660 * NS_PER_SEC,
    );
    let answer = ask(&runtimes, &source, minute).unwrap();
    let stats = answer.stats.as_ref().unwrap();
    assert_eq!(answer.signals[0].times.len(), 6_000);
    assert!(stats.pages.pruned > stats.pages.read(), "{stats}");
    assert!(stats.row_groups.pruned > 0, "{stats}");
    // A dictionary, a page of each column and the indexes, however large the file is: of a file of
    // 1 GB this is 0.2 %.
    assert!(stats.bytes_read <= 2 << 20, "{stats}");

    let all = query("V", &keys, i64::MIN, i64::MAX);
    let mut events = runtimes.spawn_stream(source.query(all), 1, no_wake());
    while !matches!(events.wait_next(), Some(Ok(QueryEvent::Batch(_))) | None) {}
    assert!(!matches!(events.try_next(), Next::Ended));
    let started = Instant::now();
    drop(events);
    // A worker that was cancelled gives its thread back.
    runtimes.run(async {}).unwrap();
    assert!(started.elapsed() < Duration::from_millis(200));
}
