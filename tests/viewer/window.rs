//! The window, its state and its workers, put together as the program does, without a screen.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, Instant};

use canlake::command::{Command, CommandQueue, PlotTarget};
use canlake::export::{CsvLayout, CsvOptions};
use canlake::runtime::{Runtimes, no_wake};
use canlake::source::decode::DbcChoice;
use canlake::source::{SignalSource, SourceLocation};
use canlake::state::{
    AppState, Effect, Event, ExportCommand, ExportEffect, ExportKind, ExportOptions, ExportTarget,
    LoadedSignal, Settings, SignalRef,
};
use canlake::ui::{self, UiState, theme};
use canlake::workers::{Draw, Workers};
use canlake_shared::schema::{DecodedFileWriter, Labels, SignalColumn, SignalKey};
use canlake_shared::time::{NS_PER_SEC, TimeRange, Timestamp};
use egui::{DroppedFile, HoveredFile, Key, Modifiers, vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use test_support::{TestLake, info};

use crate::painter::Painter;
use crate::scripted_dialogs::ScriptedDialogs;

pub(crate) const VEHICLE: &str = "CAR_1";
pub(crate) const SPEED: &str = "Drive.Speed";
pub(crate) const VOLTAGE: &str = "Pack.Voltage";
/// Samples of each signal in each of the two sessions.
pub(crate) const N_SAMPLES: i64 = 600;
const PERIOD_NS: i64 = NS_PER_SEC / 10;
/// What stands for the demo lake; tests that open it write it.
pub(crate) const DEMO: &str = "demo/drive.parquet";
/// Workers take milliseconds; a machine that is busy takes longer.
const PATIENCE: Duration = Duration::from_mins(1);

/// State, workers and what connects them: the program without eframe.
pub(crate) struct App {
    pub(crate) state: AppState,
    local: UiState,
    queue: CommandQueue,
    workers: Workers,
    /// What the window itself was asked for: full screen, an end.
    pub(crate) window_effects: Vec<Effect>,
    /// Stands for the demo lake, which takes long to make.
    demo: PathBuf,
}

impl App {
    fn frame(&mut self, ui: &mut egui::Ui) {
        for event in self.workers.poll() {
            let effects = self.state.apply(event);
            self.perform(effects);
        }
        ui::show(ui, &self.state, &mut self.local, &mut self.queue);
        // Before commands are carried out: one of them may ask for the search, and the next frame
        // answers.
        self.state.drawn();
        for command in self.queue.drain() {
            let effects = self.state.update(command);
            self.perform(effects);
        }
        let effects = self.state.refresh();
        self.perform(effects);
    }

    fn perform(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            match effect {
                Effect::Export(ExportEffect::Picture(order)) => {
                    let (state, size) = (self.state.clone(), self.local.plots_rect().size());
                    let of = order.clone();
                    let draw: Draw =
                        Box::new(move |go_on| ui::exported(state, &of, size, 0.5, go_on));
                    self.workers.export_png(order, draw);
                }
                Effect::OpenDemo(source) => self.workers.perform(Effect::Open {
                    source,
                    location: SourceLocation::path(&self.demo),
                    dbc: DbcChoice::default(),
                }),
                Effect::Quit | Effect::ToggleFullScreen => self.window_effects.push(effect),
                effect => self.workers.perform(effect),
            }
        }
    }
}

/// The samples of a session, as they are in the file.
pub(crate) fn samples(session: i64) -> (Vec<i64>, Vec<f64>) {
    let start = "2026-04-05T06:00:00Z".parse::<Timestamp>().unwrap();
    let start = start.as_ns() + session * 3_600 * NS_PER_SEC;
    let times = (0..N_SAMPLES).map(|idx| start + idx * PERIOD_NS);
    let value = |idx: i64| (session * 100 + (idx * 37) % 101) as f64 / 4.0;
    (times.collect(), (0..N_SAMPLES).map(value).collect())
}

fn write_lake(lake: &TestLake) {
    for session in 0..2 {
        let path = lake.path(&format!("{session}_decoded.parquet"));
        let mut info = info(VEHICLE);
        let (times, values) = samples(session);
        let range = TimeRange::inclusive(
            Timestamp::from_ns(times[0]),
            Timestamp::from_ns(times[times.len() - 1]),
        );
        info.recording.coverage.push(range);
        let mut writer = DecodedFileWriter::new(File::create(path).unwrap(), info).unwrap();
        for (message, signal, unit) in [("Drive", "Speed", "km/h"), ("Pack", "Voltage", "V")] {
            let column = SignalColumn {
                key: &SignalKey::new("can0", message, Some(0x100), signal),
                unit,
                declared: None,
                timestamps: &times,
                values: &values,
                labels: Labels::None,
            };
            writer.write_signal(column).unwrap();
        }
        writer.close(Vec::new()).unwrap();
    }
}

/// A file with signals of one name each: channel, message, identifier, signal, unit.
pub(crate) fn write_drive(path: &Path, vehicle: &str, signals: &[(&str, &str, u32, &str, &str)]) {
    let (times, values) = samples(0);
    let mut sorted = signals.to_vec();
    sorted.sort_by_key(|(_, message, _, signal, _)| (*message, *signal));
    let file = File::create(path).unwrap();
    let mut writer = DecodedFileWriter::new(file, info(vehicle)).unwrap();
    for (channel, message, id, signal, unit) in sorted {
        let column = SignalColumn {
            key: &SignalKey::new(channel, message, Some(id), signal),
            unit,
            declared: None,
            timestamps: &times,
            values: &values,
            labels: Labels::None,
        };
        writer.write_signal(column).unwrap();
    }
    writer.close(Vec::new()).unwrap();
}

/// A window on a lake of one vehicle with two sessions of two signals.
pub(crate) struct TestWindow {
    pub(crate) harness: Harness<'static, App>,
    pub(crate) lake: Rc<TestLake>,
    pub(crate) dialogs: Arc<ScriptedDialogs>,
}

#[derive(Debug)]
struct Dropped(PathBuf);

impl DroppedFile for Dropped {
    fn path(&self) -> &Path {
        &self.0
    }

    fn bytes(&self) -> Result<Vec<u8>, String> {
        std::fs::read(&self.0).map_err(|error| error.to_string())
    }
}

impl TestWindow {
    /// A window with nothing opened, and a lake beside it.
    pub(crate) fn new() -> Self {
        let lake = TestLake::new();
        write_lake(&lake);
        Self::over(&Rc::new(lake))
    }

    /// Another window with nothing opened, beside the lake of the first.
    pub(crate) fn over(lake: &Rc<TestLake>) -> Self {
        let dialogs = Arc::new(ScriptedDialogs::default());
        let for_workers: Arc<ScriptedDialogs> = Arc::clone(&dialogs);
        let app = App {
            // Its texts repeat those of the plots; tests that look at it show it.
            state: AppState::new(Settings {
                inspector: false,
                ..Settings::default()
            }),
            local: UiState::default(),
            queue: CommandQueue::default(),
            workers: Workers::new(no_wake(), for_workers).unwrap(),
            window_effects: Vec::new(),
            demo: lake.path(DEMO),
        };
        let harness = Harness::builder()
            .with_size(vec2(1200.0, 900.0))
            .with_context_setup(theme::install)
            .renderer(Painter::default())
            .build_ui_state(|ui, app: &mut App| app.frame(ui), app);
        Self {
            harness,
            lake: Rc::clone(lake),
            dialogs,
        }
    }

    /// With the lake open.
    pub(crate) fn opened() -> Self {
        let mut window = Self::new();
        let root = window.lake.root().to_string_lossy().into_owned();
        window.send(Command::Open(vec![root]));
        window.wait("the vehicle", |state| state.selected_vehicle().is_some());
        window
    }

    /// With the last session's speed plotted.
    pub(crate) fn plotted() -> Self {
        let mut window = Self::opened();
        window.click_signal(SPEED);
        window.wait("the samples", |state| {
            loaded(state).is_some_and(|it| it.series.is_some()) && !state.store.is_loading()
        });
        window
    }

    /// Opens a source that is no place.
    pub(crate) fn open_source(&mut self, source: Arc<dyn SignalSource>) {
        let listing = source.catalogue(Arc::new(|_progress| {}));
        let catalogue = Runtimes::new().unwrap().run(listing).unwrap().unwrap();
        let app = self.harness.state_mut();
        let location = source.location().clone();
        // What opening a place would do is done here.
        drop(app.state.update(Command::Open(vec!["held".to_owned()])));
        let id = app.state.sources.last().unwrap().id;
        app.workers.insert_source(id, source);
        let effects = app.state.apply(Event::SourceReady {
            source: id,
            catalogue,
            location,
            remarks: Vec::new(),
        });
        app.perform(effects);
        self.harness.run_steps(3);
    }

    pub(crate) fn state(&self) -> &AppState {
        &self.harness.state().state
    }

    pub(crate) fn send(&mut self, command: Command) {
        self.harness.state_mut().queue.send(command);
        self.harness.run_steps(2);
    }

    /// Frames until something is so.
    pub(crate) fn wait(&mut self, what: &str, is_so: impl Fn(&AppState) -> bool) {
        let start = Instant::now();
        while !is_so(self.state()) {
            assert!(start.elapsed() < PATIENCE, "waited too long for {what}");
            std::thread::sleep(Duration::from_millis(5));
            self.harness.step();
        }
        self.harness.run_steps(3);
    }

    pub(crate) fn press(&mut self, key: Key) {
        self.press_with(Modifiers::NONE, key);
    }

    pub(crate) fn press_with(&mut self, modifiers: Modifiers, key: Key) {
        self.harness.key_press_modifiers(modifiers, key);
        self.harness.run_steps(3);
    }

    /// Types into the palette and takes what stands first.
    pub(crate) fn run_in_palette(&mut self, text: &str) {
        self.press_with(Modifiers::COMMAND, Key::K);
        let role = egui::accesskit::Role::TextInput;
        let field = self
            .harness
            .query_all_by_role(role)
            .find(egui_kittest::Node::is_focused);
        field.unwrap().type_text(text);
        self.harness.run_steps(2);
        self.press(Key::Enter);
        self.harness.run_steps(3);
    }

    pub(crate) fn click_signal(&mut self, name: &str) {
        self.harness
            .get_by_role_and_label(egui::accesskit::Role::CheckBox, name)
            .click();
        self.harness.run_steps(3);
    }

    /// Plots all signals of the selected vehicle in the active panel.
    pub(crate) fn plot_everything(&mut self) {
        let vehicle = &self.state().selection.as_ref().unwrap().vehicle;
        let infos = &self.state().selected_vehicle().unwrap().signals;
        let signals = infos.iter().map(|info| SignalRef {
            vehicle: vehicle.clone(),
            key: info.key.clone(),
        });
        let plot = Command::Plot {
            signals: signals.collect(),
            target: PlotTarget::Active,
        };
        self.send(plot);
        self.wait("the samples", |state| !state.store.is_loading());
    }

    /// Takes from the window what is another in each run: how long a query took, names of temporary
    /// folders, notices about them.
    pub(crate) fn forget_what_differs_between_runs(&mut self) {
        let state = &mut self.harness.state_mut().state;
        state.last_query = None;
        state.notices.clear();
        for source in &mut state.sources {
            "lake".clone_into(&mut source.title);
        }
        state.settings.recent.clear();
    }

    pub(crate) fn search_has_focus(&self) -> bool {
        let role = egui::accesskit::Role::SearchInput;
        let field = self.harness.query_by_role(role);
        field.is_some_and(|field| field.is_focused())
    }

    /// Types into the signal search.
    pub(crate) fn search(&mut self, text: &str) {
        let role = egui::accesskit::Role::SearchInput;
        self.harness.get_by_role(role).focus();
        self.harness.run_steps(2);
        self.harness.get_by_role(role).type_text(text);
        self.harness.run_steps(3);
    }

    /// A file is dragged over the window.
    pub(crate) fn hover_file(&mut self, path: &Path) {
        self.harness.input_mut().hovered_files = vec![HoveredFile {
            path: Some(path.to_owned()),
            ..HoveredFile::default()
        }];
        self.harness.run_steps(1);
    }

    /// A file is dropped on the window.
    pub(crate) fn drop_file(&mut self, path: &Path) {
        self.harness.input_mut().hovered_files.clear();
        self.harness.input_mut().dropped_files = vec![Arc::new(Dropped(path.to_owned()))];
        self.harness.run_steps(1);
    }

    /// Begins to write a file that takes minutes.
    pub(crate) fn begin_long_export(&mut self, name: &str) -> PathBuf {
        let options = ExportOptions {
            csv: CsvOptions {
                // Sixty million rows.
                layout: CsvLayout::Steps(1_000),
                ..CsvOptions::default()
            },
            ..ExportOptions::default()
        };
        self.send(Command::Export(ExportCommand::Choose(Box::new(options))));
        let path = self.lake.path(name);
        let target = ExportTarget {
            kind: ExportKind::Csv,
            path: path.clone(),
            may_replace: false,
        };
        self.send(Command::Export(ExportCommand::Write(target)));
        path
    }

    /// Frames until what runs elsewhere has certainly come.
    pub(crate) fn settle(&mut self) {
        for _ in 0..60 {
            std::thread::sleep(Duration::from_millis(5));
            self.harness.step();
        }
    }

    /// To where a curve is more than a band.
    pub(crate) fn zoom_in_a_lot(&mut self) {
        for _ in 0..4 {
            self.press(Key::I);
        }
    }

    /// Presses at one place, moves through others, lets go at the last.
    pub(crate) fn drag(&mut self, way: &[egui::Pos2]) {
        let (Some(first), Some(last)) = (way.first(), way.last()) else {
            return;
        };
        self.harness.drag_at(*first);
        self.harness.run_steps(2);
        for place in way {
            self.harness.hover_at(*place);
            self.harness.run_steps(2);
        }
        self.harness.drop_at(*last);
        self.harness.run_steps(3);
    }

    /// Where the first plot is on the screen.
    pub(crate) fn plot_rect(&self) -> egui::Rect {
        let mut plots = self.harness.query_all_by_label_contains("Plot of ");
        plots.next().unwrap().rect()
    }

    /// Clicks at a share of the first plot's width, in its middle.
    pub(crate) fn click_plot(&mut self, share: f32) {
        let rect = self.plot_rect();
        let place = egui::pos2(rect.left() + rect.width() * share, rect.center().y);
        self.harness.hover_at(place);
        self.harness.run_steps(2);
        self.harness.drag_at(place);
        self.harness.run_steps(1);
        self.harness.drop_at(place);
        self.harness.run_steps(3);
    }

    pub(crate) fn has_signal(&self, name: &str) -> bool {
        let role = egui::accesskit::Role::CheckBox;
        self.harness.query_by_role_and_label(role, name).is_some()
    }

    /// What the plot says of itself.
    pub(crate) fn plot(&self) -> Option<String> {
        let node = self.harness.query_by_label_contains("Plot of ")?;
        node.accesskit_node().label()
    }

    /// What all plots say of themselves.
    pub(crate) fn plots(&self) -> Vec<String> {
        let nodes = self.harness.query_all_by_label_contains("Plot of ");
        nodes
            .filter_map(|node| node.accesskit_node().label())
            .collect()
    }

    pub(crate) fn visible(&self) -> TimeRange {
        self.state().window.as_ref().unwrap().visible()
    }
}

/// The only signal that is plotted.
pub(crate) fn loaded(state: &AppState) -> Option<&LoadedSignal> {
    let signal: &SignalRef = state.workspace.signals().first().copied()?;
    state.store.get(signal)
}
