//! The points of one signal in one panel, kept from frame to frame.
//!
//! Invariant: what is handed to the plot are the points of a [`View`], moved to the axis' scale and
//! nothing else, so whatever is proved of views holds on the screen.

use std::ops::Range;
use std::sync::Arc;

use canlake_shared::time::TimeRange;
use egui_plot::PlotPoint;

use super::input::share_of;
use crate::series::{MIN_BUDGET, Prepared, Style, View, ViewRequest};

/// The points of one signal, recomputed only when what they depend on changes.
#[derive(Debug, Default)]
pub struct Curve {
    view: View,
    computed: Option<Computed>,
    points: Vec<PlotPoint>,
    scale: Option<[f64; 2]>,
    /// How far the line goes up and down in all, as shares of the axis' range.
    travel: f64,
}

#[derive(Debug)]
struct Computed {
    series: Arc<Prepared>,
    window: TimeRange,
    pixel_columns: usize,
    style: Style,
}

/// Points that are joined by one line, or a lone one.
#[derive(Debug)]
pub(crate) struct CurveRun<'a> {
    /// Seconds since the start of the window, and height as a share of the axis' range.
    pub points: &'a [PlotPoint],
    /// Whether it is a single sample.
    pub is_isolated: bool,
}

impl Curve {
    /// Brings the view up to date.
    pub(crate) fn update(
        &mut self,
        series: &Arc<Prepared>,
        style: Style,
        window: TimeRange,
        pixel_columns: usize,
    ) {
        let is_current = self.computed.as_ref().is_some_and(|computed| {
            Arc::ptr_eq(&computed.series, series)
                && computed.window == window
                && computed.pixel_columns == pixel_columns
                && computed.style == style
        });
        if is_current {
            return;
        }
        let request = ViewRequest {
            range: (window.start.as_ns(), window.end.as_ns()),
            pixel_columns,
            min_budget: MIN_BUDGET,
            style,
            origin: window.start.as_ns(),
        };
        self.view.compute(series, &request);
        self.scale = None;
        self.computed = Some(Computed {
            series: Arc::clone(series),
            window,
            pixel_columns,
            style,
        });
    }

    /// What is drawn, before it is moved to an axis.
    pub(crate) fn view(&self) -> &View {
        &self.view
    }

    /// Moves the points to an axis whose lower and upper ends are given.
    pub(crate) fn scale_to(&mut self, range: [f64; 2]) {
        if self.scale == Some(range) {
            return;
        }
        self.scale = Some(range);
        self.points.clear();
        self.points.extend(
            self.view
                .points()
                .iter()
                .map(|&[seconds, value]| PlotPoint::new(seconds, share_of(range, value))),
        );
        let steps = self.points.windows(2);
        self.travel = steps.map(|pair| (pair[1].y - pair[0].y).abs()).sum();
    }

    /// Whether dashes of the line could be told apart in a plot of this size. On one that goes up and
    /// down all the time they cannot, and cost a lot.
    pub(crate) fn has_room_for_dashes(&self, size: egui::Vec2) -> bool {
        const MAX_LENGTH: f64 = 8.0;
        self.travel * f64::from(size.y) < MAX_LENGTH * f64::from(size.x)
    }

    /// The lines and dots, in the order of time.
    pub(crate) fn runs(&self) -> impl Iterator<Item = CurveRun<'_>> {
        let mut start = 0;
        self.view.runs().map(move |run| {
            let range: Range<usize> = start..start + run.points.len();
            start = range.end;
            CurveRun {
                points: &self.points[range],
                is_isolated: run.isolated,
            }
        })
    }
}
