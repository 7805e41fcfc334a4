//! What all commands do first: start threads, open the source, find vehicle and signals.

use std::sync::Arc;

use canlake_shared::dbc::Matching;
use canlake_shared::schema::{SignalKey, shortest_names};
use futures::StreamExt as _;

use super::args::{SelectArgs, SourceArgs};
use super::failure::Failure;
use super::input;
use super::interrupt::Interrupt;
use super::output::{Problem, tell};
use crate::query::{Completeness, QueryCollector, QueryResult, SignalQuery};
use crate::runtime::{Runtimes, no_wake};
use crate::source::decode::DbcChoice;
use crate::source::inputs::Inputs;
use crate::source::{
    self, Catalogue, SessionInfo, SignalInfo, SignalSource, SourceLocation, Vehicle,
};

/// Events of a query that may wait.
const QUEUE: usize = 64;

/// An open source.
pub(super) struct Opened {
    runtimes: Runtimes,
    pub(super) source: Arc<dyn SignalSource>,
    pub(super) catalogue: Arc<Catalogue>,
    /// What was skipped of inputs that had to be decoded.
    skipped: Vec<Problem>,
}

/// What was asked for, found.
pub(super) struct Selected {
    pub(super) vehicle: Arc<str>,
    pub(super) signals: Vec<SignalInfo>,
    /// The shortest names that tell the signals apart from all others of the vehicle.
    pub(super) names: Vec<String>,
    pub(super) sessions: Vec<SessionInfo>,
    pub(super) query: SignalQuery,
}

impl Opened {
    pub(super) fn new(args: &SourceArgs) -> Result<Self, Failure> {
        let location = SourceLocation::from_args(&args.source)?;
        let choice = DbcChoice {
            paths: args.dbc.clone(),
            matching: if args.j1939 {
                Matching::J1939
            } else {
                Matching::Auto
            },
        };
        let mut opening = input::decoded(location, &choice)?;
        let runtimes = Runtimes::new().map_err(|source| Failure::Threads { source })?;
        let list = |location: &SourceLocation| {
            let source = source::open(location).map_err(Arc::new)?;
            let catalogue = runtimes.run(source.catalogue(Arc::new(|_progress| {})))??;
            Ok::<_, Failure>((source, catalogue))
        };
        let (mut source, mut catalogue) = list(&opening.location)?;
        let raw = Inputs::raw_files_of(&catalogue);
        if let (SourceLocation::Local(decoded), false, false) =
            (&opening.location, raw.is_empty(), choice.paths.is_empty())
        {
            let given = Inputs {
                decoded: if catalogue.vehicles.is_empty() {
                    Vec::new()
                } else {
                    decoded.clone()
                },
                undecoded: raw,
                measured: Vec::new(),
            };
            let more = input::all_decoded(given, &choice)?;
            opening.location = more.location;
            opening.problems.extend(more.problems);
            (source, catalogue) = list(&opening.location)?;
        }
        Ok(Self {
            runtimes,
            source,
            catalogue,
            skipped: opening.problems,
        })
    }

    /// The vehicles asked for: one if it was named, else all.
    pub(super) fn vehicles(&self, args: &SourceArgs) -> Result<Vec<&Vehicle>, Failure> {
        match &args.vehicle {
            Some(_) => Ok(vec![self.vehicle(args)?]),
            None => Ok(self.catalogue.vehicles.iter().collect()),
        }
    }

    /// The vehicle that was named, or the only one.
    pub(super) fn vehicle(&self, args: &SourceArgs) -> Result<&Vehicle, Failure> {
        let vehicles = &self.catalogue.vehicles;
        if let Some(id) = &args.vehicle {
            let unknown = || crate::query::QueryError::UnknownVehicle {
                vehicle: id.clone(),
            };
            return Ok(self.catalogue.vehicle(id).ok_or_else(unknown)?);
        }
        match vehicles.as_slice() {
            [only] => Ok(only),
            [] => Err(Failure::NoVehicle { hint: self.hint() }),
            several => Err(Failure::WhichVehicle {
                vehicles: several.iter().map(|it| it.id.to_string()).collect(),
            }),
        }
    }

    fn hint(&self) -> String {
        match (
            self.catalogue.raw_files.len(),
            self.catalogue.problems.len(),
        ) {
            (0, 0) => String::new(),
            (0, problems) => format!("; {problems} files could not be read"),
            (raw, _) => format!("; name the DBC files of its {raw} raw files with --dbc"),
        }
    }

    pub(super) fn select(&self, args: &SelectArgs, labels: bool) -> Result<Selected, Failure> {
        let range = args.range();
        if range.is_empty() {
            return Err(Failure::EmptyRange {
                from: range.start.to_string(),
                to: range.end.to_string(),
            });
        }
        let vehicle = self.vehicle(&args.source)?;
        let all: Vec<SignalKey> = vehicle.signals.iter().map(|it| it.key.clone()).collect();
        let all_names = shortest_names(&all);
        let mut signals: Vec<SignalInfo> = Vec::new();
        let mut names = Vec::new();
        for selector in &args.signals {
            let before = signals.len();
            let mut is_known = false;
            for (info, name) in vehicle.signals.iter().zip(&all_names) {
                if selector.matches(&info.key) {
                    is_known = true;
                    if signals.iter().all(|it| it.key != info.key) {
                        signals.push(info.clone());
                        names.push(name.clone());
                    }
                }
            }
            if !is_known && before == signals.len() {
                return Err(Failure::NoSignal {
                    vehicle: vehicle.id.to_string(),
                    signal: selector.to_string(),
                });
            }
        }
        Ok(Selected {
            vehicle: Arc::clone(&vehicle.id),
            query: SignalQuery {
                vehicle: Arc::clone(&vehicle.id),
                signals: signals.iter().map(|it| it.key.clone()).collect(),
                range,
                labels,
            },
            signals,
            names,
            sessions: vehicle.sessions.clone(),
        })
    }

    /// The samples of a query, or what has arrived of them by the first Ctrl-C; tells what it cost if
    /// asked to.
    pub(super) fn ask(&self, query: SignalQuery, explain: bool) -> Result<QueryResult, Failure> {
        let mut collector = QueryCollector::new(query.signals.len());
        let interrupt = Interrupt::new();
        let stream = self.source.query(query).take_until(interrupt.first());
        let mut events = self.runtimes.spawn_stream(stream, QUEUE, no_wake());
        while let Some(event) = events.wait_next() {
            collector.push(event?);
        }
        let result = collector.finish();
        if result.completeness.is_cancelled() {
            tell("canlake: stopped; this is what had arrived");
        }
        if let (true, Some(stats)) = (explain, &result.stats) {
            tell(&stats.to_string());
        }
        Ok(result)
    }

    /// What the listing could not read.
    pub(super) fn problems(&self) -> Vec<Problem> {
        let listed = self.catalogue.problems.iter().map(Problem::from);
        self.skipped.iter().cloned().chain(listed).collect()
    }

    /// What a query could not read.
    pub(super) fn problems_of(&self, completeness: &Completeness) -> Vec<Problem> {
        let mut problems = self.skipped.clone();
        if let Completeness::Partial { problems: more, .. } = completeness {
            problems.extend(more.iter().map(Problem::from));
        }
        problems
    }
}
