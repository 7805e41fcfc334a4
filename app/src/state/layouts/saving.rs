//! What is saved of what is shown.

use std::collections::BTreeSet;

use crate::state::saved::{vehicles_in, with_references};
use crate::state::{AppState, Cursor, Panel, SavedLayout, SavedTime, SourceId, VehicleRef};

impl AppState {
    /// What is shown, as a layout.
    pub fn saved_layout(&self) -> SavedLayout {
        let slots = self.slots();
        let slot_of = |vehicle: VehicleRef| {
            let is_same =
                |it: &&VehicleRef| it.source == vehicle.source && it.vehicle == vehicle.vehicle;
            let slot = slots
                .iter()
                .position(|it| is_same(&it))
                .unwrap_or(slots.len());
            VehicleRef {
                source: SourceId(u32::try_from(slot).unwrap_or(u32::MAX)),
                ..vehicle
            }
        };
        let mut panels: Vec<Panel> = self.workspace.panels().cloned().collect();
        panels.sort_by_key(|panel| panel.id);
        let panels = panels
            .iter()
            .filter_map(|panel| with_references(panel, &mut |signal| signal, &mut { &slot_of }));
        let analysis = with_references(&self.analysis, &mut |signal| signal, &mut { &slot_of });
        let mut layout = SavedLayout {
            vehicles: slots.iter().map(|it| it.vehicle.to_string()).collect(),
            panels: panels.collect(),
            arrangement: self.workspace.layout().clone(),
            active: self.workspace.active(),
            analysis: analysis.unwrap_or_default(),
            cursors: [Cursor::A, Cursor::B].map(|cursor| self.cursors.get(cursor)),
            time: self.window.as_ref().map(|window| SavedTime {
                loaded: window.extent(),
                visible: window.visible(),
            }),
            zone: Some(self.settings.zone.clone()),
            look: Some(self.settings.plot_look()),
            ..SavedLayout::default()
        };
        let roles = layout.roles();
        let keys: BTreeSet<_> = roles.iter().map(|role| &role.key).collect();
        layout.namesakes = self.layouts.namesakes.of(&keys);
        layout
    }

    /// The vehicles that anything is shown of; first the one that is looked at.
    fn slots(&self) -> Vec<VehicleRef> {
        let panels: Vec<&Panel> = self.workspace.panels().collect();
        let mut slots = vehicles_in(&(panels, &self.analysis));
        let selected = self.selection.as_ref().map(|it| &it.vehicle);
        let first = slots.iter().position(|slot| Some(slot) == selected);
        if let Some(first) = first {
            slots[..=first].rotate_right(1);
        }
        slots
    }
}
