//! The inspector on the right: the selected signal, or the active plot.

mod bits;
mod definition;
mod differences;
mod frame;
mod plot;
mod signal;
mod timing;

use std::path::Path;

use egui::text::LayoutJob;
use egui::{RichText, ScrollArea, Ui};

use super::{PlotsMemory, icons, theme};
use crate::command::{Action, Command, CommandQueue};
use crate::state::AppState;
use crate::state::inspector::{InspectorCommand, Page};

pub(crate) use differences::show as show_differences;

/// What of the inspector belongs to the window.
#[derive(Debug, Default)]
pub(crate) struct InspectorFields {
    dbc_path: String,
    axes: plot::AxisFields,
    pub(crate) differences: differences::DifferenceFields,
}

/// Draws the panel's content.
pub(crate) fn show(
    ui: &mut Ui,
    state: &AppState,
    fields: &mut InspectorFields,
    plots: &PlotsMemory,
    queue: &mut CommandQueue,
) {
    // Without a signal there is the plot to look at.
    let shown = if state.selected_signal.is_some() {
        state.inspector.page
    } else {
        Page::Plot
    };
    ui.add_space(4.0);
    ui.horizontal(|ui| {
        for (page, text) in [(Page::Signal, "Signal"), (Page::Plot, "Active plot")] {
            if ui.selectable_label(shown == page, text).clicked() {
                queue.send(Command::Inspector(InspectorCommand::ShowPage(page)));
            }
        }
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            let hide = ui.small_button(icons::CLOSE).on_hover_text("Hide");
            if hide.clicked() {
                queue.run(Action::ToggleInspector);
            }
        });
    });
    ui.separator();
    ScrollArea::vertical()
        .id_salt("inspector")
        .auto_shrink([false, false])
        .show(ui, |ui| match shown {
            Page::Signal => signal::show(ui, state, fields, queue),
            Page::Plot => plot::show(ui, state, fields, plots, queue),
        });
}

/// A part of the inspector that can be folded.
fn section(ui: &mut Ui, title: &str, add_contents: impl FnOnce(&mut Ui)) {
    egui::CollapsingHeader::new(RichText::new(title).strong())
        .id_salt(("inspector", title))
        .default_open(true)
        .show_unindented(ui, |ui| {
            add_contents(ui);
            ui.add_space(4.0);
        });
}

/// Two columns: what, and its value. Long values are wrapped.
struct Facts<'a> {
    ui: &'a mut Ui,
}

/// Width of the column that says what, in points.
const NAME_WIDTH: f32 = 92.0;

impl<'a> Facts<'a> {
    fn new(ui: &'a mut Ui) -> Self {
        ui.spacing_mut().item_spacing.y = 2.0;
        Self { ui }
    }

    /// A row, unless there is nothing to say.
    fn add(&mut self, name: &str, value: impl Into<String>) -> Option<egui::Response> {
        self.row(name, &value.into(), false)
    }

    /// A row with a path: broken anywhere, because it has no blanks.
    fn add_path(&mut self, name: &str, path: &Path) {
        let text = path.display().to_string();
        let Some(label) = self.row(name, &text, true) else {
            return;
        };
        label.context_menu(|ui| {
            if ui.button("Copy").clicked() {
                ui.copy_text(text.clone());
                ui.close();
            }
        });
    }

    fn row(&mut self, name: &str, value: &str, break_anywhere: bool) -> Option<egui::Response> {
        if value.is_empty() {
            return None;
        }
        let faint = theme::palette(self.ui.theme()).faint_text;
        let row = self.ui.horizontal_top(|ui| {
            let width = NAME_WIDTH.min(ui.available_width() * 0.4);
            let (rect, _) = ui.allocate_exact_size(egui::vec2(width, 16.0), egui::Sense::hover());
            let name_font = egui::FontId::proportional(12.0);
            ui.painter().text(
                rect.left_top(),
                egui::Align2::LEFT_TOP,
                name,
                name_font,
                faint,
            );
            let mut job = LayoutJob::simple(
                value.to_owned(),
                egui::FontId::proportional(12.0),
                ui.visuals().text_color(),
                ui.available_width(),
            );
            job.wrap.break_anywhere = break_anywhere;
            let label = ui.add(egui::Label::new(job).wrap().selectable(true));
            label.widget_info(|| {
                egui::WidgetInfo::labeled(egui::Role::Label, true, format!("{name}: {value}"))
            });
            label
        });
        Some(row.inner)
    }
}

/// Says something in faint letters that wrap.
fn remark(ui: &mut Ui, text: &str) {
    let faint = theme::palette(ui.theme()).faint_text;
    let text = RichText::new(text).size(12.0).color(faint);
    ui.add(egui::Label::new(text).wrap());
}

/// Says that something needs a look.
fn warning(ui: &mut Ui, text: &str) {
    let color = theme::palette(ui.theme()).warning;
    let text = RichText::new(text).size(12.0).color(color);
    ui.add(egui::Label::new(text).wrap());
}
