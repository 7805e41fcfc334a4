//! Signals of a message that share bits although one frame can have both.
//!
//! Multiplexed signals whose multiplexors never select both at once may lie on each other: that is
//! what multiplexing is for. The work is bounded, see [`MAX_STEPS`].

use std::ops::RangeInclusive;

use super::model::{ByteOrder, SignalDef};
use super::warning::{DbcWarningKind, Warnings, excerpt};

/// Comparisons of signals, and of ranges of multiplexor values, in one message. What no file of a
/// tool comes near; beyond it the rest of the message is not looked at.
const MAX_STEPS: usize = 1_000_000;

/// Reports the signals of a message that share bits. `lines` are those of the signals.
pub(super) fn report_overlaps(
    message: &str,
    signals: &[SignalDef],
    lines: &[u32],
    warnings: &mut Warnings,
) {
    let found = find_overlaps(signals);
    let line_of = |idx: &usize| lines.get(*idx).copied();
    let name_of = |idx: usize| signals.get(idx).map_or("", |signal| &signal.name);
    if let Some((first, second)) = found.pairs.first() {
        let more = match found.pairs.len() - 1 {
            0 => String::new(),
            1 => ", and another pair does".to_owned(),
            n => format!(", and {n} more pairs do"),
        };
        warnings.push(
            line_of(second).max(line_of(first)),
            DbcWarningKind::Overlap,
            format!(
                "message {message}: signals {} and {} share bits{more}",
                excerpt(name_of(*first)),
                excerpt(name_of(*second)),
            ),
        );
    }
    if found.gave_up {
        warnings.push(
            lines.first().copied(),
            DbcWarningKind::Limit,
            format!("message {message} has too many signals on each other to compare them all"),
        );
    }
}

#[derive(Debug, Default, PartialEq, Eq)]
struct Overlaps {
    /// Positions, the smaller first; sorted.
    pairs: Vec<(usize, usize)>,
    /// [`MAX_STEPS`] did not suffice.
    gave_up: bool,
}

fn find_overlaps(signals: &[SignalDef]) -> Overlaps {
    let mut found = Overlaps::default();
    let mut steps = MAX_STEPS;
    let mut places: Vec<Place> = signals.iter().enumerate().map(Place::new).collect();
    places.sort_by_key(|place| place.first_byte);
    for (at, place) in places.iter().enumerate() {
        let later = places.iter().skip(at + 1);
        for other in later.take_while(|other| other.first_byte <= place.last_byte()) {
            let Some(rest) = steps.checked_sub(1) else {
                found.gave_up = true;
                found.pairs.sort_unstable();
                return found;
            };
            steps = rest;
            if place.shares_bits_with(other)
                && can_coexist(signals, place.idx, other.idx, &mut steps)
            {
                let pair = (place.idx.min(other.idx), place.idx.max(other.idx));
                found.pairs.push(pair);
            }
        }
    }
    found.pairs.sort_unstable();
    found
}

/// The bytes of a signal.
struct Place {
    /// Position among the signals.
    idx: usize,
    first_byte: u32,
    /// Which bits of each byte, from the first.
    masks: Vec<u8>,
}

impl Place {
    fn new((idx, signal): (usize, &SignalDef)) -> Self {
        let first_byte = signal.start_bit / 8;
        // Counted from the bit of the first byte that comes first in the order of the signal.
        let first = match signal.byte_order {
            ByteOrder::LittleEndian => signal.start_bit % 8,
            ByteOrder::BigEndian => 7 - signal.start_bit % 8,
        };
        let end = first + signal.bit_len;
        let masks = (0..end.div_ceil(8)).map(|byte| {
            let in_byte = |bit: u32| bit.saturating_sub(8 * byte).min(8);
            let bits = (in_byte(first)..in_byte(end)).map(|bit| match signal.byte_order {
                ByteOrder::LittleEndian => 1_u8 << bit,
                ByteOrder::BigEndian => 0x80_u8 >> bit,
            });
            bits.fold(0, |mask, bit| mask | bit)
        });
        Self {
            idx,
            first_byte,
            masks: masks.collect(),
        }
    }

    fn last_byte(&self) -> u32 {
        let n_more = u32::try_from(self.masks.len()).unwrap_or(u32::MAX);
        self.first_byte.saturating_add(n_more).saturating_sub(1)
    }

    /// `other` begins in the same byte or behind it.
    fn shares_bits_with(&self, other: &Self) -> bool {
        let n_before = usize::try_from(other.first_byte - self.first_byte).unwrap_or(usize::MAX);
        let own = self.masks.iter().skip(n_before);
        own.zip(&other.masks).any(|(own, other)| own & other != 0)
    }
}

/// Whether no multiplexor above both selects one of them only.
fn can_coexist(signals: &[SignalDef], a: usize, b: usize, steps: &mut usize) -> bool {
    for (multiplexor, values) in selectors(signals, a) {
        for (other_multiplexor, other_values) in selectors(signals, b) {
            *steps = steps.saturating_sub(values.len() + other_values.len());
            if multiplexor == other_multiplexor && are_disjoint(values, other_values) {
                return false;
            }
        }
    }
    true
}

/// What must hold for a signal to be present: multiplexors with their values, from the next one up.
fn selectors(
    signals: &[SignalDef],
    idx: usize,
) -> impl Iterator<Item = (usize, &[RangeInclusive<u64>])> {
    let selector_of = |idx: usize| signals.get(idx)?.multiplexing.selector.as_ref();
    let above = std::iter::successors(selector_of(idx), move |selector| {
        selector_of(selector.multiplexor_idx)
    });
    above.map(|selector| (selector.multiplexor_idx, selector.values.as_slice()))
}

/// Of sorted ranges.
fn are_disjoint(a: &[RangeInclusive<u64>], b: &[RangeInclusive<u64>]) -> bool {
    let (mut a, mut b) = (a.iter().peekable(), b.iter().peekable());
    while let (Some(x), Some(y)) = (a.peek(), b.peek()) {
        if x.end() < y.start() {
            a.next();
        } else if y.end() < x.start() {
            b.next();
        } else {
            return false;
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::dbc::load;

    fn signals(lines: &[&str], more: &str) -> Vec<SignalDef> {
        let lines: Vec<String> = lines.iter().map(|line| format!(" SG_ {line}\n")).collect();
        let text = format!("BO_ 1 M: 8 N\n{}\n{more}", lines.concat());
        load(text.as_bytes()).0.messages.remove(0).signals
    }

    fn tail(place: &str) -> String {
        format!("{place} (1,0) [0|0] \"\" N")
    }

    #[test]
    fn bits_of_both_byte_orders() {
        let cases = [
            ("0|8@1+", "8|8@1+", false),
            ("0|9@1+", "8|8@1+", true),
            ("7|8@0+", "0|8@1+", true),
            ("7|12@0+", "8|4@1+", false),
            ("7|12@0+", "12|1@1+", true),
            ("3|2@0+", "4|4@1+", false),
            ("0|64@1+", "56|1@1+", true),
        ];
        for (a, b, expected) in cases {
            let (a, b) = (tail(&format!("A : {a}")), tail(&format!("B : {b}")));
            let found = find_overlaps(&signals(&[&a, &b], ""));
            assert_eq!(!found.pairs.is_empty(), expected, "{a} {b}");
        }
    }

    #[test]
    fn what_multiplexors_keep_apart_does_not_overlap() {
        let lines = [
            "Root M : 0|4@1+",
            "Inner m1M : 8|4@1+",
            "A m2 : 16|8@1+",
            "B m3 : 16|8@1+",
            "C m1 : 16|8@1+",
            "D m2 : 16|8@1+",
            "Always : 16|2@1+",
        ]
        .map(tail);
        let ranges = "SG_MUL_VAL_ 1 Inner Root 1-1;\nSG_MUL_VAL_ 1 A Inner 2-2, 8-9;\n\
            SG_MUL_VAL_ 1 B Inner 3-7;\nSG_MUL_VAL_ 1 C Root 0-1;\nSG_MUL_VAL_ 1 D Root 2-2;\n";
        let signals = signals(&lines.each_ref().map(String::as_str), ranges);
        let found = find_overlaps(&signals);
        let names: Vec<_> = found
            .pairs
            .iter()
            .map(|(a, b)| (signals[*a].name.as_str(), signals[*b].name.as_str()))
            .collect();
        let expected = [
            ("A", "C"),
            ("A", "Always"),
            ("B", "C"),
            ("B", "Always"),
            ("C", "Always"),
            ("D", "Always"),
        ];
        assert_eq!(names, expected);
    }

    #[test]
    fn the_work_is_bounded() {
        let lines: Vec<String> = (0..3_000)
            .map(|n| tail(&format!("S{n} m{n} : 16|8@1+")))
            .chain([tail("Root M : 0|16@1+")])
            .collect();
        let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
        let found = find_overlaps(&signals(&lines, ""));
        assert!(found.gave_up && found.pairs.is_empty());
    }

    proptest! {
        /// Against the bits one by one.
        #[test]
        fn agrees_with_bits(places in proptest::collection::vec((0_u32..64, 1_u32..33, any::<bool>()), 2..6)) {
            let lines: Vec<String> = places.iter().enumerate().map(|(n, (start, len, is_intel))| {
                tail(&format!("S{n} : {start}|{len}@{}+", u8::from(*is_intel)))
            }).collect();
            let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
            let bits = |(start, len, is_intel): &(u32, u32, bool)| -> Vec<u32> {
                (0..*len).map(|n| if *is_intel {
                    start + n
                } else {
                    let at = start / 8 * 8 + 7 - start % 8 + n;
                    at / 8 * 8 + 7 - at % 8
                }).collect()
            };
            let mut expected = Vec::new();
            for a in 0..places.len() {
                for b in a + 1..places.len() {
                    let (a_bits, b_bits) = (bits(&places[a]), bits(&places[b]));
                    if a_bits.iter().any(|bit| b_bits.contains(bit)) {
                        expected.push((a, b));
                    }
                }
            }
            prop_assert_eq!(find_overlaps(&signals(&lines, "")).pairs, expected);
        }
    }
}
