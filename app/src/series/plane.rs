//! Two signals against each other: the points of an XY plot or of a track, few enough to be drawn.
//!
//! Every sample of the second signal is a point, at the value that the first one has at that time:
//! of its last sample, or between its neighbours ([`Pairing`]). A signal has no value in its gaps, nor
//! before its first and after its last sample.
//!
//! # What is left of many points
//!
//! Points are told apart by cells of a grid over the area that is looked at, finer than what can be
//! seen of it.
//! - A **path** keeps the first and the last point of every visit to a cell: joined by lines it stays
//!   within a cell of the whole path. What lies outside the area is reduced to where the path leaves
//!   and enters.
//! - Where a path would still have too many points, a **cloud** keeps the latest point of every cell
//!   and the exact extremes of every row and column of cells; those are not joined.
//!
//! All points that are kept are samples. Work proportional to the samples of the range; `go_on` is
//! asked now and then whether to go on.

use super::Prepared;

/// Cells of a path's grid along one side.
const PATH_CELLS: f64 = 1_024.0;
/// Cells of a cloud's grid along one side, at first.
const CLOUD_CELLS: usize = 512;
/// Samples between two questions whether to go on.
const PIECE: usize = 1 << 16;

/// What the first signal has at a time of the second.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Pairing {
    /// The value of its last sample at or before that time.
    #[default]
    Hold,
    /// What lies on the line between its neighbours.
    Linear,
}

/// A point.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PlanePoint {
    /// Value of the first signal.
    pub x: f64,
    /// Value of the second.
    pub y: f64,
    /// When, in nanoseconds since the epoch.
    pub time: i64,
}

/// A rectangle of values: the least and the greatest of each signal.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Area {
    /// Of the first signal.
    pub x: [f64; 2],
    /// Of the second.
    pub y: [f64; 2],
}

impl Area {
    fn of(point: PlanePoint) -> Self {
        Self {
            x: [point.x; 2],
            y: [point.y; 2],
        }
    }

    /// The least area that holds this one and a point.
    fn with(self, point: PlanePoint) -> Self {
        Self {
            x: [self.x[0].min(point.x), self.x[1].max(point.x)],
            y: [self.y[0].min(point.y), self.y[1].max(point.y)],
        }
    }

    /// The least area that holds both.
    #[must_use]
    pub fn union(self, other: Self) -> Self {
        Self {
            x: [self.x[0].min(other.x[0]), self.x[1].max(other.x[1])],
            y: [self.y[0].min(other.y[0]), self.y[1].max(other.y[1])],
        }
    }

    fn contains(&self, point: PlanePoint) -> bool {
        (self.x[0]..=self.x[1]).contains(&point.x) && (self.y[0]..=self.y[1]).contains(&point.y)
    }
}

/// What is to be drawn.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Plane {
    /// In the order of time.
    pub points: Vec<PlanePoint>,
    /// Positions in `points` at which a new line begins, ascending; the first is 0.
    pub starts: Vec<usize>,
    /// Whether the points of a run are joined by lines.
    pub is_path: bool,
    /// Points in the range that have both values.
    pub n_pairs: usize,
    /// Points of these that are in the area.
    pub n_inside: usize,
    /// Samples of the second signal for which there is no point.
    pub left_out: usize,
    /// Where all points are.
    pub bounds: Option<Area>,
}

impl Plane {
    /// How many points of the area stand behind one that is drawn there; 1 when all are drawn.
    pub fn ratio(&self, area: Option<&Area>) -> f64 {
        let drawn = match area {
            Some(area) => self.points.iter().filter(|it| area.contains(**it)).count(),
            None => self.points.len(),
        };
        (self.n_inside as f64 / drawn.max(1) as f64).max(1.0)
    }

    /// The lines of a path, or all points of a cloud.
    pub fn runs(&self) -> impl Iterator<Item = &[PlanePoint]> {
        let ends = self.starts.iter().skip(1).copied();
        let ends = ends.chain([self.points.len()]);
        self.starts
            .iter()
            .zip(ends)
            .map(|(start, end)| &self.points[*start..end])
    }

    /// Reduces what `points` gives, which is called twice, to `budget` points or a few more.
    ///
    /// An item is a point, whether the line before it is cut, or neither of them. `None` when told to
    /// stop.
    pub(super) fn reduce<I: Iterator<Item = Step>>(
        points: impl Fn() -> I,
        area: Option<Area>,
        budget: usize,
        keep_path: bool,
        go_on: &dyn Fn() -> bool,
    ) -> Option<Self> {
        let mut plane = Self::default();
        for (idx, step) in points().enumerate() {
            if idx % PIECE == PIECE - 1 && !go_on() {
                return None;
            }
            match step {
                Step::Point { point, .. } => {
                    plane.n_pairs += 1;
                    plane.n_inside += usize::from(area.is_none_or(|area| area.contains(point)));
                    let bounds = plane.bounds.map_or(Area::of(point), |it| it.with(point));
                    plane.bounds = Some(bounds);
                }
                Step::Nothing => plane.left_out += 1,
            }
        }
        let Some(seen) = area.or(plane.bounds) else {
            return Some(plane);
        };
        let mut path = Some(Path::new(Grid::new(seen, PATH_CELLS), budget));
        let mut cloud = Cloud::new(seen);
        for (idx, step) in points().enumerate() {
            if idx % PIECE == PIECE - 1 && !go_on() {
                return None;
            }
            let Step::Point { point, is_cut } = step else {
                if let Some(path) = &mut path {
                    path.cut();
                }
                continue;
            };
            if let Some(path) = &mut path {
                if is_cut {
                    path.cut();
                }
                path.push(point);
            }
            if !keep_path {
                cloud.push(point);
            }
            if let Some(full) = path.take_if(|path| path.is_full())
                && keep_path
            {
                path = Some(full.coarser());
            }
        }
        plane.is_path = path.is_some();
        (plane.points, plane.starts) = match path {
            Some(path) => path.finish(),
            None => (cloud.finish(budget), vec![0]),
        };
        Some(plane)
    }

    /// Signal `y` over signal `x` in `range`, as seen in `area` (everything when `None`), in about
    /// `budget` points. `None` when told to stop.
    pub fn compute(
        x: &Prepared,
        y: &Prepared,
        range: (i64, i64),
        pairing: Pairing,
        (area, budget): (Option<Area>, usize),
        go_on: &dyn Fn() -> bool,
    ) -> Option<Self> {
        let points = || pairs(x, y, range, pairing);
        Self::reduce(points, area, budget, false, go_on)
    }
}

/// One sample of the second signal.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Step {
    /// It is a point.
    Point {
        /// Where.
        point: PlanePoint,
        /// Whether no line leads to it.
        is_cut: bool,
    },
    /// There is no value.
    Nothing,
}

/// The samples of `y` in a range, with the values of `x` at their times.
pub(super) fn pairs<'a>(
    x: &'a Prepared,
    y: &'a Prepared,
    range: (i64, i64),
    pairing: Pairing,
) -> impl Iterator<Item = Step> + 'a {
    let (from, to) = (y.lower_bound(range.0), y.lower_bound(range.1));
    let mut cuts = y.gaps().starts(from, to.max(from)).peekable();
    let mut reader = Reader {
        data: x,
        next: x.lower_bound(range.0),
        pairing,
    };
    (from..to.max(from)).map(move |index| {
        let is_cut = cuts.next_if_eq(&index).is_some();
        let (time, value) = (y.times()[index], y.values()[index]);
        match reader.at(time) {
            Some(x) if value.is_finite() => Step::Point {
                point: PlanePoint { x, y: value, time },
                is_cut,
            },
            _ => Step::Nothing,
        }
    })
}

/// Reads a signal at times that never decrease.
struct Reader<'a> {
    data: &'a Prepared,
    /// The first sample after the time read last.
    next: usize,
    pairing: Pairing,
}

impl Reader<'_> {
    fn at(&mut self, time: i64) -> Option<f64> {
        let (times, values) = (self.data.times(), self.data.values());
        while times.get(self.next).is_some_and(|next| *next <= time) {
            self.next += 1;
        }
        let last = self.next.checked_sub(1)?;
        let (begin, value) = (times[last], values[last]);
        let value = if begin == time {
            value
        } else {
            // Where no sample follows, nothing says that the value still holds.
            let end = *times.get(self.next)?;
            if self.data.gaps().is_before(self.next) {
                return None;
            }
            match self.pairing {
                Pairing::Hold => value,
                Pairing::Linear => {
                    let share = time.abs_diff(begin) as f64 / end.abs_diff(begin) as f64;
                    value * (1.0 - share) + values[self.next] * share
                }
            }
        };
        value.is_finite().then_some(value)
    }
}

/// What a signal has at one time; see [`Pairing`].
pub fn value_at(data: &Prepared, time: i64, pairing: Pairing) -> Option<f64> {
    let mut reader = Reader {
        data,
        next: data.lower_bound(time),
        pairing,
    };
    reader.at(time)
}

/// Cells over an area, and around it what lies beyond each side.
#[derive(Clone, Copy, Debug)]
struct Grid {
    area: Area,
    cells: f64,
}

impl Grid {
    fn new(area: Area, cells: f64) -> Self {
        Self { area, cells }
    }

    /// The cell of a point: −1 and `cells` lie beyond.
    fn cell(&self, point: PlanePoint) -> [i32; 2] {
        let place = |value: f64, [low, high]: [f64; 2]| {
            let span = high / 2.0 - low / 2.0;
            let share = if span > 0.0 {
                (value / 2.0 - low / 2.0) / span
            } else {
                0.5
            };
            // The greatest value is inside.
            if share == 1.0 {
                self.cells as i32 - 1
            } else {
                (share * self.cells).floor().clamp(-1.0, self.cells) as i32
            }
        };
        [place(point.x, self.area.x), place(point.y, self.area.y)]
    }
}

/// A line that keeps the first and the last point of every visit to a cell.
#[derive(Debug)]
struct Path {
    grid: Grid,
    budget: usize,
    points: Vec<PlanePoint>,
    starts: Vec<usize>,
    cell: Option<[i32; 2]>,
    /// The last point of the visit, when it is not the first.
    pending: Option<PlanePoint>,
}

impl Path {
    fn new(grid: Grid, budget: usize) -> Self {
        Self {
            grid,
            budget,
            points: Vec::new(),
            starts: Vec::new(),
            cell: None,
            pending: None,
        }
    }

    fn push(&mut self, point: PlanePoint) {
        let cell = self.grid.cell(point);
        if self.cell == Some(cell) {
            self.pending = Some(point);
            return;
        }
        self.points.extend(self.pending.take());
        if self.cell.is_none() {
            self.starts.push(self.points.len());
        }
        self.points.push(point);
        self.cell = Some(cell);
    }

    fn cut(&mut self) {
        self.points.extend(self.pending.take());
        self.cell = None;
    }

    fn is_full(&self) -> bool {
        self.points.len() > self.budget
    }

    /// The same line on a grid half as fine, or finer still where that is not enough. What is cut
    /// stays cut, so a path of very many pieces may keep more points than wanted.
    fn coarser(mut self) -> Self {
        while self.is_full() && self.grid.cells > 8.0 {
            let mut path = Self::new(
                Grid::new(self.grid.area, self.grid.cells / 2.0),
                self.budget,
            );
            let is_open = self.cell.is_some();
            let mut starts = self.starts.iter().copied().peekable();
            for (idx, point) in self.points.iter().enumerate() {
                if starts.next_if_eq(&idx).is_some() {
                    path.cut();
                }
                path.push(*point);
            }
            if let Some(pending) = self.pending {
                path.push(pending);
            }
            if !is_open {
                path.cut();
            }
            self = path;
        }
        if self.is_full() {
            self.budget *= 2;
        }
        self
    }

    fn finish(mut self) -> (Vec<PlanePoint>, Vec<usize>) {
        self.cut();
        (self.points, self.starts)
    }
}

/// Points that are not joined: one a cell, and the extremes of rows and columns.
#[derive(Debug)]
struct Cloud {
    grid: Grid,
    area: Area,
    cells: Vec<Option<PlanePoint>>,
    /// Of each column the least and the greatest `y`, of each row the least and the greatest `x`.
    columns: Vec<Option<[PlanePoint; 2]>>,
    rows: Vec<Option<[PlanePoint; 2]>>,
}

impl Cloud {
    fn new(area: Area) -> Self {
        let side = CLOUD_CELLS;
        Self {
            grid: Grid::new(area, side as f64),
            area,
            cells: vec![None; side * side],
            columns: vec![None; side],
            rows: vec![None; side],
        }
    }

    fn push(&mut self, point: PlanePoint) {
        if !self.area.contains(point) {
            return;
        }
        let side = self.columns.len();
        let [column, row] = self.grid.cell(point).map(|idx| idx.max(0) as usize);
        let (column, row) = (column.min(side - 1), row.min(side - 1));
        self.cells[row * side + column] = Some(point);
        let widen = |ends: &mut Option<[PlanePoint; 2]>, of: fn(&PlanePoint) -> f64| {
            let [low, high] = ends.get_or_insert([point; 2]);
            if of(&point) < of(low) {
                *low = point;
            }
            if of(&point) > of(high) {
                *high = point;
            }
        };
        widen(&mut self.columns[column], |point| point.y);
        widen(&mut self.rows[row], |point| point.x);
    }

    /// The points; of cells so much coarser that the budget is kept.
    fn finish(mut self, budget: usize) -> Vec<PlanePoint> {
        while self.cells.iter().flatten().count() > budget && self.cells.len() > 1 {
            self.cells = coarser(&self.cells);
        }
        let ends = self
            .columns
            .into_iter()
            .chain(self.rows)
            .flatten()
            .flatten();
        let mut points: Vec<_> = self.cells.into_iter().flatten().chain(ends).collect();
        points.sort_by(|a, b| {
            let by_place = a.x.total_cmp(&b.x).then(a.y.total_cmp(&b.y));
            a.time.cmp(&b.time).then(by_place)
        });
        points.dedup();
        points
    }
}

/// Four cells become one, with the latest of their points.
fn coarser(cells: &[Option<PlanePoint>]) -> Vec<Option<PlanePoint>> {
    let side = cells.len().isqrt();
    let half = side.div_ceil(2);
    let mut merged: Vec<Option<PlanePoint>> = vec![None; half * half];
    for (idx, point) in cells.iter().enumerate() {
        let Some(point) = point else {
            continue;
        };
        let (row, column) = (idx / side / 2, idx % side / 2);
        let cell = &mut merged[row * half + column];
        if cell.is_none_or(|known| known.time <= point.time) {
            *cell = Some(*point);
        }
    }
    merged
}

#[cfg(test)]
#[path = "plane_tests.rs"]
mod tests;
