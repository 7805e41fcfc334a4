//! What a DBC file said that could not be taken as it stands.

use std::fmt;

use serde::{Deserialize, Serialize};

/// One remark about a DBC file: where, of what kind, and what was done about it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DbcWarning {
    /// Line in the file, from 1. `None`: the file as a whole.
    pub line: Option<u32>,
    /// What went wrong.
    pub kind: DbcWarningKind,
    /// What was found and what became of it, in one line.
    pub text: String,
}

impl fmt::Display for DbcWarning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(line) = self.line {
            write!(f, "line {line}: ")?;
        }
        f.write_str(&self.text)
    }
}

/// The kinds of remarks about a DBC file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DbcWarningKind {
    /// The bytes are not plain UTF-8 text; which encoding was assumed.
    Encoding,
    /// A statement that cannot be read was left out.
    Syntax,
    /// A slip in a statement that could be read all the same; nothing was lost.
    Tolerated,
    /// A statement of the format that has no effect here.
    Unsupported,
    /// An arbitration identifier that breaks the rules.
    Identifier,
    /// The same identifier or name twice.
    Duplicate,
    /// A signal of impossible length, or beyond the end of its message.
    Layout,
    /// Signals that share bits although a frame can have both.
    Overlap,
    /// Factor, offset, range or number format without meaning.
    Scaling,
    /// Multiplexing that cannot be resolved.
    Multiplexing,
    /// A statement about a message or signal that the file does not define.
    UnknownReference,
    /// More than this reader takes.
    Limit,
    /// No message can be read, or there is none.
    Empty,
}

impl DbcWarningKind {
    /// A short name for counts and lists.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Encoding => "encoding",
            Self::Syntax => "syntax",
            Self::Tolerated => "tolerated",
            Self::Unsupported => "unsupported",
            Self::Identifier => "identifier",
            Self::Duplicate => "duplicate",
            Self::Layout => "layout",
            Self::Overlap => "overlap",
            Self::Scaling => "scaling",
            Self::Multiplexing => "multiplexing",
            Self::UnknownReference => "unknown reference",
            Self::Limit => "limit",
            Self::Empty => "empty",
        }
    }

    /// How much remarks of this kind matter.
    pub const fn severity(self) -> Severity {
        match self {
            Self::Syntax
            | Self::Identifier
            | Self::Duplicate
            | Self::Layout
            | Self::Overlap
            | Self::Multiplexing
            | Self::UnknownReference
            | Self::Limit => Severity::Error,
            Self::Encoding | Self::Tolerated | Self::Unsupported | Self::Scaling | Self::Empty => {
                Severity::Warning
            }
        }
    }
}

/// How much a remark about a DBC file matters. No remark keeps the rest of the file from being used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// What the file means is clear; someone should look at it all the same.
    Warning,
    /// Something is left out, or can be taken in two ways: other programs may decode otherwise, or
    /// refuse the file.
    Error,
}

impl Severity {
    /// `warning` or `error`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// Collects warnings up to a limit, so that garbage of any size gives a list of bounded size.
#[derive(Debug, Default)]
pub(super) struct Warnings {
    list: Vec<DbcWarning>,
    n_left_out: u64,
}

impl Warnings {
    /// How many are kept word for word; what comes after is counted.
    const LIMIT: usize = 1000;

    pub(super) fn push(
        &mut self,
        line: impl Into<Option<u32>>,
        kind: DbcWarningKind,
        text: impl Into<String>,
    ) {
        if self.list.len() < Self::LIMIT {
            self.list.push(DbcWarning {
                line: line.into(),
                kind,
                text: text.into(),
            });
        } else {
            self.n_left_out += 1;
        }
    }

    /// In the order of the file; remarks about the whole file first.
    pub(super) fn finish(mut self) -> Vec<DbcWarning> {
        self.list.sort_by_key(|warning| warning.line);
        if self.n_left_out > 0 {
            self.list.push(DbcWarning {
                line: None,
                kind: DbcWarningKind::Limit,
                text: format!("{} more warnings are not listed", self.n_left_out),
            });
        }
        self.list
    }
}

/// The beginning of a text from a file, fit for a one-line message.
pub(super) fn excerpt(text: &str) -> String {
    const MAX_CHARS: usize = 60;
    let mut short = String::new();
    for (n, c) in text.trim().chars().enumerate() {
        if n == MAX_CHARS {
            short.push('…');
            break;
        }
        short.push(if c.is_control() { ' ' } else { c });
    }
    short
}

/// The first few of many names.
pub(super) fn name_some<'a>(names: impl Iterator<Item = &'a str>) -> String {
    const N_NAMED: usize = 3;
    let mut shown: Vec<String> = names.take(N_NAMED + 1).map(excerpt).collect();
    if let Some(more) = shown.get_mut(N_NAMED) {
        "…".clone_into(more);
    }
    shown.join(", ")
}
