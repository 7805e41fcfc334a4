//! Which DBC files fit inputs best, by the beginning of what is in them.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use canlake_shared::dbc::census::CensusTaker;
use canlake_shared::dbc::proposal::propose;
use canlake_shared::dbc::{DbcFile, Matching};

use super::decode::{self, DbcChoice};
use super::kind::kind_of;
use crate::stop::Stop;

/// Frames that are looked at of each input: some minutes of a busy bus.
const FRAMES: usize = 200_000;
/// Inputs that are looked at.
const INPUTS: usize = 4;
/// DBC files that are tried.
const FILES: usize = 256;
/// A larger DBC file is not tried.
const MAX_FILE_BYTES: u64 = 32 << 20;

/// What is proposed for inputs.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Proposal {
    /// The files that were tried, those that fit best first.
    pub files: Vec<PathBuf>,
    /// What speaks for a file, of those that explain something.
    pub why: BTreeMap<PathBuf, String>,
    /// The best file of each channel, if any fits.
    pub best: Option<DbcChoice>,
}

/// How well a file fits all channels.
#[derive(Clone, Copy, Debug, Default)]
struct Sum {
    evidence: i64,
    explained: u64,
}

/// Tries `files` on the beginning of `inputs`; what cannot be read has no part in it.
pub fn proposed(inputs: &[PathBuf], files: Vec<PathBuf>, stop: &Stop) -> Proposal {
    let mut taker = CensusTaker::default();
    for input in inputs.iter().take(INPUTS) {
        take(input, &mut taker, stop);
        taker.end_recording();
    }
    let census = taker.finish();
    let read: Vec<(PathBuf, DbcFile)> = files
        .iter()
        .take(FILES)
        .take_while(|_| !stop.is_set())
        .filter_map(|path| Some((path.clone(), read(path)?)))
        .collect();
    let candidates: Vec<&DbcFile> = read.iter().map(|(_, file)| file).collect();
    let mut sums = vec![Sum::default(); candidates.len()];
    let mut best = DbcChoice::default();
    let mut frames = 0;
    let mut channels: Vec<_> = census.channels.iter().collect();
    channels.sort_by_key(|channel| std::cmp::Reverse(channel.data_frames()));
    for channel in channels {
        frames += channel.data_frames();
        let fits = propose(channel, &candidates, Matching::Auto);
        for fit in &fits {
            if let Some(sum) = sums.get_mut(fit.file_idx) {
                sum.evidence += fit.evidence;
                sum.explained += fit.explained_frames;
            }
        }
        let Some(first) = fits.first().filter(|fit| fit.evidence > 0) else {
            continue;
        };
        if let Some((path, _)) = read.get(first.file_idx)
            && !best.paths.contains(path)
        {
            best.paths.push(path.clone());
            if first.matching == Matching::J1939 {
                best.matching = Matching::J1939;
            }
        }
    }
    let mut ranked: Vec<_> = read.iter().map(|(path, _)| path).zip(&sums).collect();
    ranked.sort_by_key(|(_, sum)| std::cmp::Reverse((sum.evidence, sum.explained)));
    let explained = ranked.iter().filter(|(_, sum)| sum.explained > 0);
    let why = explained.map(|(path, sum)| {
        let share = 100.0 * sum.explained as f64 / frames.max(1) as f64;
        (
            (*path).clone(),
            format!("explains {share:.1} % of the frames"),
        )
    });
    let why = why.collect();
    let mut files_by_rank: Vec<PathBuf> =
        ranked.into_iter().map(|(path, _)| path.clone()).collect();
    let others = files
        .into_iter()
        .filter(|path| !files_by_rank.contains(path));
    let others: Vec<_> = others.collect();
    files_by_rank.extend(others);
    Proposal {
        files: files_by_rank,
        why,
        best: (!best.paths.is_empty()).then_some(best),
    }
}

fn take(input: &Path, taker: &mut CensusTaker, stop: &Stop) {
    let opened = kind_of(input).and_then(|kind| decode::open_frames(input, kind));
    let Ok(frames) = opened else {
        return;
    };
    let mut taken = 0;
    for batch in frames {
        let Ok(batch) = batch else {
            return;
        };
        taken += batch.num_rows();
        if taker.push(&batch).is_err() || taken >= FRAMES || stop.is_set() {
            return;
        }
    }
}

fn read(path: &Path) -> Option<DbcFile> {
    let is_small = std::fs::metadata(path).is_ok_and(|it| it.len() <= MAX_FILE_BYTES);
    let bytes = is_small.then(|| std::fs::read(path).ok()).flatten()?;
    Some(DbcFile::new(path.to_string_lossy(), &bytes))
}

#[cfg(test)]
mod tests {
    use canlake_shared::sim;

    use super::*;

    #[test]
    fn what_fits_comes_first_and_says_why() {
        let folder = tempfile::tempdir().unwrap();
        let place = |name: &str| folder.path().join(name);
        let lines = (0..50).map(|i| format!("({i}.5) can0 1A0#0011223344556677\n"));
        std::fs::write(place("drive.log"), lines.collect::<String>()).unwrap();
        let dbc = |id: u32| format!("BO_ {id} M: 8 E\n SG_ S : 0|8@1+ (1,0) [0|0] \"\" E\n");
        std::fs::write(place("a_other.dbc"), dbc(0x1A1)).unwrap();
        std::fs::write(place("b_right.dbc"), dbc(0x1A0)).unwrap();
        std::fs::write(place("c_demo.dbc"), sim::DBC_TEXT.replace("416", "417")).unwrap();
        let files = ["a_other.dbc", "nowhere.dbc", "b_right.dbc", "c_demo.dbc"].map(place);
        let found = proposed(&[place("drive.log")], files.to_vec(), &Stop::default());
        assert_eq!(found.files[0], place("b_right.dbc"));
        assert_eq!(found.files.len(), 4);
        let why = &found.why[&place("b_right.dbc")];
        assert_eq!(why, "explains 100.0 % of the frames");
        let expected = DbcChoice {
            paths: vec![place("b_right.dbc")],
            matching: Matching::Auto,
        };
        assert_eq!(found.best, Some(expected));
        let nothing = proposed(&[place("nowhere.log")], files.to_vec(), &Stop::default());
        assert_eq!((nothing.best, nothing.files.len()), (None, 4));
    }
}
