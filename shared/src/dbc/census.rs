//! What frames a recording has: how many of each identifier on each channel, and how long.
//!
//! A [`Census`] is all that [`super::coverage`] and [`super::proposal`] need of a recording, so that
//! it is read once however many DBC files are tried on it. Messages of J1939's transport protocol are
//! put together, because which group they are says their content alone; of the other transport
//! protocols the identifiers say it.
//!
//! Memory is bounded: identifiers beyond [`MAX_IDS`] are counted together.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use arrow::record_batch::RecordBatch;

use crate::can::{CanId, ChannelIdx, ChannelTable, FrameFlags};
use crate::schema::{RawView, SchemaError};
use crate::time::Timestamp;
use crate::transport::{Frame, J1939Tp, Reassembled};

/// Different (channel, identifier) that are counted apart; a hostile recording may hold 2^29 of them.
pub const MAX_IDS: usize = 65_536;

/// The frames of one or more recordings by channel and identifier.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Census {
    /// In the order of first appearance.
    pub channels: Vec<ChannelCensus>,
}

/// The frames of one channel.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ChannelCensus {
    /// The channel as it was recorded; empty where it is not known.
    pub name: String,
    /// Data frames by identifier.
    pub ids: BTreeMap<CanId, IdCensus>,
    /// Remote frames, of whatever identifier. They carry nothing to decode.
    pub remote_frames: u64,
    /// Error frames.
    pub error_frames: u64,
    /// Data frames of identifiers beyond [`MAX_IDS`], which are not told apart.
    pub uncounted_frames: u64,
}

/// The data frames of one identifier.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct IdCensus {
    /// Frames with this identifier, by length of payload.
    pub lengths: BTreeMap<PayloadLength, u64>,
    /// Frames of J1939 TP that carried whole messages of this identifier, the one that these would
    /// have had in a single frame. They are among the [`Self::lengths`] of other identifiers.
    pub carried_frames: u64,
}

/// Length of a payload, and in which kind of frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PayloadLength {
    /// Bytes.
    pub bytes: u8,
    /// A CAN FD frame.
    pub is_fd: bool,
}

impl IdCensus {
    /// Frames with this identifier.
    pub fn frames(&self) -> u64 {
        self.lengths.values().sum()
    }
}

impl ChannelCensus {
    /// Data frames, each once.
    pub fn data_frames(&self) -> u64 {
        let known: u64 = self.ids.values().map(IdCensus::frames).sum();
        known + self.uncounted_frames
    }
}

/// Counts frames.
#[derive(Debug, Default)]
pub struct CensusTaker {
    names: ChannelTable,
    channels: Vec<ChannelCensus>,
    ids: BTreeMap<(ChannelIdx, CanId), IdCensus>,
    tp: J1939Tp,
    whole: Reassembled,
}

impl CensusTaker {
    /// Counts a batch in the raw schema.
    pub fn push(&mut self, batch: &RecordBatch) -> Result<(), SchemaError> {
        let view = RawView::new(batch)?;
        let has_flags = view.any_flags() != FrameFlags::NONE;
        let channels = view.channel_indices(&mut self.names);
        let names = self.names.names().iter().skip(self.channels.len());
        self.channels.extend(names.map(|name| ChannelCensus {
            name: name.to_string(),
            ..ChannelCensus::default()
        }));
        for (row, channel) in channels.into_iter().enumerate() {
            let Some(id) = view.id(row) else {
                continue;
            };
            let flags = if has_flags {
                view.flags(row)
            } else {
                FrameFlags::NONE
            };
            let payload = view.payload(row);
            if !flags.is_data() {
                self.count_no_data(channel, flags);
                continue;
            }
            let length = PayloadLength {
                bytes: u8::try_from(payload.len()).unwrap_or(u8::MAX),
                is_fd: flags.contains(FrameFlags::FD),
            };
            if let Some(counted) = self.id(channel, id) {
                *counted.lengths.entry(length).or_default() += 1;
            } else if let Some(channel) = self.channels.get_mut(usize::from(channel.0)) {
                channel.uncounted_frames += 1;
            }
            if J1939Tp::carries(id) {
                let time = view.timestamps().get(row).copied().unwrap_or_default();
                self.put_together(&Frame {
                    time: Timestamp::from_ns(time),
                    channel,
                    id,
                    payload,
                });
            }
        }
        Ok(())
    }

    /// No message goes on in the batches that follow: they are of another recording.
    pub fn end_recording(&mut self) {
        self.tp = J1939Tp::new();
    }

    /// What was counted.
    pub fn finish(self) -> Census {
        let mut channels = self.channels;
        for ((channel, id), counted) in self.ids {
            if let Some(channel) = channels.get_mut(usize::from(channel.0)) {
                channel.ids.insert(id, counted);
            }
        }
        Census { channels }
    }

    fn count_no_data(&mut self, channel: ChannelIdx, flags: FrameFlags) {
        if let Some(channel) = self.channels.get_mut(usize::from(channel.0)) {
            if flags.contains(FrameFlags::ERROR) {
                channel.error_frames += 1;
            } else {
                channel.remote_frames += 1;
            }
        }
    }

    fn put_together(&mut self, frame: &Frame<'_>) {
        self.tp.push(frame, &mut self.whole);
        self.whole.losses.clear();
        for message in std::mem::take(&mut self.whole.messages) {
            if let Some(counted) = self.id(message.channel, message.id) {
                counted.carried_frames += u64::from(message.frames);
            }
        }
    }

    /// The counts of an identifier; `None` where there are too many.
    fn id(&mut self, channel: ChannelIdx, id: CanId) -> Option<&mut IdCensus> {
        let n_ids = self.ids.len();
        match self.ids.entry((channel, id)) {
            Entry::Occupied(entry) => Some(entry.into_mut()),
            Entry::Vacant(entry) if n_ids < MAX_IDS => Some(entry.insert(IdCensus::default())),
            Entry::Vacant(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::can::{CanFrame, Payload};
    use crate::schema::RawBatchBuilder;

    fn batch(frames: &[(&str, CanId, &[u8], FrameFlags)]) -> RecordBatch {
        let mut builder = RawBatchBuilder::new("");
        for (channel, id, bytes, flags) in frames {
            let payload = Payload::new(bytes).unwrap();
            let frame = CanFrame::data(Timestamp::from_ns(0), ChannelIdx(0), *id, payload);
            let flags = *flags;
            builder.push(&CanFrame { flags, ..frame }, channel);
        }
        builder.finish()
    }

    #[test]
    fn frames_are_counted_by_channel_identifier_and_length() {
        let (standard, extended) = (CanId::standard(5).unwrap(), CanId::extended(5).unwrap());
        let none = FrameFlags::NONE;
        let mut taker = CensusTaker::default();
        let frames: [(&str, CanId, &[u8], FrameFlags); 6] = [
            ("b", standard, &[0; 8], none),
            ("b", standard, &[0; 2], none),
            ("b", extended, &[0; 8], none),
            ("a", standard, &[0; 8], FrameFlags::FD),
            ("a", standard, &[], FrameFlags::REMOTE),
            ("a", standard, &[0; 8], FrameFlags::ERROR),
        ];
        taker.push(&batch(&frames)).unwrap();
        taker.push(&batch(&frames[..1])).unwrap();
        let census = taker.finish();
        let [b, a] = &census.channels[..] else {
            panic!("{census:?}");
        };
        assert_eq!((b.name.as_str(), b.data_frames()), ("b", 4));
        assert_eq!((a.name.as_str(), a.data_frames()), ("a", 1));
        assert_eq!((a.remote_frames, a.error_frames), (1, 1));
        let length = |bytes, is_fd| PayloadLength { bytes, is_fd };
        let lengths = BTreeMap::from([(length(8, false), 2), (length(2, false), 1)]);
        assert_eq!(b.ids[&standard].lengths, lengths);
        assert_eq!(b.ids[&extended].frames(), 1);
        assert_eq!(
            a.ids[&standard].lengths,
            BTreeMap::from([(length(8, true), 1)])
        );
    }

    #[test]
    fn too_many_identifiers_are_counted_together() {
        let mut taker = CensusTaker::default();
        let ids = (0..70_000).map(|number| CanId::extended(number).unwrap());
        let frames: Vec<_> = ids
            .map(|id| ("a", id, &[0_u8][..], FrameFlags::NONE))
            .collect();
        taker.push(&batch(&frames)).unwrap();
        let census = taker.finish();
        assert_eq!(census.channels[0].ids.len(), MAX_IDS);
        assert_eq!(census.channels[0].uncounted_frames, 70_000 - MAX_IDS as u64);
        assert_eq!(census.channels[0].data_frames(), 70_000);
    }

    #[test]
    fn messages_of_the_transport_protocol_are_counted_at_their_group() {
        let id = |number| CanId::extended(number).unwrap();
        let none = FrameFlags::NONE;
        let announcement = [32, 9, 0, 2, 255, 0xCA, 0xFE, 0];
        let frames: [(&str, CanId, &[u8], FrameFlags); 3] = [
            ("a", id(0x1CEC_FF00), &announcement, none),
            ("a", id(0x1CEB_FF00), &[1, 0, 0, 0, 0, 0, 0, 0], none),
            ("a", id(0x1CEB_FF00), &[2, 0, 0, 0, 0, 0, 0, 0], none),
        ];
        let mut taker = CensusTaker::default();
        taker.push(&batch(&frames)).unwrap();
        taker.push(&batch(&frames[..2])).unwrap();
        taker.end_recording();
        taker.push(&batch(&frames[2..])).unwrap();
        let census = taker.finish();
        let channel = &census.channels[0];
        assert_eq!(channel.ids[&id(0x18FE_CA00)].carried_frames, 3);
        assert_eq!(channel.ids[&id(0x18FE_CA00)].frames(), 0);
        assert_eq!(channel.data_frames(), 6);
    }
}
