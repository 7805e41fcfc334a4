//! Raw files and logs given to a command: decoded into the user's cache first.

use std::path::PathBuf;

use super::failure::Failure;
use super::output::{Problem, tell};
use crate::source::SourceLocation;
use crate::source::decode::{self, DbcChoice};
use crate::source::inputs::{self, Inputs};

/// What to open in place of what was given.
pub(super) struct Opening {
    pub(super) location: SourceLocation,
    /// Inputs that could not be decoded, wholly or in part.
    pub(super) problems: Vec<Problem>,
}

/// Decodes the raw files and logs among the paths given; everything else stays.
pub(super) fn decoded(location: SourceLocation, choice: &DbcChoice) -> Result<Opening, Failure> {
    match location {
        SourceLocation::Local(paths) => decode_all(Inputs::look(paths), choice),
        location => Ok(Opening {
            location,
            problems: Vec::new(),
        }),
    }
}

/// Decodes inputs; all that can be decoded is.
pub(super) fn decode_all(given: Inputs, choice: &DbcChoice) -> Result<Opening, Failure> {
    let mut opened = given.decoded;
    let mut problems = Vec::new();
    if let Some(first) = given.undecoded.first() {
        if choice.paths.is_empty() {
            return Err(Failure::NeedsDbc {
                path: first.clone(),
            });
        }
        let dbc = inputs::read_dbc(choice)?;
        for file in dbc.databases.files() {
            for warning in &file.warnings {
                tell(&format!("canlake: {}: {warning}", file.name));
            }
        }
        let cache = inputs::cache_folder().ok_or(Failure::NoCache)?;
        let is_only = given.undecoded.len() == 1;
        for path in &given.undecoded {
            match decode::decode(path, &dbc, &cache, |_frames| {}) {
                Ok(done) => opened.push(told(path, done, &mut problems)),
                Err(error) if is_only => return Err(error.into()),
                Err(error) => problems.push(Problem {
                    path: path.display().to_string(),
                    text: canlake_shared::error_chain(&error),
                }),
            }
        }
    }
    Ok(Opening {
        location: SourceLocation::Local(opened),
        problems,
    })
}

/// Tells what became of an input and gives the decoded file.
fn told(
    path: &std::path::Path,
    done: decode::DecodedInput,
    problems: &mut Vec<Problem>,
) -> PathBuf {
    let report = done.report;
    tell(&format!(
        "canlake: {} of {} frames gave values: {}",
        report.decoded_frames,
        report.frames,
        path.display()
    ));
    for (reason, frames) in &report.undecoded {
        tell(&format!(
            "canlake: {frames} frames not (wholly) decoded: {reason}"
        ));
    }
    problems.extend(report.skipped.into_iter().map(|text| Problem {
        path: path.display().to_string(),
        text,
    }));
    done.path
}
