//! What a source holds: vehicles, their sessions and signals, and what could not be read.
//!
//! Plain data, built once per listing ([`super::listing`]) and shared; nothing here opens a file.
//! Everything is ordered (vehicles and signals by name, sessions by time), so that two listings of
//! the same files are equal.

use std::path::Path;
use std::sync::Arc;

use canlake_shared::schema::footer::DbcProvenance;
use canlake_shared::schema::{ContentHash, SignalKey, SignalSelector};
use canlake_shared::time::{TimeRange, Timestamp};

/// What a source holds.
#[derive(Debug, Clone, Default)]
pub struct Catalogue {
    /// Vehicles with decoded signals, by id.
    pub vehicles: Vec<Vehicle>,
    /// Files of decoded signals that are read, file by file and vehicle by vehicle.
    pub decoded_files: Vec<DecodedFileOrigin>,
    /// Files of raw frames; their signals need a DBC first.
    pub raw_files: Vec<RawFile>,
    /// Files that could not be read, wholly or in part, in the order of their paths.
    pub problems: Vec<FileProblem>,
    /// Files that hold nothing beyond what newer or equal files hold, and are not read.
    pub superseded: Vec<String>,
    /// Files looked at, whatever they turned out to be.
    pub files_total: usize,
    /// Their size in bytes.
    pub bytes_total: u64,
}

impl Catalogue {
    /// What the frames of a vehicle were decoded with, of the files that have samples in a range: every
    /// DBC file once. Nothing when no file says.
    pub fn decoded_with(&self, vehicle: &str, range: TimeRange) -> Option<DbcProvenance> {
        let mut joined: Option<DbcProvenance> = None;
        let is_asked =
            |file: &&DecodedFileOrigin| &*file.vehicle == vehicle && file.range.overlaps(range);
        for dbc in self
            .decoded_files
            .iter()
            .filter(is_asked)
            .filter_map(|file| file.dbc.as_ref())
        {
            let Some(joined) = &mut joined else {
                joined = Some(dbc.clone());
                continue;
            };
            for file in &dbc.files {
                if !joined.files.contains(file) {
                    joined.files.push(file.clone());
                }
            }
        }
        joined
    }

    /// The vehicle with this id.
    pub fn vehicle(&self, id: &str) -> Option<&Vehicle> {
        self.vehicles.iter().find(|vehicle| &*vehicle.id == id)
    }
}

/// One vehicle of a source.
#[derive(Debug, Clone, PartialEq)]
pub struct Vehicle {
    /// The id as the lake has it, percent-escapes resolved.
    pub id: Arc<str>,
    /// From its first to after its last sample.
    pub range: TimeRange,
    /// Decoded samples.
    pub rows: u64,
    /// Size of its files in bytes.
    pub bytes: u64,
    /// Number of its files.
    pub files: usize,
    /// Its recordings, by time.
    pub sessions: Vec<SessionInfo>,
    /// Its signals over all time, by [`SignalKey`].
    pub signals: Vec<SignalInfo>,
}

impl Vehicle {
    /// The signals that a selector matches.
    pub fn select<'a>(
        &'a self,
        selector: &'a SignalSelector,
    ) -> impl Iterator<Item = &'a SignalInfo> {
        self.signals
            .iter()
            .filter(move |signal| selector.matches(&signal.key))
    }

    /// The signals grouped by message, both by name.
    pub fn messages(&self) -> impl Iterator<Item = (&str, &[SignalInfo])> {
        self.signals
            .chunk_by(|a, b| a.key.message == b.key.message)
            .filter_map(|signals| Some((&*signals.first()?.key.message, signals)))
    }
}

/// One contiguous recording of one vehicle.
#[derive(Debug, Clone, PartialEq)]
pub struct SessionInfo {
    /// From the first instant of the recording to after the last.
    pub range: TimeRange,
    /// Decoded samples inside. An estimate from the share of time when [`Self::estimated`].
    pub rows: u64,
    /// Bytes of the files inside. An estimate when [`Self::estimated`].
    pub bytes: u64,
    /// Whether a file reaches over several sessions, so that rows and bytes are its share of time.
    pub estimated: bool,
    /// Number of files that have a part in it.
    pub files: usize,
    /// Number of different signals.
    pub signals: usize,
    /// Holes in what the recorder listened to, shorter than what would split the session.
    pub gaps: Vec<TimeRange>,
    /// Whether two different recordings cover the same time.
    pub overlapping: bool,
    /// Frames known to be lost; at least that many when [`Self::lost_at_least`].
    pub lost_frames: u64,
    /// Whether more may have been lost than was counted.
    pub lost_at_least: bool,
}

/// One signal of a vehicle, summed up over its files.
#[derive(Debug, Clone, PartialEq)]
pub struct SignalInfo {
    /// Its identity.
    pub key: SignalKey,
    /// The unit, empty when there is none.
    pub unit: Arc<str>,
    /// Number of samples.
    pub rows: u64,
    /// Smallest value, `None` when no value is a number.
    pub min: Option<f64>,
    /// Largest value, `None` when no value is a number.
    pub max: Option<f64>,
    /// Time of the first sample.
    pub first: Timestamp,
    /// Time of the last sample.
    pub last: Timestamp,
    /// The period in milliseconds that the DBC gives.
    pub cycle_time_ms: Option<u32>,
    /// Whether the DBC says that it is sent when it changes, not periodically.
    pub on_change: bool,
    /// Whether the DBC makes every value a whole number.
    pub integer: bool,
    /// Texts of values, from the DBC, by value.
    pub labels: Arc<[(f64, Arc<str>)]>,
    /// What the DBC says in words; empty where it says nothing.
    pub comment: Arc<str>,
}

/// What a decoded file has of one vehicle, and what that was made of.
#[derive(Debug, Clone, PartialEq)]
pub struct DecodedFileOrigin {
    /// Where it is.
    pub path: Arc<Path>,
    /// The vehicle.
    pub vehicle: Arc<str>,
    /// From its first sample to after its last.
    pub range: TimeRange,
    /// Content hashes of the raw files inside, where its footer names them.
    pub sources: Vec<ContentHash>,
    /// What its frames were decoded with, where its footer says so.
    pub dbc: Option<DbcProvenance>,
}

/// A file of raw frames.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RawFile {
    /// Where it is.
    pub path: String,
    /// Whose frames it holds, where its folders or its footer say so.
    pub vehicle: Option<Arc<str>>,
    /// Size in bytes.
    pub bytes: u64,
}

/// A file that could not be read, wholly or in part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileProblem {
    /// Where it is.
    pub path: String,
    /// What is wrong, in one line.
    pub text: String,
}

/// How far a listing has come.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ListingProgress {
    /// Files found so far.
    pub files_found: usize,
    /// Files whose footers have been read.
    pub files_read: usize,
}
