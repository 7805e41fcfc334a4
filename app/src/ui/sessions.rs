//! The sessions of the selected vehicle, and which stretch of time is loaded.

use canlake_shared::time::{TimeRange, Timestamp};
use egui::{Rect, RichText, Sense, Ui, pos2, vec2};

use super::{UiState, theme};
use crate::command::{Command, CommandQueue};
use crate::source::{SessionInfo, Vehicle};
use crate::state::{AppState, RangeChoice};
use crate::time_display::{Zone, bytes_text, count_text, duration_text};

const STRIP_HEIGHT: f32 = 22.0;
const ROW_HEIGHT: f32 = 34.0;

/// Draws the section.
pub(crate) fn show(ui: &mut Ui, state: &AppState, local: &mut UiState, queue: &mut CommandQueue) {
    let Some(vehicle) = state.selected_vehicle() else {
        return;
    };
    let selected = state
        .selection
        .as_ref()
        .and_then(|selection| selection.session);
    let zone = state.zone().calendar();
    ui.horizontal(|ui| {
        ui.strong("Sessions");
        ui.weak(vehicle.sessions.len().to_string());
    });
    calendar_strip(ui, &zone, vehicle, selected, queue);
    presets(ui, queue);
    typed_range(ui, state, local, queue);
    let height = (ROW_HEIGHT * vehicle.sessions.len() as f32).clamp(ROW_HEIGHT, 5.0 * ROW_HEIGHT);
    egui::ScrollArea::vertical()
        .id_salt("sessions")
        .max_height(height)
        .auto_shrink([false, true])
        .show_rows(
            ui,
            ROW_HEIGHT - ui.spacing().item_spacing.y,
            vehicle.sessions.len(),
            |ui, rows| {
                for idx in rows {
                    if let Some(session) = vehicle.sessions.get(idx) {
                        session_row(ui, &zone, idx, session, selected == Some(idx), queue);
                    }
                }
            },
        );
}

/// Bars of the sessions on one strip from the vehicle's first to its last day.
fn calendar_strip(
    ui: &mut Ui,
    zone: &Zone,
    vehicle: &Vehicle,
    selected: Option<usize>,
    queue: &mut CommandQueue,
) {
    let palette = theme::palette(ui.theme());
    let (rect, _) = ui.allocate_exact_size(
        vec2(ui.available_width(), STRIP_HEIGHT + 14.0),
        Sense::hover(),
    );
    let bars = Rect::from_min_size(rect.min, vec2(rect.width(), STRIP_HEIGHT));
    ui.painter()
        .rect_filled(bars, 3.0, ui.visuals().extreme_bg_color);
    let all = vehicle.range;
    let x_of = |instant: Timestamp| {
        let share = instant.ns_since(all.start) as f64 / all.duration_ns().max(1) as f64;
        bars.left() + bars.width() * share as f32
    };
    for (idx, session) in vehicle.sessions.iter().enumerate() {
        let (left, right) = (x_of(session.range.start), x_of(session.range.end));
        let bar = Rect::from_min_max(
            pos2(left, bars.top() + 3.0),
            pos2(right.max(left + 2.0), bars.bottom() - 3.0),
        );
        let color = if selected == Some(idx) {
            palette.accent
        } else {
            palette.session
        };
        ui.painter().rect_filled(bar, 2.0, color);
        for gap in &session.gaps {
            let silent = Rect::from_x_y_ranges(x_of(gap.start)..=x_of(gap.end), bar.y_range());
            ui.painter()
                .rect_filled(silent, 0.0, ui.visuals().extreme_bg_color);
        }
        let response = ui.interact(
            bar.expand2(vec2(2.0, 3.0)),
            ui.scope_id().with(("session bar", idx)),
            Sense::click(),
        );
        if response
            .on_hover_text(session_text(session, zone))
            .clicked()
        {
            queue.send(Command::SelectSession(idx));
        }
    }
    let font = egui::FontId::proportional(10.0);
    for (x, align, instant) in [
        (bars.left(), egui::Align2::LEFT_TOP, all.start),
        (bars.right(), egui::Align2::RIGHT_TOP, all.end),
    ] {
        let text = zone.date(instant);
        ui.painter().text(
            pos2(x, bars.bottom() + 1.0),
            align,
            text,
            font.clone(),
            palette.faint_text,
        );
    }
}

fn presets(ui: &mut Ui, queue: &mut CommandQueue) {
    ui.horizontal_wrapped(|ui| {
        for (label, hint, choice) in [
            ("1 h", "Last hour of the data", RangeChoice::LastHour),
            ("1 d", "Last day of the data", RangeChoice::LastDay),
            (
                "Session",
                "The selected session, or the last",
                RangeChoice::Session,
            ),
            ("All", "Everything of this vehicle", RangeChoice::Everything),
        ] {
            if ui.small_button(label).on_hover_text(hint).clicked() {
                queue.send(Command::ChooseRange(choice));
            }
        }
    });
}

fn typed_range(ui: &mut Ui, state: &AppState, local: &mut UiState, queue: &mut CommandQueue) {
    let loaded = state.window.as_ref().map(crate::state::TimeWindow::extent);
    let palette = theme::palette(ui.theme());
    let zone = state.zone();
    local.range.follow(loaded, &zone);
    let mut submitted = false;
    for (label, text) in [("from", &mut local.range.from), ("to", &mut local.range.to)] {
        ui.horizontal(|ui| {
            ui.add_sized(
                [28.0, 18.0],
                egui::Label::new(RichText::new(label).color(palette.faint_text)),
            );
            let field = egui::TextEdit::singleline(text)
                .hint_text("2026-01-31 12:00:00")
                .font(egui::TextStyle::Monospace)
                .desired_width(f32::INFINITY);
            submitted |=
                ui.add(field).lost_focus() && ui.input(|input| input.key_pressed(egui::Key::Enter));
        });
    }
    if submitted {
        match local.range.parse(&zone) {
            Ok(range) => {
                local.range.problem = None;
                queue.send(Command::ChooseRange(RangeChoice::Typed(range)));
            }
            Err(problem) => local.range.problem = Some(problem),
        }
    }
    if let Some(problem) = &local.range.problem {
        ui.colored_label(palette.error, problem);
    }
}

fn session_row(
    ui: &mut Ui,
    zone: &Zone,
    idx: usize,
    session: &SessionInfo,
    is_selected: bool,
    queue: &mut CommandQueue,
) {
    let palette = theme::palette(ui.theme());
    let (rect, response) = ui.allocate_exact_size(
        vec2(
            ui.available_width(),
            ROW_HEIGHT - ui.spacing().item_spacing.y,
        ),
        Sense::click(),
    );
    let label = format!(
        "Session {}",
        zone.date_time(session.range.start, 1_000_000_000)
    );
    response.widget_info(|| {
        egui::WidgetInfo::selected(egui::Role::ListBoxOption, true, is_selected, &label)
    });
    if is_selected {
        ui.painter()
            .rect_filled(rect, 4.0, ui.visuals().selection.bg_fill);
    } else if response.hovered() {
        ui.painter()
            .rect_filled(rect, 4.0, ui.visuals().faint_bg_color);
    }
    let painter = ui.painter_at(rect);
    let left = rect.left() + 6.0;
    let font = egui::FontId::proportional(13.0);
    let small = egui::FontId::proportional(11.0);
    let text_color = ui.visuals().text_color();
    let start = zone.date_time(session.range.start, 60_000_000_000);
    painter.text(
        pos2(left, rect.top() + 1.0),
        egui::Align2::LEFT_TOP,
        start,
        font.clone(),
        text_color,
    );
    let length = duration_text(session.range.duration_ns());
    painter.text(
        pos2(rect.right() - 6.0, rect.top() + 1.0),
        egui::Align2::RIGHT_TOP,
        length,
        font,
        text_color,
    );
    let detail = format!(
        "{} signals, {} samples, {}",
        session.signals,
        count_text(session.rows),
        bytes_text(session.bytes)
    );
    painter.text(
        pos2(left, rect.bottom() - 1.0),
        egui::Align2::LEFT_BOTTOM,
        detail,
        small.clone(),
        palette.faint_text,
    );
    let mut flags = Vec::new();
    if !session.gaps.is_empty() {
        flags.push(format!("{} gaps", session.gaps.len()));
    }
    if session.overlapping {
        flags.push("overlap".to_owned());
    }
    if session.lost_frames > 0 {
        flags.push(format!("{} lost", count_text(session.lost_frames)));
    }
    if !flags.is_empty() {
        let at = pos2(rect.right() - 6.0, rect.bottom() - 1.0);
        painter.text(
            at,
            egui::Align2::RIGHT_BOTTOM,
            flags.join(", "),
            small,
            palette.warning,
        );
    }
    if response
        .on_hover_text(session_text(session, zone))
        .clicked()
    {
        queue.send(Command::SelectSession(idx));
    }
}

fn session_text(session: &SessionInfo, zone: &Zone) -> String {
    let share = if session.estimated { "about " } else { "" };
    format!(
        "{}\nto {}\n{}\n{share}{} samples of {} signals\n{share}{} in {} files",
        zone.date_time(session.range.start, 1_000_000),
        zone.date_time(session.range.end, 1_000_000),
        duration_text(session.range.duration_ns()),
        count_text(session.rows),
        session.signals,
        bytes_text(session.bytes),
        session.files,
    )
}

/// The two fields of a typed range.
#[derive(Debug, Default)]
pub(crate) struct RangeFields {
    from: String,
    to: String,
    shown: Option<TimeRange>,
    zone: Option<Zone>,
    problem: Option<String>,
}

impl RangeFields {
    /// Shows the range that is loaded, whenever that or the zone changes.
    fn follow(&mut self, loaded: Option<TimeRange>, zone: &Zone) {
        if self.shown == loaded && self.zone.as_ref() == Some(zone) {
            return;
        }
        self.shown = loaded;
        self.zone = Some(zone.clone());
        self.problem = None;
        if let Some(range) = loaded {
            self.from = zone.date_time(range.start, 1_000_000_000);
            self.to = zone.date_time(range.end, 1_000_000_000);
        }
    }

    fn parse(&self, zone: &Zone) -> Result<TimeRange, String> {
        let range = TimeRange::new(zone.parse(&self.from)?, zone.parse(&self.to)?);
        if range.is_empty() {
            return Err("the end must lie after the start".to_owned());
        }
        Ok(range)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_end_before_the_start_is_refused() {
        let fields = RangeFields {
            from: "2026-01-31 12:00".to_owned(),
            to: "2026-01-31 11:00".to_owned(),
            ..RangeFields::default()
        };
        assert!(fields.parse(&Zone::UTC).unwrap_err().contains("after"));
    }
}
