//! Commands that write what is loaded to files.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::{
    AppState, Dialog, Effect, ExportColumn, ExportKind, ExportTarget, LoadState, Severity,
    SignalRef, TimeWindow,
};
use crate::exact_duration;
use crate::time_display::Zone;

impl AppState {
    pub(super) fn ask_for_export_target(&mut self, kind: ExportKind) {
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

    pub(super) fn export(&mut self, target: ExportTarget) -> Vec<Effect> {
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

    /// A signal's name; of one that is compared also how much later than recorded its times are.
    fn column_name(&self, signal: &SignalRef) -> String {
        let name = self.signal_name(signal);
        match self.shift_of(&signal.vehicle) {
            0 => name,
            shift => format!("{name} (recorded time + {})", exact_duration::text(shift)),
        }
    }

    fn export_columns(&self) -> Vec<ExportColumn> {
        let column = |signal: &SignalRef| {
            let loaded = self.store.get(signal)?;
            Some(ExportColumn {
                name: self.column_name(signal),
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
}
