//! Signals that are hard to draw: the picture is right, and nothing panics.

use canlake::command::{Action, Command, PlotTarget};
use canlake::state::{AppState, PanelKind, SignalRef};
use canlake_shared::time::NS_PER_SEC;
use egui::{Key, PointerButton, vec2};

use crate::lake::{START_NS, SignalData, write_decoded};
use crate::window::TestWindow;

const N: usize = 100;

/// Name, values, and what the plot says of them.
fn cases() -> Vec<(&'static str, Vec<f64>, &'static str)> {
    let ramp = |of: fn(f64) -> f64| (0..N).map(|idx| of(idx as f64)).collect::<Vec<_>>();
    vec![
        ("AllMissing", vec![f64::NAN; N], "no values"),
        ("Constant", vec![5.0; N], "5 to 5"),
        // A switch that is never on: a lane.
        ("Zero", vec![0.0; N], "Strange.Zero"),
        ("Huge", ramp(|at| (at - 50.0) * 1e300), "e301 to"),
        (
            "Limits",
            ramp(|at| {
                if (at as usize).is_multiple_of(2) {
                    f64::MAX
                } else {
                    -f64::MAX
                }
            }),
            "e308 to",
        ),
        (
            "Infinite",
            ramp(|at| match at as usize % 10 {
                3 => f64::INFINITY,
                7 => f64::NEG_INFINITY,
                _ => at,
            }),
            "0 to 99",
        ),
        ("OnlyInfinite", vec![f64::INFINITY; N], "no values"),
        ("Tiny", ramp(|at| at * 5e-324), "0 to "),
        ("Single", vec![3.0], "3 to 3"),
    ]
}

fn window() -> TestWindow {
    let mut window = TestWindow::new();
    let path = window.lake.path("strange/drive_decoded.parquet");
    let signals = cases().into_iter().map(|(name, values, _)| SignalData {
        message: "Strange".to_owned(),
        signal: name.to_owned(),
        times: (0..values.len() as i64)
            .map(|idx| START_NS + idx * NS_PER_SEC / 10)
            .collect(),
        values,
    });
    write_decoded(&path, "ODD", signals.collect());
    let folder = path.parent().unwrap().to_string_lossy().into_owned();
    window.send(Command::Open(vec![folder]));
    window.wait("the vehicle", |state| state.selected_vehicle().is_some());
    window
}

fn signal(state: &AppState, name: &str) -> SignalRef {
    let vehicle = &state.selection.as_ref().unwrap().vehicle;
    let infos = &state.vehicle(vehicle).unwrap().signals;
    let info = infos.iter().find(|info| &*info.key.signal == name).unwrap();
    SignalRef {
        vehicle: vehicle.clone(),
        key: info.key.clone(),
    }
}

fn plot(window: &mut TestWindow, name: &str) {
    let signals = vec![signal(window.state(), name)];
    let target = PlotTarget::NewPanel;
    window.send(Command::Plot { signals, target });
    window.wait("the samples", |state| !state.store.is_loading());
}

#[test]
fn every_strange_signal_has_a_plot_that_bears_all_gestures() {
    for (name, _, told) in cases() {
        let mut window = window();
        plot(&mut window, name);
        let label = window.plot().unwrap();
        assert!(label.contains(told), "{name}: {label}");
        let rect = window.plot_rect();
        window.wheel_at(rect.center(), 80.0);
        window.hold(egui::Modifiers::ALT);
        window.wheel_at(rect.center(), 80.0);
        window.hold(egui::Modifiers::NONE);
        let corner = rect.center() + vec2(120.0, 60.0);
        let way = [rect.center(), rect.center() + vec2(40.0, 30.0), corner];
        window.drag_with(PointerButton::Secondary, &way);
        window.drag_with(PointerButton::Primary, &way);
        window.click_at(rect.center());
        for key in [Key::CloseBracket, Key::F, Key::Home, Key::Period] {
            window.press(key);
        }
        assert!(window.plot().unwrap().contains(told), "{name}");
    }
}

/// Pixels of the signal's colour in a picture of the plots, large enough for lines to have an inside.
fn n_pixels(window: &TestWindow) -> usize {
    let picture = canlake::ui::picture(window.state(), [300.0, 160.0], 4.0);
    let color_idx = window.state().workspace.panels().next().unwrap().signals[0].color_idx;
    let color = canlake::ui::theme::signal_color(egui::Theme::Dark, color_idx).to_array();
    let (pixels, _) = picture.rgba.as_chunks::<4>();
    pixels.iter().filter(|pixel| **pixel == color).count()
}

#[test]
fn what_has_values_is_seen_and_what_has_none_is_not() {
    for (name, values, _) in cases() {
        let mut window = window();
        plot(&mut window, name);
        window.send(Command::Run(Action::ToggleLegend));
        let has_values = values.iter().any(|value| value.is_finite());
        let drawn = n_pixels(&window);
        assert_eq!(drawn > 5, has_values, "{name}: {drawn} pixels");
    }
}

#[test]
fn strange_signals_have_statistics_histograms_and_xy_plots() {
    let mut window = window();
    for (name, _, _) in cases() {
        plot(&mut window, name);
    }
    window.press(Key::M);
    for (first, second) in [
        ("Huge", "Limits"),
        ("AllMissing", "Constant"),
        ("Single", "Tiny"),
    ] {
        for action in [Action::NewTab, Action::NewHistogram, Action::NewXy] {
            window.send(Command::Run(action));
            let signals = [first, second].map(|name| signal(window.state(), name));
            window.send(Command::Plot {
                signals: signals.into(),
                target: PlotTarget::Active,
            });
        }
        window.wait("all answers", |state| {
            let seen = state.workspace.layout().seen();
            let mut panels = seen.iter().filter_map(|id| state.workspace.panel(*id));
            panels.all(|panel| {
                panel.kind == PanelKind::Plot || state.summaries.get(panel.id).is_some()
            })
        });
        window.harness.run_steps(4);
        let has_xy = window.has_text("XY plot of ");
        assert!(has_xy, "{first} and {second}");
    }
    let failures = window.state().notices.iter();
    let failures: Vec<_> = failures
        .filter(|notice| notice.severity == canlake::state::Severity::Error)
        .collect();
    assert!(failures.is_empty(), "{failures:?}");
}
