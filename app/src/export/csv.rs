//! CSV files (RFC 4180): a heading, then rows as [`CsvLayout`] says.
//!
//! Numbers are the shortest text that reads back to the same number; a value that is missing (NaN) is
//! `NaN`, a signal without a sample in a row is empty. A signal with texts has a second column,
//! `signal (text)`. Before the heading, lines `# key: value` can say where the rows are from:
//! `pandas.read_csv(…, comment="#")` leaves them out.
//!
//! Texts come from files: what a spreadsheet would run as a formula is marked as text with a quote,
//! as OWASP's "CSV Injection" page advises.

use std::io::{self, Write};

use canlake_shared::time::{TimeRange, Timestamp};

use super::options::{CsvLayout, CsvOptions, Decimal, Separator, TimeFormat};
use super::table::{Column, Rows};
use crate::time_display::Zone;

/// Characters with which a spreadsheet begins a formula.
const FORMULA: [char; 6] = ['=', '+', '-', '@', '\t', '\r'];

/// Writes columns as CSV, a row per time stamp in UTC: what `canlake query` prints.
pub fn write_csv(writer: &mut impl Write, columns: &[Column<'_>]) -> io::Result<()> {
    let options = CsvOptions {
        metadata: false,
        ..CsvOptions::default()
    };
    let mut csv = CsvWriter::new(columns, options, TimeRange::ALL, Zone::UTC);
    csv.write_head(writer, &[])?;
    while csv.write_rows(writer, usize::MAX)? {}
    Ok(())
}

/// Writes a CSV file piece by piece.
#[derive(Debug)]
pub struct CsvWriter<'a> {
    columns: &'a [Column<'a>],
    rows: Rows<'a>,
    options: CsvOptions,
    range: TimeRange,
    zone: Zone,
}

impl<'a> CsvWriter<'a> {
    /// Of the samples inside `range`.
    pub fn new(
        columns: &'a [Column<'a>],
        options: CsvOptions,
        range: TimeRange,
        zone: Zone,
    ) -> Self {
        Self {
            columns,
            rows: Rows::new(columns, options.layout, range),
            options,
            range,
            zone,
        }
    }

    /// How much is to come, in samples or steps.
    pub fn remaining(&self) -> u64 {
        self.rows.remaining()
    }

    /// What stands before the rows. `facts` are written where that is wanted.
    pub fn write_head(
        &self,
        writer: &mut impl Write,
        facts: &[(&'static str, String)],
    ) -> io::Result<()> {
        if self.options.bom {
            writer.write_all("\u{feff}".as_bytes())?;
        }
        if self.options.metadata {
            for (key, value) in facts {
                write!(writer, "# {key}: {}\r\n", one_line(value))?;
            }
        }
        let mut fields = Vec::new();
        let time = match self.options.time {
            TimeFormat::Iso8601 => "timestamp",
            TimeFormat::EpochNs => "time [ns]",
            TimeFormat::Seconds => "time [s]",
        };
        let has_own_times = self.options.layout == CsvLayout::PerSignal;
        if !has_own_times {
            fields.push(time.to_owned());
        }
        for column in self.columns {
            if has_own_times {
                fields.push(format!("{} {time}", column.name));
            }
            fields.push(if column.unit.is_empty() {
                column.name.to_owned()
            } else {
                format!("{} [{}]", column.name, column.unit)
            });
            if self.has_texts(column) {
                fields.push(format!("{} (text)", column.name));
            }
        }
        let separator = self.options.separator;
        let fields: Vec<_> = fields.iter().map(|it| field(it, separator)).collect();
        let mut parting = [0; 4];
        let parting = separator.char().encode_utf8(&mut parting);
        write!(writer, "{}\r\n", fields.join(parting))
    }

    /// Writes at most so many rows; whether there are more.
    pub fn write_rows(&mut self, writer: &mut impl Write, max_rows: usize) -> io::Result<bool> {
        let separator = self.options.separator.char();
        let has_own_times = self.options.layout == CsvLayout::PerSignal;
        let mut line = String::new();
        for _ in 0..max_rows {
            let Some((time, samples)) = self.rows.advance() else {
                return Ok(false);
            };
            line.clear();
            if !has_own_times {
                push_time(&mut line, time, self.options, self.range, &self.zone);
            }
            for (idx, (column, sample)) in self.columns.iter().zip(samples).enumerate() {
                if !has_own_times || idx > 0 {
                    line.push(separator);
                }
                let value = sample.and_then(|sample| column.values.get(sample)).copied();
                if has_own_times {
                    if let Some(time) = sample.and_then(|sample| column.times.get(sample)) {
                        push_time(&mut line, *time, self.options, self.range, &self.zone);
                    }
                    line.push(separator);
                }
                if let Some(value) = value {
                    push_number(&mut line, &value.to_string(), self.options);
                }
                if self.options.texts && !column.texts.is_empty() {
                    line.push(separator);
                    let text = sample.zip(value);
                    let text = text.and_then(|(sample, value)| column.texts.of(sample, value));
                    line.push_str(&field(text.unwrap_or_default(), self.options.separator));
                }
            }
            line.push_str("\r\n");
            writer.write_all(line.as_bytes())?;
        }
        Ok(true)
    }

    fn has_texts(&self, column: &Column<'_>) -> bool {
        self.options.texts && !column.texts.is_empty()
    }
}

pub(super) fn push_time(
    line: &mut String,
    time: i64,
    options: CsvOptions,
    range: TimeRange,
    zone: &Zone,
) {
    match options.time {
        TimeFormat::Iso8601 => line.push_str(&zone.iso_8601(Timestamp::from_ns(time))),
        TimeFormat::EpochNs => line.push_str(&time.to_string()),
        TimeFormat::Seconds => {
            let since = i128::from(time) - i128::from(range.start.as_ns());
            let sign = if since < 0 { "-" } else { "" };
            let ns = since.unsigned_abs();
            let text = format!("{sign}{}.{:09}", ns / 1_000_000_000, ns % 1_000_000_000);
            push_number(line, &text, options);
        }
    }
}

/// A number with the decimal sign that was chosen; quoted where that is the separator as well.
pub(super) fn push_number(line: &mut String, text: &str, options: CsvOptions) {
    match (options.decimal, options.separator) {
        (Decimal::Comma, Separator::Comma) if text.contains('.') => {
            line.push('"');
            line.push_str(&text.replace('.', ","));
            line.push('"');
        }
        (Decimal::Comma, _) => line.push_str(&text.replace('.', ",")),
        (Decimal::Point, _) => line.push_str(text),
    }
}

/// A text as one field. With `#` it is quoted, or readers that leave out comments would cut it.
pub(super) fn field(text: &str, separator: Separator) -> String {
    let text = if text.starts_with(FORMULA) {
        format!("'{text}")
    } else {
        text.to_owned()
    };
    if text.contains(['"', '\r', '\n', '#', separator.char()]) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text
    }
}

/// A text that stays on its line of facts, and of which no part becomes a formula in a spreadsheet that
/// takes the line apart.
fn one_line(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    let mut begins_field = false;
    for char in text.chars() {
        let char = if matches!(char, '\r' | '\n') {
            ' '
        } else {
            char
        };
        if begins_field && FORMULA.contains(&char) {
            line.push('\'');
        }
        begins_field = matches!(char, ',' | ';' | '\t') || begins_field && char == ' ';
        line.push(char);
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::export::Texts;
    use crate::time_display::ZoneChoice;

    fn speed<'a>(times: &'a [i64], values: &'a [f64]) -> Column<'a> {
        Column {
            name: "Drive.Speed",
            unit: "km/h",
            times,
            values,
            texts: Texts::None,
            gaps: None,
        }
    }

    fn text(
        columns: &[Column<'_>],
        options: CsvOptions,
        facts: &[(&'static str, String)],
    ) -> String {
        let range = TimeRange::new(Timestamp::from_ns(0), Timestamp::from_ns(10_000_000_000));
        let zone = ZoneChoice::named("Asia/Kathmandu").unwrap().zone(None);
        let mut writer = CsvWriter::new(columns, options, range, zone);
        let mut csv = Vec::new();
        writer.write_head(&mut csv, facts).unwrap();
        // A row at a time, as a big export does with more.
        while writer.write_rows(&mut csv, 1).unwrap() {}
        String::from_utf8(csv).unwrap()
    }

    #[test]
    fn one_column_per_signal_with_its_unit() {
        let labels = [None, Some("park, or \"P\"".into())];
        let columns = [
            speed(&[0, 2], &[1.5, f64::NAN]),
            Column {
                name: "=Gear",
                unit: "",
                times: &[1, 2],
                values: &[-3.0, 1e-7],
                texts: Texts::PerSample(&labels),
                gaps: None,
            },
        ];
        let mut csv = Vec::new();
        write_csv(&mut csv, &columns).unwrap();
        let expected = "timestamp,Drive.Speed [km/h],'=Gear,'=Gear (text)\r\n\
            1970-01-01T00:00:00.000000000Z,1.5,,\r\n\
            1970-01-01T00:00:00.000000001Z,,-3,\r\n\
            1970-01-01T00:00:00.000000002Z,NaN,0.0000001,\"park, or \"\"P\"\"\"\r\n";
        assert_eq!(String::from_utf8(csv).unwrap(), expected);
    }

    #[test]
    fn the_german_dialect_with_facts() {
        let options = CsvOptions {
            layout: CsvLayout::Steps(500_000_000),
            separator: Separator::Semicolon,
            decimal: Decimal::Comma,
            time: TimeFormat::Seconds,
            bom: true,
            ..CsvOptions::default()
        };
        let columns = [speed(&[0, 700_000_000], &[1.5, -2e300])];
        let facts = [("source", "a\n=b;=c, -d".to_owned())];
        let csv = text(&columns, options, &facts);
        let lines: Vec<&str> = csv.split("\r\n").collect();
        assert_eq!(
            lines[..5],
            [
                "\u{feff}# source: a =b;'=c, '-d",
                "time [s];Drive.Speed [km/h]",
                "0,000000000;1,5",
                "0,500000000;1,5",
                &format!("1,000000000;-2{}", "0".repeat(300)),
            ]
        );
        assert_eq!(lines.len(), 2 + 20 + 1);
    }

    #[test]
    fn times_of_their_own_in_the_zone_that_is_shown() {
        let options = CsvOptions {
            layout: CsvLayout::PerSignal,
            decimal: Decimal::Comma,
            metadata: false,
            ..CsvOptions::default()
        };
        let gears = [(1.0, "one".into()), (2.0, "two #2".into())];
        let columns = [
            speed(&[0, 1], &[1.5, 2.0]),
            Column {
                name: "Gear",
                unit: "",
                times: &[5],
                values: &[2.0],
                texts: Texts::ByValue(&gears),
                gaps: None,
            },
        ];
        let expected = "Drive.Speed timestamp,Drive.Speed [km/h],Gear timestamp,Gear,Gear (text)\r\n\
            1970-01-01T05:30:00.000000000+05:30,\"1,5\",1970-01-01T05:30:00.000000005+05:30,2,\"two #2\"\r\n\
            1970-01-01T05:30:00.000000001+05:30,2,,,\r\n";
        assert_eq!(text(&columns, options, &[]), expected);
    }

    #[test]
    fn numbers_read_back_to_themselves() {
        let values = [
            0.1 + 0.2,
            f64::MIN_POSITIVE,
            f64::MAX,
            -0.0,
            1e22,
            f64::INFINITY,
        ];
        let times: Vec<i64> = (0..values.len() as i64).collect();
        let mut csv = Vec::new();
        write_csv(&mut csv, &[speed(&times, &values)]).unwrap();
        let csv = String::from_utf8(csv).unwrap();
        let read: Vec<f64> = csv
            .lines()
            .skip(1)
            .map(|line| line.split_once(',').unwrap().1.parse().unwrap())
            .collect();
        let bits = |values: &[f64]| values.iter().map(|it| it.to_bits()).collect::<Vec<_>>();
        assert_eq!(bits(&read), bits(&values));
    }
}
