//! The first time at which a condition holds, in the drive shown and in those laid over it.
//!
//! Found by a worker with the same evaluation as events of conditions. The answer is kept in the time
//! of the recording and asked for again only when other samples are there, not when they were moved:
//! moving is what the answer is for.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use canlake_shared::time::Timestamp;

use super::{Alignment, Overlay};
use crate::series::Prepared;
use crate::state::{
    AppState, Between, Computation, Effect, Inputs, SignalRef, TimeWindow, VehicleRef,
};

/// A condition, looked for in the drive shown or in one laid over it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct FirstOf {
    /// The drive.
    pub vehicle: VehicleRef,
    /// The condition.
    pub text: String,
}

/// The first time at which a condition holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum First {
    /// Not known yet.
    Searching,
    /// When it was recorded.
    At(Timestamp),
    /// At no time that is loaded.
    Never,
    /// The user has cancelled looking for it.
    Cancelled,
    /// It cannot be found; why.
    Failed(String),
}

/// What was asked of the worker, and what it found.
#[derive(Clone, Debug, Default)]
pub(in crate::state) struct Firsts(BTreeMap<FirstOf, Search>);

#[derive(Clone, Debug)]
struct Search {
    inputs: Vec<Arc<Prepared>>,
    /// How much later than recorded the inputs lay when it was asked.
    shift_ns: i64,
    is_running: bool,
    found: First,
}

impl Firsts {
    /// Whether any is being looked for.
    pub(in crate::state) fn is_searching(&self) -> bool {
        self.0.values().any(|search| search.is_running)
    }

    /// Gives up looking; what was not found.
    pub(in crate::state) fn cancel(&mut self) -> Vec<FirstOf> {
        let mut stopped = Vec::new();
        for (of, search) in &mut self.0 {
            if std::mem::take(&mut search.is_running) {
                search.found = First::Cancelled;
                stopped.push(of.clone());
            }
        }
        stopped
    }

    /// Looks again for what was cancelled.
    pub(in crate::state) fn look_again(&mut self) {
        self.0.retain(|_, search| search.found != First::Cancelled);
    }
}

impl Search {
    /// Whether other inputs are the same samples, at whatever time.
    fn is_of(&self, inputs: &[Arc<Prepared>]) -> bool {
        let values = |series: &Arc<Prepared>| (series.values().as_ptr(), series.values().len());
        let asked = self.inputs.iter().map(values);
        asked.eq(inputs.iter().map(values))
    }
}

impl AppState {
    /// The first time at which the condition that an overlay is laid on holds in the drive shown, and
    /// in the overlay. `None` when it is laid on something else, or on no condition yet.
    pub fn first_times(&self, overlay: &Overlay) -> Option<[First; 2]> {
        let of = self.firsts_of(overlay)?;
        Some(of.map(|of| {
            let search = self.compare.firsts.0.get(&of);
            search.map_or(First::Searching, |search| search.found.clone())
        }))
    }

    /// How much later an overlay has to be drawn for both first times to be one; where they are known.
    pub(super) fn shift_to_first(&self, overlay: &Overlay) -> Option<i64> {
        match self.first_times(overlay)? {
            [First::At(shown), First::At(overlaid)] => Some(shown.ns_since(overlaid)),
            _ => None,
        }
    }

    fn firsts_of(&self, overlay: &Overlay) -> Option<[FirstOf; 2]> {
        let Alignment::FirstTime(text) = &overlay.alignment else {
            return None;
        };
        if text.trim().is_empty() {
            return None;
        }
        let of = |vehicle: VehicleRef| FirstOf {
            vehicle,
            text: text.clone(),
        };
        Some([of(self.shown_vehicle()?.clone()), of(overlay.laid_over())])
    }

    fn all_firsts(&self) -> BTreeSet<FirstOf> {
        let overlays = self.analysis.overlays.iter();
        let pairs = overlays.filter_map(|overlay| self.firsts_of(overlay));
        pairs.flatten().collect()
    }

    /// The signals that alignments by a condition need.
    pub(in crate::state) fn signals_to_align(&self) -> Vec<SignalRef> {
        let mut signals = Vec::new();
        for of in self.all_firsts() {
            if let Ok((program, _)) = self.condition_of(&of.vehicle, &of.text) {
                signals.extend(program.inputs().iter().map(|input| input.signal.clone()));
            }
        }
        signals
    }

    /// Asks for first times that are not known of the samples that are there now.
    pub(in crate::state) fn find_firsts(&mut self) -> Vec<Effect> {
        let Some(range) = self.window.as_ref().map(TimeWindow::extent) else {
            return Vec::new();
        };
        let wanted = self.all_firsts();
        self.compare.firsts.0.retain(|of, _| wanted.contains(of));
        if self.compare.shifting.is_running() {
            return Vec::new();
        }
        let mut effects = Vec::new();
        for of in wanted {
            let search = |found| Search {
                inputs: Vec::new(),
                shift_ns: 0,
                is_running: false,
                found,
            };
            let (program, at_least_ns) = match self.condition_of(&of.vehicle, &of.text) {
                Ok(found) => found,
                Err(wrong) => {
                    let failed = search(First::Failed(wrong.problem));
                    self.compare.firsts.0.insert(of, failed);
                    continue;
                }
            };
            if program.inputs().is_empty() {
                let text = "it reads no signal, so it holds always or never".to_owned();
                self.compare
                    .firsts
                    .0
                    .insert(of, search(First::Failed(text)));
                continue;
            }
            let inputs = match self.inputs_of(&program) {
                // What has been found meanwhile stays.
                Inputs::Waiting => continue,
                Inputs::Failed(text) => {
                    let failed = search(First::Failed(text));
                    self.compare.firsts.0.insert(of, failed);
                    continue;
                }
                Inputs::Ready(inputs, _) => inputs,
            };
            let known = self.compare.firsts.0.get(&of);
            if known.is_some_and(|search| search.is_of(&inputs)) {
                continue;
            }
            let found = known.map_or(First::Searching, |search| search.found.clone());
            let computation = Computation {
                held_until: self.held_until(&program, &inputs, range),
                program,
                inputs: inputs.clone(),
                between: Between::Hold,
            };
            let search = Search {
                inputs,
                shift_ns: self.shift_of(&of.vehicle),
                is_running: true,
                found,
            };
            self.compare.firsts.0.insert(of.clone(), search);
            effects.push(Effect::FindFirst {
                of,
                computation,
                at_least_ns,
            });
        }
        effects
    }

    /// Takes in a first time on the window's axis, as it was when it was asked for.
    pub(in crate::state) fn found_first(
        &mut self,
        of: &FirstOf,
        inputs: &[Arc<Prepared>],
        result: Result<Option<i64>, String>,
    ) {
        let Some(search) = self.compare.firsts.0.get_mut(of) else {
            return;
        };
        if !search.is_of(inputs) {
            // Asked again since.
            return;
        }
        if !search.is_running {
            // Cancelled since.
            return;
        }
        search.is_running = false;
        search.found = match result {
            Ok(Some(time)) => First::At(Timestamp::from_ns(time) - search.shift_ns),
            Ok(None) => First::Never,
            Err(text) => First::Failed(text),
        };
    }
}
