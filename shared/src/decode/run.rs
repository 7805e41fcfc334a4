//! The frames of one sorted run, grouped by channel and arbitration id.

use std::collections::{BTreeMap, HashMap};
use std::ops::RangeInclusive;
use std::sync::Arc;

use super::carriage::{Arrival, Arrived, Carriers, Taken};
use super::codes::CodeColumn;
use super::columns::{columns, write};
use super::sink::DecodedSink;
use super::slot::Slot;
use super::stats::DecodeStats;
use crate::can::{CanId, FrameFlags};
use crate::dbc::plan::CompiledDatabase;
use crate::schema::footer::UndecodedReason;
use crate::schema::{RawView, SignalKey};

/// How large a run may grow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RunLimits {
    /// Frames that are kept for decoding.
    pub frames: usize,
    /// Bytes of memory for them, roughly.
    pub bytes: usize,
}

impl Default for RunLimits {
    /// 2 Mi frames; two runs of classic frames then take about 100 MB.
    fn default() -> Self {
        Self {
            frames: 2 << 20,
            bytes: 48 << 20,
        }
    }
}

/// What an id that was seen costs besides its frames, in bytes, roughly.
const SLOT_BYTES: usize = 512;
/// Ids kept from one run to the next, with their memory.
const MAX_KEPT_SLOTS: usize = 4096;
/// Slots of the cache in front of the map of ids.
const CACHE_SLOTS: usize = 1024;

/// Frames of one run, ready to be decoded signal by signal.
#[derive(Debug)]
pub struct Run {
    limits: RunLimits,
    channels: Vec<Channel>,
    slots: Vec<Slot>,
    slot_by_key: HashMap<u64, usize>,
    // Direct mapped by a hash of the key; `usize::MAX` is no slot.
    cache: Vec<(u64, usize)>,
    codes: BTreeMap<SignalKey, CodeColumn>,
    has_content: bool,
    kept_frames: usize,
    kept_bytes: usize,
    stats: DecodeStats,
}

#[derive(Debug)]
struct Channel {
    name: Arc<str>,
    database: CompiledDatabase,
}

impl Run {
    /// An empty run.
    pub fn new(limits: RunLimits) -> Self {
        Self {
            limits,
            channels: Vec::new(),
            slots: Vec::new(),
            slot_by_key: HashMap::new(),
            cache: vec![(0, usize::MAX); CACHE_SLOTS],
            codes: BTreeMap::new(),
            has_content: false,
            kept_frames: 0,
            kept_bytes: 0,
            stats: DecodeStats::default(),
        }
    }

    /// Whether nothing was added since the run was last written.
    pub fn is_empty(&self) -> bool {
        !self.has_content
    }

    /// Adds frames of a batch from row `start` on, until the run is full, a frame lies outside the
    /// `times` (in nanoseconds) that the run is for, or the batch ends. Returns the row to go on with.
    ///
    /// `database` gives the messages of a channel; it is asked once per channel. Frames that are parts
    /// of something longer go to `carriers`, whose arrivals belong to any run of the job.
    pub(super) fn push(
        &mut self,
        view: &RawView<'_>,
        start: usize,
        times: &RangeInclusive<i64>,
        database: &mut impl FnMut(&str) -> CompiledDatabase,
        carriers: &mut Carriers,
    ) -> usize {
        let flags_matter = !view.any_flags().is_data();
        let (ids, timestamps) = (view.arb_ids(), view.timestamps());
        let mut channel_idx = None;
        for i in start..view.len() {
            let (Some(id), Some(timestamp)) = (ids.get(i), timestamps.get(i)) else {
                continue;
            };
            if self.is_full() || !times.contains(timestamp) {
                return i;
            }
            let name = view.channel(i);
            let known = channel_idx.and_then(|idx: usize| self.channels.get(idx));
            let channel = match (known, channel_idx) {
                (Some(known), Some(idx)) if *known.name == *name => idx,
                _ => self.channel_idx(name, database),
            };
            channel_idx = Some(channel);
            let Ok(id) = CanId::new(*id, view.is_extended(i)) else {
                continue;
            };
            self.has_content = true;
            self.stats.count_frame(*timestamp);
            if flags_matter && !view.flags(i).is_data() {
                self.count_no_data(channel, id, view.flags(i));
                continue;
            }
            let slot = self.slot_idx(channel, id, carriers);
            if let Some(slot) = self.slots.get_mut(slot) {
                if let Some(carriage) = slot.carriage {
                    let is_fd = view.flags(i).contains(FrameFlags::FD);
                    match carriers.take(carriage, id, *timestamp, view.payload(i), is_fd) {
                        Taken::No => {}
                        Taken::Part => continue,
                        Taken::Used => {
                            self.stats.decoded_frames += 1;
                            continue;
                        }
                    }
                }
                self.kept_bytes += slot.push(*timestamp, view.payload(i));
                self.kept_frames += usize::from(!slot.messages.is_empty());
            }
        }
        view.len()
    }

    /// Adds what arrived in several frames; hands it back when there is no more room for it.
    pub(super) fn arrive(
        &mut self,
        arrival: Arrival,
        database: &mut impl FnMut(&str) -> CompiledDatabase,
        carriers: &mut Carriers,
    ) -> Result<(), Arrival> {
        if self.has_content && self.is_full() {
            return Err(arrival);
        }
        let channel = self.channel_idx(&arrival.channel, database);
        match &arrival.what {
            Arrived::Codes(sample) => {
                let column = self.codes.entry(sample.key.clone()).or_insert_with(|| {
                    self.kept_bytes += SLOT_BYTES;
                    CodeColumn::default()
                });
                self.kept_bytes += column.push(arrival.time, sample);
            }
            Arrived::Frames { id, reason, frames } => {
                let frames = u64::from(*frames);
                self.stats
                    .count_undecoded(&arrival.channel, *id, reason.clone(), frames);
            }
            Arrived::Message {
                id,
                payload,
                frames,
                gave_codes,
            } => {
                let slot = self.slot_idx(channel, *id, carriers);
                let Some(slot) = self.slots.get_mut(slot) else {
                    return Ok(());
                };
                if slot.messages.is_empty() {
                    let frames = u64::from(*frames);
                    if *gave_codes {
                        self.stats.decoded_frames += frames;
                    } else {
                        slot.unknown_frames += frames;
                    }
                } else {
                    let growth = slot.growth(payload);
                    if self.has_content && self.kept_bytes + growth > self.limits.bytes {
                        return Err(arrival);
                    }
                    slot.push_message(arrival.time.as_ns(), payload, *frames);
                    self.kept_bytes += growth;
                    self.kept_frames += 1;
                }
            }
        }
        self.has_content = true;
        Ok(())
    }

    /// Whether it has to be written before it takes more.
    pub(super) fn is_full(&self) -> bool {
        self.kept_frames >= self.limits.frames || self.kept_bytes >= self.limits.bytes
    }

    fn count_no_data(&mut self, channel: usize, id: CanId, flags: FrameFlags) {
        let reason = if flags.contains(FrameFlags::ERROR) {
            UndecodedReason::Error
        } else {
            UndecodedReason::Remote
        };
        if let Some(channel) = self.channels.get(channel) {
            self.stats.count_undecoded(&channel.name, id, reason, 1);
        }
    }

    fn channel_idx(
        &mut self,
        name: &str,
        database: &mut impl FnMut(&str) -> CompiledDatabase,
    ) -> usize {
        let found = self.channels.iter().position(|known| *known.name == *name);
        found.unwrap_or_else(|| {
            self.kept_bytes += SLOT_BYTES;
            self.channels.push(Channel {
                name: name.into(),
                database: database(name),
            });
            self.channels.len() - 1
        })
    }

    #[inline]
    fn slot_idx(&mut self, channel: usize, id: CanId, carriers: &mut Carriers) -> usize {
        let key =
            ((channel as u64) << 32) | (u64::from(id.is_extended()) << 31) | u64::from(id.number());
        // Fibonacci hashing: the upper bits of the product are well mixed.
        let hash = key.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> (64 - CACHE_SLOTS.ilog2());
        let cached = self.cache.get_mut(usize::try_from(hash).unwrap_or(0));
        if let Some((cached_key, slot)) = cached {
            if *cached_key == key && *slot != usize::MAX {
                return *slot;
            }
            let found = if let Some(found) = self.slot_by_key.get(&key) {
                *found
            } else {
                self.kept_bytes += SLOT_BYTES;
                self.slot_by_key.insert(key, self.slots.len());
                if let Some(Channel { name, database }) = self.channels.get(channel) {
                    let carriage = carriers.carriage(name, database, id);
                    self.slots
                        .push(Slot::new(name, id, database.lookup(id), carriage));
                }
                self.slots.len() - 1
            };
            (*cached_key, *slot) = (key, found);
            return found;
        }
        usize::MAX
    }

    /// Decodes the run into `sink`, in sorted order, and empties it. Returns its counts.
    pub fn write_to<S: DecodedSink>(&mut self, sink: &mut S) -> Result<DecodeStats, S::Error> {
        for slot in &mut self.slots {
            self.stats.out_of_order_frames += slot.n_out_of_order;
            slot.sort_by_time();
            if slot.messages.is_empty() {
                self.stats.count_undecoded(
                    &slot.channel,
                    slot.id,
                    UndecodedReason::UnknownId,
                    slot.unknown_frames,
                );
            }
        }
        for column in self.codes.values_mut() {
            column.sort_by_time();
        }
        let signal_values = write(&columns(&self.slots, &self.codes), sink)?;
        if signal_values > 0 {
            sink.end_run()?;
            self.stats.runs = 1;
            self.stats.signal_values = signal_values;
        }
        for slot in &self.slots {
            slot.count_decoded(&mut self.stats);
        }
        Ok(self.clear())
    }

    /// Empties the run without writing it and keeps memory of the ids that are likely to come again.
    /// Returns what was counted of it.
    pub fn clear(&mut self) -> DecodeStats {
        if self.slots.len() > MAX_KEPT_SLOTS || self.channels.len() > MAX_KEPT_SLOTS {
            self.slots.clear();
            self.slot_by_key.clear();
            self.cache.fill((0, usize::MAX));
            self.channels.clear();
        }
        for slot in &mut self.slots {
            slot.clear();
        }
        self.codes.clear();
        self.has_content = false;
        self.kept_frames = 0;
        self.kept_bytes = self.slots.len() * SLOT_BYTES;
        std::mem::take(&mut self.stats)
    }
}
