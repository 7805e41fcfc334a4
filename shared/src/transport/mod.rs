//! Messages longer than a frame, put together again from the frames that carried them.
//!
//! ```text
//! Frame ──push──▶ IsoTp │ J1939Tp │ FastPacket ──▶ Reassembled { messages, losses }
//!                 (open transfers, by sender)
//! ```
//!
//! | protocol | where | transfers told apart by |
//! |---|---|---|
//! | [`IsoTp`] | ISO 15765-2: diagnostics, UDS, OBD-II | channel, identifier (and target address) |
//! | [`J1939Tp`] | SAE J1939-21 TP.CM and TP.DT, broadcast (BAM) and with a connection (RTS/CTS) | channel, source, destination |
//! | [`FastPacket`] | NMEA 2000 | channel, identifier, sequence counter |
//!
//! They listen: nothing is answered, no flow control is needed. A log is what one node heard, so that
//! the rules are those of a patient receiver: repeated and reordered packets are accepted where their
//! numbers allow it, times are stretched where a log may have stamped late.
//!
//! Not here: which identifiers are transported, and what messages mean (`decode`). The extended
//! transport protocol of J1939 (messages above 1,785 bytes) is not read.
//!
//! Every frame pushed is accounted for once: in [`Message::frames`], in [`Loss::frames`], or its
//! [`Role`] says that it carries no part of a message. Memory is bounded: by the number of transfers
//! that are open at a time and by the bytes that arrived of each.

mod fast_packet;
mod iso_tp;
mod j1939;
mod open;

pub use fast_packet::FastPacket;
pub use iso_tp::{Addressing, IsoTp};
pub use j1939::J1939Tp;

use crate::can::{CanId, ChannelIdx};
use crate::time::Timestamp;

/// One frame of a transport protocol.
#[derive(Clone, Copy, Debug)]
pub struct Frame<'a> {
    /// When it was received.
    pub time: Timestamp,
    /// The bus.
    pub channel: ChannelIdx,
    /// Its identifier.
    pub id: CanId,
    /// Its bytes.
    pub payload: &'a [u8],
}

/// What a frame is to the protocol that it was given to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// A part of a message, or of one that got lost: it is counted there.
    Part,
    /// Flow control, acknowledgement: carries no part of a message.
    Control,
    /// Cannot be a frame of the protocol.
    Foreign,
}

/// What came out of frames so far; the caller takes it out.
#[derive(Debug, Default)]
pub struct Reassembled {
    /// Whole messages, in the order in which they were completed.
    pub messages: Vec<Message>,
    /// What never became a message.
    pub losses: Vec<Loss>,
}

/// A whole message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// When its first frame was received.
    pub time: Timestamp,
    /// The bus.
    pub channel: ChannelIdx,
    /// The identifier that the message would have had in a single frame. See [`J1939Tp`].
    pub id: CanId,
    /// The bytes, without any of the protocol's.
    pub payload: Vec<u8>,
    /// Frames that carried it.
    pub frames: u32,
}

/// Frames of a message that did not become whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Loss {
    /// When the first of them was received.
    pub time: Timestamp,
    /// The bus.
    pub channel: ChannelIdx,
    /// The identifier of the message, or of the frame where no message is known.
    pub id: CanId,
    /// Why.
    pub reason: LossReason,
    /// How many there were.
    pub frames: u32,
}

/// Why frames did not become a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LossReason {
    /// The rest never came: the recording ends, the sender fell silent or began anew.
    Unfinished,
    /// A frame in between is missing or came out of order.
    OutOfSequence,
    /// The rest of a message whose beginning is not there.
    NoStart,
    /// One of the two sides broke it off.
    Aborted,
    /// The frame contradicts itself or is cut, or announces a message of impossible length.
    Malformed,
}

impl Reassembled {
    fn lose(&mut self, frame: &Frame<'_>, reason: LossReason) {
        self.losses.push(Loss {
            time: frame.time,
            channel: frame.channel,
            id: frame.id,
            reason,
            frames: 1,
        });
    }
}
