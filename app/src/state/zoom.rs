//! The visible stretch of time.

use canlake_shared::time::{TimeRange, Timestamp};

/// The shortest window, in nanoseconds.
const MIN_WINDOW_NS: i64 = 1_000;

/// The stretch of time that all panels show, inside what is loaded.
///
/// Invariant: the window is at least 1 µs long and stays inside the reach widened by 5 %.
#[derive(Clone, Debug)]
pub struct TimeWindow {
    extent: TimeRange,
    /// The extent, and what is laid over it.
    reach: TimeRange,
    window: TimeRange,
}

impl TimeWindow {
    /// Shows all of `extent`.
    pub fn new(extent: TimeRange) -> Self {
        let mut window = Self {
            extent,
            reach: extent,
            window: extent,
        };
        window.window = window.limited(extent);
        window
    }

    /// What is loaded of the time shown.
    pub fn extent(&self) -> TimeRange {
        self.extent
    }

    /// What can be looked at: the extent, and the drives laid over it.
    pub fn reach(&self) -> TimeRange {
        self.reach
    }

    /// Drives that are laid over the extent lie here.
    pub(super) fn reach_over(&mut self, overlays: &[TimeRange]) {
        let reach = overlays
            .iter()
            .fold(self.extent, |reach, range| reach.union(*range));
        if reach != self.reach {
            self.reach = reach;
            self.set(self.window);
        }
    }

    /// What is visible.
    pub fn visible(&self) -> TimeRange {
        self.window
    }

    /// Shows `window` as far as the limits allow.
    pub fn set(&mut self, window: TimeRange) {
        self.window = self.limited(window);
    }

    /// Shows all that can be looked at.
    pub fn fit(&mut self) {
        self.set(self.reach);
    }

    /// Zooms by `factor` (< 1 shows less time), keeping `centre` where it is.
    pub fn zoomed(&self, factor: f64, centre: Timestamp) -> TimeRange {
        let before = centre.ns_since(self.window.start) as f64 * factor;
        let after = self.window.end.ns_since(centre) as f64 * factor;
        TimeRange::new(
            centre - before.round() as i64,
            centre + after.round() as i64,
        )
    }

    /// The nearest window that respects the limits; a window that is too long is cut, one that is
    /// beyond an end is moved.
    fn limited(&self, window: TimeRange) -> TimeRange {
        let margin = (self.reach.duration_ns() / 20).max(MIN_WINDOW_NS);
        let limit = TimeRange::new(self.reach.start - margin, self.reach.end + margin);
        let mut window = window;
        if window.duration_ns() < MIN_WINDOW_NS {
            let centre = window.start + window.duration_ns() / 2;
            window = TimeRange::new(centre - MIN_WINDOW_NS / 2, centre + MIN_WINDOW_NS / 2);
        }
        if window.duration_ns() >= limit.duration_ns() {
            return limit;
        }
        if window.start < limit.start {
            return TimeRange::new(limit.start, limit.start + window.duration_ns());
        }
        if window.end > limit.end {
            return TimeRange::new(limit.end - window.duration_ns(), limit.end);
        }
        window
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: i64 = 3_600_000_000_000;

    fn range(start: i64, end: i64) -> TimeRange {
        TimeRange::new(Timestamp::from_ns(start), Timestamp::from_ns(end))
    }

    #[test]
    fn zoom_stays_between_a_microsecond_and_the_data() {
        let mut window = TimeWindow::new(range(0, HOUR));
        window.set(range(5, 6));
        assert_eq!(window.visible().duration_ns(), MIN_WINDOW_NS);
        window.set(range(-HOUR, 3 * HOUR));
        assert_eq!(window.visible(), range(-HOUR / 20, HOUR + HOUR / 20));
        window.set(range(2 * HOUR, 2 * HOUR + 1_000_000));
        assert_eq!(window.visible().end, Timestamp::from_ns(HOUR + HOUR / 20));
        assert_eq!(window.visible().duration_ns(), 1_000_000);
    }

    #[test]
    fn zoom_keeps_the_centre() {
        let window = TimeWindow::new(range(0, HOUR));
        let centre = Timestamp::from_ns(HOUR / 4);
        let zoomed = window.zoomed(0.5, centre);
        assert_eq!(zoomed, range(HOUR / 8, HOUR / 8 + HOUR / 2));
    }
}
