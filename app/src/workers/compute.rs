//! Works out computed signals and finds events.
//!
//! Evaluation does not wait for anything, so dropping its task would not end it: it looks at a flag.

use std::collections::BTreeMap;
use std::sync::Arc;

use canlake_shared::expr::{Computed, EvaluateError, Input, evaluate, find_events};

use super::spawn::Spawner;
use crate::runtime::Task;
use crate::series::{Prepared, Series};
use crate::state::{
    Computation, ComputeEffect, ComputeEvent, ConditionId, Event, FirstOf, LoadId, SignalRef,
};
use crate::stop::{Stop, StopOnDrop};

/// Computations that run.
#[derive(Debug, Default)]
pub(crate) struct Computing {
    running: BTreeMap<Of, Running>,
}

/// What is worked out; of each there is one computation at a time.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Of {
    Signal(SignalRef),
    Condition(ConditionId),
    First(FirstOf),
}

/// A computation; ends when it is dropped.
#[derive(Debug)]
struct Running {
    task: Task<()>,
    /// Of a signal: the name that its result is waited for under.
    load: Option<LoadId>,
    _stop: StopOnDrop,
}

impl Computing {
    /// Whether nothing is being worked out.
    pub(crate) fn is_idle(&self) -> bool {
        self.running.is_empty()
    }

    pub(crate) fn forget_ended(&mut self) {
        self.running
            .retain(|_, running| running.task.try_take().is_none());
    }

    /// Starts a computation. One of the same signal or condition that still runs is ended: the newest
    /// question wins.
    pub(crate) fn start(&mut self, effect: ComputeEffect, spawner: &Spawner) {
        match effect {
            ComputeEffect::Signal {
                load,
                signal,
                computation,
            } => {
                let told = move |signal: SignalRef, result| {
                    Event::Computed(ComputeEvent::Signal {
                        load,
                        signal,
                        result,
                    })
                };
                let (of, failed) = (signal.clone(), signal.clone());
                let work = move |stop: &Stop| {
                    let result = values(&computation, stop)?.and_then(prepare);
                    Some(told(of, result))
                };
                let panicked = move |text| told(failed, Err(text));
                self.run(Of::Signal(signal), Some(load), spawner, work, panicked);
            }
            ComputeEffect::Events {
                condition,
                computation,
                at_least_ns,
            } => {
                let told =
                    move |result| Event::Computed(ComputeEvent::Events { condition, result });
                let work = move |stop: &Stop| {
                    let computed = values(&computation, stop)?;
                    let found = computed.map(|computed| {
                        find_events(
                            &computed.times,
                            &computed.values,
                            &computed.gap_starts,
                            at_least_ns,
                        )
                        .into()
                    });
                    Some(told(found))
                };
                let panicked = move |text| told(Err(text));
                self.run(Of::Condition(condition), None, spawner, work, panicked);
            }
            ComputeEffect::Forget(gone) => {
                for id in gone {
                    self.running.remove(&Of::Condition(id));
                }
            }
        }
    }

    /// Looks for the first event of a condition.
    pub(crate) fn find_first(
        &mut self,
        of: FirstOf,
        computation: Computation,
        at_least_ns: i64,
        spawner: &Spawner,
    ) {
        let asked = computation.inputs.clone();
        let told = move |of, inputs, result| Event::FoundFirst { of, inputs, result };
        let (found, failed) = (of.clone(), of.clone());
        let work = move |stop: &Stop| {
            let computed = values(&computation, stop)?;
            let first = computed.map(|computed| {
                let events = find_events(
                    &computed.times,
                    &computed.values,
                    &computed.gap_starts,
                    at_least_ns,
                );
                events.first().map(|event| event.start)
            });
            Some(told(found, computation.inputs, first))
        };
        let panicked = move |text| told(failed, asked, Err(text));
        self.run(Of::First(of), None, spawner, work, panicked);
    }

    /// Ends searches for first events.
    pub(crate) fn stop_firsts(&mut self, gone: &[FirstOf]) {
        let is_gone = |of: &Of| matches!(of, Of::First(of) if gone.contains(of));
        self.running.retain(|of, _| !is_gone(of));
    }

    /// Ends the computation of a signal.
    pub(crate) fn cancel(&mut self, load: LoadId) {
        self.running.retain(|_, running| running.load != Some(load));
    }

    fn run(
        &mut self,
        of: Of,
        load: Option<LoadId>,
        spawner: &Spawner,
        work: impl FnOnce(&Stop) -> Option<Event> + Send + 'static,
        panicked: impl FnOnce(String) -> Event + Send + 'static,
    ) {
        // First, so that the one before gives way.
        self.running.remove(&of);
        let running = StopOnDrop::default();
        let (stop, events) = (running.stop(), spawner.events.clone());
        let task = async move {
            if let Some(event) = work(&stop) {
                events.send(event).await;
            }
        };
        let running = Running {
            task: spawner.cpu(task, panicked),
            load,
            _stop: running,
        };
        self.running.insert(of, running);
    }
}

fn prepare(computed: Computed) -> Result<Arc<Prepared>, String> {
    let series = Series::new(computed.times.into(), computed.values.into());
    let series = series.map_err(|error| error.to_string())?;
    Ok(Arc::new(Prepared::with_gaps(series, &computed.gap_starts)))
}

/// The values of a computation, or why there are none; `None` when it was told to stop.
fn values(computation: &Computation, stop: &Stop) -> Option<Result<Computed, String>> {
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
    let computed = evaluate(
        &computation.program,
        &inputs,
        computation.between.into(),
        &|| stop.is_set(),
    );
    match computed {
        Err(EvaluateError::Stopped) => None,
        computed => Some(computed.map_err(|error| error.to_string())),
    }
}
