//! Logs that are written: read back by our own readers, by python-can and by asammdf.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

#[path = "../test_data/mod.rs"]
mod test_data;

/// Any frame at all, written and read back: whatever differs has been counted.
mod any_frames;
/// Inputs merged, selected and refused.
mod conversion;
/// Frames written and read back, and what differs.
mod differences;
/// Python programs that read what we write, and write what we read.
mod python;
/// Every log of the test data in every format.
mod real_logs;
/// What stands in the files, for those who know the formats.
mod shapes;
