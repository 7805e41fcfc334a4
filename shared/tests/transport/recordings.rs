//! Real logs, against messages and values that others took out of them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use bytes::Bytes;
use canlake_shared::can::{CanFrame, CanId};
use canlake_shared::dbc::plan::CompiledDatabase;
use canlake_shared::decode::{DecodeStats, Decoder, FrameBatches, MemorySink, RunLimits};
use canlake_shared::logs;
use canlake_shared::schema::footer::UndecodedReason;
use canlake_shared::transport::{FastPacket, Frame, IsoTp, J1939Tp, Reassembled};

use crate::recording::{RECORDINGS, Recording};
use crate::table::Table;
use crate::test_data::data_dir;

fn log(data: &Path, recording: &Recording) -> Bytes {
    let path = data.join(format!("logs/{0}/{0}.log", recording.name));
    std::fs::read(path).unwrap().into()
}

/// All frames, and the name of each one's channel.
fn frames(data: &Path, recording: &Recording) -> Vec<(CanFrame, String)> {
    let mut reader = logs::open(log(data, recording), recording.name).unwrap();
    let mut frames = Vec::new();
    while reader.read(&mut frames, 10_000).unwrap() > 0 {}
    let channels = reader.channels();
    let named = frames.into_iter().map(|frame| {
        let name = channels.name(frame.channel).unwrap().to_string();
        (frame, name)
    });
    named.collect()
}

fn ids(table: &Table) -> Vec<CanId> {
    let extended = table.integers("is_extended");
    let numbers = table.integers("arbitration_id").into_iter().zip(extended);
    let id = |(number, extended)| CanId::new(u32::try_from(number).unwrap(), extended == 1);
    numbers.map(|pair| id(pair).unwrap()).collect()
}

#[test]
fn messages_are_those_of_the_oracle_byte_for_byte() {
    let Some(data) = data_dir("logs") else {
        return;
    };
    let mut n_messages = 0;
    for recording in &RECORDINGS {
        let Some(table) = recording.table(&data, "tp_frames.parquet") else {
            continue;
        };
        let frames = frames(&data, recording);
        let (ids, firsts) = (ids(&table), table.integers("first_frame_no"));
        let (payloads, protocols) = (table.bytes("payload"), table.text("protocol"));
        let channels = table.text("channel");
        // The oracle's own time is that of the first frame but for ISO-TP, where it is the last one's.
        let expected: BTreeSet<_> = (0..table.len())
            .map(|row| {
                let (first, channel) = &frames[usize::try_from(firsts[row]).unwrap()];
                assert_eq!(Some(channel), channels[row].as_ref());
                (
                    first.timestamp,
                    channel.clone(),
                    ids[row],
                    payloads[row].clone(),
                )
            })
            .collect();
        let protocol = protocols[0].as_deref().unwrap();
        let transported: BTreeSet<CanId> = ids.into_iter().collect();

        let (mut iso_tp, mut j1939, mut fast) =
            (IsoTp::default(), J1939Tp::new(), FastPacket::new());
        let mut out = Reassembled::default();
        for (frame, _) in &frames {
            let part = Frame {
                time: frame.timestamp,
                channel: frame.channel,
                id: frame.id,
                payload: &frame.payload,
            };
            match protocol {
                "j1939-bam" => j1939.push(&part, &mut out),
                _ if !transported.contains(&frame.id) => continue,
                "isotp" => iso_tp.push(&part, &mut out),
                _ => fast.push(&part, &mut out),
            };
        }
        iso_tp.finish(&mut out);
        j1939.finish(&mut out);
        fast.finish(&mut out);
        println!("{}: {:?}", recording.name, out.losses);
        let by_channel: BTreeMap<_, _> = frames
            .iter()
            .map(|(frame, name)| (frame.channel, name.clone()))
            .collect();
        let messages = out.messages.into_iter();
        let found: BTreeSet<_> = messages
            .map(|it| (it.time, by_channel[&it.channel].clone(), it.id, it.payload))
            .collect();
        n_messages += found.len();
        assert!(
            found == expected,
            "{}: only here {:?}, only there {:?}",
            recording.name,
            found.difference(&expected).collect::<Vec<_>>(),
            expected.difference(&found).collect::<Vec<_>>(),
        );
    }
    assert_eq!(n_messages, 13 + 152 + 133 + 101 + 270);
}

fn decode(data: &Path, recording: &Recording) -> (MemorySink, DecodeStats) {
    // The oracle took the last file for transported messages.
    let databases = recording.databases(data);
    let compiled = CompiledDatabase::new(databases.last(), recording.matching);
    let mut sink = MemorySink::default();
    let mut decoder = Decoder::new(|_: &str| compiled.clone(), RunLimits::default());
    for batch in FrameBatches::log(log(data, recording), recording.name).unwrap() {
        decoder.push(&batch.unwrap(), &mut sink).unwrap();
    }
    let stats = decoder.finish(&mut sink).unwrap();
    (sink, stats)
}

/// Time, identifier, signal and the bits of its value.
type Value = (i64, u32, String, u64);

#[test]
fn values_are_those_of_the_oracle() {
    let Some(data) = data_dir("logs") else {
        return;
    };
    let mut n_values = 0;
    for recording in &RECORDINGS {
        let Some(table) = recording.table(&data, "tp_expected.parquet") else {
            continue;
        };
        let firsts = recording
            .table(&data, "tp_frames.parquet")
            .unwrap()
            .integers("first_frame_no");
        let frames = frames(&data, recording);
        let (signals, values) = (table.text("signal"), table.floats("physical"));
        let ids = ids(&table);
        let numbers = table.integers("tp_no");
        let expected: Vec<Value> = (0..table.len())
            .map(|row| {
                let message = usize::try_from(numbers[row]).unwrap();
                let (first, _) = &frames[usize::try_from(firsts[message]).unwrap()];
                let signal = signals[row].clone().unwrap();
                let time = first.timestamp.as_ns();
                (time, ids[row].number(), signal, values[row].to_bits())
            })
            .collect();
        let (sink, stats) = decode(&data, recording);
        let transported: BTreeSet<u32> = ids.iter().map(|id| id.number()).collect();
        let mut found: Vec<Value> = Vec::new();
        for signal in sink.signals() {
            let id = signal.key.arbitration_id.unwrap();
            if !transported.contains(&id) || &*signal.key.message == "DTC" {
                continue;
            }
            assert!(signal.timestamps.is_sorted());
            let rows = signal.timestamps.iter().zip(&signal.values);
            found.extend(
                rows.map(|(time, value)| {
                    (*time, id, signal.key.signal.to_string(), value.to_bits())
                }),
            );
        }
        n_values += found.len();
        let sorted = |mut values: Vec<Value>| {
            values.sort();
            values
        };
        assert_eq!(sorted(found), sorted(expected), "{}", recording.name);
        if recording.name == "uds_kona_leaf" {
            // Thirty messages begin and do not go on; all other frames gave values.
            assert_eq!((stats.frames, stats.decoded_frames), (2010, 1980));
            let lost = stats.undecoded_by_reason().into_iter();
            let expected = [(UndecodedReason::TransportUnfinished, 30)];
            assert_eq!(lost.collect::<Vec<_>>(), expected);
        }
    }
    assert_eq!(n_values, 848);
}

#[test]
fn trouble_codes_of_a_real_vehicle() {
    let Some(data) = data_dir("logs") else {
        return;
    };
    let with_codes = |recording: &&Recording| {
        let (sink, _) = decode(&data, recording);
        sink.signals().iter().any(|it| &*it.key.message == "DTC")
    };
    // The others report none, and nothing in them is taken for a report.
    let names: Vec<_> = RECORDINGS
        .iter()
        .filter(with_codes)
        .map(|it| it.name)
        .collect();
    assert_eq!(names, ["j1939_vehicle_imu"]);
    let recording = RECORDINGS.iter().find(|it| it.name == names[0]).unwrap();
    let (sink, _) = decode(&data, recording);
    let codes = sink.signals().iter().filter(|it| &*it.key.message == "DTC");
    let found: Vec<_> = codes
        .map(|it| (it.key.to_string(), it.values.len(), it.label(0).unwrap()))
        .collect();
    let expected = [
        (
            "can1:DTC[0x18FECA00].J1939 DM1 active".to_owned(),
            1,
            "SPN 609 FMI 9 updates at an abnormal rate, once; SPN 609 FMI 12 device or component is bad, \
             3 times; SPN 980 FMI 9 updates at an abnormal rate, 126 times; SPN 3216 FMI 20 drifted \
             high, 2 times",
        ),
        (
            "can1:DTC[0x18FECA00].J1939 DM1 lamps".to_owned(),
            1,
            "malfunction indicator",
        ),
    ];
    assert_eq!(found, expected);
}
