//! What is drawn where: panels with their signals and axes, and their layout.
//!
//! Plain data without samples. Invariant: the layout holds exactly the panels that there are.

mod signals;
mod stack;
mod zoom;

use std::collections::BTreeMap;

use super::{
    Layout, Panel, PanelId, PanelKind, PanelMove, PanelOptions, PlottedSignal, Side, SignalRef,
};

pub(super) use zoom::PanelZoom;

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

    /// Makes the next of the panels that are seen active, or the one before, in the order of reading.
    pub(super) fn cycle_panels(&mut self, forward: bool) {
        let seen = self.layout.seen();
        let at = seen.iter().position(|id| Some(*id) == self.active);
        if let (Some(at), n_seen) = (at, seen.len()) {
            let step = if forward { 1 } else { n_seen - 1 };
            self.active = seen.get((at + step) % n_seen).copied();
        }
    }

    /// Moves a panel, which becomes active.
    pub(super) fn move_panel(&mut self, id: PanelId, to: PanelMove) {
        if self.panels.contains_key(&id) {
            self.layout.move_panel(id, to);
            self.active = Some(id);
        }
    }

    /// Gives a panel `factor` times its room.
    pub(super) fn resize_panel(&mut self, id: PanelId, factor: f32) {
        self.layout.resize(id, factor);
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

    /// Sets what is chosen for a panel.
    pub(super) fn set_options(&mut self, id: PanelId, options: PanelOptions) {
        if let Some(panel) = self.panel_mut(id) {
            panel.options = options.checked();
        }
    }

    fn panel_mut(&mut self, id: PanelId) -> Option<&mut Panel> {
        self.panels.get_mut(&id)
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
mod tests;
