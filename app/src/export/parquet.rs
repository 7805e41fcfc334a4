//! Parquet files of decoded signals, as the lake has them: what is exported opens here again.

use std::collections::BTreeMap;
use std::io::Write;

use canlake_shared::lake::VehicleId;
use canlake_shared::schema::footer::{DbcProvenance, Recording};
use canlake_shared::schema::{
    DecodedFileInfo, DecodedFileWriter, Labels, SchemaError, SignalColumn, SignalDeclaration,
    SignalKey,
};
use canlake_shared::time::TimeRange;

use super::table::Column;
use crate::source::SignalInfo;

/// Whose rows they are where nobody knows; readers take them for the same.
const NO_VEHICLE: &str = "unknown";
const WRITER: &str = concat!("canlake ", env!("CARGO_PKG_VERSION"));

/// One signal to write.
#[derive(Debug, Clone)]
pub struct ExportSignal<'a> {
    /// Its identity.
    pub key: &'a SignalKey,
    /// What the DBC says of it.
    pub declared: SignalDeclaration,
    /// Its samples; the name plays no part.
    pub samples: Column<'a>,
}

/// What a catalogue knows of a signal, as footers say it.
pub fn declaration(info: &SignalInfo) -> SignalDeclaration {
    let labels = info.labels.iter();
    SignalDeclaration {
        cycle_time_ms: info.cycle_time_ms,
        is_on_change: info.on_change,
        labels: labels
            .map(|(value, text)| (*value, text.to_string()))
            .collect(),
        comment: info.comment.to_string(),
    }
}

/// Writes signals of one vehicle, sorted by their identity.
pub fn write_parquet(
    writer: impl Write + Send,
    vehicle: &str,
    dbc: Option<DbcProvenance>,
    signals: &[ExportSignal<'_>],
) -> Result<(), SchemaError> {
    let mut signals: Vec<&ExportSignal<'_>> = signals.iter().collect();
    signals.sort_by(|a, b| a.key.cmp(b.key));
    let mut file = ParquetExport::new(writer, vehicle, dbc, Vec::new())?;
    for signal in signals {
        file.write(signal, TimeRange::ALL)?;
    }
    file.close()
}

/// Writes a file signal by signal.
pub struct ParquetExport<W: Write + Send> {
    writer: DecodedFileWriter<W>,
}

impl<W: Write + Send> ParquetExport<W> {
    /// Of one vehicle. `coverage` is when it was recorded, as far as that lies in the rows.
    ///
    /// The hashes of raw files are not named: the file has a part of their rows, and a reader that
    /// sees it beside the others would take one of them for superseded.
    pub fn new(
        writer: W,
        vehicle: &str,
        dbc: Option<DbcProvenance>,
        coverage: Vec<TimeRange>,
    ) -> Result<Self, SchemaError> {
        let vehicle = VehicleId::foreign(vehicle).or_else(|_empty| VehicleId::foreign(NO_VEHICLE));
        let info = DecodedFileInfo {
            vehicle: vehicle.expect("the name of no vehicle is not empty"),
            writer: WRITER.to_owned(),
            dbc,
            sources: Vec::new(),
            recording: Recording {
                coverage,
                ..Recording::default()
            },
        };
        let writer = DecodedFileWriter::new(writer, info)?;
        Ok(Self { writer })
    }

    /// Writes the samples of a signal inside a range; signals come in the order of their keys.
    pub fn write(
        &mut self,
        signal: &ExportSignal<'_>,
        range: TimeRange,
    ) -> Result<(), SchemaError> {
        let samples = &signal.samples;
        let rows = samples.within(range);
        if rows.is_empty() {
            return Ok(());
        }
        let (indices, texts) = labels(samples, rows.clone());
        self.writer.write_signal(SignalColumn {
            key: signal.key,
            unit: samples.unit,
            declared: Some(&signal.declared),
            timestamps: samples.times.get(rows.clone()).unwrap_or_default(),
            values: samples.values.get(rows).unwrap_or_default(),
            labels: if texts.is_empty() {
                Labels::None
            } else {
                Labels::PerRow {
                    indices: &indices,
                    texts: &texts,
                }
            },
        })
    }

    /// Ends the file.
    pub fn close(self) -> Result<(), SchemaError> {
        self.writer.close(Vec::new()).map(drop)
    }
}

/// The text of each row as a position in the list of all.
fn labels<'a>(samples: &Column<'a>, rows: std::ops::Range<usize>) -> (Vec<u32>, Vec<&'a str>) {
    if samples.texts.is_empty() {
        return (Vec::new(), Vec::new());
    }
    let mut texts = Vec::new();
    let mut known: BTreeMap<&'a str, u32> = BTreeMap::new();
    let indices = rows.map(|row| {
        let value = samples.values.get(row).copied().unwrap_or(f64::NAN);
        let Some(text) = samples.texts.of(row, value) else {
            return Labels::NONE;
        };
        *known.entry(text).or_insert_with(|| {
            texts.push(text);
            texts.len() as u32 - 1
        })
    });
    let indices = indices.collect();
    (indices, texts)
}

impl<W: Write + Send> std::fmt::Debug for ParquetExport<W> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ParquetExport").finish_non_exhaustive()
    }
}
