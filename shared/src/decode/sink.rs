//! Where decoded columns go.

use std::convert::Infallible;
use std::sync::Arc;

use crate::dbc::plan::NO_LABEL;
use crate::schema::{SignalDeclaration, SignalKey};

/// The values of one signal in one run, sorted by time.
#[derive(Clone, Copy, Debug)]
pub struct SignalColumn<'a> {
    /// Which signal.
    pub key: &'a SignalKey,
    /// The unit, empty where there is none.
    pub unit: &'a str,
    /// What the DBC says of the signal.
    pub declared: &'a SignalDeclaration,
    /// Nanoseconds since the Unix epoch, ascending, one per value.
    pub timestamps: &'a [i64],
    /// Physical values; NaN and infinities occur.
    pub values: &'a [f64],
    /// Value descriptions of the values.
    pub labels: Labels<'a>,
}

/// A column of labels: positions in a list of texts.
#[derive(Clone, Copy, Debug, Default)]
pub struct Labels<'a> {
    /// One per value, [`NO_LABEL`] where the value has none; empty where no value has one.
    pub positions: &'a [u32],
    /// The texts that positions refer to.
    pub texts: &'a [Arc<str>],
}

impl<'a> Labels<'a> {
    /// The label of the `i`-th value.
    pub fn get(&self, i: usize) -> Option<&'a Arc<str>> {
        let position = *self.positions.get(i)?;
        self.texts.get(usize::try_from(position).ok()?)
    }

    /// Whether no value has a label.
    pub fn is_empty(&self) -> bool {
        self.positions.iter().all(|position| *position == NO_LABEL)
    }
}

/// Takes decoded columns, signal by signal, run by run.
pub trait DecodedSink {
    /// What may go wrong.
    type Error;

    /// Takes one signal of the current run. Within a run signals come in ascending order of their
    /// key, each once.
    fn write_signal(&mut self, column: SignalColumn<'_>) -> Result<(), Self::Error>;

    /// Ends a run; the next signal belongs to the next one.
    fn end_run(&mut self) -> Result<(), Self::Error>;
}

/// Keeps decoded columns in memory; the runs of a signal are put one after the other.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct MemorySink {
    signals: Vec<MemorySignal>,
}

/// One signal as [`MemorySink`] keeps it.
#[derive(Clone, Debug, PartialEq)]
pub struct MemorySignal {
    /// Which signal.
    pub key: SignalKey,
    /// The unit, empty where there is none.
    pub unit: String,
    /// What the DBC says of the signal.
    pub declared: SignalDeclaration,
    /// Nanoseconds since the Unix epoch, ascending within a run.
    pub timestamps: Vec<i64>,
    /// Physical values.
    pub values: Vec<f64>,
    /// Value descriptions of the values; empty where the signal has none.
    pub labels: Vec<Option<Arc<str>>>,
}

impl MemorySink {
    /// The signals, by key.
    pub fn signals(&self) -> &[MemorySignal] {
        &self.signals
    }

    /// The signals, by key.
    pub fn into_signals(self) -> Vec<MemorySignal> {
        self.signals
    }
}

impl DecodedSink for MemorySink {
    type Error = Infallible;

    fn write_signal(&mut self, column: SignalColumn<'_>) -> Result<(), Infallible> {
        let found = self
            .signals
            .binary_search_by(|signal| signal.key.cmp(column.key));
        let at = found.unwrap_or_else(|at| {
            let signal = MemorySignal {
                key: column.key.clone(),
                unit: column.unit.to_owned(),
                declared: column.declared.clone(),
                timestamps: Vec::new(),
                values: Vec::new(),
                labels: Vec::new(),
            };
            self.signals.insert(at, signal);
            at
        });
        let signal = self.signals.get_mut(at).expect("found or inserted above");
        signal.timestamps.extend_from_slice(column.timestamps);
        signal.values.extend_from_slice(column.values);
        let labels = 0..column.labels.positions.len();
        signal
            .labels
            .extend(labels.map(|i| column.labels.get(i).cloned()));
        Ok(())
    }

    fn end_run(&mut self) -> Result<(), Infallible> {
        Ok(())
    }
}
