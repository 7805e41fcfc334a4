//! What one person hands to another: code that reads the rows of a plot, links to a view, and notes
//! on times.
//!
//! ```text
//! Selection ──copy_as()──▶ text of a Python script, of SQL, of a command
//! Link ◀──────text──────▶ canlake://open?v=1&…
//! Notes ◀─────text──────▶ canlake-notes.json, merged with what others wrote meanwhile
//! ```
//!
//! Text in, text out: nothing here opens a file, reads a clock or knows the window.
//!
//! Invariant: names come from files and may be any text. They never leave the quotes, comments and
//! escapes that they are put into.

pub mod copy_as;
mod link;
pub mod notes;
mod percent;

pub use copy_as::{CopyError, Kind, Selection, copy_as};
pub use link::{Link, LinkError};
pub use notes::{Note, NoteId, NoteTime, Notes, NotesError, SkippedNote, notes_path};
