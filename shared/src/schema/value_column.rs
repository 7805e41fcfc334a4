//! Column chunks of decoded values.
//!
//! A signal of up to 16 bits has few different values, so a dictionary of them and packed positions
//! in it are small and quick to read. The general writer finds the position of a value with a hash
//! made for any type; this is the same for 64 bits, where it costs more than all the rest of decoding.

use bytes::Bytes;
use parquet::column::writer::ColumnCloseResult;
use parquet::errors::Result;
use parquet::file::statistics::Statistics;
use parquet::file::writer::TrackedWrite;
use parquet::schema::types::ColumnDescPtr;

use super::chunk::{ChunkWriter, PageExtremes, Positions};
use super::raw_file::ZSTD_LEVEL;

/// The most different values of a dictionary: 1 MiB of them.
const MAX_VALUES: usize = 1 << 17;

/// Encodes one column chunk of doubles without nulls.
///
/// `None`: there are too many different values for a dictionary, or one is not a number, which
/// statistics cannot hold; then the general writer knows what to do.
pub(super) fn column_chunk(
    column: &ColumnDescPtr,
    values: &[f64],
    page_rows: usize,
) -> Result<Option<(Bytes, ColumnCloseResult)>> {
    let (Some(extremes), Some(dictionary)) = (Extremes::of(values), Dictionary::of(values)) else {
        return Ok(None);
    };
    let mut sink = TrackedWrite::new(Vec::new());
    let mut chunk = ChunkWriter::new(column, &mut sink, Some(ZSTD_LEVEL))?;
    let plain = dictionary.values.iter().flat_map(|bits| bits.to_le_bytes());
    chunk.dictionary(plain.collect(), dictionary.values.len())?;
    let pages = dictionary.positions.chunks(page_rows);
    for (page, values) in pages.zip(values.chunks(page_rows)) {
        let mut levels = Positions::below(2);
        levels.push_run(1, page.len());
        let mut positions = Positions::below(dictionary.values.len());
        positions.push_all(page);
        let Some(extremes) = Extremes::of(values) else {
            return Ok(None);
        };
        let extremes = PageExtremes {
            nulls: 0,
            min: extremes.min.to_le_bytes().to_vec(),
            max: extremes.max.to_le_bytes().to_vec(),
        };
        chunk.page(page.len(), &levels, &positions, extremes)?;
    }
    let statistics =
        Statistics::double(Some(extremes.min), Some(extremes.max), None, Some(0), false);
    let close = chunk.close(statistics)?;
    Ok(Some((sink.into_inner()?.into(), close)))
}

/// The least and greatest of some numbers.
struct Extremes {
    min: f64,
    max: f64,
}

impl Extremes {
    /// `None` when there is no value or one is not a number.
    fn of(values: &[f64]) -> Option<Self> {
        let (mut min, mut max) = (f64::INFINITY, f64::NEG_INFINITY);
        let mut has_nan = false;
        for &value in values {
            min = if value < min { value } else { min };
            max = if value > max { value } else { max };
            has_nan |= value.is_nan();
        }
        // Which of the two zeros came first must not matter to readers: the format asks for these.
        let min = if min == 0.0 { -0.0 } else { min };
        let max = if max == 0.0 { 0.0 } else { max };
        (min <= max && !has_nan).then_some(Self { min, max })
    }
}

/// Different values in the order of their first occurrence, and for each value its position there.
struct Dictionary {
    values: Vec<u64>,
    positions: Vec<u32>,
}

impl Dictionary {
    /// `None` when there are more than [`MAX_VALUES`] different ones.
    fn of(values: &[f64]) -> Option<Self> {
        let mut index = Index::with_slots(1 << 10);
        let mut distinct: Vec<u64> = Vec::new();
        let mut positions = Vec::with_capacity(values.len());
        let mut last = None;
        for value in values {
            let bits = value.to_bits();
            let position = match last {
                // Most signals change seldom.
                Some((last_bits, position)) if last_bits == bits => position,
                _ => index.find_or_add(bits, &mut distinct)?,
            };
            last = Some((bits, position));
            positions.push(position);
        }
        Some(Self {
            values: distinct,
            positions,
        })
    }
}

/// Positions by value: open addressing with linear probing, at most half full.
struct Index {
    slots: Vec<(u64, u32)>,
    shift: u32,
}

/// No position: [`MAX_VALUES`] is far below.
const EMPTY: u32 = u32::MAX;

impl Index {
    /// The number of slots is a power of two.
    fn with_slots(slots: usize) -> Self {
        Self {
            slots: vec![(0, EMPTY); slots],
            shift: u64::BITS - slots.ilog2(),
        }
    }

    #[inline]
    fn find_or_add(&mut self, bits: u64, distinct: &mut Vec<u64>) -> Option<u32> {
        let slot = self.slot(bits)?;
        if slot.1 != EMPTY {
            return Some(slot.1);
        }
        if distinct.len() == MAX_VALUES {
            return None;
        }
        let position = u32::try_from(distinct.len()).ok()?;
        *slot = (bits, position);
        distinct.push(bits);
        if distinct.len() * 2 > self.slots.len() {
            let mut larger = Self::with_slots(self.slots.len() * 4);
            for old in self.slots.iter().filter(|old| old.1 != EMPTY) {
                *larger.slot(old.0)? = *old;
            }
            *self = larger;
        }
        Some(position)
    }

    /// The slot of a value, or the empty one where it belongs; there always is one.
    #[inline]
    fn slot(&mut self, bits: u64) -> Option<&mut (u64, u32)> {
        // Fibonacci hashing: the upper bits of the product are well mixed.
        let hash = bits.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> self.shift;
        let mut at = usize::try_from(hash).ok()?;
        let mask = self.slots.len() - 1;
        loop {
            let (known, position) = *self.slots.get(at)?;
            if known == bits || position == EMPTY {
                return self.slots.get_mut(at);
            }
            at = (at + 1) & mask;
        }
    }
}
