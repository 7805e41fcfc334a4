//! How a plane is painted: its points, its axes, and what stands at the cursors.

use canlake_shared::time::{TimeRange, Timestamp};
use egui::{Align2, Color32, FontId, Painter, Pos2, Rect, Shape, Stroke, Ui, pos2, vec2};

use super::Projection;
use crate::series::{Area, Plane, PlanePoint};
use crate::state::{AppState, Cursor};
use crate::ui::chart::{self, FONT_SIZE};
use crate::ui::plot::value_ticks;
use crate::ui::theme;

/// Shades of a gradient that are told apart.
const N_SHADES: usize = 48;

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
            chart::left_label(painter, rect, at, &tick.label, palette.faint_text);
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
    let place = |time: Timestamp| {
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
pub(crate) fn paint_gradient(ui: &Ui, rect: Rect, ends: [String; 2]) {
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
    let sides = [
        (bar.left(), Align2::LEFT_TOP),
        (bar.right(), Align2::RIGHT_TOP),
    ];
    for ((x, align), text) in sides.into_iter().zip(ends) {
        let at = pos2(x, bar.bottom() + 2.0);
        painter.text(at, align, text, font.clone(), palette.faint_text);
    }
}

/// What the ends of a gradient over time are called.
pub(crate) fn time_ends(state: &AppState, range: TimeRange) -> [String; 2] {
    let resolution = (range.duration_ns() / 2_000).max(1);
    let zone = state.zone();
    [range.start, range.end].map(|at| zone.time_of_day(at, resolution))
}
