//! The editor of computed signals.

use canlake_shared::expr::Function;
use egui::{Grid, RichText, ScrollArea, TextEdit, Ui};

use super::expression::{ExpressionField, Kind, wrong_name};
use super::theme;
use crate::command::{Command, CommandQueue};
use crate::state::{AppState, Between, ComputedCommand, ComputedSignal};

/// What is typed while the editor is open.
#[derive(Debug, Default)]
pub(crate) struct ComputedFields {
    name: String,
    unit: String,
    between: Between,
    expression: ExpressionField,
}

impl ComputedFields {
    /// Begins with a definition, or with nothing.
    pub(crate) fn open(&mut self, state: &AppState, at: Option<usize>) {
        let known = at.and_then(|at| state.analysis.computed.get(at));
        *self = Self::default();
        if let Some(signal) = known {
            self.name = signal.name().to_string();
            self.unit = signal.info().unit.to_string();
            self.between = signal.between();
            self.expression.edit(signal.text());
        } else {
            self.name = state.free_name("Computed");
            self.expression.edit("");
        }
    }
}

/// Draws the editor.
pub(crate) fn show(
    ui: &mut Ui,
    state: &AppState,
    at: Option<usize>,
    fields: &mut ComputedFields,
    queue: &mut CommandQueue,
) {
    ui.set_width((ui.ctx().content_rect().width() - 60.0).clamp(240.0, 600.0));
    let Some(vehicle) = state.expression_vehicle() else {
        ui.label(
            "Open a recording and choose a vehicle first: the names are those of its signals.",
        );
        return;
    };
    ui.horizontal(|ui| {
        let label = ui.label("Name");
        let name = TextEdit::singleline(&mut fields.name).desired_width(200.0);
        ui.add(name).labelled_by(label.id);
        ui.add_space(8.0);
        let label = ui.label("Unit");
        let unit = TextEdit::singleline(&mut fields.unit).desired_width(70.0);
        ui.add(unit).labelled_by(label.id);
    });
    ui.add_space(4.0);
    let outcome = fields
        .expression
        .show(ui, state, &vehicle, Kind::Expression, "Expression");
    ui.add_space(4.0);
    ui.horizontal(|ui| {
        ui.label("Between samples");
        for (between, text, help) in [
            (
                Between::Hold,
                "hold the last",
                "the value of the sample before",
            ),
            (
                Between::Linear,
                "a straight line",
                "interpolated to the next sample",
            ),
        ] {
            ui.radio_value(&mut fields.between, between, text)
                .on_hover_text(help);
        }
    });
    let own = at.and_then(|at| state.analysis.computed.get(at));
    let own = own.map(|signal| signal.name().to_string());
    let problem = wrong_name(state, &fields.name, own.as_deref())
        .or_else(|| state.cycle(&fields.name, &fields.expression.text));
    if let Some(problem) = &problem {
        let color = theme::palette(ui.theme()).error;
        ui.label(RichText::new(problem).size(12.0).color(color));
    }
    let is_whole =
        problem.is_none() && outcome.wrong.is_none() && !fields.expression.text.trim().is_empty();
    ui.horizontal(|ui| {
        let text = if at.is_some() { "Save" } else { "Add and plot" };
        let clicked = ui.add_enabled(is_whole, egui::Button::new(text)).clicked();
        if is_whole && (clicked || outcome.submitted) {
            let signal = ComputedSignal::new(
                fields.name.trim(),
                fields.expression.text.trim(),
                fields.unit.trim(),
                fields.between,
            );
            queue.send(Command::Computed(ComputedCommand::Define(at, signal)));
        }
        if let Some(own) = &own
            && ui.button("Delete").clicked()
        {
            queue.send(Command::Computed(ComputedCommand::Remove(
                own.as_str().into(),
            )));
            queue.send(Command::CloseDialog);
        }
    });
    ui.collapsing("Functions", functions);
}

fn functions(ui: &mut Ui) {
    ScrollArea::vertical()
        .max_height(180.0)
        .auto_shrink([false, true])
        .show(ui, |ui| {
            Grid::new("functions")
                .num_columns(2)
                .spacing([14.0, 3.0])
                .show(ui, |ui| {
                    for function in Function::ALL {
                        let info = function.info();
                        ui.label(RichText::new(info.signature).monospace());
                        ui.label(RichText::new(info.help).size(12.0));
                        ui.end_row();
                    }
                });
        });
}
