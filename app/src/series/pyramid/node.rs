//! Extremes of some samples, and how they are read.

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
    pub(in crate::series) fn extend(&mut self, later: &Self) {
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
pub(super) struct Node {
    pub(super) min: f64,
    pub(super) max: f64,
    min_at: u32,
    max_at: u32,
}

impl Node {
    pub(super) const EMPTY: Self = Self {
        min: f64::INFINITY,
        max: f64::NEG_INFINITY,
        min_at: 0,
        max_at: 0,
    };

    /// This node followed by `next`: the earlier one wins a tie.
    pub(super) fn then(self, next: Self) -> Self {
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

    pub(super) fn extremes(self) -> Option<Extremes> {
        (self.min <= self.max).then_some(Extremes {
            min: self.min,
            max: self.max,
            min_index: (self.min_at & !MISSING) as usize,
            max_index: self.max_at as usize,
        })
    }

    /// Whether every sample is present and equals `value`.
    pub(super) fn is_constant(self, value: f64) -> bool {
        self.min_at & MISSING == 0 && self.min == value && self.max == value
    }
}

/// Extremes of a few samples, the first of which has index `base`.
///
/// Branch-free over eight lanes, as the compiler turns it into vector minimum and maximum; a
/// comparison with NaN is false and leaves the lane alone. Missing values take the slow path.
pub(super) fn scan(values: &[f64], base: usize) -> Node {
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
