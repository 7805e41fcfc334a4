//! The line at the bottom: what the last query took, memory, and what is under way.

use egui::{Align, Layout, Ui};

use super::icons::{self, Icon};
use super::{plot, theme, zones};
use crate::command::{Action, Command, CommandQueue};
use crate::state::{AppState, ExportCommand, LoadState, Severity};
use crate::time_display::{bytes_text, count_text};

/// Draws the line.
pub(crate) fn show(ui: &mut Ui, state: &AppState, queue: &mut CommandQueue) {
    ui.horizontal(|ui| {
        loading(ui, state, queue);
        exports(ui, state, queue);
        if let Some(stats) = &state.last_query {
            let text = format!(
                "{} rows, {} read of {} in {} files, {:.0} ms",
                count_text(stats.rows),
                bytes_text(stats.bytes_read),
                bytes_text(stats.file_bytes),
                stats.files.total - stats.files.pruned,
                stats.elapsed.as_secs_f64() * 1e3
            );
            ui.weak(text).on_hover_text(stats.to_string());
        }
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            notifications(ui, state, queue);
            let memory = state.store.memory_bytes() as u64;
            if memory > 0 {
                let budget = bytes_text(state.memory_budget());
                let text = egui::RichText::new(bytes_text(memory)).weak();
                let button = ui.add(egui::Button::new(text).frame(false));
                let hint = format!("memory of the loaded samples, of a budget of {budget}");
                if button.on_hover_text(hint).clicked() {
                    queue.run(Action::ShowMemory);
                }
            }
            zones::menu(ui, state, queue);
            if let Some(hovered) = state.hovered_in_window() {
                let resolution = plot::time_resolution(state);
                let text = egui::RichText::new(state.zone().date_time(hovered, resolution))
                    .font(theme::tabular(12.0));
                ui.label(text);
            }
        });
    });
}

/// Opens the list of messages; coloured by the worst that is still in front.
fn notifications(ui: &mut Ui, state: &AppState, queue: &mut CommandQueue) {
    let in_front = state.notices.iter().filter(|notice| notice.in_front);
    let palette = theme::palette(ui.theme());
    match in_front.map(|notice| notice.severity).max() {
        Some(Severity::Error) => icons::light(ui, palette.error),
        Some(Severity::Warning) => icons::light(ui, palette.warning),
        Some(Severity::Info) | None => {}
    }
    if icons::button(ui, Icon::Bell, Action::ShowNotices.label()).clicked() {
        queue.run(Action::ShowNotices);
    }
}

fn loading(ui: &mut Ui, state: &AppState, queue: &mut CommandQueue) {
    let progress = state
        .store
        .iter()
        .find_map(|(_, loaded)| match loaded.state {
            LoadState::Loading { progress, .. } => Some(progress),
            _ => None,
        });
    let Some(progress) = progress else {
        return;
    };
    let share = progress.files_done as f32 / progress.files_total.max(1) as f32;
    let text = format!(
        "{} samples, {}",
        count_text(progress.rows),
        bytes_text(progress.bytes_read)
    );
    ui.add(
        egui::ProgressBar::new(share)
            .desired_width(180.0)
            .text(text),
    );
    if ui.small_button("Cancel").clicked() {
        queue.run(Action::CancelQueries);
    }
}

fn exports(ui: &mut Ui, state: &AppState, queue: &mut CommandQueue) {
    for export in &state.exports {
        ui.add(
            egui::ProgressBar::new(export.done)
                .desired_width(160.0)
                .text(format!("writing {}", export.title)),
        );
        let cancel = ui.small_button("Cancel export");
        if cancel.on_hover_text("Stop; no file remains").clicked() {
            let cancel = ExportCommand::Cancel(export.id);
            queue.send(Command::Export(cancel));
        }
    }
}
