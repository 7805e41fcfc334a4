//! Which signal of another drive a signal is compared with, and plotting them together.

use canlake_shared::expr::Program;

use crate::source::{SignalInfo, Vehicle};
use crate::state::{
    AppState, Overlay, OverlayId, PanelId, PanelKind, PlottedSignal, Severity, SignalRef,
};

impl AppState {
    /// The signal of an overlay that stands beside a signal of the drive shown: the same, else one of
    /// the same message and name (another bus, another identifier). `None` when the overlay's vehicle
    /// has none with samples in that time.
    ///
    /// Of a computed signal: the same expression, read from the overlay.
    pub fn counterpart(&self, overlay: &Overlay, signal: &SignalRef) -> Option<SignalRef> {
        if let Some(computed) = self.analysis.computed_signal(&signal.key) {
            let vehicle = overlay.laid_over();
            let program = self.check_expression(&vehicle, computed.text());
            return program.is_ok().then(|| SignalRef {
                vehicle,
                key: signal.key.clone(),
            });
        }
        let vehicle = self.vehicle(&overlay.vehicle)?;
        let info = counterpart_in(vehicle, signal)?;
        let has_samples = info.last >= overlay.range.start && info.first < overlay.range.end;
        has_samples.then(|| SignalRef {
            vehicle: overlay.laid_over(),
            key: info.key.clone(),
        })
    }

    /// Plots the counterparts of everything that is plotted.
    pub(super) fn plot_all_counterparts(&mut self, id: OverlayId) {
        let panels: Vec<_> = self.workspace.panels().map(|panel| panel.id).collect();
        let mut missing = Vec::new();
        for panel in panels {
            missing.extend(self.plot_counterparts_of(id, panel, |_| true));
        }
        self.tell_not_compared(id, missing);
    }

    /// Plots, beside signals that were just plotted, their counterparts in all overlays.
    pub(in crate::state) fn plot_counterparts(&mut self, panel: PanelId, signals: &[SignalRef]) {
        let overlays: Vec<_> = self.analysis.overlays.iter().map(|it| it.id).collect();
        for id in overlays {
            let missing = self.plot_counterparts_of(id, panel, |signal| signals.contains(signal));
            self.tell_not_compared(id, missing);
        }
    }

    /// Takes a signal out of a panel, and with it what it is compared with.
    pub(in crate::state) fn unplot(&mut self, panel: PanelId, signal: &SignalRef) {
        if signal.vehicle.overlay.is_none() {
            let overlays = self.analysis.overlays.iter();
            let counterparts: Vec<_> = overlays
                .filter_map(|overlay| self.counterpart(overlay, signal))
                .collect();
            for counterpart in counterparts {
                self.workspace.unplot(panel, &counterpart);
            }
        }
        self.workspace.unplot(panel, signal);
    }

    /// Gives the signals that have no counterpart.
    fn plot_counterparts_of(
        &mut self,
        id: OverlayId,
        panel: PanelId,
        is_wanted: impl Fn(&SignalRef) -> bool,
    ) -> Vec<SignalRef> {
        let (Some(overlay), Some(shown)) = (self.overlay(id), self.workspace.panel(panel)) else {
            return Vec::new();
        };
        // In the others the order of the signals says what is drawn over what.
        let has_room = matches!(
            shown.kind,
            PanelKind::Plot | PanelKind::Table | PanelKind::Statistics | PanelKind::Histogram
        );
        if !has_room {
            return Vec::new();
        }
        let is_shown = |plotted: &&PlottedSignal| {
            plotted.signal.vehicle.overlay.is_none()
                && is_wanted(&plotted.signal)
                && !self.is_comparison(&plotted.signal)
        };
        let mut missing = Vec::new();
        let mut found = Vec::new();
        for plotted in shown.signals.iter().filter(is_shown) {
            let counterpart = self.counterpart(overlay, &plotted.signal);
            let known = counterpart
                .as_ref()
                .and_then(|signal| self.signal_info(signal));
            match (counterpart.clone(), known) {
                (Some(signal), Some(info)) => {
                    let before = self.signal_info(&plotted.signal);
                    let is_same_unit = before.is_none_or(|before| before.unit == info.unit);
                    let axis = if is_same_unit {
                        plotted.axis.clone()
                    } else {
                        crate::state::axis_of(info)
                    };
                    found.push((signal, axis));
                }
                _ => missing.push(plotted.signal.clone()),
            }
        }
        for (signal, axis) in found {
            self.workspace.plot(panel, signal, axis);
        }
        missing
    }

    /// Whether a signal is worked out of several drives already, such as a difference between them.
    fn is_comparison(&self, signal: &SignalRef) -> bool {
        let computed = self.analysis.computed_signal(&signal.key);
        let program = computed.map(|it| self.check_expression(&signal.vehicle, it.text()));
        program.is_some_and(|program| {
            let inputs = program.iter().flat_map(Program::inputs);
            inputs
                .into_iter()
                .any(|input| input.signal.vehicle != signal.vehicle)
        })
    }

    fn tell_not_compared(&mut self, id: OverlayId, mut missing: Vec<SignalRef>) {
        missing.sort();
        missing.dedup();
        let (Some(overlay), false) = (self.overlay(id), missing.is_empty()) else {
            return;
        };
        let title = format!(
            "{} has no samples of {} of the signals shown; they are not compared",
            self.overlay_name(overlay),
            missing.len()
        );
        let names: Vec<_> = missing.iter().map(|it| self.signal_name(it)).collect();
        self.notices.add(Severity::Warning, title, names.join("\n"));
    }
}

fn counterpart_in<'a>(vehicle: &'a Vehicle, signal: &SignalRef) -> Option<&'a SignalInfo> {
    let key = &signal.key;
    let is_same = |info: &&SignalInfo| info.key == *key;
    let has_same_id = |info: &&SignalInfo| info.key.arbitration_id == key.arbitration_id;
    let named_alike =
        |info: &&SignalInfo| info.key.message == key.message && info.key.signal == key.signal;
    let alike = || vehicle.signals.iter().filter(named_alike);
    alike()
        .find(is_same)
        .or_else(|| alike().find(has_same_id))
        .or_else(|| alike().next())
}
