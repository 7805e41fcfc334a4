//! The way that a vehicle went, without a map: latitude over longitude, in metres.

use std::fmt::Write as _;

use egui::{Align2, FontId, Rect, RichText, Ui, pos2};

use super::plane::{self, Coloring, Projection};
use super::plot::value_text;
use super::{chart, summary_bar, theme};
use crate::command::CommandQueue;
use crate::series::{
    Area, METRES_PER_DEGREE, PlanePoint, Prepared, Track, metres_per_degree_of_longitude,
    nearest_longitude, position_at,
};
use crate::state::{AppState, Panel, Summary, SummaryQuestion};
use crate::time_display::count_text;

/// The longest a scale bar may be, as a share of the width.
const SCALE_SHARE: f32 = 0.25;

/// Draws the panel.
pub(crate) fn show(
    ui: &mut Ui,
    state: &AppState,
    panel: &Panel,
    place: (Rect, bool),
    queue: &mut CommandQueue,
) {
    let body = summary_bar::show(ui, state, panel, place, queue, |ui, queue| {
        ui.separator();
        let by_time = ("Colour by time", "early positions dark, late ones bright");
        summary_bar::switch(ui, panel, queue, by_time, |it| &mut it.color_by_time);
    });
    if state.track_signals(panel).is_none() {
        let text = "Drag latitude and longitude here; a third signal colours the track";
        return summary_bar::teach(ui, body, text);
    }
    let Some((question, Summary::Track(track))) = state.summaries.get(panel.id) else {
        return;
    };
    let plot = body.shrink2(egui::vec2(8.0, 6.0));
    if !chart::has_room(plot) {
        return;
    }
    let chosen = panel.options.area.map(|[x, y]| Area { x, y });
    let latitude = track
        .plane
        .bounds
        .map_or(0.0, |bounds| f64::midpoint(bounds.y[0], bounds.y[1]));
    // How many degrees of latitude are as long as one of longitude.
    let aspect = metres_per_degree_of_longitude(latitude) / METRES_PER_DEGREE;
    let bounds = track.plane.bounds.map(at_least_ten_metres);
    let view = TrackView {
        state,
        panel,
        question,
        track,
        projection: Projection::new(plot, chosen, bounds, Some(aspect)),
        latitude,
    };
    let palette = theme::palette(ui.theme());
    ui.painter().rect_filled(plot, 2.0, palette.plot_background);
    plane::paint_frame(ui, plot);
    let response = plane::interact(ui, panel, &view.projection);
    view.paint(ui);
    super::plot::legend_entries(ui, state, panel, plot, queue);
    let shown = (&view.projection, std::slice::from_ref(&track.plane));
    let pointed = plane::mouse(ui, state, panel, shown, &response, queue);
    if track.plane.points.is_empty() {
        let text = match track.n_invalid {
            0 => "No position in this time".to_owned(),
            n => format!(
                "No position in this time: all {} are out of range or 0, 0",
                count_text(n as u64)
            ),
        };
        summary_bar::teach(ui, plot, &text);
    }
    if place.1 {
        summary_bar::title_of_picture(ui, state, panel, plot, "GPS track");
    }
    let ratio = track.plane.ratio(chosen.as_ref());
    summary_bar::badge(ui, state, panel, plot, (ratio, view.detail()));
    response
        .widget_info(|| egui::WidgetInfo::labeled(egui::Role::Figure, true, view.description()));
    if let Some((_, point)) = pointed {
        response.on_hover_ui_at_pointer(|ui| view.tooltip(ui, point));
    }
}

/// A vehicle that stood still is not shown as large as its receiver's noise.
fn at_least_ten_metres(bounds: Area) -> Area {
    let widen = |[low, high]: [f64; 2]| {
        let lacking = (10.0 / METRES_PER_DEGREE - (high - low)).max(0.0) / 2.0;
        [low - lacking, high + lacking]
    };
    Area {
        x: widen(bounds.x),
        y: widen(bounds.y),
    }
}

struct TrackView<'a> {
    state: &'a AppState,
    panel: &'a Panel,
    question: &'a SummaryQuestion,
    track: &'a Track,
    projection: Projection,
    /// Of the middle of the track.
    latitude: f64,
}

impl TrackView<'_> {
    fn place(&self) -> Option<[&Prepared; 2]> {
        match self.question.signals.as_slice() {
            [latitude, longitude, ..] => Some([&*latitude.series, &*longitude.series]),
            _ => None,
        }
    }

    fn name(&self, idx: usize) -> String {
        let part = self.question.signals.get(idx);
        part.map_or_else(String::new, |part| self.state.signal_name(&part.signal))
    }

    /// The least and the greatest value of the third signal on the track.
    fn color_ends(&self) -> Option<[f64; 2]> {
        let finite = self.track.colors.iter().filter(|it| it.is_finite());
        let ends = finite.fold(None, |ends: Option<[f64; 2]>, value| {
            let [low, high] = ends.unwrap_or([*value; 2]);
            Some([low.min(*value), high.max(*value)])
        });
        ends.filter(|_| !self.panel.options.color_by_time)
    }

    fn paint(&self, ui: &Ui) {
        let plane = &self.track.plane;
        let start = self.question.range.start.as_ns();
        if let Some(ends) = self.color_ends() {
            let value = |idx: usize| self.track.colors.get(idx).copied().unwrap_or(f64::NAN);
            plane::paint(ui, &self.projection, plane, Coloring::Gradient(ends), value);
        } else {
            let color_idx = self.panel.signals.first().map_or(0, |it| it.color_idx);
            let coloring = if self.panel.options.color_by_time {
                Coloring::Gradient([0.0, self.question.range.duration_ns() as f64])
            } else {
                Coloring::Plain(theme::signal_color(ui.theme(), color_idx))
            };
            let since_start = |idx: usize| {
                let time = plane.points.get(idx).map_or(start, |point| point.time);
                time.saturating_sub(start) as f64
            };
            plane::paint(ui, &self.projection, plane, coloring, since_start);
        }
        self.paint_ends(ui);
        let middle = plane
            .bounds
            .map_or(0.0, |it| f64::midpoint(it.x[0], it.x[1]));
        plane::paint_markers(ui, self.state, &self.projection, |time| {
            let point = position_at(self.place()?, time)?;
            Some([nearest_longitude(point.x, middle), point.y])
        });
        self.paint_scale(ui);
        self.paint_legend_of_colors(ui);
    }

    /// Where the track begins: a ring; where it ends: a square.
    fn paint_ends(&self, ui: &Ui) {
        let painter = ui.painter().with_clip_rect(self.projection.rect);
        let color = ui.visuals().strong_text_color();
        let place = |point: &PlanePoint| self.projection.to_screen(point.x, point.y);
        let points = &self.track.plane.points;
        if let (Some(first), Some(last)) = (points.first(), points.last()) {
            painter.circle_stroke(place(first), 4.0, (1.5, color));
            let end = Rect::from_center_size(place(last), egui::vec2(7.0, 7.0));
            painter.rect_stroke(end, 0.0, (1.5, color), egui::StrokeKind::Middle);
        }
    }

    fn paint_scale(&self, ui: &Ui) {
        let rect = self.projection.rect;
        let Area { y, .. } = self.projection.area;
        let metres_per_point =
            (y[1] - y[0]) * METRES_PER_DEGREE / f64::from(rect.height().max(1.0));
        let most = metres_per_point * f64::from(rect.width() * SCALE_SHARE);
        let Some(length) = round_length(most) else {
            return;
        };
        let width = (length / metres_per_point) as f32;
        let (left, y) = (rect.left() + 10.0, rect.bottom() - 10.0);
        let color = ui.visuals().text_color();
        let painter = ui.painter();
        painter.hline(left..=left + width, y, (2.0, color));
        for x in [left, left + width] {
            painter.vline(x, y - 4.0..=y + 1.0, (1.5, color));
        }
        let at = pos2(left + width / 2.0, y - 4.0);
        let font = FontId::proportional(11.0);
        let text = length_text(length);
        painter.text(at, Align2::CENTER_BOTTOM, text, font, color);
        // North is up, always.
        let north = pos2(rect.right() - 14.0, rect.bottom() - 30.0);
        let arrow = [(0.0, -9.0), (5.0, 5.0), (-5.0, 5.0)]
            .map(|(x, y)| north + egui::vec2(x, y))
            .to_vec();
        painter.add(egui::Shape::convex_polygon(
            arrow,
            color,
            egui::Stroke::NONE,
        ));
        let font = FontId::proportional(11.0);
        let at = north + egui::vec2(0.0, 7.0);
        painter.text(at, Align2::CENTER_TOP, "N", font, color);
    }

    fn paint_legend_of_colors(&self, ui: &Ui) {
        let plot = self.projection.rect;
        let bar = Rect::from_min_max(
            pos2(plot.right() - 210.0, plot.bottom() - 26.0),
            pos2(plot.right() - 40.0, plot.bottom() - 4.0),
        );
        if let Some(ends) = self.color_ends() {
            let unit = self
                .question
                .signals
                .get(2)
                .and_then(|part| self.state.store.get(&part.signal))
                .map_or("", |loaded| &*loaded.info.unit);
            let ends = ends.map(|value| format!("{} {unit}", value_text(value)));
            plane::paint_gradient(ui, bar, ends);
        } else if self.panel.options.color_by_time {
            let ends = plane::time_ends(self.state, self.question.range);
            plane::paint_gradient(ui, bar, ends);
        }
    }

    fn tooltip(&self, ui: &mut Ui, point: PlanePoint) {
        let at = canlake_shared::time::Timestamp::from_ns(point.time);
        let resolution = super::plot::time_resolution(self.state);
        let time = self.state.zone().date_time(at, resolution);
        ui.label(RichText::new(time).font(theme::tabular(12.0)).strong());
        let text = position_text(point);
        ui.label(RichText::new(text).font(theme::tabular(12.0)));
        let third = self.question.signals.get(2);
        let value = third.and_then(|part| part.series.sample_at(point.time));
        let loaded = third.and_then(|part| self.state.store.get(&part.signal));
        if let (Some(value), Some(loaded)) = (value, loaded) {
            ui.horizontal(|ui| {
                ui.label(self.name(2));
                let text = super::plot::labelled_value(loaded, value.value);
                ui.label(RichText::new(text).font(theme::tabular(12.0)));
            });
        }
    }

    /// What the badge says when the pointer is on it.
    fn detail(&self) -> String {
        let plane = &self.track.plane;
        let mut text = format!(
            "{} positions, {} drawn; the line stays within a thousandth of the picture.",
            count_text(plane.n_pairs as u64),
            count_text(plane.points.len() as u64)
        );
        if self.track.n_invalid > 0 {
            let invalid = count_text(self.track.n_invalid as u64);
            write!(text, "\n{invalid} left out: out of range, or 0, 0.").ok();
        }
        if plane.left_out > 0 {
            let left_out = count_text(plane.left_out as u64);
            write!(text, "\n{left_out} left out: no value, or in a gap.").ok();
        }
        text
    }

    fn description(&self) -> String {
        let plane = &self.track.plane;
        let size = plane.bounds.map_or_else(String::new, |bounds| {
            let across =
                (bounds.x[1] - bounds.x[0]) * metres_per_degree_of_longitude(self.latitude);
            let up = (bounds.y[1] - bounds.y[0]) * METRES_PER_DEGREE;
            format!(", {} by {}", length_text(across), length_text(up))
        });
        format!(
            "GPS track of {} and {}: {} positions{size}, {} invalid",
            self.name(0),
            self.name(1),
            count_text(plane.n_pairs as u64),
            count_text(self.track.n_invalid as u64)
        )
    }
}

/// The longest of 1, 2 or 5 times a power of ten metres that is not longer than `most`.
fn round_length(most: f64) -> Option<f64> {
    if !(most.is_finite() && most > 0.0) {
        return None;
    }
    let magnitude = 10_f64.powf(most.log10().floor());
    let lengths = [10.0, 5.0, 2.0, 1.0].into_iter();
    let mut lengths = lengths.map(|factor| factor * magnitude);
    lengths.find(|length| *length <= most * (1.0 + 1e-9))
}

/// A length in metres or kilometres.
fn length_text(metres: f64) -> String {
    // What would round to 1000 m is a kilometre.
    if metres >= 999.5 {
        format!("{} km", short(metres / 1_000.0))
    } else if metres >= 1.0 || metres == 0.0 {
        format!("{} m", short(metres))
    } else {
        format!("{} cm", short(metres * 100.0))
    }
}

fn short(value: f64) -> String {
    let digits = if value >= 100.0 {
        0
    } else if value >= 10.0 {
        1
    } else {
        2
    };
    let text = format!("{value:.digits$}");
    if text.contains('.') {
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    } else {
        text
    }
}

/// A position as it is written: degrees with the hemisphere.
fn position_text(point: PlanePoint) -> String {
    let longitude = nearest_longitude(point.x, 0.0);
    let (ns, ew) = (
        if point.y < 0.0 { "S" } else { "N" },
        if longitude < 0.0 { "W" } else { "E" },
    );
    format!("{:.6}° {ns}, {:.6}° {ew}", point.y.abs(), longitude.abs())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scale_bars_are_round() {
        let cases = [
            (1.0, "1 m"),
            (4.9, "2 m"),
            (999.0, "500 m"),
            (1_999.0, "1 km"),
            (73_000.0, "50 km"),
            (0.34, "20 cm"),
            (1_000.0, "1 km"),
        ];
        for (most, text) in cases {
            assert_eq!(length_text(round_length(most).unwrap()), text, "{most}");
        }
        assert_eq!(round_length(0.0), None);
        assert_eq!(round_length(f64::NAN), None);
    }

    #[test]
    fn positions_name_their_hemisphere() {
        let point = PlanePoint {
            x: 181.5,
            y: -17.25,
            time: 0,
        };
        assert_eq!(position_text(point), "17.250000° S, 178.500000° W");
    }
}
