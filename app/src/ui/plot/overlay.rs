//! What lies over the curves: crosshair, badge and tooltip.

use canlake_shared::time::Timestamp;
use egui::{
    Align, Color32, Frame, Layout, Margin, Rect, Response, RichText, Ui, UiBuilder, pos2, vec2,
};

use super::input::PlotGeometry;
use super::{PanelCurves, inside, legend, theme};
use crate::state::{AppState, Cursor, LoadState, LoadedSignal, Panel, PlottedSignal};
use crate::time_display::{count_text, duration_text};

/// Signals that the tooltip names.
const MAX_NAMED: usize = 5;

/// A line at the pointer's time, in every panel.
pub(crate) fn paint_crosshair(ui: &Ui, state: &AppState, plot: &PlotGeometry<'_>) {
    let visible = plot.window.visible();
    let Some(hovered) = state.hovered.filter(|it| visible.contains(*it)) else {
        return;
    };
    let palette = theme::palette(ui.theme());
    let color = palette.crosshair.gamma_multiply(0.6);
    ui.painter().with_clip_rect(plot.rect).vline(
        plot.x_of(hovered),
        plot.rect.y_range(),
        (1.0, color),
    );
}

/// The cursors, with their names on top; the active one is drawn stronger.
pub(crate) fn paint_cursors(ui: &Ui, state: &AppState, plot: &PlotGeometry<'_>) {
    let palette = theme::palette(ui.theme());
    let painter = ui.painter().with_clip_rect(plot.rect);
    for (cursor, name) in [(Cursor::A, "A"), (Cursor::B, "B")] {
        let Some(instant) = state.cursors.get(cursor) else {
            continue;
        };
        let x = plot.x_of(instant);
        if !plot.rect.x_range().contains(x) {
            continue;
        }
        let is_active = state.cursors.active() == cursor;
        let width = if is_active { 2.0 } else { 1.0 };
        painter.vline(x, plot.rect.y_range(), (width, palette.cursor));
        let flag = Rect::from_min_size(pos2(x, plot.rect.top()), vec2(14.0, 15.0));
        painter.rect_filled(flag, 0.0, palette.cursor);
        painter.text(
            flag.center(),
            egui::Align2::CENTER_CENTER,
            name,
            egui::FontId::proportional(11.0),
            palette.plot_background,
        );
    }
}

/// The badge in the upper right corner of a plot.
pub(crate) fn badge_in_corner(
    ui: &mut Ui,
    state: &AppState,
    panel: &Panel,
    plot: Rect,
    curves: &PanelCurves,
) {
    let area = Rect::from_min_max(
        pos2((plot.right() - 260.0).max(plot.left()), plot.top() + 5.0),
        pos2(plot.right() - 6.0, plot.top() + 27.0),
    );
    let layout = Layout::right_to_left(Align::Center);
    let builder = UiBuilder::new()
        .max_rect(area)
        .layout(layout)
        .id_salt(("badge", panel.id));
    inside(ui, builder, |ui| badge(ui, state, panel, curves));
}

/// Whether everything is there and everything is drawn.
pub(crate) fn badge(ui: &mut Ui, state: &AppState, panel: &Panel, curves: &PanelCurves) {
    if panel.signals.is_empty() {
        return;
    }
    let palette = theme::palette(ui.theme());
    let (text, color, detail) = badge_text(state, panel, curves, palette);
    Frame::new()
        .fill(palette.overlay.gamma_multiply(0.85))
        .corner_radius(4.0)
        .inner_margin(Margin::symmetric(6, 1))
        .show(ui, |ui| {
            let label = ui.label(RichText::new(text).size(11.0).color(color));
            label.on_hover_ui(|ui| {
                ui.set_max_width(460.0);
                ui.label(detail);
                ui.weak("Decoded with");
                let signals = panel.signals.iter().map(|plotted| &plotted.signal);
                ui.label(state.decoded_with_text(signals));
            });
        });
}

fn badge_text(
    state: &AppState,
    panel: &Panel,
    curves: &PanelCurves,
    palette: &theme::Palette,
) -> (String, Color32, String) {
    let shown = panel.signals.iter().filter(|plotted| plotted.visible);
    let mut ratio = 1.0_f64;
    let (mut samples, mut drawn, mut gaps) = (0, 0, 0);
    let mut worst: Option<&LoadState> = None;
    let mut reasons = Vec::new();
    for plotted in shown {
        if let Some(curve) = curves.get(&plotted.signal) {
            let view = curve.view();
            ratio = ratio.max(view.ratio());
            samples += view.visible_samples() as u64;
            drawn += view.drawn_samples() as u64;
        }
        let Some(loaded) = state.store.get(&plotted.signal) else {
            continue;
        };
        gaps += loaded
            .series
            .as_ref()
            .map_or(0, |series| series.gaps().len() as u64);
        match &loaded.state {
            LoadState::Complete => {}
            LoadState::Partial(reason) | LoadState::Failed(reason) => {
                reasons.push(format!("{}: {reason}", state.signal_name(&plotted.signal)));
                worst = Some(&loaded.state);
            }
            LoadState::Loading { .. } => worst = worst.or(Some(&loaded.state)),
        }
    }
    let (completeness, color) = match worst {
        None => ("complete".to_owned(), palette.good),
        Some(LoadState::Loading { progress, .. }) => (
            format!(
                "loading {} of {} files",
                progress.files_done, progress.files_total
            ),
            palette.faint_text,
        ),
        Some(LoadState::Failed(_)) => ("failed".to_owned(), palette.error),
        Some(_) => ("partial".to_owned(), palette.warning),
    };
    let text = if ratio > 1.0 {
        format!("{completeness} · downsampled {ratio:.0}:1")
    } else {
        completeness
    };
    let mut detail = format!(
        "{} samples visible, {} drawn, {} gaps in what is loaded.\nThe least and the greatest value of every pixel column are always drawn.",
        count_text(samples),
        count_text(drawn),
        count_text(gaps)
    );
    for reason in reasons {
        detail.push('\n');
        detail.push_str(&reason);
    }
    (text, color, detail)
}

/// Time at the pointer, and of each signal the last sample at or before it with its age.
pub(crate) fn tooltip(
    state: &AppState,
    panel: &Panel,
    plot: &PlotGeometry<'_>,
    response: &Response,
) {
    let visible = plot.window.visible();
    let Some(hovered) = state.hovered.filter(|it| visible.contains(*it)) else {
        return;
    };
    let (named, more) = named_in_tooltip(state, panel, plot, response, hovered);
    if named.is_empty() {
        return;
    }
    let resolution = (plot.window.visible().duration_ns() / 2_000).max(1);
    response.clone().on_hover_ui_at_pointer(|ui| {
        ui.set_max_width(560.0);
        ui.label(
            RichText::new(state.zone().date_time(hovered, resolution))
                .font(theme::tabular(12.0))
                .strong(),
        );
        egui::Grid::new("tooltip")
            .num_columns(3)
            .spacing(vec2(10.0, 2.0))
            .show(ui, |ui| {
                for (plotted, loaded) in named {
                    let color = theme::signal_color(ui.theme(), plotted.color_idx);
                    ui.label(RichText::new(state.signal_name(&plotted.signal)).color(color));
                    let sample = loaded
                        .series
                        .as_ref()
                        .and_then(|series| series.sample_at(hovered.as_ns()));
                    match sample {
                        Some(sample) if !sample.in_gap => {
                            let value = legend::labelled_value(loaded, sample.value);
                            ui.label(RichText::new(value).font(theme::tabular(12.0)));
                            ui.weak(age_text(hovered, sample.time))
                                .on_hover_text("age of the sample");
                            let shift = loaded.series.as_ref().map_or(0, |it| it.shift_ns());
                            if shift != 0 {
                                let real = Timestamp::from_ns(sample.time) - shift;
                                let text = state.zone().calendar().date_time(real, resolution);
                                ui.weak(format!("recorded {text}"));
                            }
                        }
                        Some(_) => {
                            ui.weak("gap");
                            ui.label("");
                        }
                        None => {
                            ui.weak("no sample yet");
                            ui.label("");
                        }
                    }
                    ui.end_row();
                }
            });
        if more > 0 {
            ui.weak(format!("and {more} further away"));
        }
    });
}

/// The visible signals of a panel that the tooltip names, in their order, and how many others there are.
/// Of many only those whose value at the pointer's time is near to the pointer: a list of all would hide
/// what is pointed at.
fn named_in_tooltip<'a>(
    state: &'a AppState,
    panel: &'a Panel,
    plot: &PlotGeometry<'_>,
    response: &Response,
    hovered: Timestamp,
) -> (Vec<(&'a PlottedSignal, &'a LoadedSignal)>, usize) {
    let visible = panel.signals.iter().filter(|plotted| plotted.visible);
    let loaded = visible.filter_map(|it| Some((it, state.store.get(&it.signal)?)));
    let all: Vec<_> = loaded.collect();
    if all.len() <= MAX_NAMED {
        return (all, 0);
    }
    let pointer = response.hover_pos().map_or(0.0, |pointer| pointer.y);
    let distance = |(plotted, loaded): &(&PlottedSignal, &LoadedSignal)| {
        let axis = plot.axes.iter().find(|axis| axis.id == plotted.axis)?;
        let sample = loaded.series.as_ref()?.sample_at(hovered.as_ns())?;
        Some((plot.y_of(axis.range, sample.value) - pointer).abs())
    };
    let far = |it: &(usize, _)| distance(&it.1).unwrap_or(f32::INFINITY);
    let mut nearest: Vec<_> = all.into_iter().enumerate().collect();
    nearest.sort_by(|a, b| far(a).total_cmp(&far(b)));
    let more = nearest.split_off(MAX_NAMED).len();
    nearest.sort_by_key(|(idx, _)| *idx);
    (nearest.into_iter().map(|(_, it)| it).collect(), more)
}

fn age_text(at: Timestamp, sample: i64) -> String {
    format!(
        "{} ago",
        duration_text(at.ns_since(Timestamp::from_ns(sample)))
    )
}
