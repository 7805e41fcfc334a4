//! The columns of a run, in the order of decoded files, on their way into a sink.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::codes::CodeColumn;
use super::sink::DecodedSink;
use super::slot::Slot;
use crate::dbc::plan::{CompiledMessage, Payloads, Presence, SignalValues};
use crate::schema::{Labels, SignalColumn, SignalKey};

/// One column to be written.
pub(super) struct Column<'a> {
    key: SignalKey,
    content: Content<'a>,
}

enum Content<'a> {
    Signal(SignalOfSlot<'a>),
    Codes(&'a CodeColumn),
}

#[derive(Clone, Copy)]
struct SignalOfSlot<'a> {
    // Which slot and which of its messages.
    group: (usize, usize),
    slot: &'a Slot,
    message: &'a CompiledMessage,
    signal_idx: usize,
}

/// Every signal of every slot, and the trouble codes, in order. What a DBC calls as codes are called
/// here goes before them: a run has each key once.
pub(super) fn columns<'a>(
    slots: &'a [Slot],
    codes: &'a BTreeMap<SignalKey, CodeColumn>,
) -> Vec<Column<'a>> {
    let mut columns = Vec::new();
    let filled = slots.iter().enumerate();
    for (slot_idx, slot) in filled.filter(|(_, slot)| !slot.timestamps.is_empty()) {
        for (message_idx, message) in slot.messages.iter().enumerate() {
            for (signal_idx, signal) in message.signals().iter().enumerate() {
                columns.push(Column {
                    key: SignalKey {
                        channel: Arc::clone(&slot.channel),
                        message: Arc::clone(message.name()),
                        arbitration_id: Some(slot.id.number()),
                        signal: Arc::clone(signal.name()),
                    },
                    content: Content::Signal(SignalOfSlot {
                        group: (slot_idx, message_idx),
                        slot,
                        message,
                        signal_idx,
                    }),
                });
            }
        }
    }
    columns.extend(codes.iter().map(|(key, column)| Column {
        key: key.clone(),
        content: Content::Codes(column),
    }));
    columns.sort_by(|left, right| left.key.cmp(&right.key));
    columns.dedup_by(|later, first| {
        matches!(later.content, Content::Codes(_)) && later.key == first.key
    });
    columns
}

/// Writes columns, message by message. Returns the number of values.
pub(super) fn write<S: DecodedSink>(columns: &[Column<'_>], sink: &mut S) -> Result<u64, S::Error> {
    let mut scratch = Scratch::default();
    let mut signal_values = 0;
    for columns in columns.chunk_by(|left, right| left.key.message == right.key.message) {
        signal_values += write_message(columns, sink, &mut scratch)?;
    }
    Ok(signal_values)
}

#[derive(Default)]
struct Scratch {
    values: SignalValues,
    timestamps: Vec<i64>,
}

/// Writes the columns of all messages of one name, whose multiplexors are read once per group.
fn write_message<S: DecodedSink>(
    columns: &[Column<'_>],
    sink: &mut S,
    scratch: &mut Scratch,
) -> Result<u64, S::Error> {
    let mut signal_values = 0;
    let mut groups: BTreeMap<(usize, usize), (Payloads<'_>, Presence<'_>)> = BTreeMap::new();
    for column in columns {
        if let Content::Signal(of) = column.content {
            groups.entry(of.group).or_insert_with(|| {
                let payloads = of.slot.payloads.as_payloads();
                let presence = of.message.presence(&payloads);
                (payloads, presence)
            });
        }
    }
    for column in columns {
        signal_values += match column.content {
            Content::Codes(codes) => codes.write(&column.key, sink)?,
            Content::Signal(of) => match groups.get(&of.group) {
                Some(group) => write_signal(&column.key, of, group, sink, scratch)?,
                None => 0,
            },
        };
    }
    Ok(signal_values)
}

fn write_signal<S: DecodedSink>(
    key: &SignalKey,
    of: SignalOfSlot<'_>,
    (payloads, presence): &(Payloads<'_>, Presence<'_>),
    sink: &mut S,
    scratch: &mut Scratch,
) -> Result<u64, S::Error> {
    let Some(signal) = of.message.signals().get(of.signal_idx) else {
        return Ok(0);
    };
    let values = &mut scratch.values;
    let rows = of.message.decode(of.signal_idx, payloads, presence, values);
    if values.physical.is_empty() {
        return Ok(0);
    }
    let all = of.slot.timestamps.as_slice();
    let timestamps = match rows.as_list() {
        None => all,
        Some(rows) => {
            let row = |row: &u32| all.get(*row as usize).copied();
            scratch.timestamps.clear();
            scratch.timestamps.extend(rows.iter().filter_map(row));
            &scratch.timestamps
        }
    };
    let texts: Vec<&str> = signal.labels().iter().map(|text| &**text).collect();
    sink.write_signal(SignalColumn {
        key,
        unit: signal.unit(),
        declared: Some(signal.declaration()),
        timestamps,
        values: &values.physical,
        labels: if texts.is_empty() {
            Labels::None
        } else {
            Labels::PerRow {
                indices: &values.label_positions,
                texts: &texts,
            }
        },
    })?;
    Ok(values.physical.len() as u64)
}
