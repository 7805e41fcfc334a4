//! The bits of a message as a grid: the signal's own coloured, those of the others faint.

use canlake_shared::dbc::MessageDef;
use egui::{
    Align2, Color32, FontId, Painter, Pos2, Rect, Sense, Stroke, StrokeKind, Ui, pos2, vec2,
};

use super::super::theme;
use super::remark;
use crate::inspect::{BitPlace, Definition, FoundFrame};
use crate::state::{AppState, SignalRef};

/// Height of a byte, in points.
const ROW_HEIGHT: f32 = 19.0;
/// Bytes that are seen without scrolling.
const MAX_ROWS: usize = 12;
/// Width of the numbers of the bytes, in points.
const INDEX_WIDTH: f32 = 24.0;
/// Width of the bytes in hexadecimal, in points.
const HEX_WIDTH: f32 = 26.0;

/// Draws the grid. With a frame, the bits have values.
pub(super) fn show(ui: &mut Ui, state: &AppState, signal: &SignalRef, definition: &Definition) {
    let frame = state.inspector.frame.current();
    let frame = frame.and_then(|found| found.as_ref().ok());
    let grid = &definition.grid;
    if grid.rows() == 0 {
        remark(ui, "The message has no bytes.");
        return;
    }
    header(ui);
    let height = ROW_HEIGHT * grid.rows().min(MAX_ROWS) as f32;
    egui::ScrollArea::vertical()
        .id_salt("bits")
        .max_height(height)
        .auto_shrink([false, true])
        .show(ui, |ui| {
            let drawing = Drawing {
                definition,
                frame: frame.map(AsRef::as_ref),
                own: own_color(ui, state, signal),
            };
            drawing.show(ui);
        });
    if grid.rows() > grid.len_bytes() {
        remark(
            ui,
            &format!(
                "The message has {} bytes; signals reach beyond.",
                grid.len_bytes()
            ),
        );
    }
}

/// The colour of the signal's curve.
fn own_color(ui: &Ui, state: &AppState, signal: &SignalRef) -> Color32 {
    let mut plotted = state.workspace.panels().flat_map(|panel| &panel.signals);
    let found = plotted.find(|plotted| plotted.signal == *signal);
    let idx = found.map_or(0, |plotted| plotted.color_idx);
    theme::signal_color(ui.theme(), idx)
}

fn header(ui: &mut Ui) {
    let faint = theme::palette(ui.theme()).faint_text;
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), 13.0), Sense::hover());
    for column in 0..8_u8 {
        let cell = cell_rect(rect, 0, column);
        let text = (7 - column).to_string();
        let font = FontId::monospace(10.0);
        let at = pos2(cell.center().x, rect.center().y);
        ui.painter()
            .text(at, Align2::CENTER_CENTER, text, font, faint);
    }
}

fn cell_rect(area: Rect, row: usize, column: u8) -> Rect {
    let width = (area.width() - INDEX_WIDTH - HEX_WIDTH) / 8.0;
    let min = pos2(
        area.left() + INDEX_WIDTH + width * f32::from(column),
        area.top() + ROW_HEIGHT * row as f32,
    );
    Rect::from_min_size(min, vec2(width, ROW_HEIGHT)).shrink(1.0)
}

struct Drawing<'a> {
    definition: &'a Definition,
    frame: Option<&'a FoundFrame>,
    own: Color32,
}

impl Drawing<'_> {
    fn show(&self, ui: &mut Ui) {
        let rows = self.definition.grid.rows();
        let size = vec2(ui.available_width(), ROW_HEIGHT * rows as f32);
        let (area, response) = ui.allocate_exact_size(size, Sense::hover());
        response
            .widget_info(|| egui::WidgetInfo::labeled(egui::Role::Image, true, self.description()));
        let painter = ui.painter_at(area);
        let clip = ui.clip_rect();
        for row in 0..rows {
            let top = area.top() + ROW_HEIGHT * row as f32;
            if top > clip.bottom() || top + ROW_HEIGHT < clip.top() {
                continue;
            }
            self.row(ui, &painter, area, row);
        }
        if let Some(place) = response.hover_pos().and_then(|at| place_at(area, at)) {
            let text = self.names(place);
            response.on_hover_text(text);
        }
    }

    /// What the picture shows, in words.
    fn description(&self) -> String {
        let signal = self.definition.signal();
        let message = &self.definition.message().name;
        match self.definition.grid.ends(self.definition.signal_idx()) {
            Some((most, least)) => format!(
                "Bits of {message}: {} from byte {} bit {} (most significant) to byte {} bit {} (least significant)",
                signal.name, most.byte, most.bit, least.byte, least.bit
            ),
            None => format!("Bits of {message}"),
        }
    }

    fn row(&self, ui: &Ui, painter: &Painter, area: Rect, row: usize) {
        let palette = theme::palette(ui.theme());
        let middle = area.top() + ROW_HEIGHT * (row as f32 + 0.5);
        let small = FontId::monospace(10.0);
        let at = pos2(area.left() + INDEX_WIDTH - 6.0, middle);
        let text = row.to_string();
        painter.text(at, Align2::RIGHT_CENTER, text, small, palette.faint_text);
        let byte = self.frame.and_then(|frame| frame.payload.get(row).copied());
        for column in 0..8_u8 {
            let place = BitPlace {
                byte: row,
                bit: 7 - column,
            };
            let rect = cell_rect(area, row, column);
            self.cell(ui, painter, rect, place, byte);
        }
        if let Some(byte) = byte {
            let at = pos2(area.right() - HEX_WIDTH + 6.0, middle);
            let is_own = (0..8).any(|bit| self.is_own(BitPlace { byte: row, bit }));
            let color = if is_own { self.own } else { palette.faint_text };
            let font = FontId::monospace(12.0);
            painter.text(at, Align2::LEFT_CENTER, format!("{byte:02X}"), font, color);
        }
    }

    fn is_own(&self, place: BitPlace) -> bool {
        let grid = &self.definition.grid;
        grid.is_used(place, self.definition.signal_idx())
    }

    fn cell(&self, ui: &Ui, painter: &Painter, rect: Rect, place: BitPlace, byte: Option<u8>) {
        let palette = theme::palette(ui.theme());
        let grid = &self.definition.grid;
        let is_own = self.is_own(place);
        let others = grid.cell(place).map_or(&[][..], |cell| &cell.signals);
        let fill = match others.first() {
            _ if is_own => self.own,
            // Neighbours are told apart by their tone.
            Some(other) => theme::signal_color(ui.theme(), *other).gamma_multiply(0.22),
            None => Color32::TRANSPARENT,
        };
        painter.rect_filled(rect, 2.0, fill);
        let is_beyond = place.byte >= grid.len_bytes();
        let stroke = Stroke::new(
            1.0,
            if is_beyond {
                palette.warning
            } else {
                palette.grid
            },
        );
        painter.rect_stroke(rect, 2.0, stroke, StrokeKind::Inside);
        let on_own = palette.plot_background;
        let bit = byte.map(|byte| if byte >> place.bit & 1 == 1 { "1" } else { "0" });
        let text = bit.unwrap_or(match grid.ends(self.definition.signal_idx()) {
            Some((most, least)) if most == place && least == place => "bit",
            Some((most, _)) if most == place => "MSB",
            Some((_, least)) if least == place => "LSB",
            _ => "",
        });
        let color = if is_own { on_own } else { palette.faint_text };
        let font = FontId::monospace(if bit.is_some() { 12.0 } else { 9.0 });
        painter.text(rect.center(), Align2::CENTER_CENTER, text, font, color);
        if bit.is_some() && is_own {
            self.mark_end(painter, rect, place, on_own);
        }
    }

    /// Where the letters give way to values, a bar marks the most significant bit on its left and
    /// the least significant on its right.
    fn mark_end(&self, painter: &Painter, rect: Rect, place: BitPlace, color: Color32) {
        let Some((most, least)) = self.definition.grid.ends(self.definition.signal_idx()) else {
            return;
        };
        let bar = |x: f32| {
            let (top, bottom) = (rect.top() + 3.0, rect.bottom() - 3.0);
            painter.line_segment([pos2(x, top), pos2(x, bottom)], Stroke::new(2.0, color));
        };
        if most == place {
            bar(rect.left() + 3.0);
        }
        if least == place {
            bar(rect.right() - 3.0);
        }
    }

    /// The signals in a bit.
    fn names(&self, place: BitPlace) -> String {
        let message: &MessageDef = self.definition.message();
        let grid = &self.definition.grid;
        let number = 8 * place.byte + usize::from(place.bit);
        let mut lines = vec![format!("byte {}, bit {} ({number})", place.byte, place.bit)];
        let cell = grid.cell(place).map_or(&[][..], |cell| &cell.signals);
        for idx in cell {
            let name = message.signals.get(*idx).map_or("?", |it| it.name.as_str());
            let end = match grid.ends(*idx) {
                Some((most, _)) if most == place => ", most significant bit",
                Some((_, least)) if least == place => ", least significant bit",
                _ => "",
            };
            lines.push(format!("{name}{end}"));
        }
        if cell.is_empty() {
            lines.push("no signal".to_owned());
        }
        lines.join("\n")
    }
}

fn place_at(area: Rect, at: Pos2) -> Option<BitPlace> {
    let width = (area.width() - INDEX_WIDTH - HEX_WIDTH) / 8.0;
    let column = ((at.x - area.left() - INDEX_WIDTH) / width).floor();
    if !(0.0..8.0).contains(&column) {
        return None;
    }
    Some(BitPlace {
        byte: ((at.y - area.top()) / ROW_HEIGHT).max(0.0) as usize,
        bit: 7 - column as u8,
    })
}
