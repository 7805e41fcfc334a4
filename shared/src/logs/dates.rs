//! Calendar days and times of day as log headers and lines write them.
//!
//! Where a log does not say its zone, its clock is taken for UTC: a local time would need a guess,
//! and every tool that reads the same file in another place would guess differently.

use super::digits::{decimal_number, scaled, split_once, word};
use crate::time::{NS_PER_DAY, NS_PER_SEC, Timestamp, UtcDate};

const NS_PER_MINUTE: i64 = 60 * NS_PER_SEC;

/// The instant so many nanoseconds after the beginning of a UTC day.
pub(super) fn instant(year: u64, month: u64, day: u64, since_midnight: i64) -> Option<Timestamp> {
    let date = UtcDate {
        year: i16::try_from(year).ok()?,
        month: u8::try_from(month).ok()?,
        day: u8::try_from(day).ok()?,
    };
    Some(date.start()? + since_midnight)
}

/// A time of day: `15:06:13`, `15:06:13.191` or `15:06:13:1910`.
#[derive(Clone, Copy, Debug)]
pub(super) struct TimeOfDay<'a> {
    hours: i64,
    minutes: i64,
    seconds: i64,
    fraction: &'a [u8],
}

impl<'a> TimeOfDay<'a> {
    pub(super) fn parse(text: &'a [u8]) -> Option<Self> {
        let (hours, rest) = split_once(text, b':')?;
        let (minutes, rest) = split_once(rest, b':')?;
        let end = rest.iter().position(|byte| b".:,".contains(byte));
        let (seconds, fraction) = rest.split_at_checked(end.unwrap_or(rest.len()))?;
        Self::of(hours, minutes, seconds, fraction.get(1..).unwrap_or(b""))
    }

    /// From digits with nothing between them: `150613.191`.
    pub(super) fn parse_compact(text: &'a [u8]) -> Option<Self> {
        let (digits, fraction) = split_once(text, b'.').unwrap_or((text, b""));
        let ([hours, minutes, seconds], []) = digits.as_chunks::<2>() else {
            return None;
        };
        Self::of(hours, minutes, seconds, fraction)
    }

    fn of(hours: &[u8], minutes: &[u8], seconds: &[u8], fraction: &'a [u8]) -> Option<Self> {
        let part = |text: &[u8], max| {
            let number = i64::try_from(decimal_number(text)?).ok()?;
            (number <= max).then_some(number)
        };
        Some(Self {
            hours: part(hours, 23)?,
            minutes: part(minutes, 59)?,
            seconds: part(seconds, 60)?,
            fraction,
        })
    }

    /// Nanoseconds since midnight.
    pub(super) fn ns(self) -> Option<i64> {
        Some(self.whole_seconds() + fraction_ns(self.fraction)?)
    }

    /// The same where the digits behind the seconds, up to three, are a number of milliseconds: some
    /// writers leave the zeros before it out.
    fn ns_of_millis(self) -> Option<i64> {
        match self.fraction {
            [] => Some(self.whole_seconds()),
            digits if digits.len() <= 3 => Some(self.whole_seconds() + scaled(digits, 1_000_000)?),
            _ => self.ns(),
        }
    }

    fn whole_seconds(self) -> i64 {
        ((self.hours * 60 + self.minutes) * 60 + self.seconds) * NS_PER_SEC
    }
}

/// Nanoseconds of the digits behind a decimal point.
fn fraction_ns(digits: &[u8]) -> Option<i64> {
    let mut weight = NS_PER_SEC / 10;
    let mut ns = 0;
    for digit in digits {
        ns += scaled(&[*digit], weight)?;
        weight /= 10;
    }
    Some(ns)
}

/// Times of day that go on past midnight: lines without a date.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct DayClock {
    day: i64,
    last: i64,
}

impl DayClock {
    /// Nanoseconds since the midnight before the first time. A step back by more than half a day is
    /// the next midnight; a smaller one is a disorder of the log.
    pub(super) fn at(&mut self, since_midnight: i64) -> i64 {
        if self.last - since_midnight > NS_PER_DAY / 2 {
            self.day += 1;
        } else if since_midnight - self.last > NS_PER_DAY / 2 && self.day > 0 {
            self.day -= 1;
        }
        self.last = since_midnight;
        self.day.saturating_mul(NS_PER_DAY) + since_midnight
    }
}

/// `2017-04-15T14:57:58.468Z`: year first; `T`, a blank or `-` before the time; an offset from UTC,
/// `Z` or nothing behind it.
pub(super) fn date_time(text: &[u8]) -> Option<Timestamp> {
    let text = text.trim_ascii();
    let (year, rest) = text.split_at_checked(4)?;
    let ([separator @ (b'-' | b'/' | b'.')], rest) = rest.split_at_checked(1)? else {
        return None;
    };
    let (month, rest) = split_once(rest, *separator)?;
    let (day, rest) = rest.split_at_checked(2)?;
    let ([b'T' | b't' | b' ' | b'-' | b'_'], rest) = rest.split_at_checked(1)? else {
        return None;
    };
    let zone = rest.iter().position(|byte| b"Zz+-".contains(byte));
    let (clock, zone) = rest.split_at_checked(zone.unwrap_or(rest.len()))?;
    let offset = offset_ns(zone)?;
    let since_midnight = TimeOfDay::parse(clock.trim_ascii())?.ns()? - offset;
    let [year, month, day] = [year, month, day].map(decimal_number);
    instant(year?, month?, day?, since_midnight)
}

fn offset_ns(zone: &[u8]) -> Option<i64> {
    let (sign, digits) = match zone {
        [] | [b'Z' | b'z'] => return Some(0),
        [b'+', digits @ ..] => (1, digits),
        [b'-', digits @ ..] => (-1, digits),
        _ => return None,
    };
    let (hours, minutes) = match digits {
        [hours @ .., b':', tens, ones] if hours.len() == 2 => (hours, [*tens, *ones]),
        [h1, _, tens, ones] if h1.is_ascii_digit() => (digits.get(..2)?, [*tens, *ones]),
        [_, _] => (digits, [b'0', b'0']),
        _ => return None,
    };
    let [hours, minutes] = [hours, minutes.as_slice()].map(decimal_number);
    let minutes = i64::try_from(hours? * 60 + minutes?).ok()?;
    Some(sign * minutes * NS_PER_MINUTE)
}

/// `30.09.2017 22:06:13.191`: day first, also with the microseconds as a number of their own
/// (`13.191.001`).
pub(super) fn dotted_date_time(text: &[u8]) -> Option<Timestamp> {
    let (date, rest) = word(text)?;
    let (clock, _) = word(rest)?;
    let (day, rest) = split_once(date, b'.')?;
    let (month, year) = split_once(rest, b'.')?;
    let [year, month, day] = [year, month, day].map(decimal_number);
    let clock = TimeOfDay::parse(clock)?;
    let mut fraction = [0; 9];
    let mut len = 0;
    for digit in clock.fraction.iter().filter(|byte| **byte != b'.') {
        *fraction.get_mut(len)? = *digit;
        len += 1;
    }
    let ns = clock.whole_seconds() + fraction_ns(fraction.get(..len)?)?;
    instant(year?, month?, day?, ns)
}

/// A date in words: `Sam Sep 30 15:06:13.191 2017`, `Tue May 27 04:09:35.000 pm 2014`, in English or
/// German, or the day as `30.09.2017`. The order of the words does not matter.
pub(super) fn date_in_words(text: &[u8]) -> Option<Timestamp> {
    let (mut year, mut month, mut day) = (None, None, None);
    let mut time = None;
    let mut half = None;
    let mut rest = text;
    while let Some((token, tail)) = word(rest) {
        rest = tail;
        let number = decimal_number(token.strip_suffix(b".").unwrap_or(token));
        if token.contains(&b':') {
            time = Some(TimeOfDay::parse(token)?);
        } else if number.is_some() && token.len() == 4 {
            year = number;
        } else if number.is_some() {
            day = number;
        } else if let [half_of_day @ (b'a' | b'p' | b'A' | b'P'), b'm' | b'M'] = token {
            half = Some(half_of_day.to_ascii_lowercase());
        } else if let Some((d, m, y)) = dotted_date(token) {
            (day, month, year) = (Some(d), Some(m), Some(y));
        } else if let Some(number) = month_named(token) {
            month = Some(number);
        }
    }
    let mut time = time?;
    match (half, time.hours) {
        (Some(b'a'), 12) => time.hours = 0,
        (Some(b'p'), 0..12) => time.hours += 12,
        _ => {}
    }
    instant(year?, month?, day?, time.ns_of_millis()?)
}

fn dotted_date(token: &[u8]) -> Option<(u64, u64, u64)> {
    let (day, rest) = split_once(token, b'.')?;
    let (month, year) = split_once(rest, b'.')?;
    let [day, month, year] = [day, month, year].map(decimal_number);
    Some((day?, month?, year?))
}

/// The month that a word names, in English or German, by its first three letters (`Mär` in UTF-8 or
/// in Latin-1).
fn month_named(token: &[u8]) -> Option<u64> {
    const NAMES: [&[&[u8]]; 12] = [
        &[b"jan", b"j\xC3\xA4n", b"j\xE4n"],
        &[b"feb"],
        &[b"mar", b"m\xC3\xA4r", b"m\xE4r", b"mrz"],
        &[b"apr"],
        &[b"may", b"mai"],
        &[b"jun"],
        &[b"jul"],
        &[b"aug"],
        &[b"sep"],
        &[b"oct", b"okt"],
        &[b"nov"],
        &[b"dec", b"dez"],
    ];
    let begins = |name: &[u8]| {
        let head = token.get(..name.len());
        head.is_some_and(|head| head.eq_ignore_ascii_case(name))
    };
    let found = NAMES
        .iter()
        .position(|names| names.iter().any(|name| begins(name)))?;
    u64::try_from(found + 1).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_in_words() {
        let cases = [
            ("Sam Sep 30 15:06:13.191 2017", "2017-09-30T15:06:13.191"),
            ("Sat Sep 30 10:06:13.191 PM 2017", "2017-09-30T22:06:13.191"),
            ("Tue May 27 04:09:35.000 pm 2014", "2014-05-27T16:09:35"),
            ("Fri Feb 14 08:51:20 am 2020", "2020-02-14T08:51:20"),
            ("Fri Feb 14 12:51:20 am 2020", "2020-02-14T00:51:20"),
            ("Fri Feb 14 12:51:20 pm 2020", "2020-02-14T12:51:20"),
            ("Sam Sep 30 22:06:13 PM 2017", "2017-09-30T22:06:13"),
            ("Die Okt 3 01:02:03.004 2023", "2023-10-03T01:02:03.004"),
            ("Mon M\u{e4}r 6 01:02:03 2023", "2023-03-06T01:02:03"),
            ("Mit Dez 13 01:02:03 2023", "2023-12-13T01:02:03"),
            ("Tue Jun 01 11:43:50.84 2021", "2021-06-01T11:43:50.084"),
            ("13.12.2023 01:02:03.250", "2023-12-13T01:02:03.250"),
            ("Mon Feb 29 01:02:03.1234 2016", "2016-02-29T01:02:03.1234"),
        ];
        for (text, expected) in cases {
            let expected: Timestamp = format!("{expected}Z").parse().unwrap();
            assert_eq!(date_in_words(text.as_bytes()), Some(expected), "{text}");
        }
        assert!(date_in_words(b"Mon M\xE4r 6 01:02:03 2023").is_some());
        for text in [
            "",
            "Sat Sep 30 2017",
            "Sat Sep 31 15:06:13 2017",
            "Sat Xyz 30 15:06:13 2017",
            "Sat Sep 30 25:06:13 2017",
            "Sat Sep 30 15:06:13 20177",
            "Sat Sep 30 15:06:13.x 2017",
        ] {
            assert_eq!(date_in_words(text.as_bytes()), None, "{text}");
        }
    }

    #[test]
    fn dates_in_digits() {
        let cases = [
            ("2011-11-24-22:42:04.388", "2011-11-24T22:42:04.388Z"),
            ("2020-04-19T00:35:55.571Z", "2020-04-19T00:35:55.571Z"),
            (
                "2026-07-26T12:55:52.549432738-07:00",
                "2026-07-26T19:55:52.549432738Z",
            ),
            ("2026-07-26 12:55:52+0530", "2026-07-26T07:25:52Z"),
            ("2026/07/26 12:55:52,25", "2026-07-26T12:55:52.25Z"),
        ];
        for (text, expected) in cases {
            let expected: Timestamp = expected.parse().unwrap();
            assert_eq!(date_time(text.as_bytes()), Some(expected), "{text}");
        }
        for text in ["", "2011", "2011-13-01 00:00:00", "2011-11-24X00:00:00"] {
            assert_eq!(date_time(text.as_bytes()), None, "{text}");
        }
        let microseconds = dotted_date_time(b" 18.12.2021 14:28:07.062.001").unwrap();
        assert_eq!(microseconds.to_string(), "2021-12-18T14:28:07.062001000Z");
    }

    #[test]
    fn a_clock_goes_on_past_midnight() {
        let mut clock = DayClock::default();
        let hour = 3600 * NS_PER_SEC;
        assert_eq!(clock.at(23 * hour), 23 * hour);
        assert_eq!(clock.at(22 * hour), 22 * hour);
        assert_eq!(clock.at(hour), 25 * hour);
        assert_eq!(clock.at(23 * hour), 23 * hour);
        assert_eq!(clock.at(2 * hour), 26 * hour);
        let compact = TimeOfDay::parse_compact(b"173321.107").unwrap();
        assert_eq!(compact.ns(), Some(63_201_107_000_000));
        assert!(TimeOfDay::parse_compact(b"17332.107").is_none());
    }
}
