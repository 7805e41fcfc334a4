use canlake::command::{Action, Command};
use canlake::state::{Dialog, LoadState, MemoryCommand, Severity, SourceStatus};
use canlake_shared::time::NS_PER_SEC;
use egui::{Key, Modifiers};
use egui_kittest::kittest::Queryable as _;

use crate::lake::{START_NS, SignalData, write_decoded};
use crate::window::{SPEED, TestWindow, VOLTAGE};

/// What the last query was: another one takes another time.
fn last_query(window: &TestWindow) -> String {
    format!("{:?}", window.state().last_query)
}

fn with_voltage() -> TestWindow {
    let mut window = TestWindow::plotted();
    window.click_signal(VOLTAGE);
    window.wait("the samples", |state| !state.store.is_loading());
    window
}

#[test]
fn what_is_plotted_again_comes_from_memory() {
    let mut window = with_voltage();
    let (query, bytes) = (last_query(&window), window.state().store.memory_bytes());
    window.click_signal(VOLTAGE);
    assert_eq!(window.state().store.iter().count(), 1);
    assert_eq!(window.state().store.cached().count(), 1);
    assert_eq!(window.state().store.memory_bytes(), bytes);
    window.click_signal(VOLTAGE);
    // At once, and whole.
    assert_eq!(window.state().store.iter().count(), 2);
    let mut loaded = window.state().store.iter();
    assert!(loaded.all(|(_, loaded)| loaded.state == LoadState::Complete));
    assert_eq!(window.state().store.cached().count(), 0);
    assert_eq!(last_query(&window), query);
}

#[test]
fn the_session_before_comes_back_without_a_query() {
    let mut window = with_voltage();
    window.send(Command::SelectSession(0));
    window.wait("the first session", |state| !state.store.is_loading());
    let query = last_query(&window);
    window.send(Command::SelectSession(1));
    assert!(!window.state().store.is_loading());
    assert_eq!(last_query(&window), query);
    let extent = window.state().window.as_ref().unwrap().extent();
    for (_, loaded) in window.state().store.iter() {
        let series = loaded.series.as_ref().unwrap();
        assert_eq!(series.times()[0], extent.start.as_ns());
    }
    // A source that is read again may have changed.
    let source = window.state().sources[0].id;
    window.send(Command::ReloadSource(source));
    assert_eq!(window.state().store.cached().count(), 0);
}

/// A file with these signals, each with the values in its samples.
fn write_file(path: &std::path::Path, signals: &[(&str, [f64; 4])]) {
    let signals = signals.iter().map(|(name, values)| SignalData {
        message: "Drive".to_owned(),
        signal: (*name).to_owned(),
        times: (0..4).map(|idx| START_NS + idx * NS_PER_SEC).collect(),
        values: values.to_vec(),
    });
    write_decoded(path, "CAR_9", signals.collect());
}

/// State and values of a plotted signal.
fn loaded_values(window: &TestWindow, name: &str) -> (LoadState, Vec<f64>) {
    let mut loaded = window.state().store.iter();
    let (_, found) = loaded.find(|(it, _)| &*it.key.signal == name).unwrap();
    let series = found.series.as_ref().unwrap();
    (found.state.clone(), series.values().to_vec())
}

#[test]
fn what_is_plotted_of_a_source_that_is_read_again_is_loaded_again() {
    let mut window = TestWindow::new();
    let path = window.lake.path("one/changing.parquet");
    let (before, after) = ([0.0, 1.5, 2.5, 3.5], [0.0, 15.0, 25.0, 35.0]);
    write_file(&path, &[("Speed", before), ("Torque", before)]);
    window.send(Command::Open(vec![path.to_string_lossy().into_owned()]));
    window.wait("the vehicle", |state| state.selected_vehicle().is_some());
    // The other one is plotted without being asked for.
    window.click_signal("Drive.Torque");
    window.wait("the samples", |state| {
        state.store.iter().count() == 2 && !state.store.is_loading()
    });
    assert_eq!(loaded_values(&window, "Speed").1, before);

    write_file(&path, &[("Speed", after)]);
    let source = window.state().sources[0].id;
    window.send(Command::ReloadSource(source));
    window.wait("the reload", |state| {
        matches!(state.sources[0].status, SourceStatus::Ready(_)) && !state.store.is_loading()
    });
    let speed = loaded_values(&window, "Speed");
    assert_eq!(speed, (LoadState::Complete, after.to_vec()));
    // What is gone stays in sight, but is not passed off as what the file has.
    let (state, values) = loaded_values(&window, "Torque");
    assert!(matches!(state, LoadState::Failed(_)), "{state:?}");
    assert_eq!(values, before);
}

#[test]
fn what_does_not_fit_is_not_loaded_and_said_once() {
    let mut window = TestWindow::plotted();
    window.send(Command::Memory(MemoryCommand::SetBudget(Some(0))));
    window.click_signal(VOLTAGE);
    let failed = |window: &TestWindow| {
        let mut loaded = window.state().store.iter();
        loaded.any(|(_, loaded)| matches!(loaded.state, LoadState::Failed(_)))
    };
    assert!(failed(&window));
    let notices = |window: &TestWindow| -> Vec<String> {
        let notices = window.state().notices.iter();
        let errors = notices.filter(|notice| notice.severity == Severity::Error);
        errors.map(|notice| notice.title.clone()).collect()
    };
    // What is plotted stays, and is not told of again.
    window.send(Command::Run(Action::NewPanel));
    window.send(Command::Memory(MemoryCommand::DropCached));
    let [title] = notices(&window).try_into().unwrap();
    for part in [
        VOLTAGE,
        "about 10.2 kB",
        "budget of 0 B",
        "shorter range",
        "Memory",
    ] {
        assert!(title.contains(part), "{title}");
    }
    let plots = window.plots();
    assert!(plots.iter().any(|plot| plot.contains(SPEED)), "{plots:?}");

    window.send(Command::Memory(MemoryCommand::SetBudget(None)));
    window.wait("the samples", |state| !state.store.is_loading());
    assert!(!failed(&window));
    assert_eq!(window.state().store.iter().count(), 2);
}

#[test]
fn the_dialog_says_where_memory_goes() {
    let mut window = with_voltage();
    window.click_signal(VOLTAGE);
    window.press_with(Modifiers::COMMAND, Key::K);
    window.press(Key::Escape);
    window.send(Command::Run(Action::ShowMemory));
    window.harness.run_steps(3);
    assert_eq!(window.state().dialog, Some(Dialog::Memory));
    let uses = window.state().memory_uses();
    let names: Vec<_> = uses
        .iter()
        .map(|it| (it.name.as_str(), it.is_needed))
        .collect();
    assert!(
        names.contains(&(SPEED, true)) && names.contains(&(VOLTAGE, false)),
        "{names:?}"
    );
    let total: u64 = uses.iter().map(|it| it.bytes).sum();
    assert_eq!(total, window.state().store.memory_bytes() as u64);
    assert!(window.harness.query_by_label("cached").is_some());
    window.harness.get_by_label("Drop cached samples").click();
    window.harness.run_steps(3);
    assert_eq!(window.state().store.cached().count(), 0);
    assert!(window.harness.query_by_label("cached").is_none());
    assert!(window.harness.query_by_label("plotted").is_some());
}
