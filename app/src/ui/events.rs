//! The panel of conditions and their events.

use egui::{Align, Button, Layout, RichText, ScrollArea, Sense, Ui, vec2};

use super::expression::{ExpressionField, Kind};
use super::{icons, theme};
use crate::command::{Action, Command, CommandQueue};
use crate::state::{
    AppState, ConditionId, EventsCommand, ExportCommand, ExportKind, FoundEvents, Rule, SignalRef,
    WatchedCondition,
};
use crate::time_display::{count_text, duration_text};

const ROW_HEIGHT: f32 = 20.0;

/// What is typed and chosen.
#[derive(Debug, Default)]
pub(crate) struct EventsFields {
    condition: ExpressionField,
    /// The condition that is being changed; else a new one is typed.
    changing: Option<ConditionId>,
    /// The last frame in which the panel was seen.
    shown_in_frame: Option<u64>,
    /// Whose events are listed.
    listed: Option<ConditionId>,
}

/// Draws the panel.
pub(crate) fn show(
    ui: &mut Ui,
    state: &AppState,
    fields: &mut EventsFields,
    queue: &mut CommandQueue,
) {
    // Whoever has just opened the panel wants to type, unless there is something to look at already.
    let frame = ui.ctx().cumulative_frame_nr();
    let is_new = fields
        .shown_in_frame
        .replace(frame)
        .is_none_or(|last| last + 1 < frame);
    if is_new && state.analysis.conditions.is_empty() {
        fields.condition.edit("");
    }
    editor(ui, state, fields, queue);
    let conditions = &state.analysis.conditions;
    if conditions.is_empty() {
        ui.add_space(6.0);
        ui.weak("Type what you look for, or take a ready-made rule. Every stretch in which it holds is listed here and marked in the plots.");
        return;
    }
    let is_known = |id: &ConditionId| conditions.iter().any(|it| it.id == *id);
    fields.listed = fields.listed.filter(is_known).or_else(|| {
        // What was added last.
        conditions.last().map(|it| it.id)
    });
    ui.separator();
    let height = (conditions.len() as f32 * 26.0).min(ui.available_height() * 0.4);
    ScrollArea::vertical()
        .id_salt("conditions")
        .max_height(height)
        .auto_shrink([false, true])
        .show(ui, |ui| {
            for condition in conditions {
                condition_row(ui, state, condition, fields, queue);
            }
        });
    ui.separator();
    if let Some(listed) = fields.listed {
        list(ui, state, listed, queue);
    }
}

fn editor(ui: &mut Ui, state: &AppState, fields: &mut EventsFields, queue: &mut CommandQueue) {
    let Some(vehicle) = state.expression_vehicle() else {
        ui.weak("choose a vehicle first: conditions are about its signals");
        return;
    };
    ui.horizontal_top(|ui| {
        ui.with_layout(Layout::right_to_left(Align::Min), |ui| {
            let text = if fields.changing.is_some() {
                "Change"
            } else {
                "Find"
            };
            let can_watch = state.condition_program(&fields.condition.text).is_ok();
            let is_clicked = ui.add_enabled(can_watch, Button::new(text)).clicked();
            rules(ui, state, &mut fields.condition);
            ui.with_layout(Layout::top_down(Align::Min), |ui| {
                let outcome =
                    fields
                        .condition
                        .show(ui, state, &vehicle, Kind::Condition, "Condition");
                if is_clicked || outcome.submitted {
                    let text = fields.condition.text.trim().to_owned();
                    let command = match fields.changing.take() {
                        Some(id) => EventsCommand::Change(id, text),
                        None => EventsCommand::Watch(text),
                    };
                    fields.listed = None;
                    fields.condition = ExpressionField::default();
                    queue.send(Command::Events(command));
                }
            });
        });
    });
}

/// Ready-made conditions on a signal that is plotted.
fn rules(ui: &mut Ui, state: &AppState, condition: &mut ExpressionField) {
    ui.menu_button("Rules", |ui| {
        let signals: Vec<&SignalRef> = state.workspace.signals();
        if signals.is_empty() {
            ui.weak("plot a signal first");
        }
        for signal in signals.into_iter().take(24) {
            ui.menu_button(state.signal_name(signal), |ui| {
                for rule in Rule::ALL {
                    if ui.button(rule.label()).clicked()
                        && let Some(text) = state.rule_text(rule, signal)
                    {
                        condition.edit(&text);
                        ui.close();
                    }
                }
            });
        }
    })
    .response
    .on_hover_text("ready-made conditions: threshold, rate of change, flat line, z-score");
}

fn condition_row(
    ui: &mut Ui,
    state: &AppState,
    condition: &WatchedCondition,
    fields: &mut EventsFields,
    queue: &mut CommandQueue,
) {
    let palette = theme::palette(ui.theme());
    let nothing = FoundEvents::default();
    let found = state.events.of(condition.id).unwrap_or(&nothing);
    let id = condition.id;
    ui.horizontal(|ui| {
        let (swatch, response) = ui.allocate_exact_size(vec2(14.0, 14.0), Sense::click());
        response.widget_info(|| {
            egui::WidgetInfo::selected(
                egui::Role::CheckBox,
                true,
                condition.visible,
                format!("Mark {} in the plots", condition.text),
            )
        });
        let color = theme::signal_color(ui.theme(), condition.color_idx);
        if condition.visible {
            ui.painter().rect_filled(swatch.shrink(1.0), 2.0, color);
        } else {
            let stroke = (1.5, color);
            let kind = egui::StrokeKind::Inside;
            ui.painter()
                .rect_stroke(swatch.shrink(1.0), 2.0, stroke, kind);
        }
        if response.on_hover_text("mark in the plots").clicked() {
            queue.send(Command::Events(EventsCommand::ToggleMarks(id)));
        }
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            if ui
                .small_button(icons::CLOSE)
                .on_hover_text("Forget")
                .clicked()
            {
                queue.send(Command::Events(EventsCommand::Forget(id)));
            }
            if ui.small_button("Edit").clicked() {
                fields.changing = Some(id);
                fields.condition.edit(&condition.text);
            }
            match &found.problem {
                Some(problem) => {
                    ui.label(RichText::new("failed").color(palette.error))
                        .on_hover_text(problem);
                }
                None if found.is_running => {
                    ui.spinner();
                }
                None if found.is_cancelled => {
                    if ui.small_button("Find again").clicked() {
                        queue.send(Command::Events(EventsCommand::FindAgain(id)));
                    }
                    ui.label(RichText::new("cancelled").color(palette.warning))
                        .on_hover_text("what was found before is listed");
                }
                None => {
                    if !found.partial.is_empty() {
                        ui.label(RichText::new("partial").color(palette.warning))
                            .on_hover_text(found.partial.join("\n"));
                    }
                    let n_events = found.intervals.len();
                    let text = match n_events {
                        1 => "1 event".to_owned(),
                        n => format!("{} events", count_text(n as u64)),
                    };
                    ui.label(RichText::new(text).font(theme::tabular(12.0)));
                }
            }
            ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                let is_listed = fields.listed == Some(id);
                let text = RichText::new(&condition.text).monospace().size(12.0);
                let label = Button::selectable(is_listed, text).truncate();
                if ui.add(label).clicked() {
                    fields.listed = Some(id);
                }
            });
        });
    });
    if let Some(problem) = &found.problem {
        ui.label(RichText::new(problem).size(12.0).color(palette.error));
    }
}

/// The events of one condition; a click shows one.
fn list(ui: &mut Ui, state: &AppState, id: ConditionId, queue: &mut CommandQueue) {
    let Some(found) = state.events.of(id) else {
        return;
    };
    ui.horizontal(|ui| {
        let total: u64 = if found.intervals.len() <= 100_000 {
            found
                .intervals
                .iter()
                .map(canlake_shared::expr::Event::duration_ns)
                .sum()
        } else {
            0
        };
        let total = i64::try_from(total).unwrap_or(i64::MAX);
        if total > 0 {
            ui.weak(format!("{} in all", duration_text(total)));
        }
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            if ui
                .small_button("Copy")
                .on_hover_text("all events as a table, for a spreadsheet")
                .clicked()
            {
                ui.copy_text(state.events_as_text());
            }
            if ui.small_button("Export…").clicked() {
                let mut options = state.settings.export.clone();
                options.kind = ExportKind::Events;
                queue.send(Command::Export(ExportCommand::Choose(Box::new(options))));
                queue.run(Action::Export);
            }
        });
    });
    if found.intervals.is_empty() && !found.is_running && found.problem.is_none() {
        ui.weak("it never held for so long in what is loaded");
    }
    let zone = state.zone();
    ScrollArea::vertical()
        .id_salt(("events", id))
        .auto_shrink([false, false])
        .show_rows(ui, ROW_HEIGHT, found.intervals.len(), |ui, rows| {
            for idx in rows {
                let Some(event) = found.intervals.get(idx) else {
                    continue;
                };
                let is_shown = state.events.shown == Some((id, idx));
                let start = canlake_shared::time::Timestamp::from_ns(event.start);
                let length = i64::try_from(event.duration_ns()).unwrap_or(i64::MAX);
                let text = format!(
                    "{:>5}  {}  {}",
                    idx + 1,
                    zone.date_time(start, 1_000_000),
                    duration_text(length)
                );
                let text = RichText::new(text).font(theme::tabular(12.0));
                let button = Button::selectable(is_shown, text)
                    .min_size(vec2(ui.available_width(), ROW_HEIGHT));
                if ui.add(button).clicked() {
                    queue.send(Command::Events(EventsCommand::Show(id, idx)));
                }
            }
        });
}
