//! What one signal has at given steps: its own samples, and something or nothing between them.

use super::batch::Input;
use super::machine::LaneColumn;
use super::program::Arrival;

/// Goes through the samples of a signal once, along with the steps.
#[derive(Debug)]
pub(super) struct LaneReader<'a> {
    is_linear: bool,
    /// Samples that no step has reached.
    times: &'a [i64],
    values: &'a [f64],
    /// Index of the first of them.
    next: usize,
    /// Gaps that do not lie behind.
    gap_starts: &'a [usize],
    last: Option<(i64, f64)>,
    last_valid_until: i64,
    /// Whether a step lay in the gap that comes next.
    gap_was_seen: bool,
}

impl<'a> LaneReader<'a> {
    pub(super) fn new(input: &Input<'a>, is_linear: bool) -> Self {
        Self {
            is_linear,
            times: input.times,
            values: input.values,
            next: 0,
            gap_starts: input.gap_starts,
            last: None,
            last_valid_until: input.last_valid_until,
            gap_was_seen: false,
        }
    }

    /// Replaces `column` by what the signal has at the steps. Adds to `gap_starts` the steps that
    /// are the first ones after a gap that no step lay in.
    pub(super) fn fill(
        &mut self,
        steps_ns: &[i64],
        column: &mut LaneColumn,
        gap_starts: &mut Vec<usize>,
    ) {
        column.values.clear();
        column.arrivals.clear();
        if let Some(values) = self.take_all(steps_ns) {
            column.values.extend_from_slice(values);
            column.arrivals.resize(values.len(), Arrival::Sample);
            return;
        }
        for (step, time_ns) in steps_ns.iter().enumerate() {
            let (value, arrival) = self.at(*time_ns);
            if arrival == Arrival::AfterGap && !std::mem::take(&mut self.gap_was_seen) {
                gap_starts.push(step);
            }
            column.values.push(value);
            column.arrivals.push(arrival);
        }
    }

    /// The next values, if the steps are the times of the next samples and no gap lies there.
    fn take_all(&mut self, steps_ns: &[i64]) -> Option<&'a [f64]> {
        let (times, times_rest) = self.times.split_at_checked(steps_ns.len())?;
        let (values, values_rest) = self.values.split_at_checked(steps_ns.len())?;
        self.pass_gaps(self.next);
        let end = self.next + times.len();
        if times != steps_ns || self.gap_starts.first().is_some_and(|gap| *gap < end) {
            return None;
        }
        if let (Some(time), Some(value)) = (times.last(), values.last()) {
            self.last = Some((*time, *value));
        }
        (self.times, self.values, self.next) = (times_rest, values_rest, end);
        Some(values)
    }

    fn at(&mut self, time_ns: i64) -> (f64, Arrival) {
        self.pass_gaps(self.next);
        let gap_is_next = self.next > 0 && self.gap_starts.first() == Some(&self.next);
        if let ([time, times @ ..], [value, values @ ..]) = (self.times, self.values)
            && *time == time_ns
        {
            (self.times, self.values) = (times, values);
            self.next += 1;
            self.last = Some((*time, *value));
            let arrival = if gap_is_next {
                Arrival::AfterGap
            } else {
                Arrival::Sample
            };
            return (*value, arrival);
        }
        let Some((last_ns, last)) = self.last else {
            return (f64::NAN, Arrival::Held);
        };
        let next = self.times.first().zip(self.values.first());
        let value = if time_ns == last_ns {
            last
        } else if gap_is_next {
            self.gap_was_seen = true;
            f64::NAN
        } else if next.is_none() && time_ns > self.last_valid_until {
            f64::NAN
        } else if self.is_linear {
            next.map_or(f64::NAN, |(next_ns, next)| {
                let part = time_ns.abs_diff(last_ns) as f64 / next_ns.abs_diff(last_ns) as f64;
                last + (next - last) * part
            })
        } else {
            last
        };
        // On a line every step is a point of it.
        let arrival = if self.is_linear {
            Arrival::Sample
        } else {
            Arrival::Held
        };
        (value, arrival)
    }

    /// Forgets gaps before the sample of this index.
    fn pass_gaps(&mut self, next: usize) {
        while let [gap, rest @ ..] = self.gap_starts
            && *gap < next
        {
            self.gap_starts = rest;
        }
    }
}
