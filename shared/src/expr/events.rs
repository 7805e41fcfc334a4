//! When a condition held, and for how long.

use super::step_clock::{StepClock, StepTime};

/// A stretch of time in which a condition held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Event {
    /// The time of the first step at which it held, in nanoseconds.
    pub start: i64,
    /// The time of the first step at which it no longer held. Where it became unknown, or the data
    /// end, the last time at which it was known to hold; that can be the start.
    pub end: i64,
}

impl Event {
    /// Length in nanoseconds.
    pub const fn duration_ns(&self) -> u64 {
        self.end.abs_diff(self.start)
    }
}

/// Finds events step by step, for live data. Takes a fixed, small amount of memory.
///
/// Times: as for [`Evaluator`](super::Evaluator), a step up to a second early is taken to be at the
/// latest time; one that is earlier still ends the event where it was last known to hold.
#[derive(Clone, Debug)]
pub struct EventFinder {
    at_least_ns: i64,
    clock: StepClock,
    open: Option<Event>,
}

impl EventFinder {
    /// Finds events that last this long or longer.
    pub fn new(at_least_ns: i64) -> Self {
        Self {
            at_least_ns,
            clock: StepClock::default(),
            open: None,
        }
    }

    /// What the condition is at a time: 0 is false, NaN unknown, everything else true.
    /// Returns the event that ends by it, if it lasted long enough.
    pub fn push(&mut self, time_ns: i64, truth: f64) -> Option<Event> {
        let (time_ns, interrupted) = match self.clock.advance(time_ns) {
            StepTime::Onwards(time_ns) => (time_ns, None),
            StepTime::Anew(time_ns) => (time_ns, self.interrupt()),
        };
        if truth.is_nan() {
            return interrupted.or_else(|| self.interrupt());
        }
        if truth == 0.0 {
            let ended = self.open.take().map(|event| Event {
                end: time_ns,
                ..event
            });
            return interrupted.or_else(|| self.long_enough(ended));
        }
        let open = self.open.get_or_insert(Event {
            start: time_ns,
            end: time_ns,
        });
        open.end = time_ns;
        interrupted
    }

    /// From now on the condition is unknown: a gap. Returns the event that ends by it.
    pub fn interrupt(&mut self) -> Option<Event> {
        let ended = self.open.take();
        self.long_enough(ended)
    }

    /// The data end here, and what held until now still does. Returns the event that ends by it.
    pub fn finish(&mut self, end_ns: i64) -> Option<Event> {
        let ended = self.open.take().map(|event| Event {
            end: end_ns.max(event.end),
            ..event
        });
        self.long_enough(ended)
    }

    /// The event that goes on, up to now, if it has lasted long enough already: the alert is on.
    pub fn ongoing(&self, now_ns: i64) -> Option<Event> {
        let event = self.open.map(|event| Event {
            end: now_ns.max(event.end),
            ..event
        });
        self.long_enough(event)
    }

    fn long_enough(&self, event: Option<Event>) -> Option<Event> {
        let at_least_ns = u64::try_from(self.at_least_ns).unwrap_or(0);
        event.filter(|event| event.duration_ns() >= at_least_ns)
    }
}

/// All events in the values of a condition, such as [`evaluate`](super::evaluate) gives them.
///
/// Between samples the value before is held, but not across the gaps before `gap_starts`. An event
/// that holds at the last sample ends there.
pub fn find_events(
    times_ns: &[i64],
    truth: &[f64],
    gap_starts: &[usize],
    at_least_ns: i64,
) -> Vec<Event> {
    let mut finder = EventFinder::new(at_least_ns);
    let mut events = Vec::new();
    let mut gap_starts = gap_starts.iter().peekable();
    for (i, (time_ns, truth)) in times_ns.iter().zip(truth).enumerate() {
        while gap_starts.next_if(|gap| **gap <= i).is_some() {
            events.extend(finder.interrupt());
        }
        events.extend(finder.push(*time_ns, *truth));
    }
    events.extend(finder.interrupt());
    events
}
