//! All signals in plots of their own, or all in one.

use super::{Place, Workspace, is_compared};
use crate::state::{PanelId, PanelKind, PlottedSignal, SignalRef};

impl Workspace {
    /// Gives every signal of the plots that are seen a plot of its own, or puts all into one if that
    /// is so already. Other panels stay below them.
    pub fn stack_or_overlay(&mut self) {
        let seen = self.layout.seen();
        let is_plot = |id: &PanelId| {
            let panel = self.panels.get(id);
            panel.is_some_and(|panel| panel.kind == PanelKind::Plot)
        };
        let (plots, others): (Vec<_>, Vec<_>) = seen.into_iter().partition(is_plot);
        let signals: Vec<PlottedSignal> = plots
            .iter()
            .filter_map(|id| self.panels.get(id))
            .flat_map(|panel| panel.signals.clone())
            .collect();
        let (Some(first), false) = (plots.first().copied(), signals.is_empty()) else {
            return;
        };
        let is_stacked = plots.iter().all(|id| {
            let panel = self.panels.get(id);
            panel.is_none_or(|panel| {
                let shown = panel.signals.iter();
                shown
                    .filter(|it| it.signal.vehicle.overlay.is_none())
                    .count()
                    <= 1
            })
        });
        for id in plots.iter().skip(1) {
            self.panels.remove(id);
            self.layout.remove(*id);
        }
        if let Some(panel) = self.panels.get_mut(&first) {
            panel.signals.clear();
            panel.fixed_axes.clear();
        }
        let mut order = vec![first];
        let mut places: Vec<(SignalRef, PanelId)> = Vec::new();
        for plotted in signals {
            // What is compared stays together.
            let compared = places
                .iter()
                .find(|(other, _)| is_compared(other, &plotted.signal));
            let id = if let Some((_, id)) = compared {
                *id
            } else if is_stacked || places.is_empty() {
                first
            } else {
                let id = self.add_panel(PanelKind::Plot, Place::Below);
                order.push(id);
                id
            };
            places.push((plotted.signal.clone(), id));
            self.plot_as(id, plotted);
        }
        order.extend(others);
        self.layout.stack(order);
        self.active = Some(first);
    }
}
