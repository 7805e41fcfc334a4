//! The menu of a plot.

use egui::Response;

use crate::command::{Action, Command, CommandQueue};
use crate::share::Kind;
use crate::state::{PanelId, ShareCommand};

/// Opens with a right click.
pub(super) fn show(response: &Response, panel: PanelId, queue: &mut CommandQueue) {
    response.context_menu(|ui| {
        for action in [
            Action::FitAll,
            Action::FitY,
            Action::UndoZoom,
            Action::NewPanel,
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
