//! DBC files: what the messages and signals on a bus mean.
//!
//! [`load`] turns the bytes of one file into a [`Database`] and a list of warnings; nothing in a
//! file makes it fail as a whole. [`Database`] is plain data, [`plan`] compiles it for decoding.
//!
//! A library of such files is asked four things: what they make of a recording ([`census`] counts its
//! frames, [`coverage`] explains them), which file fits it best ([`proposal`]), what differs between
//! two files ([`diff`]), and where a message or signal is ([`search`]).

mod build;
pub(crate) mod carrier;
pub mod census;
pub mod coverage;
mod databases;
pub mod diff;
pub mod encode;
mod facts;
mod file;
mod load;
mod manifest;
mod model;
mod multiplex;
mod names;
mod overlap;
pub mod plan;
pub mod proposal;
mod reader;
mod reader_facts;
pub mod search;
mod signals;
mod statement;
mod syntax;
#[cfg(test)]
mod tests;
mod text;
mod warning;
mod wording;

pub use build::MAX_MESSAGE_BYTES;
pub use databases::{Databases, NoMessages};
pub use file::DbcFile;
pub use load::{MAX_FILE_BYTES, MAX_MESSAGES, MAX_SIGNALS, load};
pub use manifest::{Manifest, ManifestError, Matching, Rule};
pub use model::{
    ByteOrder, Database, MessageDef, Multiplexing, MuxSelector, SendType, SignalDef,
    ValueDescriptions, ValueType,
};
pub use warning::{DbcWarning, DbcWarningKind, Severity};
