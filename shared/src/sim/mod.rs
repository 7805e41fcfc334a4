//! The drive simulator: plausible frames of a battery-electric car that exists nowhere else.
//!
//! ```text
//! seed ─► Driver (city, rural road, motorway, stops) ─► target speed, selector
//!                 │
//!                 ▼  every 10 ms
//!         Vehicle: speed ► torque ► power ► current ► voltage, charge, temperatures, coolant
//!                 │
//! ev_demo.dbc ─► Schedule: who sends when ─► sensor noise ─► encode ─► CanFrame
//! ```
//!
//! The messages are those of [`DBC_TEXT`], our own DBC file; times, ids, scales and value texts come
//! from there and are written nowhere else. Two channels: `can0` is the powertrain, `can1` the
//! vehicle.
//!
//! The same [`SimConfig`] gives the same frames on the same platform, whatever the pace at which
//! they are taken. Switching a silence or a spike on changes nothing else. No clock is read: the
//! start is given, and [`crate::bus::Simulation`] does the waiting.

mod config;
mod driver;
mod fleet;
mod powertrain;
mod quantity;
mod schedule;
mod simulator;
mod thermal;
mod vehicle;

pub use config::{Charging, Silence, SimConfig, Spike, What};
pub use fleet::{DemoSession, demo_fleet};
pub use simulator::DriveSimulator;

/// The DBC file of the simulated car, also shipped as `dbc/ev_demo.dbc`.
pub const DBC_TEXT: &str = include_str!("../../../dbc/ev_demo.dbc");
/// The name of that file.
pub const DBC_NAME: &str = "ev_demo.dbc";

/// The bus of battery, motor, cooling and charger.
pub const POWERTRAIN_CHANNEL: &str = "can0";
/// The bus of chassis, body and satellite receiver.
pub const VEHICLE_CHANNEL: &str = "can1";
