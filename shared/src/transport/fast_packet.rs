//! NMEA 2000 fast packets: up to 223 bytes in up to 32 frames of one identifier.
//!
//! The first byte of each frame holds a sequence counter of the message (3 bits) and the number of
//! the frame in it (5 bits). Frame 0 goes on with the length and six bytes, the others with seven.
//! Messages with different counters may be interleaved. Silence of more than 1.25 s ends a message.

use super::open::{OpenTransfers, Packets, Transfer};
use super::{Frame, LossReason, Reassembled, Role};
use crate::can::{CanId, ChannelIdx};

const TIMEOUT_NS: i64 = 1_250_000_000;
const FIRST_BYTES: usize = 6;
const FRAME_BYTES: usize = 7;
/// 6 + 31 × 7.
const MAX_BYTES: usize = 223;

/// Puts NMEA 2000 fast packets together.
#[derive(Debug)]
pub struct FastPacket {
    open: OpenTransfers<Key, Packets>,
}

// With the sequence counter.
type Key = (ChannelIdx, CanId, u8);

impl FastPacket {
    /// Nothing begun yet.
    pub fn new() -> Self {
        Self {
            open: OpenTransfers::new(),
        }
    }

    /// Whether a parameter group is one of those that NMEA 2000 sends in fast packets or single
    /// frames, as its length demands. J1939 itself never does.
    pub fn may_carry(pgn: u32) -> bool {
        (0x1_ED00..=0x1_FFFF).contains(&pgn)
    }

    /// Takes the next frame.
    pub fn push(&mut self, frame: &Frame<'_>, out: &mut Reassembled) -> Role {
        match frame.payload {
            [] => return Role::Foreign,
            [counter, rest @ ..] => {
                let key = (frame.channel, frame.id, counter >> 5);
                match (counter & 0x1F, rest) {
                    (0, [len, data @ ..]) => self.first(key, frame, usize::from(*len), data, out),
                    (0, []) => out.lose(frame, LossReason::Malformed),
                    (number, data) => self.next(key, frame, number, data, out),
                }
            }
        }
        Role::Part
    }

    /// Gives up what is still open: there are no more frames.
    pub fn finish(&mut self, out: &mut Reassembled) {
        self.open.finish(out);
    }

    fn first(
        &mut self,
        key: Key,
        frame: &Frame<'_>,
        total: usize,
        data: &[u8],
        out: &mut Reassembled,
    ) {
        self.open.give_up(key, out);
        let is_possible = (1..=MAX_BYTES).contains(&total);
        let data = data.get(..total.min(FIRST_BYTES));
        let Some(data) = data.filter(|_| is_possible) else {
            out.lose(frame, LossReason::Malformed);
            return;
        };
        let mut received = Packets::default();
        received.insert(0);
        let mut transfer = Transfer::new(frame, frame.id, total, received);
        transfer.place(0, data);
        self.open.begin(key, transfer, out);
        if total <= FIRST_BYTES {
            self.open.complete(key, out);
        }
    }

    fn next(
        &mut self,
        key: Key,
        frame: &Frame<'_>,
        number: u8,
        data: &[u8],
        out: &mut Reassembled,
    ) {
        let Some(transfer) = self.open.get(key, frame.time, TIMEOUT_NS, out) else {
            out.lose(frame, LossReason::NoStart);
            return;
        };
        let offset = FIRST_BYTES + (usize::from(number) - 1) * FRAME_BYTES;
        // Nothing is ever sent again: the frame belongs to another message, whose first one is lost.
        if offset >= transfer.total || !transfer.state.insert(number) {
            self.open.spoil(key, LossReason::OutOfSequence, out);
            return;
        }
        let needed = (transfer.total - offset).min(FRAME_BYTES);
        let Some(data) = data.get(..needed) else {
            self.open.spoil(key, LossReason::Malformed, out);
            return;
        };
        transfer.place(offset, data);
        transfer.touch(frame.time);
        transfer.has_gap = transfer.state.has_gap(0);
        let n_frames = 1 + (transfer.total - FIRST_BYTES).div_ceil(FRAME_BYTES);
        if transfer.state.count() == n_frames {
            self.open.complete(key, out);
        }
    }
}

impl Default for FastPacket {
    fn default() -> Self {
        Self::new()
    }
}
