//! From what is known of each file to the vehicles of a catalogue. Pure.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use canlake_shared::lake::{self, FileCoverage, Session};
use canlake_shared::schema::footer::Loss;
use canlake_shared::schema::{SignalKey, SignalSummary};
use canlake_shared::time::TimeRange;

use super::{SessionInfo, SignalInfo, Vehicle};

/// What one file, or one part of memory, has of one vehicle.
#[derive(Debug, Clone)]
pub(super) struct Part {
    /// From the first row to after the last.
    pub(super) range: TimeRange,
    /// Number of rows.
    pub(super) rows: u64,
    /// Size in bytes.
    pub(super) bytes: u64,
    /// When it was recorded.
    pub(super) coverage: FileCoverage,
    /// What is known to be missing.
    pub(super) loss: Vec<Loss>,
    /// Its signals, by key.
    pub(super) signals: Vec<SignalSummary>,
}

/// The vehicle that some parts make.
pub(super) fn vehicle(id: &Arc<str>, parts: &[Part], session_gap_ns: i64) -> Vehicle {
    let coverage: Vec<FileCoverage> = parts.iter().map(|part| part.coverage.clone()).collect();
    let sessions = lake::sessions(&coverage, session_gap_ns);
    let ranges = parts.iter().map(|part| part.range);
    Vehicle {
        id: Arc::clone(id),
        range: ranges
            .reduce(TimeRange::union)
            .unwrap_or(TimeRange::new(TimeRange::ALL.start, TimeRange::ALL.start)),
        rows: parts.iter().map(|part| part.rows).sum(),
        bytes: parts.iter().map(|part| part.bytes).sum(),
        files: parts.len(),
        sessions: sessions
            .iter()
            .map(|session| session_info(session, parts))
            .collect(),
        signals: signals(parts),
    }
}

fn session_info(session: &Session, parts: &[Part]) -> SessionInfo {
    let recording_gaps = session.coverage.windows(2).map(|pair| match pair {
        [before, after] => TimeRange::new(before.end, after.start),
        _ => TimeRange::new(session.range.end, session.range.end),
    });
    let mut info = SessionInfo {
        range: session.range,
        rows: 0,
        bytes: 0,
        estimated: false,
        files: session.files.len(),
        signals: 0,
        gaps: recording_gaps.filter(|gap| !gap.is_empty()).collect(),
        overlapping: !session.overlaps.is_empty(),
        lost_frames: 0,
        lost_at_least: false,
    };
    let mut keys: BTreeSet<&SignalKey> = BTreeSet::new();
    for part in session.files.iter().filter_map(|&idx| parts.get(idx)) {
        let share = share_of(part, session);
        let scaled = |count: u64| (count as f64 * share).round() as u64;
        info.estimated |= share < 1.0;
        info.rows += scaled(part.rows);
        info.bytes += scaled(part.bytes);
        keys.extend(part.signals.iter().map(|signal| &signal.key));
        let inside = |loss: &&Loss| share >= 1.0 || session.range.contains(loss.from);
        for loss in part.loss.iter().filter(inside) {
            info.lost_frames += loss.frames;
            info.lost_at_least |= !loss.exact;
        }
    }
    info.signals = keys.len();
    info
}

/// How much of the time of a file lies in a session.
fn share_of(part: &Part, session: &Session) -> f64 {
    let intervals = &part.coverage.intervals;
    let length = |ranges: &mut dyn Iterator<Item = TimeRange>| -> f64 {
        ranges.map(|range| range.duration_ns() as f64).sum()
    };
    let all = length(&mut intervals.iter().copied());
    let inside = |range: &TimeRange| range.intersection(session.range);
    let part = length(&mut intervals.iter().map(inside));
    if all > 0.0 { part / all } else { 1.0 }
}

fn signals(parts: &[Part]) -> Vec<SignalInfo> {
    let mut merged: BTreeMap<&SignalKey, SignalSummary> = BTreeMap::new();
    for signal in parts.iter().flat_map(|part| &part.signals) {
        match merged.get_mut(&signal.key) {
            Some(known) => {
                known.merge(signal);
                complete(known, signal);
            }
            None => {
                merged.insert(&signal.key, signal.clone());
            }
        }
    }
    merged.into_values().map(signal_info).collect()
}

/// A file that knows more about a signal than the first one that has it adds what it knows.
fn complete(known: &mut SignalSummary, other: &SignalSummary) {
    if known.unit.is_empty() {
        known.unit.clone_from(&other.unit);
    }
    let (known, other) = (&mut known.declared, &other.declared);
    known.cycle_time_ms = known.cycle_time_ms.or(other.cycle_time_ms);
    known.is_on_change |= other.is_on_change;
    known.add_labels(&other.labels);
    if known.comment.is_empty() {
        known.comment.clone_from(&other.comment);
    }
}

fn signal_info(summary: SignalSummary) -> SignalInfo {
    let labels = summary.declared.labels.iter();
    SignalInfo {
        unit: summary.unit.as_str().into(),
        rows: summary.rows,
        min: summary.min,
        max: summary.max,
        first: summary.first,
        last: summary.last,
        cycle_time_ms: summary.declared.cycle_time_ms,
        on_change: summary.declared.is_on_change,
        integer: summary.is_integer,
        labels: labels
            .map(|(value, text)| (*value, text.as_str().into()))
            .collect(),
        comment: summary.declared.comment.as_str().into(),
        key: summary.key,
    }
}

#[cfg(test)]
mod tests {
    use canlake_shared::lake::SESSION_GAP_DEFAULT_NS;
    use canlake_shared::time::{NS_PER_SEC, Timestamp};

    use super::*;

    fn at(secs: i64) -> Timestamp {
        Timestamp::from_ns(secs * NS_PER_SEC)
    }

    fn part(intervals: &[(i64, i64)], signal: &str) -> Part {
        let intervals: Vec<TimeRange> = intervals
            .iter()
            .map(|&(start, end)| TimeRange::new(at(start), at(end)))
            .collect();
        let range = intervals.iter().copied().reduce(TimeRange::union).unwrap();
        let key = SignalKey::new("", "Drive", None, signal);
        let times = [range.start.as_ns(), (range.end - 1).as_ns()];
        Part {
            range,
            rows: 100,
            bytes: 1_000,
            coverage: FileCoverage {
                intervals,
                is_measured: true,
            },
            loss: Vec::new(),
            signals: vec![SignalSummary::of_rows(&key, "km/h", &times, &[1.0, 2.0]).unwrap()],
        }
    }

    #[test]
    fn a_vehicle_is_the_sum_of_its_files() {
        let parts = [
            part(&[(0, 60)], "Speed"),
            part(&[(70, 130)], "Torque"),
            part(&[(120, 180)], "Speed"),
            // Half an hour later, with a recording gap that splits it into two sessions.
            part(&[(2_000, 2_060), (4_000, 4_060)], "Speed"),
        ];
        let vehicle = vehicle(&"V".into(), &parts, SESSION_GAP_DEFAULT_NS);
        assert_eq!(vehicle.range, TimeRange::new(at(0), at(4_060)));
        assert_eq!(
            (vehicle.rows, vehicle.bytes, vehicle.files),
            (400, 4_000, 4)
        );
        let names: Vec<_> = vehicle
            .signals
            .iter()
            .map(|it| (&*it.key.signal, it.rows))
            .collect();
        assert_eq!(names, [("Speed", 6), ("Torque", 2)]);
        let [first, second, third] = vehicle.sessions.as_slice() else {
            panic!("{:?}", vehicle.sessions);
        };
        assert_eq!(first.range, TimeRange::new(at(0), at(180)));
        assert_eq!((first.rows, first.files, first.signals), (300, 3, 2));
        assert_eq!(first.gaps, [TimeRange::new(at(60), at(70))]);
        assert!(first.overlapping && !first.estimated);
        assert_eq!((second.rows, second.bytes), (50, 500));
        assert!(second.estimated && third.estimated && !third.overlapping);
    }
}
