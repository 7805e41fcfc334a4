//! Motor and traction battery: from the force at the wheels to current, voltage and charge.

/// Cells in series.
pub(super) const N_CELLS: f64 = 96.0;
const CAPACITY_AH: f64 = 180.0;
/// Inner resistance of the pack, Ω.
const PACK_RESISTANCE: f64 = 0.085;
const WHEEL_RADIUS_M: f64 = 0.34;
const GEAR_RATIO: f64 = 9.1;
const MAX_TORQUE_NM: f64 = 330.0;
const MAX_POWER_W: f64 = 160_000.0;
const MAX_REGEN_W: f64 = 65_000.0;
/// Below this speed (m/s) the motor cannot brake.
const REGEN_FADE_SPEED: f64 = 3.0;

/// Open-circuit voltage of a cell by state of charge: a typical NMC curve.
const OPEN_CIRCUIT: [(f64, f64); 8] = [
    (0.00, 3.00),
    (0.05, 3.38),
    (0.15, 3.52),
    (0.35, 3.63),
    (0.55, 3.72),
    (0.75, 3.90),
    (0.92, 4.08),
    (1.00, 4.18),
];

/// The operating point of the motor.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Motor {
    pub rpm: f64,
    pub torque_nm: f64,
    /// At the shaft.
    pub power_w: f64,
    /// Turned into heat.
    pub loss_w: f64,
    /// More was asked for than it can give.
    pub is_derating: bool,
}

impl Motor {
    /// The operating point for a force at the wheels (N) at a speed (m/s).
    /// Braking forces beyond what recuperation can do are left to the brakes.
    pub(super) fn at(force: f64, speed: f64) -> Self {
        let wheel_omega = speed / WHEEL_RADIUS_M;
        let omega = wheel_omega * GEAR_RATIO;
        let wanted = force * WHEEL_RADIUS_M / GEAR_RATIO;
        let is_braking = wanted * omega < 0.0 || (omega == 0.0 && wanted < 0.0);
        let power_limit = if is_braking { MAX_REGEN_W } else { MAX_POWER_W };
        let mut limit = MAX_TORQUE_NM.min(power_limit / omega.abs().max(1.0));
        if is_braking {
            limit *= (speed.abs() / REGEN_FADE_SPEED).min(1.0);
        }
        let torque_nm = wanted.clamp(-limit, limit);
        let power_w = torque_nm * omega;
        Self {
            rpm: omega * 60.0 / std::f64::consts::TAU,
            torque_nm,
            power_w,
            // Iron, copper and friction.
            loss_w: 0.035 * power_w.abs() + 0.025 * torque_nm * torque_nm + 0.0006 * omega * omega,
            is_derating: !is_braking && wanted.abs() > limit * 1.01,
        }
    }

    /// The force it puts on the road, N.
    pub(super) fn force(&self) -> f64 {
        self.torque_nm * GEAR_RATIO / WHEEL_RADIUS_M
    }
}

/// The traction battery.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Pack {
    /// 0 to 1.
    pub soc: f64,
    /// A, positive when discharged.
    pub current: f64,
    /// V at the terminals.
    pub voltage: f64,
}

impl Pack {
    pub(super) fn new(soc: f64) -> Self {
        let soc = soc.clamp(0.0, 1.0);
        Self {
            soc,
            current: 0.0,
            voltage: open_circuit(soc) * N_CELLS,
        }
    }

    /// Gives `power` watts (takes them when negative) for `dt` seconds.
    pub(super) fn give(&mut self, power: f64, dt: f64) {
        let source = open_circuit(self.soc) * N_CELLS;
        // power = current × (source − resistance × current); the smaller root is the real one.
        let discriminant = source * source - 4.0 * PACK_RESISTANCE * power;
        self.current = (source - discriminant.max(0.0).sqrt()) / (2.0 * PACK_RESISTANCE);
        self.voltage = source - PACK_RESISTANCE * self.current;
        self.soc = (self.soc - self.current * dt / (CAPACITY_AH * 3600.0)).clamp(0.0, 1.0);
    }

    /// W turned into heat.
    pub(super) fn loss_w(&self) -> f64 {
        PACK_RESISTANCE * self.current * self.current
    }

    /// kWh that are left.
    pub(super) fn energy_kwh(&self) -> f64 {
        self.soc * CAPACITY_AH * 3.7 * N_CELLS / 1000.0
    }
}

fn open_circuit(soc: f64) -> f64 {
    let mut below = OPEN_CIRCUIT[0];
    for above in OPEN_CIRCUIT {
        if soc <= above.0 {
            let span = above.0 - below.0;
            if span <= 0.0 {
                return above.1;
            }
            return below.1 + (above.1 - below.1) * (soc - below.0) / span;
        }
        below = above;
    }
    below.1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn voltage_sags_under_load_and_rises_when_charged() {
        let mut pack = Pack::new(0.6);
        let rest = pack.voltage;
        pack.give(100_000.0, 0.01);
        assert!(pack.voltage < rest - 10.0 && pack.current > 250.0);
        pack.give(-50_000.0, 0.01);
        assert!(pack.voltage > rest + 5.0 && pack.current < -100.0);
        assert!((pack.voltage * pack.current + 50_000.0).abs() < 1.0);
    }

    #[test]
    fn a_full_pack_lasts_as_long_as_it_should() {
        let mut pack = Pack::new(1.0);
        let mut secs = 0;
        while pack.soc > 0.0 && secs < 100_000 {
            pack.give(20_000.0, 1.0);
            secs += 1;
        }
        let hours = f64::from(secs) / 3600.0;
        assert!((2.9..3.4).contains(&hours), "{hours} h at 20 kW");
    }

    #[test]
    fn recuperation_fades_out_at_low_speed() {
        let braking = |speed| Motor::at(-5000.0, speed);
        assert!(braking(20.0).torque_nm < -90.0);
        assert!(braking(20.0).power_w > -MAX_REGEN_W - 1.0);
        assert!(braking(0.3).torque_nm > -40.0);
        assert_eq!(braking(0.0).torque_nm, 0.0);
    }

    #[test]
    fn open_circuit_voltage_rises_with_charge() {
        let volts: Vec<f64> = (0..=100)
            .map(|i| open_circuit(f64::from(i) / 100.0))
            .collect();
        assert!(volts.windows(2).all(|pair| pair[0] < pair[1]));
    }
}
