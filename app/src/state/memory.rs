//! Where memory goes: a budget for samples, what is kept beyond what is plotted, and what is not loaded
//! because it would not fit.
//!
//! Plotted signals are never taken away. What is plotted no more stays in the [cache](super::cache)
//! until the room is needed, the longest unused first. A signal that would not fit even then is not
//! loaded, and the user is told.

use std::sync::Arc;

use canlake_shared::time::TimeRange;

use super::computed::COMPUTED_MESSAGE;
use super::{AppState, LoadId, LoadState, SeriesStore, Severity, SignalRef, VehicleRef};
use crate::source::{SessionInfo, SignalInfo};
use crate::system_memory;
use crate::time_display::{bytes_text, count_text};

/// Bytes that a sample takes: time, value, and its share of the pyramid, rounded up.
const SAMPLE_BYTES: f64 = 17.0;
/// The least that is taken for samples unless the user wants less.
const MIN_DEFAULT_BYTES: u64 = 512_000_000;
const MB: u64 = 1_000_000;

/// What the user wants of memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MemoryCommand {
    /// So many megabytes for samples; a part of the machine's memory without.
    SetBudget(Option<u64>),
    /// Forget samples that no panel shows.
    DropCached,
}

/// Where the memory of one signal goes.
#[derive(Clone, Debug)]
pub struct MemoryUse {
    /// Which.
    pub signal: SignalRef,
    /// What it is called.
    pub name: String,
    /// Samples.
    pub samples: u64,
    /// Bytes.
    pub bytes: u64,
    /// Loaded for this stretch of time.
    pub range: TimeRange,
    /// Whether a panel or a computed signal needs it.
    pub is_needed: bool,
}

/// What there is room for.
#[derive(Debug)]
pub(super) struct Room {
    budget: u64,
    /// Taken by what stays, and by what was let in.
    taken: u64,
    refused: Vec<(SignalRef, u64)>,
}

impl Room {
    /// Whether a signal may be loaded; from then on its room is taken.
    pub(super) fn admit(&mut self, signal: &SignalRef, bytes: u64) -> bool {
        let is_fitting = self.taken.saturating_add(bytes) <= self.budget;
        if is_fitting {
            self.taken += bytes;
        } else {
            self.refused.push((signal.clone(), bytes));
        }
        is_fitting
    }

    /// What is left.
    pub(super) fn left(&self) -> u64 {
        self.budget.saturating_sub(self.taken)
    }

    /// Why a signal was not let in.
    pub(super) fn reason(&self, bytes: u64) -> String {
        format!(
            "not loaded: it takes about {}, and {} of the memory budget of {} are left; choose a \
             shorter range, remove plots, or raise the budget under Memory",
            bytes_text(bytes),
            bytes_text(self.left()),
            bytes_text(self.budget)
        )
    }
}

/// Bytes that a signal will take for a stretch of time, as far as the catalogue tells: as if its
/// samples were spread evenly over the recordings.
fn estimate(info: &SignalInfo, sessions: &[SessionInfo], range: TimeRange) -> u64 {
    let all = TimeRange::inclusive(info.first, info.last);
    let recorded = |part: TimeRange| -> f64 {
        let ranges = sessions.iter().map(|session| session.range);
        let inside = ranges.map(|range| range.intersection(part));
        inside.map(|range| range.duration_ns().max(0) as f64).sum()
    };
    let inside = all.intersection(range);
    if inside.is_empty() {
        return 0;
    }
    let share = match recorded(all) {
        0.0 => inside.duration_ns() as f64 / all.duration_ns().max(1) as f64,
        whole => recorded(inside) / whole,
    };
    (info.rows as f64 * share.clamp(0.0, 1.0) * SAMPLE_BYTES).ceil() as u64
}

impl AppState {
    /// Bytes that samples may take.
    pub fn memory_budget(&self) -> u64 {
        match self.settings.memory_mb {
            Some(megabytes) => megabytes.saturating_mul(MB),
            None => (system_memory::total_bytes() / 4).max(MIN_DEFAULT_BYTES),
        }
    }

    /// Where memory goes: the largest first.
    pub fn memory_uses(&self) -> Vec<MemoryUse> {
        let used = |(signal, loaded): (&SignalRef, &super::LoadedSignal), is_needed| {
            let series = loaded.series.as_ref()?;
            Some(MemoryUse {
                name: self.signal_name(signal),
                signal: signal.clone(),
                samples: series.series().len() as u64,
                bytes: series.memory_bytes() as u64,
                range: loaded.range,
                is_needed,
            })
        };
        let needed = self.store.iter().filter_map(|it| used(it, true));
        let cached = self.store.cached().filter_map(|it| used(it, false));
        let mut uses: Vec<_> = needed.chain(cached).collect();
        uses.sort_by_key(|it| std::cmp::Reverse(it.bytes));
        uses
    }

    pub(super) fn change_memory(&mut self, command: MemoryCommand) {
        match command {
            MemoryCommand::SetBudget(megabytes) => self.settings.memory_mb = megabytes,
            MemoryCommand::DropCached => self.store.drop_cached(|_| true),
        }
        self.evict();
    }

    /// Bytes that a signal will take for a stretch of time.
    pub(super) fn estimated_bytes(
        &self,
        vehicle: &VehicleRef,
        info: &SignalInfo,
        range: TimeRange,
    ) -> u64 {
        let vehicle = self.vehicle(vehicle);
        let sessions = vehicle.map_or(&[][..], |vehicle| &vehicle.sessions);
        estimate(info, sessions, range)
    }

    /// The room that is left beside what `stays`.
    pub(super) fn room(&self, stays: impl Fn(&SignalRef) -> bool) -> Room {
        let bytes = |(signal, loaded): (&SignalRef, &super::LoadedSignal)| {
            let arrived = loaded.series.as_ref();
            let arrived = arrived.map_or(0, |series| series.memory_bytes() as u64);
            match loaded.state {
                LoadState::Loading { load, .. } if load != LoadId::NONE => {
                    arrived.max(self.estimated_bytes(&signal.vehicle, &loaded.info, loaded.range))
                }
                _ => arrived,
            }
        };
        let staying = self.store.iter().filter(|(signal, _)| stays(signal));
        Room {
            budget: self.memory_budget(),
            taken: staying.map(bytes).sum(),
            refused: Vec::new(),
        }
    }

    /// Notes what was not let in. The user is told once.
    pub(super) fn refuse(&mut self, room: &Room, range: TimeRange) {
        let mut lines = Vec::new();
        for (signal, bytes) in &room.refused {
            let Some(info) = self.signal_info(signal).cloned() else {
                continue;
            };
            let reason = room.reason(*bytes);
            let is_told = self.store.get(signal).is_some_and(|known| {
                known.range == range && matches!(known.state, LoadState::Failed(_))
            });
            if !is_told {
                lines.push(format!("{} is {reason}", self.signal_name(signal)));
            }
            let state = LoadState::Failed(reason);
            self.store.end(signal.clone(), Arc::new(info), range, state);
        }
        if let Some((first, others)) = lines.split_first() {
            let title = match others.len() {
                0 => first.clone(),
                more => format!("{first} (and {more} more signals)"),
            };
            let detail = if others.is_empty() {
                String::new()
            } else {
                lines.join("\n")
            };
            self.notices.add(Severity::Error, title, detail);
        }
    }

    /// Makes room for what was let in.
    pub(super) fn make_room(&mut self, room: &Room) {
        self.store.evict_to(room.left());
    }

    /// Lets go of what is beyond the budget.
    pub(super) fn evict(&mut self) {
        let budget = self.memory_budget();
        let needed = self.store.needed_bytes() as u64;
        self.store.evict_to(budget.saturating_sub(needed));
    }

    /// A load was stopped, because it brought more than its estimate and than there is room for.
    pub(super) fn budget_reached(&mut self, load: LoadId, samples: u64) {
        let mut names = Vec::new();
        for (signal, loaded) in self.store.iter() {
            if matches!(loaded.state, LoadState::Loading { load: of, .. } if of == load) {
                names.push(self.signal_name(signal));
            }
        }
        let title = format!(
            "{} stopped after {} samples: the memory budget of {} is reached; what has come stays, \
             marked partial. Choose a shorter range, remove plots, or raise the budget under Memory",
            names.join(", "),
            count_text(samples),
            bytes_text(self.memory_budget())
        );
        self.notices.add(Severity::Warning, title, "");
    }

    /// Forgets what is kept of a source: it may have changed, or is gone.
    pub(super) fn drop_cached_of(&mut self, source: super::SourceId) {
        self.store
            .drop_cached(|signal| signal.vehicle.source == source);
    }
}

/// Whether samples mean the same when they are needed again: those of a file do; what was worked out
/// or moved in time may be worked out or moved otherwise by then.
pub(super) fn is_lasting(signal: &SignalRef) -> bool {
    signal.vehicle.overlay.is_none() && *signal.key.message != *COMPUTED_MESSAGE
}

impl SeriesStore {
    /// Lets go of kept signals, the longest unused first, until they take no more than `bytes`.
    pub(super) fn evict_to(&mut self, bytes: u64) {
        while self.cached_bytes() as u64 > bytes && self.evict_one() {}
    }
}

#[cfg(test)]
mod tests {
    use canlake_shared::schema::SignalKey;
    use canlake_shared::time::Timestamp;

    use super::*;
    use crate::source::testing::signal_info;

    fn range(from_s: i64, to_s: i64) -> TimeRange {
        let at = |secs: i64| Timestamp::from_ns(secs * 1_000_000_000);
        TimeRange::new(at(from_s), at(to_s))
    }

    fn session(range: TimeRange) -> SessionInfo {
        SessionInfo {
            range,
            rows: 0,
            bytes: 0,
            estimated: false,
            files: 1,
            signals: 1,
            gaps: Vec::new(),
            overlapping: false,
            lost_frames: 0,
            lost_at_least: false,
        }
    }

    #[test]
    fn estimates_follow_the_recordings() {
        let all = range(0, 10_000);
        let info = SignalInfo {
            rows: 2_000,
            first: all.start,
            last: all.end - 1,
            ..signal_info(SignalKey::new("", "Drive", None, "Speed"), "")
        };
        // Two of a hundred seconds, far apart.
        let sessions = [session(range(0, 100)), session(range(9_900, 10_000))];
        let of = |range| estimate(&info, &sessions, range);
        assert_eq!(of(all), 34_000);
        assert_eq!(of(range(-50, 100)), 17_000);
        assert_eq!(of(range(50, 5_000)), 8_500);
        assert_eq!(of(range(200, 300)), 0);
        assert_eq!(of(range(20_000, 30_000)), 0);
        assert_eq!(estimate(&info, &[], range(0, 1_000)), 3_400);
    }

    #[test]
    fn room_is_taken_by_what_is_let_in() {
        let signal = |name| SignalRef {
            vehicle: VehicleRef::new(super::super::SourceId(0), "V"),
            key: SignalKey::new("", "Drive", None, name),
        };
        let mut room = Room {
            budget: 100,
            taken: 40,
            refused: Vec::new(),
        };
        assert!(room.admit(&signal("a"), 50));
        assert!(!room.admit(&signal("b"), 20));
        assert!(room.admit(&signal("c"), 10));
        assert_eq!(room.left(), 0);
        assert_eq!(room.refused, [(signal("b"), 20)]);
        assert!(room.reason(20).contains("20 B"));
    }
}
