//! Whether a signal has a period, and which intervals are silence against its neighbourhood.
//!
//! Works on time stamps alone; what the DBC says is `gaps`' affair.
//! Intervals of zero (repeated time stamps) are never counted: they say nothing about a rhythm.

/// **The quartile rule.** A stretch of intervals has a period when its third quartile is at most
/// this many times its first. Periodic frames with ±50 % jitter give 1.7, Poisson arrivals 4.8,
/// bursts of three frames a second apart 100.
pub const QUARTILE_RATIO: u64 = 3;

/// Non-zero intervals on each side of an interval that it is judged by.
const NEIGHBOURS: usize = 15;
/// Fewer other intervals than this on both sides together judge nothing.
const MIN_EVIDENCE: usize = 2;
/// Intervals looked at on each side while non-zero ones are sought.
const REACH: usize = 4096;
/// Intervals that are passed over together when the longest of them cannot be silence.
const STRETCH: usize = 128;
/// Non-zero intervals in a stretch that is tested by the quartile rule.
const WINDOW: usize = 64;
/// Stretches tested, evenly spread over the series.
const WINDOWS: usize = 256;

/// The period that times keep, by the quartile rule applied to stretches all over the series.
///
/// `Ok(None)`: too few intervals to say. `Err(Dispersed)`: most stretches have no period. A signal
/// that changes its rate now and then has one: the rule looks at stretches, not at the whole.
pub(super) fn period(times: &[i64]) -> Result<Option<u64>, Dispersed> {
    let mut medians = Vec::with_capacity(WINDOWS);
    let mut dispersed = 0;
    let mut window = Vec::with_capacity(WINDOW);
    let step = (times.len() / WINDOWS).max(WINDOW);
    for start in (0..times.len()).step_by(step) {
        // The last stretch ends with the series, so that a short series is judged as a whole.
        let start = start.min(times.len().saturating_sub(WINDOW + 1));
        window.clear();
        window.extend(
            intervals(&times[start..])
                .take(REACH)
                .filter(|&i| i > 0)
                .take(WINDOW),
        );
        if window.len() <= MIN_EVIDENCE {
            continue;
        }
        window.sort_unstable();
        let last = window.len() - 1;
        if window[last * 3 / 4] <= window[last / 4].saturating_mul(QUARTILE_RATIO) {
            medians.push(window[last / 2]);
        } else {
            dispersed += 1;
        }
    }
    if dispersed > medians.len() {
        return Err(Dispersed);
    }
    medians.sort_unstable();
    Ok(medians.get(medians.len() / 2).copied())
}

/// The intervals of a signal are too dispersed for a period to exist.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Dispersed;

/// Calls `cut` with each sample that follows an interval longer than `factor` times the local
/// median: the larger of the medians of the non-zero intervals before and after it.
///
/// Both sides have to agree, so that where the rate changes the slow side speaks for itself; a
/// drop-out is long against either side. O(n): a stretch whose longest interval is no more than
/// `factor` times the shortest around it is passed over after one look.
pub(super) fn for_each_silence(times: &[i64], factor: f64, mut cut: impl FnMut(usize)) {
    let stretches = times.len().saturating_sub(1).div_ceil(STRETCH);
    let stretch = |index: usize| {
        let start = index * STRETCH;
        &times[start..times.len().min(start + STRETCH + 1)]
    };
    let (mut before, mut here) = (Range::ANYTHING, Range::ANYTHING);
    for index in 0..stretches {
        if index == 0 {
            here = Range::of(stretch(0));
        }
        let after = if index + 1 < stretches {
            Range::of(stretch(index + 1))
        } else {
            Range::ANYTHING
        };
        let shortest = if stretches == 1 {
            here.shortest
        } else {
            // At either end of the series the one neighbour there is speaks.
            let left = if index == 0 { here } else { before };
            let right = if index + 1 == stretches { here } else { after };
            left.shortest.min(here.shortest).min(right.shortest)
        };
        let limit = scaled(shortest, factor);
        if here.longest > limit {
            let start = index * STRETCH;
            for (offset, interval) in intervals(stretch(index)).enumerate() {
                let at = start + offset + 1;
                if interval > limit && is_silence(times, at, interval, factor) {
                    cut(at);
                }
            }
        }
        (before, here) = (here, after);
    }
}

/// Whether the interval that ends at sample `at` is silence against both sides.
fn is_silence(times: &[i64], at: usize, interval: u64, factor: f64) -> bool {
    let before = at.saturating_sub(1 + REACH)..at;
    let after = at..times.len().min(at + 1 + REACH);
    let exceeds = |other: u64| interval > scaled(other, factor);
    let count = |others: &mut dyn Iterator<Item = u64>| {
        others
            .filter(|&other| other > 0)
            .take(NEIGHBOURS)
            .fold((0, 0), |(all, shorter), other| {
                (all + 1, shorter + usize::from(exceeds(other)))
            })
    };
    // The median is exceeded when more than half of the intervals are, so nothing is sorted.
    let (left, left_shorter) = count(&mut intervals(&times[before]).rev());
    if left > 0 && left_shorter <= left / 2 {
        return false;
    }
    let (right, right_shorter) = count(&mut intervals(&times[after]));
    if right > 0 && right_shorter <= right / 2 {
        return false;
    }
    left + right >= MIN_EVIDENCE
}

/// `factor` times an interval; a product out of range is the longest interval there is.
pub(super) fn scaled(interval: u64, factor: f64) -> u64 {
    (interval as f64 * factor) as u64
}

/// Intervals between consecutive samples, exact for any times.
pub(super) fn intervals(
    times: &[i64],
) -> impl DoubleEndedIterator<Item = u64> + ExactSizeIterator + '_ {
    times.windows(2).map(|pair| pair[1].abs_diff(pair[0]))
}

/// Shortest non-zero and longest interval of a stretch.
#[derive(Clone, Copy)]
struct Range {
    shortest: u64,
    longest: u64,
}

impl Range {
    const ANYTHING: Self = Self {
        shortest: 0,
        longest: u64::MAX,
    };

    /// A stretch with too few non-zero intervals to judge its neighbours may hide anything.
    fn of(times: &[i64]) -> Self {
        let (mut least, mut longest, mut zeros) = (u64::MAX, 0, 0);
        for interval in intervals(times) {
            // Zero wraps to the greatest number, so that it is never the least.
            least = least.min(interval.wrapping_sub(1));
            longest = longest.max(interval);
            zeros += usize::from(interval == 0);
        }
        let enough = times.len() > zeros + NEIGHBOURS;
        Self {
            shortest: if enough { least.wrapping_add(1) } else { 0 },
            longest,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn times(intervals: &[i64]) -> Vec<i64> {
        let mut times = vec![0];
        times.extend(intervals.iter().scan(0, |time, step| {
            *time += step;
            Some(*time)
        }));
        times
    }

    fn silences(times: &[i64]) -> Vec<usize> {
        let mut found = Vec::new();
        for_each_silence(times, 5.0, |at| found.push(at));
        found
    }

    /// What it is, the intervals, and the rhythm expected.
    type Case<'a> = (&'a str, &'a [i64], Result<Option<u64>, Dispersed>);

    #[test]
    fn quartile_rule() {
        let poisson: Vec<i64> = (1..400_u64)
            .map(|i| {
                // Quantiles of an exponential distribution in a scattered order.
                let u = (i.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 11) as f64 / (1_u64 << 53) as f64;
                (-1e6 * (1.0 - u).ln()) as i64 + 1
            })
            .collect();
        let jitter: Vec<i64> = (0..400).map(|i| 75 + (i * 37) % 51).collect();
        let bursts: Vec<i64> = (0..400)
            .map(|i| if i % 3 == 2 { 1000 } else { 10 })
            .collect();
        let two_rates: Vec<i64> = (0..4000)
            .map(|i| if i < 2000 { 10 } else { 1000 })
            .collect();
        let repeated: Vec<i64> = (0..400).map(|i| if i % 4 == 0 { 10 } else { 0 }).collect();
        let cases: [Case<'_>; 9] = [
            ("nothing", &[], Ok(None)),
            ("two intervals", &[1, 100], Ok(None)),
            ("three intervals", &[7, 7, 100], Ok(Some(7))),
            ("all stamps equal", &[0; 50], Ok(None)),
            ("Poisson arrivals", &poisson, Err(Dispersed)),
            ("jitter of a quarter", &jitter, Ok(Some(100))),
            ("bursts of three", &bursts, Err(Dispersed)),
            ("two rates in turn", &two_rates, Ok(Some(1000))),
            ("every stamp four times", &repeated, Ok(Some(10))),
        ];
        for (name, intervals, expected) in cases {
            assert_eq!(period(&times(intervals)), expected, "{name}");
        }
    }

    #[test]
    fn silence_is_long_against_both_sides() {
        let cases: [(&str, Vec<i64>, Vec<usize>); 8] = [
            ("too little to judge", vec![1, 100], vec![]),
            ("just five times", vec![1, 1, 5, 1, 1], vec![]),
            ("more than five times", vec![1, 1, 6, 1, 1], vec![3]),
            ("at the start", vec![100, 1, 1, 1], vec![1]),
            ("at the end", vec![1, 1, 1, 100], vec![4]),
            ("twice", vec![1, 1, 100, 1, 1, 1, 100, 1], vec![3, 7]),
            (
                "slower from here on",
                [[1; 500], [100; 500]].concat(),
                vec![],
            ),
            (
                "slow for a while",
                [vec![1; 500], vec![100; 29], vec![1; 500]].concat(),
                vec![],
            ),
        ];
        for (name, intervals, expected) in cases {
            assert_eq!(silences(&times(&intervals)), expected, "{name}");
        }
    }

    #[test]
    fn stamps_repeated_a_hundredfold_hide_no_silence() {
        let mut intervals: Vec<i64> = (0..6000)
            .map(|i| if i % 100 == 0 { 10 } else { 0 })
            .collect();
        intervals[3000] = 500;
        assert_eq!(silences(&times(&intervals)), [3001]);
    }

    #[test]
    fn extreme_times_do_not_overflow() {
        assert_eq!(
            silences(&[i64::MIN, i64::MIN + 1, i64::MIN + 2, i64::MAX]),
            [3]
        );
        assert_eq!(period(&[i64::MIN, 0, i64::MAX, i64::MAX]), Ok(None));
        assert_eq!(scaled(u64::MAX, 5.0), u64::MAX);
    }

    /// What passing over stretches leaves must be what judging every interval leaves.
    #[test]
    fn passing_over_stretches_changes_nothing() {
        let mut state = 1_u64;
        let mut random = move |below: u64| {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            (state >> 33) % below
        };
        for round in 0..50 {
            let intervals: Vec<i64> = (0..1000)
                .map(|_| match random(40) {
                    0 => 60 + random(100).cast_signed(),
                    1..=5 if round % 2 == 0 => 0,
                    _ => 10 + random(4).cast_signed(),
                })
                .collect();
            let times = times(&intervals);
            let all: Vec<usize> = (1..times.len())
                .filter(|&at| is_silence(&times, at, times[at].abs_diff(times[at - 1]), 5.0))
                .collect();
            assert_eq!(silences(&times), all);
        }
    }
}
