//! Points in a plane of values: where they are on the screen, how they are painted, and what the mouse
//! does there. XY plots and tracks are drawn with it.

use egui::{
    Align2, Color32, CursorIcon, FontId, Painter, PointerButton, Pos2, Rect, Response, Shape,
    Stroke, Ui, pos2, vec2,
};

use super::plot::{Wheel, value_ticks};
use super::theme;
use crate::command::{Command, CommandQueue, PanelCommand};
use crate::series::{Area, Plane, PlanePoint};
use crate::state::{AppState, Cursor, Panel};

/// Room around all points, as a share of their extent.
const MARGIN: f64 = 0.05;
/// A point this near the pointer is the one that is pointed at, in points.
const REACH: f32 = 14.0;
/// A box that is smaller than this in both directions is none, in points.
const THIN_BOX: f32 = 10.0;
/// Shades of a gradient that are told apart.
const N_SHADES: usize = 48;
const FONT_SIZE: f32 = 11.0;

/// Where on the screen which values are.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Projection {
    /// On the screen.
    pub rect: Rect,
    /// The values at its edges.
    pub area: Area,
}

impl Projection {
    /// Shows `chosen`, else all of `bounds` with some room. `aspect`, where both directions have one
    /// scale, is how many units up are as long as one across.
    pub(crate) fn new(
        rect: Rect,
        chosen: Option<Area>,
        bounds: Option<Area>,
        aspect: Option<f64>,
    ) -> Self {
        let whole = bounds.map(|bounds| Area {
            x: with_margin(bounds.x),
            y: with_margin(bounds.y),
        });
        let unit = Area {
            x: [0.0, 1.0],
            y: [0.0, 1.0],
        };
        let mut area = chosen.or(whole).unwrap_or(unit);
        if let Some(aspect) = aspect {
            let size = [
                f64::from(rect.width().max(1.0)),
                f64::from(rect.height().max(1.0)),
            ];
            // Units across that a point on the screen stands for, as each direction would have it.
            let across = (area.x[1] - area.x[0]) / size[0];
            let up = (area.y[1] - area.y[0]) / size[1] / aspect;
            if across < up {
                area.x = widened(area.x, up * size[0]);
            } else {
                area.y = widened(area.y, across * size[1] * aspect);
            }
        }
        Self { rect, area }
    }

    /// Where a point is; far beyond the edges it is only somewhere on that side.
    pub(crate) fn to_screen(self, x: f64, y: f64) -> Pos2 {
        let share = |value: f64, [low, high]: [f64; 2]| {
            let share = (value / 2.0 - low / 2.0) / (high / 2.0 - low / 2.0);
            share.clamp(-1e3, 1e3) as f32
        };
        pos2(
            self.rect.left() + self.rect.width() * share(x, self.area.x),
            self.rect.bottom() - self.rect.height() * share(y, self.area.y),
        )
    }

    /// The values at a place on the screen.
    fn values_at(&self, at: Pos2) -> [f64; 2] {
        let value = |share: f32, [low, high]: [f64; 2]| low + (high - low) * f64::from(share);
        [
            value((at.x - self.rect.left()) / self.rect.width(), self.area.x),
            value(
                (self.rect.bottom() - at.y) / self.rect.height(),
                self.area.y,
            ),
        ]
    }

    fn zoomed(&self, factor: f64, at: Pos2) -> Area {
        let [x, y] = self.values_at(at);
        let around = |centre: f64, ends: [f64; 2]| ends.map(|end| centre + (end - centre) * factor);
        Area {
            x: around(x, self.area.x),
            y: around(y, self.area.y),
        }
    }

    fn panned(&self, delta: egui::Vec2) -> Area {
        let shift = |[low, high]: [f64; 2], share: f32| {
            let by = (high - low) * f64::from(share);
            [low - by, high - by]
        };
        Area {
            x: shift(self.area.x, delta.x / self.rect.width()),
            y: shift(self.area.y, -delta.y / self.rect.height()),
        }
    }

    fn inside(&self, corners: Rect) -> Area {
        let [left, bottom] = self.values_at(corners.left_bottom());
        let [right, top] = self.values_at(corners.right_top());
        Area {
            x: [left, right],
            y: [bottom, top],
        }
    }
}

fn with_margin([low, high]: [f64; 2]) -> [f64; 2] {
    let margin = (high / 2.0 - low / 2.0) * 2.0 * MARGIN;
    if margin > 0.0 {
        return [(low - margin).max(-f64::MAX), (high + margin).min(f64::MAX)];
    }
    let half = if low == 0.0 { 1.0 } else { low.abs() * 0.1 };
    [low - half, high + half]
}

fn widened([low, high]: [f64; 2], span: f64) -> [f64; 2] {
    let middle = low / 2.0 + high / 2.0;
    [middle - span / 2.0, middle + span / 2.0]
}

/// The scale of colours of points: theirs by time, or by another value.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Coloring {
    /// All alike.
    Plain(Color32),
    /// From the least to the greatest.
    Gradient([f64; 2]),
}

impl Coloring {
    fn shade(self, value: f64) -> Option<usize> {
        let Self::Gradient([low, high]) = self else {
            return Some(0);
        };
        if !value.is_finite() {
            return None;
        }
        let span = high / 2.0 - low / 2.0;
        let share = if span > 0.0 {
            (value / 2.0 - low / 2.0) / span
        } else {
            0.5
        };
        Some((share.clamp(0.0, 1.0) * (N_SHADES - 1) as f64).round() as usize)
    }

    fn color(self, theme: egui::Theme, shade: Option<usize>) -> Color32 {
        match (self, shade) {
            (Self::Plain(color), _) => color,
            (Self::Gradient(_), Some(shade)) => {
                theme::gradient(theme, shade as f32 / (N_SHADES - 1) as f32)
            }
            (Self::Gradient(_), None) => theme::palette(theme).faint_text,
        }
    }
}

/// Paints the lines of a path, or the dots of a cloud. `value` is what a point is coloured by.
pub(crate) fn paint(
    ui: &Ui,
    projection: &Projection,
    plane: &Plane,
    coloring: Coloring,
    value: impl Fn(usize) -> f64,
) {
    let painter = ui.painter().with_clip_rect(projection.rect);
    let theme = ui.theme();
    let place = |point: &PlanePoint| projection.to_screen(point.x, point.y);
    if !plane.is_path {
        let half = vec2(1.3, 1.3);
        let mut mesh = egui::Mesh::default();
        for (idx, point) in plane.points.iter().enumerate() {
            let at = place(point);
            if projection.rect.expand(2.0).contains(at) {
                let color = coloring.color(theme, coloring.shade(value(idx)));
                mesh.add_colored_rect(Rect::from_min_max(at - half, at + half), color);
            }
        }
        painter.add(Shape::mesh(mesh));
        return;
    }
    let mut first = 0;
    for run in plane.runs() {
        paint_run(&painter, theme, run, place, coloring, |idx| {
            value(first + idx)
        });
        first += run.len();
    }
}

/// Points of one shade are one line, which begins where the one before ends.
fn paint_run(
    painter: &Painter,
    theme: egui::Theme,
    run: &[PlanePoint],
    place: impl Fn(&PlanePoint) -> Pos2,
    coloring: Coloring,
    value: impl Fn(usize) -> f64,
) {
    if let [only] = run {
        let color = coloring.color(theme, coloring.shade(value(0)));
        painter.circle_filled(place(only), theme::DOT_RADIUS, color);
        return;
    }
    let mut line: Vec<Pos2> = Vec::new();
    let mut shade = coloring.shade(value(0));
    for (idx, point) in run.iter().enumerate() {
        line.push(place(point));
        let next = coloring.shade(value(idx));
        if next != shade || idx + 1 == run.len() {
            let last = *line.last().expect("a point was just added");
            let stroke = Stroke::new(theme::LINE_WIDTH, coloring.color(theme, shade));
            painter.add(Shape::line(std::mem::take(&mut line), stroke));
            line.push(last);
            shade = next;
        }
    }
}

/// Grid, marks and frame of both directions.
pub(crate) fn paint_axes(ui: &Ui, projection: &Projection, units: [&str; 2], has_grid: bool) {
    let palette = theme::palette(ui.theme());
    let rect = projection.rect;
    let painter = ui.painter();
    painter.rect_filled(rect, 2.0, palette.plot_background);
    let font = FontId::proportional(FONT_SIZE);
    let text = |at, align, text: &str| {
        painter.text(at, align, text, font.clone(), palette.faint_text);
    };
    let Area { x, y } = projection.area;
    for tick in value_ticks(x, (rect.width() / 80.0).clamp(1.0, 12.0) as usize, 0.0) {
        let at = projection.to_screen(tick.value, y[0]).x;
        if has_grid {
            painter.vline(at, rect.y_range(), (1.0, palette.grid));
        }
        text(
            pos2(at, rect.bottom() + 3.0),
            Align2::CENTER_TOP,
            &tick.label,
        );
    }
    for tick in value_ticks(y, (rect.height() / 34.0).clamp(1.0, 10.0) as usize, 0.0) {
        let at = projection.to_screen(x[0], tick.value).y;
        if has_grid {
            painter.hline(rect.x_range(), at, (1.0, palette.grid));
        }
        // The unit stands on top; a mark there would run into it.
        if units[1].is_empty() || at > rect.top() + 16.0 {
            text(
                pos2(rect.left() - theme::TICK_GAP, at),
                Align2::RIGHT_CENTER,
                &tick.label,
            );
        }
    }
    text(
        pos2(rect.left() - theme::TICK_GAP, rect.bottom() + 3.0),
        Align2::RIGHT_TOP,
        units[0],
    );
    text(
        pos2(rect.left() - theme::TICK_GAP, rect.top()),
        Align2::RIGHT_TOP,
        units[1],
    );
    paint_frame(ui, rect);
}

/// The frame around a plane.
pub(crate) fn paint_frame(ui: &Ui, rect: Rect) {
    let stroke = (1.0, theme::palette(ui.theme()).plot_frame);
    ui.painter()
        .rect_stroke(rect, 2.0, stroke, egui::StrokeKind::Outside);
}

/// Where the vehicle is at A, at B and at the pointer's time.
pub(crate) fn paint_markers(
    ui: &Ui,
    state: &AppState,
    projection: &Projection,
    position: impl Fn(i64) -> Option<[f64; 2]>,
) {
    let palette = theme::palette(ui.theme());
    let painter = ui.painter().with_clip_rect(projection.rect);
    let place = |time: canlake_shared::time::Timestamp| {
        let [x, y] = position(time.as_ns())?;
        Some(projection.to_screen(x, y))
    };
    for (cursor, name) in [(Cursor::A, "A"), (Cursor::B, "B")] {
        let Some(at) = state.cursors.get(cursor).and_then(place) else {
            continue;
        };
        painter.circle_filled(at, 7.5, palette.cursor);
        let font = FontId::proportional(FONT_SIZE);
        painter.text(
            at,
            Align2::CENTER_CENTER,
            name,
            font,
            palette.plot_background,
        );
    }
    if let Some(at) = state.hovered_in_window().and_then(place) {
        painter.circle_stroke(at, 5.0, (2.0, ui.visuals().strong_text_color()));
        painter.circle_stroke(at, 6.5, (1.0, palette.plot_background));
    }
}

/// A bar that says which colour is which value.
pub(crate) fn paint_gradient(ui: &Ui, rect: Rect, ends: [&str; 2]) {
    let painter = ui.painter();
    let palette = theme::palette(ui.theme());
    let bar = Rect::from_min_size(rect.min, vec2(rect.width(), 6.0));
    let width = bar.width() / N_SHADES as f32;
    for shade in 0..N_SHADES {
        let left = bar.left() + width * shade as f32;
        let color = theme::gradient(ui.theme(), shade as f32 / (N_SHADES - 1) as f32);
        let step = Rect::from_x_y_ranges(left..=left + width, bar.y_range());
        painter.rect_filled(step, 0.0, color);
    }
    let font = FontId::proportional(10.0);
    for (x, align, text) in [
        (bar.left(), Align2::LEFT_TOP, ends[0]),
        (bar.right(), Align2::RIGHT_TOP, ends[1]),
    ] {
        let at = pos2(x, bar.bottom() + 2.0);
        painter.text(at, align, text, font.clone(), palette.faint_text);
    }
}

/// The drawn point that the pointer is on.
pub(crate) fn pointed<'a>(
    projection: &Projection,
    planes: impl Iterator<Item = &'a Plane>,
    pointer: Pos2,
) -> Option<(usize, PlanePoint)> {
    let mut nearest = None;
    let mut least = REACH * REACH;
    for (idx, plane) in planes.enumerate() {
        for point in &plane.points {
            let distance = projection.to_screen(point.x, point.y).distance_sq(pointer);
            if distance < least {
                least = distance;
                nearest = Some((idx, *point));
            }
        }
    }
    nearest
}

/// What the mouse does: the wheel zooms, one button pans, the other draws a zoom box, a double click
/// shows everything. Draws the box.
pub(crate) fn handle_mouse(
    ui: &Ui,
    state: &AppState,
    panel: &Panel,
    projection: &Projection,
    response: &Response,
    queue: &mut CommandQueue,
) {
    let mut show = |area: Area| {
        let area = Some([area.x, area.y]);
        queue.send(Command::Panel(panel.id, PanelCommand::SetArea(area)));
    };
    let buttons = [PointerButton::Primary, PointerButton::Secondary];
    let [pans, boxes] = if state.settings.swap_drags {
        [buttons[1], buttons[0]]
    } else {
        buttons
    };
    let is_pan = response.dragged_by(pans) || response.dragged_by(PointerButton::Middle);
    if is_pan && response.drag_delta() != egui::Vec2::ZERO {
        show(projection.panned(response.drag_delta()));
    }
    if let Some(pointer) = response.hover_pos() {
        let factor = Wheel::read(ui).zoom_factor();
        if factor != 1.0 {
            show(projection.zoomed(factor, pointer));
        }
        ui.ctx().set_cursor_icon(CursorIcon::Crosshair);
    }
    let drawn: Option<Rect> = ui.data(|data| data.get_temp(response.id)).flatten();
    if response.drag_stopped_by(boxes)
        && let Some(corners) = drawn
    {
        show(projection.inside(corners));
    }
    let origin = ui.input(|input| input.pointer.press_origin());
    let corners = (response.dragged_by(boxes) && !response.drag_stopped_by(boxes))
        .then_some(())
        .and_then(|()| {
            let pointer = response.interact_pointer_pos()?;
            let corners = Rect::from_two_pos(origin?, pointer).intersect(projection.rect);
            let is_box = corners.width() >= THIN_BOX && corners.height() >= THIN_BOX;
            is_box.then_some(corners)
        });
    ui.data_mut(|data| data.insert_temp(response.id, corners));
    if let Some(corners) = corners {
        let stroke = (1.5, theme::palette(ui.theme()).zoom_box);
        ui.painter()
            .rect_stroke(corners, 0.0, stroke, egui::StrokeKind::Inside);
    }
    if response.double_clicked() {
        queue.send(Command::TakeBackCursor);
        queue.send(Command::Panel(panel.id, PanelCommand::SetArea(None)));
    }
    if response.clicked() || response.drag_started() {
        queue.send(Command::ActivatePanel(panel.id));
    }
}

/// Lets the pointer stand for the time of the point that it is on; a click places the active cursor.
pub(crate) fn handle_point(
    state: &AppState,
    response: &Response,
    pointed: Option<PlanePoint>,
    queue: &mut CommandQueue,
) {
    if !response.hovered() {
        return;
    }
    let at = pointed.map(|point| canlake_shared::time::Timestamp::from_ns(point.time));
    if state.hovered != at {
        queue.send(Command::Hover(at));
    }
    if let (true, Some(at)) = (response.clicked() && !response.double_clicked(), at) {
        queue.send(Command::PlaceCursor(at));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rect() -> Rect {
        Rect::from_min_size(pos2(100.0, 50.0), vec2(400.0, 200.0))
    }

    fn area(x: [f64; 2], y: [f64; 2]) -> Area {
        Area { x, y }
    }

    #[test]
    fn everything_has_room_and_one_scale_widens_the_shorter_side() {
        let bounds = Some(area([0.0, 10.0], [0.0, 10.0]));
        let free = Projection::new(rect(), None, bounds, None);
        assert_eq!(free.area, area([-0.5, 10.5], [-0.5, 10.5]));
        let equal = Projection::new(rect(), None, bounds, Some(1.0));
        let across = (equal.area.x[1] - equal.area.x[0]) / 400.0;
        let up = (equal.area.y[1] - equal.area.y[0]) / 200.0;
        assert!((across - up).abs() < 1e-9, "{equal:?}");
        assert_eq!(equal.area.y, free.area.y);
    }

    #[test]
    fn a_zoom_keeps_what_is_under_the_pointer_and_a_box_becomes_everything() {
        let shown = Projection::new(rect(), Some(area([0.0, 4.0], [0.0, 2.0])), None, None);
        let zoomed = shown.zoomed(0.5, pos2(200.0, 200.0));
        assert_eq!(zoomed, area([0.5, 2.5], [0.25, 1.25]));
        let corners = Rect::from_two_pos(pos2(200.0, 100.0), pos2(300.0, 150.0));
        assert_eq!(shown.inside(corners), area([1.0, 2.0], [1.0, 1.5]));
        let panned = shown.panned(vec2(100.0, 100.0));
        assert_eq!(panned, area([-1.0, 3.0], [1.0, 3.0]));
    }

    #[test]
    fn huge_and_equal_values_are_somewhere_on_the_screen() {
        let one = area([7.0; 2], [0.0; 2]);
        let shown = Projection::new(rect(), None, Some(one), None);
        assert_eq!(shown.to_screen(7.0, 0.0), rect().center());
        let huge = area([-f64::MAX, f64::MAX], [0.0, 1.0]);
        let shown = Projection::new(rect(), None, Some(huge), None);
        for x in [-f64::MAX, 0.0, f64::MAX] {
            assert!(rect().expand(1.0).contains(shown.to_screen(x, 0.5)), "{x}");
        }
    }

    #[test]
    fn the_nearest_point_in_reach_is_pointed_at() {
        let point = |x: f64, time| PlanePoint { x, y: 1.0, time };
        let plane = Plane {
            points: vec![point(1.0, 10), point(2.0, 20)],
            ..Plane::default()
        };
        let shown = Projection::new(rect(), Some(area([0.0, 4.0], [0.0, 2.0])), None, None);
        let near = pointed(&shown, [&plane].into_iter(), pos2(304.0, 152.0));
        assert_eq!(near.map(|(_, point)| point.time), Some(20));
        assert_eq!(
            pointed(&shown, [&plane].into_iter(), pos2(450.0, 60.0)),
            None
        );
    }
}
