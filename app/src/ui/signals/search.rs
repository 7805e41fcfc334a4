//! What the search knows of a signal: its name, message, unit, identifier, channel, texts of values and
//! comment; and what of it is shown as found.

use canlake_shared::search::{Closeness, Entry, Field, Query, Searcher, fold};

use crate::source::SignalInfo;

/// A signal in words.
pub(super) fn entry(info: &SignalInfo) -> Entry {
    let key = &info.key;
    let id = key
        .arbitration_id
        .map(|id| [hexadecimal(id), id.to_string()]);
    let ids = id.iter().flatten().map(|id| (Field::Id, &**id));
    let labels = info
        .labels
        .iter()
        .map(|(_, label)| (Field::Label, &**label));
    let further = ids
        .chain([(Field::Unit, &*info.unit)])
        .chain(labels)
        .chain([
            (Field::Channel, &*key.channel),
            (Field::Comment, &*info.comment),
        ]);
    Entry::new(Some(&*key.message), &key.signal, further)
}

/// Positions of the letters of a signal that a search found.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Lit {
    pub name: Vec<u32>,
    pub message: Vec<u32>,
}

/// Which letters of name and message were found.
pub(super) fn lit(searcher: &mut Searcher, query: &Query, info: &SignalInfo) -> Lit {
    let key = &info.key;
    let message = key.message.chars();
    let path = message.chain(['.']).chain(key.signal.chars());
    let path: String = path.collect();
    let lit = searcher.lit(query, &path);
    let dot = u32::try_from(key.message.chars().count()).unwrap_or(u32::MAX);
    Lit {
        name: lit
            .iter()
            .filter_map(|at| at.checked_sub(dot + 1))
            .collect(),
        message: lit.into_iter().filter(|at| *at < dot).collect(),
    }
}

/// Where a word was found that neither name nor message nor unit has: the text to show beside them.
pub(super) fn elsewhere(query: &Query, info: &SignalInfo) -> Option<String> {
    if query.closeness() != Closeness::Exact {
        return None;
    }
    let entry = entry(info);
    for word in query.folded_words() {
        let has_word = |text: &str| {
            let text: String = text.chars().map(fold).collect();
            text.contains(word)
        };
        return match entry.field_of(word)? {
            Field::Name | Field::Group | Field::Path | Field::Unit => continue,
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
            Field::Comment => Some(excerpt(&info.comment, word)),
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
