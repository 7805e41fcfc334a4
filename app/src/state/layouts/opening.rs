//! From a layout to panels: who stands in its slots, which signals are meant.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use canlake_shared::schema::{SignalKey, SignalSelector};
use canlake_shared::time::{TimeRange, Timestamp};

use super::{LayoutEffect, Missing, Question, View, ViewTime, expressions};
use crate::source::{SessionInfo, Vehicle};
use crate::state::computed::{clear_name, is_known};
use crate::state::saved::{find, with_references};
use crate::state::{
    Analysis, AppState, AxisId, Cursor, Dialog, Effect, Measure, OpenSource, Overlay, Panel,
    RangeChoice, Role, SavedLayout, Selection, Severity, SignalRef, Slot, SourceId, SourceStatus,
    TimeWindow, VehicleRef, Workspace, axis_of,
};

/// What the user has chosen so far in place of missing signals.
type Chosen = BTreeMap<Role, Option<SignalKey>>;

/// Stands for a source that is not open.
const NO_SOURCE: SourceId = SourceId(u32::MAX);

impl AppState {
    /// Shows a view, as soon as there is a vehicle.
    pub(in crate::state) fn begin_view(&mut self, view: View) -> Vec<Effect> {
        if !self.can_show(&view) {
            let is_opening = |it: &OpenSource| !matches!(it.status, SourceStatus::Failed(_));
            if !self.sources.iter().any(is_opening) {
                let title = "the layout is shown as soon as data are open";
                self.notices.add(Severity::Info, title, "");
            }
            self.layouts.waiting = Some(view);
            return Vec::new();
        }
        let Some(first) = self.first_of(&view) else {
            let vehicle = view.vehicle.unwrap_or_default();
            let title = format!("the vehicle {vehicle} of the link is not there");
            self.notices.add(Severity::Error, title, "");
            return Vec::new();
        };
        let Some(layout) = view.layout else {
            self.look_at(first);
            return self.show_time(view.time, None);
        };
        self.layouts.namesakes.extend(&layout.namesakes);
        let used: BTreeSet<Slot> = layout.roles().iter().map(|role| role.slot).collect();
        let is_restored = view.time == ViewTime::Saved && view.vehicle.is_none();
        let vehicles = self.vehicles_of(&layout, &used, &first, is_restored);
        let open_slots = vehicles.iter().filter(|(_, vehicle)| vehicle.is_none());
        let mut question = Question {
            open_slots: open_slots.map(|(slot, _)| *slot).collect(),
            vehicles,
            found: BTreeMap::new(),
            names: BTreeMap::new(),
            missing: Vec::new(),
            layout: Box::new(layout),
            keeps_analysis: view.keeps_analysis,
            time: view.time,
            may_ask: view.may_ask,
        };
        question.vehicles.entry(0).or_insert(Some(first));
        self.find_signals(&mut question);
        let is_answered = question.open_slots.is_empty() && question.missing.is_empty();
        if is_answered || !question.may_ask {
            return self.lay_out(question);
        }
        self.dialog = Some(Dialog::MatchSignals);
        let effects = self.rank_effects(&question);
        self.layouts.question = Some(question);
        effects
    }

    /// Shows what waited for a vehicle, if it is there now.
    pub(in crate::state) fn begin_waiting_view(&mut self) -> Option<Vec<Effect>> {
        let waiting = self.layouts.waiting.as_ref();
        if !waiting.is_some_and(|view| self.can_show(view)) {
            return None;
        }
        let view = self.layouts.waiting.take()?;
        Some(self.begin_view(view))
    }

    fn can_show(&self, view: &View) -> bool {
        match view.source {
            Some(id) => self.source(id).and_then(OpenSource::catalogue).is_some(),
            None => self.selected_vehicle().is_some(),
        }
    }

    /// The vehicle that a view looks at: the one that it names, else the one that is looked at, else
    /// the first of its source.
    fn first_of(&self, view: &View) -> Option<VehicleRef> {
        let selected = self.selection.as_ref().map(|it| &it.vehicle);
        let looked_at = view.source.or(selected.map(|it| it.source));
        if let Some(id) = &view.vehicle {
            return self.vehicle_named(id, looked_at);
        }
        let selected = selected.filter(|it| Some(it.source) == looked_at);
        if let Some(it) = selected {
            return Some(VehicleRef::new(it.source, Arc::clone(&it.vehicle)));
        }
        let source = self.source(looked_at?)?;
        let first = source.catalogue()?.vehicles.first()?;
        Some(VehicleRef::new(source.id, Arc::clone(&first.id)))
    }

    fn look_at(&mut self, vehicle: VehicleRef) {
        if self.selection.as_ref().map(|it| &it.vehicle) != Some(&vehicle) {
            self.selection = Some(Selection {
                vehicle,
                session: None,
            });
        }
    }

    /// Who stands in the slots. The first is the vehicle that is looked at, the others are those that
    /// the layout names; if all that it names are there and the one looked at is among them, everyone
    /// is who they were.
    fn vehicles_of(
        &self,
        layout: &SavedLayout,
        used: &BTreeSet<Slot>,
        first: &VehicleRef,
        is_restored: bool,
    ) -> BTreeMap<Slot, Option<VehicleRef>> {
        let named = |slot: Slot| {
            let id = layout.vehicles.get(slot).map_or("", String::as_str);
            self.vehicle_named(id, Some(first.source))
        };
        let is_same = used.iter().all(|slot| named(*slot).is_some())
            && used.iter().any(|slot| named(*slot).as_ref() == Some(first));
        let mut vehicles: BTreeMap<Slot, Option<VehicleRef>> = BTreeMap::new();
        for slot in used.iter().copied() {
            let is_free = |it: &VehicleRef| !vehicles.values().flatten().any(|taken| taken == it);
            let vehicle = if is_same || is_restored {
                named(slot).or_else(|| (slot == 0).then(|| first.clone()))
            } else if slot == 0 {
                Some(first.clone())
            } else {
                named(slot).filter(is_free)
            };
            vehicles.insert(slot, vehicle);
        }
        vehicles
    }

    /// A vehicle by its id: of one source before all others.
    fn vehicle_named(&self, id: &str, before: Option<SourceId>) -> Option<VehicleRef> {
        let mut sources: Vec<&OpenSource> = self.sources.iter().collect();
        sources.sort_by_key(|source| Some(source.id) != before);
        sources.into_iter().find_map(|source| {
            let vehicle = source.catalogue()?.vehicle(id)?;
            Some(VehicleRef::new(source.id, Arc::clone(&vehicle.id)))
        })
    }

    /// Looks for the signals of a layout. What the user has chosen already stays.
    fn find_signals(&self, question: &mut Question) {
        let chosen: Chosen = question
            .missing
            .drain(..)
            .map(|missing| (missing.role, missing.choice))
            .collect();
        question.found.clear();
        let layout = &question.layout;
        for role in layout.roles() {
            let reference = SignalRef {
                vehicle: layout.slot_ref(role.slot),
                key: role.key.clone(),
            };
            if layout.analysis.defines(&reference) {
                question.found.insert(role.clone(), role.key);
                continue;
            }
            let vehicle = question.vehicles.get(&role.slot).and_then(Option::as_ref);
            let Some(vehicle) = vehicle.and_then(|vehicle| self.vehicle(vehicle)) else {
                continue;
            };
            if let Some(key) = find(&role.key, &vehicle.signals, &self.layouts.namesakes) {
                question.found.insert(role, key);
                continue;
            }
            question.missing.push(missing(role, vehicle, &chosen));
        }
        self.find_names(question, &chosen);
    }

    /// Looks for what expressions name. A name of a plotted signal means whatever that one does.
    fn find_names(&self, question: &mut Question, chosen: &Chosen) {
        question.names.clear();
        let vehicle = question.vehicles.get(&0).and_then(Option::as_ref);
        let Some(vehicle) = vehicle.and_then(|vehicle| self.vehicle(vehicle)) else {
            return;
        };
        let roles = question.layout.roles();
        for name in expressions::names(&question.layout.analysis) {
            if is_known(vehicle, &name) {
                continue;
            }
            let selector = name.parse::<SignalSelector>();
            let is_meant = |role: &&Role| {
                let is_selected = selector.as_ref().is_ok_and(|it| it.matches(&role.key));
                role.slot == 0 && (is_selected || *role.key.signal == *name)
            };
            if let Some(role) = roles.iter().find(is_meant) {
                question.names.insert(name, role.clone());
                continue;
            }
            let key = name.parse();
            let key = key.unwrap_or_else(|_| SignalKey::new("", "", None, &name));
            let role = Role { slot: 0, key };
            match find(&role.key, &vehicle.signals, &self.layouts.namesakes) {
                Some(key) => drop(question.found.insert(role.clone(), key)),
                None => question
                    .missing
                    .push(missing(role.clone(), vehicle, chosen)),
            }
            question.names.insert(name, role);
        }
    }

    fn rank_effects(&self, question: &Question) -> Vec<Effect> {
        let mut effects = Vec::new();
        for (slot, vehicle) in &question.vehicles {
            let of_slot = question.missing.iter().filter(|it| it.role.slot == *slot);
            let missing: Vec<_> = of_slot
                .map(|it| {
                    let unit = question.layout.unit_of(&it.role).to_owned();
                    (it.role.clone(), unit)
                })
                .collect();
            let source = vehicle.as_ref().and_then(|it| self.source(it.source));
            if let (Some(vehicle), Some(catalogue), false) = (
                vehicle,
                source.and_then(OpenSource::catalogue),
                missing.is_empty(),
            ) {
                effects.push(Effect::Layout(LayoutEffect::Rank {
                    catalogue: Arc::clone(catalogue),
                    vehicle: Arc::clone(&vehicle.vehicle),
                    missing,
                }));
            }
        }
        effects
    }

    pub(super) fn choose_slot(&mut self, slot: Slot, vehicle: VehicleRef) -> Vec<Effect> {
        let Some(mut question) = self.layouts.question.take() else {
            return Vec::new();
        };
        question.vehicles.insert(slot, Some(vehicle));
        self.find_signals(&mut question);
        let effects = self.rank_effects(&question);
        self.layouts.question = Some(question);
        effects
    }

    pub(super) fn answer_question(&mut self) -> Vec<Effect> {
        self.dialog = None;
        let Some(mut question) = self.layouts.question.take() else {
            return Vec::new();
        };
        for missing in &mut question.missing {
            if let Some(choice) = missing.choice.take() {
                self.layouts.namesakes.add(&missing.role.key, &choice);
                question.found.insert(missing.role.clone(), choice);
            }
        }
        question
            .missing
            .retain(|it| !question.found.contains_key(&it.role));
        self.lay_out(question)
    }

    /// Shows a layout. Signals that were not found are left out.
    fn lay_out(&mut self, question: Question) -> Vec<Effect> {
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

    fn show_time(&mut self, time: ViewTime, saved: Option<[TimeRange; 2]>) -> Vec<Effect> {
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

fn missing(role: Role, vehicle: &Vehicle, chosen: &Chosen) -> Missing {
    let is_there = |key: &SignalKey| vehicle.signals.iter().any(|it| it.key == *key);
    Missing {
        choice: chosen.get(&role).cloned().flatten().filter(is_there),
        role,
        candidates: None,
    }
}
