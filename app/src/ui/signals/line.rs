//! How the lines of the tree look.
//!
//! From the left: star, whether it is plotted, name. From the right: unit, value, small curve, as far
//! as there is room; names are cut first at their end, with the whole one in the tooltip.

use std::sync::Arc;

use canlake_shared::search::{Query, Searcher};
use egui::{
    Color32, FontId, Galley, Id, Rect, Response, Sense, Stroke, StrokeKind, Ui, pos2, vec2,
};

use super::rows::GroupId;
use super::search::{self, Lit, elsewhere, hexadecimal};
use super::sparks::Sparks;
use crate::source::SignalInfo;
use crate::state::{AppState, LoadState, LoadedSignal, PlottedSignal, SignalRef};
use crate::time_display::count_text;
use crate::ui::plot::{label_of, value_text};
use crate::ui::{icons, lit_text, theme};

pub(super) const HEIGHT: f32 = 20.0;

const NAME_SIZE: f32 = 13.0;
const SMALL_SIZE: f32 = 11.0;
/// Where names begin.
const NAME_LEFT: f32 = 34.0;
/// Space between columns.
const SPACE: f32 = 5.0;
/// Lines this wide have room for a small curve beside a short name.
const WIDE: f32 = 250.0;

/// A heading.
#[derive(Debug)]
pub(super) struct Heading<'a> {
    pub id: &'a GroupId,
    pub n_signals: usize,
    pub is_open: bool,
}

/// A signal.
#[derive(Debug)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is drawn in a way of its own"
)]
pub(super) struct Line<'a> {
    /// Names the widget.
    pub id: Id,
    pub signal: &'a SignalRef,
    pub info: &'a SignalInfo,
    /// Where it is plotted first.
    pub plotted: Option<&'a PlottedSignal>,
    /// Whether its message stands beside the name.
    pub has_message: bool,
    /// Whether another signal of the message has the same name.
    pub is_namesake: bool,
    pub is_picked: bool,
    pub is_focus: bool,
    pub is_favourite: bool,
}

/// What a line is drawn with.
pub(super) struct Brush<'a> {
    pub searcher: &'a mut Searcher,
    pub query: &'a Query,
    pub sparks: &'a mut Sparks,
}

/// Draws a heading.
pub(super) fn heading(ui: &mut Ui, heading: &Heading<'_>) -> Response {
    let palette = theme::palette(ui.theme());
    let (_, rect) = ui.allocate_space(vec2(ui.available_width(), HEIGHT));
    let id = ui.scope_id().with(("group", heading.id));
    let response = ui.interact(rect, id, Sense::click());
    let name = heading.id.name();
    response.widget_info(|| {
        egui::WidgetInfo::selected(egui::Role::TreeItem, true, heading.is_open, name)
    });
    if response.hovered() {
        let color = ui.visuals().faint_bg_color;
        ui.painter().rect_filled(rect, 3.0, color);
    }
    let painter = ui.painter_at(rect);
    let middle = rect.center().y;
    let at = pos2(rect.left() + 7.0, middle);
    icons::triangle(&painter, at, heading.is_open, palette.faint_text);
    let count = painter.layout_no_wrap(
        heading.n_signals.to_string(),
        FontId::proportional(SMALL_SIZE),
        palette.faint_text,
    );
    let count_left = rect.right() - 6.0 - count.rect.width();
    let left = rect.left() + 17.0;
    let color = ui.visuals().text_color();
    let mut job = egui::text::LayoutJob::simple_singleline(
        name.to_owned(),
        FontId::proportional(NAME_SIZE),
        color,
    );
    job.wrap = egui::text::TextWrapping::truncate_at_width(count_left - SPACE - left);
    let text = painter.layout_job(job);
    paint(&painter, text, left, middle);
    paint(&painter, count, count_left, middle);
    response
}

/// Draws a signal; gives the line, and its star where it has one.
pub(super) fn signal(
    ui: &mut Ui,
    state: &AppState,
    line: &Line<'_>,
    brush: &mut Brush<'_>,
) -> (Response, Option<Response>) {
    let (_, rect) = ui.allocate_space(vec2(ui.available_width(), HEIGHT));
    let response = ui.interact(rect, line.id, Sense::click_and_drag());
    let loaded = state.store.get(line.signal);
    let value = loaded.and_then(|loaded| value_at_pointer(state, loaded));
    let name = format!("{}.{}", line.info.key.message, line.info.key.signal);
    response.widget_info(|| {
        let is_plotted = line.plotted.is_some();
        egui::WidgetInfo::selected(egui::Role::CheckBox, true, is_plotted, &name)
    });
    ui.ctx().accesskit_node_builder(line.id, |node| {
        node.set_selected(line.is_picked);
        if let Some(value) = &value {
            node.set_value(format!("{value} {}", line.info.unit).trim_end());
        }
    });
    background(ui, line, rect, response.contains_pointer());
    let star = star(ui, line, rect, &name, response.contains_pointer());
    plotted_mark(ui, line, rect);
    let left = rect.left() + NAME_LEFT;
    let right = columns(ui, line, rect, loaded, value, brush);
    let galley = title(ui, line, brush, right - left);
    let painter = ui.painter_at(rect);
    let end = left + galley.rect.width();
    paint(&painter, galley, left, rect.center().y);
    if loaded.is_none() {
        range(ui, line, rect, end..=right);
    }
    let response = response.on_hover_ui(|ui| {
        ui.label(description(state, line.info));
    });
    (response, star)
}

fn background(ui: &Ui, line: &Line<'_>, rect: Rect, is_hovered: bool) {
    let visuals = ui.visuals();
    if line.is_picked {
        let color = visuals.selection.bg_fill.gamma_multiply(0.55);
        ui.painter().rect_filled(rect, 3.0, color);
    } else if is_hovered {
        ui.painter().rect_filled(rect, 3.0, visuals.faint_bg_color);
    }
    if line.is_focus {
        let stroke = Stroke::new(1.0, theme::palette(ui.theme()).accent);
        ui.painter()
            .rect_stroke(rect, 3.0, stroke, StrokeKind::Inside);
    }
}

/// The star of a favourite; an empty one at the pointer.
fn star(ui: &Ui, line: &Line<'_>, rect: Rect, name: &str, is_hovered: bool) -> Option<Response> {
    if !line.is_favourite && !is_hovered {
        return None;
    }
    let palette = theme::palette(ui.theme());
    let area = Rect::from_min_size(rect.min, vec2(16.0, HEIGHT));
    let response = ui.interact(area, line.id.with("star"), Sense::click());
    let label = format!("Favourite: {name}");
    response.widget_info(|| {
        egui::WidgetInfo::selected(egui::Role::Button, true, line.is_favourite, &label)
    });
    let color = if line.is_favourite {
        palette.cursor
    } else {
        palette.faint_text
    };
    icons::paint(
        &ui.painter_at(rect),
        area.center(),
        icons::Icon::Star,
        11.0,
        color,
    );
    let text = if line.is_favourite {
        "Remove from the favourites"
    } else {
        "Add to the favourites"
    };
    Some(response.on_hover_text(text))
}

/// A box, filled with the colour of the curve where there is one.
fn plotted_mark(ui: &Ui, line: &Line<'_>, rect: Rect) {
    let at = pos2(rect.left() + 23.0, rect.center().y);
    let mark = Rect::from_center_size(at, vec2(10.0, 10.0));
    let painter = ui.painter_at(rect);
    if let Some(plotted) = line.plotted {
        let color = theme::signal_color(ui.theme(), plotted.color_idx);
        painter.rect_filled(mark, 2.0, color);
    } else {
        let stroke = Stroke::new(1.0, theme::palette(ui.theme()).plot_frame);
        painter.rect_stroke(mark, 2.0, stroke, StrokeKind::Inside);
    }
}

/// Unit, value and small curve at the right end; gives where the room for the name ends.
fn columns(
    ui: &Ui,
    line: &Line<'_>,
    rect: Rect,
    loaded: Option<&LoadedSignal>,
    value: Option<String>,
    brush: &mut Brush<'_>,
) -> f32 {
    let palette = theme::palette(ui.theme());
    let painter = ui.painter_at(rect);
    let middle = rect.center().y;
    let is_wide = rect.width() >= WIDE;
    // Equally wide on all lines, so that digits stand below each other.
    let unit_width = if is_wide { 40.0 } else { 30.0 };
    let unit = cut(
        ui,
        &line.info.unit,
        SMALL_SIZE,
        palette.faint_text,
        unit_width,
    );
    let mut right = rect.right() - 4.0;
    let unit_left = right - unit.rect.width();
    paint(&painter, unit, unit_left, middle);
    let Some(loaded) = loaded else {
        return unit_left - SPACE;
    };
    right -= unit_width + SPACE;
    if matches!(loaded.state, LoadState::Partial(_)) {
        let font = FontId::proportional(10.0);
        let galley = painter.layout_no_wrap("partial".to_owned(), font, palette.warning);
        right -= galley.rect.width();
        paint(&painter, galley, right, middle);
        right -= SPACE;
    }
    if let Some(value) = value {
        let is_label = !line.info.labels.is_empty();
        let font = if is_label {
            FontId::proportional(12.0)
        } else {
            theme::tabular(12.0)
        };
        let color = ui.visuals().strong_text_color();
        let mut job = egui::text::LayoutJob::simple_singleline(value, font, color);
        job.wrap = egui::text::TextWrapping::truncate_at_width(rect.width() * 0.34);
        let galley = painter.layout_job(job);
        right -= galley.rect.width();
        paint(&painter, galley, right, middle);
        right -= SPACE;
    }
    let width = (rect.width() * 0.16).min(70.0);
    let name_width = right - rect.left() - NAME_LEFT;
    if is_wide && name_width > width + 70.0 {
        let area = Rect::from_min_max(
            pos2(right - width, rect.top() + 4.0),
            pos2(right, rect.bottom() - 4.0),
        );
        let color = match line.plotted {
            Some(plotted) => theme::signal_color(ui.theme(), plotted.color_idx),
            None => palette.faint_text,
        };
        brush.sparks.paint(ui, line.signal, loaded, area, color);
        right -= width + SPACE;
    }
    right
}

/// Least and greatest value of a signal that is not loaded, where there is room.
fn range(ui: &Ui, line: &Line<'_>, rect: Rect, room: std::ops::RangeInclusive<f32>) {
    let info = line.info;
    let (Some(min), Some(max), true) = (info.min, info.max, info.labels.is_empty()) else {
        return;
    };
    let palette = theme::palette(ui.theme());
    let text = format!("{} … {}", value_text(min), value_text(max));
    let galley = ui
        .painter()
        .layout_no_wrap(text, theme::tabular(10.0), palette.faint_text);
    let left = room.end() - galley.rect.width();
    if left > room.start() + 2.0 * SPACE {
        paint(&ui.painter_at(rect), galley, left, rect.center().y);
    }
}

/// Name, and what tells it from others or why it was found.
fn title(ui: &Ui, line: &Line<'_>, brush: &mut Brush<'_>, width: f32) -> Arc<Galley> {
    let palette = theme::palette(ui.theme());
    let text_color = ui.visuals().text_color();
    let query = brush.query;
    let mut job = egui::text::LayoutJob::default();
    let mut append = |text: &str, lit: &[u32], size: f32, color: Color32| {
        lit_text::append(ui, &mut job, text, lit, (size, color));
    };
    let info = line.info;
    let lit = if query.is_empty() {
        Lit::default()
    } else {
        search::lit(brush.searcher, query, info)
    };
    append(&info.key.signal, &lit.name, NAME_SIZE, text_color);
    if line.has_message {
        append(
            &info.key.message,
            &lit.message,
            SMALL_SIZE,
            palette.faint_text,
        );
    }
    if line.is_namesake {
        append(&origin(info), &[], SMALL_SIZE, palette.faint_text);
    }
    if !query.is_empty()
        && let Some(text) = elsewhere(query, info)
    {
        let lit = brush.searcher.lit(query, &text);
        append(&text, &lit, SMALL_SIZE, palette.faint_text);
    }
    job.wrap = egui::text::TextWrapping::truncate_at_width(width.max(0.0));
    ui.painter().layout_job(job)
}

fn cut(ui: &Ui, text: &str, size: f32, color: Color32, width: f32) -> Arc<Galley> {
    let font = FontId::proportional(size);
    let mut job = egui::text::LayoutJob::simple_singleline(text.to_owned(), font, color);
    job.wrap = egui::text::TextWrapping::truncate_at_width(width);
    ui.painter().layout_job(job)
}

fn paint(painter: &egui::Painter, galley: Arc<Galley>, left: f32, middle: f32) {
    let at = pos2(left, middle - galley.rect.height() / 2.0);
    painter.galley(at, galley, Color32::PLACEHOLDER);
}

/// The value at the pointer, else at the active cursor: a text where the DBC has one.
fn value_at_pointer(state: &AppState, loaded: &LoadedSignal) -> Option<String> {
    let instant = state
        .hovered_in_window()
        .or(state.cursors.active_instant())?;
    let sample = loaded.series.as_ref()?.sample_at(instant.as_ns())?;
    if sample.in_gap {
        return Some("–".to_owned());
    }
    let label = label_of(loaded, sample.value);
    Some(label.map_or_else(|| short_text(sample.value), str::to_owned))
}

/// A number in few enough digits for the tree; plots and tables tell more of them.
fn short_text(value: f64) -> String {
    const MAX_LETTERS: usize = 8;
    /// Digits that count.
    const DIGITS: i32 = 6;
    let text = value_text(value);
    if text.chars().count() <= MAX_LETTERS || !value.is_finite() {
        return text;
    }
    let magnitude = value.abs().log10().floor() as i32;
    if !(-3..DIGITS).contains(&magnitude) {
        return format!("{value:.2e}").replace('-', "−");
    }
    let scale = 10_f64.powi(DIGITS - 1 - magnitude);
    value_text((value * scale).round() / scale)
}

/// Where a signal comes from: channel and identifier.
pub(super) fn origin(info: &SignalInfo) -> String {
    let id = info.key.arbitration_id.map(hexadecimal);
    let channel = Some(info.key.channel.to_string()).filter(|name| !name.is_empty());
    let parts: Vec<_> = channel.into_iter().chain(id).collect();
    parts.join(" ")
}

fn description(state: &AppState, info: &SignalInfo) -> String {
    /// Texts of values; a DBC may have hundreds.
    const MAX_LABELS: usize = 12;
    let mut lines = vec![info.key.to_string()];
    if !info.comment.is_empty() {
        lines.push(info.comment.to_string());
    }
    if let (Some(min), Some(max)) = (info.min, info.max) {
        let range = format!("{} to {} {}", value_text(min), value_text(max), info.unit);
        lines.push(range.trim_end().to_owned());
    }
    if info.rows > 0 {
        lines.push(format!("{} samples", count_text(info.rows)));
        let zone = state.zone().calendar();
        lines.push(format!(
            "{} to {}",
            zone.date_time(info.first, 1_000_000),
            zone.date_time(info.last, 1_000_000)
        ));
    }
    if let Some(cycle) = info.cycle_time_ms {
        lines.push(format!("every {cycle} ms"));
    } else if info.on_change {
        lines.push("sent on change".to_owned());
    }
    for (value, label) in info.labels.iter().take(MAX_LABELS) {
        lines.push(format!("{} = {label}", value_text(*value)));
    }
    if info.labels.len() > MAX_LABELS {
        lines.push(format!("and {} more", info.labels.len() - MAX_LABELS));
    }
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_short_and_never_wrong() {
        let texts = [
            31_881.751,
            -1.0 / 81.0,
            1.5,
            0.0,
            123_456_789.0,
            -1e-12,
            f64::NAN,
            42.0,
        ];
        assert_eq!(
            texts.map(short_text),
            [
                "31881.8",
                "−0.0123457",
                "1.5",
                "0",
                "1.23e8",
                "−1.00e−12",
                "NaN",
                "42"
            ]
        );
    }
}
