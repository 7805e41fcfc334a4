//! The search over all signals of a vehicle: which match a text, and which of them best.
//!
//! Words are parts of a name, message, unit, identifier, channel, text of a value or comment; all of
//! them must occur. Where no signal has them all, letters may be left out between those typed; where
//! that finds nothing either, one letter of a word may be wrong. Pure: knows no window.
//!
//! ```text
//!   signals ──▶ Index (folded text of each, once) ──Query──▶ Hits (positions, best first)
//! ```
//!
//! Invariant: the order of the hits is total, so the same text over the same signals gives the same list.

use std::cmp::Reverse;

use nucleo_matcher::pattern::{Atom, AtomKind, CaseMatching, Normalization};
use nucleo_matcher::{Config, Matcher, Utf32Str, chars};

use crate::source::SignalInfo;

/// Words of a search; more are not looked at.
const MAX_WORDS: usize = 8;
/// Letters of a word; more are not looked at.
const MAX_LETTERS: usize = 100;
/// Words with a wrong letter must at least be this long.
const MIN_MISTYPED: usize = 4;
/// What the matcher gives for one letter.
const LETTER_SCORE: usize = 16;
/// Stands between the fields of a text; no word has it.
const BORDER: char = '\n';

/// What of a signal a word was found in. In the order of the text of an [`Entry`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Field {
    Name,
    Message,
    /// Message, dot, name: what is copied from elsewhere.
    Path,
    Id,
    Unit,
    Label,
    Channel,
    Comment,
}

impl Field {
    /// A match in a name is worth more than one in a comment.
    fn weight(self) -> u32 {
        match self {
            Self::Name => 1_000,
            Self::Path => 900,
            Self::Message => 600,
            Self::Id => 500,
            Self::Unit => 400,
            Self::Label => 300,
            Self::Channel => 200,
            Self::Comment => 100,
        }
    }
}

/// How literally the words were found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Closeness {
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
pub(super) struct Hits {
    /// Positions of signals, best first.
    pub signals: Vec<u32>,
    /// How they were found.
    pub closeness: Closeness,
}

/// The words of a search, ready to be looked for.
#[derive(Debug, Default)]
pub(super) struct Query {
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
    pub(super) fn new(text: &str, closeness: Closeness) -> Self {
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

    pub(super) fn is_empty(&self) -> bool {
        self.words.is_empty()
    }

    /// How literally the words are looked for.
    pub(super) fn closeness(&self) -> Closeness {
        self.closeness
    }

    /// The words as they were typed.
    pub(super) fn words(&self) -> impl Iterator<Item = &str> {
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
fn fold(letter: char) -> char {
    chars::to_lower_case(chars::normalize(letter))
}

/// The texts of all signals, ready to be searched.
#[derive(Debug, Default)]
pub(super) struct Index {
    entries: Vec<Entry>,
}

/// All that is known of a signal in words.
#[derive(Debug)]
struct Entry {
    /// Message, dot, name; then the other fields in the order of their weight, all folded.
    text: Box<str>,
    /// Where the name begins.
    name: usize,
    /// Where the name ends.
    path_end: usize,
    /// Where each of the further fields ends.
    ends: [usize; 5],
    /// Places in the name where a word begins with a capital letter.
    humps: Box<[u16]>,
}

/// The further fields, in order.
const FURTHER: [Field; 5] = [
    Field::Id,
    Field::Unit,
    Field::Label,
    Field::Channel,
    Field::Comment,
];

impl Index {
    /// Of signals in the order of their positions.
    pub(super) fn new<'a>(signals: impl Iterator<Item = &'a SignalInfo>) -> Self {
        Self {
            entries: signals.map(Entry::new).collect(),
        }
    }

    /// The signals that match, best first: as literally as any of them does. `among` are the positions
    /// to look at.
    pub(super) fn search(&self, searcher: &mut Searcher, text: &str, among: &[u32]) -> Hits {
        for closeness in [Closeness::Exact, Closeness::Similar, Closeness::Mistyped] {
            let query = Query::new(text, closeness);
            let hits = self.search_as(searcher, &query, among.iter().copied());
            if !hits.signals.is_empty() {
                return hits;
            }
        }
        Hits::default()
    }

    /// The signals that match as literally as the query asks for, best first.
    pub(super) fn search_as(
        &self,
        searcher: &mut Searcher,
        query: &Query,
        among: impl Iterator<Item = u32>,
    ) -> Hits {
        let found = among.filter_map(|at| {
            let entry = self.entries.get(at as usize)?;
            let score = match query.closeness {
                Closeness::Exact => entry.score(query)?,
                _ => searcher.score(query, entry.path())?,
            };
            Some((Reverse(score), entry.path_end, at))
        });
        let mut found: Vec<_> = found.collect();
        found.sort_unstable();
        Hits {
            signals: found.into_iter().map(|(_, _, at)| at).collect(),
            closeness: query.closeness,
        }
    }
}

impl Entry {
    fn new(info: &SignalInfo) -> Self {
        let key = &info.key;
        let mut text = String::with_capacity(96);
        let mut add = |part: &str, border: char| {
            text.extend(
                part.chars()
                    .map(|it| if it == BORDER { ' ' } else { fold(it) }),
            );
            let end = text.len();
            text.push(border);
            end
        };
        let name = add(&key.message, '.') + 1;
        let path_end = add(&key.signal, BORDER);
        let id = key
            .arbitration_id
            .map(|id| (hexadecimal(id), id.to_string()));
        let id = id.map_or(path_end, |(hexadecimal, decimal)| {
            add(&hexadecimal, BORDER);
            add(&decimal, BORDER)
        });
        let unit = add(&info.unit, BORDER);
        let labels = info.labels.iter().map(|(_, label)| add(label, BORDER));
        let label = labels.last().unwrap_or(unit);
        let channel = add(&key.channel, BORDER);
        let comment = add(&info.comment, BORDER);
        Self {
            text: text.into(),
            name,
            path_end,
            ends: [id, unit, label, channel, comment],
            humps: humps(&key.signal),
        }
    }

    fn path(&self) -> &str {
        self.text.get(..self.path_end).unwrap_or_default()
    }

    /// How well all words match; `None` when one is nowhere.
    fn score(&self, query: &Query) -> Option<u32> {
        query
            .words
            .iter()
            .map(|word| self.score_word(&word.folded))
            .sum()
    }

    fn score_word(&self, word: &str) -> Option<u32> {
        let mut best = None;
        for (start, _) in self.text.match_indices(word) {
            best = best.max(Some(self.score_at(start, start + word.len())));
            if start >= self.path_end {
                // Fields follow in the order of their weight.
                break;
            }
        }
        best
    }

    /// Worth of a match at a place: of its field, and of how much of the field it is.
    fn score_at(&self, start: usize, end: usize) -> u32 {
        let field = self.field(start, end);
        let before = self
            .text
            .get(..start)
            .and_then(|text| text.chars().next_back());
        let after = self.text.get(end..).and_then(|text| text.chars().next());
        let begins = before.is_none_or(|letter| letter == BORDER) || start == self.name;
        let ends = after.is_none_or(|letter| letter == BORDER)
            || field == Field::Message && end + 1 == self.name;
        let begins_word = before.is_some_and(|letter| !letter.is_alphanumeric()) || {
            let at = start
                .checked_sub(self.name)
                .and_then(|at| u16::try_from(at).ok());
            at.is_some_and(|at| self.humps.contains(&at))
        };
        let share = match (begins, ends, begins_word) {
            (true, true, _) => 90,
            (true, false, _) => 60,
            (false, _, true) => 40,
            _ => 0,
        };
        field.weight() + share
    }

    fn field(&self, start: usize, end: usize) -> Field {
        if start >= self.path_end {
            let further = FURTHER.iter().zip(self.ends);
            let mut ends = further.filter(|(_, end)| start < *end);
            return ends.next().map_or(Field::Comment, |(field, _)| *field);
        }
        if start >= self.name {
            Field::Name
        } else if end < self.name {
            Field::Message
        } else {
            Field::Path
        }
    }
}

/// Places of capital letters after small ones, where folding keeps places.
fn humps(name: &str) -> Box<[u16]> {
    if !name.is_ascii() {
        return Box::default();
    }
    let pairs = name.as_bytes().windows(2).zip(1_u16..);
    let is_hump =
        |pair: &[u8]| matches!(pair, [a, b] if !a.is_ascii_uppercase() && b.is_ascii_uppercase());
    let humps = pairs.filter(|(pair, _)| is_hump(pair));
    humps.map(|(_, at)| at).collect()
}

/// Positions of the letters of a signal that a search found.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Lit {
    pub name: Vec<u32>,
    pub message: Vec<u32>,
}

/// Looks for words with other letters in between, and says which letters were found.
pub(super) struct Searcher {
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

    /// Which letters of name and message were found.
    pub(super) fn lit(&mut self, query: &Query, info: &SignalInfo) -> Lit {
        let key = &info.key;
        let message = key.message.chars();
        let path = message.chain(['.']).chain(key.signal.chars());
        let path: String = path.map(fold).collect();
        let lit = self.lit_folded(query, &path);
        let dot = u32::try_from(key.message.chars().count()).unwrap_or(u32::MAX);
        Lit {
            name: lit
                .iter()
                .filter_map(|at| at.checked_sub(dot + 1))
                .collect(),
            message: lit.into_iter().filter(|at| *at < dot).collect(),
        }
    }

    /// Which letters of another text were found.
    pub(super) fn lit_in(&mut self, query: &Query, text: &str) -> Vec<u32> {
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

/// Where a word was found that neither name nor message nor unit has: the text to show beside them.
pub(super) fn elsewhere(query: &Query, info: &SignalInfo) -> Option<String> {
    if query.closeness != Closeness::Exact {
        return None;
    }
    let entry = Entry::new(info);
    for word in &query.words {
        let start = entry.text.find(&word.folded)?;
        let field = entry.field(start, start + word.folded.len());
        let has_word = |text: &str| {
            let text: String = text.chars().map(fold).collect();
            text.contains(&word.folded)
        };
        return match field {
            Field::Name | Field::Message | Field::Path | Field::Unit => continue,
            Field::Id => {
                let id = info.key.arbitration_id?;
                let hexadecimal = hexadecimal(id);
                Some(if has_word(&hexadecimal) {
                    hexadecimal
                } else {
                    id.to_string()
                })
            }
            Field::Label => {
                let mut labels = info.labels.iter();
                labels
                    .find(|(_, label)| has_word(label))
                    .map(|(_, label)| label.to_string())
            }
            Field::Channel => Some(info.key.channel.to_string()),
            Field::Comment => Some(excerpt(&info.comment, &word.folded)),
        };
    }
    None
}

/// The part of a long text around a word, in one line.
fn excerpt(text: &str, word: &str) -> String {
    /// Letters before the word.
    const BEFORE: usize = 12;
    /// More than a line can hold.
    const LEN: usize = 120;
    let folded: String = text.chars().map(fold).collect();
    let found = folded.find(word).and_then(|at| folded.get(..at));
    let found = found.map_or(0, |before| before.chars().count());
    let start = found.saturating_sub(BEFORE);
    let one_line = |letter: char| {
        if letter.is_whitespace() { ' ' } else { letter }
    };
    let begin = (start > 0).then_some('…');
    let part = text.chars().skip(start).take(LEN).map(one_line);
    begin.into_iter().chain(part).collect()
}

/// An arbitration id as people write it.
pub(super) fn hexadecimal(id: u32) -> String {
    format!("0x{id:X}")
}

#[cfg(test)]
#[path = "search_tests.rs"]
mod tests;
