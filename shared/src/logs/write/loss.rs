//! What a format could not hold of the frames written to it.

use std::fmt;

use crate::can::ChannelName;

/// What of a frame a format has no place for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Loss {
    /// Digits of the time: the format counts in larger steps, and the rest is cut off.
    TimeDigits,
    /// The time itself, which lies before the start of the log: it is set to the start.
    TimeBeforeStart,
    /// The name of the channel.
    ChannelName,
    /// Whether the frame was sent or received.
    Direction,
    /// Flags of CAN FD: the format itself, bit rate switch, error state indicator.
    FdFlags,
    /// Class and details of an error frame, which is written as one that says nothing.
    ErrorDetails,
    /// The length that a frame announces, its payload, or that it is a remote frame: they do not go
    /// together, and no bus carries such a frame.
    Inconsistent,
}

impl Loss {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::TimeDigits,
        Self::TimeBeforeStart,
        Self::ChannelName,
        Self::Direction,
        Self::FdFlags,
        Self::ErrorDetails,
        Self::Inconsistent,
    ];

    /// A name for scripts, which does not change.
    pub const fn name(self) -> &'static str {
        match self {
            Self::TimeDigits => "time_digits",
            Self::TimeBeforeStart => "time_before_start",
            Self::ChannelName => "channel_name",
            Self::Direction => "direction",
            Self::FdFlags => "fd_flags",
            Self::ErrorDetails => "error_details",
            Self::Inconsistent => "inconsistent",
        }
    }

    /// One short line for the user.
    pub const fn text(self) -> &'static str {
        match self {
            Self::TimeDigits => "digits of the time below what the format counts in",
            Self::TimeBeforeStart => "a time before the start of the log, set to the start",
            Self::ChannelName => "the name of the channel",
            Self::Direction => "whether it was sent or received",
            Self::FdFlags => "flags of CAN FD",
            Self::ErrorDetails => "what an error frame says of the error",
            Self::Inconsistent => "a length, payload or kind that no bus carries",
        }
    }
}

impl fmt::Display for Loss {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text())
    }
}

/// A channel that is called otherwise in the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RenamedChannel {
    /// As it was recorded.
    pub name: ChannelName,
    /// What a reader of the log gives back.
    pub written: ChannelName,
}

/// Everything that a format could not hold: exact counts of frames, and channels by name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LossReport {
    counts: [u64; Loss::ALL.len()],
    pub(super) renamed: Vec<RenamedChannel>,
}

impl LossReport {
    pub(super) fn add(&mut self, loss: Loss) {
        if let Some(count) = self.counts.get_mut(loss as usize) {
            *count += 1;
        }
    }

    /// How many frames lost something, for each loss that happened.
    pub fn counts(&self) -> impl Iterator<Item = (Loss, u64)> {
        let all = Loss::ALL.into_iter().zip(self.counts);
        all.filter(|(_, count)| *count > 0)
    }

    /// How many frames lost this.
    pub fn count(&self, loss: Loss) -> u64 {
        self.counts.get(loss as usize).copied().unwrap_or(0)
    }

    /// Whether the log holds everything.
    pub fn is_empty(&self) -> bool {
        self.counts.iter().all(|count| *count == 0)
    }

    /// The channels that are called otherwise in the log, in order of first appearance.
    pub fn renamed(&self) -> &[RenamedChannel] {
        &self.renamed
    }
}
