//! The next bytes of a stream in one piece, whatever pieces they arrive in: what formats of records
//! read through. Bounded memory; knows nothing about formats.
//!
//! An input that fails looks like one that ends: what arrived before is read first, then the reader
//! asks for the [`Window::take_failure`].

use std::io::{self, Read};

const BUFFER_BYTES: usize = 256 * 1024;

/// A window over a stream.
pub(super) struct Window<R> {
    input: R,
    buffer: Vec<u8>,
    start: usize,
    end: usize,
    /// Position in the stream of `start`.
    offset: u64,
    has_ended: bool,
    failure: Option<io::Error>,
}

/// What a search passed over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Passed {
    pub bytes: u64,
    /// Nothing but zeros: space that was reserved and not written.
    pub is_blank: bool,
}

impl<R: Read> Window<R> {
    /// The most that can be seen at once.
    pub(super) const MAX_BYTES: usize = BUFFER_BYTES / 2;

    pub(super) fn new(input: R) -> Self {
        Self {
            input,
            buffer: vec![0; BUFFER_BYTES],
            start: 0,
            end: 0,
            offset: 0,
            has_ended: false,
            failure: None,
        }
    }

    pub(super) fn get_ref(&self) -> &R {
        &self.input
    }

    /// Position in the stream of the next byte.
    pub(super) fn offset(&self) -> u64 {
        self.offset
    }

    /// At least the next `len` bytes, or all there are. `len` is at most [`Self::MAX_BYTES`].
    pub(super) fn peek(&mut self, len: usize) -> &[u8] {
        while self.end - self.start < len.min(Self::MAX_BYTES) && !self.has_ended {
            self.fill();
        }
        self.buffer.get(self.start..self.end).unwrap_or_default()
    }

    /// Passes over bytes that were seen.
    pub(super) fn consume(&mut self, len: usize) {
        let len = len.min(self.end - self.start);
        self.start += len;
        self.offset += len as u64;
    }

    /// Passes over bytes, seen or not; returns how many there were.
    pub(super) fn skip(&mut self, len: u64) -> u64 {
        let mut left = len;
        while left > 0 {
            let seen = self.peek(1).len();
            if seen == 0 {
                break;
            }
            let step = usize::try_from(left).unwrap_or(usize::MAX).min(seen);
            self.consume(step);
            left -= step as u64;
        }
        len - left
    }

    /// Passes over bytes up to the next place where `is_found`, which is shown at least `len` bytes
    /// there, or fewer at the end of the stream; without such a place, up to the end.
    pub(super) fn skip_to(&mut self, len: usize, is_found: impl Fn(&[u8]) -> bool) -> Passed {
        let from = self.offset;
        let mut is_blank = true;
        loop {
            let seen = self.peek(len);
            let has_ended = seen.len() < len;
            let (found, last) = if has_ended {
                let mut rests = (0..seen.len()).map(|i| seen.get(i..).unwrap_or_default());
                (rests.position(&is_found), seen.len())
            } else {
                (seen.windows(len).position(&is_found), seen.len() - len + 1)
            };
            let passed = found.unwrap_or(last);
            is_blank &= seen.iter().take(passed).all(|byte| *byte == 0);
            self.consume(passed);
            if found.is_some() || has_ended {
                return Passed {
                    bytes: self.offset - from,
                    is_blank,
                };
            }
        }
    }

    /// What the input failed with, once.
    pub(super) fn take_failure(&mut self) -> Option<io::Error> {
        self.failure.take()
    }

    fn fill(&mut self) {
        if self.buffer.len() - self.start < Self::MAX_BYTES {
            self.buffer.copy_within(self.start..self.end, 0);
            self.end -= self.start;
            self.start = 0;
        }
        let free = self.buffer.get_mut(self.end..).unwrap_or_default();
        match self.input.read(free) {
            Ok(0) => self.has_ended = true,
            Ok(n) => self.end += n,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => {
                self.has_ended = true;
                self.failure = Some(error);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Gives `step` bytes at a time, then fails.
    struct Dribble<'a>(&'a [u8], usize);

    impl Read for Dribble<'_> {
        fn read(&mut self, target: &mut [u8]) -> io::Result<usize> {
            let n = self.1.min(target.len()).min(self.0.len());
            if n == 0 {
                return Err(io::Error::other("pulled out"));
            }
            target[..n].copy_from_slice(&self.0[..n]);
            self.0 = &self.0[n..];
            Ok(n)
        }
    }

    #[test]
    fn bytes_come_whole_and_the_failure_last() {
        let text: Vec<u8> = (0..1_000_000_u32).map(|i| (i % 251) as u8).collect();
        let mut window = Window::new(Dribble(&text, 70_001));
        let mut seen = Vec::new();
        loop {
            let piece = window.peek(1000);
            if piece.is_empty() {
                break;
            }
            let len = piece.len().min(1000);
            seen.extend_from_slice(&piece[..len]);
            window.consume(len);
        }
        assert!(seen == text);
        assert_eq!(window.offset(), text.len() as u64);
        assert!(window.take_failure().is_some());
        assert!(window.take_failure().is_none());
    }

    #[test]
    fn searches_find_what_lies_across_pieces() {
        let mut text = vec![0; 300_000];
        text.extend_from_slice(b"LOBJ!");
        for step in [1000, 300_002] {
            let mut window = Window::new(Dribble(&text, step));
            let passed = window.skip_to(4, |at| at == b"LOBJ");
            assert_eq!(passed.bytes, 300_000);
            assert!(passed.is_blank);
            assert!(window.peek(5).starts_with(b"LOBJ!"));
            window.consume(1);
            let passed = window.skip_to(4, |at| at == b"LOBJ");
            assert_eq!((passed.bytes, passed.is_blank), (4, false));
            assert!(window.peek(1).is_empty());
        }
    }

    #[test]
    fn skipping_ends_with_the_stream() {
        let mut window = Window::new(Dribble(&[7; 1000], 100));
        assert_eq!(window.skip(600), 600);
        assert_eq!(window.skip(600), 400);
        assert_eq!(window.offset(), 1000);
    }
}
