//! The script for Polars: lazy scans, filtered while they are read.

use super::head::head;
use super::inputs::{Inputs, Store, VehicleFolders};
use super::{Selection, python};

const SCHEMA: &str = "\
# Columns that a file lacks are null.
SCHEMA = {
    \"timestamp\": pl.Datetime(\"ns\"),
    \"vehicle_id\": pl.String,
    \"message_name\": pl.String,
    \"signal_name\": pl.String,
    \"value\": pl.Float64,
    \"unit\": pl.String,
    \"channel\": pl.String,
    \"arb_id\": pl.UInt32,
    \"label\": pl.String,
}
";

const EQUAL: &str = "\
def equal(column, value):
    field = pl.col(column)
    if value is None:
        return field.is_null()
    if value == \"\":
        return field.is_null() | (field == \"\")
    return field == value
";

const PARTS: &str = "\
parts = []
for name, channel, message, arb_id, signal in SIGNALS:
    part = rows.filter(
        equal(\"message_name\", message),
        equal(\"signal_name\", signal),
        equal(\"channel\", channel),
        equal(\"arb_id\", arb_id),
    )
    part = part.sort(\"timestamp\", maintain_order=True)
    value = pl.col(\"value\").fill_null(float(\"nan\"))
    parts.append(part.select(pl.lit(name).alias(\"signal\"), \"timestamp\", value, \"unit\", \"label\"))
df = pl.concat(parts).collect()
print(df)
";

/// The script.
pub(super) fn script(selection: &Selection<'_>, inputs: &Inputs) -> String {
    let about = [
        "A row per sample in `df`: signal by signal in the order of SIGNALS, by time (UTC).",
        "Needs Polars 1.32 or later.",
    ];
    let is_search = !inputs.folders.is_empty();
    let about = match inputs.store {
        Store::S3 if is_search => [about[0], "Needs Polars 1.32 or later, and pyarrow."],
        _ => about,
    };
    let head = head(selection, "#", about);
    let standard = python::imports(inputs);
    let s3 = match inputs.store {
        Store::S3 if is_search => "from pyarrow import fs\n",
        _ => "",
    };
    let constants = python::constants(selection);
    let files = python::files(inputs);
    let rows = rows(selection, inputs);
    format!(
        "{head}{standard}import polars as pl\n{s3}\n{constants}{SCHEMA}\n{files}\n\n{EQUAL}\n\n{rows}{PARTS}"
    )
}

/// The rows of any signal.
fn rows(selection: &Selection<'_>, inputs: &Inputs) -> String {
    let vehicle = python::has_vehicle(selection);
    let (paths, vehicle) = match inputs.vehicle_folders {
        VehicleFolders::All => ("", None),
        VehicleFolders::None => ("", Some(format!("rows = rows.filter({vehicle})"))),
        VehicleFolders::Some => {
            let filter = format!(
                "# Where folders name the vehicle, the column does not count.
named = pl.col(\"file\").str.contains(FOLDERS.pattern)
rows = rows.filter(named | {vehicle})"
            );
            ("    include_file_paths=\"file\",\n", Some(filter))
        }
    };
    let mut lines = vec![format!(
        "rows = pl.scan_parquet(
    files,
    schema=SCHEMA,
    missing_columns=\"insert\",
    extra_columns=\"ignore\",
    glob=False,
    hive_partitioning=False,
{paths})"
    )];
    lines.extend(vehicle);
    let instant = |ns| format!("pl.lit({ns}).cast(pl.Datetime(\"ns\"))");
    let conditions = python::conditions(selection.range, instant, ".is_not_null()");
    let conditions = conditions.iter();
    lines.extend(
        conditions.map(|condition| format!("rows = rows.filter(pl.col(\"timestamp\"){condition})")),
    );
    python::text(&lines)
}
