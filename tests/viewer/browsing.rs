use canlake::command::{Action, Command};
use canlake::series::Stats;
use egui::Key;
use egui_kittest::kittest::Queryable as _;

use crate::window::{SPEED, TestWindow, VEHICLE, VOLTAGE, loaded, samples};

#[test]
fn an_opened_folder_shows_its_vehicle_sessions_and_signals() {
    let window = TestWindow::opened();
    assert!(window.harness.query_all_by_label(VEHICLE).next().is_some());
    let sessions = window
        .harness
        .query_all_by_role(egui::accesskit::Role::ListBoxOption);
    assert_eq!(sessions.count(), 2);
    assert!(window.has_signal(SPEED) && window.has_signal(VOLTAGE));
    assert_eq!(window.plot(), None);
}

#[test]
fn a_click_on_a_signal_plots_all_samples_of_the_last_session() {
    let window = TestWindow::plotted();
    let plot = window.plot().unwrap();
    assert!(plot.starts_with("Plot of "), "{plot}");
    assert!(plot.contains("Speed"), "{plot}");
    let series = loaded(window.state()).unwrap().series.as_ref().unwrap();
    let (times, values) = samples(1);
    assert_eq!(series.times(), times);
    assert_eq!(series.values(), values);
}

#[test]
fn a_second_click_takes_the_plot_away() {
    let mut window = TestWindow::plotted();
    window.click_signal(SPEED);
    assert_eq!(window.plot(), None);
    assert_eq!(window.state().store.iter().count(), 0);
}

#[test]
fn the_search_leaves_what_matches() {
    let mut window = TestWindow::opened();
    let role = egui::accesskit::Role::SearchInput;
    window.harness.get_by_role(role).focus();
    window.harness.run_steps(2);
    window.harness.get_by_role(role).type_text("volt");
    window.harness.run_steps(3);
    assert!(window.has_signal(VOLTAGE));
    assert!(!window.has_signal(SPEED));
}

#[test]
fn statistics_are_those_of_the_visible_samples() {
    let mut window = TestWindow::plotted();
    window.press(Key::I);
    window.press(Key::M);
    let visible = window.visible();
    window.wait("statistics", |state| {
        let shown = state.statistics.shown();
        shown.is_some_and(|(range, _)| range == visible)
    });
    let state = window.state();
    let (_, signals) = state.statistics.shown().unwrap();
    let series = loaded(state).unwrap().series.as_ref().unwrap();
    let range = (visible.start.as_ns(), visible.end.as_ns());
    let expected = Stats::compute(series, range);
    assert_eq!(signals.len(), 1);
    assert_eq!(signals[0].stats, expected);
    let (times, values) = samples(1);
    let inside = |time: &i64| range.0 <= *time && *time < range.1;
    let shown: Vec<f64> = times
        .iter()
        .zip(values)
        .filter(|(time, _)| inside(time))
        .map(|(_, value)| value)
        .collect();
    assert!(shown.len() < times.len());
    assert_eq!(expected.count, shown.len());
    let extreme = |pick: fn(f64, f64) -> f64| shown.iter().copied().reduce(pick);
    assert_eq!(expected.min.map(|it| it.value), extreme(f64::min));
    assert_eq!(expected.max.map(|it| it.value), extreme(f64::max));
    let count = shown.len().to_string();
    assert!(window.harness.query_all_by_label(&count).next().is_some());
}

#[test]
fn closing_the_source_empties_the_window() {
    let mut window = TestWindow::plotted();
    let source = window.state().sources[0].id;
    window.send(Command::CloseSource(source));
    window.harness.run_steps(3);
    assert_eq!(window.plot(), None);
    assert!(!window.has_signal(SPEED));
    assert!(window.harness.query_all_by_label(VEHICLE).next().is_none());
    let state = window.state();
    assert!(state.sources.is_empty() && state.selection.is_none());
    assert_eq!(state.store.memory_bytes(), 0);
    let welcome = Action::OpenDemo.label();
    assert!(window.harness.query_all_by_label(welcome).next().is_some());
}
