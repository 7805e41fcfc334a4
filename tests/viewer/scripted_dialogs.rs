//! A user who answers the system's dialogs as the test says.

use std::collections::VecDeque;
use std::path::PathBuf;

use canlake::workers::{FileDialogs, FileQuestion};
use futures::FutureExt as _;
use futures::future::BoxFuture;
use parking_lot::Mutex;

/// Answers in the order they were given; without one, a dialog is closed without choosing.
#[derive(Debug, Default)]
pub(crate) struct ScriptedDialogs {
    answers: Mutex<VecDeque<Vec<PathBuf>>>,
    asked: Mutex<Vec<FileQuestion>>,
}

impl ScriptedDialogs {
    /// Chooses these in the next dialog.
    pub(crate) fn will_choose(&self, paths: Vec<PathBuf>) {
        self.answers.lock().push_back(paths);
    }

    /// What was asked so far.
    pub(crate) fn asked(&self) -> Vec<FileQuestion> {
        self.asked.lock().clone()
    }
}

impl FileDialogs for ScriptedDialogs {
    fn ask(&self, question: FileQuestion) -> BoxFuture<'static, Vec<PathBuf>> {
        self.asked.lock().push(question);
        let answer = self.answers.lock().pop_front().unwrap_or_default();
        async move { answer }.boxed()
    }
}
