//! The script for pandas: a pyarrow dataset filters, pandas sorts.

use super::head::head;
use super::inputs::{Inputs, Store, VehicleFolders};
use super::{Selection, python, quote};
use crate::share::percent;

const SCHEMA: &str = "\
# Columns that a file lacks are null.
SCHEMA = pa.schema(
    [
        (\"timestamp\", pa.timestamp(\"ns\")),
        (\"vehicle_id\", pa.string()),
        (\"message_name\", pa.string()),
        (\"signal_name\", pa.string()),
        (\"value\", pa.float64()),
        (\"unit\", pa.string()),
        (\"channel\", pa.string()),
        (\"arb_id\", pa.uint32()),
        (\"label\", pa.string()),
    ]
)
";

const EQUAL: &str = "\
def equal(column, value):
    field = ds.field(column)
    if value is None:
        return field.is_null()
    if value == \"\":
        return field.is_null() | (field == \"\")
    return field == value
";

const PARTS: &str = "\
parts = []
for name, channel, message, arb_id, signal in SIGNALS:
    wanted = rows & equal(\"message_name\", message) & equal(\"signal_name\", signal)
    wanted &= equal(\"channel\", channel) & equal(\"arb_id\", arb_id)
    table = dataset.to_table(columns=[\"timestamp\", \"value\", \"unit\", \"label\"], filter=wanted)
    part = table.to_pandas().sort_values(\"timestamp\", kind=\"stable\")
    part.insert(0, \"signal\", name)
    parts.append(part)
df = pd.concat(parts, ignore_index=True)
print(df)
";

/// The script.
pub(super) fn script(selection: &Selection<'_>, inputs: &Inputs) -> String {
    let about = [
        "A row per sample in `df`: signal by signal in the order of SIGNALS, by time (UTC).",
        "Needs pandas and pyarrow.",
    ];
    let head = head(selection, "#", about);
    let standard = python::imports(inputs);
    let has_filesystem =
        inputs.store == Store::S3 || inputs.vehicle_folders == VehicleFolders::Some;
    let filesystem = if has_filesystem {
        "from pyarrow import fs\n"
    } else {
        ""
    };
    let constants = python::constants(selection);
    let files = python::files(inputs);
    let dataset = dataset(inputs);
    let rows = rows(selection, inputs);
    format!(
        "{head}{standard}import pandas as pd\nimport pyarrow as pa\nimport pyarrow.dataset as ds\n{filesystem}\n\
         {constants}{SCHEMA}\n{files}\n{dataset}\n\n{EQUAL}\n\n{rows}{PARTS}"
    )
}

/// The files as one table.
fn dataset(inputs: &Inputs) -> String {
    let mut lines = Vec::new();
    if let (Store::S3, Some(file)) = (inputs.store, inputs.files.first()) {
        let address = quote::python(&percent::encode(file));
        lines.push(format!("bucket, _ = fs.FileSystem.from_uri({address})"));
    }
    let (paths, filesystem) = match inputs.store {
        Store::Local => ("files", "fs.LocalFileSystem()"),
        Store::S3 => ("[file[len(\"s3://\") :] for file in files]", "bucket"),
    };
    if inputs.vehicle_folders == VehicleFolders::Some {
        lines.push(format!(
            "\
# Where folders name the vehicle, the column does not count.
named = ds.field(\"vehicle_id\") == VEHICLE
dataset = ds.FileSystemDataset.from_paths(
    {paths},
    schema=SCHEMA,
    format=ds.ParquetFileFormat(),
    filesystem={filesystem},
    partitions=[named if FOLDERS.search(file) else ds.scalar(True) for file in files],
)"
        ));
    } else {
        let filesystem = match inputs.store {
            Store::Local => "",
            Store::S3 => ", filesystem=bucket",
        };
        lines.push(format!(
            "dataset = ds.dataset({paths}, schema=SCHEMA, format=\"parquet\"{filesystem})"
        ));
    }
    python::text(&lines)
}

/// The rows of any signal.
fn rows(selection: &Selection<'_>, inputs: &Inputs) -> String {
    let instant = |ns| format!("pa.scalar({ns}, pa.timestamp(\"ns\"))");
    let times = python::conditions(selection.range, instant, ".is_valid()");
    let times = times
        .iter()
        .map(|it| format!("ds.field(\"timestamp\"){it}"));
    let vehicle = python::has_vehicle(selection).to_owned();
    let vehicle = (inputs.vehicle_folders != VehicleFolders::All).then_some(vehicle);
    let operators = std::iter::once("=").chain(std::iter::repeat("&="));
    let conditions = operators.zip(times.chain(vehicle));
    let lines: Vec<String> = conditions
        .map(|(operator, it)| format!("rows {operator} {it}"))
        .collect();
    python::text(&lines)
}
