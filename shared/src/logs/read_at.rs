//! Bytes at any place: what a log format with an index needs, and a file or memory can give.

use std::fs::File;
use std::io::{self, Read};
use std::sync::Arc;

use bytes::Bytes;

/// Bytes that can be read at any place, by several readers at once.
pub trait ReadAt: Send + Sync {
    /// How many there are.
    fn size(&self) -> io::Result<u64>;

    /// Reads some of the bytes from `offset` on into `target` and returns how many; 0 is the end.
    fn read_at(&self, offset: u64, target: &mut [u8]) -> io::Result<usize>;
}

impl ReadAt for File {
    fn size(&self) -> io::Result<u64> {
        Ok(self.metadata()?.len())
    }

    #[cfg(unix)]
    fn read_at(&self, offset: u64, target: &mut [u8]) -> io::Result<usize> {
        std::os::unix::fs::FileExt::read_at(self, target, offset)
    }

    #[cfg(windows)]
    fn read_at(&self, offset: u64, target: &mut [u8]) -> io::Result<usize> {
        std::os::windows::fs::FileExt::seek_read(self, target, offset)
    }
}

impl ReadAt for Bytes {
    fn size(&self) -> io::Result<u64> {
        Ok(self.len() as u64)
    }

    fn read_at(&self, offset: u64, target: &mut [u8]) -> io::Result<usize> {
        let start = usize::try_from(offset).unwrap_or(usize::MAX);
        self.get(start..).unwrap_or_default().read(target)
    }
}

/// Fills `target` with the bytes from `offset` on; `None` where they cannot all be had.
pub(crate) fn read_exact_at(source: &dyn ReadAt, offset: u64, target: &mut [u8]) -> Option<()> {
    let mut done = 0;
    while done < target.len() {
        let at = offset.checked_add(done as u64)?;
        match source.read_at(at, target.get_mut(done..)?) {
            Ok(0) => return None,
            Ok(n) => done += n,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(_) => return None,
        }
    }
    Some(())
}

/// A part of other bytes.
pub(super) struct Section {
    source: Arc<dyn ReadAt>,
    start: u64,
    end: u64,
}

impl Section {
    /// The bytes from `start` up to `end`, or to where the source ends.
    pub(super) fn new(source: Arc<dyn ReadAt>, start: u64, end: u64) -> Self {
        Self { source, start, end }
    }
}

impl ReadAt for Section {
    fn size(&self) -> io::Result<u64> {
        Ok(self.end.min(self.source.size()?).saturating_sub(self.start))
    }

    fn read_at(&self, offset: u64, target: &mut [u8]) -> io::Result<usize> {
        let at = self.start.saturating_add(offset);
        let left = usize::try_from(self.end.saturating_sub(at)).unwrap_or(usize::MAX);
        let len = target.len().min(left);
        self.source
            .read_at(at, target.get_mut(..len).unwrap_or_default())
    }
}

/// Reads a stretch of bytes from front to back.
#[derive(Clone)]
pub(crate) struct Stretch {
    source: Arc<dyn ReadAt>,
    next: u64,
    end: u64,
}

impl Stretch {
    /// The bytes from `start` up to `end`, or to where the source ends.
    pub(crate) fn new(source: Arc<dyn ReadAt>, start: u64, end: u64) -> Self {
        Self {
            source,
            next: start,
            end,
        }
    }
}

impl Read for Stretch {
    fn read(&mut self, target: &mut [u8]) -> io::Result<usize> {
        let left = usize::try_from(self.end.saturating_sub(self.next)).unwrap_or(usize::MAX);
        let len = target.len().min(left);
        let n = self
            .source
            .read_at(self.next, target.get_mut(..len).unwrap_or_default())?;
        self.next += n as u64;
        Ok(n)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stretch_ends_where_it_is_told_or_the_source_does() {
        let source: Arc<dyn ReadAt> = Arc::new(Bytes::from_static(b"0123456789"));
        let read = |start, end| {
            let mut text = String::new();
            Stretch::new(Arc::clone(&source), start, end)
                .read_to_string(&mut text)
                .unwrap();
            text
        };
        assert_eq!(read(2, 5), "234");
        assert_eq!(read(8, 50), "89");
        assert_eq!(read(50, 60), "");
        assert_eq!(read(5, 2), "");
    }
}
