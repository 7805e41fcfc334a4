//! Everything the app can be told to do, as one closed list.
//!
//! [`Action`]s carry no data: menus, tool bar, keyboard and tests all show and send the same ones.
//! [`Command`]s are what reaches [`crate::state::AppState::update`]; an action is one of them.

use std::path::PathBuf;

use canlake_shared::time::{TimeRange, Timestamp};

use crate::source::decode::DbcChoice;
use crate::state::inspector::InspectorCommand;
use crate::state::{
    AxisId, CompareCommand, ComputedCommand, EventsCommand, ExportCommand, Job, Layout,
    LayoutCommand, MemoryCommand, NoteCommand, PanelId, PanelOptions, PartialCommand, PlaneArea,
    RangeChoice, ShareCommand, Side, SignalRef, SignalsCommand, SourceId, ThemeChoice, VehicleRef,
};
use crate::time_display::ZoneChoice;

/// Something the app does when told, without further data.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Action {
    /// Choose files in the system's dialog.
    OpenFiles,
    /// Choose a folder in the system's dialog.
    OpenFolder,
    /// Open the demo lake, made on first use.
    OpenDemo,
    /// Decode the frames of what is inspected with other DBC files and see what differs.
    DecodeAgain,
    /// Choose a layout to open.
    OpenLayout,
    /// Save panels, signals and what was worked out of them as a layout.
    SaveLayout,
    /// Save the layout to another file.
    SaveLayoutAs,
    /// Write samples or plots to a file: CSV, Parquet, PNG.
    Export,
    /// Write the plots as they are to a PNG file.
    ExportPng,
    /// Stop all long work; what has arrived stays, marked partial.
    CancelWork,
    /// Load the rest of all signals of which samples are missing.
    LoadRest,
    /// Close the window.
    Quit,
    /// Show the whole loaded range and fit all axes.
    FitAll,
    /// Fit the value axes of all panels to what is visible.
    FitY,
    /// Show all samples of the selected signal.
    FitSelection,
    /// Show half as much time.
    ZoomIn,
    /// Show twice as much time.
    ZoomOut,
    /// Show earlier times; with a cursor, move it to the sample before.
    PanLeft,
    /// Show later times; with a cursor, move it to the next sample.
    PanRight,
    /// Back to the arrangement of panels and signals before the last change.
    Undo,
    /// Forward again.
    Redo,
    /// Back to the time window and the axes before the last zoom.
    UndoZoom,
    /// Forward again.
    RedoZoom,
    /// An empty plot below the others.
    NewPanel,
    /// An empty plot in a tab of its own.
    NewTab,
    /// A table of values at the cursors, below the others.
    NewTable,
    /// How values are distributed, below the others.
    NewHistogram,
    /// Signals over another signal, below the others.
    NewXy,
    /// The way that the vehicle went, below the others.
    NewTrack,
    /// A plot like the active one, below it.
    DuplicatePanel,
    /// Remove the active panel.
    ClosePanel,
    /// The next tab.
    NextTab,
    /// The tab before.
    PreviousTab,
    /// Give the active panel a time of its own, or that of all again.
    ToggleLink,
    /// Show, activate or hide cursor A.
    CursorA,
    /// Show, activate or hide cursor B.
    CursorB,
    /// Move the cursor to the sample before.
    PreviousSample,
    /// Move the cursor to the next sample.
    NextSample,
    /// Move the cursor ten samples back.
    TenBack,
    /// Move the cursor ten samples on.
    TenOn,
    /// Move the cursor to the change of value or gap before.
    PreviousChange,
    /// Move the cursor to the next change of value or gap.
    NextChange,
    /// Move the cursor to the gap before.
    PreviousGap,
    /// Move the cursor to the next gap.
    NextGap,
    /// Show the time from one cursor to the other.
    RangeFromCursors,
    /// Choose a drive to lay over the one shown.
    Compare,
    /// Move the compared drive a little to earlier times.
    NudgeEarlier,
    /// Move the compared drive a little to later times.
    NudgeLater,
    /// Take all compared drives away.
    StopComparing,
    /// Put a link to what is shown onto the clipboard.
    CopyLink,
    /// Put a Python script with pandas that reads the rows of the active plot onto the clipboard.
    CopyAsPandas,
    /// The same with Polars.
    CopyAsPolars,
    /// The same in SQL for `DuckDB`.
    CopyAsDuckDb,
    /// The same as a command line of this program.
    CopyAsCommand,
    /// Define a computed signal.
    NewComputed,
    /// Plot the difference of the first two signals of the active plot.
    Subtract,
    /// Conditions and their events, in a panel.
    ToggleEvents,
    /// Show the next event.
    NextEvent,
    /// Show the event before.
    PreviousEvent,
    /// Write a note on the time from A to B, or at the cursor.
    NoteHere,
    /// List the notes.
    ShowNotes,
    /// Find and run any command.
    Palette,
    /// All signals in panels of their own, or all in one.
    StackOrOverlay,
    /// Grid lines on or off.
    ToggleGrid,
    /// A dot on every sample, on or off.
    ToggleDots,
    /// Legends on or off.
    ToggleLegend,
    /// Statistics of the visible range on or off.
    ToggleStatistics,
    /// The side bar with sources and signals on or off.
    ToggleSideBar,
    /// The inspector of the selection on or off.
    ToggleInspector,
    /// Show times in UTC.
    ZoneUtc,
    /// Show times in the zone of this machine.
    ZoneLocal,
    /// Show times since the start of what is shown.
    ZoneRelative,
    /// Choose the zone in which times are shown.
    ChooseZone,
    /// From dark to light and back.
    ToggleTheme,
    /// Full screen on or off.
    ToggleFullScreen,
    /// Put the keyboard into the signal search.
    SearchSignals,
    /// Show the list of keys.
    ShowKeys,
    /// Show all messages again.
    ShowNotices,
    /// Show where memory goes.
    ShowMemory,
    /// Show what can be chosen.
    ShowSettings,
    /// Show version and licences.
    ShowAbout,
    /// Drop all plots.
    ClearPlots,
}

impl Action {
    /// All of them, in the order of the menus.
    pub const ALL: &'static [Self] = &[
        Self::OpenFiles,
        Self::OpenFolder,
        Self::OpenDemo,
        Self::DecodeAgain,
        Self::OpenLayout,
        Self::SaveLayout,
        Self::SaveLayoutAs,
        Self::Export,
        Self::ExportPng,
        Self::CopyLink,
        Self::CopyAsPandas,
        Self::CopyAsPolars,
        Self::CopyAsDuckDb,
        Self::CopyAsCommand,
        Self::CancelWork,
        Self::LoadRest,
        Self::Quit,
        Self::FitAll,
        Self::FitY,
        Self::FitSelection,
        Self::ZoomIn,
        Self::ZoomOut,
        Self::PanLeft,
        Self::PanRight,
        Self::Undo,
        Self::Redo,
        Self::UndoZoom,
        Self::RedoZoom,
        Self::NewPanel,
        Self::NewTab,
        Self::NewTable,
        Self::NewHistogram,
        Self::NewXy,
        Self::NewTrack,
        Self::DuplicatePanel,
        Self::ClosePanel,
        Self::NextTab,
        Self::PreviousTab,
        Self::ToggleLink,
        Self::CursorA,
        Self::CursorB,
        Self::PreviousSample,
        Self::NextSample,
        Self::TenBack,
        Self::TenOn,
        Self::PreviousChange,
        Self::NextChange,
        Self::PreviousGap,
        Self::NextGap,
        Self::RangeFromCursors,
        Self::Compare,
        Self::NudgeEarlier,
        Self::NudgeLater,
        Self::StopComparing,
        Self::NewComputed,
        Self::Subtract,
        Self::ToggleEvents,
        Self::NextEvent,
        Self::PreviousEvent,
        Self::NoteHere,
        Self::ShowNotes,
        Self::Palette,
        Self::StackOrOverlay,
        Self::ClearPlots,
        Self::ToggleGrid,
        Self::ToggleDots,
        Self::ToggleLegend,
        Self::ToggleStatistics,
        Self::ToggleSideBar,
        Self::ToggleInspector,
        Self::ZoneUtc,
        Self::ZoneLocal,
        Self::ZoneRelative,
        Self::ChooseZone,
        Self::ToggleTheme,
        Self::ToggleFullScreen,
        Self::SearchSignals,
        Self::ShowKeys,
        Self::ShowNotices,
        Self::ShowMemory,
        Self::ShowSettings,
        Self::ShowAbout,
    ];

    /// What menus and buttons say.
    pub fn label(self) -> &'static str {
        match self {
            Self::OpenFiles => "Open files…",
            Self::OpenFolder => "Open folder…",
            Self::OpenDemo => "Open the demo lake",
            Self::DecodeAgain => "Decode again with other DBC files…",
            Self::OpenLayout => "Open layout…",
            Self::SaveLayout => "Save layout",
            Self::SaveLayoutAs => "Save layout as…",
            Self::Export => "Export…",
            Self::ExportPng => "Export PNG…",
            Self::CancelWork => "Cancel what is under way",
            Self::LoadRest => "Load what is missing",
            Self::Quit => "Quit",
            Self::FitAll => "Fit everything",
            Self::FitY => "Fit values",
            Self::FitSelection => "Fit selected signal",
            Self::ZoomIn => "Zoom in",
            Self::ZoomOut => "Zoom out",
            Self::PanLeft => "Earlier, or sample before",
            Self::PanRight => "Later, or sample after",
            Self::Undo => "Undo",
            Self::Redo => "Redo",
            Self::UndoZoom => "Undo zoom",
            Self::RedoZoom => "Redo zoom",
            Self::NewPanel => "New plot",
            Self::NewTab => "New tab",
            Self::NewTable => "New value table",
            Self::NewHistogram => "New histogram",
            Self::NewXy => "New XY plot",
            Self::NewTrack => "New GPS track",
            Self::DuplicatePanel => "Duplicate panel",
            Self::ClosePanel => "Remove panel",
            Self::NextTab => "Next tab",
            Self::PreviousTab => "Previous tab",
            Self::ToggleLink => "Link or unlink time",
            Self::CursorA => "Cursor A",
            Self::CursorB => "Cursor B",
            Self::PreviousSample => "Previous sample",
            Self::NextSample => "Next sample",
            Self::TenBack => "Ten samples back",
            Self::TenOn => "Ten samples on",
            Self::PreviousChange => "Previous change or gap",
            Self::NextChange => "Next change or gap",
            Self::PreviousGap => "Previous gap",
            Self::NextGap => "Next gap",
            Self::RangeFromCursors => "Show A to B",
            Self::Compare => "Compare…",
            Self::NudgeEarlier => "Compared drive earlier",
            Self::NudgeLater => "Compared drive later",
            Self::StopComparing => "Stop comparing",
            Self::CopyLink => "Copy link",
            Self::CopyAsPandas => "Copy as Python (pandas)",
            Self::CopyAsPolars => "Copy as Python (Polars)",
            Self::CopyAsDuckDb => "Copy as SQL (DuckDB)",
            Self::CopyAsCommand => "Copy as canlake command",
            Self::NewComputed => "New computed signal…",
            Self::Subtract => "Difference of two signals",
            Self::ToggleEvents => "Events",
            Self::NextEvent => "Next event",
            Self::PreviousEvent => "Previous event",
            Self::NoteHere => "Note here…",
            Self::ShowNotes => "Notes",
            Self::Palette => "Find a command…",
            Self::StackOrOverlay => "Stack or overlay",
            Self::ToggleGrid => "Grid",
            Self::ToggleDots => "Sample dots",
            Self::ToggleLegend => "Legend",
            Self::ToggleStatistics => "Statistics",
            Self::ToggleSideBar => "Side bar",
            Self::ToggleInspector => "Inspector",
            Self::ZoneUtc => "Times in UTC",
            Self::ZoneLocal => "Times in local time",
            Self::ZoneRelative => "Times since start",
            Self::ChooseZone => "Times in a zone…",
            Self::ToggleTheme => "Light or dark",
            Self::ToggleFullScreen => "Full screen",
            Self::SearchSignals => "Search signals",
            Self::ShowKeys => "Guide: mouse and keys",
            Self::ShowNotices => "Notifications",
            Self::ShowMemory => "Memory…",
            Self::ShowSettings => "Settings…",
            Self::ShowAbout => "About Canlake",
            Self::ClearPlots => "Remove all plots",
        }
    }
}

/// Which panel a signal is to be drawn in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PlotTarget {
    /// The active panel; a first one is made when there is none.
    Active,
    /// This panel.
    Panel(PanelId),
    /// A new panel below the others.
    NewPanel,
    /// A new axis of this panel.
    NewAxis(PanelId),
    /// The axis at this position of this panel, whatever it measures.
    Axis(PanelId, usize),
    /// A new panel at a side of this one.
    Beside(PanelId, Side),
    /// A new panel in a tab of its own.
    NewTab,
    /// New panels below the others, one for each signal.
    EachInNewPanel,
}

/// What is told to one panel.
#[derive(Clone, Debug, PartialEq)]
pub enum PanelCommand {
    /// Give it a time of its own, which begins as what it shows.
    Unlink,
    /// Let it show the time of all again.
    Relink,
    /// Show this stretch of time: in this panel if it is unlinked, else in all.
    SetWindow(TimeRange),
    /// Change what is chosen for it.
    SetOptions(PanelOptions),
    /// Show these values of an XY plot, or this place of a track; `None` for everything.
    SetArea(Option<PlaneArea>),
    /// Put a signal before all others of the panel.
    PutFirst(SignalRef),
    /// Draw a signal on another axis; on a new one without.
    MoveToAxis(SignalRef, Option<AxisId>),
}

/// Everything that changes what the app shows.
#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    /// See [`Action`].
    Run(Action),
    /// Open each text: a path, or later an address.
    Open(Vec<String>),
    /// Decode a source that holds raw frames with these DBC files.
    DecodeWith {
        /// The source that asked.
        source: SourceId,
        /// With these.
        dbc: DbcChoice,
    },
    /// Ask again which DBC files a source is decoded with.
    ChooseDbc(SourceId),
    /// Let the user choose DBC files in the system's dialog, to add to the choice of a source.
    PickDbc(SourceId),
    /// Add a DBC file to the choice of a source.
    AddDbc(SourceId, PathBuf),
    /// Forget a source and everything drawn from it.
    CloseSource(SourceId),
    /// Read a source's catalogue again.
    ReloadSource(SourceId),
    /// Show the sessions and signals of a vehicle.
    SelectVehicle(VehicleRef),
    /// Load the session at this position of the selected vehicle.
    SelectSession(usize),
    /// Load another stretch of time.
    ChooseRange(RangeChoice),
    /// Draw signals.
    Plot {
        /// In this order.
        signals: Vec<SignalRef>,
        /// Where.
        target: PlotTarget,
    },
    /// Lay drives over the one shown, and move them.
    Compare(CompareCommand),
    /// About computed signals.
    Computed(ComputedCommand),
    /// About conditions and their events.
    Events(EventsCommand),
    /// Take a signal out of a panel.
    Unplot(PanelId, SignalRef),
    /// Show or hide a signal of a panel.
    ToggleSignal(PanelId, SignalRef),
    /// Show only this signal of a panel; all again if it already is the only one.
    SoloSignal(PanelId, SignalRef),
    /// Rearrange the panels.
    SetLayout(Layout),
    /// Step along and inspect this signal.
    SelectSignal(SignalRef),
    /// Put the active cursor here.
    PlaceCursor(Timestamp),
    /// Put the active cursor here, and show that time.
    JumpTo(Timestamp),
    /// The click that placed the cursor was the first of a double click.
    TakeBackCursor,
    /// See [`PanelCommand`].
    Panel(PanelId, PanelCommand),
    /// Make a panel the one that new signals go to.
    ActivatePanel(PanelId),
    /// Remove a panel.
    ClosePanel(PanelId),
    /// Show this stretch of time. Changes of one gesture are one step of undo.
    SetWindow(TimeRange),
    /// No button is held and the wheel rests: the next change of the window is a new step of undo.
    EndGesture,
    /// Show this range of values on one axis of a panel.
    SetAxis(PanelId, AxisId, [f64; 2]),
    /// Let one axis of a panel follow the visible values again.
    FitAxis(PanelId, AxisId),
    /// The pointer rests at this time, or nowhere.
    Hover(Option<Timestamp>),
    /// Whether assistive technology is told what is drawn.
    ReadOut(bool),
    /// End a piece of long work; what has arrived stays.
    Cancel(Job),
    /// See [`PartialCommand`].
    Partial(PartialCommand),
    /// Choose the choice at this position of a notice.
    Answer(u64, usize),
    /// Take a notice from the front.
    DismissNotice(u64),
    /// Forget all notices.
    ClearNotices,
    /// Light or dark.
    SetTheme(ThemeChoice),
    /// Whether the right button pans and the left one draws a zoom box.
    SwapDrags(bool),
    /// The zone of all times that are shown.
    SetZone(ZoneChoice),
    /// Close the dialog that is open.
    CloseDialog,
    /// See [`MemoryCommand`].
    Memory(MemoryCommand),
    /// See [`ExportCommand`].
    Export(ExportCommand),
    /// See [`ShareCommand`].
    Share(ShareCommand),
    /// See [`NoteCommand`].
    Note(NoteCommand),
    /// About the inspector.
    Inspector(InspectorCommand),
    /// See [`SignalsCommand`].
    Signals(SignalsCommand),
    /// See [`LayoutCommand`].
    Layout(LayoutCommand),
}

impl Command {
    /// Whether it only moves what is looked at: these come with every move of the mouse.
    pub fn is_look(&self) -> bool {
        matches!(
            self,
            Self::Hover(_)
                | Self::EndGesture
                | Self::SetWindow(..)
                | Self::SetAxis(..)
                | Self::FitAxis(..)
                | Self::PlaceCursor(_)
                | Self::TakeBackCursor
        )
    }
}

/// Commands on their way from the user interface to the state, in order.
#[derive(Debug, Default)]
pub struct CommandQueue {
    commands: Vec<Command>,
}

impl CommandQueue {
    /// Adds a command.
    pub fn send(&mut self, command: Command) {
        self.commands.push(command);
    }

    /// Adds an action.
    pub fn run(&mut self, action: Action) {
        self.send(Command::Run(action));
    }

    /// Takes all commands, oldest first.
    pub fn drain(&mut self) -> Vec<Command> {
        std::mem::take(&mut self.commands)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn the_list_names_every_action_once() {
        let distinct: BTreeSet<_> = Action::ALL.iter().copied().collect();
        assert_eq!(distinct.len(), Action::ALL.len());
        let labels: BTreeSet<_> = Action::ALL.iter().copied().map(Action::label).collect();
        assert_eq!(labels.len(), Action::ALL.len());
    }
}
