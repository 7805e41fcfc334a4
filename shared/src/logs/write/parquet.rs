//! Raw Parquet, as the lake has it: see [`crate::schema`].

use std::fmt;
use std::io::Write;

use super::loss::RenamedChannel;
use super::{LogWriter, Loss, LossReport, TargetFormat, TargetInfo, WriteError};
use crate::can::{CanFrame, ChannelIdx, ChannelName, ChannelTable, FrameFlags};
use crate::schema::footer::Recording;
use crate::schema::{RawBatchBuilder, RawFileInfo, RawFileWriter};

/// Frames of one batch.
const BATCH_FRAMES: usize = 64 * 1024;

/// See the [module](self).
pub(super) struct ParquetWriter<W: Write + Send> {
    file: RawFileWriter<W>,
    builder: RawBatchBuilder,
    losses: LossReport,
    n_known: usize,
    /// Channels whose names are too long, ascending.
    cut: Vec<ChannelIdx>,
}

impl<W: Write + Send> ParquetWriter<W> {
    pub(super) fn new(sink: W, info: TargetInfo) -> Result<Self, WriteError> {
        let builder = RawBatchBuilder::new(info.vehicle.as_str());
        let info = RawFileInfo {
            vehicle: info.vehicle,
            writer: info.writer,
            recording: Recording::default(),
        };
        Ok(Self {
            file: RawFileWriter::new(sink, info)?,
            builder,
            losses: LossReport::default(),
            n_known: 0,
            cut: Vec::new(),
        })
    }

    fn note_cut_names(&mut self, channels: &ChannelTable) {
        for (i, name) in channels.names().iter().enumerate().skip(self.n_known) {
            let written = RawBatchBuilder::channel_name(name.as_str());
            if let (Ok(idx), true) = (u16::try_from(i), written != name.as_str()) {
                self.cut.push(ChannelIdx(idx));
                self.losses.renamed.push(RenamedChannel {
                    name: name.clone(),
                    written: ChannelName::new(written),
                });
            }
        }
        self.n_known = channels.names().len();
    }

    fn flush(&mut self) -> Result<(), WriteError> {
        if !self.builder.is_empty() {
            self.file.write(&self.builder.finish())?;
        }
        Ok(())
    }
}

impl<W: Write + Send> LogWriter for ParquetWriter<W> {
    fn format(&self) -> TargetFormat {
        TargetFormat::Parquet
    }

    fn write(&mut self, frames: &[CanFrame], channels: &ChannelTable) -> Result<(), WriteError> {
        self.note_cut_names(channels);
        for frame in frames {
            let name = channels.name(frame.channel);
            let name = name.map_or("", |name| name.as_str());
            let len = frame.payload.len_u8();
            if len > 0 && len != frame.len {
                let is_error = frame.flags.contains(FrameFlags::ERROR);
                self.losses.add(if is_error {
                    Loss::ErrorDetails
                } else {
                    Loss::Inconsistent
                });
                self.builder.push(&CanFrame { len, ..*frame }, name);
            } else {
                self.builder.push(frame, name);
            }
            if self.cut.binary_search(&frame.channel).is_ok() {
                self.losses.add(Loss::ChannelName);
            }
            if self.builder.len() >= BATCH_FRAMES {
                self.flush()?;
            }
        }
        Ok(())
    }

    fn finish(mut self: Box<Self>) -> Result<LossReport, WriteError> {
        self.flush()?;
        let (mut sink, _) = self.file.close()?;
        sink.flush().map_err(|source| WriteError::Io {
            format: TargetFormat::Parquet,
            source,
        })?;
        Ok(self.losses)
    }
}

impl<W: Write + Send> fmt::Debug for ParquetWriter<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ParquetWriter")
            .field("file", &self.file)
            .field("losses", &self.losses)
            .finish_non_exhaustive()
    }
}
