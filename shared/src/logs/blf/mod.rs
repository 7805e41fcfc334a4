//! Vector's binary log (`.blf`), what `CANoe`, `CANalyzer` and many loggers write.
//!
//! ```text
//! "LOGG"  size  …  start of the measurement (SYSTEMTIME)  …        144 bytes
//! "LOBJ"  header size  version  object size  type = 10  …          a container:
//!         method (0 as is, 2 zlib)  unpacked size  bytes of objects
//! "LOBJ"  header size  version  object size  type  …               an object:
//!         flags (1: 10 µs, 2: 1 ns)  …  time since the start       the same in all header versions
//!         body
//! ```
//!
//! Objects lie in containers, one after the other; one may begin in a container and end in the next.
//! Some writers put objects outside of containers, and those are read as well. Between objects there
//! may be up to four bytes of padding. Whatever the header says of sizes and counts is not used: an
//! unfinished log has zeros there, and two logs put one after the other are read as both.
//!
//! The types that carry frames are read (see `object`), others are passed over. The start of the
//! measurement has no time zone and is taken as UTC; without it times count from zero. Channels count
//! from 1.
//!
//! Damage: a piece that is no object is reported, and reading goes on at the next signature. Places
//! in the report are those in the file; within a container, where the container begins. Of a packed
//! container whose checksum is wrong nothing is read, for nobody knows which of its bytes are true.
//!
//! Sources: python-can's `blf.py`, the documented structures of Vector's `binlog` interface as public
//! readers describe them, and files.

mod container;
mod object;
mod objects;

use super::input::{Format, LogInput};
use super::records::{RecordFormat, RecordReader};
use super::sink::{FrameSink, NumberedChannels};
use super::window::Window;
use super::{LogFormat, SkipReason, SkipReport};
use crate::endian::Endian::Little;
use crate::time::{NS_PER_SEC, Timestamp, UtcDate};
use container::{Container, Unpacked};
use object::{
    Content, FOLLOWING_BYTES, HEAD_BYTES, Head, MAX_KEPT, MAX_PADDING, SIGNATURE, is_followed,
};
use objects::{Next, Objects};

pub(super) const FORMAT: Format = Format {
    looks_like: |head| head.starts_with(FILE_SIGNATURE) || head.starts_with(SIGNATURE),
    open: |input| Ok(Box::new(RecordReader::new(input, Blf::default()))),
};

const FILE_SIGNATURE: &[u8] = b"LOGG";
/// What is read of the head of the file, and the least it may be.
const FILE_HEAD_BYTES: usize = 56;
const START_AT: usize = 40;
const MAX_FILE_HEAD_BYTES: usize = 64 * 1024;

#[derive(Default)]
struct Blf {
    start: Timestamp,
    container: Option<Container>,
    objects: Objects,
    channels: NumberedChannels,
}

impl RecordFormat for Blf {
    const FORMAT: LogFormat = LogFormat::Blf;

    fn read_piece(
        &mut self,
        log: &mut Window<LogInput>,
        frames: &mut FrameSink<'_>,
        skipped: &mut SkipReport,
    ) -> bool {
        if self.container.is_some() {
            self.unpack(log, frames, skipped);
            return true;
        }
        let offset = log.offset();
        let seen = log.peek(FILE_HEAD_BYTES);
        if seen.is_empty() {
            self.end_objects(offset, frames, skipped);
            return false;
        }
        if seen.starts_with(FILE_SIGNATURE) {
            self.end_objects(offset, frames, skipped);
            self.read_file_head(log, skipped);
            return true;
        }
        match Head::of(log.peek(Container::HEAD_BYTES)) {
            Some(head) if head.is_container() => {
                match Container::open(&head, offset, log.peek(Container::HEAD_BYTES)) {
                    Ok(container) => {
                        log.consume(head.header_len() + Container::OWN_HEAD_BYTES);
                        self.container = Some(container);
                    }
                    Err(reason) => {
                        skipped.add(None, offset, reason, b"");
                        self.lose_objects(offset, frames, skipped);
                        log.skip(head.object_len());
                        find_next(log, true, skipped);
                    }
                }
            }
            Some(head) => self.read_lone_object(&head, log, frames, skipped),
            None => {
                if log.peek(HEAD_BYTES).len() < HEAD_BYTES {
                    self.end_objects(offset, frames, skipped);
                    cut(log, skipped);
                } else {
                    log.consume(1);
                    let is_reported = find_next(log, false, skipped);
                    if is_reported {
                        self.lose_objects(offset, frames, skipped);
                    }
                }
            }
        }
        true
    }
}

impl Blf {
    fn read_file_head(&mut self, log: &mut Window<LogInput>, skipped: &mut SkipReport) {
        let offset = log.offset();
        let head = log.peek(FILE_HEAD_BYTES);
        let start = head.get(START_AT..).unwrap_or_default();
        if head.len() < FILE_HEAD_BYTES {
            cut(log, skipped);
            return;
        }
        self.start = system_time(start).unwrap_or_default();
        let len = Little
            .u32(head, 4)
            .and_then(|len| usize::try_from(len).ok());
        let len = len.filter(|len| (FILE_HEAD_BYTES..=MAX_FILE_HEAD_BYTES).contains(len));
        let is_true = |len: &usize| {
            let seen = log.peek(*len + FOLLOWING_BYTES);
            seen.get(*len..).is_some_and(is_followed)
        };
        if let Some(len) = len.filter(is_true) {
            log.consume(len);
        } else {
            skipped.add(None, offset, SkipReason::RecordDamaged, b"");
            log.consume(FILE_HEAD_BYTES);
            find_next(log, true, skipped);
        }
    }

    /// Unpacks a piece of the container and reads the objects that are whole now.
    fn unpack(
        &mut self,
        log: &mut Window<LogInput>,
        frames: &mut FrameSink<'_>,
        skipped: &mut SkipReport,
    ) {
        let Some(container) = &mut self.container else {
            return;
        };
        let offset = container.offset();
        let outcome = container.unpack(log, &mut self.objects);
        self.read_objects(offset, frames, skipped);
        match outcome {
            Unpacked::More => return,
            Unpacked::Whole => {}
            Unpacked::Damaged => {
                skipped.add(None, offset, SkipReason::RecordDamaged, b"");
                self.lose_objects(offset, frames, skipped);
                find_next(log, true, skipped);
            }
            Unpacked::Cut => {
                skipped.add(None, offset, SkipReason::RecordCut, b"");
                self.lose_objects(offset, frames, skipped);
            }
        }
        self.container = None;
    }

    fn read_objects(&mut self, offset: u64, frames: &mut FrameSink<'_>, skipped: &mut SkipReport) {
        loop {
            let outcome = match self.objects.next_object() {
                Next::Object(head, bytes) => {
                    let content = object::read(&head, bytes, self.start);
                    take(content, &mut self.channels, frames)
                }
                Next::Damaged => Err(SkipReason::RecordDamaged),
                Next::None => return,
            };
            if let Err(reason) = outcome {
                skipped.add(None, offset, reason, b"");
            }
        }
    }

    /// Reads what is whole: nothing that belongs to it follows.
    fn end_objects(&mut self, offset: u64, frames: &mut FrameSink<'_>, skipped: &mut SkipReport) {
        self.objects.end();
        self.read_objects(offset, frames, skipped);
        if self.objects.reset() {
            skipped.add(None, offset, SkipReason::RecordCut, b"");
        }
    }

    /// As `end_objects`, where the damage that cuts an object in two has been reported.
    fn lose_objects(&mut self, offset: u64, frames: &mut FrameSink<'_>, skipped: &mut SkipReport) {
        self.objects.end();
        self.read_objects(offset, frames, skipped);
        self.objects.reset();
        self.objects.find_next();
    }

    /// An object outside of any container.
    fn read_lone_object(
        &mut self,
        head: &Head,
        log: &mut Window<LogInput>,
        frames: &mut FrameSink<'_>,
        skipped: &mut SkipReport,
    ) {
        let offset = log.offset();
        if head.object_len() > MAX_KEPT {
            if log.skip(head.object_len()) < head.object_len() {
                skipped.add(None, offset, SkipReason::RecordCut, b"");
            }
            return;
        }
        let len = usize::try_from(head.object_len()).unwrap_or(usize::MAX);
        let Some((bytes, following)) = log.peek(len + FOLLOWING_BYTES).split_at_checked(len) else {
            cut(log, skipped);
            return;
        };
        if !is_followed(following) {
            log.consume(SIGNATURE.len());
            skipped.add(None, offset, SkipReason::RecordDamaged, b"");
            find_next(log, true, skipped);
            return;
        }
        let content = object::read(head, bytes, self.start);
        if let Err(reason) = take(content, &mut self.channels, frames) {
            skipped.add(None, offset, reason, b"");
        }
        log.consume(len);
    }
}

fn take(
    content: Content,
    channels: &mut NumberedChannels,
    frames: &mut FrameSink<'_>,
) -> Result<(), SkipReason> {
    match content {
        Content::Frame { channel, frame } => {
            frames.push(channels.one_based(u64::from(channel)), frame)
        }
        Content::Other => Ok(()),
        Content::NoFrame(reason) => Err(reason),
    }
}

/// Passes over what is neither an object nor padding before one; returns whether that was worth
/// a line in the report.
fn find_next(log: &mut Window<LogInput>, is_reported: bool, skipped: &mut SkipReport) -> bool {
    let offset = log.offset();
    let passed = log.skip_to(SIGNATURE.len(), |at| {
        at == SIGNATURE || at == FILE_SIGNATURE
    });
    let is_padding = passed.bytes < MAX_PADDING as u64 || passed.is_blank;
    if !is_reported && !is_padding {
        skipped.add(None, offset, SkipReason::RecordDamaged, b"");
    }
    !is_padding
}

/// Gives up what is left, which is less than it should be.
fn cut(log: &mut Window<LogInput>, skipped: &mut SkipReport) {
    let offset = log.offset();
    let is_blank = log.peek(1).iter().all(|byte| *byte == 0);
    log.skip(u64::MAX);
    if !is_blank {
        skipped.add(None, offset, SkipReason::RecordCut, b"");
    }
}

/// Year, month, day of the week, day, hour, minute, second, millisecond, as Windows writes them.
fn system_time(bytes: &[u8]) -> Option<Timestamp> {
    let field = |i: usize| Little.u16(bytes, 2 * i);
    let date = UtcDate {
        year: i16::try_from(field(0)?).ok()?,
        month: u8::try_from(field(1)?).ok()?,
        day: u8::try_from(field(3)?).ok()?,
    };
    let (hour, minute, second, ms) = (field(4)?, field(5)?, field(6)?, field(7)?);
    if hour > 23 || minute > 59 || second > 60 || ms > 999 {
        return None;
    }
    let seconds = i64::from(hour) * 3600 + i64::from(minute) * 60 + i64::from(second);
    Some(date.start()? + (seconds * NS_PER_SEC + i64::from(ms) * 1_000_000))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_of_windows() {
        let time = |fields: [u16; 8]| {
            let bytes: Vec<u8> = fields
                .iter()
                .flat_map(|field| field.to_le_bytes())
                .collect();
            system_time(&bytes).map(|time| time.to_string())
        };
        assert_eq!(
            time([2024, 2, 4, 29, 23, 59, 58, 999]).as_deref(),
            Some("2024-02-29T23:59:58.999000000Z")
        );
        assert_eq!(time([0; 8]), None);
        assert_eq!(time([2023, 2, 4, 29, 0, 0, 0, 0]), None);
        assert_eq!(time([2024, 2, 4, 28, 24, 0, 0, 0]), None);
        assert_eq!(system_time(&[0; 15]), None);
    }
}
