//! Drives laid over the one shown.

use std::sync::Arc;

use canlake::command::{Action, Command};
use canlake::state::{
    Alignment, Between, CompareCommand, ComputedCommand, ComputedSignal, Dialog, First, LoadState,
    Overlay, SignalRef, VehicleRef,
};
use canlake_shared::time::{NS_PER_SEC, TimeRange, Timestamp};
use egui::{Key, Modifiers, PointerButton, Pos2, pos2};
use egui_kittest::kittest::Queryable as _;

use crate::window::{SPEED, TestWindow, VEHICLE, VOLTAGE, samples};

const HOUR: i64 = 3_600 * NS_PER_SEC;
/// The start of the session that is laid over the other, as the window writes it.
const FIRST: &str = "2026-04-05 06:00:00";

fn overlay(window: &TestWindow) -> &Overlay {
    &window.state().analysis.overlays[0]
}

/// The signal of the overlay with this name.
fn overlaid(window: &TestWindow, name: &str) -> SignalRef {
    let signals = window.state().workspace.signals();
    let is_it = |signal: &&&SignalRef| {
        signal.vehicle.overlay.is_some() && name.ends_with(&*signal.key.signal)
    };
    (*signals.iter().find(is_it).unwrap()).clone()
}

/// Where the samples of a signal are drawn.
fn times(window: &TestWindow, signal: &SignalRef) -> Vec<i64> {
    let loaded = window.state().store.get(signal).unwrap();
    loaded.series.as_ref().unwrap().times().to_vec()
}

fn wait_for_shift(window: &mut TestWindow, ns: i64) {
    window.wait("the shift", |state| {
        let overlays = state.store.iter();
        overlays
            .filter(|(signal, _)| signal.vehicle.overlay.is_some())
            .all(|(_, it)| it.series.as_ref().is_some_and(|it| it.shift_ns() == ns))
    });
}

/// Holds keys until others are held.
fn hold(window: &mut TestWindow, modifiers: Modifiers) {
    window
        .harness
        .event(egui::Event::ModifiersChanged(modifiers));
    window.harness.run_steps(1);
}

fn click(window: &mut TestWindow, button: PointerButton, place: Pos2) {
    window.harness.hover_at(place);
    window.harness.run_steps(2);
    for pressed in [true, false] {
        window.harness.event(egui::Event::PointerButton {
            pos: place,
            button,
            pressed,
            modifiers: Modifiers::NONE,
        });
        window.harness.run_steps(1);
    }
    window.harness.run_steps(3);
}

/// The last session's speed, with the first session laid over it by the button in the list.
pub(crate) fn compared() -> TestWindow {
    let mut window = TestWindow::plotted();
    let button = format!("Compare with {FIRST}");
    window.harness.get_by_label(&button).click();
    window.harness.run_steps(3);
    window.wait("the other session", |state| {
        state.store.iter().count() == 2 && !state.store.is_loading()
    });
    window
}

#[test]
fn a_session_laid_over_by_start_has_its_values_at_the_shifted_times() {
    let mut window = compared();
    assert_eq!(overlay(&window).alignment, Alignment::Start);
    let (real, values) = samples(0);
    let speed = overlaid(&window, SPEED);
    let shifted: Vec<_> = real.iter().map(|time| time + HOUR).collect();
    assert_eq!(times(&window, &speed), shifted);
    window.press(Key::A);
    window.send(Command::PlaceCursor(Timestamp::from_ns(shifted[123] + 7)));
    window.send(Command::Run(Action::NewTable));
    let state = window.state();
    let loaded = state.store.get(&speed).unwrap();
    let sample = loaded.series.as_ref().unwrap().sample_at(shifted[123] + 7);
    assert_eq!(sample.unwrap().value, values[123]);
    // The table of values shows both drives, told apart by the start of the other.
    let name = format!("Drive.Speed · {FIRST}");
    assert!(window.harness.query_all_by_label(&name).next().is_some());
    let value = format!("{} km/h", values[123]);
    assert!(
        window.harness.query_all_by_label(&value).next().is_some(),
        "{value}"
    );
    let plot = window.plot().unwrap();
    assert!(plot.contains(&name), "{plot}");
}

#[test]
fn an_offset_is_typed_to_the_nanosecond_and_undone() {
    let mut window = compared();
    let speed = overlaid(&window, SPEED);
    let start = samples(0).0[0];
    let role = egui::accesskit::Role::TextInput;
    let field = |window: &TestWindow| {
        let fields = window.harness.query_all_by_role(role);
        let offset = |node: &egui_kittest::Node<'_>| node.value().as_deref() == Some("0 s");
        fields.into_iter().find(offset).map(|it| it.rect().center())
    };
    let place = field(&window).unwrap();
    window.drag(&[place]);
    window.press_with(Modifiers::COMMAND, Key::A);
    let typed = window.harness.query_all_by_role(role);
    let focused = typed.into_iter().find(egui_kittest::Node::is_focused);
    focused.unwrap().type_text("-1.000000001 s");
    window.harness.run_steps(2);
    window.press(Key::Enter);
    wait_for_shift(&mut window, HOUR - 1_000_000_001);
    assert_eq!(times(&window, &speed)[0], start + HOUR - 1_000_000_001);
    window.send(Command::Run(Action::Undo));
    wait_for_shift(&mut window, HOUR);
    window.send(Command::Run(Action::Undo));
    assert!(window.state().analysis.overlays.is_empty());
    assert_eq!(window.state().store.iter().count(), 1);
    assert!(!window.plot().unwrap().contains(FIRST));
}

#[test]
fn a_drag_with_ctrl_and_shift_moves_the_overlay_and_nothing_else() {
    let mut window = compared();
    let before = window.visible();
    let rect = window.plot_rect();
    let from = pos2(rect.left() + rect.width() * 0.4, rect.center().y);
    let to = pos2(from.x + 50.0, from.y);
    let modifiers = Modifiers::COMMAND | Modifiers::CTRL | Modifiers::SHIFT;
    hold(&mut window, modifiers);
    window.drag(&[from, pos2(from.x + 20.0, from.y), to]);
    hold(&mut window, Modifiers::NONE);
    let per_point = before.duration_ns() as f64 / f64::from(rect.width());
    let offset = overlay(&window).offset_ns;
    // The way until a press counts as a drag is part of it.
    let expected = 50.0 * per_point;
    assert!(
        (offset as f64 - expected).abs() <= 8.0 * per_point,
        "{offset} instead of {expected}"
    );
    assert_eq!(window.visible(), before, "nothing is panned");
    assert_eq!(
        window.state().cursors.active_instant(),
        None,
        "nor scrubbed"
    );
    wait_for_shift(&mut window, HOUR + offset);
    window.send(Command::Run(Action::Undo));
    assert_eq!(overlay(&window).offset_ns, 0, "one drag is one step");
}

#[test]
fn keys_nudge_and_the_button_takes_the_offset_back() {
    let mut window = compared();
    let step = window.state().nudge_ns();
    window.press_with(Modifiers::ALT, Key::ArrowRight);
    window.press_with(Modifiers::ALT, Key::ArrowRight);
    window.press_with(Modifiers::ALT, Key::ArrowLeft);
    assert_eq!(overlay(&window).offset_ns, step);
    window.harness.get_by_label("No offset").click();
    window.harness.run_steps(3);
    assert_eq!(overlay(&window).offset_ns, 0);
}

#[test]
fn aligned_by_time_both_can_be_looked_at() {
    let mut window = compared();
    let id = overlay(&window).id;
    window.send(Command::Compare(CompareCommand::Align(
        id,
        Alignment::Absolute,
    )));
    wait_for_shift(&mut window, 0);
    window.press(Key::Home);
    let (first, second) = (samples(0).0, samples(1).0);
    let visible = window.visible();
    for time in [first[0], second[second.len() - 1]] {
        assert!(visible.contains(Timestamp::from_ns(time)));
    }
}

#[test]
fn a_signal_that_is_plotted_later_comes_with_its_counterpart() {
    let mut window = compared();
    window.click_signal(VOLTAGE);
    window.wait("both voltages", |state| {
        state.store.iter().count() == 4 && !state.store.is_loading()
    });
    let voltage = overlaid(&window, VOLTAGE);
    assert_eq!(times(&window, &voltage)[0], samples(0).0[0] + HOUR);
    window.click_signal(VOLTAGE);
    assert_eq!(window.state().store.iter().count(), 2);
}

#[test]
fn the_dialog_lists_vehicles_and_sessions_of_all_sources() {
    let mut window = TestWindow::plotted();
    window.press_with(Modifiers::COMMAND | Modifiers::SHIFT, Key::C);
    assert_eq!(window.state().dialog, Some(Dialog::Compare));
    let sessions = format!("Sessions of {VEHICLE}");
    let count = |window: &TestWindow| {
        let label = format!("Compare with {FIRST}");
        window.harness.query_all_by_label(&label).count()
    };
    // Few sessions are listed at once; they can be folded.
    for expected in [1, 2] {
        window.harness.get_by_label(&sessions).click();
        window.harness.run_steps(3);
        assert_eq!(count(&window), expected);
    }
    let button = format!("Compare with {FIRST}");
    // One in the side bar, one in the dialog.
    let buttons: Vec<_> = window.harness.query_all_by_label(&button).collect();
    assert_eq!(buttons.len(), 2);
    buttons.last().unwrap().click();
    window.harness.run_steps(3);
    let vehicle = &window.state().selection.as_ref().unwrap().vehicle;
    assert_eq!(overlay(&window).vehicle, *vehicle);
    let range = overlay(&window).range;
    assert!(range.contains(Timestamp::from_ns(samples(0).0[0])));
    window.press(Key::Escape);
    assert_eq!(window.state().dialog, None);
    window.send(Command::Run(Action::StopComparing));
    assert!(window.state().analysis.overlays.is_empty());
    assert_eq!(window.state().store.iter().count(), 1);
}

#[test]
fn what_cannot_be_compared_is_told_once() {
    let mut window = TestWindow::opened();
    let vehicle = window.state().selection.as_ref().unwrap().vehicle.clone();
    let nothing = TimeRange::new(Timestamp::from_ns(0), Timestamp::from_ns(1));
    let add =
        |vehicle: &VehicleRef| Command::Compare(CompareCommand::Add(vehicle.clone(), nothing));
    window.send(add(&vehicle));
    let last = |window: &TestWindow| window.state().notices.iter().last().unwrap().clone();
    assert!(last(&window).title.contains("nothing is shown"));
    window.click_signal(SPEED);
    window.click_signal(VOLTAGE);
    window.wait("the samples", |state| !state.store.is_loading());
    let before = window.state().notices.iter().count();
    window.send(add(&vehicle));
    assert_eq!(window.state().notices.iter().count(), before + 1);
    let notice = last(&window);
    for name in [SPEED, VOLTAGE] {
        assert!(notice.detail.contains(name), "{}", notice.detail);
    }
}

#[test]
fn closing_the_source_drops_what_is_laid_over() {
    let mut window = compared();
    let source = window.state().sources[0].id;
    window.send(Command::CloseSource(source));
    window.harness.run_steps(3);
    let state = window.state();
    assert!(state.analysis.overlays.is_empty());
    assert_eq!(state.store.memory_bytes(), 0);
    assert!(window.harness.query_all_by_label(FIRST).next().is_none());
}

#[test]
fn bars_of_the_calendar_load_sessions_and_its_menu_compares_them() {
    let mut window = TestWindow::plotted();
    let label = format!("Calendar of {VEHICLE}");
    let rect = window.harness.get_by_label(&label).rect();
    // The first session begins at the left edge.
    let first = pos2(rect.left() + 1.0, rect.top() + 15.0);
    click(&mut window, PointerButton::Primary, first);
    window.wait("the first session", |state| {
        let shown = state
            .window
            .as_ref()
            .map(canlake::state::TimeWindow::extent);
        shown.is_some_and(|it| it.contains(Timestamp::from_ns(samples(0).0[0])))
            && !state.store.is_loading()
    });
    assert_eq!(window.state().selection.as_ref().unwrap().session, Some(0));
    // The bar of the other session is at the right edge.
    let second = pos2(rect.right() - 1.0, rect.top() + 15.0);
    click(&mut window, PointerButton::Secondary, second);
    window
        .harness
        .get_by_label("Compare with what is shown")
        .click();
    window.harness.run_steps(3);
    let range = overlay(&window).range;
    assert!(range.contains(Timestamp::from_ns(samples(1).0[0])));
}

#[test]
fn the_difference_of_two_drives_is_a_signal() {
    let mut window = compared();
    window.send(Command::Run(Action::Subtract));
    let (real, values) = samples(0);
    let (times, others) = samples(1);
    let key = canlake::state::computed_key("Δ Speed");
    let done = |state: &canlake::state::AppState| {
        let mut signals = state.store.iter();
        let found = signals.find(|(signal, _)| signal.key == key);
        found.is_some_and(|(_, it)| it.state == LoadState::Complete)
    };
    window.wait("the difference", done);
    let difference = |window: &TestWindow| {
        let mut signals = window.state().store.iter();
        let (signal, loaded) = signals.find(|(signal, _)| signal.key == key).unwrap();
        assert_eq!(signal.vehicle.overlay, None);
        let text = window.state().analysis.computed[0].text().to_owned();
        assert_eq!(text, format!("Speed - `{VEHICLE} +1/Speed`"));
        Arc::clone(loaded.series.as_ref().unwrap())
    };
    // The sessions begin an hour apart, and so lie on each other.
    assert_eq!(real[0] + HOUR, times[0]);
    let series = difference(&window);
    assert_eq!(series.times(), times);
    let expected: Vec<_> = others.iter().zip(&values).map(|(b, a)| b - a).collect();
    assert_eq!(series.values(), expected);
    // It follows the other drive: a sample later, its value is held from the sample before.
    let id = overlay(&window).id;
    let offset = real[1] - real[0];
    window.send(Command::Compare(CompareCommand::SetOffset(id, offset)));
    wait_for_shift(&mut window, HOUR + offset);
    window.wait("the difference", done);
    let sample = difference(&window).sample_at(times[10]).unwrap();
    assert_eq!(sample.value, others[10] - values[9]);
    // The drive that it reads is gone, and it says so.
    window.send(Command::Run(Action::StopComparing));
    window.wait("the loss", |state| {
        let mut signals = state.store.iter();
        let found = signals.find(|(signal, _)| signal.key == key);
        found.is_some_and(|(_, it)| matches!(it.state, LoadState::Failed(_)))
    });
}

#[test]
fn a_computed_signal_is_worked_out_of_both_drives() {
    let mut window = compared();
    let signal = ComputedSignal::new("Twice", "Speed * 2", "km/h", Between::Hold);
    window.send(Command::Computed(ComputedCommand::Define(None, signal)));
    let key = canlake::state::computed_key("Twice");
    window.wait("both", |state| {
        let signals = state.store.iter();
        let of_both = signals.filter(|(signal, _)| signal.key == key);
        of_both
            .filter(|(_, it)| it.state == LoadState::Complete)
            .count()
            == 2
    });
    let twice = overlaid(&window, "Twice");
    let (real, values) = samples(0);
    let loaded = window.state().store.get(&twice).unwrap();
    let series = loaded.series.as_ref().unwrap();
    assert_eq!(series.times()[7], real[7] + HOUR);
    assert_eq!(series.values()[7], values[7] * 2.0);
}

/// The first sample of a session that is in the range that conditions here ask for.
fn first_between(session: i64) -> i64 {
    let (times, values) = samples(session);
    let holds = |value: &f64| (20.0..=30.0).contains(value);
    times[values.iter().position(holds).unwrap()]
}

#[test]
fn the_first_times_of_a_condition_are_laid_on_each_other() {
    let mut window = compared();
    let id = overlay(&window).id;
    // Of a signal that is not plotted.
    let condition = "Voltage >= 20 and Voltage <= 30";
    let align = |text: &str| {
        let alignment = Alignment::FirstTime(text.to_owned());
        Command::Compare(CompareCommand::Align(id, alignment))
    };
    window.send(align(condition));
    let shift = first_between(1) - first_between(0);
    assert_ne!(shift, HOUR);
    wait_for_shift(&mut window, shift);
    let speed = overlaid(&window, SPEED);
    assert_eq!(times(&window, &speed)[0], samples(0).0[0] + shift);
    assert_eq!(window.state().workspace.signals().len(), 2);
    let found = |window: &TestWindow| window.state().first_times(overlay(window)).unwrap();
    let at = |session| First::At(Timestamp::from_ns(first_between(session)));
    assert_eq!(found(&window), [at(1), at(0)]);
    // By hand it is moved from there, and what was found stays.
    window.send(Command::Compare(CompareCommand::SetOffset(id, -5)));
    wait_for_shift(&mut window, shift - 5);
    window.harness.run_steps(5);
    assert_eq!(found(&window), [at(1), at(0)]);
    window.send(align("Voltage > 1000"));
    window.wait("the search", |state| {
        let overlay = &state.analysis.overlays[0];
        state.first_times(overlay) == Some([First::Never, First::Never])
    });
    wait_for_shift(&mut window, HOUR - 5);
    let told = "never holds in this drive";
    let told = window.harness.query_all_by_label_contains(told).next();
    assert!(told.is_some());
    window.send(align("1 > 0"));
    window.wait("the failure", |state| {
        let times = state.first_times(&state.analysis.overlays[0]);
        times.is_some_and(|it| it.iter().all(|it| matches!(it, First::Failed(_))))
    });
    // What the condition needed is dropped with it.
    let is_voltage = |signal: &SignalRef| VOLTAGE.ends_with(&*signal.key.signal);
    let mut loaded = window.state().store.iter();
    assert!(!loaded.any(|(signal, _)| is_voltage(signal)));
}

#[test]
fn a_condition_is_typed_into_the_list_of_compared_drives() {
    let mut window = compared();
    let boxes = window
        .harness
        .query_all_by_role(egui::accesskit::Role::ComboBox);
    let alignment = boxes
        .into_iter()
        .find(|it| it.value().as_deref() == Some("by start"));
    alignment.unwrap().click();
    window.harness.run_steps(3);
    window.harness.get_by_label("by event").click();
    window.harness.run_steps(3);
    let field = format!("Condition for {FIRST}");
    window
        .harness
        .get_by_label(&field)
        .type_text("Speed >= 20 and Speed <= 30");
    window.harness.run_steps(3);
    window.press(Key::Enter);
    let expected = "Speed >= 20 and Speed <= 30".to_owned();
    assert_eq!(overlay(&window).alignment, Alignment::FirstTime(expected));
    let shift = first_between(1) - first_between(0);
    wait_for_shift(&mut window, shift);
}
