//! The Arrow contracts of the lake: raw frames and decoded signals, in memory and as Parquet files.
//!
//! - [`raw`] and [`decoded`]: the columns, and batches of them.
//! - [`footer`]: what a file says about itself, every metadata key in one place.
//! - [`signal_key`]: the identity of a signal and its text.
//!
//! Nothing here opens a path or a socket: readers take a
//! [`parquet::file::reader::ChunkReader`], writers a [`std::io::Write`].

mod content_hash;
pub mod decoded;
mod error;
pub mod footer;
mod open_name;
pub mod raw;
mod signal_key;
mod signal_summary;

pub use content_hash::{ContentHash, ContentHashError, HashingWriter};
pub use decoded::decoded_schema;
pub use error::SchemaError;
pub use footer::{FileKind, FileSummary, FooterWarning};
pub use raw::{RawBatchBuilder, RawView, raw_schema};
pub use signal_key::{IdSelector, SignalKey, SignalKeyError, SignalSelector, shortest_names};
pub use signal_summary::{SignalDeclaration, SignalSummary};
