//! `canlake stats`: statistics over all samples, never over thinned-out ones.

use canlake_shared::time::{TimeRange, Timestamp};
use serde::Serialize;

use super::args::StatsArgs;
use super::failure::Failure;
use super::output::{Number, Problem, Time, secs, tell_problems, write_json, write_table};
use super::session::{Opened, Selected};
use crate::query::SignalRows;
use crate::series::{GapPolicy, Prepared, Series, Stats, Timed};
use crate::source::SignalInfo;

#[derive(Serialize)]
struct Answer {
    complete: bool,
    problems: Vec<Problem>,
    vehicle: String,
    from: Option<Time>,
    to: Option<Time>,
    stats: Vec<StatsJson>,
}

#[derive(Serialize)]
struct StatsJson {
    name: String,
    key: String,
    unit: String,
    count: usize,
    nan: usize,
    infinite: usize,
    min: Option<Point>,
    max: Option<Point>,
    first: Option<Point>,
    last: Option<Point>,
    sample_mean: Option<Number>,
    time_weighted_mean: Option<Number>,
    std: Option<Number>,
    duration_s: f64,
    held_s: f64,
    gaps: usize,
    gap_s: f64,
}

#[derive(Serialize)]
struct Point {
    time: Time,
    value: Number,
}

impl From<Timed> for Point {
    fn from(point: Timed) -> Self {
        Self {
            time: Time(Timestamp::from_ns(point.time)),
            value: Number(point.value),
        }
    }
}

pub(super) fn run(args: &StatsArgs) -> Result<bool, Failure> {
    let opened = Opened::new(&args.select.source)?;
    let selected = opened.select(&args.select, false)?;
    let range = selected.query.range;
    let result = opened.ask(selected.query.clone(), args.select.explain)?;
    let recording_gaps = recording_gaps(&selected);
    let described = selected.names.iter().zip(&selected.signals);
    let stats: Vec<StatsJson> = described
        .zip(result.signals)
        .map(|((name, info), rows)| StatsJson::new(name, info, rows, &recording_gaps, range))
        .collect();
    let problems = opened.problems_of(&result.completeness);
    let is_complete = problems.is_empty() && !result.completeness.is_cancelled();
    tell_problems(&problems);
    if args.json {
        let answer = Answer {
            complete: is_complete,
            problems,
            vehicle: selected.vehicle.to_string(),
            from: args.select.from.map(Time),
            to: args.select.to.map(Time),
            stats,
        };
        write_json(None, &answer)?;
    } else {
        write_table(&table(&stats))?;
    }
    Ok(is_complete)
}

/// When nothing was recorded: inside sessions and between them.
fn recording_gaps(selected: &Selected) -> Vec<(i64, i64)> {
    let sessions = &selected.sessions;
    let inside = sessions
        .iter()
        .flat_map(|session| session.gaps.iter().copied());
    let between = sessions.windows(2).filter_map(|pair| match pair {
        [before, after] => Some(TimeRange::new(before.range.end, after.range.start)),
        _ => None,
    });
    inside
        .chain(between)
        .map(|gap| (gap.start.as_ns(), gap.end.as_ns()))
        .collect()
}

impl StatsJson {
    fn new(
        name: &str,
        info: &SignalInfo,
        rows: SignalRows,
        recording_gaps: &[(i64, i64)],
        range: TimeRange,
    ) -> Self {
        let policy = GapPolicy::of(info.cycle_time_ms, info.on_change, recording_gaps);
        let series = Series::new(rows.times.into(), rows.values.into());
        let series = series.expect("a query gives as many values as times");
        let prepared = Prepared::new(series, &policy);
        let stats = Stats::compute(&prepared, (range.start.as_ns(), range.end.as_ns()));
        Self {
            name: name.to_owned(),
            key: info.key.to_string(),
            unit: info.unit.to_string(),
            count: stats.count,
            nan: stats.nan_count,
            infinite: stats.infinite_count,
            min: stats.min.map(Point::from),
            max: stats.max.map(Point::from),
            first: stats.first.map(Point::from),
            last: stats.last.map(Point::from),
            sample_mean: stats.mean.map(Number),
            time_weighted_mean: stats.time_weighted_mean.map(Number),
            std: stats.std.map(Number),
            duration_s: secs(stats.duration_ns),
            held_s: secs(stats.held_ns),
            gaps: stats.gap_count,
            gap_s: secs(stats.gap_ns),
        }
    }
}

fn table(stats: &[StatsJson]) -> Vec<Vec<String>> {
    let heading = [
        "signal",
        "unit",
        "count",
        "NaN",
        "min",
        "max",
        "sample mean",
        "time-weighted mean",
        "std",
        "first",
        "last",
        "gaps",
    ];
    let mut table = vec![heading.map(str::to_owned).to_vec()];
    let number = |number: &Option<Number>| match number {
        Some(Number(value)) => value.to_string(),
        None => String::new(),
    };
    let value = |point: &Option<Point>| match point {
        Some(point) => point.value.0.to_string(),
        None => String::new(),
    };
    table.extend(stats.iter().map(|it| {
        vec![
            it.name.clone(),
            it.unit.clone(),
            it.count.to_string(),
            it.nan.to_string(),
            value(&it.min),
            value(&it.max),
            number(&it.sample_mean),
            number(&it.time_weighted_mean),
            number(&it.std),
            value(&it.first),
            value(&it.last),
            it.gaps.to_string(),
        ]
    }));
    table
}
