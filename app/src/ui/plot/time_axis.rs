//! The strip with the time labels below the lowest plot.

use canlake_shared::time::TimeRange;
use egui::{Align2, FontId, Painter, Rangef, Rect, Sense, Ui, pos2};

use super::input::{self, PlotGeometry, Wheel};
use super::{theme, window_geometry};
use crate::command::{Action, Command, CommandQueue};
use crate::state::{Panel, TimeWindow};
use crate::time_display::{Tick, Zone};

/// Points between two labels, at least.
const LABEL_SPACING: f32 = 105.0;

/// The marks of a window that is `width` points wide.
pub(crate) fn ticks(window: TimeRange, width: f32) -> Vec<Tick> {
    Zone::UTC.ticks(window, (width / LABEL_SPACING).max(1.0) as usize)
}

/// Grid lines at the marks.
pub(crate) fn paint_grid(painter: &Painter, plot: &PlotGeometry<'_>, color: egui::Color32) {
    for tick in ticks(plot.window.visible(), plot.rect.width()) {
        painter.vline(plot.x_of(tick.instant), plot.rect.y_range(), (1.0, color));
    }
}

/// Draws the strip below a plot, which spans `columns`.
pub(crate) fn show(
    ui: &Ui,
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
    for tick in ticks(window.visible(), rect.width()) {
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
            painter.text(
                pos2(x, rect.top() + 19.0),
                anchor,
                context,
                FontId::proportional(10.0),
                palette.faint_text,
            );
        }
    }
    painter.text(
        pos2(strip.left() + 4.0, rect.top() + 5.0),
        Align2::LEFT_TOP,
        "UTC",
        FontId::proportional(10.0),
        palette.faint_text,
    );
    let response = ui.interact(
        rect,
        ui.scope_id().with(("time axis", panel.id)),
        Sense::click_and_drag(),
    );
    let modifiers = ui.input(|input| input.modifiers);
    input::drag_on_time_axis(&plot, &response, modifiers, queue);
    if response.double_clicked() {
        queue.send(Command::ActivatePanel(panel.id));
        queue.run(Action::FitAll);
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
