//! What a plot tells assistive technology, and tests: which signals, from when to when, between which
//! values, and what they are at the cursors.

use egui::{Response, Role, WidgetInfo};

use super::legend::labelled_value;
use super::{PanelCurves, PanelFrame, value_text};
use crate::state::{AppState, Cursor, LoadState, LoadedSignal, PlottedSignal};

/// Signals that are told one by one; of more only the number.
const MAX_SIGNALS: usize = 20;

/// Tells it.
pub(crate) fn plot(
    response: &Response,
    state: &AppState,
    frame: &PanelFrame<'_>,
    curves: &PanelCurves,
) {
    response.widget_info(|| {
        let mut text = title(state, frame);
        let shown = frame.panel.signals.iter().filter(|it| it.visible);
        for plotted in shown.take(MAX_SIGNALS) {
            text.push_str(". ");
            text.push_str(&signal(state, plotted, curves));
        }
        WidgetInfo::labeled(Role::Figure, true, text)
    });
}

fn title(state: &AppState, frame: &PanelFrame<'_>) -> String {
    let signals = &frame.panel.signals;
    let names: Vec<_> = signals
        .iter()
        .take(MAX_SIGNALS)
        .map(|plotted| state.signal_name(&plotted.signal))
        .collect();
    let more = match signals.len().saturating_sub(MAX_SIGNALS) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let visible = frame.window.visible();
    let zone = state.zone();
    format!(
        "Plot of {}{more} from {} to {}",
        names.join(", "),
        zone.iso_8601(visible.start),
        zone.iso_8601(visible.end)
    )
}

fn signal(state: &AppState, plotted: &PlottedSignal, curves: &PanelCurves) -> String {
    let name = state.signal_name(&plotted.signal);
    let Some(loaded) = state.store.get(&plotted.signal) else {
        return format!("{name}: not loaded");
    };
    let mut facts = Vec::new();
    match &loaded.state {
        LoadState::Complete => {}
        LoadState::Loading { .. } => facts.push("still loading".to_owned()),
        LoadState::Partial(_) => facts.push("partial".to_owned()),
        LoadState::Failed(_) => facts.push("failed".to_owned()),
    }
    if let Some(view) = curves.get(&plotted.signal).map(super::Curve::view) {
        let range = view.y_range().map(|(low, high)| {
            let (low, high) = (value_text(low), value_text(high));
            format!("{low} to {high} {}", loaded.info.unit)
        });
        let n_samples = view.visible_samples();
        let range = range.unwrap_or_else(|| "no values".to_owned());
        facts.push(format!("{} in {n_samples} samples", range.trim_end()));
    }
    for (cursor, name) in [(Cursor::A, "A"), (Cursor::B, "B")] {
        if let Some(instant) = state.cursors.get(cursor) {
            facts.push(format!("{} at {name}", value_at(loaded, instant.as_ns())));
        }
    }
    format!("{name}: {}", facts.join(", "))
}

fn value_at(loaded: &LoadedSignal, time_ns: i64) -> String {
    let series = loaded.series.as_ref();
    match series.and_then(|series| series.sample_at(time_ns)) {
        Some(sample) if sample.in_gap => "gap".to_owned(),
        Some(sample) => labelled_value(loaded, sample.value),
        None => "nothing".to_owned(),
    }
}
