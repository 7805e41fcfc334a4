//! The command palette: type a few letters, Enter runs the command.

use egui::{Align2, Area, Frame, Key, Order, Response, RichText, ScrollArea, TextEdit, Ui, vec2};

use super::{UiState, shortcuts, theme};
use crate::command::{Action, Command, CommandQueue};

const WIDTH: f32 = 460.0;
const MAX_HEIGHT: f32 = 380.0;

/// What was typed, and which command is chosen.
#[derive(Debug, Default)]
pub(crate) struct PaletteFields {
    text: String,
    chosen: usize,
    was_open: bool,
}

impl PaletteFields {
    /// Forgets what was typed, for the next time.
    pub(crate) fn close(&mut self) {
        *self = Self::default();
    }
}

/// Draws the palette over everything.
pub(crate) fn show(ctx: &egui::Context, local: &mut UiState, queue: &mut CommandQueue) {
    let fields = &mut local.palette;
    let found = matching(&fields.text);
    fields.chosen = fields.chosen.min(found.len().saturating_sub(1));
    let (up, down, enter, escape) = ctx.input_mut(|input| {
        let mut pressed = |key| input.consume_key(egui::Modifiers::NONE, key);
        (
            pressed(Key::ArrowUp),
            pressed(Key::ArrowDown),
            pressed(Key::Enter),
            pressed(Key::Escape),
        )
    });
    if up {
        fields.chosen = fields.chosen.saturating_sub(1);
    }
    if down {
        fields.chosen = (fields.chosen + 1).min(found.len().saturating_sub(1));
    }
    let mut run = enter.then(|| found.get(fields.chosen).copied()).flatten();
    let mut is_closed = escape || run.is_some();
    let area = Area::new(egui::Id::unique("palette"))
        .order(Order::Foreground)
        .anchor(Align2::CENTER_TOP, vec2(0.0, 60.0))
        .show(ctx, |ui| {
            Frame::popup(ui.style()).show(ui, |ui| {
                ui.set_width(WIDTH);
                let field = TextEdit::singleline(&mut fields.text)
                    .hint_text("find a command")
                    .desired_width(f32::INFINITY);
                let response = ui.add(field);
                if !fields.was_open {
                    fields.was_open = true;
                    response.request_focus();
                }
                if response.changed() {
                    fields.chosen = 0;
                }
                ui.add_space(4.0);
                if found.is_empty() {
                    ui.weak("no command matches");
                }
                ScrollArea::vertical()
                    .max_height(MAX_HEIGHT)
                    .show(ui, |ui| {
                        for (idx, action) in found.iter().enumerate() {
                            let response = entry(ui, *action, idx == fields.chosen);
                            if idx == fields.chosen && (up || down) {
                                response.scroll_to_me(None);
                            }
                            if response.clicked() {
                                run = Some(*action);
                            }
                        }
                    });
            });
        });
    is_closed |= run.is_some() || area.response.clicked_elsewhere();
    if is_closed {
        fields.close();
        queue.send(Command::CloseDialog);
    }
    if let Some(action) = run {
        queue.run(action);
    }
}

fn entry(ui: &mut Ui, action: Action, is_chosen: bool) -> Response {
    let mut button = egui::Button::selectable(is_chosen, action.label())
        .min_size(vec2(ui.available_width(), 22.0));
    if let Some(text) = shortcuts::text(ui.ctx(), action) {
        let color = theme::palette(ui.theme()).faint_text;
        button = button.shortcut_text(RichText::new(text).color(color));
    }
    ui.add(button)
}

/// The commands whose names contain all words, in the order of the menus; those that begin with the
/// text come first.
fn matching(text: &str) -> Vec<Action> {
    let text = text.trim().to_lowercase();
    let words: Vec<_> = text.split_whitespace().collect();
    let mut found: Vec<_> = Action::ALL
        .iter()
        .copied()
        .filter(|action| {
            let label = action.label().to_lowercase();
            *action != Action::Palette && words.iter().all(|word| label.contains(word))
        })
        .collect();
    let first_word = words.first().copied().unwrap_or_default();
    found.sort_by_key(|action| {
        let label = action.label().to_lowercase();
        (!label.starts_with(&text), !label.starts_with(first_word))
    });
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_command_can_be_found_by_its_name() {
        for action in Action::ALL
            .iter()
            .copied()
            .filter(|it| *it != Action::Palette)
        {
            assert_eq!(matching(action.label()).first(), Some(&action));
        }
        assert_eq!(matching("cur a").first(), Some(&Action::CursorA));
        assert!(matching("no such thing").is_empty());
    }
}
