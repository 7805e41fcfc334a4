//! The identity of a signal and its text form, `can1:EEC1[0x0CF00400].EngineSpeed`.
//!
//! A key names one series of values; a [`SignalSelector`] is what a person or a script types to
//! find it, with the parts left out that are not needed.
//! Nothing here knows which signals exist.
//!
//! Invariants: every key prints to a text that parses to the same key, whatever its parts contain;
//! a text has at most one reading.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::fmt::{self, Write as _};
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::can::CanId;

/// A text that names no signal.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SignalKeyError {
    /// There is no signal name at the end.
    #[error(
        "no signal name in {text:?}; write Signal, Message.Signal or channel:Message[0x1A0].Signal"
    )]
    NoSignal {
        /// The text as it was given.
        text: String,
    },
    /// A structural character stands where none is possible.
    #[error("unexpected {found:?} in {text:?}; inside a name write it as %{code:02X}", code = u32::from(*found))]
    Unexpected {
        /// The character.
        found: char,
        /// The text as it was given.
        text: String,
    },
    /// A `%` is not followed by two hexadecimal digits of valid UTF-8.
    #[error("broken percent-escape in {text:?}; write % itself as %25")]
    Escape {
        /// The text as it was given.
        text: String,
    },
    /// What stands in brackets is no arbitration id.
    #[error(
        "{id:?} is not an arbitration id in {text:?}; write [0x1A0], or [0x00] for a source address"
    )]
    Id {
        /// What stands in the brackets.
        id: String,
        /// The text as it was given.
        text: String,
    },
}

/// What makes a signal itself: two series with equal keys are the same signal.
///
/// Ordered as rows are in decoded files: by message, signal, channel, arbitration id.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct SignalKey {
    /// The bus as recorded; empty where the file does not say.
    pub channel: Arc<str>,
    /// The message of the DBC.
    pub message: Arc<str>,
    /// The arbitration id of the frames, without flag bits; `None` where the file does not say.
    pub arbitration_id: Option<u32>,
    /// The signal of the DBC.
    pub signal: Arc<str>,
}

impl SignalKey {
    /// From its parts.
    pub fn new(channel: &str, message: &str, arbitration_id: Option<u32>, signal: &str) -> Self {
        Self {
            channel: channel.into(),
            message: message.into(),
            arbitration_id,
            signal: signal.into(),
        }
    }
}

impl Ord for SignalKey {
    fn cmp(&self, other: &Self) -> Ordering {
        self.message
            .cmp(&other.message)
            .then_with(|| self.signal.cmp(&other.signal))
            .then_with(|| self.channel.cmp(&other.channel))
            .then_with(|| self.arbitration_id.cmp(&other.arbitration_id))
    }
}

impl PartialOrd for SignalKey {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// Prints `channel:Message[0xID].Signal`; unknown parts are left out.
///
/// Identifiers have three hexadecimal digits up to 0x7FF and eight above.
/// `%`, `:`, `.`, `[`, `]` and control characters inside a name are percent-escaped.
impl fmt::Display for SignalKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let id = self.arbitration_id.map(IdSelector::Exact);
        let channel = (!self.channel.is_empty()).then_some(&*self.channel);
        write_key(f, channel, Some(&self.message), id, &self.signal)
    }
}

/// As its text.
impl Serialize for SignalKey {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for SignalKey {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

impl FromStr for SignalKey {
    type Err = SignalKeyError;

    /// Parses what `Display` prints. Parts left out are unknown; a message is needed.
    fn from_str(text: &str) -> Result<Self, SignalKeyError> {
        let parts = Parts::parse(text)?;
        let arbitration_id = match parts.id {
            None => None,
            Some(id) if id <= CanId::MAX_EXTENDED => Some(id),
            Some(id) => {
                return Err(SignalKeyError::Id {
                    id: format!("0x{id:X}"),
                    text: text.to_owned(),
                });
            }
        };
        Ok(Self {
            channel: parts.channel.unwrap_or_default().into(),
            message: parts
                .message
                .ok_or_else(|| SignalKeyError::NoSignal {
                    text: text.to_owned(),
                })?
                .into(),
            arbitration_id,
            signal: parts.signal.into(),
        })
    }
}

/// How a selector narrows the arbitration id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum IdSelector {
    /// This id.
    Exact(u32),
    /// Written with exactly two digits: the low byte of an id above 0x7FF (in J1939 the source
    /// address), or this very id.
    LowByte(u8),
}

impl IdSelector {
    /// Whether a key with this id is selected.
    pub fn matches(self, arbitration_id: Option<u32>) -> bool {
        match (self, arbitration_id) {
            (_, None) => false,
            (Self::Exact(wanted), Some(id)) => id == wanted,
            (Self::LowByte(byte), Some(id)) => {
                let wanted = u32::from(byte);
                id == wanted || (id > CanId::MAX_STANDARD && id & 0xFF == wanted)
            }
        }
    }
}

impl fmt::Display for IdSelector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exact(id) if *id <= CanId::MAX_STANDARD => write!(f, "0x{id:03X}"),
            Self::Exact(id) => write!(f, "0x{id:08X}"),
            Self::LowByte(byte) => write!(f, "0x{byte:02X}"),
        }
    }
}

/// What to look for: a signal name, and as much of the rest of the key as was given.
///
/// `Signal`, `Message.Signal`, `channel:Message.Signal`, `Message[0x1A0].Signal`,
/// `[0x1A0].Signal` (any message), and all parts together.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct SignalSelector {
    /// Any channel when `None`.
    pub channel: Option<Arc<str>>,
    /// Any message when `None`.
    pub message: Option<Arc<str>>,
    /// Any arbitration id when `None`.
    pub arbitration_id: Option<IdSelector>,
    /// The name of the signal.
    pub signal: Arc<str>,
}

impl SignalSelector {
    /// Whether the key has all the parts that were given.
    pub fn matches(&self, key: &SignalKey) -> bool {
        self.signal == key.signal
            && self.message.as_ref().is_none_or(|it| *it == key.message)
            && self.channel.as_ref().is_none_or(|it| *it == key.channel)
            && self
                .arbitration_id
                .is_none_or(|it| it.matches(key.arbitration_id))
    }
}

impl From<&SignalKey> for SignalSelector {
    /// Selects the key by all parts that it has.
    fn from(key: &SignalKey) -> Self {
        Self {
            channel: (!key.channel.is_empty()).then(|| Arc::clone(&key.channel)),
            message: Some(Arc::clone(&key.message)),
            arbitration_id: key.arbitration_id.map(IdSelector::Exact),
            signal: Arc::clone(&key.signal),
        }
    }
}

impl fmt::Display for SignalSelector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_key(
            f,
            self.channel.as_deref(),
            self.message.as_deref(),
            self.arbitration_id,
            &self.signal,
        )
    }
}

impl FromStr for SignalSelector {
    type Err = SignalKeyError;

    fn from_str(text: &str) -> Result<Self, SignalKeyError> {
        let parts = Parts::parse(text)?;
        let arbitration_id = match parts.id {
            None => None,
            Some(id) if parts.id_digits == 2 => {
                Some(IdSelector::LowByte(u8::try_from(id).unwrap_or(u8::MAX)))
            }
            Some(id) => Some(IdSelector::Exact(id)),
        };
        Ok(Self {
            channel: parts.channel.filter(|it| !it.is_empty()).map(Arc::from),
            // `[0x1A0].Signal` asks for any message with that id.
            message: parts
                .message
                .filter(|it| !it.is_empty() || arbitration_id.is_none())
                .map(Arc::from),
            arbitration_id,
            signal: parts.signal.into(),
        })
    }
}

/// For each key the shortest text that selects no other key of the list: at least `Message.Signal`,
/// then with the channel, the low byte of the id, the id, and all of it.
///
/// Keys that occur twice get the same text.
pub fn shortest_names(keys: &[SignalKey]) -> Vec<String> {
    // Every text has message and signal, so only keys that share both can be mixed up.
    let mut rivals: BTreeMap<(&str, &str), Vec<&SignalKey>> = BTreeMap::new();
    for key in keys {
        rivals
            .entry((&key.message, &key.signal))
            .or_default()
            .push(key);
    }
    for group in rivals.values_mut() {
        group.sort_unstable();
        group.dedup();
    }
    keys.iter()
        .map(|key| {
            let group = rivals.get(&(&*key.message, &*key.signal));
            shortest_name(key, group.map_or(&[], Vec::as_slice))
        })
        .collect()
}

fn shortest_name(key: &SignalKey, rivals: &[&SignalKey]) -> String {
    // A message without a name reads like one that was left out, which any message matches.
    if key.message.is_empty() {
        return key.to_string();
    }
    let channel = (!key.channel.is_empty()).then(|| Arc::clone(&key.channel));
    let exact = key.arbitration_id.map(IdSelector::Exact);
    let low_byte = key
        .arbitration_id
        .filter(|id| *id > CanId::MAX_STANDARD)
        .and_then(|id| u8::try_from(id & 0xFF).ok())
        .map(IdSelector::LowByte);
    let candidates = [
        (None, None),
        (channel.clone(), None),
        (None, low_byte),
        (None, exact),
        (channel.clone(), low_byte),
    ];
    candidates
        .into_iter()
        .map(|(channel, arbitration_id)| SignalSelector {
            channel,
            message: Some(Arc::clone(&key.message)),
            arbitration_id,
            signal: Arc::clone(&key.signal),
        })
        .find(|selector| {
            rivals
                .iter()
                .all(|rival| *rival == key || !selector.matches(rival))
        })
        .map_or_else(|| key.to_string(), |selector| selector.to_string())
}

fn write_key(
    f: &mut fmt::Formatter<'_>,
    channel: Option<&str>,
    message: Option<&str>,
    id: Option<IdSelector>,
    signal: &str,
) -> fmt::Result {
    if let Some(channel) = channel {
        write_escaped(f, channel)?;
        f.write_char(':')?;
    }
    if let Some(message) = message {
        write_escaped(f, message)?;
    }
    if let Some(id) = id {
        write!(f, "[{id}]")?;
    }
    if message.is_some() || id.is_some() {
        f.write_char('.')?;
    }
    write_escaped(f, signal)
}

const STRUCTURAL: [char; 5] = ['%', ':', '.', '[', ']'];

fn write_escaped(f: &mut fmt::Formatter<'_>, text: &str) -> fmt::Result {
    for character in text.chars() {
        if STRUCTURAL.contains(&character) || character.is_control() {
            let mut bytes = [0; 4];
            for byte in character.encode_utf8(&mut bytes).bytes() {
                write!(f, "%{byte:02X}")?;
            }
        } else {
            f.write_char(character)?;
        }
    }
    Ok(())
}

/// The parts of a text, unescaped.
struct Parts {
    channel: Option<String>,
    message: Option<String>,
    id: Option<u32>,
    id_digits: usize,
    signal: String,
}

impl Parts {
    fn parse(text: &str) -> Result<Self, SignalKeyError> {
        let (channel, rest) = match text.split_once(':') {
            Some((channel, rest)) => (Some(channel), rest),
            None => (None, text),
        };
        let (head, signal) = match rest.split_once('.') {
            Some((head, signal)) => (Some(head), signal),
            None => (None, rest),
        };
        let (message, id) = match head.map(|head| (head, head.split_once('['))) {
            None => (None, None),
            Some((head, None)) => (Some(head), None),
            Some((_, Some((message, bracket)))) => {
                let id = bracket
                    .strip_suffix(']')
                    .ok_or_else(|| SignalKeyError::Id {
                        id: bracket.to_owned(),
                        text: text.to_owned(),
                    })?;
                (Some(message), Some(id))
            }
        };
        if signal.is_empty() && head.is_none() {
            return Err(SignalKeyError::NoSignal {
                text: text.to_owned(),
            });
        }
        let (id, id_digits) = match id {
            None => (None, 0),
            Some(id) => {
                let (number, digits) = parse_id(id).ok_or_else(|| SignalKeyError::Id {
                    id: id.to_owned(),
                    text: text.to_owned(),
                })?;
                (Some(number), digits)
            }
        };
        let name = |part| unescape(part, text);
        Ok(Self {
            channel: channel.map(name).transpose()?,
            message: message.map(name).transpose()?,
            id,
            id_digits,
            signal: name(signal)?,
        })
    }
}

fn parse_id(text: &str) -> Option<(u32, usize)> {
    let digits = text.strip_prefix("0x").or(text.strip_prefix("0X"))?;
    let is_hex = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    // `from_str_radix` alone would let a sign pass.
    (is_hex && digits.len() <= 8)
        .then(|| u32::from_str_radix(digits, 16).ok())
        .flatten()
        .map(|number| (number, digits.len()))
}

fn unescape(part: &str, text: &str) -> Result<String, SignalKeyError> {
    if let Some(found) = part
        .chars()
        .find(|it| *it != '%' && STRUCTURAL.contains(it))
    {
        return Err(SignalKeyError::Unexpected {
            found,
            text: text.to_owned(),
        });
    }
    crate::percent::decode(part).ok_or_else(|| SignalKeyError::Escape {
        text: text.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn selector(text: &str) -> SignalSelector {
        text.parse().unwrap()
    }

    #[test]
    fn prints_only_what_is_known() {
        let cases = [
            (
                SignalKey::new("can1", "EEC1", Some(0x0CF0_0400), "EngineSpeed"),
                "can1:EEC1[0x0CF00400].EngineSpeed",
            ),
            (
                SignalKey::new("", "Motor", Some(0x1A0), "Rpm"),
                "Motor[0x1A0].Rpm",
            ),
            (SignalKey::new("", "Motor", None, "Rpm"), "Motor.Rpm"),
            (
                SignalKey::new("a:b", "M.1", None, "S[%]"),
                "a%3Ab:M%2E1.S%5B%25%5D",
            ),
            (SignalKey::new("", "", None, ""), "."),
        ];
        for (key, text) in cases {
            assert_eq!(key.to_string(), text);
            assert_eq!(text.parse(), Ok(key));
        }
    }

    #[test]
    fn selectors_match_the_parts_given() {
        let key = SignalKey::new("can1", "EEC1", Some(0x0CF0_0400), "EngineSpeed");
        for text in [
            "EngineSpeed",
            "EEC1.EngineSpeed",
            "can1:EngineSpeed",
            "EEC1[0x00].EngineSpeed",
            "EEC1[0xCF00400].EngineSpeed",
            "[0x0CF00400].EngineSpeed",
            "can1:EEC1[0x0CF00400].EngineSpeed",
        ] {
            assert!(selector(text).matches(&key), "{text}");
            assert_eq!(selector(&selector(text).to_string()), selector(text));
        }
        for text in [
            "engineSpeed",
            "EEC2.EngineSpeed",
            "can0:EngineSpeed",
            "EEC1[0x03].EngineSpeed",
            "EEC1[0x000].EngineSpeed",
            ".EngineSpeed",
        ] {
            assert!(!selector(text).matches(&key), "{text}");
        }
        // Two digits also name a standard id itself, but not the low byte of one.
        let standard = SignalKey::new("", "M", Some(0x7F), "S");
        assert!(selector("M[0x7F].S").matches(&standard));
        let standard = SignalKey::new("", "M", Some(0x17F), "S");
        assert!(!selector("M[0x7F].S").matches(&standard));
    }

    #[test]
    fn rubbish_is_refused_with_a_reason() {
        for (text, reason) in [
            ("", "no signal name"),
            ("can0:", "no signal name"),
            ("A.B.C", "unexpected '.'"),
            ("a:b:c", "unexpected ':'"),
            ("M[100].S", "not an arbitration id"),
            ("M[0x+1].S", "not an arbitration id"),
            ("M[0x123456789].S", "not an arbitration id"),
            ("M[0x1.S", "not an arbitration id"),
            ("M.S%2", "broken percent-escape"),
            ("M.S%FF", "broken percent-escape"),
        ] {
            let error = text.parse::<SignalSelector>().unwrap_err().to_string();
            assert!(error.contains(reason), "{text}: {error}");
        }
        assert!("Signal".parse::<SignalKey>().is_err());
        assert!("M[0x20000000].S".parse::<SignalKey>().is_err());
    }

    #[test]
    fn names_are_as_short_as_the_list_allows() {
        let keys = [
            SignalKey::new("can0", "EEC1", Some(0x0CF0_0400), "Speed"),
            SignalKey::new("can0", "EEC1", Some(0x0CF0_0403), "Speed"),
            SignalKey::new("can1", "EEC1", Some(0x0CF0_0400), "Speed"),
            SignalKey::new("can1", "Other", Some(0x100), "Speed"),
            SignalKey::new("can0", "Twice", Some(0x100), "S"),
            SignalKey::new("can1", "Twice", Some(0x100), "S"),
        ];
        let names = shortest_names(&keys);
        assert_eq!(
            names,
            [
                "can0:EEC1[0x00].Speed",
                "EEC1[0x03].Speed",
                "can1:EEC1.Speed",
                "Other.Speed",
                "can0:Twice.S",
                "can1:Twice.S",
            ]
        );
    }

    #[test]
    fn order_is_that_of_decoded_rows() {
        let mut keys = [
            SignalKey::new("b", "A", Some(1), "s"),
            SignalKey::new("a", "B", Some(1), "a"),
            SignalKey::new("a", "A", Some(2), "s"),
            SignalKey::new("a", "A", None, "s"),
            SignalKey::new("z", "A", None, "a"),
        ];
        keys.sort();
        let texts = keys.map(|key| key.to_string());
        assert_eq!(
            texts,
            [
                "z:A.a",
                "a:A.s",
                "a:A[0x002].s",
                "b:A[0x001].s",
                "a:B[0x001].a"
            ]
        );
    }

    fn any_key() -> impl Strategy<Value = SignalKey> {
        let part = prop_oneof!["[a-cA-C.:%\\[\\]]{0,3}", any::<String>()];
        let id = proptest::option::of(0..=CanId::MAX_EXTENDED);
        (part.clone(), part.clone(), id, part).prop_map(|(channel, message, id, signal)| {
            SignalKey::new(&channel, &message, id, &signal)
        })
    }

    proptest! {
        #[test]
        fn every_key_prints_to_what_parses_to_it(key in any_key()) {
            prop_assert_eq!(key.to_string().parse::<SignalKey>(), Ok(key.clone()));
            let selector: SignalSelector = key.to_string().parse().unwrap();
            prop_assert!(selector.matches(&key));
        }

        #[test]
        fn short_names_select_their_key_alone(keys in proptest::collection::vec(any_key(), 1..20)) {
            for (key, name) in keys.iter().zip(shortest_names(&keys)) {
                let selector: SignalSelector = name.parse().unwrap();
                prop_assert!(selector.matches(key));
                let is_full = name == key.to_string();
                let others = keys.iter().filter(|other| selector.matches(other) && *other != key);
                prop_assert!(is_full || others.count() == 0, "{}", name);
            }
        }

        #[test]
        fn any_text_is_parsed_or_refused(text in any::<String>()) {
            if let Ok(selector) = text.parse::<SignalSelector>() {
                prop_assert_eq!(selector.to_string().parse::<SignalSelector>(), Ok(selector));
            }
        }
    }
}
