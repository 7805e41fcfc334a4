//! How the values of signals are distributed: bars over their bins.

use std::fmt::Write as _;

use egui::{Align2, Color32, FontId, Painter, Rect, Response, RichText, Sense, Stroke, Ui, pos2};

use super::plot::{value_text, value_ticks};
use super::{summary_bar, theme};
use crate::command::CommandQueue;
use crate::series::{Bins, Distribution, MAX_BINS};
use crate::state::{AppState, Panel, PlottedSignal, SampleWeight, Summary, SummaryQuestion};
use crate::time_display::{count_text, duration_text};

const LEFT: f32 = 58.0;
const BOTTOM: f32 = 20.0;
const FONT_SIZE: f32 = 11.0;
/// What a bar is named by its number is only for bars at least this wide, in points.
const MIN_NAME_WIDTH: f32 = 22.0;
const RULE: &str = "bins of 2 × interquartile range ÷ cube root of n (Freedman and Diaconis), 200 at most; \
                    type a number to choose them yourself, nothing for the rule";

/// Draws the panel.
pub(crate) fn show(
    ui: &mut Ui,
    state: &AppState,
    panel: &Panel,
    (rect, is_picture): (Rect, bool),
    queue: &mut CommandQueue,
) {
    let (bar, body) = summary_bar::split(rect, is_picture);
    if !is_picture {
        summary_bar::show(ui, state, panel, bar, queue, |ui, queue| {
            choices(ui, panel, queue);
        });
    }
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
    let plot = Rect::from_min_max(
        pos2(body.left() + LEFT, body.top() + 6.0),
        pos2(body.right() - 10.0, body.bottom() - BOTTOM),
    );
    if plot.width() < 20.0 || plot.height() < 20.0 {
        return;
    }
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
    if is_picture {
        let title = format!("Histogram, {}", chart.weight_name());
        summary_bar::title_of_picture(ui, state, panel, plot, &title);
    }
    chart.legend(ui, queue);
    let detail = chart.detail();
    summary_bar::badge(ui, state, panel, plot, (1.0, detail));
    response
        .widget_info(|| egui::WidgetInfo::labeled(egui::Role::Figure, true, chart.description()));
    if let Some(bin) = hovered {
        response.on_hover_ui_at_pointer(|ui| chart.tooltip(ui, bin));
    }
}

fn choices(ui: &mut Ui, panel: &Panel, queue: &mut CommandQueue) {
    ui.separator();
    for (weight, text, hint) in [
        (
            SampleWeight::Samples,
            "By samples",
            "every sample counts one",
        ),
        (
            SampleWeight::Time,
            "By time",
            "a sample counts for as long as its value held",
        ),
    ] {
        let is_chosen = panel.options.weight == weight;
        let label = ui.selectable_label(is_chosen, RichText::new(text).size(12.0));
        if label.on_hover_text(hint).clicked() {
            summary_bar::set(panel, queue, |options| options.weight = weight);
        }
    }
    ui.separator();
    let hint = ("Logarithmic", "counts on a logarithmic axis");
    summary_bar::switch(ui, panel, queue, hint, |options| &mut options.log_counts);
    ui.label(RichText::new("Bins").size(12.0));
    n_bins(ui, panel, queue);
}

/// The field for the number of bins: empty leaves it to the rule.
fn n_bins(ui: &mut Ui, panel: &Panel, queue: &mut CommandQueue) {
    let id = ui.scope_id().with(("bins", panel.id));
    let chosen = panel.options.bins;
    let current = chosen.map(|bins| bins.to_string()).unwrap_or_default();
    let mut text: String = ui
        .data(|data| data.get_temp(id))
        .unwrap_or_else(|| current.clone());
    let field = egui::TextEdit::singleline(&mut text)
        .hint_text("auto")
        .char_limit(4)
        .desired_width(46.0);
    let response = ui.add(field).on_hover_text(RULE);
    let enabled = ui.is_enabled();
    response.widget_info(|| {
        let mut info = egui::WidgetInfo::text_edit(enabled, &current, &text, "auto");
        info.label = Some("Number of bins".to_owned());
        info
    });
    if response.has_focus() {
        ui.data_mut(|data| data.insert_temp(id, text));
        return;
    }
    if response.lost_focus() {
        let typed = text.trim().parse::<u32>().ok();
        let bins = typed.map(|bins| bins.clamp(1, MAX_BINS as u32));
        if bins != chosen {
            summary_bar::set(panel, queue, |options| options.bins = bins);
        }
    }
    ui.data_mut(|data| data.remove_temp::<String>(id));
}

/// What a height means.
#[derive(Clone, Copy)]
struct Scale {
    most: f64,
    /// The weight at the bottom of a logarithmic axis.
    floor: Option<f64>,
}

impl Scale {
    fn of(histograms: &[Distribution], is_log: bool) -> Self {
        let weights = histograms.iter().flat_map(|it| &it.weights);
        let positive = weights.copied().filter(|weight| *weight > 0.0);
        let most = positive.clone().fold(0.0, f64::max);
        let least = positive.fold(f64::INFINITY, f64::min);
        Self {
            most: if most > 0.0 { most } else { 1.0 },
            floor: (is_log && least.is_finite()).then_some(least / 2.0),
        }
    }

    /// The height of a weight, as a share.
    fn share(self, weight: f64) -> f32 {
        let share = match self.floor {
            None => weight / self.most,
            Some(floor) if weight > floor => (weight / floor).ln() / (self.most / floor).ln(),
            Some(_) => 0.0,
        };
        // Room for the badge.
        share as f32 * 0.92
    }

    fn ticks(self, max_ticks: usize) -> Vec<(f64, String)> {
        match self.floor {
            None => value_ticks([0.0, self.most * 1.05], max_ticks, 0.0)
                .into_iter()
                .map(|tick| (tick.value, tick.label))
                .collect(),
            Some(floor) => {
                let (low, high) = (
                    floor.log10().ceil() as i32,
                    self.most.log10().floor() as i32,
                );
                let step = ((high - low) / max_ticks.max(1) as i32 + 1) as usize;
                (low..=high)
                    .step_by(step)
                    .map(|exponent| 10_f64.powi(exponent))
                    .map(|value| (value, value_text(value)))
                    .collect()
            }
        }
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
    fn is_by_time(&self) -> bool {
        let crate::state::SummaryTask::Histogram { weight, .. } = &self.question.task else {
            return false;
        };
        *weight == crate::series::Weight::Time
    }

    fn weight_name(&self) -> &'static str {
        if self.is_by_time() {
            "seconds"
        } else {
            "samples"
        }
    }

    fn weight_text(&self, weight: f64) -> String {
        if self.is_by_time() {
            duration_text((weight * 1e9) as i64)
        } else {
            count_text(weight as u64)
        }
    }

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
        let font = FontId::proportional(FONT_SIZE);
        let max_ticks = (self.plot.height() / 34.0).clamp(1.0, 8.0) as usize;
        for (value, label) in self.scale.ticks(max_ticks) {
            let y = self.plot.bottom() - self.plot.height() * self.scale.share(value);
            if y < self.plot.top() {
                continue;
            }
            painter.hline(self.plot.x_range(), y, (1.0, palette.grid));
            let at = pos2(self.plot.left() - theme::TICK_GAP, y);
            let color = palette.faint_text;
            painter.text(at, Align2::RIGHT_CENTER, label, font.clone(), color);
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

    /// The unit of all signals, if they have the same.
    fn unit(&self) -> Option<&str> {
        let mut units = self
            .question
            .signals
            .iter()
            .filter_map(|part| Some(&*self.state.store.get(&part.signal)?.info.unit));
        let first = units.next()?;
        units.all(|unit| unit == first).then_some(first)
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

    /// The text of a named value.
    fn name(&self, value: f64) -> String {
        let loaded = self
            .question
            .signals
            .iter()
            .filter_map(|part| self.state.store.get(&part.signal));
        let mut names = loaded.filter_map(|loaded| super::plot::label_of(loaded, value));
        names
            .next()
            .map_or_else(|| value_text(value), str::to_owned)
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

    /// Names of the signals; a click hides or shows one.
    fn legend(&self, ui: &mut Ui, queue: &mut CommandQueue) {
        super::plot::legend_entries(ui, self.state, self.panel, self.plot, queue);
    }

    fn bin_name(&self, bin: usize) -> String {
        let [start, end] = self.bins.range(bin);
        let unit = self.unit().unwrap_or_default();
        match self.bins {
            Bins::Even { width, .. } if *width == 1.0 && start.fract().abs() == 0.5 => {
                format!("{} {unit}", value_text(start + 0.5))
            }
            Bins::Even { .. } => {
                format!("{} to {} {unit}", value_text(start), value_text(end))
            }
            Bins::Values(_) => format!("{} ({})", self.name(start), value_text(start)),
        }
    }

    /// What is in a bin, of each signal.
    fn tooltip(&self, ui: &mut Ui, bin: usize) {
        ui.label(RichText::new(self.bin_name(bin)).strong());
        for (idx, histogram) in self.histograms.iter().enumerate() {
            let Some(plotted) = self.plotted(idx) else {
                continue;
            };
            let weight = histogram.weights.get(bin).copied().unwrap_or_default();
            ui.horizontal(|ui| {
                let name = self.state.signal_name(&plotted.signal);
                ui.label(RichText::new(name).color(self.color(ui, idx)));
                let share = share_text(weight, histogram.total);
                let text = format!("{} {}", self.weight_text(weight), self.weight_unit());
                ui.label(RichText::new(text).font(theme::tabular(12.0)));
                ui.label(RichText::new(share).font(theme::tabular(12.0)));
            });
        }
    }

    fn weight_unit(&self) -> &'static str {
        if self.is_by_time() { "" } else { "samples" }
    }

    /// What the badge says when the pointer is on it.
    fn detail(&self) -> String {
        let mut text = format!("{} bins, from all samples.", self.bins.len());
        for (idx, histogram) in self.histograms.iter().enumerate() {
            let Some(plotted) = self.plotted(idx) else {
                continue;
            };
            let name = self.state.signal_name(&plotted.signal);
            let total = self.weight_text(histogram.total);
            // Writing to a text cannot fail.
            write!(text, "\n{name}: {total} {}", self.weight_unit()).ok();
            if histogram.other > 0.0 {
                let other = self.weight_text(histogram.other);
                write!(text, ", {other} of values without a name").ok();
            }
            if histogram.left_out > 0 {
                let missing = count_text(histogram.left_out as u64);
                write!(text, ", {missing} missing or infinite left out").ok();
            }
        }
        text
    }

    fn description(&self) -> String {
        let signals = self.question.signals.iter();
        let names: Vec<_> = signals
            .map(|part| self.state.signal_name(&part.signal))
            .collect();
        let [low, high] = match self.bins {
            Bins::Even { .. } => self.ends(),
            Bins::Values(values) => [
                values.first().copied().unwrap_or(f64::NAN),
                values.last().copied().unwrap_or(f64::NAN),
            ],
        };
        let totals: Vec<_> = self
            .histograms
            .iter()
            .map(|histogram| self.weight_text(histogram.total))
            .collect();
        format!(
            "Histogram of {}: {} bins from {} to {}, {} {}",
            names.join(", "),
            self.bins.len(),
            value_text(low),
            value_text(high),
            totals.join(", "),
            self.weight_unit(),
        )
        .trim_end()
        .to_owned()
    }
}

fn share_text(weight: f64, total: f64) -> String {
    if total > 0.0 {
        format!("{:.2} %", 100.0 * weight / total)
    } else {
        "–".to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scale(weights: &[f64], is_log: bool) -> Scale {
        let histogram = Distribution {
            weights: weights.to_vec(),
            ..Distribution::default()
        };
        Scale::of(&[histogram], is_log)
    }

    #[test]
    fn one_sample_is_seen_beside_a_million_on_a_logarithmic_axis() {
        let linear = scale(&[1.0, 1e6, 0.0], false);
        let log = scale(&[1.0, 1e6, 0.0], true);
        assert!(linear.share(1.0) < 0.001 && log.share(1.0) > 0.03);
        for scale in [linear, log] {
            assert_eq!(scale.share(0.0), 0.0);
            assert!((scale.share(1e6) - 0.92).abs() < 1e-6);
            assert!(!scale.ticks(5).is_empty() && scale.ticks(5).len() <= 7);
        }
        assert_eq!(scale(&[0.0], true).share(0.0), 0.0);
    }
}
