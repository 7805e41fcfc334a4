//! Frames as python-can reads them (`formats/frames_expected.parquet`), for the tests of log formats.

use std::fs::File;
use std::path::Path;

use arrow::array::{ArrayRef, AsArray as _, RecordBatch};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Float64Type, Int64Type};
use canlake_shared::can::FrameFlags;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

use crate::log::Log;

/// One row of the file.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct ExpectedFrame {
    pub(crate) seconds: f64,
    pub(crate) channel: String,
    pub(crate) id: i64,
    pub(crate) is_extended: bool,
    pub(crate) flags: FrameFlags,
    pub(crate) len: i64,
    pub(crate) data: Vec<u8>,
}

/// What is expected of one file, by the end of its path.
pub(crate) fn expected(dir: &Path, name: &str) -> Vec<ExpectedFrame> {
    let path = dir.join("formats/frames_expected.parquet");
    let builder = ParquetRecordBatchReaderBuilder::try_new(File::open(path).unwrap()).unwrap();
    let batches = builder.build().unwrap().map(Result::unwrap);
    let frames: Vec<ExpectedFrame> = batches.flat_map(|batch| rows(&batch, name)).collect();
    assert!(!frames.is_empty(), "{name}");
    frames
}

fn column(batch: &RecordBatch, name: &str, data_type: &DataType) -> ArrayRef {
    cast(batch.column_by_name(name).unwrap(), data_type).unwrap()
}

fn rows(batch: &RecordBatch, name: &str) -> Vec<ExpectedFrame> {
    let text = |name| column(batch, name, &DataType::Utf8);
    let integer = |name| column(batch, name, &DataType::Int64);
    let (files, channels) = (text("file"), text("channel"));
    let (ids, lens) = (integer("arbitration_id"), integer("dlc"));
    let seconds = column(batch, "timestamp_s", &DataType::Float64);
    let data = column(batch, "data", &DataType::Binary);
    let bit = |name, row| batch.column_by_name(name).unwrap().as_boolean().value(row);
    let of_file =
        (0..batch.num_rows()).filter(|row| files.as_string::<i32>().value(*row).ends_with(name));
    of_file
        .map(|row| ExpectedFrame {
            seconds: seconds.as_primitive::<Float64Type>().value(row),
            channel: channels.as_string::<i32>().value(row).to_owned(),
            id: ids.as_primitive::<Int64Type>().value(row),
            is_extended: bit("is_extended", row),
            flags: FrameFlags::NONE
                .with(FrameFlags::REMOTE, bit("is_remote", row))
                .with(FrameFlags::ERROR, bit("is_error", row))
                .with(FrameFlags::FD, bit("is_fd", row))
                .with(FrameFlags::BRS, bit("brs", row))
                .with(FrameFlags::ESI, bit("esi", row))
                .with(FrameFlags::TX, !bit("is_rx", row)),
            len: lens.as_primitive::<Int64Type>().value(row),
            data: data.as_binary::<i32>().value(row).to_vec(),
        })
        .collect()
}

/// Asserts that a log gives the frames expected, its channels being named by `channel`.
pub(crate) fn assert_equal(
    name: &str,
    log: &Log,
    expected: &[ExpectedFrame],
    channel: impl Fn(&str) -> String,
) {
    assert_eq!(log.frames.len(), expected.len(), "{name}");
    for (i, (frame, expected)) in log.frames.iter().zip(expected).enumerate() {
        let found = ExpectedFrame {
            seconds: frame.timestamp.as_ns() as f64 / 1e9,
            channel: log.channel(frame).to_owned(),
            id: i64::from(frame.id.number()),
            is_extended: frame.id.is_extended(),
            flags: frame.flags,
            len: i64::from(frame.len),
            data: frame.payload.to_vec(),
        };
        let difference = found.seconds - expected.seconds;
        assert!(difference.abs() < 1e-6, "{name} frame {i}: {difference} s");
        let expected = ExpectedFrame {
            seconds: found.seconds,
            channel: channel(&expected.channel),
            ..expected.clone()
        };
        assert_eq!(found, expected, "{name} frame {i}");
    }
}

/// Reads a file of the test data.
pub(crate) fn read_file(path: &Path) -> Log {
    Log::read(std::fs::read(path).unwrap())
}
