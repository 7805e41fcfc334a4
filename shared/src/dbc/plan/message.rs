//! One message of a DBC file, compiled: columns of payloads in, columns of values out.

use std::sync::Arc;

use super::bits::BitField;
use super::labels::LabelLookup;
use super::multiplex::{MuxPlan, Presence};
use super::payloads::{PayloadBuffer, Payloads};
use super::rows::Rows;
use super::scale::Scale;
use crate::can::CanId;
use crate::dbc::{MessageDef, SendType, SignalDef};
use crate::schema::SignalDeclaration;

/// A message whose signals are compiled to kernels over columns of payloads.
#[derive(Clone, Debug)]
pub struct CompiledMessage {
    name: Arc<str>,
    id: CanId,
    len_bytes: usize,
    required_bytes: usize,
    is_parameter_group: bool,
    signals: Vec<CompiledSignal>,
    mux: MuxPlan,
}

/// A signal of a [`CompiledMessage`], with what a reader of its values needs to know.
#[derive(Clone, Debug)]
pub struct CompiledSignal {
    name: Arc<str>,
    unit: Arc<str>,
    declaration: SignalDeclaration,
    // `None`: a width outside 1 to 64 bits; such a signal never has a value.
    kernel: Option<(BitField, Scale)>,
    labels: Option<LabelLookup>,
}

/// One column of decoded values; kept by the caller so that its memory is used again.
#[derive(Clone, Debug, Default)]
pub struct SignalValues {
    /// Physical values.
    pub physical: Vec<f64>,
    /// Per value the position of its label in [`CompiledSignal::labels`], or
    /// [`super::NO_LABEL`]. Empty for a signal without value descriptions.
    pub label_positions: Vec<u32>,
    raws: Vec<i64>,
}

/// How far the payloads of a column could be decoded, in frames.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ColumnReport {
    /// Shorter than the message, so that a signal which should be present is not wholly inside.
    pub short: u64,
    /// A multiplexor with a value that selects nothing.
    pub unknown_multiplexor_value: u64,
    /// Gave no value at all, for whatever reason.
    pub without_value: u64,
}

/// How many frames each row of a column was made of.
#[derive(Clone, Copy, Debug)]
pub enum FramesPerRow<'a> {
    /// One each.
    One,
    /// As listed: messages of a transport protocol.
    Each(&'a [u32]),
}

impl FramesPerRow<'_> {
    fn of(self, row: usize) -> u64 {
        match self {
            Self::One => 1,
            Self::Each(frames) => frames.get(row).copied().unwrap_or_default().into(),
        }
    }

    /// Of all rows.
    pub fn total(self, n_rows: usize) -> u64 {
        match self {
            Self::One => n_rows as u64,
            Self::Each(frames) => frames.iter().map(|frames| u64::from(*frames)).sum(),
        }
    }

    fn sum(self, rows: &[u32]) -> u64 {
        rows.iter().map(|row| self.of(*row as usize)).sum()
    }
}

/// One signal of one payload.
#[derive(Clone, Debug, PartialEq)]
pub struct DecodedSignal {
    /// Position in [`CompiledMessage::signals`].
    pub signal_idx: usize,
    /// The raw value as `i64`: sign extended, a float's bit pattern, or the same 64 bits.
    pub raw: i64,
    /// The physical value.
    pub physical: f64,
    /// The value description, where there is one.
    pub label: Option<Arc<str>>,
}

impl CompiledMessage {
    /// Compiles one message.
    pub fn new(message: &MessageDef) -> Self {
        let kernels: Vec<_> = message
            .signals
            .iter()
            .map(|signal| {
                let field = BitField::new(signal)?;
                Some((field, Scale::new(signal, field)))
            })
            .collect();
        let fields: Vec<_> = kernels
            .iter()
            .map(|kernel| kernel.map(|(field, _)| field))
            .collect();
        let signals = message.signals.iter().zip(&kernels);
        Self {
            name: message.name.as_str().into(),
            id: message.id,
            len_bytes: message.len_bytes as usize,
            required_bytes: required_bytes(message, &fields),
            is_parameter_group: false,
            mux: MuxPlan::new(&message.signals, &fields),
            signals: signals
                .map(|(signal, kernel)| CompiledSignal::new(message, signal, *kernel))
                .collect(),
        }
    }

    /// As a message that frames are matched with by their parameter group number.
    #[must_use]
    pub(super) fn into_parameter_group(self) -> Self {
        Self {
            is_parameter_group: true,
            ..self
        }
    }

    /// The name of the message.
    pub fn name(&self) -> &Arc<str> {
        &self.name
    }

    /// The identifier in the DBC file; frames matched by parameter group number have others.
    pub fn id(&self) -> CanId {
        self.id
    }

    /// Whether frames are matched by their parameter group number (J1939, NMEA 2000).
    pub fn is_parameter_group(&self) -> bool {
        self.is_parameter_group
    }

    /// Length in bytes as the DBC file states it.
    pub fn len_bytes(&self) -> usize {
        self.len_bytes
    }

    /// Bytes that a frame must have to contain the signals that every frame of the message has. What
    /// the file lets signals need beyond the length of the message does not count.
    pub fn required_bytes(&self) -> usize {
        self.required_bytes
    }

    /// Bytes of a payload, from the first, that can matter: what comes behind is in no signal.
    pub fn used_bytes(&self) -> usize {
        let kernels = self.signals.iter().filter_map(|signal| signal.kernel);
        let needed = kernels.map(|(field, _)| field.needed_bytes);
        needed.max().unwrap_or(0).max(self.len_bytes)
    }

    /// In the order of the DBC file.
    pub fn signals(&self) -> &[CompiledSignal] {
        &self.signals
    }

    /// Finds out which rows contain which signal: reads the multiplexors, once per column.
    pub fn presence(&self, payloads: &Payloads<'_>) -> Presence<'_> {
        self.mux.presence(payloads)
    }

    /// Decodes one signal of a column into `out`, whose former content is dropped.
    ///
    /// Returns the rows that have a value: `out.physical[i]` belongs to the `i`-th of them.
    /// A signal that does not exist has none.
    pub fn decode<'p>(
        &self,
        signal_idx: usize,
        payloads: &Payloads<'_>,
        presence: &'p Presence<'_>,
        out: &mut SignalValues,
    ) -> Rows<'p> {
        out.physical.clear();
        out.label_positions.clear();
        let Some(signal) = self.signals.get(signal_idx) else {
            return Rows::NONE;
        };
        let Some((field, scale)) = signal.kernel else {
            return Rows::NONE;
        };
        let rows = payloads.long_enough(presence.rows(signal_idx), field.needed_bytes);
        scale.decode(field, payloads, &rows, &mut out.physical);
        if let Some(labels) = &signal.labels {
            out.raws.clear();
            scale.decode_raw(field, payloads, &rows, &mut out.raws);
            labels.positions(&out.raws, &mut out.label_positions);
        }
        rows
    }

    /// Appends the raw values of one signal of a column to `out`: sign extended, the bit pattern of
    /// floating point values, or the same 64 bits. Returns the rows as [`Self::decode`] does.
    pub fn decode_raw<'p>(
        &self,
        signal_idx: usize,
        payloads: &Payloads<'_>,
        presence: &'p Presence<'_>,
        out: &mut Vec<i64>,
    ) -> Rows<'p> {
        let kernel = self
            .signals
            .get(signal_idx)
            .and_then(|signal| signal.kernel);
        let Some((field, scale)) = kernel else {
            return Rows::NONE;
        };
        let rows = payloads.long_enough(presence.rows(signal_idx), field.needed_bytes);
        scale.decode_raw(field, payloads, &rows, out);
        rows
    }

    /// Decodes all signals of one payload, in the order of the DBC file.
    ///
    /// For single payloads, such as a reassembled transport message or the frame under the cursor;
    /// columns are much faster for recordings.
    pub fn decode_payload(&self, payload: &[u8]) -> Vec<DecodedSignal> {
        let buffer = PayloadBuffer::of_one(payload);
        let payloads = buffer.as_payloads();
        let presence = self.presence(&payloads);
        let mut values = SignalValues::default();
        let mut raws = Vec::new();
        let mut decoded = Vec::new();
        for (signal_idx, signal) in self.signals.iter().enumerate() {
            self.decode(signal_idx, &payloads, &presence, &mut values);
            raws.clear();
            self.decode_raw(signal_idx, &payloads, &presence, &mut raws);
            if let (Some(physical), Some(raw)) = (values.physical.first(), raws.first()) {
                let position = values.label_positions.first();
                decoded.push(DecodedSignal {
                    signal_idx,
                    raw: *raw,
                    physical: *physical,
                    label: position.and_then(|at| signal.labels().get(*at as usize).cloned()),
                });
            }
        }
        decoded
    }

    /// Counts what did not decode in a column, in the frames that its rows stand for.
    pub fn report(
        &self,
        payloads: &Payloads<'_>,
        presence: &Presence<'_>,
        frames: FramesPerRow<'_>,
    ) -> ColumnReport {
        let n_rows = payloads.rows();
        let mut has_value = RowMarks::new(n_rows);
        let mut short = RowMarks::new(n_rows);
        let shorter = payloads.shorter_than(Rows::All, self.len_bytes);
        for (signal_idx, signal) in self.signals.iter().enumerate() {
            let Some((field, _)) = signal.kernel else {
                continue;
            };
            let present = presence.rows(signal_idx);
            if !has_value.is_full() {
                has_value.mark(&payloads.long_enough(present.reborrow(), field.needed_bytes));
            }
            if !shorter.is_empty(n_rows) && !short.is_full() {
                let too_short = payloads.shorter_than(present, field.needed_bytes);
                short.mark(&too_short.filter(n_rows, |row| payloads.len_of(row) < self.len_bytes));
            }
        }
        ColumnReport {
            short: short.count(frames),
            unknown_multiplexor_value: frames.sum(&presence.rows_of_unknown_values()),
            without_value: frames.total(n_rows) - has_value.count(frames),
        }
    }
}

/// The part of a comment that goes into footers: they are read by every listing, and a DBC file may
/// hold anything.
fn bounded(comment: &str) -> &str {
    const MAX_CHARS: usize = 1_000;
    let end = comment.char_indices().nth(MAX_CHARS);
    end.and_then(|(end, _)| comment.get(..end))
        .unwrap_or(comment)
}

fn required_bytes(message: &MessageDef, fields: &[Option<BitField>]) -> usize {
    let signals = message.signals.iter().zip(fields);
    let always_present = signals.filter(|(signal, _)| signal.multiplexing.selector.is_none());
    let needed = always_present.filter_map(|(_, field)| Some(field.as_ref()?.needed_bytes));
    let needed = needed.max().unwrap_or(0);
    needed.min(message.len_bytes as usize)
}

impl CompiledSignal {
    fn new(message: &MessageDef, signal: &SignalDef, kernel: Option<(BitField, Scale)>) -> Self {
        let send_type = match signal.send_type {
            SendType::Unspecified => message.send_type,
            own => own,
        };
        // A multiplexed signal is in some of the message's frames only; how often is not written.
        let is_in_every_frame = signal.multiplexing.selector.is_none();
        let cycle_time_ms = message.cycle_time_ms.filter(|_| is_in_every_frame);
        let labels = signal.value_descriptions.iter().map(|(raw, text)| {
            let physical = kernel.map_or(raw as f64, |(_, scale)| scale.physical_of_label(raw));
            (physical, text.to_owned())
        });
        Self {
            name: signal.name.as_str().into(),
            unit: signal.unit.as_str().into(),
            declaration: SignalDeclaration {
                cycle_time_ms,
                is_on_change: send_type == SendType::OnChange,
                labels: labels.collect(),
                comment: bounded(&signal.comment).to_owned(),
            },
            kernel,
            labels: LabelLookup::new(&signal.value_descriptions, signal.value_type),
        }
    }

    /// The name of the signal.
    pub fn name(&self) -> &Arc<str> {
        &self.name
    }

    /// The unit, empty where there is none.
    pub fn unit(&self) -> &Arc<str> {
        &self.unit
    }

    /// What the DBC says of the signal besides: cycle time, way of sending, value descriptions by
    /// physical value.
    pub fn declaration(&self) -> &SignalDeclaration {
        &self.declaration
    }

    /// The texts that label positions refer to, by raw value; empty where there are none.
    pub fn labels(&self) -> &[Arc<str>] {
        self.labels.as_ref().map_or(&[], |labels| labels.texts())
    }
}

/// A set of rows of a column.
struct RowMarks {
    marked: Vec<bool>,
    n_rows: usize,
    all: bool,
}

impl RowMarks {
    fn new(n_rows: usize) -> Self {
        Self {
            marked: Vec::new(),
            n_rows,
            all: n_rows == 0,
        }
    }

    fn is_full(&self) -> bool {
        self.all
    }

    fn mark(&mut self, rows: &Rows<'_>) {
        let Some(list) = rows.as_list() else {
            self.all = true;
            return;
        };
        if self.all || list.is_empty() {
            return;
        }
        self.marked.resize(self.n_rows, false);
        for row in list {
            if let Some(mark) = self.marked.get_mut(*row as usize) {
                *mark = true;
            }
        }
    }

    fn contains(&self, row: usize) -> bool {
        self.all || self.marked.get(row).copied().unwrap_or(false)
    }

    fn count(&self, frames: FramesPerRow<'_>) -> u64 {
        if self.all {
            return frames.total(self.n_rows);
        }
        let rows = (0..self.n_rows).filter(|row| self.contains(*row));
        rows.map(|row| frames.of(row)).sum()
    }
}
