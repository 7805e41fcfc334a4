//! Vehicle ids: strict where we write, tolerant where we open what others wrote.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use super::error::LayoutError;
use crate::percent;

/// Identifies a vehicle. Cheap to clone.
///
/// Invariant: not empty; [`Self::to_component`] is one path component whatever the text is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct VehicleId(Arc<str>);

impl VehicleId {
    /// The longest id that we write, in bytes.
    pub const MAX_LEN: usize = 64;

    /// An id to write under: `[A-Za-z0-9_-]{1,64}`.
    pub fn new(id: &str) -> Result<Self, LayoutError> {
        let vehicle = Self(id.into());
        if vehicle.is_writable() {
            Ok(vehicle)
        } else {
            Err(LayoutError::VehicleId {
                id: id.chars().take(80).collect(),
            })
        }
    }

    /// An id that something else wrote into a column: any text but an empty one.
    pub fn foreign(id: &str) -> Result<Self, LayoutError> {
        if id.is_empty() {
            return Err(LayoutError::ForeignVehicleId { id: id.to_owned() });
        }
        Ok(Self(id.into()))
    }

    /// The id behind a path component, `V` of `vehicle_id=V`, percent-escapes resolved.
    pub fn from_component(component: &str) -> Result<Self, LayoutError> {
        percent::decode(component)
            .and_then(|id| Self::foreign(&id).ok())
            .ok_or_else(|| LayoutError::ForeignVehicleId {
                id: component.chars().take(80).collect(),
            })
    }

    /// The id as a path component: the id itself when we could have written it, else escaped.
    pub fn to_component(&self) -> String {
        percent::encode(&self.0, is_plain)
    }

    /// Whether we write under this id.
    pub fn is_writable(&self) -> bool {
        (1..=Self::MAX_LEN).contains(&self.0.len()) && self.0.bytes().all(is_plain)
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn is_plain(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-'
}

impl fmt::Display for VehicleId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for VehicleId {
    type Err = LayoutError;
    fn from_str(text: &str) -> Result<Self, LayoutError> {
        Self::new(text)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn only_plain_ids_are_written() {
        for good in ["VIN_TEST01", "a", "-", &"x".repeat(64)] {
            assert!(VehicleId::new(good).is_ok(), "{good}");
        }
        for bad in [
            "",
            ".",
            "..",
            "a/b",
            "a b",
            "Ä",
            "a=b",
            "a%20",
            &"x".repeat(65),
        ] {
            assert!(VehicleId::new(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn foreign_ids_are_opened() {
        let id = VehicleId::from_component("VIN%201.a").unwrap();
        assert_eq!(id.as_str(), "VIN 1.a");
        assert!(!id.is_writable());
        assert!(VehicleId::from_component("").is_err());
        assert!(VehicleId::from_component("%FF").is_err());
    }

    proptest! {
        #[test]
        fn any_id_is_one_component(id in any::<String>()) {
            prop_assume!(!id.is_empty());
            let vehicle = VehicleId::foreign(&id).unwrap();
            let component = vehicle.to_component();
            prop_assert!(component.bytes().all(|byte| is_plain(byte) || byte == b'%'));
            prop_assert_eq!(VehicleId::from_component(&component), Ok(vehicle));
        }
    }
}
