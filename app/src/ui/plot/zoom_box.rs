//! The box that a drag draws, to be zoomed to.

use egui::{PointerButton, Pos2, Rect, Response, StrokeKind, Ui};

use super::theme;

/// A box that is thinner than this in one direction zooms the other direction only, in points.
const THIN_BOX: f32 = 10.0;

/// How far a drag is.
pub(crate) enum ZoomBox {
    /// There is no box.
    None,
    /// It is being drawn.
    Drawn(Rect),
    /// The button was let go.
    Chosen(Rect),
}

/// Draws the box of a drag with `button` inside `area`.
pub(crate) fn drag(
    ui: &Ui,
    response: &Response,
    area: Rect,
    button: Option<PointerButton>,
) -> ZoomBox {
    // Where the pointer was pressed is not known any more when it is let go.
    let drawn: Option<Rect> = ui.data(|data| data.get_temp(response.id)).flatten();
    let corners = || {
        let pressed = ui.input(|input| input.pointer.press_origin())?;
        zoom_box(area, pressed, response.interact_pointer_pos()?)
    };
    let (corners, is_done) = match button {
        Some(button) if response.drag_stopped_by(button) => (None, true),
        Some(button) if response.dragged_by(button) => (corners(), false),
        _ => (None, false),
    };
    ui.data_mut(|data| data.insert_temp(response.id, corners));
    if let (Some(chosen), true) = (drawn, is_done) {
        return ZoomBox::Chosen(chosen);
    }
    let Some(corners) = corners else {
        return ZoomBox::None;
    };
    let stroke = (1.5, theme::palette(ui.theme()).zoom_box);
    ui.painter()
        .rect_stroke(corners, 0.0, stroke, StrokeKind::Inside);
    ZoomBox::Drawn(corners)
}

/// The box between two corners, stretched over the whole plot where it is thin; `None` when it is
/// thin in both directions.
fn zoom_box(plot: Rect, start: Pos2, end: Pos2) -> Option<Rect> {
    let mut corners = Rect::from_two_pos(start, end).intersect(plot);
    let is_thin = [corners.width() < THIN_BOX, corners.height() < THIN_BOX];
    match is_thin {
        [true, true] => return None,
        [true, false] => corners = Rect::from_x_y_ranges(plot.x_range(), corners.y_range()),
        [false, true] => corners = Rect::from_x_y_ranges(corners.x_range(), plot.y_range()),
        [false, false] => {}
    }
    Some(corners)
}

#[cfg(test)]
mod tests {
    use egui::{pos2, vec2};

    use super::*;

    #[test]
    fn thin_boxes_zoom_one_direction() {
        let rect = Rect::from_min_size(pos2(0.0, 0.0), vec2(100.0, 100.0));
        assert_eq!(zoom_box(rect, pos2(10.0, 10.0), pos2(14.0, 14.0)), None);
        let wide = zoom_box(rect, pos2(10.0, 10.0), pos2(60.0, 14.0)).unwrap();
        assert_eq!(
            (wide.left(), wide.right(), wide.height()),
            (10.0, 60.0, 100.0)
        );
        let tall = zoom_box(rect, pos2(10.0, 10.0), pos2(14.0, 60.0)).unwrap();
        assert_eq!(
            (tall.top(), tall.bottom(), tall.width()),
            (10.0, 60.0, 100.0)
        );
    }
}
