//! How samples are written: what the user chose, kept between starts.

use serde::{Deserialize, Serialize};

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

/// A length of time as typed: `10 ms`, `0.5 s`, `2 min`; seconds without a unit.
pub fn parse_step(text: &str) -> Result<i64, String> {
    let text = text.trim();
    let wrong = || format!("{text:?} is no length of time; write 10 ms, 0.5 s or 1 min");
    let digits = text
        .find(|char: char| !char.is_ascii_digit() && char != '.')
        .unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    let number: f64 = number.parse().map_err(|_not_a_number| wrong())?;
    let unit_ns = match unit.trim() {
        "ns" => 1.0,
        "us" | "µs" | "μs" => 1e3,
        "ms" => 1e6,
        "s" | "" => 1e9,
        "min" => 60e9,
        "h" => 3_600e9,
        _ => return Err(wrong()),
    };
    let ns = (number * unit_ns).round();
    if (1.0..1e18).contains(&ns) {
        Ok(ns as i64)
    } else {
        Err(wrong())
    }
}

/// A length of time as [`parse_step`] reads it.
pub fn step_text(ns: i64) -> String {
    const UNITS: [(i64, &str); 6] = [
        (3_600_000_000_000, "h"),
        (60_000_000_000, "min"),
        (1_000_000_000, "s"),
        (1_000_000, "ms"),
        (1_000, "µs"),
        (1, "ns"),
    ];
    let whole = UNITS.iter().find(|(unit, _)| ns % unit == 0);
    let (unit, name) = whole.unwrap_or(&(1, "ns"));
    format!("{} {name}", ns / unit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_as_people_type_them() {
        assert_eq!(parse_step("10 ms"), Ok(10_000_000));
        assert_eq!(parse_step("0.5"), Ok(500_000_000));
        assert_eq!(parse_step("2min"), Ok(120_000_000_000));
        assert_eq!(parse_step("20 µs"), Ok(20_000));
        for ns in [1, 1_500, 20_000_000, 90_000_000_000, 7_200_000_000_000] {
            assert_eq!(parse_step(&step_text(ns)), Ok(ns));
        }
        for text in ["", "0", "-1 s", "1 x", "ms", "1e3 s", "1.2.3 s"] {
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
