use std::path::PathBuf;

use canlake::command::{Action, Command, PlotTarget};
use canlake::state::{
    AppState, Between, CompareCommand, ComputedCommand, ComputedSignal, Dialog, LayoutCommand,
    PanelKind, SavedLayout, Severity, SignalRef, computed_key,
};
use egui::accesskit::Role;
use egui::{Key, Modifiers};
use egui_kittest::kittest::Queryable as _;

use crate::window::{SPEED, TestWindow, VOLTAGE, write_drive};

/// Speed and voltage in two plots, a table of both, one axis set by hand.
fn arranged() -> TestWindow {
    let mut window = TestWindow::plotted();
    window.click_signal(VOLTAGE);
    window.press(Key::S);
    window.send(Command::Run(Action::NewTable));
    let panel = window.state().workspace.panels().next().unwrap();
    let (id, axis) = (panel.id, panel.signals[0].axis.clone());
    window.send(Command::SetAxis(id, axis, [-5.0, 60.0]));
    let signal = panel_signal(window.state());
    window.send(Command::ToggleSignal(id, signal));
    window
}

fn panel_signal(state: &AppState) -> SignalRef {
    let panel = state.workspace.panels().next().unwrap();
    panel.signals[0].signal.clone()
}

fn save(window: &mut TestWindow, name: &str) -> PathBuf {
    let path = window.lake.path(name);
    window.send(Command::Layout(LayoutCommand::SaveTo {
        path: path.clone(),
        may_replace: false,
    }));
    settle(window);
    path
}

fn open(window: &mut TestWindow, path: &std::path::Path) {
    window.send(Command::Layout(LayoutCommand::Open(path.to_owned())));
    settle(window);
}

fn settle(window: &mut TestWindow) {
    window.wait("the layout", |state| {
        state.layouts.running == 0 && !state.store.is_loading()
    });
}

fn last_notice(window: &TestWindow) -> (Severity, String) {
    let notice = window.state().notices.iter().next_back().unwrap();
    (notice.severity, notice.title.clone())
}

/// Types a path into the dialog that is open and presses a button of it.
fn answer(window: &mut TestWindow, path: &std::path::Path, button: &str) {
    // The field has the keyboard.
    window.press_with(Modifiers::COMMAND, Key::A);
    let fields: Vec<_> = window.harness.query_all_by_role(Role::TextInput).collect();
    let focused = fields.iter().find(|node| node.is_focused()).unwrap();
    focused.type_text(path.to_str().unwrap());
    window.harness.run_steps(2);
    window
        .harness
        .get_by_role_and_label(Role::Button, button)
        .click();
    window.harness.run_steps(3);
}

#[test]
fn what_was_saved_comes_back() {
    let mut window = arranged();
    let before = window.state().workspace.clone();
    let path = window.lake.path("all.canlake.json");
    window.press_with(Modifiers::COMMAND, Key::S);
    assert_eq!(window.state().dialog, Some(Dialog::SaveLayout));
    answer(&mut window, &path, "Save");
    settle(&mut window);
    assert_eq!(last_notice(&window).0, Severity::Info);
    assert!(path.is_file());

    window.send(Command::Run(Action::ClearPlots));
    assert!(window.state().workspace.signals().is_empty());
    window.press_with(Modifiers::COMMAND, Key::L);
    assert_eq!(window.state().dialog, Some(Dialog::OpenLayout));
    answer(&mut window, &path, "Open layout");
    settle(&mut window);
    assert_eq!(window.state().dialog, None);
    let after = &window.state().workspace;
    assert!(after.panels().eq(before.panels()));
    assert_eq!(after.layout(), before.layout());
    let kinds: Vec<_> = after.panels().map(|panel| panel.kind).collect();
    assert_eq!(kinds, [PanelKind::Plot, PanelKind::Plot, PanelKind::Table]);
    for signal in after.signals() {
        let loaded = window.state().store.get(signal).unwrap();
        assert_eq!(loaded.series.as_ref().unwrap().times().len(), 600);
    }

    // Opening it is a step of undo.
    window.press_with(Modifiers::COMMAND, Key::Z);
    assert!(window.state().workspace.signals().is_empty());
    // Saving again asks for nothing, and the file is a recent one.
    window.press_with(Modifiers::COMMAND | Modifiers::SHIFT, Key::Z);
    window.press_with(Modifiers::COMMAND, Key::S);
    assert_eq!(window.state().dialog, None);
    settle(&mut window);
    assert_eq!(
        window.state().settings.recent_layouts,
        std::slice::from_ref(&path)
    );
    window.harness.get_by_label("File").click();
    window.harness.run_steps(3);
    window.harness.get_by_label("Recent layouts").click();
    window.harness.run_steps(3);
    window.harness.get_by_label("all").click();
    settle(&mut window);
    assert!(window.state().workspace.panels().eq(before.panels()));
}

#[test]
fn saving_as_another_asks_for_the_file_and_goes_on_with_that() {
    let mut window = arranged();
    let first = save(&mut window, "first.canlake.json");
    let before = std::fs::read(&first).unwrap();
    window.press_with(Modifiers::COMMAND, Key::N);
    window.press_with(Modifiers::COMMAND | Modifiers::SHIFT, Key::S);
    assert_eq!(window.state().dialog, Some(Dialog::SaveLayout));
    let second = window.lake.path("second.canlake.json");
    answer(&mut window, &second, "Save");
    settle(&mut window);
    assert_eq!(std::fs::read(&first).unwrap(), before);
    assert_ne!(std::fs::read(&second).unwrap(), before);
    assert_eq!(window.state().layouts.path.as_ref(), Some(&second));
}

#[test]
fn grid_dots_and_legends_are_those_of_the_layout() {
    let mut window = arranged();
    window.press(Key::G);
    window.press(Key::Period);
    let look = window.state().settings.plot_look();
    assert!(!look.grid && look.dots && look.legend);
    let path = save(&mut window, "bare.canlake.json");
    for key in [Key::G, Key::Period, Key::L] {
        window.press(key);
    }
    open(&mut window, &path);
    assert_eq!(window.state().settings.plot_look(), look);
}

#[test]
fn a_file_that_is_there_is_not_replaced_unasked() {
    let mut window = arranged();
    let path = save(&mut window, "a.canlake.json");
    let text = std::fs::read(&path).unwrap();
    window.send(Command::Run(Action::ClosePanel));
    save(&mut window, "a.canlake.json");
    let (severity, title) = last_notice(&window);
    assert_eq!(severity, Severity::Error);
    assert!(
        title.contains("exists") && title.contains("a.canlake.json"),
        "{title}"
    );
    assert_eq!(std::fs::read(&path).unwrap(), text);
}

#[test]
fn a_layout_is_dropped_like_a_log() {
    let mut window = arranged();
    let path = save(&mut window, "a.canlake.json");
    let before = window.state().workspace.clone();
    window.send(Command::Run(Action::ClearPlots));
    window.send(Command::Open(vec![path.to_str().unwrap().to_owned()]));
    settle(&mut window);
    assert!(window.state().workspace.panels().eq(before.panels()));
    assert_eq!(window.state().sources.len(), 1);
}

#[test]
fn a_layout_waits_for_data() {
    let mut window = arranged();
    let path = save(&mut window, "a.canlake.json");
    let mut second = TestWindow::new();
    open(&mut second, &path);
    assert!(second.state().workspace.signals().is_empty());
    let root = second.lake.root().to_str().unwrap().to_owned();
    second.send(Command::Open(vec![root]));
    second.wait("the layout", |state| state.workspace.signals().len() == 2);
    settle(&mut second);
    assert_eq!(second.state().workspace.panels().count(), 3);
}

/// A window on a drive in which the speed is called otherwise.
fn other_drive() -> TestWindow {
    let mut window = TestWindow::new();
    let file = window.lake.path("other/drive_decoded.parquet");
    std::fs::create_dir_all(file.parent().unwrap()).unwrap();
    let signals = [
        ("can1", "Pack", 0x101, "Voltage", "V"),
        ("can1", "Car", 0x200, "VehicleSpeed", "mph"),
        ("can1", "Car", 0x200, "Odometer", "km"),
    ];
    write_drive(&file, "CAR_2", &signals);
    let folder = file.parent().unwrap().to_str().unwrap().to_owned();
    window.send(Command::Open(vec![folder]));
    window.wait("the vehicle", |state| state.selected_vehicle().is_some());
    window
}

fn names(state: &AppState) -> Vec<String> {
    let signals = state.workspace.signals();
    signals
        .iter()
        .map(|signal| signal.key.to_string())
        .collect()
}

#[test]
fn signals_that_a_drive_lacks_are_asked_for() {
    let mut first = arranged();
    let path = save(&mut first, "a.canlake.json");
    let mut window = other_drive();
    open(&mut window, &path);
    assert_eq!(window.state().dialog, Some(Dialog::MatchSignals));
    // Voltage was found on the other channel; only the speed is asked for.
    let question = window.state().layouts.question.as_ref().unwrap();
    let missing: Vec<_> = question
        .missing
        .iter()
        .map(|it| it.role.key.to_string())
        .collect();
    assert_eq!(missing, ["can0:Drive[0x100].Speed"]);
    window.wait("the candidates", |state| {
        let question = state.layouts.question.as_ref();
        question.is_some_and(|it| it.missing.iter().all(|it| it.candidates.is_some()))
    });
    window.harness.get_by_label("1 left out");
    window
        .harness
        .get_by_role_and_label(Role::ComboBox, "in place of Drive.Speed")
        .click();
    window.harness.run_steps(3);
    // The likest comes first; a search leaves what contains the words.
    let is_listed = |window: &TestWindow, label| window.harness.query_by_label(label).is_some();
    assert!(is_listed(&window, "Car.Odometer [km]"));
    window.harness.get_by_label("leave out");
    let fields = window.harness.query_all_by_role(Role::TextInput);
    let search = fields.last().unwrap();
    search.focus();
    search.type_text("veh sp");
    window.harness.run_steps(3);
    assert!(!is_listed(&window, "Car.Odometer [km]"));
    let question = window.state().layouts.question.as_ref().unwrap();
    let candidates = question.missing[0].candidates.as_ref().unwrap();
    assert_eq!(candidates[0].to_string(), "can1:Car[0x200].VehicleSpeed");
    window
        .harness
        .get_by_label("Car.VehicleSpeed [mph]")
        .click();
    window.harness.run_steps(3);
    window.harness.get_by_label("Open the layout").click();
    settle(&mut window);
    let expected = ["can1:Car[0x200].VehicleSpeed", "can1:Pack[0x101].Voltage"];
    assert_eq!(names(window.state()), expected);
    // Another unit is another axis, and the range set in km/h says nothing of it.
    let panel = window.state().workspace.panels().next().unwrap();
    assert_eq!(panel.signals[0].axis.unit(), "mph");
    assert!(panel.fixed_axes.is_empty());

    // What was said is remembered: at once, in the layout, and in the other direction.
    window.send(Command::Run(Action::ClearPlots));
    open(&mut window, &path);
    assert_eq!(window.state().dialog, None);
    assert_eq!(names(window.state()), expected);
    let mapped = save(&mut window, "b.canlake.json");
    open(&mut first, &mapped);
    assert_eq!(first.state().dialog, None);
    let expected = ["can0:Drive[0x100].Speed", "can0:Pack[0x100].Voltage"];
    assert_eq!(names(first.state()), expected);
}

#[test]
fn what_is_not_chosen_is_left_out_and_cancel_changes_nothing() {
    let path = save(&mut arranged(), "a.canlake.json");
    // The folder is gone with the window that made it.
    assert!(!path.exists());
    let mut first = arranged();
    let path = save(&mut first, "a.canlake.json");
    let mut window = other_drive();
    open(&mut window, &path);
    window.press(Key::Escape);
    assert_eq!(window.state().dialog, None);
    assert!(window.state().layouts.question.is_none());
    assert!(window.state().workspace.panels().next().is_none());
    open(&mut window, &path);
    window.harness.get_by_label("Open the layout").click();
    settle(&mut window);
    assert_eq!(names(window.state()), ["can1:Pack[0x101].Voltage"]);
    assert_eq!(window.state().workspace.panels().count(), 3);
    open(&mut window, &path);
    window.wait("the candidates", |state| {
        let question = state.layouts.question.as_ref();
        question.is_some_and(|it| it.missing.iter().all(|it| it.candidates.is_some()))
    });
    window.harness.get_by_label("Take the likest").click();
    window.harness.run_steps(3);
    let question = window.state().layouts.question.as_ref().unwrap();
    let choice = question.missing[0].choice.as_ref().unwrap();
    assert_eq!(choice.to_string(), "can1:Car[0x200].VehicleSpeed");
    assert_eq!(question.left_out(), 0);
}

#[test]
fn vehicles_that_are_compared_keep_their_places() {
    let mut window = other_drive();
    let root = window.lake.root().to_str().unwrap().to_owned();
    window.send(Command::Open(vec![root]));
    window.wait("both", |state| {
        state.sources.iter().filter_map(|it| it.catalogue()).count() == 2
    });
    let signal = |state: &AppState, source: usize, vehicle: &str, key: &str| SignalRef {
        vehicle: canlake::state::VehicleRef::new(state.sources[source].id, vehicle),
        key: key.parse().unwrap(),
    };
    let both = vec![
        signal(window.state(), 0, "CAR_2", "can1:Car[0x200].Odometer"),
        signal(window.state(), 1, "CAR_1", "can0:Drive[0x100].Speed"),
    ];
    window.send(Command::Plot {
        signals: both.clone(),
        target: PlotTarget::Active,
    });
    let path = save(&mut window, "both.canlake.json");
    let (layout, _) = SavedLayout::from_bytes(&std::fs::read(&path).unwrap()).unwrap();
    assert_eq!(layout.vehicles, ["CAR_2", "CAR_1"]);
    window.send(Command::Run(Action::ClearPlots));
    open(&mut window, &path);
    let mut plotted: Vec<SignalRef> = window
        .state()
        .workspace
        .signals()
        .into_iter()
        .cloned()
        .collect();
    plotted.sort();
    let mut expected = both;
    expected.sort();
    assert_eq!(plotted, expected);

    // Where one of them is not open, the user says who stands there.
    let mut alone = other_drive();
    open(&mut alone, &path);
    assert_eq!(alone.state().dialog, Some(Dialog::MatchSignals));
    alone
        .harness
        .get_by_role_and_label(Role::ComboBox, "vehicle in place of CAR_1")
        .click();
    alone.harness.run_steps(3);
    alone.harness.get_by_label_contains("CAR_2 · ").click();
    alone.harness.run_steps(3);
    let question = alone.state().layouts.question.as_ref().unwrap();
    assert_eq!(question.missing.len(), 1, "its speed is asked for now");
}

#[test]
fn the_window_looks_as_it_did_when_the_same_place_is_opened_at_start() {
    let mut window = arranged();
    window.press(Key::I);
    window.press(Key::A);
    let (before, visible) = (window.state().workspace.clone(), window.visible());
    let cursors = window.state().cursors;
    let kept = window.harness.state_mut().state.kept_layouts();
    let mut second = TestWindow::over(&window.lake);
    assert_eq!(
        second.harness.state_mut().state.restore_layouts(&kept),
        None
    );
    let root = window.lake.root().to_str().unwrap().to_owned();
    second.send(Command::Open(vec![root]));
    second.wait("the panels", |state| state.workspace.signals().len() == 2);
    settle(&mut second);
    assert!(second.state().workspace.panels().eq(before.panels()));
    assert_eq!(second.state().workspace.layout(), before.layout());
    assert_eq!(second.visible(), visible);
    let session = second.state().selection.as_ref().unwrap().session;
    assert_eq!(session, Some(1), "the session is marked in the list");
    assert_eq!(
        second.state().cursors.active_instant(),
        cursors.active_instant()
    );
    assert!(second.state().notices.iter().next().is_none());

    // Another place begins afresh, as does the same one after it was cleared.
    let mut third = other_drive();
    third.harness.state_mut().state.restore_layouts(&kept);
    assert!(third.state().workspace.panels().next().is_none());
    second.send(Command::Run(Action::ClearPlots));
    let kept = second.harness.state_mut().state.kept_layouts();
    assert_eq!(kept, "[]");

    // What cannot be read is said, and costs nothing else.
    let problem = third
        .harness
        .state_mut()
        .state
        .restore_layouts("[{\"place\": 3}");
    assert!(problem.unwrap().contains("begins afresh"));
}

#[test]
fn bad_layouts_are_one_message_and_change_nothing() {
    let mut window = arranged();
    let before = window.state().workspace.clone();
    let whole = std::fs::read(save(&mut window, "good.canlake.json")).unwrap();
    let rubbish: Vec<u8> = (0..10_u32 << 20)
        .map(|idx| (idx * 31 % 251) as u8)
        .collect();
    let cases: [(&str, &[u8], &str); 5] = [
        (
            "future",
            br#"{"canlake_layout": 99, "panels": {}}"#,
            "version 99",
        ),
        ("truncated", &whole[..whole.len() / 2], "damaged"),
        ("wrong", br#"{"canlake_layout": [1]}"#, "no canlake_layout"),
        ("rubbish", &rubbish, "too many for a layout"),
        ("text", &[0xFF, 0x00, 0x80], "no text"),
    ];
    for (name, bytes, reason) in cases {
        let path = window.lake.path(&format!("{name}.canlake.json"));
        std::fs::write(&path, bytes).unwrap();
        let n_before = window.state().notices.iter().count();
        open(&mut window, &path);
        assert_eq!(
            window.state().notices.iter().count(),
            n_before + 1,
            "{name}"
        );
        let (severity, title) = last_notice(&window);
        assert_eq!(severity, Severity::Error);
        assert!(title.contains(reason) && title.contains(name), "{title}");
        assert!(
            window.state().workspace.panels().eq(before.panels()),
            "{name}"
        );
    }
    let missing = window.lake.path("missing.canlake.json");
    open(&mut window, &missing);
    assert!(last_notice(&window).1.contains("missing.canlake.json"));

    // Of a readable one the rest is shown.
    let text = String::from_utf8(whole).unwrap();
    let odd = text.replacen("\"kind\": \"table\"", "\"kind\": \"hologram\"", 1);
    let path = window.lake.path("odd.canlake.json");
    std::fs::write(&path, odd).unwrap();
    open(&mut window, &path);
    let (severity, title) = last_notice(&window);
    assert_eq!(severity, Severity::Warning, "{title}");
    assert_eq!(window.state().workspace.panels().count(), 2);
}

#[test]
fn an_empty_window_has_nothing_to_save() {
    let mut window = TestWindow::opened();
    window.press_with(Modifiers::COMMAND, Key::S);
    assert_eq!(window.state().dialog, None);
    assert!(last_notice(&window).1.contains("nothing to save"));
    assert!(window.has_signal(SPEED));
}

#[test]
fn what_is_worked_out_is_saved_with_the_panels() {
    let mut window = TestWindow::plotted();
    let twice = ComputedSignal::new("Twice", "Drive.Speed * 2", "km/h", Between::Hold);
    window.send(Command::Computed(ComputedCommand::Define(None, twice)));
    let vehicle = panel_signal(window.state()).vehicle;
    let signal = SignalRef {
        vehicle,
        key: computed_key("Twice"),
    };
    window.send(Command::Plot {
        signals: vec![signal.clone()],
        target: PlotTarget::NewPanel,
    });
    window.wait("the computed signal", |state| {
        let loaded = state.store.get(&signal);
        loaded.is_some_and(|it| it.series.is_some()) && !state.store.is_loading()
    });
    let path = save(&mut window, "a.canlake.json");
    let mut second = TestWindow::over(&window.lake);
    let root = window.lake.root().to_str().unwrap().to_owned();
    second.send(Command::Layout(LayoutCommand::Open(path)));
    second.send(Command::Open(vec![root]));
    second.wait("both signals", |state| {
        let signals = state.workspace.signals();
        let is_there = |it: &&SignalRef| {
            let loaded = state.store.get(it);
            loaded.is_some_and(|it| it.series.is_some())
        };
        signals.len() == 2 && signals.iter().all(is_there)
    });
    assert_eq!(second.state().analysis, window.state().analysis);
    assert_eq!(
        second.state().dialog,
        None,
        "no file has it, so it is not asked for"
    );
    let [one, other] = [&window, &second].map(|it| {
        let loaded = it.state().store.get(&signal).unwrap();
        loaded.series.as_ref().unwrap().values().to_vec()
    });
    assert_eq!(one, other);
}

#[test]
fn expressions_follow_the_signals_to_another_drive() {
    let mut first = TestWindow::plotted();
    let twice = ComputedSignal::new("Twice", "Drive.Speed * 2 + Voltage", "", Between::Hold);
    first.send(Command::Computed(ComputedCommand::Define(None, twice)));
    let path = save(&mut first, "a.canlake.json");
    let mut window = other_drive();
    open(&mut window, &path);
    // The plotted signal and the name in the expression are one question.
    let question = window.state().layouts.question.as_ref().unwrap();
    assert_eq!(question.missing.len(), 1);
    let role = question.missing[0].role.clone();
    let choice = "can1:Car[0x200].VehicleSpeed".parse().unwrap();
    window.send(Command::Layout(LayoutCommand::ChooseSignal(
        role,
        Some(choice),
    )));
    window.send(Command::Layout(LayoutCommand::Answer));
    settle(&mut window);
    let text = window.state().analysis.computed[0].text();
    assert_eq!(text, "Car.VehicleSpeed * 2 + Voltage");

    // A name that no panel has is asked for by itself; left out, it stays as it is.
    first.send(Command::Run(Action::ClearPlots));
    first.send(Command::Run(Action::NewPanel));
    let path = save(&mut first, "b.canlake.json");
    let mut window = other_drive();
    open(&mut window, &path);
    let question = window.state().layouts.question.as_ref().unwrap();
    assert_eq!(question.missing[0].role.key.to_string(), "Drive.Speed");
    assert_eq!(question.left_out(), 1);
    window.send(Command::Layout(LayoutCommand::Answer));
    settle(&mut window);
    let text = window.state().analysis.computed[0].text();
    assert_eq!(text, "Drive.Speed * 2 + Voltage");
}

#[test]
fn a_comparison_is_saved_with_the_panels() {
    let mut window = TestWindow::plotted();
    let vehicle = panel_signal(window.state()).vehicle;
    let first = window.state().vehicle(&vehicle).unwrap().sessions[0].range;
    window.send(Command::Compare(CompareCommand::Add(vehicle, first)));
    settle(&mut window);
    assert_eq!(window.state().workspace.signals().len(), 2);
    let (workspace, analysis) = (
        window.state().workspace.clone(),
        window.state().analysis.clone(),
    );
    let path = save(&mut window, "a.canlake.json");
    window.send(Command::Run(Action::ClearPlots));
    open(&mut window, &path);
    assert!(window.state().workspace.panels().eq(workspace.panels()));
    assert_eq!(window.state().analysis, analysis);

    // Another drive has nothing at that time.
    let mut other = other_drive();
    open(&mut other, &path);
    other.send(Command::Layout(LayoutCommand::Answer));
    settle(&mut other);
    let overlays = &other.state().analysis.overlays;
    assert!(
        overlays
            .iter()
            .all(|it| it.vehicle.vehicle == "CAR_2".into())
    );
}
