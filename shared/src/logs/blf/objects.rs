//! The objects in a stream of unpacked bytes, whatever containers they were in. Bounded memory: a
//! large object is passed over without being kept.

use super::object::{FOLLOWING_BYTES, HEAD_BYTES, Head, MAX_PADDING, SIGNATURE, is_followed};

/// Bytes not read yet.
#[derive(Default)]
pub(super) struct Objects {
    bytes: Vec<u8>,
    start: usize,
    /// Bytes to come that belong to an object passed over.
    to_skip: u64,
    /// Nothing follows the bytes here.
    has_ended: bool,
    /// What comes next is the rest of something lost.
    is_lost: bool,
}

/// What comes next.
pub(super) enum Next<'a> {
    /// An object that carries a frame.
    Object(Head, &'a [u8]),
    /// Something that is no object; what follows it comes next.
    Damaged,
    /// Not enough bytes for more.
    None,
}

impl Objects {
    pub(super) fn push(&mut self, bytes: &[u8]) {
        self.bytes.drain(..self.start);
        self.start = 0;
        self.has_ended = false;
        self.bytes.extend_from_slice(bytes);
    }

    /// Nothing follows what is here.
    pub(super) fn end(&mut self) {
        self.has_ended = true;
    }

    /// Forgets what is left; returns whether that was the beginning of an object.
    pub(super) fn reset(&mut self) -> bool {
        let rest = self.bytes.get(self.start..).unwrap_or_default();
        let is_cut = self.to_skip > 0 || (!self.is_lost && rest.iter().any(|byte| *byte != 0));
        *self = Self {
            bytes: std::mem::take(&mut self.bytes),
            ..Self::default()
        };
        self.bytes.clear();
        is_cut
    }

    /// What comes next is not where an object begins.
    pub(super) fn find_next(&mut self) {
        self.is_lost = true;
    }

    /// Passes over an object that carries no frame; returns whether another lies in it, so that its
    /// size cannot be true.
    fn pass_over(&mut self) -> bool {
        let rest = self.bytes.get(self.start..).unwrap_or_default();
        let to_skip = usize::try_from(self.to_skip).unwrap_or(usize::MAX);
        let own = rest.get(..to_skip).unwrap_or(rest);
        let inner = own
            .windows(HEAD_BYTES)
            .position(|at| Head::of(at).is_some());
        let step = match inner {
            Some(at) => at,
            // The last bytes may be the beginning of a head.
            None if own.len() < to_skip => own.len().saturating_sub(HEAD_BYTES - 1),
            None => own.len(),
        };
        self.start += step;
        self.to_skip = inner.map_or(self.to_skip - step as u64, |_| 0);
        inner.is_some()
    }

    pub(super) fn next_object(&mut self) -> Next<'_> {
        loop {
            if self.pass_over() {
                return Next::Damaged;
            }
            let rest = self.bytes.get(self.start..).unwrap_or_default();
            let is_short = rest.len() < HEAD_BYTES + MAX_PADDING;
            if self.to_skip > 0 || rest.len() < HEAD_BYTES || (is_short && !self.has_ended) {
                return Next::None;
            }
            match rest.windows(SIGNATURE.len()).position(|at| at == SIGNATURE) {
                None => {
                    // The last bytes may be the beginning of a signature.
                    self.start += rest.len() - (SIGNATURE.len() - 1);
                    if !std::mem::replace(&mut self.is_lost, true) {
                        return Next::Damaged;
                    }
                    continue;
                }
                Some(0) => self.is_lost = false,
                Some(passed) => {
                    self.start += passed;
                    if passed > MAX_PADDING && !self.is_lost {
                        self.is_lost = true;
                        return Next::Damaged;
                    }
                    continue;
                }
            }
            let Some(head) = Head::of(rest) else {
                self.start += SIGNATURE.len();
                self.is_lost = true;
                return Next::Damaged;
            };
            if !head.carries_frame() {
                self.start += HEAD_BYTES;
                self.to_skip = head.object_len() - HEAD_BYTES as u64;
                continue;
            }
            let len = usize::try_from(head.object_len()).unwrap_or(usize::MAX);
            let following = rest.get(len..).unwrap_or_default();
            if rest.len() < len || (following.len() < FOLLOWING_BYTES && !self.has_ended) {
                return Next::None;
            }
            if !is_followed(following) {
                // Its size is not true, or it was written over.
                self.start += SIGNATURE.len();
                self.is_lost = true;
                return Next::Damaged;
            }
            let from = self.start;
            self.start += len;
            let object = self.bytes.get(from..from + len).unwrap_or_default();
            return Next::Object(head, object);
        }
    }
}
