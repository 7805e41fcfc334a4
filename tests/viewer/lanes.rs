//! Signals with named values and switches: what their lanes tell, and what the mouse does in them.

use canlake::command::Command;
use canlake::state::PlottedSignal;
use canlake_shared::time::{NS_PER_SEC, Timestamp};
use egui::{Key, Modifiers, PointerButton, Pos2, Rect, pos2, vec2};
use egui_kittest::kittest::{NodeT as _, Queryable as _};

use crate::lake::{START_NS, SignalData, write_decoded};
use crate::window::TestWindow;

/// Switches of ten seconds that are on for two of them, each a little later than the one before.
pub(crate) fn switches(count: usize) -> TestWindow {
    let mut window = TestWindow::new();
    let path = window.lake.path("lanes/drive_decoded.parquet");
    let switch = |number: usize| {
        let on = 40 + number..60 + number;
        SignalData {
            message: "M".to_owned(),
            signal: format!("Switch_{number:02}"),
            times: (0..100)
                .map(|idx| START_NS + idx * NS_PER_SEC / 10)
                .collect(),
            values: (0..100)
                .map(|idx| f64::from(u8::from(on.contains(&idx))))
                .collect(),
        }
    };
    write_decoded(&path, "SWITCHES", (0..count).map(switch).collect());
    let folder = path.parent().unwrap().to_string_lossy().into_owned();
    window.send(Command::Open(vec![folder]));
    window.wait("the vehicle", |state| state.selected_vehicle().is_some());
    window.plot_everything();
    window
}

/// Where the lanes are.
fn area(window: &TestWindow, count: usize) -> Rect {
    window.figure(&format!("{count} lanes: ")).1
}

/// A place in the only lane, at a share of its width.
fn at(window: &TestWindow, share: f32) -> Pos2 {
    let area = area(window, 1);
    pos2(area.left() + area.width() * share, area.top() + 10.0)
}

fn hover(window: &mut TestWindow, place: Pos2) {
    window.point_at(place);
    window.harness.run_steps(10);
}

#[test]
fn a_lane_tells_from_what_to_what_and_for_how_long() {
    let mut window = switches(1);
    let place = at(&window, 0.5);
    hover(&mut window, place);
    assert!(window.has_text("0 → 1, 2 s"));
    // Nobody knows what was before the first sample and is after the last one.
    let place = at(&window, 0.2);
    hover(&mut window, place);
    assert!(window.has_text("0, at least 4 s"));
    let place = at(&window, 0.8);
    hover(&mut window, place);
    assert!(window.has_text("1 → 0, at least 3.9 s, until the last sample"));
}

#[test]
fn the_mouse_does_in_lanes_what_it_does_in_plots() {
    let mut window = switches(1);
    let whole = window.visible();
    let place = at(&window, 0.25);
    window.click_at(place);
    let cursor = window.state().cursors.active_instant().unwrap();
    let share = cursor.ns_since(whole.start) as f64 / whole.duration_ns() as f64;
    assert!((share - 0.25).abs() < 0.01, "{share}");
    assert!(window.plots()[0].contains("0 at A"));
    window.wheel_at(place, 80.0);
    let zoomed = window.visible();
    assert!(zoomed.duration_ns() < whole.duration_ns());
    let to = place + vec2(60.0, 0.0);
    let way = [place, place + vec2(20.0, 0.0), to];
    window.drag_with(PointerButton::Primary, &way);
    let panned = window.visible();
    assert_eq!(panned.duration_ns(), zoomed.duration_ns());
    assert!(panned.start < zoomed.start);
    let way = [place, to, place + vec2(200.0, 0.0)];
    window.drag_with(PointerButton::Secondary, &way);
    assert!(window.visible().duration_ns() < panned.duration_ns() / 2);
    window.double_click_at(place);
    assert_eq!(window.visible(), whole);
}

#[test]
fn keys_step_from_change_to_change() {
    let mut window = switches(1);
    let place = at(&window, 0.1);
    window.click_at(place);
    let steps = [
        (Key::ArrowRight, 40),
        (Key::ArrowRight, 60),
        // There is no other.
        (Key::ArrowRight, 60),
        (Key::ArrowLeft, 40),
    ];
    for (key, idx) in steps {
        window.press_with(Modifiers::COMMAND, key);
        let at = window
            .state()
            .cursors
            .active_instant()
            .map(Timestamp::as_ns);
        assert_eq!(at, Some(START_NS + idx * NS_PER_SEC / 10), "{key:?}");
    }
}

#[test]
fn lanes_that_do_not_fit_are_counted_and_scrolled_by_their_names() {
    const COUNT: usize = 60;
    let mut window = switches(COUNT);
    let area = area(&window, COUNT);
    let names = pos2(area.left() - 20.0, area.center().y);
    let hidden = |window: &TestWindow| -> String {
        let mut texts = window.harness.query_all_by_label_contains(" lanes more ");
        texts
            .next()
            .unwrap()
            .accesskit_node()
            .value()
            .unwrap_or_default()
    };
    assert!(
        hidden(&window).ends_with("lanes more below"),
        "{}",
        hidden(&window)
    );
    // Each is told, seen or not.
    window.settle();
    for number in [0, COUNT - 1] {
        let told = format!("M.Switch_{number:02}: 0 to 1 in ");
        let role = egui::accesskit::Role::ListItem;
        let nodes = window.harness.query_all_by_role(role);
        let mut labels = nodes.filter_map(|node| node.accesskit_node().label());
        assert!(labels.any(|label| label.starts_with(&told)), "{told}");
    }
    let visible = window.visible();
    window.wheel_at(names, -200.0);
    assert!(
        hidden(&window).contains("more above,"),
        "{}",
        hidden(&window)
    );
    window.wheel_at(names, -20_000.0);
    assert!(
        hidden(&window).ends_with("lanes more above"),
        "{}",
        hidden(&window)
    );
    assert_eq!(
        window.visible(),
        visible,
        "over the names nothing is zoomed"
    );
    // The lane at the end is the last one.
    let last = pos2(area.center().x, area.bottom() - 8.0);
    hover(&mut window, last);
    assert!(window.has_text(&format!("M.Switch_{}", COUNT - 1)));
    window.wheel_at(last, 80.0);
    assert!(window.visible().duration_ns() < visible.duration_ns());
}

#[test]
fn a_long_legend_is_scrolled_by_the_wheel_and_the_plot_stays() {
    const COUNT: usize = 60;
    let mut window = switches(COUNT);
    let visible = window.visible();
    let entry = |window: &TestWindow, name: &str| {
        let plot = window.plot_rect();
        let labels = window.harness.query_all_by_label(name);
        let mut places = labels.map(|node| node.rect());
        places.find(|rect| plot.intersects(*rect) && rect.width() < 200.0)
    };
    let first = entry(&window, "M.Switch_00").unwrap().center();
    assert!(entry(&window, "M.Switch_59").is_none());
    window.wheel_at(first, -20_000.0);
    assert!(entry(&window, "M.Switch_59").is_some());
    assert!(entry(&window, "M.Switch_00").is_none());
    // Not even where there is nothing left to scroll.
    window.wheel_at(first, -200.0);
    assert_eq!(window.visible(), visible);
    let shown: fn(&&PlottedSignal) -> bool = |it| it.visible;
    let panel = window.state().workspace.panels().next().unwrap();
    assert_eq!(panel.signals.iter().filter(shown).count(), COUNT);
}
