//! The extremes of every stretch of a series, so that a picture never has to read all samples.
//!
//! Blocks of [`BLOCK`] consecutive samples carry their minimum and maximum and where these lie;
//! four blocks make a node of the next level, and so on up to one node. A block belongs to the data,
//! never to a view, and the *time* of its first sample decides which absolute time bucket of a
//! picture it is drawn in, so panning does not move anything. Blocks are cut by count and not by
//! time because then no distribution of times (a burst, a clock that once said 1970) makes a block
//! long to read: any range of samples is answered exactly from at most two partly read blocks and a
//! few nodes per level.
//!
//! Only finite values are extremes. NaN (a missing value) and ±∞ (nothing that could be drawn) are
//! passed over, and a node remembers whether it has any.
//!
//! Memory: 0.6 bytes per sample, 4 % of the columns.

use std::sync::Arc;

/// Samples in a block.
pub(super) const BLOCK: usize = 64;
const BLOCK_BITS: u32 = BLOCK.trailing_zeros();
/// Nodes that make one node of the level above, as a power of two.
const FAN_BITS: u32 = 2;
const FAN: usize = 1 << FAN_BITS;
/// Set in `Node::min_at` when a value is missing or infinite. Indices leave this bit free.
const MISSING: u32 = 1 << 31;

/// The least and the greatest finite value of some samples, and the first sample that has each.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Extremes {
    /// Least finite value.
    pub min: f64,
    /// Greatest finite value.
    pub max: f64,
    /// Index of the first sample equal to `min`.
    pub min_index: usize,
    /// Index of the first sample equal to `max`.
    pub max_index: usize,
}

impl Extremes {
    /// Takes in the extremes of later samples: the earlier sample wins a tie.
    pub(super) fn extend(&mut self, later: &Self) {
        if later.min < self.min {
            (self.min, self.min_index) = (later.min, later.min_index);
        }
        if later.max > self.max {
            (self.max, self.max_index) = (later.max, later.max_index);
        }
    }
}

/// Extremes of a node; `min > max` when it has no finite value.
#[derive(Clone, Copy, Debug)]
struct Node {
    min: f64,
    max: f64,
    min_at: u32,
    max_at: u32,
}

impl Node {
    const EMPTY: Self = Self {
        min: f64::INFINITY,
        max: f64::NEG_INFINITY,
        min_at: 0,
        max_at: 0,
    };

    /// This node followed by `next`: the earlier one wins a tie.
    fn then(self, next: Self) -> Self {
        let missing = (self.min_at | next.min_at) & MISSING;
        let (min, min_at) = if next.min < self.min {
            (next.min, next.min_at)
        } else {
            (self.min, self.min_at)
        };
        let (max, max_at) = if next.max > self.max {
            (next.max, next.max_at)
        } else {
            (self.max, self.max_at)
        };
        Self {
            min,
            max,
            min_at: min_at | missing,
            max_at,
        }
    }

    fn extremes(self) -> Option<Extremes> {
        (self.min <= self.max).then_some(Extremes {
            min: self.min,
            max: self.max,
            min_index: (self.min_at & !MISSING) as usize,
            max_index: self.max_at as usize,
        })
    }

    /// Whether every sample is present and equals `value`.
    fn is_constant(self, value: f64) -> bool {
        self.min_at & MISSING == 0 && self.min == value && self.max == value
    }
}

/// Minima and maxima over blocks of samples, level upon level. See the module's text.
#[derive(Clone, Debug)]
pub struct Pyramid {
    /// Time of each block's first sample.
    block_times: Vec<i64>,
    /// Level 0 has a node per block, the last level a single one. Shared with the pyramids of the same
    /// samples at other times.
    levels: Arc<[Vec<Node>]>,
}

impl Pyramid {
    /// Reads the values once and every 64th time.
    pub fn new(times: &[i64], values: &[f64]) -> Self {
        debug_assert_eq!(times.len(), values.len(), "columns of one series");
        let block_times = times.iter().copied().step_by(BLOCK).collect();
        let mut level: Vec<Node> = Vec::with_capacity(values.len().div_ceil(BLOCK));
        level.extend(
            values
                .chunks(BLOCK)
                .enumerate()
                .map(|(block, values)| scan(values, block * BLOCK)),
        );
        let mut levels = Vec::new();
        while level.len() > 1 {
            let above = level
                .chunks(FAN)
                .map(|nodes| nodes.iter().fold(Node::EMPTY, |all, &node| all.then(node)))
                .collect();
            levels.push(std::mem::replace(&mut level, above));
        }
        levels.push(level);
        Self {
            block_times,
            levels: levels.into(),
        }
    }

    /// Of the same samples `ns` later.
    pub(super) fn shifted(&self, ns: i64) -> Self {
        let times = self.block_times.iter().map(|time| time.saturating_add(ns));
        Self {
            block_times: times.collect(),
            levels: Arc::clone(&self.levels),
        }
    }

    /// Extremes of the samples `from..to`, exactly; `None` when none of them is finite.
    /// `values` must be the values that the pyramid was built from.
    pub fn extremes(&self, values: &[f64], from: usize, to: usize) -> Option<Extremes> {
        self.range(values, from, to).extremes()
    }

    /// As [`Self::extremes`], but of several samples that have an extreme any one may be named. Reads
    /// far fewer samples: of a block that is only partly in the range none, unless it could hold more.
    pub(super) fn any_extremes(&self, values: &[f64], from: usize, to: usize) -> Option<Extremes> {
        let to = to.min(values.len());
        let (left, right) = (from.div_ceil(BLOCK), to / BLOCK);
        if left >= right {
            return self.extremes(values, from, to);
        }
        let mut all = self.whole_blocks(left, right);
        let is_inside = |all: &Node, block: usize| {
            let node = self.levels[0].get(block).unwrap_or(&Node::EMPTY);
            node.min >= all.min && node.max <= all.max
        };
        if from < left * BLOCK && !is_inside(&all, left - 1) {
            all = scan(&values[from..left * BLOCK], from).then(all);
        }
        if right * BLOCK < to && !is_inside(&all, right) {
            all = all.then(scan(&values[right * BLOCK..to], right * BLOCK));
        }
        all.extremes()
    }

    /// Bytes held.
    pub fn memory_bytes(&self) -> usize {
        let nodes: usize = self.levels.iter().map(Vec::len).sum();
        nodes * size_of::<Node>() + self.block_times.len() * size_of::<i64>()
    }

    fn range(&self, values: &[f64], from: usize, to: usize) -> Node {
        let to = to.min(values.len());
        if from >= to {
            return Node::EMPTY;
        }
        let (left, right) = (from.div_ceil(BLOCK), to / BLOCK);
        if left >= right {
            return scan(&values[from..to], from);
        }
        let head = scan(&values[from..left * BLOCK], from);
        let tail = scan(&values[right * BLOCK..to], right * BLOCK);
        head.then(self.whole_blocks(left, right)).then(tail)
    }

    /// Of the blocks `left..right`. The two grow towards each other up the levels, so that ties go to the
    /// earlier one.
    fn whole_blocks(&self, mut left: usize, mut right: usize) -> Node {
        let mut head = Node::EMPTY;
        let mut tail = Node::EMPTY;
        for nodes in self.levels.iter() {
            while left < right && !left.is_multiple_of(FAN) {
                head = head.then(nodes[left]);
                left += 1;
            }
            while left < right && !right.is_multiple_of(FAN) {
                right -= 1;
                tail = nodes[right].then(tail);
            }
            if left >= right {
                break;
            }
            left >>= FAN_BITS;
            right >>= FAN_BITS;
        }
        head.then(tail)
    }

    /// Index of the first sample at or after `time`.
    ///
    /// `hint` is a block near which to look first; it is moved to the block of the answer.
    pub(super) fn lower_bound(&self, times: &[i64], time: i64, hint: &mut usize) -> usize {
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

    /// The nodes of one level that lie wholly inside the samples `from..to`, as (time of the first
    /// sample, extremes), in order of time. The level is the coarsest with at least `nodes` of them.
    pub(super) fn nodes_within(
        &self,
        from: usize,
        to: usize,
        nodes: usize,
    ) -> impl Iterator<Item = (i64, Option<Extremes>)> {
        let mut level = 0;
        while level + 1 < self.levels.len()
            && to.saturating_sub(from) >> (BLOCK_BITS + FAN_BITS * (level as u32 + 1)) >= nodes
        {
            level += 1;
        }
        let fan_bits = FAN_BITS * level as u32;
        let first = from.div_ceil(BLOCK << fan_bits);
        let end = (to >> (BLOCK_BITS + fan_bits)).max(first);
        (first..end).map(move |at| {
            (
                self.block_times[at << fan_bits],
                self.levels[level][at].extremes(),
            )
        })
    }

    /// The first sample in `from..to` that does not equal `value` (NaN equals NaN).
    pub(super) fn first_different(
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
    pub(super) fn last_different(
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
pub(super) fn same(a: f64, b: f64) -> bool {
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

/// Extremes of a few samples, the first of which has index `base`.
///
/// Branch-free over eight lanes, as the compiler turns it into vector minimum and maximum; a
/// comparison with NaN is false and leaves the lane alone. Missing values take the slow path.
fn scan(values: &[f64], base: usize) -> Node {
    const LANES: usize = 8;
    let mut min = [f64::INFINITY; LANES];
    let mut max = [f64::NEG_INFINITY; LANES];
    // NaN as soon as one of the values is, which stays.
    let mut sum = [0.0_f64; LANES];
    let (chunks, rest) = values.as_chunks::<LANES>();
    for chunk in chunks {
        for lane in 0..LANES {
            let value = chunk[lane];
            min[lane] = if value < min[lane] { value } else { min[lane] };
            max[lane] = if value > max[lane] { value } else { max[lane] };
            sum[lane] += value;
        }
    }
    let mut node = Node::EMPTY;
    let mut sum: f64 = sum.iter().sum();
    for lane in 0..LANES {
        node.min = if min[lane] < node.min {
            min[lane]
        } else {
            node.min
        };
        node.max = if max[lane] > node.max {
            max[lane]
        } else {
            node.max
        };
    }
    for &value in rest {
        node.min = if value < node.min { value } else { node.min };
        node.max = if value > node.max { value } else { node.max };
        sum += value;
    }
    if node.min.is_finite() && node.max.is_finite() && !sum.is_nan() {
        node.min_at = index_of(values, node.min, base);
        node.max_at = index_of(values, node.max, base);
        return node;
    }
    scan_missing(values, base)
}

/// As [`scan`], sample by sample, where some value is missing.
#[cold]
fn scan_missing(values: &[f64], base: usize) -> Node {
    let mut node = Node::EMPTY;
    for (index, &value) in values.iter().enumerate().filter(|(_, v)| v.is_finite()) {
        if value < node.min {
            node.min = value;
            node.min_at = (base + index) as u32;
        }
        if value > node.max {
            node.max = value;
            node.max_at = (base + index) as u32;
        }
    }
    node.min_at |= MISSING;
    node
}

/// The first sample equal to `value`, which is known to be there.
///
/// Sixteen at a time without an early end, in vector instructions, then those sixteen one by one.
fn index_of(values: &[f64], value: f64, base: usize) -> u32 {
    const STEP: usize = 16;
    let at = |part: &[f64]| part.iter().position(|&v| v == value).unwrap_or(0);
    let (chunks, rest) = values.as_chunks::<STEP>();
    for (i, chunk) in chunks.iter().enumerate() {
        let found = chunk
            .iter()
            .fold(0, |found, &v| found | u8::from(v == value));
        if found != 0 {
            return (base + i * STEP + at(chunk)) as u32;
        }
    }
    (base + chunks.len() * STEP + at(rest)) as u32
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn brute_force(values: &[f64], from: usize, to: usize) -> Option<Extremes> {
        let mut all: Option<Extremes> = None;
        for (index, &value) in values.iter().enumerate().take(to).skip(from) {
            if !value.is_finite() {
                continue;
            }
            let all = all.get_or_insert(Extremes {
                min: value,
                max: value,
                min_index: index,
                max_index: index,
            });
            if value < all.min {
                (all.min, all.min_index) = (value, index);
            }
            if value > all.max {
                (all.max, all.max_index) = (value, index);
            }
        }
        all
    }

    /// Few distinct values, so that ties, constant blocks and missing values are frequent.
    fn value() -> impl Strategy<Value = f64> {
        prop_oneof![
            20 => (-3_i8..3).prop_map(f64::from),
            2 => any::<f64>(),
            1 => Just(f64::NAN),
            1 => Just(f64::INFINITY),
            1 => Just(f64::NEG_INFINITY),
        ]
    }

    /// Runs of equal values make constant nodes on several levels.
    fn values() -> impl Strategy<Value = Vec<f64>> {
        prop::collection::vec((value(), prop_oneof![1_usize..4, 100_usize..900]), 1..40).prop_map(
            |runs| {
                runs.into_iter()
                    .flat_map(|(value, count)| std::iter::repeat_n(value, count))
                    .collect()
            },
        )
    }

    #[test]
    fn no_samples_no_extremes() {
        let pyramid = Pyramid::new(&[], &[]);
        assert_eq!(pyramid.extremes(&[], 0, 10), None);
        assert_eq!(pyramid.lower_bound(&[], 5, &mut 0), 0);
        assert_eq!(pyramid.nodes_within(0, 0, 8).count(), 0);
    }

    #[test]
    fn takes_a_twentieth_of_the_columns() {
        let values = vec![0.0; 1_000_000];
        let times: Vec<i64> = (0..1_000_000).collect();
        let pyramid = Pyramid::new(&times, &values);
        assert!(pyramid.memory_bytes() < 16 * 1_000_000 / 20);
    }

    proptest! {
        #[test]
        fn any_range_is_answered_as_by_reading_it(
            values in values(),
            ends in prop::collection::vec((0.0..1.0, 0.0..1.0), 20),
        ) {
            let times: Vec<i64> = (0_i64..).take(values.len()).collect();
            let pyramid = Pyramid::new(&times, &values);
            let n = values.len() as f64 + 1.0;
            for (a, b) in ends {
                let (from, to) = ((a * n) as usize, (b * n) as usize);
                prop_assert_eq!(
                    pyramid.extremes(&values, from, to),
                    brute_force(&values, from, to)
                );
                let any = pyramid.any_extremes(&values, from, to);
                let known = brute_force(&values, from, to);
                prop_assert_eq!(any.map(|it| (it.min, it.max)), known.map(|it| (it.min, it.max)));
                if let Some(it) = any {
                    prop_assert_eq!((values[it.min_index], values[it.max_index]), (it.min, it.max));
                    prop_assert!(from <= it.min_index.min(it.max_index));
                    prop_assert!(it.min_index.max(it.max_index) < to);
                }
                if from > to || to > values.len() {
                    continue;
                }
                for value in [values[0], values[to / 2], f64::NAN] {
                    let differs = |&i: &usize| !same(values[i], value);
                    prop_assert_eq!(
                        pyramid.first_different(&values, from, to, value),
                        (from..to).find(differs)
                    );
                    prop_assert_eq!(
                        pyramid.last_different(&values, from, to, value),
                        (from..to).rev().find(differs)
                    );
                }
            }
        }

        #[test]
        fn bounds_are_found_from_any_hint(
            steps in prop::collection::vec(0_i64..4, 1..2000),
            probes in prop::collection::vec((-5_i64..4000, 0_usize..60), 30),
        ) {
            let times: Vec<i64> = steps
                .iter()
                .scan(0, |time, step| { *time += step; Some(*time) })
                .collect();
            let pyramid = Pyramid::new(&times, &vec![0.0; times.len()]);
            for (time, hint) in probes {
                prop_assert_eq!(
                    pyramid.lower_bound(&times, time, &mut hint.clone()),
                    times.partition_point(|&t| t < time)
                );
            }
        }

        #[test]
        fn nodes_are_whole_and_in_order(
            values in values(), nodes in 1_usize..20, a in 0.0..1.0, b in 0.0..1.0,
        ) {
            let times: Vec<i64> = (0_i64..).take(values.len()).collect();
            let pyramid = Pyramid::new(&times, &values);
            let (from, to) = (
                (a * values.len() as f64) as usize,
                (b * values.len() as f64) as usize,
            );
            let found: Vec<_> = pyramid.nodes_within(from, to, nodes).collect();
            prop_assert!(found.is_sorted_by(|a, b| a.0 < b.0));
            for (time, extremes) in found {
                prop_assert!(time >= from as i64);
                if let Some(extremes) = extremes {
                    prop_assert!(extremes.min_index >= time as usize && extremes.min_index < to);
                    prop_assert!(extremes.max_index >= time as usize && extremes.max_index < to);
                }
            }
        }
    }
}
