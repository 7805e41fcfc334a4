//! Looking at the first bytes of a stream without losing them.

use std::io::{self, BufRead, Cursor, Read};

/// Reads up to `max` bytes ahead; the reader returned gives them again, and then whatever stopped
/// the reading ahead.
pub(super) fn peek<R: Read>(mut input: R, max: u64) -> io::Result<(Vec<u8>, Peeked<R>)> {
    let mut head = Vec::new();
    let failure = input.by_ref().take(max).read_to_end(&mut head).err();
    match failure {
        Some(error) if head.is_empty() => Err(error),
        failure => {
            let peeked = Peeked {
                head: Cursor::new(head.clone()),
                failure,
                rest: io::BufReader::new(input),
            };
            Ok((head, peeked))
        }
    }
}

/// A stream whose first bytes were looked at.
pub(super) struct Peeked<R> {
    head: Cursor<Vec<u8>>,
    failure: Option<io::Error>,
    rest: io::BufReader<R>,
}

impl<R: Read> Read for Peeked<R> {
    fn read(&mut self, target: &mut [u8]) -> io::Result<usize> {
        let n = self.head.read(target)?;
        if n > 0 || target.is_empty() {
            return Ok(n);
        }
        match self.failure.take() {
            Some(error) => Err(error),
            None => self.rest.read(target),
        }
    }
}

impl<R: Read> BufRead for Peeked<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.head.position() < self.head.get_ref().len() as u64 {
            return self.head.fill_buf();
        }
        match self.failure.take() {
            Some(error) => Err(error),
            None => self.rest.fill_buf(),
        }
    }

    fn consume(&mut self, n: usize) {
        if self.head.position() < self.head.get_ref().len() as u64 {
            self.head.consume(n);
        } else {
            self.rest.consume(n);
        }
    }
}
