//! Temperatures: first-order models of motor, inverter, battery modules and coolant.

/// Watts of heat that come in, and the air that they go to.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Heat {
    pub motor_w: f64,
    pub inverter_w: f64,
    pub charger_w: f64,
    pub pack_w: f64,
    pub rpm: f64,
    /// m/s.
    pub speed: f64,
    pub is_pump_on: bool,
}

pub(super) const N_MODULES: usize = 16;

/// All in °C, unless a name says otherwise.
#[derive(Clone, Debug)]
pub(super) struct Thermal {
    ambient: f64,
    pub stator: f64,
    pub rotor: f64,
    pub bearing: f64,
    pub inverter: f64,
    pub coolant_inlet: f64,
    pub coolant_outlet: f64,
    /// %.
    pub pump_duty: f64,
    /// L/min.
    pub flow: f64,
    pub is_fan_on: bool,
    pub modules: [f64; N_MODULES],
}

/// J/(L·K) of water and glycol.
const COOLANT_CAPACITY: f64 = 3700.0;
/// J/K of the coolant and what it flows through.
const LOOP_CAPACITY: f64 = 22_000.0;
/// J/K of one battery module.
const MODULE_CAPACITY: f64 = 21_000.0;

impl Thermal {
    pub(super) fn new(ambient: f64) -> Self {
        Self {
            ambient,
            stator: ambient,
            rotor: ambient,
            bearing: ambient,
            inverter: ambient,
            coolant_inlet: ambient,
            coolant_outlet: ambient,
            pump_duty: 0.0,
            flow: 0.0,
            is_fan_on: false,
            modules: [ambient; N_MODULES],
        }
    }

    pub(super) fn step(&mut self, heat: Heat, dt: f64) {
        let wanted_duty = if heat.is_pump_on {
            (30.0 + 2.5 * (self.coolant_outlet - 35.0)).clamp(30.0, 100.0)
        } else {
            0.0
        };
        approach(&mut self.pump_duty, wanted_duty, 2.0, dt);
        approach(&mut self.flow, self.pump_duty * 0.17, 1.2, dt);

        let into_coolant = heat.motor_w + heat.inverter_w + heat.charger_w;
        let fan_threshold = if self.is_fan_on { 44.0 } else { 52.0 };
        self.is_fan_on = self.coolant_inlet > fan_threshold;
        let fan_w_per_k = if self.is_fan_on { 160.0 } else { 0.0 };
        let radiator_w_per_k = 25.0 + 7.0 * heat.speed.abs() + fan_w_per_k;
        let out = radiator_w_per_k * (self.coolant_inlet - self.ambient);
        self.coolant_inlet += (into_coolant - out) / LOOP_CAPACITY * dt;
        let rise = into_coolant / (COOLANT_CAPACITY * (self.flow / 60.0).max(0.02));
        let outlet = self.coolant_inlet + rise.min(25.0);
        approach(&mut self.coolant_outlet, outlet, 8.0, dt);

        let coolant = self.coolant_outlet;
        approach(&mut self.stator, coolant + 0.016 * heat.motor_w, 110.0, dt);
        approach(&mut self.rotor, coolant + 0.013 * heat.motor_w, 320.0, dt);
        let bearing = 0.5 * (coolant + self.ambient) + 0.0035 * heat.rpm.abs();
        approach(&mut self.bearing, bearing, 420.0, dt);
        approach(
            &mut self.inverter,
            coolant + 0.014 * heat.inverter_w,
            25.0,
            dt,
        );

        let per_module = heat.pack_w / N_MODULES as f64;
        for (idx, module) in self.modules.iter_mut().enumerate() {
            // Modules in the middle of the pack lose less.
            let edge = (idx as f64 / (N_MODULES - 1) as f64 - 0.5).abs() * 2.0;
            let loss = (1.2 + 1.5 * edge) * (*module - self.ambient);
            *module += (per_module - loss) / MODULE_CAPACITY * dt;
        }
    }
}

fn approach(value: &mut f64, target: f64, time_constant: f64, dt: f64) {
    *value += (target - *value) * (dt / time_constant).min(1.0);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(heat: Heat, secs: u32) -> Thermal {
        let mut thermal = Thermal::new(20.0);
        for _ in 0..secs * 10 {
            thermal.step(heat, 0.1);
        }
        thermal
    }

    #[test]
    fn a_parked_car_stays_at_the_airs_temperature() {
        let thermal = after(Heat::default(), 3600);
        for temperature in [
            thermal.stator,
            thermal.bearing,
            thermal.coolant_inlet,
            thermal.modules[3],
        ] {
            assert!((temperature - 20.0).abs() < 0.01, "{thermal:?}");
        }
    }

    #[test]
    fn a_motorway_hour_warms_everything_and_burns_nothing() {
        let heat = Heat {
            motor_w: 2_500.0,
            inverter_w: 900.0,
            pack_w: 900.0,
            rpm: 9_500.0,
            speed: 36.0,
            is_pump_on: true,
            charger_w: 0.0,
        };
        let thermal = after(heat, 3600);
        assert!((40.0..120.0).contains(&thermal.stator), "{thermal:?}");
        assert!(thermal.coolant_outlet > thermal.coolant_inlet + 1.0);
        assert!((25.0..60.0).contains(&thermal.modules[8]), "{thermal:?}");
        assert!(thermal.modules[8] > thermal.modules[0]);
    }
}
