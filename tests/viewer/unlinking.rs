//! Panels with a time of their own, and jumps from gap to gap.

use canlake::command::{Action, Command};
use canlake::state::{PanelId, PanelKind};
use canlake_shared::time::{NS_PER_SEC, TimeRange, Timestamp};
use egui::{Key, Modifiers, PointerButton, vec2};
use egui_kittest::kittest::{NodeT as _, Queryable as _};

use crate::lake::{START_NS, SignalData, write_decoded};
use crate::window::TestWindow;

/// Two plots of the same signal below each other; the second is active.
fn two_plots() -> (TestWindow, [PanelId; 2]) {
    let mut window = TestWindow::plotted();
    window.press_with(Modifiers::COMMAND, Key::D);
    window.send(Command::Run(Action::ZoomIn));
    let ids: Vec<_> = window.state().workspace.panels().map(|it| it.id).collect();
    (window, [ids[0], ids[1]])
}

fn visible(window: &TestWindow, id: PanelId) -> TimeRange {
    let panel = window.state().workspace.panel(id).unwrap();
    window.state().window_of(panel).unwrap().visible()
}

/// Where the plots are, from top to bottom.
fn plots(window: &TestWindow) -> Vec<egui::Rect> {
    let role = egui::accesskit::Role::Figure;
    let plots = window.harness.query_all_by_role(role).filter(|node| {
        let label = node.accesskit_node().label().unwrap_or_default();
        label.starts_with("Plot of ")
    });
    let mut rects: Vec<_> = plots.map(|node| node.rect()).collect();
    rects.sort_by(|a, b| a.top().total_cmp(&b.top()));
    rects
}

const UNLINK: &str = "Give this panel a time of its own";
const RELINK: &str = "Show the time of all panels again";

#[test]
fn the_button_unlinks_a_panel_and_all_gestures_act_on_it() {
    let (mut window, [first, second]) = two_plots();
    let shared = window.visible();
    let buttons: Vec<_> = window
        .harness
        .query_all_by_label(UNLINK)
        .map(|node| node.rect().center())
        .collect();
    assert_eq!(buttons.len(), 2);
    let lowest = buttons
        .into_iter()
        .max_by(|a, b| a.y.total_cmp(&b.y))
        .unwrap();
    window.click_at(lowest);
    assert_eq!(
        visible(&window, second),
        shared,
        "it begins as what it shows"
    );
    let place = plots(&window)[1].center();
    window.wheel_at(place, 80.0);
    window.drag_with(
        PointerButton::Primary,
        &[place, place - vec2(20.0, 0.0), place - vec2(60.0, 0.0)],
    );
    let own = visible(&window, second);
    assert!(own.duration_ns() < shared.duration_ns() && own.start > shared.start);
    assert_eq!(window.visible(), shared, "the others stay where they are");

    // The overview, the keys and a double click mean the active panel.
    let (label, strip) = window.figure("Overview from ");
    assert!(
        label.contains(&format!("visible from {} to", own.start)),
        "{label}"
    );
    window.wheel_at(strip.center(), 40.0);
    window.press(Key::I);
    assert!(visible(&window, second).duration_ns() < own.duration_ns() / 2);
    assert_eq!(window.visible(), shared);
    window.double_click_at(place);
    let extent = window.state().window.as_ref().unwrap().extent();
    assert_eq!(visible(&window, second), extent);
    assert_eq!(window.visible(), shared);

    // The other panel means all that are linked.
    window.click_at(plots(&window)[0].center());
    window.press(Key::O);
    assert!(window.visible().duration_ns() > shared.duration_ns());
    assert_eq!(visible(&window, first), window.visible());
    assert_eq!(visible(&window, second), extent);

    window.harness.get_by_label(RELINK).click();
    window.harness.run_steps(3);
    assert_eq!(visible(&window, second), window.visible());
}

#[test]
fn unlinking_is_undone_and_redone() {
    let (mut window, [_, second]) = two_plots();
    window.press(Key::U);
    let is_unlinked = |window: &TestWindow| {
        let panel = window.state().workspace.panel(second).unwrap();
        panel.own_window.is_some()
    };
    assert!(is_unlinked(&window));
    window.press_with(Modifiers::COMMAND, Key::Z);
    assert!(!is_unlinked(&window));
    window.press_with(Modifiers::COMMAND | Modifiers::SHIFT, Key::Z);
    assert!(is_unlinked(&window));
    window.press(Key::U);
    assert!(!is_unlinked(&window));
}

#[test]
fn numbers_of_an_unlinked_panel_are_of_its_own_time() {
    let mut window = TestWindow::plotted();
    window.send(Command::Run(Action::NewHistogram));
    window.press(Key::U);
    window.press(Key::I);
    let panels = window.state().workspace.panels();
    let id = panels
        .filter(|panel| panel.kind == PanelKind::Histogram)
        .map(|panel| panel.id)
        .next()
        .unwrap();
    let own = visible(&window, id);
    assert!(own.duration_ns() < window.visible().duration_ns());
    window.wait("the histogram", |state| {
        let asked = state.summaries.get(id);
        asked.is_some_and(|(question, _)| question.range == own)
    });
    let (label, _) = window.figure("Histogram of ");
    assert!(!label.contains("600 samples"), "{label}");
}

/// A signal ten times a second that is silent from second 20 to 30 and from 60 to 62.
fn with_gaps() -> TestWindow {
    let mut window = TestWindow::new();
    let path = window.lake.path("gaps/drive_decoded.parquet");
    let times: Vec<i64> = (0..1_000)
        .filter(|idx| !(200..300).contains(idx) && !(600..620).contains(idx))
        .map(|idx| START_NS + idx * NS_PER_SEC / 10)
        .collect();
    let signal = SignalData {
        message: "M".to_owned(),
        signal: "Steady".to_owned(),
        values: vec![1.0; times.len()],
        times,
    };
    write_decoded(&path, "GAPPY", vec![signal]);
    let folder = path.parent().unwrap().to_string_lossy().into_owned();
    window.send(Command::Open(vec![folder]));
    window.wait("the vehicle", |state| state.selected_vehicle().is_some());
    window.click_signal("M.Steady");
    window.wait("the samples", |state| !state.store.is_loading());
    window
}

#[test]
fn keys_jump_from_gap_to_gap_and_show_all_of_it() {
    let mut window = with_gaps();
    let second = |secs: f64| Timestamp::from_ns(START_NS + (secs * 1e9) as i64);
    // A window of four seconds at the start, with the cursor in it.
    let start = TimeRange::new(second(0.0), second(4.0));
    window.send(Command::SetWindow(start));
    window.press(Key::A);
    let (next, previous) = (Modifiers::COMMAND, Modifiers::COMMAND | Modifiers::SHIFT);
    for (modifiers, from, to) in [
        (next, 19.9, 30.0),
        (next, 59.9, 62.0),
        (previous, 19.9, 30.0),
    ] {
        window.press_with(modifiers, Key::G);
        let cursor = window.state().cursors.active_instant();
        assert_eq!(cursor, Some(second(from)));
        let visible = window.visible();
        assert!(
            visible.contains(second(from)) && visible.contains(second(to)),
            "{visible:?}"
        );
    }
    window.press_with(previous, Key::G);
    let cursor = window.state().cursors.active_instant();
    assert_eq!(cursor, Some(second(19.9)), "there is none before");
    assert!(window.has_text("no gap before the cursor"));
}

#[test]
fn the_selected_signal_is_fitted() {
    let mut window = with_gaps();
    window.send(Command::Run(Action::ZoomIn));
    window.send(Command::Run(Action::ZoomIn));
    let panel = window.state().workspace.panels().next().unwrap();
    let (id, axis) = (panel.id, panel.axes()[0].clone());
    window.send(Command::SetAxis(id, axis, [100.0, 200.0]));
    window.press_with(Modifiers::SHIFT, Key::F);
    let visible = window.visible();
    assert_eq!(visible.start.as_ns(), START_NS);
    assert!(visible.duration_ns() >= 99 * NS_PER_SEC);
    let panel = window.state().workspace.panel(id).unwrap();
    assert!(panel.fixed_axes.is_empty());
}
