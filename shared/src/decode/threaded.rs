//! Batches in, sorted runs out, on two threads: one reads and groups, the other decodes and writes.

use std::convert::Infallible;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;

use arrow::record_batch::RecordBatch;

use super::decoder::DecodeError;
use super::run::{Run, RunLimits};
use super::sink::DecodedSink;
use super::stats::DecodeStats;
use crate::dbc::plan::CompiledDatabase;
use crate::schema::RawView;

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
    let (full_sender, full_runs) = sync_channel(1);
    let (empty_sender, empty_runs) = sync_channel(2);
    for _ in 0..2 {
        empty_sender
            .send(Run::new(limits))
            .expect("the queue holds two and its receiver is still here");
    }
    thread::scope(|scope| {
        let reader = thread::Builder::new()
            .name("decode-read".to_owned())
            .spawn_scoped(scope, move || {
                let read = Reader {
                    empty_runs,
                    full_sender,
                };
                read.run(batches, database)
            })
            .expect("the system can start one more thread");
        let mut stats = DecodeStats::default();
        let mut written = Ok(());
        for mut run in full_runs {
            match run.write_to(sink) {
                Ok(run_stats) => stats.merge(&run_stats),
                Err(error) => {
                    written = Err(DecodeError::Sink(error));
                    break;
                }
            }
            on_progress(&stats);
            // The reader may have ended already; then nobody needs the memory again.
            drop(empty_sender.try_send(run));
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
        })?;
        Ok(stats)
    })
}

struct Reader {
    empty_runs: Receiver<Run>,
    full_sender: SyncSender<Run>,
}

impl Reader {
    /// Ends early, without an error, when the writer is gone: then the writer has one to tell.
    fn run<I, R>(
        self,
        batches: I,
        mut database: impl FnMut(&str) -> CompiledDatabase,
    ) -> Result<(), DecodeError<R, Infallible>>
    where
        I: Iterator<Item = Result<RecordBatch, R>>,
    {
        let Ok(mut run) = self.empty_runs.recv() else {
            return Ok(());
        };
        for batch in batches {
            let batch = batch.map_err(DecodeError::Read)?;
            let view = RawView::new(&batch).map_err(DecodeError::Batch)?;
            let mut row = 0;
            while row < view.len() {
                row = run.push(&view, row, &mut database);
                if row == view.len() {
                    break;
                }
                if self.full_sender.send(run).is_err() {
                    return Ok(());
                }
                run = match self.empty_runs.recv() {
                    Ok(run) => run,
                    Err(_) => return Ok(()),
                };
            }
        }
        if !run.is_empty() {
            drop(self.full_sender.send(run));
        }
        Ok(())
    }
}
