//! The plots: panels over one stretch of time, and the overview strip.
//!
//! ```text
//!   LoadedSignal ──▶ Curve (view, cached) ──▶ axes (ranges, marks) ──▶ panel (what is where, in which order)
//!   mouse ──▶ input (geometry, gestures) ──▶ Command
//! ```
//!
//! `form` decides which signals are curves and which are lanes. `panel` draws, in this order: `background`, `lines` (curves), `strips` (value axes), `legend`, `lanes` in
//! `lane_rows`, `time_axis`, `overlay`; `describe` tells all of it to who does not see it.
//!
//! Curves are drawn by `egui_plot`; axes, grid, bands and gestures are ours (see `axes` and `input`).

mod areas;
mod axes;
mod axis_menu;
mod background;
mod bands;
mod curve;
mod describe;
mod form;
mod input;
mod lane_rows;
mod lane_text;
mod lanes;
mod legend;
mod lines;
pub(crate) mod menu;
mod mouse;
mod overlay;
mod overview;
mod panel;
mod strips;
mod time_axis;
mod value_axis;
pub(crate) mod zoom_box;

use std::collections::BTreeMap;

use canlake_shared::time::TimeRange;
use egui::{Rect, Ui};

use super::events::EventsFields;
use super::{inside, theme};
use crate::command::CommandQueue;
use crate::state::{AppState, AxisId, Panel, PanelId, SignalRef, TimeWindow};

pub use curve::Curve;
pub(crate) use form::{form_of, style_of, suggested};
pub(crate) use input::{Buttons, Wheel};
pub(crate) use legend::{
    axis_name, bare_value, entries as legend_entries, label_of, labelled_value,
};
pub(crate) use overview::HEIGHT as OVERVIEW_HEIGHT;
pub(crate) use panel::PanelFrame;
pub(crate) use value_axis::ticks as value_ticks;
pub use value_axis::value_text;

/// The curves of one panel, by signal.
pub(crate) type PanelCurves = BTreeMap<SignalRef, Curve>;

/// What the plots keep from frame to frame.
#[derive(Debug, Default)]
pub struct PlotsMemory {
    curves: BTreeMap<PanelId, PanelCurves>,
    overview: PanelCurves,
    recording_gaps: background::RecordingGaps,
    /// Width of the strips left and right of every plot: the widest of the frame before.
    strips: [f32; 2],
    rect: Option<Rect>,
    is_picture: bool,
    /// What is typed into the panel of events.
    pub(crate) events: EventsFields,
}

impl PlotsMemory {
    /// For a picture that is not a window: without buttons and without what only matters to a mouse.
    pub fn of_picture() -> Self {
        Self {
            is_picture: true,
            ..Self::default()
        }
    }

    /// Begins a frame: forgets what is plotted no more.
    pub(crate) fn begin(&mut self, state: &AppState, area: Rect) {
        forget_closed(state, self);
        self.recording_gaps.forget();
        self.rect = Some(area);
    }

    /// Whether nobody can click on what is drawn.
    pub(crate) fn is_picture(&self) -> bool {
        self.is_picture
    }

    /// Widths of the strips left and right of every plot.
    pub(crate) fn strips(&self) -> [f32; 2] {
        self.strips
    }

    /// Sets the widths for the next frame, which comes at once when they have changed.
    pub(crate) fn set_strips(&mut self, ui: &Ui, needed: [f32; 2]) {
        if self.strips != needed {
            self.strips = needed;
            ui.ctx().request_discard("axis widths changed");
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

/// Draws one panel and gives the widths that its strips left and right need.
pub(crate) fn panel(
    ui: &mut Ui,
    state: &AppState,
    frame: &PanelFrame<'_>,
    memory: &mut PlotsMemory,
    queue: &mut CommandQueue,
) -> [f32; 2] {
    let curves = memory.curves.entry(frame.panel.id).or_default();
    panel::show(
        ui,
        state,
        frame,
        (curves, &mut memory.recording_gaps),
        queue,
    )
}

/// The axes of a panel with the ranges that they were drawn with last, and whether the user set them.
pub(crate) fn axis_ranges(
    state: &AppState,
    panel: &Panel,
    memory: &PlotsMemory,
) -> Vec<(AxisId, [f64; 2], bool)> {
    let nothing = PanelCurves::default();
    let curves = memory.curves.get(&panel.id).unwrap_or(&nothing);
    let axes = axes::resolve(state, panel, curves).into_iter();
    axes.map(|axis| (axis.id, axis.range, axis.is_fixed))
        .collect()
}

/// Draws the badge of a panel.
pub(crate) fn badge(ui: &mut Ui, state: &AppState, panel: &Panel, memory: &PlotsMemory) {
    let nothing = PanelCurves::default();
    let curves = memory.curves.get(&panel.id).unwrap_or(&nothing);
    overlay::badge(ui, state, panel, curves);
}

/// Draws the overview strip.
pub(crate) fn overview(
    ui: &Ui,
    state: &AppState,
    strip: Rect,
    memory: &mut PlotsMemory,
    queue: &mut CommandQueue,
) {
    let columns = egui::Rangef::new(
        strip.left() + memory.strips[0],
        strip.right() - memory.strips[1],
    );
    overview::show(ui, state, strip, columns, &mut memory.overview, queue);
}

fn forget_closed(state: &AppState, memory: &mut PlotsMemory) {
    memory.curves.retain(|id, curves| {
        let panel = state.workspace.panel(*id);
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

fn window_geometry<'a>(
    panel: &Panel,
    rect: Rect,
    window: &'a TimeWindow,
) -> input::PlotGeometry<'a> {
    input::PlotGeometry {
        panel: panel.id,
        is_linked: panel.own_window.is_none(),
        rect,
        window,
        axes: &[],
    }
}
