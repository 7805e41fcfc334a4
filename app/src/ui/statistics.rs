//! Statistics as a table: a row a signal, from all samples.

use canlake_shared::time::{TimeRange, Timestamp};
use egui::{Grid, Label, Rect, Response, RichText, ScrollArea, Sense, Ui, UiBuilder};

use super::{inside, summary_bar, theme};
use crate::command::{Command, CommandQueue};
use crate::series::{Stats, Timed};
use crate::state::{AppState, Panel, SignalRef, Summary};
use crate::time_display::{count_text, duration_text};
use crate::ui::plot::value_text;

const COLUMNS: [(&str, &str); 13] = [
    (
        "signal",
        "a click makes it the one that the keys step along",
    ),
    ("count", "samples in the range"),
    ("min", "least value; a click goes to it"),
    ("max", "greatest value; a click goes to it"),
    ("mean of samples", "every sample counts the same"),
    ("mean over time", "a value counts for as long as it held"),
    ("std", "standard deviation of the samples, with n − 1"),
    ("first", "first value; a click goes to it"),
    ("last", "last value; a click goes to it"),
    ("gaps", "gaps that lie in the range, and their length in it"),
    ("missing", "samples without a value, and infinite ones"),
    (
        "out of order",
        "of all that is loaded: samples that came after a later one",
    ),
    (
        "repeated",
        "of all that is loaded: samples with the time of the one before",
    ),
];
/// Of a row, without the space to the next, in points: that of its button.
const ROW_HEIGHT: f32 = 21.0;

/// Draws the panel.
pub(crate) fn show(
    ui: &mut Ui,
    state: &AppState,
    panel: &Panel,
    place: (Rect, bool),
    queue: &mut CommandQueue,
) {
    let shown = match state.summaries.get(panel.id) {
        Some((question, Summary::Statistics(stats))) => Some((question, stats)),
        _ => None,
    };
    let body = summary_bar::show(ui, state, panel, place, queue, |ui, _| {
        let copy = ui.small_button("Copy");
        let copy = copy.on_hover_text("as text with tabs, for a spreadsheet");
        if let (true, Some((question, stats))) = (copy.clicked(), shown) {
            let signals = question.signals.iter().map(|part| &part.signal);
            let rows: Vec<_> = signals.zip(stats).collect();
            ui.ctx().copy_text(tsv(state, question.range, &rows));
        }
    });
    let Some((question, stats)) = shown else {
        return summary_bar::teach(ui, body, "Plot signals to see their statistics");
    };
    if stats.is_empty() {
        return summary_bar::teach(ui, body, "Plot signals to see their statistics");
    }
    let signals: Vec<_> = question.signals.iter().map(|part| &part.signal).collect();
    let area = UiBuilder::new().max_rect(body.shrink(4.0));
    inside(ui, area, |ui| {
        ui.spacing_mut().item_spacing.y = 3.0;
        ScrollArea::both()
            .id_salt(("statistics", panel.id))
            .auto_shrink([false, false])
            .show_rows(ui, ROW_HEIGHT, stats.len() + 1, |ui, visible| {
                Grid::new(("statistics", panel.id))
                    .num_columns(COLUMNS.len())
                    .striped(true)
                    .min_row_height(ROW_HEIGHT)
                    .spacing([14.0, 3.0])
                    .show(ui, |ui| {
                        for idx in visible {
                            match idx.checked_sub(1) {
                                None => header(ui),
                                Some(idx) => row(ui, state, signals[idx], &stats[idx], queue),
                            }
                            ui.end_row();
                        }
                    });
            });
    });
}

fn header(ui: &mut Ui) {
    let color = theme::palette(ui.theme()).faint_text;
    for (title, hint) in COLUMNS {
        ui.label(RichText::new(title).color(color).size(11.0))
            .on_hover_text(hint);
    }
}

fn row(ui: &mut Ui, state: &AppState, signal: &SignalRef, stats: &Stats, queue: &mut CommandQueue) {
    let palette = theme::palette(ui.theme());
    let unit = state.signal_info(signal).map_or("", |info| &info.unit);
    let name = state.signal_name(signal);
    ui.horizontal(|ui| {
        let text = if unit.is_empty() {
            name
        } else {
            format!("{name}  {unit}")
        };
        let is_selected = state.stepped_signal() == Some(signal);
        if ui.selectable_label(is_selected, text).clicked() {
            queue.send(Command::SelectSignal(signal.clone()));
        }
        if let Some((text, reason)) = summary_bar::lacking(state, signal) {
            let text = RichText::new(text).size(11.0).color(palette.warning);
            ui.label(text).on_hover_text(reason);
        }
    });
    number(ui, count_text(stats.count as u64));
    for timed in [stats.min, stats.max] {
        place(ui, state, timed, queue);
    }
    for value in [stats.mean, stats.time_weighted_mean, stats.std] {
        number(ui, optional_text(value));
    }
    for timed in [stats.first, stats.last] {
        place(ui, state, timed, queue);
    }
    let silent = i64::try_from(stats.gap_ns).unwrap_or(i64::MAX);
    number(
        ui,
        match stats.gap_count {
            0 => "0".to_owned(),
            count => format!("{count} ({})", duration_text(silent)),
        },
    );
    let missing = number(
        ui,
        count_text((stats.nan_count + stats.infinite_count) as u64),
    );
    if stats.infinite_count > 0 {
        missing.on_hover_text(format!(
            "{} without a value, {} infinite",
            count_text(stats.nan_count as u64),
            count_text(stats.infinite_count as u64)
        ));
    }
    for count in disorder(state, signal) {
        number(ui, count_text(count as u64));
    }
}

/// How many samples of what is loaded came late, and how many repeat a time.
fn disorder(state: &AppState, signal: &SignalRef) -> [usize; 2] {
    let loaded = state.store.get(signal);
    let series = loaded.and_then(|loaded| loaded.series.as_ref());
    series.map_or([0; 2], |data| {
        let series = data.series();
        [series.out_of_order(), series.duplicates()]
    })
}

fn number(ui: &mut Ui, text: String) -> Response {
    ui.label(RichText::new(text).font(theme::tabular(12.0)))
}

/// A value that can be gone to.
fn place(ui: &mut Ui, state: &AppState, timed: Option<Timed>, queue: &mut CommandQueue) {
    let Some(timed) = timed else {
        number(ui, "–".to_owned());
        return;
    };
    let text = RichText::new(value_text(timed.value)).font(theme::tabular(12.0));
    let label = ui.add(Label::new(text).sense(Sense::click()));
    let at = Timestamp::from_ns(timed.time);
    if label.clicked() {
        queue.send(Command::JumpTo(at));
    }
    if label.hovered() {
        ui.ctx().set_cursor_icon(egui::CursorIcon::PointingHand);
    }
    label.on_hover_text(format!("at {}", state.zone().date_time(at, 1_000)));
}

fn optional_text(value: Option<f64>) -> String {
    value.map_or_else(|| "–".to_owned(), value_text)
}

/// The table as text, with all digits.
fn tsv(state: &AppState, range: TimeRange, rows: &[(&SignalRef, &Stats)]) -> String {
    let mut lines = vec![
        [
            "signal",
            "unit",
            "from",
            "to",
            "count",
            "min",
            "min at",
            "max",
            "max at",
            "mean of samples",
            "mean over time",
            "std",
            "first",
            "last",
            "gaps",
            "gaps s",
            "missing",
            "infinite",
            "out of order",
            "repeated",
            "state",
        ]
        .join("\t"),
    ];
    for (signal, stats) in rows {
        let number = |value: Option<f64>| value.map(|it| it.to_string()).unwrap_or_default();
        let value = |timed: Option<Timed>| number(timed.map(|timed| timed.value));
        let time = |timed: Option<Timed>| {
            let time = timed.map(|timed| Timestamp::from_ns(timed.time).to_string());
            time.unwrap_or_default()
        };
        let unit = state.signal_info(signal).map_or("", |info| &info.unit);
        let [out_of_order, repeated] = disorder(state, signal);
        let lacking = summary_bar::lacking(state, signal);
        let cells = [
            text_cell(&state.signal_name(signal)),
            text_cell(unit),
            range.start.to_string(),
            range.end.to_string(),
            stats.count.to_string(),
            value(stats.min),
            time(stats.min),
            value(stats.max),
            time(stats.max),
            number(stats.mean),
            number(stats.time_weighted_mean),
            number(stats.std),
            value(stats.first),
            value(stats.last),
            stats.gap_count.to_string(),
            (stats.gap_ns as f64 / 1e9).to_string(),
            stats.nan_count.to_string(),
            stats.infinite_count.to_string(),
            out_of_order.to_string(),
            repeated.to_string(),
            lacking.map_or("complete", |(text, _)| text).to_owned(),
        ];
        lines.push(cells.join("\t"));
    }
    lines.push(String::new());
    lines.join("\n")
}

/// Text from a DBC, which must neither break the table nor be taken for a formula by a spreadsheet.
fn text_cell(text: &str) -> String {
    let plain = text.replace(['\t', '\n', '\r'], " ");
    if plain.starts_with(['=', '+', '-', '@']) {
        format!("'{plain}")
    } else {
        plain
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_from_outside_is_no_formula_and_no_new_column() {
        assert_eq!(text_cell("=1+1"), "'=1+1");
        assert_eq!(text_cell("a\tb\nc"), "a b c");
        assert_eq!(text_cell("M.Speed"), "M.Speed");
    }
}
