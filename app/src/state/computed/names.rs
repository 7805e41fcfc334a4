//! What names in expressions mean: signals of a vehicle, computed signals, and signals of other
//! vehicles as `` `CAR_2/Drive.Speed` ``, of drives that are compared as `` `CAR_1 +1/Drive.Speed` ``
//! or with the name that the drive was given.

use canlake_shared::expr::{NameError, Resolve};
use canlake_shared::schema::{SignalKey, SignalSelector};

use super::computed_key;
use crate::source::{SignalInfo, Vehicle};
use crate::state::{AppState, SignalRef, VehicleRef};

/// Names that are offered for one that is not known.
const MAX_SUGGESTIONS: usize = 3;

/// Resolves names for one vehicle.
#[derive(Debug)]
pub(crate) struct Names<'a> {
    pub state: &'a AppState,
    pub vehicle: &'a VehicleRef,
}

impl Resolve for Names<'_> {
    type Signal = SignalRef;

    fn signal(&self, name: &str) -> Result<SignalRef, NameError> {
        if let Some((vehicle, rest)) = self.qualified(name) {
            return Names {
                vehicle: &vehicle,
                ..*self
            }
            .of_vehicle(rest);
        }
        self.of_vehicle(name)
    }

    fn label(&self, signal: &SignalRef, text: &str) -> Option<f64> {
        let info = self.state.signal_info(signal)?;
        let mut labels = info.labels.iter();
        let label = labels.find(|(_, label)| label.eq_ignore_ascii_case(text));
        label.map(|(value, _)| *value)
    }

    fn labels(&self, signal: &SignalRef) -> Vec<String> {
        let info = self.state.signal_info(signal);
        let labels = info.into_iter().flat_map(|info| info.labels.iter());
        labels.map(|(_, label)| label.to_string()).collect()
    }
}

impl Names<'_> {
    /// The vehicle that a name begins with, and the rest of the name.
    fn qualified<'n>(&self, name: &'n str) -> Option<(VehicleRef, &'n str)> {
        let (vehicle, rest) = name.split_once('/')?;
        Some((self.state.vehicle_called(vehicle)?, rest))
    }

    fn of_vehicle(&self, name: &str) -> Result<SignalRef, NameError> {
        let reference = |key| SignalRef {
            vehicle: self.vehicle.clone(),
            key,
        };
        let computed = computed_key(name);
        if self.state.analysis.computed_signal(&computed).is_some() {
            return Ok(reference(computed));
        }
        let Some(vehicle) = self.state.vehicle(self.vehicle) else {
            return Err(NameError::Unknown {
                suggestions: Vec::new(),
            });
        };
        let found = find(vehicle, name);
        match found.as_slice() {
            [only] => Ok(reference(only.key.clone())),
            [] => Err(NameError::Unknown {
                suggestions: suggestions(vehicle, name),
            }),
            several => Err(NameError::Ambiguous {
                candidates: several.iter().map(|info| info.key.to_string()).collect(),
            }),
        }
    }
}

/// The signals that a name selects: by all that it says, else by the signal's own name, which may have
/// dots in it.
fn find<'v>(vehicle: &'v Vehicle, name: &str) -> Vec<&'v SignalInfo> {
    let selected: Vec<_> = match name.parse::<SignalSelector>() {
        Ok(selector) => {
            let all = vehicle.signals.iter();
            all.filter(|info| selector.matches(&info.key)).collect()
        }
        Err(_) => Vec::new(),
    };
    if !selected.is_empty() {
        return selected;
    }
    let all = vehicle.signals.iter();
    all.filter(|info| &*info.key.signal == name).collect()
}

/// Whether a name in an expression means a signal of this vehicle, or several.
pub(in crate::state) fn is_known(vehicle: &Vehicle, name: &str) -> bool {
    !find(vehicle, name).is_empty()
}

/// A name that means this signal of a vehicle alone, as far as there is one.
pub(in crate::state) fn clear_name(vehicle: &Vehicle, key: &SignalKey) -> String {
    let short = format!("{}.{}", key.message, key.signal);
    match find(vehicle, &short).as_slice() {
        [only] if only.key == *key => short,
        _ => key.to_string(),
    }
}

/// Signals whose name is nearly this one: another case, or a part of it.
fn suggestions(vehicle: &Vehicle, name: &str) -> Vec<String> {
    let wanted = name.to_lowercase();
    let last = wanted.rsplit('.').next().unwrap_or(&wanted);
    let mut near: Vec<_> = vehicle
        .signals
        .iter()
        .filter_map(|info| {
            let signal = info.key.signal.to_lowercase();
            let is_near = signal == last || signal.contains(last) || last.contains(&signal);
            let text = format!("{}.{}", info.key.message, info.key.signal);
            is_near.then(|| (signal.len().abs_diff(last.len()), text))
        })
        .collect();
    near.sort();
    near.dedup();
    let near = near.into_iter().map(|(_, text)| text);
    near.take(MAX_SUGGESTIONS).collect()
}

impl AppState {
    /// The vehicle of this id, or the one that is laid over the others under this name.
    fn vehicle_called(&self, name: &str) -> Option<VehicleRef> {
        let mut overlays = self.analysis.overlays.iter();
        let overlay = overlays.find(|overlay| {
            vehicle_name(&overlay.laid_over()) == name || self.overlay_name(overlay) == name
        });
        if let Some(overlay) = overlay {
            return Some(overlay.laid_over());
        }
        let mut plotted = self.workspace.signals().into_iter().map(|it| &it.vehicle);
        if let Some(known) = plotted.find(|vehicle| vehicle_name(vehicle) == name) {
            return Some(known.clone());
        }
        self.sources.iter().find_map(|source| {
            let vehicle = source.catalogue()?.vehicle(name)?;
            Some(VehicleRef::new(
                source.id,
                std::sync::Arc::clone(&vehicle.id),
            ))
        })
    }

    /// How a signal is written in an expression for `vehicle`: as short as is clear, in backticks where
    /// that is needed.
    pub fn name_in_expression(&self, vehicle: &VehicleRef, signal: &SignalRef) -> String {
        let names = Names {
            state: self,
            vehicle: &signal.vehicle,
        };
        let key = &signal.key;
        let short = [
            key.signal.to_string(),
            format!("{}.{}", key.message, key.signal),
        ];
        let is_clear = |name: &String| names.of_vehicle(name).is_ok_and(|found| found == *signal);
        let name = short.into_iter().find(is_clear);
        let name = name.unwrap_or_else(|| key.to_string());
        let name = if signal.vehicle == *vehicle {
            name
        } else {
            format!("{}/{name}", vehicle_name(&signal.vehicle))
        };
        canlake_shared::expr::quote_name(&name)
    }
}

/// What tells a vehicle from the others in names of expressions.
fn vehicle_name(vehicle: &VehicleRef) -> String {
    match vehicle.overlay {
        None => vehicle.vehicle.to_string(),
        Some(overlay) => format!("{} +{}", vehicle.vehicle, overlay.0),
    }
}
