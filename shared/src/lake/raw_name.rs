//! Names of new raw files: unique whatever the clock says, and the same bytes have the same name.

use std::fmt;
use std::str::FromStr;

use jiff::tz::TimeZone;

use super::error::LayoutError;
use crate::schema::ContentHash;
use crate::time::{NS_PER_SEC, Timestamp};

/// The first 32 bits of a boot's id: eight hexadecimal digits in file names.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BootId(pub u32);

impl BootId {
    /// From the kernel's text (`/proc/sys/kernel/random/boot_id`) or any other that begins with
    /// eight hexadecimal digits.
    pub fn from_text(text: &str) -> Option<Self> {
        let digits = text.get(..8)?;
        let is_hex = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
        is_hex
            .then(|| u32::from_str_radix(digits, 16).ok())
            .flatten()
            .map(Self)
    }
}

impl fmt::Display for BootId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:08x}", self.0)
    }
}

/// The name of a raw file: `20260223T000000Z-<boot id>-<sequence>-<content hash>_raw.parquet`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RawName {
    /// The time of the first frame; the name keeps its second.
    pub start: Timestamp,
    /// The boot of the recorder. Zero for what was not recorded by us, such as imported logs.
    pub boot_id: BootId,
    /// Counts the files of one boot.
    pub sequence: u32,
    /// The first twelve digits of the hash of the file's bytes.
    pub content: String,
}

impl RawName {
    /// The name of a file with these bytes.
    pub fn new(start: Timestamp, boot_id: BootId, sequence: u32, content: ContentHash) -> Self {
        Self {
            start: Timestamp::from_ns(
                start
                    .as_ns()
                    .saturating_sub(start.as_ns().rem_euclid(NS_PER_SEC)),
            ),
            boot_id,
            sequence,
            content: content.short(),
        }
    }
}

impl fmt::Display for RawName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let start = jiff::Timestamp::from_nanosecond(i128::from(self.start.as_ns()))
            .unwrap_or(jiff::Timestamp::UNIX_EPOCH)
            .to_zoned(TimeZone::UTC);
        let (date, time) = (start.date(), start.time());
        write!(
            f,
            "{:04}{:02}{:02}T{:02}{:02}{:02}Z-{}-{:08}-{}_raw.parquet",
            date.year(),
            date.month(),
            date.day(),
            time.hour(),
            time.minute(),
            time.second(),
            self.boot_id,
            self.sequence,
            self.content,
        )
    }
}

impl FromStr for RawName {
    type Err = LayoutError;

    fn from_str(name: &str) -> Result<Self, LayoutError> {
        parse(name).ok_or_else(|| LayoutError::RawName {
            name: name.to_owned(),
        })
    }
}

fn parse(name: &str) -> Option<RawName> {
    let mut parts = name.strip_suffix("_raw.parquet")?.split('-');
    let (start, boot_id, sequence, content) =
        (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    // Upper-case digits would give the name a second spelling.
    let is_hex = |it: u8| it.is_ascii_digit() || (b'a'..=b'f').contains(&it);
    let is_hash = content.len() == 12 && content.bytes().all(is_hex);
    let is_sequence = sequence.len() >= 8 && sequence.bytes().all(|it| it.is_ascii_digit());
    if parts.next().is_some()
        || boot_id.len() != 8
        || !boot_id.bytes().all(is_hex)
        || !is_hash
        || !is_sequence
    {
        return None;
    }
    Some(RawName {
        start: parse_second(start)?,
        boot_id: BootId::from_text(boot_id)?,
        sequence: sequence.parse().ok()?,
        content: content.to_owned(),
    })
}

/// `20260223T000000Z`.
fn parse_second(text: &str) -> Option<Timestamp> {
    let part = |range: std::ops::Range<usize>| text.get(range);
    if text.len() != 16 {
        return None;
    }
    let rfc3339 = format!(
        "{}-{}-{}T{}:{}:{}Z",
        part(0..4)?,
        part(4..6)?,
        part(6..8)?,
        part(9..11)?,
        part(11..13)?,
        part(13..15)?
    );
    (part(8..9)? == "T" && part(15..16)? == "Z")
        .then(|| rfc3339.parse().ok())
        .flatten()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn names_follow_the_contract() {
        let start = Timestamp::from_ns(1_771_804_800_999_999_999);
        let boot_id = BootId::from_text("6f0c2a1b-1234-5678-9abc-def012345678").unwrap();
        let name = RawName::new(start, boot_id, 42, ContentHash::of(b"abc"));
        let text = "20260223T000000Z-6f0c2a1b-00000042-ba7816bf8f01_raw.parquet";
        assert_eq!(name.to_string(), text);
        assert_eq!(text.parse(), Ok(name));
    }

    #[test]
    fn other_names_are_refused() {
        for name in [
            "20260223T000000Z_raw.parquet",
            "20260223T000000Z-6f0c2a1b-00000042-ba7816bf8f01_decoded.parquet",
            "20260230T000000Z-6f0c2a1b-00000042-ba7816bf8f01_raw.parquet",
            "20260223T000000Z-6f0c2a1b-42-ba7816bf8f01_raw.parquet",
            "20260223T000000Z-6f0c2a1b-00000042-ba7816bf8f01-x_raw.parquet",
            "2026022äT00000Z-6f0c2a1b-00000042-ba7816bf8f01_raw.parquet",
        ] {
            assert!(name.parse::<RawName>().is_err(), "{name}");
        }
    }

    proptest! {
        #[test]
        fn every_name_parses_back(ns in 0_i64.., boot: u32, sequence: u32, bytes: [u8; 4]) {
            let content = ContentHash::of(&bytes);
            let name = RawName::new(Timestamp::from_ns(ns), BootId(boot), sequence, content);
            prop_assert_eq!(name.to_string().parse(), Ok(name));
        }
    }
}
