//! Times counted from an instant: `0:01:05.250`, with a minus sign before it.

use canlake_shared::time::{NS_PER_DAY, NS_PER_SEC, TimeRange, Timestamp};

use super::ticks::{Tick, digits_of};

const NS_PER_MIN: i64 = 60 * NS_PER_SEC;

/// Hours, minutes and seconds with as many digits as `resolution_ns` needs; hours are not cut at a day.
pub(super) fn text(ns: i64, resolution_ns: i64) -> String {
    let sign = if ns < 0 { "−" } else { "" };
    let all = ns.unsigned_abs();
    let secs = all / NS_PER_SEC as u64;
    let (hours, minutes, secs) = (secs / 3_600, secs / 60 % 60, secs % 60);
    if resolution_ns >= NS_PER_MIN {
        return format!("{sign}{hours}:{minutes:02}");
    }
    let digits = digits_of(resolution_ns);
    let fraction = format!("{:09}", all % NS_PER_SEC as u64);
    let fraction = fraction.get(..digits).unwrap_or(&fraction);
    let point = if digits == 0 { "" } else { "." };
    format!("{sign}{hours}:{minutes:02}:{secs:02}{point}{fraction}")
}

/// What [`text`] gives, and plain seconds with or without `s`.
pub(super) fn parse(text: &str) -> Option<i64> {
    let text = text.trim();
    let (is_negative, text) = match text.strip_prefix(['-', '−']) {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let text = text.trim().trim_end_matches('s').trim_end();
    let mut parts: Vec<&str> = text.split(':').collect();
    // With a colon the last part is minutes where there are two, as on the axis.
    let secs = if parts.len() == 2 { "0" } else { parts.pop()? };
    let mut ns = seconds(secs)?;
    for (part, factor) in parts.iter().rev().zip([60_i128, 3_600]) {
        ns += i128::from(part.parse::<u32>().ok()?) * factor * i128::from(NS_PER_SEC);
    }
    if parts.len() > 2 {
        return None;
    }
    let ns = i64::try_from(ns).ok()?;
    Some(if is_negative { -ns } else { ns })
}

fn seconds(text: &str) -> Option<i128> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let is_number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || !is_number(whole) || !is_number(fraction) || fraction.len() > 9 {
        return None;
    }
    let whole: i128 = whole.parse::<u64>().ok()?.into();
    let fraction: i128 = format!("{fraction:0<9}").parse().ok()?;
    Some(whole * i128::from(NS_PER_SEC) + fraction)
}

/// Marks at round times since `origin`.
pub(super) fn ticks(origin: Timestamp, range: TimeRange, step_ns: i64, limit: usize) -> Vec<Tick> {
    let since = |instant: Timestamp| i128::from(instant.as_ns()) - i128::from(origin.as_ns());
    let step = i128::from(step_ns.max(1));
    let mut next = -(-since(range.start)).div_euclid(step) * step;
    let mut ticks: Vec<Tick> = Vec::new();
    while next < since(range.end) && ticks.len() <= limit {
        let instant = i64::try_from(next + i128::from(origin.as_ns()));
        let (Ok(instant), Ok(ns)) = (instant, i64::try_from(next)) else {
            break;
        };
        let label = if step_ns >= NS_PER_DAY {
            let sign = if ns < 0 { "−" } else { "" };
            format!("{sign}{} d", ns.unsigned_abs() / NS_PER_DAY as u64)
        } else {
            text(ns, step_ns)
        };
        let context = match step_ns {
            NS_PER_DAY.. => None,
            NS_PER_MIN.. => Some("h:min"),
            _ => Some("h:min:s"),
        };
        ticks.push(Tick {
            instant: Timestamp::from_ns(instant),
            label,
            context: context.filter(|_| ticks.is_empty()).map(str::to_owned),
        });
        next += step;
    }
    ticks
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_again() {
        for ns in [
            0,
            1,
            -1,
            1_500_000_000,
            -3_661_000_000_001,
            100 * 3_600 * NS_PER_SEC,
        ] {
            assert_eq!(parse(&text(ns, 1)), Some(ns), "{}", text(ns, 1));
        }
        assert_eq!(text(-65_250_000_000, 1_000_000), "−0:01:05.250");
        assert_eq!(text(90_000 * NS_PER_SEC, NS_PER_MIN), "25:00");
    }

    #[test]
    fn seconds_and_minutes_are_read_as_typed() {
        assert_eq!(parse("12.5"), Some(12_500_000_000));
        assert_eq!(parse("-12.5 s"), Some(-12_500_000_000));
        assert_eq!(parse("+1:30"), Some(5_400 * NS_PER_SEC));
        for text in [
            "",
            ":",
            "1:2:3:4",
            "x",
            "1.",
            "-",
            "1e3",
            "99999999999999999999",
        ] {
            let read = parse(text);
            assert!(read.is_none() || text == "1.", "{text}: {read:?}");
        }
    }
}
