//! Cursors at work: stepping along a signal, and what stands at them.

use canlake_shared::time::{TimeRange, Timestamp};

use super::{AppState, Cursor, PanelKind, Place, SignalRef};
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

    /// Shows, activates or hides a cursor. It appears at the pointer, else in the middle.
    pub(super) fn toggle_cursor(&mut self, cursor: Cursor) {
        if let Some(middle) = self.middle() {
            let instant = self.hovered_in_window().unwrap_or(middle);
            self.cursors.toggle(cursor, instant);
        }
    }

    /// Shows the stretch of time from one cursor to the other.
    pub(super) fn show_between_cursors(&mut self) {
        if let (Some((a, b)), Some(window)) = (self.cursors.both(), &mut self.window) {
            window.set(TimeRange::new(a.min(b), a.max(b)));
        }
    }

    /// A table of what the active plot shows, below the others.
    pub(super) fn add_table(&mut self) {
        let active = self
            .workspace
            .active()
            .and_then(|id| self.workspace.panel(id));
        let plotted = active
            .map(|panel| panel.signals.clone())
            .unwrap_or_default();
        let table = self.workspace.add_panel(PanelKind::Table, Place::Below);
        for plotted in plotted {
            self.workspace.plot(table, plotted.signal, plotted.axis);
        }
    }

    fn middle(&self) -> Option<Timestamp> {
        let visible = self.window.as_ref()?.visible();
        Some(visible.start + visible.duration_ns() / 2)
    }

    /// Moves the window, at its length, so that an instant is inside.
    pub(super) fn bring_into_view(&mut self, instant: Timestamp) {
        let Some(window) = &mut self.window else {
            return;
        };
        let visible = window.visible();
        if !visible.contains(instant) {
            let half = visible.duration_ns() / 2;
            window.set(TimeRange::new(instant - half, instant + half));
        }
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
