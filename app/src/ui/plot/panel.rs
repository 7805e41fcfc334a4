//! One plot panel: its strips left and right, its curves, and what the mouse does on it.

use canlake_shared::time::{TimeRange, Timestamp};
use egui::{Color32, Rect, Response, Sense, Ui, UiBuilder, pos2};
use egui_plot::{Line, LineStyle, Plot, PlotPoints, Points};

use super::axes::{AxisMarks, resolve};
use super::input::{self, AxisView, Buttons, PlotGeometry, Wheel};
use super::{
    PanelCurves, axis_menu, band, bands, describe, inside, lanes, legend, overlay, theme, time_axis,
};
use crate::command::{Action, Command, CommandQueue};
use crate::share::Kind;
use crate::state::{AppState, Panel, PlottedSignal, ShareCommand, TimeWindow, VehicleRef};
use crate::time_display::duration_text;
use crate::ui::drop;
use crate::ui::guide::{self, Topic};
use crate::ui::leave_text_fields;
use crate::ui::notes;

/// A panel and where it goes.
#[derive(Debug)]
pub(crate) struct PanelFrame<'a> {
    /// The panel.
    pub panel: &'a Panel,
    /// The time axis of all panels.
    pub window: &'a TimeWindow,
    /// Its whole area.
    pub rect: Rect,
    /// Width of the strips left and right of the plot.
    pub strips: [f32; 2],
    /// Whether nobody can click on it.
    pub is_picture: bool,
    /// Whether it has a time axis of its own, or stands on a plot that has.
    pub has_time_axis: bool,
}

/// Draws a panel and gives the widths that its strips left and right need.
pub(crate) fn show(
    ui: &mut Ui,
    state: &AppState,
    frame: &PanelFrame<'_>,
    curves: &mut PanelCurves,
    queue: &mut CommandQueue,
) -> [f32; 2] {
    let areas = Areas::of(state, frame);
    update_curves(ui, state, frame, areas.curves, curves);
    let axes = resolve(state, frame.panel, curves);
    for plotted in &frame.panel.signals {
        let axis = axes.iter().find(|axis| axis.id == plotted.axis);
        if let (Some(axis), Some(curve)) = (axis, curves.get_mut(&plotted.signal)) {
            curve.scale_to(axis.range);
        }
    }
    let geometry = |rect, axes| PlotGeometry {
        panel: frame.panel.id,
        is_linked: frame.panel.own_window.is_none(),
        rect,
        window: frame.window,
        axes,
    };
    let plot = geometry(areas.curves, &axes);
    let whole = geometry(areas.inner, &[]);
    let marks = AxisMarks::new(&axes, plot.rect.height());
    paint_background(ui, state, frame, &whole);
    if state.settings.grid {
        let grid = theme::palette(ui.theme()).grid;
        marks.paint_grid(&ui.painter().with_clip_rect(plot.rect), &plot, grid);
    }
    let response = paint_curves(ui, state, frame.panel, &plot, curves);
    paint_gap_marks(ui, state, frame.panel, &plot);
    let widths = show_axes(ui, frame, &plot, &marks, queue);
    handle_mouse(ui, state, &plot, &response, queue);
    if areas.lanes.height() > 0.0 {
        show_lanes(ui, state, frame.panel, &geometry(areas.lanes, &[]), queue);
    }
    let vehicles = vehicles_of(frame.panel);
    notes::on_plot(ui, state, &vehicles, whole.rect, |it| whole.x_of(it), queue);
    overlay::paint_crosshair(ui, state, &whole);
    if frame.has_time_axis {
        let columns = egui::Rangef::new(areas.inner.left(), areas.inner.right());
        let zone = state.zone();
        let panel = frame.panel;
        time_axis::show(
            ui,
            &zone,
            panel,
            areas.time_axis,
            columns,
            frame.window,
            queue,
        );
    }
    if frame.is_picture {
        overlay::badge_in_corner(ui, state, frame.panel, areas.inner, curves);
    }
    legend::entries(ui, state, frame.panel, plot.rect, queue);
    overlay::paint_cursors(ui, state, &whole);
    // It would lie over a dialog, which is what is looked at.
    if response.hovered() && !response.dragged() && state.dialog.is_none() {
        overlay::tooltip(state, frame.panel, &plot, &response);
    }
    describe::plot(&response, state, frame, curves);
    widths
}

/// The parts of a panel.
struct Areas {
    /// Between the strips left and right, above the time axis.
    inner: Rect,
    /// Of it, where curves are drawn.
    curves: Rect,
    /// Of it, where lanes are.
    lanes: Rect,
    time_axis: Rect,
}

impl Areas {
    fn of(state: &AppState, frame: &PanelFrame<'_>) -> Self {
        let axis_height = if frame.has_time_axis {
            theme::TIME_AXIS_HEIGHT
        } else {
            0.0
        };
        let bottom = frame.rect.bottom() - axis_height;
        let inner = Rect::from_min_max(
            pos2(frame.rect.left() + frame.strips[0], frame.rect.top()),
            pos2(frame.rect.right() - frame.strips[1], bottom),
        );
        let n_lanes = lanes::lanes_of(state, frame.panel).count();
        let n_visible = frame.panel.signals.iter().filter(|it| it.visible).count();
        let top = if n_lanes == 0 {
            bottom
        } else if n_lanes == n_visible {
            // Lanes alone begin below the legend.
            inner.top() + legend::height(state, frame.panel)
        } else {
            // Curves keep a half at least.
            (bottom - lanes::LANE_HEIGHT * n_lanes as f32).max(inner.center().y)
        };
        let (curves, lanes) = inner.split_top_bottom_at_y(top.min(bottom));
        Self {
            inner,
            curves,
            lanes,
            time_axis: Rect::from_min_max(pos2(frame.rect.left(), bottom), frame.rect.max),
        }
    }
}

fn show_lanes(
    ui: &Ui,
    state: &AppState,
    panel: &Panel,
    plot: &PlotGeometry<'_>,
    queue: &mut CommandQueue,
) {
    let columns = (plot.rect.width() * ui.pixels_per_point()).round().max(1.0) as usize;
    lanes::paint(ui, state, panel, plot, columns);
    guide::here(ui, plot.rect, Topic::Lanes);
    let id = ui.scope_id().with(("lanes", panel.id));
    let response = ui.interact(plot.rect, id, Sense::click_and_drag());
    handle_mouse(ui, state, plot, &response, queue);
    if response.hovered() && !response.dragged() {
        lanes::tooltip(state, panel, plot, &response);
    }
}

fn update_curves(
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
        let is_curve = plotted.visible && !lanes::is_lane(&loaded.info);
        if let (true, Some(series)) = (is_curve, &loaded.series) {
            let curve = curves.entry(plotted.signal.clone()).or_default();
            curve.update(series, &loaded.info, frame.window.visible(), pixel_columns);
        }
    }
}

/// The vehicles that a panel shows signals of, each once.
fn vehicles_of(panel: &Panel) -> Vec<VehicleRef> {
    let plotted = panel.signals.iter();
    let mut vehicles: Vec<_> = plotted.map(|it| it.signal.vehicle.clone()).collect();
    vehicles.sort();
    vehicles.dedup();
    vehicles
}

fn paint_background(ui: &Ui, state: &AppState, frame: &PanelFrame<'_>, plot: &PlotGeometry<'_>) {
    let palette = theme::palette(ui.theme());
    let painter = ui.painter().with_clip_rect(plot.rect);
    painter.rect_filled(plot.rect, 2.0, palette.plot_background);
    for vehicle in &vehicles_of(frame.panel) {
        for gap in state.recording_gaps(vehicle, plot.window.visible()) {
            painter.rect_filled(band(plot, gap), 0.0, palette.recording_gap);
        }
    }
    bands::events(
        &painter,
        state,
        ui.theme(),
        plot.rect,
        plot.window.visible(),
    );
    if state.settings.grid {
        time_axis::paint_grid(&painter, plot, &state.zone(), palette.grid);
    }
    let is_active = !frame.is_picture
        && state.workspace.active() == Some(frame.panel.id)
        && state.workspace.layout().seen().len() > 1;
    let frame_color = if is_active {
        palette.accent
    } else {
        palette.plot_frame
    };
    ui.painter().rect_stroke(
        plot.rect,
        2.0,
        (1.0, frame_color),
        egui::StrokeKind::Outside,
    );
}

fn paint_curves(
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
    curve: &'a super::Curve,
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

/// A bar at the bottom edge, in the signal's colour, where a signal was silent.
fn paint_gap_marks(ui: &Ui, state: &AppState, panel: &Panel, plot: &PlotGeometry<'_>) {
    let visible = plot.window.visible();
    let painter = ui.painter().with_clip_rect(plot.rect);
    for (idx, plotted) in panel
        .signals
        .iter()
        .filter(|plotted| plotted.visible)
        .enumerate()
    {
        let Some(series) = state
            .store
            .get(&plotted.signal)
            .filter(|loaded| !lanes::is_lane(&loaded.info))
            .and_then(|loaded| loaded.series.as_ref())
        else {
            continue;
        };
        let color = theme::signal_color(ui.theme(), plotted.color_idx);
        let bottom = plot.rect.bottom() - 1.0 - 3.0 * idx as f32;
        let range = (visible.start.as_ns(), visible.end.as_ns());
        // One look a point, however many gaps there are.
        let mut x = plot.rect.left();
        while x < plot.rect.right() {
            let from = plot.time_at(x).as_ns().max(range.0);
            let Some(gap) = series.gaps().within(series.times(), (from, range.1)).next() else {
                break;
            };
            let left = plot.x_of(Timestamp::from_ns(gap.start)).max(x);
            let right = plot
                .x_of(Timestamp::from_ns(gap.end))
                .clamp(left + 1.0, plot.rect.right().max(left + 1.0));
            let mark = Rect::from_min_max(pos2(left, bottom - 2.0), pos2(right, bottom));
            painter.rect_filled(mark, 0.0, color);
            x = right.max(x + 1.0);
        }
    }
}

/// The first axis on the left, the others on the right; gives the widths that they need.
fn show_axes(
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

fn handle_mouse(
    ui: &Ui,
    state: &AppState,
    plot: &PlotGeometry<'_>,
    response: &Response,
    queue: &mut CommandQueue,
) {
    let palette = theme::palette(ui.theme());
    let buttons = Buttons::of(&state.settings);
    let (press_origin, modifiers) =
        ui.input(|input| (input.pointer.press_origin(), input.modifiers));
    if !modifiers.shift {
        input::pan_in_plot(plot, response, buttons, queue);
    }
    let moves_overlay = modifiers.shift && modifiers.command;
    if let (true, Some(overlay)) = (moves_overlay, state.active_overlay()) {
        input::drag_overlay(plot, overlay.id, response, queue);
    }
    let drawn = ui.data(|data| data.get_temp(response.id)).flatten();
    // With Shift the left button scrubs, whatever else it does.
    let is_scrub = modifiers.shift && buttons.zoom_box == egui::PointerButton::Primary;
    let pressed = (buttons.zoom_box, press_origin.filter(|_| !is_scrub));
    let corners = input::box_zoom(plot, response, pressed, drawn, queue);
    ui.data_mut(|data| data.insert_temp(response.id, corners));
    if let Some(corners) = corners {
        ui.painter().rect_stroke(
            corners,
            0.0,
            (1.5, palette.zoom_box),
            egui::StrokeKind::Inside,
        );
        let range = TimeRange::new(plot.time_at(corners.left()), plot.time_at(corners.right()));
        let at = corners.center_top() + egui::vec2(0.0, 4.0);
        let text = duration_text(range.duration_ns());
        ui.painter().text(
            at,
            egui::Align2::CENTER_TOP,
            text,
            egui::FontId::proportional(11.0),
            palette.zoom_box,
        );
    }
    if response.double_clicked() {
        queue.send(Command::TakeBackCursor);
        queue.run(Action::FitAll);
    }
    if response.clicked() || response.drag_started() {
        leave_text_fields(ui.ctx());
        queue.send(Command::ActivatePanel(plot.panel));
    }
    let is_click = response.clicked() && !response.double_clicked() && !response.triple_clicked();
    if let (true, Some(pointer)) = (is_click, response.interact_pointer_pos()) {
        queue.send(Command::PlaceCursor(plot.time_at(pointer.x)));
    }
    let is_scrubbing =
        response.dragged_by(egui::PointerButton::Primary) && modifiers.shift && !moves_overlay;
    if let (true, Some(pointer)) = (is_scrubbing, response.interact_pointer_pos()) {
        let instant = plot.time_at(pointer.x);
        queue.send(Command::PlaceCursor(state.nearest_sample(instant)));
    }
    if let Some(pointer) = response.hover_pos() {
        let instant = plot.time_at(pointer.x);
        if state.hovered != Some(instant) {
            queue.send(Command::Hover(Some(instant)));
        }
        input::wheel_in_plot(plot, Wheel::read(ui), pointer, queue);
    }
    response.context_menu(|ui| {
        for action in [
            Action::FitAll,
            Action::FitY,
            Action::UndoZoom,
            Action::NewPanel,
            Action::StackOrOverlay,
        ] {
            if ui.button(action.label()).clicked() {
                queue.run(action);
                ui.close();
            }
        }
        ui.separator();
        for action in [Action::Export, Action::ExportPng] {
            if ui.button(action.label()).clicked() {
                queue.run(action);
                ui.close();
            }
        }
        ui.menu_button("Copy as", |ui| {
            for kind in Kind::ALL {
                if ui.button(kind.name()).clicked() {
                    let command = ShareCommand::CopyAs(plot.panel, kind);
                    queue.send(Command::Share(command));
                    ui.close();
                }
            }
        });
        ui.separator();
        if ui.button("Remove this plot").clicked() {
            queue.send(Command::ClosePanel(plot.panel));
            ui.close();
        }
    });
}
