//! The time stamps of several signals as one sequence of steps.

/// Steps that are still to be made.
#[derive(Debug)]
pub(super) struct Timeline<'a> {
    /// What is left of the times of each signal; signals with the same times are one.
    rest: Vec<&'a [i64]>,
}

impl<'a> Timeline<'a> {
    pub(super) fn new(times: impl Iterator<Item = &'a [i64]>) -> Self {
        let mut rest: Vec<&[i64]> = Vec::new();
        for times in times {
            // Signals of one message have the same times; comparing is faster than merging.
            if !rest.contains(&times) {
                rest.push(times);
            }
        }
        Self { rest }
    }

    /// The number of samples of the signal that has most.
    pub(super) fn longest(&self) -> usize {
        self.rest.iter().map(|rest| rest.len()).max().unwrap_or(0)
    }

    /// Replaces `steps` by the next ones, `max` at most. False when there are none left.
    pub(super) fn next_block(&mut self, max: usize, steps: &mut Vec<i64>) -> bool {
        steps.clear();
        self.rest.retain(|rest| !rest.is_empty());
        let shortest = self.rest.iter().map(|rest| rest.len()).min().unwrap_or(0);
        if let Some(shared) = self.shared(shortest.min(max)) {
            steps.extend_from_slice(shared);
            for rest in &mut self.rest {
                *rest = rest.get(shared.len()..).unwrap_or_default();
            }
        } else {
            self.merge(max, steps);
        }
        !steps.is_empty()
    }

    /// The next `len` times, if all signals have the same.
    fn shared(&self, len: usize) -> Option<&'a [i64]> {
        let (first, others) = self.rest.split_first()?;
        let shared = first.get(..len)?;
        let is_shared = others.iter().all(|rest| rest.get(..len) == Some(shared));
        is_shared.then_some(shared)
    }

    fn merge(&mut self, max: usize, steps: &mut Vec<i64>) {
        while steps.len() < max {
            let next = self.rest.iter().filter_map(|rest| rest.first()).min();
            let Some(step) = next.copied() else {
                break;
            };
            for rest in &mut self.rest {
                if let [first, tail @ ..] = *rest
                    && *first == step
                {
                    *rest = tail;
                }
            }
            steps.push(step);
        }
    }
}
