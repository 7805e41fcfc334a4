//! The drive simulator as a frame source.

use std::collections::VecDeque;
use std::time::Duration;

use super::paced::{Origin, Pace, Paced};
use super::{BusError, BusEvent, ChannelState, FrameSource, Received, Reception};
use crate::can::{CanFrame, ChannelIdx, ChannelTable};
use crate::sim::DriveSimulator;
use crate::time::Timestamp;

/// Plays a simulated drive: in real time, faster, or as fast as it is computed.
///
/// While the simulated recorder is off, every channel is down.
#[derive(Debug)]
pub struct Simulation {
    paced: Paced<SimOrigin>,
    /// Changes of state to come, by time; they hold for every channel.
    states: VecDeque<(Timestamp, ChannelState)>,
}

#[derive(Debug)]
struct SimOrigin {
    simulator: DriveSimulator,
}

impl Origin for SimOrigin {
    fn refill(&mut self, frames: &mut Vec<CanFrame>, max: usize) -> Result<(), BusError> {
        frames.extend(self.simulator.by_ref().take(max));
        Ok(())
    }
}

impl Simulation {
    /// Plays what `simulator` has not returned yet.
    pub fn new(simulator: DriveSimulator, pace: Pace) -> Self {
        let states = simulator.coverage().into_iter().flat_map(|range| {
            [
                (range.start, ChannelState::Active),
                (range.end, ChannelState::Down),
            ]
        });
        Self {
            states: states.collect(),
            paced: Paced::new(SimOrigin { simulator }, pace),
        }
    }

    /// The changes of state up to `until`, for each channel.
    fn states_until(&mut self, until: Timestamp, events: &mut Vec<BusEvent>) {
        while let Some((at, state)) = self.states.front().copied().filter(|(at, _)| *at <= until) {
            self.states.pop_front();
            let n_channels = self.channels().names().len();
            let channels = (0..u16::try_from(n_channels).unwrap_or(u16::MAX)).map(ChannelIdx);
            events.extend(channels.map(|channel| BusEvent::State { channel, at, state }));
        }
    }
}

impl FrameSource for Simulation {
    fn channels(&self) -> &ChannelTable {
        self.paced.origin().simulator.channels()
    }

    fn recv(&mut self, reception: &mut Reception, timeout: Duration) -> Result<Received, BusError> {
        let received = self.paced.recv(&mut reception.frames, timeout)?;
        let until = match received {
            Received::Frames => reception.frames.last().map(|frame| frame.timestamp),
            Received::Idle => self.paced.position(),
            Received::End => Some(Timestamp::MAX),
        };
        if let Some(until) = until {
            self.states_until(until, &mut reception.events);
        }
        Ok(received)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bus::Clock;
    use crate::bus::paced::tests::FakeClock;
    use crate::sim::{Silence, SimConfig};
    use std::sync::Arc;

    fn config() -> SimConfig {
        SimConfig {
            duration: Duration::from_secs(30),
            silences: vec![Silence::recorder(
                Duration::from_secs(10),
                Duration::from_secs(5),
            )],
            ..SimConfig::default()
        }
    }

    #[test]
    fn recorder_off_is_reported_as_down() {
        let simulator = DriveSimulator::new(config());
        let expected: Vec<CanFrame> = DriveSimulator::new(config()).collect();
        let mut source = Simulation::new(simulator, Pace::unlimited());
        let mut reception = Reception::default();
        while source.recv(&mut reception, Duration::ZERO).unwrap() != Received::End {}
        assert_eq!(reception.frames, expected);
        let of_first: Vec<_> = reception
            .events
            .iter()
            .filter_map(|event| match event {
                BusEvent::State {
                    channel: ChannelIdx(0),
                    at,
                    state,
                } => Some((at.ns_since(config().start) / 1_000_000_000, *state)),
                _ => None,
            })
            .collect();
        let (active, down) = (ChannelState::Active, ChannelState::Down);
        assert_eq!(
            of_first,
            [(0, active), (10, down), (15, active), (30, down)]
        );
    }

    #[test]
    fn real_time_is_the_clocks_time() {
        let clock = Arc::new(FakeClock::default());
        let pace = Pace::original(Arc::clone(&clock) as Arc<dyn Clock>);
        let mut source = Simulation::new(DriveSimulator::new(config()), pace);
        let mut reception = Reception::default();
        while source.recv(&mut reception, Duration::from_secs(1)).unwrap() != Received::End {
            let reached = clock.since_boot();
            let last = reception.frames.last().unwrap().timestamp;
            let last = Duration::from_nanos(u64::try_from(last.ns_since(config().start)).unwrap());
            assert!(
                last <= reached + Duration::from_millis(10),
                "{last:?} {reached:?}"
            );
        }
        assert!(clock.since_boot() > Duration::from_secs(29));
    }
}
