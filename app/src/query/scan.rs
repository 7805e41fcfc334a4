//! From files and a question to DataFusion's Parquet scan.
//!
//! The scan skips row groups, pages and rows that cannot match: by time, message and signal name,
//! each a predicate of its own so that each prunes by its own statistics. What it lets through is
//! only a superset; [`super::route`] decides row by row, so no answer depends on how much was pruned.
//!
//! Predicates are built as expressions with literals; no text of a query language exists.

use std::collections::BTreeSet;
use std::sync::{Arc, LazyLock};

use arrow::datatypes::{DataType, Field, Schema, SchemaRef, TimeUnit};
use canlake_shared::time::{NS_PER_SEC, TimeRange, Timestamp};
use datafusion::common::{DFSchema, ScalarValue};
use datafusion::config::TableParquetOptions;
use datafusion::datasource::listing::PartitionedFile;
use datafusion::datasource::physical_plan::{FileGroup, FileScanConfigBuilder, ParquetSource};
use datafusion::datasource::source::DataSourceExec;
use datafusion::error::Result;
use datafusion::execution::context::ExecutionProps;
use datafusion::execution::object_store::ObjectStoreUrl;
use datafusion::logical_expr::physical_planning_context::PhysicalPlanningContext;
use datafusion::logical_expr::{Expr, ident, lit};
use datafusion::physical_expr::{PhysicalExpr, create_physical_expr};

use super::SignalQuery;
use super::file::DecodedFile;
use super::reader::{LocalPath, LocalReaders};

/// Positions of the columns in [`TABLE`].
pub(super) mod column {
    pub(in crate::query) const TIMESTAMP: usize = 0;
    pub(in crate::query) const VEHICLE: usize = 1;
    pub(in crate::query) const MESSAGE: usize = 2;
    pub(in crate::query) const SIGNAL: usize = 3;
    pub(in crate::query) const VALUE: usize = 4;
    pub(in crate::query) const CHANNEL: usize = 5;
    pub(in crate::query) const ARB_ID: usize = 6;
    pub(in crate::query) const LABEL: usize = 7;
}

/// The columns that a query may need. A file that lacks one gives nulls.
static TABLE: LazyLock<SchemaRef> = LazyLock::new(|| {
    let text = |name| Field::new(name, DataType::Utf8View, true);
    Arc::new(Schema::new(vec![
        Field::new(
            "timestamp",
            DataType::Timestamp(TimeUnit::Nanosecond, None),
            true,
        ),
        text("vehicle_id"),
        text("message_name"),
        text("signal_name"),
        Field::new("value", DataType::Float64, true),
        text("channel"),
        Field::new("arb_id", DataType::UInt32, true),
        text("label"),
    ]))
});

/// A part of a file that is read by one worker.
#[derive(Debug, Clone)]
pub(super) struct Unit {
    /// The file.
    pub(super) file: Arc<DecodedFile>,
    /// Its position among the files of the query.
    pub(super) file_idx: usize,
    /// Row groups that begin in this range of bytes; all when `None`.
    pub(super) byte_range: Option<(u64, u64)>,
}

/// Which columns rows are told apart by, and which the answer carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Columns {
    /// Whether message and signal name are not enough to know the signal.
    pub(super) identity: bool,
    /// Whether rows of other vehicles must be left out.
    pub(super) vehicle: bool,
    /// Whether the texts of values are wanted.
    pub(super) labels: bool,
}

impl Columns {
    pub(super) fn indices(self) -> Vec<usize> {
        let mut indices = vec![
            column::TIMESTAMP,
            column::MESSAGE,
            column::SIGNAL,
            column::VALUE,
        ];
        if self.vehicle {
            indices.push(column::VEHICLE);
        }
        if self.identity {
            indices.extend([column::CHANNEL, column::ARB_ID]);
        }
        if self.labels {
            indices.push(column::LABEL);
        }
        indices
    }
}

/// The names of columns, by their positions.
pub(super) fn column_names(indices: &[usize]) -> Vec<&'static str> {
    let names = indices.iter().filter_map(|idx| TABLE.fields().get(*idx));
    names.map(|field| field.name().as_str()).collect()
}

/// A scan whose partitions are the units given, in their order.
pub(super) fn build(
    units: &[Unit],
    query: &SignalQuery,
    columns: Columns,
    readers: Arc<LocalReaders>,
    batch_rows: usize,
) -> Result<Arc<DataSourceExec>> {
    let exact_times = units.iter().all(|unit| unit.file.has_exact_times());
    let mut options = TableParquetOptions::default();
    options.global.enable_page_index = true;
    options.global.pruning = true;
    options.global.pushdown_filters = true;
    options.global.reorder_filters = true;
    options.global.bloom_filter_on_read = false;
    options.global.max_in_list_size = MAX_PRUNING_NAMES;
    let source = ParquetSource::new(Arc::clone(&TABLE))
        .with_table_parquet_options(options)
        .with_parquet_file_reader_factory(readers)
        .with_predicate(predicate(query, columns, exact_times)?);
    let groups = units
        .iter()
        .map(|unit| FileGroup::new(vec![partitioned_file(unit)]))
        .collect();
    let config = FileScanConfigBuilder::new(ObjectStoreUrl::local_filesystem(), Arc::new(source))
        .with_file_groups(groups)
        .with_projection_indices(Some(columns.indices()))?
        .with_batch_size(Some(batch_rows))
        // Keeps each unit in its own partition: no partition takes over another's files.
        .with_preserve_order(true)
        .build();
    Ok(DataSourceExec::from_data_source(config))
}

/// Lists of names up to this length prune by statistics; beyond it, comparing costs more than it
/// saves.
const MAX_PRUNING_NAMES: usize = 200;

fn partitioned_file(unit: &Unit) -> PartitionedFile {
    // The path is a label here; the reader takes the real one from the extension.
    let label = format!("{}", unit.file_idx);
    let file = PartitionedFile::new(label, unit.file.bytes)
        .with_arrow_schema(Arc::clone(&unit.file.schema))
        .with_extension(LocalPath(Arc::clone(&unit.file.path)));
    match unit.byte_range {
        Some((start, end)) => file.with_range(
            i64::try_from(start).unwrap_or(i64::MAX),
            i64::try_from(end).unwrap_or(i64::MAX),
        ),
        None => file,
    }
}

fn predicate(
    query: &SignalQuery,
    columns: Columns,
    exact_times: bool,
) -> Result<Arc<dyn PhysicalExpr>> {
    let time = |instant: Timestamp| {
        lit(ScalarValue::TimestampNanosecond(
            Some(instant.as_ns()),
            None,
        ))
    };
    let range = if exact_times {
        query.range
    } else {
        whole_seconds(query.range)
    };
    let mut all = Vec::new();
    if range.start > Timestamp::MIN {
        all.push(ident("timestamp").gt_eq(time(range.start)));
    }
    if range.end < Timestamp::MAX {
        all.push(ident("timestamp").lt(time(range.end)));
    }
    let keys = || query.signals.iter();
    let messages: BTreeSet<&str> = keys().map(|key| &*key.message).collect();
    let signals: BTreeSet<&str> = keys().map(|key| &*key.signal).collect();
    let pairs: BTreeSet<(&str, &str)> = keys().map(|key| (&*key.message, &*key.signal)).collect();
    all.push(one_of("message_name", &messages));
    all.push(one_of("signal_name", &signals));
    if pairs.len() < messages.len() * signals.len() {
        all.extend(any_pair(&pairs));
    }
    if columns.vehicle {
        all.push(ident("vehicle_id").eq(text(&query.vehicle)));
    }
    let all = all
        .into_iter()
        .reduce(Expr::and)
        .expect("message and signal are always compared");
    let schema = DFSchema::try_from(Arc::clone(&TABLE))?;
    create_physical_expr(
        &all,
        &schema,
        &ExecutionProps::new(),
        &PhysicalPlanningContext::default(),
    )
}

fn text(value: &str) -> Expr {
    lit(ScalarValue::Utf8View(Some(value.to_owned())))
}

fn one_of(column: &str, names: &BTreeSet<&str>) -> Expr {
    let mut texts: Vec<Expr> = names.iter().map(|name| text(name)).collect();
    match texts.len() {
        1 => ident(column).eq(texts.remove(0)),
        _ => ident(column).in_list(texts, false),
    }
}

/// Messages in a list and signals in a list let more pairs through than were asked for. Where many
/// are, comparing them all would cost more than reading the surplus.
fn any_pair(pairs: &BTreeSet<(&str, &str)>) -> Option<Expr> {
    const MAX_PAIRS: usize = 32;
    if pairs.len() > MAX_PAIRS {
        return None;
    }
    let one = |(message, signal): &(&str, &str)| {
        ident("message_name")
            .eq(text(message))
            .and(ident("signal_name").eq(text(signal)))
    };
    pairs.iter().map(one).reduce(Expr::or)
}

/// The smallest range of whole seconds around a range: these compare exactly with time stamps of
/// any unit, where nanoseconds would be cut off.
fn whole_seconds(range: TimeRange) -> TimeRange {
    let floor = |instant: Timestamp| instant.as_ns().div_euclid(NS_PER_SEC);
    let start = floor(range.start).checked_mul(NS_PER_SEC);
    let end = (floor(range.end) + 1).checked_mul(NS_PER_SEC);
    TimeRange::new(
        start.map_or(Timestamp::MIN, Timestamp::from_ns),
        end.map_or(Timestamp::MAX, Timestamp::from_ns),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_seconds_contain_the_range() {
        for (start, end) in [
            (0, 1),
            (-1, 0),
            (i64::MIN, i64::MAX),
            (999_999_999, 1_000_000_001),
        ] {
            let range = TimeRange::new(Timestamp::from_ns(start), Timestamp::from_ns(end));
            let wide = whole_seconds(range);
            assert!(wide.start <= range.start && range.end <= wide.end, "{wide}");
        }
    }
}
