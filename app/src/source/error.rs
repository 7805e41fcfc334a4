//! Why a source cannot be opened or listed at all.

use std::path::PathBuf;

use super::SourceLocation;

/// A source that cannot be opened or listed. One bad file among others is not an error but a
/// [`super::FileProblem`].
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// The kind of source is planned and not there yet; copy the files to this machine meanwhile.
    #[error(
        "sources like {location} are not in this version; open files or a folder of this machine"
    )]
    NotInThisVersion {
        /// The source asked for.
        location: SourceLocation,
    },
    /// The path does not exist or may not be read.
    #[error("cannot open {path}", path = path.display())]
    Open {
        /// What the operating system says.
        #[source]
        source: std::io::Error,
        /// The path as given.
        path: PathBuf,
    },
    /// Raw files and logs hold frames, not signals; name the DBC files that describe them.
    #[error("{path} holds raw frames: decoding them needs at least one DBC file", path = path.display())]
    NeedsDbc {
        /// The first such file.
        path: PathBuf,
    },
}
