//! What is in a zip archive: by its directory, or by the heads of the members where the directory is
//! missing or damaged.

use std::sync::Arc;

use crate::endian::Endian::Little;
use crate::logs::read_at::{ReadAt, Stretch, read_exact_at};
use crate::logs::window::Window;

const MEMBER: &[u8] = b"PK\x03\x04";
const ENTRY: &[u8] = b"PK\x01\x02";
const END: &[u8] = b"PK\x05\x06";
const END_64: &[u8] = b"PK\x06\x06";
const LOCATOR_64: &[u8] = b"PK\x06\x07";

const MEMBER_BYTES: usize = 30;
const ENTRY_BYTES: usize = 46;
const END_BYTES: usize = 22;
const END_64_BYTES: usize = 56;
const LOCATOR_64_BYTES: usize = 20;
const MAX_COMMENT: usize = 0xFFFF;
/// More than any archive of logs has; rubbish must not fill the memory with names.
const MAX_MEMBERS: usize = 100_000;

/// A file in an archive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Member {
    pub(super) name: String,
    pub(super) method: u16,
    pub(super) is_encrypted: bool,
    /// Checksum of the unpacked bytes, where it is known.
    pub(super) crc: Option<u32>,
    /// Where the packed bytes are.
    pub(super) data: Data,
}

/// Where packed bytes are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Data {
    /// Behind the head at this place.
    BehindHead {
        head: u64,
        len: u64,
    },
    At {
        start: u64,
        end: u64,
    },
}

impl Member {
    /// The range of its packed bytes; `None` where its head is damaged.
    pub(super) fn range(&self, archive: &dyn ReadAt) -> Option<(u64, u64)> {
        match self.data {
            Data::At { start, end } => Some((start, end)),
            Data::BehindHead { head, len } => {
                let mut bytes = [0; MEMBER_BYTES];
                read_exact_at(archive, head, &mut bytes)?;
                let start = head.checked_add(head_len(&bytes)?)?;
                Some((start, start.checked_add(len)?))
            }
        }
    }
}

/// Length of a member's head with its name and extra fields.
fn head_len(head: &[u8]) -> Option<u64> {
    let is_head = head.starts_with(MEMBER);
    let len = u64::from(Little.u16(head, 26)?) + u64::from(Little.u16(head, 28)?);
    is_head.then_some(MEMBER_BYTES as u64 + len)
}

/// The members in the order of the archive; folders are left out. `true` says that the directory was
/// not there and members may be missing.
pub(super) fn members(archive: &Arc<dyn ReadAt>) -> (Vec<Member>, bool) {
    match by_directory(archive) {
        Some(members) => (members, false),
        None => (by_heads(archive), true),
    }
}

/// `None` where the directory is not whole.
fn by_directory(archive: &Arc<dyn ReadAt>) -> Option<Vec<Member>> {
    let directory = Directory::find(&**archive)?;
    let stretch = Stretch::new(Arc::clone(archive), directory.start, directory.end);
    let mut window = Window::new(stretch);
    let mut members = Vec::new();
    for _ in 0..directory.n_entries {
        let entry = window.peek(ENTRY_BYTES);
        if !entry.starts_with(ENTRY) {
            return None;
        }
        let len = |at| Little.u16(entry, at).map(usize::from);
        let (name_len, extra_len) = (len(28)?, len(30)?);
        let whole_len = ENTRY_BYTES + name_len + extra_len + len(32)?;
        let entry = window.peek(whole_len);
        let name = entry.get(ENTRY_BYTES..ENTRY_BYTES + name_len)?;
        let extra = entry.get(ENTRY_BYTES + name_len..ENTRY_BYTES + name_len + extra_len)?;
        let sizes = Sizes::of_entry(entry, extra)?;
        if !name.ends_with(b"/") {
            members.push(Member {
                name: String::from_utf8_lossy(name).into_owned(),
                method: Little.u16(entry, 10)?,
                is_encrypted: Little.u16(entry, 8)? & 1 != 0,
                crc: Some(Little.u32(entry, 16)?),
                data: Data::BehindHead {
                    head: sizes.head.checked_add(directory.shift)?,
                    len: sizes.packed,
                },
            });
        }
        if members.len() > MAX_MEMBERS {
            return None;
        }
        window.consume(whole_len);
    }
    Some(members)
}

struct Directory {
    start: u64,
    end: u64,
    n_entries: u64,
    /// Bytes before the archive, as in one that unpacks itself.
    shift: u64,
}

impl Directory {
    fn find(archive: &dyn ReadAt) -> Option<Self> {
        let size = archive.size().ok()?;
        let tail_at = size.saturating_sub((END_BYTES + MAX_COMMENT) as u64);
        let mut tail = vec![0; usize::try_from(size - tail_at).ok()?];
        read_exact_at(archive, tail_at, &mut tail)?;
        let is_end = |at: &[u8]| at.starts_with(END) && ends_with_comment(at);
        let at = (0..tail.len())
            .rev()
            .find(|at| is_end(tail.get(*at..).unwrap_or_default()))?;
        let end = tail.get(at..)?;
        let end_at = tail_at + at as u64;
        if let Some(large) = Self::find_64(archive, end_at) {
            return Some(large);
        }
        let (len, start) = (
            u64::from(Little.u32(end, 12)?),
            u64::from(Little.u32(end, 16)?),
        );
        Self::new(u64::from(Little.u16(end, 10)?), start, len, end_at)
    }

    fn find_64(archive: &dyn ReadAt, end_at: u64) -> Option<Self> {
        let mut locator = [0; LOCATOR_64_BYTES];
        read_exact_at(
            archive,
            end_at.checked_sub(LOCATOR_64_BYTES as u64)?,
            &mut locator,
        )?;
        if !locator.starts_with(LOCATOR_64) {
            return None;
        }
        let at = Little.u64(&locator, 8)?;
        let mut end = [0; END_64_BYTES];
        read_exact_at(archive, at, &mut end)?;
        if !end.starts_with(END_64) {
            return None;
        }
        let (len, start) = (Little.u64(&end, 40)?, Little.u64(&end, 48)?);
        Self::new(Little.u64(&end, 32)?, start, len, at)
    }

    fn new(n_entries: u64, start: u64, len: u64, end_at: u64) -> Option<Self> {
        let true_start = end_at.checked_sub(len)?;
        Some(Self {
            start: true_start,
            end: end_at,
            n_entries,
            shift: true_start.checked_sub(start)?,
        })
    }
}

fn ends_with_comment(end: &[u8]) -> bool {
    let len = Little.u16(end, 20).map(usize::from);
    len.is_some_and(|len| end.len() == END_BYTES + len)
}

struct Sizes {
    packed: u64,
    head: u64,
}

impl Sizes {
    /// Sizes of 32 bits, or of 64 in an extra field that lists those that do not fit.
    fn of_entry(entry: &[u8], extra: &[u8]) -> Option<Self> {
        let mut large = large_sizes(extra).unwrap_or_default();
        let mut size = |at: usize| match Little.u32(entry, at)? {
            u32::MAX => {
                let (size, rest) = large.split_at_checked(8)?;
                large = rest;
                Little.u64(size, 0)
            }
            small => Some(u64::from(small)),
        };
        size(24)?;
        Some(Self {
            packed: size(20)?,
            head: size(42)?,
        })
    }
}

fn large_sizes(mut extra: &[u8]) -> Option<&[u8]> {
    const LARGE_SIZES: u16 = 1;
    loop {
        let (kind, len) = (Little.u16(extra, 0)?, usize::from(Little.u16(extra, 2)?));
        let (field, rest) = extra.get(4..)?.split_at_checked(len)?;
        if kind == LARGE_SIZES {
            return Some(field);
        }
        extra = rest;
    }
}

/// Goes from head to head. A member whose size is not in its head ends where the next one begins.
fn by_heads(archive: &Arc<dyn ReadAt>) -> Vec<Member> {
    const SIZE_FOLLOWS: u16 = 1 << 3;
    let mut window = Window::new(Stretch::new(Arc::clone(archive), 0, u64::MAX));
    let mut members = Vec::new();
    let is_mark = |at: &[u8]| at == MEMBER || at == ENTRY;
    while members.len() < MAX_MEMBERS {
        window.skip_to(MEMBER.len(), is_mark);
        let head = window.peek(MEMBER_BYTES);
        let Some(len) = head_len(head) else {
            return members;
        };
        let field = |at| Little.u16(head, at).unwrap_or_default();
        let (flags, method, name_len) = (field(6), field(8), usize::from(field(26)));
        let crc = Little.u32(head, 14);
        let packed = Little.u32(head, 18).unwrap_or_default();
        let head_at = window.offset();
        let seen = window.peek(MEMBER_BYTES + name_len);
        let name = seen.get(MEMBER_BYTES..MEMBER_BYTES + name_len);
        let name = String::from_utf8_lossy(name.unwrap_or_default()).into_owned();
        window.skip(len);
        let is_size_known = flags & SIZE_FOLLOWS == 0 && packed != u32::MAX;
        if is_size_known {
            window.skip(u64::from(packed));
        } else {
            window.skip_to(MEMBER.len(), is_mark);
        }
        if !name.ends_with('/') {
            members.push(Member {
                name,
                method,
                is_encrypted: flags & 1 != 0,
                crc: crc.filter(|_| is_size_known),
                data: Data::At {
                    start: head_at + len,
                    end: window.offset(),
                },
            });
        }
    }
    members
}
