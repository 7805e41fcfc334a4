//! The sources that are open.

use std::sync::Arc;

use super::Amount;
use crate::source::decode::DbcChoice;
use crate::source::proposing::Proposal;
use crate::source::{Catalogue, SourceLocation};

/// Names a source as long as the app runs.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
#[serde(transparent)]
pub struct SourceId(pub u32);

/// A source that the user opened.
#[derive(Clone, Debug)]
pub struct OpenSource {
    /// Names it.
    pub id: SourceId,
    /// Where it is.
    pub location: SourceLocation,
    /// What the list calls it.
    pub title: String,
    /// How far it is.
    pub status: SourceStatus,
    /// DBC files that raw frames may be decoded with, best first, and which of them is meant most likely.
    pub proposed_dbc: Proposal,
    /// What raw frames were decoded with.
    pub dbc: DbcChoice,
}

/// How far a source is.
#[derive(Clone, Debug)]
pub enum SourceStatus {
    /// Being looked at or decoded.
    Opening(Opening),
    /// It holds raw frames; which DBC files to decode them with has to be chosen.
    NeedsDbc,
    /// What it holds.
    Ready(Arc<Catalogue>),
    /// Why it cannot be opened.
    Failed(String),
}

/// How far opening has come.
#[derive(Clone, Debug, PartialEq)]
pub struct OpenProgress {
    /// What is being done.
    pub text: String,
    /// How much of it is done, where all of it is known.
    pub done: Option<Amount>,
}

impl OpenProgress {
    /// Of work that has just begun.
    pub fn begun(text: &str) -> Self {
        Self {
            text: text.to_owned(),
            done: None,
        }
    }
}

/// A source that is being opened.
#[derive(Clone, Debug)]
pub struct Opening {
    /// How far it is.
    pub progress: OpenProgress,
    /// What it was before, and is again should this be cancelled; a new source was nothing.
    before: Option<Box<Before>>,
}

#[derive(Clone, Debug)]
struct Before {
    status: SourceStatus,
    dbc: DbcChoice,
}

impl Opening {
    /// Of a new source.
    pub(super) fn begun() -> Self {
        Self {
            progress: OpenProgress::begun("opening"),
            before: None,
        }
    }
}

impl OpenSource {
    /// What it holds, once that is known. While it is opened again, what it held before.
    pub fn catalogue(&self) -> Option<&Arc<Catalogue>> {
        let status = match &self.status {
            SourceStatus::Opening(opening) => &opening.before.as_ref()?.status,
            status => status,
        };
        match status {
            SourceStatus::Ready(catalogue) => Some(catalogue),
            _ => None,
        }
    }

    /// Notes that it is opened again.
    pub(super) fn reopen(&mut self, doing: &str, dbc: DbcChoice) {
        let opening = SourceStatus::Opening(Opening {
            progress: OpenProgress::begun(doing),
            before: None,
        });
        let dbc = std::mem::replace(&mut self.dbc, dbc);
        let before = match std::mem::replace(&mut self.status, opening) {
            SourceStatus::Opening(opening) => opening.before,
            status => Some(Box::new(Before { status, dbc })),
        };
        if let SourceStatus::Opening(opening) = &mut self.status {
            opening.before = before;
        }
    }

    pub(super) fn tell_progress(&mut self, progress: OpenProgress) {
        // What was cancelled may still tell.
        if let SourceStatus::Opening(opening) = &mut self.status {
            opening.progress = progress;
        }
    }

    /// Makes it again what it was before it was opened; whether it was anything.
    pub(super) fn stop_opening(&mut self) -> bool {
        let SourceStatus::Opening(opening) = &mut self.status else {
            return true;
        };
        let Some(before) = opening.before.take() else {
            return false;
        };
        self.status = before.status;
        self.dbc = before.dbc;
        true
    }
}
