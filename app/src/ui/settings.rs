//! What can be chosen, in one place.

use egui::{Grid, Slider, Ui};

use super::zones;
use crate::command::{Action, Command, CommandQueue};
use crate::state::{AppState, ThemeChoice};

/// Draws the choices.
pub(crate) fn show(ui: &mut Ui, state: &AppState, queue: &mut CommandQueue) {
    ui.set_width(420.0);
    Grid::new("settings")
        .num_columns(2)
        .spacing([18.0, 8.0])
        .show(ui, |ui| {
            ui.label("Theme");
            theme(ui, state, queue);
            ui.end_row();
            ui.label("Times");
            zones::menu(ui, state, queue);
            ui.end_row();
            ui.label("Size of text and controls");
            scale(ui);
            ui.end_row();
            ui.label("Mouse");
            drags(ui, state, queue);
            ui.end_row();
            ui.label("In plots");
            ui.vertical(|ui| in_plots(ui, state, queue));
            ui.end_row();
        });
}

/// What the buttons of the mouse do in a plot.
fn drags(ui: &mut Ui, state: &AppState, queue: &mut CommandQueue) {
    let mut is_swapped = state.settings.swap_drags;
    let text = "Left drag draws a zoom box, right drag pans";
    if ui.checkbox(&mut is_swapped, text).changed() {
        queue.send(Command::SwapDrags(is_swapped));
    }
}

fn theme(ui: &mut Ui, state: &AppState, queue: &mut CommandQueue) {
    ui.horizontal(|ui| {
        for (choice, text) in [(ThemeChoice::Dark, "Dark"), (ThemeChoice::Light, "Light")] {
            let is_chosen = state.settings.theme == choice;
            if ui.selectable_label(is_chosen, text).clicked() {
                queue.send(Command::SetTheme(choice));
            }
        }
    });
}

/// The window keeps it by itself; Ctrl with plus, minus and zero change it as well.
fn scale(ui: &mut Ui) {
    let mut percent = ui.ctx().zoom_factor() * 100.0;
    let slider = Slider::new(&mut percent, 60.0..=250.0)
        .suffix(" %")
        .step_by(5.0)
        .fixed_decimals(0);
    // While it is dragged, the slider must not grow under the pointer.
    let response = ui.add(slider);
    let id = response.id.with("chosen");
    if response.changed() {
        ui.data_mut(|data| data.insert_temp(id, percent));
    }
    let is_done = response.drag_stopped() || response.lost_focus() || !response.dragged();
    if let (true, Some(chosen)) = (is_done, ui.data_mut(|data| data.remove_temp::<f32>(id))) {
        ui.ctx().set_zoom_factor(chosen / 100.0);
    }
}

fn in_plots(ui: &mut Ui, state: &AppState, queue: &mut CommandQueue) {
    let settings = &state.settings;
    let switches = [
        (Action::ToggleGrid, settings.grid),
        (Action::ToggleDots, settings.dots),
        (Action::ToggleLegend, settings.legend),
    ];
    for (action, mut is_on) in switches {
        if ui.checkbox(&mut is_on, action.label()).changed() {
            queue.run(action);
        }
    }
}
