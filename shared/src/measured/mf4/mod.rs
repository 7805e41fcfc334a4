//! Signals in the channel groups of MDF 4 that log no bus.
//!
//! Groups are read one after the other. Numbers are converted as the file says (linear, rational,
//! tables, texts of values and of ranges); a channel of text gives its texts as labels. Of structures
//! the parts are read. Left out and named in the report: values of variable length, channels that are
//! bytes, conversions by a formula.

mod convert;

use std::fmt;

use super::{MeasuredReader, MeasuredRun, MeasuredSignal};
use crate::logs::{Consumed, LogError, LogInput, SkipReason, SkipReport};
use crate::mdf4::{Channel, ChannelGroup, ChannelKind, Clock, DataGroup, Field, FieldKind};
use crate::mdf4::{Mdf, Next, Records, Shape};
use crate::schema::SignalKey;
use crate::time::Timestamp;
use convert::Converter;

/// Opens a file; `None` where it has no measured signals.
pub(super) fn open(input: LogInput) -> Result<Option<Box<dyn MeasuredReader>>, LogError> {
    let (consumed, name) = (input.consumed_counter(), input.name().to_owned());
    let input = input.at_any_place()?;
    let mut skipped = SkipReport::default();
    if let Some(reason) = input.damage {
        skipped.add(None, 0, reason, b"");
    }
    let Some(file) = Mdf::open(input.bytes) else {
        return Ok(None);
    };
    if file.is_damaged {
        skipped.add(None, 0, SkipReason::RecordDamaged, b"");
    }
    let is_measured = |group: &DataGroup| group.groups.iter().any(is_measured);
    if !file.groups.iter().any(is_measured) {
        return Ok(None);
    }
    Ok(Some(Box::new(Mf4Reader {
        file,
        next_group: 0,
        current: None,
        skipped,
        consumed,
        name,
    })))
}

/// Whether a group holds values over time and no frames of a bus.
fn is_measured(group: &ChannelGroup) -> bool {
    !group.is_bus_event && !group.is_variable && Clock::of(&group.channels).is_some()
}

struct Mf4Reader {
    file: Mdf,
    next_group: usize,
    current: Option<Group>,
    skipped: SkipReport,
    consumed: Consumed,
    name: String,
}

/// A data group being read.
struct Group {
    records: Records,
    /// What records of each shape are; `None`: nothing that is read.
    kinds: Vec<Option<Kind>>,
}

struct Kind {
    clock: Clock,
    n_read: u64,
    /// Where the bits begin that tell which values are not valid.
    invalid_at: usize,
    signals: Vec<Signal>,
}

struct Signal {
    /// Its number in the run.
    number: usize,
    field: Field,
    invalid_bit: Option<u32>,
    converter: Converter,
}

impl Mf4Reader {
    /// Opens the next data group with measured signals.
    fn next_group(&mut self, run: &mut MeasuredRun) -> bool {
        while let Some(group) = self.file.groups.get(self.next_group) {
            let number = self.next_group;
            self.next_group += 1;
            let shapes = group.groups.iter().map(Shape::of).collect();
            let data = self.file.data(group.data);
            let Some(records) = Records::new(data, group.id_len, shapes) else {
                continue;
            };
            let skipped = &mut self.skipped;
            let kinds: Vec<Option<Kind>> = (group.groups.iter().enumerate())
                .map(|(i, one)| {
                    let place = (number, i, group.groups.len());
                    is_measured(one).then(|| kind(one, place, run, skipped))?
                })
                .collect();
            if kinds.iter().any(Option::is_some) {
                self.current = Some(Group { records, kinds });
                return true;
            }
        }
        false
    }
}

/// `None` where no channel of the group is read. `place`: number of the data group, of the channel
/// group in it, and how many there are.
fn kind(
    group: &ChannelGroup,
    place: (usize, usize, usize),
    run: &mut MeasuredRun,
    skipped: &mut SkipReport,
) -> Option<Kind> {
    let (data_group, i, n_groups) = place;
    let name = [&group.name, &group.source]
        .into_iter()
        .find(|name| !name.is_empty());
    let name = match name {
        Some(name) => name.clone(),
        None if n_groups == 1 => format!("group {}", data_group + 1),
        None => format!("group {}.{}", data_group + 1, i + 1),
    };
    let mut signals = Vec::new();
    add_signals(&group.channels, &name, run, &mut signals, skipped);
    if signals.is_empty() {
        return None;
    }
    Some(Kind {
        clock: Clock::of(&group.channels)?,
        n_read: 0,
        invalid_at: group.data_len as usize,
        signals,
    })
}

fn add_signals(
    channels: &[Channel],
    message: &str,
    run: &mut MeasuredRun,
    signals: &mut Vec<Signal>,
    skipped: &mut SkipReport,
) {
    for channel in channels {
        if !channel.parts.is_empty() {
            add_signals(&channel.parts, message, run, signals, skipped);
            continue;
        }
        if matches!(channel.kind, ChannelKind::Time | ChannelKind::RecordNumber)
            || channel.is_invalid
        {
            continue;
        }
        let is_read = channel.kind == ChannelKind::Value
            && !matches!(channel.field.kind, FieldKind::Bytes | FieldKind::Other);
        let converter = is_read.then(|| Converter::of(channel)).flatten();
        let Some(converter) = converter else {
            skipped.add(None, 0, SkipReason::ChannelNotRead, channel.name.as_bytes());
            continue;
        };
        let number = run.add_signal(MeasuredSignal {
            key: SignalKey::new("", message, None, &channel.name),
            unit: channel.unit.clone(),
            comment: channel.comment.clone(),
        });
        signals.push(Signal {
            number,
            field: channel.field,
            invalid_bit: channel.invalid_bit,
            converter,
        });
    }
}

impl Kind {
    /// `None` where the record has no time.
    fn read(&mut self, record: &[u8], start: Timestamp, run: &mut MeasuredRun) -> Option<()> {
        let ns = self.clock.ns(record, self.n_read);
        self.n_read += 1;
        let ns = start.as_ns().checked_add(ns?)?;
        for signal in &self.signals {
            let is_invalid = signal.invalid_bit.is_some_and(|bit| {
                let at = self.invalid_at + (bit / 8) as usize;
                record
                    .get(at)
                    .is_some_and(|byte| byte >> (bit % 8) & 1 == 1)
            });
            if is_invalid {
                continue;
            }
            if signal.field.kind == FieldKind::Text {
                let text = signal.field.bytes(record).map(text);
                run.push_text(signal.number, ns, &text.unwrap_or_default());
            } else if let Some(raw) = signal.field.number(record) {
                let (value, label) = signal.converter.convert(raw);
                run.push(signal.number, ns, value, label);
            }
        }
        Some(())
    }
}

/// The text up to a zero.
fn text(bytes: &[u8]) -> String {
    let end = bytes.iter().position(|byte| *byte == 0);
    let bytes = bytes.get(..end.unwrap_or(bytes.len())).unwrap_or(bytes);
    String::from_utf8_lossy(bytes).trim().to_owned()
}

impl MeasuredReader for Mf4Reader {
    fn read(&mut self, run: &mut MeasuredRun, max: usize) -> Result<usize, LogError> {
        let before = run.len();
        let start = self.file.start;
        while run.len() - before < max {
            let Some(group) = &mut self.current else {
                if self.next_group(run) {
                    continue;
                }
                break;
            };
            let at = group.records.position();
            match group.records.next_record() {
                Next::Record(shape, record) => {
                    let kind = group.kinds.get_mut(shape).and_then(Option::as_mut);
                    if let Some(kind) = kind
                        && kind.read(record, start, run).is_none()
                    {
                        self.skipped.add(None, at, SkipReason::BadTime, b"");
                    }
                }
                Next::Lost { at, is_cut } => {
                    self.skipped.add(None, at, SkipReason::lost(is_cut), b"");
                }
                Next::Failed(source) => {
                    self.current = None;
                    self.next_group = usize::MAX;
                    return Err(LogError::Io {
                        offset: self.consumed.get(),
                        name: self.name.clone(),
                        source,
                    });
                }
                Next::End => self.current = None,
            }
        }
        Ok(run.len() - before)
    }

    fn skipped(&self) -> &SkipReport {
        &self.skipped
    }

    fn bytes_read(&self) -> u64 {
        self.consumed.get()
    }
}

impl fmt::Debug for Mf4Reader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Mf4Reader")
            .field("name", &self.name)
            .field("group", &self.next_group)
            .finish_non_exhaustive()
    }
}
