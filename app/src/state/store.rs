//! The samples that have been loaded, by signal.

use std::collections::BTreeMap;
use std::sync::Arc;

use canlake_shared::time::TimeRange;

use super::{LoadId, SignalRef};
use crate::query::Progress;
use crate::series::Prepared;
use crate::source::SignalInfo;

/// A signal that is plotted, with as much of it as has arrived.
#[derive(Clone, Debug)]
pub struct LoadedSignal {
    /// What the catalogue knows of it.
    pub info: Arc<SignalInfo>,
    /// The stretch of time that was asked for.
    pub range: TimeRange,
    /// What has arrived; of the range before while the first samples of a new one are on their way.
    pub series: Option<Arc<Prepared>>,
    /// How far it is.
    pub state: LoadState,
}

/// How far a signal is.
#[derive(Clone, Debug, PartialEq)]
pub enum LoadState {
    /// On its way.
    Loading {
        /// The query that brings it.
        load: LoadId,
        /// How far that query is.
        progress: Progress,
    },
    /// Everything that the source has in the range.
    Complete,
    /// Some of it, and why not all.
    Partial(String),
    /// Nothing, and why.
    Failed(String),
}

/// All signals that are plotted.
#[derive(Clone, Debug, Default)]
pub struct SeriesStore {
    signals: BTreeMap<SignalRef, LoadedSignal>,
}

impl SeriesStore {
    /// A signal, if it was ever asked for.
    pub fn get(&self, signal: &SignalRef) -> Option<&LoadedSignal> {
        self.signals.get(signal)
    }

    /// All of them, in order.
    pub fn iter(&self) -> impl Iterator<Item = (&SignalRef, &LoadedSignal)> {
        self.signals.iter()
    }

    /// Bytes of memory that the samples take.
    pub fn memory_bytes(&self) -> usize {
        self.signals
            .values()
            .filter_map(|signal| signal.series.as_ref())
            .map(|series| series.memory_bytes())
            .sum()
    }

    /// Whether any signal is on its way.
    pub fn is_loading(&self) -> bool {
        self.signals
            .values()
            .any(|signal| matches!(signal.state, LoadState::Loading { .. }))
    }

    /// Notes that a query for a signal has begun. What was loaded before stays visible meanwhile.
    pub(super) fn begin(
        &mut self,
        signal: SignalRef,
        info: Arc<SignalInfo>,
        range: TimeRange,
        load: LoadId,
    ) {
        let state = LoadState::Loading {
            load,
            progress: Progress::default(),
        };
        let series = self
            .signals
            .remove(&signal)
            .and_then(|before| before.series);
        let loading = LoadedSignal {
            info,
            range,
            series,
            state,
        };
        self.signals.insert(signal, loading);
    }

    /// Notes that a signal waits for others. What was there before stays visible meanwhile.
    pub(super) fn wait(&mut self, signal: SignalRef, info: Arc<SignalInfo>, range: TimeRange) {
        let is_waiting = self.signals.get(&signal).is_some_and(
            |known| matches!(known.state, LoadState::Loading { load, .. } if load == LoadId::NONE),
        );
        if !is_waiting {
            self.begin(signal, info, range, LoadId::NONE);
        }
    }

    /// Notes that nothing will come of a signal, and why.
    pub(super) fn end(
        &mut self,
        signal: SignalRef,
        info: Arc<SignalInfo>,
        range: TimeRange,
        state: LoadState,
    ) {
        let ended = LoadedSignal {
            info,
            range,
            series: None,
            state,
        };
        self.signals.insert(signal, ended);
    }

    /// Forgets signals.
    pub(super) fn remove(&mut self, is_removed: impl Fn(&SignalRef) -> bool) {
        self.signals.retain(|signal, _| !is_removed(signal));
    }

    /// Changes the signals that a query brings.
    pub(super) fn update(
        &mut self,
        load: LoadId,
        mut change: impl FnMut(&SignalRef, &mut LoadedSignal),
    ) {
        for (signal, loaded) in &mut self.signals {
            if matches!(loaded.state, LoadState::Loading { load: of, .. } if of == load) {
                change(signal, loaded);
            }
        }
    }

    /// Replaces the samples of a signal, unless others have come since.
    pub(super) fn replace(
        &mut self,
        signal: &SignalRef,
        before: &Arc<Prepared>,
        after: Arc<Prepared>,
    ) {
        let series = self.signals.get_mut(signal).map(|it| &mut it.series);
        if let Some(Some(series)) = series
            && Arc::ptr_eq(series, before)
        {
            *series = after;
        }
    }

    /// Drops what is plotted no more.
    pub(super) fn retain(&mut self, mut keep: impl FnMut(&SignalRef) -> bool) {
        self.signals.retain(|signal, _| keep(signal));
    }

    /// The queries that bring signals now.
    pub(super) fn loads(&self) -> Vec<LoadId> {
        let mut loads: Vec<_> = self
            .signals
            .values()
            .filter_map(|signal| match signal.state {
                LoadState::Loading { load, .. } if load != LoadId::NONE => Some(load),
                _ => None,
            })
            .collect();
        loads.sort_unstable();
        loads.dedup();
        loads
    }
}
