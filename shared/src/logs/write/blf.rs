//! Vector's binary log: see [`crate::logs`] for what it is made of.
//!
//! Objects lie whole in containers of up to 128 KiB, packed by zlib. Times are in nanoseconds since the
//! start in the head, which is in UTC, or zero where the start is not known. The head is written again
//! at the end, with the sizes, the number of objects and the end of the measurement.
//!
//! Classic frames are `CAN_MESSAGE`, CAN FD frames `CAN_FD_MESSAGE`, error frames `CAN_ERROR_EXT` or, of
//! CAN FD, `CAN_FD_ERROR_64`, the only one that says so; python-can passes over those.

use std::fmt;
use std::io::{self, Seek, SeekFrom, Write};

use flate2::{Compress, Compression};

use super::channels::ChannelForm;
use super::fit::{ALL_FD, ErrorDetails, Fitter, Holds};
use super::start::{Clock, Start};
use super::{LogWriter, LossReport, TargetFormat, WriteError};
use crate::can::{CanFrame, ChannelTable, FrameFlags, Payload};
use crate::logs::frames::dlc_of_len;
use crate::time::Timestamp;

const HOLDS: Holds = Holds {
    resolution_ns: 1,
    has_start: true,
    // Error frames of CAN FD have a byte for it.
    channels: ChannelForm::Number { max: 255 },
    classic: FrameFlags::TX,
    fd: ALL_FD.with(FrameFlags::TX, true),
    remote: FrameFlags::TX,
    error: FrameFlags::NONE,
    fd_error: ALL_FD,
    error_details: ErrorDetails::All,
};

const FILE_HEAD_BYTES: usize = 144;
/// Unpacked bytes in a container.
const CONTAINER_BYTES: usize = 128 * 1024;
/// More than any object here takes.
const MAX_OBJECT_BYTES: usize = 256;
const OBJECT_HEAD_BYTES: usize = 32;
const CONTAINER_HEAD_BYTES: usize = 32;

const CAN_MESSAGE: u32 = 1;
const LOG_CONTAINER: u32 = 10;
const CAN_ERROR_EXT: u32 = 73;
const CAN_FD_MESSAGE: u32 = 100;
const CAN_FD_ERROR_64: u32 = 104;

/// See the [module](self).
pub(super) struct BlfWriter<W> {
    sink: W,
    fitter: Fitter,
    has_begun: bool,
    objects: Vec<u8>,
    packed: Vec<u8>,
    zlib: Compress,
    n_objects: u32,
    file_bytes: u64,
    unpacked_bytes: u64,
    last: Option<Timestamp>,
}

impl<W: Write + Seek> BlfWriter<W> {
    pub(super) fn new(sink: W) -> Self {
        Self {
            sink,
            fitter: Fitter::new(TargetFormat::Blf, HOLDS),
            has_begun: false,
            objects: Vec::with_capacity(CONTAINER_BYTES),
            packed: Vec::with_capacity(CONTAINER_BYTES),
            zlib: Compress::new(Compression::fast(), true),
            n_objects: 0,
            file_bytes: 0,
            unpacked_bytes: 0,
            last: None,
        }
    }

    fn begin(&mut self, frames: &[CanFrame]) -> io::Result<()> {
        if !self.has_begun {
            self.has_begun = true;
            self.fitter.start = Start::of(frames);
            self.file_bytes = FILE_HEAD_BYTES as u64;
            self.unpacked_bytes = FILE_HEAD_BYTES as u64;
            self.sink.write_all(&self.file_head())?;
        }
        Ok(())
    }

    fn objects(&mut self, frames: &[CanFrame]) -> io::Result<()> {
        self.begin(frames)?;
        let start = self.fitter.start.at;
        for frame in frames {
            if self.objects.len() + MAX_OBJECT_BYTES > CONTAINER_BYTES {
                self.flush()?;
            }
            if let Some((held, channel)) = self.fitter.fit(frame) {
                object(&mut self.objects, &held, channel.number, start);
                self.n_objects = self.n_objects.saturating_add(1);
                self.last = self.last.max(Some(held.timestamp));
            }
        }
        Ok(())
    }

    /// Writes a container.
    fn flush(&mut self) -> io::Result<()> {
        const ZLIB: u16 = 2;
        if self.objects.is_empty() {
            return Ok(());
        }
        super::pack(&mut self.zlib, &self.objects, &mut self.packed)?;
        let len = CONTAINER_HEAD_BYTES + self.packed.len();
        let mut head = Vec::with_capacity(CONTAINER_HEAD_BYTES);
        object_base(&mut head, 16, len, LOG_CONTAINER);
        head.extend(ZLIB.to_le_bytes());
        head.extend([0; 6]);
        head.extend(field(self.objects.len()).to_le_bytes());
        head.extend([0; 4]);
        self.sink.write_all(&head)?;
        self.sink.write_all(&self.packed)?;
        // Not up to a multiple of four: so do Vector's programs.
        let padding = len % 4;
        self.sink
            .write_all(b"\0\0\0".get(..padding).unwrap_or_default())?;
        self.file_bytes += (len + padding) as u64;
        self.unpacked_bytes += (CONTAINER_HEAD_BYTES + self.objects.len()) as u64;
        self.objects.clear();
        Ok(())
    }

    fn file_head(&self) -> Vec<u8> {
        const UNKNOWN_PROGRAM: [u8; 4] = [0; 4];
        const VERSION_OF_FORMAT: [u8; 4] = [2, 6, 8, 1];
        let mut head = Vec::with_capacity(FILE_HEAD_BYTES);
        head.extend(b"LOGG");
        head.extend(field(FILE_HEAD_BYTES).to_le_bytes());
        head.extend(UNKNOWN_PROGRAM);
        head.extend(VERSION_OF_FORMAT);
        head.extend(self.file_bytes.to_le_bytes());
        head.extend(self.unpacked_bytes.to_le_bytes());
        head.extend(self.n_objects.to_le_bytes());
        head.extend([0; 4]); // objects read
        let has_date = self.fitter.start.has_date;
        head.extend(system_time(has_date.then_some(self.fitter.start.at)));
        head.extend(system_time(self.last.filter(|_| has_date)));
        head.resize(FILE_HEAD_BYTES, 0);
        head
    }

    fn end(&mut self) -> io::Result<()> {
        self.begin(&[])?;
        self.flush()?;
        self.sink.seek(SeekFrom::Start(0))?;
        self.sink.write_all(&self.file_head())?;
        self.sink.seek(SeekFrom::End(0))?;
        self.sink.flush()
    }
}

fn failed(source: io::Error) -> WriteError {
    WriteError::Io {
        format: TargetFormat::Blf,
        source,
    }
}

impl<W: Write + Seek + Send> LogWriter for BlfWriter<W> {
    fn format(&self) -> TargetFormat {
        TargetFormat::Blf
    }

    fn write(&mut self, frames: &[CanFrame], channels: &ChannelTable) -> Result<(), WriteError> {
        self.fitter.channels(channels)?;
        self.objects(frames).map_err(failed)
    }

    fn finish(mut self: Box<Self>) -> Result<LossReport, WriteError> {
        self.end().map_err(failed)?;
        Ok(self.fitter.losses)
    }
}

impl<W> fmt::Debug for BlfWriter<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BlfWriter")
            .field("n_objects", &self.n_objects)
            .field("losses", &self.fitter.losses)
            .finish_non_exhaustive()
    }
}

/// A size as the format writes it: all are far below 4 GiB.
fn field(len: usize) -> u32 {
    u32::try_from(len).unwrap_or(u32::MAX)
}

/// Signature, size of the header, its version, size of the object, type.
fn object_base(out: &mut Vec<u8>, header_len: u16, len: usize, kind: u32) {
    const VERSION: u16 = 1;
    out.extend(b"LOBJ");
    out.extend(header_len.to_le_bytes());
    out.extend(VERSION.to_le_bytes());
    out.extend(field(len).to_le_bytes());
    out.extend(kind.to_le_bytes());
}

/// A frame that fits.
fn object(out: &mut Vec<u8>, frame: &CanFrame, channel: u32, start: Timestamp) {
    const ONE_NANOSECOND: u32 = 2;
    let is_fd = frame.flags.contains(FrameFlags::FD);
    let (kind, body_len) = match (frame.flags.contains(FrameFlags::ERROR), is_fd) {
        (false, false) => (CAN_MESSAGE, 16),
        (false, true) => (CAN_FD_MESSAGE, 84),
        (true, false) => (CAN_ERROR_EXT, 32),
        // A multiple of four, so that nothing lies between objects.
        (true, true) => (
            CAN_FD_ERROR_64,
            44 + frame.payload.len().next_multiple_of(4),
        ),
    };
    let at = out.len();
    object_base(out, 32, OBJECT_HEAD_BYTES + body_len, kind);
    out.extend(ONE_NANOSECOND.to_le_bytes());
    out.extend([0; 4]); // client, version of the object
    let ns = frame.timestamp.ns_since(start);
    out.extend(ns.unsigned_abs().to_le_bytes());
    let number = u16::try_from(channel).unwrap_or(u16::MAX);
    match kind {
        CAN_MESSAGE => message(out, frame, number),
        CAN_FD_MESSAGE => fd_message(out, frame, number),
        CAN_ERROR_EXT => error_ext(out, frame, number),
        _ => fd_error(out, frame, number),
    }
    out.resize(at + OBJECT_HEAD_BYTES + body_len, 0);
}

fn id(frame: &CanFrame) -> [u8; 4] {
    const IS_EXTENDED: u32 = 1 << 31;
    let flag = if frame.id.is_extended() {
        IS_EXTENDED
    } else {
        0
    };
    (frame.id.number() | flag).to_le_bytes()
}

/// Bit 0: sent. Bit 7: remote frame.
fn flags(frame: &CanFrame) -> u8 {
    u8::from(frame.flags.contains(FrameFlags::TX))
        | u8::from(frame.flags.contains(FrameFlags::REMOTE)) << 7
}

fn message(out: &mut Vec<u8>, frame: &CanFrame, channel: u16) {
    out.extend(channel.to_le_bytes());
    out.extend([flags(frame), frame.len]);
    out.extend(id(frame));
    out.extend(&*frame.payload);
}

fn fd_message(out: &mut Vec<u8>, frame: &CanFrame, channel: u16) {
    let fd_flags = 1
        | u8::from(frame.flags.contains(FrameFlags::BRS)) << 1
        | u8::from(frame.flags.contains(FrameFlags::ESI)) << 2;
    out.extend(channel.to_le_bytes());
    out.extend([flags(frame), dlc_of_len(frame.payload.len())]);
    out.extend(id(frame));
    out.extend([0; 5]); // length of the frame, bits
    out.extend([fd_flags, frame.len]);
    out.extend([0; 5]);
    out.extend(&*frame.payload);
}

fn error_ext(out: &mut Vec<u8>, frame: &CanFrame, channel: u16) {
    out.extend(channel.to_le_bytes());
    out.extend([0; 8]); // length, flags, code and place of the error
    out.extend([frame.len, 0]);
    out.extend([0; 4]); // length of the frame
    out.extend(id(frame));
    out.extend([0; 4]);
    out.extend(&*frame.payload);
}

fn fd_error(out: &mut Vec<u8>, frame: &CanFrame, channel: u16) {
    let flags = u16::from(frame.flags.contains(FrameFlags::ESI)) << 5
        | u16::from(frame.flags.contains(FrameFlags::BRS)) << 6
        | 1 << 7;
    let at = out.len();
    out.extend([
        u8::try_from(channel).unwrap_or(u8::MAX),
        dlc_of_len(frame.payload.len()),
        frame.len,
    ]);
    out.resize(at + 8, 0); // code and flags of the error
    out.extend(flags.to_le_bytes());
    out.resize(at + 12, 0); // nothing follows the data
    out.extend(id(frame));
    out.resize(at + 44, 0); // lengths, bit rates, checksum, place of the error
    out.extend(&*frame.payload);
}

/// Year, month, day of the week, day, hour, minute, second, millisecond; zeros without a date.
fn system_time(instant: Option<Timestamp>) -> [u8; 16] {
    let fields = instant.map_or([0; 8], |instant| {
        let clock = Clock::at(instant);
        let small = |number: usize| u16::try_from(number).unwrap_or_default();
        [
            clock.date.year.unsigned_abs(),
            clock.date.month.into(),
            small(clock.weekday),
            clock.date.day.into(),
            clock.hour,
            clock.minute,
            clock.second,
            clock.millisecond,
        ]
    });
    let mut bytes = [0; 16];
    for (bytes, field) in bytes.chunks_exact_mut(2).zip(fields) {
        bytes.copy_from_slice(&u16::to_le_bytes(field));
    }
    bytes
}

// The longest object has room before a container is full.
const _: () = assert!(MAX_OBJECT_BYTES >= OBJECT_HEAD_BYTES + 44 + Payload::MAX_LEN);
