//! Period, jitter, coverage and gaps of a signal.

use canlake_shared::time::{TimeRange, Timestamp};
use egui::{RichText, ScrollArea, Sense, Ui, pos2, vec2};

use super::super::theme;
use super::{Facts, remark, section, warning};
use crate::command::{Command, CommandQueue};
use crate::series::{Gap, GapCause, Histogram, Intervals, Rhythm};
use crate::source::SignalInfo;
use crate::state::inspector::{InspectorCommand, Timing};
use crate::state::{AppState, SignalRef};
use crate::time_display::{count_text, duration_text};

const HISTOGRAM_HEIGHT: f32 = 54.0;
const GAP_HEIGHT: f32 = 18.0;

/// Draws the sections: timing and gaps.
pub(super) fn show(
    ui: &mut Ui,
    state: &AppState,
    signal: &SignalRef,
    info: &SignalInfo,
    queue: &mut CommandQueue,
) {
    let asked = &state.inspector.timing;
    section(ui, "Timing", |ui| {
        match (asked.answer(), asked.has_stopped()) {
            (Some(timing), _) => timing_facts(ui, state, info, timing),
            (None, Some(how)) => warning(ui, &format!("The measurement {how}.")),
            (None, None) if asked.is_waiting() => {
                ui.spinner();
            }
            (None, None) => {
                Facts::new(ui).add("expected", expected_text(state, info));
                if !state.workspace.contains(signal) {
                    remark(
                        ui,
                        "Plot the signal to measure its period and find its gaps.",
                    );
                }
            }
        }
    });
    if let Some(timing) = asked.answer() {
        section(ui, "Gaps", |ui| gaps(ui, state, timing, queue));
    }
}

fn expected_ns(state: &AppState, info: &SignalInfo) -> Option<u64> {
    let definition = state.inspector.definition.answer();
    let definition = definition.and_then(|answer| answer.definition.as_ref().ok());
    let declared = definition.and_then(|definition| {
        // A multiplexed signal is in some of the frames only.
        let is_always_there = definition.signal().multiplexing.selector.is_none();
        definition
            .message()
            .cycle_time_ms
            .filter(|_| is_always_there)
    });
    let ms = info.cycle_time_ms.or(declared)?;
    Some(u64::from(ms) * 1_000_000)
}

fn expected_text(state: &AppState, info: &SignalInfo) -> String {
    match expected_ns(state, info) {
        Some(period) => ns_text(period),
        None if info.on_change => "none: sent on change".to_owned(),
        None => "none declared".to_owned(),
    }
}

fn timing_facts(ui: &mut Ui, state: &AppState, info: &SignalInfo, timing: &Timing) {
    let mut facts = Facts::new(ui);
    facts.add("expected", expected_text(state, info));
    let Some(intervals) = &timing.intervals else {
        facts.add("measured", "no two samples follow each other");
        return;
    };
    let measured = ns_text(intervals.median_ns);
    let deviation = expected_ns(state, info)
        .filter(|it| *it > 0)
        .map(|expected| {
            let share = intervals.median_ns as f64 / expected as f64 - 1.0;
            format!(" ({:+.1} %)", 100.0 * share).replace('-', "−")
        });
    facts.add(
        "measured",
        format!("{measured}{} median", deviation.unwrap_or_default()),
    );
    facts.add("shortest", ns_text(intervals.min_ns));
    facts.add("longest", ns_text(intervals.max_ns));
    facts.add("mean", ns_text(intervals.mean_ns as u64));
    facts.add(
        "jitter",
        format!("{} standard deviation", ns_text(intervals.std_ns as u64)),
    );
    if intervals.zeros > 0 {
        let zeros = count_text(intervals.zeros as u64);
        facts.add(
            "same time",
            format!("{zeros} samples have the time of the one before"),
        );
    }
    histogram(ui, intervals);
}

fn ns_text(ns: u64) -> String {
    duration_text(i64::try_from(ns).unwrap_or(i64::MAX))
}

/// How many intervals there are of which length.
fn histogram(ui: &mut Ui, intervals: &Intervals) {
    let Histogram {
        start_ns,
        width_ns,
        counts,
        below,
        above,
    } = &intervals.histogram;
    let most = counts.iter().copied().max().unwrap_or(0);
    if counts.len() < 2 || most == 0 {
        return;
    }
    let palette = theme::palette(ui.theme());
    let size = vec2(ui.available_width(), HISTOGRAM_HEIGHT);
    let (rect, response) = ui.allocate_exact_size(size, Sense::hover());
    let painter = ui.painter_at(rect);
    painter.rect_filled(rect, 2.0, palette.plot_background);
    let width = rect.width() / counts.len() as f32;
    for (idx, count) in counts.iter().enumerate() {
        // A lone interval is seen as well.
        let share = *count as f32 / most as f32;
        let height = if *count == 0 {
            0.0
        } else {
            (share * (rect.height() - 2.0)).max(1.0)
        };
        let left = rect.left() + width * idx as f32;
        let bar = egui::Rect::from_min_max(
            pos2(left + 0.5, rect.bottom() - height),
            pos2(left + width - 0.5, rect.bottom()),
        );
        painter.rect_filled(bar, 0.0, palette.session);
    }
    let ends = (*start_ns, start_ns + width_ns * counts.len() as u64);
    let caption = format!("{} to {}", ns_text(ends.0), ns_text(ends.1));
    response.widget_info(|| {
        egui::WidgetInfo::labeled(
            egui::Role::Image,
            true,
            format!("Histogram of intervals, {caption}"),
        )
    });
    if let Some(at) = response.hover_pos() {
        let idx = ((at.x - rect.left()) / width).max(0.0) as usize;
        let idx = idx.min(counts.len() - 1);
        let from = start_ns + width_ns * idx as u64;
        let text = format!(
            "{} to {}: {} intervals",
            ns_text(from),
            ns_text(from + width_ns),
            count_text(counts.get(idx).copied().unwrap_or(0) as u64)
        );
        response.on_hover_text(text);
    }
    let outside = below + above;
    let outside = match outside {
        0 => String::new(),
        outside => format!("; {} are outside", count_text(outside as u64)),
    };
    remark(ui, &format!("intervals of {caption}{outside}"));
}

fn gaps(ui: &mut Ui, state: &AppState, timing: &Timing, queue: &mut CommandQueue) {
    let coverage = timing.coverage;
    let mut facts = Facts::new(ui);
    facts.add(
        "coverage",
        format!(
            "{} of {} loaded",
            percent(coverage.share()),
            ns_text(coverage.of_ns)
        ),
    );
    let count = timing.gap_count;
    let total = ns_text(timing.gap_total_ns);
    facts.add(
        "gaps",
        match count {
            0 => "none".to_owned(),
            1 => format!("1, {total}"),
            _ => format!("{}, together {total}", count_text(count as u64)),
        },
    );
    facts.add("judged by", rhythm_text(timing.rhythm));
    if count == 0 {
        return;
    }
    let height = GAP_HEIGHT * (timing.gaps.len().min(8) as f32) + 4.0;
    ScrollArea::vertical()
        .id_salt("gaps")
        .max_height(height)
        .auto_shrink([false, true])
        .show_rows(ui, GAP_HEIGHT, timing.gaps.len(), |ui, visible| {
            for gap in timing.gaps.get(visible).unwrap_or_default() {
                gap_row(ui, state, timing, gap, queue);
            }
        });
    if timing.gaps.len() < count {
        let listed = count_text(timing.gaps.len() as u64);
        remark(ui, &format!("The first {listed} are listed."));
    }
}

fn gap_row(ui: &mut Ui, state: &AppState, timing: &Timing, gap: &Gap, queue: &mut CommandQueue) {
    let start = Timestamp::from_ns(gap.start);
    let resolution = super::super::plot::time_resolution(state).min(1_000_000);
    let time = state.zone().date_time(start - timing.shift_ns, resolution);
    let length = ns_text(gap.duration_ns());
    let cause = match gap.cause {
        GapCause::Silence => "silent",
        GapCause::RecordingGap => "not recorded",
    };
    let text = RichText::new(format!("{time}  {length}")).font(theme::tabular(11.0));
    let row = ui.horizontal(|ui| {
        ui.set_height(GAP_HEIGHT - 2.0);
        let label = ui.selectable_label(false, text);
        remark(ui, cause);
        label
    });
    let row = row.inner.on_hover_text("Show it");
    row.widget_info(|| {
        let label = format!("Gap of {length} from {time}, {cause}");
        egui::WidgetInfo::labeled(egui::Role::Button, true, label)
    });
    if row.clicked() {
        let range = TimeRange::new(start, Timestamp::from_ns(gap.end));
        queue.send(Command::Inspector(InspectorCommand::JumpTo(range)));
    }
}

fn rhythm_text(rhythm: Rhythm) -> String {
    match rhythm {
        Rhythm::Cycle(ns) => format!("5 × the cycle time of {}", ns_text(ns)),
        Rhythm::Measured(ns) => format!("5 × the intervals around, about {}", ns_text(ns)),
        Rhythm::OnChange => "recording gaps alone: it is sent on change".to_owned(),
        Rhythm::Dispersed => "recording gaps alone: it has no period".to_owned(),
        Rhythm::Unknown => "recording gaps alone: too few samples".to_owned(),
    }
}

/// Never rounded up to all.
fn percent(share: f64) -> String {
    let text = format!("{:.2} %", 100.0 * share);
    if share < 1.0 && text == "100.00 %" {
        "99.99 %".to_owned()
    } else {
        text
    }
}
