//! What became of the frames that were decoded.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::can::CanId;
use crate::schema::footer::{Undecoded, UndecodedReason};
use crate::time::Timestamp;

/// Different (channel, id, reason) that are counted apart; a hostile recording may hold 2^29 ids.
const MAX_COUNTERS: usize = 65_536;

/// Counts of one decoding job.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DecodeStats {
    /// Frames read, of any kind.
    pub frames: u64,
    /// Frames that gave at least one value.
    pub decoded_frames: u64,
    /// Values written.
    pub signal_values: u64,
    /// Frames that arrived before an earlier frame of the same id and channel.
    pub out_of_order_frames: u64,
    /// Sorted runs written.
    pub runs: u64,
    /// Frames of unknown ids beyond the first 65,536 of them, which are not told apart.
    pub uncounted_ids_frames: u64,
    /// Time of the earliest frame; `None` when there is none.
    pub first: Option<Timestamp>,
    undecoded: BTreeMap<(Arc<str>, CanId, UndecodedReason), u64>,
}

impl DecodeStats {
    #[inline]
    pub(super) fn count_frame(&mut self, time_ns: i64) {
        self.frames += 1;
        let time = Timestamp::from_ns(time_ns);
        self.first = Some(self.first.map_or(time, |first| first.min(time)));
    }

    /// Counts frames that did not decode, or not wholly.
    pub(super) fn count_undecoded(
        &mut self,
        channel: &Arc<str>,
        id: CanId,
        reason: UndecodedReason,
        frames: u64,
    ) {
        if frames == 0 {
            return;
        }
        let key = (Arc::clone(channel), id, reason);
        if let Some(count) = self.undecoded.get_mut(&key) {
            *count += frames;
        } else if self.undecoded.len() < MAX_COUNTERS {
            self.undecoded.insert(key, frames);
        } else {
            self.uncounted_ids_frames += frames;
        }
    }

    /// Adds the counts of another part of the same job.
    pub fn merge(&mut self, other: &Self) {
        self.frames += other.frames;
        self.decoded_frames += other.decoded_frames;
        self.signal_values += other.signal_values;
        self.out_of_order_frames += other.out_of_order_frames;
        self.runs += other.runs;
        self.first = self.first.into_iter().chain(other.first).min();
        self.uncounted_ids_frames += other.uncounted_ids_frames;
        for ((channel, id, reason), frames) in &other.undecoded {
            self.count_undecoded(channel, *id, reason.clone(), *frames);
        }
    }

    /// Frames that did not decode, or not wholly, as a decoded file's footer keeps them: sorted by
    /// channel, id and reason.
    ///
    /// A frame that is too short for some of its signals, or whose multiplexor has an unknown value,
    /// is listed although its other signals gave values.
    pub fn undecoded(&self) -> Vec<Undecoded> {
        let entries = self.undecoded.iter();
        let entries = entries.map(|((channel, id, reason), frames)| Undecoded {
            channel: channel.to_string(),
            arbitration_id: id.number(),
            is_extended: id.is_extended(),
            reason: reason.clone(),
            frames: *frames,
        });
        entries.collect()
    }

    /// Frames by reason, over all channels and ids.
    pub fn undecoded_by_reason(&self) -> BTreeMap<UndecodedReason, u64> {
        let mut by_reason = BTreeMap::new();
        for ((_, _, reason), frames) in &self.undecoded {
            *by_reason.entry(reason.clone()).or_default() += frames;
        }
        if self.uncounted_ids_frames > 0 {
            *by_reason.entry(UndecodedReason::UnknownId).or_default() += self.uncounted_ids_frames;
        }
        by_reason
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_stay_bounded_and_complete() {
        let mut stats = DecodeStats::default();
        let channel: Arc<str> = "can0".into();
        for number in 0..70_000 {
            let id = CanId::extended(number).unwrap();
            stats.count_undecoded(&channel, id, UndecodedReason::UnknownId, 2);
        }
        let mut merged = stats.clone();
        merged.merge(&stats);
        assert_eq!(merged.undecoded().len(), MAX_COUNTERS);
        assert_eq!(
            merged.undecoded_by_reason(),
            BTreeMap::from([(UndecodedReason::UnknownId, 280_000)])
        );
    }
}
