//! The sources that are open.

use std::path::PathBuf;
use std::sync::Arc;

use crate::source::decode::DbcChoice;
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
    /// DBC files that raw frames may be decoded with, best first.
    pub suggested_dbc: Vec<PathBuf>,
    /// The only one beside the files: most likely it is meant.
    pub likely_dbc: Option<PathBuf>,
    /// What raw frames were decoded with.
    pub dbc: DbcChoice,
}

/// How far a source is.
#[derive(Clone, Debug)]
pub enum SourceStatus {
    /// Being looked at or decoded; how far, as text.
    Opening(String),
    /// It holds raw frames; which DBC files to decode them with has to be chosen.
    NeedsDbc,
    /// What it holds.
    Ready(Arc<Catalogue>),
    /// Why it cannot be opened.
    Failed(String),
}

impl OpenSource {
    /// What it holds, once that is known.
    pub fn catalogue(&self) -> Option<&Catalogue> {
        match &self.status {
            SourceStatus::Ready(catalogue) => Some(catalogue),
            _ => None,
        }
    }
}
