//! Real recordings: single frames and transport messages, and whole logs through the decoder.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use canlake_shared::can::{CanFrame, CanId, ChannelIdx, Payload};
use canlake_shared::dbc::plan::CompiledDatabase;
use canlake_shared::dbc::{Database, SignalDef};
use canlake_shared::decode::{Decoder, MemorySink, RunLimits};
use canlake_shared::schema::RawBatchBuilder;
use canlake_shared::time::Timestamp;

use crate::expected::{Expected, Tally, definition};
use crate::recordings::{RECORDINGS, Recording};
use crate::test_data::data_dir;

/// Frames of a log of the test data: `(seconds.microseconds) channel ID#DATA`.
fn frames(path: &Path) -> Vec<(CanFrame, String)> {
    let text = fs::read_to_string(path).unwrap();
    let frame = |line: &str| {
        let mut parts = line.split(' ');
        let time = parts
            .next()
            .unwrap()
            .trim_matches(['(', ')'])
            .replace('.', "");
        let channel = parts.next().unwrap().to_owned();
        let (id, data) = parts.next().unwrap().split_once('#').unwrap();
        let number = u32::from_str_radix(id, 16).unwrap();
        let bytes: Vec<u8> = (0..data.len() / 2)
            .map(|at| u8::from_str_radix(data.get(2 * at..2 * at + 2).unwrap(), 16).unwrap())
            .collect();
        let frame = CanFrame::data(
            Timestamp::from_ns(time.parse::<i64>().unwrap() * 1000),
            ChannelIdx(0),
            CanId::new(number, id.len() == 8).unwrap(),
            Payload::new(&bytes).unwrap(),
        );
        (frame, channel)
    };
    text.lines().map(frame).collect()
}

#[test]
fn single_frames_of_real_logs() {
    let Some(data) = data_dir("oracle") else {
        return;
    };
    let mut tally = Tally::default();
    for recording in &RECORDINGS {
        let databases = recording.databases(&data);
        let compiled = CompiledDatabase::new(&databases, recording.matching);
        let log = format!("logs/{0}/{0}.log", recording.name);
        let frames = frames(&data.join(log));
        let table = recording.table(&data, "expected.parquet").unwrap();
        let numbers = table.integers("frame_no");
        let expected = Expected::rows(&table);
        let mut start = 0;
        for same_frame in numbers.chunk_by(|left, right| left == right) {
            let expected = &expected[start..start + same_frame.len()];
            start += same_frame.len();
            let (frame, _) = &frames[usize::try_from(same_frame[0]).unwrap()];
            match compiled.lookup(frame.id) {
                [message] => tally.compare(
                    (recording.name, definition(&databases, message)),
                    &message.decode_payload(&frame.payload),
                    expected,
                ),
                several => panic!("{} messages for {}", several.len(), frame.id),
            }
        }
    }
    println!("{} rows, {} bit for bit", tally.rows, tally.bit_exact);
    assert_eq!(tally.rows, 179_649);
    assert!(tally.differences.is_empty(), "{:#?}", tally.differences);
}

#[test]
fn transport_messages_of_real_logs() {
    let Some(data) = data_dir("oracle") else {
        return;
    };
    let mut tally = Tally::default();
    for recording in &RECORDINGS {
        let Some(table) = recording.table(&data, "tp_expected.parquet") else {
            continue;
        };
        let frames = recording.table(&data, "tp_frames.parquet").unwrap();
        let (payloads, protocols) = (frames.bytes("payload"), frames.text("protocol"));
        let (ids, extended) = (
            frames.integers("arbitration_id"),
            frames.integers("is_extended"),
        );
        // Expected values name the DBC file that they come from.
        let databases = recording.databases(&data);
        let last = databases.len() - 1;
        let compiled = CompiledDatabase::new(&databases[last..], recording.matching);
        let numbers = table.integers("tp_no");
        let expected = Expected::rows(&table);
        let mut start = 0;
        for same_message in numbers.chunk_by(|left, right| left == right) {
            let expected = &expected[start..start + same_message.len()];
            start += same_message.len();
            let at = usize::try_from(same_message[0]).unwrap();
            let mut payload = payloads[at].clone();
            if protocols[at].as_deref() == Some("isotp") {
                // These DBC files begin with the low byte of the length.
                payload.insert(0, payload.len() as u8);
            }
            let id = CanId::new(u32::try_from(ids[at]).unwrap(), extended[at] == 1).unwrap();
            let [message] = compiled.lookup(id) else {
                panic!("no message for {id}")
            };
            tally.compare(
                (recording.name, definition(&databases[last..], message)),
                &message.decode_payload(&payload),
                expected,
            );
        }
    }
    assert_eq!(tally.rows, 848);
    assert!(tally.differences.is_empty(), "{:#?}", tally.differences);
}

/// Count, minimum, maximum and sum of one signal over a whole log.
#[derive(Debug, Clone, Copy)]
struct Totals {
    n: usize,
    min: f64,
    max: f64,
    sum: f64,
    n_labelled: usize,
}

impl Totals {
    const NONE: Self = Self {
        n: 0,
        min: f64::INFINITY,
        max: f64::NEG_INFINITY,
        sum: 0.0,
        n_labelled: 0,
    };

    fn agrees(&self, other: &Self) -> bool {
        let tolerance = 1e-9 * (self.n as f64) * self.max.abs().max(self.min.abs()).max(1e-300);
        self.n == other.n
            && self.min == other.min
            && self.max == other.max
            && self.n_labelled == other.n_labelled
            && (self.sum - other.sum).abs() <= tolerance
    }
}

#[test]
fn whole_logs_through_the_decoder() {
    let Some(data) = data_dir("oracle") else {
        return;
    };
    for recording in &RECORDINGS {
        let databases = recording.databases(&data);
        let compiled = CompiledDatabase::new(&databases, recording.matching);
        // Small limits, so that there are several runs.
        let limits = RunLimits {
            frames: 10_000,
            ..RunLimits::default()
        };
        let mut decoder = Decoder::new(|_: &str| compiled.clone(), limits);
        let mut sink = MemorySink::default();
        let mut builder = RawBatchBuilder::new("V1");
        let log = format!("logs/{0}/{0}.log", recording.name);
        let frames = frames(&data.join(log));
        for chunk in frames.chunks(4096) {
            for (frame, channel) in chunk {
                builder.push(frame, channel);
            }
            decoder.push(&builder.finish(), &mut sink).unwrap();
        }
        let stats = decoder.finish(&mut sink).unwrap();
        assert_eq!(stats.frames, frames.len() as u64);
        let by_reason = stats.undecoded_by_reason();
        println!(
            "{}: {} of {} frames, {} values, {by_reason:?}",
            recording.name, stats.decoded_frames, stats.frames, stats.signal_values
        );

        let mut totals: BTreeMap<(String, String), Totals> = BTreeMap::new();
        for signal in sink.signals() {
            let key = (
                signal.key.message.to_string(),
                signal.key.signal.to_string(),
            );
            let total = totals.entry(key).or_insert(Totals::NONE);
            total.n += signal.values.len();
            let rows = 0..signal.values.len();
            total.n_labelled += rows.filter(|row| signal.label(*row).is_some()).count();
            for value in signal.values.iter().filter(|value| !value.is_nan()) {
                total.min = total.min.min(*value);
                total.max = total.max.max(*value);
                total.sum += value;
            }
        }
        let table = recording.table(&data, "summary.parquet").unwrap();
        let signals = table.text("signal");
        let ids = table.integers("dbc_frame_id");
        let extended = table.integers("is_extended");
        let (dbcs, sig_indices) = (table.text("dbc"), table.integers("sig_idx"));
        let (n, n_labelled) = (table.integers("n"), table.integers("n_labelled"));
        let (min, max, sum) = (
            table.floats("min"),
            table.floats("max"),
            table.floats("sum"),
        );
        let mut wrong = Vec::new();
        for row in 0..table.len() {
            let expected = Totals {
                n: usize::try_from(n[row]).unwrap(),
                min: min[row],
                max: max[row],
                sum: sum[row],
                n_labelled: usize::try_from(n_labelled[row]).unwrap(),
            };
            let dbc = dbcs[row].as_deref();
            let dbc = recording.dbcs.iter().position(|name| Some(*name) == dbc);
            let database = &databases[dbc.unwrap()];
            let number = u32::try_from(ids[row]).unwrap();
            let id = CanId::new(number, extended[row] == 1).unwrap();
            let sig_idx = usize::try_from(sig_indices[row]).unwrap();
            let key = names(database, id, sig_idx, signals[row].as_deref().unwrap());
            let found = totals.remove(&key);
            if !found.is_some_and(|found| found.agrees(&expected)) {
                wrong.push((key, found, expected));
            }
        }
        assert!(wrong.is_empty(), "{}: {wrong:#?}", recording.name);
        // The rest comes out of messages of several frames, which the summary leaves out.
        let transported = transported_signals(&data, recording, &compiled);
        let is_extra = |(message, signal): &&(String, String)| {
            message != "DTC" && !transported.contains(&(message.clone(), signal.clone()))
        };
        let extra: Vec<_> = totals.keys().filter(is_extra).collect();
        assert!(
            extra.is_empty(),
            "{}: not expected {extra:?}",
            recording.name
        );
    }
}

/// Message and signal of everything that the transported messages of a log may give.
fn transported_signals(
    data: &Path,
    recording: &Recording,
    compiled: &CompiledDatabase,
) -> BTreeSet<(String, String)> {
    let Some(table) = recording.table(data, "tp_frames.parquet") else {
        return BTreeSet::new();
    };
    let extended = table.integers("is_extended");
    let ids = table.integers("arbitration_id").into_iter().zip(extended);
    let mut names = BTreeSet::new();
    for (number, extended) in ids {
        let id = CanId::new(u32::try_from(number).unwrap(), extended == 1).unwrap();
        for message in compiled.lookup(id) {
            let signals = message.signals().iter();
            let name = |signal: &str| (message.name().to_string(), signal.to_owned());
            names.extend(signals.map(|signal| name(signal.name())));
        }
    }
    names
}

/// Our names of a message and signal that the oracle names by identifier and position, and as their
/// lines do.
fn names(database: &Database, id: CanId, sig_idx: usize, short_name: &str) -> (String, String) {
    let mut messages = database.messages.iter();
    let message = messages.find(|message| message.id == id).unwrap();
    let has_name = |signal: &&SignalDef| signal.short_name == short_name;
    let found = message.signals.get(sig_idx).filter(has_name);
    let found = found.or_else(|| message.signals.iter().find(has_name));
    (message.name.clone(), found.unwrap().name.clone())
}
