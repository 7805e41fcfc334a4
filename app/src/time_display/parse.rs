//! Times as people type them.

use canlake_shared::time::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::AmbiguousOffset;

use super::{Zone, since};

impl Zone {
    /// RFC 3339, or the same without an offset (then in this zone), without seconds or without time of
    /// day; where times are counted from a start, also those. The error says what to write.
    pub fn parse(&self, text: &str) -> Result<Timestamp, String> {
        let text = text.trim();
        if let Some(origin) = self.origin()
            && let Some(ns) = since::parse(text)
        {
            return Ok(origin + ns);
        }
        let with_t = text.replacen(' ', "T", 1);
        if let Ok(instant) = with_t.parse() {
            return Ok(instant);
        }
        let candidates = [
            with_t.clone(),
            format!("{with_t}:00"),
            format!("{with_t}T00:00:00"),
        ];
        let civil = candidates.iter().find_map(|text| text.parse().ok());
        let civil: DateTime = civil.ok_or_else(|| self.hint(text))?;
        self.instant_of(civil, text)
    }

    fn instant_of(&self, civil: DateTime, text: &str) -> Result<Timestamp, String> {
        let name = self.name();
        let found = self.tz().to_ambiguous_timestamp(civil);
        let instant = match found.offset() {
            AmbiguousOffset::Unambiguous { .. } => found.compatible(),
            // A day that has no midnight starts when its clocks do.
            AmbiguousOffset::Gap { .. } if civil.time() == jiff::civil::Time::midnight() => {
                found.later()
            }
            AmbiguousOffset::Gap { .. } => {
                return Err(format!(
                    "{text} does not exist in {name}: clocks are put forward over it"
                ));
            }
            AmbiguousOffset::Fold { before, after } => {
                let spelled = civil.strftime("%Y-%m-%d %H:%M:%S%.f");
                return Err(format!(
                    "{text} comes twice in {name}: write {spelled}{} or {spelled}{}",
                    super::zone::offset_text(before),
                    super::zone::offset_text(after)
                ));
            }
        };
        instant
            .ok()
            .and_then(|instant| i64::try_from(instant.as_nanosecond()).ok())
            .map(Timestamp::from_ns)
            .ok_or_else(|| self.hint(text))
    }

    fn hint(&self, text: &str) -> String {
        if self.origin().is_some() {
            return format!(
                "{text:?} is not a time; write 0:01:30.5 (h:min:s since the start) or 2026-01-31 12:00:00Z"
            );
        }
        format!(
            "{text:?} is not a time; write 2026-01-31 12:00:00 ({})",
            self.name()
        )
    }
}

#[cfg(test)]
mod tests {
    use super::super::ZoneChoice;
    use super::*;

    fn zone(name: &str) -> Zone {
        ZoneChoice::named(name).unwrap().zone(None)
    }

    fn utc(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn times_as_people_type_them() {
        let noon = utc("2026-01-31T12:00:00Z");
        for text in [
            "2026-01-31 12:00:00",
            "2026-01-31T12:00",
            " 2026-01-31 12:00:00.000Z ",
            "2026-01-31T13:00:00+01:00",
        ] {
            assert_eq!(Zone::UTC.parse(text), Ok(noon), "{text}");
        }
        assert_eq!(zone("Asia/Kathmandu").parse("2026-01-31 17:45"), Ok(noon));
        let day = utc("2026-01-31T00:00:00Z");
        assert_eq!(Zone::UTC.parse("2026-01-31"), Ok(day));
        assert!(Zone::UTC.parse("noon").unwrap_err().contains("noon"));
    }

    #[test]
    fn clocks_that_change_are_asked_about() {
        let berlin = zone("Europe/Berlin");
        let error = berlin.parse("2026-03-29 02:30").unwrap_err();
        assert!(error.contains("does not exist in Europe/Berlin"), "{error}");
        let error = berlin.parse("2026-10-25 02:30").unwrap_err();
        assert!(error.contains("2026-10-25 02:30:00+02:00"), "{error}");
        let second = berlin.parse("2026-10-25 02:30:00+01:00");
        assert_eq!(second, Ok(utc("2026-10-25T01:30:00Z")));
        // In Havana, clocks go from midnight to one.
        let first = zone("America/Havana").parse("2026-03-08");
        assert_eq!(first, Ok(utc("2026-03-08T05:00:00Z")));
    }

    #[test]
    fn what_is_shown_can_be_typed() {
        let start = utc("2026-10-24T22:00:00Z");
        let howe = utc("2026-04-04T14:00:00Z");
        for (name, start) in [
            ("Europe/Berlin", start),
            ("America/St_Johns", start),
            ("Australia/Lord_Howe", howe),
        ] {
            let zone = zone(name);
            for idx in 0..40 {
                let instant = start + idx * 600_000_000_000 + 123_456_789;
                let text = zone.date_time(instant, 1);
                assert_eq!(zone.parse(&text), Ok(instant), "{text}");
                assert_eq!(zone.iso_8601(instant).parse(), Ok(instant));
            }
        }
        let since = Zone::since(start);
        for ns in [-5_000_000_000, 0, 1, 7_000_000_000_000] {
            let text = since.date_time(start + ns, 1);
            assert_eq!(since.parse(&text), Ok(start + ns), "{text}");
        }
        assert_eq!(
            since.parse("2026-10-24T22:00:01Z"),
            Ok(start + 1_000_000_000)
        );
    }
}
