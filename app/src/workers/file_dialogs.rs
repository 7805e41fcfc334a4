//! The system's dialogs for files and folders, behind a trait: tests choose without one.

use std::fmt;
use std::path::{Path, PathBuf};

use futures::FutureExt as _;
use futures::future::BoxFuture;
use rfd::AsyncFileDialog;

/// What a dialog is to choose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Choose {
    /// Any number of files that exist.
    Files,
    /// A folder that exists.
    Folder,
    /// A file to be written; the path is a suggestion. The dialog asks before one is replaced.
    Target(PathBuf),
}

/// A question to the user, asked in a dialog.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileQuestion {
    /// What the dialog says.
    pub title: &'static str,
    /// Kinds of files with their extensions; all files where there are none.
    pub filters: Vec<(&'static str, Vec<&'static str>)>,
    /// What is chosen.
    pub choose: Choose,
}

/// Asks the user for files.
pub trait FileDialogs: fmt::Debug + Send + Sync {
    /// What the user chose; nothing when the dialog was closed, or the system has none.
    fn ask(&self, question: FileQuestion) -> BoxFuture<'static, Vec<PathBuf>>;
}

/// The dialogs of the system. Where it has none, nothing appears: every dialog of the window has a
/// text field as well.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemDialogs;

impl FileDialogs for SystemDialogs {
    fn ask(&self, question: FileQuestion) -> BoxFuture<'static, Vec<PathBuf>> {
        ask(question).boxed()
    }
}

async fn ask(question: FileQuestion) -> Vec<PathBuf> {
    let mut dialog = AsyncFileDialog::new().set_title(question.title);
    for (name, extensions) in &question.filters {
        dialog = dialog.add_filter(*name, extensions);
    }
    let handles = match question.choose {
        Choose::Files => dialog.pick_files().await.unwrap_or_default(),
        Choose::Folder => dialog.pick_folder().await.into_iter().collect(),
        Choose::Target(suggested) => {
            if let Some(name) = suggested.file_name() {
                dialog = dialog.set_file_name(name.to_string_lossy());
            }
            if let Some(folder) = suggested.parent().filter(|it| *it != Path::new("")) {
                dialog = dialog.set_directory(folder);
            }
            dialog.save_file().await.into_iter().collect()
        }
    };
    handles
        .iter()
        .map(|handle| handle.path().to_owned())
        .collect()
}
