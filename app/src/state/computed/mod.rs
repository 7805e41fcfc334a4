//! Computed signals and events of conditions: defined by the user, worked out by a worker.
//!
//! ```text
//!  definition ──program()──▶ inputs, loaded like what is plotted (wanted)
//!                              │ all have ended
//!                              ▼
//!                    Effect::Compute ──▶ Event::Computed, Event::EventsFound
//! ```
//!
//! A computed signal is a signal like any other: it has a [`SignalRef`] and its samples are in the
//! store. It is worked out again whenever its definition or one of its inputs has changed.

mod definition;
mod events;
mod names;
mod rules;
mod work;

use std::sync::Arc;

use canlake_shared::expr::{Expr, Program};
use canlake_shared::schema::SignalKey;

pub use definition::{
    Between, COMPUTED_MESSAGE, ComputedSignal, ConditionId, WatchedCondition, computed_key,
};
pub use events::{EventsCommand, FoundEvents, WatchedEvents};
pub(crate) use names::Names;
pub(super) use names::{clear_name, is_known};
pub use rules::Rule;
pub(super) use work::Inputs;
pub use work::{Computation, Computations, ComputeEffect, ComputeEvent};

use super::{Analysis, AppState, Dialog, Effect, PanelKind, Severity, SignalRef, VehicleRef};
use crate::command::PlotTarget;

/// The deepest that computed signals may build on each other.
const MAX_DEPTH: usize = 32;

/// What the user wants with computed signals.
#[derive(Clone, Debug, PartialEq)]
pub enum ComputedCommand {
    /// Show the editor, for a new signal or for the one at this position.
    Edit(Option<usize>),
    /// Take a definition; in place of the one at a position, or as a new one, which is plotted.
    Define(Option<usize>, ComputedSignal),
    /// Forget the definition of this name.
    Remove(Arc<str>),
    /// Define the difference of two signals.
    Subtract(SignalRef, SignalRef),
}

impl Analysis {
    /// The computed signal of this identity.
    pub fn computed_signal(&self, key: &SignalKey) -> Option<&ComputedSignal> {
        self.computed.iter().find(|it| it.info().key == *key)
    }
}

impl AppState {
    pub(super) fn change_computed(&mut self, command: ComputedCommand) -> Vec<Effect> {
        match command {
            ComputedCommand::Edit(at) => {
                self.dialog = Some(Dialog::Computed(at));
                Vec::new()
            }
            ComputedCommand::Define(at, signal) => self.define(at, signal),
            ComputedCommand::Remove(name) => {
                let key = computed_key(&name);
                self.analysis.computed.retain(|it| it.info().key != key);
                self.workspace.remove_signals(|signal| signal.key == key);
                self.store.remove(|signal| signal.key == key);
                self.drop_unused()
            }
            ComputedCommand::Subtract(a, b) => self.subtract(&a, &b),
        }
    }

    fn define(&mut self, at: Option<usize>, signal: ComputedSignal) -> Vec<Effect> {
        self.dialog = None;
        let key = signal.info().key.clone();
        let before = at.and_then(|at| Some(self.analysis.computed.get(at)?.info().key.clone()));
        match at.and_then(|at| self.analysis.computed.get_mut(at)) {
            Some(known) => *known = signal,
            None => self.analysis.computed.push(signal),
        }
        self.store
            .remove(|it| it.key == key || Some(&it.key) == before.as_ref());
        if let Some(before) = before {
            self.workspace.rename_signals(&before, &key);
            let mut effects = self.drop_unused();
            effects.extend(self.load_missing());
            return effects;
        }
        let Some(vehicle) = self.expression_vehicle() else {
            return Vec::new();
        };
        let target = match self.active_plot() {
            Some(panel) => PlotTarget::Panel(panel),
            None => PlotTarget::NewPanel,
        };
        self.plot(vec![SignalRef { vehicle, key }], target)
    }

    fn active_plot(&self) -> Option<super::PanelId> {
        let panel = self.workspace.panel(self.workspace.active()?)?;
        (panel.kind == PanelKind::Plot).then_some(panel.id)
    }

    /// The vehicle that names in new expressions belong to.
    pub fn expression_vehicle(&self) -> Option<VehicleRef> {
        Some(self.selection.as_ref()?.vehicle.clone())
    }

    fn subtract(&mut self, a: &SignalRef, b: &SignalRef) -> Vec<Effect> {
        let vehicle = a.vehicle.clone();
        let text = format!(
            "{} - {}",
            self.name_in_expression(&vehicle, a),
            self.name_in_expression(&vehicle, b)
        );
        let unit = match (self.signal_info(a), self.signal_info(b)) {
            (Some(a), Some(b)) if a.unit == b.unit => a.unit.to_string(),
            _ => String::new(),
        };
        let name = self.free_name(&format!("Δ {}", a.key.signal));
        let signal = ComputedSignal::new(&name, &text, &unit, Between::Hold);
        let key = signal.info().key.clone();
        self.analysis.computed.push(signal);
        self.plot(vec![SignalRef { vehicle, key }], PlotTarget::NewPanel)
    }

    /// The difference of the first two signals of the active plot.
    pub(super) fn subtract_plotted(&mut self) -> Vec<Effect> {
        let active = self.workspace.active();
        let panel = active.and_then(|id| self.workspace.panel(id));
        let mut signals = panel.into_iter().flat_map(|panel| &panel.signals);
        let pair = (signals.next(), signals.next());
        let (Some(a), Some(b)) = pair else {
            let title = "nothing to subtract: plot two signals in one plot, and make it active";
            self.notices.add(Severity::Info, title, "");
            return Vec::new();
        };
        let (a, b) = (a.signal.clone(), b.signal.clone());
        self.subtract(&a, &b)
    }

    /// A name that no computed signal has.
    pub fn free_name(&self, wanted: &str) -> String {
        let is_free = |name: &String| {
            let key = computed_key(name);
            self.analysis.computed_signal(&key).is_none()
        };
        let numbered = (2..).map(|n| format!("{wanted} {n}"));
        let mut names = std::iter::once(wanted.to_owned()).chain(numbered);
        names.find(is_free).unwrap_or_default()
    }

    /// What works out an expression for a vehicle, or what is wrong with the text and where.
    pub fn check_expression(
        &self,
        vehicle: &VehicleRef,
        text: &str,
    ) -> Result<Program<SignalRef>, WrongText> {
        let expr = Expr::parse(text)?;
        self.bind(vehicle, &expr)
    }

    fn bind(&self, vehicle: &VehicleRef, expr: &Expr) -> Result<Program<SignalRef>, WrongText> {
        let names = Names {
            state: self,
            vehicle,
        };
        Ok(expr.bind(&names)?)
    }

    /// Whether a definition of this name would read itself; then how.
    pub fn cycle(&self, name: &str, text: &str) -> Option<String> {
        let vehicle = self.expression_vehicle()?;
        let key = computed_key(name);
        let program = self.check_expression(&vehicle, text).ok()?;
        let mut way = vec![name.to_owned()];
        let inputs = program.inputs().iter().map(|input| input.signal.clone());
        let found = inputs
            .into_iter()
            .any(|input| self.reads(&input, &key, &mut way));
        found.then(|| way.join(" reads "))
    }

    /// Whether working out a signal needs another; `way` then has the names in between.
    fn reads(&self, signal: &SignalRef, other: &SignalKey, way: &mut Vec<String>) -> bool {
        let Some(definition) = self.analysis.computed_signal(&signal.key) else {
            return false;
        };
        way.push(definition.name().to_string());
        if signal.key == *other || way.len() > MAX_DEPTH {
            return true;
        }
        let program = self.check_expression(&signal.vehicle, definition.text());
        let inputs = program.iter().flat_map(Program::inputs);
        let found = inputs
            .into_iter()
            .any(|input| self.reads(&input.signal, other, way));
        if !found {
            way.pop();
        }
        found
    }
}

/// What is wrong with the text of an expression or condition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrongText {
    /// Bytes of the text.
    pub at: std::ops::Range<usize>,
    /// What is wrong, and what to do.
    pub problem: String,
}

impl From<canlake_shared::expr::ParseError> for WrongText {
    fn from(error: canlake_shared::expr::ParseError) -> Self {
        Self {
            problem: error.to_string(),
            at: error.at,
        }
    }
}

impl From<canlake_shared::expr::BindError> for WrongText {
    fn from(error: canlake_shared::expr::BindError) -> Self {
        Self {
            problem: error.to_string(),
            at: error.at,
        }
    }
}
