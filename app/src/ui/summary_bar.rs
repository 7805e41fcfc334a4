//! What panels that tell of many samples have in common: of which time, and whether all is there.

use std::fmt::Write as _;

use canlake_shared::time::TimeRange;
use egui::{Frame, Margin, Rect, RichText, Ui, UiBuilder, pos2};

use super::{inside, theme};
use crate::command::{Command, CommandQueue, PanelCommand};
use crate::state::{AppState, LoadState, Panel, PanelOptions, SignalRef, Span};
use crate::time_display::duration_text;

/// Height of the row of choices, in points.
const HEIGHT: f32 = 24.0;

/// Draws the row on top, with the `choices` that a panel has of its own, and gives the area below it.
/// Nobody can click on a picture, so it has no row.
pub(crate) fn show(
    ui: &mut Ui,
    state: &AppState,
    panel: &Panel,
    (rect, is_picture): (Rect, bool),
    queue: &mut CommandQueue,
    choices: impl FnOnce(&mut Ui, &mut CommandQueue),
) -> Rect {
    if is_picture {
        return rect;
    }
    let (row, body) = rect.split_top_bottom_at_y((rect.top() + HEIGHT).min(rect.bottom()));
    paint_row(ui, state, panel, row, queue, choices);
    body
}

/// The choice of time, then `choices`, then how long that time is.
fn paint_row(
    ui: &mut Ui,
    state: &AppState,
    panel: &Panel,
    row: Rect,
    queue: &mut CommandQueue,
    choices: impl FnOnce(&mut Ui, &mut CommandQueue),
) {
    let layout = egui::Layout::left_to_right(egui::Align::Center);
    let area = UiBuilder::new()
        .max_rect(row.shrink2(egui::vec2(4.0, 1.0)))
        .id_salt(("choices", panel.id))
        .layout(layout);
    inside(ui, area, |ui| {
        ui.set_clip_rect(row.intersect(ui.clip_rect()));
        ui.spacing_mut().item_spacing.x = 4.0;
        for (span, text, hint) in [
            (Span::Visible, "Visible", "of what is visible"),
            (Span::Cursors, "A to B", "from one cursor to the other"),
        ] {
            let is_chosen = panel.options.span == span;
            let label = ui.selectable_label(is_chosen, RichText::new(text).size(12.0));
            if label.on_hover_text(hint).clicked() {
                set(panel, queue, |options| options.span = span);
            }
        }
        choices(ui, queue);
        ui.separator();
        if panel.options.span == Span::Cursors && state.cursors.both().is_none() {
            let text = "place A and B; what is visible until then";
            ui.label(RichText::new(text).size(11.0).color(faint(ui)));
        } else if let Some(range) = state.span_of(panel) {
            ui.label(
                RichText::new(range_text(state, range))
                    .size(11.0)
                    .color(faint(ui)),
            );
        }
        if state.summaries.is_running(panel.id) {
            ui.label(RichText::new("working…").size(11.0).color(faint(ui)));
        } else if state.summaries.has_stopped(panel.id) {
            let color = theme::palette(ui.theme()).warning;
            ui.label(RichText::new("not up to date").size(11.0).color(color))
                .on_hover_text("working it out was cancelled, or failed; it is tried again with the next change");
        }
    });
}

fn faint(ui: &Ui) -> egui::Color32 {
    theme::palette(ui.theme()).faint_text
}

/// From when to when, and how long.
pub(crate) fn range_text(state: &AppState, range: TimeRange) -> String {
    let resolution = (range.duration_ns() / 2_000).max(1);
    let zone = state.zone();
    format!(
        "{} to {}, {}",
        zone.date_time(range.start, resolution),
        zone.time_of_day(range.end, resolution),
        duration_text(range.duration_ns())
    )
}

/// A choice of a panel that is on or off.
pub(crate) fn switch(
    ui: &mut Ui,
    panel: &Panel,
    queue: &mut CommandQueue,
    (text, hint): (&str, &str),
    field: fn(&mut PanelOptions) -> &mut bool,
) {
    let mut options = panel.options.clone();
    let is_on = *field(&mut options);
    let label = ui.selectable_label(is_on, RichText::new(text).size(12.0));
    if label.on_hover_text(hint).clicked() {
        set(panel, queue, |options| *field(options) = !is_on);
    }
}

/// Changes a choice of a panel.
pub(crate) fn set(panel: &Panel, queue: &mut CommandQueue, change: impl FnOnce(&mut PanelOptions)) {
    let mut options = panel.options.clone();
    change(&mut options);
    queue.send(Command::Panel(panel.id, PanelCommand::SetOptions(options)));
}

/// Says, where nothing can be drawn yet, what has to be done.
pub(crate) fn teach(ui: &mut Ui, rect: Rect, text: &str) {
    let color = faint(ui);
    let area = UiBuilder::new().max_rect(rect.shrink(12.0));
    inside(ui, area, |ui| {
        ui.vertical_centered(|ui| {
            ui.add_space((rect.height() / 2.0 - 30.0).max(0.0));
            ui.add(egui::Label::new(RichText::new(text).size(14.0).color(color)).wrap());
        });
    });
}

/// What a picture has instead of the bar on top: what it is and of which time.
pub(crate) fn title_of_picture(ui: &Ui, state: &AppState, panel: &Panel, rect: Rect, title: &str) {
    let range = state.span_of(panel).map(|range| range_text(state, range));
    ui.painter().text(
        pos2(rect.left() + 6.0, rect.top() + 2.0),
        egui::Align2::LEFT_TOP,
        format!("{title} · {}", range.unwrap_or_default()),
        egui::FontId::proportional(11.0),
        faint(ui),
    );
}

/// The state of those of the signals that are not complete: its name, and why.
pub(crate) fn lacking(state: &AppState, signal: &SignalRef) -> Option<(&'static str, String)> {
    match &state.store.get(signal)?.state {
        LoadState::Complete => None,
        LoadState::Loading { .. } => Some(("loading", "more samples are on their way".to_owned())),
        LoadState::Partial(reason) => Some(("partial", reason.clone())),
        LoadState::Failed(reason) => Some(("failed", reason.clone())),
    }
}

/// The badge in the upper right corner: whether everything is there, and whether everything is drawn.
pub(crate) fn badge(
    ui: &mut Ui,
    state: &AppState,
    panel: &Panel,
    area: Rect,
    (ratio, mut detail): (f64, String),
) {
    let palette = theme::palette(ui.theme());
    let mut worst = ("complete", palette.good);
    for plotted in panel.signals.iter().filter(|plotted| plotted.visible) {
        if let Some((text, reason)) = lacking(state, &plotted.signal) {
            let color = match text {
                "failed" => palette.error,
                "partial" => palette.warning,
                _ => palette.faint_text,
            };
            if worst.0 == "complete" || text != "loading" {
                worst = (text, color);
            }
            // Writing to a text cannot fail.
            let name = state.signal_name(&plotted.signal);
            write!(detail, "\n{name}: {reason}").ok();
        }
    }
    let text = if ratio > 1.0 {
        format!("{} · downsampled {:.0}:1", worst.0, ratio.max(2.0).round())
    } else {
        worst.0.to_owned()
    };
    let corner = Rect::from_min_max(
        pos2((area.right() - 260.0).max(area.left()), area.top() + 5.0),
        pos2(area.right() - 6.0, area.top() + 27.0),
    );
    let builder = UiBuilder::new()
        .max_rect(corner)
        .layout(egui::Layout::right_to_left(egui::Align::Center))
        .id_salt(("badge", panel.id));
    inside(ui, builder, |ui| {
        Frame::new()
            .fill(palette.overlay.gamma_multiply(0.85))
            .corner_radius(4.0)
            .inner_margin(Margin::symmetric(6, 1))
            .show(ui, |ui| {
                ui.label(RichText::new(text).size(11.0).color(worst.1))
                    .on_hover_text(detail);
            });
    });
}
