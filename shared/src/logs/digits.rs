//! Parts of lines that several formats share: words, decimal times, hexadecimal bytes.
//!
//! Works on bytes: no UTF-8 check, no allocation, integers all the way.

use serde::{Deserialize, Serialize};

use crate::time::{NS_PER_SEC, Timestamp};

/// What stands before and after the first `separator`.
pub(super) fn split_once(bytes: &[u8], separator: u8) -> Option<(&[u8], &[u8])> {
    let position = bytes.iter().position(|byte| *byte == separator)?;
    let (head, tail) = bytes.split_at_checked(position)?;
    Some((head, tail.get(1..)?))
}

/// The next word and what follows it.
pub(super) fn word(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let bytes = bytes.trim_ascii_start();
    let end = bytes
        .iter()
        .position(u8::is_ascii_whitespace)
        .unwrap_or(bytes.len());
    if end == 0 {
        return None;
    }
    bytes.split_at_checked(end)
}

/// `seconds.fraction` with any number of digits, as an integer all the way.
pub(super) fn parse_time(text: &[u8]) -> Option<Timestamp> {
    scaled(text, NS_PER_SEC).map(Timestamp::from_ns)
}

/// `units.fraction` in nanoseconds, where a unit has `unit_ns` (a power of ten). Digits below the
/// nanosecond are cut off.
pub(super) fn scaled(text: &[u8], unit_ns: i64) -> Option<i64> {
    let (is_negative, digits) = match text {
        [b'-', digits @ ..] => (true, digits),
        digits => (false, digits),
    };
    let mut digits = digits.iter();
    let mut units: i64 = 0;
    let mut has_digits = false;
    let mut has_fraction = false;
    for byte in digits.by_ref() {
        if *byte == b'.' {
            has_fraction = true;
            break;
        }
        units = units.checked_mul(10)?.checked_add(decimal(*byte)?)?;
        has_digits = true;
    }
    if !has_digits {
        return None;
    }
    let mut ns: i64 = 0;
    let mut weight = unit_ns / 10;
    if has_fraction {
        for byte in digits {
            ns += decimal(*byte)? * weight;
            weight /= 10;
        }
    }
    let total = units.checked_mul(unit_ns)?.checked_add(ns)?;
    Some(if is_negative { -total } else { total })
}

fn decimal(byte: u8) -> Option<i64> {
    byte.is_ascii_digit().then(|| i64::from(byte - b'0'))
}

/// How numbers are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum NumberBase {
    /// Hexadecimal digits, with or without `0x` before them.
    #[default]
    Hex,
    /// Decimal digits.
    Decimal,
}

impl NumberBase {
    /// A number that fits 32 bits.
    pub(super) fn number(self, text: &[u8]) -> Option<u32> {
        match self {
            Self::Hex => hex_number(text),
            Self::Decimal => u32::try_from(decimal_number(text)?).ok(),
        }
    }

    /// A byte. In hexadecimal it has both its digits: half a byte is the end of a line that was cut.
    pub(super) fn byte(self, text: &[u8]) -> Option<u8> {
        match self {
            Self::Decimal => u8::try_from(decimal_number(text)?).ok(),
            Self::Hex => {
                let [high, low] = without_prefix(text) else {
                    return None;
                };
                Some(nibble(*high)? << 4 | nibble(*low)?)
            }
        }
    }
}

/// Decimal digits alone.
pub(super) fn decimal_number(text: &[u8]) -> Option<u64> {
    if text.is_empty() {
        return None;
    }
    text.iter().try_fold(0_u64, |number, byte| {
        let digit = decimal(*byte)?.unsigned_abs();
        number.checked_mul(10)?.checked_add(digit)
    })
}

/// One to eight hexadecimal digits, with or without `0x` before them.
pub(super) fn hex_number(text: &[u8]) -> Option<u32> {
    let digits = without_prefix(text);
    if digits.is_empty() || digits.len() > 8 {
        return None;
    }
    digits.iter().try_fold(0_u32, |number, byte| {
        Some(number << 4 | u32::from(nibble(*byte)?))
    })
}

fn without_prefix(text: &[u8]) -> &[u8] {
    let is_prefixed = matches!(text, [b'0', b'x' | b'X', ..]);
    text.get(2..).filter(|_| is_prefixed).unwrap_or(text)
}

/// Words that are bytes, as many as there are or `target` holds: how many, and what follows them.
pub(super) fn byte_words<'a>(
    mut text: &'a [u8],
    base: NumberBase,
    target: &mut [u8],
) -> (usize, &'a [u8]) {
    let mut count = 0;
    for byte in target {
        let Some((first, rest)) = word(text) else {
            break;
        };
        let Some(value) = base.byte(first) else {
            break;
        };
        *byte = value;
        count += 1;
        text = rest;
    }
    (count, text)
}

/// Hexadecimal bytes with nothing between them. `None` where something else stands there, half a
/// byte, or more than `target` holds.
pub(super) fn hex_bytes<'a>(text: &[u8], target: &'a mut [u8]) -> Option<&'a [u8]> {
    let (pairs, odd) = text.as_chunks::<2>();
    let bytes = target.get_mut(..pairs.len())?;
    if !odd.is_empty() {
        return None;
    }
    for (byte, [high, low]) in bytes.iter_mut().zip(pairs) {
        *byte = nibble(*high)? << 4 | nibble(*low)?;
    }
    Some(bytes)
}

/// The value of a hexadecimal digit.
pub(super) fn nibble(byte: u8) -> Option<u8> {
    match HEX.get(usize::from(byte)) {
        Some(value @ 0..=15) => Some(*value),
        _ => None,
    }
}

/// Values of the hexadecimal digits; a table, because this is where the time goes.
static HEX: [u8; 256] = {
    let mut table = [0xFF; 256];
    let mut digits: &[u8] = b"0123456789abcdef";
    let mut value = 0;
    while let [digit, rest @ ..] = digits {
        #[expect(clippy::indexing_slicing, reason = "a byte cannot exceed 256 entries")]
        {
            table[*digit as usize] = value;
            table[digit.to_ascii_uppercase() as usize] = value;
        }
        value += 1;
        digits = rest;
    }
    table
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_both_bases_are_checked() {
        assert_eq!(hex_number(b"1FFFFFFF"), Some(0x1FFF_FFFF));
        assert_eq!(hex_number(b"0x7df"), Some(0x7DF));
        assert_eq!(hex_number(b"FFFFFFFFF"), None);
        assert_eq!(hex_number(b"0x"), None);
        assert_eq!(hex_number(b"-1"), None);
        assert_eq!(decimal_number(b"18446744073709551615"), Some(u64::MAX));
        assert_eq!(decimal_number(b"18446744073709551616"), None);
        assert_eq!(decimal_number(b""), None);
        assert_eq!(NumberBase::Decimal.number(b"4294967296"), None);
        assert_eq!(NumberBase::Decimal.byte(b"255"), Some(255));
        assert_eq!(NumberBase::Decimal.byte(b"256"), None);
        assert_eq!(NumberBase::Hex.byte(b"0xfE"), Some(0xFE));
        assert_eq!(NumberBase::Hex.byte(b"F"), None);
    }

    #[test]
    fn units_are_exact() {
        assert_eq!(scaled(b"2501.0007", 1_000_000), Some(2_501_000_700));
        assert_eq!(scaled(b"166064000", 1_000), Some(166_064_000_000));
        assert_eq!(scaled(b"5.9", 1), Some(5));
        assert_eq!(scaled(b"-0.5", 1_000), Some(-500));
        assert_eq!(scaled(b"9223372036854775808", 1), None);
        assert_eq!(scaled(b"9223372036854776", 1_000), None);
    }

    #[test]
    fn bytes_end_where_something_else_begins() {
        let mut bytes = [0; 3];
        let (count, rest) = byte_words(b" 01 fF Length", NumberBase::Hex, &mut bytes);
        assert_eq!((count, bytes, rest), (2, [1, 0xFF, 0], &b" Length"[..]));
        let (count, rest) = byte_words(b"1 2 3 4", NumberBase::Decimal, &mut bytes);
        assert_eq!((count, rest), (3, &b" 4"[..]));
        assert_eq!(hex_bytes(b"01fe", &mut bytes), Some(&[1, 0xFE][..]));
        assert_eq!(hex_bytes(b"01f", &mut bytes), None);
        assert_eq!(hex_bytes(b"01020304", &mut bytes), None);
    }
}
