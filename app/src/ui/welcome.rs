//! What the middle of the window says while there is nothing to draw.

use egui::{ProgressBar, RichText, Ui, vec2};

use crate::command::{Action, Command, CommandQueue};
use crate::state::{AppState, Job, OpenProgress, OpenSource, Opening, SourceStatus};

/// Width of a bar, in points.
const BAR_WIDTH: f32 = 280.0;

/// Draws the next step that makes sense.
pub(crate) fn show(ui: &mut Ui, state: &AppState, queue: &mut CommandQueue) {
    let is_opening = state
        .sources
        .iter()
        .any(|source| matches!(source.status, SourceStatus::Opening(_)));
    ui.vertical_centered(|ui| {
        ui.add_space((ui.available_height() * 0.3).max(20.0));
        if state.sources.is_empty() {
            ui.label(RichText::new("Drop files or a folder here").size(24.0));
            ui.add_space(6.0);
            ui.weak("Parquet (raw or decoded) and candump logs, one file or a whole lake");
            ui.weak("On Wayland files cannot be dropped: open them, or paste a path on the left");
            ui.add_space(14.0);
            buttons(
                ui,
                &[Action::OpenFiles, Action::OpenFolder, Action::OpenDemo],
                queue,
            );
        } else if is_opening {
            ui.spinner();
            ui.add_space(8.0);
            for source in &state.sources {
                if let SourceStatus::Opening(opening) = &source.status {
                    progress(ui, source, opening, queue);
                }
            }
        } else if state
            .sources
            .iter()
            .any(|source| matches!(source.status, SourceStatus::NeedsDbc))
            && state.selected_vehicle().is_none()
        {
            ui.label(RichText::new("Raw frames need DBC files to become signals").size(20.0));
        } else if state.selected_vehicle().is_none() {
            ui.label(RichText::new("Choose a vehicle on the left").size(20.0));
        } else {
            ui.label(RichText::new("Click a signal on the left to plot it").size(20.0));
            ui.add_space(6.0);
            ui.weak("/ searches signals; Enter plots the first, Ctrl+Enter in a plot of its own");
        }
    });
}

/// What is being opened, how far that is, and a button to end it.
fn progress(ui: &mut Ui, source: &OpenSource, opening: &Opening, queue: &mut CommandQueue) {
    let OpenProgress { text, done } = &opening.progress;
    ui.label(format!("{}: {text}", source.title));
    if let Some(done) = done {
        let bar = ProgressBar::new(done.share()).desired_width(BAR_WIDTH);
        ui.add(bar.text(done.text()));
    }
    if ui.button("Cancel opening").clicked() {
        queue.send(Command::Cancel(Job::Open(source.id)));
    }
    ui.add_space(8.0);
}

fn buttons(ui: &mut Ui, actions: &[Action], queue: &mut CommandQueue) {
    for action in actions {
        if ui
            .add_sized(vec2(200.0, 28.0), egui::Button::new(action.label()))
            .clicked()
        {
            queue.run(*action);
        }
    }
}
