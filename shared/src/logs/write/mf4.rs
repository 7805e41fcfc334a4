//! Bus logging in ASAM MDF 4, as python-can and asammdf read it.
//!
//! One unsorted data group, so that frames of different kinds keep their order: every record begins
//! with a byte that tells its kind. There are four, of which a file names those that it has:
//! `CAN_DataFrame` with room for 8 bytes and the same with room for 64, `CAN_RemoteFrame` and
//! `CAN_ErrorFrame`. All parts are whole bytes:
//!
//! ```text
//! 0  time since the start in ns    8  BusChannel    9  ID    13  IDE  DLC  DataLength  Dir
//! 17  EDL  BRS  ESI    20  DataBytes                              (neither in remote frames)
//! ```
//!
//! Records lie in blocks of a quarter of a mebibyte, packed by zlib; what describes them stands at the
//! end, and the header is written again when the file is finished.

use std::fmt;
use std::io::{self, Seek, Write};

use flate2::{Compress, Compression};

use super::channels::ChannelForm;
use super::fit::{ALL_FD, ErrorDetails, Fitter, Holds};
use super::start::Start;
use super::{LogWriter, LossReport, TargetFormat, TargetInfo, WriteError};
use crate::can::{CanFrame, ChannelTable, FrameFlags};
use crate::logs::frames::{CLASSIC_MAX_LEN, dlc_of_len};
use crate::mdf4::{BlockWriter, ChannelSpec, GroupSpec, SpecKind};
use crate::time::Timestamp;

const FD_AND_DIRECTION: FrameFlags = ALL_FD.with(FrameFlags::TX, true);

const HOLDS: Holds = Holds {
    resolution_ns: 1,
    has_start: true,
    channels: ChannelForm::Number { max: 255 },
    classic: FrameFlags::TX,
    fd: FD_AND_DIRECTION,
    remote: FrameFlags::TX,
    error: FrameFlags::TX,
    fd_error: FD_AND_DIRECTION,
    error_details: ErrorDetails::All,
};

/// Unpacked bytes of a block.
const BLOCK_BYTES: usize = 256 * 1024;
const TIME_BYTES: u32 = 8;
const DATA_AT: u32 = 20;

/// A kind of record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Classic,
    Fd,
    Remote,
    Error,
}

const KINDS: [Kind; 4] = [Kind::Classic, Kind::Fd, Kind::Remote, Kind::Error];

impl Kind {
    fn of(frame: &CanFrame) -> Self {
        if frame.flags.contains(FrameFlags::ERROR) {
            Self::Error
        } else if frame.flags.contains(FrameFlags::REMOTE) {
            Self::Remote
        } else if frame.flags.contains(FrameFlags::FD) {
            Self::Fd
        } else {
            Self::Classic
        }
    }

    const fn record_id(self) -> u8 {
        self as u8 + 1
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Classic | Self::Fd => "CAN_DataFrame",
            Self::Remote => "CAN_RemoteFrame",
            Self::Error => "CAN_ErrorFrame",
        }
    }

    /// Bytes of a record, without its kind.
    const fn len(self) -> u32 {
        match self {
            Self::Classic => DATA_AT + 8,
            Self::Fd | Self::Error => DATA_AT + 64,
            Self::Remote => DATA_AT - 3,
        }
    }

    /// The parts of a frame: name, place, bytes.
    fn parts(self) -> Vec<(&'static str, u32, u32)> {
        let mut parts = vec![
            ("BusChannel", 8, 1),
            ("ID", 9, 4),
            ("IDE", 13, 1),
            ("DLC", 14, 1),
            ("DataLength", 15, 1),
            ("Dir", 16, 1),
        ];
        if self != Self::Remote {
            parts.extend([("EDL", 17, 1), ("BRS", 18, 1), ("ESI", 19, 1)]);
            parts.push(("DataBytes", DATA_AT, self.len() - DATA_AT));
        }
        parts
    }
}

/// See the [module](self).
pub(super) struct Mf4Writer<W> {
    file: BlockWriter<W>,
    program: String,
    fitter: Fitter,
    has_begun: bool,
    records: Vec<u8>,
    packed: Vec<u8>,
    zlib: Compress,
    /// Links to blocks, and where each begins in the stream of records.
    blocks: Vec<(u64, u64)>,
    n_bytes: u64,
    n_records: [u64; KINDS.len()],
}

impl<W: Write + Seek> Mf4Writer<W> {
    pub(super) fn new(sink: W, info: TargetInfo) -> Result<Self, WriteError> {
        Ok(Self {
            file: BlockWriter::begin(sink, &info.writer).map_err(failed)?,
            program: info.writer,
            fitter: Fitter::new(TargetFormat::Mf4, HOLDS),
            has_begun: false,
            records: Vec::with_capacity(BLOCK_BYTES + 128),
            packed: Vec::with_capacity(BLOCK_BYTES),
            zlib: Compress::new(Compression::fast(), true),
            blocks: Vec::new(),
            n_bytes: 0,
            n_records: [0; KINDS.len()],
        })
    }

    fn records(&mut self, frames: &[CanFrame]) -> io::Result<()> {
        if !self.has_begun {
            self.has_begun = true;
            self.fitter.start = Start::of(frames);
        }
        let start = self.fitter.start.at;
        for frame in frames {
            if let Some((held, channel)) = self.fitter.fit(frame) {
                let kind = Kind::of(&held);
                record(&mut self.records, kind, &held, channel.number, start);
                if let Some(n_records) = self.n_records.get_mut(kind as usize) {
                    *n_records += 1;
                }
            }
            if self.records.len() >= BLOCK_BYTES {
                self.flush()?;
            }
        }
        Ok(())
    }

    /// Writes a block.
    fn flush(&mut self) -> io::Result<()> {
        if self.records.is_empty() {
            return Ok(());
        }
        super::pack(&mut self.zlib, &self.records, &mut self.packed)?;
        let link = self.file.packed_records(&self.packed, self.records.len())?;
        self.blocks.push((link, self.n_bytes));
        self.n_bytes += self.records.len() as u64;
        self.records.clear();
        Ok(())
    }

    fn end(mut self) -> io::Result<LossReport> {
        self.flush()?;
        let data = if self.blocks.is_empty() {
            0
        } else {
            self.file.list(&self.blocks)?
        };
        let names = KINDS.map(part_names);
        let parts: Vec<Vec<ChannelSpec<'_>>> = KINDS
            .iter()
            .zip(&names)
            .map(|(kind, names)| part_specs(*kind, names))
            .collect();
        let kinds = KINDS.into_iter().zip(&parts).zip(self.n_records);
        let groups: Vec<GroupSpec<'_>> = kinds
            .map(|((kind, parts), n_records)| GroupSpec {
                record_id: kind.record_id(),
                n_records,
                frame: ChannelSpec {
                    name: kind.name(),
                    kind: SpecKind::Bytes,
                    byte: TIME_BYTES,
                    n_bytes: kind.len() - TIME_BYTES,
                },
                parts,
            })
            .collect();
        // A file without frames tells that it could have had some.
        let has_records = groups.iter().any(|group| group.n_records > 0);
        let is_named = |group: &GroupSpec<'_>| {
            group.n_records > 0 || (!has_records && group.record_id == Kind::Classic.record_id())
        };
        let groups: Vec<GroupSpec<'_>> = groups.into_iter().filter(is_named).collect();
        let data_group = self.file.data_group(&groups, data)?;
        self.file
            .finish(data_group, self.fitter.start.at, &self.program)?;
        Ok(self.fitter.losses)
    }
}

/// `CAN_DataFrame.ID` and the like.
fn part_names(kind: Kind) -> Vec<String> {
    let parts = kind.parts().into_iter();
    parts
        .map(|(part, _, _)| format!("{}.{part}", kind.name()))
        .collect()
}

fn part_specs(kind: Kind, names: &[String]) -> Vec<ChannelSpec<'_>> {
    let parts = kind.parts().into_iter().zip(names);
    parts
        .map(|((_, byte, n_bytes), name)| ChannelSpec {
            name,
            kind: if byte == DATA_AT {
                SpecKind::Bytes
            } else {
                SpecKind::Number
            },
            byte,
            n_bytes,
        })
        .collect()
}

/// Appends a frame that fits.
fn record(out: &mut Vec<u8>, kind: Kind, frame: &CanFrame, channel: u32, start: Timestamp) {
    let is = |flag| u8::from(frame.flags.contains(flag));
    let dlc = match usize::from(frame.len) {
        len if frame.flags.contains(FrameFlags::FD) => dlc_of_len(len),
        len => dlc_of_len(len.min(CLASSIC_MAX_LEN)),
    };
    out.push(kind.record_id());
    let at = out.len();
    out.extend(frame.timestamp.ns_since(start).to_le_bytes());
    out.push(u8::try_from(channel).unwrap_or(u8::MAX));
    out.extend(frame.id.number().to_le_bytes());
    out.extend([
        u8::from(frame.id.is_extended()),
        dlc,
        frame.len,
        is(FrameFlags::TX),
    ]);
    if kind != Kind::Remote {
        out.extend([is(FrameFlags::FD), is(FrameFlags::BRS), is(FrameFlags::ESI)]);
        out.extend(&*frame.payload);
        out.resize(at + kind.len() as usize, 0);
    }
}

fn failed(source: io::Error) -> WriteError {
    WriteError::Io {
        format: TargetFormat::Mf4,
        source,
    }
}

impl<W: Write + Seek + Send> LogWriter for Mf4Writer<W> {
    fn format(&self) -> TargetFormat {
        TargetFormat::Mf4
    }

    fn write(&mut self, frames: &[CanFrame], channels: &ChannelTable) -> Result<(), WriteError> {
        self.fitter.channels(channels)?;
        self.records(frames).map_err(failed)
    }

    fn finish(self: Box<Self>) -> Result<LossReport, WriteError> {
        self.end().map_err(failed)
    }
}

impl<W> fmt::Debug for Mf4Writer<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Mf4Writer")
            .field("n_records", &self.n_records)
            .field("losses", &self.fitter.losses)
            .finish_non_exhaustive()
    }
}
