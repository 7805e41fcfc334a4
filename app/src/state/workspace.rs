//! What is drawn where: panels, their signals and axes.
//!
//! Plain data without samples; it can be saved and applied to other data.

use std::collections::BTreeMap;
use std::sync::Arc;

use canlake_shared::schema::SignalKey;

use super::SourceId;

/// A vehicle of an opened source.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct VehicleRef {
    /// The source.
    pub source: SourceId,
    /// The vehicle's id.
    pub vehicle: Arc<str>,
}

/// A signal of an opened source.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SignalRef {
    /// The vehicle.
    pub vehicle: VehicleRef,
    /// The signal.
    pub key: SignalKey,
}

/// Names a panel as long as the app runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PanelId(pub u32);

/// Names a value axis of a panel: signals of one unit share one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AxisId(pub Arc<str>);

/// A signal in a panel.
#[derive(Clone, Debug, PartialEq)]
pub struct PlottedSignal {
    /// Which.
    pub signal: SignalRef,
    /// The axis it is drawn on.
    pub axis: AxisId,
    /// Position in the palette, kept while the signal is plotted.
    pub color_idx: usize,
    /// Hidden signals keep their place in the legend.
    pub visible: bool,
}

/// A plot of signals over time.
#[derive(Clone, Debug, PartialEq)]
pub struct PlotPanel {
    /// Names it.
    pub id: PanelId,
    /// In the order of the legend.
    pub signals: Vec<PlottedSignal>,
    /// Axes that the user has set; the others follow the visible values.
    pub fixed_axes: BTreeMap<AxisId, [f64; 2]>,
}

impl PlotPanel {
    /// The axes of the panel, in the order of their first signal.
    pub fn axes(&self) -> Vec<&AxisId> {
        let mut axes: Vec<&AxisId> = Vec::new();
        for plotted in &self.signals {
            if !axes.contains(&&plotted.axis) {
                axes.push(&plotted.axis);
            }
        }
        axes
    }
}

/// The panels, from top to bottom.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Workspace {
    panels: Vec<PlotPanel>,
    active: Option<PanelId>,
    next_panel: u32,
}

impl Workspace {
    /// From top to bottom.
    pub fn panels(&self) -> &[PlotPanel] {
        &self.panels
    }

    /// The panel that new signals go to.
    pub fn active(&self) -> Option<PanelId> {
        self.active
    }

    /// All plotted signals, each once.
    pub fn signals(&self) -> Vec<&SignalRef> {
        let mut signals: Vec<_> = self
            .panels
            .iter()
            .flat_map(|panel| &panel.signals)
            .map(|plotted| &plotted.signal)
            .collect();
        signals.sort();
        signals.dedup();
        signals
    }

    /// Whether the signal is drawn in any panel.
    pub fn contains(&self, signal: &SignalRef) -> bool {
        self.panels.iter().any(|panel| {
            panel
                .signals
                .iter()
                .any(|plotted| plotted.signal == *signal)
        })
    }

    /// Adds an empty panel below the others and makes it active.
    pub fn add_panel(&mut self) -> PanelId {
        let id = PanelId(self.next_panel);
        self.next_panel += 1;
        self.panels.push(PlotPanel {
            id,
            signals: Vec::new(),
            fixed_axes: BTreeMap::new(),
        });
        self.active = Some(id);
        id
    }

    /// Makes a panel active.
    pub fn activate(&mut self, id: PanelId) {
        if self.panel(id).is_some() {
            self.active = Some(id);
        }
    }

    /// Removes a panel; its neighbour becomes active.
    pub fn close_panel(&mut self, id: PanelId) {
        let Some(idx) = self.panels.iter().position(|panel| panel.id == id) else {
            return;
        };
        self.panels.remove(idx);
        if self.active == Some(id) {
            let neighbour = self.panels.get(idx).or_else(|| self.panels.last());
            self.active = neighbour.map(|panel| panel.id);
        }
    }

    /// Removes all panels.
    pub fn clear(&mut self) {
        self.panels.clear();
        self.active = None;
    }

    /// Draws a signal in a panel; nothing changes if it is there already.
    pub fn plot(&mut self, id: PanelId, signal: SignalRef, axis: AxisId) {
        let color_idx = self.free_color(id);
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
        });
    }

    /// Takes a signal out of a panel.
    pub fn unplot(&mut self, id: PanelId, signal: &SignalRef) {
        if let Some(panel) = self.panel_mut(id) {
            panel.signals.retain(|plotted| plotted.signal != *signal);
            let axes: Vec<AxisId> = panel.axes().into_iter().cloned().collect();
            panel.fixed_axes.retain(|axis, _| axes.contains(axis));
        }
    }

    /// Takes everything of a source out of all panels.
    pub fn forget_source(&mut self, source: SourceId) {
        for panel in &mut self.panels {
            panel
                .signals
                .retain(|plotted| plotted.signal.vehicle.source != source);
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

    /// Sets the range of an axis.
    pub fn set_axis(&mut self, id: PanelId, axis: AxisId, range: [f64; 2]) {
        let is_range = range[0].is_finite() && range[1].is_finite() && range[0] < range[1];
        if let (true, Some(panel)) = (is_range, self.panel_mut(id)) {
            panel.fixed_axes.insert(axis, range);
        }
    }

    /// Lets an axis follow the visible values.
    pub fn fit_axis(&mut self, id: PanelId, axis: &AxisId) {
        if let Some(panel) = self.panel_mut(id) {
            panel.fixed_axes.remove(axis);
        }
    }

    /// Lets all axes follow the visible values.
    pub fn fit_axes(&mut self) {
        for panel in &mut self.panels {
            panel.fixed_axes.clear();
        }
    }

    /// Gives every signal a panel of its own, or puts all into one if that is so already.
    pub fn stack_or_overlay(&mut self) {
        let all: Vec<PlottedSignal> = self
            .panels
            .iter()
            .flat_map(|panel| panel.signals.clone())
            .collect();
        let is_stacked = self.panels.iter().all(|panel| panel.signals.len() <= 1);
        self.clear();
        if all.is_empty() {
            return;
        }
        let overlay = is_stacked.then(|| self.add_panel());
        for plotted in all {
            let id = overlay.unwrap_or_else(|| self.add_panel());
            self.plot(id, plotted.signal, plotted.axis);
        }
        self.active = self.panels.first().map(|panel| panel.id);
    }

    fn panel(&self, id: PanelId) -> Option<&PlotPanel> {
        self.panels.iter().find(|panel| panel.id == id)
    }

    fn panel_mut(&mut self, id: PanelId) -> Option<&mut PlotPanel> {
        self.panels.iter_mut().find(|panel| panel.id == id)
    }

    fn plotted_mut(&mut self, id: PanelId, signal: &SignalRef) -> Option<&mut PlottedSignal> {
        let panel = self.panel_mut(id)?;
        panel
            .signals
            .iter_mut()
            .find(|plotted| plotted.signal == *signal)
    }

    /// The first colour that no signal of the panel has; across panels colours go on.
    fn free_color(&self, id: PanelId) -> usize {
        let used = |idx: usize| {
            self.panels
                .iter()
                .flat_map(|panel| &panel.signals)
                .any(|plotted| plotted.color_idx == idx)
        };
        let total: usize = self.panels.iter().map(|panel| panel.signals.len()).sum();
        let in_panel = self.panel(id).map_or(0, |panel| panel.signals.len());
        (0..=total).find(|idx| !used(*idx)).unwrap_or(in_panel)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn signal(name: &str) -> SignalRef {
        SignalRef {
            vehicle: VehicleRef {
                source: SourceId(0),
                vehicle: "V".into(),
            },
            key: SignalKey::new("", "M", None, name),
        }
    }

    fn axis(unit: &str) -> AxisId {
        AxisId(unit.into())
    }

    #[test]
    fn a_signal_is_in_a_panel_once_and_keeps_its_colour() {
        let mut workspace = Workspace::default();
        let id = workspace.add_panel();
        for name in ["a", "b", "a", "c"] {
            workspace.plot(id, signal(name), axis("V"));
        }
        workspace.unplot(id, &signal("a"));
        let colors: Vec<_> = workspace.panels()[0]
            .signals
            .iter()
            .map(|plotted| plotted.color_idx)
            .collect();
        assert_eq!(colors, [1, 2]);
        workspace.plot(id, signal("d"), axis("V"));
        assert_eq!(workspace.panels()[0].signals[2].color_idx, 0);
    }

    #[test]
    fn solo_and_back() {
        let mut workspace = Workspace::default();
        let id = workspace.add_panel();
        for name in ["a", "b"] {
            workspace.plot(id, signal(name), axis("V"));
        }
        let visible = |workspace: &Workspace| -> Vec<bool> {
            workspace.panels()[0]
                .signals
                .iter()
                .map(|plotted| plotted.visible)
                .collect()
        };
        workspace.solo(id, &signal("b"));
        assert_eq!(visible(&workspace), [false, true]);
        workspace.solo(id, &signal("b"));
        assert_eq!(visible(&workspace), [true, true]);
    }

    #[test]
    fn stack_and_overlay_keep_all_signals() {
        let mut workspace = Workspace::default();
        let id = workspace.add_panel();
        for name in ["a", "b", "c"] {
            workspace.plot(id, signal(name), axis("V"));
        }
        workspace.stack_or_overlay();
        assert_eq!(workspace.panels().len(), 3);
        workspace.stack_or_overlay();
        assert_eq!(workspace.panels().len(), 1);
        assert_eq!(workspace.signals().len(), 3);
    }

    #[test]
    fn axes_only_take_ranges() {
        let mut workspace = Workspace::default();
        let id = workspace.add_panel();
        workspace.plot(id, signal("a"), axis("V"));
        workspace.set_axis(id, axis("V"), [1.0, 1.0]);
        workspace.set_axis(id, axis("V"), [f64::NAN, 1.0]);
        assert!(workspace.panels()[0].fixed_axes.is_empty());
        workspace.set_axis(id, axis("V"), [0.0, 1.0]);
        workspace.unplot(id, &signal("a"));
        assert!(workspace.panels()[0].fixed_axes.is_empty());
    }
}
