use canlake::command::{Action, Command, PanelCommand, PlotTarget};
use canlake::share::{Kind, Link};
use canlake::source::SourceLocation;
use canlake::state::{
    AppState, Dialog, Severity, ShareCommand, SignalRef, SourceStatus, VehicleRef,
};
use canlake_shared::time::TimeRange;
use egui::{Key, Modifiers, OutputCommand};
use egui_kittest::kittest::Queryable as _;

use crate::window::{TestWindow, VOLTAGE, write_drive};

/// What was put onto the clipboard after a command.
fn copied(window: &mut TestWindow, command: Command) -> Option<String> {
    window.send(command);
    for _ in 0..200 {
        let commands = &window.harness.output().platform_output.commands;
        let text = commands.iter().find_map(|command| match command {
            OutputCommand::CopyText(text) => Some(text.clone()),
            _ => None,
        });
        if text.is_some() {
            return text;
        }
        std::thread::sleep(std::time::Duration::from_millis(5));
        window.harness.step();
    }
    None
}

fn last_notice(window: &TestWindow) -> (Severity, String, String) {
    let notice = window.state().notices.iter().next_back().unwrap();
    (notice.severity, notice.title.clone(), notice.detail.clone())
}

fn panel(state: &AppState) -> canlake::state::PanelId {
    state.workspace.panels().next().unwrap().id
}

#[test]
fn a_plot_is_copied_for_each_reader() {
    let mut window = TestWindow::plotted();
    window.press(Key::I);
    let visible = window.visible();
    let panel = panel(window.state());
    for (kind, word) in [
        (Kind::Pandas, "import pandas"),
        (Kind::Polars, "import polars"),
        (Kind::DuckDb, "SELECT"),
        (Kind::Command, "canlake query "),
    ] {
        let command = Command::Share(ShareCommand::CopyAs(panel, kind));
        let text = copied(&mut window, command).unwrap();
        let root = window.lake.root().to_str().unwrap();
        let [from, to] = [visible.start, visible.end].map(|it| it.to_string());
        let from = from.trim_end_matches('Z').to_owned();
        let to = to.trim_end_matches('Z').to_owned();
        for part in [word, root, "Speed", &from, &to] {
            assert!(text.contains(part), "{kind}: no {part} in {text}");
        }
        assert!(!text.contains("Voltage"));
        let (severity, title, _) = last_notice(&window);
        assert_eq!(severity, Severity::Info);
        assert_eq!(title, format!("Copied 1 signal as {kind}"));
    }
    // The menu of the plot and the commands do the same.
    let place = window.plot_rect().center();
    window.harness.hover_at(place);
    window.harness.event(egui::Event::PointerButton {
        pos: place,
        button: egui::PointerButton::Secondary,
        pressed: true,
        modifiers: Modifiers::NONE,
    });
    window.harness.event(egui::Event::PointerButton {
        pos: place,
        button: egui::PointerButton::Secondary,
        pressed: false,
        modifiers: Modifiers::NONE,
    });
    window.harness.run_steps(3);
    window.harness.get_by_label("Copy as").click();
    window.harness.run_steps(3);
    window.harness.get_by_label("SQL (DuckDB)");
    let text = copied(&mut window, Command::Run(Action::CopyAsDuckDb)).unwrap();
    assert!(text.contains("SELECT"), "{text}");
}

#[test]
fn only_what_is_seen_of_one_vehicle_is_copied_and_the_rest_is_named() {
    let mut window = TestWindow::plotted();
    window.click_signal(VOLTAGE);
    let file = window.lake.path("other/drive_decoded.parquet");
    std::fs::create_dir_all(file.parent().unwrap()).unwrap();
    write_drive(&file, "CAR_2", &[("can1", "Car", 0x200, "Odometer", "km")]);
    window.send(Command::Open(vec![file.to_str().unwrap().to_owned()]));
    window.wait("the other", |state| {
        state
            .sources
            .iter()
            .filter(|it| it.catalogue().is_some())
            .count()
            == 2
    });
    let other = SignalRef {
        vehicle: VehicleRef::new(window.state().sources[1].id, "CAR_2"),
        key: "can1:Car[0x200].Odometer".parse().unwrap(),
    };
    let id = panel(window.state());
    window.send(Command::Plot {
        signals: vec![other],
        target: PlotTarget::Panel(id),
    });
    let voltage = window.state().workspace.panel(id).unwrap().signals[1]
        .signal
        .clone();
    window.send(Command::ToggleSignal(id, voltage));
    let command = Command::Share(ShareCommand::CopyAs(id, Kind::Command));
    let text = copied(&mut window, command).unwrap();
    assert!(
        text.contains("Speed") && text.contains("--vehicle CAR_1"),
        "{text}"
    );
    assert!(
        !text.contains("Voltage") && !text.contains("Odometer"),
        "{text}"
    );
    let (severity, title, detail) = last_notice(&window);
    assert_eq!(severity, Severity::Warning);
    assert_eq!(title, "Copied 1 of 2 signals as command line");
    assert!(
        detail.contains("Odometer") && detail.contains("another vehicle"),
        "{detail}"
    );
}

#[test]
fn a_plot_with_a_time_of_its_own_is_copied_with_that() {
    let mut window = TestWindow::plotted();
    let id = panel(window.state());
    window.send(Command::Panel(id, PanelCommand::Unlink));
    window.press(Key::I);
    let own = window
        .state()
        .workspace
        .panel(id)
        .unwrap()
        .own_window
        .unwrap();
    assert_ne!(own, window.visible());
    let command = Command::Share(ShareCommand::CopyAs(id, Kind::Command));
    let text = copied(&mut window, command).unwrap();
    assert!(text.contains(&own.start.to_string()), "{text}");
}

#[test]
fn there_may_be_nothing_to_copy() {
    let mut window = TestWindow::opened();
    for action in [Action::CopyAsPandas, Action::CopyAsCommand] {
        assert_eq!(copied(&mut window, Command::Run(action)), None);
        assert!(last_notice(&window).1.contains("nothing to copy"));
    }
    let mut empty = TestWindow::new();
    assert_eq!(copied(&mut empty, Command::Run(Action::CopyLink)), None);
    assert!(last_notice(&empty).1.contains("nothing to link to"));
}

/// A window with a view of its own, and the link to it.
fn linked() -> (TestWindow, String) {
    let mut window = TestWindow::plotted();
    window.click_signal(VOLTAGE);
    window.press(Key::S);
    window.press(Key::I);
    window.press_with(Modifiers::COMMAND | Modifiers::SHIFT, Key::L);
    let commands = &window.harness.output().platform_output.commands;
    let is_there = commands
        .iter()
        .any(|it| matches!(it, OutputCommand::CopyText(_)));
    let link = copied(&mut window, Command::Run(Action::CopyLink)).unwrap();
    // The key does it as well, in a frame that may have gone by.
    assert!(is_there || last_notice(&window).1.contains("Copied a link"));
    (window, link)
}

fn settle(window: &mut TestWindow) {
    window.wait("the view", |state| {
        !state.workspace.signals().is_empty() && !state.store.is_loading()
    });
}

#[test]
fn a_link_shows_the_same_view_after_asking() {
    let (first, link) = linked();
    let parsed: Link = link.parse().unwrap();
    assert_eq!(parsed.vehicle.as_deref(), Some("CAR_1"));
    assert_eq!(parsed.range, Some(first.visible()));
    assert_eq!(parsed.signals.len(), 2);

    let mut second = TestWindow::over(&first.lake);
    second.send(Command::Open(vec![link.clone()]));
    assert_eq!(second.state().dialog, Some(Dialog::OpenLink));
    assert!(second.state().sources.is_empty(), "nothing is read before");
    second.harness.run_steps(3);
    second
        .harness
        .get_by_label(first.lake.root().to_str().unwrap());
    second.press(Key::Escape);
    assert!(second.state().link.is_none() && second.state().sources.is_empty());

    second.send(Command::Open(vec![link.clone()]));
    second.harness.run_steps(3);
    second.harness.get_by_label("Open the place").click();
    second.harness.run_steps(3);
    settle(&mut second);
    let [one, other] = [&first, &second].map(|window| window.state().workspace.clone());
    assert!(one.panels().eq(other.panels()));
    assert_eq!(second.visible(), first.visible());
    // The session around it is there to pan into.
    let extents = [&first, &second].map(|it| it.state().window.as_ref().unwrap().extent());
    assert_eq!(extents[0], extents[1]);

    // Where the same lake lies elsewhere, as on another machine.
    let elsewhere = Link {
        source: Some(SourceLocation::path("/mnt/theirs")),
        ..parsed
    };
    let elsewhere = elsewhere.to_text().unwrap();
    second.send(Command::Run(Action::ClearPlots));
    second.send(Command::Open(vec![elsewhere]));
    second.harness.run_steps(3);
    second.harness.get_by_label_contains("Show it in ").click();
    second.harness.run_steps(3);
    settle(&mut second);
    let [one, other] = [&first, &second].map(|window| window.state().workspace.clone());
    assert!(one.panels().eq(other.panels()));
    assert_eq!(second.state().sources.len(), 1);

    // What is open already needs no question.
    second.send(Command::Run(Action::ClearPlots));
    second.send(Command::Open(vec![link]));
    assert_eq!(second.state().dialog, None);
    settle(&mut second);
    assert!(second.state().workspace.panels().eq(one.panels()));
    assert_eq!(second.state().sources.len(), 1);
}

#[test]
fn a_link_may_leave_the_layout_out() {
    let (mut window, link) = linked();
    let mut parsed: Link = link.parse().unwrap();
    parsed.layout = None;
    let range = parsed.range.unwrap();
    parsed.range = Some(TimeRange::new(range.start, range.start + 1_000_000_000));
    window.send(Command::Run(Action::ClearPlots));
    window.send(Command::Open(vec![parsed.to_text().unwrap()]));
    settle(&mut window);
    assert_eq!(window.state().workspace.panels().count(), 2);
    assert_eq!(Some(window.visible()), parsed.range);
    let panels = window.state().workspace.panels();
    let units: Vec<_> = panels
        .map(|it| it.signals[0].axis.unit().to_owned())
        .collect();
    assert_eq!(units, ["km/h", "V"]);

    // Only a time: what is plotted stays.
    let before = window.state().workspace.clone();
    let only = Link {
        range: Some(range),
        ..Link::default()
    };
    window.send(Command::Open(vec![only.to_text().unwrap()]));
    assert_eq!(window.visible(), range);
    assert!(window.state().workspace.panels().eq(before.panels()));

    // A layout of a later version: its signals are shown, and that is said.
    parsed.layout = Some(r#"{"canlake_layout": 9}"#.to_owned());
    window.send(Command::Run(Action::ClearPlots));
    window.send(Command::Open(vec![parsed.to_text().unwrap()]));
    settle(&mut window);
    assert_eq!(window.state().workspace.panels().count(), 2);
    assert!(last_notice(&window).1.contains("without its layout"));
}

#[test]
fn bad_links_are_one_message() {
    let mut window = TestWindow::plotted();
    let before = window.state().workspace.clone();
    let root = window.lake.root().to_str().unwrap().to_owned();
    let long = format!("canlake://open?layout={}", "x".repeat(100_000));
    let gone = format!("canlake://open?path={root}&vehicle=NOBODY");
    for (link, reason) in [
        ("canlake://close", "no link"),
        ("canlake://open?v=2", "version 2"),
        ("canlake://open?from=yesterday", "from"),
        (long.as_str(), "too long"),
        (gone.as_str(), "NOBODY"),
    ] {
        let n_before = window.state().notices.iter().count();
        window.send(Command::Open(vec![link.to_owned()]));
        assert_eq!(
            window.state().notices.iter().count(),
            n_before + 1,
            "{link:.80}"
        );
        let (severity, title, _) = last_notice(&window);
        assert_eq!(severity, Severity::Error);
        assert!(title.contains(reason), "{title}");
        assert!(window.state().workspace.panels().eq(before.panels()));
    }
    // A place that is not there, after asking; the next place is not laid out like the link.
    let nowhere = "canlake://open?path=/nowhere/at/all&signal=Drive.Speed";
    window.send(Command::Run(Action::ClearPlots));
    window.send(Command::Open(vec![nowhere.to_owned()]));
    window.harness.run_steps(3);
    window.harness.get_by_label("Open the place").click();
    window.harness.run_steps(2);
    window.wait("the failure", |state| {
        let mut sources = state.sources.iter();
        sources.any(|it| matches!(it.status, SourceStatus::Failed(_)))
    });
    let first = window.state().sources[0].id;
    window.send(Command::ReloadSource(first));
    window.wait("the reload", |state| {
        matches!(state.sources[0].status, SourceStatus::Ready(_))
    });
    assert!(window.state().workspace.signals().is_empty());
}

#[test]
fn a_link_that_would_be_too_long_goes_without_the_layout() {
    let mut window = TestWindow::plotted();
    // A hundred panels do not fit into a link.
    for _ in 0..100 {
        window.send(Command::Run(Action::DuplicatePanel));
    }
    let link = copied(&mut window, Command::Run(Action::CopyLink)).unwrap();
    let parsed: Link = link.parse().unwrap();
    assert!(parsed.layout.is_none());
    assert_eq!(parsed.signals.len(), 1);
    let (severity, title, _) = last_notice(&window);
    assert_eq!(severity, Severity::Warning);
    assert!(title.contains("without the layout"), "{title}");
}
