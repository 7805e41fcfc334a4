//! How far panels are zoomed: what is undone apart from how they are arranged.

use std::collections::BTreeMap;

use canlake_shared::time::TimeRange;

use super::Workspace;
use crate::state::{AxisId, Panel, PanelId, PanelOptions, PlaneArea};

/// What zooming changes in a panel.
#[derive(Clone, Debug, Default, PartialEq)]
pub(in crate::state) struct PanelZoom {
    axes: BTreeMap<AxisId, [f64; 2]>,
    own_window: Option<TimeRange>,
    area: Option<PlaneArea>,
}

impl Workspace {
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
    pub(in crate::state) fn set_own_window(&mut self, id: PanelId, window: Option<TimeRange>) {
        if let Some(panel) = self.panel_mut(id) {
            panel.own_window = window;
        }
    }

    /// What zooming has changed in the panels.
    pub(in crate::state) fn zooms(&self) -> BTreeMap<PanelId, PanelZoom> {
        let zoom = |panel: &Panel| PanelZoom {
            axes: panel.fixed_axes.clone(),
            own_window: panel.own_window,
            area: panel.options.area,
        };
        self.panels.values().map(|it| (it.id, zoom(it))).collect()
    }

    /// Goes back to other zooms; panels that are not named show everything. Whether a panel is linked
    /// is no zoom and stays as it is.
    pub(in crate::state) fn set_zooms(&mut self, zooms: &BTreeMap<PanelId, PanelZoom>) {
        for (id, panel) in &mut self.panels {
            let zoom = zooms.get(id).cloned().unwrap_or_default();
            panel.fixed_axes = zoom.axes;
            panel.options.area = zoom.area;
            panel.own_window = panel.own_window.map(|now| zoom.own_window.unwrap_or(now));
        }
    }

    /// Lets all axes of one panel follow the visible values.
    pub(in crate::state) fn fit_axes(&mut self, id: PanelId) {
        if let Some(panel) = self.panel_mut(id) {
            panel.fixed_axes.clear();
            panel.options.area = None;
        }
    }
}
