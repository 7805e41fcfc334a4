//! The frames of a source decoded with other DBC files: a second source, and what differs.

use std::path::PathBuf;
use std::sync::Arc;

use canlake_shared::schema::SignalKey;
use canlake_shared::time::TimeRange;

use super::{AppState, Effect, InspectEffect, SourceId};
use crate::command::PlotTarget;
use crate::inspect::Differences;
use crate::source::SourceLocation;
use crate::source::decode::DbcChoice;
use crate::state::{Dialog, Severity, SignalRef, TimeWindow, VehicleRef};

/// Two decodings of the same frames.
#[derive(Clone, Debug)]
pub struct Comparison {
    /// The vehicle as it was decoded first.
    pub before: VehicleRef,
    /// The source with the second decoding, once there is one.
    pub after: Option<SourceId>,
    /// What the second is decoded with.
    pub dbc: DbcChoice,
    /// Of files with samples in this stretch of time.
    pub range: TimeRange,
    /// The decoded files that are compared.
    pub decoded: Vec<PathBuf>,
    /// How far it is.
    pub status: ComparisonStatus,
}

/// How far a comparison is.
#[derive(Clone, Debug)]
pub enum ComparisonStatus {
    /// The frames are being looked for.
    FindingFrames,
    /// They are being decoded: the source tells how far that is.
    Decoding,
    /// The decodings are being compared.
    Comparing,
    /// What differs.
    Ready(Arc<Differences>),
    /// Why there is nothing to compare.
    Refused(String),
}

/// The frames behind decoded files.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FrameFiles {
    /// Raw files and logs.
    pub raw: Vec<PathBuf>,
    /// All decoded files that were made of them.
    pub decoded: Vec<PathBuf>,
}

/// What to compare.
#[derive(Clone, Debug)]
pub struct CompareOrder {
    /// The vehicle in the first decoding.
    pub before: VehicleRef,
    /// The decoded files of the first.
    pub before_files: Vec<PathBuf>,
    /// DBC files that the first may have been decoded with.
    pub before_places: Vec<PathBuf>,
    /// The vehicle in the second decoding.
    pub after: VehicleRef,
    /// What the second was decoded with.
    pub after_dbc: DbcChoice,
    /// Signals whose samples are compared.
    pub plotted: Vec<SignalKey>,
    /// In this stretch of time.
    pub range: TimeRange,
}

impl AppState {
    /// The source whose frames would be decoded again: of what is inspected, else of what is listed.
    fn source_to_decode_again(&self) -> Option<VehicleRef> {
        let inspected = self.selected_signal.as_ref().map(|signal| &signal.vehicle);
        let listed = self.selection.as_ref().map(|selection| &selection.vehicle);
        let is_open = |vehicle: &&VehicleRef| self.vehicle(vehicle).is_some();
        let found = inspected.into_iter().chain(listed).find(is_open)?;
        Some(VehicleRef {
            overlay: None,
            ..found.clone()
        })
    }

    /// Opens the choice of DBC files.
    pub(in crate::state) fn ask_to_decode_again(&mut self) {
        match self.source_to_decode_again() {
            Some(vehicle) => {
                let answer = self.inspector.definition.answer();
                let definition = answer.and_then(|answer| answer.definition.as_ref().ok());
                let path = definition.and_then(|definition| definition.path.clone());
                self.offer_dbc(vehicle.source, path.into_iter().collect());
                self.dialog = Some(Dialog::DecodeAgain(vehicle.source));
            }
            None => self.notices.add(
                Severity::Info,
                "nothing is open that could be decoded again; open a source first",
                "",
            ),
        }
    }

    pub(super) fn decode_again(&mut self, source: SourceId, dbc: DbcChoice) -> Vec<Effect> {
        self.dialog = None;
        let vehicle = self.source_to_decode_again();
        let Some(vehicle) = vehicle.filter(|vehicle| vehicle.source == source) else {
            return Vec::new();
        };
        let all = self.vehicle(&vehicle).map(|vehicle| vehicle.range);
        let extent = self.window.as_ref().map(TimeWindow::extent);
        let Some(range) = extent.or(all) else {
            return Vec::new();
        };
        self.settings.remember_dbc(&dbc.paths);
        self.inspector.comparison = Some(Comparison {
            before: vehicle.clone(),
            after: None,
            dbc,
            range,
            decoded: Vec::new(),
            status: ComparisonStatus::FindingFrames,
        });
        vec![Effect::Inspect(InspectEffect::FindFrames {
            vehicle,
            range,
        })]
    }

    pub(super) fn frames_found(&mut self, found: Result<FrameFiles, String>) -> Vec<Effect> {
        let Some(mut comparison) = self.inspector.comparison.take() else {
            return Vec::new();
        };
        let effects = match found {
            Ok(files) => {
                let location = SourceLocation::Local(files.raw);
                let names: Vec<_> = comparison
                    .dbc
                    .paths
                    .iter()
                    .filter_map(|path| path.file_name())
                    .map(|name| name.to_string_lossy())
                    .collect();
                let title = self.source(comparison.before.source);
                let title = title.map_or("", |source| source.title.as_str());
                let title = format!("{title}, with {}", names.join(", "));
                let source = self.add_source(title, location.clone());
                if let Some(open) = self.sources.iter_mut().find(|open| open.id == source) {
                    open.dbc = comparison.dbc.clone();
                }
                comparison.after = Some(source);
                comparison.decoded = files.decoded;
                comparison.status = ComparisonStatus::Decoding;
                vec![Effect::Open {
                    source,
                    location,
                    dbc: comparison.dbc.clone(),
                }]
            }
            Err(text) => {
                self.notices.add(Severity::Error, text.clone(), "");
                comparison.status = ComparisonStatus::Refused(text);
                Vec::new()
            }
        };
        self.inspector.comparison = Some(comparison);
        effects
    }

    /// Asks what differs, once the second decoding is open.
    pub(in crate::state) fn compare_decodings(&mut self, source: SourceId) -> Vec<Effect> {
        let Some(after) = self.decoded_again(source) else {
            return Vec::new();
        };
        let plotted = self.workspace.signals();
        let Some(comparison) = &self.inspector.comparison else {
            return Vec::new();
        };
        let plotted = plotted
            .into_iter()
            .filter(|signal| signal.vehicle == comparison.before)
            .map(|signal| signal.key.clone());
        let order = CompareOrder {
            before: comparison.before.clone(),
            before_files: comparison.decoded.clone(),
            before_places: self.known_dbc(comparison.before.source),
            after,
            after_dbc: comparison.dbc.clone(),
            plotted: plotted.collect(),
            range: comparison.range,
        };
        self.set_comparison(ComparisonStatus::Comparing);
        vec![Effect::Inspect(InspectEffect::Compare(order))]
    }

    /// The vehicle in the second decoding: of the same name, else the only one.
    fn decoded_again(&self, source: SourceId) -> Option<VehicleRef> {
        let comparison = self.inspector.comparison.as_ref()?;
        if comparison.after != Some(source) {
            return None;
        }
        let vehicles = &self.source(source)?.catalogue()?.vehicles;
        let same = vehicles
            .iter()
            .find(|vehicle| vehicle.id == comparison.before.vehicle);
        let vehicle = same.or(vehicles.first())?;
        Some(VehicleRef::new(source, Arc::clone(&vehicle.id)))
    }

    pub(super) fn compared(&mut self, source: SourceId, result: Result<Arc<Differences>, String>) {
        let comparison = self.inspector.comparison.as_ref();
        if comparison.is_some_and(|comparison| comparison.after == Some(source)) {
            self.set_comparison(match result {
                Ok(differences) => ComparisonStatus::Ready(differences),
                Err(text) => ComparisonStatus::Refused(text),
            });
        }
    }

    /// Gives up a comparison that is being worked out; whether there was one. Decoding is ended with its
    /// source.
    pub(super) fn cancel_comparison(&mut self) -> bool {
        let status = self.inspector.comparison.as_ref().map(|it| &it.status);
        let is_running = matches!(
            status,
            Some(ComparisonStatus::FindingFrames | ComparisonStatus::Comparing)
        );
        if is_running {
            let text = "the comparison was cancelled; decode again to repeat it";
            self.set_comparison(ComparisonStatus::Refused(text.to_owned()));
        }
        is_running
    }

    pub(super) fn comparison_stopped(&mut self) {
        let text = "the comparison stopped unexpectedly; decode again to repeat it";
        self.set_comparison(ComparisonStatus::Refused(text.to_owned()));
    }

    fn set_comparison(&mut self, status: ComparisonStatus) {
        if let Some(comparison) = &mut self.inspector.comparison {
            comparison.status = status;
        }
    }

    /// Draws a signal of the first decoding and the same of the second, or what there is of the two, on
    /// one axis where the unit is the same.
    pub(super) fn plot_both(&mut self, signal: &SignalRef) -> Vec<Effect> {
        let after = self.inspector.comparison.as_ref().and_then(|it| it.after);
        let vehicle = after.and_then(|source| self.decoded_again(source));
        let both = std::iter::once(signal.vehicle.clone()).chain(vehicle);
        let signals = both.map(|vehicle| SignalRef {
            vehicle,
            key: signal.key.clone(),
        });
        let there = signals.filter(|signal| self.signal_info(signal).is_some());
        self.plot(there.collect(), PlotTarget::NewPanel)
    }
}
