//! Everything that can be done with a thing is reached by typing its name: no mouse in these tests.

use canlake::command::{Action, Command};
use canlake::state::{
    Between, ComputedCommand, ComputedSignal, Dialog, EventsCommand, ExportKind, LayoutCommand,
    Panel, PanelKind,
};
use canlake::time_display::ZoneChoice;
use canlake_shared::time::{NS_PER_SEC, TimeRange};
use egui::{Key, Modifiers};

use crate::window::{TestWindow, VEHICLE};

/// A window with both signals in one plot.
fn with_both() -> TestWindow {
    let mut window = TestWindow::plotted();
    window.run_in_palette("plot pack voltage");
    window.wait("the samples", |state| !state.store.is_loading());
    assert_eq!(panel(&window).signals.len(), 2);
    window
}

/// The active panel.
fn panel(window: &TestWindow) -> &Panel {
    let workspace = &window.state().workspace;
    workspace.panel(workspace.active().unwrap()).unwrap()
}

fn visible(window: &TestWindow) -> Vec<bool> {
    let signals = panel(window).signals.iter();
    signals.map(|plotted| plotted.visible).collect()
}

#[test]
fn the_palette_finds_and_runs_commands() {
    let mut window = TestWindow::plotted();
    window.run_in_palette("value table");
    assert_eq!(window.state().dialog, None);
    let kinds: Vec<_> = window
        .state()
        .workspace
        .panels()
        .map(|panel| panel.kind)
        .collect();
    assert_eq!(kinds, [PanelKind::Plot, PanelKind::Table]);
    window.press_with(Modifiers::COMMAND, Key::P);
    assert_eq!(window.state().dialog, Some(Dialog::Palette));
    window.press(Key::Escape);
    assert_eq!(window.state().dialog, None);
    assert_eq!(window.state().workspace.panels().count(), 2);
}

#[test]
fn the_arrows_choose_among_what_is_found() {
    let mut window = TestWindow::plotted();
    window.press_with(Modifiers::COMMAND, Key::K);
    for _ in 0..5 {
        window.press(Key::ArrowDown);
    }
    window.press(Key::ArrowUp);
    window.press(Key::Enter);
    assert_eq!(Action::ALL[4], Action::OpenLayout);
    assert_eq!(window.state().dialog, Some(Dialog::OpenLayout));
}

#[test]
fn letters_typed_before_the_field_is_there_are_not_lost_and_no_keys() {
    let mut window = TestWindow::plotted();
    let before = window.state().settings.clone();
    let key = |key, modifiers| egui::Event::Key {
        key,
        physical_key: None,
        pressed: true,
        repeat: false,
        modifiers,
    };
    window.harness.event(key(Key::K, Modifiers::COMMAND));
    window.harness.step();
    assert_eq!(window.state().dialog, Some(Dialog::Palette));
    window.harness.event(key(Key::G, Modifiers::NONE));
    window.harness.event(egui::Event::Text("g".to_owned()));
    window.harness.step();
    window.harness.event(egui::Event::Text("rid".to_owned()));
    window.harness.run_steps(2);
    assert_eq!(window.state().settings, before);
    window.press(Key::Enter);
    assert!(!window.state().settings.grid);
}

#[test]
fn plotted_signals_are_found() {
    let mut window = with_both();
    window.run_in_palette("solo speed");
    assert_eq!(visible(&window), [true, false]);
    window.run_in_palette("solo speed");
    window.run_in_palette("hide volt");
    assert_eq!(visible(&window), [true, false]);
    window.run_in_palette("show pack.voltage");
    assert_eq!(visible(&window), [true, true]);

    let axis = panel(&window).signals[0].axis.clone();
    let id = panel(&window).id;
    window.send(Command::SetAxis(id, axis.clone(), [0.0, 1_000.0]));
    window.run_in_palette("fit axis km/h");
    assert!(panel(&window).fixed_axes.is_empty());
    window.run_in_palette("move voltage axis 1");
    assert_eq!(panel(&window).axes(), [&axis]);
    window.run_in_palette("move voltage new axis");
    assert_eq!(panel(&window).axes().len(), 2);
    window.run_in_palette("draw voltage dotted");
    assert!(panel(&window).signals[1].look.dash.is_some());

    window.run_in_palette("remove voltage");
    assert_eq!(panel(&window).signals.len(), 1);
    window.run_in_palette("favourite voltage");
    assert_eq!(window.state().settings.favourites.len(), 1);
    window.run_in_palette("inspect voltage");
    let inspected = window.state().selected_signal.as_ref().unwrap();
    assert_eq!(&*inspected.key.signal, "Voltage");
}

#[test]
fn panels_and_tabs_are_found() {
    let mut window = with_both();
    window.run_in_palette("move voltage new tab");
    let layout = window.state().workspace.layout();
    assert_eq!((layout.tabs().len(), layout.active_tab()), (2, 1));
    window.run_in_palette("go tab 1");
    assert_eq!(window.state().workspace.layout().active_tab(), 0);
    window.run_in_palette("go panel voltage");
    assert_eq!(window.state().workspace.layout().active_tab(), 1);
    window.run_in_palette("plot speed new panel");
    window.run_in_palette("move panel to tab 1");
    let layout = window.state().workspace.layout();
    assert_eq!(layout.active_tab(), 0);
    assert_eq!(layout.seen().len(), 2);
    window.run_in_palette("close tab 1");
    assert_eq!(window.state().workspace.layout().tabs().len(), 1);
    window.run_in_palette("remove panel voltage");
    assert_eq!(window.state().workspace.panels().count(), 0);
}

#[test]
fn xy_plots_take_another_signal_across() {
    let mut window = with_both();
    window.run_in_palette("new xy plot");
    assert_eq!(panel(&window).kind, PanelKind::Xy);
    window.run_in_palette("use voltage as x");
    assert_eq!(&*panel(&window).signals[0].signal.key.signal, "Voltage");
}

#[test]
fn sources_vehicles_and_sessions_are_found() {
    let mut window = TestWindow::plotted();
    let title = window.state().sources[0].title.clone();
    let session = |window: &TestWindow| window.state().selection.as_ref().unwrap().session;
    assert_eq!(session(&window), Some(1));
    window.run_in_palette("go to session 1");
    assert_eq!(session(&window), Some(0));
    window.run_in_palette("load everything");
    assert_eq!(session(&window), None);
    window.run_in_palette("session 2");
    window.run_in_palette("compare with session 1");
    assert_eq!(window.state().analysis.overlays.len(), 1);
    window.run_in_palette("lay own time");
    window.run_in_palette("compare no longer");
    assert!(window.state().analysis.overlays.is_empty());
    window.run_in_palette(&format!("go to vehicle {VEHICLE}"));
    assert_eq!(session(&window), None);
    window.run_in_palette(&format!("reload {title}"));
    window.run_in_palette(&format!("close {title}"));
    assert!(window.state().sources.is_empty());
    window.run_in_palette(&format!("recent {title}"));
    window.wait("the vehicle", |state| state.selected_vehicle().is_some());
}

#[test]
fn notes_events_and_definitions_are_found() {
    let mut window = TestWindow::plotted();
    window.press(Key::A);
    window.press_with(Modifiers::COMMAND | Modifiers::SHIFT, Key::B);
    window
        .harness
        .event(egui::Event::Text("brake squeals".to_owned()));
    window.harness.run_steps(2);
    window.press(Key::Enter);
    assert_eq!(window.state().notes.iter().count(), 1);
    let start = window.visible().start;
    window.send(Command::SetWindow(TimeRange::new(
        start,
        start + NS_PER_SEC,
    )));
    let before = window.visible();
    window.run_in_palette("go note squeals");
    assert_ne!(window.visible(), before);
    window.run_in_palette("edit squeals");
    assert_eq!(window.state().dialog, Some(Dialog::Note));
    window.press(Key::Escape);
    window.run_in_palette("remove squeals");
    assert_eq!(window.state().notes.iter().count(), 0);

    let condition = EventsCommand::Watch("Speed > 40".to_owned());
    window.send(Command::Events(condition));
    window.wait("the events", |state| {
        let id = state.analysis.conditions[0].id;
        let found = state.events.of(id);
        found.is_some_and(|it| it.intervals.len() > 2)
    });
    window.run_in_palette("go to event 2");
    assert_eq!(window.state().events.shown.map(|(_, idx)| idx), Some(1));
    window.run_in_palette("mark no more speed");
    assert!(!window.state().analysis.conditions[0].visible);
    window.run_in_palette("forget condition");
    assert!(window.state().analysis.conditions.is_empty());

    let half = ComputedSignal::new("Half", "Speed / 2", "km/h", Between::Hold);
    window.send(Command::Computed(ComputedCommand::Define(None, half)));
    window.run_in_palette("edit half");
    assert_eq!(window.state().dialog, Some(Dialog::Computed(Some(0))));
    window.press(Key::Escape);
    window.run_in_palette("remove definition half");
    assert!(window.state().analysis.computed.is_empty());
}

#[test]
fn layouts_exports_and_choices_are_found() {
    let mut window = TestWindow::plotted();
    let path = window.lake.path("brakes.canlake.json");
    window.send(Command::Layout(LayoutCommand::SaveTo {
        path,
        may_replace: false,
    }));
    window.wait("the file", |state| {
        !state.settings.recent_layouts.is_empty()
    });
    window.run_in_palette("remove all plots");
    window.run_in_palette("open recent layout brakes");
    window.wait("the layout", |state| state.workspace.panels().count() == 1);
    window.run_in_palette("take recent layouts brakes");
    assert!(window.state().settings.recent_layouts.is_empty());

    window.run_in_palette("export parquet");
    assert_eq!(window.state().dialog, Some(Dialog::Export));
    assert_eq!(window.state().settings.export.kind, ExportKind::Parquet);
    window.press(Key::Escape);
    window.begin_long_export("long.csv");
    window.run_in_palette("cancel export long");
    assert!(window.state().exports.is_empty());

    window.run_in_palette("kathmandu");
    let zone = ZoneChoice::named("Asia/Kathmandu").unwrap();
    assert_eq!(window.state().settings.zone, zone);
    window.run_in_palette("left drag");
    assert!(window.state().settings.swap_drags);
    window.run_in_palette("clear notifications");
    assert_eq!(window.state().notices.iter().count(), 0);
}
