//! Which signal of a drive is meant by one of another: found in steps, and guessed by likeness where
//! that ends.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use canlake_shared::schema::SignalKey;
use serde::{Deserialize, Serialize};

use crate::source::SignalInfo;

/// Keys of which a user said that they are one signal in different drives.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Namesakes(Vec<[SignalKey; 2]>);

impl Namesakes {
    /// Pairs that are kept; the oldest go.
    const MAX: usize = 1_000;

    /// Whether nothing was said.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Notes that two keys are one signal.
    pub fn add(&mut self, one: &SignalKey, other: &SignalKey) {
        let pair = [one.clone(), other.clone()];
        if one == other {
            return;
        }
        self.0.retain(|known| *known != pair);
        self.0.push(pair);
        let too_many = self.0.len().saturating_sub(Self::MAX);
        self.0.drain(..too_many);
    }

    /// Notes all that others say.
    pub fn extend(&mut self, others: &Self) {
        for [one, other] in &others.0 {
            self.add(one, other);
        }
    }

    /// The pairs that have any of some keys.
    #[must_use]
    pub fn of(&self, keys: &BTreeSet<&SignalKey>) -> Self {
        let pairs = self.0.iter();
        let named = pairs.filter(|[one, other]| keys.contains(one) || keys.contains(other));
        Self(named.cloned().collect())
    }

    /// The other keys of a signal, newest first.
    fn others<'a>(&'a self, key: &'a SignalKey) -> impl Iterator<Item = &'a SignalKey> {
        self.0.iter().rev().filter_map(move |[one, other]| {
            if one == key {
                Some(other)
            } else {
                (other == key).then_some(one)
            }
        })
    }
}

/// The signal that is meant, of those of a vehicle (ordered by key): the same key; one that the user
/// said is the same; the same message and signal on another channel or identifier; the only signal of
/// that name. `None` where none of these is there, or several are equally good.
pub(in crate::state) fn find(
    wanted: &SignalKey,
    signals: &[SignalInfo],
    namesakes: &Namesakes,
) -> Option<SignalKey> {
    let is_there = |key: &SignalKey| signals.binary_search_by(|it| it.key.cmp(key)).is_ok();
    if is_there(wanted) {
        return Some(wanted.clone());
    }
    if let Some(said) = namesakes.others(wanted).find(|key| is_there(key)) {
        return Some(said.clone());
    }
    // Keys are ordered by message and signal first.
    let place = (&wanted.message, &wanted.signal);
    let from = signals.partition_point(|it| (&it.key.message, &it.key.signal) < place);
    let rest = signals.get(from..).unwrap_or_default();
    let n_same = rest.partition_point(|it| (&it.key.message, &it.key.signal) == place);
    let elsewhere: Vec<&SignalKey> = rest.iter().take(n_same).map(|it| &it.key).collect();
    let same_id = |key: &&&SignalKey| key.arbitration_id == wanted.arbitration_id;
    let same_channel = |key: &&&SignalKey| key.channel == wanted.channel;
    let candidates = [
        only(elsewhere.iter()),
        only(elsewhere.iter().filter(same_id)),
        only(elsewhere.iter().filter(same_channel)),
    ];
    if let Some(found) = candidates.into_iter().flatten().next() {
        return Some((*found).clone());
    }
    if !elsewhere.is_empty() {
        return None;
    }
    let by_name = signals.iter().map(|it| &it.key);
    only(by_name.filter(|key| key.signal == wanted.signal)).cloned()
}

fn only<T>(mut all: impl Iterator<Item = T>) -> Option<T> {
    all.next().filter(|_| all.next().is_none())
}

/// The signals of a vehicle, the likest first.
pub fn ranked(wanted: &SignalKey, unit: &str, signals: &[SignalInfo]) -> Vec<SignalKey> {
    let (name, message) = (Name::of(&wanted.signal), Name::of(&wanted.message));
    let likeness = |info: &SignalInfo| {
        let same_unit = if !unit.is_empty() && *info.unit == *unit {
            0.15
        } else {
            0.0
        };
        let likeness = 0.7 * name.likeness(&Name::of(&info.key.signal))
            + 0.15 * message.likeness(&Name::of(&info.key.message))
            + same_unit;
        // Whole thousandths have a total order, and equal ones stay in the order of their names.
        (likeness * 1000.0).round() as u32
    };
    let mut ranked: Vec<(u32, &SignalKey)> =
        signals.iter().map(|it| (likeness(it), &it.key)).collect();
    ranked.sort_by_key(|(likeness, _)| Reverse(*likeness));
    ranked.into_iter().map(|(_, key)| key.clone()).collect()
}

/// A name as it is compared: its words, and its pairs of letters.
struct Name {
    words: BTreeSet<String>,
    pairs: BTreeSet<[char; 2]>,
}

impl Name {
    fn of(text: &str) -> Self {
        let mut words = BTreeSet::new();
        let mut word = String::new();
        let mut letters = Vec::new();
        let mut before = ' ';
        // Names of bits on a bus are short; hostile ones are not.
        for letter in text.chars().take(200) {
            let is_start = letter.is_uppercase() && before.is_lowercase()
                || letter.is_numeric() != before.is_numeric();
            if !letter.is_alphanumeric() || is_start {
                words.extend(Some(std::mem::take(&mut word)).filter(|it| !it.is_empty()));
            }
            if letter.is_alphanumeric() {
                word.extend(letter.to_lowercase());
                letters.extend(letter.to_lowercase());
            }
            before = letter;
        }
        words.extend(Some(word).filter(|it| !it.is_empty()));
        let pairs = letters.windows(2).filter_map(|pair| pair.try_into().ok());
        Self {
            words,
            pairs: pairs.collect(),
        }
    }

    /// From 0 to 1.
    fn likeness(&self, other: &Self) -> f64 {
        let share = |common: usize, one: usize, other: usize| {
            2.0 * common as f64 / (one + other).max(1) as f64
        };
        let words = share(
            self.words.intersection(&other.words).count(),
            self.words.len(),
            other.words.len(),
        );
        let pairs = share(
            self.pairs.intersection(&other.pairs).count(),
            self.pairs.len(),
            other.pairs.len(),
        );
        words.max(pairs)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::testing::signal_info;

    fn key(text: &str) -> SignalKey {
        text.parse().unwrap()
    }

    fn signals(keys: &[&str]) -> Vec<SignalInfo> {
        let info = |text: &&str| signal_info(key(text), "");
        let mut infos: Vec<_> = keys.iter().map(info).collect();
        infos.sort_by(|a, b| a.key.cmp(&b.key));
        infos
    }

    #[test]
    fn a_signal_is_found_in_steps() {
        let drive = signals(&[
            "can0:Drive[0x100].Speed",
            "can1:Drive[0x100].Speed",
            "can1:Drive[0x200].Speed",
            "can0:Pack[0x300].Voltage",
            "can0:Body[0x400].Door",
            "can0:Roof[0x401].Door",
        ]);
        for (wanted, found) in [
            ("can0:Drive[0x100].Speed", Some("can0:Drive[0x100].Speed")),
            // The same message and signal, once.
            ("can9:Pack[0x301].Voltage", Some("can0:Pack[0x300].Voltage")),
            ("Pack.Voltage", Some("can0:Pack[0x300].Voltage")),
            // Several: the one with the same identifier or the same channel.
            ("can9:Drive[0x200].Speed", Some("can1:Drive[0x200].Speed")),
            ("can0:Drive[0x999].Speed", Some("can0:Drive[0x100].Speed")),
            ("can9:Drive[0x100].Speed", None),
            // By its name alone.
            (
                "can0:Battery[0x5].Voltage",
                Some("can0:Pack[0x300].Voltage"),
            ),
            ("can0:Trunk[0x5].Door", None),
            ("can0:Drive[0x100].Rpm", None),
        ] {
            let expected = found.map(key);
            assert_eq!(
                find(&key(wanted), &drive, &Namesakes::default()),
                expected,
                "{wanted}"
            );
        }
    }

    #[test]
    fn what_the_user_said_counts_both_ways() {
        let mut namesakes = Namesakes::default();
        namesakes.add(&key("Drive.Speed"), &key("Vehicle.Velocity"));
        let [old, new] = [signals(&["Drive.Speed"]), signals(&["Vehicle.Velocity"])];
        assert_eq!(
            find(&key("Drive.Speed"), &new, &namesakes),
            Some(key("Vehicle.Velocity"))
        );
        assert_eq!(
            find(&key("Vehicle.Velocity"), &old, &namesakes),
            Some(key("Drive.Speed"))
        );
        let text = serde_json::to_string(&namesakes).unwrap();
        assert_eq!(text, r#"[["Drive.Speed","Vehicle.Velocity"]]"#);
        let named = namesakes.of(&[&key("Drive.Speed")].into());
        assert_eq!(named, namesakes);
        assert!(namesakes.of(&[&key("A.B")].into()).is_empty());
    }

    #[test]
    fn likely_names_come_first() {
        let drive = signals(&[
            "Abs.WheelSpeedFrontLeft",
            "Cluster.VehicleSpeed",
            "Motor.Torque",
            "Motor.Rpm",
        ]);
        let first = |wanted: &str| ranked(&key(wanted), "", &drive)[0].to_string();
        assert_eq!(first("Drive.Speed"), "Cluster.VehicleSpeed");
        assert_eq!(first("Drive.vehicle_speed"), "Cluster.VehicleSpeed");
        assert_eq!(first("Inverter.MotorTorque"), "Motor.Torque");
        assert_eq!(ranked(&key("A.B"), "", &drive).len(), 4);
        let long = "x".repeat(100_000);
        assert_eq!(
            ranked(&SignalKey::new("", "", None, &long), "", &drive).len(),
            4
        );
    }
}
