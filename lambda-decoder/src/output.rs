//! The decoded lake as a folder: files appear whole under their final name, or not at all.
//!
//! ```text
//! DIR/decoded/vehicle_id=…/…/.<input's hash>-<process>.part ─► fsync ─► rename ─► fsync of the folder
//! ```

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use canlake_shared::lake::{Area, ObjectKey, Partition};
use canlake_shared::schema::ContentHash;

use crate::error::JobError;
use crate::job::Lake;

/// A lake below a folder.
#[derive(Debug)]
pub struct LakeFolder {
    root: PathBuf,
    // Key of each file written by this process, with the content of its input.
    written: BTreeMap<String, ContentHash>,
}

impl LakeFolder {
    /// The lake in a folder, which need not exist.
    pub fn new(root: &Path) -> Self {
        Self {
            root: root.to_owned(),
            written: BTreeMap::new(),
        }
    }
}

impl Lake for LakeFolder {
    type Sink = PartFile;

    fn begin(&mut self, partition: &Partition, content: ContentHash) -> Result<PartFile, JobError> {
        let folder = self.root.join(format!("{}/{partition}", Area::Decoded));
        let name = format!(".{}-{}.part", content.short(), std::process::id());
        let path = folder.join(name);
        PartFile::create(&folder, &path).map_err(|source| store_error(&path, source))
    }

    fn finish(
        &mut self,
        sink: PartFile,
        key: &ObjectKey,
        content: ContentHash,
    ) -> Result<(), JobError> {
        let key = key.to_string();
        if self
            .written
            .get(&key)
            .is_some_and(|other| *other != content)
        {
            return Err(JobError::Taken { key });
        }
        let path = self.root.join(&key);
        sink.commit(&path)
            .map_err(|source| store_error(&path, source))?;
        self.written.insert(key, content);
        Ok(())
    }
}

fn store_error(path: &Path, source: io::Error) -> JobError {
    JobError::Store {
        key: path.display().to_string(),
        source,
    }
}

/// A file on its way; dropped without being committed, it is removed.
#[derive(Debug)]
pub struct PartFile {
    file: BufWriter<File>,
    path: PathBuf,
    is_committed: bool,
}

impl PartFile {
    fn create(folder: &Path, path: &Path) -> io::Result<Self> {
        fs::create_dir_all(folder)?;
        Ok(Self {
            file: BufWriter::new(File::create(path)?),
            path: path.to_owned(),
            is_committed: false,
        })
    }

    fn commit(mut self, target: &Path) -> io::Result<()> {
        self.file.flush()?;
        self.file.get_ref().sync_all()?;
        fs::rename(&self.path, target)?;
        self.is_committed = true;
        match target.parent() {
            Some(folder) => File::open(folder)?.sync_all(),
            None => Ok(()),
        }
    }
}

impl Write for PartFile {
    #[expect(
        clippy::disallowed_methods,
        reason = "the caller's `write_all` loops; this passes on what the buffer took"
    )]
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Drop for PartFile {
    fn drop(&mut self) {
        if !self.is_committed {
            // The error that led here is the one to tell; a leftover has no final name.
            fs::remove_file(&self.path).unwrap_or_default();
        }
    }
}
