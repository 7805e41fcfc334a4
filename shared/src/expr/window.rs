//! `moving_average`: the mean of the samples of a trailing window.
//!
//! The window at time t has the samples with time > t - duration, each with the same weight however
//! unevenly they came. Missing samples are left out. Without any sample in the window the result is
//! the held value, and missing if there is none.
//!
//! Memory is bounded: beyond [`MAX_ENTRIES`] samples neighbours are merged two by two and then leave
//! the window together, when the later one does. All samples of the window still count; only its
//! start is rough, by one part in 8,192.
//!
//! The sum is never made smaller by subtraction, so that neither rounding nor an infinite sample
//! outlives its time in the window: entries that are about to leave have the sums of what comes
//! after them, and those sums are made anew when they are used up (a queue of two stacks).

use std::collections::VecDeque;

use super::memory::OverTime;

/// The most entries of a window: 650 kB with their sums.
const MAX_ENTRIES: usize = 16_384;

#[derive(Clone, Debug)]
pub(super) struct Window {
    duration_ns: u64,
    entries: VecDeque<Entry>,
    /// For the first entries, in reverse: the total from each of them to the last of them.
    front_totals: Vec<Total>,
    /// Of the entries that have none in `front_totals`.
    back_total: Total,
    /// How many samples an entry takes before the next one is begun.
    samples_per_entry: u32,
    /// Whether the last step had a value.
    is_known: bool,
}

#[derive(Clone, Copy, Debug)]
struct Entry {
    /// Of its last sample.
    time_ns: i64,
    total: Total,
}

#[derive(Clone, Copy, Debug, Default)]
struct Total {
    sum: f64,
    count: u32,
}

impl Total {
    fn plus(self, other: Self) -> Self {
        Self {
            sum: self.sum + other.sum,
            count: self.count.saturating_add(other.count),
        }
    }
}

impl Window {
    pub(super) const fn new(duration_ns: i64) -> Self {
        Self {
            duration_ns: duration_ns.unsigned_abs(),
            entries: VecDeque::new(),
            front_totals: Vec::new(),
            back_total: Total { sum: 0.0, count: 0 },
            samples_per_entry: 1,
            is_known: false,
        }
    }

    fn push(&mut self, time_ns: i64, value: f64) {
        let sample = Total {
            sum: value,
            count: 1,
        };
        let back_entries = self.entries.len() - self.front_totals.len();
        match self.entries.back_mut() {
            Some(last) if back_entries > 0 && last.total.count < self.samples_per_entry => {
                last.time_ns = time_ns;
                last.total = last.total.plus(sample);
            }
            _ => {
                if self.entries.len() >= MAX_ENTRIES {
                    self.thin_out();
                }
                self.entries.push_back(Entry {
                    time_ns,
                    total: sample,
                });
            }
        }
        self.back_total = self.back_total.plus(sample);
    }

    /// Takes out what is older than the window.
    fn expire(&mut self, now_ns: i64) {
        while let Some(first) = self.entries.front() {
            if now_ns.abs_diff(first.time_ns) < self.duration_ns {
                break;
            }
            if self.front_totals.is_empty() {
                self.turn_over();
            }
            self.front_totals.pop();
            self.entries.pop_front();
        }
        if self.entries.len() < MAX_ENTRIES / 4 && self.samples_per_entry > 1 {
            self.samples_per_entry /= 2; // the samples come more slowly again
        }
    }

    /// Makes the totals that the entries leave by.
    fn turn_over(&mut self) {
        let mut total = Total::default();
        self.front_totals.clear();
        self.front_totals
            .extend(self.entries.iter().rev().map(|entry| {
                total = entry.total.plus(total);
                total
            }));
        self.back_total = Total::default();
    }

    /// Merges neighbours.
    fn thin_out(&mut self) {
        let entries = std::mem::take(&mut self.entries);
        let mut entries = entries.into_iter();
        while let Some(mut entry) = entries.next() {
            if let Some(next) = entries.next() {
                entry.total = entry.total.plus(next.total);
                entry.time_ns = next.time_ns;
            }
            self.entries.push_back(entry);
        }
        self.turn_over();
        self.samples_per_entry = self.samples_per_entry.saturating_mul(2);
    }

    fn mean(&self) -> Option<f64> {
        let front = self.front_totals.last().copied().unwrap_or_default();
        let total = front.plus(self.back_total);
        (total.count > 0).then(|| total.sum / f64::from(total.count))
    }
}

impl OverTime for Window {
    fn next(&mut self, time_ns: i64, value: f64, is_sample: bool) -> f64 {
        self.expire(time_ns);
        if is_sample || !self.is_known {
            self.is_known = true;
            self.push(time_ns, value);
        }
        self.mean().unwrap_or(value)
    }

    fn interrupt(&mut self) {
        self.is_known = false;
    }

    fn missing(&mut self, time_ns: i64) -> f64 {
        self.expire(time_ns);
        self.mean().unwrap_or(f64::NAN)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The mean of the last `count` whole numbers up to `last`.
    fn mean_up_to(last: i64, count: i64) -> f64 {
        let count = count.min(last + 1);
        last as f64 - (count - 1) as f64 / 2.0
    }

    #[test]
    fn the_mean_slides() {
        let mut window = Window::new(7);
        for i in 0..1000 {
            assert_eq!(window.next(i, i as f64, true), mean_up_to(i, 7));
        }
        assert_eq!(window.missing(1002), mean_up_to(999, 4));
        assert_eq!(window.next(1006, 4.0, false), 4.0);
        assert!(window.missing(1006).is_nan());
    }

    #[test]
    fn full_windows_are_thinned_out_and_stay_right() {
        let duration = 100_000;
        let mut window = Window::new(duration);
        for i in 0..500_000 {
            let mean = window.next(i, i as f64, true);
            assert!(window.entries.len() <= MAX_ENTRIES);
            assert!(window.front_totals.len() <= window.entries.len());
            // The start of the window is rough by one entry.
            let rough = f64::from(window.samples_per_entry);
            let expected = mean_up_to(i, duration);
            assert!((mean - expected).abs() <= rough, "{i}: {mean} {expected}");
        }
        assert!(window.samples_per_entry <= 16);
        // Slow samples are told apart again.
        for i in 0..40 {
            window.next(1_000_000 + i * 50_000, i as f64, true);
        }
        assert_eq!(window.samples_per_entry, 1);
        assert_eq!(window.next(1_000_000 + 40 * 50_000, 40.0, true), 39.5);
    }
}
