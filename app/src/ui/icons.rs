//! Small marks that are painted, because the fonts do not have them.

use egui::{Color32, Painter, Pos2, Sense, Shape, Stroke, Ui, pos2, vec2};

/// A round light of one colour, as wide as a letter.
pub(crate) fn light(ui: &mut Ui, color: Color32) {
    let (rect, _) = ui.allocate_exact_size(vec2(10.0, 14.0), Sense::hover());
    ui.painter().circle_filled(rect.center(), 4.0, color);
}

/// A triangle that points down when open and right when closed.
pub(crate) fn triangle(painter: &Painter, centre: Pos2, is_open: bool, color: Color32) {
    let corners = if is_open {
        [(-4.0, -2.0), (4.0, -2.0), (0.0, 3.0)]
    } else {
        [(-2.0, -4.0), (3.0, 0.0), (-2.0, 4.0)]
    };
    let points = corners
        .map(|(x, y)| pos2(centre.x + x, centre.y + y))
        .to_vec();
    painter.add(Shape::convex_polygon(points, color, Stroke::NONE));
}

/// The text of a button that closes or removes.
pub(crate) const CLOSE: &str = "×";
