//! Finds the Parquet files under some paths.

use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use canlake_shared::time::Timestamp;

use super::{FileProblem, SourceError};
use crate::stop::Stop;

/// A file that may hold signals.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct FoundFile {
    pub(super) path: PathBuf,
    pub(super) bytes: u64,
    pub(super) modified: Timestamp,
}

/// What a walk found.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// By path, each once.
    pub(super) files: Vec<FoundFile>,
    pub(super) problems: Vec<FileProblem>,
}

/// Folders deeper than this are a loop or a mistake.
const MAX_DEPTH: usize = 32;

/// The files given, and the Parquet files in the folders given and below.
///
/// `tell` is told the number of files found, now and then; told to stop, it gives what it has. Hidden folders and files are left out, as
/// writers use them for what is not finished.
pub(super) fn find(
    paths: &[PathBuf],
    stop: &Stop,
    tell: impl Fn(usize),
) -> Result<Found, SourceError> {
    let mut found = Found::default();
    for path in paths {
        let open = |source| SourceError::Open {
            source,
            path: path.clone(),
        };
        let metadata = std::fs::metadata(path).map_err(open)?;
        if metadata.is_dir() {
            // The first level must be readable, or nothing of it is there.
            std::fs::read_dir(path).map_err(open)?;
            found.walk(path, 0, stop, &tell);
        } else if has_parquet_name(path) {
            found.push(path.clone(), &metadata);
        } else {
            return Err(SourceError::NeedsDbc { path: path.clone() });
        }
    }
    found.files.sort_by(|a, b| a.path.cmp(&b.path));
    found.files.dedup_by(|a, b| a.path == b.path);
    Ok(found)
}

impl Found {
    fn walk(&mut self, folder: &Path, depth: usize, stop: &Stop, tell: &impl Fn(usize)) {
        if depth > MAX_DEPTH {
            let error = std::io::Error::other("folders are nested too deep");
            self.problem(folder, &error);
            return;
        }
        let entries = match std::fs::read_dir(folder) {
            Ok(entries) => entries,
            Err(error) => return self.problem(folder, &error),
        };
        for entry in entries {
            if stop.is_set() {
                return;
            }
            let entry = match entry {
                Ok(entry) => entry,
                Err(error) => {
                    self.problem(folder, &error);
                    continue;
                }
            };
            let path = entry.path();
            if entry.file_name().to_string_lossy().starts_with('.') {
                continue;
            }
            // Follows links to files, not to folders: they may form a circle.
            let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
            if is_folder {
                self.walk(&path, depth + 1, stop, tell);
            } else if has_parquet_name(&path) {
                match std::fs::metadata(&path) {
                    Ok(metadata) => self.push(path, &metadata),
                    Err(error) => self.problem(&path, &error),
                }
                tell(self.files.len());
            }
        }
    }

    fn push(&mut self, path: PathBuf, metadata: &std::fs::Metadata) {
        let modified = metadata.modified().ok();
        let since_epoch = modified.and_then(|time| time.duration_since(UNIX_EPOCH).ok());
        let ns = since_epoch.and_then(|it| i64::try_from(it.as_nanos()).ok());
        self.files.push(FoundFile {
            path,
            bytes: metadata.len(),
            modified: Timestamp::from_ns(ns.unwrap_or(0)),
        });
    }

    fn problem(&mut self, path: &Path, error: &std::io::Error) {
        self.problems.push(FileProblem {
            path: path.display().to_string(),
            text: format!("cannot list it: {error}"),
        });
    }
}

fn has_parquet_name(path: &Path) -> bool {
    path.extension()
        .is_some_and(|extension| extension.eq_ignore_ascii_case("parquet"))
}
