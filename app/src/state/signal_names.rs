//! What signals are called where they are shown.

use super::{AppState, COMPUTED_MESSAGE, SignalRef, VehicleRef};
use crate::source::Vehicle;

impl AppState {
    /// A signal's name, as short as is clear among what is plotted: with the vehicle where several are,
    /// and with what tells the drive apart where it is compared with another.
    pub fn signal_name(&self, signal: &SignalRef) -> String {
        let of = &signal.vehicle;
        let several = self.workspace.plotted().any(|other| {
            let other = &other.signal.vehicle;
            other.source != of.source || other.vehicle != of.vehicle
        });
        let name = self.vehicle(&signal.vehicle).map_or_else(
            || signal.key.to_string(),
            |vehicle| short_signal_name(vehicle, signal),
        );
        let overlay = signal.vehicle.overlay.and_then(|id| self.overlay(id));
        if let Some(overlay) = overlay {
            format!("{name} · {}", self.overlay_name(overlay))
        } else if several {
            format!("{name} · {}", self.name_beside_others(&signal.vehicle))
        } else {
            name
        }
    }

    /// What tells a vehicle from the others that are plotted: its name, or that of its source where
    /// another source has a vehicle of that name, as when frames were decoded once more.
    fn name_beside_others<'a>(&'a self, of: &'a VehicleRef) -> &'a str {
        let mut plotted = self.workspace.plotted().map(|it| &it.signal.vehicle);
        let has_namesake = plotted.any(|it| it.vehicle == of.vehicle && it.source != of.source);
        let source = self.source(of.source).filter(|_| has_namesake);
        source.map_or(&*of.vehicle, |source| source.title.as_str())
    }
}

fn short_signal_name(vehicle: &Vehicle, signal: &SignalRef) -> String {
    let key = &signal.key;
    if &*key.message == COMPUTED_MESSAGE && key.arbitration_id.is_none() {
        return key.signal.to_string();
    }
    // Signals are sorted by message and name, so namesakes follow each other.
    let name = (&key.message, &key.signal);
    let signals = &vehicle.signals;
    let first = signals.partition_point(|it| (&it.key.message, &it.key.signal) < name);
    let second = signals.get(first + 1);
    let is_unique = second.is_none_or(|it| (&it.key.message, &it.key.signal) != name);
    if is_unique {
        format!("{}.{}", key.message, key.signal)
    } else {
        key.to_string()
    }
}
