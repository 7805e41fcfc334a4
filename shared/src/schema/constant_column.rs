//! Parquet column chunks of values that stay the same for many rows.
//!
//! Of a decoded file's nine columns six are constant for a whole signal. The general writer hashes and
//! compares the value of every row; here a stretch of equal values costs a few bytes per page, so
//! that these columns cost nothing per row. The pages are so small that they are not compressed.

use std::collections::BTreeMap;

use bytes::Bytes;
use parquet::basic::Type;
use parquet::column::writer::ColumnCloseResult;
use parquet::data_type::ByteArray;
use parquet::errors::{ParquetError, Result};
use parquet::file::statistics::Statistics;
use parquet::file::writer::TrackedWrite;
use parquet::schema::types::ColumnDescPtr;

use super::chunk::{ChunkWriter, PageExtremes, Positions, to_u32};

/// A value of a text or `u32` column.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Constant<'a> {
    Text(&'a str),
    Number(u32),
}

/// Rows that follow each other and hold one value; `None` is null.
pub(super) type Stretch<'a> = (Option<Constant<'a>>, usize);

/// Position of each value in the dictionary.
type Dictionary<'a> = BTreeMap<Constant<'a>, u32>;

/// Encodes one column chunk of an optional column.
pub(super) fn column_chunk(
    column: &ColumnDescPtr,
    stretches: &[Stretch<'_>],
    page_rows: usize,
) -> Result<(Bytes, ColumnCloseResult)> {
    let mut dictionary = Dictionary::new();
    for (value, _) in stretches {
        let position = to_u32(dictionary.len())?;
        if let Some(value) = value {
            dictionary.entry(*value).or_insert(position);
        }
    }
    let mut sink = TrackedWrite::new(Vec::new());
    let mut chunk = ChunkWriter::new(column, &mut sink, None)?;
    chunk.dictionary(plain(&dictionary)?, dictionary.len())?;
    let mut page: Vec<Stretch<'_>> = Vec::new();
    let mut rows_in_page = 0;
    for (value, length) in stretches {
        let mut left = *length;
        while left > 0 {
            let taken = left.min(page_rows - rows_in_page);
            page.push((*value, taken));
            (rows_in_page, left) = (rows_in_page + taken, left - taken);
            if rows_in_page == page_rows {
                write_page(&mut chunk, &page, &dictionary)?;
                page.clear();
                rows_in_page = 0;
            }
        }
    }
    if !page.is_empty() {
        write_page(&mut chunk, &page, &dictionary)?;
    }
    let close = chunk.close(statistics(column, &dictionary, stretches)?)?;
    Ok((sink.into_inner()?.into(), close))
}

fn plain(dictionary: &Dictionary<'_>) -> Result<Vec<u8>> {
    let mut by_position: Vec<_> = dictionary.iter().collect();
    by_position.sort_by_key(|(_, position)| **position);
    let mut plain = Vec::new();
    for (value, _) in by_position {
        if let Constant::Text(text) = value {
            plain.extend_from_slice(&to_u32(text.len())?.to_le_bytes());
        }
        plain.extend_from_slice(&value.to_bytes());
    }
    Ok(plain)
}

fn write_page(
    chunk: &mut ChunkWriter<'_>,
    stretches: &[Stretch<'_>],
    dictionary: &Dictionary<'_>,
) -> Result<()> {
    let rows_of = |stretches: &[Stretch<'_>]| stretches.iter().map(|(_, rows)| rows).sum();
    let mut levels = Positions::below(2);
    for equal in stretches.chunk_by(|left, right| left.0.is_some() == right.0.is_some()) {
        let is_some = equal.iter().any(|(value, _)| value.is_some());
        levels.push_run(u32::from(is_some), rows_of(equal));
    }
    let mut positions = Positions::below(dictionary.len());
    let mut nulls = 0;
    for equal in stretches.chunk_by(|left, right| left.0 == right.0) {
        let value = equal.iter().find_map(|(value, _)| *value);
        match value.and_then(|value| dictionary.get(&value)) {
            Some(position) => positions.push_run(*position, rows_of(equal)),
            None => nulls += rows_of(equal),
        }
    }
    let values = || stretches.iter().filter_map(|(value, _)| *value);
    let bytes = |value: Option<Constant<'_>>| value.map_or_else(Vec::new, Constant::to_bytes);
    let extremes = PageExtremes {
        nulls,
        min: bytes(values().min()),
        max: bytes(values().max()),
    };
    chunk.page(rows_of(stretches), &levels, &positions, extremes)
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
    dictionary: &Dictionary<'_>,
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

#[cfg(test)]
mod tests {
    use arrow::array::AsArray as _;
    use arrow::datatypes::{DataType, Field, Schema, UInt32Type};
    use parquet::arrow::ArrowWriter;
    use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
    use proptest::prelude::*;

    use std::sync::Arc;

    use super::*;

    /// A file of a text and a number column of the stretches.
    fn file(texts: &[Stretch<'_>], numbers: &[Stretch<'_>], page_rows: usize) -> Bytes {
        let schema = Schema::new(vec![
            Field::new("text", DataType::Utf8, true),
            Field::new("number", DataType::UInt32, true),
        ]);
        let writer = ArrowWriter::try_new(Vec::new(), Arc::new(schema), None).unwrap();
        let (mut file, _) = writer.into_serialized_writer().unwrap();
        let columns = file.schema_descr().columns().to_vec();
        let mut group = file.next_row_group().unwrap();
        for (column, stretches) in columns.iter().zip([texts, numbers]) {
            let (bytes, close) = column_chunk(column, stretches, page_rows).unwrap();
            group.append_column(&bytes, close).unwrap();
        }
        group.close().unwrap();
        file.into_inner().unwrap().into()
    }

    proptest! {
        #[test]
        fn a_reader_finds_the_values_that_went_in(
            stretches in proptest::collection::vec((0_u32..300, 1_usize..40), 1..30),
            page_rows in 1_usize..50,
        ) {
            // Every seventh value is null; the largest numbers are above what i32 holds.
            let number = |value: u32| (!value.is_multiple_of(7)).then_some(u32::MAX - value);
            let names: Vec<_> = stretches.iter().map(|(value, _)| format!("é{value}")).collect();
            let texts: Vec<Stretch<'_>> = stretches
                .iter()
                .zip(&names)
                .map(|((value, rows), name)| (number(*value).map(|_| Constant::Text(name)), *rows))
                .collect();
            let numbers: Vec<Stretch<'_>> = stretches
                .iter()
                .map(|(value, rows)| (number(*value).map(Constant::Number), *rows))
                .collect();
            let bytes = file(&texts, &numbers, page_rows);
            let reader = ParquetRecordBatchReaderBuilder::try_new(bytes).unwrap();
            let mut read = Vec::new();
            for batch in reader.build().unwrap() {
                let batch = batch.unwrap();
                let texts = batch.column(0).as_string::<i32>().iter();
                let texts = texts.map(|text| text.map(str::to_owned));
                let numbers = batch.column(1).as_primitive::<UInt32Type>();
                read.extend(texts.zip(numbers));
            }
            let expected: Vec<_> = stretches
                .iter()
                .zip(&names)
                .flat_map(|((value, rows), name)| {
                    let text = number(*value).map(|_| name.clone());
                    std::iter::repeat_n((text, number(*value)), *rows)
                })
                .collect();
            prop_assert_eq!(read, expected);
        }
    }
}
