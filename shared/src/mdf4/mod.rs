//! ASAM MDF 4, as far as it holds CAN frames or measured signals: `.mf4`.
//!
//! ```text
//! ID  "MDF     " or "UnFinMF "  version  what is unfinished
//! HD  start of the measurement ──▶ DG ──▶ DG …          data groups
//!                                   ├──▶ CG ──▶ CG …     channel groups: one kind of record each
//!                                   │     └──▶ CN …       channels: where in the record, what it means
//!                                   └──▶ DT | DZ | HL ▶ DL ▶ …     the records
//! ```
//!
//! [`structure`] reads what a file says of itself, [`data`] its bytes block by block, [`records`] cuts
//! those into records. What the records mean is for [`crate::logs`]. [`writer`] writes blocks.
//!
//! Unsorted groups (several kinds of records in one stream), records of variable length, packed and
//! transposed blocks, lists of blocks and unfinished files are read. Not here: MDF 3, attachments,
//! events, storage by columns.
//!
//! Memory is bounded: blocks are read piece by piece, blocks that say what is in the file and texts
//! have a budget. Links may lead anywhere, also in circles.
//!
//! Sources: the public description of MDF by ASAM, files, and the behaviour of asammdf.

mod block;
mod data;
mod field;
mod records;
mod structure;
mod time;
mod writer;

use std::sync::Arc;

use crate::endian::Endian::Little;
use crate::logs::{ReadAt, read_exact_at};
use crate::time::{NS_PER_SEC, Timestamp};
use block::Blocks;

pub(crate) use data::{DataStream, Piece};
pub(crate) use field::{Field, Kind as FieldKind};
pub(crate) use records::{Next, Records, Shape};
pub(crate) use structure::{BUS_CAN, Channel, ChannelGroup, ChannelKind, Conversion, DataGroup};
pub(crate) use time::Clock;
pub(crate) use writer::{BlockWriter, ChannelSpec, GroupSpec, SpecKind};

const ID_BYTES: usize = 64;
const HEADER_AT: u64 = 64;

/// Whether a file begins so.
pub(crate) fn looks_like(head: &[u8]) -> bool {
    let is_mdf = head.starts_with(b"MDF     ") || head.starts_with(b"UnFinMF ");
    is_mdf && Little.u16(head, 28).is_some_and(|version| version >= 400)
}

/// A file that is open.
pub(crate) struct Mdf {
    pub(crate) start: Timestamp,
    pub(crate) groups: Vec<DataGroup>,
    /// Not everything that the file says of itself could be read.
    pub(crate) is_damaged: bool,
    pub(crate) unfinished: Unfinished,
    pub(crate) source: Arc<dyn ReadAt>,
}

/// What the program that wrote the file did not get to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Unfinished {
    /// The last block of records may be longer than it says.
    pub(crate) last_block: bool,
    /// Places of values of variable length are not true: they stand in the order of the records.
    pub(crate) variable_places: bool,
}

impl Mdf {
    /// `None` where it is no file of this kind, or its very beginning is damaged.
    pub(crate) fn open(source: Arc<dyn ReadAt>) -> Option<Self> {
        let mut id = [0; ID_BYTES];
        read_exact_at(&*source, 0, &mut id)?;
        if !looks_like(&id) {
            return None;
        }
        let flags = Little.u16(&id, 60)?;
        let unfinished = Unfinished {
            last_block: id.starts_with(b"UnFin") || flags & 1 << 2 != 0,
            variable_places: flags & 1 << 6 != 0,
        };
        let mut blocks = Blocks::new(Arc::clone(&source));
        let header = blocks.read(HEADER_AT, *b"HD")?;
        let (groups, is_damaged) = structure::read(&mut blocks, header.link(0));
        Some(Self {
            start: start_time(&header.data)?,
            groups,
            is_damaged,
            unfinished,
            source,
        })
    }

    /// The bytes behind a link to data.
    pub(crate) fn data(&self, link: u64) -> DataStream {
        DataStream::new(Arc::clone(&self.source), link, self.unfinished.last_block)
    }
}

/// The start counts in UTC, or in the time of a place that is not named and taken as UTC.
fn start_time(header: &[u8]) -> Option<Timestamp> {
    const IS_LOCAL: u8 = 1;
    const HAS_OFFSETS: u8 = 2;
    let ns = i64::try_from(Little.u64(header, 0)?).ok()?;
    let minutes = |at| Little.u16(header, at).map(u16::cast_signed).map(i64::from);
    let flags = *header.get(12)?;
    let offset = match flags & (IS_LOCAL | HAS_OFFSETS) {
        // Local time, and how far that is from UTC.
        3 => minutes(8)? + minutes(10)?,
        _ => 0,
    };
    Some(Timestamp::from_ns(ns) - offset * 60 * NS_PER_SEC)
}
