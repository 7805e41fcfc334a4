//! A DBC file as plain data, after parsing: names are unique where they must be, numbers are in range.

use std::ops::RangeInclusive;
use std::sync::Arc;

use crate::can::CanId;

/// The messages of one DBC file.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Database {
    /// In the order of the file.
    pub messages: Vec<MessageDef>,
    /// Whether the file declares J1939 (`ProtocolType` or `VFrameFormat`): extended frames are then
    /// matched by parameter group number instead of by identifier.
    pub is_j1939: bool,
}

/// One `BO_` entry.
#[derive(Clone, Debug, PartialEq)]
pub struct MessageDef {
    /// The name, unique within the file. The long name where the file gives one.
    pub name: String,
    /// The arbitration identifier.
    pub id: CanId,
    /// Matched by parameter group number (J1939): priority, source address and, when PDU format is
    /// below 240, destination address of a frame are ignored.
    pub matches_by_pgn: bool,
    /// Length of the payload in bytes as the file states it. Frames may be shorter or longer.
    pub len_bytes: u32,
    /// The sending node, where the file names one.
    pub transmitter: Option<String>,
    /// The comment, empty where there is none.
    pub comment: String,
    /// `GenMsgCycleTime` in milliseconds, where it is given and not zero.
    pub cycle_time_ms: Option<u32>,
    /// How the message is sent, from `GenMsgSendType`.
    pub send_type: SendType,
    /// In the order of the file.
    pub signals: Vec<SignalDef>,
}

/// One `SG_` entry.
#[derive(Clone, Debug, PartialEq)]
pub struct SignalDef {
    /// The name, unique within the message. The long name where the file gives one.
    pub name: String,
    /// The name on the `SG_` line.
    pub short_name: String,
    /// The start bit as the file gives it: of the least significant bit for little endian, of the
    /// most significant bit for big endian, numbered `8 * byte + bit` with bit 0 the least.
    pub start_bit: u32,
    /// 1 to 64.
    pub bit_len: u32,
    /// Intel or Motorola.
    pub byte_order: ByteOrder,
    /// How the bits are to be read.
    pub value_type: ValueType,
    /// Physical value = raw value × factor + offset.
    pub factor: f64,
    /// See [`Self::factor`].
    pub offset: f64,
    /// The declared physical range. `None` for `[0|0]`, which means "not given".
    pub range: Option<(f64, f64)>,
    /// The unit, empty where there is none.
    pub unit: String,
    /// The comment, empty where there is none.
    pub comment: String,
    /// The nodes that read it.
    pub receivers: Vec<String>,
    /// Whether it selects other signals, and what selects it.
    pub multiplexing: Multiplexing,
    /// `VAL_` texts by raw value.
    pub value_descriptions: ValueDescriptions,
    /// How the signal is sent, from `GenSigSendType`.
    pub send_type: SendType,
}

impl SignalDef {
    /// The number of payload bytes, from the first, that hold all bits of the signal.
    pub const fn needed_bytes(&self) -> u32 {
        let last_bit = match self.byte_order {
            ByteOrder::LittleEndian => self.start_bit + self.bit_len - 1,
            // Counted in the order of transmission: from the top bit of each byte down.
            ByteOrder::BigEndian => {
                self.start_bit / 8 * 8 + (7 - self.start_bit % 8) + self.bit_len - 1
            }
        };
        last_bit / 8 + 1
    }
}

/// Order of the bytes of a signal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ByteOrder {
    /// Intel, `@1`.
    LittleEndian,
    /// Motorola, `@0`.
    BigEndian,
}

/// How the bits of a signal are to be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ValueType {
    /// Unsigned integer, `+`.
    Unsigned,
    /// Two's complement, `-`.
    Signed,
    /// IEEE 754 single precision, 32 bits (`SIG_VALTYPE_` 1).
    Float32,
    /// IEEE 754 double precision, 64 bits (`SIG_VALTYPE_` 2).
    Float64,
}

/// Place of a signal in the multiplexing of its message.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Multiplexing {
    /// Whether the raw value of this signal selects others.
    pub is_multiplexor: bool,
    /// When this signal is present; `None`: always. With nested multiplexing the multiplexor must
    /// itself be present.
    pub selector: Option<MuxSelector>,
}

/// The condition under which a multiplexed signal is present in a frame.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MuxSelector {
    /// Position of the multiplexor in [`MessageDef::signals`]. The loader allows no cycles.
    pub multiplexor_idx: usize,
    /// Raw values of the multiplexor that select the signal; several with `SG_MUL_VAL_`.
    pub values: Vec<RangeInclusive<u64>>,
}

/// How often a message or signal is sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum SendType {
    /// The file does not say.
    #[default]
    Unspecified,
    /// Periodically.
    Cyclic,
    /// When a value changes, on an event or on request: silence means nothing.
    OnChange,
}

/// Texts for raw values (`VAL_`), sorted by raw value. Cheap to clone.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ValueDescriptions {
    sorted: Arc<[(i64, String)]>,
}

impl ValueDescriptions {
    /// From pairs in any order; the last text of a raw value counts.
    /// Raw values of unsigned 64 bit signals are given as the `i64` of the same bits.
    pub fn new(pairs: impl IntoIterator<Item = (i64, String)>) -> Self {
        let mut sorted: Vec<_> = pairs.into_iter().collect();
        sorted.sort_by_key(|(raw, _)| *raw);
        sorted.reverse();
        sorted.dedup_by_key(|(raw, _)| *raw);
        sorted.reverse();
        Self {
            sorted: sorted.into(),
        }
    }

    /// The text for a raw value.
    pub fn label(&self, raw: i64) -> Option<&str> {
        let idx = self
            .sorted
            .binary_search_by_key(&raw, |(raw, _)| *raw)
            .ok()?;
        self.sorted.get(idx).map(|(_, text)| text.as_str())
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.sorted.is_empty()
    }

    /// All pairs, by raw value.
    pub fn iter(&self) -> impl Iterator<Item = (i64, &str)> {
        self.sorted.iter().map(|(raw, text)| (*raw, text.as_str()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn last_description_of_a_value_counts() {
        let pairs = [(1, "one"), (-1, "error"), (1, "uno")];
        let labels = ValueDescriptions::new(pairs.map(|(raw, text)| (raw, text.to_owned())));
        assert_eq!(labels.label(1), Some("uno"));
        assert_eq!(labels.label(-1), Some("error"));
        assert_eq!(labels.label(0), None);
        assert_eq!(labels.iter().count(), 2);
    }
}
