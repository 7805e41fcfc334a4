//! What the channels of a record say of a frame.

use crate::can::{CanFrame, CanId, ChannelIdx, FrameFlags, Payload};
use crate::logs::SkipReason;
use crate::mdf4::{Channel, ChannelGroup, ChannelKind, Clock, Field, FieldKind};
use crate::time::Timestamp;

/// Where the parts of a frame are in a record.
#[derive(Clone, Debug)]
pub(super) struct Layout {
    flags: FrameFlags,
    clock: Clock,
    id: Field,
    is_extended: Option<Field>,
    bus: Option<Field>,
    dlc: Option<Field>,
    len: Option<Field>,
    bits: Vec<(Field, FrameFlags)>,
    data: Data,
}

/// Where the bytes of a frame are.
#[derive(Clone, Copy, Debug)]
enum Data {
    None,
    InRecord(Field),
    /// At a place among values of variable length that this links to.
    Elsewhere {
        place: Field,
        link: u64,
    },
}

/// A frame as its record has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Recorded {
    /// The channel, counted from 1.
    pub(super) bus: u64,
    pub(super) frame: CanFrame,
    /// The place of its bytes, where they are not in the record.
    pub(super) place: Option<u64>,
}

const KINDS: [(&str, FrameFlags); 3] = [
    ("CAN_DataFrame", FrameFlags::NONE),
    ("CAN_RemoteFrame", FrameFlags::REMOTE),
    ("CAN_ErrorFrame", FrameFlags::ERROR),
];

impl Layout {
    /// `None` where the records are no frames.
    pub(super) fn of(group: &ChannelGroup) -> Option<Self> {
        let (kind, flags) = KINDS.into_iter().find(|(kind, _)| {
            group
                .channels
                .iter()
                .any(|channel| channel.name.starts_with(kind))
        })?;
        let mut parts = Vec::new();
        collect(&group.channels, kind, &mut parts);
        let part = |name: &str| {
            let found = parts.iter().find(|(part, _)| *part == name);
            found.map(|(_, channel)| *channel)
        };
        let field = |name| part(name).map(|channel: &Channel| channel.field);
        let bits = [
            ("Dir", FrameFlags::TX),
            ("EDL", FrameFlags::FD),
            ("FDF", FrameFlags::FD),
            ("BRS", FrameFlags::BRS),
            ("ESI", FrameFlags::ESI),
        ];
        let bits = bits.into_iter();
        Some(Self {
            flags,
            clock: Clock::of(&group.channels)?,
            // An error frame may have none.
            id: match field("ID") {
                Some(id) => id,
                None if flags == FrameFlags::ERROR => NOTHING,
                None => return None,
            },
            is_extended: field("IDE"),
            bus: field("BusChannel"),
            dlc: field("DLC"),
            len: field("DataLength"),
            bits: bits
                .filter_map(|(name, flag)| Some((field(name)?, flag)))
                .collect(),
            data: match part("DataBytes") {
                _ if flags == FrameFlags::REMOTE => Data::None,
                Some(channel) if channel.kind == ChannelKind::Variable => Data::Elsewhere {
                    place: Field {
                        kind: FieldKind::Unsigned { is_big: false },
                        ..channel.field
                    },
                    link: channel.data,
                },
                Some(channel) => Data::InRecord(channel.field),
                None => Data::None,
            },
        })
    }

    /// The link to values of variable length that hold the bytes of frames.
    pub(super) fn variable_link(&self) -> Option<u64> {
        match self.data {
            Data::Elsewhere { link, .. } => Some(link),
            Data::None | Data::InRecord(_) => None,
        }
    }

    pub(super) fn read(
        &self,
        record: &[u8],
        number: u64,
        start: Timestamp,
    ) -> Result<Recorded, SkipReason> {
        const EXTENDED_FLAG: u64 = 0x8000_0000;
        let bits = |field: Option<Field>| field.and_then(|field| field.bits(record));
        let ns = self.clock.ns(record, number).ok_or(SkipReason::BadTime)?;
        let ns = start.as_ns().checked_add(ns).ok_or(SkipReason::BadTime)?;
        let id = if self.id == NOTHING {
            Some(0)
        } else {
            self.id.bits(record)
        };
        let id = id.ok_or(SkipReason::RecordDamaged)?;
        let is_extended = match bits(self.is_extended) {
            Some(bit) => bit != 0,
            None => id & EXTENDED_FLAG != 0 || id > u64::from(CanId::MAX_STANDARD),
        };
        let number = u32::try_from(id & !EXTENDED_FLAG).ok();
        let id = number.and_then(|number| CanId::new(number, is_extended).ok());
        let mut flags = self.flags;
        for (field, flag) in &self.bits {
            if field.bits(record).is_some_and(|bit| bit != 0) {
                flags = flags | *flag;
            }
        }
        let is_remote = flags.contains(FrameFlags::REMOTE);
        let len = match (bits(self.len), bits(self.dlc)) {
            // What a remote frame announces, not the bytes that it has.
            (Some(_), Some(dlc)) if is_remote => bytes_of_dlc(dlc, false),
            (Some(len), _) => len,
            (None, Some(dlc)) => bytes_of_dlc(dlc, flags.contains(FrameFlags::FD)),
            (None, None) => match self.data {
                Data::InRecord(field) => u64::from(field.n_bits / 8),
                Data::None | Data::Elsewhere { .. } => 0,
            },
        };
        let len = u8::try_from(len).map_err(|_too_long| SkipReason::BadPayload)?;
        let (payload, place) = match self.data {
            Data::None => (Payload::EMPTY, None),
            Data::InRecord(field) => {
                let bytes = field.bytes(record).ok_or(SkipReason::RecordDamaged)?;
                let bytes = bytes.get(..usize::from(len));
                let payload = Payload::new(bytes.ok_or(SkipReason::BadPayload)?);
                (payload.map_err(|_too_long| SkipReason::BadPayload)?, None)
            }
            Data::Elsewhere { place, .. } => {
                let place = place.bits(record).ok_or(SkipReason::RecordDamaged)?;
                (Payload::EMPTY, Some(place))
            }
        };
        Ok(Recorded {
            bus: bits(self.bus).unwrap_or(1),
            frame: CanFrame {
                timestamp: Timestamp::from_ns(ns),
                channel: ChannelIdx(0),
                id: id.ok_or(SkipReason::BadIdentifier)?,
                flags,
                len: match self.data {
                    Data::None if !flags.contains(FrameFlags::REMOTE) => 0,
                    _ => len,
                },
                payload,
            },
            place,
        })
    }
}

/// A field that no record has.
const NOTHING: Field = Field {
    byte: usize::MAX,
    bit: 0,
    n_bits: 0,
    kind: FieldKind::Other,
};

/// The parts of a frame by their names, which stand alone or behind that of the frame.
fn collect<'a>(channels: &'a [Channel], kind: &str, parts: &mut Vec<(&'a str, &'a Channel)>) {
    for channel in channels {
        let name = match channel.name.rsplit_once('.') {
            Some((_, name)) => name,
            None => &channel.name,
        };
        if !channel.name.starts_with(kind) || channel.name.contains('.') {
            parts.push((name, channel));
        }
        collect(&channel.parts, kind, parts);
    }
}

/// Bytes that a data length code announces.
fn bytes_of_dlc(dlc: u64, is_fd: bool) -> u64 {
    match (dlc, is_fd) {
        (0..=8, _) => dlc,
        (9..=15, false) => 8,
        (9, true) => 12,
        (10, true) => 16,
        (11, true) => 20,
        (12, true) => 24,
        (13, true) => 32,
        (14, true) => 48,
        (15, true) => 64,
        _ => u64::MAX,
    }
}
