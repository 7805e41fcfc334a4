//! Samples that no panel shows any more, kept as long as there is room: what is plotted again comes
//! from here without a query.

use std::collections::BTreeMap;

use canlake_shared::time::TimeRange;

use super::{LoadedSignal, SignalRef};

/// A signal with the stretch of time that it is loaded for.
type Key = (SignalRef, [i64; 2]);

/// Signals that are kept, with when each was needed last.
#[derive(Clone, Debug, Default)]
pub(super) struct SeriesCache {
    signals: BTreeMap<Key, (u64, LoadedSignal)>,
    /// Counts what is put in: the order of use.
    now: u64,
}

impl SeriesCache {
    /// Keeps a signal that has just been needed for the last time.
    pub(super) fn keep(&mut self, signal: SignalRef, loaded: LoadedSignal) {
        self.now += 1;
        let key = key(signal, loaded.range);
        self.signals.insert(key, (self.now, loaded));
    }

    /// Takes a signal out, if it is here for this stretch of time.
    pub(super) fn take(&mut self, signal: &SignalRef, range: TimeRange) -> Option<LoadedSignal> {
        let (_, loaded) = self.signals.remove(&key(signal.clone(), range))?;
        Some(loaded)
    }

    /// Forgets signals.
    pub(super) fn remove(&mut self, is_removed: impl Fn(&SignalRef) -> bool) {
        self.signals.retain(|(signal, _), _| !is_removed(signal));
    }

    /// Forgets the one that was not needed for the longest time; whether there was one.
    pub(super) fn evict(&mut self) -> bool {
        let oldest = self.signals.iter().min_by_key(|(_, (used, _))| *used);
        match oldest.map(|(key, _)| key.clone()) {
            Some(key) => self.signals.remove(&key).is_some(),
            None => false,
        }
    }

    /// All of them, in order.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&SignalRef, &LoadedSignal)> {
        self.signals
            .iter()
            .map(|((signal, _), (_, loaded))| (signal, loaded))
    }
}

fn key(signal: SignalRef, range: TimeRange) -> Key {
    (signal, [range.start.as_ns(), range.end.as_ns()])
}
