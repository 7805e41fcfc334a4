//! Arguments, messages and exit codes of the `canlake-edge` command.

use std::io::{self, IsTerminal as _, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use canlake_shared::error_chain;
use canlake_shared::time::Timestamp;
use clap::{ArgGroup, Args, Parser, Subcommand};
use tracing::{info, warn};
use tracing_subscriber::EnvFilter;

use crate::agent::{self, Plan, Timing};
use crate::clock::SystemClock;
use crate::config::{self, Config, Notice};
use crate::shutdown::Shutdown;

/// What was asked for was done, also when it was ended by SIGINT or SIGTERM.
const DONE: u8 = 0;
/// The configuration cannot be used, or recording failed. The reason is the last line on stderr.
const FAILED: u8 = 1;
/// The arguments make no sense, or ask for what this version cannot do.
const USAGE: u8 = 2;

/// The Canlake agent: records CAN traffic into a data lake.
#[derive(Debug, Parser)]
#[command(
    name = "canlake-edge",
    version,
    after_help = "Exit codes: 0 done, also after SIGINT or SIGTERM; 1 the configuration cannot be used or recording failed; 2 wrong arguments, or a mode that this version does not have."
)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Record until told to stop
    Run(RunArgs),
}

#[derive(Debug, Args)]
#[command(group = ArgGroup::new("mode").args(["simulate", "dry_run", "decode_live"]))]
struct RunArgs {
    /// The configuration, YAML in either of its two schemas
    #[arg(long, value_name = "FILE")]
    config: PathBuf,
    /// Record a simulated drive instead of a CAN interface
    #[arg(long)]
    simulate: bool,
    /// Log frames instead of storing them (not in this version)
    #[arg(long)]
    dry_run: bool,
    /// Print decoded signals instead of storing frames (not in this version)
    #[arg(long)]
    decode_live: bool,
    /// Simulate this much driving as fast as possible and end, such as 90min or "2h 30m"
    #[arg(long, value_name = "DURATION", requires = "simulate", value_parser = parse_duration)]
    fast_forward: Option<Duration>,
    /// Begin the simulated drive at this time, RFC 3339 (default: now)
    #[arg(long, value_name = "TIME", requires = "fast_forward")]
    start: Option<Timestamp>,
}

fn parse_duration(text: &str) -> Result<Duration, String> {
    config::parse_duration(text)
        .ok_or_else(|| format!("{text:?} is not a duration above 0, such as 90min or \"2h 30m\""))
}

/// Runs the command of the process's arguments.
pub fn main() -> ExitCode {
    let Command::Run(args) = Cli::parse().command;
    if !args.simulate {
        let mode = match (args.dry_run, args.decode_live) {
            (true, _) => "--dry-run is",
            (_, true) => "--decode-live is",
            _ => "recording from a CAN interface is",
        };
        return fail(
            USAGE,
            &format!("{mode} not in this version; use --simulate"),
        );
    }
    let (config, notices) = match config::load(&args.config) {
        Ok(loaded) => loaded,
        Err(error) => return fail(FAILED, &error_chain(&error)),
    };
    start_log(&config);
    report(&notices);
    match simulate(&args, &config) {
        Ok(()) => ExitCode::from(DONE),
        Err(error) => fail(FAILED, &format!("{error:#}")),
    }
}

fn simulate(args: &RunArgs, config: &Config) -> anyhow::Result<()> {
    let clock = Arc::new(SystemClock::start());
    let wanted = &config.simulate;
    let timing = match args.fast_forward.or(wanted.fast_forward) {
        Some(duration) => Timing::FastForward {
            duration,
            start: args.start.or(wanted.start),
        },
        None => Timing::RealTime {
            duration: wanted.duration,
        },
    };
    let plan = Plan {
        seed: wanted.seed,
        timing,
    };
    let shutdown = Shutdown::on_signals()?;
    let summary = agent::simulate(config, &plan, clock, &shutdown)?;
    info!(
        files = summary.files,
        frames = summary.frames,
        lost = summary.lost,
        dir = %config.data_dir.display(),
        "recording closed"
    );
    Ok(())
}

fn report(notices: &[Notice]) {
    for notice in notices {
        match notice {
            Notice::Unknown { .. } => warn!("{notice}"),
            Notice::WithoutEffect { .. } => info!("{notice}"),
        }
    }
}

fn start_log(config: &Config) {
    let filter = EnvFilter::try_from_default_env()
        .unwrap_or_else(|_not_set| EnvFilter::new(config.log_level.as_str()));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(io::stderr)
        .with_ansi(io::stderr().is_terminal())
        // They would be printed to the stderr that failed, by a macro that panics then.
        .log_internal_errors(false)
        .init();
}

fn fail(code: u8, message: &str) -> ExitCode {
    // Where nobody reads stderr any more the exit code alone has to say it.
    drop(writeln!(io::stderr(), "canlake-edge: {message}"));
    ExitCode::from(code)
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
    fn modes_exclude_each_other() {
        let parse = |args: &str| {
            let args = format!("canlake-edge run --config c.yaml {args}");
            Cli::try_parse_from(args.split_whitespace()).map(drop)
        };
        assert!(parse("").is_ok());
        assert!(parse("--simulate --fast-forward 2h --start 2026-03-02T08:00:00Z").is_ok());
        assert!(parse("--simulate --dry-run").is_err());
        assert!(parse("--dry-run --decode-live").is_err());
        assert!(parse("--fast-forward 2h").is_err());
        assert!(parse("--simulate --fast-forward soon").is_err());
        assert!(parse("--simulate --fast-forward -1h").is_err());
    }
}
