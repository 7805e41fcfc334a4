//! What is plotted without having been asked for: of the demo lake, and of a file that was opened
//! while nothing was plotted.

use std::path::Path;

use super::{AppState, Effect, SignalRef, SourceId};
use crate::command::PlotTarget;
use crate::demo;
use crate::source::{SignalInfo, SourceLocation};

/// Signals shown of a file that was just opened.
const N_FIRST: usize = 3;

impl AppState {
    /// What a source that was just opened is seen as: a layout that waited for it, what it looked like
    /// last, or first plots.
    pub(super) fn first_view(&mut self, id: SourceId) -> Vec<Effect> {
        let is_demo = self.demo.take_if(|demo| *demo == id).is_some();
        if let Some(effects) = self.begin_waiting_view() {
            return effects;
        }
        if self.awaits_layout() {
            return self.load_missing();
        }
        if let Some(effects) = self.restore_layout(id) {
            return effects;
        }
        if is_demo {
            return self.plot_demo();
        }
        let mut effects = self.plot_file(id);
        effects.extend(self.load_missing());
        effects
    }

    /// Plots something worth seeing of the demo lake, unless the user was faster.
    fn plot_demo(&mut self) -> Vec<Effect> {
        let vehicle = self
            .selection
            .as_ref()
            .map(|selection| selection.vehicle.clone());
        let (Some(vehicle), true) = (vehicle, self.workspace.panels().next().is_none()) else {
            return Vec::new();
        };
        let mut effects = Vec::new();
        for panel in demo::FIRST_PLOTS {
            let infos = self
                .vehicle(&vehicle)
                .map(|known| known.signals.as_slice())
                .unwrap_or_default();
            let named = |(message, signal): &(&str, &str)| {
                infos
                    .iter()
                    .find(|info| &*info.key.message == *message && &*info.key.signal == *signal)
            };
            let signals = panel.iter().filter_map(named).map(|info| SignalRef {
                vehicle: vehicle.clone(),
                key: info.key.clone(),
            });
            let signals = signals.collect();
            effects.extend(self.plot(signals, PlotTarget::NewPanel));
        }
        effects
    }

    /// Plots what moves most in a file, so that a drop becomes a picture; of folders and lakes, which
    /// may be large or far away, nothing is read before it is asked for.
    fn plot_file(&mut self, id: SourceId) -> Vec<Effect> {
        // What is called `v1.2` is more likely a folder.
        let is_file = |path: &Path| {
            let extension = path.extension().map(std::ffi::OsStr::to_string_lossy);
            extension.is_some_and(|it| it.chars().all(|letter| letter.is_ascii_alphabetic()))
        };
        let vehicle = self
            .selection
            .as_ref()
            .map(|selection| selection.vehicle.clone())
            .filter(|vehicle| vehicle.source == id);
        let source = self.source(id);
        let is_of_files = source.is_some_and(|source| match &source.location {
            SourceLocation::Local(paths) => paths.iter().all(|path| is_file(path)),
            _ => false,
        });
        let is_empty = !self.workspace.has_signals();
        let (Some(vehicle), true, true) = (vehicle, is_of_files, is_empty) else {
            return Vec::new();
        };
        let infos = self
            .vehicle(&vehicle)
            .map_or(&[][..], |known| &known.signals);
        let signals: Vec<SignalRef> = liveliest(infos)
            .into_iter()
            .map(|info| SignalRef {
                vehicle: vehicle.clone(),
                key: info.key.clone(),
            })
            .collect();
        let mut effects = Vec::new();
        for signal in signals {
            effects.extend(self.plot(vec![signal], PlotTarget::NewPanel));
        }
        effects
    }
}

/// Measured values before counters and states, then the most samples; one of each message.
fn liveliest(infos: &[SignalInfo]) -> Vec<&SignalInfo> {
    let moves = |info: &&SignalInfo| info.rows > 1 && info.min < info.max;
    let mut candidates: Vec<_> = infos.iter().filter(moves).collect();
    candidates.sort_by_key(|info| {
        let is_state = !info.labels.is_empty();
        (is_state, info.unit.is_empty(), std::cmp::Reverse(info.rows))
    });
    let mut chosen: Vec<&SignalInfo> = Vec::new();
    for info in candidates {
        let is_known = chosen.iter().any(|it| it.key.message == info.key.message);
        if !is_known && chosen.len() < N_FIRST {
            chosen.push(info);
        }
    }
    chosen
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::testing::signal_info;
    use canlake_shared::schema::SignalKey;

    #[test]
    fn measured_values_of_different_messages_are_shown_first() {
        let info = |message: &str, signal: &str, unit: &str, rows, max| SignalInfo {
            rows,
            min: Some(0.0),
            max: Some(max),
            ..signal_info(SignalKey::new("", message, None, signal), unit)
        };
        let infos = [
            info("A", "Counter", "", 900, 15.0),
            info("A", "Slow", "V", 10, 5.0),
            info("A", "Fast", "V", 100, 5.0),
            info("B", "Still", "A", 1_000, 0.0),
            info("B", "Once", "A", 1, 1.0),
            info("C", "Speed", "km/h", 50, 90.0),
            info("D", "Toggle", "", 70, 1.0),
            info("E", "Toggle", "", 60, 1.0),
        ];
        let names: Vec<_> = liveliest(&infos)
            .iter()
            .map(|info| format!("{}.{}", info.key.message, info.key.signal))
            .collect();
        assert_eq!(names, ["A.Fast", "C.Speed", "D.Toggle"]);
        assert!(liveliest(&[]).is_empty());
    }
}
