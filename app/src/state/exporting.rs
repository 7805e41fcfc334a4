//! Commands that write what is loaded to files.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;

use canlake_shared::schema::footer::DbcProvenance;
use canlake_shared::time::TimeRange;

use super::{
    AppState, Dialog, Effect, ExportColumn, ExportCommand, ExportEffect, ExportEvent, ExportId,
    ExportKind, ExportRange, ExportScope, ExportTarget, ExportVehicle, LoadState, PanelId,
    PictureOrder, RunningExport, SamplesOrder, Severity, SignalRef, TimeWindow, VehicleRef,
};
use crate::exact_duration;
use crate::export::CsvLayout;
use crate::time_display::{Zone, duration_text};

/// Rows of a CSV file with fixed steps; more is a slip of the pen.
const MAX_STEPS: i64 = 100_000_000;

impl AppState {
    /// Opens the dialog; with a kind, with that one chosen.
    pub(super) fn ask_for_export(&mut self, kind: Option<ExportKind>) {
        if !self.workspace.has_signals() {
            self.notices
                .add(Severity::Info, "nothing to export: plot a signal first", "");
            return;
        }
        if let Some(kind) = kind {
            self.settings.export.kind = kind;
        }
        self.dialog = Some(Dialog::Export);
    }

    pub(super) fn change_exports(&mut self, command: ExportCommand) -> Vec<Effect> {
        match command {
            ExportCommand::Choose(options) => self.settings.export = *options,
            ExportCommand::PickTarget(kind, suggested) => {
                return vec![Effect::Export(ExportEffect::PickTarget(kind, suggested))];
            }
            ExportCommand::Write(target) => return self.export(target).into_iter().collect(),
            ExportCommand::Cancel(id) => {
                let is_it = |export: &RunningExport| export.id == id;
                if let Some(at) = self.exports.iter().position(is_it) {
                    let title = self.exports.remove(at).title;
                    self.notices.add(
                        Severity::Info,
                        format!("not exported: {title} was cancelled"),
                        "",
                    );
                    return vec![Effect::Export(ExportEffect::Cancel(id))];
                }
            }
        }
        Vec::new()
    }

    pub(super) fn apply_exports(&mut self, event: ExportEvent) -> Vec<Effect> {
        match event {
            ExportEvent::PickedTarget(kind, path) => {
                let target = ExportTarget {
                    kind,
                    path,
                    may_replace: true,
                };
                return self.change_exports(ExportCommand::Write(target));
            }
            ExportEvent::Progress(id, done) => {
                if let Some(export) = self.exports.iter_mut().find(|export| export.id == id) {
                    export.done = done;
                }
            }
            ExportEvent::Ended(id, result) => {
                let n_before = self.exports.len();
                self.exports.retain(|export| export.id != id);
                // Nobody asks for what became of one that was cancelled.
                if self.exports.len() < n_before {
                    match result {
                        Ok(text) => self.notices.add(Severity::Info, text, ""),
                        Err(text) => self.notices.add(Severity::Error, text, ""),
                    }
                }
            }
        }
        Vec::new()
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
        let vehicle = self
            .selection
            .as_ref()
            .map_or("canlake", |selection| &selection.vehicle.vehicle);
        let extension = kind.extension();
        self.documents
            .join(format!("{vehicle}_{name}Z.{extension}"))
    }

    /// The stretch of time that a choice means now; the cursors may not be there.
    pub fn export_range(&self, choice: ExportRange) -> Option<TimeRange> {
        let window = self.window.as_ref()?;
        match choice {
            ExportRange::Visible => Some(window.visible()),
            ExportRange::Loaded => Some(window.extent()),
            ExportRange::Cursors => {
                let (a, b) = self.cursors.both()?;
                Some(TimeRange::new(a.min(b), a.max(b) + 1))
            }
        }
    }

    /// The signals that a choice means now, each once.
    pub fn export_signals(&self, scope: ExportScope) -> Vec<SignalRef> {
        let panel = self
            .workspace
            .active()
            .filter(|_| scope == ExportScope::ActivePanel);
        let Some(panel) = panel.and_then(|panel| self.workspace.panel(panel)) else {
            return self.workspace.signals().into_iter().cloned().collect();
        };
        let mut signals: Vec<SignalRef> = Vec::new();
        for plotted in &panel.signals {
            if !signals.contains(&plotted.signal) {
                signals.push(plotted.signal.clone());
            }
        }
        signals
    }

    /// Why nothing can be written as was chosen.
    pub fn export_problem(&self, kind: ExportKind) -> Option<String> {
        let options = &self.settings.export;
        if kind == ExportKind::Events {
            let is_empty = self.watched_events().iter().all(|(_, it)| it.is_empty());
            let problem = "no events are found; type a condition in the panel of events (E)";
            return is_empty.then(|| problem.to_owned());
        }
        let Some(range) = self.export_range(options.range) else {
            return Some("place the cursors A and B first, or choose another range".to_owned());
        };
        if kind == ExportKind::Png {
            return None;
        }
        let columns = self.export_columns();
        if columns.is_empty() {
            return Some("no samples are loaded yet of these signals".to_owned());
        }
        match options.csv.layout {
            CsvLayout::Steps(step)
                if kind == ExportKind::Csv && range.duration_ns() / step.max(1) > MAX_STEPS =>
            {
                Some(format!(
                    "steps of {} make more than {MAX_STEPS} rows of {}; choose longer steps",
                    exact_duration::text(step),
                    duration_text(range.duration_ns())
                ))
            }
            _ => None,
        }
    }

    fn export(&mut self, target: ExportTarget) -> Option<Effect> {
        self.dialog = None;
        if target.path.as_os_str().is_empty() {
            let title = "no file to export to: type a path";
            self.notices.add(Severity::Error, title, "");
            return None;
        }
        if let Some(problem) = self.export_problem(target.kind) {
            self.notices
                .add(Severity::Error, format!("not exported: {problem}"), "");
            return None;
        }
        let range = self.export_range(self.settings.export.range);
        let id = ExportId(self.next_export);
        self.next_export += 1;
        let name = target.path.file_name().unwrap_or(target.path.as_os_str());
        let title = name.to_string_lossy().into_owned();
        let options = &self.settings.export;
        let signals = self.export_signals(options.scope);
        let lacking = self.lacking(&signals);
        let is_of_samples = target.kind != ExportKind::Events;
        let effect = if target.kind == ExportKind::Events {
            ExportEffect::Events {
                id,
                target,
                events: self.watched_events(),
                options: options.csv,
                zone: self.zone(),
            }
        } else if target.kind == ExportKind::Png {
            let only: Option<PanelId> = match options.scope {
                ExportScope::ActivePanel => self.workspace.active(),
                ExportScope::Everything => None,
            };
            ExportEffect::Picture(PictureOrder {
                id,
                target,
                options: options.png,
                panel: only,
                // What is visible may differ from panel to panel.
                range: range.filter(|_| options.range != ExportRange::Visible),
                facts: self.picture_facts(options.scope, range?),
            })
        } else {
            let columns = self.export_columns();
            ExportEffect::Samples(Box::new(
                self.samples_order(id, target, columns, range?, &lacking),
            ))
        };
        if is_of_samples && !lacking.is_empty() {
            let title = "the export has only what has arrived of some signals";
            self.notices
                .add(Severity::Warning, title, lacking.join("\n"));
        }
        self.exports.push(RunningExport {
            id,
            title,
            done: 0.0,
        });
        Some(Effect::Export(effect))
    }

    fn samples_order(
        &self,
        id: ExportId,
        target: ExportTarget,
        columns: Vec<ExportColumn>,
        range: TimeRange,
        lacking: &[String],
    ) -> SamplesOrder {
        let vehicles = self.export_vehicles(columns.iter().map(|it| &it.signal), range);
        let mut facts = self.export_facts(&vehicles, range, lacking);
        facts.push(("rows", rows_text(self.settings.export.csv.layout)));
        SamplesOrder {
            id,
            facts,
            target,
            columns,
            range,
            csv: self.settings.export.csv,
            zone: self.zone(),
            vehicles,
        }
    }

    /// What a picture says about where it is from.
    pub fn picture_facts(
        &self,
        scope: ExportScope,
        range: TimeRange,
    ) -> Vec<(&'static str, String)> {
        let signals = self.export_signals(scope);
        let vehicles = self.export_vehicles(signals.iter(), range);
        self.export_facts(&vehicles, range, &self.lacking(&signals))
    }

    /// The vehicles of signals, each once.
    fn export_vehicles<'a>(
        &self,
        signals: impl Iterator<Item = &'a SignalRef>,
        range: TimeRange,
    ) -> Vec<ExportVehicle> {
        let vehicles: BTreeSet<&VehicleRef> = signals.map(|signal| &signal.vehicle).collect();
        let of = |vehicle: &VehicleRef| ExportVehicle {
            dbc: self.decoded_with(vehicle, self.recorded(vehicle, range)),
            coverage: self.coverage(vehicle, range),
            vehicle: vehicle.clone(),
        };
        vehicles.into_iter().map(of).collect()
    }

    /// What a file says about where it is from.
    fn export_facts(
        &self,
        vehicles: &[ExportVehicle],
        range: TimeRange,
        lacking: &[String],
    ) -> Vec<(&'static str, String)> {
        let zone = self.zone();
        let mut facts = Vec::new();
        for of in vehicles {
            if let Some(source) = self.source(of.vehicle.source) {
                facts.push(("source", source.location.to_string()));
            }
            facts.push(("vehicle", of.vehicle.vehicle.to_string()));
            facts.push(("dbc", dbc_text(of.dbc.as_ref())));
        }
        let (start, end) = (zone.iso_8601(range.start), zone.iso_8601(range.end));
        facts.push(("range", format!("{start} to before {end}")));
        facts.push(("zone", zone.calendar().name().to_owned()));
        let complete = if lacking.is_empty() {
            "yes".to_owned()
        } else {
            format!("no, partial: {}", lacking.join("; "))
        };
        facts.push(("complete", complete));
        facts.push((
            "written by",
            concat!("canlake ", env!("CARGO_PKG_VERSION")).to_owned(),
        ));
        facts
    }

    /// What the frames of a vehicle were decoded with, in a stretch of time.
    pub fn decoded_with(&self, vehicle: &VehicleRef, range: TimeRange) -> Option<DbcProvenance> {
        let catalogue = self.source(vehicle.source)?.catalogue()?;
        catalogue.decoded_with(&vehicle.vehicle, range)
    }

    /// When that was recorded which a vehicle shows in a stretch of the window's time.
    fn recorded(&self, vehicle: &VehicleRef, range: TimeRange) -> TimeRange {
        let earlier = self.shift_of(vehicle).saturating_neg();
        TimeRange::new(range.start + earlier, range.end + earlier)
    }

    /// When the recorder listened, in its own time, of what is shown in `range`.
    fn coverage(&self, vehicle: &VehicleRef, range: TimeRange) -> Vec<TimeRange> {
        let mut covered = Vec::new();
        let mut from = range.start;
        for gap in self.recording_gaps(vehicle, range) {
            covered.push(TimeRange::new(from, gap.start));
            from = gap.end;
        }
        covered.push(TimeRange::new(from, range.end));
        covered.retain(|range| !range.is_empty());
        covered
            .into_iter()
            .map(|range| self.recorded(vehicle, range))
            .collect()
    }

    /// Signals of which samples are missing, with the reason.
    fn lacking(&self, signals: &[SignalRef]) -> Vec<String> {
        let reason = |signal: &SignalRef| {
            let reason = match &self.store.get(signal)?.state {
                LoadState::Complete => return None,
                LoadState::Loading { .. } => "still loading",
                LoadState::Partial(reason) | LoadState::Failed(reason) => reason,
            };
            Some(format!("{}: {reason}", self.signal_name(signal)))
        };
        signals.iter().filter_map(reason).collect()
    }

    /// A signal's name; of one that is compared also how much later than recorded its times are.
    fn column_name(&self, signal: &SignalRef) -> String {
        let name = self.signal_name(signal);
        match self.shift_of(&signal.vehicle) {
            0 => name,
            shift => format!("{name} (recorded time + {})", exact_duration::text(shift)),
        }
    }

    /// The drives whose samples are exported now. A Parquet file has those of one.
    pub fn exported_drives(&self) -> BTreeSet<VehicleRef> {
        let columns = self.export_columns().into_iter();
        columns.map(|column| column.signal.vehicle).collect()
    }

    fn export_columns(&self) -> Vec<ExportColumn> {
        let column = |signal: SignalRef| {
            let loaded = self.store.get(&signal)?;
            Some(ExportColumn {
                name: self.column_name(&signal),
                info: Arc::clone(&loaded.info),
                series: Arc::clone(loaded.series.as_ref()?),
                signal,
            })
        };
        let signals = self.export_signals(self.settings.export.scope);
        signals.into_iter().filter_map(column).collect()
    }

    /// What the badge of a plot says about DBC files: of the vehicles of these signals, in what is visible.
    pub fn decoded_with_text<'a>(&self, signals: impl Iterator<Item = &'a SignalRef>) -> String {
        let Some(visible) = self.window.as_ref().map(TimeWindow::visible) else {
            return String::new();
        };
        let vehicles: BTreeSet<&VehicleRef> = signals.map(|signal| &signal.vehicle).collect();
        let lines = vehicles.into_iter().map(|vehicle| {
            let dbc = self.decoded_with(vehicle, visible);
            format!("{}: {}", vehicle.vehicle, dbc_text(dbc.as_ref()))
        });
        lines.collect::<Vec<_>>().join("\n")
    }
}

/// What a row of a CSV file is.
fn rows_text(layout: CsvLayout) -> String {
    match layout {
        CsvLayout::Samples => "one per sample time; empty where a signal has no sample".to_owned(),
        CsvLayout::Hold => {
            "one per sample time; the last value of each signal, none in gaps".to_owned()
        }
        CsvLayout::Steps(step) => format!(
            "one every {}; the last value of each signal, none in gaps",
            exact_duration::text(step)
        ),
        CsvLayout::PerSignal => "each signal by itself".to_owned(),
    }
}

fn dbc_text(dbc: Option<&DbcProvenance>) -> String {
    match dbc {
        None => "not known: the decoded files do not name a DBC".to_owned(),
        Some(dbc) => {
            let files = dbc.files.iter();
            let files: Vec<_> = files
                .map(|file| format!("{} sha256 {}", file.name, file.sha256))
                .collect();
            files.join(", ")
        }
    }
}
