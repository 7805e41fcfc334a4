//! The tree of signals: search, choice by keys and mouse, favourites, values, drag and drop.

use std::path::Path;
use std::rc::Rc;

use canlake::command::{Action, Command, PlotTarget};
use canlake::state::{AppState, Node, PanelId, SignalsCommand};
use canlake_shared::time::Timestamp;
use egui::accesskit::Role;
use egui::{Key, Modifiers, Pos2, pos2, vec2};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use test_support::TestLake;

use crate::window::{SPEED, TestWindow, VOLTAGE, loaded, samples, write_drive};

const SIGNALS: [(&str, &str, u32, &str, &str); 6] = [
    ("can0", "Motor", 0x1A0, "Motor_RPM", "rpm"),
    ("can0", "Motor", 0x1A0, "Stator_Temp", "degC"),
    ("can0", "Battery", 0x2B0, "Pack_Voltage", "V"),
    ("can0", "Battery", 0x2B0, "Pack_Voltage_Limit", "V"),
    ("can0", "Battery", 0x2B0, "Kühlmitteltemperatur", "degC"),
    ("can1", "Gateway", 0x7DF, "Temp_Outside", "degC"),
];

/// A window with a drive of six signals.
fn opened() -> TestWindow {
    with_drive(&SIGNALS)
}

fn with_drive(signals: &[(&str, &str, u32, &str, &str)]) -> TestWindow {
    let lake = TestLake::new();
    write_drive(&lake.path("drive.parquet"), "CAR_2", signals);
    let path = lake.path("drive.parquet");
    let mut window = TestWindow::over(&Rc::new(lake));
    open(&mut window, &path);
    // A file that is opened shows some of its signals by itself.
    window.wait("the first plots", |state| {
        !state.workspace.signals().is_empty() && !state.store.is_loading()
    });
    window.send(Command::Run(Action::ClearPlots));
    window
}

fn open(window: &mut TestWindow, path: &Path) {
    window.send(Command::Open(vec![path.to_string_lossy().into_owned()]));
    window.wait("the vehicle", |state| state.selected_vehicle().is_some());
}

/// The signals that the tree lists, from top to bottom.
fn listed(window: &TestWindow) -> Vec<String> {
    let nodes = window.harness.query_all_by_role(Role::CheckBox);
    let mut found: Vec<(f32, String)> = nodes
        .filter_map(|node| Some((node.rect().top(), node.accesskit_node().label()?)))
        .filter(|(_, name)| name.contains('.'))
        .collect();
    found.sort_by(|a, b| a.0.total_cmp(&b.0));
    found.into_iter().map(|(_, name)| name).collect()
}

fn chosen(window: &TestWindow) -> Vec<String> {
    let nodes = window.harness.query_all_by_role(Role::CheckBox);
    nodes
        .filter(|node| node.accesskit_node().is_selected() == Some(true))
        .filter_map(|node| node.accesskit_node().label())
        .collect()
}

/// The signals of each panel.
fn plotted(state: &AppState) -> Vec<Vec<String>> {
    let panels = state.workspace.panels();
    let names = panels.map(|panel| {
        let signals = panel.signals.iter();
        signals.map(|it| it.signal.key.signal.to_string()).collect()
    });
    names.collect()
}

fn place_of(window: &TestWindow, name: &str) -> Pos2 {
    let node = window.harness.get_by_role_and_label(Role::CheckBox, name);
    node.rect().center()
}

fn click_with(window: &mut TestWindow, modifiers: Modifiers, name: &str) {
    let node = window.harness.get_by_role_and_label(Role::CheckBox, name);
    node.click_modifiers(modifiers);
    window.harness.run_steps(3);
}

fn has_text(window: &TestWindow, text: &str) -> bool {
    window
        .harness
        .query_all_by_label_contains(text)
        .next()
        .is_some()
}

fn menu(window: &mut TestWindow, role: Role, name: &str, entry: &str) {
    window
        .harness
        .get_by_role_and_label(role, name)
        .click_secondary();
    window.harness.run_steps(3);
    window.harness.get_by_label(entry).click();
    window.harness.run_steps(3);
}

/// Presses on a signal and moves to a place, without letting go.
fn drag_to(window: &mut TestWindow, name: &str, place: Pos2) {
    let from = place_of(window, name);
    hold(window, from, place);
}

fn hold(window: &mut TestWindow, from: Pos2, place: Pos2) {
    window.harness.hover_at(from);
    window.harness.run_steps(1);
    window.harness.drag_at(from);
    window.harness.run_steps(2);
    for step in [from + vec2(20.0, 4.0), place, place] {
        window.harness.hover_at(step);
        window.harness.run_steps(2);
    }
}

fn drop_at(window: &mut TestWindow, place: Pos2) {
    window.harness.drop_at(place);
    window.harness.run_steps(3);
}

#[test]
fn words_are_searched_in_all_that_is_known_and_the_best_come_first() {
    let mut window = opened();
    window.search("mot temp");
    assert_eq!(listed(&window), ["Motor.Stator_Temp"]);
    window.press(Key::Escape);
    assert_eq!(listed(&window).len(), 6);
    window.search("temp");
    // At the start of a name, of a word, inside one.
    assert_eq!(
        listed(&window),
        [
            "Gateway.Temp_Outside",
            "Motor.Stator_Temp",
            "Battery.Kühlmitteltemperatur"
        ]
    );
    window.press(Key::Escape);
    window.search("0x2b0 limit");
    assert_eq!(listed(&window), ["Battery.Pack_Voltage_Limit"]);
    window.press(Key::Escape);
    window.search("2015");
    assert_eq!(listed(&window), ["Gateway.Temp_Outside"]);
    window.press(Key::Escape);
    window.search("KUHL");
    assert_eq!(listed(&window), ["Battery.Kühlmitteltemperatur"]);
}

#[test]
fn a_typing_error_still_finds_and_rubbish_is_named() {
    let mut window = opened();
    window.search("vlotage");
    assert_eq!(listed(&window)[0], "Battery.Pack_Voltage");
    assert!(has_text(&window, "similar names"));
    window.press(Key::Escape);
    window.search("qqqq zzzz");
    assert!(listed(&window).is_empty());
    assert!(has_text(&window, "no signal contains qqqq and zzzz"));
}

#[test]
fn enter_plots_the_best_hit_and_with_ctrl_in_a_new_panel() {
    let mut window = opened();
    window.search("volt");
    window.press(Key::Enter);
    assert_eq!(plotted(window.state()), [["Pack_Voltage"]]);
    window.press(Key::Escape);
    window.search("rpm");
    window.press_with(Modifiers::COMMAND, Key::Enter);
    assert_eq!(plotted(window.state()), [["Pack_Voltage"], ["Motor_RPM"]]);
    assert!(window.search_has_focus());
    // Nothing is typed: nothing is meant.
    window.press(Key::Escape);
    window.press(Key::Enter);
    assert_eq!(plotted(window.state()).concat().len(), 2);
}

#[test]
fn the_arrow_keys_choose_and_shift_chooses_more() {
    let mut window = opened();
    window.search("volt");
    window.press(Key::ArrowDown);
    assert_eq!(chosen(&window), ["Battery.Pack_Voltage"]);
    window.press(Key::ArrowDown);
    assert_eq!(chosen(&window), ["Battery.Pack_Voltage_Limit"]);
    window.press(Key::Enter);
    assert_eq!(plotted(window.state()), [["Pack_Voltage_Limit"]]);
    window.press_with(Modifiers::SHIFT, Key::ArrowUp);
    assert_eq!(chosen(&window).len(), 2);
    window.press(Key::Enter);
    assert_eq!(
        plotted(window.state()),
        [["Pack_Voltage_Limit", "Pack_Voltage"]]
    );
    // Off the upper end, and by typing on, nothing is chosen.
    window.press(Key::ArrowUp);
    assert!(chosen(&window).is_empty());
    window.press(Key::ArrowDown);
    assert_eq!(chosen(&window).len(), 1);
    window.search(" limit");
    assert!(chosen(&window).is_empty());
    // Escape clears the text, then leaves.
    window.press(Key::Escape);
    assert_eq!(listed(&window).len(), 6);
    window.press(Key::Escape);
    assert!(!window.search_has_focus());
}

#[test]
fn clicks_with_ctrl_and_shift_choose_without_plotting() {
    let mut window = opened();
    click_with(&mut window, Modifiers::COMMAND, "Battery.Pack_Voltage");
    click_with(&mut window, Modifiers::COMMAND, "Gateway.Temp_Outside");
    assert_eq!(
        chosen(&window),
        ["Battery.Pack_Voltage", "Gateway.Temp_Outside"]
    );
    assert!(has_text(&window, "2 chosen"));
    assert!(plotted(window.state()).is_empty());
    click_with(&mut window, Modifiers::SHIFT, "Motor.Motor_RPM");
    assert_eq!(chosen(&window), ["Gateway.Temp_Outside", "Motor.Motor_RPM"]);
    window.press(Key::Enter);
    assert_eq!(plotted(window.state()), [["Temp_Outside", "Motor_RPM"]]);
}

#[test]
fn the_menu_acts_on_all_that_are_chosen() {
    let mut window = opened();
    for name in ["Motor.Motor_RPM", "Motor.Stator_Temp"] {
        click_with(&mut window, Modifiers::COMMAND, name);
    }
    menu(
        &mut window,
        Role::CheckBox,
        "Motor.Motor_RPM",
        "Plot each in its own panel",
    );
    assert_eq!(plotted(window.state()), [["Motor_RPM"], ["Stator_Temp"]]);
    menu(
        &mut window,
        Role::CheckBox,
        "Motor.Motor_RPM",
        "Plot in a new tab",
    );
    assert_eq!(window.state().workspace.layout().tabs().len(), 2);
    assert_eq!(plotted(window.state())[2], ["Motor_RPM", "Stator_Temp"]);
    window
        .harness
        .get_by_role_and_label(Role::CheckBox, "Motor.Motor_RPM")
        .click_secondary();
    window.harness.run_steps(3);
    window.harness.get_by_label("Copy names").click();
    window.harness.step();
    let copied = window.harness.output().platform_output.commands.iter();
    let copied: Vec<_> = copied
        .filter_map(|command| match command {
            egui::OutputCommand::CopyText(text) => Some(text.clone()),
            _ => None,
        })
        .collect();
    assert_eq!(
        copied,
        ["can0:Motor[0x1A0].Motor_RPM\ncan0:Motor[0x1A0].Stator_Temp"]
    );
    // One that is not chosen is meant alone.
    menu(
        &mut window,
        Role::CheckBox,
        "Gateway.Temp_Outside",
        "Plot in a new panel",
    );
    assert_eq!(plotted(window.state()).concat().len(), 5);
}

#[test]
fn all_signals_of_a_message_are_plotted_from_its_menu() {
    let mut window = opened();
    let entry = "Plot all signals of this message in one plot";
    menu(&mut window, Role::TreeItem, "Motor", entry);
    assert_eq!(plotted(window.state()), [["Motor_RPM", "Stator_Temp"]]);
    let entry = "Plot all signals of this message each in its own panel";
    menu(&mut window, Role::TreeItem, "Motor", entry);
    assert_eq!(plotted(window.state()).len(), 3);
}

#[test]
fn more_signals_than_fit_into_a_plot_are_refused_with_a_text() {
    let names: Vec<String> = (0..40).map(|idx| format!("S{idx:02}")).collect();
    let signals: Vec<_> = names
        .iter()
        .map(|name| ("can0", "Many", 1, name.as_str(), ""))
        .collect();
    let mut window = with_drive(&signals);
    window
        .harness
        .get_by_role_and_label(Role::TreeItem, "Many")
        .click_secondary();
    window.harness.run_steps(3);
    assert!(has_text(
        &window,
        "40 signals at once are too many: choose 32 or fewer"
    ));
    window.harness.get_by_label("Choose them").click();
    window.harness.run_steps(3);
    window.press(Key::Enter);
    assert!(plotted(window.state()).is_empty());
    assert!(has_text(&window, "40 signals at once are too many"));
}

#[test]
fn a_message_folds() {
    let mut window = opened();
    let motor = |window: &mut TestWindow| {
        let node = window
            .harness
            .get_by_role_and_label(Role::TreeItem, "Motor");
        node.click();
        window.harness.run_steps(3);
    };
    motor(&mut window);
    assert!(!window.has_signal("Motor.Motor_RPM"));
    window.search("rpm");
    assert!(window.has_signal("Motor.Motor_RPM"));
    window.press(Key::Escape);
    motor(&mut window);
    assert!(window.has_signal("Motor.Motor_RPM"));
    for (item, is_shown) in [("Fold all", false), ("Open all", true)] {
        let heading = window
            .harness
            .get_by_role_and_label(Role::TreeItem, "Battery");
        let place = heading.rect().center();
        window.click_with(egui::PointerButton::Secondary, place);
        window.harness.get_by_label(item).click();
        window.harness.run_steps(3);
        for signal in ["Motor.Motor_RPM", "Battery.Pack_Voltage"] {
            assert_eq!(window.has_signal(signal), is_shown, "{item}: {signal}");
        }
    }
}

#[test]
fn favourites_stand_on_top_and_are_kept_by_name() {
    let mut window = opened();
    menu(
        &mut window,
        Role::CheckBox,
        "Motor.Stator_Temp",
        "Add to the favourites",
    );
    assert_eq!(listed(&window)[0], "Motor.Stator_Temp");
    assert_eq!(listed(&window).len(), 7);
    // The star of a line at the pointer.
    let place = place_of(&window, "Gateway.Temp_Outside");
    window.harness.hover_at(place);
    window.harness.run_steps(3);
    window
        .harness
        .get_by_label("Favourite: Gateway.Temp_Outside")
        .click();
    window.harness.run_steps(3);
    assert_eq!(
        listed(&window)[..2],
        ["Gateway.Temp_Outside", "Motor.Stator_Temp"].map(str::to_owned)
    );
    window.harness.get_by_label("Favourites only").click();
    window.harness.run_steps(3);
    assert_eq!(listed(&window).len(), 2);
    window.search("rpm");
    assert!(has_text(&window, "no favourite contains rpm"));
    // Kept with the settings, which another window reads.
    let kept = window.state().settings.to_text();
    let (settings, problem) = canlake::state::Settings::from_text(&kept);
    assert_eq!(problem, None);
    assert_eq!(settings.favourites.len(), 2);
    let keys = window.state().selected_vehicle().unwrap().signals.iter();
    let keys: Vec<_> = keys.map(|info| info.key.clone()).collect();
    window.send(Command::Signals(SignalsCommand::Mark(keys, false)));
    window.press(Key::Escape);
    assert!(listed(&window).is_empty());
    assert!(has_text(&window, "no favourites yet"));
}

#[test]
fn a_loaded_signal_shows_its_value_at_the_cursor() {
    let mut window = TestWindow::plotted();
    let value = |window: &TestWindow, name: &str| {
        let node = window.harness.get_by_role_and_label(Role::CheckBox, name);
        node.accesskit_node().value()
    };
    assert_eq!(value(&window, SPEED), None);
    let (times, values) = samples(1);
    let instant = Timestamp::from_ns(times[100] + 3);
    window.send(Command::PlaceCursor(instant));
    let expected = format!("{} km/h", canlake::ui::value_text(values[100]));
    assert_eq!(value(&window, SPEED), Some(expected));
    assert_eq!(value(&window, VOLTAGE), None);
    // The pointer comes before the cursor.
    window.send(Command::Hover(Some(Timestamp::from_ns(times[200]))));
    let expected = format!("{} km/h", canlake::ui::value_text(values[200]));
    assert_eq!(value(&window, SPEED), Some(expected));
}

#[test]
fn all_chosen_signals_are_dragged_together() {
    let mut window = TestWindow::plotted();
    for name in [SPEED, VOLTAGE] {
        click_with(&mut window, Modifiers::COMMAND, name);
    }
    let middle = window.plot_rect().center();
    drag_to(&mut window, VOLTAGE, middle);
    assert!(has_text(
        &window,
        "Add 1 of 2 signals to this plot; the others are there"
    ));
    drop_at(&mut window, middle);
    assert_eq!(plotted(window.state()), [["Speed", "Voltage"]]);
}

#[test]
fn a_drop_that_does_nothing_says_why() {
    let mut window = TestWindow::plotted();
    let middle = window.plot_rect().center();
    drag_to(&mut window, SPEED, middle);
    assert!(has_text(&window, "Refused: already in this plot"));
    drop_at(&mut window, middle);
    assert_eq!(plotted(window.state()), [["Speed"]]);
    assert!(!has_text(&window, "Refused"));
}

#[test]
fn dropped_on_the_axis_a_signal_gets_another_and_joins_a_further_one() {
    let mut window = TestWindow::plotted();
    let plot = window.plot_rect();
    let on_axis = pos2(plot.left() - 12.0, plot.center().y);
    drag_to(&mut window, VOLTAGE, on_axis);
    assert!(has_text(&window, "Plot on a new axis"));
    drop_at(&mut window, on_axis);
    window.wait("the samples", |state| !state.store.is_loading());
    let axes = |window: &TestWindow| {
        let mut panels = window.state().workspace.panels();
        panels.next().unwrap().axes().len()
    };
    assert_eq!(axes(&window), 2);
    // The speed goes to the axis of the voltage, on the right.
    let plot = window.plot_rect();
    let further = pos2(plot.right() + 10.0, plot.center().y);
    drag_to(&mut window, SPEED, further);
    assert!(has_text(&window, "Add to the axis of V"));
    drop_at(&mut window, further);
    assert_eq!(axes(&window), 1);
    assert_eq!(plotted(window.state()), [["Voltage", "Speed"]]);
}

#[test]
fn dropped_on_an_edge_a_signal_splits_and_on_the_tabs_opens_one() {
    let mut window = TestWindow::plotted();
    let plot = window.plot_rect();
    let above = pos2(plot.center().x, plot.top() + 10.0);
    drag_to(&mut window, VOLTAGE, above);
    assert!(has_text(&window, "Plot in a new plot above"));
    drop_at(&mut window, above);
    let layout = window.state().workspace.layout();
    assert!(matches!(layout.tabs(), [Node::Split { .. }]), "{layout:?}");
    assert_eq!(plotted(window.state()), [["Voltage"], ["Speed"]]);

    let plus = window.harness.get_by_label("+").rect().center();
    let bar = plus + vec2(200.0, 0.0);
    drag_to(&mut window, VOLTAGE, bar);
    assert!(has_text(&window, "Plot in a new tab"));
    drop_at(&mut window, bar);
    assert_eq!(window.state().workspace.layout().tabs().len(), 2);
}

#[test]
fn dropped_on_a_table_signals_are_added_to_it() {
    let mut window = TestWindow::plotted();
    window.send(Command::Run(Action::NewTable));
    let table = window.state().workspace.active().unwrap();
    let plot = window.plot_rect();
    let below = pos2(plot.center().x, plot.bottom() + 150.0);
    drag_to(&mut window, VOLTAGE, below);
    assert!(has_text(&window, "Add to this table"));
    drop_at(&mut window, below);
    let panel = window.state().workspace.panel(table).unwrap();
    let names: Vec<_> = panel
        .signals
        .iter()
        .map(|it| &*it.signal.key.signal)
        .collect();
    assert!(names.contains(&"Voltage"), "{names:?}");
}

#[test]
fn a_legend_entry_is_moved_to_another_panel_and_with_ctrl_copied() {
    let mut window = TestWindow::plotted();
    let voltage = loaded(window.state()).unwrap().info.key.clone();
    assert_eq!(&*voltage.signal, "Speed");
    window.send(Command::Run(Action::NewPanel));
    click_with(&mut window, Modifiers::NONE, VOLTAGE);
    window.wait("the samples", |state| !state.store.is_loading());
    assert_eq!(plotted(window.state()), [["Speed"], ["Voltage"]]);
    let rects: Vec<_> = window
        .harness
        .query_all_by_label_contains("Plot of ")
        .map(|node| node.rect())
        .collect();
    let entry = |window: &TestWindow, name: &str| {
        let mut nodes = window
            .harness
            .query_all_by_role_and_label(Role::Label, name);
        nodes.next().unwrap().rect().center()
    };
    let from = entry(&window, SPEED);
    // With Ctrl it stays where it is as well.
    hold(&mut window, from, rects[1].center());
    assert!(has_text(&window, "Move to this plot"));
    window
        .harness
        .event(egui::Event::ModifiersChanged(Modifiers::COMMAND));
    window.harness.run_steps(2);
    assert!(has_text(&window, "Copy to this plot"));
    drop_at(&mut window, rects[1].center());
    window
        .harness
        .event(egui::Event::ModifiersChanged(Modifiers::NONE));
    assert_eq!(
        plotted(window.state()),
        [vec!["Speed"], vec!["Voltage", "Speed"]]
    );
    window.press_with(Modifiers::COMMAND, Key::Z);
    assert_eq!(plotted(window.state()), [["Speed"], ["Voltage"]]);
    // Moved, the panel that it was alone in is closed.
    let from = entry(&window, SPEED);
    hold(&mut window, from, rects[1].center());
    drop_at(&mut window, rects[1].center());
    assert_eq!(plotted(window.state()), [["Voltage", "Speed"]]);
}

#[test]
fn a_panel_that_is_gone_takes_nothing() {
    let mut window = TestWindow::plotted();
    let signals: Vec<_> = window
        .state()
        .workspace
        .signals()
        .into_iter()
        .cloned()
        .collect();
    let target = PlotTarget::Axis(PanelId(77), 3);
    window.send(Command::Plot { signals, target });
    assert_eq!(plotted(window.state()), [["Speed"]]);
}
