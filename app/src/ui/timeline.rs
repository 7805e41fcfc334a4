//! The sessions of a vehicle on a strip of the calendar: when they were, how long, how large, and
//! where the recorder did not listen.
//!
//! A bar is as long as its session and as high as its size asks for; holes in it are gaps of the
//! recording. What is shown and what is compared is marked below the bars.

use canlake_shared::time::{TimeRange, Timestamp};
use egui::{Color32, Painter, Rect, Response, Ui, pos2, vec2};

use super::theme;
use crate::source::{SessionInfo, Vehicle};
use crate::time_display::{Zone, bytes_text, count_text, duration_text};

/// Height of the time labels below a strip, in points.
pub(crate) const LABELS_HEIGHT: f32 = 26.0;
/// The height of the smallest session, as a share of the largest.
const LEAST_HEIGHT: f32 = 0.3;
/// The narrowest bar, in points.
const LEAST_WIDTH: f32 = 2.0;
/// How far from a bar the pointer may be, in points.
const REACH: f32 = 3.0;

/// What a strip shows.
#[derive(Debug)]
pub(crate) struct Timeline<'a> {
    /// Whose sessions.
    pub vehicle: &'a Vehicle,
    /// From the left to the right edge.
    pub span: TimeRange,
    /// The session that is loaded.
    pub selected: Option<usize>,
    /// What is shown of this vehicle.
    pub shown: Option<TimeRange>,
    /// What is laid over it, in real time.
    pub compared: &'a [TimeRange],
}

impl Timeline<'_> {
    /// Paints the strip into `rect`, and gives the session at the pointer.
    pub(crate) fn paint(&self, ui: &Ui, rect: Rect, response: &Response) -> Option<usize> {
        let palette = theme::palette(ui.theme());
        let background = ui.visuals().extreme_bg_color;
        let painter = ui.painter().with_clip_rect(rect.intersect(ui.clip_rect()));
        painter.rect_filled(rect, 3.0, background);
        let frame = (1.0, palette.plot_frame.gamma_multiply(0.5));
        painter.rect_stroke(rect, 3.0, frame, egui::StrokeKind::Inside);
        let pointer = response.hover_pos().or(response.interact_pointer_pos());
        let hovered = pointer.and_then(|pointer| self.session_at(rect, pointer.x));
        let largest = self.vehicle.sessions.iter().map(|session| session.bytes);
        let largest = largest.max().unwrap_or(0).max(1) as f32;
        for (idx, session) in self.vehicle.sessions.iter().enumerate() {
            if !session.range.overlaps(self.span) {
                continue;
            }
            let color = if self.selected == Some(idx) {
                palette.accent
            } else {
                palette.session
            };
            let color = if hovered == Some(idx) {
                color.lerp_to_gamma(ui.visuals().strong_text_color(), 0.35)
            } else {
                color
            };
            // By area rather than by height, which would hide all but the largest.
            let share = (session.bytes as f32 / largest).sqrt();
            let share = LEAST_HEIGHT + (1.0 - LEAST_HEIGHT) * share;
            self.bar(&painter, rect, session, share, color, background);
        }
        let below = |range: TimeRange, row: f32, color: Color32| {
            let bottom = rect.bottom() - 2.0 * row;
            let mark = Rect::from_min_max(
                pos2(self.x_of(rect, range.start), bottom - 2.0),
                pos2(
                    self.x_of(rect, range.end)
                        .max(self.x_of(rect, range.start) + LEAST_WIDTH),
                    bottom,
                ),
            );
            painter.rect_filled(mark, 0.0, color);
        };
        if let Some(shown) = self.shown {
            below(shown, 0.0, palette.cursor);
        }
        for range in self.compared {
            below(*range, 1.0, palette.good);
        }
        hovered
    }

    /// Paints the times below a strip.
    pub(crate) fn paint_labels(&self, ui: &Ui, rect: Rect, zone: &Zone) {
        let palette = theme::palette(ui.theme());
        let font = egui::FontId::proportional(10.0);
        let painter = ui.painter();
        let ticks = zone.ticks(self.span, (rect.width() / 64.0) as usize);
        let mut free_from = rect.left();
        for tick in ticks {
            let x = self.x_of(rect, tick.instant);
            painter.vline(
                x,
                rect.bottom() - 3.0..=rect.bottom(),
                (1.0, palette.plot_frame),
            );
            for (text, row) in [(Some(tick.label), 0.0), (tick.context, 1.0)] {
                let Some(text) = text else {
                    continue;
                };
                let galley = painter.layout_no_wrap(text, font.clone(), palette.faint_text);
                let width = galley.size().x;
                let left =
                    (x - width / 2.0).clamp(rect.left(), (rect.right() - width).max(rect.left()));
                if row > 0.0 && left < free_from {
                    continue;
                }
                if row > 0.0 {
                    free_from = left + width + 6.0;
                }
                let at = pos2(left, rect.bottom() + 1.0 + 12.0 * row);
                painter.galley(at, galley, palette.faint_text);
            }
        }
    }

    /// The instant below a position.
    pub(crate) fn time_at(&self, rect: Rect, x: f32) -> Timestamp {
        let share = f64::from((x - rect.left()) / rect.width().max(1.0));
        self.span.start + (self.span.duration_ns() as f64 * share).round() as i64
    }

    fn x_of(&self, rect: Rect, instant: Timestamp) -> f32 {
        let since = instant.ns_since(self.span.start) as f64;
        let share = since / self.span.duration_ns().max(1) as f64;
        rect.left() + rect.width() * share as f32
    }

    /// The session whose bar is at a position; of several the nearest.
    fn session_at(&self, rect: Rect, x: f32) -> Option<usize> {
        let distance = |session: &SessionInfo| {
            let left = self.x_of(rect, session.range.start);
            let right = self.x_of(rect, session.range.end).max(left + LEAST_WIDTH);
            (left - x).max(x - right).max(0.0)
        };
        let sessions = self.vehicle.sessions.iter().map(distance).enumerate();
        let nearest = sessions.min_by(|(_, a), (_, b)| a.total_cmp(b))?;
        (nearest.1 <= REACH).then_some(nearest.0)
    }

    fn bar(
        &self,
        painter: &Painter,
        rect: Rect,
        session: &SessionInfo,
        share: f32,
        color: Color32,
        background: Color32,
    ) {
        let (left, right) = (
            self.x_of(rect, session.range.start),
            self.x_of(rect, session.range.end),
        );
        let room = rect.shrink2(vec2(0.0, 5.0));
        let bar = Rect::from_min_max(
            pos2(left, room.bottom() - room.height() * share),
            pos2(right.max(left + LEAST_WIDTH), room.bottom()),
        );
        painter.rect_filled(bar, 1.5, color);
        for gap in &session.gaps {
            let (from, to) = (self.x_of(rect, gap.start), self.x_of(rect, gap.end));
            let hole = Rect::from_x_y_ranges(from..=to.max(from + 1.0), bar.y_range());
            painter.rect_filled(hole.intersect(bar), 0.0, background);
        }
    }
}

/// Everything about a session that there is room for in a tooltip.
pub(crate) fn session_text(session: &SessionInfo, zone: &Zone) -> String {
    let share = if session.estimated { "about " } else { "" };
    let mut text = format!(
        "{}\nto {}\n{}\n{share}{} samples of {} signals\n{share}{} in {} files",
        zone.date_time(session.range.start, 1_000_000),
        zone.date_time(session.range.end, 1_000_000),
        duration_text(session.range.duration_ns()),
        count_text(session.rows),
        session.signals,
        bytes_text(session.bytes),
        session.files,
    );
    if !session.gaps.is_empty() {
        let lengths = session.gaps.iter().map(|gap| gap.duration_ns());
        let missing = lengths.fold(0_i64, i64::saturating_add);
        let gaps = format!(
            "\n{} recording gaps, {} in all",
            session.gaps.len(),
            duration_text(missing)
        );
        text.push_str(&gaps);
    }
    text
}
