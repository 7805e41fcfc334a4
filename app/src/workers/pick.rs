//! The system's dialogs for files and folders.
//!
//! Closing a dialog without choosing does nothing. Where the system has no dialogs, nothing appears:
//! every dialog has a text field beside it in the window.

use std::path::{Path, PathBuf};

use rfd::AsyncFileDialog;

use super::EventSender;
use crate::state::inspector::InspectEvent;
use crate::state::{Event, ExportKind, SourceId};

/// Files to open.
pub(crate) async fn files(events: EventSender) {
    let dialog = AsyncFileDialog::new()
        .set_title("Open files")
        .add_filter("Recordings", &["parquet", "log", "gz"])
        .add_filter("All files", &["*"]);
    if let Some(handles) = dialog.pick_files().await {
        let paths = handles
            .iter()
            .map(|handle| handle.path().to_owned())
            .collect();
        events.send(Event::Picked(paths)).await;
    }
}

/// A folder to open.
pub(crate) async fn folder(events: EventSender) {
    if let Some(handle) = AsyncFileDialog::new()
        .set_title("Open a folder")
        .pick_folder()
        .await
    {
        events
            .send(Event::Picked(vec![handle.path().to_owned()]))
            .await;
    }
}

/// DBC files to decode a source with.
pub(crate) async fn dbc(source: SourceId, events: EventSender) {
    let dialog = AsyncFileDialog::new()
        .set_title("DBC files")
        .add_filter("DBC", &["dbc", "DBC"]);
    if let Some(handles) = dialog.pick_files().await {
        let paths = handles
            .iter()
            .map(|handle| handle.path().to_owned())
            .collect();
        events.send(Event::PickedDbc(source, paths)).await;
    }
}

/// A DBC file with the definitions of a source's signals.
pub(crate) async fn inspected_dbc(source: SourceId, events: EventSender) {
    let dialog = AsyncFileDialog::new()
        .set_title("DBC file")
        .add_filter("DBC", &["dbc", "DBC"]);
    if let Some(handle) = dialog.pick_file().await {
        let event = InspectEvent::PickedDbc(source, handle.path().to_owned());
        events.send(Event::Inspected(event)).await;
    }
}

/// Where an export goes. The dialog itself asks before a file is replaced.
pub(crate) async fn export_target(kind: ExportKind, suggested: PathBuf, events: EventSender) {
    let (name, extension) = match kind {
        ExportKind::Csv => ("CSV", "csv"),
        ExportKind::Png => ("PNG", "png"),
    };
    let file_name = suggested
        .file_name()
        .map(|name| name.to_string_lossy().into_owned())
        .unwrap_or_default();
    let mut dialog = AsyncFileDialog::new()
        .set_title("Export")
        .add_filter(name, &[extension])
        .set_file_name(file_name);
    if let Some(folder) = suggested.parent().filter(|folder| *folder != Path::new("")) {
        dialog = dialog.set_directory(folder);
    }
    if let Some(handle) = dialog.save_file().await {
        events
            .send(Event::PickedExportTarget(kind, handle.path().to_owned()))
            .await;
    }
}
