//! Which samples of a view are drawn when not all of them fit the budget.
//!
//! Two lists are merged:
//! - *required*: what makes the picture true at this very range and width. Per pixel column the
//!   exact minimum and maximum; the ends of every segment; the samples next to empty columns; the
//!   outermost samples.
//! - *chosen*: what makes the line look the same wherever the range begins. LTTB over the extremes
//!   of absolute time buckets, one sample per bucket between one and two pixels wide. Left out where
//!   columns hold so many samples ([`DENSE`]) that it would change nothing that can be seen.
//!
//! Count: with N columns holding samples, E empty ones and S segments, the first list has at most
//! 2N + 2E + 2S + 2 samples, which is within 4 × columns + 2 × segments; the second list is left out
//! where it would not fit too.
//! Where there are more segments than columns, only gaps that reach across a column's edge keep
//! their ends: the others are too narrow to be seen.

use std::ops::Range;

use super::lttb::largest_triangles;
use super::pyramid::BLOCK;
use super::{Extremes, Prepared};

/// Samples per column from which the chosen list is left out: what it would add lies between the
/// extremes of its own column, which are joined by a line already.
const DENSE: usize = 64;

/// Nodes of the pyramid per column from which the absolute buckets are put together.
const NODES_PER_COLUMN: usize = 8;

/// The pixel columns of a plot: column c of n covers the times from
/// `start + floor(c × width / n)` up to, not including, where the next begins.
#[derive(Clone, Copy, Debug)]
pub(super) struct Columns {
    start: i64,
    end: i64,
    width: u64,
    count: usize,
}

impl Columns {
    pub(super) fn new((start, end): (i64, i64), count: usize) -> Self {
        Self {
            start,
            end,
            width: if end > start { end.abs_diff(start) } else { 0 },
            count: count.max(1),
        }
    }

    /// Samples that may be drawn.
    pub(super) fn budget(&self, min_budget: usize, segments: usize) -> usize {
        let columns = self.count.saturating_mul(4);
        min_budget.max(columns.saturating_add(2 * segments.min(self.count)))
    }

    /// The samples in the range; `None` when the range is empty.
    pub(super) fn samples(&self, data: &Prepared) -> Option<Range<usize>> {
        (self.width > 0).then(|| data.lower_bound(self.start)..data.lower_bound(self.end))
    }

    /// Where each column ends.
    fn ends(&self) -> impl Iterator<Item = i64> {
        let count = self.count as u64;
        let (step, rest) = (self.width / count, self.width % count);
        let (mut end, mut carry) = (self.start, 0);
        (0..count).map(move |_| {
            carry += rest;
            let one = u64::from(carry >= count);
            carry -= one * count;
            end = end.saturating_add_unsigned(step + one);
            end
        })
    }

    /// Width of the absolute buckets in powers of two: more than a quarter, at most half a column.
    fn bucket_bits(&self) -> u32 {
        (self.width / self.count as u64 / 2).max(1).ilog2()
    }
}

impl Prepared {
    /// The samples and one more on either side, unless a gap lies in between.
    pub(super) fn with_neighbours(&self, samples: Range<usize>) -> (usize, usize) {
        let Range { start, end } = samples;
        let joined = |index: usize| {
            index > 0 && index < self.series().len() && !self.gaps().is_before(index)
        };
        (
            start - usize::from(joined(start)),
            end + usize::from(joined(end)),
        )
    }
}

/// The samples selected for a view, and the memory used to find them.
#[derive(Clone, Debug, Default)]
pub(super) struct Selection {
    required: Vec<u32>,
    chosen: Vec<u32>,
    merged: Vec<u32>,
    breaks: Vec<u32>,
    candidates: Vec<Candidate>,
    bucket_starts: Vec<usize>,
    column_ends: Vec<usize>,
}

/// An extreme of an absolute time bucket.
#[derive(Clone, Copy, Debug)]
struct Candidate {
    index: u32,
    value: f64,
    time: f64,
}

impl Selection {
    pub(super) fn clear(&mut self) {
        self.required.clear();
        self.chosen.clear();
        self.merged.clear();
        self.breaks.clear();
    }

    /// Whether nothing was selected, because nothing had to be left out.
    pub(super) fn is_empty(&self) -> bool {
        self.merged.is_empty()
    }

    /// The samples, ascending, without repeats.
    pub(super) fn indices(&self) -> impl Iterator<Item = usize> + '_ {
        self.merged.iter().map(|&index| index as usize)
    }

    /// First samples of the columns in which every value is missing: no line crosses them.
    pub(super) fn breaks(&self) -> impl Iterator<Item = usize> + '_ {
        self.breaks.iter().map(|&index| index as usize)
    }

    /// The extremes of the absolute buckets.
    #[cfg(test)]
    pub(super) fn bucket_extremes(&self) -> impl Iterator<Item = usize> + '_ {
        self.candidates.iter().map(|c| c.index as usize)
    }

    pub(super) fn memory_bytes(&self) -> usize {
        let lists = [&self.required, &self.chosen, &self.merged, &self.breaks];
        lists.iter().map(|list| list.capacity()).sum::<usize>() * size_of::<u32>()
            + self.candidates.capacity() * size_of::<Candidate>()
            + (self.bucket_starts.capacity() + self.column_ends.capacity()) * size_of::<usize>()
    }

    /// Selects among the `visible` samples and their neighbours, `from..to` in all.
    pub(super) fn choose(
        &mut self,
        data: &Prepared,
        columns: &Columns,
        visible: Range<usize>,
        (from, to): (usize, usize),
        budget: usize,
    ) {
        self.require(data, columns, visible.clone(), (from, to));
        self.candidates.clear();
        self.bucket_starts.clear();
        if visible.len() / columns.count < DENSE {
            self.collect_candidates(data, columns, visible);
            if self.required.len() + self.bucket_starts.len() + 2 <= budget {
                self.choose_by_shape();
            }
        }
        merge(&self.required, &self.chosen, &mut self.merged);
    }

    fn require(
        &mut self,
        data: &Prepared,
        columns: &Columns,
        visible: Range<usize>,
        (from, to): (usize, usize),
    ) {
        let (times, values, gaps) = (data.times(), data.values(), data.gaps());
        let all_ends = gaps.starts(from + 1, to).len() < columns.count;
        let required = &mut self.required;
        required.extend([from as u32, visible.start as u32]);
        // All ends first: what one column waits for from memory, the next ones wait for meanwhile.
        let mut block = visible.start / BLOCK;
        let mut stride = 0;
        self.column_ends.clear();
        self.column_ends.extend(columns.ends().map(|end| {
            let mut hint = block + stride;
            let end = data.pyramid().lower_bound(times, end, &mut hint);
            (stride, block) = (hint.saturating_sub(block), hint);
            end
        }));
        let mut start = visible.start;
        let mut empty = false;
        for &end in &self.column_ends {
            if start == end {
                if !empty && start > visible.start {
                    required.push(start as u32 - 1);
                }
                empty = true;
                continue;
            }
            let column = required.len();
            if empty {
                required.push(start as u32);
            }
            empty = false;
            if !gaps.is_empty() {
                let ends = if all_ends { end } else { start + 1 };
                for cut in gaps.starts(start.max(from + 1), ends) {
                    required.extend([cut as u32 - 1, cut as u32]);
                }
            }
            match data.pyramid().any_extremes(values, start, end) {
                Some(extremes) => {
                    required.extend([extremes.min_index as u32, extremes.max_index as u32]);
                }
                None => self.breaks.push(start as u32),
            }
            required[column..].sort_unstable();
            start = end;
        }
        required.extend([visible.end as u32 - 1, to as u32 - 1]);
        required.dedup();
    }

    /// Extremes of the absolute buckets, and where the wider buckets of LTTB begin among them.
    fn collect_candidates(&mut self, data: &Prepared, columns: &Columns, visible: Range<usize>) {
        let bits = columns.bucket_bits();
        let nodes = columns.count.saturating_mul(NODES_PER_COLUMN);
        let nodes = data
            .pyramid()
            .nodes_within(visible.start, visible.end, nodes);
        let mut bucket: Option<(i64, Extremes)> = None;
        let mut wide = None;
        for (time, extremes) in nodes {
            let Some(extremes) = extremes else {
                continue;
            };
            let number = time >> bits;
            match &mut bucket {
                Some((same, all)) if *same == number => all.extend(&extremes),
                _ => {
                    if let Some((number, extremes)) = bucket.replace((number, extremes)) {
                        self.push_bucket(number, &extremes, &mut wide);
                    }
                }
            }
        }
        if let Some((number, extremes)) = bucket {
            self.push_bucket(number, &extremes, &mut wide);
        }
        // The times lie far apart in memory; asked for together they arrive together.
        let times = data.times();
        for candidate in &mut self.candidates {
            let time = times[candidate.index as usize];
            candidate.time = time.abs_diff(columns.start) as f64;
        }
    }

    fn push_bucket(&mut self, number: i64, extremes: &Extremes, wide: &mut Option<i64>) {
        let wide_number = number >> 2;
        if wide.replace(wide_number) != Some(wide_number) {
            self.bucket_starts.push(self.candidates.len());
        }
        let min = (extremes.min_index, extremes.min);
        let max = (extremes.max_index, extremes.max);
        let (first, second) = if min.0 <= max.0 {
            (min, max)
        } else {
            (max, min)
        };
        for (index, value) in [first, second] {
            self.candidates.push(Candidate {
                index: index as u32,
                value,
                time: 0.0,
            });
        }
    }

    fn choose_by_shape(&mut self) {
        let (Some(first), Some(last)) = (self.candidates.first(), self.candidates.last()) else {
            return;
        };
        let (first, last) = (first.index, last.index);
        // The first candidate is taken anyway, so the first bucket begins behind it.
        if let Some(start) = self.bucket_starts.first_mut() {
            *start = 1;
        }
        let candidates = &self.candidates;
        let point = |i: usize| [candidates[i].time, candidates[i].value];
        self.chosen.push(0);
        largest_triangles(
            point,
            self.bucket_starts.iter().copied(),
            candidates.len(),
            &mut self.chosen,
        );
        for chosen in &mut self.chosen {
            *chosen = candidates[*chosen as usize].index;
        }
        debug_assert_eq!(self.chosen.first(), Some(&first), "the ends are kept");
        self.chosen.push(last);
        self.chosen.dedup();
    }
}

/// Merges two ascending lists, each sample once.
fn merge(a: &[u32], b: &[u32], out: &mut Vec<u32>) {
    out.clear();
    let (mut a, mut b) = (a.iter().copied().peekable(), b.iter().copied().peekable());
    loop {
        let next = match (a.peek(), b.peek()) {
            (Some(&x), Some(&y)) => x.min(y),
            (Some(&x), None) | (None, Some(&x)) => x,
            (None, None) => return,
        };
        a.next_if_eq(&next);
        b.next_if_eq(&next);
        out.push(next);
    }
}
