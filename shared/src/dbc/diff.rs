//! What differs between two DBC files: messages and signals that are only in one, and every fact that
//! is not the same in both.
//!
//! Messages are paired by identifier and name, then by identifier (renamed), then by name (moved);
//! signals by name. Order in the file is no difference.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde::Serialize;

use super::{Database, MessageDef, SignalDef};
use crate::can::CanId;

/// What differs between two files. Empty where nothing does.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct DatabaseDiff {
    /// By identifier of the first file that has the message.
    pub messages: Vec<MessageDiff>,
}

/// What differs in a message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct MessageDiff {
    /// In the first file; `None`: it is only in the second.
    pub before: Option<MessageName>,
    /// In the second file; `None`: it is only in the first.
    pub after: Option<MessageName>,
    /// What is said otherwise of the message itself.
    pub changes: Vec<Change>,
    /// By name, of messages that are in both files.
    pub signals: Vec<SignalDiff>,
}

/// What a message is told by.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct MessageName {
    /// Its name.
    pub name: String,
    /// Its identifier.
    #[serde(flatten)]
    pub id: CanId,
}

/// What became of a message or signal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum DiffKind {
    /// Only in the second file.
    Added,
    /// Only in the first file.
    Removed,
    /// A message of the same identifier with another name.
    Renamed,
    /// A message of the same name with another identifier.
    Moved,
    /// Something else is not the same.
    Changed,
}

/// What differs in a signal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SignalDiff {
    /// Its name.
    pub name: String,
    /// Added, removed or changed.
    pub kind: DiffKind,
    /// What is said otherwise; empty unless the signal is in both files.
    pub changes: Vec<Change>,
}

/// A fact that is not the same.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Change {
    /// Which.
    pub what: &'static str,
    /// In the first file.
    pub before: String,
    /// In the second.
    pub after: String,
}

impl DatabaseDiff {
    /// Compares two files.
    pub fn new(before: &Database, after: &Database) -> Self {
        let mut messages: Vec<MessageDiff> = pair(&before.messages, &after.messages)
            .into_iter()
            .filter_map(|(before, after)| MessageDiff::new(before, after))
            .collect();
        messages.sort_by(|a, b| a.sort_key().cmp(&b.sort_key()));
        Self { messages }
    }

    /// Whether nothing differs.
    pub fn is_empty(&self) -> bool {
        self.messages.is_empty()
    }
}

impl MessageDiff {
    fn new(before: Option<&MessageDef>, after: Option<&MessageDef>) -> Option<Self> {
        let name = |message: &MessageDef| MessageName {
            name: message.name.clone(),
            id: message.id,
        };
        let (mut changes, mut signals) = (Vec::new(), Vec::new());
        let mut is_same = false;
        if let (Some(before), Some(after)) = (before, after) {
            message_changes(before, after, &mut changes);
            signals = signal_diffs(before, after);
            let is_named_alike = (&before.name, before.id) == (&after.name, after.id);
            is_same = is_named_alike && changes.is_empty() && signals.is_empty();
        }
        (!is_same).then(|| Self {
            before: before.map(name),
            after: after.map(name),
            changes,
            signals,
        })
    }

    /// What became of the message.
    pub fn kind(&self) -> DiffKind {
        match (&self.before, &self.after) {
            (None, _) => DiffKind::Added,
            (_, None) => DiffKind::Removed,
            (Some(before), Some(after)) if before.id != after.id => DiffKind::Moved,
            (Some(before), Some(after)) if before.name != after.name => DiffKind::Renamed,
            _ => DiffKind::Changed,
        }
    }

    fn sort_key(&self) -> impl Ord + '_ {
        let key = |name: &MessageName| (name.id, name.name.clone());
        let (before, after) = (self.before.as_ref().map(key), self.after.as_ref().map(key));
        (before.clone().or_else(|| after.clone()), before, after)
    }
}

/// What of a message has to be the same in both files.
type Key = fn(&MessageDef) -> (Option<CanId>, Option<&str>);

/// Messages of both files that are the same, and those that are in one only.
fn pair<'a>(
    before: &'a [MessageDef],
    after: &'a [MessageDef],
) -> Vec<(Option<&'a MessageDef>, Option<&'a MessageDef>)> {
    let mut before: Vec<Option<&MessageDef>> = before.iter().map(Some).collect();
    let mut after: Vec<Option<&MessageDef>> = after.iter().map(Some).collect();
    let mut pairs = Vec::with_capacity(before.len());
    let keys: [Key; 3] = [
        |message| (Some(message.id), Some(&message.name)),
        |message| (Some(message.id), None),
        |message| (None, Some(&message.name)),
    ];
    for key in keys {
        let mut open: HashMap<_, Vec<usize>> = HashMap::new();
        for (idx, message) in after.iter().enumerate().rev() {
            if let Some(message) = message {
                open.entry(key(message)).or_default().push(idx);
            }
        }
        for slot in &mut before {
            if let Some(message) = *slot
                && let Some(idx) = open.get_mut(&key(message)).and_then(Vec::pop)
                && let Some(partner) = after.get_mut(idx).and_then(Option::take)
            {
                pairs.push((slot.take(), Some(partner)));
            }
        }
    }
    pairs.extend(before.into_iter().flatten().map(|it| (Some(it), None)));
    pairs.extend(after.into_iter().flatten().map(|it| (None, Some(it))));
    pairs
}

/// Adds a change where two texts differ.
fn note(changes: &mut Vec<Change>, what: &'static str, before: String, after: String) {
    if before != after {
        changes.push(Change {
            what,
            before,
            after,
        });
    }
}

fn message_changes(before: &MessageDef, after: &MessageDef, changes: &mut Vec<Change>) {
    let mut compare = |what: &'static str, text: &dyn Fn(&MessageDef) -> String| {
        note(changes, what, text(before), text(after));
    };
    compare("length", &|it| format!("{} bytes", it.len_bytes));
    compare("matched by", &|it| {
        let by = if it.matches_by_pgn {
            "parameter group"
        } else {
            "identifier"
        };
        by.to_owned()
    });
    compare("sender", &|it| it.transmitter.clone().unwrap_or_default());
    compare("cycle time", &|it| match it.cycle_time_ms {
        Some(ms) => format!("{ms} ms"),
        None => String::new(),
    });
    compare("sent", &|it| it.send_type.describe().to_owned());
    compare("comment", &|it| it.comment.clone());
}

fn signal_diffs(before: &MessageDef, after: &MessageDef) -> Vec<SignalDiff> {
    let (old, new) = (signals_by_name(before), signals_by_name(after));
    let names: BTreeSet<&str> = old.keys().chain(new.keys()).copied().collect();
    let diffs = names.into_iter().filter_map(|name| {
        let mut changes = Vec::new();
        let kind = match (old.get(name), new.get(name)) {
            (None, _) => DiffKind::Added,
            (_, None) => DiffKind::Removed,
            (Some(old), Some(new)) => {
                coding_changes((before, old), (after, new), &mut changes);
                meaning_changes(old, new, &mut changes);
                if changes.is_empty() {
                    return None;
                }
                DiffKind::Changed
            }
        };
        Some(SignalDiff {
            name: name.to_owned(),
            kind,
            changes,
        })
    });
    diffs.collect()
}

fn signals_by_name(message: &MessageDef) -> BTreeMap<&str, &SignalDef> {
    let signals = message.signals.iter();
    signals.map(|it| (it.name.as_str(), it)).collect()
}

/// Adds what makes other values of the same frames: place, type, scaling, range, multiplexing. Each
/// signal comes with its message.
pub fn coding_changes(
    before: (&MessageDef, &SignalDef),
    after: (&MessageDef, &SignalDef),
    changes: &mut Vec<Change>,
) {
    type Text<'a> = &'a dyn Fn((&MessageDef, &SignalDef)) -> String;
    let mut compare = |what: &'static str, text: Text<'_>| {
        note(changes, what, text(before), text(after));
    };
    compare("start bit", &|(_, it)| it.start_bit.to_string());
    compare("length", &|(_, it)| format!("{} bits", it.bit_len));
    compare("byte order", &|(_, it)| it.byte_order.describe().to_owned());
    compare("type", &|(_, it)| it.value_type.describe().to_owned());
    compare("factor", &|(_, it)| it.factor.to_string());
    compare("offset", &|(_, it)| it.offset.to_string());
    compare("declared range", &|(_, it)| match it.range {
        Some((min, max)) => format!("{min} to {max}"),
        None => "none".to_owned(),
    });
    compare("multiplexing", &|(message, it)| {
        it.multiplexing.describe(&message.signals)
    });
}

/// Adds what is said of a signal beyond its coding.
fn meaning_changes(before: &SignalDef, after: &SignalDef, changes: &mut Vec<Change>) {
    let mut compare = |what: &'static str, text: &dyn Fn(&SignalDef) -> String| {
        note(changes, what, text(before), text(after));
    };
    compare("unit", &|it| it.unit.clone());
    compare("sent", &|it| it.send_type.describe().to_owned());
    compare("receivers", &|it| {
        let mut receivers = it.receivers.clone();
        receivers.sort_unstable();
        receivers.join(", ")
    });
    compare("short name", &|it| it.short_name.clone());
    compare("texts of values", &|it| {
        let pairs = it.value_descriptions.iter();
        let pairs: Vec<String> = pairs.map(|(raw, text)| format!("{raw} = {text}")).collect();
        pairs.join(", ")
    });
    compare("comment", &|it| it.comment.clone());
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use proptest::prelude::*;

    use super::*;
    use crate::dbc::load;

    const BEFORE: &str = "BO_ 1 Same: 8 N\n SG_ S : 0|8@1+ (1,0) [0|0] \"\" N\n\
        BO_ 2 OldName: 8 N\n SG_ S : 0|8@1+ (1,0) [0|0] \"\" N\n\
        BO_ 3 Moves: 8 N\n\
        BO_ 4 Gone: 8 N\n SG_ S : 0|8@1+ (1,0) [0|0] \"\" N\n\
        BO_ 5 Facts: 8 N\n SG_ Mode M : 0|8@1+ (1,0) [0|0] \"\" N\n \
         SG_ Speed m1 : 8|16@1+ (0.5,0) [0|0] \"km/h\" N\n SG_ Old : 24|8@1+ (1,0) [0|0] \"\" N\n\
        BA_DEF_ BO_ \"GenMsgCycleTime\" INT 0 65535;\nBA_ \"GenMsgCycleTime\" BO_ 5 20;\n\
        VAL_ 5 Mode 0 \"off\" 1 \"on\";\nCM_ SG_ 5 Speed \"of the car\";\n";

    const AFTER: &str = "BO_ 5 Facts: 6 O\n SG_ New : 24|8@1+ (1,0) [0|0] \"\" N\n \
         SG_ Mode M : 0|8@1+ (1,0) [0|0] \"\" N\n \
         SG_ Speed m2 : 15|15@0- (0.25,-1) [0|100] \"mph\" N\n\
        BO_ 7 Moves: 8 N\n\
        BO_ 2 NewName: 8 N\n SG_ S : 0|8@1+ (1,0) [0|0] \"\" N\n\
        BO_ 1 Same: 8 N\n SG_ S : 0|8@1+ (1,0) [0|0] \"\" N\n\
        BO_ 6 Here: 8 N\n\
        VAL_ 5 Mode 0 \"off\" 1 \"drive\";\n";

    fn database(text: &str) -> Database {
        load(text.as_bytes()).0
    }

    fn names(diff: &MessageDiff) -> (Option<&str>, Option<&str>) {
        let names = [&diff.before, &diff.after].map(|side| side.as_ref().map(|it| &*it.name));
        names.into()
    }

    #[test]
    fn every_kind_of_difference() {
        let diff = DatabaseDiff::new(&database(BEFORE), &database(AFTER));
        let kinds: Vec<_> = diff
            .messages
            .iter()
            .map(|message| (names(message), message.kind()))
            .collect();
        let expected = [
            ((Some("OldName"), Some("NewName")), DiffKind::Renamed),
            ((Some("Moves"), Some("Moves")), DiffKind::Moved),
            ((Some("Gone"), None), DiffKind::Removed),
            ((Some("Facts"), Some("Facts")), DiffKind::Changed),
            ((None, Some("Here")), DiffKind::Added),
        ];
        assert_eq!(kinds, expected);
        let facts = &diff.messages[3];
        let texts = |changes: &[Change]| -> Vec<String> {
            let changes = changes.iter();
            changes
                .map(|it| format!("{}: {} > {}", it.what, it.before, it.after))
                .collect()
        };
        let of_message = [
            "length: 8 bytes > 6 bytes",
            "sender: N > O",
            "cycle time: 20 ms > ",
        ];
        assert_eq!(texts(&facts.changes), of_message);
        let signals: Vec<_> = facts
            .signals
            .iter()
            .map(|it| (it.name.as_str(), it.kind))
            .collect();
        let expected = [
            ("Mode", DiffKind::Changed),
            ("New", DiffKind::Added),
            ("Old", DiffKind::Removed),
            ("Speed", DiffKind::Changed),
        ];
        assert_eq!(signals, expected);
        assert_eq!(
            texts(&facts.signals[0].changes),
            ["texts of values: 0 = off, 1 = on > 0 = off, 1 = drive"]
        );
        let of_speed = [
            "start bit: 8 > 15",
            "length: 16 bits > 15 bits",
            "byte order: Intel (little endian) > Motorola (big endian)",
            "type: unsigned > signed",
            "factor: 0.5 > 0.25",
            "offset: 0 > -1",
            "declared range: none > 0 to 100",
            "multiplexing: there when Mode is 1 > there when Mode is 2",
            "unit: km/h > mph",
            "comment: of the car > ",
        ];
        assert_eq!(texts(&facts.signals[3].changes), of_speed);
    }

    #[test]
    fn identifiers_that_occur_twice_are_paired_by_name() {
        let twins = "BO_ 1 A: 8 N\nBO_ 1 B: 8 N\n";
        let swapped = "BO_ 1 B: 8 N\nBO_ 1 C: 8 N\n";
        let diff = DatabaseDiff::new(&database(twins), &database(swapped));
        assert_eq!(diff.messages.len(), 1);
        assert_eq!(names(&diff.messages[0]), (Some("A"), Some("C")));
    }

    /// What the difference is the other way round.
    fn reversed(diff: DatabaseDiff) -> DatabaseDiff {
        let kind = |kind| match kind {
            DiffKind::Added => DiffKind::Removed,
            DiffKind::Removed => DiffKind::Added,
            kind => kind,
        };
        let change = |change: Change| Change {
            before: change.after,
            after: change.before,
            ..change
        };
        let signal = |signal: SignalDiff| SignalDiff {
            kind: kind(signal.kind),
            changes: signal.changes.into_iter().map(change).collect(),
            ..signal
        };
        let message = |message: MessageDiff| MessageDiff {
            before: message.after,
            after: message.before,
            changes: message.changes.into_iter().map(change).collect(),
            signals: message.signals.into_iter().map(signal).collect(),
        };
        let mut messages: Vec<_> = diff.messages.into_iter().map(message).collect();
        messages.sort_by(|a, b| a.sort_key().cmp(&b.sort_key()));
        DatabaseDiff { messages }
    }

    prop_compose! {
        fn some_database()(messages in prop::collection::vec(
            (0_u32..6, 0_usize..6, 1_u32..9, prop::collection::vec((0_usize..3, 0_u32..3, 1_u32..3), 0..3)),
            0..6,
        )) -> Database {
            let mut text = String::new();
            for (id, name, len, signals) in messages {
                writeln!(text, "BO_ {id} M{name}: {len} N").unwrap();
                for (name, start, len) in signals {
                    writeln!(text, " SG_ S{name} : {start}|{len}@1+ (1,0) [0|0] \"\" N").unwrap();
                }
            }
            database(&text)
        }
    }

    proptest! {
        #[test]
        fn a_file_does_not_differ_from_itself(database in some_database()) {
            prop_assert!(DatabaseDiff::new(&database, &database).is_empty());
        }

        #[test]
        fn both_ways_tell_the_same(a in some_database(), b in some_database()) {
            let there = DatabaseDiff::new(&a, &b);
            let back = DatabaseDiff::new(&b, &a);
            prop_assert_eq!(reversed(back), there);
        }
    }
}
