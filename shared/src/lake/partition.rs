//! One UTC day of one vehicle: the unit in which the lake is listed and pruned.

use std::fmt;

use super::VehicleId;
use crate::time::{Timestamp, UtcDate};

/// One UTC day of one vehicle. A file belongs to the day of its first frame.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Partition {
    /// The vehicle.
    pub vehicle: VehicleId,
    /// The day.
    pub date: UtcDate,
}

impl Partition {
    /// The partition of a file whose first frame is at `first`.
    pub fn of(vehicle: VehicleId, first: Timestamp) -> Self {
        Self {
            vehicle,
            date: first.utc_date(),
        }
    }
}

/// Prints `vehicle_id=V/year=YYYY/month=MM/day=DD`.
impl fmt::Display for Partition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let UtcDate { year, month, day } = self.date;
        let vehicle = self.vehicle.to_component();
        write!(
            f,
            "vehicle_id={vehicle}/year={year:04}/month={month:02}/day={day:02}"
        )
    }
}
