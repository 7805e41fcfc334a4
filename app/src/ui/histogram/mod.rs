//! How the values of signals are distributed: bars over their bins.

mod choices;
mod scale;
mod words;

use egui::{Align2, Color32, FontId, Painter, Rect, Response, Sense, Stroke, Ui, pos2};

use super::chart::{self, FONT_SIZE};
use super::plot::value_ticks;
use super::{summary_bar, theme};
use crate::command::CommandQueue;
use crate::series::{Bins, Distribution};
use crate::state::{AppState, Panel, PlottedSignal, Summary, SummaryQuestion};
use scale::Scale;

const LEFT: f32 = 58.0;
/// What a bar is named by its number is only for bars at least this wide, in points.
const MIN_NAME_WIDTH: f32 = 22.0;

/// Draws the panel.
pub(crate) fn show(
    ui: &mut Ui,
    state: &AppState,
    panel: &Panel,
    place: (Rect, bool),
    queue: &mut CommandQueue,
) {
    let body = summary_bar::show(ui, state, panel, place, queue, |ui, queue| {
        choices::choices(ui, panel, queue);
    });
    if panel.signals.is_empty() {
        let text = "Drag signals here to see how their values are distributed";
        return summary_bar::teach(ui, body, text);
    }
    let shown = state.summaries.get(panel.id);
    let Some((question, Summary::Histogram(Some((bins, histograms))))) = shown else {
        let text = match shown {
            Some(_) => "No values in this time",
            None => "",
        };
        return summary_bar::teach(ui, body, text);
    };
    let Some(plot) = chart::area(body, LEFT) else {
        return;
    };
    let chart = Chart {
        state,
        panel,
        question,
        bins,
        histograms,
        plot,
        scale: Scale::of(histograms, panel.options.log_counts),
    };
    chart.paint_axes(ui);
    let response = chart.interact(ui);
    let hovered = response.hover_pos().and_then(|at| chart.bin_at(at.x));
    chart.paint_bars(ui, hovered);
    if place.1 {
        let title = format!("Histogram, {}", chart.weight_name());
        summary_bar::title_of_picture(ui, state, panel, plot, &title);
    }
    super::plot::legend_entries(ui, state, panel, plot, queue);
    let detail = chart.detail();
    summary_bar::badge(ui, state, panel, plot, (1.0, detail));
    response
        .widget_info(|| egui::WidgetInfo::labeled(egui::Role::Figure, true, chart.description()));
    if let Some(bin) = hovered {
        response.on_hover_ui_at_pointer(|ui| chart.tooltip(ui, bin));
    }
}

struct Chart<'a> {
    state: &'a AppState,
    panel: &'a Panel,
    question: &'a SummaryQuestion,
    bins: &'a Bins,
    histograms: &'a [Distribution],
    plot: Rect,
    scale: Scale,
}

impl Chart<'_> {
    /// The least and the greatest value across; of named values their positions.
    fn ends(&self) -> [f64; 2] {
        match self.bins {
            Bins::Even { count, .. } => [self.bins.range(0)[0], self.bins.range(count - 1)[1]],
            Bins::Values(values) => [0.0, values.len() as f64],
        }
    }

    fn bar(&self, bin: usize) -> [f32; 2] {
        let width = self.plot.width() / self.bins.len().max(1) as f32;
        let left = self.plot.left() + width * bin as f32;
        [left, left + width]
    }

    fn bin_at(&self, x: f32) -> Option<usize> {
        let share = (x - self.plot.left()) / self.plot.width();
        let bin = (share * self.bins.len() as f32).floor();
        (0.0..self.bins.len() as f32)
            .contains(&bin)
            .then_some(bin as usize)
    }

    fn plotted(&self, idx: usize) -> Option<&PlottedSignal> {
        let signal = &self.question.signals.get(idx)?.signal;
        let mut plotted = self.panel.signals.iter();
        plotted.find(|plotted| plotted.signal == *signal)
    }

    fn color(&self, ui: &Ui, idx: usize) -> Color32 {
        let color_idx = self.plotted(idx).map_or(0, |plotted| plotted.color_idx);
        theme::signal_color(ui.theme(), color_idx)
    }

    fn paint_axes(&self, ui: &Ui) {
        let palette = theme::palette(ui.theme());
        let painter = ui.painter();
        painter.rect_filled(self.plot, 2.0, palette.plot_background);
        let max_ticks = (self.plot.height() / 34.0).clamp(1.0, 8.0) as usize;
        for (value, label) in self.scale.ticks(max_ticks) {
            let y = self.plot.bottom() - self.plot.height() * self.scale.share(value);
            if y < self.plot.top() {
                continue;
            }
            painter.hline(self.plot.x_range(), y, (1.0, palette.grid));
            chart::left_label(painter, self.plot, y, &label, palette.faint_text);
        }
        match self.bins {
            Bins::Even { .. } => self.paint_value_axis(painter, palette),
            Bins::Values(values) => {
                for (bin, value) in values.iter().enumerate() {
                    self.paint_name(ui, bin, *value);
                }
            }
        }
        let frame = (1.0, palette.plot_frame);
        painter.rect_stroke(self.plot, 2.0, frame, egui::StrokeKind::Outside);
    }

    fn paint_value_axis(&self, painter: &Painter, palette: &theme::Palette) {
        let [low, high] = self.ends();
        let max_ticks = (self.plot.width() / 80.0).clamp(1.0, 12.0) as usize;
        for tick in value_ticks([low, high], max_ticks, 0.0) {
            let share = ((tick.value - low) / (high - low)) as f32;
            let x = self.plot.left() + self.plot.width() * share;
            painter.vline(x, self.plot.y_range(), (1.0, palette.grid));
            // The unit stands at the left end; a label there would run into it.
            if x - self.plot.left() < 16.0 && self.unit().is_some() {
                continue;
            }
            let at = pos2(x, self.plot.bottom() + 3.0);
            let font = FontId::proportional(FONT_SIZE);
            painter.text(at, Align2::CENTER_TOP, tick.label, font, palette.faint_text);
        }
        if let Some(unit) = self.unit() {
            let at = pos2(self.plot.left() - theme::TICK_GAP, self.plot.bottom() + 3.0);
            let font = FontId::proportional(FONT_SIZE);
            painter.text(at, Align2::RIGHT_TOP, unit, font, palette.faint_text);
        }
    }

    fn paint_name(&self, ui: &Ui, bin: usize, value: f64) {
        let [left, right] = self.bar(bin);
        let width = right - left;
        if width < MIN_NAME_WIDTH {
            return;
        }
        let color = theme::palette(ui.theme()).faint_text;
        let font = FontId::proportional(FONT_SIZE);
        let mut job = egui::text::LayoutJob::simple_singleline(self.name(value), font, color);
        job.wrap = egui::text::TextWrapping::truncate_at_width(width - 4.0);
        let galley = ui.painter().layout_job(job);
        let x = (left + right - galley.size().x) / 2.0;
        let at = pos2(x, self.plot.bottom() + 3.0);
        ui.painter().galley(at, galley, color);
    }

    fn interact(&self, ui: &Ui) -> Response {
        let id = ui.scope_id().with(("histogram", self.panel.id));
        ui.interact(self.plot, id, Sense::hover())
    }

    fn paint_bars(&self, ui: &Ui, hovered: Option<usize>) {
        let painter = ui.painter().with_clip_rect(self.plot);
        let several = self.histograms.len() > 1;
        let gap = if self.plot.width() / self.bins.len() as f32 > 6.0 {
            1.0
        } else {
            0.0
        };
        for (idx, histogram) in self.histograms.iter().enumerate() {
            let color = self.color(ui, idx);
            let fill = color.gamma_multiply(if several { 0.35 } else { 0.6 });
            for (bin, weight) in histogram.weights.iter().enumerate() {
                if *weight <= 0.0 {
                    continue;
                }
                let [left, right] = self.bar(bin);
                // What is there is seen, however little it is.
                let height = (self.plot.height() * self.scale.share(*weight)).max(1.0);
                let top = self.plot.bottom() - height;
                let bar = Rect::from_min_max(
                    pos2(left + gap / 2.0, top),
                    pos2(right - gap / 2.0, self.plot.bottom()),
                );
                let fill = if hovered == Some(bin) { color } else { fill };
                painter.rect_filled(bar, 0.0, fill);
                painter.hline(bar.x_range(), top, Stroke::new(1.5, color));
            }
        }
    }
}
