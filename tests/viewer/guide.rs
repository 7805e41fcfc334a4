use canlake::command::Action;
use canlake::state::Dialog;
use egui::{Key, pos2};
use egui_kittest::kittest::Queryable as _;

use crate::window::TestWindow;

fn heading(window: &TestWindow, text: &str) -> bool {
    window.harness.query_all_by_label(text).count() >= 2
}

#[test]
fn f1_tells_about_what_is_under_the_pointer() {
    let mut window = TestWindow::plotted();
    let plot = window.plot_rect();
    let places = [
        (plot.center(), "Plots"),
        (pos2(plot.left() - 8.0, plot.center().y), "Axes"),
        (pos2(100.0, plot.bottom() - 60.0), "Signals and search"),
    ];
    for (place, title) in places {
        window.harness.hover_at(place);
        window.harness.run_steps(3);
        window.press(Key::F1);
        assert_eq!(window.state().dialog, Some(Dialog::Keys));
        // Once in the list of pages, once above the page.
        assert!(heading(&window, title), "{title}");
        window.press(Key::Escape);
        assert_eq!(window.state().dialog, None);
    }
}

#[test]
fn the_guide_has_every_key() {
    let mut window = TestWindow::new();
    window.press(Key::F1);
    window.harness.get_by_label("All keys").click();
    window.harness.run_steps(3);
    for action in [Action::FitAll, Action::Palette, Action::SearchSignals] {
        let found = window.harness.query_all_by_label(action.label()).next();
        assert!(found.is_some(), "{action:?}");
    }
}
