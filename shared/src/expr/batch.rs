//! An expression over whole columns, for recorded data.

use super::lane::LaneReader;
use super::machine::{LaneColumn, Machine};
use super::program::{Program, Reading};
use super::timeline::Timeline;

/// Steps between two looks at whether to stop. The columns of a few instructions fit the nearest
/// cache.
pub(super) const BLOCK: usize = 512;

/// The samples of a signal.
#[derive(Clone, Copy, Debug)]
pub struct Input<'a> {
    /// Nanoseconds; never decreasing.
    pub times: &'a [i64],
    /// As many as times; NaN where a sample has no value.
    pub values: &'a [f64],
    /// Indices of the first sample after each gap, ascending.
    pub gap_starts: &'a [usize],
    /// Up to this time, itself included, the last sample is held. At its own time it always is.
    pub last_valid_until: i64,
}

impl<'a> Input<'a> {
    /// Samples without gaps, of which the last one is held for ever.
    pub const fn held(times: &'a [i64], values: &'a [f64]) -> Self {
        Self {
            times,
            values,
            gap_starts: &[],
            last_valid_until: i64::MAX,
        }
    }
}

/// What a signal has between its samples, unless the expression says `linear(signal)`. Signals that
/// are compared with a text are always held.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Interpolation {
    /// The value of the sample before.
    #[default]
    Hold,
    /// A straight line to the next sample.
    Linear,
}

/// The values of an expression.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Computed {
    /// Times of the inputs, from the first at which there is a value; never decreasing.
    pub times: Vec<i64>,
    /// As many as times; NaN where the value is missing or unknown.
    pub values: Vec<f64>,
    /// Indices of the first sample after each gap that no sample lies in, ascending.
    /// Gaps of one input in which others have samples show as values instead, mostly as NaN.
    pub gap_starts: Vec<usize>,
}

/// Why there are no values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EvaluateError {
    /// The caller said so.
    #[error("the evaluation was stopped")]
    Stopped,
    /// There are not as many inputs as the program has.
    #[error("the expression reads {expected} signals, but the samples of {given} were given")]
    InputCount {
        /// How many the program reads.
        expected: usize,
        /// How many were given.
        given: usize,
    },
    /// An input has more times than values or the reverse.
    #[error("input {input} has {times} times, but {values} values")]
    LengthMismatch {
        /// The position of the input.
        input: usize,
        /// How many times it has.
        times: usize,
        /// How many values it has.
        values: usize,
    },
    /// The times or the gaps of an input are not in order.
    #[error("the times or gaps of input {input} are not ascending; sort its samples by time")]
    Unsorted {
        /// The position of the input.
        input: usize,
    },
}

/// Evaluates a program at every time stamp of its inputs.
///
/// Equal stamps of several inputs are one step; a stamp that one input has k times gives k steps.
/// An input is missing before its first sample, in its gaps (from just after the last sample before
/// one to just before the first after it), and after `last_valid_until`. The result begins with the
/// first step that has a value; functions over time have seen all steps before it.
///
/// `should_stop` is asked every 512 steps.
pub fn evaluate<S>(
    program: &Program<S>,
    inputs: &[Input<'_>],
    interpolation: Interpolation,
    should_stop: &dyn Fn() -> bool,
) -> Result<Computed, EvaluateError> {
    check(program.inputs.len(), inputs)?;
    let mut machine = Machine::new(&program.code);
    let mut readers: Vec<LaneReader<'_>> = program
        .code
        .lanes
        .iter()
        .filter_map(|lane| {
            let is_linear = match lane.reading {
                Reading::Chosen => interpolation == Interpolation::Linear,
                Reading::Held => false,
                Reading::Linear => true,
            };
            Some(LaneReader::new(inputs.get(lane.input)?, is_linear))
        })
        .collect();
    let mut columns = vec![LaneColumn::default(); readers.len()];
    let mut timeline = Timeline::new(inputs.iter().map(|input| input.times));
    let mut steps_ns = Vec::with_capacity(BLOCK);
    let mut gap_starts = Vec::new();
    let mut computed = Computed::with_capacity(timeline.longest());
    while timeline.next_block(BLOCK, &mut steps_ns) {
        if should_stop() {
            return Err(EvaluateError::Stopped);
        }
        gap_starts.clear();
        for (reader, column) in readers.iter_mut().zip(&mut columns) {
            reader.fill(&steps_ns, column, &mut gap_starts);
        }
        let values = machine.run(&steps_ns, &columns);
        computed.append(&steps_ns, values, &mut gap_starts);
    }
    Ok(computed)
}

fn check(expected: usize, inputs: &[Input<'_>]) -> Result<(), EvaluateError> {
    let given = inputs.len();
    if expected != given {
        return Err(EvaluateError::InputCount { expected, given });
    }
    for (i, input) in inputs.iter().enumerate() {
        let (times, values) = (input.times.len(), input.values.len());
        if times != values {
            return Err(EvaluateError::LengthMismatch {
                input: i,
                times,
                values,
            });
        }
        if !input.times.is_sorted() || !input.gap_starts.is_sorted() {
            return Err(EvaluateError::Unsorted { input: i });
        }
    }
    Ok(())
}

impl Computed {
    fn with_capacity(samples: usize) -> Self {
        Self {
            times: Vec::with_capacity(samples),
            values: Vec::with_capacity(samples),
            gap_starts: Vec::new(),
        }
    }

    /// Adds a block, whose gaps may be in any order and counted more than once.
    fn append(&mut self, times_ns: &[i64], values: &[f64], gap_starts: &mut Vec<usize>) {
        let first = if self.times.is_empty() {
            let known = values.iter().position(|value| !value.is_nan());
            known.unwrap_or(values.len())
        } else {
            0
        };
        gap_starts.sort_unstable();
        gap_starts.dedup();
        let before = self.times.len();
        let kept = gap_starts.iter().filter_map(|gap| gap.checked_sub(first));
        let kept = kept.map(|gap| gap + before).filter(|gap| *gap > 0);
        self.gap_starts.extend(kept);
        self.times
            .extend_from_slice(times_ns.get(first..).unwrap_or_default());
        self.values
            .extend_from_slice(values.get(first..).unwrap_or_default());
    }
}
