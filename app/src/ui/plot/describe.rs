//! What a plot tells assistive technology, and tests: which signals, from when to when, between which
//! values, their mean, and what they are at the cursors.
//!
//! The plot itself tells it of its first signals; each signal has a node of its own below it, however
//! many there are, and whether or not its legend or its lane is scrolled out of sight.

use egui::{Response, Role, Sense, Ui, WidgetInfo};

use super::legend::labelled_value;
use super::{Curve, PanelCurves, PanelFrame, form_of, lanes, value_text};
use crate::series::Stats;
use crate::state::{AppState, Cursor, Form, LoadState, LoadedSignal, PlottedSignal, Summary};

/// Signals that the plot itself tells of one by one; of more only the number.
const MAX_SIGNALS: usize = 20;

/// Tells of a plot and of all its signals.
pub(super) fn plot(
    ui: &Ui,
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
            text.push_str(&signal(state, frame, plotted, curves));
        }
        WidgetInfo::labeled(Role::Figure, true, text)
    });
    if !ui.ctx().has_accesskit_node(response.id) {
        // Nobody listens.
        return;
    }
    for plotted in &frame.panel.signals {
        let id = response.id.with(&plotted.signal);
        let node = ui.interact(response.rect, id, Sense::hover());
        node.widget_info(|| {
            let text = signal(state, frame, plotted, curves);
            WidgetInfo::labeled(Role::ListItem, true, text)
        });
    }
}

/// Tells of the lanes of a plot which they are; what is in them is told signal by signal.
pub(super) fn lanes(response: &Response, state: &AppState, frame: &PanelFrame<'_>) {
    response.widget_info(|| {
        let names: Vec<_> = lanes::lanes_of(state, frame.panel)
            .map(|(plotted, _)| state.signal_name(&plotted.signal))
            .collect();
        let text = format!("{} lanes: {}", names.len(), names.join(", "));
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

fn signal(
    state: &AppState,
    frame: &PanelFrame<'_>,
    plotted: &PlottedSignal,
    curves: &PanelCurves,
) -> String {
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
    if !plotted.visible {
        facts.push("hidden".to_owned());
        return format!("{name}: {}", facts.join(", "));
    }
    let stats = stats(state, frame, plotted);
    if form_of(plotted, &loaded.info) == Form::Lane {
        facts.extend(stats.map(|stats| states(loaded, stats)));
    } else {
        if let Some(curve) = curves.get(&plotted.signal) {
            facts.push(range(loaded, curve));
        }
        let means = stats.into_iter().flat_map(|stats| {
            let names = [("mean", stats.mean), ("standard deviation", stats.std)];
            names
                .into_iter()
                .filter_map(|(name, value)| Some((name, value?)))
        });
        facts.extend(means.map(|(name, value)| format!("{name} {}", value_text(value))));
    }
    for (cursor, name) in [(Cursor::A, "A"), (Cursor::B, "B")] {
        if let Some(instant) = state.cursors.get(cursor) {
            facts.push(format!("{} at {name}", value_at(loaded, instant.as_ns())));
        }
    }
    format!("{name}: {}", facts.join(", "))
}

/// The least and the greatest visible value, and of how many.
fn range(loaded: &LoadedSignal, curve: &Curve) -> String {
    let view = curve.view();
    let range = view.y_range().map(|(low, high)| {
        let (low, high) = (value_text(low), value_text(high));
        format!("{low} to {high} {}", loaded.info.unit)
    });
    let range = range.unwrap_or_else(|| "no values".to_owned());
    let n_samples = view.visible_samples();
    format!("{} in {n_samples} samples", range.trim_end())
}

/// The same of a lane, by the names of its values.
fn states(loaded: &LoadedSignal, stats: &Stats) -> String {
    let range = stats.min.zip(stats.max).map(|(low, high)| {
        let [low, high] = [low, high].map(|timed| lanes::text_of(loaded, timed.value));
        if low == high {
            format!("always {low}")
        } else {
            format!("{low} to {high}")
        }
    });
    let range = range.unwrap_or_else(|| "no values".to_owned());
    format!("{range} in {} samples", stats.count)
}

/// The statistics of what is visible, once they have been worked out.
fn stats<'a>(
    state: &'a AppState,
    frame: &PanelFrame<'_>,
    plotted: &PlottedSignal,
) -> Option<&'a Stats> {
    let (question, summary) = state.summaries.get(frame.panel.id)?;
    let Summary::Statistics(stats) = summary else {
        return None;
    };
    let mut parts = question.signals.iter();
    let idx = parts.position(|part| part.signal == plotted.signal)?;
    let is_current = question.range == frame.window.visible();
    stats.get(idx).filter(|_| is_current)
}

fn value_at(loaded: &LoadedSignal, time_ns: i64) -> String {
    let series = loaded.series.as_ref();
    match series.and_then(|series| series.sample_at(time_ns)) {
        Some(sample) if sample.in_gap => "gap".to_owned(),
        Some(sample) => labelled_value(loaded, sample.value),
        None => "nothing".to_owned(),
    }
}
