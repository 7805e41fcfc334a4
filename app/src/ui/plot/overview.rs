//! The strip at the bottom: everything that is loaded, and the visible window on it.
//!
//! It shows and changes the time of the active panel: that of all panels, or its own while it is
//! unlinked.

use std::collections::BTreeSet;

use canlake_shared::time::{TimeRange, Timestamp};
use egui::{
    Align2, Color32, CursorIcon, FontId, Painter, PointerButton, Pos2, Rangef, Rect, Response,
    Sense, Shape, Stroke, Ui, pos2, vec2,
};

use super::input::Wheel;
use super::{PanelCurves, bands, style_of, suggested, theme};
use crate::command::{Action, Command, CommandQueue, PanelCommand};
use crate::state::{AppState, SignalRef, TimeWindow, VehicleRef};
use crate::time_display::duration_text;
use crate::ui::guide::{self, Topic};
use crate::ui::notes;

/// Height of the strip with its labels, in points.
pub(crate) const HEIGHT: f32 = 60.0;
const LABELS_HEIGHT: f32 = 15.0;
/// How near an edge of the window has to be to be taken, in points.
const GRIP: f32 = 6.0;
const GRIP_SIZE: egui::Vec2 = vec2(7.0, 20.0);
/// Height of the marks where signals are silent, in points.
const GAP_HEIGHT: f32 = 5.0;
/// Signals whose gaps are marked.
const MAX_GAP_SIGNALS: usize = 32;
const FONT_SIZE: f32 = 10.5;

/// What a drag on the strip changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Grip {
    Start,
    End,
    Whole,
    /// A new window that begins here.
    New(Timestamp),
}

/// Where on the strip which times are.
struct Strip {
    rect: Rect,
    window: TimeWindow,
}

impl Strip {
    fn x_of(&self, instant: Timestamp) -> f32 {
        let extent = self.window.reach();
        let share = instant.ns_since(extent.start) as f64 / extent.duration_ns().max(1) as f64;
        self.rect.left() + self.rect.width() * share as f32
    }

    fn time_at(&self, x: f32) -> Timestamp {
        let offset = f64::from(x - self.rect.left()) * self.ns_per_point();
        self.window.reach().start + offset.round() as i64
    }

    fn ns_per_point(&self) -> f64 {
        self.window.reach().duration_ns() as f64 / f64::from(self.rect.width().max(1.0))
    }

    /// The visible window.
    fn chosen(&self) -> Rect {
        let visible = self.window.visible();
        let (left, right) = (self.x_of(visible.start), self.x_of(visible.end));
        Rect::from_x_y_ranges(left..=right.max(left + 2.0), self.rect.y_range())
    }

    fn shows_everything(&self) -> bool {
        let (visible, extent) = (self.window.visible(), self.window.reach());
        visible.start <= extent.start && visible.end >= extent.end
    }

    /// What a drag that begins at `pointer` takes hold of.
    fn grip_at(&self, pointer: Pos2) -> Grip {
        let chosen = self.chosen();
        let to_edges = [chosen.left(), chosen.right()].map(|edge| (pointer.x - edge).abs());
        if to_edges[0].min(to_edges[1]) <= GRIP {
            // A window narrower than its grips is taken at the nearer one.
            if to_edges[0] < to_edges[1] {
                Grip::Start
            } else {
                Grip::End
            }
        } else if chosen.x_range().contains(pointer.x) && !self.shows_everything() {
            Grip::Whole
        } else {
            Grip::New(self.time_at(pointer.x))
        }
    }

    /// The window after a drag by `delta` points to `pointer`.
    fn dragged(&self, grip: Grip, delta: f32, pointer: Pos2) -> TimeRange {
        let visible = self.window.visible();
        let delta = (f64::from(delta) * self.ns_per_point()).round() as i64;
        match grip {
            Grip::Start => {
                TimeRange::new((visible.start + delta).min(visible.end - 1), visible.end)
            }
            Grip::End => {
                TimeRange::new(visible.start, (visible.end + delta).max(visible.start + 1))
            }
            Grip::Whole => TimeRange::new(visible.start + delta, visible.end + delta),
            Grip::New(from) => {
                let to = self.time_at(pointer.x);
                TimeRange::new(from.min(to), from.max(to))
            }
        }
    }
}

/// Draws the strip. The window on it can be moved, its edges dragged, and a new one drawn.
pub(crate) fn show(
    ui: &Ui,
    state: &AppState,
    strip: Rect,
    columns: Rangef,
    curves: &mut PanelCurves,
    queue: &mut CommandQueue,
) {
    let Some(window) = state.active_window() else {
        return;
    };
    let palette = theme::palette(ui.theme());
    let rect = Rect::from_x_y_ranges(columns, strip.top()..=strip.bottom() - LABELS_HEIGHT);
    if rect.width() < 4.0 * GRIP_SIZE.x {
        return;
    }
    let strip = Strip { rect, window };
    let painter = ui.painter().with_clip_rect(rect);
    painter.rect_filled(rect, 2.0, palette.plot_background);
    for gap in recording_gaps(state, strip.window.reach(), strip.ns_per_point() as i64) {
        let across = strip.x_of(gap.start)..=strip.x_of(gap.end);
        let area = Rect::from_x_y_ranges(across, rect.y_range());
        painter.rect_filled(area, 0.0, palette.recording_gap);
    }
    if let Some(signal) = first_signal(state) {
        paint_signal(ui, state, signal, &strip, &painter, curves);
    }
    paint_gaps(state, &strip, &painter, palette.warning);
    bands::events(&painter, state, ui.theme(), rect, strip.window.reach());
    paint_window(ui, &strip, &painter);
    let frame = (1.0, palette.plot_frame);
    ui.painter()
        .rect_stroke(rect, 2.0, frame, egui::StrokeKind::Outside);
    guide::here(ui, rect, Topic::Overview);
    let vehicles: Vec<_> = vehicles(state).into_iter().cloned().collect();
    notes::on_overview(ui, state, &vehicles, rect, |it| strip.x_of(it));
    let response = interact(ui, state, &strip, queue);
    paint_labels(ui, state, &strip, response.hover_pos());
    response.widget_info(|| {
        let (extent, visible) = (strip.window.reach(), strip.window.visible());
        let text = format!(
            "Overview from {} to {}, visible from {} to {}",
            extent.start, extent.end, visible.start, visible.end
        );
        egui::WidgetInfo::labeled(egui::Role::Figure, true, text)
    });
}

fn first_signal(state: &AppState) -> Option<&SignalRef> {
    let mut plotted = state.workspace.panels().flat_map(|panel| &panel.signals);
    plotted
        .find(|plotted| plotted.visible)
        .map(|plotted| &plotted.signal)
}

/// The vehicles of all plotted signals.
fn vehicles(state: &AppState) -> Vec<&VehicleRef> {
    let vehicles = state.workspace.plotted().map(|it| &it.signal.vehicle);
    vehicles.collect::<BTreeSet<_>>().into_iter().collect()
}

/// Times in which the recorder of any plotted vehicle did not listen.
fn recording_gaps(state: &AppState, extent: TimeRange, resolution: i64) -> Vec<TimeRange> {
    vehicles(state)
        .into_iter()
        .flat_map(|vehicle| state.recording_gap_marks(vehicle, extent, resolution))
        .collect()
}

/// The first signal, small, over the whole extent.
fn paint_signal(
    ui: &Ui,
    state: &AppState,
    signal: &SignalRef,
    strip: &Strip,
    painter: &Painter,
    curves: &mut PanelCurves,
) {
    let Some(loaded) = state.store.get(signal) else {
        return;
    };
    let Some(series) = &loaded.series else {
        return;
    };
    let (rect, extent) = (strip.rect, strip.window.reach());
    let curve = curves.entry(signal.clone()).or_default();
    // Half as many columns as pixels are enough for a picture this small.
    let pixel_columns = (rect.width() * ui.pixels_per_point() / 2.0).max(1.0) as usize;
    let style = style_of(suggested(&loaded.info));
    curve.update(series, style, extent, pixel_columns);
    let Some((low, high)) = curve.view().y_range() else {
        return;
    };
    curve.scale_to(if low < high {
        [low, high]
    } else {
        [low - 1.0, high + 1.0]
    });
    let seconds = extent.duration_ns() as f64 / 1e9;
    let to_screen = |point: &egui_plot::PlotPoint| -> Pos2 {
        let x = rect.left() + rect.width() * (point.x / seconds) as f32;
        let y = rect.bottom() - 4.0 - (rect.height() - 8.0) * point.y as f32;
        pos2(x, y)
    };
    let color = theme::palette(ui.theme()).faint_text.gamma_multiply(0.7);
    let stroke = Stroke::new(1.0, color);
    for run in curve.runs() {
        painter.add(Shape::line(
            run.points.iter().map(to_screen).collect(),
            stroke,
        ));
    }
}

/// Thin marks on top, where a signal of the active panel is silent. One look a column, however many
/// gaps there are.
fn paint_gaps(state: &AppState, strip: &Strip, painter: &Painter, color: Color32) {
    let extent = strip.window.reach();
    let top = strip.rect.top()..=strip.rect.top() + GAP_HEIGHT;
    let signals = state.gap_signals().into_iter().take(MAX_GAP_SIGNALS);
    let series = signals.filter_map(|signal| state.store.get(signal)?.series.as_ref());
    for series in series {
        let mut from = extent.start.as_ns().saturating_sub(1);
        while let Some(gap) = series.next_gap(from)
            && gap.start < extent.end.as_ns()
        {
            let [left, right] =
                [gap.start, gap.end].map(|time| strip.x_of(Timestamp::from_ns(time)));
            let mark = Rect::from_x_y_ranges(left..=right.max(left + 1.5), top.clone());
            painter.rect_filled(mark, 0.0, color);
            from = gap.start.max(strip.time_at(left + 1.0).as_ns());
        }
    }
}

/// The visible window, with grips at its edges.
fn paint_window(ui: &Ui, strip: &Strip, painter: &Painter) {
    let palette = theme::palette(ui.theme());
    let chosen = strip.chosen();
    painter.rect_filled(chosen, 0.0, palette.window);
    let stroke = (1.5, palette.accent);
    painter.rect_stroke(chosen, 0.0, stroke, egui::StrokeKind::Inside);
    for x in [chosen.left(), chosen.right()] {
        // At the very edge of the strip a grip lies inside.
        let half = GRIP_SIZE.x / 2.0;
        let x = x.clamp(strip.rect.left() + half, strip.rect.right() - half);
        let grip = Rect::from_center_size(pos2(x, chosen.center().y), GRIP_SIZE);
        painter.rect_filled(grip, 2.0, palette.accent);
        for dx in [-1.2, 1.2] {
            let line = grip.top() + 5.0..=grip.bottom() - 5.0;
            painter.vline(x + dx, line, (1.0, palette.plot_background));
        }
    }
}

/// Where the strip begins and ends, how long the window is, and the time at the pointer.
fn paint_labels(ui: &Ui, state: &AppState, strip: &Strip, pointer: Option<Pos2>) {
    let palette = theme::palette(ui.theme());
    let painter = ui.painter();
    let font = FontId::proportional(FONT_SIZE);
    let extent = strip.window.reach();
    let resolution = (extent.duration_ns() / 2_000).max(1);
    let zone = state.zone();
    let y = strip.rect.bottom() + 2.0;
    let text = |x: f32, align: Align2, text: String, color: Color32| {
        painter.text(pos2(x, y), align, text, font.clone(), color)
    };
    let color = palette.faint_text;
    let start = zone.date_time(extent.start, resolution);
    let start = text(strip.rect.left(), Align2::LEFT_TOP, start, color);
    let end = zone.date_time(extent.end, resolution);
    let end = text(strip.rect.right(), Align2::RIGHT_TOP, end, color);
    let visible = duration_text(strip.window.visible().duration_ns());
    let length = match state.unlinked_active() {
        Some(_) => format!("{visible} visible in the unlinked panel"),
        None => format!("{visible} visible"),
    };
    let length = painter.layout_no_wrap(length, font.clone(), color);
    let room = Rangef::new(start.right() + 12.0, end.left() - 12.0);
    if room.span() > length.size().x {
        let half = length.size().x / 2.0;
        let middle = strip.chosen().center().x;
        let middle = middle.clamp(room.min + half, room.max - half);
        painter.galley(pos2(middle - half, y), length, color);
    }
    if let Some(pointer) = pointer {
        let instant = strip.time_at(pointer.x);
        let galley = painter.layout_no_wrap(
            zone.date_time(instant, resolution),
            font,
            ui.visuals().strong_text_color(),
        );
        let half = galley.size().x / 2.0;
        let ends =
            strip.rect.left() + half..=(strip.rect.right() - half).max(strip.rect.left() + half);
        let x = pointer.x.clamp(*ends.start(), *ends.end());
        let at = Rect::from_min_size(pos2(x - half, y), galley.size());
        painter.rect_filled(at.expand2(vec2(4.0, 1.0)), 3.0, palette.overlay);
        painter.galley(at.min, galley, ui.visuals().strong_text_color());
        let line = (1.0, palette.crosshair.gamma_multiply(0.6));
        painter.vline(pointer.x, strip.rect.y_range(), line);
    }
}

fn interact(ui: &Ui, state: &AppState, strip: &Strip, queue: &mut CommandQueue) -> Response {
    let id = ui.scope_id().with("overview");
    let response = ui.interact(strip.rect, id, Sense::click_and_drag());
    let mut show = |range: TimeRange| {
        queue.send(match state.unlinked_active() {
            Some(panel) => Command::Panel(panel.id, PanelCommand::SetWindow(range)),
            None => Command::SetWindow(range),
        });
    };
    let (origin, makes_new) = ui.input(|input| {
        let is_secondary = input.pointer.button_down(PointerButton::Secondary);
        (
            input.pointer.press_origin(),
            is_secondary || input.modifiers.shift,
        )
    });
    if let (true, Some(origin)) = (response.drag_started(), origin) {
        let grip = if makes_new {
            Grip::New(strip.time_at(origin.x))
        } else {
            strip.grip_at(origin)
        };
        ui.data_mut(|data| data.insert_temp(id, grip));
    }
    let delta = response.drag_delta().x;
    if let (true, Some(pointer)) = (
        response.dragged() && delta != 0.0,
        response.interact_pointer_pos(),
    ) {
        let grip = ui.data(|data| data.get_temp(id)).unwrap_or(Grip::Whole);
        show(strip.dragged(grip, delta, pointer));
    }
    if let (true, Some(pointer)) = (
        response.clicked() && !response.double_clicked(),
        response.interact_pointer_pos(),
    ) {
        let centre = strip.time_at(pointer.x);
        let half = strip.window.visible().duration_ns() / 2;
        show(TimeRange::new(centre - half, centre + half));
    }
    if let Some(pointer) = response.hover_pos() {
        let wheel = Wheel::read(ui);
        let factor = wheel.zoom_factor();
        if factor != 1.0 {
            show(strip.window.zoomed(factor, strip.time_at(pointer.x)));
        }
        ui.ctx().set_cursor_icon(match strip.grip_at(pointer) {
            Grip::Whole => CursorIcon::Grab,
            Grip::Start | Grip::End => CursorIcon::ResizeHorizontal,
            Grip::New(_) => CursorIcon::Crosshair,
        });
    }
    if response.double_clicked() {
        queue.run(Action::FitAll);
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: i64 = 1_000_000_000;

    fn range(start: i64, end: i64) -> TimeRange {
        let at = |secs: i64| Timestamp::from_ns(secs * SECOND);
        TimeRange::new(at(start), at(end))
    }

    /// A second is ten points.
    fn strip(visible: TimeRange) -> Strip {
        let mut window = TimeWindow::new(range(0, 100));
        window.set(visible);
        Strip {
            rect: Rect::from_min_size(pos2(50.0, 0.0), vec2(1_000.0, 40.0)),
            window,
        }
    }

    fn at(secs: i64) -> Pos2 {
        pos2(50.0 + 10.0 * secs as f32, 20.0)
    }

    #[test]
    fn edges_are_taken_before_the_window_and_beside_it_a_new_one_begins() {
        let strip = strip(range(20, 40));
        assert_eq!(strip.grip_at(at(20)), Grip::Start);
        assert_eq!(strip.grip_at(at(40)), Grip::End);
        assert_eq!(strip.grip_at(at(30)), Grip::Whole);
        assert_eq!(strip.grip_at(at(60)), Grip::New(range(60, 61).start));
    }

    #[test]
    fn what_shows_everything_cannot_be_moved_so_a_new_window_begins() {
        let strip = strip(range(0, 100));
        assert_eq!(strip.grip_at(at(50)), Grip::New(range(50, 51).start));
        let new = strip.dragged(Grip::New(range(50, 51).start), 0.0, at(30));
        assert_eq!(new, range(30, 50));
    }

    #[test]
    fn grips_change_one_end_and_never_turn_the_window_round() {
        let strip = strip(range(20, 40));
        assert_eq!(strip.dragged(Grip::Start, 50.0, at(25)), range(25, 40));
        assert_eq!(strip.dragged(Grip::End, -50.0, at(35)), range(20, 35));
        assert_eq!(strip.dragged(Grip::Whole, 100.0, at(40)), range(30, 50));
        let turned = strip.dragged(Grip::Start, 900.0, at(99));
        assert!(turned.start < turned.end, "{turned:?}");
    }
}
