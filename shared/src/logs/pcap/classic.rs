//! pcap.
//!
//! ```text
//! magic (4)  version (4)  zone (4)  accuracy (4)  longest packet (4)  link type (4)
//! seconds (4)  fraction (4)  length captured (4)  length (4)  packet        and so on
//! ```

use super::packet::{self, CookedOrder, Link, MAX_CAN_PACKET};
use crate::endian::Endian::{self, Big, Little};
use crate::logs::input::LogInput;
use crate::logs::records::RecordFormat;
use crate::logs::sink::{FrameSink, NumberedChannels};
use crate::logs::window::Window;
use crate::logs::{LogFormat, SkipReason, SkipReport};
use crate::time::{NS_PER_SEC, Timestamp};

const FILE_HEAD_BYTES: usize = 24;
const HEAD_BYTES: usize = 16;
/// What has to be seen to tell a packet of CAN from rubbish: the heads of it.
const PLAUSIBLE_BYTES: usize = HEAD_BYTES + 28;
/// libpcap writes no larger packet.
const MAX_PACKET: u32 = 256 * 1024;

/// What the head of a capture says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Kind {
    order: Endian,
    ns_per_unit: i64,
    link: Link,
}

impl Kind {
    /// `None` where no capture begins.
    pub(super) fn of(head: &[u8]) -> Option<Self> {
        let (order, ns_per_unit) = match head.first_chunk()? {
            [0xD4, 0xC3, 0xB2, 0xA1] => (Little, 1000),
            [0x4D, 0x3C, 0xB2, 0xA1] => (Little, 1),
            [0xA1, 0xB2, 0xC3, 0xD4] => (Big, 1000),
            [0xA1, 0xB2, 0x3C, 0x4D] => (Big, 1),
            _ => return None,
        };
        // The version has been 2.4 since 1998.
        if order.u16(head, 4)? != 2 {
            return None;
        }
        Some(Self {
            order,
            ns_per_unit,
            link: Link::of(order.u32(head, 20)? & 0x0FFF_FFFF),
        })
    }
}

#[derive(Default)]
pub(super) struct Pcap {
    kind: Option<Kind>,
    cooked: CookedOrder,
    channels: NumberedChannels,
}

impl RecordFormat for Pcap {
    const FORMAT: LogFormat = LogFormat::Pcap;

    fn read_piece(
        &mut self,
        log: &mut Window<LogInput>,
        frames: &mut FrameSink<'_>,
        skipped: &mut SkipReport,
    ) -> bool {
        let offset = log.offset();
        let seen = log.peek(FILE_HEAD_BYTES);
        if seen.is_empty() {
            return false;
        }
        if let Some(kind) = Kind::of(seen) {
            self.kind = Some(kind);
            log.consume(FILE_HEAD_BYTES);
            return true;
        }
        let Some(kind) = self.kind else {
            return false;
        };
        let Some(head) = Head::of(kind, seen) else {
            find_next(kind, log, skipped);
            return true;
        };
        let len = HEAD_BYTES + head.len;
        if len > Window::<LogInput>::MAX_BYTES {
            skipped.add(None, offset, SkipReason::OtherNetwork, b"");
            log.skip(len as u64);
            return true;
        }
        let Some(bytes) = log.peek(len).get(HEAD_BYTES..len) else {
            find_next(kind, log, skipped);
            return true;
        };
        let outcome = match packet::read(kind.link, bytes, head.timestamp, &mut self.cooked) {
            Some(Ok(packet)) => {
                let number = packet.interface.unwrap_or_default();
                frames.push(self.channels.zero_based(u64::from(number)), packet.frame)
            }
            Some(Err(reason)) => Err(reason),
            None => Err(SkipReason::OtherNetwork),
        };
        if let Err(reason) = outcome {
            skipped.add(None, offset, reason, b"");
        }
        log.consume(len);
        true
    }
}

struct Head {
    timestamp: Timestamp,
    len: usize,
}

impl Head {
    /// `None` where it cannot be one.
    fn of(kind: Kind, bytes: &[u8]) -> Option<Self> {
        let fraction = i64::from(kind.order.u32(bytes, 4)?) * kind.ns_per_unit;
        let (len, whole_len) = (kind.order.u32(bytes, 8)?, kind.order.u32(bytes, 12)?);
        // A capture of CAN alone has no large packets, whatever was cut off them.
        let is_len = match kind.link {
            Link::SocketCan => len <= whole_len && whole_len <= MAX_CAN_PACKET,
            _ => len <= MAX_PACKET,
        };
        if fraction >= NS_PER_SEC || !is_len {
            return None;
        }
        let seconds = i64::from(kind.order.u32(bytes, 0)?);
        Some(Self {
            timestamp: Timestamp::from_ns(seconds * NS_PER_SEC + fraction),
            len: usize::try_from(len).ok()?,
        })
    }
}

/// Goes on where a packet of CAN or another capture begins.
fn find_next(kind: Kind, log: &mut Window<LogInput>, skipped: &mut SkipReport) {
    let offset = log.offset();
    log.consume(1);
    let passed = log.skip_to(PLAUSIBLE_BYTES, |at| {
        is_plausible(kind, at) || Kind::of(at).is_some()
    });
    let is_cut = log.peek(1).is_empty();
    if !passed.is_blank || !is_cut {
        skipped.add(None, offset, SkipReason::lost(is_cut), b"");
    }
}

fn is_plausible(kind: Kind, at: &[u8]) -> bool {
    let Some(head) = Head::of(kind, at) else {
        return false;
    };
    let len = kind
        .order
        .u32(at, 12)
        .and_then(|len| usize::try_from(len).ok());
    let end = at.len().min(HEAD_BYTES + head.len);
    let seen = at.get(HEAD_BYTES..end).unwrap_or_default();
    let can_at = match kind.link {
        Link::SocketCan => 0,
        Link::Cooked => 16,
        Link::Cooked2 => 20,
        Link::Other => return false,
    };
    // A length that fits a frame, and nothing else: 16, 72, or what the frame takes.
    len == Some(head.len)
        && seen.get(can_at + 4).is_some_and(|can_len| {
            let data = can_at + 8 + usize::from(*can_len);
            *can_len <= 64 && (data..=can_at + 72).contains(&head.len)
        })
}
