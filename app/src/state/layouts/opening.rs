//! What a layout means for what is open: who stands in its slots, which signals are meant.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use canlake_shared::schema::{SignalKey, SignalSelector};

use super::{LayoutEffect, Missing, Question, View, ViewTime, expressions};
use crate::source::Vehicle;
use crate::state::computed::is_known;
use crate::state::saved::find;
use crate::state::{
    AppState, Dialog, Effect, OpenSource, Role, SavedLayout, Severity, SignalRef, Slot, SourceId,
    SourceStatus, VehicleRef,
};

/// What the user has chosen so far in place of missing signals.
type Chosen = BTreeMap<Role, Option<SignalKey>>;

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
}

fn missing(role: Role, vehicle: &Vehicle, chosen: &Chosen) -> Missing {
    let is_there = |key: &SignalKey| vehicle.signals.iter().any(|it| it.key == *key);
    Missing {
        choice: chosen.get(&role).cloned().flatten().filter(is_there),
        role,
        candidates: None,
    }
}
