//! A search over many things with names: which match a text, and which of them best.
//!
//! Words are parts of a name or of what else is known of a thing; all of them must occur. Where nothing
//! has them all, letters may be left out between those typed; where that finds nothing either, one
//! letter of a word may be wrong. Pure: knows no window.
//!
//! ```text
//!   things ──▶ Index (an Entry of folded text each, once) ──Query──▶ Hits (positions, best first)
//! ```
//!
//! Invariant: the order of the hits is total, so the same text over the same things gives the same list.

mod entry;

use std::cmp::Reverse;

use nucleo_matcher::pattern::{Atom, AtomKind, CaseMatching, Normalization};
use nucleo_matcher::{Config, Matcher, Utf32Str, chars};

pub use entry::{Entry, Field};

/// Words of a search; more are not looked at.
const MAX_WORDS: usize = 8;
/// Letters of a word; more are not looked at.
const MAX_LETTERS: usize = 100;
/// Words with a wrong letter must at least be this long.
const MIN_MISTYPED: usize = 4;
/// What the matcher gives for one letter.
const LETTER_SCORE: usize = 16;

/// How literally the words were found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Closeness {
    /// As they were typed.
    #[default]
    Exact,
    /// With other letters in between.
    Similar,
    /// With a letter left out of a word as well.
    Mistyped,
}

/// What a search found.
#[derive(Debug, Default)]
pub struct Hits {
    /// Positions, best first.
    pub positions: Vec<u32>,
    /// How they were found.
    pub closeness: Closeness,
}

/// The words of a search, ready to be looked for.
#[derive(Debug, Default)]
pub struct Query {
    words: Vec<Word>,
    closeness: Closeness,
}

#[derive(Debug)]
struct Word {
    typed: String,
    folded: String,
    /// The ways in which it may be written, where it is not looked for literally.
    atoms: Vec<Atom>,
}

impl Query {
    /// The words of a text, to be found as literally as given.
    pub fn new(text: &str, closeness: Closeness) -> Self {
        let word = |typed: &str| {
            let typed: String = typed.chars().take(MAX_LETTERS).collect();
            let folded: String = typed.chars().map(fold).collect();
            Word {
                atoms: atoms(&folded, closeness),
                typed,
                folded,
            }
        };
        Self {
            words: text.split_whitespace().take(MAX_WORDS).map(word).collect(),
            closeness,
        }
    }

    /// Whether there is no word.
    pub fn is_empty(&self) -> bool {
        self.words.is_empty()
    }

    /// How literally the words are looked for.
    pub fn closeness(&self) -> Closeness {
        self.closeness
    }

    /// How well all words match; `None` when one is nowhere.
    fn score(&self, entry: &Entry) -> Option<u32> {
        let words = self.words.iter();
        words.map(|word| entry.score_word(&word.folded)).sum()
    }

    /// The words without case and accents.
    pub fn folded_words(&self) -> impl Iterator<Item = &str> {
        self.words.iter().map(|word| &*word.folded)
    }

    /// The words as they were typed.
    pub fn words(&self) -> impl Iterator<Item = &str> {
        self.words.iter().map(|word| &*word.typed)
    }
}

/// The ways in which a word may be written.
fn atoms(word: &str, closeness: Closeness) -> Vec<Atom> {
    let atom = |text: &str| {
        let (case, normal) = (CaseMatching::Respect, Normalization::Never);
        Atom::new(text, case, normal, AtomKind::Fuzzy, false)
    };
    let n_letters = word.chars().count();
    match closeness {
        Closeness::Exact => Vec::new(),
        Closeness::Mistyped if n_letters >= MIN_MISTYPED => {
            let without = |left_out: usize| -> String {
                let letters = word.chars().enumerate();
                let kept = letters.filter(|(at, _)| *at != left_out);
                kept.map(|(_, letter)| letter).collect()
            };
            (0..n_letters).map(|at| atom(&without(at))).collect()
        }
        Closeness::Similar | Closeness::Mistyped => vec![atom(word)],
    }
}

/// A letter without case and accents. One letter stays one, so that positions do.
pub fn fold(letter: char) -> char {
    chars::to_lower_case(chars::normalize(letter))
}

/// The texts of all things, ready to be searched.
#[derive(Debug, Default)]
pub struct Index {
    entries: Vec<Entry>,
}

impl Index {
    /// Of things in the order of their positions.
    pub fn new(entries: impl Iterator<Item = Entry>) -> Self {
        Self {
            entries: entries.collect(),
        }
    }

    /// The things that match, best first: as literally as any of them does. `among` are the positions
    /// to look at.
    pub fn search(&self, searcher: &mut Searcher, text: &str, among: &[u32]) -> Hits {
        for closeness in [Closeness::Exact, Closeness::Similar, Closeness::Mistyped] {
            let query = Query::new(text, closeness);
            let hits = self.search_as(searcher, &query, among.iter().copied());
            if !hits.positions.is_empty() {
                return hits;
            }
        }
        Hits::default()
    }

    /// The things that match as literally as the query asks for, best first.
    pub fn search_as(
        &self,
        searcher: &mut Searcher,
        query: &Query,
        among: impl Iterator<Item = u32>,
    ) -> Hits {
        let found = among.filter_map(|at| {
            let entry = self.entries.get(at as usize)?;
            let score = match query.closeness {
                Closeness::Exact => query.score(entry)?,
                _ => searcher.score(query, entry.path())?,
            };
            Some((Reverse(score), entry.path_len(), at))
        });
        let mut found: Vec<_> = found.collect();
        found.sort_unstable();
        Hits {
            positions: found.into_iter().map(|(_, _, at)| at).collect(),
            closeness: query.closeness,
        }
    }
}

/// Looks for words with other letters in between, and says which letters were found.
pub struct Searcher {
    matcher: Matcher,
    letters: Vec<char>,
}

impl std::fmt::Debug for Searcher {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Searcher").finish_non_exhaustive()
    }
}

impl Default for Searcher {
    fn default() -> Self {
        Self {
            matcher: Matcher::new(Config::DEFAULT),
            letters: Vec::new(),
        }
    }
}

impl Searcher {
    fn score(&mut self, query: &Query, text: &str) -> Option<u32> {
        let words = query.words.iter();
        words
            .map(|word| Some(self.best_atom(&word.atoms, text)?.0))
            .sum()
    }

    /// The way of writing that matches best, and how well.
    fn best_atom<'a>(&mut self, atoms: &'a [Atom], text: &str) -> Option<(u32, &'a Atom)> {
        let haystack = Utf32Str::new(text, &mut self.letters);
        let scored = atoms.iter().filter_map(|atom| {
            let score = atom.score(haystack, &mut self.matcher)?;
            // Letters that lie far apart are there by chance.
            let is_close = usize::from(score) > LETTER_SCORE * atom.needle_text().len();
            is_close.then_some((u32::from(score), atom))
        });
        scored.max_by_key(|(score, _)| *score)
    }

    /// Which letters of a text were found.
    pub fn lit(&mut self, query: &Query, text: &str) -> Vec<u32> {
        let folded: String = text.chars().map(fold).collect();
        self.lit_folded(query, &folded)
    }

    fn lit_folded(&mut self, query: &Query, text: &str) -> Vec<u32> {
        let mut lit = Vec::new();
        for word in &query.words {
            if query.closeness == Closeness::Exact {
                for (start, found) in text.match_indices(&word.folded) {
                    let before = text.get(..start).unwrap_or_default().chars().count();
                    let found = before..before + found.chars().count();
                    lit.extend(found.filter_map(|at| u32::try_from(at).ok()));
                }
            } else if let Some((_, atom)) = self.best_atom(&word.atoms, text) {
                let haystack = Utf32Str::new(text, &mut self.letters);
                atom.indices(haystack, &mut self.matcher, &mut lit);
            }
        }
        lit.sort_unstable();
        lit.dedup();
        lit
    }
}
