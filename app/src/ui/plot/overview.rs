//! The strip with everything that is loaded, and the visible window on it.

use canlake_shared::time::TimeRange;
use egui::{CursorIcon, Painter, Pos2, Rangef, Rect, Sense, Shape, Stroke, Ui, pos2};

use super::{PanelCurves, bands, theme};
use crate::command::{Command, CommandQueue};
use crate::state::{AppState, SignalRef, TimeWindow};
use crate::ui::guide::{self, Topic};
use crate::ui::notes;

/// Height of the strip in points.
pub(crate) const HEIGHT: f32 = 46.0;
/// How near an edge of the window has to be to be taken, in points.
const GRIP: f32 = 6.0;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Grip {
    Start,
    End,
    Whole,
}

/// Draws the strip; the window on it can be moved and its edges dragged.
pub(crate) fn show(
    ui: &Ui,
    state: &AppState,
    strip: Rect,
    columns: Rangef,
    curves: &mut PanelCurves,
    queue: &mut CommandQueue,
) {
    let Some(window) = &state.window else {
        return;
    };
    let palette = theme::palette(ui.theme());
    let rect = Rect::from_x_y_ranges(columns, strip.y_range());
    let painter = ui.painter().with_clip_rect(rect);
    painter.rect_filled(rect, 2.0, palette.plot_background);
    if let Some(signal) = first_signal(state) {
        for gap in state.recording_gaps(&signal.vehicle, window.reach()) {
            let area = Rect::from_x_y_ranges(
                x_of(window, rect, gap.start)..=x_of(window, rect, gap.end),
                rect.y_range(),
            );
            painter.rect_filled(area, 0.0, palette.recording_gap);
        }
        paint_signal(ui, state, signal, window, rect, &painter, curves);
    }
    bands::events(&painter, state, ui.theme(), rect, window.extent());
    let visible = window.visible();
    let (left, right) = (
        x_of(window, rect, visible.start),
        x_of(window, rect, visible.end),
    );
    let chosen = Rect::from_x_y_ranges(left..=right.max(left + 2.0), rect.y_range());
    painter.rect_filled(chosen, 0.0, palette.window);
    painter.rect_stroke(chosen, 0.0, (1.5, palette.accent), egui::StrokeKind::Inside);
    ui.painter().rect_stroke(
        rect,
        2.0,
        (1.0, palette.plot_frame),
        egui::StrokeKind::Outside,
    );
    guide::here(ui, rect, Topic::Overview);
    let signals = state.workspace.signals();
    let mut vehicles: Vec<_> = signals.iter().map(|it| it.vehicle.clone()).collect();
    vehicles.dedup();
    notes::on_overview(ui, state, &vehicles, rect, |it| x_of(window, rect, it));
    interact(ui, window, rect, [left, right], queue);
}

fn first_signal(state: &AppState) -> Option<&SignalRef> {
    let mut plotted = state.workspace.panels().flat_map(|panel| &panel.signals);
    plotted
        .find(|plotted| plotted.visible)
        .map(|plotted| &plotted.signal)
}

/// The first signal, small, over the whole extent.
fn paint_signal(
    ui: &Ui,
    state: &AppState,
    signal: &SignalRef,
    window: &TimeWindow,
    rect: Rect,
    painter: &Painter,
    curves: &mut PanelCurves,
) {
    let Some(loaded) = state.store.get(signal) else {
        return;
    };
    let Some(series) = &loaded.series else {
        return;
    };
    let curve = curves.entry(signal.clone()).or_default();
    // Half as many columns as pixels are enough for a picture this small.
    let pixel_columns = (rect.width() * ui.pixels_per_point() / 2.0).max(1.0) as usize;
    curve.update(series, &loaded.info, window.reach(), pixel_columns);
    let Some((low, high)) = curve.view().y_range() else {
        return;
    };
    curve.scale_to(if low < high {
        [low, high]
    } else {
        [low - 1.0, high + 1.0]
    });
    let seconds = window.reach().duration_ns() as f64 / 1e9;
    let to_screen = |point: &egui_plot::PlotPoint| -> Pos2 {
        let x = rect.left() + rect.width() * (point.x / seconds) as f32;
        let y = rect.bottom() - 4.0 - (rect.height() - 8.0) * point.y as f32;
        pos2(x, y)
    };
    let stroke = Stroke::new(1.0, palette_line(ui));
    for run in curve.runs() {
        painter.add(Shape::line(
            run.points.iter().map(to_screen).collect(),
            stroke,
        ));
    }
}

fn palette_line(ui: &Ui) -> egui::Color32 {
    theme::palette(ui.theme()).faint_text.gamma_multiply(0.7)
}

fn x_of(window: &TimeWindow, rect: Rect, instant: canlake_shared::time::Timestamp) -> f32 {
    let extent = window.reach();
    let share = instant.ns_since(extent.start) as f64 / extent.duration_ns().max(1) as f64;
    rect.left() + rect.width() * share as f32
}

fn interact(ui: &Ui, window: &TimeWindow, rect: Rect, edges: [f32; 2], queue: &mut CommandQueue) {
    let id = ui.scope_id().with("overview");
    let response = ui.interact(rect, id, Sense::click_and_drag());
    let near = |pointer: Pos2| {
        if (pointer.x - edges[0]).abs() <= GRIP {
            Grip::Start
        } else if (pointer.x - edges[1]).abs() <= GRIP {
            Grip::End
        } else {
            Grip::Whole
        }
    };
    let extent = window.reach();
    let per_point = extent.duration_ns() as f64 / f64::from(rect.width().max(1.0));
    let visible = window.visible();
    if let (true, Some(pointer)) = (
        response.drag_started(),
        ui.input(|input| input.pointer.press_origin()),
    ) {
        ui.data_mut(|data| data.insert_temp(id, near(pointer)));
    }
    let delta = (f64::from(response.drag_delta().x) * per_point).round() as i64;
    if response.dragged() && delta != 0 {
        let grip = ui.data(|data| data.get_temp(id)).unwrap_or(Grip::Whole);
        let range = match grip {
            Grip::Start => {
                TimeRange::new((visible.start + delta).min(visible.end - 1), visible.end)
            }
            Grip::End => {
                TimeRange::new(visible.start, (visible.end + delta).max(visible.start + 1))
            }
            Grip::Whole => TimeRange::new(visible.start + delta, visible.end + delta),
        };
        queue.send(Command::SetWindow(range));
    }
    if let (true, Some(pointer)) = (response.clicked(), response.interact_pointer_pos()) {
        let centre = extent.start + (f64::from(pointer.x - rect.left()) * per_point).round() as i64;
        let half = visible.duration_ns() / 2;
        queue.send(Command::SetWindow(TimeRange::new(
            centre - half,
            centre + half,
        )));
    }
    if let Some(pointer) = response.hover_pos() {
        ui.ctx().set_cursor_icon(match near(pointer) {
            Grip::Whole => CursorIcon::Grab,
            Grip::Start | Grip::End => CursorIcon::ResizeHorizontal,
        });
    }
}
