//! One transmission on a bus.

use std::fmt;
use std::ops::{BitAnd, BitOr};

use super::{CanId, ChannelIdx, Payload};
use crate::time::Timestamp;

/// One transmission on a bus, as a recorder saw it.
///
/// `Copy` and without heap: a capture thread may pass it on without allocating.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CanFrame {
    /// When it was received, UTC.
    pub timestamp: Timestamp,
    /// The bus, as an index into the source's [`super::ChannelTable`].
    pub channel: ChannelIdx,
    /// The arbitration identifier. In an error frame: the error class of SocketCAN.
    pub id: CanId,
    /// What kind of frame it is.
    pub flags: FrameFlags,
    /// Length in bytes as announced. Equals the payload's length, but for remote frames: they
    /// announce a length and carry nothing.
    pub len: u8,
    /// The bytes.
    pub payload: Payload,
}

impl CanFrame {
    /// A data frame that was received; FD when the payload is longer than 8 bytes.
    pub fn data(timestamp: Timestamp, channel: ChannelIdx, id: CanId, payload: Payload) -> Self {
        let flags = if payload.len() > 8 {
            FrameFlags::FD
        } else {
            FrameFlags::NONE
        };
        Self {
            timestamp,
            channel,
            id,
            flags,
            len: payload.len_u8(),
            payload,
        }
    }
}

/// What kind of frame it is: a set of flags.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct FrameFlags(u8);

impl FrameFlags {
    /// A classic data frame that was received.
    pub const NONE: Self = Self(0);
    /// CAN FD format.
    pub const FD: Self = Self(1);
    /// Bit rate switch (FD).
    pub const BRS: Self = Self(1 << 1);
    /// Error state indicator (FD): the sender was error passive.
    pub const ESI: Self = Self(1 << 2);
    /// Remote transmission request (classic).
    pub const REMOTE: Self = Self(1 << 3);
    /// An error frame: the identifier and payload describe an error, as SocketCAN encodes it.
    pub const ERROR: Self = Self(1 << 4);
    /// Sent by the recording device itself.
    pub const TX: Self = Self(1 << 5);

    /// Whether all flags of `other` are set.
    pub const fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// `self` with the flags of `other` set when `on`.
    #[must_use]
    pub const fn with(self, other: Self, on: bool) -> Self {
        Self(if on {
            self.0 | other.0
        } else {
            self.0 & !other.0
        })
    }

    /// Whether the payload is data of a message: neither an error nor a remote frame.
    pub const fn is_data(self) -> bool {
        self.0 & (Self::REMOTE.0 | Self::ERROR.0) == 0
    }
}

impl BitOr for FrameFlags {
    type Output = Self;
    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

/// The flags that both have.
impl BitAnd for FrameFlags {
    type Output = Self;
    fn bitand(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }
}

impl fmt::Debug for FrameFlags {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const NAMES: [(FrameFlags, &str); 6] = [
            (FrameFlags::FD, "FD"),
            (FrameFlags::BRS, "BRS"),
            (FrameFlags::ESI, "ESI"),
            (FrameFlags::REMOTE, "REMOTE"),
            (FrameFlags::ERROR, "ERROR"),
            (FrameFlags::TX, "TX"),
        ];
        let set = NAMES.iter().filter(|(flag, _)| self.contains(*flag));
        f.debug_set().entries(set.map(|(_, name)| name)).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_combine() {
        let flags = FrameFlags::FD | FrameFlags::BRS;
        assert!(flags.contains(FrameFlags::BRS));
        assert!(!flags.contains(FrameFlags::ESI));
        assert!(flags.is_data());
        assert_eq!(flags & (FrameFlags::BRS | FrameFlags::TX), FrameFlags::BRS);
        assert!(!flags.with(FrameFlags::ERROR, true).is_data());
        assert_eq!(format!("{flags:?}"), r#"{"FD", "BRS"}"#);
    }
}
