//! What the workers found: events to changes of the state.

use std::sync::Arc;

use super::partial::Cancelled;
use super::{
    AppState, Dialog, Effect, Event, LoadState, LoadedPart, Severity, SourceId, SourceStatus,
};
use crate::command::Command;
use crate::query::{Completeness, QueryStats};

impl AppState {
    /// Takes in an event. What follows from it comes back as effects, in order.
    pub fn apply(&mut self, event: Event) -> Vec<Effect> {
        self.computations.is_due = true;
        let mut effects = self.take_in(event);
        effects.extend(self.follow_overlays());
        effects
    }

    fn take_in(&mut self, event: Event) -> Vec<Effect> {
        match event {
            Event::SourceProgress(source, progress) => {
                if let Some(open) = self.sources.iter_mut().find(|open| open.id == source) {
                    open.tell_progress(progress);
                }
            }
            Event::SourceNeedsDbc { source, proposal } => {
                if let Some(open) = self.sources.iter_mut().find(|open| open.id == source) {
                    open.proposed_dbc = proposal;
                    open.status = SourceStatus::NeedsDbc;
                    self.dialog = Some(Dialog::ChooseDbc(source));
                }
            }
            Event::SourceReady {
                source,
                catalogue,
                location,
                remarks,
            } => {
                self.settings.remember(&location);
                if let Some(open) = self.sources.iter_mut().find(|open| open.id == source) {
                    open.location = location;
                    open.status = SourceStatus::Ready(catalogue);
                }
                for (severity, title, detail) in remarks {
                    self.notices.add(severity, title, detail);
                }
                self.select_first_vehicle(source);
                let mut effects = self.outdate_source(source);
                effects.extend(self.compare_decodings(source));
                effects.extend(self.load_notes(source));
                effects.extend(self.first_view(source));
                return effects;
            }
            Event::SourceFailed(source, text) => {
                self.notices.add(Severity::Error, text.clone(), "");
                self.forget_view_of(source);
                self.set_status(source, SourceStatus::Failed(text));
            }
            Event::Loaded {
                load,
                progress,
                parts,
            } => {
                self.store.update(load, |signal, loaded| {
                    if let LoadState::Loading {
                        progress: known, ..
                    } = &mut loaded.state
                    {
                        *known = progress;
                    }
                    if let Some(part) = parts.iter().find(|part| part.signal == *signal) {
                        loaded.take_partial(&part.series);
                    }
                });
            }
            Event::LoadEnded {
                load,
                parts,
                result,
            } => self.end_load(load, &parts, result),
            Event::BudgetReached(load, samples) => self.budget_reached(load, samples),
            Event::Picked(paths) => {
                let texts = paths
                    .into_iter()
                    .map(|path| path.to_string_lossy().into_owned())
                    .collect();
                return self.update(Command::Open(texts));
            }
            Event::PickedDbc(source, paths) => self.offer_dbc(source, paths),
            Event::Summarised(panel, question, result) => {
                if let Err(text) = &result {
                    self.notices.add(Severity::Error, text.clone(), "");
                }
                self.summaries.arrived(panel, &question, result.ok());
            }
            Event::Shifted(result) => self.shifted(result),
            Event::FoundFirst { of, inputs, result } => self.found_first(&of, &inputs, result),
            Event::Share(event) => self.apply_sharing(event),
            Event::Note(event) => return self.apply_notes(event),
            Event::Inspected(event) => return self.apply_inspection(event),
            Event::Layout(event) => return self.apply_layouts(event),
            Event::Computed(event) => self.computed(event),
            Event::Export(event) => return self.apply_exports(event),
            Event::Panicked(text) => self.notices.add(Severity::Error, text, ""),
        }
        Vec::new()
    }

    fn set_status(&mut self, id: SourceId, status: SourceStatus) {
        if let Some(source) = self.sources.iter_mut().find(|source| source.id == id) {
            source.status = status;
        }
    }

    fn end_load(
        &mut self,
        load: super::LoadId,
        parts: &[LoadedPart],
        result: Result<(Completeness, QueryStats), String>,
    ) {
        let cancelled = self.cancelled_at(load, parts, &result);
        let state = match result {
            Ok((completeness, stats)) => {
                // A query that was stopped does not tell what it took.
                if stats != QueryStats::default() {
                    self.last_query = Some(stats);
                }
                match completeness {
                    Completeness::Complete => LoadState::Complete,
                    Completeness::Partial { problems, .. } => {
                        let mut reasons: Vec<_> = problems
                            .iter()
                            .map(|problem| format!("{}: {}", problem.path, problem.text))
                            .collect();
                        reasons.extend(cancelled.as_ref().map(Cancelled::reason));
                        LoadState::Partial(reasons.join("\n"))
                    }
                }
            }
            Err(text) => LoadState::Failed(text),
        };
        if let LoadState::Failed(text) = &state {
            self.notices.add(Severity::Error, text.clone(), "");
        }
        self.store.update(load, |signal, loaded| {
            if let Some(part) = parts.iter().find(|part| part.signal == *signal) {
                if state == LoadState::Complete {
                    loaded.series = Some(Arc::clone(&part.series));
                } else {
                    loaded.take_partial(&part.series);
                }
            }
            loaded.state = state.clone();
        });
        if let Some(cancelled) = cancelled {
            self.ask_about_cancelled(cancelled);
        }
        self.evict();
    }
}
