//! All payloads of the oracle, decoded as columns.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use canlake_shared::can::CanId;
use canlake_shared::dbc::plan::{CompiledMessage, DecodedSignal, PayloadBuffer, SignalValues};
use canlake_shared::dbc::{Database, load};

use crate::expected::{Expected, Tally, assert_known, message_at};
use crate::table::Table;
use crate::test_data::data_dir;

/// Rows of one message: per payload its bytes and which rows of the table belong to it.
type Payloads = BTreeMap<i64, (Vec<u8>, Vec<usize>)>;

#[test]
fn every_value_of_every_file() {
    let Some(data) = data_dir("oracle") else {
        return;
    };
    let mut files: Vec<_> = fs::read_dir(data.join("oracle"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    let mut tally = Tally::default();
    for file in files {
        compare_file(&data, &file, &mut tally);
    }
    println!(
        "{} rows, {} bit for bit, else relative {:e} at most; {} known differences",
        tally.rows,
        tally.bit_exact,
        tally.largest_relative,
        tally.differences.len(),
    );
    assert_eq!(tally.rows, 495_244);
    assert_known(&tally, include_str!("known_differences.txt"));
}

fn compare_file(data: &Path, file: &Path, tally: &mut Tally) {
    let table = Table::read(file);
    let (dbcs, ids) = (table.text("dbc"), table.integers("frame_id"));
    let (extended, occurrences) = (
        table.integers("is_extended"),
        table.integers("msg_occurrence"),
    );
    let (numbers, bytes) = (table.integers("payload_no"), table.bytes("payload"));
    let names = table.text("message");
    let mut expected: Vec<Option<Expected>> =
        Expected::rows(&table).into_iter().map(Some).collect();
    let mut messages: BTreeMap<(String, i64, i64, i64), Payloads> = BTreeMap::new();
    for row in 0..table.len() {
        let dbc = dbcs[row].clone().unwrap();
        let key = (dbc, ids[row], extended[row], occurrences[row]);
        let payloads = messages.entry(key).or_default();
        let entry = payloads.entry(numbers[row]);
        let (_, rows) = entry.or_insert_with(|| (bytes[row].clone(), Vec::new()));
        rows.push(row);
    }
    let mut databases: BTreeMap<String, Database> = BTreeMap::new();
    for ((dbc, id, is_extended, occurrence), payloads) in messages {
        let database = databases.entry(dbc.clone()).or_insert_with(|| {
            let text = fs::read(data.join("dbc").join(&dbc)).unwrap();
            load(&text).0
        });
        let id = CanId::new(u32::try_from(id).unwrap(), is_extended == 1).unwrap();
        let found = message_at(database, id, usize::try_from(occurrence).unwrap());
        let Some((message, compiled)) = found else {
            let (_, rows) = payloads.values().next().unwrap();
            let name = names[rows[0]].clone().unwrap();
            tally.rows += payloads
                .values()
                .map(|(_, rows)| rows.len() as u64)
                .sum::<u64>();
            tally.differ(&dbc, &name, "*", "no such message");
            continue;
        };
        let decoded = decode(&compiled, payloads.values().map(|(bytes, _)| bytes));
        for ((_, rows), decoded) in payloads.values().zip(decoded) {
            let rows = rows.iter().map(|row| expected[*row].take().unwrap());
            tally.compare((&dbc, message), &decoded, &rows.collect::<Vec<_>>());
        }
    }
}

/// Decodes payloads as one column and gives the signals of each.
fn decode<'a>(
    message: &CompiledMessage,
    payloads: impl Iterator<Item = &'a Vec<u8>>,
) -> Vec<Vec<DecodedSignal>> {
    let mut buffer = PayloadBuffer::default();
    payloads.for_each(|payload| buffer.push(payload));
    let column = buffer.as_payloads();
    let presence = message.presence(&column);
    let mut values = SignalValues::default();
    let mut decoded = vec![Vec::new(); column.rows()];
    for (signal_idx, signal) in message.signals().iter().enumerate() {
        let mut raws = Vec::new();
        message.decode_raw(signal_idx, &column, &presence, &mut raws);
        let rows = message.decode(signal_idx, &column, &presence, &mut values);
        for (at, raw) in raws.into_iter().enumerate() {
            let row = rows.as_list().map_or(at, |rows| rows[at] as usize);
            let label = values.label_positions.get(at);
            decoded[row].push(DecodedSignal {
                signal_idx,
                raw,
                physical: values.physical[at],
                label: label.and_then(|at| signal.labels().get(*at as usize).cloned()),
            });
        }
    }
    decoded
}
