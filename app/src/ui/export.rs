//! The export dialog: CSV, Parquet and PNG in one place.

use std::path::{Path, PathBuf};

use egui::{ComboBox, Grid, TextEdit, Ui};

use super::theme;
use crate::command::{Command, CommandQueue};
use crate::exact_duration;
use crate::export::{CsvLayout, Decimal, Separator, TimeFormat, parse_step};
use crate::state::{
    AppState, ExportCommand, ExportKind, ExportOptions, ExportRange, ExportScope, ExportTarget,
    PngOptions, ThemeChoice,
};
use crate::time_display::{count_text, counted, duration_text};

const WIDTH: f32 = 520.0;
/// Sizes of pictures that are often wanted.
const SIZES: [(u32, u32); 3] = [(1280, 720), (1920, 1080), (3840, 2160)];
/// A step before one is typed.
const FIRST_STEP_NS: i64 = 100_000_000;

/// What is typed while the dialog is open.
#[derive(Debug, Default)]
pub(crate) struct ExportFields {
    path: String,
    may_replace: bool,
    step: String,
    width: String,
    height: String,
    was_open: bool,
}

impl ExportFields {
    /// As the dialog opens.
    pub(crate) fn of(state: &AppState) -> Self {
        let options = &state.settings.export;
        let (width, height) = options.png.size.unwrap_or((1920, 1080));
        let step = match options.csv.layout {
            CsvLayout::Steps(step) => step,
            _ => FIRST_STEP_NS,
        };
        let path = state.suggested_export_path(options.kind);
        Self {
            path: path.to_string_lossy().into_owned(),
            may_replace: false,
            step: exact_duration::text(step),
            width: width.to_string(),
            height: height.to_string(),
            was_open: false,
        }
    }

    /// The name keeps its stem when another kind is chosen.
    fn follow(&mut self, kind: ExportKind) {
        let path = Path::new(&self.path).with_extension(kind.extension());
        self.path = path.to_string_lossy().into_owned();
    }
}

/// Draws the dialog.
pub(crate) fn show(
    ui: &mut Ui,
    state: &AppState,
    fields: &mut ExportFields,
    queue: &mut CommandQueue,
) {
    ui.set_width(WIDTH);
    let mut options = state.settings.export.clone();
    ui.horizontal(|ui| {
        for kind in ExportKind::ALL {
            let is_chosen = options.kind == kind;
            if ui.selectable_label(is_chosen, kind.label()).clicked() && !is_chosen {
                options.kind = kind;
                fields.follow(kind);
            }
        }
    });
    ui.separator();
    let kind = options.kind;
    let mut problem = None;
    Grid::new("export options")
        .num_columns(2)
        .spacing([18.0, 7.0])
        .show(ui, |ui| {
            if kind != ExportKind::Events {
                ui.label("What");
                scope(ui, &mut options);
                ui.end_row();
            }
            match kind {
                ExportKind::Csv => {
                    range(ui, state, &mut options);
                    csv(ui, &mut options, fields, &mut problem);
                }
                ExportKind::Parquet => range(ui, state, &mut options),
                ExportKind::Png => {
                    range(ui, state, &mut options);
                    png(ui, &mut options, fields, &mut problem);
                }
                ExportKind::Events => {}
            }
        });
    if options != state.settings.export {
        queue.send(Command::Export(ExportCommand::Choose(Box::new(options))));
    }
    ui.add_space(4.0);
    ui.weak(summary(state, kind));
    let problem = problem.or_else(|| state.export_problem(kind));
    if let Some(problem) = &problem {
        ui.colored_label(theme::palette(ui.theme()).error, problem);
    }
    ui.separator();
    target(ui, kind, problem.is_none(), fields, queue);
}

fn scope(ui: &mut Ui, options: &mut ExportOptions) {
    let is_picture = options.kind == ExportKind::Png;
    let (all, one) = if is_picture {
        ("All plots", "The active plot")
    } else {
        ("All plotted signals", "Signals of the active panel")
    };
    ui.horizontal(|ui| {
        ui.radio_value(&mut options.scope, ExportScope::Everything, all);
        ui.radio_value(&mut options.scope, ExportScope::ActivePanel, one);
    });
}

fn range(ui: &mut Ui, state: &AppState, options: &mut ExportOptions) {
    ui.label("Range");
    ui.horizontal(|ui| {
        for (range, text) in [
            (ExportRange::Visible, "Visible"),
            (ExportRange::Cursors, "A to B"),
            (ExportRange::Loaded, "All loaded"),
        ] {
            let found = state.export_range(range);
            ui.add_enabled_ui(found.is_some(), |ui| {
                let radio = ui.radio_value(&mut options.range, range, text);
                if let Some(found) = found {
                    let zone = state.zone();
                    radio.on_hover_text(format!(
                        "{} to {}, {}",
                        zone.date_time(found.start, 1_000_000),
                        zone.date_time(found.end, 1_000_000),
                        duration_text(found.duration_ns())
                    ));
                } else {
                    radio.on_disabled_hover_text("place the cursors A and B first");
                }
            });
        }
    });
    ui.end_row();
}

fn csv(
    ui: &mut Ui,
    options: &mut ExportOptions,
    fields: &mut ExportFields,
    problem: &mut Option<String>,
) {
    let csv = &mut options.csv;
    ui.label("Rows");
    ui.vertical(|ui| {
        let step = match csv.layout {
            CsvLayout::Steps(step) => step,
            _ => parse_step(&fields.step).unwrap_or(FIRST_STEP_NS),
        };
        for (layout, text) in [
            (CsvLayout::Samples, "At every sample, others empty"),
            (CsvLayout::Hold, "At every sample, others hold their value"),
            (
                CsvLayout::Steps(step),
                "At fixed steps, with the held values",
            ),
            (CsvLayout::PerSignal, "Each signal with times of its own"),
        ] {
            ui.radio_value(&mut csv.layout, layout, text);
        }
        if let CsvLayout::Steps(step) = &mut csv.layout {
            ui.horizontal(|ui| {
                let label = ui.label("every");
                let field = TextEdit::singleline(&mut fields.step).desired_width(80.0);
                ui.add(field).labelled_by(label.id);
                match parse_step(&fields.step) {
                    Ok(typed) => *step = typed,
                    Err(text) => *problem = Some(text),
                }
            });
        }
    });
    ui.end_row();
    ui.label("Times");
    choose(
        ui,
        "csv times",
        &mut csv.time,
        &[
            (TimeFormat::Iso8601, "ISO 8601 in the zone shown"),
            (TimeFormat::EpochNs, "nanoseconds since 1970 UTC"),
            (TimeFormat::Seconds, "seconds since start"),
        ],
    );
    ui.end_row();
    ui.label("Separator");
    ui.horizontal(|ui| {
        choose(
            ui,
            "csv separator",
            &mut csv.separator,
            &[
                (Separator::Comma, "comma ,"),
                (Separator::Semicolon, "semicolon ;"),
                (Separator::Tab, "tab"),
            ],
        );
        ui.label("Decimal");
        let before = csv.decimal;
        choose(
            ui,
            "csv decimal",
            &mut csv.decimal,
            &[(Decimal::Point, "point 1.5"), (Decimal::Comma, "comma 1,5")],
        );
        // What such spreadsheets expect.
        if before != csv.decimal && csv.decimal == Decimal::Comma {
            csv.separator = Separator::Semicolon;
        }
    });
    ui.end_row();
    ui.label("Also");
    ui.vertical(|ui| {
        ui.checkbox(
            &mut csv.metadata,
            "Where the rows are from, in lines with #",
        )
        .on_hover_text("pandas.read_csv(…, comment=\"#\") leaves them out");
        ui.checkbox(&mut csv.texts, "Texts of values in columns of their own");
        ui.checkbox(&mut csv.bom, "Byte order mark, for old spreadsheets");
    });
    ui.end_row();
}

fn choose<T: PartialEq + Copy>(ui: &mut Ui, id: &str, value: &mut T, choices: &[(T, &str)]) {
    let chosen = choices.iter().find(|(choice, _)| choice == value);
    ComboBox::from_id_salt(id)
        .selected_text(chosen.map_or("", |(_, text)| text))
        .show_ui(ui, |ui| {
            for (choice, text) in choices {
                ui.selectable_value(value, *choice, *text);
            }
        });
}

fn png(
    ui: &mut Ui,
    options: &mut ExportOptions,
    fields: &mut ExportFields,
    problem: &mut Option<String>,
) {
    let png = &mut options.png;
    ui.label("Size");
    ui.vertical(|ui| {
        ui.horizontal(|ui| {
            ui.selectable_value(&mut png.size, None, "As the window");
            for size in SIZES {
                let text = format!("{} × {}", size.0, size.1);
                if ui.selectable_label(png.size == Some(size), text).clicked() {
                    png.size = Some(size);
                    fields.width = size.0.to_string();
                    fields.height = size.1.to_string();
                }
            }
        });
        ui.horizontal(|ui| {
            let label = ui.label("Width × height");
            let mut is_changed = false;
            for text in [&mut fields.width, &mut fields.height] {
                let field = TextEdit::singleline(text).desired_width(52.0);
                is_changed |= ui.add(field).labelled_by(label.id).changed();
            }
            ui.weak("pixels");
            let sides = [&fields.width, &fields.height].map(|text| {
                let side = text.trim().parse::<u32>().ok();
                side.filter(|side| PngOptions::SIDES.contains(side))
            });
            match sides {
                [Some(width), Some(height)] if is_changed => png.size = Some((width, height)),
                [Some(_), Some(_)] => {}
                _ => {
                    *problem = Some(format!(
                        "a picture has from {} to {} pixels a side",
                        PngOptions::SIDES.start(),
                        PngOptions::SIDES.end()
                    ));
                }
            }
        });
    });
    ui.end_row();
    ui.label("Theme");
    choose(
        ui,
        "png theme",
        &mut png.theme,
        &[
            (None, "as the window"),
            (Some(ThemeChoice::Light), "light"),
            (Some(ThemeChoice::Dark), "dark"),
        ],
    );
    ui.end_row();
    ui.label("Legend");
    choose(
        ui,
        "png legend",
        &mut png.legend,
        &[
            (None, "as the window"),
            (Some(true), "with"),
            (Some(false), "without"),
        ],
    );
    ui.end_row();
}

/// What will be in the file.
fn summary(state: &AppState, kind: ExportKind) -> String {
    let options = &state.settings.export;
    let signals = state.export_signals(options.scope);
    match (kind, state.export_range(options.range)) {
        (ExportKind::Png, _) => {
            "The plots, drawn anew; the file says where they are from.".to_owned()
        }
        (ExportKind::Events, _) => {
            let n_events: usize = state.watched_events().iter().map(|(_, it)| it.len()).sum();
            let n_events = count_text(n_events as u64);
            format!("{n_events} events with condition, start, end and duration; written as CSV is.")
        }
        (_, None) => String::new(),
        (_, Some(range)) => {
            let samples = |signal| {
                let loaded = state.store.get(signal);
                let series = loaded.and_then(|loaded| loaded.series.as_ref());
                series.map_or(0, |series| {
                    let times = series.times();
                    let before = |end: i64| times.partition_point(|time| *time < end);
                    before(range.end.as_ns()).saturating_sub(before(range.start.as_ns())) as u64
                })
            };
            let n_samples: u64 = signals.iter().map(samples).sum();
            let parquet = match kind {
                ExportKind::Parquet => parquet_files(state),
                ExportKind::Csv | ExportKind::Png | ExportKind::Events => String::new(),
            };
            format!(
                "{} of {}, {}; all of them, not what is drawn.{parquet}",
                counted(n_samples, "sample"),
                counted(signals.len() as u64, "signal"),
                duration_text(range.duration_ns())
            )
        }
    }
}

/// How many Parquet files there will be, and what is in which.
fn parquet_files(state: &AppState) -> String {
    let drives = state.exported_drives();
    match drives.len() {
        0 | 1 => " The file opens here again.".to_owned(),
        n_drives => {
            let compared = if drives.iter().any(|it| it.overlay.is_some()) {
                "; what is compared is written at the times when it was recorded"
            } else {
                ""
            };
            format!(" {n_drives} files, one of each drive, which open here again{compared}.")
        }
    }
}

fn target(
    ui: &mut Ui,
    kind: ExportKind,
    is_possible: bool,
    fields: &mut ExportFields,
    queue: &mut CommandQueue,
) {
    let label = ui.label("File");
    let field = TextEdit::singleline(&mut fields.path).desired_width(f32::INFINITY);
    let response = ui.add(field).labelled_by(label.id);
    if !std::mem::replace(&mut fields.was_open, true) {
        response.request_focus();
    }
    let entered = response.lost_focus() && ui.input(|input| input.key_pressed(egui::Key::Enter));
    ui.checkbox(&mut fields.may_replace, "Replace the file if it exists");
    ui.horizontal(|ui| {
        let path = PathBuf::from(fields.path.trim());
        if ui.button("Browse…").clicked() {
            let pick = ExportCommand::PickTarget(kind, path.clone());
            queue.send(Command::Export(pick));
        }
        let export = ui.add_enabled(is_possible, egui::Button::new("Export"));
        if export.clicked() || is_possible && entered {
            queue.send(Command::Export(ExportCommand::Write(ExportTarget {
                kind,
                path,
                may_replace: fields.may_replace,
            })));
        }
    });
}
