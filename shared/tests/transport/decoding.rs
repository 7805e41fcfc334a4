//! From frames to signals through the decoder.

use std::collections::BTreeMap;

use arrow::record_batch::RecordBatch;
use canlake_shared::can::{CanFrame, CanId, ChannelIdx, FrameFlags, Payload};
use canlake_shared::dbc::plan::CompiledDatabase;
use canlake_shared::dbc::{Matching, load};
use canlake_shared::decode::{
    DecodeStats, Decoder, MemorySink, RunLimits, decode_days, decode_threaded,
};
use canlake_shared::schema::RawBatchBuilder;
use canlake_shared::schema::footer::UndecodedReason;
use canlake_shared::time::{NS_PER_DAY, Timestamp};
use proptest::collection::vec;
use proptest::prelude::*;

use crate::segment::{
    Sent, bam, extended, fast_packet, interleave, iso_tp, recorded, rts_cts, standard,
};

/// ISO-TP by identifier, J1939 and NMEA 2000 by group, and a message of one frame.
const DBC: &str = r#"VERSION ""
BO_ 2024 Diagnosis: 40 X
 SG_ Length : 0|8@1+ (1,0) [0|0] "" X
 SG_ Service : 8|8@1+ (1,0) [0|0] "" X
 SG_ Late : 304|8@1+ (1,0) [0|0] "" X
BO_ 256 Plain: 8 X
 SG_ Word : 0|16@1+ (1,0) [0|0] "" X
BO_ 2566841342 EC1: 39 X
 SG_ First : 0|8@1+ (1,0) [0|0] "" X
 SG_ Last : 304|8@1+ (1,0) [0|0] "" X
BO_ 2583168510 Position: 51 X
 SG_ Sid : 0|8@1+ (1,0) [0|0] "" X
 SG_ Far : 400|8@1+ (1,0) [0|0] "" X
BA_DEF_ BO_ "VFrameFormat" ENUM "StandardCAN","ExtendedCAN","reserved","J1939PG";
BA_DEF_DEF_ "VFrameFormat" "StandardCAN";
BA_ "VFrameFormat" BO_ 2566841342 3;
BA_ "VFrameFormat" BO_ 2583168510 3;
"#;

const POSITION: u32 = 0x19F8_0523;

fn database() -> CompiledDatabase {
    let (database, warnings) = load(DBC.as_bytes());
    assert!(warnings.is_empty(), "{warnings:?}");
    CompiledDatabase::new([&database], Matching::Auto)
}

fn batches(frames: &[CanFrame], rows: usize) -> Vec<RecordBatch> {
    let mut builder = RawBatchBuilder::new("V1");
    let chunks = frames.chunks(rows);
    chunks
        .map(|chunk| {
            for frame in chunk {
                builder.push(frame, "can0");
            }
            builder.finish()
        })
        .collect()
}

fn decode(frames: &[CanFrame]) -> (MemorySink, DecodeStats) {
    let mut decoder = Decoder::new(|_: &str| database(), RunLimits::default());
    let mut sink = MemorySink::default();
    for batch in batches(frames, 7) {
        decoder.push(&batch, &mut sink).unwrap();
    }
    let stats = decoder.finish(&mut sink).unwrap();
    (sink, stats)
}

/// Times and values by signal, as in a decoded file once it is sorted.
fn rows(sinks: &[MemorySink]) -> BTreeMap<String, Vec<(i64, u64)>> {
    let mut rows: BTreeMap<String, Vec<_>> = BTreeMap::new();
    for signal in sinks.iter().flat_map(MemorySink::signals) {
        let values = signal.timestamps.iter().zip(&signal.values);
        let values = values.map(|(time, value)| (*time, value.to_bits()));
        rows.entry(signal.key.to_string())
            .or_default()
            .extend(values);
    }
    for rows in rows.values_mut() {
        rows.sort_unstable();
    }
    rows
}

fn record(sent: &[Sent]) -> Vec<CanFrame> {
    let frames = sent.iter().enumerate();
    frames.map(|(at, sent)| recorded(at, sent)).collect()
}

fn lost(stats: &DecodeStats) -> Vec<(UndecodedReason, u64)> {
    stats.undecoded_by_reason().into_iter().collect()
}

#[test]
fn messages_of_all_protocols_decode_at_the_time_of_their_first_frame() {
    let message: Vec<u8> = (100..151).collect();
    let mut sent = iso_tp(standard(2024), &message[..39], 8, &[]);
    sent.extend(iso_tp(standard(2024), &[0x7F, 0x22], 8, &[]));
    sent.extend(bam(0xFEE3, 0x21, &message[..39]));
    sent.extend(rts_cts(0xFEE3, 0x22, 0x23, &message[..39]));
    sent.extend(fast_packet(extended(POSITION), 0, &message));
    sent.push((standard(256), vec![1, 2, 0, 0, 0, 0, 0, 0]));
    let frames = record(&sent);
    let (sink, stats) = decode(&frames);
    let start = frames[0].timestamp.as_ns();
    let found: Vec<(String, Vec<(i64, f64)>)> = rows(&[sink])
        .into_iter()
        .map(|(key, rows)| {
            let rows = rows.into_iter();
            let rows = rows.map(|(time, bits)| ((time - start) / 1_000_000, f64::from_bits(bits)));
            (key, rows.collect())
        })
        .collect();
    let expected = [
        ("can0:Diagnosis[0x7E8].Late", vec![(0, 137.0)]),
        ("can0:Diagnosis[0x7E8].Length", vec![(0, 39.0), (6, 2.0)]),
        (
            "can0:Diagnosis[0x7E8].Service",
            vec![(0, 100.0), (6, 127.0)],
        ),
        ("can0:EC1[0x18FEE321].First", vec![(7, 100.0)]),
        ("can0:EC1[0x18FEE321].Last", vec![(7, 138.0)]),
        ("can0:EC1[0x18FEE322].First", vec![(14, 100.0)]),
        ("can0:EC1[0x18FEE322].Last", vec![(14, 138.0)]),
        ("can0:Plain[0x100].Word", vec![(32, 513.0)]),
        ("can0:Position[0x19F80523].Far", vec![(24, 150.0)]),
        ("can0:Position[0x19F80523].Sid", vec![(24, 100.0)]),
    ];
    let expected: Vec<_> = expected.map(|(key, rows)| (key.to_owned(), rows)).into();
    assert_eq!(found, expected);
    assert_eq!(stats.decoded_frames, frames.len() as u64);
    // The negative response is shorter than the message.
    assert_eq!(lost(&stats), [(UndecodedReason::TooShort, 1)]);
    assert_eq!(stats.out_of_order_frames, 0);
}

#[test]
fn what_is_lost_is_told_by_reason_and_id() {
    let message: Vec<u8> = (0..39).collect();
    let mut sent = iso_tp(standard(2024), &message, 8, &[]);
    sent.remove(3);
    sent.extend(bam(0xFEE3, 0x21, &message));
    sent.pop();
    sent.push((extended(0x1CEB_FF44), vec![1, 2, 3, 4, 5, 6, 7, 8]));
    // No DBC knows this group.
    sent.extend(bam(0xFEE4, 0x22, &message[..9]));
    let (_, stats) = decode(&record(&sent));
    let undecoded: Vec<_> = stats
        .undecoded()
        .into_iter()
        .map(|it| (it.arbitration_id, it.reason, it.frames))
        .collect();
    let expected = [
        (2024, UndecodedReason::TransportSequence, 4),
        (2024, UndecodedReason::TransportNoStart, 1),
        (0x18FE_E321, UndecodedReason::TransportUnfinished, 6),
        (0x18FE_E422, UndecodedReason::UnknownId, 3),
        (0x1CEB_FF44, UndecodedReason::TransportNoStart, 1),
    ];
    assert_eq!(undecoded, expected);
    assert_eq!(stats.decoded_frames, 0);
}

#[test]
fn frames_that_hold_the_message_are_no_transport() {
    let mut payload = vec![0x21_u8; 40];
    payload[38] = 7;
    let id = standard(2024);
    let mut frames = record(&[
        (id, payload),
        (id, vec![0x50; 8]),
        (id, vec![0x21, 0x41, 0, 0, 0, 0, 0, 0]),
    ]);
    frames[2].flags = FrameFlags::FD;
    let (sink, stats) = decode(&frames);
    let found = rows(&[sink]);
    // Neither number of a frame nor length: an FD frame is the message, also where it is cut, and 5
    // begins no ISO-TP frame.
    assert_eq!(found["can0:Diagnosis[0x7E8].Late"].len(), 1);
    assert_eq!(found["can0:Diagnosis[0x7E8].Service"].len(), 3);
    assert_eq!(lost(&stats), [(UndecodedReason::TooShort, 2)]);
    let service = found["can0:Diagnosis[0x7E8].Service"][2];
    assert_eq!(service.1, 65_f64.to_bits());
}

#[test]
fn a_message_over_midnight_belongs_to_the_day_of_its_first_frame() {
    let message: Vec<u8> = (0..39).collect();
    let mut frames = record(&iso_tp(standard(2024), &message, 8, &[]));
    for (at, frame) in (-2_i64..).zip(&mut frames) {
        frame.timestamp = Timestamp::from_ns(NS_PER_DAY + at * 1_000_000);
    }
    let batches = batches(&frames, 100)
        .into_iter()
        .map(Ok::<_, std::io::Error>);
    let mut days = BTreeMap::new();
    decode_days(
        batches,
        |_: &str| database(),
        RunLimits::default(),
        |day, run| {
            let mut sink = MemorySink::default();
            let stats = run.write_to(&mut sink)?;
            days.insert(day, (sink, stats.frames, stats.decoded_frames));
            Ok::<_, std::convert::Infallible>(())
        },
    )
    .unwrap();
    let (first, second) = (&days[&0], &days[&1]);
    assert_eq!(first.0.signals().len(), 3);
    assert_eq!((first.1, first.2), (2, 6));
    assert_eq!(second.0.signals().len(), 0);
    assert_eq!((second.1, second.2), (4, 0));
}

fn any_message() -> impl Strategy<Value = Vec<Sent>> {
    let bytes = |len| vec(any::<u8>(), len);
    prop_oneof![
        (0_u32..2, bytes(1..80)).prop_map(|(id, message)| iso_tp(
            standard(2024 + id),
            &message,
            8,
            &[]
        )),
        (0_u32..3, bytes(9..80)).prop_map(|(source, message)| bam(0xFEE3, source, &message)),
        (0_u32..3, bytes(9..80)).prop_map(|(source, message)| rts_cts(0xFEE3, source, 9, &message)),
        (0_u8..8, bytes(1..80)).prop_map(|(counter, message)| fast_packet(
            extended(POSITION),
            counter,
            &message
        )),
        (0_u32..3, bytes(8..9))
            .prop_map(|(source, payload)| std::vec![(extended(0x18FE_E300 | source), payload)]),
        bytes(0..9).prop_map(|payload| std::vec![(standard(256), payload)]),
        bytes(0..9).prop_map(|payload| std::vec![(CanId::standard(2024).unwrap(), payload)]),
    ]
}

proptest! {
    #[test]
    fn threads_and_limits_change_no_row_and_every_frame_is_counted(
        messages in vec(any_message(), 1..12),
        turns in vec(0_usize..12, 0..100),
        drops in vec(any::<prop::sample::Index>(), 0..4),
        batch_rows in 1_usize..20,
        run_frames in 1_usize..20,
    ) {
        let mut sent = interleave(messages, &turns);
        for drop in drops {
            if !sent.is_empty() {
                sent.remove(drop.index(sent.len()));
            }
        }
        let frames = record(&sent);
        let (sink, stats) = decode(&frames);
        let all = rows(&[sink]);
        prop_assert_eq!(stats.frames, frames.len() as u64);
        let told: u64 = stats.undecoded_by_reason().values().sum();
        prop_assert!(stats.decoded_frames <= stats.frames);
        // What is too short is told and may have given a value as well.
        prop_assert!(stats.decoded_frames + told >= stats.frames);

        let limits = RunLimits { frames: run_frames, ..RunLimits::default() };
        let input = batches(&frames, batch_rows).into_iter().map(Ok::<_, std::io::Error>);
        let mut sink = MemorySink::default();
        let threaded = decode_threaded(input, |_: &str| database(), limits, &mut sink, |_| ()).unwrap();
        prop_assert_eq!(threaded.decoded_frames, stats.decoded_frames);
        prop_assert_eq!(threaded.undecoded(), stats.undecoded());
        prop_assert_eq!(rows(&[sink]), all);
    }
}

#[test]
fn a_long_message_makes_no_run_outgrow_its_memory() {
    // 40 bytes are used of each, however long it is.
    let message = vec![1; 60_000];
    let sent: Vec<Sent> = (0..3)
        .flat_map(|_| iso_tp(standard(2024), &message, 64, &[]))
        .collect();
    let frames: Vec<CanFrame> = sent
        .iter()
        .enumerate()
        .map(|(at, (id, bytes))| {
            let payload = Payload::new(bytes).unwrap();
            CanFrame {
                flags: FrameFlags::NONE,
                ..CanFrame::data(crate::segment::time(at), ChannelIdx(0), *id, payload)
            }
        })
        .collect();
    let (_, stats) = decode(&frames);
    assert_eq!(stats.frames, frames.len() as u64);
}
