//! What the user is asked to choose, and what follows from the answer.
//!
//! Closing a dialog without choosing does nothing.

use std::path::PathBuf;
use std::sync::Arc;

use canlake_shared::logs;

use super::EventSender;
use super::file_dialogs::{Choose, FileDialogs, FileQuestion};
use crate::state::inspector::InspectEvent;
use crate::state::{Event, ExportEvent, ExportKind, LAYOUT_EXTENSION, LayoutEvent, SourceId};

/// A question, and the event that its answer is.
pub(crate) struct Pick {
    question: FileQuestion,
    answer: Box<dyn FnOnce(Vec<PathBuf>) -> Option<Event> + Send>,
}

impl Pick {
    /// Asks, and sends the answer.
    pub(crate) async fn run(self, dialogs: Arc<dyn FileDialogs>, events: EventSender) {
        let chosen = dialogs.ask(self.question).await;
        if chosen.is_empty() {
            return;
        }
        if let Some(event) = (self.answer)(chosen) {
            events.send(event).await;
        }
    }
}

/// Files to open.
pub(crate) fn files() -> Pick {
    Pick {
        question: FileQuestion {
            title: "Open files",
            filters: vec![("Recordings", recordings()), ("All files", vec!["*"])],
            choose: Choose::Files,
        },
        answer: Box::new(|paths| Some(Event::Picked(paths))),
    }
}

/// Endings of files that open. Some dialogs tell capital letters apart, and some loggers write them.
fn recordings() -> Vec<&'static str> {
    let logs = logs::EXTENSIONS.iter().chain(logs::PACKED_EXTENSIONS);
    let capital = ["LOG", "BLF", "MF4"];
    ["parquet"]
        .into_iter()
        .chain(logs.copied())
        .chain(capital)
        .collect()
}

/// A folder to open.
pub(crate) fn folder() -> Pick {
    Pick {
        question: FileQuestion {
            title: "Open a folder",
            filters: Vec::new(),
            choose: Choose::Folder,
        },
        answer: Box::new(|paths| Some(Event::Picked(paths))),
    }
}

/// DBC files to decode a source with.
pub(crate) fn dbc(source: SourceId) -> Pick {
    Pick {
        question: FileQuestion {
            title: "DBC files",
            filters: vec![("DBC", vec!["dbc", "DBC"])],
            choose: Choose::Files,
        },
        answer: Box::new(move |paths| Some(Event::PickedDbc(source, paths))),
    }
}

/// A DBC file with the definitions of a source's signals.
pub(crate) fn inspected_dbc(source: SourceId) -> Pick {
    Pick {
        question: FileQuestion {
            title: "DBC file",
            filters: vec![("DBC", vec!["dbc", "DBC"])],
            choose: Choose::Files,
        },
        answer: Box::new(move |paths| {
            let path = paths.into_iter().next()?;
            Some(Event::Inspected(InspectEvent::PickedDbc(source, path)))
        }),
    }
}

/// Where an export goes.
pub(crate) fn export_target(kind: ExportKind, suggested: PathBuf) -> Pick {
    let filter = (kind.label(), vec![kind.extension()]);
    Pick {
        question: FileQuestion {
            title: "Export",
            filters: vec![filter],
            choose: Choose::Target(suggested),
        },
        answer: Box::new(move |paths| {
            let path = paths.into_iter().next()?;
            Some(Event::Export(ExportEvent::PickedTarget(kind, path)))
        }),
    }
}

/// A layout to open.
pub(crate) fn layout() -> Pick {
    Pick {
        question: FileQuestion {
            title: "Open a layout",
            filters: vec![("Layouts", vec!["json"]), ("All files", vec!["*"])],
            choose: Choose::Files,
        },
        answer: Box::new(|paths| {
            let path = paths.into_iter().next()?;
            Some(Event::Layout(LayoutEvent::PickedFile(path)))
        }),
    }
}

/// Where a layout is saved.
pub(crate) fn layout_target(suggested: PathBuf) -> Pick {
    Pick {
        question: FileQuestion {
            title: "Save the layout",
            filters: vec![("Layouts", vec![LAYOUT_EXTENSION, "json"])],
            choose: Choose::Target(suggested),
        },
        answer: Box::new(|paths| {
            let path = paths.into_iter().next()?;
            Some(Event::Layout(LayoutEvent::PickedTarget(path)))
        }),
    }
}
