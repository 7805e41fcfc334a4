//! The messages and signals of each file, in order and by all their names.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use canlake_shared::can::CanId;
use canlake_shared::dbc::{Database, MessageDef, load};

use crate::dbc_files;
use crate::table::Table;
use crate::test_data::data_dir;

/// Signals that we leave out and the oracle decodes: `file message signal`, with the reason.
const LEFT_OUT: &[(&str, &str)] = &[(
    // SIG_VALTYPE_ says single precision, the SG_ line says 16 bits. cantools reads IEEE half
    // precision, which the DBC format does not have; we report the contradiction.
    "can-go/example_float32_invalid_signal_length.dbc IOFloat32 Float32Signal",
    "float of 16 bits",
)];

/// A message as the oracle knows it: file, id, extended, which of several with that id, name.
type MessageKey = (String, i64, i64, i64, String);
/// Position on the message, name on the `SG_` line, long name.
type Signal = (i64, String, Option<String>);

#[test]
fn messages_and_signals_are_those_of_the_oracle() {
    let Some(data) = data_dir("oracle") else {
        return;
    };
    let mut files: Vec<_> = fs::read_dir(data.join("oracle"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    let mut messages: BTreeMap<MessageKey, BTreeSet<Signal>> = BTreeMap::new();
    for file in files {
        collect(&file, &mut messages);
    }
    let mut databases: BTreeMap<String, Database> = BTreeMap::new();
    let mut n_signals = 0;
    let mut left_out = BTreeSet::new();
    let mut problems = Vec::new();
    for (key, signals) in &messages {
        let (dbc, id, extended, occurrence, name) = key;
        let database = databases
            .entry(dbc.clone())
            .or_insert_with(|| load(&fs::read(data.join("dbc").join(dbc)).unwrap()).0);
        let id = CanId::new(u32::try_from(*id).unwrap(), *extended == 1).unwrap();
        let occurrence = usize::try_from(*occurrence).unwrap();
        let mut same_id = database.messages.iter().filter(|message| message.id == id);
        let Some(message) = same_id.nth(occurrence) else {
            problems.push(format!("{dbc} {name}: no message {id}"));
            continue;
        };
        if !is_name(&message.name, name) && !is_long_name(message, name) {
            problems.push(format!("{dbc} {name}: is called {}", message.name));
        }
        n_signals += signals.len();
        let mut ours = message.signals.iter().enumerate();
        for (position, short_name, long_name) in signals {
            let Some((idx, signal)) = ours.find(|(_, signal)| signal.short_name == *short_name)
            else {
                left_out.insert(format!("{dbc} {name} {short_name}"));
                ours = message.signals.iter().enumerate();
                continue;
            };
            if i64::try_from(idx).unwrap() != *position {
                problems.push(format!("{dbc} {name}.{short_name}: stands at {idx}"));
            }
            let wanted = long_name.as_deref().map_or(short_name.as_str(), str::trim);
            if !is_name(&signal.name, wanted) {
                problems.push(format!(
                    "{dbc} {name}.{short_name}: is called {}",
                    signal.name
                ));
            }
        }
    }
    println!("{} messages, {n_signals} signals", messages.len());
    assert_eq!(problems, [""; 0]);
    let expected: BTreeSet<String> = LEFT_OUT
        .iter()
        .map(|(name, _)| (*name).to_owned())
        .collect();
    assert_eq!(left_out, expected);
    assert!(messages.len() > 3000 && n_signals > 20_000);
}

fn collect(file: &Path, messages: &mut BTreeMap<MessageKey, BTreeSet<Signal>>) {
    let table = Table::read(file);
    let (dbcs, names) = (table.text("dbc"), table.text("message"));
    let (ids, extended) = (table.integers("frame_id"), table.integers("is_extended"));
    let (occurrences, positions) = (table.integers("msg_occurrence"), table.integers("sig_idx"));
    let (signals, long_names) = (table.text("signal"), table.text("long_name"));
    for row in 0..table.len() {
        let key = (
            dbcs[row].clone().unwrap(),
            ids[row],
            extended[row],
            occurrences[row],
            names[row].clone().unwrap(),
        );
        let signal = (
            positions[row],
            signals[row].clone().unwrap(),
            long_names[row].clone(),
        );
        messages.entry(key).or_default().insert(signal);
    }
}

/// Whether a name is the wanted one, or that with a number because it is not the first.
fn is_name(name: &str, wanted: &str) -> bool {
    name.strip_prefix(wanted).is_some_and(|rest| {
        rest.is_empty()
            || rest
                .strip_prefix('_')
                .is_some_and(|number| number.bytes().all(|byte| byte.is_ascii_digit()))
    })
}

/// `BO_` lines hold 32 characters at most; the name is cut, and numbered if that makes it ambiguous.
fn is_long_name(message: &MessageDef, short_name: &str) -> bool {
    short_name.len() >= 31
        && short_name
            .get(..20)
            .is_some_and(|start| message.name.starts_with(start))
}

#[test]
fn no_message_or_signal_is_lost_silently() {
    let Some(data) = data_dir("oracle") else {
        return;
    };
    let status = fs::read_to_string(data.join("dbc/dbc_status.csv")).unwrap();
    let counts: BTreeMap<&str, (usize, usize)> = status
        .lines()
        .filter_map(|line| {
            let fields: Vec<&str> = line.splitn(8, ',').collect();
            let count = |i: usize| fields.get(i)?.parse().ok();
            Some((*fields.first()?, (count(5)?, count(6)?)))
        })
        .collect();
    let mut differences = Vec::new();
    for (name, path) in dbc_files(&data) {
        let Some(expected) = counts.get(name.as_str()) else {
            continue;
        };
        let (database, _) = load(&fs::read(path).unwrap());
        let n_signals = database
            .messages
            .iter()
            .map(|message| message.signals.len())
            .sum();
        let got = (database.messages.len(), n_signals);
        if got != *expected {
            differences.push(format!("{name}: {got:?} of {expected:?}"));
        }
    }
    assert_eq!(
        differences,
        [
            // A float of 16 bits.
            "can-go/example_float32_invalid_signal_length.dbc: (1, 0) of (1, 1)",
            // Signals of 200 to 13,824 bits, which are texts.
            "canmatrix/j1939.dbc: (357, 2372) of (357, 2390)",
            // The pseudo message VECTOR__INDEPENDENT_SIG_MSG.
            "opendbc/FORD_CADS.dbc: (80, 784) of (81, 811)",
            "opendbc/gm_global_a_object.dbc: (59, 518) of (60, 520)",
            "opendbc/hyundai_2015_mcan.dbc: (170, 1180) of (171, 1184)",
            "opendbc_wild/psa_aee2010_r3@8f76dede.dbc: (107, 430) of (108, 536)",
        ]
    );
    assert!(counts.len() > 180);
}
