//! Frame sources: what a capture thread receives from, whatever is behind it.
//!
//! ```text
//! log file ──► LogReplay ─┐
//! DBC ──► sim ► Simulation ├─► FrameSource::recv ──► frames + events ──► recorder, live view
//! (adapters, later) ──────┘        blocks, with a timeout
//! ```
//!
//! A source is driven by one blocking thread of its own. Every call gives a batch of frames with the
//! times the source knows best (a kernel's receive time, a log's own) and, in the same call, what
//! happened besides: changes of state and losses. Error frames are frames, so that their order is
//! kept.
//!
//! Loss is reported where it is noticed and only once: the sum of all [`Loss`] events of a source is
//! what it lost. Coverage follows from the states: a recorder listens on a channel from
//! [`ChannelState::Active`] until a state that does not [hear](ChannelState::hears).
//!
//! No device is opened here, and nothing here reads a clock: sources that pace themselves are given
//! a [`Clock`].

mod clock;
mod paced;
mod replay;
mod simulation;

use std::fmt;
use std::time::Duration;

use crate::can::{CanFrame, ChannelIdx, ChannelTable};
use crate::logs::LogError;
use crate::schema::footer::Loss;
use crate::time::Timestamp;

pub use clock::Clock;
pub use paced::{Pace, PaceError};
pub use replay::LogReplay;
pub use simulation::Simulation;

/// Why a source cannot go on.
#[derive(Debug, thiserror::Error)]
pub enum BusError {
    /// The log behind a replay cannot be read further. The frames delivered so far are good.
    #[error("cannot replay the log")]
    Replay {
        /// What the reader said.
        #[source]
        source: LogError,
    },
}

/// Where frames come from.
pub trait FrameSource: Send + fmt::Debug {
    /// The channels that frames refer to. May grow with every `recv` of a log whose channels are not
    /// known beforehand; an index never changes its name.
    fn channels(&self) -> &ChannelTable;

    /// Waits up to `timeout` for frames and appends what there is: at most
    /// [`Reception::MAX_FRAMES`], so that a caller which clears `reception` each time has bounded
    /// memory. Events since the last call are appended too, also when the answer is
    /// [`Received::Idle`].
    ///
    /// After an error the source is at its end.
    fn recv(&mut self, reception: &mut Reception, timeout: Duration) -> Result<Received, BusError>;
}

/// What one call of [`FrameSource::recv`] brought. Cleared and used again by the caller.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Reception {
    /// In order of arrival per channel.
    pub frames: Vec<CanFrame>,
    /// In the order in which they were noticed.
    pub events: Vec<BusEvent>,
}

impl Reception {
    /// The most frames that one `recv` appends.
    pub const MAX_FRAMES: usize = 4096;

    /// Empties it and keeps its memory.
    pub fn clear(&mut self) {
        self.frames.clear();
        self.events.clear();
    }
}

/// How a call of [`FrameSource::recv`] ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Received {
    /// At least one frame was appended.
    Frames,
    /// No frame within the timeout.
    Idle,
    /// No frame will ever come again: the log or the simulated drive is over.
    End,
}

/// What a source tells besides frames.
#[derive(Clone, Debug, PartialEq)]
pub enum BusEvent {
    /// A channel changed its state.
    State {
        /// Which.
        channel: ChannelIdx,
        /// When, on the same time scale as the frames.
        at: Timestamp,
        /// The state from now on.
        state: ChannelState,
    },
    /// Frames are missing.
    Loss(Loss),
}

/// What a channel is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ChannelState {
    /// Listening; the controller is error active.
    Active,
    /// Listening; many errors.
    Warning,
    /// Listening; the controller is error passive.
    Passive,
    /// The controller has left the bus.
    BusOff,
    /// Not open: not yet, no longer, or the adapter is away.
    Down,
}

impl ChannelState {
    /// Whether frames on the bus are heard in this state.
    pub const fn hears(self) -> bool {
        matches!(self, Self::Active | Self::Warning | Self::Passive)
    }
}

impl fmt::Display for ChannelState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Active => "active",
            Self::Warning => "warning",
            Self::Passive => "passive",
            Self::BusOff => "bus-off",
            Self::Down => "down",
        })
    }
}
