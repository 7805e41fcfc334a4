//! One line of the palette.

use canlake_shared::search::{Entry, Field};

use crate::command::{Action, Command};

/// Something that can be done, with the commands that do it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct PaletteEntry {
    /// What it does, and to what.
    pub title: String,
    /// Which of several is meant: a place, a panel, a time.
    pub detail: String,
    /// In order.
    pub commands: Vec<Command>,
    /// The action that it is, for its keys; none of what is done to something.
    pub action: Option<Action>,
}

impl PaletteEntry {
    /// What is done to something.
    pub(super) fn new(
        title: impl Into<String>,
        detail: impl Into<String>,
        command: Command,
    ) -> Self {
        Self {
            title: title.into(),
            detail: detail.into(),
            commands: vec![command],
            action: None,
        }
    }

    /// A command without data.
    pub(super) fn of(action: Action) -> Self {
        Self {
            action: Some(action),
            ..Self::new(action.label(), "", Command::Run(action))
        }
    }

    /// In words, to be searched.
    pub(super) fn words(&self) -> Entry {
        Entry::new(None, &self.title, [(Field::Comment, &*self.detail)])
    }
}
