//! An expression step by step, for live data.

use super::machine::{LaneColumn, Machine};
use super::program::{Arrival, Lane, Program, Reading};
use super::step_clock::{StepClock, StepTime};

/// Evaluates a program sample by sample, for months if need be: its memory is bounded, and after
/// the first steps only growing windows of `moving_average` allocate.
///
/// Give it the samples that came in by [`set`](Self::set), then the time by [`step`](Self::step).
/// A value is held until the next one. A step without new samples is allowed: at it only what
/// depends on time by itself changes.
///
/// Times: a step that is up to one second earlier than the latest one is taken to be at the same
/// time, as frames of several buses are never quite in order. A step that is earlier still begins
/// anew: functions over time forget, and only inputs set since the last step are known.
///
/// `linear` is for recorded data, and missing here; bind by [`bind_live`](super::Expr::bind_live),
/// which refuses it.
#[derive(Clone, Debug)]
pub struct Evaluator {
    machine: Machine,
    lanes: Vec<Lane>,
    columns: Vec<LaneColumn>,
    feeds: Vec<Feed>,
    clock: StepClock,
}

/// What came in so far for a lane.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Feed {
    Nothing,
    Samples,
    /// Samples, and then a gap that still goes on.
    Gap,
}

impl Evaluator {
    /// An evaluator before its first step: no input has a value.
    pub fn new<S>(program: &Program<S>) -> Self {
        let lanes = program.code.lanes.clone();
        let unknown = LaneColumn {
            values: vec![f64::NAN],
            arrivals: vec![Arrival::Held],
        };
        Self {
            machine: Machine::new(&program.code),
            columns: vec![unknown; lanes.len()],
            feeds: vec![Feed::Nothing; lanes.len()],
            lanes,
            clock: StepClock::default(),
        }
    }

    /// A sample of an input, by its position in [`Program::inputs`]; NaN for one without a value.
    ///
    /// Of several samples of one input between two steps only the last counts. An input that the
    /// program does not have is ignored.
    pub fn set(&mut self, input: usize, value: f64) {
        let feeds = self.columns.iter_mut().zip(&mut self.feeds);
        for ((column, feed), lane) in feeds.zip(&self.lanes) {
            if lane.input != input || lane.reading == Reading::Linear {
                continue;
            }
            let arrival = if *feed == Feed::Gap {
                Arrival::AfterGap
            } else {
                // A gap that an earlier sample of this step came after is still there.
                let earlier = column.arrivals.first().copied();
                earlier.unwrap_or(Arrival::Held).max(Arrival::Sample)
            };
            *feed = Feed::Samples;
            column.put(value, arrival);
        }
    }

    /// A gap in an input begins: it is missing until its next sample, and functions over time do
    /// not look across.
    pub fn clear(&mut self, input: usize) {
        let feeds = self.columns.iter_mut().zip(&mut self.feeds);
        for ((column, feed), lane) in feeds.zip(&self.lanes) {
            if lane.input == input && *feed == Feed::Samples {
                column.put(f64::NAN, Arrival::Held);
                *feed = Feed::Gap;
            }
        }
    }

    /// The value at a time, with the samples set so far; NaN where it is missing or unknown.
    pub fn step(&mut self, time_ns: i64) -> f64 {
        let time_ns = match self.clock.advance(time_ns) {
            StepTime::Onwards(time_ns) => time_ns,
            StepTime::Anew(time_ns) => {
                self.machine.reset();
                self.forget_held();
                time_ns
            }
        };
        let value = self.machine.run(&[time_ns], &self.columns).first().copied();
        for arrival in self
            .columns
            .iter_mut()
            .flat_map(|column| &mut column.arrivals)
        {
            *arrival = Arrival::Held;
        }
        value.unwrap_or(f64::NAN)
    }

    /// Forgets everything, as if it were new.
    pub fn reset(&mut self) {
        for column in &mut self.columns {
            column.arrivals.fill(Arrival::Held);
        }
        self.machine.reset();
        self.forget_held();
        self.clock = StepClock::default();
    }

    fn forget_held(&mut self) {
        for (column, feed) in self.columns.iter_mut().zip(&mut self.feeds) {
            if column.arrivals.contains(&Arrival::Held) {
                column.put(f64::NAN, Arrival::Held);
                *feed = Feed::Nothing;
            }
        }
    }
}

impl LaneColumn {
    /// Replaces the only step.
    fn put(&mut self, value: f64, arrival: Arrival) {
        self.values.fill(value);
        self.arrivals.fill(arrival);
    }
}
