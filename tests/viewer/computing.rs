use canlake::command::{Action, Command};
use canlake::state::{
    ComputedCommand, Cursor, Dialog, ExportCommand, ExportKind, ExportTarget, LoadState, PanelKind,
    SignalRef,
};
use egui::{Key, Modifiers};
use egui_kittest::kittest::{NodeT as _, Queryable as _};

use crate::window::{SPEED, TestWindow, VOLTAGE, samples};

pub(crate) fn type_into(window: &mut TestWindow, label: &str, text: &str) {
    let role = egui::accesskit::Role::TextInput;
    window.harness.get_by_role_and_label(role, label).focus();
    window.harness.run_steps(2);
    window
        .harness
        .get_by_role_and_label(role, label)
        .type_text(text);
    window.harness.run_steps(3);
}

fn text_of(window: &TestWindow, label: &str) -> String {
    let role = egui::accesskit::Role::TextInput;
    let field = window.harness.get_by_role_and_label(role, label);
    field.accesskit_node().value().unwrap_or_default()
}

fn computed(window: &TestWindow, name: &str) -> SignalRef {
    let signals = window.state().workspace.signals();
    let found = signals.into_iter().find(|it| &*it.key.signal == name);
    found.unwrap().clone()
}

fn is_worked_out(window: &mut TestWindow, name: &str) {
    let signal = computed(window, name);
    window.wait("the computed signal", |state| {
        let loaded = state.store.get(&signal);
        loaded.is_some_and(|loaded| !matches!(loaded.state, LoadState::Loading { .. }))
    });
}

/// A window in which twice the speed and the voltage is plotted; neither is itself.
fn with_computed() -> TestWindow {
    let mut window = TestWindow::opened();
    window.press_with(Modifiers::COMMAND | Modifiers::SHIFT, Key::F);
    assert_eq!(window.state().dialog, Some(Dialog::Computed(None)));
    type_into(&mut window, "Expression", "2 * Speed + Voltage");
    window.harness.get_by_label("Add and plot").click();
    window.harness.run_steps(3);
    assert_eq!(window.state().dialog, None);
    is_worked_out(&mut window, "Computed");
    window
}

#[test]
fn an_expression_becomes_a_signal_like_any_other() {
    let window = with_computed();
    let signal = computed(&window, "Computed");
    let loaded = window.state().store.get(&signal).unwrap();
    assert_eq!(loaded.state, LoadState::Complete);
    let series = loaded.series.as_ref().unwrap();
    let (times, values) = samples(1);
    assert_eq!(series.times(), times);
    let expected: Vec<f64> = values.iter().map(|value| 3.0 * value).collect();
    assert_eq!(series.values(), expected);
    let plot = window.plot().unwrap();
    assert!(plot.starts_with("Plot of Computed"), "{plot}");
    assert!(plot.contains("75 to 150 in 600 samples"), "{plot}");
}

#[test]
fn completion_offers_signals_and_puts_them_in() {
    let mut window = TestWindow::opened();
    window.press_with(Modifiers::COMMAND | Modifiers::SHIFT, Key::F);
    type_into(&mut window, "Expression", "spe");
    let offered = window.harness.query_all_by_label_contains(SPEED);
    assert!(offered.count() > 1, "in the tree, and among the offers");
    window.press(Key::Tab);
    assert_eq!(text_of(&window, "Expression"), "Speed");
    type_into(&mut window, "Expression", " + integ");
    window.press(Key::Enter);
    assert_eq!(text_of(&window, "Expression"), "Speed + integral()");
    // The cursor stands between the parentheses.
    type_into(&mut window, "Expression", "Voltage");
    assert_eq!(text_of(&window, "Expression"), "Speed + integral(Voltage)");
}

#[test]
fn escape_sends_the_offers_away_and_the_keyboard_stays_in_the_field() {
    let mut window = TestWindow::opened();
    window.press_with(Modifiers::COMMAND | Modifiers::SHIFT, Key::F);
    type_into(&mut window, "Expression", "spe");
    let n_named = |window: &TestWindow| window.harness.query_all_by_label_contains(SPEED).count();
    let with_offers = n_named(&window);
    window.press(Key::Escape);
    assert!(n_named(&window) < with_offers);
    assert_eq!(window.state().dialog, Some(Dialog::Computed(None)));
    let role = egui::accesskit::Role::TextInput;
    let field = window.harness.get_by_role_and_label(role, "Expression");
    assert!(field.is_focused());
    // The next one closes the dialog.
    window.press(Key::Escape);
    assert_eq!(window.state().dialog, None);
}

#[test]
fn what_is_wrong_is_said_where_it_is_wrong() {
    let mut window = TestWindow::opened();
    window.press_with(Modifiers::COMMAND | Modifiers::SHIFT, Key::F);
    type_into(&mut window, "Expression", "Speed + Sped");
    let said = window
        .harness
        .query_by_label_contains("at 9: no signal `Sped`");
    assert!(said.is_some());
    let is_enabled = |window: &TestWindow| {
        let button = window.harness.get_by_label("Add and plot");
        !button.accesskit_node().is_disabled()
    };
    assert!(!is_enabled(&window));
}

#[test]
fn a_computed_signal_reads_others_but_never_itself() {
    let mut window = with_computed();
    let again = window.state().analysis.computed[0].clone();
    assert_eq!(again.text(), "2 * Speed + Voltage");
    let define = |name: &str, text: &str| {
        let between = canlake::state::Between::Hold;
        canlake::state::ComputedSignal::new(name, text, "", between)
    };
    let second = define("Second", "Computed / 3");
    window.send(Command::Computed(ComputedCommand::Define(None, second)));
    is_worked_out(&mut window, "Second");
    let state = window.state();
    let series = state.store.get(&computed(&window, "Second")).unwrap();
    assert_eq!(series.series.as_ref().unwrap().values(), samples(1).1);
    let way = state.cycle("Computed", "Second + 1").unwrap();
    assert_eq!(way, "Computed reads Second reads Computed");
    // A layout may hold one all the same.
    let first = define("Computed", "Second + 1");
    window.send(Command::Computed(ComputedCommand::Define(Some(0), first)));
    window.harness.run_steps(5);
    let loaded = window.state().store.get(&computed(&window, "Second"));
    assert!(matches!(&loaded.unwrap().state, LoadState::Failed(_)));
}

#[test]
fn computed_signals_are_undone_and_their_inputs_dropped() {
    let mut window = with_computed();
    assert_eq!(window.state().store.iter().count(), 3);
    window.press_with(Modifiers::COMMAND, Key::Z);
    assert!(window.state().analysis.computed.is_empty());
    assert_eq!(window.plot(), None);
    window.press_with(Modifiers::COMMAND | Modifiers::SHIFT, Key::Z);
    is_worked_out(&mut window, "Computed");
    let name = "Computed".into();
    window.send(Command::Computed(ComputedCommand::Remove(name)));
    assert!(window.state().analysis.computed.is_empty());
}

#[test]
fn two_plotted_signals_are_subtracted() {
    let mut window = TestWindow::plotted();
    window.click_signal(VOLTAGE);
    window.wait("the samples", |state| !state.store.is_loading());
    window.send(Command::Run(Action::Subtract));
    is_worked_out(&mut window, "Δ Speed");
    let loaded = window.state().store.get(&computed(&window, "Δ Speed"));
    let series = loaded.unwrap().series.as_ref().unwrap();
    assert!(series.values().iter().all(|value| *value == 0.0));
}

/// The stretches of the last session in which the speed is above a limit for so many nanoseconds.
fn expected_events(limit: f64, at_least_ns: i64) -> Vec<(i64, i64)> {
    let (times, values) = samples(1);
    let mut events = Vec::new();
    let mut start = None;
    for (idx, value) in values.iter().enumerate() {
        match (start, *value > limit) {
            (None, true) => start = Some(idx),
            (Some(from), false) => {
                events.push((from, idx));
                start = None;
            }
            _ => {}
        }
    }
    events.extend(start.map(|from| (from, values.len() - 1)));
    events
        .into_iter()
        .map(|(from, to)| (times[from], times[to]))
        .filter(|(from, to)| to - from >= at_least_ns)
        .collect()
}

fn with_events(condition: &str) -> TestWindow {
    let mut window = TestWindow::plotted();
    window.press(Key::E);
    let panels = window.state().workspace.panels();
    assert_eq!(panels.filter(|it| it.kind == PanelKind::Events).count(), 1);
    type_into(&mut window, "Condition", condition);
    window.press(Key::Escape);
    window.harness.get_by_label("Find").click();
    window.harness.run_steps(3);
    window.wait("the events", |state| {
        let condition = &state.analysis.conditions[0];
        state
            .events
            .of(condition.id)
            .is_some_and(|it| !it.is_running)
    });
    window
}

#[test]
fn a_condition_lists_its_events_and_a_click_shows_one() {
    let mut window = with_events("Speed > 45");
    let expected = expected_events(45.0, 0);
    let id = window.state().analysis.conditions[0].id;
    let found = window.state().events.of(id).unwrap();
    let intervals: Vec<_> = found
        .intervals
        .iter()
        .map(|it| (it.start, it.end))
        .collect();
    assert_eq!(intervals, expected);
    let count = format!("{} events", expected.len());
    assert!(window.harness.query_by_label(&count).is_some(), "{count}");

    window.harness.get_by_label_contains("    1  2026-").click();
    window.harness.run_steps(3);
    let cursors = window.state().cursors;
    let at = |cursor| cursors.get(cursor).unwrap().as_ns();
    assert_eq!((at(Cursor::A), at(Cursor::B)), expected[0]);
    assert!(window.visible().contains(cursors.get(Cursor::A).unwrap()));

    window.press(Key::N);
    assert_eq!(window.state().events.shown, Some((id, 1)));
    window.press_with(Modifiers::SHIFT, Key::N);
    assert_eq!(window.state().events.shown, Some((id, 0)));
    let table = window.state().events_as_text();
    assert_eq!(table.lines().count(), expected.len() + 1);

    window.press(Key::E);
    let panels = window.state().workspace.panels();
    assert_eq!(panels.count(), 1);
}

#[test]
fn events_are_exported_as_csv() {
    let mut window = with_events("Speed > 45");
    let path = window.lake.root().join("events.csv");
    window.send(Command::Export(ExportCommand::Write(ExportTarget {
        kind: ExportKind::Events,
        path: path.clone(),
        may_replace: false,
    })));
    let written = path.clone();
    window.wait("the file", move |_| written.is_file());
    let text = std::fs::read_to_string(&path).unwrap();
    let mut lines = text.lines();
    assert_eq!(lines.next(), Some("condition,start,end,duration_s"));
    let expected = expected_events(45.0, 0);
    assert_eq!(lines.clone().count(), expected.len());
    for (line, (start, end)) in lines.zip(expected) {
        let seconds = (end - start) as f64 / 1e9;
        assert!(line.starts_with("Speed > 45,2026-04-05T07:00:"), "{line}");
        assert!(line.ends_with(&format!(",{seconds}")), "{line}");
    }
}

#[test]
fn a_condition_may_have_to_hold_for_a_time() {
    let window = with_events("Speed > 27 for 200 ms");
    let id = window.state().analysis.conditions[0].id;
    let found = window.state().events.of(id).unwrap();
    let intervals = found.intervals.iter();
    let intervals: Vec<_> = intervals.map(|it| (it.start, it.end)).collect();
    assert_eq!(intervals, expected_events(27.0, 200_000_000));
    assert!(intervals.len() < expected_events(27.0, 0).len());
}

#[test]
fn a_ready_made_rule_fills_the_condition() {
    let mut window = TestWindow::plotted();
    let signal = window.state().workspace.signals()[0].clone();
    for rule in canlake::state::Rule::ALL {
        let text = window.state().rule_text(rule, &signal).unwrap();
        assert!(window.state().condition_program(&text).is_ok(), "{text}");
    }
    window.press(Key::E);
    window.harness.get_by_label("Rules").click();
    window.harness.run_steps(3);
    assert!(window.harness.query_all_by_label(SPEED).count() > 1);

    // What is chosen finds something, and not everything.
    let text = window
        .state()
        .rule_text(canlake::state::Rule::Threshold, &signal);
    window.send(Command::Events(canlake::state::EventsCommand::Watch(
        text.unwrap(),
    )));
    window.wait("the events", |state| {
        let found = state.events.of(state.analysis.conditions[0].id);
        found.is_some_and(|it| !it.is_running && !it.intervals.is_empty())
    });
}
