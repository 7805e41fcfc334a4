//! What the guide says, as data: one [`Topic`] for each part of the window and each task.
//!
//! README.md tells the same gestures; a test keeps them equal.

use crate::command::Action;

/// A page of the guide.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Topic {
    FirstSteps,
    Sources,
    Sessions,
    Compare,
    Signals,
    Plot,
    Axis,
    Legend,
    Lanes,
    Overview,
    Table,
    Statistics,
    Histogram,
    Xy,
    Track,
    Events,
    Computed,
    Inspector,
    Layouts,
    Notes,
    Sharing,
    Export,
    Times,
    LongWork,
    Keys,
}

/// A page, ready to be shown.
#[derive(Debug)]
pub(crate) struct Page {
    pub title: &'static str,
    /// Paragraphs.
    pub text: &'static [&'static str],
    /// What the mouse does, and to what effect.
    pub gestures: &'static [(&'static str, &'static str)],
    /// Commands whose keys belong here.
    pub actions: &'static [Action],
}

impl Topic {
    /// All pages, in the order of the guide.
    pub(crate) const ALL: &'static [Self] = &[
        Self::FirstSteps,
        Self::Sources,
        Self::Sessions,
        Self::Compare,
        Self::Signals,
        Self::Plot,
        Self::Axis,
        Self::Legend,
        Self::Lanes,
        Self::Overview,
        Self::Table,
        Self::Statistics,
        Self::Histogram,
        Self::Xy,
        Self::Track,
        Self::Events,
        Self::Computed,
        Self::Inspector,
        Self::Layouts,
        Self::Notes,
        Self::Sharing,
        Self::Export,
        Self::Times,
        Self::LongWork,
        Self::Keys,
    ];

    /// What the page says.
    pub(crate) fn page(self) -> &'static Page {
        match self {
            Self::FirstSteps => &FIRST_STEPS,
            Self::Sources => &SOURCES,
            Self::Sessions => &SESSIONS,
            Self::Compare => &COMPARE,
            Self::Signals => &SIGNALS,
            Self::Plot => &PLOT,
            Self::Axis => &AXIS,
            Self::Legend => &LEGEND,
            Self::Lanes => &LANES,
            Self::Overview => &OVERVIEW,
            Self::Table => &TABLE,
            Self::Statistics => &STATISTICS,
            Self::Histogram => &HISTOGRAM,
            Self::Xy => &XY,
            Self::Track => &TRACK,
            Self::Events => &EVENTS,
            Self::Computed => &COMPUTED,
            Self::Inspector => &INSPECTOR,
            Self::Layouts => &LAYOUTS,
            Self::Notes => &NOTES,
            Self::Sharing => &SHARING,
            Self::Export => &EXPORT,
            Self::Times => &TIMES,
            Self::LongWork => &LONG_WORK,
            Self::Keys => &KEYS,
        }
    }
}

const LAYOUTS: Page = Page {
    title: "Layouts",
    text: &[
        "A layout is a text file with the panels, their signals, axes and colours, what is computed \
         and looked for, the cursors and the time; no samples. It is opened for the vehicle that is \
         looked at, whichever drive it was saved from.",
        "A signal that is not there is looked for on other channels and identifiers, then by its \
         name; what stays missing is asked for, and the answer is remembered in the layout.",
        "The window looks as it did last when the same place is opened at start.",
    ],
    gestures: &[("Drop a .canlake.json", "open the layout")],
    actions: &[Action::SaveLayout, Action::SaveLayoutAs, Action::OpenLayout],
};

const LONG_WORK: Page = Page {
    title: "Long work",
    text: &[
        "What takes long is told at the left of the status line: a bar, how much is done, how long the \
         rest will take. What was shown before stays until there is something new; nothing waits for \
         you.",
        "Esc ends all of it, Cancel one piece. What has arrived of a load is shown, marked partial, and \
         you are asked whether to keep it, to discard it, or to load the rest. Menus of signals load \
         the rest later.",
        "A new source is closed when its opening is cancelled; one that is read again is what it was. \
         A cancelled export leaves no file.",
    ],
    gestures: &[(
        "Click what is under way",
        "list its pieces, when there are several",
    )],
    actions: &[Action::CancelWork, Action::LoadRest],
};

const NOTES: Page = Page {
    title: "Notes",
    text: &[
        "A note is on the time from A to B, on the active cursor, or on the time at the pointer. \
         Without a text it is a bookmark.",
        "Notes are kept in canlake-notes.json beside the lake, or in <file>.notes.json beside a file, \
         for all who open it; what others write meanwhile stays.",
    ],
    gestures: &[
        ("Hover a flag", "read the note"),
        ("Click a flag", "change it"),
        ("Click in the list", "go to its time"),
    ],
    actions: &[Action::NoteHere, Action::ShowNotes],
};

const SHARING: Page = Page {
    title: "Links and code",
    text: &[
        "A canlake:// link opens the same place, vehicle, time and layout on another machine: paste \
         it where a path is typed. Before a place is read that is not open, you are asked.",
        "Copy as gives code that reads exactly the visible rows of a plot, for pandas, Polars or \
         DuckDB, or as a command line. What is computed or laid over is in no file and left out.",
    ],
    gestures: &[("Right click on a plot", "copy it as code")],
    actions: &[
        Action::CopyLink,
        Action::CopyAsPandas,
        Action::CopyAsPolars,
        Action::CopyAsDuckDb,
        Action::CopyAsCommand,
    ],
};

const FIRST_STEPS: Page = Page {
    title: "First steps",
    text: &[
        "Drop a recording or a folder on the window, or open it. A vehicle's sessions and signals \
         appear on the left.",
        "Click a signal to plot it, or press / and type some letters of it, then Enter.",
        "Turn the wheel over a plot to zoom, drag to pan, double click to see everything.",
        "Every command is in the palette: Ctrl+K, then some letters of what you want.",
    ],
    gestures: &[],
    actions: &[
        Action::OpenFiles,
        Action::OpenFolder,
        Action::SearchSignals,
        Action::Palette,
        Action::ShowKeys,
    ],
};

const SOURCES: Page = Page {
    title: "Sources and vehicles",
    text: &[
        "Files, folders and whole lakes that are open, with their vehicles. Raw frames and logs ask \
         for the DBC files that describe them.",
        "On Wayland nothing can be dropped: paste a path into the field, or open files.",
    ],
    gestures: &[("Click", "show the sessions and signals of a vehicle")],
    actions: &[Action::OpenFiles, Action::OpenFolder, Action::OpenDemo],
};

const SESSIONS: Page = Page {
    title: "Sessions",
    text: &[
        "A session is one contiguous recording; its bar is as long as it lasted and as high as it is \
         large, with holes where the recorder did not listen. A new one begins after five minutes in \
         which the recorder did not listen.",
    ],
    gestures: &[
        ("Click", "load a session"),
        ("Wheel on the calendar", "zoom it at the pointer"),
        ("Drag the calendar", "earlier, later"),
        ("Double click on the calendar", "all of it"),
        ("Right click", "load a session, or compare with it"),
    ],
    actions: &[],
};

const COMPARE: Page = Page {
    title: "Comparing drives",
    text: &[
        "Another session or vehicle is laid over what is shown: every signal plotted gets its \
         counterpart in the same plot, lighter and dashed. It lies on the start of the session shown, \
         at its own time, or so that the first times at which a condition holds in both are one; and \
         later or earlier than that by an offset, exact to the nanosecond.",
        "The difference of a signal and its counterpart is a computed signal: in expressions, \
         `CAR_1 +1/Speed` is the signal of the first drive that is compared.",
        "Readings tell when a compared sample was really recorded.",
    ],
    gestures: &[
        (
            "Ctrl+Shift+left drag in a plot",
            "move the compared drive in time",
        ),
        ("Click its name", "make it the one that drags and keys move"),
        ("Double click its name", "rename it"),
    ],
    actions: &[
        Action::Compare,
        Action::NudgeEarlier,
        Action::NudgeLater,
        Action::StopComparing,
        Action::Subtract,
    ],
};

const SIGNALS: Page = Page {
    title: "Signals and search",
    text: &[
        "Words in the search are parts of a name, message, unit, comment, identifier, channel or \
         value description; all of them must occur. mot temp finds Motor_Temperature. Where nothing \
         has them, similar names are shown.",
        "Signals that are chosen are not plotted yet: Enter, a drag and the menu act on all of them. \
         A loaded signal shows its course and its value at the pointer, else at the active cursor.",
    ],
    gestures: &[
        ("Click", "plot a signal in the active plot, or take it out"),
        ("Up, Down in the search", "choose a signal; with Shift more"),
        (
            "Enter, Ctrl+Enter",
            "plot what is chosen, else the best hit; in a new panel",
        ),
        ("Ctrl+click, Shift+click", "choose several signals"),
        ("Click on the star", "keep a signal on top"),
        ("Drag onto a plot", "add it to the plot"),
        ("Drag onto the left axis", "add it with an axis of its own"),
        ("Drag onto a right axis", "add it to that axis"),
        ("Drag onto an edge", "split the panel"),
        ("Drag onto the tab bar", "open a tab"),
        ("Right click", "menu, of a message too"),
    ],
    actions: &[Action::SearchSignals],
};

const PLOT: Page = Page {
    title: "Plots",
    text: &[
        "The least and the greatest value of every pixel column are always drawn, lines never cross \
         a gap, and the badge says whether all samples are there and how far they were thinned out.",
        "Ochre bands: the recorder did not listen. Bars at the bottom: a signal was silent.",
        "F fits the values of the active plot, the one that was clicked last, at the time that it \
         shows; Home shows everything in all plots that are seen and share their time.",
    ],
    gestures: &[
        ("Wheel, Ctrl+wheel, pinch", "zoom time at the pointer"),
        ("Shift+wheel", "earlier, later"),
        ("Alt+wheel", "zoom values"),
        ("Left or middle drag", "pan"),
        (
            "Right drag",
            "zoom to a box; a thin box zooms in one direction",
        ),
        ("Click", "place the active cursor"),
        (
            "Shift+left drag",
            "move the active cursor from sample to sample",
        ),
        ("Double click", "show everything"),
        ("Right click", "menu"),
    ],
    actions: &[
        Action::FitY,
        Action::FitAll,
        Action::UndoZoom,
        Action::RedoZoom,
        Action::ZoomIn,
        Action::ZoomOut,
        Action::PanLeft,
        Action::PanRight,
        Action::StackOrOverlay,
        Action::ToggleGrid,
        Action::ToggleDots,
        Action::ToggleLegend,
        Action::CursorA,
        Action::CursorB,
        Action::PreviousSample,
        Action::NextSample,
        Action::TenBack,
        Action::TenOn,
        Action::PreviousChange,
        Action::NextChange,
        Action::RangeFromCursors,
        Action::PreviousGap,
        Action::NextGap,
        Action::ToggleLink,
    ],
};

const AXIS: Page = Page {
    title: "Axes",
    text: &[
        "Signals of one unit share an axis; each axis has a zoom of its own. An axis that was not set \
         by hand follows the visible values.",
    ],
    gestures: &[
        ("Wheel", "zoom this axis"),
        ("Drag", "pan it"),
        ("Ctrl+drag", "scale it"),
        ("Double click", "fit it"),
        ("Right click", "type its range"),
    ],
    actions: &[Action::FitY, Action::FitSelection],
};

const LEGEND: Page = Page {
    title: "Legend",
    text: &[
        "The value beside a name is the last sample at or before the pointer, else the active cursor.",
    ],
    gestures: &[
        ("Click", "hide or show a signal, and inspect it"),
        ("Alt+click", "show one signal alone; all again"),
        ("Wheel", "scroll a legend that is longer than the plot"),
        (
            "Drag to another panel",
            "move a signal there; with Ctrl copy it",
        ),
        ("Right click", "menu"),
    ],
    actions: &[Action::ToggleLegend],
};

const LANES: Page = Page {
    title: "Lanes",
    text: &[
        "Signals whose values have names, and switches, are bars with their text. Where several \
         values fall on one pixel the bar is hatched.",
        "Many lanes become lower; where that is not enough they scroll, and the corner says how many \
         are not seen. The mouse does in lanes what it does in plots.",
    ],
    gestures: &[
        ("Hover", "from which value to which, and for how long"),
        ("Wheel over their names", "scroll lanes that do not fit"),
    ],
    actions: &[Action::PreviousChange, Action::NextChange],
};

const OVERVIEW: Page = Page {
    title: "Overview",
    text: &[
        "Everything that is loaded, and the visible stretch on it. Ochre bands: the recorder did not \
         listen. Marks on top: a signal of the active panel was silent.",
    ],
    gestures: &[
        ("Drag the window", "move it"),
        ("Drag an edge", "make it longer or shorter"),
        ("Drag beside the window", "draw a new one"),
        ("Shift+drag, right drag", "draw a new one anywhere"),
        ("Click beside it", "move it there"),
        ("Wheel", "zoom at the pointer"),
        ("Double click", "show everything"),
    ],
    actions: &[
        Action::FitAll,
        Action::FitSelection,
        Action::RangeFromCursors,
        Action::PreviousGap,
        Action::NextGap,
    ],
};

const TABLE: Page = Page {
    title: "Value table",
    text: &[
        "The values at A and B, their difference and its rate. A value is that of the last sample at \
         or before the cursor; in a gap there is none.",
    ],
    gestures: &[("Click", "choose the signal that the keys step along")],
    actions: &[
        Action::NewTable,
        Action::CursorA,
        Action::CursorB,
        Action::PreviousSample,
        Action::NextSample,
        Action::PreviousChange,
        Action::NextChange,
    ],
};

const STATISTICS: Page = Page {
    title: "Statistics",
    text: &[
        "Of all samples, never of drawn points: of what is visible, or from A to B. Without signals of \
         its own the panel lists everything that is plotted.",
        "Two means: of the samples, and over time, where a value counts for as long as it held.",
    ],
    gestures: &[
        ("Click a minimum, maximum, first or last", "go to it"),
        (
            "Click a signal",
            "choose the signal that the keys step along",
        ),
    ],
    actions: &[Action::ToggleStatistics],
};

const HISTOGRAM: Page = Page {
    title: "Histograms",
    text: &[
        "How values are distributed, from all samples, counted by samples or by the time for which they \
         held. Signals share their bins; values that have names are bars of their own.",
        "The number of bins follows Freedman and Diaconis, or is typed.",
    ],
    gestures: &[("Hover", "range, count and share of a bar")],
    actions: &[Action::NewHistogram],
};

const XY: Page = Page {
    title: "XY plots",
    text: &[
        "The first signal goes across, the others up. Between its samples the first one is held, or \
         interpolated. Where points are too many to be joined they are dots, and the badge says how \
         many stand behind one.",
    ],
    gestures: &[
        ("Wheel", "zoom both directions"),
        ("Left or middle drag", "pan"),
        ("Right drag", "zoom to a box"),
        ("Hover", "show the time of a point in all plots"),
        ("Click", "place the active cursor at the time of a point"),
        ("Double click", "show all points"),
    ],
    actions: &[Action::NewXy],
};

const TRACK: Page = Page {
    title: "GPS tracks",
    text: &[
        "The way that the vehicle went, north up, without a map. Latitude and longitude are found by \
         their names, or are the first two signals; a third one colours the track. A ring is where it \
         begins, a square where it ends. Positions that cannot be are left out and counted.",
    ],
    gestures: &[
        ("Wheel", "zoom"),
        ("Left or middle drag", "pan"),
        ("Right drag", "zoom to a box"),
        ("Hover", "show the time of a position in all plots"),
        ("Click", "place the active cursor there"),
        ("Double click", "show all positions"),
    ],
    actions: &[Action::NewTrack],
};

const EVENTS: Page = Page {
    title: "Conditions and events",
    text: &[
        "A condition is an expression, and for how long it has to hold: Speed > 80 and Brake > 30 for \
         200 ms. Every stretch of what is loaded in which it held so long is listed and marked.",
        "Rules fill in a condition on a plotted signal: above a threshold, changing fast, not changing, \
         far from its mean.",
    ],
    gestures: &[
        ("Click on an event", "show it, with A and B at its ends"),
        (
            "Click on a colour",
            "mark its events in the plots, or no more",
        ),
    ],
    actions: &[
        Action::ToggleEvents,
        Action::NextEvent,
        Action::PreviousEvent,
    ],
};

const COMPUTED: Page = Page {
    title: "Computed signals",
    text: &[
        "An expression over signals of any rate, such as Pack_Voltage * Pack_Current / 1000; it can be \
         plotted, measured and exported like any signal, and is saved in the layout.",
        "Between samples a signal keeps its last value, or runs in a straight line to the next where \
         you choose so. Where one of the signals is missing, so is the result.",
        "A name that several signals have is written Message.Signal, a signal of another vehicle \
         `CAR_2/Drive.Speed` in backticks. Values with names are compared as text: Gear == \"D\".",
        "Functions: abs, min, max, clamp, if, diff, rate, integral, moving_average, lowpass and more; \
         the editor lists them.",
    ],
    gestures: &[
        ("Tab, Enter", "take what is offered"),
        ("Up, Down", "choose among the offers"),
    ],
    actions: &[Action::NewComputed, Action::Subtract],
};

const INSPECTOR: Page = Page {
    title: "Inspector",
    text: &[
        "What is known of the signal that was clicked last, in the tree, a legend or a table: its \
         definition in the DBC file, its bits in the message, its period, jitter and gaps. In a small \
         window it gives way to the plots.",
        "Decoded files carry the hash of the DBC file that they were decoded with. It is found by that \
         among the files used before and those beside the recording; another one can be chosen and \
         is marked as such.",
        "With a cursor, the frame behind the sample is looked up in the raw file or the log: its bytes, \
         its identifier, and the row or the place where it stands.",
        "Decoding again with other DBC files opens a second source and lists what differs. The page of \
         the active plot sets axes by hand, and the colour, width and dash of lines.",
    ],
    gestures: &[
        (
            "Click on a gap",
            "show it, with the cursor at its beginning",
        ),
        ("Pointer on a bit", "name the signals in it"),
    ],
    actions: &[Action::ToggleInspector, Action::CursorA, Action::CursorB],
};

const EXPORT: Page = Page {
    title: "Export and memory",
    text: &[
        "CSV, Parquet and pictures, of the visible range, from A to B or of all that is loaded. Samples \
         are all that were recorded, never the points that were drawn.",
        "CSV has a row per sample, held values, fixed steps, or times for each signal; lines with # say \
         where it is from: pandas.read_csv(path, comment='#'). Exported Parquet opens here again.",
        "Loaded samples stay in memory within a budget; what was used longest ago goes first.",
    ],
    gestures: &[],
    actions: &[Action::Export, Action::ExportPng, Action::ShowMemory],
};

const TIMES: Page = Page {
    title: "Times",
    text: &[
        "All times are shown in one zone: UTC, local, a named one, or since the start of what is shown. \
         Choose it at the bottom right. Where clocks change, the axis tells the offset.",
        "Typed times are read in that zone; RFC 3339, such as 2026-03-04T23:48:00Z, always works.",
    ],
    gestures: &[],
    actions: &[],
};

const KEYS: Page = Page {
    title: "All keys",
    text: &["Single letters do nothing while a text field has the keyboard."],
    gestures: &[],
    actions: Action::ALL,
};
