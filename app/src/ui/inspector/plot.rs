//! The active plot: its axes, and how its signals look.

use egui::{ComboBox, DragValue, Key, RichText, Sense, TextEdit, Ui, vec2};

use super::super::panels::title;
use super::super::plot::{axis_ranges, form_of, value_text};
use super::super::{PlotsMemory, theme};
use super::{InspectorFields, remark, section};
use crate::command::{Command, CommandQueue};
use crate::state::inspector::InspectorCommand;
use crate::state::{
    AppState, AxisId, Dash, Form, LineLook, Panel, PanelId, PlottedSignal, SIGNAL_COLORS,
};

/// Numbers that are being typed.
#[derive(Debug, Default)]
pub(crate) struct AxisFields {
    editing: Option<(PanelId, AxisId, usize)>,
    text: String,
}

/// Draws the page.
pub(super) fn show(
    ui: &mut Ui,
    state: &AppState,
    fields: &mut InspectorFields,
    plots: &PlotsMemory,
    queue: &mut CommandQueue,
) {
    if state.selected_signal.is_none() {
        remark(
            ui,
            "Click a signal in the tree, in a legend or in a table to inspect it.",
        );
    }
    let active = state.workspace.active();
    let panel = active.and_then(|id| state.workspace.panel(id));
    let Some(panel) = panel.filter(|panel| !panel.signals.is_empty()) else {
        remark(ui, "No plot is active. Click into one.");
        return;
    };
    ui.label(RichText::new(title(state, panel.id)).size(15.0).strong());
    let ranges = axis_ranges(state, panel, plots);
    if !ranges.is_empty() {
        section(ui, "Axes", |ui| {
            for (axis, range, is_fixed) in &ranges {
                ui.push_id(axis, |ui| {
                    let axis = Axis {
                        panel: panel.id,
                        id: axis,
                        range: *range,
                        is_fixed: *is_fixed,
                    };
                    axis_row(ui, &axis, &mut fields.axes, queue);
                });
            }
            remark(
                ui,
                "Type a number and press Enter; an axis that was set stays until it is fitted.",
            );
        });
    }
    section(ui, "Signals", |ui| {
        for plotted in &panel.signals {
            ui.push_id(&plotted.signal, |ui| {
                signal_row(ui, state, panel, plotted, queue);
            });
        }
    });
}

struct Axis<'a> {
    panel: PanelId,
    id: &'a AxisId,
    range: [f64; 2],
    is_fixed: bool,
}

fn axis_row(ui: &mut Ui, axis: &Axis<'_>, fields: &mut AxisFields, queue: &mut CommandQueue) {
    let name = if axis.id.copy == 0 {
        axis.id.name().to_owned()
    } else {
        format!("{} ({})", axis.id.name(), axis.id.copy + 1)
    };
    ui.label(RichText::new(&name).size(12.0));
    ui.horizontal(|ui| {
        for (end, what) in ["from", "to"].into_iter().enumerate() {
            remark(ui, what);
            let typed = number(ui, axis, end, &format!("{what}, axis {name}"), fields);
            if let Some(value) = typed {
                let mut range = axis.range;
                range[end] = value;
                queue.send(Command::SetAxis(axis.panel, axis.id.clone(), range));
            }
        }
        let fit = egui::Button::new("Fit").small();
        let fit = ui.add_enabled(axis.is_fixed, fit);
        fit.widget_info(|| {
            egui::WidgetInfo::labeled(
                egui::Role::Button,
                axis.is_fixed,
                format!("Fit axis {name}"),
            )
        });
        if fit.clicked() {
            queue.send(Command::FitAxis(axis.panel, axis.id.clone()));
        }
    });
}

/// A field for one end of an axis; gives what was typed.
fn number(
    ui: &mut Ui,
    axis: &Axis<'_>,
    end: usize,
    label: &str,
    fields: &mut AxisFields,
) -> Option<f64> {
    let this = (axis.panel, axis.id.clone(), end);
    let is_editing = fields.editing.as_ref() == Some(&this);
    let mut shown = if is_editing {
        std::mem::take(&mut fields.text)
    } else {
        value_text(axis.range[end])
    };
    let field = TextEdit::singleline(&mut shown)
        .desired_width(64.0)
        .font(theme::tabular(12.0));
    let response = ui.add(field);
    response.widget_info(|| egui::WidgetInfo {
        current_text_value: Some(shown.clone()),
        ..egui::WidgetInfo::labeled(egui::Role::TextInput, true, label)
    });
    if response.has_focus() {
        if !is_editing {
            fields.editing = Some(this);
        }
        fields.text = shown;
        return None;
    }
    if !(is_editing && response.lost_focus()) {
        if is_editing {
            fields.text = shown;
        }
        return None;
    }
    fields.editing = None;
    let entered = ui.input(|input| input.key_pressed(Key::Enter));
    entered.then(|| parse(&shown)).flatten()
}

/// A number as people and [`value_text`] write it.
fn parse(text: &str) -> Option<f64> {
    let plain = text.trim().replace('−', "-").replace(',', ".");
    plain.parse().ok().filter(|value: &f64| value.is_finite())
}

fn signal_row(
    ui: &mut Ui,
    state: &AppState,
    panel: &Panel,
    plotted: &PlottedSignal,
    queue: &mut CommandQueue,
) {
    let signal = &plotted.signal;
    let name = state.signal_name(signal);
    ui.horizontal(|ui| {
        let mut visible = plotted.visible;
        let shown = ui.checkbox(&mut visible, "").on_hover_text("Shown");
        shown.widget_info(|| {
            egui::WidgetInfo::selected(egui::Role::CheckBox, true, visible, format!("Show {name}"))
        });
        if shown.changed() {
            queue.send(Command::ToggleSignal(panel.id, signal.clone()));
        }
        let color = theme::signal_color(ui.theme(), plotted.color_idx);
        let text = RichText::new(&name).color(color).size(12.0);
        let label = egui::Label::new(text).truncate().sense(Sense::click());
        let label = ui.add(label).on_hover_text("Inspect this signal");
        if label.clicked() {
            queue.send(Command::SelectSignal(signal.clone()));
        }
    });
    ui.horizontal(|ui| {
        ui.add_space(22.0);
        colors(ui, panel, plotted, &name, queue);
    });
    ui.horizontal(|ui| {
        ui.add_space(22.0);
        let mut look = plotted.look;
        width(ui, &mut look, &name);
        dash(ui, plotted, &mut look, &name);
        if let Some(loaded) = state.store.get(signal) {
            form(ui, form_of(plotted, &loaded.info), &mut look, &name);
        }
        if !look.is_default() && ui.small_button("Reset").clicked() {
            look = LineLook::default();
        }
        if look != plotted.look {
            let set = InspectorCommand::SetLook(panel.id, signal.clone(), look);
            queue.send(Command::Inspector(set));
        }
    });
    ui.add_space(4.0);
}

fn width(ui: &mut Ui, look: &mut LineLook, name: &str) {
    let mut points = look.width.unwrap_or(theme::LINE_WIDTH);
    let value = DragValue::new(&mut points)
        .range(LineLook::WIDTHS)
        .speed(0.05)
        .fixed_decimals(1)
        .suffix(" px");
    let response = ui.add(value).on_hover_text("Width of the line");
    response.widget_info(|| {
        egui::WidgetInfo::labeled(
            egui::Role::SpinButton,
            true,
            format!("Line width of {name}"),
        )
    });
    if response.changed() {
        look.width = Some(points);
    }
}

fn dash(ui: &mut Ui, plotted: &PlottedSignal, look: &mut LineLook, name: &str) {
    let shown = look
        .dash
        .unwrap_or_else(|| theme::signal_dash(plotted.color_idx));
    let text = |dash: Dash| match dash {
        Dash::Solid => "Solid",
        Dash::Dashed => "Dashed",
        Dash::Dotted => "Dotted",
    };
    let combo = ComboBox::from_id_salt("dash")
        .selected_text(text(shown))
        .width(76.0)
        .show_ui(ui, |ui| {
            for dash in [Dash::Solid, Dash::Dashed, Dash::Dotted] {
                if ui.selectable_label(shown == dash, text(dash)).clicked() {
                    look.dash = Some(dash);
                }
            }
        });
    combo.response.widget_info(|| {
        egui::WidgetInfo::labeled(egui::Role::ComboBox, true, format!("Dash of {name}"))
    });
}

fn form(ui: &mut Ui, shown: Form, look: &mut LineLook, name: &str) {
    let combo = ComboBox::from_id_salt("form")
        .selected_text(shown.label())
        .width(64.0)
        .show_ui(ui, |ui| {
            for form in Form::ALL {
                if ui.selectable_label(shown == form, form.label()).clicked() {
                    look.form = Some(form);
                }
            }
        });
    combo.response.widget_info(|| {
        egui::WidgetInfo::labeled(egui::Role::ComboBox, true, format!("{name} is drawn as"))
    });
}

/// The colours of the palette, the signal's own framed.
fn colors(
    ui: &mut Ui,
    panel: &Panel,
    plotted: &PlottedSignal,
    name: &str,
    queue: &mut CommandQueue,
) {
    ui.spacing_mut().item_spacing.x = 4.0;
    for idx in 0..SIGNAL_COLORS {
        let (rect, response) = ui.allocate_exact_size(vec2(16.0, 16.0), Sense::click());
        let color = theme::signal_color(ui.theme(), idx);
        let is_own = plotted.color_idx % SIGNAL_COLORS == idx;
        ui.painter().rect_filled(rect.shrink(3.0), 2.0, color);
        if is_own || response.hovered() {
            let frame = ui.visuals().strong_text_color();
            let stroke = egui::Stroke::new(1.0, frame);
            ui.painter()
                .rect_stroke(rect.shrink(1.0), 3.0, stroke, egui::StrokeKind::Inside);
        }
        response.widget_info(|| {
            let label = format!("Colour {} of {name}", idx + 1);
            egui::WidgetInfo::selected(egui::Role::RadioButton, true, is_own, label)
        });
        if response.clicked() {
            let set = InspectorCommand::SetColor(panel.id, plotted.signal.clone(), idx);
            queue.send(Command::Inspector(set));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_as_people_type_them() {
        assert_eq!(parse(" 1.5 "), Some(1.5));
        assert_eq!(parse("−20"), Some(-20.0));
        assert_eq!(parse("1,5"), Some(1.5));
        assert_eq!(parse("1e3"), Some(1000.0));
        assert_eq!(parse("abc"), None);
        assert_eq!(parse("inf"), None);
    }
}
