//! An XY plot: signals over the first one.

use std::fmt::Write as _;

use egui::{Rect, RichText, Ui, pos2};

use super::plane::{self, Coloring, Projection};
use super::plot::value_text;
use super::{chart, summary_bar, theme};
use crate::command::CommandQueue;
use crate::series::{Area, Pairing, Plane, PlanePoint, value_at};
use crate::state::{AppState, Panel, PlottedSignal, Summary, SummaryQuestion, pairing_of};
use crate::time_display::count_text;

const LEFT: f32 = 62.0;

/// Draws the panel.
pub(crate) fn show(
    ui: &mut Ui,
    state: &AppState,
    panel: &Panel,
    place: (Rect, bool),
    queue: &mut CommandQueue,
) {
    let body = summary_bar::show(ui, state, panel, place, queue, |ui, queue| {
        choices(ui, panel, queue);
    });
    let n_visible = panel.signals.iter().filter(|it| it.visible).count();
    if n_visible < 2 {
        let text = if n_visible == 0 {
            "Drag a signal here for X, then others to draw over it"
        } else {
            "Drag a second signal here to draw it over the first"
        };
        return summary_bar::teach(ui, body, text);
    }
    let Some((question, Summary::Plane(planes))) = state.summaries.get(panel.id) else {
        return;
    };
    let Some(plot) = chart::area(body, LEFT) else {
        return;
    };
    let chosen = panel.options.area.map(|[x, y]| Area { x, y });
    let bounds = planes.iter().filter_map(|plane| plane.bounds);
    let bounds = bounds.reduce(Area::union);
    let aspect = panel.options.equal_scale.then_some(1.0);
    let xy = Xy {
        state,
        panel,
        question,
        planes,
        projection: Projection::new(plot, chosen, bounds, aspect),
    };
    plane::paint_axes(ui, &xy.projection, xy.units(), state.settings.grid);
    let response = plane::interact(ui, panel, &xy.projection);
    xy.paint(ui);
    super::plot::legend_entries(ui, state, panel, plot, queue);
    let shown = (&xy.projection, planes.as_slice());
    let pointed = plane::mouse(ui, state, panel, shown, &response, queue);
    if bounds.is_none() {
        let text = "No time at which both signals have a value";
        summary_bar::teach(ui, plot, text);
    }
    if place.1 {
        summary_bar::title_of_picture(ui, state, panel, plot, "XY");
    }
    let ratios = planes.iter().map(|plane| plane.ratio(chosen.as_ref()));
    let ratio = ratios.fold(1.0, f64::max);
    summary_bar::badge(ui, state, panel, plot, (ratio, xy.detail()));
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Figure, true, xy.description()));
    if let Some((idx, point)) = pointed {
        response.on_hover_ui_at_pointer(|ui| xy.tooltip(ui, idx, point));
    }
}

fn choices(ui: &mut Ui, panel: &Panel, queue: &mut CommandQueue) {
    ui.separator();
    let interpolate = (
        "Interpolate",
        "between samples of the first signal take what lies between them, instead of the last one",
    );
    summary_bar::switch(ui, panel, queue, interpolate, |it| &mut it.interpolate);
    let by_time = ("Colour by time", "early points dark, late ones bright");
    summary_bar::switch(ui, panel, queue, by_time, |it| &mut it.color_by_time);
    let equal = ("Equal scale", "one unit is as long across as up");
    summary_bar::switch(ui, panel, queue, equal, |it| &mut it.equal_scale);
}

struct Xy<'a> {
    state: &'a AppState,
    panel: &'a Panel,
    question: &'a SummaryQuestion,
    planes: &'a [Plane],
    projection: Projection,
}

impl Xy<'_> {
    /// The signal that a plane draws over the first one.
    fn plotted(&self, idx: usize) -> Option<&PlottedSignal> {
        let signal = &self.question.signals.get(idx)?.signal;
        let mut plotted = self.panel.signals.iter();
        plotted.find(|plotted| plotted.signal == *signal)
    }

    fn name(&self, idx: usize) -> String {
        let part = self.question.signals.get(idx);
        part.map_or_else(String::new, |part| self.state.signal_name(&part.signal))
    }

    fn unit(&self, idx: usize) -> &str {
        let part = self.question.signals.get(idx);
        let loaded = part.and_then(|part| self.state.store.get(&part.signal));
        loaded.map_or("", |loaded| &loaded.info.unit)
    }

    /// Of the first signal, and of all others if they have the same.
    fn units(&self) -> [&str; 2] {
        let first = self.unit(1);
        let are_alike = (2..self.question.signals.len()).all(|idx| self.unit(idx) == first);
        [self.unit(0), if are_alike { first } else { "" }]
    }

    fn paint(&self, ui: &Ui) {
        let range = self.question.range;
        for (idx, plane) in self.planes.iter().enumerate() {
            let color_idx = self.plotted(idx + 1).map_or(0, |it| it.color_idx);
            let coloring = if self.panel.options.color_by_time {
                Coloring::Gradient([0.0, range.duration_ns() as f64])
            } else {
                Coloring::Plain(theme::signal_color(ui.theme(), color_idx))
            };
            let since_start = |point: usize| {
                let time = plane.points.get(point).map_or(0, |point| point.time);
                time.saturating_sub(range.start.as_ns()) as f64
            };
            plane::paint(ui, &self.projection, plane, coloring, since_start);
            plane::paint_markers(ui, self.state, &self.projection, |time| {
                self.position(idx + 1, time)
            });
        }
        if self.panel.options.color_by_time {
            let plot = self.projection.rect;
            let bar = Rect::from_min_max(
                pos2(plot.right() - 170.0, plot.bottom() - 24.0),
                pos2(plot.right() - 10.0, plot.bottom() - 4.0),
            );
            plane::paint_gradient(ui, bar, plane::time_ends(self.state, range));
        }
    }

    /// Where a signal is at one time, by the same rule as its points.
    fn position(&self, idx: usize, time: i64) -> Option<[f64; 2]> {
        let data = |idx: usize| Some(&self.question.signals.get(idx)?.series);
        let x = value_at(data(0)?, time, pairing_of(self.panel))?;
        Some([x, value_at(data(idx)?, time, Pairing::Hold)?])
    }

    fn tooltip(&self, ui: &mut Ui, idx: usize, point: PlanePoint) {
        let at = canlake_shared::time::Timestamp::from_ns(point.time);
        let resolution = super::plot::time_resolution(self.state);
        let time = self.state.zone().date_time(at, resolution);
        ui.label(RichText::new(time).font(theme::tabular(12.0)).strong());
        for (idx, value) in [(0, point.x), (idx + 1, point.y)] {
            ui.horizontal(|ui| {
                ui.label(self.name(idx));
                let text = format!("{} {}", value_text(value), self.unit(idx));
                ui.label(RichText::new(text).font(theme::tabular(12.0)));
            });
        }
    }

    /// What the badge says when the pointer is on it.
    fn detail(&self) -> String {
        let mut lines = Vec::new();
        for (idx, plane) in self.planes.iter().enumerate() {
            let mut line = format!(
                "{}: {} points, {} drawn",
                self.name(idx + 1),
                count_text(plane.n_pairs as u64),
                count_text(plane.points.len() as u64),
            );
            if !plane.is_path {
                line.push_str(", too many to be joined by lines");
            }
            if plane.left_out > 0 {
                let left_out = count_text(plane.left_out as u64);
                write!(line, ", {left_out} without a value of both").ok();
            }
            lines.push(line);
        }
        lines.push("The extremes of what is shown are always drawn.".to_owned());
        lines.join("\n")
    }

    fn description(&self) -> String {
        let names: Vec<_> = (1..self.question.signals.len())
            .map(|idx| self.name(idx))
            .collect();
        let n_pairs: usize = self.planes.iter().map(|plane| plane.n_pairs).sum();
        let Area { x, y } = self.projection.area;
        let [left, right, bottom, top] = [x[0], x[1], y[0], y[1]].map(value_text);
        format!(
            "XY plot of {} over {}: {} points, X from {left} to {right}, Y from {bottom} to {top}",
            names.join(", "),
            self.name(0),
            count_text(n_pairs as u64),
        )
    }
}
