//! The agent simulates a drive over midnight, the lake's files are decoded, and a source over them
//! gives what a plot draws.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use canlake::series::{GapPolicy, Prepared, Series, Stats, View, ViewRequest};
use canlake_edge::Shutdown;
use canlake_edge::agent::{self, Plan, Timing};
use canlake_edge::clock::SystemClock;
use canlake_edge::config;
use canlake_shared::dbc::plan::CompiledDatabase;
use canlake_shared::dbc::{DbcFile, Matching};
use canlake_shared::schema::SignalKey;
use canlake_shared::sim::{self, DriveSimulator, SimConfig};
use canlake_shared::time::Timestamp;
use test_support::{Asked, TestLake};

const VEHICLE: &str = "NIGHT_1";
const SEED: u64 = 5;
const DURATION: Duration = Duration::from_mins(6);

fn start() -> Timestamp {
    "2025-12-31T23:57:00Z".parse().unwrap()
}

fn record(lake: &TestLake) -> agent::Summary {
    let text = format!(
        "vehicle_id: {VEHICLE}\nstorage: {{data_dir: {}}}\nbatch: {{interval_sec: 60, max_frames: 100000}}\n",
        lake.root().display()
    );
    let (config, _) = config::parse(&text, Path::new("test.yaml")).unwrap();
    let plan = Plan {
        seed: SEED,
        timing: Timing::FastForward {
            duration: DURATION,
            start: Some(start()),
        },
    };
    let clock = Arc::new(SystemClock::start());
    agent::simulate(&config, &plan, clock, &Shutdown::default()).unwrap()
}

fn simulator() -> DriveSimulator {
    DriveSimulator::new(SimConfig {
        seed: SEED,
        vehicle: VEHICLE.to_owned(),
        start: start(),
        duration: DURATION,
        ..SimConfig::default()
    })
}

type Rows = Vec<(i64, f64)>;

/// The samples that the frames hold, decoded one frame after the other.
fn expected(dbc: &DbcFile) -> (u64, BTreeMap<SignalKey, Rows>) {
    let compiled = CompiledDatabase::new([&dbc.database], Matching::Auto);
    let simulator = simulator();
    let channels = simulator.channels().clone();
    let mut frames = 0;
    let mut signals: BTreeMap<SignalKey, Rows> = BTreeMap::new();
    for frame in simulator {
        frames += 1;
        let channel = channels.name(frame.channel).unwrap();
        for message in compiled.lookup(frame.id) {
            for decoded in message.decode_payload(&frame.payload) {
                let signal = message.signals()[decoded.signal_idx].name();
                let number = Some(frame.id.number());
                let key = SignalKey::new(channel.as_str(), message.name(), number, signal);
                let row = (frame.timestamp.as_ns(), decoded.physical);
                signals.entry(key).or_default().push(row);
            }
        }
    }
    (frames, signals)
}

#[test]
fn a_drive_over_midnight_arrives_whole() {
    let lake = TestLake::new();
    let recorded = record(&lake);
    let dbc = DbcFile::new(sim::DBC_NAME, sim::DBC_TEXT.as_bytes());
    let (frames, signals) = expected(&dbc);
    assert_eq!((recorded.frames, recorded.lost), (frames, 0));

    let days: Vec<_> = lake
        .raw_files()
        .iter()
        .map(|(key, _)| key.partition().unwrap().date.to_string())
        .collect();
    assert!(days.contains(&"2025-12-31".to_owned()), "{days:?}");
    assert!(days.contains(&"2026-01-01".to_owned()), "{days:?}");

    let stats = lake.decode(std::slice::from_ref(&dbc));
    assert_eq!(stats.iter().map(|file| file.frames).sum::<u64>(), frames);
    let n_values = signals.values().map(Vec::len).sum::<usize>();

    let asked = Asked::open(lake.root());
    assert!(asked.catalogue.problems.is_empty());
    let vehicle = asked.catalogue.vehicle(VEHICLE).unwrap();
    assert_eq!(vehicle.rows, n_values as u64);
    assert_eq!(vehicle.sessions.len(), 1, "{:?}", vehicle.sessions);
    assert_eq!(vehicle.sessions[0].gaps, []);
    assert_eq!(vehicle.sessions[0].lost_frames, 0);
    let listed: Vec<_> = vehicle.signals.iter().map(|info| &info.key).collect();
    assert_eq!(listed, signals.keys().collect::<Vec<_>>());

    let keys: Vec<SignalKey> = signals.keys().cloned().collect();
    let answer = asked.query(VEHICLE, &keys, (i64::MIN, i64::MAX));
    assert!(answer.completeness.is_complete());
    for (found, (key, rows)) in answer.signals.into_iter().zip(&signals) {
        let mut rows = rows.clone();
        rows.sort_by_key(|row| row.0);
        let read: Rows = found
            .times
            .iter()
            .copied()
            .zip(found.values.clone())
            .collect();
        assert_eq!(read, rows, "{key}");
        let info = vehicle
            .signals
            .iter()
            .find(|info| info.key == *key)
            .unwrap();
        let policy = GapPolicy::of(info.cycle_time_ms, info.on_change, &[]);
        let series = Series::new(found.times.into(), found.values.into()).unwrap();
        check_picture(key, &Prepared::new(series, &policy));
    }
}

/// The picture's extremes are those of the samples, and midnight is no gap.
fn check_picture(key: &SignalKey, series: &Prepared) {
    let range = (
        series.times()[0],
        series.times()[series.times().len() - 1] + 1,
    );
    let stats = Stats::compute(series, range);
    assert_eq!(stats.gap_count, 0, "{key}");
    let mut view = View::new();
    view.compute(series, &ViewRequest::new(range, 800));
    assert_eq!(view.visible_samples(), stats.count, "{key}");
    let heights = || view.points().iter().map(|point| point[1]);
    let (low, high) = (stats.min.unwrap().value, stats.max.unwrap().value);
    assert_eq!(heights().fold(f64::INFINITY, f64::min), low, "{key}");
    assert_eq!(heights().fold(f64::NEG_INFINITY, f64::max), high, "{key}");
}
