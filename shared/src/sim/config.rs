//! What is to be simulated.

use std::time::Duration;

use crate::time::Timestamp;

/// One recording of one drive.
#[derive(Clone, Debug, PartialEq)]
pub struct SimConfig {
    /// Everything random follows from it.
    pub seed: u64,
    /// The vehicle, as the lake names it. The frames do not carry it.
    pub vehicle: String,
    /// When the recording begins, UTC.
    pub start: Timestamp,
    /// How long it lasts. The drive is planned to fit; beyond 45 minutes there are several, with fast
    /// charging after each unless `charging` says otherwise.
    pub duration: Duration,
    /// State of charge at the start, 0 to 1.
    pub initial_soc: f64,
    /// Temperature of the air and of everything that has stood overnight, in °C.
    pub ambient_degc: f64,
    /// What the odometer shows at the start, in km.
    pub odometer_km: f64,
    /// What happens at the end of the drive.
    pub charging: Charging,
    /// Whether sensors have noise and messages have jitter.
    pub noise: bool,
    /// Stretches in which something is not heard.
    pub silences: Vec<Silence>,
    /// Single wrong samples.
    pub spikes: Vec<Spike>,
}

impl Default for SimConfig {
    /// Ten minutes from 2026-03-02T08:00:00Z, without charging, silences or spikes.
    fn default() -> Self {
        Self {
            seed: 1,
            vehicle: "EV_DEMO_1".to_owned(),
            start: Timestamp::from_ns(1_772_438_400_000_000_000),
            duration: Duration::from_mins(10),
            initial_soc: 0.8,
            ambient_degc: 18.0,
            odometer_km: 12_000.0,
            charging: Charging::None,
            noise: true,
            silences: Vec::new(),
            spikes: Vec::new(),
        }
    }
}

/// Whether the car is plugged in during the last quarter of the recording.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Charging {
    /// It is parked.
    #[default]
    None,
    /// 11 kW.
    Ac,
    /// Up to 90 kW.
    Dc,
}

/// A stretch in which frames are not heard. The car goes on meanwhile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Silence {
    /// Who is silent.
    pub what: What,
    /// From when on, since the start.
    pub from: Duration,
    /// For how long.
    pub duration: Duration,
}

/// What a [`Silence`] silences.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// One message, by its name: its sender is silent while the recorder listens.
    Message(String),
    /// Everything: the recorder is off, and nobody claims that it listened.
    Recorder,
}

impl Silence {
    /// One message is not sent.
    pub fn message(name: &str, from: Duration, duration: Duration) -> Self {
        Self {
            what: What::Message(name.to_owned()),
            from,
            duration,
        }
    }

    /// The recorder is off.
    pub const fn recorder(from: Duration, duration: Duration) -> Self {
        Self {
            what: What::Recorder,
            from,
            duration,
        }
    }
}

/// One wrong sample: in the first frame at or after `at`, `signal` has `value`.
#[derive(Clone, Debug, PartialEq)]
pub struct Spike {
    /// Message name.
    pub message: String,
    /// Signal name.
    pub signal: String,
    /// When, since the start.
    pub at: Duration,
    /// Physical value, limited to what the signal can carry.
    pub value: f64,
}
