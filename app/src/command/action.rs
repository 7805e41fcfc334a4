//! What the app does when told, without further data: what menus, tool bar, keys and the palette show.

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
    /// Show higher values on the axes of the active panel that were set by hand.
    PanUp,
    /// Show lower values on them.
    PanDown,
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
    /// An empty plot to the right of the active panel.
    SplitRight,
    /// An empty plot below the active panel.
    SplitDown,
    /// Move the active panel past its left neighbour, or to the left of all.
    MovePanelLeft,
    /// Move it to the right.
    MovePanelRight,
    /// Move it up.
    MovePanelUp,
    /// Move it down.
    MovePanelDown,
    /// Move it into a tab of its own.
    MovePanelToTab,
    /// Give the active panel more of the room of its split.
    GrowPanel,
    /// Give it less.
    ShrinkPanel,
    /// Make the next panel of the tab active.
    NextPanel,
    /// Make the panel before active.
    PreviousPanel,
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
        Self::PanUp,
        Self::PanDown,
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
        Self::SplitRight,
        Self::SplitDown,
        Self::MovePanelLeft,
        Self::MovePanelRight,
        Self::MovePanelUp,
        Self::MovePanelDown,
        Self::MovePanelToTab,
        Self::GrowPanel,
        Self::ShrinkPanel,
        Self::NextPanel,
        Self::PreviousPanel,
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
            Self::PanUp => "Higher values",
            Self::PanDown => "Lower values",
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
            Self::SplitRight => "Split right",
            Self::SplitDown => "Split down",
            Self::MovePanelLeft => "Move panel left",
            Self::MovePanelRight => "Move panel right",
            Self::MovePanelUp => "Move panel up",
            Self::MovePanelDown => "Move panel down",
            Self::MovePanelToTab => "Move panel to a new tab",
            Self::GrowPanel => "More room for the panel",
            Self::ShrinkPanel => "Less room for the panel",
            Self::NextPanel => "Next panel",
            Self::PreviousPanel => "Previous panel",
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
