//! Writes exports. A target is either whole or as it was.

use std::fs::File;
use std::io::BufWriter;

use canlake_shared::time::TimeRange;

use crate::export::{self, Column, Picture};
use crate::state::{ExportColumn, ExportTarget};
use crate::time_display::bytes_text;
use crate::whole_file;

/// Writes the loaded samples of a stretch of time, all of them, one column per signal.
pub(crate) fn csv(
    target: &ExportTarget,
    columns: &[ExportColumn],
    range: TimeRange,
) -> Result<String, String> {
    let columns: Vec<_> = columns
        .iter()
        .map(|column| in_range(column, range))
        .collect();
    write(target, |file| export::write_csv(file, &columns))
}

fn in_range(column: &ExportColumn, range: TimeRange) -> Column<'_> {
    let (times, values) = (column.series.times(), column.series.values());
    let from = times.partition_point(|time| *time < range.start.as_ns());
    let to = times
        .partition_point(|time| *time < range.end.as_ns())
        .max(from);
    Column {
        name: &column.name,
        unit: &column.unit,
        times: &times[from..to],
        values: &values[from..to],
        labels: &[],
    }
}

/// Writes a picture.
pub(crate) fn png(target: &ExportTarget, picture: &Picture) -> Result<String, String> {
    write(target, |file| export::write_png(file, picture))
}

fn write(
    target: &ExportTarget,
    content: impl FnOnce(&mut BufWriter<File>) -> std::io::Result<()>,
) -> Result<String, String> {
    let path = &target.path;
    let failed =
        |what: &str, error: &std::io::Error| format!("cannot {what} {}: {error}", path.display());
    if path.as_os_str().is_empty() {
        return Err("no file to export to: type a path".to_owned());
    }
    if !target.may_replace && path.exists() {
        return Err(format!(
            "not exported: {} exists; choose another name or allow replacing it",
            path.display()
        ));
    }
    whole_file::write(path, content).map_err(|error| failed("write", &error))?;
    let bytes = std::fs::metadata(path)
        .map(|metadata| metadata.len())
        .map_err(|error| failed("read back", &error))?;
    Ok(format!("Wrote {} ({})", path.display(), bytes_text(bytes)))
}
