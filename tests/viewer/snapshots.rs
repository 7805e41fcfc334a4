//! The main screens as pictures, in both themes. `UPDATE_SNAPSHOTS=1 cargo test --workspace` accepts
//! what is drawn now.

use canlake::command::{Action, Command};
use canlake::state::inspector::InspectorCommand;
use canlake::state::{EventsCommand, PanelKind, ThemeChoice};
use egui::{Key, Modifiers};
use egui_kittest::kittest::Queryable as _;
use egui_kittest::{SnapshotOptions, SnapshotResults};

use crate::window::{TestWindow, VOLTAGE};
use crate::{comparing, computing, inspected, lanes, panel_kinds};

/// Pixels may differ this little: rounding of another machine, nothing that can be seen.
const TOLERANCE: f32 = 1.0;

/// Takes the picture of a screen in both themes.
fn snapshots(window: &mut TestWindow, name: &str, results: &mut SnapshotResults) {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/viewer/snapshots");
    let options = SnapshotOptions::new()
        .threshold(TOLERANCE)
        .output_path(folder);
    for (theme, suffix) in [(ThemeChoice::Dark, "dark"), (ThemeChoice::Light, "light")] {
        window.send(Command::SetTheme(theme));
        window.forget_what_differs_between_runs();
        window.harness.run_steps(4);
        let result = window
            .harness
            .try_snapshot_options(format!("{name}-{suffix}"), &options);
        results.add(result);
    }
}

#[test]
fn the_empty_window() {
    let mut results = SnapshotResults::new();
    snapshots(&mut TestWindow::new(), "empty", &mut results);
}

#[test]
fn a_plot_with_cursors_and_a_table() {
    let mut window = TestWindow::plotted();
    window.click_signal(VOLTAGE);
    window.wait("the samples", |state| !state.store.is_loading());
    window.press_with(Modifiers::COMMAND | Modifiers::SHIFT, Key::N);
    window.zoom_in_a_lot();
    window.click_plot(0.3);
    window.press(Key::B);
    window.click_plot(0.7);
    window.harness.remove_cursor();
    snapshots(&mut window, "plot", &mut SnapshotResults::new());
}

#[test]
fn the_palette_and_the_guide() {
    let mut window = TestWindow::plotted();
    window.press_with(Modifiers::COMMAND, Key::K);
    let mut results = SnapshotResults::new();
    snapshots(&mut window, "palette", &mut results);
    window.press(Key::Escape);
    window.press(Key::F1);
    snapshots(&mut window, "guide", &mut results);
}

#[test]
fn events_and_summaries() {
    let mut window = TestWindow::plotted();
    window.zoom_in_a_lot();
    let condition = EventsCommand::Watch("Speed > 45".to_owned());
    window.send(Command::Events(condition));
    window.press(Key::E);
    let mut results = SnapshotResults::new();
    window.settle();
    window.harness.remove_cursor();
    snapshots(&mut window, "events", &mut results);
    window.press(Key::E);
    window.press(Key::M);
    window.send(Command::Run(Action::NewHistogram));
    window.settle();
    window.harness.remove_cursor();
    snapshots(&mut window, "summaries", &mut results);
}

#[test]
fn lanes_of_switches() {
    let mut window = lanes::switches(5);
    window.harness.remove_cursor();
    snapshots(&mut window, "lanes", &mut SnapshotResults::new());
}

#[test]
fn an_xy_plot_and_a_track() {
    let mut results = SnapshotResults::new();
    let mut window = panel_kinds::xy();
    window.harness.remove_cursor();
    snapshots(&mut window, "xy", &mut results);
    let mut window = panel_kinds::drive();
    window.send(Command::Run(Action::NewTrack));
    window.wait("the samples", |state| {
        !state.workspace.signals().is_empty() && !state.store.is_loading()
    });
    panel_kinds::settle(&mut window, PanelKind::Track);
    window.harness.remove_cursor();
    snapshots(&mut window, "track", &mut results);
}

#[test]
fn two_drives_on_each_other() {
    let mut window = comparing::compared();
    window.zoom_in_a_lot();
    window.harness.remove_cursor();
    snapshots(&mut window, "compare", &mut SnapshotResults::new());
}

#[test]
fn dialogs() {
    let mut results = SnapshotResults::new();
    let mut window = TestWindow::plotted();
    window.press_with(Modifiers::COMMAND, Key::Comma);
    window.harness.remove_cursor();
    snapshots(&mut window, "settings", &mut results);
    window.press(Key::Escape);
    window.press_with(Modifiers::COMMAND, Key::E);
    // What is offered lies in the home of whoever runs the test.
    window.press_with(Modifiers::COMMAND, Key::A);
    let field = window
        .harness
        .query_all_by_role(egui::accesskit::Role::TextInput)
        .find(egui_kittest::Node::is_focused);
    field.unwrap().type_text("drive.csv");
    window.harness.remove_cursor();
    snapshots(&mut window, "export", &mut results);
    window.press(Key::Escape);
    window.press_with(Modifiers::COMMAND | Modifiers::SHIFT, Key::F);
    computing::type_into(&mut window, "Expression", "2 * Speed + Vol");
    window.harness.remove_cursor();
    snapshots(&mut window, "computed", &mut results);
}

#[test]
fn the_inspector_with_the_bits_of_a_signal() {
    let (mut window, dbc) = inspected::window(true);
    let source = inspected::selected(window.state()).vehicle.source;
    window.send(Command::Inspector(InspectorCommand::UseDbc(source, dbc)));
    inspected::wait_for_answers(&mut window);
    inspected::look_up(&mut window, 15);
    window.harness.remove_cursor();
    window.harness.run_steps(30);
    snapshots(&mut window, "inspector", &mut SnapshotResults::new());
}
