//! The frames of one sorted run, grouped by channel and arbitration id.

use std::collections::{BTreeMap, HashMap};
use std::ops::RangeInclusive;
use std::sync::Arc;

use super::sink::DecodedSink;
use super::stats::DecodeStats;
use crate::can::{CanId, FrameFlags};
use crate::dbc::plan::{
    CompiledDatabase, CompiledMessage, PayloadBuffer, Payloads, Presence, SignalValues,
};
use crate::schema::footer::UndecodedReason;
use crate::schema::{Labels, RawView, SignalColumn, SignalKey};

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
    kept_frames: usize,
    kept_bytes: usize,
    stats: DecodeStats,
}

#[derive(Debug)]
struct Channel {
    name: Arc<str>,
    database: CompiledDatabase,
}

/// All frames of one id on one channel.
#[derive(Debug)]
struct Slot {
    channel: Arc<str>,
    id: CanId,
    // Empty: no DBC knows the id; then only the number of frames is kept.
    messages: Vec<Arc<CompiledMessage>>,
    unknown_frames: u64,
    timestamps: Vec<i64>,
    payloads: PayloadBuffer,
    n_out_of_order: u64,
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
            kept_frames: 0,
            kept_bytes: 0,
            stats: DecodeStats::default(),
        }
    }

    /// Whether nothing was added since the run was last written.
    pub fn is_empty(&self) -> bool {
        self.stats.frames == 0
    }

    /// Adds frames of a batch from row `start` on, until the run is full, a frame lies outside the
    /// `times` (in nanoseconds) that the run is for, or the batch ends. Returns the row to go on with.
    ///
    /// `database` gives the messages of a channel; it is asked once per channel.
    pub fn push(
        &mut self,
        view: &RawView<'_>,
        start: usize,
        times: &RangeInclusive<i64>,
        database: &mut impl FnMut(&str) -> CompiledDatabase,
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
            self.stats.count_frame(*timestamp);
            if flags_matter && !view.flags(i).is_data() {
                self.count_no_data(channel, id, view.flags(i));
                continue;
            }
            let slot = self.slot_idx(channel, id);
            if let Some(slot) = self.slots.get_mut(slot) {
                self.kept_bytes += slot.push(*timestamp, view.payload(i));
                self.kept_frames += usize::from(!slot.messages.is_empty());
            }
        }
        view.len()
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
    fn slot_idx(&mut self, channel: usize, id: CanId) -> usize {
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
                if let Some(channel) = self.channels.get(channel) {
                    self.slots.push(Slot::new(channel, id));
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
        let mut columns = self.columns();
        columns.sort_by(|left, right| left.key.cmp(&right.key));
        let mut scratch = Scratch::default();
        let mut signal_values = 0;
        for columns in columns.chunk_by(|left, right| left.key.message == right.key.message) {
            signal_values += write_message(columns, sink, &mut scratch)?;
        }
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

    /// Every signal of every group, as one column to be written.
    fn columns(&self) -> Vec<Column<'_>> {
        let mut columns = Vec::new();
        let filled = self.slots.iter().enumerate();
        for (slot_idx, slot) in filled.filter(|(_, slot)| !slot.timestamps.is_empty()) {
            for (message_idx, message) in slot.messages.iter().enumerate() {
                for (signal_idx, signal) in message.signals().iter().enumerate() {
                    columns.push(Column {
                        key: SignalKey {
                            channel: Arc::clone(&slot.channel),
                            message: Arc::clone(message.name()),
                            arbitration_id: Some(slot.id.number()),
                            signal: Arc::clone(signal.name()),
                        },
                        group: (slot_idx, message_idx),
                        slot,
                        message,
                        signal_idx,
                    });
                }
            }
        }
        columns
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
        self.kept_frames = 0;
        self.kept_bytes = self.slots.len() * SLOT_BYTES;
        std::mem::take(&mut self.stats)
    }
}

/// One column to be written.
struct Column<'a> {
    key: SignalKey,
    // Which slot and which of its messages.
    group: (usize, usize),
    slot: &'a Slot,
    message: &'a CompiledMessage,
    signal_idx: usize,
}

#[derive(Default)]
struct Scratch {
    values: SignalValues,
    timestamps: Vec<i64>,
}

/// Writes the columns of all messages of one name, whose multiplexors are read once per group.
/// Returns the number of values.
fn write_message<S: DecodedSink>(
    columns: &[Column<'_>],
    sink: &mut S,
    scratch: &mut Scratch,
) -> Result<u64, S::Error> {
    let mut signal_values = 0;
    let mut groups: BTreeMap<(usize, usize), (Payloads<'_>, Presence<'_>)> = BTreeMap::new();
    for column in columns {
        groups.entry(column.group).or_insert_with(|| {
            let payloads = column.slot.payloads.as_payloads();
            let presence = column.message.presence(&payloads);
            (payloads, presence)
        });
    }
    for column in columns {
        let Some((payloads, presence)) = groups.get(&column.group) else {
            continue;
        };
        let Some(signal) = column.message.signals().get(column.signal_idx) else {
            continue;
        };
        let values = &mut scratch.values;
        let rows = column
            .message
            .decode(column.signal_idx, payloads, presence, values);
        if values.physical.is_empty() {
            continue;
        }
        let all = column.slot.timestamps.as_slice();
        let timestamps = match rows.as_list() {
            None => all,
            Some(rows) => {
                let row = |row: &u32| all.get(*row as usize).copied();
                scratch.timestamps.clear();
                scratch.timestamps.extend(rows.iter().filter_map(row));
                &scratch.timestamps
            }
        };
        signal_values += values.physical.len() as u64;
        let texts: Vec<&str> = signal.labels().iter().map(|text| &**text).collect();
        sink.write_signal(SignalColumn {
            key: &column.key,
            unit: signal.unit(),
            declared: Some(signal.declaration()),
            timestamps,
            values: &values.physical,
            labels: if texts.is_empty() {
                Labels::None
            } else {
                Labels::PerRow {
                    indices: &values.label_positions,
                    texts: &texts,
                }
            },
        })?;
    }
    Ok(signal_values)
}

impl Slot {
    fn new(channel: &Channel, id: CanId) -> Self {
        Self {
            channel: Arc::clone(&channel.name),
            id,
            messages: channel.database.lookup(id).to_vec(),
            unknown_frames: 0,
            timestamps: Vec::new(),
            payloads: PayloadBuffer::default(),
            n_out_of_order: 0,
        }
    }

    /// Returns the bytes of memory that the frame takes.
    #[inline]
    fn push(&mut self, timestamp: i64, payload: &[u8]) -> usize {
        if self.messages.is_empty() {
            self.unknown_frames += 1;
            return 0;
        }
        let last = self.timestamps.last().copied().unwrap_or(i64::MIN);
        self.n_out_of_order += u64::from(timestamp < last);
        self.timestamps.push(timestamp);
        self.payloads.push(payload);
        size_of::<i64>() + self.payloads.stride()
    }

    /// Puts frames that arrived late where their time belongs; equal times keep their order.
    fn sort_by_time(&mut self) {
        if self.n_out_of_order == 0 {
            return;
        }
        let mut order: Vec<(i64, u32)> = self.timestamps.iter().copied().zip(0..).collect();
        order.sort_unstable(); // the row number makes it stable
        self.timestamps.clear();
        self.timestamps.extend(order.iter().map(|(time, _)| *time));
        let rows: Vec<u32> = order.into_iter().map(|(_, row)| row).collect();
        self.payloads = self.payloads.reordered(&rows);
        self.n_out_of_order = 0;
    }

    /// Counts frames that gave values and those that did not, or not all.
    ///
    /// Where a file defines an id several times, the definition that fits most frames is judged.
    fn count_decoded(&self, stats: &mut DecodeStats) {
        let n_frames = self.timestamps.len() as u64;
        if n_frames == 0 {
            return;
        }
        let payloads = self.payloads.as_payloads();
        let reports = self.messages.iter().map(|message| {
            let presence = message.presence(&payloads);
            message.report(&payloads, &presence)
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

    fn clear(&mut self) {
        self.unknown_frames = 0;
        self.timestamps.clear();
        self.payloads.clear();
        self.n_out_of_order = 0;
    }
}
