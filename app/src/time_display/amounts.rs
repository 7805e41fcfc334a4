//! Lengths of time, counts and sizes as people read them.

use canlake_shared::time::NS_PER_SEC;

/// A length of time with its two largest units, such as `1 h 04 min` or `12.5 ms`.
pub fn duration_text(ns: i64) -> String {
    let secs = ns / NS_PER_SEC;
    match ns {
        i64::MIN..0 => format!("−{}", duration_text(ns.saturating_neg())),
        0..1_000 => format!("{ns} ns"),
        1_000..1_000_000 => format!("{} µs", trimmed(ns as f64 / 1e3)),
        1_000_000..NS_PER_SEC => format!("{} ms", trimmed(ns as f64 / 1e6)),
        _ if secs < 60 => format!("{} s", trimmed(ns as f64 / 1e9)),
        _ if secs < 3_600 => format!("{} min {:02} s", secs / 60, secs % 60),
        _ if secs < 86_400 => format!("{} h {:02} min", secs / 3_600, secs % 3_600 / 60),
        _ => format!("{} d {:02} h", secs / 86_400, secs % 86_400 / 3_600),
    }
}

fn trimmed(value: f64) -> String {
    let text = format!("{value:.3}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// A count with its thousands apart, such as `1 234 567` (thin spaces).
pub fn count_text(count: u64) -> String {
    let digits = count.to_string();
    let mut text = String::with_capacity(digits.len() * 4 / 3);
    for (idx, digit) in digits.chars().enumerate() {
        if idx > 0 && (digits.len() - idx).is_multiple_of(3) {
            text.push('\u{2009}');
        }
        text.push(digit);
    }
    text
}

/// How many of something there are, such as `1 signal` or `1 234 signals`.
pub fn counted(count: u64, one: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{} {one}{plural}", count_text(count))
}

/// A size in bytes with a decimal unit, such as `15.3 MB`.
pub fn bytes_text(bytes: u64) -> String {
    const UNITS: [&str; 5] = ["B", "kB", "MB", "GB", "TB"];
    let mut value = bytes as f64;
    let mut unit = 0;
    while value >= 999.95 && unit + 1 < UNITS.len() {
        value /= 1_000.0;
        unit += 1;
    }
    if unit == 0 {
        format!("{bytes} B")
    } else {
        format!("{value:.1} {}", UNITS[unit])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_and_counts() {
        assert_eq!(duration_text(12_500_000), "12.5 ms");
        assert_eq!(duration_text(3_840 * NS_PER_SEC), "1 h 04 min");
        assert_eq!(duration_text(-90 * NS_PER_SEC), "−1 min 30 s");
        assert_eq!(count_text(1_234_567), "1\u{2009}234\u{2009}567");
        assert_eq!(counted(1, "lane"), "1 lane");
        assert_eq!(counted(2_000, "lane"), "2\u{2009}000 lanes");
        assert_eq!(bytes_text(15_270_000), "15.3 MB");
        assert_eq!(bytes_text(999), "999 B");
    }
}
