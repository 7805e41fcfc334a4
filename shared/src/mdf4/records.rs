//! Cuts the bytes of a data group into records.
//!
//! Where bytes are lost reading goes on with the next record: by the length of the records where there
//! is one kind of them, else at the next place where several records in a row can begin.

use std::io;

use super::data::{DataStream, Piece};
use super::structure::ChannelGroup;
use crate::endian::Endian::Little;

/// Records in a row that tell rubbish from a place where one begins.
const SURE_RECORDS: usize = 4;
/// The longest value of variable length.
const MAX_VARIABLE: usize = 1 << 20;

/// One kind of record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Shape {
    pub(crate) record_id: u64,
    /// Bytes without the id; `None`: as many as the record says.
    pub(crate) len: Option<usize>,
}

impl Shape {
    pub(crate) fn of(group: &ChannelGroup) -> Self {
        let len = group.data_len as usize + group.invalid_len as usize;
        Self {
            record_id: group.record_id,
            len: (!group.is_variable).then_some(len),
        }
    }
}

/// Records, one after the other.
pub(crate) struct Records {
    stream: DataStream,
    id_len: usize,
    shapes: Vec<Shape>,
    buffer: Vec<u8>,
    start: usize,
    /// Bytes of the stream before `start`, lost ones included.
    position: u64,
    /// Looking for a place where a record begins.
    is_lost: bool,
    has_ended: bool,
    failure: Option<io::Error>,
}

/// What comes next.
pub(crate) enum Next<'a> {
    /// A record: the number of its shape and its bytes, or the value of variable length.
    Record(usize, &'a [u8]),
    /// Records are missing. Where is a place in the file, or in the stream where nothing else is known.
    Lost {
        at: u64,
        is_cut: bool,
    },
    Failed(io::Error),
    End,
}

enum Found {
    /// Shape, where its bytes begin, how many.
    Record(usize, usize, usize),
    Incomplete,
    Nonsense,
}

impl Records {
    /// `None` where the group has no records that could be told apart.
    pub(crate) fn new(stream: DataStream, id_len: u8, shapes: Vec<Shape>) -> Option<Self> {
        let is_known = match (id_len, shapes.as_slice()) {
            (0, [one]) => one.len.is_some_and(|len| len > 0),
            (1 | 2 | 4 | 8, [_, ..]) => true,
            _ => false,
        };
        is_known.then(|| Self {
            stream,
            id_len: usize::from(id_len),
            shapes,
            buffer: Vec::new(),
            start: 0,
            position: 0,
            is_lost: false,
            has_ended: false,
            failure: None,
        })
    }

    /// Bytes of the stream before the next record.
    pub(crate) fn position(&self) -> u64 {
        self.position
    }

    pub(crate) fn next_record(&mut self) -> Next<'_> {
        loop {
            if let Some(error) = self.failure.take() {
                self.has_ended = true;
                return Next::Failed(error);
            }
            let rest = self.buffer.get(self.start..).unwrap_or_default();
            if self.is_lost {
                if rest.is_empty() && self.has_ended {
                    return Next::End;
                }
                match self.find(rest) {
                    Some(passed) => {
                        self.pass(passed);
                        self.is_lost = false;
                    }
                    None if self.has_ended => {
                        self.pass(rest.len());
                        return Next::End;
                    }
                    None => {
                        self.pass(rest.len().saturating_sub(MAX_VARIABLE));
                        if let Some(next) = self.fill() {
                            return next;
                        }
                    }
                }
                continue;
            }
            match self.record_at(rest) {
                Found::Record(shape, from, len) => {
                    let from = self.start + from;
                    self.pass(from - self.start + len);
                    let bytes = self.buffer.get(from..from + len).unwrap_or_default();
                    return Next::Record(shape, bytes);
                }
                Found::Incomplete if self.has_ended => {
                    let is_blank = rest.iter().all(|byte| *byte == 0);
                    let at = self.position;
                    self.pass(rest.len());
                    if is_blank {
                        return Next::End;
                    }
                    return Next::Lost { at, is_cut: true };
                }
                Found::Incomplete => {
                    if let Some(next) = self.fill() {
                        return next;
                    }
                }
                Found::Nonsense => {
                    let at = self.position;
                    let is_blank = rest.iter().all(|byte| *byte == 0);
                    self.pass(1);
                    self.is_lost = true;
                    // Space that was reserved and not written is no loss.
                    if !is_blank {
                        return Next::Lost { at, is_cut: false };
                    }
                }
            }
        }
    }

    fn pass(&mut self, len: usize) {
        self.start += len;
        self.position += len as u64;
    }

    /// Reads on; something to tell comes back.
    fn fill(&mut self) -> Option<Next<'static>> {
        self.buffer.drain(..self.start);
        self.start = 0;
        match self.stream.read_piece(&mut self.buffer) {
            Piece::Bytes => None,
            Piece::End => {
                self.has_ended = true;
                None
            }
            Piece::Failed(error) => {
                self.has_ended = true;
                Some(Next::Failed(error))
            }
            Piece::Lost {
                at,
                n_bytes,
                is_cut,
            } => {
                self.lose(n_bytes);
                Some(Next::Lost { at, is_cut })
            }
        }
    }

    /// Drops the record that is not whole, and what belongs to it behind the gap.
    fn lose(&mut self, n_bytes: Option<u64>) {
        self.position += self.buffer.len() as u64;
        self.buffer.clear();
        if self.id_len > 0 {
            self.position = self.position.saturating_add(n_bytes.unwrap_or(0));
            self.is_lost = true;
            return;
        }
        // Without the length of what is lost nobody knows where records begin.
        self.has_ended = n_bytes.is_none();
        let len = self.shapes.first().and_then(|shape| shape.len);
        let (mut lost, len) = (n_bytes, len.map_or(1, |len| len as u64));
        while let Some(n_bytes) = lost.take() {
            self.position = self.position.saturating_add(n_bytes);
            let mut to_skip = self.position.next_multiple_of(len) - self.position;
            while to_skip > 0 {
                let piece = self.stream.read_piece(&mut self.buffer);
                let came = self.buffer.len() as u64;
                let skipped = to_skip.min(came);
                self.buffer
                    .drain(..usize::try_from(skipped).unwrap_or(self.buffer.len()));
                self.position += skipped;
                to_skip -= skipped;
                match piece {
                    Piece::Bytes => {}
                    Piece::Lost { n_bytes, .. } => {
                        lost = n_bytes;
                        self.has_ended = n_bytes.is_none();
                        break;
                    }
                    Piece::End => {
                        self.has_ended = true;
                        return;
                    }
                    Piece::Failed(error) => {
                        self.failure = Some(error);
                        return;
                    }
                }
            }
        }
    }

    fn record_at(&self, bytes: &[u8]) -> Found {
        let id = match self.id_len {
            0 => self.shapes.first().map(|shape| shape.record_id),
            1 => bytes.first().map(|byte| u64::from(*byte)),
            2 => Little.u16(bytes, 0).map(u64::from),
            4 => Little.u32(bytes, 0).map(u64::from),
            _ => Little.u64(bytes, 0),
        };
        let Some(id) = id else {
            return Found::Incomplete;
        };
        let found = self.shapes.iter().position(|shape| shape.record_id == id);
        let Some((shape, len)) = found.and_then(|i| Some((i, self.shapes.get(i)?.len))) else {
            return Found::Nonsense;
        };
        let (from, len) = match len {
            Some(len) => (self.id_len, len),
            None => match Little.u32(bytes, self.id_len) {
                None => return Found::Incomplete,
                Some(len) => match usize::try_from(len) {
                    Ok(len) if len <= MAX_VARIABLE => (self.id_len + 4, len),
                    _ => return Found::Nonsense,
                },
            },
        };
        if bytes.len() < from + len {
            return Found::Incomplete;
        }
        Found::Record(shape, from, len)
    }

    /// Where several records in a row begin; at the end, one that ends with the bytes is enough.
    fn find(&self, bytes: &[u8]) -> Option<usize> {
        let is_sure = |from: usize| {
            let mut rest = bytes.get(from..).unwrap_or_default();
            for _ in 0..SURE_RECORDS {
                match self.record_at(rest) {
                    Found::Record(_, from, len) => {
                        rest = rest.get(from + len..).unwrap_or_default();
                    }
                    Found::Incomplete | Found::Nonsense => return false,
                }
                if rest.is_empty() && self.has_ended {
                    return true;
                }
            }
            true
        };
        (0..bytes.len()).find(|from| is_sure(*from))
    }
}
