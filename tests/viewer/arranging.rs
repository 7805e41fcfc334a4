use canlake::state::{Dialog, Node, PanelKind};
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

#[test]
fn the_palette_finds_and_runs_commands() {
    let mut window = TestWindow::plotted();
    window.press_with(Modifiers::COMMAND, Key::K);
    assert_eq!(window.state().dialog, Some(Dialog::Palette));
    let role = egui::accesskit::Role::TextInput;
    let typed = window
        .harness
        .query_all_by_role(role)
        .find(egui_kittest::Node::is_focused);
    typed.unwrap().type_text("value table");
    window.harness.run_steps(3);
    window.press(Key::Enter);
    assert_eq!(window.state().dialog, None);
    let kinds: Vec<_> = window
        .state()
        .workspace
        .panels()
        .map(|panel| panel.kind)
        .collect();
    assert_eq!(kinds, [PanelKind::Plot, PanelKind::Table]);
    window.press_with(Modifiers::COMMAND, Key::P);
    window.press(Key::Escape);
    assert_eq!(window.state().dialog, None);
    assert_eq!(n_panels(&window), 2);
}
