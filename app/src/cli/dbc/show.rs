//! `canlake dbc show`: messages and signals as a table, all or those with some words in them.

use canlake_shared::dbc::search::{DbcIndex, Findings, Found};
use canlake_shared::dbc::{ByteOrder, MessageDef, SendType, SignalDef, ValueType};
use canlake_shared::search::Closeness;
use serde::Serialize;

use super::super::Outcome;
use super::super::failure::Failure;
use super::super::output::{Problem, one_line, tell, tell_problems, write_json, write_table};
use super::args::ShowArgs;
use super::library::Library;

/// Texts of values that a line of the table names.
const MAX_LABELS: usize = 6;

#[derive(Serialize)]
struct Answer {
    complete: bool,
    problems: Vec<Problem>,
    similar: bool,
    messages: Vec<MessageJson>,
}

#[derive(Serialize)]
struct MessageJson {
    dbc: String,
    message: String,
    arb_id: u32,
    is_extended: bool,
    pgn: Option<u32>,
    length: u32,
    sender: Option<String>,
    cycle_time_ms: Option<u32>,
    send_type: Option<&'static str>,
    comment: String,
    signals: Vec<SignalJson>,
}

#[derive(Serialize)]
struct SignalJson {
    signal: String,
    short_name: String,
    start_bit: u32,
    bits: u32,
    byte_order: &'static str,
    value_type: &'static str,
    factor: f64,
    offset: f64,
    min: Option<f64>,
    max: Option<f64>,
    unit: String,
    multiplexor: bool,
    multiplexed: Option<MultiplexedJson>,
    labels: Vec<(i64, String)>,
    receivers: Vec<String>,
    send_type: Option<&'static str>,
    comment: String,
}

#[derive(Serialize)]
struct MultiplexedJson {
    multiplexor: String,
    values: Vec<(u64, u64)>,
}

pub(super) fn run(args: &ShowArgs) -> Result<Outcome, Failure> {
    let library = Library::read(std::slice::from_ref(&args.dbc))?;
    let index = DbcIndex::new(library.files.iter().map(|file| &file.database));
    let findings = index.search(&args.words.join(" "));
    tell_problems(&library.problems);
    let complete = library.problems.is_empty();
    let similar = findings.closeness != Closeness::Exact;
    if args.json {
        let answer = Answer {
            complete,
            similar,
            messages: messages_json(&library, &findings),
            problems: library.problems,
        };
        write_json(None, &answer)?;
    } else {
        if similar {
            tell("canlake: nothing has all these words; these names are similar");
        }
        write_table(&table(&library, &findings))?;
    }
    Ok(Outcome::from(complete))
}

fn table(library: &Library, findings: &Findings<'_>) -> Vec<Vec<String>> {
    let heading = [
        "name", "id", "place", "type", "scaling", "range", "unit", "remarks",
    ];
    let mut table = vec![heading.map(str::to_owned).to_vec()];
    table.extend(findings.found.iter().map(|found| match found.signal {
        None => message_row(found.message),
        Some(signal) => signal_row(found.message, signal),
    }));
    for row in &mut table {
        for cell in row {
            *cell = one_line(cell);
        }
    }
    if library.has_folder {
        let names = findings.found.iter();
        let names = names.filter_map(|found| library.files.get(found.file_idx));
        let names = names.map(|file| file.name.clone());
        let column = ["dbc".to_owned()].into_iter().chain(names);
        for (row, name) in table.iter_mut().zip(column) {
            row.insert(0, name);
        }
    }
    table
}

fn message_row(message: &MessageDef) -> Vec<String> {
    let sender = message.transmitter.as_ref();
    let remarks = [
        pgn(message).map(|pgn| format!("matched by PGN {pgn}")),
        sender.map(|sender| format!("from {sender}")),
        message.cycle_time_ms.map(|ms| format!("every {ms} ms")),
        Some(message.send_type.describe().to_owned()),
        Some(message.comment.clone()),
    ];
    vec![
        message.name.clone(),
        message.id.to_string(),
        format!("{} bytes", message.len_bytes),
        String::new(),
        String::new(),
        String::new(),
        String::new(),
        joined(remarks),
    ]
}

fn signal_row(message: &MessageDef, signal: &SignalDef) -> Vec<String> {
    let order = match signal.byte_order {
        ByteOrder::LittleEndian => "Intel",
        ByteOrder::BigEndian => "Motorola",
    };
    let range = signal.range.map(|(min, max)| format!("{min} to {max}"));
    let remarks = [
        Some(signal.multiplexing.describe(&message.signals)),
        Some(labels_text(signal)),
        Some(signal.comment.clone()),
    ];
    vec![
        format!("{}.{}", message.name, signal.name),
        message.id.to_string(),
        format!("{}|{} {order}", signal.start_bit, signal.bit_len),
        signal.value_type.describe().to_owned(),
        scaling(signal),
        range.unwrap_or_default(),
        signal.unit.clone(),
        joined(remarks),
    ]
}

fn scaling(signal: &SignalDef) -> String {
    let factor = (signal.factor != 1.0).then(|| format!("* {}", signal.factor));
    let sign = if signal.offset < 0.0 { '-' } else { '+' };
    let offset = (signal.offset != 0.0).then(|| format!("{sign} {}", signal.offset.abs()));
    let parts: Vec<String> = factor.into_iter().chain(offset).collect();
    parts.join(" ")
}

fn labels_text(signal: &SignalDef) -> String {
    let labels = &signal.value_descriptions;
    let mut texts: Vec<String> = labels
        .iter()
        .take(MAX_LABELS)
        .map(|(raw, text)| format!("{raw} = {text}"))
        .collect();
    match labels.iter().count().saturating_sub(MAX_LABELS) {
        0 => {}
        more => texts.push(format!("{more} more")),
    }
    texts.join(", ")
}

fn joined(parts: impl IntoIterator<Item = Option<String>>) -> String {
    let parts = parts.into_iter().flatten().filter(|part| !part.is_empty());
    parts.collect::<Vec<_>>().join("; ")
}

/// The parameter group by which frames are matched.
fn pgn(message: &MessageDef) -> Option<u32> {
    message.id.pgn().filter(|_| message.matches_by_pgn)
}

/// The messages that were found, or of which signals were, in the order of their first hit.
fn messages_json(library: &Library, findings: &Findings<'_>) -> Vec<MessageJson> {
    let mut groups: Vec<(&Found<'_>, Vec<SignalJson>)> = Vec::new();
    let mut group_of = std::collections::HashMap::new();
    for found in &findings.found {
        let key = (found.file_idx, found.message.name.as_str());
        let at = *group_of.entry(key).or_insert_with(|| {
            groups.push((found, Vec::new()));
            groups.len() - 1
        });
        if let (Some((_, signals)), Some(signal)) = (groups.get_mut(at), found.signal) {
            signals.push(SignalJson::new(found.message, signal));
        }
    }
    let groups = groups.into_iter();
    groups
        .map(|(found, signals)| {
            let file = library.files.get(found.file_idx);
            let dbc = file.map(|file| file.name.clone());
            MessageJson::new(dbc.unwrap_or_default(), found.message, signals)
        })
        .collect()
}

impl MessageJson {
    fn new(dbc: String, message: &MessageDef, signals: Vec<SignalJson>) -> Self {
        Self {
            dbc,
            message: message.name.clone(),
            arb_id: message.id.number(),
            is_extended: message.id.is_extended(),
            pgn: pgn(message),
            length: message.len_bytes,
            sender: message.transmitter.clone(),
            cycle_time_ms: message.cycle_time_ms,
            send_type: send_type(message.send_type),
            comment: message.comment.clone(),
            signals,
        }
    }
}

impl SignalJson {
    fn new(message: &MessageDef, signal: &SignalDef) -> Self {
        let multiplexed = signal.multiplexing.selector.as_ref().map(|selector| {
            let multiplexor = message.signals.get(selector.multiplexor_idx);
            let values = selector.values.iter();
            MultiplexedJson {
                multiplexor: multiplexor.map_or_else(String::new, |it| it.name.clone()),
                values: values.map(|range| (*range.start(), *range.end())).collect(),
            }
        });
        let labels = signal.value_descriptions.iter();
        Self {
            signal: signal.name.clone(),
            short_name: signal.short_name.clone(),
            start_bit: signal.start_bit,
            bits: signal.bit_len,
            byte_order: match signal.byte_order {
                ByteOrder::LittleEndian => "little_endian",
                ByteOrder::BigEndian => "big_endian",
            },
            value_type: match signal.value_type {
                ValueType::Unsigned => "unsigned",
                ValueType::Signed => "signed",
                ValueType::Float32 => "float32",
                ValueType::Float64 => "float64",
            },
            factor: signal.factor,
            offset: signal.offset,
            min: signal.range.map(|(min, _)| min),
            max: signal.range.map(|(_, max)| max),
            unit: signal.unit.clone(),
            multiplexor: signal.multiplexing.is_multiplexor,
            multiplexed,
            labels: labels.map(|(raw, text)| (raw, text.to_owned())).collect(),
            receivers: signal.receivers.clone(),
            send_type: send_type(signal.send_type),
            comment: signal.comment.clone(),
        }
    }
}

fn send_type(send_type: SendType) -> Option<&'static str> {
    match send_type {
        SendType::Unspecified => None,
        SendType::Cyclic => Some("cyclic"),
        SendType::OnChange => Some("on_change"),
    }
}
