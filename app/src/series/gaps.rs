//! Where a signal's data are missing, found on every sample before anything is left out.
//!
//! A gap lies between two consecutive samples; a segment is the run of samples between two gaps.
//! A line never crosses a gap. Missing *values* (NaN) are no gaps: the signal was there and said so.
//!
//! An interval is a gap when
//! 1. a recording gap lies in it: that cuts every signal; or
//! 2. it is longer than `factor` (5) times the expected interval, which is the DBC cycle time if
//!    there is one, else the local median of the non-zero intervals (see `rhythm`).
//!
//! The second rule is off for signals that the DBC sends on change, and for those whose intervals
//! are too dispersed for a period to exist: most stretches of 64 intervals fail the quartile rule
//! ([`QUARTILE_RATIO`](super::QUARTILE_RATIO)).

use std::ops::Range;

use super::rhythm;

/// What is known about a signal's rhythm and about the recorder before the samples are looked at.
#[derive(Clone, Copy, Debug)]
pub struct GapPolicy<'a> {
    /// The DBC's cycle time in nanoseconds; zero or less counts as none.
    pub expected_period_ns: Option<i64>,
    /// Whether the DBC says that the signal is sent on change.
    pub on_change: bool,
    /// An interval more than this many times the expected one is a gap.
    pub factor: f64,
    /// Half-open times, in nanoseconds, in which nothing was recorded; any order.
    pub recording_gaps: &'a [(i64, i64)],
}

impl<'a> GapPolicy<'a> {
    /// From what the DBC declares (the cycle time in milliseconds) and the recorder's own gaps.
    pub fn of(
        cycle_time_ms: Option<u32>,
        on_change: bool,
        recording_gaps: &'a [(i64, i64)],
    ) -> Self {
        Self {
            expected_period_ns: cycle_time_ms.map(|ms| i64::from(ms) * 1_000_000),
            on_change,
            recording_gaps,
            ..Self::default()
        }
    }
}

impl Default for GapPolicy<'_> {
    fn default() -> Self {
        Self {
            expected_period_ns: None,
            on_change: false,
            factor: 5.0,
            recording_gaps: &[],
        }
    }
}

/// What a signal's own silence was judged by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rhythm {
    /// The DBC's cycle time, in nanoseconds.
    Cycle(u64),
    /// The local median of the intervals; typically this many nanoseconds.
    Measured(u64),
    /// Sent on change: its silence means that nothing changed.
    OnChange,
    /// Intervals too dispersed for a period to exist: silence means nothing.
    Dispersed,
    /// Too few samples to say.
    Unknown,
}

/// Why data are missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GapCause {
    /// The signal fell silent while the recorder was listening.
    Silence,
    /// The recorder was not listening.
    RecordingGap,
}

/// Missing data between two consecutive samples.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gap {
    /// Index of the first sample after it.
    pub index: usize,
    /// Time of the last sample before it.
    pub start: i64,
    /// Time of the first sample after it.
    pub end: i64,
    /// Why.
    pub cause: GapCause,
}

impl Gap {
    /// Length in nanoseconds.
    pub fn duration_ns(&self) -> u64 {
        self.end.abs_diff(self.start)
    }
}

/// Samples without a gap between them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Segment {
    /// Indices of the samples; never empty.
    pub samples: Range<usize>,
}

/// The gaps of a series, and so its segments.
#[derive(Clone, Debug)]
pub struct Gaps {
    cuts: Vec<Cut>,
    rhythm: Rhythm,
    samples: usize,
}

/// A gap by the first sample after it.
#[derive(Clone, Copy, Debug)]
struct Cut {
    at: u32,
    cause: GapCause,
}

impl Gaps {
    /// Finds the gaps between `times`, which never decrease.
    pub fn find(times: &[i64], policy: &GapPolicy<'_>) -> Self {
        let cycle = policy
            .expected_period_ns
            .and_then(|ns| u64::try_from(ns).ok())
            .filter(|&ns| ns > 0);
        let rhythm = if policy.on_change {
            Rhythm::OnChange
        } else if let Some(cycle) = cycle {
            Rhythm::Cycle(cycle)
        } else {
            match rhythm::period(times) {
                Ok(Some(period)) => Rhythm::Measured(period),
                Ok(None) => Rhythm::Unknown,
                Err(rhythm::Dispersed) => Rhythm::Dispersed,
            }
        };
        let mut cuts = Vec::new();
        let mut cut = |at: usize| {
            cuts.push(Cut {
                at: at as u32,
                cause: GapCause::Silence,
            });
        };
        match rhythm {
            Rhythm::Cycle(cycle) => {
                let limit = rhythm::scaled(cycle, policy.factor);
                for (index, interval) in rhythm::intervals(times).enumerate() {
                    if interval > limit {
                        cut(index + 1);
                    }
                }
            }
            Rhythm::Measured(_) => rhythm::for_each_silence(times, policy.factor, cut),
            Rhythm::OnChange | Rhythm::Dispersed | Rhythm::Unknown => {}
        }
        for &recording_gap in policy.recording_gaps {
            cuts.extend(cut_of_recording_gap(times, recording_gap));
        }
        if !policy.recording_gaps.is_empty() {
            // A recording gap explains the silence, so it comes first and is the one kept.
            cuts.sort_by_key(|cut| (cut.at, cut.cause == GapCause::Silence));
            cuts.dedup_by_key(|cut| cut.at);
        }
        cuts.shrink_to_fit();
        Self {
            cuts,
            rhythm,
            samples: times.len(),
        }
    }

    /// Gaps that are known already: right before these samples of a series of so many, ascending.
    pub fn before(starts: &[usize], samples: usize) -> Self {
        let inside = starts.iter().filter(|at| (1..samples).contains(*at));
        let cut = |at: &usize| Cut {
            at: *at as u32,
            cause: GapCause::Silence,
        };
        Self {
            cuts: inside.map(cut).collect(),
            rhythm: Rhythm::OnChange,
            samples,
        }
    }

    /// What silence was judged by.
    pub fn rhythm(&self) -> Rhythm {
        self.rhythm
    }

    /// Number of gaps.
    pub fn len(&self) -> usize {
        self.cuts.len()
    }

    /// Whether the series has no gap.
    pub fn is_empty(&self) -> bool {
        self.cuts.is_empty()
    }

    /// The gaps in order; `times` are those that they were found in.
    pub fn iter<'a>(&'a self, times: &'a [i64]) -> impl Iterator<Item = Gap> + 'a {
        self.cuts.iter().map(|cut| gap(times, *cut))
    }

    /// The gaps that overlap the half-open time range, in order, unclipped.
    pub fn within<'a>(
        &'a self,
        times: &'a [i64],
        range: (i64, i64),
    ) -> impl Iterator<Item = Gap> + 'a {
        let first = self
            .cuts
            .partition_point(|cut| times[cut.at as usize] <= range.0);
        self.cuts[first..]
            .iter()
            .map(|cut| gap(times, *cut))
            .take_while(move |gap| gap.start < range.1)
    }

    /// The segments in order; together they are all samples.
    pub fn segments(&self) -> impl Iterator<Item = Segment> + '_ {
        let starts = std::iter::once(0).chain(self.cuts.iter().map(|cut| cut.at as usize));
        let ends = self
            .cuts
            .iter()
            .map(|cut| cut.at as usize)
            .chain(std::iter::once(self.samples));
        starts
            .zip(ends)
            .map(|(start, end)| Segment {
                samples: start..end,
            })
            .filter(|segment| !segment.samples.is_empty())
    }

    /// The segment that sample `index` belongs to.
    pub fn segment_of(&self, index: usize) -> Segment {
        let after = self.cuts.partition_point(|cut| cut.at as usize <= index);
        let start = after
            .checked_sub(1)
            .map_or(0, |at| self.cuts[at].at as usize);
        let end = self
            .cuts
            .get(after)
            .map_or(self.samples, |cut| cut.at as usize);
        Segment {
            samples: start..end,
        }
    }

    /// Whether a gap lies right before sample `index`.
    pub fn is_before(&self, index: usize) -> bool {
        self.starts(index, index + 1).next().is_some()
    }

    /// First samples after a gap, among the samples `from..to`.
    pub(super) fn starts(
        &self,
        from: usize,
        to: usize,
    ) -> impl ExactSizeIterator<Item = usize> + DoubleEndedIterator + Clone + '_ {
        let first = self.cuts.partition_point(|cut| (cut.at as usize) < from);
        let count = self.cuts[first..].partition_point(|cut| (cut.at as usize) < to);
        self.cuts[first..first + count]
            .iter()
            .map(|cut| cut.at as usize)
    }

    /// Bytes held.
    pub fn memory_bytes(&self) -> usize {
        self.cuts.len() * size_of::<Cut>()
    }
}

fn gap(times: &[i64], cut: Cut) -> Gap {
    let index = cut.at as usize;
    Gap {
        index,
        start: times[index - 1],
        end: times[index],
        cause: cut.cause,
    }
}

/// One cut for a recording gap: the interval that shares the most time with it. Samples inside a recording gap
/// contradict it (the recorder's clock and the frames' may differ a little) and do not multiply it.
fn cut_of_recording_gap(times: &[i64], (start, end): (i64, i64)) -> Option<Cut> {
    let first = times.partition_point(|&time| time <= start).max(1);
    let mut best: Option<(u64, usize)> = None;
    for index in first..times.len() {
        let (from, to) = (times[index - 1].max(start), times[index].min(end));
        if from >= end {
            break;
        }
        let shared = if to > from { to.abs_diff(from) } else { 0 };
        if shared > best.map_or(0, |(most, _)| most) {
            best = Some((shared, index));
        }
    }
    best.map(|(_, index)| Cut {
        at: index as u32,
        cause: GapCause::RecordingGap,
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const MS: i64 = 1_000_000;
    const SEC: i64 = 1_000 * MS;

    fn found(times: &[i64], policy: &GapPolicy<'_>) -> Vec<usize> {
        Gaps::find(times, policy)
            .iter(times)
            .map(|gap| gap.index)
            .collect()
    }

    /// A day at 100 Hz with a three-second drop-out every hour: the original found none of the 23.
    #[test]
    fn a_day_with_23_drop_outs_has_23_gaps() {
        let times: Vec<i64> = (0..24 * 360_000_i64)
            .filter(|i| {
                let in_hour = i % 360_000;
                *i < 360_000 || in_hour >= 300
            })
            .map(|i| i * 10 * MS + (i * 7919 % 13) * 100_000)
            .collect();
        let gaps = Gaps::find(&times, &GapPolicy::default());
        assert_eq!(gaps.len(), 23);
        assert_eq!(gaps.segments().count(), 24);
        for gap in gaps.iter(&times) {
            assert!((3 * SEC..3 * SEC + 20 * MS).contains(&gap.duration_ns().cast_signed()));
            assert_eq!(gap.cause, GapCause::Silence);
        }
    }

    /// 100 Hz for a while, then 1 Hz: the original cut all 3,599 slow intervals.
    #[test]
    fn a_burst_and_then_a_slow_phase_is_cut_at_most_once() {
        for slow in [1, 2, 3, 8, 9, 29, 3_600] {
            let times: Vec<i64> = (0..10_000)
                .map(|i| i * 10 * MS)
                .chain((1..=slow).map(|i| 100 * SEC + i * SEC))
                .collect();
            let cuts = found(&times, &GapPolicy::default());
            assert!(cuts.len() <= 1, "{slow} slow samples: {cuts:?}");
        }
    }

    /// Every stamp twice: the original's median was 0 and cut 4,999 times.
    #[test]
    fn repeated_stamps_make_no_gaps() {
        for repeats in [2, 3, 100] {
            let times: Vec<i64> = (0..10_000).map(|i| i / repeats * 10 * MS).collect();
            assert_eq!(found(&times, &GapPolicy::default()), Vec::<usize>::new());
        }
    }

    #[test]
    fn the_dbc_speaks_before_the_measurement() {
        let times: Vec<i64> = [0, 100, 200, 800, 900, 1_500, 1_600].map(|t| t * MS).into();
        let cycle = |ms: i64| GapPolicy {
            expected_period_ns: Some(ms * MS),
            ..GapPolicy::default()
        };
        assert_eq!(found(&times, &cycle(100)), [3, 5]);
        assert_eq!(found(&times, &cycle(120)), Vec::<usize>::new());
        assert_eq!(
            found(&times, &cycle(0)),
            found(&times, &GapPolicy::default())
        );
        assert_eq!(
            found(&times, &cycle(-5)),
            found(&times, &GapPolicy::default())
        );
        let on_change = GapPolicy {
            on_change: true,
            ..cycle(100)
        };
        let gaps = Gaps::find(&times, &on_change);
        assert!(gaps.is_empty());
        assert_eq!(gaps.rhythm(), Rhythm::OnChange);
    }

    #[test]
    fn a_signal_without_a_period_is_not_cut_by_its_silence() {
        let times: Vec<i64> = (0..300)
            .scan(0_i64, |time, i| {
                *time += [1, 40, 3, 900, 20, 7, 2_000, 5][i % 8] * MS;
                Some(*time)
            })
            .collect();
        let gaps = Gaps::find(&times, &GapPolicy::default());
        assert_eq!(gaps.rhythm(), Rhythm::Dispersed);
        assert!(gaps.is_empty());
    }

    /// What it is, the recording gaps, and the gaps expected.
    type HoleCase = (&'static str, Vec<(i64, i64)>, Vec<usize>);

    #[test]
    fn recording_gaps_cut_every_signal_once() {
        let times: Vec<i64> = (0..100).chain(200..300).map(|i| i * MS).collect();
        let recording_gap = |from: i64, to: i64| (from * MS, to * MS);
        let cases: [HoleCase; 7] = [
            ("between samples", vec![recording_gap(120, 150)], vec![100]),
            (
                "two in one gap",
                vec![recording_gap(150, 160), recording_gap(110, 120)],
                vec![100],
            ),
            ("a little early", vec![recording_gap(95, 200)], vec![100]),
            ("before the data", vec![recording_gap(-50, -1)], vec![]),
            ("after the data", vec![recording_gap(299, 500)], vec![]),
            ("empty", vec![recording_gap(10, 10)], vec![]),
            ("shorter than the period", vec![(MS / 4, MS / 2)], vec![1]),
        ];
        for (name, recording_gaps, expected) in cases {
            let policy = GapPolicy {
                on_change: true,
                recording_gaps: &recording_gaps,
                ..GapPolicy::default()
            };
            let gaps = Gaps::find(&times, &policy);
            let cuts: Vec<usize> = gaps.iter(&times).map(|gap| gap.index).collect();
            assert_eq!(cuts, expected, "{name}");
            assert!(
                gaps.iter(&times)
                    .all(|gap| gap.cause == GapCause::RecordingGap)
            );
            // The silence is there too, but the recording gap explains it.
            let both = Gaps::find(
                &times,
                &GapPolicy {
                    on_change: false,
                    ..policy
                },
            );
            let by_recording_gap = both.iter(&times).find(|gap| expected.contains(&gap.index));
            assert!(
                by_recording_gap.is_none_or(|gap| gap.cause == GapCause::RecordingGap),
                "{name}"
            );
        }
    }

    proptest! {
        #[test]
        fn segments_together_are_all_samples(
            steps in prop::collection::vec(prop_oneof![6 => 0_i64..12, 1 => 50_i64..5_000], 0..400),
            recording_gaps in prop::collection::vec((-10_i64..4_000, 0_i64..400), 0..5),
            cycle in prop::option::of(-1_i64..20),
        ) {
            let times: Vec<i64> = steps
                .iter()
                .scan(0, |time, step| { *time += step; Some(*time) })
                .collect();
            let recording_gaps: Vec<_> = recording_gaps.iter().map(|&(start, len)| (start, start + len)).collect();
            let policy = GapPolicy { expected_period_ns: cycle, recording_gaps: &recording_gaps, ..GapPolicy::default() };
            let gaps = Gaps::find(&times, &policy);
            let all: Vec<usize> = gaps.segments().flat_map(|segment| segment.samples).collect();
            prop_assert_eq!(all, (0..times.len()).collect::<Vec<_>>());
            let starts: Vec<usize> = gaps.iter(&times).map(|gap| gap.index).collect();
            prop_assert!(starts.is_sorted_by(|a, b| a < b));
            for segment in gaps.segments() {
                for index in segment.samples.clone() {
                    prop_assert_eq!(gaps.segment_of(index), segment.clone());
                    prop_assert_eq!(
                        gaps.is_before(index),
                        index == segment.samples.start && index > 0
                    );
                }
            }
            let range = (100, 1_000);
            prop_assert!(gaps.within(&times, range).eq(gaps
                .iter(&times)
                .filter(|gap| gap.start < range.1 && gap.end > range.0)));
        }
    }
}
