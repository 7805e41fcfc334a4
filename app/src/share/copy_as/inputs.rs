//! Which files the rows are in, as far as the text of their paths says.

use std::collections::BTreeSet;
use std::path::{Component, Path, PathBuf};

use canlake_shared::lake::ObjectKey;
use canlake_shared::time::{NS_PER_DAY, Timestamp, UtcDate};

use super::{CopyError, Selection};
use crate::share::percent;
use crate::source::SourceLocation;

/// The vehicle of rows whose file names none, as the app calls it.
pub(super) const UNNAMED_VEHICLE: &str = "unknown";

/// Where files lie.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Store {
    /// This machine.
    Local,
    /// S3; paths begin with `s3://`.
    S3,
}

/// Whether the folders of the files name their vehicle, which then is that of all their rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum VehicleFolders {
    /// Those of every file do, and it is the one wanted.
    All,
    /// Some do, or it is not known before the folders are searched.
    Some,
    /// None do.
    None,
}

/// What to read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Inputs {
    pub(super) store: Store,
    /// Folders to search, as the beginning of the paths of their files: `/lake/`, `/`, or nothing for
    /// the folder that the code runs in.
    pub(super) folders: Vec<String>,
    /// Files named one by one.
    pub(super) files: Vec<String>,
    pub(super) vehicle_folders: VehicleFolders,
    /// Files not to read, of those that a search may find.
    pub(super) superseded: BTreeSet<String>,
    /// The first and the last day whose folders may hold rows; without a limit where `None`.
    pub(super) days: (Option<UtcDate>, Option<UtcDate>),
}

impl Inputs {
    /// Of a source whose files others can read.
    pub(super) fn of(selection: &Selection<'_>) -> Result<Self, CopyError> {
        let (store, paths) = match selection.source {
            SourceLocation::Local(paths) => {
                let texts = paths.iter().map(|path| text_of(&plain(path)));
                (Store::Local, texts.collect::<Result<Vec<_>, _>>()?)
            }
            SourceLocation::S3(address)
            | SourceLocation::Athena(address)
            | SourceLocation::Http(address) => (Store::S3, vec![with_plain_scheme(address)]),
        };
        let range = selection.range;
        // Rows of a file may be of the day after that of its folder, if it runs past midnight; and of
        // the day before, if frames that came first were not stamped first.
        let first = (range.start > Timestamp::MIN).then(|| (range.start - NS_PER_DAY).utc_date());
        let last = (range.end < Timestamp::MAX).then(|| (range.end - 1 + NS_PER_DAY).utc_date());
        let mut inputs = Self {
            store,
            folders: Vec::new(),
            files: Vec::new(),
            vehicle_folders: VehicleFolders::None,
            superseded: BTreeSet::new(),
            days: (first, last),
        };
        let superseded = selection.superseded.iter();
        let superseded: BTreeSet<String> = superseded
            .filter_map(|path| plain(Path::new(path)).to_str().map(str::to_owned))
            .collect();
        let mut named = 0;
        for path in paths {
            if !has_parquet_name(&path) {
                inputs.folders.push(beginning_of(path));
                continue;
            }
            let vehicle = vehicle_of(&path);
            let is_other = vehicle.as_ref().is_some_and(|it| it != selection.vehicle);
            if !is_other && !superseded.contains(&path) && !inputs.files.contains(&path) {
                named += usize::from(vehicle.is_some());
                inputs.files.push(path);
            }
        }
        if inputs.folders.is_empty() && inputs.files.is_empty() {
            return Err(CopyError::NoFile {
                vehicle: selection.vehicle.to_owned(),
            });
        }
        inputs.vehicle_folders = match named {
            _ if !inputs.folders.is_empty() => VehicleFolders::Some,
            0 => VehicleFolders::None,
            all if all == inputs.files.len() => VehicleFolders::All,
            _ => VehicleFolders::Some,
        };
        if !inputs.folders.is_empty() {
            inputs.superseded = superseded
                .into_iter()
                .filter(|path| inputs.may_find(path, selection.vehicle))
                .collect();
        }
        inputs.files.sort_unstable();
        Ok(inputs)
    }

    /// Whether a search for the files of a vehicle would give this one.
    fn may_find(&self, path: &str, vehicle: &str) -> bool {
        let key = path.replace('\\', "/");
        let Ok((_, key)) = ObjectKey::parse_with_prefix(&key) else {
            return true;
        };
        let (first, last) = self.days;
        key.partition().is_none_or(|partition| {
            partition.vehicle.as_str() == vehicle
                && first.is_none_or(|first| partition.date >= first)
                && last.is_none_or(|last| partition.date <= last)
        })
    }
}

/// A path as text.
pub(super) fn text_of(path: &Path) -> Result<String, CopyError> {
    let not_text = || CopyError::NotText {
        path: path.to_owned(),
    };
    let text = path.to_str().ok_or_else(not_text)?;
    Ok(if text.is_empty() { "." } else { text }.to_owned())
}

/// The vehicle that the folders of a file name: what [`super::python::FOLDERS`] finds.
fn vehicle_of(path: &str) -> Option<String> {
    let parts: Vec<&str> = path.split(['/', '\\']).collect();
    let folders = parts.windows(5).find_map(|parts| match parts {
        // What follows is another folder, or the file.
        [vehicle, year, month, day, _] => {
            let is_number = |part: &str, name| {
                let digits = part.strip_prefix(name);
                digits.is_some_and(|it| !it.is_empty() && it.bytes().all(|it| it.is_ascii_digit()))
            };
            let is_day =
                is_number(year, "year=") && is_number(month, "month=") && is_number(day, "day=");
            vehicle
                .strip_prefix("vehicle_id=")
                .filter(|it| is_day && !it.is_empty())
        }
        _ => None,
    });
    folders.map(|vehicle| percent::decode(vehicle).unwrap_or_else(|| vehicle.to_owned()))
}

fn has_parquet_name(path: &str) -> bool {
    let extension = Path::new(path).extension();
    extension.is_some_and(|extension| extension.eq_ignore_ascii_case("parquet"))
}

/// The same path as all readers give it back: without `.` and doubled separators.
fn plain(path: &Path) -> PathBuf {
    // Only a `.` at the beginning is a component.
    let components = path.components();
    components
        .filter(|it| !matches!(it, Component::CurDir))
        .collect()
}

fn beginning_of(mut folder: String) -> String {
    if folder == "." {
        return String::new();
    }
    let end = folder.trim_end_matches(std::path::is_separator).len();
    folder.truncate(end);
    folder + "/"
}

/// Readers know `s3://` only.
fn with_plain_scheme(address: &str) -> String {
    let rest = address.split_once("://").map_or(address, |(_, rest)| rest);
    format!("s3://{rest}")
}

#[cfg(test)]
mod tests {
    use canlake_shared::schema::SignalKey;
    use canlake_shared::time::TimeRange;

    use super::*;

    fn inputs(paths: &[&str], range: TimeRange, superseded: &[&str]) -> Result<Inputs, CopyError> {
        let source = SourceLocation::from_args(paths).unwrap();
        let superseded: Vec<String> = superseded.iter().map(|&it| it.to_owned()).collect();
        Inputs::of(&Selection {
            source: &source,
            vehicle: "V",
            signals: &[SignalKey::new("", "M", None, "S")],
            range,
            superseded: &superseded,
        })
    }

    fn day(text: &str) -> Timestamp {
        format!("{text}Z").parse().unwrap()
    }

    #[test]
    fn days_beside_the_range_are_looked_into() {
        let days = |from: &str, to: &str| {
            let range = TimeRange::new(day(from), day(to));
            let (first, last) = inputs(&["lake"], range, &[]).unwrap().days;
            (first.unwrap().to_string(), last.unwrap().to_string())
        };
        let expect = |first: &str, last: &str| (first.to_owned(), last.to_owned());
        assert_eq!(
            days("2025-12-31T23:00:00", "2026-01-01T00:00:00"),
            expect("2025-12-30", "2026-01-01")
        );
        assert_eq!(
            days("2026-01-01T00:00:00", "2026-01-01T00:00:00.000000001"),
            expect("2025-12-31", "2026-01-02")
        );
        let all = inputs(&["lake"], TimeRange::ALL, &[]).unwrap();
        assert_eq!(all.days, (None, None));
    }

    #[test]
    fn files_of_other_vehicles_and_old_generations_are_left_out() {
        let file = |vehicle: &str, name: &str| {
            format!("/l/decoded/vehicle_id={vehicle}/year=2026/month=03/day=04/{name}.parquet")
        };
        let paths = [
            file("V", "a"),
            file("W", "b"),
            file("V", "old"),
            file("V", "a"),
        ];
        let paths: Vec<&str> = paths.iter().map(String::as_str).collect();
        let found = inputs(&paths, TimeRange::ALL, &[paths[2]]).unwrap();
        assert_eq!(found.files, [paths[0]]);
        assert_eq!(found.vehicle_folders, VehicleFolders::All);
        assert!(found.superseded.is_empty());
        let found = inputs(&[paths[0], "x.parquet"], TimeRange::ALL, &[]).unwrap();
        assert_eq!(found.vehicle_folders, VehicleFolders::Some);
        let other_layout = "/l/vehicle_id=W/year=2026/x.parquet";
        let found = inputs(&["x.parquet", other_layout], TimeRange::ALL, &[]).unwrap();
        assert_eq!(found.files.len(), 2);
        assert_eq!(found.vehicle_folders, VehicleFolders::None);
        assert_eq!(
            inputs(&[paths[1]], TimeRange::ALL, &[]),
            Err(CopyError::NoFile {
                vehicle: "V".to_owned()
            })
        );
        // Of a lake, only what its search would find.
        let range = TimeRange::new(day("2026-03-05T10:00:00"), day("2026-03-05T11:00:00"));
        let superseded = [paths[0], paths[1], "/l/stray.parquet"];
        let found = inputs(&["/l/"], range, &superseded).unwrap();
        assert_eq!(found.folders, ["/l/"]);
        let expected = [paths[0], "/l/stray.parquet"].map(str::to_owned);
        assert_eq!(found.superseded, BTreeSet::from(expected));
        let range = TimeRange::new(day("2026-03-06T10:00:00"), day("2026-03-06T11:00:00"));
        let found = inputs(&["/l/"], range, &superseded).unwrap();
        assert_eq!(found.superseded.len(), 1);
    }

    #[test]
    fn odd_places_keep_their_meaning() {
        let all = TimeRange::ALL;
        for (path, folder) in [
            ("/", "/"),
            (".", ""),
            ("./", ""),
            ("./a//b/./", "a/b/"),
            ("../a", "../a/"),
            ("S3://Bucket/Prefix/", "s3://Bucket/Prefix/"),
            ("s3://bucket", "s3://bucket/"),
        ] {
            assert_eq!(
                inputs(&[path], all, &[]).unwrap().folders,
                [folder],
                "{path}"
            );
        }
        let found = inputs(&["./a.parquet", "./l"], all, &["./l/old.parquet"]).unwrap();
        assert_eq!((found.store, &*found.files[0]), (Store::Local, "a.parquet"));
        assert!(found.superseded.contains("l/old.parquet"));
        let found = inputs(&["s3://b/X.PARQUET"], all, &[]).unwrap();
        assert_eq!(found.files, ["s3://b/X.PARQUET"]);
    }
}
