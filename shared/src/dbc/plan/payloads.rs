//! Payloads of many frames of one message as one block of bytes.
//!
//! Every payload takes `stride` bytes, at least eight, so that a kernel can load a whole word from
//! any row. What lies behind a payload's own length never reaches a decoded value: signals that are
//! not wholly inside a payload are left out before a kernel runs.

use super::rows::Rows;

/// The least number of bytes that a row takes: one machine word.
pub(super) const WORD_BYTES: usize = 8;

/// Payloads of one message, borrowed: `rows` × `stride` bytes.
#[derive(Clone, Copy, Debug)]
pub struct Payloads<'a> {
    bytes: &'a [u8],
    stride: usize,
    rows: usize,
    lens: Lens<'a>,
}

/// Lengths of the payloads of a block.
#[derive(Clone, Copy, Debug)]
enum Lens<'a> {
    Same(usize),
    Each(&'a [u32]),
}

impl<'a> Payloads<'a> {
    /// Number of payloads.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Bytes that one payload takes in the block, at least 8.
    pub(super) fn stride(&self) -> usize {
        self.stride
    }

    /// The block from byte `offset` of the first row on.
    pub(super) fn bytes_from(&self, offset: usize) -> &'a [u8] {
        self.bytes.get(offset..).unwrap_or_default()
    }

    /// One payload, without padding; empty past the end.
    pub fn get(&self, row: usize) -> &'a [u8] {
        let start = row.saturating_mul(self.stride);
        let end = start.saturating_add(self.len_of(row));
        self.bytes.get(start..end).unwrap_or_default()
    }

    /// Length in bytes of one payload.
    pub(super) fn len_of(&self, row: usize) -> usize {
        match self.lens {
            Lens::Same(len) => len,
            Lens::Each(lens) => lens.get(row).map_or(0, |len| *len as usize),
        }
    }

    /// The rows among `rows` whose payload has at least `needed` bytes.
    pub(super) fn long_enough<'r>(&self, rows: Rows<'r>, needed: usize) -> Rows<'r> {
        match self.lens {
            Lens::Same(len) if len >= needed => rows,
            Lens::Same(_) => Rows::NONE,
            Lens::Each(_) => rows.filter(self.rows, |row| self.len_of(row) >= needed),
        }
    }

    /// The rows among `rows` whose payload has fewer than `len` bytes.
    pub(super) fn shorter_than<'r>(&self, rows: Rows<'r>, len: usize) -> Rows<'r> {
        match self.lens {
            Lens::Same(same) if same < len => rows,
            Lens::Same(_) => Rows::NONE,
            Lens::Each(_) => rows.filter(self.rows, |row| self.len_of(row) < len),
        }
    }
}

/// Payloads of one message, collected row by row.
///
/// Takes payloads of any length, reassembled transport messages too. Memory is the number of rows ×
/// the longest payload: collect transport messages of very different lengths in blocks of their own.
#[derive(Clone, Debug)]
pub struct PayloadBuffer {
    bytes: Vec<u8>,
    stride: usize,
    rows: usize,
    first_len: usize,
    // Empty while all lengths are equal.
    lens: Vec<u32>,
}

impl Default for PayloadBuffer {
    fn default() -> Self {
        Self {
            bytes: Vec::new(),
            stride: WORD_BYTES,
            rows: 0,
            first_len: 0,
            lens: Vec::new(),
        }
    }
}

impl PayloadBuffer {
    /// A block of one payload.
    pub fn of_one(payload: &[u8]) -> Self {
        let mut buffer = Self::default();
        buffer.push(payload);
        buffer
    }

    /// Adds one payload; bytes past the 4 GiB that a length can express are left out.
    #[inline]
    pub fn push(&mut self, payload: &[u8]) {
        let len = payload.len().min(u32::MAX as usize);
        if self.rows == 0 {
            self.first_len = len;
        }
        if len > self.stride {
            self.widen(len);
        }
        if let Ok(word) = <[u8; WORD_BYTES]>::try_from(payload)
            && self.stride == WORD_BYTES
        {
            self.bytes.extend_from_slice(&word);
        } else {
            let end = self.bytes.len() + self.stride;
            self.bytes
                .extend_from_slice(payload.get(..len).unwrap_or(payload));
            self.bytes.resize(end, 0);
        }
        if len != self.first_len || !self.lens.is_empty() {
            self.push_len(len);
        }
        self.rows += 1;
    }

    /// Makes rows at least `len` bytes wide.
    #[cold]
    fn widen(&mut self, len: usize) {
        let stride = self.stride_with(len);
        let mut wider = Vec::with_capacity((self.rows + 1) * stride);
        for row in self.bytes.chunks_exact(self.stride) {
            wider.extend_from_slice(row);
            wider.resize(wider.len() + stride - self.stride, 0);
        }
        self.bytes = wider;
        self.stride = stride;
    }

    fn push_len(&mut self, len: usize) {
        if self.lens.is_empty() {
            let first = u32::try_from(self.first_len).unwrap_or(u32::MAX);
            self.lens.resize(self.rows, first);
        }
        self.lens.push(u32::try_from(len).unwrap_or(u32::MAX));
    }

    /// Number of payloads.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Bytes that one payload takes in the block.
    pub fn stride(&self) -> usize {
        self.stride
    }

    /// Bytes that every payload will take when one of `len` bytes has come. Widths double at least, so
    /// that growing stays cheap.
    pub fn stride_with(&self, len: usize) -> usize {
        if len <= self.stride {
            return self.stride;
        }
        let doubled = if self.rows == 0 { 0 } else { self.stride * 2 };
        len.next_multiple_of(WORD_BYTES).max(doubled)
    }

    /// Removes all payloads and keeps the memory.
    pub fn clear(&mut self) {
        self.bytes.clear();
        self.lens.clear();
        self.rows = 0;
        self.stride = WORD_BYTES;
    }

    /// The payloads in the order that `order` names them: row `i` of the result is row `order[i]`.
    #[must_use]
    pub fn reordered(&self, order: &[u32]) -> Self {
        let payloads = self.as_payloads();
        let mut result = Self::default();
        for row in order {
            result.push(payloads.get(*row as usize));
        }
        result
    }

    /// The block as kernels read it.
    pub fn as_payloads(&self) -> Payloads<'_> {
        Payloads {
            bytes: &self.bytes,
            stride: self.stride,
            rows: self.rows,
            lens: if self.lens.is_empty() {
                Lens::Same(self.first_len)
            } else {
                Lens::Each(&self.lens)
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_keep_their_bytes_while_the_block_grows_wider() {
        let payloads: [&[u8]; 5] = [&[1], &[2; 8], &[], &[3; 20], &[4; 70]];
        let mut buffer = PayloadBuffer::default();
        for payload in payloads {
            buffer.push(payload);
        }
        let block = buffer.as_payloads();
        assert_eq!(block.rows(), 5);
        for (row, payload) in payloads.iter().enumerate() {
            assert_eq!(block.get(row), *payload);
        }
        assert_eq!(block.get(5), &[] as &[u8]);
        let reordered = buffer.reordered(&[4, 0]);
        assert_eq!(reordered.as_payloads().get(1), &[1]);
    }

    #[test]
    fn lengths_are_kept_only_when_they_vary() {
        let mut buffer = PayloadBuffer::of_one(&[0; 6]);
        buffer.push(&[1; 6]);
        assert!(buffer.lens.is_empty());
        buffer.push(&[1; 5]);
        assert_eq!(buffer.lens, [6, 6, 5]);
        buffer.clear();
        buffer.push(&[1; 3]);
        assert_eq!(buffer.as_payloads().get(0), &[1; 3]);
    }
}
