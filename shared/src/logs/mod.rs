//! Log formats: bytes to frames, and back ([`write`](mod@write), [`convert`]).
//!
//! [`open`] looks at the first bytes of an input, unpacks gzip, zstd and zip, and returns a [`LogReader`] for the
//! format it found; file names and extensions play no part. Every reader streams: memory is bounded
//! whatever the input holds, and an input may hold several channels.
//!
//! Nothing here opens a file, and no reader fails because of what an input *contains*: what is not
//! a frame goes into the [`SkipReport`] with its place and reason, and reading goes on behind it.
//! [`LogError`] is left for an input that cannot be read at all.
//!
//! ```
//! use bytes::Bytes;
//! use canlake_shared::logs;
//!
//! let text = Bytes::from("(1436509052.249713) can0 044#2A366C2BBA\nrubbish\n");
//! let mut reader = logs::open(text, "drive.log")?;
//! let mut frames = Vec::new();
//! while reader.read(&mut frames, 4096)? > 0 {}
//! assert_eq!(frames.len(), 1);
//! assert_eq!(reader.skipped().total(), 1);
//! # Ok::<(), logs::LogError>(())
//! ```

mod asc;
mod blf;
mod busmaster;
mod canboat;
pub mod candump;
pub mod convert;
mod crtd;
pub mod csv;
mod dates;
mod digits;
mod frames;
mod input;
mod lines;
mod mf4;
mod names;
mod packed;
mod pcap;
mod peek;
mod read_at;
mod records;
mod sink;
mod skip;
mod text;
mod trc;
mod window;
pub mod write;
mod zip;

use std::fmt;
use std::io;

use crate::can::{CanFrame, ChannelTable};
use crate::time::Timestamp;

pub use csv::open_csv;
pub(crate) use dates::DayClock;
pub(crate) use input::{Consumed, LogInput};
pub use input::{head, open};
pub(crate) use lines::LineReader;
pub use names::{EXTENSIONS, PACKED_EXTENSIONS, is_log_name, without_packing};
pub use read_at::ReadAt;
pub(crate) use read_at::{Stretch, read_exact_at};
pub use skip::{SkipReason, SkipReport, Skipped};
pub(crate) use text::lines;

/// Why a log cannot be read at all, or no further.
#[derive(Debug, thiserror::Error)]
pub enum LogError {
    /// No reader knows these bytes. The caller names the file to the user and goes on with others.
    #[error(
        "no known log format: it begins with {excerpt:?}; known are {}, plain or packed by gzip, zstd or zip: {name}",
        LogFormat::list()
    )]
    UnknownFormat {
        /// The first bytes, printable.
        excerpt: String,
        /// The name given by the caller.
        name: String,
    },
    /// There is nothing in it.
    #[error("the log is empty: {name}")]
    Empty {
        /// The name given by the caller.
        name: String,
    },
    /// No file in a zip archive is a log that can be read.
    #[error("no log in the archive ({members}): {name}")]
    NoLogInArchive {
        /// The first files in it.
        members: String,
        /// The name given by the caller.
        name: String,
    },
    /// The format is not read from front to back, and it is packed and large.
    #[error(
        "the log is packed and unpacks to more than the {limit_mib} MiB that are read so; unpack it first: {name}"
    )]
    MustBeUnpacked {
        /// What would have been unpacked into memory.
        limit_mib: u64,
        /// The name given by the caller.
        name: String,
    },
    /// The device or file system failed. Frames returned before are good.
    #[error("cannot read the log further than byte {offset}: {name}")]
    Io {
        /// Bytes of log (after decompression) read before.
        offset: u64,
        /// The name given by the caller.
        name: String,
        /// What the system said.
        #[source]
        source: io::Error,
    },
}

/// Which format a log has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LogFormat {
    /// The log format of can-utils (`candump -l`).
    Candump,
    /// Vector's binary log (`.blf`).
    Blf,
    /// A capture by libpcap.
    Pcap,
    /// A capture in libpcap's next format.
    PcapNg,
    /// Bus logging in ASAM MDF 4.
    Mf4,
    /// What candump writes to the screen.
    CandumpScreen,
    /// Vector's ASCII log (`.asc`).
    Asc,
    /// PEAK's trace file (`.trc`).
    Trc,
    /// CRTD of the Open Vehicle Monitoring System.
    Crtd,
    /// The log of BUSMASTER.
    Busmaster,
    /// NMEA 2000 as text: of canboat, Yacht Devices or Actisense.
    Canboat,
    /// CSV with a line per frame.
    Csv,
}

impl LogFormat {
    /// All of them.
    pub const ALL: &[Self] = &[
        Self::Candump,
        Self::Blf,
        Self::Pcap,
        Self::PcapNg,
        Self::Mf4,
        Self::CandumpScreen,
        Self::Asc,
        Self::Trc,
        Self::Crtd,
        Self::Busmaster,
        Self::Canboat,
        Self::Csv,
    ];

    fn list() -> String {
        let names: Vec<String> = Self::ALL.iter().map(ToString::to_string).collect();
        names.join(", ")
    }
}

impl fmt::Display for LogFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Candump => "candump",
            Self::Blf => "BLF",
            Self::Pcap => "pcap",
            Self::PcapNg => "pcapng",
            Self::Mf4 => "MDF 4",
            Self::CandumpScreen => "candump (screen)",
            Self::Asc => "Vector ASC",
            Self::Trc => "PEAK TRC",
            Self::Crtd => "CRTD",
            Self::Busmaster => "BUSMASTER",
            Self::Canboat => "NMEA 2000 text",
            Self::Csv => "CSV",
        })
    }
}

/// A log being read, front to back.
pub trait LogReader: Send + fmt::Debug {
    /// What was recognised.
    fn format(&self) -> LogFormat;

    /// Appends about `max` frames in the order of the log and returns how many; 0 is the end. A piece
    /// of the log that holds several frames gives all of them, so that it may be a few more.
    ///
    /// After an error the frames appended so far are good, and a further call returns 0.
    fn read(&mut self, frames: &mut Vec<CanFrame>, max: usize) -> Result<usize, LogError>;

    /// The channels of the frames returned so far; grows while reading.
    fn channels(&self) -> &ChannelTable;

    /// What was not returned as a frame so far, and where it was.
    fn skipped(&self) -> &SkipReport;

    /// What the time stamps of the frames returned so far count from.
    fn time_basis(&self) -> TimeBasis;

    /// Bytes of the input consumed so far, before decompression: what a progress bar shows against
    /// the size of the file. May run ahead of the frames returned by a buffer's length.
    fn bytes_read(&self) -> u64;
}

/// What the time stamps of a log count from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum TimeBasis {
    /// No frame yet.
    #[default]
    Unknown,
    /// The Unix epoch.
    Absolute,
    /// An unknown start: every frame lies before 1980. The times are kept as they are.
    Relative,
    /// Nothing: the log says no times at all, only an order. Its frames are set a millisecond apart
    /// so that the order can be looked at; lengths of time mean nothing.
    Order,
    /// Several of these occur, as in a recording that began before the clock was set.
    Mixed,
}

impl TimeBasis {
    /// 1980-01-01T00:00:00Z. No CAN bus is older, so an earlier time counts from something else.
    pub const FIRST_ABSOLUTE: Timestamp = Timestamp::from_ns(315_532_800 * 1_000_000_000);

    /// The basis after one more frame.
    #[must_use]
    pub fn and(self, timestamp: Timestamp) -> Self {
        let one = if timestamp < Self::FIRST_ABSOLUTE {
            Self::Relative
        } else {
            Self::Absolute
        };
        match self {
            Self::Unknown => one,
            _ if self == one => self,
            _ => Self::Mixed,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn basis_of_a_clock_set_midway_is_mixed() {
        let early = Timestamp::from_ns(5);
        let late = TimeBasis::FIRST_ABSOLUTE;
        assert_eq!(TimeBasis::Unknown.and(early), TimeBasis::Relative);
        assert_eq!(TimeBasis::Unknown.and(late), TimeBasis::Absolute);
        assert_eq!(TimeBasis::Relative.and(late), TimeBasis::Mixed);
        assert_eq!(TimeBasis::Mixed.and(late), TimeBasis::Mixed);
        assert_eq!(late.to_string(), "1980-01-01T00:00:00.000000000Z");
    }
}
