//! A batch as the bytes of a raw Parquet file.

use canlake_shared::can::{ChannelName, ChannelTable};
use canlake_shared::lake::VehicleId;
use canlake_shared::schema::footer::Recording;
use canlake_shared::schema::{FileKind, FileSummary, RawBatchBuilder, raw_schema};
use canlake_shared::time::TimeRange;
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::errors::ParquetError;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::WriterProperties;

use crate::batch::Batch;

const WRITER: &str = concat!("canlake-edge ", env!("CARGO_PKG_VERSION"));

/// The Parquet writer refused a batch: a bug, or memory that ran out.
#[derive(Debug, thiserror::Error)]
#[error("cannot encode {frames} frames as Parquet")]
pub struct EncodeError {
    /// Frames of the batch, which are lost.
    pub frames: usize,
    /// What the library said.
    #[source]
    pub source: ParquetError,
}

/// The file of a batch: the contract's columns, and in the footer what the recorder knows.
pub fn encode(
    batch: &Batch,
    channels: &ChannelTable,
    vehicle: &VehicleId,
    recording: Recording,
) -> Result<Vec<u8>, EncodeError> {
    let failed = |source| EncodeError {
        frames: batch.frames.len(),
        source,
    };
    let mut rows = RawBatchBuilder::new(vehicle.as_str());
    for frame in &batch.frames {
        let channel = channels.name(frame.channel).map_or("", ChannelName::as_str);
        rows.push(frame, channel);
    }
    let last = batch.frames.iter().map(|frame| frame.timestamp).max();
    let summary = FileSummary {
        writer: Some(WRITER.to_owned()),
        rows: batch.frames.len() as u64,
        time_range: last.map(|last| TimeRange::inclusive(batch.first(), last)),
        recording,
        ..FileSummary::unknown(FileKind::Raw)
    };
    let metadata = summary.to_key_values().into_iter();
    let metadata = metadata.map(|(key, value)| KeyValue::new(key.to_owned(), value));
    let level = ZstdLevel::try_new(3).map_err(failed)?;
    let properties = WriterProperties::builder()
        .set_compression(Compression::ZSTD(level))
        .set_created_by(WRITER.to_owned())
        .set_key_value_metadata(Some(metadata.collect()))
        .build();
    let mut writer =
        ArrowWriter::try_new(Vec::new(), raw_schema(), Some(properties)).map_err(failed)?;
    writer.write(&rows.finish()).map_err(failed)?;
    writer.into_inner().map_err(failed)
}
