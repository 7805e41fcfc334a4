//! Arguments, progress, messages and exit codes of the `canlake-decoder` command.
//!
//! The summary goes to stdout, everything else to stderr.

use std::collections::BTreeSet;
use std::io::{self, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

use canlake_shared::dbc::{Databases, Matching};
use canlake_shared::decode::RunLimits;
use canlake_shared::error_chain;
use canlake_shared::lake::VehicleId;
use clap::{ArgGroup, Args, Parser, Subcommand, ValueEnum};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::databases;
use crate::error::{DatabaseError, JobError};
use crate::input::{self, Input};
use crate::job::{self, JobSummary, Options, RawObject};
use crate::output::LakeFolder;
use crate::summary::{Summary, unknown_ids};

/// Everything asked for was done.
const DONE: u8 = 0;
/// Something asked for could not be done; a line on stderr says what. The rest was done.
const FAILED: u8 = 1;

/// Decodes CAN recordings into a data lake.
#[derive(Debug, Parser)]
#[command(
    name = "canlake-decoder",
    version,
    after_help = "Exit codes: 0 done; 1 something asked for could not be done, a line on stderr says what; 2 wrong arguments."
)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Decode raw Parquet files, logs, or folders of them
    Decode(DecodeArgs),
}

#[derive(Debug, Args)]
#[command(group = ArgGroup::new("databases").args(["dbc", "manifest"]).required(true))]
struct DecodeArgs {
    /// Raw Parquet files, logs of any known format, or folders that are searched for *.parquet and
    /// logs (*.log, *.blf, *.mf4, *.pcap …, packed or not)
    #[arg(value_name = "INPUT", required = true)]
    inputs: Vec<PathBuf>,
    /// A DBC file; give it again for more, the first that has a message wins
    #[arg(long, value_name = "FILE")]
    dbc: Vec<PathBuf>,
    /// How identifiers are matched to messages of --dbc
    #[arg(long, value_enum, default_value_t, conflicts_with = "manifest")]
    matching: MatchingArg,
    /// Rules that choose DBC files by vehicle and channel; paths in it are relative to it
    #[arg(long, value_name = "FILE")]
    manifest: Option<PathBuf>,
    /// The lake's folder; decoded files go below LAKE/decoded
    #[arg(long, value_name = "LAKE")]
    out: PathBuf,
    /// The vehicle of all inputs [default: as each input says, else its file name]
    #[arg(long, value_name = "ID")]
    vehicle: Option<VehicleId>,
    /// Print the summary as JSON
    #[arg(long)]
    json: bool,
    /// List DBC warnings, skipped lines and written files
    #[arg(short, long)]
    verbose: bool,
}

/// [`Matching`] on the command line.
#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum MatchingArg {
    /// As each DBC file says
    #[default]
    Auto,
    /// By identifier alone
    Exact,
    /// Extended frames by parameter group number
    J1939,
}

impl From<MatchingArg> for Matching {
    fn from(arg: MatchingArg) -> Self {
        match arg {
            MatchingArg::Auto => Self::Auto,
            MatchingArg::Exact => Self::Exact,
            MatchingArg::J1939 => Self::J1939,
        }
    }
}

/// Runs the command of the process's arguments.
pub fn main() -> ExitCode {
    let Command::Decode(args) = Cli::parse().command;
    let reporter = Reporter::new(args.verbose);
    let databases = match read_databases(&args) {
        Ok(databases) => databases,
        Err(error) => {
            reporter.line(&error_chain(&error));
            return ExitCode::from(FAILED);
        }
    };
    let summary = decode(&args, &databases, &reporter);
    reporter.finish();
    match print(&summary, args.json) {
        Ok(()) if summary.failed == 0 => ExitCode::from(DONE),
        Ok(()) => ExitCode::from(FAILED),
        Err(error) => {
            reporter.line(&format!("{error:#}"));
            ExitCode::from(FAILED)
        }
    }
}

fn read_databases(args: &DecodeArgs) -> Result<Databases, DatabaseError> {
    match &args.manifest {
        Some(manifest) => databases::read_manifest(manifest),
        None => databases::read_files(&args.dbc, args.matching.into()),
    }
}

/// Decodes all inputs; what fails is reported and counted.
fn decode(args: &DecodeArgs, databases: &Databases, reporter: &Reporter) -> Summary {
    let start = Instant::now();
    let mut summary = Summary {
        dbc_warnings: report_warnings(databases, reporter),
        ..Summary::default()
    };
    let found = input::find(&args.inputs);
    for error in &found.failures {
        reporter.line(&error_chain(error));
    }
    found
        .passed_over
        .iter()
        .for_each(|line| reporter.detail(line));
    summary.failed = found.failures.len() as u64;
    summary.inputs = found.inputs.len() as u64;
    reporter.start(found.inputs.iter().map(|input| input.len_bytes).sum());
    let mut lake = LakeFolder::new(&args.out);
    let mut unknown = BTreeSet::new();
    let mut done_bytes = 0;
    for input in &found.inputs {
        let mut job = JobSummary::default();
        let on_progress = |bytes: u64| reporter.progress(done_bytes + bytes.min(input.len_bytes));
        let options = Options {
            databases,
            vehicle: args.vehicle.as_ref(),
            limits: RunLimits::default(),
            on_progress: &on_progress,
        };
        let done = decode_input(input, &options, &mut lake, &mut job);
        let path = input.path.display();
        for note in &job.notes {
            reporter.line(&format!("{path}: {note}"));
        }
        for detail in &job.skipped_details {
            reporter.detail(&format!("{path}: skipped {detail}"));
        }
        for key in &job.outputs {
            reporter.detail(&format!("{path}: decoded to {key}"));
        }
        if let Err(error) = done {
            summary.failed += 1;
            reporter.line(&format!("cannot decode {path}: {}", error_chain(&error)));
        }
        summary.add(&job);
        unknown.extend(unknown_ids(&job));
        done_bytes += input.len_bytes;
        reporter.progress(done_bytes);
    }
    summary.finish(start.elapsed(), unknown.len() as u64);
    summary
}

fn decode_input(
    input: &Input,
    options: &Options<'_>,
    lake: &mut LakeFolder,
    job: &mut JobSummary,
) -> Result<(), JobError> {
    let key = input.key();
    let object = RawObject {
        content: input.content().map_err(JobError::Read)?,
        len_bytes: input.len_bytes,
        key: key.as_ref(),
        name: &input.name(),
    };
    job::decode(&object, input.open()?, options, lake, job)
}

/// Reports what the loader said of the DBC files and returns how many remarks there are.
fn report_warnings(databases: &Databases, reporter: &Reporter) -> u64 {
    let mut total = 0;
    for file in databases.files() {
        let warnings = file.warnings.len() as u64;
        total += warnings;
        if file.database.messages.is_empty() {
            reporter.line(&format!("{} has no message", file.name));
        }
        for warning in &file.warnings {
            reporter.detail(&format!("{}: {warning}", file.name));
        }
        if warnings > 0 && !reporter.verbose {
            reporter.line(&format!(
                "{}: {warnings} warnings, -v lists them",
                file.name
            ));
        }
    }
    total
}

fn print(summary: &Summary, json: bool) -> anyhow::Result<()> {
    let mut stdout = io::stdout().lock();
    if json {
        serde_json::to_writer_pretty(&mut stdout, summary)?;
        writeln!(stdout)?;
    } else {
        write!(stdout, "{summary}")?;
    }
    Ok(())
}

/// Lines on stderr above a progress bar, which is drawn on a terminal only.
#[derive(Debug)]
struct Reporter {
    bar: ProgressBar,
    verbose: bool,
}

impl Reporter {
    fn new(verbose: bool) -> Self {
        Self {
            bar: ProgressBar::hidden(),
            verbose,
        }
    }

    fn start(&self, len_bytes: u64) {
        let style = ProgressStyle::with_template(
            "{bar:40} {bytes}/{total_bytes} {bytes_per_sec} {eta} left",
        );
        self.bar
            .set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
        self.bar.set_length(len_bytes);
        self.bar.set_draw_target(ProgressDrawTarget::stderr());
    }

    /// Bytes that were read of all inputs.
    fn progress(&self, bytes: u64) {
        self.bar.set_position(bytes);
    }

    fn finish(&self) {
        self.bar.finish_and_clear();
    }

    fn detail(&self, text: &str) {
        if self.verbose {
            self.line(text);
        }
    }

    fn line(&self, text: &str) {
        self.bar.suspend(|| {
            // Where nobody reads stderr any more decoding goes on; the exit code tells the rest.
            drop(writeln!(io::stderr(), "canlake-decoder: {text}"));
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory as _;

    #[test]
    fn arguments_are_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn dbc_files_or_a_manifest() {
        let parse = |args: &str| {
            let args = format!("canlake-decoder decode {args}");
            Cli::try_parse_from(args.split_whitespace()).map(drop)
        };
        assert!(parse("a.log b.log --dbc x.dbc --dbc y.dbc --out lake").is_ok());
        assert!(parse("a.log --manifest m.toml --out lake --vehicle V1 --json -v").is_ok());
        assert!(parse("a.log --out lake").is_err());
        assert!(parse("--dbc x.dbc --out lake").is_err());
        assert!(parse("a.log --dbc x.dbc").is_err());
        assert!(parse("a.log --dbc x.dbc --manifest m.toml --out lake").is_err());
        assert!(parse("a.log --dbc x.dbc --out lake --vehicle a/b").is_err());
    }
}
