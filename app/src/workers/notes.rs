//! Reads and writes files of notes. Others may write the same file: it is read again before it is
//! written, and what both say is merged.

use std::fs::File;
use std::io::{ErrorKind, Read as _, Write as _};
use std::path::Path;

use canlake_shared::error_chain;

use super::EventSender;
use crate::share::{Notes, notes_path};
use crate::state::{Event, NoteEffect, NoteEvent};
use crate::whole_file;

/// Carries an effect out and sends what became of it.
pub(crate) async fn perform(effect: NoteEffect, events: EventSender) {
    let event = match effect {
        NoteEffect::Load { source, location } => {
            let path = notes_path(&location, Path::is_dir);
            let result = path
                .as_deref()
                .map_or_else(|| Ok((Notes::default(), Vec::new())), read);
            NoteEvent::Loaded {
                source,
                path,
                result,
            }
        }
        NoteEffect::Save {
            source,
            path,
            notes,
        } => NoteEvent::Saved(source, save(&path, notes)),
    };
    events.send(Event::Note(event)).await;
}

/// The notes of a file, and what is wrong with others; none where there is no file.
fn read(path: &Path) -> Result<(Notes, Vec<String>), String> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound => {
            return Ok((Notes::default(), Vec::new()));
        }
        Err(error) => return Err(error.to_string()),
    };
    let mut text = String::new();
    file.take(Notes::MAX_BYTES as u64 + 1)
        .read_to_string(&mut text)
        .map_err(|error| error.to_string())?;
    let (notes, skipped) = Notes::parse(&text).map_err(|error| error_chain(&error))?;
    let skipped = skipped.iter().map(ToString::to_string).collect();
    Ok((notes, skipped))
}

fn save(path: &Path, notes: Notes) -> Result<Notes, String> {
    let (now, _) = read(path).map_err(|text| format!("{text}: {}", path.display()))?;
    let merged = notes.merge(now);
    let text = merged.to_text().map_err(|error| error_chain(&error))?;
    whole_file::write(path, |file| file.write_all(text.as_bytes()))
        .map_err(|error| format!("cannot write {}: {error}", path.display()))?;
    Ok(merged)
}
