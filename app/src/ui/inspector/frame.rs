//! The frame behind the sample at the cursor.

use std::path::Path;

use canlake_shared::can::FrameFlags;
use canlake_shared::schema::SignalKey;
use egui::text::LayoutJob;
use egui::{Label, RichText, TextFormat, Ui};

use super::super::plot::value_text;
use super::super::{icons, theme};
use super::{Facts, remark, section, warning};
use crate::command::{Action, Command, CommandQueue};
use crate::inspect::{BitPlace, Definition, FoundFrame, FrameSignal, SourceCheck};
use crate::state::{AppState, SignalRef};
use crate::time_display::count_text;

/// Bytes of a frame that stand side by side.
const BYTES_A_LINE: usize = 8;

/// Draws the section.
pub(super) fn show(ui: &mut Ui, state: &AppState, signal: &SignalRef, queue: &mut CommandQueue) {
    section(ui, "Frame", |ui| {
        let asked = &state.inspector.frame;
        if state.inspected_sample(signal).is_none() {
            let text = if state.cursors.active_instant().is_none() {
                "Place a cursor (click into the plot) to see the frame behind a sample."
            } else {
                "There is no sample at the cursor."
            };
            remark(ui, text);
        } else {
            match asked.answer() {
                Some(Ok(found)) => frame(ui, state, signal, found, queue),
                Some(Err(reason)) => warning(ui, &format!("{reason}.")),
                None => match asked.has_stopped() {
                    Some(how) => warning(ui, &format!("Looking for the frame {how}.")),
                    None => {
                        ui.horizontal(|ui| {
                            ui.spinner();
                            remark(ui, "looking for the frame");
                        });
                    }
                },
            }
        }
        ui.add_space(2.0);
        let again = ui.button(Action::DecodeAgain.label());
        if again.clicked() {
            queue.run(Action::DecodeAgain);
        }
    });
}

fn frame(
    ui: &mut Ui,
    state: &AppState,
    signal: &SignalRef,
    found: &FoundFrame,
    queue: &mut CommandQueue,
) {
    let is_stale = state.inspector.frame.is_waiting();
    let answer = state.inspector.definition.answer();
    let definition = answer.and_then(|answer| answer.definition.as_ref().ok());
    let text = hex_text(&found.payload);
    ui.horizontal_top(|ui| {
        let job = hex(ui, found, definition, is_stale);
        let bytes = ui.add(Label::new(job).selectable(true));
        bytes.widget_info(|| {
            egui::WidgetInfo::labeled(egui::Role::Label, true, format!("Bytes {text}"))
        });
        if icons::button(ui, icons::Icon::Copy, "Copy the bytes").clicked() {
            ui.copy_text(text.clone());
        }
    });
    let mut facts = Facts::new(ui);
    let id = found.id;
    let kind = if id.is_extended() {
        "extended"
    } else {
        "standard"
    };
    let width = if id.is_extended() { 8 } else { 3 };
    let number = id.number();
    facts.add("id", format!("0x{number:0width$X} = {number}, {kind}"));
    facts.add("channel", found.channel.as_str());
    facts.add(
        "length",
        format!("{} bytes{}", found.len, flags_text(found.flags)),
    );
    facts.add("time", state.zone().date_time(found.time, 1));
    if let (Some(raw), Some(value)) = (found.raw, found.value) {
        facts.add("raw value", format!("{raw}, decoded {}", value_text(value)));
    }
    let place = &found.place;
    if let Some(key) = &place.key {
        facts.add_path("object", Path::new(key));
    }
    facts.add_path("file", &place.path);
    let what = if place.is_log { "frame" } else { "row" };
    facts.add(what, count_text(place.row));
    facts.add("checked", check_text(place.check));
    if place.check == SourceCheck::Differs {
        warning(
            ui,
            "The decoded file names other raw files; this one has its name only.",
        );
    }
    doubts(ui, found, definition.is_some());
    if let Some(definition) = definition.filter(|_| !found.signals.is_empty() && !is_stale) {
        let title = format!("Its {} signals", found.signals.len());
        egui::CollapsingHeader::new(RichText::new(title).size(12.0))
            .id_salt("signals of the frame")
            .show_unindented(ui, |ui| {
                for carried in &found.signals {
                    carried_signal(ui, state, signal, definition, carried, queue);
                }
            });
    }
}

/// A signal that the frame carries; a click inspects it.
fn carried_signal(
    ui: &mut Ui,
    state: &AppState,
    inspected: &SignalRef,
    definition: &Definition,
    carried: &FrameSignal,
    queue: &mut CommandQueue,
) {
    let Some(defined) = definition.message().signals.get(carried.signal_idx) else {
        return;
    };
    let value = value_text(carried.value);
    let value = match &carried.label {
        Some(label) => format!("{label} ({value})"),
        None => format!("{value} {}", defined.unit).trim_end().to_owned(),
    };
    ui.horizontal(|ui| {
        let is_inspected = carried.signal_idx == definition.signal_idx();
        let name = RichText::new(&defined.name).size(12.0);
        let label = ui.selectable_label(is_inspected, name);
        let color = theme::palette(ui.theme()).faint_text;
        let text = RichText::new(&value)
            .font(theme::tabular(12.0))
            .color(color);
        ui.add(Label::new(text).truncate());
        let signal = SignalRef {
            vehicle: inspected.vehicle.clone(),
            key: SignalKey {
                signal: defined.name.as_str().into(),
                ..inspected.key.clone()
            },
        };
        label.widget_info(|| {
            let label = format!("{} = {value}", defined.name);
            egui::WidgetInfo::selected(egui::Role::Button, true, is_inspected, label)
        });
        if label.clicked() && state.signal_info(&signal).is_some() {
            queue.send(Command::SelectSignal(signal));
        }
    });
}

/// How sure it is that this is the frame.
fn doubts(ui: &mut Ui, found: &FoundFrame, is_defined: bool) {
    let others = found.candidates.saturating_sub(1);
    match (found.is_confirmed, is_defined) {
        (true, _) if others > 0 => remark(
            ui,
            &format!(
                "One of {} frames of this time; the first with this value.",
                others + 1
            ),
        ),
        (true, _) => {}
        (false, true) => warning(
            ui,
            "Decoded with this definition, the frame does not have the value of the sample.",
        ),
        (false, false) if others > 0 => warning(
            ui,
            &format!(
                "{} frames of this identifier have this time; which of them it is only the DBC file can tell.",
                others + 1
            ),
        ),
        (false, false) => remark(
            ui,
            "The only frame of this identifier at this time; without its DBC file the value cannot be checked.",
        ),
    }
}

fn check_text(check: SourceCheck) -> &'static str {
    match check {
        SourceCheck::Input => "the input that was decoded",
        SourceCheck::Hash => "has the SHA-256 that the decoded file names",
        SourceCheck::HashInName => "named after the content that the decoded file names",
        SourceCheck::Name => "by its name alone",
        SourceCheck::Differs => "is not what the decoded file names",
    }
}

fn flags_text(flags: FrameFlags) -> String {
    let names = [
        (FrameFlags::FD, "FD"),
        (FrameFlags::BRS, "bit rate switch"),
        (FrameFlags::ESI, "error passive"),
        (FrameFlags::TX, "sent by the recorder"),
    ];
    let set = names.iter().filter(|(flag, _)| flags.contains(*flag));
    let set: Vec<&str> = set.map(|(_, name)| *name).collect();
    if set.is_empty() {
        String::new()
    } else {
        format!(", {}", set.join(", "))
    }
}

fn hex_text(payload: &[u8]) -> String {
    let bytes: Vec<String> = payload.iter().map(|byte| format!("{byte:02X}")).collect();
    bytes.join(" ")
}

/// The bytes, those with bits of the signal lit.
fn hex(ui: &Ui, found: &FoundFrame, definition: Option<&Definition>, is_stale: bool) -> LayoutJob {
    let palette = theme::palette(ui.theme());
    let plain = TextFormat::simple(theme::tabular(13.0), palette.faint_text);
    let lit = TextFormat {
        color: ui.visuals().strong_text_color(),
        background: ui.visuals().selection.bg_fill,
        ..plain.clone()
    };
    let mut job = LayoutJob::default();
    for (byte, value) in found.payload.iter().enumerate() {
        let is_lit = definition.filter(|_| !is_stale).is_some_and(|definition| {
            let idx = definition.signal_idx();
            let mut places = (0..8).map(|bit| BitPlace { byte, bit });
            places.any(|place| definition.grid.is_used(place, idx))
        });
        let format = if is_lit { &lit } else { &plain };
        let gap = match byte {
            0 => "",
            _ if byte % BYTES_A_LINE == 0 => "\n",
            _ => " ",
        };
        job.append(gap, 0.0, plain.clone());
        job.append(&format!("{value:02X}"), 0.0, format.clone());
    }
    if found.payload.is_empty() {
        job.append("no bytes", 0.0, plain);
    }
    job
}
