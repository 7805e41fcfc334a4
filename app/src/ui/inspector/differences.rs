//! Two decodings of the same frames side by side, in a window of its own.

use canlake_shared::time::TimeRange;
use egui::{Label, Rect, RichText, ScrollArea, Sense, Ui, Window, vec2};

use super::super::plot::value_text;
use super::super::{icons, theme};
use super::{remark, warning};
use crate::command::{Command, CommandQueue};
use crate::inspect::differences::SampleCheck;
use crate::inspect::{Differences, SignalDifference};
use crate::state::inspector::{Comparison, ComparisonStatus, InspectorCommand};
use crate::state::{AppState, SignalRef, SourceStatus};
use crate::time_display::count_text;

const ROW_HEIGHT: f32 = 22.0;
/// Width of the buttons before the columns, in points.
const BUTTONS_WIDTH: f32 = 52.0;
/// Width of the last column, in points.
const DEFINITION_WIDTH: f32 = 420.0;
/// Widths of the columns but the last, in points.
const COLUMNS: [(&str, f32); 5] = [
    ("signal", 230.0),
    ("samples", 140.0),
    ("min", 120.0),
    ("max", 120.0),
    ("first different sample", 250.0),
];

/// What of the window belongs to it alone.
#[derive(Debug)]
pub(crate) struct DifferenceFields {
    only_different: bool,
    filter: String,
}

impl Default for DifferenceFields {
    fn default() -> Self {
        Self {
            only_different: true,
            filter: String::new(),
        }
    }
}

/// Draws the window while there is a comparison.
pub(crate) fn show(
    ctx: &egui::Context,
    state: &AppState,
    fields: &mut DifferenceFields,
    queue: &mut CommandQueue,
) {
    let Some(comparison) = &state.inspector.comparison else {
        return;
    };
    let mut is_open = true;
    let room = ctx.content_rect().size() - vec2(40.0, 80.0);
    Window::new("Decoded again")
        .pivot(egui::Align2::CENTER_CENTER)
        .default_pos(ctx.content_rect().center())
        .default_size(vec2(1180.0, 340.0).min(room))
        .min_size(vec2(360.0, 160.0))
        .max_size(room)
        .collapsible(true)
        .resizable(true)
        .open(&mut is_open)
        .show(ctx, |ui| content(ui, state, comparison, fields, queue));
    if !is_open {
        queue.send(Command::Inspector(InspectorCommand::CloseComparison));
    }
}

fn content(
    ui: &mut Ui,
    state: &AppState,
    comparison: &Comparison,
    fields: &mut DifferenceFields,
    queue: &mut CommandQueue,
) {
    let names: Vec<_> = comparison
        .dbc
        .paths
        .iter()
        .filter_map(|path| path.file_name())
        .map(|name| name.to_string_lossy())
        .collect();
    let vehicle = &comparison.before.vehicle;
    ui.label(format!("{vehicle}: as it is » with {}", names.join(", ")));
    match &comparison.status {
        ComparisonStatus::FindingFrames => waiting(ui, "looking for the raw frames"),
        ComparisonStatus::Decoding => decoding(ui, state, comparison),
        ComparisonStatus::Comparing => waiting(ui, "comparing"),
        ComparisonStatus::Refused(reason) => warning(ui, &format!("{reason}.")),
        ComparisonStatus::Ready(differences) => {
            table(ui, state, comparison, differences, fields, queue);
        }
    }
}

fn waiting(ui: &mut Ui, text: &str) {
    ui.horizontal(|ui| {
        ui.spinner();
        remark(ui, text);
    });
}

fn decoding(ui: &mut Ui, state: &AppState, comparison: &Comparison) {
    let source = comparison.after.and_then(|id| state.source(id));
    match source.map(|source| &source.status) {
        Some(SourceStatus::Opening(opening)) => waiting(ui, &opening.progress.text),
        Some(SourceStatus::Failed(text)) => warning(ui, &format!("{text}.")),
        Some(_) => waiting(ui, "decoding"),
        None => warning(ui, "The second source has been closed."),
    }
}

fn table(
    ui: &mut Ui,
    state: &AppState,
    comparison: &Comparison,
    differences: &Differences,
    fields: &mut DifferenceFields,
    queue: &mut CommandQueue,
) {
    let all = &differences.signals;
    let count = |is: &dyn Fn(&SignalDifference) -> bool| all.iter().filter(|it| is(it)).count();
    let gone = count(&|it| it.after.is_none());
    let new = count(&|it| it.before.is_none());
    let different = count(&|it| it.is_any()) - gone - new;
    let same = all.len() - gone - new - different;
    ui.label(format!(
        "only before: {gone}, only after: {new}, in both and different: {different}, the same: {same}"
    ));
    if !differences.has_definitions {
        remark(
            ui,
            "One of the DBC files is not at hand: definitions are compared as far as the files name them (unit, period, texts).",
        );
    }
    ui.horizontal(|ui| {
        ui.checkbox(&mut fields.only_different, "Only what differs");
        ui.add(
            egui::TextEdit::singleline(&mut fields.filter)
                .hint_text("filter by name")
                .desired_width(180.0),
        );
    });
    let filter = fields.filter.trim().to_lowercase();
    let rows: Vec<&SignalDifference> = all
        .iter()
        .filter(|row| row.is_any() || !fields.only_different)
        .filter(|row| row.key.to_string().to_lowercase().contains(&filter))
        .collect();
    if rows.is_empty() {
        remark(ui, "Nothing differs.");
        return;
    }
    ScrollArea::horizontal()
        .id_salt("differences across")
        .auto_shrink([false, false])
        .show(ui, |ui| {
            let fixed: f32 = COLUMNS.iter().map(|(_, width)| width + 8.0).sum();
            ui.set_min_width(BUTTONS_WIDTH + fixed + DEFINITION_WIDTH);
            header(ui);
            ScrollArea::vertical()
                .id_salt("differences")
                .auto_shrink([false, false])
                .show_rows(ui, ROW_HEIGHT, rows.len(), |ui, visible| {
                    for row in rows.get(visible).unwrap_or_default() {
                        difference_row(ui, state, comparison, row, queue);
                    }
                });
        });
}

fn header(ui: &mut Ui) {
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 8.0;
        let faint = theme::palette(ui.theme()).faint_text;
        ui.add_space(BUTTONS_WIDTH);
        let titles = COLUMNS.iter().copied();
        for (title, width) in titles.chain([("definition", DEFINITION_WIDTH)]) {
            let text = RichText::new(title).size(11.0).color(faint);
            cell(ui, text, width, "");
        }
    });
}

/// A text that is cut where the column ends; all of it when the pointer rests on it.
fn cell(ui: &mut Ui, text: RichText, width: f32, hover: &str) {
    let (rect, _) = ui.allocate_exact_size(vec2(width, ROW_HEIGHT - 4.0), Sense::hover());
    let area = egui::UiBuilder::new().max_rect(Rect::from_min_size(rect.min, rect.size()));
    super::super::inside(ui, area, |ui| {
        let label = ui.add(Label::new(text).truncate());
        if !hover.is_empty() {
            label.on_hover_text(hover);
        }
    });
}

fn difference_row(
    ui: &mut Ui,
    state: &AppState,
    comparison: &Comparison,
    row: &SignalDifference,
    queue: &mut CommandQueue,
) {
    let small = |text: String| RichText::new(text).font(theme::tabular(11.5));
    let response = ui
        .horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = 8.0;
            buttons(ui, comparison, row, queue);
            let name = format!("{}.{}", row.key.message, row.key.signal);
            let full = row.key.to_string();
            let texts = [
                name,
                samples_text(row),
                extreme_text(row, |side| side.min),
                extreme_text(row, |side| side.max),
                first_text(state, row),
            ];
            for (text, (title, width)) in texts.into_iter().zip(COLUMNS) {
                let hover = if title == "signal" {
                    full.clone()
                } else {
                    text.clone()
                };
                cell(ui, small(text), width, &hover);
            }
            let text = definition_text(row);
            cell(ui, small(text.clone()), DEFINITION_WIDTH, &text);
        })
        .response;
    response.widget_info(|| {
        let label = format!(
            "{}: {}; {}; {}",
            row.key,
            samples_text(row),
            definition_text(row),
            first_text(state, row)
        );
        egui::WidgetInfo::labeled(egui::Role::Row, true, label)
    });
}

/// What can be done with a row: plot it, go to the first difference.
fn buttons(ui: &mut Ui, comparison: &Comparison, row: &SignalDifference, queue: &mut CommandQueue) {
    let area = egui::UiBuilder::new().max_rect(Rect::from_min_size(
        ui.cursor().min,
        vec2(BUTTONS_WIDTH - 8.0, ROW_HEIGHT - 4.0),
    ));
    ui.allocate_exact_size(vec2(BUTTONS_WIDTH - 8.0, ROW_HEIGHT - 4.0), Sense::hover());
    super::super::inside(ui, area, |ui| {
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = 2.0;
            let name = &row.key.signal;
            let plot = match (&row.before, &row.after) {
                (Some(_), Some(_)) => format!("Plot {name} of both"),
                _ => format!("Plot {name}"),
            };
            if icons::button(ui, icons::Icon::ChartLine, &plot).clicked() {
                let signal = SignalRef {
                    vehicle: comparison.before.clone(),
                    key: row.key.clone(),
                };
                queue.send(Command::Inspector(InspectorCommand::PlotBoth(signal)));
            }
            let go = format!("Cursor to the first different sample of {name}");
            if let SampleCheck::From { time, .. } = row.samples
                && icons::button(ui, icons::Icon::Crosshair, &go).clicked()
            {
                let range = TimeRange::inclusive(time, time);
                queue.send(Command::Inspector(InspectorCommand::JumpTo(range)));
            }
        });
    });
}

fn samples_text(row: &SignalDifference) -> String {
    let rows = |side: &crate::inspect::differences::Side| count_text(side.rows);
    match (&row.before, &row.after) {
        (Some(before), Some(after)) if before.rows == after.rows => rows(before),
        (Some(before), Some(after)) => format!("{} » {}", rows(before), rows(after)),
        (Some(before), None) => format!("{}, only before", rows(before)),
        (None, Some(after)) => format!("{}, only after", rows(after)),
        (None, None) => String::new(),
    }
}

fn extreme_text(
    row: &SignalDifference,
    of: impl Fn(&crate::inspect::differences::Side) -> Option<f64>,
) -> String {
    let text =
        |side: &crate::inspect::differences::Side| of(side).map_or("–".to_owned(), value_text);
    match (&row.before, &row.after) {
        (Some(before), Some(after)) if of(before) == of(after) => text(before),
        (Some(before), Some(after)) => format!("{} » {}", text(before), text(after)),
        (Some(side), None) | (None, Some(side)) => text(side),
        (None, None) => String::new(),
    }
}

fn first_text(state: &AppState, row: &SignalDifference) -> String {
    match row.samples {
        SampleCheck::NotCompared => String::new(),
        SampleCheck::Same => "samples are the same".to_owned(),
        SampleCheck::From {
            time,
            before,
            after,
        } => {
            let text = |value: Option<f64>| value.map_or("none".to_owned(), value_text);
            let time = state.zone().date_time(time, 1_000_000);
            format!("{time}: {} » {}", text(before), text(after))
        }
    }
}

fn definition_text(row: &SignalDifference) -> String {
    let changes = row.changes.iter().map(|change| {
        let shown = |text: &str| {
            if text.is_empty() {
                "none".to_owned()
            } else {
                text.to_owned()
            }
        };
        format!(
            "{} {} » {}",
            change.what,
            shown(&change.before),
            shown(&change.after)
        )
    });
    let changes: Vec<String> = changes.collect();
    changes.join(", ")
}
