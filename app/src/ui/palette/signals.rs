//! What can be done with the signals of the vehicle that is looked at.

use super::entry::PaletteEntry;
use crate::command::{Command, PlotTarget};
use crate::source::SignalInfo;
use crate::state::{AppState, ComputedSignal, Favourite, SignalRef, SignalsCommand, VehicleRef};

/// Adds what can be done now.
pub(super) fn add(state: &AppState, entries: &mut Vec<PaletteEntry>) {
    let (Some(vehicle), Some(selection)) = (state.selected_vehicle(), &state.selection) else {
        return;
    };
    let computed = state.analysis.computed.iter().map(ComputedSignal::info);
    for info in vehicle.signals.iter().chain(computed) {
        add_signal(state, &selection.vehicle, info, entries);
    }
}

fn add_signal(
    state: &AppState,
    vehicle: &VehicleRef,
    info: &SignalInfo,
    entries: &mut Vec<PaletteEntry>,
) {
    let signal = SignalRef {
        vehicle: vehicle.clone(),
        key: info.key.clone(),
    };
    let name = if state.analysis.defines(&signal) {
        info.key.signal.to_string()
    } else {
        format!("{}.{}", info.key.message, info.key.signal)
    };
    let detail = match &*info.unit {
        "" => info.key.channel.to_string(),
        unit => format!("{unit} {}", info.key.channel),
    };
    let mut add = |title: String, command: Command| {
        entries.push(PaletteEntry::new(title, &detail, command));
    };
    for (place, target) in [
        ("", PlotTarget::Active),
        (" in a new panel", PlotTarget::NewPanel),
        (" in a new tab", PlotTarget::NewTab),
    ] {
        let signals = vec![signal.clone()];
        let command = Command::Plot { signals, target };
        add(format!("Plot {name}{place}"), command);
    }
    let is_favourite = state
        .settings
        .favourites
        .contains(&Favourite::of(&info.key));
    let mark = SignalsCommand::Mark(vec![info.key.clone()], !is_favourite);
    let text = if is_favourite {
        "Take from the favourites:"
    } else {
        "Favourite"
    };
    add(format!("{text} {name}"), Command::Signals(mark));
    add(format!("Inspect {name}"), Command::SelectSignal(signal));
}
