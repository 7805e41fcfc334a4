//! Object keys and file paths of the lake, read and printed.
//!
//! Reading is tolerant: anything before the layout's own components is ignored (a bucket prefix, a
//! folder), the area's folder may be missing, `%3D` may stand for `=`, a key may lack its partition.
//! Printing is strict: what is printed always reads back to the same key, and no part can leave its
//! place in the path.

use std::fmt;
use std::str::FromStr;

use super::error::LayoutError;
use super::{Partition, RawName, VehicleId};
use crate::percent;
use crate::schema::FileKind;
use crate::time::UtcDate;

/// The part of the lake that a file lies in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Area {
    /// Frames as recorded.
    Raw,
    /// Decoded signals.
    Decoded,
    /// Summaries of decoded signals.
    Rollup(RollupLevel),
}

impl Area {
    /// What the files of this area hold.
    pub const fn kind(self) -> FileKind {
        match self {
            Self::Raw => FileKind::Raw,
            Self::Decoded => FileKind::Decoded,
            Self::Rollup(_) => FileKind::Rollup,
        }
    }

    fn suffix(self) -> &'static str {
        match self {
            Self::Raw => "_raw.parquet",
            Self::Decoded => "_decoded.parquet",
            Self::Rollup(_) => "_rollup.parquet",
        }
    }
}

/// Prints `raw`, `decoded`, `rollup/level=1s`.
impl fmt::Display for Area {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Raw | Self::Decoded => f.write_str(self.kind().as_str()),
            Self::Rollup(level) => write!(f, "rollup/level={level}"),
        }
    }
}

/// The width of a roll-up's buckets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RollupLevel {
    /// One second.
    Second,
    /// One minute.
    Minute,
    /// One hour.
    Hour,
}

impl RollupLevel {
    /// All levels, finest first.
    pub const ALL: [Self; 3] = [Self::Second, Self::Minute, Self::Hour];

    /// The name in paths.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Second => "1s",
            Self::Minute => "1min",
            Self::Hour => "1h",
        }
    }
}

impl fmt::Display for RollupLevel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for RollupLevel {
    type Err = LayoutError;
    fn from_str(text: &str) -> Result<Self, LayoutError> {
        Self::ALL
            .into_iter()
            .find(|level| level.as_str() == text)
            .ok_or_else(|| LayoutError::Level {
                level: text.to_owned(),
            })
    }
}

/// The place of one file in the lake, relative to the lake's root.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ObjectKey {
    area: Area,
    partition: Option<Partition>,
    name: String,
}

impl ObjectKey {
    /// A key from its parts. `partition` is `None` for keys that others left outside of one.
    pub fn new(area: Area, partition: Option<Partition>, name: &str) -> Result<Self, LayoutError> {
        if !is_file_name(name) {
            return Err(LayoutError::Name {
                key: name.to_owned(),
            });
        }
        Ok(Self {
            area,
            partition,
            name: name.to_owned(),
        })
    }

    /// The key of a new raw file of this vehicle: its day is that of the name's time.
    pub fn raw(vehicle: VehicleId, name: &RawName) -> Self {
        Self {
            area: Area::Raw,
            partition: Some(Partition::of(vehicle, name.start)),
            name: name.to_string(),
        }
    }

    /// The part of the lake.
    pub fn area(&self) -> Area {
        self.area
    }

    /// Vehicle and day, unless the key lies outside of any partition.
    pub fn partition(&self) -> Option<&Partition> {
        self.partition.as_ref()
    }

    /// The file's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The file's name without what tells its kind.
    pub fn stem(&self) -> &str {
        self.name
            .strip_suffix(self.area.suffix())
            .or_else(|| self.name.strip_suffix(".parquet"))
            .unwrap_or(&self.name)
    }

    /// The key of the decoded file of a raw one: same partition, `_raw` replaced by `_decoded`.
    ///
    /// As in the original, a name without that ending stays as it is.
    #[must_use]
    pub fn to_decoded(&self) -> Self {
        self.to_area(Area::Decoded)
    }

    /// The same recording in another area.
    #[must_use]
    pub fn to_area(&self, area: Area) -> Self {
        let name = match self.name.strip_suffix(self.area.suffix()) {
            Some(stem) => format!("{stem}{}", area.suffix()),
            None => self.name.clone(),
        };
        Self {
            area,
            partition: self.partition.clone(),
            name,
        }
    }

    /// The same file inside a partition, for keys that others left outside of one.
    #[must_use]
    pub fn in_partition(self, partition: Partition) -> Self {
        Self {
            partition: Some(partition),
            ..self
        }
    }

    /// The key of an S3 event notification, where the whole key is URL-encoded and blanks are `+`.
    pub fn from_event(key: &str) -> Result<Self, LayoutError> {
        percent::decode(&key.replace('+', " "))
            .ok_or_else(|| LayoutError::Name {
                key: key.to_owned(),
            })?
            .parse()
    }

    /// Reads a key or a path with forward slashes, and returns what comes before the layout's own
    /// components: the prefix of the lake's root, with its slash, or nothing.
    pub fn parse_with_prefix(key: &str) -> Result<(&str, Self), LayoutError> {
        let (folders, name) = match key.rsplit_once('/') {
            Some((folders, name)) => (folders.split('/').collect(), name),
            None => (Vec::new(), key),
        };
        if !is_file_name(name) {
            return Err(LayoutError::Name {
                key: key.to_owned(),
            });
        }
        // Some stores and tools escape the equals sign of a component.
        let assignments: Vec<Option<(String, &str)>> =
            folders.iter().map(|folder| assignment(folder)).collect();
        let find = |wanted: &str| {
            assignments
                .iter()
                .rposition(|it| it.as_ref().is_some_and(|(name, _)| name == wanted))
        };
        let value = |idx: usize| Some(assignments.get(idx)?.as_ref()?.1);
        let vehicle_idx = find("vehicle_id");
        let level_idx = find("level");

        let partition = match vehicle_idx {
            None => None,
            Some(idx) => {
                let vehicle = VehicleId::from_component(value(idx).unwrap_or_default())?;
                let part = |name, width| {
                    let text = find(name).filter(|it| *it > idx).and_then(value)?;
                    parse_digits(text, width)
                };
                let date = date(part("year", 4), part("month", 2), part("day", 2));
                let date = date.ok_or_else(|| LayoutError::Date {
                    key: key.to_owned(),
                })?;
                Some(Partition { vehicle, date })
            }
        };

        // The area's folder stands right before the first component of the layout, or is the last.
        let first_idx = match (level_idx, vehicle_idx) {
            (Some(level), Some(vehicle)) => level.min(vehicle),
            (Some(idx), None) | (None, Some(idx)) => idx,
            (None, None) => folders.len(),
        };
        let folder_idx = first_idx.checked_sub(1);
        let folder = folder_idx.and_then(|idx| folders.get(idx).copied());
        let folder_kind = folder.and_then(FileKind::from_name);
        let root_idx = folder_kind.and(folder_idx).unwrap_or(first_idx);
        let kind = folder_kind.or_else(|| kind_of_name(name));
        let area = match kind {
            Some(FileKind::Raw) => Area::Raw,
            Some(FileKind::Decoded) => Area::Decoded,
            Some(FileKind::Rollup) => {
                Area::Rollup(level_idx.and_then(value).unwrap_or_default().parse()?)
            }
            None => {
                return Err(LayoutError::Area {
                    key: key.to_owned(),
                });
            }
        };
        let prefix_len: usize = folders.iter().take(root_idx).map(|it| it.len() + 1).sum();
        let prefix = key.get(..prefix_len).unwrap_or_default();
        let name = name.to_owned();
        Ok((
            prefix,
            Self {
                area,
                partition,
                name,
            },
        ))
    }
}

impl FromStr for ObjectKey {
    type Err = LayoutError;

    /// Reads a key or a path with forward slashes; what comes before the layout is ignored.
    fn from_str(key: &str) -> Result<Self, LayoutError> {
        Self::parse_with_prefix(key).map(|(_, key)| key)
    }
}

impl fmt::Display for ObjectKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/", self.area)?;
        if let Some(partition) = &self.partition {
            write!(f, "{partition}/")?;
        }
        f.write_str(&self.name)
    }
}

fn is_file_name(name: &str) -> bool {
    !matches!(name, "" | "." | "..")
        && !name
            .chars()
            .any(|it| it == '/' || it == '\\' || it.is_control())
}

fn kind_of_name(name: &str) -> Option<FileKind> {
    let (_, kind) = name.strip_suffix(".parquet")?.rsplit_once('_')?;
    FileKind::from_name(kind)
}

/// The two sides of `name=value`; the value still has its percent-escapes.
fn assignment(folder: &str) -> Option<(String, &str)> {
    let (name, value) = folder
        .split_once('=')
        .or_else(|| folder.split_once("%3D"))
        .or_else(|| folder.split_once("%3d"))?;
    Some((percent::decode(name)?, value))
}

fn parse_digits(text: &str, max_width: usize) -> Option<i16> {
    // `parse` alone would let a sign pass.
    let is_number = text.len() <= max_width && text.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| text.parse().ok()).flatten()
}

fn date(year: Option<i16>, month: Option<i16>, day: Option<i16>) -> Option<UtcDate> {
    let date = UtcDate {
        year: year?,
        month: u8::try_from(month?).ok()?,
        day: u8::try_from(day?).ok()?,
    };
    date.start().map(|_| date)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn partition(vehicle: &str, year: i16, month: u8, day: u8) -> Partition {
        Partition {
            vehicle: VehicleId::foreign(vehicle).unwrap(),
            date: UtcDate { year, month, day },
        }
    }

    #[test]
    fn keys_of_many_origins_are_read() {
        let day = Some(partition("V1", 2026, 2, 3));
        let cases = [
            (
                "raw/vehicle_id=V1/year=2026/month=02/day=03/a_raw.parquet",
                Area::Raw,
                day.clone(),
                "",
            ),
            (
                "my/lake/decoded/vehicle_id=V1/year=2026/month=02/day=03/a_decoded.parquet",
                Area::Decoded,
                day.clone(),
                "my/lake/",
            ),
            (
                "rollup/level=1min/vehicle_id=V1/year=2026/month=02/day=03/a_rollup.parquet",
                Area::Rollup(RollupLevel::Minute),
                day.clone(),
                "",
            ),
            // The original's agent wrote without the area's folder.
            (
                "data/vehicle_id=V1/year=2026/month=02/day=03/a_raw.parquet",
                Area::Raw,
                day.clone(),
                "data/",
            ),
            // Unpadded, as other Hive writers do.
            (
                "raw/vehicle_id=V1/year=2026/month=2/day=3/x.parquet",
                Area::Raw,
                day.clone(),
                "",
            ),
            // Escaped, and with a folder of our own name further up.
            (
                "raw/x/decoded/vehicle_id%3DV1/year%3D2026/month%3D02/day%3D03/x.parquet",
                Area::Decoded,
                day,
                "raw/x/",
            ),
            // Left behind by the original's retries.
            ("raw/20260223T000000Z_raw.parquet", Area::Raw, None, ""),
            ("20260223T000000Z_decoded.parquet", Area::Decoded, None, ""),
            ("/home/me/a_raw.parquet", Area::Raw, None, "/home/me/"),
        ];
        for (text, area, partition, prefix) in cases {
            let (found, key) = ObjectKey::parse_with_prefix(text).unwrap();
            assert_eq!(found, prefix, "{text}");
            assert_eq!(
                (key.area(), key.partition()),
                (area, partition.as_ref()),
                "{text}"
            );
        }
    }

    #[test]
    fn what_is_no_key_is_refused() {
        for (text, reason) in [
            ("", "file name"),
            ("raw/", "file name"),
            ("raw/..", "file name"),
            ("notes/readme.txt", "neither raw"),
            ("raw/vehicle_id=V1/a_raw.parquet", "no day"),
            (
                "raw/vehicle_id=V1/year=2026/month=02/day=30/a_raw.parquet",
                "no day",
            ),
            (
                "raw/vehicle_id=V1/year=+026/month=02/day=01/a_raw.parquet",
                "no day",
            ),
            (
                "raw/vehicle_id=/year=2026/month=02/day=01/a_raw.parquet",
                "vehicle id",
            ),
            (
                "rollup/level=2s/vehicle_id=V/year=2026/month=02/day=01/a.parquet",
                "level",
            ),
        ] {
            let error = text.parse::<ObjectKey>().unwrap_err().to_string();
            assert!(error.contains(reason), "{text}: {error}");
        }
    }

    #[test]
    fn raw_keys_map_to_decoded_ones() {
        let text = "raw/vehicle_id=V1/year=2026/month=02/day=03/20260203T000000Z_raw.parquet";
        let key: ObjectKey = text.parse().unwrap();
        assert_eq!(key.stem(), "20260203T000000Z");
        assert_eq!(
            key.to_decoded().to_string(),
            "decoded/vehicle_id=V1/year=2026/month=02/day=03/20260203T000000Z_decoded.parquet"
        );
        let odd: ObjectKey = "raw/log.parquet".parse().unwrap();
        assert_eq!(odd.to_decoded().to_string(), "decoded/log.parquet");
        assert_eq!(
            odd.in_partition(partition("V", 2026, 1, 1)).to_string(),
            "raw/vehicle_id=V/year=2026/month=01/day=01/log.parquet"
        );
    }

    #[test]
    fn event_keys_are_decoded_once() {
        let key = ObjectKey::from_event(
            "lake/raw/vehicle_id%3DV%252F1/year%3D2026/month%3D02/day%3D03/a+b_raw.parquet",
        );
        let key = key.unwrap();
        assert_eq!(key.partition(), Some(&partition("V/1", 2026, 2, 3)));
        assert_eq!(key.name(), "a b_raw.parquet");
    }

    fn any_key() -> impl Strategy<Value = ObjectKey> {
        let level = proptest::sample::select(RollupLevel::ALL.to_vec());
        let area = prop_oneof![
            Just(Area::Raw),
            Just(Area::Decoded),
            level.prop_map(Area::Rollup)
        ];
        let vehicle = prop_oneof!["[a-z./%=\\\\]{1,8}", any::<String>()];
        let day = (vehicle, 1678_i16..2262, 1_u8..=12, 1_u8..=28).prop_filter_map(
            "an id is not empty",
            |(vehicle, year, month, day)| {
                let vehicle = VehicleId::foreign(&vehicle).ok()?;
                let date = UtcDate { year, month, day };
                Some(Partition { vehicle, date })
            },
        );
        let name = prop_oneof!["[a-z._=%-]{1,12}", any::<String>()];
        (area, proptest::option::of(day), name)
            .prop_filter_map("a name is one component", |(area, partition, name)| {
                ObjectKey::new(area, partition, &name).ok()
            })
    }

    proptest! {
        #[test]
        fn every_key_prints_to_what_parses_to_it(key in any_key()) {
            prop_assert_eq!(key.to_string().parse(), Ok(key));
        }

        #[test]
        fn no_part_changes_the_depth_of_the_path(key in any_key()) {
            let text = key.to_string();
            let expected = match (key.area(), key.partition()) {
                (Area::Rollup(_), Some(_)) => 6,
                (Area::Rollup(_), None) => 2,
                (_, Some(_)) => 5,
                (_, None) => 1,
            };
            prop_assert_eq!(text.matches('/').count(), expected);
            prop_assert!(text.split('/').all(|part| part != "." && part != ".." && !part.is_empty()));
        }

        #[test]
        fn any_text_is_parsed_or_refused(text in any::<String>()) {
            if let Ok(key) = text.parse::<ObjectKey>() {
                prop_assert_eq!(key.to_string().parse(), Ok(key));
            }
        }
    }
}
