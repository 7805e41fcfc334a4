//! Logs of lines: what each format's reader gives against an oracle, and damage of every kind.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

#[path = "../log/mod.rs"]
mod log;
#[path = "../python_can/mod.rs"]
mod python_can;
#[path = "../test_data/mod.rs"]
mod test_data;

mod asc; // Vector
mod csv; // all conventions, and mappings
mod damage; // truncated, bit-flipped, joined, with other line ends; all formats
mod savvycan; // one drive in the formats of several tools
mod screen; // candump on the screen
mod trc; // PEAK
mod twin; // two logs of the same frames
