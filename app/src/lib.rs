//! `canlake`: the desktop app and its headless commands.

pub mod series;
