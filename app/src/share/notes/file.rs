//! The file of notes: JSON, one object per note.
//!
//! ```json
//! {"version": 1, "notes": [
//!   {"id": "9f86d081884c", "at": "2026-03-04T23:55:00.000000000Z", "text": "brakes squeal",
//!    "vehicle": "EV_DEMO_1", "created": "…", "changed": "…", "colour": 2},
//!   {"id": "…", "from": "…", "to": "…", "text": "…", "created": "…", "changed": "…", "colour": 0,
//!    "removed": true}]}
//! ```
//!
//! Notes stand in the order of their times. `vehicle`, `changed`, `colour`, `text` and `removed` may
//! be missing; fields of other names are kept.

use serde_json::{Map, Value, json};

use super::note::NoteFault;
use super::{Note, Notes, VERSION};

/// A text that is no file of notes, or notes that must not be written.
#[derive(Debug, thiserror::Error)]
pub enum NotesError {
    /// Larger than any file of notes.
    #[error("{bytes} bytes are too many for a file of notes; at most {max} are read", max = Notes::MAX_BYTES)]
    TooLarge {
        /// Its size.
        bytes: usize,
    },
    /// It is no JSON. It is not to be overwritten: repair it, or move it away.
    #[error("the file of notes is no JSON; repair it or move it away")]
    Json {
        /// Where and why.
        #[source]
        source: serde_json::Error,
    },
    /// It is JSON of another kind. It is not to be overwritten.
    #[error("the file is JSON but holds no notes: no {missing}")]
    NotNotes {
        /// What it lacks.
        missing: &'static str,
    },
    /// A later version wrote it: what is in it is shown, and must not be overwritten. Update this program.
    #[error(
        "the file of notes is of version {version}, this program writes {VERSION}; it can be read but not changed, update this program"
    )]
    Later {
        /// The version.
        version: u64,
    },
}

/// A note of a file that could not be read. It stays in the file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("note {number} of the file is not shown: {fault}")]
pub struct SkippedNote {
    /// Its position in the file, from 1.
    pub number: usize,
    /// Why.
    pub fault: NoteFault,
}

impl Notes {
    /// The largest file that is read, in bytes.
    pub const MAX_BYTES: usize = 64 << 20;

    /// The notes of a file, and those that could not be read. An empty text holds no notes.
    pub fn parse(text: &str) -> Result<(Self, Vec<SkippedNote>), NotesError> {
        if text.len() > Self::MAX_BYTES {
            return Err(NotesError::TooLarge { bytes: text.len() });
        }
        // Some editors begin a file with a mark of its byte order.
        let text = text.trim_start_matches('\u{FEFF}');
        if text.trim().is_empty() {
            return Ok((Self::default(), Vec::new()));
        }
        let value: Value =
            serde_json::from_str(text).map_err(|source| NotesError::Json { source })?;
        let missing = |missing| NotesError::NotNotes { missing };
        let Value::Object(mut file) = value else {
            return Err(missing("object"));
        };
        let version = match file.remove("version") {
            None => VERSION,
            Some(version) => version.as_u64().ok_or_else(|| missing("version number"))?,
        };
        let Some(Value::Array(values)) = file.remove("notes") else {
            return Err(missing("list of notes"));
        };
        let mut notes = Self {
            version,
            extra: file,
            ..Self::default()
        };
        let mut skipped = Vec::new();
        for (idx, value) in values.iter().enumerate() {
            match Note::from_json(value) {
                // A note that is there twice was merged by something that does not know how.
                Ok(note) => notes = notes.merge(Self::of(note)),
                Err(fault) => {
                    let number = idx + 1;
                    skipped.push(SkippedNote { number, fault });
                    notes.unreadable.insert(value.to_string());
                }
            }
        }
        Ok((notes, skipped))
    }

    fn of(note: Note) -> Self {
        let mut notes = Self {
            version: 0,
            ..Self::default()
        };
        notes.put(note);
        notes
    }

    /// The text of the file. Fails when a later version wrote what was read.
    pub fn to_text(&self) -> Result<String, NotesError> {
        if !self.is_writable() {
            return Err(NotesError::Later {
                version: self.version,
            });
        }
        let mut notes: Vec<&Note> = self.by_id.values().collect();
        notes.sort_by_key(|note| note.order());
        let readable = notes.into_iter().map(Note::to_json);
        let unreadable = self.unreadable.iter();
        let unreadable = unreadable.filter_map(|text| serde_json::from_str(text).ok());
        let notes: Vec<Value> = readable.chain(unreadable).collect();
        let mut file: Map<String, Value> = self.extra.clone();
        file.insert("version".to_owned(), json!(VERSION));
        file.insert("notes".to_owned(), Value::Array(notes));
        let text = serde_json::to_string_pretty(&file).expect("keys are texts");
        Ok(text + "\n")
    }
}
