//! Numbers, times and bytes as text, faster than by `format!`: this is where the time goes.

use std::io::{self, Write};

use crate::can::Payload;
use crate::time::NS_PER_SEC;

const UPPER_HEX: &[u8; 16] = b"0123456789ABCDEF";

fn digit(nibble: u8) -> u8 {
    UPPER_HEX
        .get(usize::from(nibble & 0xF))
        .copied()
        .unwrap_or(b'0')
}

/// Seconds with six digits behind the point, or nine where microseconds are not enough.
pub(in crate::logs) fn write_seconds(out: &mut impl Write, ns: i64) -> io::Result<()> {
    if ns < 0 {
        out.write_all(b"-")?;
    }
    let (ns, per_sec) = (ns.unsigned_abs(), NS_PER_SEC.unsigned_abs());
    write_decimal(out, ns / per_sec)?;
    let fraction = ns % per_sec;
    if fraction.is_multiple_of(1000) {
        write_fraction::<7>(out, fraction / 1000)
    } else {
        write_fraction::<10>(out, fraction)
    }
}

/// A point and `N - 1` digits.
fn write_fraction<const N: usize>(out: &mut impl Write, mut fraction: u64) -> io::Result<()> {
    let mut text = [b'.'; N];
    for byte in text.iter_mut().skip(1).rev() {
        *byte = digit((fraction % 10) as u8);
        fraction /= 10;
    }
    out.write_all(&text)
}

/// Decimal digits.
pub(in crate::logs) fn write_decimal(out: &mut impl Write, mut number: u64) -> io::Result<()> {
    let mut text = [b'0'; 20];
    let mut at = text.len();
    for byte in text.iter_mut().rev() {
        *byte = digit((number % 10) as u8);
        number /= 10;
        at -= 1;
        if number == 0 {
            break;
        }
    }
    out.write_all(text.get(at..).unwrap_or_default())
}

/// Hexadecimal digits, `width` of them or as many more as are needed.
pub(in crate::logs) fn write_hex(
    out: &mut impl Write,
    number: u32,
    width: usize,
) -> io::Result<()> {
    let mut text = [b'0'; 8];
    for (nibble, byte) in text.iter_mut().rev().enumerate() {
        *byte = digit((number >> (4 * nibble) & 0xF) as u8);
    }
    let n_zeros = text.iter().take_while(|byte| **byte == b'0').count();
    let n_digits = (text.len() - n_zeros).max(width.clamp(1, text.len()));
    out.write_all(text.get(text.len() - n_digits..).unwrap_or_default())
}

/// Bytes of a payload, two digits each.
pub(in crate::logs) fn write_bytes(out: &mut impl Write, bytes: &[u8]) -> io::Result<()> {
    write_spaced::<2>(out, bytes)
}

/// The same with a blank before each.
pub(in crate::logs) fn write_byte_words(out: &mut impl Write, bytes: &[u8]) -> io::Result<()> {
    write_spaced::<3>(out, bytes)
}

/// `N` characters for each byte, blanks before its digits.
fn write_spaced<const N: usize>(out: &mut impl Write, bytes: &[u8]) -> io::Result<()> {
    let mut text = [[b' '; N]; Payload::MAX_LEN];
    for (byte, target) in bytes.iter().zip(&mut text) {
        if let [.., high, low] = target.as_mut_slice() {
            *high = digit(byte >> 4);
            *low = digit(*byte);
        }
    }
    let text = text.get(..bytes.len()).unwrap_or(&text);
    out.write_all(text.as_flattened())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(write: impl FnOnce(&mut Vec<u8>) -> io::Result<()>) -> String {
        let mut out = Vec::new();
        write(&mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn as_format_would() {
        for number in [0, 1, 9, 10, 12_345, u64::MAX] {
            assert_eq!(text(|out| write_decimal(out, number)), number.to_string());
        }
        for (number, width) in [(0, 0), (0x7FF, 3), (1, 3), (0x1FFF_FFFF, 8), (0xABC, 1)] {
            let expected = format!("{number:0width$X}");
            assert_eq!(text(|out| write_hex(out, number, width)), expected);
        }
        assert_eq!(text(|out| write_bytes(out, &[0x1A, 0xFF, 0])), "1AFF00");
        assert_eq!(text(|out| write_byte_words(out, &[0x1A, 0])), " 1A 00");
        let seconds = [
            (1_436_509_052_249_713_000, "1436509052.249713"),
            (1, "0.000000001"),
            (-1_000, "-0.000001"),
            (i64::MIN, "-9223372036.854775808"),
        ];
        for (ns, expected) in seconds {
            assert_eq!(text(|out| write_seconds(out, ns)), expected);
        }
    }
}
