//! Sessions: the contiguous recordings of one vehicle.
//!
//! A session goes on until a hole in *coverage* (the time in which the recorder listened) is longer
//! than the gap allowed. A quiet bus, midnight and the edge of a file do not end one.
//! Where a file has no coverage metadata the times of its frames stand in: its first and last, or
//! the intervals that a scan found with [`IntervalScan`].
//!
//! Invariants: sessions are sorted and further apart than the gap; every interval given lies in
//! exactly one; the order of the files does not matter.

use std::collections::BTreeMap;

use crate::schema::FileSummary;
use crate::time::{NS_PER_SEC, TimeRange, Timestamp};

/// The longest hole inside a session, unless the user says otherwise: 5 minutes.
pub const SESSION_GAP_DEFAULT_NS: i64 = 300 * NS_PER_SEC;

/// When one file was being recorded.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FileCoverage {
    /// In any order; empty ranges are ignored.
    pub intervals: Vec<TimeRange>,
    /// Whether the recorder stated them; otherwise they were derived from frame times.
    pub is_measured: bool,
}

impl From<&FileSummary> for FileCoverage {
    /// The coverage that the footer states, else the time range of the rows.
    fn from(summary: &FileSummary) -> Self {
        if summary.recording.coverage.is_empty() {
            Self {
                intervals: summary.time_range.into_iter().collect(),
                is_measured: false,
            }
        } else {
            Self {
                intervals: summary.recording.coverage.clone(),
                is_measured: true,
            }
        }
    }
}

/// One contiguous recording.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// From the begin of the first interval to the end of the last.
    pub range: TimeRange,
    /// When the recorder listened: sorted, merged. Between them are holes no longer than the gap.
    pub coverage: Vec<TimeRange>,
    /// The files that take part, as positions in the list given, sorted.
    pub files: Vec<usize>,
    /// Where two files cover the same time: two recorders, or a recording that exists twice.
    pub overlaps: Vec<TimeRange>,
    /// Whether all of the coverage was stated by recorders.
    pub is_measured: bool,
}

impl Session {
    /// The time in which the recorder listened, in nanoseconds.
    pub fn covered_ns(&self) -> i64 {
        self.coverage
            .iter()
            .fold(0, |sum: i64, range| sum.saturating_add(range.duration_ns()))
    }
}

/// The sessions of one vehicle: a new one begins where nothing was recorded for longer than `gap_ns`.
pub fn sessions(files: &[FileCoverage], gap_ns: i64) -> Vec<Session> {
    let mut intervals: Vec<(TimeRange, usize)> = files
        .iter()
        .enumerate()
        .flat_map(|(file, coverage)| coverage.intervals.iter().map(move |range| (*range, file)))
        .filter(|(range, _)| !range.is_empty())
        .collect();
    intervals.sort_unstable_by_key(|(range, file)| (range.start, range.end, *file));

    let mut sessions: Vec<Session> = Vec::new();
    // Which file reaches furthest so far: only another one can overlap with it.
    let mut furthest = usize::MAX;
    for (range, file) in intervals {
        let is_measured = files.get(file).is_some_and(|it| it.is_measured);
        match sessions.last_mut() {
            Some(session) if range.start.ns_since(session.range.end) <= gap_ns => {
                if range.start < session.range.end && file != furthest {
                    let shared = range.intersection(session.range);
                    push_merged(&mut session.overlaps, shared);
                }
                if range.end > session.range.end {
                    furthest = file;
                }
                session.range.end = session.range.end.max(range.end);
                push_merged(&mut session.coverage, range);
                session.files.push(file);
                session.is_measured &= is_measured;
            }
            _ => {
                furthest = file;
                sessions.push(Session {
                    range,
                    coverage: vec![range],
                    files: vec![file],
                    overlaps: Vec::new(),
                    is_measured,
                });
            }
        }
    }
    for session in &mut sessions {
        session.files.sort_unstable();
        session.files.dedup();
    }
    sessions
}

/// Appends a range that begins no earlier than the last one, and joins them where they touch.
fn push_merged(ranges: &mut Vec<TimeRange>, range: TimeRange) {
    match ranges.last_mut() {
        Some(last) if range.start <= last.end => last.end = last.end.max(range.end),
        _ => ranges.push(range),
    }
}

/// Finds the intervals of a file's frames that are closer together than the gap, in one pass over
/// timestamps in any order.
///
/// Keeps two instants per `gap_ns` of recording, so a day with the default gap takes a few kilobytes.
#[derive(Clone, Debug)]
pub struct IntervalScan {
    gap_ns: i64,
    // First and last instant of each stretch of `gap_ns`. Two instants further apart than that
    // never share a stretch, so a hole is always between the last of one and the first of the next.
    stretches: BTreeMap<i64, (i64, i64)>,
}

impl IntervalScan {
    /// A scan that has seen nothing. `gap_ns` is at least one.
    pub fn new(gap_ns: i64) -> Self {
        Self {
            gap_ns: gap_ns.max(1),
            stretches: BTreeMap::new(),
        }
    }

    /// Takes note of timestamps, nanoseconds since the Unix epoch.
    pub fn add(&mut self, timestamps: &[i64]) {
        let mut current: Option<(i64, i64, i64)> = None;
        for &timestamp in timestamps {
            let stretch = timestamp.div_euclid(self.gap_ns);
            current = match current {
                Some((known, first, last)) if known == stretch => {
                    Some((known, first.min(timestamp), last.max(timestamp)))
                }
                other => {
                    self.note(other);
                    Some((stretch, timestamp, timestamp))
                }
            };
        }
        self.note(current);
    }

    fn note(&mut self, seen: Option<(i64, i64, i64)>) {
        if let Some((stretch, first, last)) = seen {
            let entry = self.stretches.entry(stretch).or_insert((first, last));
            *entry = (entry.0.min(first), entry.1.max(last));
        }
    }

    /// The intervals, sorted; holes between them are longer than the gap.
    pub fn finish(self) -> FileCoverage {
        let mut intervals: Vec<TimeRange> = Vec::new();
        for (first, last) in self.stretches.into_values() {
            let range = TimeRange::inclusive(Timestamp::from_ns(first), Timestamp::from_ns(last));
            match intervals.last_mut() {
                Some(open) if range.start.ns_since(open.end) <= self.gap_ns => open.end = range.end,
                _ => intervals.push(range),
            }
        }
        FileCoverage {
            intervals,
            is_measured: false,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::time::NS_PER_DAY;

    fn range(start_secs: i64, end_secs: i64) -> TimeRange {
        let at = |secs| Timestamp::from_ns(secs * NS_PER_SEC);
        TimeRange::new(at(start_secs), at(end_secs))
    }

    fn files(intervals: &[&[(i64, i64)]]) -> Vec<FileCoverage> {
        let file = |it: &&[(i64, i64)]| FileCoverage {
            intervals: it.iter().map(|(start, end)| range(*start, *end)).collect(),
            is_measured: true,
        };
        intervals.iter().map(file).collect()
    }

    fn ranges(sessions: &[Session]) -> Vec<TimeRange> {
        sessions.iter().map(|session| session.range).collect()
    }

    #[test]
    fn only_holes_longer_than_the_gap_divide() {
        let gap = SESSION_GAP_DEFAULT_NS;
        let at_gap = sessions(&files(&[&[(0, 60)], &[(360, 400)]]), gap);
        assert_eq!(ranges(&at_gap), [range(0, 400)]);
        assert_eq!(at_gap[0].coverage, [range(0, 60), range(360, 400)]);
        assert_eq!(at_gap[0].covered_ns(), 100 * NS_PER_SEC);
        let beyond = sessions(&files(&[&[(361, 400)], &[(0, 60)]]), gap);
        assert_eq!(ranges(&beyond), [range(0, 60), range(361, 400)]);
        assert_eq!(beyond[0].files, [1]);
    }

    #[test]
    fn midnight_and_file_edges_do_not_divide() {
        let midnight = NS_PER_DAY / NS_PER_SEC;
        let parts = files(&[&[(midnight - 60, midnight)], &[(midnight, midnight + 60)]]);
        let found = sessions(&parts, SESSION_GAP_DEFAULT_NS);
        assert_eq!(ranges(&found), [range(midnight - 60, midnight + 60)]);
        assert_eq!(found[0].coverage.len(), 1);
        assert_eq!(found[0].files, [0, 1]);
        assert_eq!(found[0].overlaps, []);
    }

    #[test]
    fn a_hole_inside_a_file_divides_it() {
        let found = sessions(&files(&[&[(0, 60), (4000, 4060)]]), SESSION_GAP_DEFAULT_NS);
        assert_eq!(ranges(&found), [range(0, 60), range(4000, 4060)]);
        assert!(found.iter().all(|session| session.files == [0]));
    }

    #[test]
    fn overlaps_are_merged_and_flagged() {
        let found = sessions(&files(&[&[(0, 100), (50, 70)], &[(90, 200)]]), 0);
        assert_eq!(ranges(&found), [range(0, 200)]);
        assert_eq!(found[0].overlaps, [range(90, 100)]);
        assert_eq!(found[0].coverage, [range(0, 200)]);
        let inside = sessions(&files(&[&[(0, 100)], &[(20, 30)], &[(25, 40)]]), 0);
        assert_eq!(inside[0].overlaps, [range(20, 40)]);
    }

    #[test]
    fn frame_times_stand_in_for_coverage() {
        let mut summary = FileSummary::unknown(crate::schema::FileKind::Raw);
        summary.time_range = Some(range(0, 10));
        let found = sessions(&[FileCoverage::from(&summary)], SESSION_GAP_DEFAULT_NS);
        assert_eq!(ranges(&found), [range(0, 10)]);
        assert!(!found[0].is_measured);
        summary.recording.coverage = vec![range(-5, 20)];
        let found = sessions(&[FileCoverage::from(&summary)], SESSION_GAP_DEFAULT_NS);
        assert_eq!(ranges(&found), [range(-5, 20)]);
        assert!(found[0].is_measured);
    }

    proptest! {
        #[test]
        fn sessions_contain_all_and_are_apart(
            starts in proptest::collection::vec(proptest::collection::vec((0_i64..500, 0_i64..50), 0..4), 0..8),
            gap_secs in 0_i64..60,
        ) {
            let files: Vec<FileCoverage> = starts.iter().map(|parts| FileCoverage {
                intervals: parts.iter().map(|(start, len)| range(*start, start + len)).collect(),
                is_measured: true,
            }).collect();
            let gap = gap_secs * NS_PER_SEC;
            let found = sessions(&files, gap);
            for pair in found.windows(2) {
                prop_assert!(pair[1].range.start.ns_since(pair[0].range.end) > gap);
            }
            for session in &found {
                for pair in session.coverage.windows(2) {
                    let hole = pair[1].start.ns_since(pair[0].end);
                    prop_assert!(0 < hole && hole <= gap);
                }
            }
            for (idx, file) in files.iter().enumerate() {
                for interval in file.intervals.iter().filter(|it| !it.is_empty()) {
                    let home: Vec<_> = found.iter().filter(|session| {
                        session.range.intersection(*interval) == *interval
                    }).collect();
                    prop_assert_eq!(home.len(), 1);
                    prop_assert!(home[0].files.contains(&idx));
                }
            }
            let mut reversed: Vec<FileCoverage> = files.clone();
            reversed.reverse();
            prop_assert_eq!(ranges(&sessions(&reversed, gap)), ranges(&found));
        }

        #[test]
        fn a_scan_finds_the_holes_whatever_the_order(
            mut timestamps in proptest::collection::vec(-1000_i64..1000, 0..50),
            gap in 1_i64..100,
        ) {
            let mut scan = IntervalScan::new(gap);
            let (head, tail) = timestamps.split_at(timestamps.len() / 2);
            scan.add(head);
            scan.add(tail);
            timestamps.sort_unstable();
            let mut expected: Vec<TimeRange> = Vec::new();
            for at in timestamps.iter().map(|ns| Timestamp::from_ns(*ns)) {
                match expected.last_mut() {
                    Some(open) if at.ns_since(open.end) <= gap => open.end = at + 1,
                    _ => expected.push(TimeRange::inclusive(at, at)),
                }
            }
            // Repeated instants shorten nothing.
            prop_assert_eq!(scan.finish().intervals, expected);
        }
    }
}
