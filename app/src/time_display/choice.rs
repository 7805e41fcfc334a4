//! Which zone instants are shown in: what the user chose, and what comes of it.

use std::sync::LazyLock;

use canlake_shared::time::Timestamp;
use jiff::tz::{TimeZone, TimeZoneDatabase};
use serde::{Deserialize, Serialize};

use super::Zone;

/// All zones that have a name, without files.
static DATABASE: LazyLock<TimeZoneDatabase> = LazyLock::new(TimeZoneDatabase::bundled);
/// The zone of this machine; asked for once, because the answer stands in a file.
static LOCAL: LazyLock<TimeZone> = LazyLock::new(TimeZone::system);

/// The zone that the user chose. Kept between starts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ZoneChoice {
    /// Coordinated universal time.
    #[default]
    Utc,
    /// The zone of this machine.
    Local,
    /// A zone of the IANA database, such as `Europe/Berlin`.
    Named(String),
    /// The time since the start of what is shown.
    Relative,
}

impl ZoneChoice {
    /// The zone, when what is shown starts at `origin`. A name that nobody knows is UTC: a setting of
    /// another version must not keep the window from opening.
    pub fn zone(&self, origin: Option<Timestamp>) -> Zone {
        match self {
            Self::Utc => Zone::UTC,
            Self::Local => Zone::of(LOCAL.clone()),
            Self::Named(name) => Zone::of(DATABASE.get(name).unwrap_or(TimeZone::UTC)),
            Self::Relative => match origin {
                Some(origin) => Zone::since(origin),
                None => Zone::UTC,
            },
        }
    }

    /// The zone with this name, in whatever case; as the database spells it.
    pub fn named(name: &str) -> Option<Self> {
        let zone = DATABASE.get(name.trim()).ok()?;
        match zone.iana_name() {
            Some("UTC") | None => Some(Self::Utc),
            Some(name) => Some(Self::Named(name.to_owned())),
        }
    }
}

/// The names of all zones, in order.
pub fn zone_names() -> &'static [String] {
    static NAMES: LazyLock<Vec<String>> = LazyLock::new(|| {
        let names = DATABASE.available();
        let mut names: Vec<String> = names.map(|name| name.as_str().to_owned()).collect();
        names.sort_unstable();
        names
    });
    &NAMES
}

/// What the zone of this machine is called. The first call reads a file: it belongs to the start of
/// the program.
pub fn local_zone_name() -> &'static str {
    LOCAL.iana_name().unwrap_or("this machine's zone")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_in_any_case_and_strange_ones_are_utc() {
        assert_eq!(
            ZoneChoice::named(" europe/berlin "),
            Some(ZoneChoice::Named("Europe/Berlin".to_owned()))
        );
        assert_eq!(ZoneChoice::named("utc"), Some(ZoneChoice::Utc));
        assert_eq!(ZoneChoice::named("Mars/Olympus"), None);
        let strange = ZoneChoice::Named("Mars/Olympus".to_owned());
        assert_eq!(strange.zone(None), Zone::UTC);
        assert_eq!(ZoneChoice::Relative.zone(None), Zone::UTC);
        let names = zone_names();
        assert!(names.len() > 400 && names.is_sorted());
        for name in ["Asia/Kathmandu", "Australia/Lord_Howe", "America/St_Johns"] {
            assert!(names.iter().any(|known| known == name), "{name}");
        }
    }

    #[test]
    fn a_choice_is_kept_as_text() {
        for choice in [
            ZoneChoice::Utc,
            ZoneChoice::Local,
            ZoneChoice::Relative,
            ZoneChoice::Named("Asia/Kathmandu".to_owned()),
        ] {
            let text = serde_json::to_string(&choice).unwrap();
            assert_eq!(serde_json::from_str::<ZoneChoice>(&text).unwrap(), choice);
        }
    }
}
