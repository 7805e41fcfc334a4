//! Functions over time: what each keeps from step to step.
//!
//! Their samples are the samples of what they are applied to, so that their values at a time do not
//! depend on which other signals the expression reads. Where a value comes back after a missing
//! stretch, that counts as a sample too. Between samples they keep what they gave,
//! except that `changed` returns to 0, and that `lowpass` and `moving_average` go on.
//! (One within another sees only at a step that an inner window has run empty.)
//!
//! Missing values: the result is missing as long as what it is applied to is (`moving_average` has
//! its window instead). `diff`, `rate`, `previous` and `changed` do not look across a missing
//! stretch or a gap: after it they begin anew. `integral` adds nothing for it and goes on.
//!
//! Invariant: bounded memory, whatever comes in and however long.

use super::filter::Lowpass;
use super::program::Arrival;
use super::window::Window;

/// The time between two steps in seconds; the later one first.
pub(super) fn secs_between(later_ns: i64, earlier_ns: i64) -> f64 {
    later_ns.abs_diff(earlier_ns) as f64 / 1e9
}

/// A function over time: a value comes in at each step, and one goes out.
pub(super) trait OverTime {
    /// A value; `is_sample` if it came in at this step, else it is held.
    fn next(&mut self, time_ns: i64, value: f64, is_sample: bool) -> f64;

    /// Nothing was known for a time that lies between the last value and the next one.
    fn interrupt(&mut self);

    /// The result at a step without a value.
    fn missing(&mut self, _time_ns: i64) -> f64 {
        f64::NAN
    }
}

#[derive(Clone, Debug)]
pub(super) enum Memory {
    Previous(Previous),
    Diff(Diff),
    Changed(Changed),
    Rate(Rate),
    Integral(Integral),
    Lowpass(Lowpass),
    MovingAverage(Window),
}

impl Memory {
    /// Replaces each value of a column by the result.
    pub(super) fn run(&mut self, column: &mut [f64], times_ns: &[i64], arrivals: &[Arrival]) {
        match self {
            Self::Previous(memory) => run(memory, column, times_ns, arrivals),
            Self::Diff(memory) => run(memory, column, times_ns, arrivals),
            Self::Changed(memory) => run(memory, column, times_ns, arrivals),
            Self::Rate(memory) => run(memory, column, times_ns, arrivals),
            Self::Integral(memory) => run(memory, column, times_ns, arrivals),
            Self::Lowpass(memory) => run(memory, column, times_ns, arrivals),
            Self::MovingAverage(memory) => run(memory, column, times_ns, arrivals),
        }
    }
}

fn run(memory: &mut impl OverTime, column: &mut [f64], times_ns: &[i64], arrivals: &[Arrival]) {
    for ((value, time_ns), arrival) in column.iter_mut().zip(times_ns).zip(arrivals) {
        if value.is_nan() {
            memory.interrupt();
            *value = memory.missing(*time_ns);
        } else {
            if *arrival == Arrival::AfterGap {
                memory.interrupt();
            }
            *value = memory.next(*time_ns, *value, *arrival != Arrival::Held);
        }
    }
}

/// The last two samples.
#[derive(Clone, Debug, Default)]
pub(super) struct Previous {
    before: Option<f64>,
    last: Option<f64>,
}

impl OverTime for Previous {
    fn next(&mut self, _time_ns: i64, value: f64, is_sample: bool) -> f64 {
        if is_sample || self.last.is_none() {
            self.before = self.last.replace(value);
        }
        self.before.unwrap_or(f64::NAN)
    }

    fn interrupt(&mut self) {
        *self = Self::default();
    }
}

#[derive(Clone, Debug, Default)]
pub(super) struct Diff(Previous);

impl OverTime for Diff {
    fn next(&mut self, time_ns: i64, value: f64, is_sample: bool) -> f64 {
        let before = self.0.next(time_ns, value, is_sample);
        self.0.last.unwrap_or(f64::NAN) - before
    }

    fn interrupt(&mut self) {
        self.0.interrupt();
    }
}

#[derive(Clone, Debug, Default)]
pub(super) struct Changed(Previous);

impl OverTime for Changed {
    fn next(&mut self, time_ns: i64, value: f64, is_sample: bool) -> f64 {
        if !is_sample && self.0.last.is_some() {
            return 0.0;
        }
        let before = self.0.next(time_ns, value, is_sample);
        if before.is_nan() {
            f64::NAN
        } else {
            f64::from(u8::from(before != value))
        }
    }

    fn interrupt(&mut self) {
        self.0.interrupt();
    }
}

/// The last sample and the last one of an earlier time: of samples with equal times the latest
/// counts, as no time lies between them to divide by.
#[derive(Clone, Debug, Default)]
pub(super) struct Rate {
    base: Option<(i64, f64)>,
    last: Option<(i64, f64)>,
}

impl OverTime for Rate {
    fn next(&mut self, time_ns: i64, value: f64, is_sample: bool) -> f64 {
        if is_sample || self.last.is_none() {
            if self.last.is_some_and(|(last_ns, _)| last_ns != time_ns) {
                self.base = self.last;
            }
            self.last = Some((time_ns, value));
        }
        match (self.base, self.last) {
            (Some((base_ns, base)), Some((last_ns, last))) => {
                (last - base) / secs_between(last_ns, base_ns)
            }
            _ => f64::NAN,
        }
    }

    fn interrupt(&mut self) {
        *self = Self::default();
    }
}

/// A sum that stays exact over months: what rounding takes away is kept beside it.
#[derive(Clone, Debug, Default)]
pub(super) struct Integral {
    sum: f64,
    rounded_away: f64,
    last: Option<(i64, f64)>,
}

impl OverTime for Integral {
    fn next(&mut self, time_ns: i64, value: f64, is_sample: bool) -> f64 {
        if (is_sample || self.last.is_none())
            && let Some((last_ns, last)) = self.last.replace((time_ns, value))
        {
            self.add(last.midpoint(value) * secs_between(time_ns, last_ns));
        }
        self.sum + self.rounded_away
    }

    fn interrupt(&mut self) {
        self.last = None;
    }
}

impl Integral {
    fn add(&mut self, area: f64) {
        let sum = self.sum + area;
        // One infinite sample must not spoil all that follow.
        if !sum.is_finite() {
            return;
        }
        self.rounded_away += if self.sum.abs() >= area.abs() {
            (self.sum - sum) + area
        } else {
            (area - sum) + self.sum
        };
        self.sum = sum;
    }
}
