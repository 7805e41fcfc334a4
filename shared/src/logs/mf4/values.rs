//! Values of variable length that come in records of their own, before or behind the record that names
//! their place. Some are kept for a while; their number is bounded.

use std::collections::VecDeque;

use crate::can::Payload;

/// Values kept until their frame comes.
const MAX_KEPT: usize = 4096;
/// What stands before every value: its length.
const LENGTH_BYTES: u64 = 4;

/// A value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Value {
    Bytes(Payload),
    /// Longer than a frame, or lost.
    Nothing,
}

/// The values of one kind of record.
#[derive(Debug, Default)]
pub(super) struct Values {
    /// Places, ascending, and values.
    kept: VecDeque<(u64, Value)>,
    /// The place of the value that comes next; unknown behind a gap.
    next: Option<u64>,
    /// The place counts values, not bytes.
    are_numbered: bool,
    /// Behind a gap: the value that came last.
    last: Option<Value>,
    /// Whether a value comes before its frame.
    come_first: bool,
}

impl Values {
    pub(super) fn new(are_numbered: bool) -> Self {
        Self {
            next: Some(0),
            are_numbered,
            ..Self::default()
        }
    }

    /// Takes a value; returns its place where that is known.
    pub(super) fn push(&mut self, bytes: &[u8]) -> Option<u64> {
        let value = Payload::new(bytes).map_or(Value::Nothing, Value::Bytes);
        let Some(place) = self.next else {
            self.last = Some(value);
            return None;
        };
        let step = if self.are_numbered {
            1
        } else {
            LENGTH_BYTES + bytes.len() as u64
        };
        self.next = place.checked_add(step);
        if self.kept.len() == MAX_KEPT {
            self.kept.pop_front();
        }
        self.kept.push_back((place, value));
        Some(place)
    }

    /// The value at a place, once it is here.
    pub(super) fn take(&mut self, place: u64) -> Option<Value> {
        let found = self.kept.binary_search_by_key(&place, |(place, _)| *place);
        let i = found.ok()?;
        self.kept.remove(i).map(|(_, value)| value)
    }

    /// A frame names a place; behind a gap that tells the place of the value beside it.
    pub(super) fn expect(&mut self, place: u64) -> Option<Value> {
        if self.next.is_none() {
            if self.come_first {
                // Without a value before it, that of this frame is among what was lost.
                let value = self.last.take().unwrap_or(Value::Nothing);
                if let Value::Bytes(bytes) = value {
                    self.next = place.checked_add(LENGTH_BYTES + u64::from(bytes.len_u8()));
                }
                return Some(value);
            }
            self.next = Some(place);
        }
        let value = self.take(place);
        self.come_first = value.is_some();
        value
    }

    /// Records are missing.
    pub(super) fn lose(&mut self) {
        self.kept.clear();
        self.next = None;
        self.last = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(bytes: &[u8]) -> Value {
        Value::Bytes(Payload::new(bytes).unwrap())
    }

    #[test]
    fn values_before_and_behind_their_frame() {
        let mut values = Values::new(false);
        assert_eq!(values.expect(0), None);
        assert_eq!(values.push(&[1, 2]), Some(0));
        assert_eq!(values.take(0), Some(value(&[1, 2])));
        assert_eq!(values.push(&[3]), Some(6));
        assert_eq!(values.push(&[9; 65]), Some(11));
        assert_eq!(values.expect(6), Some(value(&[3])));
        assert_eq!(values.expect(11), Some(Value::Nothing));
        assert_eq!(values.expect(6), None);
    }

    #[test]
    fn places_are_found_again_behind_a_gap() {
        let mut values = Values::new(false);
        values.lose();
        assert_eq!(values.push(&[7]), None);
        assert_eq!(values.expect(500), None);
        assert_eq!(values.push(&[8]), Some(500));
        assert_eq!(values.take(500), Some(value(&[8])));
        // Here values come first.
        values.push(&[1]);
        assert_eq!(values.expect(505), Some(value(&[1])));
        values.lose();
        assert_eq!(values.expect(800), Some(Value::Nothing));
        values.push(&[2]);
        assert_eq!(values.expect(900), Some(value(&[2])));
        assert_eq!(values.push(&[3]), Some(905));
    }

    #[test]
    fn what_is_kept_is_bounded() {
        let mut values = Values::new(true);
        for i in 0..10_000 {
            assert_eq!(values.push(&[1]), Some(i));
        }
        assert_eq!(values.kept.len(), MAX_KEPT);
        assert_eq!(values.take(0), None);
        assert_eq!(values.take(9_999), Some(value(&[1])));
    }
}
