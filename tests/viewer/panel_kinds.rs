//! Statistics, histograms, XY plots and tracks: what they tell, and what the mouse does in them.

use std::f64::consts::TAU;

use canlake::command::{Action, Command, PanelCommand, PlotTarget};
use canlake::series::{Bins, Stats};
use canlake::state::{
    AppState, Panel, PanelId, PanelKind, PanelOptions, Place, SampleWeight, Span, Summary,
};
use canlake_shared::time::{NS_PER_SEC, Timestamp};
use egui::{Key, OutputCommand, PointerButton, pos2};
use egui_kittest::kittest::Queryable as _;

use crate::lake::{START_NS, SignalData, write_decoded};
use crate::window::{SPEED, TestWindow, VOLTAGE, loaded, samples};

fn panel_of(state: &AppState, kind: PanelKind) -> &Panel {
    let mut panels = state.workspace.panels();
    panels.find(|panel| panel.kind == kind).unwrap()
}

/// Waits until a panel shows what it was asked for last.
pub(crate) fn settle(window: &mut TestWindow, kind: PanelKind) -> PanelId {
    let id = panel_of(window.state(), kind).id;
    window.harness.run_steps(2);
    window.wait("the answer", |state| {
        !state.summaries.is_running(id) && state.summaries.get(id).is_some()
    });
    window.harness.run_steps(2);
    id
}

#[test]
fn statistics_are_those_of_the_visible_samples() {
    let mut window = TestWindow::plotted();
    window.press(Key::I);
    window.press(Key::M);
    let id = settle(&mut window, PanelKind::Statistics);
    let visible = window.visible();
    let state = window.state();
    let Some((question, Summary::Statistics(stats))) = state.summaries.get(id) else {
        panic!("statistics");
    };
    let series = loaded(state).unwrap().series.as_ref().unwrap();
    let range = (visible.start.as_ns(), visible.end.as_ns());
    let expected = Stats::compute(series, range);
    assert_eq!(question.range, visible);
    assert_eq!(stats[..], [expected]);
    let (times, values) = samples(1);
    let inside = |time: &i64| range.0 <= *time && *time < range.1;
    let shown: Vec<f64> = times
        .iter()
        .zip(values)
        .filter(|(time, _)| inside(time))
        .map(|(_, value)| value)
        .collect();
    assert!(shown.len() < times.len());
    assert_eq!(expected.count, shown.len());
    let extreme = |pick: fn(f64, f64) -> f64| shown.iter().copied().reduce(pick);
    assert_eq!(expected.min.map(|it| it.value), extreme(f64::min));
    assert_eq!(expected.max.map(|it| it.value), extreme(f64::max));
    assert!(window.has_text(&shown.len().to_string()));

    // New signals still go into the plot, and M closes the statistics again.
    let active = state.workspace.active().unwrap();
    assert_eq!(state.workspace.panel(active).unwrap().kind, PanelKind::Plot);
    window.press(Key::M);
    let kinds: Vec<_> = window
        .state()
        .workspace
        .panels()
        .map(|it| it.kind)
        .collect();
    assert_eq!(kinds, [PanelKind::Plot]);
}

#[test]
fn statistics_from_a_to_b_are_copied_and_lead_to_their_extremes() {
    let mut window = TestWindow::plotted();
    let (times, values) = samples(1);
    window.press(Key::M);
    for (key, index) in [(Key::A, 100), (Key::B, 300)] {
        window.press(key);
        window.send(Command::PlaceCursor(Timestamp::from_ns(times[index])));
    }
    window.harness.get_by_label("A to B").click();
    window.harness.run_steps(3);
    let id = settle(&mut window, PanelKind::Statistics);
    assert_eq!(
        panel_of(window.state(), PanelKind::Statistics).options.span,
        Span::Cursors
    );
    let Some((_, Summary::Statistics(stats))) = window.state().summaries.get(id) else {
        panic!("statistics");
    };
    assert_eq!(stats[0].count, 200);
    let greatest = stats[0].max.unwrap();
    let best = values[100..300].iter().copied().fold(f64::MIN, f64::max);
    assert_eq!(greatest.value, best);

    window.harness.get_by_label("Copy").click();
    window.harness.step();
    let commands = &window.harness.output().platform_output.commands;
    let copied = commands.iter().find_map(|command| match command {
        OutputCommand::CopyText(text) => Some(text.clone()),
        _ => None,
    });
    let copied = copied.unwrap();
    let rows: Vec<Vec<&str>> = copied
        .lines()
        .map(|row| row.split('\t').collect())
        .collect();
    assert_eq!(rows.len(), 2);
    assert_eq!(rows[0].len(), rows[1].len());
    assert_eq!(rows[1][..2], [SPEED, "km/h"]);
    let column = |name: &str| {
        let at = rows[0].iter().position(|title| *title == name).unwrap();
        rows[1][at]
    };
    assert_eq!(column("count"), "200");
    assert_eq!(column("max").parse::<f64>().unwrap(), best);
    assert_eq!(column("state"), "complete");

    // Away from it, then back by a click on the number.
    window.send(Command::SetWindow(canlake_shared::time::TimeRange::new(
        Timestamp::from_ns(times[500]),
        Timestamp::from_ns(times[510]),
    )));
    settle(&mut window, PanelKind::Statistics);
    let text = canlake::ui::value_text(best);
    let number = window.harness.query_all_by_label(&text).next().unwrap();
    let at = number.rect().center();
    window.click_at(at);
    let at = Timestamp::from_ns(greatest.time);
    assert_eq!(window.state().cursors.active_instant(), Some(at));
    assert!(window.visible().contains(at));
}

#[test]
fn a_histogram_counts_all_samples_and_tells_of_the_bar_under_the_pointer() {
    let mut window = TestWindow::plotted();
    window.send(Command::Run(Action::NewHistogram));
    let id = settle(&mut window, PanelKind::Histogram);
    let (label, rect) = window.figure("Histogram of ");
    assert!(
        label.contains(SPEED) && label.contains("600 samples"),
        "{label}"
    );
    let Some((_, Summary::Histogram(Some((bins, histograms))))) = window.state().summaries.get(id)
    else {
        panic!("a histogram");
    };
    assert!(matches!(bins, Bins::Even { .. }) && bins.len() > 3);
    assert_eq!(histograms[0].weights.iter().sum::<f64>(), 600.0);
    let (first, share) = (histograms[0].weights[0], histograms[0].weights[0] / 6.0);

    window
        .harness
        .hover_at(pos2(rect.left() + 3.0, rect.bottom() - 5.0));
    window.harness.run_steps(40);
    assert!(window.has_text(&format!("{first:.0} samples")));
    assert!(window.has_text(&format!("{share:.2} %")));

    // Weighed by time the total is the time; a typed number of bins replaces the rule.
    window.harness.get_by_label("By time").click();
    window.harness.run_steps(3);
    settle(&mut window, PanelKind::Histogram);
    let options = &panel_of(window.state(), PanelKind::Histogram).options;
    assert_eq!(options.weight, SampleWeight::Time);
    let (label, _) = window.figure("Histogram of ");
    assert!(label.contains("59.9 s"), "{label}");
    window.harness.get_by_label("Number of bins").focus();
    window.harness.run_steps(2);
    window.harness.get_by_label("Number of bins").type_text("7");
    window.harness.run_steps(2);
    window.press(Key::Enter);
    settle(&mut window, PanelKind::Histogram);
    let (label, _) = window.figure("Histogram of ");
    assert!(label.contains(": 7 bins"), "{label}");
    window.harness.get_by_label("Logarithmic").click();
    window.harness.run_steps(3);
    assert!(
        panel_of(window.state(), PanelKind::Histogram)
            .options
            .log_counts
    );
}

/// Both signals of the lake in an XY plot, beside the plot of the first.
pub(crate) fn xy() -> TestWindow {
    let mut window = TestWindow::plotted();
    window.send(Command::Run(Action::NewXy));
    window.click_signal(VOLTAGE);
    window.wait("the samples", |state| !state.store.is_loading());
    settle(&mut window, PanelKind::Xy);
    window
}

#[test]
fn an_empty_panel_says_what_to_do() {
    let mut window = TestWindow::plotted();
    let teaches = [
        (PanelKind::Histogram, "Drag signals here to see how"),
        (PanelKind::Xy, "Drag a signal here for X"),
        (PanelKind::Track, "Drag latitude and longitude here"),
    ];
    for (kind, text) in teaches {
        let state = &mut window.harness.state_mut().state;
        let id = state.workspace.add_panel(kind, Place::Tab);
        window.harness.run_steps(3);
        assert!(window.has_text(text), "{kind:?}");
        window.send(Command::ClosePanel(id));
    }
}

#[test]
fn an_xy_plot_draws_one_signal_over_the_other_and_has_a_zoom_of_its_own() {
    let mut window = xy();
    let (label, rect) = window.figure("XY plot of ");
    let expected = format!("{VOLTAGE} over {SPEED}: 600 points");
    assert!(label.contains(&expected), "{label}");
    let visible = window.visible();
    let area = |window: &TestWindow| panel_of(window.state(), PanelKind::Xy).options.area;

    window.wheel_at(rect.center(), 120.0);
    let zoomed = area(&window).unwrap();
    assert_eq!(window.visible(), visible, "the time stays as it is");
    window.drag_with(
        PointerButton::Primary,
        &[rect.center(), rect.center() + egui::vec2(30.0, 20.0)],
    );
    let panned = area(&window).unwrap();
    assert!(panned[0][0] < zoomed[0][0] && panned[1][0] > zoomed[1][0]);

    // A box with the right button.
    let (from, to) = (rect.center(), rect.center() + egui::vec2(80.0, 60.0));
    window.drag_with(PointerButton::Secondary, &[from, to]);
    let boxed = area(&window).unwrap();
    assert!(boxed[0][1] - boxed[0][0] < (panned[0][1] - panned[0][0]) / 2.0);
    window.press(Key::Backspace);
    assert_eq!(
        area(&window),
        Some(panned),
        "it is a step of the undo of zooms"
    );
    window.double_click_at(rect.center());
    assert_eq!(area(&window), None, "a double click shows everything");
}

#[test]
fn a_point_and_its_time_belong_together() {
    let mut window = xy();
    let (_, rect) = window.figure("XY plot of ");
    // The test signals are alike, so the points lie on the diagonal.
    window.point_at(rect.center());
    window.harness.run_steps(4);
    let hovered = window.state().hovered.unwrap();
    let (times, _) = samples(1);
    assert!(times.contains(&hovered.as_ns()));
    window.click_at(rect.center());
    assert_eq!(window.state().cursors.active_instant(), Some(hovered));
    // The first can be another.
    let id = panel_of(window.state(), PanelKind::Xy).id;
    let second = panel_of(window.state(), PanelKind::Xy).signals[1]
        .signal
        .clone();
    window.send(Command::Panel(id, PanelCommand::PutFirst(second)));
    settle(&mut window, PanelKind::Xy);
    let (label, _) = window.figure("XY plot of ");
    assert!(
        label.contains(&format!("{SPEED} over {VOLTAGE}")),
        "{label}"
    );
    for choice in ["Interpolate", "Colour by time", "Equal scale"] {
        window.harness.get_by_label(choice).click();
        window.harness.run_steps(3);
    }
    let options = PanelOptions {
        interpolate: true,
        color_by_time: true,
        equal_scale: true,
        ..PanelOptions::default()
    };
    assert_eq!(panel_of(window.state(), PanelKind::Xy).options, options);
}

/// A drive round a circle of a kilometre, with a gap and a receiver that loses its fix.
pub(crate) fn drive() -> TestWindow {
    let window = TestWindow::new();
    let path = window.lake.path("gps/drive_decoded.parquet");
    let seconds: Vec<i64> = (0..600)
        .filter(|second| !(200..260).contains(second))
        .collect();
    let times: Vec<i64> = seconds
        .iter()
        .map(|second| START_NS + second * NS_PER_SEC)
        .collect();
    let column = |signal: &str, value: &dyn Fn(f64) -> f64| {
        let value = |second: &i64| match second {
            // Without a fix.
            10..13 => 0.0,
            _ => value(*second as f64 / 600.0 * TAU),
        };
        SignalData {
            message: "GNSS".to_owned(),
            signal: signal.to_owned(),
            times: times.clone(),
            values: seconds.iter().map(value).collect(),
        }
    };
    // Half a kilometre is this many degrees at 48° north.
    let (up, across) = (500.0 / 111_195.0, 500.0 / 74_405.0);
    let signals = vec![
        column("Latitude", &|angle| 48.0 + up * angle.sin()),
        column("Longitude", &|angle| 11.0 + across * angle.cos()),
        column("Speed", &|angle| angle * 10.0),
    ];
    write_decoded(&path, "GPS_CAR", signals);
    let mut window = window;
    let folder = path.parent().unwrap().to_string_lossy().into_owned();
    window.send(Command::Open(vec![folder]));
    window.wait("the vehicle", |state| state.selected_vehicle().is_some());
    window
}

#[test]
fn a_track_finds_its_signals_and_has_the_right_size() {
    let mut window = drive();
    window.send(Command::Run(Action::NewTrack));
    window.wait("the samples", |state| {
        !state.workspace.signals().is_empty() && !state.store.is_loading()
    });
    let id = settle(&mut window, PanelKind::Track);
    let (label, rect) = window.figure("GPS track of ");
    assert!(
        label.contains("GNSS.Latitude and GNSS.Longitude"),
        "{label}"
    );
    assert!(
        label.contains("537 positions, 1 km by 1 km, 3 invalid"),
        "{label}"
    );
    let Some((_, Summary::Track(track))) = window.state().summaries.get(id) else {
        panic!("a track");
    };
    // Cut where there was no fix, and where nothing was recorded.
    assert_eq!(track.plane.runs().count(), 3);
    assert!(track.plane.is_path);

    // A third signal colours it.
    let mut speed = track_signal(&window, "Speed");
    window.send(Command::Plot {
        signals: vec![speed.clone()],
        target: PlotTarget::Panel(id),
    });
    window.wait("the samples", |state| !state.store.is_loading());
    settle(&mut window, PanelKind::Track);
    let Some((_, Summary::Track(track))) = window.state().summaries.get(id) else {
        panic!("a track");
    };
    assert_eq!(track.colors.len(), track.plane.points.len());

    // A click on the circle places the cursor when the vehicle was there: at its top.
    let half = rect.height() / 2.0 / 1.1;
    window.click_at(rect.center() - egui::vec2(0.0, half));
    let at = window.state().cursors.active_instant().unwrap();
    let seconds = at.ns_since(Timestamp::from_ns(START_NS)) as f64 / 1e9;
    assert!((seconds - 150.0).abs() < 5.0, "{seconds} s");
    speed.key = track_signal(&window, "Latitude").key;
    window.send(Command::Unplot(id, speed));
    window.harness.run_steps(4);
    assert!(window.has_text("GPS track"));
}

fn track_signal(window: &TestWindow, name: &str) -> canlake::state::SignalRef {
    let vehicle = &window.state().selection.as_ref().unwrap().vehicle;
    let infos = &window.state().vehicle(vehicle).unwrap().signals;
    let info = infos.iter().find(|info| &*info.key.signal == name).unwrap();
    canlake::state::SignalRef {
        vehicle: vehicle.clone(),
        key: info.key.clone(),
    }
}

#[test]
fn half_a_position_brings_the_other_half() {
    let mut window = drive();
    let state = &mut window.harness.state_mut().state;
    let id = state.workspace.add_panel(PanelKind::Track, Place::Below);
    let latitude = track_signal(&window, "Latitude");
    window.send(Command::Plot {
        signals: vec![latitude],
        target: PlotTarget::Panel(id),
    });
    let panel = window.state().workspace.panel(id).unwrap();
    assert_eq!(panel.signals.len(), 2);
}

#[test]
fn panels_are_in_pictures_too() {
    let mut window = xy();
    window.send(Command::Run(Action::NewHistogram));
    window.press(Key::M);
    for kind in [PanelKind::Histogram, PanelKind::Statistics] {
        settle(&mut window, kind);
    }
    let picture = canlake::ui::picture(window.state(), [900.0, 900.0], 1.0);
    let color_idx = panel_of(window.state(), PanelKind::Xy).signals[1].color_idx;
    let color = canlake::ui::theme::signal_color(egui::Theme::Dark, color_idx).to_array();
    let (pixels, _) = picture.rgba.as_chunks::<4>();
    let drawn = pixels.iter().filter(|pixel| **pixel == color).count();
    assert!(drawn > 300, "{drawn} pixels");
}
