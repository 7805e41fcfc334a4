//! Files that appear whole: written beside their place under a name that nobody else has, then given
//! theirs. What was there before stays as it was until then, and if writing fails.

use std::fs::{File, OpenOptions};
use std::io::{self, BufWriter, Write as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

/// Writes a file. Its content is on the disk before it takes its name, so that a loss of power leaves
/// the old one or the new.
pub fn write(
    target: &Path,
    content: impl FnOnce(&mut BufWriter<File>) -> io::Result<()>,
) -> io::Result<()> {
    let mut draft = Draft::begin(target)?;
    content(draft.file())?;
    draft.finish()
}

/// A file that is written piece by piece. Dropped before its end, it leaves nothing behind.
#[derive(Debug)]
pub struct Draft {
    writer: BufWriter<File>,
    /// Where it is meanwhile and where it goes; a pipe or a device takes what it is given.
    part: Option<(PartFile, PathBuf)>,
}

impl Draft {
    /// Of a file that is to be there, or to be replaced.
    pub fn begin(target: &Path) -> io::Result<Self> {
        // A link stays one: what it points to is replaced.
        let target = target
            .canonicalize()
            .unwrap_or_else(|_not_there| target.to_owned());
        let is_special = std::fs::metadata(&target).is_ok_and(|it| !it.is_file());
        if is_special {
            let file = OpenOptions::new().write(true).open(&target)?;
            return Ok(Self {
                writer: BufWriter::new(file),
                part: None,
            });
        }
        let part = PartFile::beside(&target);
        let file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .open(part.path())?;
        Ok(Self {
            writer: BufWriter::new(file),
            part: Some((part, target)),
        })
    }

    /// Where its content goes.
    pub fn file(&mut self) -> &mut BufWriter<File> {
        &mut self.writer
    }

    /// Puts what was written onto the disk: what is left to be done needs no more room.
    pub fn sync(&mut self) -> io::Result<()> {
        self.writer.flush()?;
        if self.part.is_some() {
            self.writer.get_ref().sync_all()?;
        }
        Ok(())
    }

    /// Gives it its name, once it is on the disk.
    pub fn finish(mut self) -> io::Result<()> {
        self.sync()?;
        match self.part {
            None => Ok(()),
            Some((part, target)) => part.rename(&target),
        }
    }
}

/// A file on its way. What was not renamed is removed.
#[derive(Debug)]
pub struct PartFile(PathBuf);

impl PartFile {
    /// In the folder of `target`.
    pub fn beside(target: &Path) -> Self {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let process = std::process::id();
        // Not made from the name of the target, which may be as long as names can be.
        Self(target.with_file_name(format!(".canlake-{process}-{count}.part")))
    }

    /// Where it is meanwhile.
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// Gives it its name; a file of that name is replaced.
    pub fn rename(self, target: &Path) -> io::Result<()> {
        std::fs::rename(&self.0, target)
    }
}

impl Drop for PartFile {
    fn drop(&mut self) {
        // After a renaming there is nothing to remove; else half a file is of no use, and that it
        // cannot be removed changes nothing.
        drop(std::fs::remove_file(&self.0));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let entries = std::fs::read_dir(folder).unwrap();
        let mut names: Vec<_> = entries
            .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn a_file_is_whole_or_as_it_was() {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("a.txt");
        write(&target, |file| file.write_all(b"first")).unwrap();
        let failed = write(&target, |file| {
            file.write_all(b"half")?;
            Err(io::Error::other("no more"))
        });
        assert_eq!(failed.unwrap_err().to_string(), "no more");
        assert_eq!(std::fs::read(&target).unwrap(), b"first");
        write(&target, |file| file.write_all(b"second")).unwrap();
        assert_eq!(std::fs::read(&target).unwrap(), b"second");
        assert_eq!(names(folder.path()), ["a.txt"]);
    }

    #[test]
    fn half_a_draft_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let mut draft = Draft::begin(&folder.path().join("a.txt")).unwrap();
        draft.file().write_all(b"half").unwrap();
        drop(draft);
        assert!(names(folder.path()).is_empty());
    }

    #[cfg(unix)]
    #[test]
    fn a_link_stays_a_link() {
        let folder = tempfile::tempdir().unwrap();
        let (real, link) = (folder.path().join("real"), folder.path().join("link"));
        std::fs::write(&real, "old").unwrap();
        std::os::unix::fs::symlink(&real, &link).unwrap();
        write(&link, |file| file.write_all(b"new")).unwrap();
        assert_eq!(std::fs::read(&real).unwrap(), b"new");
        assert!(link.is_symlink());
    }
}
