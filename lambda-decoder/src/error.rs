//! What may stop the decoding of one input, or all of it.

use std::io;
use std::path::PathBuf;

use canlake_shared::dbc::{ManifestError, NoMessages};
use canlake_shared::decode::FramesError;
use canlake_shared::lake::LayoutError;
use canlake_shared::schema::SchemaError;

/// The DBC files or the manifest cannot be used; nothing is decoded.
#[derive(Debug, thiserror::Error)]
pub enum DatabaseError {
    /// A file cannot be read.
    #[error("cannot read {path}", path = path.display())]
    Read {
        /// The DBC file or manifest.
        path: PathBuf,
        /// What the system says.
        #[source]
        source: io::Error,
    },
    /// The manifest breaks its rules.
    #[error("cannot use the manifest {path}", path = path.display())]
    Manifest {
        /// The manifest.
        path: PathBuf,
        /// Where and why.
        #[source]
        source: ManifestError,
    },
    /// None of the files defines a message.
    #[error(transparent)]
    NoMessages(#[from] NoMessages),
}

/// An input cannot be found or opened.
#[derive(Debug, thiserror::Error)]
pub enum InputError {
    /// The file or folder cannot be read.
    #[error("cannot read {path}", path = path.display())]
    Read {
        /// The file or folder.
        path: PathBuf,
        /// What the system says.
        #[source]
        source: io::Error,
    },
    /// A folder without anything to decode.
    #[error(
        "no raw *.parquet and no log (*.log, *.blf, *.mf4, *.pcap …) in the folder; name files of other endings one by one: {path}",
        path = path.display()
    )]
    EmptyFolder {
        /// The folder.
        path: PathBuf,
    },
}

/// An input cannot be decoded, or not wholly. What was written before is complete.
#[derive(Debug, thiserror::Error)]
pub enum JobError {
    /// The input cannot be opened, or its bytes not be read.
    #[error("cannot read it")]
    Read(#[source] io::Error),
    /// The content cannot be read; nothing of it is written.
    #[error("its frames cannot be read")]
    Frames(#[source] FramesError),
    /// A batch lacks a column, or the decoded columns cannot be encoded.
    #[error("decoded signals cannot be written")]
    Encode(#[source] SchemaError),
    /// The place for decoded files does not take one.
    #[error("cannot write {key}")]
    Store {
        /// The file, or the folder it was to be in.
        key: String,
        /// What the system says.
        #[source]
        source: io::Error,
    },
    /// Another input of other content has the same name in the lake; this one is not written.
    #[error("another input has been written as {key}; give one of them another --vehicle or name")]
    Taken {
        /// The decoded file.
        key: String,
    },
    /// The key of a decoded file cannot be formed.
    #[error("no key in the lake for it")]
    Key(#[source] LayoutError),
    /// More days than any recording has: probably times that mean nothing.
    #[error(
        "holds frames of {days} different days; the first {limit} were decoded, split it for the others"
    )]
    TooManyDays {
        /// How many, or at least that many.
        days: usize,
        /// How many are decoded.
        limit: usize,
    },
}
