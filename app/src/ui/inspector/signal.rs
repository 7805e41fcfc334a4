//! The selected signal: identity, value, and the sections about it.

use canlake_shared::time::Timestamp;
use egui::{Label, RichText, Ui};

use super::super::plot::{labelled_value, value_text};
use super::super::{icons, partial, theme};
use super::{Facts, InspectorFields, definition, frame, remark, section, timing, warning};
use crate::command::CommandQueue;
use crate::source::SignalInfo;
use crate::state::{AppState, Between, ComputedSignal, SignalRef};
use crate::time_display::{bytes_text, count_text, duration_text};

/// Files that are named; the others are counted.
const MAX_FILES: usize = 12;

/// Draws the page.
pub(super) fn show(
    ui: &mut Ui,
    state: &AppState,
    fields: &mut InspectorFields,
    queue: &mut CommandQueue,
) {
    let Some(signal) = &state.selected_signal else {
        return;
    };
    identity(ui, state, signal);
    let Some(info) = state.signal_info(signal) else {
        remark(ui, "No open source has this signal.");
        return;
    };
    value(ui, state, signal, queue);
    ui.add_space(4.0);
    if let Some(computed) = state.analysis.computed_signal(&signal.key) {
        section(ui, "Expression", |ui| expression(ui, computed));
        timing::show(ui, state, signal, info, queue);
        return;
    }
    definition::show(ui, state, signal, info, fields, queue);
    frame::show(ui, state, signal, queue);
    definition::show_values(ui, state, info);
    timing::show(ui, state, signal, info, queue);
    section(ui, "Source", |ui| source(ui, state, signal, info));
}

/// Room for the button beside the name, in points.
const COPY_WIDTH: f32 = 30.0;

fn identity(ui: &mut Ui, state: &AppState, signal: &SignalRef) {
    let key = signal.key.to_string();
    ui.horizontal(|ui| {
        let name = RichText::new(&*signal.key.signal).size(15.0).strong();
        // A long name must not push the button out, nor the panel wider.
        let room = (ui.available_width() - COPY_WIDTH).max(40.0);
        ui.scope(|ui| {
            ui.set_max_width(room);
            ui.add(Label::new(name).truncate())
                .on_hover_text(&*signal.key.signal);
        });
        let copy = icons::button(ui, icons::Icon::Copy, "Copy the signal's name");
        if copy.clicked() {
            ui.copy_text(key.clone());
        }
    });
    let id = RichText::new(&key).font(theme::tabular(11.0));
    let label = ui.add(Label::new(id).wrap().selectable(true));
    label.widget_info(|| {
        egui::WidgetInfo::labeled(egui::Role::Label, true, format!("Signal {key}"))
    });
    let source = state.source(signal.vehicle.source);
    let source = source.map_or("", |source| source.title.as_str());
    let vehicle = &signal.vehicle.vehicle;
    remark(ui, &format!("{vehicle} in {source}"));
}

/// How a computed signal is worked out.
fn expression(ui: &mut Ui, computed: &ComputedSignal) {
    let text = RichText::new(computed.text()).font(theme::tabular(12.0));
    ui.add(Label::new(text).wrap().selectable(true));
    let mut facts = Facts::new(ui);
    facts.add("unit", &*computed.info().unit);
    facts.add(
        "between",
        match computed.between() {
            Between::Hold => "samples keep their value until the next",
            Between::Linear => "straight lines from sample to sample",
        },
    );
    remark(
        ui,
        "Worked out here: no DBC file and no frame belongs to it.",
    );
}

/// The value at the active cursor, and the last one.
fn value(ui: &mut Ui, state: &AppState, signal: &SignalRef, queue: &mut CommandQueue) {
    let Some(loaded) = state.store.get(signal) else {
        remark(ui, "Not plotted: no samples are loaded.");
        return;
    };
    if let Some(reason) = partial::reason(state, signal) {
        warning(ui, &format!("Samples are missing: {reason}."));
        partial::load_rest(ui, vec![signal.clone()], queue);
    }
    let Some(series) = &loaded.series else {
        return;
    };
    let text = |value: f64| labelled_value(loaded, value);
    let zone = state.zone();
    let mut facts = Facts::new(ui);
    if let Some((time, value)) = state.inspected_sample(signal) {
        facts.add("at the cursor", text(value));
        facts.add("sampled", zone.date_time(time, 1_000));
    }
    if let (Some(time), Some(value)) = (series.times().last(), series.values().last()) {
        let time = Timestamp::from_ns(*time) - series.shift_ns();
        let at = zone.date_time(time, 1_000_000);
        facts.add("last value", format!("{} at {at}", text(*value)));
    }
    facts.add(
        "loaded",
        format!("{} samples", count_text(series.times().len() as u64)),
    );
}

/// Where the samples come from.
fn source(ui: &mut Ui, state: &AppState, signal: &SignalRef, info: &SignalInfo) {
    let zone = state.zone();
    let resolution = 1_000_000;
    let mut facts = Facts::new(ui);
    if let Some(source) = state.source(signal.vehicle.source) {
        let location = source.location.to_string();
        facts.add_path("opened", std::path::Path::new(&location));
    }
    if let Some(vehicle) = state.vehicle(&signal.vehicle) {
        let range = state.inspected_range(signal);
        let session = vehicle
            .sessions
            .iter()
            .find(|session| range.is_some_and(|range| session.range.overlaps(range)));
        if let Some(session) = session {
            let start = zone.date_time(session.range.start, resolution);
            let length = duration_text(session.range.duration_ns());
            let lost = match (session.lost_frames, session.lost_at_least) {
                (0, _) => String::new(),
                (lost, true) => format!(", at least {} frames lost", count_text(lost)),
                (lost, false) => format!(", {} frames lost", count_text(lost)),
            };
            let size = bytes_text(session.bytes);
            facts.add("session", format!("{start}, {length}, {size}{lost}"));
        }
    }
    facts.add(
        "samples",
        format!(
            "{} from {} to {}",
            count_text(info.rows),
            zone.date_time(info.first, resolution),
            zone.date_time(info.last, resolution)
        ),
    );
    if let (Some(min), Some(max)) = (info.min, info.max) {
        let unit = &info.unit;
        facts.add(
            "values",
            format!("{} to {} {unit}", value_text(min), value_text(max)),
        );
    }
    let Some(answer) = state.inspector.definition.answer() else {
        return;
    };
    for dbc in &answer.origin.dbc {
        facts.add(
            "decoded with",
            format!("{}  sha-256 {}…", dbc.name, dbc.sha256.short()),
        );
    }
    facts.add("by", answer.origin.decoders.join(", "));
    let files = &answer.origin.files;
    for file in files.iter().take(MAX_FILES) {
        let name = if file.input.is_some() { "log" } else { "file" };
        facts.add_path(name, file.shown());
    }
    if files.len() > MAX_FILES {
        facts.add("", format!("and {} more files", files.len() - MAX_FILES));
    }
}
