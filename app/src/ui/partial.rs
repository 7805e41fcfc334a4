//! Signals of which not all samples have been loaded: how that is said, and the way to the rest.

use egui::Ui;

use crate::command::{Command, CommandQueue};
use crate::state::{AppState, LoadState, PartialCommand, SignalRef};

/// Why samples of a signal are missing, if they are.
pub(crate) fn reason<'a>(state: &'a AppState, signal: &SignalRef) -> Option<&'a str> {
    match &state.store.get(signal)?.state {
        LoadState::Partial(reason) => Some(reason),
        _ => None,
    }
}

/// Of these signals, those of which samples are missing.
pub(crate) fn among(state: &AppState, signals: &[SignalRef]) -> Vec<SignalRef> {
    let partial = signals.iter().filter(|it| reason(state, it).is_some());
    partial.cloned().collect()
}

/// A button that loads what is missing of signals; none where nothing is. Whether it was clicked.
pub(crate) fn load_rest(ui: &mut Ui, partial: Vec<SignalRef>, queue: &mut CommandQueue) -> bool {
    let is_clicked = !partial.is_empty()
        && ui
            .button("Load the rest")
            .on_hover_text("what has arrived stays until more has come")
            .clicked();
    if is_clicked {
        queue.send(Command::Partial(PartialCommand::LoadRest(partial)));
    }
    is_clicked
}
