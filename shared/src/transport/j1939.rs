//! SAE J1939-21: connection management (TP.CM, group 60416) announces a message, data transfer
//! (TP.DT, group 60160) carries it in packets of seven bytes, numbered from 1.
//!
//! | TP.CM control byte | |
//! |---|---|
//! | 16 | request to send: length, packets, group; the destination answers |
//! | 32 | announcement to all (BAM): length, packets, group |
//! | 17, 19 | clear to send, end of message: from the destination |
//! | 255 | abort, from either |
//!
//! A packet may come again when the destination asked for it, so that packets are told by their
//! numbers alone. Silence of more than 1.25 s, the longest that the standard lets a node wait, ends a
//! message.

use super::open::{OpenTransfers, Packets, Transfer};
use super::{Frame, LossReason, Reassembled, Role};
use crate::can::{CanId, ChannelIdx};

const TIMEOUT_NS: i64 = 1_250_000_000;
const PACKET_BYTES: usize = 7;
/// 255 packets of seven bytes.
const MAX_BYTES: usize = 1_785;
/// The destination that means all nodes.
const GLOBAL: u8 = 0xFF;

/// The parameter group of TP.CM.
const CONNECTION_MANAGEMENT: u32 = 0xEC00;
/// The parameter group of TP.DT.
const DATA_TRANSFER: u32 = 0xEB00;

/// Puts multi-packet messages of J1939 together.
///
/// A message gets the identifier that its group, source and destination give with the default
/// priority 6: frames that carry it have another one, and no other priority is known.
#[derive(Debug)]
pub struct J1939Tp {
    open: OpenTransfers<Key, Announced>,
}

// Channel, source, destination.
type Key = (ChannelIdx, u8, u8);

#[derive(Debug)]
struct Announced {
    packets: u8,
    received: Packets,
}

impl J1939Tp {
    /// Nothing begun yet.
    pub fn new() -> Self {
        Self {
            open: OpenTransfers::new(),
        }
    }

    /// Whether frames of this identifier belong to the protocol.
    pub fn carries(id: CanId) -> bool {
        matches!(id.pgn(), Some(CONNECTION_MANAGEMENT | DATA_TRANSFER))
    }

    /// The identifiers of both groups between the nodes of `id`.
    pub fn identifiers(id: CanId) -> [CanId; 2] {
        let nodes = id.number() & !0xFF_0000;
        [CONNECTION_MANAGEMENT, DATA_TRANSFER]
            .map(|group| CanId::extended(nodes | group << 8).unwrap_or(id))
    }

    /// Takes the next frame.
    pub fn push(&mut self, frame: &Frame<'_>, out: &mut Reassembled) -> Role {
        let [_, _, destination, source] = frame.id.number().to_be_bytes();
        let key = (frame.channel, source, destination);
        match frame.id.pgn() {
            Some(CONNECTION_MANAGEMENT) => self.manage(key, frame, out),
            Some(DATA_TRANSFER) => {
                self.data(key, frame, out);
                Role::Part
            }
            _ => Role::Foreign,
        }
    }

    /// Gives up what is still open: there are no more frames.
    pub fn finish(&mut self, out: &mut Reassembled) {
        self.open.finish(out);
    }

    fn manage(&mut self, key: Key, frame: &Frame<'_>, out: &mut Reassembled) -> Role {
        let (channel, source, destination) = key;
        let Some([control, a, b, c, _, pgn @ ..]) = frame.payload.first_chunk::<8>() else {
            out.lose(frame, LossReason::Malformed);
            return Role::Part;
        };
        let pgn = u32::from_le_bytes([pgn[0], pgn[1], pgn[2], 0]);
        match control {
            16 | 32 => {
                let is_global = destination == GLOBAL;
                let announced = if is_global == (*control == 32) {
                    let len = u16::from_le_bytes([*a, *b]);
                    announced(frame, usize::from(len), *c, message_id(pgn, key))
                } else {
                    None
                };
                if let Some(transfer) = announced {
                    self.open.begin(key, transfer, out);
                } else {
                    out.lose(frame, LossReason::Malformed);
                }
                Role::Part
            }
            // From the destination. What it acknowledges may be over, or have begun before the
            // recording; neither is a loss of this frame.
            17 | 19 => {
                let key = (channel, destination, source);
                if let Some(transfer) = self.open.get(key, frame.time, TIMEOUT_NS, out) {
                    transfer.keep_alive(frame.time);
                }
                Role::Control
            }
            255 => {
                let both = [key, (channel, destination, source)];
                let is_meant = |key: &Key| {
                    let open = self.open.peek(*key);
                    open.is_some_and(|open| open.id == message_id(pgn, *key))
                };
                if let Some(key) = both.into_iter().find(is_meant) {
                    self.open.spoil(key, LossReason::Aborted, out);
                    return Role::Part;
                }
                Role::Control
            }
            _ => {
                out.lose(frame, LossReason::Malformed);
                Role::Part
            }
        }
    }

    fn data(&mut self, key: Key, frame: &Frame<'_>, out: &mut Reassembled) {
        let Some(transfer) = self.open.get(key, frame.time, TIMEOUT_NS, out) else {
            out.lose(frame, LossReason::NoStart);
            return;
        };
        let [number, rest @ ..] = frame.payload else {
            out.lose(frame, LossReason::Malformed);
            return;
        };
        if !(1..=transfer.state.packets).contains(number) {
            self.open.spoil(key, LossReason::OutOfSequence, out);
            return;
        }
        let offset = usize::from(number - 1) * PACKET_BYTES;
        let needed = (transfer.total - offset).min(PACKET_BYTES);
        let Some(data) = rest.get(..needed) else {
            out.lose(frame, LossReason::Malformed);
            return;
        };
        transfer.place(offset, data);
        transfer.touch(frame.time);
        let received = &mut transfer.state.received;
        received.insert(*number);
        transfer.has_gap = received.has_gap(1);
        if received.count() == usize::from(transfer.state.packets) {
            self.open.complete(key, out);
        }
    }
}

impl Default for J1939Tp {
    fn default() -> Self {
        Self::new()
    }
}

/// The transfer that a request or an announcement opens; `None` where its numbers contradict.
fn announced(
    frame: &Frame<'_>,
    total: usize,
    packets: u8,
    id: CanId,
) -> Option<Transfer<Announced>> {
    let is_possible = (1..=MAX_BYTES).contains(&total);
    if !is_possible || usize::from(packets) != total.div_ceil(PACKET_BYTES) {
        return None;
    }
    let state = Announced {
        packets,
        received: Packets::default(),
    };
    Some(Transfer::new(frame, id, total, state))
}

/// The identifier of a group between two nodes, with the default priority.
fn message_id(pgn: u32, (_, source, destination): Key) -> CanId {
    const PRIORITY: u32 = 6 << 26;
    let group = CanId::extended(PRIORITY | (pgn & 0x3_FFFF) << 8 | u32::from(source))
        .expect("3 + 18 + 8 bits fit in 29");
    // Groups that have a destination leave its byte empty.
    let is_addressed = (pgn >> 8) & 0xFF < 240;
    if is_addressed {
        let cleared = group.number() & !0xFF00;
        CanId::extended(cleared | u32::from(destination) << 8).expect("no more bits than before")
    } else {
        group
    }
}
