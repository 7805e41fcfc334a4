//! Summaries of decoded files that do not describe themselves: one scan over all rows.

use std::collections::BTreeMap;
use std::fs::File;
use std::sync::Arc;

use arrow::array::{Array as _, AsArray as _, RecordBatch, StringViewArray};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Float64Type, SchemaRef, TimeUnit, TimestampNanosecondType};
use canlake_shared::lake::IntervalScan;
use canlake_shared::schema::{SchemaError, SignalKey, SignalSummary};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReaderBuilder,
};
use parquet::file::metadata::ParquetMetaData;

use super::footer::{VehicleContent, inclusive};
use crate::query::{ArbId, IdentityColumns};

const BATCH_ROWS: usize = 64 * 1024;

/// The vehicle of a file that names none.
const UNNAMED_VEHICLE: &str = "unknown";

/// What is looked at; other columns are not read.
const COLUMNS: [&str; 8] = [
    "timestamp",
    "vehicle_id",
    "message_name",
    "signal_name",
    "value",
    "unit",
    "channel",
    "arb_id",
];

/// What a file has of each vehicle. Every row is of `vehicle` when it is given.
///
/// Rows without a time stamp belong to no time and are not counted.
pub(super) fn scan(
    file: &File,
    metadata: &Arc<ParquetMetaData>,
    schema: &SchemaRef,
    vehicle: Option<&str>,
    gap_ns: i64,
) -> Result<Vec<VehicleContent>, SchemaError> {
    let options = ArrowReaderOptions::new().with_schema(Arc::clone(schema));
    let arrow = ArrowReaderMetadata::try_new(Arc::clone(metadata), options)?;
    let file = file
        .try_clone()
        .map_err(|source| SchemaError::Io { source })?;
    let wanted = schema.fields().iter().enumerate();
    let wanted = wanted.filter(|(_, field)| {
        let name = field.name().as_str();
        COLUMNS.contains(&name) && !(name == "vehicle_id" && vehicle.is_some())
    });
    let mask = ProjectionMask::roots(arrow.parquet_schema(), wanted.map(|(idx, _)| idx));
    let reader = ParquetRecordBatchReaderBuilder::new_with_metadata(file, arrow)
        .with_projection(mask)
        .with_batch_size(BATCH_ROWS)
        .build()?;
    let mut scan = Scan {
        vehicle: vehicle.unwrap_or(UNNAMED_VEHICLE).to_owned(),
        gap_ns,
        vehicles: BTreeMap::new(),
    };
    for batch in reader {
        scan.add(&batch?)?;
    }
    Ok(scan.finish())
}

struct Scan {
    /// The vehicle of rows in files without such a column.
    vehicle: String,
    gap_ns: i64,
    vehicles: BTreeMap<String, OneVehicle>,
}

struct OneVehicle {
    signals: BTreeMap<SignalKey, SignalSummary>,
    intervals: IntervalScan,
}

impl Scan {
    fn add(&mut self, batch: &RecordBatch) -> Result<(), SchemaError> {
        let missing = |column: &str| SchemaError::UnknownKind {
            columns: format!("without {column}"),
        };
        let column = |name: &str| batch.column_by_name(name).ok_or_else(|| missing(name));
        let time = DataType::Timestamp(TimeUnit::Nanosecond, None);
        let times = cast(column("timestamp")?, &time)?;
        let times = times.as_primitive::<TimestampNanosecondType>();
        let values = cast(column("value")?, &DataType::Float64)?;
        let values = values.as_primitive::<Float64Type>();
        let units: Option<&StringViewArray> = batch
            .column_by_name("unit")
            .and_then(|it| it.as_string_view_opt());
        let identities = IdentityColumns::new(batch).ok_or_else(|| missing("text names"))?;
        let grouping = identities.group();
        let mut rows: Vec<(Vec<i64>, Vec<f64>)> =
            vec![Default::default(); grouping.first_rows.len()];
        for (row, &group) in grouping.group_of_row.iter().enumerate() {
            if times.is_valid(row) {
                let (group_times, group_values) = &mut rows[group as usize];
                group_times.push(times.value(row));
                let value = values.is_valid(row).then(|| values.value(row));
                group_values.push(value.unwrap_or(f64::NAN));
            }
        }
        for (&row, (times, values)) in grouping.first_rows.iter().zip(&rows) {
            let identity = identities.of_row(row);
            let arb_id = match identity.arb_id {
                ArbId::NotRead => None,
                ArbId::Read(arb_id) => arb_id,
            };
            let channel = identity.channel.unwrap_or_default();
            let key = SignalKey::new(channel, identity.message, arb_id, identity.signal);
            let unit = units.filter(|units| units.is_valid(row));
            let unit = unit.map_or("", |units| units.value(row));
            let Some(summary) = SignalSummary::of_rows(&key, unit, times, values) else {
                continue;
            };
            let vehicle = identity.vehicle.unwrap_or(&self.vehicle);
            let known = self.vehicles.entry(vehicle.to_owned());
            let known = known.or_insert_with(|| OneVehicle {
                signals: BTreeMap::new(),
                intervals: IntervalScan::new(self.gap_ns),
            });
            known.intervals.add(times);
            known
                .signals
                .entry(key)
                .and_modify(|signal| signal.merge(&summary))
                .or_insert(summary);
        }
        Ok(())
    }

    fn finish(self) -> Vec<VehicleContent> {
        let vehicles = self.vehicles.into_iter();
        vehicles
            .filter_map(|(vehicle, found)| {
                let signals: Vec<SignalSummary> = found.signals.into_values().collect();
                let first = signals.iter().map(|signal| signal.first).min()?;
                let last = signals.iter().map(|signal| signal.last).max()?;
                Some(VehicleContent {
                    vehicle: vehicle.into(),
                    rows: signals.iter().map(|signal| signal.rows).sum(),
                    range: inclusive(first.as_ns(), last.as_ns()),
                    coverage: found.intervals.finish(),
                    signals,
                })
            })
            .collect()
    }
}
