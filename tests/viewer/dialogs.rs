use canlake::command::{Action, Command};
use canlake::state::{Dialog, ExportCommand, ExportKind, ExportTarget, Severity, ThemeChoice};
use egui::{Key, Modifiers, OutputCommand, Role};
use egui_kittest::kittest::Queryable as _;

use crate::window::TestWindow;

#[test]
fn bad_news_stays_until_it_is_dismissed_and_can_be_read_again() {
    let mut window = TestWindow::new();
    window.send(Command::Open(vec!["/nowhere/at/all".to_owned()]));
    window.wait("the failure", |state| state.notices.iter().next().is_some());
    let notice = window.state().notices.iter().next().unwrap().clone();
    assert_eq!(notice.severity, Severity::Error);
    assert!(notice.title.contains("/nowhere/at/all"), "{}", notice.title);
    // Much later it is still there.
    window.harness.run_steps(100);
    window.harness.get_by_label("Dismiss").click();
    window.harness.run_steps(3);
    assert!(window.harness.query_by_label("Dismiss").is_none());

    // The source says it as well.
    let shown = |window: &TestWindow| window.harness.query_all_by_label(&notice.title).count();
    let before = shown(&window);
    window.harness.get_by_label("Notifications").click();
    window.harness.run_steps(3);
    assert_eq!(shown(&window), before + 1);
    window.harness.get_by_label("Copy").click();
    window.harness.step();
    let commands = &window.harness.output().platform_output.commands;
    let copied = |command: &OutputCommand| matches!(command, OutputCommand::CopyText(text) if *text == notice.text());
    assert!(commands.iter().any(copied), "{commands:?}");
    window.harness.run_steps(2);
    window.harness.get_by_label("Clear").click();
    window.harness.run_steps(3);
    assert!(window.state().notices.iter().next().is_none());
}

#[test]
fn good_news_goes_by_itself() {
    let mut window = TestWindow::plotted();
    let path = window.lake.path("out.csv");
    let target = ExportTarget {
        kind: ExportKind::Csv,
        path,
        may_replace: false,
    };
    window.send(Command::Export(ExportCommand::Write(target)));
    window.wait("the export", |state| state.exports.is_empty());
    let is_in_front = |window: &TestWindow| {
        let mut notices = window.state().notices.iter();
        notices.any(|notice| notice.severity == Severity::Info && notice.in_front)
    };
    assert!(is_in_front(&window));
    // A step is a sixtieth of a second.
    window.harness.run_steps(9 * 60);
    assert!(!is_in_front(&window));
    assert!(window.state().notices.iter().next().is_some());
}

#[test]
fn settings_are_chosen_in_one_place() {
    let mut window = TestWindow::new();
    window.press_with(Modifiers::COMMAND, Key::Comma);
    assert_eq!(window.state().dialog, Some(Dialog::Settings));
    window.harness.get_by_label("Light").click();
    window.harness.run_steps(3);
    assert_eq!(window.state().settings.theme, ThemeChoice::Light);
    let role = Role::CheckBox;
    let dots = Action::ToggleDots.label();
    window.harness.get_by_role_and_label(role, dots).click();
    window.harness.run_steps(3);
    assert!(window.state().settings.dots);
    window.press(Key::Escape);
    assert_eq!(window.state().dialog, None);
}

#[test]
fn the_licence_of_a_crate_is_found() {
    let mut window = TestWindow::new();
    window.send(Command::Run(Action::ShowAbout));
    window.harness.run_steps(3);
    // After that for paths.
    let fields = window.harness.query_all_by_role(Role::TextInput);
    let field = fields.last().unwrap();
    field.focus();
    field.type_text("egui_plot");
    window.harness.run_steps(3);
    let line = window.harness.get_by_label_contains("egui_plot ");
    assert!(format!("{line:?}").contains("MIT"), "{line:?}");
}
