use std::sync::Arc;

use canlake::command::Action;
use canlake::demo::FIRST_PLOTS;
use canlake::workers::Choose;
use egui::{Key, Modifiers};
use egui_kittest::kittest::Queryable as _;

use crate::window::{DEMO, SPEED, TestWindow, VEHICLE, write_drive};

#[test]
fn what_is_chosen_in_the_dialogs_is_opened() {
    let mut window = TestWindow::new();
    let root = window.lake.root().to_owned();
    window.dialogs.will_choose(vec![root]);
    window.press_with(Modifiers::COMMAND | Modifiers::SHIFT, Key::O);
    window.wait("the vehicle", |state| state.selected_vehicle().is_some());
    assert_eq!(window.dialogs.asked()[0].choose, Choose::Folder);
    assert!(window.has_signal(SPEED));

    // The dialog is closed without choosing.
    window.press_with(Modifiers::COMMAND, Key::O);
    let dialogs = Arc::clone(&window.dialogs);
    window.wait("the dialog", move |_| dialogs.asked().len() == 2);
    assert_eq!(window.dialogs.asked()[1].choose, Choose::Files);
    assert_eq!(window.state().sources.len(), 1);
}

#[test]
fn a_file_that_is_dropped_is_opened_and_plotted() {
    let mut window = TestWindow::new();
    let path = window.lake.path("1_decoded.parquet");
    assert!(!window.has_text("Drop to open"));
    window.hover_file(&path);
    assert!(window.has_text("Drop to open"));
    window.drop_file(&path);
    window.wait("a plot", |state| {
        !state.workspace.signals().is_empty() && !state.store.is_loading()
    });
    assert!(window.harness.query_all_by_label(VEHICLE).next().is_some());
    let plots = window.plots().join("\n");
    assert!(plots.contains("in 600 samples"), "{plots}");
}

#[test]
fn the_demo_lake_is_opened_once_and_shown() {
    let mut window = TestWindow::new();
    let path = window.lake.path(DEMO);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    let of_panels = FIRST_PLOTS.iter().copied().flatten().zip(1_u32..);
    let signals: Vec<_> = of_panels
        .map(|((message, signal), id)| ("can0", *message, id, *signal, ""))
        .collect();
    write_drive(&path, "EV_DEMO_1", &signals);
    window.run_in_palette(Action::OpenDemo.label());
    window.wait("the first plots", |state| {
        !state.workspace.signals().is_empty() && !state.store.is_loading()
    });
    let shown = &window.state().workspace;
    assert_eq!(shown.panels().count(), FIRST_PLOTS.len());
    assert_eq!(shown.signals().len(), signals.len());
    // It is one source, however often it is asked for.
    window.run_in_palette(Action::OpenDemo.label());
    assert_eq!(window.state().sources.len(), 1);
}

#[test]
fn an_empty_window_says_what_to_do() {
    let window = TestWindow::new();
    for action in [Action::OpenFiles, Action::OpenFolder, Action::OpenDemo] {
        let button = window.harness.query_all_by_label(action.label()).next();
        assert!(button.is_some(), "{action:?}");
    }
}
