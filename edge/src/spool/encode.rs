//! A batch as the bytes of a raw Parquet file.

use canlake_shared::can::{ChannelName, ChannelTable};
use canlake_shared::lake::VehicleId;
use canlake_shared::schema::footer::Recording;
use canlake_shared::schema::{RawBatchBuilder, RawFileInfo, RawFileWriter, SchemaError};

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
    pub source: SchemaError,
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
    let info = RawFileInfo {
        vehicle: vehicle.clone(),
        writer: WRITER.to_owned(),
        recording,
    };
    let mut file = RawFileWriter::new(Vec::new(), info).map_err(failed)?;
    file.write(&rows.finish()).map_err(failed)?;
    let (bytes, _) = file.close().map_err(failed)?;
    Ok(bytes)
}
