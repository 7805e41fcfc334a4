//! Measured signals of an input, written where its decoded ones go.

use std::fs::File;
use std::path::Path;

use canlake_shared::decode::DecodedSink;
use canlake_shared::logs::{LogError, SkipReport};
use canlake_shared::measured::{self, MeasuredReader, MeasuredRun};

use super::decode::InputError;
use crate::stop::Stop;

/// Values that are read before somebody is told, and may say stop.
const STEP: usize = 100_000;
/// Values of a run: as many as are sorted and written at once.
const RUN: usize = 4_000_000;

/// What was written.
#[derive(Debug, Default)]
pub(super) struct Measured {
    /// Values.
    pub(super) values: u64,
    /// What was skipped, in one line each.
    pub(super) skipped: Vec<String>,
}

/// Why not all was written.
pub(super) enum Error<E> {
    /// The input failed, or nobody wants it any more.
    Input(InputError),
    /// It cannot be written.
    Sink(E),
}

/// Whether a file has measured signals.
pub(super) fn is_measured(path: &Path) -> Result<bool, InputError> {
    Ok(open(path)?.is_some())
}

/// Writes all of them. `on_read` gets the bytes of the file that are read.
pub(super) fn write<S: DecodedSink>(
    path: &Path,
    sink: &mut S,
    stop: &Stop,
    mut on_read: impl FnMut(u64),
) -> Result<Measured, Error<S::Error>> {
    let Some(mut reader) = open(path).map_err(Error::Input)? else {
        return Ok(Measured::default());
    };
    let mut run = MeasuredRun::default();
    let mut values = 0;
    loop {
        if stop.is_set() {
            return Err(Error::Input(InputError::Stopped));
        }
        let n = reader.read(&mut run, STEP);
        let n = n.map_err(|source| Error::Input(failed(source, path)))?;
        values += n as u64;
        on_read(reader.bytes_read());
        if n == 0 || run.len() >= RUN {
            run.write_to(sink).map_err(Error::Sink)?;
        }
        if n == 0 {
            return Ok(Measured {
                values,
                skipped: lines(reader.skipped()),
            });
        }
    }
}

fn lines(skipped: &SkipReport) -> Vec<String> {
    skipped.details().iter().map(ToString::to_string).collect()
}

/// A file that is no table of a known kind has none; one that fails is an error.
fn open(path: &Path) -> Result<Option<Box<dyn MeasuredReader>>, InputError> {
    let file = File::open(path).map_err(|source| InputError::Io {
        what: "open",
        source,
        path: path.to_owned(),
    })?;
    match measured::open(file, &path.to_string_lossy()) {
        Ok(reader) => Ok(reader),
        Err(error @ LogError::Io { .. }) => Err(failed(error, path)),
        Err(_) => Ok(None),
    }
}

fn failed(source: LogError, path: &Path) -> InputError {
    InputError::Frames {
        source: source.into(),
        path: path.to_owned(),
    }
}
