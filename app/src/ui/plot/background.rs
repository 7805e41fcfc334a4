//! What lies below and beside the curves: recording gaps, events, grid, frame, marks of silence.

use std::collections::HashMap;

use canlake_shared::time::{TimeRange, Timestamp};
use egui::{Rect, Ui, pos2};

use super::input::PlotGeometry;
use super::panel::PanelFrame;
use super::{band, bands, form_of, theme, time_axis};
use crate::state::{AppState, Form, Panel, VehicleRef};

/// When recorders did not listen, found once a frame for all plots of one width and time.
#[derive(Debug, Default)]
pub(crate) struct RecordingGaps {
    found: HashMap<(VehicleRef, TimeRange, i64), Vec<TimeRange>>,
}

impl RecordingGaps {
    /// A frame begins: whatever is shown may have changed.
    pub(super) fn forget(&mut self) {
        self.found.clear();
    }

    /// Those of a vehicle that a plot shows. What is less than `pixel` points apart is one.
    fn of(
        &mut self,
        state: &AppState,
        vehicle: &VehicleRef,
        plot: &PlotGeometry<'_>,
        pixel: f32,
    ) -> &[TimeRange] {
        let visible = plot.window.visible();
        let width = f64::from(plot.rect.width().max(1.0) / pixel);
        let resolution = (visible.duration_ns() as f64 / width) as i64;
        self.found
            .entry((vehicle.clone(), visible, resolution))
            .or_insert_with(|| state.recording_gap_marks(vehicle, visible, resolution))
    }
}

/// Draws what lies below the curves.
pub(super) fn paint(
    ui: &Ui,
    state: &AppState,
    frame: &PanelFrame<'_>,
    plot: &PlotGeometry<'_>,
    gaps: &mut RecordingGaps,
) {
    let palette = theme::palette(ui.theme());
    let painter = ui.painter().with_clip_rect(plot.rect);
    painter.rect_filled(plot.rect, 2.0, palette.plot_background);
    let pixel = 1.0 / ui.pixels_per_point();
    for vehicle in &vehicles_of(frame.panel) {
        for gap in gaps.of(state, vehicle, plot, pixel) {
            painter.rect_filled(band(plot, *gap), 0.0, palette.recording_gap);
        }
    }
    bands::events(
        &painter,
        state,
        ui.theme(),
        plot.rect,
        plot.window.visible(),
    );
    if state.settings.grid {
        time_axis::paint_grid(&painter, plot, &state.zone(), palette.grid);
    }
    let is_active = !frame.is_picture
        && state.workspace.active() == Some(frame.panel.id)
        && state.workspace.layout().seen().len() > 1;
    let frame_color = if is_active {
        palette.accent
    } else {
        palette.plot_frame
    };
    ui.painter().rect_stroke(
        plot.rect,
        2.0,
        (1.0, frame_color),
        egui::StrokeKind::Outside,
    );
}

/// A bar at the bottom edge, in the signal's colour, where a signal was silent.
pub(super) fn paint_gap_marks(ui: &Ui, state: &AppState, panel: &Panel, plot: &PlotGeometry<'_>) {
    let visible = plot.window.visible();
    let painter = ui.painter().with_clip_rect(plot.rect);
    let shown: Vec<_> = panel.signals.iter().filter(|it| it.visible).collect();
    // A row for each signal; those of many stay at the bottom of the plot.
    let row = (plot.rect.height() * 0.1 / shown.len().max(1) as f32).min(3.0);
    for (idx, plotted) in shown.into_iter().enumerate() {
        let Some(series) = state
            .store
            .get(&plotted.signal)
            .filter(|loaded| form_of(plotted, &loaded.info) != Form::Lane)
            .and_then(|loaded| loaded.series.as_ref())
        else {
            continue;
        };
        let color = theme::signal_color(ui.theme(), plotted.color_idx);
        let bottom = plot.rect.bottom() - 1.0 - row * idx as f32;
        let range = (visible.start.as_ns(), visible.end.as_ns());
        // One look a point, however many gaps there are.
        let mut x = plot.rect.left();
        while x < plot.rect.right() {
            let from = plot.time_at(x).as_ns().max(range.0);
            let Some(gap) = series.gaps().within(series.times(), (from, range.1)).next() else {
                break;
            };
            let left = plot.x_of(Timestamp::from_ns(gap.start)).max(x);
            let right = plot
                .x_of(Timestamp::from_ns(gap.end))
                .clamp(left + 1.0, plot.rect.right().max(left + 1.0));
            let mark =
                Rect::from_min_max(pos2(left, bottom - row * 2.0 / 3.0), pos2(right, bottom));
            painter.rect_filled(mark, 0.0, color);
            x = right.max(x + 1.0);
        }
    }
}

/// The vehicles that a panel shows signals of, each once.
pub(super) fn vehicles_of(panel: &Panel) -> Vec<VehicleRef> {
    let plotted = panel.signals.iter();
    let mut vehicles: Vec<_> = plotted.map(|it| it.signal.vehicle.clone()).collect();
    vehicles.sort();
    vehicles.dedup();
    vehicles
}
