//! Where memory goes: each signal's samples, and the budget for all of them.

use egui::{DragValue, Grid, ProgressBar, RichText, ScrollArea, Ui};

use super::theme;
use crate::command::{Command, CommandQueue};
use crate::state::{AppState, MemoryCommand, MemoryUse};
use crate::time_display::{bytes_text, count_text};

const MB: u64 = 1_000_000;

/// Draws the dialog.
pub(crate) fn show(ui: &mut Ui, state: &AppState, queue: &mut CommandQueue) {
    ui.set_width(560.0);
    let uses = state.memory_uses();
    let (needed, cached) = (
        state.store.needed_bytes() as u64,
        state.store.cached_bytes() as u64,
    );
    budget(ui, state, needed, cached, queue);
    ui.separator();
    if uses.is_empty() {
        ui.weak("No samples are loaded.");
        return;
    }
    ScrollArea::vertical()
        .max_height(320.0)
        .auto_shrink([false, true])
        .show(ui, |ui| {
            Grid::new("memory")
                .num_columns(4)
                .striped(true)
                .spacing([18.0, 3.0])
                .show(ui, |ui| {
                    for title in ["signal", "bytes", "samples", ""] {
                        let color = theme::palette(ui.theme()).faint_text;
                        ui.label(RichText::new(title).color(color).size(11.0));
                    }
                    ui.end_row();
                    for used in &uses {
                        row(ui, state, used);
                        ui.end_row();
                    }
                });
        });
    ui.add_space(4.0);
    let drop_cached = egui::Button::new("Drop cached samples");
    if ui.add_enabled(cached > 0, drop_cached).clicked() {
        queue.send(Command::Memory(MemoryCommand::DropCached));
    }
}

fn budget(ui: &mut Ui, state: &AppState, needed: u64, cached: u64, queue: &mut CommandQueue) {
    let budget = state.memory_budget();
    let text = format!(
        "{} plotted, {} cached, of {}",
        bytes_text(needed),
        bytes_text(cached),
        bytes_text(budget)
    );
    let share = (needed + cached) as f32 / budget.max(1) as f32;
    ui.add(ProgressBar::new(share.min(1.0)).text(text));
    ui.horizontal(|ui| {
        let label = ui.label("Budget for samples");
        let mut megabytes = budget / MB;
        let field = DragValue::new(&mut megabytes)
            .range(0..=1_000_000)
            .speed(16.0)
            .suffix(" MB");
        if ui.add(field).labelled_by(label.id).changed() {
            queue.send(Command::Memory(MemoryCommand::SetBudget(Some(megabytes))));
        }
        let is_default = state.settings.memory_mb.is_none();
        let by_machine =
            ui.add_enabled(!is_default, egui::Button::new("A quarter of the machine's"));
        if by_machine.clicked() {
            queue.send(Command::Memory(MemoryCommand::SetBudget(None)));
        }
    });
    ui.weak(
        "Samples that no plot shows are kept while there is room, and come back without a query.",
    );
}

fn row(ui: &mut Ui, state: &AppState, used: &MemoryUse) {
    let zone = state.zone().calendar();
    let hint = format!(
        "{}\n{} to {}",
        used.signal.key,
        zone.date_time(used.range.start, 1_000_000_000),
        zone.date_time(used.range.end, 1_000_000_000)
    );
    ui.label(&used.name).on_hover_text(hint);
    let font = theme::tabular(12.0);
    ui.label(RichText::new(bytes_text(used.bytes)).font(font.clone()));
    ui.label(RichText::new(count_text(used.samples)).font(font));
    ui.weak(if used.is_needed { "plotted" } else { "cached" });
}
