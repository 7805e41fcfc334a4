//! Frames to log files.
//!
//! [`create`] makes a [`LogWriter`] for a [`TargetFormat`], which the ending of a file's name chooses.
//! Every writer streams: it takes frames piece by piece, keeps a few hundred kilobytes, and is complete
//! only after [`LogWriter::finish`]. Nothing here opens a file.
//!
//! What a format has no place for is counted in a [`LossReport`], never dropped in silence:
//!
//! | format | times | channels | not kept |
//! |---|---|---|---|
//! | candump `.log` | µs | words: white space becomes `_` | that an error frame's class stood under an 11 bit id |
//! | Vector `.asc` | ns | numbers from 1 | what an error frame says; its direction unless it is CAN FD |
//! | Vector `.blf` | ns | numbers from 1 to 255 | the direction of error frames |
//! | MDF 4 `.mf4` | ns | numbers from 1 to 255 | |
//! | CSV `.csv` | ns | none: read as `can0` | direction, bit rate switch, error state; that a frame of up to 8 bytes is CAN FD |
//! | raw Parquet `.parquet` | ns | names of up to 256 bytes | |
//!
//! No format but Parquet keeps flags of CAN FD on other frames, and none a length that is not that of the
//! payload: no bus carries such frames. All but candump, CSV and Parquet count times from a start, which is the
//! earliest of the frames in the first piece, down to the millisecond; what lies before it is set to
//! it. A log whose times count from an unknown start is written with the same times and no date.
//!
//! Reading a file back gives the frames as they were written, up to what the report says.

mod asc;
mod blf;
mod candump;
mod channels;
mod csv;
mod fit;
mod lines;
mod loss;
mod mf4;
mod parquet;
mod start;
pub(super) mod text;

use std::fmt;
use std::io::{self, Seek, Write};

use flate2::{Compress, FlushCompress, Status};

use crate::can::{CanFrame, ChannelTable};
use crate::lake::VehicleId;
use crate::schema::SchemaError;
use lines::LineWriter;

pub use loss::{Loss, LossReport, RenamedChannel};

/// A log being written.
pub trait LogWriter: Send + fmt::Debug {
    /// What is written.
    fn format(&self) -> TargetFormat;

    /// Appends frames, whose channels are those of `channels`: the same table every time, which may
    /// have grown.
    fn write(&mut self, frames: &[CanFrame], channels: &ChannelTable) -> Result<(), WriteError>;

    /// Ends the log. Without this it is not one that other programs can read.
    ///
    /// Returns what the format could not hold.
    fn finish(self: Box<Self>) -> Result<LossReport, WriteError>;
}

/// Why a log cannot be written.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// The name of a file does not say what to write.
    #[error(
        "the ending of {name:?} names no format that can be written; those are {}",
        TargetFormat::endings()
    )]
    UnknownEnding {
        /// The name as it was given.
        name: String,
    },
    /// The device or file system failed: it is full, or gone. The log is not usable.
    #[error("cannot write the {format} log")]
    Io {
        /// What was being written.
        format: TargetFormat,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// The Parquet file cannot be encoded or written.
    #[error("cannot write the raw Parquet file")]
    Parquet(#[from] SchemaError),
    /// The format has no number for one more channel. The caller can select some.
    #[error(
        "{format} has numbers for {max} channels, and {channel:?} is one more; select channels"
    )]
    TooManyChannels {
        /// What was being written.
        format: TargetFormat,
        /// How many it can number.
        max: u32,
        /// The channel without a number.
        channel: String,
    },
}

/// Which format is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TargetFormat {
    /// The log format of can-utils.
    Candump,
    /// Vector's ASCII log.
    Asc,
    /// Vector's binary log.
    Blf,
    /// Bus logging in ASAM MDF 4.
    Mf4,
    /// CSV as python-can writes and reads it.
    Csv,
    /// A raw file of the lake.
    Parquet,
}

impl TargetFormat {
    /// All of them.
    pub const ALL: &[Self] = &[
        Self::Candump,
        Self::Asc,
        Self::Blf,
        Self::Mf4,
        Self::Csv,
        Self::Parquet,
    ];

    /// The format that the ending of a file's name asks for, in letters of any case.
    pub fn of_name(name: &str) -> Result<Self, WriteError> {
        let ending = name.rsplit_once('.').map(|(_, ending)| ending);
        let found = Self::ALL.iter().find(|format| {
            ending.is_some_and(|ending| ending.eq_ignore_ascii_case(format.ending()))
        });
        found.copied().ok_or_else(|| WriteError::UnknownEnding {
            name: name.to_owned(),
        })
    }

    /// How the names of its files end, without the dot.
    pub const fn ending(self) -> &'static str {
        match self {
            Self::Candump => "log",
            Self::Asc => "asc",
            Self::Blf => "blf",
            Self::Mf4 => "mf4",
            Self::Csv => "csv",
            Self::Parquet => "parquet",
        }
    }

    fn endings() -> String {
        let endings: Vec<String> = Self::ALL
            .iter()
            .map(|it| format!(".{}", it.ending()))
            .collect();
        endings.join(", ")
    }
}

impl fmt::Display for TargetFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Candump => "candump",
            Self::Asc => "Vector ASC",
            Self::Blf => "BLF",
            Self::Mf4 => "MDF 4",
            Self::Csv => "CSV",
            Self::Parquet => "raw Parquet",
        })
    }
}

/// What a new log says of itself, where its format has a place for it.
#[derive(Clone, Debug)]
pub struct TargetInfo {
    /// Program and version.
    pub writer: String,
    /// The vehicle of all frames.
    pub vehicle: VehicleId,
}

/// Begins a log in `sink`. Lines and Parquet are written front to back; the others go back to their
/// head when they are finished.
pub fn create<'a>(
    format: TargetFormat,
    sink: impl Write + Seek + Send + 'a,
    info: TargetInfo,
) -> Result<Box<dyn LogWriter + 'a>, WriteError> {
    Ok(match format {
        TargetFormat::Candump => Box::new(LineWriter::<_, candump::Candump>::new(sink)),
        TargetFormat::Asc => Box::new(LineWriter::<_, asc::Asc>::new(sink)),
        TargetFormat::Csv => Box::new(LineWriter::<_, csv::Csv>::new(sink)),
        TargetFormat::Blf => Box::new(blf::BlfWriter::new(sink)),
        TargetFormat::Mf4 => Box::new(mf4::Mf4Writer::new(sink, info)?),
        TargetFormat::Parquet => Box::new(parquet::ParquetWriter::new(sink, info)?),
    })
}

/// Packs a piece of a log by zlib, whole.
fn pack(zlib: &mut Compress, bytes: &[u8], packed: &mut Vec<u8>) -> io::Result<()> {
    zlib.reset();
    packed.clear();
    // What cannot be packed grows by some bytes for every 16 KiB, and by a head.
    packed.reserve(bytes.len() + bytes.len() / 1024 + 64);
    let status = zlib.compress_vec(bytes, packed, FlushCompress::Finish)?;
    debug_assert_eq!(status, Status::StreamEnd);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn endings_choose_the_format() {
        assert_eq!(TargetFormat::of_name("a.b.BLF").unwrap(), TargetFormat::Blf);
        for format in TargetFormat::ALL {
            let name = format!("drive.{}", format.ending());
            assert_eq!(TargetFormat::of_name(&name).unwrap(), *format);
        }
        for name in ["blf", "a.trc", "a.log.gz", ""] {
            let error = TargetFormat::of_name(name).unwrap_err().to_string();
            assert!(error.contains(".asc"), "{error}");
        }
    }
}
