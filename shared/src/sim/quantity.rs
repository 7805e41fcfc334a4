//! Which quantity of the car stands behind which signal of the DBC file, and how its sensor errs.

use rand::RngExt as _;
use rand_chacha::ChaCha8Rng;
use rand_distr::StandardNormal;

use super::driver::Gear;
use super::powertrain::N_CELLS;
use super::thermal::N_MODULES;
use super::vehicle::{ChargeState, Vehicle};

/// Cells that have a signal of their own.
pub(super) const N_CELL_SIGNALS: usize = 24;

/// Errors of sensors, random but for a given seed.
#[derive(Debug)]
pub(super) struct Sensors {
    rng: ChaCha8Rng,
    is_noisy: bool,
    /// V: no two cells are alike.
    cell_offsets: [f64; N_CELL_SIGNALS],
}

impl Sensors {
    pub(super) fn new(mut rng: ChaCha8Rng, is_noisy: bool) -> Self {
        let cell_offsets = std::array::from_fn(|_| rng.sample::<f64, _>(StandardNormal) * 0.004);
        Self {
            rng,
            is_noisy,
            cell_offsets,
        }
    }

    /// A normally distributed error.
    pub(super) fn noise(&mut self, std_dev: f64) -> f64 {
        if !self.is_noisy {
            return 0.0;
        }
        std_dev * self.rng.sample::<f64, _>(StandardNormal)
    }

    fn cell(&mut self, vehicle: &Vehicle, idx: usize) -> f64 {
        let offset = self.cell_offsets.get(idx).copied().unwrap_or(0.0);
        vehicle.pack.voltage / N_CELLS + offset + self.noise(0.0012)
    }

    fn cell_spread(&self) -> f64 {
        let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
        for offset in self.cell_offsets {
            low = low.min(offset);
            high = high.max(offset);
        }
        high - low
    }
}

/// The physical value of a signal, from the car and its sensors; the counter is of the message.
pub(super) type Quantity = fn(&Vehicle, &mut Sensors, Context) -> f64;

/// What a value depends on besides the car.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Context {
    /// Frames of this message so far.
    pub count: u64,
    /// The n of `Cell_n_Voltage` less one, likewise for modules.
    pub index: usize,
}

/// The quantity behind a signal and the index in its name; `None` if it is not simulated.
pub(super) fn quantity(message: &str, signal: &str) -> Option<(Quantity, usize)> {
    if let Some(index) = numbered(signal, "Cell_", "_Voltage").filter(|n| *n < N_CELL_SIGNALS) {
        return Some((|v, s, c| s.cell(v, c.index), index));
    }
    if let Some(index) = numbered(signal, "Module_", "_Voltage").filter(|n| *n < N_MODULES) {
        let volts: Quantity = |v, s, _| v.pack.voltage / N_MODULES as f64 + s.noise(0.006);
        return Some((volts, index));
    }
    if let Some(index) = numbered(signal, "Module_", "_Temp").filter(|n| *n < N_MODULES) {
        let temperature: Quantity =
            |v, s, c| v.thermal.modules.get(c.index).copied().unwrap_or(0.0) + s.noise(0.05);
        return Some((temperature, index));
    }
    TABLE
        .iter()
        .find(|(of, name, _)| *of == message && *name == signal)
        .map(|(_, _, quantity)| (*quantity, 0))
}

/// The number between the two parts of a name, less one.
fn numbered(name: &str, before: &str, after: &str) -> Option<usize> {
    let number: usize = name
        .strip_prefix(before)?
        .strip_suffix(after)?
        .parse()
        .ok()?;
    number.checked_sub(1)
}

const fn flag(on: bool) -> f64 {
    if on { 1.0 } else { 0.0 }
}

static TABLE: &[(&str, &str, Quantity)] = &[
    ("VehicleDynamics", "VehicleSpeed", |v, s, _| match v.speed {
        0.0 => 0.0, // wheel sensors give no pulse
        speed => speed.abs() * 3.6 + s.noise(0.04),
    }),
    ("VehicleDynamics", "BrakePressure", |v, s, _| {
        v.brake_bar + s.noise(0.08)
    }),
    ("VehicleDynamics", "BrakeActive", |v, _, _| {
        flag(v.is_braking)
    }),
    ("VehicleDynamics", "AcceleratorPedal", |v, _, _| {
        v.pedal * 100.0
    }),
    ("VehicleDynamics", "LongitudinalAccel", |v, s, _| {
        v.acceleration + s.noise(0.03)
    }),
    ("VehicleDynamics", "SteeringAngle", |v, s, _| {
        v.steering_degrees + s.noise(0.15)
    }),
    ("BMS_CellVoltages", "Cell_Group", |_, _, c| {
        (c.count % (N_CELL_SIGNALS as u64 / 3)) as f64
    }),
    ("BMS_CellVoltages", "Cell_Delta_mV", |_, s, _| {
        s.cell_spread() * 1000.0 + s.noise(0.6)
    }),
    ("BMS_PackStatus", "Pack_Voltage", |v, s, _| {
        v.pack.voltage + s.noise(0.12)
    }),
    ("BMS_PackStatus", "Pack_Current", |v, s, _| {
        v.pack.current + s.noise(0.35)
    }),
    ("BMS_PackStatus", "Pack_SOC", |v, _, _| v.pack.soc * 100.0),
    ("BMS_PackStatus", "BMS_State", |v, _, _| match v.charge {
        ChargeState::Negotiating => 1.0,
        ChargeState::ConstantCurrent | ChargeState::ConstantVoltage => 3.0,
        _ if v.intent.is_ignition_on => 2.0,
        _ => 0.0,
    }),
    ("BMS_PackStatus", "Contactor_Closed", |v, _, _| {
        flag(v.intent.is_ignition_on || v.charge as u8 >= ChargeState::ConstantCurrent as u8)
    }),
    ("BMS_PackStatus", "Isolation_Fault", |_, _, _| 0.0),
    ("BMS_PackStatus", "Pack_Temp_Max", |v, _, _| {
        v.thermal
            .modules
            .iter()
            .copied()
            .fold(f64::NEG_INFINITY, f64::max)
    }),
    ("BMS_PackStatus", "Pack_Temp_Min", |v, _, _| {
        v.thermal
            .modules
            .iter()
            .copied()
            .fold(f64::INFINITY, f64::min)
    }),
    ("MotorCtrl_Status", "Motor_RPM", |v, s, _| {
        match v.motor.rpm {
            0.0 => 0.0,
            rpm => rpm + s.noise(3.0),
        }
    }),
    ("MotorCtrl_Status", "Motor_Torque", |v, s, _| {
        v.motor.torque_nm + s.noise(0.4)
    }),
    ("MotorCtrl_Status", "Motor_Power", |v, s, _| {
        v.motor.power_w / 1000.0 + s.noise(0.1)
    }),
    ("MotorCtrl_Status", "Inverter_State", |v, _, _| {
        match v.motor.torque_nm * v.motor.rpm {
            _ if !v.intent.is_ignition_on => 0.0,
            _ if v.motor.is_derating => 4.0,
            power if power > 0.0 => 2.0,
            power if power < 0.0 => 3.0,
            _ => 1.0,
        }
    }),
    ("MotorCtrl_Status", "Alive_Counter", |_, _, c| {
        (c.count % 16) as f64
    }),
    ("MotorCtrl_Thermal", "Stator_Temp", |v, s, _| {
        v.thermal.stator + s.noise(0.3)
    }),
    ("MotorCtrl_Thermal", "Rotor_Temp", |v, _, _| v.thermal.rotor),
    ("MotorCtrl_Thermal", "Bearing_Temp", |v, s, _| {
        v.thermal.bearing + s.noise(0.3)
    }),
    ("MotorCtrl_Thermal", "Inverter_Temp", |v, s, _| {
        v.thermal.inverter + s.noise(0.3)
    }),
    ("VehicleState", "Gear", |v, _, _| {
        f64::from(v.intent.gear as u8)
    }),
    ("VehicleState", "Ignition_On", |v, _, _| {
        flag(v.intent.is_ignition_on)
    }),
    ("VehicleState", "Headlights_On", |v, _, _| {
        flag(v.has_headlights_on())
    }),
    ("VehicleState", "Turn_Indicator", |v, _, _| {
        f64::from(v.turn() as u8)
    }),
    ("Odometer", "Total_Distance", |v, _, _| v.distance_km),
    ("Odometer", "Trip_Energy", |v, _, _| v.trip_kwh),
    ("Odometer", "Range_Estimate", |v, _, _| {
        v.pack.energy_kwh() / 0.17
    }),
    ("CoolantLoop", "Coolant_Inlet", |v, s, _| {
        v.thermal.coolant_inlet + s.noise(0.15)
    }),
    ("CoolantLoop", "Coolant_Outlet", |v, s, _| {
        v.thermal.coolant_outlet + s.noise(0.15)
    }),
    ("CoolantLoop", "Flow_Rate", |v, s, _| match v.thermal.flow {
        flow if flow < 0.05 => 0.0,
        flow => flow + s.noise(0.08),
    }),
    ("CoolantLoop", "Pump_Duty", |v, _, _| v.thermal.pump_duty),
    ("CoolantLoop", "Fan_On", |v, _, _| flag(v.thermal.is_fan_on)),
    // Half a metre of scatter.
    ("GNSS_Position", "Latitude", |v, s, _| {
        v.latitude + s.noise(4e-6)
    }),
    ("GNSS_Position", "Longitude", |v, s, _| {
        v.longitude + s.noise(6e-6)
    }),
    ("AmbientConditions", "Ambient_Temp", |v, s, _| {
        v.ambient + s.noise(0.05)
    }),
    // Barometric formula, linear near the ground.
    ("AmbientConditions", "Air_Pressure", |v, s, _| {
        1013.25 - 0.115 * v.altitude + s.noise(0.04)
    }),
    ("ChargerStatus", "Charge_State", |v, _, _| {
        f64::from(v.charge as u8)
    }),
    ("ChargerStatus", "Plug_Connected", |v, _, _| {
        flag(v.intent.is_plugged_in)
    }),
    ("ChargerStatus", "Charge_Voltage", |v, s, _| {
        match v.charge {
            ChargeState::ConstantCurrent | ChargeState::ConstantVoltage => {
                v.pack.voltage + s.noise(0.2)
            }
            _ => 0.0,
        }
    }),
    ("ChargerStatus", "Charge_Current", |v, _, _| {
        match v.charge {
            ChargeState::ConstantCurrent | ChargeState::ConstantVoltage => -v.pack.current,
            _ => 0.0,
        }
    }),
    ("ChargerStatus", "Charge_Energy", |v, _, _| v.charge_kwh),
];

/// What makes the on-change message be sent: everything in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Switches {
    gear: Gear,
    is_ignition_on: bool,
    has_headlights_on: bool,
    turn: u8,
}

impl Switches {
    pub(super) fn of(vehicle: &Vehicle) -> Self {
        Self {
            gear: vehicle.intent.gear,
            is_ignition_on: vehicle.intent.is_ignition_on,
            has_headlights_on: vehicle.has_headlights_on(),
            turn: vehicle.turn() as u8,
        }
    }
}
