//! A bound expression: instructions for a stack of columns.
//!
//! Invariants of [`Code`]: it is postfix, each instruction finds its operands on the stack, the
//! stack never has more than `stack_depth` columns and in the end has one. Lanes, clocks and
//! memories that an instruction names exist.

use std::sync::Arc;

use super::kernel::{Kernel1, Kernel2, Kernel3};
use super::memory::Memory;

/// An expression whose names have their signals.
#[derive(Clone, Debug)]
pub struct Program<S> {
    pub(super) inputs: Vec<BoundSignal<S>>,
    pub(super) code: Arc<Code>,
}

/// A signal that a program reads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BoundSignal<S> {
    /// Its name as it was first written.
    pub name: String,
    /// What the caller resolved the name to.
    pub signal: S,
}

impl<S> Program<S> {
    /// The signals that it reads, in order of first use: the position is the number of the input.
    pub fn inputs(&self) -> &[BoundSignal<S>] {
        &self.inputs
    }
}

#[derive(Debug, Default)]
pub(super) struct Code {
    pub(super) ops: Vec<Op>,
    pub(super) stack_depth: usize,
    pub(super) lanes: Vec<Lane>,
    pub(super) clocks: Vec<Clock>,
    /// As they are before the first step.
    pub(super) memories: Vec<Memory>,
}

/// An instruction. The operands are on top of the stack; the result takes their place.
#[derive(Clone, Copy, Debug)]
pub(super) enum Op {
    Number(f64),
    Read { lane: usize },
    One(Kernel1),
    Two(Kernel2),
    Three(Kernel3),
    OverTime { memory: usize, clock: usize },
}

/// An input read in one way; the same input can have several.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Lane {
    pub(super) input: usize,
    pub(super) reading: Reading,
}

/// What an input has between its samples.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reading {
    /// What the caller of `evaluate` chooses; live: the value of the sample before.
    Chosen,
    /// The value of the sample before.
    Held,
    /// A straight line to the next sample.
    Linear,
}

/// The lanes whose samples are the samples of what a function over time is applied to.
///
/// Without any, each step is a sample.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Clock {
    pub(super) lanes: Vec<usize>,
}

/// What came in at a step. Ordered: of several the greatest counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Arrival {
    /// Nothing; an earlier sample is held, or there is none.
    Held,
    /// A sample.
    Sample,
    /// A sample that is the first one after a gap.
    AfterGap,
}
