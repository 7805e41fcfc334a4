//! One raw file or log to its decoded files.
//!
//! Frames belong to the UTC day of their own time, in whatever order they come. The input is read
//! once per day that it has frames of, and only that day's file is open: a clock that steps back over
//! midnight costs a pass and no memory. Files of our own recorder hold one day; beyond [`MAX_DAYS`]
//! the first ones are decoded and the input is reported.
//!
//! No folders, no arguments, no clock here: an object is something that can be opened again, a lake
//! something that takes finished files.

mod day;
mod place;
mod recording;

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;

use arrow::record_batch::RecordBatch;
use canlake_shared::decode::{
    DecodeError, DecodeStats, FrameBatches, FramesError, RunLimits, decode_threaded,
};
use canlake_shared::lake::{ObjectKey, Partition, VehicleId};
use canlake_shared::logs::TimeBasis;
use canlake_shared::schema::footer::Recording;
use canlake_shared::schema::{ContentHash, DecodedFileInfo, DecodedFileWriter, RawView};
use canlake_shared::time::Timestamp;

use crate::WRITER;
use crate::databases::Databases;
use crate::error::JobError;
use day::DayFrames;

/// The most days of one input that are decoded.
pub const MAX_DAYS: usize = 400;

/// Opens an object from its beginning.
pub type Open<'a> = dyn Fn() -> Result<FrameBatches, JobError> + 'a;

/// A raw file or log.
#[expect(missing_debug_implementations, reason = "a function cannot be shown")]
#[derive(Clone, Copy)]
pub struct RawObject<'a> {
    /// Opens it; called once per day of it.
    pub open: &'a Open<'a>,
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
    /// Gets the bytes of the object that the pass at hand has read.
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

/// Decodes an object. `summary` tells also what was done before an error.
pub fn decode<L: Lake>(
    object: &RawObject<'_>,
    options: &Options<'_>,
    lake: &mut L,
    summary: &mut JobSummary,
) -> Result<(), JobError> {
    let mut frames = (object.open)()?;
    let file = frames.summary();
    let recording = file.map(|file| file.recording.clone()).unwrap_or_default();
    let n_rows = file.map_or(0, |file| file.rows);
    let named = file.and_then(|file| file.vehicle.clone());
    let (vehicle, note) = place::vehicle(object, options.vehicle, named);
    summary.notes.extend(note);
    let Some((first_day, first_batch)) = first_day(&mut frames)? else {
        summary.notes.push("holds no frames".to_owned());
        summary.skipped = frames.skipped();
        return Ok(());
    };
    let mut pass = Pass {
        object,
        options,
        recording: &recording,
        vehicle: &vehicle,
        n_rows,
        days: BTreeSet::new(),
    };
    let first = pass.run(lake, &mut frames, Some(first_batch), first_day, summary);
    summary.skipped = frames.skipped();
    summary.skipped_details = frames.skipped_details();
    first?;
    drop(frames);
    let days = pass.days.clone();
    let first_absolute = TimeBasis::FIRST_ABSOLUTE.utc_day_number();
    if days.first().is_some_and(|day| *day < first_absolute) {
        let note = "has times before 1980, which count from an unknown start; they are kept";
        summary.notes.push(note.to_owned());
    }
    for day in days
        .iter()
        .filter(|day| **day != first_day)
        .take(MAX_DAYS - 1)
    {
        let mut frames = (object.open)()?;
        pass.run(lake, &mut frames, None, *day, summary)?;
    }
    if days.len() > MAX_DAYS {
        return Err(JobError::TooManyDays {
            days: days.len(),
            limit: MAX_DAYS,
        });
    }
    Ok(())
}

/// The day of the first frame, and the batch that has it.
fn first_day(frames: &mut FrameBatches) -> Result<Option<(i64, RecordBatch)>, JobError> {
    for batch in frames {
        let batch = batch.map_err(JobError::Frames)?;
        let view = RawView::new(&batch).map_err(JobError::Encode)?;
        if let Some(first) = view.timestamps().first() {
            let day = Timestamp::from_ns(*first).utc_day_number();
            return Ok(Some((day, batch)));
        }
    }
    Ok(None)
}

/// Reads an object for one of its days.
struct Pass<'a> {
    object: &'a RawObject<'a>,
    options: &'a Options<'a>,
    recording: &'a Recording,
    vehicle: &'a VehicleId,
    n_rows: u64,
    // All days seen in any pass.
    days: BTreeSet<i64>,
}

impl Pass<'_> {
    fn run<L: Lake>(
        &mut self,
        lake: &mut L,
        frames: &mut FrameBatches,
        first_batch: Option<RecordBatch>,
        day: i64,
        summary: &mut JobSummary,
    ) -> Result<(), JobError> {
        let range = day::range(day);
        let partition = Partition::of(self.vehicle.clone(), range.start);
        let sink = lake.begin(&partition, self.object.content)?;
        let info = DecodedFileInfo {
            vehicle: self.vehicle.clone(),
            writer: WRITER.to_owned(),
            dbc: None,
            sources: vec![self.object.content],
            recording: Recording::default(),
        };
        let mut writer = DecodedFileWriter::new(sink, info).map_err(JobError::Encode)?;
        let (len_bytes, n_rows) = (self.object.len_bytes, self.n_rows);
        let on_progress = self.options.on_progress;
        let on_rows = |rows: u64, bytes: Option<u64>| {
            // Of a Parquet file only the rows are known.
            let share = || (len_bytes as f64 * rows as f64 / n_rows.max(1) as f64) as u64;
            on_progress(bytes.unwrap_or_else(share));
        };
        let (databases, vehicle) = (self.options.databases, self.vehicle.as_str());
        let mut channels = BTreeSet::new();
        let mut batches = DayFrames::new(frames, first_batch, day, &on_rows);
        let stats = decode_threaded(
            batches.by_ref(),
            |channel| {
                channels.insert(channel.to_owned());
                databases.for_channel(vehicle, channel)
            },
            self.options.limits,
            &mut writer,
            |_| {},
        );
        let first = batches.first();
        self.days.append(&mut batches.into_days());
        let stats = stats.map_err(|error: DecodeError<FramesError, _>| match error {
            DecodeError::Read(source) => JobError::Frames(source),
            DecodeError::Batch(source) | DecodeError::Sink(source) => JobError::Encode(source),
        })?;
        writer.set_dbc(databases.provenance(vehicle, &channels));
        *writer.recording_mut() = recording::of_day(self.recording, day, &self.days);
        let (sink, _) = writer.close(stats.undecoded()).map_err(JobError::Encode)?;
        let key = place::key(self.object, partition, first.unwrap_or(range.start))?;
        lake.finish(sink, &key, self.object.content)?;
        summary.stats.merge(&stats);
        summary.outputs.push(key);
        Ok(())
    }
}
