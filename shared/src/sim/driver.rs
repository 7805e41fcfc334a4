//! Who drives, and how: a plan of phases that fits the recording, and the speed aimed at.
//!
//! Parked, backing out, then city, rural road and motorway in turns, and parked again. In the city
//! the car stops and turns; on the motorway somebody brakes hard in front of it now and then.
//! A long recording is several such drives of equal length, with fast charging after each.

use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;

use super::config::{Charging, SimConfig};

/// Position of the selector; the numbers are those of the DBC file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Gear {
    Park = 0,
    Reverse = 1,
    Drive = 3,
}

/// Turn indicator; the numbers are those of the DBC file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Turn {
    Off = 0,
    Left = 1,
    Right = 2,
}

/// What the driver does now.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Intent {
    pub gear: Gear,
    pub is_ignition_on: bool,
    pub is_plugged_in: bool,
    pub turn: Turn,
    /// m/s; backwards in reverse.
    pub target_speed: f64,
    /// The strongest deceleration the driver is willing to use, m/s², positive.
    pub max_deceleration: f64,
    /// Where the steering wheel is wanted, degrees, positive to the left.
    pub steering_degrees: f64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Road {
    City,
    Rural,
    Motorway,
}

/// A stretch with one aim.
#[derive(Clone, Copy, Debug)]
struct Segment {
    until: f64,
    target_speed: f64,
    max_deceleration: f64,
    turn: Turn,
    steering_degrees: f64,
}

#[derive(Debug)]
pub(super) struct Driver {
    rng: ChaCha8Rng,
    charging: Charging,
    total_secs: f64,
    drive_secs: f64,
    /// Seconds since the start at which the parts of the plan end.
    ignition_at: f64,
    depart_at: f64,
    backed_out_at: f64,
    arrive_at: f64,
    ignition_off_at: f64,
    plug_at: f64,
    drive_ends_at: f64,
    has_headlights_on: bool,
    road: Road,
    road_until: f64,
    segment: Segment,
}

const KMH: f64 = 1.0 / 3.6;
/// How long before the end of the drive the car is brought to a stop.
const ARRIVAL_SECS: f64 = 25.0;
/// A longer recording is several drives: the battery does not last for ever.
const LONGEST_DRIVE_SECS: f64 = 45.0 * 60.0;

impl Driver {
    pub(super) fn new(config: &SimConfig) -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(config.seed);
        rng.set_stream(1);
        let total = config.duration.as_secs_f64();
        let n_drives = (total / LONGEST_DRIVE_SECS).ceil().max(1.0);
        let charging = match config.charging {
            Charging::None if n_drives > 1.0 => Charging::Dc,
            charging => charging,
        };
        let mut driver = Self {
            charging,
            total_secs: total,
            drive_secs: total / n_drives,
            ignition_at: 0.0,
            depart_at: 0.0,
            backed_out_at: 0.0,
            arrive_at: 0.0,
            ignition_off_at: 0.0,
            plug_at: 0.0,
            drive_ends_at: 0.0,
            has_headlights_on: rng.random_bool(0.5),
            road: Road::City,
            road_until: 0.0,
            segment: Segment {
                until: 0.0,
                target_speed: 0.0,
                max_deceleration: 2.0,
                turn: Turn::Off,
                steering_degrees: 0.0,
            },
            rng,
        };
        driver.plan_drive(0.0);
        driver
    }

    /// How the car is charged.
    pub(super) const fn charging(&self) -> Charging {
        self.charging
    }

    fn plan_drive(&mut self, from: f64) {
        let total = self.drive_secs;
        let off = match self.charging {
            Charging::None => total - (total * 0.05).min(15.0),
            Charging::Ac | Charging::Dc => total * 0.75,
        };
        self.ignition_at = from + (total * 0.01).min(3.0);
        self.depart_at = self.ignition_at + (total * 0.02).min(6.0);
        self.backed_out_at = self.depart_at + (total * 0.02).min(7.0);
        self.arrive_at = from + (off - ARRIVAL_SECS).max(off * 0.8);
        self.ignition_off_at = from + off;
        self.plug_at = match self.charging {
            Charging::None => f64::INFINITY,
            Charging::Ac | Charging::Dc => from + off + (total * 0.01).min(8.0),
        };
        self.drive_ends_at = from + total;
        self.road = Road::City;
        self.road_until = from + self.rng.random_range(90.0..200.0);
        self.segment.until = 0.0;
    }

    pub(super) const fn has_headlights_on(&self) -> bool {
        self.has_headlights_on
    }

    /// What the driver does at `t` seconds since the start. `t` never goes back.
    pub(super) fn intent(&mut self, t: f64) -> Intent {
        // Half a drive of tolerance: the last one ends with the recording, whatever rounding says.
        if t >= self.drive_ends_at && self.drive_ends_at + self.drive_secs / 2.0 < self.total_secs {
            self.plan_drive(self.drive_ends_at);
        }
        let standing = Intent {
            gear: Gear::Park,
            is_ignition_on: t >= self.ignition_at && t < self.ignition_off_at,
            is_plugged_in: t >= self.plug_at,
            turn: Turn::Off,
            target_speed: 0.0,
            max_deceleration: 2.5,
            steering_degrees: 0.0,
        };
        if t < self.depart_at || t >= self.ignition_off_at - 1.0 {
            return standing;
        }
        if t < self.backed_out_at {
            let is_moving = t < self.backed_out_at - 2.0;
            return Intent {
                gear: Gear::Reverse,
                target_speed: if is_moving { -1.5 } else { 0.0 },
                steering_degrees: 180.0,
                ..standing
            };
        }
        let driving = Intent {
            gear: Gear::Drive,
            ..standing
        };
        if t >= self.arrive_at {
            return driving;
        }
        if t >= self.segment.until {
            self.next_segment(t);
        }
        Intent {
            turn: self.segment.turn,
            target_speed: self.segment.target_speed,
            max_deceleration: self.segment.max_deceleration,
            steering_degrees: self.segment.steering_degrees,
            ..driving
        }
    }

    fn next_segment(&mut self, t: f64) {
        if t >= self.road_until {
            self.next_road(t);
        }
        let rng = &mut self.rng;
        let cruise = |rng: &mut ChaCha8Rng, secs: [f64; 2], kmh: [f64; 2]| Segment {
            until: t + rng.random_range(secs[0]..secs[1]),
            target_speed: rng.random_range(kmh[0]..kmh[1]) * KMH,
            max_deceleration: 2.0,
            turn: Turn::Off,
            steering_degrees: rng.random_range(-8.0..8.0),
        };
        let dice: f64 = rng.random();
        self.segment = match self.road {
            Road::City if dice < 0.3 => cruise(rng, [6.0, 28.0], [0.0, 1e-9]), // red light
            Road::City if dice < 0.55 => {
                let turn = if dice < 0.42 { Turn::Left } else { Turn::Right };
                let side = if turn == Turn::Left { 1.0 } else { -1.0 };
                Segment {
                    turn,
                    steering_degrees: side * rng.random_range(90.0..220.0),
                    ..cruise(rng, [4.0, 7.0], [12.0, 22.0])
                }
            }
            Road::City => cruise(rng, [8.0, 35.0], [28.0, 55.0]),
            Road::Rural => cruise(rng, [15.0, 50.0], [60.0, 102.0]),
            Road::Motorway if dice < 0.12 => Segment {
                max_deceleration: rng.random_range(4.0..7.5),
                ..cruise(rng, [3.0, 6.0], [60.0, 85.0])
            },
            Road::Motorway => cruise(rng, [20.0, 90.0], [105.0, 142.0]),
        };
    }

    fn next_road(&mut self, t: f64) {
        let (road, secs) = match self.road {
            Road::City => match self.rng.random_range(0..3) {
                0 => (Road::City, 90.0..240.0),
                1 => (Road::Rural, 90.0..300.0),
                _ => (Road::Motorway, 150.0..600.0),
            },
            Road::Rural => match self.rng.random_range(0..2) {
                0 => (Road::City, 90.0..240.0),
                _ => (Road::Motorway, 150.0..600.0),
            },
            Road::Motorway => (Road::Rural, 60.0..180.0),
        };
        self.road = road;
        self.road_until = t + self.rng.random_range(secs);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn a_drive_begins_and_ends_parked() {
        for seed in 0..20 {
            let config = SimConfig {
                seed,
                duration: Duration::from_mins(15),
                charging: Charging::Dc,
                ..SimConfig::default()
            };
            let mut driver = Driver::new(&config);
            let intents: Vec<Intent> = (0..9000)
                .map(|i| driver.intent(f64::from(i) / 10.0))
                .collect();
            let (first, last) = (intents[0], intents[8999]);
            assert!(!first.is_ignition_on && !first.is_plugged_in);
            assert!(!last.is_ignition_on && last.is_plugged_in);
            assert_eq!((first.gear, last.gear), (Gear::Park, Gear::Park));
            assert!(intents.iter().any(|i| i.gear == Gear::Reverse));
            assert!(intents.iter().any(|i| i.target_speed > 25.0 * KMH));
            let moves_without_gear = |i: &Intent| i.gear == Gear::Park && i.target_speed != 0.0;
            assert!(!intents.iter().any(moves_without_gear));
        }
    }
}
