//! From messages as they stand in the file, and what the file says about them, to a [`Database`].
//!
//! Checks what the model promises: identifiers exist, names are unique, signals have 1 to 64 bits,
//! numbers are finite, multiplexing can be resolved. Whatever breaks a promise is mended or left out,
//! and reported.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};

use can_dbc::{NumericValue, SignalExtendedValueType};

use super::facts::{Attribute, Attributes, Facts, MessageFacts, SignalFacts};
use super::model::{
    ByteOrder, Database, MessageDef, Multiplexing, MuxSelector, SignalDef, ValueType,
};
use super::multiplex::{Mark, MuxSignal, resolve};
use super::warning::{DbcWarningKind, Warnings, excerpt, name_some};
use crate::can::CanId;

/// The longest message, in bytes: beyond any transport protocol's first choice of length.
pub const MAX_MESSAGE_BYTES: u32 = 65_535;

/// A `BO_` line and its `SG_` lines.
#[derive(Debug)]
pub(super) struct MessageAsRead {
    pub(super) line: u32,
    /// With the flag bits of the file.
    pub(super) written_id: u32,
    /// Its identifier is a stand-in, its list of signals empty.
    pub(super) message: can_dbc::Message,
    pub(super) signals: Vec<SignalAsRead>,
}

/// An `SG_` line.
#[derive(Debug)]
pub(super) struct SignalAsRead {
    pub(super) line: u32,
    pub(super) signal: can_dbc::Signal,
    pub(super) mark: Mark,
}

pub(super) fn build(
    messages: Vec<MessageAsRead>,
    mut facts: Facts,
    warnings: &mut Warnings,
) -> Database {
    let protocol = facts.attributes.protocol().unwrap_or_default();
    let file_is_j1939 = protocol.trim().to_ascii_uppercase().starts_with("J1939");
    let mut is_j1939 = file_is_j1939;
    let mut no_facts = MessageFacts::default();
    let mut lines = Vec::with_capacity(messages.len());
    let mut built = Vec::with_capacity(messages.len());
    for message in messages {
        let own = facts
            .messages
            .get_mut(&message.written_id)
            .unwrap_or(&mut no_facts);
        let line = message.line;
        if let Some(message) =
            build_message(message, own, &facts.attributes, file_is_j1939, warnings)
        {
            is_j1939 |= message.matches_by_pgn;
            lines.push(line);
            built.push(message);
        } else {
            own.left_out = true;
        }
        own.used = true;
    }
    let mut database = Database {
        messages: built,
        is_j1939,
    };
    report_duplicate_ids(&database, &lines, warnings);
    let names = database
        .messages
        .iter_mut()
        .map(|message| &mut message.name);
    for (idx, before) in make_unique(names.collect()) {
        let name = database
            .messages
            .get(idx)
            .map_or("", |message| &message.name);
        warnings.push(
            lines.get(idx).copied(),
            DbcWarningKind::Duplicate,
            format!(
                "another message is named {} already, this one is called {}",
                excerpt(&before),
                excerpt(name)
            ),
        );
    }
    report_unused(&facts, warnings);
    database
}

fn build_message(
    as_read: MessageAsRead,
    facts: &mut MessageFacts,
    attributes: &Attributes,
    file_is_j1939: bool,
    warnings: &mut Warnings,
) -> Option<MessageDef> {
    let MessageAsRead {
        line,
        written_id,
        message,
        signals,
    } = as_read;
    let shown = excerpt(&message.name);
    let id = arbitration_id(written_id, line, &shown, warnings)?;
    let len_bytes = u32::try_from(message.size).unwrap_or(u32::MAX);
    if len_bytes > MAX_MESSAGE_BYTES {
        warnings.push(
            line,
            DbcWarningKind::Limit,
            format!(
                "message {shown} is left out: it is {} bytes long, the limit is {MAX_MESSAGE_BYTES}",
                message.size
            ),
        );
        return None;
    }
    let matches_by_pgn = id.is_extended()
        && match attributes.frame_format(&facts.attributes).as_deref() {
            Some("J1939PG") => true,
            // A format set for this very message counts more than the protocol of the file.
            Some(format) if facts.attributes.contains_key(&Attribute::FrameFormat) => {
                file_is_j1939 && !format.starts_with("ExtendedCAN")
            }
            _ => file_is_j1939,
        };
    let transmitter = message
        .transmitter
        .or_else(|| facts.transmitters.first().cloned());
    let signals = build_signals(&shown, len_bytes, signals, facts, attributes, warnings);
    let MessageFacts {
        comment,
        attributes: own,
        used,
        ..
    } = facts;
    Some(MessageDef {
        name: Attributes::long_name(own, Attribute::MessageLongName).unwrap_or(message.name),
        id,
        matches_by_pgn,
        len_bytes,
        transmitter,
        comment: share(comment, *used),
        cycle_time_ms: attributes.cycle_time_ms(own),
        send_type: attributes.send_type(own, Attribute::MessageSendType),
        signals,
    })
}

/// What the file means by an identifier: bit 31 marks an extended one.
fn arbitration_id(
    written: u32,
    line: u32,
    message: &str,
    warnings: &mut Warnings,
) -> Option<CanId> {
    const EXTENDED_FLAG: u32 = 1 << 31;
    let number = written & !EXTENDED_FLAG;
    if written & EXTENDED_FLAG == 0 && number > CanId::MAX_STANDARD && number <= CanId::MAX_EXTENDED
    {
        warnings.push(
            line,
            DbcWarningKind::Identifier,
            format!(
                "message {message}: identifier {number:#X} has more than 11 bits but no mark of an \
                 extended one (bit 31), it is taken for extended"
            ),
        );
        return CanId::extended(number).ok();
    }
    let id = CanId::new(number, written & EXTENDED_FLAG != 0);
    id.map_err(|error| {
        warnings.push(
            line,
            DbcWarningKind::Identifier,
            format!("message {message} is left out: {error}"),
        );
    })
    .ok()
}

/// The definition of a signal with its line, before multiplexing is resolved.
struct Candidate {
    line: u32,
    mark: Mark,
    def: SignalDef,
}

fn build_signals(
    message: &str,
    len_bytes: u32,
    as_read: Vec<SignalAsRead>,
    facts: &mut MessageFacts,
    attributes: &Attributes,
    warnings: &mut Warnings,
) -> Vec<SignalDef> {
    let mut candidates: Vec<Candidate> = as_read
        .into_iter()
        .filter_map(|as_read| build_signal(as_read, facts, attributes, warnings))
        .collect();
    report_beyond_end(message, len_bytes, &candidates, warnings);
    resolve_multiplexing(message, &mut candidates, facts, warnings);
    let lines: Vec<u32> = candidates.iter().map(|candidate| candidate.line).collect();
    let mut signals: Vec<SignalDef> = candidates.into_iter().map(|c| c.def).collect();
    for (idx, before) in make_unique(signals.iter_mut().map(|s| &mut s.name).collect()) {
        let name = signals.get(idx).map_or("", |signal| &signal.name);
        warnings.push(
            lines.get(idx).copied(),
            DbcWarningKind::Duplicate,
            format!(
                "message {message} has a signal {} already, this one is called {}",
                excerpt(&before),
                excerpt(name)
            ),
        );
    }
    signals
}

fn build_signal(
    as_read: SignalAsRead,
    facts: &mut MessageFacts,
    attributes: &Attributes,
    warnings: &mut Warnings,
) -> Option<Candidate> {
    let SignalAsRead { line, signal, mark } = as_read;
    let mut no_facts = SignalFacts::default();
    let facts = facts.signals.get_mut(&signal.name).unwrap_or(&mut no_facts);
    let first_use = !std::mem::replace(&mut facts.used, true);
    let shown = excerpt(&signal.name);
    let mut leave_out = |kind, problem: String| {
        warnings.push(line, kind, format!("signal {shown} is left out: {problem}"));
    };

    let bit_len = u32::try_from(signal.size).unwrap_or(u32::MAX);
    let start_bit = u32::try_from(signal.start_bit).unwrap_or(u32::MAX);
    if !(1..=64).contains(&bit_len) {
        leave_out(
            DbcWarningKind::Layout,
            format!("it has {} bits, not 1 to 64", signal.size),
        );
        return None;
    }
    if start_bit / 8 >= MAX_MESSAGE_BYTES {
        leave_out(
            DbcWarningKind::Layout,
            format!("it starts at bit {}, beyond any message", signal.start_bit),
        );
        return None;
    }
    if !signal.factor.is_finite() || !signal.offset.is_finite() {
        leave_out(
            DbcWarningKind::Scaling,
            format!(
                "factor {} or offset {} is not finite",
                signal.factor, signal.offset
            ),
        );
        return None;
    }
    let signed = match signal.value_type {
        can_dbc::ValueType::Signed => ValueType::Signed,
        can_dbc::ValueType::Unsigned => ValueType::Unsigned,
    };
    let value_type = match (&facts.value_type, bit_len) {
        (None | Some(SignalExtendedValueType::SignedOrUnsignedInteger), _) => signed,
        (Some(SignalExtendedValueType::IEEEfloat32Bit), 32) => ValueType::Float32,
        (Some(SignalExtendedValueType::IEEEdouble64bit), 64) => ValueType::Float64,
        (Some(_), _) => {
            leave_out(
                DbcWarningKind::Layout,
                format!("SIG_VALTYPE_ makes it a float of another length than its {bit_len} bits"),
            );
            return None;
        }
    };
    if signal.factor == 0.0 {
        warnings.push(
            line,
            DbcWarningKind::Scaling,
            format!(
                "signal {shown} has factor 0: its value is always {}",
                signal.offset
            ),
        );
    }
    let long_name = Attributes::long_name(&facts.attributes, Attribute::SignalLongName);
    let def = SignalDef {
        name: long_name.unwrap_or_else(|| signal.name.clone()),
        start_bit,
        bit_len,
        byte_order: match signal.byte_order {
            can_dbc::ByteOrder::LittleEndian => ByteOrder::LittleEndian,
            can_dbc::ByteOrder::BigEndian => ByteOrder::BigEndian,
        },
        value_type,
        factor: signal.factor,
        offset: signal.offset,
        range: range(&signal, line, warnings),
        unit: super::syntax::unescape(&signal.unit),
        comment: share(&mut facts.comment, !first_use),
        receivers: signal.receivers,
        multiplexing: Multiplexing::default(),
        value_descriptions: facts.labels.clone(),
        send_type: attributes.send_type(&facts.attributes, Attribute::SignalSendType),
        short_name: signal.name,
    };
    Some(Candidate { line, mark, def })
}

/// The declared range; `[0|0]` means that none is declared.
fn range(signal: &can_dbc::Signal, line: u32, warnings: &mut Warnings) -> Option<(f64, f64)> {
    let (min, max) = (as_f64(signal.min), as_f64(signal.max));
    if min == 0.0 && max == 0.0 {
        return None;
    }
    if !(min.is_finite() && max.is_finite() && min <= max) {
        warnings.push(
            line,
            DbcWarningKind::Scaling,
            format!(
                "signal {}: the range [{min}|{max}] means nothing and is skipped",
                excerpt(&signal.name)
            ),
        );
        return None;
    }
    Some((min, max))
}

fn as_f64(value: NumericValue) -> f64 {
    match value {
        NumericValue::Uint(value) => value as f64,
        NumericValue::Int(value) => value as f64,
        NumericValue::Double(value) => value,
    }
}

fn report_beyond_end(
    message: &str,
    len_bytes: u32,
    candidates: &[Candidate],
    warnings: &mut Warnings,
) {
    let beyond: Vec<_> = candidates
        .iter()
        .filter(|candidate| candidate.def.needed_bytes() > len_bytes)
        .collect();
    let Some(first) = beyond.first() else {
        return;
    };
    warnings.push(
        first.line,
        DbcWarningKind::Layout,
        format!(
            "message {message} is {len_bytes} bytes long, {} of its signals need more: {}; they are \
             decoded where a frame is long enough",
            beyond.len(),
            name_some(beyond.iter().map(|c| c.def.short_name.as_str()))
        ),
    );
}

fn resolve_multiplexing(
    message: &str,
    candidates: &mut Vec<Candidate>,
    facts: &MessageFacts,
    warnings: &mut Warnings,
) {
    let signals: Vec<MuxSignal<'_>> = candidates
        .iter()
        .map(|candidate| MuxSignal {
            line: candidate.line,
            name: &candidate.def.short_name,
            mark: candidate.mark,
            ranges: facts
                .signals
                .get(&candidate.def.short_name)
                .and_then(|facts| facts.ranges.as_ref()),
        })
        .collect();
    let resolved = resolve(message, &signals, warnings);
    // Where each signal stands once those that are left out are gone.
    let mut n_kept = 0;
    let new_positions: Vec<usize> = resolved
        .iter()
        .map(|multiplexing| {
            let position = n_kept;
            n_kept += usize::from(multiplexing.is_some());
            position
        })
        .collect();
    let mut resolved = resolved.into_iter();
    candidates.retain_mut(|candidate| {
        let Some(multiplexing) = resolved.next().flatten() else {
            return false;
        };
        candidate.def.multiplexing = multiplexing;
        if let Some(MuxSelector {
            multiplexor_idx, ..
        }) = &mut candidate.def.multiplexing.selector
            && let Some(position) = new_positions.get(*multiplexor_idx)
        {
            *multiplexor_idx = *position;
        }
        true
    });
}

/// A text for the first of several definitions, and for the others if it is short: a file that
/// repeats one name a thousand times must not repeat a megabyte as often.
fn share(text: &mut String, is_repeated: bool) -> String {
    const SHORT_BYTES: usize = 4096;
    if text.len() <= SHORT_BYTES {
        text.clone()
    } else if is_repeated {
        String::new()
    } else {
        std::mem::take(text)
    }
}

/// Appends `_2`, `_3` … to names that others before them have, skipping names that are taken.
/// Gives the positions of changed names and what they were.
fn make_unique(names: Vec<&mut String>) -> Vec<(usize, String)> {
    let mut taken: HashSet<String> = HashSet::with_capacity(names.len());
    let mut repeated = Vec::new();
    for (idx, name) in names.into_iter().enumerate() {
        if !taken.insert(name.clone()) {
            repeated.push((idx, name));
        }
    }
    let mut next_number: HashMap<String, usize> = HashMap::new();
    repeated
        .into_iter()
        .map(|(idx, name)| {
            let number = next_number.entry(name.clone()).or_insert(2);
            let unique = loop {
                let candidate = format!("{name}_{number}");
                *number += 1;
                if taken.insert(candidate.clone()) {
                    break candidate;
                }
            };
            (idx, std::mem::replace(name, unique))
        })
        .collect()
}

fn report_duplicate_ids(database: &Database, lines: &[u32], warnings: &mut Warnings) {
    let mut first: HashMap<CanId, &str> = HashMap::with_capacity(database.messages.len());
    for (message, line) in database.messages.iter().zip(lines) {
        match first.entry(message.id) {
            Entry::Vacant(entry) => {
                entry.insert(&message.name);
            }
            Entry::Occupied(entry) => warnings.push(
                *line,
                DbcWarningKind::Duplicate,
                format!(
                    "message {} has the identifier {} of {}: frames are decoded as both",
                    excerpt(&message.name),
                    message.id,
                    excerpt(entry.get())
                ),
            ),
        }
    }
}

fn report_unused(facts: &Facts, warnings: &mut Warnings) {
    for (written_id, message) in &facts.messages {
        if !message.used {
            warnings.push(
                message.line,
                DbcWarningKind::UnknownReference,
                format!("statements about message {written_id}, which the file does not define"),
            );
            continue;
        }
        for (name, signal) in &message.signals {
            // All signals of a message that is left out are unknown, too.
            if !signal.used && !message.left_out {
                warnings.push(
                    signal.line,
                    DbcWarningKind::UnknownReference,
                    format!(
                        "statements about signal {} of message {written_id}, which has none of this \
                         name",
                        excerpt(name)
                    ),
                );
            }
        }
    }
}
