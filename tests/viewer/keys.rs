use canlake::state::{Effect, ThemeChoice};
use egui::{Key, Modifiers};
use egui_kittest::kittest::Queryable as _;

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
