//! Reads a log to its end, for the tests of log formats.

use bytes::Bytes;
use canlake_shared::can::CanFrame;
use canlake_shared::logs::{self, LogReader};

/// A log that was read to its end.
#[derive(Debug)]
pub(crate) struct Log {
    pub(crate) frames: Vec<CanFrame>,
    pub(crate) reader: Box<dyn LogReader>,
}

impl Log {
    /// Reads all of it, a few frames at a time.
    pub(crate) fn read(bytes: impl Into<Bytes>) -> Self {
        let mut reader = logs::open(bytes.into(), "test").unwrap();
        let mut frames = Vec::new();
        while reader.read(&mut frames, 100).unwrap() > 0 {}
        Self { frames, reader }
    }

    /// The name of a frame's channel.
    pub(crate) fn channel(&self, frame: &CanFrame) -> &str {
        self.reader.channels().name(frame.channel).unwrap().as_str()
    }

    /// What was skipped, as it is shown.
    pub(crate) fn skipped(&self) -> Vec<String> {
        let details = self.reader.skipped().details().iter();
        details.map(ToString::to_string).collect()
    }
}
