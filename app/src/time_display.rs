//! Instants and durations as people read them: tick marks, labels, lengths.
//!
//! Knows nothing of drawing. Everything is in one [`Zone`], so that axis, tables and export agree.

use canlake_shared::time::{NS_PER_DAY, NS_PER_SEC, TimeRange, Timestamp};
use jiff::tz::TimeZone;
use jiff::{Span, Zoned};

/// The zone in which instants are shown.
#[derive(Clone, Debug, PartialEq)]
pub struct Zone(TimeZone);

impl Zone {
    /// Coordinated universal time.
    pub const UTC: Self = Self(TimeZone::UTC);

    fn civil(&self, instant: Timestamp) -> Option<Zoned> {
        jiff::Timestamp::from_nanosecond(i128::from(instant.as_ns()))
            .ok()
            .map(|instant| instant.to_zoned(self.0.clone()))
    }

    /// Date and time with as many fractional digits as `resolution_ns` needs.
    pub fn date_time(&self, instant: Timestamp, resolution_ns: i64) -> String {
        let Some(civil) = self.civil(instant) else {
            return instant.to_string();
        };
        let date = civil.strftime("%Y-%m-%d");
        format!(
            "{date} {}",
            clock_text(&civil, resolution_ns.min(NS_PER_SEC))
        )
    }

    /// Time of day with as many fractional digits as `resolution_ns` needs.
    pub fn time_of_day(&self, instant: Timestamp, resolution_ns: i64) -> String {
        match self.civil(instant) {
            Some(civil) => clock_text(&civil, resolution_ns.min(NS_PER_SEC)),
            None => instant.to_string(),
        }
    }

    /// The calendar day.
    pub fn date(&self, instant: Timestamp) -> String {
        match self.civil(instant) {
            Some(civil) => civil.strftime("%Y-%m-%d").to_string(),
            None => instant.to_string(),
        }
    }

    /// At most `max_ticks` marks at round times inside `range`.
    ///
    /// Every label is complete to the step's unit; the first mark and each mark that begins a day
    /// carries the date as well.
    pub fn ticks(&self, range: TimeRange, max_ticks: usize) -> Vec<Tick> {
        let target = range.duration_ns() / i64::try_from(max_ticks.max(1)).unwrap_or(1);
        let step = Step::at_least(target);
        let mut ticks = Vec::new();
        let mut next = self.first_tick(range.start, step);
        let mut date_shown = None;
        while let Some(civil) = next {
            let instant = i64::try_from(civil.timestamp().as_nanosecond()).map(Timestamp::from_ns);
            let Ok(instant) = instant else { break };
            if !range.contains(instant) || ticks.len() > 2 * max_ticks {
                break;
            }
            let date = civil.date();
            let (label, context) = match step {
                Step::Months(months) if months >= 12 => (civil.strftime("%Y").to_string(), None),
                Step::Months(_) => (civil.strftime("%Y-%m").to_string(), None),
                Step::Nanoseconds(ns) if ns >= NS_PER_DAY => {
                    let year = (date_shown.map(|shown: jiff::civil::Date| shown.year())
                        != Some(date.year()))
                    .then(|| civil.strftime("%Y").to_string());
                    (civil.strftime("%m-%d").to_string(), year)
                }
                Step::Nanoseconds(ns) => {
                    let day =
                        (date_shown != Some(date)).then(|| civil.strftime("%Y-%m-%d").to_string());
                    (clock_text(&civil, ns), day)
                }
            };
            date_shown = Some(date);
            ticks.push(Tick {
                instant,
                label,
                context,
            });
            next = step.after(&civil);
        }
        ticks
    }

    fn first_tick(&self, start: Timestamp, step: Step) -> Option<Zoned> {
        let civil = self.civil(start)?;
        let first = match step {
            Step::Nanoseconds(ns) => {
                let midnight = civil.start_of_day().ok()?;
                let since =
                    civil.timestamp().as_nanosecond() - midnight.timestamp().as_nanosecond();
                let since = i64::try_from(since).ok()?;
                let days = if ns >= NS_PER_DAY {
                    // Steps of several days are counted from the epoch, or they would jump while panning.
                    let day = start.as_ns().div_euclid(NS_PER_DAY);
                    let step_days = ns / NS_PER_DAY;
                    let first_day = -(-day).div_euclid(step_days) * step_days;
                    return midnight
                        .checked_add(Span::new().days(first_day - day))
                        .ok()
                        .and_then(|zoned| {
                            if zoned < civil {
                                step.after(&zoned)
                            } else {
                                Some(zoned)
                            }
                        });
                } else {
                    -(-since).div_euclid(ns) * ns
                };
                midnight.checked_add(Span::new().nanoseconds(days)).ok()?
            }
            Step::Months(months) => {
                let month0 = i64::from(civil.year()) * 12 + i64::from(civil.month()) - 1;
                let first = -(-month0).div_euclid(months) * months;
                let date = jiff::civil::Date::new(
                    i16::try_from(first.div_euclid(12)).ok()?,
                    i8::try_from(first.rem_euclid(12) + 1).ok()?,
                    1,
                );
                let zoned = date.ok()?.to_zoned(self.0.clone()).ok()?;
                return if zoned < civil {
                    step.after(&zoned)
                } else {
                    Some(zoned)
                };
            }
        };
        Some(first)
    }
}

/// A mark on a time axis.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tick {
    /// Where.
    pub instant: Timestamp,
    /// Text to the unit of the step.
    pub label: String,
    /// The larger unit (the date), where it changes.
    pub context: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    Nanoseconds(i64),
    Months(i64),
}

impl Step {
    /// The smallest round step that is not below `ns`.
    fn at_least(ns: i64) -> Self {
        const SECONDS: [i64; 18] = [
            1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200,
            86_400,
        ];
        let mut unit = 1;
        while unit < NS_PER_SEC {
            for factor in [1, 2, 5] {
                if unit * factor >= ns {
                    return Self::Nanoseconds(unit * factor);
                }
            }
            unit *= 10;
        }
        if let Some(secs) = SECONDS.into_iter().find(|secs| secs * NS_PER_SEC >= ns) {
            return Self::Nanoseconds(secs * NS_PER_SEC);
        }
        if let Some(days) = [2, 5, 10].into_iter().find(|days| days * NS_PER_DAY >= ns) {
            return Self::Nanoseconds(days * NS_PER_DAY);
        }
        let months = [1, 3, 6, 12, 24, 60, 120, 600];
        let fitting = months
            .into_iter()
            .find(|months| months * 30 * NS_PER_DAY >= ns);
        Self::Months(fitting.unwrap_or(1200))
    }

    fn after(self, civil: &Zoned) -> Option<Zoned> {
        let span = match self {
            Self::Nanoseconds(ns) if ns >= NS_PER_DAY => Span::new().days(ns / NS_PER_DAY),
            Self::Nanoseconds(ns) => Span::new().nanoseconds(ns),
            Self::Months(months) => Span::new().months(months),
        };
        civil.checked_add(span).ok()
    }
}

fn clock_text(civil: &Zoned, resolution_ns: i64) -> String {
    if resolution_ns >= 60 * NS_PER_SEC {
        return civil.strftime("%H:%M").to_string();
    }
    let seconds = civil.strftime("%H:%M:%S").to_string();
    let mut digits = 0;
    let mut unit = NS_PER_SEC;
    while unit > resolution_ns && digits < 9 {
        digits += 1;
        unit /= 10;
    }
    if digits == 0 {
        return seconds;
    }
    let fraction = format!("{:09}", civil.subsec_nanosecond());
    format!("{seconds}.{}", fraction.get(..digits).unwrap_or(&fraction))
}

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

    fn range(start: &str, end: &str) -> TimeRange {
        TimeRange::new(start.parse().unwrap(), end.parse().unwrap())
    }

    fn labels(range: TimeRange, max_ticks: usize) -> Vec<String> {
        let ticks = Zone::UTC.ticks(range, max_ticks);
        ticks.into_iter().map(|tick| tick.label).collect()
    }

    #[test]
    fn ticks_are_round_and_inside() {
        let range = range("2026-02-23T23:58:30Z", "2026-02-24T00:02:00Z");
        let ticks = Zone::UTC.ticks(range, 5);
        let texts: Vec<_> = ticks
            .iter()
            .map(|tick| (tick.label.as_str(), tick.context.as_deref()))
            .collect();
        assert_eq!(
            texts,
            [
                ("23:59", Some("2026-02-23")),
                ("00:00", Some("2026-02-24")),
                ("00:01", None),
            ]
        );
    }

    #[test]
    fn every_scale_has_ticks() {
        let start = "2026-12-30T10:20:30.123456789Z"
            .parse::<Timestamp>()
            .unwrap();
        let mut length = 1_000;
        while length < 100 * 365 * NS_PER_DAY {
            let range = TimeRange::new(start, start + length);
            let ticks = Zone::UTC.ticks(range, 8);
            assert!(
                (1..=16).contains(&ticks.len()),
                "{} ticks in {length} ns",
                ticks.len()
            );
            assert!(ticks.iter().all(|tick| range.contains(tick.instant)));
            assert!(ticks.is_sorted_by_key(|tick| tick.instant));
            length *= 3;
        }
    }

    #[test]
    fn fractions_have_the_digits_of_the_step() {
        let labels = labels(range("2026-01-01T00:00:00Z", "2026-01-01T00:00:00.010Z"), 5);
        assert_eq!(
            labels,
            [
                "00:00:00.000",
                "00:00:00.002",
                "00:00:00.004",
                "00:00:00.006",
                "00:00:00.008"
            ]
        );
    }

    #[test]
    fn lengths_and_counts() {
        assert_eq!(duration_text(12_500_000), "12.5 ms");
        assert_eq!(duration_text(3_840 * NS_PER_SEC), "1 h 04 min");
        assert_eq!(duration_text(-90 * NS_PER_SEC), "−1 min 30 s");
        assert_eq!(count_text(1_234_567), "1\u{2009}234\u{2009}567");
        assert_eq!(bytes_text(15_270_000), "15.3 MB");
        assert_eq!(bytes_text(999), "999 B");
    }
}
