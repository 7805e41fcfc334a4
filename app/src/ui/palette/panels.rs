//! What can be done with panels, tabs, axes and plotted signals.

use super::entry::PaletteEntry;
use crate::command::{Command, PanelCommand, PlotTarget};
use crate::state::inspector::InspectorCommand;
use crate::state::{
    AppState, AxisId, Dash, Form, LineLook, Panel, PanelKind, PanelMove, PlottedSignal,
    SignalsCommand,
};
use crate::ui::panels::title;
use crate::ui::plot::axis_name;

/// Adds what can be done now.
pub(super) fn add(state: &AppState, entries: &mut Vec<PaletteEntry>) {
    add_tabs(state, entries);
    for panel in state.workspace.panels() {
        add_panel(state, panel, entries);
        for plotted in &panel.signals {
            add_plotted(state, panel, plotted, entries);
        }
    }
}

fn add_tabs(state: &AppState, entries: &mut Vec<PaletteEntry>) {
    let layout = state.workspace.layout();
    let active = state.workspace.active();
    for (idx, tab) in layout.tabs().iter().enumerate() {
        let panels = tab.panels();
        let Some(first) = panels.first().copied() else {
            continue;
        };
        let (number, name) = (idx + 1, title(state, first));
        let is_front = idx == layout.active_tab();
        if !is_front {
            entries.push(PaletteEntry::new(
                format!("Go to tab {number}"),
                &name,
                Command::ActivatePanel(first),
            ));
            if let Some(active) = active {
                let to = PanelCommand::Move(PanelMove::TabOf(first));
                entries.push(PaletteEntry::new(
                    format!("Move panel to tab {number}"),
                    &name,
                    Command::Panel(active, to),
                ));
            }
        }
        entries.push(PaletteEntry {
            title: format!("Close tab {number}"),
            detail: name,
            commands: panels.into_iter().map(Command::ClosePanel).collect(),
            action: None,
        });
    }
}

fn add_panel(state: &AppState, panel: &Panel, entries: &mut Vec<PaletteEntry>) {
    let (id, name) = (panel.id, title(state, panel.id));
    let detail = if state.workspace.active() == Some(id) {
        "the active panel"
    } else {
        ""
    };
    let mut add = |text: String, command: Command| {
        entries.push(PaletteEntry::new(text, detail, command));
    };
    add(format!("Go to panel {name}"), Command::ActivatePanel(id));
    add(format!("Remove panel {name}"), Command::ClosePanel(id));
    if panel.kind == PanelKind::Plot {
        for (idx, axis) in panel.axes().into_iter().enumerate() {
            let text = format!("Fit axis {} of {name}", axis_name(axis, idx));
            add(text, Command::FitAxis(id, axis.clone()));
        }
    }
    if matches!(panel.kind, PanelKind::Xy | PanelKind::Track) {
        let all = PanelCommand::SetArea(None);
        add(
            format!("Show all points of {name}"),
            Command::Panel(id, all),
        );
    }
}

fn add_plotted(
    state: &AppState,
    panel: &Panel,
    plotted: &PlottedSignal,
    entries: &mut Vec<PaletteEntry>,
) {
    let (id, signal) = (panel.id, &plotted.signal);
    let name = state.signal_name(signal);
    let detail = format!("in {}", title(state, id));
    let mut add = |text: String, command: Command| {
        entries.push(PaletteEntry::new(text, &detail, command));
    };
    let toggle = if plotted.visible { "Hide" } else { "Show" };
    add(
        format!("Solo {name}"),
        Command::SoloSignal(id, signal.clone()),
    );
    add(
        format!("{toggle} {name}"),
        Command::ToggleSignal(id, signal.clone()),
    );
    add(
        format!("Remove {name}"),
        Command::Unplot(id, signal.clone()),
    );
    match panel.kind {
        PanelKind::Plot => {
            for (text, axis) in other_axes(panel, plotted) {
                let to = PanelCommand::MoveToAxis(signal.clone(), axis);
                add(format!("Move {name} to {text}"), Command::Panel(id, to));
            }
            for form in Form::ALL {
                let look = LineLook {
                    form: Some(form),
                    ..plotted.look
                };
                if look != plotted.look {
                    let set = InspectorCommand::SetLook(id, signal.clone(), look);
                    let text = format!("Draw {name} as {}", form.label());
                    add(text, Command::Inspector(set));
                }
            }
            for (text, dash) in [
                ("as the theme says", None),
                ("solid", Some(Dash::Solid)),
                ("dashed", Some(Dash::Dashed)),
                ("dotted", Some(Dash::Dotted)),
            ] {
                let look = LineLook {
                    dash,
                    ..plotted.look
                };
                let command = InspectorCommand::SetLook(id, signal.clone(), look);
                if dash != plotted.look.dash {
                    add(format!("Draw {name} {text}"), Command::Inspector(command));
                }
            }
        }
        PanelKind::Xy if panel.signals.first() != Some(plotted) => {
            let first = PanelCommand::PutFirst(signal.clone());
            add(format!("Use {name} as X"), Command::Panel(id, first));
        }
        _ => {}
    }
    let moved = |target| {
        Command::Signals(SignalsCommand::Move {
            from: id,
            signals: vec![signal.clone()],
            target,
        })
    };
    for (text, target) in [
        ("a new panel", PlotTarget::NewPanel),
        ("a new tab", PlotTarget::NewTab),
    ] {
        add(format!("Move {name} to {text}"), moved(target));
    }
    for other in state.workspace.panels() {
        if other.id != id && other.kind.takes_signals() {
            // Whoever types a name means what is moved rather than where to.
            entries.push(PaletteEntry::new(
                format!("Move {name} to panel"),
                title(state, other.id),
                moved(PlotTarget::Panel(other.id)),
            ));
        }
    }
}

/// The axes of a panel that a signal is not on; `None` for a new one.
fn other_axes(panel: &Panel, plotted: &PlottedSignal) -> Vec<(String, Option<AxisId>)> {
    let axes = panel.axes().into_iter().enumerate();
    let others = axes.filter(|(_, axis)| **axis != plotted.axis);
    let mut axes: Vec<_> = others
        .map(|(idx, axis)| {
            let name = format!("axis {}", axis_name(axis, idx));
            (name, Some(axis.clone()))
        })
        .collect();
    let mut signals = panel.signals.iter();
    let shares = signals.any(|it| it.axis == plotted.axis && it.signal != plotted.signal);
    if shares {
        axes.push(("a new axis".to_owned(), None));
    }
    axes
}
