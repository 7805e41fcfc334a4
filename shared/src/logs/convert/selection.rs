//! Which frames are wanted.

use std::fmt;
use std::str::FromStr;

use crate::can::{CanFrame, CanId, ChannelName, FrameFlags};
use crate::time::TimeRange;

/// Which frames are wanted. What is empty selects all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Selection {
    /// Channels, by the names that readers give them.
    pub channels: Vec<ChannelName>,
    /// Identifiers. Error frames have none, so that any choice leaves them out.
    pub ids: Vec<IdRange>,
    /// When they were received.
    pub range: TimeRange,
}

impl Default for Selection {
    fn default() -> Self {
        Self {
            channels: Vec::new(),
            ids: Vec::new(),
            range: TimeRange::ALL,
        }
    }
}

impl Selection {
    pub(super) fn has_channel(&self, name: &ChannelName) -> bool {
        self.channels.is_empty() || self.channels.contains(name)
    }

    /// Whether a frame of a wanted channel is wanted.
    pub(super) fn has_frame(&self, frame: &CanFrame) -> bool {
        // The last instant of all belongs to no half-open range.
        let is_in_time = self.range == TimeRange::ALL || self.range.contains(frame.timestamp);
        let is_error = frame.flags.contains(FrameFlags::ERROR);
        is_in_time
            && (self.ids.is_empty()
                || (!is_error && self.ids.iter().any(|ids| ids.contains(frame.id))))
    }
}

/// Identifiers of one format: one, or all from one to another.
///
/// As text hexadecimal, in the way of candump: up to three digits are a standard identifier, more an
/// extended one, as is a number that 11 bits cannot hold or that has `x` behind it. `7E8`, `0x7E8`,
/// `100-1FF`, `18FEF100`, `00000123`, `123x`, `18FE0000-18FEFFFF`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IdRange {
    first: CanId,
    last: CanId,
}

/// A text that names no identifiers.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IdRangeError {
    /// It is not hexadecimal, or more than 29 bits hold.
    #[error(
        "{text:?} is no arbitration id: hexadecimal as candump writes it, 7E8 (standard), 18FEF100 or 123x (extended)"
    )]
    NotAnId {
        /// The text as it was given.
        text: String,
    },
    /// One end is standard and the other extended, or they are in the wrong order.
    #[error(
        "{text:?} is no range of ids: both are to be standard or extended, the lower one first"
    )]
    NotARange {
        /// The text as it was given.
        text: String,
    },
}

impl IdRange {
    /// All from `first` to `last`, both included. `None` where they are not of one format, or in the
    /// wrong order.
    pub fn new(first: CanId, last: CanId) -> Option<Self> {
        let is_range = first.is_extended() == last.is_extended() && first <= last;
        is_range.then_some(Self { first, last })
    }

    /// Whether it is one of them.
    pub fn contains(self, id: CanId) -> bool {
        (self.first..=self.last).contains(&id)
    }
}

impl FromStr for IdRange {
    type Err = IdRangeError;

    fn from_str(text: &str) -> Result<Self, IdRangeError> {
        let (first, last) = text.split_once('-').unwrap_or((text, text));
        let range = Self::new(parse_id(first)?, parse_id(last)?);
        range.ok_or_else(|| IdRangeError::NotARange {
            text: text.to_owned(),
        })
    }
}

fn parse_id(text: &str) -> Result<CanId, IdRangeError> {
    let plain = text.trim();
    let plain = plain.strip_prefix("0x").unwrap_or(plain);
    let digits = plain.strip_suffix(['x', 'X']).unwrap_or(plain);
    let is_hex = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    let number = u32::from_str_radix(digits, 16).ok().filter(|_| is_hex);
    let id = number.and_then(|number| {
        let is_extended =
            digits.len() < plain.len() || digits.len() > 3 || number > CanId::MAX_STANDARD;
        CanId::new(number, is_extended).ok()
    });
    id.ok_or_else(|| IdRangeError::NotAnId {
        text: text.to_owned(),
    })
}

impl fmt::Display for IdRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.first == self.last {
            write!(f, "{}", self.first)
        } else {
            write!(f, "{}-{}", self.first, self.last)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_as_people_write_them() {
        let cases = [
            ("7E8", "7E8"),
            ("0x7e8", "7E8"),
            ("1", "001"),
            ("123x", "00000123"),
            ("00000123", "00000123"),
            ("800", "00000800"),
            ("18FEF100", "18FEF100"),
            ("100-1FF", "100-1FF"),
            ("18FE0000-18FEFFFF", "18FE0000-18FEFFFF"),
        ];
        for (text, expected) in cases {
            let range: IdRange = text.parse().unwrap();
            assert_eq!(range.to_string(), expected, "{text}");
            assert_eq!(expected.parse::<IdRange>().unwrap(), range, "{text}");
        }
        for text in [
            "",
            "x",
            "0x",
            "+1",
            "12G",
            "20000000",
            "1FFFFFFFFF",
            "-1",
            "1-",
        ] {
            let error = text.parse::<IdRange>().unwrap_err();
            assert!(matches!(error, IdRangeError::NotAnId { .. }), "{text}");
        }
        for text in ["200-100", "100-18FEF100"] {
            let error = text.parse::<IdRange>().unwrap_err();
            assert!(matches!(error, IdRangeError::NotARange { .. }), "{text}");
        }
    }

    #[test]
    fn equal_numbers_of_different_format_differ() {
        let standard: IdRange = "100-1FF".parse().unwrap();
        assert!(standard.contains(CanId::standard(0x100).unwrap()));
        assert!(standard.contains(CanId::standard(0x1FF).unwrap()));
        assert!(!standard.contains(CanId::standard(0x200).unwrap()));
        assert!(!standard.contains(CanId::extended(0x150).unwrap()));
    }
}
