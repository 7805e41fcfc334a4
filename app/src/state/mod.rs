//! What the app shows and what the user chose: plain data, changed in two places only.
//!
//! ```text
//!   ui ──Command──▶ update ──Effect──▶ workers ──Event──▶ apply
//!   ui ◀──────────────── &AppState ◀──────────────────────┘
//! ```
//!
//! [`AppState::update`] takes what the user wants, [`AppState::apply`] what the workers found. Both
//! are quick and do no I/O; work goes out as [`Effect`]s. Nothing here draws or knows egui.

mod analysis;
mod apply;
mod arranging;
mod cache;
mod compare;
mod computed;
mod cursors;
mod effect;
mod export_order;
mod exporting;
mod favourites;
mod first_plots;
mod history;
pub mod inspector;
mod layout;
mod layouts;
mod loading;
mod look;
mod measure;
mod memory;
mod notes;
mod notices;
mod opening;
mod panel;
mod panel_options;
mod partial;
mod plot_look;
mod recording_gaps;
mod reference;
mod saved;
mod settings;
mod sharing;
mod signal_names;
mod signals;
mod sources;
mod store;
mod summary;
mod track;
mod under_way;
mod undo;
mod update;
mod windows;
mod workspace;
mod zoom;

pub use analysis::{Analysis, OverlayId};
pub use compare::{
    Alignment, Compare, CompareCommand, First, FirstOf, Overlay, ShiftOrder, ShiftedSeries,
};

use computed::Inputs;
pub(crate) use computed::Names;
pub use computed::{
    Between, COMPUTED_MESSAGE, Computation, Computations, ComputeEffect, ComputeEvent,
    ComputedCommand, ComputedSignal, ConditionId, EventsCommand, FoundEvents, Rule,
    WatchedCondition, WatchedEvents, WrongText, computed_key,
};
pub use cursors::{Cursor, Cursors};
pub use effect::{Effect, Event, LoadedPart};
pub use export_order::{
    ExportColumn, ExportCommand, ExportEffect, ExportEvent, ExportId, ExportKind, ExportOptions,
    ExportRange, ExportScope, ExportTarget, ExportVehicle, PictureOrder, PngOptions, RunningExport,
    SamplesOrder,
};
pub use favourites::Favourite;
pub use history::History;
pub use inspector::Inspector;
pub use layout::{Direction, Layout, Node, PanelMove, Side};
pub use layouts::{Kept, LayoutCommand, LayoutEffect, LayoutEvent, Layouts, Missing, Question};
pub use look::{Dash, Form, LineLook};
pub use memory::{MemoryCommand, MemoryUse};
pub use notes::{Draft, NoteBook, NoteCommand, NoteEffect, NoteEvent};
pub use notices::{Choice, Notice, Notices, Severity};
pub use panel::{
    AxisId, Measure, OVERLAY_COLORS, Panel, PanelId, PanelKind, PlottedSignal, SIGNAL_COLORS,
};
pub use panel_options::{PanelOptions, PlaneArea, SampleWeight, Span};
pub use partial::PartialCommand;
use partial::ShownBefore;
pub use plot_look::PlotLook;
pub use reference::{SignalRef, VehicleRef};
pub use saved::{
    LAYOUT_EXTENSION, LayoutError, Namesakes, Role, SavedLayout, SavedTime, Slot, ranked,
};
pub use settings::{Settings, ThemeChoice};
pub use sharing::{ShareCommand, ShareEffect, ShareEvent, places_of};
pub use signals::SignalsCommand;
pub use sources::{OpenProgress, OpenSource, Opening, SourceId, SourceStatus};
pub use store::{LoadState, LoadedSignal, SeriesStore};
pub use summary::{Summaries, Summary, SummaryQuestion, SummaryTask, pairing_of};
pub use under_way::{Amount, Job, UnderWay};
use undo::{Arrangement, Zoom};
pub use workspace::{Place, Workspace};
pub use zoom::TimeWindow;

use std::path::PathBuf;
use std::sync::Arc;

use canlake_shared::time::{TimeRange, Timestamp};

use crate::query::QueryStats;
use crate::source::{SessionInfo, SignalInfo, Vehicle};
use crate::time_display::Zone;

/// Names a query as long as the app runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LoadId(pub u64);

impl LoadId {
    /// Of what waits for other signals, without a query of its own.
    pub(crate) const NONE: Self = Self(u64::MAX);
}

/// Which stretch of time to load.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RangeChoice {
    /// The last hour of the vehicle's data.
    LastHour,
    /// The last day of the vehicle's data.
    LastDay,
    /// The session that is selected, or the last.
    Session,
    /// All of the vehicle's data.
    Everything,
    /// As typed.
    Typed(TimeRange),
}

/// The vehicle whose sessions and signals are listed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Selection {
    /// The vehicle.
    pub vehicle: VehicleRef,
    /// Position of the session that is loaded, if one is.
    pub session: Option<usize>,
}

/// A window in front of the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialog {
    /// Which DBC files to decode this source with.
    ChooseDbc(SourceId),
    /// Vehicles and sessions to compare with what is shown.
    Compare,
    /// Which DBC files to decode the frames of a source with once more.
    DecodeAgain(SourceId),
    /// What is exported, how, and where to.
    Export,
    /// The keys and what the mouse does.
    Keys,
    /// All messages.
    Notices,
    /// What can be chosen.
    Settings,
    /// In which zone times are shown.
    Zone,
    /// Where memory goes.
    Memory,
    /// Version and licences.
    About,
    /// A field to find commands with.
    Palette,
    /// Whether the place of a link is to be read.
    OpenLink,
    /// A new computed signal, or the one at this position.
    Computed(Option<usize>),
    /// A note being written.
    Note,
    /// All notes.
    Notes,
    /// Which layout to open.
    OpenLayout,
    /// Where the layout is saved.
    SaveLayout,
    /// Which signals are meant by those of a layout that the drive lacks.
    MatchSignals,
}

/// Everything that is shown.
#[derive(Clone, Debug, Default)]
pub struct AppState {
    /// Kept from one start to the next.
    pub settings: Settings,
    /// The user's folder for documents: files go there if nothing else is said.
    pub documents: PathBuf,
    /// Opened, in order.
    pub sources: Vec<OpenSource>,
    /// The vehicle whose sessions and signals are listed.
    pub selection: Option<Selection>,
    /// Panels and their signals.
    pub workspace: Workspace,
    /// What is worked out from the signals.
    pub analysis: Analysis,
    /// What is known of the drives compared.
    pub compare: Compare,
    /// The visible stretch of time, once there is one.
    pub window: Option<TimeWindow>,
    /// The two instants that are measured at.
    pub cursors: Cursors,
    /// The signal that keys step along, and that is inspected.
    pub selected_signal: Option<SignalRef>,
    /// Where the pointer is in time.
    pub hovered: Option<Timestamp>,
    /// Samples.
    pub store: SeriesStore,
    /// Layouts being opened and saved.
    pub layouts: Layouts,
    /// Bookmarks and notes on times.
    pub notes: NoteBook,
    /// A link that waits for the user's consent.
    pub link: Option<crate::share::Link>,
    /// On its way to the clipboard.
    pub clipboard: Option<String>,
    /// What the user has to be told.
    pub notices: Notices,
    /// In front of everything.
    pub dialog: Option<Dialog>,
    /// Whether assistive technology is told what is drawn: plots then have statistics.
    pub is_read_out: bool,
    /// What the last finished query took.
    pub last_query: Option<QueryStats>,
    /// Whether the signal search wants the keyboard.
    pub search_requested: bool,
    /// What the panels that are seen tell of all samples.
    pub summaries: Summaries,
    /// What is known of the selected signal beyond its samples.
    pub inspector: Inspector,
    /// Files being written, oldest first.
    pub exports: Vec<RunningExport>,
    /// Events of the conditions that are watched.
    pub events: WatchedEvents,
    computations: Computations,
    /// Signals to be loaded once more, though some of their samples are there.
    load_again: std::collections::BTreeSet<SignalRef>,
    shown_before: Option<ShownBefore>,
    /// Of computations that run: what their inputs lack.
    partial_inputs: std::collections::BTreeMap<LoadId, Vec<String>>,
    /// The demo lake, until its first plots are shown.
    demo: Option<SourceId>,
    zooms: History<Zoom>,
    arrangements: History<Arrangement>,
    next_source: u32,
    next_load: u64,
    next_export: u64,
}

impl AppState {
    /// With settings of an earlier start.
    pub fn new(settings: Settings) -> Self {
        crate::system_memory::total_bytes();
        // It stands in a file: asked for before the window opens.
        crate::time_display::local_zone_name();
        Self {
            settings,
            ..Self::default()
        }
    }

    /// Notes that a frame was drawn: what was only for it is gone.
    pub fn drawn(&mut self) {
        self.search_requested = false;
        self.clipboard = None;
    }

    /// The zone in which all instants are shown, typed and exported. Relative times count from where the
    /// session begins in which the loaded stretch does.
    pub fn zone(&self) -> Zone {
        let origin = self.window.as_ref().map(|window| {
            let loaded = window.extent().start;
            let mut sessions = self
                .selected_vehicle()
                .into_iter()
                .flat_map(|it| &it.sessions);
            let session = sessions.find(|session| session.range.contains(loaded));
            session.map_or(loaded, |session| session.range.start)
        });
        self.settings.zone.zone(origin)
    }

    /// An opened source.
    pub fn source(&self, id: SourceId) -> Option<&OpenSource> {
        self.sources.iter().find(|source| source.id == id)
    }

    /// A vehicle of an opened source.
    pub fn vehicle(&self, vehicle: &VehicleRef) -> Option<&Vehicle> {
        self.source(vehicle.source)?
            .catalogue()?
            .vehicle(&vehicle.vehicle)
    }

    /// The vehicle whose sessions and signals are listed.
    pub fn selected_vehicle(&self) -> Option<&Vehicle> {
        self.vehicle(&self.selection.as_ref()?.vehicle)
    }

    /// The session that is loaded, if it is one of the selected vehicle.
    pub fn selected_session(&self) -> Option<&SessionInfo> {
        let selection = self.selection.as_ref()?;
        self.selected_vehicle()?.sessions.get(selection.session?)
    }

    /// What the catalogue knows of a signal.
    pub fn signal_info(&self, signal: &SignalRef) -> Option<&SignalInfo> {
        if let Some(computed) = self.analysis.computed_signal(&signal.key) {
            return Some(computed.info());
        }
        let vehicle = self.vehicle(&signal.vehicle)?;
        let idx = vehicle
            .signals
            .binary_search_by(|info| info.key.cmp(&signal.key))
            .ok()?;
        vehicle.signals.get(idx)
    }
}

/// The axis of a signal: signals of one unit share one; without a unit each has its own, because
/// their values have nothing in common.
pub fn axis_of(info: &SignalInfo) -> AxisId {
    if info.unit.is_empty() {
        AxisId::of_signal(format!("{}.{}", info.key.message, info.key.signal))
    } else {
        AxisId::of_unit(Arc::clone(&info.unit))
    }
}
