//! The demo lake: three simulated cars over four days, raw and decoded, made on first use.
//!
//! Always the same bytes. Made beside its place and renamed when whole, so that a start that is cut
//! short leaves nothing behind but a folder that the next one replaces.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};

use canlake_shared::can::CanFrame;
use canlake_shared::dbc::{Databases, DbcFile, Matching};
use canlake_shared::decode::{DecodeError, Decoder, RunLimits};
use canlake_shared::lake::{BootId, ObjectKey, RawName, VehicleId};
use canlake_shared::schema::footer::Recording;
use canlake_shared::schema::{
    ContentHash, DecodedFileInfo, DecodedFileWriter, HashingWriter, RawBatchBuilder, RawFileInfo,
    RawFileWriter,
};
use canlake_shared::sim::{self, DemoSession, DriveSimulator};
use canlake_shared::time::{TimeRange, Timestamp};

use crate::source::decode::WRITER;
use crate::stop::Stop;
use crate::whole_file::PartFile;

/// Changes whenever the lake's content does, so that an old one is not taken for it.
const VERSION: &str = "demo-lake-1";
const BATCH_FRAMES: usize = 64 * 1024;

/// What is plotted of the demo lake at first, panel by panel: message and signal.
pub const FIRST_PLOTS: [&[(&str, &str)]; 3] = [
    &[
        ("BMS_PackStatus", "Pack_SOC"),
        ("VehicleDynamics", "VehicleSpeed"),
    ],
    &[
        ("BMS_PackStatus", "Pack_Current"),
        ("BMS_PackStatus", "Pack_Voltage"),
    ],
    &[("VehicleState", "Gear")],
];

/// Why the demo lake could not be made.
#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    /// The system names no folder for the user's data.
    #[error("no folder for the user's data: set HOME")]
    NoDataFolder,
    /// Nobody wants it any more.
    #[error("making the demo lake was cancelled")]
    Stopped,
    /// A file could not be written.
    #[error("cannot write the demo lake to {path}", path = path.display())]
    Io {
        /// What the operating system says.
        #[source]
        source: std::io::Error,
        /// The file or folder.
        path: PathBuf,
    },
    /// A file could not be encoded.
    #[error("cannot write the demo lake to {path}", path = path.display())]
    Encode {
        /// Why.
        #[source]
        source: canlake_shared::schema::SchemaError,
        /// The file.
        path: PathBuf,
    },
}

/// Where the demo lake is or will be.
pub fn location() -> Result<PathBuf, DemoError> {
    let folders =
        directories::ProjectDirs::from("", "", "canlake").ok_or(DemoError::NoDataFolder)?;
    Ok(folders.data_dir().join(VERSION))
}

/// Makes the demo lake at `root` unless it is there, or until it is told to stop. `on_progress` gets
/// sessions done and all.
pub fn ensure(
    root: &Path,
    stop: &Stop,
    mut on_progress: impl FnMut(usize, usize),
) -> Result<(), DemoError> {
    if root.exists() {
        return Ok(());
    }
    let part = root.with_extension(format!("{}.part", std::process::id()));
    let io_error = |path: &Path| {
        let path = path.to_owned();
        move |source| DemoError::Io { source, path }
    };
    if part.exists() {
        std::fs::remove_dir_all(&part).map_err(io_error(&part))?;
    }
    std::fs::create_dir_all(&part).map_err(io_error(&part))?;
    let dbc = DbcFile::new(sim::DBC_NAME, sim::DBC_TEXT.as_bytes());
    let dbc =
        Databases::from_files(vec![dbc], Matching::Auto).expect("the simulator's DBC has messages");
    let dbc_folder = part.join("dbc");
    std::fs::create_dir_all(&dbc_folder).map_err(io_error(&dbc_folder))?;
    std::fs::write(dbc_folder.join(sim::DBC_NAME), sim::DBC_TEXT).map_err(io_error(&dbc_folder))?;
    let sessions = sim::demo_fleet();
    let total = sessions.len();
    for (idx, session) in sessions.into_iter().enumerate() {
        if stop.is_set() {
            std::fs::remove_dir_all(&part).map_err(io_error(&part))?;
            return Err(DemoError::Stopped);
        }
        on_progress(idx, total);
        write_session(&part, session, u32::try_from(idx).unwrap_or(u32::MAX), &dbc)?;
    }
    // Another start may have been faster; then its lake is as good.
    match std::fs::rename(&part, root) {
        Err(_) if root.exists() => Ok(()),
        result => result.map_err(io_error(root)),
    }
}

/// One recording: files end at UTC midnight, as those of a recorder do.
fn write_session(
    root: &Path,
    session: DemoSession,
    boot: u32,
    dbc: &Databases,
) -> Result<(), DemoError> {
    let vehicle = VehicleId::new(&session.config.vehicle).expect("the plan has valid ids");
    let simulator = DriveSimulator::new(session.config);
    let coverage = simulator.coverage();
    let channels = simulator.channels().clone();
    let mut simulator = simulator.peekable();
    let mut sequence = 0;
    while let Some(first) = simulator.peek() {
        let day = first.timestamp.utc_day_number();
        let mut batches = Vec::new();
        let mut builder = RawBatchBuilder::new(vehicle.as_str());
        let start = first.timestamp;
        while let Some(frame) =
            simulator.next_if(|frame: &CanFrame| frame.timestamp.utc_day_number() == day)
        {
            builder.push(
                &frame,
                channels
                    .name(frame.channel)
                    .map_or("", |name| name.as_str()),
            );
            if builder.len() == BATCH_FRAMES {
                batches.push(builder.finish());
            }
        }
        batches.push(builder.finish());
        let recording = Recording {
            coverage: clipped(&coverage, day),
            ..Recording::default()
        };
        let file = DayFile {
            root,
            vehicle: vehicle.clone(),
            start,
            boot: BootId(0xde30_0000 + boot),
            sequence,
            recording,
        };
        file.write(&batches, dbc)?;
        sequence += 1;
    }
    Ok(())
}

/// The part of the coverage that lies in one UTC day.
fn clipped(coverage: &[TimeRange], day: i64) -> Vec<TimeRange> {
    let start = Timestamp::from_ns(day * canlake_shared::time::NS_PER_DAY);
    let day = TimeRange::new(start, start + canlake_shared::time::NS_PER_DAY);
    coverage
        .iter()
        .map(|range| range.intersection(day))
        .filter(|range| !range.is_empty())
        .collect()
}

struct DayFile<'a> {
    root: &'a Path,
    vehicle: VehicleId,
    start: Timestamp,
    boot: BootId,
    sequence: u32,
    recording: Recording,
}

impl DayFile<'_> {
    fn write(
        &self,
        batches: &[arrow::record_batch::RecordBatch],
        dbc: &Databases,
    ) -> Result<(), DemoError> {
        let part = PartFile::beside(&self.root.join("raw"));
        let hash = self.write_raw(part.path(), batches)?;
        let key = ObjectKey::raw(
            self.vehicle.clone(),
            &RawName::new(self.start, self.boot, self.sequence, hash),
        );
        self.put(part, &key)?;
        let part = PartFile::beside(&self.root.join("decoded"));
        self.write_decoded(part.path(), batches, dbc, hash)?;
        self.put(part, &key.to_decoded())
    }

    fn write_raw(
        &self,
        path: &Path,
        batches: &[arrow::record_batch::RecordBatch],
    ) -> Result<ContentHash, DemoError> {
        let encode_error = |source| DemoError::Encode {
            source,
            path: path.to_owned(),
        };
        let info = RawFileInfo {
            vehicle: self.vehicle.clone(),
            writer: WRITER.to_owned(),
            recording: self.recording.clone(),
        };
        let sink = HashingWriter::new(Self::create(path)?);
        let mut writer = RawFileWriter::new(sink, info).map_err(encode_error)?;
        for batch in batches {
            writer.write(batch).map_err(encode_error)?;
        }
        let (sink, _) = writer.close().map_err(encode_error)?;
        let (mut file, hash) = sink.finish();
        file.flush().map_err(|source| DemoError::Io {
            source,
            path: path.to_owned(),
        })?;
        Ok(hash)
    }

    fn write_decoded(
        &self,
        path: &Path,
        batches: &[arrow::record_batch::RecordBatch],
        dbc: &Databases,
        source: ContentHash,
    ) -> Result<(), DemoError> {
        let encode_error = |source| DemoError::Encode {
            source,
            path: path.to_owned(),
        };
        let info = DecodedFileInfo {
            vehicle: self.vehicle.clone(),
            writer: WRITER.to_owned(),
            dbc: Some(dbc.provenance(self.vehicle.as_str(), &BTreeSet::new(), WRITER)),
            sources: vec![source],
            recording: self.recording.clone(),
        };
        let mut writer = DecodedFileWriter::new(Self::create(path)?, info).map_err(encode_error)?;
        let of_channel = |channel: &str| dbc.for_channel(self.vehicle.as_str(), channel);
        let mut decoder = Decoder::new(of_channel, RunLimits::default());
        for batch in batches {
            decoder
                .push(batch, &mut writer)
                .map_err(|error| match error {
                    DecodeError::Read(never) => match never {},
                    DecodeError::Batch(source) | DecodeError::Sink(source) => encode_error(source),
                })?;
        }
        let stats = decoder.finish(&mut writer).map_err(encode_error)?;
        let (mut file, _) = writer.close(stats.undecoded()).map_err(encode_error)?;
        file.flush().map_err(|source| DemoError::Io {
            source,
            path: path.to_owned(),
        })
    }

    fn create(path: &Path) -> Result<BufWriter<File>, DemoError> {
        let file = File::create(path).map_err(|source| DemoError::Io {
            source,
            path: path.to_owned(),
        })?;
        Ok(BufWriter::new(file))
    }

    fn put(&self, part: PartFile, key: &ObjectKey) -> Result<(), DemoError> {
        let target = self.root.join(key.to_string());
        let io_error = |source| DemoError::Io {
            source,
            path: target.clone(),
        };
        if let Some(folder) = target.parent() {
            std::fs::create_dir_all(folder).map_err(io_error)?;
        }
        part.rename(&target).map_err(io_error)
    }
}
