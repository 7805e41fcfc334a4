//! Value descriptions, compiled to a lookup from raw value to a small number.
//!
//! A column of labels is a column of numbers (positions in [`LabelLookup::texts`]); no text is built
//! or compared per row.

use std::sync::Arc;

use crate::dbc::{ValueDescriptions, ValueType};

/// Stands for "no label" in a column of label positions.
pub const NO_LABEL: u32 = u32::MAX;

/// Raw values this close together are looked up in a table.
const MAX_TABLE: u64 = 4096;

/// The value descriptions of one signal.
#[derive(Clone, Debug)]
pub(super) struct LabelLookup {
    texts: Arc<[Arc<str>]>,
    raws: Vec<i64>,
    // Positions by raw value less the first one; empty when the raw values lie too far apart.
    table: Vec<u32>,
    value_type: ValueType,
}

impl LabelLookup {
    /// `None` when there are no descriptions.
    pub(super) fn new(descriptions: &ValueDescriptions, value_type: ValueType) -> Option<Self> {
        let raws: Vec<i64> = descriptions.iter().map(|(raw, _)| raw).collect();
        let (first, last) = (*raws.first()?, *raws.last()?);
        let span = last.abs_diff(first);
        let mut table = Vec::new();
        if span < MAX_TABLE {
            table.resize(usize::try_from(span).ok()? + 1, NO_LABEL);
            for (position, raw) in (0..).zip(&raws) {
                let slot = usize::try_from(raw.abs_diff(first)).ok()?;
                *table.get_mut(slot)? = position;
            }
        }
        Some(Self {
            texts: descriptions.iter().map(|(_, text)| text.into()).collect(),
            raws,
            table,
            value_type,
        })
    }

    /// The texts, by raw value.
    pub(super) fn texts(&self) -> &Arc<[Arc<str>]> {
        &self.texts
    }

    /// Appends the position of each raw value's label, or [`NO_LABEL`].
    pub(super) fn positions(&self, raws: &[i64], out: &mut Vec<u32>) {
        match self.value_type {
            ValueType::Unsigned | ValueType::Signed => {
                out.extend(raws.iter().map(|raw| self.position(*raw)));
            }
            ValueType::Float32 => out.extend(raws.iter().map(|raw| {
                let bits = u32::try_from(*raw).unwrap_or_default();
                self.position_of_float(f32::from_bits(bits).into())
            })),
            ValueType::Float64 => out.extend(
                raws.iter()
                    .map(|raw| self.position_of_float(f64::from_bits(raw.cast_unsigned()))),
            ),
        }
    }

    fn position(&self, raw: i64) -> u32 {
        if self.table.is_empty() {
            let found = self.raws.binary_search(&raw).ok();
            return found.map_or(NO_LABEL, |at| u32::try_from(at).unwrap_or(NO_LABEL));
        }
        let first = self.raws.first().copied().unwrap_or_default();
        let slot = raw
            .checked_sub(first)
            .and_then(|slot| usize::try_from(slot).ok());
        slot.and_then(|slot| self.table.get(slot))
            .copied()
            .unwrap_or(NO_LABEL)
    }

    /// Descriptions are whole numbers: a float has a label when it is one.
    #[expect(
        clippy::cast_possible_truncation,
        reason = "checked to be whole; what is out of range saturates and is checked again"
    )]
    fn position_of_float(&self, raw: f64) -> u32 {
        let whole = raw as i64;
        if whole as f64 == raw {
            self.position(whole)
        } else {
            NO_LABEL
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lookup(raws: &[i64], value_type: ValueType) -> LabelLookup {
        let pairs = raws.iter().map(|raw| (*raw, raw.to_string()));
        LabelLookup::new(&ValueDescriptions::new(pairs), value_type).unwrap()
    }

    #[test]
    fn finds_labels_near_and_far_apart() {
        for raws in [&[-3, 0, 7][..], &[i64::MIN, -3, 0, 7, i64::MAX]] {
            let lookup = lookup(raws, ValueType::Signed);
            let mut positions = Vec::new();
            let asked = [-4, -3, 0, 1, 7, 8, i64::MIN, i64::MAX];
            lookup.positions(&asked, &mut positions);
            for (raw, position) in asked.iter().zip(positions) {
                let expected = raws.contains(raw).then(|| raw.to_string());
                let text = lookup
                    .texts()
                    .get(position as usize)
                    .map(ToString::to_string);
                assert_eq!(text, expected, "raw {raw}");
            }
        }
    }

    #[test]
    fn floats_have_labels_where_they_are_whole() {
        let lookup = lookup(&[1, 2], ValueType::Float32);
        let raws = [1.0_f32, 1.5, f32::NAN, f32::INFINITY].map(|raw| i64::from(raw.to_bits()));
        let mut positions = Vec::new();
        lookup.positions(&raws, &mut positions);
        assert_eq!(positions, [0, NO_LABEL, NO_LABEL, NO_LABEL]);
    }

    #[test]
    fn no_descriptions_no_lookup() {
        assert!(LabelLookup::new(&ValueDescriptions::default(), ValueType::Signed).is_none());
    }
}
