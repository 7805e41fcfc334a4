//! What the times of an ASC log count from.

use crate::time::Timestamp;

/// See the [module](super).
#[derive(Debug, Default)]
pub(super) struct Clock {
    /// Each time counts from the one before.
    pub(super) is_relative: bool,
    start: Option<Timestamp>,
    /// The date of a trigger block; it counts where the measurement starts in that block.
    block: Option<Timestamp>,
    elapsed: i64,
}

impl Clock {
    /// A header: begins anew, at a date where it is one.
    pub(super) fn restart(&mut self, date: Option<Timestamp>) {
        *self = Self {
            is_relative: self.is_relative,
            start: date,
            ..Self::default()
        };
    }

    /// A trigger block begins.
    pub(super) fn begin_block(&mut self, date: Option<Timestamp>) {
        self.block = date;
        self.start = self.start.or(date);
    }

    /// The measurement starts at the time just [advanced](Self::advance) to.
    pub(super) fn start_measurement(&mut self) {
        if let Some(date) = self.block {
            self.start = Some(date - self.elapsed);
        }
    }

    /// The instant of a line.
    pub(super) fn advance(&mut self, written_ns: i64) -> Timestamp {
        self.elapsed = if self.is_relative {
            self.elapsed.saturating_add(written_ns)
        } else {
            written_ns
        };
        self.start.unwrap_or_default() + self.elapsed
    }
}
