//! Long work: how far it is, how it is ended, and what remains of it.

use std::sync::Arc;

use canlake::command::{Action, Command};
use canlake::export::{CsvLayout, CsvOptions};
use canlake::source::MemorySignal;
use canlake::state::{
    ExportCommand, ExportKind, ExportOptions, ExportTarget, LoadState, RangeChoice,
};
use canlake_shared::schema::{SignalDeclaration, SignalKey};
use egui::Key;
use egui_kittest::kittest::Queryable as _;

use crate::held_source::{Gate, HeldSource};
use crate::window::{N_SAMPLES, SPEED, TestWindow, VEHICLE, loaded, samples};

/// The lake of the other tests, held by a gate, with the speed asked for.
fn held() -> (TestWindow, Gate) {
    let signal = |message: &str, signal: &str| {
        let (mut times, mut values) = samples(0);
        let later = samples(1);
        times.extend(later.0);
        values.extend(later.1);
        MemorySignal {
            vehicle: VEHICLE.into(),
            key: SignalKey::new("can0", message, Some(0x100), signal),
            unit: "km/h".into(),
            declared: SignalDeclaration::default(),
            times: times.into(),
            values: values.into(),
            labels: None,
        }
    };
    let (source, gate) = HeldSource::new(vec![signal("Drive", "Speed")]);
    let mut window = TestWindow::new();
    window.open_source(Arc::new(source));
    window.click_signal(SPEED);
    (window, gate)
}

fn samples_shown(window: &TestWindow) -> Option<usize> {
    let series = loaded(window.state())?.series.as_ref()?;
    Some(series.series().len())
}

fn says(window: &TestWindow, text: &str) -> bool {
    let found = window.harness.query_all_by_label_contains(text).next();
    found.is_some()
}

fn click(window: &mut TestWindow, label: &str) {
    window.harness.get_by_label(label).click();
    window.harness.run_steps(3);
}

/// Frames until the window says something.
fn wait_for_words(window: &mut TestWindow, text: &str) {
    for _ in 0..2_000 {
        if says(window, text) {
            return;
        }
        std::thread::sleep(std::time::Duration::from_millis(5));
        window.harness.step();
    }
    panic!("the window never said {text:?}");
}

fn cancel_load(window: &mut TestWindow) {
    wait_for_words(window, "4.0 kB of 10.0 kB");
    click(window, "Cancel");
    window.wait("the end of the load", |state| !state.store.is_loading());
}

#[test]
fn a_cancelled_load_is_kept_and_loaded_to_its_end() {
    let (mut window, gate) = held();
    wait_for_words(&mut window, "loading Drive.Speed");
    cancel_load(&mut window);
    let half = N_SAMPLES as usize / 2;
    assert_eq!(samples_shown(&window), Some(half));
    let LoadState::Partial(reason) = &loaded(window.state()).unwrap().state else {
        panic!("it is not partial");
    };
    assert_eq!(reason, "cancelled after 4.0 kB of 10.0 kB (40 %)");
    let title =
        "Loading Drive.Speed was cancelled: 300 samples have arrived, 4.0 kB of 10.0 kB (40 %)";
    assert!(says(&window, title));
    assert!(window.state().dialog.is_none());
    click(&mut window, "Keep");
    assert!(!says(&window, title));
    assert_eq!(samples_shown(&window), Some(half));

    // Cancelled once more, before more had come than there was: that stays.
    window.send(Command::Run(Action::LoadRest));
    cancel_load(&mut window);
    assert_eq!(samples_shown(&window), Some(half));
    gate.open();
    click(&mut window, "Load the rest");
    window.wait("the rest", |state| {
        loaded(state).is_some_and(|it| it.state == LoadState::Complete)
    });
    assert_eq!(samples_shown(&window), Some(N_SAMPLES as usize));
    let before = window.state().notices.iter().count();
    window.send(Command::Run(Action::LoadRest));
    assert_eq!(window.state().notices.iter().count(), before + 1);
}

#[test]
fn what_arrived_is_discarded_where_nothing_was_before() {
    let (mut window, gate) = held();
    cancel_load(&mut window);
    click(&mut window, "Discard");
    assert_eq!(samples_shown(&window), None);
    // Nothing else brings it back.
    window.press(Key::G);
    assert!(!window.state().store.is_loading());
    gate.open();
    window.send(Command::Run(Action::LoadRest));
    window.wait("the samples", |state| {
        loaded(state).is_some_and(|it| it.state == LoadState::Complete)
    });
    assert_eq!(samples_shown(&window), Some(N_SAMPLES as usize));
}

#[test]
fn discarding_another_time_shows_the_one_before() {
    let (mut window, gate) = held();
    gate.open();
    window.wait("the session", |state| {
        loaded(state).is_some_and(|it| it.state == LoadState::Complete)
    });
    let extent = |window: &TestWindow| window.state().window.as_ref().unwrap().extent();
    let before = extent(&window);
    gate.close();
    window.send(Command::ChooseRange(RangeChoice::Everything));
    // The old picture stays while the new one is on its way.
    assert_eq!(samples_shown(&window), Some(N_SAMPLES as usize));
    cancel_load(&mut window);
    assert_ne!(extent(&window), before);
    click(&mut window, "Discard");
    assert_eq!(extent(&window), before);
    assert_eq!(samples_shown(&window), Some(N_SAMPLES as usize));
    assert_eq!(loaded(window.state()).unwrap().state, LoadState::Complete);
    assert_eq!(window.state().selection.as_ref().unwrap().session, Some(1));
}

#[test]
fn escape_ends_all_that_is_under_way() {
    let (mut window, gate) = held();
    gate.open();
    window.wait("the samples", |state| !state.store.is_loading());
    gate.close();
    window.send(Command::ChooseRange(RangeChoice::Everything));
    let options = ExportOptions {
        csv: CsvOptions {
            // So many rows that it does not end by itself.
            layout: CsvLayout::Steps(40_000),
            ..CsvOptions::default()
        },
        ..ExportOptions::default()
    };
    window.send(Command::Export(ExportCommand::Choose(Box::new(options))));
    let path = window.lake.path("cancelled.csv");
    let target = ExportTarget {
        kind: ExportKind::Csv,
        path: path.clone(),
        may_replace: false,
    };
    window.send(Command::Export(ExportCommand::Write(target)));
    wait_for_words(&mut window, "2 under way");
    let line = window.harness.get_by_label_contains("2 under way");
    line.click();
    window.harness.run_steps(3);
    assert!(says(&window, "writing cancelled.csv"));
    assert_eq!(window.harness.query_all_by_label("Cancel").count(), 2);
    window.press(Key::Escape);
    window.press(Key::Escape);
    window.wait("the end", |state| state.under_way().is_empty());
    assert!(!path.exists());
    assert!(says(&window, "samples have arrived"));
}

#[cfg(unix)]
#[test]
fn a_source_whose_opening_is_cancelled_is_gone() {
    let mut window = TestWindow::new();
    // Whoever opens this waits for somebody who writes to it.
    let pipe = window.lake.path("slow.log");
    let made = std::process::Command::new("mkfifo").arg(&pipe).status();
    assert!(made.unwrap().success());
    window.send(Command::Open(vec![pipe.to_string_lossy().into_owned()]));
    wait_for_words(&mut window, "slow.log: opening");
    click(&mut window, "Cancel opening");
    assert!(window.state().sources.is_empty());
    assert!(says(&window, "Drop files or a folder here"));
    let notice = window.state().notices.iter().next_back().unwrap();
    assert!(notice.title.contains("slow.log was cancelled"));
    // Lets go of whoever waits. For reading too, so that it does not wait itself where nobody does.
    let mut both = std::fs::OpenOptions::new();
    drop(both.read(true).write(true).open(&pipe));
}

#[test]
fn the_status_line_says_what_the_last_query_took_and_which_way_it_went() {
    let window = TestWindow::plotted();
    for part in [
        "600 rows, ",
        " read of ",
        " in 1 file, ",
        ", from local files",
    ] {
        assert!(says(&window, part), "{part}");
    }
}
