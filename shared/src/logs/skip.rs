//! What a reader could not return as a frame: exact counts, and the first few with their places.
//!
//! The detail is bounded per reason, so that a file full of one fault does not hide another.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

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
    /// The log ends in the middle of a record, as when the recorder lost its power.
    RecordCut,
    /// Bytes that are no record, or one that contradicts itself; what is whole behind it is read.
    RecordDamaged,
    /// A piece is packed in a way that is not known here; what follows it is read.
    UnknownCompression,
    /// A recorder notes that it is about to send: the frame itself follows in a record of its own.
    RequestToSend,
    /// A packet of another network than CAN.
    OtherNetwork,
    /// A line of a table does not have the columns that its head names.
    NotARow,
    /// A channel of a measurement whose values are of a kind that is not read.
    ChannelNotRead,
    /// A file in an archive is no log that can be read.
    NotALog,
    /// A file in an archive has to be unpacked first: its format is not read from front to back, and
    /// it is too large for memory.
    MustBeUnpacked,
    /// A file in an archive needs a password.
    Encrypted,
    /// The directory of an archive, or the head of a file in it, is damaged.
    ArchiveDamaged,
    /// The log unpacks to so much that it must be a trap.
    ExpandsTooFar,
    /// The compressed data ends early: a piece at the end of the log is missing.
    CompressedDataCut,
    /// The compressed data is damaged: from here on nothing can be read.
    CompressedDataDamaged,
}

impl SkipReason {
    /// Records are missing: at the end, or before others.
    pub(crate) const fn lost(is_cut: bool) -> Self {
        if is_cut {
            Self::RecordCut
        } else {
            Self::RecordDamaged
        }
    }

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
            Self::RecordCut => "the log ends in the middle of a record",
            Self::RecordDamaged => "damaged, read on behind it",
            Self::UnknownCompression => "packed in an unknown way",
            Self::RequestToSend => "request to send, not a frame on the bus",
            Self::OtherNetwork => "packet of another network than CAN",
            Self::NotARow => "not a row of the table",
            Self::ChannelNotRead => "channel of a kind that is not read",
            Self::NotALog => "not a log of a known format",
            Self::MustBeUnpacked => "too large to be read as it is packed, unpack it first",
            Self::Encrypted => "encrypted",
            Self::ArchiveDamaged => "the archive is damaged, what is whole is read",
            Self::ExpandsTooFar => "unpacks to more than a log could hold, the rest is not read",
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
    /// The file it is in, where the log is an archive of several.
    pub member: Option<Arc<str>>,
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
        if let Some(member) = &self.member {
            write!(f, "{member}: ")?;
        }
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
                member: None,
                line,
                offset,
                reason,
                excerpt: excerpt(bytes, Self::EXCERPT_BYTES),
            });
        }
    }

    /// Adds what was skipped of one file of an archive.
    pub(super) fn append(&mut self, other: &Self, member: &str) {
        let member: Arc<str> = excerpt(member.as_bytes(), Self::EXCERPT_BYTES).into();
        for one in &other.first {
            let known = self.first.iter().filter(|known| known.reason == one.reason);
            if (known.count() as u64) < Self::DETAILS_PER_REASON {
                self.first.push(Skipped {
                    member: Some(Arc::clone(&member)),
                    ..one.clone()
                });
            }
        }
        for (reason, count) in other.counts() {
            *self.counts.entry(reason).or_default() += count;
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
