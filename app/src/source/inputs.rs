//! What the user gave, told apart: what opens as it is, and what has to be decoded first.

use std::path::{Path, PathBuf};

use canlake_shared::dbc::DbcFile;

use super::Catalogue;
use super::decode::{self, InputError, InputKind};

/// Files and folders given by the user.
#[derive(Clone, Debug, Default)]
pub struct Inputs {
    /// Lakes and decoded files.
    pub decoded: Vec<PathBuf>,
    /// Raw files and logs.
    pub undecoded: Vec<PathBuf>,
}

impl Inputs {
    /// Folders are lakes, unless they hold logs and no Parquet at all. What cannot be looked at is
    /// the listing's to tell.
    pub fn look(paths: Vec<PathBuf>) -> Self {
        let mut inputs = Self::default();
        for path in paths {
            if path.is_dir() {
                let logs = logs_in(&path);
                if logs.is_empty() {
                    inputs.decoded.push(path);
                } else {
                    inputs.undecoded.extend(logs);
                }
                continue;
            }
            match decode::kind_of(&path) {
                Ok(InputKind::Raw | InputKind::Log) => inputs.undecoded.push(path),
                Ok(InputKind::Decoded) | Err(_) => inputs.decoded.push(path),
            }
        }
        inputs
    }

    /// The raw files of a lake in which nothing is decoded; nothing when there is something to show.
    pub fn raw_files_of(catalogue: &Catalogue) -> Self {
        let raw = catalogue.raw_files.iter();
        Self {
            decoded: Vec::new(),
            undecoded: if catalogue.vehicles.is_empty() {
                raw.map(|file| PathBuf::from(&file.path)).collect()
            } else {
                Vec::new()
            },
        }
    }
}

/// The logs directly in a folder, by name; none when it also holds Parquet or other folders' lakes.
fn logs_in(folder: &Path) -> Vec<PathBuf> {
    let mut logs = Vec::new();
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        let name = entry.file_name().to_string_lossy().to_lowercase();
        // Without its `.gz`.
        let plain = Path::new(name.strip_suffix(".gz").unwrap_or(&name));
        let is = |extension: &str| plain.extension().is_some_and(|found| found == extension);
        if path.is_dir() || is("parquet") {
            return Vec::new();
        }
        if is("log") {
            logs.push(path);
        }
    }
    logs.sort();
    logs
}

/// Reads DBC files, in order.
pub fn read_dbc(paths: &[PathBuf]) -> Result<Vec<DbcFile>, InputError> {
    let read = |path: &PathBuf| {
        let bytes = std::fs::read(path).map_err(|source| InputError::Io {
            what: "read",
            source,
            path: path.clone(),
        })?;
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        Ok(DbcFile::new(name, &bytes))
    };
    paths.iter().map(read).collect()
}

/// Where decoded inputs are kept; `None` when the user has no folder for caches.
pub fn cache_folder() -> Option<PathBuf> {
    let folders = directories::ProjectDirs::from("", "", "canlake")?;
    Some(folders.cache_dir().join("decoded"))
}
