//! From a batch to a durable file of the lake.
//!
//! ```text
//! batch ─► Parquet bytes ─► .<name>.part ─► fsync ─► rename to <name> ─► fsync of the folder
//! ```
//!
//! Under its final name a file is complete, whatever happens; a `.part` file is what a power cut
//! left of one that was not. The directory is the only truth: the next sequence number is read from
//! it at start-up. No journal of the open batch, no limits and no upload yet.

mod encode;

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use canlake_shared::lake::{BootId, ObjectKey, RawName, VehicleId};
use canlake_shared::schema::ContentHash;
use canlake_shared::time::Timestamp;

pub use encode::{EncodeError, encode};

/// A file could not be stored.
#[derive(Debug, thiserror::Error)]
pub enum SpoolError {
    /// The folder cannot be listed at start-up.
    #[error("cannot list the data folder {path}", path = path.display())]
    List {
        /// Which folder.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// The file could not be made durable; nothing is left under its final name.
    #[error("cannot write {path}", path = path.display())]
    Write {
        /// The final name.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
}

/// The folder in which recordings of one vehicle wait to be uploaded.
#[derive(Debug)]
pub struct Spool {
    dir: PathBuf,
    vehicle: VehicleId,
    boot_id: BootId,
    next_sequence: u32,
}

impl Spool {
    /// Opens a folder, which need not exist, and goes on counting where this boot stopped.
    ///
    /// A boot id of zero is no boot: files then depend on nothing but what is in them, and counting
    /// begins at 0.
    pub fn open(dir: &Path, vehicle: VehicleId, boot_id: BootId) -> Result<Self, SpoolError> {
        let mut spool = Self {
            dir: dir.to_owned(),
            vehicle,
            boot_id,
            next_sequence: 0,
        };
        if boot_id != BootId::default() {
            let root = dir.join(format!("vehicle_id={}", spool.vehicle));
            spool.count_from(&root, 3)?;
        }
        Ok(spool)
    }

    /// Raises the sequence number above those of this boot's files, `depth` folders deep.
    fn count_from(&mut self, dir: &Path, depth: u32) -> Result<(), SpoolError> {
        let failed = |source| SpoolError::List {
            path: dir.to_owned(),
            source,
        };
        let entries = match fs::read_dir(dir) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            Err(error) => return Err(failed(error)),
        };
        for entry in entries {
            let entry = entry.map_err(failed)?;
            if depth > 0 {
                if entry.file_type().map_err(failed)?.is_dir() {
                    self.count_from(&entry.path(), depth - 1)?;
                }
                continue;
            }
            let name = entry.file_name().to_str().map(str::parse::<RawName>);
            if let Some(Ok(name)) = name
                && name.boot_id == self.boot_id
            {
                self.next_sequence = self.next_sequence.max(name.sequence.saturating_add(1));
            }
        }
        Ok(())
    }

    /// Stores a raw file whose earliest frame is at `first`. When this returns, it is on the disk.
    pub fn store(&mut self, first: Timestamp, bytes: &[u8]) -> Result<PathBuf, SpoolError> {
        let hash = ContentHash::of(bytes);
        let name = RawName::new(first, self.boot_id, self.next_sequence, hash);
        let key = ObjectKey::raw(self.vehicle.clone(), &name);
        // As in the original, the area's own folder is not part of the path.
        let folders = key.partition().map(ToString::to_string).unwrap_or_default();
        let path = self.dir.join(&folders).join(key.name());
        Self::write(&path, bytes).map_err(|source| SpoolError::Write {
            path: path.clone(),
            source,
        })?;
        self.next_sequence = self.next_sequence.saturating_add(1);
        Ok(path)
    }

    fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
        let (Some(folder), Some(name)) = (path.parent(), path.file_name()) else {
            return Err(io::Error::other("not a path of a file"));
        };
        make_durable_dirs(folder)?;
        let part = folder.join(format!(".{}.part", name.to_string_lossy()));
        let written = (|| {
            let mut file = File::create(&part)?;
            file.write_all(bytes)?;
            file.sync_all()?;
            drop(file);
            fs::rename(&part, path)
        })();
        if let Err(error) = written {
            // The first error is the one to tell; a leftover has no final name and harms nobody.
            fs::remove_file(&part).unwrap_or_default();
            return Err(error);
        }
        File::open(folder)?.sync_all()
    }
}

/// Creates missing folders, each made durable in its parent.
fn make_durable_dirs(folder: &Path) -> io::Result<()> {
    if folder.as_os_str().is_empty() || folder.is_dir() {
        return Ok(());
    }
    let parent = folder.parent().unwrap_or(Path::new(""));
    make_durable_dirs(parent)?;
    match fs::create_dir(folder) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
        _ => {}
    }
    let parent = if parent.as_os_str().is_empty() {
        Path::new(".")
    } else {
        parent
    };
    File::open(parent)?.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIRST: Timestamp = Timestamp::from_ns(1_771_804_800_000_000_000);

    fn open(dir: &Path, boot_id: u32) -> Spool {
        Spool::open(dir, VehicleId::new("V1").unwrap(), BootId(boot_id)).unwrap()
    }

    #[test]
    fn stored_under_the_contracts_path_and_nothing_left_over() {
        let dir = tempfile::tempdir().unwrap();
        let path = open(dir.path(), 0xABCD_EF01).store(FIRST, b"abc").unwrap();
        let relative = path.strip_prefix(dir.path()).unwrap();
        let expected = "vehicle_id=V1/year=2026/month=02/day=23/20260223T000000Z-abcdef01-00000000-ba7816bf8f01_raw.parquet";
        assert_eq!(relative, Path::new(expected));
        assert_eq!(fs::read(&path).unwrap(), b"abc");
        assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 1);
    }

    #[test]
    fn counting_goes_on_within_a_boot_and_starts_again_in_the_next() {
        let dir = tempfile::tempdir().unwrap();
        let sequence = |spool: &mut Spool, first| {
            let path = spool.store(first, b"abc").unwrap();
            let name = path.file_name().unwrap().to_str().unwrap();
            name.parse::<RawName>().unwrap().sequence
        };
        let mut spool = open(dir.path(), 7);
        assert_eq!(sequence(&mut spool, FIRST), 0);
        assert_eq!(sequence(&mut spool, FIRST + 86_400_000_000_000), 1);
        assert_eq!(sequence(&mut open(dir.path(), 7), FIRST), 2);
        assert_eq!(sequence(&mut open(dir.path(), 8), FIRST), 0);
        assert_eq!(sequence(&mut open(dir.path(), 0), FIRST), 0);
        assert_eq!(sequence(&mut open(dir.path(), 0), FIRST), 0);
    }

    #[test]
    fn a_disk_that_cannot_be_written_is_an_error_with_the_path() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("vehicle_id=V1"), b"in the way").unwrap();
        let result = open(dir.path(), 0).store(FIRST, b"abc");
        let message = result.unwrap_err().to_string();
        assert!(message.contains("vehicle_id=V1"), "{message}");
    }
}
