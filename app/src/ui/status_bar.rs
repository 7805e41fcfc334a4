//! The line at the bottom: what is under way or what the last query took, memory, messages.

use egui::{Align, Label, Layout, RichText, Ui};

use super::icons::{self, Icon};
use super::under_way::{self, Paces};
use super::{plot, theme, zones};
use crate::command::{Action, CommandQueue};
use crate::query::QueryStats;
use crate::state::{AppState, Severity};
use crate::time_display::{bytes_text, count_text};

/// Draws the line: from the right what is always there, so that what is under way gives way to it.
pub(crate) fn show(ui: &mut Ui, state: &AppState, paces: &mut Paces, queue: &mut CommandQueue) {
    ui.horizontal(|ui| {
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            notifications(ui, state, queue);
            let memory = state.store.memory_bytes() as u64;
            if memory > 0 {
                let budget = bytes_text(state.memory_budget());
                let text = RichText::new(bytes_text(memory)).weak();
                let button = ui.add(egui::Button::new(text).frame(false));
                let hint = format!("memory of the loaded samples, of a budget of {budget}");
                if button.on_hover_text(hint).clicked() {
                    queue.run(Action::ShowMemory);
                }
            }
            zones::menu(ui, state, queue);
            if let Some(hovered) = state.hovered_in_window() {
                let resolution = plot::time_resolution(state);
                let text = RichText::new(state.zone().date_time(hovered, resolution))
                    .font(theme::tabular(12.0));
                ui.label(text);
            }
            ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                let is_busy = under_way::show(ui, state, paces, queue);
                if let (Some(stats), false) = (&state.last_query, is_busy) {
                    let text = RichText::new(query_text(stats)).weak();
                    ui.add(Label::new(text).truncate())
                        .on_hover_text(stats.to_string());
                }
            });
        });
    });
}

/// What a query took, and which way it went.
fn query_text(stats: &QueryStats) -> String {
    let files = match stats.files.read() {
        1 => "1 file".to_owned(),
        n => format!("{} files", count_text(n)),
    };
    format!(
        "{} rows, {} read of {} in {files}, {:.0} ms, {}",
        count_text(stats.rows),
        bytes_text(stats.bytes_read),
        bytes_text(stats.file_bytes),
        stats.elapsed.as_secs_f64() * 1e3,
        stats.route,
    )
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
