//! Inputs on this machine's disk: what the arguments name, and how each is opened.
//!
//! A folder is searched for raw `*.parquet` and logs (`*.log`, `*.blf` …, packed or not), in order of
//! their paths; hidden files and links to folders are passed over. What a file holds is found by its
//! content.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, BufReader, Read as _};
use std::path::{Path, PathBuf};

use canlake_shared::decode::FrameBatches;
use canlake_shared::lake::ObjectKey;
use canlake_shared::logs::is_log_name;
use canlake_shared::schema::{ContentHash, FileKind, HashingWriter, SchemaError, read_summary};

use crate::error::{InputError, JobError};

/// What an input holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InputKind {
    /// A Parquet file, of frames if it can be decoded.
    Parquet,
    /// A log, or anything that no reader knows.
    Log,
}

/// One file to be decoded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Input {
    /// As the user named it.
    pub path: PathBuf,
    /// Without links and dots.
    pub canonical: PathBuf,
    /// What it holds.
    pub kind: InputKind,
    /// Its size.
    pub len_bytes: u64,
}

/// What was found, and what was asked for and is not there.
#[derive(Debug, Default)]
pub struct Found {
    /// The files, each once.
    pub inputs: Vec<Input>,
    /// What cannot be read.
    pub failures: Vec<InputError>,
    /// Files of searched folders that were passed over although their ending fits, and why.
    pub passed_over: Vec<String>,
    seen: BTreeSet<PathBuf>,
}

/// Finds all files of the arguments.
pub fn find(paths: &[PathBuf]) -> Found {
    let mut found = Found::default();
    for path in paths {
        let added = if path.is_dir() {
            let before = found.inputs.len() + found.failures.len();
            let searched = found.search(path);
            let is_empty = before == found.inputs.len() + found.failures.len();
            match searched {
                Ok(()) if is_empty => Err(InputError::EmptyFolder { path: path.clone() }),
                other => other,
            }
        } else {
            found.add(path)
        };
        found.failures.extend(added.err());
    }
    found
}

impl Found {
    fn search(&mut self, folder: &Path) -> Result<(), InputError> {
        let failed = |source| read_error(folder, source);
        let entries = fs::read_dir(folder).map_err(failed)?;
        let mut entries = entries.collect::<Result<Vec<_>, _>>().map_err(failed)?;
        entries.sort_by_key(fs::DirEntry::file_name);
        for entry in entries {
            let name = entry.file_name().to_string_lossy().into_owned();
            if name.starts_with('.') {
                continue;
            }
            let path = entry.path();
            let done = match entry.file_type() {
                Ok(kind) if kind.is_dir() => self.search(&path),
                Ok(_) if path.is_file() => self.offer(&path, &name),
                Ok(_) => Ok(()),
                Err(source) => Err(read_error(&path, source)),
            };
            // One file that cannot be read hides no other.
            self.failures.extend(done.err());
        }
        Ok(())
    }

    /// Adds a file of a searched folder if it looks like an input.
    fn offer(&mut self, path: &Path, name: &str) -> Result<(), InputError> {
        if is_log_name(name) {
            return self.add(path);
        }
        let lower = name.to_ascii_lowercase();
        // Decoded lakes have thousands of these; their names say enough.
        let is_raw = lower.ends_with(".parquet")
            && !lower.ends_with("_decoded.parquet")
            && !lower.ends_with("_rollup.parquet");
        if !is_raw {
            return Ok(());
        }
        let file = File::open(path).map_err(|source| read_error(path, source))?;
        match read_summary(&file) {
            Ok((summary, _)) if summary.kind != FileKind::Raw => Ok(()),
            Err(error @ SchemaError::UnknownKind { .. }) => {
                let line = format!("passed over {}: {error}", path.display());
                self.passed_over.push(line);
                Ok(())
            }
            // What is wrong with a damaged file is told when it is decoded.
            _ => self.add(path),
        }
    }

    fn add(&mut self, path: &Path) -> Result<(), InputError> {
        let failed = |source| read_error(path, source);
        let canonical = path.canonicalize().map_err(failed)?;
        let metadata = fs::metadata(&canonical).map_err(failed)?;
        if !metadata.is_file() {
            // It is read twice: for its hash and for its frames.
            let text = "not a regular file; store what it gives in a file first";
            return Err(failed(io::Error::other(text)));
        }
        let kind = kind_of(&canonical).map_err(failed)?;
        if self.seen.insert(canonical.clone()) {
            self.inputs.push(Input {
                path: path.to_owned(),
                canonical,
                kind,
                len_bytes: metadata.len(),
            });
        }
        Ok(())
    }
}

impl Input {
    /// The name without folders.
    pub fn name(&self) -> String {
        let name = self.path.file_name().unwrap_or_default();
        name.to_string_lossy().into_owned()
    }

    /// Its place in a lake, if it is a raw file that lies in one.
    pub fn key(&self) -> Option<ObjectKey> {
        let path = self.canonical.to_string_lossy().replace('\\', "/");
        let key = path.parse().ok();
        key.filter(|_| self.kind == InputKind::Parquet)
    }

    /// The hash of its bytes.
    pub fn content(&self) -> io::Result<ContentHash> {
        let mut hashing = HashingWriter::new(io::sink());
        let file = File::open(&self.canonical)?;
        io::copy(&mut BufReader::with_capacity(1 << 20, file), &mut hashing)?;
        Ok(hashing.finish().1)
    }

    /// Its frames, from the first on.
    pub fn open(&self) -> Result<FrameBatches, JobError> {
        let file = File::open(&self.canonical).map_err(JobError::Read)?;
        let frames = match self.kind {
            InputKind::Parquet => FrameBatches::raw(file),
            InputKind::Log => FrameBatches::log(file, &self.name()),
        };
        frames.map_err(JobError::Frames)
    }
}

fn kind_of(path: &Path) -> io::Result<InputKind> {
    let mut magic = Vec::new();
    File::open(path)?.take(4).read_to_end(&mut magic)?;
    Ok(if magic == b"PAR1" {
        InputKind::Parquet
    } else {
        InputKind::Log
    })
}

fn read_error(path: &Path, source: io::Error) -> InputError {
    InputError::Read {
        path: path.to_owned(),
        source,
    }
}
