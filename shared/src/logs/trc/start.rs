//! The start of a trace, to which its times are added.

use crate::logs::digits::split_once;
use crate::time::{NS_PER_DAY, Timestamp};

/// Days from 1899-12-30, from which the number counts, to 1970-01-01.
const EPOCH_DAYS: i128 = 25_569;
const NS_PER_MICROSECOND: i128 = 1_000;

/// `44548.6028595139`: days since 1899-12-30, rounded to microseconds.
pub(super) fn start_time(text: &[u8]) -> Option<Timestamp> {
    // More digits than this say nothing: a day has 17 of them in nanoseconds.
    const MAX_DIGITS: usize = 18;
    let (days, fraction) = split_once(text, b'.').unwrap_or((text, b""));
    let fraction = fraction.get(..MAX_DIGITS).unwrap_or(fraction);
    if days.is_empty() || days.len() > MAX_DIGITS {
        return None;
    }
    let number = |digits: &[u8]| {
        digits.iter().try_fold(0_i128, |number, digit| {
            let digit = digit.is_ascii_digit().then(|| i128::from(digit - b'0'))?;
            Some(number * 10 + digit)
        })
    };
    let scale = 10_i128.pow(u32::try_from(fraction.len()).ok()?) * NS_PER_MICROSECOND;
    let microseconds = (number(fraction)? * i128::from(NS_PER_DAY) + scale / 2) / scale;
    let days = number(days)? - EPOCH_DAYS;
    let ns = days * i128::from(NS_PER_DAY) + microseconds * NS_PER_MICROSECOND;
    Some(Timestamp::from_ns(i64::try_from(ns).ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_since_1899_to_the_microsecond() {
        let cases = [
            ("43008.920986006946", "2017-09-30T22:06:13.191000000Z"),
            ("44548.6028595139", "2021-12-18T14:28:07.062001000Z"),
            ("44348.48877412037", "2021-06-01T11:43:50.084000000Z"),
            ("25569", "1970-01-01T00:00:00.000000000Z"),
            ("0.5", "1899-12-30T12:00:00.000000000Z"),
        ];
        for (text, expected) in cases {
            let start = start_time(text.as_bytes()).unwrap();
            assert_eq!(start.to_string(), expected, "{text}");
        }
        for text in [
            "",
            ".5",
            "x",
            "1.x",
            "-1",
            "99999999999999999999",
            "999999999",
        ] {
            assert_eq!(start_time(text.as_bytes()), None, "{text}");
        }
    }
}
