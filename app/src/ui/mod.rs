//! The window: what it looks like and which commands it sends.
//!
//! One file per part. Everything reads `&AppState` and adds to the [`CommandQueue`]; what belongs to
//! the window alone (a half-typed text, cached curves) is in [`UiState`]. Nothing here opens files,
//! waits, or does work proportional to the data.

mod about;
mod calendar;
mod chart;
mod compare;
mod computed;
mod dialogs;
mod drop;
mod events;
mod export;
mod expression;
mod guide;
mod headless;
mod histogram;
mod icon;
mod icons;
mod inspector;
mod layouts;
mod lit_text;
mod memory;
mod menu;
mod notes;
mod notices;
mod palette;
mod panels;
mod partial;
mod plane;
mod plot;
mod raster;
mod sessions;
mod settings;
mod shortcuts;
mod signals;
mod sources;
mod statistics;
mod status_bar;
mod summary_bar;
mod table;
pub mod theme;
mod tiles;
mod timeline;
mod track;
mod under_way;
mod welcome;
mod xy;
mod zones;

use egui::{CentralPanel, Frame, Margin, Panel, ScrollArea, Ui, UiBuilder};

use crate::command::{Command, CommandQueue};
use crate::state::{AppState, Dialog};
use guide::Topic;

pub use headless::{exported, picture, render};
pub use icon::icon;
pub use plot::{Curve, PlotsMemory, value_text};
pub use raster::Rasteriser;

/// What stands over the window while files are held over it.
const DROP_HINT: &str = "Drop to open";
/// Width of the side bar at first, in points.
const SIDE_BAR_WIDTH: f32 = 300.0;
/// Width of the inspector at first, in points.
const INSPECTOR_WIDTH: f32 = 300.0;
/// Less room than this for plots leaves none for what is beside them, in points.
const MIN_PLOTS_WIDTH: f32 = 280.0;

/// What belongs to the window, not to the data.
#[derive(Debug, Default)]
pub struct UiState {
    /// Whether a text field had the keyboard, or a menu was open, at the end of the last frame.
    is_typing: bool,
    /// When a touch pad or the wheel with Ctrl zoomed last, in the toolkit's seconds.
    last_zoom: Option<f64>,
    open_path: String,
    range: sessions::RangeFields,
    calendar: calendar::CalendarView,
    compare: compare::CompareFields,
    tree: signals::SignalTree,
    dialog: dialogs::DialogFields,
    palette: palette::PaletteFields,
    toasts: notices::Toasts,
    under_way: under_way::Paces,
    plots: PlotsMemory,
    inspector: inspector::InspectorFields,
}

impl UiState {
    /// Where the plots were drawn in the last frame, in points.
    pub fn plots_rect(&self) -> egui::Rect {
        self.plots.rect()
    }
}

/// Draws the window.
pub fn show(ui: &mut Ui, state: &AppState, local: &mut UiState, queue: &mut CommandQueue) {
    // Enter may take the keyboard from a field in the same frame in which letters came for it, and the
    // toolkit takes it for Escape before the frame begins. The Escape that closes a menu is its own.
    // What is typed is for the palette before its field is there.
    let has_palette = state.dialog == Some(Dialog::Palette);
    let was_typing = local.is_typing || has_palette || ui.ctx().text_edit_focused();
    let is_read_out = ui.ctx().has_accesskit_node(egui::accesskit_root_id());
    if is_read_out != state.is_read_out {
        queue.send(Command::ReadOut(is_read_out));
    }
    let theme = theme::of(state.settings.theme);
    if ui.theme() != theme {
        ui.ctx().set_theme(theme);
    }
    Panel::top("menu").show(ui, |ui| menu::show(ui, state, queue));
    Panel::bottom("status").show(ui, |ui| {
        guide::here(ui, ui.max_rect(), Topic::LongWork);
        status_bar::show(ui, state, &mut local.under_way, queue);
    });
    // In a window this small there is either the side bar or a plot.
    let is_wide = ui.available_width() >= SIDE_BAR_WIDTH + MIN_PLOTS_WIDTH;
    if state.settings.side_bar && (is_wide || !state.workspace.has_signals()) {
        Panel::left("side bar")
            .default_size(SIDE_BAR_WIDTH)
            .size_range(220.0..=560.0)
            .show(ui, |ui| side_bar(ui, state, local, queue));
    }
    // While nothing is open there is nothing to inspect; in a small window plots go first.
    let has_room = ui.available_width() >= INSPECTOR_WIDTH + MIN_PLOTS_WIDTH;
    if state.settings.inspector && state.window.is_some() && has_room {
        Panel::right("inspector")
            .default_size(INSPECTOR_WIDTH)
            .size_range(240.0..=520.0)
            .show(ui, |ui| {
                guide::here(ui, ui.max_rect(), Topic::Inspector);
                inspector::show(ui, state, &mut local.inspector, &local.plots, queue);
            });
    }
    let frame = Frame::central_panel(ui.style()).inner_margin(Margin::same(6));
    CentralPanel::default_margins()
        .frame(frame)
        .show(ui, |ui| workspace(ui, state, local, queue));
    inspector::show_differences(ui.ctx(), state, &mut local.inspector.differences, queue);
    if let Some(text) = &state.clipboard {
        ui.ctx().copy_text(text.clone());
    }
    dialogs::show(ui.ctx(), state, local, queue);
    if state.dialog == Some(Dialog::Palette) {
        palette::show(ui.ctx(), state, local, queue);
    }
    notices::show(ui.ctx(), state, &mut local.toasts, queue);
    shortcuts::handle(ui.ctx(), was_typing, queue);
    local.is_typing = ui.ctx().text_edit_focused() || egui::Popup::is_any_open(ui.ctx());
    drop_files(ui, queue);
    end_gesture(ui.ctx(), local, queue);
}

/// Tells when a gesture of the mouse or on a touch pad is over: what it changed is one step of undo.
fn end_gesture(ctx: &egui::Context, local: &mut UiState, queue: &mut CommandQueue) {
    // Fingers on a touch pad zoom in some frames and not in others.
    const REST: f64 = 0.2;
    let (is_resting, is_held) = ctx.input(|input| {
        if input.zoom_delta() != 1.0 {
            local.last_zoom = Some(input.time);
        }
        let since_zoom = local.last_zoom.map(|zoom| input.time - zoom);
        let is_zooming = since_zoom.is_some_and(|since| since < REST);
        let is_held = input.pointer.any_down();
        (!is_held && !is_zooming && !input.is_scrolling(), is_held)
    });
    if is_resting {
        queue.send(Command::EndGesture);
    } else if !is_held {
        // Nothing else may happen until the next gesture begins.
        ctx.request_repaint_after_secs(REST as f32);
    }
}

fn side_bar(ui: &mut Ui, state: &AppState, local: &mut UiState, queue: &mut CommandQueue) {
    ui.add_space(4.0);
    let height = (ui.available_height() * 0.3).max(90.0);
    ScrollArea::vertical()
        .id_salt("sources")
        .max_height(height)
        .auto_shrink([false, true])
        .show(ui, |ui| {
            guide::here(ui, ui.clip_rect(), Topic::Sources);
            sources::show(ui, state, local, queue);
        });
    if state.selected_vehicle().is_some() {
        ui.separator();
        guide::here(ui, ui.available_rect_before_wrap(), Topic::Sessions);
        sessions::show(ui, state, local, queue);
        guide::here(ui, ui.available_rect_before_wrap(), Topic::Compare);
        compare::show(ui, state, &mut local.compare, queue);
        ui.separator();
        guide::here(ui, ui.available_rect_before_wrap(), Topic::Signals);
        signals::show(ui, state, local, queue);
    }
}

fn workspace(ui: &mut Ui, state: &AppState, local: &mut UiState, queue: &mut CommandQueue) {
    // A lone empty panel has less to say than the welcome.
    let is_empty = !state.workspace.has_signals();
    if state.window.is_none() || is_empty && state.workspace.panels().count() <= 1 {
        let area = ui.available_rect_before_wrap();
        welcome::show(ui, state, queue);
        drop::on_nothing(ui, state, area, queue);
    } else {
        plots(ui, state, &mut local.plots, queue);
    }
}

/// Draws the plots alone, as the window and the headless picture both do.
pub fn plots(ui: &mut Ui, state: &AppState, memory: &mut PlotsMemory, queue: &mut CommandQueue) {
    panels::show(ui, state, memory, queue);
}

/// Draws inside an area that is allocated already.
fn inside<R>(ui: &mut Ui, area: UiBuilder, draw: impl FnOnce(&mut Ui) -> R) -> R {
    draw(&mut ui.new_child(area))
}

/// Takes the keyboard from the field that has it: whoever has just used a plot means the plot's keys.
fn leave_text_fields(ctx: &egui::Context) {
    if ctx.text_edit_focused() {
        ctx.memory_mut(|memory| {
            if let Some(field) = memory.focused() {
                memory.surrender_focus(field);
            }
        });
    }
}

fn drop_files(ui: &Ui, queue: &mut CommandQueue) {
    let (dropped, is_hovering) = ui.input(|input| {
        let paths: Vec<_> = input
            .raw
            .dropped_files
            .iter()
            .map(|file| file.path().to_owned())
            .collect();
        (paths, !input.raw.hovered_files.is_empty())
    });
    if is_hovering {
        let palette = theme::palette(ui.theme());
        let rect = ui.ctx().content_rect();
        let layer = egui::LayerId::new(egui::Order::Foreground, egui::Id::unique("drop target"));
        let painter = ui.ctx().layer_painter(layer);
        painter.rect_filled(rect, 0.0, palette.overlay.gamma_multiply(0.85));
        painter.text(
            rect.center(),
            egui::Align2::CENTER_CENTER,
            DROP_HINT,
            egui::FontId::proportional(28.0),
            palette.accent,
        );
        let hint = ui.interact(rect, egui::Id::unique("drop hint"), egui::Sense::empty());
        hint.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Label, true, DROP_HINT));
    }
    if !dropped.is_empty() {
        let texts = dropped
            .into_iter()
            .map(|path| path.to_string_lossy().into_owned())
            .collect();
        queue.send(Command::Open(texts));
    }
}
