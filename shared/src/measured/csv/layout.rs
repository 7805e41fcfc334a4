//! What the columns of a table are, by its head and its first row.

use super::super::MeasuredSignal;
use super::super::names::{is_time, is_time_of, of_column, stem, unit_of};
use crate::logs::csv::{CsvTimeFormat, DecimalMark, Delimiter, Fields, time_format, time_unit};
use crate::logs::{DayClock, lines};

/// A head stands in one of the first lines.
const HEAD_WITHIN: usize = 100;

/// How a table is to be read.
#[derive(Debug)]
pub(super) struct Layout {
    pub(super) delimiter: Delimiter,
    pub(super) decimal: DecimalMark,
    /// Lines up to the one with the names of columns, which is one of them.
    pub(super) head_lines: u64,
    pub(super) columns: Vec<Column>,
    pub(super) signals: Vec<MeasuredSignal>,
}

/// What a column is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Column {
    /// The time of the columns behind it, up to the next.
    Time(CsvTimeFormat),
    /// Values.
    Signal {
        /// Which of the signals.
        signal: usize,
        /// The column with their texts.
        text: Option<usize>,
    },
    /// Anything else.
    Other,
}

impl Layout {
    /// By the first line that names a time and something else, if a row follows that fits. `name` is
    /// that of the file.
    pub(super) fn guess(head: &[u8], name: &str) -> Option<Self> {
        let mut fields = Fields::default();
        for (at, line) in lines(head).enumerate().take(HEAD_WITHIN) {
            if line.trim_ascii().starts_with(b"#") {
                continue;
            }
            for delimiter in Delimiter::ALL {
                fields.split(line, delimiter.byte());
                let names = (0..fields.len()).filter_map(|column| fields.get(line, column));
                let names: Vec<_> = names.map(String::from_utf8_lossy).collect();
                if !(0..names.len()).any(|idx| is_time_at(&names, idx)) || names.len() < 2 {
                    continue;
                }
                let rows = lines(head).skip(at + 1);
                let row = rows.map(<[u8]>::trim_ascii);
                let row = row.filter(|row| !row.is_empty() && !row.starts_with(b"#"));
                let mut rows = row.map(|row| {
                    fields.split(row, delimiter.byte());
                    let values = (0..names.len()).map(|column| fields.get(row, column));
                    let values = values.map(|value| value.unwrap_or_default().to_vec());
                    values.collect::<Vec<_>>()
                });
                let layout = Self::of(&names, &rows.next()?, delimiter, name);
                if let Some(layout) = layout {
                    let head_lines = at as u64 + 1;
                    return Some(Self {
                        head_lines,
                        ..layout
                    });
                }
            }
        }
        None
    }

    fn of(
        names: &[impl AsRef<str>],
        row: &[Vec<u8>],
        delimiter: Delimiter,
        file: &str,
    ) -> Option<Self> {
        let has_comma = |value: &Vec<u8>| value.contains(&b',') && !value.contains(&b':');
        let decimal = if delimiter != Delimiter::Comma && row.iter().any(has_comma) {
            DecimalMark::Comma
        } else {
            DecimalMark::Point
        };
        let group = stem(file);
        let mut layout = Self {
            delimiter,
            decimal,
            head_lines: 0,
            columns: Vec::new(),
            signals: Vec::new(),
        };
        let mut has_time = false;
        for (idx, name) in names.iter().enumerate() {
            let name = name.as_ref();
            let column = if is_time_at(names, idx) {
                let value = row.get(idx).map(Vec::as_slice).unwrap_or_default();
                let unit = time_unit(&unit_of(name).to_lowercase());
                let format = unit.unwrap_or_else(|| time_format(value));
                // A head of anything else has words where times should be.
                let mut clock = DayClock::default();
                let is_time =
                    value.is_empty() || format.parse(value, decimal, &mut clock).is_some();
                is_time.then_some(())?;
                has_time = true;
                Column::Time(format)
            } else if layout.takes_text(names, idx) || name.is_empty() || !has_time {
                Column::Other
            } else {
                layout.signals.push(of_column(name, &group));
                Column::Signal {
                    signal: layout.signals.len() - 1,
                    text: None,
                }
            };
            layout.columns.push(column);
        }
        (has_time && !layout.signals.is_empty()).then_some(layout)
    }

    /// Whether a column has the texts of the one before it, which knows it then.
    fn takes_text(&mut self, names: &[impl AsRef<str>], idx: usize) -> bool {
        let Some(before) = idx.checked_sub(1).and_then(|before| names.get(before)) else {
            return false;
        };
        let name = names.get(idx).map(AsRef::as_ref).unwrap_or_default();
        let bare = before.as_ref().rsplit_once(" [").map(|(bare, _)| bare);
        let bare = bare.unwrap_or(before.as_ref());
        if name.strip_suffix(" (text)") != Some(bare) {
            return false;
        }
        match self.columns.last_mut() {
            Some(Column::Signal { text, .. }) => {
                *text = Some(idx);
                true
            }
            _ => false,
        }
    }

    /// The number that a field is, if it is one.
    pub(super) fn number(&self, field: &[u8]) -> Option<f64> {
        let text = std::str::from_utf8(field).ok()?;
        match self.decimal {
            DecimalMark::Point => text.parse().ok(),
            DecimalMark::Comma => text.replace(',', ".").parse().ok(),
        }
    }
}

/// Whether a column has the times of those behind it, by its name or by that of the next.
fn is_time_at(names: &[impl AsRef<str>], idx: usize) -> bool {
    let name = names.get(idx).map(AsRef::as_ref).unwrap_or_default();
    let next = names.get(idx + 1).map(AsRef::as_ref);
    is_time(name) || next.is_some_and(|next| is_time_of(name, next))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn guess(text: &str) -> Option<(Vec<Column>, Vec<String>)> {
        let layout = Layout::guess(text.as_bytes(), "/data/drive.csv")?;
        let names = layout.signals.iter().map(|signal| {
            format!(
                "{}.{} {}",
                signal.key.message, signal.key.signal, signal.unit
            )
        });
        Some((layout.columns.clone(), names.collect()))
    }

    fn signal(signal: usize) -> Column {
        Column::Signal { signal, text: None }
    }

    #[test]
    fn one_time_for_all() {
        let (columns, names) = guess("# a: b\nTime [ms],Speed [km/h],Gear\n5,1.5,2\n").unwrap();
        let time = Column::Time(CsvTimeFormat::Milliseconds);
        assert_eq!(columns, [time, signal(0), signal(1)]);
        assert_eq!(names, ["drive.Speed km/h", "drive.Gear "]);
        let (columns, _) = guess("timestamps;U;I\n2026-01-02 03:04:05,5;1,5;2,5\n").unwrap();
        assert_eq!(columns[0], Column::Time(CsvTimeFormat::DateTime));
        let (columns, _) = guess("No\tt\tBattery.U (V)\n1\t1700000000.5\t12\n").unwrap();
        let time = Column::Time(CsvTimeFormat::Seconds);
        assert_eq!(columns, [Column::Other, time, signal(0)]);
    }

    #[test]
    fn a_time_for_each_and_texts() {
        let text = "A.Speed time [s],A.Speed [km/h],Gear time [s],Gear,Gear (text)\n1,2,3,4,D\n";
        let (columns, names) = guess(text).unwrap();
        let time = Column::Time(CsvTimeFormat::Seconds);
        let gear = Column::Signal {
            signal: 1,
            text: Some(4),
        };
        assert_eq!(columns, [time, signal(0), time, gear, Column::Other]);
        assert_eq!(names, ["A.Speed km/h", "drive.Gear "]);
    }

    #[test]
    fn other_texts_are_no_tables() {
        for text in [
            "",
            "a,b\n1,2\n",
            "time,speed\n",
            "time,speed\nlate,fast\n",
            "Dear Sir,\nthe time, however,\n",
            "time\n1\n",
        ] {
            assert!(guess(text).is_none(), "{text}");
        }
    }
}
