//! What the mouse does in a plane, and which point it is on.

use canlake_shared::time::Timestamp;
use egui::{CursorIcon, PointerButton, Pos2, Response, Sense, Ui};

use super::Projection;
use crate::command::{Command, CommandQueue, PanelCommand};
use crate::series::{Area, Plane, PlanePoint};
use crate::state::{AppState, Panel};
use crate::ui::leave_text_fields;
use crate::ui::plot::zoom_box::{self, ZoomBox};
use crate::ui::plot::{Buttons, Wheel, menu};

/// A point this near the pointer is the one that is pointed at, in points.
const REACH: f32 = 14.0;

/// The area of the plane, where the mouse is heard.
pub(crate) fn interact(ui: &Ui, panel: &Panel, projection: &Projection) -> Response {
    let id = ui.scope_id().with(("plane", panel.id));
    ui.interact(projection.rect, id, Sense::click_and_drag())
}

/// Lets the mouse do what it does, over what is painted already; gives the drawn point that it is on,
/// with the position of its plane.
pub(crate) fn mouse(
    ui: &Ui,
    state: &AppState,
    panel: &Panel,
    (projection, planes): (&Projection, &[Plane]),
    response: &Response,
    queue: &mut CommandQueue,
) -> Option<(usize, PlanePoint)> {
    handle_mouse(ui, state, panel, projection, response, queue);
    let pointer = response.hover_pos().or(response.interact_pointer_pos());
    let pointed = pointer.and_then(|pointer| pointed(projection, planes.iter(), pointer));
    let at = pointed.map(|(_, point)| Timestamp::from_ns(point.time));
    let is_scrub = ui.input(|input| input.modifiers.shift);
    handle_point(state, response, at, is_scrub, queue);
    menu::show(response, panel.id, at, queue);
    pointed
}

/// The drawn point that the pointer is on.
fn pointed<'a>(
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
fn handle_mouse(
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
    let buttons = Buttons::of(&state.settings);
    let is_pan = response.dragged_by(buttons.pan) || response.dragged_by(PointerButton::Middle);
    let is_pan = is_pan && !ui.input(|input| input.modifiers.shift);
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
    if let ZoomBox::Chosen(corners) =
        zoom_box::drag(ui, response, projection.rect, Some(buttons.zoom_box))
    {
        show(projection.inside(corners));
    }
    if response.double_clicked() {
        queue.send(Command::TakeBackCursor);
        queue.send(Command::Panel(panel.id, PanelCommand::SetArea(None)));
    }
    if response.clicked() || response.drag_started() {
        leave_text_fields(ui.ctx());
        queue.send(Command::ActivatePanel(panel.id));
    }
}

/// Lets the pointer stand for the time of the point that it is on; a click places the active cursor
/// there, and a drag with Shift takes it along.
fn handle_point(
    state: &AppState,
    response: &Response,
    at: Option<Timestamp>,
    is_scrub: bool,
    queue: &mut CommandQueue,
) {
    if !response.hovered() {
        return;
    }
    if state.hovered != at {
        queue.send(Command::Hover(at));
    }
    let is_click = response.clicked() && !response.double_clicked();
    let is_scrubbing = is_scrub && response.dragged_by(PointerButton::Primary);
    if let (true, Some(at)) = (is_click || is_scrubbing, at) {
        queue.send(Command::PlaceCursor(at));
    }
}

#[cfg(test)]
mod tests {
    use egui::{Rect, pos2, vec2};

    use super::*;

    #[test]
    fn the_nearest_point_in_reach_is_pointed_at() {
        let point = |x: f64, time| PlanePoint { x, y: 1.0, time };
        let rect = Rect::from_min_size(pos2(100.0, 50.0), vec2(400.0, 200.0));
        let plane = Plane {
            points: vec![point(1.0, 10), point(2.0, 20)],
            ..Plane::default()
        };
        let area = Area {
            x: [0.0, 4.0],
            y: [0.0, 2.0],
        };
        let shown = Projection::new(rect, Some(area), None, None);
        let near = pointed(&shown, [&plane].into_iter(), pos2(304.0, 152.0));
        assert_eq!(near.map(|(_, point)| point.time), Some(20));
        assert_eq!(
            pointed(&shown, [&plane].into_iter(), pos2(450.0, 60.0)),
            None
        );
    }
}
