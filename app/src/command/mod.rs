//! Everything the app can be told to do, as one closed list.
//!
//! [`Action`]s carry no data: menus, tool bar, keyboard and tests all show and send the same ones.
//! [`Command`]s are what reaches [`crate::state::AppState::update`]; an action is one of them.

mod action;

use std::path::PathBuf;

use canlake_shared::time::{TimeRange, Timestamp};

use crate::source::decode::DbcChoice;
use crate::state::inspector::InspectorCommand;
use crate::state::{
    AxisId, CompareCommand, ComputedCommand, EventsCommand, ExportCommand, Job, Layout,
    LayoutCommand, MemoryCommand, NoteCommand, PanelId, PanelMove, PanelOptions, PartialCommand,
    PlaneArea, RangeChoice, ShareCommand, Side, SignalRef, SignalsCommand, SourceId, ThemeChoice,
    VehicleRef,
};
use crate::time_display::ZoneChoice;

pub use action::Action;

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
    /// Put it elsewhere.
    Move(PanelMove),
    /// Give it so many times the room that it has.
    Resize(f32),
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
