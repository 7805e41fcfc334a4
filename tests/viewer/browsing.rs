use canlake::command::{Action, Command};
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
