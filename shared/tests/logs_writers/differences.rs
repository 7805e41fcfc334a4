//! Frames written and read back, and what differs.

use std::collections::BTreeMap;
use std::io::Cursor;

use bytes::Bytes;
use canlake_shared::can::{CanFrame, ChannelTable, FrameFlags};
use canlake_shared::lake::VehicleId;
use canlake_shared::logs;
use canlake_shared::logs::write::{Loss, LossReport, TargetFormat, TargetInfo, create};
use canlake_shared::schema::{RawFileReader, RawView};

/// Frames and the names of their channels.
#[derive(Clone, Debug, Default)]
pub(crate) struct Recording {
    pub(crate) frames: Vec<CanFrame>,
    pub(crate) channels: ChannelTable,
}

impl Recording {
    /// Reads a log, or a raw file, to its end.
    pub(crate) fn read(bytes: Vec<u8>) -> Self {
        let mut recording = Self::default();
        if bytes.starts_with(b"PAR1") {
            for batch in RawFileReader::open(Bytes::from(bytes)).unwrap() {
                let batch = batch.unwrap();
                let view = RawView::new(&batch).unwrap();
                let frames = (0..view.len()).map(|i| view.frame(i, &mut recording.channels));
                recording.frames.extend(frames.map(Option::unwrap));
            }
            return recording;
        }
        if bytes.is_empty() {
            return recording;
        }
        let mut reader = logs::open(Bytes::from(bytes), "test").unwrap();
        while reader.read(&mut recording.frames, 1000).unwrap() > 0 {}
        assert_eq!(reader.skipped().details(), []);
        recording.channels = reader.channels().clone();
        recording
    }

    pub(crate) fn channel(&self, frame: &CanFrame) -> &str {
        self.channels.name(frame.channel).unwrap().as_str()
    }

    /// Writes it, a few frames at a time.
    pub(crate) fn write(&self, format: TargetFormat) -> (Vec<u8>, LossReport) {
        let mut file = Cursor::new(Vec::new());
        let info = TargetInfo {
            writer: "test".to_owned(),
            vehicle: VehicleId::new("V1").unwrap(),
        };
        let mut writer = create(format, &mut file, info).unwrap();
        for frames in self.frames.chunks(700) {
            writer.write(frames, &self.channels).unwrap();
        }
        let losses = writer.finish().unwrap();
        (file.into_inner(), losses)
    }
}

/// How many frames differ in what, between a recording and what came back of it.
pub(crate) fn differences(before: &Recording, after: &Recording) -> BTreeMap<Loss, u64> {
    assert_eq!(before.frames.len(), after.frames.len());
    let mut counts = BTreeMap::new();
    for (frame, read) in before.frames.iter().zip(&after.frames) {
        let differ = |flags| frame.flags & flags != read.flags & flags;
        let ns = read.timestamp.ns_since(frame.timestamp);
        let content = (frame.id, frame.len, frame.payload) != (read.id, read.len, read.payload);
        let is_error = frame.flags.contains(FrameFlags::ERROR);
        assert_eq!(is_error, read.flags.contains(FrameFlags::ERROR));
        let other_kind = differ(FrameFlags::REMOTE);
        let fd = FrameFlags::FD | FrameFlags::BRS | FrameFlags::ESI;
        let lost = [
            (Loss::TimeDigits, (-999..0).contains(&ns)),
            (Loss::TimeBeforeStart, ns > 0),
            (
                Loss::ChannelName,
                before.channel(frame) != after.channel(read),
            ),
            (Loss::Direction, differ(FrameFlags::TX)),
            (Loss::FdFlags, differ(fd)),
            (Loss::ErrorDetails, is_error && (content || other_kind)),
            (Loss::Inconsistent, !is_error && (content || other_kind)),
        ];
        assert!(ns > -1000, "{frame:?} {read:?}");
        for (loss, _) in lost.into_iter().filter(|(_, is_lost)| *is_lost) {
            *counts.entry(loss).or_default() += 1;
        }
    }
    counts
}

/// Writes and reads back; asserts that what differs is what the report says.
pub(crate) fn round_trip(format: TargetFormat, recording: &Recording) -> BTreeMap<Loss, u64> {
    let (file, losses) = recording.write(format);
    let differences = differences(recording, &Recording::read(file));
    let counted: BTreeMap<Loss, u64> = losses.counts().collect();
    assert_eq!(differences, counted, "{format}");
    counted
}
