//! Why a command failed.

use std::io::ErrorKind;
use std::path::PathBuf;
use std::sync::Arc;

use canlake_shared::logs::convert::ConvertError;
use canlake_shared::logs::write::WriteError;
use canlake_shared::schema::SchemaError;

use crate::query::QueryError;
use crate::runtime::TaskPanicked;
use crate::source::decode::InputError;
use crate::source::{LocationError, SourceError};

/// Why a command failed.
#[derive(Debug, thiserror::Error)]
pub(super) enum Failure {
    /// The source as given is no source.
    #[error(transparent)]
    Location(#[from] LocationError),
    /// There are several vehicles and none was named.
    #[error("the source has several vehicles, name one with --vehicle: {}", vehicles.join(", "))]
    WhichVehicle { vehicles: Vec<String> },
    /// There is no vehicle at all.
    #[error("the source has no decoded signals{hint}")]
    NoVehicle { hint: String },
    /// A signal was asked for that the vehicle does not have.
    #[error("vehicle {vehicle} has no signal {signal}; list them with `canlake signals`")]
    NoSignal { vehicle: String, signal: String },
    /// The range of time ends before it begins.
    #[error("the range is empty: --to {to} is not after --from {from}")]
    EmptyRange { from: String, to: String },
    /// The source cannot be opened or listed.
    #[error(transparent)]
    Source(#[from] Arc<SourceError>),
    /// Raw frames need a DBC to become signals.
    #[error("this holds raw frames, name the DBC files that describe them, as in `canlake signals FILE --dbc FILE.dbc`: {path}", path = path.display())]
    NeedsDbc { path: PathBuf },
    /// Decoded signals where frames are needed.
    #[error("no frames in it, name logs or raw files: {path}", path = path.display())]
    NoFrames { path: PathBuf },
    /// A folder without a DBC file.
    #[error("no DBC file (*.dbc) in the folder or below: {path}", path = path.display())]
    NoDbc { path: PathBuf },
    /// Two files could not be compared; other than a difference it is told as wrong usage.
    #[error(transparent)]
    CannotCompare(InputError),
    /// A layout could not be read.
    #[error("cannot open the layout: {reason}: {path}", path = path.display())]
    Layout { reason: String, path: PathBuf },
    /// The ending of a log's name says no format, or the format cannot hold what is there.
    #[error("cannot write {to}", to = to.display())]
    Log { source: WriteError, to: PathBuf },
    /// Logs could not be converted.
    #[error(transparent)]
    Convert(ConvertError),
    /// What is to be written is also to be read.
    #[error("this is an input too, choose another name for the output: {path}", path = path.display())]
    OutputIsInput { path: PathBuf },
    /// No channel asked for is in any input.
    #[error("no input has a channel {asked}; they have {known}")]
    NoChannel { asked: String, known: String },
    /// The demo lake could not be made.
    #[error(transparent)]
    Demo(#[from] crate::demo::DemoError),
    /// Raw frames could not be decoded.
    #[error(transparent)]
    Decode(#[from] InputError),
    /// The query gives no answer.
    #[error(transparent)]
    Query(#[from] QueryError),
    /// A worker panicked.
    #[error(transparent)]
    Panicked(#[from] TaskPanicked),
    /// Threads could not be started.
    #[error("cannot start threads")]
    Threads { source: std::io::Error },
    /// The output could not be written.
    #[error("cannot write {to}", to = to.as_ref().map_or_else(|| "to standard output".to_owned(), |to| to.display().to_string()))]
    Write {
        source: std::io::Error,
        to: Option<PathBuf>,
    },
    /// Parquet could not be written.
    #[error("cannot write {to}", to = to.display())]
    Parquet { source: SchemaError, to: PathBuf },
}

impl Failure {
    /// Whether the command was asked for wrongly.
    pub(super) fn is_usage(&self) -> bool {
        matches!(
            self,
            Self::Location(_)
                | Self::WhichVehicle { .. }
                | Self::EmptyRange { .. }
                | Self::NeedsDbc { .. }
                | Self::NoFrames { .. }
                | Self::NoDbc { .. }
                | Self::CannotCompare(_)
                | Self::OutputIsInput { .. }
                | Self::Log {
                    source: WriteError::UnknownEnding { .. },
                    ..
                }
        )
    }

    /// Whether whoever reads the output has closed it.
    pub(super) fn is_closed_pipe(&self) -> bool {
        matches!(self, Self::Write { source, to: None } if source.kind() == ErrorKind::BrokenPipe)
    }
}
