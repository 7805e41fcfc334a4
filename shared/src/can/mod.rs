//! The vocabulary of the bus: identifiers, payloads, frames, channels.

mod channel;
mod frame;
mod id;
mod payload;

pub use channel::{ChannelIdx, ChannelName, ChannelTable};
pub use frame::{CanFrame, FrameFlags};
pub use id::{CanId, CanIdError};
pub use payload::{Payload, PayloadError};
