use canlake::state::Cursor;
use canlake_shared::time::{NS_PER_SEC, Timestamp};
use egui::{Key, Modifiers};
use egui_kittest::kittest::Queryable as _;

use crate::window::{TestWindow, samples};

fn cursor(window: &TestWindow, cursor: Cursor) -> Option<Timestamp> {
    window.state().cursors.get(cursor)
}

#[test]
fn a_click_places_cursor_a_and_keys_step_along_the_samples() {
    let mut window = TestWindow::plotted();
    window.click_plot(0.5);
    let placed = cursor(&window, Cursor::A).unwrap();
    let visible = window.visible();
    let middle = visible.start + visible.duration_ns() / 2;
    assert!(placed.ns_since(middle).abs() < visible.duration_ns() / 100);
    let (times, _) = samples(1);
    let after = times
        .iter()
        .position(|time| *time > placed.as_ns())
        .unwrap();
    let steps = [
        (Modifiers::NONE, Key::ArrowRight, after),
        (Modifiers::NONE, Key::CloseBracket, after + 1),
        (Modifiers::SHIFT, Key::ArrowRight, after + 11),
        (Modifiers::NONE, Key::ArrowLeft, after + 10),
        (Modifiers::SHIFT, Key::OpenBracket, after),
        // Every sample differs from the one before.
        (Modifiers::COMMAND, Key::ArrowRight, after + 1),
        (Modifiers::COMMAND, Key::ArrowLeft, after),
    ];
    for (modifiers, key, index) in steps {
        window.press_with(modifiers, key);
        let found = cursor(&window, Cursor::A).map(Timestamp::as_ns);
        assert_eq!(found, Some(times[index]), "{modifiers:?} {key:?}");
    }
    assert_eq!(
        window.visible(),
        visible,
        "arrows do not pan while there is a cursor"
    );
    window.press(Key::A);
    assert_eq!(cursor(&window, Cursor::A), None);
    window.press(Key::I);
    let zoomed = window.visible();
    window.press(Key::ArrowRight);
    assert!(
        window.visible().start > zoomed.start,
        "without a cursor they do"
    );
}

#[test]
fn two_cursors_give_differences_and_a_range() {
    let mut window = TestWindow::plotted();
    let (times, values) = samples(1);
    for (key, index) in [(Key::A, 100), (Key::B, 300)] {
        window.press(key);
        let instant = Timestamp::from_ns(times[index]);
        window.send(canlake::command::Command::PlaceCursor(instant));
    }
    window.press_with(Modifiers::COMMAND | Modifiers::SHIFT, Key::N);
    let (a, b) = (values[100], values[300]);
    assert_eq!(times[300] - times[100], 20 * NS_PER_SEC);
    assert_eq!([a, b], [41.0, 47.75]);
    let texts = [
        // tA, tB, Δt, 1/Δt: 20 s, a twentieth of a hertz.
        "A 2026-04-05 07:00:10",
        "B 2026-04-05 07:00:30",
        "20 s",
        "0.05 Hz",
        // Δ, Δ/Δt.
        "6.75",
        "0.3375",
    ];
    for text in texts {
        let found = window.harness.query_all_by_label_contains(text).next();
        assert!(found.is_some(), "{text}");
    }
    // At A, at B, and their unit once for the whole line.
    for text in ["41", "47.75", "km/h"] {
        let found = window.harness.query_all_by_label(text).next();
        assert!(found.is_some(), "{text}");
    }
    window.press(Key::R);
    let visible = window.visible();
    assert_eq!(visible.start.as_ns(), times[100]);
    assert_eq!(visible.end.as_ns(), times[300]);
}
