//! Works out computed signals and finds events.
//!
//! Evaluation does not wait for anything, so dropping its task would not end it: it looks at a flag.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use canlake_shared::expr::{Computed, EvaluateError, Input, evaluate, find_events};

use super::EventSender;
use crate::runtime::{Runtimes, Task, Wake};
use crate::series::{Prepared, Series};
use crate::state::{
    Computation, ComputeEffect, ComputeEvent, ConditionId, Event, LoadId, SignalRef,
};

/// Computations that run.
#[derive(Debug, Default)]
pub(crate) struct Computing {
    signals: BTreeMap<SignalRef, Running>,
    conditions: BTreeMap<ConditionId, Running>,
}

/// Evaluates until it is done, or told to stop.
type Work = Box<dyn FnOnce(&AtomicBool) -> Option<ComputeEvent> + Send>;

/// A computation; ends when it is dropped.
#[derive(Debug)]
struct Running {
    stop: Arc<AtomicBool>,
    task: Task<()>,
    /// Of a signal: the name that its result is waited for under.
    load: Option<LoadId>,
}

impl Drop for Running {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
    }
}

impl Computing {
    /// Whether nothing is being worked out. What has ended is forgotten by [`Self::panicked`] alone: taken
    /// here, a panic would be told to nobody.
    pub(crate) fn is_idle(&self) -> bool {
        self.signals.is_empty() && self.conditions.is_empty()
    }

    /// Starts a computation. One of the same signal or condition that still runs is ended: the newest
    /// question wins.
    pub(crate) fn start(
        &mut self,
        effect: ComputeEffect,
        runtimes: &Runtimes,
        events: &EventSender,
        wake: &Wake,
    ) {
        let spawn = |load: Option<LoadId>, work: Work| {
            let stop = Arc::new(AtomicBool::new(false));
            let (events, seen) = (events.clone(), Arc::clone(&stop));
            let task = async move {
                if let Some(event) = work(&seen) {
                    events.send(Event::Computed(event)).await;
                }
            };
            Running {
                stop,
                task: runtimes.spawn_cpu(task, Arc::clone(wake)),
                load,
            }
        };
        match effect {
            ComputeEffect::Signal {
                load,
                signal,
                computation,
            } => {
                self.signals.remove(&signal);
                let of = signal.clone();
                let work = move |stop: &AtomicBool| work_out(load, of, &computation, stop);
                self.signals
                    .insert(signal, spawn(Some(load), Box::new(work)));
            }
            ComputeEffect::Events {
                condition,
                computation,
                at_least_ns,
            } => {
                self.conditions.remove(&condition);
                let work =
                    move |stop: &AtomicBool| search(condition, &computation, at_least_ns, stop);
                self.conditions
                    .insert(condition, spawn(None, Box::new(work)));
            }
            ComputeEffect::Forget(gone) => {
                for id in gone {
                    self.conditions.remove(&id);
                }
            }
        }
    }
}

impl Computing {
    /// Ends the computation of a signal; what is to be said of it.
    pub(crate) fn cancel(&mut self, load: LoadId) -> Option<ComputeEvent> {
        let mut running = self.signals.iter();
        let (signal, _) = running.find(|(_, it)| it.load == Some(load))?;
        let signal = signal.clone();
        self.signals.remove(&signal);
        Some(ComputeEvent::Signal {
            load,
            signal,
            result: Err("cancelled".to_owned()),
        })
    }

    /// Computations that ended without telling: a bug, but one that the user must hear of.
    pub(crate) fn panicked(&mut self) -> Vec<ComputeEvent> {
        let mut events = Vec::new();
        self.signals
            .retain(|signal, running| match running.task.try_take() {
                None => true,
                Some(Ok(())) => false,
                Some(Err(panicked)) => {
                    events.extend(running.load.map(|load| ComputeEvent::Signal {
                        load,
                        signal: signal.clone(),
                        result: Err(panicked.to_string()),
                    }));
                    false
                }
            });
        self.conditions
            .retain(|condition, running| match running.task.try_take() {
                None => true,
                Some(Ok(())) => false,
                Some(Err(panicked)) => {
                    events.push(ComputeEvent::Events {
                        condition: *condition,
                        result: Err(panicked.to_string()),
                    });
                    false
                }
            });
        events
    }
}

fn work_out(
    load: LoadId,
    signal: SignalRef,
    computation: &Computation,
    stop: &AtomicBool,
) -> Option<ComputeEvent> {
    let result = match values(computation, stop) {
        Err(EvaluateError::Stopped) => return None,
        Err(error) => Err(error.to_string()),
        Ok(computed) => prepare(computed),
    };
    Some(ComputeEvent::Signal {
        load,
        signal,
        result,
    })
}

fn prepare(computed: Computed) -> Result<Arc<Prepared>, String> {
    let series = Series::new(computed.times.into(), computed.values.into());
    let series = series.map_err(|error| error.to_string())?;
    Ok(Arc::new(Prepared::with_gaps(series, &computed.gap_starts)))
}

fn search(
    condition: ConditionId,
    computation: &Computation,
    at_least_ns: i64,
    stop: &AtomicBool,
) -> Option<ComputeEvent> {
    let result = match values(computation, stop) {
        Err(EvaluateError::Stopped) => return None,
        Err(error) => Err(error.to_string()),
        Ok(computed) => Ok(find_events(
            &computed.times,
            &computed.values,
            &computed.gap_starts,
            at_least_ns,
        )
        .into()),
    };
    Some(ComputeEvent::Events { condition, result })
}

/// The start of the first event.
pub(crate) fn first(
    computation: &Computation,
    at_least_ns: i64,
    stop: &AtomicBool,
) -> Result<Option<i64>, EvaluateError> {
    let computed = values(computation, stop)?;
    let events = find_events(
        &computed.times,
        &computed.values,
        &computed.gap_starts,
        at_least_ns,
    );
    Ok(events.first().map(|event| event.start))
}

fn values(computation: &Computation, stop: &AtomicBool) -> Result<Computed, EvaluateError> {
    let gap_starts: Vec<Vec<usize>> = computation
        .inputs
        .iter()
        .map(|series| {
            let gaps = series.gaps().iter(series.times());
            gaps.map(|gap| gap.index).collect()
        })
        .collect();
    let inputs: Vec<Input<'_>> = computation
        .inputs
        .iter()
        .zip(&gap_starts)
        .zip(&computation.held_until)
        .map(|((series, gap_starts), held_until)| Input {
            times: series.times(),
            values: series.values(),
            gap_starts,
            last_valid_until: *held_until,
        })
        .collect();
    let should_stop = || stop.load(Ordering::Relaxed);
    evaluate(
        &computation.program,
        &inputs,
        computation.between.into(),
        &should_stop,
    )
}
