//! Drives laid over the time that the window shows, to be compared with it.
//!
//! An [`Overlay`] is a stretch of real time of some vehicle. A signal of it is a [`SignalRef`] whose
//! vehicle names the overlay: it is loaded for that stretch (`loading`), and all its times are moved
//! by one shift, so that everything that reads samples finds them on the window's time axis. What was
//! loaded is moved again when the shift changes (`shift`); nothing is read twice.
//!
//! Invariant: of every signal that names an overlay, that overlay is in the analysis.

mod counterparts;
mod first;
mod shift;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use canlake_shared::time::{TimeRange, Timestamp};
use serde::{Deserialize, Serialize};

use super::{
    AppState, Dialog, Effect, OverlayId, Severity, SignalRef, SourceId, TimeWindow, VehicleRef,
};

pub(super) use first::Firsts;
pub use first::{First, FirstOf};
pub(super) use shift::Shifting;
pub use shift::{ShiftOrder, ShiftedSeries};

/// What an overlay's time is laid on.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Alignment {
    /// The same instant, as for two vehicles on one trip.
    Absolute,
    /// The start of the session shown.
    #[default]
    Start,
    /// The first time at which this condition holds, in both. On the start until that is known.
    FirstTime(String),
}

/// A stretch of time that is laid over the time shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Overlay {
    /// Names it.
    pub id: OverlayId,
    /// Whose signals.
    pub vehicle: VehicleRef,
    /// The stretch, in the time of the recording.
    pub range: TimeRange,
    /// What it is laid on.
    #[serde(default)]
    pub alignment: Alignment,
    /// How much later than that, set by hand.
    #[serde(default)]
    pub offset_ns: i64,
    /// What the user calls it; empty for a name made of vehicle and start.
    #[serde(default)]
    pub name: String,
}

impl Overlay {
    /// The vehicle as its overlaid signals name it.
    pub fn laid_over(&self) -> VehicleRef {
        VehicleRef {
            overlay: Some(self.id),
            ..self.vehicle.clone()
        }
    }
}

/// What the user does with overlays.
#[derive(Clone, Debug, PartialEq)]
pub enum CompareCommand {
    /// Lay a stretch of a vehicle's time over what is shown.
    Add(VehicleRef, TimeRange),
    /// As [`Self::Add`]: what the vehicle has at the time shown, else its last session.
    AddVehicle(VehicleRef),
    /// Take an overlay and its signals away.
    Remove(OverlayId),
    /// Choose what it is laid on.
    Align(OverlayId, Alignment),
    /// Lay it so much later by hand.
    SetOffset(OverlayId, i64),
    /// Move it by so much.
    Move(OverlayId, i64),
    /// Call it something else; empty for the name made of vehicle and start.
    Rename(OverlayId, String),
    /// Make it the one that keys and drags move.
    Activate(OverlayId),
}

/// What is known of overlays beside what the user chose.
#[derive(Clone, Debug, Default)]
pub struct Compare {
    /// The overlay that was chosen last.
    chosen: Option<OverlayId>,
    shifting: Shifting,
    pub(super) firsts: Firsts,
}

impl AppState {
    /// An overlay.
    pub fn overlay(&self, id: OverlayId) -> Option<&Overlay> {
        let mut overlays = self.analysis.overlays.iter();
        overlays.find(|overlay| overlay.id == id)
    }

    /// The overlay that keys and drags move: the one chosen last, else the newest.
    pub fn active_overlay(&self) -> Option<&Overlay> {
        let chosen = self.compare.chosen.and_then(|id| self.overlay(id));
        chosen.or(self.analysis.overlays.last())
    }

    /// The position of the session that is loaded, if it is one of this vehicle.
    pub fn loaded_session(&self, vehicle: &VehicleRef) -> Option<usize> {
        let selection = self.selection.as_ref()?;
        let is_selected = selection.vehicle == *vehicle;
        selection.session.filter(|_| is_selected)
    }

    /// What an overlay is called: as the user says, else by its start, with the vehicle where that is
    /// another one.
    pub fn overlay_name(&self, overlay: &Overlay) -> String {
        if !overlay.name.is_empty() {
            return overlay.name.clone();
        }
        let start = self
            .zone()
            .calendar()
            .date_time(overlay.range.start, SECOND_NS);
        let is_other = |signal: &&SignalRef| {
            signal.vehicle.overlay.is_none() && signal.vehicle != overlay.vehicle
        };
        if self.workspace.signals().iter().any(is_other)
            || self
                .shown_vehicle()
                .is_some_and(|it| *it != overlay.vehicle)
        {
            format!("{} {start}", overlay.vehicle.vehicle)
        } else {
            start
        }
    }

    /// The vehicle that others are compared with: that of the first signal plotted, else the selected.
    pub fn shown_vehicle(&self) -> Option<&VehicleRef> {
        let signals = self.workspace.signals().into_iter();
        let mut vehicles = signals.map(|signal| &signal.vehicle);
        let selected = self.selection.as_ref().map(|selection| &selection.vehicle);
        vehicles
            .find(|vehicle| vehicle.overlay.is_none())
            .or(selected)
    }

    pub(super) fn compare(&mut self, command: CompareCommand) -> Vec<Effect> {
        match command {
            CompareCommand::Add(vehicle, range) => return self.add_overlay(vehicle, range),
            CompareCommand::AddVehicle(vehicle) => {
                if let Some(range) = self.comparable_range(&vehicle) {
                    return self.add_overlay(vehicle, range);
                }
            }
            CompareCommand::Remove(id) => return self.remove_overlay(id),
            CompareCommand::Align(id, alignment) => {
                self.change_overlay(id, |overlay| overlay.alignment = alignment);
                self.compare.firsts.look_again();
                // A condition may need signals that are not plotted, or need them no more.
                let mut effects = self.drop_unused();
                effects.extend(self.load_missing());
                return effects;
            }
            CompareCommand::SetOffset(id, ns) => self.change_overlay(id, |overlay| {
                overlay.offset_ns = ns;
            }),
            CompareCommand::Move(id, ns) => self.change_overlay(id, |overlay| {
                overlay.offset_ns = overlay.offset_ns.saturating_add(ns);
            }),
            CompareCommand::Rename(id, name) => self.change_overlay(id, |overlay| {
                name.trim().clone_into(&mut overlay.name);
            }),
            CompareCommand::Activate(id) => self.compare.chosen = Some(id),
        }
        Vec::new()
    }

    fn change_overlay(&mut self, id: OverlayId, change: impl FnOnce(&mut Overlay)) {
        let mut overlays = self.analysis.overlays.iter_mut();
        if let Some(overlay) = overlays.find(|overlay| overlay.id == id) {
            change(overlay);
            self.compare.chosen = Some(id);
        }
    }

    /// Moves the active overlay by a little of what is visible: a round length, so that moving back
    /// and forth ends where it began.
    pub(super) fn nudge_overlay(&mut self, direction: i64) {
        let Some(id) = self.active_overlay().map(|overlay| overlay.id) else {
            self.tell_nothing_compared();
            return;
        };
        let step = self.nudge_ns();
        self.change_overlay(id, |overlay| {
            overlay.offset_ns = overlay.offset_ns.saturating_add(direction * step);
        });
    }

    /// How far a key or a button moves an overlay.
    pub fn nudge_ns(&self) -> i64 {
        let visible = self.window.as_ref().map(TimeWindow::visible);
        let target = visible.map_or(1, |visible| visible.duration_ns() / 500);
        let mut step = 1_i64;
        while step.saturating_mul(10) <= target {
            step *= 10;
        }
        let fits = |factor: &i64| step.saturating_mul(*factor) <= target.max(1);
        step * [5, 2].into_iter().find(fits).unwrap_or(1)
    }

    pub(super) fn ask_what_to_compare(&mut self) {
        self.dialog = Some(Dialog::Compare);
    }

    pub(super) fn remove_overlays(&mut self) -> Vec<Effect> {
        if self.analysis.overlays.is_empty() {
            self.tell_nothing_compared();
        }
        let overlays = std::mem::take(&mut self.analysis.overlays);
        for overlay in overlays {
            self.workspace.remove_overlay(overlay.id);
        }
        self.drop_unused()
    }

    fn tell_nothing_compared(&mut self) {
        let title = "no drive is compared; choose one with \"Compare…\"";
        self.notices.add(Severity::Info, title, "");
    }

    /// What of a vehicle is worth comparing with the time shown: its part of that time, else its last
    /// session.
    fn comparable_range(&self, vehicle: &VehicleRef) -> Option<TimeRange> {
        let known = self.vehicle(vehicle)?;
        let shown = self.window.as_ref()?.extent();
        let is_shown = self.shown_vehicle() == Some(vehicle);
        if !is_shown && known.range.overlaps(shown) {
            return Some(known.range.intersection(shown));
        }
        let last = known.sessions.last();
        Some(last.map_or(known.range, |session| session.range))
    }

    fn add_overlay(&mut self, vehicle: VehicleRef, range: TimeRange) -> Vec<Effect> {
        let Some(shown) = self.window.as_ref().map(TimeWindow::extent) else {
            let title = "nothing is shown to compare with: choose a session or plot a signal first";
            self.notices.add(Severity::Info, title, "");
            return Vec::new();
        };
        if range.is_empty() || self.vehicle(&vehicle).is_none() {
            return Vec::new();
        }
        let vehicle = VehicleRef {
            overlay: None,
            ..vehicle
        };
        let mut overlays = self.analysis.overlays.iter();
        let known = overlays.find(|known| known.vehicle == vehicle && known.range == range);
        if let Some(known) = known {
            self.compare.chosen = Some(known.id);
            return Vec::new();
        }
        let is_other = self.shown_vehicle().is_some_and(|shown| *shown != vehicle);
        let overlay = Overlay {
            id: self.free_overlay_id(),
            alignment: if is_other && range.overlaps(shown) {
                Alignment::Absolute
            } else {
                Alignment::Start
            },
            vehicle,
            range,
            offset_ns: 0,
            name: String::new(),
        };
        let id = overlay.id;
        self.compare.chosen = Some(id);
        self.analysis.overlays.push(overlay);
        self.plot_all_counterparts(id);
        self.load_missing()
    }

    /// The lowest that is free, from 1 on: it also chooses the looks of the overlay's signals.
    fn free_overlay_id(&self) -> OverlayId {
        let is_free = |id: &OverlayId| self.overlay(*id).is_none();
        let mut ids = (1..=u32::MAX).map(OverlayId);
        ids.find(is_free).unwrap_or(OverlayId(u32::MAX))
    }

    fn remove_overlay(&mut self, id: OverlayId) -> Vec<Effect> {
        self.analysis.overlays.retain(|overlay| overlay.id != id);
        self.workspace.remove_overlay(id);
        self.drop_unused()
    }

    /// Keeps the invariant after sources were closed or a layout was opened: drops overlays of sources
    /// that are not open, and signals of overlays that there are not.
    pub(super) fn tidy_overlays(&mut self) {
        let is_open = |id: SourceId| self.sources.iter().any(|source| source.id == id);
        let of_open = |overlay: &Overlay| is_open(overlay.vehicle.source);
        self.analysis.overlays.retain(of_open);
        let signals = self.workspace.signals();
        let named: BTreeSet<_> = signals.iter().filter_map(|it| it.vehicle.overlay).collect();
        for id in named {
            if self.overlay(id).is_none() {
                self.workspace.remove_overlay(id);
            }
        }
    }

    /// When a sample that is drawn at an instant was really recorded.
    pub fn real_time(&self, vehicle: &VehicleRef, instant: Timestamp) -> Timestamp {
        instant - self.shift_of(vehicle)
    }
}

const SECOND_NS: i64 = 1_000_000_000;
