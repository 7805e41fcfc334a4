use std::fs;

use canlake::command::{Action, Command, PlotTarget};
use canlake::inspect::SourceCheck;
use canlake::inspect::differences::SampleCheck;
use canlake::state::inspector::{ComparisonStatus, InspectorCommand, Page};
use canlake::state::{
    AppState, AxisId, Between, CompareCommand, ComputedCommand, ComputedSignal, Dash,
    ExportCommand, ExportKind, ExportTarget, SignalRef,
};
use canlake_shared::schema::{ContentHash, SignalKey};
use canlake_shared::time::{NS_PER_SEC, Timestamp};
use egui::{Key, Modifiers, Role};
use egui_kittest::kittest::Queryable as _;

use crate::inspected::{
    frames, is_silent, look_up, says, selected, start, wait_for_answers, window, write_lake,
};
use crate::window::{SPEED, TestWindow};

#[test]
fn a_key_shows_and_hides_it_and_a_click_in_the_legend_selects() {
    let (mut window, _) = window(true);
    says(&window, "Signal can0:Drive[0x123].Speed");
    look_up(&mut window, 15);
    // Long paths and names do not make it wider.
    let plot = window.plot_rect();
    window.harness.run_steps(30);
    assert_eq!(window.plot_rect(), plot);
    window.press_with(Modifiers::COMMAND, Key::I);
    assert!(!window.state().settings.inspector);
    is_silent(&window, "Signal can0:Drive");
    window.press_with(Modifiers::COMMAND, Key::I);
    window.click_signal("Drive.Gear");
    window.wait("the samples", |state| !state.store.is_loading());
    assert_eq!(&*selected(window.state()).key.signal, "Gear");
    // One in the legend, one in the tree.
    let legend = window.harness.get_by_role_and_label(Role::Label, SPEED);
    legend.click();
    window.harness.run_steps(3);
    assert_eq!(&*selected(window.state()).key.signal, "Speed");
}

#[test]
fn without_the_dbc_file_it_says_what_the_footer_knows_and_offers_to_choose_one() {
    let (mut window, dbc) = window(true);
    says(
        &window,
        "decoded with car.dbc, which is not among the DBC files known here",
    );
    says(&window, "unit: km/h");
    says(&window, "period: 100 ms");
    // Typed by hand, it is recognised by its hash.
    let field = window
        .harness
        .get_by_role_and_label(Role::TextInput, "Path of the DBC file");
    field.focus();
    field.type_text(&dbc.to_string_lossy());
    window.harness.run_steps(2);
    window.press(Key::Enter);
    wait_for_answers(&mut window);
    for text in [
        "DBC: car.dbc",
        "message: Drive",
        "id: 0x123 = 291, standard",
        "sender: ECU",
        "cycle time: 100 ms",
        "byte order: Motorola",
        "factor: 0.01",
        "receivers: Dash",
        "comment: of the wheels",
        "range: 0 to 300 km/h",
        "Bits of Drive: Speed from byte 0 bit 7 (most significant) to byte 1 bit 0",
    ] {
        says(&window, text);
    }
    is_silent(&window, "is not the one");
    // Another file is taken, and marked.
    let other = dbc.with_file_name("other.dbc");
    let source = selected(window.state()).vehicle.source;
    window.send(Command::Inspector(InspectorCommand::UseDbc(source, other)));
    wait_for_answers(&mut window);
    says(&window, "other.dbc is not the one it was decoded with");
    says(&window, "factor: 0.1");
    window
        .harness
        .get_by_label("Back to what it was decoded with")
        .click();
    window.harness.run_steps(4);
    wait_for_answers(&mut window);
    // It was used before, so it is found by its hash.
    says(&window, "factor: 0.01");
    is_silent(&window, "is not the one");
}

#[test]
fn period_coverage_and_gaps_are_measured_and_a_gap_is_jumped_to() {
    let (mut window, _) = window(true);
    for text in [
        "expected: 100 ms",
        "measured: 100 ms (+0.0 %) median",
        "same time: 40 samples",
        "gaps: 1, 6.1 s",
        "judged by: 5 × the cycle time of 100 ms",
        "coverage: 86.93",
    ] {
        says(&window, text);
    }
    window.send(Command::SetWindow(canlake_shared::time::TimeRange::new(
        Timestamp::from_ns(start()),
        Timestamp::from_ns(start() + 5 * NS_PER_SEC),
    )));
    let gap = window.harness.get_by_label_contains("Gap of 6.1 s");
    gap.scroll_to_me();
    window.harness.run_steps(30);
    window.harness.get_by_label_contains("Gap of 6.1 s").click();
    window.harness.run_steps(3);
    let gap = Timestamp::from_ns(start() + 199 * NS_PER_SEC / 10);
    assert_eq!(window.state().cursors.active_instant(), Some(gap));
    let visible = window.visible();
    assert!(visible.contains(gap) && visible.contains(gap + 61 * NS_PER_SEC / 10));
}

#[test]
fn texts_of_values_come_with_the_share_of_time_in_which_they_held() {
    let (mut window, _) = window(true);
    window.click_signal("Drive.Gear");
    window.wait("the samples", |state| !state.store.is_loading());
    wait_for_answers(&mut window);
    says(&window, "0 = park");
    says(&window, "1 = drive");
    let timing = window.state().inspector.timing.current().unwrap();
    let total: u64 = timing.held_ns.iter().sum();
    // Without the gap: 19.9 s and 19.9 s.
    assert_eq!(total, 398 * NS_PER_SEC as u64 / 10);
    says(&window, "%");
}

#[test]
fn a_sample_leads_to_its_frame() {
    let (mut window, dbc) = window(true);
    says(&window, "Place a cursor");
    let source = selected(window.state()).vehicle.source;
    // Without the DBC file the only frame of this time is the one.
    look_up(&mut window, 15);
    says(&window, "without its DBC file the value cannot be checked");
    // Of two frames nobody can tell which it is.
    look_up(&mut window, 20);
    says(&window, "2 frames of this identifier have this time");
    window.send(Command::Inspector(InspectorCommand::UseDbc(source, dbc)));
    wait_for_answers(&mut window);
    window.wait("the frame", |state| {
        let found = state.inspector.frame.current();
        found.is_some_and(|found| found.as_ref().is_ok_and(|it| it.is_confirmed))
    });
    // The sample at the cursor is the last of that time: 1000 + 20 × 7 + 1.
    let found = window.state().inspector.frame.current().unwrap();
    let found = found.as_ref().unwrap();
    assert_eq!(found.payload[..2], 1_141_u16.to_be_bytes());
    assert_eq!((found.raw, found.candidates), (Some(1_141), 2));
    assert_eq!(found.place.row, 20 + 2 + 1);
    assert_eq!(found.place.check, SourceCheck::Hash);
    for text in [
        "Bytes 04 75 01 FF 00 00 00 00",
        "channel: can0",
        "raw value: 1141, decoded 11.41",
        "object: raw/vehicle_id=CAR_1/year=2026/month=04/day=05/drive_raw.parquet",
        "row: 23",
        "checked: has the SHA-256 that the decoded file names",
    ] {
        says(&window, text);
    }
    // What else it carries is a click away.
    let its = window.harness.get_by_label("Its 2 signals");
    its.scroll_to_me();
    window.harness.run_steps(30);
    window.harness.get_by_label("Its 2 signals").click();
    window.harness.run_steps(30);
    says(&window, "Speed = 11.41 km/h");
    says(&window, "Gear = drive (1)");
    // The frame follows the cursor, also over the gap.
    window.press(Key::ArrowRight);
    window.wait("the next frame", |state| {
        let found = state.inspector.frame.current();
        found.is_some_and(|it| it.as_ref().is_ok_and(|it| it.raw == Some(1_147)))
    });
}

#[test]
fn while_the_cursor_moves_on_only_the_last_frame_is_told() {
    let (mut window, dbc) = window(true);
    let source = selected(window.state()).vehicle.source;
    window.send(Command::Inspector(InspectorCommand::UseDbc(source, dbc)));
    wait_for_answers(&mut window);
    for idx in 1..60 {
        let time = Timestamp::from_ns(start() + idx * NS_PER_SEC / 10);
        window.send(Command::PlaceCursor(time));
    }
    window.wait("the frame", |state| {
        state.inspector.frame.current().is_some()
    });
    let found = window.state().inspector.frame.current().unwrap();
    let found = found.as_ref().unwrap();
    assert_eq!(
        found.time,
        Timestamp::from_ns(start() + 59 * NS_PER_SEC / 10)
    );
    assert_eq!(found.raw, Some(1_000 + 59 * 7));
    // Nothing comes after it.
    window.harness.run_steps(30);
    let found = window.state().inspector.frame.current().unwrap();
    assert_eq!(found.as_ref().unwrap().raw, Some(1_000 + 59 * 7));
}

#[test]
fn where_no_raw_frames_are_kept_one_sentence_says_so() {
    let (mut window, dbc) = window(false);
    look_up(&mut window, 15);
    says(
        &window,
        "no raw frames are kept for this sample: there is no raw file beside ",
    );
    // The same holds for decoding again.
    let source = selected(window.state()).vehicle.source;
    let choice = canlake::source::decode::DbcChoice {
        paths: vec![dbc],
        ..Default::default()
    };
    window.send(Command::Inspector(InspectorCommand::DecodeAgain(
        source, choice,
    )));
    window.wait("the refusal", |state| {
        let comparison = state.inspector.comparison.as_ref();
        comparison.is_some_and(|it| matches!(it.status, ComparisonStatus::Refused(_)))
    });
    says(&window, "no raw frames are kept");
    assert_eq!(window.state().sources.len(), 1);
}

#[test]
fn a_log_leads_to_its_frames_too() {
    let mut window = TestWindow::new();
    let dbc = write_lake(&window.lake, false);
    let log = window.lake.path("drive.log");
    let lines: Vec<String> = frames()
        .iter()
        .map(|frame| {
            let seconds = frame.timestamp.as_ns() / NS_PER_SEC;
            let micros = frame.timestamp.as_ns() % NS_PER_SEC / 1_000;
            let bytes = frame.payload.iter().map(|byte| format!("{byte:02X}"));
            let bytes = bytes.collect::<Vec<_>>().concat();
            format!("({seconds}.{micros:06}) can0 123#{bytes}\n")
        })
        .collect();
    fs::write(&log, lines.concat()).unwrap();
    window.send(Command::Run(Action::ToggleInspector));
    window.send(Command::Open(vec![log.to_string_lossy().into_owned()]));
    window.wait("the question for a DBC file", |state| {
        state.dialog.is_some()
    });
    let source = window.state().sources[0].id;
    // By a manifest, which names the file.
    let manifest = dbc.with_file_name("cars.toml");
    fs::write(&manifest, "[[rule]]\ndbc = \"car.dbc\"\n").unwrap();
    let choice = canlake::source::decode::DbcChoice {
        paths: vec![manifest],
        ..Default::default()
    };
    window.send(Command::DecodeWith {
        source,
        dbc: choice,
    });
    window.wait("the vehicle", |state| state.selected_vehicle().is_some());
    let vehicle = window.state().selection.as_ref().unwrap().vehicle.clone();
    let key = SignalKey::new("can0", "Drive", Some(291), "Speed");
    window.send(Command::Plot {
        signals: vec![SignalRef { vehicle, key }],
        target: PlotTarget::Active,
    });
    window.wait("the samples", |state| {
        state.store.iter().any(|(_, it)| it.series.is_some()) && !state.store.is_loading()
    });
    wait_for_answers(&mut window);
    // The DBC file that it was decoded with is known by the manifest.
    says(&window, "DBC: car.dbc");
    look_up(&mut window, 15);
    says(&window, "raw value: 1105, decoded 11.05");
    says(&window, "frame: 17");
    says(&window, "checked: the input that was decoded");
    says(&window, &format!("file: {}", log.display()));
    // The next one is near, and found as well.
    look_up(&mut window, 16);
    window.wait("the next frame", |state| {
        let found = state.inspector.frame.current();
        found.is_some_and(|it| it.as_ref().is_ok_and(|it| it.place.row == 18))
    });
    says(&window, "raw value: 1112, decoded 11.12");
}

#[test]
fn an_export_names_the_dbc_file_by_its_hash() {
    let (mut window, dbc) = window(true);
    let path = window.lake.root().join("out.csv");
    window.send(Command::Run(Action::Export));
    window.send(Command::Export(ExportCommand::Write(ExportTarget {
        kind: ExportKind::Csv,
        path: path.clone(),
        may_replace: false,
    })));
    window.wait("the export", |state| state.exports.is_empty());
    let text = fs::read_to_string(&path).unwrap();
    let fact = text.lines().find_map(|line| line.strip_prefix("# dbc: "));
    let hash = ContentHash::of(&fs::read(&dbc).unwrap());
    let name = dbc.file_name().unwrap().to_str().unwrap();
    assert_eq!(fact, Some(&*format!("{name} sha256 {hash}")));
}

#[test]
fn decoding_again_shows_what_differs() {
    let (mut window, dbc) = window(true);
    window.send(Command::AddDbc(
        selected(window.state()).vehicle.source,
        dbc.with_file_name("other.dbc"),
    ));
    window.send(Command::Run(Action::DecodeAgain));
    window.harness.run_steps(2);
    window
        .harness
        .get_by_role_and_label(Role::CheckBox, "other.dbc")
        .click();
    window.harness.run_steps(2);
    window
        .harness
        .get_by_role_and_label(Role::Button, "Decode")
        .click();
    window.wait("the comparison", |state| {
        let comparison = state.inspector.comparison.as_ref();
        comparison.is_some_and(|it| matches!(it.status, ComparisonStatus::Ready(_)))
    });
    let comparison = window.state().inspector.comparison.as_ref().unwrap();
    let ComparisonStatus::Ready(differences) = &comparison.status else {
        panic!("{:?}", comparison.status);
    };
    let row = |name: &str| {
        let mut rows = differences.signals.iter();
        rows.find(|row| *row.key.signal == *name).unwrap()
    };
    assert!(row("Gear").after.is_none() && row("Lamp").before.is_none());
    let speed = row("Speed");
    let both = (
        speed.before.as_ref().unwrap(),
        speed.after.as_ref().unwrap(),
    );
    assert_eq!(both.0.rows, both.1.rows);
    assert_eq!((both.0.max, both.1.max), (Some(37.93), Some(379.3)));
    let first = SampleCheck::From {
        time: Timestamp::from_ns(start()),
        before: Some(10.0),
        after: Some(100.0),
    };
    assert_eq!(speed.samples, first);
    assert_eq!(window.state().sources.len(), 2);
    says(
        &window,
        "only before: 1, only after: 1, in both and different: 1, the same: 0",
    );
    says(&window, "10 » 100");

    window.harness.get_by_label("Plot Speed of both").click();
    window.harness.run_steps(3);
    window.wait("both", |state| {
        state.workspace.signals().len() == 2 && !state.store.is_loading()
    });
    // The vehicle is the same one: what tells them apart is the source.
    let state = window.state();
    let signals = state.workspace.signals();
    let names: Vec<_> = signals.iter().map(|it| state.signal_name(it)).collect();
    assert_ne!(names[0], names[1]);
    assert!(names[1].contains("other.dbc"), "{names:?}");
    window.harness.get_by_label("Plot Lamp").click();
    window.harness.run_steps(3);
    window.wait("what is only after", |state| {
        state.workspace.signals().len() == 3 && !state.store.is_loading()
    });
    let go = "Cursor to the first different sample of Speed";
    window.harness.get_by_label(go).click();
    window.harness.run_steps(3);
    let first = Some(Timestamp::from_ns(start()));
    assert_eq!(window.state().cursors.active_instant(), first);
    window.send(Command::Inspector(InspectorCommand::CloseComparison));
    assert!(window.state().inspector.comparison.is_none());
}

#[test]
fn axes_and_lines_of_the_active_plot_are_set_by_hand() {
    let (mut window, _) = window(true);
    window.harness.get_by_label("Active plot").click();
    window.harness.run_steps(3);
    assert_eq!(window.state().inspector.page, Page::Plot);
    let axis = AxisId::of_unit("km/h");
    let type_into = |window: &mut TestWindow, label: &str, text: &str| {
        let role = Role::TextInput;
        let field = window.harness.get_by_role_and_label(role, label);
        field.focus();
        window.harness.run_steps(2);
        window.press_with(Modifiers::COMMAND, Key::A);
        let field = window.harness.get_by_role_and_label(role, label);
        field.type_text(text);
        window.harness.run_steps(2);
        window.press(Key::Enter);
    };
    type_into(&mut window, "from, axis km/h", "−5");
    type_into(&mut window, "to, axis km/h", "55.5");
    let fixed = |state: &AppState| {
        let panel = state.workspace.panels().next().unwrap();
        panel.fixed_axes.get(&axis).copied()
    };
    assert_eq!(fixed(window.state()), Some([-5.0, 55.5]));
    // What makes no range changes nothing.
    type_into(&mut window, "from, axis km/h", "hello");
    type_into(&mut window, "from, axis km/h", "60");
    assert_eq!(fixed(window.state()), Some([-5.0, 55.5]));
    window.harness.get_by_label("Fit axis km/h").click();
    window.harness.run_steps(3);
    assert_eq!(fixed(window.state()), None);
    let panel = || |state: &AppState| state.workspace.panels().next().unwrap().clone();
    // The palette, the width and the dash.
    window
        .harness
        .get_by_label("Colour 3 of Drive.Speed")
        .click();
    window.harness.run_steps(3);
    assert_eq!(panel()(window.state()).signals[0].color_idx, 2);
    window.harness.get_by_label("Dash of Drive.Speed").click();
    window.harness.run_steps(3);
    window.harness.get_by_label("Dotted").click();
    window.harness.run_steps(3);
    let look = panel()(window.state()).signals[0].look;
    assert_eq!(look.dash, Some(Dash::Dotted));
    window.harness.get_by_label("Show Drive.Speed").click();
    window.harness.run_steps(3);
    assert!(!panel()(window.state()).signals[0].visible);
    // All of it is undone like any other arrangement.
    window.press_with(Modifiers::COMMAND, Key::Z);
    assert!(panel()(window.state()).signals[0].visible);
    window.press_with(Modifiers::COMMAND, Key::Z);
    assert_eq!(panel()(window.state()).signals[0].look.dash, None);
}

#[test]
fn a_computed_signal_shows_its_expression_and_is_measured() {
    let (mut window, _) = window(true);
    let twice = ComputedSignal::new("Twice", "2 * Speed", "km/h", Between::Hold);
    let key = twice.info().key.clone();
    window.send(Command::Computed(ComputedCommand::Define(None, twice)));
    window.wait("the timing", |state| {
        let is_inspected = state
            .selected_signal
            .as_ref()
            .is_some_and(|it| it.key == key);
        is_inspected && state.inspector.timing.current().is_some() && !state.store.is_loading()
    });
    says(&window, "2 * Speed");
    says(&window, "Worked out here");
    says(&window, "measured: 100 ms");
    is_silent(&window, "byte order");
    is_silent(&window, "Decode again");
}

#[test]
fn a_drive_laid_over_leads_to_its_own_frames() {
    let (mut window, dbc) = window(true);
    let speed = selected(window.state());
    window.send(Command::Inspector(InspectorCommand::UseDbc(
        speed.vehicle.source,
        dbc,
    )));
    let range = window.state().vehicle(&speed.vehicle).unwrap().range;
    let add = CompareCommand::Add(speed.vehicle.clone(), range);
    window.send(Command::Compare(add));
    let overlay = window.state().analysis.overlays[0].clone();
    let offset = 7 * NS_PER_SEC / 2;
    let set = CompareCommand::SetOffset(overlay.id, offset);
    window.send(Command::Compare(set));
    let laid_over = SignalRef {
        vehicle: overlay.laid_over(),
        ..speed
    };
    window.wait("the shifted samples", |state| {
        let loaded = state.store.get(&laid_over);
        let series = loaded.and_then(|loaded| loaded.series.as_ref());
        series.is_some_and(|series| series.shift_ns() == offset)
    });
    window.send(Command::SelectSignal(laid_over.clone()));
    wait_for_answers(&mut window);
    let recorded = Timestamp::from_ns(start() + 15 * NS_PER_SEC / 10);
    window.send(Command::PlaceCursor(recorded + offset));
    window.wait("the frame", |state| {
        let found = state.inspector.frame.current();
        found.is_some_and(|it| it.as_ref().is_ok_and(|it| it.is_confirmed))
    });
    let found = window.state().inspector.frame.current().unwrap();
    let found = found.as_ref().unwrap();
    assert_eq!((found.time, found.raw), (recorded, Some(1_105)));
    says(&window, "sampled: 2026-04-05 06:00:01.500000");
    says(&window, "coverage: 86.93");
}
