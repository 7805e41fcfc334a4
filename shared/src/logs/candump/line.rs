//! Candump's lines as a log of lines.

use super::parse::{Parsed, parse_line};
use crate::logs::sink::FrameSink;
use crate::logs::text::LineFormat;
use crate::logs::{LogFormat, SkipReason};

/// See the [module](super).
pub(in crate::logs) struct CandumpLines;

impl LineFormat for CandumpLines {
    const FORMAT: LogFormat = LogFormat::Candump;

    fn line(&mut self, line: &[u8], frames: &mut FrameSink<'_>) -> Result<(), SkipReason> {
        match parse_line(line)? {
            Parsed::Nothing => Ok(()),
            Parsed::Frame { channel, frame } => frames.push(channel, frame),
        }
    }
}
