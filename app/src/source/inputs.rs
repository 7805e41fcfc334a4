//! What the user gave, told apart: what opens as it is, and what has to be decoded first.

use std::path::{Path, PathBuf};

use canlake_shared::dbc::{Databases, DbcFile, Manifest};
use canlake_shared::logs::is_log_name;

use super::decode::{DbcChoice, DbcSet, InputError};
use super::kind::{InputKind, kind_of};
use super::{Catalogue, RawFile};

/// Files and folders given by the user.
#[derive(Clone, Debug, Default)]
pub struct Inputs {
    /// Lakes and decoded files.
    pub decoded: Vec<PathBuf>,
    /// Raw files and logs.
    pub undecoded: Vec<PathBuf>,
    /// Files with measured signals alone, which need no DBC files.
    pub measured: Vec<PathBuf>,
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
                }
                for log in logs {
                    inputs.add(log);
                }
            } else {
                inputs.add(path);
            }
        }
        inputs
    }

    fn add(&mut self, path: PathBuf) {
        match kind_of(&path) {
            Ok(InputKind::Raw | InputKind::Log) => self.undecoded.push(path),
            Ok(InputKind::Measured) => self.measured.push(path),
            Ok(InputKind::Decoded) | Err(_) => self.decoded.push(path),
        }
    }

    /// The raw files of vehicles of which nothing is decoded. Those of other vehicles are what the
    /// decoded files came from: decoded again, every sample would be there twice. A file that does
    /// not say whose it is counts as decoded when anything is.
    pub fn raw_files_of(catalogue: &Catalogue) -> Vec<PathBuf> {
        let is_undecoded = |file: &&RawFile| match &file.vehicle {
            Some(vehicle) => catalogue.vehicle(vehicle).is_none(),
            None => catalogue.vehicles.is_empty(),
        };
        let raw = catalogue.raw_files.iter().filter(is_undecoded);
        raw.map(|file| PathBuf::from(&file.path)).collect()
    }
}

/// The logs directly in a folder, by name; none when it also holds Parquet, or folders of a lake.
fn logs_in(folder: &Path) -> Vec<PathBuf> {
    let mut logs = Vec::new();
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        let name = entry.file_name().to_string_lossy().to_lowercase();
        let is_parquet = Path::new(&name)
            .extension()
            .is_some_and(|found| found == "parquet");
        let is_lake = path.is_dir() && (name.contains('=') || name == "raw" || name == "decoded");
        if is_lake || is_parquet {
            return Vec::new();
        }
        if is_log_name(&name) && path.is_file() {
            logs.push(path);
        }
    }
    logs.sort();
    logs
}

/// Reads DBC files, in order, or a manifest (`*.toml`) and the files that it names.
pub fn read_dbc(choice: &DbcChoice) -> Result<DbcSet, InputError> {
    if let [only] = choice.paths.as_slice()
        && only
            .extension()
            .is_some_and(|extension| extension == "toml")
    {
        return read_manifest(only);
    }
    let files = choice.paths.iter().map(|path| read_file(path));
    let files = files.collect::<Result<_, _>>()?;
    Ok(DbcSet {
        databases: Databases::from_files(files, choice.matching)?,
        identity: format!("{:?}", choice.matching),
    })
}

/// The DBC files that a manifest names, each once. Its paths are relative to it.
pub fn files_of_manifest(path: &Path) -> Result<Vec<PathBuf>, InputError> {
    Ok(named_by(path, &parse_manifest(path)?.0))
}

fn named_by(path: &Path, manifest: &Manifest) -> Vec<PathBuf> {
    let folder = path.parent().unwrap_or(Path::new(""));
    let names = manifest.files().into_iter();
    names.map(|name| folder.join(name)).collect()
}

/// The rules of a manifest, and its text.
fn parse_manifest(path: &Path) -> Result<(Manifest, String), InputError> {
    let text = String::from_utf8_lossy(&read(path)?).into_owned();
    let manifest = Manifest::parse(&text).map_err(|source| InputError::Manifest {
        source,
        path: path.to_owned(),
    })?;
    Ok((manifest, text))
}

fn read_manifest(path: &Path) -> Result<DbcSet, InputError> {
    let (manifest, text) = parse_manifest(path)?;
    let files = named_by(path, &manifest).into_iter();
    let files = files.map(|path| read_file(&path));
    let files = files.collect::<Result<_, _>>()?;
    Ok(DbcSet {
        databases: Databases::from_manifest(manifest, files)?,
        identity: text,
    })
}

fn read_file(path: &Path) -> Result<DbcFile, InputError> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    Ok(DbcFile::new(name, &read(path)?))
}

fn read(path: &Path) -> Result<Vec<u8>, InputError> {
    std::fs::read(path).map_err(|source| InputError::Io {
        what: "read",
        source,
        path: path.to_owned(),
    })
}

/// Where decoded inputs are kept; `None` when the user has no folder for caches.
pub fn cache_folder() -> Option<PathBuf> {
    let folders = directories::ProjectDirs::from("", "", "canlake")?;
    Some(folders.cache_dir().join("decoded"))
}
