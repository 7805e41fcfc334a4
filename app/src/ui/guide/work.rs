//! Pages of the guide: what is worked out, kept and handed on.

use super::topic::Page;
use crate::command::Action;

pub(super) const COMPUTED: Page = Page {
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

pub(super) const INSPECTOR: Page = Page {
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

pub(super) const LAYOUTS: Page = Page {
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

pub(super) const LONG_WORK: Page = Page {
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

pub(super) const NOTES: Page = Page {
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

pub(super) const SHARING: Page = Page {
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

pub(super) const EXPORT: Page = Page {
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

pub(super) const TIMES: Page = Page {
    title: "Times",
    text: &[
        "All times are shown in one zone: UTC, local, a named one, or since the start of what is shown. \
         Choose it at the bottom right. Where clocks change, the axis tells the offset.",
        "Typed times are read in that zone; RFC 3339, such as 2026-03-04T23:48:00Z, always works.",
    ],
    gestures: &[],
    actions: &[],
};

pub(super) const KEYS: Page = Page {
    title: "All keys",
    text: &["Single letters do nothing while a text field has the keyboard."],
    gestures: &[],
    actions: Action::ALL,
};
