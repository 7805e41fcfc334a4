//! What two decodings of the same frames make of them: which signals, how defined, how many samples,
//! and from when on they differ.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::path::PathBuf;
use std::sync::Arc;

pub use canlake_shared::dbc::diff::Change;
use canlake_shared::dbc::diff::coding_changes;
use canlake_shared::schema::{SignalKey, SignalSummary, read_summary, summarise_decoded};
use canlake_shared::time::Timestamp;

use super::Definition;
use crate::query::SignalRows;

/// One of the two decodings.
#[derive(Clone, Debug, Default)]
pub struct Decoding {
    /// Its signals by key, summed up over its files.
    pub signals: BTreeMap<SignalKey, SignalSummary>,
    /// Their definitions, as far as the DBC files are at hand.
    pub definitions: BTreeMap<SignalKey, Definition>,
}

/// Two decodings side by side.
#[derive(Clone, Debug, Default)]
pub struct Differences {
    /// All signals of either, by key.
    pub signals: Vec<SignalDifference>,
    /// Whether both DBC files were at hand: without them definitions are compared as far as the
    /// footers know them.
    pub has_definitions: bool,
}

/// One signal in two decodings.
#[derive(Clone, Debug)]
pub struct SignalDifference {
    /// The signal.
    pub key: SignalKey,
    /// What the first decoding has of it.
    pub before: Option<Side>,
    /// What the second has.
    pub after: Option<Side>,
    /// What is defined otherwise.
    pub changes: Vec<Change>,
    /// From when on the samples differ, where they were compared.
    pub samples: SampleCheck,
}

/// A signal in one decoding.
#[derive(Clone, Debug, PartialEq)]
pub struct Side {
    /// Number of samples.
    pub rows: u64,
    /// Smallest value.
    pub min: Option<f64>,
    /// Largest value.
    pub max: Option<f64>,
    /// The unit.
    pub unit: Arc<str>,
}

/// Whether the samples of a signal are the same.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum SampleCheck {
    /// They were not compared: the signal is not plotted, or is in one decoding only.
    #[default]
    NotCompared,
    /// All are the same.
    Same,
    /// The first that differ.
    From {
        /// When.
        time: Timestamp,
        /// The value of the first decoding; `None` where it has none at this time.
        before: Option<f64>,
        /// The value of the second.
        after: Option<f64>,
    },
}

impl SignalDifference {
    /// Whether anything is not the same.
    pub fn is_any(&self) -> bool {
        self.before.is_none()
            || self.after.is_none()
            || !self.changes.is_empty()
            || matches!(self.samples, SampleCheck::From { .. })
            || self.has_other_values()
    }

    /// Whether count or extremes differ.
    pub fn has_other_values(&self) -> bool {
        let values = |side: &Side| (side.rows, side.min, side.max);
        self.before.as_ref().map(values) != self.after.as_ref().map(values)
    }
}

/// The signals of a vehicle in some decoded files, from their footers; from a scan where a footer
/// does not say. A file that cannot be read is named in the error.
pub fn summaries(
    files: &[PathBuf],
) -> Result<BTreeMap<SignalKey, SignalSummary>, (PathBuf, String)> {
    let mut signals: BTreeMap<SignalKey, SignalSummary> = BTreeMap::new();
    for path in files {
        let failed =
            |error: &dyn std::error::Error| (path.clone(), canlake_shared::error_chain(error));
        let file = File::open(path).map_err(|error| failed(&error))?;
        let (summary, _) = read_summary(&file).map_err(|error| failed(&error))?;
        let found = if let Some(found) = summary.signals {
            found
        } else {
            let summary = summarise_decoded(file).map_err(|error| failed(&error))?;
            summary.signals.unwrap_or_default()
        };
        for signal in found {
            signals
                .entry(signal.key.clone())
                .and_modify(|known| known.merge(&signal))
                .or_insert(signal);
        }
    }
    Ok(signals)
}

/// Compares two decodings, without their samples.
pub fn compare(before: &Decoding, after: &Decoding) -> Differences {
    let keys: BTreeSet<&SignalKey> = before.signals.keys().chain(after.signals.keys()).collect();
    let compare = |key: &SignalKey| {
        let sides = (before.signals.get(key), after.signals.get(key));
        let mut changes = Vec::new();
        if let (Some(before), Some(after)) = sides {
            declared_changes(before, after, &mut changes);
        }
        let definitions = (before.definitions.get(key), after.definitions.get(key));
        if let (Some(before), Some(after)) = definitions {
            coding_changes(
                (before.message(), before.signal()),
                (after.message(), after.signal()),
                &mut changes,
            );
        }
        SignalDifference {
            key: key.clone(),
            before: sides.0.map(side),
            after: sides.1.map(side),
            changes,
            samples: SampleCheck::NotCompared,
        }
    };
    Differences {
        signals: keys.into_iter().map(compare).collect(),
        has_definitions: !before.definitions.is_empty() && !after.definitions.is_empty(),
    }
}

fn side(summary: &SignalSummary) -> Side {
    Side {
        rows: summary.rows,
        min: summary.min,
        max: summary.max,
        unit: summary.unit.as_str().into(),
    }
}

/// Adds a change where two texts differ.
fn note(changes: &mut Vec<Change>, what: &'static str, before: String, after: String) {
    if before != after {
        changes.push(Change {
            what,
            before,
            after,
        });
    }
}

/// What the footers know of a definition.
fn declared_changes(before: &SignalSummary, after: &SignalSummary, changes: &mut Vec<Change>) {
    note(changes, "unit", before.unit.clone(), after.unit.clone());
    let period = |summary: &SignalSummary| match summary.declared.cycle_time_ms {
        Some(ms) => format!("{ms} ms"),
        None => "none".to_owned(),
    };
    note(changes, "period", period(before), period(after));
    let sent = |summary: &SignalSummary| {
        let text = if summary.declared.is_on_change {
            "on change"
        } else {
            "periodically"
        };
        text.to_owned()
    };
    note(changes, "sent", sent(before), sent(after));
    let texts = |summary: &SignalSummary| {
        let labels = summary.declared.labels.iter();
        let labels: Vec<String> = labels
            .map(|(value, text)| format!("{value} = {text}"))
            .collect();
        labels.join(", ")
    };
    note(changes, "texts of values", texts(before), texts(after));
    let comment = |summary: &SignalSummary| summary.declared.comment.clone();
    note(changes, "comment", comment(before), comment(after));
}

/// Compares the samples of a signal in both decodings.
pub fn compare_samples(before: &SignalRows, after: &SignalRows) -> SampleCheck {
    let rows = |rows: &SignalRows, at: usize| Some((*rows.times.get(at)?, *rows.values.get(at)?));
    let len = before.times.len().max(after.times.len());
    let is_same =
        |a: (i64, f64), b: (i64, f64)| a.0 == b.0 && (a.1 == b.1 || a.1.is_nan() && b.1.is_nan());
    for at in 0..len {
        let (a, b) = (rows(before, at), rows(after, at));
        if let (Some(a), Some(b)) = (a, b)
            && is_same(a, b)
        {
            continue;
        }
        // Where one has a sample and the other has not, the earlier one is the first difference.
        let times = [a, b].into_iter().flatten().map(|(time, _)| time);
        let Some(time) = times.min() else {
            break;
        };
        let value = |row: Option<(i64, f64)>| row.filter(|row| row.0 == time).map(|row| row.1);
        return SampleCheck::From {
            time: Timestamp::from_ns(time),
            before: value(a),
            after: value(b),
        };
    }
    SampleCheck::Same
}

#[cfg(test)]
mod tests {
    use canlake_shared::dbc::DbcFile;

    use super::super::Standing;
    use super::super::shelf::ShelvedDbc;
    use super::*;

    fn decoding(signal_line: &str, signals: &[(&str, &[f64])]) -> Decoding {
        let text = format!("BO_ 256 M: 8 N\n{signal_line}\n");
        let file = Arc::new(DbcFile::new("a.dbc", text.as_bytes()));
        let mut decoding = Decoding::default();
        for (name, values) in signals {
            let key = SignalKey::new("", "M", Some(256), name);
            let times: Vec<i64> = (0..values.len() as i64).collect();
            let unit = if signal_line.contains("\"V\"") {
                "V"
            } else {
                "mV"
            };
            let summary = SignalSummary::of_rows(&key, unit, &times, values).unwrap();
            let shelved = ShelvedDbc {
                file: Arc::clone(&file),
                path: None,
            };
            let definition = Definition::in_file(&key, shelved, Standing::Unknown);
            decoding
                .definitions
                .extend(definition.map(|it| (key.clone(), it)));
            decoding.signals.insert(key, summary);
        }
        decoding
    }

    #[test]
    fn definitions_and_extremes_are_compared() {
        let before = decoding(
            " SG_ S : 0|16@1+ (0.5,0) [0|0] \"V\" N",
            &[("S", &[1.0, 2.0]), ("Gone", &[0.0])],
        );
        let after = decoding(
            " SG_ S : 7|16@0- (500,1) [0|100] \"mV\" N",
            &[("S", &[1.0, 3.0]), ("New", &[0.0])],
        );
        let differences = compare(&before, &after);
        let [gone, new, both] = differences.signals.as_slice() else {
            panic!("{differences:?}");
        };
        assert!(gone.after.is_none() && new.before.is_none());
        assert!(gone.is_any() && new.is_any() && both.is_any() && both.has_other_values());
        let changes: Vec<_> = both
            .changes
            .iter()
            .map(|it| (it.what, it.before.as_str(), it.after.as_str()))
            .collect();
        let expected = [
            ("unit", "V", "mV"),
            ("start bit", "0", "7"),
            (
                "byte order",
                "Intel (little endian)",
                "Motorola (big endian)",
            ),
            ("type", "unsigned", "signed"),
            ("factor", "0.5", "500"),
            ("offset", "0", "1"),
            ("declared range", "none", "0 to 100"),
        ];
        assert_eq!(changes, expected);
        let same = compare(&before, &before);
        assert!(same.signals.iter().all(|signal| !signal.is_any()));
    }

    #[test]
    fn the_first_sample_that_differs() {
        let rows = |samples: &[(i64, f64)]| SignalRows {
            times: samples.iter().map(|it| it.0).collect(),
            values: samples.iter().map(|it| it.1).collect(),
            labels: Vec::new(),
        };
        let before = rows(&[(1, 1.0), (2, f64::NAN), (3, 5.0)]);
        assert_eq!(compare_samples(&before, &before), SampleCheck::Same);
        let from = |time, before, after| SampleCheck::From {
            time: Timestamp::from_ns(time),
            before,
            after,
        };
        let cases = [
            (
                rows(&[(1, 1.0), (2, f64::NAN), (3, 6.0)]),
                from(3, Some(5.0), Some(6.0)),
            ),
            (rows(&[(1, 1.0), (3, 5.0)]), from(2, Some(f64::NAN), None)),
            (rows(&[(1, 1.0), (2, f64::NAN)]), from(3, Some(5.0), None)),
            (rows(&[(0, 9.0)]), from(0, None, Some(9.0))),
        ];
        for (after, expected) in cases {
            let found = compare_samples(&before, &after);
            assert_eq!(format!("{found:?}"), format!("{expected:?}"));
        }
    }
}
