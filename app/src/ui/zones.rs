//! The zone in which all times are shown: a small menu, and a list of all zones to search in.

use egui::containers::menu::MenuButton;
use egui::{Key, Response, RichText, Role, ScrollArea, TextEdit, Ui, WidgetInfo, vec2};

use super::theme;
use crate::command::{Action, Command, CommandQueue};
use crate::state::{AppState, TimeWindow};
use crate::time_display::{ZoneChoice, local_zone_name, zone_names};

const ROW_HEIGHT: f32 = 20.0;

/// What is typed into the list of zones, and which one is chosen.
#[derive(Debug, Default)]
pub(crate) struct ZoneFields {
    text: String,
    chosen: usize,
    was_open: bool,
}

/// A button with the zone's name, which opens the choices.
pub(crate) fn menu(ui: &mut Ui, state: &AppState, queue: &mut CommandQueue) {
    let choice = &state.settings.zone;
    let name = match choice {
        ZoneChoice::Local => format!("local, {}", local_zone_name()),
        _ => state.zone().name().to_owned(),
    };
    let label = format!("Zone of all times: {name}");
    let (response, _) = MenuButton::new(RichText::new(name).weak()).ui(ui, |ui| {
        for (action, is_chosen) in [
            (Action::ZoneUtc, *choice == ZoneChoice::Utc),
            (Action::ZoneLocal, *choice == ZoneChoice::Local),
            (Action::ZoneRelative, *choice == ZoneChoice::Relative),
            (Action::ChooseZone, matches!(choice, ZoneChoice::Named(_))),
        ] {
            if ui.selectable_label(is_chosen, action.label()).clicked() {
                queue.run(action);
                ui.close();
            }
        }
    });
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &label));
    response.on_hover_text("Zone of all times: axes, tables, fields, exports");
}

/// The list of all zones.
pub(crate) fn choose(
    ui: &mut Ui,
    state: &AppState,
    fields: &mut ZoneFields,
    queue: &mut CommandQueue,
) {
    ui.set_width(360.0);
    let (up, down) = ui.input_mut(|input| {
        let mut pressed = |key| input.consume_key(egui::Modifiers::NONE, key);
        (pressed(Key::ArrowUp), pressed(Key::ArrowDown))
    });
    let field = TextEdit::singleline(&mut fields.text)
        .hint_text("find a city, such as berlin")
        .desired_width(f32::INFINITY);
    let response = ui.add(field);
    if !std::mem::replace(&mut fields.was_open, true) {
        response.request_focus();
    }
    if response.changed() {
        fields.chosen = 0;
    }
    let found = matching(&fields.text);
    let last = found.len().saturating_sub(1);
    fields.chosen = match (up, down) {
        (true, _) => fields.chosen.saturating_sub(1),
        (_, true) => (fields.chosen + 1).min(last),
        _ => fields.chosen.min(last),
    };
    let entered = response.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
    let mut picked = entered.then(|| found.get(fields.chosen).copied()).flatten();
    if found.is_empty() {
        ui.weak("no zone of this name; cities stand for their zones");
    }
    let mut scroll = ScrollArea::vertical()
        .max_height(300.0)
        .auto_shrink([false, false]);
    if up || down {
        let row = ROW_HEIGHT + ui.spacing().item_spacing.y;
        scroll = scroll.vertical_scroll_offset((fields.chosen as f32 * row - 140.0).max(0.0));
    }
    scroll.show_rows(ui, ROW_HEIGHT, found.len(), |ui, rows| {
        for idx in rows {
            if let Some(name) = found.get(idx)
                && row(ui, state, name, idx == fields.chosen).clicked()
            {
                picked = Some(name);
            }
        }
    });
    if let Some(choice) = picked.and_then(ZoneChoice::named) {
        queue.send(Command::SetZone(choice));
        queue.send(Command::CloseDialog);
    }
}

/// A zone with how far its clocks are ahead at the time that is shown.
fn row(ui: &mut Ui, state: &AppState, name: &str, is_chosen: bool) -> Response {
    let shown = state.window.as_ref().map(TimeWindow::visible);
    let zone = ZoneChoice::Named(name.to_owned()).zone(None);
    let offset = shown.and_then(|shown| zone.offset(shown.start));
    let color = theme::palette(ui.theme()).faint_text;
    let button = egui::Button::selectable(is_chosen, name)
        .min_size(vec2(ui.available_width(), ROW_HEIGHT))
        .shortcut_text(RichText::new(offset.unwrap_or_default()).color(color));
    ui.add(button)
}

/// The zones whose names contain all words; first those in which a part begins with the text.
fn matching(text: &str) -> Vec<&'static str> {
    let text = text.trim().to_lowercase().replace(' ', "_");
    let words: Vec<_> = text.split('_').filter(|word| !word.is_empty()).collect();
    let mut found: Vec<_> = zone_names()
        .iter()
        .filter(|name| {
            let name = name.to_lowercase();
            words.iter().all(|word| name.contains(word))
        })
        .map(String::as_str)
        .collect();
    found.sort_by_key(|name| {
        let name = name.to_lowercase();
        !name.split('/').any(|part| part.starts_with(&text))
    });
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zones_are_found_by_their_cities() {
        assert_eq!(matching("berlin").first(), Some(&"Europe/Berlin"));
        assert_eq!(matching("lord howe").first(), Some(&"Australia/Lord_Howe"));
        assert_eq!(matching("st jo").first(), Some(&"America/St_Johns"));
        assert_eq!(matching("").len(), zone_names().len());
        assert!(matching("nowhere at all").is_empty());
    }
}
