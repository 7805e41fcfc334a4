//! An input of a conversion: a log of any known format, or a raw Parquet file.

use std::fmt;
use std::sync::Arc;

use super::ConvertError;
use super::raw::RawFrames;
use crate::can::{CanFrame, ChannelTable};
use crate::logs::{self, LogReader, ReadAt, TimeBasis, read_exact_at};

/// Something to convert, open.
pub struct ConvertInput {
    name: String,
    source: Source,
}

enum Source {
    Log(Box<dyn LogReader>),
    Raw(Box<RawFrames>),
}

impl ConvertInput {
    /// Opens an input by its content; `name` appears in messages and reports only.
    pub fn open(bytes: impl ReadAt + 'static, name: &str) -> Result<Self, ConvertError> {
        let mut magic = [0; 4];
        let is_parquet = read_exact_at(&bytes, 0, &mut magic).is_some() && magic == *b"PAR1";
        let source = if is_parquet {
            let frames =
                RawFrames::open(Arc::new(bytes)).map_err(|source| raw_error(source, name))?;
            Source::Raw(Box::new(frames))
        } else {
            Source::Log(logs::open(bytes, name)?)
        };
        Ok(Self {
            name: name.to_owned(),
            source,
        })
    }

    /// The vehicle that a raw file names.
    pub fn vehicle(&self) -> Option<&str> {
        match &self.source {
            Source::Log(_) => None,
            Source::Raw(raw) => raw.vehicle(),
        }
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    pub(super) fn format(&self) -> String {
        match &self.source {
            Source::Log(log) => log.format().to_string(),
            Source::Raw(_) => "raw Parquet".to_owned(),
        }
    }

    /// Appends about `max` frames; 0 is the end.
    pub(super) fn read(
        &mut self,
        frames: &mut Vec<CanFrame>,
        max: usize,
    ) -> Result<usize, ConvertError> {
        match &mut self.source {
            Source::Log(log) => Ok(log.read(frames, max)?),
            Source::Raw(raw) => {
                let read = raw.read(frames, max);
                read.map_err(|source| raw_error(source, &self.name))
            }
        }
    }

    pub(super) fn channels(&self) -> &ChannelTable {
        match &self.source {
            Source::Log(log) => log.channels(),
            Source::Raw(raw) => raw.channels(),
        }
    }

    pub(super) fn time_basis(&self) -> TimeBasis {
        match &self.source {
            Source::Log(log) => log.time_basis(),
            Source::Raw(raw) => raw.time_basis(),
        }
    }

    pub(super) fn bytes_read(&self) -> u64 {
        match &self.source {
            Source::Log(log) => log.bytes_read(),
            Source::Raw(raw) => raw.bytes_read(),
        }
    }

    /// What gave no frame, by reason, and the places of the first of each.
    pub(super) fn skipped(&self) -> (Vec<(String, u64)>, Vec<String>) {
        match &self.source {
            Source::Log(log) => {
                let report = log.skipped();
                let counts = report.counts();
                let counts = counts.map(|(reason, count)| (reason.to_string(), count));
                let details = report.details().iter().map(ToString::to_string);
                (counts.collect(), details.collect())
            }
            Source::Raw(raw) => {
                let counts = raw.skipped().iter();
                let counts = counts.map(|(fault, count)| (fault.to_string(), *count));
                (counts.collect(), Vec::new())
            }
        }
    }
}

fn raw_error(source: crate::schema::SchemaError, name: &str) -> ConvertError {
    ConvertError::Raw {
        source,
        name: name.to_owned(),
    }
}

impl fmt::Debug for ConvertInput {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ConvertInput")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}
