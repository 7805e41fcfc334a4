//! The frames of a raw Parquet file or of a log, as batches in the raw schema: what the decoder eats.
//!
//! Takes readers, opens no path. What is no frame is left out and counted with its reason, as
//! [`RawFileReader`] and [`crate::logs`] do.

use std::collections::BTreeMap;
use std::fmt;

use arrow::record_batch::RecordBatch;
use parquet::file::reader::ChunkReader;

use crate::can::CanFrame;
use crate::logs::{self, LogError, LogReader, ReadAt};
use crate::schema::{FileSummary, RawBatchBuilder, RawFileReader, SchemaError};

/// Frames of one batch of a log.
const BATCH_FRAMES: usize = 64 * 1024;

/// Why the frames of an input cannot be read, or no further.
#[derive(Debug, thiserror::Error)]
pub enum FramesError {
    /// The Parquet file is damaged or holds something else.
    #[error(transparent)]
    Parquet(#[from] SchemaError),
    /// The log is of no known format, or its device failed.
    #[error(transparent)]
    Log(#[from] LogError),
}

/// The frames of one input, batch by batch, in the input's order. An error ends the iteration.
pub struct FrameBatches {
    source: Source,
    has_ended: bool,
}

enum Source {
    Raw(Box<RawFileReader>),
    Log {
        reader: Box<dyn LogReader>,
        frames: Vec<CanFrame>,
        builder: Box<RawBatchBuilder>,
    },
}

impl FrameBatches {
    /// The frames of a raw Parquet file.
    pub fn raw<R: ChunkReader + 'static>(file: R) -> Result<Self, FramesError> {
        let reader = RawFileReader::open(file)?;
        Ok(Self {
            source: Source::Raw(Box::new(reader)),
            has_ended: false,
        })
    }

    /// The frames of a log of any known format; `name` appears in messages only.
    pub fn log(input: impl ReadAt + 'static, name: &str) -> Result<Self, FramesError> {
        let source = Source::Log {
            reader: logs::open(input, name)?,
            frames: Vec::new(),
            builder: Box::new(RawBatchBuilder::new("")),
        };
        Ok(Self {
            source,
            has_ended: false,
        })
    }

    /// What the footer of a raw file says; logs have none.
    pub fn summary(&self) -> Option<&FileSummary> {
        match &self.source {
            Source::Raw(reader) => Some(reader.summary()),
            Source::Log { .. } => None,
        }
    }

    /// Bytes of a log consumed so far, before decompression; unknown of a raw file.
    pub fn bytes_read(&self) -> Option<u64> {
        match &self.source {
            Source::Raw(_) => None,
            Source::Log { reader, .. } => Some(reader.bytes_read()),
        }
    }

    /// What was left out so far: exact counts by reason.
    pub fn skipped(&self) -> BTreeMap<String, u64> {
        match &self.source {
            Source::Raw(reader) => {
                let skipped = reader.skipped().iter();
                skipped
                    .map(|(fault, count)| (fault.to_string(), *count))
                    .collect()
            }
            Source::Log { reader, .. } => {
                let skipped = reader.skipped().counts();
                skipped
                    .map(|(reason, count)| (reason.to_string(), count))
                    .collect()
            }
        }
    }

    /// The first pieces of each reason that were left out of a log, with their places.
    pub fn skipped_details(&self) -> Vec<String> {
        match &self.source {
            Source::Raw(_) => Vec::new(),
            Source::Log { reader, .. } => {
                let details = reader.skipped().details().iter();
                details.map(ToString::to_string).collect()
            }
        }
    }

    fn next_batch(&mut self) -> Result<Option<RecordBatch>, FramesError> {
        match &mut self.source {
            Source::Raw(reader) => Ok(reader.next().transpose()?),
            Source::Log {
                reader,
                frames,
                builder,
            } => {
                frames.clear();
                if reader.read(frames, BATCH_FRAMES)? == 0 {
                    return Ok(None);
                }
                for frame in &*frames {
                    let channel = reader.channels().name(frame.channel);
                    builder.push(frame, channel.map_or("", |name| name.as_str()));
                }
                Ok(Some(builder.finish()))
            }
        }
    }
}

impl Iterator for FrameBatches {
    type Item = Result<RecordBatch, FramesError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.has_ended {
            return None;
        }
        let batch = self.next_batch().transpose();
        self.has_ended = !matches!(batch, Some(Ok(_)));
        batch
    }
}

impl fmt::Debug for FrameBatches {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FrameBatches")
            .field("summary", &self.summary())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lake::VehicleId;
    use bytes::Bytes;

    use crate::schema::footer::Recording;
    use crate::schema::{RawFileInfo, RawFileWriter};

    #[test]
    fn a_log_and_a_raw_file_of_it_give_the_same_frames() {
        let text = Bytes::from_static(b"(1.5) can0 123#0011\nrubbish\n(2.5) can1 00000123#22\n");
        let mut log = FrameBatches::log(text.clone(), "a.log").unwrap();
        let batches: Vec<_> = log.by_ref().map(Result::unwrap).collect();
        assert_eq!(batches.len(), 1);
        assert_eq!(batches[0].num_rows(), 2);
        assert_eq!(log.skipped().values().sum::<u64>(), 1);
        assert!(log.skipped_details()[0].starts_with("line 2 "));
        assert_eq!(log.bytes_read(), Some(text.len() as u64));

        let info = RawFileInfo {
            vehicle: VehicleId::new("V1").unwrap(),
            writer: "test".to_owned(),
            recording: Recording::default(),
        };
        let mut writer = RawFileWriter::new(Vec::new(), info).unwrap();
        writer.write(&batches[0]).unwrap();
        let (bytes, _) = writer.close().unwrap();
        let raw = FrameBatches::raw(Bytes::from(bytes)).unwrap();
        assert_eq!(raw.summary().unwrap().rows, 2);
        assert!(raw.map(Result::unwrap).eq(batches));
    }

    #[test]
    fn an_input_of_another_kind_is_an_error() {
        assert!(FrameBatches::raw(Bytes::from_static(b"(1.5) can0")).is_err());
        assert!(FrameBatches::log(Bytes::from_static(b"PAR1"), "x").is_err());
    }
}
