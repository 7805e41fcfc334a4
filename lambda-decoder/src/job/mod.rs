//! One raw file or log to its decoded files.
//!
//! Frames belong to the UTC day of their own time, in whatever order they come. The input is read
//! once; the file of a day is closed when all of it was read, so that what comes late still gets in
//! and each file knows what the recording says of its day. Files of our own recorder hold one day;
//! beyond [`MAX_DAYS`] the first ones met are decoded and the input is reported.
//!
//! No folders, no arguments, no clock here: an object is something that gives frames, a lake something
//! that takes finished files.

mod days;
mod place;
mod recording;

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;

use canlake_shared::dbc::Databases;
use canlake_shared::decode::{
    DecodeError, DecodeStats, FrameBatches, FramesError, RunLimits, decode_days,
};
use canlake_shared::lake::{ObjectKey, Partition, VehicleId};
use canlake_shared::logs::TimeBasis;
use canlake_shared::schema::ContentHash;

use crate::error::JobError;
use days::{DayFiles, Progress};

/// The most days of one input that are decoded.
pub const MAX_DAYS: usize = 400;

/// What is known of a raw file or log besides its frames.
#[derive(Clone, Copy, Debug)]
pub struct RawObject<'a> {
    /// The hash of its bytes.
    pub content: ContentHash,
    /// Its size.
    pub len_bytes: u64,
    /// Its place in a lake, where it has one.
    pub key: Option<&'a ObjectKey>,
    /// Its name without folders.
    pub name: &'a str,
}

/// What all objects of a job have in common.
#[expect(missing_debug_implementations, reason = "a function cannot be shown")]
#[derive(Clone, Copy)]
pub struct Options<'a> {
    /// What decodes them.
    pub databases: &'a Databases,
    /// The vehicle, whatever the objects say.
    pub vehicle: Option<&'a VehicleId>,
    /// How large a sorted run may grow.
    pub limits: RunLimits,
    /// Gets the bytes of the object that have been read.
    pub on_progress: &'a (dyn Fn(u64) + Sync),
}

/// Takes decoded files.
pub trait Lake {
    /// A file on its way; dropped, it is as if it had never been begun.
    type Sink: Write + Send;

    /// Begins a file of a partition, made of an object with this content.
    fn begin(
        &mut self,
        partition: &Partition,
        content: ContentHash,
    ) -> Result<Self::Sink, JobError>;

    /// Gives a whole file its name.
    fn finish(
        &mut self,
        sink: Self::Sink,
        key: &ObjectKey,
        content: ContentHash,
    ) -> Result<(), JobError>;
}

/// What became of one object.
#[derive(Debug, Default)]
pub struct JobSummary {
    /// The files written, by day as first met.
    pub outputs: Vec<ObjectKey>,
    /// What did and did not decode, of all files written.
    pub stats: DecodeStats,
    /// What was no frame, by reason.
    pub skipped: BTreeMap<String, u64>,
    /// The first pieces of each reason, with their places.
    pub skipped_details: Vec<String>,
    /// What was decided that the user may want otherwise.
    pub notes: Vec<String>,
}

/// Decodes the frames of an object. `summary` tells also what was done before an error.
pub fn decode<L: Lake>(
    object: &RawObject<'_>,
    mut frames: FrameBatches,
    options: &Options<'_>,
    lake: &mut L,
    summary: &mut JobSummary,
) -> Result<(), JobError> {
    let file = frames.summary();
    let recording = file.map(|file| file.recording.clone()).unwrap_or_default();
    let n_rows = file.map_or(0, |file| file.rows);
    let named = file.and_then(|file| file.vehicle.clone());
    let (vehicle, note) = place::vehicle(object, options.vehicle, named);
    summary.notes.extend(note);
    let mut files = DayFiles::new(object, &vehicle, lake);
    let mut channels = BTreeSet::new();
    let read = decode_days(
        Progress::new(&mut frames, object.len_bytes, n_rows, options.on_progress),
        |channel| {
            channels.insert(channel.to_owned());
            options.databases.for_channel(vehicle.as_str(), channel)
        },
        options.limits,
        |day, run| files.write(day, run),
    );
    summary.skipped = frames.skipped();
    summary.skipped_details = frames.skipped_details();
    read.map_err(|error: DecodeError<FramesError, _>| match error {
        DecodeError::Read(source) => JobError::Frames(source),
        DecodeError::Batch(source) => JobError::Encode(source),
        DecodeError::Sink(error) => error,
    })?;
    let provenance = options
        .databases
        .provenance(vehicle.as_str(), &channels, crate::WRITER);
    let first_absolute = TimeBasis::FIRST_ABSOLUTE.utc_day_number();
    match files.first_day() {
        None => summary.notes.push("holds no frames".to_owned()),
        Some(day) if day < first_absolute => {
            let note = "has times before 1980, which count from an unknown start; they are kept";
            summary.notes.push(note.to_owned());
        }
        Some(_) => {}
    }
    files.close(&provenance, &recording, summary)
}
