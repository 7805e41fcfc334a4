//! What the user has to be told, until it is dismissed.

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
}

/// The notices, newest last. The oldest go when there are too many.
#[derive(Clone, Debug, Default)]
pub struct Notices {
    next_id: u64,
    shown: Vec<Notice>,
}

const MAX_SHOWN: usize = 50;

impl Notices {
    /// Shows a message.
    pub fn add(&mut self, severity: Severity, title: impl Into<String>, detail: impl Into<String>) {
        if self.shown.len() == MAX_SHOWN {
            self.shown.remove(0);
        }
        self.shown.push(Notice {
            id: self.next_id,
            severity,
            title: title.into(),
            detail: detail.into(),
        });
        self.next_id += 1;
    }

    /// Takes a message away.
    pub fn dismiss(&mut self, id: u64) {
        self.shown.retain(|notice| notice.id != id);
    }

    /// All that are shown, oldest first.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &Notice> {
        self.shown.iter()
    }
}
