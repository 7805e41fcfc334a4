//! The log format of can-utils, as `candump -l` writes it: see [`crate::logs::candump`].
//!
//! Times have six digits: `canplayer` takes whatever stands behind the point for microseconds.

use std::io;

use super::TargetFormat;
use super::channels::{ChannelForm, Written};
use super::fit::{ALL_FD, ErrorDetails, Holds};
use super::lines::LineTarget;
use super::start::Start;
use crate::can::{CanFrame, FrameFlags};
use crate::logs::candump::write_line;

/// See the [module](self).
pub(super) enum Candump {}

const FD_AND_DIRECTION: FrameFlags = ALL_FD.with(FrameFlags::TX, true);

impl LineTarget for Candump {
    const FORMAT: TargetFormat = TargetFormat::Candump;
    const HOLDS: Holds = Holds {
        resolution_ns: 1_000,
        has_start: false,
        channels: ChannelForm::Word,
        classic: FrameFlags::TX,
        fd: FD_AND_DIRECTION,
        remote: FrameFlags::TX,
        error: FrameFlags::TX,
        fd_error: FD_AND_DIRECTION,
        error_details: ErrorDetails::ExtendedId,
    };

    fn head(_out: &mut Vec<u8>, _start: Start) -> io::Result<()> {
        Ok(())
    }

    fn line(out: &mut Vec<u8>, frame: &CanFrame, channel: &Written, _: Start) -> io::Result<()> {
        write_line(out, frame, channel.name.as_str())
    }

    fn tail(_out: &mut Vec<u8>, _start: Start) -> io::Result<()> {
        Ok(())
    }
}
