//! Which signals are a position: pairs of latitude and longitude, found by their names and units.

use super::{AppState, AxisId, Panel, PanelId, PanelKind, PlottedSignal, SignalRef, axis_of};
use crate::source::SignalInfo;

/// What the two of a pair are called, as a word of the name: latitude, longitude.
///
/// The longer ones come first, because they contain the shorter ones.
const NAMES: [(&str, &str); 4] = [
    ("latitude", "longitude"),
    ("lati", "longi"),
    ("lat", "long"),
    ("lat", "lon"),
];
/// What their unit may be.
const UNITS: [&str; 7] = ["", "deg", "degree", "degrees", "°", "deg n", "deg e"];
/// Words that come with `lat` and `long` where these mean sideways and ahead.
const NOT_POSITIONS: [&str; 15] = [
    "ac",
    "acc",
    "accel",
    "acceleration",
    "accuracy",
    "delta",
    "dist",
    "distance",
    "err",
    "force",
    "obj",
    "rate",
    "speed",
    "validity",
    "velocity",
];

/// Which of the two a signal is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    Latitude,
    Longitude,
}

/// Whether a signal is a latitude or a longitude, and the rest of its name, which the other one has too.
fn part_of(name: &str, unit: &str) -> Option<(Part, String)> {
    let words = words(name);
    let is_other = |word: &String| NOT_POSITIONS.contains(&word.as_str());
    if !UNITS.contains(&unit.trim().to_lowercase().as_str()) || words.iter().any(is_other) {
        return None;
    }
    let (at, part) = words.iter().enumerate().find_map(|(at, word)| {
        let is = |of: fn(&(&'static str, &'static str)) -> &'static str| {
            NAMES.iter().any(|pair| of(pair) == word)
        };
        if is(|pair| pair.0) {
            Some((at, Part::Latitude))
        } else if is(|pair| pair.1) {
            Some((at, Part::Longitude))
        } else {
            None
        }
    })?;
    let rest: Vec<_> = words
        .iter()
        .enumerate()
        .filter(|(idx, _)| *idx != at)
        .map(|(_, word)| word.as_str())
        .collect();
    Some((part, rest.join(" ")))
}

/// The words of a name, in small letters: `GPS_LatDeg` is `gps`, `lat`, `deg`.
fn words(name: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut before = ' ';
    let mut letters = name.chars().peekable();
    while let Some(letter) = letters.next() {
        // The last capital of `GPSLatitude`'s first four begins a word.
        let leads = letters.peek().is_some_and(|next| next.is_lowercase());
        let begins = letter.is_uppercase() && (!before.is_uppercase() || leads)
            || letter.is_alphabetic() != before.is_alphabetic();
        if letter.is_alphanumeric() {
            let small = letter.to_lowercase();
            match words.last_mut() {
                Some(word) if !begins => word.extend(small),
                _ => words.push(small.collect()),
            }
        }
        before = letter;
    }
    words
}

/// The pairs of latitude and longitude among signals: of one message first, then across messages.
pub(super) fn position_pairs(infos: &[SignalInfo]) -> Vec<[&SignalInfo; 2]> {
    let parts: Vec<_> = infos
        .iter()
        .filter_map(|info| Some((info, part_of(&info.key.signal, &info.unit)?)))
        .collect();
    let mut pairs: Vec<[&SignalInfo; 2]> = Vec::new();
    for must_share_message in [true, false] {
        for (latitude, (part, rest)) in &parts {
            let is_taken = pairs.iter().any(|pair| pair[0].key == latitude.key);
            if *part != Part::Latitude || is_taken {
                continue;
            }
            let longitude = parts.iter().find(|(other, (part, other_rest))| {
                let is_same_place = other.key.message == latitude.key.message
                    && other.key.channel == latitude.key.channel
                    && other.key.arbitration_id == latitude.key.arbitration_id;
                *part == Part::Longitude
                    && other_rest == rest
                    && (is_same_place || !must_share_message)
            });
            if let Some((longitude, _)) = longitude {
                pairs.push([latitude, longitude]);
            }
        }
    }
    // What is sent most often comes first.
    pairs.sort_by_key(|pair| std::cmp::Reverse(pair[0].rows));
    pairs
}

impl AppState {
    /// The signals of a track: latitude, longitude and, where there is one, what gives the colour. A
    /// pair is known by its names; else the first two signals are one.
    pub fn track_signals(&self, panel: &Panel) -> Option<Vec<SignalRef>> {
        let visible: Vec<&PlottedSignal> = panel.signals.iter().filter(|it| it.visible).collect();
        let part = |plotted: &PlottedSignal| {
            let unit = self.signal_info(&plotted.signal).map(|info| &info.unit);
            let (part, _) = part_of(&plotted.signal.key.signal, unit.map_or("", |unit| unit))?;
            Some(part)
        };
        let of = |wanted| visible.iter().position(|it| part(it) == Some(wanted));
        let [latitude, longitude] = match (of(Part::Latitude), of(Part::Longitude)) {
            (Some(latitude), Some(longitude)) => [latitude, longitude],
            _ => [0, 1],
        };
        let third = (0..visible.len()).find(|idx| *idx != latitude && *idx != longitude);
        let chosen = [Some(latitude), Some(longitude), third];
        let signals: Vec<_> = chosen
            .into_iter()
            .flatten()
            .filter_map(|idx| Some(visible.get(idx)?.signal.clone()))
            .collect();
        (signals.len() >= 2).then_some(signals)
    }

    /// Latitude and longitude of the selected vehicle, best first.
    pub(super) fn position_of_selection(&self) -> Option<[SignalRef; 2]> {
        let vehicle = &self.selection.as_ref()?.vehicle;
        let infos = &self.vehicle(vehicle)?.signals;
        let pair = position_pairs(infos).into_iter().next()?;
        Some(pair.map(|info| SignalRef {
            vehicle: vehicle.clone(),
            key: info.key.clone(),
        }))
    }

    /// What a track shows as well when the first half of a position comes into it, with its axis.
    pub(super) fn other_half_for_track(
        &self,
        panel: PanelId,
        signal: &SignalRef,
    ) -> Option<(SignalRef, AxisId)> {
        let panel = self.workspace.panel(panel)?;
        if panel.kind != PanelKind::Track || !panel.signals.is_empty() {
            return None;
        }
        let other = self.other_half(signal)?;
        let axis = axis_of(self.signal_info(&other)?);
        Some((other, axis))
    }

    /// The other half of a position, for a signal that is one half.
    fn other_half(&self, signal: &SignalRef) -> Option<SignalRef> {
        let infos = &self.vehicle(&signal.vehicle)?.signals;
        let pairs = position_pairs(infos);
        let pair = pairs
            .into_iter()
            .find(|pair| pair.iter().any(|info| info.key == signal.key))?;
        let other = pair.into_iter().find(|info| info.key != signal.key)?;
        Some(SignalRef {
            vehicle: signal.vehicle.clone(),
            key: other.key.clone(),
        })
    }
}

#[cfg(test)]
mod tests {
    use canlake_shared::schema::SignalKey;

    use super::*;
    use crate::source::testing::signal_info;

    fn info(message: &str, signal: &str, unit: &str, rows: u64) -> SignalInfo {
        SignalInfo {
            rows,
            ..signal_info(SignalKey::new("", message, None, signal), unit)
        }
    }

    fn pairs(infos: &[SignalInfo]) -> Vec<String> {
        let name = |info: &SignalInfo| format!("{}.{}", info.key.message, info.key.signal);
        position_pairs(infos)
            .into_iter()
            .map(|[latitude, longitude]| format!("{} {}", name(latitude), name(longitude)))
            .collect()
    }

    #[test]
    fn usual_names_are_found() {
        for (latitude, longitude) in [
            ("Latitude", "Longitude"),
            ("GPS_Lat", "GPS_Lon"),
            ("GpsLat", "GpsLong"),
            ("GPSLatitude", "GPSLongitude"),
            ("latitude_deg", "longitude_deg"),
            ("PosLatitude", "PosLongitude"),
            ("GNSS1_LATITUDE", "GNSS1_LONGITUDE"),
            ("GPS_Pos_LLH_Latitude", "GPS_Pos_LLH_Longitude"),
            ("GPSLatitude04F", "GPSLongitude04F"),
        ] {
            let infos = [
                info("P", longitude, "deg", 5),
                info("P", latitude, "deg", 5),
            ];
            assert_eq!(
                pairs(&infos),
                [format!("P.{latitude} P.{longitude}")],
                "{latitude}"
            );
        }
    }

    #[test]
    fn sideways_is_not_a_latitude() {
        let infos = [
            info("I", "LatAccel", "", 5),
            info("I", "LongAccel", "", 5),
            info("I", "Lat", "m/s^2", 5),
            info("I", "Long", "m/s^2", 5),
            info("I", "latitudeDelta", "deg", 5),
            info("I", "longitudeDelta", "deg", 5),
            info("I", "Accuracy_GPS_Latitude", "", 5),
            info("I", "Accuracy_GPS_Longitude", "", 5),
            info("I", "Plateau", "", 5),
            info("I", "Longing", "", 5),
        ];
        assert!(pairs(&infos).is_empty());
    }

    #[test]
    fn a_pair_is_of_one_message_where_it_can_be() {
        let infos = [
            info("Slow", "Latitude", "deg", 5),
            info("Fast", "Latitude", "deg", 50),
            info("Slow", "Longitude", "deg", 5),
            info("Fast", "Longitude", "deg", 50),
        ];
        assert_eq!(
            pairs(&infos),
            [
                "Fast.Latitude Fast.Longitude",
                "Slow.Latitude Slow.Longitude"
            ]
        );
        let apart = [info("A", "GPS_Lat", "", 5), info("B", "GPS_Lon", "", 5)];
        assert_eq!(pairs(&apart), ["A.GPS_Lat B.GPS_Lon"]);
    }
}
