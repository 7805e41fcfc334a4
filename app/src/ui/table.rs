//! The value table: signals at the cursors, and the difference between them.

use canlake_shared::time::Timestamp;
use egui::{Align, Grid, Layout, Response, RichText, ScrollArea, Ui};

use super::plot::{bare_value, value_text};
use super::theme;
use crate::command::{Action, Command, CommandQueue};
use crate::state::{AppState, Cursor, LoadedSignal, Panel, PlottedSignal};
use crate::time_display::duration_text;

const COLUMNS: [&str; 6] = ["signal", "A", "B", "Δ", "Δ/Δt per s", "unit"];

/// Columns of numbers.
const VALUES: std::ops::Range<usize> = 1..5;

/// Draws the table.
pub(crate) fn show(ui: &mut Ui, state: &AppState, panel: &Panel, queue: &mut CommandQueue) {
    header(ui, state, queue);
    if panel.signals.is_empty() {
        ui.weak("drag signals here, or plot them while this table is active");
        return;
    }
    ScrollArea::both()
        .id_salt(("table", panel.id))
        .auto_shrink([false, false])
        .show(ui, |ui| {
            Grid::new(("table", panel.id))
                .num_columns(COLUMNS.len())
                .striped(true)
                .spacing([16.0, 3.0])
                .show(ui, |ui| {
                    for (idx, title) in COLUMNS.into_iter().enumerate() {
                        let color = theme::palette(ui.theme()).faint_text;
                        let title = RichText::new(title).color(color).size(11.0);
                        if VALUES.contains(&idx) {
                            at_right(ui, title);
                        } else {
                            ui.label(title);
                        }
                    }
                    ui.end_row();
                    for plotted in &panel.signals {
                        row(ui, state, panel, plotted, queue);
                        ui.end_row();
                    }
                });
        });
}

/// Where the cursors are and how far apart.
fn header(ui: &mut Ui, state: &AppState, queue: &mut CommandQueue) {
    let resolution = super::plot::time_resolution(state);
    ui.horizontal_wrapped(|ui| {
        for (cursor, name, action) in [
            (Cursor::A, "A", Action::CursorA),
            (Cursor::B, "B", Action::CursorB),
        ] {
            let instant = state.cursors.get(cursor);
            let text = match instant {
                Some(instant) => format!("{name} {}", state.zone().date_time(instant, resolution)),
                None => format!("{name} –"),
            };
            let is_active = instant.is_some() && state.cursors.active() == cursor;
            let text = RichText::new(text).font(theme::tabular(12.0));
            if ui.selectable_label(is_active, text).clicked() {
                queue.run(action);
            }
        }
        if let Some((a, b)) = state.cursors.both() {
            let span = b.ns_since(a);
            ui.weak("Δt");
            ui.label(RichText::new(duration_text(span)).font(theme::tabular(12.0)));
            if span != 0 {
                let hertz = 1e9 / span.unsigned_abs() as f64;
                ui.weak("1/Δt");
                let text = format!("{} Hz", value_text(hertz));
                ui.label(RichText::new(text).font(theme::tabular(12.0)));
            }
        }
    });
}

fn row(
    ui: &mut Ui,
    state: &AppState,
    panel: &Panel,
    plotted: &PlottedSignal,
    queue: &mut CommandQueue,
) {
    let is_selected = state.stepped_signal() == Some(&plotted.signal);
    let name = state.signal_name(&plotted.signal);
    let color = theme::signal_color(ui.theme(), plotted.color_idx);
    let label = ui.selectable_label(is_selected, RichText::new(name).color(color));
    if label.clicked() {
        queue.send(Command::SelectSignal(plotted.signal.clone()));
    }
    label.context_menu(|ui| {
        if ui.button("Remove from this table").clicked() {
            queue.send(Command::Unplot(panel.id, plotted.signal.clone()));
            ui.close();
        }
    });
    let Some(loaded) = state.store.get(&plotted.signal) else {
        return;
    };
    let values = [Cursor::A, Cursor::B].map(|cursor| value_at(state, loaded, cursor));
    let mut texts: Vec<String> = values
        .iter()
        .map(|value| match value {
            AtCursor::Value(value) => bare_value(loaded, *value),
            AtCursor::Nothing => "–".to_owned(),
            AtCursor::Gap => "gap".to_owned(),
        })
        .collect();
    let difference = match values {
        [AtCursor::Value(a), AtCursor::Value(b)] => Some(b - a),
        _ => None,
    };
    let seconds = state
        .cursors
        .both()
        .map(|(a, b)| b.ns_since(a) as f64 / 1e9);
    let rate = difference
        .zip(seconds)
        .filter(|(_, seconds)| *seconds != 0.0)
        .map(|(difference, seconds)| difference / seconds);
    texts.extend([difference, rate].map(|value| value.map_or_else(|| "–".to_owned(), value_text)));
    let recorded = [Cursor::A, Cursor::B].map(|cursor| recorded_text(state, loaded, cursor));
    for (idx, text) in texts.into_iter().enumerate() {
        let label = at_right(ui, RichText::new(text).font(theme::tabular(12.0)));
        if let Some(Some(recorded)) = recorded.get(idx) {
            label.on_hover_text(recorded);
        }
    }
    ui.weak(&*loaded.info.unit);
}

/// Numbers stand below each other by their last digits.
fn at_right(ui: &mut Ui, text: RichText) -> Response {
    let layout = Layout::right_to_left(Align::Center);
    ui.with_layout(layout, |ui| ui.label(text)).inner
}

/// When the sample at a cursor was recorded, where that is not when it is drawn.
fn recorded_text(state: &AppState, loaded: &LoadedSignal, cursor: Cursor) -> Option<String> {
    let series = loaded.series.as_ref()?;
    let sample = series.sample_at(state.cursors.get(cursor)?.as_ns())?;
    let shift = series.shift_ns();
    let recorded = Timestamp::from_ns(sample.time) - shift;
    let text = state.zone().calendar().date_time(recorded, 1);
    (shift != 0).then(|| format!("recorded {text}"))
}

/// What a signal has at a cursor: its last sample at or before it.
enum AtCursor {
    Value(f64),
    Gap,
    Nothing,
}

fn value_at(state: &AppState, loaded: &LoadedSignal, cursor: Cursor) -> AtCursor {
    let sample = state
        .cursors
        .get(cursor)
        .zip(loaded.series.as_ref())
        .and_then(|(instant, series)| series.sample_at(instant.as_ns()));
    match sample {
        Some(sample) if sample.in_gap => AtCursor::Gap,
        Some(sample) => AtCursor::Value(sample.value),
        None => AtCursor::Nothing,
    }
}
