//! What is kept from one look-up to the next.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use arrow::record_batch::RecordBatch;
use parking_lot::Mutex;

use crate::inspect::origin::RawHashes;

/// What is kept from one question to the next: hashes of raw files, and of the log that was read last
/// the frames around the last answer, because the next sample is mostly near.
#[derive(Debug, Default)]
pub struct FrameMemory {
    /// Hashes of raw files.
    pub hashes: RawHashes,
    last: Mutex<Option<LastBatch>>,
}

/// A log as it was when it was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct LogIdentity {
    path: PathBuf,
    bytes: u64,
    modified: Option<SystemTime>,
}

/// Frames of a log that follow each other.
#[derive(Clone, Debug)]
pub(super) struct LastBatch {
    log: LogIdentity,
    pub(super) first_row: u64,
    pub(super) batch: RecordBatch,
}

impl LogIdentity {
    pub(super) fn of(file: &File, path: &Path) -> Self {
        let metadata = file.metadata().ok();
        Self {
            path: path.to_owned(),
            bytes: metadata.as_ref().map_or(0, std::fs::Metadata::len),
            modified: metadata.and_then(|it| it.modified().ok()),
        }
    }
}

impl FrameMemory {
    pub(super) fn last_of(&self, log: &LogIdentity) -> Option<LastBatch> {
        self.last.lock().clone().filter(|last| last.log == *log)
    }

    pub(super) fn keep(&self, log: LogIdentity, first_row: u64, batch: RecordBatch) {
        *self.last.lock() = Some(LastBatch {
            log,
            first_row,
            batch,
        });
    }
}
