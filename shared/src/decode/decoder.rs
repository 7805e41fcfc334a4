//! Batches in, sorted runs out, on one thread.

use arrow::record_batch::RecordBatch;

use super::carriage::Carriers;
use super::run::{Run, RunLimits};
use super::sink::DecodedSink;
use super::stats::DecodeStats;
use crate::dbc::plan::CompiledDatabase;
use crate::schema::{RawView, SchemaError};

/// Why decoding stopped.
#[derive(Debug, thiserror::Error)]
pub enum DecodeError<R, S> {
    /// A batch lacks a column; it did not come from a reader of this crate.
    #[error("batch of raw frames cannot be decoded")]
    Batch(#[source] SchemaError),
    /// The source of batches failed; what came before it is not written.
    #[error("raw frames cannot be read")]
    Read(#[source] R),
    /// The sink refused values.
    #[error("decoded signals cannot be written")]
    Sink(#[source] S),
}

/// Decodes batches of raw frames into sorted runs.
#[derive(Debug)]
pub struct Decoder<F> {
    database: F,
    run: Run,
    carriers: Carriers,
    stats: DecodeStats,
}

impl<F: FnMut(&str) -> CompiledDatabase> Decoder<F> {
    /// A decoder that asks `database` for the messages of each channel (empty name: unknown).
    pub fn new(database: F, limits: RunLimits) -> Self {
        Self {
            database,
            run: Run::new(limits),
            carriers: Carriers::default(),
            stats: DecodeStats::default(),
        }
    }

    /// Adds a batch in the raw schema; writes a run whenever one is full.
    pub fn push<S: DecodedSink>(
        &mut self,
        batch: &RecordBatch,
        sink: &mut S,
    ) -> Result<(), DecodeError<std::convert::Infallible, S::Error>> {
        let view = RawView::new(batch).map_err(DecodeError::Batch)?;
        let mut row = 0;
        while row < view.len() {
            row = self.run.push(
                &view,
                row,
                &(i64::MIN..=i64::MAX),
                &mut self.database,
                &mut self.carriers,
            );
            if row < view.len() {
                self.write_run(sink).map_err(DecodeError::Sink)?;
            }
        }
        self.take_arrivals(sink).map_err(DecodeError::Sink)
    }

    /// Writes what is left and returns the counts of the whole job.
    pub fn finish<S: DecodedSink>(mut self, sink: &mut S) -> Result<DecodeStats, S::Error> {
        self.carriers.finish();
        self.take_arrivals(sink)?;
        self.write_run(sink)?;
        Ok(self.stats)
    }

    fn take_arrivals<S: DecodedSink>(&mut self, sink: &mut S) -> Result<(), S::Error> {
        for arrival in self.carriers.arrivals() {
            let mut arrival = Some(arrival);
            // What a full run hands back has room in an empty one.
            while let Some(next) = arrival.take() {
                let (database, carriers) = (&mut self.database, &mut self.carriers);
                if let Err(refused) = self.run.arrive(next, database, carriers) {
                    self.write_run(sink)?;
                    arrival = Some(refused);
                }
            }
        }
        Ok(())
    }

    fn write_run<S: DecodedSink>(&mut self, sink: &mut S) -> Result<(), S::Error> {
        let stats = self.run.write_to(sink)?;
        self.stats.merge(&stats);
        Ok(())
    }
}
