//! Batches in, sorted runs out, on two threads: one reads and groups, the other decodes and writes.

use std::convert::Infallible;
use std::ops::RangeInclusive;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;

use arrow::record_batch::RecordBatch;

use super::carriage::{Arrival, Carriers};
use super::decoder::DecodeError;
use super::run::{Run, RunLimits};
use super::sink::DecodedSink;
use super::stats::DecodeStats;
use crate::dbc::plan::CompiledDatabase;
use crate::schema::RawView;
use crate::time::{NS_PER_DAY, Timestamp};

/// Runs of different days that are filled at the same time: a recording goes from one day to the
/// next, back and forth for a while when its channels or clocks disagree.
const MAX_OPEN_RUNS: usize = 4;

/// Reads `batches` on a thread of its own, which groups their frames into runs, while the calling
/// thread decodes the run before into `sink`. The rows are those of [`super::Decoder`].
///
/// Two runs exist at a time: the reader waits for the writer when it is ahead, and the other way
/// round. `database` gives the messages of each channel (empty name: unknown).
/// `on_progress` gets the counts so far after each run.
pub fn decode_threaded<I, R, S>(
    batches: I,
    database: impl FnMut(&str) -> CompiledDatabase + Send,
    limits: RunLimits,
    sink: &mut S,
    mut on_progress: impl FnMut(&DecodeStats),
) -> Result<DecodeStats, DecodeError<R, S::Error>>
where
    I: Iterator<Item = Result<RecordBatch, R>> + Send,
    R: Send,
    S: DecodedSink,
{
    let mut stats = DecodeStats::default();
    decode(batches, database, limits, Split::None, |run| {
        stats.merge(&run.frames.write_to(sink)?);
        on_progress(&stats);
        Ok(())
    })?;
    Ok(stats)
}

/// As [`decode_threaded`], with the frames of each UTC day in runs of their own, which `write` gets
/// with the number of the day, counted from 1970-01-01. It writes or clears them.
///
/// Runs of one day come in the order of its frames, those of different days in any. When frames of
/// several days come by turns, up to five runs exist at a time.
pub fn decode_days<I, R, E>(
    batches: I,
    database: impl FnMut(&str) -> CompiledDatabase + Send,
    limits: RunLimits,
    mut write: impl FnMut(i64, &mut Run) -> Result<(), E>,
) -> Result<(), DecodeError<R, E>>
where
    I: Iterator<Item = Result<RecordBatch, R>> + Send,
    R: Send,
{
    decode(batches, database, limits, Split::Days, |run| {
        write(run.day, &mut run.frames)
    })
}

/// Which frames share a run.
#[derive(Clone, Copy)]
enum Split {
    None,
    Days,
}

impl Split {
    /// The number that a frame's run has, and the times of all frames that belong to it.
    fn part(self, time_ns: i64) -> (i64, RangeInclusive<i64>) {
        match self {
            Self::None => (0, i64::MIN..=i64::MAX),
            Self::Days => {
                let day = Timestamp::from_ns(time_ns).utc_day_number();
                let start = day.saturating_mul(NS_PER_DAY);
                // The first and the last day are not whole: they end where `i64` does.
                let last = day
                    .checked_add(1)
                    .and_then(|next| next.checked_mul(NS_PER_DAY));
                (day, start..=last.map_or(i64::MAX, |next| next - 1))
            }
        }
    }
}

/// A run on its way through the queues, and the day it is for.
struct DayRun {
    day: i64,
    frames: Run,
}

fn decode<I, R, E>(
    batches: I,
    database: impl FnMut(&str) -> CompiledDatabase + Send,
    limits: RunLimits,
    split: Split,
    mut write: impl FnMut(&mut DayRun) -> Result<(), E>,
) -> Result<(), DecodeError<R, E>>
where
    I: Iterator<Item = Result<RecordBatch, R>> + Send,
    R: Send,
{
    let (full_sender, full_runs) = sync_channel::<DayRun>(1);
    let (empty_sender, empty_runs) = sync_channel(MAX_OPEN_RUNS + 1);
    thread::scope(|scope| {
        let reader = Reader {
            limits,
            split,
            open: Vec::new(),
            carriers: Carriers::default(),
            n_made: 0,
            empty_runs,
            full_sender,
        };
        let reader = thread::Builder::new()
            .name("decode-read".to_owned())
            .spawn_scoped(scope, move || reader.run(batches, database))
            .expect("the system can start one more thread");
        let mut written = Ok(());
        for mut run in full_runs {
            // A run is empty when none of the rows is a frame.
            if !run.frames.is_empty()
                && let Err(error) = write(&mut run)
            {
                written = Err(DecodeError::Sink(error));
                break;
            }
            // The reader may have ended already; then nobody needs the memory again.
            drop(empty_sender.try_send(run.frames));
        }
        // Ends the reader if it still waits for a run.
        drop(empty_sender);
        let read = match reader.join() {
            Ok(read) => read,
            Err(panic) => std::panic::resume_unwind(panic),
        };
        written?;
        read.map_err(|error| match error {
            DecodeError::Batch(error) => DecodeError::Batch(error),
            DecodeError::Read(error) => DecodeError::Read(error),
            DecodeError::Sink(never) => match never {},
        })
    })
}

struct Reader {
    limits: RunLimits,
    split: Split,
    // Being filled; the one used last comes last.
    open: Vec<DayRun>,
    carriers: Carriers,
    n_made: usize,
    empty_runs: Receiver<Run>,
    full_sender: SyncSender<DayRun>,
}

/// The writer has ended early, and has an error to tell.
struct WriterGone;

impl Reader {
    /// Ends early, without an error, when the writer is gone.
    fn run<I, R>(
        mut self,
        batches: I,
        mut database: impl FnMut(&str) -> CompiledDatabase,
    ) -> Result<(), DecodeError<R, Infallible>>
    where
        I: Iterator<Item = Result<RecordBatch, R>>,
    {
        for batch in batches {
            let batch = batch.map_err(DecodeError::Read)?;
            let view = RawView::new(&batch).map_err(DecodeError::Batch)?;
            if self.push(&view, &mut database).is_err() {
                return Ok(());
            }
        }
        self.carriers.finish();
        if self.take_arrivals(&mut database).is_err() {
            return Ok(());
        }
        for run in self.open {
            if self.full_sender.send(run).is_err() {
                break;
            }
        }
        Ok(())
    }

    fn push(
        &mut self,
        view: &RawView<'_>,
        database: &mut impl FnMut(&str) -> CompiledDatabase,
    ) -> Result<(), WriterGone> {
        let mut row = 0;
        while let Some(time) = view.timestamps().get(row) {
            let (day, times) = self.split.part(*time);
            let mut run = self.take(day)?;
            row = run
                .frames
                .push(view, row, &times, database, &mut self.carriers);
            self.put_back(run)?;
        }
        self.take_arrivals(database)
    }

    fn take_arrivals(
        &mut self,
        database: &mut impl FnMut(&str) -> CompiledDatabase,
    ) -> Result<(), WriterGone> {
        for arrival in self.carriers.arrivals() {
            let mut arrival = Some(arrival);
            // What a full run hands back has room in an empty one.
            while let Some(next) = arrival.take() {
                arrival = self.take_arrival(next, database)?;
            }
        }
        Ok(())
    }

    /// Gives an arrival to the run of its day. Hands it back when that had to be sent first.
    fn take_arrival(
        &mut self,
        arrival: Arrival,
        database: &mut impl FnMut(&str) -> CompiledDatabase,
    ) -> Result<Option<Arrival>, WriterGone> {
        let (day, _) = self.split.part(arrival.time.as_ns());
        let mut run = self.take(day)?;
        match run.frames.arrive(arrival, database, &mut self.carriers) {
            Ok(()) => {
                self.put_back(run)?;
                Ok(None)
            }
            Err(refused) => {
                self.send(run)?;
                Ok(Some(refused))
            }
        }
    }

    fn put_back(&mut self, run: DayRun) -> Result<(), WriterGone> {
        if run.frames.is_full() {
            return self.send(run);
        }
        self.open.push(run);
        Ok(())
    }

    /// The run of a day, out of those that are open, or an empty one.
    fn take(&mut self, day: i64) -> Result<DayRun, WriterGone> {
        if let Some(at) = self.open.iter().rposition(|run| run.day == day) {
            return Ok(self.open.remove(at));
        }
        if self.open.len() == MAX_OPEN_RUNS {
            let oldest = self.open.remove(0);
            self.send(oldest)?;
        }
        let frames = match self.empty_runs.try_recv() {
            Ok(run) => run,
            // Besides those that are open, one is filled while one is written.
            Err(_) if self.n_made < self.open.len() + 2 => {
                self.n_made += 1;
                Run::new(self.limits)
            }
            Err(_) => self.empty_runs.recv().map_err(|_closed| WriterGone)?,
        };
        Ok(DayRun { day, frames })
    }

    fn send(&self, run: DayRun) -> Result<(), WriterGone> {
        self.full_sender.send(run).map_err(|_closed| WriterGone)
    }
}
