//! `canlake dbc diff`: what differs between two DBC files.

use std::io::{self, Write};

use canlake_shared::dbc::diff::{
    Change, DatabaseDiff, DiffKind, MessageDiff, MessageName, SignalDiff,
};
use serde::Serialize;

use super::super::Outcome;
use super::super::failure::Failure;
use super::super::output::{Problem, one_line, write_json, write_to};
use super::args::DiffArgs;
use super::library::read_file;

#[derive(Serialize)]
struct Answer<'a> {
    complete: bool,
    problems: Vec<Problem>,
    same: bool,
    messages: Vec<MessageJson<'a>>,
}

#[derive(Serialize)]
struct MessageJson<'a> {
    kind: DiffKind,
    #[serde(flatten)]
    diff: &'a MessageDiff,
}

pub(super) fn run(args: &DiffArgs) -> Result<Outcome, Failure> {
    let read = |path| read_file(path).map_err(Failure::CannotCompare);
    let (before, after) = (read(&args.before)?, read(&args.after)?);
    let diff = DatabaseDiff::new(&before.database, &after.database);
    if args.json {
        let messages = diff.messages.iter();
        let answer = Answer {
            complete: true,
            problems: Vec::new(),
            same: diff.is_empty(),
            messages: messages
                .map(|diff| MessageJson {
                    kind: diff.kind(),
                    diff,
                })
                .collect(),
        };
        write_json(None, &answer)?;
    } else {
        write_to(None, |out| {
            let mut messages = diff.messages.iter();
            messages.try_for_each(|message| write_message(out, message))
        })?;
    }
    Ok(if diff.is_empty() {
        Outcome::Complete
    } else {
        Outcome::Found
    })
}

fn write_message(out: &mut dyn Write, message: &MessageDiff) -> io::Result<()> {
    let name = |side: &MessageName| one_line(&format!("{} {}", side.id, side.name));
    match (&message.before, &message.after) {
        (Some(before), None) => writeln!(out, "- {}", name(before))?,
        (None, Some(after)) => writeln!(out, "+ {}", name(after))?,
        (Some(before), Some(after)) if before == after => writeln!(out, "~ {}", name(before))?,
        (Some(before), Some(after)) => {
            let kind = match message.kind() {
                DiffKind::Moved => "moved",
                _ => "renamed",
            };
            writeln!(out, "~ {} -> {} ({kind})", name(before), name(after))?;
        }
        (None, None) => {}
    }
    write_changes(out, "    ", &message.changes)?;
    let mut signals = message.signals.iter();
    signals.try_for_each(|signal| write_signal(out, signal))
}

fn write_signal(out: &mut dyn Write, signal: &SignalDiff) -> io::Result<()> {
    let mark = match signal.kind {
        DiffKind::Added => '+',
        DiffKind::Removed => '-',
        DiffKind::Renamed | DiffKind::Moved | DiffKind::Changed => '~',
    };
    writeln!(out, "  {mark} {}", one_line(&signal.name))?;
    write_changes(out, "      ", &signal.changes)
}

fn write_changes(out: &mut dyn Write, indent: &str, changes: &[Change]) -> io::Result<()> {
    let side = |text: &str| match one_line(text) {
        text if text.is_empty() => "(nothing)".to_owned(),
        text => text,
    };
    for change in changes {
        let (before, after) = (side(&change.before), side(&change.after));
        writeln!(out, "{indent}{}: {before} -> {after}", change.what)?;
    }
    Ok(())
}
