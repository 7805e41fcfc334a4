//! An assembled message back to the frames that it was sent in.

use crate::can::{CanId, FrameFlags};
use crate::logs::SkipReason;
use crate::logs::frames;
use crate::logs::sink::FrameSink;
use crate::time::Timestamp;

/// Bytes of a message in a fast packet: 6 in the first frame, 7 in each of 31 more.
pub(super) const MAX_LEN: usize = 6 + 31 * 7;

/// Splits messages; knows the sequence number of the next.
#[derive(Debug, Default)]
pub(super) struct FastPackets {
    sequence: u8,
}

impl FastPackets {
    /// The frames of a message: one, or those of a fast packet where it is longer than one holds.
    pub(super) fn push(
        &mut self,
        at: Timestamp,
        id: CanId,
        flags: FrameFlags,
        message: &[u8],
        channel: &[u8],
        frames: &mut FrameSink<'_>,
    ) -> Result<(), SkipReason> {
        if message.len() <= frames::CLASSIC_MAX_LEN {
            return frames.push(channel, frames::data(at, id, flags, message)?);
        }
        let len = u8::try_from(message.len())
            .ok()
            .filter(|_| message.len() <= MAX_LEN);
        let len = len.ok_or(SkipReason::BadPayload)?;
        let (first, rest) = message.split_at_checked(6).unwrap_or((message, b""));
        let high = self.sequence << 5;
        self.sequence = (self.sequence + 1) % 8;
        let mut push = |head: &[u8], part: &[u8]| {
            let mut bytes = [0xFF; frames::CLASSIC_MAX_LEN];
            for (byte, value) in bytes.iter_mut().zip(head.iter().chain(part)) {
                *byte = *value;
            }
            frames.push(channel, frames::data(at, id, flags, &bytes)?)
        };
        push(&[high, len], first)?;
        for (number, part) in (1_u8..).zip(rest.chunks(7)) {
            push(&[high | number], part)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::logs::sink::Seen;

    #[test]
    fn a_message_is_split_as_nmea_2000_does() {
        let (mut frames, mut seen) = (Vec::new(), Seen::default());
        let mut sink = FrameSink::new(&mut frames, &mut seen);
        let mut packets = FastPackets::default();
        let id = CanId::extended(0x09F8_0501).unwrap();
        let mut push = |len| {
            let message: Vec<u8> = (0..len).collect();
            let at = Timestamp::from_ns(0);
            packets.push(at, id, FrameFlags::NONE, &message, b"can0", &mut sink)
        };
        push(14).unwrap();
        push(8).unwrap();
        push(223).unwrap();
        assert_eq!(push(224), Err(SkipReason::BadPayload));
        let bytes: Vec<&[u8]> = frames.iter().map(|frame| &*frame.payload).collect();
        assert_eq!(bytes[0], [0x00, 14, 0, 1, 2, 3, 4, 5]);
        assert_eq!(bytes[1], [0x01, 6, 7, 8, 9, 10, 11, 12]);
        assert_eq!(bytes[2], [0x02, 13, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF]);
        assert_eq!(bytes[3], [0, 1, 2, 3, 4, 5, 6, 7]);
        assert_eq!(bytes[4][..3], [0x20, 223, 0]);
        assert_eq!(bytes[35], [0x3F, 216, 217, 218, 219, 220, 221, 222]);
        assert_eq!(bytes.len(), 36);
    }
}
