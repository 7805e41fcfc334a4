//! Our side of races against other programs: one piece of work, timed inside, its result in a file
//! that whoever drives the race can check.
//!
//! ```text
//! cargo bench -p canlake --bench peers -- load FILE SIGNAL OUT.npy
//! cargo bench -p canlake --bench peers -- view TIMES.npy VALUES.npy POINTS ROUNDS OUT.npy
//! cargo bench -p canlake --bench peers -- first-view TIMES.npy VALUES.npy POINTS ROUNDS OUT.npy
//! ```
//!
//! - `load`: a decoded Parquet file is opened and one signal's samples are put together as the window
//!   holds them. `OUT` gets the values.
//! - `view`: the samples are in memory and prepared; each round chooses at most so many of them for a
//!   plot of all of them. `OUT` gets the places of the chosen samples.
//! - `first-view`: the same, each round with the preparation.
//!
//! The last line is `STAGES` and JSON: `open_get` seconds, or the seconds of each round in `times`.
//! Times are nanoseconds as `i64`, values `f64`.

#![expect(clippy::print_stdout, reason = "a benchmark prints its results")]

use std::error::Error;
use std::fs::File;
use std::io::{BufReader, BufWriter};
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use canlake::query::{QueryCollector, SignalQuery};
use canlake::runtime::Runtimes;
use canlake::series::{GapPolicy, Prepared, Series, View, ViewRequest};
use canlake::source::{self, SourceLocation};
use futures::StreamExt as _;
use npyz::{AutoSerialize, Deserialize, NpyFile, WriterBuilder as _};

type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;

const USAGE: &str = "usage: peers load FILE SIGNAL OUT.npy\n\
    \x20      peers view|first-view TIMES.npy VALUES.npy POINTS ROUNDS OUT.npy";

fn main() -> Outcome<()> {
    // `cargo bench` adds a flag of its own.
    let args: Vec<String> = std::env::args()
        .skip(1)
        .filter(|arg| arg != "--bench")
        .collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    match args[..] {
        // All benchmarks of the package were asked for; a race has to be named.
        [] => println!("{USAGE}"),
        ["load", file, signal, out] => {
            let start = Instant::now();
            let series = load(file, signal)?;
            println!("STAGES {{\"open_get\":{}}}", start.elapsed().as_secs_f64());
            write(out, series.values().iter().copied())?;
        }
        [
            what @ ("view" | "first-view"),
            times,
            values,
            points,
            rounds,
            out,
        ] => {
            let series = Series::new(read(times)?.into(), read(values)?.into())?;
            let prepared_each_time = what == "first-view";
            let (points, rounds) = (points.parse()?, rounds.parse()?);
            let (seconds, chosen) = views(&series, points, rounds, prepared_each_time);
            println!("STAGES {{\"times\":{seconds:?}}}");
            write(out, chosen.into_iter())?;
        }
        _ => return Err(USAGE.into()),
    }
    Ok(())
}

/// One signal of the only vehicle of a file.
fn load(file: &str, signal: &str) -> Outcome<Series> {
    let source = source::open(&SourceLocation::Local(vec![file.into()]))?;
    let signal = signal.to_owned();
    let rows = Runtimes::new()?.run(async move {
        let catalogue = source.catalogue(Arc::new(|_progress| {})).await?;
        let [vehicle] = &catalogue.vehicles[..] else {
            let count = catalogue.vehicles.len();
            return Err(format!("{count} vehicles, one is needed").into());
        };
        let info = vehicle
            .signals
            .iter()
            .find(|info| *info.key.signal == *signal)
            .ok_or_else(|| format!("no signal {signal}"))?;
        let mut answer = source.query(SignalQuery {
            vehicle: Arc::clone(&vehicle.id),
            signals: vec![info.key.clone()],
            range: vehicle.range,
            labels: false,
        });
        let mut collector = QueryCollector::new(1);
        while let Some(event) = answer.next().await {
            collector.push(event?);
        }
        let rows = collector.finish().signals.pop();
        Ok::<_, Box<dyn Error + Send + Sync>>(rows.unwrap_or_default())
    })??;
    Ok(Series::new(rows.times.into(), rows.values.into())?)
}

/// Seconds of each round, and the places of the samples that the last one chose.
fn views(
    series: &Series,
    points: usize,
    rounds: usize,
    prepared_each_time: bool,
) -> (Vec<f64>, Vec<i64>) {
    let prepare = || Prepared::new(series.clone(), &GapPolicy::default());
    let Some((first, last)) = series.time_span() else {
        return (Vec::new(), Vec::new());
    };
    let request = ViewRequest {
        min_budget: points,
        // A column has up to four samples: first, last, least and greatest.
        ..ViewRequest::new((first, last + 1), points / 4)
    };
    let mut view = View::new();
    let mut data = prepare();
    let seconds = (0..rounds)
        .map(|_| {
            let start = Instant::now();
            if prepared_each_time {
                data = prepare();
            }
            view.compute(&data, &request);
            start.elapsed().as_secs_f64()
        })
        .collect();
    let chosen = view.points().iter().map(|point| {
        let time = request.origin + (point[0] * 1e9).round() as i64;
        // Seconds in a double are exact to some nanoseconds only: the nearest sample is meant.
        let after = series.times().partition_point(|&at| at < time);
        let nearest = [after.saturating_sub(1), after]
            .into_iter()
            .filter(|&at| at < series.times().len())
            .min_by_key(|&at| series.times()[at].abs_diff(time));
        nearest.unwrap_or_default() as i64
    });
    (seconds, chosen.collect())
}

fn read<T: Deserialize>(path: &str) -> Outcome<Vec<T>> {
    let file = File::open(path).map_err(|error| format!("{path}: {error}"))?;
    Ok(NpyFile::new(BufReader::new(file))?.into_vec()?)
}

fn write<T: AutoSerialize>(path: &str, values: impl ExactSizeIterator<Item = T>) -> Outcome<()> {
    let file = File::create(Path::new(path)).map_err(|error| format!("{path}: {error}"))?;
    let mut writer = npyz::WriteOptions::new()
        .default_dtype()
        .shape(&[values.len() as u64])
        .writer(BufWriter::new(file))
        .begin_nd()?;
    writer.extend(values)?;
    Ok(writer.finish()?)
}
