//! The frames of a raw Parquet file, a few at a time.

use std::collections::BTreeMap;
use std::io::BufReader;
use std::sync::Arc;

use arrow::array::RecordBatch;
use bytes::Bytes;
use parquet::errors::ParquetError;
use parquet::file::reader::{ChunkReader, Length};

use crate::can::{CanFrame, ChannelTable};
use crate::logs::{ReadAt, Stretch, TimeBasis, read_exact_at};
use crate::schema::{RawFileReader, RawView, RowFault, SchemaError};

/// See the [module](self).
pub(super) struct RawFrames {
    file: RawFileReader,
    batch: Option<RecordBatch>,
    /// Rows of the batch that were given.
    n_given: usize,
    n_rows: u64,
    channels: ChannelTable,
    basis: TimeBasis,
    size: u64,
}

impl RawFrames {
    pub(super) fn open(bytes: Arc<dyn ReadAt>) -> Result<Self, SchemaError> {
        let size = bytes
            .size()
            .map_err(|source| ParquetError::External(Box::new(source)))?;
        Ok(Self {
            file: RawFileReader::open(Chunks { bytes, size })?,
            batch: None,
            n_given: 0,
            n_rows: 0,
            channels: ChannelTable::default(),
            basis: TimeBasis::default(),
            size,
        })
    }

    pub(super) fn vehicle(&self) -> Option<&str> {
        self.file.summary().vehicle.as_deref()
    }

    pub(super) fn read(
        &mut self,
        frames: &mut Vec<CanFrame>,
        max: usize,
    ) -> Result<usize, SchemaError> {
        loop {
            if let Some(batch) = &self.batch {
                let view = RawView::new(batch)?;
                let end = view.len().min(self.n_given + max);
                let rows = self.n_given..end;
                let given = rows.filter_map(|row| view.frame(row, &mut self.channels));
                let before = frames.len();
                for frame in given {
                    self.basis = self.basis.and(frame.timestamp);
                    frames.push(frame);
                }
                self.n_rows += (end - self.n_given) as u64;
                self.n_given = end;
                if frames.len() > before {
                    return Ok(frames.len() - before);
                }
            }
            self.n_given = 0;
            self.batch = self.file.next().transpose()?;
            if self.batch.is_none() {
                return Ok(0);
            }
        }
    }

    pub(super) fn channels(&self) -> &ChannelTable {
        &self.channels
    }

    pub(super) fn time_basis(&self) -> TimeBasis {
        self.basis
    }

    pub(super) fn skipped(&self) -> &BTreeMap<RowFault, u64> {
        self.file.skipped()
    }

    /// The share of the rows that were given.
    pub(super) fn bytes_read(&self) -> u64 {
        let all = u128::from(self.file.summary().rows.max(1));
        let share = u128::from(self.size) * u128::from(self.n_rows) / all;
        u64::try_from(share).unwrap_or(u64::MAX).min(self.size)
    }
}

/// Bytes at any place as Parquet's reader wants them.
struct Chunks {
    bytes: Arc<dyn ReadAt>,
    size: u64,
}

impl Length for Chunks {
    fn len(&self) -> u64 {
        self.size
    }
}

impl ChunkReader for Chunks {
    type T = BufReader<Stretch>;

    fn get_read(&self, start: u64) -> Result<Self::T, ParquetError> {
        let bytes = Stretch::new(Arc::clone(&self.bytes), start, self.size);
        Ok(BufReader::new(bytes))
    }

    fn get_bytes(&self, start: u64, length: usize) -> Result<Bytes, ParquetError> {
        let missing = || ParquetError::EOF(format!("no {length} bytes from {start} on"));
        let end = start.checked_add(length as u64);
        if end.is_none_or(|end| end > self.size) {
            return Err(missing());
        }
        let mut bytes = vec![0; length];
        read_exact_at(&*self.bytes, start, &mut bytes).ok_or_else(missing)?;
        Ok(bytes.into())
    }
}
