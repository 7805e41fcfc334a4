//! The iterator of frames.

use std::time::Duration;

use rand::SeedableRng as _;
use rand_chacha::ChaCha8Rng;

use super::config::{SimConfig, What};
use super::quantity::{Sensors, Switches};
use super::schedule::ScheduledMessage;
use super::vehicle::{STEP_SECS, Vehicle};
use super::{DBC_TEXT, POWERTRAIN_CHANNEL, VEHICLE_CHANNEL};
use crate::can::{CanFrame, ChannelIdx, ChannelName, ChannelTable};
use crate::dbc;
use crate::time::{TimeRange, Timestamp};

#[expect(
    clippy::cast_possible_truncation,
    reason = "10 ms are whole nanoseconds"
)]
const STEP_NS: i64 = (STEP_SECS * 1e9) as i64;
/// From a change to the frame that tells it.
const REACTION_NS: i64 = 180_000;

/// Frames of one drive, in order of time, until the recording ends.
#[derive(Debug)]
pub struct DriveSimulator {
    start: Timestamp,
    duration_ns: i64,
    channels: ChannelTable,
    messages: Vec<ScheduledMessage>,
    vehicle: Vehicle,
    /// Nanoseconds since the start up to which the vehicle has been computed.
    vehicle_ns: i64,
    switches: Switches,
    sensors: Sensors,
    silences: Vec<SilenceNs>,
}

/// A silence in nanoseconds since the start; the message's index, `None` for the recorder.
#[derive(Clone, Copy, Debug)]
struct SilenceNs {
    message_idx: Option<usize>,
    from: i64,
    until: i64,
}

impl DriveSimulator {
    /// Prepares a drive. Silences and spikes that name an unknown message or signal have no effect.
    #[expect(
        clippy::needless_pass_by_value,
        reason = "a configuration is for one drive"
    )]
    pub fn new(config: SimConfig) -> Self {
        let (database, _warnings) = dbc::load(DBC_TEXT.as_bytes());
        let channels =
            ChannelTable::new([POWERTRAIN_CHANNEL, VEHICLE_CHANNEL].map(ChannelName::new));
        let mut messages: Vec<ScheduledMessage> = database
            .messages
            .iter()
            .enumerate()
            .filter_map(|(idx, def)| {
                let is_vehicle = matches!(
                    def.transmitter.as_deref(),
                    Some("VehicleController" | "Gateway")
                );
                ScheduledMessage::new(def, idx, ChannelIdx(u16::from(is_vehicle)))
            })
            .collect();
        for spike in &config.spikes {
            let named = |message: &&mut ScheduledMessage| message.name == spike.message;
            if let Some(message) = messages.iter_mut().find(named) {
                message.add_spike(&spike.signal, nanoseconds(spike.at), spike.value);
            }
        }
        let silences = config.silences.iter().filter_map(|silence| {
            let message_idx = match &silence.what {
                What::Recorder => None,
                What::Message(name) => Some(messages.iter().position(|one| one.name == *name)?),
            };
            let from = nanoseconds(silence.from);
            let until = from.saturating_add(nanoseconds(silence.duration));
            Some(SilenceNs {
                message_idx,
                from,
                until,
            })
        });
        let silences = silences.collect();
        let mut rng = ChaCha8Rng::seed_from_u64(config.seed);
        rng.set_stream(2);
        let vehicle = Vehicle::new(&config);
        Self {
            start: config.start,
            duration_ns: nanoseconds(config.duration),
            channels,
            messages,
            switches: Switches::of(&vehicle),
            vehicle,
            vehicle_ns: 0,
            sensors: Sensors::new(rng, config.noise),
            silences,
        }
    }

    /// The channels that the frames refer to.
    pub const fn channels(&self) -> &ChannelTable {
        &self.channels
    }

    /// When the simulated recorder listens: the whole recording but for its silences.
    pub fn coverage(&self) -> Vec<TimeRange> {
        let mut holes: Vec<(i64, i64)> = self
            .silences
            .iter()
            .filter(|silence| silence.message_idx.is_none())
            .map(|silence| (silence.from, silence.until))
            .collect();
        holes.sort_unstable();
        let mut coverage = Vec::new();
        let mut from = 0;
        for (begin, end) in holes
            .into_iter()
            .chain([(self.duration_ns, self.duration_ns)])
        {
            let range = TimeRange::new(self.start + from, self.start + begin.min(self.duration_ns));
            if !range.is_empty() {
                coverage.push(range);
            }
            from = from.max(end);
        }
        coverage
    }

    fn is_silent(&self, message_idx: usize, at: i64) -> bool {
        self.silences.iter().any(|silence| {
            silence.from <= at
                && at < silence.until
                && silence.message_idx.is_none_or(|idx| idx == message_idx)
        })
    }

    /// Computes the vehicle one step further and lets what waits for a change be sent.
    fn step(&mut self) {
        self.vehicle.step();
        self.vehicle_ns += STEP_NS;
        let switches = Switches::of(&self.vehicle);
        if switches != self.switches {
            self.switches = switches;
            for message in self.messages.iter_mut().filter(|one| one.is_on_change()) {
                message.next_ns = message.next_ns.min(self.vehicle_ns + REACTION_NS);
            }
        }
    }
}

impl Iterator for DriveSimulator {
    type Item = CanFrame;

    fn next(&mut self) -> Option<CanFrame> {
        loop {
            let due = self.messages.iter().enumerate();
            let (idx, at) = due
                .map(|(idx, message)| (idx, message.next_ns))
                .min_by_key(|(_, at)| *at)?;
            if at >= self.duration_ns {
                return None;
            }
            if self.vehicle_ns + STEP_NS <= at {
                self.step();
                continue;
            }
            let message = self.messages.get_mut(idx)?;
            let payload = message.send(&self.vehicle, &mut self.sensors);
            let (id, channel) = (message.id, message.channel);
            if self.is_silent(idx, at) {
                continue;
            }
            return Some(CanFrame::data(self.start + at, channel, id, payload));
        }
    }
}

fn nanoseconds(duration: Duration) -> i64 {
    i64::try_from(duration.as_nanos()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::can::FrameFlags;
    use crate::sim::{Charging, Silence, Spike};

    fn config(secs: u64) -> SimConfig {
        SimConfig {
            duration: Duration::from_secs(secs),
            ..SimConfig::default()
        }
    }

    fn message_frames(frames: &[CanFrame], id: u32) -> Vec<CanFrame> {
        let of_id = frames.iter().filter(|frame| frame.id.number() == id);
        of_id.copied().collect()
    }

    #[test]
    fn the_dbc_loads_without_warnings_and_every_signal_is_simulated() {
        let (database, warnings) = dbc::load(DBC_TEXT.as_bytes());
        assert_eq!(warnings, []);
        let simulator = DriveSimulator::new(config(1));
        assert_eq!(database.messages.len(), simulator.messages.len());
        for message in &database.messages {
            for signal in &message.signals {
                let known = super::super::quantity::quantity(&message.name, &signal.name);
                assert!(known.is_some(), "{}.{}", message.name, signal.name);
                assert!(
                    !signal.comment.is_empty()
                        || !signal.value_descriptions.is_empty()
                        || !signal.unit.is_empty()
                        || signal.bit_len == 1,
                    "{}",
                    signal.name
                );
            }
        }
    }

    #[test]
    fn frames_come_in_order_at_their_rates() {
        let frames: Vec<CanFrame> = DriveSimulator::new(config(60)).collect();
        assert!(
            frames
                .windows(2)
                .all(|pair| pair[0].timestamp <= pair[1].timestamp)
        );
        let count = |id| message_frames(&frames, id).len();
        assert_eq!(count(688), 6000);
        assert_eq!(count(417), 3000);
        assert_eq!(count(416), 600);
        assert_eq!(count(432), 60);
        assert_eq!(count(0x18FF_50E5), 60);
        assert!((4..60).contains(&count(768)), "on change: {}", count(768));
        let module = message_frames(&frames, 432)[0];
        assert!(module.flags.contains(FrameFlags::FD) && module.len == 64);
        assert!(message_frames(&frames, 0x18FF_50E5)[0].id.is_extended());
        assert_eq!(message_frames(&frames, 288)[0].channel, ChannelIdx(1));
    }

    #[test]
    fn the_seed_decides_everything() {
        let run = |seed| -> Vec<CanFrame> {
            DriveSimulator::new(SimConfig { seed, ..config(60) }).collect()
        };
        assert_eq!(run(7), run(7));
        assert_ne!(run(7), run(8));
    }

    #[test]
    fn silences_take_frames_away_and_change_nothing_else() {
        let secs = Duration::from_secs;
        let whole: Vec<CanFrame> = DriveSimulator::new(config(60)).collect();
        let simulator = DriveSimulator::new(SimConfig {
            silences: vec![
                Silence::message("MotorCtrl_Status", secs(10), secs(3)),
                Silence::recorder(secs(30), secs(5)),
            ],
            ..config(60)
        });
        let start = simulator.start;
        let range = |from: i64, until: i64| {
            TimeRange::new(start + from * 1_000_000_000, start + until * 1_000_000_000)
        };
        assert_eq!(simulator.coverage(), [range(0, 30), range(35, 60)]);
        let expected: Vec<CanFrame> = whole
            .into_iter()
            .filter(|frame| !range(30, 35).contains(frame.timestamp))
            .filter(|frame| frame.id.number() != 688 || !range(10, 13).contains(frame.timestamp))
            .collect();
        assert_eq!(simulator.collect::<Vec<_>>(), expected);
    }

    #[test]
    fn a_spike_is_one_sample() {
        let spike = Spike {
            message: "BMS_PackStatus".to_owned(),
            signal: "Pack_Voltage".to_owned(),
            at: Duration::from_secs(20),
            value: 999.9,
        };
        let with = SimConfig {
            spikes: vec![spike],
            ..config(60)
        };
        let differing: Vec<(CanFrame, CanFrame)> = DriveSimulator::new(with)
            .zip(DriveSimulator::new(config(60)))
            .filter(|(spiked, plain)| spiked != plain)
            .collect();
        assert_eq!(differing.len(), 1);
        let (spiked, _) = differing[0];
        assert_eq!(
            u16::from_le_bytes([spiked.payload[0], spiked.payload[1]]),
            9999
        );
        let since = spiked.timestamp.ns_since(SimConfig::default().start);
        assert!((20_000_000_000..20_025_000_000).contains(&since));
    }

    #[test]
    fn cell_groups_take_turns() {
        let frames: Vec<CanFrame> = DriveSimulator::new(config(10)).collect();
        let cells = message_frames(&frames, 416);
        for (n, frame) in cells.iter().enumerate() {
            assert_eq!(usize::from(frame.payload[0]), n % 8);
            let millivolts = u16::from_le_bytes([frame.payload[1], frame.payload[2]]);
            assert!((3_300..4_200).contains(&millivolts), "{millivolts} mV");
        }
    }

    #[test]
    fn awkward_configurations_end() {
        for duration in [
            Duration::ZERO,
            Duration::from_nanos(1),
            Duration::from_millis(30),
        ] {
            for charging in [Charging::None, Charging::Ac, Charging::Dc] {
                let config = SimConfig {
                    duration,
                    charging,
                    initial_soc: f64::NAN,
                    start: Timestamp::MAX,
                    ..SimConfig::default()
                };
                assert!(DriveSimulator::new(config).count() < 100);
            }
        }
    }
}
