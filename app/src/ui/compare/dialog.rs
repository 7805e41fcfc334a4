//! The dialog that lists vehicles and sessions of all open sources, to compare with what is shown.

use std::collections::BTreeSet;
use std::sync::Arc;

use canlake_shared::time::{TimeRange, Timestamp};
use egui::{Align, Layout, Rect, RichText, ScrollArea, Sense, TextEdit, Ui, pos2, vec2};

use super::CompareFields;
use crate::command::{Command, CommandQueue};
use crate::source::{Catalogue, SessionInfo, Vehicle};
use crate::state::{AppState, CompareCommand, OpenSource, SourceId, VehicleRef};
use crate::time_display::{Zone, bytes_text, duration_text};
use crate::ui::icons::{self, Icon};
use crate::ui::timeline::{Timeline, session_text};
use crate::ui::{calendar, theme};

const WIDTH: f32 = 640.0;
const ROW_HEIGHT: f32 = 26.0;
const NAME_WIDTH: f32 = 150.0;
const LENGTH_WIDTH: f32 = 86.0;
/// Room for the scroll bar, which lies over the list.
const SCROLL_BAR: f32 = 8.0;
/// Rows that need no folding.
const FEW_ROWS: usize = 16;

/// What is typed, what is open, and the rows that follow from it.
#[derive(Debug, Default)]
pub(crate) struct DialogFields {
    filter: String,
    /// Vehicles whose list of sessions is not as it is at first: open where there are few.
    toggled: BTreeSet<(SourceId, Arc<str>)>,
    rows: Vec<Row>,
    made_of: Option<MadeOf>,
}

/// What the rows depend on: they are made anew only when that changes.
#[derive(Debug, PartialEq)]
struct MadeOf {
    filter: String,
    toggled: BTreeSet<(SourceId, Arc<str>)>,
    /// The catalogues by identity.
    catalogues: Vec<(SourceId, usize)>,
    zone: Zone,
}

/// A row of the list, by positions in the catalogue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Row {
    source: SourceId,
    vehicle: usize,
    session: Option<usize>,
}

/// Draws what is in the dialog.
pub(crate) fn show(
    ui: &mut Ui,
    state: &AppState,
    fields: &mut CompareFields,
    queue: &mut CommandQueue,
) {
    let fields = &mut fields.dialog;
    ui.set_width(WIDTH.min(ui.ctx().content_rect().width() - 60.0));
    if state.window.is_none() {
        ui.weak("Nothing is shown yet. Choose a session or plot a signal, then compare it with another drive.");
        return;
    }
    ui.weak("Every signal that is plotted gets its counterpart of the drive chosen here, in the same plot.");
    let edit = TextEdit::singleline(&mut fields.filter)
        .hint_text("vehicle, source or day, such as 2026-04-05")
        .desired_width(f32::INFINITY);
    ui.add(edit);
    fields.update(state);
    let span = whole_span(state);
    let height = (ui.ctx().content_rect().height() - 200.0).clamp(ROW_HEIGHT * 3.0, 420.0);
    if fields.rows.is_empty() {
        ui.weak("No vehicle or session matches.");
    }
    let n_rows = fields.rows.len();
    let step = ROW_HEIGHT - ui.spacing().item_spacing.y;
    ScrollArea::vertical()
        .id_salt("drives")
        .max_height(height)
        .auto_shrink([false, true])
        .show_rows(ui, step, n_rows, |ui, shown| {
            for row in fields.rows.get(shown).unwrap_or_default().to_vec() {
                ui.push_id((row.source, row.vehicle, row.session), |ui| {
                    draw(ui, state, row, span, &mut fields.toggled, queue);
                });
            }
        });
}

impl DialogFields {
    /// Lists what matches the filter; with a filter, sessions are listed where they match.
    fn update(&mut self, state: &AppState) {
        let made_of = MadeOf {
            filter: self.filter.clone(),
            toggled: self.toggled.clone(),
            catalogues: catalogues(state)
                .map(|(source, catalogue)| (source.id, Arc::as_ptr(catalogue) as usize))
                .collect(),
            zone: state.zone().calendar(),
        };
        if self.made_of.as_ref() == Some(&made_of) {
            return;
        }
        let filter = self.filter.to_lowercase();
        let words: Vec<_> = filter.split_whitespace().collect();
        self.rows.clear();
        let has_few = has_few_sessions(state);
        for (source, catalogue) in catalogues(state) {
            for (idx, vehicle) in catalogue.vehicles.iter().enumerate() {
                let name = format!("{} {}", source.title, vehicle.id).to_lowercase();
                let matches = |text: &str| words.iter().all(|word| text.contains(word));
                let is_open =
                    self.toggled.contains(&(source.id, Arc::clone(&vehicle.id))) != has_few;
                let row = |session| Row {
                    source: source.id,
                    vehicle: idx,
                    session,
                };
                let is_whole = matches(&name);
                let sessions = vehicle.sessions.iter().enumerate();
                let listed: Vec<_> = sessions
                    .filter(|(_, session)| {
                        if is_whole {
                            return is_open;
                        }
                        let start = made_of.zone.date_time(session.range.start, 1_000_000_000);
                        matches(&format!("{name} {start}"))
                    })
                    .map(|(session, _)| row(Some(session)))
                    .collect();
                if is_whole || !listed.is_empty() {
                    self.rows.push(row(None));
                    self.rows.extend(listed);
                }
            }
        }
        self.made_of = Some(made_of);
    }
}

fn catalogues(state: &AppState) -> impl Iterator<Item = (&OpenSource, &Arc<Catalogue>)> {
    let sources = state.sources.iter();
    sources.filter_map(|source| Some((source, source.catalogue()?)))
}

/// Whether there are so few sessions that all can be listed at once.
fn has_few_sessions(state: &AppState) -> bool {
    let vehicles = catalogues(state).flat_map(|(_, catalogue)| &catalogue.vehicles);
    let rows: usize = vehicles.map(|vehicle| 1 + vehicle.sessions.len()).sum();
    rows <= FEW_ROWS
}

/// From the first sample of any vehicle to after the last: all strips are on one calendar.
fn whole_span(state: &AppState) -> TimeRange {
    let vehicles = catalogues(state).flat_map(|(_, catalogue)| &catalogue.vehicles);
    let ranges = vehicles.map(|vehicle| vehicle.range);
    ranges
        .reduce(TimeRange::union)
        .unwrap_or(TimeRange::new(Timestamp::MIN, Timestamp::MIN))
}

fn draw(
    ui: &mut Ui,
    state: &AppState,
    row: Row,
    span: TimeRange,
    toggled: &mut BTreeSet<(SourceId, Arc<str>)>,
    queue: &mut CommandQueue,
) {
    let source = state.source(row.source);
    let vehicle = source
        .and_then(OpenSource::catalogue)
        .and_then(|catalogue| catalogue.vehicles.get(row.vehicle));
    let (Some(source), Some(vehicle)) = (source, vehicle) else {
        return;
    };
    let reference = VehicleRef::new(row.source, Arc::clone(&vehicle.id));
    match row.session.map(|idx| vehicle.sessions.get(idx)) {
        Some(Some(session)) => session_row(ui, state, &reference, session, queue),
        Some(None) => {}
        None => {
            let key = (row.source, Arc::clone(&vehicle.id));
            let was_open = toggled.contains(&key) != has_few_sessions(state);
            if vehicle_row(
                ui,
                state,
                source,
                vehicle,
                &reference,
                (span, was_open),
                queue,
            ) && !toggled.remove(&key)
            {
                toggled.insert(key);
            }
        }
    }
}

/// Name, calendar and a button; gives whether the list of sessions was to be opened or closed.
fn vehicle_row(
    ui: &mut Ui,
    state: &AppState,
    source: &OpenSource,
    vehicle: &Vehicle,
    reference: &VehicleRef,
    (span, is_open): (TimeRange, bool),
    queue: &mut CommandQueue,
) -> bool {
    let palette = theme::palette(ui.theme());
    let mut toggled = false;
    let height = ROW_HEIGHT - ui.spacing().item_spacing.y;
    ui.allocate_ui_with_layout(
        vec2(ui.available_width(), height),
        Layout::left_to_right(Align::Center),
        |ui| {
            let (triangle, response) = ui.allocate_exact_size(vec2(14.0, height), Sense::click());
            icons::triangle(ui.painter(), triangle.center(), is_open, palette.faint_text);
            let label = format!("Sessions of {}", vehicle.id);
            response.widget_info(|| {
                egui::WidgetInfo::selected(egui::Role::Button, true, is_open, &label)
            });
            toggled |= response.clicked();
            let text = if vehicle.id.is_empty() {
                "(no vehicle id)".to_owned()
            } else {
                vehicle.id.to_string()
            };
            let layout = Layout::left_to_right(Align::Center);
            let name = ui.allocate_ui_with_layout(vec2(NAME_WIDTH, height), layout, |ui| {
                ui.set_width(NAME_WIDTH);
                let label = egui::Label::new(RichText::new(text).strong());
                ui.add(label.truncate().sense(Sense::click()))
            });
            let name = name.inner;
            toggled |= name
                .on_hover_text(format!(
                    "{}\n{} sessions",
                    source.title,
                    vehicle.sessions.len()
                ))
                .clicked();
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                ui.add_space(SCROLL_BAR);
                let button = ui.button("Compare");
                let hint = "What it has at the time shown, else its last session";
                if button.on_hover_text(hint).clicked() {
                    let command = CompareCommand::AddVehicle(reference.clone());
                    queue.send(Command::Compare(command));
                }
                strip(ui, state, vehicle, reference, span, queue);
            });
        },
    );
    toggled
}

fn strip(
    ui: &mut Ui,
    state: &AppState,
    vehicle: &Vehicle,
    reference: &VehicleRef,
    span: TimeRange,
    queue: &mut CommandQueue,
) {
    let height = ROW_HEIGHT - ui.spacing().item_spacing.y;
    let (rect, response) =
        ui.allocate_exact_size(vec2(ui.available_width(), height), Sense::click());
    let compared = calendar::of_vehicle(state, reference);
    let timeline = Timeline {
        vehicle,
        span,
        selected: state.loaded_session(reference),
        shown: None,
        compared: &compared,
    };
    let hovered = timeline.paint(
        ui,
        Rect::from_min_max(rect.min, pos2(rect.right(), rect.bottom())),
        &response,
    );
    let session = hovered.and_then(|idx| vehicle.sessions.get(idx));
    if let Some(session) = session {
        if response.clicked() {
            let command = CompareCommand::Add(reference.clone(), session.range);
            queue.send(Command::Compare(command));
        }
        response.on_hover_text_at_pointer(session_text(session, &state.zone().calendar()));
    }
}

fn session_row(
    ui: &mut Ui,
    state: &AppState,
    reference: &VehicleRef,
    session: &SessionInfo,
    queue: &mut CommandQueue,
) {
    let overlays = &state.analysis.overlays;
    let known = overlays
        .iter()
        .find(|overlay| overlay.vehicle == *reference && overlay.range == session.range);
    let start = state
        .zone()
        .calendar()
        .date_time(session.range.start, 1_000_000_000);
    let height = ROW_HEIGHT - ui.spacing().item_spacing.y;
    ui.allocate_ui_with_layout(
        vec2(ui.available_width(), height),
        Layout::left_to_right(Align::Center),
        |ui| {
            ui.add_space(20.0);
            ui.label(RichText::new(&start).monospace());
            let length = duration_text(session.range.duration_ns());
            ui.allocate_ui_with_layout(
                vec2(LENGTH_WIDTH, height),
                Layout::right_to_left(Align::Center),
                |ui| {
                    ui.set_width(LENGTH_WIDTH);
                    ui.label(length);
                },
            );
            ui.add_space(8.0);
            ui.weak(format!(
                "{} signals, {}",
                session.signals,
                bytes_text(session.bytes)
            ));
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                ui.add_space(SCROLL_BAR);
                let (command, label) = match known {
                    Some(overlay) => (
                        CompareCommand::Remove(overlay.id),
                        format!("Compare no longer with {start}"),
                    ),
                    None => (
                        CompareCommand::Add(reference.clone(), session.range),
                        format!("Compare with {start}"),
                    ),
                };
                if icons::toggle(ui, Icon::Layers, &label, known.is_some()).clicked() {
                    queue.send(Command::Compare(command));
                }
            });
        },
    );
}
