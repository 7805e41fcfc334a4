//! The strip with the time labels below the lowest plot.

use canlake_shared::time::TimeRange;
use egui::{Align2, FontId, Painter, Rangef, Rect, Role, Sense, Ui, WidgetInfo, pos2};

use super::input::{self, PlotGeometry, Wheel};
use super::{theme, window_geometry};
use crate::command::CommandQueue;
use crate::state::{Panel, TimeWindow};
use crate::time_display::{Tick, Zone};

/// Points between two labels, at least.
const LABEL_SPACING: f32 = 105.0;

/// The marks of a window that is `width` points wide.
pub(crate) fn ticks(zone: &Zone, window: TimeRange, width: f32) -> Vec<Tick> {
    zone.ticks(window, (width / LABEL_SPACING).max(1.0) as usize)
}

/// Grid lines at the marks.
pub(crate) fn paint_grid(
    painter: &Painter,
    plot: &PlotGeometry<'_>,
    zone: &Zone,
    color: egui::Color32,
) {
    for tick in ticks(zone, plot.window.visible(), plot.rect.width()) {
        painter.vline(plot.x_of(tick.instant), plot.rect.y_range(), (1.0, color));
    }
}

/// Draws the strip below a plot, which spans `columns`.
pub(crate) fn show(
    ui: &Ui,
    zone: &Zone,
    panel: &Panel,
    strip: Rect,
    columns: Rangef,
    window: &TimeWindow,
    queue: &mut CommandQueue,
) {
    let palette = theme::palette(ui.theme());
    let rect = Rect::from_x_y_ranges(columns, strip.y_range());
    let plot = window_geometry(panel, rect, window);
    let painter = ui.painter();
    let ticks = ticks(zone, window.visible(), rect.width());
    let mut contexts = Vec::new();
    for tick in &ticks {
        let x = plot.x_of(tick.instant);
        painter.vline(x, rect.top()..=rect.top() + 4.0, (1.0, palette.plot_frame));
        // Labels at the edge stay whole.
        let near_left = x - rect.left() < 30.0;
        let anchor = if near_left {
            Align2::LEFT_TOP
        } else {
            Align2::CENTER_TOP
        };
        painter.text(
            pos2(x, rect.top() + 5.0),
            anchor,
            &tick.label,
            FontId::proportional(11.0),
            ui.visuals().text_color(),
        );
        if let Some(context) = &tick.context {
            contexts.push(painter.text(
                pos2(x, rect.top() + 19.0),
                anchor,
                context,
                FontId::proportional(10.0),
                palette.faint_text,
            ));
        }
    }
    paint_zone(painter, zone, window, &contexts, rect, palette.faint_text);
    let response = ui.interact(
        rect,
        ui.scope_id().with(("time axis", panel.id)),
        Sense::click_and_drag(),
    );
    response.widget_info(|| WidgetInfo::labeled(Role::Image, true, description(zone, &ticks)));
    let modifiers = ui.input(|input| input.modifiers);
    input::drag_on_time_axis(&plot, &response, modifiers, queue);
    if response.double_clicked() {
        queue.send(plot.show_time(window.reach()));
    }
    if let Some(pointer) = response.hover_pos() {
        let wheel = Wheel::read(ui);
        input::wheel_in_plot(
            &plot,
            Wheel {
                modifiers: egui::Modifiers::NONE,
                ..wheel
            },
            pointer,
            queue,
        );
        ui.ctx().set_cursor_icon(egui::CursorIcon::ResizeHorizontal);
    }
}

/// Names the zone below the marks, as far right as the dates there leave room, and how far its clocks
/// are ahead where the window starts.
fn paint_zone(
    painter: &Painter,
    zone: &Zone,
    window: &TimeWindow,
    contexts: &[Rect],
    marks: Rect,
    color: egui::Color32,
) {
    let mut text = zone.name().to_owned();
    if let Some(offset) = zone.offset(window.visible().start) {
        text.push(' ');
        text.push_str(&offset);
    }
    let galley = painter.layout_no_wrap(text, FontId::proportional(10.0), color);
    let mut right = marks.right();
    for context in contexts.iter().rev() {
        if context.right() + 8.0 > right - galley.size().x {
            right = right.min(context.left() - 8.0);
        }
    }
    let place = pos2(right - galley.size().x, marks.top() + 19.0);
    painter.galley(place, galley, color);
}

/// What the marks say, for those who do not see them.
fn description(zone: &Zone, ticks: &[Tick]) -> String {
    let mark = |tick: &Tick| match &tick.context {
        Some(context) => format!("{} ({context})", tick.label),
        None => tick.label.clone(),
    };
    let marks: Vec<_> = ticks.iter().map(mark).collect();
    format!("Time axis, {}: {}", zone.name(), marks.join(", "))
}
