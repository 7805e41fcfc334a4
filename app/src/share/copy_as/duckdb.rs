//! The SQL for `DuckDB`: the files first, then one join of their rows with the signals wanted.

use std::collections::BTreeSet;

use canlake_shared::schema::shortest_names;
use canlake_shared::time::UtcDate;

use super::head::head;
use super::inputs::{Inputs, Store, UNNAMED_VEHICLE, VehicleFolders};
use super::python::FOLDERS;
use super::{CopyError, Selection, python, quote};

/// Columns that no file may have, so that they can be asked for: null where they are missing.
const COLUMNS: &str = "    \
    SELECT NULL::TIMESTAMP_NS AS timestamp, NULL::VARCHAR AS vehicle_id,
        NULL::VARCHAR AS message_name, NULL::VARCHAR AS signal_name, NULL::DOUBLE AS value,
        NULL::VARCHAR AS unit, NULL::VARCHAR AS channel, NULL::UINTEGER AS arb_id,
        NULL::VARCHAR AS label
    WHERE false
";

/// The statements.
pub(super) fn statements(selection: &Selection<'_>, inputs: &Inputs) -> Result<String, CopyError> {
    let about = [
        "A row per sample: signal by signal in the order of `wanted`, by time (UTC).",
        match inputs.store {
            Store::Local => "Needs DuckDB 1.2 or later.",
            Store::S3 => {
                "Needs DuckDB 1.2 or later, and CREATE SECRET (TYPE s3, PROVIDER credential_chain) before."
            }
        },
    ];
    if let Some(path) = is_misread(inputs) {
        return Err(CopyError::Misread { path: path.into() });
    }
    let head = head(selection, "--", about);
    let (search, files) = if inputs.folders.is_empty() {
        let files: Vec<String> = inputs
            .files
            .iter()
            .map(|file| literal(inputs, file))
            .collect();
        (String::new(), format!("[{}]", files.join(", ")))
    } else {
        (search(selection, inputs), "getvariable('files')".to_owned())
    };
    let wanted = wanted(selection);
    let rows = rows(selection, inputs);
    Ok(format!(
        "{head}{search}\
         WITH wanted(position, signal, channel, message_name, arb_id, signal_name) AS (VALUES\n{wanted}\
         ), decoded AS (\n    \
             -- Columns that a file lacks are null.\n{COLUMNS}    \
             UNION ALL BY NAME\n    \
             SELECT * FROM read_parquet({files}, union_by_name = true, filename = true,\n        \
                 file_row_number = true, hive_partitioning = false)\n\
         )\n\
         SELECT w.signal, d.timestamp, coalesce(d.value, 'nan'::DOUBLE) AS value, d.unit, d.label\n\
         FROM decoded AS d JOIN wanted AS w\n  \
             ON coalesce(d.channel, '') = w.channel\n  \
             AND coalesce(d.message_name, '') = w.message_name\n  \
             AND d.arb_id IS NOT DISTINCT FROM w.arb_id\n  \
             AND coalesce(d.signal_name, '') = w.signal_name\n\
         WHERE {rows}\n\
         ORDER BY w.position, d.timestamp, d.filename, d.file_row_number;\n"
    ))
}

/// The name of a file: exact in folders of this machine, a pattern in a bucket.
fn literal(inputs: &Inputs, file: &str) -> String {
    match inputs.store {
        Store::Local => quote::sql(file),
        Store::S3 => quote::sql(&escaped(file)),
    }
}

/// Whether `DuckDB` takes a path for another: a leading `~` for the user's home, and in folders to
/// search a backslash for the end of a name.
fn is_misread(inputs: &Inputs) -> Option<&String> {
    let folders = inputs.folders.iter();
    let is_split = |folder: &&String| folder.contains('\\') && !std::path::is_separator('\\');
    let mut paths = inputs.files.iter().chain(folders.clone());
    let at_home = paths.find(|path| path.starts_with('~'));
    let mut folders = folders.filter(|_| inputs.store == Store::Local);
    at_home.or_else(|| folders.find(is_split))
}

/// A text as a pattern that matches it alone.
fn escaped(text: &str) -> String {
    let mut pattern = String::with_capacity(text.len());
    for character in text.chars() {
        if matches!(character, '*' | '?' | '[') {
            pattern.extend(['[', character, ']']);
        } else {
            pattern.push(character);
        }
    }
    pattern
}

/// The statement that finds the files.
fn search(selection: &Selection<'_>, inputs: &Inputs) -> String {
    let mut found = Vec::new();
    for folder in &inputs.folders {
        let searched = if folder.is_empty() {
            // Some versions put `./` before what they find, and find less without it.
            let found =
                r"SELECT regexp_replace(file, '^\./', '') AS file FROM glob('./**/*.parquet')";
            format!("({found})")
        } else {
            let pattern = format!("{}**/*.parquet", escaped(folder));
            format!("glob({})", quote::sql(&pattern))
        };
        // Hidden files and folders are not finished; above the folder they do not count.
        let begin = folder.chars().count() + 1;
        found.push(format!(
            "SELECT file FROM {searched}\n            \
                 WHERE NOT contains('/' || substr(file, {begin}), '/.')\n              \
                   AND NOT regexp_matches(file, '_(raw|rollup)\\.parquet$')"
        ));
    }
    let found = found.join("\n        UNION ALL ");
    let superseded: Vec<String> = inputs.superseded.iter().map(|it| quote::sql(it)).collect();
    let kept = if superseded.is_empty() {
        String::new()
    } else {
        let files = superseded.join(", ");
        format!("\n        WHERE file NOT IN ({files}) -- other files hold their rows")
    };
    let mut folder = vec![format!(
        "url_decode(folder.vehicle) = {}",
        quote::sql(selection.vehicle)
    )];
    let day =
        "TRY_CAST(folder.year || lpad(folder.month, 2, '0') || lpad(folder.day, 2, '0') AS INT)";
    let number = |date: UtcDate| format!("{}{:02}{:02}", date.year, date.month, date.day);
    match inputs.days {
        (None, None) => {}
        (Some(first), None) => folder.push(format!("{day} >= {}", number(first))),
        (None, Some(last)) => folder.push(format!("{day} <= {}", number(last))),
        (Some(first), Some(last)) => folder.push(format!(
            "{day} BETWEEN {} AND {}",
            number(first),
            number(last)
        )),
    }
    let listed = match inputs.store {
        Store::Local => "file",
        // In a bucket, the name of a file is taken for a pattern once more.
        Store::S3 => r"regexp_replace(file, '([*?[])', '[\1]', 'g')",
    };
    let files = inputs.files.iter();
    let files = files.map(|file| format!("\n        UNION ALL SELECT {}", literal(inputs, file)));
    let files: Vec<String> = files.collect();
    format!(
        "-- Folders name the vehicle and the day of a file's first row; others may be of the days beside.\n\
         SET VARIABLE files = (\n    \
             WITH found AS (\n        {found}\n    \
             ), named AS (\n        \
                 SELECT file, regexp_extract(file, '{FOLDERS}',\n            \
                     ['vehicle', 'year', 'month', 'day']) AS folder\n        \
                 FROM found{kept}\n    \
             ), listed AS (\n        \
                 SELECT {listed} AS file FROM named\n        \
                 WHERE folder.vehicle = ''\n           \
                    OR ({}){}\n    \
             )\n    \
             SELECT list(DISTINCT file ORDER BY file) FROM listed\n\
         );\n",
        folder.join("\n               AND "),
        files.concat()
    )
}

/// The signals, a line each.
fn wanted(selection: &Selection<'_>) -> String {
    let last = selection.signals.len() - 1;
    let lines = selection
        .signals
        .iter()
        .zip(shortest_names(selection.signals));
    let lines = lines.enumerate().map(|(idx, (key, name))| {
        let arbitration_id = key
            .arbitration_id
            .map_or_else(|| "NULL::UINTEGER".to_owned(), |id| id.to_string());
        let [name, channel, message, signal] =
            [&*name, &*key.channel, &*key.message, &*key.signal].map(quote::sql);
        let end = if idx == last { "" } else { "," };
        let position = idx + 1;
        format!("    ({position}, {name}, {channel}, {message}, {arbitration_id}, {signal}){end}\n")
    });
    lines.collect()
}

/// What a row must be, apart from being of one of the signals; names once more, so that what cannot
/// match is not read.
fn rows(selection: &Selection<'_>, inputs: &Inputs) -> String {
    let mut vehicle = format!("d.vehicle_id = {}", quote::sql(selection.vehicle));
    if selection.vehicle == UNNAMED_VEHICLE {
        vehicle = format!("({vehicle} OR d.vehicle_id IS NULL)");
    }
    let mut rows = match inputs.vehicle_folders {
        VehicleFolders::All => Vec::new(),
        VehicleFolders::None => vec![vehicle],
        VehicleFolders::Some => {
            // Where folders name the vehicle, the column does not count.
            vec![format!(
                "(regexp_matches(d.filename, '{FOLDERS}') OR {vehicle})"
            )]
        }
    };
    let instant = |ns| format!("make_timestamp_ns({ns})");
    let conditions = python::conditions(selection.range, instant, " IS NOT NULL");
    rows.extend(conditions.iter().map(|it| format!("d.timestamp{it}")));
    let signals = selection.signals.iter();
    rows.push(one_of(
        "d.message_name",
        signals.clone().map(|it| &*it.message),
    ));
    rows.push(one_of("d.signal_name", signals.map(|it| &*it.signal)));
    rows.join("\n  AND ")
}

fn one_of<'a>(column: &str, names: impl Iterator<Item = &'a str>) -> String {
    let names: BTreeSet<&str> = names.collect();
    let texts: Vec<String> = names.iter().map(|name| quote::sql(name)).collect();
    let one = format!("{column} IN ({})", texts.join(", "));
    if names.contains("") {
        format!("({one} OR {column} IS NULL)")
    } else {
        one
    }
}
