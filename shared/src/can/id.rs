//! Arbitration identifiers. A standard and an extended one of equal number are different things.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A number that is no arbitration identifier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CanIdError {
    /// Standard identifiers have 11 bits; the caller may have meant an extended one.
    #[error("standard arbitration id {number:#X} is above 0x7FF")]
    Standard {
        /// The number as it was given.
        number: u32,
    },
    /// Extended identifiers have 29 bits; flag bits must be taken off before.
    #[error("extended arbitration id {number:#X} is above 0x1FFFFFFF")]
    Extended {
        /// The number as it was given.
        number: u32,
    },
}

/// An arbitration identifier: 11 bits (standard) or 29 bits (extended).
///
/// Printed as candump writes it: three hexadecimal digits for a standard, eight for an extended
/// identifier, so that the two can be told apart.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "SerializedId", try_from = "SerializedId")]
pub struct CanId {
    // Bit 31 marks an extended identifier, as in SocketCAN. Only valid identifiers exist.
    bits: u32,
}

const EXTENDED_FLAG: u32 = 1 << 31;

impl CanId {
    /// The largest standard identifier.
    pub const MAX_STANDARD: u32 = 0x7FF;
    /// The largest extended identifier.
    pub const MAX_EXTENDED: u32 = 0x1FFF_FFFF;

    /// A standard (11 bit) identifier.
    pub const fn standard(number: u32) -> Result<Self, CanIdError> {
        if number > Self::MAX_STANDARD {
            return Err(CanIdError::Standard { number });
        }
        Ok(Self { bits: number })
    }

    /// An extended (29 bit) identifier.
    pub const fn extended(number: u32) -> Result<Self, CanIdError> {
        if number > Self::MAX_EXTENDED {
            return Err(CanIdError::Extended { number });
        }
        Ok(Self {
            bits: number | EXTENDED_FLAG,
        })
    }

    /// From a number and a flag, as logs and raw files keep them.
    pub const fn new(number: u32, is_extended: bool) -> Result<Self, CanIdError> {
        if is_extended {
            Self::extended(number)
        } else {
            Self::standard(number)
        }
    }

    /// From a number alone: what does not fit 11 bits is extended.
    pub const fn from_number(number: u32) -> Result<Self, CanIdError> {
        Self::new(number, number > Self::MAX_STANDARD)
    }

    /// The number without flag bits.
    pub const fn number(self) -> u32 {
        self.bits & !EXTENDED_FLAG
    }

    /// Whether this is a 29 bit identifier.
    pub const fn is_extended(self) -> bool {
        self.bits & EXTENDED_FLAG != 0
    }

    /// The J1939 parameter group number of an extended identifier (SAE J1939-21): the destination
    /// byte is left out when PDU format is below 240.
    pub const fn pgn(self) -> Option<u32> {
        if !self.is_extended() {
            return None;
        }
        let pgn = (self.bits >> 8) & 0x3_FFFF;
        let pdu_format = (pgn >> 8) & 0xFF;
        Some(if pdu_format < 240 {
            pgn & 0x3_FF00
        } else {
            pgn
        })
    }
}

impl fmt::Display for CanId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_extended() {
            write!(f, "{:08X}", self.number())
        } else {
            write!(f, "{:03X}", self.number())
        }
    }
}

impl fmt::Debug for CanId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CanId({self})")
    }
}

#[derive(Serialize, Deserialize)]
struct SerializedId {
    arb_id: u32,
    is_extended: bool,
}

impl From<CanId> for SerializedId {
    fn from(id: CanId) -> Self {
        Self {
            arb_id: id.number(),
            is_extended: id.is_extended(),
        }
    }
}

impl TryFrom<SerializedId> for CanId {
    type Error = CanIdError;
    fn try_from(id: SerializedId) -> Result<Self, CanIdError> {
        Self::new(id.arb_id, id.is_extended)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_numbers_of_different_format_differ() {
        let standard = CanId::standard(0x123).unwrap();
        let extended = CanId::extended(0x123).unwrap();
        assert_ne!(standard, extended);
        assert_eq!(standard.to_string(), "123");
        assert_eq!(extended.to_string(), "00000123");
    }

    #[test]
    fn numbers_out_of_range_are_refused() {
        assert!(CanId::standard(0x800).is_err());
        assert!(CanId::extended(0x2000_0000).is_err());
        assert!(CanId::from_number(0x800).unwrap().is_extended());
    }

    #[test]
    fn pgn_of_both_pdu_formats() {
        let pgn = |number| CanId::extended(number).unwrap().pgn();
        assert_eq!(pgn(0x0CF0_0400), Some(0xF004)); // EEC1, PDU2: the low byte belongs to it
        assert_eq!(pgn(0x18EA_FF00), Some(0xEA00)); // request, PDU1: destination left out
        assert_eq!(CanId::standard(0x7E8).unwrap().pgn(), None);
    }
}
