//! The sessions of the selected vehicle, and which stretch of time is loaded.

use canlake_shared::time::TimeRange;
use egui::{Rect, RichText, Sense, Ui, UiBuilder, pos2, vec2};

use super::icons::{self, Icon};
use super::timeline::session_text;
use super::{UiState, calendar, inside, theme};
use crate::command::{Action, Command, CommandQueue};
use crate::source::SessionInfo;
use crate::state::{AppState, CompareCommand, RangeChoice, VehicleRef};
use crate::time_display::{Zone, bytes_text, count_text, duration_text};

const ROW_HEIGHT: f32 = 34.0;
const BUTTON_WIDTH: f32 = 26.0;
/// Between the start of a session and its length.
const SPACE: f32 = 8.0;

/// Draws the section.
pub(crate) fn show(ui: &mut Ui, state: &AppState, local: &mut UiState, queue: &mut CommandQueue) {
    let Some(vehicle) = state.selected_vehicle() else {
        return;
    };
    let Some(selection) = &state.selection else {
        return;
    };
    let (selected, reference) = (selection.session, &selection.vehicle);
    ui.horizontal(|ui| {
        ui.strong("Sessions");
        ui.weak(vehicle.sessions.len().to_string());
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            if icons::button(ui, Icon::Layers, Action::Compare.label()).clicked() {
                queue.run(Action::Compare);
            }
        });
    });
    calendar::show(ui, state, vehicle, &mut local.calendar, queue);
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
                        let row = SessionRow {
                            idx,
                            session,
                            vehicle: reference,
                            is_selected: selected == Some(idx),
                        };
                        row.show(ui, state, queue);
                    }
                }
            },
        );
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

/// A session in the list.
#[derive(Clone, Copy)]
struct SessionRow<'a> {
    idx: usize,
    session: &'a SessionInfo,
    vehicle: &'a VehicleRef,
    is_selected: bool,
}

impl SessionRow<'_> {
    fn show(self, ui: &mut Ui, state: &AppState, queue: &mut CommandQueue) {
        let height = ROW_HEIGHT - ui.spacing().item_spacing.y;
        let (rect, response) =
            ui.allocate_exact_size(vec2(ui.available_width(), height), Sense::click());
        let zone = state.zone().calendar();
        let start = zone.date_time(self.session.range.start, 1_000_000_000);
        let label = format!("Session {start}");
        response.widget_info(|| {
            egui::WidgetInfo::selected(egui::Role::ListBoxOption, true, self.is_selected, &label)
        });
        if self.is_selected {
            ui.painter()
                .rect_filled(rect, 4.0, ui.visuals().selection.bg_fill);
        } else if response.hovered() {
            ui.painter()
                .rect_filled(rect, 4.0, ui.visuals().faint_bg_color);
        }
        let button = Rect::from_min_max(pos2(rect.right() - BUTTON_WIDTH, rect.top()), rect.max);
        let texts = Rect::from_min_max(rect.min, pos2(button.left(), rect.bottom()));
        self.paint(ui, state, texts);
        inside(ui, UiBuilder::new().max_rect(button.shrink(3.0)), |ui| {
            self.compare_button(ui, state, &start, queue);
        });
        response.context_menu(|ui| {
            calendar::menu(ui, self.vehicle, self.idx, self.session.range, queue);
        });
        let text = session_text(self.session, &zone);
        if response.on_hover_text(text).clicked() {
            queue.send(Command::SelectSession(self.idx));
        }
    }

    fn paint(self, ui: &Ui, state: &AppState, rect: Rect) {
        let palette = theme::palette(ui.theme());
        let session = self.session;
        let painter = ui.painter_at(rect);
        let (left, right) = (rect.left() + 6.0, rect.right() - 2.0);
        let font = egui::FontId::proportional(13.0);
        let small = egui::FontId::proportional(11.0);
        let text_color = ui.visuals().text_color();
        let start = state
            .zone()
            .calendar()
            .date_time(session.range.start, 60_000_000_000);
        let length = duration_text(session.range.duration_ns());
        let mut detail = format!(
            "{} signals, {} samples, {}",
            session.signals,
            count_text(session.rows),
            bytes_text(session.bytes)
        );
        let start = painter.layout_no_wrap(start, font.clone(), text_color);
        let end = painter.layout_no_wrap(length.clone(), font, text_color);
        let is_wide = left + start.rect.width() + SPACE + end.rect.width() <= right;
        painter.galley(pos2(left, rect.top() + 1.0), start, text_color);
        if is_wide {
            let at = pos2(right - end.rect.width(), rect.top() + 1.0);
            painter.galley(at, end, text_color);
        } else {
            // Where there is no room beside the start it goes before what matters less.
            detail = format!("{length}, {detail}");
        }
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
        let at = pos2(right, rect.bottom() - 1.0);
        let flags = painter.text(
            at,
            egui::Align2::RIGHT_BOTTOM,
            flags.join(", "),
            small.clone(),
            palette.warning,
        );
        // What is wrong is worth more than the numbers.
        let room = Rect::from_min_max(rect.min, pos2(flags.left() - 4.0, rect.bottom()));
        ui.painter_at(room).text(
            pos2(left, rect.bottom() - 1.0),
            egui::Align2::LEFT_BOTTOM,
            detail,
            small,
            palette.faint_text,
        );
    }

    /// Lays the session over what is shown, or takes it away again.
    fn compare_button(self, ui: &mut Ui, state: &AppState, start: &str, queue: &mut CommandQueue) {
        let range = self.session.range;
        let overlays = &state.analysis.overlays;
        let known = overlays
            .iter()
            .find(|overlay| overlay.vehicle == *self.vehicle && overlay.range == range);
        let command = match known {
            Some(overlay) => CompareCommand::Remove(overlay.id),
            None => CompareCommand::Add(self.vehicle.clone(), range),
        };
        let label = match known {
            Some(_) => format!("Compare no longer with {start}"),
            None => format!("Compare with {start}"),
        };
        if icons::toggle(ui, Icon::Layers, &label, known.is_some()).clicked() {
            queue.send(Command::Compare(command));
        }
    }
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
