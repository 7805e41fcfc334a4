//! Where decoded columns go.

use std::convert::Infallible;
use std::io::Write;

use crate::schema::{
    DecodedFileWriter, Labels, SchemaError, SignalColumn, SignalDeclaration, SignalKey,
};

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

impl<W: Write + Send> DecodedSink for DecodedFileWriter<W> {
    type Error = SchemaError;

    fn write_signal(&mut self, column: SignalColumn<'_>) -> Result<(), SchemaError> {
        Self::write_signal(self, column)
    }

    fn end_run(&mut self) -> Result<(), SchemaError> {
        Self::end_run(self)
    }
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
    /// Per value a position in `label_texts` or [`Labels::NONE`]; empty where the signal has no value
    /// descriptions.
    pub label_positions: Vec<u32>,
    /// The texts that positions refer to.
    pub label_texts: Vec<String>,
}

impl MemorySink {
    /// The signals, by key.
    pub fn signals(&self) -> &[MemorySignal] {
        &self.signals
    }
}

impl MemorySignal {
    /// The value description of the `i`-th value.
    pub fn label(&self, i: usize) -> Option<&str> {
        let position = usize::try_from(*self.label_positions.get(i)?).ok()?;
        self.label_texts.get(position).map(String::as_str)
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
                declared: column.declared.cloned().unwrap_or_default(),
                timestamps: Vec::new(),
                values: Vec::new(),
                label_positions: Vec::new(),
                label_texts: Vec::new(),
            };
            self.signals.insert(at, signal);
            at
        });
        let signal = self.signals.get_mut(at).expect("found or inserted above");
        let n_before = signal.values.len();
        signal.timestamps.extend_from_slice(column.timestamps);
        signal.values.extend_from_slice(column.values);
        match column.labels {
            Labels::PerRow { indices, texts } => {
                let new = texts.iter().skip(signal.label_texts.len());
                signal
                    .label_texts
                    .extend(new.map(|text| (*text).to_owned()));
                signal.label_positions.resize(n_before, Labels::NONE);
                signal.label_positions.extend_from_slice(indices);
            }
            Labels::None if signal.label_positions.is_empty() => {}
            Labels::None => signal
                .label_positions
                .resize(signal.values.len(), Labels::NONE),
        }
        Ok(())
    }

    fn end_run(&mut self) -> Result<(), Infallible> {
        Ok(())
    }
}
