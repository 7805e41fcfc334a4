//! Any frame at all, written and read back: whatever differs has been counted.

use canlake_shared::can::{
    CanFrame, CanId, ChannelIdx, ChannelName, ChannelTable, FrameFlags, Payload,
};
use canlake_shared::logs::write::{Loss, TargetFormat};
use canlake_shared::time::Timestamp;
use proptest::prelude::*;

use crate::differences::{Recording, round_trip};

const CHANNELS: [&str; 7] = ["can0", "CAN1", "vcan7", "body bus", "3", "CAN2", ""];
/// 2026-01-01T00:00:00Z.
const START: i64 = 1_767_225_600_000_000_000;

fn ids() -> impl Strategy<Value = CanId> {
    prop_oneof![
        (0..=CanId::MAX_STANDARD).prop_map(|number| CanId::standard(number).unwrap()),
        (0..=CanId::MAX_EXTENDED).prop_map(|number| CanId::extended(number).unwrap()),
        (0..=CanId::MAX_STANDARD).prop_map(|number| CanId::extended(number).unwrap()),
    ]
}

fn flags() -> impl Strategy<Value = FrameFlags> {
    let all = [
        FrameFlags::FD,
        FrameFlags::BRS,
        FrameFlags::ESI,
        FrameFlags::REMOTE,
        FrameFlags::ERROR,
        FrameFlags::TX,
    ];
    prop::sample::subsequence(all.to_vec(), 0..=all.len())
        .prop_map(|set| set.into_iter().fold(FrameFlags::NONE, |a, b| a | b))
}

/// Also what no bus carries.
fn frames() -> impl Strategy<Value = CanFrame> {
    let payload = prop_oneof![
        prop::collection::vec(any::<u8>(), 0..=8),
        prop::collection::vec(any::<u8>(), 0..=64),
    ];
    let at = prop_oneof![
        (0..1_000_000_i64).prop_map(|us| us * 1000),
        -5_000_000..90_000_000_000_000_i64,
    ];
    let channel = 0..CHANNELS.len() as u16;
    (
        at,
        channel,
        ids(),
        flags(),
        payload,
        prop::option::of(0..=64_u8),
    )
        .prop_map(|(at, channel, id, flags, data, len)| {
            let payload = Payload::new(&data).unwrap();
            CanFrame {
                timestamp: Timestamp::from_ns(START + at),
                channel: ChannelIdx(channel),
                id,
                flags,
                len: len.unwrap_or(payload.len_u8()),
                payload,
            }
        })
}

/// A frame as a bus carries it and a reader gives it.
fn sound(frame: &CanFrame) -> CanFrame {
    let (flags, payload) = (frame.flags, frame.payload);
    let fd = FrameFlags::FD | FrameFlags::BRS | FrameFlags::ESI;
    if flags.contains(FrameFlags::ERROR) {
        let bytes = payload.get(..8).unwrap_or(&payload);
        let payload = Payload::new(bytes).unwrap();
        return CanFrame {
            id: CanId::extended(frame.id.number()).unwrap(),
            flags: flags.with(FrameFlags::REMOTE | fd, false),
            len: payload.len_u8(),
            payload,
            ..*frame
        };
    }
    if flags.contains(FrameFlags::REMOTE) {
        return CanFrame {
            flags: flags.with(fd, false),
            len: frame.len.min(8),
            payload: Payload::EMPTY,
            ..*frame
        };
    }
    let is_fd = flags.contains(FrameFlags::FD) || payload.len() > 8;
    CanFrame {
        flags: if is_fd {
            flags.with(FrameFlags::FD, true)
        } else {
            flags.with(fd, false)
        },
        len: payload.len_u8(),
        ..*frame
    }
}

fn recording(frames: Vec<CanFrame>) -> Recording {
    Recording {
        frames,
        channels: ChannelTable::new(CHANNELS.map(ChannelName::new)),
    }
}

/// What sound frames may lose; the head of the module tells the same in words.
fn allowed(format: TargetFormat) -> &'static [Loss] {
    match format {
        TargetFormat::Candump => &[Loss::TimeDigits, Loss::ChannelName],
        TargetFormat::Asc => &[
            Loss::TimeBeforeStart,
            Loss::ChannelName,
            Loss::Direction,
            Loss::ErrorDetails,
        ],
        TargetFormat::Blf => &[Loss::TimeBeforeStart, Loss::ChannelName, Loss::Direction],
        TargetFormat::Mf4 => &[Loss::TimeBeforeStart, Loss::ChannelName],
        TargetFormat::Csv => &[Loss::ChannelName, Loss::Direction, Loss::FdFlags],
        TargetFormat::Parquet => &[],
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_differs_is_counted(frames in prop::collection::vec(frames(), 0..40)) {
        let recording = recording(frames);
        for format in TargetFormat::ALL {
            round_trip(*format, &recording);
        }
    }

    #[test]
    fn frames_of_a_bus_lose_only_what_the_format_has_no_place_for(
        frames in prop::collection::vec(frames(), 1..40),
    ) {
        let recording = recording(frames.iter().map(sound).collect());
        for format in TargetFormat::ALL {
            let lost = round_trip(*format, &recording);
            for loss in lost.keys() {
                prop_assert!(allowed(*format).contains(loss), "{} {:?}", format, loss);
            }
        }
    }

    /// In order, received, on channels that have numbers: what most logs hold comes back as it was.
    #[test]
    fn plain_recordings_come_back_whole(
        frames in prop::collection::vec(frames(), 1..40),
        start in prop_oneof![Just(START), Just(0)],
    ) {
        let mut frames: Vec<CanFrame> = frames.iter().map(sound).collect();
        frames.sort_by_key(|frame| frame.timestamp);
        let first = frames[0].timestamp;
        for frame in &mut frames {
            frame.timestamp = Timestamp::from_ns(start + frame.timestamp.ns_since(first) / 1000 * 1000);
            frame.channel = ChannelIdx(frame.channel.0 % 3);
            frame.flags = frame.flags.with(FrameFlags::ERROR, false);
        }
        let frames: Vec<CanFrame> = frames.iter().map(sound).collect();
        let recording = Recording {
            frames,
            channels: ChannelTable::new(["CAN1", "CAN2", "CAN9"].map(ChannelName::new)),
        };
        for format in TargetFormat::ALL.iter().filter(|it| **it != TargetFormat::Csv) {
            prop_assert!(round_trip(*format, &recording).is_empty(), "{}", format);
        }
    }
}

#[test]
fn containers_and_batches_have_any_number_of_frames() {
    let frame = |i: u32| {
        let payload = Payload::new(&i.wrapping_mul(2_654_435_761).to_be_bytes()).unwrap();
        let at = Timestamp::from_ns(START + i64::from(i) * 100_000);
        CanFrame::data(
            at,
            ChannelIdx(1),
            CanId::standard(i % 0x800).unwrap(),
            payload,
        )
    };
    for n in [0, 1, 2_700, 150_000] {
        let recording = recording((0..n).map(frame).collect());
        for format in TargetFormat::ALL {
            round_trip(*format, &recording);
        }
    }
}

/// Nobody records then, but a damaged log may say so.
#[test]
fn times_at_the_ends_of_the_range_are_no_trouble() {
    let frame = |at| {
        CanFrame::data(
            at,
            ChannelIdx(0),
            CanId::standard(1).unwrap(),
            Payload::EMPTY,
        )
    };
    let zero = Timestamp::from_ns(0);
    for times in [
        [Timestamp::MIN, Timestamp::MAX],
        [Timestamp::MAX, Timestamp::MIN],
        [zero, Timestamp::MAX],
    ] {
        let recording = recording(times.map(frame).to_vec());
        for format in TargetFormat::ALL {
            let (file, _) = recording.write(*format);
            assert!(!file.is_empty(), "{format}");
        }
    }
}
