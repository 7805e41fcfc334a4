//! Value axes: their ranges, tick marks and labels.
//!
//! `egui_plot` has one vertical scale. Every axis of a panel is therefore drawn here, and curves are
//! moved to the unit interval of their own axis.

use std::sync::Arc;

use egui::{Align2, Color32, FontId, Painter, Rect, Ui, pos2};

use super::form::{form_of, is_enumeration};
use super::input::{AxisKind, AxisView, PlotGeometry};
use super::value_axis::{ValueTick, ticks};
use super::{PanelCurves, theme};
use crate::state::{AppState, AxisId, Form, Panel};

/// Room above and below the curves when an axis follows them, as a share of their height.
const MARGIN: f64 = 0.06;
const FONT_SIZE: f32 = 11.0;

/// The axes of a panel for this frame, in the order of their first signal.
pub(crate) fn resolve(state: &AppState, panel: &Panel, curves: &PanelCurves) -> Vec<AxisView> {
    let resolve_one = |id: &AxisId| {
        let fixed = panel.fixed_axes.get(id).copied();
        AxisView {
            id: id.clone(),
            range: fixed.unwrap_or_else(|| fitted(panel, curves, id)),
            is_fixed: fixed.is_some(),
            kind: kind(state, panel, id),
        }
    };
    let has_curve = |id: &&AxisId| {
        let mut signals = panel.signals.iter().filter(|plotted| plotted.axis == **id);
        signals.any(|plotted| {
            let loaded = state.store.get(&plotted.signal);
            loaded.is_none_or(|loaded| form_of(plotted, &loaded.info) != Form::Lane)
        })
    };
    let axes = panel.axes().into_iter().filter(has_curve);
    axes.map(resolve_one).collect()
}

/// Of what kind the values are: labelled when one labelled signal has the axis to itself.
fn kind(state: &AppState, panel: &Panel, id: &AxisId) -> AxisKind {
    let signals = panel.signals.iter().filter(|plotted| plotted.axis == *id);
    let mut infos = signals.filter_map(|plotted| Some(&state.store.get(&plotted.signal)?.info));
    let (first, second) = (infos.next(), infos.next());
    match (first, second) {
        (Some(only), None) if is_enumeration(only) => AxisKind::Labels(Arc::clone(&only.labels)),
        (Some(first), second)
            if first.integer
                && second.is_none_or(|second| second.integer)
                && infos.all(|info| info.integer) =>
        {
            AxisKind::Integer
        }
        _ => AxisKind::Real,
    }
}

fn marks(axis: &AxisView, max_ticks: usize) -> Vec<ValueTick> {
    match &axis.kind {
        AxisKind::Real => ticks(axis.range, max_ticks, 0.0),
        AxisKind::Integer => ticks(axis.range, max_ticks, 1.0),
        AxisKind::Labels(labels) => {
            let mark = |(value, text): &(f64, Arc<str>)| ValueTick {
                value: *value,
                label: text.to_string(),
            };
            let inside =
                |(value, _): &&(f64, Arc<str>)| (axis.range[0]..=axis.range[1]).contains(value);
            let labelled: Vec<_> = labels.iter().filter(inside).map(mark).collect();
            if labelled.is_empty() || labelled.len() > 2 * max_ticks {
                ticks(axis.range, max_ticks, 1.0)
            } else {
                labelled
            }
        }
    }
}

fn fitted(panel: &Panel, curves: &PanelCurves, id: &AxisId) -> [f64; 2] {
    let visible = panel
        .signals
        .iter()
        .filter(|plotted| plotted.visible && plotted.axis == *id);
    let ranges = visible.filter_map(|plotted| curves.get(&plotted.signal)?.view().y_range());
    let joined = ranges.reduce(|a, b| (a.0.min(b.0), a.1.max(b.1)));
    let Some((low, high)) = joined else {
        return [0.0, 1.0];
    };
    // In halves, because the span of huge values is more than a number can hold.
    let half = high / 2.0 - low / 2.0;
    let margin = if half > 0.0 {
        (2.0 * MARGIN) * half
    } else if low == 0.0 {
        // A flat line lies in the middle, with room that fits its size.
        1.0
    } else {
        low.abs() * 0.1
    };
    [(low - margin).max(-f64::MAX), (high + margin).min(f64::MAX)]
}

/// The marks of each axis, and the widths that their labels need on the left and on the right.
#[derive(Debug)]
pub(crate) struct AxisMarks {
    marks: Vec<Vec<ValueTick>>,
}

impl AxisMarks {
    /// For axes of a plot that is `height` points high.
    pub(crate) fn new(axes: &[AxisView], height: f32) -> Self {
        let max_ticks = (height / 34.0).clamp(1.0, 10.0) as usize;
        Self {
            marks: axes.iter().map(|axis| marks(axis, max_ticks)).collect(),
        }
    }

    /// Width of each axis' strip in points.
    pub(crate) fn widths(&self, ui: &Ui, axes: &[AxisView]) -> Vec<f32> {
        let width_of = |text: &str| {
            ui.painter()
                .layout_no_wrap(
                    text.to_owned(),
                    FontId::proportional(FONT_SIZE),
                    Color32::WHITE,
                )
                .rect
                .width()
        };
        let strip = |(axis, marks): (&AxisView, &Vec<ValueTick>)| {
            let labels = marks.iter().map(|mark| width_of(&mark.label));
            let title = width_of(axis.id.unit()).min(60.0);
            labels.fold(title, f32::max).ceil() + 2.0 * theme::TICK_GAP
        };
        axes.iter().zip(&self.marks).map(strip).collect()
    }

    /// Grid lines of the first axis.
    pub(crate) fn paint_grid(&self, painter: &Painter, plot: &PlotGeometry<'_>, color: Color32) {
        let (Some(axis), Some(marks)) = (plot.axes.first(), self.marks.first()) else {
            return;
        };
        for mark in marks {
            painter.hline(
                plot.rect.x_range(),
                plot.y_of(axis.range, mark.value),
                (1.0, color),
            );
        }
    }

    /// Labels and unit of one axis in its strip, on the side of the plot that it lies on.
    pub(crate) fn paint_labels(
        &self,
        painter: &Painter,
        plot: &PlotGeometry<'_>,
        idx: usize,
        strip: Rect,
        color: Color32,
    ) {
        let (Some(axis), Some(marks)) = (plot.axes.get(idx), self.marks.get(idx)) else {
            return;
        };
        let is_left = strip.center().x < plot.rect.center().x;
        let (x, align) = if is_left {
            (strip.right() - theme::TICK_GAP, Align2::RIGHT_CENTER)
        } else {
            (strip.left() + theme::TICK_GAP, Align2::LEFT_CENTER)
        };
        let font = FontId::proportional(FONT_SIZE);
        let painter = painter.with_clip_rect(strip);
        // The unit stands on top; a mark there would run into it.
        let title_height = if axis.id.unit().is_empty() { 2.0 } else { 20.0 };
        for mark in marks {
            let y = plot.y_of(axis.range, mark.value);
            if y > strip.top() + title_height && y < strip.bottom() - 4.0 {
                painter.text(pos2(x, y), align, &mark.label, font.clone(), color);
            }
        }
        let anchor = if is_left {
            Align2::RIGHT_TOP
        } else {
            Align2::LEFT_TOP
        };
        painter.text(
            pos2(x, strip.top() + 2.0),
            anchor,
            axis.id.unit(),
            FontId::proportional(FONT_SIZE),
            color,
        );
    }
}
