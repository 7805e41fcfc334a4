//! Every command, found and run by its name in the palette, does something.

use std::time::Duration;

use canlake::command::{Action, Command};
use canlake::state::EventsCommand;
use canlake::time_display::ZoneChoice;
use egui::{Key, Modifiers};

use crate::window::{TestWindow, VOLTAGE};

/// A window in which every command has something to do: two panels, two tabs, cursors, steps to undo
/// and to redo.
fn busy() -> TestWindow {
    let mut window = TestWindow::plotted();
    window.press_with(Modifiers::COMMAND, Key::T);
    window.click_signal(VOLTAGE);
    window.press_with(Modifiers::COMMAND, Key::D);
    window.wait("the samples", |state| !state.store.is_loading());
    for panel in window.state().workspace.layout().seen() {
        let signals = &window.state().workspace.panel(panel).unwrap().signals;
        let axis = signals[0].axis.clone();
        window.send(Command::SetAxis(panel, axis, [0.0, 100.0]));
    }
    window.press(Key::I);
    window.press(Key::I);
    window.press(Key::Backspace);
    window.harness.hover_at(window.plot_rect().center());
    window.click_plot(0.3);
    window.press(Key::B);
    window.click_plot(0.6);
    let condition = EventsCommand::Watch("Voltage > 40".to_owned());
    window.send(Command::Events(condition));
    window.wait("the events", |state| {
        let id = state.analysis.conditions[0].id;
        state
            .events
            .of(id)
            .is_some_and(|it| !it.intervals.is_empty())
    });
    let zone = ZoneChoice::named("Asia/Kathmandu").unwrap();
    window.send(Command::SetZone(zone));
    window.press_with(Modifiers::COMMAND, Key::D);
    window.press_with(Modifiers::COMMAND, Key::Z);
    window.press(Key::I);
    window.press(Key::I);
    window.press(Key::Backspace);
    window.harness.run_steps(2);
    window
}

/// Everything that a command may change.
fn fingerprint(window: &TestWindow) -> String {
    let state = window.state();
    let window_effects = &window.harness.state().window_effects;
    format!(
        "{:?}",
        (
            &state.settings,
            &state.workspace,
            &state.analysis,
            &state.window,
            &state.cursors,
            &state.dialog,
            state.sources.len(),
            (state.search_requested, window_effects),
            window.dialogs.asked().len(),
            window.search_has_focus(),
        )
    )
}

/// Whether anything is another than before; what runs elsewhere is given a moment.
fn has_changed(window: &mut TestWindow, before: &str) -> bool {
    for _ in 0..50 {
        if fingerprint(window) != before {
            return true;
        }
        std::thread::sleep(Duration::from_millis(4));
        window.harness.step();
    }
    false
}

#[test]
fn every_command_in_the_palette_does_something() {
    // Each of these is tested where it belongs.
    let elsewhere = [
        // Nothing is running.
        Action::CancelWork,
        // Opens what the test is in.
        Action::Palette,
        // The panel is on top already.
        Action::MovePanelUp,
        // There is no compared drive, no gap, no missing sample, and one signal in a plot.
        Action::NudgeEarlier,
        Action::NudgeLater,
        Action::StopComparing,
        Action::PreviousGap,
        Action::NextGap,
        Action::LoadRest,
        Action::Subtract,
        // The clipboard is the toolkit's.
        Action::CopyLink,
        Action::CopyAsPandas,
        Action::CopyAsPolars,
        Action::CopyAsDuckDb,
        Action::CopyAsCommand,
    ];
    let mut idle = Vec::new();
    for action in Action::ALL.iter().copied() {
        if elsewhere.contains(&action) {
            continue;
        }
        let mut window = busy();
        let before = fingerprint(&window);
        window.run_in_palette(action.label());
        if !has_changed(&mut window, &before) {
            idle.push(action);
        }
    }
    assert!(idle.is_empty(), "these did nothing: {idle:?}");
}
