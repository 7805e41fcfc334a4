//! The strips beside a plot, with its value axes.

use egui::{Color32, Rect, Sense, Ui, pos2};

use super::axes::AxisMarks;
use super::input::{self, AxisView, PlotGeometry, Wheel};
use super::panel::PanelFrame;
use super::{axis_menu, theme};
use crate::command::CommandQueue;
use crate::state::Panel;
use crate::ui::drop;
use crate::ui::guide::{self, Topic};

/// The first axis on the left, the others on the right; gives the widths that they need.
pub(super) fn show(
    ui: &Ui,
    frame: &PanelFrame<'_>,
    plot: &PlotGeometry<'_>,
    marks: &AxisMarks,
    queue: &mut CommandQueue,
) -> [f32; 2] {
    let palette = theme::palette(ui.theme());
    let widths = marks.widths(ui, plot.axes);
    let mut right = plot.rect.right();
    for (idx, (axis, width)) in plot.axes.iter().zip(&widths).enumerate() {
        let strip = if idx == 0 {
            Rect::from_min_max(frame.rect.min, plot.rect.left_bottom())
        } else {
            let strip = Rect::from_min_max(
                pos2(right, frame.rect.top()),
                pos2(right + width, plot.rect.bottom()),
            );
            right += width;
            strip
        };
        marks.paint_labels(
            ui.painter(),
            plot,
            idx,
            strip,
            axis_color(ui, frame.panel, axis, palette.faint_text),
        );
        paint_axis_line(ui, frame.panel, plot, axis, strip);
        axis_input(ui, plot, axis, strip, queue);
    }
    [
        widths.first().copied().unwrap_or(24.0),
        widths.iter().skip(1).sum(),
    ]
}

/// The colour of the only signal of an axis, where there are several axes to tell apart.
fn axis_color(ui: &Ui, panel: &Panel, axis: &AxisView, neutral: Color32) -> Color32 {
    let mut signals = panel
        .signals
        .iter()
        .filter(|plotted| plotted.axis == axis.id && plotted.signal.vehicle.overlay.is_none());
    match (signals.next(), signals.next()) {
        (Some(only), None) if panel.signals.len() > 1 => {
            theme::signal_color(ui.theme(), only.color_idx)
        }
        _ => neutral,
    }
}

/// The line of an axis, in the colours of the signals that it is for.
fn paint_axis_line(ui: &Ui, panel: &Panel, plot: &PlotGeometry<'_>, axis: &AxisView, strip: Rect) {
    if panel.signals.len() < 2 {
        return;
    }
    let signals = panel.signals.iter();
    let signals = signals.filter(|it| it.visible && it.axis == axis.id);
    let colors: Vec<_> = signals
        .map(|plotted| theme::signal_color(ui.theme(), plotted.color_idx))
        .collect();
    let is_left = strip.center().x < plot.rect.center().x;
    let x = if is_left {
        strip.right() - 1.5
    } else {
        strip.left() + 1.5
    };
    let height = plot.rect.height() / colors.len().max(1) as f32;
    for (idx, color) in colors.into_iter().enumerate() {
        let top = plot.rect.top() + height * idx as f32;
        ui.painter().vline(x, top..=top + height, (2.0, color));
    }
}

fn axis_input(
    ui: &Ui,
    plot: &PlotGeometry<'_>,
    axis: &AxisView,
    strip: Rect,
    queue: &mut CommandQueue,
) {
    guide::here(ui, strip, Topic::Axis);
    drop::note_axis(ui, plot.panel, &axis.id, strip);
    let id = ui.scope_id().with(("axis", plot.panel, &axis.id));
    let response = ui.interact(strip, id, Sense::click_and_drag());
    let modifiers = ui.input(|input| input.modifiers);
    input::drag_on_axis(plot, axis, &response, modifiers, queue);
    axis_menu::show(&response, plot, axis, queue);
    response.widget_info(|| axis_menu::describe(axis));
    if let Some(pointer) = response.hover_pos() {
        input::wheel_on_axis(plot, axis, Wheel::read(ui), pointer, queue);
        ui.ctx().set_cursor_icon(egui::CursorIcon::ResizeVertical);
    }
}
