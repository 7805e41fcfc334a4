//! The real window on a real X server: the program itself, driven by mouse and keys.
//!
//! Needs Linux with Xvfb, openbox, xdotool and a software OpenGL; where they are absent these tests
//! say so and do nothing. `CANLAKE_SCREENSHOTS` names a folder for a picture of every step.

#![cfg(target_os = "linux")]
#![expect(
    clippy::unwrap_used,
    reason = "a helper of a test that cannot go on fails the test"
)]

/// An X server of our own, and the program on it.
mod display;
/// A file dropped on the window, and how long it took to become a plot.
mod dropping;
/// A whole session, and another after a restart.
mod session;
/// Where the real logs are.
#[path = "../../../shared/tests/test_data/mod.rs"]
mod test_data;
/// What another program is when a file is dragged out of it.
mod xdnd;
