//! The eframe glue: one window over [`AppState`], [`Workers`] and [`ui`].
//!
//! `logic` takes in what the workers found, `ui` draws and carries out what the user wanted. No
//! decision is made here.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use eframe::{CreationContext, Frame, NativeOptions, Storage};
use egui::{Context, Ui, ViewportBuilder, ViewportCommand, vec2};

use crate::command::{Command, CommandQueue};
use crate::state::{
    AppState, Effect, ExportEffect, LayoutCommand, PictureOrder, Settings, Severity,
};
use crate::timing::Waits;
use crate::ui::{self, UiState, theme};
use crate::workers::{Draw, SystemDialogs, Workers};

const SETTINGS_KEY: &str = "canlake.settings";
/// How places looked when they were seen last.
const LAYOUTS_KEY: &str = "canlake.layouts";
const APP_ID: &str = "canlake";
/// Pixels per point of the window in an exported picture of its size.
const EXPORT_SCALE: f32 = 2.0;

/// What the window opens with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Start {
    /// The demo lake.
    Demo,
    /// Files, folders or addresses.
    Open(Vec<String>),
}

/// Opens the window and stays until it is closed.
///
/// `layout` is shown of what is opened; `began` is when the program did. Fails where there is no display, or none that can be drawn on.
pub fn run(start: Start, layout: Option<PathBuf>, began: Instant) -> Result<(), eframe::Error> {
    let options = NativeOptions {
        viewport: ViewportBuilder::default()
            .with_title("Canlake")
            .with_app_id(APP_ID)
            .with_inner_size(vec2(1280.0, 800.0))
            .with_min_inner_size(vec2(400.0, 300.0))
            .with_icon(icon()),
        ..NativeOptions::default()
    };
    eframe::run_native(
        APP_ID,
        options,
        Box::new(|creation| Ok(Box::new(App::new(creation, start, layout, began)?))),
    )
}

struct App {
    state: AppState,
    local: UiState,
    queue: CommandQueue,
    workers: Workers,
    waits: Waits,
}

impl App {
    fn new(
        creation: &CreationContext<'_>,
        start: Start,
        layout: Option<PathBuf>,
        began: Instant,
    ) -> std::io::Result<Self> {
        theme::install(&creation.egui_ctx);
        let ctx = creation.egui_ctx.clone();
        let workers = Workers::new(
            Arc::new(move || ctx.request_repaint()),
            Arc::new(SystemDialogs),
        )?;
        let saved = creation
            .storage
            .and_then(|storage| storage.get_string(SETTINGS_KEY));
        let (settings, problem) = saved
            .as_deref()
            .map_or_else(Default::default, Settings::from_text);
        let mut state = AppState::new(settings);
        state.documents = documents();
        if let Some(problem) = problem {
            state.notices.add(Severity::Warning, problem, "");
        }
        let kept = creation
            .storage
            .and_then(|storage| storage.get_string(LAYOUTS_KEY));
        if let Some(problem) = kept.and_then(|kept| state.restore_layouts(&kept)) {
            state.notices.add(Severity::Warning, problem, "");
        }
        let mut queue = CommandQueue::default();
        // First, so that what is opened waits for it.
        if let Some(path) = layout {
            queue.send(Command::Layout(LayoutCommand::Open(path)));
        }
        match start {
            Start::Demo => queue.run(crate::command::Action::OpenDemo),
            Start::Open(paths) => queue.send(Command::Open(paths)),
        }
        Ok(Self {
            state,
            local: UiState::default(),
            queue,
            workers,
            waits: Waits::new(began),
        })
    }

    fn carry_out(&mut self, ctx: &Context) {
        for command in self.queue.drain() {
            if !command.is_look() {
                tracing::debug!(?command);
            }
            let effects = self.state.update(command);
            self.perform(ctx, effects);
        }
        let effects = self.state.refresh();
        self.perform(ctx, effects);
    }

    fn perform(&mut self, ctx: &Context, effects: Vec<Effect>) {
        for effect in effects {
            self.waits.asked(&effect);
            match effect {
                Effect::Quit => ctx.send_viewport_cmd(ViewportCommand::Close),
                Effect::ToggleFullScreen => {
                    let is_full = ctx.input(|input| input.viewport().fullscreen.unwrap_or(false));
                    ctx.send_viewport_cmd(ViewportCommand::Fullscreen(!is_full));
                }
                Effect::Export(ExportEffect::Picture(order)) => self.export_png(order),
                effect => self.workers.perform(effect),
            }
        }
    }

    /// Draws the plots once more, away from the window's thread.
    fn export_png(&mut self, order: PictureOrder) {
        let state = self.state.clone();
        let size = self.local.plots_rect().size();
        let of = order.clone();
        let draw: Draw = Box::new(move |go_on| ui::exported(state, &of, size, EXPORT_SCALE, go_on));
        self.workers.export_png(order, draw);
    }
}

impl eframe::App for App {
    fn logic(&mut self, ctx: &Context, _frame: &mut Frame) {
        for event in self.workers.poll() {
            let effects = self.state.apply(event);
            self.perform(ctx, effects);
        }
        self.carry_out(ctx);
    }

    fn ui(&mut self, ui: &mut Ui, _frame: &mut Frame) {
        let ctx = ui.ctx().clone();
        ui::show(ui, &self.state, &mut self.local, &mut self.queue);
        // The search field has seen it now; what is carried out next may ask for the next frame.
        self.state.drawn();
        self.waits.drawn(&self.state);
        self.carry_out(&ctx);
    }

    fn save(&mut self, storage: &mut dyn Storage) {
        storage.set_string(SETTINGS_KEY, self.state.settings.to_text());
        storage.set_string(LAYOUTS_KEY, self.state.kept_layouts());
    }
}

/// The user's folder for documents, else for everything.
fn documents() -> PathBuf {
    let users = directories::UserDirs::new();
    let folder = |users: &directories::UserDirs| {
        let folder = users.document_dir().unwrap_or(users.home_dir());
        folder.to_owned()
    };
    users.as_ref().map(folder).unwrap_or_default()
}

fn icon() -> egui::IconData {
    ui::icon()
}
