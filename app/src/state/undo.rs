//! Undo of zooms, and of everything that was arranged.
//!
//! Undone is what a layout keeps: panels and their signals, what is worked out, grid, dots, legends and
//! zone. Where one looks (the visible time, zoomed axes) has steps of its own; cursors have none. What
//! belongs to the user or to others (theme, favourites, the side bar, notes, which are in a file that
//! others write to as well) is no part of a step.

use std::collections::BTreeMap;

use canlake_shared::time::TimeRange;

use super::workspace::PanelZoom;
use super::{Analysis, AppState, Effect, History, PanelId, PlotLook, Workspace};
use crate::time_display::ZoneChoice;

/// What zooming changes: the visible time, and in each panel the axes that were set and its own time.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Zoom {
    window: TimeRange,
    panels: BTreeMap<PanelId, PanelZoom>,
}

/// What is undone as a whole: panels, what is worked out from their signals, and how all is shown.
#[derive(Clone, Debug)]
pub(super) struct Arrangement {
    workspace: Workspace,
    analysis: Analysis,
    look: PlotLook,
    zone: ZoneChoice,
}

impl PartialEq for Arrangement {
    /// A click into another panel is no step and ends no redo; zooms have steps of their own.
    fn eq(&self, other: &Self) -> bool {
        self.workspace.is_arranged_like(&other.workspace)
            && self.analysis == other.analysis
            && self.look == other.look
            && self.zone == other.zone
    }
}

impl AppState {
    /// Notes that no button is held and the wheel rests: what changes from now on is a new step.
    pub(super) fn rest(&mut self) {
        if let Some(zoom) = self.current_zoom() {
            self.zooms.rest(&zoom);
        }
        self.arrangements.rest(&self.arrangement());
    }

    fn arrangement(&self) -> Arrangement {
        Arrangement {
            workspace: self.workspace.clone(),
            analysis: self.analysis.clone(),
            look: self.settings.plot_look(),
            zone: self.settings.zone.clone(),
        }
    }

    fn current_zoom(&self) -> Option<Zoom> {
        Some(Zoom {
            window: self.window.as_ref()?.visible(),
            panels: self.workspace.zooms(),
        })
    }

    /// Goes a step through the zooms.
    pub(super) fn undo_zoom(&mut self, step: fn(&mut History<Zoom>, &Zoom) -> Option<Zoom>) {
        let Some(now) = self.current_zoom() else {
            return;
        };
        if let (Some(zoom), Some(window)) = (step(&mut self.zooms, &now), &mut self.window) {
            window.set(zoom.window);
            self.workspace.set_zooms(&zoom.panels);
        }
    }

    /// Goes a step through the arrangements.
    pub(super) fn undo(
        &mut self,
        step: fn(&mut History<Arrangement>, &Arrangement) -> Option<Arrangement>,
    ) -> Vec<Effect> {
        let now = self.arrangement();
        let Some(mut before) = step(&mut self.arrangements, &now) else {
            return Vec::new();
        };
        // Sources may have been closed since.
        let is_open = |id| self.sources.iter().any(|source| source.id == id);
        before.workspace.keep_sources(is_open);
        self.workspace = before.workspace;
        self.analysis = before.analysis;
        self.settings.set_plot_look(before.look);
        self.settings.zone = before.zone;
        self.tidy_overlays();
        let mut effects = self.drop_unused();
        effects.extend(self.load_missing());
        effects
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::{Action, Command};

    /// Does it with nothing held, so that it is a step.
    fn step(state: &mut AppState, command: Command) {
        state.update(command);
        state.update(Command::EndGesture);
    }

    #[test]
    fn a_hundred_steps_go_back_and_forth() {
        let mut state = AppState::default();
        state.update(Command::EndGesture);
        for idx in 0..150 {
            let zone = ZoneChoice::Named(idx.to_string());
            step(&mut state, Command::SetZone(zone));
        }
        let zone = |state: &AppState| state.settings.zone.clone();
        for _ in 0..150 {
            step(&mut state, Command::Run(Action::Undo));
        }
        assert_eq!(zone(&state), ZoneChoice::Named("49".to_owned()));
        for _ in 0..150 {
            step(&mut state, Command::Run(Action::Redo));
        }
        assert_eq!(zone(&state), ZoneChoice::Named("149".to_owned()));
    }
}
