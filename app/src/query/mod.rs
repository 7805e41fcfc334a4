//! Questions and answers: samples of signals of one vehicle in a range of time.
//!
//! ```text
//! SignalQuery ──▶ select (files, by catalogue) ──▶ scan (DataFusion: row groups, pages, columns)
//!                     ──▶ route (rows to signals) ──▶ stream of QueryEvent ──▶ QueryCollector
//! ```
//!
//! A query is plain comparable data and an answer is a stream, so that nothing waits: dropping the
//! stream cancels the work. Samples arrive in parts, by file and row group; [`QueryCollector`] puts
//! the parts of a signal in the order of time. Nothing is thinned out here and no row is dropped as a
//! duplicate: what a plot shows of it is decided in `series`.
//!
//! Invariant: every matching row of every readable file arrives exactly once, or the answer says
//! that it is partial and why.

mod collect;
mod error;
mod event;
mod execute;
mod file;
mod foreseen;
mod identity;
mod reader;
mod route;
mod scan;
mod select;
mod stats;
mod worker;

use std::sync::Arc;

use canlake_shared::schema::SignalKey;
use canlake_shared::time::TimeRange;
use futures::stream::BoxStream;

pub use collect::{QueryCollector, QueryResult, SignalRows};
pub use error::QueryError;
pub use event::{Completeness, Progress, QueryEvent, QueryOutcome, SignalBatch};
pub(crate) use execute::run;
pub(crate) use file::{DecodedFile, readable_schema};
pub(crate) use identity::{ArbId, IdentityColumns};
pub(crate) use reader::FooterCache;
pub(crate) use select::VehicleFiles;
pub use stats::{Pruned, QueryStats, Route};

/// A question to a source.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct SignalQuery {
    /// The vehicle, as the catalogue names it.
    pub vehicle: Arc<str>,
    /// The signals wanted; the answer names them by their position here.
    pub signals: Vec<SignalKey>,
    /// The range of time wanted.
    pub range: TimeRange,
    /// Whether the texts of values are wanted row by row.
    pub labels: bool,
}

/// The answer to a [`SignalQuery`]: [`QueryEvent::Started`] first, [`QueryEvent::Finished`] last
/// unless an error ends it before.
pub type QueryStream = BoxStream<'static, Result<QueryEvent, QueryError>>;
