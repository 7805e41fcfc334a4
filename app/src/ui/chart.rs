//! What charts with values on both axes have in common: their area, and the labels on the left.

use egui::{Align2, Color32, FontId, Painter, Rect, pos2};

use super::theme;

/// Size of the labels at axes, in points.
pub(crate) const FONT_SIZE: f32 = 11.0;

/// The area of a chart with its axes on the left and below; `None` where there is no room for it.
pub(crate) fn area(body: Rect, left: f32) -> Option<Rect> {
    let area = Rect::from_min_max(
        pos2(body.left() + left, body.top() + 6.0),
        pos2(body.right() - 10.0, body.bottom() - 20.0),
    );
    has_room(area).then_some(area)
}

/// Whether anything could be seen in an area.
pub(crate) fn has_room(area: Rect) -> bool {
    area.width() >= 20.0 && area.height() >= 20.0
}

/// Writes the label of a mark on the left axis. At the lower end it stands above the mark: the unit of
/// the other axis is below.
pub(crate) fn left_label(painter: &Painter, area: Rect, y: f32, text: &str, color: Color32) {
    let align = if area.bottom() - y < FONT_SIZE / 2.0 {
        Align2::RIGHT_BOTTOM
    } else {
        Align2::RIGHT_CENTER
    };
    let at = pos2(area.left() - theme::TICK_GAP, y);
    painter.text(at, align, text, FontId::proportional(FONT_SIZE), color);
}
