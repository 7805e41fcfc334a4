//! A plot as code: text that reads the rows that are plotted, for four kinds of readers.
//!
//! Each kind gives every row of the signals in the range, once and unchanged: time stamps in
//! nanoseconds, values bit for bit, rows of equal time all of them; ordered by signal as listed, then
//! by time, equal times in the order of their file. Columns that a file lacks (the original's have no
//! `channel`, `arb_id` and `label`) are null.
//!
//! Files are found when the code runs, as the app finds them: folders are searched, and a file in a
//! lake's folders is opened only if they name the vehicle and a day of the range or beside it.
//!
//! What is not looked for in folders: files that run for more than a day past the day of their folder,
//! files that are named as raw ones or roll-ups or end in `.PARQUET`, and copies or old generations
//! other than [`Selection::superseded`]. Columns of other types than the lake's either are read right
//! or are an error of the reader.
//!
//! Rows of equal time in different files come by the path of the file; in the app, by the file that
//! begins first. A command line has no word for a bus or an id that is not known, and then asks for
//! all namesakes.

mod command;
mod duckdb;
mod head;
mod inputs;
mod pandas;
mod polars;
mod python;
mod quote;
#[cfg(test)]
mod tests;

use std::fmt;
use std::path::PathBuf;

use canlake_shared::schema::SignalKey;
use canlake_shared::time::TimeRange;

use crate::source::SourceLocation;
use inputs::Inputs;

/// What is plotted.
#[derive(Debug, Clone, Copy)]
pub struct Selection<'a> {
    /// The decoded files: of raw files and logs, the place of what was decoded
    /// ([`crate::source::SignalSource::location`]). Relative paths stay so.
    pub source: &'a SourceLocation,
    /// The vehicle, as the catalogue names it.
    pub vehicle: &'a str,
    /// The signals, in the order in which their rows are wanted.
    pub signals: &'a [SignalKey],
    /// The range of time.
    pub range: TimeRange,
    /// Files that are not read because others hold their rows
    /// ([`crate::source::Catalogue::superseded`]).
    pub superseded: &'a [String],
}

/// What reads the rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// A Python script with pandas and pyarrow.
    Pandas,
    /// A Python script with Polars.
    Polars,
    /// SQL for `DuckDB`.
    DuckDb,
    /// A command line of this program, for a POSIX shell.
    Command,
}

impl Kind {
    /// All kinds, in the order of menus.
    pub const ALL: [Self; 4] = [Self::Pandas, Self::Polars, Self::DuckDb, Self::Command];

    /// What to call it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pandas => "Python (pandas)",
            Self::Polars => "Python (Polars)",
            Self::DuckDb => "SQL (DuckDB)",
            Self::Command => "command line",
        }
    }

    /// How files with such text end.
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Pandas | Self::Polars => "py",
            Self::DuckDb => "sql",
            Self::Command => "sh",
        }
    }

    /// Whether it can read such a place.
    pub const fn reads(self, source: &SourceLocation) -> bool {
        match source {
            SourceLocation::Local(_) | SourceLocation::S3(_) => true,
            SourceLocation::Athena(_) | SourceLocation::Http(_) => matches!(self, Self::Command),
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Why there is no such text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CopyError {
    /// Nothing is plotted; plot a signal first.
    #[error("no signal is selected; plot one first")]
    NoSignal,
    /// The range has no instant; choose another.
    #[error("the range {range} is empty; its end must be after its start")]
    EmptyRange {
        /// The range.
        range: TimeRange,
    },
    /// This reader cannot read such a place; others can.
    #[error("{kind} cannot read {place}; copy it as {}", possible(readers))]
    CannotRead {
        /// What was asked for.
        kind: Kind,
        /// The kinds that can.
        readers: Vec<Kind>,
        /// The place.
        place: String,
    },
    /// None of the files is of the vehicle; choose a vehicle that is in them.
    #[error("none of the files is of vehicle {vehicle}, by the folders that they are in")]
    NoFile {
        /// The vehicle.
        vehicle: String,
    },
    /// `DuckDB` takes a backslash for the end of a folder's name, and `~` for the user's folder; rename
    /// it or choose another kind.
    #[error("DuckDB takes a backslash in a folder's name, or ~ before a path, for something else; copy it as another kind: {path}", path = path.display())]
    Misread {
        /// The file or folder.
        path: PathBuf,
    },
    /// The path is no Unicode text, and code is; rename the file or folder.
    #[error("this path is no Unicode text, so that no code can name it; rename it: {path}", path = path.display())]
    NotText {
        /// The path.
        path: PathBuf,
    },
}

fn possible(kinds: &[Kind]) -> String {
    let names: Vec<&str> = kinds.iter().map(|kind| kind.name()).collect();
    names.join(", ")
}

/// The text of a kind that reads what is selected.
pub fn copy_as(selection: &Selection<'_>, kind: Kind) -> Result<String, CopyError> {
    if selection.signals.is_empty() {
        return Err(CopyError::NoSignal);
    }
    if selection.range.is_empty() {
        return Err(CopyError::EmptyRange {
            range: selection.range,
        });
    }
    if kind == Kind::Command {
        return command::text(selection);
    }
    if !kind.reads(selection.source) {
        let possible = Kind::ALL.into_iter();
        return Err(CopyError::CannotRead {
            kind,
            readers: possible.filter(|it| it.reads(selection.source)).collect(),
            place: selection.source.to_string(),
        });
    }
    let inputs = Inputs::of(selection)?;
    match kind {
        Kind::Pandas => Ok(pandas::script(selection, &inputs)),
        Kind::Polars => Ok(polars::script(selection, &inputs)),
        Kind::DuckDb | Kind::Command => duckdb::statements(selection, &inputs),
    }
}
