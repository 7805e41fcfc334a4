//! What DBC files make of the frames of a recording: which message explains each identifier, whether
//! its frames are as long as they should be, which identifiers nobody explains, and which messages
//! never came.
//!
//! Frames are looked up as the decoder looks them up, by [`CompiledDatabase`] and
//! `carrier`: a frame that is not explained here is one whose identifier is unknown there.
//! Trouble codes, which the decoder reads without any DBC file, play no part.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::carrier::{Carrier, Trust, carrier};
use super::census::{Census, ChannelCensus, IdCensus, PayloadLength};
use super::plan::{CompiledDatabase, CompiledMessage};
use super::{Databases, DbcFile};
use crate::can::{CanId, Payload};

/// What is known of the frames of one channel.
#[derive(Clone, Debug)]
pub struct ChannelCoverage {
    /// The channel as it was recorded; empty where it is not known.
    pub name: String,
    /// Data frames.
    pub frames: u64,
    /// Of these, frames that a message with signals describes, or that carry one or belong to its
    /// transport. Whether they are long enough is another question, see [`LengthCheck`].
    pub explained: u64,
    /// Remote frames, which carry nothing to decode.
    pub remote_frames: u64,
    /// Error frames.
    pub error_frames: u64,
    /// Names of the DBC files, in the order in which they are asked.
    pub files: Vec<String>,
    /// By identifier.
    pub ids: Vec<IdCoverage>,
    /// Messages of the DBC files that no frame is of, in the order of the files.
    pub unseen: Vec<UnseenMessage>,
}

/// What is known of the frames of one identifier.
#[derive(Clone, Debug)]
pub struct IdCoverage {
    /// The identifier; of messages that several frames carried the one that they would have had in one.
    pub id: CanId,
    /// Data frames with the identifier.
    pub frames: u64,
    /// Frames of a transport protocol that carried messages of the identifier. They are counted as
    /// [`Self::frames`] of the identifiers of the transport.
    pub carried_frames: u64,
    /// What explains them.
    pub explanation: Explanation,
    /// How long they are, of those where it is known how long they should be.
    pub lengths: LengthCheck,
}

/// What explains the frames of an identifier.
#[derive(Clone, Debug)]
pub enum Explanation {
    /// Nothing does.
    Unknown,
    /// They carry messages of other identifiers (J1939 TP).
    Transport,
    /// A message of a DBC file.
    Message {
        /// Position of the file in [`ChannelCoverage::files`].
        file_idx: usize,
        /// The message; several where the file defines the identifier more than once.
        messages: Vec<Arc<CompiledMessage>>,
    },
}

impl IdCoverage {
    /// Whether its frames give values, as far as they are long enough.
    pub fn is_explained(&self) -> bool {
        match &self.explanation {
            Explanation::Unknown => false,
            Explanation::Transport => true,
            Explanation::Message { messages, .. } => {
                messages.iter().any(|message| !message.signals().is_empty())
            }
        }
    }
}

/// Lengths of frames against the length of their message, in frames.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LengthCheck {
    /// As long as the DBC file states.
    pub as_stated: u64,
    /// Too short for a signal that every frame of the message has.
    pub too_short: u64,
    /// Of another length, but long enough.
    pub other: u64,
}

impl LengthCheck {
    /// Frames that were compared.
    pub fn compared(&self) -> u64 {
        self.as_stated + self.too_short + self.other
    }
}

/// A message of a DBC file that no frame is of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnseenMessage {
    /// Position of the file in [`ChannelCoverage::files`].
    pub file_idx: usize,
    /// Its name.
    pub name: String,
    /// Its identifier.
    pub id: CanId,
}

/// What the DBC files of a vehicle make of a recording, channel by channel.
pub fn coverage(census: &Census, databases: &Databases, vehicle: &str) -> Vec<ChannelCoverage> {
    let channels = census.channels.iter();
    channels
        .map(|channel| {
            let files = databases.files_for_channel(vehicle, &channel.name);
            let compiled = databases.for_channel(vehicle, &channel.name);
            channel_coverage(channel, &files, &compiled)
        })
        .collect()
}

/// What DBC files make of one channel; `compiled` is made of `files` in their order.
pub fn channel_coverage(
    census: &ChannelCensus,
    files: &[&DbcFile],
    compiled: &CompiledDatabase,
) -> ChannelCoverage {
    let ids = census.ids.iter();
    let ids: Vec<IdCoverage> = ids
        .map(|(id, counted)| id_coverage(*id, counted, compiled))
        .collect();
    ChannelCoverage {
        name: census.name.clone(),
        frames: census.data_frames(),
        explained: explained(&ids, compiled),
        remote_frames: census.remote_frames,
        error_frames: census.error_frames,
        files: files.iter().map(|file| file.name.clone()).collect(),
        unseen: unseen(census, files, compiled),
        ids,
    }
}

fn id_coverage(id: CanId, counted: &IdCensus, compiled: &CompiledDatabase) -> IdCoverage {
    let carriage = carrier(compiled, id);
    let explanation = match compiled.lookup_file(id) {
        Some((file_idx, messages)) => Explanation::Message {
            file_idx,
            messages: messages.to_vec(),
        },
        None if carriage == Some((Carrier::J1939, Trust::Certain)) => Explanation::Transport,
        None => Explanation::Unknown,
    };
    let lengths = match &explanation {
        Explanation::Message { messages, .. } => best_fit(messages, counted, carriage),
        Explanation::Transport | Explanation::Unknown => LengthCheck::default(),
    };
    IdCoverage {
        id,
        frames: counted.frames(),
        carried_frames: counted.carried_frames,
        explanation,
        lengths,
    }
}

/// Of several definitions the one that fits most frames, as the decoder judges by it.
fn best_fit(
    messages: &[Arc<CompiledMessage>],
    counted: &IdCensus,
    carriage: Option<(Carrier, Trust)>,
) -> LengthCheck {
    let checks = messages.iter().map(|message| {
        let mut check = LengthCheck::default();
        let lengths = counted.lengths.iter();
        for (length, frames) in lengths.filter(|(length, _)| !is_part(carriage, **length)) {
            let bytes = usize::from(length.bytes);
            if bytes == message.len_bytes() {
                check.as_stated += frames;
            } else if bytes < message.required_bytes() {
                check.too_short += frames;
            } else {
                check.other += frames;
            }
        }
        check
    });
    let best = checks.max_by_key(|check| (std::cmp::Reverse(check.too_short), check.as_stated));
    best.unwrap_or_default()
}

/// Whether a frame is a part of a message, so that its length says nothing.
fn is_part(carriage: Option<(Carrier, Trust)>, length: PayloadLength) -> bool {
    match carriage {
        Some((Carrier::IsoTp { fits_fd: true }, Trust::Certain)) => {
            !length.is_fd && usize::from(length.bytes) <= Payload::CLASSIC_LEN
        }
        Some((Carrier::IsoTp { .. } | Carrier::FastPacket, Trust::Certain)) => true,
        _ => false,
    }
}

/// Frames that are explained, each once.
///
/// Those of J1939 TP are worth what they carry, unless the DBC describes them as messages of their own.
/// Control frames, and parts of messages that did not become whole, are explained where J1939 is.
fn explained(ids: &[IdCoverage], compiled: &CompiledDatabase) -> u64 {
    let (mut explained, mut certain, mut guessed) = (0, 0, 0);
    let (mut known_carried, mut unknown_carried) = (0, 0);
    for id in ids {
        match carrier(compiled, id.id) {
            Some((Carrier::J1939, Trust::Certain)) => certain += id.frames,
            Some((Carrier::J1939, Trust::Guessed)) => guessed += id.frames,
            _ if id.is_explained() => {
                explained += id.frames;
                known_carried += id.carried_frames;
            }
            _ => unknown_carried += id.carried_frames,
        }
    }
    explained
        + if compiled.has_parameter_groups() {
            u64::saturating_sub(certain, unknown_carried)
        } else {
            known_carried.min(guessed)
        }
}

fn unseen(
    census: &ChannelCensus,
    files: &[&DbcFile],
    compiled: &CompiledDatabase,
) -> Vec<UnseenMessage> {
    let mut unseen = Vec::new();
    for (file_idx, file) in files.iter().enumerate() {
        let ids = census.ids.keys();
        let seen = ids.flat_map(|id| compiled.lookup_in(file_idx, *id));
        let seen: BTreeSet<&str> = seen.map(|message| &**message.name()).collect();
        let all = file.database.messages.iter();
        let missing = all.filter(|message| !seen.contains(message.name.as_str()));
        unseen.extend(missing.map(|message| UnseenMessage {
            file_idx,
            name: message.name.clone(),
            id: message.id,
        }));
    }
    unseen
}
