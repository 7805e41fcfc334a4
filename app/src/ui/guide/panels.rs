//! Pages of the guide: what panels show, and what the mouse does in them.

use super::topic::Page;
use crate::command::Action;

pub(super) const PANELS: Page = Page {
    title: "Panels, tabs and undo",
    text: &[
        "Plots, tables and the others are panels in tabs and splits. New signals go to the active one, \
         whose name is lit; keys move it, give it more room and make another one active.",
        "Ctrl+Z undoes whatever a layout keeps: panels, signals, axes and looks of lines, what is \
         computed, looked for and compared, grid, dots, legends and the zone. Zooms have steps of \
         their own (Backspace). Theme, favourites, the side bar, cursors and notes are not undone.",
    ],
    gestures: &[
        ("Click on a header", "make the panel active"),
        (
            "Drag a header or a tab",
            "move it: beside another, or to other tabs",
        ),
        ("Drag between panels", "give one more room"),
        ("Click on +", "open a tab"),
    ],
    actions: &[
        Action::NewPanel,
        Action::SplitRight,
        Action::SplitDown,
        Action::DuplicatePanel,
        Action::ClosePanel,
        Action::NextPanel,
        Action::PreviousPanel,
        Action::MovePanelLeft,
        Action::MovePanelRight,
        Action::MovePanelUp,
        Action::MovePanelDown,
        Action::GrowPanel,
        Action::ShrinkPanel,
        Action::NewTab,
        Action::NextTab,
        Action::PreviousTab,
        Action::Undo,
        Action::Redo,
    ],
};

pub(super) const PLOT: Page = Page {
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
        Action::PanUp,
        Action::PanDown,
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

pub(super) const AXIS: Page = Page {
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

pub(super) const LEGEND: Page = Page {
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

pub(super) const LANES: Page = Page {
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

pub(super) const OVERVIEW: Page = Page {
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

pub(super) const TABLE: Page = Page {
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

pub(super) const STATISTICS: Page = Page {
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

pub(super) const HISTOGRAM: Page = Page {
    title: "Histograms",
    text: &[
        "How values are distributed, from all samples, counted by samples or by the time for which they \
         held. Signals share their bins; values that have names are bars of their own.",
        "The number of bins follows Freedman and Diaconis, or is typed.",
    ],
    gestures: &[("Hover", "range, count and share of a bar")],
    actions: &[Action::NewHistogram],
};

pub(super) const XY: Page = Page {
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

pub(super) const TRACK: Page = Page {
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

pub(super) const EVENTS: Page = Page {
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
