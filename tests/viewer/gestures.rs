//! Every gesture of the mouse in a plot, on its axes and on the overview.

use canlake::command::{Action, Command};
use canlake::state::{AxisId, Cursor, Panel};
use canlake_shared::time::TimeRange;
use egui::{Modifiers, PointerButton, Pos2, Rect, pos2, vec2};
use egui_kittest::kittest::Queryable as _;

use crate::window::{TestWindow, VOLTAGE, samples};

/// Speed and voltage in one plot, each with its axis, in the middle of the session.
fn two_axes() -> TestWindow {
    let mut window = TestWindow::plotted();
    window.click_signal(VOLTAGE);
    window.wait("the samples", |state| !state.store.is_loading());
    window.send(Command::Run(Action::ZoomIn));
    window.send(Command::EndGesture);
    window
}

fn panel(window: &TestWindow) -> &Panel {
    window.state().workspace.panels().next().unwrap()
}

fn axis(window: &TestWindow, unit: &str) -> Option<[f64; 2]> {
    let fixed = &panel(window).fixed_axes;
    fixed.get(&AxisId::of_unit(unit)).copied()
}

fn at(rect: Rect, x: f32, y: f32) -> Pos2 {
    rect.min + rect.size() * vec2(x, y)
}

/// The share of a plot's width where an instant lies.
fn share(visible: TimeRange, instant: canlake_shared::time::Timestamp) -> f64 {
    instant.ns_since(visible.start) as f64 / visible.duration_ns() as f64
}

#[test]
fn the_wheel_zooms_time_at_the_pointer() {
    for modifiers in [Modifiers::NONE, Modifiers::COMMAND | Modifiers::CTRL] {
        let mut window = two_axes();
        let before = window.visible();
        let place = at(window.plot_rect(), 0.25, 0.5);
        window.hold(modifiers);
        window.wheel_at(place, 40.0);
        let after = window.visible();
        let ratio = after.duration_ns() as f64 / before.duration_ns() as f64;
        assert!(ratio < 0.99, "{modifiers:?}: {ratio}");
        if modifiers.is_none() {
            assert!(
                (ratio - 1.0 / 1.1).abs() < 0.01,
                "ten percent a notch: {ratio}"
            );
        }
        let under = before.start + before.duration_ns() / 4;
        assert!((share(after, under) - 0.25).abs() < 0.01, "{modifiers:?}");
        window.wheel_at(place, -40.0);
        let ratio = window.visible().duration_ns() as f64 / before.duration_ns() as f64;
        assert!(
            (ratio - 1.0).abs() < 0.01,
            "{modifiers:?}: and back, {ratio}"
        );
    }
}

#[test]
fn shift_and_the_wheel_pan_and_alt_zooms_values() {
    let mut window = two_axes();
    let place = window.plot_rect().center();
    let before = window.visible();
    window.hold(Modifiers::SHIFT);
    window.wheel_at(place, -40.0);
    let panned = window.visible();
    assert_eq!(panned.duration_ns(), before.duration_ns());
    assert!(panned.start > before.start);
    assert_eq!((axis(&window, "km/h"), axis(&window, "V")), (None, None));

    window.hold(Modifiers::ALT);
    window.wheel_at(place, 40.0);
    assert_eq!(window.visible(), panned);
    for unit in ["km/h", "V"] {
        let [low, high] = axis(&window, unit).unwrap();
        assert!(low > 0.0 && high < 60.0 && low < high, "{unit}");
    }
}

#[test]
fn left_and_middle_drags_pan() {
    for button in [PointerButton::Primary, PointerButton::Middle] {
        let mut window = two_axes();
        let (rect, before) = (window.plot_rect(), window.visible());
        let from = rect.center();
        let to = from - vec2(rect.width() * 0.1, 0.0);
        window.drag_with(button, &[from, from - vec2(20.0, 0.0), to]);
        let after = window.visible();
        assert_eq!(after.duration_ns(), before.duration_ns());
        let moved = after.start.ns_since(before.start) as f64 / before.duration_ns() as f64;
        assert!((moved - 0.1).abs() < 0.01, "{button:?}: {moved}");
        assert!(window.state().cursors.active_instant().is_none());
    }
}

#[test]
fn a_box_zooms_both_directions_and_a_thin_one_only_one() {
    let mut window = two_axes();
    let (rect, before) = (window.plot_rect(), window.visible());
    let (from, to) = (at(rect, 0.3, 0.4), at(rect, 0.6, 0.7));
    window.drag_with(PointerButton::Secondary, &[from, rect.center(), to]);
    let zoomed = window.visible();
    assert!((share(before, zoomed.start) - 0.3).abs() < 0.01);
    assert!((share(before, zoomed.end) - 0.6).abs() < 0.01);
    for unit in ["km/h", "V"] {
        assert!(axis(&window, unit).is_some(), "{unit}");
    }
    // The menu is for clicks alone.
    assert!(!window.has_text("Remove this plot"));

    for (to, time, values) in [
        (from + vec2(200.0, 4.0), true, false),
        (from + vec2(4.0, 80.0), false, true),
        (from + vec2(4.0, 4.0), false, false),
    ] {
        let mut window = two_axes();
        window.drag_with(PointerButton::Secondary, &[from, from + vec2(2.0, 2.0), to]);
        assert_eq!(window.visible() != before, time, "{to:?}");
        assert_eq!(axis(&window, "V").is_some(), values, "{to:?}");
    }
}

#[test]
fn left_and_right_can_be_swapped() {
    let mut window = two_axes();
    window.press_with(Modifiers::COMMAND, egui::Key::Comma);
    let swap = "Left drag draws a zoom box, right drag pans";
    window.harness.get_by_label(swap).click();
    window.harness.run_steps(3);
    window.press(egui::Key::Escape);
    assert!(window.state().settings.swap_drags);
    let (rect, before) = (window.plot_rect(), window.visible());
    let (from, to) = (at(rect, 0.3, 0.4), at(rect, 0.6, 0.7));
    window.drag_with(PointerButton::Secondary, &[to, rect.center(), from]);
    let panned = window.visible();
    assert_eq!(panned.duration_ns(), before.duration_ns());
    assert!(panned.start > before.start);
    window.drag_with(PointerButton::Primary, &[from, rect.center(), to]);
    assert!(window.visible().duration_ns() < before.duration_ns() / 2);
    assert!(axis(&window, "V").is_some());
    // Scrubbing stays where it is.
    let zoomed = window.visible();
    window.hold(Modifiers::SHIFT);
    window.drag_with(PointerButton::Primary, &[from, rect.center(), to]);
    window.hold(Modifiers::NONE);
    assert_eq!(window.visible(), zoomed);
    assert!(window.state().cursors.get(Cursor::A).is_some());
}

#[test]
fn shift_and_a_left_drag_scrub_from_sample_to_sample() {
    let mut window = two_axes();
    let (rect, before) = (window.plot_rect(), window.visible());
    window.hold(Modifiers::SHIFT);
    let way = [at(rect, 0.2, 0.5), at(rect, 0.3, 0.5), at(rect, 0.4, 0.5)];
    window.drag_with(PointerButton::Primary, &way);
    let placed = window.state().cursors.active_instant().unwrap();
    let (times, _) = samples(1);
    assert!(times.contains(&placed.as_ns()), "it snaps to a sample");
    assert!((share(before, placed) - 0.4).abs() < 0.01);
    assert_eq!(window.visible(), before);
}

#[test]
fn a_click_places_the_cursor_and_a_double_click_fits_without_one() {
    let mut window = two_axes();
    let (rect, before) = (window.plot_rect(), window.visible());
    window.click_at(at(rect, 0.4, 0.6));
    let placed = window.state().cursors.active_instant().unwrap();
    assert!((share(before, placed) - 0.4).abs() < 0.01);
    window.double_click_at(at(rect, 0.7, 0.6));
    let extent = window.state().window.as_ref().unwrap().extent();
    assert_eq!(window.visible(), extent);
    let still = window.state().cursors.active_instant();
    assert_eq!(still, Some(placed), "the double click leaves it alone");
}

#[test]
fn a_zoom_with_ctrl_is_one_step_however_many_frames_it_takes() {
    let mut window = two_axes();
    let (place, before) = (window.plot_rect().center(), window.visible());
    window.harness.run_steps(4);
    window.hold(Modifiers::COMMAND | Modifiers::CTRL);
    window.wheel_at(place, 80.0);
    window.hold(Modifiers::NONE);
    window.harness.run_steps(30);
    assert!(window.visible().duration_ns() < before.duration_ns());
    window.press(egui::Key::Backspace);
    assert_eq!(window.visible(), before);
}

#[test]
fn a_right_click_opens_the_menu() {
    let mut window = two_axes();
    let place = at(window.plot_rect(), 0.5, 0.7);
    window.click_with(PointerButton::Secondary, place);
    window.harness.get_by_label("Cursor here").click();
    window.harness.run_steps(3);
    let placed = window.state().cursors.active_instant().unwrap();
    let visible = window.visible();
    let off = placed.ns_since(visible.start + visible.duration_ns() / 2);
    assert!(off.abs() < visible.duration_ns() / 100, "{off} ns");
    window.click_with(PointerButton::Secondary, place);
    assert!(window.has_text("Remove this plot"));
    window.harness.get_by_label("Remove this plot").click();
    window.harness.run_steps(3);
    assert!(window.state().workspace.panels().next().is_none());
}

/// The strip of an axis on the screen, and its ends.
fn axis_strip(window: &TestWindow, unit: &str) -> Rect {
    window.figure(&format!("Axis {unit} from ")).1
}

#[test]
fn each_axis_has_its_own_zoom() {
    let mut window = two_axes();
    let before = window.visible();
    let strip = axis_strip(&window, "V");
    assert!(
        strip.left() > window.plot_rect().right() - 1.0,
        "the second is right"
    );
    window.wheel_at(strip.center(), 80.0);
    let zoomed = axis(&window, "V").unwrap();
    assert_eq!(axis(&window, "km/h"), None, "the other is left alone");
    let (from, to) = (strip.center(), strip.center() + vec2(0.0, 60.0));
    window.drag_with(PointerButton::Primary, &[from, from + vec2(0.0, 20.0), to]);
    let panned = axis(&window, "V").unwrap();
    let span = |range: [f64; 2]| range[1] - range[0];
    assert!((span(panned) - span(zoomed)).abs() < 1e-9);
    assert!(panned[0] > zoomed[0]);
    window.hold(Modifiers::COMMAND | Modifiers::CTRL);
    window.drag_with(PointerButton::Primary, &[from, from + vec2(0.0, 20.0), to]);
    window.hold(Modifiers::NONE);
    let scaled = axis(&window, "V").unwrap();
    assert!(span(scaled) > span(panned));
    window.double_click_at(strip.center());
    assert_eq!(axis(&window, "V"), None, "a double click fits it");
    assert_eq!(window.visible(), before, "and time stays as it is");
}

#[test]
fn the_range_of_an_axis_can_be_typed() {
    let mut window = two_axes();
    let strip = axis_strip(&window, "V");
    window.click_with(PointerButton::Secondary, strip.center());
    for (name, text) in [("Greatest value", "80"), ("Least value", "-20,5")] {
        let role = egui::accesskit::Role::TextInput;
        window.harness.get_by_role_and_label(role, name).focus();
        window.harness.run_steps(2);
        window.press_with(Modifiers::COMMAND, egui::Key::A);
        let field = window.harness.get_by_role_and_label(role, name);
        field.type_text(text);
        window.harness.run_steps(2);
    }
    window.harness.get_by_label("Set").click();
    window.harness.run_steps(3);
    assert_eq!(axis(&window, "V"), Some([-20.5, 80.0]));
    assert!(!window.has_text("Greatest value"), "the menu is closed");
}

#[test]
fn a_signal_moves_to_another_axis_by_the_menu_of_the_legend() {
    let mut window = two_axes();
    let open = |window: &mut TestWindow| {
        let place = legend_entry(window, VOLTAGE);
        window.click_with(PointerButton::Secondary, place);
        let submenu = window.harness.get_by_label_contains("Move to axis").rect();
        window.click_at(submenu.center());
    };
    open(&mut window);
    window.harness.get_by_label("1: km/h").click();
    window.harness.run_steps(3);
    assert_eq!(panel(&window).axes(), [&AxisId::of_unit("km/h")]);
    open(&mut window);
    window.harness.get_by_label("New axis").click();
    window.harness.run_steps(3);
    assert_eq!(panel(&window).axes().len(), 2);
}

#[test]
fn the_time_axis_pans_scales_and_fits() {
    let mut window = two_axes();
    let (rect, before) = (window.plot_rect(), window.visible());
    let from = pos2(rect.center().x, rect.bottom() + 12.0);
    let to = from - vec2(100.0, 0.0);
    window.drag_with(PointerButton::Primary, &[from, from - vec2(30.0, 0.0), to]);
    let panned = window.visible();
    assert!(panned.start > before.start);
    assert_eq!(panned.duration_ns(), before.duration_ns());
    window.hold(Modifiers::COMMAND | Modifiers::CTRL);
    window.drag_with(PointerButton::Primary, &[to, to + vec2(30.0, 0.0), from]);
    window.hold(Modifiers::NONE);
    assert_ne!(window.visible().duration_ns(), panned.duration_ns());
    let scaled = window.visible();
    window.wheel_at(from, 40.0);
    assert!(window.visible().duration_ns() < scaled.duration_ns());
    let (panel, volts) = (panel(&window).id, AxisId::of_unit("V"));
    window.send(Command::SetAxis(panel, volts, [0.0, 7.0]));
    window.double_click_at(from);
    assert_eq!(axis(&window, "V"), Some([0.0, 7.0]), "values stay");
    let extent = window.state().window.as_ref().unwrap().extent();
    assert_eq!(window.visible(), extent);
}

#[test]
fn the_overview_moves_stretches_draws_and_fits_the_window() {
    let mut window = two_axes();
    let (label, strip) = window.figure("Overview from ");
    let visible = window.visible();
    assert!(
        label.contains(&format!("visible from {} to", visible.start)),
        "{label}"
    );
    let extent = window.state().window.as_ref().unwrap().extent();
    let place = |instant| at(strip, share(extent, instant) as f32, 0.5);
    let (start, end) = (place(visible.start), place(visible.end));
    let drag = |window: &mut TestWindow, from: Pos2, by: f32| {
        let way = [from, from + vec2(by / 2.0, 0.0), from + vec2(by, 0.0)];
        window.drag_with(PointerButton::Primary, &way);
    };
    // The middle moves it, an edge stretches it.
    drag(&mut window, start.lerp(end, 0.5), 60.0);
    let moved = window.visible();
    assert!(moved.start > visible.start && moved.duration_ns() == visible.duration_ns());
    drag(&mut window, place(moved.start), -60.0);
    let longer = window.visible();
    assert!(longer.start < moved.start && longer.end == moved.end);
    // Beside it a new one is drawn; with Shift or the right button anywhere.
    drag(&mut window, at(strip, 0.02, 0.5), 80.0);
    let new = window.visible();
    assert!((share(extent, new.start) - 0.02).abs() < 0.01, "{new:?}");
    assert!((share(extent, new.end) - 0.02 - 80.0 / f64::from(strip.width())).abs() < 0.01);
    let (from, to) = (at(strip, 0.05, 0.5), at(strip, 0.5, 0.5));
    window.drag_with(PointerButton::Secondary, &[from, strip.center(), to]);
    let by_right = window.visible();
    assert!((share(extent, by_right.end) - 0.5).abs() < 0.01);
    window.hold(Modifiers::SHIFT);
    let (from, to) = (at(strip, 0.2, 0.5), at(strip, 0.4, 0.5));
    window.drag_with(PointerButton::Primary, &[from, at(strip, 0.3, 0.5), to]);
    window.hold(Modifiers::NONE);
    let by_shift = window.visible();
    assert!((share(extent, by_shift.start) - 0.2).abs() < 0.01);
    // A click moves it there, the wheel zooms, a double click shows everything.
    window.click_at(at(strip, 0.8, 0.5));
    let clicked = window.visible();
    assert!((share(extent, clicked.start + clicked.duration_ns() / 2) - 0.8).abs() < 0.01);
    window.wheel_at(at(strip, 0.8, 0.5), 80.0);
    assert!(window.visible().duration_ns() < clicked.duration_ns());
    window.double_click_at(at(strip, 0.6, 0.5));
    assert_eq!(window.visible(), extent);
}

#[test]
fn a_zoom_stays_between_a_microsecond_and_the_data() {
    let mut window = two_axes();
    let place = window.plot_rect().center();
    window.wheel_at(place, 20_000.0);
    assert!(window.visible().duration_ns() >= 1_000);
    window.wheel_at(place, 20_000.0);
    assert_eq!(window.visible().duration_ns(), 1_000);
    window.wheel_at(place, -60_000.0);
    let extent = window.state().window.as_ref().unwrap().extent();
    let most = extent.duration_ns() + extent.duration_ns() / 10;
    assert!(window.visible().duration_ns() <= most);
    assert!(window.visible().duration_ns() >= extent.duration_ns());
}

#[test]
fn a_pinch_zooms_time_at_the_pointer() {
    let mut window = two_axes();
    let before = window.visible();
    let place = at(window.plot_rect(), 0.75, 0.5);
    window.point_at(place);
    window.harness.event(egui::Event::Zoom(2.0));
    window.harness.run_steps(6);
    let after = window.visible();
    let ratio = after.duration_ns() as f64 / before.duration_ns() as f64;
    assert!((ratio - 0.5).abs() < 0.01, "{ratio}");
    let under = before.start + before.duration_ns() / 4 * 3;
    assert!((share(after, under) - 0.75).abs() < 0.01);
    assert_eq!((axis(&window, "km/h"), axis(&window, "V")), (None, None));
}

/// The entry of a signal in the legend of the first plot.
fn legend_entry(window: &TestWindow, name: &str) -> Pos2 {
    let plot = window.plot_rect();
    let labels = window.harness.query_all_by_label(name);
    let mut places = labels.map(|node| node.rect());
    places
        .find(|rect| plot.contains_rect(*rect))
        .unwrap()
        .center()
}

#[test]
fn a_click_in_the_legend_hides_and_alt_shows_one_alone() {
    let mut window = two_axes();
    let shown = |window: &TestWindow| -> Vec<bool> {
        let signals = panel(window).signals.iter();
        signals.map(|plotted| plotted.visible).collect()
    };
    let entry = legend_entry(&window, VOLTAGE);
    window.click_at(entry);
    assert_eq!(shown(&window), [true, false]);
    window.click_at(entry);
    assert_eq!(shown(&window), [true, true]);
    window.hold(Modifiers::ALT);
    window.click_at(entry);
    assert_eq!(shown(&window), [false, true]);
    window.click_at(entry);
    assert_eq!(shown(&window), [true, true], "and all again");
    let selected = window.state().selected_signal.as_ref().unwrap();
    assert_eq!(&*selected.key.signal, "Voltage");
}

#[test]
fn the_button_on_top_shows_everything() {
    let mut window = two_axes();
    let strip = axis_strip(&window, "V");
    window.wheel_at(strip.center(), 80.0);
    window.harness.get_by_label("Fit").click();
    window.harness.run_steps(3);
    let extent = window.state().window.as_ref().unwrap().extent();
    assert_eq!(window.visible(), extent);
    assert_eq!(axis(&window, "V"), None);
}
