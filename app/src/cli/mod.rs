//! The engine without a window: `canlake vehicles|sessions|signals|query|stats|render|convert|dbc`.
//!
//! What these commands print is a contract: scripts are written on it. Data goes to standard output
//! or the file named with `-o`; one line per problem, and what `--explain` tells, to standard error.
//!
//! Times are RFC 3339; input with any offset, output in UTC with nanoseconds. Ranges are half open:
//! `--from` belongs to it, `--to` does not. Signals are named `Message.Signal`, with channel and
//! arbitration id where that is not enough, as `canlake signals` prints them.
//!
//! Raw files and logs given by name are decoded first, with the files of `--dbc`; what was decoded is
//! kept in the user's cache. Folders are lakes of decoded files.
//!
//! # Exit codes
//! 0 everything done · 1 failed · 2 wrong usage · 3 done in part: some files could not be read, and are
//! named, or Ctrl-C stopped the query; what was read is printed and `complete` is false.
//! `dbc check` ends with 1 if there are errors, `dbc diff` with 1 if the files differ and with 2 if one
//! cannot be read.
//!
//! # JSON
//! Numbers that JSON has no word for are the texts `"NaN"`, `"inf"` and `"-inf"`; what is not known
//! is `null`. Fields may be added later, none will change or go. Every answer has:
//!
//! ```json
//! {"complete": true, "problems": [{"path": "…", "text": "…"}], …}
//! ```
//!
//! `vehicles --json` adds `raw_files` (paths of files that need a DBC) and
//! ```json
//! {"vehicles": [{"vehicle": "V1", "first": "2026-01-31T12:00:00.000000000Z", "last": "…",
//!   "rows": 1000, "bytes": 12345, "files": 3, "sessions": 2, "signals": 17}]}
//! ```
//! `sessions --json` adds (`last` is the end of the recording; rows and bytes are shares when
//! `estimated`)
//! ```json
//! {"sessions": [{"vehicle": "V1", "number": 1, "first": "…", "last": "…", "duration_s": 60.0,
//!   "rows": 1000, "bytes": 12345, "estimated": false, "files": 1, "signals": 17,
//!   "gaps": [{"first": "…", "last": "…"}], "overlapping": false,
//!   "lost_frames": 0, "lost_at_least": false}]}
//! ```
//! `signals --json` adds (`name` is the shortest text that selects the signal, `key` the whole one)
//! ```json
//! {"signals": [{"vehicle": "V1", "name": "Drive.Speed", "key": "can0:Drive[0x123].Speed",
//!   "message": "Drive", "signal": "Speed", "channel": "can0", "arb_id": 291, "unit": "km/h",
//!   "rows": 1000, "min": 0.0, "max": 88.5, "first": "…", "last": "…", "cycle_time_ms": 10,
//!   "on_change": false, "integer": false, "labels": [[0.0, "off"]],
//!   "comment": ""}]}
//! ```
//! `query --format json` adds (`labels` only with `--labels`; `downsampled` when `--max-points` left
//! samples out, of which there are `rows`)
//! ```json
//! {"vehicle": "V1", "from": null, "to": null, "downsampled": false,
//!   "signals": [{"name": "Drive.Speed", "key": "…", "unit": "km/h", "rows": 2,
//!     "times": ["…", "…"], "values": [1.5, "NaN"], "labels": [null, "off"]}]}
//! ```
//! `stats --json` adds (definitions in [`crate::series::Stats`]; `first`, `last`, `min`, `max` are
//! finite values)
//! ```json
//! {"vehicle": "V1", "from": null, "to": null,
//!   "stats": [{"name": "Drive.Speed", "key": "…", "unit": "km/h", "count": 1000, "nan": 0,
//!     "infinite": 0, "min": {"time": "…", "value": 0.0}, "max": {…}, "first": {…}, "last": {…},
//!     "sample_mean": 41.2, "time_weighted_mean": 40.9, "std": 12.5, "duration_s": 59.9,
//!     "held_s": 59.9, "gaps": 0, "gap_s": 0.0}]}
//! ```
//!
//! `dbc check` prints a line `path:line: error: text` or `path:line: warning: text` for each remark, without
//! the line where it is about the file as a whole; `dbc check --json` adds
//! ```json
//! {"files": [{"path": "car.dbc", "messages": 12, "signals": 80, "errors": 1, "warnings": 0,
//!   "remarks": [{"severity": "error", "line": 12, "kind": "overlap", "text": "…"}]}]}
//! ```
//! `dbc show --json` adds the messages that were found, or of which signals were, with the signals that
//! were found (`similar`: nothing had all words; `pgn` where frames are matched by it; raw values in
//! `labels`, of unsigned 64 bit signals as signed numbers of the same bits)
//! ```json
//! {"similar": false, "messages": [{"dbc": "car.dbc", "message": "Drive", "arb_id": 291,
//!   "is_extended": false, "pgn": null, "length": 8, "sender": "ECU", "cycle_time_ms": 20,
//!   "send_type": "cyclic", "comment": "",
//!   "signals": [{"signal": "Speed", "short_name": "Speed", "start_bit": 0, "bits": 16,
//!     "byte_order": "little_endian", "value_type": "unsigned", "factor": 0.5, "offset": 0.0,
//!     "min": null, "max": null, "unit": "km/h", "multiplexor": false,
//!     "multiplexed": {"multiplexor": "Mode", "values": [[1, 1]]}, "labels": [[0, "off"]],
//!     "receivers": ["N"], "send_type": null, "comment": ""}]}]}
//! ```
//! `dbc diff --json` adds (kinds: added, removed, renamed, moved, changed)
//! ```json
//! {"same": false, "messages": [{"kind": "renamed",
//!   "before": {"name": "Drive", "arb_id": 291, "is_extended": false}, "after": {…},
//!   "changes": [{"what": "cycle time", "before": "20 ms", "after": "10 ms"}],
//!   "signals": [{"name": "Speed", "kind": "changed", "changes": […]}]}]}
//! ```
//! `dbc coverage --json` adds (`carried_frames` of J1939 TP carried messages of the identifier and are
//! among the `frames` of others; `proposal` is best first and empty with one file or a manifest)
//! ```json
//! {"vehicle": "V1", "channels": [{"channel": "can0", "frames": 1000, "explained_frames": 900,
//!   "remote_frames": 0, "error_frames": 0, "dbc": ["car.dbc"],
//!   "ids": [{"arb_id": 291, "is_extended": false, "frames": 900, "carried_frames": 0,
//!     "explained": true, "transport": false, "dbc": "car.dbc", "messages": ["Drive"],
//!     "as_stated": 890, "too_short": 10, "other_length": 0}],
//!   "unseen": [{"dbc": "car.dbc", "message": "Doors", "arb_id": 5, "is_extended": false}],
//!   "proposal": [{"dbc": "car.dbc", "matching": "auto", "evidence": 10, "explained_frames": 900,
//!     "explained_ids": 1, "misfitting_ids": 0, "messages": 12, "seen_messages": 1, "why": "…"}]}]}
//! ```
//!
//! `convert --json` adds (`lost` and `channels` tell what the format could not hold; the names of what is
//! lost are those of [`canlake_shared::logs::write::Loss`])
//! ```json
//! {"output": "drive.blf", "format": "BLF", "frames": 1000, "first": "…", "last": "…",
//!   "inputs": [{"path": "drive.log", "format": "candump", "frames": 1010, "written": 1000,
//!     "skipped": [{"reason": "not a frame", "count": 1}]}],
//!   "lost": [{"what": "direction", "frames": 3}],
//!   "channels": [{"name": "can0", "written": "CAN1"}]}
//! ```
//!
//! # CSV
//! `query` prints one row per time stamp and one column per signal, see [`crate::export`]. With
//! `--max-points` a signal keeps at most so many samples (LTTB, first and last included).

mod args;
mod convert;
mod dbc;
mod failure;
mod input;
mod interrupt;
mod layout;
mod list;
mod no_display;
mod output;
mod query;
mod render;
mod session;
mod stats;

pub use args::{Cli, Command};

use std::error::Error;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Parser as _;
use clap::error::ErrorKind;

use crate::app::Start;

/// What the arguments ask for.
#[derive(Debug)]
pub enum Request {
    /// The window.
    App {
        /// With these files, folders or addresses.
        paths: Vec<String>,
        /// Showing them like this.
        layout: Option<PathBuf>,
    },
    /// Nothing more: a command has run, or the usage was printed.
    Done(ExitCode),
}

/// Runs the command that the arguments name, unless they ask for the window.
pub fn run(args: impl IntoIterator<Item = OsString>) -> Request {
    let cli = match Cli::try_parse_from(args) {
        Ok(cli) => cli,
        Err(error) => return Request::Done(print_usage(&error)),
    };
    let outcome = |done: Result<bool, failure::Failure>| done.map(Outcome::from);
    let result = match cli.command {
        None => {
            return Request::App {
                paths: cli.paths,
                layout: cli.layout,
            };
        }
        Some(Command::Vehicles(args)) => outcome(list::vehicles(&args)),
        Some(Command::Sessions(args)) => outcome(list::sessions(&args)),
        Some(Command::Signals(args)) => outcome(list::signals(&args)),
        Some(Command::Query(args)) => outcome(query::run(&args)),
        Some(Command::Stats(args)) => outcome(stats::run(&args)),
        Some(Command::Render(args)) => outcome(render::run(&args)),
        Some(Command::Convert(args)) => outcome(convert::run(&args)),
        Some(Command::Dbc(command)) => dbc::run(&command),
    };
    Request::Done(exit_code(result))
}

/// Does what the window would, where none can be opened for the reason given.
pub fn run_without_display(why: &str, start: &Start, layout: Option<&Path>) -> ExitCode {
    if let Some(layout) = layout {
        output::tell(&format!(
            "canlake: a layout needs the window; `canlake render SOURCE --layout {} -o FILE.png` draws it without one",
            layout.display()
        ));
    }
    exit_code(no_display::run(why, start).map(Outcome::from))
}

/// How a command ended that did not fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outcome {
    /// Everything was done.
    Complete,
    /// Something could not be read; the rest was done.
    InPart,
    /// What was looked for is there: errors, or differences.
    Found,
}

impl From<bool> for Outcome {
    fn from(is_complete: bool) -> Self {
        if is_complete {
            Self::Complete
        } else {
            Self::InPart
        }
    }
}

fn exit_code(result: Result<Outcome, failure::Failure>) -> ExitCode {
    match result {
        Ok(Outcome::Complete) => ExitCode::SUCCESS,
        Ok(Outcome::Found) => ExitCode::FAILURE,
        Ok(Outcome::InPart) => ExitCode::from(3),
        // Whoever reads the output has seen enough.
        Err(failure) if failure.is_closed_pipe() => ExitCode::SUCCESS,
        Err(failure) if failure.is_usage() => {
            report(&failure);
            ExitCode::from(2)
        }
        Err(failure) => report(&failure),
    }
}

/// Tells a failure in one line and gives its exit code.
fn report(failure: &dyn Error) -> ExitCode {
    output::tell(&format!(
        "canlake: {}",
        canlake_shared::error_chain(failure)
    ));
    ExitCode::FAILURE
}

fn print_usage(error: &clap::Error) -> ExitCode {
    let is_help = matches!(
        error.kind(),
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion
    );
    // There is nowhere to tell that the terminal is gone.
    drop(error.print());
    ExitCode::from(if is_help { 0 } else { 2 })
}
