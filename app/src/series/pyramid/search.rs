//! Looking for a sample down the pyramid: by its time, and by what its value is not.

use super::{BLOCK, FAN_BITS, Pyramid};

impl Pyramid {
    /// Index of the first sample at or after `time`.
    ///
    /// `hint` is a block near which to look first; it is moved to the block of the answer.
    pub(in crate::series) fn lower_bound(
        &self,
        times: &[i64],
        time: i64,
        hint: &mut usize,
    ) -> usize {
        let block = gallop(&self.block_times, time, *hint);
        *hint = block;
        let Some(before) = block.checked_sub(1) else {
            return 0;
        };
        let start = before * BLOCK;
        let end = times.len().min(start + BLOCK);
        // Samples are mostly evenly spaced, so the answer is near where the time lies between the
        // blocks' first times; looking there touches one line of memory, halving touches four.
        let guess = self.block_times.get(block).map_or(0, |&next| {
            let share = time.abs_diff(self.block_times[before]) as f64
                / next.abs_diff(self.block_times[before]).max(1) as f64;
            (share * BLOCK as f64) as usize
        });
        start + gallop(&times[start..end], time, guess)
    }

    /// The first sample in `from..to` that does not equal `value` (NaN equals NaN).
    pub(in crate::series) fn first_different(
        &self,
        values: &[f64],
        from: usize,
        to: usize,
        value: f64,
    ) -> Option<usize> {
        let mut at = from;
        while at < to {
            let block = at / BLOCK;
            let skip = if at.is_multiple_of(BLOCK) {
                self.constant_blocks(block, value, usize::is_multiple_of)
            } else {
                0
            };
            if skip > 0 {
                at += skip * BLOCK;
                continue;
            }
            let end = to.min((block + 1) * BLOCK);
            if let Some(offset) = values[at..end].iter().position(|&v| !same(v, value)) {
                return Some(at + offset);
            }
            at = end;
        }
        None
    }

    /// The last sample in `from..to` that does not equal `value` (NaN equals NaN).
    pub(in crate::series) fn last_different(
        &self,
        values: &[f64],
        from: usize,
        to: usize,
        value: f64,
    ) -> Option<usize> {
        let mut end = to;
        while end > from {
            let block = (end - 1) / BLOCK;
            let skip = if end.is_multiple_of(BLOCK) {
                self.constant_blocks(block, value, |block, size| (block + 1).is_multiple_of(size))
            } else {
                0
            };
            if skip > 0 {
                end = end.saturating_sub(skip * BLOCK);
                continue;
            }
            let start = from.max(block * BLOCK);
            if let Some(offset) = values[start..end].iter().rposition(|&v| !same(v, value)) {
                return Some(start + offset);
            }
            end = start;
        }
        None
    }

    /// Blocks in the largest node that holds `value` alone and has `block` at the edge that
    /// `at_edge(block, blocks in the node)` asks for; 0 when even the block itself is mixed.
    fn constant_blocks(
        &self,
        block: usize,
        value: f64,
        at_edge: fn(usize, usize) -> bool,
    ) -> usize {
        let mut blocks = 0;
        let mut size = 1;
        for (level, nodes) in self.levels.iter().enumerate() {
            let constant = nodes
                .get(block >> (FAN_BITS * level as u32))
                .is_some_and(|node| node.is_constant(value));
            if !at_edge(block, size) || !constant {
                break;
            }
            blocks = size;
            size <<= FAN_BITS;
        }
        blocks
    }
}

/// Equal, with one missing value as good as another.
pub(in crate::series) fn same(a: f64, b: f64) -> bool {
    a == b || (a.is_nan() && b.is_nan())
}

/// First index whose element is at or after `time`, looking around `hint` first: neighbouring
/// columns of a picture are about equally far apart.
fn gallop(sorted: &[i64], time: i64, hint: usize) -> usize {
    let hint = hint.min(sorted.len());
    let (mut low, mut high) = (hint, hint);
    let mut step = 1;
    // Grow until everything before `low` is earlier and everything from `high` on is not.
    while low > 0 && sorted[low - 1] >= time {
        high = low - 1;
        low = low.saturating_sub(step);
        step *= 2;
    }
    if low == hint {
        while high < sorted.len() && sorted[high] < time {
            low = high + 1;
            high = (high + step).min(sorted.len());
            step *= 2;
        }
    }
    low + sorted[low..high].partition_point(|&t| t < time)
}
