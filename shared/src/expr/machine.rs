//! Runs the instructions of a program over columns of steps: one step live, 512 at once in batch.
//!
//! Both are the same code, so both give the same values; memories carry over from run to run.
//! Once its columns have grown it allocates no more, but for the windows of `moving_average`.

use std::sync::Arc;

use super::memory::Memory;
use super::program::{Arrival, Code, Op};

#[derive(Clone, Debug)]
pub(super) struct Machine {
    code: Arc<Code>,
    memories: Vec<Memory>,
    stack: Vec<Vec<f64>>,
    /// For each clock what came in at each step.
    arrivals: Vec<Vec<Arrival>>,
}

/// What a lane has at each step.
#[derive(Clone, Debug, Default)]
pub(super) struct LaneColumn {
    pub(super) values: Vec<f64>,
    pub(super) arrivals: Vec<Arrival>,
}

impl Machine {
    pub(super) fn new(code: &Arc<Code>) -> Self {
        Self {
            memories: code.memories.clone(),
            stack: vec![Vec::new(); code.stack_depth],
            arrivals: vec![Vec::new(); code.clocks.len()],
            code: Arc::clone(code),
        }
    }

    /// Forgets all steps.
    pub(super) fn reset(&mut self) {
        self.memories.clone_from(&self.code.memories);
    }

    /// Makes the given steps, whose times never decrease, and returns their values.
    pub(super) fn run(&mut self, times_ns: &[i64], lanes: &[LaneColumn]) -> &[f64] {
        self.find_arrivals(times_ns.len(), lanes);
        let mut depth = 0;
        for op in &self.code.ops {
            let (below, above) = self.stack.split_at_mut_checked(depth).unwrap_or_default();
            match (op, below, above) {
                (Op::Number(value), _, [column, ..]) => {
                    column.clear();
                    column.resize(times_ns.len(), *value);
                    depth += 1;
                }
                (Op::Read { lane }, _, [column, ..]) => {
                    column.clear();
                    if let Some(lane) = lanes.get(*lane) {
                        column.extend_from_slice(&lane.values);
                    }
                    depth += 1;
                }
                (Op::One(kernel), [.., x], _) => kernel(x),
                (Op::Two(kernel), [.., a, b], _) => {
                    kernel(a, b);
                    depth -= 1;
                }
                (Op::Three(kernel), [.., a, b, c], _) => {
                    kernel(a, b, c);
                    depth -= 2;
                }
                (Op::OverTime { memory, clock }, [.., x], _) => {
                    if let Some(memory) = self.memories.get_mut(*memory)
                        && let Some(arrivals) = self.arrivals.get(*clock)
                    {
                        memory.run(x, times_ns, arrivals);
                    }
                }
                _ => debug_assert!(false, "{op:?} finds its operands: an invariant of Code"),
            }
        }
        self.stack.first().map_or(&[], Vec::as_slice)
    }

    fn find_arrivals(&mut self, steps: usize, lanes: &[LaneColumn]) {
        for (clock, column) in self.code.clocks.iter().zip(&mut self.arrivals) {
            let initial = if clock.lanes.is_empty() {
                Arrival::Sample
            } else {
                Arrival::Held
            };
            column.clear();
            column.resize(steps, initial);
            for lane in clock.lanes.iter().filter_map(|lane| lanes.get(*lane)) {
                for (arrival, of_lane) in column.iter_mut().zip(&lane.arrivals) {
                    *arrival = (*arrival).max(*of_lane);
                }
            }
        }
    }
}
