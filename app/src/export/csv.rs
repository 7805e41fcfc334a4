//! CSV files (RFC 4180): `timestamp,signal [unit],…`, a row per time stamp.
//!
//! Times are RFC 3339 in UTC with nanoseconds. Numbers are the shortest text that reads back to the
//! same number; a value that is missing (NaN) is `NaN`, a signal without a sample at that time is
//! empty. A signal with texts has a second column, `signal (text)`.

use std::io::Write;

use canlake_shared::time::Timestamp;

use super::table::{Column, Rows};

/// Writes columns as CSV.
pub fn write_csv(writer: &mut impl Write, columns: &[Column<'_>]) -> std::io::Result<()> {
    writer.write_all(b"timestamp")?;
    for column in columns {
        let name = if column.unit.is_empty() {
            column.name.to_owned()
        } else {
            format!("{} [{}]", column.name, column.unit)
        };
        write!(writer, ",{}", field(&name))?;
        if !column.labels.is_empty() {
            write!(writer, ",{}", field(&format!("{} (text)", column.name)))?;
        }
    }
    writer.write_all(b"\r\n")?;
    let mut rows = Rows::new(columns);
    while let Some((time, samples)) = rows.advance() {
        write!(writer, "{}", Timestamp::from_ns(time))?;
        for (column, sample) in columns.iter().zip(samples) {
            writer.write_all(b",")?;
            if let Some(value) = sample.and_then(|sample| column.values.get(sample)) {
                write!(writer, "{value}")?;
            }
            if !column.labels.is_empty() {
                let label = sample.and_then(|sample| column.labels.get(sample)?.as_deref());
                write!(writer, ",{}", field(label.unwrap_or_default()))?;
            }
        }
        writer.write_all(b"\r\n")?;
    }
    Ok(())
}

/// A text as one field. Texts come from files: what a spreadsheet would run as a formula is marked
/// as text with a quote, as OWASP's "CSV Injection" page advises.
fn field(text: &str) -> String {
    let starts_formula = text.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let text = if starts_formula {
        format!("'{text}")
    } else {
        text.to_owned()
    };
    if text.contains([',', '"', '\r', '\n']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_column_per_signal_with_its_unit() {
        let labels = [None, Some("park, or \"P\"".into())];
        let columns = [
            Column {
                name: "Drive.Speed",
                unit: "km/h",
                times: &[0, 2],
                values: &[1.5, f64::NAN],
                labels: &[],
            },
            Column {
                name: "=Gear",
                unit: "",
                times: &[1, 2],
                values: &[-3.0, 1e-7],
                labels: &labels,
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
}
