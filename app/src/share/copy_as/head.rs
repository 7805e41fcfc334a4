//! The comment at the head of a script: what it gives and what it reads.

use std::fmt::Write as _;

use canlake_shared::time::{TimeRange, Timestamp};

use super::{Selection, quote};
use crate::source::SourceLocation;

/// Signals named before the rest is only counted; the code below lists them all.
const MAX_SIGNALS: usize = 12;
/// Files and folders named before the rest is only counted.
const MAX_PLACES: usize = 3;

/// The head, each line behind `marker`, and an empty line.
///
/// The first two lines are `about`, which no name is part of: there, a comment of a Python script can
/// say how the rest is encoded.
pub(super) fn head(selection: &Selection<'_>, marker: &str, about: [&str; 2]) -> String {
    let TimeRange { start, end } = selection.range;
    let from = match start {
        Timestamp::MIN => "the beginning".to_owned(),
        start => start.to_string(),
    };
    let to = match end {
        Timestamp::MAX => "the end".to_owned(),
        end => format!("{end} (not included)"),
    };
    let signals: Vec<String> = selection.signals.iter().map(ToString::to_string).collect();
    let mut lines = about.map(str::to_owned).to_vec();
    lines.extend(list("source", &places(selection.source), MAX_PLACES));
    lines.push(format!("vehicle  {}", selection.vehicle));
    lines.push(format!("from     {from}"));
    lines.push(format!("to       {to}"));
    lines.extend(list("signals", &signals, MAX_SIGNALS));
    let mut head = String::new();
    for line in lines {
        // Writing to a `String` cannot fail.
        writeln!(head, "{marker} {}", quote::comment(&line)).unwrap_or_default();
    }
    head.push('\n');
    head
}

fn places(source: &SourceLocation) -> Vec<String> {
    match source {
        SourceLocation::Local(paths) => {
            let paths = paths.iter();
            paths.map(|path| path.display().to_string()).collect()
        }
        address => vec![address.to_string()],
    }
}

/// A line for each text, as far as there is room, and one for the rest.
fn list(label: &str, texts: &[String], room: usize) -> Vec<String> {
    let labels = std::iter::once(label).chain(std::iter::repeat(""));
    let shown = labels.zip(texts.iter().take(room));
    let mut lines: Vec<String> = shown
        .map(|(label, text)| format!("{label:7}  {text}"))
        .collect();
    if let Some(more @ 1..) = texts.len().checked_sub(room) {
        lines.push(format!("         and {more} more"));
    }
    lines
}
