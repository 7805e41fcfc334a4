//! Where readers put their frames: channel names become indices, the time basis is kept.

use std::collections::HashMap;
use std::io::Write as _;

use super::{SkipReason, TimeBasis};
use crate::can::{CanFrame, ChannelIdx, ChannelTable};
use crate::time::Timestamp;

/// From one frame without a time to the next.
const NS_PER_UNTIMED: i64 = 1_000_000;

/// What the frames of a log so far say beyond themselves.
#[derive(Debug, Default)]
pub(super) struct Seen {
    pub(super) channels: Channels,
    pub(super) basis: TimeBasis,
    untimed: i64,
}

/// Takes the frames of one call of a reader.
pub(super) struct FrameSink<'a> {
    frames: &'a mut Vec<CanFrame>,
    seen: &'a mut Seen,
    count: usize,
}

impl<'a> FrameSink<'a> {
    pub(super) fn new(frames: &'a mut Vec<CanFrame>, seen: &'a mut Seen) -> Self {
        Self {
            frames,
            seen,
            count: 0,
        }
    }

    /// Takes a frame of a channel by name; the index in the frame is set here.
    pub(super) fn push(&mut self, channel: &[u8], mut frame: CanFrame) -> Result<(), SkipReason> {
        let idx = self.seen.channels.index(channel);
        frame.channel = idx.ok_or(SkipReason::TooManyChannels)?;
        self.seen.basis = self.seen.basis.and(frame.timestamp);
        self.frames.push(frame);
        self.count += 1;
        Ok(())
    }

    /// Takes a frame of a log that says no times: see [`TimeBasis::Order`].
    pub(super) fn push_untimed(
        &mut self,
        channel: &[u8],
        mut frame: CanFrame,
    ) -> Result<(), SkipReason> {
        let basis = self.seen.basis;
        frame.timestamp = Timestamp::from_ns(self.seen.untimed.saturating_mul(NS_PER_UNTIMED));
        self.push(channel, frame)?;
        self.seen.untimed += 1;
        self.seen.basis = match basis {
            TimeBasis::Unknown | TimeBasis::Order => TimeBasis::Order,
            _ => TimeBasis::Mixed,
        };
        Ok(())
    }

    /// Frames taken so far.
    pub(super) fn count(&self) -> usize {
        self.count
    }
}

/// Channel names to indices. Neighbouring frames are mostly on the same channel.
#[derive(Debug, Default)]
pub(super) struct Channels {
    table: ChannelTable,
    known: HashMap<Box<[u8]>, ChannelIdx>,
    last: (Vec<u8>, ChannelIdx),
}

impl Channels {
    /// More channels than any recording has; rubbish must not fill the memory with names.
    const MAX: usize = 1024;

    pub(super) fn table(&self) -> &ChannelTable {
        &self.table
    }

    fn index(&mut self, name: &[u8]) -> Option<ChannelIdx> {
        if self.last.0 == name {
            return Some(self.last.1);
        }
        let idx = match self.known.get(name) {
            Some(idx) => *idx,
            None if self.known.len() >= Self::MAX => return None,
            None => {
                let idx = self.table.intern(&String::from_utf8_lossy(name));
                self.known.insert(name.into(), idx);
                idx
            }
        };
        self.last.0.clear();
        self.last.0.extend_from_slice(name);
        self.last.1 = idx;
        Some(idx)
    }
}

/// Names of channels that a log numbers: `CAN1` where it counts from 1, as Vector, PEAK and ASAM
/// tools do and show, `can0` where it counts from 0, as `SocketCAN` and GVRET do.
#[derive(Debug, Default)]
pub(super) struct NumberedChannels {
    name: Vec<u8>,
    last: Option<(&'static str, u64)>,
}

impl NumberedChannels {
    /// The name of a channel counted from 1.
    pub(super) fn one_based(&mut self, number: u64) -> &[u8] {
        self.named("CAN", number)
    }

    /// The name of a channel counted from 0.
    pub(super) fn zero_based(&mut self, number: u64) -> &[u8] {
        self.named("can", number)
    }

    fn named(&mut self, prefix: &'static str, number: u64) -> &[u8] {
        if self.last != Some((prefix, number)) {
            self.last = Some((prefix, number));
            self.name.clear();
            write!(self.name, "{prefix}{number}").expect("a vector takes every byte");
        }
        &self.name
    }
}
