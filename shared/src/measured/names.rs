//! What the names of columns say.

use super::MeasuredSignal;
use crate::schema::SignalKey;

/// First words of columns that hold times.
const TIMES: [&str; 11] = [
    "time",
    "times",
    "timestamp",
    "timestamps",
    "t",
    "abstime",
    "zeit",
    "zeitstempel",
    "date",
    "datetime",
    "epoch",
];

/// Whether a column holds times: its first word says so, and nothing but a unit follows.
pub(super) fn is_time(name: &str) -> bool {
    let lower = name.to_lowercase();
    let mut words = words(&lower);
    let is_unit = |word: &str| {
        crate::logs::csv::time_unit(word).is_some() || ["utc", "stamp", "epoch"].contains(&word)
    };
    words.next().is_some_and(|word| TIMES.contains(&word)) && words.all(is_unit)
}

/// Whether a column holds the times of the one called `next`: it has that name and then says so.
pub(super) fn is_time_of(name: &str, next: &str) -> bool {
    let bare = bare(next);
    let rest = name.strip_prefix(bare).filter(|_| !bare.is_empty());
    rest.is_some_and(|rest| rest.starts_with(' ') && is_time(rest.trim()))
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    let is_part = |c: char| c.is_alphanumeric();
    text.split(move |c| !is_part(c))
        .filter(|word| !word.is_empty())
}

/// The unit behind a name, in brackets: `Speed [km/h]`, `Speed (km/h)`; empty where there is none.
pub(super) fn unit_of(name: &str) -> &str {
    name.get(bare(name).len()..)
        .unwrap_or_default()
        .trim_matches([' ', '[', ']', '(', ')'])
}

/// A name without its unit.
fn bare(name: &str) -> &str {
    for (open, close) in [('[', ']'), ('(', ')')] {
        let inner = name.trim_end().strip_suffix(close);
        if let Some(at) = inner.and_then(|inner| inner.rfind(open))
            && at > 0
        {
            return name.get(..at).unwrap_or(name).trim_end();
        }
    }
    name
}

/// The signal of a column. `Message.Signal` belongs to the message, anything else to `group`.
pub(super) fn of_column(name: &str, group: &str) -> MeasuredSignal {
    let (bare, unit) = (bare(name), unit_of(name));
    let (message, signal) = match bare.split_once('.') {
        Some((message, signal)) if !message.is_empty() && !signal.is_empty() => (message, signal),
        _ => (group, bare),
    };
    MeasuredSignal {
        key: SignalKey::new("", message, None, signal),
        unit: unit.to_owned(),
        comment: String::new(),
    }
}

/// The name of a file without its folders and endings.
pub(super) fn stem(file: &str) -> String {
    let name = file.rsplit(['/', '\\']).next().unwrap_or_default();
    let stem = name.split('.').next().unwrap_or_default();
    if stem.is_empty() { "table" } else { stem }.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_by_their_names() {
        for name in [
            "time",
            "Time [s]",
            "timestamp",
            "t",
            "TIME_MS",
            "Time Stamp",
            "timestamp UTC",
        ] {
            assert!(is_time(name), "{name}");
        }
        for name in [
            "",
            "temperature",
            "time to full [min]",
            "s",
            "on time",
            "t2",
        ] {
            assert!(!is_time(name), "{name}");
        }
        assert!(is_time_of("Speed time [s]", "Speed [km/h]"));
        assert!(is_time_of("Speed timestamp", "Speed"));
        assert!(!is_time_of("Charge time [s]", "Speed"));
    }

    #[test]
    fn units_in_brackets() {
        assert_eq!(unit_of("Speed [km/h]"), "km/h");
        assert_eq!(unit_of("Speed (m/s)"), "m/s");
        assert_eq!(unit_of("Speed"), "");
        assert_eq!(unit_of("[V]"), "");
        let signal = of_column("Battery.Voltage [V]", "drive");
        assert_eq!(signal.key, SignalKey::new("", "Battery", None, "Voltage"));
        assert_eq!(stem("/a/b.c/drive.csv.gz"), "drive");
    }
}
