//! Raw files and logs given to a command: decoded into the user's cache first.

use std::path::Path;

use canlake_shared::error_chain;

use super::failure::Failure;
use super::output::{Problem, tell};
use crate::source::SourceLocation;
use crate::source::decode::{DbcChoice, DecodeReport};
use crate::source::decode_all::decode_all;
use crate::source::inputs::Inputs;
use crate::stop::Stop;

/// What to open in place of what was given.
pub(super) struct Opening {
    pub(super) location: SourceLocation,
    /// Inputs that could not be decoded, wholly or in part.
    pub(super) problems: Vec<Problem>,
}

/// Decodes the raw files and logs among the paths given; everything else stays.
pub(super) fn decoded(location: SourceLocation, choice: &DbcChoice) -> Result<Opening, Failure> {
    match location {
        SourceLocation::Local(paths) => all_decoded(Inputs::look(paths), choice),
        location => Ok(Opening {
            location,
            problems: Vec::new(),
        }),
    }
}

/// Decodes inputs and tells what became of them; all that can be decoded is.
pub(super) fn all_decoded(given: Inputs, choice: &DbcChoice) -> Result<Opening, Failure> {
    if let (Some(first), true) = (given.undecoded.first(), choice.paths.is_empty()) {
        return Err(Failure::NeedsDbc {
            path: first.clone(),
        });
    }
    let all = decode_all(given, choice, &Stop::default(), |_progress| {})?;
    for (name, warnings) in &all.warnings {
        for warning in warnings {
            tell(&format!("canlake: {name}: {warning}"));
        }
    }
    let mut problems = Vec::new();
    for (input, report) in all.decoded {
        tell_report(&input, &report);
        let skipped = report.skipped.into_iter();
        problems.extend(skipped.map(|text| problem(&input, text)));
    }
    let failed = all.failed.iter();
    problems.extend(failed.map(|(input, error)| problem(input, error_chain(error))));
    Ok(Opening {
        location: SourceLocation::Local(all.paths),
        problems,
    })
}

fn problem(input: &Path, text: String) -> Problem {
    Problem {
        path: input.display().to_string(),
        text,
    }
}

fn tell_report(input: &Path, report: &DecodeReport) {
    if report.measured_values > 0 {
        let values = report.measured_values;
        tell(&format!(
            "canlake: {values} measured values: {}",
            input.display()
        ));
    }
    if report.frames == 0 {
        return;
    }
    tell(&format!(
        "canlake: {} of {} frames gave values: {}",
        report.decoded_frames,
        report.frames,
        input.display()
    ));
    for (reason, frames) in &report.undecoded {
        tell(&format!(
            "canlake: {frames} frames not (wholly) decoded: {reason}"
        ));
    }
}
