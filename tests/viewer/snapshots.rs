//! The main screens as pictures, in both themes. `UPDATE_SNAPSHOTS=1 cargo test --workspace` accepts
//! what is drawn now.

use canlake::state::ThemeChoice;
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
        window.send(canlake::command::Command::SetTheme(theme));
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
