//! What a lane says where the pointer is: the state, from which one it came, and for how long.

use canlake_shared::time::{TimeRange, Timestamp};
use egui::{Response, RichText};

use super::input::PlotGeometry;
use super::lane_rows::LaneRows;
use super::{lanes, theme};
use crate::series::Prepared;
use crate::state::{AppState, LoadedSignal, Panel};
use crate::time_display::duration_text;

/// Shows it beside the pointer.
pub(super) fn tooltip(
    state: &AppState,
    panel: &Panel,
    (plot, rows): (&PlotGeometry<'_>, &LaneRows),
    response: &Response,
) {
    let lane = response.hover_pos().and_then(|pointer| {
        let lane = lanes::lanes_of(state, panel).nth(rows.at(pointer.y)?)?;
        Some((lane, plot.time_at(pointer.x)))
    });
    let Some(((plotted, loaded), at)) = lane else {
        return;
    };
    let Some(series) = &loaded.series else {
        return;
    };
    response.clone().on_hover_ui_at_pointer(|ui| {
        ui.label(RichText::new(state.signal_name(&plotted.signal)).strong());
        // The other font has no arrow.
        let text = RichText::new(text_at(loaded, series, at.as_ns()));
        ui.label(text.font(theme::tabular(12.0)));
    });
}

/// The state at a time, from which one it came, and for how long it held.
fn text_at(loaded: &LoadedSignal, series: &Prepared, at: i64) -> String {
    let sample = match series.sample_at(at) {
        None => return "no sample yet".to_owned(),
        Some(sample) if sample.in_gap => return "gap".to_owned(),
        Some(sample) => sample,
    };
    let (times, values, gaps) = (series.times(), series.values(), series.gaps());
    let now = lanes::text_of(loaded, sample.value);
    let began = series.previous_change(at + 1);
    let next = series.next_change(at);
    // Of what ends with a gap, the last sample before it is known.
    let ends_in_gap = next.is_some_and(|idx| gaps.is_before(idx));
    let end = match next {
        Some(idx) if !ends_in_gap => idx,
        _ => next.unwrap_or(times.len()) - 1,
    };
    let length = TimeRange::new(
        Timestamp::from_ns(times[began.unwrap_or(0)]),
        Timestamp::from_ns(times[end]),
    );
    let before = began.and_then(|idx| Some((idx, idx.checked_sub(1)?)));
    let change = match before {
        None => now,
        Some((idx, _)) if gaps.is_before(idx) => format!("gap → {now}"),
        Some((_, before)) => format!("{} → {now}", lanes::text_of(loaded, values[before])),
    };
    let begins_in_gap = before.is_none_or(|(idx, _)| gaps.is_before(idx));
    let at_least = if begins_in_gap || ends_in_gap || next.is_none() {
        "at least "
    } else {
        ""
    };
    let until = match next {
        None => ", until the last sample",
        Some(_) if ends_in_gap => ", until a gap",
        Some(_) => "",
    };
    let length = duration_text(length.duration_ns());
    format!("{change}, {at_least}{length}{until}")
}
