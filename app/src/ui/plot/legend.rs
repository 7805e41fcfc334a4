//! The legend inside a plot: names, and values at the pointer.

use egui::containers::scroll_area::{DragScroll, ScrollSource};
use egui::style::ScrollStyle;
use egui::{
    Align, Color32, Frame, Layout, Margin, Rect, RichText, ScrollArea, Sense, Ui, UiBuilder, vec2,
};

use super::{form_of, inside, theme, value_text};
use crate::command::{Command, CommandQueue, PanelCommand};
use crate::state::inspector::InspectorCommand;
use crate::state::{
    AppState, AxisId, Form, LineLook, LoadState, LoadedSignal, Panel, PanelKind, PlottedSignal,
};
use crate::ui::compare;
use crate::ui::drop::{self, DraggedSignals};
use crate::ui::guide::{self, Topic};
use crate::ui::partial;

const MAX_WIDTH: f32 = 360.0;
const ROW_HEIGHT: f32 = 19.0;
const SPACING: f32 = 1.0;
/// Between the corner of the plot and the legend, and inside the legend above and below, in points.
const MARGIN: f32 = 5.0;
const INNER_MARGIN: i8 = 3;

/// The room that the legend of a panel takes, in points.
pub(crate) fn height(state: &AppState, panel: &Panel) -> f32 {
    if state.settings.legend {
        let around = 2.0 * (MARGIN + f32::from(INNER_MARGIN));
        (ROW_HEIGHT + SPACING) * panel.signals.len() as f32 + around
    } else {
        4.0
    }
}

/// Draws the legend in the upper left corner of `plot`, scrolled where it is longer. A click hides or
/// shows, Alt+click shows one alone. What the wheel does over a long legend is taken from the plot.
pub(crate) fn entries(
    ui: &mut Ui,
    state: &AppState,
    panel: &Panel,
    plot: Rect,
    queue: &mut CommandQueue,
) {
    if panel.signals.is_empty() || !state.settings.legend {
        return;
    }
    let palette = theme::palette(ui.theme());
    let size = vec2(
        MAX_WIDTH.min(plot.width() - 150.0).max(80.0),
        plot.height() - 2.0 * MARGIN,
    );
    let area = Rect::from_min_size(plot.min + vec2(MARGIN + 1.0, MARGIN), size);
    let builder = UiBuilder::new()
        .max_rect(area)
        .id_salt(("legend", panel.id));
    inside(ui, builder, |ui| {
        ui.set_clip_rect(plot.intersect(ui.clip_rect()));
        Frame::new()
            .fill(palette.overlay.gamma_multiply(0.85))
            .corner_radius(4.0)
            .inner_margin(Margin::symmetric(6, INNER_MARGIN))
            .show(ui, |ui| rows(ui, state, panel, queue));
        guide::here(ui, ui.min_rect(), Topic::Legend);
    });
}

fn rows(ui: &mut Ui, state: &AppState, panel: &Panel, queue: &mut CommandQueue) {
    ui.spacing_mut().item_spacing = vec2(6.0, SPACING);
    ui.spacing_mut().scroll = ScrollStyle::thin();
    let source = ScrollSource {
        // Entries are dragged to other plots.
        drag: DragScroll::Never,
        ..ScrollSource::default()
    };
    let list = ScrollArea::vertical()
        .scroll_source(source)
        .min_scrolled_height(ROW_HEIGHT)
        .show_rows(ui, ROW_HEIGHT, panel.signals.len(), |ui, seen| {
            for plotted in &panel.signals[seen] {
                ui.push_id(&plotted.signal, |ui| {
                    entry(ui, state, panel, plotted, queue);
                });
            }
        });
    let is_long = list.content_size.y > list.inner_rect.height() + 0.5;
    if is_long && ui.rect_contains_pointer(list.inner_rect) {
        // Also at the end of the list the plot below does not zoom.
        ui.input_mut(|input| input.smooth_scroll_delta = egui::Vec2::ZERO);
    }
}

fn entry(
    ui: &mut Ui,
    state: &AppState,
    panel: &Panel,
    plotted: &PlottedSignal,
    queue: &mut CommandQueue,
) {
    let palette = theme::palette(ui.theme());
    let color = theme::signal_color(ui.theme(), plotted.color_idx);
    let loaded = state.store.get(&plotted.signal);
    let name = state.signal_name(&plotted.signal);
    let row = vec2(ui.available_width(), ROW_HEIGHT);
    let layout = Layout::left_to_right(Align::Center);
    let response = ui
        .allocate_ui_with_layout(row, layout, |ui| {
            ui.set_height(ROW_HEIGHT);
            let (swatch, _) = ui.allocate_exact_size(vec2(16.0, 12.0), Sense::hover());
            if plotted.visible {
                theme::paint_line_sample(ui, swatch, color, theme::dash_of(plotted));
            } else {
                let hidden = Rect::from_center_size(swatch.center(), vec2(12.0, 2.0));
                ui.painter().rect_filled(hidden, 1.0, palette.plot_frame);
            }
            let mut text = RichText::new(&name).size(12.0);
            if !plotted.visible {
                text = text.color(palette.faint_text).strikethrough();
            }
            let label = ui.add(
                egui::Label::new(text)
                    .truncate()
                    .sense(Sense::click_and_drag()),
            );
            if let Some(text) = value_at_pointer(state, plotted) {
                ui.label(RichText::new(text).font(theme::tabular(12.0)).color(color));
            }
            if let Some((text, color)) =
                loaded.and_then(|loaded| state_text(&loaded.state, palette))
            {
                ui.label(RichText::new(text).size(11.0).color(color));
            }
            label
        })
        .inner;
    if response.clicked() {
        let command = if ui.input(|input| input.modifiers.alt) {
            Command::SoloSignal(panel.id, plotted.signal.clone())
        } else {
            Command::ToggleSignal(panel.id, plotted.signal.clone())
        };
        queue.send(command);
        queue.send(Command::SelectSignal(plotted.signal.clone()));
    }
    if response.drag_started() {
        DraggedSignals {
            signals: vec![plotted.signal.clone()],
            from: Some(panel.id),
        }
        .begin(ui.ctx());
    }
    if response.dragged() {
        drop::label(ui, &name);
    }
    response.context_menu(|ui| {
        if ui.button("Inspect").clicked() {
            queue.send(Command::SelectSignal(plotted.signal.clone()));
            ui.close();
        }
        let partial = partial::among(state, std::slice::from_ref(&plotted.signal));
        if partial::load_rest(ui, partial, queue) {
            ui.close();
        }
        if ui.button("Remove from this plot").clicked() {
            queue.send(Command::Unplot(panel.id, plotted.signal.clone()));
            ui.close();
        }
        if ui.button("Show only this").clicked() {
            queue.send(Command::SoloSignal(panel.id, plotted.signal.clone()));
            ui.close();
        }
        match panel.kind {
            PanelKind::Plot => {
                form_menu(ui, state, panel, plotted, queue);
                axis_menu(ui, panel, plotted, queue);
            }
            PanelKind::Xy => {
                let is_first = panel.signals.first() == Some(plotted);
                let button = egui::Button::new("Use as X");
                if ui.add_enabled(!is_first, button).clicked() {
                    let command = PanelCommand::PutFirst(plotted.signal.clone());
                    queue.send(Command::Panel(panel.id, command));
                    ui.close();
                }
            }
            _ => {}
        }
    });
    let overlay = plotted.signal.vehicle.overlay;
    let mut text = plotted.signal.key.to_string();
    if let Some(overlay) = overlay.and_then(|id| state.overlay(id)) {
        text = format!("{text}\n{}", compare::description(state, overlay));
    }
    response.on_hover_text(text);
}

/// What a signal can be drawn as.
fn form_menu(
    ui: &mut Ui,
    state: &AppState,
    panel: &Panel,
    plotted: &PlottedSignal,
    queue: &mut CommandQueue,
) {
    let Some(loaded) = state.store.get(&plotted.signal) else {
        return;
    };
    let shown = form_of(plotted, &loaded.info);
    ui.menu_button("Draw as", |ui| {
        for form in Form::ALL {
            if ui.selectable_label(shown == form, form.label()).clicked() {
                let look = LineLook {
                    form: Some(form),
                    ..plotted.look
                };
                let set = InspectorCommand::SetLook(panel.id, plotted.signal.clone(), look);
                queue.send(Command::Inspector(set));
                ui.close();
            }
        }
    });
}

/// What can be done with the axis of a signal.
fn axis_menu(ui: &mut Ui, panel: &Panel, plotted: &PlottedSignal, queue: &mut CommandQueue) {
    if ui.button("Fit its axis").clicked() {
        queue.send(Command::FitAxis(panel.id, plotted.axis.clone()));
        ui.close();
    }
    ui.menu_button("Move to axis", |ui| {
        let mut chosen = None;
        for (idx, axis) in panel.axes().into_iter().enumerate() {
            let is_here = *axis == plotted.axis;
            let text = axis_name(axis, idx);
            if ui.selectable_label(is_here, text).clicked() && !is_here {
                chosen = Some(Some(axis.clone()));
            }
        }
        let of_axis = panel.signals.iter().filter(|it| it.axis == plotted.axis);
        let button = egui::Button::new("New axis");
        if ui.add_enabled(of_axis.count() > 1, button).clicked() {
            chosen = Some(None);
        }
        if let Some(axis) = chosen {
            let command = PanelCommand::MoveToAxis(plotted.signal.clone(), axis);
            queue.send(Command::Panel(panel.id, command));
            ui.close();
        }
    });
}

/// An axis by its number and what is measured on it.
pub(crate) fn axis_name(axis: &AxisId, idx: usize) -> String {
    format!("{}: {}", idx + 1, axis.name())
}

/// The value that the signal has at the pointer, else at the active cursor: of the last sample at or
/// before it.
pub(crate) fn value_at_pointer(state: &AppState, plotted: &PlottedSignal) -> Option<String> {
    let instant = state
        .hovered_in_window()
        .or(state.cursors.active_instant())?;
    let loaded = state.store.get(&plotted.signal)?;
    let sample = loaded.series.as_ref()?.sample_at(instant.as_ns())?;
    if sample.in_gap {
        return Some("–".to_owned());
    }
    Some(labelled_value(loaded, sample.value))
}

/// A value with its text from the DBC, or with its unit.
pub(crate) fn labelled_value(loaded: &LoadedSignal, value: f64) -> String {
    let text = bare_value(loaded, value);
    if loaded.info.unit.is_empty() || label_of(loaded, value).is_some() {
        return text;
    }
    format!("{text} {}", loaded.info.unit)
}

/// A value with its text from the DBC, where the unit stands elsewhere.
pub(crate) fn bare_value(loaded: &LoadedSignal, value: f64) -> String {
    let number = value_text(value);
    match label_of(loaded, value) {
        Some(label) => format!("{label} ({number})"),
        None => number,
    }
}

/// The text that the DBC has for a value.
pub(crate) fn label_of(loaded: &LoadedSignal, value: f64) -> Option<&str> {
    let mut labels = loaded.info.labels.iter();
    let label = labels.find(|(of, _)| *of == value);
    label.map(|(_, text)| &**text)
}

fn state_text(state: &LoadState, palette: &theme::Palette) -> Option<(&'static str, Color32)> {
    match state {
        LoadState::Loading { .. } => Some(("loading", palette.faint_text)),
        LoadState::Complete => None,
        LoadState::Partial(_) => Some(("partial", palette.warning)),
        LoadState::Failed(_) => Some(("failed", palette.error)),
    }
}
