//! The frames of a stretch of time out of a raw file, with their places in it.
//!
//! Row groups and pages whose statistics show other times are not read, so that one frame of a large
//! file costs a few pages. A file without statistics is read wholly; what comes out is the same.

use std::fmt;
use std::ops::Range;

use arrow::array::{Array as _, BooleanArray, RecordBatch, TimestampNanosecondArray};
use arrow::compute::filter_record_batch;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder, RowSelection,
};
use parquet::file::metadata::ParquetMetaData;
use parquet::file::page_index::column_index::ColumnIndexMetaData;
use parquet::file::reader::ChunkReader;
use parquet::file::statistics::Statistics;

use super::error::SchemaError;
use super::footer::FileKind;
use super::limits::open_footer;
use super::normalise::Normaliser;
use super::opened::{kind_of_columns, ns_per_unit};
use super::raw::{TIMESTAMP, raw_schema};
use crate::time::{TimeRange, Timestamp};

/// Rows that are decoded at once.
const BATCH_ROWS: usize = 16 * 1024;

/// Frames in the columns of [`raw_schema`], and the number of each in its file, from 0.
#[derive(Clone, Debug)]
pub struct NumberedFrames {
    /// The frames.
    pub batch: RecordBatch,
    /// As many numbers, ascending.
    pub rows: Vec<u64>,
}

/// Reads the frames of a stretch of time, in the order of the file. An error ends the iteration.
pub struct RawRangeReader {
    batches: ParquetRecordBatchReader,
    normaliser: Normaliser,
    range: TimeRange,
    /// Numbers of the rows that the reader still has to give.
    numbers: std::iter::Flatten<std::vec::IntoIter<Range<u64>>>,
    has_failed: bool,
}

impl RawRangeReader {
    /// Opens a raw file: reads and checks its footer and its page index.
    pub fn open<R: ChunkReader + 'static>(
        reader: R,
        range: TimeRange,
    ) -> Result<Self, SchemaError> {
        let metadata = open_footer(&reader, true)?;
        let kind = kind_of_columns(metadata.schema())?;
        if kind != FileKind::Raw {
            return Err(SchemaError::OtherKind {
                found: kind,
                expected: FileKind::Raw,
            });
        }
        let normaliser = Normaliser::new(metadata.schema())?;
        let (groups, chosen) = choose(&metadata, range);
        let wanted = raw_schema();
        let roots = metadata.schema().fields().iter().enumerate();
        let roots: Vec<usize> = roots
            .filter(|(_, field)| wanted.index_of(field.name()).is_ok())
            .map(|(idx, _)| idx)
            .collect();
        let mask = ProjectionMask::roots(metadata.parquet_schema(), roots);
        let within: Vec<Range<usize>> = chosen.iter().map(|rows| rows.in_read.clone()).collect();
        let n_rows = within_len(metadata.metadata(), &groups);
        let selection = RowSelection::from_consecutive_ranges(within.into_iter(), n_rows);
        let batches = ParquetRecordBatchReaderBuilder::new_with_metadata(reader, metadata)
            .with_projection(mask)
            .with_row_groups(groups)
            .with_row_selection(selection)
            .with_batch_size(BATCH_ROWS)
            .build()?;
        let numbers: Vec<Range<u64>> = chosen.into_iter().map(|rows| rows.in_file).collect();
        Ok(Self {
            batches,
            normaliser,
            range,
            numbers: numbers.into_iter().flatten(),
            has_failed: false,
        })
    }

    fn number(&mut self, batch: &RecordBatch) -> Result<NumberedFrames, SchemaError> {
        let numbers: Vec<u64> = self.numbers.by_ref().take(batch.num_rows()).collect();
        let (batch, possible) = self.normaliser.normalise_with_mask(batch)?;
        let times = batch.column_by_name(TIMESTAMP);
        let times = times.and_then(|it| it.as_any().downcast_ref::<TimestampNanosecondArray>());
        let times = times.ok_or(SchemaError::Batch {
            column: TIMESTAMP,
            kind: FileKind::Raw,
        })?;
        let keep: BooleanArray = times
            .values()
            .iter()
            .enumerate()
            .map(|(row, time)| {
                let is_possible = possible.as_ref().is_none_or(|mask| mask.value(row));
                Some(is_possible && self.range.contains(Timestamp::from_ns(*time)))
            })
            .collect();
        let kept = numbers.into_iter().zip(keep.values().iter());
        Ok(NumberedFrames {
            rows: kept.filter(|(_, keep)| *keep).map(|(row, _)| row).collect(),
            batch: filter_record_batch(&batch, &keep)?,
        })
    }
}

impl Iterator for RawRangeReader {
    type Item = Result<NumberedFrames, SchemaError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.has_failed {
            return None;
        }
        let batch = self.batches.next()?;
        let numbered = batch
            .map_err(SchemaError::from)
            .and_then(|batch| self.number(&batch));
        self.has_failed = numbered.is_err();
        Some(numbered)
    }
}

impl fmt::Debug for RawRangeReader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RawRangeReader")
            .field("range", &self.range)
            .finish_non_exhaustive()
    }
}

/// Consecutive rows that may be of the wanted time.
#[derive(Debug)]
struct Rows {
    /// Among the rows of the row groups that are read.
    in_read: Range<usize>,
    /// Among all rows of the file.
    in_file: Range<u64>,
}

/// Which row groups to read, and which rows of them.
fn choose(metadata: &ArrowReaderMetadata, range: TimeRange) -> (Vec<usize>, Vec<Rows>) {
    let parquet = metadata.metadata();
    let column = parquet
        .file_metadata()
        .schema_descr()
        .columns()
        .iter()
        .position(|column| column.path().string() == TIMESTAMP);
    let factor = metadata
        .schema()
        .field_with_name(TIMESTAMP)
        .ok()
        .and_then(|field| ns_per_unit(field.data_type()));
    let times = column
        .zip(factor)
        .map(|(column, factor)| Times { column, factor });
    let (mut groups, mut chosen) = (Vec::new(), Vec::new());
    let (mut read, mut passed) = (0_usize, 0_u64);
    for (idx, group) in parquet.row_groups().iter().enumerate() {
        let rows = usize::try_from(group.num_rows()).unwrap_or(0);
        let is_wanted = times
            .as_ref()
            .is_none_or(|times| times.group_overlaps(parquet, idx, range));
        if is_wanted {
            let pages = times
                .as_ref()
                .and_then(|times| times.pages(parquet, idx, rows, range))
                .unwrap_or_else(|| std::iter::once(0..rows).collect());
            for page in pages {
                chosen.push(Rows {
                    in_read: read + page.start..read + page.end,
                    in_file: passed + count(page.start)..passed + count(page.end),
                });
            }
            groups.push(idx);
            read += rows;
        }
        passed += count(rows);
    }
    (groups, chosen)
}

fn within_len(parquet: &ParquetMetaData, groups: &[usize]) -> usize {
    let groups = groups
        .iter()
        .filter_map(|idx| parquet.row_groups().get(*idx));
    groups
        .map(|group| usize::try_from(group.num_rows()).unwrap_or(0))
        .sum()
}

fn count(rows: usize) -> u64 {
    u64::try_from(rows).unwrap_or(u64::MAX)
}

/// The column of time stamps.
struct Times {
    column: usize,
    /// Nanoseconds of its unit.
    factor: i64,
}

impl Times {
    fn overlap(&self, first: Option<i64>, last: Option<i64>, range: TimeRange) -> bool {
        let in_ns = |time: i64| time.checked_mul(self.factor);
        let (Some(first), Some(last)) = (first.and_then(in_ns), last.and_then(in_ns)) else {
            return true;
        };
        first < range.end.as_ns() && last >= range.start.as_ns()
    }

    fn group_overlaps(&self, parquet: &ParquetMetaData, group: usize, range: TimeRange) -> bool {
        let group = parquet.row_groups().get(group);
        let column = group.and_then(|group| group.columns().get(self.column));
        match column.and_then(|column| column.statistics()) {
            Some(Statistics::Int64(times)) => {
                self.overlap(times.min_opt().copied(), times.max_opt().copied(), range)
            }
            _ => true,
        }
    }

    /// The rows of the pages that may hold the range; `None` where the file has no page index.
    fn pages(
        &self,
        parquet: &ParquetMetaData,
        group: usize,
        rows: usize,
        range: TimeRange,
    ) -> Option<Vec<Range<usize>>> {
        let index = parquet.column_index()?.get(group)?.get(self.column)?;
        let ColumnIndexMetaData::INT64(times) = index else {
            return None;
        };
        let places = parquet.offset_index()?.get(group)?.get(self.column)?;
        let places = places.page_locations();
        if count(places.len()) != times.num_pages() {
            return None;
        }
        let start = |page: usize| {
            let place = places.get(page)?;
            usize::try_from(place.first_row_index).ok()
        };
        let mut pages = Vec::new();
        let mut last_end = 0;
        for page in 0..places.len() {
            let (begin, end) = (start(page)?, start(page + 1).unwrap_or(rows).min(rows));
            // An index that goes back and forth is no index.
            if begin < last_end || end < begin {
                return None;
            }
            last_end = end;
            let first = times.min_value(page).copied();
            let last = times.max_value(page).copied();
            if begin < end && self.overlap(first, last, range) {
                pages.push(begin..end);
            }
        }
        Some(pages)
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;
    use crate::can::{CanFrame, CanId, ChannelIdx, Payload};
    use crate::lake::VehicleId;
    use crate::schema::footer::Recording;
    use crate::schema::{RawBatchBuilder, RawFileInfo, RawFileWriter, RawView};

    const N_FRAMES: i64 = 100_000;

    /// Two frames of each even microsecond.
    fn file() -> Bytes {
        let info = RawFileInfo {
            vehicle: VehicleId::new("V").unwrap(),
            writer: "test".to_owned(),
            recording: Recording::default(),
        };
        let mut writer = RawFileWriter::new(Vec::new(), info).unwrap();
        let mut builder = RawBatchBuilder::new("V");
        for idx in 0..N_FRAMES {
            let payload = Payload::new(&idx.to_le_bytes()).unwrap();
            let time = Timestamp::from_ns(idx / 2 * 2_000);
            let id = CanId::standard(0x100).unwrap();
            builder.push(&CanFrame::data(time, ChannelIdx(0), id, payload), "can0");
            if idx % 40_000 == 0 {
                writer.write(&builder.finish()).unwrap();
            }
        }
        writer.write(&builder.finish()).unwrap();
        writer.close().unwrap().0.into()
    }

    fn read(range: TimeRange) -> Vec<(u64, i64)> {
        let mut found = Vec::new();
        for frames in RawRangeReader::open(file(), range).unwrap() {
            let frames = frames.unwrap();
            let view = RawView::new(&frames.batch).unwrap();
            assert_eq!(view.len(), frames.rows.len());
            for (idx, row) in frames.rows.iter().enumerate() {
                let number = view.payload(idx).try_into().map(i64::from_le_bytes);
                found.push((*row, number.unwrap()));
            }
        }
        found
    }

    #[test]
    fn frames_of_an_instant_come_with_their_row_numbers() {
        for idx in [0, 2, 33_334, 66_666, N_FRAMES - 2] {
            let time = Timestamp::from_ns(idx / 2 * 2_000);
            let found = read(TimeRange::inclusive(time, time));
            let row = u64::try_from(idx).unwrap();
            assert_eq!(found, [(row, idx), (row + 1, idx + 1)], "{idx}");
        }
        let between = TimeRange::new(Timestamp::from_ns(1), Timestamp::from_ns(2_000));
        assert_eq!(read(between), []);
        let late = Timestamp::from_ns(N_FRAMES * 2_000);
        assert_eq!(read(TimeRange::inclusive(late, late)), []);
    }

    #[test]
    fn a_stretch_gives_all_its_frames_in_order() {
        let range = TimeRange::new(Timestamp::from_ns(10_001), Timestamp::from_ns(80_000_000));
        let found = read(range);
        let expected: Vec<(u64, i64)> = (12..80_000)
            .map(|idx| (u64::try_from(idx).unwrap(), idx))
            .collect();
        assert_eq!(found, expected);
        assert!(RawRangeReader::open(Bytes::from_static(b"PAR1"), range).is_err());
    }
}
