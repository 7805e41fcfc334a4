//! What the user wants: commands to changes of the state and work for others.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use canlake_shared::time::{TimeRange, Timestamp};

use super::measure::Step;
use super::{
    AppState, Cursor, Dialog, Effect, ExportColumn, ExportKind, ExportTarget, History, LoadId,
    LoadState, OpenSource, PanelKind, Place, RangeChoice, Selection, Severity, SignalRef, SourceId,
    SourceStatus, ThemeChoice, TimeWindow, VehicleRef, axis_of,
};
use crate::command::{Action, Command, PlotTarget};
use crate::demo;
use crate::source::decode::DbcChoice;
use crate::source::{SignalInfo, SourceLocation};
use crate::time_display::Zone;

const HOUR_NS: i64 = 3_600_000_000_000;

impl AppState {
    /// Carries out a command. What cannot be done at once comes back as effects, in order.
    pub fn update(&mut self, command: Command) -> Vec<Effect> {
        match command {
            Command::Run(action) => self.run(action),
            Command::Open(texts) => self.open(&texts),
            Command::DecodeWith { source, dbc } => self.decode_with(source, dbc),
            Command::PickDbc(source) => vec![Effect::PickDbc(source)],
            Command::AddDbc(source, path) => {
                self.offer_dbc(source, vec![path]);
                Vec::new()
            }
            Command::CloseSource(source) => self.close_source(source),
            Command::ReloadSource(source) => self.reload_source(source),
            Command::SelectVehicle(vehicle) => {
                self.selection = Some(Selection {
                    vehicle,
                    session: None,
                });
                Vec::new()
            }
            Command::SelectSession(idx) => {
                if let Some(selection) = &mut self.selection {
                    selection.session = Some(idx);
                }
                self.choose_range(RangeChoice::Session)
            }
            Command::ChooseRange(choice) => self.choose_range(choice),
            Command::Plot { signals, target } => self.plot(signals, target),
            Command::PickExportTarget(kind) => vec![Effect::PickExportTarget(
                kind,
                self.suggested_export_path(kind),
            )],
            Command::ExportTo(target) => self.export(target),
            layout => {
                self.change_layout(layout);
                self.drop_unused()
            }
        }
    }

    /// Commands that need nobody else.
    fn change_layout(&mut self, command: Command) {
        let workspace = &mut self.workspace;
        match command {
            Command::Unplot(panel, signal) => workspace.unplot(panel, &signal),
            Command::ToggleSignal(panel, signal) => workspace.toggle(panel, &signal),
            Command::SoloSignal(panel, signal) => workspace.solo(panel, &signal),
            Command::SetLayout(layout) => workspace.set_layout(layout),
            Command::SelectSignal(signal) => self.selected_signal = Some(signal),
            Command::PlaceCursor(instant) => self.cursors.place(instant),
            Command::TakeBackCursor => self.cursors.take_back(),
            Command::ActivatePanel(panel) => workspace.activate(panel),
            Command::ClosePanel(panel) => workspace.close_panel(panel),
            Command::SetAxis(panel, axis, range) => workspace.set_axis(panel, axis, range),
            Command::FitAxis(panel, axis) => workspace.fit_axis(panel, &axis),
            Command::SetWindow(range) => self.change_window(|window| window.set(range)),
            Command::EndGesture => self.rest(),
            Command::Hover(instant) => self.hovered = instant,
            Command::DismissNotice(id) => self.notices.dismiss(id),
            Command::CloseDialog => self.dialog = None,
            // Carried out by `update`.
            Command::Run(_)
            | Command::Open(_)
            | Command::DecodeWith { .. }
            | Command::PickDbc(_)
            | Command::AddDbc(..)
            | Command::CloseSource(_)
            | Command::ReloadSource(_)
            | Command::SelectVehicle(_)
            | Command::SelectSession(_)
            | Command::ChooseRange(_)
            | Command::Plot { .. }
            | Command::PickExportTarget(_)
            | Command::ExportTo(_) => {}
        }
    }

    fn run(&mut self, action: Action) -> Vec<Effect> {
        let settings = &mut self.settings;
        match action {
            Action::OpenFiles => return vec![Effect::PickFiles],
            Action::OpenFolder => return vec![Effect::PickFolder],
            Action::OpenDemo => return self.open_demo(),
            Action::ExportCsv => self.ask_for_export_target(ExportKind::Csv),
            Action::ExportPng => self.ask_for_export_target(ExportKind::Png),
            Action::CancelQueries => {
                return self.store.loads().into_iter().map(Effect::Cancel).collect();
            }
            Action::Quit => return vec![Effect::Quit],
            Action::ToggleFullScreen => return vec![Effect::ToggleFullScreen],
            Action::FitAll => {
                self.workspace.fit_axes();
                self.change_window(TimeWindow::fit);
            }
            Action::FitY => self.workspace.fit_axes(),
            Action::ZoomIn => self.zoom(0.5),
            Action::ZoomOut => self.zoom(2.0),
            Action::PanLeft if self.cursors.active_instant().is_some() => {
                self.step(Step::Samples(-1));
            }
            Action::PanRight if self.cursors.active_instant().is_some() => {
                self.step(Step::Samples(1));
            }
            Action::PanLeft => self.pan(-0.2),
            Action::PanRight => self.pan(0.2),
            Action::PreviousSample => self.step(Step::Samples(-1)),
            Action::NextSample => self.step(Step::Samples(1)),
            Action::TenBack => self.step(Step::Samples(-10)),
            Action::TenOn => self.step(Step::Samples(10)),
            Action::PreviousChange => self.step(Step::PreviousChange),
            Action::NextChange => self.step(Step::NextChange),
            Action::CursorA => self.toggle_cursor(Cursor::A),
            Action::CursorB => self.toggle_cursor(Cursor::B),
            Action::RangeFromCursors => self.show_between_cursors(),
            Action::UndoZoom => self.undo_zoom(History::undo),
            Action::RedoZoom => self.undo_zoom(History::redo),
            Action::Undo => return self.undo(History::undo),
            Action::Redo => return self.undo(History::redo),
            Action::NewPanel => {
                self.workspace.add_panel(PanelKind::Plot, Place::Below);
            }
            Action::NewTab => {
                self.workspace.add_panel(PanelKind::Plot, Place::Tab);
            }
            Action::NewTable => self.add_table(),
            Action::DuplicatePanel => {
                if let Some(active) = self.workspace.active() {
                    self.workspace.duplicate(active);
                }
            }
            Action::ClosePanel => {
                if let Some(active) = self.workspace.active() {
                    self.workspace.close_panel(active);
                    return self.drop_unused();
                }
            }
            Action::NextTab => self.workspace.cycle_tabs(true),
            Action::PreviousTab => self.workspace.cycle_tabs(false),
            Action::Palette => self.dialog = Some(Dialog::Palette),
            Action::StackOrOverlay => self.workspace.stack_or_overlay(),
            Action::ToggleGrid => settings.grid = !settings.grid,
            Action::ToggleDots => settings.dots = !settings.dots,
            Action::ToggleLegend => settings.legend = !settings.legend,
            Action::ToggleStatistics => settings.statistics = !settings.statistics,
            Action::ToggleSideBar => settings.side_bar = !settings.side_bar,
            Action::ToggleTheme => {
                settings.theme = match settings.theme {
                    ThemeChoice::Dark => ThemeChoice::Light,
                    ThemeChoice::Light => ThemeChoice::Dark,
                }
            }
            Action::SearchSignals => {
                settings.side_bar = true;
                self.search_requested = true;
            }
            Action::ShowKeys => self.dialog = Some(Dialog::Keys),
            Action::ClearPlots => {
                self.workspace.clear();
                return self.drop_unused();
            }
        }
        Vec::new()
    }

    fn change_window(&mut self, change: impl FnOnce(&mut TimeWindow)) {
        if let Some(window) = &mut self.window {
            change(window);
        }
    }

    fn zoom(&mut self, factor: f64) {
        let hovered = self.hovered;
        self.change_window(|window| {
            let visible = window.visible();
            let middle = visible.start + visible.duration_ns() / 2;
            let centre = hovered
                .filter(|instant| visible.contains(*instant))
                .unwrap_or(middle);
            window.set(window.zoomed(factor, centre));
        });
    }

    fn pan(&mut self, share: f64) {
        self.change_window(|window| {
            let visible = window.visible();
            let shift = (visible.duration_ns() as f64 * share) as i64;
            window.set(TimeRange::new(visible.start + shift, visible.end + shift));
        });
    }

    fn open(&mut self, texts: &[String]) -> Vec<Effect> {
        let location = match SourceLocation::from_args(texts) {
            Ok(location) => location,
            Err(error) => {
                self.notices.add(Severity::Error, error.to_string(), "");
                return Vec::new();
            }
        };
        if let Some(open) = self
            .sources
            .iter()
            .find(|source| source.location == location)
        {
            let id = open.id;
            return self.reload_source(id);
        }
        let source = self.add_source(location.short_name(), location.clone());
        vec![Effect::Open {
            source,
            location,
            dbc: DbcChoice::default(),
        }]
    }

    fn open_demo(&mut self) -> Vec<Effect> {
        const TITLE: &str = "Demo lake";
        if self.sources.iter().any(|source| source.title == TITLE) {
            return Vec::new();
        }
        let source = self.add_source(TITLE.to_owned(), SourceLocation::Local(Vec::new()));
        self.demo = Some(source);
        vec![Effect::OpenDemo(source)]
    }

    fn add_source(&mut self, title: String, location: SourceLocation) -> SourceId {
        let id = SourceId(self.next_source);
        self.next_source += 1;
        self.sources.push(OpenSource {
            id,
            location,
            title,
            status: SourceStatus::Opening("opening".to_owned()),
            suggested_dbc: Vec::new(),
            dbc: DbcChoice::default(),
        });
        id
    }

    fn decode_with(&mut self, id: SourceId, dbc: DbcChoice) -> Vec<Effect> {
        self.dialog = None;
        self.settings.remember_dbc(&dbc.paths);
        let Some(source) = self.sources.iter_mut().find(|source| source.id == id) else {
            return Vec::new();
        };
        source.dbc = dbc.clone();
        source.status = SourceStatus::Opening("decoding".to_owned());
        vec![Effect::Open {
            source: id,
            location: source.location.clone(),
            dbc,
        }]
    }

    /// Puts DBC files at the top of what a source can be decoded with.
    pub(super) fn offer_dbc(&mut self, id: SourceId, paths: Vec<PathBuf>) {
        if let Some(source) = self.sources.iter_mut().find(|source| source.id == id) {
            for path in paths {
                source.suggested_dbc.retain(|known| *known != path);
                source.suggested_dbc.insert(0, path);
            }
        }
    }

    fn reload_source(&mut self, id: SourceId) -> Vec<Effect> {
        let Some(source) = self.sources.iter_mut().find(|source| source.id == id) else {
            return Vec::new();
        };
        source.status = SourceStatus::Opening("opening".to_owned());
        vec![Effect::Open {
            source: id,
            location: source.location.clone(),
            dbc: source.dbc.clone(),
        }]
    }

    fn close_source(&mut self, id: SourceId) -> Vec<Effect> {
        self.sources.retain(|source| source.id != id);
        if self
            .selection
            .as_ref()
            .is_some_and(|selection| selection.vehicle.source == id)
        {
            self.selection = None;
        }
        if self.dialog == Some(Dialog::ChooseDbc(id)) {
            self.dialog = None;
        }
        self.workspace.keep_sources(|source| source != id);
        let mut effects = self.drop_unused();
        effects.push(Effect::Close(id));
        effects
    }

    /// Loads another stretch of time of the selected vehicle for everything that is plotted.
    fn choose_range(&mut self, choice: RangeChoice) -> Vec<Effect> {
        let Some(vehicle) = self.selected_vehicle() else {
            return Vec::new();
        };
        let all = vehicle.range;
        let session = self
            .selected_session()
            .or(vehicle.sessions.last())
            .map_or(all, |session| session.range);
        let range = match choice {
            RangeChoice::LastHour => TimeRange::new(all.start.max(all.end - HOUR_NS), all.end),
            RangeChoice::LastDay => TimeRange::new(all.start.max(all.end - 24 * HOUR_NS), all.end),
            RangeChoice::Session => session,
            RangeChoice::Everything => all,
            RangeChoice::Typed(range) => range,
        };
        let last_session = vehicle.sessions.len().checked_sub(1);
        if let Some(selection) = &mut self.selection {
            selection.session = match choice {
                RangeChoice::Session => selection.session.or(last_session),
                _ => None,
            };
        }
        self.window = Some(TimeWindow::new(range));
        self.zooms = History::default();
        self.load_missing()
    }

    fn plot(&mut self, signals: Vec<SignalRef>, target: PlotTarget) -> Vec<Effect> {
        let workspace = &mut self.workspace;
        let panel = match target {
            PlotTarget::Panel(panel) | PlotTarget::NewAxis(panel) => panel,
            PlotTarget::NewPanel => workspace.add_panel(PanelKind::Plot, Place::Below),
            PlotTarget::Beside(at, side) => {
                workspace.add_panel(PanelKind::Plot, Place::Beside(at, side))
            }
            PlotTarget::NewTab => workspace.add_panel(PanelKind::Plot, Place::Tab),
            PlotTarget::Active => match workspace.active() {
                Some(active) => active,
                None => workspace.add_panel(PanelKind::Plot, Place::Below),
            },
        };
        self.workspace.activate(panel);
        let is_first = self.workspace.signals().is_empty();
        let mut vehicles = BTreeSet::new();
        for signal in signals {
            let Some(info) = self.signal_info(&signal) else {
                continue;
            };
            let axis = axis_of(info);
            vehicles.insert(signal.vehicle.clone());
            self.selected_signal = Some(signal.clone());
            if matches!(target, PlotTarget::NewAxis(_)) {
                self.workspace.plot_on_new_axis(panel, signal, axis);
            } else {
                self.workspace.plot(panel, signal, axis);
            }
        }
        let Some(shown) = self.window.as_ref().map(TimeWindow::extent) else {
            return self.choose_range(RangeChoice::Session);
        };
        let is_absent = |vehicle: &&VehicleRef| {
            let range = self.vehicle(vehicle).map(|vehicle| vehicle.range);
            range.is_none_or(|range| !range.overlaps(shown))
        };
        if let Some(vehicle) = vehicles.iter().find(is_absent) {
            // Where nothing else is plotted, nothing has to stay where it is.
            if is_first {
                return self.choose_range(RangeChoice::Session);
            }
            let title = format!(
                "{} has no data in the time shown; choose one of its sessions to see it",
                vehicle.vehicle
            );
            self.notices.add(Severity::Warning, title, "");
        }
        self.load_missing()
    }

    /// Asks for what is plotted but not loaded for the current extent. Queries that bring what is no
    /// longer wanted are stopped: the newest question wins.
    pub(super) fn load_missing(&mut self) -> Vec<Effect> {
        let Some(range) = self.window.as_ref().map(TimeWindow::extent) else {
            return Vec::new();
        };
        let mut effects: Vec<_> = self
            .outdated_loads(range)
            .into_iter()
            .map(Effect::Cancel)
            .collect();
        let mut missing: BTreeMap<VehicleRef, Vec<Arc<SignalInfo>>> = BTreeMap::new();
        for signal in self.workspace.signals() {
            let is_there = self.store.get(signal).is_some_and(|loaded| {
                loaded.range == range && !matches!(loaded.state, LoadState::Failed(_))
            });
            if let (false, Some(info)) = (is_there, self.signal_info(signal)) {
                missing
                    .entry(signal.vehicle.clone())
                    .or_default()
                    .push(Arc::new(info.clone()));
            }
        }
        for (vehicle, signals) in missing {
            let load = LoadId(self.next_load);
            self.next_load += 1;
            for info in &signals {
                let signal = SignalRef {
                    vehicle: vehicle.clone(),
                    key: info.key.clone(),
                };
                self.store.begin(signal, Arc::clone(info), range, load);
            }
            effects.push(Effect::Load {
                load,
                holes: self.recording_holes(&vehicle, range),
                vehicle,
                signals,
                range,
            });
        }
        effects
    }

    fn outdated_loads(&self, range: TimeRange) -> Vec<LoadId> {
        let mut outdated: Vec<_> = self
            .store
            .iter()
            .filter(|(_, loaded)| loaded.range != range)
            .filter_map(|(_, loaded)| match loaded.state {
                LoadState::Loading { load, .. } => Some(load),
                _ => None,
            })
            .collect();
        outdated.sort_unstable();
        outdated.dedup();
        outdated
    }

    /// Forgets samples that no panel shows, and stops queries that bring nothing else.
    pub(super) fn drop_unused(&mut self) -> Vec<Effect> {
        let before = self.store.loads();
        let workspace = &self.workspace;
        self.store.retain(|signal| workspace.contains(signal));
        let after = self.store.loads();
        before
            .into_iter()
            .filter(|load| !after.contains(load))
            .map(Effect::Cancel)
            .collect()
    }

    fn ask_for_export_target(&mut self, kind: ExportKind) {
        if self.store.iter().next().is_none() {
            self.notices.add(
                Severity::Warning,
                "nothing to export: plot a signal first",
                "",
            );
            return;
        }
        self.dialog = Some(Dialog::Export(kind));
    }

    /// A file among the user's documents, named after what is visible.
    pub fn suggested_export_path(&self, kind: ExportKind) -> PathBuf {
        let start = self
            .window
            .as_ref()
            .map(|window| window.visible().start)
            .unwrap_or_default();
        let name = Zone::UTC
            .date_time(start, 1_000_000_000)
            .replace([':', '-'], "")
            .replace(' ', "T");
        let extension = match kind {
            ExportKind::Csv => "csv",
            ExportKind::Png => "png",
        };
        let vehicle = self
            .selection
            .as_ref()
            .map_or("canlake", |selection| &selection.vehicle.vehicle);
        let users = directories::UserDirs::new();
        let folder = users
            .as_ref()
            .map(|users| users.document_dir().unwrap_or(users.home_dir()));
        folder
            .unwrap_or(Path::new(""))
            .join(format!("{vehicle}_{name}Z.{extension}"))
    }

    fn export(&mut self, target: ExportTarget) -> Vec<Effect> {
        self.dialog = None;
        let Some(range) = self.window.as_ref().map(TimeWindow::visible) else {
            return Vec::new();
        };
        self.exports_running += 1;
        let lacking = self.lacking();
        if !lacking.is_empty() {
            let title = "the export has only what has arrived of some signals";
            self.notices
                .add(Severity::Warning, title, lacking.join("\n"));
        }
        match target.kind {
            ExportKind::Png => vec![Effect::ExportPng(target)],
            ExportKind::Csv => vec![Effect::ExportCsv {
                target,
                columns: self.export_columns(),
                range,
            }],
        }
    }

    /// Plotted signals of which samples are missing, with the reason.
    fn lacking(&self) -> Vec<String> {
        let reason = |signal: &SignalRef| {
            let reason = match &self.store.get(signal)?.state {
                LoadState::Complete => return None,
                LoadState::Loading { .. } => "still loading",
                LoadState::Partial(reason) | LoadState::Failed(reason) => reason,
            };
            Some(format!("{}: {reason}", self.signal_name(signal)))
        };
        let signals = self.workspace.signals();
        signals.into_iter().filter_map(reason).collect()
    }

    fn export_columns(&self) -> Vec<ExportColumn> {
        let column = |signal: &SignalRef| {
            let loaded = self.store.get(signal)?;
            Some(ExportColumn {
                name: self.signal_name(signal),
                unit: Arc::clone(&loaded.info.unit),
                series: Arc::clone(loaded.series.as_ref()?),
            })
        };
        self.workspace
            .signals()
            .into_iter()
            .filter_map(column)
            .collect()
    }

    /// Plots something worth seeing of the demo lake, unless the user was faster.
    pub(super) fn plot_demo(&mut self) -> Vec<Effect> {
        let vehicle = self
            .selection
            .as_ref()
            .map(|selection| selection.vehicle.clone());
        let (Some(vehicle), true) = (vehicle, self.workspace.panels().next().is_none()) else {
            return Vec::new();
        };
        let mut effects = Vec::new();
        for panel in demo::FIRST_PLOTS {
            let infos = self
                .vehicle(&vehicle)
                .map(|known| known.signals.as_slice())
                .unwrap_or_default();
            let named = |(message, signal): &(&str, &str)| {
                infos
                    .iter()
                    .find(|info| &*info.key.message == *message && &*info.key.signal == *signal)
            };
            let signals = panel.iter().filter_map(named).map(|info| SignalRef {
                vehicle: vehicle.clone(),
                key: info.key.clone(),
            });
            let signals = signals.collect();
            effects.extend(self.plot(signals, PlotTarget::NewPanel));
        }
        effects
    }

    /// Selects a vehicle of a source that has just been opened, if none is selected.
    pub(super) fn select_first_vehicle(&mut self, source: SourceId) {
        let first = self
            .source(source)
            .and_then(OpenSource::catalogue)
            .and_then(|catalogue| catalogue.vehicles.first());
        if let (None, Some(vehicle)) = (&self.selection, first) {
            self.selection = Some(Selection {
                vehicle: VehicleRef {
                    source,
                    vehicle: Arc::clone(&vehicle.id),
                },
                session: None,
            });
        }
    }

    /// Where the pointer is, if that is in the visible stretch of time.
    pub fn hovered_in_window(&self) -> Option<Timestamp> {
        let visible = self.window.as_ref()?.visible();
        self.hovered.filter(|instant| visible.contains(*instant))
    }
}
