//! What a reader could not return as a frame: exact counts, and the first few with their places.
//!
//! The detail is bounded per reason, so that a file full of one fault does not hide another.

use std::collections::BTreeMap;
use std::fmt;

/// Why a piece of a log gave no frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SkipReason {
    /// The line does not have the parts of a frame.
    NotAFrame,
    /// The time is no number, or no time that nanoseconds since 1970 can express.
    BadTime,
    /// The arbitration identifier is not hexadecimal or out of range.
    BadIdentifier,
    /// The payload is not hexadecimal or longer than a frame of its kind carries.
    BadPayload,
    /// A frame, and then text that does not belong to one.
    TrailingText,
    /// A frame of CAN XL, which Canlake does not store.
    CanXl,
    /// A frame of another kind of bus: LIN, `FlexRay`, Ethernet and the like.
    OtherBus,
    /// A line longer than any frame could be.
    LineTooLong,
    /// The frame is on one channel more than a log may have.
    TooManyChannels,
    /// The compressed data ends early: a piece at the end of the log is missing.
    CompressedDataCut,
    /// The compressed data is damaged: from here on nothing can be read.
    CompressedDataDamaged,
}

impl SkipReason {
    /// One short line for the user.
    pub const fn text(self) -> &'static str {
        match self {
            Self::NotAFrame => "not a frame",
            Self::BadTime => "time is not a number in range",
            Self::BadIdentifier => "arbitration id is not hexadecimal or out of range",
            Self::BadPayload => "payload is not hexadecimal or too long",
            Self::TrailingText => "text after the frame",
            Self::CanXl => "CAN XL frame, not supported",
            Self::OtherBus => "frame of another kind of bus, not read",
            Self::LineTooLong => "line too long",
            Self::TooManyChannels => "too many channels",
            Self::CompressedDataCut => "compressed data ends early",
            Self::CompressedDataDamaged => "compressed data is damaged, the rest is unreadable",
        }
    }
}

impl fmt::Display for SkipReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text())
    }
}

/// One piece of a log that gave no frame.
///
/// Printed as `line 7 (byte 301): not a frame: "rubbish"`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Skipped {
    /// Number of the line, from 1; `None` in formats without lines.
    pub line: Option<u64>,
    /// Where it begins, in bytes of the decompressed log.
    pub offset: u64,
    /// What was wrong.
    pub reason: SkipReason,
    /// Its beginning, printable; empty where there is nothing to show.
    pub excerpt: String,
}

impl fmt::Display for Skipped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(f, "line {line} (byte {}): ", self.offset)?,
            None => write!(f, "byte {}: ", self.offset)?,
        }
        f.write_str(self.reason.text())?;
        if self.excerpt.is_empty() {
            return Ok(());
        }
        write!(f, ": {:?}", self.excerpt)
    }
}

/// Everything that a reader skipped.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SkipReport {
    first: Vec<Skipped>,
    counts: BTreeMap<SkipReason, u64>,
}

impl SkipReport {
    /// How many are kept in detail for each reason.
    pub const DETAILS_PER_REASON: u64 = 20;
    const EXCERPT_BYTES: usize = 96;

    /// Counts one more, and keeps its details if it is among the first of its reason.
    pub fn add(&mut self, line: Option<u64>, offset: u64, reason: SkipReason, bytes: &[u8]) {
        let count = self.counts.entry(reason).or_default();
        *count += 1;
        if *count <= Self::DETAILS_PER_REASON {
            self.first.push(Skipped {
                line,
                offset,
                reason,
                excerpt: excerpt(bytes, Self::EXCERPT_BYTES),
            });
        }
    }

    /// How many there are in all, exactly.
    pub fn total(&self) -> u64 {
        self.counts.values().sum()
    }

    /// How many there are for each reason, exactly.
    pub fn counts(&self) -> impl Iterator<Item = (SkipReason, u64)> {
        self.counts.iter().map(|(reason, count)| (*reason, *count))
    }

    /// How many there are for one reason, exactly.
    pub fn count(&self, reason: SkipReason) -> u64 {
        self.counts.get(&reason).copied().unwrap_or(0)
    }

    /// The first of each reason, in the order of the log.
    pub fn details(&self) -> &[Skipped] {
        &self.first
    }
}

/// The beginning of `bytes` as text: what is not UTF-8 becomes U+FFFD, a cut is marked with `…`.
pub(super) fn excerpt(bytes: &[u8], max: usize) -> String {
    let head = bytes.get(..max).unwrap_or(bytes);
    let mut text = String::from_utf8_lossy(head).into_owned();
    if head.len() < bytes.len() {
        text.push('…');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn details_are_bounded_and_counts_exact() {
        let mut report = SkipReport::default();
        for line in 1..=1000 {
            report.add(Some(line), line * 10, SkipReason::NotAFrame, &[b'x'; 500]);
        }
        report.add(None, 7, SkipReason::CompressedDataCut, b"");
        assert_eq!(report.total(), 1001);
        assert_eq!(report.count(SkipReason::NotAFrame), 1000);
        assert_eq!(report.details().len(), 21);
        assert!(report.details().iter().all(|one| one.excerpt.len() < 120));
        assert_eq!(
            report.details().last().unwrap().to_string(),
            "byte 7: compressed data ends early"
        );
    }

    #[test]
    fn prints_place_reason_and_excerpt() {
        let mut report = SkipReport::default();
        report.add(Some(3), 40, SkipReason::BadTime, b"(x) can0 1#\xFF");
        assert_eq!(
            report.details()[0].to_string(),
            "line 3 (byte 40): time is not a number in range: \"(x) can0 1#\u{FFFD}\""
        );
    }
}
