//! `canlake convert`: frames of logs and raw files into one log.

use std::fs::File;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use canlake_shared::can::ChannelName;
use canlake_shared::error_chain;
use canlake_shared::lake::VehicleId;
use canlake_shared::logs::convert::{
    Conversion, ConvertError, ConvertInput, ConvertedInput, Selection, convert,
};
use canlake_shared::logs::write::{TargetFormat, TargetInfo, create};
use serde::Serialize;

use super::args::ConvertArgs;
use super::failure::Failure;
use super::interrupt::Interrupt;
use super::output::{Problem, Time, tell, tell_problems, write_json, write_table};
use crate::source::decode::{InputError, WRITER};
use crate::source::inputs::Inputs;
use crate::whole_file::Draft;

#[derive(Serialize)]
struct Answer {
    complete: bool,
    problems: Vec<Problem>,
    output: String,
    format: String,
    frames: u64,
    first: Option<Time>,
    last: Option<Time>,
    inputs: Vec<InputJson>,
    lost: Vec<LostJson>,
    channels: Vec<ChannelJson>,
}

#[derive(Serialize)]
struct InputJson {
    path: String,
    format: String,
    frames: u64,
    written: u64,
    skipped: Vec<SkippedJson>,
}

#[derive(Serialize)]
struct SkippedJson {
    reason: String,
    count: u64,
}

#[derive(Serialize)]
struct LostJson {
    what: &'static str,
    frames: u64,
}

#[derive(Serialize)]
struct ChannelJson {
    name: String,
    written: String,
}

pub(super) fn run(args: &ConvertArgs) -> Result<bool, Failure> {
    let log_error = |source| Failure::Log {
        source,
        to: args.output.clone(),
    };
    let write_error = |source| Failure::Write {
        source,
        to: Some(args.output.clone()),
    };
    let format = TargetFormat::of_name(&args.output.to_string_lossy()).map_err(log_error)?;
    let selection = selection(args)?;
    let (inputs, mut problems) = open(args)?;
    let info = TargetInfo {
        writer: WRITER.to_owned(),
        vehicle: vehicle(args, &inputs),
    };
    let mut draft = Draft::begin(&args.output).map_err(write_error)?;
    let interrupt = Interrupt::new();
    let writer = create(format, draft.file(), info).map_err(log_error)?;
    let done = convert(inputs, writer, &selection, |_progress| {
        if interrupt.has_come() {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    });
    let done = done.map_err(|error| match error {
        ConvertError::Write(source) => log_error(source),
        error => Failure::Convert(error),
    })?;
    check_channels(&selection, &done)?;
    draft.finish().map_err(write_error)?;
    problems.extend(done.inputs.iter().flat_map(skipped));
    tell_problems(&problems);
    tell_losses(&done, format);
    tell(&format!(
        "canlake: {} frames written as {format}: {}",
        done.frames,
        args.output.display()
    ));
    let is_complete = problems.is_empty();
    if args.json {
        write_json(None, &answer(args, format, done, problems))?;
    } else {
        write_table(&table(&done))?;
    }
    Ok(is_complete)
}

fn selection(args: &ConvertArgs) -> Result<Selection, Failure> {
    let range = args.range();
    if range.is_empty() {
        return Err(Failure::EmptyRange {
            from: range.start.to_string(),
            to: range.end.to_string(),
        });
    }
    Ok(Selection {
        channels: args
            .channels
            .iter()
            .map(|it| ChannelName::new(it))
            .collect(),
        ids: args.ids.clone(),
        range,
    })
}

/// Opens the inputs. Those that cannot be read are told, unless there are no others.
fn open(args: &ConvertArgs) -> Result<(Vec<ConvertInput>, Vec<Problem>), Failure> {
    let Inputs {
        decoded,
        undecoded: paths,
        measured,
    } = Inputs::look(args.inputs.clone());
    let output = args.output.canonicalize().ok();
    if let (true, Some(path)) = (
        paths
            .iter()
            .any(|path| path.canonicalize().ok() == output && output.is_some()),
        &output,
    ) {
        return Err(Failure::OutputIsInput { path: path.clone() });
    }
    let mut failures: Vec<(PathBuf, Failure)> = Vec::new();
    for path in decoded.into_iter().chain(measured) {
        let failure = match File::open(&path) {
            Ok(_) => Failure::NoFrames { path: path.clone() },
            Err(source) => open_error(source, &path),
        };
        failures.push((path, failure));
    }
    let mut inputs = Vec::new();
    for path in paths {
        match open_one(&path) {
            Ok(input) => inputs.push(input),
            Err(failure) => failures.push((path, failure)),
        }
    }
    if inputs.is_empty()
        && let Some((_, failure)) = failures.pop()
    {
        return Err(failure);
    }
    let problems = failures.into_iter().map(|(path, failure)| Problem {
        path: path.display().to_string(),
        text: error_chain(&failure),
    });
    Ok((inputs, problems.collect()))
}

fn open_one(path: &Path) -> Result<ConvertInput, Failure> {
    let file = File::open(path).map_err(|source| open_error(source, path))?;
    ConvertInput::open(file, &path.to_string_lossy()).map_err(Failure::Convert)
}

fn open_error(source: std::io::Error, path: &Path) -> Failure {
    Failure::Decode(InputError::Io {
        what: "open",
        source,
        path: path.to_owned(),
    })
}

/// The one that was named, else that of the first input, else the beginning of its file's name.
fn vehicle(args: &ConvertArgs, inputs: &[ConvertInput]) -> VehicleId {
    let stem = args.inputs.first().and_then(|path| path.file_name());
    let stem = stem.unwrap_or_default().to_string_lossy().into_owned();
    let stem = stem.split('.').next().unwrap_or_default();
    let of_input = inputs.first().and_then(ConvertInput::vehicle);
    let found = VehicleId::foreign(of_input.unwrap_or(stem)).ok();
    let named = args.vehicle.clone().or(found);
    named.unwrap_or_else(|| VehicleId::new("log").expect("three letters are a valid id"))
}

/// A name that is nowhere is a slip of the pen: better no log than an empty one.
fn check_channels(selection: &Selection, done: &Conversion) -> Result<(), Failure> {
    let list = |names: &[ChannelName]| {
        let names: Vec<&str> = names.iter().map(ChannelName::as_str).collect();
        names.join(", ")
    };
    let unknown: Vec<ChannelName> = selection
        .channels
        .iter()
        .filter(|name| !done.channels.contains(name))
        .cloned()
        .collect();
    if unknown.is_empty() {
        return Ok(());
    }
    Err(Failure::NoChannel {
        asked: list(&unknown),
        known: list(&done.channels),
    })
}

/// What an input did not give as frames: places where they are known, else counts.
fn skipped(input: &ConvertedInput) -> Vec<Problem> {
    let problem = |text: String| Problem {
        path: input.name.clone(),
        text,
    };
    if !input.details.is_empty() {
        return input.details.iter().cloned().map(problem).collect();
    }
    let counts = input.skipped.iter();
    let texts = counts.map(|(reason, count)| format!("{count} times: {reason}"));
    texts.map(problem).collect()
}

fn tell_losses(done: &Conversion, format: TargetFormat) {
    for (loss, frames) in done.losses.counts() {
        tell(&format!(
            "canlake: {format} does not hold of {frames} frames: {loss}"
        ));
    }
    for renamed in done.losses.renamed() {
        tell(&format!(
            "canlake: channel {} is called {} in it",
            renamed.name, renamed.written
        ));
    }
}

fn answer(
    args: &ConvertArgs,
    format: TargetFormat,
    done: Conversion,
    problems: Vec<Problem>,
) -> Answer {
    let losses = done.losses.counts();
    let renamed = done.losses.renamed().iter();
    Answer {
        complete: problems.is_empty(),
        problems,
        output: args.output.display().to_string(),
        format: format.to_string(),
        frames: done.frames,
        first: done.range.map(|range| Time(range.start)),
        last: done.range.map(|range| Time(range.end - 1)),
        lost: losses
            .map(|(loss, frames)| LostJson {
                what: loss.name(),
                frames,
            })
            .collect(),
        channels: renamed
            .map(|it| ChannelJson {
                name: it.name.to_string(),
                written: it.written.to_string(),
            })
            .collect(),
        inputs: done.inputs.into_iter().map(InputJson::from).collect(),
    }
}

impl From<ConvertedInput> for InputJson {
    fn from(input: ConvertedInput) -> Self {
        let skipped = input.skipped.into_iter();
        Self {
            path: input.name,
            format: input.format,
            frames: input.frames,
            written: input.selected,
            skipped: skipped
                .map(|(reason, count)| SkippedJson { reason, count })
                .collect(),
        }
    }
}

fn table(done: &Conversion) -> Vec<Vec<String>> {
    let heading = ["input", "format", "frames", "written", "skipped"];
    let mut table = vec![heading.map(str::to_owned).to_vec()];
    table.extend(done.inputs.iter().map(|input| {
        let skipped: u64 = input.skipped.iter().map(|(_, count)| count).sum();
        vec![
            input.name.clone(),
            input.format.clone(),
            input.frames.to_string(),
            input.selected.to_string(),
            skipped.to_string(),
        ]
    }));
    table
}
