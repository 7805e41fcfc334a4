//! Messages to the user: the newest in the lower right corner, all of them in a window.

use std::collections::BTreeMap;

use egui::{Align2, Context, Frame, Label, RichText, ScrollArea, Ui, vec2};

use super::icons::{self, Icon};
use super::theme;
use crate::command::{Command, CommandQueue};
use crate::state::{AppState, Notice, Severity};

const WIDTH: f32 = 420.0;
const IN_FRONT: usize = 4;
/// Seconds that a message stays in front when nothing is wrong.
const INFO_SECS: f64 = 8.0;

/// Since when messages are in front, by their ids, in seconds of the window's clock.
#[derive(Debug, Default)]
pub(crate) struct Toasts {
    since: BTreeMap<u64, f64>,
}

/// Draws the newest messages. Good news goes by itself, unless the pointer rests on it.
pub(crate) fn show(ctx: &Context, state: &AppState, toasts: &mut Toasts, queue: &mut CommandQueue) {
    let in_front = state.notices.iter().filter(|notice| notice.in_front);
    let mut newest: Vec<_> = in_front.rev().take(IN_FRONT).collect();
    newest.reverse();
    toasts
        .since
        .retain(|id, _| newest.iter().any(|notice| notice.id == *id));
    if newest.is_empty() {
        return;
    }
    let now = ctx.input(|input| input.time);
    let area = egui::Area::new(egui::Id::unique("notices"))
        .anchor(Align2::RIGHT_BOTTOM, vec2(-12.0, -36.0))
        .show(ctx, |ui| {
            ui.set_width(WIDTH);
            for notice in &newest {
                toast(ui, notice, queue);
            }
        });
    let is_read = area.response.contains_pointer();
    let goes = |it: &&&Notice| it.severity == Severity::Info && it.choices.is_empty();
    for notice in newest.iter().filter(goes) {
        let since = toasts.since.entry(notice.id).or_insert(now);
        if is_read {
            *since = now;
        }
        let left = INFO_SECS - (now - *since);
        if left <= 0.0 {
            queue.send(Command::DismissNotice(notice.id));
        } else {
            ctx.request_repaint_after(std::time::Duration::from_secs_f64(left));
        }
    }
}

fn toast(ui: &mut Ui, notice: &Notice, queue: &mut CommandQueue) {
    let color = color_of(ui, notice.severity);
    Frame::popup(ui.style())
        .stroke(egui::Stroke::new(1.0, color))
        .show(ui, |ui| {
            ui.set_width(WIDTH - 14.0);
            ui.horizontal_top(|ui| {
                icons::light(ui, color);
                ui.vertical(|ui| {
                    ui.set_width(WIDTH - 80.0);
                    ui.add(Label::new(&notice.title).wrap());
                    ui.push_id(notice.id, |ui| detail(ui, notice));
                    choices(ui, notice, queue);
                });
                if icons::button(ui, Icon::X, "Dismiss").clicked() {
                    queue.send(Command::DismissNotice(notice.id));
                }
            });
        });
}

/// All messages, newest first, to read again and to copy.
pub(crate) fn list(ui: &mut Ui, state: &AppState, queue: &mut CommandQueue) {
    ui.set_width(560.0);
    if state.notices.iter().next().is_none() {
        ui.weak("Nothing to tell.");
        return;
    }
    let height = (ui.ctx().content_rect().height() - 200.0).max(120.0);
    ScrollArea::vertical()
        .max_height(height)
        .auto_shrink([false, true])
        .show(ui, |ui| {
            for notice in state.notices.iter().rev() {
                ui.push_id(notice.id, |ui| {
                    ui.horizontal_top(|ui| {
                        let color = color_of(ui, notice.severity);
                        icons::light(ui, color);
                        ui.vertical(|ui| {
                            ui.set_width(500.0);
                            ui.add(Label::new(&notice.title).wrap());
                            detail(ui, notice);
                            choices(ui, notice, queue);
                        });
                        if icons::button(ui, Icon::Copy, "Copy").clicked() {
                            ui.ctx().copy_text(notice.text());
                        }
                    });
                });
                ui.separator();
            }
        });
    if ui.button("Clear").clicked() {
        queue.send(Command::ClearNotices);
    }
}

fn color_of(ui: &Ui, severity: Severity) -> egui::Color32 {
    let palette = theme::palette(ui.theme());
    match severity {
        Severity::Info => palette.good,
        Severity::Warning => palette.warning,
        Severity::Error => palette.error,
    }
}

/// What can be done about it.
fn choices(ui: &mut Ui, notice: &Notice, queue: &mut CommandQueue) {
    if notice.choices.is_empty() {
        return;
    }
    ui.horizontal_wrapped(|ui| {
        for (idx, choice) in notice.choices.iter().enumerate() {
            if ui.button(choice.label).on_hover_text(choice.hint).clicked() {
                queue.send(Command::Answer(notice.id, idx));
            }
        }
    });
}

fn detail(ui: &mut Ui, notice: &Notice) {
    if notice.detail.is_empty() {
        return;
    }
    ui.collapsing("Details", |ui| {
        ScrollArea::vertical().max_height(160.0).show(ui, |ui| {
            ui.add(Label::new(RichText::new(&notice.detail).monospace()).wrap());
        });
        if ui.small_button("Copy details").clicked() {
            ui.ctx().copy_text(notice.text());
        }
    });
}
