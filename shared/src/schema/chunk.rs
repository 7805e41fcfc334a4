//! Parquet column chunks that are written page by page: a dictionary page and data pages (version 1) of
//! positions in it, with statistics, column and offset index (Apache Parquet format, `Encodings.md`
//! and `PageIndex.md`). Values are optional, as in all columns of our files.

use std::sync::Arc;

use bytes::Bytes;
use parquet::basic::{Compression, Encoding};
use parquet::column::page::{CompressedPage, Page, PageWriteSpec, PageWriter as _};
use parquet::column::writer::ColumnCloseResult;
use parquet::errors::{ParquetError, Result};
use parquet::file::metadata::{ColumnChunkMetaData, ColumnIndexBuilder, OffsetIndexBuilder};
use parquet::file::statistics::Statistics;
use parquet::file::writer::{SerializedPageWriter, TrackedWrite};
use parquet::schema::types::ColumnDescPtr;

/// A column chunk on its way.
pub(super) struct ChunkWriter<'w> {
    column: ColumnDescPtr,
    pages: SerializedPageWriter<'w, Vec<u8>>,
    compressor: Option<zstd::bulk::Compressor<'static>>,
    uncompressed: i64,
    compressed: i64,
    rows: usize,
    data_page_offset: Option<i64>,
    column_index: ColumnIndexBuilder,
    offset_index: OffsetIndexBuilder,
}

/// What the indexes say of a page: plain encoded extremes, empty when there are none.
#[derive(Debug)]
pub(super) struct PageExtremes {
    pub(super) nulls: usize,
    pub(super) min: Vec<u8>,
    pub(super) max: Vec<u8>,
}

impl<'w> ChunkWriter<'w> {
    /// Begins a chunk. Pages are compressed with zstd if a level is given.
    pub(super) fn new(
        column: &ColumnDescPtr,
        sink: &'w mut TrackedWrite<Vec<u8>>,
        zstd_level: Option<i32>,
    ) -> Result<Self> {
        Ok(Self {
            column: Arc::clone(column),
            pages: SerializedPageWriter::new(sink),
            compressor: zstd_level.map(zstd::bulk::Compressor::new).transpose()?,
            uncompressed: 0,
            compressed: 0,
            rows: 0,
            data_page_offset: None,
            column_index: ColumnIndexBuilder::new(column.physical_type()),
            offset_index: OffsetIndexBuilder::new(),
        })
    }

    fn write(&mut self, body: Vec<u8>, page: impl FnOnce(Bytes) -> Page) -> Result<PageWriteSpec> {
        let uncompressed = body.len();
        let body = match &mut self.compressor {
            Some(compressor) => compressor.compress(&body)?,
            None => body,
        };
        let page = CompressedPage::new(page(body.into()), uncompressed);
        let spec = self.pages.write_page(page)?;
        self.uncompressed += to_i64(spec.uncompressed_size)?;
        self.compressed += to_i64(spec.compressed_size)?;
        Ok(spec)
    }

    /// Writes the dictionary, plain encoded; before all other pages.
    pub(super) fn dictionary(&mut self, plain: Vec<u8>, values: usize) -> Result<()> {
        let num_values = to_u32(values)?;
        self.write(plain, |buf| Page::DictionaryPage {
            buf,
            num_values,
            encoding: Encoding::PLAIN,
            is_sorted: false,
        })?;
        Ok(())
    }

    /// Writes a page: run lengths of definition levels, width and runs of positions.
    pub(super) fn page(
        &mut self,
        rows: usize,
        levels: &Positions,
        positions: &Positions,
        extremes: PageExtremes,
    ) -> Result<()> {
        let mut body = Vec::with_capacity(5 + levels.bytes.len() + positions.bytes.len());
        body.extend_from_slice(&to_u32(levels.bytes.len())?.to_le_bytes());
        body.extend_from_slice(&levels.bytes);
        body.push(positions.width);
        body.extend_from_slice(&positions.bytes);
        let num_values = to_u32(rows)?;
        let spec = self.write(body, |buf| Page::DataPage {
            buf,
            num_values,
            encoding: Encoding::RLE_DICTIONARY,
            def_level_encoding: Encoding::RLE,
            rep_level_encoding: Encoding::RLE,
            statistics: None,
        })?;
        self.rows += rows;
        let offset = i64::try_from(spec.offset).map_err(too_large)?;
        self.data_page_offset.get_or_insert(offset);
        let PageExtremes { nulls, min, max } = extremes;
        self.column_index
            .append(nulls == rows, min, max, to_i64(nulls)?);
        self.offset_index.append_row_count(to_i64(rows)?);
        let size = i32::try_from(spec.compressed_size).map_err(too_large)?;
        self.offset_index.append_offset_and_size(offset, size);
        Ok(())
    }

    /// Ends the chunk; its bytes are in the sink.
    pub(super) fn close(self, statistics: Statistics) -> Result<ColumnCloseResult> {
        let compression = match self.compressor {
            Some(_) => super::raw_file::zstd(),
            None => Compression::UNCOMPRESSED,
        };
        let metadata = ColumnChunkMetaData::builder(self.column)
            .set_encodings(vec![
                Encoding::PLAIN,
                Encoding::RLE,
                Encoding::RLE_DICTIONARY,
            ])
            .set_compression(compression)
            .set_num_values(to_i64(self.rows)?)
            .set_total_compressed_size(self.compressed)
            .set_total_uncompressed_size(self.uncompressed)
            .set_dictionary_page_offset(Some(0))
            .set_data_page_offset(self.data_page_offset.unwrap_or(0))
            .set_statistics(statistics)
            .build()?;
        Ok(ColumnCloseResult {
            bytes_written: self.compressed.unsigned_abs(),
            rows_written: u64::try_from(self.rows).unwrap_or(u64::MAX),
            metadata,
            bloom_filter: None,
            column_index: Some(self.column_index.build()?),
            offset_index: Some(self.offset_index.build()),
        })
    }
}

/// Parquet's hybrid of run lengths and bit packing.
pub(super) struct Positions {
    width: u8,
    bytes: Vec<u8>,
}

/// Values that are packed together, and the least of equal ones that are worth a run.
const GROUP: usize = 8;

impl Positions {
    /// For numbers below `bound`; at least one bit even for a single one: readers differ on a width
    /// of none.
    pub(super) fn below(bound: usize) -> Self {
        let bits = usize::BITS - bound.saturating_sub(1).leading_zeros();
        Self {
            width: u8::try_from(bits.max(1)).unwrap_or(u8::MAX),
            bytes: Vec::new(),
        }
    }

    /// Appends a run of equal numbers.
    pub(super) fn push_run(&mut self, value: u32, length: usize) {
        if length == 0 {
            return;
        }
        // The low bit of the header says: run length, not bit packing.
        self.push_varint(length << 1);
        let width = usize::from(self.width.div_ceil(8));
        self.bytes.extend(value.to_le_bytes().iter().take(width));
    }

    /// Appends numbers, the last of the page: runs where they repeat, packed where they do not.
    pub(super) fn push_all(&mut self, values: &[u32]) {
        // Values before `packed` are written; those up to `at` wait to be packed.
        let (mut packed, mut at) = (0, 0);
        while at < values.len() {
            let run = run_length(values.get(at..).unwrap_or_default());
            // Packed values come in whole groups, which the run's first values have to fill.
            let filling = (at - packed).next_multiple_of(GROUP) - (at - packed);
            if run < filling + GROUP {
                at += run;
                continue;
            }
            self.push_packed(values.get(packed..at + filling).unwrap_or_default());
            let value = values.get(at).copied().unwrap_or_default();
            self.push_run(value, run - filling);
            at += run;
            packed = at;
        }
        self.push_packed(values.get(packed..).unwrap_or_default());
    }

    fn push_packed(&mut self, values: &[u32]) {
        if values.is_empty() {
            return;
        }
        let groups = values.len().div_ceil(GROUP);
        self.push_varint((groups << 1) | 1);
        let end = self.bytes.len() + groups * usize::from(self.width);
        let width = u32::from(self.width);
        let (mut word, mut bits) = (0_u64, 0);
        for value in values {
            word |= u64::from(*value) << bits;
            bits += width;
            while bits >= 32 {
                self.bytes.extend(word.to_le_bytes().iter().take(4));
                word >>= 32;
                bits -= 32;
            }
        }
        self.bytes.extend_from_slice(&word.to_le_bytes());
        // The last group is filled up with zeros.
        self.bytes.resize(end, 0);
    }

    fn push_varint(&mut self, mut number: usize) {
        while number >= 0x80 {
            self.bytes
                .extend((number & 0x7F | 0x80).to_le_bytes().first());
            number >>= 7;
        }
        self.bytes.extend(number.to_le_bytes().first());
    }
}

fn run_length(values: &[u32]) -> usize {
    let first = values.first();
    values
        .iter()
        .take_while(|value| Some(*value) == first)
        .count()
}

pub(super) fn to_u32(number: usize) -> Result<u32> {
    u32::try_from(number).map_err(too_large)
}

fn to_i64(number: usize) -> Result<i64> {
    i64::try_from(number).map_err(too_large)
}

fn too_large(error: std::num::TryFromIntError) -> ParquetError {
    ParquetError::External(Box::new(error))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Reads the hybrid as `Encodings.md` tells it.
    fn read(positions: &Positions, n_values: usize) -> Vec<u32> {
        let width = usize::from(positions.width);
        let mut bytes = positions.bytes.iter().copied();
        let mut values = Vec::new();
        while values.len() < n_values {
            let (mut header, mut shift) = (0_usize, 0);
            loop {
                let byte = usize::from(bytes.next().unwrap());
                header |= (byte & 0x7F) << shift;
                shift += 7;
                if byte & 0x80 == 0 {
                    break;
                }
            }
            if header & 1 == 0 {
                let value = (0..width.div_ceil(8)).fold(0, |value, at| {
                    value | u32::from(bytes.next().unwrap()) << (8 * at)
                });
                values.extend(std::iter::repeat_n(value, header >> 1));
            } else {
                let packed: Vec<u8> = bytes.by_ref().take((header >> 1) * width).collect();
                let bit = |at: usize| u32::from(packed[at / 8] >> (at % 8) & 1);
                let value = |i: usize| (0..width).fold(0, |v, at| v | bit(i * width + at) << at);
                values.extend((0..(header >> 1) * GROUP).map(value));
            }
        }
        assert_eq!(bytes.next(), None);
        assert!(values.len() < n_values + GROUP);
        values.truncate(n_values);
        values
    }

    proptest! {
        #[test]
        fn numbers_come_back(
            bound in prop_oneof![1_u32..20, 1_u32..200_000],
            runs in proptest::collection::vec((any::<u32>(), prop_oneof![1_usize..4, 1_usize..40]), 0..60),
        ) {
            let values: Vec<u32> = runs
                .into_iter()
                .flat_map(|(value, length)| std::iter::repeat_n(value % bound, length))
                .collect();
            let mut positions = Positions::below(bound as usize);
            positions.push_all(&values);
            prop_assert_eq!(read(&positions, values.len()), values);
        }
    }
}
