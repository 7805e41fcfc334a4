//! When a vehicle's recorder did not listen.

use canlake_shared::time::{TimeRange, Timestamp};

use super::{AppState, VehicleRef};
use crate::source::SessionInfo;

impl AppState {
    /// Times in which a vehicle's recorder did not listen, inside `range` of the window's time axis.
    pub fn recording_gaps(&self, vehicle: &VehicleRef, range: TimeRange) -> Vec<TimeRange> {
        self.recording_gap_marks(vehicle, range, 1)
    }

    /// The same for a picture: what is less than `resolution_ns` apart is one, so that it costs its width,
    /// however many sessions there are.
    pub fn recording_gap_marks(
        &self,
        vehicle: &VehicleRef,
        range: TimeRange,
        resolution_ns: i64,
    ) -> Vec<TimeRange> {
        if let Some(overlay) = vehicle.overlay.and_then(|id| self.overlay(id)) {
            return self.gaps_of_overlay(overlay, range, resolution_ns);
        }
        let vehicle = self.vehicle(vehicle);
        vehicle.map_or_else(Vec::new, |vehicle| {
            gaps_between(&vehicle.sessions, range, resolution_ns)
        })
    }
}

/// The gaps in and between sessions, which follow each other in time.
fn gaps_between(sessions: &[SessionInfo], range: TimeRange, resolution_ns: i64) -> Vec<TimeRange> {
    let mut gaps: Vec<TimeRange> = Vec::new();
    let mut from = range.start;
    while let Some(gap) = gap_after(sessions, from, range.end) {
        let gap = gap.intersection(range);
        match gaps.last_mut() {
            Some(last) if gap.start.ns_since(last.end) < resolution_ns => last.end = gap.end,
            _ => gaps.push(gap),
        }
        // Another one that ends before this cannot be told from the last.
        from = gap.end + (resolution_ns - 1).max(0);
    }
    gaps
}

/// The first gap that ends after `from` and begins before `end`.
fn gap_after(sessions: &[SessionInfo], from: Timestamp, end: Timestamp) -> Option<TimeRange> {
    if from >= end {
        return None;
    }
    let mut next = sessions.partition_point(|session| session.range.end <= from);
    let mut covered_to = next
        .checked_sub(1)
        .map_or(Timestamp::MIN, |before| sessions[before].range.end);
    while let Some(session) = sessions.get(next) {
        if covered_to >= end {
            return None;
        }
        if session.range.start > covered_to && session.range.start > from {
            return Some(TimeRange::new(covered_to, session.range.start.min(end)));
        }
        let gap = session.gaps.partition_point(|gap| gap.end <= from);
        if let Some(gap) = session.gaps.get(gap) {
            return (gap.start < end).then_some(*gap);
        }
        covered_to = covered_to.max(session.range.end);
        next += 1;
    }
    (covered_to < end).then(|| TimeRange::new(covered_to.max(from), end))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn range(start: i64, end: i64) -> TimeRange {
        TimeRange::new(Timestamp::from_ns(start), Timestamp::from_ns(end))
    }

    fn session((start, end): (i64, i64), gaps: &[(i64, i64)]) -> SessionInfo {
        SessionInfo {
            range: range(start, end),
            rows: 0,
            bytes: 0,
            estimated: false,
            files: 1,
            signals: 0,
            gaps: gaps
                .iter()
                .map(|(start, end)| range(*start, *end))
                .collect(),
            overlapping: false,
            lost_frames: 0,
            lost_at_least: false,
        }
    }

    fn gaps(sessions: &[SessionInfo], shown: (i64, i64), resolution: i64) -> Vec<(i64, i64)> {
        let gaps = gaps_between(sessions, range(shown.0, shown.1), resolution);
        let ends = |gap: TimeRange| (gap.start.as_ns(), gap.end.as_ns());
        gaps.into_iter().map(ends).collect()
    }

    #[test]
    fn gaps_are_before_between_in_and_after_sessions() {
        let sessions = [
            session((100, 200), &[(120, 130), (150, 151)]),
            session((200, 250), &[]),
            session((300, 400), &[(390, 395)]),
        ];
        let all = [
            (0, 100),
            (120, 130),
            (150, 151),
            (250, 300),
            (390, 395),
            (400, 500),
        ];
        assert_eq!(gaps(&sessions, (0, 500), 1), all);
        assert_eq!(
            gaps(&sessions, (125, 260), 1),
            [(125, 130), (150, 151), (250, 260)]
        );
        assert_eq!(gaps(&sessions, (160, 240), 1), []);
        assert_eq!(gaps(&sessions, (260, 280), 1), [(260, 280)]);
        assert_eq!(gaps(&[], (0, 10), 1), [(0, 10)]);
        // Six points wide there are fewer.
        let coarse = [(0, 100), (250, 300), (390, 500)];
        assert_eq!(gaps(&sessions, (0, 500), 83), coarse);
    }

    proptest! {
        #[test]
        fn a_picture_has_no_more_marks_than_it_is_wide_and_covers_every_gap(
            lengths in prop::collection::vec((1_i64..50, 0_i64..30, prop::bool::ANY), 1..200),
            start in -100_i64..3_000,
            duration in 1_i64..5_000,
            resolution in 1_i64..400,
        ) {
            let mut sessions = Vec::new();
            let mut at = 0;
            for (length, pause, has_gap) in lengths {
                let gap = (at + length / 3, at + length / 2);
                let gap = [gap].into_iter().filter(|gap| has_gap && gap.0 < gap.1);
                sessions.push(session((at, at + length), &gap.collect::<Vec<_>>()));
                at += length + pause;
            }
            let shown = (start, start + duration);
            let marks = gaps(&sessions, shown, resolution);
            prop_assert!(marks.len() as i64 <= duration / resolution + 2);
            prop_assert!(marks.is_sorted_by(|a, b| a.1 + resolution <= b.0));
            let is_recorded = |time: i64| {
                let mut sessions = sessions.iter();
                sessions.any(|it| {
                    let at = Timestamp::from_ns(time);
                    it.range.contains(at) && !it.gaps.iter().any(|gap| gap.contains(at))
                })
            };
            let mut last_end = i64::MIN;
            for time in start..start + duration {
                let mark = marks.iter().find(|mark| (mark.0..mark.1).contains(&time));
                last_end = mark.map_or(last_end, |mark| mark.1);
                // A mark may miss what it could not be told from, right after it.
                let is_near = time.saturating_sub(last_end) < resolution;
                prop_assert!(mark.is_some() || is_recorded(time) || is_near, "{time}");
            }
            let exact = gaps(&sessions, shown, 0);
            for time in start..start + duration {
                let is_gap = exact.iter().any(|mark| (mark.0..mark.1).contains(&time));
                prop_assert_eq!(is_gap, !is_recorded(time), "{}", time);
            }
        }
    }
}
