//! Times as they come from several buses to times that never go back.
//!
//! Frames of two interfaces arrive a little out of order, and that must not cost the state of
//! months; a clock that was set back, or a recording that begins anew, must.

/// A step that comes this much too late or less is taken to be at the latest time so far.
pub(super) const MAX_LATE_NS: u64 = 1_000_000_000;

#[derive(Clone, Debug, Default)]
pub(super) struct StepClock {
    latest_ns: Option<i64>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum StepTime {
    /// At or after the step before.
    Onwards(i64),
    /// Far back: what was known belongs to another time.
    Anew(i64),
}

impl StepClock {
    pub(super) fn advance(&mut self, time_ns: i64) -> StepTime {
        let latest = self.latest_ns.unwrap_or(time_ns);
        if time_ns < latest && latest.abs_diff(time_ns) > MAX_LATE_NS {
            self.latest_ns = Some(time_ns);
            return StepTime::Anew(time_ns);
        }
        let latest = latest.max(time_ns);
        self.latest_ns = Some(latest);
        StepTime::Onwards(latest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_steps_back_stand_still() {
        let mut clock = StepClock::default();
        let late = i64::try_from(MAX_LATE_NS).unwrap();
        for (time, expected) in [
            (5, StepTime::Onwards(5)),
            (4, StepTime::Onwards(5)),
            (late * 3, StepTime::Onwards(late * 3)),
            (late * 2, StepTime::Onwards(late * 3)),
            (late * 2 - 1, StepTime::Anew(late * 2 - 1)),
            (late * 2, StepTime::Onwards(late * 2)),
            (i64::MAX, StepTime::Onwards(i64::MAX)),
            (i64::MIN, StepTime::Anew(i64::MIN)),
        ] {
            assert_eq!(clock.advance(time), expected, "{time}");
        }
    }
}
