//! Stretches of time that are marked in plots: the events of conditions.

use canlake_shared::expr::Event as Interval;
use canlake_shared::time::{TimeRange, Timestamp};
use egui::{Color32, Painter, Rect};

use super::theme;
use crate::state::AppState;

/// How much of what is below can be seen.
const STRENGTH: f32 = 0.22;
/// The least width of a mark, in points.
const MIN_WIDTH: f32 = 1.5;

/// Marks the visible events of all conditions over `rect`, which shows `window`.
pub(crate) fn events(
    painter: &Painter,
    state: &AppState,
    theme: egui::Theme,
    rect: Rect,
    window: TimeRange,
) {
    for condition in state.analysis.conditions.iter().filter(|it| it.visible) {
        if let Some(found) = state.events.of(condition.id) {
            let color = theme::signal_color(theme, condition.color_idx);
            paint(painter, &found.intervals, color, rect, window);
        }
    }
}

/// At most as many rectangles as points across, however many events there are.
fn paint(painter: &Painter, events: &[Interval], color: Color32, rect: Rect, window: TimeRange) {
    let length = window.duration_ns().max(1) as f64;
    let x_of = |ns: i64| {
        let share = Timestamp::from_ns(ns).ns_since(window.start) as f64 / length;
        rect.left() + rect.width() * share as f32
    };
    let time_at = |x: f32| {
        let share = f64::from((x - rect.left()) / rect.width().max(1.0));
        (window.start + (length * share) as i64).as_ns()
    };
    let mut x = rect.left();
    while x < rect.right() {
        let from = time_at(x);
        let next = events.partition_point(|event| event.end < from);
        let Some(event) = events.get(next).filter(|it| x_of(it.start) < rect.right()) else {
            return;
        };
        let left = x_of(event.start).max(x);
        let right = x_of(event.end).max(left + MIN_WIDTH).min(rect.right());
        let area = Rect::from_x_y_ranges(left..=right, rect.y_range());
        painter.rect_filled(area, 0.0, color.gamma_multiply(STRENGTH));
        let edge = area.with_max_x((left + 1.0).min(right));
        painter.rect_filled(edge, 0.0, color.gamma_multiply(0.6));
        // The next one may begin in the same point.
        x = right.max(x + 1.0);
    }
}
