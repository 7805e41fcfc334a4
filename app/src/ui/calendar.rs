//! The calendar strip of the selected vehicle: its sessions as bars, zoomed by the wheel.

use std::sync::Arc;

use canlake_shared::time::{TimeRange, Timestamp};
use egui::{Id, Rect, Sense, Ui, pos2, vec2};

use super::timeline::{LABELS_HEIGHT, Timeline, session_text};
use crate::command::{Command, CommandQueue};
use crate::source::Vehicle;
use crate::state::{AppState, CompareCommand, TimeWindow, VehicleRef};

const STRIP_HEIGHT: f32 = 30.0;
/// Zoom of one notch of the wheel, and the points of scrolling that it is.
const ZOOM_PER_NOTCH: f64 = 1.25;
const POINTS_PER_NOTCH: f32 = 40.0;
/// The shortest stretch of time that fills the strip.
const SHORTEST_NS: i64 = 60_000_000_000;

/// Which part of the calendar the strip shows.
#[derive(Debug, Default)]
pub(crate) struct CalendarView {
    /// Of this vehicle; `None` while all of it is shown.
    zoomed: Option<(VehicleRef, TimeRange)>,
    /// The session that the menu was opened on.
    menu: Option<usize>,
}

/// Draws the strip.
pub(crate) fn show(
    ui: &mut Ui,
    state: &AppState,
    vehicle: &Vehicle,
    view: &mut CalendarView,
    queue: &mut CommandQueue,
) {
    let Some(selection) = &state.selection else {
        return;
    };
    let all = vehicle.range;
    let zoomed = view.zoomed.as_ref();
    let span = zoomed
        .filter(|(of, _)| *of == selection.vehicle)
        .map_or(all, |(_, span)| *span);
    let (rect, _) = ui.allocate_exact_size(
        vec2(ui.available_width(), STRIP_HEIGHT + LABELS_HEIGHT),
        Sense::hover(),
    );
    let bars = Rect::from_min_max(rect.min, pos2(rect.right(), rect.top() + STRIP_HEIGHT));
    let compared: Vec<_> = of_vehicle(state, &selection.vehicle);
    let timeline = Timeline {
        vehicle,
        span,
        selected: selection.session,
        shown: state.window.as_ref().map(TimeWindow::visible),
        compared: &compared,
    };
    let response = ui.interact(bars, Id::unique("calendar strip"), Sense::click_and_drag());
    let hovered = timeline.paint(ui, bars, &response);
    timeline.paint_labels(ui, bars, &state.zone().calendar());
    let label = format!("Calendar of {}", vehicle.id);
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Timer, true, &label));

    if let Some(changed) = navigated(ui, &timeline, bars, &response, all) {
        let is_all = changed.start <= all.start && changed.end >= all.end;
        view.zoomed = (!is_all).then(|| (selection.vehicle.clone(), changed));
    }
    if response.double_clicked() {
        view.zoomed = None;
    }
    if response.secondary_clicked() {
        view.menu = hovered;
    }
    if let (true, Some(idx)) = (response.clicked(), hovered) {
        queue.send(Command::SelectSession(idx));
    }
    let session = view.menu.and_then(|idx| vehicle.sessions.get(idx));
    response.context_menu(|ui| {
        if let (Some(idx), Some(session)) = (view.menu, session) {
            menu(ui, &selection.vehicle, idx, session.range, queue);
            ui.separator();
        }
        if ui.button("Show the whole calendar").clicked() {
            view.zoomed = None;
            ui.close();
        }
    });
    if let Some(session) = hovered.and_then(|idx| vehicle.sessions.get(idx)) {
        response.on_hover_text_at_pointer(session_text(session, &state.zone().calendar()));
    }
}

/// What can be done with a session, as a menu.
pub(crate) fn menu(
    ui: &mut Ui,
    vehicle: &VehicleRef,
    idx: usize,
    range: TimeRange,
    queue: &mut CommandQueue,
) {
    if ui.button("Load this session").clicked() {
        queue.send(Command::SelectSession(idx));
        ui.close();
    }
    if ui.button("Compare with what is shown").clicked() {
        let vehicle = vehicle.clone();
        queue.send(Command::Compare(CompareCommand::Add(vehicle, range)));
        ui.close();
    }
}

/// The stretches of a vehicle that are laid over what is shown, in real time.
pub(crate) fn of_vehicle(state: &AppState, vehicle: &VehicleRef) -> Vec<TimeRange> {
    let overlays = state.analysis.overlays.iter();
    overlays
        .filter(|overlay| {
            overlay.vehicle.source == vehicle.source
                && Arc::ptr_eq(&overlay.vehicle.vehicle, &vehicle.vehicle)
                || overlay.vehicle == *vehicle
        })
        .map(|overlay| overlay.range)
        .collect()
}

/// Where the wheel or a drag leads, if there was one.
fn navigated(
    ui: &Ui,
    timeline: &Timeline<'_>,
    bars: Rect,
    response: &egui::Response,
    all: TimeRange,
) -> Option<TimeRange> {
    let span = timeline.span;
    let per_point = span.duration_ns() as f64 / f64::from(bars.width().max(1.0));
    if response.dragged() && response.drag_delta().x != 0.0 {
        let by = -(f64::from(response.drag_delta().x) * per_point) as i64;
        return Some(limited(moved(span, by), all));
    }
    let pointer = response.hover_pos()?;
    let scroll = ui.input(egui::InputState::smooth_scroll_delta);
    let pinch = f64::from(ui.input(egui::InputState::zoom_delta).max(0.01));
    if scroll.x != 0.0 {
        let by = -(f64::from(scroll.x) * per_point) as i64;
        return Some(limited(moved(span, by), all));
    }
    let factor = ZOOM_PER_NOTCH.powf(-f64::from(scroll.y / POINTS_PER_NOTCH)) / pinch;
    if factor == 1.0 {
        return None;
    }
    let centre = timeline.time_at(bars, pointer.x);
    Some(limited(zoomed(span, factor, centre), all))
}

fn moved(span: TimeRange, ns: i64) -> TimeRange {
    TimeRange::new(span.start + ns, span.end + ns)
}

fn zoomed(span: TimeRange, factor: f64, centre: Timestamp) -> TimeRange {
    let before = centre.ns_since(span.start) as f64 * factor;
    let after = span.end.ns_since(centre) as f64 * factor;
    TimeRange::new(centre - before as i64, centre + after as i64)
}

/// The nearest stretch inside all that is there.
fn limited(span: TimeRange, all: TimeRange) -> TimeRange {
    let length = span.duration_ns().max(SHORTEST_NS);
    if length >= all.duration_ns() {
        return all;
    }
    let latest = all.end - length;
    let start = span.start.clamp(all.start, latest);
    TimeRange::new(start, start + length)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_strip_stays_inside_the_data() {
        let at = |minutes: i64| Timestamp::from_ns(minutes * SHORTEST_NS);
        let all = TimeRange::new(at(0), at(100));
        assert_eq!(
            limited(TimeRange::new(at(-5), at(5)), all),
            TimeRange::new(at(0), at(10))
        );
        assert_eq!(
            limited(TimeRange::new(at(95), at(105)), all),
            TimeRange::new(at(90), at(100))
        );
        assert_eq!(limited(TimeRange::new(at(-50), at(150)), all), all);
        let zoomed_in = zoomed(all, 0.5, at(20));
        assert_eq!(zoomed_in, TimeRange::new(at(10), at(60)));
        assert_eq!(
            limited(zoomed(all, 0.0, at(20)), all).duration_ns(),
            SHORTEST_NS
        );
    }
}
