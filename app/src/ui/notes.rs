//! Notes in the window: the dialog that one is written in, the list, the flags on plots and overview.

use canlake_shared::time::Timestamp;
use egui::{
    Align2, Color32, Context, FontId, Key, Painter, Pos2, Rect, RichText, ScrollArea, Sense, Shape,
    Stroke, TextEdit, Ui, UiBuilder, WidgetInfo, Window, pos2, vec2,
};

use super::icons::{self, Icon};
use super::{inside, theme};
use crate::clock;
use crate::command::{Command, CommandQueue};
use crate::share::{Note, NoteTime};
use crate::state::{AppState, NoteCommand, SourceId, VehicleRef};
use crate::time_display::duration_text;

/// Colours to choose from.
const N_COLOURS: u8 = 6;
/// Flags that are painted in one plot.
const MAX_FLAGS: usize = 500;
/// Notes that are listed.
const MAX_LISTED: usize = 2_000;
/// Height of a note in the list, in points.
const ENTRY_HEIGHT: f32 = 38.0;
/// Instants are shown to the millisecond.
const RESOLUTION_NS: i64 = 1_000_000;

/// What is typed while a note is written, and what the list is filtered by.
#[derive(Debug, Default)]
pub(crate) struct NoteFields {
    text: String,
    colour: u8,
    wants_focus: bool,
    filter: String,
}

impl NoteFields {
    /// Prepares the dialog for what is written.
    pub(crate) fn begin(&mut self, state: &AppState) {
        if let Some(draft) = &state.notes.draft {
            self.text.clone_from(&draft.text);
            self.colour = draft.colour;
            self.wants_focus = true;
        }
    }
}

/// The dialog that a note is written in.
pub(crate) fn edit(
    ui: &mut Ui,
    state: &AppState,
    fields: &mut NoteFields,
    queue: &mut CommandQueue,
) {
    let Some(draft) = &state.notes.draft else {
        return;
    };
    ui.set_width(420.0);
    let vehicle = draft.vehicle.as_deref().unwrap_or("all vehicles");
    ui.label(format!("{} · {vehicle}", time_text(state, draft.time)));
    ui.add_space(4.0);
    let field = TextEdit::multiline(&mut fields.text)
        .hint_text("what is to be seen here; nothing for a bookmark")
        .desired_rows(3)
        .return_key(egui::KeyboardShortcut::new(
            egui::Modifiers::SHIFT,
            Key::Enter,
        ))
        .desired_width(f32::INFINITY);
    let response = ui.add(field);
    if std::mem::take(&mut fields.wants_focus) {
        response.request_focus();
    }
    let entered = response.has_focus()
        && ui.input(|input| input.key_pressed(Key::Enter) && !input.modifiers.shift);
    ui.horizontal(|ui| {
        for colour in 0..N_COLOURS {
            swatch(ui, colour, &mut fields.colour);
        }
        ui.weak("Shift+Enter begins another line");
    });
    ui.add_space(4.0);
    if ui.button("Keep the note").clicked() || entered {
        queue.send(Command::Note(NoteCommand::Put {
            text: fields.text.trim().to_owned(),
            colour: fields.colour,
            now: clock::now(),
        }));
    }
}

fn swatch(ui: &mut Ui, colour: u8, chosen: &mut u8) {
    let (rect, response) = ui.allocate_exact_size(vec2(18.0, 18.0), Sense::click());
    let is_chosen = *chosen == colour;
    let info = || {
        let label = format!("colour {}", colour + 1);
        WidgetInfo::selected(egui::Role::RadioButton, true, is_chosen, label)
    };
    response.widget_info(info);
    let painter = ui.painter();
    let color = theme::signal_color(ui.theme(), colour.into());
    painter.circle_filled(rect.center(), 6.0, color);
    if is_chosen {
        let stroke = Stroke::new(1.5, ui.visuals().strong_text_color());
        painter.circle_stroke(rect.center(), 8.5, stroke);
    }
    if response.clicked() {
        *chosen = colour;
    }
}

/// The list of notes; it can stay open beside the plots.
pub(crate) fn list(
    ctx: &Context,
    state: &AppState,
    fields: &mut NoteFields,
    queue: &mut CommandQueue,
) {
    let mut is_open = true;
    Window::new("Notes")
        .pivot(Align2::RIGHT_TOP)
        .default_pos(ctx.content_rect().right_top() + vec2(-20.0, 70.0))
        .default_size(vec2(420.0, 320.0))
        .collapsible(false)
        .open(&mut is_open)
        .show(ctx, |ui| entries(ui, state, fields, queue));
    let escaped = ctx.input_mut(|input| input.consume_key(egui::Modifiers::NONE, Key::Escape));
    if !is_open || escaped {
        queue.send(Command::CloseDialog);
    }
}

fn entries(ui: &mut Ui, state: &AppState, fields: &mut NoteFields, queue: &mut CommandQueue) {
    if state.notes.iter().next().is_none() {
        ui.label("No notes yet.");
        ui.weak("Place a cursor, or A and B for a stretch of time, and press Ctrl+Shift+B.");
        return;
    }
    let field = TextEdit::singleline(&mut fields.filter)
        .hint_text("search notes")
        .desired_width(f32::INFINITY);
    ui.add(field);
    let words = fields.filter.to_lowercase();
    let words: Vec<&str> = words.split_whitespace().collect();
    let is_found = |note: &Note| {
        let vehicle = note.vehicle.as_deref().unwrap_or_default();
        let text = format!("{} {vehicle}", note.text).to_lowercase();
        words.iter().all(|word| text.contains(word))
    };
    let found: Vec<_> = state
        .notes
        .iter()
        .filter(|(_, note)| is_found(note))
        .take(MAX_LISTED)
        .collect();
    if found.is_empty() {
        ui.weak("no note has these words");
    }
    let scroll = ScrollArea::vertical().auto_shrink([false, false]);
    scroll.show_rows(ui, ENTRY_HEIGHT, found.len(), |ui, rows| {
        ui.spacing_mut().item_spacing.y = 0.0;
        for (source, note) in found.get(rows).unwrap_or_default() {
            entry(ui, state, *source, note, queue);
        }
    });
}

fn entry(ui: &mut Ui, state: &AppState, source: SourceId, note: &Note, queue: &mut CommandQueue) {
    let (row, shown) =
        ui.allocate_exact_size(vec2(ui.available_width(), ENTRY_HEIGHT), Sense::click());
    let text = first_line(note);
    let label = format!("Show the note: {text}");
    shown.widget_info(|| WidgetInfo::labeled(egui::Role::Button, true, &label));
    if shown.hovered() {
        let color = ui.visuals().faint_bg_color;
        ui.painter().rect_filled(row, 3.0, color);
        ui.ctx().set_cursor_icon(egui::CursorIcon::PointingHand);
    }
    let room = Rect::from_min_max(row.min, pos2(row.right() - 56.0, row.bottom()));
    let painter = ui.painter().with_clip_rect(room.intersect(ui.clip_rect()));
    let color = theme::signal_color(ui.theme(), note.colour.into());
    painter.circle_filled(pos2(row.left() + 8.0, row.center().y), 4.0, color);
    let vehicle = note.vehicle.as_deref().unwrap_or_default();
    let lines = [
        (
            format!("{}  {vehicle}", time_text(state, note.time)),
            theme::tabular(11.0),
            theme::palette(ui.theme()).faint_text,
        ),
        (
            text.clone(),
            FontId::proportional(13.0),
            ui.visuals().text_color(),
        ),
    ];
    for (idx, (line, font, color)) in lines.into_iter().enumerate() {
        let at = pos2(row.left() + 20.0, row.top() + 3.0 + 15.0 * idx as f32);
        painter.text(at, Align2::LEFT_TOP, line, font, color);
    }
    let buttons = Rect::from_min_max(pos2(room.right(), row.top()), row.max);
    let builder = UiBuilder::new()
        .max_rect(buttons)
        .id_salt(("note", source, note.id.as_str()))
        .layout(egui::Layout::right_to_left(egui::Align::Center));
    inside(ui, builder, |ui| {
        if icons::button(ui, Icon::Trash2, &format!("Remove the note: {text}")).clicked() {
            queue.send(Command::Note(NoteCommand::Remove {
                source,
                id: note.id.clone(),
                now: clock::now(),
            }));
        }
        if icons::button(ui, Icon::Pencil, &format!("Change the note: {text}")).clicked() {
            queue.send(Command::Note(NoteCommand::Edit(source, note.id.clone())));
        }
    });
    let is_short = text.len() == note.text.len();
    let shown = if is_short {
        shown
    } else {
        shown.on_hover_text(&note.text)
    };
    if shown.clicked() {
        queue.send(Command::Note(NoteCommand::Show(source, note.id.clone())));
    }
}

fn first_line(note: &Note) -> String {
    let line = note.text.lines().next().unwrap_or_default().trim();
    if line.is_empty() {
        return "bookmark".to_owned();
    }
    line.chars().take(120).collect()
}

fn time_text(state: &AppState, time: NoteTime) -> String {
    let (start, end) = time.bounds();
    let text = state.zone().date_time(start, RESOLUTION_NS);
    match end {
        Some(end) => format!("{text} for {}", duration_text(end.ns_since(start))),
        None => text,
    }
}

/// Flags on a plot: a line at each note's time and a pennant on it, a band where it is on a stretch
/// of time. A click on a pennant opens the note.
pub(crate) fn on_plot(
    ui: &Ui,
    state: &AppState,
    vehicles: &[VehicleRef],
    rect: Rect,
    x_of: impl Fn(Timestamp) -> f32,
    queue: &mut CommandQueue,
) {
    for flag in flags(ui, state, vehicles, rect, x_of) {
        flag.paint(&ui.painter().with_clip_rect(rect), rect, true);
        let id = ui
            .scope_id()
            .with(("note", flag.source, flag.note.id.as_str()));
        let response = ui.interact(flag.pennant(rect), id, Sense::click());
        let text = first_line(flag.note);
        response
            .widget_info(|| WidgetInfo::labeled(egui::Role::Button, true, format!("Note: {text}")));
        if response.hovered() {
            ui.ctx().set_cursor_icon(egui::CursorIcon::PointingHand);
        }
        if response.clicked() {
            let id = flag.note.id.clone();
            queue.send(Command::Note(NoteCommand::Edit(flag.source, id)));
        }
        let time = flag.note.time;
        response.on_hover_ui(|ui| {
            ui.set_max_width(360.0);
            ui.label(RichText::new(time_text(state, time)).font(theme::tabular(12.0)));
            ui.label(&flag.note.text);
            ui.weak("click to change");
        });
    }
}

/// The same on the overview strip, only to be seen.
pub(crate) fn on_overview(
    ui: &Ui,
    state: &AppState,
    vehicles: &[VehicleRef],
    rect: Rect,
    x_of: impl Fn(Timestamp) -> f32,
) {
    let painter = ui.painter().with_clip_rect(rect);
    for flag in flags(ui, state, vehicles, rect, x_of) {
        flag.paint(&painter, rect, false);
    }
}

struct Flag<'a> {
    source: SourceId,
    note: &'a Note,
    from: f32,
    to: f32,
    color: Color32,
}

fn flags<'a>(
    ui: &Ui,
    state: &'a AppState,
    vehicles: &'a [VehicleRef],
    rect: Rect,
    x_of: impl Fn(Timestamp) -> f32,
) -> Vec<Flag<'a>> {
    let theme = ui.theme();
    let flag = |(source, note): (SourceId, &'a Note)| {
        let (start, end) = note.time.bounds();
        let from = x_of(start);
        Flag {
            source,
            note,
            from,
            to: end.map_or(from, &x_of),
            color: theme::signal_color(theme, note.colour.into()),
        }
    };
    let is_seen = |flag: &Flag<'_>| flag.to >= rect.left() && flag.from <= rect.right();
    let flags = state.notes.about(vehicles).map(flag);
    flags.filter(is_seen).take(MAX_FLAGS).collect()
}

impl Flag<'_> {
    /// Below the names of the cursors.
    fn pennant(&self, plot: Rect) -> Rect {
        let x = self.from.max(plot.left());
        Rect::from_min_size(pos2(x, plot.top() + 17.0), vec2(12.0, 10.0))
    }

    fn paint(&self, painter: &Painter, plot: Rect, has_pennant: bool) {
        if self.to > self.from {
            let band = Rect::from_x_y_ranges(self.from..=self.to, plot.y_range());
            painter.rect_filled(band, 0.0, self.color.gamma_multiply(0.08));
        }
        let line = Stroke::new(1.0, self.color.gamma_multiply(0.8));
        for x in [self.from, self.to] {
            painter.vline(x, plot.y_range(), line);
        }
        let at: Rect = if has_pennant {
            self.pennant(plot)
        } else {
            Rect::from_min_size(pos2(self.from, plot.top() + 1.0), vec2(7.0, 7.0))
        };
        let corners: Vec<Pos2> = vec![at.left_top(), at.right_center(), at.left_bottom()];
        painter.add(Shape::convex_polygon(corners, self.color, Stroke::NONE));
    }
}
