//! Long work of all kinds in one list: for the status line, and for one command that ends it all.

use std::collections::BTreeMap;

use super::inspector::{ComparisonStatus, InspectEffect, Topic};
use super::{
    AppState, ConditionId, Effect, ExportCommand, ExportId, LoadId, LoadState, SignalRef, SourceId,
    SourceStatus,
};
use crate::query::Progress;
use crate::time_display::{bytes_text, count_text};

/// How much of a piece of work is done.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Amount {
    /// Bytes are read.
    Bytes {
        /// So many.
        done: u64,
        /// Of so many, as far as that is known.
        total: u64,
    },
    /// Things are looked at or made.
    Count {
        /// So many.
        done: u64,
        /// Of so many.
        total: u64,
        /// What they are called.
        what: &'static str,
    },
    /// From 0 to 1.
    Share(f32),
}

impl Amount {
    /// From 0 to 1.
    pub fn share(self) -> f32 {
        match self {
            Self::Bytes { done, total } | Self::Count { done, total, .. } => {
                (done as f64 / total.max(1) as f64).min(1.0) as f32
            }
            Self::Share(share) => share.clamp(0.0, 1.0),
        }
    }

    /// What is done, and of how much.
    pub fn text(self) -> String {
        match self {
            Self::Bytes { done, total } => {
                format!("{} of {}", bytes_text(done.min(total)), bytes_text(total))
            }
            Self::Count { done, total, what } => {
                format!("{} of {} {what}", count_text(done), count_text(total))
            }
            Self::Share(share) => format!("{:.0} %", 100.0 * share.clamp(0.0, 1.0)),
        }
    }

    /// Of several pieces of work: their bytes together, else the mean of their shares. `None` where of
    /// none is known how much is done.
    pub fn together(amounts: &[Self]) -> Option<Self> {
        let bytes = |amount: &Self| {
            if let Self::Bytes { done, total } = amount {
                Some((*done, *total))
            } else {
                None
            }
        };
        if amounts.is_empty() {
            return None;
        }
        let all_bytes: Option<Vec<_>> = amounts.iter().map(bytes).collect();
        Some(if let Some(all) = all_bytes {
            Self::Bytes {
                done: all.iter().map(|(done, _)| done).sum(),
                total: all.iter().map(|(_, total)| total).sum(),
            }
        } else {
            let shares: f32 = amounts.iter().map(|amount| amount.share()).sum();
            Self::Share(shares / amounts.len() as f32)
        })
    }
}

/// Names a piece of long work.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Job {
    /// A source is opened or decoded.
    Open(SourceId),
    /// Samples are loaded, or a computed signal is worked out.
    Load(LoadId),
    /// Events are looked for.
    Events(ConditionId),
    /// First times are looked for, to lay drives over each other.
    Align,
    /// Panels that tell of many samples are worked out.
    Summaries,
    /// Something is found out for the inspector.
    Inspect,
    /// A file is written.
    Export(ExportId),
}

/// A piece of long work.
#[derive(Clone, Debug, PartialEq)]
pub struct UnderWay {
    /// Names it, and ends it with [`crate::command::Command::Cancel`].
    pub job: Job,
    /// What is being done.
    pub title: String,
    /// How much of it is done, where that is known.
    pub amount: Option<Amount>,
}

/// The signals of one load.
#[derive(Default)]
struct Loading {
    signals: Vec<SignalRef>,
    progress: Progress,
}

impl AppState {
    /// All long work, the oldest kinds of waiting first.
    pub fn under_way(&self) -> Vec<UnderWay> {
        let mut all: Vec<UnderWay> = Vec::new();
        for source in &self.sources {
            if let SourceStatus::Opening(opening) = &source.status {
                all.push(UnderWay {
                    job: Job::Open(source.id),
                    title: format!("{}: {}", source.title, opening.progress.text),
                    amount: opening.progress.done,
                });
            }
        }
        all.extend(self.loads_under_way());
        for condition in &self.analysis.conditions {
            if self.is_searching(condition.id) {
                all.push(UnderWay {
                    job: Job::Events(condition.id),
                    title: format!("finding events of {}", condition.text),
                    amount: None,
                });
            }
        }
        let mut more = |job, title: &str, is_running: bool| {
            if is_running {
                all.push(UnderWay {
                    job,
                    title: title.to_owned(),
                    amount: None,
                });
            }
        };
        let is_aligning = self.compare.firsts.is_searching();
        more(Job::Align, "finding the time to align at", is_aligning);
        let is_summing = self.summaries.running().next().is_some();
        more(Job::Summaries, "working out panels", is_summing);
        if let Some(what) = self.inspecting() {
            more(Job::Inspect, what, true);
        }
        for export in &self.exports {
            all.push(UnderWay {
                job: Job::Export(export.id),
                title: format!("writing {}", export.title),
                amount: Some(Amount::Share(export.done)),
            });
        }
        all
    }

    fn loads_under_way(&self) -> impl Iterator<Item = UnderWay> {
        let mut loads: BTreeMap<LoadId, Loading> = BTreeMap::new();
        for (signal, loaded) in self.store.iter() {
            if let LoadState::Loading { load, progress, .. } = loaded.state
                && load != LoadId::NONE
            {
                let loading = loads.entry(load).or_default();
                loading.signals.push(signal.clone());
                loading.progress = progress;
            }
        }
        loads.into_iter().map(|(load, loading)| {
            let names = self.names_of(&loading.signals);
            let is_computed = loading.signals.iter().any(|it| self.analysis.defines(it));
            let doing = if is_computed {
                "working out"
            } else {
                "loading"
            };
            let Progress {
                bytes_read,
                bytes_total,
                ..
            } = loading.progress;
            UnderWay {
                job: Job::Load(load),
                title: format!("{doing} {names}"),
                amount: (bytes_total > 0).then_some(Amount::Bytes {
                    done: bytes_read,
                    total: bytes_total,
                }),
            }
        })
    }

    /// What is being found out for the inspector.
    fn inspecting(&self) -> Option<&'static str> {
        let comparison = self.inspector.comparison.as_ref().map(|it| &it.status);
        match comparison {
            Some(ComparisonStatus::FindingFrames) => return Some("looking for frames"),
            Some(ComparisonStatus::Comparing) => return Some("comparing decodings"),
            _ => {}
        }
        self.inspector
            .is_waiting()
            .then_some("inspecting the signal")
    }

    /// Ends all long work. What has arrived stays.
    pub(super) fn cancel_all(&mut self) -> Vec<Effect> {
        let jobs = self.under_way().into_iter().map(|it| it.job);
        let jobs: Vec<Job> = jobs.collect();
        jobs.into_iter().flat_map(|job| self.cancel(job)).collect()
    }

    /// Ends a piece of long work. What has arrived stays.
    pub(super) fn cancel(&mut self, job: Job) -> Vec<Effect> {
        match job {
            Job::Open(source) => self.cancel_opening(source),
            Job::Load(load) => {
                self.cancel_computing(load);
                vec![Effect::Cancel(load)]
            }
            Job::Events(condition) => self.cancel_search(condition),
            Job::Align => vec![Effect::StopFirsts(self.compare.firsts.cancel())],
            Job::Summaries => {
                let stopped = self.summaries.cancel().into_iter();
                stopped.map(Effect::StopSummary).collect()
            }
            Job::Inspect => {
                let stopped: Vec<Topic> = self.cancel_inspection();
                let stop = |topic| Effect::Inspect(InspectEffect::Stop(topic));
                stopped.into_iter().map(stop).collect()
            }
            Job::Export(id) => self.change_exports(ExportCommand::Cancel(id)),
        }
    }
}

#[cfg(test)]
#[path = "under_way_tests.rs"]
mod tests;
