//! The events of conditions: what was found, what is marked, and the way from one to the next.

use std::collections::BTreeMap;
use std::sync::Arc;

use canlake_shared::expr::Event as Interval;
use canlake_shared::time::{TimeRange, Timestamp};

use super::{ConditionId, WatchedCondition};
use crate::state::{AppState, Cursor, Effect};

/// Share of an event's length that is shown on either side of it.
const MARGIN: f64 = 0.5;
/// The least that is shown on either side, in nanoseconds.
const MIN_MARGIN_NS: i64 = 500_000_000;

/// What the user wants with events.
#[derive(Clone, Debug, PartialEq)]
pub enum EventsCommand {
    /// Look for the events of a condition as well.
    Watch(String),
    /// Change the text of a condition.
    Change(ConditionId, String),
    /// Forget a condition.
    Forget(ConditionId),
    /// Mark the events of a condition in the plots, or no more.
    ToggleMarks(ConditionId),
    /// Show an event, with the cursors at its ends.
    Show(ConditionId, usize),
    /// Look for events again after that was cancelled.
    FindAgain(ConditionId),
}

/// The events of a condition.
#[derive(Clone, Debug, Default)]
pub struct FoundEvents {
    /// In order of time; those of an earlier text or range while new ones are looked for.
    pub intervals: Arc<[Interval]>,
    /// Whether they are being looked for.
    pub is_running: bool,
    /// Whether nobody looks for them, because the user has cancelled that.
    pub is_cancelled: bool,
    /// Why there are none.
    pub problem: Option<String>,
    /// Signals of which samples are missing, with the reasons.
    pub partial: Vec<String>,
}

/// The events of all conditions.
#[derive(Clone, Debug, Default)]
pub struct WatchedEvents {
    found: BTreeMap<ConditionId, FoundEvents>,
    /// The event that was shown last.
    pub shown: Option<(ConditionId, usize)>,
}

impl WatchedEvents {
    /// Of one condition.
    pub fn of(&self, id: ConditionId) -> Option<&FoundEvents> {
        self.found.get(&id)
    }

    pub(super) fn ids(&self) -> impl Iterator<Item = ConditionId> + '_ {
        self.found.keys().copied()
    }

    pub(super) fn forget(&mut self, ids: &[ConditionId]) {
        self.found.retain(|id, _| !ids.contains(id));
    }

    pub(super) fn begin(&mut self, id: ConditionId, partial: Vec<String>) {
        let found = self.found.entry(id).or_default();
        found.is_running = true;
        found.is_cancelled = false;
        found.problem = None;
        found.partial = partial;
    }

    pub(super) fn cancel(&mut self, id: ConditionId) {
        if let Some(found) = self.found.get_mut(&id) {
            found.is_running = false;
            found.is_cancelled = true;
        }
    }

    pub(super) fn wait(&mut self, id: ConditionId) {
        self.begin(id, Vec::new());
    }

    pub(super) fn fail(&mut self, id: ConditionId, problem: String) {
        let found = self.found.entry(id).or_default();
        *found = FoundEvents {
            problem: Some(problem),
            ..FoundEvents::default()
        };
    }

    pub(super) fn arrived(&mut self, id: ConditionId, result: Result<Arc<[Interval]>, String>) {
        let Some(found) = self.found.get_mut(&id) else {
            return;
        };
        found.is_running = false;
        match result {
            Ok(intervals) => found.intervals = intervals,
            Err(problem) => {
                found.intervals = Arc::default();
                found.problem = Some(problem);
            }
        }
    }
}

impl FoundEvents {
    /// Positions of the events that overlap a stretch of time.
    pub fn within(&self, range: TimeRange) -> std::ops::Range<usize> {
        let (from, to) = (range.start.as_ns(), range.end.as_ns());
        let first = self.intervals.partition_point(|event| event.end < from);
        let last = self.intervals.partition_point(|event| event.start < to);
        first..last.max(first)
    }
}

/// Places in the palette that marks of events take, in this order: from its end, because signals begin at
/// its start, and not the yellow one, in which a plot says that the recorder did not listen.
const EVENT_COLORS: [usize; 4] = [5, 3, 4, 2];

impl AppState {
    pub(in crate::state) fn change_events(&mut self, command: EventsCommand) -> Vec<Effect> {
        match command {
            EventsCommand::Watch(text) => self.watch(text),
            EventsCommand::Change(id, text) => {
                if let Some(condition) = self.condition_mut(id) {
                    condition.text = text;
                }
            }
            EventsCommand::Forget(id) => self.analysis.conditions.retain(|it| it.id != id),
            EventsCommand::ToggleMarks(id) => {
                if let Some(condition) = self.condition_mut(id) {
                    condition.visible = !condition.visible;
                }
            }
            EventsCommand::Show(id, idx) => self.show_event(id, idx),
            EventsCommand::FindAgain(id) => {
                self.computations.conditions.remove(&id);
            }
        }
        // Signals of the conditions may be needed now, or no more.
        let mut effects = self.drop_unused();
        effects.extend(self.load_missing());
        effects
    }

    fn condition_mut(&mut self, id: ConditionId) -> Option<&mut WatchedCondition> {
        self.analysis.conditions.iter_mut().find(|it| it.id == id)
    }

    fn watch(&mut self, text: String) {
        let conditions = &mut self.analysis.conditions;
        let id = conditions.iter().map(|it| it.id.0 + 1).max().unwrap_or(0);
        let is_free = |idx: &usize| conditions.iter().all(|it| it.color_idx != *idx);
        let mut colors = EVENT_COLORS.into_iter();
        let again = EVENT_COLORS[id as usize % EVENT_COLORS.len()];
        let color_idx = colors.find(is_free).unwrap_or(again);
        conditions.push(WatchedCondition {
            id: ConditionId(id),
            text,
            color_idx,
            visible: true,
        });
    }

    fn show_event(&mut self, id: ConditionId, idx: usize) {
        let event = self
            .events
            .of(id)
            .and_then(|it| it.intervals.get(idx).copied());
        let Some(event) = event else {
            return;
        };
        let (start, end) = (
            Timestamp::from_ns(event.start),
            Timestamp::from_ns(event.end),
        );
        let margin = (event.duration_ns() as f64 * MARGIN) as i64;
        let margin = margin.max(MIN_MARGIN_NS);
        let around = TimeRange::new(start - margin, end + margin);
        self.change_window(|window| window.set(around));
        self.cursors.put(Cursor::A, start);
        self.cursors.put(Cursor::B, end);
        self.events.shown = Some((id, idx));
    }

    /// Shows the event before or after the middle of what is visible, or after the one shown last.
    pub(in crate::state) fn step_event(&mut self, forward: bool) {
        let Some(visible) = self.active_window().map(|window| window.visible()) else {
            return;
        };
        let shown = self.events.shown.and_then(|(id, idx)| {
            let event = self.events.of(id)?.intervals.get(idx)?;
            let is_seen = visible.contains(Timestamp::from_ns(event.start));
            is_seen.then_some((event.start, id, idx))
        });
        let middle = (visible.start + visible.duration_ns() / 2).as_ns();
        let from = shown.map_or(middle, |(start, ..)| start);
        // Events of several conditions may begin at one time: then their order is that of the list.
        let mut best: Option<(i64, ConditionId, usize)> = None;
        for condition in self.analysis.conditions.iter().filter(|it| it.visible) {
            let Some(found) = self.events.of(condition.id) else {
                continue;
            };
            let at = found.intervals.partition_point(|event| event.start < from);
            let near = at.saturating_sub(1)..(at + 2).min(found.intervals.len());
            for idx in near {
                let candidate = (found.intervals[idx].start, condition.id, idx);
                let is_further = match shown {
                    Some(here) if forward => candidate > here,
                    Some(here) => candidate < here,
                    None if forward => candidate.0 >= from,
                    None => candidate.0 < from,
                };
                let is_nearer = best.is_none_or(|best| (candidate < best) == forward);
                if is_further && is_nearer {
                    best = Some(candidate);
                }
            }
        }
        if let Some((_, id, idx)) = best {
            self.show_event(id, idx);
        }
    }

    /// The conditions and the events that are found of them.
    pub fn watched_events(&self) -> Vec<(String, Arc<[Interval]>)> {
        let conditions = self.analysis.conditions.iter();
        let with_events = conditions.filter_map(|condition| {
            let found = self.events.of(condition.id)?;
            Some((condition.text.clone(), Arc::clone(&found.intervals)))
        });
        with_events.collect()
    }

    /// All events that are found, as lines of a table with tabs in between: for a spreadsheet.
    pub fn events_as_text(&self) -> String {
        let zone = self.zone();
        let mut text = "condition\tstart\tend\tduration in s\n".to_owned();
        for condition in &self.analysis.conditions {
            let Some(found) = self.events.of(condition.id) else {
                continue;
            };
            for event in found.intervals.iter() {
                let instant = |ns| zone.date_time(Timestamp::from_ns(ns), 1);
                let cells = [
                    condition.text.replace(['\t', '\n'], " "),
                    instant(event.start),
                    instant(event.end),
                    (event.duration_ns() as f64 / 1e9).to_string(),
                ];
                text.push_str(&cells.join("\t"));
                text.push('\n');
            }
        }
        text
    }
}
