//! Brings the samples of signals: runs a query and turns its batches into series for the plots.
//!
//! While samples arrive, pictures of what is there already are sent out, each time twice as much as
//! the time before: the work for all of them together stays proportional to the samples.

use std::sync::Arc;
use std::time::{Duration, Instant};

use canlake_shared::error_chain;
use canlake_shared::time::TimeRange;
use futures::StreamExt as _;
use tokio::sync::oneshot;

use super::EventSender;
use super::spawn::Spawner;
use crate::query::{
    Completeness, Progress, QueryEvent, QueryOutcome, QueryStats, SignalBatch, SignalQuery,
};
use crate::runtime::Task;
use crate::series::{GapPolicy, Prepared, SeriesBuilder};
use crate::source::{FileProblem, SignalInfo, SignalSource};
use crate::state::{Event, LoadId, LoadedPart, SignalRef, VehicleRef};

/// Samples of the first picture.
const FIRST_PICTURE: usize = 200_000;
/// Between two reports of progress.
const REPORT_EVERY: Duration = Duration::from_millis(100);

/// What to bring.
#[derive(Debug)]
pub(crate) struct Order {
    pub load: LoadId,
    pub vehicle: VehicleRef,
    pub signals: Vec<Arc<SignalInfo>>,
    pub range: TimeRange,
    pub recording_gaps: Vec<TimeRange>,
    pub shift_ns: i64,
    /// Stop when the samples take more.
    pub max_bytes: u64,
}

/// A query that runs.
#[derive(Debug)]
pub(crate) struct Running {
    pub(super) task: Task<()>,
    cancel: Option<oneshot::Sender<()>>,
}

impl Running {
    /// Stops it; what has arrived comes as its last event.
    pub(crate) fn cancel(&mut self) {
        if let Some(cancel) = self.cancel.take() {
            // A query that has just ended needs no signal.
            cancel.send(()).unwrap_or_default();
        }
    }
}

/// Starts a query.
pub(crate) fn start(
    spawner: &Spawner,
    order: Order,
    source: Option<Arc<dyn SignalSource>>,
) -> Running {
    let (cancel, cancelled) = oneshot::channel();
    let load = order.load;
    let events = spawner.events.clone();
    let work = async move {
        let (parts, result) = match source {
            Some(source) => run(order, source.as_ref(), &events, cancelled).await,
            None => (
                Vec::new(),
                Err("the source of these signals has been closed".to_owned()),
            ),
        };
        events
            .send(Event::LoadEnded {
                load,
                parts,
                result,
            })
            .await;
    };
    let panicked = move |text| Event::LoadEnded {
        load,
        parts: Vec::new(),
        result: Err(text),
    };
    Running {
        task: spawner.cpu(work, panicked),
        cancel: Some(cancel),
    }
}

type Ended = (Vec<LoadedPart>, Result<(Completeness, QueryStats), String>);

async fn run(
    order: Order,
    source: &dyn SignalSource,
    events: &EventSender,
    mut cancelled: oneshot::Receiver<()>,
) -> Ended {
    let query = SignalQuery {
        vehicle: Arc::clone(&order.vehicle.vehicle),
        signals: order.signals.iter().map(|info| info.key.clone()).collect(),
        range: order.range,
        labels: false,
    };
    let mut stream = source.query(query);
    let mut incoming = Incoming::new(&order);
    let mut progress = Progress::default();
    let mut reported = Instant::now();
    let mut has_news = false;
    loop {
        let event = tokio::select! {
            biased;
            _ = &mut cancelled => {
                drop(stream);
                // How far it came, to the last byte.
                let parts = Vec::new();
                events.send(Event::Loaded { load: order.load, progress, parts }).await;
                let cancelled = Completeness::Partial { cancelled: true, problems: Vec::new() };
                return incoming.finish(cancelled, QueryStats::default());
            }
            event = stream.next() => Some(event),
            // A source that pauses has told something before.
            () = tokio::time::sleep(REPORT_EVERY), if has_news => None,
        };
        has_news = true;
        match event.unwrap_or(Some(Ok(QueryEvent::Progress(progress)))) {
            Some(Ok(QueryEvent::Started { files_total, .. })) => progress.files_total = files_total,
            Some(Ok(QueryEvent::Progress(news))) => progress = news,
            Some(Ok(QueryEvent::Batch(batch))) => {
                incoming.take(batch);
                if incoming.bytes() > order.max_bytes {
                    drop(stream);
                    return incoming.stop_at_budget(events, progress).await;
                }
            }
            Some(Ok(QueryEvent::Finished(QueryOutcome {
                completeness,
                stats,
            }))) => {
                return incoming.finish(completeness, stats);
            }
            Some(Err(error)) => return (Vec::new(), Err(error_chain(&error))),
            None => {
                return (
                    Vec::new(),
                    Err("the query ended without an answer".to_owned()),
                );
            }
        }
        if reported.elapsed() >= REPORT_EVERY {
            reported = Instant::now();
            has_news = false;
            let parts = incoming.pictures();
            events
                .send(Event::Loaded {
                    load: order.load,
                    progress,
                    parts,
                })
                .await;
        }
    }
}

/// The samples that have arrived, by signal.
struct Incoming<'a> {
    order: &'a Order,
    recording_gaps: Vec<(i64, i64)>,
    signals: Vec<IncomingSignal>,
}

#[derive(Default)]
struct IncomingSignal {
    /// Batches by part: parts follow each other in the order of files, but may arrive in any order.
    batches: Vec<SignalBatch>,
    samples: usize,
    pictured: usize,
}

impl<'a> Incoming<'a> {
    fn new(order: &'a Order) -> Self {
        Self {
            order,
            recording_gaps: order
                .recording_gaps
                .iter()
                .map(|gap| (gap.start.as_ns(), gap.end.as_ns()))
                .collect(),
            signals: order
                .signals
                .iter()
                .map(|_| IncomingSignal::default())
                .collect(),
        }
    }

    fn take(&mut self, batch: SignalBatch) {
        if let Some(signal) = self.signals.get_mut(batch.signal) {
            signal.samples += batch.times.len();
            signal.batches.push(batch);
        }
    }

    /// Of the columns of all samples.
    fn bytes(&self) -> u64 {
        let samples: usize = self.signals.iter().map(|signal| signal.samples).sum();
        (samples * size_of::<(i64, f64)>()) as u64
    }

    /// The catalogue had promised fewer: what has come stays.
    async fn stop_at_budget(self, events: &EventSender, progress: Progress) -> Ended {
        let samples: usize = self.signals.iter().map(|signal| signal.samples).sum();
        let reached = Event::BudgetReached(self.order.load, samples as u64);
        events.send(reached).await;
        let problems = vec![FileProblem {
            path: "memory budget".to_owned(),
            text: format!(
                "stopped after {} of {} files",
                progress.files_done, progress.files_total
            ),
        }];
        let partial = Completeness::from_problems(problems);
        self.finish(partial, QueryStats::default())
    }

    /// Series of the signals of which enough is new.
    fn pictures(&mut self) -> Vec<LoadedPart> {
        let mut parts = Vec::new();
        for idx in 0..self.signals.len() {
            let signal = &mut self.signals[idx];
            if signal.samples >= FIRST_PICTURE.max(2 * signal.pictured) {
                signal.pictured = signal.samples;
                parts.extend(self.part(idx, &mut Vec::new()));
            }
        }
        parts
    }

    fn finish(mut self, completeness: Completeness, stats: QueryStats) -> Ended {
        let mut problems = Vec::new();
        let mut parts = Vec::new();
        for idx in 0..self.signals.len() {
            parts.extend(self.part(idx, &mut problems));
            self.signals[idx] = IncomingSignal::default();
        }
        (parts, Ok((with_problems(completeness, problems), stats)))
    }

    fn part(&mut self, idx: usize, problems: &mut Vec<FileProblem>) -> Option<LoadedPart> {
        let info = self.order.signals.get(idx)?;
        let signal = self.signals.get_mut(idx)?;
        signal.batches.sort_by_key(|batch| batch.part);
        let mut builder = SeriesBuilder::with_capacity(signal.samples);
        for batch in &signal.batches {
            if let Err(error) = builder.append(&batch.times, &batch.values) {
                problems.push(FileProblem {
                    path: info.key.to_string(),
                    text: error.to_string(),
                });
                break;
            }
        }
        let policy = GapPolicy::of(info.cycle_time_ms, info.on_change, &self.recording_gaps);
        let prepared = Prepared::new(builder.finish(), &policy);
        // Gaps were found where they are; an overlay lies elsewhere.
        let on_axis = match self.order.shift_ns {
            0 => prepared,
            shift_ns => prepared.shifted(shift_ns),
        };
        Some(LoadedPart {
            signal: SignalRef {
                vehicle: self.order.vehicle.clone(),
                key: info.key.clone(),
            },
            series: Arc::new(on_axis),
        })
    }
}

fn with_problems(completeness: Completeness, more: Vec<FileProblem>) -> Completeness {
    if more.is_empty() {
        return completeness;
    }
    match completeness {
        Completeness::Complete => Completeness::from_problems(more),
        Completeness::Partial {
            cancelled,
            mut problems,
        } => {
            problems.extend(more);
            Completeness::Partial {
                cancelled,
                problems,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use canlake_shared::schema::{SignalDeclaration, SignalKey};

    use super::*;
    use crate::runtime::{Runtimes, no_wake};
    use crate::source::{MemorySignal, MemorySource, SourceLocation};
    use crate::state::SourceId;

    #[test]
    fn what_has_come_stays_when_the_budget_is_reached() {
        let signal = |name: &str, n: i64| MemorySignal {
            vehicle: "V".into(),
            key: SignalKey::new("", "Drive", None, name),
            unit: "km/h".into(),
            declared: SignalDeclaration::default(),
            times: (0..n).collect::<Vec<_>>().into(),
            values: vec![1.0; n as usize].into(),
            labels: None,
        };
        let signals = vec![signal("A", 100), signal("B", 50)];
        let source = MemorySource::new(SourceLocation::path("memory"), signals);
        let runtimes = Runtimes::new().unwrap();
        let listing = source.catalogue(Arc::new(|_progress| {}));
        let catalogue = runtimes.run(listing).unwrap().unwrap();
        let vehicle = &catalogue.vehicles[0];
        let order = Order {
            load: LoadId(1),
            vehicle: VehicleRef::new(SourceId(0), "V"),
            signals: vehicle.signals.iter().cloned().map(Arc::new).collect(),
            range: vehicle.range,
            recording_gaps: Vec::new(),
            shift_ns: 0,
            // Room for less than the first of them.
            max_bytes: 1_000,
        };
        let (spawner, mut received) = Spawner::new(no_wake()).unwrap();
        let running = start(&spawner, order, Some(Arc::new(source)));
        running.task.wait().unwrap();
        let reached = received.try_recv().unwrap();
        assert!(
            matches!(reached, Event::BudgetReached(LoadId(1), 100)),
            "{reached:?}"
        );
        let Event::LoadEnded { parts, result, .. } = received.try_recv().unwrap() else {
            panic!("the load has not ended");
        };
        let samples: Vec<_> = parts
            .iter()
            .map(|part| part.series.series().len())
            .collect();
        assert_eq!(samples, [100, 0]);
        let (completeness, _) = result.unwrap();
        let Completeness::Partial {
            problems,
            cancelled,
        } = completeness
        else {
            panic!("it is not all there");
        };
        assert!(!cancelled);
        assert_eq!(problems[0].path, "memory budget");
    }
}
