use egui::Key;

use crate::window::{TestWindow, loaded};

#[test]
fn a_plot_tells_names_range_values_and_cursors() {
    let mut window = TestWindow::plotted();
    window.click_plot(0.4);
    window.press(Key::B);
    window.click_plot(0.8);
    let plot = window.plot().unwrap();
    let visible = window.visible();
    assert!(plot.contains("Drive.Speed"), "{plot}");
    assert!(plot.contains(&visible.start.to_string()), "{plot}");
    assert!(plot.contains(&visible.end.to_string()), "{plot}");
    let state = window.state();
    let (a, b) = state.cursors.both().unwrap();
    let series = loaded(state).unwrap().series.as_ref().unwrap();
    let at = |time_ns| series.sample_at(time_ns).unwrap().value;
    let expected = format!(
        "25 to 50 km/h in 600 samples, {} km/h at A, {} km/h at B",
        at(a.as_ns()),
        at(b.as_ns())
    );
    assert!(plot.contains(&expected), "{plot}\n{expected}");
}
