//! Parquet column chunks of values that stay the same for many rows, written page by page.
//!
//! Of a decoded file's nine columns six are constant for a whole signal. The general writer hashes and
//! compares the value of every row; here a stretch of equal values costs a few bytes per page, so
//! that these columns cost nothing per row.
//!
//! The result is what the general writer would make: a dictionary page, data pages (version 1) of
//! run-length encoded positions, statistics, column and offset index (Apache Parquet format,
//! `Encodings.md` and `PageIndex.md`). The pages are so small that they are not compressed.

use std::collections::BTreeMap;

use bytes::Bytes;
use parquet::basic::{Compression, Encoding, Type};
use parquet::column::page::{CompressedPage, Page, PageWriteSpec, PageWriter};
use parquet::column::writer::ColumnCloseResult;
use parquet::data_type::ByteArray;
use parquet::errors::{ParquetError, Result};
use parquet::file::metadata::{ColumnChunkMetaData, ColumnIndexBuilder, OffsetIndexBuilder};
use parquet::file::statistics::Statistics;
use parquet::file::writer::{SerializedPageWriter, TrackedWrite};
use parquet::schema::types::ColumnDescPtr;

/// A value of a text or `u32` column.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Constant<'a> {
    Text(&'a str),
    Number(u32),
}

/// Rows that follow each other and hold one value; `None` is null.
pub(super) type Stretch<'a> = (Option<Constant<'a>>, usize);

/// Encodes one column chunk of an optional column.
pub(super) fn column_chunk(
    column: &ColumnDescPtr,
    stretches: &[Stretch<'_>],
    page_rows: usize,
) -> Result<(Bytes, ColumnCloseResult)> {
    let mut dictionary: BTreeMap<Constant<'_>, u32> = BTreeMap::new();
    for (value, _) in stretches {
        let position = to_u32(dictionary.len())?;
        if let Some(value) = value {
            dictionary.entry(*value).or_insert(position);
        }
    }
    let mut sink = TrackedWrite::new(Vec::new());
    let mut chunk = Chunk {
        pages: SerializedPageWriter::new(&mut sink),
        uncompressed: 0,
        compressed: 0,
        data_page_offset: None,
        column_index: ColumnIndexBuilder::new(column.physical_type()),
        offset_index: OffsetIndexBuilder::new(),
    };
    chunk.write_dictionary(&dictionary)?;
    let mut page: Vec<Stretch<'_>> = Vec::new();
    let mut rows_in_page = 0;
    let mut rows = 0;
    for (value, length) in stretches {
        let mut left = *length;
        while left > 0 {
            let taken = left.min(page_rows - rows_in_page);
            page.push((*value, taken));
            (rows_in_page, left, rows) = (rows_in_page + taken, left - taken, rows + taken);
            if rows_in_page == page_rows {
                chunk.write_page(&page, &dictionary)?;
                page.clear();
                rows_in_page = 0;
            }
        }
    }
    if !page.is_empty() {
        chunk.write_page(&page, &dictionary)?;
    }
    let metadata = ColumnChunkMetaData::builder(column.clone())
        .set_encodings(vec![
            Encoding::PLAIN,
            Encoding::RLE,
            Encoding::RLE_DICTIONARY,
        ])
        .set_compression(Compression::UNCOMPRESSED)
        .set_num_values(to_i64(rows)?)
        .set_total_compressed_size(chunk.compressed)
        .set_total_uncompressed_size(chunk.uncompressed)
        .set_dictionary_page_offset(Some(0))
        .set_data_page_offset(chunk.data_page_offset.unwrap_or(0))
        .set_statistics(statistics(column, &dictionary, stretches)?)
        .build()?;
    let close = ColumnCloseResult {
        bytes_written: chunk.compressed.unsigned_abs(),
        rows_written: u64::try_from(rows).unwrap_or(u64::MAX),
        metadata,
        bloom_filter: None,
        column_index: Some(chunk.column_index.build()?),
        offset_index: Some(chunk.offset_index.build()),
    };
    Ok((sink.into_inner()?.into(), close))
}

struct Chunk<'w> {
    pages: SerializedPageWriter<'w, Vec<u8>>,
    uncompressed: i64,
    compressed: i64,
    data_page_offset: Option<i64>,
    column_index: ColumnIndexBuilder,
    offset_index: OffsetIndexBuilder,
}

impl Chunk<'_> {
    fn write(&mut self, page: Page) -> Result<PageWriteSpec> {
        let uncompressed = page.buffer().len();
        let spec = self
            .pages
            .write_page(CompressedPage::new(page, uncompressed))?;
        self.uncompressed += to_i64(spec.uncompressed_size)?;
        self.compressed += to_i64(spec.compressed_size)?;
        Ok(spec)
    }

    fn write_dictionary(&mut self, dictionary: &BTreeMap<Constant<'_>, u32>) -> Result<()> {
        let mut by_position: Vec<_> = dictionary.iter().collect();
        by_position.sort_by_key(|(_, position)| **position);
        let mut plain = Vec::new();
        for (value, _) in by_position {
            if let Constant::Text(text) = value {
                plain.extend_from_slice(&to_u32(text.len())?.to_le_bytes());
            }
            plain.extend_from_slice(&value.to_bytes());
        }
        self.write(Page::DictionaryPage {
            buf: plain.into(),
            num_values: to_u32(dictionary.len())?,
            encoding: Encoding::PLAIN,
            is_sorted: false,
        })?;
        Ok(())
    }

    fn write_page(
        &mut self,
        stretches: &[Stretch<'_>],
        dictionary: &BTreeMap<Constant<'_>, u32>,
    ) -> Result<()> {
        let mut levels = RunLengths::new(1);
        // One bit even for a single value: readers differ on a width of none.
        let mut positions = RunLengths::new(1.max(bits_of(dictionary.len().saturating_sub(1))));
        let (mut rows, mut nulls) = (0, 0);
        for (value, length) in stretches {
            levels.push(u32::from(value.is_some()), *length);
            rows += length;
            match value.and_then(|value| dictionary.get(&value)) {
                Some(position) => positions.push(*position, *length),
                None => nulls += length,
            }
        }
        let levels = levels.finish();
        let mut body = Vec::new();
        body.extend_from_slice(&to_u32(levels.len())?.to_le_bytes());
        body.extend_from_slice(&levels);
        body.push(positions.width);
        body.extend_from_slice(&positions.finish());
        let spec = self.write(Page::DataPage {
            buf: body.into(),
            num_values: to_u32(rows)?,
            encoding: Encoding::RLE_DICTIONARY,
            def_level_encoding: Encoding::RLE,
            rep_level_encoding: Encoding::RLE,
            statistics: None,
        })?;
        let offset = i64::try_from(spec.offset).map_err(too_large)?;
        self.data_page_offset.get_or_insert(offset);
        let values = || stretches.iter().filter_map(|(value, _)| *value);
        let bytes = |value: Option<Constant<'_>>| value.map_or_else(Vec::new, Constant::to_bytes);
        self.column_index.append(
            nulls == rows,
            bytes(values().min()),
            bytes(values().max()),
            to_i64(nulls)?,
        );
        self.offset_index.append_row_count(to_i64(rows)?);
        let size = i32::try_from(spec.compressed_size).map_err(too_large)?;
        self.offset_index.append_offset_and_size(offset, size);
        Ok(())
    }
}

impl Constant<'_> {
    fn to_bytes(self) -> Vec<u8> {
        match self {
            Constant::Text(text) => text.as_bytes().to_vec(),
            Constant::Number(number) => number.to_le_bytes().to_vec(),
        }
    }
}

fn statistics(
    column: &ColumnDescPtr,
    dictionary: &BTreeMap<Constant<'_>, u32>,
    stretches: &[Stretch<'_>],
) -> Result<Statistics> {
    let nulls = stretches.iter().filter(|(value, _)| value.is_none());
    let nulls = u64::try_from(nulls.map(|(_, rows)| rows).sum::<usize>()).ok();
    let min = dictionary.first_key_value().map(|(value, _)| *value);
    let max = dictionary.last_key_value().map(|(value, _)| *value);
    let text = |value: Option<Constant<'_>>| value.map(|value| ByteArray::from(value.to_bytes()));
    let number = |value: Option<Constant<'_>>| match value {
        Some(Constant::Number(number)) => Some(number.cast_signed()),
        _ => None,
    };
    match column.physical_type() {
        Type::BYTE_ARRAY => Ok(Statistics::byte_array(
            text(min),
            text(max),
            None,
            nulls,
            false,
        )),
        Type::INT32 => Ok(Statistics::int32(
            number(min),
            number(max),
            None,
            nulls,
            false,
        )),
        other => Err(ParquetError::NYI(format!("constant columns of {other}"))),
    }
}

/// The run-length half of Parquet's hybrid of run lengths and bit packing.
struct RunLengths {
    width: u8,
    bytes: Vec<u8>,
    pending: Option<(u32, usize)>,
}

impl RunLengths {
    fn new(width: u8) -> Self {
        Self {
            width,
            bytes: Vec::new(),
            pending: None,
        }
    }

    fn push(&mut self, value: u32, length: usize) {
        match &mut self.pending {
            Some((pending, total)) if *pending == value => *total += length,
            _ => {
                self.flush();
                self.pending = Some((value, length));
            }
        }
    }

    fn flush(&mut self) {
        let Some((value, length)) = self.pending.take() else {
            return;
        };
        // The low bit of the header says: run length, not bit packing.
        let mut header = length << 1;
        while header >= 0x80 {
            self.bytes
                .extend((header & 0x7F | 0x80).to_le_bytes().first());
            header >>= 7;
        }
        self.bytes.extend(header.to_le_bytes().first());
        let width = usize::from(self.width.div_ceil(8));
        self.bytes.extend(value.to_le_bytes().iter().take(width));
    }

    fn finish(mut self) -> Vec<u8> {
        self.flush();
        self.bytes
    }
}

/// Bits that a position up to `largest` takes.
fn bits_of(largest: usize) -> u8 {
    u8::try_from(usize::BITS - largest.leading_zeros()).unwrap_or(u8::MAX)
}

fn to_u32(number: usize) -> Result<u32> {
    u32::try_from(number).map_err(too_large)
}

fn to_i64(number: usize) -> Result<i64> {
    i64::try_from(number).map_err(too_large)
}

fn too_large(error: std::num::TryFromIntError) -> ParquetError {
    ParquetError::External(Box::new(error))
}
