//! The parts of a panel on the screen.

use egui::{Rect, pos2};

use super::panel::PanelFrame;
use super::{lane_rows, lanes, legend, theme};
use crate::state::AppState;

/// What a legend above lanes takes of a panel at most; a longer one is scrolled.
const LEGEND_SHARE: f32 = 0.3;

/// The parts of a panel.
pub(super) struct Areas {
    /// Between the strips left and right, above the time axis.
    pub inner: Rect,
    /// Of it, where curves are drawn.
    pub curves: Rect,
    /// Of it, where lanes are.
    pub lanes: Rect,
    /// Below it, where times are; empty without an axis.
    pub time_axis: Rect,
}

impl Areas {
    pub(super) fn of(state: &AppState, frame: &PanelFrame<'_>) -> Self {
        let axis_height = if frame.has_time_axis {
            theme::TIME_AXIS_HEIGHT
        } else {
            0.0
        };
        let bottom = frame.rect.bottom() - axis_height;
        let inner = Rect::from_min_max(
            pos2(frame.rect.left() + frame.strips[0], frame.rect.top()),
            pos2(frame.rect.right() - frame.strips[1], bottom),
        );
        let n_lanes = lanes::lanes_of(state, frame.panel).count();
        let n_visible = frame.panel.signals.iter().filter(|it| it.visible).count();
        let top = if n_lanes == 0 {
            bottom
        } else if n_lanes == n_visible {
            // Lanes alone begin below the legend, which leaves them most of the room.
            let legend = legend::height(state, frame.panel);
            inner.top() + legend.min((inner.height() * LEGEND_SHARE).round())
        } else {
            // Curves keep a half at least.
            (bottom - lane_rows::HEIGHT * n_lanes as f32).max(inner.center().y)
        };
        let (curves, lanes) = inner.split_top_bottom_at_y(top.min(bottom));
        Self {
            inner,
            curves,
            lanes,
            time_axis: Rect::from_min_max(pos2(frame.rect.left(), bottom), frame.rect.max),
        }
    }
}
