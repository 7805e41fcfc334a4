//! The middle of the window: panels in their tiles, and the overview strip below them.

use egui::{
    Align, Align2, CursorIcon, FontId, Layout as UiLayout, Rect, RichText, Sense, Ui, UiBuilder,
    WidgetText, pos2, vec2,
};
use egui_tiles::{Behavior, SimplificationOptions, Tabs, Tile, TileId, Tiles, UiResponse};

use super::guide::{self, Topic};
use super::plot::{self, PanelFrame, PlotsMemory};
use super::{drop, events, histogram, icons, inside, statistics, table, theme, tiles, track, xy};
use crate::command::{Action, Command, CommandQueue, PanelCommand};
use crate::state::{AppState, Panel, PanelId, PanelKind};

/// Height of the bar on top of a panel.
const HEADER_HEIGHT: f32 = 22.0;

/// Draws all panels and the overview.
pub(crate) fn show(
    ui: &mut Ui,
    state: &AppState,
    memory: &mut PlotsMemory,
    queue: &mut CommandQueue,
) {
    if state.window.is_none() {
        return;
    }
    memory.begin(state, ui.available_rect_before_wrap());
    let area = memory.rect();
    let overview = Rect::from_min_max(
        pos2(area.left(), area.bottom() - plot::OVERVIEW_HEIGHT),
        area.max,
    );
    let tiles_area = Rect::from_min_max(area.min, pos2(area.right(), overview.top() - 4.0));
    let mut behavior = Panels {
        state,
        memory,
        queue,
        needed: [0.0; 2],
    };
    let changed = inside(ui, UiBuilder::new().max_rect(tiles_area), |ui| {
        tiles::show(ui, state.workspace.layout(), &mut behavior)
    });
    let needed = behavior.needed;
    if let Some(layout) = changed {
        queue.send(Command::SetLayout(layout));
    }
    if state.hovered.is_some() && !ui.rect_contains_pointer(tiles_area) {
        queue.send(Command::Hover(None));
    }
    memory.set_strips(ui, needed);
    plot::overview(ui, state, overview, memory, queue);
}

struct Panels<'a> {
    state: &'a AppState,
    memory: &'a mut PlotsMemory,
    queue: &'a mut CommandQueue,
    /// Widths that the strips beside the plots need.
    needed: [f32; 2],
}

impl Behavior<PanelId> for Panels<'_> {
    fn pane_ui(&mut self, ui: &mut Ui, _tile: TileId, id: &mut PanelId) -> UiResponse {
        let Some(panel) = self.state.workspace.panel(*id) else {
            return UiResponse::None;
        };
        let rect = ui.max_rect();
        let body = if self.memory.is_picture() {
            rect
        } else {
            Rect::from_min_max(pos2(rect.left(), rect.top() + HEADER_HEIGHT), rect.max)
        };
        guide::here(ui, rect, topic(panel.kind));
        match panel.kind {
            PanelKind::Plot => self.plot(ui, panel, body),
            PanelKind::Table => {
                inside(ui, UiBuilder::new().max_rect(body.shrink(2.0)), |ui| {
                    table::show(ui, self.state, panel, self.queue);
                });
            }
            PanelKind::Events => {
                inside(ui, UiBuilder::new().max_rect(body.shrink(4.0)), |ui| {
                    events::show(ui, self.state, &mut self.memory.events, self.queue);
                });
            }
            kind => self.summary(ui, kind, panel, body),
        }
        if self.memory.is_picture() {
            return UiResponse::None;
        }
        let header = Rect::from_min_max(rect.min, pos2(rect.right(), body.top()));
        let is_dragged = self.header(ui, panel, header);
        let strips = self.memory.strips();
        drop::on_panel(ui, self.state, panel, body, strips, self.queue);
        if is_dragged {
            UiResponse::DragStarted
        } else {
            UiResponse::None
        }
    }

    fn tab_title_for_pane(&mut self, id: &PanelId) -> WidgetText {
        title(self.state, *id).into()
    }

    fn tab_title_for_tile(&mut self, tiles: &Tiles<PanelId>, tile: TileId) -> WidgetText {
        let panels = panels_of(tiles, tile);
        let first = panels.first().map(|id| title(self.state, *id));
        let first = first.unwrap_or_else(|| "Tab".to_owned());
        if panels.len() > 1 {
            format!("{first} +{}", panels.len() - 1).into()
        } else {
            first.into()
        }
    }

    fn is_tab_closable(&self, _tiles: &Tiles<PanelId>, _tile: TileId) -> bool {
        true
    }

    fn on_tab_close(&mut self, tiles: &mut Tiles<PanelId>, tile: TileId) -> bool {
        for id in panels_of(tiles, tile) {
            self.queue.send(Command::ClosePanel(id));
        }
        // The state closes them; here they stay for the rest of the frame.
        false
    }

    fn is_tab_bar_visible(&self, _tile: TileId, _tabs: &Tabs) -> bool {
        !self.memory.is_picture()
    }

    fn tab_bar_trailing_ui(
        &mut self,
        _tiles: &Tiles<PanelId>,
        ui: &mut Ui,
        _tile: TileId,
        _tabs: &Tabs,
    ) {
        ui.add_space(4.0);
        let button = ui.small_button("+").on_hover_text("New tab");
        if button.clicked() {
            self.queue.run(Action::NewTab);
        }
        drop::on_tab_bar(ui, self.state, ui.max_rect(), self.queue);
    }

    fn simplification_options(&self) -> SimplificationOptions {
        // The state's layout keeps itself simple.
        SimplificationOptions::OFF
    }

    fn cycle_tabs_with_keyboard(&self) -> bool {
        false
    }

    fn gap_width(&self, _style: &egui::Style) -> f32 {
        3.0
    }

    fn min_size(&self) -> f32 {
        theme::MIN_PANEL_HEIGHT
    }
}

impl Panels<'_> {
    fn plot(&mut self, ui: &mut Ui, panel: &Panel, rect: Rect) {
        // Plots that stand on each other share the axis of the lowest.
        let below = self.state.workspace.layout().below(panel.id);
        let below = below.and_then(|id| self.state.workspace.panel(id));
        let shares_axis = below.is_some_and(|below| {
            let are_linked = below.own_window.is_none() && panel.own_window.is_none();
            below.kind == PanelKind::Plot && are_linked
        });
        let Some(window) = self.state.window_of(panel) else {
            return;
        };
        let frame = PanelFrame {
            panel,
            window: &window,
            rect,
            strips: self.memory.strips(),
            is_picture: self.memory.is_picture(),
            has_time_axis: !shares_axis,
        };
        let widths = plot::panel(ui, self.state, &frame, self.memory, self.queue);
        if panel.signals.is_empty() {
            let color = theme::palette(ui.theme()).faint_text;
            let text = "Drag signals here, or click them in the list";
            let font = FontId::proportional(14.0);
            ui.painter()
                .text(rect.center(), Align2::CENTER_CENTER, text, font, color);
        }
        for (needed, width) in self.needed.iter_mut().zip(widths) {
            *needed = needed.max(width);
        }
    }

    /// A panel that tells of many samples at once.
    fn summary(&mut self, ui: &mut Ui, kind: PanelKind, panel: &Panel, rect: Rect) {
        let draw = match kind {
            PanelKind::Plot | PanelKind::Table | PanelKind::Events => return,
            PanelKind::Statistics => statistics::show,
            PanelKind::Histogram => histogram::show,
            PanelKind::Xy => xy::show,
            PanelKind::Track => track::show,
        };
        let place = (rect, self.memory.is_picture());
        draw(ui, self.state, panel, place, self.queue);
    }

    /// The bar on top of a panel; gives whether the user began to drag the panel with it.
    fn header(&mut self, ui: &mut Ui, panel: &Panel, rect: Rect) -> bool {
        let palette = theme::palette(ui.theme());
        let is_active = self.state.workspace.active() == Some(panel.id);
        let id = ui.scope_id().with(("header", panel.id));
        let response = ui.interact(rect, id, Sense::click_and_drag());
        if response.clicked() {
            self.queue.send(Command::ActivatePanel(panel.id));
        }
        if response.double_clicked() {
            self.queue.run(Action::FitAll);
        }
        let color = if is_active {
            palette.accent
        } else {
            palette.faint_text
        };
        inside(
            ui,
            UiBuilder::new()
                .max_rect(rect.shrink2(vec2(4.0, 1.0)))
                .id_salt(("header", panel.id))
                .layout(UiLayout::right_to_left(Align::Center)),
            |ui| {
                ui.spacing_mut().item_spacing.x = 4.0;
                if ui
                    .small_button(icons::CLOSE)
                    .on_hover_text("Remove this panel")
                    .clicked()
                {
                    self.queue.send(Command::ClosePanel(panel.id));
                }
                if !matches!(panel.kind, PanelKind::Table | PanelKind::Events) {
                    self.link(ui, panel);
                }
                self.fit(ui, panel);
                if panel.kind == PanelKind::Plot && !panel.signals.is_empty() {
                    plot::badge(ui, self.state, panel, self.memory);
                }
                let text = RichText::new(title(self.state, panel.id))
                    .size(12.0)
                    .color(color);
                ui.with_layout(UiLayout::left_to_right(Align::Center), |ui| {
                    ui.add(egui::Label::new(text).truncate().selectable(false));
                });
            },
        );
        if response.hovered() {
            ui.ctx().set_cursor_icon(CursorIcon::Grab);
        }
        response.drag_started()
    }

    /// Whether the panel shows the time of all others, or its own.
    fn link(&mut self, ui: &mut Ui, panel: &Panel) {
        let is_unlinked = panel.own_window.is_some();
        let (icon, label, command) = if is_unlinked {
            let label = "Show the time of all panels again";
            (icons::Icon::Unlink2, label, PanelCommand::Relink)
        } else {
            let label = "Give this panel a time of its own";
            (icons::Icon::Link2, label, PanelCommand::Unlink)
        };
        if icons::toggle(ui, icon, label, is_unlinked).clicked() {
            self.queue.send(Command::Panel(panel.id, command));
            self.queue.send(Command::ActivatePanel(panel.id));
        }
    }

    /// Shows everything in a panel.
    fn fit(&mut self, ui: &mut Ui, panel: &Panel) {
        let hint = match panel.kind {
            PanelKind::Plot => "Show everything (Home)",
            PanelKind::Xy | PanelKind::Track => "Show all points",
            PanelKind::Table | PanelKind::Events | PanelKind::Statistics | PanelKind::Histogram => {
                return;
            }
        };
        if !ui.small_button("Fit").on_hover_text(hint).clicked() {
            return;
        }
        self.queue.send(Command::ActivatePanel(panel.id));
        if panel.kind == PanelKind::Plot {
            self.queue.run(Action::FitAll);
        } else {
            let command = PanelCommand::SetArea(None);
            self.queue.send(Command::Panel(panel.id, command));
        }
    }
}

/// The page of the guide on a panel.
fn topic(kind: PanelKind) -> Topic {
    match kind {
        PanelKind::Plot => Topic::Plot,
        PanelKind::Table => Topic::Table,
        PanelKind::Statistics => Topic::Statistics,
        PanelKind::Histogram => Topic::Histogram,
        PanelKind::Xy => Topic::Xy,
        PanelKind::Track => Topic::Track,
        PanelKind::Events => Topic::Events,
    }
}

/// What a panel is called: after its signals.
pub(crate) fn title(state: &AppState, id: PanelId) -> String {
    let Some(panel) = state.workspace.panel(id) else {
        return String::new();
    };
    let kind = match panel.kind {
        PanelKind::Plot => "Plot",
        PanelKind::Table => "Values",
        PanelKind::Statistics => "Statistics",
        PanelKind::Histogram => "Histogram",
        PanelKind::Xy => "XY",
        PanelKind::Track => "GPS track",
        PanelKind::Events => "Events",
    };
    let mut names: Vec<_> = panel
        .signals
        .iter()
        // What is compared has the name of what it is compared with.
        .filter(|plotted| plotted.signal.vehicle.overlay.is_none())
        .map(|plotted| &*plotted.signal.key.signal)
        .collect();
    // So has what was decoded again.
    if panel.kind != PanelKind::Xy {
        names.dedup();
    }
    match (panel.kind, names.as_slice()) {
        (PanelKind::Statistics, []) => "Statistics of all plotted signals".to_owned(),
        (_, []) | (PanelKind::Track, _) => kind.to_owned(),
        (PanelKind::Histogram, [only]) => format!("{kind} of {only}"),
        (PanelKind::Xy, [x, y]) => format!("{y} over {x}"),
        (PanelKind::Plot, [only]) => (*only).to_owned(),
        (PanelKind::Plot, [first, second]) => format!("{first}, {second}"),
        (PanelKind::Plot, [first, rest @ ..]) => format!("{first} +{}", rest.len()),
        (_, names) => format!("{kind} ({})", names.len()),
    }
}

fn panels_of(tiles: &Tiles<PanelId>, tile: TileId) -> Vec<PanelId> {
    match tiles.get(tile) {
        Some(Tile::Pane(id)) => vec![*id],
        Some(Tile::Container(container)) => container
            .children()
            .flat_map(|child| panels_of(tiles, *child))
            .collect(),
        None => Vec::new(),
    }
}
