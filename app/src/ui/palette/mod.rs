//! The command palette: type a few letters, Enter does it.
//!
//! It finds every command, and everything that commands are about: "solo wheel speed", "close demo",
//! "session 3".

mod data;
mod entry;
mod model;
mod panels;
mod signals;

use egui::text::{LayoutJob, TextWrapping};
use egui::{
    Align2, Area, Color32, Frame, Key, Order, Response, ScrollArea, Sense, TextEdit, Ui,
    WidgetInfo, pos2, vec2,
};

use super::{UiState, lit_text, shortcuts, theme};
use crate::clock;
use crate::command::{Command, CommandQueue};
use crate::state::AppState;
use entry::PaletteEntry;
use model::{Found, Model};

const WIDTH: f32 = 560.0;
const MAX_HEIGHT: f32 = 380.0;
const ROW_HEIGHT: f32 = 24.0;
/// What is above and below the lines, of the height of the window.
const ROOM_BESIDE: f32 = 140.0;
/// Space beside the texts of a line.
const MARGIN: f32 = 8.0;

/// What was typed, and which line is chosen.
#[derive(Debug, Default)]
pub(crate) struct PaletteFields {
    text: String,
    chosen: usize,
    /// Made when it is opened.
    model: Option<Model>,
}

impl PaletteFields {
    /// Forgets what was typed, for the next time.
    pub(crate) fn close(&mut self) {
        *self = Self::default();
    }
}

/// Draws the palette over everything.
pub(crate) fn show(
    ctx: &egui::Context,
    state: &AppState,
    local: &mut UiState,
    queue: &mut CommandQueue,
) {
    let fields = &mut local.palette;
    let is_new = fields.model.is_none();
    let model = fields
        .model
        .get_or_insert_with(|| Model::new(state, clock::now()));
    if is_new {
        take_typed(ctx, &mut fields.text);
    }
    model.search(&fields.text);
    let last = model.found().len().saturating_sub(1);
    let (up, down, enter, escape) = ctx.input_mut(|input| {
        let mut pressed = |key| input.consume_key(egui::Modifiers::NONE, key);
        (
            pressed(Key::ArrowUp),
            pressed(Key::ArrowDown),
            pressed(Key::Enter),
            pressed(Key::Escape),
        )
    });
    fields.chosen = match (up, down) {
        (true, _) => fields.chosen.saturating_sub(1),
        (_, true) => (fields.chosen + 1).min(last),
        _ => fields.chosen.min(last),
    };
    let mut run = None;
    let area = Area::new(egui::Id::unique("palette"))
        .order(Order::Foreground)
        .anchor(Align2::CENTER_TOP, vec2(0.0, 60.0))
        .show(ctx, |ui| {
            Frame::popup(ui.style()).show(ui, |ui| {
                ui.set_width(WIDTH.min(ctx.content_rect().width() - 40.0));
                let field = TextEdit::singleline(&mut fields.text)
                    .hint_text("find a command, a signal, a session, a note…")
                    .desired_width(f32::INFINITY);
                let response = ui.add(field);
                if is_new {
                    response.request_focus();
                }
                if response.changed() {
                    fields.chosen = 0;
                    model.search(&fields.text);
                }
                ui.add_space(4.0);
                let clicked = lines(ui, model, fields.chosen, up || down);
                run = clicked.or(enter.then_some(fields.chosen));
            });
        });
    let entry = run.and_then(|chosen| model.found().nth(chosen));
    let commands = entry.map(|(_, entry)| entry.commands.clone());
    if escape || commands.is_some() || area.response.clicked_elsewhere() {
        fields.close();
        queue.send(Command::CloseDialog);
    }
    for command in commands.into_iter().flatten() {
        queue.send(command);
    }
}

/// Takes what is typed while the field does not have the keyboard yet.
fn take_typed(ctx: &egui::Context, text: &mut String) {
    ctx.input_mut(|input| {
        input.events.retain(|event| match event {
            egui::Event::Text(typed) => {
                text.push_str(typed);
                false
            }
            _ => true,
        });
    });
}

/// Draws what was found; gives the line that was clicked.
fn lines(ui: &mut Ui, model: &Model, chosen: usize, is_moved: bool) -> Option<usize> {
    if model.found().len() == 0 {
        ui.weak("nothing matches; words may be parts of a command or of a name");
        return None;
    }
    let n_left_out = model.n_left_out();
    let mut clicked = None;
    let height = (ui.ctx().content_rect().height() - ROOM_BESIDE).clamp(ROW_HEIGHT, MAX_HEIGHT);
    ScrollArea::vertical()
        .max_height(height)
        // The area does not know yet how large it may become.
        .min_scrolled_height(height)
        .show(ui, |ui| {
            ui.spacing_mut().item_spacing.y = 0.0;
            for (idx, (found, entry)) in model.found().enumerate() {
                let response = line(ui, found, entry, idx == chosen);
                if idx == chosen && is_moved {
                    response.scroll_to_me(None);
                }
                if response.clicked() {
                    clicked = Some(idx);
                }
            }
            if n_left_out > 0 {
                ui.weak(format!("and {n_left_out} more: type more of what you want"));
            }
        });
    clicked
}

/// From the left what it does, from the right its keys, and between them which one is meant.
fn line(ui: &mut Ui, found: &Found, entry: &PaletteEntry, is_chosen: bool) -> Response {
    let palette = theme::palette(ui.theme());
    let (rect, response) =
        ui.allocate_exact_size(vec2(ui.available_width(), ROW_HEIGHT), Sense::click());
    response.widget_info(|| {
        let text = format!("{} {}", entry.title, entry.detail);
        WidgetInfo::selected(egui::Role::Button, true, is_chosen, text.trim_end())
    });
    if !ui.is_rect_visible(rect) {
        return response;
    }
    let visuals = ui.visuals();
    let fill = match (is_chosen, response.hovered()) {
        (true, _) => Some(visuals.selection.bg_fill),
        (_, true) => Some(visuals.faint_bg_color),
        _ => None,
    };
    let painter = ui.painter_at(rect);
    if let Some(fill) = fill {
        painter.rect_filled(rect, 3.0, fill);
    }
    let faint = if is_chosen {
        visuals.text_color()
    } else {
        palette.faint_text
    };
    let mut right = rect.right() - MARGIN;
    let text = |job: LayoutJob, place: Align2, x: f32| {
        let galley = painter.layout_job(job);
        let area = place.anchor_size(pos2(x, rect.center().y), galley.size());
        painter.galley(area.min, galley, Color32::PLACEHOLDER);
        area
    };
    let keys = entry.action.and_then(|it| shortcuts::text(ui.ctx(), it));
    if let Some(keys) = keys {
        let mut job = LayoutJob::default();
        lit_text::append(ui, &mut job, &keys, &[], (12.0, faint));
        right = text(job, Align2::RIGHT_CENTER, right).left() - MARGIN;
    }
    let mut job = LayoutJob::default();
    // Upon the colour of the chosen line letters could not be seen to be lit.
    let color = ui.visuals().text_color();
    let (title, detail) = if is_chosen {
        (&[][..], &[][..])
    } else {
        (&*found.lit_title, &*found.lit_detail)
    };
    lit_text::append(ui, &mut job, &entry.title, title, (13.0, color));
    lit_text::append(ui, &mut job, &entry.detail, detail, (12.0, faint));
    let left = rect.left() + MARGIN;
    job.wrap = TextWrapping::truncate_at_width((right - left).max(0.0));
    text(job, Align2::LEFT_CENTER, left);
    response
}

#[cfg(test)]
mod tests;
