//! What can be wrong with a key or one of its parts.

/// A text does not follow the lake's layout.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LayoutError {
    /// A vehicle id that we would write has characters that paths and queries do not take as they are.
    #[error("vehicle id {id:?} must be 1 to 64 of the characters A-Z a-z 0-9 _ -")]
    VehicleId {
        /// The id as it was given.
        id: String,
    },
    /// A foreign vehicle id is empty or its percent-escapes are broken.
    #[error("vehicle id {id:?} in a path is empty or has broken percent-escapes")]
    ForeignVehicleId {
        /// The id as it was given.
        id: String,
    },
    /// The partition has no such day, or lacks a component.
    #[error("no day in the path; it needs year=YYYY/month=MM/day=DD after vehicle_id: {key}")]
    Date {
        /// The key as it was given.
        key: String,
    },
    /// Neither a folder nor the file's name tells what the file holds.
    #[error("neither raw, decoded nor rollup; name it …_raw.parquet or …_decoded.parquet: {key}")]
    Area {
        /// The key as it was given.
        key: String,
    },
    /// The key does not end in a file name, or the name would change the path.
    #[error("no usable file name at the end of {key:?}")]
    Name {
        /// The key as it was given.
        key: String,
    },
    /// The level of a roll-up is none that exists.
    #[error("roll-up level {level:?} must be 1s, 1min or 1h")]
    Level {
        /// The level as it was given.
        level: String,
    },
    /// The name is not one that we give to raw files.
    #[error("{name:?} is not named <YYYYMMDD>T<HHMMSS>Z-<boot id>-<sequence>-<hash>_raw.parquet")]
    RawName {
        /// The name as it was given.
        name: String,
    },
}
