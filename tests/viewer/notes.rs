use std::path::PathBuf;

use canlake::command::{Action, Command};
use canlake::share::{Note, NoteTime, Notes};
use canlake::state::{Dialog, NoteCommand, Severity};
use canlake_shared::time::Timestamp;
use egui::accesskit::Role;
use egui::{Key, Modifiers};
use egui_kittest::kittest::Queryable as _;

use crate::window::TestWindow;

fn notes_file(window: &TestWindow) -> PathBuf {
    window.lake.path("canlake-notes.json")
}

fn read(window: &TestWindow) -> Notes {
    let text = std::fs::read_to_string(notes_file(window)).unwrap();
    let (notes, skipped) = Notes::parse(&text).unwrap();
    assert!(skipped.is_empty());
    notes
}

/// Writes a text into the dialog that is open and keeps it.
fn keep(window: &mut TestWindow, text: &str) {
    assert_eq!(window.state().dialog, Some(Dialog::Note));
    let fields = window.harness.query_all_by_role(Role::MultilineTextInput);
    fields.last().unwrap().type_text(text);
    window.harness.run_steps(2);
    window.harness.get_by_label("Keep the note").click();
    window.harness.run_steps(3);
    window.wait("the file", |state| !state.notes.is_saving());
}

fn note_here(window: &mut TestWindow, text: &str) {
    window.press_with(Modifiers::COMMAND | Modifiers::SHIFT, Key::B);
    keep(window, text);
}

#[test]
fn a_note_is_made_at_the_cursor_and_found_again() {
    let mut window = TestWindow::plotted();
    window.click_plot(0.4);
    let cursor = window.state().cursors.active_instant().unwrap();
    note_here(&mut window, "brakes squeal");
    let notes = read(&window);
    let note = notes.iter().next().unwrap();
    assert_eq!(note.time, NoteTime::At(cursor));
    assert_eq!(note.text, "brakes squeal");
    assert_eq!(note.vehicle.as_deref(), Some("CAR_1"));
    assert!(note.created > "2025-01-01T00:00:00Z".parse().unwrap());
    // A flag on the plot; a click on it opens the note.
    window.harness.get_by_label("Note: brakes squeal").click();
    window.harness.run_steps(3);
    let draft = window.state().notes.draft.as_ref().unwrap();
    assert_eq!(draft.text, "brakes squeal");
    keep(&mut window, " on the left");
    let notes = read(&window);
    let texts: Vec<_> = notes.iter().map(|note| note.text.as_str()).collect();
    assert_eq!(texts, ["brakes squeal on the left"]);

    // Another window on the same place shows it.
    let mut second = TestWindow::over(&window.lake);
    let root = window.lake.root().to_str().unwrap().to_owned();
    second.send(Command::Open(vec![root]));
    second.wait("the note", |state| state.notes.iter().next().is_some());
    assert_eq!(second.state().notes.iter().next().unwrap().1.text, texts[0]);
}

#[test]
fn a_note_on_a_stretch_of_time_is_shown_listed_and_removed() {
    let mut window = TestWindow::plotted();
    window.click_plot(0.2);
    window.press(Key::B);
    window.click_plot(0.5);
    let (a, b) = window.state().cursors.both().unwrap();
    note_here(&mut window, "slope");
    let notes = read(&window);
    let note = notes.iter().next().unwrap();
    assert_eq!(note.time.bounds(), (a, Some(b)));

    // The list jumps to it, also where another session is loaded.
    window.press(Key::A);
    window.press(Key::A);
    window.press(Key::B);
    window.press(Key::B);
    window.send(Command::SelectSession(0));
    window.wait("the other session", |state| !state.store.is_loading());
    assert!(!window.visible().contains(a));
    window.press_with(Modifiers::COMMAND, Key::M);
    assert_eq!(window.state().dialog, Some(Dialog::Notes));
    window.harness.get_by_label("Show the note: slope").click();
    window.harness.run_steps(3);
    window.wait("the session of the note", |state| !state.store.is_loading());
    assert!(window.visible().contains(a) && window.visible().contains(b));
    assert_eq!(window.state().cursors.both(), Some((a, b)));
    assert_eq!(window.state().selection.as_ref().unwrap().session, Some(1));

    window
        .harness
        .get_by_label("Remove the note: slope")
        .click();
    window.harness.run_steps(3);
    window.wait("the file", |state| !state.notes.is_saving());
    assert_eq!(window.state().notes.iter().count(), 0);
    assert_eq!(read(&window).iter().count(), 0);
    // The file remembers the removal, so that a merge does not bring it back.
    assert!(
        std::fs::read_to_string(notes_file(&window))
            .unwrap()
            .contains("removed")
    );
}

#[test]
fn what_others_wrote_meanwhile_stays() {
    let mut window = TestWindow::plotted();
    let mut theirs = Notes::default();
    let (at, created) = (window.visible().start + 5, Timestamp::from_ns(1));
    theirs.put(Note::new(NoteTime::At(at), "theirs", None, created));
    std::fs::write(notes_file(&window), theirs.to_text().unwrap()).unwrap();
    window.click_plot(0.4);
    note_here(&mut window, "ours");
    let notes = read(&window);
    let texts: Vec<_> = notes.iter().map(|note| note.text.as_str()).collect();
    assert_eq!(texts, ["theirs", "ours"]);
    let shown: Vec<_> = window
        .state()
        .notes
        .iter()
        .map(|it| it.1.text.clone())
        .collect();
    assert_eq!(shown, texts);
}

#[test]
fn a_file_that_holds_no_notes_is_left_alone_and_said_once() {
    let mut window = TestWindow::plotted();
    // What cannot be read is not overwritten, for it may be worth repairing.
    std::fs::write(notes_file(&window), "[1, 2").unwrap();
    let n_before = window.state().notices.iter().count();
    window.click_plot(0.4);
    note_here(&mut window, "one");
    note_here(&mut window, "two");
    assert_eq!(std::fs::read(notes_file(&window)).unwrap(), b"[1, 2");
    assert_eq!(window.state().notes.iter().count(), 2);
    let notices: Vec<_> = window.state().notices.iter().skip(n_before).collect();
    assert_eq!(notices.len(), 1);
    assert_eq!(notices[0].severity, Severity::Error);
    let title = &notices[0].title;
    for part in [
        "until the window is closed",
        "repair it",
        "canlake-notes.json",
    ] {
        assert!(title.contains(part), "{title}");
    }
    // Once it is repaired, the next note takes the others along.
    std::fs::remove_file(notes_file(&window)).unwrap();
    note_here(&mut window, "three");
    assert_eq!(read(&window).iter().count(), 3);
}

#[test]
fn without_a_time_there_is_nothing_to_note() {
    let mut window = TestWindow::opened();
    window.send(Command::Run(Action::NoteHere));
    assert_eq!(window.state().dialog, None);
    let notice = window.state().notices.iter().next_back().unwrap();
    assert!(notice.title.contains("nothing to note"), "{}", notice.title);
    // A note that is gone is no place to jump to.
    let source = window.state().sources[0].id;
    let id = canlake::share::NoteId::new("x").unwrap();
    window.send(Command::Note(NoteCommand::Show(source, id)));
    window.press_with(Modifiers::COMMAND, Key::M);
    window.harness.get_by_label("No notes yet.");
}
