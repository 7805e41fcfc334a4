//! What the mouse does in a plot and on its axes: gestures to commands.
//!
//! Works on plain geometry, so that it can be tested without a window. `egui_plot`'s own handling is
//! off, because it zooms and pans differently from what users of such tools expect.

use std::sync::Arc;

use canlake_shared::time::{TimeRange, Timestamp};
use egui::{Modifiers, PointerButton, Pos2, Rect, Response, Vec2};

use crate::command::{Command, CommandQueue, PanelCommand};
use crate::state::{AxisId, CompareCommand, OverlayId, PanelId, Settings, TimeWindow};

/// One notch of a mouse wheel, in points of scrolling.
const POINTS_PER_NOTCH: f32 = 40.0;
/// Zoom of one notch.
const ZOOM_PER_NOTCH: f64 = 1.1;

/// A value axis of a plot as it is drawn now.
#[derive(Clone, Debug)]
pub(crate) struct AxisView {
    /// Which.
    pub id: AxisId,
    /// Values at the bottom and at the top.
    pub range: [f64; 2],
    /// Whether the user has set the range.
    pub is_fixed: bool,
    /// What its marks may be.
    pub kind: AxisKind,
}

/// What the marks of an axis may be.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum AxisKind {
    /// Any value.
    Real,
    /// Whole numbers.
    Integer,
    /// The values that have a text, and the texts.
    Labels(Arc<[(f64, Arc<str>)]>),
}

/// Where on the screen which times and values are.
#[derive(Debug)]
pub(crate) struct PlotGeometry<'a> {
    /// The panel.
    pub panel: PanelId,
    /// Whether all panels show this time.
    pub is_linked: bool,
    /// The area of the curves.
    pub rect: Rect,
    /// The visible stretch of time, across `rect`.
    pub window: &'a TimeWindow,
    /// The axes of the panel; each spans the height of `rect`.
    pub axes: &'a [AxisView],
}

impl PlotGeometry<'_> {
    /// The instant below a position.
    pub(crate) fn time_at(&self, x: f32) -> Timestamp {
        let visible = self.window.visible();
        let share = f64::from((x - self.rect.left()) / self.rect.width().max(1.0));
        visible.start + (visible.duration_ns() as f64 * share).round() as i64
    }

    /// The position of an instant.
    pub(crate) fn x_of(&self, instant: Timestamp) -> f32 {
        let visible = self.window.visible();
        let share = instant.ns_since(visible.start) as f64 / visible.duration_ns().max(1) as f64;
        self.rect.left() + self.rect.width() * share as f32
    }

    /// The position of a value of an axis.
    pub(crate) fn y_of(&self, range: [f64; 2], value: f64) -> f32 {
        let share = share_of(range, value);
        self.rect.bottom() - self.rect.height() * share as f32
    }

    fn value_at(&self, range: [f64; 2], y: f32) -> f64 {
        let share = f64::from((self.rect.bottom() - y) / self.rect.height().max(1.0));
        range[0] * (1.0 - share) + range[1] * share
    }

    /// Shows another stretch of time: here alone, or in all panels.
    pub(crate) fn show_time(&self, range: TimeRange) -> Command {
        if self.is_linked {
            Command::SetWindow(range)
        } else {
            Command::Panel(self.panel, PanelCommand::SetWindow(range))
        }
    }

    fn panned(&self, points: f32) -> TimeRange {
        let visible = self.window.visible();
        let per_point = visible.duration_ns() as f64 / f64::from(self.rect.width().max(1.0));
        let shift = (f64::from(points) * per_point).round() as i64;
        TimeRange::new(visible.start + shift, visible.end + shift)
    }
}

/// Where a value is in a range, from 0 at its lower end to 1. In halves, because the span of huge values
/// is more than a number can hold.
pub(crate) fn share_of(range: [f64; 2], value: f64) -> f64 {
    (value / 2.0 - range[0] / 2.0) / (range[1] / 2.0 - range[0] / 2.0)
}

/// Which button does what.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Buttons {
    /// Pans; the middle one does as well.
    pub pan: PointerButton,
    /// Draws a zoom box.
    pub zoom_box: PointerButton,
}

impl Buttons {
    /// As the user chose.
    pub(crate) fn of(settings: &Settings) -> Self {
        let (pan, zoom_box) = (PointerButton::Primary, PointerButton::Secondary);
        if settings.swap_drags {
            Self {
                pan: zoom_box,
                zoom_box: pan,
            }
        } else {
            Self { pan, zoom_box }
        }
    }
}

/// What the mouse wheel or a touch pad did in this frame.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Wheel {
    /// Scrolling in points, after egui turned Shift into horizontal scrolling.
    pub scroll: Vec2,
    /// Pinch, or Ctrl with the wheel: above 1 zooms in.
    pub pinch: f32,
    /// Keys held.
    pub modifiers: Modifiers,
}

impl Wheel {
    /// Of this frame.
    pub(crate) fn read(ui: &egui::Ui) -> Self {
        ui.input(|input| Self {
            scroll: input.smooth_scroll_delta(),
            pinch: input.zoom_delta(),
            modifiers: input.modifiers,
        })
    }

    /// Below 1 zooms in.
    pub(crate) fn zoom_factor(self) -> f64 {
        let notches = f64::from(self.scroll.y / POINTS_PER_NOTCH);
        ZOOM_PER_NOTCH.powf(-notches) / f64::from(self.pinch.max(0.01))
    }
}

/// The wheel inside the plot: zooms time at the pointer; Shift pans; Alt zooms values.
pub(crate) fn wheel_in_plot(
    plot: &PlotGeometry<'_>,
    wheel: Wheel,
    pointer: Pos2,
    queue: &mut CommandQueue,
) {
    if wheel.modifiers.alt && wheel.scroll.y != 0.0 {
        for axis in plot.axes {
            zoom_axis(plot, axis, wheel.zoom_factor(), pointer.y, queue);
        }
        return;
    }
    if wheel.scroll.x != 0.0 {
        queue.send(plot.show_time(plot.panned(-wheel.scroll.x)));
    }
    let factor = wheel.zoom_factor();
    if factor != 1.0 {
        queue.send(plot.show_time(plot.window.zoomed(factor, plot.time_at(pointer.x))));
    }
}

/// The wheel over a value axis: zooms that axis at the pointer.
pub(crate) fn wheel_on_axis(
    plot: &PlotGeometry<'_>,
    axis: &AxisView,
    wheel: Wheel,
    pointer: Pos2,
    queue: &mut CommandQueue,
) {
    let factor = wheel.zoom_factor();
    if factor != 1.0 {
        zoom_axis(plot, axis, factor, pointer.y, queue);
    }
}

fn zoom_axis(
    plot: &PlotGeometry<'_>,
    axis: &AxisView,
    factor: f64,
    y: f32,
    queue: &mut CommandQueue,
) {
    let centre = plot.value_at(axis.range, y);
    let range = axis.range.map(|end| centre + (end - centre) * factor);
    queue.send(Command::SetAxis(plot.panel, axis.id.clone(), range));
}

/// A drag with the button for it, or the middle one, pans.
pub(crate) fn pan_in_plot(
    plot: &PlotGeometry<'_>,
    response: &Response,
    buttons: Buttons,
    queue: &mut CommandQueue,
) {
    let is_pan = response.dragged_by(buttons.pan) || response.dragged_by(PointerButton::Middle);
    let delta = response.drag_delta();
    if is_pan && delta != Vec2::ZERO {
        pan(plot, delta, queue);
    }
}

/// A drag that moves a compared drive in time, with the pointer.
pub(crate) fn drag_overlay(
    plot: &PlotGeometry<'_>,
    overlay: OverlayId,
    response: &Response,
    queue: &mut CommandQueue,
) {
    let delta = response.drag_delta().x;
    if response.dragged_by(PointerButton::Primary) && delta != 0.0 {
        let visible = plot.window.visible().duration_ns() as f64;
        let per_point = visible / f64::from(plot.rect.width().max(1.0));
        let by = (f64::from(delta) * per_point).round() as i64;
        queue.send(Command::Compare(CompareCommand::Move(overlay, by)));
    }
}

fn pan(plot: &PlotGeometry<'_>, delta: Vec2, queue: &mut CommandQueue) {
    if delta.x != 0.0 {
        queue.send(plot.show_time(plot.panned(-delta.x)));
    }
    // An axis that follows the visible values has nowhere to go.
    for axis in plot
        .axes
        .iter()
        .filter(|axis| axis.is_fixed && delta.y != 0.0)
    {
        pan_axis(plot, axis, delta.y, queue);
    }
}

fn pan_axis(plot: &PlotGeometry<'_>, axis: &AxisView, points: f32, queue: &mut CommandQueue) {
    let span = axis.range[1] - axis.range[0];
    let shift = f64::from(points / plot.rect.height().max(1.0)) * span;
    queue.send(Command::SetAxis(
        plot.panel,
        axis.id.clone(),
        axis.range.map(|end| end + shift),
    ));
}

/// Shows what a zoom box has in it.
pub(crate) fn zoom_to_box(plot: &PlotGeometry<'_>, corners: Rect, queue: &mut CommandQueue) {
    if corners.width() < plot.rect.width() {
        let window = TimeRange::new(plot.time_at(corners.left()), plot.time_at(corners.right()));
        queue.send(plot.show_time(window));
    }
    if corners.height() < plot.rect.height() {
        for axis in plot.axes {
            let range = [corners.bottom(), corners.top()].map(|y| plot.value_at(axis.range, y));
            queue.send(Command::SetAxis(plot.panel, axis.id.clone(), range));
        }
    }
}

/// A drag on a value axis: pans it; with Ctrl scales it around its middle; a double click fits it.
pub(crate) fn drag_on_axis(
    plot: &PlotGeometry<'_>,
    axis: &AxisView,
    response: &Response,
    modifiers: Modifiers,
    queue: &mut CommandQueue,
) {
    if response.double_clicked() {
        queue.send(Command::FitAxis(plot.panel, axis.id.clone()));
    }
    let delta = response.drag_delta().y;
    if !response.dragged() || delta == 0.0 {
        return;
    }
    if modifiers.command {
        let factor = ZOOM_PER_NOTCH.powf(f64::from(delta / (POINTS_PER_NOTCH / 2.0)));
        zoom_axis(plot, axis, factor, plot.rect.center().y, queue);
    } else {
        pan_axis(plot, axis, delta, queue);
    }
}

/// A drag on the time axis: pans; with Ctrl scales around the middle.
pub(crate) fn drag_on_time_axis(
    plot: &PlotGeometry<'_>,
    response: &Response,
    modifiers: Modifiers,
    queue: &mut CommandQueue,
) {
    let delta = response.drag_delta().x;
    if !response.dragged() || delta == 0.0 {
        return;
    }
    if modifiers.command {
        let factor = ZOOM_PER_NOTCH.powf(-f64::from(delta / (POINTS_PER_NOTCH / 2.0)));
        let centre = plot.time_at(plot.rect.center().x);
        queue.send(plot.show_time(plot.window.zoomed(factor, centre)));
    } else {
        queue.send(plot.show_time(plot.panned(-delta)));
    }
}

#[cfg(test)]
mod tests {
    use egui::{pos2, vec2};

    use super::*;

    const SECOND: i64 = 1_000_000_000;

    fn axis(range: [f64; 2], is_fixed: bool) -> AxisView {
        AxisView {
            id: AxisId::of_unit("V"),
            range,
            is_fixed,
            kind: AxisKind::Real,
        }
    }

    fn window() -> TimeWindow {
        TimeWindow::new(TimeRange::new(
            Timestamp::from_ns(0),
            Timestamp::from_ns(100 * SECOND),
        ))
    }

    fn plot<'a>(window: &'a TimeWindow, axes: &'a [AxisView]) -> PlotGeometry<'a> {
        PlotGeometry {
            panel: PanelId(0),
            is_linked: true,
            rect: Rect::from_min_size(pos2(100.0, 50.0), vec2(1000.0, 200.0)),
            window,
            axes,
        }
    }

    #[test]
    fn a_notch_zooms_ten_percent_at_the_pointer() {
        let window = window();
        let plot = plot(&window, &[]);
        let wheel = Wheel {
            scroll: vec2(0.0, POINTS_PER_NOTCH),
            pinch: 1.0,
            ..Wheel::default()
        };
        let pointer = pos2(600.0, 100.0);
        let mut queue = CommandQueue::default();
        wheel_in_plot(&plot, wheel, pointer, &mut queue);
        let [Command::SetWindow(zoomed)] = queue.drain()[..] else {
            panic!("one new window");
        };
        let length = zoomed.duration_ns() as f64 / window.visible().duration_ns() as f64;
        assert!((length - 1.0 / 1.1).abs() < 1e-9);
        let centre = zoomed.start + zoomed.duration_ns() / 2;
        assert!((centre.ns_since(plot.time_at(600.0))).abs() < 10);
    }

    #[test]
    fn alt_zooms_values_and_leaves_time() {
        let window = window();
        let axes = [axis([0.0, 10.0], false)];
        let wheel = Wheel {
            scroll: vec2(0.0, POINTS_PER_NOTCH),
            pinch: 1.0,
            modifiers: Modifiers::ALT,
        };
        let mut queue = CommandQueue::default();
        wheel_in_plot(&plot(&window, &axes), wheel, pos2(600.0, 150.0), &mut queue);
        let commands = queue.drain();
        let [Command::SetAxis(_, _, range)] = &commands[..] else {
            panic!("{commands:?}");
        };
        assert!(
            (range[0] - (5.0 - 5.0 / 1.1)).abs() < 1e-9
                && (range[1] - (5.0 + 5.0 / 1.1)).abs() < 1e-9
        );
    }

    #[test]
    fn a_box_sets_time_and_every_axis() {
        let window = window();
        let axes = [axis([0.0, 10.0], false), axis([0.0, 1.0], true)];
        let plot = plot(&window, &axes);
        let mut queue = CommandQueue::default();
        zoom_to_box(
            &plot,
            Rect::from_two_pos(pos2(600.0, 100.0), pos2(1100.0, 150.0)),
            &mut queue,
        );
        let commands = queue.drain();
        let Command::SetWindow(visible) = &commands[0] else {
            panic!("{commands:?}");
        };
        assert_eq!(visible.start, plot.time_at(600.0));
        assert_eq!(
            commands[1],
            Command::SetAxis(PanelId(0), AxisId::of_unit("V"), [5.0, 7.5])
        );
        assert_eq!(commands.len(), 3);
    }

    #[test]
    fn panning_moves_only_axes_that_are_set() {
        let window = window();
        let axes = [axis([0.0, 10.0], false), axis([0.0, 1.0], true)];
        let mut queue = CommandQueue::default();
        pan(&plot(&window, &axes), vec2(0.0, 25.0), &mut queue);
        assert_eq!(
            queue.drain(),
            [Command::SetAxis(
                PanelId(0),
                AxisId::of_unit("V"),
                [0.125, 1.125]
            )]
        );
    }
}
