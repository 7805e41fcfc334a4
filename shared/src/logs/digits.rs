//! Parts of lines that several formats share: words, decimal times, hexadecimal bytes.
//!
//! Works on bytes: no UTF-8 check, no allocation, integers all the way.

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
    let (is_negative, digits) = match text {
        [b'-', digits @ ..] => (true, digits),
        digits => (false, digits),
    };
    let mut digits = digits.iter();
    let mut secs: i64 = 0;
    let mut has_digits = false;
    let mut has_fraction = false;
    for byte in digits.by_ref() {
        if *byte == b'.' {
            has_fraction = true;
            break;
        }
        secs = secs.checked_mul(10)?.checked_add(decimal(*byte)?)?;
        has_digits = true;
    }
    if !has_digits {
        return None;
    }
    let mut ns: i64 = 0;
    let mut weight = NS_PER_SEC / 10;
    if has_fraction {
        for byte in digits {
            ns += decimal(*byte)? * weight;
            weight /= 10;
        }
    }
    let total = secs.checked_mul(NS_PER_SEC)?.checked_add(ns)?;
    Some(Timestamp::from_ns(if is_negative { -total } else { total }))
}

fn decimal(byte: u8) -> Option<i64> {
    byte.is_ascii_digit().then(|| i64::from(byte - b'0'))
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
