//! The lines of the tree that are visible, and what was done with them.

use egui::{Modifiers, Rect, ScrollArea, Ui, vec2};

use super::line::{self, Brush, Heading, Line};
use super::picks::Place;
use super::rows::{GroupId, Listing, Row};
use super::{SignalTree, Wish, menu, reference};
use crate::command::PlotTarget;
use crate::state::{AppState, Favourite, PanelId, PlottedSignal, SignalRef, VehicleRef};
use crate::ui::drop::{self, DraggedSignals};
use crate::ui::partial;

/// What the list is drawn from.
pub(super) struct View<'a> {
    pub(super) state: &'a AppState,
    pub(super) listing: Listing<'a>,
    pub(super) vehicle: &'a VehicleRef,
}

impl View<'_> {
    /// Draws them.
    pub(super) fn list(&self, ui: &mut Ui, tree: &mut SignalTree, wishes: &mut Vec<Wish>) {
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
