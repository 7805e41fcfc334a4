//! Times as they stand in a column.

use super::mapping::{CsvTimeFormat, DecimalMark};
use crate::logs::dates::{DayClock, TimeOfDay, date_time};
use crate::logs::digits::{decimal_number, scaled};
use crate::time::{NS_PER_SEC, Timestamp};

impl CsvTimeFormat {
    /// Nanoseconds since 1970, or since whenever the times count from. `clock` knows the time of day
    /// before.
    pub(crate) fn parse(self, text: &[u8], mark: DecimalMark, clock: &mut DayClock) -> Option<i64> {
        let number = |unit_ns| decimal_ns(text, unit_ns, mark);
        match self {
            Self::Seconds => number(NS_PER_SEC),
            Self::Milliseconds => number(1_000_000),
            Self::Microseconds => number(1_000),
            Self::Nanoseconds => number(1),
            Self::DateTime => date_time(text).map(Timestamp::as_ns),
            Self::TimeOfDay => TimeOfDay::parse(text)
                .and_then(TimeOfDay::ns)
                .map(|since_midnight| clock.at(since_midnight)),
        }
    }
}

/// A number of units as nanoseconds, also as `1e-05`, which is how Python writes small ones.
fn decimal_ns(text: &[u8], unit_ns: i64, mark: DecimalMark) -> Option<i64> {
    const MAX_DIGITS: usize = 40;
    let mut digits = [0; MAX_DIGITS];
    let exponent = text.iter().position(|byte| matches!(byte, b'e' | b'E'));
    let (mantissa, exponent) = text.split_at_checked(exponent.unwrap_or(text.len()))?;
    let mantissa = match mark {
        DecimalMark::Point => mantissa,
        DecimalMark::Comma => {
            let copy = digits.get_mut(..mantissa.len())?;
            for (to, from) in copy.iter_mut().zip(mantissa) {
                *to = if *from == b',' { b'.' } else { *from };
            }
            copy
        }
    };
    let unit_ns = match exponent {
        [] => return scaled(mantissa, unit_ns),
        [_, b'-', power @ ..] => {
            let power = u32::try_from(decimal_number(power)?).ok()?;
            10_i64.checked_pow(power).map_or(0, |scale| unit_ns / scale)
        }
        [_, b'+', power @ ..] | [_, power @ ..] => {
            let power = u32::try_from(decimal_number(power)?).ok()?;
            unit_ns.checked_mul(10_i64.checked_pow(power)?)?
        }
    };
    scaled(mantissa, unit_ns)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_as_programs_write_them() {
        let cases = [
            ("1622547830.084", NS_PER_SEC, 1_622_547_830_084_000_000),
            ("1e-05", NS_PER_SEC, 10_000),
            ("2.5E-4", NS_PER_SEC, 250_000),
            ("1.622547830084e+9", NS_PER_SEC, 1_622_547_830_084_000_000),
            ("1e-30", NS_PER_SEC, 0),
            ("166064000", 1_000, 166_064_000_000),
        ];
        for (text, unit, ns) in cases {
            let read = decimal_ns(text.as_bytes(), unit, DecimalMark::Point);
            assert_eq!(read, Some(ns), "{text}");
        }
        let comma = decimal_ns(b"12,25", NS_PER_SEC, DecimalMark::Comma);
        assert_eq!(comma, Some(12_250_000_000));
        for text in ["", "1e", "1e-", "1e99", "e5", "1,5", "nan"] {
            let read = decimal_ns(text.as_bytes(), NS_PER_SEC, DecimalMark::Point);
            assert_eq!(read, None, "{text}");
        }
    }
}
