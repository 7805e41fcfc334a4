//! Raw files and logs given to a command: decoded into the user's cache first.

use std::path::{Path, PathBuf};

use canlake_shared::dbc::{DbcFile, Matching};

use super::failure::Failure;
use super::output::{Problem, tell};
use crate::source::SourceLocation;
use crate::source::decode::{self, DbcChoice, InputKind};

/// What to open in place of what was given.
pub(super) struct Inputs {
    pub(super) location: SourceLocation,
    /// Inputs that could not be decoded, wholly or in part.
    pub(super) problems: Vec<Problem>,
}

/// Decodes the files of raw frames among the paths given; everything else stays.
///
/// Folders are lakes of decoded files and are left alone.
pub(super) fn decoded(location: SourceLocation, choice: &DbcChoice) -> Result<Inputs, Failure> {
    let SourceLocation::Local(paths) = location else {
        return Ok(Inputs {
            location,
            problems: Vec::new(),
        });
    };
    let mut dbc: Option<Vec<DbcFile>> = None;
    let mut opened = Vec::with_capacity(paths.len());
    let mut problems = Vec::new();
    for path in paths {
        // What cannot be looked at is the listing's to tell.
        let kind = if path.is_file() {
            decode::kind_of(&path).unwrap_or(InputKind::Decoded)
        } else {
            InputKind::Decoded
        };
        if kind == InputKind::Decoded {
            opened.push(path);
            continue;
        }
        if choice.paths.is_empty() {
            return Err(Failure::NeedsDbc { path });
        }
        if dbc.is_none() {
            dbc = Some(load(&choice.paths)?);
        }
        let dbc = dbc.as_deref().unwrap_or_default();
        opened.push(decode_one(&path, dbc, choice.matching, &mut problems)?);
    }
    Ok(Inputs {
        location: SourceLocation::Local(opened),
        problems,
    })
}

fn load(paths: &[PathBuf]) -> Result<Vec<DbcFile>, Failure> {
    let mut files = Vec::with_capacity(paths.len());
    for path in paths {
        let bytes = std::fs::read(path).map_err(|source| Failure::Dbc {
            source,
            path: path.clone(),
        })?;
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let file = DbcFile::new(name, &bytes);
        for warning in &file.warnings {
            tell(&format!("canlake: {}: {warning}", path.display()));
        }
        files.push(file);
    }
    Ok(files)
}

fn decode_one(
    path: &Path,
    dbc: &[DbcFile],
    matching: Matching,
    problems: &mut Vec<Problem>,
) -> Result<PathBuf, Failure> {
    let folders = directories::ProjectDirs::from("", "", "canlake").ok_or(Failure::NoCache)?;
    let cache = folders.cache_dir().join("decoded");
    let done = decode::decode(path, dbc, matching, &cache, |_frames| {})?;
    if let Some(stats) = &done.stats {
        tell(&format!(
            "canlake: decoded {} of {} frames of {}",
            stats.decoded_frames,
            stats.frames,
            path.display()
        ));
        for (reason, frames) in stats.undecoded_by_reason() {
            tell(&format!(
                "canlake: {frames} frames gave no value: {}",
                reason.as_str()
            ));
        }
    }
    problems.extend(done.skipped.into_iter().map(|text| Problem {
        path: path.display().to_string(),
        text,
    }));
    Ok(done.path)
}
