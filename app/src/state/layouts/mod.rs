//! Layouts at work: saved, opened, and restored at start; what a drive lacks is asked for.
//!
//! ```text
//! Open(path) ──Read──▶ worker ──▶ begin ──▶ all signals found ──▶ lay out
//!                                   │                               ▲
//!                                   └──▶ question in a dialog ──────┘
//! ```
//!
//! A layout that comes before there is a vehicle waits for one.

mod expressions;
mod keeping;
mod laying_out;
mod opening;
mod saving;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use canlake_shared::schema::SignalKey;
use canlake_shared::time::TimeRange;

use super::{
    AppState, Dialog, Effect, LAYOUT_EXTENSION, Namesakes, Role, SavedLayout, Severity, Slot,
    SourceId, VehicleRef,
};
use crate::source::Catalogue;

pub use keeping::Kept;

/// What the user wants with layouts.
#[derive(Clone, Debug, PartialEq)]
pub enum LayoutCommand {
    /// Choose a file in the system's dialog.
    PickFile,
    /// Choose in the system's dialog where to save.
    PickTarget,
    /// Open a file.
    Open(PathBuf),
    /// Save to a file.
    SaveTo {
        /// The file.
        path: PathBuf,
        /// Whether one that is there already may be replaced: the user was asked.
        may_replace: bool,
    },
    /// In the question: the vehicle of a slot.
    ChooseVehicle(Slot, VehicleRef),
    /// In the question: which signal is meant; none leaves it out.
    ChooseSignal(Role, Option<SignalKey>),
    /// The question is answered.
    Answer,
    /// Take a file from the list of recent ones.
    Forget(PathBuf),
}

/// What is done elsewhere for layouts.
#[derive(Clone, Debug)]
pub enum LayoutEffect {
    /// Let the user choose a file.
    PickFile,
    /// Let the user choose where to save; the path is a suggestion.
    PickTarget(PathBuf),
    /// Read a file.
    Read(PathBuf),
    /// Write a file.
    Write {
        /// The file.
        path: PathBuf,
        /// Whether one that is there already may be replaced.
        may_replace: bool,
        /// What it holds.
        layout: Box<SavedLayout>,
    },
    /// Put the signals of a vehicle in the order of their likeness to missing ones.
    Rank {
        /// What holds the vehicle.
        catalogue: Arc<Catalogue>,
        /// The vehicle.
        vehicle: Arc<str>,
        /// The missing signals, and the units of their axes.
        missing: Vec<(Role, String)>,
    },
}

/// What became of it.
#[derive(Clone, Debug)]
pub enum LayoutEvent {
    /// The user chose a file to open.
    PickedFile(PathBuf),
    /// The user chose where to save.
    PickedTarget(PathBuf),
    /// A file was read: what it holds, and what of it could not be read; or why it could not.
    Read(PathBuf, Result<(Box<SavedLayout>, Vec<String>), String>),
    /// A file was written, or why not.
    Written(PathBuf, Result<(), String>),
    /// Signals in the order of their likeness to missing ones.
    Ranked(Vec<(Role, Vec<SignalKey>)>),
}

/// Layouts, as far as they are not in the panels.
#[derive(Clone, Debug, Default)]
pub struct Layouts {
    /// The file that was opened or saved last, where saving writes to.
    pub path: Option<PathBuf>,
    /// Keys of which the user said that they are one signal.
    pub namesakes: Namesakes,
    /// What has to be answered before a layout is opened.
    pub question: Option<Question>,
    /// Files that are being read or written.
    pub running: usize,
    /// Waits for a vehicle.
    waiting: Option<View>,
    /// How places looked when they were seen last.
    kept: Vec<Kept>,
    /// Whether the place that is opened first is to look as it did.
    restores: bool,
}

/// A layout on its way into the window.
#[derive(Clone, Debug)]
pub(super) struct View {
    /// The source that it is to be seen of; whichever is looked at if `None`.
    pub source: Option<SourceId>,
    /// Panels and what is in them; those that are there stay if `None`.
    pub layout: Option<SavedLayout>,
    /// Whether what is worked out from signals stays.
    pub keeps_analysis: bool,
    /// The vehicle to look at; the selected one if `None`.
    pub vehicle: Option<String>,
    /// The time to show.
    pub time: ViewTime,
    /// Whether what is missing is asked for; else it is left out and named.
    pub may_ask: bool,
}

impl View {
    /// Of a layout that nobody is asked about.
    fn unasked(layout: SavedLayout, vehicle: Option<String>, time: ViewTime) -> Self {
        Self {
            source: None,
            layout: Some(layout),
            keeps_analysis: false,
            vehicle,
            time,
            may_ask: false,
        }
    }
}

/// Which time a layout is opened with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ViewTime {
    /// What is shown stays; where nothing is, that of the layout.
    Kept,
    /// That of the layout.
    Saved,
    /// Another, and nothing else is loaded.
    Only(TimeRange),
    /// Another, of the session that it is in.
    Shown(TimeRange),
}

/// What has to be answered before a layout is opened.
#[derive(Clone, Debug)]
pub struct Question {
    layout: Box<SavedLayout>,
    keeps_analysis: bool,
    time: ViewTime,
    may_ask: bool,
    /// Who stands where, of the slots that the layout has signals of.
    pub vehicles: BTreeMap<Slot, Option<VehicleRef>>,
    /// The slots that had to be asked for.
    pub open_slots: Vec<Slot>,
    /// Signals that were found, and those chosen.
    found: BTreeMap<Role, SignalKey>,
    /// Names in expressions that the drive lacks, and the signals that they mean.
    names: BTreeMap<String, Role>,
    /// Signals that were not found.
    pub missing: Vec<Missing>,
}

impl Question {
    /// Whom a slot was of when the layout was saved.
    pub fn vehicle_name(&self, slot: Slot) -> String {
        match &*self.layout.slot_ref(slot).vehicle {
            "" => format!("vehicle {}", slot + 1),
            id => id.to_owned(),
        }
    }

    /// Signals that are left out if it is answered like this.
    pub fn left_out(&self) -> usize {
        let mut roles = self.layout.roles();
        roles.extend(self.names.values().cloned());
        let is_chosen = |role: &Role| {
            let mut missing = self.missing.iter();
            missing.any(|it| it.role == *role && it.choice.is_some())
        };
        let is_left_out = |role: &&Role| !self.found.contains_key(*role) && !is_chosen(role);
        roles.iter().filter(is_left_out).count()
    }
}

/// A signal that the drive lacks.
#[derive(Clone, Debug, PartialEq)]
pub struct Missing {
    /// The signal.
    pub role: Role,
    /// What the user chose in its place.
    pub choice: Option<SignalKey>,
    /// What could be meant, the likest first; `None` while that is worked out.
    pub candidates: Option<Arc<[SignalKey]>>,
}

impl AppState {
    pub(super) fn update_layouts(&mut self, command: LayoutCommand) -> Vec<Effect> {
        match command {
            LayoutCommand::PickFile => vec![Effect::Layout(LayoutEffect::PickFile)],
            LayoutCommand::PickTarget => {
                let suggested = self.suggested_layout_path();
                vec![Effect::Layout(LayoutEffect::PickTarget(suggested))]
            }
            LayoutCommand::Open(path) => self.read_layout(path),
            LayoutCommand::SaveTo { path, may_replace } => self.save_layout_to(path, may_replace),
            LayoutCommand::ChooseVehicle(slot, vehicle) => self.choose_slot(slot, vehicle),
            LayoutCommand::ChooseSignal(role, choice) => {
                if let Some(question) = &mut self.layouts.question {
                    let mut missing = question.missing.iter_mut();
                    if let Some(missing) = missing.find(|it| it.role == role) {
                        missing.choice = choice;
                    }
                }
                Vec::new()
            }
            LayoutCommand::Answer => self.answer_question(),
            LayoutCommand::Forget(path) => {
                self.settings.recent_layouts.retain(|it| *it != path);
                Vec::new()
            }
        }
    }

    pub(super) fn apply_layouts(&mut self, event: LayoutEvent) -> Vec<Effect> {
        match event {
            LayoutEvent::PickedFile(path) => return self.read_layout(path),
            LayoutEvent::PickedTarget(path) => return self.save_layout_to(path, true),
            LayoutEvent::Read(path, result) => {
                self.layouts.running = self.layouts.running.saturating_sub(1);
                match result {
                    Ok((layout, skipped)) => return self.opened_layout(path, *layout, &skipped),
                    Err(text) => {
                        let title = format!("cannot open the layout: {text}: {}", path.display());
                        self.notices.add(Severity::Error, title, "");
                        self.settings.recent_layouts.retain(|it| *it != path);
                    }
                }
            }
            LayoutEvent::Written(path, result) => {
                self.layouts.running = self.layouts.running.saturating_sub(1);
                match result {
                    Ok(()) => {
                        let title = format!("Saved the layout to {}", path.display());
                        self.notices.add(Severity::Info, title, "");
                        self.settings.remember_layout(&path);
                        self.layouts.path = Some(path);
                    }
                    Err(text) => {
                        let title = format!("cannot save the layout: {text}: {}", path.display());
                        self.notices.add(Severity::Error, title, "");
                    }
                }
            }
            LayoutEvent::Ranked(ranked) => {
                let missing = self.layouts.question.iter_mut();
                for missing in missing.flat_map(|question| &mut question.missing) {
                    let mut ranked = ranked.iter();
                    if let Some((_, keys)) = ranked.find(|(role, _)| *role == missing.role) {
                        missing.candidates = Some(keys.as_slice().into());
                    }
                }
            }
        }
        Vec::new()
    }

    /// Has the source that is opened next shown as a layout says: this vehicle, and this time if one is
    /// given. What is missing is left out and told.
    pub fn show_next_as(
        &mut self,
        layout: SavedLayout,
        vehicle: Option<String>,
        range: Option<TimeRange>,
    ) {
        let time = range.map_or(ViewTime::Saved, ViewTime::Only);
        self.layouts.waiting = Some(View::unasked(layout, vehicle, time));
    }

    /// Whether a layout is about to fill the window, so that nothing else should.
    pub(super) fn awaits_layout(&self) -> bool {
        self.layouts.running > 0 || self.layouts.waiting.is_some()
    }

    /// Forgets what was to be seen of a source that is not there.
    pub(super) fn forget_view_of(&mut self, source: SourceId) {
        self.layouts
            .waiting
            .take_if(|view| view.source == Some(source));
    }

    /// Lets a layout be that was about to be opened.
    pub(super) fn forget_question(&mut self) {
        self.layouts.question = None;
        if self.dialog == Some(Dialog::MatchSignals) {
            self.dialog = None;
        }
    }

    pub(super) fn is_layout(path: &str) -> bool {
        path.ends_with(&format!(".{LAYOUT_EXTENSION}"))
    }

    fn read_layout(&mut self, path: PathBuf) -> Vec<Effect> {
        self.dialog = None;
        if path.as_os_str().is_empty() {
            let title = "no layout to open: type the path of a file";
            self.notices.add(Severity::Error, title, "");
            return Vec::new();
        }
        self.layouts.running += 1;
        vec![Effect::Layout(LayoutEffect::Read(path))]
    }

    fn opened_layout(
        &mut self,
        path: PathBuf,
        layout: SavedLayout,
        skipped: &[String],
    ) -> Vec<Effect> {
        if !skipped.is_empty() {
            let title = format!(
                "parts of the layout could not be read and are left out: {}",
                path.display()
            );
            self.notices
                .add(Severity::Warning, title, skipped.join("\n"));
        }
        self.settings.remember_layout(&path);
        self.layouts.path = Some(path);
        self.begin_view(View {
            source: None,
            layout: Some(layout),
            keeps_analysis: false,
            vehicle: None,
            time: ViewTime::Kept,
            may_ask: true,
        })
    }

    /// Saves to the file that is known, or asks for one.
    pub(super) fn save_layout(&mut self) -> Vec<Effect> {
        if let Some(path) = self.layouts.path.clone() {
            return self.save_layout_to(path, true);
        }
        self.ask_where_to_save_layout();
        Vec::new()
    }

    pub(super) fn ask_where_to_save_layout(&mut self) {
        if self.workspace.panels().next().is_none() {
            let title = "nothing to save: a layout is of panels, plot a signal first";
            self.notices.add(Severity::Warning, title, "");
        } else {
            self.dialog = Some(Dialog::SaveLayout);
        }
    }

    fn save_layout_to(&mut self, path: PathBuf, may_replace: bool) -> Vec<Effect> {
        self.dialog = None;
        if path.as_os_str().is_empty() {
            let title = "no file to save the layout to: type a path";
            self.notices.add(Severity::Error, title, "");
            return Vec::new();
        }
        let path = with_extension(path);
        self.layouts.running += 1;
        vec![Effect::Layout(LayoutEffect::Write {
            path,
            may_replace,
            layout: Box::new(self.saved_layout()),
        })]
    }

    /// Where a layout is saved to if nothing else is said.
    pub fn suggested_layout_path(&self) -> PathBuf {
        if let Some(path) = &self.layouts.path {
            return path.clone();
        }
        let recent = self.settings.recent_layouts.first();
        let folder = recent.and_then(|path| path.parent()).map(Path::to_owned);
        let folder = folder.unwrap_or_else(|| self.documents.clone());
        folder.join(format!("layout.{LAYOUT_EXTENSION}"))
    }
}

/// A file without an extension gets that of layouts, so that it is known as one when it is dropped.
fn with_extension(mut path: PathBuf) -> PathBuf {
    if path.extension().is_none() {
        path.set_extension(LAYOUT_EXTENSION);
    }
    path
}
