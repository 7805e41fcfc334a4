//! What the DBC says of a signal and its message.

use std::path::PathBuf;

use canlake_shared::dbc::{MessageDef, SignalDef};
use egui::{Key, RichText, TextEdit, Ui};

use super::super::plot::value_text;
use super::super::theme;
use super::{Facts, InspectorFields, bits, remark, section, warning};
use crate::command::{Command, CommandQueue};
use crate::inspect::{Definition, Standing};
use crate::source::SignalInfo;
use crate::state::inspector::InspectorCommand;
use crate::state::{AppState, SignalRef, SourceId};

/// Draws the sections: definition and bits.
pub(super) fn show(
    ui: &mut Ui,
    state: &AppState,
    signal: &SignalRef,
    info: &SignalInfo,
    fields: &mut InspectorFields,
    queue: &mut CommandQueue,
) {
    let asked = &state.inspector.definition;
    let definition = asked.answer().map(|answer| &answer.definition);
    let source = signal.vehicle.source;
    section(ui, "Definition", |ui| match definition {
        Some(Ok(definition)) => {
            standing(ui, state, source, definition, queue);
            message(ui, definition.message());
            ui.add_space(4.0);
            of_signal(ui, definition.message(), definition.signal());
        }
        Some(Err(reason)) => {
            warning(ui, &format!("{reason}."));
            known(ui, info);
            choose(ui, state, source, fields, queue);
        }
        None => match asked.has_stopped() {
            Some(how) => warning(ui, &format!("Looking for the DBC file {how}.")),
            None => {
                ui.spinner();
            }
        },
    });
    if let Some(Ok(definition)) = definition {
        section(ui, "Bits", |ui| bits::show(ui, state, signal, definition));
    }
}

/// Draws the section with the texts of values, where there are any.
pub(super) fn show_values(ui: &mut Ui, state: &AppState, info: &SignalInfo) {
    let definition = state.inspector.definition.answer();
    let definition = definition.map(|answer| &answer.definition);
    let labels = values(info, definition.and_then(|it| it.as_ref().ok()));
    if !labels.is_empty() {
        section(ui, "Values", |ui| value_table(ui, state, &labels));
    }
}

/// Which DBC file that is, and whether it is the right one.
fn standing(
    ui: &mut Ui,
    state: &AppState,
    source: SourceId,
    definition: &Definition,
    queue: &mut CommandQueue,
) {
    let name = &definition.dbc.name;
    let place = match &definition.path {
        Some(path) => path.display().to_string(),
        None => "built into this program".to_owned(),
    };
    Facts::new(ui)
        .add("DBC", name.as_str())
        .map(|label| label.on_hover_text(place));
    match definition.standing {
        Standing::DecodedWith => {}
        Standing::Other => warning(ui, &format!("{name} is not the one it was decoded with.")),
        Standing::Unknown => warning(
            ui,
            &format!("Whether it was decoded with {name} is not known: the files do not say."),
        ),
    }
    if state.inspector.chosen_dbc(source).is_some() {
        let back = ui.small_button("Back to what it was decoded with");
        if back.clicked() {
            queue.send(Command::Inspector(InspectorCommand::ForgetDbc(source)));
        }
    }
}

/// What the footer knows where no DBC file is at hand.
fn known(ui: &mut Ui, info: &SignalInfo) {
    let mut facts = Facts::new(ui);
    facts.add("unit", &*info.unit);
    if let Some(id) = info.key.arbitration_id {
        facts.add("id", id_text(id, id > 0x7FF));
    }
    if let Some(ms) = info.cycle_time_ms {
        facts.add("period", format!("{ms} ms"));
    }
    if info.on_change {
        facts.add("sent", "on change");
    }
}

/// Lets the user name the DBC file.
fn choose(
    ui: &mut Ui,
    state: &AppState,
    source: SourceId,
    fields: &mut InspectorFields,
    queue: &mut CommandQueue,
) {
    let use_dbc = |path: PathBuf| Command::Inspector(InspectorCommand::UseDbc(source, path));
    ui.add_space(2.0);
    if ui.button("Choose the DBC file…").clicked() {
        queue.send(Command::Inspector(InspectorCommand::PickDbc(source)));
    }
    let field = TextEdit::singleline(&mut fields.dbc_path)
        .hint_text("or its path, Enter")
        .desired_width(f32::INFINITY);
    let response = ui.add(field);
    response.widget_info(|| {
        egui::WidgetInfo::labeled(egui::Role::TextInput, true, "Path of the DBC file")
    });
    let entered = response.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
    if entered && !fields.dbc_path.trim().is_empty() {
        let path = std::mem::take(&mut fields.dbc_path);
        queue.send(use_dbc(PathBuf::from(path.trim())));
    }
    if state.inspector.chosen_dbc(source).is_some() && ui.button("Forget the choice").clicked() {
        queue.send(Command::Inspector(InspectorCommand::ForgetDbc(source)));
    }
    let recent = &state.settings.recent_dbc;
    if !recent.is_empty() {
        ui.menu_button("Recent", |ui| {
            for path in recent {
                let name = path.file_name().unwrap_or(path.as_os_str());
                let button = ui.button(name.to_string_lossy());
                if button.on_hover_text(path.to_string_lossy()).clicked() {
                    queue.send(use_dbc(path.clone()));
                    ui.close();
                }
            }
        });
    }
}

fn id_text(id: u32, is_extended: bool) -> String {
    if is_extended {
        format!("0x{id:08X} = {id}, extended (29 bits)")
    } else {
        format!("0x{id:03X} = {id}, standard (11 bits)")
    }
}

fn message(ui: &mut Ui, message: &MessageDef) {
    let mut facts = Facts::new(ui);
    facts.add("message", message.name.as_str());
    facts.add("id", id_text(message.id.number(), message.id.is_extended()));
    if message.matches_by_pgn
        && let Some(pgn) = message.id.pgn()
    {
        facts.add("PGN", format!("0x{pgn:05X} = {pgn}"));
    }
    facts.add("length", format!("{} bytes", message.len_bytes));
    facts.add("sender", message.transmitter.clone().unwrap_or_default());
    if let Some(ms) = message.cycle_time_ms {
        facts.add("cycle time", format!("{ms} ms"));
    }
    facts.add("send type", message.send_type.describe());
    facts.add("comment", message.comment.as_str());
}

fn of_signal(ui: &mut Ui, message: &MessageDef, signal: &SignalDef) {
    let mut facts = Facts::new(ui);
    let bits = |count: u32| if count == 1 { "bit" } else { "bits" };
    facts.add("start bit", signal.start_bit.to_string());
    facts.add(
        "length",
        format!("{} {}", signal.bit_len, bits(signal.bit_len)),
    );
    facts.add("byte order", signal.byte_order.describe());
    facts.add("type", signal.value_type.describe());
    facts.add("factor", signal.factor.to_string());
    facts.add("offset", signal.offset.to_string());
    if let Some((min, max)) = signal.range {
        facts.add("range", format!("{min} to {max} {}", signal.unit));
    }
    facts.add("unit", signal.unit.as_str());
    facts.add(
        "multiplexing",
        signal.multiplexing.describe(&message.signals),
    );
    facts.add("receivers", signal.receivers.join(", "));
    if signal.send_type != message.send_type {
        facts.add("signal sent", signal.send_type.describe());
    }
    if signal.short_name != signal.name {
        facts.add("short name", signal.short_name.as_str());
    }
    facts.add("comment", signal.comment.as_str());
}

/// Values and their texts: as the footer has them, else as the DBC file has.
fn values(info: &SignalInfo, definition: Option<&Definition>) -> Vec<(f64, String)> {
    if !info.labels.is_empty() {
        let labels = info.labels.iter();
        return labels
            .map(|(value, text)| (*value, text.to_string()))
            .collect();
    }
    let Some(definition) = definition else {
        return Vec::new();
    };
    let signal = definition.signal();
    let physical = |raw: i64| raw as f64 * signal.factor + signal.offset;
    let descriptions = signal.value_descriptions.iter();
    descriptions
        .map(|(raw, text)| (physical(raw), text.to_owned()))
        .collect()
}

fn value_table(ui: &mut Ui, state: &AppState, labels: &[(f64, String)]) {
    let timing = state.inspector.timing.answer();
    let held = timing.map(|timing| timing.held_ns.as_slice());
    let held = held.filter(|held| held.len() == labels.len());
    let total: u64 = held.into_iter().flatten().sum();
    let height = 18.0;
    egui::ScrollArea::vertical()
        .id_salt("values")
        .max_height(180.0)
        .auto_shrink([false, true])
        .show_rows(ui, height, labels.len(), |ui, visible| {
            for idx in visible {
                let Some((value, text)) = labels.get(idx) else {
                    continue;
                };
                let share = held.and_then(|held| held.get(idx)).filter(|_| total > 0);
                let share = share.map(|held| *held as f64 / total as f64);
                value_row(ui, height, *value, text, share);
            }
        });
    if total > 0 {
        remark(
            ui,
            "Shares of the loaded time in which one of these values held.",
        );
    }
}

fn value_row(ui: &mut Ui, height: f32, value: f64, text: &str, share: Option<f64>) {
    let row = ui.horizontal(|ui| {
        ui.set_height(height);
        let number = RichText::new(value_text(value)).font(theme::tabular(12.0));
        ui.add_sized([56.0, height], egui::Label::new(number));
        let width = (ui.available_width() - 56.0).max(20.0);
        let (rect, response) =
            ui.allocate_exact_size(egui::vec2(width, height), egui::Sense::hover());
        let mut job = egui::text::LayoutJob::simple_singleline(
            text.to_owned(),
            egui::FontId::proportional(12.0),
            ui.visuals().text_color(),
        );
        job.wrap = egui::text::TextWrapping::truncate_at_width(width);
        let galley = ui.painter().layout_job(job);
        let at = egui::pos2(rect.left(), rect.center().y - galley.rect.height() / 2.0);
        let color = ui.visuals().text_color();
        ui.painter().galley(at, galley, color);
        response.on_hover_text(text);
        if let Some(share) = share {
            let text = format!("{:.1} %", 100.0 * share);
            ui.label(RichText::new(text).font(theme::tabular(11.0)));
        }
    });
    row.response.widget_info(|| {
        let value = value_text(value);
        egui::WidgetInfo::labeled(egui::Role::Label, true, format!("{value} = {text}"))
    });
}
