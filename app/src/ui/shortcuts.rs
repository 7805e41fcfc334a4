//! Keys: one table, used for handling, for menus and for the list of keys.

use egui::{Context, Event, InputState, Key, KeyboardShortcut, Modifiers};

use crate::command::{Action, CommandQueue};

const fn key(key: Key) -> KeyboardShortcut {
    KeyboardShortcut::new(Modifiers::NONE, key)
}

const fn shift(key: Key) -> KeyboardShortcut {
    KeyboardShortcut::new(Modifiers::SHIFT, key)
}

const fn command(key: Key) -> KeyboardShortcut {
    KeyboardShortcut::new(Modifiers::COMMAND, key)
}

const fn command_shift(key: Key) -> KeyboardShortcut {
    KeyboardShortcut::new(Modifiers::COMMAND.plus(Modifiers::SHIFT), key)
}

const fn alt(key: Key) -> KeyboardShortcut {
    KeyboardShortcut::new(Modifiers::ALT, key)
}

/// Every key of the program.
pub(crate) const TABLE: &[(Action, KeyboardShortcut)] = &[
    (Action::OpenFiles, command(Key::O)),
    (Action::OpenFolder, command_shift(Key::O)),
    (Action::SaveLayout, command(Key::S)),
    (Action::SaveLayoutAs, command_shift(Key::S)),
    (Action::OpenLayout, command(Key::L)),
    (Action::Export, command(Key::E)),
    (Action::ExportPng, command_shift(Key::E)),
    (Action::Quit, command(Key::Q)),
    (Action::CancelWork, key(Key::Escape)),
    (Action::FitAll, key(Key::Home)),
    (Action::FitY, key(Key::F)),
    (Action::FitSelection, shift(Key::F)),
    (Action::ZoomIn, key(Key::I)),
    (Action::ZoomOut, key(Key::O)),
    (Action::PanLeft, key(Key::ArrowLeft)),
    (Action::PanRight, key(Key::ArrowRight)),
    (Action::PanUp, key(Key::ArrowUp)),
    (Action::PanDown, key(Key::ArrowDown)),
    (Action::Undo, command(Key::Z)),
    (Action::Redo, command_shift(Key::Z)),
    (Action::UndoZoom, key(Key::Backspace)),
    (Action::RedoZoom, shift(Key::Backspace)),
    (Action::NewPanel, command(Key::N)),
    (Action::NewTab, command(Key::T)),
    (Action::NewTable, command_shift(Key::N)),
    (Action::DuplicatePanel, command(Key::D)),
    (Action::ClosePanel, command(Key::W)),
    (Action::SplitRight, command(Key::Backslash)),
    (Action::MovePanelLeft, command_shift(Key::ArrowLeft)),
    (Action::MovePanelRight, command_shift(Key::ArrowRight)),
    (Action::MovePanelUp, command_shift(Key::ArrowUp)),
    (Action::MovePanelDown, command_shift(Key::ArrowDown)),
    (Action::GrowPanel, alt(Key::ArrowUp)),
    (Action::ShrinkPanel, alt(Key::ArrowDown)),
    (Action::NextPanel, key(Key::F6)),
    (Action::PreviousPanel, shift(Key::F6)),
    (Action::NextTab, command(Key::Tab)),
    (Action::PreviousTab, command_shift(Key::Tab)),
    (Action::CursorA, key(Key::A)),
    (Action::CursorA, key(Key::Num1)),
    (Action::CursorB, key(Key::B)),
    (Action::CursorB, key(Key::Num2)),
    (Action::PreviousSample, key(Key::OpenBracket)),
    (Action::NextSample, key(Key::CloseBracket)),
    (Action::TenBack, shift(Key::ArrowLeft)),
    (Action::TenBack, shift(Key::OpenBracket)),
    // What Shift makes of the key on most keyboards.
    (Action::TenBack, shift(Key::OpenCurlyBracket)),
    (Action::TenOn, shift(Key::ArrowRight)),
    (Action::TenOn, shift(Key::CloseBracket)),
    (Action::TenOn, shift(Key::CloseCurlyBracket)),
    (Action::PreviousChange, command(Key::ArrowLeft)),
    (Action::PreviousChange, command(Key::OpenBracket)),
    (Action::NextChange, command(Key::ArrowRight)),
    (Action::NextChange, command(Key::CloseBracket)),
    (Action::NextGap, command(Key::G)),
    (Action::PreviousGap, command_shift(Key::G)),
    (Action::RangeFromCursors, key(Key::R)),
    (Action::ToggleLink, key(Key::U)),
    (Action::Compare, command_shift(Key::C)),
    (Action::NudgeEarlier, alt(Key::ArrowLeft)),
    (Action::NudgeLater, alt(Key::ArrowRight)),
    (Action::CopyLink, command_shift(Key::L)),
    (Action::NewComputed, command_shift(Key::F)),
    (Action::ToggleEvents, key(Key::E)),
    (Action::NextEvent, key(Key::N)),
    (Action::PreviousEvent, shift(Key::N)),
    (Action::NoteHere, command_shift(Key::B)),
    (Action::ShowNotes, command(Key::M)),
    (Action::Palette, command(Key::K)),
    (Action::Palette, command(Key::P)),
    (Action::StackOrOverlay, key(Key::S)),
    (Action::ToggleGrid, key(Key::G)),
    (Action::ToggleDots, key(Key::Period)),
    (Action::ToggleLegend, key(Key::L)),
    (Action::ToggleStatistics, key(Key::M)),
    (Action::ToggleSideBar, command(Key::B)),
    (Action::ToggleInspector, command(Key::I)),
    (Action::ToggleTheme, command_shift(Key::T)),
    (Action::ToggleFullScreen, key(Key::F11)),
    (Action::SearchSignals, key(Key::Slash)),
    (Action::SearchSignals, command(Key::F)),
    (Action::ShowKeys, key(Key::F1)),
    (Action::ShowSettings, command(Key::Comma)),
    (Action::ClearPlots, command_shift(Key::Backspace)),
];

/// Keys that text fields use with Ctrl or Cmd.
const TEXT_KEYS: [Key; 15] = [
    Key::A,
    Key::C,
    Key::V,
    Key::X,
    Key::Y,
    Key::Z,
    Key::H,
    Key::U,
    Key::W,
    Key::Backspace,
    Key::Delete,
    Key::ArrowLeft,
    Key::ArrowRight,
    Key::ArrowUp,
    Key::ArrowDown,
];

/// The key of an action, as menus show it.
pub(crate) fn text(ctx: &Context, action: Action) -> Option<String> {
    texts(ctx, action).into_iter().next()
}

/// All keys of an action.
pub(crate) fn texts(ctx: &Context, action: Action) -> Vec<String> {
    let found = TABLE.iter().filter(|(known, _)| *known == action);
    let text = |(_, shortcut): &(Action, KeyboardShortcut)| {
        let text = ctx.format_shortcut(shortcut);
        let (name, symbol) = (
            shortcut.logical_key.name(),
            shortcut.logical_key.symbol_or_name(),
        );
        // Of the symbols the font has only these.
        if symbol.is_ascii() {
            text.replace(name, symbol)
        } else {
            text
        }
    };
    found.map(text).collect()
}

/// Sends the actions whose keys were pressed. While a text field has the keyboard, only keys with
/// Ctrl or Cmd and function keys count.
pub(crate) fn handle(ctx: &Context, was_typing: bool, queue: &mut CommandQueue) {
    let typing = was_typing || ctx.text_edit_focused();
    // The most specific first, because a shortcut also matches with more modifiers held.
    let mut table = TABLE.to_vec();
    table.sort_by_key(|(_, shortcut)| std::cmp::Reverse(n_modifiers(shortcut.modifiers)));
    for (action, shortcut) in table {
        let is_for_text = shortcut.modifiers.is_none() || shortcut.modifiers == Modifiers::SHIFT;
        let is_function_key = matches!(shortcut.logical_key, Key::F1 | Key::F6 | Key::F11);
        if typing && (is_for_text && !is_function_key || TEXT_KEYS.contains(&shortcut.logical_key))
        {
            continue;
        }
        // In lists and trees these choose.
        let moves_choice = matches!(action, Action::PanUp | Action::PanDown);
        if moves_choice && ctx.memory(|memory| memory.focused().is_some()) {
            continue;
        }
        if ctx.input_mut(|input| take(input, shortcut)) {
            queue.run(action);
        }
    }
}

/// Whether a shortcut was pressed; nothing else hears of it then. What counts is what was held when the
/// key was pressed: by the end of a slow frame it may have been let go.
fn take(input: &mut InputState, shortcut: KeyboardShortcut) -> bool {
    let is_it = |event: &Event| match event {
        Event::Key {
            key,
            modifiers,
            pressed: true,
            ..
        } => {
            *key == shortcut.logical_key
                && modifiers.matches_logically(shortcut.modifiers)
                && is_meant(*modifiers, shortcut)
        }
        _ => false,
    };
    let before = input.events.len();
    input.events.retain(|event| !is_it(event));
    input.events.len() < before
}

/// Whether the keys held are those of a shortcut. Shift and Alt may be needed to type a sign, but not for
/// a letter.
fn is_meant(held: Modifiers, shortcut: KeyboardShortcut) -> bool {
    let name = shortcut.logical_key.name();
    let is_letter = matches!(name.as_bytes(), [letter] if letter.is_ascii_alphabetic());
    let Modifiers { alt, shift, .. } = shortcut.modifiers;
    !is_letter || (held.alt, held.shift) == (alt, shift)
}

fn n_modifiers(modifiers: Modifiers) -> u32 {
    [
        modifiers.alt,
        modifiers.shift,
        modifiers.command || modifiers.ctrl,
    ]
    .into_iter()
    .map(u32::from)
    .sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_actions_share_a_key() {
        for (idx, (action, shortcut)) in TABLE.iter().enumerate() {
            for (other, same) in &TABLE[..idx] {
                assert!(
                    shortcut != same,
                    "{action:?} and {other:?} share {shortcut:?}"
                );
            }
        }
    }

    #[test]
    fn no_action_has_a_key_of_the_toolkit() {
        use egui::gui_zoom::kb_shortcuts::{ZOOM_IN, ZOOM_IN_SECONDARY, ZOOM_OUT, ZOOM_RESET};
        for taken in [ZOOM_IN, ZOOM_IN_SECONDARY, ZOOM_OUT, ZOOM_RESET] {
            let clash = TABLE.iter().find(|(_, shortcut)| *shortcut == taken);
            assert_eq!(clash, None);
        }
    }

    #[test]
    fn a_letter_with_another_key_held_is_another_key() {
        let grid = key(Key::G);
        assert!(is_meant(Modifiers::NONE, grid));
        assert!(!is_meant(Modifiers::SHIFT, grid) && !is_meant(Modifiers::ALT, grid));
        // On some keyboards the slash is typed with Shift, and brackets with AltGr.
        assert!(is_meant(Modifiers::SHIFT, key(Key::Slash)));
        assert!(is_meant(
            Modifiers::CTRL | Modifiers::ALT,
            key(Key::OpenBracket)
        ));
    }
}
