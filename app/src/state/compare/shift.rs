//! How far overlays are moved, and moving what is loaded after them.
//!
//! One order is on its way at a time. What it brings is where the overlay was when it was given; if
//! that has moved on since, the next order follows: the picture keeps up with the hand, and the
//! newest place wins.

use std::sync::Arc;

use canlake_shared::time::{TimeRange, Timestamp};

use super::{Alignment, Overlay};
use crate::series::Prepared;
use crate::state::{AppState, Effect, Severity, SignalRef, VehicleRef};

/// A series to be moved.
#[derive(Clone, Debug)]
pub struct ShiftOrder {
    /// Whose samples.
    pub signal: SignalRef,
    /// As they are.
    pub series: Arc<Prepared>,
    /// By so many nanoseconds.
    pub by_ns: i64,
}

/// A series that was moved.
#[derive(Clone, Debug)]
pub struct ShiftedSeries {
    /// Whose samples.
    pub signal: SignalRef,
    /// As they were: what has been loaded since is not replaced.
    pub before: Arc<Prepared>,
    /// As they are.
    pub after: Arc<Prepared>,
}

/// Whether an order is on its way.
#[derive(Clone, Copy, Debug, Default)]
pub(in crate::state) struct Shifting(bool);

impl Shifting {
    pub(super) fn is_running(self) -> bool {
        self.0
    }
}

impl AppState {
    /// How many nanoseconds later a vehicle's samples are drawn than they were recorded.
    pub fn shift_of(&self, vehicle: &VehicleRef) -> i64 {
        let overlay = vehicle.overlay.and_then(|id| self.overlay(id));
        overlay.map_or(0, |overlay| self.overlay_shift(overlay))
    }

    /// How many nanoseconds later an overlay is drawn than it was recorded. Never so many that an end
    /// of it could not be told any more.
    pub fn overlay_shift(&self, overlay: &Overlay) -> i64 {
        let aligned = match overlay.alignment {
            Alignment::Absolute => 0,
            Alignment::Start => self.shift_to_start(overlay),
            Alignment::FirstTime(_) => self
                .shift_to_first(overlay)
                .unwrap_or_else(|| self.shift_to_start(overlay)),
        };
        let start = overlay.range.start.as_ns().min(0);
        let end = overlay.range.end.as_ns().max(0);
        aligned
            .saturating_add(overlay.offset_ns)
            .clamp(i64::MIN.saturating_sub(start), i64::MAX.saturating_sub(end))
    }

    fn shift_to_start(&self, overlay: &Overlay) -> i64 {
        self.shown_start().map_or(0, |start| {
            start.ns_since(self.start_of(&overlay.vehicle, overlay.range))
        })
    }

    /// Where an overlay lies on the window's time axis.
    pub fn overlay_range(&self, overlay: &Overlay) -> TimeRange {
        let shift = self.overlay_shift(overlay);
        TimeRange::new(overlay.range.start + shift, overlay.range.end + shift)
    }

    /// The start of the session shown: of the first that reaches into what is loaded.
    fn shown_start(&self) -> Option<Timestamp> {
        let shown = self.window.as_ref()?.extent();
        let start = self
            .shown_vehicle()
            .map_or(shown.start, |vehicle| self.start_of(vehicle, shown));
        Some(start)
    }

    /// The start of the first session that a stretch of time reaches into, else of the stretch.
    fn start_of(&self, vehicle: &VehicleRef, range: TimeRange) -> Timestamp {
        let sessions = self.vehicle(vehicle).map(|vehicle| &vehicle.sessions);
        let mut sessions = sessions.into_iter().flatten();
        sessions
            .find(|session| session.range.overlaps(range))
            .map_or(range.start, |session| session.range.start)
    }

    /// Times in which the recorder did not listen, inside a range of the window's time axis.
    pub(in crate::state) fn gaps_of_overlay(
        &self,
        overlay: &Overlay,
        range: TimeRange,
        resolution_ns: i64,
    ) -> Vec<TimeRange> {
        let shift = self.overlay_shift(overlay);
        let moved = |range: TimeRange, ns: i64| TimeRange::new(range.start + ns, range.end + ns);
        // Beyond the overlay nothing was asked for.
        let real = moved(range, shift.saturating_neg()).intersection(overlay.range);
        let gaps = self.recording_gap_marks(&overlay.vehicle, real, resolution_ns);
        gaps.into_iter().map(|gap| moved(gap, shift)).collect()
    }

    /// After any change: what may be looked at reaches to the ends of all overlays, and loaded samples
    /// lie where their overlay does.
    pub(in crate::state) fn follow_overlays(&mut self) -> Vec<Effect> {
        let ranges: Vec<_> = self
            .analysis
            .overlays
            .iter()
            .map(|overlay| self.overlay_range(overlay))
            .collect();
        if let Some(window) = &mut self.window {
            window.reach_over(&ranges);
        }
        if ranges.is_empty() || self.compare.shifting.0 {
            return Vec::new();
        }
        let orders: Vec<_> = self
            .store
            .iter()
            .filter_map(|(signal, loaded)| {
                signal.vehicle.overlay?;
                if self.analysis.defines(signal) {
                    // Worked out anew of what it reads.
                    return None;
                }
                let series = loaded.series.as_ref()?;
                let by_ns = self
                    .shift_of(&signal.vehicle)
                    .saturating_sub(series.shift_ns());
                let order = ShiftOrder {
                    signal: signal.clone(),
                    series: Arc::clone(series),
                    by_ns,
                };
                (by_ns != 0).then_some(order)
            })
            .collect();
        if orders.is_empty() {
            return Vec::new();
        }
        self.compare.shifting.0 = true;
        vec![Effect::Shift(orders)]
    }

    /// Takes in what was moved.
    pub(in crate::state) fn shifted(&mut self, result: Result<Vec<ShiftedSeries>, String>) {
        self.compare.shifting.0 = false;
        match result {
            Ok(moved) => {
                for series in moved {
                    self.store
                        .replace(&series.signal, &series.before, series.after);
                }
            }
            Err(text) => {
                let title = "the compared signals could not be moved; remove the comparison";
                self.notices.add(Severity::Error, title, text);
            }
        }
    }

    /// The stretch of time that a signal is loaded for: of an overlay its own, else what was chosen.
    /// What is worked out is worked out where it is drawn.
    pub(in crate::state) fn range_to_load(
        &self,
        signal: &SignalRef,
        shown: TimeRange,
    ) -> Option<TimeRange> {
        match signal.vehicle.overlay {
            Some(id) if !self.analysis.defines(signal) => {
                self.overlay(id).map(|overlay| overlay.range)
            }
            _ => Some(shown),
        }
    }

    /// The stretch of the window's time axis that samples of a vehicle are known for.
    pub(in crate::state) fn known_range(
        &self,
        vehicle: &VehicleRef,
        shown: TimeRange,
    ) -> TimeRange {
        let overlay = vehicle.overlay.and_then(|id| self.overlay(id));
        overlay.map_or(shown, |overlay| self.overlay_range(overlay))
    }
}
