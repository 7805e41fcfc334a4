//! What the user has to be told: in front until it was seen, in a list until it is cleared. A notice
//! may offer choices; it waits for one of them, but nothing else does.

use crate::command::Command;

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Something was done.
    Info,
    /// Something is not as it should be; nothing is lost.
    Warning,
    /// An action failed, or data was lost.
    Error,
}

/// What can be done about a notice, as a button.
#[derive(Clone, Debug, PartialEq)]
pub struct Choice {
    /// What the button says.
    pub label: &'static str,
    /// What it does, in more words.
    pub hint: &'static str,
    /// What it does; the notice is answered then, whatever that is.
    pub command: Option<Command>,
}

/// One message.
#[derive(Clone, Debug)]
pub struct Notice {
    /// For [`crate::command::Command::DismissNotice`].
    pub id: u64,
    /// How bad it is.
    pub severity: Severity,
    /// One line.
    pub title: String,
    /// Everything there is to know, for copying; may be empty.
    pub detail: String,
    /// What can be done about it, until one of it was chosen.
    pub choices: Vec<Choice>,
    /// Whether it is in front of the window; else it is in the list only.
    pub in_front: bool,
}

impl Notice {
    /// Title and detail, for the clipboard.
    pub fn text(&self) -> String {
        if self.detail.is_empty() {
            self.title.clone()
        } else {
            format!("{}\n{}", self.title, self.detail)
        }
    }
}

/// The notices, newest last. The oldest go when there are too many.
#[derive(Clone, Debug, Default)]
pub struct Notices {
    next_id: u64,
    kept: Vec<Notice>,
}

const MAX_KEPT: usize = 200;

impl Notices {
    /// Shows a message.
    pub fn add(&mut self, severity: Severity, title: impl Into<String>, detail: impl Into<String>) {
        self.ask(severity, title, detail, Vec::new());
    }

    /// Shows a message with what can be done about it.
    pub(super) fn ask(
        &mut self,
        severity: Severity,
        title: impl Into<String>,
        detail: impl Into<String>,
        choices: Vec<Choice>,
    ) {
        if self.kept.len() == MAX_KEPT {
            self.kept.remove(0);
        }
        self.kept.push(Notice {
            id: self.next_id,
            severity,
            title: title.into(),
            detail: detail.into(),
            choices,
            in_front: true,
        });
        self.next_id += 1;
    }

    /// Takes a message from the front; it stays in the list.
    pub fn dismiss(&mut self, id: u64) {
        if let Some(notice) = self.kept.iter_mut().find(|notice| notice.id == id) {
            notice.in_front = false;
        }
    }

    /// Takes the answer to a notice: what is to be done. The notice leaves the front and asks no more.
    pub(super) fn answer(&mut self, id: u64, choice: usize) -> Option<Command> {
        let notice = self.kept.iter_mut().find(|notice| notice.id == id)?;
        let choices = std::mem::take(&mut notice.choices);
        notice.in_front = false;
        choices.into_iter().nth(choice)?.command
    }

    /// Forgets all.
    pub fn clear(&mut self) {
        self.kept.clear();
    }

    /// All that are kept, oldest first.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &Notice> {
        self.kept.iter()
    }
}
