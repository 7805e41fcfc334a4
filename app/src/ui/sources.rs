//! The list of sources and vehicles, and the field to open another.

use std::sync::Arc;

use egui::{RichText, Ui};

use super::{UiState, icons, theme, under_way};
use crate::command::{Action, Command, CommandQueue};
use crate::source::Catalogue;
use crate::state::{AppState, CompareCommand, OpenSource, SourceStatus, VehicleRef};
use crate::time_display::{bytes_text, count_text};

const OTHER_DBC: &str = "Choose other DBC files…";

/// Draws the section.
pub(crate) fn show(ui: &mut Ui, state: &AppState, local: &mut UiState, queue: &mut CommandQueue) {
    ui.horizontal(|ui| {
        ui.strong("Sources");
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            open_menu(ui, state, queue);
        });
    });
    let field = egui::TextEdit::singleline(&mut local.open_path)
        .hint_text("path to open, Enter")
        .desired_width(f32::INFINITY);
    let response = ui.add(field);
    if response.lost_focus() && ui.input(|input| input.key_pressed(egui::Key::Enter)) {
        let path = std::mem::take(&mut local.open_path);
        if !path.trim().is_empty() {
            queue.send(Command::Open(vec![path.trim().to_owned()]));
        }
    }
    ui.add_space(2.0);
    for source in &state.sources {
        ui.push_id(source.id, |ui| source_entry(ui, state, source, queue));
    }
}

fn open_menu(ui: &mut Ui, state: &AppState, queue: &mut CommandQueue) {
    ui.menu_button("Open", |ui| {
        for action in [Action::OpenFiles, Action::OpenFolder, Action::OpenDemo] {
            if ui.button(action.label()).clicked() {
                queue.run(action);
                ui.close();
            }
        }
        if !state.settings.recent.is_empty() {
            ui.separator();
            ui.weak("Recent");
        }
        for location in &state.settings.recent {
            let button = ui.button(location.short_name());
            if button.on_hover_text(location.to_string()).clicked() {
                queue.send(Command::Open(location.args()));
                ui.close();
            }
        }
    });
}

fn source_entry(ui: &mut Ui, state: &AppState, source: &OpenSource, queue: &mut CommandQueue) {
    let palette = theme::palette(ui.theme());
    let title = ui
        .horizontal(|ui| {
            match &source.status {
                SourceStatus::Opening(_) => {
                    ui.spinner();
                }
                SourceStatus::NeedsDbc => {
                    icons::light(ui, palette.warning);
                }
                SourceStatus::Ready(_) => {
                    icons::light(ui, palette.good);
                }
                SourceStatus::Failed(_) => {
                    icons::light(ui, palette.error);
                }
            }
            let label = egui::Label::new(&source.title)
                .truncate()
                .sense(egui::Sense::click());
            ui.add(label).on_hover_text(source.location.to_string())
        })
        .inner;
    title.context_menu(|ui| {
        if ui.button("Reload").clicked() {
            queue.send(Command::ReloadSource(source.id));
            ui.close();
        }
        if !source.dbc.paths.is_empty() && ui.button(OTHER_DBC).clicked() {
            queue.send(Command::ChooseDbc(source.id));
            ui.close();
        }
        if ui.button("Close").clicked() {
            queue.send(Command::CloseSource(source.id));
            ui.close();
        }
    });
    ui.indent("vehicles", |ui| match &source.status {
        SourceStatus::Opening(opening) => {
            under_way::opening(ui, source.id, &opening.progress, queue);
            if let Some(catalogue) = source.catalogue() {
                vehicles(ui, state, source, catalogue, queue);
            }
        }
        SourceStatus::NeedsDbc => {
            ui.weak("holds raw frames");
            if ui.button("Choose DBC files…").clicked() {
                queue.send(Command::ReloadSource(source.id));
            }
        }
        SourceStatus::Failed(text) => {
            ui.colored_label(palette.error, text);
        }
        SourceStatus::Ready(catalogue) => vehicles(ui, state, source, catalogue, queue),
    });
}

fn vehicles(
    ui: &mut Ui,
    state: &AppState,
    source: &OpenSource,
    catalogue: &Catalogue,
    queue: &mut CommandQueue,
) {
    if catalogue.vehicles.is_empty() {
        if source.dbc.paths.is_empty() {
            ui.weak(empty_text(catalogue));
        } else {
            ui.weak("none of its frames is in these DBC files");
            if ui.button(OTHER_DBC).clicked() {
                queue.send(Command::ChooseDbc(source.id));
            }
        }
    }
    let zone = state.zone().calendar();
    for vehicle in &catalogue.vehicles {
        let reference = VehicleRef::new(source.id, Arc::clone(&vehicle.id));
        let is_selected = state
            .selection
            .as_ref()
            .is_some_and(|selection| selection.vehicle == reference);
        let summary = format!(
            "{}\n{} to {}\n{} sessions, {} signals\n{} samples in {} files, {}",
            vehicle.id,
            zone.date_time(vehicle.range.start, 1_000_000_000),
            zone.date_time(vehicle.range.end, 1_000_000_000),
            vehicle.sessions.len(),
            vehicle.signals.len(),
            count_text(vehicle.rows),
            vehicle.files,
            bytes_text(vehicle.bytes),
        );
        let name = if vehicle.id.is_empty() {
            "(no vehicle id)"
        } else {
            &vehicle.id
        };
        let response = ui
            .selectable_label(is_selected, name)
            .on_hover_text(summary);
        if response.clicked() {
            queue.send(Command::SelectVehicle(reference.clone()));
        }
        response.context_menu(|ui| {
            if ui.button("Compare with what is shown").clicked() {
                let command = CompareCommand::AddVehicle(reference.clone());
                queue.send(Command::Compare(command));
                ui.close();
            }
        });
    }
    if !catalogue.problems.is_empty() {
        let palette = theme::palette(ui.theme());
        let text = RichText::new(format!("{} files with problems", catalogue.problems.len()))
            .color(palette.warning);
        let detail: Vec<_> = catalogue
            .problems
            .iter()
            .take(20)
            .map(|problem| format!("{}: {}", problem.path, problem.text))
            .collect();
        ui.label(text).on_hover_text(detail.join("\n"));
    }
}

fn empty_text(catalogue: &Catalogue) -> String {
    match (catalogue.files_total, catalogue.raw_files.len()) {
        (0, _) => "no Parquet files here".to_owned(),
        (_, 0) => "no decoded signals here".to_owned(),
        (_, raw) => format!("{raw} raw files, not decoded"),
    }
}
