//! A lake in a folder of its own, filled by the shared writers.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use arrow::record_batch::RecordBatch;
use canlake_shared::dbc::plan::CompiledDatabase;
use canlake_shared::dbc::{DbcFile, Matching};
use canlake_shared::decode::{DecodeStats, Decoder, RunLimits};
use canlake_shared::lake::{ObjectKey, VehicleId};
use canlake_shared::schema::footer::Recording;
use canlake_shared::schema::{ContentHash, DecodedFileInfo, DecodedFileWriter, RawFileReader};
use tempfile::TempDir;

/// What a test's decoded file says about itself.
///
/// # Panics
///
/// When the vehicle's id is none.
pub fn info(vehicle: &str) -> DecodedFileInfo {
    DecodedFileInfo {
        vehicle: VehicleId::new(vehicle).unwrap(),
        writer: "test".to_owned(),
        dbc: None,
        sources: Vec::new(),
        recording: Recording::default(),
    }
}

/// Decodes batches of frames into one file.
///
/// # Panics
///
/// When the file cannot be written or a batch is none of frames.
pub fn decode_frames(
    batches: impl IntoIterator<Item = RecordBatch>,
    dbc: &[DbcFile],
    matching: Matching,
    info: DecodedFileInfo,
    target: &Path,
) -> DecodeStats {
    fs::create_dir_all(target.parent().unwrap()).unwrap();
    let file = File::create(target).unwrap();
    let mut writer = DecodedFileWriter::new(file, info).unwrap();
    let compiled = CompiledDatabase::new(dbc.iter().map(|file| &file.database), matching);
    let mut decoder = Decoder::new(|_: &str| compiled.clone(), RunLimits::default());
    for batch in batches {
        decoder.push(&batch, &mut writer).unwrap();
    }
    let stats = decoder.finish(&mut writer).unwrap();
    writer.close(stats.undecoded()).unwrap();
    stats
}

/// A lake that is deleted when it is dropped.
#[derive(Debug)]
pub struct TestLake {
    folder: TempDir,
}

impl TestLake {
    /// An empty one.
    ///
    /// # Panics
    ///
    /// When the system gives no folder.
    #[expect(clippy::new_without_default, reason = "makes a folder")]
    pub fn new() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
        }
    }

    /// Its folder.
    pub fn root(&self) -> &Path {
        self.folder.path()
    }

    /// Where an object is.
    pub fn path(&self, key: &str) -> PathBuf {
        self.root().join(key)
    }

    /// Its raw files, by key.
    pub fn raw_files(&self) -> Vec<(ObjectKey, PathBuf)> {
        let mut files = Vec::new();
        collect(self.root(), &mut files);
        let mut files: Vec<_> = files
            .into_iter()
            .filter(|path| path.to_string_lossy().ends_with("_raw.parquet"))
            .map(|path| {
                let key = path.strip_prefix(self.root()).unwrap();
                (key.to_str().unwrap().parse::<ObjectKey>().unwrap(), path)
            })
            .collect();
        files.sort_by(|a, b| a.1.cmp(&b.1));
        files
    }

    /// Decodes every raw file into its place, as a decoder of the lake does; gives what each was.
    ///
    /// # Panics
    ///
    /// When a file cannot be read or written.
    pub fn decode(&self, dbc: &[DbcFile]) -> Vec<DecodeStats> {
        let decode = |(key, path): (ObjectKey, PathBuf)| {
            let reader = RawFileReader::open(File::open(&path).unwrap()).unwrap();
            let vehicle = key.partition().unwrap().vehicle.clone();
            let info = DecodedFileInfo {
                vehicle,
                sources: vec![ContentHash::of(&fs::read(&path).unwrap())],
                recording: reader.summary().recording.clone(),
                ..info("unused")
            };
            let target = self.path(&key.to_decoded().to_string());
            let batches = reader.map(Result::unwrap);
            decode_frames(batches, dbc, Matching::Auto, info, &target)
        };
        self.raw_files().into_iter().map(decode).collect()
    }
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, files);
        } else {
            files.push(path);
        }
    }
}
