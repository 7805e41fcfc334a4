//! Opens the footer of a Parquet file that anyone may have written.
//!
//! Everything is checked against the size of the file before a row is decoded, so that a small
//! hostile file cannot claim a large amount of memory.

use std::panic::{AssertUnwindSafe, catch_unwind};

use parquet::arrow::arrow_reader::{ArrowReaderMetadata, ArrowReaderOptions};
use parquet::file::metadata::{PageIndexPolicy, ParquetMetaData};
use parquet::file::reader::ChunkReader;

use super::error::SchemaError;

/// Footers with the signals of a day of a large vehicle stay far below.
const MAX_FOOTER_BYTES: u64 = 256 << 20;
/// Tables of other programs have a column for each signal.
const MAX_COLUMNS: u64 = 16_384;
/// A column chunk in a footer takes more bytes than this.
const MIN_CHUNK_FOOTER_BYTES: u64 = 8;
/// What zstd makes of constant columns stays below.
const MAX_EXPANSION: u64 = 8192;
/// Up to this size nobody needs to ask for the ratio.
const FREE_BYTES: u64 = 64 << 20;
/// Rows of run-length encoded columns cost next to nothing, but one row group of them is bounded.
const MAX_ROWS_PER_BYTE: u64 = 8192;

/// Reads and checks the footer; the page index is read when `with_page_index`.
pub(crate) fn open_footer<R: ChunkReader>(
    reader: &R,
    with_page_index: bool,
) -> Result<ArrowReaderMetadata, SchemaError> {
    check_footer_len(reader)?;
    let policy = if with_page_index {
        PageIndexPolicy::Optional
    } else {
        PageIndexPolicy::Skip
    };
    let options = ArrowReaderOptions::new().with_page_index_policy(policy);
    // Inconsistent footers make the Parquet reader panic instead of returning an error (arrow-rs
    // issue 9874). This is the one place where metadata is parsed; nothing of it survives a panic.
    let parsed = catch_unwind(AssertUnwindSafe(|| {
        ArrowReaderMetadata::load(reader, options)
    }))
    .map_err(|_panic| SchemaError::Footer)??;
    check_claims(parsed.metadata(), reader.len())?;
    Ok(parsed)
}

fn check_footer_len<R: ChunkReader>(reader: &R) -> Result<(), SchemaError> {
    let len = reader.len();
    // A file shorter than its two magic numbers is reported by the Parquet reader itself.
    let Some(start) = len.checked_sub(8).filter(|start| *start >= 4) else {
        return Ok(());
    };
    let tail = reader.get_bytes(start, 8)?;
    if let Some((length, b"PAR1")) = tail.split_first_chunk::<4>() {
        check(
            "the footer's length",
            u64::from(u32::from_le_bytes(*length)),
            MAX_FOOTER_BYTES.min(start - 4),
        )?;
    }
    Ok(())
}

fn check_claims(metadata: &ParquetMetaData, file_len: u64) -> Result<(), SchemaError> {
    let columns = count(metadata.file_metadata().schema_descr().num_columns());
    check("the number of columns", columns, MAX_COLUMNS)?;
    let groups = metadata.row_groups();
    let chunks = count(groups.len()).saturating_mul(columns.max(1));
    check(
        "the number of column chunks",
        chunks,
        file_len / MIN_CHUNK_FOOTER_BYTES,
    )?;
    let mut rows = 0_u64;
    let mut uncompressed = 0_u64;
    for group in groups {
        rows = rows.saturating_add(claimed("a row group's number of rows", group.num_rows())?);
        for column in group.columns() {
            let compressed = claimed("a column's compressed size", column.compressed_size())?;
            let start = column
                .dictionary_page_offset()
                .unwrap_or(column.data_page_offset());
            let start = claimed("a column's place in the file", start)?;
            claimed("a column's place in the file", column.data_page_offset())?;
            let end = start.saturating_add(compressed);
            check("a column's place in the file", end, file_len)?;
            let size = claimed("a column's uncompressed size", column.uncompressed_size())?;
            uncompressed = uncompressed.saturating_add(size);
            let values = claimed("a column's number of values", column.num_values())?;
            let group_rows = u64::try_from(group.num_rows()).unwrap_or(0);
            check("a column's number of values", values, group_rows)?;
        }
    }
    let max_rows = file_len.saturating_mul(MAX_ROWS_PER_BYTE);
    check("the number of rows", rows, max_rows)?;
    let max_size = file_len.saturating_mul(MAX_EXPANSION).max(FREE_BYTES);
    check("the uncompressed size", uncompressed, max_size)
}

/// Sizes are signed in the format; a negative one is as wrong as one that is too large.
fn claimed(what: &'static str, size: i64) -> Result<u64, SchemaError> {
    u64::try_from(size).map_err(|_negative| SchemaError::Limit {
        what,
        found: u64::MAX,
        limit: u64::MAX >> 1,
    })
}

fn check(what: &'static str, found: u64, limit: u64) -> Result<(), SchemaError> {
    if found > limit {
        return Err(SchemaError::Limit { what, found, limit });
    }
    Ok(())
}

fn count(n: usize) -> u64 {
    u64::try_from(n).unwrap_or(u64::MAX)
}
