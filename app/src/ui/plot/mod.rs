//! The plots: panels one below the other over one time axis, and the overview strip.
//!
//! ```text
//!   LoadedSignal ──▶ Curve (view, cached) ──▶ axes (ranges, marks) ──▶ panel (paint)
//!   mouse ──▶ input (geometry, gestures) ──▶ Command
//! ```
//!
//! Curves are drawn by `egui_plot`; axes, grid, bands and gestures are ours (see `axes` and `input`).

mod axes;
mod curve;
mod input;
mod legend;
mod overlay;
mod overview;
mod panel;
mod time_axis;
mod value_axis;

use std::collections::BTreeMap;

use canlake_shared::time::TimeRange;
use egui::{Rect, Ui, UiBuilder, pos2, vec2};

use super::theme;
use crate::command::CommandQueue;
use crate::state::{AppState, PanelId, SignalRef, TimeWindow};

pub use curve::Curve;
pub use value_axis::value_text;

/// The curves of one panel, by signal.
pub(crate) type PanelCurves = BTreeMap<SignalRef, Curve>;

/// What the plots keep from frame to frame.
#[derive(Debug, Default)]
pub struct PlotsMemory {
    curves: BTreeMap<PanelId, PanelCurves>,
    overview: PanelCurves,
    /// Width of the strips left and right of every plot: the widest of the frame before.
    strips: [f32; 2],
    rect: Option<Rect>,
    is_picture: bool,
}

impl PlotsMemory {
    /// For a picture that is not a window: without buttons and without what only matters to a mouse.
    pub fn of_picture() -> Self {
        Self {
            is_picture: true,
            ..Self::default()
        }
    }

    /// Where the plots were drawn in the last frame, in points.
    pub(crate) fn rect(&self) -> Rect {
        self.rect.unwrap_or(Rect::NOTHING)
    }
}

/// Nanoseconds that one pixel of the plots stands for, about: the precision that is worth showing.
pub(crate) fn time_resolution(state: &AppState) -> i64 {
    let length = state
        .window
        .as_ref()
        .map_or(1_000_000_000, |window| window.visible().duration_ns());
    (length / 2_000).max(1)
}

/// Draws all panels, the time axis and the overview.
pub(crate) fn show(
    ui: &mut Ui,
    state: &AppState,
    memory: &mut PlotsMemory,
    queue: &mut CommandQueue,
) {
    let Some(window) = &state.window else {
        return;
    };
    forget_closed(state, memory);
    let area = ui.available_rect_before_wrap();
    memory.rect = Some(area);
    let overview_rect = Rect::from_min_max(
        pos2(area.left(), area.bottom() - overview::HEIGHT),
        area.max,
    );
    let axis_bottom = overview_rect.top() - 4.0;
    let axis_rect = Rect::from_min_max(
        pos2(area.left(), axis_bottom - theme::TIME_AXIS_HEIGHT),
        pos2(area.right(), axis_bottom),
    );
    let panels_rect = Rect::from_min_max(area.min, pos2(area.right(), axis_rect.top()));
    let mut needed = [0.0_f32; 2];
    inside(ui, UiBuilder::new().max_rect(panels_rect), |ui| {
        egui::ScrollArea::vertical()
            .id_salt("panels")
            .auto_shrink([false, false])
            .show(ui, |ui| {
                ui.spacing_mut().item_spacing.y = 0.0;
                let n_panels = state.workspace.panels().len().max(1) as f32;
                let height = (panels_rect.height() / n_panels).max(theme::MIN_PANEL_HEIGHT);
                for panel in state.workspace.panels() {
                    let (rect, _) = ui.allocate_exact_size(
                        vec2(panels_rect.width(), height - 4.0),
                        egui::Sense::hover(),
                    );
                    ui.add_space(4.0);
                    let curves = memory.curves.entry(panel.id).or_default();
                    let frame = panel::PanelFrame {
                        panel,
                        window,
                        rect,
                        strips: memory.strips,
                        is_picture: memory.is_picture,
                    };
                    let widths = panel::show(ui, state, &frame, curves, queue);
                    needed = [needed[0].max(widths[0]), needed[1].max(widths[1])];
                }
            });
    });
    if memory.strips != needed {
        memory.strips = needed;
        ui.ctx().request_discard("axis widths changed");
    }
    let plot_columns = egui::Rangef::new(
        area.left() + memory.strips[0],
        area.right() - memory.strips[1],
    );
    time_axis::show(ui, axis_rect, plot_columns, window, queue);
    overview::show(
        ui,
        state,
        overview_rect,
        plot_columns,
        &mut memory.overview,
        queue,
    );
}

fn forget_closed(state: &AppState, memory: &mut PlotsMemory) {
    memory.curves.retain(|id, curves| {
        let panel = state
            .workspace
            .panels()
            .iter()
            .find(|panel| panel.id == *id);
        curves.retain(|signal, _| {
            panel.is_some_and(|panel| {
                panel
                    .signals
                    .iter()
                    .any(|plotted| plotted.signal == *signal)
            })
        });
        panel.is_some()
    });
    memory
        .overview
        .retain(|signal, _| state.workspace.contains(signal));
}

/// The rectangle of a stretch of time inside the plot.
fn band(plot: &input::PlotGeometry<'_>, range: TimeRange) -> Rect {
    Rect::from_x_y_ranges(
        plot.x_of(range.start)..=plot.x_of(range.end),
        plot.rect.y_range(),
    )
    .intersect(plot.rect)
}

fn window_geometry(id: PanelId, rect: Rect, window: &TimeWindow) -> input::PlotGeometry<'_> {
    input::PlotGeometry {
        panel: id,
        rect,
        window,
        axes: &[],
    }
}

/// Draws inside an area that is allocated already.
fn inside<R>(ui: &mut Ui, area: UiBuilder, draw: impl FnOnce(&mut Ui) -> R) -> R {
    draw(&mut ui.new_child(area))
}
