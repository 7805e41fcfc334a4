//! The main screens as pictures, in both themes. `UPDATE_SNAPSHOTS=1 cargo test --workspace` accepts
//! what is drawn now.

use canlake::command::{Action, Command};
use canlake::state::{EventsCommand, ThemeChoice};
use egui::{Key, Modifiers};
use egui_kittest::{SnapshotOptions, SnapshotResults};

use crate::window::{TestWindow, VOLTAGE};

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
    window.click_plot(0.3);
    window.press(Key::B);
    window.click_plot(0.7);
    window.zoom_in_a_lot();
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
