//! Reads a candump log front to back.

use std::collections::HashMap;
use std::fmt;
use std::io;

use super::parse::{Parsed, parse_line};
use crate::can::{CanFrame, ChannelIdx, ChannelTable};
use crate::logs::input::{LogInput, ReadFailure};
use crate::logs::lines::LineReader;
use crate::logs::{LogError, LogFormat, LogReader, SkipReason, SkipReport, TimeBasis};

const UTF8_BOM: &[u8] = b"\xEF\xBB\xBF";

/// See the [module](super).
pub(in crate::logs) struct CandumpReader {
    lines: LineReader<LogInput>,
    channels: Channels,
    skipped: SkipReport,
    basis: TimeBasis,
    is_at_end: bool,
}

impl CandumpReader {
    pub(in crate::logs) fn new(input: LogInput) -> Self {
        Self {
            lines: LineReader::new(input),
            channels: Channels::default(),
            skipped: SkipReport::default(),
            basis: TimeBasis::default(),
            is_at_end: false,
        }
    }

    fn stop(&mut self, source: io::Error) -> Result<(), LogError> {
        self.is_at_end = true;
        let (line, offset) = (self.lines.next_number(), self.lines.offset());
        let reason = match LogInput::classify(&source) {
            ReadFailure::Cut => SkipReason::CompressedDataCut,
            ReadFailure::Damaged => SkipReason::CompressedDataDamaged,
            ReadFailure::Io => {
                return Err(LogError::Io {
                    offset,
                    name: self.lines.get_ref().name().to_owned(),
                    source,
                });
            }
        };
        let unfinished = self.lines.abandon();
        self.skipped.add(Some(line), offset, reason, unfinished);
        Ok(())
    }
}

impl LogReader for CandumpReader {
    fn format(&self) -> LogFormat {
        LogFormat::Candump
    }

    fn read(&mut self, frames: &mut Vec<CanFrame>, max: usize) -> Result<usize, LogError> {
        let mut count = 0;
        while count < max && !self.is_at_end {
            let line = match self.lines.next_line() {
                Ok(Some(line)) => line,
                Ok(None) => {
                    self.is_at_end = true;
                    break;
                }
                Err(error) => {
                    self.stop(error)?;
                    break;
                }
            };
            let text = match line.number {
                1 => line.bytes.strip_prefix(UTF8_BOM).unwrap_or(line.bytes),
                _ => line.bytes,
            };
            let parsed = if line.is_too_long {
                Err(SkipReason::LineTooLong)
            } else {
                parse_line(text)
            };
            let reason = match parsed {
                Ok(Parsed::Nothing) => continue,
                Ok(Parsed::Frame { channel, mut frame }) => match self.channels.index(channel) {
                    Some(idx) => {
                        frame.channel = idx;
                        self.basis = self.basis.and(frame.timestamp);
                        frames.push(frame);
                        count += 1;
                        continue;
                    }
                    None => SkipReason::TooManyChannels,
                },
                Err(reason) => reason,
            };
            self.skipped
                .add(Some(line.number), line.offset, reason, line.bytes);
        }
        Ok(count)
    }

    fn channels(&self) -> &ChannelTable {
        &self.channels.table
    }

    fn skipped(&self) -> &SkipReport {
        &self.skipped
    }

    fn time_basis(&self) -> TimeBasis {
        self.basis
    }

    fn bytes_read(&self) -> u64 {
        self.lines.get_ref().consumed()
    }
}

impl fmt::Debug for CandumpReader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CandumpReader")
            .field("name", &self.lines.get_ref().name())
            .field("offset", &self.lines.offset())
            .finish_non_exhaustive()
    }
}

/// Channel names to indices. Neighbouring frames are mostly on the same channel.
#[derive(Default)]
struct Channels {
    table: ChannelTable,
    known: HashMap<Box<[u8]>, ChannelIdx>,
    last: (Vec<u8>, ChannelIdx),
}

impl Channels {
    /// More channels than any recording has; rubbish must not fill the memory with names.
    const MAX: usize = 1024;

    fn index(&mut self, name: &[u8]) -> Option<ChannelIdx> {
        if self.last.0 == name {
            return Some(self.last.1);
        }
        let idx = match self.known.get(name) {
            Some(idx) => *idx,
            None if self.known.len() >= Self::MAX => return None,
            None => {
                let idx = self.table.intern(&String::from_utf8_lossy(name));
                self.known.insert(name.into(), idx);
                idx
            }
        };
        self.last = (name.to_vec(), idx);
        Some(idx)
    }
}
