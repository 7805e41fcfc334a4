//! The bytes behind a link to data: one block, packed or not, or lists of blocks.

use std::collections::VecDeque;
use std::io::{self, BufReader, Read};
use std::sync::Arc;

use flate2::bufread::ZlibDecoder;

use super::block::{Block, Head};
use crate::endian::Endian::Little;
use crate::logs::{ReadAt, Stretch, read_exact_at};

const PIECE_BYTES: u64 = 64 * 1024;
/// A transposed block is unpacked as a whole; the standard allows 4 MiB.
const MAX_TRANSPOSED: u64 = 64 << 20;
/// Other blocks are unpacked as a whole up to this, so that their checksum tells what is true.
const MAX_CHECKED: u64 = 8 << 20;
/// What a packed block says before its bytes.
const PACKED_HEAD_BYTES: usize = 24;
/// Lists in one stream; each names up to a million blocks.
const MAX_LISTS: u32 = 1_000_000;

/// Bytes, block by block.
pub(crate) struct DataStream {
    source: Arc<dyn ReadAt>,
    size: u64,
    /// The last block may be longer than it says.
    is_unfinished: bool,
    /// Links, and where each block begins in the stream if a list says it.
    blocks: VecDeque<(u64, Option<u64>)>,
    next_list: u64,
    lists_left: u32,
    current: Option<Current>,
    /// Bytes of the stream so far, lost ones included.
    position: u64,
    /// Blocks that lists have named so far.
    n_listed: u64,
    /// What stopped the reading of the bytes given last.
    to_tell: Option<Piece>,
}

struct Current {
    at: u64,
    bytes: Unpacked,
    /// Bytes that should still come.
    left: u64,
}

enum Unpacked {
    Plain(Stretch),
    Zlib(Box<ZlibDecoder<BufReader<Stretch>>>),
    Memory(io::Cursor<Vec<u8>>),
}

/// What came next.
#[derive(Debug)]
pub(crate) enum Piece {
    /// Bytes were appended.
    Bytes,
    /// Bytes are missing here, so many as are known.
    Lost {
        at: u64,
        n_bytes: Option<u64>,
        is_cut: bool,
    },
    /// The device failed.
    Failed(io::Error),
    End,
}

impl DataStream {
    pub(super) fn new(source: Arc<dyn ReadAt>, link: u64, is_unfinished: bool) -> Self {
        Self {
            size: source.size().unwrap_or(0),
            source,
            is_unfinished,
            blocks: VecDeque::from_iter((link != 0).then_some((link, None))),
            next_list: 0,
            lists_left: MAX_LISTS,
            current: None,
            position: 0,
            n_listed: 0,
            to_tell: None,
        }
    }

    /// Appends the next bytes to `target`, 64 KiB at most.
    pub(crate) fn read_piece(&mut self, target: &mut Vec<u8>) -> Piece {
        loop {
            if let Some(piece) = self.to_tell.take() {
                return piece;
            }
            if let Some(current) = &mut self.current {
                let wanted = current.left.min(PIECE_BYTES);
                let before = target.len();
                let outcome = match &mut current.bytes {
                    Unpacked::Plain(bytes) => bytes.take(wanted).read_to_end(target),
                    Unpacked::Zlib(bytes) => bytes.take(wanted).read_to_end(target),
                    Unpacked::Memory(bytes) => bytes.take(wanted).read_to_end(target),
                };
                let n = (target.len() - before) as u64;
                current.left -= n;
                self.position += n;
                let (at, left) = (current.at, current.left);
                if n == wanted && left > 0 {
                    return Piece::Bytes;
                }
                self.current = None;
                match outcome {
                    Err(error) if !is_damage(&error) => {
                        self.blocks.clear();
                        self.next_list = 0;
                        self.to_tell = Some(Piece::Failed(error));
                    }
                    _ if left > 0 => {
                        self.position = self.position.saturating_add(left);
                        self.to_tell = Some(Piece::Lost {
                            at,
                            n_bytes: Some(left),
                            is_cut: self.is_at_end(),
                        });
                    }
                    _ => {}
                }
                if n > 0 {
                    return Piece::Bytes;
                }
                continue;
            }
            let Some((at, _)) = self.blocks.pop_front() else {
                if self.next_list == 0 {
                    return Piece::End;
                }
                let list = std::mem::take(&mut self.next_list);
                if !self.read_list(list) {
                    return self.lost(list, None);
                }
                continue;
            };
            if let Some(lost) = self.open(at) {
                return lost;
            }
        }
    }

    fn is_at_end(&self) -> bool {
        self.blocks.is_empty() && self.next_list == 0
    }

    /// Without a length it is told by where the next block begins.
    fn lost(&mut self, at: u64, n_bytes: Option<u64>) -> Piece {
        if self.blocks.is_empty() && self.next_list != 0 {
            let list = std::mem::take(&mut self.next_list);
            self.read_list(list);
        }
        let next = self.blocks.front().and_then(|(_, start)| *start);
        let n_bytes = n_bytes.or_else(|| next?.checked_sub(self.position));
        self.position = self.position.saturating_add(n_bytes.unwrap_or(0));
        Piece::Lost {
            at,
            n_bytes,
            is_cut: self.is_at_end() && at.saturating_add(24) >= self.size,
        }
    }

    /// Begins a block of bytes or goes down a list; returns what is lost if it is neither.
    fn open(&mut self, at: u64) -> Option<Piece> {
        let Some(head) = Head::read(&*self.source, at) else {
            return Some(self.lost(at, None));
        };
        match &head.name {
            b"DT" | b"SD" | b"DV" => {
                let start = at + head.data_at();
                let said = at.saturating_add(head.len);
                let end = if self.is_unfinished && self.is_at_end() && head.len == head.data_at() {
                    self.size
                } else {
                    said
                };
                self.current = Some(Current {
                    at,
                    bytes: Unpacked::Plain(Stretch::new(Arc::clone(&self.source), start, end)),
                    left: end.saturating_sub(start),
                });
                None
            }
            b"DZ" => self.open_packed(at, &head),
            b"HL" => {
                let block = Block::read(&*self.source, at, *b"HL");
                match block {
                    Some(block) if self.read_list(block.link(0)) => None,
                    _ => Some(self.lost(at, None)),
                }
            }
            b"DL" | b"LD" => {
                if self.read_list(at) {
                    None
                } else {
                    Some(self.lost(at, None))
                }
            }
            _ => Some(self.lost(at, None)),
        }
    }

    /// Puts the blocks of a list before all others.
    fn read_list(&mut self, at: u64) -> bool {
        let Some(left) = self.lists_left.checked_sub(1) else {
            return false;
        };
        self.lists_left = left;
        let Some(list) = Block::read(&*self.source, at, *b"DL")
            .or_else(|| Block::read(&*self.source, at, *b"LD"))
        else {
            return false;
        };
        let links = list.links().get(1..).unwrap_or_default();
        for (i, link) in links
            .iter()
            .enumerate()
            .rev()
            .filter(|(_, link)| **link != 0)
        {
            let start = start_in_list(&list, i, self.n_listed);
            self.blocks.push_front((*link, start));
        }
        self.n_listed += links.len() as u64;
        if list.link(0) != 0 {
            self.next_list = list.link(0);
        }
        // A list within a list would go round in circles.
        self.blocks.len() < 1 << 24
    }

    fn open_packed(&mut self, at: u64, head: &Head) -> Option<Piece> {
        let mut says = [0; PACKED_HEAD_BYTES];
        let says_at = at + head.data_at();
        let Some(()) = read_exact_at(&*self.source, says_at, &mut says) else {
            return Some(self.lost(at, None));
        };
        let method = says.get(2).copied().unwrap_or(u8::MAX);
        let n_columns = Little.u32(&says, 4).unwrap_or_default();
        let left = Little.u64(&says, 8).unwrap_or_default();
        let start = says_at + PACKED_HEAD_BYTES as u64;
        let stretch = Stretch::new(Arc::clone(&self.source), start, at.saturating_add(head.len));
        let zlib = ZlibDecoder::new(BufReader::new(stretch));
        let is_transposed = method == 1;
        let bytes = match method {
            0 if left > MAX_CHECKED => Unpacked::Zlib(Box::new(zlib)),
            0 | 1 if left <= MAX_TRANSPOSED => {
                let mut unpacked = Vec::new();
                match whole(zlib, left, &mut unpacked) {
                    Ok(is_whole) if is_whole || !is_transposed => {}
                    Err(error) if !is_damage(&error) => return Some(Piece::Failed(error)),
                    _ => return Some(self.lost(at, Some(left))),
                }
                if is_transposed {
                    unpacked = transpose(&unpacked, n_columns);
                }
                Unpacked::Memory(io::Cursor::new(unpacked))
            }
            _ => return Some(self.lost(at, Some(left))),
        };
        self.current = Some(Current { at, bytes, left });
        None
    }
}

/// Where the `i`-th block of a list begins in the stream: the length that all have, times those before,
/// or what the list says of each.
fn start_in_list(list: &Block, i: usize, n_before: u64) -> Option<u64> {
    const ARE_EQUAL: u8 = 1;
    if list.data.first()? & ARE_EQUAL != 0 {
        return Little
            .u64(&list.data, 8)?
            .checked_mul(n_before.checked_add(i as u64)?);
    }
    Little.u64(&list.data, i.checked_mul(8)?.checked_add(8)?)
}

/// Unpacks all, up to the checksum. `false`: the end is missing, and what came is true; of a block that
/// is damaged nobody knows which bytes are.
fn whole(mut zlib: impl Read, len: u64, target: &mut Vec<u8>) -> io::Result<bool> {
    match zlib.by_ref().take(len).read_to_end(target) {
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(false),
        other => other?,
    };
    if (target.len() as u64) < len {
        return Ok(false);
    }
    // One byte further is the end of the stream, where the checksum is compared.
    match zlib.read(&mut [0]) {
        Err(error) if error.kind() != io::ErrorKind::UnexpectedEof => Err(error),
        _ => Ok(true),
    }
}

/// What a decoder says of its input, not the device.
fn is_damage(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData | io::ErrorKind::UnexpectedEof
    )
}

/// Bytes that were written column by column, row by row again; the rest is as it is.
fn transpose(columns: &[u8], n_columns: u32) -> Vec<u8> {
    let n_columns = usize::try_from(n_columns).unwrap_or(usize::MAX);
    let n_rows = columns.len().checked_div(n_columns).unwrap_or(0);
    if n_rows == 0 {
        return columns.to_vec();
    }
    let (table, rest) = columns.split_at(n_rows * n_columns);
    let mut rows = Vec::with_capacity(columns.len());
    for row in 0..n_rows {
        rows.extend(table.iter().skip(row).step_by(n_rows));
    }
    rows.extend_from_slice(rest);
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_become_rows() {
        assert_eq!(transpose(b"adbecfxy", 3), b"abcdefxy");
        assert_eq!(transpose(b"abc", 0), b"abc");
        assert_eq!(transpose(b"abc", 4), b"abc");
        assert_eq!(transpose(b"abc", 1), b"abc");
        assert_eq!(transpose(b"", 1), b"");
    }
}
