//! Commands that open, decode and close sources.

use std::path::PathBuf;
use std::sync::Arc;

use super::{
    AppState, Dialog, Effect, LayoutCommand, OpenSource, Opening, Selection, Severity, SourceId,
    SourceStatus, VehicleRef,
};
use crate::share::Link;
use crate::source::SourceLocation;
use crate::source::decode::DbcChoice;
use crate::source::proposing::Proposal;

impl AppState {
    pub(super) fn open(&mut self, texts: &[String]) -> Vec<Effect> {
        if let [text] = texts
            && Link::is_meant_by(text)
        {
            return self.open_link(text);
        }
        let (layouts, places): (Vec<_>, Vec<_>) = texts
            .iter()
            .cloned()
            .partition(|text| Self::is_layout(text));
        let mut effects = Vec::new();
        if let Some(layout) = layouts.into_iter().next_back() {
            effects.extend(self.update_layouts(LayoutCommand::Open(layout.into())));
        }
        if effects.is_empty() || !places.is_empty() {
            effects.extend(self.open_place(&places));
        }
        effects
    }

    fn open_place(&mut self, texts: &[String]) -> Vec<Effect> {
        let location = match SourceLocation::from_args(texts) {
            Ok(location) => location,
            Err(error) => {
                self.notices.add(Severity::Error, error.to_string(), "");
                return Vec::new();
            }
        };
        self.open_location(location)
    }

    pub(super) fn open_location(&mut self, location: SourceLocation) -> Vec<Effect> {
        if let Some(open) = self
            .sources
            .iter()
            .find(|source| source.location == location)
        {
            let id = open.id;
            return self.reload_source(id);
        }
        let source = self.add_source(location.short_name(), location.clone());
        vec![Effect::Open {
            source,
            location,
            dbc: DbcChoice::default(),
        }]
    }

    pub(super) fn open_demo(&mut self) -> Vec<Effect> {
        const TITLE: &str = "Demo lake";
        if self.sources.iter().any(|source| source.title == TITLE) {
            return Vec::new();
        }
        let source = self.add_source(TITLE.to_owned(), SourceLocation::Local(Vec::new()));
        self.demo = Some(source);
        vec![Effect::OpenDemo(source)]
    }

    pub(super) fn add_source(&mut self, title: String, location: SourceLocation) -> SourceId {
        let id = SourceId(self.next_source);
        self.next_source += 1;
        self.sources.push(OpenSource {
            id,
            location,
            title,
            status: SourceStatus::Opening(Opening::begun()),
            proposed_dbc: Proposal::default(),
            dbc: DbcChoice::default(),
        });
        id
    }

    pub(super) fn decode_with(&mut self, id: SourceId, dbc: DbcChoice) -> Vec<Effect> {
        self.dialog = None;
        self.settings.remember_dbc(&dbc.paths);
        let Some(source) = self.sources.iter_mut().find(|source| source.id == id) else {
            return Vec::new();
        };
        source.reopen("decoding", dbc.clone());
        let effect = Effect::Open {
            source: id,
            location: source.location.clone(),
            dbc,
        };
        self.drop_cached_of(id);
        vec![effect]
    }

    /// Puts DBC files at the top of what a source can be decoded with.
    pub(super) fn offer_dbc(&mut self, id: SourceId, paths: Vec<PathBuf>) {
        if let Some(source) = self.sources.iter_mut().find(|source| source.id == id) {
            for path in paths {
                source.proposed_dbc.files.retain(|known| *known != path);
                source.proposed_dbc.files.insert(0, path);
            }
        }
    }

    pub(super) fn reload_source(&mut self, id: SourceId) -> Vec<Effect> {
        let Some(source) = self.sources.iter_mut().find(|source| source.id == id) else {
            return Vec::new();
        };
        source.reopen("opening", source.dbc.clone());
        let effect = Effect::Open {
            source: id,
            location: source.location.clone(),
            dbc: source.dbc.clone(),
        };
        self.drop_cached_of(id);
        vec![effect]
    }

    /// Ends the opening of a source: a new one is closed, another is what it was before.
    pub(super) fn cancel_opening(&mut self, id: SourceId) -> Vec<Effect> {
        let Some(source) = self.sources.iter_mut().find(|source| source.id == id) else {
            return Vec::new();
        };
        let title = format!("not opened: {} was cancelled", source.title);
        self.notices.add(Severity::Info, title, "");
        if !source.stop_opening() {
            return self.close_source(id);
        }
        self.forget_view_of(id);
        vec![Effect::CancelOpen(id)]
    }

    pub(super) fn close_source(&mut self, id: SourceId) -> Vec<Effect> {
        self.sources.retain(|source| source.id != id);
        if self
            .selection
            .as_ref()
            .is_some_and(|selection| selection.vehicle.source == id)
        {
            self.selection = None;
        }
        let about = [Dialog::ChooseDbc(id), Dialog::DecodeAgain(id)];
        if self.dialog.is_some_and(|dialog| about.contains(&dialog)) {
            self.dialog = None;
        }
        self.inspector.forget(id);
        self.forget_question();
        self.forget_view_of(id);
        self.notes.forget(id);
        self.workspace.keep_sources(|source| source != id);
        self.tidy_overlays();
        let mut effects = self.drop_unused();
        self.drop_cached_of(id);
        effects.push(Effect::Close(id));
        effects
    }

    /// Selects a vehicle of a source that has just been opened, if none is selected.
    pub(super) fn select_first_vehicle(&mut self, source: SourceId) {
        let first = self
            .source(source)
            .and_then(OpenSource::catalogue)
            .and_then(|catalogue| catalogue.vehicles.first());
        if let (None, Some(vehicle)) = (&self.selection, first) {
            self.selection = Some(Selection {
                vehicle: VehicleRef::new(source, Arc::clone(&vehicle.id)),
                session: None,
            });
        }
    }
}
