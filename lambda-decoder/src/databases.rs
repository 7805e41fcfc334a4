//! Reads the DBC files that decode.

use std::fs;
use std::path::{Path, PathBuf};

use canlake_shared::dbc::{Databases, DbcFile, Manifest, Matching};

use crate::error::DatabaseError;

/// The same files for every vehicle and channel; the first that has a message wins.
pub fn read_files(paths: &[PathBuf], matching: Matching) -> Result<Databases, DatabaseError> {
    let files = paths.iter().map(|path| read_dbc(path));
    let files = files.collect::<Result<_, _>>()?;
    Ok(Databases::from_files(files, matching)?)
}

/// Files by a manifest's rules; paths are relative to the manifest.
pub fn read_manifest(path: &Path) -> Result<Databases, DatabaseError> {
    let bytes = read(path)?;
    let text = String::from_utf8_lossy(&bytes);
    let manifest = Manifest::parse(&text).map_err(|source| DatabaseError::Manifest {
        path: path.to_owned(),
        source,
    })?;
    let folder = path.parent().unwrap_or(Path::new(""));
    let files = manifest.files().into_iter();
    let files = files.map(|name| read_dbc(&folder.join(name)));
    let files = files.collect::<Result<_, _>>()?;
    Ok(Databases::from_manifest(manifest, files)?)
}

fn read_dbc(path: &Path) -> Result<DbcFile, DatabaseError> {
    let name = path.file_name().unwrap_or(path.as_os_str());
    Ok(DbcFile::new(name.to_string_lossy(), &read(path)?))
}

fn read(path: &Path) -> Result<Vec<u8>, DatabaseError> {
    fs::read(path).map_err(|source| DatabaseError::Read {
        path: path.to_owned(),
        source,
    })
}
