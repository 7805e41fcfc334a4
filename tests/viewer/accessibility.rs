use canlake::command::Command;
use egui::Key;

use canlake::series::Stats;
use canlake::ui::value_text;
use egui_kittest::kittest::{NodeT as _, Queryable as _};

use crate::window::{TestWindow, loaded, write_drive};

#[test]
fn a_plot_tells_names_range_values_and_cursors() {
    let mut window = TestWindow::plotted();
    window.click_plot(0.4);
    window.press(Key::B);
    window.click_plot(0.8);
    window.wait("the statistics", |state| {
        let id = state.workspace.active().unwrap();
        !state.summaries.is_running(id)
    });
    let plot = window.plot().unwrap();
    let visible = window.visible();
    assert!(plot.contains("Drive.Speed"), "{plot}");
    assert!(plot.contains(&visible.start.to_string()), "{plot}");
    assert!(plot.contains(&visible.end.to_string()), "{plot}");
    let state = window.state();
    let (a, b) = state.cursors.both().unwrap();
    let series = loaded(state).unwrap().series.as_ref().unwrap();
    let at = |time_ns| series.sample_at(time_ns).unwrap().value;
    let stats = Stats::compute(series, (visible.start.as_ns(), visible.end.as_ns()));
    let [mean, std] = [stats.mean, stats.std].map(|value| value_text(value.unwrap()));
    let expected = format!(
        "25 to 50 km/h in 600 samples, mean {mean}, standard deviation {std}, \
         {} km/h at A, {} km/h at B",
        at(a.as_ns()),
        at(b.as_ns())
    );
    assert!(plot.contains(&expected), "{plot}\n{expected}");
}

/// What the plots say of each signal.
fn signals(window: &TestWindow) -> Vec<String> {
    let role = egui::accesskit::Role::ListItem;
    let nodes = window.harness.query_all_by_role(role);
    nodes
        .filter_map(|node| node.accesskit_node().label())
        .collect()
}

#[test]
fn every_signal_is_told_however_many_there_are() {
    let mut window = TestWindow::new();
    let path = window.lake.path("many_decoded.parquet");
    let names: Vec<String> = (0..30).map(|number| format!("S{number:02}")).collect();
    let columns: Vec<_> = names
        .iter()
        .map(|name| ("can0", "Many", 0x100, name.as_str(), "V"))
        .collect();
    write_drive(&path, "MANY", &columns);
    window.send(Command::Open(vec![path.to_string_lossy().into_owned()]));
    window.wait("the vehicle", |state| state.selected_vehicle().is_some());
    window.plot_everything();
    window.settle();
    let told = window.plot().unwrap();
    assert!(told.contains("and 10 more"), "{told}");
    assert!(!told.contains("S29"), "{told}");
    let each = signals(&window);
    assert_eq!(each.len(), 30);
    for (text, name) in each.iter().zip(&names) {
        let begin = format!("Many.{name}: 0 to 25 V in 600 samples, mean 12.");
        assert!(text.starts_with(&begin), "{text}");
    }
    // A zoom makes the statistics those of what is left.
    window.press(Key::I);
    window.settle();
    let zoomed = signals(&window);
    assert!(
        zoomed[29].contains("samples, mean ") && zoomed[29] != each[29],
        "{zoomed:?}"
    );
}
