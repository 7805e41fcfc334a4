//! Pages of the guide: where signals come from, and how they are found.

use super::topic::Page;
use crate::command::Action;

pub(super) const FIRST_STEPS: Page = Page {
    title: "First steps",
    text: &[
        "Drop a recording or a folder on the window, or open it. A vehicle's sessions and signals \
         appear on the left.",
        "Click a signal to plot it, or press / and type some letters of it, then Enter.",
        "Turn the wheel over a plot to zoom, drag to pan, double click to see everything.",
        "Every command is in the palette: Ctrl+K, then some letters of what you want and of what it is \
         about: solo wheel speed, close demo, session 3, note brake, berlin.",
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

pub(super) const SOURCES: Page = Page {
    title: "Sources and vehicles",
    text: &[
        "Files, folders and whole lakes that are open, with their vehicles. Raw frames and logs ask \
         for the DBC files that describe them.",
        "On Wayland nothing can be dropped: paste a path into the field, or open files.",
    ],
    gestures: &[("Click", "show the sessions and signals of a vehicle")],
    actions: &[Action::OpenFiles, Action::OpenFolder, Action::OpenDemo],
};

pub(super) const SESSIONS: Page = Page {
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

pub(super) const COMPARE: Page = Page {
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

pub(super) const SIGNALS: Page = Page {
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
