//! The real `canlake-edge` binary: files, exit codes, messages, signals.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use canlake_shared::lake::ObjectKey;
use canlake_shared::schema::footer::FileSummary;
use canlake_shared::schema::{FileKind, RawView};
use canlake_shared::sim::{DriveSimulator, SimConfig};
use canlake_shared::time::{TimeRange, Timestamp};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use tempfile::TempDir;

struct Agent {
    dir: TempDir,
}

impl Agent {
    fn new(config: &str) -> Self {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("c.yaml"), config).unwrap();
        Self { dir }
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_canlake-edge"));
        command
            .current_dir(self.dir.path())
            .env_remove("RUST_LOG")
            .args(["run", "--config", "c.yaml"])
            .args(args);
        command
    }

    fn run(&self, args: &[&str]) -> Output {
        self.command(args).output().unwrap()
    }

    fn files(&self) -> Vec<PathBuf> {
        let mut files = Vec::new();
        collect(&self.dir.path().join("data"), &mut files);
        files.sort();
        files
    }
}

fn collect(dir: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(dir).into_iter().flatten() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, files);
        } else {
            files.push(path);
        }
    }
}

/// Timestamps of a raw file and its footer.
fn read(path: &Path) -> (Vec<i64>, FileSummary) {
    let file = fs::File::open(path).unwrap();
    let builder = ParquetRecordBatchReaderBuilder::try_new(file).unwrap();
    let metadata = builder
        .metadata()
        .file_metadata()
        .key_value_metadata()
        .unwrap();
    let pairs = metadata
        .iter()
        .filter_map(|pair| Some((pair.key.as_str(), pair.value.as_deref()?)));
    let (summary, warnings) = FileSummary::from_key_values(FileKind::Raw, pairs);
    assert_eq!(warnings, []);
    let mut times = Vec::new();
    for batch in builder.build().unwrap() {
        let batch = batch.unwrap();
        times.extend_from_slice(RawView::new(&batch).unwrap().timestamps());
    }
    assert_eq!(summary.rows, times.len() as u64);
    (times, summary)
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

/// Runs the command while nobody reads its stderr.
fn run_unheard(command: &mut Command) -> Option<i32> {
    let (reader, writer) = io::pipe().unwrap();
    drop(reader);
    let status = command.stderr(writer).stdout(Stdio::null()).status();
    status.unwrap().code()
}

const CONFIG: &str = "vehicle_id: EDGE_1\nstorage: {data_dir: ./data}\nbatch: {interval_sec: 300, max_frames: 100000}\nlogging: {level: WARNING}\n";

#[test]
fn an_hour_over_midnight_is_stored_whole_in_both_days() {
    let agent = Agent::new(CONFIG);
    let args = [
        "--simulate",
        "--fast-forward",
        "1h",
        "--start",
        "2025-12-31T23:30:00Z",
    ];
    let output = agent.run(&args);
    assert!(output.status.success(), "{}", stderr(&output));
    assert_eq!(stderr(&output), "");

    let start: Timestamp = "2025-12-31T23:30:00Z".parse().unwrap();
    let duration = Duration::from_hours(1);
    let config = SimConfig {
        start,
        duration,
        ..SimConfig::default()
    };
    let expected: Vec<i64> = DriveSimulator::new(config)
        .map(|frame| frame.timestamp.as_ns())
        .collect();

    let files = agent.files();
    let mut times = Vec::new();
    let mut coverage = Vec::new();
    let mut days = Vec::new();
    for path in &files {
        let relative = path.strip_prefix(agent.dir.path().join("data")).unwrap();
        let key: ObjectKey = relative.to_str().unwrap().parse().unwrap();
        let partition = key.partition().unwrap();
        assert_eq!(partition.vehicle.as_str(), "EDGE_1");
        days.push(partition.date.to_string());
        let (of_file, summary) = read(path);
        for time in &of_file {
            assert_eq!(
                Timestamp::from_ns(*time).utc_date(),
                partition.date,
                "{key}"
            );
        }
        let range = TimeRange::inclusive(
            Timestamp::from_ns(*of_file.iter().min().unwrap()),
            Timestamp::from_ns(*of_file.iter().max().unwrap()),
        );
        assert_eq!(summary.time_range, Some(range));
        assert_eq!(summary.recording.loss, []);
        coverage.extend(summary.recording.coverage);
        times.extend(of_file);
    }
    days.dedup();
    assert_eq!(days, ["2025-12-31", "2026-01-01"]);
    assert!((12..=15).contains(&files.len()), "{} files", files.len());
    assert_eq!(times, expected);
    // The recorder listened from the start to the end without a hole.
    assert_eq!(coverage.first().unwrap().start, start);
    assert_eq!(coverage.last().unwrap().end, start + 3_600_000_000_000);
    assert!(
        coverage.windows(2).all(|pair| pair[0].end == pair[1].start),
        "{coverage:?}"
    );

    // The same plan gives the same files: nothing is added, nothing differs.
    let before: Vec<Vec<u8>> = files.iter().map(|path| fs::read(path).unwrap()).collect();
    assert!(agent.run(&args).status.success());
    assert_eq!(agent.files(), files);
    let after: Vec<Vec<u8>> = files.iter().map(|path| fs::read(path).unwrap()).collect();
    assert!(before == after);
}

#[test]
fn what_cannot_be_done_is_said_in_one_line() {
    let cases: [(&str, &[&str], i32, &str); 7] = [
        (
            "batch: {}",
            &["--simulate"],
            1,
            "canlake-edge: the configuration lacks vehicle_id: c.yaml\n",
        ),
        (
            "vehicle_id: V\nbatch: {interval_sec: soon}",
            &["--simulate"],
            1,
            "canlake-edge: batch.interval_sec is \"soon\", but must be a number of seconds above 0: c.yaml\n",
        ),
        (
            "vehicle_id: a/b",
            &["--simulate"],
            1,
            "canlake-edge: vehicle_id cannot be used: c.yaml: vehicle id \"a/b\" must be 1 to 64 of the characters A-Z a-z 0-9 _ -\n",
        ),
        (
            CONFIG,
            &[],
            2,
            "canlake-edge: recording from a CAN interface is not in this version; use --simulate\n",
        ),
        (
            CONFIG,
            &["--dry-run"],
            2,
            "canlake-edge: --dry-run is not in this version; use --simulate\n",
        ),
        (
            CONFIG,
            &["--decode-live"],
            2,
            "canlake-edge: --decode-live is not in this version; use --simulate\n",
        ),
        (
            "vehicle_id: V\nstorage: {data_dir: c.yaml}",
            &["--simulate", "--fast-forward", "1s"],
            1,
            "",
        ),
    ];
    for (config, args, code, expected) in cases {
        let agent = Agent::new(config);
        let output = agent.run(args);
        assert_eq!(output.status.code(), Some(code), "{config} {args:?}");
        let message = stderr(&output);
        if expected.is_empty() {
            let last = message.lines().last().unwrap_or_default();
            assert!(
                last.starts_with("canlake-edge: ") && last.contains("c.yaml"),
                "{message}"
            );
        } else {
            assert_eq!(message, expected);
        }
    }
    let missing = Agent::new("")
        .command(&["--simulate", "--dry-run"])
        .output()
        .unwrap();
    assert_eq!(missing.status.code(), Some(2));
}

#[test]
fn unknown_keys_are_reported_and_ignored_ones_named() {
    let agent = Agent::new(
        "vehicle_id: V\nbatch: {intervall: 3}\ns3: {bucket: b}\nstorage: {data_dir: ./data}\n",
    );
    let output = agent.run(&["--simulate", "--fast-forward", "2s"]);
    assert!(output.status.success());
    let log = stderr(&output);
    assert!(
        log.contains("unknown key in the configuration: batch.intervall"),
        "{log}"
    );
    assert!(
        log.contains("no effect in this version: s3.bucket"),
        "{log}"
    );
    assert_eq!(agent.files().len(), 1);
}

/// Kills the process when a test fails.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        self.0.kill().unwrap_or_default();
    }
}

#[cfg(unix)]
#[test]
fn sigterm_closes_the_open_file_at_once() {
    let agent = Agent::new(CONFIG);
    let mut command = agent.command(&["--simulate"]);
    let mut running = Running(command.stderr(Stdio::piped()).spawn().unwrap());
    thread::sleep(Duration::from_secs(3));
    assert_eq!(
        agent.files(),
        Vec::<PathBuf>::new(),
        "the batch is open for five minutes"
    );

    let asked = Instant::now();
    let pid = running.0.id().to_string();
    assert!(
        Command::new("kill")
            .args(["-TERM", &pid])
            .status()
            .unwrap()
            .success()
    );
    let status = running.0.wait().unwrap();
    assert!(status.success());
    assert!(
        asked.elapsed() < Duration::from_secs(5),
        "{:?}",
        asked.elapsed()
    );

    let files = agent.files();
    assert_eq!(files.len(), 1);
    let (times, summary) = read(&files[0]);
    // About 276 frames a second in real time.
    assert!(
        (200..2_000).contains(&times.len()),
        "{} frames",
        times.len()
    );
    assert_eq!(summary.recording.coverage.len(), 1);
    let clock = summary.recording.clock.unwrap();
    assert_eq!(clock.anchors.len(), 2);
    assert!(clock.anchors[0].boot_ns < clock.anchors[1].boot_ns);
    assert!(!clock.boot_id.is_empty());
}

#[cfg(unix)]
#[test]
fn batches_close_by_age_in_real_time() {
    let agent = Agent::new(&CONFIG.replace("interval_sec: 300", "interval_sec: 1"));
    let mut command = agent.command(&["--simulate"]);
    let _running = Running(command.stderr(Stdio::null()).spawn().unwrap());
    let begun = Instant::now();
    while agent
        .files()
        .iter()
        .filter(|path| path.extension().is_some_and(|it| it == "parquet"))
        .count()
        < 2
    {
        assert!(begun.elapsed() < Duration::from_mins(1), "no files");
        thread::sleep(Duration::from_millis(200));
    }
}

#[test]
fn nothing_is_lost_where_nobody_reads_stderr() {
    let agent = Agent::new(&CONFIG.replace("WARNING", "DEBUG"));
    let args = ["--simulate", "--fast-forward", "10min"];
    assert_eq!(run_unheard(&mut agent.command(&args)), Some(0));
    let (times, _) = read(agent.files().last().unwrap());
    assert!(!times.is_empty());
    assert_eq!(run_unheard(&mut agent.command(&[])), Some(2));
}
