//! Where the notes of a source are.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::source::SourceLocation;

const IN_FOLDER: &str = "canlake-notes.json";
const BESIDE_FILE: &str = ".notes.json";

/// The file with the notes of a source; `None` where there is no place to write one.
///
/// A lake's is `canlake-notes.json` in its root, beside `raw` and `decoded`, whichever part of the lake
/// was opened: among the lake's own files, what queries those would take it for data. Any other folder
/// has it inside, as the folder is what is shared; a file has `<file>.notes.json` beside it. Several
/// files of one folder share that of the folder; of places further apart the first by path counts.
///
/// `is_folder` tells folders from files.
pub fn notes_path(source: &SourceLocation, is_folder: impl Fn(&Path) -> bool) -> Option<PathBuf> {
    let SourceLocation::Local(paths) = source else {
        return None;
    };
    let of_one = |path: &PathBuf| {
        if let Some(root) = lake_root(path) {
            return root.join(IN_FOLDER);
        }
        if is_folder(path) {
            return path.join(IN_FOLDER);
        }
        let mut name = path.file_name().unwrap_or_default().to_owned();
        name.push(BESIDE_FILE);
        path.with_file_name(name)
    };
    let places: BTreeSet<PathBuf> = paths.iter().map(of_one).collect();
    let first = places.first()?;
    let is_one_folder = places.iter().all(|place| place.parent() == first.parent());
    Some(if places.len() > 1 && is_one_folder {
        first.with_file_name(IN_FOLDER)
    } else {
        first.clone()
    })
}

/// The root of the lake that a path is part of, as far as its text says.
fn lake_root(path: &Path) -> Option<PathBuf> {
    let is_named = |path: &Path, is: &dyn Fn(&str) -> bool| {
        path.file_name()
            .is_some_and(|name| is(&name.to_string_lossy()))
    };
    let is_area =
        |path: &Path| is_named(path, &|name| ["raw", "decoded", "rollup"].contains(&name));
    let is_level = |path: &Path| is_named(path, &|name| name.starts_with("level="));
    let is_vehicle = |path: &Path| is_named(path, &|name| name.starts_with("vehicle_id="));
    let above = |path: &Path| path.parent().map(Path::to_owned);

    let vehicle = path.ancestors().find(|path| is_vehicle(path));
    let mut folder = match vehicle {
        Some(vehicle) => above(vehicle)?,
        None => path.to_owned(),
    };
    if is_level(&folder) {
        folder = above(&folder)?;
    }
    if is_area(&folder) {
        above(&folder)
    } else {
        vehicle.map(|_| folder)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notes_are_where_people_share_the_data() {
        let is_folder = |path: &Path| path.extension().is_none();
        for (paths, expected) in [
            (&["/data/lake"][..], "/data/lake/canlake-notes.json"),
            (&["/data/lake/"], "/data/lake/canlake-notes.json"),
            (&["/data/lake/decoded"], "/data/lake/canlake-notes.json"),
            (&["decoded"], "canlake-notes.json"),
            (
                &["/data/lake/decoded/vehicle_id=V/year=2026"],
                "/data/lake/canlake-notes.json",
            ),
            (
                &["/l/decoded/vehicle_id=V/year=2026/month=03/day=04/a_decoded.parquet"],
                "/l/canlake-notes.json",
            ),
            (
                &["/l/rollup/level=1s/vehicle_id=V/year=2026"],
                "/l/canlake-notes.json",
            ),
            (
                &["/original/vehicle_id=V/x.parquet"],
                "/original/canlake-notes.json",
            ),
            (&["/logs/drive.log"], "/logs/drive.log.notes.json"),
            (&["drive.parquet"], "drive.parquet.notes.json"),
            (&["/logs/b.log", "/logs/a.log"], "/logs/canlake-notes.json"),
            (&["/logs/b.log", "/logs/b.log"], "/logs/b.log.notes.json"),
            (&["/x/b.log", "/logs/a.log"], "/logs/a.log.notes.json"),
        ] {
            let source = SourceLocation::from_args(paths).unwrap();
            let path = notes_path(&source, is_folder);
            assert_eq!(path.as_deref(), Some(Path::new(expected)), "{paths:?}");
        }
        let bucket = SourceLocation::S3("s3://lake".to_owned());
        assert_eq!(notes_path(&bucket, is_folder), None);
        assert_eq!(
            notes_path(&SourceLocation::Local(Vec::new()), is_folder),
            None
        );
    }
}
