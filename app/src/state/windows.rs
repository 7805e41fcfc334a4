//! Which time each panel shows: that of all, or its own while it is unlinked.

use canlake_shared::time::{TimeRange, Timestamp};

use super::{
    AppState, Panel, PanelId, PanelOptions, Severity, SignalRef, Span, TimeWindow, axis_of,
};
use crate::command::PanelCommand;

impl AppState {
    /// The time that a panel shows.
    pub fn window_of(&self, panel: &Panel) -> Option<TimeWindow> {
        let mut window = self.window.clone()?;
        if let Some(own) = panel.own_window {
            window.set(own);
        }
        Some(window)
    }

    /// The time that keys and the overview change: that of the active panel.
    pub fn active_window(&self) -> Option<TimeWindow> {
        match self.unlinked_active() {
            Some(panel) => self.window_of(panel),
            None => self.window.clone(),
        }
    }

    /// The active panel, if it has a time of its own.
    pub fn unlinked_active(&self) -> Option<&Panel> {
        let active = self.workspace.panel(self.workspace.active()?)?;
        active.own_window.is_some().then_some(active)
    }

    /// The stretch of time that the numbers of a panel are of.
    pub fn span_of(&self, panel: &Panel) -> Option<TimeRange> {
        match (panel.options.span, self.cursors.both()) {
            (Span::Cursors, Some((a, b))) => Some(TimeRange::new(a.min(b), a.max(b))),
            _ => Some(self.window_of(panel)?.visible()),
        }
    }

    /// Where the pointer is, if any panel shows that time.
    pub fn hovered_in_window(&self) -> Option<Timestamp> {
        let hovered = self.hovered?;
        let is_shown = |window: TimeWindow| window.visible().contains(hovered);
        let own = self.workspace.panels();
        let mut own = own.filter(|panel| panel.own_window.is_some());
        let is_seen = self.window.clone().is_some_and(is_shown)
            || own.any(|panel| self.window_of(panel).is_some_and(is_shown));
        is_seen.then_some(hovered)
    }

    /// Carries out what concerns one panel.
    pub(super) fn change_panel(&mut self, id: PanelId, command: PanelCommand) {
        match command {
            PanelCommand::Unlink => {
                let panel = self.workspace.panel(id);
                if let Some(window) = panel.and_then(|panel| self.window_of(panel)) {
                    let visible = window.visible();
                    self.workspace.set_own_window(id, Some(visible));
                }
            }
            PanelCommand::Relink => self.workspace.set_own_window(id, None),
            PanelCommand::SetWindow(range) => {
                let panel = self.workspace.panel(id);
                let is_unlinked = panel.is_some_and(|panel| panel.own_window.is_some());
                match &mut self.window {
                    Some(window) if is_unlinked => {
                        let mut own = window.clone();
                        own.set(range);
                        self.workspace.set_own_window(id, Some(own.visible()));
                    }
                    Some(window) => window.set(range),
                    None => {}
                }
            }
            PanelCommand::SetOptions(options) => self.workspace.set_options(id, options),
            PanelCommand::SetArea(area) => {
                if let Some(panel) = self.workspace.panel(id) {
                    let options = PanelOptions {
                        area,
                        ..panel.options.clone()
                    };
                    self.workspace.set_options(id, options);
                }
            }
            PanelCommand::PutFirst(signal) => self.workspace.put_first(id, &signal),
            PanelCommand::MoveToAxis(signal, axis) => {
                if let Some(own) = self.signal_info(&signal).map(axis_of) {
                    self.workspace.move_to_axis(id, &signal, axis, &own);
                }
            }
            PanelCommand::Move(to) => self.workspace.move_panel(id, to),
            PanelCommand::Resize(factor) => self.workspace.resize_panel(id, factor),
        }
    }

    /// Links the active panel's time to that of the others, or unlinks it.
    pub(super) fn toggle_link(&mut self) {
        if let Some(active) = self.workspace.active() {
            let command = match self.unlinked_active() {
                Some(_) => PanelCommand::Relink,
                None => PanelCommand::Unlink,
            };
            self.change_panel(active, command);
        }
    }

    /// Changes the time that the active panel shows, alone or with the others.
    pub(super) fn change_window(&mut self, change: impl FnOnce(&mut TimeWindow)) {
        let unlinked = self.unlinked_active().map(|panel| panel.id);
        if let (Some(id), Some(mut window)) = (unlinked, self.active_window()) {
            change(&mut window);
            self.workspace.set_own_window(id, Some(window.visible()));
        } else if let Some(window) = &mut self.window {
            change(window);
        }
    }

    /// Shows everything: in the active panel alone while it is unlinked.
    pub(super) fn fit_all(&mut self) {
        for id in self.panels_of_time() {
            self.workspace.fit_axes(id);
        }
        self.change_window(TimeWindow::fit);
    }

    /// Lets the values of the active panel be seen whole, at the time that it shows. Where that panel has
    /// no axes, those of the panels that are seen beside it.
    pub(super) fn fit_y(&mut self) {
        let active = self.workspace.active();
        let panel = active.and_then(|id| self.workspace.panel(id));
        match panel.filter(|panel| panel.kind.has_axes()) {
            Some(panel) => self.workspace.fit_axes(panel.id),
            None => {
                for id in self.panels_of_time() {
                    self.workspace.fit_axes(id);
                }
            }
        }
    }

    /// Moves what is seen of the values in the active panel by a share of its height. Axes that follow the
    /// visible values have nowhere to go.
    pub(super) fn pan_values(&mut self, share: f64) {
        let active = self.workspace.active();
        let Some(panel) = active.and_then(|id| self.workspace.panel(id)) else {
            return;
        };
        let (id, axes) = (panel.id, panel.fixed_axes.clone());
        if axes.is_empty() && panel.kind.has_axes() {
            let title =
                "the axes follow the visible values: drag or zoom one, then it can be moved";
            self.notices.add(Severity::Info, title, "");
        }
        for (axis, [low, high]) in axes {
            let shift = high * share - low * share;
            self.workspace
                .set_axis(id, axis, [low + shift, high + shift]);
        }
    }

    /// The panels that are seen and change when the time of the active panel does.
    fn panels_of_time(&self) -> Vec<PanelId> {
        if let Some(panel) = self.unlinked_active() {
            return vec![panel.id];
        }
        let is_linked = |id: &PanelId| {
            let panel = self.workspace.panel(*id);
            panel.is_some_and(|panel| panel.own_window.is_none())
        };
        let seen = self.workspace.layout().seen().into_iter();
        seen.filter(is_linked).collect()
    }

    /// Another stretch of time is loaded: panels of their own time show all of it, unless what they
    /// showed is in it.
    pub(super) fn keep_own_windows_inside(&mut self, extent: TimeRange) {
        let outside: Vec<_> = self
            .workspace
            .panels()
            .filter(|panel| panel.own_window.is_some_and(|own| !own.overlaps(extent)))
            .map(|panel| panel.id)
            .collect();
        for id in outside {
            self.workspace.set_own_window(id, Some(extent));
        }
    }

    /// Shows one stretch of time in all panels, also in those that have a time of their own.
    pub fn show_in_all_panels(&mut self, range: TimeRange) {
        let unlinked = self.workspace.panels();
        let unlinked = unlinked.filter(|panel| panel.own_window.is_some());
        for id in unlinked.map(|panel| panel.id).collect::<Vec<_>>() {
            self.workspace.set_own_window(id, Some(range));
        }
        if let Some(window) = &mut self.window {
            window.set(range);
        }
    }

    /// Shows all samples of the selected signal, with their values.
    pub(super) fn fit_selection(&mut self) {
        let Some(signal) = self.stepped_signal().cloned() else {
            return;
        };
        let span = self
            .store
            .get(&signal)
            .and_then(|loaded| loaded.series.as_ref()?.series().time_span());
        if let Some((first, last)) = span {
            let [first, last] = [first, last].map(Timestamp::from_ns);
            self.change_window(|window| window.set(TimeRange::inclusive(first, last)));
        }
        self.fit_axes_of(&signal);
    }

    fn fit_axes_of(&mut self, signal: &SignalRef) {
        let panels = self.panels_of_time().into_iter();
        let axes: Vec<_> = panels
            .filter_map(|id| self.workspace.panel(id))
            .flat_map(|panel| {
                let plotted = panel.signals.iter().filter(|it| it.signal == *signal);
                plotted.map(|plotted| (panel.id, plotted.axis.clone()))
            })
            .collect();
        for (panel, axis) in axes {
            self.workspace.fit_axis(panel, &axis);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::{Action, Command};
    use crate::state::{AxisId, PanelKind, Place, Side};

    const SECOND: i64 = 1_000_000_000;

    fn range(start: i64, end: i64) -> TimeRange {
        let at = |secs: i64| Timestamp::from_ns(secs * SECOND);
        TimeRange::new(at(start), at(end))
    }

    fn state() -> (AppState, [PanelId; 2]) {
        let mut state = AppState {
            window: Some(TimeWindow::new(range(0, 100))),
            ..AppState::default()
        };
        let kinds = [PanelKind::Plot, PanelKind::Plot];
        let panels = kinds.map(|kind| state.workspace.add_panel(kind, Place::Below));
        (state, panels)
    }

    fn visible(state: &AppState, panel: PanelId) -> TimeRange {
        let panel = state.workspace.panel(panel).unwrap();
        state.window_of(panel).unwrap().visible()
    }

    #[test]
    fn an_unlinked_panel_goes_its_own_way_and_comes_back() {
        let (mut state, [first, second]) = state();
        state.update(Command::Run(Action::ToggleLink));
        state.update(Command::Panel(
            second,
            PanelCommand::SetWindow(range(10, 20)),
        ));
        assert_eq!(visible(&state, second), range(10, 20));
        assert_eq!(visible(&state, first), range(0, 100));
        // Keys mean the active panel.
        state.update(Command::Run(Action::ZoomIn));
        assert_eq!(visible(&state, second).duration_ns(), 5 * SECOND);
        assert_eq!(visible(&state, first), range(0, 100));
        state.update(Command::ActivatePanel(first));
        state.update(Command::Run(Action::ZoomIn));
        assert_eq!(visible(&state, first).duration_ns(), 50 * SECOND);
        assert_eq!(visible(&state, second).duration_ns(), 5 * SECOND);
        state.update(Command::Panel(second, PanelCommand::Relink));
        assert_eq!(visible(&state, second), visible(&state, first));
    }

    #[test]
    fn a_time_of_ones_own_has_the_same_limits() {
        let (mut state, [_, second]) = state();
        state.update(Command::Run(Action::ToggleLink));
        let far = range(-1_000, 1_000);
        state.update(Command::Panel(second, PanelCommand::SetWindow(far)));
        assert_eq!(visible(&state, second), range(-5, 105));
        state.keep_own_windows_inside(range(500, 600));
        assert_eq!(
            state.workspace.panel(second).unwrap().own_window,
            Some(range(500, 600))
        );
    }

    #[test]
    fn zooms_of_unlinked_panels_are_undone_too() {
        let (mut state, [_, second]) = state();
        state.update(Command::EndGesture);
        state.update(Command::Run(Action::ToggleLink));
        state.update(Command::EndGesture);
        state.update(Command::Panel(
            second,
            PanelCommand::SetWindow(range(10, 20)),
        ));
        state.update(Command::EndGesture);
        state.update(Command::Run(Action::UndoZoom));
        assert_eq!(visible(&state, second), range(0, 100));
        state.update(Command::Run(Action::RedoZoom));
        assert_eq!(visible(&state, second), range(10, 20));
    }

    #[test]
    fn values_are_fitted_in_the_active_panel_and_everything_in_all_that_are_seen() {
        let (mut state, [first, second]) = state();
        let hidden = state.workspace.add_panel(PanelKind::Plot, Place::Tab);
        let unit = AxisId::of_unit("V");
        let all = [first, second, hidden];
        let fix = |state: &mut AppState| {
            for id in all {
                let axis = Command::SetAxis(id, unit.clone(), [0.0, 1.0]);
                state.update(axis);
            }
        };
        let fixed = |state: &AppState| {
            let panel = |id| state.workspace.panel(id).unwrap();
            all.map(|id| panel(id).fixed_axes.contains_key(&unit))
        };
        state.update(Command::ActivatePanel(first));
        fix(&mut state);
        state.update(Command::Run(Action::FitY));
        assert_eq!(fixed(&state), [false, true, true]);
        state.update(Command::Run(Action::FitAll));
        assert_eq!(fixed(&state), [false, false, true]);

        // Axes that were set by hand move by keys.
        fix(&mut state);
        state.update(Command::ActivatePanel(first));
        state.update(Command::Run(Action::PanUp));
        let axis = |state: &AppState, id| state.workspace.panel(id).unwrap().fixed_axes[&unit];
        assert_eq!(axis(&state, first), [0.2, 1.2]);
        assert_eq!(axis(&state, second), [0.0, 1.0]);
        state.update(Command::Run(Action::PanDown));
        state.update(Command::Run(Action::PanDown));
        let [low, high] = axis(&state, first);
        assert!((low + 0.2).abs() < 1e-12 && (high - 0.8).abs() < 1e-12);

        // An unlinked panel is on its own.
        fix(&mut state);
        state.update(Command::Panel(second, PanelCommand::Unlink));
        state.update(Command::Run(Action::FitAll));
        assert_eq!(fixed(&state), [false, true, true]);
        state.update(Command::ActivatePanel(second));
        fix(&mut state);
        state.update(Command::Run(Action::FitAll));
        assert_eq!(fixed(&state), [true, false, true]);

        // A table has no axes of its own.
        state.update(Command::Panel(second, PanelCommand::Relink));
        let place = Place::Beside(second, Side::Bottom);
        state.workspace.add_panel(PanelKind::Table, place);
        fix(&mut state);
        state.update(Command::Run(Action::FitY));
        assert_eq!(fixed(&state), [false, false, true]);
    }
}
