//! Which DBC file of a library fits a recording best, and why.
//!
//! Identifiers coincide: on a bus with 180 of the 2,048 standard identifiers, a tenth of the messages
//! of any other car's DBC file seem to come. So each identifier that a file explains is evidence:
//! **for** it where most frames are as long as the file states, **against** it where they are not, half
//! for it where lengths say nothing (parts of longer messages). An identifier counts by the number of
//! binary digits of its frames, so that neither one fast message nor many rare ones decide alone.

use std::cmp::Reverse;
use std::fmt;

use super::census::ChannelCensus;
use super::coverage::{ChannelCoverage, Explanation, channel_coverage};
use super::plan::CompiledDatabase;
use super::{DbcFile, Matching};

/// How well a DBC file fits the frames of a channel. Printed it says why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fit {
    /// Position of the file among those that were tried.
    pub file_idx: usize,
    /// How identifiers have to be matched.
    pub matching: Matching,
    /// What speaks for the file less what speaks against it, see the module.
    pub evidence: i64,
    /// Data frames of the channel.
    pub frames: u64,
    /// Of these, frames that the file explains.
    pub explained_frames: u64,
    /// Frames that it explains and that are exactly as long as it states.
    pub as_stated_frames: u64,
    /// Identifiers of the channel.
    pub ids: usize,
    /// Of these, identifiers that the file explains.
    pub explained_ids: usize,
    /// Of these, identifiers most of whose frames have another length than the file states.
    pub misfitting_ids: usize,
    /// Messages of the file.
    pub messages: usize,
    /// Of these, messages that came.
    pub seen_messages: usize,
}

impl fmt::Display for Fit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "explains {} of {} frames, {} of {} identifiers",
            self.explained_frames, self.frames, self.explained_ids, self.ids
        )?;
        match self.misfitting_ids {
            0 => {}
            n => write!(f, " ({n} of other length)")?,
        }
        write!(
            f,
            "; {} of its {} messages came",
            self.seen_messages, self.messages
        )?;
        if self.matching == Matching::J1939 {
            f.write_str("; matched as J1939, which it does not say itself")?;
        }
        Ok(())
    }
}

/// Tries files on a channel, each alone. Best first, in an order that depends on nothing but the
/// arguments; files that explain nothing are left out.
///
/// Of a file that does not say that it is J1939 both ways of matching are tried, if it has extended
/// identifiers and [`Matching::Auto`] is asked for.
pub fn propose(census: &ChannelCensus, files: &[&DbcFile], matching: Matching) -> Vec<Fit> {
    let fits = files
        .iter()
        .enumerate()
        .map(|(file_idx, file)| best_matching(census, file_idx, file, matching));
    let mut fits: Vec<Fit> = fits.filter(|fit| fit.explained_frames > 0).collect();
    fits.sort_by_key(|fit| {
        // In parts of 2^32, so that shares compare as numbers.
        let share_seen = ((fit.seen_messages as u128) << 32) / fit.messages.max(1) as u128;
        (
            Reverse((fit.evidence, fit.explained_frames, fit.explained_ids)),
            Reverse((fit.as_stated_frames, share_seen)),
            fit.file_idx,
        )
    });
    fits
}

fn best_matching(
    census: &ChannelCensus,
    file_idx: usize,
    file: &DbcFile,
    matching: Matching,
) -> Fit {
    let fit = Fit::new(census, file_idx, file, matching);
    let mut messages = file.database.messages.iter();
    let may_be_silent = messages.any(|it| it.id.is_extended() && !it.matches_by_pgn);
    if matching != Matching::Auto || !may_be_silent || census.ids.keys().all(|id| !id.is_extended())
    {
        return fit;
    }
    let as_j1939 = Fit::new(census, file_idx, file, Matching::J1939);
    // Files that are not J1939 gain by it too, a little.
    if 2 * as_j1939.evidence > 3 * fit.evidence.max(0) {
        as_j1939
    } else {
        fit
    }
}

impl Fit {
    fn new(census: &ChannelCensus, file_idx: usize, file: &DbcFile, matching: Matching) -> Self {
        let compiled = CompiledDatabase::new([&file.database], matching);
        let coverage = channel_coverage(census, &[file], &compiled);
        let messages = file.database.messages.len();
        let mut fit = Self {
            file_idx,
            matching,
            evidence: 0,
            frames: coverage.frames,
            explained_frames: coverage.explained,
            as_stated_frames: 0,
            ids: coverage.ids.len(),
            explained_ids: 0,
            misfitting_ids: 0,
            messages,
            seen_messages: messages - coverage.unseen.len(),
        };
        fit.weigh(&coverage);
        fit
    }

    fn weigh(&mut self, coverage: &ChannelCoverage) {
        let explained = coverage.ids.iter().filter(|id| {
            id.is_explained() && matches!(id.explanation, Explanation::Message { .. })
        });
        for id in explained {
            self.explained_ids += 1;
            let frames = id.frames + id.carried_frames;
            let weight = i64::from(u64::BITS - frames.leading_zeros());
            let lengths = id.lengths;
            self.as_stated_frames += lengths.as_stated;
            if lengths.compared() == 0 {
                self.evidence += weight / 2;
            } else if 2 * lengths.as_stated > lengths.compared() {
                self.evidence += weight;
            } else {
                self.evidence -= weight;
                self.misfitting_ids += 1;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::fmt::Write as _;

    use super::*;
    use crate::can::CanId;
    use crate::dbc::census::{IdCensus, PayloadLength};

    fn census(ids: &[(u32, u8, u64)]) -> ChannelCensus {
        let ids = ids.iter().map(|(id, bytes, frames)| {
            let length = PayloadLength {
                bytes: *bytes,
                is_fd: false,
            };
            let counted = IdCensus {
                lengths: BTreeMap::from([(length, *frames)]),
                carried_frames: 0,
            };
            (CanId::from_number(*id).unwrap(), counted)
        });
        ChannelCensus {
            ids: ids.collect(),
            ..ChannelCensus::default()
        }
    }

    fn file(name: &str, messages: &[(u32, u32)]) -> DbcFile {
        let mut text = String::new();
        for (id, len) in messages {
            let written = if *id > 0x7FF { id | 1 << 31 } else { *id };
            writeln!(text, "BO_ {written} M{id}: {len} N").unwrap();
            writeln!(text, " SG_ S : 0|8@1+ (1,0) [0|0] \"\" N").unwrap();
        }
        DbcFile::new(name, text.as_bytes())
    }

    fn ranked<'a>(census: &ChannelCensus, files: &'a [DbcFile]) -> Vec<&'a str> {
        let tried: Vec<&DbcFile> = files.iter().collect();
        let fits = propose(census, &tried, Matching::Auto);
        fits.iter()
            .map(|fit| files[fit.file_idx].name.as_str())
            .collect()
    }

    #[test]
    fn lengths_that_do_not_fit_rank_below_fewer_that_do() {
        let census = census(&[(1, 8, 100), (2, 8, 100), (3, 4, 100), (4, 8, 1)]);
        let files = [
            file("nothing", &[(9, 8)]),
            file("other lengths", &[(1, 6), (2, 6), (3, 3), (4, 6)]),
            file("half", &[(1, 8)]),
            file("right", &[(1, 8), (2, 8), (3, 4)]),
            file(
                "right, with more that never came",
                &[(1, 8), (2, 8), (3, 4), (7, 8)],
            ),
            file("right, but for one", &[(1, 8), (2, 8), (3, 8)]),
        ];
        let expected = [
            "right",
            "right, with more that never came",
            "right, but for one",
            "half",
            "other lengths",
        ];
        assert_eq!(ranked(&census, &files), expected);
    }

    #[test]
    fn equal_files_keep_their_order() {
        let census = census(&[(1, 8, 100)]);
        let files = [file("b", &[(1, 8)]), file("a", &[(1, 8)])];
        assert_eq!(ranked(&census, &files), ["b", "a"]);
    }

    #[test]
    fn a_file_that_does_not_say_that_it_is_j1939_is_matched_so_where_it_helps() {
        let files = [file("groups", &[(0x18FE_F1FE, 8), (0x0CF0_04FE, 8)])];
        let tried: Vec<&DbcFile> = files.iter().collect();
        let of_nodes = census(&[(0x18FE_F100, 8, 10), (0x0CF0_0421, 8, 10)]);
        let fits = propose(&of_nodes, &tried, Matching::Auto);
        assert_eq!(
            (fits[0].matching, fits[0].explained_ids),
            (Matching::J1939, 2)
        );
        assert!(
            fits[0]
                .to_string()
                .ends_with("which it does not say itself")
        );
        assert_eq!(propose(&of_nodes, &tried, Matching::Exact), []);
        let exact = census(&[(0x18FE_F1FE, 8, 10), (0x0CF0_04FE, 8, 10)]);
        let fits = propose(&exact, &tried, Matching::Auto);
        assert_eq!(fits[0].matching, Matching::Auto);
        let why = "explains 20 of 20 frames, 2 of 2 identifiers; 2 of its 2 messages came";
        assert_eq!(fits[0].to_string(), why);
    }
}
