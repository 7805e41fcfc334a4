//! What every source promises, as tests: the same rows in, the same catalogue and answers out.
//!
//! A lake is described as plain rows, the reference is a filter over them; each implementation holds
//! the rows in its own way.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use canlake_shared::schema::SignalKey;
use canlake_shared::time::{NS_PER_DAY, NS_PER_SEC, TimeRange, Timestamp};
use proptest::prelude::*;

use super::testing::{self, Layout, Row};
use super::*;
use crate::query::{QueryCollector, QueryError, QueryResult};
use crate::runtime::Runtimes;

/// A way to hold rows.
type Hold = fn(&Path, &[Row]) -> Arc<dyn SignalSource>;

fn memory(_folder: &Path, rows: &[Row]) -> Arc<dyn SignalSource> {
    Arc::new(testing::memory_source(rows))
}

fn lake(folder: &Path, rows: &[Row], layout: Layout) -> Arc<dyn SignalSource> {
    testing::write_lake(folder, rows, layout);
    Arc::new(LocalSource::new(vec![folder.to_owned()]))
}

const HOLDERS: [(&str, Hold); 6] = [
    ("memory", memory),
    ("original's folders", |folder, rows| {
        lake(folder, rows, Layout::Original)
    }),
    ("our folders", |folder, rows| {
        lake(folder, rows, Layout::Ours)
    }),
    ("both mixed", |folder, rows| {
        lake(folder, rows, Layout::Mixed)
    }),
    ("files astray, other types", |folder, rows| {
        lake(folder, rows, Layout::Stray)
    }),
    ("several vehicles in a file", |folder, rows| {
        lake(folder, rows, Layout::OneFile)
    }),
];

pub(super) fn ask(
    runtimes: &Runtimes,
    source: &Arc<dyn SignalSource>,
    query: SignalQuery,
) -> Result<QueryResult, QueryError> {
    let mut collector = QueryCollector::new(query.signals.len());
    let mut events = runtimes.spawn_stream(source.query(query), 8, crate::runtime::no_wake());
    while let Some(event) = events.wait_next() {
        collector.push(event?);
    }
    Ok(collector.finish())
}

pub(super) fn catalogue(runtimes: &Runtimes, source: &Arc<dyn SignalSource>) -> Arc<Catalogue> {
    runtimes
        .run(source.catalogue(Arc::new(|_| {})))
        .unwrap()
        .unwrap()
}

/// Rows as bits, in an order that does not depend on who wrote them.
fn sorted<'a>(
    rows: impl Iterator<Item = (i64, f64, Option<&'a str>)>,
) -> Vec<(i64, u64, Option<&'a str>)> {
    let mut rows: Vec<_> = rows
        .map(|(time, value, label)| (time, value.to_bits(), label))
        .collect();
    rows.sort_unstable();
    rows
}

fn check_query(
    runtimes: &Runtimes,
    source: &Arc<dyn SignalSource>,
    rows: &[Row],
    query: &SignalQuery,
    name: &str,
) {
    let answer = ask(runtimes, source, query.clone()).unwrap();
    assert!(
        answer.completeness.is_complete(),
        "{name}: {:?}",
        answer.completeness
    );
    assert_eq!(answer.signals.len(), query.signals.len());
    for (key, found) in query.signals.iter().zip(&answer.signals) {
        let expected = rows.iter().filter(|row| {
            *row.vehicle == *query.vehicle
                && row.key == *key
                && query.range.contains(Timestamp::from_ns(row.time))
        });
        let expected =
            sorted(expected.map(|row| (row.time, row.value, row.label.filter(|_| query.labels))));
        assert!(found.times.is_sorted(), "{name}: {key}");
        let label = |i: usize| found.labels.get(i).and_then(|label| label.as_deref());
        let found = found.times.iter().zip(&found.values).enumerate();
        let found = sorted(found.map(|(i, (&time, &value))| (time, value, label(i))));
        assert_eq!(found, expected, "{name}: {key} in {}", query.range);
    }
}

fn check_catalogue(catalogue: &Catalogue, rows: &[Row], name: &str) {
    assert_eq!(catalogue.problems, [], "{name}");
    assert_eq!(catalogue.superseded, [""; 0], "{name}");
    let mut expected: BTreeMap<&str, BTreeMap<SignalKey, Vec<&Row>>> = BTreeMap::new();
    for row in rows {
        let vehicle = expected.entry(row.vehicle).or_default();
        vehicle.entry(row.key.clone()).or_default().push(row);
    }
    let ids: Vec<&str> = catalogue.vehicles.iter().map(|it| &*it.id).collect();
    assert_eq!(ids, expected.keys().copied().collect::<Vec<_>>(), "{name}");
    for (vehicle, signals) in catalogue.vehicles.iter().zip(expected.values()) {
        let keys: Vec<&SignalKey> = vehicle.signals.iter().map(|it| &it.key).collect();
        assert_eq!(keys, signals.keys().collect::<Vec<_>>(), "{name}");
        let all = || signals.values().flatten();
        assert_eq!(vehicle.rows, all().count() as u64, "{name}");
        let first = all().map(|row| row.time).min().unwrap();
        let last = all().map(|row| row.time).max().unwrap();
        assert_eq!(vehicle.range, footer::inclusive(first, last), "{name}");
        assert!(
            vehicle
                .sessions
                .is_sorted_by_key(|session| session.range.start)
        );
        for row in all() {
            let time = Timestamp::from_ns(row.time);
            let holds = vehicle.sessions.iter().filter(|it| it.range.contains(time));
            assert_eq!(holds.count(), 1, "{name}: every sample is in one session");
        }
        for (info, rows) in vehicle.signals.iter().zip(signals.values()) {
            assert_eq!(info.rows, rows.len() as u64, "{name}");
            let times = || rows.iter().map(|row| Timestamp::from_ns(row.time));
            assert_eq!(Some(info.first), times().min(), "{name}");
            assert_eq!(Some(info.last), times().max(), "{name}");
            let numbers = || rows.iter().map(|row| row.value).filter(|it| !it.is_nan());
            assert_eq!(info.min, numbers().reduce(f64::min), "{name}");
            assert_eq!(info.max, numbers().reduce(f64::max), "{name}");
            assert_eq!(&*info.unit, testing::UNIT, "{name}");
        }
    }
}

fn check_all(rows: &[Row], queries: &[SignalQuery]) {
    let runtimes = Runtimes::new().unwrap();
    for (name, hold) in HOLDERS {
        let folder = tempfile::tempdir().unwrap();
        let source = hold(folder.path(), rows);
        check_catalogue(&catalogue(&runtimes, &source), rows, name);
        for query in queries {
            check_query(&runtimes, &source, rows, query, name);
        }
    }
}

pub(super) fn key(message: &str, signal: &str) -> SignalKey {
    SignalKey::new("", message, None, signal)
}

pub(super) fn row(vehicle: &'static str, time: i64, key: &SignalKey, value: f64) -> Row {
    Row {
        vehicle,
        time,
        key: key.clone(),
        value,
        label: None,
    }
}

pub(super) fn ns(text: &str) -> i64 {
    text.parse::<Timestamp>().unwrap().as_ns()
}

pub(super) fn query(vehicle: &str, signals: &[SignalKey], start: i64, end: i64) -> SignalQuery {
    SignalQuery {
        vehicle: vehicle.into(),
        signals: signals.to_vec(),
        range: TimeRange::new(Timestamp::from_ns(start), Timestamp::from_ns(end)),
        labels: false,
    }
}

/// A recording over midnight, New Year and more than 62 days, asked for around each of them: rows on
/// the next day, in the next year and in the last month are all found.
#[test]
fn midnight_new_year_and_long_spans_lose_no_row() {
    let speed = key("Drive", "Speed");
    let midnight = ns("2026-01-01T00:00:00Z");
    let mut rows: Vec<Row> = (-5..5)
        .map(|i| row("V", midnight + i * NS_PER_SEC, &speed, i as f64))
        .collect();
    for day in [1, 31, 62, 63, 100, 364] {
        rows.push(row(
            "V",
            midnight + day * NS_PER_DAY + 1,
            &speed,
            day as f64,
        ));
    }
    let keys = std::slice::from_ref(&speed);
    let queries = [
        query("V", keys, i64::MIN, i64::MAX),
        query("V", keys, midnight, midnight + 60 * NS_PER_SEC),
        query("V", keys, midnight - NS_PER_DAY, midnight),
        query(
            "V",
            keys,
            ns("2025-12-31T00:00:00Z"),
            ns("2026-12-31T23:00:00Z"),
        ),
        query(
            "V",
            keys,
            midnight + 62 * NS_PER_DAY,
            midnight + 64 * NS_PER_DAY,
        ),
        query("V", keys, midnight + 5 * NS_PER_SEC, midnight + NS_PER_DAY),
    ];
    check_all(&rows, &queries);
}

/// The same instants, whatever zone the caller writes them in.
#[test]
fn a_range_means_the_same_in_every_zone() {
    let speed = key("Drive", "Speed");
    let start = ns("2026-02-23T00:00:00Z");
    let rows: Vec<Row> = (0..10)
        .map(|i| row("V", start + i, &speed, i as f64))
        .collect();
    let keys = std::slice::from_ref(&speed);
    let queries = [
        ("2026-02-23T05:30:00+05:30", "2026-02-23T06:30:00+05:30"),
        ("2026-02-22T19:00:00-05:00", "2026-02-22T20:00:00-05:00"),
    ];
    let queries = queries.map(|(from, to)| query("V", keys, ns(from), ns(to)));
    check_all(&rows, &queries);
}

/// Signals of equal name in two messages, on two channels and of two ids are different signals.
#[test]
fn equal_names_are_told_apart() {
    let keys = [
        key("Front", "Temp"),
        key("Rear", "Temp"),
        SignalKey::new("can0", "EEC1", Some(0x0CF0_0400), "EngineSpeed"),
        SignalKey::new("can1", "EEC1", Some(0x0CF0_0400), "EngineSpeed"),
        SignalKey::new("can0", "EEC1", Some(0x0CF0_0401), "EngineSpeed"),
    ];
    let rows: Vec<Row> = (0..50)
        .map(|i| row("V", i * 1_000, &keys[i as usize % keys.len()], i as f64))
        .collect();
    let mut queries: Vec<SignalQuery> = keys
        .iter()
        .map(|key| query("V", std::slice::from_ref(key), 0, 40_000))
        .collect();
    queries.push(query("V", &keys, i64::MIN, i64::MAX));
    // Asked for twice: answered twice.
    queries.push(query("V", &[keys[0].clone(), keys[0].clone()], 0, 40_000));
    check_all(&rows, &queries);
}

/// Repeated time stamps and equal rows are all kept, as are values that are no numbers.
#[test]
fn nothing_is_dropped_as_a_duplicate() {
    let speed = key("Drive", "Speed");
    let mut rows: Vec<Row> = (0..40)
        .map(|i| row("V", i / 4 * 1_000, &speed, 1.0))
        .collect();
    rows[7].value = f64::NAN;
    rows[8].value = f64::INFINITY;
    check_all(
        &rows,
        &[query("V", std::slice::from_ref(&speed), 1_000, 9_000)],
    );
}

#[test]
fn labels_come_when_asked_for() {
    let gear = SignalKey::new("can0", "Drive", Some(0x123), "Gear");
    let label = |i: i64| {
        (i % 3 > 0).then_some(if i % 3 == 1 {
            "park"
        } else {
            "a gear with a long name"
        })
    };
    let rows: Vec<Row> = (0..30)
        .map(|i| Row {
            label: label(i),
            ..row("V", i * 1_000, &gear, (i % 3) as f64)
        })
        .collect();
    let mut with = query("V", std::slice::from_ref(&gear), 0, 20_000);
    let without = with.clone();
    with.labels = true;
    check_all(&rows, &[with, without]);
}

#[test]
fn what_is_not_there_is_said_or_empty() {
    let runtimes = Runtimes::new().unwrap();
    let speed = key("Drive", "Speed");
    let rows = [row("V", 1_000, &speed, 1.0)];
    for (name, hold) in HOLDERS {
        let folder = tempfile::tempdir().unwrap();
        let source = hold(folder.path(), &rows);
        let unknown = ask(&runtimes, &source, query("W", &[], 0, 1));
        assert!(
            matches!(unknown, Err(QueryError::UnknownVehicle { .. })),
            "{name}"
        );
        for (signal, start, end) in [
            (&speed, 2_000, 9_000),
            (&speed, 1_001, 0),
            (&key("Drive", "Torque"), 0, 9_000),
        ] {
            let query = query("V", std::slice::from_ref(signal), start, end);
            let answer = ask(&runtimes, &source, query).unwrap();
            assert!(
                answer.completeness.is_complete() && answer.signals[0].times.is_empty(),
                "{name}"
            );
        }
    }
}

prop_compose! {
    /// Rows around a midnight that may be a New Year, of several vehicles and signals.
    fn rows()(
        start in prop::sample::select(vec!["2025-12-31T23:59:00Z", "2024-02-28T23:59:59.999999999Z", "1969-12-31T23:59:00Z"]),
        step in prop::sample::select(vec![1_i64, 333_333_333, 600 * NS_PER_SEC, NS_PER_DAY]),
        picks in prop::collection::vec((0..2_usize, 0..5_usize, 0..4_i64, -2.0..2.0_f64), 1..80),
    ) -> Vec<Row> {
        let signals = [
            key("Drive", "Speed"),
            key("Drive", "Torque"),
            SignalKey::new("can0", "A message with a long name", Some(0x7FF), "Speed"),
            SignalKey::new("can1", "A message with a long name", Some(0x7FF), "Speed"),
            SignalKey::new("can1", "A message with a long name", Some(0x7FF), "A signal with a long name"),
        ];
        let mut time = ns(start);
        picks
            .into_iter()
            .map(|(vehicle, signal, steps, value)| {
                time += steps * step;
                row(["V", "W"][vehicle], time, &signals[signal], value)
            })
            .collect()
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn every_query_equals_a_full_read(
        rows in rows(),
        asked in prop::collection::vec((any::<prop::sample::Index>(), any::<prop::sample::Index>(), 0..3_i64), 1..4),
    ) {
        let queries: Vec<SignalQuery> = asked
            .iter()
            .map(|(from, to, extra)| {
                let (from, to) = (from.get(&rows), to.get(&rows));
                let mut keys = vec![from.key.clone()];
                if to.key != from.key {
                    keys.push(to.key.clone());
                }
                query(from.vehicle, &keys, from.time.min(to.time), from.time.max(to.time) + extra)
            })
            .collect();
        check_all(&rows, &queries);
    }
}
