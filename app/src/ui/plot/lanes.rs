//! Signals with named values as lanes: a bar per value, with its text.

use std::sync::Arc;

use canlake_shared::time::{TimeRange, Timestamp};
use egui::{Align2, Color32, FontId, Painter, Rect, Response, Ui, pos2, vec2};

use super::input::PlotGeometry;
use super::legend::label_of;
use super::{theme, value_text};
use crate::series::{LaneState, LaneStretch, lane};
use crate::source::SignalInfo;
use crate::state::{AppState, LoadedSignal, Panel, PlottedSignal};
use crate::time_display::duration_text;

/// Height of a lane in points, with the space to the next.
pub(crate) const LANE_HEIGHT: f32 = 22.0;
const GAP: f32 = 2.0;
/// A bar narrower than this has no room for a text.
const MIN_TEXT_WIDTH: f32 = 14.0;

/// Whether a signal is drawn as a lane: its values have names, or it is a switch.
pub(crate) fn is_lane(info: &SignalInfo) -> bool {
    let is_switch = info.integer && info.min >= Some(0.0) && info.max <= Some(1.0);
    !info.labels.is_empty() || is_switch && info.unit.is_empty()
}

/// The visible lanes of a panel, from top to bottom.
pub(crate) fn lanes_of<'a>(
    state: &'a AppState,
    panel: &'a Panel,
) -> impl Iterator<Item = (&'a PlottedSignal, &'a LoadedSignal)> {
    let visible = panel.signals.iter().filter(|plotted| plotted.visible);
    visible.filter_map(|plotted| {
        let loaded = state.store.get(&plotted.signal)?;
        is_lane(&loaded.info).then_some((plotted, loaded))
    })
}

/// Draws the lanes of a panel over the area of `plot`, `columns` pixels wide.
pub(crate) fn paint(
    ui: &Ui,
    state: &AppState,
    panel: &Panel,
    plot: &PlotGeometry<'_>,
    columns: usize,
) {
    let area = plot.rect;
    let mut stretches = Vec::new();
    for (idx, (plotted, loaded)) in lanes_of(state, panel).enumerate() {
        let rect = lane_rect(area, idx);
        let painter = ui.painter().with_clip_rect(area);
        painter.rect_filled(rect, 0.0, theme::palette(ui.theme()).plot_background);
        let Some(series) = &loaded.series else {
            continue;
        };
        let visible = plot.window.visible();
        let range = (visible.start.as_ns(), visible.end.as_ns());
        lane(series, range, columns, &mut stretches);
        let color = theme::signal_color(ui.theme(), plotted.color_idx);
        for stretch in &stretches {
            paint_stretch(&painter, ui, plot, rect, loaded, (stretch, color));
        }
        name(ui, plotted, rect);
    }
}

/// Where the `idx`-th lane is.
fn lane_rect(area: Rect, idx: usize) -> Rect {
    let top = area.top() + LANE_HEIGHT * idx as f32 + GAP;
    Rect::from_min_size(
        pos2(area.left(), top),
        vec2(area.width(), LANE_HEIGHT - GAP),
    )
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
fn text_of(loaded: &LoadedSignal, value: f64) -> String {
    label_of(loaded, value).map_or_else(|| value_text(value), str::to_owned)
}

/// The name of a lane's signal, left of it.
fn name(ui: &Ui, plotted: &PlottedSignal, lane: Rect) {
    let color = theme::signal_color(ui.theme(), plotted.color_idx);
    let mut job = egui::text::LayoutJob::simple_singleline(
        plotted.signal.key.signal.to_string(),
        FontId::proportional(10.0),
        color,
    );
    let room = 120.0_f32.min(lane.left() - ui.clip_rect().left() - 6.0);
    job.wrap = egui::text::TextWrapping::truncate_at_width(room.max(8.0));
    let galley = ui.painter().layout_job(job);
    let at = pos2(
        lane.left() - galley.size().x - 5.0,
        lane.center().y - galley.size().y / 2.0,
    );
    ui.painter().galley(at, galley, color);
}

/// What the pointer is on in the lanes: value, how long, and what came before.
pub(crate) fn tooltip(
    state: &AppState,
    panel: &Panel,
    plot: &PlotGeometry<'_>,
    response: &Response,
) {
    let Some(pointer) = response.hover_pos() else {
        return;
    };
    let idx = ((pointer.y - plot.rect.top()) / LANE_HEIGHT) as usize;
    let Some((plotted, loaded)) = lanes_of(state, panel).nth(idx) else {
        return;
    };
    let Some(series) = &loaded.series else {
        return;
    };
    let at = plot.time_at(pointer.x).as_ns();
    let text = match series.sample_at(at) {
        None => "no sample yet".to_owned(),
        Some(sample) if sample.in_gap => "gap".to_owned(),
        Some(sample) => {
            let started = series.previous_change(at + 1).and_then(|idx| {
                let before = idx.checked_sub(1)?;
                Some((series.times()[idx], series.values()[before]))
            });
            let ends = series.next_change(at).map(|idx| series.times()[idx]);
            let now = text_of(loaded, sample.value);
            let begins = started.map_or(series.times()[0], |(time, _)| time);
            let length = ends.map(|end| {
                let range = TimeRange::new(Timestamp::from_ns(begins), Timestamp::from_ns(end));
                duration_text(range.duration_ns())
            });
            let change = started.map_or(now.clone(), |(_, before)| {
                format!("{} → {now}", text_of(loaded, before))
            });
            match length {
                Some(length) => format!("{change}, {length}"),
                None => change,
            }
        }
    };
    let name: Arc<str> = state.signal_name(&plotted.signal).into();
    response.clone().on_hover_ui_at_pointer(|ui| {
        ui.label(egui::RichText::new(&*name).strong());
        // The other font has no arrow.
        ui.label(egui::RichText::new(text).font(theme::tabular(12.0)));
    });
}
