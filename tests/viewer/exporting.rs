use canlake::state::ExportKind;
use canlake::ui::{self, theme};
use canlake_shared::time::Timestamp;
use egui::{Key, Modifiers, Role, Theme};
use egui_kittest::kittest::{AccessKitNode, Queryable as _};

use crate::window::{TestWindow, samples};

/// Types where to into the dialog that is open, and exports.
fn export(window: &mut TestWindow, kind: ExportKind, name: &str) -> Vec<u8> {
    let path = window.lake.path(name);
    let suggested = window.state().suggested_export_path(kind);
    let suggested = suggested.to_str().unwrap();
    let field = |node: &AccessKitNode<'_>| {
        node.role() == Role::TextInput && node.value().as_deref() == Some(suggested)
    };
    window.harness.get_by(field).focus();
    window.harness.run_steps(2);
    window.press_with(Modifiers::COMMAND, Key::A);
    let text = path.to_str().unwrap();
    window.harness.get_by(field).type_text(text);
    window.harness.run_steps(2);
    window.harness.get_by_label("Export").click();
    window.harness.run_steps(3);
    window.wait("the export", |state| state.exports_running == 0);
    assert!(window.state().dialog.is_none());
    std::fs::read(path).unwrap()
}

#[test]
fn csv_has_the_samples_of_the_visible_range() {
    let mut window = TestWindow::plotted();
    window.press(Key::I);
    window.press_with(Modifiers::COMMAND, Key::E);
    let csv = export(&mut window, ExportKind::Csv, "out.csv");
    let csv = String::from_utf8(csv).unwrap();
    let visible = window.visible();
    let (times, values) = samples(1);
    let expected: Vec<String> = times
        .into_iter()
        .zip(values)
        .map(|(time, value)| (Timestamp::from_ns(time), value))
        .filter(|(time, _)| visible.contains(*time))
        .map(|(time, value)| format!("{time},{value}"))
        .collect();
    assert!(!expected.is_empty());
    let rows: Vec<&str> = csv.lines().skip(1).collect();
    assert_eq!(rows, expected);
    let heading = csv.lines().next().unwrap();
    assert!(heading.ends_with("Speed [km/h]"), "{heading}");
}

#[test]
fn png_is_a_picture_of_the_plots() {
    let mut window = TestWindow::plotted();
    window.press_with(Modifiers::COMMAND | Modifiers::SHIFT, Key::E);
    let png = export(&mut window, ExportKind::Png, "out.png");
    assert_eq!(png[..8], *b"\x89PNG\r\n\x1a\n");
    let side = |at: usize| u32::from_be_bytes(png[at..at + 4].try_into().unwrap());
    assert!(
        side(16) > 300 && side(20) > 200,
        "{} × {}",
        side(16),
        side(20)
    );
}

#[test]
fn a_picture_has_the_asked_size_and_shows_the_signal() {
    let window = TestWindow::plotted();
    let picture = ui::picture(window.state(), [640.0, 360.0], 1.5);
    assert_eq!((picture.width, picture.height), (960, 540));
    assert_eq!(picture.rgba.len(), 960 * 540 * 4);
    let color_idx = window.state().workspace.panels().next().unwrap().signals[0].color_idx;
    let color = theme::signal_color(Theme::Dark, color_idx).to_array();
    let (pixels, _) = picture.rgba.as_chunks::<4>();
    let of_signal = pixels.iter().filter(|pixel| **pixel == color).count();
    assert!(of_signal > 500, "{of_signal} pixels");
}
