//! The points of one series that a plot of a given range and width draws.
//!
//! What is chosen and why stands in the module above; `select` chooses where not all samples fit.
//! Knows no colours and no axes. A view is computed in place, so that a frame allocates nothing.
//!
//! Invariants: points are in order of time; at most `budget` samples are drawn; every sample drawn
//! is a sample of the series, at its own time.

use super::select::{Columns, Selection};
use super::{Extremes, Prepared};

/// Samples that are always drawn one by one: the original's budget.
pub const MIN_BUDGET: usize = 10_000;

/// How consecutive samples are joined.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Style {
    /// A straight line from sample to sample: physical quantities.
    #[default]
    Line,
    /// A value holds until the next sample: integers, enumerations, switches.
    /// Adds a corner between two samples of different value; the budget counts samples.
    Step,
}

/// What a view is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ViewRequest {
    /// Visible time, half open, in nanoseconds since the epoch.
    pub range: (i64, i64),
    /// Width of the plot in physical pixels. Zero counts as one.
    pub pixel_columns: usize,
    /// Samples that may be drawn one by one whatever the width; usually [`MIN_BUDGET`].
    pub min_budget: usize,
    /// Line or steps.
    pub style: Style,
    /// The instant that the points' seconds count from, in nanoseconds since the epoch.
    pub origin: i64,
}

impl ViewRequest {
    /// A line with the usual budget, relative to the start of the range.
    pub fn new(range: (i64, i64), pixel_columns: usize) -> Self {
        Self {
            range,
            pixel_columns,
            min_budget: MIN_BUDGET,
            style: Style::Line,
            origin: range.0,
        }
    }
}

/// Points that are joined by one line.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Run<'a> {
    /// (seconds since the request's origin, value), in order of time; never empty, all finite.
    pub points: &'a [[f64; 2]],
    /// Whether it is a single sample, to be drawn as a dot.
    pub isolated: bool,
}

/// The points to draw, and what the badge and the axes need to know.
#[derive(Clone, Debug, Default)]
pub struct View {
    points: Vec<[f64; 2]>,
    /// First point of each run.
    runs: Vec<RunStart>,
    selection: Selection,
    visible: usize,
    drawn: usize,
    drawn_visible: usize,
    budget: usize,
    extremes: Option<Extremes>,
}

#[derive(Clone, Copy, Debug)]
struct RunStart {
    point: usize,
    isolated: bool,
}

impl View {
    /// An empty view, to be computed.
    pub fn new() -> Self {
        Self::default()
    }

    /// Recomputes the view, reusing its memory.
    pub fn compute(&mut self, data: &Prepared, request: &ViewRequest) {
        self.points.clear();
        self.runs.clear();
        self.selection.clear();
        (self.visible, self.drawn, self.drawn_visible) = (0, 0, 0);
        self.extremes = None;
        let columns = Columns::new(request.range, request.pixel_columns);
        self.budget = columns.budget(request.min_budget, 0);
        let Some(visible) = columns.samples(data) else {
            return;
        };
        // One more sample on either side, unless a gap is in between.
        let (from, to) = data.with_neighbours(visible.clone());
        self.visible = visible.len();
        self.extremes = if visible.is_empty() {
            data.pyramid().extremes(data.values(), from, to)
        } else {
            data.pyramid()
                .extremes(data.values(), visible.start, visible.end)
        };
        if from == to {
            return;
        }
        let segments = data.gaps().starts(from + 1, to).len() + 1;
        self.budget = columns.budget(request.min_budget, segments);
        let mut pen = Pen {
            points: &mut self.points,
            runs: &mut self.runs,
            data,
            request,
            run: None,
            drawn: 0,
            drawn_visible: 0,
        };
        if to - from <= self.budget {
            let mut cuts = data.gaps().starts(from + 1, to).peekable();
            for index in from..to {
                pen.draw(index, cuts.next_if_eq(&index).is_some());
            }
        } else {
            self.selection
                .choose(data, &columns, visible, (from, to), self.budget);
            let mut breaks = self.selection.breaks().peekable();
            let mut before = from;
            for index in self.selection.indices() {
                let mut broken = data.gaps().starts(before + 1, index + 1).len() > 0;
                while breaks.next_if(|&at| at <= index).is_some() {
                    broken = true;
                }
                pen.draw(index, broken);
                before = index;
            }
        }
        pen.lift();
        (self.drawn, self.drawn_visible) = (pen.drawn, pen.drawn_visible);
    }

    /// The lines and dots, in order of time.
    pub fn runs(&self) -> impl Iterator<Item = Run<'_>> {
        let ends = self
            .runs
            .iter()
            .skip(1)
            .map(|run| run.point)
            .chain([self.points.len()]);
        self.runs.iter().zip(ends).map(|(run, end)| Run {
            points: &self.points[run.point..end],
            isolated: run.isolated,
        })
    }

    /// All points of all runs, for hit tests.
    pub fn points(&self) -> &[[f64; 2]] {
        &self.points
    }

    /// Samples of the series in the visible range.
    pub fn visible_samples(&self) -> usize {
        self.visible
    }

    /// Samples drawn, including up to two just outside the range. At most [`View::budget`].
    pub fn drawn_samples(&self) -> usize {
        self.drawn
    }

    /// The most samples that would have been drawn.
    pub fn budget(&self) -> usize {
        self.budget
    }

    /// Whether samples were left out.
    pub fn is_downsampled(&self) -> bool {
        !self.selection.is_empty()
    }

    /// Samples in the range per sample drawn in it: the n of "downsampled n:1"; 1 when none was
    /// left out.
    pub fn ratio(&self) -> f64 {
        if self.is_downsampled() {
            self.visible as f64 / self.drawn_visible.max(1) as f64
        } else {
            1.0
        }
    }

    /// Least and greatest finite value of *all* samples in the range, drawn or not, with their
    /// places; of the neighbours when the range lies between two samples.
    pub fn extremes(&self) -> Option<Extremes> {
        self.extremes
    }

    /// Least and greatest finite value, for fitting the axis.
    pub fn y_range(&self) -> Option<(f64, f64)> {
        self.extremes.map(|extremes| (extremes.min, extremes.max))
    }

    /// Bytes held for points and working memory.
    pub fn memory_bytes(&self) -> usize {
        self.points.capacity() * size_of::<[f64; 2]>()
            + self.runs.capacity() * size_of::<RunStart>()
            + self.selection.memory_bytes()
    }
}

/// Turns samples into points and runs.
struct Pen<'a> {
    points: &'a mut Vec<[f64; 2]>,
    runs: &'a mut Vec<RunStart>,
    data: &'a Prepared,
    request: &'a ViewRequest,
    run: Option<OpenRun>,
    drawn: usize,
    drawn_visible: usize,
}

#[derive(Clone, Copy)]
struct OpenRun {
    point: usize,
    samples: usize,
    visible: usize,
}

impl Pen<'_> {
    /// Draws on to a sample, from the one before unless the line is `broken` in between.
    fn draw(&mut self, index: usize, broken: bool) {
        let (time, value) = (self.data.times()[index], self.data.values()[index]);
        if broken || !value.is_finite() {
            self.lift();
        }
        if !value.is_finite() {
            return;
        }
        let seconds = seconds_since(time, self.request.origin);
        let run = self.run.get_or_insert(OpenRun {
            point: self.points.len(),
            samples: 0,
            visible: 0,
        });
        if let (Style::Step, 1.., Some(&[_, held])) =
            (self.request.style, run.samples, self.points.last())
            && held != value
        {
            self.points.push([seconds, held]);
        }
        self.points.push([seconds, value]);
        run.samples += 1;
        run.visible += usize::from(self.request.range.0 <= time && time < self.request.range.1);
    }

    /// Ends the run. A lone sample outside the visible range would be a dot outside the plot.
    fn lift(&mut self) {
        let Some(run) = self.run.take() else {
            return;
        };
        if run.samples == 1 && run.visible == 0 {
            self.points.truncate(run.point);
            return;
        }
        self.drawn += run.samples;
        self.drawn_visible += run.visible;
        self.runs.push(RunStart {
            point: run.point,
            isolated: run.samples == 1,
        });
    }
}

/// Exact to a nanosecond within a hundred days of the origin: `f64` has 53 bits.
fn seconds_since(time: i64, origin: i64) -> f64 {
    time.saturating_sub(origin) as f64 / 1e9
}

#[cfg(test)]
#[path = "view_tests.rs"]
mod tests;
