//! The curves of a panel: brought up to date and handed to `egui_plot`.

use egui::{Color32, Rect, Response, Sense, Ui, UiBuilder};
use egui_plot::{Line, LineStyle, Plot, PlotPoints, Points};

use super::input::{AxisView, PlotGeometry};
use super::panel::PanelFrame;
use super::{Curve, PanelCurves, form_of, inside, style_of, theme};
use crate::state::{AppState, Form, Panel, PlottedSignal};

/// Chooses the points of all curves anew where what is shown has changed.
pub(super) fn update(
    ui: &Ui,
    state: &AppState,
    frame: &PanelFrame<'_>,
    plot_rect: Rect,
    curves: &mut PanelCurves,
) {
    let pixel_columns = (plot_rect.width() * ui.pixels_per_point()).round().max(1.0) as usize;
    for plotted in &frame.panel.signals {
        let Some(loaded) = state.store.get(&plotted.signal) else {
            continue;
        };
        let form = form_of(plotted, &loaded.info);
        let is_curve = plotted.visible && form != Form::Lane;
        if let (true, Some(series)) = (is_curve, &loaded.series) {
            let curve = curves.entry(plotted.signal.clone()).or_default();
            let window = frame.window.visible();
            curve.update(series, style_of(form), window, pixel_columns);
        }
    }
}

/// Moves the curves to their axes.
pub(super) fn scale(panel: &Panel, axes: &[AxisView], curves: &mut PanelCurves) {
    for plotted in &panel.signals {
        let axis = axes.iter().find(|axis| axis.id == plotted.axis);
        if let (Some(axis), Some(curve)) = (axis, curves.get_mut(&plotted.signal)) {
            curve.scale_to(axis.range);
        }
    }
}

/// Draws the curves; the response is that of the whole plot.
pub(super) fn paint(
    ui: &mut Ui,
    state: &AppState,
    panel: &Panel,
    plot: &PlotGeometry<'_>,
    curves: &PanelCurves,
) -> Response {
    let seconds = plot.window.visible().duration_ns() as f64 / 1e9;
    let theme = ui.theme();
    inside(ui, UiBuilder::new().max_rect(plot.rect), |ui| {
        Plot::new(("plot", panel.id))
            .show_axes(false)
            .show_grid(false)
            .show_background(false)
            .show_x(false)
            .show_y(false)
            .show_crosshair(false)
            .allow_zoom(false)
            .allow_drag(false)
            .allow_scroll(false)
            .allow_boxed_zoom(false)
            .allow_double_click_reset(false)
            .allow_axis_zoom_drag(false)
            .set_margin_fraction(egui::Vec2::ZERO)
            .min_size(egui::Vec2::ZERO)
            .auto_bounds(false)
            .sense(Sense::click_and_drag())
            .show(ui, |plot_ui| {
                plot_ui.set_plot_bounds_x(0.0..=seconds);
                plot_ui.set_plot_bounds_y(0.0..=1.0);
                for plotted in panel.signals.iter().filter(|plotted| plotted.visible) {
                    if let Some(curve) = curves.get(&plotted.signal) {
                        let color = theme::signal_color(theme, plotted.color_idx);
                        add_curve(
                            plot_ui,
                            curve,
                            plotted,
                            color,
                            state.settings.dots,
                            plot.rect.size(),
                        );
                    }
                }
            })
            .response
    })
}

fn add_curve<'a>(
    plot_ui: &mut egui_plot::PlotUi<'a>,
    curve: &'a Curve,
    plotted: &PlottedSignal,
    color: Color32,
    all_dots: bool,
    size: egui::Vec2,
) {
    let style = if curve.has_room_for_dashes(size) {
        theme::line_style(plotted)
    } else {
        LineStyle::Solid
    };
    for (idx, run) in curve.runs().enumerate() {
        if run.is_isolated || all_dots && !curve.view().is_downsampled() {
            let dots = Points::new("", PlotPoints::Borrowed(run.points))
                .id(("dots", &plotted.signal, idx))
                .radius(theme::DOT_RADIUS)
                .color(color)
                .allow_hover(false);
            plot_ui.points(dots);
        }
        if !run.is_isolated {
            let line = Line::new("", PlotPoints::Borrowed(run.points))
                .id(("line", &plotted.signal, idx))
                .width(plotted.look.width.unwrap_or(theme::LINE_WIDTH))
                .style(style)
                .color(color)
                // Bands join the extremes of columns that are far apart, which steps are not.
                .allow_band(false)
                .allow_hover(false);
            plot_ui.line(line);
        }
    }
}
