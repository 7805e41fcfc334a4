//! The signals of the selected vehicle as a tree of messages, with a search field.
//!
//! ```text
//!   catalogue, filter, favourites ──▶ rows (made when they change) ──▶ line (drawn when visible)
//!   mouse, keys ──▶ Wish ──▶ picks, Command
//! ```
//!
//! A frame costs the lines that are visible, not the signals that there are.

mod field;
mod line;
mod list;
mod menu;
mod picks;
mod rows;
mod search;
mod sparks;
#[cfg(test)]
mod testing;

use std::collections::BTreeSet;
use std::sync::Arc;

use canlake_shared::search::Closeness;
use egui::{Align, Layout, Response, Ui};

use super::drop;
use super::{UiState, icons, theme};
use crate::command::{Command, CommandQueue, PlotTarget};
use crate::source::Catalogue;
use crate::state::{
    AppState, ComputedCommand, ComputedSignal, PanelId, PartialCommand, SignalRef, SignalsCommand,
    VehicleRef,
};
use field::Typed;
use list::View;
use picks::{Picks, Place};
use rows::{GroupId, Listing, Row, Rows, Shown};
use sparks::Sparks;

/// What of the tree belongs to the window, not to the data.
#[derive(Debug, Default)]
pub(crate) struct SignalTree {
    filter: String,
    only_favourites: bool,
    closed: BTreeSet<GroupId>,
    rows: Rows,
    picks: Picks,
    /// Whose signals are chosen.
    picks_of: Option<VehicleRef>,
    sparks: Sparks,
    /// Why the last wish was not carried out.
    refusal: Option<String>,
    /// The line to be scrolled to.
    reached: Option<usize>,
}

/// What the user wants of the tree.
#[derive(Debug)]
enum Wish {
    /// Fold a group, or open it.
    Fold(GroupId),
    /// Fold all groups.
    FoldAll,
    /// Open all groups.
    OpenAll,
    /// Choose a signal alone.
    PickOnly(Place),
    /// Add a signal to the choice, or take it out.
    PickToo(Place),
    /// Choose the signals up to this one.
    PickTo(Place),
    /// Choose these.
    Pick(Vec<SignalRef>),
    /// Draw these.
    Plot(Vec<SignalRef>, PlotTarget),
    /// Take a signal out of a panel.
    Unplot(PanelId, SignalRef),
    /// Make favourites of these, or no longer.
    Mark(Vec<SignalRef>, bool),
    /// Show what is known of it.
    Inspect(SignalRef),
    /// Load what is missing of these.
    LoadRest(Vec<SignalRef>),
    /// Put a text into the clipboard.
    Copy(String),
    /// Define another computed signal, change one, or forget it.
    Computed(ComputedCommand),
}

/// Draws the section.
pub(crate) fn show(ui: &mut Ui, state: &AppState, local: &mut UiState, queue: &mut CommandQueue) {
    let (Some(vehicle), Some(selection)) = (state.selected_vehicle(), &state.selection) else {
        return;
    };
    let Some(catalogue) = catalogue(state, &selection.vehicle) else {
        return;
    };
    let tree = &mut local.tree;
    let computed: Vec<_> = state
        .analysis
        .computed
        .iter()
        .map(ComputedSignal::info)
        .collect();
    let listing = Listing {
        vehicle,
        computed: &computed,
    };
    tree.begin(state, &selection.vehicle);
    header(ui, tree);
    let before = tree.filter.clone();
    let (field, typed) = field::show(ui, &mut tree.filter, state.search_requested);
    if tree.filter != before {
        tree.begin_anew();
    }
    tree.refresh(state, catalogue, listing, &selection.vehicle);
    let mut wishes = Vec::new();
    for typed in typed {
        wishes.extend(tree.typed(ui, &field, typed, listing, &selection.vehicle));
        tree.refresh(state, catalogue, listing, &selection.vehicle);
    }
    tree.remarks(ui, state);
    let view = View {
        state,
        listing,
        vehicle: &selection.vehicle,
    };
    view.list(ui, tree, &mut wishes);
    for wish in wishes {
        tree.fulfil(ui, &field, listing, wish, queue);
    }
}

fn catalogue<'a>(state: &'a AppState, vehicle: &VehicleRef) -> Option<&'a Arc<Catalogue>> {
    state.source(vehicle.source)?.catalogue()
}

fn header(ui: &mut Ui, tree: &mut SignalTree) {
    ui.horizontal(|ui| {
        ui.strong("Signals");
        ui.weak(tree.rows.n_found().to_string());
        let n_picked = tree.picks.keys().len();
        if n_picked > 1 {
            ui.weak(format!("· {n_picked} chosen"));
        }
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let label = "Favourites only";
            if icons::toggle(ui, icons::Icon::Star, label, tree.only_favourites).clicked() {
                tree.only_favourites = !tree.only_favourites;
            }
        });
    });
}

impl SignalTree {
    fn begin(&mut self, state: &AppState, vehicle: &VehicleRef) {
        self.sparks.begin(state);
        if self.picks_of.as_ref() != Some(vehicle) {
            self.picks.clear();
            self.picks_of = Some(vehicle.clone());
        }
    }

    /// Another text: what was chosen for the one before is not meant any more.
    fn begin_anew(&mut self) {
        self.picks.clear();
        self.refusal = None;
        self.reached = Some(0);
    }

    fn refresh(
        &mut self,
        state: &AppState,
        catalogue: &Arc<Catalogue>,
        listing: Listing<'_>,
        vehicle: &VehicleRef,
    ) {
        let shown = Shown {
            catalogue,
            vehicle,
            computed: listing.computed,
            filter: &self.filter,
            closed: &self.closed,
            favourites: &state.settings.favourites,
            only_favourites: self.only_favourites,
        };
        self.rows.refresh(listing, shown);
    }

    /// What a key in the field means now.
    fn typed(
        &mut self,
        ui: &Ui,
        field: &Response,
        typed: Typed,
        listing: Listing<'_>,
        vehicle: &VehicleRef,
    ) -> Option<Wish> {
        match typed {
            Typed::Step { steps, extends } => {
                let rows = self.rows.as_slice();
                self.reached = self.picks.step(rows, listing, steps, extends);
                None
            }
            Typed::Escape => {
                if self.filter.is_empty() && self.picks.keys().len() == 0 {
                    ui.memory_mut(|memory| memory.surrender_focus(field.id));
                }
                self.filter.clear();
                self.begin_anew();
                None
            }
            Typed::Enter { in_new_panel } => {
                let target = if in_new_panel {
                    PlotTarget::NewPanel
                } else {
                    PlotTarget::Active
                };
                let mut signals = self.picked(vehicle);
                if signals.is_empty() && !self.rows.query().is_empty() {
                    let first = self.rows.as_slice().iter().find_map(Row::signal);
                    let first = first.and_then(|at| listing.get(at));
                    signals.extend(first.map(|info| reference(vehicle, &info.key)));
                }
                (!signals.is_empty()).then_some(Wish::Plot(signals, target))
            }
        }
    }

    fn picked(&self, vehicle: &VehicleRef) -> Vec<SignalRef> {
        let keys = self.picks.keys();
        keys.map(|key| reference(vehicle, key)).collect()
    }

    /// What there is to say about the list.
    fn remarks(&self, ui: &mut Ui, state: &AppState) {
        let query = self.rows.query();
        let has_rows = !self.rows.as_slice().is_empty();
        if !query.is_empty() && !has_rows {
            let words = query.words().collect::<Vec<_>>().join(" and ");
            let whose = if self.only_favourites {
                "no favourite"
            } else {
                "no signal"
            };
            ui.add(egui::Label::new(format!("{whose} contains {words}")).wrap());
        } else if !query.is_empty() && self.rows.closeness() != Closeness::Exact {
            ui.weak("nothing contains that; similar names:");
        } else if self.only_favourites && !has_rows {
            let text = if state.settings.favourites.is_empty() {
                "no favourites yet: click the star of a signal"
            } else {
                "this vehicle has none of the favourites"
            };
            ui.weak(text);
        }
        if let Some(refusal) = &self.refusal {
            let color = theme::palette(ui.theme()).warning;
            ui.add(egui::Label::new(egui::RichText::new(refusal).color(color)).wrap());
        }
    }

    fn fulfil(
        &mut self,
        ui: &Ui,
        field: &Response,
        listing: Listing<'_>,
        wish: Wish,
        queue: &mut CommandQueue,
    ) {
        self.refusal = None;
        match wish {
            Wish::Fold(id) => {
                if !self.closed.remove(&id) {
                    self.closed.insert(id);
                }
            }
            Wish::FoldAll => self.closed = self.rows.groups(),
            Wish::OpenAll => self.closed.clear(),
            Wish::PickOnly(place) => self.picks.only(place),
            Wish::PickToo(place) => {
                self.picks.toggle(place);
                // So that the keys act on the choice.
                field.request_focus();
            }
            Wish::PickTo(place) => {
                self.picks.extend_to(self.rows.as_slice(), listing, place);
                field.request_focus();
            }
            Wish::Pick(signals) => {
                self.picks.all(signals.into_iter().map(|signal| signal.key));
                field.request_focus();
            }
            Wish::Plot(signals, target) => match drop::too_many(signals.len()) {
                Some(text) => self.refusal = Some(text),
                None => queue.send(Command::Plot { signals, target }),
            },
            Wish::Unplot(panel, signal) => queue.send(Command::Unplot(panel, signal)),
            Wish::Mark(signals, is_favourite) => {
                let keys = signals.into_iter().map(|signal| signal.key).collect();
                let command = SignalsCommand::Mark(keys, is_favourite);
                queue.send(Command::Signals(command));
            }
            Wish::Inspect(signal) => queue.send(Command::SelectSignal(signal)),
            Wish::LoadRest(signals) => {
                queue.send(Command::Partial(PartialCommand::LoadRest(signals)));
            }
            Wish::Copy(text) => ui.copy_text(text),
            Wish::Computed(command) => queue.send(Command::Computed(command)),
        }
    }
}

fn reference(vehicle: &VehicleRef, key: &canlake_shared::schema::SignalKey) -> SignalRef {
    SignalRef {
        vehicle: vehicle.clone(),
        key: key.clone(),
    }
}
