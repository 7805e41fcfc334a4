//! `canlake vehicles`, `sessions` and `signals`.

use canlake_shared::schema::{SignalKey, shortest_names};
use serde::Serialize;

use super::args::ListArgs;
use super::failure::Failure;
use super::output::{
    FirstLast, Number, Problem, Time, secs, tell_problems, write_json, write_table,
};
use super::session::Opened;
use crate::source::{SessionInfo, SignalInfo, Vehicle};

/// What every listing says.
#[derive(Serialize)]
struct Answer<T> {
    complete: bool,
    problems: Vec<Problem>,
    #[serde(flatten)]
    content: T,
}

fn print<T: Serialize>(
    args: &ListArgs,
    opened: &Opened,
    content: T,
    table: impl FnOnce(&T) -> Vec<Vec<String>>,
) -> Result<bool, Failure> {
    let problems = opened.problems();
    let complete = problems.is_empty();
    tell_problems(&problems);
    if args.json {
        let answer = Answer {
            complete,
            problems,
            content,
        };
        write_json(None, &answer)?;
    } else {
        write_table(&table(&content))?;
    }
    Ok(complete)
}

fn heading(names: &[&str]) -> Vec<String> {
    names.iter().map(|&name| name.to_owned()).collect()
}

#[derive(Serialize)]
struct Vehicles {
    raw_files: Vec<String>,
    vehicles: Vec<VehicleJson>,
}

#[derive(Serialize)]
struct VehicleJson {
    vehicle: String,
    first: Time,
    last: Time,
    rows: u64,
    bytes: u64,
    files: usize,
    sessions: usize,
    signals: usize,
}

impl From<&Vehicle> for VehicleJson {
    fn from(vehicle: &Vehicle) -> Self {
        Self {
            vehicle: vehicle.id.to_string(),
            first: Time(vehicle.range.start),
            last: Time(vehicle.range.end - 1),
            rows: vehicle.rows,
            bytes: vehicle.bytes,
            files: vehicle.files,
            sessions: vehicle.sessions.len(),
            signals: vehicle.signals.len(),
        }
    }
}

pub(super) fn vehicles(args: &ListArgs) -> Result<bool, Failure> {
    let opened = Opened::new(&args.source)?;
    let vehicles = opened.vehicles(&args.source)?;
    let raw_files = opened.catalogue.raw_files.iter();
    let content = Vehicles {
        raw_files: raw_files.map(|file| file.path.clone()).collect(),
        vehicles: vehicles.into_iter().map(VehicleJson::from).collect(),
    };
    print(args, &opened, content, |content| {
        let mut table = vec![heading(&[
            "vehicle", "first", "last", "rows", "bytes", "files", "sessions", "signals",
        ])];
        table.extend(content.vehicles.iter().map(|it| {
            vec![
                it.vehicle.clone(),
                it.first.0.to_string(),
                it.last.0.to_string(),
                it.rows.to_string(),
                it.bytes.to_string(),
                it.files.to_string(),
                it.sessions.to_string(),
                it.signals.to_string(),
            ]
        }));
        table
    })
}

#[derive(Serialize)]
struct Sessions {
    sessions: Vec<SessionJson>,
}

#[derive(Serialize)]
struct SessionJson {
    vehicle: String,
    number: usize,
    first: Time,
    last: Time,
    duration_s: f64,
    rows: u64,
    bytes: u64,
    estimated: bool,
    files: usize,
    signals: usize,
    gaps: Vec<FirstLast>,
    overlapping: bool,
    lost_frames: u64,
    lost_at_least: bool,
}

impl SessionJson {
    fn new(vehicle: &Vehicle, number: usize, session: &SessionInfo) -> Self {
        Self {
            vehicle: vehicle.id.to_string(),
            number,
            first: Time(session.range.start),
            last: Time(session.range.end - 1),
            duration_s: secs(session.range.duration_ns()),
            rows: session.rows,
            bytes: session.bytes,
            estimated: session.estimated,
            files: session.files,
            signals: session.signals,
            gaps: session.gaps.iter().copied().map(FirstLast::from).collect(),
            overlapping: session.overlapping,
            lost_frames: session.lost_frames,
            lost_at_least: session.lost_at_least,
        }
    }

    fn remarks(&self) -> String {
        let mut remarks = Vec::new();
        if !self.gaps.is_empty() {
            remarks.push(format!("{} gaps", self.gaps.len()));
        }
        if self.overlapping {
            remarks.push("recordings overlap".to_owned());
        }
        if self.lost_frames > 0 {
            let at_least = if self.lost_at_least { "at least " } else { "" };
            remarks.push(format!("{at_least}{} frames lost", self.lost_frames));
        }
        if self.estimated {
            remarks.push("rows and bytes estimated".to_owned());
        }
        remarks.join(", ")
    }
}

pub(super) fn sessions(args: &ListArgs) -> Result<bool, Failure> {
    let opened = Opened::new(&args.source)?;
    let mut content = Sessions {
        sessions: Vec::new(),
    };
    for vehicle in opened.vehicles(&args.source)? {
        let numbered = (1..).zip(&vehicle.sessions);
        let sessions = numbered.map(|(number, it)| SessionJson::new(vehicle, number, it));
        content.sessions.extend(sessions);
    }
    print(args, &opened, content, |content| {
        let mut table = vec![heading(&[
            "vehicle", "number", "first", "last", "seconds", "rows", "bytes", "signals", "remarks",
        ])];
        table.extend(content.sessions.iter().map(|it| {
            vec![
                it.vehicle.clone(),
                it.number.to_string(),
                it.first.0.to_string(),
                it.last.0.to_string(),
                format!("{:.3}", it.duration_s),
                it.rows.to_string(),
                it.bytes.to_string(),
                it.signals.to_string(),
                it.remarks(),
            ]
        }));
        table
    })
}

#[derive(Serialize)]
struct Signals {
    signals: Vec<SignalJson>,
}

#[derive(Serialize)]
struct SignalJson {
    vehicle: String,
    name: String,
    key: String,
    message: String,
    signal: String,
    channel: String,
    arb_id: Option<u32>,
    unit: String,
    rows: u64,
    min: Option<Number>,
    max: Option<Number>,
    first: Time,
    last: Time,
    cycle_time_ms: Option<u32>,
    on_change: bool,
    integer: bool,
    labels: Vec<(Number, String)>,
    comment: String,
}

impl SignalJson {
    fn new(vehicle: &Vehicle, name: String, info: &SignalInfo) -> Self {
        let labels = info.labels.iter();
        Self {
            vehicle: vehicle.id.to_string(),
            name,
            key: info.key.to_string(),
            message: info.key.message.to_string(),
            signal: info.key.signal.to_string(),
            channel: info.key.channel.to_string(),
            arb_id: info.key.arbitration_id,
            unit: info.unit.to_string(),
            rows: info.rows,
            min: info.min.map(Number),
            max: info.max.map(Number),
            first: Time(info.first),
            last: Time(info.last),
            cycle_time_ms: info.cycle_time_ms,
            on_change: info.on_change,
            integer: info.integer,
            labels: labels
                .map(|(value, text)| (Number(*value), text.to_string()))
                .collect(),
            comment: info.comment.to_string(),
        }
    }
}

pub(super) fn signals(args: &ListArgs) -> Result<bool, Failure> {
    let opened = Opened::new(&args.source)?;
    let mut content = Signals {
        signals: Vec::new(),
    };
    for vehicle in opened.vehicles(&args.source)? {
        let keys: Vec<SignalKey> = vehicle.signals.iter().map(|it| it.key.clone()).collect();
        let named = shortest_names(&keys).into_iter().zip(&vehicle.signals);
        let signals = named.map(|(name, info)| SignalJson::new(vehicle, name, info));
        content.signals.extend(signals);
    }
    print(args, &opened, content, |content| {
        let mut table = vec![heading(&[
            "vehicle", "signal", "unit", "rows", "min", "max",
        ])];
        let number =
            |number: Option<Number>| number.map_or_else(String::new, |it| it.0.to_string());
        table.extend(content.signals.iter().map(|it| {
            vec![
                it.vehicle.clone(),
                it.name.clone(),
                it.unit.clone(),
                it.rows.to_string(),
                number(it.min),
                number(it.max),
            ]
        }));
        table
    })
}
