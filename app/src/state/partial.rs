//! What has arrived of a load that was stopped: kept or discarded, and loaded to its end if wanted.

use std::collections::BTreeSet;

use super::{
    AppState, Choice, Effect, LoadId, LoadState, LoadedPart, Severity, SignalRef, TimeWindow,
};
use crate::command::Command;
use crate::query::{Completeness, Progress, QueryStats};
use crate::time_display::{bytes_text, count_text};

/// What the user wants of samples of which not all have arrived.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PartialCommand {
    /// Forget what has arrived of signals with a load that was stopped. Where it was to replace the
    /// samples of another stretch of time, those are shown again.
    Discard(LoadId, Vec<SignalRef>),
    /// Load signals once more; what is there stays until more has come.
    LoadRest(Vec<SignalRef>),
}

/// What was shown before another stretch of time was asked for.
#[derive(Clone, Debug)]
pub(super) struct ShownBefore {
    window: TimeWindow,
    /// The queries that bring the other.
    loads: Vec<LoadId>,
}

/// A load that the user has stopped.
#[derive(Debug)]
pub(super) struct Cancelled {
    load: LoadId,
    signals: Vec<SignalRef>,
    samples: u64,
    progress: Progress,
}

impl Cancelled {
    /// Why samples are missing.
    pub(super) fn reason(&self) -> String {
        match self.share_text() {
            Some(share) => format!("cancelled after {share}"),
            None => "cancelled".to_owned(),
        }
    }

    fn share_text(&self) -> Option<String> {
        let Progress {
            bytes_read,
            bytes_total,
            ..
        } = self.progress;
        (bytes_total > 0).then(|| {
            format!(
                "{} of {} ({:.0} %)",
                bytes_text(bytes_read),
                bytes_text(bytes_total),
                100.0 * bytes_read as f64 / bytes_total as f64
            )
        })
    }
}

impl AppState {
    /// What is to be asked of a load that has ended, if it was stopped and its samples are wanted.
    pub(super) fn cancelled_at(
        &self,
        load: LoadId,
        parts: &[LoadedPart],
        result: &Result<(Completeness, QueryStats), String>,
    ) -> Option<Cancelled> {
        let is_cancelled = result.as_ref().is_ok_and(|(it, _)| it.is_cancelled());
        let mut progress = Progress::default();
        let mut signals = Vec::new();
        for (signal, loaded) in self.store.iter() {
            if let LoadState::Loading {
                load: of,
                progress: known,
                ..
            } = loaded.state
                && of == load
            {
                progress = known;
                signals.push(signal.clone());
            }
        }
        let is_asked = is_cancelled && !signals.is_empty();
        is_asked.then(|| Cancelled {
            load,
            samples: parts.iter().map(|it| it.series.series().len() as u64).sum(),
            signals,
            progress,
        })
    }

    pub(super) fn ask_about_cancelled(&mut self, cancelled: Cancelled) {
        let names = self.names_of(&cancelled.signals);
        let share = cancelled.share_text();
        let share = share.map_or_else(String::new, |share| format!(", {share}"));
        let title = format!(
            "Loading {names} was cancelled: {} samples have arrived{share}",
            count_text(cancelled.samples)
        );
        let is_instead = self.is_instead_of_another(cancelled.load);
        let signals = cancelled.signals;
        let discard = Choice {
            label: "Discard",
            hint: if is_instead {
                "show again what was there before"
            } else {
                "forget what has arrived"
            },
            command: Some(Command::Partial(PartialCommand::Discard(
                cancelled.load,
                signals.clone(),
            ))),
        };
        let keep = Choice {
            label: "Keep",
            hint: "show what has arrived, marked partial",
            command: None,
        };
        let rest = Choice {
            label: "Load the rest",
            hint: "what has arrived stays until more has come",
            command: Some(Command::Partial(PartialCommand::LoadRest(signals))),
        };
        self.notices
            .ask(Severity::Warning, title, "", vec![keep, discard, rest]);
    }

    /// The first of several names, and how many more there are.
    pub(super) fn names_of(&self, signals: &[SignalRef]) -> String {
        let first = signals.first().map(|signal| self.signal_name(signal));
        match (first, signals.len()) {
            (Some(first), 1) => first,
            (Some(first), n) => format!("{first} and {} more", n - 1),
            (None, _) => String::new(),
        }
    }

    /// Notes what was shown until queries for another stretch of time began. Where those before had not
    /// ended, what was shown before them counts.
    pub(super) fn remember_shown(&mut self, before: Option<TimeWindow>, effects: &[Effect]) {
        let mut loads = Vec::new();
        let mut stopped = Vec::new();
        for effect in effects {
            match effect {
                Effect::Load { load, .. } => loads.push(*load),
                Effect::Cancel(load) => stopped.push(*load),
                _ => {}
            }
        }
        let has_not_ended = |it: &ShownBefore| it.loads.iter().any(|load| stopped.contains(load));
        let earlier = self.shown_before.take().filter(has_not_ended);
        let window = earlier.map(|it| it.window).or(before);
        self.shown_before = window.map(|window| ShownBefore { window, loads });
    }

    fn is_instead_of_another(&self, load: LoadId) -> bool {
        let before = self.shown_before.as_ref();
        before.is_some_and(|before| before.loads.contains(&load))
    }

    pub(super) fn update_partial(&mut self, command: PartialCommand) -> Vec<Effect> {
        match command {
            PartialCommand::Discard(load, signals) if self.is_instead_of_another(load) => {
                self.store.discard(&signals);
                self.show_before()
            }
            PartialCommand::Discard(_, signals) => {
                self.store.discard(&signals);
                self.computations.is_due = true;
                Vec::new()
            }
            PartialCommand::LoadRest(signals) => self.load_rest(signals),
        }
    }

    fn show_before(&mut self) -> Vec<Effect> {
        let Some(before) = self.shown_before.take() else {
            return Vec::new();
        };
        let extent = before.window.extent();
        let sessions = self.selected_vehicle().map(|vehicle| &vehicle.sessions);
        let session = sessions.and_then(|all| all.iter().position(|it| it.range == extent));
        if let Some(selection) = &mut self.selection {
            selection.session = session;
        }
        self.window = Some(before.window);
        self.keep_own_windows_inside(extent);
        self.load_missing()
    }

    /// Signals of which not all has been loaded.
    pub fn partial_signals(&self) -> Vec<SignalRef> {
        let partial = self
            .store
            .iter()
            .filter(|(_, loaded)| matches!(loaded.state, LoadState::Partial(_)));
        partial.map(|(signal, _)| signal.clone()).collect()
    }

    /// Loads all signals once more of which not all has been loaded.
    pub(super) fn load_all_rest(&mut self) -> Vec<Effect> {
        let partial = self.partial_signals();
        if partial.is_empty() {
            let title = "nothing to load: of no plotted signal are samples missing";
            self.notices.add(Severity::Info, title, "");
        }
        self.load_rest(partial)
    }

    fn load_rest(&mut self, signals: Vec<SignalRef>) -> Vec<Effect> {
        let partial: BTreeSet<SignalRef> = self.partial_signals().into_iter().collect();
        for signal in signals {
            // What is worked out lacks what its inputs lack, or was cancelled itself.
            self.computations.forget(&signal);
            let inputs = self.inputs_behind(&signal);
            let wanted = inputs.into_iter().chain([signal]);
            self.load_again
                .extend(wanted.filter(|it| partial.contains(it) && !self.analysis.defines(it)));
        }
        self.computations.is_due = true;
        self.load_missing()
    }
}
