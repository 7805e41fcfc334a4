//! Raw files and logs to decoded files in the cache, so that they open like any other source.
//!
//! Every input becomes one decoded file, named after its content's place, size and time and the DBC
//! files: the same input opens at once the second time. A file is written beside its place and
//! renamed, so that the cache never holds half of one. Memory is bounded by the decoder's runs.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};

use arrow::record_batch::RecordBatch;
use canlake_shared::dbc::{Databases, ManifestError, Matching, NoMessages};
use canlake_shared::decode::{
    DecodeError, DecodeStats, FrameBatches, FramesError, RunLimits, decode_threaded,
};
use canlake_shared::lake::VehicleId;
use canlake_shared::schema::{ContentHash, DecodedFileInfo, DecodedFileWriter, SchemaError};
use serde::{Deserialize, Serialize};

use super::kind::{InputKind, kind_of};
use super::measured;
use crate::stop::Stop;
use crate::whole_file::PartFile;

/// What the program calls itself in the files that it writes.
pub const WRITER: &str = concat!("canlake ", env!("CARGO_PKG_VERSION"));

/// Why an input could not be decoded.
#[derive(Debug, thiserror::Error)]
pub enum InputError {
    /// The file cannot be read, or the cache cannot be written.
    #[error("cannot {what} {path}", path = path.display())]
    Io {
        /// `open`, `read`, `write`.
        what: &'static str,
        /// What the operating system says.
        #[source]
        source: std::io::Error,
        /// The file.
        path: PathBuf,
    },
    /// The content is no log and no Parquet file of frames that can be read.
    #[error("cannot read {path}", path = path.display())]
    Frames {
        /// Why.
        #[source]
        source: FramesError,
        /// The file.
        path: PathBuf,
    },
    /// The manifest of DBC files breaks its rules.
    #[error("cannot use the manifest {path}", path = path.display())]
    Manifest {
        /// Where and why.
        #[source]
        source: ManifestError,
        /// The manifest.
        path: PathBuf,
    },
    /// Nobody wants it any more.
    #[error("decoding was cancelled")]
    Stopped,
    /// There is nowhere to decode to.
    #[error("no folder for the user's cache: set HOME")]
    NoCache,
    /// None of the DBC files has a message.
    #[error(transparent)]
    NoMessages(#[from] NoMessages),
    /// The decoded file cannot be encoded.
    #[error("cannot write {path}", path = path.display())]
    Parquet {
        /// Why.
        #[source]
        source: SchemaError,
        /// The file.
        path: PathBuf,
    },
}

/// What decodes frames.
#[derive(Debug)]
pub struct DbcSet {
    /// The files, and which of them belong to which vehicle and channel.
    pub databases: Databases,
    /// Says the same of two sets that decode alike: how identifiers are matched, or the rules.
    pub identity: String,
}

/// The DBC files to decode frames with, or a manifest of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DbcChoice {
    /// In order: the first that has a message wins.
    pub paths: Vec<PathBuf>,
    /// How identifiers are matched.
    pub matching: Matching,
}

/// What became of an input.
#[derive(Debug)]
pub struct DecodedInput {
    /// The decoded file in the cache.
    pub path: PathBuf,
    /// What did and did not decode.
    pub report: DecodeReport,
}

/// What became of the frames of an input. It is kept beside the decoded file, so that opening the
/// input again tells the same.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DecodeReport {
    /// Frames read.
    pub frames: u64,
    /// Frames that gave at least one value.
    pub decoded_frames: u64,
    /// Frames that gave no value, or not all of theirs, by reason.
    pub undecoded: BTreeMap<String, u64>,
    /// Values of measured signals.
    #[serde(default)]
    pub measured_values: u64,
    /// What of the input was skipped, in one line each.
    pub skipped: Vec<String>,
}

impl DecodeReport {
    fn new(stats: &DecodeStats, skipped: Vec<String>) -> Self {
        let undecoded = stats.undecoded_by_reason().into_iter();
        Self {
            frames: stats.frames,
            decoded_frames: stats.decoded_frames,
            undecoded: undecoded
                .map(|(reason, frames)| (reason.as_str().to_owned(), frames))
                .collect(),
            measured_values: 0,
            skipped,
        }
    }

    /// Where the report of a decoded file is.
    fn path(decoded: &Path) -> PathBuf {
        decoded.with_extension("report.json")
    }

    /// Of a file that is there already; `None` when it has to be decoded again.
    fn read(decoded: &Path) -> Option<Self> {
        if !decoded.exists() {
            return None;
        }
        let text = std::fs::read(Self::path(decoded)).ok()?;
        serde_json::from_slice(&text).ok()
    }

    fn write(&self, decoded: &Path) -> std::io::Result<()> {
        let text = serde_json::to_vec(self).map_err(std::io::Error::from)?;
        let target = Self::path(decoded);
        let part = PartFile::beside(&target);
        std::fs::write(part.path(), text)?;
        part.rename(&target)
    }
}

/// How much of an input is read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ReadSoFar {
    /// Frames.
    pub frames: u64,
    /// Bytes of the file, in which these frames are.
    pub bytes: u64,
}

/// Decodes one input into `cache`, unless it is told to stop. `on_progress` gets how much is read.
/// Measured signals need no DBC files.
pub fn decode(
    path: &Path,
    dbc: Option<&DbcSet>,
    cache: &Path,
    stop: &Stop,
    on_progress: impl FnMut(ReadSoFar) + Send,
) -> Result<DecodedInput, InputError> {
    let kind = kind_of(path)?;
    let target = cache.join(cached_name(path, dbc)?);
    if let Some(report) = DecodeReport::read(&target) {
        return Ok(DecodedInput {
            path: target,
            report,
        });
    }
    std::fs::create_dir_all(cache).map_err(|source| io_error("write", source, cache))?;
    let part = PartFile::beside(&target);
    let databases = dbc.map(|dbc| &dbc.databases);
    let report = write_decoded(path, kind, databases, part.path(), stop, on_progress)?;
    let finished = report.write(&target).and_then(|()| part.rename(&target));
    finished.map_err(|source| io_error("write", source, &target))?;
    Ok(DecodedInput {
        path: target,
        report,
    })
}

fn write_decoded(
    path: &Path,
    kind: InputKind,
    databases: Option<&Databases>,
    part: &Path,
    stop: &Stop,
    mut on_progress: impl FnMut(ReadSoFar) + Send,
) -> Result<DecodeReport, InputError> {
    let frames = match kind {
        InputKind::Measured => None,
        kind => Some(open_frames(path, kind)?),
    };
    let summary = frames.as_ref().and_then(FrameBatches::summary);
    let vehicle = vehicle_of(frames.as_ref(), path);
    let output = File::create(part).map_err(|source| io_error("write", source, part))?;
    let info = DecodedFileInfo {
        vehicle: vehicle.clone(),
        writer: WRITER.to_owned(),
        dbc: None,
        sources: Vec::new(),
        recording: summary.map(|it| it.recording.clone()).unwrap_or_default(),
    };
    let parquet_error = |source| InputError::Parquet {
        source,
        path: part.to_owned(),
    };
    let mut writer = DecodedFileWriter::new(BufWriter::new(output), info).map_err(parquet_error)?;
    let mut report = DecodeReport::default();
    let mut undecoded = Vec::new();
    if let (Some(mut frames), Some(databases)) = (frames, databases) {
        let mut channels = BTreeSet::new();
        let watched = Watched {
            file_bytes: std::fs::metadata(path).map_or(0, |it| it.len()),
            frames: &mut frames,
            n_frames: 0,
            stop,
            on_progress: &mut on_progress,
        };
        let stats = decode_threaded(
            watched,
            |channel| {
                channels.insert(channel.to_owned());
                databases.for_channel(vehicle.as_str(), channel)
            },
            RunLimits::default(),
            &mut writer,
            |_stats| {},
        );
        let stats = stats.map_err(|error| match error {
            DecodeError::Read(ReadError::Frames(error)) => frames_error(error, path),
            DecodeError::Read(ReadError::Stopped) => InputError::Stopped,
            DecodeError::Batch(source) | DecodeError::Sink(source) => parquet_error(source),
        })?;
        writer.set_dbc(databases.provenance(vehicle.as_str(), &channels, WRITER));
        report = DecodeReport::new(&stats, skipped(&frames));
        undecoded = stats.undecoded();
    }
    if kind != InputKind::Raw {
        let on_read = |bytes| {
            on_progress(ReadSoFar {
                frames: report.frames,
                bytes,
            });
        };
        let measured =
            measured::write(path, &mut writer, stop, on_read).map_err(|error| match error {
                measured::Error::Input(error) => error,
                measured::Error::Sink(source) => parquet_error(source),
            })?;
        report.measured_values = measured.values;
        report.skipped.extend(measured.skipped);
    }
    let (mut sink, _) = writer.close(undecoded).map_err(parquet_error)?;
    sink.flush()
        .map_err(|source| io_error("write", source, part))?;
    Ok(report)
}

/// Frames of an input, with somebody who watches how they are read and may stop that.
struct Watched<'a, P> {
    frames: &'a mut FrameBatches,
    file_bytes: u64,
    n_frames: u64,
    stop: &'a Stop,
    on_progress: P,
}

/// Why no more frames are read.
enum ReadError {
    Frames(FramesError),
    Stopped,
}

impl<P: FnMut(ReadSoFar)> Iterator for Watched<'_, P> {
    type Item = Result<RecordBatch, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.stop.is_set() {
            return Some(Err(ReadError::Stopped));
        }
        let batch = match self.frames.next()? {
            Ok(batch) => batch,
            Err(error) => return Some(Err(ReadError::Frames(error))),
        };
        self.n_frames += batch.num_rows() as u64;
        let bytes = self.frames.bytes_read().unwrap_or_else(|| {
            // Of a raw file it is known how many frames there are.
            let all = self.frames.summary().map_or(0, |summary| summary.rows);
            let share = self.n_frames as f64 / all.max(1) as f64;
            (self.file_bytes as f64 * share.min(1.0)) as u64
        });
        (self.on_progress)(ReadSoFar {
            frames: self.n_frames,
            bytes: bytes.min(self.file_bytes),
        });
        Some(Ok(batch))
    }
}

/// The frames of a raw file or log.
pub(crate) fn open_frames(path: &Path, kind: InputKind) -> Result<FrameBatches, InputError> {
    let file = open(path)?;
    let frames = match kind {
        InputKind::Log | InputKind::Measured => FrameBatches::log(file, &path.to_string_lossy()),
        InputKind::Raw | InputKind::Decoded => FrameBatches::raw(file),
    };
    frames.map_err(|source| frames_error(source, path))
}

pub(crate) fn frames_error(source: FramesError, path: &Path) -> InputError {
    InputError::Frames {
        source,
        path: path.to_owned(),
    }
}

/// The vehicle that a raw file names, else the file's own name.
pub(crate) fn vehicle_of(frames: Option<&FrameBatches>, path: &Path) -> VehicleId {
    let summary = frames.and_then(FrameBatches::summary);
    let named = summary.and_then(|summary| summary.vehicle.as_deref());
    let stem = path.file_name().unwrap_or_default().to_string_lossy();
    let stem = stem.split('.').next().unwrap_or_default();
    VehicleId::foreign(named.unwrap_or(stem))
        .unwrap_or_else(|_| VehicleId::new("log").expect("three letters are a valid id"))
}

/// What was left out: places where they are known, else counts.
pub(crate) fn skipped(frames: &FrameBatches) -> Vec<String> {
    let details = frames.skipped_details();
    if !details.is_empty() {
        return details;
    }
    let counts = frames.skipped().into_iter();
    counts
        .map(|(reason, count)| format!("{count} times: {reason}"))
        .collect()
}

/// Depends on everything that the decoded file depends on.
fn cached_name(path: &Path, dbc: Option<&DbcSet>) -> Result<String, InputError> {
    let path = std::path::absolute(path).map_err(|source| io_error("open", source, path))?;
    let metadata = std::fs::metadata(&path).map_err(|source| io_error("open", source, &path))?;
    let modified = metadata
        .modified()
        .ok()
        .and_then(|time| time.duration_since(std::time::UNIX_EPOCH).ok());
    let mut identity = format!(
        "{WRITER}, 2\n{}\n{}\n{modified:?}\n{}\n",
        path.display(),
        metadata.len(),
        dbc.map_or("measured", |dbc| &dbc.identity)
    );
    for file in dbc.into_iter().flat_map(|dbc| dbc.databases.files()) {
        identity.push_str(&file.sha256.to_string());
        identity.push('\n');
    }
    let stem = path.file_name().unwrap_or_default().to_string_lossy();
    let stem: String = stem
        .chars()
        .filter(|letter| letter.is_ascii_alphanumeric() || "._-".contains(*letter))
        .take(60)
        .collect();
    Ok(format!(
        "{stem}-{}_decoded.parquet",
        ContentHash::of(identity.as_bytes()).short()
    ))
}

pub(super) fn open(path: &Path) -> Result<File, InputError> {
    File::open(path).map_err(|source| io_error("open", source, path))
}

pub(super) fn io_error(what: &'static str, source: std::io::Error, path: &Path) -> InputError {
    InputError::Io {
        what,
        source,
        path: path.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use canlake_shared::dbc::DbcFile;
    use canlake_shared::sim;

    use super::*;
    use crate::stop::StopOnDrop;

    fn folder_with_log() -> (tempfile::TempDir, PathBuf, DbcSet) {
        let folder = tempfile::tempdir().unwrap();
        let log = folder.path().join("drive.log");
        // Several batches of frames.
        let line = |idx: u32| format!("({idx}.5) can0 123#0011\n");
        let text: String = (0..200_000).map(line).collect();
        std::fs::write(&log, text).unwrap();
        let file = DbcFile::new(sim::DBC_NAME, sim::DBC_TEXT.as_bytes());
        let dbc = DbcSet {
            databases: Databases::from_files(vec![file], Matching::Auto).unwrap(),
            identity: "test".to_owned(),
        };
        (folder, log, dbc)
    }

    #[test]
    fn tells_how_much_is_read() {
        let (folder, log, dbc) = folder_with_log();
        let mut told = Vec::new();
        let say = |read| told.push(read);
        decode(
            &log,
            Some(&dbc),
            &folder.path().join("cache"),
            &Stop::default(),
            say,
        )
        .unwrap();
        assert!(told.len() > 2, "{told:?}");
        assert!(told.is_sorted_by_key(|read| (read.frames, read.bytes)));
        let bytes = std::fs::metadata(&log).unwrap().len();
        let all = ReadSoFar {
            frames: 200_000,
            bytes,
        };
        assert_eq!(told.last(), Some(&all));
    }

    #[test]
    fn stops_when_told_and_leaves_nothing() {
        let (folder, log, dbc) = folder_with_log();
        let cache = folder.path().join("cache");
        let mut wanted = Some(StopOnDrop::default());
        let stop = wanted.as_ref().map(StopOnDrop::stop).unwrap();
        let mut told = 0;
        let result = decode(&log, Some(&dbc), &cache, &stop, |_read| {
            told += 1;
            wanted = None;
        });
        assert!(matches!(result, Err(InputError::Stopped)), "{result:?}");
        assert_eq!(told, 1);
        assert_eq!(std::fs::read_dir(&cache).unwrap().count(), 0);
    }
}
