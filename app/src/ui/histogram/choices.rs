//! What can be chosen for a histogram.

use egui::{RichText, Ui};

use crate::command::CommandQueue;
use crate::series::MAX_BINS;
use crate::state::{Panel, SampleWeight};
use crate::ui::summary_bar;

const RULE: &str = "bins of 2 × interquartile range ÷ cube root of n (Freedman and Diaconis), 200 at most; \
                    type a number to choose them yourself, nothing for the rule";

/// The choices in the bar on top.
pub(super) fn choices(ui: &mut Ui, panel: &Panel, queue: &mut CommandQueue) {
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
