//! All frames and messages of one identifier on one channel, in one run.

use std::sync::Arc;

use super::carriage::Carriage;
use super::stats::DecodeStats;
use crate::can::CanId;
use crate::dbc::plan::{CompiledMessage, FramesPerRow, PayloadBuffer};
use crate::schema::footer::UndecodedReason;

/// All frames of one id on one channel, and transported messages of that id.
#[derive(Debug)]
pub(super) struct Slot {
    pub(super) channel: Arc<str>,
    pub(super) id: CanId,
    /// Empty: no DBC knows the id; then only the number of frames is kept.
    pub(super) messages: Vec<Arc<CompiledMessage>>,
    /// Frames that are, or may be, parts of something longer.
    pub(super) carriage: Option<Carriage>,
    pub(super) unknown_frames: u64,
    pub(super) timestamps: Vec<i64>,
    pub(super) payloads: PayloadBuffer,
    // Frames of each row; empty while it is one for all.
    frames: Vec<u32>,
    pub(super) n_out_of_order: u64,
    is_unsorted: bool,
}

impl Slot {
    pub(super) fn new(
        channel: &Arc<str>,
        id: CanId,
        messages: &[Arc<CompiledMessage>],
        carriage: Option<Carriage>,
    ) -> Self {
        Self {
            channel: Arc::clone(channel),
            id,
            messages: messages.to_vec(),
            carriage,
            unknown_frames: 0,
            timestamps: Vec::new(),
            payloads: PayloadBuffer::default(),
            frames: Vec::new(),
            n_out_of_order: 0,
            is_unsorted: false,
        }
    }

    /// Returns the bytes of memory that the frame takes.
    #[inline]
    pub(super) fn push(&mut self, timestamp: i64, payload: &[u8]) -> usize {
        if self.messages.is_empty() {
            self.unknown_frames += 1;
            return 0;
        }
        let last = self.timestamps.last().copied().unwrap_or(i64::MIN);
        self.n_out_of_order += u64::from(timestamp < last);
        self.timestamps.push(timestamp);
        self.payloads.push(payload);
        if !self.frames.is_empty() {
            self.frames.push(1);
        }
        size_of::<i64>() + self.payloads.stride()
    }

    /// Adds a message that came in `frames` frames, of which no more is kept than signals need. It is
    /// whole later than frames that began after it, which makes none of them late.
    pub(super) fn push_message(&mut self, timestamp: i64, payload: &[u8], frames: u32) {
        let last = self.timestamps.last().copied().unwrap_or(i64::MIN);
        self.is_unsorted |= timestamp < last;
        self.frames.resize(self.timestamps.len(), 1);
        self.frames.push(frames);
        self.timestamps.push(timestamp);
        self.payloads.push(self.used(payload));
    }

    /// The bytes of memory that a message would add. A long one makes all rows longer.
    pub(super) fn growth(&self, payload: &[u8]) -> usize {
        let row = self.payloads.stride_with(self.used(payload).len());
        let n_rows = self.payloads.rows();
        row.saturating_mul(n_rows + 1) - self.payloads.stride().saturating_mul(n_rows)
            + size_of::<i64>()
            + size_of::<u32>()
    }

    fn used<'a>(&self, payload: &'a [u8]) -> &'a [u8] {
        let used = self.messages.iter().map(|message| message.used_bytes());
        payload.get(..used.max().unwrap_or(0)).unwrap_or(payload)
    }

    /// Puts frames that arrived late where their time belongs; equal times keep their order.
    pub(super) fn sort_by_time(&mut self) {
        if self.n_out_of_order == 0 && !self.is_unsorted {
            return;
        }
        let mut order: Vec<(i64, u32)> = self.timestamps.iter().copied().zip(0..).collect();
        order.sort_unstable(); // the row number makes it stable
        self.timestamps.clear();
        self.timestamps.extend(order.iter().map(|(time, _)| *time));
        let rows: Vec<u32> = order.into_iter().map(|(_, row)| row).collect();
        self.payloads = self.payloads.reordered(&rows);
        if !self.frames.is_empty() {
            let frames = rows.iter().filter_map(|row| self.frames.get(*row as usize));
            self.frames = frames.copied().collect();
        }
        self.n_out_of_order = 0;
        self.is_unsorted = false;
    }

    /// Counts frames that gave values and those that did not, or not all.
    ///
    /// Where a file defines an id several times, the definition that fits most frames is judged.
    pub(super) fn count_decoded(&self, stats: &mut DecodeStats) {
        if self.timestamps.is_empty() {
            return;
        }
        let frames = if self.frames.is_empty() {
            FramesPerRow::One
        } else {
            FramesPerRow::Each(&self.frames)
        };
        let n_frames = frames.total(self.timestamps.len());
        let payloads = self.payloads.as_payloads();
        let reports = self.messages.iter().map(|message| {
            let presence = message.presence(&payloads);
            message.report(&payloads, &presence, frames)
        });
        let Some(report) = reports.min_by_key(|report| report.without_value) else {
            return;
        };
        stats.decoded_frames += n_frames - report.without_value;
        let mut count = |reason, frames| {
            stats.count_undecoded(&self.channel, self.id, reason, frames);
        };
        if self
            .messages
            .iter()
            .all(|message| message.signals().is_empty())
        {
            count(UndecodedReason::NoSignals, n_frames);
        } else {
            count(UndecodedReason::TooShort, report.short);
            count(
                UndecodedReason::UnknownMultiplexor,
                report.unknown_multiplexor_value,
            );
        }
    }

    pub(super) fn clear(&mut self) {
        self.unknown_frames = 0;
        self.timestamps.clear();
        self.payloads.clear();
        self.frames.clear();
        self.n_out_of_order = 0;
        self.is_unsorted = false;
    }
}
