//! The frames of one data group, in the order of its records.

use std::collections::VecDeque;
use std::io;

use super::layout::{Layout, Recorded};
use super::values::{Value, Values};
use crate::can::{FrameFlags, Payload};
use crate::logs::{SkipReason, SkipReport};
use crate::mdf4::{BUS_CAN, ChannelGroup, DataGroup, DataStream, Mdf, Next, Piece, Records, Shape};
use crate::time::Timestamp;

/// Frames that wait for their bytes; more have lost them.
const MAX_WAITING: usize = 4096;

/// Reads a data group.
pub(super) struct GroupReader {
    records: Records,
    /// What records of each shape are.
    kinds: Vec<Kind>,
    values: Vec<Values>,
    waiting: VecDeque<Waiting>,
    start: Timestamp,
    failure: Option<io::Error>,
    has_ended: bool,
}

enum Kind {
    Frames {
        layout: Box<Layout>,
        n_read: u64,
        bytes: Bytes,
    },
    Values(usize),
    /// Frames of another bus.
    OtherNetwork,
    Nothing,
}

/// Where the bytes of frames come from.
enum Bytes {
    InRecord,
    /// From records of this group.
    Values(usize),
    /// From a stream of their own.
    Stream(Box<Stream>),
    Nowhere,
}

struct Waiting {
    recorded: Recorded,
    /// Values and place that the bytes have to come from.
    on: Option<(usize, u64)>,
}

impl GroupReader {
    /// `None` where the group has no frames.
    pub(super) fn open(file: &Mdf, group: &DataGroup) -> Option<Self> {
        let are_numbered = file.unfinished.variable_places;
        let of_values: Vec<&ChannelGroup> = (group.groups.iter())
            .filter(|group| group.is_variable)
            .collect();
        let kinds: Vec<Kind> = (group.groups.iter())
            .map(|one| {
                if let Some(i) = of_values.iter().position(|values| values.at == one.at) {
                    return Kind::Values(i);
                }
                let Some(layout) = Layout::of(one) else {
                    let is_bus = one.bus.is_some_and(|bus| bus > 1 && bus != BUS_CAN);
                    return if is_bus {
                        Kind::OtherNetwork
                    } else {
                        Kind::Nothing
                    };
                };
                let bytes = match layout.variable_link() {
                    None => Bytes::InRecord,
                    Some(0) => Bytes::Nowhere,
                    Some(link) => match of_values.iter().position(|values| values.at == link) {
                        Some(i) => Bytes::Values(i),
                        None => Bytes::Stream(Box::new(Stream::new(file.data(link)))),
                    },
                };
                Kind::Frames {
                    layout: Box::new(layout),
                    n_read: 0,
                    bytes,
                }
            })
            .collect();
        if !kinds.iter().any(|kind| matches!(kind, Kind::Frames { .. })) {
            return None;
        }
        let shapes = group.groups.iter().map(Shape::of);
        Some(Self {
            records: Records::new(file.data(group.data), group.id_len, shapes.collect())?,
            kinds,
            values: of_values
                .iter()
                .map(|_| Values::new(are_numbered))
                .collect(),
            waiting: VecDeque::new(),
            start: file.start,
            failure: None,
            has_ended: false,
        })
    }

    /// The next frame. What is none is reported.
    pub(super) fn next_frame(&mut self, skipped: &mut SkipReport) -> Option<Recorded> {
        loop {
            let is_ready = self.waiting.front().is_some_and(|first| first.on.is_none());
            if is_ready || self.has_ended || self.waiting.len() > MAX_WAITING {
                match self.waiting.pop_front() {
                    Some(Waiting { recorded, on: None }) => return Some(recorded),
                    Some(_) => skipped.add(None, 0, SkipReason::BadPayload, b""),
                    None => return None,
                }
                continue;
            }
            self.read_record(skipped);
        }
    }

    /// What the device failed with, once.
    pub(super) fn take_failure(&mut self) -> Option<io::Error> {
        self.failure.take()
    }

    fn read_record(&mut self, skipped: &mut SkipReport) {
        let at = self.records.position();
        let (shape, record) = match self.records.next_record() {
            Next::Record(shape, record) => (shape, record),
            Next::Lost { at, is_cut } => {
                skipped.add(None, at, SkipReason::lost(is_cut), b"");
                self.values.iter_mut().for_each(Values::lose);
                let n_before = self.waiting.len();
                self.waiting.retain(|waiting| waiting.on.is_none());
                for _ in self.waiting.len()..n_before {
                    skipped.add(None, at, SkipReason::BadPayload, b"");
                }
                return;
            }
            Next::Failed(error) => {
                self.failure = Some(error);
                self.has_ended = true;
                return;
            }
            Next::End => {
                self.has_ended = true;
                return;
            }
        };
        let outcome = match self.kinds.get_mut(shape) {
            Some(Kind::Values(i)) => {
                let i = *i;
                let values = self.values.get_mut(i);
                match values.and_then(|values| values.push(record)) {
                    Some(place) => self.fill(i, place),
                    None => Ok(()),
                }
            }
            Some(Kind::Frames {
                layout,
                n_read,
                bytes,
            }) => {
                let recorded = layout.read(record, *n_read, self.start);
                *n_read += 1;
                recorded.and_then(|recorded| {
                    let waiting = wait(recorded, bytes, &mut self.values)?;
                    self.waiting.push_back(waiting);
                    Ok(())
                })
            }
            Some(Kind::OtherNetwork) => Err(SkipReason::OtherNetwork),
            Some(Kind::Nothing) | None => Ok(()),
        };
        if let Err(reason) = outcome {
            skipped.add(None, at, reason, b"");
        }
    }

    /// Gives a value to the frame that waits for it.
    fn fill(&mut self, values: usize, place: u64) -> Result<(), SkipReason> {
        let on = Some((values, place));
        let Some(i) = self.waiting.iter().position(|waiting| waiting.on == on) else {
            return Ok(()); // its frame comes later
        };
        let value = self
            .values
            .get_mut(values)
            .and_then(|values| values.take(place));
        let filled = match (value, self.waiting.get_mut(i)) {
            (Some(value), Some(waiting)) => {
                waiting.on = None;
                carry(&mut waiting.recorded, value)
            }
            _ => Err(SkipReason::BadPayload),
        };
        if filled.is_err() {
            self.waiting.remove(i);
        }
        filled
    }
}

/// Gets a frame its bytes, or notes what it waits for.
fn wait(
    mut recorded: Recorded,
    bytes: &mut Bytes,
    values: &mut [Values],
) -> Result<Waiting, SkipReason> {
    let mut on = None;
    if let Some(place) = recorded.place {
        let value = match bytes {
            Bytes::InRecord | Bytes::Nowhere => Some(Value::Nothing),
            Bytes::Stream(stream) => Some(stream.value(place)),
            Bytes::Values(i) => {
                on = Some((*i, place));
                values.get_mut(*i).and_then(|values| values.expect(place))
            }
        };
        if let Some(value) = value {
            on = None;
            carry(&mut recorded, value)?;
        }
    }
    Ok(Waiting { recorded, on })
}

/// A frame takes as many bytes as it announces; there may be more, as in a buffer of 64.
fn carry(recorded: &mut Recorded, value: Value) -> Result<(), SkipReason> {
    let Value::Bytes(payload) = value else {
        return Err(SkipReason::BadPayload);
    };
    let frame = &mut recorded.frame;
    let len = usize::from(frame.len);
    frame.payload = match payload.get(..len) {
        Some(bytes) => Payload::new(bytes).map_err(|_too_long| SkipReason::BadPayload)?,
        // Error frames have what there is.
        None if frame.flags.contains(FrameFlags::ERROR) => payload,
        None => return Err(SkipReason::BadPayload),
    };
    frame.len = frame.payload.len_u8();
    Ok(())
}

/// Values of variable length one after the other, in the order of their frames.
struct Stream {
    data: DataStream,
    buffer: Vec<u8>,
    start: usize,
    /// The place of `start`.
    place: u64,
}

impl Stream {
    fn new(data: DataStream) -> Self {
        Self {
            data,
            buffer: Vec::new(),
            start: 0,
            place: 0,
        }
    }

    /// Nothing where the value is missing, longer than a frame, or before one that was read.
    fn value(&mut self, place: u64) -> Value {
        self.read(place).map_or(Value::Nothing, Value::Bytes)
    }

    fn read(&mut self, place: u64) -> Option<Payload> {
        const LENGTH_BYTES: usize = 4;
        let mut to_pass = place.checked_sub(self.place)?;
        loop {
            let left = self.buffer.len() - self.start;
            let step = usize::try_from(to_pass).unwrap_or(usize::MAX).min(left);
            self.start += step;
            self.place += step as u64;
            to_pass -= step as u64;
            let rest = self.buffer.get(self.start..).unwrap_or_default();
            if to_pass == 0
                && let Some((len, rest)) = rest.split_first_chunk::<LENGTH_BYTES>()
            {
                let len = usize::try_from(u32::from_le_bytes(*len)).ok()?;
                if len > Payload::MAX_LEN {
                    return None;
                }
                if let Some(value) = rest.get(..len) {
                    return Payload::new(value).ok();
                }
            }
            self.buffer.drain(..self.start);
            self.start = 0;
            match self.data.read_piece(&mut self.buffer) {
                Piece::Bytes => {}
                Piece::Lost {
                    n_bytes: Some(n), ..
                } => {
                    self.place += self.buffer.len() as u64 + n;
                    self.buffer.clear();
                    to_pass = place.checked_sub(self.place)?;
                }
                _ => return None,
            }
        }
    }
}
