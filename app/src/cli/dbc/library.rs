//! DBC files given by name or by the folder that they are in.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use canlake_shared::dbc::{DbcFile, MAX_FILE_BYTES};

use super::super::failure::Failure;
use super::super::output::Problem;
use crate::source::decode::InputError;

/// Folders deeper than this are a loop or a mistake.
const MAX_DEPTH: usize = 32;

/// DBC files that were given, or found in folders that were. Their names are their paths.
#[derive(Debug, Default)]
pub(super) struct Library {
    /// In the order given; those of a folder by name.
    pub(super) files: Vec<DbcFile>,
    /// What of the folders could not be read.
    pub(super) problems: Vec<Problem>,
    /// Whether a folder was given: then the files are a choice, not a list.
    pub(super) has_folder: bool,
}

impl Library {
    /// Reads the files given, and the `*.dbc` in the folders given and below. Hidden ones are left
    /// out, links to folders are not followed.
    pub(super) fn read(given: &[PathBuf]) -> Result<Self, Failure> {
        let mut library = Self::default();
        for path in given {
            if !path.is_dir() {
                library.files.push(read_file(path)?);
                continue;
            }
            library.has_folder = true;
            let mut found = Vec::new();
            library.walk(path, 0, &mut found);
            if found.is_empty() {
                return Err(Failure::NoDbc { path: path.clone() });
            }
            for path in found {
                match read_file(&path) {
                    Ok(file) => library.files.push(file),
                    Err(error) => library.problem(&path, canlake_shared::error_chain(&error)),
                }
            }
        }
        Ok(library)
    }

    fn walk(&mut self, folder: &Path, depth: usize, found: &mut Vec<PathBuf>) {
        if depth > MAX_DEPTH {
            return self.problem(folder, "folders are nested too deep".to_owned());
        }
        let entries = std::fs::read_dir(folder).and_then(Iterator::collect);
        let mut entries: Vec<std::fs::DirEntry> = match entries {
            Ok(entries) => entries,
            Err(error) => return self.problem(folder, format!("cannot list it: {error}")),
        };
        entries.sort_by_key(std::fs::DirEntry::file_name);
        for entry in entries {
            let path = entry.path();
            if entry.file_name().to_string_lossy().starts_with('.') {
                continue;
            }
            if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                self.walk(&path, depth + 1, found);
            } else if has_dbc_name(&path) && path.is_file() {
                found.push(path);
            }
        }
    }

    fn problem(&mut self, path: &Path, text: String) {
        self.problems.push(Problem {
            path: path.display().to_string(),
            text,
        });
    }
}

/// Reads one file, whatever is in it.
pub(super) fn read_file(path: &Path) -> Result<DbcFile, InputError> {
    let bytes = read_bytes(path).map_err(|source| InputError::Io {
        what: "read",
        source,
        path: path.to_owned(),
    })?;
    Ok(DbcFile::new(path.display().to_string(), &bytes))
}

/// No more than it takes to see that the file is too large.
fn read_bytes(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let limit = MAX_FILE_BYTES as u64 + 1;
    File::open(path)?.take(limit).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn has_dbc_name(path: &Path) -> bool {
    path.extension()
        .is_some_and(|extension| extension.eq_ignore_ascii_case("dbc"))
}
