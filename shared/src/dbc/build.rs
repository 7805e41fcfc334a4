//! From messages as they stand in the file, and what the file says about them, to a [`Database`].
//!
//! Checks what the model promises: identifiers exist, names are unique, signals have 1 to 64 bits,
//! numbers are finite, multiplexing can be resolved. Whatever breaks a promise is mended or left out,
//! and reported.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use super::facts::{Attribute, Attributes, Facts, MessageFacts};
use super::model::{Database, MessageDef};
use super::names::{make_unique, share};
use super::signals::{SignalAsRead, build_signals};
use super::warning::{DbcWarningKind, Warnings, excerpt};
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
