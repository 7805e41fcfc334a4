//! What is drawn where: panels with their signals and axes, and their layout.
//!
//! Plain data without samples. Invariant: the layout holds exactly the panels that there are.

use std::collections::BTreeMap;

use canlake_shared::schema::SignalKey;
use canlake_shared::time::TimeRange;

use super::panel::free_axis;
use super::{
    AxisId, Layout, LineLook, OVERLAY_COLORS, OverlayId, Panel, PanelId, PanelKind, PanelOptions,
    PlottedSignal, SIGNAL_COLORS, Side, SignalRef, SourceId,
};

/// Where a new panel goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// Below all others of the tab in front.
    Below,
    /// As [`Self::Below`], but low.
    Strip,
    /// In a tab of its own.
    Tab,
    /// At a side of another panel.
    Beside(PanelId, Side),
}

/// What zooming changes in a panel.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct PanelZoom {
    axes: BTreeMap<AxisId, [f64; 2]>,
    own_window: Option<TimeRange>,
    area: Option<super::panel_options::PlaneArea>,
}

/// The panels and where they are.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Workspace {
    panels: BTreeMap<PanelId, Panel>,
    layout: Layout,
    active: Option<PanelId>,
    next_panel: u32,
}

impl Workspace {
    /// Of panels and an arrangement that may not fit: panels that it lacks go below the others, those
    /// that are not there are taken out of it. Of panels with one id the last counts.
    pub fn of(panels: Vec<Panel>, layout: Layout, active: Option<PanelId>) -> Self {
        let checked = |panel: Panel| Panel {
            options: panel.options.checked(),
            ..panel
        };
        let panels = panels.into_iter().map(checked);
        let panels: BTreeMap<_, _> = panels.map(|it| (it.id, it)).collect();
        let mut workspace = Self {
            next_panel: panels
                .keys()
                .last()
                .map_or(0, |last| last.0.saturating_add(1)),
            panels,
            layout,
            active,
        };
        let arranged = workspace.layout.panels();
        for id in arranged
            .iter()
            .filter(|id| !workspace.panels.contains_key(id))
        {
            workspace.layout.remove(*id);
        }
        for id in workspace.panels.keys().filter(|id| !arranged.contains(id)) {
            workspace.layout.add_below(*id);
        }
        workspace.find_active();
        workspace
    }

    /// All of them, in the order of reading.
    pub fn panels(&self) -> impl Iterator<Item = &Panel> {
        let ids = self.layout.panels().into_iter();
        ids.filter_map(|id| self.panels.get(&id))
    }

    /// One of them.
    pub fn panel(&self, id: PanelId) -> Option<&Panel> {
        self.panels.get(&id)
    }

    /// Where they are.
    pub fn layout(&self) -> &Layout {
        &self.layout
    }

    /// Rearranges the panels; those that the layout leaves out are closed.
    pub fn set_layout(&mut self, layout: Layout) {
        let kept = layout.panels();
        if kept.iter().all(|id| self.panels.contains_key(id)) {
            self.layout = layout;
            self.panels.retain(|id, _| kept.contains(id));
            self.find_active();
        }
    }

    /// Whether two differ at most in which panel is active, and in how far panels are zoomed.
    pub fn is_arranged_like(&self, other: &Self) -> bool {
        let is_like = |(panel, other): (&Panel, &Panel)| {
            let is_linked_alike = panel.own_window.is_some() == other.own_window.is_some();
            panel == other
                || is_linked_alike
                    && Panel {
                        fixed_axes: other.fixed_axes.clone(),
                        own_window: other.own_window,
                        options: PanelOptions {
                            area: other.options.area,
                            ..panel.options.clone()
                        },
                        ..panel.clone()
                    } == *other
        };
        self.layout == other.layout
            && self.panels.len() == other.panels.len()
            && self.panels.values().zip(other.panels.values()).all(is_like)
    }

    /// The panel that new signals go to.
    pub fn active(&self) -> Option<PanelId> {
        self.active
    }

    /// The panel that new signals go to: the active one, or another that is seen where that takes none.
    pub fn active_for_signals(&self) -> Option<PanelId> {
        let takes_signals = |id: &PanelId| {
            let panel = self.panel(*id);
            panel.is_some_and(|panel| panel.kind.takes_signals())
        };
        let seen = self.layout.seen();
        self.active.into_iter().chain(seen).find(takes_signals)
    }

    /// All signals of all panels, in no order that means anything.
    pub fn plotted(&self) -> impl Iterator<Item = &PlottedSignal> {
        self.panels.values().flat_map(|panel| &panel.signals)
    }

    /// All plotted signals, each once.
    pub fn signals(&self) -> Vec<&SignalRef> {
        let mut signals: Vec<_> = self.plotted().map(|plotted| &plotted.signal).collect();
        signals.sort();
        signals.dedup();
        signals
    }

    /// Whether anything is plotted.
    pub fn has_signals(&self) -> bool {
        self.plotted().next().is_some()
    }

    /// Whether the signal is drawn in any panel.
    pub fn contains(&self, signal: &SignalRef) -> bool {
        self.plotted().any(|plotted| plotted.signal == *signal)
    }

    /// Adds an empty panel and makes it active.
    pub fn add_panel(&mut self, kind: PanelKind, place: Place) -> PanelId {
        let id = PanelId(self.next_panel);
        self.next_panel += 1;
        let panel = Panel {
            id,
            kind,
            signals: Vec::new(),
            fixed_axes: BTreeMap::new(),
            own_window: None,
            options: PanelOptions::default(),
        };
        self.panels.insert(id, panel);
        match place {
            Place::Below => self.layout.add_below(id),
            Place::Strip => self.layout.add_strip(id),
            Place::Tab => self.layout.add_tab(id),
            Place::Beside(at, side) => self.layout.add_beside(at, side, id),
        }
        self.active = Some(id);
        id
    }

    /// Makes a panel active and brings it to the front.
    pub fn activate(&mut self, id: PanelId) {
        if self.panels.contains_key(&id) {
            self.active = Some(id);
            self.layout.show(id);
        }
    }

    /// Brings the next tab to the front, or the one before.
    pub fn cycle_tabs(&mut self, forward: bool) {
        self.layout.cycle_tabs(forward);
        self.find_active();
    }

    /// Removes a panel; a neighbour becomes active.
    pub fn close_panel(&mut self, id: PanelId) {
        self.panels.remove(&id);
        self.layout.remove(id);
        self.find_active();
    }

    /// Removes all panels.
    pub fn clear(&mut self) {
        self.panels.clear();
        self.layout = Layout::default();
        self.active = None;
    }

    /// A panel like another, beside it.
    pub fn duplicate(&mut self, id: PanelId) {
        let Some(panel) = self.panels.get(&id).cloned() else {
            return;
        };
        let copy = self.add_panel(panel.kind, Place::Beside(id, Side::Bottom));
        self.panels.insert(copy, Panel { id: copy, ..panel });
    }

    /// The active panel has to be one that is seen.
    fn find_active(&mut self) {
        let seen = self.layout.seen();
        if self.active.is_none_or(|active| !seen.contains(&active)) {
            self.active = seen.first().copied();
        }
    }

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

    /// Sets what a panel shows while it is unlinked, or links it again.
    pub(super) fn set_own_window(&mut self, id: PanelId, window: Option<TimeRange>) {
        if let Some(panel) = self.panel_mut(id) {
            panel.own_window = window;
        }
    }

    /// Sets what is chosen for a panel.
    pub(super) fn set_options(&mut self, id: PanelId, options: PanelOptions) {
        if let Some(panel) = self.panel_mut(id) {
            panel.options = options.checked();
        }
    }

    /// Draws a signal on another axis of its panel; without one on a new axis for what it measures.
    pub(super) fn move_to_axis(
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
    pub(super) fn put_first(&mut self, id: PanelId, signal: &SignalRef) {
        if let Some(panel) = self.panel_mut(id) {
            // Stable: the others keep their order.
            panel.signals.sort_by_key(|it| it.signal != *signal);
        }
    }

    /// What zooming has changed in the panels.
    pub(super) fn zooms(&self) -> BTreeMap<PanelId, PanelZoom> {
        let zoom = |panel: &Panel| PanelZoom {
            axes: panel.fixed_axes.clone(),
            own_window: panel.own_window,
            area: panel.options.area,
        };
        self.panels.values().map(|it| (it.id, zoom(it))).collect()
    }

    /// Goes back to other zooms; panels that are not named show everything. Whether a panel is linked
    /// is no zoom and stays as it is.
    pub(super) fn set_zooms(&mut self, zooms: &BTreeMap<PanelId, PanelZoom>) {
        for (id, panel) in &mut self.panels {
            let zoom = zooms.get(id).cloned().unwrap_or_default();
            panel.fixed_axes = zoom.axes;
            panel.options.area = zoom.area;
            panel.own_window = panel.own_window.map(|now| zoom.own_window.unwrap_or(now));
        }
    }

    /// Lets all axes of one panel follow the visible values.
    pub(super) fn fit_axes(&mut self, id: PanelId) {
        if let Some(panel) = self.panel_mut(id) {
            panel.fixed_axes.clear();
            panel.options.area = None;
        }
    }

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
            self.plot(id, plotted.signal.clone(), plotted.axis);
            self.set_look(id, &plotted.signal, plotted.look);
        }
        order.extend(others);
        self.layout.stack(order);
        self.active = Some(first);
    }

    fn panel_mut(&mut self, id: PanelId) -> Option<&mut Panel> {
        self.panels.get_mut(&id)
    }

    fn plotted_mut(&mut self, id: PanelId, signal: &SignalRef) -> Option<&mut PlottedSignal> {
        let panel = self.panel_mut(id)?;
        panel
            .signals
            .iter_mut()
            .find(|plotted| plotted.signal == *signal)
    }

    /// Takes all signals of an overlay out of all panels.
    pub(super) fn remove_overlay(&mut self, overlay: OverlayId) {
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

/// Whether a signal of an overlay is drawn to be compared with another of the drive shown.
fn is_compared(shown: &SignalRef, overlaid: &SignalRef) -> bool {
    shown.vehicle.overlay.is_none()
        && overlaid.vehicle.overlay.is_some()
        && shown.key.message == overlaid.key.message
        && shown.key.signal == overlaid.key.signal
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::VehicleRef;

    fn signal(name: &str) -> SignalRef {
        SignalRef {
            vehicle: VehicleRef::new(SourceId(0), "V"),
            key: SignalKey::new("", "M", None, name),
        }
    }

    fn axis(unit: &str) -> AxisId {
        AxisId::of_unit(unit)
    }

    fn first(workspace: &Workspace) -> &Panel {
        workspace.panels().next().unwrap()
    }

    #[test]
    fn a_signal_is_in_a_panel_once_and_keeps_its_colour() {
        let mut workspace = Workspace::default();
        let id = workspace.add_panel(PanelKind::Plot, Place::Below);
        for name in ["a", "b", "a", "c"] {
            workspace.plot(id, signal(name), axis("V"));
        }
        workspace.unplot(id, &signal("a"));
        let colors: Vec<_> = first(&workspace)
            .signals
            .iter()
            .map(|plotted| plotted.color_idx)
            .collect();
        assert_eq!(colors, [1, 2]);
        workspace.plot(id, signal("d"), axis("V"));
        assert_eq!(first(&workspace).signals[2].color_idx, 0);
    }

    #[test]
    fn colours_go_on_across_panels_and_begin_again_before_lines_are_dashed() {
        let mut workspace = Workspace::default();
        let fill = |workspace: &mut Workspace, names: std::ops::Range<usize>| {
            let id = workspace.add_panel(PanelKind::Plot, Place::Below);
            for name in names {
                workspace.plot(id, signal(&name.to_string()), axis("V"));
            }
            let signals = &workspace.panel(id).unwrap().signals;
            signals.iter().map(|it| it.color_idx).collect::<Vec<_>>()
        };
        assert_eq!(fill(&mut workspace, 0..3), [0, 1, 2]);
        assert_eq!(fill(&mut workspace, 3..8), [3, 4, 5, 6, 7]);
        // What is plotted elsewhere keeps its colour; the others are told apart from it.
        assert_eq!(fill(&mut workspace, 7..10), [7, 0, 1]);
        let many = fill(&mut workspace, 20..30);
        assert_eq!(many, (0..10).collect::<Vec<_>>());
    }

    #[test]
    fn signals_of_one_unit_get_axes_of_their_own_when_asked() {
        let mut workspace = Workspace::default();
        let id = workspace.add_panel(PanelKind::Plot, Place::Below);
        workspace.plot(id, signal("a"), axis("V"));
        workspace.plot(id, signal("b"), axis("V"));
        assert_eq!(first(&workspace).axes().len(), 1);
        workspace.plot_on_new_axis(id, &signal("b"), &axis("V"));
        workspace.plot_on_new_axis(id, &signal("c"), &axis("V"));
        let axes: Vec<_> = first(&workspace).axes().into_iter().cloned().collect();
        assert_eq!(axes.len(), 3);
        assert!(axes.iter().all(|axis| axis.unit() == "V"));
        // Taken off an axis that it was put on by hand, a signal is back on one of its own unit.
        workspace.plot(id, signal("d"), axis("A"));
        let units = |workspace: &Workspace| -> Vec<String> {
            let signals = first(workspace).signals.iter();
            signals.map(|it| it.axis.unit().to_owned()).collect()
        };
        workspace.move_to_axis(id, &signal("a"), Some(axis("A")), &axis("V"));
        assert_eq!(units(&workspace), ["A", "V", "V", "A"]);
        workspace.move_to_axis(id, &signal("a"), None, &axis("V"));
        assert_eq!(units(&workspace), ["V", "V", "V", "A"]);
    }

    #[test]
    fn solo_and_back() {
        let mut workspace = Workspace::default();
        let id = workspace.add_panel(PanelKind::Plot, Place::Below);
        for name in ["a", "b"] {
            workspace.plot(id, signal(name), axis("V"));
        }
        let visible = |workspace: &Workspace| -> Vec<bool> {
            first(workspace)
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
        let id = workspace.add_panel(PanelKind::Plot, Place::Below);
        for name in ["a", "b", "c"] {
            workspace.plot(id, signal(name), axis("V"));
        }
        workspace.stack_or_overlay();
        assert_eq!(workspace.panels().count(), 3);
        workspace.stack_or_overlay();
        assert_eq!(workspace.panels().count(), 1);
        assert_eq!(workspace.signals().len(), 3);
    }

    #[test]
    fn stacking_leaves_tables_and_other_tabs_alone() {
        let mut workspace = Workspace::default();
        let hidden = workspace.add_panel(PanelKind::Plot, Place::Tab);
        workspace.plot(hidden, signal("x"), axis("V"));
        let id = workspace.add_panel(PanelKind::Plot, Place::Tab);
        let table = workspace.add_panel(PanelKind::Table, Place::Beside(id, Side::Right));
        for name in ["a", "b"] {
            workspace.plot(id, signal(name), axis("V"));
            workspace.plot(table, signal(name), axis("V"));
        }
        workspace.stack_or_overlay();
        let kinds: Vec<_> = workspace.panels().map(|panel| panel.kind).collect();
        assert_eq!(
            kinds,
            [
                PanelKind::Plot,
                PanelKind::Plot,
                PanelKind::Plot,
                PanelKind::Table
            ]
        );
        assert_eq!(workspace.panel(hidden).unwrap().signals.len(), 1);
        assert_eq!(workspace.panel(table).unwrap().signals.len(), 2);
    }

    #[test]
    fn the_active_panel_is_always_seen() {
        let mut workspace = Workspace::default();
        let first = workspace.add_panel(PanelKind::Plot, Place::Tab);
        let second = workspace.add_panel(PanelKind::Plot, Place::Tab);
        assert_eq!(workspace.active(), Some(second));
        workspace.cycle_tabs(true);
        assert_eq!(workspace.active(), Some(first));
        workspace.duplicate(first);
        assert_eq!(workspace.layout().seen().len(), 2);
        workspace.close_panel(second);
        assert_eq!(workspace.layout().tabs().len(), 1);
        workspace.clear();
        assert_eq!(workspace.active(), None);
    }

    #[test]
    fn axes_only_take_ranges() {
        let mut workspace = Workspace::default();
        let id = workspace.add_panel(PanelKind::Plot, Place::Below);
        workspace.plot(id, signal("a"), axis("V"));
        workspace.set_axis(id, axis("V"), [1.0, 1.0]);
        workspace.set_axis(id, axis("V"), [f64::NAN, 1.0]);
        assert!(first(&workspace).fixed_axes.is_empty());
        workspace.set_axis(id, axis("V"), [0.0, 1.0]);
        workspace.unplot(id, &signal("a"));
        assert!(first(&workspace).fixed_axes.is_empty());
    }
}
