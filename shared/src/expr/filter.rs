//! `lowpass`: a first-order filter that is exact for uneven steps.
//!
//! What comes in is held from sample to sample, and the filter follows it by the exact solution of
//! `y' = (x - y) / τ`. So its value at a time does not depend on how many steps lead there, and a
//! signal that is sent only on change is smoothed like any other.
//! A new sample moves the result from the next step on; the first one is the result.
//!
//! What comes back after a missing stretch is taken to have been there since the sample before it:
//! after a short one the filter goes on, after a long one it begins anew.

use std::f64::consts::TAU;

use super::memory::{OverTime, secs_between};

#[derive(Clone, Debug)]
pub(super) struct Lowpass {
    time_constant_secs: f64,
    last: Option<Sample>,
    was_missing: bool,
    /// The last time between steps and the part of the way that is gone in it: steps are mostly
    /// even, and an exponential costs more than all else.
    step: (f64, f64),
}

/// A sample and the result at its time.
#[derive(Clone, Copy, Debug)]
struct Sample {
    time_ns: i64,
    value: f64,
    result: f64,
}

impl Lowpass {
    pub(super) const fn new(time_constant_secs: f64) -> Self {
        Self {
            // A cutoff beyond all numbers gives a time constant of 0, and 0 / 0 is no part of a way.
            time_constant_secs: time_constant_secs.max(f64::MIN_POSITIVE),
            last: None,
            was_missing: false,
            step: (0.0, 0.0),
        }
    }

    /// With the frequency at which the amplitude is down to 0.71.
    pub(super) const fn with_cutoff(hz: f64) -> Self {
        Self::new(1.0 / (TAU * hz))
    }

    fn part_of_way(&mut self, secs: f64) -> f64 {
        if self.step.0 != secs {
            self.step = (secs, -(-secs / self.time_constant_secs).exp_m1());
        }
        self.step.1
    }
}

impl OverTime for Lowpass {
    fn next(&mut self, time_ns: i64, value: f64, is_sample: bool) -> f64 {
        if value.is_infinite() {
            // It would stay in the filter for ever.
            self.interrupt();
            return f64::NAN;
        }
        let result = match self.last {
            None => value,
            Some(last) => {
                let part = self.part_of_way(secs_between(time_ns, last.time_ns));
                let towards = if self.was_missing { value } else { last.value };
                let result = last.result + (towards - last.result) * part;
                // The way can be longer than numbers go; that too would stay for ever.
                if result.is_finite() { result } else { value }
            }
        };
        if is_sample || self.was_missing || self.last.is_none() {
            self.was_missing = false;
            self.last = Some(Sample {
                time_ns,
                value,
                result,
            });
        }
        result
    }

    fn interrupt(&mut self) {
        self.was_missing = true;
    }
}
