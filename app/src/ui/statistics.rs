//! Statistics of the visible range, in a table below the plots.

use egui::{Grid, RichText, ScrollArea, Ui};

use super::{icons, theme};
use crate::command::{Action, CommandQueue};
use crate::series::Timed;
use crate::state::{AppState, SignalStatistics};
use crate::time_display::{count_text, duration_text};
use crate::ui::plot::value_text;

const COLUMNS: [&str; 11] = [
    "signal",
    "count",
    "min",
    "max",
    "mean of samples",
    "mean over time",
    "std",
    "first",
    "last",
    "gaps",
    "missing",
];

/// Draws the table.
pub(crate) fn show(ui: &mut Ui, state: &AppState, queue: &mut CommandQueue) {
    ui.horizontal(|ui| {
        ui.strong("Statistics of the visible range");
        if let Some((range, _)) = state.statistics.shown() {
            let resolution = (range.duration_ns() / 2_000).max(1);
            ui.weak(format!(
                "{} to {}, {}",
                state.zone().date_time(range.start, resolution),
                state.zone().time_of_day(range.end, resolution),
                duration_text(range.duration_ns())
            ));
        } else {
            ui.weak("nothing is plotted");
        }
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            if ui
                .small_button(icons::CLOSE)
                .on_hover_text("Hide")
                .clicked()
            {
                queue.run(Action::ToggleStatistics);
            }
        });
    });
    let Some((_, signals)) = state.statistics.shown() else {
        return;
    };
    ScrollArea::both()
        .id_salt("statistics")
        .auto_shrink([false, false])
        .show(ui, |ui| {
            Grid::new("statistics")
                .num_columns(COLUMNS.len())
                .striped(true)
                .spacing([16.0, 3.0])
                .show(ui, |ui| {
                    for title in COLUMNS {
                        ui.label(
                            RichText::new(title)
                                .color(theme::palette(ui.theme()).faint_text)
                                .size(11.0),
                        );
                    }
                    ui.end_row();
                    for of in signals {
                        row(ui, state, of);
                        ui.end_row();
                    }
                });
        });
}

fn row(ui: &mut Ui, state: &AppState, of: &SignalStatistics) {
    let stats = &of.stats;
    let unit = state.signal_info(&of.signal).map_or("", |info| &info.unit);
    let name = state.signal_name(&of.signal);
    ui.label(if unit.is_empty() {
        name
    } else {
        format!("{name}  {unit}")
    });
    let numbers = [
        count_text(stats.count as u64),
        timed_text(stats.min),
        timed_text(stats.max),
        optional_text(stats.mean),
        optional_text(stats.time_weighted_mean),
        optional_text(stats.std),
        timed_text(stats.first),
        timed_text(stats.last),
        format!(
            "{} ({})",
            stats.gap_count,
            duration_text(i64::try_from(stats.gap_ns).unwrap_or(i64::MAX))
        ),
        count_text(stats.nan_count as u64),
    ];
    for text in numbers {
        ui.label(RichText::new(text).font(theme::tabular(12.0)));
    }
}

fn timed_text(value: Option<Timed>) -> String {
    optional_text(value.map(|timed| timed.value))
}

fn optional_text(value: Option<f64>) -> String {
    value.map_or_else(|| "–".to_owned(), value_text)
}
