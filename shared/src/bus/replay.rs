//! A log as a frame source.

use std::time::Duration;

use super::paced::{Origin, Pace, Paced};
use super::{BusError, BusEvent, ChannelState, FrameSource, Received, Reception};
use crate::can::{CanFrame, ChannelIdx, ChannelTable};
use crate::logs::LogReader;
use crate::time::Timestamp;

/// Plays a log: with its original timing, faster, slower, or as fast as it is read.
///
/// The frames keep the times of the log. A channel is reported active with its first frame and down,
/// with the time of its last, at the end: a log does not say when its recorder listened.
#[derive(Debug)]
pub struct LogReplay {
    paced: Paced<LogOrigin>,
    /// Time of the last frame of each channel that has been announced.
    last: Vec<Timestamp>,
}

#[derive(Debug)]
struct LogOrigin {
    reader: Box<dyn LogReader>,
}

impl Origin for LogOrigin {
    fn refill(&mut self, frames: &mut Vec<CanFrame>, max: usize) -> Result<(), BusError> {
        let result = self.reader.read(frames, max);
        result
            .map(drop)
            .map_err(|source| BusError::Replay { source })
    }
}

impl LogReplay {
    /// Plays what `reader` has not returned yet.
    pub fn new(reader: Box<dyn LogReader>, pace: Pace) -> Self {
        Self {
            paced: Paced::new(LogOrigin { reader }, pace),
            last: Vec::new(),
        }
    }

    /// The log, for what it skipped.
    pub fn log(&self) -> &dyn LogReader {
        &*self.paced.origin().reader
    }

    fn note(&mut self, frame: &CanFrame, events: &mut Vec<BusEvent>) {
        // Logs number their channels by first appearance, so a new one is the next.
        while self.last.len() <= usize::from(frame.channel.0) {
            events.push(BusEvent::State {
                channel: ChannelIdx(u16::try_from(self.last.len()).unwrap_or(u16::MAX)),
                at: frame.timestamp,
                state: ChannelState::Active,
            });
            self.last.push(frame.timestamp);
        }
        if let Some(last) = self.last.get_mut(usize::from(frame.channel.0)) {
            *last = frame.timestamp.max(*last);
        }
    }
}

impl FrameSource for LogReplay {
    fn channels(&self) -> &ChannelTable {
        self.paced.origin().reader.channels()
    }

    fn recv(&mut self, reception: &mut Reception, timeout: Duration) -> Result<Received, BusError> {
        let before = reception.frames.len();
        let received = self.paced.recv(&mut reception.frames, timeout)?;
        for frame in reception.frames.get(before..).unwrap_or_default() {
            self.note(frame, &mut reception.events);
        }
        if received == Received::End {
            for (idx, last) in self.last.drain(..).enumerate() {
                reception.events.push(BusEvent::State {
                    channel: ChannelIdx(u16::try_from(idx).unwrap_or(u16::MAX)),
                    at: last + 1,
                    state: ChannelState::Down,
                });
            }
        }
        Ok(received)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use bytes::Bytes;

    use crate::logs;

    #[test]
    fn plays_every_frame_and_announces_channels() {
        let text = Bytes::from_static(b"(1.0) b 1#\nrubbish\n(1.5) a 2#\n(3.0) b 3#\n");
        let reader = logs::open(text, "two.log").unwrap();
        let mut replay = LogReplay::new(reader, Pace::unlimited());
        let mut reception = Reception::default();
        let timeout = Duration::ZERO;
        assert_eq!(
            replay.recv(&mut reception, timeout).unwrap(),
            Received::Frames
        );
        assert_eq!(replay.recv(&mut reception, timeout).unwrap(), Received::End);
        assert_eq!(replay.recv(&mut reception, timeout).unwrap(), Received::End);
        assert_eq!(reception.frames.len(), 3);
        assert_eq!(replay.log().skipped().total(), 1);
        let state = |channel, ns, state| BusEvent::State {
            channel: ChannelIdx(channel),
            at: Timestamp::from_ns(ns),
            state,
        };
        let expected = [
            state(0, 1_000_000_000, ChannelState::Active),
            state(1, 1_500_000_000, ChannelState::Active),
            state(0, 3_000_000_001, ChannelState::Down),
            state(1, 1_500_000_001, ChannelState::Down),
        ];
        assert_eq!(reception.events, expected);
        assert_eq!(replay.channels().names()[1].as_str(), "a");
    }
}
