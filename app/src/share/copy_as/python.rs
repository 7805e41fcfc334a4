//! What both Python scripts begin with: the selection as constants, and the list of files.

use canlake_shared::schema::shortest_names;
use canlake_shared::time::{TimeRange, Timestamp, UtcDate};

use super::inputs::{Inputs, Store, UNNAMED_VEHICLE, VehicleFolders};
use super::{Selection, quote};
use crate::share::percent;

/// Finds vehicle and day in the folders of a file, with either separator.
pub(super) const FOLDERS: &str =
    r"(?:^|[/\\])vehicle_id=([^/\\]+)[/\\]year=(\d+)[/\\]month=(\d+)[/\\]day=(\d+)[/\\]";

/// The day of a folder, as the code has it after a match.
const DAY: &str = "tuple(map(int, day))";

/// The modules of the standard library that [`files`] uses.
pub(super) fn imports(inputs: &Inputs) -> &'static str {
    match (inputs.folders.is_empty(), inputs.vehicle_folders) {
        (false, _) if inputs.store == Store::Local => {
            "import glob\nimport re\nfrom urllib.parse import unquote\n\n"
        }
        (false, _) => "import re\nfrom urllib.parse import unquote\n\n",
        (true, VehicleFolders::Some) => "import re\n\n",
        (true, _) => "",
    }
}

/// `VEHICLE`, `SIGNALS`.
pub(super) fn constants(selection: &Selection<'_>) -> String {
    let mut lines = vec![
        format!("VEHICLE = {}", quote::python(selection.vehicle)),
        "# Name, channel, message, arbitration id, signal; \"\" and None where the files do not say."
            .to_owned(),
        "SIGNALS = [".to_owned(),
    ];
    for (key, name) in selection
        .signals
        .iter()
        .zip(shortest_names(selection.signals))
    {
        let arbitration_id = key
            .arbitration_id
            .map_or_else(|| "None".to_owned(), |id| format!("0x{id:X}"));
        let [name, channel, message, signal] =
            [&*name, &*key.channel, &*key.message, &*key.signal].map(quote::python);
        lines.push(format!(
            "    ({name}, {channel}, {message}, {arbitration_id}, {signal}),"
        ));
    }
    lines.push("]".to_owned());
    text(&lines)
}

/// Lines, each with its end.
pub(super) fn text(lines: &[String]) -> String {
    lines.join("\n") + "\n"
}

/// Code for whether the column names the vehicle.
pub(super) fn has_vehicle(selection: &Selection<'_>) -> &'static str {
    if selection.vehicle == UNNAMED_VEHICLE {
        "(equal(\"vehicle_id\", VEHICLE) | equal(\"vehicle_id\", None))"
    } else {
        "equal(\"vehicle_id\", VEHICLE)"
    }
}

/// What the time of a row must be, each with the name of the column before it: `>= 1`, `< 2`, or
/// what the code has for a column that is not null, as rows without a time are never plotted.
pub(super) fn conditions(
    range: TimeRange,
    instant: impl Fn(i64) -> String,
    not_null: &str,
) -> Vec<String> {
    let mut conditions = Vec::new();
    if range.start > Timestamp::MIN {
        conditions.push(format!(" >= {}", instant(range.start.as_ns())));
    }
    if range.end < Timestamp::MAX {
        conditions.push(format!(" < {}", instant(range.end.as_ns())));
    }
    if conditions.is_empty() {
        conditions.push(not_null.to_owned());
    }
    conditions
}

/// Code that puts the paths of the files into `files`, sorted.
pub(super) fn files(inputs: &Inputs) -> String {
    let literals = inputs.files.iter().map(|file| quote::python(file));
    let mut lines = Vec::new();
    if inputs.vehicle_folders == VehicleFolders::Some {
        lines.extend([
            "# Folders name the vehicle and the day of a file's first row; others may be of the days beside."
                .to_owned(),
            format!("FOLDERS = re.compile(\n    {}\n)", quote::python_raw(FOLDERS)),
        ]);
    }
    if inputs.folders.is_empty() {
        lines.extend(list("files = [", literals, "]"));
        return text(&lines);
    }
    lines.extend(search(inputs));
    if !inputs.files.is_empty() {
        lines.extend(list("files += [", literals, "]"));
    }
    lines.push("files = sorted(set(files))".to_owned());
    lines.push("if not files:".to_owned());
    lines.push("    raise FileNotFoundError(f\"no decoded files of {VEHICLE!r}\")".to_owned());
    text(&lines)
}

/// One item a line.
fn list(open: &str, items: impl Iterator<Item = String>, close: &str) -> Vec<String> {
    let mut lines = vec![open.to_owned()];
    lines.extend(items.map(|item| format!("    {item},")));
    lines.push(close.to_owned());
    lines
}

/// Code that searches folders.
fn search(inputs: &Inputs) -> Vec<String> {
    let mut lines = Vec::new();
    let mut or_superseded = "";
    if !inputs.superseded.is_empty() {
        let files = inputs.superseded.iter().map(|file| quote::python(file));
        lines.push("# Other files hold their rows.".to_owned());
        lines.extend(list("SUPERSEDED = {", files, "}"));
        or_superseded = " or path in SUPERSEDED";
    }
    let tuple = |date: UtcDate| format!("({}, {}, {})", date.year, date.month, date.day);
    let and_day = match inputs.days {
        (None, None) => String::new(),
        (Some(first), None) => format!(" and {} <= {DAY}", tuple(first)),
        (None, Some(last)) => format!(" and {DAY} <= {}", tuple(last)),
        (Some(first), Some(last)) => format!(" and {} <= {DAY} <= {}", tuple(first), tuple(last)),
    };
    lines.push(format!(
        "

def may_match(path):
    if path.endswith((\"_raw.parquet\", \"_rollup.parquet\")){or_superseded}:
        return False
    found = FOLDERS.search(path)
    if found is None:
        return True
    vehicle, *day = found.groups()
    return unquote(vehicle) == VEHICLE{and_day}


files = []"
    ));
    let search = match inputs.store {
        Store::Local => search_local,
        Store::S3 => search_s3,
    };
    lines.extend(inputs.folders.iter().map(|folder| search(folder)));
    lines
}

fn search_local(folder: &str) -> String {
    let folder = match folder {
        "" => String::new(),
        folder => format!("glob.escape({}) + ", quote::python(folder)),
    };
    format!(
        "found = glob.glob({folder}\"**/*.parquet\", recursive=True)
files += filter(may_match, found)"
    )
}

fn search_s3(folder: &str) -> String {
    let address = quote::python(&percent::encode(folder.trim_end_matches('/')));
    format!(
        "bucket, root = fs.FileSystem.from_uri({address})
found = bucket.get_file_info(fs.FileSelector(root, recursive=True))
found = (\"s3://\" + info.path for info in found if info.path.endswith(\".parquet\"))
files += filter(may_match, found)"
    )
}
