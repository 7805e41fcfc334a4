//! Messages and signals of DBC files, found by words.
//!
//! A word is a part of a name, unit, comment, text of a value, sender, or identifier (hexadecimal with
//! or without `0x`, or decimal); all words must occur. Where nothing has them all, similar names are
//! found, see [`crate::search`].

use super::{Database, MessageDef, SignalDef};
use crate::can::CanId;
use crate::search::{Closeness, Entry, Field, Index, Searcher};

/// A message, or one of its signals.
#[derive(Clone, Copy, Debug)]
pub struct Found<'a> {
    /// Position of the file among those that were searched.
    pub file_idx: usize,
    /// The message.
    pub message: &'a MessageDef,
    /// The signal; `None`: the message itself was found.
    pub signal: Option<&'a SignalDef>,
}

/// What a search found.
#[derive(Clone, Debug, Default)]
pub struct Findings<'a> {
    /// Best first.
    pub found: Vec<Found<'a>>,
    /// How literally the words were found.
    pub closeness: Closeness,
}

/// The messages and signals of several files, ready to be searched.
#[derive(Debug)]
pub struct DbcIndex<'a> {
    things: Vec<Found<'a>>,
    index: Index,
}

impl<'a> DbcIndex<'a> {
    /// Of files in the order of their positions.
    pub fn new(databases: impl IntoIterator<Item = &'a Database>) -> Self {
        let mut things = Vec::new();
        for (file_idx, database) in databases.into_iter().enumerate() {
            for message in &database.messages {
                let signals = message.signals.iter().map(Some);
                things.extend([None].into_iter().chain(signals).map(|signal| Found {
                    file_idx,
                    message,
                    signal,
                }));
            }
        }
        let index = Index::new(things.iter().map(entry));
        Self { things, index }
    }

    /// Everything in the order of the files, where no word is given; else what has all words of the
    /// text.
    pub fn search(&self, text: &str) -> Findings<'a> {
        if text.trim().is_empty() {
            return Findings {
                found: self.things.clone(),
                closeness: Closeness::Exact,
            };
        }
        let all: Vec<u32> = (0..).take(self.things.len()).collect();
        let hits = self.index.search(&mut Searcher::default(), text, &all);
        let found = hits.positions.into_iter();
        let found = found.filter_map(|at| self.things.get(usize::try_from(at).ok()?));
        Findings {
            found: found.copied().collect(),
            closeness: hits.closeness,
        }
    }
}

fn entry(found: &Found<'_>) -> Entry {
    let Found {
        message, signal, ..
    } = found;
    let ids = id_texts(message.id);
    let ids = ids.iter().map(|id| (Field::Id, id.as_str()));
    match signal {
        None => {
            let sender = message.transmitter.as_deref();
            let sender = sender.map(|sender| (Field::Label, sender));
            let comment = (Field::Comment, message.comment.as_str());
            let further = ids.chain(sender).chain([comment]);
            Entry::new(None, &message.name, further)
        }
        Some(signal) => {
            let labels = signal.value_descriptions.iter();
            let labels = labels.map(|(_, text)| (Field::Label, text));
            let further = ids
                .chain([(Field::Unit, signal.unit.as_str())])
                .chain(labels)
                .chain([(Field::Comment, signal.comment.as_str())]);
            Entry::new(Some(&message.name), &signal.name, further)
        }
    }
}

/// An identifier as people write it.
fn id_texts(id: CanId) -> [String; 3] {
    let number = id.number();
    // With and without leading zeros.
    [format!("0x{number:X}"), id.to_string(), number.to_string()]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dbc::load;

    const A: &str = "BO_ 291 Drive: 8 ECU\n SG_ Speed : 0|16@1+ (1,0) [0|0] \"km/h\" N\n \
        SG_ Gear : 16|8@1+ (1,0) [0|0] \"\" N\nBO_ 2566844926 Eec1: 8 Motor\n \
        SG_ EngineSpeed : 0|16@1+ (1,0) [0|0] \"rpm\" N\nCM_ SG_ 291 Gear \"selected by lever\";\n\
        VAL_ 291 Gear 0 \"neutral\" 1 \"first\";\n";
    const B: &str = "BO_ 3 Other: 8 N\n SG_ WheelSpeed : 0|8@1+ (1,0) [0|0] \"km/h\" N\n";

    fn names(text: &str) -> (Vec<String>, Closeness) {
        let files = [A, B].map(|text| load(text.as_bytes()).0);
        let index = DbcIndex::new(&files);
        let findings = index.search(text);
        let name = |found: &Found<'_>| match found.signal {
            None => format!("{}:{}", found.file_idx, found.message.name),
            Some(signal) => format!("{}:{}.{}", found.file_idx, found.message.name, signal.name),
        };
        (
            findings.found.iter().map(name).collect(),
            findings.closeness,
        )
    }

    #[test]
    fn words_are_looked_for_in_everything_that_is_said() {
        let cases: [(&str, &[&str]); 9] = [
            ("speed km", &["0:Drive.Speed", "1:Other.WheelSpeed"]),
            ("drive.gear", &["0:Drive.Gear"]),
            ("neutral", &["0:Drive.Gear"]),
            ("LEVER", &["0:Drive.Gear"]),
            ("motor", &["0:Eec1"]),
            ("0x123", &["0:Drive", "0:Drive.Gear", "0:Drive.Speed"]),
            ("291 speed", &["0:Drive.Speed"]),
            ("18FEF1FE", &["0:Eec1", "0:Eec1.EngineSpeed"]),
            ("speed kilometres", &[]),
        ];
        for (text, expected) in cases {
            let (found, closeness) = names(text);
            assert_eq!(found, expected, "{text}");
            assert_eq!(closeness, Closeness::Exact, "{text}");
        }
    }

    #[test]
    fn without_words_everything_is_found_in_order() {
        let (found, _) = names("  ");
        assert_eq!(found.len(), 7);
        assert_eq!(found[1], "0:Drive.Speed");
    }

    #[test]
    fn similar_names_are_found_where_nothing_has_the_words() {
        let (found, closeness) = names("WheelSped");
        assert_eq!(found, ["1:Other.WheelSpeed"]);
        assert_ne!(closeness, Closeness::Exact);
    }
}
