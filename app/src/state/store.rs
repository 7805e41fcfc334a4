//! The samples that have been loaded, by signal.

use std::collections::BTreeMap;
use std::sync::Arc;

use canlake_shared::time::TimeRange;

use super::cache::SeriesCache;
use super::memory::is_lasting;
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
        /// Samples of the same stretch of time that are shown already: fewer do not replace them.
        shown: usize,
    },
    /// Everything that the source has in the range.
    Complete,
    /// Some of it, and why not all.
    Partial(String),
    /// Nothing, and why.
    Failed(String),
}

/// All signals that are plotted, or that computed signals read; beside them what is kept for later.
#[derive(Clone, Debug, Default)]
pub struct SeriesStore {
    signals: BTreeMap<SignalRef, LoadedSignal>,
    cache: SeriesCache,
}

impl LoadedSignal {
    /// Takes samples of a query under way, or of one that was stopped: a picture with fewer samples than
    /// there are does not replace them.
    pub(super) fn take_partial(&mut self, series: &Arc<Prepared>) {
        let LoadState::Loading { shown, .. } = self.state else {
            return;
        };
        if series.series().len() >= shown {
            self.series = Some(Arc::clone(series));
        }
    }
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

    /// Signals that nothing needs now, kept for later, in order.
    pub fn cached(&self) -> impl Iterator<Item = (&SignalRef, &LoadedSignal)> {
        self.cache.iter()
    }

    /// Bytes of memory that the samples take.
    pub fn memory_bytes(&self) -> usize {
        self.needed_bytes() + self.cached_bytes()
    }

    /// Bytes of the samples that are needed.
    pub fn needed_bytes(&self) -> usize {
        let series = self.signals.values();
        let series = series.filter_map(|signal| signal.series.as_ref());
        series.map(|series| series.memory_bytes()).sum()
    }

    /// Bytes of the samples that are kept for later. What is still shown, until others come, counts
    /// there.
    pub fn cached_bytes(&self) -> usize {
        let is_shown = |(signal, cached): &(&SignalRef, &LoadedSignal)| {
            let shown = self.signals.get(*signal).and_then(|it| it.series.as_ref());
            shown
                .zip(cached.series.as_ref())
                .is_some_and(|(shown, cached)| Arc::ptr_eq(shown, cached))
        };
        let cached = self.cache.iter().filter(|it| !is_shown(it));
        let series = cached.filter_map(|(_, loaded)| loaded.series.as_ref());
        series.map(|series| series.memory_bytes()).sum()
    }

    /// Shows again what is kept, without a query; whether it is there for this stretch of time.
    pub(super) fn recall(&mut self, signal: &SignalRef, range: TimeRange) -> bool {
        let Some(kept) = self.cache.take(signal, range) else {
            return false;
        };
        if let Some(before) = self.signals.insert(signal.clone(), kept) {
            self.keep(signal.clone(), before);
        }
        true
    }

    /// Keeps a signal for later, if it is whole and lasts.
    fn keep(&mut self, signal: SignalRef, loaded: LoadedSignal) {
        let is_whole = loaded.state == LoadState::Complete && loaded.series.is_some();
        if is_whole && is_lasting(&signal) {
            self.cache.keep(signal, loaded);
        }
    }

    /// Forgets signals that are kept.
    pub(super) fn drop_cached(&mut self, is_dropped: impl Fn(&SignalRef) -> bool) {
        self.cache.remove(is_dropped);
    }

    /// Notes that signals may be others where they came from: what is kept goes, and what is needed stays
    /// in sight until it has come again.
    pub(super) fn outdate(&mut self, is_outdated: impl Fn(&SignalRef) -> bool) {
        for (_, loaded) in self.signals.iter_mut().filter(|(it, _)| is_outdated(it)) {
            let reason = "its source was read again, and this was not loaded from it";
            loaded.state = LoadState::Failed(reason.to_owned());
        }
        self.drop_cached(is_outdated);
    }

    /// Forgets the kept signal that was not needed for the longest time; whether there was one.
    pub(super) fn evict_one(&mut self) -> bool {
        self.cache.evict()
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
        let before = self.signals.remove(&signal);
        let series = before.as_ref().and_then(|before| before.series.clone());
        let is_same_range = before.as_ref().is_some_and(|before| before.range == range);
        let shown = series.as_ref().filter(|_| is_same_range);
        let state = LoadState::Loading {
            load,
            progress: Progress::default(),
            shown: shown.map_or(0, |series| series.series().len()),
        };
        if let Some(before) = before.filter(|before| before.range != range) {
            self.keep(signal.clone(), before);
        }
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

    /// Forgets the samples of signals of which not all have arrived.
    pub(super) fn discard(&mut self, signals: &[SignalRef]) {
        for signal in signals {
            if let Some(loaded) = self.signals.get_mut(signal)
                && let LoadState::Partial(reason) = &mut loaded.state
            {
                loaded.series = None;
                reason.push_str("; what had arrived was discarded");
            }
        }
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

    /// Takes away what is needed no more; what is whole is kept for later.
    pub(super) fn retain(&mut self, mut is_needed: impl FnMut(&SignalRef) -> bool) {
        let needless = self.signals.extract_if(.., |signal, _| !is_needed(signal));
        let needless: Vec<_> = needless.collect();
        for (signal, loaded) in needless {
            self.keep(signal, loaded);
        }
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

#[cfg(test)]
mod tests {
    use canlake_shared::schema::SignalKey;
    use canlake_shared::time::Timestamp;

    use super::*;
    use crate::series::{GapPolicy, Series};
    use crate::state::{SourceId, VehicleRef};

    fn signal(name: &str) -> SignalRef {
        SignalRef {
            vehicle: VehicleRef::new(SourceId(0), "V"),
            key: SignalKey::new("", "Drive", None, name),
        }
    }

    fn range(idx: i64) -> TimeRange {
        TimeRange::new(
            Timestamp::from_ns(idx * 1_000),
            Timestamp::from_ns((idx + 1) * 1_000),
        )
    }

    fn loaded(range: TimeRange) -> LoadedSignal {
        let times: Vec<i64> = (0..100).map(|idx| range.start.as_ns() + idx * 10).collect();
        let values = vec![1.0; times.len()];
        let series = Series::new(times.into(), values.into()).unwrap();
        let info = SignalInfo {
            key: SignalKey::new("", "Drive", None, "any"),
            unit: "".into(),
            comment: "".into(),
            rows: 100,
            min: None,
            max: None,
            first: range.start,
            last: range.end,
            cycle_time_ms: None,
            on_change: false,
            integer: false,
            labels: [].into(),
        };
        LoadedSignal {
            info: Arc::new(info),
            range,
            series: Some(Arc::new(Prepared::new(series, &GapPolicy::default()))),
            state: LoadState::Complete,
        }
    }

    fn store(names: &[&str]) -> SeriesStore {
        let mut store = SeriesStore::default();
        for name in names {
            store.signals.insert(signal(name), loaded(range(0)));
        }
        store
    }

    fn cached(store: &SeriesStore) -> Vec<String> {
        let names = store
            .cached()
            .map(|(signal, _)| signal.key.signal.to_string());
        names.collect()
    }

    #[test]
    fn the_longest_unused_goes_first() {
        let mut store = store(&["a", "b", "c", "d"]);
        let one = store.memory_bytes() / 4;
        for name in ["b", "a", "c"] {
            store.retain(|kept| *kept != signal(name));
        }
        assert_eq!(cached(&store), ["a", "b", "c"]);
        assert_eq!((store.needed_bytes(), store.cached_bytes()), (one, 3 * one));
        // Needed again and left again: the youngest now.
        assert!(store.recall(&signal("b"), range(0)));
        assert_eq!(store.cached_bytes(), 2 * one);
        store.retain(|kept| *kept != signal("b"));
        store.evict_to(2 * one as u64);
        assert_eq!(cached(&store), ["b", "c"]);
        store.evict_to(one as u64);
        assert_eq!(cached(&store), ["b"]);
        store.evict_to(0);
        assert!(cached(&store).is_empty());
        assert!(store.get(&signal("d")).is_some(), "what is needed stays");
    }

    #[test]
    fn what_was_loaded_for_another_time_comes_back() {
        let mut store = store(&["a"]);
        let info = Arc::clone(&store.get(&signal("a")).unwrap().info);
        store.begin(signal("a"), info, range(1), LoadId(7));
        // It is shown until the new samples come, and counts once.
        assert_eq!(store.cached().count(), 1);
        assert_eq!(store.memory_bytes(), store.needed_bytes());
        assert!(!store.recall(&signal("a"), range(2)));
        assert!(store.recall(&signal("a"), range(0)));
        let shown = store.get(&signal("a")).unwrap();
        assert_eq!(shown.state, LoadState::Complete);
        assert_eq!(store.cached().count(), 0);
    }

    #[test]
    fn only_what_is_whole_and_lasts_is_kept() {
        let mut store = store(&["whole", "partial"]);
        let partial = store.signals.get_mut(&signal("partial")).unwrap();
        partial.state = LoadState::Partial("cancelled".to_owned());
        let mut computed = signal("sum");
        computed.key = crate::state::computed_key("sum");
        store.signals.insert(computed, loaded(range(0)));
        let mut shifted = signal("shifted");
        shifted.vehicle.overlay = Some(crate::state::OverlayId(1));
        store.signals.insert(shifted, loaded(range(0)));
        store.retain(|_| false);
        assert_eq!(cached(&store), ["whole"]);
    }
}
