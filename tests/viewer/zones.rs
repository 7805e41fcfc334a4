use canlake::command::{Action, Command};
use canlake::state::{Dialog, RangeChoice};
use canlake::time_display::ZoneChoice;
use canlake_shared::time::TimeRange;
use egui::{Key, Role};
use egui_kittest::kittest::{NodeT as _, Queryable as _};

use crate::window::TestWindow;

/// What the time axis says.
fn axis(window: &TestWindow) -> String {
    let node = window.harness.get_by_label_contains("Time axis, ");
    node.accesskit_node().label().unwrap()
}

fn typed_fields(window: &TestWindow) -> Vec<String> {
    let fields = window.harness.query_all_by_role(Role::TextInput);
    fields
        .filter_map(|it| it.accesskit_node().value())
        .collect()
}

#[test]
fn one_choice_changes_the_times_everywhere() {
    let mut window = TestWindow::plotted();
    window.press(Key::A);
    window.press(Key::M);
    window.wait("statistics", |state| {
        let mut panels = state.workspace.panels();
        panels.any(|panel| state.summaries.get(panel.id).is_some())
    });
    assert!(
        axis(&window).starts_with("Time axis, UTC: 07:00"),
        "{}",
        axis(&window)
    );
    assert!(axis(&window).contains("2026-04-05"), "{}", axis(&window));
    assert!(typed_fields(&window).contains(&"2026-04-05 07:00:00".to_owned()));

    window.send(Command::SetZone(
        ZoneChoice::named("Europe/Berlin").unwrap(),
    ));
    assert!(
        axis(&window).starts_with("Time axis, Europe/Berlin: 09:00"),
        "{}",
        axis(&window)
    );
    assert!(typed_fields(&window).contains(&"2026-04-05 09:00:00".to_owned()));
    let shown = |window: &TestWindow, text: &str| {
        window
            .harness
            .query_all_by_label_contains(text)
            .next()
            .is_some()
    };
    // The list of sessions, statistics, the plot's own words, the button below.
    assert!(shown(&window, "Session 2026-04-05 09:00:00"));
    assert!(shown(&window, " to 09:00:59"));
    assert!(shown(&window, "from 2026-04-05T09:00:00.000000000+02:00"));
    assert!(shown(&window, "Zone of all times: Europe/Berlin"));

    window.send(Command::Run(Action::NewTable));
    assert!(shown(&window, "A 2026-04-05 09:00:"), "the value table");

    window.send(Command::Run(Action::ZoneRelative));
    assert!(
        axis(&window).starts_with("Time axis, since start: 0:00:00"),
        "{}",
        axis(&window)
    );
    assert!(typed_fields(&window).contains(&"0:00:00".to_owned()));
    // A part of the session still counts from where the session begins.
    let session = window.state().window.as_ref().unwrap().extent();
    let ten_seconds = 10_000_000_000;
    let later = TimeRange::new(session.start + ten_seconds, session.end);
    window.send(Command::ChooseRange(RangeChoice::Typed(later)));
    assert!(
        axis(&window).starts_with("Time axis, since start: 0:00:10"),
        "{}",
        axis(&window)
    );
    // Which recording it is does not count from the one that is shown.
    assert!(shown(&window, "Session 2026-04-05 07:00:00"));
}

#[test]
fn a_range_is_typed_in_the_zone_that_is_shown() {
    let mut window = TestWindow::plotted();
    window.send(Command::SetZone(
        ZoneChoice::named("Asia/Kathmandu").unwrap(),
    ));
    let field = |window: &TestWindow, value: &str| {
        let value = value.to_owned();
        let found = window.harness.get_by(move |node| {
            node.role() == Role::TextInput && node.value().as_deref() == Some(value.as_str())
        });
        found.rect()
    };
    let mut type_into = |old: &str, new: &str| {
        let rect = field(&window, old);
        window.harness.hover_at(rect.center());
        window.harness.drag_at(rect.center());
        window.harness.drop_at(rect.center());
        window.harness.run_steps(3);
        window.press_with(egui::Modifiers::COMMAND, Key::A);
        window.harness.event(egui::Event::Text(new.to_owned()));
        window.harness.run_steps(2);
        window.press(Key::Enter);
    };
    type_into("2026-04-05 12:45:00", "2026-04-05 12:45:10");
    // As RFC 3339, whatever the zone.
    type_into("2026-04-05 12:45:59", "2026-04-05T07:00:20Z");
    window.wait("the range", |state| !state.store.is_loading());
    let extent = window.state().window.as_ref().unwrap().extent();
    assert_eq!(extent.start, "2026-04-05T07:00:10Z".parse().unwrap());
    assert_eq!(extent.end, "2026-04-05T07:00:20Z".parse().unwrap());
}

#[test]
fn a_zone_is_found_by_its_city() {
    let mut window = TestWindow::plotted();
    window
        .harness
        .get_by_label("Zone of all times: UTC")
        .click();
    window.harness.run_steps(3);
    window
        .harness
        .get_by_label(Action::ChooseZone.label())
        .click();
    window.harness.run_steps(4);
    assert_eq!(window.state().dialog, Some(Dialog::Zone));
    window
        .harness
        .event(egui::Event::Text("lord howe".to_owned()));
    window.harness.run_steps(3);
    window.press(Key::Enter);
    assert_eq!(window.state().dialog, None);
    let howe = ZoneChoice::Named("Australia/Lord_Howe".to_owned());
    assert_eq!(window.state().settings.zone, howe);
    assert!(axis(&window).contains("17:30"), "{}", axis(&window));
}
