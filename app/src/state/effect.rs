//! What the state asks of the workers, and what they answer.

use std::path::PathBuf;
use std::sync::Arc;

use canlake_shared::time::TimeRange;

use super::inspector::{InspectEffect, InspectEvent};
use super::{
    Computation, ComputeEffect, ComputeEvent, ExportEffect, ExportEvent, FirstOf, LayoutEffect,
    LayoutEvent, LoadId, NoteEffect, NoteEvent, OpenProgress, PanelId, Severity, ShareEffect,
    ShareEvent, ShiftOrder, ShiftedSeries, SignalRef, SourceId, Summary, SummaryQuestion,
    VehicleRef,
};
use crate::query::{Completeness, Progress, QueryStats};
use crate::series::Prepared;
use crate::source::decode::DbcChoice;
use crate::source::proposing::Proposal;
use crate::source::{Catalogue, SignalInfo, SourceLocation};

/// Work to be done elsewhere.
#[derive(Clone, Debug)]
pub enum Effect {
    /// Look at a source; with DBC files: decode it.
    Open {
        /// Its name from now on.
        source: SourceId,
        /// Where it is.
        location: SourceLocation,
        /// For raw frames.
        dbc: DbcChoice,
    },
    /// Make the demo lake if there is none yet, and open it.
    OpenDemo(SourceId),
    /// Nobody waits for a source to be opened any more; what it was before stays.
    CancelOpen(SourceId),
    /// Drop everything of a source.
    Close(SourceId),
    /// Bring the samples of signals of one vehicle.
    Load {
        /// Its name from now on.
        load: LoadId,
        /// The vehicle.
        vehicle: VehicleRef,
        /// What to bring.
        signals: Vec<Arc<SignalInfo>>,
        /// Of this stretch of time.
        range: TimeRange,
        /// Stop when they take more than this.
        max_bytes: u64,
        /// In these the recorder did not listen.
        recording_gaps: Vec<TimeRange>,
        /// So many nanoseconds later than they were recorded the samples are to lie.
        shift_ns: i64,
    },
    /// Stop a query.
    Cancel(LoadId),
    /// Let the user choose files.
    PickFiles,
    /// Let the user choose a folder.
    PickFolder,
    /// Let the user choose DBC files for a source.
    PickDbc(SourceId),
    /// Find the first time at which a condition holds.
    FindFirst {
        /// Which condition, in which drive.
        of: FirstOf,
        /// What works it out.
        computation: Computation,
        /// How long it has to hold.
        at_least_ns: i64,
    },
    /// Nobody waits for these first times any more.
    StopFirsts(Vec<FirstOf>),
    /// Something for exports.
    Export(ExportEffect),
    /// Move loaded samples in time.
    Shift(Vec<ShiftOrder>),
    /// Work out what a panel shows, from all samples.
    Summarise(PanelId, Arc<SummaryQuestion>),
    /// Nobody looks at what is being worked out for a panel.
    StopSummary(PanelId),
    /// Find out more of what is inspected.
    Inspect(InspectEffect),
    /// Something for layouts.
    Layout(LayoutEffect),
    /// Work out computed signals and events.
    Compute(ComputeEffect),
    /// Something for notes.
    Note(NoteEffect),
    /// Something to hand to others.
    Share(ShareEffect),
    /// Close the window.
    Quit,
    /// Full screen on or off.
    ToggleFullScreen,
}

/// A signal with the samples that have arrived so far.
#[derive(Clone, Debug)]
pub struct LoadedPart {
    /// Which.
    pub signal: SignalRef,
    /// All that have arrived, not only the new ones.
    pub series: Arc<Prepared>,
}

/// What the workers found.
#[derive(Clone, Debug)]
pub enum Event {
    /// A source is being looked at or decoded.
    SourceProgress(SourceId, OpenProgress),
    /// A source holds raw frames and nothing to decode them with.
    SourceNeedsDbc {
        /// Which.
        source: SourceId,
        /// DBC files that may fit.
        proposal: Proposal,
    },
    /// A source is open.
    SourceReady {
        /// Which.
        source: SourceId,
        /// What it holds.
        catalogue: Arc<Catalogue>,
        /// Where it really is, when the state did not know.
        location: SourceLocation,
        /// What has to be said about it: severity, title, detail.
        remarks: Vec<(Severity, String, String)>,
    },
    /// A source cannot be opened.
    SourceFailed(SourceId, String),
    /// A query goes on; some signals may have more samples.
    Loaded {
        /// Which.
        load: LoadId,
        /// How far it is.
        progress: Progress,
        /// The signals with news.
        parts: Vec<LoadedPart>,
    },
    /// A query has ended.
    LoadEnded {
        /// Which.
        load: LoadId,
        /// All signals, in their final state.
        parts: Vec<LoadedPart>,
        /// Whether everything is there, or the error that ended it.
        result: Result<(Completeness, QueryStats), String>,
    },
    /// A query was stopped, because its samples take more than there is room for; how many came.
    BudgetReached(LoadId, u64),
    /// The user chose files or a folder to open.
    Picked(Vec<PathBuf>),
    /// The user chose DBC files for a source.
    PickedDbc(SourceId, Vec<PathBuf>),
    /// The first time at which a condition holds, in the time of what it was worked out from.
    FoundFirst {
        /// Which condition, in which drive.
        of: FirstOf,
        /// What it was worked out from.
        inputs: Vec<Arc<Prepared>>,
        /// When, or that it never does, or why that is not known.
        result: Result<Option<i64>, String>,
    },
    /// What a panel shows was worked out, or could not be.
    Summarised(PanelId, Arc<SummaryQuestion>, Result<Summary, String>),
    /// Samples were moved in time, or why they could not be.
    Shifted(Result<Vec<ShiftedSeries>, String>),
    /// A computed signal or events were worked out.
    Computed(ComputeEvent),
    /// Work of which nothing else is told has stopped unexpectedly; what the user is told.
    Panicked(String),
    /// Something of exports.
    Export(ExportEvent),
    /// News of what is inspected.
    Inspected(InspectEvent),
    /// Something for layouts.
    Layout(LayoutEvent),
    /// Something for notes.
    Note(NoteEvent),
    /// Something to hand to others.
    Share(ShareEvent),
}
