//! What can be done with sources, vehicles, sessions, files, notes, events and choices.

use std::path::Path;
use std::sync::Arc;

use canlake_shared::time::Timestamp;

use super::entry::PaletteEntry;
use crate::command::{Action, Command};
use crate::source::decode::DbcChoice;
use crate::state::inspector::{InspectorCommand, Page};
use crate::state::{
    Alignment, AppState, CompareCommand, ComputedCommand, EventsCommand, ExportCommand, ExportKind,
    ExportOptions, LayoutCommand, MemoryCommand, NoteCommand, OpenSource, RangeChoice,
    SourceStatus, ThemeChoice, VehicleRef,
};
use crate::time_display::{ZoneChoice, duration_text, zone_names};
use crate::ui::layouts;

/// Events of one condition that are offered; the keys reach the others.
const MAX_EVENTS: usize = 1_000;
const SECOND_NS: i64 = 1_000_000_000;

/// Adds what can be done now. `now` is the time of day.
pub(super) fn add(state: &AppState, now: Timestamp, entries: &mut Vec<PaletteEntry>) {
    for source in &state.sources {
        add_source(state, source, entries);
    }
    add_sessions(state, entries);
    add_overlays(state, entries);
    add_files(state, entries);
    add_notes(state, now, entries);
    add_events(state, entries);
    add_exports(state, entries);
    add_choices(state, entries);
}

fn add_source(state: &AppState, source: &OpenSource, entries: &mut Vec<PaletteEntry>) {
    let (id, title) = (source.id, &source.title);
    let place = source.location.to_string();
    let mut add = |text: String, command: Command| {
        entries.push(PaletteEntry::new(text, &place, command));
    };
    add(format!("Close {title}"), Command::CloseSource(id));
    add(format!("Reload {title}"), Command::ReloadSource(id));
    let needs_dbc = matches!(source.status, SourceStatus::NeedsDbc);
    if needs_dbc || !source.dbc.paths.is_empty() {
        let text = format!("Choose DBC files for {title}…");
        add(text, Command::ChooseDbc(id));
    }
    let Some(catalogue) = source.catalogue() else {
        return;
    };
    let definitions = format!("Take definitions of {title} from a DBC file…");
    add(
        definitions,
        Command::Inspector(InspectorCommand::PickDbc(id)),
    );
    if state.inspector.chosen_dbc(id).is_some() {
        let text = format!("Take definitions of {title} from its own DBC files again");
        add(text, Command::Inspector(InspectorCommand::ForgetDbc(id)));
    }
    let is_looked_at = state.selection.as_ref().map(|it| it.vehicle.source) == Some(id);
    if is_looked_at {
        for path in &state.settings.recent_dbc {
            let dbc = DbcChoice {
                paths: vec![path.clone()],
                ..DbcChoice::default()
            };
            let command = Command::Inspector(InspectorCommand::DecodeAgain(id, dbc));
            add(format!("Decode again with {}", file_name(path)), command);
        }
    }
    for vehicle in &catalogue.vehicles {
        let reference = VehicleRef::new(id, Arc::clone(&vehicle.id));
        let name = match &*vehicle.id {
            "" => "(no vehicle id)",
            id => id,
        };
        let compare = CompareCommand::AddVehicle(reference.clone());
        add(
            format!("Compare with vehicle {name}"),
            Command::Compare(compare),
        );
        add(
            format!("Go to vehicle {name}"),
            Command::SelectVehicle(reference),
        );
    }
}

fn file_name(path: &Path) -> String {
    let name = path.file_name().unwrap_or(path.as_os_str());
    name.to_string_lossy().into_owned()
}

fn add_sessions(state: &AppState, entries: &mut Vec<PaletteEntry>) {
    let (Some(vehicle), Some(selection)) = (state.selected_vehicle(), &state.selection) else {
        return;
    };
    for (text, range) in [
        ("Load the last hour of the data", RangeChoice::LastHour),
        ("Load the last day of the data", RangeChoice::LastDay),
        (
            "Load the selected session, or the last",
            RangeChoice::Session,
        ),
        ("Load everything of this vehicle", RangeChoice::Everything),
    ] {
        let command = Command::ChooseRange(range);
        entries.push(PaletteEntry::new(text, &*vehicle.id, command));
    }
    let zone = state.zone().calendar();
    for (idx, session) in vehicle.sessions.iter().enumerate() {
        let number = idx + 1;
        let start = zone.date_time(session.range.start, SECOND_NS);
        let detail = format!("{start}, {}", duration_text(session.range.duration_ns()));
        let go = Command::SelectSession(idx);
        entries.push(PaletteEntry::new(
            format!("Go to session {number}"),
            &detail,
            go,
        ));
        let compare = CompareCommand::Add(selection.vehicle.clone(), session.range);
        entries.push(PaletteEntry::new(
            format!("Compare with session {number}"),
            detail,
            Command::Compare(compare),
        ));
    }
}

fn add_overlays(state: &AppState, entries: &mut Vec<PaletteEntry>) {
    for overlay in &state.analysis.overlays {
        let (id, name) = (overlay.id, state.overlay_name(overlay));
        for (text, command) in [
            (
                format!("Compare no longer with {name}"),
                CompareCommand::Remove(id),
            ),
            (
                format!("Move {name} with the keys"),
                CompareCommand::Activate(id),
            ),
            (
                format!("Lay {name} at its own time"),
                CompareCommand::Align(id, Alignment::Absolute),
            ),
            (
                format!("Lay {name} on the start"),
                CompareCommand::Align(id, Alignment::Start),
            ),
            (
                format!("Lay {name} without an offset"),
                CompareCommand::SetOffset(id, 0),
            ),
        ] {
            entries.push(PaletteEntry::new(
                text,
                "compared",
                Command::Compare(command),
            ));
        }
    }
}

fn add_files(state: &AppState, entries: &mut Vec<PaletteEntry>) {
    for location in &state.settings.recent {
        entries.push(PaletteEntry::new(
            format!("Open recent {}", location.short_name()),
            location.to_string(),
            Command::Open(location.args()),
        ));
    }
    for path in &state.settings.recent_layouts {
        let (name, place) = (layouts::name_of(path), path.to_string_lossy());
        for (text, command) in [
            ("Open recent layout", LayoutCommand::Open(path.clone())),
            (
                "Take from the recent layouts",
                LayoutCommand::Forget(path.clone()),
            ),
        ] {
            entries.push(PaletteEntry::new(
                format!("{text} {name}"),
                &*place,
                Command::Layout(command),
            ));
        }
    }
}

fn add_notes(state: &AppState, now: Timestamp, entries: &mut Vec<PaletteEntry>) {
    let zone = state.zone().calendar();
    for (source, note) in state.notes.iter() {
        let text = note.text.lines().next().unwrap_or_default();
        let name = if text.is_empty() {
            "bookmark".to_owned()
        } else {
            format!("note {text}")
        };
        let (start, _) = note.time.bounds();
        let at = zone.date_time(start, SECOND_NS);
        let vehicle = note.vehicle.as_deref().unwrap_or_default();
        let detail = format!("{at} {vehicle}");
        let id = || note.id.clone();
        for (verb, command) in [
            ("Go to", NoteCommand::Show(source, id())),
            ("Edit", NoteCommand::Edit(source, id())),
            (
                "Remove",
                NoteCommand::Remove {
                    source,
                    id: id(),
                    now,
                },
            ),
        ] {
            let title = format!("{verb} {name}");
            entries.push(PaletteEntry::new(title, &detail, Command::Note(command)));
        }
    }
}

fn add_events(state: &AppState, entries: &mut Vec<PaletteEntry>) {
    let zone = state.zone().calendar();
    for condition in &state.analysis.conditions {
        let (id, text) = (condition.id, &condition.text);
        let marks = if condition.visible {
            "Mark no more"
        } else {
            "Mark"
        };
        for (title, command) in [
            (
                format!("{marks} the events of {text}"),
                EventsCommand::ToggleMarks(id),
            ),
            (
                format!("Forget the condition {text}"),
                EventsCommand::Forget(id),
            ),
        ] {
            entries.push(PaletteEntry::new(title, "", Command::Events(command)));
        }
        let found = state.events.of(id);
        let intervals = found.map_or(&[][..], |found| &found.intervals);
        for (idx, event) in intervals.iter().take(MAX_EVENTS).enumerate() {
            let start = zone.date_time(Timestamp::from_ns(event.start), SECOND_NS);
            entries.push(PaletteEntry::new(
                format!("Go to event {} of {text}", idx + 1),
                format!("{start}, {}", duration_text(event.end - event.start)),
                Command::Events(EventsCommand::Show(id, idx)),
            ));
        }
    }
    for (at, computed) in state.analysis.computed.iter().enumerate() {
        let name = computed.name();
        for (verb, command) in [
            ("Edit", ComputedCommand::Edit(Some(at))),
            (
                "Remove the definition of",
                ComputedCommand::Remove(Arc::clone(name)),
            ),
        ] {
            entries.push(PaletteEntry::new(
                format!("{verb} {name}"),
                computed.text(),
                Command::Computed(command),
            ));
        }
    }
}

fn add_exports(state: &AppState, entries: &mut Vec<PaletteEntry>) {
    for running in &state.exports {
        let cancel = ExportCommand::Cancel(running.id);
        entries.push(PaletteEntry::new(
            format!("Cancel the export of {}", running.title),
            "",
            Command::Export(cancel),
        ));
    }
    for kind in ExportKind::ALL {
        // It has a command of its own.
        if kind == ExportKind::Png {
            continue;
        }
        let options = ExportOptions {
            kind,
            ..state.settings.export.clone()
        };
        let choose = ExportCommand::Choose(Box::new(options));
        let mut entry = PaletteEntry::new(
            format!("Export {}…", kind.label()),
            "",
            Command::Export(choose),
        );
        entry.commands.push(Command::Run(Action::Export));
        entries.push(entry);
    }
}

fn add_choices(state: &AppState, entries: &mut Vec<PaletteEntry>) {
    for name in zone_names() {
        let command = Command::SetZone(ZoneChoice::Named(name.clone()));
        entries.push(PaletteEntry::new(
            format!("Times in {name}"),
            "zone",
            command,
        ));
    }
    let swaps = !state.settings.swap_drags;
    let drags = if swaps {
        "Left drag draws a zoom box, right drag pans"
    } else {
        "Left drag pans, right drag draws a zoom box"
    };
    let page = |page| Command::Inspector(InspectorCommand::ShowPage(page));
    for (title, command) in [
        ("Dark theme", Command::SetTheme(ThemeChoice::Dark)),
        ("Light theme", Command::SetTheme(ThemeChoice::Light)),
        (drags, Command::SwapDrags(swaps)),
        ("Inspect the selected signal", page(Page::Signal)),
        ("Inspect the active plot", page(Page::Plot)),
        (
            "Drop cached samples",
            Command::Memory(MemoryCommand::DropCached),
        ),
        (
            "A quarter of the machine's memory for samples",
            Command::Memory(MemoryCommand::SetBudget(None)),
        ),
        ("Clear all notifications", Command::ClearNotices),
    ] {
        entries.push(PaletteEntry::new(title, "", command));
    }
    if state.inspector.comparison.is_some() {
        let command = Command::Inspector(InspectorCommand::CloseComparison);
        entries.push(PaletteEntry::new(
            "Put away what differs between the decodings",
            "",
            command,
        ));
    }
}
