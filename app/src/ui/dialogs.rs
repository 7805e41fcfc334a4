//! Windows in front of the others: the choice of DBC files, where to export to, the keys.

use std::path::{Path, PathBuf};

use canlake_shared::dbc::Matching;
use egui::{Align2, Context, ScrollArea, Ui, Window};

use super::computed::{self, ComputedFields};
use super::export::{self, ExportFields};
use super::guide::{self, GuideFields};
use super::layouts::{self, LayoutFields};
use super::notes::{self, NoteFields};
use super::zones::{self, ZoneFields};
use super::{UiState, about, compare, memory, notices, settings};
use crate::command::{Command, CommandQueue};
use crate::source::decode::DbcChoice;
use crate::state::inspector::InspectorCommand;
use crate::state::{AppState, Dialog, ShareCommand, SourceId, places_of};

/// What is typed and ticked while a dialog is open.
#[derive(Debug, Default)]
pub(crate) struct DialogFields {
    shown: Option<Dialog>,
    ticked: Vec<PathBuf>,
    dbc_path: String,
    by_pgn: bool,
    export: ExportFields,
    crate_filter: String,
    guide: GuideFields,
    zone: ZoneFields,
    computed: ComputedFields,
    layouts: LayoutFields,
    notes: NoteFields,
}

/// Draws the dialog that is open.
pub(crate) fn show(ctx: &Context, state: &AppState, local: &mut UiState, queue: &mut CommandQueue) {
    let fields = &mut local.dialog;
    if fields.shown != state.dialog {
        fields.shown = state.dialog;
        fields.ticked.clear();
        fields.by_pgn = false;
        match state.dialog {
            Some(Dialog::Note) => fields.notes.begin(state),
            Some(Dialog::SaveLayout) => fields.layouts.begin(&state.suggested_layout_path()),
            Some(Dialog::OpenLayout | Dialog::MatchSignals) => {
                fields.layouts.begin(Path::new(""));
            }
            Some(Dialog::Zone) => fields.zone = ZoneFields::default(),
            _ => {}
        }
        if let Some(Dialog::Computed(at)) = state.dialog {
            fields.computed.open(state, at);
        }
        if state.dialog == Some(Dialog::Keys) {
            fields.guide.open(ctx);
        }
        if let Some(Dialog::DecodeAgain(id)) = state.dialog {
            // As it was decoded before.
            let source = state.source(id);
            fields.by_pgn = source.is_some_and(|it| it.dbc.matching == Matching::J1939);
        }
        if let Some(Dialog::ChooseDbc(id)) = state.dialog {
            // As it was decoded before, else what is likely.
            if let Some(source) = state.source(id) {
                fields.ticked.clone_from(&source.dbc.paths);
                fields.by_pgn = source.dbc.matching == Matching::J1939;
                if let (true, Some(best)) = (fields.ticked.is_empty(), &source.proposed_dbc.best) {
                    fields.ticked.clone_from(&best.paths);
                    fields.by_pgn |= best.matching == Matching::J1939;
                }
            }
        }
        if state.dialog == Some(Dialog::Export) {
            fields.export = ExportFields::of(state);
        }
    }
    let Some(dialog) = state.dialog else {
        return;
    };
    let mut is_open = true;
    let title = match dialog {
        Dialog::ChooseDbc(_) => "Decode raw frames",
        Dialog::Compare => "Compare with what is shown",
        Dialog::DecodeAgain(_) => "Decode again",
        Dialog::Export => "Export samples or plots",
        Dialog::Keys => "Guide",
        Dialog::Computed(None) => "New computed signal",
        Dialog::Computed(Some(_)) => "Computed signal",
        Dialog::Notices => "Notifications",
        Dialog::Settings => "Settings",
        Dialog::Zone => "Zone of all times",
        Dialog::Memory => "Memory",
        Dialog::About => "About Canlake",
        Dialog::OpenLink => "Open a link",
        Dialog::Note => "Note",
        Dialog::OpenLayout => "Open a layout",
        Dialog::SaveLayout => "Save the layout",
        Dialog::MatchSignals => "Signals of the layout",
        Dialog::Notes => return notes::list(ctx, state, &mut fields.notes, queue),
        // Draws itself.
        Dialog::Palette => return,
    };
    Window::new(title)
        .anchor(Align2::CENTER_CENTER, [0.0, 0.0])
        .collapsible(false)
        .resizable(false)
        .open(&mut is_open)
        .show(ctx, |ui| match dialog {
            Dialog::ChooseDbc(source) => {
                choose_dbc(ui, state, source, fields, queue, Purpose::Open);
            }
            Dialog::Compare => compare::dialog(ui, state, &mut local.compare, queue),
            Dialog::DecodeAgain(source) => {
                choose_dbc(ui, state, source, fields, queue, Purpose::Compare);
            }
            Dialog::Export => export::show(ui, state, &mut fields.export, queue),
            Dialog::Keys => guide::show(ui, &mut fields.guide),
            Dialog::Computed(at) => computed::show(ui, state, at, &mut fields.computed, queue),
            Dialog::Notices => notices::list(ui, state, queue),
            Dialog::Settings => settings::show(ui, state, queue),
            Dialog::Memory => memory::show(ui, state, queue),
            Dialog::Zone => zones::choose(ui, state, &mut fields.zone, queue),
            Dialog::About => about::show(ui, &mut fields.crate_filter),
            Dialog::OpenLink => open_link(ui, state, queue),
            Dialog::Note => notes::edit(ui, state, &mut fields.notes, queue),
            Dialog::OpenLayout => layouts::open(ui, state, &mut fields.layouts, queue),
            Dialog::SaveLayout => layouts::save(ui, &mut fields.layouts, queue),
            Dialog::MatchSignals => {
                layouts::match_signals(ui, state, &mut fields.layouts, queue);
            }
            Dialog::Notes | Dialog::Palette => {}
        });
    let escaped =
        ctx.input_mut(|input| input.consume_key(egui::Modifiers::NONE, egui::Key::Escape));
    if !is_open || escaped {
        queue.send(Command::CloseDialog);
    }
}

/// What frames are decoded for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Purpose {
    /// To open a source.
    Open,
    /// To see what other DBC files make of a source that is open.
    Compare,
}

fn choose_dbc(
    ui: &mut Ui,
    state: &AppState,
    id: SourceId,
    fields: &mut DialogFields,
    queue: &mut CommandQueue,
    purpose: Purpose,
) {
    let Some(source) = state.source(id) else {
        return;
    };
    ui.set_width(460.0);
    ui.label(match purpose {
        Purpose::Open => format!(
            "{} holds raw frames. Which DBC files describe them?",
            source.title
        ),
        Purpose::Compare => format!(
            "The frames of {} in the time shown are decoded once more, as a second source. With which DBC files?",
            source.title
        ),
    });
    ui.add_space(4.0);
    let mut choice = source.proposed_dbc.files.clone();
    for recent in &state.settings.recent_dbc {
        if !choice.contains(recent) {
            choice.push(recent.clone());
        }
    }
    if choice.is_empty() {
        ui.weak("None found beside the file. Add one.");
    }
    ScrollArea::vertical().max_height(260.0).show(ui, |ui| {
        for path in &choice {
            let why = source.proposed_dbc.why.get(path).map(String::as_str);
            ui.horizontal(|ui| tickable(ui, path, why, &mut fields.ticked));
        }
    });
    ui.add_space(6.0);
    let field = egui::TextEdit::singleline(&mut fields.dbc_path)
        .hint_text("path of another DBC file, Enter")
        .desired_width(f32::INFINITY);
    let is_enter = ui.input(|input| input.key_pressed(egui::Key::Enter));
    let entered = ui.add(field).lost_focus() && is_enter;
    let is_path = !fields.dbc_path.trim().is_empty();
    // Where nothing is typed, Enter means the button.
    let is_confirmed = is_enter && !(entered && is_path) && !ui.ctx().text_edit_focused();
    if entered && is_path {
        let path = PathBuf::from(std::mem::take(&mut fields.dbc_path).trim());
        fields.ticked.push(path.clone());
        queue.send(Command::AddDbc(id, path));
    }
    ui.weak("The file ticked first that has a message decides about it.");
    ui.checkbox(
        &mut fields.by_pgn,
        "Match by PGN (J1939, NMEA 2000), even where the files do not say so",
    );
    let can_decode = !fields.ticked.is_empty();
    ui.horizontal(|ui| {
        if ui.button("Add DBC files…").clicked() {
            queue.send(Command::PickDbc(id));
        }
        let decode = egui::Button::new("Decode");
        let is_clicked = ui.add_enabled(can_decode, decode).clicked();
        if is_clicked || can_decode && is_confirmed {
            let dbc = DbcChoice {
                paths: fields.ticked.clone(),
                matching: if fields.by_pgn {
                    Matching::J1939
                } else {
                    Matching::Auto
                },
            };
            queue.send(match purpose {
                Purpose::Open => Command::DecodeWith { source: id, dbc },
                Purpose::Compare => Command::Inspector(InspectorCommand::DecodeAgain(id, dbc)),
            });
        }
    });
}

/// A file that may be ticked; its place among several that are, and what speaks for it.
fn tickable(ui: &mut Ui, path: &PathBuf, why: Option<&str>, ticked: &mut Vec<PathBuf>) {
    let mut is_ticked = ticked.contains(path);
    let tick = ui.checkbox(&mut is_ticked, file_name(path));
    if tick.on_hover_text(path.to_string_lossy()).changed() {
        if is_ticked {
            ticked.push(path.clone());
        } else {
            ticked.retain(|it| it != path);
        }
    }
    let place = ticked.iter().position(|it| it == path);
    if let (Some(place), true) = (place, ticked.len() > 1) {
        ui.weak(format!("asked as number {}", place + 1));
    }
    if let Some(why) = why {
        ui.weak(why);
    }
}

/// Asks before a place is read that somebody else has named.
fn open_link(ui: &mut Ui, state: &AppState, queue: &mut CommandQueue) {
    let Some(link) = &state.link else {
        return;
    };
    ui.set_width(460.0);
    ui.label("The link shows data of a place that is not open:");
    for place in places_of(link) {
        ui.add(egui::Label::new(egui::RichText::new(place).monospace()).wrap());
    }
    ui.weak("Open it only if you trust whoever sent the link.");
    ui.add_space(6.0);
    let here: Vec<_> = state.sources_of_link().collect();
    if let (Some(vehicle), false) = (&link.vehicle, here.is_empty()) {
        ui.label(format!("{vehicle} is open from another place:"));
        for source in here {
            if ui.button(format!("Show it in {}", source.title)).clicked() {
                queue.send(Command::Share(ShareCommand::ShowLinkIn(source.id)));
            }
        }
        ui.add_space(6.0);
    }
    ui.horizontal(|ui| {
        if ui.button("Open the place").clicked() {
            queue.send(Command::Share(ShareCommand::AcceptLink));
        }
        if ui.button("Cancel").clicked() {
            queue.send(Command::CloseDialog);
        }
    });
}

fn file_name(path: &Path) -> String {
    path.file_name()
        .unwrap_or(path.as_os_str())
        .to_string_lossy()
        .into_owned()
}
