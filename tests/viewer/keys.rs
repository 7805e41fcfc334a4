use canlake::command::Command;
use canlake::state::{Cursor, Effect, ThemeChoice};
use egui::{Key, Modifiers};
use egui_kittest::kittest::{NodeT as _, Queryable as _};

use crate::window::TestWindow;

#[test]
fn zooming_in_is_undone_and_redone() {
    let mut window = TestWindow::plotted();
    let whole = window.visible();
    window.press(Key::I);
    let half = window.visible();
    assert!(half.duration_ns() < whole.duration_ns());
    window.press(Key::I);
    let quarter = window.visible();
    assert!(quarter.duration_ns() < half.duration_ns());
    window.press(Key::Backspace);
    assert_eq!(window.visible(), half);
    window.press(Key::Backspace);
    assert_eq!(window.visible(), whole);
    window.press_with(Modifiers::SHIFT, Key::Backspace);
    assert_eq!(window.visible(), half);
    window.press(Key::Home);
    assert_eq!(window.visible(), whole);
}

#[test]
fn grid_and_legend_are_toggled() {
    let mut window = TestWindow::plotted();
    assert!(window.state().settings.grid && window.state().settings.legend);
    window.press(Key::G);
    window.press(Key::L);
    assert!(!window.state().settings.grid && !window.state().settings.legend);
    window.press(Key::G);
    window.press(Key::L);
    assert!(window.state().settings.grid && window.state().settings.legend);
}

#[test]
fn letters_typed_into_the_search_do_nothing_else() {
    let mut window = TestWindow::plotted();
    let (settings, visible) = (window.state().settings.clone(), window.visible());
    window.press_with(Modifiers::COMMAND, Key::F);
    let role = egui::accesskit::Role::SearchInput;
    assert!(window.harness.get_by_role(role).is_focused());
    for key in [Key::G, Key::L, Key::M, Key::I, Key::S, Key::Backspace] {
        window.press(key);
    }
    assert_eq!(window.state().settings, settings);
    assert_eq!(window.visible(), visible);
    // What text fields do with Ctrl is theirs: undo, copy, jumps by words.
    let arrangement = window.state().workspace.clone();
    let cursors = window.state().cursors;
    for key in [
        Key::Z,
        Key::X,
        Key::C,
        Key::V,
        Key::Y,
        Key::A,
        Key::ArrowLeft,
        Key::ArrowRight,
    ] {
        window.press_with(Modifiers::COMMAND, key);
    }
    window.press_with(Modifiers::COMMAND | Modifiers::SHIFT, Key::Z);
    assert_eq!(window.state().workspace, arrangement);
    assert_eq!(window.state().cursors, cursors);
    // Other letters with Ctrl are commands all the same.
    window.press_with(Modifiers::COMMAND, Key::B);
    assert!(!window.state().settings.side_bar);
}

#[test]
fn full_screen_is_asked_for_also_while_something_is_typed() {
    let mut window = TestWindow::plotted();
    window.press(Key::F11);
    window.press(Key::Slash);
    assert!(window.search_has_focus());
    window.press(Key::F11);
    let asked = &window.harness.state().window_effects;
    assert!(
        matches!(
            asked[..],
            [Effect::ToggleFullScreen, Effect::ToggleFullScreen]
        ),
        "{asked:?}"
    );
}

#[test]
fn the_theme_changes_what_is_drawn() {
    let mut window = TestWindow::plotted();
    assert_eq!(window.state().settings.theme, ThemeChoice::Dark);
    window.press_with(Modifiers::COMMAND | Modifiers::SHIFT, Key::T);
    assert_eq!(window.state().settings.theme, ThemeChoice::Light);
    assert_eq!(window.harness.ctx.theme(), egui::Theme::Light);
    window.press_with(Modifiers::COMMAND | Modifiers::SHIFT, Key::T);
    assert_eq!(window.harness.ctx.theme(), egui::Theme::Dark);
}

#[test]
fn one_and_two_are_the_cursors() {
    let mut window = TestWindow::plotted();
    window.harness.remove_cursor();
    let shown = |window: &TestWindow| {
        let cursors = window.state().cursors;
        [Cursor::A, Cursor::B].map(|cursor| cursors.get(cursor).is_some())
    };
    window.press(Key::Num1);
    assert_eq!(shown(&window), [true, false]);
    window.press(Key::Num2);
    assert_eq!(shown(&window), [true, true]);
    assert_eq!(window.state().cursors.active(), Cursor::B);
    window.press(Key::Num2);
    assert_eq!(shown(&window), [true, false]);
    assert_eq!(window.state().cursors.active(), Cursor::A);
}

#[test]
fn a_point_key_draws_every_sample_as_a_dot() {
    let mut window = TestWindow::plotted();
    window.zoom_in_a_lot();
    window.harness.remove_cursor();
    window.harness.run_steps(4);
    let lines = window.harness.render().unwrap();
    window.press(Key::Period);
    assert!(window.state().settings.dots);
    let dots = window.harness.render().unwrap();
    let n_other = |picture: &image::RgbaImage| {
        let pixels = lines.pixels().zip(picture.pixels());
        pixels.filter(|(before, after)| before != after).count()
    };
    assert!(n_other(&dots) > 100, "{}", n_other(&dots));
    window.press(Key::Period);
    assert_eq!(n_other(&window.harness.render().unwrap()), 0);
}

#[test]
fn f_fits_the_values_of_the_active_plot_and_home_those_of_all() {
    let mut window = TestWindow::plotted();
    window.press_with(Modifiers::COMMAND, Key::D);
    window.harness.run_steps(3);
    let panels: Vec<_> = window.state().workspace.panels().collect();
    let [first, second] = [panels[0].id, panels[1].id];
    let axis = panels[0].signals[0].axis.clone();
    let fix = |window: &mut TestWindow| {
        for id in [first, second] {
            window.send(Command::SetAxis(id, axis.clone(), [0.0, 1000.0]));
        }
    };
    let ranges = |window: &TestWindow| -> Vec<String> {
        let figures = window
            .harness
            .query_all_by_label_contains("Axis km/h from ");
        figures
            .filter_map(|node| node.accesskit_node().label())
            .collect()
    };
    fix(&mut window);
    window.press(Key::I);
    let visible = window.visible();
    assert_eq!(ranges(&window), ["Axis km/h from 0 to 1000"; 2]);
    // A click makes a plot the active one.
    window.click_plot(0.5);
    assert_eq!(window.state().workspace.active(), Some(first));
    window.press(Key::F);
    let [fitted, kept] = &ranges(&window)[..] else {
        panic!("two axes");
    };
    assert!(fitted.starts_with("Axis km/h from 23."), "{fitted}");
    assert_eq!(kept, "Axis km/h from 0 to 1000");
    assert_eq!(window.visible(), visible, "time stays as it is");
    window.press(Key::Home);
    assert!(ranges(&window).iter().all(|range| range == fitted));
}

#[test]
fn a_panel_is_duplicated_and_tabs_are_cycled() {
    let mut window = TestWindow::plotted();
    let first = window.state().workspace.active();
    window.press_with(Modifiers::COMMAND, Key::D);
    let signals: Vec<_> = {
        let panels = window.state().workspace.panels();
        panels.map(|panel| panel.signals.clone()).collect()
    };
    assert_eq!(signals.len(), 2);
    assert_eq!(signals[0], signals[1]);
    window.press_with(Modifiers::COMMAND, Key::T);
    let tab = window.state().workspace.active();
    window.press_with(Modifiers::COMMAND, Key::Tab);
    assert_eq!(window.state().workspace.active(), first);
    window.press_with(Modifiers::COMMAND, Key::Tab);
    assert_eq!(window.state().workspace.active(), tab);
}
