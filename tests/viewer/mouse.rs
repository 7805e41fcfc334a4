//! A mouse with all its buttons, and keys that are held meanwhile.

use egui::{Event, Modifiers, MouseWheelSource, MouseWheelUnit, PointerButton, Pos2, TouchPhase};
use egui_kittest::kittest::{NodeT as _, Queryable as _};

use crate::window::TestWindow;

/// Frames until a wheel has come to rest.
const WHEEL_FRAMES: usize = 6;

impl TestWindow {
    /// Holds keys, or lets them go.
    pub(crate) fn hold(&mut self, modifiers: Modifiers) {
        self.harness.event(Event::ModifiersChanged(modifiers));
        self.harness.run_steps(1);
    }

    fn button(&mut self, at: Pos2, button: PointerButton, pressed: bool) {
        let modifiers = self.harness.ctx.input(|input| input.modifiers);
        self.harness.event(Event::PointerButton {
            pos: at,
            button,
            pressed,
            modifiers,
        });
        self.harness.run_steps(1);
    }

    /// Moves the pointer there.
    pub(crate) fn point_at(&mut self, at: Pos2) {
        self.harness.event(Event::PointerMoved(at));
        self.harness.run_steps(2);
    }

    /// A click with any button.
    pub(crate) fn click_with(&mut self, button: PointerButton, at: Pos2) {
        self.point_at(at);
        self.button(at, button, true);
        self.button(at, button, false);
        self.harness.run_steps(3);
    }

    /// A click.
    pub(crate) fn click_at(&mut self, at: Pos2) {
        self.click_with(PointerButton::Primary, at);
    }

    /// A double click. A frame of a test is a quarter of a second, so that a user may be slow.
    pub(crate) fn double_click_at(&mut self, at: Pos2) {
        // Clicks before it do not count.
        self.harness.run_steps(9);
        self.point_at(at);
        self.set_double_click_secs(2.0);
        for _ in 0..2 {
            self.button(at, PointerButton::Primary, true);
            self.button(at, PointerButton::Primary, false);
        }
        self.harness.run_steps(3);
        self.set_double_click_secs(0.3);
    }

    fn set_double_click_secs(&mut self, secs: f64) {
        self.harness.ctx.options_mut(|options| {
            options.input_options.max_double_click_delay = secs;
        });
    }

    /// Presses at the first place, moves through the others, lets go at the last.
    pub(crate) fn drag_with(&mut self, button: PointerButton, way: &[Pos2]) {
        let (first, last) = (way[0], way[way.len() - 1]);
        self.point_at(first);
        self.button(first, button, true);
        for place in &way[1..] {
            self.point_at(*place);
        }
        self.button(last, button, false);
        self.harness.run_steps(3);
    }

    /// Turns the wheel; a notch is 40 points, up is positive.
    pub(crate) fn wheel_at(&mut self, at: Pos2, points: f32) {
        self.point_at(at);
        let modifiers = self.harness.ctx.input(|input| input.modifiers);
        self.harness.event(Event::MouseWheel {
            unit: MouseWheelUnit::Point,
            delta: egui::vec2(0.0, points),
            phase: TouchPhase::Move,
            source: MouseWheelSource::Wheel,
            modifiers,
        });
        self.harness.run_steps(WHEEL_FRAMES);
    }

    /// What the figure whose label begins so says of itself, and where it is.
    pub(crate) fn figure(&self, begin: &str) -> (String, egui::Rect) {
        let figures = self
            .harness
            .query_all_by_role(egui::accesskit::Role::Figure);
        let labelled =
            figures.filter_map(|node| Some((node.accesskit_node().label()?, node.rect())));
        let mut found = labelled.filter(|(label, _)| label.starts_with(begin));
        found.next().unwrap()
    }

    /// Whether a text is seen.
    pub(crate) fn has_text(&self, text: &str) -> bool {
        let mut found = self.harness.query_all_by_label_contains(text);
        found.next().is_some()
    }
}
