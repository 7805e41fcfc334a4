//! The transfers that have begun and not ended.

use std::collections::BTreeMap;

use super::{Frame, Loss, LossReason, Message, Reassembled};
use crate::can::{CanId, ChannelIdx};
use crate::time::Timestamp;

/// Transfers that are open at a time; a bus has tens of nodes, a hostile recording 2^29 identifiers.
/// Beyond it the one that has been silent for longest is given up.
const MAX_OPEN: usize = 1024;

/// Transfers by what tells them apart. `S` is what the protocol needs to go on with one.
#[derive(Debug)]
pub(super) struct OpenTransfers<K, S> {
    by_key: BTreeMap<K, Transfer<S>>,
}

/// A message that has begun.
#[derive(Debug)]
pub(super) struct Transfer<S> {
    channel: ChannelIdx,
    /// Of the message.
    pub(super) id: CanId,
    first: Timestamp,
    last: Timestamp,
    frames: u32,
    /// Bytes that it will have.
    pub(super) total: usize,
    /// Bytes that came, as far as they reach.
    pub(super) bytes: Vec<u8>,
    /// A part that should have come by now has not.
    pub(super) has_gap: bool,
    pub(super) state: S,
}

impl<S> Transfer<S> {
    pub(super) fn new(frame: &Frame<'_>, id: CanId, total: usize, state: S) -> Self {
        Self {
            channel: frame.channel,
            id,
            first: frame.time,
            last: frame.time,
            frames: 1,
            total,
            bytes: Vec::new(),
            has_gap: false,
            state,
        }
    }

    /// Counts one more frame of it.
    pub(super) fn touch(&mut self, time: Timestamp) {
        self.frames += 1;
        self.last = time;
    }

    /// Waits on, without a frame of its own.
    pub(super) fn keep_alive(&mut self, time: Timestamp) {
        self.last = time;
    }

    /// Puts bytes where they belong.
    pub(super) fn place(&mut self, offset: usize, data: &[u8]) {
        let end = offset.saturating_add(data.len());
        if self.bytes.len() < end {
            self.bytes.resize(end, 0);
        }
        if let Some(target) = self.bytes.get_mut(offset..end) {
            target.copy_from_slice(data);
        }
    }

    fn into_loss(self, reason: LossReason) -> Loss {
        Loss {
            time: self.first,
            channel: self.channel,
            id: self.id,
            reason,
            frames: self.frames,
        }
    }

    fn given_up(self) -> Loss {
        let reason = if self.has_gap {
            LossReason::OutOfSequence
        } else {
            LossReason::Unfinished
        };
        self.into_loss(reason)
    }
}

impl<K: Ord + Copy, S> OpenTransfers<K, S> {
    pub(super) fn new() -> Self {
        Self {
            by_key: BTreeMap::new(),
        }
    }

    /// Opens a transfer; the one before it under the same key is over.
    pub(super) fn begin(&mut self, key: K, transfer: Transfer<S>, out: &mut Reassembled) {
        self.give_up(key, out);
        if self.by_key.len() >= MAX_OPEN {
            let silent = self.by_key.iter().min_by_key(|(_, open)| open.last);
            if let Some((key, _)) = silent {
                self.give_up(*key, out);
            }
        }
        self.by_key.insert(key, transfer);
    }

    /// The open transfer of a key, unless it has been silent for too long.
    pub(super) fn get(
        &mut self,
        key: K,
        now: Timestamp,
        timeout_ns: i64,
        out: &mut Reassembled,
    ) -> Option<&mut Transfer<S>> {
        let open = self.by_key.get(&key)?;
        // A log whose times go back has no silence.
        if now.as_ns().saturating_sub(open.last.as_ns()) > timeout_ns {
            self.give_up(key, out);
        }
        self.by_key.get_mut(&key)
    }

    /// The open transfer of a key, however long it has been silent.
    pub(super) fn peek(&self, key: K) -> Option<&Transfer<S>> {
        self.by_key.get(&key)
    }

    /// Ends a transfer that is whole.
    pub(super) fn complete(&mut self, key: K, out: &mut Reassembled) {
        if let Some(transfer) = self.by_key.remove(&key) {
            out.messages.push(Message {
                time: transfer.first,
                channel: transfer.channel,
                id: transfer.id,
                payload: transfer.bytes,
                frames: transfer.frames,
            });
        }
    }

    /// Ends a transfer with the frame that spoilt it.
    pub(super) fn spoil(&mut self, key: K, reason: LossReason, out: &mut Reassembled) {
        if let Some(mut transfer) = self.by_key.remove(&key) {
            transfer.frames += 1;
            out.losses.push(transfer.into_loss(reason));
        }
    }

    /// Ends a transfer of which nothing more is expected.
    pub(super) fn give_up(&mut self, key: K, out: &mut Reassembled) {
        if let Some(transfer) = self.by_key.remove(&key) {
            out.losses.push(transfer.given_up());
        }
    }

    /// Ends all of them.
    pub(super) fn finish(&mut self, out: &mut Reassembled) {
        let open = std::mem::take(&mut self.by_key).into_values();
        out.losses.extend(open.map(Transfer::given_up));
    }
}

/// Which of up to 256 numbered packets have come.
#[derive(Clone, Debug, Default)]
pub(super) struct Packets {
    bits: [u64; 4],
    count: usize,
    end: usize,
}

impl Packets {
    /// Notes a packet; whether it is new.
    pub(super) fn insert(&mut self, number: u8) -> bool {
        let number = usize::from(number);
        let mask = 1 << (number % 64);
        let Some(bits) = self.bits.get_mut(number / 64) else {
            return false;
        };
        let is_new = *bits & mask == 0;
        *bits |= mask;
        self.count += usize::from(is_new);
        self.end = self.end.max(number + 1);
        is_new
    }

    /// How many have come.
    pub(super) fn count(&self) -> usize {
        self.count
    }

    /// Whether one before the highest that came has not come, with numbers from `first` on.
    pub(super) fn has_gap(&self, first: usize) -> bool {
        self.count + first < self.end
    }
}
