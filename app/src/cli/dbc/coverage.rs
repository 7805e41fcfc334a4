//! `canlake dbc coverage`: which message explains which frames of logs, and which DBC file fits best.

use std::path::{Path, PathBuf};

use canlake_shared::dbc::census::{Census, CensusTaker, ChannelCensus};
use canlake_shared::dbc::coverage::{
    ChannelCoverage, Explanation, IdCoverage, channel_coverage, coverage,
};
use canlake_shared::dbc::plan::CompiledDatabase;
use canlake_shared::dbc::proposal::{Fit, propose};
use canlake_shared::dbc::{DbcFile, Matching, NoMessages};
use canlake_shared::error_chain;
use canlake_shared::schema::SchemaError;

use super::super::Outcome;
use super::super::failure::Failure;
use super::super::output::{Problem, tell_problems, write_json};
use super::args::CoverageArgs;
use super::coverage_report::{Answer, write_text};
use super::library::Library;
use crate::source::decode::{self, DbcChoice, InputError};
use crate::source::inputs::{self, Inputs};
use crate::source::kind::kind_of;

/// A channel as some DBC files explain it.
pub(super) struct Channel {
    pub(super) coverage: ChannelCoverage,
    /// The files that were tried on it, best first; none where there was nothing to choose.
    pub(super) proposal: Vec<Proposed>,
}

/// A file that was tried on a channel.
pub(super) struct Proposed {
    pub(super) dbc: String,
    pub(super) fit: Fit,
}

pub(super) fn run(args: &CoverageArgs) -> Result<Outcome, Failure> {
    let (census, vehicle, mut problems) = take_census(args)?;
    let channels = if let Some(manifest) = &args.manifest {
        by_manifest(&census, manifest, &vehicle)?
    } else {
        let library = Library::read(&args.dbc)?;
        NoMessages::check(&library.files).map_err(InputError::from)?;
        let matching = if args.j1939 {
            Matching::J1939
        } else {
            Matching::Auto
        };
        let channels = by_library(&census, &library, matching);
        problems.extend(library.problems);
        channels
    };
    tell_problems(&problems);
    let complete = problems.is_empty();
    if args.json {
        write_json(None, &Answer::new(&channels, vehicle, problems))?;
    } else {
        write_text(&channels)?;
    }
    Ok(Outcome::from(complete))
}

/// Counts the frames of all logs; one that cannot be read costs itself, unless it is the only one.
fn take_census(args: &CoverageArgs) -> Result<(Census, String, Vec<Problem>), Failure> {
    let inputs = Inputs::look(args.logs.clone());
    if let Some(path) = inputs.decoded.first() {
        return Err(Failure::NoFrames { path: path.clone() });
    }
    let mut taker = CensusTaker::default();
    let mut problems = Vec::new();
    let mut vehicles: Vec<String> = Vec::new();
    for path in &inputs.undecoded {
        let problem = |text: String| Problem {
            path: path.display().to_string(),
            text,
        };
        match count(path, &mut taker) {
            Ok(counted) => {
                problems.extend(counted.skipped.into_iter().map(problem));
                if !vehicles.contains(&counted.vehicle) {
                    vehicles.push(counted.vehicle);
                }
            }
            Err(error) if inputs.undecoded.len() == 1 => return Err(error.into()),
            Err(error) => problems.push(problem(error_chain(&error))),
        }
        taker.end_recording();
    }
    let vehicle = match (&args.vehicle, vehicles.as_slice()) {
        (Some(vehicle), _) | (None, [vehicle]) => vehicle.clone(),
        (None, _) if args.manifest.is_some() => return Err(Failure::WhichVehicle { vehicles }),
        (None, _) => String::new(),
    };
    Ok((taker.finish(), vehicle, problems))
}

/// What was read of a log.
struct Counted {
    vehicle: String,
    skipped: Vec<String>,
}

fn count(path: &Path, taker: &mut CensusTaker) -> Result<Counted, InputError> {
    let mut frames = decode::open_frames(path, kind_of(path)?)?;
    let no_frames = |source: SchemaError| decode::frames_error(source.into(), path);
    for batch in frames.by_ref() {
        let batch = batch.map_err(|source| decode::frames_error(source, path))?;
        taker.push(&batch).map_err(no_frames)?;
    }
    Ok(Counted {
        vehicle: decode::vehicle_of(Some(&frames), path).to_string(),
        skipped: decode::skipped(&frames),
    })
}

fn by_manifest(
    census: &Census,
    manifest: &Path,
    vehicle: &str,
) -> Result<Vec<Channel>, InputError> {
    let set = inputs::read_dbc(&DbcChoice {
        paths: vec![PathBuf::from(manifest)],
        matching: Matching::Auto,
    })?;
    let channels = coverage(census, &set.databases, vehicle).into_iter();
    Ok(channels
        .map(|coverage| Channel {
            coverage,
            proposal: Vec::new(),
        })
        .collect())
}

fn by_library(census: &Census, library: &Library, matching: Matching) -> Vec<Channel> {
    let files: Vec<&DbcFile> = library.files.iter().collect();
    let is_choice = library.has_folder && files.len() > 1;
    let channels = census.channels.iter();
    channels
        .map(|channel| {
            let fits = if files.len() > 1 {
                propose(channel, &files, matching)
            } else {
                Vec::new()
            };
            let coverage = if is_choice {
                let best = fits.first();
                let best_file = best.and_then(|best| files.get(best.file_idx).copied());
                let best_file: Vec<&DbcFile> = best_file.into_iter().collect();
                explain(channel, &best_file, best.map_or(matching, |it| it.matching))
            } else {
                explain(channel, &files, matching)
            };
            let proposed = fits.into_iter().filter_map(|fit| {
                let dbc = files.get(fit.file_idx)?.name.clone();
                Some(Proposed { dbc, fit })
            });
            Channel {
                coverage,
                proposal: proposed.collect(),
            }
        })
        .collect()
}

fn explain(channel: &ChannelCensus, files: &[&DbcFile], matching: Matching) -> ChannelCoverage {
    let databases = files.iter().map(|file| &file.database);
    let compiled = CompiledDatabase::new(databases, matching);
    channel_coverage(channel, files, &compiled)
}

/// The DBC file that explains an identifier, and the names of its messages.
pub(super) fn explained_by<'a>(
    channel: &'a ChannelCoverage,
    id: &'a IdCoverage,
) -> Option<(&'a str, Vec<&'a str>)> {
    match &id.explanation {
        Explanation::Unknown | Explanation::Transport => None,
        Explanation::Message { file_idx, messages } => {
            let file = channel.files.get(*file_idx)?;
            let names = messages.iter().map(|message| &**message.name());
            Some((file, names.collect()))
        }
    }
}
