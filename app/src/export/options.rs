//! How samples are written: what the user chose, kept between starts.

use serde::{Deserialize, Serialize};

use crate::exact_duration;

/// How a CSV file looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct CsvOptions {
    /// Which rows there are.
    pub layout: CsvLayout,
    /// What parts the fields of a row.
    pub separator: Separator,
    /// What parts a number from its fraction.
    pub decimal: Decimal,
    /// How instants are written.
    pub time: TimeFormat,
    /// A byte order mark first: some spreadsheets take the file for UTF-8 only then.
    pub bom: bool,
    /// Lines that begin with `#` first: where the rows are from.
    pub metadata: bool,
    /// Texts of values, in columns of their own.
    pub texts: bool,
}

impl Default for CsvOptions {
    fn default() -> Self {
        Self {
            layout: CsvLayout::default(),
            separator: Separator::default(),
            decimal: Decimal::default(),
            time: TimeFormat::default(),
            bom: false,
            metadata: true,
            texts: true,
        }
    }
}

/// Which rows a CSV file has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CsvLayout {
    /// A row for every time at which some signal has a sample; the others are empty there.
    #[default]
    Samples,
    /// A row for every time at which some signal has a sample; the others have their last value.
    Hold,
    /// A row every so many nanoseconds, with the last value of each signal.
    Steps(i64),
    /// Each signal has a time column of its own, and its samples from the top.
    PerSignal,
}

/// What parts the fields of a row.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Separator {
    /// `,`
    #[default]
    Comma,
    /// `;`
    Semicolon,
    /// A tab.
    Tab,
}

impl Separator {
    /// The character.
    pub const fn char(self) -> char {
        match self {
            Self::Comma => ',',
            Self::Semicolon => ';',
            Self::Tab => '\t',
        }
    }
}

/// What parts a number from its fraction.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Decimal {
    /// `1.5`
    #[default]
    Point,
    /// `1,5`
    Comma,
}

/// How instants are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TimeFormat {
    /// ISO 8601 with nanoseconds and offset, in the zone that is shown.
    #[default]
    Iso8601,
    /// Nanoseconds since 1970, UTC.
    EpochNs,
    /// Seconds since the start of the range, with nanoseconds.
    Seconds,
}

/// The length of a step as typed; it must be one.
pub fn parse_step(text: &str) -> Result<i64, String> {
    match exact_duration::parse(text)? {
        step @ 1.. => Ok(step),
        _ => Err(format!(
            "{text:?} is no step: it must be longer than nothing"
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_longer_than_nothing() {
        assert_eq!(parse_step("10 ms"), Ok(10_000_000));
        for text in ["", "0", "-1 s", "1 x"] {
            assert!(parse_step(text).is_err(), "{text}");
        }
    }

    #[test]
    fn options_of_other_versions_are_read() {
        let options: CsvOptions = serde_json::from_str("{\"bom\":true,\"new\":1}").unwrap();
        assert!(options.bom && options.metadata);
        let text = serde_json::to_string(&CsvLayout::Steps(5)).unwrap();
        assert_eq!(
            serde_json::from_str::<CsvLayout>(&text).unwrap(),
            CsvLayout::Steps(5)
        );
    }
}
