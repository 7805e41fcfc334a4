//! Logs in a zip archive, read one after the other as one log.
//!
//! Stored, deflated and zstd members are read, each packed again by gzip or zstd or not; folders are
//! passed over. A member that is no log is named in the report, as is one that is encrypted or packed
//! in another way. Channels keep their names: `can0` of one member and `can0` of the next are one.
//!
//! Damage: without its directory an archive is read member by member as they stand; what is whole of
//! a member that is cut or damaged is read. A wrong checksum is reported.
//!
//! Source: PKWARE's APPNOTE.

mod directory;
mod member;

use std::fmt;
use std::sync::Arc;
use std::vec;

use super::input::{Consumed, LogInput, is_damage, reader};
use super::read_at::ReadAt;
use super::{LogError, LogFormat, LogReader, SkipReason, SkipReport, TimeBasis};
use crate::can::{CanFrame, ChannelIdx, ChannelTable};
use directory::{Member, members};

/// Whether an archive begins so.
pub(super) fn looks_like(head: &[u8]) -> bool {
    head.starts_with(b"PK\x03\x04") || head.starts_with(b"PK\x05\x06")
}

/// Opens an archive at its first log.
pub(super) fn open(
    archive: Arc<dyn ReadAt>,
    consumed: Consumed,
    name: &str,
) -> Result<Box<dyn LogReader>, LogError> {
    let (members, is_damaged) = members(&archive);
    let mut skipped = SkipReport::default();
    if is_damaged {
        skipped.add(None, 0, SkipReason::ArchiveDamaged, b"");
    }
    let mut rest = Rest {
        archive,
        members: members.into_iter(),
        consumed,
        skipped,
        name: name.to_owned(),
    };
    let Some(current) = rest.next_log()? else {
        return Err(LogError::NoLogInArchive {
            members: rest.names_seen(),
            name: rest.name,
        });
    };
    let report = rest.skipped.clone();
    Ok(Box::new(ZipReader {
        format: current.reader.format(),
        current: Some(current),
        rest,
        channels: ChannelTable::default(),
        basis_before: TimeBasis::default(),
        basis: TimeBasis::default(),
        report,
    }))
}

/// The members not opened yet, and what is known of those that were.
struct Rest {
    archive: Arc<dyn ReadAt>,
    members: vec::IntoIter<Member>,
    consumed: Consumed,
    /// What was skipped of members done with.
    skipped: SkipReport,
    name: String,
}

/// A member being read.
struct Current {
    reader: Box<dyn LogReader>,
    member: String,
    /// The channels of the member as channels of the archive.
    channels: Vec<ChannelIdx>,
}

impl Rest {
    /// Opens the next member that is a log.
    fn next_log(&mut self) -> Result<Option<Current>, LogError> {
        for member in self.members.by_ref() {
            let mut skip = |reason, excerpt: &str| {
                let mut report = SkipReport::default();
                report.add(None, 0, reason, excerpt.as_bytes());
                self.skipped.append(&report, &member.name);
            };
            let (bytes, plain) = match member.open(&self.archive, &self.consumed) {
                Ok(opened) => opened,
                Err(reason) => {
                    skip(reason, "");
                    continue;
                }
            };
            let name = format!("{} in {}", member.name, self.name);
            let input = LogInput::new(bytes, plain, self.consumed.clone(), &name);
            match input.and_then(reader) {
                Ok(reader) => {
                    return Ok(Some(Current {
                        reader,
                        member: member.name,
                        channels: Vec::new(),
                    }));
                }
                Err(LogError::UnknownFormat { excerpt, .. }) => {
                    skip(SkipReason::NotALog, &excerpt);
                }
                Err(LogError::MustBeUnpacked { .. }) => skip(SkipReason::MustBeUnpacked, ""),
                Err(LogError::Empty { .. } | LogError::NoLogInArchive { .. }) => {
                    skip(SkipReason::NotALog, "");
                }
                Err(LogError::Io { source, .. }) if is_damage(&source) => {
                    skip(SkipReason::CompressedDataDamaged, "");
                }
                Err(error @ LogError::Io { .. }) => return Err(error),
            }
        }
        Ok(None)
    }

    fn names_seen(&self) -> String {
        let members = self.skipped.details().iter();
        let names: Vec<&str> = members.filter_map(|one| one.member.as_deref()).collect();
        if names.is_empty() {
            "it is empty".to_owned()
        } else {
            names.join(", ")
        }
    }
}

/// The logs of an archive, one after the other.
struct ZipReader {
    current: Option<Current>,
    rest: Rest,
    format: LogFormat,
    channels: ChannelTable,
    /// Of members done with, and with the one being read.
    basis_before: TimeBasis,
    basis: TimeBasis,
    report: SkipReport,
}

impl ZipReader {
    /// Frames appended from `first` on get the archive's channels.
    fn take_in(&mut self, frames: &mut [CanFrame]) {
        let Some(current) = &mut self.current else {
            return;
        };
        let names = current.reader.channels().names();
        for name in names.iter().skip(current.channels.len()) {
            current.channels.push(self.channels.intern(name.as_str()));
        }
        for frame in frames {
            let idx = current.channels.get(usize::from(frame.channel.0));
            frame.channel = idx.copied().unwrap_or_default();
        }
        self.basis = joined(self.basis_before, current.reader.time_basis());
        if current.reader.skipped().total() > 0 {
            self.report = self.rest.skipped.clone();
            self.report
                .append(current.reader.skipped(), &current.member);
        }
    }
}

/// What the times of two logs count from.
fn joined(one: TimeBasis, other: TimeBasis) -> TimeBasis {
    match (one, other) {
        (TimeBasis::Unknown, basis) | (basis, TimeBasis::Unknown) => basis,
        (one, other) if one == other => one,
        _ => TimeBasis::Mixed,
    }
}

impl LogReader for ZipReader {
    fn format(&self) -> LogFormat {
        self.format
    }

    fn read(&mut self, frames: &mut Vec<CanFrame>, max: usize) -> Result<usize, LogError> {
        while let Some(current) = &mut self.current {
            let first = frames.len();
            let outcome = current.reader.read(frames, max);
            self.take_in(frames.get_mut(first..).unwrap_or_default());
            match outcome {
                Ok(0) => {}
                Ok(n) => return Ok(n),
                Err(error) => {
                    self.current = None;
                    return Err(error);
                }
            }
            self.rest.skipped = self.report.clone();
            self.basis_before = self.basis;
            self.current = self.rest.next_log()?;
            self.report = self.rest.skipped.clone();
            if let Some(current) = &self.current {
                self.format = current.reader.format();
            }
        }
        Ok(0)
    }

    fn channels(&self) -> &ChannelTable {
        &self.channels
    }

    fn skipped(&self) -> &SkipReport {
        &self.report
    }

    fn time_basis(&self) -> TimeBasis {
        self.basis
    }

    fn bytes_read(&self) -> u64 {
        self.rest.consumed.get()
    }
}

impl fmt::Debug for ZipReader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ZipReader")
            .field("name", &self.rest.name)
            .field("format", &self.format)
            .finish_non_exhaustive()
    }
}
