//! Which samples are loaded: those of what is plotted, for the stretch of time that was chosen.

use std::collections::BTreeMap;
use std::sync::Arc;

use canlake_shared::time::TimeRange;

use super::{
    AppState, COMPUTED_MESSAGE, Effect, History, LoadId, LoadState, RangeChoice, SignalRef,
    SourceId, TimeWindow, VehicleRef,
};
use crate::source::SignalInfo;

const HOUR_NS: i64 = 3_600_000_000_000;

impl AppState {
    /// Loads another stretch of time of the selected vehicle for everything that is plotted.
    pub(super) fn choose_range(&mut self, choice: RangeChoice) -> Vec<Effect> {
        let Some(vehicle) = self.selected_vehicle() else {
            return Vec::new();
        };
        let all = vehicle.range;
        let session = self
            .selected_session()
            .or(vehicle.sessions.last())
            .map_or(all, |session| session.range);
        let range = match choice {
            RangeChoice::LastHour => TimeRange::new(all.start.max(all.end - HOUR_NS), all.end),
            RangeChoice::LastDay => TimeRange::new(all.start.max(all.end - 24 * HOUR_NS), all.end),
            RangeChoice::Session => session,
            RangeChoice::Everything => all,
            RangeChoice::Typed(range) => range,
        };
        let last_session = vehicle.sessions.len().checked_sub(1);
        let before = self.window.clone();
        if let Some(selection) = &mut self.selection {
            selection.session = match choice {
                RangeChoice::Session => selection.session.or(last_session),
                _ => None,
            };
        }
        self.window = Some(TimeWindow::new(range));
        self.keep_own_windows_inside(range);
        self.zooms = History::default();
        let effects = self.load_missing();
        self.remember_shown(before, &effects);
        effects
    }

    /// Asks for what is plotted but not loaded for the current extent. Queries that bring what is no
    /// longer wanted are stopped: the newest question wins.
    pub(super) fn load_missing(&mut self) -> Vec<Effect> {
        let Some(range) = self.window.as_ref().map(TimeWindow::extent) else {
            return Vec::new();
        };
        let mut effects: Vec<_> = self
            .outdated_loads(range)
            .into_iter()
            .map(Effect::Cancel)
            .collect();
        let mut absent = Vec::new();
        for signal in self.wanted() {
            // What is computed is worked out when what it reads is there.
            if self.analysis.defines(&signal) || self.is_there(&signal, range) {
                continue;
            }
            let asked = self.range_to_load(&signal, range).unwrap_or(range);
            // What is kept comes back at once.
            if !self.store.recall(&signal, asked) {
                absent.push((signal, asked));
            }
        }
        let mut room = self.room(|signal| self.is_there(signal, range));
        let mut missing: BTreeMap<VehicleRef, Vec<Arc<SignalInfo>>> = BTreeMap::new();
        for (signal, asked) in absent {
            let Some(info) = self.signal_info(&signal) else {
                continue;
            };
            let bytes = self.estimated_bytes(&signal.vehicle, info, asked);
            if room.admit(&signal, bytes) {
                missing
                    .entry(signal.vehicle.clone())
                    .or_default()
                    .push(Arc::new(info.clone()));
            }
        }
        self.load_again.clear();
        self.refuse(&room, range);
        self.make_room(&room);
        let spare = room.left() / missing.len().max(1) as u64;
        for (vehicle, signals) in missing {
            let overlay = vehicle.overlay.and_then(|id| self.overlay(id));
            let range = overlay.map_or(range, |overlay| overlay.range);
            let load = LoadId(self.next_load);
            self.next_load += 1;
            for info in &signals {
                let signal = SignalRef {
                    vehicle: vehicle.clone(),
                    key: info.key.clone(),
                };
                self.store.begin(signal, Arc::clone(info), range, load);
            }
            effects.push(Effect::Load {
                load,
                recording_gaps: self.recording_gaps(
                    &VehicleRef {
                        overlay: None,
                        ..vehicle.clone()
                    },
                    range,
                ),
                shift_ns: self.shift_of(&vehicle),
                max_bytes: signals
                    .iter()
                    .map(|info| self.estimated_bytes(&vehicle, info, range))
                    .fold(spare, u64::saturating_add),
                vehicle,
                signals,
                range,
            });
        }
        effects
    }

    /// Whether a signal is loaded for what is shown, or on its way.
    fn is_there(&self, signal: &SignalRef, shown: TimeRange) -> bool {
        self.store.get(signal).is_some_and(|loaded| {
            self.range_to_load(signal, shown) == Some(loaded.range)
                && !matches!(loaded.state, LoadState::Failed(_))
                && !self.load_again.contains(signal)
        })
    }

    fn outdated_loads(&self, range: TimeRange) -> Vec<LoadId> {
        let mut outdated: Vec<_> = self
            .store
            .iter()
            .filter(|(signal, loaded)| self.range_to_load(signal, range) != Some(loaded.range))
            .filter_map(|(_, loaded)| match loaded.state {
                LoadState::Loading { load, .. } => Some(load),
                _ => None,
            })
            .collect();
        outdated.sort_unstable();
        outdated.dedup();
        outdated
    }

    /// Forgets samples that nothing needs, and stops queries that bring nothing else.
    pub(super) fn drop_unused(&mut self) -> Vec<Effect> {
        let before = self.store.loads();
        let wanted = self.wanted();
        self.store.retain(|signal| wanted.contains(signal));
        self.evict();
        self.cancel_needless(before)
    }

    /// What is loaded of a source that was read again may be other than what the source has now: it
    /// is loaded again by the next [`Self::load_missing`].
    pub(super) fn outdate_source(&mut self, source: SourceId) -> Vec<Effect> {
        let before = self.store.loads();
        // What is computed follows what it is worked out of.
        self.store.outdate(|signal| {
            signal.vehicle.source == source && *signal.key.message != *COMPUTED_MESSAGE
        });
        self.cancel_needless(before)
    }

    /// Stops those of the queries that bring nothing any more.
    fn cancel_needless(&self, before: Vec<LoadId>) -> Vec<Effect> {
        let after = self.store.loads();
        let needless = before.into_iter().filter(|load| !after.contains(load));
        needless.map(Effect::Cancel).collect()
    }
}
