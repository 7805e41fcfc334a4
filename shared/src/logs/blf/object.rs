//! One object of a binary log to one frame.

use crate::can::{CanFrame, CanId, ChannelIdx, FrameFlags, Payload};
use crate::endian::Endian::Little;
use crate::logs::SkipReason;
use crate::time::Timestamp;

pub(super) const SIGNATURE: &[u8] = b"LOBJ";
/// Signature, size of the header, its version, size of the object, type.
pub(super) const HEAD_BYTES: usize = 16;
/// Bytes that may lie between two objects.
pub(super) const MAX_PADDING: usize = 4;
/// Bytes that tell whether another object follows.
pub(super) const FOLLOWING_BYTES: usize = MAX_PADDING + SIGNATURE.len();
/// Larger objects are passed over without a look at what follows them; none of them is a frame.
pub(super) const MAX_KEPT: u64 = 64 * 1024;
/// More than any object that carries a frame takes.
const MAX_FRAME_OBJECT: u64 = 1024;
/// More than any other takes, but for containers.
const MAX_OBJECT: u64 = 64 << 20;

const CONTAINER: u32 = 10;
const CAN_MESSAGE: u32 = 1;
const CAN_ERROR: u32 = 2;
const CAN_ERROR_EXT: u32 = 73;
const CAN_MESSAGE2: u32 = 86;
const CAN_FD_MESSAGE: u32 = 100;
const CAN_FD_MESSAGE_64: u32 = 101;
const CAN_FD_ERROR_64: u32 = 104;

/// What stands before every object.
#[derive(Clone, Copy, Debug)]
pub(super) struct Head {
    header_len: u16,
    object_len: u32,
    kind: u32,
}

impl Head {
    /// `None` where no object begins, or one that contradicts itself.
    pub(super) fn of(bytes: &[u8]) -> Option<Self> {
        if !bytes.starts_with(SIGNATURE) {
            return None;
        }
        let head = Self {
            header_len: Little.u16(bytes, 4)?,
            object_len: Little.u32(bytes, 8)?,
            kind: Little.u32(bytes, 12)?,
        };
        let len = u64::from(head.object_len);
        let is_sound = usize::from(head.header_len) >= HEAD_BYTES
            && u64::from(head.header_len) <= len
            && len <= head.max_len();
        is_sound.then_some(head)
    }

    fn max_len(&self) -> u64 {
        if self.carries_frame() {
            MAX_FRAME_OBJECT
        } else if self.is_container() {
            u64::from(u32::MAX)
        } else {
            MAX_OBJECT
        }
    }

    pub(super) fn is_container(&self) -> bool {
        self.kind == CONTAINER
    }

    pub(super) fn carries_frame(&self) -> bool {
        matches!(
            self.kind,
            CAN_MESSAGE
                | CAN_ERROR
                | CAN_ERROR_EXT
                | CAN_MESSAGE2
                | CAN_FD_MESSAGE
                | CAN_FD_MESSAGE_64
                | CAN_FD_ERROR_64
        )
    }

    pub(super) fn header_len(&self) -> usize {
        usize::from(self.header_len)
    }

    pub(super) fn object_len(&self) -> u64 {
        u64::from(self.object_len)
    }
}

/// Whether what follows an object is another, nothing, or space that was not written: if not, its size
/// is not true, or it was written over.
pub(super) fn is_followed(following: &[u8]) -> bool {
    let seen = following.get(..FOLLOWING_BYTES);
    seen.is_none_or(|seen| {
        let is_object = seen.windows(SIGNATURE.len()).any(|at| at == SIGNATURE);
        is_object || seen.iter().all(|byte| *byte == 0)
    })
}

/// What an object turned out to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Content {
    /// A frame; its channel index is 0 until the reader has looked the name up.
    Frame { channel: u16, frame: CanFrame },
    /// Nothing about frames.
    Other,
    /// What should have been a frame.
    NoFrame(SkipReason),
}

/// Reads a whole object. `start` is what its time counts from.
pub(super) fn read(head: &Head, object: &[u8], start: Timestamp) -> Content {
    if !head.carries_frame() {
        return Content::Other;
    }
    let outcome = read_frame(head, object, start).unwrap_or(Err(SkipReason::RecordDamaged));
    match outcome {
        Ok((channel, frame)) => Content::Frame { channel, frame },
        Err(reason) => Content::NoFrame(reason),
    }
}

type Outcome = Result<(u16, CanFrame), SkipReason>;

/// `None` where the object is shorter than its type.
fn read_frame(head: &Head, object: &[u8], start: Timestamp) -> Option<Outcome> {
    let timestamp = match time(object, start)? {
        Ok(timestamp) => timestamp,
        Err(reason) => return Some(Err(reason)),
    };
    let body = object.get(head.header_len()..)?;
    let parts = match head.kind {
        CAN_MESSAGE | CAN_MESSAGE2 => classic(body)?,
        CAN_FD_MESSAGE => fd(body)?,
        CAN_FD_MESSAGE_64 => fd_64(body, head)?,
        CAN_ERROR => Parts {
            channel: Little.u16(body, 0)?,
            flags: FrameFlags::ERROR,
            ..Parts::default()
        },
        CAN_ERROR_EXT => error_ext(body)?,
        CAN_FD_ERROR_64 => fd_error_64(body, head)?,
        _ => return None,
    };
    if parts.is_request {
        return Some(Err(SkipReason::RequestToSend));
    }
    Some(
        parts
            .into_frame(timestamp)
            .map(|frame| (parts.channel, frame)),
    )
}

/// All versions of the header have flags and time at the same place.
fn time(object: &[u8], start: Timestamp) -> Option<Result<Timestamp, SkipReason>> {
    const TEN_MICROSECONDS: u32 = 1;
    let ns_per_tick = match Little.u32(object, 16)? {
        TEN_MICROSECONDS => 10_000,
        _ => 1,
    };
    let ticks = Little.u64(object, 24)?;
    let ns = i64::try_from(ticks).ok();
    let ns = ns.and_then(|ticks| ticks.checked_mul(ns_per_tick));
    let timestamp = ns.and_then(|ns| start.as_ns().checked_add(ns));
    Some(timestamp.map(Timestamp::from_ns).ok_or(SkipReason::BadTime))
}

/// What the types have in common.
#[derive(Clone, Copy, Default)]
struct Parts<'a> {
    channel: u16,
    id: u32,
    flags: FrameFlags,
    /// Length in bytes as announced.
    len: u8,
    /// The bytes there are; missing ones are zeros, as Vector's own tools show them.
    data: &'a [u8],
    is_request: bool,
}

impl Parts<'_> {
    fn into_frame(self, timestamp: Timestamp) -> Result<CanFrame, SkipReason> {
        const EXTENDED_FLAG: u32 = 0x8000_0000;
        let (number, is_extended) = (self.id & !EXTENDED_FLAG, self.id & EXTENDED_FLAG != 0);
        let id =
            CanId::new(number, is_extended).map_err(|_out_of_range| SkipReason::BadIdentifier)?;
        let mut bytes = [0; Payload::MAX_LEN];
        let target = bytes.get_mut(..usize::from(self.len));
        let target = target.ok_or(SkipReason::BadPayload)?;
        for (target, byte) in target.iter_mut().zip(self.data) {
            *target = *byte;
        }
        let payload = if self.flags.contains(FrameFlags::REMOTE) {
            Payload::EMPTY
        } else {
            Payload::new(target).map_err(|_too_long| SkipReason::BadPayload)?
        };
        Ok(CanFrame {
            timestamp,
            channel: ChannelIdx(0),
            id,
            flags: self.flags,
            len: self.len,
            payload,
        })
    }

    /// The direction in a field of its own: 0 received, 1 sent, 2 asked to be sent.
    fn directed(self, direction: u8) -> Self {
        Self {
            flags: self.flags.with(FrameFlags::TX, direction == 1),
            is_request: direction == 2,
            ..self
        }
    }
}

/// Bytes of a classic frame, from its DLC; what is no DLC stays out of range.
fn classic_len(dlc: u8) -> u8 {
    match dlc {
        9..=15 => 8,
        0..=8 => dlc,
        _ => u8::MAX,
    }
}

fn classic(body: &[u8]) -> Option<Parts<'_>> {
    let (flags, dlc) = (*body.get(2)?, *body.get(3)?);
    let parts = Parts {
        channel: Little.u16(body, 0)?,
        id: Little.u32(body, 4)?,
        flags: FrameFlags::NONE.with(FrameFlags::REMOTE, flags & 0x80 != 0),
        len: classic_len(dlc),
        data: body.get(8..16)?,
        is_request: false,
    };
    Some(parts.directed(flags & 0x0F))
}

fn fd(body: &[u8]) -> Option<Parts<'_>> {
    let (flags, fd_flags) = (*body.get(2)?, *body.get(13)?);
    let flags_read = FrameFlags::NONE
        .with(FrameFlags::REMOTE, flags & 0x80 != 0)
        .with(FrameFlags::FD, fd_flags & 1 != 0)
        .with(FrameFlags::BRS, fd_flags & 2 != 0)
        .with(FrameFlags::ESI, fd_flags & 4 != 0);
    let (dlc, valid) = (*body.get(3)?, *body.get(14)?);
    let parts = Parts {
        channel: Little.u16(body, 0)?,
        id: Little.u32(body, 4)?,
        flags: flags_read,
        len: announced(flags_read, dlc, valid),
        data: body.get(20..).unwrap_or_default(),
        is_request: false,
    };
    Some(parts.directed(flags & 0x0F))
}

fn fd_64<'a>(body: &'a [u8], head: &Head) -> Option<Parts<'a>> {
    let flags = Little.u32(body, 12)?;
    let flags_read = FrameFlags::NONE
        .with(FrameFlags::REMOTE, flags & 0x10 != 0)
        .with(FrameFlags::FD, flags & 0x1000 != 0)
        .with(FrameFlags::BRS, flags & 0x2000 != 0)
        .with(FrameFlags::ESI, flags & 0x4000 != 0);
    let (dlc, valid) = (*body.get(1)?, *body.get(2)?);
    let parts = Parts {
        channel: u16::from(*body.first()?),
        id: Little.u32(body, 4)?,
        flags: flags_read,
        len: announced(flags_read, dlc, valid),
        data: before_extras(body, 40, *body.get(35)?, head),
        is_request: false,
    };
    Some(parts.directed(*body.get(34)?))
}

/// Remote frames announce what their DLC says, others carry what is valid.
fn announced(flags: FrameFlags, dlc: u8, valid: u8) -> u8 {
    if flags.contains(FrameFlags::REMOTE) {
        classic_len(dlc)
    } else {
        valid
    }
}

/// Identifier and bytes are those of the frame that was disturbed, as far as the controller saw them.
fn error_ext(body: &[u8]) -> Option<Parts<'_>> {
    Some(Parts {
        channel: Little.u16(body, 0)?,
        id: Little.u32(body, 16)?,
        flags: FrameFlags::ERROR,
        len: classic_len(*body.get(10)? & 0x0F),
        data: body.get(24..32)?,
        is_request: false,
    })
}

fn fd_error_64<'a>(body: &'a [u8], head: &Head) -> Option<Parts<'a>> {
    let flags = Little.u16(body, 8)?;
    let flags_read = FrameFlags::ERROR
        .with(FrameFlags::ESI, flags & 0x20 != 0)
        .with(FrameFlags::BRS, flags & 0x40 != 0)
        .with(FrameFlags::FD, flags & 0x80 != 0);
    Some(Parts {
        channel: u16::from(*body.first()?),
        id: Little.u32(body, 12)?,
        flags: flags_read,
        len: *body.get(2)?,
        data: before_extras(body, 44, *body.get(10)?, head),
        is_request: false,
    })
}

/// The bytes from `at` up to where facts about the transmission begin: their place counts from where
/// the object begins, and 0 says that there are none.
fn before_extras<'a>(body: &'a [u8], at: usize, extras: u8, head: &Head) -> &'a [u8] {
    let data = body.get(at..).unwrap_or_default();
    match usize::from(extras).checked_sub(head.header_len() + at) {
        Some(len) => data.get(..len).unwrap_or(data),
        None => data,
    }
}
