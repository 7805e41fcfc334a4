//! Tables of any schema in Parquet.
//!
//! The time is the first column of a time type, else the first whose name says so (`time`, `timestamp`,
//! `t` …), as a number; its unit is in its name (`time_ms`, `t [us]`), else it follows from how large
//! the first time is. Beside it there is
//!
//! - a column for each signal: numbers, switches or texts; or
//! - a row for each sample: a column with the name of its signal (`signal`, `name`, `channel`,
//!   `variable`) and one with its `value`.
//!
//! Columns of other types are named in the report. A row without a time, and a value that is null, are
//! no samples.

use std::collections::HashMap;
use std::fmt;
use std::io::{self, BufReader};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use ::parquet::arrow::ProjectionMask;
use ::parquet::arrow::arrow_reader::{ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder};
use ::parquet::errors::{ParquetError, Result as ParquetResult};
use ::parquet::file::reader::{ChunkReader, Length};
use arrow::array::{Array as _, ArrayRef, AsArray as _, RecordBatch};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Field, Float64Type, Int64Type, Schema, TimeUnit};
use bytes::Bytes;

use super::names::{is_time, of_column, stem, unit_of};
use super::{MeasuredReader, MeasuredRun};
use crate::logs::csv::{CsvTimeFormat, time_format, time_unit};
use crate::logs::{Consumed, LogError, LogInput, ReadAt, SkipReason, SkipReport};
use crate::logs::{Stretch, read_exact_at};
use crate::schema::open_footer;

/// Rows that are unpacked at once.
const BATCH_ROWS: usize = 4096;
/// Names of columns with the names of signals.
const SIGNAL_NAMES: [&str; 5] = ["signal", "signal_name", "name", "channel", "variable"];
/// Signals of a table; what is beyond is left out.
const MAX_SIGNALS: usize = 65_536;

/// Whether the file is Parquet.
pub(super) fn looks_like(head: &[u8]) -> bool {
    head.starts_with(b"PAR1")
}

/// Opens a file; `None` where it has no times, or is no whole Parquet.
pub(super) fn open(input: LogInput) -> Result<Option<Box<dyn MeasuredReader>>, LogError> {
    let (consumed, name) = (input.consumed_counter(), input.name().to_owned());
    let bytes = input.at_any_place()?.bytes;
    let Ok(size) = bytes.size() else {
        return Ok(None);
    };
    let source = Source { bytes, size };
    let Ok(footer) = open_footer(&source, false) else {
        return Ok(None);
    };
    let builder = ParquetRecordBatchReaderBuilder::new_with_metadata(source, footer);
    let mut skipped = SkipReport::default();
    let Some(layout) = Layout::of(builder.schema(), &mut skipped) else {
        return Ok(None);
    };
    let mask = ProjectionMask::roots(builder.parquet_schema(), layout.columns());
    let reader = builder
        .with_projection(mask)
        .with_batch_size(BATCH_ROWS)
        .build();
    let Ok(reader) = reader else {
        return Ok(None);
    };
    Ok(Some(Box::new(ParquetReader {
        reader: Some(reader),
        layout,
        group: stem(&name),
        time: None,
        numbers: HashMap::new(),
        skipped,
        consumed,
        n_rows: 0,
        name,
    })))
}

/// Bytes at any place, for the Parquet reader.
struct Source {
    bytes: Arc<dyn ReadAt>,
    size: u64,
}

impl Length for Source {
    fn len(&self) -> u64 {
        self.size
    }
}

impl ChunkReader for Source {
    type T = BufReader<Stretch>;

    fn get_read(&self, start: u64) -> ParquetResult<Self::T> {
        let stretch = Stretch::new(Arc::clone(&self.bytes), start, self.size);
        Ok(BufReader::new(stretch))
    }

    fn get_bytes(&self, start: u64, length: usize) -> ParquetResult<Bytes> {
        let is_inside = start
            .checked_add(length as u64)
            .is_some_and(|end| end <= self.size);
        let mut bytes = vec![0; if is_inside { length } else { 0 }];
        if !is_inside || read_exact_at(&*self.bytes, start, &mut bytes).is_none() {
            let error = io::Error::from(io::ErrorKind::UnexpectedEof);
            return Err(ParquetError::External(Box::new(error)));
        }
        Ok(bytes.into())
    }
}

/// What the columns of a table are.
enum Layout {
    /// The time and the signals, by position.
    Wide { time: usize, signals: Vec<usize> },
    /// Time, name of the signal and value, by position.
    Long {
        time: usize,
        name: usize,
        value: usize,
    },
}

impl Layout {
    fn of(schema: &Schema, skipped: &mut SkipReport) -> Option<Self> {
        let fields = schema.fields();
        let is_instant = |field: &Arc<Field>| {
            matches!(
                field.data_type(),
                DataType::Timestamp(..) | DataType::Date64
            )
        };
        let is_named = |field: &Arc<Field>| {
            is_time(&field.name().replace('_', " ")) && is_number(field.data_type())
        };
        let time = fields.iter().position(is_instant);
        let time = time.or_else(|| fields.iter().position(is_named))?;
        let called = |names: &[&str], is: fn(&DataType) -> bool| {
            fields.iter().position(|field| {
                let name = field.name().to_lowercase();
                names.contains(&&*name) && is(field.data_type())
            })
        };
        if let (Some(name), Some(value)) = (
            called(&SIGNAL_NAMES, is_text),
            called(&["value"], is_number),
        ) {
            return Some(Self::Long { time, name, value });
        }
        let mut signals = Vec::new();
        for (idx, field) in fields.iter().enumerate() {
            let of = field.data_type();
            if idx == time {
                continue;
            }
            if is_number(of) || is_text(of) || *of == DataType::Boolean {
                signals.push(idx);
            } else {
                let name = field.name().as_bytes();
                skipped.add(None, 0, SkipReason::ChannelNotRead, name);
            }
        }
        (!signals.is_empty()).then_some(Self::Wide { time, signals })
    }

    /// The columns that are read, ascending.
    fn columns(&self) -> Vec<usize> {
        let mut columns = match self {
            Self::Wide { time, signals } => [&[*time][..], signals].concat(),
            Self::Long { time, name, value } => vec![*time, *name, *value],
        };
        columns.sort_unstable();
        columns
    }
}

fn is_number(of: &DataType) -> bool {
    of.is_numeric()
}

fn is_text(of: &DataType) -> bool {
    match of {
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => true,
        DataType::Dictionary(_, values) => is_text(values),
        _ => false,
    }
}

struct ParquetReader {
    /// `None` at the end.
    reader: Option<ParquetRecordBatchReader>,
    layout: Layout,
    group: String,
    /// How times are written that are numbers.
    time: Option<CsvTimeFormat>,
    /// Numbers of the signals in the run, by their names here.
    numbers: HashMap<String, usize>,
    skipped: SkipReport,
    consumed: Consumed,
    n_rows: u64,
    name: String,
}

impl ParquetReader {
    fn batch(&mut self, batch: &RecordBatch, run: &mut MeasuredRun) -> Option<usize> {
        // Columns that are not read are not there.
        let columns = self.layout.columns();
        let at = |column: usize| columns.iter().position(|it| *it == column);
        let column = |column: usize| batch.columns().get(at(column)?);
        let before = run.len();
        match &self.layout {
            Layout::Wide { time, signals } => {
                let schema = batch.schema();
                let field = schema.fields().get(at(*time)?)?;
                let times = times(&mut self.time, field, column(*time)?)?;
                for signal in signals {
                    let name = schema.fields().get(at(*signal)?)?.name();
                    let values = column(*signal)?;
                    let Some(number) = number(&mut self.numbers, run, name, &self.group) else {
                        continue;
                    };
                    push_all(run, number, &times, values)?;
                }
            }
            Layout::Long { time, name, value } => {
                let schema = batch.schema();
                let field = schema.fields().get(at(*time)?)?;
                let times = times(&mut self.time, field, column(*time)?)?;
                let names = cast(column(*name)?, &DataType::Utf8).ok()?;
                let values = cast(column(*value)?, &DataType::Float64).ok()?;
                let (names, values) = (
                    names.as_string::<i32>(),
                    values.as_primitive::<Float64Type>(),
                );
                for (row, ns) in times.iter().enumerate() {
                    let (Some(ns), true, true) = (ns, names.is_valid(row), values.is_valid(row))
                    else {
                        continue;
                    };
                    let name = names.value(row);
                    if let Some(number) = number(&mut self.numbers, run, name, &self.group) {
                        run.push(number, *ns, values.value(row), None);
                    }
                }
            }
        }
        self.n_rows += batch.num_rows() as u64;
        Some(run.len() - before)
    }
}

/// The number of a signal in the run, by its name; `None` where there are too many already.
fn number(
    numbers: &mut HashMap<String, usize>,
    run: &mut MeasuredRun,
    name: &str,
    group: &str,
) -> Option<usize> {
    if let Some(number) = numbers.get(name) {
        return Some(*number);
    }
    if numbers.len() >= MAX_SIGNALS {
        return None;
    }
    let number = run.add_signal(of_column(name, group));
    numbers.insert(name.to_owned(), number);
    Some(number)
}

/// Nanoseconds since 1970 of each row. `known`: how times that are numbers are written.
fn times(
    known: &mut Option<CsvTimeFormat>,
    field: &Field,
    column: &ArrayRef,
) -> Option<Vec<Option<i64>>> {
    if !field.data_type().is_numeric() {
        let ns = DataType::Timestamp(TimeUnit::Nanosecond, None);
        let times = cast(column, &ns).and_then(|times| cast(&times, &DataType::Int64));
        let times = times.ok()?;
        return Some(times.as_primitive::<Int64Type>().iter().collect());
    }
    let format = *known.get_or_insert_with(|| {
        let words = field.name().replace('_', " ").to_lowercase();
        let words = words.split([' ', '[', ']', '(', ')']);
        let unit = words.into_iter().find_map(time_unit);
        let unit = unit.or_else(|| time_unit(&unit_of(field.name()).to_lowercase()));
        let values = cast(column, &DataType::Float64).ok();
        let first = values.and_then(|it| it.as_primitive::<Float64Type>().iter().flatten().next());
        unit.unwrap_or_else(|| time_format(format!("{:.0}", first.unwrap_or(0.0).abs()).as_bytes()))
    });
    let unit_ns: i64 = match format {
        CsvTimeFormat::Milliseconds => 1_000_000,
        CsvTimeFormat::Microseconds => 1_000,
        CsvTimeFormat::Nanoseconds => 1,
        _ => 1_000_000_000,
    };
    if field.data_type().is_integer() {
        let times = cast(column, &DataType::Int64).ok()?;
        let times = times.as_primitive::<Int64Type>().iter();
        return Some(times.map(|time| time?.checked_mul(unit_ns)).collect());
    }
    let times = cast(column, &DataType::Float64).ok()?;
    let times = times.as_primitive::<Float64Type>().iter();
    Some(times.map(|time| exact_ns(time?, unit_ns)).collect())
}

/// A number of units in nanoseconds: whole units apart from the fraction, because together they are more
/// than a number holds.
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    reason = "the range is looked at before, and nanoseconds of a unit are few"
)]
fn exact_ns(time: f64, unit_ns: i64) -> Option<i64> {
    let whole = time.floor();
    let fraction = ((time - whole) * unit_ns as f64).round() as i64;
    let whole = (whole.abs() < i64::MAX as f64).then_some(whole as i64)?;
    whole.checked_mul(unit_ns)?.checked_add(fraction)
}

fn push_all(
    run: &mut MeasuredRun,
    number: usize,
    times: &[Option<i64>],
    values: &ArrayRef,
) -> Option<()> {
    if is_text(values.data_type()) {
        let texts = cast(values, &DataType::Utf8).ok()?;
        for (ns, text) in times.iter().zip(texts.as_string::<i32>()) {
            if let (Some(ns), Some(text)) = (ns, text) {
                run.push_text(number, *ns, text);
            }
        }
        return Some(());
    }
    let values = cast(values, &DataType::Float64).ok()?;
    for (ns, value) in times.iter().zip(values.as_primitive::<Float64Type>()) {
        if let (Some(ns), Some(value)) = (ns, value) {
            run.push(number, *ns, value, None);
        }
    }
    Some(())
}

impl MeasuredReader for ParquetReader {
    fn read(&mut self, run: &mut MeasuredRun, max: usize) -> Result<usize, LogError> {
        let mut count = 0;
        while count < max {
            let reader = &mut self.reader;
            // Pages that contradict themselves make the Parquet reader panic instead of returning an
            // error; nothing of it survives a panic.
            let next = catch_unwind(AssertUnwindSafe(|| {
                reader.as_mut().and_then(Iterator::next)
            }));
            let values = match next {
                Ok(None) => {
                    self.reader = None;
                    break;
                }
                Ok(Some(Ok(batch))) => self.batch(&batch, run),
                Ok(Some(Err(_))) | Err(_) => None,
            };
            if let Some(values) = values {
                count += values;
            } else {
                let at = format!("behind row {}", self.n_rows);
                self.skipped
                    .add(None, 0, SkipReason::RecordDamaged, at.as_bytes());
                self.reader = None;
            }
        }
        Ok(count)
    }

    fn skipped(&self) -> &SkipReport {
        &self.skipped
    }

    fn bytes_read(&self) -> u64 {
        self.consumed.get()
    }
}

impl fmt::Debug for ParquetReader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ParquetReader")
            .field("name", &self.name)
            .field("rows", &self.n_rows)
            .finish_non_exhaustive()
    }
}
