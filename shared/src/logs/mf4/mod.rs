//! Bus logging in ASAM MDF 4 (`.mf4`): `CANedge`, Vector, `asammdf`, python-can and others.
//!
//! Records of the groups `CAN_DataFrame`, `CAN_RemoteFrame` and `CAN_ErrorFrame` are frames, made of
//! channels with the names that ASAM's bus logging gives them (`ID`, `IDE`, `BusChannel`, `DLC`,
//! `DataLength`, `DataBytes`, `Dir`, `EDL`, `BRS`, `ESI`). The bytes of a frame are in its record, in
//! records of variable length beside it, or in a stream of their own. The frames of several data
//! groups are merged by time; within a group they keep their order.
//!
//! Channels count from 1. Frames of other buses are counted and passed over.
//!
//! An unfinished file is read as far as it was written, a damaged one where it is whole: what is lost
//! between two blocks is reported. Places in the report are those in the file, of a record those in
//! the bytes of its group.

mod group;
mod layout;
mod values;

use std::fmt;

use super::input::{Consumed, Format, LogInput};
use super::sink::{FrameSink, NumberedChannels, Seen};
use super::{LogError, LogFormat, LogReader, SkipReason, SkipReport, TimeBasis};
use crate::can::{CanFrame, ChannelTable};
use crate::mdf4::{self, Mdf};
use group::GroupReader;
use layout::Recorded;

pub(super) const FORMAT: Format = Format {
    looks_like: mdf4::looks_like,
    open: |input| Ok(Box::new(Mf4Reader::open(input)?)),
};

/// Data groups with frames that are open at once.
const MAX_GROUPS: usize = 64;

struct Mf4Reader {
    /// The groups, each with its next frame.
    groups: Vec<(Recorded, GroupReader)>,
    seen: Seen,
    channels: NumberedChannels,
    skipped: SkipReport,
    consumed: Consumed,
    name: String,
}

impl Mf4Reader {
    fn open(input: LogInput) -> Result<Self, LogError> {
        let (consumed, name) = (input.consumed_counter(), input.name().to_owned());
        let input = input.at_any_place()?;
        let mut reader = Self {
            groups: Vec::new(),
            seen: Seen::default(),
            channels: NumberedChannels::default(),
            skipped: SkipReport::default(),
            consumed,
            name,
        };
        if let Some(reason) = input.damage {
            reader.skipped.add(None, 0, reason, b"");
        }
        let Some(file) = Mdf::open(input.bytes) else {
            reader.skipped.add(None, 0, SkipReason::RecordDamaged, b"");
            return Ok(reader);
        };
        if file.is_damaged {
            reader.skipped.add(None, 0, SkipReason::RecordDamaged, b"");
        }
        let groups = file.groups.iter();
        let groups = groups.filter_map(|group| GroupReader::open(&file, group));
        for mut group in groups.take(MAX_GROUPS) {
            let first = group.next_frame(&mut reader.skipped);
            reader.check(&mut group)?;
            reader.groups.extend(first.map(|first| (first, group)));
        }
        Ok(reader)
    }

    fn check(&self, group: &mut GroupReader) -> Result<(), LogError> {
        group.take_failure().map_or(Ok(()), |source| {
            Err(LogError::Io {
                offset: self.consumed.get(),
                name: self.name.clone(),
                source,
            })
        })
    }
}

impl LogReader for Mf4Reader {
    fn format(&self) -> LogFormat {
        LogFormat::Mf4
    }

    fn read(&mut self, frames: &mut Vec<CanFrame>, max: usize) -> Result<usize, LogError> {
        let mut sink = FrameSink::new(frames, &mut self.seen);
        let mut failed = None;
        while sink.count() < max {
            let times = self.groups.iter().enumerate();
            let first = times.min_by_key(|(_, (next, _))| next.frame.timestamp);
            let Some(i) = first.map(|(i, _)| i) else {
                break;
            };
            let Some((next, group)) = self.groups.get_mut(i) else {
                break;
            };
            let channel = self.channels.one_based(next.bus);
            if let Err(reason) = sink.push(channel, next.frame) {
                self.skipped.add(None, 0, reason, b"");
            }
            if let Some(frame) = group.next_frame(&mut self.skipped) {
                *next = frame;
                continue;
            }
            failed = group.take_failure();
            self.groups.remove(i);
            if failed.is_some() {
                break;
            }
        }
        let count = sink.count();
        match failed {
            None => Ok(count),
            Some(source) => {
                self.groups.clear();
                Err(LogError::Io {
                    offset: self.consumed.get(),
                    name: self.name.clone(),
                    source,
                })
            }
        }
    }

    fn channels(&self) -> &ChannelTable {
        self.seen.channels.table()
    }

    fn skipped(&self) -> &SkipReport {
        &self.skipped
    }

    fn time_basis(&self) -> TimeBasis {
        self.seen.basis
    }

    fn bytes_read(&self) -> u64 {
        self.consumed.get()
    }
}

impl fmt::Debug for Mf4Reader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Mf4Reader")
            .field("name", &self.name)
            .field("groups", &self.groups.len())
            .finish_non_exhaustive()
    }
}
