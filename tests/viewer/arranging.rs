use canlake::state::{Node, PanelId};
use egui::{Key, Modifiers, pos2};
use egui_kittest::kittest::Queryable as _;

use crate::window::{SPEED, TestWindow, VOLTAGE};

fn n_panels(window: &TestWindow) -> usize {
    window.state().workspace.panels().count()
}

fn place_of(window: &TestWindow, signal: &str) -> egui::Pos2 {
    let role = egui::accesskit::Role::CheckBox;
    let row = window.harness.get_by_role_and_label(role, signal);
    row.rect().center()
}

#[test]
fn a_signal_dropped_in_the_middle_joins_and_at_an_edge_splits() {
    let mut window = TestWindow::plotted();
    let plot = window.plot_rect();
    let from = place_of(&window, VOLTAGE);
    window.drag(&[from, pos2(400.0, 300.0), plot.center()]);
    assert_eq!(n_panels(&window), 1);
    assert_eq!(window.state().workspace.signals().len(), 2);

    // Between the axes: there is one on the right now.
    let plot = window.plot_rect();
    let right = pos2(plot.right() - 8.0, plot.center().y);
    window.drag(&[from, pos2(400.0, 300.0), right]);
    let layout = window.state().workspace.layout();
    assert!(matches!(layout.tabs(), [Node::Split { .. }]), "{layout:?}");
    assert_eq!(n_panels(&window), 2);
}

#[test]
fn tabs_are_made_cycled_and_closed() {
    let mut window = TestWindow::plotted();
    window.press_with(Modifiers::COMMAND, Key::T);
    assert_eq!(window.state().workspace.layout().tabs().len(), 2);
    assert_eq!(window.state().workspace.layout().active_tab(), 1);
    window.press_with(Modifiers::COMMAND, Key::Tab);
    assert_eq!(window.state().workspace.layout().active_tab(), 0);
    window.press_with(Modifiers::COMMAND | Modifiers::SHIFT, Key::Tab);
    assert_eq!(window.state().workspace.layout().active_tab(), 1);
    window.press_with(Modifiers::COMMAND, Key::W);
    assert_eq!(window.state().workspace.layout().tabs().len(), 1);
    assert_eq!(n_panels(&window), 1);
}

#[test]
fn what_was_arranged_is_undone_and_the_samples_come_back() {
    let mut window = TestWindow::plotted();
    window.press_with(Modifiers::COMMAND, Key::D);
    assert_eq!(n_panels(&window), 2);
    window.click_signal(SPEED);
    window.click_signal(SPEED);
    assert!(window.state().workspace.signals().is_empty());
    for left in [1, 1, 1] {
        window.press_with(Modifiers::COMMAND, Key::Z);
        assert_eq!(window.state().workspace.signals().len(), left);
    }
    window.wait("the samples", |state| {
        crate::window::loaded(state).is_some_and(|it| it.series.is_some())
    });
    assert_eq!(n_panels(&window), 1);
    window.press_with(Modifiers::COMMAND | Modifiers::SHIFT, Key::Z);
    assert_eq!(n_panels(&window), 2);
}

/// Panels, in the order of reading.
fn order(window: &TestWindow) -> Vec<PanelId> {
    window.state().workspace.layout().panels()
}

#[test]
fn panels_are_split_moved_resized_and_closed_by_keys() {
    let both = Modifiers::COMMAND | Modifiers::SHIFT;
    let mut window = TestWindow::plotted();
    let first = window.state().workspace.active().unwrap();
    // Beside it, and below that.
    window.press_with(Modifiers::COMMAND, Key::Backslash);
    let second = window.state().workspace.active().unwrap();
    window.run_in_palette("split down");
    let third = window.state().workspace.active().unwrap();
    assert_eq!(order(&window), [first, second, third]);
    // A signal goes into the panel that keys have made active.
    window.press_with(Modifiers::SHIFT, Key::F6);
    assert_eq!(window.state().workspace.active(), Some(second));
    window.press(Key::Slash);
    window.search("volt");
    window.press(Key::Enter);
    let signals = &window.state().workspace.panel(second).unwrap().signals;
    assert_eq!(signals.len(), 1);
    // The search has the keyboard; this key is no letter.
    window.press(Key::F6);
    assert_eq!(window.state().workspace.active(), Some(third));
    window.press(Key::Escape);
    window.press(Key::Escape);

    window.press_with(both, Key::ArrowUp);
    assert_eq!(order(&window), [first, third, second]);
    window.press_with(both, Key::ArrowDown);
    assert_eq!(order(&window), [first, second, third]);
    window.press_with(both, Key::ArrowLeft);
    assert_eq!(order(&window), [first, third, second]);
    window.press_with(both, Key::ArrowRight);
    window.press_with(both, Key::ArrowRight);
    assert_eq!(order(&window), [first, second, third]);
    assert_eq!(window.state().workspace.active(), Some(third));

    let before = window.state().workspace.layout().clone();
    window.press_with(Modifiers::ALT, Key::ArrowUp);
    assert_ne!(*window.state().workspace.layout(), before);
    window.press_with(Modifiers::ALT, Key::ArrowDown);
    assert_eq!(order(&window), [first, second, third]);

    window.run_in_palette("move panel to a new tab");
    assert_eq!(window.state().workspace.layout().tabs().len(), 2);
    assert_eq!(window.state().workspace.layout().seen(), [third]);
    window.press_with(Modifiers::COMMAND, Key::W);
    assert_eq!(order(&window), [first, second]);
}
