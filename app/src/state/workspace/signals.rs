//! Which signals are in which panel, on which axis, and how they look.

use canlake_shared::schema::SignalKey;

use super::{Workspace, is_compared};
use crate::state::panel::free_axis;
use crate::state::{
    AxisId, LineLook, OVERLAY_COLORS, OverlayId, Panel, PanelId, PlottedSignal, SIGNAL_COLORS,
    SignalRef, SourceId,
};

impl Workspace {
    /// Draws a signal in a panel; nothing changes if it is there already.
    pub fn plot(&mut self, id: PanelId, signal: SignalRef, axis: AxisId) {
        let color_idx = self.color_of(id, &signal);
        let Some(panel) = self.panel_mut(id) else {
            return;
        };
        if panel.signals.iter().any(|plotted| plotted.signal == signal) {
            return;
        }
        panel.signals.push(PlottedSignal {
            signal,
            axis,
            color_idx,
            visible: true,
            look: LineLook::default(),
        });
    }

    /// Draws a signal as it was drawn elsewhere. Its colour stays unless another there has it.
    pub(super) fn plot_as(&mut self, id: PanelId, plotted: PlottedSignal) {
        let color = plotted.color_idx;
        let is_taken = self.panel(id).is_none_or(|panel| {
            let mut others = panel.signals.iter();
            others.any(|other| other.color_idx == color || other.signal == plotted.signal)
        });
        let axis = plotted.axis.clone();
        self.plot(id, plotted.signal.clone(), axis);
        if let Some(there) = self.plotted_mut(id, &plotted.signal) {
            let color_idx = if is_taken { there.color_idx } else { color };
            *there = PlottedSignal {
                color_idx,
                ..plotted
            };
        }
    }

    /// Draws a signal on an axis of its own, also where another axis of its unit is.
    pub fn plot_on_new_axis(&mut self, id: PanelId, signal: &SignalRef, axis: &AxisId) {
        let Some(panel) = self.panel(id) else {
            return;
        };
        let taken: Vec<AxisId> = panel.axes().into_iter().cloned().collect();
        self.replot(id, signal, free_axis(&taken, &axis.of));
    }

    /// Draws a signal on the axis at a position of a panel; on its own where there is none.
    pub fn plot_on_axis(&mut self, id: PanelId, signal: &SignalRef, own: AxisId, at: usize) {
        let axes = self.panel(id).map(Panel::axes).unwrap_or_default();
        let axis = axes.get(at).copied().cloned().unwrap_or(own);
        self.replot(id, signal, axis);
    }

    /// Draws a signal on an axis; one that is there already goes there as it looks, to the end.
    fn replot(&mut self, id: PanelId, signal: &SignalRef, axis: AxisId) {
        let before = self.plotted_mut(id, signal).map(|it| it.clone());
        self.unplot(id, signal);
        self.plot(id, signal.clone(), axis);
        if let (Some(before), Some(plotted)) = (before, self.plotted_mut(id, signal)) {
            let axis = plotted.axis.clone();
            *plotted = PlottedSignal { axis, ..before };
        }
    }

    /// Takes a signal out of a panel.
    pub fn unplot(&mut self, id: PanelId, signal: &SignalRef) {
        if let Some(panel) = self.panel_mut(id) {
            panel.signals.retain(|plotted| plotted.signal != *signal);
            let axes: Vec<AxisId> = panel.axes().into_iter().cloned().collect();
            panel.fixed_axes.retain(|axis, _| axes.contains(axis));
        }
    }

    /// Takes everything of other sources out of all panels.
    pub fn keep_sources(&mut self, is_kept: impl Fn(SourceId) -> bool) {
        for panel in self.panels.values_mut() {
            panel
                .signals
                .retain(|plotted| is_kept(plotted.signal.vehicle.source));
        }
    }

    /// Takes signals out of all panels.
    pub fn remove_signals(&mut self, is_removed: impl Fn(&SignalRef) -> bool) {
        for panel in self.panels.values_mut() {
            panel.signals.retain(|plotted| !is_removed(&plotted.signal));
        }
    }

    /// Gives signals of this identity another one.
    pub fn rename_signals(&mut self, before: &SignalKey, after: &SignalKey) {
        for panel in self.panels.values_mut() {
            for plotted in &mut panel.signals {
                if plotted.signal.key == *before {
                    plotted.signal.key = after.clone();
                }
            }
        }
    }

    /// Shows a hidden signal, hides a visible one.
    pub fn toggle(&mut self, id: PanelId, signal: &SignalRef) {
        if let Some(plotted) = self.plotted_mut(id, signal) {
            plotted.visible = !plotted.visible;
        }
    }

    /// Shows only this signal; all again if it already is the only one.
    pub fn solo(&mut self, id: PanelId, signal: &SignalRef) {
        let Some(panel) = self.panel_mut(id) else {
            return;
        };
        let is_alone = panel
            .signals
            .iter()
            .all(|plotted| plotted.visible == (plotted.signal == *signal));
        for plotted in &mut panel.signals {
            plotted.visible = is_alone || plotted.signal == *signal;
        }
    }

    /// Changes how the line of a signal looks.
    pub fn set_look(&mut self, id: PanelId, signal: &SignalRef, look: LineLook) {
        if let Some(plotted) = self.plotted_mut(id, signal) {
            plotted.look = look.valid();
        }
    }

    /// Lets a signal look in one panel as it does in another.
    pub fn copy_look(&mut self, from: PanelId, to: PanelId, signal: &SignalRef) {
        let look = self.plotted_mut(from, signal).map(|it| it.look);
        if let Some(look) = look {
            self.set_look(to, signal, look);
        }
    }

    /// Gives a signal another colour of the palette.
    pub fn set_color(&mut self, id: PanelId, signal: &SignalRef, color_idx: usize) {
        if let Some(plotted) = self.plotted_mut(id, signal) {
            plotted.color_idx = color_idx;
        }
    }

    /// Draws a signal on another axis of its panel; without one on a new axis for what it measures.
    pub(in crate::state) fn move_to_axis(
        &mut self,
        id: PanelId,
        signal: &SignalRef,
        axis: Option<AxisId>,
        own: &AxisId,
    ) {
        let Some(panel) = self.panel_mut(id) else {
            return;
        };
        let taken: Vec<AxisId> = panel.axes().into_iter().cloned().collect();
        let plotted = panel.signals.iter_mut();
        let Some(plotted) = plotted.into_iter().find(|it| it.signal == *signal) else {
            return;
        };
        plotted.axis = axis.unwrap_or_else(|| free_axis(&taken, &own.of));
        let axes: Vec<AxisId> = panel.axes().into_iter().cloned().collect();
        panel.fixed_axes.retain(|axis, _| axes.contains(axis));
    }

    /// Puts a signal before all others of its panel.
    pub(in crate::state) fn put_first(&mut self, id: PanelId, signal: &SignalRef) {
        if let Some(panel) = self.panel_mut(id) {
            // Stable: the others keep their order.
            panel.signals.sort_by_key(|it| it.signal != *signal);
        }
    }

    /// Takes all signals of an overlay out of all panels.
    pub(in crate::state) fn remove_overlay(&mut self, overlay: OverlayId) {
        let panels: Vec<_> = self.panels.keys().copied().collect();
        for id in panels {
            let panel = self.panel(id);
            let signals = panel.map(|panel| panel.signals.iter().map(|it| it.signal.clone()));
            let signals: Vec<_> = signals.into_iter().flatten().collect();
            for signal in signals {
                if signal.vehicle.overlay == Some(overlay) {
                    self.unplot(id, &signal);
                }
            }
        }
    }

    fn plotted_mut(&mut self, id: PanelId, signal: &SignalRef) -> Option<&mut PlottedSignal> {
        let panel = self.panel_mut(id)?;
        panel
            .signals
            .iter_mut()
            .find(|plotted| plotted.signal == *signal)
    }

    /// The colour that the signal has in another panel, if none of this one has it; else a free one.
    /// A signal of an overlay has that of the signal that it is compared with, in another tone.
    fn color_of(&self, id: PanelId, signal: &SignalRef) -> usize {
        if let Some(OverlayId(tone)) = signal.vehicle.overlay {
            let panel = self.panel(id).into_iter();
            let compared = panel
                .flat_map(|panel| &panel.signals)
                .find(|plotted| is_compared(&plotted.signal, signal));
            let color = compared.map_or_else(|| self.free_color(id), |it| it.color_idx);
            return color % OVERLAY_COLORS + OVERLAY_COLORS * tone as usize;
        }
        let elsewhere = self.plotted().find(|plotted| plotted.signal == *signal);
        let is_taken = |color_idx: usize| {
            let panel = self.panel(id);
            panel.is_some_and(|panel| {
                let mut plotted = panel.signals.iter();
                plotted.any(|plotted| plotted.color_idx == color_idx)
            })
        };
        elsewhere
            .map(|plotted| plotted.color_idx)
            .filter(|color_idx| !is_taken(*color_idx))
            .unwrap_or_else(|| self.free_color(id))
    }

    /// A colour that no signal of the panel has: one that no panel has, as long as there are such; then
    /// one of another panel, before lines that share a colour have to be dashed.
    fn free_color(&self, id: PanelId) -> usize {
        let is_in = |panel: &Panel, idx: usize| panel.signals.iter().any(|it| it.color_idx == idx);
        let is_here = |idx: usize| self.panel(id).is_some_and(|panel| is_in(panel, idx));
        let is_anywhere = |idx: usize| self.panels.values().any(|panel| is_in(panel, idx));
        let n_here = self.panel(id).map_or(0, |panel| panel.signals.len());
        let new = (0..SIGNAL_COLORS).find(|idx| !is_anywhere(*idx));
        // Of one more than there are signals, one is free.
        new.or_else(|| (0..=n_here).find(|idx| !is_here(*idx)))
            .unwrap_or_default()
    }
}
