//! The Arrow contracts of the lake: raw frames and decoded signals, in memory and as Parquet files.
//!
//! - [`raw`] and [`decoded`]: the columns, and batches of them.
//! - [`footer`]: what a file says about itself, every metadata key in one place.
//! - [`SignalKey`]: the identity of a signal and its text.
//!
//! Nothing here opens a path or a socket: readers take a
//! [`parquet::file::reader::ChunkReader`], writers a [`std::io::Write`].

mod chunk;
mod constant_column;
mod content_hash;
pub mod decoded;
mod decoded_file;
mod error;
#[cfg(test)]
mod file_tests;
pub mod footer;
mod limits;
mod normalise;
mod open_name;
mod opened;
pub mod raw;
mod raw_file;
mod raw_range;
mod row_group;
mod scan;
mod signal_key;
mod signal_summary;
mod value_column;

pub use content_hash::{ContentHash, ContentHashError, HashingWriter};
pub use decoded::decoded_schema;
pub use decoded_file::{
    DecodedFileInfo, DecodedFileWriter, Labels, PAGE_ROWS, ROW_GROUP_MAX_ROWS, ROW_GROUP_ROWS,
    SignalColumn,
};
pub use error::SchemaError;
pub use footer::{FileKind, FileSummary, FooterWarning};
pub(crate) use limits::open_footer;
pub use opened::{first_pages_hash, kind_of_columns, read_summary};
pub use raw::{RawBatchBuilder, RawView, raw_schema};
pub use raw_file::{RawFileInfo, RawFileReader, RawFileWriter, RowFault};
pub use raw_range::{NumberedFrames, RawRangeReader};
pub use scan::summarise_decoded;
pub use signal_key::{IdSelector, SignalKey, SignalKeyError, SignalSelector, shortest_names};
pub use signal_summary::{SignalDeclaration, SignalSummary};
