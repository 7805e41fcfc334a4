//! All raw files and logs that were given, decoded with the same DBC files.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::decode::{self, DbcChoice, DecodeReport, InputError, ReadSoFar};
use super::inputs::{self, Inputs};
use crate::stop::Stop;

/// How far decoding has come.
#[derive(Clone, Copy, Debug)]
pub struct DecodeProgress<'a> {
    /// The input that is being decoded.
    pub input: &'a Path,
    /// Its position among all inputs.
    pub idx: usize,
    /// Number of inputs.
    pub inputs: usize,
    /// Frames of it so far.
    pub frames: u64,
    /// Bytes of all inputs so far.
    pub bytes: u64,
    /// Bytes of all inputs.
    pub bytes_total: u64,
}

/// What became of all inputs.
#[derive(Debug, Default)]
pub struct DecodedInputs {
    /// What opens in place of what was given: decoded files and lakes.
    pub paths: Vec<PathBuf>,
    /// The inputs that were decoded, by what they were decoded to.
    pub inputs: BTreeMap<PathBuf, PathBuf>,
    /// Warnings of the DBC files, in one line each, by the name of the file.
    pub warnings: Vec<(String, Vec<String>)>,
    /// The inputs that were decoded.
    pub decoded: Vec<(PathBuf, DecodeReport)>,
    /// The inputs that could not be decoded.
    pub failed: Vec<(PathBuf, InputError)>,
}

/// Decodes inputs into the cache, and puts measured signals there as they are, until it is told to stop; one that cannot be decoded costs itself, unless it is the only one.
pub fn decode_all(
    given: Inputs,
    choice: &DbcChoice,
    stop: &Stop,
    mut on_progress: impl FnMut(DecodeProgress<'_>) + Send,
) -> Result<DecodedInputs, InputError> {
    let mut all = DecodedInputs {
        paths: given.decoded,
        ..DecodedInputs::default()
    };
    let inputs = given.undecoded.len() + given.measured.len();
    if inputs == 0 {
        return Ok(all);
    }
    let dbc = if given.undecoded.is_empty() {
        None
    } else {
        Some(inputs::read_dbc(choice)?)
    };
    for file in dbc.iter().flat_map(|dbc| dbc.databases.files()) {
        if !file.warnings.is_empty() {
            let lines = file.warnings.iter().map(ToString::to_string).collect();
            all.warnings.push((file.name.clone(), lines));
        }
    }
    let cache = inputs::cache_folder().ok_or(InputError::NoCache)?;
    let size = |path: &PathBuf| std::fs::metadata(path).map_or(0, |it| it.len());
    let measured = given.measured.into_iter().map(|input| (input, None));
    let undecoded = given.undecoded.into_iter();
    let undecoded = undecoded.map(|input| (input, dbc.as_ref()));
    let all_inputs: Vec<_> = measured.chain(undecoded).collect();
    let bytes_total = all_inputs.iter().map(|(input, _)| size(input)).sum();
    let mut bytes_before = 0;
    for (idx, (input, dbc)) in all_inputs.into_iter().enumerate() {
        let mut say = |read: ReadSoFar| {
            on_progress(DecodeProgress {
                input: &input,
                idx,
                inputs,
                frames: read.frames,
                bytes: bytes_before + read.bytes,
                bytes_total,
            });
        };
        say(ReadSoFar::default());
        let decoded = decode::decode(&input, dbc, &cache, stop, say);
        bytes_before += size(&input);
        match decoded {
            Ok(done) => {
                all.inputs.insert(done.path.clone(), input.clone());
                all.paths.push(done.path);
                all.decoded.push((input, done.report));
            }
            Err(error @ InputError::Stopped) => return Err(error),
            Err(error) if inputs == 1 => return Err(error),
            Err(error) => all.failed.push((input, error)),
        }
    }
    Ok(all)
}
