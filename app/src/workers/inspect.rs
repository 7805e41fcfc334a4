//! What is known of a signal beyond its samples: definitions, timing, frames, other decodings.
//!
//! Of each topic one task runs: a new question drops the task of the one before, which ends at its
//! next await. Work here blocks in the file system in small pieces and lets go in between.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;

use canlake_shared::error_chain;
use canlake_shared::schema::SignalKey;
use canlake_shared::schema::footer::DbcSource;
use canlake_shared::time::TimeRange;
use futures::StreamExt as _;

use super::open::{Sources, suggest_dbc};
use super::spawn::Spawner;
use crate::inspect::differences::{self, Decoding};
use crate::inspect::shelf::ShelvedDbc;
use crate::inspect::{
    DbcShelf, Definition, Differences, FileOrigin, FrameError, FrameMemory, Origin, Standing, frame,
};
use crate::query::{QueryCollector, SignalQuery, SignalRows};
use crate::runtime::Task;
use crate::series::{Coverage, Intervals, Prepared, gap_list, held};
use crate::source::{Catalogue, SignalSource, inputs};
use crate::state::inspector::{
    CompareOrder, DefinitionAnswer, DefinitionQuestion, FrameFiles, InspectEffect, InspectEvent,
    Timing, Topic,
};
use crate::state::{Event, VehicleRef};

/// Gaps that are listed; the others are counted.
const MAX_GAPS: usize = 100_000;

/// The tasks that run, and what they keep from one question to the next.
#[derive(Debug, Default)]
pub(super) struct Inspection {
    tasks: BTreeMap<Topic, Task<()>>,
    tools: Arc<Tools>,
}

#[derive(Debug, Default)]
struct Tools {
    shelf: DbcShelf,
    frames: Arc<FrameMemory>,
}

impl Inspection {
    /// Starts a piece of work; the one of the same topic before it is dropped.
    pub(super) fn start(
        &mut self,
        effect: InspectEffect,
        sources: &Arc<Sources>,
        spawner: &Spawner,
    ) {
        let topic = match &effect {
            InspectEffect::Definition(..) => Topic::Definition,
            InspectEffect::Timing { .. } => Topic::Timing,
            InspectEffect::Frame(..) => Topic::Frame,
            InspectEffect::FindFrames { .. } | InspectEffect::Compare(_) => Topic::Comparison,
            InspectEffect::Stop(topic) => return drop(self.tasks.remove(topic)),
            // A dialog of the system; `Workers` opens it.
            InspectEffect::PickDbc(_) => return,
        };
        let (tools, sources) = (Arc::clone(&self.tools), Arc::clone(sources));
        let events = spawner.events.clone();
        let work = async move {
            let event = match effect {
                InspectEffect::Definition(id, question) => {
                    let answer = define(question, sources, tools).await;
                    InspectEvent::Definition(id, answer)
                }
                InspectEffect::Timing {
                    id,
                    series,
                    labels,
                    range,
                } => InspectEvent::Timing(id, time(series, labels, range).await),
                InspectEffect::Frame(id, question) => {
                    let found = frame::find(question, Arc::clone(&tools.frames))
                        .await
                        .map(Arc::new);
                    InspectEvent::Frame(id, found.map_err(|error| error_chain(&error)))
                }
                InspectEffect::FindFrames { vehicle, range } => {
                    let found = find_frames(vehicle, range, sources, tools).await;
                    InspectEvent::FramesFound(found)
                }
                InspectEffect::Compare(order) => {
                    let source = order.after.source;
                    let result = compare(order, sources, tools).await;
                    InspectEvent::Compared(source, result.map(Arc::new))
                }
                InspectEffect::Stop(_) | InspectEffect::PickDbc(_) => return,
            };
            events.send(Event::Inspected(event)).await;
        };
        let panicked = move |_text| Event::Inspected(InspectEvent::Stopped(topic));
        self.tasks.insert(topic, spawner.cpu(work, panicked));
    }

    pub(super) fn forget_ended(&mut self) {
        self.tasks.retain(|_, task| task.try_take().is_none());
    }
}

async fn catalogue_of(source: Arc<dyn SignalSource>) -> Option<Arc<Catalogue>> {
    // It has been listed: this is the list as it is shown.
    source.catalogue(Arc::new(|_progress| {})).await.ok()
}

async fn origin_of(vehicle: VehicleRef, range: TimeRange, sources: Arc<Sources>) -> Origin {
    let Some(source) = sources.get(vehicle.source) else {
        return Origin::default();
    };
    match catalogue_of(source).await {
        Some(catalogue) => {
            let inputs = sources.inputs(vehicle.source);
            Origin::of(&catalogue, &vehicle.vehicle, range, &inputs)
        }
        None => Origin::default(),
    }
}

async fn define(
    question: DefinitionQuestion,
    sources: Arc<Sources>,
    tools: Arc<Tools>,
) -> DefinitionAnswer {
    let signal = &question.signal;
    let origin = origin_of(signal.vehicle.clone(), question.range, sources).await;
    tokio::task::yield_now().await;
    let places = with_suggested(&question.places, &origin);
    let definition = Definition::find(
        &signal.key,
        &origin,
        question.chosen.as_ref(),
        &places,
        &tools.shelf,
    );
    DefinitionAnswer {
        origin: Arc::new(origin),
        definition,
    }
}

/// DBC files, and those that manifests among them name.
fn with_named(places: &[PathBuf]) -> Vec<PathBuf> {
    let files = |path: &PathBuf| {
        let is_manifest = path.extension().is_some_and(|it| it == "toml");
        if !is_manifest {
            return vec![path.clone()];
        }
        inputs::files_of_manifest(path).unwrap_or_default()
    };
    places.iter().flat_map(files).collect()
}

/// Adds the DBC files that lie beside what was decoded, or in a folder for them.
fn with_suggested(places: &[PathBuf], origin: &Origin) -> Vec<PathBuf> {
    let mut places = with_named(places);
    // Files of one folder have the same ones beside them.
    let mut folders = BTreeSet::new();
    let shown = origin.files.iter().map(FileOrigin::shown);
    let beside: Vec<PathBuf> = shown
        .filter(|path| folders.insert(path.parent()))
        .map(ToOwned::to_owned)
        .collect();
    places.extend(suggest_dbc(&beside));
    places
}

async fn time(series: Arc<Prepared>, labels: Vec<f64>, range: TimeRange) -> Timing {
    let intervals = Intervals::of(&series);
    tokio::task::yield_now().await;
    let median_ns = intervals.as_ref().map_or(0, |it| it.median_ns);
    let range = (range.start.as_ns(), range.end.as_ns());
    let coverage = Coverage::of(&series, median_ns, range);
    let (gaps, gap_count, gap_total_ns) = gap_list(&series, MAX_GAPS);
    tokio::task::yield_now().await;
    let held_ns = if labels.is_empty() {
        Vec::new()
    } else {
        held(&series, &labels)
    };
    Timing {
        intervals,
        rhythm: series.gaps().rhythm(),
        coverage,
        gaps: gaps.into(),
        shift_ns: series.shift_ns(),
        gap_count,
        gap_total_ns,
        held_ns,
    }
}

/// The frames behind the decoded files of a vehicle in a stretch of time, and all decoded files that
/// were made of them.
async fn find_frames(
    vehicle: VehicleRef,
    range: TimeRange,
    sources: Arc<Sources>,
    tools: Arc<Tools>,
) -> Result<FrameFiles, String> {
    let wanted = origin_of(vehicle.clone(), range, Arc::clone(&sources)).await;
    let mut found = FrameFiles::default();
    for file in &wanted.files {
        let places = file.raw_files(&tools.frames.hashes);
        let place = places.into_iter().next();
        let place = place.filter(|place| !found.raw.contains(&place.path));
        found.raw.extend(place.map(|place| place.path));
        tokio::task::yield_now().await;
    }
    if found.raw.is_empty() {
        return Err(match wanted.files.first() {
            Some(file) => error_chain(&FrameError::NoRaw {
                decoded: file.decoded.clone(),
            }),
            None => format!(
                "no file of {} lies in this time; choose another stretch of time",
                vehicle.vehicle
            ),
        });
    }
    let all = origin_of(vehicle, TimeRange::ALL, sources).await;
    for file in all.files {
        let places = file.raw_files(&tools.frames.hashes);
        if places
            .first()
            .is_some_and(|it| found.raw.contains(&it.path))
        {
            found.decoded.push(file.decoded);
        }
        tokio::task::yield_now().await;
    }
    Ok(found)
}

async fn compare(
    order: CompareOrder,
    sources: Arc<Sources>,
    tools: Arc<Tools>,
) -> Result<Differences, String> {
    let after_files = origin_of(order.after.clone(), TimeRange::ALL, Arc::clone(&sources)).await;
    let after_paths: Vec<PathBuf> = after_files
        .files
        .iter()
        .map(|file| file.decoded.clone())
        .collect();
    let summaries = |paths: &[PathBuf]| {
        let failed = |(path, text): (PathBuf, String)| format!("{text}: {}", path.display());
        differences::summaries(paths).map_err(failed)
    };
    let mut before = Decoding {
        signals: summaries(&order.before_files)?,
        ..Decoding::default()
    };
    tokio::task::yield_now().await;
    let mut after = Decoding {
        signals: summaries(&after_paths)?,
        ..Decoding::default()
    };
    tokio::task::yield_now().await;
    let origin = origin_of(order.before.clone(), TimeRange::ALL, Arc::clone(&sources)).await;
    let places = with_suggested(&order.before_places, &origin);
    let before_files = found_dbc(&origin.dbc, &places, &tools.shelf);
    before.definitions = definitions(before.signals.keys(), &before_files);
    let chosen = with_named(&order.after_dbc.paths);
    let after_files = found_dbc(&after_files.dbc, &chosen, &tools.shelf);
    after.definitions = definitions(after.signals.keys(), &after_files);
    tokio::task::yield_now().await;
    let mut compared = differences::compare(&before, &after);
    let in_both =
        |key: &&SignalKey| before.signals.contains_key(*key) && after.signals.contains_key(*key);
    let keys: Vec<SignalKey> = order.plotted.iter().filter(in_both).cloned().collect();
    let samples_before = samples(
        order.before,
        keys.clone(),
        order.range,
        Arc::clone(&sources),
    )
    .await?;
    let samples_after = samples(order.after, keys.clone(), order.range, sources).await?;
    for ((key, before), after) in keys.iter().zip(&samples_before).zip(&samples_after) {
        let row = compared.signals.iter_mut().find(|row| row.key == *key);
        if let Some(row) = row {
            row.samples = differences::compare_samples(before, after);
        }
        tokio::task::yield_now().await;
    }
    Ok(compared)
}

fn found_dbc(wanted: &[DbcSource], places: &[PathBuf], shelf: &DbcShelf) -> Vec<ShelvedDbc> {
    let found = wanted.iter().map(|wanted| shelf.find(wanted, places));
    found.flatten().collect()
}

fn definitions<'a>(
    keys: impl Iterator<Item = &'a SignalKey>,
    files: &[ShelvedDbc],
) -> BTreeMap<SignalKey, Definition> {
    let define = |key: &SignalKey| {
        let mut files = files.iter();
        files.find_map(|file| Definition::in_file(key, file.clone(), Standing::DecodedWith))
    };
    keys.filter_map(|key| Some((key.clone(), define(key)?)))
        .collect()
}

/// The samples of signals of a vehicle, in the order of the keys.
async fn samples(
    vehicle: VehicleRef,
    keys: Vec<SignalKey>,
    range: TimeRange,
    sources: Arc<Sources>,
) -> Result<Vec<SignalRows>, String> {
    if keys.is_empty() {
        return Ok(Vec::new());
    }
    let source = sources.get(vehicle.source);
    let source = source.ok_or_else(|| "one of the sources has been closed".to_owned())?;
    let mut collector = QueryCollector::new(keys.len());
    let mut stream = source.query(SignalQuery {
        vehicle: Arc::clone(&vehicle.vehicle),
        signals: keys,
        range,
        labels: false,
    });
    while let Some(event) = stream.next().await {
        collector.push(event.map_err(|error| error_chain(&error))?);
    }
    Ok(collector.finish().signals)
}
