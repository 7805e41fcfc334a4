//! The window without a screen: driven by what it tells assistive technology, and by keys.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

/// The window with its workers, over a small lake.
mod window;

/// Tabs, splits, drag and drop, undo, the palette.
mod arranging;
/// From an opened folder to a plot, and back to an empty window.
mod browsing;
/// Messages, settings, licences.
mod dialogs;
/// What is written: samples and pictures.
mod exporting;
/// Keys, and when they belong to a text field.
mod keys;
/// What is shown, saved and opened again.
mod layouts;
/// Cursors and what is read at them.
mod measuring;
