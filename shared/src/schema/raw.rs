//! Raw frames as Arrow columns: the schema, a builder of batches and a typed view of them.
//!
//! Invariants of a batch in this schema, which the builder and the reader keep and [`RawView::new`]
//! checks: the 13 columns of [`raw_schema`] in order, no nulls, identifiers of at most 29 bits (11
//! when not extended).

use std::sync::{Arc, LazyLock};

use arrow::array::{
    Array as _, ArrayRef, BinaryArray, BooleanArray, BooleanBufferBuilder, RecordBatch,
    StringArray, TimestampNanosecondArray, UInt8Array, UInt32Array,
};
use arrow::buffer::{Buffer, OffsetBuffer, ScalarBuffer};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef, TimeUnit};

use super::error::SchemaError;
use super::footer::FileKind;
use crate::can::{CanFrame, CanId, ChannelIdx, ChannelTable, FrameFlags, Payload};
use crate::time::Timestamp;

/// Nanoseconds since the Unix epoch, UTC, without a zone.
pub const TIMESTAMP: &str = "timestamp";
/// Arbitration id without flag bits.
pub const ARB_ID: &str = "arb_id";
/// Length of the payload in bytes, of FD frames too. Remote frames announce one and carry nothing.
pub const DLC: &str = "dlc";
/// The payload.
pub const DATA: &str = "data";
/// The vehicle; also in the path.
pub const VEHICLE_ID: &str = "vehicle_id";
/// The bus as recorded.
pub const CHANNEL: &str = "channel";
/// Whether the id has 29 bits.
pub const IS_EXTENDED: &str = "is_extended";
/// CAN FD format.
pub const IS_FD: &str = "is_fd";
/// Remote transmission request.
pub const IS_REMOTE: &str = "is_remote";
/// An error frame.
pub const IS_ERROR: &str = "is_error";
/// FD: bit rate switch.
pub const BITRATE_SWITCH: &str = "bitrate_switch";
/// FD: the sender was error passive.
pub const ERROR_STATE_INDICATOR: &str = "error_state_indicator";
/// Sent by the recording device.
pub const IS_TX: &str = "is_tx";

/// The flag columns, in order. `is_extended` comes before them and belongs to the id.
const FLAG_COLUMNS: [(&str, FrameFlags); 6] = [
    (IS_FD, FrameFlags::FD),
    (IS_REMOTE, FrameFlags::REMOTE),
    (IS_ERROR, FrameFlags::ERROR),
    (BITRATE_SWITCH, FrameFlags::BRS),
    (ERROR_STATE_INDICATOR, FrameFlags::ESI),
    (IS_TX, FrameFlags::TX),
];

/// The columns of raw files, in order. The first five are the original's.
///
/// All are nullable, as the original wrote them, though no row has a null.
pub fn raw_schema() -> SchemaRef {
    static SCHEMA: LazyLock<SchemaRef> = LazyLock::new(|| {
        let mut columns = vec![
            (TIMESTAMP, DataType::Timestamp(TimeUnit::Nanosecond, None)),
            (ARB_ID, DataType::UInt32),
            (DLC, DataType::UInt8),
            (DATA, DataType::Binary),
            (VEHICLE_ID, DataType::Utf8),
            (CHANNEL, DataType::Utf8),
            (IS_EXTENDED, DataType::Boolean),
        ];
        columns.extend(FLAG_COLUMNS.map(|(name, _)| (name, DataType::Boolean)));
        let fields = columns
            .into_iter()
            .map(|(name, data_type)| Field::new(name, data_type, true));
        Arc::new(Schema::new(fields.collect::<Vec<_>>()))
    });
    Arc::clone(&SCHEMA)
}

/// Collects frames of one vehicle into batches of [`raw_schema`].
#[derive(Debug)]
pub struct RawBatchBuilder {
    vehicle: String,
    channels: ChannelTable,
    timestamps: Vec<i64>,
    arb_ids: Vec<u32>,
    lens: Vec<u8>,
    payload_offsets: Vec<i32>,
    payload_bytes: Vec<u8>,
    channel_idx: Vec<ChannelIdx>,
    is_extended: BooleanBufferBuilder,
    flags: [BooleanBufferBuilder; FLAG_COLUMNS.len()],
}

impl RawBatchBuilder {
    /// The most frames that one batch can hold.
    pub const MAX_LEN: usize = 1 << 22;
    /// Longer channel names are cut to this many bytes (those of Linux interfaces have at most 15).
    pub const MAX_CHANNEL_BYTES: usize = 256;

    /// An empty builder.
    pub fn new(vehicle: &str) -> Self {
        Self {
            vehicle: vehicle.to_owned(),
            channels: ChannelTable::default(),
            timestamps: Vec::new(),
            arb_ids: Vec::new(),
            lens: Vec::new(),
            payload_offsets: vec![0],
            payload_bytes: Vec::new(),
            channel_idx: Vec::new(),
            is_extended: BooleanBufferBuilder::new(0),
            flags: std::array::from_fn(|_| BooleanBufferBuilder::new(0)),
        }
    }

    /// A channel's name as it is kept, which is cut where it is too long.
    pub fn channel_name(channel: &str) -> &str {
        channel
            .get(..channel.floor_char_boundary(Self::MAX_CHANNEL_BYTES))
            .unwrap_or(channel)
    }

    /// Appends a frame.
    ///
    /// # Panics
    /// When [`Self::MAX_LEN`] frames are waiting: callers finish batches long before.
    pub fn push(&mut self, frame: &CanFrame, channel: &str) {
        assert!(
            self.len() < Self::MAX_LEN,
            "a raw batch is finished in time"
        );
        let channel = Self::channel_name(channel);
        // Frames of one channel mostly follow each other.
        let idx = match self.channel_idx.last() {
            Some(last)
                if self
                    .channels
                    .name(*last)
                    .is_some_and(|it| it.as_str() == channel) =>
            {
                *last
            }
            _ => self.channels.intern(channel),
        };
        self.channel_idx.push(idx);
        self.timestamps.push(frame.timestamp.as_ns());
        self.arb_ids.push(frame.id.number());
        self.lens.push(frame.len);
        self.payload_bytes.extend_from_slice(&frame.payload);
        self.payload_offsets.push(
            i32::try_from(self.payload_bytes.len())
                .expect("MAX_LEN payloads of 64 bytes are far below 2 GiB"),
        );
        self.is_extended.append(frame.id.is_extended());
        for (column, (_, flag)) in self.flags.iter_mut().zip(FLAG_COLUMNS) {
            column.append(frame.flags.contains(flag));
        }
    }

    /// Number of frames waiting.
    pub fn len(&self) -> usize {
        self.timestamps.len()
    }

    /// Whether no frame is waiting.
    pub fn is_empty(&self) -> bool {
        self.timestamps.is_empty()
    }

    /// The frames as a batch; the builder is empty afterwards and can be used again.
    pub fn finish(&mut self) -> RecordBatch {
        let len = self.len();
        let offsets = std::mem::replace(&mut self.payload_offsets, vec![0]);
        let payloads = BinaryArray::new(
            OffsetBuffer::new(ScalarBuffer::from(offsets)),
            Buffer::from_vec(std::mem::take(&mut self.payload_bytes)),
            None,
        );
        let idx = std::mem::take(&mut self.channel_idx);
        let channels = idx.iter().map(|idx| {
            let name = self.channels.name(*idx);
            name.map_or("", |name| name.as_str())
        });
        let mut columns: Vec<ArrayRef> = vec![
            Arc::new(TimestampNanosecondArray::from(std::mem::take(
                &mut self.timestamps,
            ))),
            Arc::new(UInt32Array::from(std::mem::take(&mut self.arb_ids))),
            Arc::new(UInt8Array::from(std::mem::take(&mut self.lens))),
            Arc::new(payloads),
            Arc::new(StringArray::new_repeated(&self.vehicle, len)),
            Arc::new(StringArray::from_iter_values(channels)),
            Arc::new(BooleanArray::new(self.is_extended.finish(), None)),
        ];
        for column in &mut self.flags {
            columns.push(Arc::new(BooleanArray::new(column.finish(), None)));
        }
        RecordBatch::try_new(raw_schema(), columns)
            .expect("every push appends to every column, in the types of the schema")
    }
}

/// Typed access to a batch of [`raw_schema`].
#[derive(Clone, Debug)]
pub struct RawView<'a> {
    timestamps: &'a [i64],
    arb_ids: &'a [u32],
    lens: &'a [u8],
    payloads: &'a BinaryArray,
    vehicles: &'a StringArray,
    channels: &'a StringArray,
    is_extended: &'a BooleanArray,
    flags: [&'a BooleanArray; FLAG_COLUMNS.len()],
}

impl<'a> RawView<'a> {
    /// A view of a batch, which [`RawBatchBuilder`] or a reader of this crate made.
    pub fn new(batch: &'a RecordBatch) -> Result<Self, SchemaError> {
        let mut flags = [None; FLAG_COLUMNS.len()];
        for (flag, (name, _)) in flags.iter_mut().zip(FLAG_COLUMNS) {
            *flag = Some(column::<BooleanArray>(batch, name)?);
        }
        let [
            Some(fd),
            Some(remote),
            Some(error),
            Some(brs),
            Some(esi),
            Some(tx),
        ] = flags
        else {
            return Err(SchemaError::Batch {
                column: IS_FD,
                kind: FileKind::Raw,
            });
        };
        Ok(Self {
            timestamps: column::<TimestampNanosecondArray>(batch, TIMESTAMP)?.values(),
            arb_ids: column::<UInt32Array>(batch, ARB_ID)?.values(),
            lens: column::<UInt8Array>(batch, DLC)?.values(),
            payloads: column(batch, DATA)?,
            vehicles: column(batch, VEHICLE_ID)?,
            channels: column(batch, CHANNEL)?,
            is_extended: column(batch, IS_EXTENDED)?,
            flags: [fd, remote, error, brs, esi, tx],
        })
    }

    /// Number of frames.
    pub fn len(&self) -> usize {
        self.timestamps.len()
    }

    /// Whether there are no frames.
    pub fn is_empty(&self) -> bool {
        self.timestamps.is_empty()
    }

    /// When each frame was received: nanoseconds since the Unix epoch, UTC.
    pub fn timestamps(&self) -> &'a [i64] {
        self.timestamps
    }

    /// The arbitration id of each frame, without flag bits.
    pub fn arb_ids(&self) -> &'a [u32] {
        self.arb_ids
    }

    /// The announced length of each frame in bytes.
    pub fn lens(&self) -> &'a [u8] {
        self.lens
    }

    /// All payloads one after the other, with the `len + 1` offsets of their ends.
    pub fn payloads(&self) -> (&'a [i32], &'a [u8]) {
        (self.payloads.value_offsets(), self.payloads.value_data())
    }

    /// The payload of frame `i`; empty when there is no such frame.
    pub fn payload(&self, i: usize) -> &'a [u8] {
        if i < self.len() {
            self.payloads.value(i)
        } else {
            &[]
        }
    }

    /// The channel of frame `i`; empty when unknown.
    pub fn channel(&self, i: usize) -> &'a str {
        if i < self.len() {
            self.channels.value(i)
        } else {
            ""
        }
    }

    /// The vehicle of frame `i`; empty when unknown.
    pub fn vehicle(&self, i: usize) -> &'a str {
        if i < self.len() {
            self.vehicles.value(i)
        } else {
            ""
        }
    }

    /// Whether frame `i` has a 29 bit id.
    pub fn is_extended(&self, i: usize) -> bool {
        i < self.len() && self.is_extended.value(i)
    }

    /// The flags of frame `i`.
    pub fn flags(&self, i: usize) -> FrameFlags {
        let columns = self.flags.iter().zip(FLAG_COLUMNS);
        columns.fold(FrameFlags::NONE, |flags, (column, (_, flag))| {
            flags.with(flag, i < column.len() && column.value(i))
        })
    }

    /// The flags that any frame has: usually none, and then no frame needs a look.
    pub fn any_flags(&self) -> FrameFlags {
        let columns = self.flags.iter().zip(FLAG_COLUMNS);
        columns.fold(FrameFlags::NONE, |flags, (column, (_, flag))| {
            flags.with(flag, column.has_true())
        })
    }

    /// The arbitration id of frame `i`; `None` when there is no such frame.
    pub fn id(&self, i: usize) -> Option<CanId> {
        CanId::new(*self.arb_ids.get(i)?, self.is_extended(i)).ok()
    }

    /// Frame `i`, its channel interned in `channels`; `None` when there is no such frame.
    pub fn frame(&self, i: usize, channels: &mut ChannelTable) -> Option<CanFrame> {
        Some(CanFrame {
            timestamp: Timestamp::from_ns(*self.timestamps.get(i)?),
            channel: channels.intern(self.channel(i)),
            id: self.id(i)?,
            flags: self.flags(i),
            len: *self.lens.get(i)?,
            payload: Payload::new(self.payload(i)).ok()?,
        })
    }

    /// The channel of every frame as an index into `channels`, which grows as needed.
    pub fn channel_indices(&self, channels: &mut ChannelTable) -> Vec<ChannelIdx> {
        let mut last: Option<(&str, ChannelIdx)> = None;
        (0..self.len())
            .map(|i| {
                let name = self.channels.value(i);
                let idx = match last {
                    Some((known, idx)) if known == name => idx,
                    _ => channels.intern(name),
                };
                last = Some((name, idx));
                idx
            })
            .collect()
    }
}

fn column<'a, A: arrow::array::Array + 'static>(
    batch: &'a RecordBatch,
    name: &'static str,
) -> Result<&'a A, SchemaError> {
    batch
        .column_by_name(name)
        .filter(|column| column.null_count() == 0)
        .and_then(|column| column.as_any().downcast_ref())
        .ok_or(SchemaError::Batch {
            column: name,
            kind: FileKind::Raw,
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(ns: i64, id: CanId, data: &[u8]) -> CanFrame {
        let payload = Payload::new(data).unwrap();
        CanFrame::data(Timestamp::from_ns(ns), ChannelIdx(0), id, payload)
    }

    #[test]
    fn frames_come_out_as_they_went_in() {
        let mut builder = RawBatchBuilder::new("V1");
        let remote = CanFrame {
            flags: FrameFlags::REMOTE | FrameFlags::TX,
            len: 8,
            ..frame(3, CanId::extended(5).unwrap(), &[])
        };
        let frames = [
            (
                frame(1, CanId::standard(0x7FF).unwrap(), &[1, 2, 3]),
                "can0",
            ),
            (frame(2, CanId::extended(0x7FF).unwrap(), &[7; 64]), "can1"),
            (remote, "can0"),
        ];
        for (frame, channel) in &frames {
            builder.push(frame, channel);
        }
        let batch = builder.finish();
        assert!(builder.is_empty());
        assert_eq!(builder.finish().num_rows(), 0);

        let view = RawView::new(&batch).unwrap();
        let mut channels = ChannelTable::default();
        for (i, (frame, channel)) in frames.iter().enumerate() {
            let read = view.frame(i, &mut channels).unwrap();
            assert_eq!(channels.name(read.channel).unwrap().as_str(), *channel);
            assert_eq!(view.vehicle(i), "V1");
            let channel = read.channel;
            assert_eq!(read, CanFrame { channel, ..*frame });
        }
        assert_eq!(view.frame(3, &mut channels), None);
        assert_eq!(
            view.any_flags(),
            FrameFlags::FD | FrameFlags::REMOTE | FrameFlags::TX
        );
        let indices = view.channel_indices(&mut channels);
        assert_eq!(indices, [ChannelIdx(0), ChannelIdx(1), ChannelIdx(0)]);
    }

    #[test]
    fn a_batch_that_breaks_the_contract_is_refused() {
        let batch = RawBatchBuilder::new("V1").finish();
        let projected = batch.project(&[0, 1, 2]).unwrap();
        let error = RawView::new(&projected).unwrap_err().to_string();
        assert!(error.contains("is_fd is missing"), "{error}");
    }
}
