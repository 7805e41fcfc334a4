//! DBC files, read once and kept while they do not change.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use canlake_shared::dbc::{DbcFile, MAX_FILE_BYTES};
use canlake_shared::schema::ContentHash;
use canlake_shared::schema::footer::DbcSource;
use canlake_shared::sim;
use parking_lot::Mutex;

/// Files that are kept; when there are more, those that are needed again are read again.
const MAX_KEPT: usize = 64;
/// Files that are looked into for one hash.
const MAX_SEARCHED: usize = 1_000;

/// Why a DBC file cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum ShelfError {
    /// The operating system does not give it.
    #[error("cannot read {path}", path = path.display())]
    Read {
        /// What it says.
        #[source]
        source: std::io::Error,
        /// The file.
        path: PathBuf,
    },
    /// It is larger than any DBC file is.
    #[error("{path} has {bytes} bytes, more than any DBC file; choose a DBC file", path = path.display())]
    TooLarge {
        /// Its size.
        bytes: u64,
        /// The file.
        path: PathBuf,
    },
    /// There is no message in it.
    #[error("no message in {path}; choose a DBC file", path = path.display())]
    NoMessages {
        /// The file.
        path: PathBuf,
    },
}

/// A DBC file with the place it was read from; `None` for the one built into the program.
#[derive(Clone, Debug)]
pub struct ShelvedDbc {
    /// The file.
    pub file: Arc<DbcFile>,
    /// Where it is.
    pub path: Option<PathBuf>,
}

/// DBC files by path.
#[derive(Debug, Default)]
pub struct DbcShelf {
    kept: Mutex<HashMap<PathBuf, Kept>>,
}

#[derive(Clone, Debug)]
struct Kept {
    bytes: u64,
    modified: Option<SystemTime>,
    sha256: ContentHash,
    /// `None` until someone needs more of it than the hash.
    file: Option<Arc<DbcFile>>,
}

impl DbcShelf {
    /// A file that was chosen.
    pub fn read(&self, path: &Path) -> Result<Arc<DbcFile>, ShelfError> {
        let kept = self.look(path)?;
        let file = match kept.file {
            Some(file) => file,
            None => self.load(path)?,
        };
        if file.database.messages.is_empty() {
            let path = path.to_owned();
            return Err(ShelfError::NoMessages { path });
        }
        Ok(file)
    }

    /// The file that a footer names, by its hash: among the places given those of the same name
    /// first, then all others, then what the program brings along. What cannot be read is passed over.
    pub fn find(&self, wanted: &DbcSource, places: &[PathBuf]) -> Option<ShelvedDbc> {
        let has_name = |path: &&PathBuf| path.file_name().is_some_and(|name| *name == *wanted.name);
        let (likely, others): (Vec<_>, Vec<_>) = places.iter().partition(has_name);
        let mut places = likely.into_iter().chain(others).take(MAX_SEARCHED);
        let is_it = |path: &&PathBuf| self.look(path).is_ok_and(|it| it.sha256 == wanted.sha256);
        if let Some(path) = places.find(is_it)
            && let Ok(file) = self.read(path)
        {
            return Some(ShelvedDbc {
                file,
                path: Some(path.clone()),
            });
        }
        let built_in = sim::DBC_TEXT.as_bytes();
        (ContentHash::of(built_in) == wanted.sha256).then(|| ShelvedDbc {
            file: Arc::new(DbcFile::new(sim::DBC_NAME, built_in)),
            path: None,
        })
    }

    fn look(&self, path: &Path) -> Result<Kept, ShelfError> {
        let read_error = |source| ShelfError::Read {
            source,
            path: path.to_owned(),
        };
        let metadata = std::fs::metadata(path).map_err(read_error)?;
        if metadata.len() > MAX_FILE_BYTES as u64 {
            return Err(ShelfError::TooLarge {
                bytes: metadata.len(),
                path: path.to_owned(),
            });
        }
        let modified = metadata.modified().ok();
        if let Some(kept) = self.kept.lock().get(path)
            && kept.bytes == metadata.len()
            && kept.modified == modified
        {
            return Ok(kept.clone());
        }
        let kept = Kept {
            bytes: metadata.len(),
            modified,
            sha256: ContentHash::of(&std::fs::read(path).map_err(read_error)?),
            file: None,
        };
        let mut all = self.kept.lock();
        // Hashes are small; it is the files that count.
        if all.len() >= MAX_SEARCHED + MAX_KEPT {
            all.clear();
        }
        all.insert(path.to_owned(), kept.clone());
        Ok(kept)
    }

    fn load(&self, path: &Path) -> Result<Arc<DbcFile>, ShelfError> {
        let bytes = std::fs::read(path).map_err(|source| ShelfError::Read {
            source,
            path: path.to_owned(),
        })?;
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let file = Arc::new(DbcFile::new(name, &bytes));
        let mut all = self.kept.lock();
        if all.values().filter(|kept| kept.file.is_some()).count() >= MAX_KEPT {
            all.values_mut().for_each(|kept| kept.file = None);
        }
        if let Some(kept) = all.get_mut(path) {
            kept.file = Some(Arc::clone(&file));
        }
        Ok(file)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "BO_ 1 M: 8 N\n SG_ S : 0|8@1+ (1,0) [0|0] \"\" N\n";

    fn source(name: &str, text: &str) -> DbcSource {
        DbcSource {
            name: name.to_owned(),
            sha256: ContentHash::of(text.as_bytes()),
        }
    }

    #[test]
    fn a_file_is_found_by_its_content_whatever_it_is_called() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        std::fs::write(path("car.dbc"), "BO_ 2 Other: 8 N\n").unwrap();
        std::fs::write(path("renamed.dbc"), TEXT).unwrap();
        let places = [path("absent.dbc"), path("car.dbc"), path("renamed.dbc")];
        let shelf = DbcShelf::default();
        let found = shelf.find(&source("car.dbc", TEXT), &places).unwrap();
        assert_eq!(found.path, Some(path("renamed.dbc")));
        assert_eq!(found.file.database.messages[0].name, "M");
        assert!(shelf.find(&source("car.dbc", "else"), &places).is_none());
        let again = shelf.find(&source("x.dbc", TEXT), &places).unwrap();
        assert!(Arc::ptr_eq(&again.file, &found.file), "it is kept");

        // A file that changed is another file.
        std::fs::write(path("renamed.dbc"), format!("{TEXT}\n\n")).unwrap();
        assert!(shelf.find(&source("car.dbc", TEXT), &places).is_none());
    }

    #[test]
    fn the_demo_file_comes_along() {
        let shelf = DbcShelf::default();
        let found = shelf.find(&source("any", sim::DBC_TEXT), &[]).unwrap();
        assert_eq!(
            (found.file.name.as_str(), found.path),
            (sim::DBC_NAME, None)
        );
    }

    #[test]
    fn what_is_no_dbc_file_is_refused_with_the_remedy() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("notes.txt");
        let shelf = DbcShelf::default();
        let text = |shelf: &DbcShelf| shelf.read(&path).unwrap_err().to_string();
        assert!(text(&shelf).starts_with("cannot read "));
        std::fs::write(&path, "hello").unwrap();
        assert!(text(&shelf).contains("choose a DBC file"));
    }
}
