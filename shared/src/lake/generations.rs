//! Which of several files to read, so that every recording is read exactly once.
//!
//! Compaction and re-decoding write new files over the same raw files and delete the old ones later;
//! uploads are repeated; folders are copied. Three rules, for files of one area of the lake:
//!
//! 1. Of files of one day over the same `canlake.sources` the newest is read. Where a newest-first choice
//!    would leave a source unread (a newer file over a part of an older one) the widest is read.
//! 2. Raw files whose names carry the same content hash, and files without sources that agree in
//!    rows, time range and first pages, are the same recording: one is read.
//! 3. Anything else is read. Files that share a part of their sources where no choice reads each
//!    source once are all read and flagged: a row twice is better than a row lost.
//!
//! Rows are never compared, and different recordings that overlap in time are all kept.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use super::{Area, ObjectKey, RawName};
use crate::schema::{ContentHash, FileKind, FileSummary};
use crate::time::{TimeRange, Timestamp, UtcDate};

/// A file that could be read.
#[derive(Clone, Copy, Debug)]
pub struct Candidate<'a> {
    /// Its key or path.
    pub key: &'a str,
    /// When the store says that it was written: the newer generation is the later one.
    pub modified: Timestamp,
    /// What its footer says.
    pub summary: &'a FileSummary,
    /// Hash of its first pages, where known ([`crate::schema::first_pages_hash`]). Only needed of
    /// files without `canlake.sources`; those without it are never taken for duplicates.
    pub first_pages: Option<ContentHash>,
}

/// What to do with a candidate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Choice {
    /// Read it.
    Read,
    /// Read it, and tell the user that it shares sources with others that are read too.
    ReadOverlapping,
    /// The same recording as another file, which is read.
    Duplicate {
        /// The other's position in the list.
        of: usize,
    },
    /// All its sources are in newer or wider files, which are read.
    Superseded {
        /// Their positions in the list, sorted.
        by: Vec<usize>,
    },
}

impl Choice {
    /// Whether the file is to be read.
    pub const fn is_read(&self) -> bool {
        matches!(self, Self::Read | Self::ReadOverlapping)
    }
}

/// Decides for each candidate; the answer does not depend on their order.
pub fn choose_files(candidates: &[Candidate<'_>]) -> Vec<Choice> {
    let mut choices = vec![Choice::Read; candidates.len()];
    let mut recordings: BTreeMap<Identity, Vec<usize>> = BTreeMap::new();
    let mut derived: BTreeMap<Place, Vec<usize>> = BTreeMap::new();
    for (idx, candidate) in candidates.iter().enumerate() {
        if !candidate.summary.sources.is_empty() {
            derived.entry(Place::of(candidate)).or_default().push(idx);
        } else if let Some(identity) = Identity::of(candidate) {
            recordings.entry(identity).or_default().push(idx);
        }
    }
    for copies in recordings.values() {
        // The copy inside a partition is found by pruning; the key makes the choice repeatable.
        let best = copies.iter().copied().min_by_key(|idx| {
            let candidate = candidates.get(*idx);
            let key = candidate.map_or("", |candidate| candidate.key);
            (!key.contains("vehicle_id"), key)
        });
        for idx in copies {
            if let (Some(of), Some(choice)) = (best, choices.get_mut(*idx))
                && of != *idx
            {
                *choice = Choice::Duplicate { of };
            }
        }
    }
    for group in derived.into_values() {
        for component in components(candidates, &group) {
            choose_generation(candidates, &component, &mut choices);
        }
    }
    choices
}

/// The part of the lake in which files compete with each other.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    kind: FileKind,
    // A second's and a minute's roll-up of the same sources are both needed.
    area: Option<Area>,
    // A log that runs past midnight gives one file a day, all of the same source.
    day: Option<UtcDate>,
}

impl Place {
    fn of(candidate: &Candidate<'_>) -> Self {
        let kind = candidate.summary.kind;
        let key = candidate.key.parse::<ObjectKey>().ok();
        let area = key.as_ref().map(ObjectKey::area);
        let partition = key.as_ref().and_then(ObjectKey::partition);
        let range = candidate.summary.time_range;
        Self {
            kind,
            area: area.filter(|area| area.kind() == FileKind::Rollup && kind == FileKind::Rollup),
            day: partition
                .map(|partition| partition.date)
                .or_else(|| range.map(|range| range.start.utc_date())),
        }
    }
}

/// What copies of one recording have in common.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Identity {
    kind: FileKind,
    vehicle: Option<String>,
    rows: u64,
    range: (Timestamp, Timestamp),
    content: String,
}

impl Identity {
    fn of(candidate: &Candidate<'_>) -> Option<Self> {
        let summary = candidate.summary;
        let TimeRange { start, end } = summary.time_range?;
        let name = candidate.key.rsplit('/').next().unwrap_or_default();
        let named = name.parse::<RawName>().ok().map(|name| name.content);
        let content = named.or_else(|| candidate.first_pages.map(|hash| hash.to_string()))?;
        (summary.rows > 0).then_some(Self {
            kind: summary.kind,
            vehicle: summary.vehicle.clone(),
            rows: summary.rows,
            range: (start, end),
            content,
        })
    }
}

/// Splits files into groups that share sources, directly or through others.
fn components(candidates: &[Candidate<'_>], group: &[usize]) -> Vec<Vec<usize>> {
    // Union-find over positions in `group`: each points towards the first of its component.
    let mut parents: Vec<usize> = (0..group.len()).collect();
    let mut owners: BTreeMap<&ContentHash, usize> = BTreeMap::new();
    for (position, idx) in group.iter().enumerate() {
        for source in sources(candidates, *idx) {
            let owner = *owners.entry(source).or_insert(position);
            let (a, b) = (root(&mut parents, owner), root(&mut parents, position));
            if let Some(parent) = parents.get_mut(a.max(b)) {
                *parent = a.min(b);
            }
        }
    }
    let mut components: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (position, idx) in group.iter().enumerate() {
        components
            .entry(root(&mut parents, position))
            .or_default()
            .push(*idx);
    }
    components.into_values().collect()
}

fn root(parents: &mut [usize], mut position: usize) -> usize {
    while let Some(parent) = parents.get(position).copied() {
        if parent == position {
            break;
        }
        // Path halving keeps chains short.
        let grandparent = parents.get(parent).copied().unwrap_or(parent);
        if let Some(entry) = parents.get_mut(position) {
            *entry = grandparent;
        }
        position = parent;
    }
    position
}

fn sources<'a>(candidates: &[Candidate<'a>], idx: usize) -> &'a [ContentHash] {
    candidates.get(idx).map_or(&[], |it| &it.summary.sources)
}

fn choose_generation(candidates: &[Candidate<'_>], component: &[usize], choices: &mut [Choice]) {
    if component.len() < 2 {
        return;
    }
    let all: BTreeSet<&ContentHash> = component
        .iter()
        .flat_map(|idx| sources(candidates, *idx))
        .collect();
    let age = |idx: &usize| {
        candidates
            .get(*idx)
            .map(|it| (Reverse(it.modified), it.key))
    };
    let mut newest_first = component.to_vec();
    newest_first.sort_by_key(age);
    let mut widest_first = component.to_vec();
    widest_first.sort_by_key(|idx| (Reverse(sources(candidates, *idx).len()), age(idx)));

    // Every source exactly once: by the newest files if they can, else by the widest.
    let newest = disjoint(candidates, &newest_first);
    let kept = if covered(candidates, &newest) == all.len() {
        newest
    } else {
        disjoint(candidates, &widest_first)
    };
    let mut readers: BTreeMap<&ContentHash, Vec<usize>> = BTreeMap::new();
    for idx in &kept {
        for source in sources(candidates, *idx) {
            readers.entry(source).or_default().push(*idx);
        }
    }
    let kept: BTreeSet<usize> = kept.into_iter().collect();
    for idx in newest_first.iter().filter(|idx| !kept.contains(idx)) {
        let own = sources(candidates, *idx);
        if own.iter().any(|source| !readers.contains_key(source)) {
            for source in own {
                readers.entry(source).or_default().push(*idx);
            }
        }
    }
    for idx in component {
        let own = || {
            sources(candidates, *idx)
                .iter()
                .filter_map(|it| readers.get(it))
        };
        let is_read = own().any(|readers| readers.contains(idx));
        let choice = if !is_read {
            let by: BTreeSet<usize> = own().flatten().copied().collect();
            Choice::Superseded {
                by: by.into_iter().collect(),
            }
        } else if own().any(|readers| readers.len() > 1) {
            Choice::ReadOverlapping
        } else {
            Choice::Read
        };
        if let Some(slot) = choices.get_mut(*idx) {
            *slot = choice;
        }
    }
}

/// The files, in order of preference, that share no source with one taken before.
fn disjoint(candidates: &[Candidate<'_>], preference: &[usize]) -> Vec<usize> {
    let mut taken: BTreeSet<&ContentHash> = BTreeSet::new();
    let mut kept = Vec::new();
    for idx in preference {
        let own = sources(candidates, *idx);
        if own.iter().all(|source| !taken.contains(source)) {
            taken.extend(own);
            kept.push(*idx);
        }
    }
    kept
}

fn covered(candidates: &[Candidate<'_>], kept: &[usize]) -> usize {
    kept.iter().map(|idx| sources(candidates, *idx).len()).sum()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn decoded(sources: &[u8]) -> FileSummary {
        let mut summary = FileSummary::unknown(FileKind::Decoded);
        summary.sources = sources.iter().map(|it| ContentHash::of(&[*it])).collect();
        summary.sources.sort_unstable();
        summary
    }

    fn choose(files: &[(&str, i64, &FileSummary)]) -> Vec<Choice> {
        let candidates: Vec<_> = files
            .iter()
            .map(|(key, modified, summary)| Candidate {
                key,
                modified: Timestamp::from_ns(*modified),
                summary,
                first_pages: None,
            })
            .collect();
        choose_files(&candidates)
    }

    fn superseded(by: &[usize]) -> Choice {
        Choice::Superseded { by: by.to_vec() }
    }

    #[test]
    fn the_newer_generation_is_read() {
        type Case<'a> = (&'a [(&'a str, i64, &'a FileSummary)], &'a [Choice]);
        let (a, b, c, abc) = (decoded(b"a"), decoded(b"b"), decoded(b"c"), decoded(b"abc"));
        let cases: [Case<'_>; 5] = [
            // Re-decoded.
            (
                &[("x", 1, &a), ("y", 2, &a)],
                &[superseded(&[1]), Choice::Read],
            ),
            // Equal times: the key decides.
            (
                &[("y", 1, &a), ("x", 1, &a)],
                &[superseded(&[1]), Choice::Read],
            ),
            // Compacted.
            (
                &[("x", 1, &a), ("y", 1, &b), ("z", 1, &c), ("day", 2, &abc)],
                &[
                    superseded(&[3]),
                    superseded(&[3]),
                    superseded(&[3]),
                    Choice::Read,
                ],
            ),
            // All parts decoded again after compaction.
            (
                &[("day", 1, &abc), ("x", 2, &a), ("y", 2, &b), ("z", 2, &c)],
                &[
                    superseded(&[1, 2, 3]),
                    Choice::Read,
                    Choice::Read,
                    Choice::Read,
                ],
            ),
            // One part decoded again: only the day file has the others.
            (
                &[("day", 1, &abc), ("x", 2, &a)],
                &[Choice::Read, superseded(&[0])],
            ),
        ];
        for (files, expected) in cases {
            assert_eq!(choose(files), expected);
        }
    }

    #[test]
    fn nothing_is_lost_where_no_choice_is_exact() {
        let (ab, bc) = (decoded(b"ab"), decoded(b"bc"));
        let choices = choose(&[("x", 1, &ab), ("y", 2, &bc)]);
        assert_eq!(choices, [Choice::ReadOverlapping, Choice::ReadOverlapping]);
    }

    #[test]
    fn levels_of_roll_ups_do_not_compete() {
        let mut summary = decoded(b"a");
        summary.kind = FileKind::Rollup;
        let key = |level| {
            format!("rollup/level={level}/vehicle_id=V/year=2026/month=01/day=01/x_rollup.parquet")
        };
        let choices = choose(&[(&key("1s"), 1, &summary), (&key("1min"), 2, &summary)]);
        assert_eq!(choices, [Choice::Read, Choice::Read]);
    }

    #[test]
    fn days_of_one_source_do_not_compete() {
        let summary = decoded(b"a");
        let key =
            |day| format!("decoded/vehicle_id=V/year=2026/month=01/day={day}/x_decoded.parquet");
        let choices = choose(&[(&key("01"), 1, &summary), (&key("02"), 2, &summary)]);
        assert_eq!(choices, [Choice::Read, Choice::Read]);
        let day = |secs: i64| {
            let mut summary = decoded(b"a");
            let start = Timestamp::from_ns(secs * 1_000_000_000);
            summary.time_range = Some(TimeRange::new(start, start + 1));
            summary
        };
        let (first, second) = (day(86_399), day(86_400));
        let choices = choose(&[("x", 1, &first), ("y", 2, &second)]);
        assert_eq!(choices, [Choice::Read, Choice::Read]);
    }

    #[test]
    fn copies_are_recognised_by_content() {
        let mut summary = FileSummary::unknown(FileKind::Raw);
        summary.rows = 10;
        summary.time_range = Some(TimeRange::new(Timestamp::from_ns(1), Timestamp::from_ns(2)));
        let name = "20260223T000000Z-6f0c2a1b-00000042-ba7816bf8f01_raw.parquet";
        let home = format!("raw/vehicle_id=V/year=2026/month=02/day=23/{name}");
        let stray = format!("raw/{name}");
        let choices = choose(&[(&stray, 1, &summary), (&home, 1, &summary)]);
        assert_eq!(choices, [Choice::Duplicate { of: 1 }, Choice::Read]);

        // Foreign names say nothing: equal rows and times alone prove nothing.
        let foreign = [("raw/a_raw.parquet", None), ("raw/b_raw.parquet", None)];
        let with_pages = |hash: Option<&[u8]>| {
            let candidates = foreign.map(|(key, _): (&str, Option<u8>)| Candidate {
                key,
                modified: Timestamp::from_ns(0),
                summary: &summary,
                first_pages: hash.map(ContentHash::of),
            });
            choose_files(&candidates)
        };
        assert_eq!(with_pages(None), [Choice::Read, Choice::Read]);
        assert_eq!(
            with_pages(Some(b"p")),
            [Choice::Read, Choice::Duplicate { of: 0 }]
        );
    }

    proptest! {
        #[test]
        fn every_source_is_read_and_only_flagged_ones_twice(
            files in proptest::collection::vec(
                (proptest::collection::btree_set(0_u8..6, 1..4), 0_i64..4), 1..8),
        ) {
            let summaries: Vec<_> = files.iter().map(|(sources, _)| {
                decoded(&sources.iter().copied().collect::<Vec<_>>())
            }).collect();
            let keys: Vec<_> = (0..files.len()).map(|idx| idx.to_string()).collect();
            let listed: Vec<_> = files.iter().zip(&summaries).zip(&keys)
                .map(|(((_, modified), summary), key)| (key.as_str(), *modified, summary))
                .collect();
            let choices = choose(&listed);
            for source in 0_u8..6 {
                let holders = || files.iter().zip(&choices).filter(|((own, _), _)| own.contains(&source));
                let readers: Vec<_> = holders().filter(|(_, choice)| choice.is_read()).collect();
                prop_assert_eq!(readers.is_empty(), holders().count() == 0);
                if readers.len() > 1 {
                    prop_assert!(readers.iter().all(|(_, choice)| **choice == Choice::ReadOverlapping));
                }
            }
        }
    }
}
