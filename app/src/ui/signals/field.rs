//! The search field, and the keys that work while it has the keyboard.

use egui::{Event, EventFilter, Key, Modifiers, Response, Ui};

/// Lines that Page Up and Page Down move by.
const PAGE: isize = 10;

/// What the user did in the field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Typed {
    /// Go on by some signals; choosing all on the way.
    Step { steps: isize, extends: bool },
    /// Plot, in a new panel or not.
    Enter { in_new_panel: bool },
    /// Begin anew.
    Escape,
}

/// Draws the field.
pub(super) fn show(ui: &mut Ui, text: &mut String, wants_focus: bool) -> (Response, Vec<Typed>) {
    let id = ui.make_persistent_id("signal search");
    if wants_focus {
        ui.memory_mut(|memory| memory.request_focus(id));
    }
    let has_focus = ui.memory(|memory| memory.has_focus(id));
    let typed = if has_focus { take_keys(ui) } else { Vec::new() };
    let field = egui::TextEdit::singleline(text)
        .id(id)
        .hint_text("search signals  /")
        .desired_width(f32::INFINITY)
        // Enter plots and the next one does again.
        .return_key(None)
        .event_filter(EventFilter {
            horizontal_arrows: true,
            vertical_arrows: true,
            escape: true,
            ..EventFilter::default()
        });
    let response = ui.add(field);
    response
        .widget_info(|| egui::WidgetInfo::labeled(egui::Role::SearchInput, true, "Search signals"));
    (response, typed)
}

/// Takes the keys that are not for the text out of the events.
fn take_keys(ui: &Ui) -> Vec<Typed> {
    let mut typed = Vec::new();
    ui.input_mut(|input| {
        input.events.retain(|event| {
            let Event::Key {
                key,
                pressed: true,
                modifiers,
                ..
            } = event
            else {
                return true;
            };
            let Some(meaning) = meaning(*key, *modifiers) else {
                return true;
            };
            typed.push(meaning);
            false
        });
    });
    typed
}

fn meaning(key: Key, modifiers: Modifiers) -> Option<Typed> {
    let step = |steps| {
        (!modifiers.command && !modifiers.alt).then_some(Typed::Step {
            steps,
            extends: modifiers.shift,
        })
    };
    match key {
        Key::ArrowDown => step(1),
        Key::ArrowUp => step(-1),
        Key::PageDown => step(PAGE),
        Key::PageUp => step(-PAGE),
        Key::Enter => Some(Typed::Enter {
            in_new_panel: modifiers.command,
        }),
        Key::Escape => Some(Typed::Escape),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_of_the_text_stay_with_it() {
        assert_eq!(meaning(Key::ArrowLeft, Modifiers::NONE), None);
        assert_eq!(meaning(Key::A, Modifiers::COMMAND), None);
        assert_eq!(meaning(Key::ArrowUp, Modifiers::COMMAND), None);
        let up = Typed::Step {
            steps: -1,
            extends: true,
        };
        assert_eq!(meaning(Key::ArrowUp, Modifiers::SHIFT), Some(up));
        let enter = Typed::Enter { in_new_panel: true };
        assert_eq!(meaning(Key::Enter, Modifiers::COMMAND), Some(enter));
    }
}
