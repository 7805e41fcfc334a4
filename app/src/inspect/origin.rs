//! What the decoded files of a signal were made of: raw files and DBC files.

use std::collections::{BTreeMap, HashMap};
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use canlake_shared::lake::{Area, ObjectKey, Partition, RawName};
use canlake_shared::schema::footer::DbcSource;
use canlake_shared::schema::{ContentHash, HashingWriter};
use canlake_shared::time::{NS_PER_DAY, TimeRange};
use parking_lot::Mutex;

use super::SourceCheck;
use crate::source::Catalogue;

/// Raw files larger than this are not hashed to find out whether they are the right ones.
const MAX_HASHED_BYTES: u64 = 64 << 20;

/// Decoded files by the inputs that they were made of, where the program made them itself.
pub type Inputs = BTreeMap<PathBuf, PathBuf>;

/// What the files of a vehicle were made of.
#[derive(Clone, Debug, Default)]
pub struct Origin {
    /// The decoded files, by path.
    pub files: Vec<FileOrigin>,
    /// The DBC files that their footers name, each once, in order of precedence.
    pub dbc: Vec<DbcSource>,
    /// The programs that decoded, each once.
    pub decoders: Vec<String>,
}

/// What one decoded file was made of.
#[derive(Clone, Debug)]
pub struct FileOrigin {
    /// The decoded file.
    pub decoded: PathBuf,
    /// From its first sample to after its last.
    pub range: TimeRange,
    /// The input that this program decoded it from.
    pub input: Option<PathBuf>,
    /// Hashes of the raw files inside, as its footer names them.
    pub sources: Vec<ContentHash>,
}

/// A file that may hold the frames of a decoded file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RawPlace {
    /// The file.
    pub path: PathBuf,
    /// How sure that is.
    pub check: SourceCheck,
}

impl Origin {
    /// Of the files of a vehicle that have samples in a range.
    pub fn of(catalogue: &Catalogue, vehicle: &str, range: TimeRange, inputs: &Inputs) -> Self {
        let mut origin = Self::default();
        let files = catalogue.decoded_files.iter();
        for file in files.filter(|it| *it.vehicle == *vehicle && it.range.overlaps(range)) {
            origin.files.push(FileOrigin {
                decoded: file.path.to_path_buf(),
                range: file.range,
                input: inputs.get(&*file.path).cloned(),
                sources: file.sources.clone(),
            });
            let Some(dbc) = &file.dbc else {
                continue;
            };
            for source in &dbc.files {
                if !origin.dbc.contains(source) {
                    origin.dbc.push(source.clone());
                }
            }
            if !origin.decoders.contains(&dbc.decoder) {
                origin.decoders.push(dbc.decoder.clone());
            }
        }
        origin
    }
}

impl FileOrigin {
    /// What the file is to the user: the input that was opened, else the file itself.
    pub fn shown(&self) -> &Path {
        self.input.as_deref().unwrap_or(&self.decoded)
    }

    /// Where the frames are: files that are there, the most likely first.
    ///
    /// That is what this program decoded; else, in a lake, the raw file of the same name, and those
    /// whose names carry a hash that the footer names. Beside a lake: the raw file of the same name.
    pub fn raw_files(&self, hashes: &RawHashes) -> Vec<RawPlace> {
        if let Some(input) = self.input.as_ref().filter(|input| input.is_file()) {
            return vec![RawPlace {
                path: input.clone(),
                check: SourceCheck::Input,
            }];
        }
        let mut paths = Vec::new();
        let add = |paths: &mut Vec<PathBuf>, path: PathBuf| {
            if !paths.contains(&path) && path.is_file() {
                paths.push(path);
            }
        };
        let text = self.decoded.to_string_lossy().replace('\\', "/");
        if let Ok((prefix, key)) = ObjectKey::parse_with_prefix(&text) {
            let raw = key.to_area(Area::Raw);
            add(&mut paths, PathBuf::from(format!("{prefix}{raw}")));
            // Beside it, where both lie in one folder.
            add(&mut paths, self.decoded.with_file_name(raw.name()));
            // One raw file that is known to be it needs no search.
            let is_found = self.sources.len() <= 1 && paths.iter().any(|path| self.names(path));
            let partition = key.partition().filter(|_| !is_found);
            for partition in partition.into_iter().flat_map(with_day_before) {
                let folder = PathBuf::from(format!("{prefix}{}/{partition}", Area::Raw));
                for path in self.named_in(&folder) {
                    add(&mut paths, path);
                }
            }
        }
        let mut places: Vec<RawPlace> = paths
            .into_iter()
            .map(|path| RawPlace {
                check: self.check(&path, hashes),
                path,
            })
            .collect();
        places.sort_by_key(|place| place.check);
        places
    }

    /// The files of a folder whose names carry the hash of one of the sources.
    fn named_in(&self, folder: &Path) -> Vec<PathBuf> {
        if self.sources.is_empty() {
            return Vec::new();
        }
        let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
        let mut found: Vec<PathBuf> = entries
            .map(|entry| entry.path())
            .filter(|path| self.names(path))
            .collect();
        found.sort();
        found
    }

    fn names(&self, path: &Path) -> bool {
        let name = path.file_name().and_then(|name| name.to_str());
        let name = name.and_then(|name| name.parse::<RawName>().ok());
        name.is_some_and(|name| self.sources.iter().any(|hash| hash.short() == name.content))
    }

    fn check(&self, path: &Path, hashes: &RawHashes) -> SourceCheck {
        if self.sources.is_empty() {
            return SourceCheck::Name;
        }
        if self.names(path) {
            return SourceCheck::HashInName;
        }
        match hashes.of(path) {
            Some(hash) if self.sources.contains(&hash) => SourceCheck::Hash,
            Some(_) => SourceCheck::Differs,
            None => SourceCheck::Name,
        }
    }
}

/// A raw file begins in the partition of its decoded file, or on the day before.
fn with_day_before(partition: &Partition) -> Vec<Partition> {
    let before = partition.date.start().map(|start| Partition {
        vehicle: partition.vehicle.clone(),
        date: (start - NS_PER_DAY).utc_date(),
    });
    std::iter::once(partition.clone()).chain(before).collect()
}

/// Hashes of raw files, kept while the files do not change.
#[derive(Debug, Default)]
pub struct RawHashes {
    known: Mutex<HashMap<PathBuf, KnownHash>>,
}

/// The hash of a file as it was.
#[derive(Clone, Copy, Debug)]
struct KnownHash {
    bytes: u64,
    modified: Option<SystemTime>,
    hash: ContentHash,
}

impl RawHashes {
    /// The hash of a file; `None` of one that is too large or cannot be read.
    fn of(&self, path: &Path) -> Option<ContentHash> {
        let metadata = std::fs::metadata(path).ok()?;
        let (bytes, modified) = (metadata.len(), metadata.modified().ok());
        if bytes > MAX_HASHED_BYTES {
            return None;
        }
        if let Some(known) = self.known.lock().get(path)
            && (known.bytes, known.modified) == (bytes, modified)
        {
            return Some(known.hash);
        }
        let mut writer = HashingWriter::new(io::sink());
        io::copy(&mut File::open(path).ok()?, &mut writer).ok()?;
        let (_, hash) = writer.finish();
        let known = KnownHash {
            bytes,
            modified,
            hash,
        };
        self.known.lock().insert(path.to_owned(), known);
        Some(hash)
    }
}

#[cfg(test)]
mod tests {
    use canlake_shared::time::Timestamp;

    use super::*;

    fn file(decoded: PathBuf, sources: &[&[u8]]) -> FileOrigin {
        FileOrigin {
            decoded,
            range: TimeRange::ALL,
            input: None,
            sources: sources.iter().map(|bytes| ContentHash::of(bytes)).collect(),
        }
    }

    fn write(root: &Path, key: &str, content: &[u8]) -> PathBuf {
        let path = root.join(key);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, content).unwrap();
        path
    }

    const DAY: &str = "vehicle_id=V/year=2026/month=03/day=01";

    #[test]
    fn the_raw_file_of_the_same_name_is_checked_by_its_hash() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        let raw = write(root, &format!("raw/{DAY}/a_raw.parquet"), b"frames");
        let decoded = root.join(format!("decoded/{DAY}/a_decoded.parquet"));
        let hashes = RawHashes::default();
        let found = |sources: &[&[u8]]| file(decoded.clone(), sources).raw_files(&hashes);
        let place = |check| {
            vec![RawPlace {
                path: raw.clone(),
                check,
            }]
        };
        assert_eq!(found(&[b"frames"]), place(SourceCheck::Hash));
        assert_eq!(found(&[b"others"]), place(SourceCheck::Differs));
        assert_eq!(found(&[]), place(SourceCheck::Name));
    }

    #[test]
    fn a_file_of_several_recordings_finds_them_by_the_hashes_in_their_names() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        let start: Timestamp = "2026-02-28T23:59:00Z".parse().unwrap();
        let name = |content: &[u8]| {
            RawName::new(
                start,
                canlake_shared::lake::BootId(1),
                0,
                ContentHash::of(content),
            )
        };
        let before = "vehicle_id=V/year=2026/month=02/day=28";
        let wanted = write(root, &format!("raw/{before}/{}", name(b"one")), b"one");
        write(root, &format!("raw/{DAY}/{}", name(b"two")), b"two");
        let decoded = root.join(format!("decoded/{DAY}/day_decoded.parquet"));
        let places = file(decoded, &[b"one", b"gone"]).raw_files(&RawHashes::default());
        let expected = RawPlace {
            path: wanted,
            check: SourceCheck::HashInName,
        };
        assert_eq!(places, [expected]);
    }

    #[test]
    fn what_this_program_decoded_comes_from_its_input() {
        let folder = tempfile::tempdir().unwrap();
        let input = write(folder.path(), "drive.log", b"(1.0) can0 123#00");
        let mut decoded = file(folder.path().join("cache/x_decoded.parquet"), &[]);
        assert_eq!(decoded.raw_files(&RawHashes::default()), []);
        decoded.input = Some(input.clone());
        assert_eq!(decoded.shown(), input);
        let places = decoded.raw_files(&RawHashes::default());
        assert_eq!(places[0].check, SourceCheck::Input);
    }
}
