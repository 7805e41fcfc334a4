//! Lines of a byte stream, without copying and in bounded memory.
//!
//! A line longer than the buffer is reported as too long and passed over; it is never collected.
//! Knows nothing about formats.

use std::io::{self, Read};

/// Bytes asked from the input at once, and the longest line.
const BUFFER_BYTES: usize = 128 * 1024;

/// One line, without its line end (LF or CR LF).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Line<'a> {
    /// From 1.
    pub number: u64,
    /// Where it begins in the stream, in bytes.
    pub offset: u64,
    /// The text; of a line that is too long, the beginning.
    pub bytes: &'a [u8],
    /// The line did not fit the buffer.
    pub is_too_long: bool,
}

/// Reads lines.
pub(crate) struct LineReader<R> {
    input: R,
    buffer: Vec<u8>,
    /// The part of the buffer not handed out yet.
    start: usize,
    end: usize,
    /// Position in the stream of `start`.
    offset: u64,
    number: u64,
    is_at_end: bool,
    /// The rest of a line that was too long is still to be passed over.
    is_inside_long_line: bool,
}

impl<R: Read> LineReader<R> {
    pub(crate) fn new(input: R) -> Self {
        Self {
            input,
            buffer: vec![0; BUFFER_BYTES],
            start: 0,
            end: 0,
            offset: 0,
            number: 0,
            is_at_end: false,
            is_inside_long_line: false,
        }
    }

    pub(crate) fn get_ref(&self) -> &R {
        &self.input
    }

    /// Bytes handed out so far.
    pub(crate) fn offset(&self) -> u64 {
        self.offset
    }

    /// The number of the line that would come next.
    pub(crate) fn next_number(&self) -> u64 {
        self.number + 1
    }

    /// The next line, or `None` at the end. After an error of the input the lines that were read
    /// before it come first, then the error once.
    pub(crate) fn next_line(&mut self) -> io::Result<Option<Line<'_>>> {
        let mut scanned = 0;
        loop {
            let pending = self.buffer.get(self.start..self.end).unwrap_or_default();
            let found = pending
                .get(scanned..)
                .and_then(|rest| rest.iter().position(|byte| *byte == b'\n'));
            if let Some(position) = found {
                let line_len = scanned + position;
                let consumed = line_len + 1;
                if std::mem::take(&mut self.is_inside_long_line) {
                    self.advance(consumed);
                    scanned = 0;
                    continue;
                }
                return Ok(Some(self.take(line_len, consumed, false)));
            }
            scanned = pending.len();
            if self.is_at_end {
                if scanned == 0 || std::mem::take(&mut self.is_inside_long_line) {
                    self.advance(scanned);
                    return Ok(None);
                }
                return Ok(Some(self.take(scanned, scanned, false)));
            }
            if scanned == self.buffer.len() {
                if self.is_inside_long_line {
                    self.advance(scanned);
                    scanned = 0;
                } else {
                    self.is_inside_long_line = true;
                    return Ok(Some(self.take(scanned, scanned, true)));
                }
            }
            self.fill()?;
        }
    }

    /// Gives up what is buffered: the input failed, and a line cut in two is no line.
    /// Returns the bytes of the unfinished line.
    pub(crate) fn abandon(&mut self) -> &[u8] {
        let (start, end) = (self.start, self.end);
        self.is_at_end = true;
        self.advance(end - start);
        self.buffer.get(start..end).unwrap_or_default()
    }

    fn take(&mut self, line_len: usize, consumed: usize, is_too_long: bool) -> Line<'_> {
        let (start, offset) = (self.start, self.offset);
        self.number += 1;
        self.advance(consumed);
        let bytes = self.buffer.get(start..start + line_len).unwrap_or_default();
        Line {
            number: self.number,
            offset,
            bytes: bytes.strip_suffix(b"\r").unwrap_or(bytes),
            is_too_long,
        }
    }

    fn advance(&mut self, bytes: usize) {
        self.start += bytes;
        self.offset += bytes as u64;
    }

    fn fill(&mut self) -> io::Result<()> {
        if self.start > 0 {
            self.buffer.copy_within(self.start..self.end, 0);
            self.end -= self.start;
            self.start = 0;
        }
        let free = self.buffer.get_mut(self.end..).unwrap_or_default();
        loop {
            match self.input.read(free) {
                Ok(0) => self.is_at_end = true,
                Ok(n) => self.end += n,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            }
            return Ok(());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Gives a few bytes at a time.
    struct Dribble<'a>(&'a [u8], usize);

    impl Read for Dribble<'_> {
        fn read(&mut self, target: &mut [u8]) -> io::Result<usize> {
            let n = self.1.min(target.len()).min(self.0.len());
            target[..n].copy_from_slice(&self.0[..n]);
            self.0 = &self.0[n..];
            Ok(n)
        }
    }

    fn lines_of(mut reader: LineReader<impl Read>) -> Vec<(u64, u64, Vec<u8>, bool)> {
        let mut lines = Vec::new();
        while let Some(line) = reader.next_line().unwrap() {
            let bytes = line.bytes.to_vec();
            lines.push((line.number, line.offset, bytes, line.is_too_long));
        }
        lines
    }

    #[test]
    fn line_ends_of_both_kinds_and_none() {
        let lines = lines_of(LineReader::new(Dribble(b"ab\r\n\ncd", 1)));
        let expected = [
            (1, 0, b"ab".to_vec(), false),
            (2, 4, Vec::new(), false),
            (3, 5, b"cd".to_vec(), false),
        ];
        assert_eq!(lines, expected);
    }

    #[test]
    fn a_line_longer_than_the_buffer_is_one_line() {
        let mut text = b"first\n".to_vec();
        text.resize(text.len() + 3 * BUFFER_BYTES, b'x');
        text.extend_from_slice(b"\nlast");
        let lines = lines_of(LineReader::new(Dribble(&text, 70_001)));
        assert_eq!(lines.len(), 3);
        assert!(lines[1].3);
        assert_eq!(lines[2].0, 3);
        assert_eq!(lines[2].2, b"last");
        assert_eq!(lines[2].1, text.len() as u64 - 4);
    }

    proptest! {
        #[test]
        fn same_lines_however_the_input_arrives(text in "[a-c\r\n]{0,200}", step in 1_usize..20) {
            let whole = lines_of(LineReader::new(text.as_bytes()));
            let dribbled = lines_of(LineReader::new(Dribble(text.as_bytes(), step)));
            prop_assert_eq!(&whole, &dribbled);
            let count = text.lines().count() as u64;
            prop_assert_eq!(whole.len() as u64, count);
        }
    }
}
