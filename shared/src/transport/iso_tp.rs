//! ISO 15765-2 (ISO-TP): one identifier carries one message at a time, in frames with consecutive
//! numbers modulo 16.
//!
//! | first nibble | frame | then |
//! |---|---|---|
//! | 0 | single | length in 4 bits; 0 in a CAN FD frame: in the next byte |
//! | 1 | first | length in 12 bits; 0: in the next 32 bits |
//! | 2 | consecutive | number in 4 bits, from 1 |
//! | 3 | flow control, of the other direction | passed over |
//!
//! Flow control is the receiver's and comes under another identifier, so that "wait" is not seen here:
//! a message may be silent for five times the second that the standard allows between two frames.

use super::open::{OpenTransfers, Transfer};
use super::{Frame, LossReason, Message, Reassembled, Role};
use crate::can::{CanId, ChannelIdx};
use crate::dbc::MAX_MESSAGE_BYTES;
use crate::time::NS_PER_SEC;

const TIMEOUT_NS: i64 = 5 * NS_PER_SEC;
/// Payload of a classic frame, in bytes.
const CLASSIC_BYTES: usize = 8;

/// Where the protocol's bytes begin.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Addressing {
    /// At the first byte: the identifier alone says who speaks to whom.
    #[default]
    Normal,
    /// At the second byte; the first one is the target address.
    Extended,
}

/// Puts ISO-TP messages together.
///
/// Messages longer than any message of a DBC file ([`MAX_MESSAGE_BYTES`]) are not kept.
#[derive(Debug)]
pub struct IsoTp {
    addressing: Addressing,
    open: OpenTransfers<Key, Sequence>,
}

type Key = (ChannelIdx, CanId, u8);

#[derive(Debug)]
struct Sequence {
    next_number: u8,
    // Bytes that every consecutive frame but the last carries.
    frame_bytes: usize,
}

impl IsoTp {
    /// Nothing begun yet.
    pub fn new(addressing: Addressing) -> Self {
        Self {
            addressing,
            open: OpenTransfers::new(),
        }
    }

    /// Takes the next frame.
    pub fn push(&mut self, frame: &Frame<'_>, out: &mut Reassembled) -> Role {
        let (address, payload) = match (self.addressing, frame.payload) {
            (Addressing::Normal, payload) => (0, payload),
            (Addressing::Extended, [address, payload @ ..]) => (*address, payload),
            (Addressing::Extended, []) => return Role::Foreign,
        };
        let key = (frame.channel, frame.id, address);
        let [control, rest @ ..] = payload else {
            return Role::Foreign;
        };
        let (kind, low) = (control >> 4, control & 0xF);
        let taken = match kind {
            0 => self.single(key, frame, low, rest, out),
            1 => self.first(key, frame, low, rest, out),
            2 => {
                self.consecutive(key, frame, low, rest, out);
                Some(())
            }
            3 => return Role::Control,
            _ => return Role::Foreign,
        };
        if taken.is_none() {
            out.lose(frame, LossReason::Malformed);
        }
        Role::Part
    }

    /// Gives up what is still open: there are no more frames.
    pub fn finish(&mut self, out: &mut Reassembled) {
        self.open.finish(out);
    }

    fn single(
        &mut self,
        key: Key,
        frame: &Frame<'_>,
        low: u8,
        rest: &[u8],
        out: &mut Reassembled,
    ) -> Option<()> {
        self.open.give_up(key, out);
        let (len, data) = match (low, rest) {
            (0, [len, data @ ..]) if frame.payload.len() > CLASSIC_BYTES => (*len, data),
            _ => (low, rest),
        };
        let payload = data.get(..usize::from(len)).filter(|it| !it.is_empty())?;
        out.messages.push(Message {
            time: frame.time,
            channel: frame.channel,
            id: frame.id,
            payload: payload.to_vec(),
            frames: 1,
        });
        Some(())
    }

    fn first(
        &mut self,
        key: Key,
        frame: &Frame<'_>,
        low: u8,
        rest: &[u8],
        out: &mut Reassembled,
    ) -> Option<()> {
        self.open.give_up(key, out);
        let (total, data) = match (low, rest) {
            (0, [0, a, b, c, d, data @ ..]) => (u32::from_be_bytes([*a, *b, *c, *d]), data),
            (high, [low, data @ ..]) => (u32::from(high) << 8 | u32::from(*low), data),
            _ => return None,
        };
        let is_whole_frame = frame.payload.len() >= CLASSIC_BYTES;
        let total = usize::try_from(total).ok()?;
        if !is_whole_frame || total <= data.len() || total > MAX_MESSAGE_BYTES as usize {
            return None;
        }
        let sequence = Sequence {
            next_number: 1,
            frame_bytes: rest.len(),
        };
        let mut transfer = Transfer::new(frame, frame.id, total, sequence);
        transfer.place(0, data);
        self.open.begin(key, transfer, out);
        Some(())
    }

    fn consecutive(
        &mut self,
        key: Key,
        frame: &Frame<'_>,
        number: u8,
        rest: &[u8],
        out: &mut Reassembled,
    ) {
        let Some(transfer) = self.open.get(key, frame.time, TIMEOUT_NS, out) else {
            out.lose(frame, LossReason::NoStart);
            return;
        };
        if number != transfer.state.next_number {
            self.open.spoil(key, LossReason::OutOfSequence, out);
            return;
        }
        let offset = transfer.bytes.len();
        let needed = (transfer.total - offset).min(transfer.state.frame_bytes);
        let Some(data) = rest.get(..needed) else {
            self.open.spoil(key, LossReason::Malformed, out);
            return;
        };
        transfer.place(offset, data);
        transfer.touch(frame.time);
        transfer.state.next_number = (number + 1) & 0xF;
        if transfer.bytes.len() == transfer.total {
            self.open.complete(key, out);
        }
    }
}

impl Default for IsoTp {
    fn default() -> Self {
        Self::new(Addressing::Normal)
    }
}
