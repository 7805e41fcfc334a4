//! Where a signal's bits lie in a payload, compiled to a load, a shift and a mask.
//!
//! Bit numbering is that of Vector's DBC format: bit `8 * byte + n` is bit `n` of the byte, 0 the
//! least significant. The start bit names the least significant bit of an Intel signal, which grows
//! upwards, and the most significant bit of a Motorola signal, which grows downwards in a byte and
//! on into the next.

use super::payloads::{Payloads, WORD_BYTES};
use super::rows::Rows;
use crate::dbc::{ByteOrder, SignalDef, ValueType};

/// The place of a signal's bits in a payload.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct BitField {
    byte_order: ByteOrder,
    first_byte: usize,
    /// Bytes that a payload must have to contain the signal wholly.
    pub(super) needed_bytes: usize,
    bit_len: u32,
    // Bits below the signal in a word whose first byte (Intel) or last byte (Motorola) is the
    // signal's own.
    low_bits: u32,
}

impl BitField {
    /// The place of the signal, or `None` for a width outside 1 to 64 bits.
    pub(super) fn new(signal: &SignalDef) -> Option<Self> {
        let bit_len = match signal.value_type {
            ValueType::Float32 => 32,
            ValueType::Float64 => 64,
            ValueType::Unsigned | ValueType::Signed => signal.bit_len,
        };
        if !(1..=64).contains(&bit_len) {
            return None;
        }
        let start = u64::from(signal.start_bit);
        let (first_bit, low_bits) = match signal.byte_order {
            ByteOrder::LittleEndian => (start, signal.start_bit % 8),
            // Counted from the most significant bit of the first byte.
            ByteOrder::BigEndian => {
                let first_bit = start - start % 8 + (7 - start % 8);
                let last_bit = first_bit + u64::from(bit_len) - 1;
                (first_bit, 7 - u32::try_from(last_bit % 8).unwrap_or(0))
            }
        };
        let last_bit = first_bit + u64::from(bit_len) - 1;
        Some(Self {
            byte_order: signal.byte_order,
            first_byte: usize::try_from(first_bit / 8).ok()?,
            needed_bytes: usize::try_from(last_bit / 8).ok()? + 1,
            bit_len,
            low_bits,
        })
    }

    /// The width in bits.
    pub(super) fn bit_len(self) -> u32 {
        self.bit_len
    }

    fn mask(self) -> u64 {
        u64::MAX >> (64 - self.bit_len)
    }

    /// Appends `convert(raw)` for each of `rows` to `out`, raw being the signal's bits, zero
    /// extended. The rows must have [`Self::needed_bytes`].
    pub(super) fn extract<T>(
        self,
        payloads: &Payloads<'_>,
        rows: &Rows<'_>,
        out: &mut Vec<T>,
        convert: impl Fn(u64) -> T,
    ) {
        if self.needed_bytes > payloads.stride() {
            return; // no row is that long
        }
        let mask = self.mask();
        if self.needed_bytes - self.first_byte > WORD_BYTES {
            return self.extract_nine_bytes(payloads, rows, out, convert);
        }
        // A word that begins at the signal may end behind the row: then it begins earlier.
        let word_start = self.first_byte.min(payloads.stride() - WORD_BYTES);
        let first_in_word = u32::try_from(self.first_byte - word_start).unwrap_or(0);
        match self.byte_order {
            ByteOrder::LittleEndian => {
                let shift = 8 * first_in_word + self.low_bits;
                load_words(payloads, rows, word_start, out, |word| {
                    convert((u64::from_le_bytes(word) >> shift) & mask)
                });
            }
            ByteOrder::BigEndian => {
                let bytes = u32::try_from(self.needed_bytes - word_start).unwrap_or(8);
                let shift = 64 - 8 * bytes + self.low_bits;
                load_words(payloads, rows, word_start, out, |word| {
                    convert((u64::from_be_bytes(word) >> shift) & mask)
                });
            }
        }
    }

    /// As [`Self::extract`], for a signal that is spread over nine bytes.
    fn extract_nine_bytes<T>(
        self,
        payloads: &Payloads<'_>,
        rows: &Rows<'_>,
        out: &mut Vec<T>,
        convert: impl Fn(u64) -> T,
    ) {
        let mask = self.mask();
        let raw = |row: usize| {
            let payload = payloads.get(row);
            let bytes = payload.get(self.first_byte..self.needed_bytes)?;
            let wide = match self.byte_order {
                ByteOrder::LittleEndian => bytes.iter().copied().rev().fold(0, push_byte),
                ByteOrder::BigEndian => bytes.iter().copied().fold(0, push_byte),
            };
            u64::try_from((wide >> self.low_bits) & u128::from(mask)).ok()
        };
        let mut push = |row: usize| out.push(convert(raw(row).unwrap_or_default()));
        match rows.as_list() {
            None => (0..payloads.rows()).for_each(push),
            Some(list) => list.iter().for_each(|row| push(*row as usize)),
        }
    }
}

fn push_byte(wide: u128, byte: u8) -> u128 {
    (wide << 8) | u128::from(byte)
}

/// Appends `convert(word)` for each of `rows` to `out`, the word being the eight bytes at
/// `word_start` of the row, which ends inside the row.
#[inline]
fn load_words<T>(
    payloads: &Payloads<'_>,
    rows: &Rows<'_>,
    word_start: usize,
    out: &mut Vec<T>,
    convert: impl Fn([u8; WORD_BYTES]) -> T,
) {
    let stride = payloads.stride();
    let bytes = payloads.bytes_from(word_start);
    let first_word = |row: &[u8]| row.first_chunk().copied().unwrap_or_default();
    match rows.as_list() {
        None if stride == WORD_BYTES => {
            let (words, _) = bytes.as_chunks::<WORD_BYTES>();
            out.extend(words.iter().map(|word| convert(*word)));
        }
        None => out.extend(bytes.chunks(stride).map(|row| convert(first_word(row)))),
        Some(list) => out.extend(list.iter().map(|row| {
            let row = bytes.get(*row as usize * stride..).unwrap_or_default();
            convert(first_word(row))
        })),
    }
}
