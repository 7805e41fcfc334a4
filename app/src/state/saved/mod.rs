//! Layouts as text: what is shown and how, without the data that it is shown of.
//!
//! ```text
//! AppState ──of_state()──▶ SavedLayout ──to_text()──▶ file
//!     ▲                        ▲
//!     └──── state::layouts ────┴──from_text()────────  file, of this drive or of another
//! ```
//!
//! The file is JSON, made to be read, compared and edited by people:
//!
//! ```json
//! {
//!   "canlake_layout": 1,
//!   "writer": "canlake 0.1.0",
//!   "vehicles": ["EV_DEMO_1"],
//!   "panels": [
//!     {"id": 0, "kind": "plot",
//!      "signals": [{"vehicle": {"slot": 0}, "key": "can0:Drive[0x100].Speed",
//!                   "axis": {"unit": "km/h"}, "color": 0, "visible": true}],
//!      "axes": [{"axis": {"unit": "km/h"}, "range": [0.0, 120.0]}]}
//!   ],
//!   "arrangement": {"tabs": {"children": [{"panel": 0}], "active": 0}},
//!   "active": 0,
//!   "analysis": {},
//!   "namesakes": [["Drive.Speed", "Vehicle.Speed"]],
//!   "cursors": {"a": "2026-03-04T23:55:00.000000000Z"},
//!   "time": {"loaded": ["…", "…"], "visible": ["…", "…"]},
//!   "zone": {"named": "Europe/Berlin"},
//!   "plots": {"grid": true, "dots": false, "legend": true}
//! }
//! ```
//!
//! Signals are named by **role**: a slot and a key. Slot 0 is the vehicle that is looked at, whichever
//! that is when the layout is opened; further slots are the vehicles that it is compared with.
//! `vehicles` says whom they were of when the layout was saved. `namesakes` are keys that were said to
//! be one signal in different drives. The axis of a signal without a unit is
//! `{"signal": "Drive.Count"}`. `zone` is `"utc"`, `"local"`, `"relative"` or a name. `cursors`, `time`,
//! `zone`, `plots`, `active`, `namesakes` and `analysis` may be missing.
//!
//! A file of a later version is refused, as it would be misunderstood. Of a file of this version what
//! cannot be read is left out and named, and fields of other names are ignored.
//!
//! Invariant: a layout that was made of a state reads back as it was.

mod file;
pub(in crate::state) mod lenient;
mod matching;
mod refs;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::sync::Arc;

use canlake_shared::schema::SignalKey;
use canlake_shared::time::{TimeRange, Timestamp};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{Analysis, Layout, Panel, PanelId, PlotLook, SignalRef, SourceId, VehicleRef};

use crate::time_display::ZoneChoice;

pub use file::LayoutError;
pub(super) use matching::find;
pub use matching::{Namesakes, ranked};

/// How files with layouts end.
pub const LAYOUT_EXTENSION: &str = "canlake.json";

/// Where a vehicle stands in a layout: 0 is the one that is looked at.
pub type Slot = usize;

/// What a layout file holds. The vehicles in it are roles, see [`Self::slot_of`].
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SavedLayout {
    /// The vehicles when it was saved, by slot.
    pub vehicles: Vec<String>,
    /// In the order of their ids.
    pub panels: Vec<Panel>,
    /// Where they are.
    pub arrangement: Layout,
    /// The panel that new signals go to.
    pub active: Option<PanelId>,
    /// What is worked out from the signals.
    pub analysis: Analysis,
    /// Keys that are one signal in different drives.
    pub namesakes: Namesakes,
    /// The cursors A and B.
    pub cursors: [Option<Timestamp>; 2],
    /// The time that was shown.
    pub time: Option<SavedTime>,
    /// The zone in which instants were shown.
    pub zone: Option<ZoneChoice>,
    /// What was drawn in all plots beside their lines.
    pub look: Option<PlotLook>,
}

/// The time that a layout was saved with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SavedTime {
    /// What was loaded.
    pub loaded: TimeRange,
    /// What of it was visible.
    pub visible: TimeRange,
}

/// A signal by its role.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Role {
    /// The vehicle.
    pub slot: Slot,
    /// The signal, as it was called when the layout was saved.
    pub key: SignalKey,
}

impl SavedLayout {
    /// The reference that stands for a slot.
    pub fn slot_ref(&self, slot: Slot) -> VehicleRef {
        let id = self.vehicles.get(slot).map_or("", String::as_str);
        VehicleRef::new(SourceId(u32::try_from(slot).unwrap_or(u32::MAX)), id)
    }

    /// The slot that a reference of this layout stands for.
    pub fn slot_of(vehicle: &VehicleRef) -> Slot {
        vehicle.source.0 as Slot
    }

    /// The signals of the panels, each once.
    pub fn roles(&self) -> BTreeSet<Role> {
        let plotted = self.panels.iter().flat_map(|panel| &panel.signals);
        let role = |signal: &SignalRef| Role {
            slot: Self::slot_of(&signal.vehicle),
            key: signal.key.clone(),
        };
        plotted.map(|plotted| role(&plotted.signal)).collect()
    }

    /// The unit of a signal's axis, which says something about a signal that is not there.
    pub fn unit_of(&self, role: &Role) -> &str {
        let plotted = self.panels.iter().flat_map(|panel| &panel.signals);
        let mut axes = plotted
            .filter(|it| it.signal.key == role.key)
            .map(|it| it.axis.unit());
        axes.next().unwrap_or_default()
    }
}

/// A copy in which other vehicles and signals stand, wherever in it any are named. `None` for what JSON
/// has no words for, such as a number that is none: nothing of the state holds one, and if it ever
/// does, that part is lost and not the window.
pub(super) fn with_references<T: Serialize + DeserializeOwned>(
    value: &T,
    signal: &mut dyn FnMut(SignalRef) -> SignalRef,
    vehicle: &mut dyn FnMut(VehicleRef) -> VehicleRef,
) -> Option<T> {
    let copy = serde_json::to_value(value).and_then(|mut tree| {
        refs::replace(&mut tree, signal, vehicle);
        serde_json::from_value(tree)
    });
    match copy {
        Ok(copy) => Some(copy),
        Err(error) => {
            let what = std::any::type_name::<T>();
            tracing::error!(%error, what, "left out of a layout");
            None
        }
    }
}

/// The vehicles that are named anywhere in a value, without the times laid over, in the order of their
/// names' first places.
pub(super) fn vehicles_in(value: &impl Serialize) -> Vec<VehicleRef> {
    let mut found: Vec<VehicleRef> = Vec::new();
    if let Ok(mut tree) = serde_json::to_value(value) {
        refs::replace(&mut tree, &mut |signal| signal, &mut |vehicle| {
            let plain = VehicleRef::new(vehicle.source, Arc::clone(&vehicle.vehicle));
            if !found.contains(&plain) {
                found.push(plain);
            }
            vehicle
        });
    }
    found
}
