//! The menu bar.

use egui::{Button, MenuBar, Ui};

use super::{layouts, shortcuts};
use crate::command::{Action, CommandQueue};
use crate::state::{AppState, PanelKind};
use crate::time_display::ZoneChoice;

const MENUS: [(&str, &[Option<Action>]); 6] = [
    (
        "File",
        &[
            Some(Action::OpenFiles),
            Some(Action::OpenFolder),
            Some(Action::OpenDemo),
            None,
            Some(Action::DecodeAgain),
            None,
            Some(Action::OpenLayout),
            Some(Action::SaveLayout),
            Some(Action::SaveLayoutAs),
            None,
            Some(Action::Export),
            Some(Action::ExportPng),
            None,
            Some(Action::CopyLink),
            Some(Action::CopyAsPandas),
            Some(Action::CopyAsPolars),
            Some(Action::CopyAsDuckDb),
            Some(Action::CopyAsCommand),
            None,
            Some(Action::ShowMemory),
            Some(Action::ShowSettings),
            None,
            Some(Action::Quit),
        ],
    ),
    (
        "Plot",
        &[
            Some(Action::Undo),
            Some(Action::Redo),
            None,
            Some(Action::StackOrOverlay),
            Some(Action::ClearPlots),
            None,
            Some(Action::SearchSignals),
            None,
            Some(Action::LoadRest),
            Some(Action::CancelWork),
        ],
    ),
    (
        "Panels",
        &[
            Some(Action::NewPanel),
            Some(Action::NewTable),
            Some(Action::ToggleStatistics),
            Some(Action::NewHistogram),
            Some(Action::NewXy),
            Some(Action::NewTrack),
            None,
            Some(Action::SplitRight),
            Some(Action::SplitDown),
            Some(Action::DuplicatePanel),
            Some(Action::ToggleLink),
            Some(Action::ClosePanel),
            None,
            Some(Action::MovePanelLeft),
            Some(Action::MovePanelRight),
            Some(Action::MovePanelUp),
            Some(Action::MovePanelDown),
            Some(Action::MovePanelToTab),
            Some(Action::GrowPanel),
            Some(Action::ShrinkPanel),
            Some(Action::NextPanel),
            Some(Action::PreviousPanel),
            None,
            Some(Action::NewTab),
            Some(Action::NextTab),
            Some(Action::PreviousTab),
        ],
    ),
    (
        "View",
        &[
            Some(Action::FitAll),
            Some(Action::FitY),
            Some(Action::FitSelection),
            Some(Action::ZoomIn),
            Some(Action::ZoomOut),
            Some(Action::PanLeft),
            Some(Action::PanRight),
            Some(Action::PanUp),
            Some(Action::PanDown),
            Some(Action::UndoZoom),
            Some(Action::RedoZoom),
            None,
            Some(Action::ToggleGrid),
            Some(Action::ToggleDots),
            Some(Action::ToggleLegend),
            Some(Action::ToggleSideBar),
            Some(Action::ToggleInspector),
            None,
            Some(Action::ZoneUtc),
            Some(Action::ZoneLocal),
            Some(Action::ZoneRelative),
            Some(Action::ChooseZone),
            None,
            Some(Action::ToggleTheme),
            Some(Action::ToggleFullScreen),
        ],
    ),
    (
        "Measure",
        &[
            Some(Action::CursorA),
            Some(Action::CursorB),
            Some(Action::RangeFromCursors),
            None,
            Some(Action::NoteHere),
            Some(Action::ShowNotes),
            None,
            Some(Action::PreviousSample),
            Some(Action::NextSample),
            Some(Action::TenBack),
            Some(Action::TenOn),
            Some(Action::PreviousChange),
            Some(Action::NextChange),
            Some(Action::PreviousGap),
            Some(Action::NextGap),
            None,
            Some(Action::NewComputed),
            Some(Action::Subtract),
            None,
            Some(Action::ToggleEvents),
            Some(Action::NextEvent),
            Some(Action::PreviousEvent),
            None,
            Some(Action::Compare),
            Some(Action::NudgeEarlier),
            Some(Action::NudgeLater),
            Some(Action::StopComparing),
        ],
    ),
    (
        "Help",
        &[
            Some(Action::Palette),
            Some(Action::ShowKeys),
            Some(Action::ShowNotices),
            Some(Action::ShowAbout),
        ],
    ),
];

fn has_statistics(state: &AppState) -> bool {
    let seen = state.workspace.layout().seen();
    let mut panels = seen.iter().filter_map(|id| state.workspace.panel(*id));
    panels.any(|panel| panel.kind == PanelKind::Statistics)
}

/// Draws the bar.
pub(crate) fn show(ui: &mut Ui, state: &AppState, queue: &mut CommandQueue) {
    MenuBar::new().ui(ui, |ui| {
        for (title, entries) in MENUS {
            ui.menu_button(title, |ui| {
                ui.set_min_width(220.0);
                for entry in entries {
                    match entry {
                        Some(action) => item(ui, state, *action, queue),
                        None => {
                            ui.separator();
                        }
                    }
                }
            });
        }
    });
}

fn item(ui: &mut Ui, state: &AppState, action: Action, queue: &mut CommandQueue) {
    let settings = &state.settings;
    let is_on = match action {
        Action::ToggleGrid => Some(settings.grid),
        Action::ToggleDots => Some(settings.dots),
        Action::ToggleLegend => Some(settings.legend),
        Action::ToggleStatistics => Some(has_statistics(state)),
        Action::ToggleSideBar => Some(settings.side_bar),
        Action::ZoneUtc => Some(settings.zone == ZoneChoice::Utc),
        Action::ZoneLocal => Some(settings.zone == ZoneChoice::Local),
        Action::ZoneRelative => Some(settings.zone == ZoneChoice::Relative),
        Action::ChooseZone => Some(matches!(settings.zone, ZoneChoice::Named(_))),
        Action::ToggleInspector => Some(settings.inspector),
        _ => None,
    };
    let mut button = Button::new(action.label()).selected(is_on == Some(true));
    if let Some(text) = shortcuts::text(ui.ctx(), action) {
        button = button.shortcut_text(text);
    }
    if ui.add(button).clicked() {
        queue.run(action);
        ui.close();
    }
    if action == Action::OpenLayout {
        layouts::recent(ui, state, queue);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_action_is_in_one_menu() {
        for action in Action::ALL.iter().copied() {
            let found = MENUS
                .iter()
                .flat_map(|(_, entries)| entries.iter())
                .filter(|entry| **entry == Some(action))
                .count();
            assert_eq!(found, 1, "{action:?}");
        }
    }
}
