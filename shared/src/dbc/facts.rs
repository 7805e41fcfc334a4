//! What the statements after the messages say about them: comments, value descriptions, attributes,
//! value types, multiplexor ranges, transmitters.
//!
//! Everything is keyed by the identifier as written and the name on the `SG_` line, so that a
//! statement may stand before its message, and so that repeated statements cost no more than one:
//! the last of a kind counts. Statements about a duplicated message or signal hold for all of them.

use std::collections::{BTreeMap, HashMap};
use std::ops::RangeInclusive;

use can_dbc::{AttributeDefinition, AttributeValue, AttributeValueType, SignalExtendedValueType};

use super::model::{SendType, ValueDescriptions};
use super::syntax::unescape;

/// The attributes that mean something here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Attribute {
    MessageCycleTime,
    MessageSendType,
    SignalSendType,
    MessageLongName,
    SignalLongName,
    FrameFormat,
    Protocol,
}

impl Attribute {
    fn from_name(name: &str) -> Option<Self> {
        Some(match name {
            "GenMsgCycleTime" => Self::MessageCycleTime,
            "GenMsgSendType" => Self::MessageSendType,
            "GenSigSendType" => Self::SignalSendType,
            "SystemMessageLongSymbol" => Self::MessageLongName,
            "SystemSignalLongSymbol" => Self::SignalLongName,
            "VFrameFormat" => Self::FrameFormat,
            "ProtocolType" => Self::Protocol,
            _ => return None,
        })
    }
}

/// Where an object's attributes are kept; absent ones have the default of the file.
pub(super) type AttributeValues = BTreeMap<Attribute, AttributeValue>;

/// Definitions, defaults and file-wide values of attributes.
#[derive(Debug, Default)]
pub(super) struct Attributes {
    choices: BTreeMap<Attribute, Vec<String>>,
    defaults: AttributeValues,
    file: AttributeValues,
}

impl Attributes {
    pub(super) fn define(&mut self, definition: AttributeDefinition) {
        let (name, value_type) = match definition {
            AttributeDefinition::Message(name, value_type)
            | AttributeDefinition::Node(name, value_type)
            | AttributeDefinition::Signal(name, value_type)
            | AttributeDefinition::EnvironmentVariable(name, value_type)
            | AttributeDefinition::Plain(name, value_type) => (name, value_type),
        };
        if let (Some(attribute), AttributeValueType::Enum(choices)) =
            (Attribute::from_name(&name), value_type)
        {
            self.choices.insert(attribute, choices);
        }
    }

    pub(super) fn set_default(&mut self, name: &str, value: AttributeValue) {
        set(&mut self.defaults, name, value);
    }

    pub(super) fn set_for_file(&mut self, name: &str, value: AttributeValue) {
        set(&mut self.file, name, value);
    }

    fn value<'a>(&'a self, own: &'a AttributeValues, key: Attribute) -> Option<&'a AttributeValue> {
        own.get(&key).or_else(|| self.defaults.get(&key))
    }

    /// The text of a value; numbers are positions in the list of an enumeration.
    fn text(&self, key: Attribute, value: &AttributeValue) -> Option<String> {
        let position = match value {
            AttributeValue::String(text) => return Some(unescape(text)),
            AttributeValue::Uint(position) => usize::try_from(*position).ok()?,
            AttributeValue::Int(position) => usize::try_from(*position).ok()?,
            AttributeValue::Double(_) => return None,
        };
        match self.choices.get(&key) {
            Some(choices) => choices.get(position).cloned(),
            // Files that define it as a plain number count by this list.
            None if key == Attribute::FrameFormat => match position {
                0 => Some("StandardCAN".to_owned()),
                1 => Some("ExtendedCAN".to_owned()),
                3 => Some("J1939PG".to_owned()),
                14 => Some("StandardCAN_FD".to_owned()),
                15 => Some("ExtendedCAN_FD".to_owned()),
                _ => None,
            },
            None => None,
        }
    }

    /// `ProtocolType` of the file.
    pub(super) fn protocol(&self) -> Option<String> {
        let value = self.value(&self.file, Attribute::Protocol)?;
        self.text(Attribute::Protocol, value)
    }

    /// `VFrameFormat` of a message: as set for it, else the default.
    pub(super) fn frame_format(&self, own: &AttributeValues) -> Option<String> {
        let value = self.value(own, Attribute::FrameFormat)?;
        self.text(Attribute::FrameFormat, value)
    }

    /// `GenMsgCycleTime` in milliseconds, `None` for zero or nonsense.
    pub(super) fn cycle_time_ms(&self, own: &AttributeValues) -> Option<u32> {
        let millis = match self.value(own, Attribute::MessageCycleTime)? {
            AttributeValue::Uint(millis) => *millis,
            AttributeValue::Int(millis) => u64::try_from(*millis).ok()?,
            AttributeValue::Double(millis) => round_to_u64(*millis)?,
            AttributeValue::String(text) => round_to_u64(text.trim().parse().ok()?)?,
        };
        u32::try_from(millis).ok().filter(|millis| *millis > 0)
    }

    /// `GenMsgSendType` or `GenSigSendType`.
    pub(super) fn send_type(&self, own: &AttributeValues, key: Attribute) -> SendType {
        self.value(own, key)
            .and_then(|value| self.text(key, value))
            .map_or(SendType::Unspecified, |text| send_type_from_name(&text))
    }

    /// The long name of a message or signal, where it is set and not blank.
    pub(super) fn long_name(own: &AttributeValues, key: Attribute) -> Option<String> {
        /// Far above what any tool writes; names are repeated in every row of a table.
        const MAX_BYTES: usize = 256;
        match own.get(&key)? {
            AttributeValue::String(name) => Some(unescape(name.trim()))
                .filter(|name| !name.is_empty() && name.len() <= MAX_BYTES),
            _ => None,
        }
    }
}

fn set(values: &mut AttributeValues, name: &str, value: AttributeValue) {
    if let Some(attribute) = Attribute::from_name(name) {
        values.insert(attribute, value);
    }
}

fn round_to_u64(value: f64) -> Option<u64> {
    const MAX: f64 = 4_294_967_295.0;
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "checked to be within 0 to 2^32"
    )]
    (0.0..=MAX).contains(&value).then(|| value.round() as u64)
}

/// The names that tools give to send types, of which no list is normative.
fn send_type_from_name(name: &str) -> SendType {
    let name = name.to_ascii_lowercase();
    let has = |words: &[&str]| words.iter().any(|word| name.contains(word));
    if has(&["ifactive", "if active"]) {
        // Periodic only while a condition holds: silence means nothing.
        SendType::OnChange
    } else if has(&["cyclic", "periodic"]) {
        SendType::Cyclic
    } else if has(&[
        "change", "write", "event", "spontan", "trigger", "request", "demand",
    ]) {
        SendType::OnChange
    } else {
        SendType::Unspecified
    }
}

/// What is said about one signal.
#[derive(Debug, Default)]
pub(super) struct SignalFacts {
    pub(super) line: u32,
    /// Whether a signal of this name has been met.
    pub(super) used: bool,
    pub(super) comment: String,
    pub(super) labels: ValueDescriptions,
    pub(super) value_type: Option<SignalExtendedValueType>,
    pub(super) ranges: Option<MuxRanges>,
    pub(super) attributes: AttributeValues,
}

/// An `SG_MUL_VAL_` statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct MuxRanges {
    pub(super) line: u32,
    /// Name of the multiplexor on its `SG_` line.
    pub(super) multiplexor: String,
    /// Sorted and disjoint.
    pub(super) values: Vec<RangeInclusive<u64>>,
}

/// What is said about one message and its signals.
#[derive(Debug, Default)]
pub(super) struct MessageFacts {
    pub(super) line: u32,
    /// Whether a message of this identifier has been met.
    pub(super) used: bool,
    /// The message is left out as a whole, so that its signals are not met.
    pub(super) left_out: bool,
    pub(super) comment: String,
    pub(super) transmitters: Vec<String>,
    pub(super) attributes: AttributeValues,
    pub(super) signals: BTreeMap<String, SignalFacts>,
}

impl MessageFacts {
    pub(super) fn set_attribute(&mut self, name: &str, value: AttributeValue) {
        set(&mut self.attributes, name, value);
    }

    pub(super) fn signal(&mut self, name: &str, line: u32) -> &mut SignalFacts {
        if !self.signals.contains_key(name) {
            let facts = SignalFacts {
                line,
                ..SignalFacts::default()
            };
            self.signals.insert(name.to_owned(), facts);
        }
        self.signals.get_mut(name).expect("was inserted above")
    }
}

impl SignalFacts {
    pub(super) fn set_attribute(&mut self, name: &str, value: AttributeValue) {
        set(&mut self.attributes, name, value);
    }
}

/// Everything that is said about messages and signals after their definition.
#[derive(Debug, Default)]
pub(super) struct Facts {
    /// By identifier as written, flag bits included.
    pub(super) messages: BTreeMap<u32, MessageFacts>,
    pub(super) attributes: Attributes,
    pub(super) value_tables: HashMap<String, ValueDescriptions>,
}

impl Facts {
    pub(super) fn message(&mut self, written_id: u32, line: u32) -> &mut MessageFacts {
        self.messages
            .entry(written_id)
            .or_insert_with(|| MessageFacts {
                line,
                ..MessageFacts::default()
            })
    }
}

/// Sorts ranges and joins those that touch. Ranges that run backwards are left out.
pub(super) fn joined(mut ranges: Vec<RangeInclusive<u64>>) -> Vec<RangeInclusive<u64>> {
    ranges.retain(|range| range.start() <= range.end());
    ranges.sort_by_key(|range| *range.start());
    let mut joined: Vec<RangeInclusive<u64>> = Vec::new();
    for range in ranges {
        match joined.last_mut() {
            Some(last) if *range.start() <= last.end().saturating_add(1) => {
                *last = *last.start()..=*last.end().max(range.end());
            }
            _ => joined.push(range),
        }
    }
    joined
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn send_types_by_name() {
        let cases = [
            ("Cyclic", SendType::Cyclic),
            ("cyclicX", SendType::Cyclic),
            ("CyclicAndSpontaneous", SendType::Cyclic),
            ("CyclicIfActive", SendType::OnChange),
            ("IfActiveWithRepetition", SendType::OnChange),
            ("OnWrite", SendType::OnChange),
            ("Event", SendType::OnChange),
            ("NoMsgSendType", SendType::Unspecified),
            ("NotUsed", SendType::Unspecified),
            ("", SendType::Unspecified),
        ];
        for (name, expected) in cases {
            assert_eq!(send_type_from_name(name), expected, "{name}");
        }
    }

    #[test]
    fn ranges_that_touch_are_joined() {
        let backwards = RangeInclusive::new(7, 5);
        let ranges = vec![8..=9, 1..=2, 3..=3, backwards, 2..=2, u64::MAX..=u64::MAX];
        assert_eq!(joined(ranges), [1..=3, 8..=9, u64::MAX..=u64::MAX]);
        assert_eq!(joined(vec![0..=u64::MAX, 5..=6]), [0..=u64::MAX]);
    }
}
