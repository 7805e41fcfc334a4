//! The Hive layout of the lake: which key a file has, and which files together make what.
//!
//! ```text
//! raw/vehicle_id=V/year=YYYY/month=MM/day=DD/<name>_raw.parquet
//! decoded/vehicle_id=V/year=YYYY/month=MM/day=DD/<same name>_decoded.parquet
//! rollup/level=1s/vehicle_id=V/year=YYYY/month=MM/day=DD/<same name>_rollup.parquet
//! ```
//!
//! - [`ObjectKey`], [`Partition`], [`VehicleId`], [`RawName`]: keys and their parts.
//! - [`sessions`]: the contiguous recordings of a vehicle.
//! - [`choose_files`]: which of several files over the same recording to read.
//!
//! No listing and no storage here: everything works on keys and footer summaries.

mod error;
mod generations;
mod key;
mod partition;
mod raw_name;
mod session;
mod vehicle;

pub use error::LayoutError;
pub use generations::{Candidate, Choice, choose_files};
pub use key::{Area, ObjectKey, RollupLevel};
pub use partition::Partition;
pub use raw_name::{BootId, RawName};
pub use session::{FileCoverage, IntervalScan, SESSION_GAP_DEFAULT_NS, Session, sessions};
pub use vehicle::VehicleId;
