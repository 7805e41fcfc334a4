//! Sources: where signals come from, behind one trait.
//!
//! ```text
//! text ──▶ SourceLocation ──open()──▶ dyn SignalSource ──┬──▶ Catalogue (what is there)
//!                                                        └──▶ QueryStream (samples)
//! ```
//!
//! [`LocalSource`] reads decoded files of this machine, in a lake's folders or astray;
//! [`MemorySource`] holds decoded samples. Every implementation passes the same tests
//! (`conformance`). Raw files and logs are decoded first ([`decode`]), which needs DBC files.
//!
//! Not here: what is shown of the samples (`series`), and how rows are found in files (`query`).

mod assemble;
mod catalogue;
#[cfg(test)]
mod conformance;
pub mod decode;
pub mod decode_all;
mod error;
mod footer;
mod foreign;
pub mod inputs;
pub(crate) mod kind;
mod local;
#[cfg(test)]
mod local_tests;
mod location;
mod measured;
mod memory;
pub mod proposing;
#[cfg(test)]
pub(crate) mod testing;
mod walk;

use std::fmt;
use std::sync::Arc;

use futures::future::BoxFuture;

pub use catalogue::{
    Catalogue, DecodedFileOrigin, FileProblem, ListingProgress, RawFile, SessionInfo, SignalInfo,
    Vehicle,
};
pub use error::SourceError;
pub use local::LocalSource;
pub use location::{LocationError, SourceLocation};
pub use memory::{MemorySignal, MemorySource};

use crate::query::{QueryStream, SignalQuery};

/// Told how far a listing has come, from any thread, often.
pub type ListingProgressFn = Arc<dyn Fn(ListingProgress) + Send + Sync>;

/// A place with decoded signals.
///
/// Both answers are lazy: work begins when they are polled, on a runtime of
/// [`crate::runtime::Runtimes`], and ends when they are dropped.
pub trait SignalSource: fmt::Debug + Send + Sync {
    /// Where it is.
    fn location(&self) -> &SourceLocation;

    /// What it holds. The first call lists the source, later calls give the same answer.
    ///
    /// Fails only when nothing can be listed at all; a file that cannot be read is a
    /// [`FileProblem`] of the catalogue.
    fn catalogue(
        &self,
        progress: ListingProgressFn,
    ) -> BoxFuture<'static, Result<Arc<Catalogue>, Arc<SourceError>>>;

    /// The samples that a query asks for. Lists the source first if that has not happened yet.
    fn query(&self, query: SignalQuery) -> QueryStream;
}

/// The source at a place. Nothing is read yet.
///
/// Fails for kinds of places that this version cannot open.
pub fn open(location: &SourceLocation) -> Result<Arc<dyn SignalSource>, SourceError> {
    match location {
        SourceLocation::Local(paths) => Ok(Arc::new(LocalSource::new(paths.clone()))),
        SourceLocation::S3(_) | SourceLocation::Athena(_) | SourceLocation::Http(_) => {
            Err(SourceError::NotInThisVersion {
                location: location.clone(),
            })
        }
    }
}
