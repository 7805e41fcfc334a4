//! Signals with named values as lanes: a bar per value, with its text.

use std::sync::Arc;

use canlake_shared::time::Timestamp;
use egui::{Align2, Color32, FontId, Galley, Painter, Rect, Ui, pos2, vec2};

use super::input::PlotGeometry;
use super::lane_rows::LaneRows;
use super::legend::label_of;
use super::{form_of, theme, value_text};
use crate::series::{LaneState, LaneStretch, lane};
use crate::state::{AppState, Form, LoadedSignal, Panel, PlottedSignal};

/// Room for the name of a lane at most, in points.
const MAX_NAME_WIDTH: f32 = 110.0;
const NAME_GAP: f32 = 5.0;
/// A bar narrower than this has no room for a text.
const MIN_TEXT_WIDTH: f32 = 14.0;

/// The visible lanes of a panel, from top to bottom.
pub(crate) fn lanes_of<'a>(
    state: &'a AppState,
    panel: &'a Panel,
) -> impl Iterator<Item = (&'a PlottedSignal, &'a LoadedSignal)> {
    let visible = panel.signals.iter().filter(|plotted| plotted.visible);
    visible.filter_map(|plotted| {
        let loaded = state.store.get(&plotted.signal)?;
        (form_of(plotted, &loaded.info) == Form::Lane).then_some((plotted, loaded))
    })
}

/// Draws the lanes that are seen, in an area that is `columns` pixels wide.
pub(super) fn paint(
    ui: &Ui,
    state: &AppState,
    panel: &Panel,
    (plot, rows): (&PlotGeometry<'_>, &LaneRows),
    columns: usize,
) {
    let seen = rows.seen();
    let visible = plot.window.visible();
    let range = (visible.start.as_ns(), visible.end.as_ns());
    let mut stretches = Vec::new();
    let lanes = lanes_of(state, panel).enumerate().skip(seen.start);
    for (idx, (plotted, loaded)) in lanes.take(seen.len()) {
        let rect = rows.rect(idx);
        let painter = ui
            .painter()
            .with_clip_rect(plot.rect.intersect(ui.clip_rect()));
        painter.rect_filled(rect, 0.0, theme::palette(ui.theme()).plot_background);
        let Some(series) = &loaded.series else {
            continue;
        };
        lane(series, range, columns, &mut stretches);
        let color = theme::signal_color(ui.theme(), plotted.color_idx);
        for stretch in &stretches {
            paint_stretch(&painter, ui, plot, rect, loaded, (stretch, color));
        }
        paint_name(ui, plotted, rect);
    }
}

fn paint_stretch(
    painter: &Painter,
    ui: &Ui,
    plot: &PlotGeometry<'_>,
    lane: Rect,
    loaded: &LoadedSignal,
    (stretch, color): (&LaneStretch, Color32),
) {
    let [left, right] = [stretch.start, stretch.end].map(|time| {
        plot.x_of(Timestamp::from_ns(time))
            .clamp(lane.left(), lane.right())
    });
    let bar = Rect::from_x_y_ranges(left..=right.max(left + 1.0), lane.y_range());
    match stretch.state {
        LaneState::Gap => {}
        LaneState::Mixed => {
            painter.rect_filled(bar, 0.0, color.gamma_multiply(0.25));
            let middle = bar.center().y;
            painter.hline(bar.x_range(), middle, (1.0, color.gamma_multiply(0.8)));
        }
        LaneState::Held(value) => {
            let share = shade(loaded, value);
            painter.rect_filled(bar, 1.0, color.gamma_multiply(share));
            painter.vline(bar.left(), bar.y_range(), (1.0, color));
            if bar.width() >= MIN_TEXT_WIDTH {
                let text = text_of(loaded, value);
                let font = FontId::proportional(11.0);
                let text_color = ui.visuals().strong_text_color();
                painter.with_clip_rect(bar.shrink2(vec2(2.0, 0.0))).text(
                    bar.left_center() + vec2(4.0, 0.0),
                    Align2::LEFT_CENTER,
                    text,
                    font,
                    text_color,
                );
            }
        }
    }
}

/// How strong the colour of a value is: neighbours in the table differ.
fn shade(loaded: &LoadedSignal, value: f64) -> f32 {
    const SHADES: [f32; 4] = [0.22, 0.42, 0.62, 0.32];
    let labels = &loaded.info.labels;
    let position = labels.iter().position(|(of, _)| *of == value);
    let number = position.unwrap_or(value.abs().min(1e6) as usize);
    SHADES[number % SHADES.len()]
}

/// The name of a value, else the number.
pub(super) fn text_of(loaded: &LoadedSignal, value: f64) -> String {
    label_of(loaded, value).map_or_else(|| value_text(value), str::to_owned)
}

/// Width that the names of the lanes need left of them.
pub(super) fn names_width(ui: &Ui, state: &AppState, panel: &Panel) -> f32 {
    let names = lanes_of(state, panel).map(|(plotted, _)| name(ui, plotted, MAX_NAME_WIDTH));
    let widest = names.map(|name| name.size().x).reduce(f32::max);
    widest.map_or(0.0, |width| (width + 2.0 * NAME_GAP).ceil())
}

/// The name of a lane's signal, as far as there is room.
fn name(ui: &Ui, plotted: &PlottedSignal, room: f32) -> Arc<Galley> {
    let mut job = egui::text::LayoutJob::simple_singleline(
        plotted.signal.key.signal.to_string(),
        FontId::proportional(10.0),
        theme::signal_color(ui.theme(), plotted.color_idx),
    );
    job.wrap = egui::text::TextWrapping::truncate_at_width(room);
    ui.painter().layout_job(job)
}

/// Writes the name of a lane's signal left of it.
fn paint_name(ui: &Ui, plotted: &PlottedSignal, lane: Rect) {
    let room = lane.left() - ui.clip_rect().left() - 2.0 * NAME_GAP;
    let galley = name(ui, plotted, room.clamp(8.0, MAX_NAME_WIDTH));
    let at = pos2(
        lane.left() - galley.size().x - NAME_GAP,
        lane.center().y - galley.size().y / 2.0,
    );
    ui.painter().galley(at, galley, Color32::PLACEHOLDER);
}
