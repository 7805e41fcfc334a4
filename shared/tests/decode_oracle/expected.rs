//! Expected signals, and how decoded ones differ from them.

use std::collections::BTreeMap;

use canlake_shared::dbc::plan::{CompiledMessage, DecodedSignal};
use canlake_shared::dbc::{Database, MessageDef};

use crate::table::Table;

/// Largest difference of a physical value, relative to it.
const TOLERANCE: f64 = 1e-12;

/// One row of an oracle.
#[derive(Debug)]
pub(crate) struct Expected {
    pub sig_idx: usize,
    pub signal: String,
    pub raw: i64,
    pub physical: f64,
    pub label: Option<String>,
}

impl Expected {
    /// The rows of a table, in order.
    pub(crate) fn rows(table: &Table) -> Vec<Self> {
        let names = table.text("signal");
        let raws = table.integers("raw");
        let physicals = table.floats("physical");
        let labels = table.text("label");
        let indices = table.integers("sig_idx").into_iter().zip(names);
        let values = raws.into_iter().zip(physicals).zip(labels);
        indices
            .zip(values)
            .map(|((sig_idx, signal), ((raw, physical), label))| Self {
                sig_idx: usize::try_from(sig_idx).unwrap(),
                signal: signal.unwrap(),
                raw,
                physical,
                label,
            })
            .collect()
    }
}

/// How one signal of one message differs: the key of a difference.
pub(crate) type Difference = (String, String, String, String);

/// Differences by DBC file, message, signal and kind, with their number.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    pub rows: u64,
    pub bit_exact: u64,
    pub largest_relative: f64,
    pub differences: BTreeMap<Difference, u64>,
}

impl Tally {
    pub(crate) fn differ(&mut self, dbc: &str, message: &str, signal: &str, kind: &str) {
        let key = (dbc, message, signal, kind);
        let key = (key.0.into(), key.1.into(), key.2.into(), key.3.into());
        *self.differences.entry(key).or_default() += 1;
    }

    /// Compares what one payload gave with what it should have given.
    pub(crate) fn compare(
        &mut self,
        (dbc, message): (&str, &MessageDef),
        decoded: &[DecodedSignal],
        expected: &[Expected],
    ) {
        let mut left: Vec<Option<&DecodedSignal>> = decoded.iter().map(Some).collect();
        for expected in expected {
            self.rows += 1;
            let found = find(message, &mut left, expected);
            let Some(found) = found else {
                self.differ(dbc, &message.name, &expected.signal, "missing");
                continue;
            };
            if found.raw != expected.raw {
                self.differ(dbc, &message.name, &expected.signal, "raw");
            }
            if found.physical.to_bits() == expected.physical.to_bits()
                || (found.physical.is_nan() && expected.physical.is_nan())
            {
                self.bit_exact += 1;
            } else {
                let difference = (found.physical - expected.physical).abs();
                let relative = difference / expected.physical.abs();
                self.largest_relative = self.largest_relative.max(relative);
                if relative > TOLERANCE || relative.is_nan() {
                    self.differ(dbc, &message.name, &expected.signal, "physical");
                }
            }
            if found.label.as_deref() != expected.label.as_deref() {
                self.differ(dbc, &message.name, &expected.signal, "label");
            }
        }
        for extra in left.into_iter().flatten() {
            let name = &message.signals[extra.signal_idx].short_name;
            self.differ(dbc, &message.name, name, "not expected");
        }
    }
}

/// Takes the signal at the expected position out of `left`; where the loader left signals out, the
/// first one of that name.
fn find<'a>(
    message: &MessageDef,
    left: &mut [Option<&'a DecodedSignal>],
    expected: &Expected,
) -> Option<&'a DecodedSignal> {
    let is_named = |found: Option<&DecodedSignal>| {
        found.is_some_and(|found| {
            let signal = &message.signals[found.signal_idx];
            signal.short_name == expected.signal
        })
    };
    let exactly = |found: Option<&DecodedSignal>| {
        is_named(found) && found.is_some_and(|found| found.signal_idx == expected.sig_idx)
    };
    let position = left.iter().position(|found| exactly(*found));
    let position = position.or_else(|| left.iter().position(|found| is_named(*found)))?;
    left[position].take()
}

/// The definition that a plan was compiled from.
pub(crate) fn definition<'a>(
    databases: &'a [Database],
    compiled: &CompiledMessage,
) -> &'a MessageDef {
    let messages = databases.iter().flat_map(|database| &database.messages);
    let mut messages = messages.filter(|message| message.id == compiled.id());
    messages
        .find(|message| *message.name == **compiled.name())
        .unwrap()
}

/// The `occurrence`-th message with the identifier, and its plan.
pub(crate) fn message_at(
    database: &Database,
    id: canlake_shared::can::CanId,
    occurrence: usize,
) -> Option<(&MessageDef, CompiledMessage)> {
    let message = database
        .messages
        .iter()
        .filter(|message| message.id == id)
        .nth(occurrence)?;
    Some((message, CompiledMessage::new(message)))
}

/// Compares differences with the list of known ones: nothing may be new, nothing may be left over.
pub(crate) fn assert_known(tally: &Tally, known: &str) {
    let known: Vec<&str> = known
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .map(|line| line.split(" | ").next().unwrap_or(line).trim())
        .collect();
    let found: Vec<String> = tally
        .differences
        .iter()
        .map(|((dbc, message, signal, kind), rows)| {
            format!("{dbc}; {message}.{signal}; {kind}; {rows}")
        })
        .collect();
    let new: Vec<&String> = found
        .iter()
        .filter(|line| !known.contains(&line.as_str()))
        .collect();
    let gone: Vec<&&str> = known
        .iter()
        .filter(|line| !found.iter().any(|found| found == **line))
        .collect();
    assert!(
        new.is_empty() && gone.is_empty(),
        "{} new differences: {:#?}\n{} listed differences that are no more: {gone:#?}",
        new.len(),
        new.iter().take(200).collect::<Vec<_>>(),
        gone.len(),
    );
}
