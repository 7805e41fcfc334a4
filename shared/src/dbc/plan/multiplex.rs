//! Which rows of a column contain which multiplexed signal.
//!
//! A multiplexor's column is read once and its rows are sorted into one bucket per value; the rows
//! of a multiplexed signal are the buckets that its selector names. A multiplexor that is itself
//! multiplexed is read only in the rows that contain it, so nesting needs nothing more.

use std::ops::RangeInclusive;

use super::bits::BitField;
use super::payloads::Payloads;
use super::rows::Rows;
use crate::dbc::SignalDef;

/// Multiplexing of one message, compiled.
#[derive(Clone, Debug, Default)]
pub(super) struct MuxPlan {
    /// In an order in which each comes after the one that it depends on.
    multiplexors: Vec<PlannedMultiplexor>,
    /// By position of the signal in its message.
    conditions: Vec<Condition>,
}

#[derive(Clone, Debug)]
struct PlannedMultiplexor {
    signal_idx: usize,
    field: BitField,
}

/// When a signal is present.
#[derive(Clone, Debug)]
enum Condition {
    Always,
    /// The multiplexor (position in [`MuxPlan::multiplexors`]) has one of these raw values.
    Selected {
        multiplexor: usize,
        values: Vec<RangeInclusive<u64>>,
    },
    /// Its multiplexor does not exist, cannot be read, or depends on itself.
    Never,
}

impl MuxPlan {
    /// Compiles the selectors of a message's signals. Selectors that lead nowhere or in a circle
    /// leave their signal out; the loader lets none through.
    pub(super) fn new(signals: &[SignalDef], fields: &[Option<BitField>]) -> Self {
        let parent = |idx: usize| {
            let selector = signals.get(idx)?.multiplexing.selector.as_ref()?;
            Some(selector.multiplexor_idx)
        };
        // Depth 0: present in every frame. `None`: in a circle, or its multiplexor does not exist.
        let depth = |mut idx: usize| {
            for depth in 0..=signals.len() {
                idx = match parent(idx) {
                    None => return Some(depth),
                    Some(next) if next < signals.len() => next,
                    Some(_) => return None,
                };
            }
            None
        };
        let mut by_depth: Vec<(usize, usize)> = (0..signals.len())
            .filter_map(parent)
            .filter_map(|idx| Some((depth(idx)?, idx)))
            .collect();
        by_depth.sort_unstable();
        by_depth.dedup();
        let multiplexors: Vec<_> = by_depth
            .into_iter()
            .filter_map(|(_, signal_idx)| {
                let field = (*fields.get(signal_idx)?)?;
                Some(PlannedMultiplexor { signal_idx, field })
            })
            .collect();
        let condition = |signal: &SignalDef| {
            let Some(selector) = &signal.multiplexing.selector else {
                return Condition::Always;
            };
            let position = multiplexors
                .iter()
                .position(|planned| planned.signal_idx == selector.multiplexor_idx);
            position.map_or(Condition::Never, |multiplexor| Condition::Selected {
                multiplexor,
                values: selector.values.clone(),
            })
        };
        let conditions = signals.iter().map(condition).collect();
        Self {
            multiplexors,
            conditions,
        }
    }

    /// Reads the multiplexors of a column.
    pub(super) fn presence(&self, payloads: &Payloads<'_>) -> Presence<'_> {
        let mut presence = Presence {
            plan: self,
            buckets: Vec::with_capacity(self.multiplexors.len()),
        };
        for planned in &self.multiplexors {
            let present = presence.rows(planned.signal_idx);
            let rows = payloads.long_enough(present, planned.field.needed_bytes);
            let mut raws = Vec::with_capacity(rows.count(payloads.rows()));
            // Selectors name bits: 128 selects a signed byte of -128 too.
            planned.field.extract(payloads, &rows, &mut raws, |raw| raw);
            let buckets = Buckets::new(&raws, &rows);
            presence.buckets.push(buckets);
        }
        presence
    }
}

/// Which rows of one column contain which signal of its message.
#[derive(Clone, Debug)]
pub struct Presence<'p> {
    plan: &'p MuxPlan,
    // By position in `MuxPlan::multiplexors`; those not read yet are missing.
    buckets: Vec<Buckets>,
}

impl Presence<'_> {
    /// The rows that contain the signal, whatever their length.
    pub fn rows(&self, signal_idx: usize) -> Rows<'_> {
        match self.plan.conditions.get(signal_idx) {
            Some(Condition::Always) => Rows::All,
            Some(Condition::Selected {
                multiplexor,
                values,
            }) => self
                .buckets
                .get(*multiplexor)
                .map_or(Rows::NONE, |buckets| buckets.rows_of(values)),
            Some(Condition::Never) | None => Rows::NONE,
        }
    }

    /// The rows in which a multiplexor has a value that selects nothing.
    pub(super) fn rows_of_unknown_values(&self) -> Vec<u32> {
        let mut unknown = Vec::new();
        for (position, buckets) in self.buckets.iter().enumerate() {
            let mut known: Vec<&RangeInclusive<u64>> = Vec::new();
            for condition in &self.plan.conditions {
                if let Condition::Selected {
                    multiplexor,
                    values,
                } = condition
                    && *multiplexor == position
                {
                    known.extend(values);
                }
            }
            for (value, rows) in buckets.iter() {
                if !known.iter().any(|range| range.contains(&value)) {
                    unknown.extend_from_slice(rows);
                }
            }
        }
        unknown.sort_unstable();
        unknown.dedup();
        unknown
    }
}

/// The rows of a column by value of a multiplexor.
#[derive(Clone, Debug)]
struct Buckets {
    // Ascending; rows `ends[i - 1]..ends[i]` have value `values[i]`, in ascending order.
    values: Vec<u64>,
    ends: Vec<usize>,
    rows: Vec<u32>,
}

impl Buckets {
    fn new(raws: &[u64], rows: &Rows<'_>) -> Self {
        let mut pairs: Vec<(u64, u32)> = match rows.as_list() {
            None => raws.iter().copied().zip(0..).collect(),
            Some(list) => raws.iter().copied().zip(list.iter().copied()).collect(),
        };
        pairs.sort_unstable();
        let mut buckets = Self {
            values: Vec::new(),
            ends: Vec::new(),
            rows: pairs.iter().map(|(_, row)| *row).collect(),
        };
        for chunk in pairs.chunk_by(|left, right| left.0 == right.0) {
            buckets.values.extend(chunk.first().map(|(value, _)| value));
            let end = buckets.ends.last().copied().unwrap_or(0) + chunk.len();
            buckets.ends.push(end);
        }
        buckets
    }

    fn rows_of(&self, values: &[RangeInclusive<u64>]) -> Rows<'_> {
        // Buckets that lie beside each other are one piece of `rows`, but ascending only within a
        // bucket; so one bucket can be lent and several are merged.
        let mut selected: Vec<usize> = Vec::new();
        for range in values {
            let first = self.values.partition_point(|value| value < range.start());
            let end = self.values.partition_point(|value| value <= range.end());
            selected.extend(first..end);
        }
        selected.sort_unstable();
        selected.dedup();
        match selected.as_slice() {
            [] => Rows::NONE,
            [bucket] => Rows::Listed(self.bucket(*bucket).into()),
            several => {
                let rows = several.iter().flat_map(|bucket| self.bucket(*bucket));
                let mut rows: Vec<u32> = rows.copied().collect();
                rows.sort_unstable();
                Rows::listed(rows)
            }
        }
    }

    fn bucket(&self, bucket: usize) -> &[u32] {
        let start = bucket
            .checked_sub(1)
            .and_then(|before| self.ends.get(before));
        let end = self.ends.get(bucket).copied().unwrap_or(0);
        self.rows
            .get(start.copied().unwrap_or(0)..end)
            .unwrap_or_default()
    }

    fn iter(&self) -> impl Iterator<Item = (u64, &[u32])> {
        (0..)
            .zip(&self.values)
            .map(|(at, value)| (*value, self.bucket(at)))
    }
}
