//! Bookmarks and notes on times, shared in a file beside the data.
//!
//! ```text
//! file's text ──parse()──▶ Notes ──put/remove──▶ Notes ──merge(file's text as it is now)──▶ to_text()
//! ```
//!
//! Several people may write the same file of a shared folder, without a lock: whoever writes first
//! reads the file once more and merges. A note that was removed stays in the file as such, so that a
//! merge does not bring it back. What cannot be read is kept as it is: later versions may know it.
//!
//! Nothing here reads a file or a clock.
//!
//! Invariants: `merge` is commutative, associative and idempotent, so that all ways of passing a
//! file around end in the same notes; equal notes give equal text.

mod file;
mod note;
mod place;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use canlake_shared::time::Timestamp;
use serde_json::{Map, Value};

pub use file::{NotesError, SkippedNote};
pub use note::{Note, NoteFault, NoteId, NoteTime};
pub use place::notes_path;

/// The version that this program writes.
const VERSION: u64 = 1;

/// All notes of a source.
#[derive(Debug, Clone, PartialEq)]
pub struct Notes {
    version: u64,
    by_id: BTreeMap<NoteId, Note>,
    /// Notes that could not be read, as JSON.
    unreadable: BTreeSet<String>,
    /// What else the file says.
    extra: Map<String, Value>,
}

impl Default for Notes {
    fn default() -> Self {
        Self {
            version: VERSION,
            by_id: BTreeMap::new(),
            unreadable: BTreeSet::new(),
            extra: Map::new(),
        }
    }
}

impl Notes {
    /// The notes to show, by time.
    pub fn iter(&self) -> impl Iterator<Item = &Note> {
        let mut notes: Vec<&Note> = self.by_id.values().filter(|it| !it.removed).collect();
        notes.sort_by_key(|note| note.order());
        notes.into_iter()
    }

    /// The note with this id, unless it was removed.
    pub fn get(&self, id: &NoteId) -> Option<&Note> {
        self.by_id.get(id).filter(|note| !note.removed)
    }

    /// Adds a note, or changes the one with its id. A change is newer than what it changes, whatever
    /// the clocks of those who wrote it said.
    pub fn put(&mut self, mut note: Note) {
        if let Some(old) = self.by_id.get(&note.id) {
            note.changed = note.changed.max(old.changed + 1);
        }
        self.by_id.insert(note.id.clone(), note);
    }

    /// Removes a note; `false` when there is none with this id.
    pub fn remove(&mut self, id: &NoteId, at: Timestamp) -> bool {
        let Some(note) = self.get(id) else {
            return false;
        };
        let mut note = note.clone();
        note.removed = true;
        note.changed = at;
        self.put(note);
        true
    }

    /// These notes and those of another version of the file: of each note the one changed last.
    #[must_use]
    pub fn merge(mut self, other: Self) -> Self {
        self.version = self.version.max(other.version);
        for (id, note) in other.by_id {
            if self.by_id.get(&id).map(Note::age) < Some(note.age()) {
                self.by_id.insert(id, note);
            }
        }
        self.unreadable.extend(other.unreadable);
        for (name, value) in other.extra {
            let text = |value: &Value| value.to_string();
            if self.extra.get(&name).map(text) < Some(text(&value)) {
                self.extra.insert(name, value);
            }
        }
        self
    }

    /// Whether [`Self::to_text`] gives a text: the file is not of a later version.
    pub fn is_writable(&self) -> bool {
        self.version <= VERSION
    }
}
