//! Frames as a format can hold them, and the count of what that takes away.

use super::channels::{ChannelForm, Channels, Written};
use super::loss::{Loss, LossReport};
use super::start::Start;
use super::{TargetFormat, WriteError};
use crate::can::{CanFrame, CanId, ChannelTable, FrameFlags, Payload};
use crate::logs::frames::CLASSIC_MAX_LEN;
use crate::time::Timestamp;

/// What a format can hold of a frame.
#[derive(Clone, Copy, Debug)]
pub(super) struct Holds {
    /// Times are multiples of this.
    pub(super) resolution_ns: i64,
    /// Times count from a start, and none lies before it.
    pub(super) has_start: bool,
    pub(super) channels: ChannelForm,
    /// Flags of data frames of classic CAN and of CAN FD, of remote frames, of error frames of both.
    pub(super) classic: FrameFlags,
    pub(super) fd: FrameFlags,
    pub(super) remote: FrameFlags,
    pub(super) error: FrameFlags,
    pub(super) fd_error: FrameFlags,
    pub(super) error_details: ErrorDetails,
}

/// What a format can hold of an error frame besides its flags.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ErrorDetails {
    None,
    /// The identifier always as one of 29 bits.
    ExtendedId,
    All,
}

/// The most that a remote frame announces.
const MAX_REMOTE_LEN: u8 = 8;

/// All that CAN FD frames have.
pub(super) const ALL_FD: FrameFlags = {
    let flags = FrameFlags::FD.with(FrameFlags::BRS, true);
    flags.with(FrameFlags::ESI, true)
};

/// Makes frames fit, and keeps the report.
#[derive(Debug)]
pub(super) struct Fitter {
    holds: Holds,
    pub(super) start: Start,
    channels: Channels,
    pub(super) losses: LossReport,
}

impl Fitter {
    pub(super) fn new(format: TargetFormat, holds: Holds) -> Self {
        Self {
            holds,
            start: Start::default(),
            channels: Channels::new(format, holds.channels),
            losses: LossReport::default(),
        }
    }

    /// To be called before the frames of a piece.
    pub(super) fn channels(&mut self, table: &ChannelTable) -> Result<(), WriteError> {
        self.channels.grow(table, &mut self.losses.renamed)
    }

    /// The frame as it is written, and its channel; `None` where it has none, which is not possible for
    /// a frame of the table.
    pub(super) fn fit(&mut self, frame: &CanFrame) -> Option<(CanFrame, &Written)> {
        let channel = self.channels.get(frame.channel)?;
        if !channel.is_kept {
            self.losses.add(Loss::ChannelName);
        }
        let held = self.holds.frame(frame);
        count(frame, &held, &mut self.losses);
        let timestamp = self.time(frame);
        let channel = self.channels.get(frame.channel)?;
        Some((CanFrame { timestamp, ..held }, channel))
    }

    fn time(&mut self, frame: &CanFrame) -> Timestamp {
        if self.holds.has_start && frame.timestamp < self.start.at {
            self.losses.add(Loss::TimeBeforeStart);
            return self.start.at;
        }
        let below = frame.timestamp.as_ns().rem_euclid(self.holds.resolution_ns);
        if below > 0 {
            self.losses.add(Loss::TimeDigits);
        }
        frame.timestamp - below
    }
}

impl Holds {
    /// All of the frame but its time.
    fn frame(&self, frame: &CanFrame) -> CanFrame {
        if frame.flags.contains(FrameFlags::ERROR) {
            return self.error(frame);
        }
        if frame.flags.contains(FrameFlags::REMOTE) {
            return CanFrame {
                flags: FrameFlags::REMOTE | (frame.flags & self.remote),
                len: frame.len.min(MAX_REMOTE_LEN),
                payload: Payload::EMPTY,
                ..*frame
            };
        }
        CanFrame {
            flags: kept(frame.flags, &frame.payload, self.classic, self.fd),
            len: frame.payload.len_u8(),
            ..*frame
        }
    }

    fn error(&self, frame: &CanFrame) -> CanFrame {
        let number = frame.id.number();
        let (id, payload) = match self.error_details {
            ErrorDetails::None => (CanId::extended(0), Payload::EMPTY),
            ErrorDetails::ExtendedId => (CanId::extended(number), frame.payload),
            ErrorDetails::All => (Ok(frame.id), frame.payload),
        };
        let flags = kept(frame.flags, &payload, self.error, self.fd_error);
        CanFrame {
            id: id.unwrap_or(frame.id),
            flags: flags | FrameFlags::ERROR,
            len: payload.len_u8(),
            payload,
            ..*frame
        }
    }
}

/// The flags that are kept of a frame of classic CAN or of CAN FD, which all of more than 8 bytes are.
fn kept(flags: FrameFlags, payload: &Payload, classic: FrameFlags, fd: FrameFlags) -> FrameFlags {
    let is_long = payload.len() > CLASSIC_MAX_LEN;
    let is_fd = is_long || flags.contains(FrameFlags::FD);
    let kept = flags & if is_fd { fd } else { classic };
    if is_long { kept | FrameFlags::FD } else { kept }
}

/// Counts what differs between a frame and what is held of it.
fn count(frame: &CanFrame, held: &CanFrame, losses: &mut LossReport) {
    let differ = |flags| frame.flags & flags != held.flags & flags;
    if differ(FrameFlags::TX) {
        losses.add(Loss::Direction);
    }
    if differ(ALL_FD) {
        losses.add(Loss::FdFlags);
    }
    let has_other_content =
        frame.id != held.id || frame.len != held.len || frame.payload != held.payload;
    if held.flags.contains(FrameFlags::ERROR) {
        if has_other_content || differ(FrameFlags::REMOTE) {
            losses.add(Loss::ErrorDetails);
        }
    } else if has_other_content {
        losses.add(Loss::Inconsistent);
    }
}
