//! Layouts in the window: recent ones in the menu, where to save, what to open, which signals are
//! meant.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use canlake_shared::schema::SignalKey;
use egui::{Button, ComboBox, Grid, Key, PopupCloseBehavior, RichText, ScrollArea, TextEdit, Ui};

use super::theme;
use crate::command::{Command, CommandQueue};
use crate::state::{
    AppState, LAYOUT_EXTENSION, LayoutCommand, Missing, Question, Slot, VehicleRef,
};

const WIDTH: f32 = 520.0;
/// Candidates listed; a search finds the others.
const MAX_LISTED: usize = 50;

/// What is typed while a dialog on layouts is open.
#[derive(Debug, Default)]
pub(crate) struct LayoutFields {
    path: String,
    may_replace: bool,
    wants_focus: bool,
    search: String,
    /// The signal whose candidates are listed.
    listed: Option<SignalKey>,
}

impl LayoutFields {
    /// Prepares the dialog for saving, or for opening.
    pub(crate) fn begin(&mut self, path: &Path) {
        *self = Self {
            path: path.to_string_lossy().into_owned(),
            wants_focus: true,
            ..Self::default()
        };
    }
}

/// The recent layouts, as a part of a menu.
pub(crate) fn recent(ui: &mut Ui, state: &AppState, queue: &mut CommandQueue) {
    let recent = &state.settings.recent_layouts;
    ui.add_enabled_ui(!recent.is_empty(), |ui| {
        ui.menu_button("Recent layouts", |ui| {
            recent_entries(ui, recent, queue);
        });
    });
}

fn recent_entries(ui: &mut Ui, recent: &[PathBuf], queue: &mut CommandQueue) {
    for path in recent {
        let button = ui
            .button(name_of(path))
            .on_hover_text(path.to_string_lossy());
        if button.clicked() {
            queue.send(Command::Layout(LayoutCommand::Open(path.clone())));
            ui.close();
        }
        button.context_menu(|ui| {
            if ui.button("Take from this list").clicked() {
                queue.send(Command::Layout(LayoutCommand::Forget(path.clone())));
                ui.close();
            }
        });
    }
}

/// The file's name without what all layouts end in.
pub(crate) fn name_of(path: &Path) -> String {
    let name = path.file_name().unwrap_or(path.as_os_str());
    let name = name.to_string_lossy();
    let end = format!(".{LAYOUT_EXTENSION}");
    name.strip_suffix(&end).unwrap_or(&name).to_owned()
}

/// Which layout to open.
pub(crate) fn open(
    ui: &mut Ui,
    state: &AppState,
    fields: &mut LayoutFields,
    queue: &mut CommandQueue,
) {
    ui.set_width(WIDTH);
    ui.label("Panels, axes and what was worked out, for the vehicle that is looked at.");
    ui.add_space(4.0);
    let entered = path_field(ui, fields, "path of a layout");
    ui.horizontal(|ui| {
        if ui.button("Browse…").clicked() {
            queue.send(Command::Layout(LayoutCommand::PickFile));
        }
        let is_typed = !fields.path.trim().is_empty();
        if ui
            .add_enabled(is_typed, Button::new("Open layout"))
            .clicked()
            || entered && is_typed
        {
            let path = PathBuf::from(fields.path.trim());
            queue.send(Command::Layout(LayoutCommand::Open(path)));
        }
    });
    let recent = &state.settings.recent_layouts;
    if !recent.is_empty() {
        ui.separator();
        ui.weak("Recent");
        recent_entries(ui, recent, queue);
    }
}

/// Where the layout is saved.
pub(crate) fn save(ui: &mut Ui, fields: &mut LayoutFields, queue: &mut CommandQueue) {
    ui.set_width(WIDTH);
    ui.label("Panels with their signals, axes and colours, and what was worked out; no samples.");
    ui.add_space(4.0);
    let entered = path_field(ui, fields, "path of the file");
    ui.checkbox(&mut fields.may_replace, "Replace the file if it exists");
    ui.horizontal(|ui| {
        if ui.button("Browse…").clicked() {
            queue.send(Command::Layout(LayoutCommand::PickTarget));
        }
        let is_typed = !fields.path.trim().is_empty();
        if ui.add_enabled(is_typed, Button::new("Save")).clicked() || entered && is_typed {
            queue.send(Command::Layout(LayoutCommand::SaveTo {
                path: PathBuf::from(fields.path.trim()),
                may_replace: fields.may_replace,
            }));
        }
    });
}

/// Gives whether Enter was pressed in it.
fn path_field(ui: &mut Ui, fields: &mut LayoutFields, hint: &str) -> bool {
    let field = TextEdit::singleline(&mut fields.path)
        .hint_text(hint)
        .desired_width(f32::INFINITY);
    let response = ui.add(field);
    if std::mem::take(&mut fields.wants_focus) {
        response.request_focus();
    }
    response.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter))
}

/// Which vehicles and signals are meant by those of a layout.
pub(crate) fn match_signals(
    ui: &mut Ui,
    state: &AppState,
    fields: &mut LayoutFields,
    queue: &mut CommandQueue,
) {
    let Some(question) = &state.layouts.question else {
        return;
    };
    ui.set_width(WIDTH);
    if !question.open_slots.is_empty() {
        ui.label("The layout compares vehicles. Who is to stand where?");
        ui.add_space(4.0);
        Grid::new("slots").num_columns(2).show(ui, |ui| {
            for slot in &question.open_slots {
                ui.label(question.vehicle_name(*slot));
                vehicle_choice(ui, state, question, *slot, queue);
                ui.end_row();
            }
        });
        ui.add_space(6.0);
    }
    if !question.missing.is_empty() {
        let text = match question.missing.len() {
            1 => "A signal of the layout is not here. Which one is meant?".to_owned(),
            n => format!("{n} signals of the layout are not here. Which ones are meant?"),
        };
        ui.label(text);
        ui.add_space(4.0);
        let height = (ui.ctx().content_rect().height() - 260.0).clamp(80.0, 360.0);
        ScrollArea::vertical().max_height(height).show(ui, |ui| {
            Grid::new("missing")
                .num_columns(2)
                .min_col_width(200.0)
                .spacing([12.0, 6.0])
                .show(ui, |ui| {
                    for missing in &question.missing {
                        signal_choice(ui, state, question, missing, fields, queue);
                        ui.end_row();
                    }
                });
        });
    }
    ui.add_space(8.0);
    ui.horizontal(|ui| {
        if ui.button("Open the layout").clicked() {
            queue.send(Command::Layout(LayoutCommand::Answer));
        }
        if ui.button("Cancel").clicked() {
            queue.send(Command::CloseDialog);
        }
        let unchosen = question.missing.iter().filter(|it| it.choice.is_none());
        let likest: Vec<_> = unchosen
            .filter_map(|it| Some((it.role.clone(), it.candidates.as_ref()?.first()?.clone())))
            .collect();
        if !likest.is_empty() {
            let hint = "Choose the signal with the likest name wherever nothing is chosen yet";
            if ui.button("Take the likest").on_hover_text(hint).clicked() {
                for (role, key) in likest {
                    let command = LayoutCommand::ChooseSignal(role, Some(key));
                    queue.send(Command::Layout(command));
                }
            }
        }
        let left_out = question.left_out();
        if left_out > 0 {
            ui.weak(format!("{left_out} left out"));
        }
    });
}

fn vehicle_choice(
    ui: &mut Ui,
    state: &AppState,
    question: &Question,
    slot: Slot,
    queue: &mut CommandQueue,
) {
    let chosen = question.vehicles.get(&slot).and_then(Option::as_ref);
    let text = chosen.map_or("leave out".to_owned(), |it| it.vehicle.to_string());
    let name = format!("vehicle in place of {}", question.vehicle_name(slot));
    let combo = ComboBox::from_id_salt(("slot", slot))
        .selected_text(text)
        .width(260.0)
        .show_ui(ui, |ui| {
            for source in &state.sources {
                for vehicle in source.catalogue().map_or(&[][..], |it| &it.vehicles) {
                    let reference = VehicleRef::new(source.id, Arc::clone(&vehicle.id));
                    let label = format!("{} · {}", vehicle.id, source.title);
                    if ui
                        .selectable_label(chosen == Some(&reference), label)
                        .clicked()
                    {
                        let command = LayoutCommand::ChooseVehicle(slot, reference);
                        queue.send(Command::Layout(command));
                    }
                }
            }
        });
    combo
        .response
        .widget_info(|| egui::WidgetInfo::labeled(egui::Role::ComboBox, true, &name));
}

fn signal_choice(
    ui: &mut Ui,
    state: &AppState,
    question: &Question,
    missing: &Missing,
    fields: &mut LayoutFields,
    queue: &mut CommandQueue,
) {
    let key = &missing.role.key;
    let name = match (&*key.message, &*key.signal) {
        // An expression may name a signal without its message.
        ("", signal) => signal.to_owned(),
        (message, signal) => format!("{message}.{signal}"),
    };
    let label = ui.add(egui::Label::new(&name).truncate().selectable(false));
    label.on_hover_text(key.to_string());
    let text = match &missing.choice {
        Some(choice) => RichText::new(format!("{}.{}", choice.message, choice.signal)),
        None => RichText::new("leave out").color(theme::palette(ui.theme()).faint_text),
    };
    let mut chosen = None;
    let combo = ComboBox::from_id_salt(("missing", missing.role.slot, key))
        .selected_text(text)
        .width(280.0)
        .close_behavior(PopupCloseBehavior::CloseOnClickOutside)
        .show_ui(ui, |ui| {
            ui.set_min_width(300.0);
            let field = TextEdit::singleline(&mut fields.search)
                .hint_text("search signals")
                .desired_width(f32::INFINITY);
            let response = ui.add(field);
            if fields.listed.as_ref() != Some(key) {
                fields.listed = Some(key.clone());
                response.request_focus();
            }
            let nothing = ui.selectable_label(missing.choice.is_none(), "leave out");
            if nothing.clicked() {
                chosen = Some(None);
            }
            if let Some(key) = candidates(ui, state, question, missing, &fields.search) {
                chosen = Some(Some(key));
            }
            if chosen.is_some() {
                ui.close();
            }
        });
    let info =
        || egui::WidgetInfo::labeled(egui::Role::ComboBox, true, format!("in place of {name}"));
    combo.response.widget_info(info);
    let is_closed = combo.inner.is_none() && fields.listed.as_ref() == Some(key);
    if is_closed || chosen.is_some() {
        fields.listed = None;
        fields.search.clear();
    }
    if let Some(choice) = chosen {
        let command = LayoutCommand::ChooseSignal(missing.role.clone(), choice);
        queue.send(Command::Layout(command));
    }
}

/// Gives the one that was clicked.
fn candidates(
    ui: &mut Ui,
    state: &AppState,
    question: &Question,
    missing: &Missing,
    search: &str,
) -> Option<SignalKey> {
    let Some(candidates) = &missing.candidates else {
        ui.spinner();
        return None;
    };
    let mut chosen = None;
    let vehicle = question.vehicles.get(&missing.role.slot).cloned().flatten();
    let unit_of = |key: &SignalKey| {
        let signal = crate::state::SignalRef {
            vehicle: vehicle.clone()?,
            key: key.clone(),
        };
        Some(Arc::clone(&state.signal_info(&signal)?.unit))
    };
    let words: Vec<String> = search.split_whitespace().map(str::to_lowercase).collect();
    let is_match = |key: &&SignalKey| {
        let text = key.to_string().to_lowercase();
        words.iter().all(|word| text.contains(word.as_str()))
    };
    let mut found = candidates.iter().filter(is_match);
    for key in found.by_ref().take(MAX_LISTED) {
        let mut label = format!("{}.{}", key.message, key.signal);
        if let Some(unit) = unit_of(key).filter(|unit| !unit.is_empty()) {
            label = format!("{label} [{unit}]");
        }
        let is_chosen = missing.choice.as_ref() == Some(key);
        let entry = ui
            .selectable_label(is_chosen, label)
            .on_hover_text(key.to_string());
        if entry.clicked() {
            chosen = Some(key.clone());
        }
    }
    let more = found.count();
    if more > 0 {
        ui.weak(format!("{more} more; type to find them"));
    }
    chosen
}
