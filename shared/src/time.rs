//! Time as the lake keeps it: `i64` nanoseconds since the Unix epoch, UTC.
//!
//! No time zones here: a zone is a matter of presentation and belongs to the app.
//! Seconds as `f64` exist only relative to a plot's own origin, never here.

use std::fmt;
use std::ops::{Add, Sub};
use std::str::FromStr;

use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

/// Nanoseconds in a second.
pub const NS_PER_SEC: i64 = 1_000_000_000;
/// Nanoseconds in a UTC day (UTC days of the Unix time scale have no leap seconds).
pub const NS_PER_DAY: i64 = 86_400 * NS_PER_SEC;

/// A text that is no instant in time.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is not a time in RFC 3339, such as 2026-01-31T12:00:00.5Z")]
pub struct TimeError {
    /// The text as it was given.
    pub text: String,
}

/// An instant: nanoseconds since 1970-01-01T00:00:00Z.
///
/// Printed and parsed as RFC 3339 in UTC with nine fractional digits.
/// Arithmetic saturates: no recording reaches the ends of the range (1677 and 2262), and a hostile
/// one must not panic.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Timestamp(i64);

impl Timestamp {
    /// The earliest instant that can be expressed.
    pub const MIN: Self = Self(i64::MIN);
    /// The latest instant that can be expressed.
    pub const MAX: Self = Self(i64::MAX);

    /// From nanoseconds since the Unix epoch.
    pub const fn from_ns(ns: i64) -> Self {
        Self(ns)
    }

    /// Nanoseconds since the Unix epoch.
    pub const fn as_ns(self) -> i64 {
        self.0
    }

    /// Nanoseconds from `earlier` to `self`; negative when `self` comes first.
    pub const fn ns_since(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0)
    }

    /// The UTC calendar day that contains this instant.
    pub fn utc_date(self) -> UtcDate {
        let date = jiff::Timestamp::from_nanosecond(i128::from(self.0))
            .unwrap_or(jiff::Timestamp::UNIX_EPOCH)
            .to_zoned(TimeZone::UTC)
            .date();
        UtcDate {
            year: date.year(),
            month: date.month().unsigned_abs(),
            day: date.day().unsigned_abs(),
        }
    }

    /// The number of the UTC day since 1970-01-01, negative before.
    pub const fn utc_day_number(self) -> i64 {
        self.0.div_euclid(NS_PER_DAY)
    }
}

impl Add<i64> for Timestamp {
    type Output = Self;
    fn add(self, ns: i64) -> Self {
        Self(self.0.saturating_add(ns))
    }
}

impl Sub<i64> for Timestamp {
    type Output = Self;
    fn sub(self, ns: i64) -> Self {
        Self(self.0.saturating_sub(ns))
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match jiff::Timestamp::from_nanosecond(i128::from(self.0)) {
            Ok(instant) => write!(f, "{instant:.9}"),
            Err(_) => write!(f, "{} ns since 1970", self.0),
        }
    }
}

impl FromStr for Timestamp {
    type Err = TimeError;

    /// RFC 3339 with `Z` or a numeric offset; digits past the nanosecond are an error.
    fn from_str(text: &str) -> Result<Self, TimeError> {
        text.parse::<jiff::Timestamp>()
            .ok()
            .and_then(|instant| i64::try_from(instant.as_nanosecond()).ok())
            .map(Self)
            .ok_or_else(|| TimeError {
                text: text.to_owned(),
            })
    }
}

/// A day of the UTC calendar: the unit of the lake's partitions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UtcDate {
    /// Year, four digits in paths.
    pub year: i16,
    /// Month, 1 to 12.
    pub month: u8,
    /// Day of the month, 1 to 31.
    pub day: u8,
}

impl UtcDate {
    /// The first instant of the day, or `None` where the calendar has no such day.
    pub fn start(self) -> Option<Timestamp> {
        let date = jiff::civil::Date::new(
            self.year,
            i8::try_from(self.month).ok()?,
            i8::try_from(self.day).ok()?,
        )
        .ok()?;
        let zoned = date.to_zoned(TimeZone::UTC).ok()?;
        i64::try_from(zoned.timestamp().as_nanosecond())
            .ok()
            .map(Timestamp)
    }
}

impl fmt::Display for UtcDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

/// A half-open range of time: `start` belongs to it, `end` does not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct TimeRange {
    /// The first instant inside.
    pub start: Timestamp,
    /// The first instant after.
    pub end: Timestamp,
}

impl TimeRange {
    /// All of time.
    pub const ALL: Self = Self {
        start: Timestamp::MIN,
        end: Timestamp::MAX,
    };

    /// From `start` up to, not including, `end`. Empty when `end` is not after `start`.
    pub const fn new(start: Timestamp, end: Timestamp) -> Self {
        Self { start, end }
    }

    /// The smallest range that contains both instants given.
    pub fn inclusive(first: Timestamp, last: Timestamp) -> Self {
        Self::new(first, last + 1)
    }

    /// Whether no instant lies inside.
    pub fn is_empty(self) -> bool {
        self.end <= self.start
    }

    /// Whether `instant` lies inside.
    pub fn contains(self, instant: Timestamp) -> bool {
        self.start <= instant && instant < self.end
    }

    /// Whether the two ranges share an instant.
    pub fn overlaps(self, other: Self) -> bool {
        self.start < other.end && other.start < self.end && !self.is_empty() && !other.is_empty()
    }

    /// The part that both ranges share; empty when there is none.
    #[must_use]
    pub fn intersection(self, other: Self) -> Self {
        Self::new(self.start.max(other.start), self.end.min(other.end))
    }

    /// The smallest range that contains both.
    #[must_use]
    pub fn union(self, other: Self) -> Self {
        Self::new(self.start.min(other.start), self.end.max(other.end))
    }

    /// Length in nanoseconds, zero when empty.
    pub fn duration_ns(self) -> i64 {
        self.end.ns_since(self.start).max(0)
    }
}

impl fmt::Display for TimeRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.start, self.end)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prints_and_parses_nanoseconds() {
        let instant = Timestamp::from_ns(1_771_804_800_123_456_789);
        assert_eq!(instant.to_string(), "2026-02-23T00:00:00.123456789Z");
        assert_eq!("2026-02-23T00:00:00.123456789Z".parse(), Ok(instant));
        assert_eq!("2026-02-23T05:30:00.123456789+05:30".parse(), Ok(instant));
    }

    #[test]
    fn rejects_what_has_no_zone() {
        assert!("2026-02-23T00:00:00".parse::<Timestamp>().is_err());
        assert!("yesterday".parse::<Timestamp>().is_err());
    }

    #[test]
    fn dates_before_and_after_the_epoch() {
        assert_eq!(Timestamp::from_ns(-1).utc_date().to_string(), "1969-12-31");
        assert_eq!(Timestamp::from_ns(-1).utc_day_number(), -1);
        let date = UtcDate {
            year: 2024,
            month: 2,
            day: 29,
        };
        assert_eq!(date.start().map(Timestamp::utc_date), Some(date));
        assert_eq!(UtcDate { day: 31, ..date }.start(), None);
    }

    #[test]
    fn ranges_are_half_open() {
        let range = TimeRange::new(Timestamp::from_ns(10), Timestamp::from_ns(20));
        assert!(range.contains(Timestamp::from_ns(10)));
        assert!(!range.contains(Timestamp::from_ns(20)));
        assert!(!range.overlaps(TimeRange::new(range.end, Timestamp::MAX)));
        assert_eq!(range.duration_ns(), 10);
    }
}
