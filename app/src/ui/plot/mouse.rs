//! What the mouse does in the area of the curves, and in that of the lanes.

use canlake_shared::time::TimeRange;
use egui::{Align2, FontId, PointerButton, Rect, Response, Ui, vec2};

use super::input::{self, Buttons, PlotGeometry, Wheel};
use super::zoom_box::{self, ZoomBox};
use super::{menu, theme};
use crate::command::{Action, Command, CommandQueue};
use crate::state::AppState;
use crate::time_display::duration_text;
use crate::ui::leave_text_fields;

/// Turns what it did in this frame into commands, and draws the zoom box.
pub(super) fn handle(
    ui: &Ui,
    state: &AppState,
    plot: &PlotGeometry<'_>,
    response: &Response,
    queue: &mut CommandQueue,
) {
    let buttons = Buttons::of(&state.settings);
    let modifiers = ui.input(|input| input.modifiers);
    if !modifiers.shift {
        input::pan_in_plot(plot, response, buttons, queue);
    }
    let moves_overlay = modifiers.shift && modifiers.command;
    if let (true, Some(overlay)) = (moves_overlay, state.active_overlay()) {
        input::drag_overlay(plot, overlay.id, response, queue);
    }
    // With Shift the left button scrubs, whatever else it does.
    let is_scrub = modifiers.shift && buttons.zoom_box == PointerButton::Primary;
    let button = Some(buttons.zoom_box).filter(|_| !is_scrub);
    match zoom_box::drag(ui, response, plot.rect, button) {
        ZoomBox::None => {}
        ZoomBox::Drawn(corners) => paint_length(ui, plot, corners),
        ZoomBox::Chosen(corners) => input::zoom_to_box(plot, corners, queue),
    }
    if response.clicked() || response.drag_started() {
        leave_text_fields(ui.ctx());
        queue.send(Command::ActivatePanel(plot.panel));
    }
    if response.double_clicked() {
        queue.send(Command::TakeBackCursor);
        queue.run(Action::FitAll);
    }
    let is_click = response.clicked() && !response.double_clicked() && !response.triple_clicked();
    if let (true, Some(pointer)) = (is_click, response.interact_pointer_pos()) {
        queue.send(Command::PlaceCursor(plot.time_at(pointer.x)));
    }
    let is_scrubbing =
        response.dragged_by(PointerButton::Primary) && modifiers.shift && !moves_overlay;
    if let (true, Some(pointer)) = (is_scrubbing, response.interact_pointer_pos()) {
        let instant = plot.time_at(pointer.x);
        queue.send(Command::PlaceCursor(state.nearest_sample(instant)));
    }
    if let Some(pointer) = response.hover_pos() {
        let instant = plot.time_at(pointer.x);
        if state.hovered != Some(instant) {
            queue.send(Command::Hover(Some(instant)));
        }
        input::wheel_in_plot(plot, Wheel::read(ui), pointer, queue);
    }
    let below_pointer = response.interact_pointer_pos();
    let instant = below_pointer.map(|pointer| plot.time_at(pointer.x));
    menu::show(response, plot.panel, instant, queue);
}

/// How long what a zoom box has in it lasts.
fn paint_length(ui: &Ui, plot: &PlotGeometry<'_>, corners: Rect) {
    let range = TimeRange::new(plot.time_at(corners.left()), plot.time_at(corners.right()));
    ui.painter().text(
        corners.center_top() + vec2(0.0, 4.0),
        Align2::CENTER_TOP,
        duration_text(range.duration_ns()),
        FontId::proportional(11.0),
        theme::palette(ui.theme()).zoom_box,
    );
}
