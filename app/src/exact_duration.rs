//! Lengths of time as people type them, exact to the nanosecond: how far one drive is moved against
//! another.

use canlake_shared::time::NS_PER_SEC;

/// Units from the longest on, each with what it may be called; the first name is the one written.
const UNITS: [(i64, &[&str]); 7] = [
    (86_400 * NS_PER_SEC, &["d", "day", "days"]),
    (3_600 * NS_PER_SEC, &["h", "hour", "hours"]),
    (60 * NS_PER_SEC, &["min", "m", "minute", "minutes"]),
    (NS_PER_SEC, &["s", "sec", "second", "seconds"]),
    (1_000_000, &["ms"]),
    (1_000, &["µs", "us", "μs"]),
    (1, &["ns"]),
];

/// The text of a length of time, which [`parse`] reads back to the same nanosecond.
pub fn text(ns: i64) -> String {
    let sign = if ns < 0 { "-" } else { "" };
    let rest = ns.unsigned_abs();
    let (unit, name) = match rest {
        0 => return "0 s".to_owned(),
        1..1_000 => (1, "ns"),
        1_000..1_000_000 => (1_000, "µs"),
        1_000_000..1_000_000_000 => (1_000_000, "ms"),
        _ => (NS_PER_SEC.unsigned_abs(), "s"),
    };
    let minute = 60 * NS_PER_SEC.unsigned_abs();
    if rest < minute {
        return format!("{sign}{} {name}", decimal(rest, unit));
    }
    let mut parts = Vec::new();
    let mut rest = rest;
    for (unit, names) in UNITS.iter().take(3) {
        let unit = unit.unsigned_abs();
        if rest >= unit {
            parts.push(format!("{} {}", rest / unit, names[0]));
            rest %= unit;
        }
    }
    if rest > 0 {
        parts.push(format!("{} s", decimal(rest, NS_PER_SEC.unsigned_abs())));
    }
    format!("{sign}{}", parts.join(" "))
}

fn decimal(ns: u64, unit: u64) -> String {
    let digits = unit.ilog10() as usize;
    let (whole, part) = (ns / unit, ns % unit);
    if part == 0 {
        return whole.to_string();
    }
    let fraction = format!("{part:0digits$}");
    format!("{whole}.{}", fraction.trim_end_matches('0'))
}

/// A length of time such as `1.5 s`, `-200 ms`, `1 h 2 min`, `1:02:03.5`; a number alone is in seconds.
pub fn parse(text: &str) -> Result<i64, String> {
    let trimmed = text.trim();
    let (is_negative, body) = match trimmed.strip_prefix(['-', '−']) {
        Some(rest) => (true, rest.trim_start()),
        None => (
            false,
            trimmed.strip_prefix('+').unwrap_or(trimmed).trim_start(),
        ),
    };
    let ns = magnitude(body).ok_or_else(|| {
        format!("{trimmed:?} is not a length of time; write 1.5 s, -200 ms, 1 h 2 min or 1:02:03.5")
    })?;
    let ns = if is_negative { -ns } else { ns };
    i64::try_from(ns).map_err(|_too_long| format!("{trimmed:?} is longer than 292 years"))
}

/// Nanoseconds of a text without sign; `None` when it is no length of time.
fn magnitude(text: &str) -> Option<i128> {
    if text.contains(':') {
        return clock(text);
    }
    let mut total = 0;
    let mut rest = text;
    let mut is_first = true;
    while !rest.is_empty() {
        let number_end = rest
            .find(|letter: char| !letter.is_ascii_digit() && letter != '.')
            .unwrap_or(rest.len());
        let (number, after) = rest.split_at(number_end);
        let after = after.trim_start();
        let unit_end = after
            .find(|letter: char| !letter.is_alphabetic())
            .unwrap_or(after.len());
        let (name, next) = after.split_at(unit_end);
        let unit = if name.is_empty() {
            // A number alone is in seconds, but not one among others.
            (is_first && next.trim().is_empty()).then_some(NS_PER_SEC)?
        } else {
            let mut units = UNITS.iter();
            units.find(|(_, names)| names.contains(&name))?.0
        };
        total += scaled(number, unit)?;
        rest = next.trim_start();
        is_first = false;
    }
    (!is_first).then_some(total)
}

/// `h:mm:ss.frac` or `m:ss.frac`.
fn clock(text: &str) -> Option<i128> {
    let mut total = 0;
    let parts: Vec<_> = text.split(':').collect();
    let units: &[i64] = match parts.len() {
        2 => &[60 * NS_PER_SEC, NS_PER_SEC],
        3 => &[3_600 * NS_PER_SEC, 60 * NS_PER_SEC, NS_PER_SEC],
        _ => return None,
    };
    let last = parts.len() - 1;
    for (idx, (part, unit)) in parts.iter().zip(units).enumerate() {
        let part = part.trim();
        if idx < last && part.contains('.') {
            return None;
        }
        total += scaled(part, *unit)?;
    }
    Some(total)
}

/// A decimal number of units, in nanoseconds; `None` when it is no number or finer than that.
fn scaled(number: &str, unit: i64) -> Option<i128> {
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let is_digits = |text: &str| text.chars().all(|letter| letter.is_ascii_digit());
    let is_number = is_digits(whole) && is_digits(fraction) && whole.len() + fraction.len() > 0;
    if !is_number || whole.len() > 20 || fraction.len() > 15 {
        return None;
    }
    let digits = |text: &str| {
        if text.is_empty() {
            Some(0)
        } else {
            text.parse::<i128>().ok()
        }
    };
    let part = digits(fraction)? * i128::from(unit);
    let scale = 10_i128.pow(u32::try_from(fraction.len()).ok()?);
    if part % scale != 0 {
        return None;
    }
    Some(digits(whole)? * i128::from(unit) + part / scale)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn lengths_as_people_type_them() {
        for (typed, ns) in [
            ("1.5", 1_500_000_000),
            ("1.5 s", 1_500_000_000),
            ("+ 1.5s", 1_500_000_000),
            ("-200ms", -200_000_000),
            ("−200 ms", -200_000_000),
            ("250 µs", 250_000),
            ("1 us", 1_000),
            ("7 ns", 7),
            ("0.000000001", 1),
            ("1 h 2 min 3.25 s", 3_723_250_000_000),
            ("1h2m", 3_720_000_000_000),
            ("1:02:03.5", 3_723_500_000_000),
            ("-2:03", -123_000_000_000),
            ("2 days", 172_800_000_000_000),
            (".5 s", 500_000_000),
        ] {
            assert_eq!(parse(typed), Ok(ns), "{typed}");
        }
    }

    #[test]
    fn what_is_no_length_is_refused_by_name() {
        for typed in [
            "", "-", "soon", "1 parsec", "1 s 2", "1..2 s", "0.5 ns", "1:2:3:4", "1.5:00", "s",
        ] {
            let error = parse(typed).unwrap_err();
            assert!(error.contains(&format!("{typed:?}")), "{error}");
        }
        assert!(parse("400000 d").unwrap_err().contains("292 years"));
    }

    #[test]
    fn texts_are_short() {
        assert_eq!(text(0), "0 s");
        assert_eq!(text(-1_500_000_000), "-1.5 s");
        assert_eq!(text(12_345), "12.345 µs");
        assert_eq!(text(3_600_000_000_001), "1 h 0.000000001 s");
        assert_eq!(text(90_061_000_000_000), "1 d 1 h 1 min 1 s");
    }

    proptest! {
        #[test]
        fn texts_read_back(ns in any::<i64>(), small in -100_000_i64..100_000) {
            prop_assert_eq!(parse(&text(ns)), Ok(ns));
            prop_assert_eq!(parse(&text(small)), Ok(small));
        }
    }
}
