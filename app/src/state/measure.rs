//! Cursors at work: stepping along a signal, and what stands at them.

use canlake_shared::time::{TimeRange, Timestamp};

use super::{AppState, Cursor, Effect, PanelKind, Place, Severity, SignalRef};
use crate::command::PlotTarget;
use crate::series::Prepared;

/// A move along a signal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// So many samples, back when negative.
    Samples(i32),
    /// To the change of value or gap before.
    PreviousChange,
    /// To the next change of value or gap.
    NextChange,
}

impl AppState {
    /// The signal that the keys step along: the one that was chosen, else the first of the active
    /// panel, else the first of all.
    pub fn stepped_signal(&self) -> Option<&SignalRef> {
        let chosen = self.selected_signal.as_ref();
        if let Some(chosen) = chosen.filter(|chosen| self.workspace.contains(chosen)) {
            return Some(chosen);
        }
        let active = self
            .workspace
            .active()
            .and_then(|id| self.workspace.panel(id));
        let panels = active.into_iter().chain(self.workspace.panels());
        let mut plotted = panels.flat_map(|panel| &panel.signals);
        plotted
            .find(|plotted| plotted.visible)
            .map(|plotted| &plotted.signal)
    }

    /// The time of the sample of the stepped signal that is nearest to an instant.
    pub fn nearest_sample(&self, instant: Timestamp) -> Timestamp {
        let series = self
            .stepped_signal()
            .and_then(|signal| self.store.get(signal)?.series.as_ref());
        let Some(series) = series else {
            return instant;
        };
        let time = instant.as_ns();
        let before = series.sample_at(time).map(|sample| sample.time);
        let after = series
            .next_sample(time)
            .and_then(|index| series.times().get(index).copied());
        let nearest = [before, after]
            .into_iter()
            .flatten()
            .min_by_key(|candidate| candidate.abs_diff(time));
        nearest.map_or(instant, Timestamp::from_ns)
    }

    /// Moves the active cursor along a signal; it appears in the middle when there is none.
    pub(super) fn step(&mut self, step: Step) {
        let Some(middle) = self.middle() else {
            return;
        };
        let from = self.cursors.active_instant().unwrap_or(middle);
        let series = self
            .stepped_signal()
            .and_then(|signal| self.store.get(signal)?.series.as_ref());
        let target = series.and_then(|series| stepped(series, from.as_ns(), step));
        let instant = target.map_or(from, Timestamp::from_ns);
        self.cursors.place(instant);
        self.bring_into_view(instant);
    }

    /// Puts the active cursor somewhere and shows that time.
    pub(super) fn jump_to_instant(&mut self, instant: Timestamp) {
        self.cursors.place(instant);
        self.bring_into_view(instant);
    }

    /// Shows, activates or hides a cursor. It appears at the pointer, else in the middle.
    pub(super) fn toggle_cursor(&mut self, cursor: Cursor) {
        if let Some(middle) = self.middle() {
            let instant = self.hovered_in_window().unwrap_or(middle);
            self.cursors.toggle(cursor, instant);
        }
    }

    /// Shows the stretch of time from one cursor to the other.
    pub(super) fn show_between_cursors(&mut self) {
        if let Some((a, b)) = self.cursors.both() {
            self.change_window(|window| window.set(TimeRange::new(a.min(b), a.max(b))));
        }
    }

    /// Moves the active cursor to where a signal of the active panel falls silent next, or did before,
    /// and shows all of that gap.
    pub(super) fn jump_to_gap(&mut self, forward: bool) {
        let Some(middle) = self.middle() else {
            return;
        };
        let from = self.cursors.active_instant().unwrap_or(middle).as_ns();
        let gap = self.gap_signals().into_iter().filter_map(|signal| {
            let series = self.store.get(signal)?.series.as_ref()?;
            if forward {
                series.next_gap(from)
            } else {
                series.previous_gap(from)
            }
        });
        let gap = if forward {
            gap.min_by_key(|gap| gap.start)
        } else {
            gap.max_by_key(|gap| gap.start)
        };
        let Some(gap) = gap else {
            let title = if forward {
                "no gap after the cursor"
            } else {
                "no gap before the cursor"
            };
            self.notices.add(Severity::Info, title, "");
            return;
        };
        let range = TimeRange::new(Timestamp::from_ns(gap.start), Timestamp::from_ns(gap.end));
        self.cursors.place(range.start);
        self.change_window(|window| {
            let visible = window.visible();
            if !visible.contains(range.start) || !visible.contains(range.end) {
                // At the length that it has, unless the gap needs more.
                let length = visible.duration_ns().max(range.duration_ns() / 2 * 3);
                let start = range.start + (range.duration_ns() / 2 - length / 2);
                window.set(TimeRange::new(start, start + length));
            }
        });
    }

    /// The signals whose gaps are jumped to: those of the active panel, else of all.
    pub fn gap_signals(&self) -> Vec<&SignalRef> {
        let active = self
            .workspace
            .active()
            .and_then(|id| self.workspace.panel(id));
        let active = active.filter(|panel| !panel.signals.is_empty());
        let panels: Vec<&super::Panel> = match active {
            Some(panel) => vec![panel],
            None => self.workspace.panels().collect(),
        };
        panels
            .into_iter()
            .flat_map(|panel| &panel.signals)
            .filter(|plotted| plotted.visible)
            .map(|plotted| &plotted.signal)
            .collect()
    }

    /// A panel of another kind that shows the signals of the active one, below the others.
    pub(super) fn add_of_active(&mut self, kind: PanelKind) {
        let active = self
            .workspace
            .active()
            .and_then(|id| self.workspace.panel(id));
        let plotted = active
            .map(|panel| panel.signals.clone())
            .unwrap_or_default();
        let added = self.workspace.add_panel(kind, Place::Below);
        for plotted in plotted {
            self.workspace.plot(added, plotted.signal, plotted.axis);
        }
    }

    /// A track of the selected vehicle, below the others; empty where no position is found.
    pub(super) fn add_track(&mut self) -> Vec<Effect> {
        let track = self.workspace.add_panel(PanelKind::Track, Place::Below);
        match self.position_of_selection() {
            Some(pair) => self.plot(pair.to_vec(), PlotTarget::Panel(track)),
            None => Vec::new(),
        }
    }

    /// Opens the statistics of everything that is plotted, or closes the statistics that are seen.
    pub(super) fn toggle_statistics(&mut self) {
        let is_statistics = |id: &super::PanelId| {
            let panel = self.workspace.panel(*id);
            panel.is_some_and(|panel| panel.kind == PanelKind::Statistics)
        };
        let seen = self.workspace.layout().seen();
        let open: Vec<_> = seen.into_iter().filter(is_statistics).collect();
        for id in &open {
            self.workspace.close_panel(*id);
        }
        if open.is_empty() {
            // New signals still go where they went.
            let active = self.workspace.active();
            self.workspace
                .add_panel(PanelKind::Statistics, Place::Strip);
            if let Some(active) = active {
                self.workspace.activate(active);
            }
        }
    }

    fn middle(&self) -> Option<Timestamp> {
        let visible = self.active_window()?.visible();
        Some(visible.start + visible.duration_ns() / 2)
    }

    /// Moves the window, at its length, so that an instant is inside.
    pub(super) fn bring_into_view(&mut self, instant: Timestamp) {
        self.change_window(|window| {
            let visible = window.visible();
            if !visible.contains(instant) {
                let half = visible.duration_ns() / 2;
                window.set(TimeRange::new(instant - half, instant + half));
            }
        });
    }
}

/// The time of the sample that a step ends at; the first or last one when it would go beyond.
fn stepped(series: &Prepared, from: i64, step: Step) -> Option<i64> {
    let times = series.times();
    let last = times.len().checked_sub(1)?;
    let index = match step {
        Step::PreviousChange => series.previous_change(from)?,
        Step::NextChange => series.next_change(from)?,
        Step::Samples(count) if count < 0 => {
            let before = series.previous_sample(from)?;
            before.saturating_sub(count.unsigned_abs() as usize - 1)
        }
        Step::Samples(count) => {
            let next = series.next_sample(from)?;
            (next + count.unsigned_abs() as usize - 1).min(last)
        }
    };
    times.get(index).copied()
}
