//! The drives that are laid over the one shown: a list in the side bar, and a dialog to choose more.

mod dialog;

use std::collections::BTreeMap;

use egui::{ComboBox, Label, Response, RichText, ScrollArea, Sense, TextEdit, Ui, vec2};

pub(crate) use dialog::show as dialog;

use super::expression::{ExpressionField, Kind};
use super::icons::{self, Icon};
use super::theme;
use crate::command::{Action, Command, CommandQueue};
use crate::exact_duration;
use crate::state::{
    Alignment, AppState, CompareCommand, First, OVERLAY_COLORS, Overlay, OverlayId,
};

/// The most that the list takes of the side bar, in points.
const MAX_HEIGHT: f32 = 130.0;

/// What is half typed, and what the dialog has found.
#[derive(Debug, Default)]
pub(crate) struct CompareFields {
    offsets: BTreeMap<OverlayId, OffsetField>,
    conditions: BTreeMap<OverlayId, ConditionField>,
    names: Option<(OverlayId, String)>,
    dialog: dialog::DialogFields,
}

/// The field of an offset: follows the state while nobody types.
#[derive(Debug, Default)]
struct OffsetField {
    text: String,
    shown: Option<i64>,
    problem: Option<String>,
}

/// The field of a condition: follows the state while it is not edited.
#[derive(Debug, Default)]
struct ConditionField {
    field: ExpressionField,
    shown: Option<String>,
}

/// Draws the list, if there is anything in it.
pub(crate) fn show(
    ui: &mut Ui,
    state: &AppState,
    fields: &mut CompareFields,
    queue: &mut CommandQueue,
) {
    let overlays = &state.analysis.overlays;
    fields.offsets.retain(|id, _| state.overlay(*id).is_some());
    fields
        .conditions
        .retain(|id, _| state.overlay(*id).is_some());
    if overlays.is_empty() {
        return;
    }
    ui.horizontal(|ui| {
        ui.strong("Compared");
        ui.weak(overlays.len().to_string());
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            if ui
                .small_button(icons::CLOSE)
                .on_hover_text(Action::StopComparing.label())
                .clicked()
            {
                queue.run(Action::StopComparing);
            }
        });
    });
    ScrollArea::vertical()
        .id_salt("compared")
        .max_height(MAX_HEIGHT)
        .auto_shrink([false, true])
        .show(ui, |ui| {
            for overlay in overlays {
                ui.push_id(overlay.id, |ui| entry(ui, state, overlay, fields, queue));
            }
        });
}

fn entry(
    ui: &mut Ui,
    state: &AppState,
    overlay: &Overlay,
    fields: &mut CompareFields,
    queue: &mut CommandQueue,
) {
    ui.horizontal(|ui| {
        swatch(ui, overlay.id);
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            let remove = ui.small_button(icons::CLOSE);
            if remove.on_hover_text("Compare no longer").clicked() {
                queue.send(Command::Compare(CompareCommand::Remove(overlay.id)));
            }
            ui.with_layout(egui::Layout::left_to_right(egui::Align::Center), |ui| {
                name(ui, state, overlay, fields, queue);
            });
        });
    });
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 3.0;
        alignment(ui, overlay, fields, queue);
        offset(ui, state, overlay, fields, queue);
    });
    condition(ui, state, overlay, fields, queue);
}

/// How the signals of an overlay look beside those that they are compared with.
fn swatch(ui: &mut Ui, OverlayId(tone): OverlayId) {
    let (rect, _) = ui.allocate_exact_size(vec2(18.0, 12.0), Sense::hover());
    let color_idx = OVERLAY_COLORS * tone as usize;
    let color = theme::signal_color(ui.theme(), color_idx);
    theme::paint_line_sample(ui, rect, color, theme::signal_dash(color_idx));
}

/// The name: a click makes it the one that keys and drags move, a double click renames it.
fn name(
    ui: &mut Ui,
    state: &AppState,
    overlay: &Overlay,
    fields: &mut CompareFields,
    queue: &mut CommandQueue,
) {
    if let Some((_, text)) = fields.names.as_mut().filter(|(id, _)| *id == overlay.id) {
        let field = TextEdit::singleline(text)
            .hint_text("vehicle and start")
            .desired_width(f32::INFINITY);
        let response = ui.add(field);
        if response.lost_focus() {
            let name = text.clone();
            fields.names = None;
            if !ui.input(|input| input.key_pressed(egui::Key::Escape)) {
                queue.send(Command::Compare(CompareCommand::Rename(overlay.id, name)));
            }
        } else {
            response.request_focus();
        }
        return;
    }
    let is_active = state.active_overlay().map(|it| it.id) == Some(overlay.id);
    let mut text = RichText::new(state.overlay_name(overlay));
    if is_active && state.analysis.overlays.len() > 1 {
        text = text.color(theme::palette(ui.theme()).accent);
    }
    let label = ui.add(Label::new(text).truncate().sense(Sense::click()));
    let hint = "Ctrl + Shift + drag in a plot moves it, Alt + Left and Alt + Right nudge it; a double click here renames it.";
    let response = label.on_hover_text(format!("{}\n\n{hint}", description(state, overlay)));
    if response.clicked() {
        queue.send(Command::Compare(CompareCommand::Activate(overlay.id)));
    }
    let mut wants_rename = response.double_clicked();
    response.context_menu(|ui| {
        if ui.button("Rename").clicked() {
            wants_rename = true;
            ui.close();
        }
        if ui.button("Compare no longer").clicked() {
            queue.send(Command::Compare(CompareCommand::Remove(overlay.id)));
            ui.close();
        }
    });
    if wants_rename {
        fields.names = Some((overlay.id, overlay.name.clone()));
    }
}

/// Which drive it is, when it was, and how far it is moved.
pub(crate) fn description(state: &AppState, overlay: &Overlay) -> String {
    let zone = state.zone().calendar();
    let shift = state.overlay_shift(overlay);
    let moved = match shift {
        0 => "drawn at its own time".to_owned(),
        1.. => format!("drawn {} later", exact_duration::text(shift)),
        _ => format!(
            "drawn {} earlier",
            exact_duration::text(shift.saturating_neg())
        ),
    };
    format!(
        "{}\n{}\nto {}\n{moved}",
        overlay.vehicle.vehicle,
        zone.date_time(overlay.range.start, 1_000_000),
        zone.date_time(overlay.range.end, 1_000_000),
    )
}

fn alignment(ui: &mut Ui, overlay: &Overlay, fields: &mut CompareFields, queue: &mut CommandQueue) {
    let text = match &overlay.alignment {
        Alignment::FirstTime(text) => text.clone(),
        Alignment::Absolute | Alignment::Start => String::new(),
    };
    let choices = [
        (
            Alignment::Start,
            "by start",
            "its start on the start of the session shown",
        ),
        (Alignment::Absolute, "by time", "at its own time"),
        (
            Alignment::FirstTime(text),
            "by event",
            "the first time that a condition holds on the first time in the drive shown",
        ),
    ];
    let current = choices
        .iter()
        .find(|(alignment, ..)| *alignment == overlay.alignment)
        .map_or("", |(_, text, _)| text);
    ComboBox::from_id_salt("alignment")
        .selected_text(current)
        .width(74.0)
        .show_ui(ui, |ui| {
            for (alignment, text, hint) in choices {
                let is_chosen = alignment == overlay.alignment;
                let choice = ui.selectable_label(is_chosen, text).on_hover_text(hint);
                if choice.clicked() && !is_chosen {
                    if matches!(alignment, Alignment::FirstTime(_)) {
                        let field = fields.conditions.entry(overlay.id).or_default();
                        field.field.edit("");
                    }
                    let command = CompareCommand::Align(overlay.id, alignment);
                    queue.send(Command::Compare(command));
                }
            }
        });
}

/// The condition that both drives are laid on, and when it first holds in each.
fn condition(
    ui: &mut Ui,
    state: &AppState,
    overlay: &Overlay,
    fields: &mut CompareFields,
    queue: &mut CommandQueue,
) {
    let Alignment::FirstTime(text) = &overlay.alignment else {
        return;
    };
    let field = fields.conditions.entry(overlay.id).or_default();
    if field.shown.as_ref() != Some(text) {
        field.shown = Some(text.clone());
        field.field.text.clone_from(text);
    }
    let Some(shown) = state.shown_vehicle() else {
        return;
    };
    let label = format!("Condition for {}", state.overlay_name(overlay));
    let outcome = field.field.show(ui, state, shown, Kind::Condition, &label);
    if outcome.submitted {
        let alignment = Alignment::FirstTime(field.field.text.trim().to_owned());
        let command = CompareCommand::Align(overlay.id, alignment);
        queue.send(Command::Compare(command));
    }
    let palette = theme::palette(ui.theme());
    if let Some(times) = state.first_times(overlay) {
        let (text, is_problem) = first_times_text(state, &times);
        let color = if is_problem {
            palette.warning
        } else {
            palette.faint_text
        };
        ui.add(Label::new(RichText::new(text).color(color).size(11.0)).wrap());
    }
}

/// When a condition first holds in the drive shown and in the other, and whether that is a problem.
fn first_times_text(state: &AppState, times: &[First; 2]) -> (String, bool) {
    let [shown, overlaid] = times;
    let zone = state.zone().calendar();
    let problem = |first: &First, where_: &str| match first {
        First::Failed(text) => Some(format!("{where_}: {text}")),
        First::Never => Some(format!("never holds {where_}; laid on the start instead")),
        First::Cancelled => Some(format!(
            "{where_}: cancelled; Enter in the field looks again"
        )),
        First::Searching | First::At(_) => None,
    };
    let problems = [
        problem(shown, "in the drive shown"),
        problem(overlaid, "in this drive"),
    ];
    let problems: Vec<_> = problems.into_iter().flatten().collect();
    match (shown, overlaid) {
        (First::At(shown), First::At(overlaid)) => {
            let [shown, overlaid] = [shown, overlaid].map(|at| zone.date_time(*at, 1_000_000));
            (format!("{overlaid} on {shown}"), false)
        }
        _ if problems.is_empty() => ("searching".to_owned(), false),
        _ => (problems.join("\n"), true),
    }
}

/// The field of the offset, and buttons to change it.
fn offset(
    ui: &mut Ui,
    state: &AppState,
    overlay: &Overlay,
    fields: &mut CompareFields,
    queue: &mut CommandQueue,
) {
    let step = state.nudge_ns();
    ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
        ui.spacing_mut().item_spacing.x = 2.0;
        let set = |ns: i64| Command::Compare(CompareCommand::SetOffset(overlay.id, ns));
        let by = |ns: i64| Command::Compare(CompareCommand::Move(overlay.id, ns));
        ui.add_enabled_ui(overlay.offset_ns != 0, |ui| {
            if icons::button(ui, Icon::RotateCcw, "No offset").clicked() {
                queue.send(set(0));
            }
        });
        let later = format!("{} later (Alt + Right)", exact_duration::text(step));
        if icons::button(ui, Icon::ChevronRight, &later).clicked() {
            queue.send(by(step));
        }
        let earlier = format!("{} earlier (Alt + Left)", exact_duration::text(step));
        if icons::button(ui, Icon::ChevronLeft, &earlier).clicked() {
            queue.send(by(-step));
        }
        let field = fields.offsets.entry(overlay.id).or_default();
        let response = field.show(ui, overlay.offset_ns);
        let entered =
            response.lost_focus() && ui.input(|input| input.key_pressed(egui::Key::Enter));
        if entered {
            match exact_duration::parse(&field.text) {
                Ok(ns) => {
                    field.problem = None;
                    // Shown anew also where nothing changes.
                    field.shown = None;
                    queue.send(set(ns));
                }
                Err(problem) => field.problem = Some(problem),
            }
        } else if response.lost_focus() {
            field.shown = None;
        }
    });
}

impl OffsetField {
    fn show(&mut self, ui: &mut Ui, offset_ns: i64) -> Response {
        if self.shown != Some(offset_ns) {
            self.shown = Some(offset_ns);
            self.text = exact_duration::text(offset_ns);
            self.problem = None;
        }
        let mut edit = TextEdit::singleline(&mut self.text)
            .id_salt("offset")
            .font(egui::TextStyle::Monospace)
            .desired_width(ui.available_width().max(40.0));
        if self.problem.is_some() {
            edit = edit.text_color(theme::palette(ui.theme()).error);
        }
        let response = ui.add(edit);
        let hint = self.problem.clone().unwrap_or_else(|| {
            "how much later it is laid by hand: 1.5 s, -200 ms, 1 h 2 min, 1:02:03.5".to_owned()
        });
        response.on_hover_text(hint)
    }
}
