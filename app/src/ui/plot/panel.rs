//! One plot panel: its strips left and right, its curves, and what the mouse does on it.

use egui::{Rect, Sense, Ui};

use super::areas::Areas;
use super::axes::{AxisMarks, resolve};
use super::background::RecordingGaps;
use super::input::PlotGeometry;
use super::lane_rows::{self, LaneRows};
use super::{
    PanelCurves, background, describe, lane_text, lanes, legend, lines, mouse, overlay, strips,
    theme, time_axis,
};
use crate::command::CommandQueue;
use crate::state::{AppState, Panel, TimeWindow};
use crate::ui::guide::{self, Topic};
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
    (curves, gaps): (&mut PanelCurves, &mut RecordingGaps),
    queue: &mut CommandQueue,
) -> [f32; 2] {
    let areas = Areas::of(state, frame);
    lines::update(ui, state, frame, areas.curves, curves);
    let axes = resolve(state, frame.panel, curves);
    lines::scale(frame.panel, &axes, curves);
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
    let vehicles = background::vehicles_of(frame.panel);
    background::paint(ui, state, frame, &whole, gaps);
    if state.settings.grid {
        let grid = theme::palette(ui.theme()).grid;
        marks.paint_grid(&ui.painter().with_clip_rect(plot.rect), &plot, grid);
    }
    let response = lines::paint(ui, state, frame.panel, &plot, curves);
    background::paint_gap_marks(ui, state, frame.panel, &plot);
    let [left, right] = strips::show(ui, frame, &plot, &marks, queue);
    let names = lanes::names_width(ui, state, frame.panel);
    // Before the mouse is heard: over a long legend the wheel scrolls it.
    legend::entries(ui, state, frame.panel, plot.rect, queue);
    mouse::handle(ui, state, &plot, &response, queue);
    if areas.lanes.height() > 0.0 {
        show_lanes(ui, state, frame, &geometry(areas.lanes, &[]), queue);
    }
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
    overlay::paint_cursors(ui, state, &whole);
    // It would lie over a dialog, which is what is looked at.
    if response.hovered() && !response.dragged() && state.dialog.is_none() {
        overlay::tooltip(state, frame.panel, &plot, &response);
    }
    describe::plot(ui, &response, state, frame, curves);
    [left.max(names), right]
}

fn show_lanes(
    ui: &mut Ui,
    state: &AppState,
    frame: &PanelFrame<'_>,
    plot: &PlotGeometry<'_>,
    queue: &mut CommandQueue,
) {
    let panel = frame.panel;
    let columns = (plot.rect.width() * ui.pixels_per_point()).round().max(1.0) as usize;
    let rows = LaneRows::new(plot.rect, lanes::lanes_of(state, panel).count());
    guide::here(ui, plot.rect, Topic::Lanes);
    lane_rows::show(ui, panel.id, frame.rect.left(), rows, |ui, rows| {
        lanes::paint(ui, state, panel, (plot, rows), columns);
        let id = ui.scope_id().with(("lanes", panel.id));
        let response = ui.interact(plot.rect, id, Sense::click_and_drag());
        mouse::handle(ui, state, plot, &response, queue);
        if response.hovered() && !response.dragged() && state.dialog.is_none() {
            lane_text::tooltip(state, panel, (plot, rows), &response);
        }
        describe::lanes(&response, state, frame);
    });
}
