//! What has to be worked out, when, and what came of it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use canlake_shared::expr::{Condition, Event as Interval, Program};
use canlake_shared::time::TimeRange;

use super::{Between, ConditionId, MAX_DEPTH, WrongText};
use crate::series::Prepared;
use crate::state::{AppState, Effect, LoadId, LoadState, SignalRef, TimeWindow, VehicleRef};

/// A program and the samples that it reads.
#[derive(Clone, Debug)]
pub struct Computation {
    /// What is evaluated.
    pub program: Program<SignalRef>,
    /// Samples of its inputs, in their order.
    pub inputs: Vec<Arc<Prepared>>,
    /// Up to when the last sample of each input is held, in nanoseconds.
    pub held_until: Vec<i64>,
    /// What inputs have between their samples.
    pub between: Between,
}

/// Work for the processor.
#[derive(Clone, Debug)]
pub enum ComputeEffect {
    /// Work out a signal.
    Signal {
        /// Its name from now on.
        load: LoadId,
        /// Which.
        signal: SignalRef,
        /// From what.
        computation: Computation,
    },
    /// Find the events of a condition.
    Events {
        /// Which.
        condition: ConditionId,
        /// From what.
        computation: Computation,
        /// How long it has to hold, in nanoseconds.
        at_least_ns: i64,
    },
    /// Nobody needs the events of these any more.
    Forget(Vec<ConditionId>),
}

/// What came of it.
#[derive(Clone, Debug)]
pub enum ComputeEvent {
    /// A signal was worked out, or why not.
    Signal {
        /// Which computation.
        load: LoadId,
        /// Which signal.
        signal: SignalRef,
        /// Its samples.
        result: Result<Arc<Prepared>, String>,
    },
    /// Events of a condition, or why there are none.
    Events {
        /// Which.
        condition: ConditionId,
        /// In order of time.
        result: Result<Arc<[Interval]>, String>,
    },
}

/// What a result was asked of: the same again need not be asked.
#[derive(Clone, Debug)]
pub(super) struct Question {
    text: String,
    between: Between,
    vehicle: VehicleRef,
    inputs: Vec<Arc<Prepared>>,
    held_until: Vec<i64>,
}

impl PartialEq for Question {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
            && self.between == other.between
            && self.vehicle == other.vehicle
            && self.held_until == other.held_until
            && self.inputs.len() == other.inputs.len()
            && self
                .inputs
                .iter()
                .zip(&other.inputs)
                .all(|(one, other)| Arc::ptr_eq(one, other))
    }
}

/// What was asked of the worker last.
#[derive(Clone, Debug, Default)]
pub struct Computations {
    /// Whether anything may have changed since the last look: names are not resolved in every frame.
    pub(in crate::state) is_due: bool,
    signals: BTreeMap<SignalRef, Question>,
    pub(super) conditions: BTreeMap<ConditionId, Question>,
}

impl Computations {
    /// Has a signal worked out anew, though nothing that it reads has changed.
    pub(in crate::state) fn forget(&mut self, signal: &SignalRef) {
        self.signals.remove(signal);
    }
}

/// Whether the inputs of a program can be read.
pub(in crate::state) enum Inputs {
    /// Some are on their way.
    Waiting,
    /// One cannot be had; why.
    Failed(String),
    /// All are there; and why some are not whole.
    Ready(Vec<Arc<Prepared>>, Vec<String>),
}

impl AppState {
    /// Everything whose samples are needed: what is plotted, and what that and the conditions are
    /// worked out from.
    pub fn wanted(&self) -> BTreeSet<SignalRef> {
        let mut wanted: BTreeSet<SignalRef> =
            self.workspace.signals().into_iter().cloned().collect();
        for condition in &self.analysis.conditions {
            if let Ok((program, _)) = self.condition_program(&condition.text) {
                wanted.extend(program.inputs().iter().map(|input| input.signal.clone()));
            }
        }
        wanted.extend(self.signals_to_align());
        self.add_inputs(&mut wanted);
        wanted
    }

    /// What a computed signal is worked out from, down to what was recorded; nothing of others.
    pub(in crate::state) fn inputs_behind(&self, signal: &SignalRef) -> BTreeSet<SignalRef> {
        let mut inputs = BTreeSet::from([signal.clone()]);
        self.add_inputs(&mut inputs);
        inputs.remove(signal);
        inputs
    }

    fn add_inputs(&self, wanted: &mut BTreeSet<SignalRef>) {
        let mut open: Vec<(SignalRef, usize)> =
            wanted.iter().map(|signal| (signal.clone(), 0)).collect();
        while let Some((signal, depth)) = open.pop() {
            let Ok(program) = self.signal_program(&signal) else {
                continue;
            };
            for input in program.inputs() {
                let is_new = wanted.insert(input.signal.clone());
                if is_new && depth < MAX_DEPTH {
                    open.push((input.signal.clone(), depth + 1));
                }
            }
        }
    }

    /// What works out a computed signal.
    fn signal_program(&self, signal: &SignalRef) -> Result<Program<SignalRef>, String> {
        let definition = self.analysis.computed_signal(&signal.key);
        let definition = definition.ok_or_else(|| "it is not defined any more".to_owned())?;
        let text = definition.text();
        if let Some(way) = self.cycle(definition.name(), text) {
            return Err(format!("{way}; a computed signal cannot read itself"));
        }
        let program = self.check_expression(&signal.vehicle, text);
        program.map_err(|wrong| wrong.problem)
    }

    /// What a condition means for the selected vehicle, and how long it has to hold in nanoseconds.
    pub fn condition_program(&self, text: &str) -> Result<(Program<SignalRef>, i64), WrongText> {
        let Some(vehicle) = self.expression_vehicle() else {
            return Err(WrongText {
                at: 0..0,
                problem: "no vehicle is selected".to_owned(),
            });
        };
        self.condition_of(&vehicle, text)
    }

    /// What a condition means for a vehicle, and how long it has to hold in nanoseconds.
    pub fn condition_of(
        &self,
        vehicle: &VehicleRef,
        text: &str,
    ) -> Result<(Program<SignalRef>, i64), WrongText> {
        let condition = Condition::parse(text)?;
        let program = self.bind(vehicle, &condition.expr)?;
        Ok((program, condition.at_least_ns()))
    }

    /// Asks for what has to be worked out and was not asked yet.
    pub(in crate::state) fn compute_missing(&mut self) -> Vec<Effect> {
        if !std::mem::take(&mut self.computations.is_due) {
            return Vec::new();
        }
        let is_computed = |signal: &&SignalRef| self.analysis.defines(signal);
        let nothing = self.analysis.computed.is_empty() && self.analysis.conditions.is_empty();
        let Some(range) = self.window.as_ref().map(TimeWindow::extent) else {
            return Vec::new();
        };
        if nothing && self.computations.conditions.is_empty() {
            return Vec::new();
        }
        let wanted = self.wanted();
        let signals: Vec<SignalRef> = wanted.iter().filter(is_computed).cloned().collect();
        let kept = &mut self.computations.signals;
        kept.retain(|signal, _| wanted.contains(signal));
        let mut effects = Vec::new();
        for signal in signals {
            effects.extend(self.compute_signal(signal, range));
        }
        effects.extend(self.find_events(range));
        effects.into_iter().map(Effect::Compute).collect()
    }

    fn compute_signal(&mut self, signal: SignalRef, range: TimeRange) -> Option<ComputeEffect> {
        let definition = self.analysis.computed_signal(&signal.key)?.clone();
        let info = Arc::new(definition.info().clone());
        let program = match self.signal_program(&signal) {
            Ok(program) => program,
            Err(text) => {
                self.computations.signals.remove(&signal);
                self.store.end(signal, info, range, LoadState::Failed(text));
                return None;
            }
        };
        let (inputs, partial) = match self.inputs_of(&program) {
            Inputs::Ready(inputs, partial) => (inputs, partial),
            Inputs::Failed(text) => {
                self.computations.signals.remove(&signal);
                self.store.end(signal, info, range, LoadState::Failed(text));
                return None;
            }
            Inputs::Waiting => {
                self.computations.signals.remove(&signal);
                self.store.wait(signal, info, range);
                return None;
            }
        };
        let question = Question {
            text: definition.text().to_owned(),
            between: definition.between(),
            vehicle: signal.vehicle.clone(),
            held_until: self.held_until(&program, &inputs, range),
            inputs,
        };
        let is_asked = self.computations.signals.get(&signal) == Some(&question);
        if is_asked && self.store.get(&signal).is_some() {
            return None;
        }
        let load = LoadId(self.next_load);
        self.next_load += 1;
        self.store.begin(signal.clone(), info, range, load);
        self.partial_inputs.insert(load, partial);
        let computation = Computation {
            program,
            inputs: question.inputs.clone(),
            held_until: question.held_until.clone(),
            between: question.between,
        };
        self.computations.signals.insert(signal.clone(), question);
        Some(ComputeEffect::Signal {
            load,
            signal,
            computation,
        })
    }

    fn find_events(&mut self, range: TimeRange) -> Vec<ComputeEffect> {
        let mut effects = Vec::new();
        let conditions = self.analysis.conditions.clone();
        let is_kept = |id: &ConditionId| conditions.iter().any(|it| it.id == *id);
        let gone: Vec<_> = self.events.ids().filter(|id| !is_kept(id)).collect();
        if !gone.is_empty() {
            self.events.forget(&gone);
            self.computations.conditions.retain(|id, _| is_kept(id));
            effects.push(ComputeEffect::Forget(gone));
        }
        for condition in conditions {
            let id = condition.id;
            let (program, at_least_ns) = match self.condition_program(&condition.text) {
                Ok(found) => found,
                Err(wrong) => {
                    self.computations.conditions.remove(&id);
                    self.events.fail(id, wrong.problem);
                    continue;
                }
            };
            let (inputs, partial) = match self.inputs_of(&program) {
                Inputs::Ready(inputs, partial) => (inputs, partial),
                Inputs::Failed(text) => {
                    self.computations.conditions.remove(&id);
                    self.events.fail(id, text);
                    continue;
                }
                Inputs::Waiting => {
                    self.computations.conditions.remove(&id);
                    self.events.wait(id);
                    continue;
                }
            };
            let Some(vehicle) = self.expression_vehicle() else {
                continue;
            };
            let question = Question {
                text: condition.text.clone(),
                between: Between::Hold,
                vehicle,
                held_until: self.held_until(&program, &inputs, range),
                inputs,
            };
            if self.computations.conditions.get(&id) == Some(&question) {
                continue;
            }
            self.events.begin(id, partial);
            effects.push(ComputeEffect::Events {
                condition: id,
                computation: Computation {
                    program,
                    inputs: question.inputs.clone(),
                    held_until: question.held_until.clone(),
                    between: Between::Hold,
                },
                at_least_ns,
            });
            self.computations.conditions.insert(id, question);
        }
        effects
    }

    pub(in crate::state) fn inputs_of(&self, program: &Program<SignalRef>) -> Inputs {
        let mut inputs = Vec::new();
        let mut partial = Vec::new();
        for input in program.inputs() {
            let name = self.signal_name(&input.signal);
            let Some(loaded) = self.store.get(&input.signal) else {
                return Inputs::Waiting;
            };
            match &loaded.state {
                LoadState::Loading { .. } => return Inputs::Waiting,
                LoadState::Failed(reason) => return Inputs::Failed(format!("{name}: {reason}")),
                LoadState::Partial(reason) => partial.push(format!("{name}: {reason}")),
                LoadState::Complete => {}
            }
            match &loaded.series {
                Some(series) => inputs.push(Arc::clone(series)),
                None => return Inputs::Waiting,
            }
        }
        Inputs::Ready(inputs, partial)
    }

    /// The last sample is held until the recorder stopped listening, or the range ends.
    pub(in crate::state) fn held_until(
        &self,
        program: &Program<SignalRef>,
        inputs: &[Arc<Prepared>],
        range: TimeRange,
    ) -> Vec<i64> {
        let until = |(signal, series): (&SignalRef, &Arc<Prepared>)| {
            let last = series.times().last().copied().unwrap_or(i64::MIN);
            let range = self.known_range(&signal.vehicle, range);
            let gaps = self.recording_gaps(&signal.vehicle, range);
            let mut starts = gaps.iter().map(|gap| gap.start.as_ns());
            starts
                .find(|start| *start >= last)
                .unwrap_or(range.end.as_ns())
        };
        let signals = program.inputs().iter().map(|input| &input.signal);
        signals.zip(inputs).map(until).collect()
    }

    /// Whether events of a condition are being looked for; not while it waits for samples.
    pub(in crate::state) fn is_searching(&self, id: ConditionId) -> bool {
        let is_running = self.events.of(id).is_some_and(|it| it.is_running);
        is_running && self.computations.conditions.contains_key(&id)
    }

    /// Gives up looking for events; what was found before stays.
    pub(in crate::state) fn cancel_search(&mut self, id: ConditionId) -> Vec<Effect> {
        self.events.cancel(id);
        vec![Effect::Compute(ComputeEffect::Forget(vec![id]))]
    }

    /// Gives up working out a signal, if that is what a load does. What was there before stays.
    pub(in crate::state) fn cancel_computing(&mut self, load: LoadId) {
        if self.partial_inputs.remove(&load).is_some() {
            self.store.update(load, |_, loaded| {
                loaded.state = LoadState::Partial("working it out was cancelled".to_owned());
            });
        }
    }

    pub(in crate::state) fn computed(&mut self, event: ComputeEvent) {
        match event {
            ComputeEvent::Signal {
                load,
                signal,
                result,
            } => {
                let partial = self.partial_inputs.remove(&load).unwrap_or_default();
                self.store.update(load, |of, loaded| {
                    if *of != signal {
                        return;
                    }
                    match &result {
                        Ok(series) => {
                            loaded.series = Some(Arc::clone(series));
                            loaded.state = if partial.is_empty() {
                                LoadState::Complete
                            } else {
                                LoadState::Partial(partial.join("\n"))
                            };
                        }
                        Err(text) => loaded.state = LoadState::Failed(text.clone()),
                    }
                });
            }
            ComputeEvent::Events { condition, result } => self.events.arrived(condition, result),
        }
    }
}
