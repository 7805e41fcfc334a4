//! What is handed to others: a plot as code, and links to a view.
//!
//! A link only says what to show: before a place is read that is not open yet, the user is asked.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use canlake_shared::error_chain;
use canlake_shared::schema::SignalKey;
use canlake_shared::time::TimeRange;

use super::layouts::{View, ViewTime};
use super::{
    AppState, AxisId, Dialog, Effect, OpenSource, PanelId, PanelKind, Place, SavedLayout, Severity,
    SignalRef, SourceId, SourceStatus, VehicleRef, Workspace,
};
use crate::share::{Kind, Link, LinkError};
use crate::source::SourceLocation;

/// Signals of a link without a layout that get a plot of their own; more are drawn in one.
const MAX_STACKED: usize = 6;

/// What the user wants to hand to others, or was handed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ShareCommand {
    /// Put code that reads the rows of a plot onto the clipboard.
    CopyAs(PanelId, Kind),
    /// The user agrees to open the place of the link.
    AcceptLink,
    /// What the link shows is in this source: its place has another name here than where the link was
    /// made.
    ShowLinkIn(SourceId),
}

/// What is done elsewhere for sharing.
#[derive(Clone, Debug)]
pub enum ShareEffect {
    /// Make code that reads rows.
    CopyAs {
        /// Where they are.
        source: SourceId,
        /// The vehicle.
        vehicle: Arc<str>,
        /// The signals.
        signals: Vec<SignalKey>,
        /// The time.
        range: TimeRange,
        /// For this reader.
        kind: Kind,
        /// Signals of the plot that cannot be copied, each with the reason.
        left_out: Vec<String>,
    },
}

/// What became of it.
#[derive(Clone, Debug)]
pub enum ShareEvent {
    /// Code that reads rows, or why there is none.
    Copied {
        /// The code.
        result: Result<String, String>,
        /// For this reader.
        kind: Kind,
        /// How many signals it reads.
        n_signals: usize,
        /// Those that it does not, each with the reason.
        left_out: Vec<String>,
    },
}

impl AppState {
    pub(super) fn update_sharing(&mut self, command: ShareCommand) -> Vec<Effect> {
        match command {
            ShareCommand::CopyAs(panel, kind) => self.copy_as(panel, kind),
            ShareCommand::AcceptLink => {
                self.dialog = None;
                match self.link.take() {
                    Some(link) => self.follow(link),
                    None => Vec::new(),
                }
            }
            ShareCommand::ShowLinkIn(source) => {
                self.dialog = None;
                let place = self.source(source).map(|open| open.location.clone());
                match (self.link.take(), place) {
                    (Some(link), Some(place)) => self.follow(Link {
                        source: Some(place),
                        ..link
                    }),
                    _ => Vec::new(),
                }
            }
        }
    }

    pub(super) fn apply_sharing(&mut self, event: ShareEvent) {
        let ShareEvent::Copied {
            result,
            kind,
            n_signals,
            left_out,
        } = event;
        match result {
            Ok(text) => {
                let n_all = n_signals + left_out.len();
                let (severity, title) = if left_out.is_empty() {
                    let signals = if n_signals == 1 { "signal" } else { "signals" };
                    let title = format!("Copied {n_signals} {signals} as {kind}");
                    (Severity::Info, title)
                } else {
                    let title = format!("Copied {n_signals} of {n_all} signals as {kind}");
                    (Severity::Warning, title)
                };
                self.notices.add(severity, title, left_out.join("\n"));
                self.clipboard = Some(text);
            }
            Err(text) => {
                let title = format!("nothing was copied: {text}");
                self.notices
                    .add(Severity::Error, title, left_out.join("\n"));
            }
        }
    }

    /// As [`Self::copy_as`], of the active panel.
    pub(super) fn copy_active_as(&mut self, kind: Kind) -> Vec<Effect> {
        if let Some(panel) = self.workspace.active() {
            return self.copy_as(panel, kind);
        }
        let title = "nothing to copy: plot a signal first";
        self.notices.add(Severity::Info, title, "");
        Vec::new()
    }

    /// The visible rows of the visible signals of a panel, as code that reads them.
    fn copy_as(&mut self, id: PanelId, kind: Kind) -> Vec<Effect> {
        let panel = self.workspace.panel(id);
        let plotted = panel.map_or(&[][..], |panel| &panel.signals);
        let mut copied: Vec<&SignalRef> = Vec::new();
        let mut left_out = Vec::new();
        for plotted in plotted.iter().filter(|it| it.visible) {
            let signal = &plotted.signal;
            let reason = if self.analysis.defines(signal) {
                "computed here, so that no file has it".to_owned()
            } else if signal.vehicle.overlay.is_some() {
                "laid over from another time; copy it from a plot of that time".to_owned()
            } else if self.signal_info(signal).is_none() {
                "not in the files that are open".to_owned()
            } else if copied
                .first()
                .is_some_and(|it| it.vehicle != signal.vehicle)
            {
                "of another vehicle; copy it from a plot of its own".to_owned()
            } else {
                copied.push(signal);
                continue;
            };
            left_out.push(format!("{} is {reason}", self.signal_name(signal)));
        }
        let window = panel.and_then(|panel| self.window_of(panel));
        let (Some(first), Some(window)) = (copied.first(), window) else {
            let title = if left_out.is_empty() {
                "nothing to copy: plot a signal first"
            } else {
                "nothing to copy: no file has what this plot shows"
            };
            self.notices
                .add(Severity::Warning, title, left_out.join("\n"));
            return Vec::new();
        };
        vec![Effect::Share(ShareEffect::CopyAs {
            source: first.vehicle.source,
            vehicle: Arc::clone(&first.vehicle.vehicle),
            signals: copied.iter().map(|it| it.key.clone()).collect(),
            // Beyond what is loaded, nothing is plotted.
            range: window.visible().intersection(window.extent()),
            kind,
            left_out,
        })]
    }

    /// Puts a link to what is shown onto the clipboard.
    pub(super) fn copy_link(&mut self) {
        let Some(selection) = &self.selection else {
            let title = "nothing to link to: open data first";
            self.notices.add(Severity::Info, title, "");
            return;
        };
        let layout = self.saved_layout();
        let place = self.source(selection.vehicle.source);
        let roles = layout.roles();
        let signals = roles.into_iter().filter(|role| role.slot == 0);
        let mut link = Link {
            source: place.map(|place| absolute(&place.location)),
            vehicle: Some(selection.vehicle.vehicle.to_string()),
            range: self.window.as_ref().map(super::TimeWindow::visible),
            signals: signals
                .map(|role| role.key)
                .filter(|key| self.is_recorded(&selection.vehicle, key))
                .collect(),
            layout: (!layout.panels.is_empty()).then(|| layout.to_line()),
        };
        let mut text = link.to_text();
        let is_too_long = matches!(text, Err(LinkError::TooLong { .. }));
        if is_too_long {
            link.layout = None;
            text = link.to_text();
        }
        match text {
            Ok(text) => {
                self.clipboard = Some(text);
                if is_too_long {
                    let title = "Copied a link without the layout, which is too long for one; save it and send the file along";
                    self.notices.add(Severity::Warning, title, "");
                } else {
                    self.notices
                        .add(Severity::Info, "Copied a link to this view", "");
                }
            }
            Err(error) => {
                let title = format!("no link was copied: {}", error_chain(&error));
                self.notices.add(Severity::Error, title, "");
            }
        }
    }

    fn is_recorded(&self, vehicle: &VehicleRef, key: &SignalKey) -> bool {
        let signal = SignalRef {
            vehicle: vehicle.clone(),
            key: key.clone(),
        };
        !self.analysis.defines(&signal) && self.signal_info(&signal).is_some()
    }

    /// Shows what a link says, or asks first.
    pub(super) fn open_link(&mut self, text: &str) -> Vec<Effect> {
        let link: Link = match text.parse() {
            Ok(link) => link,
            Err(error) => {
                let title = format!("cannot open the link: {}", error_chain(&error));
                self.notices.add(Severity::Error, title, "");
                return Vec::new();
            }
        };
        let is_open = |place: &SourceLocation| self.source_at(place).is_some();
        if link.source.as_ref().is_none_or(is_open) {
            return self.follow(link);
        }
        self.link = Some(link);
        self.dialog = Some(Dialog::OpenLink);
        Vec::new()
    }

    /// The open sources that have the vehicle of the link which waits for an answer.
    pub fn sources_of_link(&self) -> impl Iterator<Item = &OpenSource> {
        let link = self.link.as_ref();
        let vehicle = link.and_then(|link| link.vehicle.as_deref());
        let sources = self.sources.iter();
        sources.filter(move |source| {
            let catalogue = source.catalogue();
            let has = |vehicle| catalogue.is_some_and(|it| it.vehicle(vehicle).is_some());
            vehicle.is_some_and(has)
        })
    }

    fn source_at(&self, place: &SourceLocation) -> Option<&OpenSource> {
        let place = absolute(place);
        let mut sources = self.sources.iter();
        sources.find(|source| absolute(&source.location) == place)
    }

    fn follow(&mut self, link: Link) -> Vec<Effect> {
        let mut effects = Vec::new();
        let mut source = None;
        if let Some(place) = &link.source {
            if self.source_at(place).is_none() {
                effects.extend(self.open_location(place.clone()));
            }
            let Some(open) = self.source_at(place) else {
                return effects;
            };
            if matches!(open.status, SourceStatus::Failed(_)) {
                effects.extend(self.reload_source(open.id));
            }
            source = self.source_at(place).map(|open| open.id);
        }
        let layout = self.layout_of(&link);
        let view = View {
            source,
            keeps_analysis: link.layout.is_none(),
            layout,
            vehicle: link.vehicle,
            time: link.range.map_or(ViewTime::Kept, ViewTime::Shown),
            may_ask: true,
        };
        effects.extend(self.begin_view(view));
        effects
    }

    /// How a link's signals are shown; `None` where it says nothing of them, so that all stays.
    fn layout_of(&mut self, link: &Link) -> Option<SavedLayout> {
        if let Some(text) = &link.layout {
            match SavedLayout::from_bytes(text.as_bytes()) {
                Ok((layout, skipped)) => {
                    if !skipped.is_empty() {
                        let title = "parts of the link's layout cannot be read and are left out";
                        self.notices
                            .add(Severity::Warning, title, skipped.join("\n"));
                    }
                    return Some(layout);
                }
                Err(error) => {
                    let error = error_chain(&error);
                    let title =
                        format!("the signals of the link are shown without its layout: {error}");
                    self.notices.add(Severity::Warning, title, "");
                }
            }
        }
        if link.signals.is_empty() {
            return None;
        }
        let vehicles: Vec<String> = link.vehicle.iter().cloned().collect();
        let layout = SavedLayout {
            vehicles,
            ..SavedLayout::default()
        };
        let mut workspace = Workspace::default();
        for key in &link.signals {
            let panel = workspace
                .active()
                .filter(|_| link.signals.len() > MAX_STACKED)
                .unwrap_or_else(|| workspace.add_panel(PanelKind::Plot, Place::Below));
            let signal = SignalRef {
                vehicle: layout.slot_ref(0),
                key: key.clone(),
            };
            // Its axis follows when the signal is found.
            workspace.plot(panel, signal, AxisId::of_unit(""));
        }
        Some(SavedLayout {
            panels: workspace.panels().cloned().collect(),
            arrangement: workspace.layout().clone(),
            active: workspace.active(),
            ..layout
        })
    }
}

/// A place as others on this machine name it.
fn absolute(place: &SourceLocation) -> SourceLocation {
    match place {
        SourceLocation::Local(paths) => {
            let absolute =
                |path: &PathBuf| std::path::absolute(path).unwrap_or_else(|_| path.clone());
            // Without the slash that a shell's completion leaves at the end.
            let plain = |path: PathBuf| path.components().as_path().to_owned();
            SourceLocation::Local(paths.iter().map(absolute).map(plain).collect())
        }
        address => address.clone(),
    }
}

/// What the question before opening a link names: each place in a line.
pub fn places_of(link: &Link) -> Vec<String> {
    match &link.source {
        None => Vec::new(),
        Some(SourceLocation::Local(paths)) => {
            let text = |path: &PathBuf| Path::display(path).to_string();
            paths.iter().map(text).collect()
        }
        Some(address) => vec![address.to_string()],
    }
}
