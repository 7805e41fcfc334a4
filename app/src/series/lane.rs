//! A signal as a lane: stretches of one value each, for enumerations and switches.

use super::Prepared;
use super::pyramid::same;

/// What a lane shows for a while.
#[derive(Clone, Copy, Debug)]
pub enum LaneState {
    /// One value.
    Held(f64),
    /// Several values, each too short to be seen.
    Mixed,
    /// Nothing: a gap.
    Gap,
}

impl PartialEq for LaneState {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Held(left), Self::Held(right)) => same(*left, *right),
            (Self::Mixed, Self::Mixed) | (Self::Gap, Self::Gap) => true,
            _ => false,
        }
    }
}

/// A stretch of a lane, half open, in nanoseconds since the epoch.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LaneStretch {
    /// When it begins.
    pub start: i64,
    /// When the next one begins.
    pub end: i64,
    /// What it shows.
    pub state: LaneState,
}

/// The stretches of a signal in a range of time, in order; `out` is filled anew.
///
/// Between the first and the last sample every instant of the range is in one stretch. What is
/// shorter than a `columns`-th of the range is mixed with its neighbours, so there are at most twice
/// as many stretches as columns, however often the signal changes.
pub fn lane(data: &Prepared, range: (i64, i64), columns: usize, out: &mut Vec<LaneStretch>) {
    out.clear();
    let (Some(&first), Some(&last)) = (data.times().first(), data.times().last()) else {
        return;
    };
    let columns = i64::try_from(columns.max(1)).unwrap_or(i64::MAX);
    let width = (range.1.saturating_sub(range.0) / columns).max(1);
    let end = range.1.min(last);
    let mut at = range.0.max(first);
    while at < end {
        let (state, next) = stretch(data, at);
        let stop = next.min(end);
        // The edge of the range cuts a stretch, which is no reason to call it short.
        let is_short = next.saturating_sub(at) < width && next < end;
        let (state, stop) = if is_short {
            (LaneState::Mixed, at.saturating_add(width).min(end))
        } else {
            (state, stop)
        };
        match out.last_mut() {
            Some(before) if before.state == state && before.end == at => before.end = stop,
            _ => out.push(LaneStretch {
                start: at,
                end: stop,
                state,
            }),
        }
        at = stop;
    }
}

/// What there is at an instant, and when something else begins; at or after the first sample.
fn stretch(data: &Prepared, at: i64) -> (LaneState, i64) {
    let times = data.times();
    let time_of = |index: Option<usize>| index.and_then(|index| times.get(index).copied());
    let Some(sample) = data.sample_at(at) else {
        return (
            LaneState::Gap,
            time_of(data.next_sample(at)).unwrap_or(i64::MAX),
        );
    };
    let in_gap = sample.in_gap || data.gaps().is_before(sample.index + 1);
    if in_gap && sample.time <= at && (sample.in_gap || sample.time == at) {
        // From a gap's last sample on nothing is known.
        let next = time_of(Some(sample.index + 1)).unwrap_or(i64::MAX);
        return (LaneState::Gap, next);
    }
    let Some(change) = data.next_change(at) else {
        return (LaneState::Held(sample.value), i64::MAX);
    };
    let end = if data.gaps().is_before(change) {
        // Nothing is drawn for an instant, so a value that stands alone before a gap is not.
        time_of(change.checked_sub(1))
    } else {
        time_of(Some(change))
    };
    (
        LaneState::Held(sample.value),
        end.unwrap_or(i64::MAX).max(at + 1),
    )
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::{GapPolicy, Series};
    use super::*;

    fn data(times: &[i64], values: &[f64], recording_gaps: &[(i64, i64)]) -> Prepared {
        let series = Series::new(times.to_vec().into(), values.to_vec().into()).unwrap();
        let policy = GapPolicy::of(None, true, recording_gaps);
        Prepared::new(series, &policy)
    }

    #[test]
    fn values_are_held_until_the_next_and_gaps_are_told() {
        let times = [0, 10, 20, 30, 100, 110];
        let values = [1.0, 1.0, 2.0, 2.0, 2.0, 3.0];
        let data = data(&times, &values, &[(40, 90)]);
        let mut stretches = Vec::new();
        lane(&data, (-50, 200), 1_000, &mut stretches);
        let expected = [
            (0, 20, LaneState::Held(1.0)),
            (20, 30, LaneState::Held(2.0)),
            (30, 100, LaneState::Gap),
            (100, 110, LaneState::Held(2.0)),
        ];
        let found: Vec<_> = stretches
            .iter()
            .map(|it| (it.start, it.end, it.state))
            .collect();
        assert_eq!(found, expected);
    }

    proptest! {
        #[test]
        fn stretches_join_and_say_what_the_samples_say(
            steps in proptest::collection::vec((1_i64..30, 0_u8..3), 2..200),
            recording_gap in (0_i64..2_000, 1_i64..300),
            from in -100_i64..1_500,
            length in 1_i64..3_000,
            columns in 1_usize..400,
        ) {
            let mut time = 0;
            let mut times = Vec::new();
            let mut values = Vec::new();
            for (step, value) in steps {
                time += step;
                times.push(time);
                values.push(f64::from(value));
            }
            let data = data(&times, &values, &[(recording_gap.0, recording_gap.0 + recording_gap.1)]);
            let mut stretches = Vec::new();
            lane(&data, (from, from + length), columns, &mut stretches);
            let (first, last) = (times[0], times[times.len() - 1]);
            let (start, end) = (from.max(first), (from + length).min(last));
            prop_assert!(stretches.len() <= 2 * columns + 2);
            let mut at = start;
            for stretch in &stretches {
                prop_assert_eq!(stretch.start, at);
                prop_assert!(stretch.end > stretch.start);
                at = stretch.end;
                // What is held is true at each of its instants.
                for instant in stretch.start..stretch.end {
                    let sample = data.sample_at(instant).unwrap();
                    match stretch.state {
                        LaneState::Held(value) => prop_assert_eq!(sample.value, value),
                        LaneState::Gap => prop_assert!(
                            sample.in_gap || data.gaps().is_before(sample.index + 1)
                        ),
                        LaneState::Mixed => {}
                    }
                }
            }
            prop_assert!(stretches.is_empty() || at == end);
            prop_assert_eq!(stretches.is_empty(), start >= end);
        }
    }
}
