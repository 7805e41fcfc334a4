//! The car: what the driver wants and what physics makes of it, in steps of 10 ms.

use super::config::{Charging, SimConfig};
use super::driver::{Driver, Gear, Intent, Turn};
use super::powertrain::{Motor, Pack};
use super::thermal::{Heat, Thermal};

/// Seconds of one step.
pub(super) const STEP_SECS: f64 = 0.01;
/// The slow temperatures are computed once in this many steps.
const THERMAL_STEPS: u64 = 10;

const MASS_KG: f64 = 1900.0;
const GRAVITY: f64 = 9.81;
const ROLLING: f64 = 0.0105;
/// ½ × density × drag coefficient × area, N per (m/s)².
const DRAG: f64 = 0.40;
const DRIVETRAIN_EFFICIENCY: f64 = 0.96;
const WHEELBASE_M: f64 = 2.75;
const STEERING_RATIO: f64 = 15.0;
const METRES_PER_DEGREE: f64 = 111_320.0;
/// bar of brake pressure per m/s² of friction braking.
const BAR_PER_DECELERATION: f64 = 11.0;

/// What the charger does; the numbers are those of the DBC file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ChargeState {
    NotConnected = 0,
    Connected = 1,
    Negotiating = 2,
    ConstantCurrent = 3,
    ConstantVoltage = 4,
    Complete = 5,
}

/// The state of everything at one instant, SI units unless a name says otherwise.
#[derive(Debug)]
pub(super) struct Vehicle {
    driver: Driver,
    charging: Charging,
    steps: u64,
    pub intent: Intent,
    /// Negative when driving backwards.
    pub speed: f64,
    pub acceleration: f64,
    /// 0 to 1.
    pub pedal: f64,
    pub brake_bar: f64,
    pub is_braking: bool,
    pub steering_degrees: f64,
    heading: f64,
    pub latitude: f64,
    pub longitude: f64,
    pub altitude: f64,
    pub distance_km: f64,
    pub motor: Motor,
    pub pack: Pack,
    pub trip_kwh: f64,
    pub charge: ChargeState,
    charge_state_since: f64,
    pub charge_kwh: f64,
    pub thermal: Thermal,
    pub ambient: f64,
}

impl Vehicle {
    pub(super) fn new(config: &SimConfig) -> Self {
        let mut driver = Driver::new(config);
        let intent = driver.intent(0.0);
        // Somewhere within a few kilometres, by the seed.
        let place = (config.seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 40) as f64 / 16_777_216.0;
        Self {
            charging: driver.charging(),
            driver,
            steps: 0,
            intent,
            speed: 0.0,
            acceleration: 0.0,
            pedal: 0.0,
            brake_bar: 0.0,
            is_braking: false,
            steering_degrees: 0.0,
            heading: place * std::f64::consts::TAU,
            latitude: 48.10 + 0.08 * place,
            longitude: 11.45 + 0.11 * (1.0 - place),
            altitude: 520.0,
            distance_km: config.odometer_km,
            motor: Motor::default(),
            pack: Pack::new(config.initial_soc),
            trip_kwh: 0.0,
            charge: ChargeState::NotConnected,
            charge_state_since: 0.0,
            charge_kwh: 0.0,
            thermal: Thermal::new(config.ambient_degc),
            ambient: config.ambient_degc,
        }
    }

    /// Seconds since the start.
    pub(super) fn secs(&self) -> f64 {
        self.steps as f64 * STEP_SECS
    }

    pub(super) const fn has_headlights_on(&self) -> bool {
        self.driver.has_headlights_on() && self.intent.is_ignition_on
    }

    /// Blinking is done by the lamp; this is the lever.
    pub(super) const fn turn(&self) -> Turn {
        self.intent.turn
    }

    pub(super) fn step(&mut self) {
        self.steps += 1;
        let t = self.secs();
        let was_ignition_on = self.intent.is_ignition_on;
        self.intent = self.driver.intent(t);
        if self.intent.is_ignition_on && !was_ignition_on {
            self.trip_kwh = 0.0;
        }
        self.drive();
        self.steer();
        let charger_w = self.charge(t);
        let drive_w = if self.motor.power_w >= 0.0 {
            self.motor.power_w / DRIVETRAIN_EFFICIENCY
        } else {
            self.motor.power_w * DRIVETRAIN_EFFICIENCY
        };
        let auxiliary_w = match (self.intent.is_ignition_on, charger_w > 0.0) {
            (true, _) => 450.0 + 60.0 * (self.ambient - 21.0).abs(),
            (false, true) => 250.0,
            (false, false) => 25.0,
        };
        let loss_w = if self.intent.is_ignition_on {
            self.motor.loss_w
        } else {
            0.0
        };
        let power = drive_w + loss_w + auxiliary_w - charger_w;
        self.pack.give(power, STEP_SECS);
        let kwh = self.pack.voltage * self.pack.current * STEP_SECS / 3.6e6;
        if self.intent.is_ignition_on {
            self.trip_kwh += kwh;
        }
        if charger_w > 0.0 {
            self.charge_kwh -= kwh;
        }
        if self.steps.is_multiple_of(THERMAL_STEPS) {
            let heat = Heat {
                motor_w: loss_w,
                inverter_w: 0.35 * loss_w,
                charger_w: 0.05 * charger_w.min(11_000.0),
                pack_w: self.pack.loss_w(),
                rpm: self.motor.rpm,
                speed: self.speed,
                is_pump_on: self.intent.is_ignition_on || charger_w > 0.0,
            };
            self.thermal.step(heat, STEP_SECS * THERMAL_STEPS as f64);
        }
    }

    /// Speed and the forces behind it.
    fn drive(&mut self) {
        let direction = if self.intent.gear == Gear::Reverse {
            -1.0
        } else {
            1.0
        };
        let error = (self.intent.target_speed - self.speed) * direction;
        let wanted = match error {
            // A driver eases off close to the aim, and pulls away harder when slow.
            e if e >= 0.0 => (0.55 * e).min(3.2 / (1.0 + self.speed.abs() / 14.0)),
            e => (0.75 * e).max(-self.intent.max_deceleration),
        } * direction;
        let is_stopping = self.intent.target_speed == 0.0 || self.intent.target_speed.abs() < 0.05;
        if is_stopping && self.speed.abs() < 0.25 {
            self.hold();
            return;
        }
        // Comfort limits the jerk; an emergency does not.
        let ease = if wanted * direction < -3.5 {
            0.12
        } else {
            0.35
        };
        self.acceleration += (wanted - self.acceleration) * STEP_SECS / ease;

        let slope = self.slope();
        let resistance = self.speed.signum()
            * (ROLLING * MASS_KG * GRAVITY + DRAG * self.speed * self.speed)
            + MASS_KG * GRAVITY * slope;
        let force = MASS_KG * self.acceleration + resistance;
        self.motor = Motor::at(force, self.speed);
        let missing = force - self.motor.force();
        let friction = if force * direction < 0.0 {
            -missing * direction
        } else {
            0.0
        };
        if self.motor.is_derating {
            self.acceleration -= missing / MASS_KG;
        }
        self.brake(friction / MASS_KG * BAR_PER_DECELERATION);
        self.is_braking = self.brake_bar > 1.0 || self.acceleration * direction < -1.3;
        let full = Motor::at(1e9 * direction, self.speed).torque_nm.abs();
        let pedal = (self.motor.torque_nm * direction / full)
            .clamp(0.0, 1.0)
            .sqrt();
        self.pedal += (pedal - self.pedal) * STEP_SECS / 0.08;

        let before = self.speed;
        self.speed += self.acceleration * STEP_SECS;
        if before * self.speed < 0.0 {
            self.speed = 0.0;
        }
        let metres = self.speed * STEP_SECS;
        self.distance_km += metres.abs() / 1000.0;
        self.altitude += metres * slope;
        let curvature = (self.steering_degrees / STEERING_RATIO).to_radians().tan() / WHEELBASE_M;
        self.heading += metres * curvature;
        self.latitude += metres * self.heading.cos() / METRES_PER_DEGREE;
        self.longitude +=
            metres * self.heading.sin() / (METRES_PER_DEGREE * self.latitude.to_radians().cos());
    }

    /// Standing still on the brake.
    fn hold(&mut self) {
        self.speed = 0.0;
        self.acceleration = 0.0;
        self.pedal = 0.0;
        self.motor = Motor::default();
        let is_held = self.intent.is_ignition_on && self.intent.gear != Gear::Park;
        self.brake(if is_held { 9.0 } else { 0.0 });
        self.is_braking = is_held;
    }

    /// Hydraulics follow within a tenth of a second.
    fn brake(&mut self, wanted_bar: f64) {
        self.brake_bar += (wanted_bar.clamp(0.0, 160.0) - self.brake_bar) * STEP_SECS / 0.06;
    }

    /// Rise over run of the road here: the same hills on every drive.
    fn slope(&self) -> f64 {
        let km = self.distance_km;
        0.022 * (km * 1.9).sin() + 0.011 * (km * 6.1 + 1.0).sin()
    }

    fn steer(&mut self) {
        let wander = 5.0 * (self.secs() * 0.45).sin() + 2.0 * (self.secs() * 1.3).sin();
        let moving = (self.speed.abs() / 3.0).min(1.0);
        let wanted =
            self.intent.steering_degrees / (1.0 + self.speed.abs() / 12.0) + wander * moving;
        self.steering_degrees += (wanted - self.steering_degrees) * STEP_SECS / 0.5;
    }

    /// Runs the charging protocol and returns the power into the pack, W.
    fn charge(&mut self, t: f64) -> f64 {
        let for_secs = t - self.charge_state_since;
        let next = match self.charge {
            _ if !self.intent.is_plugged_in => ChargeState::NotConnected,
            ChargeState::NotConnected => ChargeState::Connected,
            ChargeState::Connected if for_secs > 3.0 => ChargeState::Negotiating,
            ChargeState::Negotiating if for_secs > 5.0 => ChargeState::ConstantCurrent,
            ChargeState::ConstantCurrent if self.pack.soc > 0.80 => ChargeState::ConstantVoltage,
            ChargeState::ConstantVoltage if self.pack.soc > 0.98 => ChargeState::Complete,
            state => state,
        };
        if next != self.charge {
            if next == ChargeState::Connected {
                self.charge_kwh = 0.0;
            }
            self.charge = next;
            self.charge_state_since = t;
        }
        let full = match self.charging {
            Charging::None => 0.0,
            Charging::Ac => 11_000.0,
            Charging::Dc => 90_000.0,
        };
        match self.charge {
            ChargeState::ConstantCurrent => full * (for_secs / 4.0).min(1.0),
            ChargeState::ConstantVoltage => full * ((1.0 - self.pack.soc) / 0.2).clamp(0.05, 1.0),
            _ => 0.0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    fn run(seed: u64, charging: Charging, mut check: impl FnMut(&Vehicle)) -> Vehicle {
        let config = SimConfig {
            seed,
            duration: Duration::from_mins(30),
            charging,
            initial_soc: 0.7,
            ..SimConfig::default()
        };
        let mut vehicle = Vehicle::new(&config);
        for _ in 0..180_000 {
            vehicle.step();
            check(&vehicle);
        }
        vehicle
    }

    #[test]
    fn quantities_stay_within_what_a_car_does() {
        for seed in 0..6 {
            let mut top_speed: f64 = 0.0;
            let vehicle = run(seed, Charging::None, |v| {
                top_speed = top_speed.max(v.speed);
                assert!((-2.5..46.0).contains(&v.speed), "speed {}", v.speed);
                assert!(
                    (-10.0..5.5).contains(&v.acceleration),
                    "acceleration {}",
                    v.acceleration
                );
                assert!((280.0..410.0).contains(&v.pack.voltage), "{:?}", v.pack);
                assert!((-250.0..560.0).contains(&v.pack.current), "{:?}", v.pack);
                assert!((0.0..160.0).contains(&v.brake_bar));
                assert!((0.0..130.0).contains(&v.thermal.stator), "{:?}", v.thermal);
            });
            assert!(top_speed > 12.0, "seed {seed} never drove: {top_speed} m/s");
            assert_eq!(vehicle.speed, 0.0);
            assert!(vehicle.pack.soc < 0.7 && vehicle.distance_km > 12_002.0);
        }
    }

    #[test]
    fn hard_braking_above_80_km_h_happens() {
        let mut n_steps = 0;
        for seed in 0..6 {
            run(seed, Charging::None, |v| {
                n_steps += u32::from(v.brake_bar > 30.0 && v.speed * 3.6 > 80.0);
            });
        }
        assert!(n_steps > 20, "{n_steps} steps");
    }

    #[test]
    fn charging_raises_the_state_of_charge() {
        let mut lowest = 1.0;
        let mut states = Vec::new();
        let vehicle = run(3, Charging::Dc, |v| {
            lowest = f64::min(lowest, v.pack.soc);
            if states.last() != Some(&v.charge) {
                states.push(v.charge);
            }
        });
        assert!(vehicle.pack.soc > lowest + 0.05);
        assert!(vehicle.pack.current < -50.0);
        assert_eq!(
            states[..4],
            [
                ChargeState::NotConnected,
                ChargeState::Connected,
                ChargeState::Negotiating,
                ChargeState::ConstantCurrent,
            ]
        );
    }
}
