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
mod menu;
mod picks;
mod rows;
mod search;
mod sparks;
#[cfg(test)]
mod testing;

use std::collections::BTreeSet;
use std::sync::Arc;

use egui::{Align, Layout, Modifiers, Rect, Response, ScrollArea, Ui, vec2};

use super::drop::{self, DraggedSignals};
use super::{UiState, icons, partial, theme};
use crate::command::{Command, CommandQueue, PlotTarget};
use crate::source::Catalogue;
use crate::state::{
    AppState, ComputedCommand, ComputedSignal, Favourite, PanelId, PartialCommand, PlottedSignal,
    SignalRef, SignalsCommand, VehicleRef,
};
use field::Typed;
use line::{Brush, Heading, Line};
use picks::{Picks, Place};
use rows::{GroupId, Listing, Row, Rows, Shown};
use search::Closeness;
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

/// What the list is drawn from.
struct View<'a> {
    state: &'a AppState,
    listing: Listing<'a>,
    vehicle: &'a VehicleRef,
}

impl View<'_> {
    fn list(&self, ui: &mut Ui, tree: &mut SignalTree, wishes: &mut Vec<Wish>) {
        let mut area = ScrollArea::vertical()
            .id_salt("signals")
            .auto_shrink([false, false]);
        if let Some(reached) = tree.reached.take() {
            area = scrolled_to(ui, area, reached);
        }
        let n_rows = tree.rows.as_slice().len();
        let output = area.show_rows(ui, line::HEIGHT, n_rows, |ui, visible| {
            ui.spacing_mut().item_spacing.y = 0.0;
            let rows = tree.rows.as_slice().get(visible).unwrap_or_default();
            let rows = rows.to_vec();
            for row in &rows {
                let wish = match row {
                    Row::Group {
                        id,
                        n_signals,
                        is_open,
                    } => {
                        let heading = Heading {
                            id,
                            n_signals: *n_signals,
                            is_open: *is_open,
                        };
                        self.heading(ui, &heading)
                    }
                    Row::Signal { at, group } => self.signal(ui, tree, *at, group.as_ref()),
                };
                wishes.extend(wish);
            }
        });
        remember_view(ui, output.inner_rect, output.state.clamped_offset().y);
    }

    fn heading(&self, ui: &mut Ui, heading: &Heading<'_>) -> Option<Wish> {
        let response = line::heading(ui, heading);
        let mut wish = None;
        response.context_menu(|ui| {
            wish = menu::group(ui, heading.id, &self.signals_of(heading.id));
        });
        if response.clicked() {
            wish = Some(Wish::Fold(heading.id.clone()));
        }
        wish
    }

    fn signals_of(&self, id: &GroupId) -> Vec<SignalRef> {
        let favourites = &self.state.settings.favourites;
        let is_in = |at: &u32| {
            let Some(info) = self.listing.get(*at) else {
                return false;
            };
            match id {
                GroupId::Favourites => favourites.contains(&Favourite::of(&info.key)),
                GroupId::Computed => self.listing.is_computed(*at),
                GroupId::Message(name) => {
                    !self.listing.is_computed(*at) && info.key.message == *name
                }
            }
        };
        let found = (0..self.listing.len()).filter(is_in);
        let found = found.filter_map(|at| self.listing.get(at));
        found
            .map(|info| reference(self.vehicle, &info.key))
            .collect()
    }

    fn signal(
        &self,
        ui: &mut Ui,
        tree: &mut SignalTree,
        at: u32,
        group: Option<&GroupId>,
    ) -> Option<Wish> {
        let info = self.listing.get(at)?;
        let signal = reference(self.vehicle, &info.key);
        let plotted = self.plotted(&signal);
        let favourites = &self.state.settings.favourites;
        let is_favourite = !favourites.is_empty() && favourites.contains(&Favourite::of(&info.key));
        let line = Line {
            id: ui.scope_id().with(("signal", group, &info.key)),
            signal: &signal,
            info,
            plotted: plotted.map(|(_, plotted)| plotted),
            has_message: !matches!(group, Some(GroupId::Message(_))),
            is_namesake: self.listing.is_namesake(at),
            is_picked: tree.picks.contains(&info.key),
            is_focus: tree.picks.is_focus(group, &info.key),
            is_favourite,
        };
        let (searcher, query) = tree.rows.search_parts();
        let mut brush = Brush {
            searcher,
            query,
            sparks: &mut tree.sparks,
        };
        let (response, star) = line::signal(ui, self.state, &line, &mut brush);
        let place = Place {
            group: group.cloned(),
            key: info.key.clone(),
        };
        // What is done with a chosen signal is done with all that are chosen.
        let chosen = || {
            if line.is_picked {
                tree.picked(self.vehicle)
            } else {
                vec![signal.clone()]
            }
        };
        if response.drag_started() {
            DraggedSignals::new(chosen()).begin(ui.ctx());
        }
        if response.dragged() {
            drop::label(ui, &drag_text(&chosen()));
        }
        let mut wish = None;
        let computed = &self.state.analysis.computed;
        let definition = computed.iter().position(|it| it.info().key == info.key);
        response.context_menu(|ui| {
            let chosen = chosen();
            let partial = partial::among(self.state, &chosen);
            wish = menu::signals(ui, &chosen, partial, is_favourite, definition);
        });
        if wish.is_some() {
            return wish;
        }
        if response.secondary_clicked() && !line.is_picked {
            return Some(Wish::PickOnly(place));
        }
        if star.is_some_and(|star| star.clicked()) {
            return Some(Wish::Mark(vec![signal], !is_favourite));
        }
        if !response.clicked() {
            return None;
        }
        let modifiers = ui.input(|input| input.modifiers);
        Some(clicked(
            place,
            signal,
            plotted.map(|(panel, _)| panel),
            modifiers,
        ))
    }

    fn plotted(&self, signal: &SignalRef) -> Option<(PanelId, &PlottedSignal)> {
        let mut plotted = self
            .state
            .workspace
            .panels()
            .flat_map(|panel| panel.signals.iter().map(|plotted| (panel.id, plotted)));
        plotted.find(|(_, plotted)| plotted.signal == *signal)
    }
}

fn clicked(
    place: Place,
    signal: SignalRef,
    plotted: Option<PanelId>,
    modifiers: Modifiers,
) -> Wish {
    if modifiers.shift {
        return Wish::PickTo(place);
    }
    if modifiers.command {
        return Wish::PickToo(place);
    }
    match plotted {
        Some(panel) => Wish::Unplot(panel, signal),
        None => Wish::Plot(vec![signal], PlotTarget::Active),
    }
}

fn drag_text(signals: &[SignalRef]) -> String {
    match signals {
        [only] => format!("{}.{}", only.key.message, only.key.signal),
        signals => format!("{} signals", signals.len()),
    }
}

/// Where the list was in the frame before: its height, and how far it is scrolled.
fn view_id() -> egui::Id {
    egui::Id::unique("lines of the signal tree")
}

fn remember_view(ui: &Ui, rect: Rect, offset: f32) {
    let view = vec2(rect.height(), offset);
    ui.data_mut(|data| data.insert_temp(view_id(), view));
}

/// Scrolled as little as shows a line.
fn scrolled_to(ui: &Ui, area: ScrollArea, row: usize) -> ScrollArea {
    let view = ui.data(|data| data.get_temp::<egui::Vec2>(view_id()));
    let Some(view) = view else {
        return area;
    };
    let top = row as f32 * line::HEIGHT;
    let (height, offset) = (view.x, view.y);
    if top < offset {
        area.vertical_scroll_offset(top)
    } else if top + line::HEIGHT > offset + height {
        area.vertical_scroll_offset(top + line::HEIGHT - height)
    } else {
        area
    }
}

fn reference(vehicle: &VehicleRef, key: &canlake_shared::schema::SignalKey) -> SignalRef {
    SignalRef {
        vehicle: vehicle.clone(),
        key: key.clone(),
    }
}
