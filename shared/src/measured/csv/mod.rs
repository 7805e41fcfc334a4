//! Tables with a column of times and a column per signal, as text.
//!
//! ```text
//! time [s],Speed [km/h],Gear            a time for all columns behind it
//! 0.00,12.5,D
//!
//! Speed time [s],Speed [km/h],Volt time [s],Volt [V]      a time for each signal
//! ```
//!
//! See `layout` for what a head may look like. A field that is empty has no sample; one that is no
//! number is a text. Lines that begin with `#` are remarks.

mod layout;

use std::fmt;

use super::{MeasuredReader, MeasuredRun};
use crate::logs::csv::Fields;
use crate::logs::{DayClock, LineReader, LogError, LogInput, SkipReason, SkipReport};
use layout::{Column, Layout};

/// Opens a file; `None` where it is no such table.
pub(super) fn open(input: LogInput) -> Option<Box<dyn MeasuredReader>> {
    let layout = Layout::guess(input.head(), input.name())?;
    Some(Box::new(CsvReader {
        lines: LineReader::new(input),
        numbers: Vec::new(),
        layout,
        fields: Fields::default(),
        clock: DayClock::default(),
        skipped: SkipReport::default(),
        is_at_end: false,
    }))
}

struct CsvReader {
    lines: LineReader<LogInput>,
    layout: Layout,
    /// Numbers of the signals in the run, in the order of the layout.
    numbers: Vec<usize>,
    fields: Fields,
    clock: DayClock,
    skipped: SkipReport,
    is_at_end: bool,
}

impl CsvReader {
    /// Adds the values of one line; how many.
    fn row(
        layout: &Layout,
        numbers: &[usize],
        (fields, line): (&Fields, &[u8]),
        clock: &mut DayClock,
        run: &mut MeasuredRun,
    ) -> Result<usize, SkipReason> {
        let mut time = None;
        let (mut n_values, mut is_bad) = (0, false);
        for (idx, column) in layout.columns.iter().enumerate() {
            let Some(field) = fields.get(line, idx) else {
                break;
            };
            match column {
                Column::Time(_) if field.is_empty() => time = None,
                Column::Time(format) => {
                    time = format.parse(field, layout.decimal, clock);
                    is_bad |= time.is_none();
                }
                Column::Signal { signal, text } => {
                    let number = numbers.get(*signal).copied();
                    let (Some(ns), Some(number), false) = (time, number, field.is_empty()) else {
                        continue;
                    };
                    let label = text.and_then(|at| fields.get(line, at));
                    let label = label.filter(|label| !label.is_empty());
                    let label = label.map(String::from_utf8_lossy);
                    match layout.number(field) {
                        Some(value) => run.push(number, ns, value, label.as_deref()),
                        None => run.push_text(number, ns, &String::from_utf8_lossy(field)),
                    }
                    n_values += 1;
                }
                Column::Other => {}
            }
        }
        match (n_values, is_bad) {
            (0, true) => Err(SkipReason::BadTime),
            (0, false) if fields.len() < 2 => Err(SkipReason::NotARow),
            _ => Ok(n_values),
        }
    }
}

impl MeasuredReader for CsvReader {
    fn read(&mut self, run: &mut MeasuredRun, max: usize) -> Result<usize, LogError> {
        if self.numbers.is_empty() {
            let signals = self.layout.signals.iter().cloned();
            self.numbers = signals.map(|signal| run.add_signal(signal)).collect();
        }
        let mut count = 0;
        while count < max && !self.is_at_end {
            let line = match self.lines.next_line() {
                Ok(Some(line)) => line,
                Ok(None) => {
                    self.is_at_end = true;
                    break;
                }
                Err(source) => {
                    self.is_at_end = true;
                    let (line, offset) = (self.lines.next_number(), self.lines.offset());
                    let reason = self.lines.get_ref().reason_of(source, offset)?;
                    let unfinished = self.lines.abandon();
                    self.skipped.add(Some(line), offset, reason, unfinished);
                    break;
                }
            };
            let text = line.bytes.trim_ascii();
            if line.number <= self.layout.head_lines || text.is_empty() || text.starts_with(b"#") {
                continue;
            }
            let outcome = if line.is_too_long {
                Err(SkipReason::LineTooLong)
            } else {
                self.fields.split(line.bytes, self.layout.delimiter.byte());
                let row = (&self.fields, line.bytes);
                Self::row(&self.layout, &self.numbers, row, &mut self.clock, run)
            };
            match outcome {
                Ok(values) => count += values,
                Err(reason) => {
                    self.skipped
                        .add(Some(line.number), line.offset, reason, line.bytes);
                }
            }
        }
        Ok(count)
    }

    fn skipped(&self) -> &SkipReport {
        &self.skipped
    }

    fn bytes_read(&self) -> u64 {
        self.lines.get_ref().consumed()
    }
}

impl fmt::Debug for CsvReader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CsvReader")
            .field("name", &self.lines.get_ref().name())
            .field("columns", &self.layout.columns.len())
            .finish_non_exhaustive()
    }
}
