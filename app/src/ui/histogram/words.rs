//! What a histogram says: names, the tooltip, and what assistive technology is told.

use std::fmt::Write as _;

use egui::{RichText, Ui};

use super::Chart;
use crate::series::{Bins, Weight};
use crate::state::SummaryTask;
use crate::time_display::{count_text, duration_text};
use crate::ui::plot::{label_of, value_text};
use crate::ui::theme;

impl Chart<'_> {
    fn is_by_time(&self) -> bool {
        let SummaryTask::Histogram { weight, .. } = &self.question.task else {
            return false;
        };
        *weight == Weight::Time
    }

    pub(super) fn weight_name(&self) -> &'static str {
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

    /// The unit of all signals, if they have the same.
    pub(super) fn unit(&self) -> Option<&str> {
        let mut units = self
            .question
            .signals
            .iter()
            .filter_map(|part| Some(&*self.state.store.get(&part.signal)?.info.unit));
        let first = units.next()?;
        units.all(|unit| unit == first).then_some(first)
    }

    /// The text of a named value.
    pub(super) fn name(&self, value: f64) -> String {
        let loaded = self
            .question
            .signals
            .iter()
            .filter_map(|part| self.state.store.get(&part.signal));
        let mut names = loaded.filter_map(|loaded| label_of(loaded, value));
        names
            .next()
            .map_or_else(|| value_text(value), str::to_owned)
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
    pub(super) fn tooltip(&self, ui: &mut Ui, bin: usize) {
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
    pub(super) fn detail(&self) -> String {
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

    pub(super) fn description(&self) -> String {
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
