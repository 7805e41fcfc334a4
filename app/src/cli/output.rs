//! Standard output, standard error and output files; the words of JSON that all commands share.

use std::io::{BufWriter, Write};
use std::path::Path;

use canlake_shared::time::{TimeRange, Timestamp};
use serde::{Serialize, Serializer};

use super::failure::Failure;
use crate::source::FileProblem;
use crate::whole_file;

/// Tells a line to whoever watches.
pub(super) fn tell(line: &str) {
    // Where standard error is closed nobody wants to know.
    drop(writeln!(std::io::stderr(), "{line}"));
}

/// Tells what could not be read, one line each.
pub(super) fn tell_problems(problems: &[Problem]) {
    for problem in problems {
        tell(&format!(
            "canlake: not read: {}: {}",
            problem.text, problem.path
        ));
    }
}

/// Writes to a file, which appears whole, or to standard output.
pub(super) fn write_to(
    target: Option<&Path>,
    write: impl FnOnce(&mut dyn Write) -> std::io::Result<()>,
) -> Result<(), Failure> {
    let failed = |source| Failure::Write {
        source,
        to: target.map(Path::to_owned),
    };
    let Some(target) = target else {
        let mut out = BufWriter::new(std::io::stdout().lock());
        return write(&mut out).and_then(|()| out.flush()).map_err(failed);
    };
    whole_file::write(target, |file| write(file)).map_err(failed)
}

/// Prints an answer as one JSON document.
pub(super) fn write_json(target: Option<&Path>, answer: &impl Serialize) -> Result<(), Failure> {
    write_to(target, |out| {
        serde_json::to_writer_pretty(&mut *out, answer).map_err(std::io::Error::from)?;
        out.write_all(b"\n")
    })
}

/// Prints rows as columns of text: the first row is the heading.
pub(super) fn write_table(rows: &[Vec<String>]) -> Result<(), Failure> {
    let n_columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width = |column: usize| {
        let texts = rows.iter().filter_map(|row| row.get(column));
        texts.map(|text| text.chars().count()).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..n_columns).map(width).collect();
    write_to(None, |out| {
        for row in rows {
            let cells = row.iter().zip(&widths);
            let line: Vec<String> = cells
                .map(|(text, width)| format!("{text:width$}"))
                .collect();
            writeln!(out, "{}", line.join("  ").trim_end())?;
        }
        Ok(())
    })
}

/// Prints lines.
pub(super) fn write_lines(lines: &[String]) -> Result<(), Failure> {
    write_to(None, |out| {
        let mut lines = lines.iter();
        lines.try_for_each(|line| writeln!(out, "{line}"))
    })
}

/// A text from a file in one line that does nothing to a terminal, cut where it becomes too long for one.
pub(super) fn one_line(text: &str) -> String {
    const MAX_CHARS: usize = 160;
    let mut line = String::new();
    for (n, letter) in text.trim().chars().enumerate() {
        if n == MAX_CHARS {
            line.push('…');
            break;
        }
        line.push(if letter.is_control() { ' ' } else { letter });
    }
    line
}

/// A file that could not be read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Problem {
    pub(super) path: String,
    pub(super) text: String,
}

impl From<&FileProblem> for Problem {
    fn from(problem: &FileProblem) -> Self {
        Self {
            path: problem.path.clone(),
            text: problem.text.clone(),
        }
    }
}

/// A time, as text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Time(pub(super) Timestamp);

impl Serialize for Time {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

/// A range as its first and last instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub(super) struct FirstLast {
    first: Time,
    last: Time,
}

impl From<TimeRange> for FirstLast {
    fn from(range: TimeRange) -> Self {
        Self {
            first: Time(range.start),
            last: Time(range.end - 1),
        }
    }
}

/// A number, or a text for what JSON has no number for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Number(pub(super) f64);

impl Serialize for Number {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.0.is_finite() {
            serializer.serialize_f64(self.0)
        } else {
            serializer.collect_str(&self.0)
        }
    }
}

/// Seconds of nanoseconds.
pub(super) fn secs(ns: impl Into<i128>) -> f64 {
    ns.into() as f64 / 1e9
}
