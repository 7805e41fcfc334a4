//! Hands out recorded or computed frames when their time has come.
//!
//! Pacing follows the boot clock, so that a step of UTC neither stops nor floods a replay, and it
//! follows the frames' own times, so that waiting never adds up.

use std::collections::VecDeque;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use super::{BusError, Clock, Received, Reception};
use crate::can::CanFrame;
use crate::time::Timestamp;

/// Frames taken from the origin at once.
const REFILL: usize = Reception::MAX_FRAMES;

/// A speed that is none.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
#[error("replay speed {speed} is not a number above 0, such as 1 or 0.5")]
pub struct PaceError {
    /// The speed as it was given.
    pub speed: f64,
}

/// How fast frames come.
#[derive(Clone, Debug)]
pub struct Pace {
    timing: Option<(Arc<dyn Clock>, f64)>,
}

impl Pace {
    /// As fast as the caller takes them; never idle.
    pub const fn unlimited() -> Self {
        Self { timing: None }
    }

    /// With the original timing.
    pub fn original(clock: Arc<dyn Clock>) -> Self {
        Self {
            timing: Some((clock, 1.0)),
        }
    }

    /// With the original timing, `speed` times as fast (below 1: slower).
    pub fn scaled(clock: Arc<dyn Clock>, speed: f64) -> Result<Self, PaceError> {
        if !speed.is_finite() || speed <= 0.0 {
            return Err(PaceError { speed });
        }
        Ok(Self {
            timing: Some((clock, speed)),
        })
    }
}

/// Where frames come from before they are paced.
pub(super) trait Origin: Send + fmt::Debug {
    /// Appends up to `max` frames; none is the end.
    fn refill(&mut self, frames: &mut Vec<CanFrame>, max: usize) -> Result<(), BusError>;
}

/// Frames of an origin, each delivered when it is due.
#[derive(Debug)]
pub(super) struct Paced<O> {
    origin: O,
    pace: Pace,
    waiting: VecDeque<CanFrame>,
    spare: Vec<CanFrame>,
    /// The frame time that falls on a boot time: set by the first frame.
    anchor: Option<(Timestamp, Duration)>,
    is_at_end: bool,
    /// Ends the source once the frames that came before it are delivered.
    failure: Option<BusError>,
}

impl<O: Origin> Paced<O> {
    pub(super) fn new(origin: O, pace: Pace) -> Self {
        Self {
            origin,
            pace,
            waiting: VecDeque::new(),
            spare: Vec::new(),
            anchor: None,
            is_at_end: false,
            failure: None,
        }
    }

    pub(super) const fn origin(&self) -> &O {
        &self.origin
    }

    /// See [`super::FrameSource::recv`].
    pub(super) fn recv(
        &mut self,
        frames: &mut Vec<CanFrame>,
        timeout: Duration,
    ) -> Result<Received, BusError> {
        let mut budget = timeout;
        loop {
            if self.waiting.is_empty() && !self.is_at_end {
                self.refill();
            }
            let Some(next) = self.waiting.front() else {
                return self.failure.take().map_or(Ok(Received::End), Err);
            };
            let next = next.timestamp;
            let wait = self.until_due(next);
            if wait.is_zero() {
                self.deliver(frames);
                return Ok(Received::Frames);
            }
            if budget.is_zero() {
                return Ok(Received::Idle);
            }
            let nap = wait.min(budget);
            if let Some((clock, _)) = &self.pace.timing {
                clock.sleep(nap);
            }
            budget = budget.saturating_sub(nap);
        }
    }

    /// The frame time that is reached now; `None` before the first frame and without pacing.
    pub(super) fn position(&self) -> Option<Timestamp> {
        let (clock, speed) = self.pace.timing.as_ref()?;
        let (first, at) = self.anchor?;
        let elapsed = scale(clock.since_boot().saturating_sub(at), *speed);
        Some(first + i64::try_from(elapsed.as_nanos()).unwrap_or(i64::MAX))
    }

    fn refill(&mut self) {
        self.failure = self.origin.refill(&mut self.spare, REFILL).err();
        self.is_at_end = self.spare.is_empty() || self.failure.is_some();
        self.waiting.extend(self.spare.drain(..));
    }

    fn deliver(&mut self, frames: &mut Vec<CanFrame>) {
        let mut count = 0;
        while count < Reception::MAX_FRAMES {
            let Some(frame) = self.waiting.front().copied() else {
                break;
            };
            if count > 0 && !self.until_due(frame.timestamp).is_zero() {
                break;
            }
            frames.push(frame);
            self.waiting.pop_front();
            count += 1;
        }
    }

    fn until_due(&mut self, timestamp: Timestamp) -> Duration {
        let Some((clock, speed)) = &self.pace.timing else {
            return Duration::ZERO;
        };
        let now = clock.since_boot();
        let (first, at) = *self.anchor.get_or_insert((timestamp, now));
        let ns = u64::try_from(timestamp.ns_since(first)).unwrap_or(0);
        let due = scale(Duration::from_nanos(ns), speed.recip());
        at.saturating_add(due).saturating_sub(now)
    }
}

fn scale(duration: Duration, factor: f64) -> Duration {
    if factor == 1.0 {
        return duration; // exact
    }
    Duration::try_from_secs_f64(duration.as_secs_f64() * factor).unwrap_or(Duration::MAX)
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::bus::BusError;
    use crate::can::{CanId, ChannelIdx, Payload};
    use std::sync::atomic::{AtomicU64, Ordering};

    /// Time passes only by sleeping.
    #[derive(Debug, Default)]
    pub(in crate::bus) struct FakeClock(AtomicU64);

    impl Clock for FakeClock {
        fn now(&self) -> Timestamp {
            Timestamp::from_ns(0)
        }

        fn since_boot(&self) -> Duration {
            Duration::from_nanos(self.0.load(Ordering::SeqCst))
        }

        fn sleep(&self, duration: Duration) {
            let ns = u64::try_from(duration.as_nanos()).unwrap();
            self.0.fetch_add(ns, Ordering::SeqCst);
        }
    }

    #[derive(Debug)]
    struct Listed(Vec<CanFrame>);

    impl Origin for Listed {
        fn refill(&mut self, frames: &mut Vec<CanFrame>, _max: usize) -> Result<(), BusError> {
            frames.append(&mut self.0);
            Ok(())
        }
    }

    fn frames_at(times_ms: &[i64]) -> Listed {
        let id = CanId::standard(1).unwrap();
        let frame = |ms| {
            let at = Timestamp::from_ns(ms * 1_000_000);
            CanFrame::data(at, ChannelIdx(0), id, Payload::EMPTY)
        };
        Listed(times_ms.iter().copied().map(frame).collect())
    }

    /// What each call returned: the frames' times and the clock's, in milliseconds.
    fn run(mut paced: Paced<Listed>, clock: &FakeClock, timeout_ms: u64) -> Vec<(Vec<i64>, u128)> {
        let mut calls = Vec::new();
        loop {
            let mut frames = Vec::new();
            let timeout = Duration::from_millis(timeout_ms);
            let received = paced.recv(&mut frames, timeout).unwrap();
            if received == Received::End {
                return calls;
            }
            assert_eq!(received == Received::Idle, frames.is_empty());
            let times = frames.iter().map(|f| f.timestamp.as_ns() / 1_000_000);
            calls.push((times.collect(), clock.since_boot().as_millis()));
        }
    }

    #[test]
    fn original_timing_with_idle_calls_between() {
        let clock = Arc::new(FakeClock::default());
        let pace = Pace::original(Arc::clone(&clock) as Arc<dyn Clock>);
        let paced = Paced::new(frames_at(&[1000, 1000, 1005, 1250, 1240]), pace);
        let expected = [
            (vec![1000, 1000], 0),
            (vec![1005], 5),
            (vec![], 105),
            (vec![], 205),
            (vec![1250, 1240], 250),
        ];
        assert_eq!(run(paced, &clock, 100), expected);
    }

    #[test]
    fn ten_times_as_fast() {
        let clock = Arc::new(FakeClock::default());
        let pace = Pace::scaled(Arc::clone(&clock) as Arc<dyn Clock>, 10.0).unwrap();
        let paced = Paced::new(frames_at(&[0, 500, 1000]), pace);
        let expected = [(vec![0], 0), (vec![500], 50), (vec![1000], 100)];
        assert_eq!(run(paced, &clock, 1000), expected);
        for speed in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            assert!(Pace::scaled(Arc::clone(&clock) as Arc<dyn Clock>, speed).is_err());
        }
    }

    #[test]
    fn unlimited_never_waits() {
        let clock = FakeClock::default();
        let paced = Paced::new(frames_at(&[0, 1_000_000, 5]), Pace::unlimited());
        assert_eq!(run(paced, &clock, 0), [(vec![0, 1_000_000, 5], 0)]);
    }
}
