//! The decoder against one that looks at each frame by itself.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow::record_batch::RecordBatch;
use proptest::prelude::*;

use super::*;
use crate::can::{CanFrame, CanId, ChannelIdx, FrameFlags, Payload};
use crate::dbc::plan::CompiledDatabase;
use crate::dbc::{Matching, load};
use crate::schema::footer::UndecodedReason;
use crate::schema::{RawBatchBuilder, SignalKey};
use crate::time::{NS_PER_DAY, Timestamp};

const DBC: &str = r#"VERSION ""
BO_ 256 Plain: 8 X
 SG_ Word : 0|16@1+ (0.1,-5) [0|0] "V" X
 SG_ Last : 56|8@1- (1,0) [0|0] "" X
BO_ 257 Muxed: 4 X
 SG_ Selector M : 0|8@1+ (1,0) [0|0] "" X
 SG_ One m1 : 8|8@1+ (1,0) [0|0] "" X
 SG_ Two m2 : 8|16@1+ (1,0) [0|0] "" X
BO_ 2566834174 Group: 8 X
 SG_ Value : 7|16@0+ (1,0) [0|0] "" X
VAL_ 257 Selector 1 "one" 2 "two" ;
"#;

fn database(matching: Matching) -> CompiledDatabase {
    let (database, warnings) = load(DBC.as_bytes());
    assert!(warnings.is_empty(), "{warnings:?}");
    CompiledDatabase::new([&database], matching)
}

const CHANNELS: [&str; 2] = ["can0", "can1"];

fn batches(frames: &[CanFrame], rows: usize) -> Vec<RecordBatch> {
    let mut builder = RawBatchBuilder::new("V1");
    let chunks = frames.chunks(rows);
    chunks
        .map(|chunk| {
            for frame in chunk {
                builder.push(frame, CHANNELS[usize::from(frame.channel.0)]);
            }
            builder.finish()
        })
        .collect()
}

fn any_frame() -> impl Strategy<Value = CanFrame> {
    let id = prop_oneof![
        Just(CanId::standard(256).unwrap()),
        Just(CanId::standard(257).unwrap()),
        Just(CanId::extended(257).unwrap()),
        (0_u32..3).prop_map(|source| CanId::extended(0x18FE_F100 + source).unwrap()),
    ];
    let byte = prop_oneof![0_u8..4, any::<u8>()];
    let payload = proptest::collection::vec(byte, 0..12);
    let flags = prop_oneof![
        8 => Just(FrameFlags::NONE),
        1 => Just(FrameFlags::REMOTE),
        1 => Just(FrameFlags::ERROR),
    ];
    (0_i64..50, 0_u16..2, id, payload, flags).prop_map(|(ns, channel, id, payload, flags)| {
        let payload = Payload::new(&payload).unwrap();
        CanFrame {
            flags,
            ..CanFrame::data(Timestamp::from_ns(ns), ChannelIdx(channel), id, payload)
        }
    })
}

type Rows = Vec<(i64, u64, Option<String>)>;

/// What each frame gives by itself, put in order of (signal, time).
fn one_by_one(database: &CompiledDatabase, frames: &[CanFrame]) -> BTreeMap<SignalKey, Rows> {
    let mut signals: BTreeMap<SignalKey, Rows> = BTreeMap::new();
    for frame in frames.iter().filter(|frame| frame.flags.is_data()) {
        for message in database.lookup(frame.id) {
            for decoded in message.decode_payload(&frame.payload) {
                let key = SignalKey {
                    channel: CHANNELS[usize::from(frame.channel.0)].into(),
                    message: Arc::clone(message.name()),
                    arbitration_id: Some(frame.id.number()),
                    signal: Arc::clone(message.signals()[decoded.signal_idx].name()),
                };
                let label = decoded.label.map(|label| label.to_string());
                let row = (frame.timestamp.as_ns(), decoded.physical.to_bits(), label);
                signals.entry(key).or_default().push(row);
            }
        }
    }
    for rows in signals.values_mut() {
        rows.sort_by_key(|(time, ..)| *time);
    }
    signals
}

fn rows_of(sink: &MemorySink) -> BTreeMap<SignalKey, Rows> {
    let rows = |signal: &MemorySignal| {
        let values = signal.timestamps.iter().zip(&signal.values).enumerate();
        let row = |(i, (time, value)): (usize, (&i64, &f64))| {
            (*time, value.to_bits(), signal.label(i).map(str::to_owned))
        };
        (signal.key.clone(), values.map(row).collect())
    };
    sink.signals().iter().map(rows).collect()
}

proptest! {
    #[test]
    fn one_run_is_what_the_frames_give_sorted(
        frames in proptest::collection::vec(any_frame(), 0..60),
        batch_rows in 1_usize..20,
    ) {
        let database = database(Matching::J1939);
        let mut sink = MemorySink::default();
        let mut decoder = Decoder::new(|_: &str| database.clone(), RunLimits::default());
        for batch in batches(&frames, batch_rows) {
            decoder.push(&batch, &mut sink).unwrap();
        }
        let stats = decoder.finish(&mut sink).unwrap();
        let expected = one_by_one(&database, &frames);
        prop_assert_eq!(stats.frames, frames.len() as u64);
        let n_values: usize = expected.values().map(Vec::len).sum();
        prop_assert_eq!(stats.signal_values, n_values as u64);
        let gives_value = |frame: &&CanFrame| {
            frame.flags.is_data()
                && database.lookup(frame.id).iter().any(|m| !m.decode_payload(&frame.payload).is_empty())
        };
        prop_assert_eq!(stats.decoded_frames, frames.iter().filter(gives_value).count() as u64);
        prop_assert_eq!(rows_of(&sink), expected);
    }

    #[test]
    fn threads_and_limits_change_no_row(
        mut frames in proptest::collection::vec(any_frame(), 0..60),
        batch_rows in 1_usize..20,
        run_frames in 1_usize..20,
    ) {
        frames.sort_by_key(|frame| frame.timestamp);
        let database = database(Matching::J1939);
        let limits = RunLimits { frames: run_frames, ..RunLimits::default() };
        let mut sink = MemorySink::default();
        let batches = batches(&frames, batch_rows).into_iter().map(Ok::<_, std::io::Error>);
        let stats =
            decode_threaded(batches, |_: &str| database.clone(), limits, &mut sink, |_| ()).unwrap();
        prop_assert_eq!(stats.frames, frames.len() as u64);
        // In order of time, runs put one after the other give what one run gives.
        prop_assert_eq!(rows_of(&sink), one_by_one(&database, &frames));
    }
}

proptest! {
    /// Days that follow each other, alternate or go back: more of them than runs are open at a time.
    #[test]
    fn days_are_kept_apart_and_lose_no_frame(
        mut frames in proptest::collection::vec((any_frame(), -3_i64..4), 0..60),
        is_ordered in any::<bool>(),
        batch_rows in 1_usize..20,
        run_frames in 1_usize..20,
    ) {
        if is_ordered {
            frames.sort_by_key(|(frame, day)| (*day, frame.timestamp));
        }
        let mut by_day: BTreeMap<i64, Vec<CanFrame>> = BTreeMap::new();
        let mut all = Vec::new();
        for (frame, day) in frames {
            let timestamp = frame.timestamp + day * NS_PER_DAY;
            let frame = CanFrame { timestamp, ..frame };
            by_day.entry(day).or_default().push(frame);
            all.push(frame);
        }
        let database = database(Matching::J1939);
        let limits = RunLimits { frames: run_frames, ..RunLimits::default() };
        let batches = batches(&all, batch_rows).into_iter().map(Ok::<_, std::io::Error>);
        let mut days: BTreeMap<i64, (MemorySink, DecodeStats)> = BTreeMap::new();
        let decoded = decode_days(batches, |_: &str| database.clone(), limits, |day, run| {
            let (sink, stats) = days.entry(day).or_default();
            stats.merge(&run.write_to(sink)?);
            Ok::<_, std::convert::Infallible>(())
        });
        prop_assert!(decoded.is_ok());
        prop_assert!(days.keys().eq(by_day.keys()));
        for (day, frames) in by_day {
            let (sink, stats) = &days[&day];
            prop_assert_eq!(stats.frames, frames.len() as u64);
            prop_assert_eq!(stats.first, frames.iter().map(|frame| frame.timestamp).min());
            let mut rows = rows_of(sink);
            // Runs of a day follow each other, late frames in a later one.
            for rows in rows.values_mut() {
                rows.sort_by_key(|(time, ..)| *time);
            }
            prop_assert_eq!(rows, one_by_one(&database, &frames));
        }
    }
}

#[test]
fn what_did_not_decode_is_counted_by_id_and_reason() {
    let standard = |number| CanId::standard(number).unwrap();
    let frame = |id, payload: &[u8], flags| {
        let payload = Payload::new(payload).unwrap();
        CanFrame {
            flags,
            ..CanFrame::data(Timestamp::from_ns(1), ChannelIdx(0), id, payload)
        }
    };
    let frames = [
        frame(standard(256), &[0; 8], FrameFlags::NONE),
        frame(standard(256), &[0; 4], FrameFlags::NONE),
        frame(standard(256), &[], FrameFlags::NONE),
        frame(standard(256), &[], FrameFlags::REMOTE),
        frame(standard(257), &[9, 0, 0, 0], FrameFlags::NONE),
        frame(standard(99), &[9, 0, 0, 0], FrameFlags::NONE),
        frame(CanId::extended(256).unwrap(), &[0; 8], FrameFlags::NONE),
        frame(standard(4), &[0; 8], FrameFlags::ERROR),
    ];
    let mut decoder = Decoder::new(|_: &str| database(Matching::Auto), RunLimits::default());
    let mut sink = MemorySink::default();
    for batch in batches(&frames, 100) {
        decoder.push(&batch, &mut sink).unwrap();
    }
    let stats = decoder.finish(&mut sink).unwrap();
    assert_eq!((stats.frames, stats.decoded_frames), (8, 3));
    let undecoded: Vec<_> = stats
        .undecoded()
        .into_iter()
        .map(|entry| {
            (
                entry.arbitration_id,
                entry.is_extended,
                entry.reason,
                entry.frames,
            )
        })
        .collect();
    let expected = [
        (4, false, UndecodedReason::Error, 1),
        (99, false, UndecodedReason::UnknownId, 1),
        (256, false, UndecodedReason::TooShort, 2),
        (256, false, UndecodedReason::Remote, 1),
        (257, false, UndecodedReason::UnknownMultiplexor, 1),
        (256, true, UndecodedReason::UnknownId, 1),
    ];
    assert_eq!(undecoded, expected);
}
