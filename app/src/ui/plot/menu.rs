//! The menu of a plot.

use canlake_shared::time::Timestamp;
use egui::Response;

use crate::command::{Action, Command, CommandQueue};
use crate::share::Kind;
use crate::state::{PanelId, ShareCommand};

/// Opens with a right click, at `instant` where the pointer is then.
pub(crate) fn show(
    response: &Response,
    panel: PanelId,
    instant: Option<Timestamp>,
    queue: &mut CommandQueue,
) {
    let clicked_at = response.id.with("clicked at");
    if response.secondary_clicked() {
        let ctx = &response.ctx;
        ctx.data_mut(|data| data.insert_temp(clicked_at, instant));
    }
    response.context_menu(|ui| {
        let instant = ui.data(|data| data.get_temp::<Option<Timestamp>>(clicked_at));
        let instant = instant.flatten();
        let cursor = egui::Button::new("Cursor here");
        if ui.add_enabled(instant.is_some(), cursor).clicked() {
            if let Some(instant) = instant {
                queue.send(Command::PlaceCursor(instant));
            }
            ui.close();
        }
        if ui.button(Action::NoteHere.label()).clicked() {
            queue.send(Command::ActivatePanel(panel));
            queue.run(Action::NoteHere);
            ui.close();
        }
        ui.separator();
        for action in [
            Action::FitAll,
            Action::FitY,
            Action::UndoZoom,
            Action::NewPanel,
            Action::DuplicatePanel,
            Action::StackOrOverlay,
        ] {
            if ui.button(action.label()).clicked() {
                // They act on the active panel.
                queue.send(Command::ActivatePanel(panel));
                queue.run(action);
                ui.close();
            }
        }
        ui.separator();
        for action in [Action::Export, Action::ExportPng] {
            if ui.button(action.label()).clicked() {
                queue.run(action);
                ui.close();
            }
        }
        ui.menu_button("Copy as", |ui| {
            for kind in Kind::ALL {
                if ui.button(kind.name()).clicked() {
                    let command = ShareCommand::CopyAs(panel, kind);
                    queue.send(Command::Share(command));
                    ui.close();
                }
            }
        });
        ui.separator();
        if ui.button("Remove this plot").clicked() {
            queue.send(Command::ClosePanel(panel));
            ui.close();
        }
    });
}
