//! Values of measured signals, collected until they are written.

use std::collections::HashMap;

use crate::decode::DecodedSink;
use crate::schema::{Labels, SignalColumn, SignalDeclaration, SignalKey};

/// Different texts that are kept of a signal; what a signal says beyond has no label.
const MAX_LABELS: usize = 4096;

/// What a signal is.
#[derive(Clone, Debug, PartialEq)]
pub struct MeasuredSignal {
    /// Group and name.
    pub key: SignalKey,
    /// Its unit, empty where it has none.
    pub unit: String,
    /// What the file says in words.
    pub comment: String,
}

/// A number of values of each signal.
#[derive(Debug, Default)]
pub struct MeasuredRun {
    signals: Vec<Signal>,
    /// How many signals wanted a key.
    wanted: HashMap<SignalKey, u32>,
    n_values: usize,
}

#[derive(Debug)]
struct Signal {
    key: SignalKey,
    unit: String,
    declared: SignalDeclaration,
    timestamps: Vec<i64>,
    values: Vec<f64>,
    label_positions: Vec<u32>,
    labels: Vec<String>,
    label_by_text: HashMap<String, u32>,
    is_sorted: bool,
}

impl MeasuredRun {
    /// Adds a signal; its number is for [`Self::push`].
    ///
    /// A second signal of the same key gets a number behind its name.
    pub fn add_signal(&mut self, signal: MeasuredSignal) -> usize {
        let mut key = signal.key.clone();
        loop {
            let n = self.wanted.entry(signal.key.clone()).or_default();
            *n += 1;
            if *n > 1 {
                key.signal = format!("{} ({n})", signal.key.signal).into();
            }
            if key == signal.key || !self.wanted.contains_key(&key) {
                break;
            }
        }
        self.wanted.entry(key.clone()).or_insert(1);
        self.signals.push(Signal {
            key,
            unit: signal.unit,
            declared: SignalDeclaration {
                comment: signal.comment,
                ..SignalDeclaration::default()
            },
            timestamps: Vec::new(),
            values: Vec::new(),
            label_positions: Vec::new(),
            labels: Vec::new(),
            label_by_text: HashMap::new(),
            is_sorted: true,
        });
        self.signals.len() - 1
    }

    /// Adds a value of a signal, with the text that it stands for.
    pub fn push(&mut self, signal: usize, ns: i64, value: f64, label: Option<&str>) {
        let Some(signal) = self.signals.get_mut(signal) else {
            return;
        };
        signal.is_sorted &= signal.timestamps.last().is_none_or(|last| *last <= ns);
        signal.timestamps.push(ns);
        signal.values.push(value);
        let position = label.and_then(|label| signal.position(label));
        if position.is_some() || !signal.labels.is_empty() {
            // Values before the first label have none.
            signal
                .label_positions
                .resize(signal.values.len() - 1, Labels::NONE);
            signal
                .label_positions
                .push(position.unwrap_or(Labels::NONE));
        }
        self.n_values += 1;
    }

    /// Adds a text as a value: the number of the text among those of the signal.
    pub fn push_text(&mut self, signal: usize, ns: i64, text: &str) {
        let known = self.signals.get_mut(signal);
        let position = known.and_then(|signal| signal.position(text));
        let value = position.map_or(f64::NAN, f64::from);
        self.push(signal, ns, value, Some(text));
    }

    /// Values collected.
    pub fn len(&self) -> usize {
        self.n_values
    }

    /// Whether there are no values.
    pub fn is_empty(&self) -> bool {
        self.n_values == 0
    }

    /// Writes what was collected as one run, in the order of keys and times, and forgets it.
    pub fn write_to<S: DecodedSink>(&mut self, sink: &mut S) -> Result<(), S::Error> {
        if self.n_values == 0 {
            return Ok(());
        }
        let mut order: Vec<&mut Signal> = self.signals.iter_mut().collect();
        order.sort_by(|a, b| a.key.cmp(&b.key));
        for signal in order {
            if signal.values.is_empty() {
                continue;
            }
            signal.sort_by_time();
            let texts: Vec<&str> = signal.labels.iter().map(String::as_str).collect();
            sink.write_signal(SignalColumn {
                key: &signal.key,
                unit: &signal.unit,
                declared: Some(&signal.declared),
                timestamps: &signal.timestamps,
                values: &signal.values,
                labels: if signal.label_positions.is_empty() {
                    Labels::None
                } else {
                    Labels::PerRow {
                        indices: &signal.label_positions,
                        texts: &texts,
                    }
                },
            })?;
            signal.clear();
        }
        self.n_values = 0;
        sink.end_run()
    }
}

impl Signal {
    fn position(&mut self, label: &str) -> Option<u32> {
        if let Some(position) = self.label_by_text.get(label) {
            return Some(*position);
        }
        if self.labels.len() >= MAX_LABELS {
            return None;
        }
        let position = u32::try_from(self.labels.len()).ok()?;
        self.labels.push(label.to_owned());
        self.label_by_text.insert(label.to_owned(), position);
        Some(position)
    }

    /// Equal times keep their order.
    fn sort_by_time(&mut self) {
        if self.is_sorted {
            return;
        }
        let mut order: Vec<usize> = (0..self.timestamps.len()).collect();
        order.sort_by_key(|i| self.timestamps.get(*i).copied());
        self.timestamps = picked(&self.timestamps, &order);
        self.values = picked(&self.values, &order);
        if !self.label_positions.is_empty() {
            self.label_positions = picked(&self.label_positions, &order);
        }
    }

    fn clear(&mut self) {
        self.timestamps.clear();
        self.values.clear();
        self.label_positions.clear();
        self.is_sorted = true;
    }
}

fn picked<T: Copy>(items: &[T], order: &[usize]) -> Vec<T> {
    order
        .iter()
        .filter_map(|i| items.get(*i).copied())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decode::MemorySink;

    fn signal(name: &str) -> MeasuredSignal {
        MeasuredSignal {
            key: SignalKey::new("", "engine", None, name),
            unit: "rpm".to_owned(),
            comment: "a comment".to_owned(),
        }
    }

    #[test]
    fn runs_come_out_by_key_and_time() {
        let mut run = MeasuredRun::default();
        let speed = run.add_signal(signal("speed"));
        let gear = run.add_signal(signal("gear"));
        let again = run.add_signal(signal("gear"));
        let mut sink = MemorySink::default();
        run.write_to(&mut sink).unwrap();
        run.push(speed, 3, 30.0, None);
        run.push(speed, 1, 10.0, Some("slow"));
        run.push(gear, 2, 2.0, None);
        assert_eq!(run.len(), 3);
        run.write_to(&mut sink).unwrap();
        run.push(speed, 5, 50.0, Some("fast"));
        run.push(speed, 6, 60.0, None);
        run.push(again, 7, 7.0, None);
        run.write_to(&mut sink).unwrap();
        assert!(run.is_empty());
        let names: Vec<String> = (sink.signals().iter())
            .map(|signal| signal.key.signal.to_string())
            .collect();
        assert_eq!(names, ["gear", "gear (2)", "speed"]);
        let speed = &sink.signals()[2];
        assert_eq!(speed.timestamps, [1, 3, 5, 6]);
        assert_eq!(speed.values, [10.0, 30.0, 50.0, 60.0]);
        assert_eq!(speed.label(0), Some("slow"));
        assert_eq!(speed.label(1), None);
        assert_eq!(speed.declared.comment, "a comment");
    }
}
