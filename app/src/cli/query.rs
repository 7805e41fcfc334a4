//! `canlake query`: samples as CSV, JSON or Parquet.

use std::path::Path;

use canlake_shared::time::Timestamp;
use serde::Serialize;

use super::args::{Format, QueryArgs};
use super::failure::Failure;
use super::output::{Number, Problem, Time, tell_problems, write_json, write_to};
use super::session::{Opened, Selected};
use crate::export::{Column, ExportSignal, Texts, declaration, write_csv, write_parquet};
use crate::query::SignalRows;
use crate::series::lttb_indices;
use crate::source::SignalInfo;

#[derive(Serialize)]
struct Answer {
    complete: bool,
    problems: Vec<Problem>,
    vehicle: String,
    from: Option<Time>,
    to: Option<Time>,
    downsampled: bool,
    signals: Vec<SignalJson>,
}

#[derive(Serialize)]
struct SignalJson {
    name: String,
    key: String,
    unit: String,
    rows: usize,
    times: Vec<Time>,
    values: Vec<Number>,
    #[serde(skip_serializing_if = "Option::is_none")]
    labels: Option<Vec<Option<Box<str>>>>,
}

pub(super) fn run(args: &QueryArgs) -> Result<bool, Failure> {
    let opened = Opened::new(&args.select.source)?;
    let labels = args.labels || args.format == Format::Parquet;
    let selected = opened.select(&args.select, labels)?;
    let result = opened.ask(selected.query.clone(), args.select.explain)?;
    let problems = opened.problems_of(&result.completeness);
    let is_complete = problems.is_empty() && !result.completeness.is_cancelled();
    let mut signals = result.signals;
    let rows: Vec<usize> = signals.iter().map(|signal| signal.times.len()).collect();
    if let Some(max_points) = args.max_points {
        for signal in &mut signals {
            thin_out(signal, max_points as usize);
        }
    }
    tell_problems(&problems);
    let target = args.output.as_deref();
    match args.format {
        Format::Csv => csv(target, &selected, &signals)?,
        Format::Parquet => parquet(target, &opened, &selected, &signals)?,
        Format::Json => {
            let kept = signals.iter().map(|signal| signal.times.len());
            let answer = Answer {
                complete: is_complete,
                problems,
                vehicle: selected.vehicle.to_string(),
                from: args.select.from.map(Time),
                to: args.select.to.map(Time),
                downsampled: rows.iter().copied().ne(kept),
                signals: json(&selected, signals, &rows, args.labels),
            };
            write_json(target, &answer)?;
        }
    }
    Ok(is_complete)
}

/// Keeps the shape with at most so many samples.
fn thin_out(signal: &mut SignalRows, max_points: usize) {
    if signal.times.len() <= max_points {
        return;
    }
    let mut kept = Vec::new();
    lttb_indices(&signal.times, &signal.values, max_points, &mut kept);
    let kept = || kept.iter().map(|&row| row as usize);
    if !signal.labels.is_empty() {
        signal.labels = kept().map(|row| signal.labels[row].take()).collect();
    }
    signal.values = kept().map(|row| signal.values[row]).collect();
    signal.times = kept().map(|row| signal.times[row]).collect();
}

fn column<'a>(name: &'a str, info: &'a SignalInfo, rows: &'a SignalRows) -> Column<'a> {
    Column {
        name,
        unit: &info.unit,
        times: &rows.times,
        values: &rows.values,
        texts: Texts::PerSample(&rows.labels),
        gaps: None,
    }
}

fn csv(target: Option<&Path>, selected: &Selected, signals: &[SignalRows]) -> Result<(), Failure> {
    let described = selected.names.iter().zip(&selected.signals).zip(signals);
    let columns: Vec<Column<'_>> = described
        .map(|((name, info), rows)| column(name, info, rows))
        .collect();
    write_to(target, |mut out| write_csv(&mut out, &columns))
}

fn parquet(
    target: Option<&Path>,
    opened: &Opened,
    selected: &Selected,
    signals: &[SignalRows],
) -> Result<(), Failure> {
    let described = selected.names.iter().zip(&selected.signals).zip(signals);
    let signals: Vec<ExportSignal<'_>> = described
        .map(|((name, info), rows)| ExportSignal {
            key: &info.key,
            declared: declaration(info),
            samples: column(name, info, rows),
        })
        .collect();
    let catalogue = opened.catalogue.as_ref();
    let dbc = catalogue.decoded_with(&selected.vehicle, selected.query.range);
    // Parquet takes a writer of its own, so the file is made in memory: it is smaller than the
    // samples, which are there already.
    let mut file = Vec::new();
    write_parquet(&mut file, &selected.vehicle, dbc, &signals).map_err(|source| {
        Failure::Parquet {
            source,
            to: target.map(Path::to_owned).unwrap_or_default(),
        }
    })?;
    write_to(target, |out| out.write_all(&file))
}

fn json(
    selected: &Selected,
    signals: Vec<SignalRows>,
    rows: &[usize],
    labels: bool,
) -> Vec<SignalJson> {
    let described = selected.names.iter().zip(&selected.signals);
    described
        .zip(signals)
        .zip(rows)
        .map(|(((name, info), signal), &rows)| {
            let times = signal.times.iter().copied().map(Timestamp::from_ns);
            let n = signal.times.len();
            SignalJson {
                name: name.clone(),
                key: info.key.to_string(),
                unit: info.unit.to_string(),
                rows,
                times: times.map(Time).collect(),
                values: signal.values.into_iter().map(Number).collect(),
                labels: labels.then(|| {
                    let mut labels = signal.labels;
                    labels.resize(n, None);
                    labels
                }),
            }
        })
        .collect()
}
