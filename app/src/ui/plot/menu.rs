//! The menu of a plot.

use canlake_shared::time::Timestamp;
use egui::Response;

use crate::command::{Action, Command, CommandQueue};
use crate::share::Kind;
use crate::state::{PanelId, ShareCommand};

/// Opens with a right click, at `instant` where the pointer is then.
pub(super) fn show(
    response: &Response,
    panel: PanelId,
    instant: Option<Timestamp>,
    queue: &mut CommandQueue,
) {
    let clicked_at = response.id.with("clicked at");
    if let (true, Some(instant)) = (response.secondary_clicked(), instant) {
        let ctx = &response.ctx;
        ctx.data_mut(|data| data.insert_temp(clicked_at, instant));
    }
    response.context_menu(|ui| {
        if ui.button("Cursor here").clicked() {
            if let Some(instant) = ui.data(|data| data.get_temp(clicked_at)) {
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
