//! Commands that open, close and move panels, and switch what is shown.

use super::{AppState, Effect, PanelId, PanelKind, PanelMove, Place, Settings, Side, ThemeChoice};
use crate::command::Action;
use crate::time_display::ZoneChoice;

/// How many times the room it had a panel has after one step.
const GROWTH: f32 = 1.25;

impl AppState {
    /// Closes the panels of a kind that are seen; opens one below the others where there is none.
    fn toggle_panel(&mut self, kind: PanelKind) {
        let seen = self.workspace.layout().seen();
        let of_kind = |id: &PanelId| {
            let panel = self.workspace.panel(*id);
            panel.is_some_and(|panel| panel.kind == kind)
        };
        let open: Vec<PanelId> = seen.into_iter().filter(of_kind).collect();
        if open.is_empty() {
            self.workspace.add_panel(kind, Place::Below);
        }
        for id in open {
            self.workspace.close_panel(id);
        }
    }

    /// Opens, changes and closes panels.
    pub(super) fn arrange(&mut self, action: Action) -> Vec<Effect> {
        let active = self.workspace.active();
        match (action, active) {
            (Action::NewPanel, _) => {
                self.workspace.add_panel(PanelKind::Plot, Place::Below);
            }
            (Action::NewTab, _) => {
                self.workspace.add_panel(PanelKind::Plot, Place::Tab);
            }
            (Action::NewTable, _) => self.add_of_active(PanelKind::Table),
            (Action::NewHistogram, _) => self.add_of_active(PanelKind::Histogram),
            (Action::NewXy, _) => self.add_of_active(PanelKind::Xy),
            (Action::NewTrack, _) => return self.add_track(),
            (Action::ToggleStatistics, _) => self.toggle_statistics(),
            (Action::ToggleLink, _) => self.toggle_link(),
            (Action::DuplicatePanel, Some(active)) => self.workspace.duplicate(active),
            (Action::ClosePanel, Some(active)) => self.workspace.close_panel(active),
            (Action::ClearPlots, _) => self.workspace.clear(),
            (Action::StackOrOverlay, _) => self.workspace.stack_or_overlay(),
            (Action::ToggleEvents, _) => self.toggle_panel(PanelKind::Events),
            (Action::NextPanel, _) => self.workspace.cycle_panels(true),
            (Action::PreviousPanel, _) => self.workspace.cycle_panels(false),
            (Action::NextTab, _) => self.workspace.cycle_tabs(true),
            (Action::PreviousTab, _) => self.workspace.cycle_tabs(false),
            (Action::SplitRight, _) => self.split_active(Side::Right),
            (Action::SplitDown, _) => self.split_active(Side::Bottom),
            (Action::GrowPanel, Some(active)) => self.workspace.resize_panel(active, GROWTH),
            (Action::ShrinkPanel, Some(active)) => {
                self.workspace.resize_panel(active, GROWTH.recip());
            }
            (action, Some(active)) => {
                if let Some(to) = move_of(action) {
                    self.workspace.move_panel(active, to);
                }
            }
            _ => {}
        }
        self.drop_unused()
    }

    /// Adds an empty plot at a side of the active panel.
    fn split_active(&mut self, side: Side) {
        let active = self.workspace.active();
        let place = active.map_or(Place::Below, |active| Place::Beside(active, side));
        self.workspace.add_panel(PanelKind::Plot, place);
    }
}

/// Where an action moves the active panel.
fn move_of(action: Action) -> Option<PanelMove> {
    Some(match action {
        Action::MovePanelLeft => PanelMove::Towards(Side::Left),
        Action::MovePanelRight => PanelMove::Towards(Side::Right),
        Action::MovePanelUp => PanelMove::Towards(Side::Top),
        Action::MovePanelDown => PanelMove::Towards(Side::Bottom),
        Action::MovePanelToTab => PanelMove::NewTab,
        _ => return None,
    })
}

/// What is switched on and off, and chosen among few.
pub(super) fn switch(settings: &mut Settings, action: Action) {
    match action {
        Action::ToggleGrid => settings.grid = !settings.grid,
        Action::ToggleDots => settings.dots = !settings.dots,
        Action::ToggleLegend => settings.legend = !settings.legend,
        Action::ToggleSideBar => settings.side_bar = !settings.side_bar,
        Action::ToggleInspector => settings.inspector = !settings.inspector,
        Action::ZoneUtc => settings.zone = ZoneChoice::Utc,
        Action::ZoneLocal => settings.zone = ZoneChoice::Local,
        Action::ZoneRelative => settings.zone = ZoneChoice::Relative,
        Action::ToggleTheme => {
            settings.theme = match settings.theme {
                ThemeChoice::Dark => ThemeChoice::Light,
                ThemeChoice::Light => ThemeChoice::Dark,
            }
        }
        _ => {}
    }
}
