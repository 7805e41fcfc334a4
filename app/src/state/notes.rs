//! Bookmarks and notes on times, kept beside the data that they are about.
//!
//! ```text
//! source ready ──Load──▶ worker: the file as it is ──▶ shown
//! put, remove ──Save──▶ worker: reads again, merges, writes ──▶ merged with what is shown
//! ```
//!
//! What was made is shown at once. Where it cannot be written it stays until the window is closed,
//! and that is said once.

use std::collections::BTreeMap;
use std::path::PathBuf;

use canlake_shared::time::{TimeRange, Timestamp};

use super::{
    AppState, Cursor, Dialog, Effect, RangeChoice, Selection, Severity, SourceId, VehicleRef,
};
use crate::share::{Note, NoteId, NoteTime, Notes};
use crate::source::SourceLocation;

/// What the user wants with notes.
#[derive(Clone, Debug, PartialEq)]
pub enum NoteCommand {
    /// Change a note in the dialog.
    Edit(SourceId, NoteId),
    /// Keep what is in the dialog.
    Put {
        /// What it says.
        text: String,
        /// Position of its colour in the palette.
        colour: u8,
        /// The time of day.
        now: Timestamp,
    },
    /// Remove a note.
    Remove {
        /// Where it is.
        source: SourceId,
        /// Which.
        id: NoteId,
        /// The time of day.
        now: Timestamp,
    },
    /// Show the time of a note.
    Show(SourceId, NoteId),
}

/// What is done elsewhere for notes.
#[derive(Clone, Debug)]
pub enum NoteEffect {
    /// Read the notes of a place.
    Load {
        /// Its source.
        source: SourceId,
        /// Where it is.
        location: SourceLocation,
    },
    /// Write notes, merged with what the file says by then.
    Save {
        /// Their source.
        source: SourceId,
        /// The file.
        path: PathBuf,
        /// The notes.
        notes: Notes,
    },
}

/// What became of it.
#[derive(Clone, Debug)]
pub enum NoteEvent {
    /// Notes were read.
    Loaded {
        /// Their source.
        source: SourceId,
        /// Where notes are kept; `None` where there is no place to write.
        path: Option<PathBuf>,
        /// The notes and what is wrong with others, or why they cannot be read.
        result: Result<(Notes, Vec<String>), String>,
    },
    /// Notes were written: as they are in the file now, or why they could not be.
    Saved(SourceId, Result<Notes, String>),
}

/// The notes of all sources.
#[derive(Clone, Debug, Default)]
pub struct NoteBook {
    by_source: BTreeMap<SourceId, SourceNotes>,
    /// The note in the dialog.
    pub draft: Option<Draft>,
}

#[derive(Clone, Debug, Default)]
struct SourceNotes {
    notes: Notes,
    /// Those to show, in order of time: asked for in every frame.
    shown: Vec<Note>,
    path: Option<PathBuf>,
    is_saving: bool,
    /// Whether something has changed since what is being saved.
    is_changed: bool,
    /// Whether the user knows that they are not kept.
    is_told: bool,
}

/// A note while it is written.
#[derive(Clone, Debug, PartialEq)]
pub struct Draft {
    /// Its source.
    pub source: SourceId,
    /// The note that is changed; `None` for a new one.
    pub id: Option<NoteId>,
    /// What it is on.
    pub time: NoteTime,
    /// The vehicle that it is about.
    pub vehicle: Option<String>,
    /// What it says so far.
    pub text: String,
    /// Position of its colour in the palette.
    pub colour: u8,
}

impl SourceNotes {
    fn change(&mut self, change: impl FnOnce(&mut Notes)) {
        change(&mut self.notes);
        self.shown = self.notes.iter().cloned().collect();
    }

    fn merge(&mut self, others: Notes) {
        self.change(|notes| *notes = std::mem::take(notes).merge(others));
    }
}

impl NoteBook {
    /// The notes about vehicles of open sources, by source and time.
    pub fn iter(&self) -> impl Iterator<Item = (SourceId, &Note)> {
        let sources = self.by_source.iter();
        sources.flat_map(|(source, of)| of.shown.iter().map(|note| (*source, note)))
    }

    /// The notes that concern any of some vehicles, by source and time.
    pub fn about<'a>(
        &'a self,
        vehicles: &'a [VehicleRef],
    ) -> impl Iterator<Item = (SourceId, &'a Note)> {
        self.iter().filter(move |(source, note)| {
            vehicles.iter().any(|vehicle| {
                let is_named = |id: &String| **id == *vehicle.vehicle;
                vehicle.source == *source
                    && vehicle.overlay.is_none()
                    && note.vehicle.as_ref().is_none_or(is_named)
            })
        })
    }

    /// A note, unless it was removed.
    pub fn get(&self, source: SourceId, id: &NoteId) -> Option<&Note> {
        self.by_source.get(&source)?.notes.get(id)
    }

    /// Whether notes are on their way to a file.
    pub fn is_saving(&self) -> bool {
        self.by_source.values().any(|of| of.is_saving)
    }

    pub(super) fn forget(&mut self, source: SourceId) {
        self.by_source.remove(&source);
        self.draft.take_if(|draft| draft.source == source);
    }
}

impl AppState {
    pub(super) fn update_notes(&mut self, command: NoteCommand) -> Vec<Effect> {
        match command {
            NoteCommand::Edit(source, id) => {
                if let Some(note) = self.notes.get(source, &id) {
                    self.notes.draft = Some(Draft {
                        source,
                        id: Some(id),
                        time: note.time,
                        vehicle: note.vehicle.clone(),
                        text: note.text.clone(),
                        colour: note.colour,
                    });
                    self.dialog = Some(Dialog::Note);
                }
                Vec::new()
            }
            NoteCommand::Put { text, colour, now } => {
                self.dialog = None;
                let Some(draft) = self.notes.draft.take() else {
                    return Vec::new();
                };
                let source = draft.source;
                let known = draft.id.as_ref().and_then(|id| self.notes.get(source, id));
                let note = match known {
                    Some(known) => Note {
                        text,
                        colour,
                        changed: now,
                        ..known.clone()
                    },
                    None => Note {
                        colour,
                        ..Note::new(draft.time, &text, draft.vehicle.as_deref(), now)
                    },
                };
                self.change_notes(source, |notes| notes.put(note))
            }
            NoteCommand::Remove { source, id, now } => self.change_notes(source, |notes| {
                notes.remove(&id, now);
            }),
            NoteCommand::Show(source, id) => self.show_note(source, &id),
        }
    }

    pub(super) fn apply_notes(&mut self, event: NoteEvent) -> Vec<Effect> {
        match event {
            NoteEvent::Loaded {
                source,
                path,
                result,
            } => {
                if self.source(source).is_none() {
                    return Vec::new();
                }
                let of = self.notes.by_source.entry(source).or_default();
                of.path.clone_from(&path);
                let file = path.map(|it| it.display().to_string()).unwrap_or_default();
                match result {
                    Ok((notes, skipped)) => {
                        of.merge(notes);
                        if !skipped.is_empty() {
                            let title = format!("some notes cannot be read: {file}");
                            self.notices
                                .add(Severity::Warning, title, skipped.join("\n"));
                        }
                    }
                    Err(text) => {
                        of.is_told = true;
                        let title =
                            format!("notes are not shown, and new ones not kept: {text}: {file}");
                        self.notices.add(Severity::Warning, title, "");
                    }
                }
            }
            NoteEvent::Saved(source, result) => return self.saved_notes(source, result),
        }
        Vec::new()
    }

    fn saved_notes(&mut self, source: SourceId, result: Result<Notes, String>) -> Vec<Effect> {
        let Some(of) = self.notes.by_source.get_mut(&source) else {
            return Vec::new();
        };
        of.is_saving = false;
        match result {
            Ok(notes) => {
                of.is_told = false;
                of.merge(notes);
            }
            Err(text) => {
                // The next change tries again; to try this one now would fail alike.
                of.is_changed = false;
                if !std::mem::replace(&mut of.is_told, true) {
                    let title = format!(
                        "notes are kept only until the window is closed: {text}; open the data from a folder that you may write to"
                    );
                    self.notices.add(Severity::Error, title, "");
                }
            }
        }
        self.save_notes(source)
    }

    pub(super) fn load_notes(&self, source: SourceId) -> Option<Effect> {
        let location = self.source(source)?.location.clone();
        Some(Effect::Note(NoteEffect::Load { source, location }))
    }

    fn change_notes(&mut self, source: SourceId, change: impl FnOnce(&mut Notes)) -> Vec<Effect> {
        let of = self.notes.by_source.entry(source).or_default();
        of.change(change);
        of.is_changed = true;
        if of.path.is_none() && !std::mem::replace(&mut of.is_told, true) {
            let title = "notes are kept only until the window is closed: this place has no folder to write them to";
            self.notices.add(Severity::Warning, title, "");
        }
        self.save_notes(source)
    }

    /// One at a time, so that a slow write never ends after a later one.
    fn save_notes(&mut self, source: SourceId) -> Vec<Effect> {
        let Some(of) = self.notes.by_source.get_mut(&source) else {
            return Vec::new();
        };
        let (Some(path), true, false) = (&of.path, of.is_changed, of.is_saving) else {
            return Vec::new();
        };
        of.is_changed = false;
        of.is_saving = true;
        vec![Effect::Note(NoteEffect::Save {
            source,
            path: path.clone(),
            notes: of.notes.clone(),
        })]
    }

    /// Opens the dialog for a note from A to B, at the active cursor, at the pointer, or in the middle.
    pub(super) fn note_here(&mut self) {
        let active = self.workspace.active();
        let panel = active.and_then(|id| self.workspace.panel(id));
        let plotted = panel.and_then(|panel| panel.signals.iter().find(|it| it.visible));
        let plotted = plotted.map(|it| it.signal.vehicle.clone());
        let selected = self.selection.as_ref().map(|it| it.vehicle.clone());
        let (Some(vehicle), Some(window)) = (plotted.or(selected), self.active_window()) else {
            let title = "nothing to note: a note is on a time, open data and plot a signal first";
            self.notices.add(Severity::Info, title, "");
            return;
        };
        let visible = window.visible();
        let middle = visible.start + visible.duration_ns() / 2;
        let time = match (self.cursors.both(), self.cursors.active_instant()) {
            (Some((a, b)), _) if a != b => NoteTime::During(TimeRange::new(a.min(b), a.max(b))),
            (_, Some(instant)) => NoteTime::At(instant),
            _ => NoteTime::At(self.hovered_in_window().unwrap_or(middle)),
        };
        self.notes.draft = Some(Draft {
            source: vehicle.source,
            id: None,
            time,
            vehicle: Some(vehicle.vehicle.to_string()),
            text: String::new(),
            colour: 0,
        });
        self.dialog = Some(Dialog::Note);
    }

    /// Brings the time of a note into view and the cursors onto it; its session is loaded if it is
    /// another one.
    fn show_note(&mut self, source: SourceId, id: &NoteId) -> Vec<Effect> {
        let Some(note) = self.notes.get(source, id) else {
            return Vec::new();
        };
        let (start, end) = note.time.bounds();
        let about = note.vehicle.clone();
        let mut effects = Vec::new();
        let is_loaded = |window: &super::TimeWindow| window.extent().contains(start);
        if !self.window.as_ref().is_some_and(is_loaded) {
            let selected = self.selection.as_ref().map(|it| it.vehicle.clone());
            let vehicle = match about {
                Some(id) => Some(VehicleRef::new(source, id)),
                None => selected.filter(|vehicle| vehicle.source == source),
            };
            let Some(vehicle) = vehicle else {
                return Vec::new();
            };
            let known = self.vehicle(&vehicle).map(|vehicle| {
                let mut sessions = vehicle.sessions.iter();
                sessions.position(|session| session.range.contains(start))
            });
            let Some(session) = known.flatten() else {
                let title = "the note is on a time of which there are no data";
                self.notices.add(Severity::Warning, title, "");
                return Vec::new();
            };
            self.selection = Some(Selection {
                vehicle,
                session: Some(session),
            });
            effects.extend(self.choose_range(RangeChoice::Session));
        }
        self.cursors.show(Cursor::A, start);
        match end {
            Some(end) => {
                self.cursors.show(Cursor::B, end);
                let margin = end.ns_since(start) / 5;
                let range = TimeRange::new(start - margin, end + margin);
                self.change_window(|window| window.set(range));
            }
            None => self.bring_into_view(start),
        }
        effects
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::Command;
    use crate::state::Event;

    fn at(ns: i64) -> NoteTime {
        NoteTime::At(Timestamp::from_ns(ns))
    }

    fn state() -> (AppState, SourceId) {
        let mut state = AppState::default();
        state.update(Command::Open(vec!["/lake".to_owned()]));
        let source = state.sources[0].id;
        state.apply(Event::Note(NoteEvent::Loaded {
            source,
            path: Some(PathBuf::from("/lake/canlake-notes.json")),
            result: Ok((Notes::default(), Vec::new())),
        }));
        (state, source)
    }

    fn put(state: &mut AppState, source: SourceId, ns: i64) -> Vec<Effect> {
        state.notes.draft = Some(Draft {
            source,
            id: None,
            time: at(ns),
            vehicle: None,
            text: String::new(),
            colour: 0,
        });
        state.update_notes(NoteCommand::Put {
            text: format!("note {ns}"),
            colour: 3,
            now: Timestamp::from_ns(1_000 + ns),
        })
    }

    fn saved(effects: &[Effect]) -> Option<usize> {
        match effects {
            [] => None,
            [Effect::Note(NoteEffect::Save { notes, .. })] => Some(notes.iter().count()),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn one_save_at_a_time_and_the_last_one_has_everything() {
        let (mut state, source) = state();
        assert_eq!(saved(&put(&mut state, source, 5)), Some(1));
        assert_eq!(saved(&put(&mut state, source, 6)), None);
        assert_eq!(saved(&put(&mut state, source, 7)), None);
        // Somebody else has written a note meanwhile.
        let mut others = Notes::default();
        others.put(Note::new(at(9), "theirs", None, Timestamp::from_ns(1)));
        let effects = state.apply_notes(NoteEvent::Saved(source, Ok(others)));
        assert_eq!(saved(&effects), Some(4));
        let effects = state.apply_notes(NoteEvent::Saved(source, Ok(Notes::default())));
        assert_eq!(saved(&effects), None);
        assert!(!state.notes.is_saving());
        assert_eq!(state.notes.iter().count(), 4);
    }

    #[test]
    fn a_place_that_cannot_be_written_is_told_once() {
        let (mut state, source) = state();
        for ns in 0..3 {
            assert!(saved(&put(&mut state, source, ns)).is_some());
            let failed = NoteEvent::Saved(source, Err("read-only".to_owned()));
            assert_eq!(saved(&state.apply_notes(failed)), None);
        }
        assert_eq!(state.notices.iter().count(), 1);
        assert_eq!(state.notes.iter().count(), 3);
    }
}
