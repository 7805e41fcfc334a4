//! Containers: unpacked piece by piece, so that their size does not matter.

use flate2::{Decompress, FlushDecompress, Status};

use super::object::{HEAD_BYTES, Head};
use super::objects::Objects;
use crate::endian::Endian::Little;
use crate::logs::SkipReason;
use crate::logs::input::LogInput;
use crate::logs::window::Window;

/// Packed bytes taken at once.
const PIECE_BYTES: u64 = 32 * 1024;
/// Unpacked bytes that one piece may give.
const UNPACKED_BYTES: usize = 128 * 1024;
/// A container that unpacks to more is read before its checksum can be compared.
const MAX_UNSURE: usize = 4 << 20;

/// A container that is being unpacked.
pub(super) struct Container {
    /// Where it begins in the file.
    offset: u64,
    /// Packed bytes not taken yet.
    left: u64,
    method: Method,
}

enum Method {
    AsIs,
    Zlib {
        zlib: Box<Decompress>,
        /// Unpacked bytes that the checksum at the end has yet to confirm.
        unsure: Vec<u8>,
    },
}

/// What became of a piece.
pub(super) enum Unpacked {
    More,
    Whole,
    /// What of it was not given yet cannot be trusted.
    Damaged,
    /// The log ends inside the container.
    Cut,
}

impl Container {
    /// Method, reserved, unpacked size, reserved: what follows the head of the object.
    pub(super) const OWN_HEAD_BYTES: usize = 16;
    pub(super) const HEAD_BYTES: usize = HEAD_BYTES + Self::OWN_HEAD_BYTES;

    /// `seen` begins where the container does.
    pub(super) fn open(head: &Head, offset: u64, seen: &[u8]) -> Result<Self, SkipReason> {
        let method = Little.u16(seen, head.header_len());
        let left = (head.object_len())
            .checked_sub((head.header_len() + Self::OWN_HEAD_BYTES) as u64)
            .ok_or(SkipReason::RecordDamaged)?;
        let method = match method {
            Some(0) => Method::AsIs,
            Some(2) => Method::Zlib {
                zlib: Box::new(Decompress::new(true)),
                unsure: Vec::new(),
            },
            Some(_) => return Err(SkipReason::UnknownCompression),
            None => return Err(SkipReason::RecordCut),
        };
        Ok(Self {
            offset,
            left,
            method,
        })
    }

    pub(super) fn offset(&self) -> u64 {
        self.offset
    }

    /// Takes a piece from the log and gives what is in it to `objects`.
    pub(super) fn unpack(&mut self, log: &mut Window<LogInput>, objects: &mut Objects) -> Unpacked {
        let wanted = usize::try_from(self.left.min(PIECE_BYTES)).unwrap_or(usize::MAX);
        let seen = log.peek(wanted);
        let piece = seen.get(..wanted).unwrap_or(seen);
        let is_cut = piece.len() < wanted;
        let (taken, given, outcome) = match &mut self.method {
            Method::AsIs => {
                let end = next_container(piece);
                let own = piece.get(..end.unwrap_or(piece.len())).unwrap_or(piece);
                objects.push(own);
                let outcome = end.map_or(Unpacked::More, |_| Unpacked::Damaged);
                (own.len(), own.len(), outcome)
            }
            Method::Zlib { zlib, unsure } => inflate(zlib, piece, unsure),
        };
        log.consume(taken);
        self.left -= taken as u64;
        let outcome = match outcome {
            Unpacked::Whole => {
                // A few bytes behind the stream are padding; more is a size that cannot be true.
                if self.left <= 8 {
                    log.skip(self.left);
                }
                Unpacked::Whole
            }
            Unpacked::More if self.left == 0 && matches!(self.method, Method::AsIs) => {
                Unpacked::Whole
            }
            Unpacked::More if taken == 0 && given == 0 && is_cut => Unpacked::Cut,
            Unpacked::More if taken == 0 && given == 0 => Unpacked::Damaged,
            other => other,
        };
        self.give(&outcome, objects);
        outcome
    }

    /// Gives what was unpacked once it is sure, or the log ends, or it is too much to wait.
    fn give(&mut self, outcome: &Unpacked, objects: &mut Objects) {
        if let Method::Zlib { unsure, .. } = &mut self.method {
            let is_due = match outcome {
                Unpacked::More => unsure.len() > MAX_UNSURE,
                Unpacked::Whole | Unpacked::Cut => true,
                Unpacked::Damaged => false,
            };
            if is_due {
                objects.push(unsure);
                unsure.clear();
            }
        }
    }
}

/// Where a container begins among bytes that belong to another, whose size cannot be true then.
fn next_container(bytes: &[u8]) -> Option<usize> {
    let mut heads = bytes.windows(HEAD_BYTES);
    heads.position(|at| Head::of(at).is_some_and(|head| head.is_container()))
}

/// Returns how many bytes were taken and given.
fn inflate(
    zlib: &mut Decompress,
    piece: &[u8],
    unpacked: &mut Vec<u8>,
) -> (usize, usize, Unpacked) {
    let (before, len_before) = (zlib.total_in(), unpacked.len());
    unpacked.reserve(UNPACKED_BYTES);
    let status = zlib.decompress_vec(piece, unpacked, FlushDecompress::None);
    let taken = usize::try_from(zlib.total_in() - before).unwrap_or(piece.len());
    let outcome = match status {
        Ok(Status::StreamEnd) => Unpacked::Whole,
        Ok(Status::Ok | Status::BufError) => Unpacked::More,
        Err(_) => Unpacked::Damaged,
    };
    (taken, unpacked.len() - len_before, outcome)
}
