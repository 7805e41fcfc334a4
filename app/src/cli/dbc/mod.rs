//! `canlake dbc check|show|diff|coverage`: what DBC files say, and what they make of a log.

mod args;
mod check;
mod coverage;
mod coverage_report;
mod diff;
mod library;
mod show;

pub(super) use args::DbcCommand;

use super::Outcome;
use super::failure::Failure;

pub(super) fn run(command: &DbcCommand) -> Result<Outcome, Failure> {
    match command {
        DbcCommand::Check(args) => check::run(args),
        DbcCommand::Show(args) => show::run(args),
        DbcCommand::Diff(args) => diff::run(args),
        DbcCommand::Coverage(args) => coverage::run(args),
    }
}
