//! The window without a screen: driven by what it tells assistive technology, and by keys.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

/// A source that waits.
mod held_source;
/// Files for the tests.
mod lake;
/// A mouse with all its buttons.
mod mouse;
/// Pictures of the window.
mod painter;
/// A user who answers the system's dialogs.
mod scripted_dialogs;
/// The window with its workers, over a small lake.
mod window;

/// What assistive technology is told.
mod accessibility;
/// Tabs, splits, drag and drop, undo, the palette.
mod arranging;
/// Damaged files, odd values, odd windows.
mod bad_input;
/// From an opened folder to a plot, and back to an empty window.
mod browsing;
/// Every command, by its name.
mod commands;
/// Drives laid over the one shown.
mod comparing;
/// Computed signals, conditions and their events.
mod computing;
/// Messages, settings, licences.
mod dialogs;
/// What is written: samples and pictures.
mod exporting;
/// What the mouse does in a plot, on its axes and on the overview.
mod gestures;
/// F1: what the guide says.
mod guide;
/// A drive with its frames, for the inspector.
mod inspected;
/// The inspector: definitions, timing, frames, decoding again, looks.
mod inspecting;
/// Keys, and when they belong to a text field.
mod keys;
/// Signals with named values.
mod lanes;
/// What is shown, saved and opened again.
mod layouts;
/// Cursors and what is read at them.
mod measuring;
/// What is kept of samples, and what does not fit.
mod memory;
/// Bookmarks and notes, and the file that they are in.
mod notes;
/// Dialogs of the system, dropped files, the empty window.
mod opening;
/// Statistics, histograms, XY plots, tracks.
mod panel_kinds;
/// Links, and plots as code.
mod sharing;
/// The tree of signals: search, choice, favourites, values, drag and drop.
mod signals;
/// The main screens as pictures.
mod snapshots;
/// Signals that are hard to draw.
mod strange_signals;
/// Panels with a time of their own.
mod unlinking;
/// Long work: how far it is, how it is ended, and what remains of it.
mod waiting;
/// UTC, local time, named zones, times since the start.
mod zones;
