//! What a query answers, piece by piece.

use arrow::array::StringViewArray;
use arrow::buffer::ScalarBuffer;

use super::QueryStats;
use crate::source::FileProblem;

/// One piece of an answer.
#[derive(Debug, Clone)]
pub enum QueryEvent {
    /// The files are chosen; reading begins.
    Started {
        /// Files to read.
        files_total: usize,
        /// Their size in bytes, most of which will be skipped.
        bytes_total: u64,
    },
    /// How far it has come; after every file, and at least every few batches.
    Progress(Progress),
    /// Samples of one signal.
    Batch(SignalBatch),
    /// Everything has arrived that will.
    Finished(QueryOutcome),
}

/// How far a query has come.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Progress {
    /// Files read to their end.
    pub files_done: usize,
    /// Files to read.
    pub files_total: usize,
    /// Bytes read so far.
    pub bytes_read: u64,
    /// Bytes that will have been read at the end, as far as footers and what was read so far tell.
    pub bytes_total: u64,
    /// Samples found so far.
    pub rows: u64,
}

/// Samples of one signal, in the order of their file; times and values have the same length.
#[derive(Debug, Clone)]
pub struct SignalBatch {
    /// Position of the signal in the query.
    pub signal: usize,
    /// Which part of the answer this belongs to; parts follow each other in file order, and batches
    /// of one part arrive in order.
    pub part: usize,
    /// Nanoseconds since 1970, UTC.
    pub times: ScalarBuffer<i64>,
    /// Physical values.
    pub values: ScalarBuffer<f64>,
    /// Texts of the values, when asked for and present.
    pub labels: Option<StringViewArray>,
}

/// How a query ended.
#[derive(Debug, Clone)]
pub struct QueryOutcome {
    /// Whether everything is there.
    pub completeness: Completeness,
    /// What it took.
    pub stats: QueryStats,
}

/// Whether an answer holds everything that was asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Completeness {
    /// Every row of every file.
    #[default]
    Complete,
    /// Rows are missing.
    Partial {
        /// Whether the query was stopped before its end.
        cancelled: bool,
        /// Files that could not be read, wholly or in part.
        problems: Vec<FileProblem>,
    },
}

impl Completeness {
    /// Complete when there are no problems.
    pub fn from_problems(problems: Vec<FileProblem>) -> Self {
        if problems.is_empty() {
            Self::Complete
        } else {
            Self::Partial {
                cancelled: false,
                problems,
            }
        }
    }

    /// Whether the query was stopped before its end.
    pub fn is_cancelled(&self) -> bool {
        matches!(
            self,
            Self::Partial {
                cancelled: true,
                ..
            }
        )
    }

    /// Whether nothing is missing.
    pub fn is_complete(&self) -> bool {
        *self == Self::Complete
    }
}
