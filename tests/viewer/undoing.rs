//! What is undone, and when a step begins.

use canlake::command::{Action, Command, PanelCommand};
use canlake::state::inspector::InspectorCommand;
use canlake::state::{
    Analysis, AppState, Between, CompareCommand, ComputedCommand, ComputedSignal, Dash,
    EventsCommand, LineLook, PanelOptions, PlotLook, SignalsCommand, Span, ThemeChoice, Workspace,
};
use canlake::time_display::ZoneChoice;
use egui::{Key, Modifiers};

use crate::window::{TestWindow, VOLTAGE};

/// A window with both signals in one plot.
fn with_both() -> TestWindow {
    let mut window = TestWindow::plotted();
    window.click_signal(VOLTAGE);
    window.wait("the samples", |state| !state.store.is_loading());
    window
}

/// All that a step has.
#[derive(Clone, Debug)]
struct Arranged(Workspace, Analysis, PlotLook, ZoneChoice);

impl PartialEq for Arranged {
    fn eq(&self, other: &Self) -> bool {
        self.0.is_arranged_like(&other.0)
            && (&self.1, self.2, &self.3) == (&other.1, other.2, &other.3)
    }
}

fn arranged(state: &AppState) -> Arranged {
    Arranged(
        state.workspace.clone(),
        state.analysis.clone(),
        state.settings.plot_look(),
        state.settings.zone.clone(),
    )
}

#[test]
fn whatever_a_layout_keeps_is_undone_and_redone() {
    let mut window = with_both();
    let state = window.state();
    let panel = state.workspace.panels().next().unwrap().clone();
    let signal = panel.signals[1].signal.clone();
    let session = state.selected_vehicle().unwrap().sessions[0].range;
    let half = ComputedSignal::new("Half", "Speed / 2", "km/h", Between::Hold);
    let options = PanelOptions {
        span: Span::Cursors,
        ..PanelOptions::default()
    };
    let look = LineLook {
        dash: Some(Dash::Dotted),
        ..LineLook::default()
    };
    let axis = panel.signals[0].axis.clone();
    let of_panel = |command| Command::Panel(panel.id, command);
    let changes = [
        // Panels and where they are.
        Command::Run(Action::NewPanel),
        Command::Run(Action::NewTab),
        Command::Run(Action::DuplicatePanel),
        Command::Run(Action::MovePanelToTab),
        Command::Run(Action::GrowPanel),
        Command::Run(Action::StackOrOverlay),
        Command::Run(Action::ClearPlots),
        Command::Run(Action::ToggleEvents),
        Command::ClosePanel(panel.id),
        of_panel(PanelCommand::Unlink),
        of_panel(PanelCommand::SetOptions(options)),
        // Signals, axes and looks.
        Command::Unplot(panel.id, signal.clone()),
        Command::ToggleSignal(panel.id, signal.clone()),
        Command::SoloSignal(panel.id, signal.clone()),
        of_panel(PanelCommand::MoveToAxis(signal.clone(), Some(axis))),
        of_panel(PanelCommand::PutFirst(signal.clone())),
        Command::Inspector(InspectorCommand::SetLook(panel.id, signal.clone(), look)),
        Command::Inspector(InspectorCommand::SetColor(panel.id, signal.clone(), 7)),
        // What is worked out.
        Command::Computed(ComputedCommand::Define(None, half)),
        Command::Run(Action::Subtract),
        Command::Events(EventsCommand::Watch("Speed > 20".to_owned())),
        Command::Compare(CompareCommand::Add(signal.vehicle.clone(), session)),
        Command::Run(Action::NudgeLater),
        Command::Run(Action::StopComparing),
        // How all is shown.
        Command::Run(Action::ToggleGrid),
        Command::Run(Action::ToggleDots),
        Command::Run(Action::ToggleLegend),
        Command::SetZone(ZoneChoice::named("Asia/Kathmandu").unwrap()),
    ];
    // These need something that another one has made.
    let stays = |command: &Command| {
        matches!(
            command,
            Command::Run(Action::DuplicatePanel) | Command::Compare(_)
        )
    };
    for change in changes {
        let before = arranged(window.state());
        window.send(change.clone());
        let after = arranged(window.state());
        assert_ne!(before, after, "{change:?} did nothing");
        // Not by keys: some changes leave a text field with the keyboard.
        window.send(Command::Run(Action::Undo));
        assert_eq!(arranged(window.state()), before, "{change:?} is undone");
        window.send(Command::Run(Action::Redo));
        assert_eq!(arranged(window.state()), after, "{change:?} is redone");
        if !stays(&change) {
            window.send(Command::Run(Action::Undo));
        }
    }
}

#[test]
fn what_belongs_to_the_user_is_not_undone() {
    let mut window = with_both();
    let key = window.state().workspace.signals()[0].key.clone();
    window.press_with(Modifiers::COMMAND, Key::D);
    window.send(Command::SetTheme(ThemeChoice::Light));
    window.send(Command::Run(Action::ToggleSideBar));
    window.send(Command::SwapDrags(true));
    window.send(Command::Signals(SignalsCommand::Mark(vec![key], true)));
    let kept = window.state().settings.clone();
    window.press(Key::A);
    let cursors = window.state().cursors;
    // The first step back is the panel, not one of these.
    window.press_with(Modifiers::COMMAND, Key::Z);
    assert_eq!(window.state().workspace.panels().count(), 1);
    assert_eq!(window.state().settings, kept);
    assert_eq!(window.state().cursors, cursors);
}

#[test]
fn what_changes_while_a_button_is_held_is_one_step() {
    let mut window = with_both();
    let before = arranged(window.state());
    window.harness.drag_at(window.plot_rect().center());
    window.harness.run_steps(2);
    for _ in 0..3 {
        window.send(Command::Run(Action::NewPanel));
    }
    window.harness.drop_at(window.plot_rect().center());
    window.harness.run_steps(3);
    assert_eq!(window.state().workspace.panels().count(), 4);
    window.press_with(Modifiers::COMMAND, Key::Z);
    assert_eq!(arranged(window.state()), before);
}
