//! Instants as texts in one zone.

use canlake_shared::time::{NS_PER_SEC, Timestamp};
use jiff::Zoned;
use jiff::tz::{AmbiguousOffset, Offset, TimeZone};

use super::since;
use super::ticks::digits_of;

/// The zone in which instants are shown.
#[derive(Clone, Debug, PartialEq)]
pub struct Zone {
    tz: TimeZone,
    /// Times are counted from here.
    origin: Option<Timestamp>,
}

impl Zone {
    /// Coordinated universal time.
    pub const UTC: Self = Self {
        tz: TimeZone::UTC,
        origin: None,
    };

    pub(super) fn of(tz: TimeZone) -> Self {
        Self { tz, origin: None }
    }

    /// Times counted from an instant.
    pub fn since(origin: Timestamp) -> Self {
        Self {
            tz: TimeZone::UTC,
            origin: Some(origin),
        }
    }

    /// Where times are counted from, if they are.
    pub fn origin(&self) -> Option<Timestamp> {
        self.origin
    }

    pub(super) fn tz(&self) -> &TimeZone {
        &self.tz
    }

    /// For lists of recordings, in which times since the start of one of them say nothing: the zone of
    /// the calendar.
    #[must_use]
    pub fn calendar(&self) -> Self {
        Self::of(self.tz.clone())
    }

    /// What the zone is called: `UTC`, `Europe/Berlin`, `since start`.
    pub fn name(&self) -> &str {
        if self.origin.is_some() {
            return "since start";
        }
        match self.tz.iana_name() {
            Some(name) => name,
            None if self.tz == TimeZone::UTC || self.tz.is_unknown() => "UTC",
            None => "local time",
        }
    }

    /// How far clocks are ahead of UTC at an instant, as `+01:00`; nothing in UTC itself, and where
    /// times are counted from a start.
    pub fn offset(&self, instant: Timestamp) -> Option<String> {
        if self.origin.is_some() || self.name() == "UTC" {
            return None;
        }
        self.civil(instant).map(|civil| offset_text(civil.offset()))
    }

    pub(super) fn civil(&self, instant: Timestamp) -> Option<Zoned> {
        jiff::Timestamp::from_nanosecond(i128::from(instant.as_ns()))
            .ok()
            .map(|instant| instant.to_zoned(self.tz.clone()))
    }

    /// Date and time with as many fractional digits as `resolution_ns` needs. A time that comes twice,
    /// because clocks were put back, has its offset.
    pub fn date_time(&self, instant: Timestamp, resolution_ns: i64) -> String {
        if let Some(origin) = self.origin {
            return since::text(instant.ns_since(origin), resolution_ns.min(NS_PER_SEC));
        }
        let Some(civil) = self.civil(instant) else {
            return instant.to_string();
        };
        let date = civil.strftime("%Y-%m-%d");
        let time = clock_text(&civil, resolution_ns.min(NS_PER_SEC));
        format!("{date} {time}{}", repeated(&civil))
    }

    /// Time of day with as many fractional digits as `resolution_ns` needs.
    pub fn time_of_day(&self, instant: Timestamp, resolution_ns: i64) -> String {
        if self.origin.is_some() {
            return self.date_time(instant, resolution_ns);
        }
        match self.civil(instant) {
            Some(civil) => {
                let time = clock_text(&civil, resolution_ns.min(NS_PER_SEC));
                format!("{time}{}", repeated(&civil))
            }
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

    /// For files: ISO 8601 to the nanosecond, with the offset; `Z` in UTC. Times since a start are no
    /// dates, so theirs are in UTC.
    pub fn iso_8601(&self, instant: Timestamp) -> String {
        if self.tz == TimeZone::UTC {
            return instant.to_string();
        }
        match self.civil(instant) {
            Some(civil) => civil.strftime("%Y-%m-%dT%H:%M:%S.%9f%:z").to_string(),
            None => instant.to_string(),
        }
    }
}

/// As `+05:45`.
pub(super) fn offset_text(offset: Offset) -> String {
    let secs = offset.seconds();
    let sign = if secs < 0 { '-' } else { '+' };
    let minutes = secs.unsigned_abs() / 60;
    format!("{sign}{:02}:{:02}", minutes / 60, minutes % 60)
}

/// The offset of a time that comes twice.
fn repeated(civil: &Zoned) -> String {
    let found = civil.time_zone().to_ambiguous_timestamp(civil.datetime());
    match found.offset() {
        AmbiguousOffset::Fold { .. } => offset_text(civil.offset()),
        AmbiguousOffset::Unambiguous { .. } | AmbiguousOffset::Gap { .. } => String::new(),
    }
}

pub(super) fn clock_text(civil: &Zoned, resolution_ns: i64) -> String {
    if resolution_ns >= 60 * NS_PER_SEC {
        return civil.strftime("%H:%M").to_string();
    }
    let seconds = civil.strftime("%H:%M:%S").to_string();
    let digits = digits_of(resolution_ns);
    if digits == 0 {
        return seconds;
    }
    let fraction = format!("{:09}", civil.subsec_nanosecond());
    format!("{seconds}.{}", fraction.get(..digits).unwrap_or(&fraction))
}

#[cfg(test)]
mod tests {
    use super::super::ZoneChoice;
    use super::*;

    #[test]
    fn a_zone_says_what_it_is() {
        let noon: Timestamp = "2026-01-31T12:00:00.5Z".parse().unwrap();
        let zone = |name| ZoneChoice::named(name).unwrap().zone(None);
        let kathmandu = zone("Asia/Kathmandu");
        assert_eq!(
            kathmandu.date_time(noon, 100_000_000),
            "2026-01-31 17:45:00.5"
        );
        assert_eq!(kathmandu.offset(noon).as_deref(), Some("+05:45"));
        assert_eq!(
            kathmandu.iso_8601(noon),
            "2026-01-31T17:45:00.500000000+05:45"
        );
        let johns = zone("America/St_Johns");
        assert_eq!(johns.offset(noon).as_deref(), Some("-03:30"));
        assert_eq!(Zone::UTC.iso_8601(noon), "2026-01-31T12:00:00.500000000Z");
        assert_eq!(Zone::UTC.offset(noon), None);
        let since = Zone::since(noon);
        assert_eq!(
            since.date_time(noon + 1_500_000_000, 1_000_000),
            "0:00:01.500"
        );
        assert_eq!(since.calendar(), Zone::UTC);
        assert_eq!(since.name(), "since start");
    }

    #[test]
    fn a_time_that_comes_twice_has_its_offset() {
        let berlin = ZoneChoice::named("Europe/Berlin").unwrap().zone(None);
        let text = |utc: &str| berlin.date_time(utc.parse().unwrap(), NS_PER_SEC);
        assert_eq!(text("2026-10-24T23:59:59Z"), "2026-10-25 01:59:59");
        assert_eq!(text("2026-10-25T00:30:00Z"), "2026-10-25 02:30:00+02:00");
        assert_eq!(text("2026-10-25T01:30:00Z"), "2026-10-25 02:30:00+01:00");
        assert_eq!(text("2026-10-25T02:00:00Z"), "2026-10-25 03:00:00");
    }
}
