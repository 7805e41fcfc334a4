//! What python-can makes of frames that it reads and writes, where that is not what they are.

use canlake_shared::can::{CanFrame, CanId, FrameFlags, Payload};
use canlake_shared::logs::write::TargetFormat;
use serde_json::Value;

/// What python-can calls a channel that our reader names.
pub(super) fn channel(format: TargetFormat, name: &str) -> Value {
    let number: i64 = name.trim_start_matches("CAN").parse().unwrap_or(0);
    match format {
        TargetFormat::Candump => name.into(),
        TargetFormat::Csv | TargetFormat::Parquet => Value::Null,
        TargetFormat::Asc | TargetFormat::Blf => (number - 1).into(),
        TargetFormat::Mf4 => number.into(),
    }
}

/// A frame in a file, as python-can reads it: what it does not look at is as it is by default.
pub(super) fn as_it_reads(format: TargetFormat, frame: &CanFrame) -> CanFrame {
    let is_error = frame.flags.contains(FrameFlags::ERROR);
    let is_fd = frame.flags.contains(FrameFlags::FD);
    match format {
        // It takes those for errors that are errors of the bus, and forgets all about them.
        TargetFormat::Candump if is_bus_error(frame) => bare_error(frame),
        TargetFormat::Candump => CanFrame {
            flags: frame.flags.with(FrameFlags::ERROR, false),
            ..*frame
        },
        // It takes an empty frame of CAN FD for a remote frame, which it cannot be.
        TargetFormat::Asc if is_fd && !is_error && frame.len == 0 => CanFrame {
            flags: frame.flags | FrameFlags::REMOTE,
            ..*frame
        },
        TargetFormat::Csv => CanFrame {
            flags: frame.flags.with(FrameFlags::FD, false),
            ..*frame
        },
        _ => *frame,
    }
}

/// Of objects for errors of CAN FD it knows nothing.
pub(super) fn is_read(format: TargetFormat, frame: &CanFrame) -> bool {
    let fd_error = FrameFlags::FD | FrameFlags::ERROR;
    format != TargetFormat::Blf || !frame.flags.contains(fd_error)
}

/// A frame as python-can writes it and we read it.
pub(super) fn as_it_writes(format: TargetFormat, frame: &CanFrame) -> CanFrame {
    let is_error = frame.flags.contains(FrameFlags::ERROR);
    let is_remote = frame.flags.contains(FrameFlags::REMOTE);
    let fd = FrameFlags::FD | FrameFlags::BRS | FrameFlags::ESI;
    match format {
        TargetFormat::Candump if is_remote => CanFrame { len: 0, ..*frame },
        TargetFormat::Candump if is_error => CanFrame {
            id: CanId::extended(BUS_ERROR).unwrap(),
            flags: frame.flags.with(FrameFlags::TX, false),
            ..*frame
        },
        TargetFormat::Asc if is_error => CanFrame {
            flags: FrameFlags::ERROR,
            ..bare_error(frame)
        },
        TargetFormat::Blf if is_error => CanFrame {
            flags: FrameFlags::ERROR,
            ..*frame
        },
        TargetFormat::Csv => CanFrame {
            flags: frame
                .flags
                .with(fd | FrameFlags::TX, false)
                .with(FrameFlags::FD, frame.len > 8),
            ..*frame
        },
        _ => *frame,
    }
}

/// The class of errors that controllers tell of what they saw on the bus.
const BUS_ERROR: u32 = 0x80;

pub(super) fn is_bus_error(frame: &CanFrame) -> bool {
    frame.flags.contains(FrameFlags::ERROR) && frame.id.number() & BUS_ERROR != 0
}

fn bare_error(frame: &CanFrame) -> CanFrame {
    CanFrame {
        id: CanId::extended(0).unwrap(),
        len: 0,
        payload: Payload::EMPTY,
        ..*frame
    }
}
