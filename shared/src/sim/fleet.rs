//! The plan of the demonstration lake: what three cars did in four days.
//!
//! Small enough to be written in seconds, and with one of everything that a viewer must get right:
//! several sessions a day, a drive over midnight UTC, a message that falls silent, a recorder that
//! was off inside a session and one that was off between sessions, charging, a spike of one sample.

use std::time::Duration;

use super::config::{Charging, Silence, SimConfig, Spike};
use crate::time::{NS_PER_DAY, NS_PER_SEC, Timestamp};

/// One recording of the demonstration lake.
#[derive(Clone, Debug, PartialEq)]
pub struct DemoSession {
    /// What to show of it: `commute`, `over midnight`, …
    pub title: &'static str,
    /// The drive; start and length are in it.
    pub config: SimConfig,
}

/// A line of the plan: vehicle, day, time of day, length, what happens.
struct Plan {
    title: &'static str,
    vehicle: &'static str,
    day: i64,
    hour: i64,
    minute: i64,
    minutes: u64,
    charging: Charging,
    soc: f64,
    ambient: f64,
}

const fn drive(
    title: &'static str,
    vehicle: &'static str,
    at: (i64, i64, i64),
    minutes: u64,
) -> Plan {
    let (day, hour, minute) = at;
    Plan {
        title,
        vehicle,
        day,
        hour,
        minute,
        minutes,
        charging: Charging::None,
        soc: 0.82,
        ambient: 14.0,
    }
}

/// 2026-03-02, a Monday.
const FIRST_DAY: Timestamp = Timestamp::from_ns(1_772_409_600 * NS_PER_SEC);

/// The recordings of the demonstration lake, by vehicle and time. Always the same.
pub fn demo_fleet() -> Vec<DemoSession> {
    let plans = [
        drive("commute", "EV_DEMO_1", (0, 6, 42), 22),
        Plan {
            soc: 0.71,
            ..drive(
                "way home, then charging at home",
                "EV_DEMO_1",
                (0, 16, 5),
                24,
            )
        }
        .charging(Charging::Ac),
        drive(
            "drive with a spike and a silent motor controller",
            "EV_DEMO_1",
            (1, 7, 3),
            15,
        ),
        Plan {
            soc: 0.55,
            ..drive("over midnight", "EV_DEMO_1", (2, 23, 48), 25)
        },
        Plan {
            ambient: -4.0,
            ..drive("a cold morning", "EV_DEMO_2", (0, 5, 55), 18)
        },
        Plan {
            soc: 0.24,
            ambient: 3.0,
            ..drive("fast charging on the way", "EV_DEMO_2", (1, 12, 20), 26)
        }
        .charging(Charging::Dc),
        drive("recorder off for two minutes", "EV_DEMO_2", (3, 9, 30), 12),
        drive("errands", "EV_DEMO_3", (1, 10, 0), 8),
        drive("errands, ten minutes later", "EV_DEMO_3", (1, 10, 18), 8),
        Plan {
            ambient: 27.0,
            ..drive("a warm afternoon", "EV_DEMO_3", (3, 14, 11), 16)
        },
    ];
    let mut odometer_km = [12_400.0, 48_730.0, 310.0];
    let sessions = plans.into_iter().zip(1..).map(|(plan, seed)| {
        let vehicle_idx =
            usize::from(plan.vehicle.ends_with('2')) + 2 * usize::from(plan.vehicle.ends_with('3'));
        let odometer = odometer_km.get_mut(vehicle_idx);
        let config = SimConfig {
            seed,
            vehicle: plan.vehicle.to_owned(),
            start: plan.start(),
            duration: Duration::from_mins(plan.minutes),
            initial_soc: plan.soc,
            ambient_degc: plan.ambient,
            odometer_km: odometer.as_deref().copied().unwrap_or(0.0),
            charging: plan.charging,
            noise: true,
            silences: plan.silences(),
            spikes: plan.spikes(),
        };
        if let Some(odometer) = odometer {
            *odometer += 0.9 * plan.minutes as f64;
        }
        DemoSession {
            title: plan.title,
            config,
        }
    });
    sessions.collect()
}

impl Plan {
    const fn charging(mut self, charging: Charging) -> Self {
        self.charging = charging;
        self
    }

    fn start(&self) -> Timestamp {
        FIRST_DAY + self.day * NS_PER_DAY + (self.hour * 60 + self.minute) * 60 * NS_PER_SEC
    }

    fn silences(&self) -> Vec<Silence> {
        let secs = Duration::from_secs;
        match self.title {
            "recorder off for two minutes" => vec![Silence::recorder(secs(300), secs(120))],
            title if title.contains("silent motor controller") => vec![
                Silence::message("MotorCtrl_Status", secs(420), secs(7)),
                Silence::message("MotorCtrl_Thermal", secs(420), secs(7)),
            ],
            _ => Vec::new(),
        }
    }

    fn spikes(&self) -> Vec<Spike> {
        if !self.title.contains("spike") {
            return Vec::new();
        }
        vec![Spike {
            message: "BMS_PackStatus".to_owned(),
            signal: "Pack_Voltage".to_owned(),
            at: Duration::from_secs(500),
            value: 812.3,
        }]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_vehicles_several_days_gaps_and_a_midnight() {
        let fleet = demo_fleet();
        let mut vehicles: Vec<_> = fleet
            .iter()
            .map(|one| one.config.vehicle.as_str())
            .collect();
        vehicles.dedup();
        assert_eq!(vehicles, ["EV_DEMO_1", "EV_DEMO_2", "EV_DEMO_3"]);
        let end =
            |config: &SimConfig| config.start + i64::try_from(config.duration.as_nanos()).unwrap();
        let over_midnight = fleet
            .iter()
            .filter(|one| one.config.start.utc_day_number() != end(&one.config).utc_day_number());
        assert_eq!(over_midnight.count(), 1);
        for pair in fleet
            .windows(2)
            .filter(|pair| pair[0].config.vehicle == pair[1].config.vehicle)
        {
            let pause = pair[1].config.start.ns_since(end(&pair[0].config));
            assert!(
                pause > 5 * 60 * NS_PER_SEC,
                "{} follows too early",
                pair[1].title
            );
        }
        assert_eq!(
            fleet
                .iter()
                .filter(|one| !one.config.spikes.is_empty())
                .count(),
            1
        );
        assert_eq!(
            fleet
                .iter()
                .filter(|one| !one.config.silences.is_empty())
                .count(),
            2
        );
        let minutes: u64 = fleet
            .iter()
            .map(|one| one.config.duration.as_secs() / 60)
            .sum();
        let frames = minutes * 60 * 280;
        assert!(frames <= 3_000_000, "{frames} frames");
        assert_eq!(
            fleet[0].config.start.to_string(),
            "2026-03-02T06:42:00.000000000Z"
        );
    }
}
