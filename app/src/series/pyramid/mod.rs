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

mod node;
mod search;

use std::sync::Arc;

use self::node::{Node, scan};
pub use node::Extremes;
pub(super) use search::same;

/// Samples in a block.
pub(super) const BLOCK: usize = 64;
const BLOCK_BITS: u32 = BLOCK.trailing_zeros();
/// Nodes that make one node of the level above, as a power of two.
const FAN_BITS: u32 = 2;
const FAN: usize = 1 << FAN_BITS;

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
