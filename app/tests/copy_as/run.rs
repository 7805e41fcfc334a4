//! Runs what is copied, and compares what it reads with what the app plots.

use std::collections::BTreeSet;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use canlake::query::{QueryCollector, SignalQuery};
use canlake::runtime::{Runtimes, no_wake};
use canlake::share::{Kind, Selection, copy_as};
use canlake::source::{LocalSource, SignalSource as _, SourceLocation};
use canlake_shared::schema::{SignalKey, shortest_names};
use canlake_shared::time::{TimeRange, Timestamp};

/// One sample as every reader has to give it: signal, time, bits of the value, text of the value.
type Sample = (String, i64, u64, Option<String>);

/// Runs scripts, each in a fresh namespace, and writes what they read as lines of JSON.
const DRIVER: &str = r#"
import contextlib, io, json, struct, sys

def columns_of_arrow(table):
    times = table.column("timestamp").cast("int64").to_pylist()
    rest = [table.column(name).to_pylist() for name in ("signal", "value", "label")]
    return rest[0], times, rest[1], rest[2]

def columns_of_pandas(df):
    assert str(df["timestamp"].dtype) == "datetime64[ns]", df.dtypes
    assert str(df["value"].dtype) == "float64", df.dtypes
    labels = [label if isinstance(label, str) else None for label in df["label"]]
    times = df["timestamp"].astype("int64").tolist()
    return df["signal"].tolist(), times, df["value"].tolist(), labels

def run(kind, script):
    text = open(script, encoding="utf-8", newline="").read()
    if kind == "duckdb":
        import duckdb
        found = duckdb.connect().execute(text)
        # The second is the name of old.
        return columns_of_arrow((getattr(found, "to_arrow_table", None) or found.fetch_arrow_table)())
    names = {}
    with contextlib.redirect_stdout(io.StringIO()):
        exec(compile(text, script, "exec"), names)
    df = names["df"]
    return columns_of_arrow(df.to_arrow()) if kind == "polars" else columns_of_pandas(df)

for line in open(sys.argv[1]):
    kind, script, output = json.loads(line)
    signals, times, values, labels = run(kind, script)
    bits = [struct.unpack("<Q", struct.pack("<d", value))[0] for value in values]
    json.dump(list(zip(signals, times, bits, labels)), open(output, "w"))
"#;

fn python() -> Option<PathBuf> {
    let python = std::env::var_os("CANLAKE_PYTHON").unwrap_or_else(|| "python3".into());
    let imports = "import pandas, pyarrow, polars, duckdb";
    let output = Command::new(&python).args(["-c", imports]).output();
    let problem = match output {
        Ok(output) if output.status.success() => return Some(python.into()),
        Ok(output) => {
            let said = String::from_utf8_lossy(&output.stderr);
            said.lines().next_back().unwrap_or_default().to_owned()
        }
        Err(error) => error.to_string(),
    };
    assert!(
        std::env::var_os("CANLAKE_NO_SKIP").is_none(),
        "would be skipped: {imports}: {problem}"
    );
    #[expect(
        clippy::print_stderr,
        reason = "the runner shows why a test did nothing"
    )]
    {
        eprintln!("skipped: {}: {imports}: {problem}", python.display());
    }
    None
}

/// A selection that owns what it names.
pub(crate) struct Case {
    pub(crate) name: &'static str,
    pub(crate) source: SourceLocation,
    pub(crate) vehicle: &'static str,
    pub(crate) signals: Vec<SignalKey>,
    pub(crate) range: TimeRange,
    /// Whether a command line can tell the signals from their namesakes: it has no word for a bus
    /// or an id that is not known.
    pub(crate) has_command: bool,
}

impl Case {
    pub(crate) fn selection<'a>(&'a self, superseded: &'a [String]) -> Selection<'a> {
        Selection {
            source: &self.source,
            vehicle: self.vehicle,
            signals: &self.signals,
            range: self.range,
            superseded,
        }
    }
}

/// What the app plots, and the files that it leaves out.
fn plotted(case: &Case) -> (Vec<Sample>, Vec<String>) {
    let SourceLocation::Local(paths) = &case.source else {
        panic!("only local files are here");
    };
    let runtimes = Runtimes::new().unwrap();
    let source = LocalSource::new(paths.clone());
    let listing = source.catalogue(Arc::new(|_progress| {}));
    let catalogue = runtimes.run(listing).unwrap().unwrap();
    assert!(catalogue.problems.is_empty(), "{:?}", catalogue.problems);
    let mut collector = QueryCollector::new(case.signals.len());
    let query = SignalQuery {
        vehicle: case.vehicle.into(),
        signals: case.signals.clone(),
        range: case.range,
        labels: true,
    };
    let mut events = runtimes.spawn_stream(source.query(query), 8, no_wake());
    while let Some(event) = events.wait_next() {
        collector.push(event.unwrap());
    }
    let result = collector.finish();
    let mut samples = Vec::new();
    for (name, rows) in shortest_names(&case.signals).iter().zip(result.signals) {
        for (row, (&time, &value)) in rows.times.iter().zip(&rows.values).enumerate() {
            let label = rows.labels.get(row).cloned().flatten();
            samples.push((name.clone(), time, bits(value), label.map(String::from)));
        }
    }
    (samples, catalogue.superseded.clone())
}

/// The bits of a value; NaN is one value, as Parquet's null becomes one.
fn bits(value: f64) -> u64 {
    if value.is_nan() { f64::NAN } else { value }.to_bits()
}

/// Copies each case as every kind, runs it, and compares.
pub(crate) fn check(cases: &[Case]) {
    let Some(python) = python() else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let mut jobs = Vec::new();
    let mut expected = Vec::new();
    for (idx, case) in cases.iter().enumerate() {
        let (samples, superseded) = plotted(case);
        let seen: BTreeSet<&str> = samples.iter().map(|sample| &*sample.0).collect();
        let wanted = shortest_names(&case.signals);
        let is_there = wanted.iter().all(|name| seen.contains(&**name));
        assert!(is_there, "{}: only {seen:?}", case.name);
        let selection = case.selection(&superseded);
        for (kind, short) in [
            (Kind::Pandas, "pandas"),
            (Kind::Polars, "polars"),
            (Kind::DuckDb, "duckdb"),
        ] {
            let script = folder
                .path()
                .join(format!("{idx}-{short}.{}", kind.extension()));
            std::fs::write(&script, copy_as(&selection, kind).unwrap()).unwrap();
            let output = script.with_extension("json");
            jobs.push(serde_json::json!([short, script, output]).to_string());
            expected.push((case.name, short, output, samples.clone()));
        }
        if !case.has_command {
            continue;
        }
        let line = copy_as(&selection, Kind::Command).unwrap();
        compare(
            case.name,
            "command",
            &run_command(&line, &samples, &case.signals),
            &samples,
        );
    }
    let list = folder.path().join("jobs");
    let driver = folder.path().join("driver.py");
    std::fs::write(&list, jobs.join("\n")).unwrap();
    std::fs::write(&driver, DRIVER).unwrap();
    let output = Command::new(python).arg(driver).arg(list).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    for (name, kind, output, samples) in expected {
        let file = File::open(&output).unwrap();
        let mut read: Vec<Sample> = serde_json::from_reader(file).unwrap();
        for sample in &mut read {
            sample.2 = bits(f64::from_bits(sample.2));
        }
        compare(name, kind, &read, &samples);
    }
}

fn compare(name: &str, kind: &str, read: &[Sample], plotted: &[Sample]) {
    let first = read.iter().zip(plotted).position(|(a, b)| a != b);
    if let Some(row) = first {
        panic!(
            "{name}, {kind}: row {row} is {:?}, plotted {:?}",
            read[row], plotted[row]
        );
    }
    assert_eq!(read.len(), plotted.len(), "{name}, {kind}: rows");
}

/// The samples in the CSV that a command line prints. Which columns have texts is known.
fn run_command(line: &str, plotted: &[Sample], signals: &[SignalKey]) -> Vec<Sample> {
    let program = Path::new(env!("CARGO_BIN_EXE_canlake"));
    let path = format!("{}:/usr/bin:/bin", program.parent().unwrap().display());
    let mut command = Command::new("sh");
    let output = command
        .args(["-c", line])
        .env("PATH", path)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{line}: {said}");
    let records = csv(&String::from_utf8(output.stdout).unwrap());
    let mut samples = Vec::new();
    let mut column = 1;
    for name in shortest_names(signals) {
        let has_texts = plotted.iter().any(|it| it.0 == name && it.3.is_some());
        for record in &records[1..] {
            if record[column].is_empty() {
                continue;
            }
            let time: Timestamp = record[0].parse().unwrap();
            let value: f64 = record[column].parse().unwrap();
            let text = has_texts.then(|| record[column + 1].clone());
            let text = text.filter(|text| !text.is_empty());
            samples.push((name.clone(), time.as_ns(), bits(value), text));
        }
        column += 1 + usize::from(has_texts);
    }
    assert!(
        records.iter().all(|record| record.len() == column),
        "{line}"
    );
    samples
}

/// Records of RFC 4180.
fn csv(text: &str) -> Vec<Vec<String>> {
    let mut records = vec![vec![String::new()]];
    let mut is_quoted = false;
    let mut rest = text.chars().peekable();
    while let Some(character) = rest.next() {
        let record = records.last_mut().unwrap();
        match character {
            '"' if is_quoted && rest.peek() == Some(&'"') => {
                rest.next();
                record.last_mut().unwrap().push('"');
            }
            '"' => is_quoted = !is_quoted,
            ',' if !is_quoted => record.push(String::new()),
            '\r' if !is_quoted => {}
            '\n' if !is_quoted => records.push(vec![String::new()]),
            other => record.last_mut().unwrap().push(other),
        }
    }
    records.pop();
    records
}
