//! Messages to the user, in the lower right corner, until dismissed.

use egui::{Align2, Context, Frame, Label, RichText, ScrollArea, Ui, vec2};

use super::{icons, theme};
use crate::command::{Command, CommandQueue};
use crate::state::{AppState, Severity};

const WIDTH: f32 = 420.0;
const SHOWN: usize = 4;

/// Draws the newest messages.
pub(crate) fn show(ctx: &Context, state: &AppState, queue: &mut CommandQueue) {
    let mut newest: Vec<_> = state.notices.iter().rev().take(SHOWN).collect();
    newest.reverse();
    if newest.is_empty() {
        return;
    }
    egui::Area::new(egui::Id::unique("notices"))
        .anchor(Align2::RIGHT_BOTTOM, vec2(-12.0, -36.0))
        .show(ctx, |ui| {
            ui.set_width(WIDTH);
            let palette = theme::palette(ui.theme());
            for notice in newest {
                let color = match notice.severity {
                    Severity::Info => palette.good,
                    Severity::Warning => palette.warning,
                    Severity::Error => palette.error,
                };
                Frame::popup(ui.style())
                    .stroke(egui::Stroke::new(1.0, color))
                    .show(ui, |ui| {
                        ui.set_width(WIDTH - 14.0);
                        ui.horizontal_top(|ui| {
                            icons::light(ui, color);
                            ui.vertical(|ui| {
                                ui.set_width(WIDTH - 80.0);
                                ui.add(Label::new(&notice.title).wrap());
                                ui.push_id(notice.id, |ui| detail(ui, &notice.detail));
                            });
                            if ui
                                .small_button(icons::CLOSE)
                                .on_hover_text("Dismiss")
                                .clicked()
                            {
                                queue.send(Command::DismissNotice(notice.id));
                            }
                        });
                    });
            }
        });
}

fn detail(ui: &mut Ui, text: &str) {
    if text.is_empty() {
        return;
    }
    ui.collapsing("Details", |ui| {
        ScrollArea::vertical().max_height(160.0).show(ui, |ui| {
            ui.add(Label::new(RichText::new(text).monospace()).wrap());
        });
    });
}
