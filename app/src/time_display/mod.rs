//! Instants and durations as people read them: tick marks, labels, lengths.
//!
//! Knows nothing of drawing. Everything is in one [`Zone`], so that axis, tables and export agree.
//! Zones come from the database that is built in, so that a name means the same on every machine and
//! no file is read for it; only the zone of the system is asked for, once.

mod amounts;
mod choice;
mod parse;
mod since;
#[cfg(test)]
mod tick_tests;
mod ticks;
mod zone;

pub use amounts::{bytes_text, count_text, counted, duration_text};
pub use choice::{ZoneChoice, local_zone_name, zone_names};
pub use ticks::Tick;
pub use zone::Zone;
