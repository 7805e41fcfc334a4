//! The messages of several DBC files, compiled, and which of them a frame is.

use std::collections::HashMap;
use std::sync::Arc;

use super::message::CompiledMessage;
use crate::can::CanId;
use crate::dbc::{Database, DbcFile, Matching, MessageDef};

/// The messages of a list of DBC files, compiled for decoding. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct CompiledDatabase {
    files: Arc<[CompiledFile]>,
}

#[derive(Debug, Default)]
struct CompiledFile {
    by_id: HashMap<CanId, Vec<Arc<CompiledMessage>>>,
    by_pgn: HashMap<u32, Vec<Arc<CompiledMessage>>>,
}

impl CompiledDatabase {
    /// Compiles all messages. Where several databases have a message, the first one counts.
    pub fn new<'a>(databases: impl IntoIterator<Item = &'a Database>, matching: Matching) -> Self {
        let compile = |database: &Database| CompiledFile::new(&database.messages, matching);
        Self {
            files: databases.into_iter().map(compile).collect(),
        }
    }

    /// The messages that a frame with this identifier is.
    ///
    /// The first file that knows the identifier answers alone. Inside it the identifier itself goes
    /// before the parameter group number, and every definition of the identifier is returned;
    /// several definitions of one parameter group count only if they share the first one's
    /// identifier. Empty when no file knows the frame.
    pub fn lookup(&self, id: CanId) -> &[Arc<CompiledMessage>] {
        self.lookup_file(id)
            .map(|(_, messages)| messages)
            .unwrap_or_default()
    }

    /// As [`Self::lookup`], with the position of the file that answers; `None` when no file knows the
    /// frame.
    pub fn lookup_file(&self, id: CanId) -> Option<(usize, &[Arc<CompiledMessage>])> {
        let mut files = self.files.iter().enumerate();
        files.find_map(|(idx, file)| Some((idx, file.lookup(id)?)))
    }

    /// What a frame with this identifier is to the file at a position, whatever the files before it
    /// say.
    pub fn lookup_in(&self, file_idx: usize, id: CanId) -> &[Arc<CompiledMessage>] {
        let file = self.files.get(file_idx);
        file.and_then(|file| file.lookup(id)).unwrap_or_default()
    }

    /// Whether any message is a parameter group: then the channel speaks J1939 or NMEA 2000.
    pub fn has_parameter_groups(&self) -> bool {
        self.files.iter().any(|file| !file.by_pgn.is_empty())
    }

    /// Whether no message can be decoded at all.
    pub fn is_empty(&self) -> bool {
        self.files.iter().all(|file| file.by_id.is_empty())
    }
}

impl AsRef<Self> for Database {
    fn as_ref(&self) -> &Self {
        self
    }
}

impl AsRef<Database> for DbcFile {
    fn as_ref(&self) -> &Database {
        &self.database
    }
}

impl CompiledFile {
    fn new(messages: &[MessageDef], matching: Matching) -> Self {
        let mut file = Self::default();
        for message in messages {
            let by_pgn = match matching {
                Matching::Auto => message.matches_by_pgn,
                Matching::Exact => false,
                Matching::J1939 => true,
            };
            let pgn = message.id.pgn().filter(|_| by_pgn);
            let compiled = CompiledMessage::new(message);
            let compiled = Arc::new(if pgn.is_some() {
                compiled.into_parameter_group()
            } else {
                compiled
            });
            if let Some(pgn) = pgn {
                let group = file.by_pgn.entry(pgn).or_default();
                if group.first().is_none_or(|first| first.id() == message.id) {
                    group.push(Arc::clone(&compiled));
                }
            }
            file.by_id.entry(message.id).or_default().push(compiled);
        }
        file
    }

    fn lookup(&self, id: CanId) -> Option<&[Arc<CompiledMessage>]> {
        let by_pgn = || self.by_pgn.get(&id.pgn()?);
        self.by_id.get(&id).or_else(by_pgn).map(Vec::as_slice)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dbc::SendType;

    fn message(name: &str, id: CanId, matches_by_pgn: bool) -> MessageDef {
        MessageDef {
            name: name.to_owned(),
            id,
            matches_by_pgn,
            len_bytes: 8,
            transmitter: None,
            comment: String::new(),
            cycle_time_ms: None,
            send_type: SendType::Unspecified,
            signals: Vec::new(),
        }
    }

    fn names(database: &CompiledDatabase, number: u32) -> Vec<String> {
        let id = CanId::from_number(number).unwrap();
        let messages = database.lookup(id).iter();
        messages.map(|message| message.name().to_string()).collect()
    }

    fn files() -> [Database; 2] {
        let ext = |number| CanId::extended(number).unwrap();
        let std = |number| CanId::standard(number).unwrap();
        [
            Database {
                messages: vec![
                    message("Eec1", ext(0x0CF0_04FE), true),
                    message("Eec1OfSecondEngine", ext(0x0CF0_0401), true),
                    message("Request", ext(0x18EA_0000), true),
                    message("Plain", ext(0x18FE_F100), false),
                    message("Twin", std(0x100), false),
                    message("OtherTwin", std(0x100), false),
                ],
                is_j1939: true,
            },
            Database {
                messages: vec![
                    message("Late", std(0x100), false),
                    message("Only", std(0x101), false),
                ],
                is_j1939: false,
            },
        ]
    }

    #[test]
    fn first_file_that_knows_the_frame_answers_alone() {
        let database = CompiledDatabase::new(&files(), Matching::Auto);
        assert_eq!(names(&database, 0x100), ["Twin", "OtherTwin"]);
        assert_eq!(names(&database, 0x101), ["Only"]);
        assert!(names(&database, 0x102).is_empty());
        assert!(database.lookup(CanId::extended(0x100).unwrap()).is_empty());
    }

    #[test]
    fn parameter_groups_match_whatever_the_addresses() {
        let database = CompiledDatabase::new(&files(), Matching::Auto);
        assert_eq!(names(&database, 0x0CF0_0417), ["Eec1"]);
        assert_eq!(names(&database, 0x18F0_0400), ["Eec1"]);
        assert_eq!(names(&database, 0x0CF0_0401), ["Eec1OfSecondEngine"]);
        assert_eq!(names(&database, 0x18EA_FF17), ["Request"]);
        assert!(names(&database, 0x18FE_F117).is_empty());
    }

    #[test]
    fn matching_can_be_forced() {
        let exact = CompiledDatabase::new(&files(), Matching::Exact);
        assert!(names(&exact, 0x0CF0_0417).is_empty());
        assert_eq!(names(&exact, 0x0CF0_04FE), ["Eec1"]);
        let forced = CompiledDatabase::new(&files(), Matching::J1939);
        assert_eq!(names(&forced, 0x18FE_F117), ["Plain"]);
    }
}
