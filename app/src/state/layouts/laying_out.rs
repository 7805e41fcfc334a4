//! From an answered question to panels: the layout fills the window, with its time and its cursors.

use std::collections::BTreeMap;
use std::sync::Arc;

use canlake_shared::time::{TimeRange, Timestamp};

use super::{Question, ViewTime, expressions};
use crate::source::SessionInfo;
use crate::state::computed::clear_name;
use crate::state::saved::with_references;
use crate::state::{
    Analysis, AppState, AxisId, Cursor, Effect, Measure, Overlay, Panel, RangeChoice, Role,
    SavedLayout, Selection, Severity, SignalRef, SourceId, TimeWindow, VehicleRef, Workspace,
    axis_of,
};

/// Stands for a source that is not open.
const NO_SOURCE: SourceId = SourceId(u32::MAX);

impl AppState {
    /// Lists the sessions and signals of a vehicle.
    pub(super) fn look_at(&mut self, vehicle: VehicleRef) {
        if self.selection.as_ref().map(|it| &it.vehicle) != Some(&vehicle) {
            self.selection = Some(Selection {
                vehicle,
                session: None,
            });
        }
    }

    /// Shows a layout. Signals that were not found are left out.
    pub(super) fn lay_out(&mut self, question: Question) -> Vec<Effect> {
        if !question.may_ask {
            self.tell_missing(&question);
        }
        let Question {
            layout,
            names,
            keeps_analysis,
            time,
            vehicles,
            found,
            ..
        } = question;
        let layout = *layout;
        let role_of = |signal: &SignalRef| Role {
            slot: SavedLayout::slot_of(&signal.vehicle),
            key: signal.key.clone(),
        };
        let mut panels = layout.panels;
        for panel in &mut panels {
            panel
                .signals
                .retain(|plotted| found.contains_key(&role_of(&plotted.signal)));
        }
        let mut signal = |signal: SignalRef| {
            let key = found.get(&role_of(&signal)).cloned();
            SignalRef {
                key: key.unwrap_or(signal.key),
                vehicle: signal.vehicle,
            }
        };
        let mut vehicle = |role: VehicleRef| {
            let known = vehicles.get(&SavedLayout::slot_of(&role));
            let (source, vehicle) = match known.and_then(Option::as_ref) {
                Some(known) => (known.source, Arc::clone(&known.vehicle)),
                None => (NO_SOURCE, role.vehicle),
            };
            VehicleRef {
                source,
                vehicle,
                overlay: role.overlay,
            }
        };
        let panels = panels.iter();
        let panels = panels.filter_map(|it| with_references(it, &mut signal, &mut vehicle));
        let mut panels: Vec<Panel> = panels.collect();
        let first = vehicles.get(&0).and_then(Option::as_ref);
        let first = first.and_then(|vehicle| self.vehicle(vehicle));
        let new_names = names.into_iter().filter_map(|(name, role)| {
            let key = found.get(&role)?;
            Some((name, clear_name(first?, key)))
        });
        let new_names: BTreeMap<String, String> = new_names.collect();
        let analysis: Analysis =
            with_references(&layout.analysis, &mut signal, &mut vehicle).unwrap_or_default();
        if let Some(first) = vehicles.get(&0).cloned().flatten() {
            self.look_at(first);
        }
        for panel in &mut panels {
            self.follow_units(panel);
        }
        self.workspace = Workspace::of(panels, layout.arrangement, layout.active);
        if !keeps_analysis {
            self.analysis = expressions::renamed(analysis, &new_names);
        }
        self.drop_strange_overlays();
        self.tidy_overlays();
        if let Some(zone) = layout.zone {
            self.settings.zone = zone;
        }
        if let Some(look) = layout.look {
            self.settings.set_plot_look(look);
        }
        let mut effects = self.drop_unused();
        effects.extend(self.show_time(time, layout.time.map(|it| [it.loaded, it.visible])));
        self.place_cursors(layout.cursors, time);
        effects
    }

    /// An overlay is of a certain time; another drive has nothing there.
    fn drop_strange_overlays(&mut self) {
        let overlays = std::mem::take(&mut self.analysis.overlays);
        let has_data = |overlay: &Overlay| {
            let vehicle = self.vehicle(&overlay.vehicle);
            vehicle.is_some_and(|it| it.range.overlaps(overlay.range))
        };
        let (kept, strange): (Vec<_>, Vec<_>) = overlays.into_iter().partition(has_data);
        self.analysis.overlays = kept;
        if !strange.is_empty() {
            let lines = strange.iter().map(|overlay| {
                let vehicle = &overlay.vehicle.vehicle;
                format!("{vehicle} has no data at {}", overlay.range.start)
            });
            let lines: Vec<String> = lines.collect();
            let title = "times that the layout lays over this one are not here and left out";
            self.notices.add(Severity::Warning, title, lines.join("\n"));
        }
    }

    /// A signal that is found under another name may have another unit, and then another axis.
    fn follow_units(&self, panel: &mut Panel) {
        let mut moved: BTreeMap<AxisId, (AxisId, bool)> = BTreeMap::new();
        for plotted in &mut panel.signals {
            if let Some(info) = self.signal_info(&plotted.signal) {
                let axis = AxisId {
                    copy: plotted.axis.copy,
                    ..axis_of(info)
                };
                let before = std::mem::replace(&mut plotted.axis, axis.clone());
                moved.insert(before, (axis, info.unit.is_empty()));
            }
        }
        // A range in km/h says nothing of one in m/s; without a unit the axis has the signal's name.
        let fixed = std::mem::take(&mut panel.fixed_axes).into_iter();
        panel.fixed_axes = fixed
            .filter_map(|(axis, range)| {
                let Some((new, is_named)) = moved.get(&axis) else {
                    return Some((axis, range));
                };
                let is_kept = *new == axis || *is_named && matches!(axis.of, Measure::Signal(_));
                is_kept.then(|| (new.clone(), range))
            })
            .collect();
    }

    pub(super) fn show_time(
        &mut self,
        time: ViewTime,
        saved: Option<[TimeRange; 2]>,
    ) -> Vec<Effect> {
        let range = match time {
            ViewTime::Kept if self.window.is_some() => {
                // Panels may come with times of another drive.
                if let Some(extent) = self.window.as_ref().map(TimeWindow::extent) {
                    self.keep_own_windows_inside(extent);
                }
                return self.load_missing();
            }
            ViewTime::Kept | ViewTime::Saved => saved,
            ViewTime::Only(range) => {
                let known = self.selected_vehicle().map(|it| it.range);
                let loaded = known.map_or(range, |known| known.intersection(range));
                Some([loaded, range])
            }
            ViewTime::Shown(range) => Some([self.around(range), range]),
        };
        let Some(known) = self.selected_vehicle() else {
            return self.load_missing();
        };
        let range = range.filter(|[loaded, _]| known.range.overlaps(*loaded));
        let Some([loaded, visible]) = range else {
            return self.choose_range(RangeChoice::Session);
        };
        let session = known.sessions.iter().position(|it| it.range == loaded);
        let effects = match (session, &mut self.selection) {
            (Some(session), Some(selection)) => {
                selection.session = Some(session);
                self.choose_range(RangeChoice::Session)
            }
            _ => self.choose_range(RangeChoice::Typed(loaded)),
        };
        if let Some(window) = &mut self.window {
            window.set(visible);
        }
        effects
    }

    /// The session that a stretch of time is in, with the margin that windows have; else itself, as far
    /// as there are data.
    fn around(&self, range: TimeRange) -> TimeRange {
        let Some(vehicle) = self.selected_vehicle() else {
            return range;
        };
        let holds = |session: &&SessionInfo| {
            let margin = session.range.duration_ns() / 20 + 1;
            session.range.overlaps(range)
                && session.range.start - margin <= range.start
                && range.end <= session.range.end + margin
        };
        let session = vehicle.sessions.iter().find(holds);
        session.map_or_else(|| vehicle.range.intersection(range), |it| it.range)
    }

    /// Cursors that the user has placed stay.
    fn place_cursors(&mut self, saved: [Option<Timestamp>; 2], time: ViewTime) {
        let cursors = [Cursor::A, Cursor::B];
        let is_placed = cursors.iter().any(|it| self.cursors.get(*it).is_some());
        let Some(extent) = self.window.as_ref().map(TimeWindow::extent) else {
            return;
        };
        if is_placed && time == ViewTime::Kept {
            return;
        }
        for (cursor, saved) in cursors.into_iter().zip(saved).rev() {
            if let Some(instant) = saved.filter(|it| extent.contains(*it)) {
                self.cursors.show(cursor, instant);
            }
        }
    }

    fn tell_missing(&mut self, question: &Question) {
        let layout = &question.layout;
        let roles = layout.roles();
        let missing = roles.iter().filter(|it| !question.found.contains_key(*it));
        let lines: Vec<String> = missing
            .map(|role| {
                let vehicle = question.vehicles.get(&role.slot).cloned().flatten();
                vehicle.map_or_else(
                    || {
                        let id = layout.slot_ref(role.slot).vehicle;
                        format!("{}: the vehicle {id} is not open", role.key)
                    },
                    |vehicle| format!("{} is not in {}", role.key, vehicle.vehicle),
                )
            })
            .collect();
        let title = match lines.as_slice() {
            [] => return,
            [only] => format!("a signal of the layout is left out: {only}"),
            several => format!("{} signals of the layout are left out", several.len()),
        };
        self.notices.add(Severity::Warning, title, lines.join("\n"));
    }
}
