//! What a file that was given holds, by its content.

use std::io::Read as _;
use std::path::Path;

use canlake_shared::logs;
use canlake_shared::schema::footer::FileKind;
use canlake_shared::schema::read_summary;

use super::decode::{InputError, io_error, open};
use super::measured;

/// What a file given by the user holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum InputKind {
    /// Decoded signals, or anything that the catalogue will judge.
    Decoded,
    /// Raw frames in Parquet.
    Raw,
    /// A log, which may have measured signals as well.
    Log,
    /// Measured signals alone: there is nothing to decode.
    Measured,
}

/// Finds what a file holds, by its first bytes and its columns.
pub(crate) fn kind_of(path: &Path) -> Result<InputKind, InputError> {
    let mut magic = [0; 4];
    let mut file = open(path)?;
    let n_read = file
        .read(&mut magic)
        .map_err(|source| io_error("read", source, path))?;
    // An empty file holds no frames that a DBC could describe, nor does Parquet without its beginning:
    // what is wrong with a file is the catalogue's to say.
    let is_called_parquet = path.extension().is_some_and(|it| it == "parquet");
    if n_read == 0 || is_called_parquet && magic[..n_read] != *b"PAR1" {
        return Ok(InputKind::Decoded);
    }
    let is_parquet = magic[..n_read] == *b"PAR1";
    if is_parquet && let Ok((summary, _)) = read_summary(&open(path)?) {
        return Ok(match summary.kind {
            FileKind::Raw => InputKind::Raw,
            _ => InputKind::Decoded,
        });
    }
    // A log is called one also where it is damaged: then its reader tells.
    let is_measured = !has_frames(path)? && measured::is_measured(path)?;
    Ok(match (is_measured, is_parquet) {
        (true, _) => InputKind::Measured,
        (false, true) => InputKind::Decoded,
        (false, false) => InputKind::Log,
    })
}

/// Whether a file is a log with at least a frame.
fn has_frames(path: &Path) -> Result<bool, InputError> {
    let Ok(mut log) = logs::open(open(path)?, &path.to_string_lossy()) else {
        return Ok(false);
    };
    Ok(log.read(&mut Vec::new(), 1).is_ok_and(|n| n > 0))
}
