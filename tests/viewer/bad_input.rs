//! Damaged files, odd values and odd windows: one clear message each, and nothing else is lost.

use std::fs;
use std::path::Path;

use canlake::command::{Action, Command};
use canlake::state::{Severity, SourceStatus};
use canlake_shared::time::NS_PER_SEC;

use crate::lake::{START_NS, SignalData, write_decoded};
use crate::window::{SPEED, TestWindow, VEHICLE};

/// Opens a file in a window that shows a plot already; gives what the window says of it.
fn messages_about(window: &mut TestWindow, path: &Path) -> Vec<(Severity, String)> {
    let before = window.state().notices.iter().count();
    let text = path.to_string_lossy().into_owned();
    window.send(Command::Open(vec![text]));
    window.wait(&format!("an answer about {}", path.display()), |state| {
        state.notices.iter().count() > before
            && state
                .sources
                .iter()
                .all(|source| !matches!(source.status, SourceStatus::Opening(_)))
    });
    let notices = window.state().notices.iter();
    notices
        .skip(before)
        .map(|notice| {
            (
                notice.severity,
                format!("{} {}", notice.title, notice.detail),
            )
        })
        .collect()
}

fn the_plot_is_still_there(window: &TestWindow) {
    let plots = window.plots().join("\n");
    assert!(plots.contains("in 600 samples"), "{plots}");
    assert!(window.has_signal(SPEED));
}

#[test]
fn files_that_cannot_be_read_are_named_once() {
    let mut window = TestWindow::plotted();
    let whole = fs::read(window.lake.path("1_decoded.parquet")).unwrap();
    let other = tempfile::tempdir().unwrap();
    let foreign = crate::lake::parquet_of_another_kind();
    let cases: [(&str, &[u8]); 5] = [
        ("truncated.parquet", &whole[..whole.len() / 2]),
        ("no_footer.parquet", &whole[..whole.len() - 9]),
        ("empty.parquet", &[]),
        ("empty.log", &[]),
        ("other_schema.parquet", &foreign),
    ];
    for (name, bytes) in cases {
        let path = other.path().join(name);
        fs::write(&path, bytes).unwrap();
        let messages = messages_about(&mut window, &path);
        assert_eq!(messages.len(), 1, "{name}: {messages:?}");
        let (severity, text) = &messages[0];
        assert!(*severity >= Severity::Warning, "{name}: {text}");
        assert!(text.contains(name), "{text}");
        the_plot_is_still_there(&window);
    }
    let missing = other.path().join("missing.parquet");
    let messages = messages_about(&mut window, &missing);
    assert!(messages[0].1.contains("missing.parquet"), "{messages:?}");
    the_plot_is_still_there(&window);
}

#[test]
fn odd_values_are_drawn_as_far_as_they_can_be() {
    let mut window = TestWindow::new();
    let times = |n: i64| {
        (0..n)
            .map(|idx| START_NS + idx * NS_PER_SEC)
            .collect::<Vec<_>>()
    };
    let signals = [
        ("Nothing", vec![f64::NAN; 100]),
        ("Infinite", [f64::INFINITY, f64::NEG_INFINITY].repeat(50)),
        ("Huge", [f64::MAX, f64::MIN, 0.0, 1e300].repeat(25)),
        ("Tiny", vec![f64::MIN_POSITIVE; 100]),
        ("Constant", vec![7.0; 100]),
        ("Once", vec![42.0]),
        (
            "Mixed",
            [1.0, f64::NAN, 2.0, f64::INFINITY, -0.0].repeat(20),
        ),
    ];
    let columns = signals.into_iter().map(|(name, values)| SignalData {
        message: "Odd".to_owned(),
        signal: name.to_owned(),
        times: times(values.len() as i64),
        values,
    });
    let path = window.lake.path("odd/odd_decoded.parquet");
    write_decoded(&path, VEHICLE, columns.collect());
    window.send(Command::Open(vec![path.to_string_lossy().into_owned()]));
    window.wait("the vehicle", |state| state.selected_vehicle().is_some());
    for name in [
        "Nothing", "Infinite", "Huge", "Tiny", "Constant", "Once", "Mixed",
    ] {
        let signal = format!("Odd.{name}");
        let is_plotted = |window: &TestWindow| {
            let signals = window.state().workspace.signals();
            signals.iter().any(|it| &*it.key.signal == name)
        };
        if !is_plotted(&window) {
            window.click_signal(&signal);
        }
        window.wait("the samples", |state| !state.store.is_loading());
        let plots = window.plots().join("\n");
        assert!(plots.contains(&signal), "{plots}");
        // Somewhere in the picture, zoomed and fitted, too.
        for key in [egui::Key::I, egui::Key::F, egui::Key::Home, egui::Key::S] {
            window.press(key);
        }
    }
    window.press(egui::Key::M);
    window.harness.run_steps(5);
    let errors = window.state().notices.iter();
    assert_eq!(
        errors.filter(|it| it.severity == Severity::Error).count(),
        0
    );
}

#[test]
fn two_thousand_signals_and_very_long_names_are_listed_and_plotted() {
    let mut window = TestWindow::new();
    let long = "Länge_".repeat(50);
    let mut columns: Vec<_> = (0..2_000)
        .map(|idx| SignalData {
            message: format!("Message_{}", idx / 20),
            signal: format!("Signal_{idx}"),
            times: vec![START_NS, START_NS + NS_PER_SEC],
            values: vec![f64::from(idx), 0.0],
        })
        .collect();
    columns.push(SignalData {
        message: "Long".to_owned(),
        signal: long.clone(),
        times: vec![START_NS, START_NS + NS_PER_SEC],
        values: vec![1.0, 2.0],
    });
    let path = window.lake.path("many/many_decoded.parquet");
    write_decoded(&path, VEHICLE, columns);
    window.send(Command::Open(vec![path.to_string_lossy().into_owned()]));
    window.wait("the vehicle", |state| state.selected_vehicle().is_some());
    let n_signals = window.state().selected_vehicle().unwrap().signals.len();
    assert_eq!(n_signals, 2_001);
    window.search("länge");
    window.wait("the first plots", |state| !state.store.is_loading());
    window.send(Command::Run(Action::ClearPlots));
    window.click_signal(&format!("Long.{long}"));
    window.wait("the samples", |state| !state.store.is_loading());
    let plots = window.plots().join("");
    assert!(plots.contains("Länge_"), "{plots}");
}

#[test]
fn a_window_of_400_by_300_points_still_shows_a_plot() {
    let mut window = TestWindow::plotted();
    for size in [[400.0, 300.0], [200.0, 120.0], [2560.0, 1440.0]] {
        window.harness.set_size(size.into());
        window.harness.run_steps(4);
        the_plot_is_there_or_hidden(&window, size);
    }
}

fn the_plot_is_there_or_hidden(window: &TestWindow, size: [f32; 2]) {
    if size[0] >= 400.0 {
        let rect = window.plot_rect();
        assert!(
            rect.width() > 40.0 && rect.height() > 20.0,
            "{size:?}: {rect:?}"
        );
        assert!(window.plots()[0].contains("Speed"), "{:?}", window.plots());
    }
}
