//! What the command says when it is done, as text and as JSON.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use canlake_shared::schema::footer::UndecodedReason;
use serde::Serialize;

use crate::job::JobSummary;

/// Totals of one run of the command. Its JSON is a contract: fields are only ever added.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Summary {
    /// Files asked for, or found in folders that were.
    pub inputs: u64,
    /// What could not be done: inputs, and arguments that name none.
    pub failed: u64,
    /// Decoded files, relative to the lake.
    pub outputs: Vec<String>,
    /// Frames read.
    pub frames: u64,
    /// Frames that gave at least one value.
    pub decoded_frames: u64,
    /// Values written.
    pub signal_values: u64,
    /// Different ids without a definition, by channel.
    pub unknown_ids: u64,
    /// Frames that did not decode, or not wholly, by reason.
    pub undecoded: BTreeMap<String, u64>,
    /// Lines and rows that were no frame, by reason.
    pub skipped: BTreeMap<String, u64>,
    /// Remarks about the DBC files.
    pub dbc_warnings: u64,
    /// Wall-clock time.
    pub seconds: f64,
    /// Frames read per second.
    pub frames_per_second: f64,
}

impl Summary {
    /// Adds what became of one input.
    pub fn add(&mut self, job: &JobSummary) {
        let outputs = job.outputs.iter().map(ToString::to_string);
        self.outputs.extend(outputs);
        self.frames += job.stats.frames;
        self.decoded_frames += job.stats.decoded_frames;
        self.signal_values += job.stats.signal_values;
        for (reason, frames) in job.stats.undecoded_by_reason() {
            *self.undecoded.entry(reason.to_string()).or_default() += frames;
        }
        for (reason, count) in &job.skipped {
            *self.skipped.entry(reason.clone()).or_default() += count;
        }
    }

    /// Sets the time that it took.
    pub fn finish(&mut self, elapsed: Duration, unknown_ids: u64) {
        self.unknown_ids = unknown_ids;
        self.seconds = elapsed.as_secs_f64();
        self.frames_per_second = self.frames as f64 / self.seconds.max(1e-9);
    }
}

/// The (channel, id) of frames that no DBC file knows, of a job.
pub fn unknown_ids(job: &JobSummary) -> impl Iterator<Item = (String, u32, bool)> {
    let undecoded = job.stats.undecoded().into_iter();
    undecoded
        .filter(|one| one.reason == UndecodedReason::UnknownId)
        .map(|one| (one.channel, one.arbitration_id, one.is_extended))
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let line = |f: &mut fmt::Formatter<'_>, name: &str, count: u64| {
            writeln!(f, "{name:<18}{count:>14}")
        };
        line(f, "inputs", self.inputs)?;
        if self.failed > 0 {
            line(f, "failed", self.failed)?;
        }
        line(f, "decoded files", self.outputs.len() as u64)?;
        line(f, "frames", self.frames)?;
        line(f, "decoded frames", self.decoded_frames)?;
        line(f, "signal values", self.signal_values)?;
        line(f, "unknown ids", self.unknown_ids)?;
        for (title, counts) in [
            ("frames not (wholly) decoded:", &self.undecoded),
            ("skipped, no frame:", &self.skipped),
        ] {
            if !counts.is_empty() {
                writeln!(f, "{title}")?;
            }
            for (reason, count) in counts {
                writeln!(f, "{count:>14}  {reason}")?;
            }
        }
        line(f, "DBC warnings", self.dbc_warnings)?;
        writeln!(
            f,
            "{:<18}{:>14.3} s, {:.0} frames/s",
            "time", self.seconds, self.frames_per_second
        )
    }
}
